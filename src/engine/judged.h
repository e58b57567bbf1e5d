/* SPDX-License-Identifier: Apache-2.0
 *
 * Can anything be said of a student, and why not (judged.c).
 */
#ifndef SZ_JUDGED_H
#define SZ_JUDGED_H

#include "worker.h"

/* The student as of t. */
sz_eval judged_eval(const sz_worker *w, const sz_timeline *tl, int64_t t_ms);
/* At t (SZ_TIME_NONE: no clock yet); ev: judged_eval at t. presence: NULL, or what it goes by. */
sz_why_not judged_why(const sz_worker *w, const sz_timeline *tl, int64_t t_ms, sz_eval *ev, sz_presence *presence);

#endif
