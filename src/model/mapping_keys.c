/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping_keys: keys of a mapping that are no field of its types, and which field was meant.
 */
#include "codes.h"
#include "map_words.h"
#include "names.h"

static bool is_possible(const sz_mapping *m, uint32_t type) { return m->possible >> type & 1; }

/* The names of the fields that the possible types have, each once as far as built in; `file` where that is a key. */
static unsigned words_of(const sz_map_loader *l, bool with_file, const char ***out) {
    const sz_mapping *m = l->m;
    unsigned n = 0, n_declared = 0;
    for (uint32_t t = 0; t < m->types->n; t++) n_declared += m->types->v[t].n_fields;
    const char **v = SZ_NEWN(l->a, const char *, SZ_N_ROWS + n_declared + 1);
    for (unsigned i = 0; i < SZ_N_ROWS; i++) {
        bool has = false;
        for (uint32_t t = 0; t < m->types->n; t++) has |= is_possible(m, t) && sz_rows[i].types & sz_row_bit((int)t);
        if (has) v[n++] = sz_rows[i].name;
    }
    for (uint32_t t = 0; t < m->types->n; t++)
        for (uint32_t i = 0; is_possible(m, t) && i < m->types->v[t].n_fields; i++)
            v[n++] = sz_arena_str(l->a, m->types->v[t].fields[i].name).p;
    if (with_file) v[n++] = "file";
    *out = v;
    return n;
}

sz_str sz_field_meant(const sz_map_loader *l, sz_str name) {
    const char **words;
    unsigned n = words_of(l, true, &words);
    return sz_map_meant(words, n, name);
}

/* fields: {student: 学号}, where the fields stand at the top. */
static bool is_wrapping(const sz_yaml *n, const char *field) { return n->kind == SZ_YAML_MAP && sz_yaml_get(n, field); }

bool sz_map_is_misspelt(const sz_map_loader *l, const sz_yaml *root, const char *field) {
    for (size_t i = 0; i < root->n; i++) {
        sz_str key = root->keys[i]->text;
        if (sz_str_is(key, "file") || sz_str_is(key, "type") || sz_recipe_find(l->m, key) >= 0) continue;
        if (sz_str_is(sz_field_meant(l, key), field) || is_wrapping(root->items[i], field)) return true;
    }
    return false;
}

static void hint_of_line(sz_map_loader *l, sz_diag *g, const char *field, sz_str value) {
    sz_diag_hint(l->d, g, "the field stands left, the heading right:  %s: %.*s", "左边写字段名，右边写表头：%s: %.*s",
                 field, SZ_FMT_STR(value));
}

static bool hint_of_place(sz_map_loader *l, sz_diag *g, const sz_yaml *key, const sz_yaml *n) {
    static const char *const of_file[] = {"encoding",   "separator", "header", "skip_rows",
                                          "short_rows", "delimiter", "charset"};
    if (sz_name_find(of_file, sizeof of_file / sizeof *of_file, key->text) >= 0 && n->kind == SZ_YAML_SCALAR) {
        sz_str meant = sz_map_meant(of_file, 5, key->text);
        sz_diag_hint(l->d, g, "it belongs into `file`:  file: {%.*s: %.*s}", "它应写在 file 里：file: {%.*s: %.*s}",
                     SZ_FMT_STR(meant), SZ_FMT_STR(n->text));
    } else if (is_wrapping(n, "time") || is_wrapping(n, "student") || is_wrapping(n, "type")) {
        sz_diag_hint(l->d, g, "the fields stand at the beginning of their lines, without `%.*s:` around them",
                     "字段直接顶格写，外面不要“%.*s:”这一层", SZ_FMT_STR(key->text));
    } else return false;
    return true;
}

/* The types that have a field, for one that those of this mapping do not have. */
static sz_str types_with(const sz_map_loader *l, const sz_row *row) {
    const char *names[SZ_TYPES_MAX];
    unsigned n = 0;
    for (uint32_t t = 0; t < SZ_TYPE_FIRST_DECLARED; t++)
        if (row->types & sz_row_bit((int)t)) names[n++] = sz_arena_str(l->a, l->m->types->v[t].name).p;
    return sz_name_list(l->a, names, n);
}

void sz_map_refuse_key(sz_map_loader *l, const sz_yaml *key, const sz_yaml *n) {
    const sz_row *row = sz_row_find(key->text);
    if (row) {
        sz_str types = types_with(l, row);
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_FOREIGN, key->span,
                                  "the types of this mapping have no `%s`", "该映射的类型没有“%s”这个字段", row->name);
        if (types.n)
            sz_diag_hint(l->d, g, "it is a field of %.*s: see docs/events.md", "它是 %.*s 的字段，见 docs/events.md",
                         SZ_FMT_STR(types));
        else
            sz_diag_hint(l->d, g, "it is a field of another type: see docs/events.md",
                         "它属于其他类型，见 docs/events.md");
        return;
    }
    const char **words;
    unsigned n_words = words_of(l, true, &words);
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_KEY, key->span, "there is no key `%.*s` here",
                              "此处没有“%.*s”这个键", SZ_FMT_STR(key->text));
    sz_str meant = sz_map_meant(words, n_words, key->text);
    bool is_scalar = n->kind == SZ_YAML_SCALAR;
    const sz_row *right = is_scalar ? sz_row_find(n->text) : NULL;
    if (hint_of_place(l, g, key, n)) return;
    if (!sz_str_is_ascii(key->text) && right) hint_of_line(l, g, right->name, key->text);
    else if (!sz_str_is_ascii(key->text) && meant.n && is_scalar && sz_str_is_ascii(n->text))
        sz_diag_hint(l->d, g, "names of fields are English:  %s: %.*s", "字段名用英文写：%s: %.*s", meant.p,
                     SZ_FMT_STR(n->text));
    else if (!sz_str_is_ascii(key->text) && meant.n && is_scalar) hint_of_line(l, g, meant.p, n->text);
    else if (meant.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(meant));
    else if (!sz_str_is_ascii(key->text)) hint_of_line(l, g, "student", SZ_STR("学号"));
    else {
        sz_str list = sz_name_list(l->a, words, n_words - 1);
        sz_diag_hint(l->d, g, "a mapping has `file` and these fields: %.*s", "映射的键是 file 与这些字段：%.*s",
                     SZ_FMT_STR(list));
    }
}
