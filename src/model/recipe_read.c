/* SPDX-License-Identifier: Apache-2.0
 *
 * recipe_read: one field of a mapping out of its YAML, key by key.
 */
#include "codes.h"
#include "mapping.h"
#include "names.h"

static sz_str text_of(sz_map_loader *l, const sz_yaml *n, const char *en, const char *zh) {
    if (n->kind == SZ_YAML_SCALAR) return sz_arena_str(l->a, n->text);
    sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, en, zh);
    return (sz_str){NULL, 0};
}

/* A text or a list of texts. */
static sz_str *texts_of(sz_map_loader *l, const sz_yaml *n, uint32_t *count, const char *en, const char *zh) {
    bool is_list = n->kind == SZ_YAML_SEQ;
    size_t all = is_list ? n->n : 1;
    sz_str *v = SZ_NEWN(l->a, sz_str, all);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        const sz_yaml *item = is_list ? n->items[i] : n;
        if (item->kind == SZ_YAML_SCALAR) v[(*count)++] = sz_arena_str(l->a, item->text);
        else sz_map_fault(l, SZ_CODE_MAP_SHAPE, item->span, en, zh);
    }
    return v;
}

/* ---- where the text comes from ---- */

static void read_columns(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    static const char en[] = "a column must be its heading, or its number where header is false";
    static const char zh[] = "列须写表头名称；header 为 false 时写列号";
    bool is_list = n->kind == SZ_YAML_SEQ;
    size_t all = is_list ? n->n : 1;
    r->columns = SZ_NEWN(l->a, sz_map_column, all);
    r->n_columns = 0;
    r->from = SZ_FROM_CELLS;
    for (size_t i = 0; i < all; i++) {
        const sz_yaml *item = is_list ? n->items[i] : n;
        sz_str name = sz_str_trim(text_of(l, item, en, zh));
        if (name.n == 0) {
            if (item->kind == SZ_YAML_SCALAR) sz_map_fault(l, SZ_CODE_MAP_SHAPE, item->span, en, zh);
            continue;
        }
        sz_map_column c = {item, name, UINT32_MAX};
        int64_t number = 0;
        if (!l->m->has_header && (!sz_str_i64(name, &number) || number < 1 || number > 10000)) {
            sz_diag *g =
                sz_map_fault(l, SZ_CODE_MAP_COLUMN_NUMBER, item->span,
                             "without a header row a column is a number, from 1", "没有表头时，列须写列号，从 1 开始");
            sz_diag_hint(l->d, g, "or does the file have a header row? Then leave `header: false` out",
                         "若文件有表头，请去掉 header: false");
        } else if (!l->m->has_header) {
            c.at = (uint32_t)(number - 1);
            if (l->m->n_cells < c.at + 1) l->m->n_cells = c.at + 1;
        }
        r->columns[r->n_columns++] = c;
    }
    if (all == 0) sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, en, zh);
}

static void read_join(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->join = text_of(l, n, "join must be a text: what stands between the columns", "join 须是文本：各列之间的连接符");
    r->has_join = true;
}

static void read_constant(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->constant = text_of(l, n, "constant must be a text", "constant 须是文本");
    r->from = SZ_FROM_CONSTANT;
    r->constant_node = n;
}

/* ---- what is done with it ---- */

static void read_match(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    sz_str text = text_of(l, n, "match must be a regular expression in quotes", "match 须是加引号的正则表达式");
    if (n->kind != SZ_YAML_SCALAR) return;
    char message[128];
    size_t off;
    r->pattern_node = n;
    r->pattern = sz_pattern_new(text, &off, message);
    if (r->pattern) return;
    if (off > n->text.n) off = n->text.n;
    sz_span at = sz_yaml_value_span(n, off < n->text.n ? off : n->text.n ? n->text.n - 1 : 0, n->text.n ? 1 : 0);
    sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_PATTERN, at, "this is no regular expression: %s", "正则表达式有误：%s",
                 message);
}

static sz_answer answer_of(sz_str text) {
    if (sz_str_is(text, "dead_letter")) return (sz_answer){SZ_ANSWER_DEAD, {NULL, 0}};
    if (sz_str_is(text, "leave_out")) return (sz_answer){SZ_ANSWER_LEAVE_OUT, {NULL, 0}};
    return (sz_answer){SZ_ANSWER_TEXT, text};
}

