/* SPDX-License-Identifier: Apache-2.0
 *
 * recipe_check: recipes against the types that a mapping's rows can have, and against each other.
 */
#include "codes.h"
#include "map_words.h"
#include "names.h"

/* ---- fields of the possible types ---- */

static uint8_t fits_of_row(const sz_row *row) {
    switch (row->kind) {
    case SZ_ROW_IS_TEXT: return SZ_FITS_TEXT;
    case SZ_ROW_IS_CHOICE: return SZ_FITS_CHOICE;
    case SZ_ROW_IS_FEN: return SZ_FITS_MONEY;
    case SZ_ROW_IS_TIME: return SZ_FITS_TIME;
    case SZ_ROW_IS_TYPE: return SZ_FITS_TYPE;
    default: return SZ_FITS_NUMBER;
    }
}

static uint8_t fits_of_kind(sz_field_kind kind) {
    static const uint8_t fits[] = {[SZ_FIELD_TEXT] = SZ_FITS_TEXT,
                                   [SZ_FIELD_ENUM] = SZ_FITS_CHOICE,
                                   [SZ_FIELD_NUMBER] = SZ_FITS_NUMBER,
                                   [SZ_FIELD_MONEY] = SZ_FITS_MONEY,
                                   [SZ_FIELD_TIME] = SZ_FITS_TIME};
    return fits[kind];
}

static bool is_possible(const sz_mapping *m, uint32_t type) { return m->possible >> type & 1; }

static const sz_field *declared(const sz_mapping *m, uint32_t type, sz_str name, uint8_t *index) {
    const sz_type *t = &m->types->v[type];
    for (uint32_t i = 0; i < t->n_fields; i++)
        if (sz_str_eq(t->fields[i].name, name)) {
            *index = (uint8_t)i;
            return &t->fields[i];
        }
    return NULL;
}

sz_recipe *sz_recipe_add(sz_map_loader *l, sz_str name) {
    sz_mapping *m = l->m;
    const sz_row *row = sz_row_find(name);
    uint8_t fits = 0, index;
    if (m->n == SZ_RECIPES_MAX) return NULL;
    bool is_type = row == &sz_rows[SZ_ROW_TYPE];
    for (uint32_t t = 0; t < m->types->n; t++) {
        uint8_t *target = &m->targets[(size_t)t * SZ_RECIPES_MAX + m->n];
        const sz_field *f = declared(m, t, name, &index);
        *target = SZ_TARGET_NONE;
        if (!is_possible(m, t)) continue;
        if (f) {
            *target = index;
            fits |= fits_of_kind(f->kind);
        } else if (row && row->types & sz_row_bit((int)t)) {
            *target = SZ_TARGET_BUILT_IN;
            fits |= fits_of_row(row);
        }
    }
    if (!fits && !is_type) return NULL;
    sz_recipe *r = &m->recipes[m->n];
    *r = (sz_recipe){
        .name = sz_arena_str(l->a, name), .row = row, .fits = is_type ? SZ_FITS_TYPE : fits, .offset_s = SZ_NO_OFFSET};
    int at = (int)m->n++;
    if (is_type) m->type = at;
    if (row == &sz_rows[SZ_ROW_TIME]) m->time = at;
    if (row == &sz_rows[SZ_ROW_COLLECTED]) m->collected = at;
    if (row == &sz_rows[SZ_ROW_PRECISION]) m->precision = at;
    return r;
}

int sz_recipe_find(const sz_mapping *m, sz_str name) {
    for (uint32_t i = 0; i < m->n; i++)
        if (sz_str_eq(m->recipes[i].name, name)) return (int)i;
    return -1;
}

/* ---- named groups ---- */

