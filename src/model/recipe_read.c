/* SPDX-License-Identifier: Apache-2.0
 *
 * recipe_read: one field of a mapping out of its YAML, key by key.
 */
#include "codes.h"
#include "map_words.h"
#include "names.h"

sz_str sz_recipe_text(sz_map_loader *l, const sz_yaml *n, const char *en, const char *zh) {
    if (n->kind == SZ_YAML_SCALAR) return sz_arena_str(l->a, n->text);
    sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, en, zh);
    return (sz_str){NULL, 0};
}

sz_str *sz_recipe_texts(sz_map_loader *l, const sz_yaml *n, uint32_t *count, const char *en, const char *zh) {
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
        sz_str name = sz_str_trim(sz_recipe_text(l, item, en, zh));
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
    r->join =
        sz_recipe_text(l, n, "join must be a text: what stands between the columns", "join 须是文本：各列之间的连接符");
    r->has_join = true;
}

static void read_constant(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->constant = sz_recipe_text(l, n, "constant must be a text", "constant 须是文本");
    r->from = SZ_FROM_CONSTANT;
    r->constant_node = n;
}

/* ---- what is done with it ---- */

/* What compiles and cannot have been meant. */
static bool refuse_pattern(sz_map_loader *l, const sz_yaml *n, sz_str text) {
    static const char wide[] = "（?<";
    const char *at = text.n ? strstr(text.p, wide) : NULL;
    if (at) {
        sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_PATTERN, sz_yaml_value_span(n, (size_t)(at - text.p), 3),
                                  "the parenthesis of this group is a full-width one", "这个分组的括号是全角的");
        sz_diag_hint(l->d, g, "write  (?<place>…)  with half-width ( and )", "请写成半角括号：(?<place>…)");
    } else if (text.n == 0) {
        sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_PATTERN, n->span, "an empty pattern gives an empty text",
                                  "空的模式只会得到空文本");
        sz_diag_hint(l->d, g, "leave `match:` out for the whole cell", "要整个单元格就不写 match:");
    }
    return at || text.n == 0;
}

static void read_match(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    sz_str text = sz_recipe_text(l, n, "match must be a regular expression in quotes", "match 须是加引号的正则表达式");
    if (n->kind != SZ_YAML_SCALAR) return;
    char message[128];
    size_t off;
    if (refuse_pattern(l, n, text)) return;
    r->pattern_node = n;
    r->pattern = sz_pattern_new(text, &off, message);
    if (r->pattern) return;
    if (off > n->text.n) off = n->text.n;
    sz_span at = sz_yaml_value_span(n, off < n->text.n ? off : n->text.n ? n->text.n - 1 : 0, n->text.n ? 1 : 0);
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_PATTERN, at, "this is no regular expression: %s%.0s",
                              "正则表达式有误：%.0s%s", message, sz_map_pattern_zh(message));
    if (text.p[0] == '*') sz_diag_hint(l->d, g, "any text is written `.*`", "任意文字写成 .*");
    else
        sz_diag_hint(l->d, g, "a sign that is meant itself has a \\ before it:  '\\('  '\\['  '\\.'",
                     "表示符号本身时前面加 \\：'\\('  '\\['  '\\.'");
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
        if (n->items[i]->kind != SZ_YAML_SCALAR) {
            sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->items[i]->span, "the meaning of a code must be a text",
                                      "代码的含义须是文本");
            sz_diag_hint(l->d, g,
                         "or `leave_out` (the row is used without this field), `dead_letter` (it is set aside)",
                         "或写 leave_out（该行照用，没有这个字段）、dead_letter（该行成为死信）");
            continue;
        }
        sz_str value = sz_arena_str(l->a, n->items[i]->text);
        r->codes[r->n_codes] = sz_arena_str(l->a, sz_str_trim(n->keys[i]->text));
        r->answers[r->n_codes] = answer_of(value);
        r->answer_nodes[r->n_codes++] = n->items[i];
    }
}

