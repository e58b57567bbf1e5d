/* SPDX-License-Identifier: Apache-2.0
 *
 * The evaluator: a walk over the tree.
 *
 * Chains lean to the left, so a node whose first argument has to be known waits on c->spine while that is evaluated,
 * and no chain recurses; nor do the branches of ?:, which take the place of their node. What does recurse is bounded by
 * the parser's depth.
 */
#include "cel_value.h"

static sz_cel_value eval(sz_cel *c, const sz_expr *e);

static bool is_error(sz_cel_value v) { return v.kind == SZ_V_ERROR; }
static bool is_bool(sz_cel_value v, bool b) { return v.kind == SZ_V_BOOL && v.b == b; }

/* ---- logic ------------------------------------------------------------------------------------------------------- */

/* && and ||: an operand that decides wins over an error of the other. */
static sz_cel_value eval_logic(sz_cel *c, const sz_expr *e) {
    bool decides = e->op == SZ_OP_OR;
    sz_cel_value v[2];
    for (int i = 0; i < 2; i++) {
        v[i] = eval(c, e->args[i]);
        if (is_bool(v[i], decides)) return v[i];
        if (c->fatal) return sz_cel_fatal(c);
    }
    if (is_error(v[0]) || is_error(v[1])) return is_error(v[0]) ? v[0] : v[1];
    if (v[0].kind == SZ_V_BOOL && v[1].kind == SZ_V_BOOL) return sz_cel_bool(!decides);
    c->at = e;
    return sz_cel_no_overload(c, v, 2);
}

/* ---- lists, maps, folds ------------------------------------------------------------------------------------------ */

static sz_cel_value eval_list(sz_cel *c, const sz_expr *e) {
    sz_cel_value *v = sz_cel_alloc(c, e->n * sizeof *v);
    sz_cel_list *l = sz_cel_alloc(c, sizeof *l);
    if (!v || !l) return sz_cel_fatal(c);
    for (uint32_t i = 0; i < e->n; i++) {
        v[i] = eval(c, e->args[i]);
        if (is_error(v[i])) return v[i];
    }
    *l = (sz_cel_list){v, e->n, e->n};
    return (sz_cel_value){.kind = SZ_V_LIST, .n = e->n, .list = l};
}

static sz_cel_value eval_map(sz_cel *c, const sz_expr *e) {
    sz_cel_value map = sz_cel_map_empty(c);
    for (uint32_t i = 0; i + 1 < e->n && !is_error(map); i += 2) {
        sz_cel_value key = eval(c, e->args[i]);
        if (is_error(key)) return key;
        sz_cel_value value = eval(c, e->args[i + 1]);
        if (is_error(value)) return value;
        c->at = e->args[i];
        map = sz_cel_map_insert(c, map, key, value);
    }
    return map;
}

/* One pass over the range: the accumulator's last value. */
static sz_cel_value fold_range(sz_cel *c, const sz_expr *e, sz_cel_value range, sz_cel_scope *accu) {
    const sz_expr *condition = e->args[2], *step = e->args[3];
    bool always = condition->kind == SZ_E_BOOL && condition->b; /* then an error stays one: @result is in every step */
    sz_cel_scope first = {.name = e->text, .up = accu}, second = {.name = e->text3, .up = &first};
    for (uint32_t i = 0; i < range.n; i++) {
        if (!always) {
            sz_cel_value go = eval(c, condition);
            if (is_error(go)) return go;
            if (!is_bool(go, true)) break;
        } else if (is_error(accu->value)) {
            break;
        }
        bool is_list = range.kind == SZ_V_LIST;
        sz_cel_value key = is_list ? sz_cel_int(i) : sz_cel_map_key(range, i);
        sz_cel_value value = is_list ? range.list->v[i] : sz_cel_map_value(range, i);
        first.value = e->text3.n > 0 || !is_list ? key : value;
        second.value = value;
        c->scope = e->text3.n > 0 ? &second : &first;
        sz_cel_value next = eval(c, step);
        c->scope = accu;
        accu->value = next;
        if (c->fatal) return sz_cel_fatal(c);
    }
    return accu->value;
}

static sz_cel_value eval_fold(sz_cel *c, const sz_expr *e) {
    sz_cel_value range = eval(c, e->args[0]);
    if (is_error(range)) return range;
    if (range.kind != SZ_V_LIST && range.kind != SZ_V_MAP) {
        c->at = e;
        return sz_cel_fail(c, "this goes through a list or a map, not %s", "这里只能逐个处理列表或映射，不能是 %s",
                           sz_cel_type_name(range.kind));
    }
    const sz_cel_scope *outer = c->scope;
    sz_cel_scope accu = {.name = e->text2, .value = eval(c, e->args[1]), .up = outer};
    c->scope = &accu;
    accu.value = fold_range(c, e, range, &accu);
    sz_cel_value result = c->fatal ? sz_cel_fatal(c) : eval(c, e->args[4]);
    c->scope = outer;
    return result;
}

