/* SPDX-License-Identifier: Apache-2.0
 *
 * base_pages: large pages (2 MiB) that one owner has done with, for the next one. The kernel clears each page that it gives out, which
 * takes as long as what is then written to it, or many times that where a host has taken the memory back meanwhile. So a page is moved to
 * where it is wanted, without having been returned.
 *
 * Ownership: a page stays where it was given, and counts as memory of the process, until it is taken or withdrawn; who gave it still owns
 * the addresses. At most SZ_PAGES_MOST are kept, further ones go back to the system at once. Threads: one gives and withdraws, any take; who
 * withdraws what he will unmap does so when no other thread takes any more. In all of these s may be NULL: nothing is kept.
 */
#ifndef SANZAO_BASE_PAGES_H
#define SANZAO_BASE_PAGES_H

#include <sanzao/base.h>

#define SZ_LARGE_PAGE ((size_t)2 << 20)
enum { SZ_PAGES_MOST = 2 };

typedef struct sz_pages sz_pages;
sz_pages *sz_pages_new(void);
void sz_pages_free(sz_pages *s);

/* [p, p + n), pages of private anonymous memory, is not needed any more: its large pages are kept, the rest goes back to the system. It
 * stays mapped, with any content. */
void sz_pages_give(sz_pages *s, void *p, size_t n);
/* To be called before [p, p + n), some of which was given, is unmapped or used again. */
void sz_pages_withdraw(sz_pages *s, const void *p, size_t n);
/* Moves a page to `to`, a multiple of its size in a range that the caller has mapped, and which it can then read and write; it has any
 * content. False: there is none, or it cannot be moved; what is at `to` stays as it was. */
bool sz_pages_take(sz_pages *s, void *to);
/* How many there are. */
size_t sz_pages_n(const sz_pages *s);
/* It was given, and nobody has taken it. */
bool sz_pages_has(const sz_pages *s, const void *p);
/* How often somebody wanted one and there was none; 0 where pages cannot be moved. */
uint32_t sz_pages_missed(const sz_pages *s);

#endif
