/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SZ_APP_SUMMARY_SUM_H
#define SZ_APP_SUMMARY_SUM_H

#include <sanzao/base.h>

/* One summary of several workers' (contract): numbers are added up, the clock is the lowest. No line end. */
void summary_sum(sz_buf *out, const sz_str *summaries, uint32_t n);

/* The run failed midway: its summary says how far it came, and that (`unfinished`). */
void summary_unfinished(sz_buf *out);

#endif
