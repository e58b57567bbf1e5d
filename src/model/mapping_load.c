/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping_load: the mapping's own keys: `file`, `type`, and a recipe for each field.
 */
#include "codes.h"
#include "map_words.h"
#include "names.h"

sz_diag *sz_map_fault(sz_map_loader *l, int code, sz_span at, const char *en, const char *zh) {
    return sz_diags_add(l->d, SZ_ERROR, code, at, en, zh);
}

/* ---- file: ---- */

/* A setting that is none of its words; the one that was meant is said. */
static void setting(sz_map_loader *l, const sz_yaml *n, const char *const *words, unsigned n_words, const char *en,
                    const char *zh) {
    sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, en, zh);
    if (n->kind == SZ_YAML_SCALAR) sz_map_hint_meant(l, g, words, n_words, n->text);
    if (!g->hint)
        sz_diag_hint(l->d, g, sz_arena_printf(&l->d->arena, "for example  %s", words[0]),
                     sz_arena_printf(&l->d->arena, "例如  %s", words[0]));
}

static void read_encoding(sz_map_loader *l, const sz_yaml *n) {
    sz_encoding enc = n->kind == SZ_YAML_SCALAR ? sz_encoding_named(n->text) : SZ_ENC_BAD;
    static const char *const words[] = {"auto", "utf-8", "gbk", "gb18030", "utf-16", "utf-16be"};
    if (enc == SZ_ENC_BAD)
        setting(l, n, words, sizeof words / sizeof *words,
                "encoding must be auto, utf-8, gbk, gb18030, utf-16 or utf-16be",
                "encoding 须是 auto、utf-8、gbk、gb18030、utf-16 或 utf-16be");
    l->m->encoding = enc == SZ_ENC_BAD ? SZ_ENC_AUTO : enc;
}

static void read_separator(sz_map_loader *l, const sz_yaml *n) {
    static const char *const words[] = {"comma", "tab", "semicolon", "pipe"};
    static const char signs[] = ",\t;|";
    l->m->has_separator = true;
    if (n->kind == SZ_YAML_SCALAR) {
        int i = sz_name_find(words, 4, n->text);
        if (i >= 0) {
            l->m->separator = signs[i];
            return;
        }
        uint8_t c = n->text.n == 1 ? (uint8_t)n->text.p[0] : 0;
        if (c && c < 0x80 && c != '"' && c != '\n' && c != '\r') {
            l->m->separator = (char)c;
            return;
        }
    }
    setting(l, n, words, 4, "separator must be comma, tab, semicolon, pipe or one ASCII character",
            "separator 须是 comma、tab、semicolon、pipe 或单个 ASCII 字符");
}

static void read_header(sz_map_loader *l, const sz_yaml *n) {
    static const char *const words[] = {"true", "false"};
    bool ok;
    bool has_header = sz_yaml_bool(n, &ok);
    if (ok) l->m->has_header = has_header;
    else setting(l, n, words, 2, "header must be true or false", "header 须是 true 或 false");
}

static void read_skip_rows(sz_map_loader *l, const sz_yaml *n) {
    int64_t v = -1;
    if (n->kind == SZ_YAML_SCALAR && sz_str_i64(n->text, &v) && v >= 0 && v <= 1000) {
        l->m->skip_rows = (uint32_t)v;
        return;
    }
    sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "skip_rows must be a whole number from 0 to 1000",
                              "skip_rows 须是 0 到 1000 的整数");
    if (n->kind == SZ_YAML_SCALAR) sz_map_hint_number(l, g, n->text);
}

static void read_short_rows(sz_map_loader *l, const sz_yaml *n) {
    static const char *const words[] = {"dead_letter", "fill"};
    int i = n->kind == SZ_YAML_SCALAR ? sz_name_find(words, 2, n->text) : -1;
    if (i >= 0) l->m->fills_short = i == 1;
    else setting(l, n, words, 2, "short_rows must be dead_letter or fill", "short_rows 须是 dead_letter 或 fill");
}

