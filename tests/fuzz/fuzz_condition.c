/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: conditions of rules are compiled over the toy's names and run. The first byte chooses what is wanted and whether growing
 * values are fine, and seeds the values; the rest is the text. A finding must lie in the text and speak both languages; a program must
 * give a value of its type, the same twice; so must all of its clauses and their sides.
 */
#include "support/toy_names.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds) {
    if (!holds) abort();
}

static sz_span locate(void *ctx, uint32_t off, uint32_t len) {
    const sz_source *s = ctx;
    demand(off <= s->n && len <= s->n - off);
    return (sz_span){s, off, len};
}

static void fill(toy_values *v, uint32_t seed) {
    static const sz_str texts[] = {{"x", 1}, {"job-fair", 8}};
    static const double nums[] = {0, 1, -3, 86400000, 1e300};
    static const sz_list strs = {.strs = texts, .n = 2}, numbers = {.nums = nums, .n = 5};
    for (uint32_t k = 0; k < toy_n_names; k++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t r = seed >> 16;
        sz_xval x = {.type = toy_names[k].type, .b = r & 1, .num = nums[r % 5], .str = texts[r & 1]};
        x.list = x.type == SZ_X_LIST_STR ? &strs : x.type == SZ_X_LIST_NUM ? &numbers : NULL;
        x.know = x.type == SZ_X_NUM ? r / 8 % 3 : r / 8 % 3 == 2 ? SZ_UNKNOWN : SZ_KNOWN;
        x.is_error = x.know == SZ_UNKNOWN && (r & 64);
        v->v[k] = x;
    }
}

static void run(const sz_prog *p, uint32_t entry, uint8_t type, const sz_loader *l) {
    sz_xval a = entry == UINT32_MAX ? sz_prog_run(p, l) : sz_prog_run_at(p, entry, l);
    sz_xval b = entry == UINT32_MAX ? sz_prog_run(p, l) : sz_prog_run_at(p, entry, l);
    demand(type == SZ_X_ANY || a.type == type);
    demand(a.type == b.type && a.know == b.know && a.is_error == b.is_error && a.b == b.b);
    demand(a.know <= SZ_UNKNOWN && (a.know == SZ_UNKNOWN || !a.is_error));
    demand(a.num == a.num && a.num == b.num && sz_str_eq(a.str, b.str));
}

static void use(const sz_prog *p, uint32_t seed) {
    toy_values v;
    toy_clear(&v);
    fill(&v, seed);
    sz_loader l = toy_loader(&v);
    uint32_t n;
    run(p, UINT32_MAX, sz_prog_type(p), &l);
    const sz_clause *c = sz_prog_clauses(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        run(p, c[i].whole, SZ_X_BOOL, &l);
        if (c[i].lhs != UINT32_MAX) run(p, c[i].lhs, c[i].lhs_type, &l);
        if (c[i].rhs != UINT32_MAX) run(p, c[i].rhs, SZ_X_ANY, &l);
    }
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) demand(slots[i] < toy_n_names && (i == 0 || slots[i - 1] < slots[i]));
    demand(sz_prog_hash(p, NULL, NULL) == sz_prog_hash(p, NULL, NULL));
}

static void check_findings(const sz_diags *d) {
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < d->n; i++) {
        const sz_diag *g = &d->v[i];
        demand(g->message[0] && g->message_zh && g->message_zh[0] && !g->hint == !g->hint_zh);
        sz_diag_print(&out, g, SZ_EN, false);
        sz_diag_json(&out, g, SZ_ZH);
    }
    sz_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const sz_xtype wants[] = {SZ_X_ANY, SZ_X_BOOL, SZ_X_NUM, SZ_X_STR};
    if (size == 0 || size > 20000) return 0;
    sz_arena a;
    sz_diags d;
    sz_arena_init(&a);
    sz_diags_init(&d);
    sz_str text = {(const char *)data + 1, size - 1};
    const sz_source *source = sz_source_new(&a, "x.yaml", text.p, text.n);
    sz_resolver r = toy_resolver();
    sz_compile_opts o = {.want = wants[data[0] & 3], .grow_ok = data[0] & 4, .locate = locate, .locate_ctx = (void *)(uintptr_t)source};
    const sz_prog *p = sz_prog_compile(&a, text, &r, &o, &d);
    bool told_elsewhere = memmem(text.p, text.n, "broken", 6) != NULL;
    demand(told_elsewhere || (p == NULL) == (d.n_errors > 0));
    check_findings(&d);
    if (p) use(p, data[0]);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
    return 0;
}
