/* SPDX-License-Identifier: Apache-2.0
 *
 * csv_table: rows of a file through its table of columns.
 */
#include "csv_table.h"

#include "headings.h"

/* What stands between separators, without blanks, up to the end of the line; of a lacking cell, the row's end. */
static sz_str written_cell(const struct csv_reader *r, uint32_t i) {
    const char *text = r->f->text.p;
    size_t row_end = r->row.off + r->row.len;
    if (i >= r->row.n) return (sz_str){text + row_end, 0};
    size_t from = r->row.offs[i], to = i + 1 < r->row.n ? r->row.offs[i + 1] - 1 : row_end;
    sz_str s = sz_csv_trim_blanks((sz_str){text + from, to > from ? to - from : 0});
    const char *line_end = s.n ? memchr(s.p, '\n', s.n) : NULL;
    if (line_end) s.n = (size_t)(line_end - s.p);
    return s.n ? s : (sz_str){text + from, 0};
}

sz_span sz_csv_cell_span(struct csv_reader *r, uint32_t i) {
    sz_str s = written_cell(r, i);
    return sz_text_file_span(r->f, (size_t)(s.p - r->f->text.p), s.n);
}

/* A sign of ASCII, which no blank before or behind a cell is. */
static bool is_visible(char c) { return (uint8_t)(c - '!') <= '~' - '!'; }

uint32_t sz_csv_offset(const struct csv_reader *r, uint32_t column) {
    uint32_t i = r->cell_of[column];
    size_t end = r->row.off + r->row.len;
    if (i < r->row.n && r->row.offs[i] < end && is_visible(r->f->text.p[r->row.offs[i]])) return r->row.offs[i];
    return (uint32_t)(written_cell(r, r->cell_of[column]).p - r->f->text.p);
}

sz_span sz_csv_span(struct csv_reader *r, uint32_t column) { return sz_csv_cell_span(r, r->cell_of[column]); }

/* False if any cell could not be read or a needed one is empty. */
static bool read_cells(struct csv_reader *r, char *item) {
    bool is_good = true;
    for (uint32_t c = 0; c < r->table->n_columns; c++) {
        const struct csv_column *column = &r->table->columns[c];
        uint32_t i = r->cell_of[c];
        if (i == UINT32_MAX || !column->set) continue;
        struct csv_cell cell = {r, c, i < r->row.n ? r->row.cells[i] : (sz_str){"", 0}};
        if (r->table->has_groups && c == r->table->groups) sz_oddities_see_group(r, c, cell.text);
        if (cell.text.n > 0) {
            if (!column->set(&cell, item + column->at, column->arg)) is_good = false;
        } else if (column->is_needed) {
            sz_str zh = sz_headings_first(column);
            sz_diag *g = sz_diags_add(r->l->d, SZ_ERROR, CODE_EMPTY_CELL, sz_csv_span(r, c), "`%s` (%.*s) is empty",
                                      "`%s`（%.*s）是空的", column->name, SZ_FMT_STR(zh));
            sz_diag_hint(r->l->d, g, "every row needs it; delete the row or fill the cell",
                         "每一行都必须有；请补上或删除这一行");
            is_good = false;
        }
    }
    return is_good;
}

static bool is_blank_row(const sz_csv_row *row) {
    for (uint32_t i = 0; i < row->n; i++) {
        sz_str cell = row->cells[i];
        if (cell.n && (is_visible(cell.p[0]) || sz_csv_trim(cell).n)) return false;
    }
    return true;
}

/* Once for all that look at them: what is trimmed twice may lose a second mark. */
static void trim_cells(sz_csv_row *row) {
    for (uint32_t i = 0; i < row->n; i++) {
        sz_str s = row->cells[i];
        bool is_marked = s.n && (s.p[0] == '=' || s.p[0] == '\'');
        if (s.n && !is_marked && is_visible(s.p[0]) && is_visible(s.p[s.n - 1])) continue;
        if (s.n) row->cells[i] = sz_csv_trim(s);
    }
}

/* Text beyond the last heading is an error: a comma inside some text has moved the cells. */
static bool check_width(struct csv_reader *r) {
    if (r->row.n < r->n_headings) {
        if (r->n_short++ == 0) r->first_short = r->row.off + r->row.len;
        return true;
    }
    for (uint32_t i = r->n_headings; i < r->row.n; i++) {
        if (r->row.cells[i].n == 0) continue;
        sz_diag *g = sz_diags_add(r->l->d, SZ_ERROR, CODE_WIDE_ROW, sz_csv_cell_span(r, i),
                                  r->n_headings == 1 ? "this row has %u cells, and there is %u heading"
                                                     : "this row has %u cells, and there are %u headings",
                                  "这一行有 %u 格，而表头只有 %u 格", r->row.n, r->n_headings);
        sz_diag_hint(r->l->d, g, "a text with a comma in it must stand in double quotes: \"a, b\"",
                     "含有逗号的文字要放在双引号中：\"甲,乙\"");
        return false;
    }
    return true;
}

