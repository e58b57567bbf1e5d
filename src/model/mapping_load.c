/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping_load: the mapping's own keys: `file`, `type`, and a recipe for each field.
 */
#include "codes.h"
#include "mapping.h"
#include "names.h"

sz_diag *sz_map_fault(sz_map_loader *l, int code, sz_span at, const char *en, const char *zh) {
    return sz_diags_add(l->d, SZ_ERROR, code, at, en, zh);
}

/* ---- file: ---- */

static void read_encoding(sz_map_loader *l, const sz_yaml *n) {
    sz_encoding enc = n->kind == SZ_YAML_SCALAR ? sz_encoding_named(n->text) : SZ_ENC_BAD;
    if (enc == SZ_ENC_BAD)
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "encoding must be auto, utf-8, gbk, gb18030, utf-16 or utf-16be",
                     "encoding 须是 auto、utf-8、gbk、gb18030、utf-16 或 utf-16be");
    l->m->encoding = enc == SZ_ENC_BAD ? SZ_ENC_AUTO : enc;
}

static void read_separator(sz_map_loader *l, const sz_yaml *n) {
    static const struct {
        const char *name;
        char c;
    } words[] = {{"comma", ','}, {"tab", '\t'}, {"semicolon", ';'}, {"pipe", '|'}};
    l->m->has_separator = true;
    if (n->kind == SZ_YAML_SCALAR) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (sz_str_is(n->text, words[i].name)) {
                l->m->separator = words[i].c;
                return;
            }
        uint8_t c = n->text.n == 1 ? (uint8_t)n->text.p[0] : 0;
        if (c && c < 0x80 && c != '"' && c != '\n' && c != '\r') {
            l->m->separator = (char)c;
            return;
        }
    }
    sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span,
                 "separator must be comma, tab, semicolon, pipe or one ASCII character",
                 "separator 须是 comma、tab、semicolon、pipe 或单个 ASCII 字符");
}

static void read_header(sz_map_loader *l, const sz_yaml *n) {
    bool ok;
    bool has_header = sz_yaml_bool(n, &ok);
    if (ok) l->m->has_header = has_header;
    else sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "header must be true or false", "header 须是 true 或 false");
}

static void read_skip_rows(sz_map_loader *l, const sz_yaml *n) {
    int64_t v = -1;
    if (n->kind != SZ_YAML_SCALAR || !sz_str_i64(n->text, &v) || v < 0 || v > 1000)
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "skip_rows must be a whole number from 0 to 1000",
                     "skip_rows 须是 0 到 1000 的整数");
    else l->m->skip_rows = (uint32_t)v;
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

static const struct file_key {
    const char *name;
    void (*read)(sz_map_loader *l, const sz_yaml *n);
} file_keys[] = {{"encoding", read_encoding},
                 {"separator", read_separator},
                 {"header", read_header},
                 {"skip_rows", read_skip_rows},
                 {"empty", read_empties}};

static void unknown_key(sz_map_loader *l, const sz_yaml *key, sz_str nearest, const char *en, const char *zh) {
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_KEY, key->span, "there is no key `%.*s` here",
                              "此处没有“%.*s”这个键", SZ_FMT_STR(key->text));
    if (nearest.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(nearest));
    else sz_diag_hint(l->d, g, en, zh);
}

static void read_file(sz_map_loader *l, const sz_yaml *n) {
    if (n->kind != SZ_YAML_MAP) {
        sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, "file must be a map: {encoding: gbk, separator: tab, header: true}",
                     "file 须是键值表：{encoding: gbk, separator: tab, header: true}");
        return;
    }
    enum { N_KEYS = sizeof file_keys / sizeof *file_keys };
    for (size_t i = 0; i < n->n; i++) {
        size_t k = 0;
        sz_nearest near = sz_nearest_to(n->keys[i]->text);
        for (; k < N_KEYS && !sz_str_is(n->keys[i]->text, file_keys[k].name); k++)
            sz_nearest_try(&near, sz_str_of(file_keys[k].name));
        if (k < N_KEYS) file_keys[k].read(l, n->items[i]);
        else
            unknown_key(l, n->keys[i], near.best, "file has encoding, separator, header, skip_rows and empty",
                        "file 的键有 encoding、separator、header、skip_rows、empty");
    }
}

/* ---- type ---- */

