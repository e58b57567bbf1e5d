/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate: the whole of it. Campus first, then day by day: what everybody does goes to the queue, what has arrived by
 * midnight leaves.
 */
#include "vendor.h"

struct simulation {
    const sz_sim_options *options;
    const sz_sim_sink *sink;
    sz_sim_counts *counts;
    struct term term;
    struct world world;
    struct people people;
    struct feeds feeds;
    struct queue queue;
    struct line_writer lines;
    struct file_writer files;
    sz_buf line;
    uint64_t vendor_rows;
    struct plan plan;
};

static void begin(struct simulation *s, const sz_sim_options *o) {
    sz_sim_term_init(&s->term, o->from_day);
    sz_sim_world_init(&s->world, o->students, o->days);
    s->people = (struct people){.term = &s->term,
                                .days = o->days,
                                .seed = o->seed,
                                .n = o->students,
                                .v = sz_alloc(o->students * sizeof *s->people.v)};
    for (uint32_t i = 0; i < o->students; i++) sz_sim_person_draw(&s->world, &s->people, i, &s->people.v[i]);
    for (uint32_t i = 0; i < o->students; i++) sz_sim_spans_draw(&s->people, i);
    sz_sim_incidents_draw(&s->people);
    sz_sim_feeds_init(&s->feeds, &s->term, o->days, o->seed, s->counts);
    sz_sim_lines_init(&s->lines, &s->world, &s->people);
}

static void count(struct simulation *s, const struct event *e) {
    sz_sim_counts *c = s->counts;
    switch (e->what) {
    case WHAT_SWIPE: c->swipes++; break;
    case WHAT_ATTENDANCE: c->attendance++; break;
    case WHAT_DOOR: c->doors++; break;
    case WHAT_STATUS: c->status++; return;
    case WHAT_STRANGER:
        c->strangers++;
        if (s->world.readers[e->reader].source == SOURCE_POS) c->swipes++;
        else c->doors++;
        break;
    default: c->presence++; break;
    }
    bool is_in_time = e->arrival_ms - e->time_ms <= 10 * SZ_MINUTE_MS ||
                      (e->what == WHAT_ATTENDANCE && e->arrival_ms - e->time_ms < SZ_DAY_MS);
    c->late += !is_in_time;
    c->repeats += (e->flags & FLAG_REPEAT) != 0;
}

/* What arrives before the next midnight. */
static sz_status flush(struct simulation *s) {
    sz_sim_queue_sort(&s->queue);
    for (size_t k = 0; k < s->queue.n_today; k++) {
        struct event *e = &s->queue.today[s->queue.order[k].i];
        bool is_gate = e->reader != NONE && s->world.readers[e->reader].source == SOURCE_GATE;
        if (is_gate && !(e->flags & FLAG_REPEAT)) e->number = ++s->world.readers[e->reader].journal;
        count(s, e);
        if (!s->options->with_vendor || !sz_sim_vendor_has(&s->world, e)) {
            sz_buf_clear(&s->line);
            sz_sim_line(&s->lines, e, &s->line);
            s->counts->lines++;
            sz_status status = s->sink->event(s->sink->self, e->arrival_ms, sz_buf_str(&s->line));
            if (status != SZ_OK) return status;
        }
        sz_sim_feeds_again(&s->feeds, &s->world, e, &s->queue);
    }
    return SZ_OK;
}

static sz_status one_day(struct simulation *s, int32_t index) {
    struct day d;
    sz_sim_term_day(&s->term, index, &d);
    sz_sim_queue_begin(&s->queue, d.midnight_ms + SZ_DAY_MS);
    sz_sim_feeds_day(&s->feeds, &s->world, &d, &s->queue);
    for (uint32_t who = 0; who < s->people.n; who++) {
        sz_sim_day_plan(&s->plan, &s->world, &s->people, who, &d);
        for (uint32_t i = 0; i < s->plan.n; i++)
            sz_sim_feeds_send(&s->feeds, &s->world, s->plan.p, &d, &s->plan.ev[i], &s->queue);
    }
    sz_status status = flush(s);
    if (status != SZ_OK || !s->options->with_vendor) return status;
    sz_sim_vendor_day(&s->files, &s->lines, &s->queue, d.day, &s->vendor_rows);
    return s->files.status;
}

static void end(struct simulation *s) {
    s->counts->waiting_most = s->queue.waiting_most;
    sz_sim_queue_fini(&s->queue);
    sz_sim_world_fini(&s->world);
    sz_free(s->people.v);
    sz_buf_fini(&s->line);
    sz_buf_fini(&s->files.buf);
    sz_free(s);
}

sz_status sz_simulate(const sz_sim_options *o, const sz_sim_sink *sink, sz_sim_counts *counts) {
    *counts = (sz_sim_counts){0};
    int32_t first = sz_day_from_ymd(1992, 1, 1), last = sz_day_from_ymd(9000, 1, 1);
    if (o->students < 1 || o->students > SZ_SIM_STUDENTS_MAX || o->days < 1 || o->days > SZ_SIM_DAYS_MAX ||
        o->from_day < first || o->from_day > last)
        return SZ_USAGE;
    struct simulation *s = sz_alloc(sizeof *s);
    s->options = o;
    s->sink = sink;
    s->counts = counts;
    begin(s, o);
    s->files = (struct file_writer){.sink = sink, .name = "", .status = SZ_OK};
    sz_sim_campus_write(&s->files, &s->lines);
    sz_sim_truth_write(&s->files, &s->lines, counts);
    sz_sim_file_next(&s->files, "");
    if (o->with_vendor) sz_sim_vendor_mapping(&s->files, &s->world);
    sz_status status = s->files.status;
    for (uint32_t i = 0; i < o->days && status == SZ_OK; i++) status = one_day(s, (int32_t)i);
    end(s);
    return status;
}
