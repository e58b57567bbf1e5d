/* SPDX-License-Identifier: Apache-2.0
 *
 * headings: see headings.h. A heading that is none of ours is ignored, as exports have many; only where one looks like
 * a column that the file would otherwise lack does a warning ask.
 */
#include "headings.h"

/* The next of a list's words; empty at the end. */
static sz_str next_word(const char **list) {
    const char *p = *list;
    while (*p == ' ') p++;
    const char *start = p;
    while (*p && *p != ' ') p++;
    *list = p;
    return (sz_str){start, (size_t)(p - start)};
}

bool sz_list_has_word(const char *list, sz_str word) {
    if (!list) return false;
    for (sz_str w; (w = next_word(&list)).n > 0;)
        if (sz_str_eq(w, word)) return true;
    return false;
}

sz_str sz_headings_first(const struct csv_column *column) {
    const char *list = column->zh;
    return next_word(&list);
}

const char *sz_headings_example(struct csv_reader *r) {
    sz_buf b;
    sz_buf_init(&b);
    for (uint32_t c = 0; c < r->table->n_columns; c++) {
        const struct csv_column *column = &r->table->columns[c];
        if (!column->is_needed) continue;
        if (b.n) sz_buf_put_u8(&b, ',');
        sz_buf_put_z(&b, column->name);
    }
    sz_buf_put_u8(&b, ' ');
    for (uint32_t c = 0, n = 0; c < r->table->n_columns; c++) {
        if (!r->table->columns[c].is_needed) continue;
        sz_buf_put_u8(&b, n++ ? ',' : ' ');
        sz_buf_put_str(&b, sz_headings_first(&r->table->columns[c]));
    }
    const char *text = sz_arena_str(&r->f->arena, sz_buf_str(&b)).p;
    sz_buf_fini(&b);
    return text;
}

/* A heading as it is compared: small letters, `_` for blanks and dashes, no star that marks needed columns. */
static sz_str plain_heading(sz_arena *a, sz_str cell) {
    sz_str s = sz_csv_trim(cell);
    while (s.n && (s.p[0] == '*' || s.p[0] == '#')) s.p++, s.n--;
    while (s.n && s.p[s.n - 1] == '*') s.n--;
    s = sz_csv_trim(s);
    char *p = sz_arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        p[i] = ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch == ' ' || ch == '-' ? '_' : ch;
    }
    return (sz_str){p, s.n};
}

static uint32_t column_of(const struct csv_table *t, sz_str heading) {
    for (uint32_t c = 0; c < t->n_columns; c++)
        if (sz_str_is(heading, t->columns[c].name) || sz_list_has_word(t->columns[c].zh, heading)) return c;
    return UINT32_MAX;
}

/* One that counts only where the file has no other for the column. */
static bool is_second_choice(const struct csv_column *column, sz_str heading) {
    const char *bar = column->zh ? strchr(column->zh, '|') : NULL;
    return bar && sz_list_has_word(bar + 1, heading);
}

bool sz_list_has_part_of(const char *list, sz_str s) {
    enum { TWO = 6 }; /* one character alone is a part of too much */
    for (sz_str w; (w = next_word(&list)).n > 0;)
        if (w.n >= TWO && sz_str_has(s, w)) return true;
    return false;
}

/* Chinese headings have two characters as a rule, so one that differs says nothing; one inside a longer one does. */
static bool looks_like(sz_str heading, const struct csv_column *column) {
    sz_str name = sz_str_of(column->name);
    int limit = name.n >= 6 ? 2 : name.n >= 4 ? 1 : 0;
    if (limit && sz_str_distance(heading, name, limit) <= limit) return true;
    if (sz_list_has_part_of(column->zh, heading)) return true;
    const char *list = column->zh;
    for (sz_str w; (w = next_word(&list)).n > 0;)
        if (w.n > 6 && sz_str_distance(heading, w, 1) <= 1) return true;
    return false;
}

/* A column that the file lacks and the heading may have been meant for. */
static const struct csv_column *near_column(const struct csv_reader *r, sz_str heading) {
    for (uint32_t c = 0; heading.n && c < r->table->n_columns; c++)
        if (r->cell_of[c] == UINT32_MAX && looks_like(heading, &r->table->columns[c])) return &r->table->columns[c];
    return NULL;
}