/* With an `else` a table may be empty: each code means that. */
static void refuse_empty_table(sz_map_loader *l, const sz_recipe *r, const sz_yaml *table) {
    if (!table || table->kind != SZ_YAML_MAP || table->n > 0 || r->otherwise_node) return;
    sz_diag *g =
        sz_map_fault(l, SZ_CODE_MAP_SHAPE, table->span, "this table has no codes, so every row would be set aside",
                     "这个代码表是空的，每一行都会成为死信");
    sz_diag_hint(l->d, g, "for example {'1': granted, '0': denied}", "例如 {'1': granted, '0': denied}");
}

static void read_else(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    sz_str text = sz_recipe_text(l, n, "else must be a value, dead_letter or leave_out",
                                 "else 须是取值、dead_letter 或 leave_out");
    if (n->kind != SZ_YAML_SCALAR) return;
    r->otherwise = answer_of(text);
    r->otherwise_node = n;
}

static void read_empty(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->empties = sz_recipe_texts(l, n, &r->n_empties, "empty must be texts that mean an empty cell: ['NULL', '-']",
                                 "empty 须是表示空值的文本：['NULL', '-']");
}

static void read_remove(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->removes = sz_recipe_texts(l, n, &r->n_removes, "remove must be texts that are taken out: [',', '元']",
                                 "remove 须是要去掉的文本：[',', '元']");
    for (uint32_t i = 0; i < r->n_removes; i++)
        if (r->removes[i].n == 0) r->removes[i--] = r->removes[--r->n_removes];
}

static void read_prefix(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    r->prefix = sz_recipe_text(l, n, "prefix must be a text", "prefix 须是文本");
}

static void read_pad(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    int64_t v;
    if (n->kind == SZ_YAML_SCALAR && sz_str_i64(n->text, &v) && v >= 1 && v <= 64) {
        r->pad = (uint32_t)v;
        return;
    }
    sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "pad must be a number of characters from 1 to 64",
                              "pad 须是 1 到 64 的字符数");
    if (n->kind == SZ_YAML_SCALAR) sz_map_hint_number(l, g, n->text);
}

static void read_number(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    static const char *const forms[] = {"hex", "hex_reversed", "decimal_reversed"}; /* as in sz_card_form */
    int i = n->kind == SZ_YAML_SCALAR ? sz_name_find(forms, 3, n->text) : -1;
    if (i >= 0) {
        r->number = (uint8_t)(SZ_CARD_HEX + i);
        return;
    }
    sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "number must be hex, hex_reversed or decimal_reversed",
                              "number 须是 hex、hex_reversed 或 decimal_reversed");
    if (n->kind == SZ_YAML_SCALAR && (sz_str_is(n->text, "decimal") || sz_str_is(n->text, "dec")))
        sz_diag_hint(l->d, g, "a decimal number as it is needs no `number:`", "照原样的十进制卡号不写 number:");
    else if (n->kind == SZ_YAML_SCALAR) sz_map_hint_meant(l, g, forms, 3, n->text);
}

/* ---- money ---- */

static void read_unit(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    bool is_scalar = n->kind == SZ_YAML_SCALAR;
    r->is_fen = is_scalar && sz_str_is(n->text, "fen");
    if (r->is_fen || (is_scalar && sz_str_is(n->text, "yuan"))) return;
    static const char *const words[] = {"yuan", "fen"};
    sz_diag *g =
        sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "unit must be yuan or fen", "unit 须是 yuan（元）或 fen（分）");
    if (is_scalar) sz_map_hint_meant(l, g, words, 2, n->text);
}

/* `words`: those that may stand here, operations first. */
static int op_of(sz_map_loader *l, const sz_yaml *n, unsigned n_words, const char *en, const char *zh) {
    static const char *const words[] = {"consume", "refund", "reversal", "topup", "drop_sign", "leave_out"};
    int op = n->kind == SZ_YAML_SCALAR ? sz_name_find(sz_op_names, 4, n->text) : -1;
    if (op >= 0) return op;
    sz_diag *g = sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, en, zh);
    if (n->kind != SZ_YAML_SCALAR) return op;
    if (sz_str_is(n->text, "dead_letter"))
        sz_diag_hint(l->d, g, "leave the key out: then such a row is a dead letter", "不写这个键，这样的行就成为死信");
    else sz_map_hint_meant(l, g, words, n_words, n->text);
    return op;
}

