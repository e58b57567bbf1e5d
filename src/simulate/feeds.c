/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds.h"

enum {
    SHEETS_S = 22 * 3600 + 1800, /* the teachers' sheets of the day are brought at 22:30 */
    POLL_S = 6 * 3600 +
             1800, /* and asked for once more at 6:30, so that a check in the morning need not wait for the evening */
};

/* ---- sources that die -------------------------------------------------------------------------------------------- */

static void add_outage(struct feeds *f, const struct term *t, enum source source, int32_t day, sz_rng *r,
                       int32_t least_h, int32_t most_h, bool is_kept) {
    if (f->n_outages == OUTAGES_MAX || day >= (int32_t)f->days) return;
    int32_t minute = sz_rng_between(r, 7 * 60, 20 * 60), length = sz_rng_between(r, least_h * 60, most_h * 60);
    int64_t from = sz_sim_midnight(t->from + day) + minute * SZ_MINUTE_MS;
    f->outages[f->n_outages++] = (struct outage){from, from + length * SZ_MINUTE_MS, (uint8_t)source, is_kept};
}

void sz_sim_feeds_init(struct feeds *f, const struct term *t, uint32_t days, uint64_t seed, sz_sim_counts *counts) {
    *f = (struct feeds){.seed = seed, .days = days, .counts = counts};
    sz_rng r = sz_rng_of(seed, STREAM_OUTAGE, 0, 0);
    /* In every five weeks the door server dies for most of a day, the tills' for some hours, the network's for a day
     * or so. */
    for (int32_t begin = 0; begin < (int32_t)days; begin += 35) {
        int32_t span = (int32_t)days - begin < 35 ? (int32_t)days - begin : 35;
        if (span < 5) break;
        int32_t door = begin + sz_rng_between(&r, 2, span - 2), till = begin + sz_rng_between(&r, 2, span - 2),
                net = begin + sz_rng_between(&r, 2, span - 2);
        add_outage(f, t, SOURCE_GATE, door, &r, 8, 20, false);
        add_outage(f, t, SOURCE_POS, till, &r, 2, 6, true);
        add_outage(f, t, SOURCE_NET, net, &r, 12, 30, false);
    }
}

static const struct outage *outage_at(const struct feeds *f, enum source source, int64_t t_ms) {
    for (uint32_t i = 0; i < f->n_outages; i++)
        if (f->outages[i].source == source && t_ms >= f->outages[i].from_ms && t_ms < f->outages[i].to_ms)
            return &f->outages[i];
    return NULL;
}

/* ---- what belongs to no student ---------------------------------------------------------------------------------- */

static void status(struct queue *q, enum source source, int state, int64_t time_ms, int64_t delay_ms) {
    struct event e = {.arrival_ms = time_ms + delay_ms,
                      .time_ms = time_ms,
                      .who = source,
                      .reader = NONE,
                      .place = NONE,
                      .what = WHAT_STATUS,
                      .detail = (uint8_t)state};
    sz_sim_queue_push(q, &e);
}

static void statuses(struct feeds *f, const struct day *d, struct queue *q) {
    int64_t next = d->midnight_ms + SZ_DAY_MS;
    status(q, SOURCE_CLASS, STATE_COMPLETE, d->midnight_ms + POLL_S * SZ_SECOND_MS, 0);
    status(q, SOURCE_CLASS, STATE_COMPLETE, d->midnight_ms + SHEETS_S * SZ_SECOND_MS, 90 * SZ_SECOND_MS);
    for (uint32_t i = 0; i < f->n_outages; i++) {
        const struct outage *o = &f->outages[i];
        /* The watchdog takes seven minutes to notice. */
        if (o->from_ms >= d->midnight_ms && o->from_ms < next)
            status(q, (enum source)o->source, STATE_DOWN, o->from_ms, 7 * SZ_MINUTE_MS);
        if (o->to_ms >= d->midnight_ms && o->to_ms < next)
            status(q, (enum source)o->source, STATE_OPEN, o->to_ms, SZ_MINUTE_MS);
    }
}

