/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes through the YAML reader: it ends, spans stay inside the source, places inside scalars go forward, findings and
 * status agree, every finding can be printed in both languages.
 */
#include <sanzao/yaml.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(what)            \
    do {                      \
        if (!(what)) abort(); \
    } while (0)

static size_t end_of(sz_span s) { return (size_t)s.off + s.len; }

static void check_scalar(const sz_yaml *n) {
    size_t step = n->text.n / 64 + 1, before = n->span.off, len = 0;
    for (size_t i = 0; i < n->text.n; i += step) {
        sz_span s = sz_yaml_value_span(n, i, step);
        MUST(s.off >= before && end_of(s) <= end_of(n->span));
        before = s.off;
    }
    if (n->text.n) sz_utf8_next(n->text.p, n->text.n, &len);
    MUST(sz_utf8_valid(n->text.p, n->text.n));
}

static void check(const sz_yaml *n, const sz_source *s, size_t depth) {
    MUST(depth <= 64 && n->span.src == s && end_of(n->span) <= s->n);
    if (n->kind == SZ_YAML_SCALAR) check_scalar(n);
    for (size_t i = 0; i < n->n; i++) {
        if (n->kind == SZ_YAML_MAP) {
            MUST(n->keys[i]->kind == SZ_YAML_SCALAR && sz_yaml_get(n, n->keys[i]->text.p) != NULL);
            check_scalar(n->keys[i]);
        }
        check(n->items[i], s, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sz_arena a;
    sz_diags d;
    sz_buf out;
    sz_yaml *root = NULL;
    sz_arena_init(&a);
    sz_diags_init(&d);
    sz_buf_init(&out);
    const sz_source *s = sz_source_new(&a, "fuzz.yaml", data, size);
    sz_status status = sz_yaml_parse(&a, s, &d, &root);
    MUST((status == SZ_FINDINGS) == (d.n_errors > 0) && (status == SZ_OK || status == SZ_FINDINGS));
    if (root) check(root, s, 0);
    sz_diags_sort(&d);
    for (size_t i = 0; i < d.n && i < 20; i++) {
        MUST(d.v[i].span.src == s && end_of(d.v[i].span) <= s->n && d.v[i].code >= 1 && d.v[i].code <= 18);
        sz_diag_print(&out, &d.v[i], SZ_EN, false);
        sz_diag_print(&out, &d.v[i], SZ_ZH, true);
        sz_diag_json(&out, &d.v[i], SZ_ZH);
    }
    sz_buf_fini(&out);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
    return 0;
}