static void link_group(sz_map_loader *l, uint32_t donor, const char *name, uint32_t group) {
    sz_mapping *m = l->m;
    sz_str field = sz_str_of(name);
    sz_span at = m->recipes[donor].pattern_node->span;
    int i = sz_recipe_find(m, field);
    if (i < 0) {
        if (sz_recipe_add(l, field)) i = (int)m->n - 1;
    } else if (m->recipes[i].from != SZ_FROM_NOTHING) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_EXCLUDES, at,
                                  "the group `%s` is named for a field that has its value from elsewhere",
                                  "分组“%s”与一个字段同名，但该字段已另有来源", name);
        sz_diag_hint(l->d, g, "name the group otherwise, or leave the field's column out",
                     "请给分组换名，或去掉该字段的列");
        return;
    }
    if (i < 0) {
        sz_str near = sz_field_meant(l, field);
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_GROUP, at, "the group `%s` is no field",
                                  "分组“%s”不是字段名", name);
        if (near.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(near));
        else
            sz_diag_hint(l->d, g, "a group is named for the field that it gives; (?:...) is a group without a name",
                         "分组以其给出的字段命名；不命名的分组写成 (?:...)");
        return;
    }
    m->recipes[i].from = SZ_FROM_GROUP;
    m->recipes[i].donor = donor;
    m->recipes[i].group = group;
}

void sz_recipes_link(sz_map_loader *l) {
    sz_mapping *m = l->m;
    uint32_t n = m->n;
    for (uint32_t i = 0; i < n; i++) {
        sz_recipe *r = &m->recipes[i];
        if (!r->pattern) continue;
        if (r->from != SZ_FROM_CELLS) {
            r->is_faulty = true; /* told once */
            sz_diag_hint(l->d,
                         sz_map_fault(l, SZ_CODE_MAP_NO_USE, r->pattern_node->span, "match needs a column to look into",
                                      "match 须有要看的列"),
                         "add  column: …,  or leave match out", "请加  column: …，或去掉 match");
            continue;
        }
        r->group = sz_pattern_group(r->pattern, r->name.p);
        const char *name;
        uint32_t group, n_names = 0;
        for (; (name = sz_pattern_name(r->pattern, n_names, &group)); n_names++)
            if (!sz_str_is(r->name, name)) link_group(l, i, name, group);
        if (r->group == 0 && n_names == 0 && sz_pattern_n_groups(r->pattern) > 0) r->group = 1;
    }
}

/* ---- constants and tables ---- */

/* Whether the field of this name of one of the possible types takes the text. */
static bool is_taken(sz_map_loader *l, uint32_t i, sz_str text, const char **why) {
    const sz_mapping *m = l->m;
    const sz_recipe *r = &m->recipes[i];
    sz_record *scratch = SZ_NEW(l->a, sz_record);
    for (uint32_t t = 0; t < m->types->n; t++) {
        uint8_t target = sz_target(m, (int)t, i);
        if (!is_possible(m, t) || target == SZ_TARGET_NONE) continue;
        sz_record_begin(scratch);
        sz_value v = {0};
        bool is_fine = true;
        if (target == SZ_TARGET_BUILT_IN)
            is_fine = r->row->kind == SZ_ROW_IS_TIME || sz_row_set(r->row, scratch, l->a, text, true);
        else is_fine = sz_declared_set(&m->types->v[t].fields[target], &v, scratch, l->a, text, true);
        if (is_fine) return true;
        *why = scratch->dead.detail;
    }
    return **why == '\0';
}

/* The code beside which a word stands, where the two were exchanged: {consume: 消费}. */
static const sz_str *exchanged_with(const sz_recipe *r, sz_str text) {
    for (uint32_t k = 0; k < r->n_codes; k++)
        if (r->answers[k].kind == SZ_ANSWER_TEXT && sz_str_eq(r->answers[k].text, text) &&
            sz_name_find(r->row->choices, r->row->n_choices, r->codes[k]) >= 0)
            return &r->codes[k];
    return NULL;
}

static void hint_of_choices(sz_map_loader *l, sz_diag *g, const sz_recipe *r, sz_str text) {
    const sz_str *code = exchanged_with(r, text);
    sz_str list = sz_name_list(l->a, r->row->choices, r->row->n_choices);
    if (code)
        sz_diag_hint(l->d, g, "the system's code stands left, the word for it right: {%.*s: %.*s}",
                     "左边写系统里的代码，右边写它的含义：{%.*s: %.*s}", SZ_FMT_STR(text), SZ_FMT_STR(*code));
    else if (!sz_map_hint_meant(l, g, r->row->choices, r->row->n_choices, text))
        sz_diag_hint(l->d, g, "it must be one of: %.*s", "须是其中之一：%.*s", SZ_FMT_STR(list));
}