/* A reader loses its line about once in 170 days, and its records wait in it: hours mostly, a weekend sometimes. */
static void lose_lines(const struct feeds *f, struct world *w, const struct day *d) {
    static const sz_curve hours = {{1, 2, 4, 8, 20, 50, 60}};
    for (uint32_t i = 0; i < w->n_readers; i++) {
        struct reader *x = &w->readers[i];
        if (x->offline_to_ms > d->midnight_ms) continue;
        sz_rng r = sz_rng_of(f->seed, STREAM_READER, i, (uint32_t)d->index);
        if (!sz_rng_chance(&r, 60)) continue;
        int32_t minute = sz_rng_between(&r, 6 * 60, 21 * 60), length = sz_curve_draw(&hours, &r);
        x->offline_from_ms = d->midnight_ms + minute * SZ_MINUTE_MS;
        x->offline_to_ms = x->offline_from_ms + length * SZ_HOUR_MS;
    }
}

/* Staff and visitors: cards that no campus folder knows. One in some hundred records, so that the dead letters have
 * something to say. */
static void strangers(struct feeds *f, const struct world *w, const struct day *d, struct queue *q) {
    uint32_t n = w->n_students / 250 + 1;
    for (uint32_t i = 0; i < n; i++) {
        sz_rng r = sz_rng_of(f->seed, STREAM_STRANGER, i, (uint32_t)d->index);
        uint16_t at = (uint16_t)sz_rng_below(&r, w->n_readers);
        int32_t second = sz_rng_between(&r, 7 * 3600, 21 * 3600);
        const struct reader *x = &w->readers[at];
        if (x->source != SOURCE_POS && x->source != SOURCE_GATE) continue;
        struct event e = {.time_ms = d->midnight_ms + second * SZ_SECOND_MS,
                          .who = sz_rng_below(&r, n * 8),
                          .reader = at,
                          .what = WHAT_STRANGER};
        e.place = sz_sim_world_place(w, at, d->index);
        e.amount = sz_rng_between(&r, 30, 180) * 10;
        sz_sim_feeds_send(f, w, NULL, d, &e, q);
    }
}

void sz_sim_feeds_day(struct feeds *f, struct world *w, const struct day *d, struct queue *q) {
    lose_lines(f, w, d);
    statuses(f, d, q);
    strangers(f, w, d, q);
}

/* ---- arrival ----------------------------------------------------------------------------------------------------- */

/* A teacher's sheet: in the evening, one in thirty a day or more later; excuses when they are written down. */
static void bring_sheet(const struct feeds *f, const struct person *p, const struct day *d, struct event *e) {
    if (e->flags & FLAG_UNDO) {
        e->arrival_ms = e->time_ms + 1000;
        return;
    }
    sz_rng r =
        sz_rng_of(f->seed, STREAM_SHEET, (uint32_t)p->unit << 8 | p->klass, (uint32_t)(d->index * SLOTS + e->slot));
    bool is_late = sz_rng_chance(&r, 330);
    int32_t after = is_late ? sz_rng_between(&r, 1, 3) : 0;
    e->arrival_ms = d->midnight_ms + SHEETS_S * SZ_SECOND_MS + after * SZ_DAY_MS + p->unit % 60 * SZ_SECOND_MS;
    e->flags |= FLAG_COLLECTED;
}

static void by_reader(const struct reader *x, struct event *e, sz_rng *r) {
    e->arrival_ms = e->time_ms + sz_rng_between(r, 300, 4000);
    if (!x || e->time_ms < x->offline_from_ms || e->time_ms >= x->offline_to_ms) return;
    int64_t waited = x->offline_to_ms - x->offline_from_ms;
    e->arrival_ms =
        x->offline_to_ms + (e->time_ms - x->offline_from_ms) * 120000 / waited; /* all of it within two minutes */
    e->flags |= FLAG_COLLECTED;
}

static enum source source_of(const struct world *w, const struct event *e) {
    if (e->what == WHAT_ATTENDANCE) return SOURCE_CLASS;
    if (e->what == WHAT_NET) return SOURCE_NET;
    return e->reader == NONE ? SOURCE_POS : (enum source)w->readers[e->reader].source;
}

/* One controller in four keeps minutes, and its export loses some times of day: 4,392 of the 43,156 records in
 * data3.csv stand at 0:00. */
