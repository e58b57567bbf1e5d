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

bool heard_note(sz_worker *w, const sz_event *e) {
    int64_t t_ms = e->time_ms;
    if ((t_ms >= w->heard_from_ms && t_ms < w->heard_to_ms) || !sz_event_is_seen(w->tc.types, e)) return false;
    const sz_zone *z = sz_campus_zone(w->campus);
    int32_t day = sz_zone_day(z, t_ms);
    bool is_news = sz_facts_is_silent(&w->facts, day, t_ms);
    if (is_news) status_note(w, nobody(), t_ms, SZ_FEED_OPEN);
    w->heard_from_ms = t_ms;
    w->heard_to_ms = sz_zone_midnight(z, day + 1);
    return is_news && w->asks_heard;
}
