/* SPDX-License-Identifier: Apache-2.0
 *
 * mates: of each class of students, the first record in person of each day. Where nobody of a class has had one, the
 * silence of one student is that of the class (semantics 28, `class_silent`).
 */
#include <sanzao/features.h>

typedef struct group {
    sz_heard *v; /* ordered by day; of each day the first one */
    uint32_t n, cap;
    int64_t from_ms, to_ms; /* a record in between is no news: of the day that was noted last */
    uint32_t first, n_mates, n_active;
    uint64_t digest;
    bool is_gathered;
} group;

struct sz_mates {
    uint32_t *group_of; /* of each student of the campus; SZ_NONE: he has no class */
    uint32_t *mates;    /* those at home, one group after the other */
    group *groups;
    uint32_t n_groups;
    sz_mates_gather gather;
    void *owner;
};

/* ---- who is of which class ---- */

static uint32_t find_groups(sz_mates *m, const sz_campus *c, uint32_t n) {
    sz_map names;
    sz_map_init(&names);
    for (uint32_t i = 0; i < n; i++) {
        sz_str name = sz_campus_student(c, i)->klass;
        m->group_of[i] = name.n ? sz_map_intern(&names, name) : SZ_NONE;
    }
    uint32_t n_groups = names.n;
    sz_map_fini(&names);
    return n_groups;
}

/* The order of the rows makes no difference. */
static uint64_t digest_of(const sz_student *s) {
    uint64_t h[2] = {sz_hash(s->id.p, s->id.n), s->status == SZ_ACTIVE};
    return sz_hash(h, sizeof h);
}

static void count_mates(sz_mates *m, const sz_campus *c, uint32_t n, const bool *is_home) {
    for (uint32_t i = 0; i < n; i++) {
        if (m->group_of[i] == SZ_NONE) continue;
        const sz_student *s = sz_campus_student(c, i);
        group *g = &m->groups[m->group_of[i]];
        g->digest += digest_of(s);
        g->n_mates += is_home[i];
        g->n_active += is_home[i] && s->status == SZ_ACTIVE;
    }
}

static void list_mates(sz_mates *m, uint32_t n, const bool *is_home) {
    uint32_t at = 0;
    for (uint32_t k = 0; k < m->n_groups; k++) {
        m->groups[k].first = at;
        at += m->groups[k].n_mates;
        m->groups[k].n_mates = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (m->group_of[i] == SZ_NONE || !is_home[i]) continue;
        group *g = &m->groups[m->group_of[i]];
        m->mates[g->first + g->n_mates++] = i;
    }
}

sz_mates *sz_mates_new(const sz_campus *c, const bool *is_home, sz_mates_gather gather, void *owner) {
    sz_mates *m = sz_alloc(sizeof *m);
    m->gather = gather;
    m->owner = owner;
    uint32_t n = sz_campus_n_students(c);
    m->group_of = sz_alloc((n + 1) * sizeof *m->group_of);
    m->mates = sz_alloc((n + 1) * sizeof *m->mates);
    m->n_groups = find_groups(m, c, n);
    m->groups = sz_alloc((m->n_groups + 1) * sizeof *m->groups);
    count_mates(m, c, n, is_home);
    list_mates(m, n, is_home);
    return m;
}

void sz_mates_free(sz_mates *m) {
    if (!m) return;
    for (uint32_t k = 0; k < m->n_groups; k++) sz_free(m->groups[k].v);
    sz_free(m->groups);
    sz_free(m->group_of);
    sz_free(m->mates);
    sz_free(m);
}

static group *group_of(const sz_mates *m, uint32_t student) {
    uint32_t k = student == SZ_NONE ? SZ_NONE : m->group_of[student];
    return k == SZ_NONE ? NULL : &m->groups[k];
}

const uint32_t *sz_mates_of(const sz_mates *m, uint32_t student, uint32_t *n) {
    const group *g = group_of(m, student);
    *n = g ? g->n_mates : 0;
    return g ? m->mates + g->first : NULL;
}

uint64_t sz_mates_digest(const sz_mates *m, uint32_t student) {
    const group *g = group_of(m, student);
    return g ? g->digest : 0;
}

/* ---- who was seen when ---- */

void sz_mates_forget(sz_mates *m) {
    for (uint32_t k = 0; k < m->n_groups; k++) {
        group *g = &m->groups[k];
        g->n = 0;
        g->from_ms = g->to_ms = 0;
        g->is_gathered = false;
    }
}

/* Of a class that is too small nothing is asked. */
static bool is_asked_of(const group *g) { return g && g->n_active >= SZ_MATES_LEAST; }

bool sz_mates_are_gathered(const sz_mates *m, uint32_t student) {
    const group *g = group_of(m, student);
    return !is_asked_of(g) || g->is_gathered;
}

static void gather(const sz_mates *m, group *g) {
    if (g->is_gathered) return;
    g->is_gathered = true; /* what is gathered is noted, too */
    m->gather(m->owner, m->mates + g->first, g->n_mates);
}

/* Where that day stands, or would. */
static uint32_t place_of(const group *g, int32_t day) {
    uint32_t k = g->n;
    while (k > 0 && g->v[k - 1].day >= day) k--;
    return k;
}

static void forget_before(group *g, int32_t day) {
    uint32_t k = 0;
    while (k < g->n && g->v[k].day < day) k++;
    if (k) memmove(g->v, g->v + k, (g->n - k) * sizeof *g->v);
    g->n -= k;
}

static void put(group *g, uint32_t at, sz_heard h) {
    if (g->n == g->cap) g->v = sz_realloc(g->v, (g->cap = g->cap ? 2 * g->cap : 8) * sizeof *g->v);
    memmove(g->v + at + 1, g->v + at, (g->n - at) * sizeof *g->v);
    g->v[at] = h;
    g->n++;
}

bool sz_mates_know(const sz_mates *m, uint32_t student, int64_t t_ms) {
    const group *g = group_of(m, student);
    return !is_asked_of(g) || (t_ms >= g->from_ms && t_ms < g->to_ms);
}

bool sz_mates_note(sz_mates *m, const sz_zone *z, uint32_t student, int64_t t_ms, int32_t since_day,
                   int64_t *until_ms) {
    group *g = group_of(m, student);
    int32_t day = sz_zone_day(z, t_ms);
    if (!is_asked_of(g) || day < since_day) return false;
    gather(m, g);
    int64_t end = sz_zone_midnight(z, day + 1);
    uint32_t at = place_of(g, day);
    bool is_there = at < g->n && g->v[at].day == day, is_news = !is_there || t_ms < g->v[at].t_ms;
    *until_ms = is_there ? g->v[at].t_ms : end;
    g->from_ms = is_news ? t_ms : g->v[at].t_ms;
    g->to_ms = end;
    if (!is_there) {
        put(g, at, (sz_heard){t_ms, day});
        forget_before(g, since_day);
    } else if (is_news) {
        g->v[at].t_ms = t_ms;
    }
    return is_news;
}

bool sz_mates_are_silent(sz_mates *m, uint32_t student, int32_t day, int64_t t_ms) {
    group *g = group_of(m, student);
    if (!is_asked_of(g)) return false;
    gather(m, g);
    uint32_t at = place_of(g, day);
    return !(at < g->n && g->v[at].day == day && g->v[at].t_ms <= t_ms);
}
