/* SPDX-License-Identifier: Apache-2.0
 *
 * base_heap: the process' allocator in large pages. A state comes back as a few arrays of megabytes, which glibc would map one by one in pages
 * of 4 KiB and hand back again: a start with 50,000 students had 21,000 page faults, half of its time.
 *
 * Threads: sz_heap_begin once, before there are others; sz_heap_open by each thread that will hold much, for itself.
 */
#ifndef SANZAO_BASE_HEAP_H
#define SANZAO_BASE_HEAP_H

#include <sanzao/base_pages.h>

/* Blocks up to 32 MiB come from the heap and stay there when they are freed, for the next one. */
void sz_heap_begin(void);
/* Addresses for n bytes more, rounded up, which the kernel is asked to back with large pages from the first that lies `small` bytes behind the
 * beginning: whoever needs little takes none. Memory is taken only where it is used; whatever of this is refused, pages are small. Nothing is
 * asked for where the addresses of the process are limited (ulimit -v, -d). */
void sz_heap_open(size_t n, size_t small);

#endif
