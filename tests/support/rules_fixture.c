/* SPDX-License-Identifier: Apache-2.0
 */
#include "rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char students[] = "student,college,school,entry_year,tags\n"
                               "s1,彭康书院,医学院,2025,interning\n"
                               "s2,南洋书院,理学院,2024,self_catering;job_signed\n";
static const char calendar[] = "terms: [{id: spring, from: 2026-02-23, to: 2026-07-05}]\n"
                               "periods:\n"
                               "  - {id: exams, from: 2026-06-22, to: 2026-07-03}\n"
                               "  - {id: recruiting, from: 2026-03-09, to: 2026-04-30}\n";
static const char library[] =
    "library:\n"
    "  presence: true\n"
    "  label: {zh: 图书馆, en: library}\n"
    "  fields: {direction: [in, out], seat: text, minutes: number, fee: money, until: time}\n";

static void load_types(struct rules_fixture *x) {
    sz_arena a;
    sz_yaml *root;
    sz_arena_init(&a);
    sz_types_init(&x->types);
    sz_yaml_parse(&a, sz_source_new(&a, "types.yaml", library, sizeof library - 1), &x->d, &root);
    assert_int_equal(sz_types_load(&x->types, root, &x->d), SZ_OK);
    sz_arena_fini(&a);
}

void rules_fixture_init(struct rules_fixture *x) {
    const sz_campus_file files[] = {{"students.csv", students, sizeof students - 1},
                                    {"calendar.yaml", calendar, sizeof calendar - 1}};
    *x = (struct rules_fixture){0};
    sz_diags_init(&x->d);
    sz_zone_fixed(&x->zone, 8 * 3600, "Asia/Shanghai");
    load_types(x);
    assert_int_equal(sz_campus_load(files, 2, "campus", SZ_ENC_UTF8, &x->zone, &x->types, &x->d, &x->campus), SZ_OK);
}

void rules_fixture_fini(struct rules_fixture *x) {
    sz_bundle_unref(x->b);
    sz_campus_free(x->campus);
    sz_types_fini(&x->types);
    sz_zone_fini(&x->zone);
    sz_diags_fini(&x->d);
}

void rules_fixture_load_files(struct rules_fixture *x, const sz_rule_file *files, size_t n) {
    sz_bundle_unref(x->b);
    x->b = NULL;
    sz_diags_fini(&x->d);
    sz_diags_init(&x->d);
    x->status = sz_rules_load(files, n, x->campus, &x->types, &x->d, &x->b);
    assert_int_equal(x->status == SZ_OK, x->b != NULL);
    assert_int_equal(x->status == SZ_OK, x->d.n_errors == 0);
}

void rules_fixture_load(struct rules_fixture *x, const char *text) {
    sz_rule_file file = {"rules.yaml", text, strlen(text)};
    rules_fixture_load_files(x, &file, 1);
}

sz_buf rules_fixture_print(const struct rules_fixture *x, sz_lang lang) {
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < x->d.n; i++) sz_diag_print(&out, &x->d.v[i], lang, false);
    return out;
}

const sz_bundle *rules_fixture_fine(struct rules_fixture *x, const char *text) {
    rules_fixture_load(x, text);
    sz_buf out = rules_fixture_print(x, SZ_EN);
    if (x->d.n) fail_msg("%s\n%.*s", text, SZ_FMT_STR(sz_buf_str(&out)));
    sz_buf_fini(&out);
    return x->b;
}

const sz_rule *rules_fixture_rule(const struct rules_fixture *x, const char *id) {
    for (uint32_t i = 0; x->b && i < x->b->n_rules; i++)
        if (sz_str_is(x->b->rules[i].id, id)) return &x->b->rules[i];
    return NULL;
}

sz_str rules_fixture_read(sz_arena *a, const char *path) {
    enum { MOST = 4 << 20 };
    FILE *file = fopen(path, "rb");
    if (!file) return (sz_str){0};
    char *p = sz_arena_alloc(a, MOST);
    size_t n = fread(p, 1, MOST, file);
    fclose(file);
    return (sz_str){p, n};
}
