/* SPDX-License-Identifier: Apache-2.0
 *
 * Use of expr: what an expression names, and its program with findings that point into the YAML scalar.
 */
#include "load.h"

/* ---- scan ---- */

/* Nodes still to be looked at. Trees may be as deep as they have nodes (chains), so no recursion. */
struct todo { const sz_expr **v; uint32_t n, cap; };

static void push(struct sz_loading *l, struct todo *t, const sz_expr *e) { *SZ_PUSH(&l->tmp, t->v, t->n, t->cap) = e; }

static void add_root(struct sz_loading *l, struct sz_scan *s, const sz_expr *e) {
    s->names_event |= sz_str_is(e->text, "event") || sz_str_is(e->text, "place");
    for (uint32_t i = 0; i < s->n_roots; i++)
        if (sz_str_eq(s->roots[i].name, e->text)) return;
    *SZ_PUSH(&l->tmp, s->roots, s->n_roots, s->cap_roots) = (struct sz_root){e->text, e->off};
}

static void add_field(struct sz_loading *l, struct sz_scan *s, sz_str field) {
    uint64_t types = sz_field_types(l, field);
    if (types == 0) return; /* the compiler says so */
    s->types &= types;
    *SZ_PUSH(&l->tmp, s->fields, s->n_fields, s->cap_fields) = field;
}

static bool is_call(const sz_expr *e, const char *name) { return e->kind == SZ_E_CALL && !e->is_method && sz_str_is(e->text, name); }

static bool is_event_type(const sz_expr *e) {
    return e->kind == SZ_E_SELECT && !e->is_test && sz_str_is(e->text, "type") && e->args[0]->kind == SZ_E_IDENT &&
           sz_str_is(e->args[0]->text, "event");
}

static uint64_t type_bit(const struct sz_loading *l, const sz_expr *e) {
    int t = e->kind == SZ_E_STRING ? sz_types_find(l->types, e->text) : -1;
    return t < 0 ? 0 : UINT64_C(1) << t;
}

/* event.type == "x", "x" == event.type, event.type in [...]: the types that are left. All bits: it says nothing of them. */
static uint64_t types_of(const struct sz_loading *l, const sz_expr *e) {
    if (e->n != 2) return UINT64_MAX;
    uint64_t types = 0;
    if (is_call(e, "_==_")) {
        int at = is_event_type(e->args[0]) ? 0 : is_event_type(e->args[1]) ? 1 : -1;
        if (at >= 0) types = type_bit(l, e->args[1 - at]);
    } else if (is_call(e, "@in") && is_event_type(e->args[0]) && e->args[1]->kind == SZ_E_LIST) {
        for (uint32_t i = 0; i < e->args[1]->n; i++) types |= type_bit(l, e->args[1]->args[i]);
    }
    return types ? types : UINT64_MAX;
}

static void scan_types(struct sz_loading *l, const sz_expr *root, struct sz_scan *s) {
    struct todo todo = {0};
    push(l, &todo, root);
    while (todo.n) {
        const sz_expr *e = todo.v[--todo.n];
        if (is_call(e, "_&&_") && e->n == 2) {
            push(l, &todo, e->args[0]);
            push(l, &todo, e->args[1]);
        } else {
            s->types_named &= types_of(l, e);
        }
    }
}

bool sz_rules_scan(struct sz_loading *l, sz_str text, struct sz_scan *s) {
    *s = (struct sz_scan){.types = UINT64_MAX, .types_named = UINT64_MAX};
    sz_expr_error err;
    const sz_expr *root = sz_expr_parse(&l->tmp, text, true, &err);
    if (!root) return false;
    struct todo todo = {0};
    push(l, &todo, root);
    while (todo.n) {
        const sz_expr *e = todo.v[--todo.n];
        if (e->kind == SZ_E_IDENT) add_root(l, s, e);
        if (e->kind == SZ_E_SELECT && e->args[0]->kind == SZ_E_IDENT && sz_str_is(e->args[0]->text, "event")) add_field(l, s, e->text);
        for (uint32_t i = e->n; i-- > 0;)
            if (e->args[i]) push(l, &todo, e->args[i]);
    }
    scan_types(l, root, s);
    s->is_bare = root->kind == SZ_E_IDENT || (root->kind == SZ_E_SELECT && !root->is_test);
    s->types &= s->types_named;
    return true;
}

/* ---- compile ---- */

struct site { const sz_yaml *node; size_t off; };

static sz_span locate(void *ctx, uint32_t off, uint32_t len) {
    const struct site *s = ctx;
    return sz_yaml_value_span(s->node, s->off + off, len);
}

/* A name that failed before leaves a program that cannot be emitted; that it "needs too many values" is not worth saying. */
static void drop_echo(sz_diags *d, size_t before) {
    enum { C_TOO_MANY_VALUES = 119 };
    if (d->n != before + 1 || d->v[before].code != C_TOO_MANY_VALUES) return;
    d->n--;
    d->n_errors--;
}

