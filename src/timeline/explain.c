/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a rule does not tell of a student, or does: each condition with what it is at an instant, and what holds the
 * rule. It asks what judge.c asks and changes nothing. No record and nobody else is named: what is compared with others
 * is said by how many they are.
 */
#include "internal.h"

typedef struct telling {
    sz_buf *out;
    const sz_timeline *tl;
    const sz_tlctx *c;
    sz_eval *ev;
    const sz_rule *r;
    uint32_t rule;
    sz_lang lang;
    bool is_check;
    sz_loader l;
    sz_arena *a;
    sz_str first; /* of what holds it */
} telling;

static void put_name(telling *t, const char *name) {
    uint8_t before = t->out->n ? t->out->p[t->out->n - 1] : '{';
    if (before != '{' && before != '[') sz_buf_put_u8(t->out, ',');
    sz_buf_printf(t->out, "\"%s\":", name);
}

static void put_text(telling *t, const char *name, sz_str text) {
    put_name(t, name);
    sz_json_str(t->out, text);
}

static void put_time(telling *t, const char *name, int64_t at) {
    char text[40];
    put_name(t, name);
    if (at == SZ_TIME_NONE || at == SZ_TIME_MAX) {
        sz_buf_put_z(t->out, "null");
        return;
    }
    sz_time_format(t->c->zone, at, text);
    sz_json_str(t->out, sz_str_of(text));
}

static void put_truth(telling *t, const char *name, uint8_t truth) {
    put_name(t, name);
    sz_buf_put_z(t->out, truth == SZ_TREE_UNKNOWN ? "null" : truth ? "true" : "false");
}

static uint8_t truth_of(sz_truth t) { return t == SZ_UNSURE ? SZ_TREE_UNKNOWN : t == SZ_TRUE; }

static void next_item(telling *t) {
    if (t->out->p[t->out->n - 1] != '[') sz_buf_put_u8(t->out, ',');
}

/* ---- conditions ---- */

/* The value for programs, and as texts for people print it. */
static void put_value(telling *t, const char *name, const char *shown, const sz_xval *v, uint8_t unit) {
    sz_buf text;
    put_name(t, name);
    xval_put(t->c->zone, t->out, v);
    sz_buf_init(&text);
    if (v->type == SZ_X_BOOL && v->know == SZ_KNOWN)
        sz_buf_put_z(&text, t->lang == SZ_ZH ? v->b ? "是" : "否" : v->b ? "yes" : "no");
    else if (v->type != SZ_X_LIST_STR && v->type != SZ_X_LIST_NUM) sz_text_value(&text, v, unit, t->lang, t->c->zone);
    put_text(t, shown, sz_buf_str(&text));
    sz_buf_fini(&text);
}

static void put_side(telling *t, const sz_prog *p, uint32_t entry, const char *name, const char *shown, uint8_t unit) {
    if (entry == UINT32_MAX) return;
    sz_xval v = sz_prog_run_at(p, entry, &t->l);
    put_value(t, name, shown, &v, unit);
    if (v.know == SZ_AT_LEAST && *name == 'v') put_truth(t, "at_least", true);
    if (v.is_error) put_truth(t, "error", true);
}

static void put_clause(telling *t, const sz_prog *p, const sz_tree_node *n) {
    uint32_t n_clauses;
    const sz_clause *c = &sz_prog_clauses(p, &n_clauses)[n->clause];
    put_text(t, "clause", c->text);
    put_truth(t, "held", n->truth);
    if (n->decides) put_truth(t, "decides", true);
    if (c->lhs != c->whole) put_side(t, p, c->lhs, "value", "shown", c->lhs_unit);
    if (c->lhs != c->whole) put_side(t, p, c->rhs, "threshold", "limit", c->lhs_unit);
    if (c->lhs_slot == UINT32_MAX || SZ_SLOT_SPACE(c->lhs_slot) != SZ_SPACE_FEATURE) return;
    const sz_feature *f = &t->ev->fs->features[SZ_SLOT_INDEX(c->lhs_slot)];
    put_text(t, "feature", f->name);
    if (f->label_en.n) put_text(t, "label", t->lang == SZ_ZH ? f->label_zh : f->label_en);
}

