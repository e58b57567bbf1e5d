/* SPDX-License-Identifier: Apache-2.0
 *
 * heard: has anybody been seen in this term? Where nobody has, a student's silence is that of the feeds, and
 * `feed_silent` keeps still who asks (semantics 28). The first record in person of a term is noted among the statuses
 * of feeds, under a name that no feed has, so that it is stored, carried over and levelled as they are.
 */
#include "worker.h"

static sz_str nobody(void) { return SZ_STR("\x01"); }

static bool asks(const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_unless; i++)
        if (r->unless[i].kind == SZ_EX_FEED_SILENT) return r->mode != SZ_DISABLED;
    return false;
}

void heard_init(sz_worker *w) {
    w->facts.is_one_student = w->o.is_one_student;
    w->tc.onlooker = w->o.onlooker;
    w->asks_heard = false;
    w->silent_ms = SZ_TIME_MAX; /* other rules, or a worker of before, may have been answered anything */
    w->facts.silent_ms = &w->silent_ms;
    for (uint32_t i = 0; i < w->bundle->n_rules; i++) w->asks_heard = w->asks_heard || asks(&w->bundle->rules[i]);
}

void heard_fini(sz_worker *w) {
    sz_free(w->facts.heard);
    w->facts.heard = NULL;
    w->facts.n_heard = 0;
}

void heard_rebuild(sz_worker *w) {
    heard_fini(w);
    w->heard_from_ms = w->heard_to_ms = 0;
    w->facts.heard = sz_alloc((w->n_statuses + 1) * sizeof(sz_heard));
    for (uint32_t i = 0; i < w->n_statuses; i++) {
        const feed_note *s = &w->statuses[i];
        if (!sz_str_eq(sz_map_key(&w->feed_names, s->source), nobody())) continue;
        w->facts.heard[w->facts.n_heard++] = (sz_heard){s->t_ms, sz_zone_day(sz_campus_zone(w->campus), s->t_ms)};
    }
}

/* In place of a later one of that day, whose every answer it gives as well: the first day of a term may come in any
 * order. */
static void note(sz_worker *w, int64_t t_ms, int32_t day) {
    uint32_t source = sz_map_intern(&w->feed_names, nobody());
    for (uint32_t i = 0; i < w->n_statuses; i++) {
        feed_note *s = &w->statuses[i];
        if (s->source != source || s->t_ms < t_ms || sz_zone_day(sz_campus_zone(w->campus), s->t_ms) != day) continue;
        memmove(s, s + 1, (--w->n_statuses - i) * sizeof *s);
        break;
    }
    status_note(w, nobody(), t_ms, SZ_FEED_OPEN);
}

/* Whoever comes before the first one of a term is news only if a rule was answered at his time or after it that there
 * was nobody; else everybody would be taken back by each record of a first day that comes backwards. Where one was, all
 * that was said of the day is asked anew: then it is known what is left. */
static int64_t news_since(sz_worker *w, int64_t t_ms, int32_t day) {
    bool is_behind = w->clocks.wmax_ms != SZ_TIME_NONE && t_ms < w->clocks.wmax_ms;
    if (!w->asks_heard || w->silent_ms < t_ms) return SZ_TIME_MAX;
    int64_t since = is_behind ? sz_zone_midnight(sz_campus_zone(w->campus), day) : t_ms;
    w->silent_ms = since - 1;
    return since;
}

int64_t heard_note(sz_worker *w, const sz_event *e) {
    int64_t t_ms = e->time_ms;
    if ((t_ms >= w->heard_from_ms && t_ms < w->heard_to_ms) || !sz_event_is_seen(w->tc.types, e)) return SZ_TIME_MAX;
    const sz_zone *z = sz_campus_zone(w->campus);
    int32_t day = sz_zone_day(z, t_ms);
    bool is_news = sz_facts_is_silent(&w->facts, day, t_ms);
    if (is_news) note(w, t_ms, day);
    w->heard_from_ms = t_ms;
    w->heard_to_ms = sz_zone_midnight(z, day + 1);
    return is_news ? news_since(w, t_ms, day) : SZ_TIME_MAX;
}
