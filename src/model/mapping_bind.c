/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping_bind: a mapping's columns to the places that a file's header row gives them, and what the file's reader
 * asks for.
 */
#include "codes.h"
#include "mapping.h"
#include "names.h"

char sz_mapping_separator(const sz_mapping *m) { return m->separator; }

/* Does the name end so, in small letters or, as old programs under Windows write names, in capitals? */
static bool ends_with(sz_str name, const char *end) {
    size_t n = strlen(end);
    if (name.n <= n) return false;
    for (size_t i = 0; i < n; i++) {
        char c = name.p[name.n - n + i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != end[i]) return false;
    }
    return true;
}

static bool is_called_tsv(sz_str name) {
    static const char *const ends[] = {".tsv", ".tsv.gz", ".tsv.zst"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i])) return true;
    return false;
}

void sz_mapping_use_file(sz_mapping *m, const char *name) {
    if (!m->has_separator) m->separator = is_called_tsv(sz_str_of(name)) ? '\t' : ',';
}

sz_encoding sz_mapping_encoding(const sz_mapping *m) { return m->encoding; }

bool sz_mapping_has_header(const sz_mapping *m) { return m->has_header; }

uint32_t sz_mapping_skip_rows(const sz_mapping *m) { return m->skip_rows; }

/* A heading without blanks (of any kind) and without a byte order mark. */
static sz_str heading(sz_str s) {
    s = sz_csv_trim_blanks(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"') s = (sz_str){s.p + 1, s.n - 2}; /* quoted behind the mark */
    return s;
}

static size_t pass_blanks(sz_str s, size_t i) {
    while (i < s.n && (s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r'))) i++;
    return i;
}

/* A heading that was broken into lines to make its column narrow may be named in one. */
static bool is_heading(sz_str s, sz_str name) {
    if (sz_str_eq(s, name)) return true;
    if (s.n == 0 || !memchr(s.p, '\n', s.n)) return false;
    size_t i = pass_blanks(s, 0), k = pass_blanks(name, 0);
    while (i < s.n && k < name.n && s.p[i] == name.p[k]) {
        i = pass_blanks(s, i + 1);
        k = pass_blanks(name, k + 1);
    }
    return i == s.n && k == name.n;
}

/* A file whose cells are not between the separator that was named has one column. */
static const char *separator_within(sz_str s) {
    static const struct {
        char c;
        const char *name;
    } others[] = {{'\t', "tab"}, {';', "semicolon"}, {'|', "pipe"}, {',', "comma"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (s.n && memchr(s.p, others[i].c, s.n)) return others[i].name;
    return NULL;
}

/* The headings, for whoever wonders why his is not among them: another file, another row, another encoding. */
static const char *heading_list(sz_arena *a, const sz_csv_row *header) {
    enum { MOST = 12, LONGEST = 48 };
    const char *list = "";
    for (uint32_t i = 0; i < header->n && i < MOST; i++) {
        sz_str h = heading(header->cells[i]);
        bool is_cut = h.n > LONGEST;
        if (is_cut)
            for (h.n = LONGEST; h.n && ((uint8_t)h.p[h.n] & 0xc0) == 0x80;) h.n--;
        list = sz_arena_printf(a, "%s%s`%.*s%s`", list, i ? " " : "", SZ_FMT_STR(h), is_cut ? "…" : "");
    }
    return header->n > MOST ? sz_arena_printf(a, "%s …", list) : list;
}

static void hint_of_cr(sz_diags *d, sz_diag *g) {
    sz_diag_hint(d, g, "its lines end in CR alone; save it with the line ends of Windows or Linux",
                 "各行以单独的 CR 结尾；请用 Windows 或 Linux 的换行另存");
}

/* All headings may be found in a row that is the whole file: with nothing behind it, it would be read without a word.
 */
static void refuse_cr(const sz_csv_row *header, const sz_source *src, sz_diags *d) {
    for (uint32_t i = 0; src && i < header->n; i++) {
        sz_str h = heading(header->cells[i]);
        const char *cr = h.n ? memchr(h.p, '\r', h.n) : NULL;
        if (!cr || src->p[header->offs[i]] == '"') continue;
        sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_MAP_NO_COLUMN,
                                  (sz_span){src, header->offs[i], (uint32_t)(cr - header->cells[i].p)},
                                  "the row of headings does not end here", "表头这一行在这里没有结束");
        hint_of_cr(d, g);
        return;
    }
}

/* `sep=;`: what a spreadsheet leaves above the headings for the next one. Its sign; 0: it is none. */
static char sep_line(const sz_csv_row *header) {
    sz_str first = header->n ? heading(header->cells[0]) : (sz_str){0};
    bool is_sep = first.n >= 4 && first.n <= 5 && memcmp(first.p, "sep=", 4) == 0;
    return !is_sep ? 0 : first.n == 5 ? first.p[4] : ',';
}

static const char *separator_name(char c) {
    return c == ';' ? "semicolon" : c == '\t' ? "tab" : c == '|' ? "pipe" : "comma";
}

/* What a file is whose header row is none: a page, old line ends, rows from the first line on. NULL: a header row. */
static bool says_what_it_is(const sz_csv_row *header, sz_diags *d, sz_diag *g) {
    uint32_t n_data = 0;
    sz_str start = header->n ? header->cells[0] : (sz_str){0};
    if (start.n && memchr(start.p, 0, start.n)) {
        sz_diag_hint(d, g, "this looks like UTF-32: save it as UTF-8", "看来是 UTF-32 编码：请另存为 UTF-8");
        return true;
    }
    for (uint32_t i = 0; i < header->n; i++) {
        sz_str h = heading(header->cells[i]);
        if (h.n && h.p[0] >= '0' && h.p[0] <= '9') n_data++;
        if (!h.n || !memchr(h.p, '\r', h.n)) continue;
        hint_of_cr(d, g);
        return true;
    }
    sz_str first = header->n ? heading(header->cells[0]) : (sz_str){0};
    if (first.n && first.p[0] == '<')
        sz_diag_hint(d, g, "this is a web page (HTML or XML), though it may be called .xls: save it as CSV",
                     "这是网页（HTML 或 XML），哪怕扩展名是 .xls：请另存为 CSV");
    else if (header->n == 1 && strstr(sz_arena_printf(&d->arena, "%.*s", SZ_FMT_STR(first)), "，"))
        sz_diag_hint(d, g, "the commas are full-width ones: replace them by ,", "逗号是全角的：请全部替换为半角 ,");
    else if (n_data > 0 && 2 * n_data >= header->n)
        sz_diag_hint(d, g, "the first row looks like data: with `file: {header: false}` columns are numbers from 1",
                     "第一行像是数据：写 file: {header: false}，列用从 1 开始的序号");
    else return false;
    return true;
}

/* A reason that is the file's, not one column's. */
static bool says_of_the_file(const sz_csv_row *header, sz_diags *d, sz_diag *g) {
    char sep = sep_line(header);
    if (sep) {
        sz_diag_hint(d, g, "the first line is for spreadsheets only: write  file: {separator: %s, skip_rows: 1}",
                     "第一行是写给表格软件的：请写 file: {separator: %s, skip_rows: 1}", separator_name(sep));
        return true;
    }
    const char *separator = header->n == 1 ? separator_within(heading(header->cells[0])) : NULL;
    if (!separator) return says_what_it_is(header, d, g);
    sz_diag_hint(d, g, "the header row is one cell; is this `file: {separator: %s}`?",
                 "表头只有一格；是否应写 file: {separator: %s}？", separator);
    return true;
}

/* 商户 of 商户名称: the one heading that holds the name, or is held by it. Of one Chinese sign that says nothing. */
static sz_str holding_heading(const sz_csv_row *header, sz_str name) {
    enum { LEAST = 4 };
    sz_str found = {NULL, 0};
    for (uint32_t i = 0; i < header->n && name.n >= LEAST; i++) {
        sz_str h = heading(header->cells[i]);
        if (h.n < LEAST || !(sz_str_has(h, name) || sz_str_has(name, h))) continue;
        if (found.n) return (sz_str){NULL, 0};
        found = h;
    }
    return found;
}

static sz_str nearest_heading(const sz_csv_row *header, sz_str name) {
    sz_nearest near = sz_nearest_to(name);
    for (uint32_t i = 0; i < header->n; i++) sz_nearest_try(&near, heading(header->cells[i]));
    return near.best;
}

static bool has_column(const sz_csv_row *row, sz_str name) {
    for (uint32_t i = 0; i < row->n; i++)
        if (is_heading(heading(row->cells[i]), name)) return true;
    return false;
}

/* 流水号+学号: several headings, and signs that join them. */
static const char *columns_joined(sz_arena *a, const sz_csv_row *header, sz_str name) {
    static const char *const signs[] = {"+", ",", "，", "、", "&", "|", "和", " "};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        const char *list = "", *at = sz_arena_str(a, name).p, *end;
        size_t len = strlen(signs[k]), n = 0;
        for (bool is_last = false; !is_last; at = end + len, n++) {
            end = strstr(at, signs[k]);
            is_last = !end;
            sz_str part = sz_str_trim((sz_str){at, end ? (size_t)(end - at) : strlen(at)});
            if (!has_column(header, part)) break;
            list = sz_arena_printf(a, "%s%s%.*s", list, n ? ", " : "", SZ_FMT_STR(part));
            if (is_last && n > 0) return list;
            if (is_last) break;
        }
    }
    return NULL;
}

/* “学号”: quotation marks of a text instead of YAML's. */
static sz_str within_quotes(sz_str name) {
    static const char *const marks[][2] = {{"“", "”"}, {"‘", "’"}, {"「", "」"}, {"【", "】"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i][0]);
        if (name.n > 2 * n && memcmp(name.p, marks[i][0], n) == 0 && memcmp(name.p + name.n - n, marks[i][1], n) == 0)
            return (sz_str){name.p + n, name.n - 2 * n};
    }
    return (sz_str){NULL, 0};
}

/* What was written instead of a heading: a number, a value, several headings, one in quotation marks. */
static bool says_what_was_meant(const sz_recipe *r, const sz_map_column *c, const sz_csv_row *header, sz_diags *d,
                                sz_diag *g) {
    int64_t number = 0;
    sz_str bare = within_quotes(c->name);
    const char *joined = columns_joined(&d->arena, header, c->name);
    if (sz_str_i64(c->name, &number) && number >= 1 && number <= header->n) {
        sz_str h = heading(header->cells[number - 1]);
        sz_diag_hint(d, g, "column %d is called `%.*s`: write that; numbers are for files without headings",
                     "第 %d 列名为“%.*s”，请写列名；列号只用于没有表头的文件", (int)number, SZ_FMT_STR(h));
    } else if (bare.n && has_column(header, bare))
        sz_diag_hint(d, g, "write %.*s without these marks, or with half-width ones",
                     "请去掉引号，直接写 %.*s；需要引号时用半角的", SZ_FMT_STR(bare));
    else if (joined)
        sz_diag_hint(d, g, "several columns:  %s: {columns: [%s]}", "多列写成 %s: {columns: [%s]}", r->name.p, joined);
    else if (r->row && sz_name_find(r->row->choices, r->row->n_choices, c->name) >= 0)
        sz_diag_hint(d, g, "the same in every row:  %s: {constant: %.*s}", "每行都相同的值写成 %s: {constant: %.*s}",
                     r->name.p, SZ_FMT_STR(c->name));
    else return false;
    return true;
}

static void no_column(const sz_recipe *r, const sz_map_column *c, const sz_csv_row *header, const sz_source *src,
                      sz_diags *d) {
    sz_str near = nearest_heading(header, c->name);
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_MAP_NO_COLUMN, c->node->span, "no column of %s is called `%.*s`",
                              "%s 中没有名为“%.*s”的列", src ? src->name : "the file", SZ_FMT_STR(c->name));
    if (says_of_the_file(header, d, g)) return;
    if (says_what_was_meant(r, c, header, d, g)) return;
    if (!near.n) near = holding_heading(header, c->name);
    if (near.n) sz_diag_hint(d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(near));
    else
        sz_diag_hint(d, g, "the header row has: %s; a value that is the same in every row is written {constant: ...}",
                     "表头有：%s；每行都相同的值写成 {constant: ...}", heading_list(&d->arena, header));
}

/* Not one of several columns is there: then it is the file, which is told once. */
static bool refuse_other_table(const sz_mapping *m, const sz_csv_row *header, const sz_source *src, sz_diags *d) {
    uint32_t n = 0;
    const sz_map_column *first = NULL;
    const char *names = "";
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < m->recipes[i].n_columns; k++, n++) {
            const sz_map_column *c = &m->recipes[i].columns[k];
            if (!first) first = c;
            if (has_column(header, c->name) || nearest_heading(header, c->name).n) return false;
            names = sz_arena_printf(&d->arena, "%s%s`%.*s`", names, n ? " " : "", SZ_FMT_STR(c->name));
        }
    if (n < 2) return false;
    const char *file = src ? src->name : "the file";
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_MAP_NO_COLUMN, first->node->span,
                              "%s has none of the mapping's columns: %s", "%s 没有映射要的任何一列：%s", file, names);
    if (says_of_the_file(header, d, g)) return true;
    sz_diag_hint(d, g, "the header row has: %s; if this is another table, take the file out of the sources",
                 "表头有：%s；如果这是别的表格，请把这个文件移出来源", heading_list(&d->arena, header));
    return true;
}