/* `else: skip`: what becomes of the row, in words that are not ours. */
static bool hint_of_else(sz_map_loader *l, sz_diag *g, const sz_recipe *r, sz_str text) {
    static const char *const words[] = {"leave_out", "dead_letter"};
    if (r->row && r->row->n_choices && sz_map_meant(r->row->choices, r->row->n_choices, text).n) return false;
    if (!sz_map_meant(words, 2, text).n) return false;
    sz_diag_hint(l->d, g, "`leave_out`: the row is used without this field; `dead_letter`: the row is set aside",
                 "leave_out：该行照用，只是没有这个字段；dead_letter：该行成为死信");
    return true;
}

/* Why a field does not take a value, in Chinese. */
static const char *want_zh(const sz_recipe *r) {
    switch (r->fits) {
    case SZ_FITS_MONEY: return "须是以元为单位的金额，不为负，至多两位小数";
    case SZ_FITS_NUMBER: return r->row && r->row->kind == SZ_ROW_IS_COUNT ? "须是不为负的整数" : "须是不为负的数";
    case SZ_FITS_TEXT: return "这段文字太长";
    default: return "这个字段的取值见 docs/events.md";
    }
}

static void check_value(sz_map_loader *l, uint32_t i, sz_str text, const sz_yaml *node) {
    const sz_recipe *r = &l->m->recipes[i];
    const char *why = "";
    if (is_taken(l, i, text, &why)) return;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_CHOICE, node->span, "%s cannot be `%.*s`",
                              "%s 的取值不能是“%.*s”", r->name.p, SZ_FMT_STR(text));
    if (node == r->otherwise_node && hint_of_else(l, g, r, text)) return;
    if (r->row && r->row->n_choices) hint_of_choices(l, g, r, text);
    else sz_diag_hint(l->d, g, "%s%.0s", "%.0s%s", why, want_zh(r));
}

static void check_recipe(sz_map_loader *l, uint32_t i) {
    const sz_recipe *r = &l->m->recipes[i];
    if (r->from == SZ_FROM_NOTHING) {
        if (!r->node || r->is_faulty) return;
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_MAP_MISSING, r->node->span, "`%s` has no column",
                                  "“%s”没有列", r->name.p);
        sz_diag_hint(l->d, g, "give it `column:` or `constant:`, or name a group of another field's match for it",
                     "请写 column: 或 constant:，或在另一字段的 match 中用同名分组");
        return;
    }
    if (r->otherwise_node && r->from == SZ_FROM_CELLS && !r->has_table && !r->pattern && !r->is_faulty) {
        sz_diag *g = sz_diags_add(l->d, SZ_WARNING, SZ_CODE_MAP_NO_USE, r->otherwise_node->span,
                                  "`else` has no use without `table` or `match`", "没有 table 或 match，else 不起作用");
        sz_diag_hint(l->d, g, "an empty cell is a field left out: no `else` is needed",
                     "空单元格本来就等于没有这个字段，不需要 else");
    }
    if ((int)i == l->m->type) return;
    if (r->from == SZ_FROM_CONSTANT) check_value(l, i, r->constant, r->constant_node);
    for (uint32_t k = 0; k < r->n_codes; k++)
        if (r->answers[k].kind == SZ_ANSWER_TEXT) check_value(l, i, r->answers[k].text, r->answer_nodes[k]);
    if (r->otherwise.kind == SZ_ANSWER_TEXT) check_value(l, i, r->otherwise.text, r->otherwise_node);
    bool has_op = !r->is_faulty && (r->negative == SZ_NEGATIVE_OP || r->has_positive_op);
    if (has_op && !sz_str_is(r->name, "amount"))
        sz_diag_hint(l->d,
                     sz_map_fault(l, SZ_CODE_MAP_NO_USE, r->node->span,
                                  "only the sign of `amount` can say what was done", "只有 amount 的正负号能表示操作"),
                     "put `positive` and `negative` under amount:, or leave them out",
                     "请把 positive、negative 写在 amount: 下，或去掉");
    else if (has_op && sz_recipe_find(l->m, SZ_STR("op")) >= 0) {
        sz_diag *g =
            sz_map_fault(l, SZ_CODE_MAP_EXCLUDES, r->node->span, "the sign of amount and `op` exclude each other",
                         "amount 的正负号与 op 不能同时使用");
        sz_diag_hint(l->d, g, "where a column says what was done, write  negative: drop_sign  here and no `positive`",
                     "如果有一列写明了操作，这里请写 negative: drop_sign，不写 positive");
    }
    if (r->row != &sz_rows[SZ_ROW_TIME] && (r->n_lost || r->is_lost_at_collected))
        sz_diag_hint(
            l->d,
            sz_map_fault(l, SZ_CODE_MAP_NO_USE, r->node->span, "lost belongs to `time` alone", "lost 只用于 time"),
            "put it under time:, or leave it out", "请写在 time: 下，或去掉");
}