static void read_negative(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    if (n->kind == SZ_YAML_SCALAR && sz_str_is(n->text, "drop_sign")) {
        r->negative = SZ_NEGATIVE_DROP_SIGN;
    } else if (n->kind == SZ_YAML_SCALAR && sz_str_is(n->text, "leave_out")) {
        r->negative = SZ_NEGATIVE_LEAVE_OUT;
    } else {
        int op =
            op_of(l, n, 6, "negative must be an operation (consume, refund, reversal, topup), drop_sign or leave_out",
                  "negative 须是操作（consume、refund、reversal、topup）、drop_sign 或 leave_out");
        r->negative = SZ_NEGATIVE_OP;
        r->negative_op = (uint8_t)(op < 0 ? 0 : op);
    }
}

static void read_positive(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    int op = op_of(l, n, 4, "positive must be an operation: consume, refund, reversal, topup",
                   "positive 须是操作：consume、refund、reversal、topup");
    r->has_positive_op = true;
    r->positive_op = (uint8_t)(op < 0 ? 0 : op);
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
    {"prefix", SZ_FITS_TEXT | SZ_FITS_TIME, read_prefix, "prefix belongs to texts and times",
     "prefix 只用于文本和时间字段"},
    {"pad", SZ_FITS_TEXT | SZ_FITS_TIME, read_pad, "pad belongs to texts and times", "pad 只用于文本和时间字段"},
    {"number", SZ_FITS_TEXT, read_number, "number belongs to texts: how a card's number is written",
     "number 只用于文本字段：卡号的写法"},
    {"unit", SZ_FITS_MONEY, read_unit, "unit belongs to amounts of money", "unit 只用于金额字段"},
    {"negative", SZ_FITS_MONEY, read_negative, "negative belongs to amounts of money", "negative 只用于金额字段"},
    {"positive", SZ_FITS_MONEY, read_positive, "positive belongs to amounts of money", "positive 只用于金额字段"},
    {"format", SZ_FITS_TIME, sz_recipe_read_format, "format belongs to times", "format 只用于时间字段"},
    {"lost", SZ_FITS_TIME, sz_recipe_read_lost, "lost belongs to times", "lost 只用于时间字段"},
    {"offset", SZ_FITS_TIME, sz_recipe_read_offset, "offset belongs to times", "offset 只用于时间字段"},
};
enum { N_KEYS = sizeof recipe_keys / sizeof *recipe_keys };

static void read_key(sz_map_loader *l, sz_recipe *r, const sz_yaml *key, const sz_yaml *n) {
    const char *fitting[N_KEYS];
    unsigned n_fitting = 0;
    for (size_t i = 0; i < N_KEYS; i++) {
        if (sz_str_is(key->text, recipe_keys[i].name)) {
            if (recipe_keys[i].fits & r->fits) recipe_keys[i].read(l, r, n);
            else
                sz_diag_hint(l->d, sz_map_fault(l, SZ_CODE_MAP_NO_USE, key->span, recipe_keys[i].en, recipe_keys[i].zh),
                             "leave it out here", "这里请去掉");
            return;
        }
        if (recipe_keys[i].fits & r->fits) fitting[n_fitting++] = recipe_keys[i].name;
    }
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_KEY, key->span, "there is no key `%.*s` here",
                              "此处没有“%.*s”这个键", SZ_FMT_STR(key->text));
    if (sz_map_hint_meant(l, g, fitting, n_fitting, key->text)) return;
    sz_str list = sz_name_list(l->a, fitting, n_fitting);
    sz_diag_hint(l->d, g, "the keys of `%s` are: %.*s", "“%s”可用的键：%.*s", r->name.p, SZ_FMT_STR(list));
}

/* op: {消费: consume, 充值: topup}, a table without its key. */
static bool is_bare_table(const sz_recipe *r, const sz_yaml *n) {
    if (!r->row || !r->row->n_choices) return false;
    for (size_t i = 0; i < n->n; i++) {
        if (n->items[i]->kind != SZ_YAML_SCALAR) return false;
        for (size_t k = 0; k < N_KEYS; k++)
            if (sz_str_is(n->keys[i]->text, recipe_keys[k].name)) return false;
        if (sz_name_find(r->row->choices, r->row->n_choices, n->items[i]->text) >= 0) return true;
    }
    return false;
}

