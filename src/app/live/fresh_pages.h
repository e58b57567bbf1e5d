/* SPDX-License-Identifier: Apache-2.0
 *
 * fresh_pages: a thread that has large pages ready for workers whose students grow. The kernel clears a fresh page when
 * it is first written to, and a host that has taken the memory back has to find it first: milliseconds, in which the
 * worker does nothing else. The thread is made once a second page was missed, so whoever has few students never has it,
 * and sleeps while none is taken.
 */
#ifndef SZ_APP_FRESH_PAGES_H
#define SZ_APP_FRESH_PAGES_H

#include <sanzao/base_pages.h>

typedef struct fresh_pages fresh_pages;
fresh_pages *fresh_pages_new(void);
/* Where they are taken from, by any thread. */
sz_pages *fresh_pages_of(fresh_pages *f);
/* To be called now and then by whoever takes: wakes the thread where some are lacking. Any thread. */
void fresh_pages_look(fresh_pages *f);
/* When nobody takes any more; NULL is fine. */
void fresh_pages_free(fresh_pages *f);

#endif