/* A node and what is in it. */
static void put_node(telling *t, const sz_prog *p, const sz_tree_node *v, uint32_t at) {
    static const char *const words[] = {
        [SZ_TREE_ALL] = "all", [SZ_TREE_ANY] = "any", [SZ_TREE_NOT] = "not", [SZ_TREE_CHOICE] = "choice"};
    const sz_tree_node *n = &v[at];
    sz_buf_put_u8(t->out, '{');
    if (n->kind == SZ_TREE_CLAUSE) put_clause(t, p, n);
    else if (n->kind == SZ_TREE_VALUE) put_text(t, "value_of", n->text);
    else {
        put_name(t, words[n->kind]);
        sz_buf_put_u8(t->out, '[');
        for (uint32_t kid = at + 1; kid < n->end; kid = v[kid].end) {
            next_item(t);
            put_node(t, p, v, kid);
        }
        sz_buf_put_u8(t->out, ']');
        put_truth(t, "held", n->truth);
    }
    sz_buf_put_u8(t->out, '}');
}

static void put_tree(telling *t, const char *name, const sz_prog *p, bool is_met) {
    sz_tree_node *v;
    sz_prog_tree(p, &t->l, t->a, is_met, &v);
    put_name(t, name);
    put_node(t, p, v, 0);
}

static void put_points(telling *t) {
    put_name(t, "points");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_points; i++) {
        const sz_point *p = &t->r->points[i];
        sz_xval v = sz_prog_run(p->when, &t->l);
        next_item(t);
        sz_buf_put_u8(t->out, '{');
        put_name(t, "add");
        sz_json_double(t->out, p->add);
        put_truth(t, "held", v.know != SZ_KNOWN ? SZ_TREE_UNKNOWN : v.b);
        put_tree(t, "tree", p->when, v.know == SZ_KNOWN && v.b);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
}

