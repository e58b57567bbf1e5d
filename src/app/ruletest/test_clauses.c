/* SPDX-License-Identifier: Apache-2.0
 *
 * A condition of which the tests have seen one answer only is not tested, though all pass: which are these? Looked at
 * is where the rule may open: at its checks, at its records where it names `event`, else wherever something may change.
 * A clause that is unknown, and alone leaves the whole unknown, keeps the rule from opening as a false one would: a
 * test of that would miss it too.
 */
#include "rule_test.h"

enum { WAS_TRUE = 1, WAS_FALSE = 2, WAS_UNSURE = 4 /* and decided */ };

static uint32_t n_progs(const sz_rule *r) { return r->n_points ? r->n_points : r->when ? 1 : 0; }
static const sz_prog *prog(const sz_rule *r, uint32_t i) { return r->n_points ? r->points[i].when : r->when; }

/* Into was: what each clause of p is now. Returns how many there are. */
static uint32_t look_at(const sz_prog *p, const sz_loader *l, uint8_t *was) {
    uint32_t n = 0, n_unknown = 0, unknown = 0;
    const sz_clause *clauses = sz_prog_clauses(p, &n);
    for (uint32_t k = 0; k < n; k++) {
        sz_xval v = sz_prog_run_at(p, clauses[k].whole, l);
        if (v.know == SZ_KNOWN && v.type == SZ_X_BOOL) was[k] |= v.b ? WAS_TRUE : WAS_FALSE;
        else n_unknown++, unknown = k;
    }
    if (n_unknown == 1 && sz_prog_run(p, l).know != SZ_KNOWN) was[unknown] |= WAS_UNSURE;
    return n;
}

static void look(void *self, sz_eval *ev, uint32_t rule) {
    sz_test_seen *s = self;
    bool at_check = s->rule->check.kind != SZ_CHECK_NONE;
    if (ev->t_ms < s->from_ms || (at_check ? rule != s->number : rule != SZ_NONE)) return;
    if (s->rule->is_instant && !ev->event) return;
    sz_loader l = sz_rule_scope(ev, s->rule);
    for (uint32_t i = 0, at = 0; i < n_progs(s->rule); i++) at += look_at(prog(s->rule, i), &l, &s->clauses[at]);
}

void sz_test_seen_init(sz_test_seen *s, const sz_rule *r, uint32_t number) {
    *s = (sz_test_seen){.rule = r, .number = number, .onlooker = {s, look}};
    for (uint32_t i = 0; i < n_progs(r); i++) {
        uint32_t n = 0;
        sz_prog_clauses(prog(r, i), &n);
        s->n += n;
    }
    s->clauses = sz_alloc(s->n + 1);
    memset(s->clauses, 0, s->n + 1);
}

void sz_test_seen_fini(sz_test_seen *s) { sz_free(s->clauses); }

static sz_str clause_text(const sz_rule *r, uint32_t at) {
    for (uint32_t i = 0; i < n_progs(r); i++) {
        uint32_t n = 0;
        const sz_clause *clauses = sz_prog_clauses(prog(r, i), &n);
        if (at < n) return clauses[at].text;
        at -= n;
    }
    return (sz_str){0};
}

static bool is_done(uint8_t was) { return was & WAS_TRUE && was & (WAS_FALSE | WAS_UNSURE); }

bool sz_test_seen_next(const sz_test_seen *s, uint32_t *at, sz_str *clause, sz_test_never *never) {
    while (*at < s->n && is_done(s->clauses[*at])) ++*at;
    if (*at == s->n) return false;
    uint8_t was = s->clauses[*at];
    *clause = clause_text(s->rule, *at);
    *never = !(was & (WAS_TRUE | WAS_FALSE)) ? SZ_NEVER_KNOWN : was & WAS_TRUE ? SZ_NEVER_FALSE : SZ_NEVER_TRUE;
    ++*at;
    return true;
}
