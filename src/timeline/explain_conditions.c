/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions of a rule with what they are at an instant: trees, steps, points, sequences; and why numbers are not
 * known.
 */
#include "explain_parts.h"

#include <math.h>

static bool is_list(const sz_xval *v) { return v->type == SZ_X_LIST_STR || v->type == SZ_X_LIST_NUM; }

/* The value for programs, and as texts for people print it: text. */
static void put_text(telling *t, const char *name, const char *shown, const sz_xval *v, const sz_buf *text) {
    say_name(t, name);
    xval_put(t->c->zone, t->out, v);
    if (v->type == SZ_X_BOOL && v->know == SZ_KNOWN)
        say_text(t, shown, t->lang == SZ_ZH ? v->b ? SZ_STR("是") : SZ_STR("否") : v->b ? SZ_STR("yes") : SZ_STR("no"));
    else say_text(t, shown, is_list(v) ? SZ_STR("") : sz_buf_str(text));
}

static void put_value(telling *t, const char *name, const char *shown, const sz_xval *v, uint8_t unit) {
    sz_buf text;
    sz_buf_init(&text);
    sz_text_value(&text, v, unit, t->lang, t->c->zone);
    put_text(t, name, shown, v, &text);
    sz_buf_fini(&text);
}

/* A limit, of which the value may be a hair's breadth away. */
static void put_pair(telling *t, const sz_xval *v, const sz_xval *limit, uint8_t unit) {
    sz_buf of_value, of_limit;
    sz_buf_init(&of_value);
    sz_buf_init(&of_limit);
    sz_text_pair(&of_value, &of_limit, v, limit, unit, t->lang, t->c->zone);
    put_text(t, "value", "shown", v, &of_value);
    if (v->know == SZ_AT_LEAST) say_truth(t, "at_least", true);
    if (v->is_error) say_truth(t, "error", true);
    put_text(t, "threshold", "limit", limit, &of_limit);
    if (limit->is_error) say_truth(t, "error", true);
    sz_buf_fini(&of_limit);
    sz_buf_fini(&of_value);
}

static void put_sides(telling *t, const sz_prog *p, const sz_clause *c) {
    sz_xval v = sz_prog_run_at(p, c->lhs, &t->l);
    if (c->rhs == UINT32_MAX) {
        put_value(t, "value", "shown", &v, c->lhs_unit);
        if (v.know == SZ_AT_LEAST) say_truth(t, "at_least", true);
        if (v.is_error) say_truth(t, "error", true);
        return;
    }
    sz_xval limit = sz_prog_run_at(p, c->rhs, &t->l);
    put_pair(t, &v, &limit, c->lhs_unit);
}

static void put_clause(telling *t, const sz_prog *p, const sz_tree_node *n) {
    uint32_t n_clauses;
    const sz_clause *c = &sz_prog_clauses(p, &n_clauses)[n->clause];
    say_text(t, "clause", c->text);
    say_truth(t, "held", n->truth);
    if (n->decides) say_truth(t, "decides", true);
    if (c->lhs != c->whole) put_sides(t, p, c);
    if (c->lhs_slot == UINT32_MAX || SZ_SLOT_SPACE(c->lhs_slot) != SZ_SPACE_FEATURE) return;
    const sz_feature *f = &t->ev->fs->features[SZ_SLOT_INDEX(c->lhs_slot)];
    say_text(t, "feature", f->name);
    if (f->label_en.n) say_text(t, "label", t->lang == SZ_ZH ? f->label_zh : f->label_en);
}

/* A node and what is in it. */
static void put_node(telling *t, const sz_prog *p, const sz_tree_node *v, uint32_t at) {
    static const char *const words[] = {
        [SZ_TREE_ALL] = "all", [SZ_TREE_ANY] = "any", [SZ_TREE_NOT] = "not", [SZ_TREE_CHOICE] = "choice"};
    const sz_tree_node *n = &v[at];
    sz_buf_put_u8(t->out, '{');
    if (n->kind == SZ_TREE_CLAUSE) put_clause(t, p, n);
    else if (n->kind == SZ_TREE_VALUE) say_text(t, "value_of", n->text);
    else {
        say_name(t, words[n->kind]);
        sz_buf_put_u8(t->out, '[');
        for (uint32_t kid = at + 1; kid < n->end; kid = v[kid].end) {
            say_next(t);
            put_node(t, p, v, kid);
        }
        sz_buf_put_u8(t->out, ']');
        say_truth(t, "held", n->truth);
    }
    sz_buf_put_u8(t->out, '}');
}

