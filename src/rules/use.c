/* SPDX-License-Identifier: Apache-2.0
 *
 * Use of expr: a scalar's program, with findings that point into the YAML, and names that are known but not here.
 */
#include "load.h"

/* ---- compile ---- */

struct site {
    const sz_yaml *node;
    size_t off;
};

static sz_span locate(void *ctx, uint32_t off, uint32_t len) {
    const struct site *s = ctx;
    if (!s->node->text.n) return s->node->span; /* '': the quotes */
    return sz_yaml_value_span(s->node, s->off + off, len);
}

/* A name that failed before leaves a program that cannot be emitted; that it "needs too many values" is not worth
 * saying. */
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
    sz_diag *g = sz_rules_warn(s->l, C_NO_PERIODS, span_of(node, off, len, s->period),
                               "the calendar has no periods, so `%.*s` never comes",
                               "校历没有时段，所以 `%.*s` 永远不会到来", SZ_FMT_STR(s->period));
    sz_rules_hint(s->l, g, "add  periods: [{id: %.*s, from: …, to: …}]  to calendar.yaml",
                  "请在 calendar.yaml 里加  periods: [{id: %.*s, from: …, to: …}]", SZ_FMT_STR(s->period));
}

/* ---- names that are known, but not here ---- */

static void refuse_event(const struct sz_scope *s, sz_str name, sz_span at) {
    sz_rules_hint_say(
        sz_rules_error(s->l, C_NO_EVENT, at, "`%.*s` may not stand here", "这里不能用 `%.*s`", SZ_FMT_STR(name)),
        s->no_event, s->no_event_zh);
}

static bool refuse_feature(const struct sz_scope *s, sz_str name, sz_span at) {
    const struct sz_decl *d = sz_decls_find(&s->l->features, name);
    if (!d) return false;
    sz_diag *g = sz_rules_error(s->l, C_NO_FEATURE, at, "`where` sees one record, and `%.*s` is a feature",
                                "where 只看一条记录，而 `%.*s` 是特征", SZ_FMT_STR(name));
    sz_rules_hint(s->l, g, "ask it in the `when` of a rule  (feature, %s)", "请写在规则的 when 里（特征，%s）",
                  sz_rules_place(s->l, d->key->span));
    return true;
}

static bool refuse_param(const struct sz_scope *s, sz_str name, sz_span at) {
    const struct sz_decl *d = sz_decls_find(&s->l->params, name);
    if (!d || d->state != SZ_DECL_DONE || sz_param_is_const(&s->l->global_params[d->index])) return false;
    sz_diag *g =
        sz_rules_error(s->l, C_NOT_CONSTANT, at, "`%.*s` differs by student", "`%.*s` 因学生而异", SZ_FMT_STR(name));
    sz_rules_hint(s->l, g, "only constant params may stand in events and features  (param, %s)",
                  "事件和特征里只能用不变的参数（参数，%s）", sz_rules_place(s->l, d->key->span));
    return true;
}

/* Findings for names that mean something, but not in this scope. */
static bool refuse_scope(const struct sz_scope *s, const sz_yaml *node, size_t off, sz_str text) {
    struct sz_scan scan;
    bool refused = false;
    if (s->kind == SZ_SCOPE_RULE && !s->no_event) return false;
    if (!sz_rules_scan_names(s->l, text, &scan)) return false;
    for (uint32_t i = 0; i < scan.n_roots; i++) {
        sz_str name = scan.roots[i].name;
        sz_span at = sz_yaml_value_span(node, off + scan.roots[i].off, name.n);
        if (s->no_event && (sz_str_is(name, "event") || sz_str_is(name, "place"))) {
            refuse_event(s, name, at);
            refused = true;
        } else if (s->kind == SZ_SCOPE_WHERE && refuse_feature(s, name, at)) {
            refused = true;
        } else if (s->kind != SZ_SCOPE_RULE && !s->is_step && refuse_param(s, name, at)) {
            refused = true;
        }
    }
    return refused;
}

static bool is_unfinished(sz_str text) {
    static const char *const ends[] = {"&&", "||", " and", " or", "且", "或", "并且", "或者"};
    text = sz_str_trim(text);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (text.n >= n && memcmp(text.p + text.n - n, ends[i], n) == 0) return true;
    }
    return text.n == 0;
}

const sz_prog *sz_rules_compile_part(struct sz_scope *s, const sz_yaml *node, size_t off, size_t len, sz_xtype want,
                                     bool grow_ok) {
    struct site site = {node, off};
    sz_resolver r = {s, sz_rules_resolve};
    sz_compile_opts o = {.want = want, .grow_ok = grow_ok, .locate = locate, .locate_ctx = &site, .zone = s->l->zone};
    sz_str text = sz_rules_copy(s->l, (sz_str){node->text.p + off, len});
    if (sz_rules_is_partial(s->l, node) && is_unfinished(text)) return NULL; /* its end could not be read */
    if (refuse_scope(s, node, off, text)) return NULL;
    s->period = (sz_str){0};
    s->has_failed = false;
    size_t before = s->l->d->n;
    const sz_prog *p = sz_prog_compile(s->l->a, text, &r, &o, s->l->d);
    if (s->has_failed) drop_echo(s->l->d, before);
    if (s->period.n && s->l->campus) warn_no_periods(s, node, off, len);
    return s->has_failed ? NULL : p;
}

const sz_prog *sz_rules_compile(struct sz_scope *s, const sz_yaml *node, sz_xtype want, bool grow_ok) {
    return sz_rules_compile_part(s, node, 0, node->text.n, want, grow_ok);
}
