/* SPDX-License-Identifier: Apache-2.0
 *
 * Macros of CEL, expanded while parsing: has() into a test, the rest into SZ_E_FOLD.
 *
 * A fold starts with an accumulator (args[1]), and for every element of the range (args[0]) while the condition
 * (args[2]) holds it sets the accumulator to the step (args[3]); its value is the result (args[4]). The accumulator is
 * called @result, which no one can write; the innermost one is meant. Nodes made here stand where the macro stands.
 */
#include "parse.h"

#define ACCUMULATOR "@result"

typedef struct macro macro;

/* What an expansion works with. */
typedef struct site {
    sz_parser *p;
    const macro *m;
    sz_expr *call;
    sz_expr **args; /* without the receiver */
} site;

struct macro {
    const char *name;
    uint8_t n;      /* arguments without the receiver */
    uint8_t n_vars; /* the first ones are names of loop variables */
    bool is_method;
    const char *owner; /* receiver that is a name, `cel`, or NULL: any */
    sz_expr *(*expand)(const site *s);
};

/* ---- building ---------------------------------------------------------------------------------------------------- */

static sz_expr *node(const site *s, sz_expr_kind kind) {
    sz_expr *e = sz_parse_node(s->p, kind, s->call->off, s->call->len);
    e->op_off = s->call->op_off;
    e->op_len = s->call->op_len;
    return e;
}

static sz_expr *boolean(const site *s, bool b) {
    sz_expr *e = node(s, SZ_E_BOOL);
    e->b = b;
    return e;
}

static sz_expr *integer(const site *s, int64_t i) {
    sz_expr *e = node(s, SZ_E_INT);
    e->i = i;
    return e;
}

static sz_expr *name(const site *s, sz_str text) {
    sz_expr *e = node(s, SZ_E_IDENT);
    e->text = text;
    return e;
}

static sz_expr *accu(const site *s) { return name(s, SZ_STR(ACCUMULATOR)); }

static sz_expr *call(const site *s, sz_expr_op op, sz_expr *a, sz_expr *b, sz_expr *c) {
    uint32_t off = s->call->off, n = c ? 3 : b ? 2 : 1;
    sz_expr *e =
        sz_parse_call(s->p, op, (sz_token){SZ_T_IDENT, s->call->op_off, s->call->op_len}, off, off + s->call->len, n);
    sz_expr *args[3] = {a, b, c};
    memcpy(e->args, args, n * sizeof *args);
    return e;
}

static sz_expr *list_of(const site *s, sz_expr *element) {
    sz_expr *e = node(s, SZ_E_LIST);
    e->n = element ? 1 : 0;
    e->args = SZ_NEWN(s->p->arena, sz_expr *, 1);
    e->args[0] = element;
    return e;
}

static sz_expr *fold(const site *s, sz_expr *init, sz_expr *condition, sz_expr *step, sz_expr *result) {
    sz_expr *e = node(s, SZ_E_FOLD);
    e->text = s->args[0]->text;
    if (s->m->n_vars == 2) e->text3 = s->args[1]->text;
    e->text2 = SZ_STR(ACCUMULATOR);
    e->n = 5;
    e->args = SZ_NEWN(s->p->arena, sz_expr *, 5);
    sz_expr *args[5] = {s->call->args[0], init, condition, step, result};
    memcpy(e->args, args, sizeof args);
    return e;
}

/* The step, or with a filter the step only where the filter holds. */
static sz_expr *step_if(const site *s, sz_expr *filter, sz_expr *step) {
    return filter ? call(s, SZ_OP_CHOICE, filter, step, accu(s)) : step;
}

/* ---- expansions -------------------------------------------------------------------------------------------------- */

static sz_expr *expand_has(const site *s) {
    sz_expr *e = s->args[0];
    if (e->kind != SZ_E_SELECT || e->is_test) {
        if (s->p->macros == SZ_MACROS_RULES) return s->call;
        sz_parse_fail(s->p, e->off, e->len, "has() asks for a field: has(record.field)",
                      "has() 要问的是字段：has(记录.字段)");
        return NULL;
    }
    e->is_test = true;
    e->off = s->call->off;
    e->len = s->call->len;
    return e;
}

static sz_expr *expand_all(const site *s) {
    sz_expr *condition = call(s, SZ_OP_NOT_STRICTLY_FALSE, accu(s), NULL, NULL);
    return fold(s, boolean(s, true), condition, call(s, SZ_OP_AND, accu(s), s->args[s->m->n_vars], NULL), accu(s));
}

static sz_expr *expand_exists(const site *s) {
    sz_expr *condition = call(s, SZ_OP_NOT_STRICTLY_FALSE, call(s, SZ_OP_NOT, accu(s), NULL, NULL), NULL, NULL);
    return fold(s, boolean(s, false), condition, call(s, SZ_OP_OR, accu(s), s->args[s->m->n_vars], NULL), accu(s));
}

static sz_expr *expand_exists_one(const site *s) {
    sz_expr *step = step_if(s, s->args[s->m->n_vars], call(s, SZ_OP_ADD, accu(s), integer(s, 1), NULL));
    return fold(s, integer(s, 0), boolean(s, true), step, call(s, SZ_OP_EQ, accu(s), integer(s, 1), NULL));
}