/* At the key that stands second. */
static void excludes(sz_map_loader *l, const sz_yaml *n, const char *a, const char *b) {
    if (!sz_yaml_get(n, a) || !sz_yaml_get(n, b)) return;
    sz_span at = n->span;
    for (size_t i = 0; i < n->n; i++)
        if (sz_str_is(n->keys[i]->text, a) || sz_str_is(n->keys[i]->text, b)) at = n->keys[i]->span;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_EXCLUDES, at, "`%s` and `%s` exclude each other",
                              "“%s”与“%s”不能同时使用", a, b);
    if (strcmp(b, "constant") == 0)
        sz_diag_hint(l->d, g, "keep one: a column where each row has a value of its own, a constant where all have one",
                     "只留一个：每行取值不同写列，所有行都一样写 constant");
    else
        sz_diag_hint(l->d, g, "keep one: `column` for one column, `columns: [a, b]` for several that are joined",
                     "只留一个：一列写 column，几列拼起来写 columns: [甲, 乙]");
}

static void read_keys(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    excludes(l, n, "column", "columns");
    excludes(l, n, "column", "constant");
    excludes(l, n, "columns", "constant");
    if (is_bare_table(r, n)) {
        sz_diag *g =
            sz_map_fault(l, SZ_CODE_MAP_SHAPE, n->span, "codes stand in a table, beside the column that has them",
                         "代码要写在 table 里，旁边写明是哪一列");
        sz_diag_hint(l->d, g, "%s: {column: ..., table: {%.*s: %.*s}}", "%s: {column: ..., table: {%.*s: %.*s}}",
                     r->name.p, SZ_FMT_STR(n->keys[0]->text), SZ_FMT_STR(n->items[0]->text));
        return;
    }
    for (size_t i = 0; i < n->n; i++) read_key(l, r, n->keys[i], n->items[i]);
    refuse_empty_table(l, r, sz_yaml_get(n, "table"));
    if (r->pad && r->fits == SZ_FITS_TIME && r->n_columns < 2)
        sz_diag_hint(l->d,
                     sz_map_fault(l, SZ_CODE_MAP_NO_USE, sz_yaml_get(n, "pad")->span,
                                  "pad of a time is of the last of several columns", "时间的 pad 用于多列中的最后一列"),
                     "write  columns: [date, time],  or leave pad out", "请写  columns: [日期, 时间]，或去掉 pad");
    if (!r->has_join) r->join = r->fits & SZ_FITS_TIME ? SZ_STR(" ") : SZ_STR(":");
}

/* The scalars of a list, as they stand. */
static const char *list_of(sz_map_loader *l, const sz_yaml *n) {
    const char *list = "";
    for (size_t i = 0; i < n->n; i++)
        if (n->items[i]->kind == SZ_YAML_SCALAR)
            list = sz_arena_printf(l->a, "%s%s%.*s", list, *list ? ", " : "", SZ_FMT_STR(n->items[i]->text));
    return list;
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
        if (sz_str_is(r->name, "type"))
            sz_diag_hint(l->d, g, "`type: swipe`, or where a column tells it  {column: ..., table: {'1': swipe}}",
                         "例如 type: swipe；类型写在某一列里的：{column: ..., table: {'1': swipe}}");
        else if (n->kind == SZ_YAML_SEQ && n->n > 1)
            sz_diag_hint(l->d, g, "several columns:  %s: {columns: [%s]}", "多列写成 %s: {columns: [%s]}", r->name.p,
                         list_of(l, n));
        else if (n->kind == SZ_YAML_SEQ && n->n == 1)
            sz_diag_hint(l->d, g, "without the brackets:  %s: %s", "去掉方括号：%s: %s", r->name.p, list_of(l, n));
        else
            sz_diag_hint(l->d, g,
                         "`student: 学号`, or `student: {column: 学号, pad: 10}`, or `source: {constant: door}`",
                         "例如 student: 学号，或 student: {column: 学号, pad: 10}，或 source: {constant: door}");
    }
    r->is_faulty = l->d->n_errors > before;
}