static void read_empties(sz_map_loader *l, const sz_yaml *n) {
    sz_recipe r = {0};
    bool is_list = n->kind == SZ_YAML_SEQ;
    r.empties = SZ_NEWN(l->a, sz_str, is_list ? n->n : 1);
    for (size_t i = 0; i < (is_list ? n->n : 1); i++) {
        const sz_yaml *item = is_list ? n->items[i] : n;
        if (item->kind == SZ_YAML_SCALAR) r.empties[r.n_empties++] = sz_arena_str(l->a, item->text);
        else
            sz_map_fault(l, SZ_CODE_MAP_SHAPE, item->span, "empty must be texts that mean an empty cell: ['NULL', '-']",
                         "empty 须是表示空值的文本：['NULL', '-']");
    }
    l->m->empties = r.empties;
    l->m->n_empties = r.n_empties;
}

enum { N_FILE_KEYS = 6 };
static const char *const file_words[N_FILE_KEYS] = {"encoding",  "separator",  "header",
                                                    "skip_rows", "short_rows", "empty"};
static void (*const file_keys[N_FILE_KEYS])(sz_map_loader *l, const sz_yaml *n) = {
    read_encoding, read_separator, read_header, read_skip_rows, read_short_rows, read_empties};

static sz_diag *unknown_key(sz_map_loader *l, const sz_yaml *key) {
    return sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_KEY, key->span, "there is no key `%.*s` here",
                        "此处没有“%.*s”这个键", SZ_FMT_STR(key->text));
}

static void read_file(sz_map_loader *l, const sz_yaml *n) {
    if (n->kind != SZ_YAML_MAP) {
        sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, "file must be a map: {encoding: gbk, separator: tab, header: true}",
                     "file 须是键值表：{encoding: gbk, separator: tab, header: true}");
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        int k = sz_name_find(file_words, N_FILE_KEYS, n->keys[i]->text);
        if (k >= 0) {
            file_keys[k](l, n->items[i]);
            continue;
        }
        sz_diag *g = unknown_key(l, n->keys[i]);
        if (!sz_map_hint_meant(l, g, file_words, N_FILE_KEYS, n->keys[i]->text))
            sz_diag_hint(l->d, g, "file has encoding, separator, header, skip_rows, short_rows and empty",
                         "file 的键有 encoding、separator、header、skip_rows、short_rows、empty");
    }
}

/* ---- type ---- */

static void one_type(sz_map_loader *l, sz_str name, sz_span at) {
    int type = sz_types_find(l->m->types, name);
    if (type >= 0) {
        l->m->possible |= UINT64_C(1) << type;
        return;
    }
    const char *words[SZ_TYPES_MAX];
    for (uint32_t i = 0; i < l->m->types->n; i++) words[i] = l->m->types->v[i].name.p;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_TYPE, at, "no type is called `%.*s`", "没有名为“%.*s”的类型",
                              SZ_FMT_STR(name));
    if (!sz_map_hint_meant(l, g, words, l->m->types->n, name))
        sz_diag_hint(
            l->d, g,
            "types are swipe, attendance, dorm_access, presence and those of types.yaml; one that a column "
            "tells:  {column: ..., table: {'1': swipe}}",
            "类型有 swipe、attendance、dorm_access、presence，以及 types.yaml 中声明的类型；类型写在某一列里的："
            "{column: ..., table: {'1': swipe}}");
}

static void read_type(sz_map_loader *l, const sz_yaml *n) {
    sz_recipe *r = sz_recipe_add(l, SZ_STR("type"));
    sz_recipe_read(l, r, n);
    if (r->from == SZ_FROM_CONSTANT) one_type(l, r->constant, r->constant_node->span);
    for (uint32_t i = 0; i < r->n_codes; i++)
        if (r->answers[i].kind == SZ_ANSWER_TEXT) one_type(l, r->answers[i].text, r->answer_nodes[i]->span);
    if (r->otherwise.kind == SZ_ANSWER_TEXT) one_type(l, r->otherwise.text, r->otherwise_node->span);
    if (r->from == SZ_FROM_CELLS && !r->has_table) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_MISSING, n->span, "a type out of a column needs a table",
                                  "由列给出的类型须有代码表 table");
        sz_diag_hint(l->d, g,
                     "write {column: ..., table: {'1': swipe, '2': dorm_access}}; what is not in it is a dead letter",
                     "写成 {column: ..., table: {'1': swipe, '2': dorm_access}}；表中没有的成为死信");
    }
}