/* ---- a node whose first argument is known ------------------------------------------------------------------------ */

static sz_cel_value select_field(sz_cel *c, const sz_expr *e, sz_cel_value v) {
    c->at = e;
    if (e->is_optional) return sz_cel_fail(c, "optional selections (.?) are not supported", "不支持可选字段（.?）");
    if (v.kind != SZ_V_MAP)
        return sz_cel_fail(c, "%s has no fields: `%.*s` is asked of it", "%s 没有字段，不能取“%.*s”",
                           sz_cel_type_name(v.kind), SZ_FMT_STR(e->text));
    const sz_cel_value *found = sz_cel_map_get(c, v, sz_cel_string(e->text));
    if (e->is_test) return sz_cel_bool(found != NULL);
    return found ? *found : sz_cel_fail(c, "there is no field `%.*s`", "没有字段“%.*s”", SZ_FMT_STR(e->text));
}

static sz_cel_value index_into(sz_cel *c, sz_cel_value v, sz_cel_value index) {
    if (v.kind == SZ_V_LIST) return sz_cel_list_at(c, v, index);
    if (v.kind != SZ_V_MAP) return sz_cel_no_overload(c, (sz_cel_value[]){v, index}, 2);
    const sz_cel_value *found = sz_cel_map_get(c, v, index);
    if (found) return *found;
    return index.kind == SZ_V_STRING && index.n < 100
               ? sz_cel_fail(c, "the map has no key \"%.*s\"", "映射里没有键 \"%.*s\"", (int)index.n, index.s)
               : sz_cel_fail(c, "the map has no such key", "映射里没有这个键");
}

static sz_cel_value is_in(sz_cel *c, sz_cel_value v, sz_cel_value all) {
    if (all.kind == SZ_V_MAP) return sz_cel_bool(sz_cel_map_get(c, all, v) != NULL);
    if (all.kind != SZ_V_LIST) return sz_cel_no_overload(c, (sz_cel_value[]){v, all}, 2);
    for (uint32_t i = 0; i < all.n; i++)
        if (sz_cel_equal(c, v, all.list->v[i])) return sz_cel_bool(true);
    return sz_cel_bool(false);
}

static sz_cel_value order(sz_cel *c, sz_expr_op op, sz_cel_value a, sz_cel_value b) {
    int o = sz_cel_compare(c, a, b);
    if (o == SZ_CEL_INCOMPARABLE) return sz_cel_no_overload(c, (sz_cel_value[]){a, b}, 2);
    if (o == SZ_CEL_UNORDERED) return sz_cel_bool(false);
    return sz_cel_bool(op == SZ_OP_LT ? o < 0 : op == SZ_OP_LE ? o <= 0 : op == SZ_OP_GT ? o > 0 : o >= 0);
}

static sz_cel_value merge(sz_cel *c, sz_cel_value map, sz_cel_value more) {
    if (map.kind != SZ_V_MAP || more.kind != SZ_V_MAP)
        return sz_cel_fail(c, "an entry is written {key: value}", "条目要写成 {键: 值}");
    for (uint32_t i = 0; i < more.n && map.kind == SZ_V_MAP; i++)
        map = sz_cel_map_insert(c, map, sz_cel_map_key(more, i), sz_cel_map_value(more, i));
    return map;
}

static sz_cel_value apply_operator(sz_cel *c, const sz_expr *e, sz_cel_value a) {
    sz_cel_value b = e->n > 1 ? eval(c, e->args[1]) : sz_cel_null();
    if (is_error(b)) return b;
    sz_cel_value d = e->n > 2 ? eval(c, e->args[2]) : sz_cel_null();
    if (is_error(d)) return d;
    c->at = e;
    switch (e->op) {
    case SZ_OP_NOT: return a.kind == SZ_V_BOOL ? sz_cel_bool(!a.b) : sz_cel_no_overload(c, &a, 1);
    case SZ_OP_EQ: return sz_cel_bool(sz_cel_equal(c, a, b));
    case SZ_OP_NE: return sz_cel_bool(!sz_cel_equal(c, a, b));
    case SZ_OP_LT:
    case SZ_OP_LE:
    case SZ_OP_GT:
    case SZ_OP_GE: return order(c, e->op, a, b);
    case SZ_OP_IN: return is_in(c, a, b);
    case SZ_OP_INDEX: return index_into(c, a, b);
    case SZ_OP_MAP_INSERT: return sz_cel_map_insert(c, a, b, d);
    case SZ_OP_MAP_MERGE: return merge(c, a, b);
    case SZ_OP_OPTIONAL:
    case SZ_OP_OPTIONAL_INDEX: return sz_cel_fail(c, "optional values (?) are not supported", "不支持可选值（?）");
    default: return sz_cel_arithmetic(c, e->op, a, b);
    }
}