static void bind(const sz_mapping *m, const sz_recipe *r, sz_map_column *c, const sz_csv_row *header,
                 const sz_source *src, sz_diags *d) {
    c->at = UINT32_MAX;
    for (uint32_t i = 0; i < header->n; i++) {
        if (!is_heading(heading(header->cells[i]), c->name)) continue;
        if (c->at == UINT32_MAX) {
            c->at = i;
            continue;
        }
        sz_span at = {src, src ? header->offs[i] : 0, src ? (uint32_t)header->cells[i].n : 0};
        sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_MAP_TWO_COLUMNS, src ? at : c->node->span,
                                  "two columns are called `%.*s`", "有两列都名为“%.*s”", SZ_FMT_STR(c->name));
        sz_diag_hint(d, g, "count them instead:  file: {header: false, skip_rows: %u}, and columns as numbers from 1",
                     "请改用序号：file: {header: false, skip_rows: %u}，列写成从 1 开始的数", m->skip_rows + 1);
        return;
    }
    if (c->at == UINT32_MAX) no_column(r, c, header, src, d);
}

/* `source: 系统` gives every row that word; where it is a heading the column was meant. */
static void warn_of_words(const sz_mapping *m, const sz_csv_row *header, const sz_source *src, sz_diags *d) {
    int i = sz_recipe_find(m, SZ_STR("source"));
    const sz_recipe *r = i >= 0 ? &m->recipes[i] : NULL;
    bool is_short = r && r->from == SZ_FROM_CONSTANT && r->node && r->node->kind == SZ_YAML_SCALAR;
    if (!is_short || !has_column(header, r->constant)) return;
    sz_str word = r->constant;
    sz_diag *g = sz_diags_add(d, SZ_WARNING, SZ_CODE_MAP_WORD_IS_COLUMN, r->node->span,
                              "every row gets the source `%.*s`, and %s has a column of that name",
                              "每一行的数据源都是“%.*s”这几个字，而 %s 中有同名的列", SZ_FMT_STR(word),
                              src ? src->name : "the file");
    sz_diag_hint(d, g,
                 "for what stands in the column write  source: {column: %.*s},  for the word itself  {constant: %.*s}",
                 "要取这一列的内容请写  source: {column: %.*s}，要这几个字本身请写  {constant: %.*s}", SZ_FMT_STR(word),
                 SZ_FMT_STR(word));
}