/* map and transformList: (variables…, [filter,] element) */
static sz_expr *expand_map(const site *s) {
    uint8_t last = (uint8_t)(s->m->n - 1);
    sz_expr *step = call(s, SZ_OP_ADD, accu(s), list_of(s, s->args[last]), NULL);
    step = step_if(s, last > s->m->n_vars ? s->args[s->m->n_vars] : NULL, step);
    return fold(s, list_of(s, NULL), boolean(s, true), step, accu(s));
}

static sz_expr *expand_filter(const site *s) {
    sz_expr *step = call(s, SZ_OP_ADD, accu(s), list_of(s, name(s, s->args[0]->text)), NULL);
    return fold(s, list_of(s, NULL), boolean(s, true), step_if(s, s->args[1], step), accu(s));
}

/* transformMap: (key, value, [filter,] new value) */
static sz_expr *expand_transform_map(const site *s) {
    uint8_t last = (uint8_t)(s->m->n - 1);
    sz_expr *step = call(s, SZ_OP_MAP_INSERT, accu(s), name(s, s->args[0]->text), s->args[last]);
    return fold(s, node(s, SZ_E_MAP), boolean(s, true), step_if(s, last > 2 ? s->args[2] : NULL, step), accu(s));
}

/* transformMapEntry: (key, value, [filter,] {new key: new value}) */
static sz_expr *expand_transform_entry(const site *s) {
    uint8_t last = (uint8_t)(s->m->n - 1);
    sz_expr *step = call(s, SZ_OP_MAP_MERGE, accu(s), s->args[last], NULL);
    return fold(s, node(s, SZ_E_MAP), boolean(s, true), step_if(s, last > 2 ? s->args[2] : NULL, step), accu(s));
}

/* cel.bind(name, value, expression): a fold over nothing, whose accumulator has the name. */
static sz_expr *expand_bind(const site *s) {
    sz_expr *e = fold(s, s->args[1], boolean(s, false), name(s, s->args[0]->text), s->args[2]);
    e->args[0] = list_of(s, NULL);
    e->text = SZ_STR("@unused");
    e->text2 = s->args[0]->text;
    return e;
}

/* ---- table ------------------------------------------------------------------------------------------------------- */

static const macro macros[] = {
    /* name, arguments, variables, is_method, owner, expansion */
    {"has", 1, 0, false, NULL, expand_has},
    {"all", 2, 1, true, NULL, expand_all},
    {"all", 3, 2, true, NULL, expand_all},
    {"exists", 2, 1, true, NULL, expand_exists},
    {"exists", 3, 2, true, NULL, expand_exists},
    {"exists_one", 2, 1, true, NULL, expand_exists_one},
    {"exists_one", 3, 2, true, NULL, expand_exists_one},
    {"existsOne", 2, 1, true, NULL, expand_exists_one},
    {"existsOne", 3, 2, true, NULL, expand_exists_one},
    {"map", 2, 1, true, NULL, expand_map},
    {"map", 3, 1, true, NULL, expand_map},
    {"filter", 2, 1, true, NULL, expand_filter},
    {"transformList", 3, 2, true, NULL, expand_map},
    {"transformList", 4, 2, true, NULL, expand_map},
    {"transformMap", 3, 2, true, NULL, expand_transform_map},
    {"transformMap", 4, 2, true, NULL, expand_transform_map},
    {"transformMapEntry", 3, 2, true, NULL, expand_transform_entry},
    {"transformMapEntry", 4, 2, true, NULL, expand_transform_entry},
    {"bind", 3, 1, true, "cel", expand_bind},
};

static bool is_for(const macro *m, const sz_expr *call) {
    if (m->is_method != call->is_method || call->n != m->n + (m->is_method ? 1u : 0u) ||
        !sz_str_is(call->text, m->name))
        return false;
    if (!m->owner) return true;
    const sz_expr *owner = call->args[0];
    return owner->kind == SZ_E_IDENT && !owner->is_absolute && sz_str_is(owner->text, m->owner);
}

static bool variables_are_names(const site *s) {
    for (uint8_t i = 0; i < s->m->n_vars; i++) {
        const sz_expr *v = s->args[i];
        if (v->kind != SZ_E_IDENT || v->is_absolute) {
            sz_parse_fail(s->p, v->off, v->len, "a name for the element must stand here: %s(x, ...)",
                          "这里要写元素的名称：%s(x, ...)", s->m->name);
            return false;
        }
        if (i > 0 && sz_str_eq(v->text, s->args[0]->text)) {
            sz_parse_fail(s->p, v->off, v->len, "`%.*s` already names the first one", "“%.*s”已经是前一个的名称",
                          SZ_FMT_STR(v->text));
            return false;
        }
    }
    return true;
}

sz_expr *sz_parse_macro(sz_parser *p, sz_expr *call) {
    if (p->macros == SZ_MACROS_NONE || call->is_absolute) return call;
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
        if (!is_for(&macros[i], call)) continue;
        site s = {p, &macros[i], call, call->args + (call->is_method ? 1 : 0)};
        return variables_are_names(&s) ? macros[i].expand(&s) : NULL;
    }
    return call;
}