static void read_table(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    if (n->kind != SZ_YAML_MAP) {
        sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, "table must be a map: code and what it means",
                                  "table 须是键值表：代码与含义");
        sz_diag_hint(l->d, g, "for example {'1': granted, '0': denied}", "例如 {'1': granted, '0': denied}");
        return;
    }
    r->has_table = true;
    r->codes = SZ_NEWN(l->a, sz_str, n->n);
    r->answers = SZ_NEWN(l->a, sz_answer, n->n);
    r->answer_nodes = SZ_NEWN(l->a, const sz_yaml *, n->n);
    for (size_t i = 0; i < n->n; i++) {
        if (sz_str_is(n->keys[i]->text, "else") && n->keys[i]->style == SZ_YAML_PLAIN) {
            sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->keys[i]->span, "else stands beside the table, not in it",
                                      "else 应写在 table 旁边，而不是里面");
            sz_diag_hint(l->d, g,
                         "write {column: ..., table: {...}, else: ...}; a code that is really `else` in quotes",
                         "写成 {column: ..., table: {...}, else: ...}；若代码就是 else，请加引号");
            continue;
        }
        sz_str value = text_of(l, n->items[i], "the meaning of a code must be a text", "代码的含义须是文本");
        r->codes[r->n_codes] = sz_arena_str(l->a, sz_str_trim(n->keys[i]->text));
        r->answers[r->n_codes] = answer_of(value);
        r->answer_nodes[r->n_codes++] = n->items[i];
    }
}

static void read_else(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    sz_str text =
        text_of(l, n, "else must be a value, dead_letter or leave_out", "else 须是取值、dead_letter 或 leave_out");
    if (n->kind != SZ_YAML_SCALAR) return;
    r->otherwise = answer_of(text);
    r->otherwise_node = n;
}

static void read_empty(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->empties = texts_of(l, n, &r->n_empties, "empty must be texts that mean an empty cell: ['NULL', '-']",
                          "empty 须是表示空值的文本：['NULL', '-']");
}

static void read_remove(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->removes = texts_of(l, n, &r->n_removes, "remove must be texts that are taken out: [',', '元']",
                          "remove 须是要去掉的文本：[',', '元']");
    for (uint32_t i = 0; i < r->n_removes; i++)
        if (r->removes[i].n == 0) r->removes[i--] = r->removes[--r->n_removes];
}

static void read_prefix(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->prefix = text_of(l, n, "prefix must be a text", "prefix 须是文本");
}

static void read_pad(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    int64_t v;
    if (n->kind == SZ_YAML_SCALAR && sz_str_i64(n->text, &v) && v >= 1 && v <= 64) r->pad = (uint32_t)v;
    else
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "pad must be a number of characters from 1 to 64",
                     "pad 须是 1 到 64 的字符数");
}

static void read_number(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    static const char *const forms[] = {"hex", "hex_reversed", "decimal_reversed"}; /* as in sz_card_form */
    int i = n->kind == SZ_YAML_SCALAR ? sz_name_find(forms, 3, n->text) : -1;
    if (i >= 0) r->number = (uint8_t)(SZ_CARD_HEX + i);
    else
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "number must be hex, hex_reversed or decimal_reversed",
                     "number 须是 hex、hex_reversed 或 decimal_reversed");
}

/* ---- money ---- */

static void read_unit(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    bool is_scalar = n->kind == SZ_YAML_SCALAR;
    r->is_fen = is_scalar && sz_str_is(n->text, "fen");
    if (!r->is_fen && !(is_scalar && sz_str_is(n->text, "yuan")))
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "unit must be yuan or fen", "unit 须是 yuan（元）或 fen（分）");
}

static int op_of(sz_map_loader *l, const sz_yaml *n, const char *en, const char *zh) {
    int op = n->kind == SZ_YAML_SCALAR ? sz_name_find(sz_op_names, 4, n->text) : -1;
    if (op < 0) sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, en, zh);
    return op;
}

static void read_negative(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    if (n->kind == SZ_YAML_SCALAR && sz_str_is(n->text, "drop_sign")) {
        r->negative = SZ_NEGATIVE_DROP_SIGN;
    } else if (n->kind == SZ_YAML_SCALAR && sz_str_is(n->text, "leave_out")) {
        r->negative = SZ_NEGATIVE_LEAVE_OUT;
    } else {
        int op = op_of(l, n, "negative must be an operation (consume, refund, reversal, topup), drop_sign or leave_out",
                       "negative 须是操作（consume、refund、reversal、topup）、drop_sign 或 leave_out");
        r->negative = SZ_NEGATIVE_OP;
        r->negative_op = (uint8_t)(op < 0 ? 0 : op);
    }
}