/* Where `what` stands in the part, or the whole of it. */
static sz_span span_of(const sz_yaml *node, size_t off, size_t len, sz_str what) {
    for (size_t i = 0; i + what.n <= len; i++)
        if (memcmp(node->text.p + off + i, what.p, what.n) == 0) return sz_yaml_value_span(node, off + i, what.n);
    return sz_yaml_value_span(node, off, len);
}

static void warn_no_periods(const struct sz_scope *s, const sz_yaml *node, size_t off, size_t len) {
    sz_diag *g = sz_rules_warn(s->l, C_NO_PERIODS, span_of(node, off, len, s->period), "the calendar has no periods, so `%.*s` never comes",
                               "校历没有时段，所以 `%.*s` 永远不会到来", SZ_FMT_STR(s->period));
    sz_rules_hint(s->l, g, "add  periods: [{id: %.*s, from: …, to: …}]  to calendar.yaml", "请在 calendar.yaml 里加  periods: [{id: %.*s, from: …, to: …}]",
                  SZ_FMT_STR(s->period));
}

/* ---- names that are known, but not here ---- */

static void refuse_event(const struct sz_scope *s, sz_str name, sz_span at) {
    sz_rules_hint_say(sz_rules_error(s->l, C_NO_EVENT, at, "`%.*s` may not stand here", "这里不能用 `%.*s`", SZ_FMT_STR(name)),
                      s->no_event, s->no_event_zh);
}

static bool refuse_feature(const struct sz_scope *s, sz_str name, sz_span at) {
    const struct sz_decl *d = sz_decls_find(&s->l->features, name);
    if (!d) return false;
    sz_diag *g = sz_rules_error(s->l, C_NO_FEATURE, at, "`where` sees one record, and `%.*s` is a feature", "where 只看一条记录，而 `%.*s` 是特征",
                                SZ_FMT_STR(name));
    sz_rules_hint(s->l, g, "ask it in the `when` of a rule  (feature, %s)", "请写在规则的 when 里（特征，%s）", sz_rules_place(s->l, d->key->span));
    return true;
}

static bool refuse_param(const struct sz_scope *s, sz_str name, sz_span at) {
    const struct sz_decl *d = sz_decls_find(&s->l->params, name);
    if (!d || d->state != SZ_DECL_DONE || sz_param_is_const(&s->l->global_params[d->index])) return false;
    sz_diag *g = sz_rules_error(s->l, C_NOT_CONSTANT, at, "`%.*s` differs by student", "`%.*s` 因学生而异", SZ_FMT_STR(name));
    sz_rules_hint(s->l, g, "only constant params may stand in events and features  (param, %s)", "事件和特征里只能用不变的参数（参数，%s）",
                  sz_rules_place(s->l, d->key->span));
    return true;
}

/* Findings for names that mean something, but not in this scope. */
static bool refuse_scope(const struct sz_scope *s, const sz_yaml *node, size_t off, sz_str text) {
    struct sz_scan scan;
    bool refused = false;
    if (s->kind == SZ_SCOPE_RULE && !s->no_event) return false;
    if (!sz_rules_scan(s->l, text, &scan)) return false;
    for (uint32_t i = 0; i < scan.n_roots; i++) {
        sz_str name = scan.roots[i].name;
        sz_span at = sz_yaml_value_span(node, off + scan.roots[i].off, name.n);
        if (s->no_event && (sz_str_is(name, "event") || sz_str_is(name, "place"))) {
            refuse_event(s, name, at);
            refused = true;
        } else if (s->kind == SZ_SCOPE_WHERE && refuse_feature(s, name, at)) {
            refused = true;
        } else if (s->kind != SZ_SCOPE_RULE && refuse_param(s, name, at)) {
            refused = true;
        }
    }
    return refused;
}

const sz_prog *sz_rules_compile_part(struct sz_scope *s, const sz_yaml *node, size_t off, size_t len, sz_xtype want, bool grow_ok) {
    struct site site = {node, off};
    sz_resolver r = {s, sz_rules_resolve};
    sz_compile_opts o = {.want = want, .grow_ok = grow_ok, .locate = locate, .locate_ctx = &site, .zone = s->l->zone};
    sz_str text = sz_rules_copy(s->l, (sz_str){node->text.p + off, len});
    if (refuse_scope(s, node, off, text)) return NULL;
    s->period = (sz_str){0};
    s->has_failed = false;
    size_t before = s->l->d->n;
    const sz_prog *p = sz_prog_compile(s->l->a, text, &r, &o, s->l->d);
    if (s->has_failed) drop_echo(s->l->d, before);
    if (s->period.n) warn_no_periods(s, node, off, len);
    return s->has_failed ? NULL : p;
}

const sz_prog *sz_rules_compile(struct sz_scope *s, const sz_yaml *node, sz_xtype want, bool grow_ok) {
    return sz_rules_compile_part(s, node, 0, node->text.n, want, grow_ok);
}
