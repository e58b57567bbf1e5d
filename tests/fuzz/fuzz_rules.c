/* SPDX-License-Identifier: Apache-2.0
 *
 * Rule files, without a campus and with one. A zero byte parts two files.
 */
#include <sanzao/rules.h>

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char students[] = "student,school,entry_year,tags\ns1,医学院,2025,a;b\n";
static const char calendar[] = "terms: [{id: t, from: 2026-02-23, to: 2026-07-05}]\n"
                               "periods: [{id: exams, from: 2026-06-22, to: 2026-07-03}]\n";
static const char library[] =
    "library: {presence: true, fields: {direction: [in, out], minutes: number, fee: money}}\n";

/* Every name is unknown. */
static void load_nothing(void *ctx, uint32_t slot, sz_xval *out) {
    (void)ctx, (void)slot;
    out->know = SZ_UNKNOWN;
}

static void use(const sz_bundle *b, const sz_calendar *k, const sz_zone *z) {
    sz_loader loader = {NULL, load_nothing};
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t i = 0; i < b->n_rules; i++) {
        const sz_rule *r = &b->rules[i];
        if (i && sz_str_cmp(b->rules[i - 1].id, r->id) >= 0) abort();
        if (!r->when == !r->value || r->n_steps == 0) abort();
        for (uint32_t f = 0; f < r->n_features; f++)
            if (r->features[f] >= b->fs.n_features) abort();
        if (sz_check_next(&r->check, k, z, INT64_C(1772463600000)) <= INT64_C(1772463600000)) abort();
        sz_text_message(&out, r, SZ_ZH, &(sz_text_args){.loader = &loader, .zone = z});
        sz_text_message(&out, r, SZ_EN, &(sz_text_args){.loader = &loader, .zone = z});
    }
    sz_buf_fini(&out);
}

static size_t split(const uint8_t *data, size_t n, sz_rule_file files[2]) {
    const uint8_t *zero = n ? memchr(data, 0, n) : NULL;
    files[0] = (sz_rule_file){"a.yaml", data, zero ? (size_t)(zero - data) : n};
    if (!zero) return 1;
    files[1] = (sz_rule_file){"b.yaml", zero + 1, n - (size_t)(zero - data) - 1};
    return 2;
}

static void load(const sz_rule_file *files, size_t n, const sz_campus *c, const sz_types *types, const sz_zone *z) {
    sz_diags d;
    sz_bundle *b;
    sz_buf out;
    sz_diags_init(&d);
    sz_buf_init(&out);
    sz_status status = sz_rules_load(files, n, c, types, &d, &b);
    if ((status == SZ_OK) != (b != NULL) || (status == SZ_OK) != (d.n_errors == 0)) abort();
    if (b) use(b, c ? sz_campus_calendar(c) : NULL, z);
    for (size_t i = 0; i < d.n && i < 200; i++) {
        sz_diag_print(&out, &d.v[i], i % 2 ? SZ_ZH : SZ_EN, false);
        sz_buf_clear(&out);
    }
    sz_bundle_unref(b);
    sz_buf_fini(&out);
    sz_diags_fini(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const sz_campus_file texts[] = {{"students.csv", students, sizeof students - 1},
                                    {"calendar.yaml", calendar, sizeof calendar - 1}};
    sz_rule_file files[2];
    sz_types types;
    sz_zone zone;
    sz_diags d;
    sz_arena a;
    sz_yaml *root;
    sz_campus *c;
    size_t n_files = split(data, n, files);
    sz_diags_init(&d);
    sz_arena_init(&a);
    sz_types_init(&types);
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    sz_yaml_parse(&a, sz_source_new(&a, "types.yaml", library, sizeof library - 1), &d, &root);
    sz_types_load(&types, root, &d);
    if (sz_campus_load(texts, 2, "campus", SZ_ENC_UTF8, &zone, &types, &d, &c) != SZ_OK) abort();
    load(files, n_files, NULL, NULL, &zone);
    load(files, n_files, c, &types, &zone);
    sz_campus_free(c);
    sz_zone_fini(&zone);
    sz_types_fini(&types);
    sz_arena_fini(&a);
    sz_diags_fini(&d);
    return 0;
}
