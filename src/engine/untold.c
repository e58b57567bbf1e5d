/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom a rule would have told of, had it known nothing of the others (peers, semantics 22): where many of a class or a
 * building are in trouble at once, a rule that compares them keeps silent of each, and somebody has to see that. No run
 * notes it. A worker that only looks at a state goes over what is kept of each student once more and asks at each
 * instant (docs/adr/0040). What the replay says is thrown away, and so must the worker be.
 */
#include "worker.h"

typedef struct mark { /* of the student in hand */
    uint32_t rule, by;
    int32_t monday;
} mark;

typedef struct asker {
    sz_worker *w;
    const sz_timeline *tl;
    sz_onlooker onlooker;
    uint32_t *bys; /* of each rule: bits of by_list */
    uint32_t by_list[32], n_by;
    mark *marks;
    uint32_t n_marks, cap_marks;
    sz_map by_key; /* of what is counted */
    sz_untold *v;
    uint32_t n, cap;
    sz_arena *texts;
} asker;

/* ---- which rules compare, and by what ---- */

static uint32_t number_of(asker *x, uint32_t by) {
    uint32_t i = 0;
    while (i < x->n_by && x->by_list[i] != by) i++;
    if (i < x->n_by) return i;
    if (i == 32) return SZ_NONE; /* more ways to make groups than anybody has */
    x->by_list[x->n_by++] = by;
    return i;
}

/* Who is told later because of `for`, or once a sequence is whole, cannot be told from who never would be: those are
 * left out. */
static bool may_be_asked(const sz_rule *r) { return r->mode == SZ_LIVE && !r->for_ms && !r->n_sequence; }

static uint32_t n_asked(asker *x) {
    const sz_bundle *b = x->w->bundle;
    uint32_t n = 0;
    x->bys = sz_alloc((b->n_rules + 1) * sizeof *x->bys);
    for (uint32_t i = 0; i < b->n_rules; i++) {
        const sz_rule *r = &b->rules[i];
        x->bys[i] = 0;
        for (uint32_t k = 0; may_be_asked(r) && k < r->n_features; k++) {
            const sz_feature *f = &b->fs.features[r->features[k]];
            uint32_t at = f->op == SZ_OP_PEERS && !f->is_idle ? number_of(x, f->by) : SZ_NONE;
            if (at != SZ_NONE) x->bys[i] |= 1u << at;
        }
        n += x->bys[i] != 0;
    }
    return n;
}

/* ---- at one instant ---- */

static const sz_episode *last_of(const sz_timeline *tl, uint32_t rule) {
    const sz_episode *last = NULL;
    for (uint32_t i = 0; i < tl->n_episodes; i++) {
        const sz_episode *e = &tl->episodes[i];
        if (e->rule == rule && e->n_anns && !e->is_retracted) last = e;
    }
    return last;
}

/* He is told of, or was just now: then nothing else would be said. */
static bool is_told(const asker *x, uint32_t rule, int64_t t_ms) {
    const sz_rule *r = &x->w->bundle->rules[rule];
    const sz_episode *e = last_of(x->tl, rule);
    if (!e) return false;
    const sz_ann *a = &e->anns[e->n_anns - 1];
    if (r->is_instant) return t_ms < e->since_ms + r->again_after_ms;
    return a->kind != SZ_ANN_RESOLVED || t_ms < a->at_ms + r->again_after_ms;
}

/* May the rule open here at all? `checked` is whose check it is, SZ_NONE at records and timers. */
static bool is_time(const asker *x, const sz_eval *ev, uint32_t rule, uint32_t checked) {
    const sz_worker *w = x->w;
    const sz_rule *r = &w->bundle->rules[rule];
    if (r->check.kind != SZ_CHECK_NONE && !r->is_instant ? checked != rule : checked != SZ_NONE) return false;
    if (r->is_instant && (!ev->event || !(r->event_types >> ev->event->type & 1))) return false;
    if (w->tc.rule_from_ms && ev->t_ms < w->tc.rule_from_ms[rule]) return false;
    return !(ev->event && w->tc.rule_waits[rule] && ev->t_ms >= w->tc.clock_ms[w->tc.rule_class[rule]]);
}