/* A rule's number against its steps, in the order in which they are reached. */
static void put_steps(telling *t, const sz_verdict *v) {
    uint8_t unit = t->r->value ? t->r->value_unit : (uint8_t)SZ_UNIT_POINTS;
    put_value(t, "value", "shown", &v->value, unit);
    if (v->value.know == SZ_AT_LEAST) put_truth(t, "at_least", true);
    put_name(t, "steps");
    sz_buf_put_u8(t->out, '[');
    for (uint8_t i = 0; i < v->n_steps; i++) {
        const sz_step *s = &t->r->steps[v->order[i]];
        sz_xval at = {.type = v->value.type, .know = SZ_KNOWN, .num = v->at[v->order[i]]};
        sz_xval held = sz_xval_compare(t->r->at_most ? 'l' : 'g', &v->value, &at);
        next_item(t);
        sz_buf_put_u8(t->out, '{');
        put_text(t, "step", s->text);
        put_value(t, "threshold", "limit", &at, unit);
        put_text(t, "level", sz_str_of(sz_level_names[s->level]));
        put_truth(t, "held", held.know != SZ_KNOWN ? SZ_TREE_UNKNOWN : held.b);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
    put_truth(t, "at_most", t->r->at_most);
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
    put_name(t, "sequence");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_sequence; i++) {
        const sz_sequence_step *s = &t->r->sequence[i];
        next_item(t);
        sz_buf_put_u8(t->out, '{');
        put_text(t, s->is_not ? "not" : "event", s->event);
        put_time(t, "last", last_fit(t, s->matcher));
        put_truth(t, "done", try.n_open && i < try.next && !s->is_not);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
    put_name(t, "tries");
    sz_buf_printf(t->out, "%u", try.n_open);
    put_time(t, "began", try.n_open ? try.first_ms : SZ_TIME_NONE);
    put_time(t, "until", try.n_open ? try.until_ms : SZ_TIME_NONE);
}

static void put_condition(telling *t, const sz_verdict *v, bool is_met) {
    put_name(t, "condition");
    sz_buf_put_u8(t->out, '{');
    put_truth(t, "held", t->r->n_sequence ? SZ_TREE_UNKNOWN : truth_of((sz_truth)v->truth));
    if (t->r->n_sequence) put_sequence(t);
    else if (!sz_rule_is_stepped(t->r)) put_tree(t, "tree", t->r->when, is_met);
    else {
        uint32_t slot;
        put_steps(t, v);
        if (t->r->n_points) put_points(t);
        else if (!sz_prog_is_slot(t->r->value, &slot)) put_tree(t, "tree", t->r->value, is_met);
    }
    sz_buf_put_u8(t->out, '}');
}

/* ---- what is not known ---- */

static void put_group(telling *t, const sz_feature *f) {
    int32_t day = sz_peers_day(t->c->zone, t->ev->t_ms);
    const sz_peer_table *table = t->ev->facts->peers ? sz_peers_find(t->ev->facts->peers, f->hash, day) : NULL;
    uint64_t id = t->ev->info ? sz_peers_group_of(t->ev->info, f->by, day) : 0;
    const sz_peer_group *g = table && id ? sz_peer_table_group(table, id) : NULL;
    put_name(t, "group");
    sz_buf_printf(t->out, "{\"table\":%s,\"has_group\":%s,\"known\":%u,\"asked\":%u,\"needed\":%u}",
                  table ? "true" : "false", id ? "true" : "false", g ? g->n : 0, g ? g->asked : 0, f->min_group);
}

static void put_coverage(telling *t, const sz_feature *f) {
    sz_coverage c;
    sz_feature_coverage(t->ev, f, &c);
    if (!c.total) return;
    put_name(t, "window");
    sz_buf_printf(t->out, "{\"of\":\"%s\",\"total\":%d,\"seen\":%d,\"before\":%d,\"away\":%d,\"down\":%d}",
                  c.is_hours   ? "panes"
                  : c.is_night ? "nights"
                               : "days",
                  c.total, c.seen, c.before, c.away, c.down);
}

/* Features that the rule reads of which no value, or at least so much, is known. */
static void put_unknown(telling *t) {
    put_name(t, "unknown");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_features; i++) {
        const sz_feature *f = &t->ev->fs->features[t->r->features[i]];
        bool is_record = f->op == SZ_OP_FIRST || f->op == SZ_OP_LAST;
        uint32_t part = is_record ? 1u + SZ_EF_TIME : sz_operators[f->op].n_parts ? 1u : 0;
        if (f->op == SZ_OP_PEERS) part = 1u + SZ_PEERS_MEAN;
        sz_xval v = {.type = is_record ? (uint8_t)SZ_X_TIME : part ? (uint8_t)SZ_X_NUM : f->type};
        t->l.load(t->l.ctx, SZ_SLOT(SZ_SPACE_FEATURE, part, t->r->features[i]), &v);
        if (v.know == SZ_KNOWN) continue;
        next_item(t);
        sz_buf_put_u8(t->out, '{');
        put_text(t, "feature", f->name);
        if (f->label_en.n) put_text(t, "label", t->lang == SZ_ZH ? f->label_zh : f->label_en);
        put_text(t, "operator", sz_str_of(sz_operators[f->op].name));
        if (v.know == SZ_AT_LEAST) put_value(t, "at_least", "shown", &v, f->unit);
        if (f->op == SZ_OP_PEERS) put_group(t, f);
        else put_coverage(t, f);
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
}

/* ---- what holds it ---- */

static void hold(telling *t, const char *what) {
    next_item(t);
    sz_json_str(t->out, sz_str_of(what));
    if (!t->first.n) t->first = sz_arena_str(t->a, sz_str_of(what));
}

static void put_exemptions(telling *t) {
    put_name(t, "exemptions");
    sz_buf_put_u8(t->out, '[');
    for (uint32_t i = 0; i < t->r->n_unless; i++) {
        next_item(t);
        sz_buf_put_u8(t->out, '{');
        put_text(t, "name", t->r->unless[i].name);
        put_truth(t, "value", truth_of(sz_exemption_value(t->ev, t->r, &t->r->unless[i])));
        sz_buf_put_u8(t->out, '}');
    }
    sz_buf_put_u8(t->out, ']');
}

/* Whom it is not about is never told of, whatever else there is. */
static void hold_who(telling *t, sz_truth who) {
    if (who == SZ_FALSE) hold(t, "who");
    if (who == SZ_UNSURE) hold(t, "who_unknown");
}

static void hold_unless(telling *t) {
    for (uint32_t i = 0; i < t->r->n_unless; i++)
        if (sz_exemption_value(t->ev, t->r, &t->r->unless[i]) != SZ_FALSE)
            hold(t, sz_arena_printf(t->a, "unless:%.*s", SZ_FMT_STR(t->r->unless[i].name)));
}

/* Would the condition be met, had nothing been known of the others? */
static bool is_by_peers(telling *t, const sz_verdict *v) {
    sz_facts *f = t->c->facts;
    const sz_peers *tables = f->peers;
    sz_verdict without;
    if (v->truth == SZ_TRUE || t->r->n_sequence || !tables) return false;
    f->peers = NULL;
    sz_rule_judge(t->ev, t->r, &without);
    f->peers = tables;
    return without.truth == SZ_TRUE && without.reached >= 0;
}

static void hold_condition(telling *t, const sz_verdict *v) {
    if (t->r->n_sequence) hold(t, "sequence");
    else if (is_by_peers(t, v)) hold(t, "peers");
    else if (v->truth == SZ_FALSE || (v->truth == SZ_TRUE && v->reached < 0)) hold(t, "condition");
    else if (v->truth == SZ_UNSURE) hold(t, "unknown");
}

static const sz_episode *last_of(const telling *t) {
    const sz_episode *last = NULL;
    for (uint32_t i = 0; i < t->tl->n_episodes; i++) {
        const sz_episode *e = &t->tl->episodes[i];
        if (e->rule == t->rule && e->n_anns && !e->is_retracted) last = e;
    }
    return last;
}

/* Until when only a higher step opens it; SZ_TIME_NONE: it does not matter. */
static int64_t quiet_until(const telling *t, const sz_episode *last, const sz_verdict *v) {
    if (!last || (episode_is_open(last) && !t->r->is_instant)) return SZ_TIME_NONE;
    const sz_ann *a = &last->anns[last->n_anns - 1];
    int64_t until = (t->r->is_instant ? last->since_ms : a->at_ms) + t->r->again_after_ms;
    bool is_higher = !t->r->is_instant && v->reached >= 0 && v->reached > sz_verdict_rank(v, a->step);
    return t->ev->t_ms < until && !is_higher ? until : SZ_TIME_NONE;
}

static void put_waits(telling *t, const sz_episode *last, const sz_verdict *v) {
    put_time(t, "quiet_until", quiet_until(t, last, v));
    if (t->r->for_ms) put_time(t, "true_since", pend_since(t->tl, t->rule));
    if (t->r->check.kind != SZ_CHECK_NONE && !t->r->is_instant)
        put_time(t, "next_check",
                 sz_check_next(&t->r->check, sz_campus_calendar(t->c->facts->campus), t->c->zone, t->ev->t_ms));
}

/* As judge.c has it: true where it is true now and has been for long enough. */
static bool is_for_over(const telling *t, const sz_verdict *v) {
    int64_t since = pend_since(t->tl, t->rule);
    if (!t->r->for_ms || v->truth != SZ_TRUE) return true;
    return since != SZ_TIME_NONE && t->ev->t_ms - since >= t->r->for_ms;
}

static void put_held_by(telling *t, const sz_verdict *v, sz_truth who, bool is_back) {
    const sz_episode *last = last_of(t);
    bool is_open = last && episode_is_open(last) && !t->r->is_instant;
    put_truth(t, "open", is_open);
    if (is_open) put_time(t, "since", last->since_ms);
    put_waits(t, last, v);
    put_name(t, "held_by");
    sz_buf_put_u8(t->out, '[');
    hold_who(t, who);
    if (!is_open) hold_condition(t, v);
    hold_unless(t);
    if (is_back && !is_open) hold(t, "resolve_when");
    if (!is_for_over(t, v) && !is_open) hold(t, "for");
    if (quiet_until(t, last, v) != SZ_TIME_NONE) hold(t, "again_after");
    if (t->r->check.kind != SZ_CHECK_NONE && !t->r->is_instant && !t->is_check && !is_open) hold(t, "check");
    sz_buf_put_u8(t->out, ']');
    if (is_open && !t->first.n) t->first = SZ_STR("open");
}

sz_str sz_timeline_explain(sz_arena *a, sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_eval *ev,
                           uint32_t rule, bool is_check, sz_lang lang) {
    telling t = {.out = out,
                 .tl = tl,
                 .c = c,
                 .ev = ev,
                 .r = &c->bundle->rules[rule],
                 .rule = rule,
                 .lang = lang,
                 .is_check = is_check,
                 .a = a};
    sz_verdict v = {.truth = SZ_UNSURE, .reached = -1, .value = {.know = SZ_UNKNOWN}};
    if (!t.r->n_sequence) sz_rule_judge(ev, t.r, &v);
    t.l = sz_rule_scope(ev, t.r);
    sz_truth who = t.r->who ? sz_rule_truth(ev, t.r->who) : SZ_TRUE;
    put_time(&t, "at", ev->t_ms);
    if (t.r->who) put_tree(&t, "who", t.r->who, who == SZ_TRUE);
    put_condition(&t, &v, v.truth == SZ_TRUE);
    put_exemptions(&t);
    bool is_back = t.r->resolve_when && sz_rule_truth(ev, t.r->resolve_when) == SZ_TRUE;
    if (t.r->resolve_when) put_tree(&t, "resolve_when", t.r->resolve_when, true);
    put_unknown(&t);
    put_held_by(&t, &v, who, is_back);
    return t.first;
}

void sz_timeline_explain_at(sz_arena *a, sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, uint32_t rule,
                            int64_t t_ms, sz_lang lang) {
    run x;
    run_init(&x, (sz_timeline *)(uintptr_t)tl, (sz_tlctx *)(uintptr_t)c, NULL);
    sz_eval_at(&x.ev, t_ms);
    sz_timeline_explain(a, out, tl, c, &x.ev, rule, false, lang);
}
