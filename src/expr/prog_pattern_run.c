/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns: all states at once, one character after the other (Pike's machine without captures).
 */
#include "prog_pattern.h"

#define BEFORE UINT32_MAX /* the character before the first and after the last */

typedef struct threads {
    uint16_t v[PATTERN_STATES];
    uint32_t n;
} threads;

typedef struct machine {
    const pattern *p;
    uint32_t mark[PATTERN_STATES]; /* the step that has seen the state */
    uint32_t step;
    uint16_t todo[PATTERN_STATES];
    uint32_t prev, next; /* characters around the place */
    bool matched;
} machine;

static bool has(const set *s, uint32_t c) {
    bool found = false;
    for (uint32_t i = 0; i < s->n && !found; i++) found = c >= s->v[i].lo && c <= s->v[i].hi;
    return found != s->negated;
}

static bool is_word(uint32_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z');
}

static bool holds(const machine *m, uint8_t kind) {
    bool is_edge = is_word(m->prev) != is_word(m->next);
    switch (kind) {
    case S_BEGIN: return m->prev == BEFORE;
    case S_END: return m->next == BEFORE;
    case S_WORD: return is_edge;
    default: return !is_edge;
    }
}

/* Add a state and what is reached from it without a character. Each state is put on todo at most once a step. */
static void add(machine *m, threads *t, uint16_t s) {
    uint32_t n = 0;
    if (m->mark[s] == m->step) return;
    m->mark[s] = m->step;
    m->todo[n++] = s;
    while (n > 0) {
        const state *at = &m->p->states[s = m->todo[--n]];
        uint16_t to[2] = {at->out, at->out2};
        uint32_t n_to = at->kind == S_SPLIT ? 2 : 1;
        if (at->kind == S_MATCH) m->matched = true;
        if (at->kind == S_SET) t->v[t->n++] = s;
        if (at->kind == S_MATCH || at->kind == S_SET || (at->kind != S_SPLIT && !holds(m, at->kind))) continue;
        for (uint32_t k = 0; k < n_to; k++) {
            if (m->mark[to[k]] == m->step) continue;
            m->mark[to[k]] = m->step;
            m->todo[n++] = to[k];
        }
    }
}

bool prog_pattern_matches(const pattern *p, sz_str s) {
    machine m = {.p = p, .prev = BEFORE};
    threads lists[2];
    size_t i = 0;
    lists[0].n = 0;
    for (uint32_t k = 0;; k ^= 1) {
        size_t len = 0;
        m.step++;
        m.next = i < s.n ? sz_utf8_next(s.p + i, s.n - i, &len) : BEFORE;
        threads *now = &lists[k], *then = &lists[k ^ 1];
        then->n = 0;
        /* what the last character led to, then a new try from here */
        for (uint32_t j = 0; j < now->n; j++) {
            const state *at = &p->states[now->v[j]];
            if (has(&at->chars, m.prev)) add(&m, then, at->out);
        }
        add(&m, then, p->start);
        if (m.matched || i >= s.n) return m.matched;
        m.prev = m.next;
        i += len;
    }
}