static bool would_open(sz_eval *ev, const sz_rule *r) {
    sz_verdict v;
    sz_rule_judge(ev, r, &v);
    if (v.truth != SZ_TRUE || v.reached < 0) return false;
    sz_exempt e = sz_rule_exempt(ev, r);
    if (e.why.n || e.holds) return false;
    sz_rule_scope(ev, r);
    return !r->resolve_when || sz_rule_truth(ev, r->resolve_when) != SZ_TRUE;
}

/* What each group by itself holds back; where only several together do, all of them. */
static uint32_t held_by(asker *x, sz_eval *ev, uint32_t rule) {
    sz_facts *f = &x->w->facts;
    const sz_rule *r = &x->w->bundle->rules[rule];
    const sz_peers *tables = f->peers;
    uint32_t alone = 0;
    f->peers = NULL;
    bool opens_without = would_open(ev, r);
    f->peers = tables;
    if (!opens_without || would_open(ev, r)) return 0;
    for (uint32_t i = 0; i < x->n_by; i++) {
        if (!(x->bys[rule] >> i & 1)) continue;
        f->peers_unasked = x->by_list[i];
        if (would_open(ev, r)) alone |= 1u << i;
    }
    f->peers_unasked = 0;
    return alone ? alone : x->bys[rule];
}

static void note(asker *x, uint32_t rule, uint32_t bits, int32_t monday) {
    for (uint32_t i = 0; i < x->n_by; i++) {
        uint32_t k = 0;
        if (!(bits >> i & 1) || x->by_list[i] & SZ_PEERS_BY_PLACE) continue; /* a place is no group of the roster */
        mark m = {.rule = rule, .by = i, .monday = monday};
        while (k < x->n_marks && (x->marks[k].rule != rule || x->marks[k].by != i || x->marks[k].monday != monday)) k++;
        if (k < x->n_marks) continue;
        if (x->n_marks == x->cap_marks) {
            x->cap_marks = x->cap_marks ? 2 * x->cap_marks : 16;
            x->marks = sz_realloc(x->marks, x->cap_marks * sizeof *x->marks);
        }
        x->marks[x->n_marks++] = m;
    }
}

static void look(void *self, sz_eval *ev, uint32_t checked) {
    asker *x = self;
    for (uint32_t i = 0; i < x->w->bundle->n_rules; i++) {
        if (!x->bys[i] || !is_time(x, ev, i, checked) || is_told(x, i, ev->t_ms)) continue;
        uint32_t bits = held_by(x, ev, i);
        if (bits) note(x, i, bits, ev->day - (sz_day_weekday(ev->day) - 1));
    }
}

/* ---- counted ---- */

static void put_group(sz_buf *out, sz_eval *ev, uint32_t by) {
    bool any = false;
    sz_loader l = sz_eval_loader(ev);
    sz_buf_clear(out);
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++) {
        sz_xval v = {0};
        if (!(by >> i & 1)) continue;
        l.load(l.ctx, SZ_SLOT(SZ_SPACE_STUDENT, 0, i), &v);
        if (any) sz_buf_put_u8(out, ' ');
        any = true;
        if (v.know != SZ_KNOWN) continue;
        if (v.type == SZ_X_NUM) sz_buf_printf(out, "%.0f", v.num);
        else sz_buf_put_str(out, v.str);
    }
}

static sz_eval eval_of(const asker *x, uint32_t in_campus) {
    sz_worker *w = x->w;
    const sz_student *info = sz_campus_student(w->campus, in_campus);
    sz_eval ev = {.fs = &w->bundle->fs,
                  .facts = &w->facts,
                  .types = w->tc.types,
                  .zone = w->tc.zone,
                  .dict = &w->dict,
                  .student = in_campus,
                  .info = info,
                  .student_id = info->id};
    sz_eval_at(&ev, w->clocks.wmax_ms);
    return ev;
}

