/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: expressions of CEL are parsed and evaluated; nothing may crash, hang or leak. The input is the expression, then after a
 * NUL the bindings as JSON. What the parser makes must be a tree whose places lie in the text; an error must lie there too.
 */
#include <sanzao/expr.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const sz_zone *load_zone(void *ctx, sz_str name, int64_t *known_until_ms) {
    *known_until_ms = 4102444800000;
    return sz_str_is(name, "Asia/Shanghai") ? ctx : NULL;
}

static void demand(bool holds) {
    if (!holds) abort();
}

static void check_place(sz_str text, uint32_t off, uint32_t len) { demand(off <= text.n && len <= text.n - off); }

/* Depth of recursion is the tree's, which chains make as deep as there are nodes. */
static uint32_t check_tree(const sz_expr *e, sz_str text) {
    uint32_t n = 1;
    check_place(text, e->off, e->len);
    check_place(text, e->op_off, e->op_len);
    for (uint32_t i = 0; i < e->n; i++) {
        demand(e->args && e->args[i]);
        n += check_tree(e->args[i], text);
    }
    return n;
}

static void parse(sz_str text, bool with_macros) {
    sz_arena a;
    sz_expr_error err;
    sz_arena_init(&a);
    const sz_expr *e = sz_expr_parse(&a, text, with_macros ? SZ_MACROS_CEL : SZ_MACROS_NONE, &err);
    if (e) {
        check_tree(e, text);
    } else {
        demand((err.code == 101 || err.code == 119) && err.message && err.message_zh); /* 119: nested too deep */
        check_place(text, err.off, err.len);
    }
    sz_arena_fini(&a);
}

static void evaluate(sz_str text, sz_str bindings, bool typed) {
    sz_zone zone;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    sz_zone_loader zones = {&zone, load_zone};
    sz_cel_env env = {.container = SZ_STR("a.b"), .with_macros = true, .typed = typed, .zones = &zones};
    sz_arena a;
    sz_buf out;
    sz_expr_error err;
    sz_arena_init(&a);
    sz_buf_init(&out);
    if (!sz_cel_eval(&env, text, bindings, &a, &out, &err)) {
        demand(out.n == 0 && err.message && err.message_zh);
        check_place(text, err.off, err.len);
    }
    sz_buf_fini(&out);
    sz_arena_fini(&a);
    sz_zone_fini(&zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *p = size ? (const char *)data : "";
    const char *nul = memchr(p, 0, size);
    sz_str text = {p, nul ? (size_t)(nul - p) : size};
    sz_str bindings = nul ? (sz_str){nul + 1, size - text.n - 1} : (sz_str){"", 0};
    parse(text, true);
    parse(text, false);
    evaluate(text, bindings, false);
    evaluate(text, bindings, true);
    return 0;
}