static void one_type(sz_map_loader *l, sz_str name, sz_span at) {
    int type = sz_types_find(l->m->types, name);
    if (type >= 0) {
        l->m->possible |= UINT64_C(1) << type;
        return;
    }
    sz_nearest near = sz_nearest_to(name);
    for (uint32_t i = 0; i < l->m->types->n; i++) sz_nearest_try(&near, l->m->types->v[i].name);
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_TYPE, at, "no type is called `%.*s`", "没有名为“%.*s”的类型",
                              SZ_FMT_STR(name));
    if (near.best.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(near.best));
    else
        sz_diag_hint(l->d, g, "types are swipe, attendance, dorm_access, presence and those of types.yaml",
                     "类型有 swipe、attendance、dorm_access、presence，以及 types.yaml 中声明的类型");
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

/* The field that a heading names as a rule; NULL: none that we know. */
static const char *field_of_heading(sz_str heading) {
    static const struct {
        const char *heading, *field;
    } known[] = {{"学号", "student"},      {"学生学号", "student"}, {"卡号", "card"},       {"时间", "time"},
                 {"日期", "time"},         {"交易时间", "time"},    {"刷卡时间", "time"},   {"金额", "amount"},
                 {"交易额", "amount"},     {"交易金额", "amount"},  {"消费金额", "amount"}, {"余额", "balance"},
                 {"地点", "place"},        {"读头", "reader"},      {"终端号", "reader"},   {"类型", "type"},
                 {"来源", "source"},       {"方向", "direction"},   {"课程", "course"},     {"状态", "status"},
                 {"流水号", "journal_no"}, {"编号", "id"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sz_str_is(heading, known[i].heading)) return known[i].field;
    return NULL;
}

/* A heading where the field belongs: 金额: 金额, or 金额: amount. */
static bool is_turned_round(sz_map_loader *l, const sz_yaml *key, const sz_yaml *n) {
    bool is_heading = false;
    for (size_t i = 0; i < key->text.n; i++) is_heading |= (uint8_t)key->text.p[i] >= 0x80;
    if (!is_heading) return false;
    bool names_field = n->kind == SZ_YAML_SCALAR && sz_row_find(n->text);
    const char *field = names_field ? sz_row_find(n->text)->name : field_of_heading(key->text);
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_KEY, key->span, "there is no key `%.*s` here",
                              "此处没有“%.*s”这个键", SZ_FMT_STR(key->text));
    sz_diag_hint(l->d, g, "the field stands left, the heading right:  %s: %.*s", "左边写字段名，右边写表头：%s: %.*s",
                 field ? field : "student", SZ_FMT_STR(field ? key->text : SZ_STR("学号")));
    return true;
}

static void read_field(sz_map_loader *l, const sz_yaml *key, const sz_yaml *n) {
    sz_recipe *r = sz_recipe_add(l, key->text);
    if (r) {
        sz_recipe_read(l, r, n);
        return;
    }
    const sz_row *row = sz_row_find(key->text);
    if (l->m->n == SZ_RECIPES_MAX) {
        sz_map_fault(l, SZ_CODE_MAP_SHAPE, key->span, "these are too many fields", "字段过多");
    } else if (row) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_FOREIGN, key->span,
                                  "the types of this mapping have no `%s`", "该映射的类型没有“%s”这个字段", row->name);
        sz_diag_hint(l->d, g, "it is a field of another type: see docs/events.md", "它属于其他类型，见 docs/events.md");
    } else if (!is_turned_round(l, key, n)) {
        unknown_key(l, key, sz_field_nearest(l->m, key->text), "a mapping has `file` and the names of fields",
                    "映射的键是 file 与各字段名");
    }
}

static void read_root(sz_map_loader *l, const sz_yaml *root) {
    for (size_t i = 0; i < root->n; i++)
        if (sz_str_is(root->keys[i]->text, "file")) read_file(l, root->items[i]);
    const sz_yaml *type = sz_yaml_get(root, "type");
    if (type) read_type(l, type);
    if (l->m->possible == 0) { /* only what every event has can be judged */
        if (!type)
            sz_map_fault(l, SZ_CODE_MAP_MISSING, root->span,
                         "the mapping does not say of which type its rows are: `type: swipe`",
                         "映射没有说明各行的类型，例如 type: swipe");
        l->m->possible = (UINT64_C(1) << SZ_TYPE_FIRST_DECLARED) - 1;
        l->m->is_type_missing = true;
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
        sz_map_fault(&l, SZ_CODE_MAP_SHAPE, root ? root->span : (sz_span){NULL, 0, 0},
                     "a mapping must be a map: file and the names of fields", "映射须是键值表：file 与各字段名");
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
