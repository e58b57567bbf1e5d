/* SPDX-License-Identifier: Apache-2.0
 *
 * Counts by input and source, beside the worker's own: what each file gave and where its records went. The stream gives
 * one record at a time while this is asked for, and the worker's counters before and after it say what became of it.
 * Only this process's records are counted; a run that was resumed has the others in its totals only.
 */
#ifndef SZ_APP_TALLY_H
#define SZ_APP_TALLY_H

#include <sanzao/engine.h>

typedef struct sz_tally sz_tally;
sz_tally *sz_tally_new(void);
void sz_tally_free(sz_tally *t);
/* The stream's port, asked for one record at a time. `inner` is borrowed. */
sz_stream_port sz_tally_stream(sz_tally *t, const sz_stream_port *inner);
/* Around each step of the worker: a record at whose time many are due takes several, and counts in the last. */
void sz_tally_before(sz_tally *t, const sz_msg *m, const sz_counters *now);
void sz_tally_after(sz_tally *t, const sz_counters *now);
/* The next input, from *at on (0 at first), of whose records none was used and so many or more became dead letters. */
bool sz_tally_next_unused(const sz_tally *t, uint32_t *at, uint64_t least, const char **input,
                          const uint64_t **dead_by);
/* `[{"input":…,"source":…,"read":…}, …]` in order of first appearance. `watermark` is the source's, as the worker has
 * it; `complete_through` what the source itself has said last. */
void sz_tally_put(sz_buf *out, sz_tally *t, const sz_worker *w, const sz_zone *z);

#endif