/* A function by name; first is the value of args[0] where that is on the spine, else NULL. */
static sz_cel_value apply_function(sz_cel *c, const sz_expr *e, const sz_cel_value *first) {
    enum { USUAL = 4 };
    bool has_owner = !first && e->is_method;
    uint32_t skip = has_owner ? 1 : 0, n = e->n - skip;
    sz_cel_value few[USUAL], *args = n <= USUAL ? few : sz_cel_alloc(c, n * sizeof *args);
    if (!args) return sz_cel_fatal(c);
    for (uint32_t i = 0; i < n; i++) {
        args[i] = i == 0 && first ? *first : eval(c, e->args[i + skip]);
        if (is_error(args[i])) return args[i];
    }
    c->at = e;
    return sz_cel_call(c, has_owner, args, n);
}

static sz_cel_value apply(sz_cel *c, const sz_expr *e, sz_cel_value v) {
    if (e->op == SZ_OP_NOT_STRICTLY_FALSE) return c->fatal ? sz_cel_fatal(c) : sz_cel_bool(!is_bool(v, false));
    if (is_error(v)) return v;
    if (e->kind == SZ_E_SELECT) return select_field(c, e, v);
    return e->op == SZ_OP_NONE ? apply_function(c, e, &v) : apply_operator(c, e, v);
}

/* ---- the walk ---------------------------------------------------------------------------------------------------- */

/* A node that waits for nothing. */
static sz_cel_value eval_leaf(sz_cel *c, const sz_expr *e, uint32_t base) {
    switch (e->kind) {
    case SZ_E_NULL: return sz_cel_null();
    case SZ_E_BOOL: return sz_cel_bool(e->b);
    case SZ_E_INT: return sz_cel_int(e->i);
    case SZ_E_UINT: return sz_cel_uint(e->u);
    case SZ_E_DOUBLE: return sz_cel_double(e->d);
    case SZ_E_STRING: return sz_cel_string(e->text);
    case SZ_E_BYTES: return sz_cel_bytes(e->text);
    case SZ_E_IDENT: return sz_cel_name(c, e, base);
    case SZ_E_LIST: return eval_list(c, e);
    case SZ_E_MAP: return eval_map(c, e);
    case SZ_E_FOLD: return eval_fold(c, e);
    case SZ_E_CALL: return e->op == SZ_OP_AND || e->op == SZ_OP_OR ? eval_logic(c, e) : apply_function(c, e, NULL);
    default:
        c->at = e;
        return sz_cel_fail(c, "messages like `%.*s{}` are not supported", "不支持消息“%.*s{}”", SZ_FMT_STR(e->text));
    }
}

/* True if the first argument of e comes before e itself. */
static bool waits(const sz_expr *e) {
    if (e->kind == SZ_E_SELECT) return true;
    if (e->kind != SZ_E_CALL || e->op == SZ_OP_AND || e->op == SZ_OP_OR) return false;
    return e->op != SZ_OP_NONE || (e->is_method && !sz_cel_has_owner(e));
}

static sz_cel_value descend(sz_cel *c, const sz_expr *e, uint32_t base) {
    for (;;) {
        c->at = e;
        if (!sz_cel_charge(c, 1)) return sz_cel_fatal(c);
        if (e->op == SZ_OP_CHOICE) {
            sz_cel_value condition = eval(c, e->args[0]);
            if (is_error(condition)) return condition;
            c->at = e->args[0];
            if (condition.kind != SZ_V_BOOL)
                return sz_cel_fail(c, "a condition is true or false, not %s", "条件必须是真或假，不能是 %s",
                                   sz_cel_type_name(condition.kind));
            e = e->args[condition.b ? 1 : 2];
        } else if (waits(e)) {
            if (c->n_spine == sizeof c->spine / sizeof *c->spine) {
                sz_cel_charge(c, SZ_CEL_STEPS + 1);
                return sz_cel_fatal(c);
            }
            c->spine[c->n_spine++] = e;
            e = e->args[0];
        } else {
            return eval_leaf(c, e, base);
        }
    }
}

static sz_cel_value eval(sz_cel *c, const sz_expr *e) {
    if (c->depth == SZ_CEL_RECURSION) {
        c->at = e;
        sz_cel_charge(c, SZ_CEL_STEPS + 1);
        return sz_cel_fatal(c);
    }
    c->depth++;
    uint32_t base = c->n_spine;
    sz_cel_value v = descend(c, e, base);
    while (c->n_spine > base) {
        const sz_expr *next = c->spine[--c->n_spine];
        v = apply(c, next, v);
    }
    c->depth--;
    return v;
}

sz_cel_value sz_cel_eval_tree(sz_cel *c, const sz_expr *e) { return eval(c, e); }