static void count(asker *x, const mark *m) {
    sz_buf key, group;
    sz_buf_init(&key);
    sz_buf_init(&group);
    sz_eval ev = eval_of(x, x->tl->student);
    put_group(&group, &ev, x->by_list[m->by]);
    sz_buf_printf(&key, "%u %u %d ", m->rule, m->by, m->monday);
    sz_buf_put_str(&key, sz_buf_str(&group));
    uint32_t i = sz_map_intern(&x->by_key, sz_buf_str(&key));
    if (i == x->n) {
        if (x->n == x->cap) {
            x->cap = x->cap ? 2 * x->cap : 64;
            x->v = sz_realloc(x->v, x->cap * sizeof *x->v);
        }
        x->v[x->n++] = (sz_untold){.rule = m->rule,
                                   .by = x->by_list[m->by],
                                   .monday = m->monday,
                                   .group = sz_arena_str(x->texts, sz_buf_str(&group))};
    }
    x->v[i].n++;
    sz_buf_fini(&key);
    sz_buf_fini(&group);
}

/* Whoever was told of by that rule in that week, before or after, was not overlooked. */
static bool was_told(const asker *x, const mark *m) {
    const sz_zone *z = x->w->tc.zone;
    int64_t from = sz_zone_at(z, m->monday, 0), to = sz_zone_at(z, m->monday + 7, 0);
    for (uint32_t i = 0; i < x->tl->n_episodes; i++) {
        const sz_episode *e = &x->tl->episodes[i];
        if (e->rule == m->rule && e->n_anns && !e->is_retracted && e->since_ms >= from && e->since_ms < to) return true;
    }
    return false;
}

static void go_over(asker *x, uint32_t i, int64_t from_ms) {
    sz_worker *w = x->w;
    sz_timeline made = {0};
    sz_cause none = {.t_ms = from_ms};
    x->tl = student_look(w, i, &made, true);
    x->n_marks = 0;
    if (x->tl->is_active && x->tl->student != SZ_NONE) {
        w->tc.onlooker = &x->onlooker;
        sz_timeline_facts((sz_timeline *)(uintptr_t)x->tl, &w->tc, from_ms, &none);
        w->tc.onlooker = NULL;
    }
    for (uint32_t k = 0; k < x->n_marks; k++)
        if (!was_told(x, &x->marks[k])) count(x, &x->marks[k]);
    if (x->tl == &made) sz_timeline_fini(&made);
    w->tc.n_alerts = 0;
    sz_arena_reset(&w->tc.said);
    sz_arena_reset(&w->step);
}

/* Active ones of the roster. */
static void count_all(asker *x) {
    sz_map of;
    sz_buf key;
    sz_buf_init(&key);
    for (uint32_t b = 0; b < x->n_by; b++) {
        uint32_t n_groups = 0, *sizes = sz_alloc((sz_campus_n_students(x->w->campus) + 1) * sizeof *sizes);
        sz_map_init(&of);
        for (uint32_t i = 0; i < sz_campus_n_students(x->w->campus); i++) {
            sz_eval ev = eval_of(x, i);
            if (ev.info->status != SZ_ACTIVE) continue;
            put_group(&key, &ev, x->by_list[b]);
            uint32_t k = sz_map_intern(&of, sz_buf_str(&key));
            if (k == n_groups) sizes[n_groups++] = 0;
            sizes[k]++;
        }
        for (uint32_t i = 0; i < x->n; i++)
            if (x->v[i].by == x->by_list[b]) x->v[i].of = sizes[sz_map_intern(&of, x->v[i].group)];
        sz_free(sizes);
        sz_map_fini(&of);
    }
    sz_buf_fini(&key);
}

void sz_worker_untold(sz_worker *w, sz_arena *texts, sz_untold_list *out) {
    asker x = {.w = w, .texts = texts};
    *out = (sz_untold_list){.from_ms = w->clocks.wmax_ms};
    x.onlooker = (sz_onlooker){&x, look};
    sz_map_init(&x.by_key);
    out->n_rules = n_asked(&x);
    if (out->n_rules && w->clocks.wmax_ms != SZ_TIME_NONE) {
        out->from_ms = w->clocks.wmax_ms - w->o.horizon_ms;
        if (w->clocks.begin_ms > out->from_ms) out->from_ms = w->clocks.begin_ms;
        for (uint32_t i = 0; i < w->students.n; i++) go_over(&x, i, out->from_ms);
        count_all(&x);
    }
    out->v = x.v;
    out->n = x.n;
    sz_map_fini(&x.by_key);
    sz_free(x.bys);
    sz_free(x.marks);
}