static void read_positive(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    int op = op_of(l, n, "positive must be an operation: consume, refund, reversal, topup",
                   "positive 须是操作：consume、refund、reversal、topup");
    r->has_positive_op = true;
    r->positive_op = (uint8_t)(op < 0 ? 0 : op);
}

/* ---- time ---- */

static void read_format(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    bool is_list = n->kind == SZ_YAML_SEQ;
    size_t all = is_list ? n->n : 1;
    r->formats = SZ_NEWN(l->a, sz_time_pattern, all * SZ_PATTERN_FORMS);
    r->n_formats = 0;
    for (size_t i = 0; i < all; i++) {
        const sz_yaml *item = is_list ? n->items[i] : n;
        sz_str text = text_of(l, item, "format must be a time format or a list of them: 'YYYY/M/D H:mm'",
                              "format 须是时间格式或其列表：'YYYY/M/D H:mm'");
        sz_pattern_error error = {0};
        uint32_t forms;
        if (item->kind != SZ_YAML_SCALAR) continue;
        if (sz_time_pattern_compile(l->a, text, r->formats + r->n_formats, &forms, &error)) {
            r->n_formats += forms;
            continue;
        }
        sz_diag *g =
            sz_map_fault(l, SZ_CODE_MAP_FORMAT, sz_yaml_value_span(item, error.off, error.len), error.en, error.zh);
        sz_diag_hint(
            l->d, g,
            "YYYY year, M month, D day, H hour, mm minutes, ss seconds; [:ss] may be missing; other letters in quotes",
            "YYYY 年、M 月、D 日、H 时、mm 分、ss 秒；[:ss] 可省略；其他字母加引号");
    }
}

static void read_lost(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    static const char en[] = "lost must be times of day, '0:00', or the word collected";
    static const char zh[] = "lost 须是一天中的时刻（'0:00'）或 collected";
    uint32_t count;
    sz_str *v = texts_of(l, n, &count, en, zh);
    r->lost = SZ_NEWN(l->a, int32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        if (sz_str_is(v[i], "collected")) {
            r->is_lost_at_collected = true;
            continue;
        }
        sz_str full = sz_str_of(
            sz_arena_printf(l->a, "2000-01-01 %s%.*s", v[i].n > 1 && v[i].p[1] == ':' ? "0" : "", SZ_FMT_STR(v[i])));
        sz_zone utc;
        int64_t ms;
        sz_zone_fixed(&utc, 0, "UTC");
        if (sz_time_parse(&utc, full, &ms, NULL)) r->lost[r->n_lost++] = sz_zone_ms_of_day(&utc, ms);
        else sz_map_fault(l, SZ_CODE_MAP_SETTING, n->kind == SZ_YAML_SEQ ? n->items[i]->span : n->span, en, zh);
        sz_zone_fini(&utc);
    }
}

static void read_offset(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    sz_zone utc;
    int64_t ms;
    sz_zone_fixed(&utc, 0, "UTC");
    sz_str text = text_of(l, n, "offset must be a text: '+00:00'", "offset 须是文本：'+00:00'");
    sz_str full = sz_str_of(sz_arena_printf(l->a, "2000-01-01T00:00:00%.*s", SZ_FMT_STR(text)));
    if (text.n > 0 && sz_time_parse(&utc, full, &ms, NULL))
        r->offset_s = (int32_t)((INT64_C(946684800000) - ms) / 1000);
    else if (n->kind == SZ_YAML_SCALAR)
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "offset must be as in '+00:00' or '+08:00'",
                     "offset 的写法如 '+00:00'、'+08:00'");
    sz_zone_fini(&utc);
}

/* ---- the keys ---- */

