/* SPDX-License-Identifier: Apache-2.0 */
#include "live_roster.h"

#include "host/env.h"
#include "job/roster.h"
#include "live_reread.h"
#include "views/findings.h"

enum { LEAST = 100, LEAST_AT_END = 10 }; /* records: the first of a morning may be the staff's */
enum { NONE_CAME_MS = 5000 };

void live_roster_note(partition *p) {
    live *run = p->m->run;
    const sz_counters *n = sz_worker_counters(p->worker);
    sz_gone gone;
    sz_worker_gone(p->worker, &gone);
    p->since = (sz_nobody){n->used + n->dead, n->dead_by[SZ_UNKNOWN_STUDENT], n->dead_by[SZ_UNKNOWN_CARD]};
    p->list = p->texts_number + 1;
    p->has_looked = false;
    pthread_mutex_lock(&run->mutex);
    if ((uint32_t)p->id < run->n_summaries) run->rosters[p->id] = (live_roster){.list = p->list, .gone = gone};
    pthread_mutex_unlock(&run->mutex);
}

void live_roster_look(partition *p, bool is_end) {
    live *run = p->m->run;
    if (p->has_looked || !p->has_started || (uint32_t)p->id >= run->n_summaries) return;
    if (!is_end && sz_worker_counters(p->worker)->dead_by[SZ_UNKNOWN_STUDENT] < p->since.students + LEAST) return;
    sz_writings writings;
    sz_worker_written_otherwise(p->worker, &writings);
    p->has_looked = true;
    pthread_mutex_lock(&run->mutex);
    run->rosters[p->id].writings = writings;
    run->rosters[p->id].is_last = is_end;
    pthread_mutex_unlock(&run->mutex);
}

typedef struct together {
    sz_gone gone;
    sz_writings writings;
    sz_nobody nobody;
    uint32_t list, n_noted;
} together;

/* What is seen of writings as partitions end, one by one, is said of all of them at the end. */
static together all_of(live *run, bool is_end) {
    together all = {.n_noted = 0};
    pthread_mutex_lock(&run->mutex);
    all.list = run->texts_number + 1;
    for (uint32_t i = 0; i < run->n_summaries; i++) {
        const live_roster *r = &run->rosters[i];
        if (r->list != all.list) continue;
        all.n_noted++;
        all.gone.n += r->gone.n;
        all.gone.of += r->gone.of;
        if (r->is_last && !is_end) continue;
        all.writings.n_looked += r->writings.n_looked;
        for (int k = 0; k < SZ_N_WRITINGS; k++) all.writings.n[k] += r->writings.n[k];
    }
    for (uint32_t i = 0; i < run->n_members; i++) {
        const live_counts *c = &run->members[i]->counts;
        if (c->list != all.list) continue;
        all.nobody.records += c->nobody.records;
        all.nobody.students += c->nobody.students;
        all.nobody.cards += c->nobody.cards;
    }
    pthread_mutex_unlock(&run->mutex);
    return all;
}

/* All partitions of the topic, or as many as have come here. */
static bool have_all_noted(live *run, uint32_t n, int64_t now_ms) {
    if (n != run->n_noted) {
        run->n_noted = n;
        run->noted_ms = now_ms;
    }
    return n == run->n_summaries || (n && now_ms >= run->noted_ms + NONE_CAME_MS);
}

void live_roster_tell(live *run, bool is_end) {
    together all = all_of(run, is_end);
    bool is_whole = have_all_noted(run, all.n_noted, sz_mono_ms()) || is_end;
    uint64_t least = is_end ? LEAST_AT_END : LEAST;
    sz_diags d;
    sz_diags_init(&d);
    if (is_whole && run->gone_told != all.list && sz_roster_tell_gone(&all.gone, &d)) run->gone_told = all.list;
    if (run->nobody_told != all.list && sz_roster_tell_nobody(&all.nobody, least, &d)) run->nobody_told = all.list;
    if (run->writing_told != all.list && sz_roster_tell_writings(&all.writings, &d)) run->writing_told = all.list;
    if (d.n) sz_diags_show(&d, run->job->lang);
    sz_diags_fini(&d);
}

uint32_t live_roster_gone(live *run) { return all_of(run, false).gone.n; }

/* A list that did not fit itself, or was not tried yet, is no measure of the next. */
sz_status live_roster_replaces(live *run, const sz_campus *next, sz_diags *d) {
    together all = all_of(run, false);
    uint32_t number;
    uint64_t used = all.nobody.records - all.nobody.students;
    if (run->job->admit || run->gone_told == all.list || run->nobody_told == all.list) return SZ_OK;
    if (used + all.gone.of <= all.nobody.students) return SZ_OK;
    sz_inputs in_force;
    sz_diags ignored; /* told when it was read first */
    sz_diags_init(&ignored);
    sz_texts texts = live_texts(run, &number);
    sz_status s = sz_inputs_parse(run->job, &texts, &ignored, &in_force);
    if (s == SZ_OK) s = sz_roster_replaces(in_force.campus, next, sz_wall_ms(), d);
    sz_inputs_fini(&in_force);
    sz_diags_fini(&ignored);
    return s;
}