sz_status sz_mapping_bind(sz_mapping *m, const sz_csv_row *header, const sz_source *src, sz_diags *d) {
    size_t before = d->n_errors;
    if (!m->has_header) return SZ_OK;
    if (refuse_other_table(m, header, src, d)) return SZ_FINDINGS;
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < m->recipes[i].n_columns; k++)
            bind(m, &m->recipes[i], &m->recipes[i].columns[k], header, src, d);
    if (d->n_errors == before) refuse_cr(header, src, d);
    if (d->n_errors == before) warn_of_words(m, header, src, d);
    m->n_cells = header->n;
    while (m->n_cells > 0 && heading(header->cells[m->n_cells - 1]).n == 0)
        m->n_cells--; /* separators at the end of each line */
    return d->n_errors > before ? SZ_FINDINGS : SZ_OK;
}

bool sz_mapping_has_headings(const sz_mapping *m, const sz_csv_row *row) {
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < m->recipes[i].n_columns; k++)
            if (!has_column(row, m->recipes[i].columns[k].name)) return false;
    return true;
}

/* From 1; 0: it has none, or several of that name. */
static uint32_t column_number(const sz_csv_row *row, sz_str name) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < row->n; i++) {
        if (!is_heading(heading(row->cells[i]), name)) continue;
        if (found) return 0;
        found = i + 1;
    }
    return found;
}

bool sz_mapping_has_headings_in_two(const sz_mapping *m, const sz_csv_row *upper, const sz_csv_row *lower,
                                    sz_buf *numbers) {
    bool has_upper = false, has_lower = false;
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < m->recipes[i].n_columns; k++) {
            sz_str name = m->recipes[i].columns[k].name;
            uint32_t below = column_number(lower, name), above = below ? 0 : column_number(upper, name);
            if (!below && !above) return false;
            has_lower |= below > 0;
            has_upper |= above > 0;
            sz_buf_printf(numbers, "%s`%.*s` %u", numbers->n ? ", " : "", SZ_FMT_STR(name), below + above);
        }
    return has_upper && has_lower;
}

bool sz_mapping_is_in_order(const sz_mapping *m, const sz_csv_row *row) {
    for (uint32_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < m->recipes[i].n_columns; k++) {
            const sz_map_column *c = &m->recipes[i].columns[k];
            if (c->at >= row->n || !is_heading(heading(row->cells[c->at]), c->name)) return false;
        }
    return true;
}

bool sz_mapping_use_encoding(sz_mapping *m, sz_encoding enc) {
    sz_conv_free(m->conv);
    m->conv = sz_conv_new(enc);
    return m->conv != NULL;
}