static const struct recipe_key {
    const char *name;
    uint8_t fits;
    void (*read)(sz_map_loader *l, sz_recipe *r, const sz_yaml *n);
    const char *en, *zh; /* what it belongs to */
} recipe_keys[] = {
    {"column", SZ_FITS_ALL, read_columns, NULL, NULL},
    {"columns", SZ_FITS_ALL, read_columns, NULL, NULL},
    {"join", SZ_FITS_ALL, read_join, NULL, NULL},
    {"constant", SZ_FITS_ALL, read_constant, NULL, NULL},
    {"match", SZ_FITS_ALL, read_match, NULL, NULL},
    {"table", SZ_FITS_ALL, read_table, NULL, NULL},
    {"else", SZ_FITS_ALL, read_else, NULL, NULL},
    {"empty", SZ_FITS_ALL, read_empty, NULL, NULL},
    {"remove", SZ_FITS_ALL, read_remove, NULL, NULL},
    {"prefix", SZ_FITS_TEXT, read_prefix, "prefix belongs to texts", "prefix 只用于文本字段"},
    {"pad", SZ_FITS_TEXT | SZ_FITS_TIME, read_pad, "pad belongs to texts and times", "pad 只用于文本和时间字段"},
    {"number", SZ_FITS_TEXT, read_number, "number belongs to texts: how a card's number is written",
     "number 只用于文本字段：卡号的写法"},
    {"unit", SZ_FITS_MONEY, read_unit, "unit belongs to amounts of money", "unit 只用于金额字段"},
    {"negative", SZ_FITS_MONEY, read_negative, "negative belongs to amounts of money", "negative 只用于金额字段"},
    {"positive", SZ_FITS_MONEY, read_positive, "positive belongs to amounts of money", "positive 只用于金额字段"},
    {"format", SZ_FITS_TIME, read_format, "format belongs to times", "format 只用于时间字段"},
    {"lost", SZ_FITS_TIME, read_lost, "lost belongs to times", "lost 只用于时间字段"},
    {"offset", SZ_FITS_TIME, read_offset, "offset belongs to times", "offset 只用于时间字段"},
};
enum { N_KEYS = sizeof recipe_keys / sizeof *recipe_keys };

static void read_key(sz_map_loader *l, sz_recipe *r, const sz_yaml *key, const sz_yaml *n) {
    sz_nearest near = sz_nearest_to(key->text);
    for (size_t i = 0; i < N_KEYS; i++) {
        if (sz_str_is(key->text, recipe_keys[i].name)) {
            if (recipe_keys[i].fits & r->fits) recipe_keys[i].read(l, r, n);
            else sz_map_fault(l, SZ_CODE_MAP_NO_USE, key->span, recipe_keys[i].en, recipe_keys[i].zh);
            return;
        }
        if (recipe_keys[i].fits & r->fits) sz_nearest_try(&near, sz_str_of(recipe_keys[i].name));
    }
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_KEY, key->span, "there is no key `%.*s` here",
                              "此处没有“%.*s”这个键", SZ_FMT_STR(key->text));
    if (near.best.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(near.best));
    else sz_diag_hint(l->d, g, "the keys of a field are listed in docs/mapping.md", "字段可用的键见 docs/mapping.md");
}

static void excludes(sz_map_loader *l, const sz_yaml *n, const char *a, const char *b) {
    if (sz_yaml_get(n, a) && sz_yaml_get(n, b))
        sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_EXCLUDES, n->span, "`%s` and `%s` exclude each other",
                     "“%s”与“%s”不能同时使用", a, b);
}

static void read_keys(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    excludes(l, n, "column", "columns");
    excludes(l, n, "column", "constant");
    excludes(l, n, "columns", "constant");
    for (size_t i = 0; i < n->n; i++) read_key(l, r, n->keys[i], n->items[i]);
    if (r->pad && r->fits == SZ_FITS_TIME && r->n_columns < 2)
        sz_map_fault(l, SZ_CODE_MAP_NO_USE, sz_yaml_get(n, "pad")->span,
                     "pad of a time is of the last of several columns: columns: [date, time]",
                     "时间的 pad 用于多列中的最后一列：columns: [日期, 时间]");
    if (!r->has_join) r->join = r->fits & SZ_FITS_TIME ? SZ_STR(" ") : SZ_STR(":");
}

void sz_recipe_read(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    static const char *const as_they_are[] = {"type", "source", "precision"};
    size_t before = l->d->n_errors;
    r->node = n;
    if (n->kind == SZ_YAML_SCALAR) { /* short: a column; for these three what is written */
        if (sz_name_find(as_they_are, 3, r->name) >= 0) read_constant(l, r, n);
        else read_columns(l, r, n);
    } else if (n->kind == SZ_YAML_MAP) {
        read_keys(l, r, n);
    } else {
        sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, "a field must be a column's name or a map",
                                  "字段须写列名或键值表");
        sz_diag_hint(l->d, g, "`student: 学号`, or `student: {column: 学号, pad: 10}`, or `source: {constant: door}`",
                     "例如 student: 学号，或 student: {column: 学号, pad: 10}，或 source: {constant: door}");
    }
    r->is_faulty = l->d->n_errors > before;
}