/* ---- fields ---- */

static void read_field(sz_map_loader *l, const sz_yaml *key, const sz_yaml *n) {
    sz_recipe *r = sz_recipe_add(l, key->text);
    if (r) sz_recipe_read(l, r, n);
    else if (l->m->n == SZ_RECIPES_MAX)
        sz_map_fault(l, SZ_CODE_MAP_SHAPE, key->span, "these are too many fields", "字段过多");
    else sz_map_refuse_key(l, key, n);
}

static void read_root(sz_map_loader *l, const sz_yaml *root) {
    for (size_t i = 0; i < root->n; i++)
        if (sz_str_is(root->keys[i]->text, "file")) read_file(l, root->items[i]);
    const sz_yaml *type = sz_yaml_get(root, "type");
    if (type) read_type(l, type);
    if (l->m->possible == 0) { /* only what every event has can be judged */
        l->m->possible = (UINT64_C(1) << SZ_TYPE_FIRST_DECLARED) - 1;
        l->m->is_type_missing = true;
        if (!type && !sz_map_is_misspelt(l, root, "type"))
            sz_map_fault(l, SZ_CODE_MAP_MISSING, root->span,
                         "the mapping does not say of which type its rows are: `type: swipe`",
                         "映射没有说明各行的类型，例如 type: swipe");
    }
    for (size_t i = 0; i < root->n; i++)
        if (!sz_str_is(root->keys[i]->text, "file") && !sz_str_is(root->keys[i]->text, "type"))
            read_field(l, root->keys[i], root->items[i]);
}

sz_status sz_mapping_load(const sz_yaml *root, const sz_types *types, const sz_zone *zone, sz_diags *d,
                          sz_mapping **out) {
    size_t before = d->n_errors;
    sz_mapping *m = sz_alloc(sizeof *m);
    *out = NULL;
    sz_arena_init(&m->arena);
    m->types = types;
    m->zone = zone;
    m->separator = ',';
    m->has_header = true;
    m->type = m->time = m->collected = m->precision = -1;
    m->scratch = sz_alloc(sizeof *m->scratch);
    sz_buf_init(m->scratch);
    m->likely = sz_time_likely_new(&m->arena);
    m->targets = sz_arena_alloc(&m->arena, (size_t)SZ_TYPES_MAX * SZ_RECIPES_MAX);
    sz_map_loader l = {m, d, &m->arena};
    if (root && root->kind == SZ_YAML_MAP) {
        read_root(&l, root);
        sz_recipes_link(&l);
        sz_recipes_check(&l, root);
    } else {
        sz_diag *g =
            sz_map_fault(&l, SZ_CODE_MAP_SHAPE, root ? root->span : (sz_span){NULL, 0, 0},
                         "a mapping must be a map: file and the names of fields", "映射须是键值表：file 与各字段名");
        sz_diag_hint(d, g, "a line for each, without dashes:  type: swipe,  student: 学号,  time: 交易时间",
                     "每个字段一行，前面不加“-”：type: swipe、student: 学号、time: 交易时间");
    }
    if (d->n_errors > before) {
        sz_mapping_free(m);
        return SZ_FINDINGS;
    }
    *out = m;
    return SZ_OK;
}

void sz_mapping_free(sz_mapping *m) {
    if (!m) return;
    for (uint32_t i = 0; i < m->n; i++) sz_pattern_free(m->recipes[i].pattern);
    sz_conv_free(m->conv);
    sz_buf_fini(m->scratch);
    sz_free(m->scratch);
    sz_arena_fini(&m->arena);
    sz_free(m);
}