void say_tree(telling *t, const char *name, const sz_prog *p, bool is_met) {
    sz_tree_node *v;
    sz_prog_tree(p, &t->l, t->a, is_met, &v);
    say_name(t, name);
    put_node(t, p, v, 0);
}

static void put_points(telling *t) {
    say_name(t, "points");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_points; i++) {
        const sz_point *p = &t->r->points[i];
        sz_xval v = sz_prog_run(p->when, &t->l);
        say_next(t);
        sz_buf_put_u8(t->out, '{');
        say_name(t, "add");
        sz_json_double(t->out, p->add);
        say_truth(t, "held", v.know != SZ_KNOWN ? SZ_TREE_UNKNOWN : v.b);
        say_tree(t, "tree", p->when, v.know == SZ_KNOWN && v.b);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
}

/* A rule's number, which is told as none of its steps that it is not: as the nearest least of all. */
static void put_number(telling *t, const sz_verdict *v, uint8_t unit) {
    sz_xval near = {.type = v->value.type, .know = v->n_steps ? SZ_KNOWN : SZ_UNKNOWN};
    for (uint8_t i = 0; i < v->n_steps; i++) {
        double at = v->at[v->order[i]];
        if (i == 0 || fabs(at - v->value.num) < fabs(near.num - v->value.num)) near.num = at;
    }
    sz_buf of_value, of_step;
    sz_buf_init(&of_value);
    sz_buf_init(&of_step);
    sz_text_pair(&of_value, &of_step, &v->value, &near, unit, t->lang, t->c->zone);
    put_text(t, "value", "shown", &v->value, &of_value);
    sz_buf_fini(&of_step);
    sz_buf_fini(&of_value);
}

static void put_limit(telling *t, const sz_xval *at, uint8_t unit) {
    sz_buf text;
    sz_buf_init(&text);
    sz_text_limit(&text, at, unit, t->lang, t->c->zone);
    put_text(t, "threshold", "limit", at, &text);
    sz_buf_fini(&text);
}

