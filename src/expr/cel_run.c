/* SPDX-License-Identifier: Apache-2.0
 *
 * One evaluation from text to text.
 */
#include "cel_text.h"

#include <yyjson.h>

void sz_cel_init(sz_cel *c, sz_arena *a, sz_str container, const sz_zone_loader *zones) {
    memset(c, 0, offsetof(sz_cel, spine));
    c->arena = a;
    c->container = container;
    c->zones = zones;
    sz_map_init(&c->names);
}

void sz_cel_fini(sz_cel *c) {
    sz_cel_regex_fini(c);
    sz_map_fini(&c->names);
    sz_free(c->bound);
}

bool sz_cel_bind(sz_cel *c, sz_str name, sz_cel_value v) {
    if (name.n >= SZ_CEL_NAME) return false;
    uint32_t before = c->names.n, i = sz_map_intern(&c->names, name);
    if (i == before && (i & (i - 1)) == 0) /* grows at powers of two */
        c->bound = sz_realloc(c->bound, (i == 0 ? 1 : (size_t)i * 2) * sizeof *c->bound);
    c->bound[i] = v;
    return true;
}

/* Bind all members in one form; false when one is not in it. */
static bool bind_all(sz_cel *c, yyjson_val *object, bool (*from)(sz_cel *, yyjson_val *, sz_cel_value *)) {
    size_t i, n;
    yyjson_val *k, *v;
    yyjson_obj_foreach(object, i, n, k, v) {
        sz_cel_value value;
        if (!from(c, v, &value) || !sz_cel_bind(c, (sz_str){yyjson_get_str(k), yyjson_get_len(k)}, value)) return false;
    }
    return true;
}

bool sz_cel_bind_json(sz_cel *c, yyjson_val *object, sz_cel_error *err) {
    if (!object || yyjson_is_null(object)) return true;
    if (yyjson_is_obj(object) && (bind_all(c, object, sz_cel_from_typed) || bind_all(c, object, sz_cel_from_json)) &&
        c->names.n == yyjson_obj_size(object)) /* fewer: a name stands twice */
        return true;
    *err = (sz_cel_error){
        .message =
            "the bindings are not an object of names and values, or one is too deep, repeats a key, or has a long name",
        .message_zh = "变量绑定不是由名称和值组成的对象，或者其中嵌套太深、键重复、名称太长",
        .hint = "write names and values as one object: {\"meals\": 3, \"name\": \"三早\"}",
        .hint_zh = "把名称和值写成一个对象：{\"meals\": 3, \"name\": \"三早\"}"};
    return false;
}

static bool report(const sz_cel_error *e, sz_expr_error *err) {
    *err = (sz_expr_error){.message = e->message,
                           .message_zh = e->message_zh,
                           .hint = e->hint,
                           .hint_zh = e->hint_zh,
                           .code = SZ_CODE_EVAL};
    if (e->at) {
        err->off = e->at->op_off;
        err->len = e->at->op_len;
    }
    return false;
}

bool sz_cel_run(sz_cel *c, sz_str expr, bool with_macros, sz_cel_value *out, sz_expr_error *err) {
    const sz_expr *e = sz_expr_parse(c->arena, expr, with_macros ? SZ_MACROS_CEL : SZ_MACROS_NONE, err);
    if (!e) return false;
    *out = sz_cel_eval_tree(c, e);
    if (c->fatal) *out = sz_cel_fatal(c);
    return out->kind != SZ_V_ERROR || report(out->error, err);
}

static bool read_bindings(sz_cel *c, sz_str json, sz_expr_error *err) {
    if (sz_str_trim(json).n == 0) return true;
    sz_cel_error e = {.message = "the bindings are not JSON",
                      .message_zh = "变量绑定不是 JSON",
                      .hint = "write names and values as one object: {\"meals\": 3, \"name\": \"三早\"}",
                      .hint_zh = "把名称和值写成一个对象：{\"meals\": 3, \"name\": \"三早\"}"};
    yyjson_doc *doc = yyjson_read(json.p, json.n, 0);
    bool ok = doc && sz_cel_bind_json(c, yyjson_doc_get_root(doc), &e);
    yyjson_doc_free(doc);
    if (!ok) report(&e, err);
    if (!ok) err->code = SZ_CODE_BINDINGS;
    return ok;
}

bool sz_cel_eval(const sz_cel_env *env, sz_str expr, sz_str bindings_json, sz_arena *a, sz_buf *out,
                 sz_expr_error *err) {
    sz_cel c;
    sz_cel_value v;
    size_t start = out->n;
    sz_cel_init(&c, a, env->container, env->zones);
    bool ok = read_bindings(&c, bindings_json, err) && sz_cel_run(&c, expr, env->with_macros, &v, err);
    if (ok && !(env->typed ? sz_cel_to_typed(&c, v, out) : sz_cel_to_json(&c, v, out))) {
        ok = report(c.fatal, err);
        out->n = start;
    }
    sz_cel_fini(&c);
    return ok;
}

bool sz_cel_eval_json(sz_str expr, sz_str container, bool with_macros, sz_str bindings_json, bool typed, sz_buf *out) {
    sz_arena a;
    sz_expr_error err = {0};
    uint32_t line = 0, col = 0;
    sz_arena_init(&a);
    sz_cel_env env = {.container = container, .with_macros = with_macros, .typed = typed};
    bool ok = sz_cel_eval(&env, expr, bindings_json, &a, out, &err);
    if (!ok) {
        sz_source_locate(sz_source_new(&a, "", expr.p, expr.n), err.off, &line, &col);
        sz_buf_printf(out, "%u:%u: %s", line, col, err.message);
    }
    sz_arena_fini(&a);
    return ok;
}