static void blur(const struct reader *x, const struct person *p, const struct day *d, struct event *e, sz_rng *r) {
    if (!x || !x->is_minute || e->what == WHAT_SWIPE) return;
    e->time_ms = e->time_ms / SZ_MINUTE_MS * SZ_MINUTE_MS;
    int32_t lost = p ? p->card_lost / 1440 : 0, renewed = p ? p->card_new / 1440 : 0;
    bool is_card_of_day =
        !p || p->card_lost < 0 || (lost != d->index && renewed != d->index); /* midnight would find the other card */
    if (!sz_rng_chance(r, 1000) || !is_card_of_day || e->time_ms >= d->midnight_ms + SZ_DAY_MS) return;
    e->time_ms = d->midnight_ms;
    e->flags |= FLAG_NO_TIME;
}

void sz_sim_feeds_send(struct feeds *f, const struct world *w, const struct person *p, const struct day *d,
                       const struct event *from, struct queue *q) {
    struct event e = *from;
    sz_rng r =
        sz_rng_of(f->seed, STREAM_RESEND, e.who, (uint32_t)(e.time_ms / 1000) ^ (uint32_t)e.what << 28 ^ e.number);
    enum source source = source_of(w, &e);
    const struct reader *x = e.reader == NONE ? NULL : &w->readers[e.reader];
    if (e.what == WHAT_ATTENDANCE) {
        bring_sheet(f, p, d, &e);
        sz_sim_queue_push(q, &e);
        return;
    }
    const struct outage *o = outage_at(f, source, e.time_ms);
    if (o && !o->is_kept) {
        f->counts->lost++;
        return;
    }
    by_reader(x, &e, &r);
    if (o && e.arrival_ms < o->to_ms) {
        e.arrival_ms = o->to_ms + (e.time_ms - o->from_ms) * 600000 / (o->to_ms - o->from_ms);
        e.flags |= FLAG_COLLECTED;
    }
    blur(x, p, d, &e, &r);
    sz_sim_queue_push(q, &e);
    if (e.what != WHAT_SWIPE || !sz_rng_chance(&r, 15)) return;
    e.flags |= FLAG_REPEAT; /* a terminal that did not hear the answer */
    e.arrival_ms += sz_rng_between(&r, 2000, 300000);
    sz_sim_queue_push(q, &e);
}

void sz_sim_feeds_again(const struct feeds *f, const struct world *w, const struct event *e, struct queue *q) {
    if (e->flags & FLAG_REPEAT || (e->what != WHAT_DOOR && e->what != WHAT_ATTENDANCE)) return;
    int64_t day = (e->arrival_ms + CAMPUS_OFFSET_S * SZ_SECOND_MS) / SZ_DAY_MS,
            next = (day + 1) * SZ_DAY_MS - CAMPUS_OFFSET_S * SZ_SECOND_MS;
    uint32_t file = e->what == WHAT_DOOR ? w->readers[e->reader].place : 5000;
    sz_rng r = sz_rng_of(f->seed, STREAM_RESEND, file, (uint32_t)day);
    if (e->what == WHAT_ATTENDANCE && e->flags & FLAG_UNDO) return;
    if (!sz_rng_chance(&r, e->what == WHAT_DOOR ? 150 : 400))
        return; /* of a door's files of a day one in 70 comes again, of the sheets one in 25 */
    struct event copy = *e;
    copy.flags |= FLAG_REPEAT | FLAG_COLLECTED;
    copy.arrival_ms =
        next + sz_rng_between(&r, 0, 3) * SZ_DAY_MS + 3 * SZ_HOUR_MS + (e->arrival_ms - (next - SZ_DAY_MS)) / 1000;
    sz_sim_queue_push(q, &copy);
}

void sz_sim_feeds_write(const struct term *t, sz_buf *out) {
    static const struct {
        enum source source;
        const char *delivery, *type;
    } rows[] = {
        {SOURCE_POS, "stream, allowance: 10m", "swipe"},
        {SOURCE_GATE, "stream, allowance: 10m", "dorm_access"},
        {SOURCE_CLASS, "batch", "attendance"},
        {SOURCE_NET, "stream, allowance: 10m", "presence"},
        {SOURCE_LIBRARY, "stream, allowance: 10m", "presence"},
    };
    char day[11];
    sz_day_format(t->from, day);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        sz_buf_printf(out, "%s: {delivery: %s, began: %s, types: [%s]}\n", sz_sim_source_names[rows[i].source],
                      rows[i].delivery, day, rows[i].type);
}