/* ---- what must be there ---- */

/* One of two fields; the second may be NULL. The place is that of `type`, which asks for them. NULL: it is there. */
static sz_diag *need(sz_map_loader *l, const sz_yaml *root, const char *field, const char * or, const char *en,
                     const char *zh) {
    bool is_there = sz_recipe_find(l->m, sz_str_of(field)) >= 0 || (or &&sz_recipe_find(l->m, sz_str_of(or)) >= 0);
    if (is_there || sz_map_is_misspelt(l, root, field) || (or &&sz_map_is_misspelt(l, root, or))) return NULL;
    sz_span at = root->span;
    for (size_t i = 0; i < root->n; i++)
        if (sz_str_is(root->keys[i]->text, "type")) at = root->keys[i]->span;
    return sz_map_fault(l, SZ_CODE_MAP_MISSING, at, en, zh);
}

void sz_recipes_check(sz_map_loader *l, const sz_yaml *root) {
    const sz_mapping *m = l->m;
    for (uint32_t i = 0; i < m->n; i++) check_recipe(l, i);
    sz_diag *g = need(l, root, "time", NULL, "the mapping has no `time`", "映射缺少 time");
    if (g)
        sz_diag_hint(l->d, g, "for example  time: {column: 交易时间, format: 'YYYY/M/D H:mm:ss'}",
                     "例如 time: {column: 交易时间, format: 'YYYY/M/D H:mm:ss'}");
    g = need(l, root, "student", "card", "the mapping has neither `student` nor `card`",
             "映射既没有 student 也没有 card");
    if (g) sz_diag_hint(l->d, g, "for example  student: 学号,  or  card: 卡号", "例如 student: 学号，或 card: 卡号");
    if (m->is_type_missing) return;
    g = NULL;
    if (is_possible(m, SZ_TYPE_ATTENDANCE))
        g = need(l, root, "status", NULL, "attendance needs `status`", "attendance 须有 status");
    if (g)
        sz_diag_hint(l->d, g, "for example  status: {column: 状态, table: {正常: present, 旷课: absent}}",
                     "例如 status: {column: 状态, table: {正常: present, 旷课: absent}}");
    g = NULL;
    if (is_possible(m, SZ_TYPE_DORM_ACCESS))
        g = need(l, root, "direction", "reader", "dorm_access needs `direction`, or a `reader` that gives it",
                 "dorm_access 须有 direction，或能给出方向的 reader");
    if (g)
        sz_diag_hint(l->d, g,
                     "a door that does not say: give its `reader`, and in readers.csv its direction, `unknown` where "
                     "both ways go through it; or write  direction: {constant: unknown}",
                     "门禁不区分进出时：给出 reader，并在 readers.csv 写明它的方向（进出都走的写 unknown）；"
                     "或写 direction: {constant: unknown}");
    if (m->time >= 0 && m->recipes[m->time].is_lost_at_collected)
        need(l, root, "collected", NULL, "`lost: collected` needs the field `collected`",
             "lost: collected 须有字段 collected");
}