static bool bind_one(struct csv_reader *r, uint32_t i, uint32_t c) {
    if (r->cell_of[c] == UINT32_MAX) {
        r->cell_of[c] = i;
        return true;
    }
    sz_diag *g = sz_diags_add(r->l->d, SZ_ERROR, CODE_COLUMN_TWICE, sz_csv_cell_span(r, i),
                              "a second column for `%s`; column %u has it already", "又一列 `%s`；第 %u 列已经是它",
                              r->table->columns[c].name, r->cell_of[c] + 1);
    sz_diag_hint(r->l->d, g, "rename or delete the one that does not count", "请改名或删除不用的那一列");
    return false;
}

/* `sep=;`, as a spreadsheet leaves it for the next one. */
static bool is_sep_line(const struct csv_reader *r) {
    sz_str s = r->row.n ? r->row.cells[0] : (sz_str){0};
    return s.n >= 4 && memcmp(s.p, "sep=", 4) == 0;
}

static bool add_missing(struct csv_reader *r) {
    bool is_complete = true;
    for (uint32_t c = 0; c < r->table->n_columns; c++) {
        const struct csv_column *column = &r->table->columns[c];
        if (!column->is_needed || r->cell_of[c] != UINT32_MAX) continue;
        sz_str zh = sz_headings_first(column);
        sz_diag *g = sz_diags_add(r->l->d, SZ_ERROR, CODE_NO_COLUMN, sz_text_file_span(r->f, r->row.off, r->row.len),
                                  "no column is headed `%s` or %.*s", "没有标题为 `%s` 或 %.*s 的列", column->name,
                                  SZ_FMT_STR(zh));
        if (is_sep_line(r))
            sz_diag_hint(r->l->d, g, "this line is for spreadsheets only: delete it", "这一行是写给表格软件的：请删去");
        else
            sz_diag_hint(r->l->d, g,
                         "the first row must have the headings; write `%s` or %.*s above the column that holds it",
                         "第一行必须是表头；请在相应的列上写 `%s` 或 %.*s", column->name, SZ_FMT_STR(zh));
        is_complete = false;
    }
    return is_complete;
}

bool sz_headings_bind(struct csv_reader *r) {
    bool is_good = true;
    const struct csv_table *t = r->table;
    sz_str *headings = SZ_NEWN(&r->f->arena, sz_str, r->row.n + 1);
    for (uint32_t c = 0; c < CSV_COLUMNS_MAX; c++) r->cell_of[c] = UINT32_MAX;
    for (uint32_t i = 0; i < r->row.n; i++) headings[i] = plain_heading(&r->f->arena, r->row.cells[i]);
    for (int choice = 0; choice < 2; choice++) {
        uint32_t taken[CSV_COLUMNS_MAX];
        memcpy(taken, r->cell_of, sizeof taken);
        for (uint32_t i = 0; i < r->row.n; i++) {
            uint32_t c = column_of(t, headings[i]);
            if (c == UINT32_MAX || is_second_choice(&t->columns[c], headings[i]) != choice) continue;
            bool is_other = choice && taken[c] != UINT32_MAX; /* ignored, as any heading that is none of ours */
            if (!is_other && !bind_one(r, i, c)) is_good = false;
        }
    }
    for (uint32_t i = 0; i < r->row.n; i++) {
        if (column_of(t, headings[i]) != UINT32_MAX) continue;
        const struct csv_column *near = near_column(r, headings[i]);
        if (!near) continue;
        sz_str zh = sz_headings_first(near);
        sz_diag *g = sz_diags_add(r->l->d, SZ_WARNING, CODE_ODD_COLUMN, sz_csv_cell_span(r, i),
                                  "a column that nothing reads", "没有用到的列");
        sz_diag_hint(r->l->d, g, "did you mean `%s` (%.*s)?", "是不是 `%s`（%.*s）？", near->name, SZ_FMT_STR(zh));
    }
    return add_missing(r) && is_good;
}