static void leave_out(struct csv_reader *r, const void *item) {
    if (r->table->left_out) r->table->left_out(r, item);
}

static void read_row(struct csv_reader *r, char *item, bool is_unclosed) {
    if (is_blank_row(&r->row)) return;
    trim_cells(&r->row);
    r->n_rows++;
    if (is_unclosed) {
        leave_out(r, NULL);
        sz_diag *g = sz_diags_add(r->l->d, SZ_ERROR, CODE_OPEN_QUOTE, sz_csv_cell_span(r, r->row.n ? r->row.n - 1 : 0),
                                  "this quote is never closed", "这个引号没有结束");
        sz_diag_hint(r->l->d, g,
                     "everything after it was read as one cell; a quote inside a text is written twice: \"\"",
                     "它之后的全部内容都被当成了一格；文字中的引号要写两个：\"\"");
        return;
    }
    if (sz_oddities_is_total(r)) {
        r->n_rows--;
        return;
    }
    r->is_wide = !check_width(r);
    if (r->is_wide) {
        leave_out(r, NULL);
        return;
    }
    if (r->table->blank) memcpy(item, r->table->blank, r->table->row_size);
    else memset(item, 0, r->table->row_size);
    if (read_cells(r, item)) r->table->add(r, item);
    else leave_out(r, item);
}

static void add_whole_file_findings(struct csv_reader *r) {
    if (r->n_short) {
        sz_diag *g = sz_diags_add(r->l->d, SZ_WARNING, CODE_SHORT_ROWS, sz_text_file_span(r->f, r->first_short, 0),
                                  "rows with fewer cells than headings: %u, this is the first",
                                  "有 %u 行的格数少于表头，这是第一行", r->n_short);
        sz_diag_hint(r->l->d, g,
                     "what lacks is taken as empty; if the last row is the only one, the file may have been cut off",
                     "缺少的按空处理；如果只有最后一行如此，文件可能被截断");
    }
    if (r->n_rows == 0)
        sz_diag_hint(r->l->d,
                     sz_diags_add(r->l->d, SZ_WARNING, CODE_NO_ROWS, sz_text_file_span(r->f, 0, 0),
                                  "there is no row under the headings", "表头下面没有任何一行"),
                     "did the export find nothing, or is this the template? The file is read as an empty one",
                     "是导出时没有查到数据，还是只是模板？现按空表处理");
    sz_oddities_tell(r);
}

/* Tabs or semicolons, where the headings have no comma. */
static char find_separator(sz_str text) {
    const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    size_t n = end ? (size_t)(end - text.p) : text.n;
    if (n == 0 || memchr(text.p, ',', n)) return ',';
    return memchr(text.p, '\t', n) ? '\t' : memchr(text.p, ';', n) ? ';' : ',';
}

void sz_csv_table_read(struct loader *l, struct text_file *f, const struct csv_table *table) {
    struct csv_reader r = {.l = l, .f = f, .table = table, .last = UINT32_MAX};
    sz_arena scratch;
    sz_arena_init(&scratch);
    char *item = sz_alloc(table->row_size);
    size_t pos = 0;
    bool is_unclosed = false;
    r.sep = find_separator(f->text);
    if (sz_csv_next(&scratch, f->text, r.sep, &pos, &r.row, &is_unclosed) == SZ_END) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_HEADINGS, sz_text_file_span(f, 0, 0), "the file is empty",
                                  "文件是空的");
        sz_diag_hint(l->d, g, "its first row has the headings, for example  %s", "第一行应为表头，例如  %s",
                     sz_headings_example(&r));
        leave_out(&r, NULL);
        goto out;
    }
    if (is_unclosed) {
        read_row(&r, item, true);
        goto out;
    }
    r.n_headings = r.row.n;
    if (!sz_headings_bind(&r)) {
        leave_out(&r, NULL);
        goto out;
    }
    for (;;) {
        sz_arena_reset(&scratch);
        is_unclosed = false;
        if (sz_csv_next(&scratch, f->text, r.sep, &pos, &r.row, &is_unclosed) == SZ_END) break;
        read_row(&r, item, is_unclosed);
    }
    add_whole_file_findings(&r);
out:
    sz_free(item);
    sz_arena_fini(&scratch);
}