/* A rule's number against its steps, in the order in which they are reached. */
static void put_steps(telling *t, const sz_verdict *v) {
    uint8_t unit = t->r->value ? t->r->value_unit : (uint8_t)SZ_UNIT_POINTS;
    put_number(t, v, unit);
    if (v->value.know == SZ_AT_LEAST) say_truth(t, "at_least", true);
    say_name(t, "steps");
    sz_buf_put_u8(t->out, '[');
    for (uint8_t i = 0; i < v->n_steps; i++) {
        const sz_step *s = &t->r->steps[v->order[i]];
        sz_xval at = {.type = v->value.type, .know = SZ_KNOWN, .num = v->at[v->order[i]]};
        sz_xval held = sz_xval_compare(t->r->at_most ? 'l' : 'g', &v->value, &at);
        say_next(t);
        sz_buf_put_u8(t->out, '{');
        say_text(t, "step", s->text);
        put_limit(t, &at, unit);
        say_text(t, "level", sz_str_of(sz_level_names[s->level]));
        say_truth(t, "held", held.know != SZ_KNOWN ? SZ_TREE_UNKNOWN : held.b);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
    say_truth(t, "at_most", t->r->at_most);
}

/* The last record before the instant that fits the step's event; what earlier steps or its own where ask is not looked
 * at. */
static int64_t last_fit(const telling *t, uint32_t matcher) {
    int64_t last = SZ_TIME_NONE;
    const sz_timeline *tl = t->tl;
    for (uint32_t off = 0; off < tl->head_off; off += sz_entry_len(tl->log.p + off))
        if (sz_entry_mask(tl->log.p + off)[matcher >> 3] >> (matcher & 7) & 1) last = sz_entry_time(tl->log.p + off);
    return last;
}

/* The steps, and how far the try has come that has come the furthest. */
static void put_sequence(telling *t) {
    run x;
    sequence_try try;
    run_init(&x, (sz_timeline *)(uintptr_t)t->tl, (sz_tlctx *)(uintptr_t)t->c, NULL);
    sz_eval_at(&x.ev, t->ev->t_ms);
    sz_rule_scope(&x.ev, t->r);
    sequence_tries(&x, t->r, &try);
    say_name(t, "sequence");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_sequence; i++) {
        const sz_sequence_step *s = &t->r->sequence[i];
        say_next(t);
        sz_buf_put_u8(t->out, '{');
        say_text(t, s->is_not ? "not" : "event", s->event);
        say_time(t, "last", last_fit(t, s->matcher));
        say_truth(t, "done", try.n_open && i < try.next && !s->is_not);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
    say_name(t, "tries");
    sz_buf_printf(t->out, "%u", try.n_open);
    say_time(t, "began", try.n_open ? try.first_ms : SZ_TIME_NONE);
    say_time(t, "until", try.n_open ? try.until_ms : SZ_TIME_NONE);
}

void say_condition(telling *t, const sz_verdict *v, bool is_met) {
    say_name(t, "condition");
    sz_buf_put_u8(t->out, '{');
    say_truth(t, "held", t->r->n_sequence ? SZ_TREE_UNKNOWN : explain_truth((sz_truth)v->truth));
    if (t->r->n_sequence) put_sequence(t);
    else if (!sz_rule_is_stepped(t->r)) say_tree(t, "tree", t->r->when, is_met);
    else {
        uint32_t slot;
        put_steps(t, v);
        if (t->r->n_points) put_points(t);
        else if (!sz_prog_is_slot(t->r->value, &slot)) say_tree(t, "tree", t->r->value, is_met);
    }
    sz_buf_put_u8(t->out, '}');
}

/* ---- what is not known ---- */

static void put_group(telling *t, const sz_feature *f) {
    int32_t day = sz_peers_day(t->c->zone, t->ev->t_ms);
    const sz_peer_table *table = t->ev->facts->peers ? sz_peers_find(t->ev->facts->peers, f->hash, day) : NULL;
    uint64_t id = sz_peers_group(t->ev, f, day);
    const sz_peer_group *g = table && id ? sz_peer_table_group(table, id) : NULL;
    say_name(t, "group");
    sz_buf_printf(t->out, "{\"table\":%s,\"by_place\":%s,\"has_group\":%s,\"known\":%u,\"asked\":%u,\"needed\":%u}",
                  table ? "true" : "false", f->by & SZ_PEERS_BY_PLACE ? "true" : "false", id ? "true" : "false",
                  g ? g->n : 0, g ? g->asked : 0, f->min_group);
}

static void put_coverage(telling *t, const sz_feature *f) {
    sz_coverage c;
    sz_feature_coverage(t->ev, f, &c);
    if (!c.total) return;
    say_name(t, "window");
    sz_buf_printf(t->out, "{\"of\":\"%s\",\"total\":%d,\"seen\":%d,\"before\":%d,\"away\":%d,\"down\":%d}",
                  c.is_hours   ? "panes"
                  : c.is_night ? "nights"
                               : "days",
                  c.total, c.seen, c.before, c.away, c.down);
}

void say_unknown(telling *t) {
    say_name(t, "unknown");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_features; i++) {
        const sz_feature *f = &t->ev->fs->features[t->r->features[i]];
        bool is_record = f->op == SZ_OP_FIRST || f->op == SZ_OP_LAST;
        uint32_t part = is_record ? 1u + SZ_EF_TIME : sz_operators[f->op].n_parts ? 1u : 0;
        if (f->op == SZ_OP_PEERS) part = 1u + SZ_PEERS_MEAN;
        sz_xval v = {.type = is_record ? (uint8_t)SZ_X_TIME : part ? (uint8_t)SZ_X_NUM : f->type};
        t->l.load(t->l.ctx, SZ_SLOT(SZ_SPACE_FEATURE, part, t->r->features[i]), &v);
        if (v.know == SZ_KNOWN) continue;
        say_next(t);
        sz_buf_put_u8(t->out, '{');
        say_text(t, "feature", f->name);
        if (f->label_en.n) say_text(t, "label", t->lang == SZ_ZH ? f->label_zh : f->label_en);
        say_text(t, "operator", sz_str_of(sz_operators[f->op].name));
        if (v.know == SZ_AT_LEAST) put_value(t, "at_least", "shown", &v, f->unit);
        if (f->op == SZ_OP_PEERS) put_group(t, f);
        else put_coverage(t, f);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
}
