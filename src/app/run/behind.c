/* SPDX-License-Identifier: Apache-2.0 */
#include "behind.h"

#include "codes.h"

/* Lists of yesterday that come this evening are no reason to say anything. */
static const int64_t few_ms = 2 * SZ_DAY_MS;

void run_note_batches(const sz_campus *c, sz_arena *a, run_batches *out) {
    *out = (run_batches){0};
    for (uint32_t i = 0; i < sz_campus_n_feeds(c) && out->n < RUN_BATCHES_MOST; i++) {
        const sz_feed *f = sz_campus_feed(c, i);
        if (f->is_batch) out->v[out->n++] = sz_str_of(sz_arena_printf(a, "%.*s", SZ_FMT_STR(f->source)));
    }
}

static void tell(sz_diags *d, const sz_zone *z, sz_str source, int64_t at_ms, int64_t clock_ms) {
    char at[40], clock[40];
    sz_time_format(z, clock_ms, clock);
    if (at_ms != SZ_TIME_NONE)
        sz_time_format(z, (at_ms - 1) / SZ_SECOND_MS * SZ_SECOND_MS, at); /* up to it, not with it */
    sz_diag *g =
        at_ms == SZ_TIME_NONE
            ? sz_diags_add(
                  d, SZ_WARNING, APP_CODE_BEHIND, (sz_span){0},
                  "source `%2$.*1$s` comes in batches and has not said how far it is complete: rules that read it have "
                  "judged up to %3$s",
                  "数据源 `%2$.*1$s` 成批到达，却没有说明已完整到何时：读它的规则只判断到 %3$s", SZ_FMT_STR(source),
                  clock)
            : sz_diags_add(
                  d, SZ_WARNING, APP_CODE_BEHIND, (sz_span){0},
                  "source `%2$.*1$s` comes in batches and is complete through %4$s: rules that read it have judged up "
                  "to %3$s",
                  "数据源 `%2$.*1$s` 成批到达，只完整到 %4$s：读它的规则只判断到 %3$s", SZ_FMT_STR(source), clock, at);
    sz_diag_hint(
        d, g,
        "send a feed_status `complete` with complete_through behind each batch, or give --until at the end of the "
        "records",
        "每批之后发一条 feed_status complete（写明 complete_through），或者用 --until 写明记录到何时为止");
}

void run_tell_behind(const sz_job *job, const sz_worker *w, const run_batches *b, const sz_zone *z, sz_diags *d) {
    if (job->order == SZ_SORTED || job->until) return;
    int64_t clock_ms = sz_worker_clock(w), newest_ms = sz_worker_newest(w);
    if (clock_ms == SZ_TIME_NONE || newest_ms == SZ_TIME_NONE || clock_ms >= newest_ms - few_ms) return;
    for (uint32_t i = 0; i < b->n; i++) {
        int64_t at_ms = sz_worker_watermark(w, b->v[i]);
        if (at_ms == SZ_TIME_NONE || at_ms < newest_ms - few_ms) tell(d, z, b->v[i], at_ms, clock_ms);
    }
}
