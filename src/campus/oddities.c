/* SPDX-License-Identifier: Apache-2.0
 *
 * oddities: see oddities.h.
 */
#include "csv_table.h"

#include "headings.h"

#include <assert.h>

/* 30, 30人, 30 条记录. */
static bool is_number_of(sz_str s) {
    static const char *const of[] = {"", "人", "条", "名", "行", "张", "次", "条记录"};
    enum { MOST = 6 };
    size_t k = 0;
    while (k < s.n && s.p[k] >= '0' && s.p[k] <= '9') k++;
    sz_str unit = sz_csv_trim((sz_str){s.p + k, s.n - k});
    for (size_t i = 0; k && k <= MOST && i < sizeof of / sizeof *of; i++)
        if (sz_str_is(unit, of[i])) return true;
    return false;
}

/* Behind such a word nothing, a sign or, where it counts something, a number: 合计30, while 注1001 may be anybody. */
static bool begins(sz_str s, const char *word, bool counts) {
    size_t n = strlen(word);
    if (s.n < n || memcmp(s.p, word, n) != 0) return false;
    if (s.n == n) return true;
    sz_str rest = {s.p + n, s.n - n};
    char c = rest.p[0];
    bool is_wide = rest.n >= 3 && (memcmp(rest.p, "：", 3) == 0 || memcmp(rest.p, "（", 3) == 0);
    return is_wide || c == ':' || c == '(' || c == ' ' || (counts && is_number_of(rest));
}

/* 文学院小计, 理学院 合计： */
static bool ends(sz_str s) {
    static const char *const words[] = {"合计", "总计", "共计", "小计", "计数"};
    if (s.n > 1 && s.p[s.n - 1] == ':') s.n--;
    if (s.n > 3 && memcmp(s.p + s.n - 3, "：", 3) == 0) s.n -= 3;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (s.n > n && memcmp(s.p + s.n - n, words[i], n) == 0) return true;
    }
    return false;
}

/* 共30人, 共 30 条记录. */
static bool is_count(sz_str s) {
    if (s.n <= 3 || memcmp(s.p, "共", 3) != 0) return false;
    sz_str rest = sz_csv_trim((sz_str){s.p + 3, s.n - 3});
    return is_number_of(rest) && (uint8_t)rest.p[rest.n - 1] >= 0x80; /* with its unit */
}

/* 合 计, 合　计: set wide, as reports have it. */
static bool is_wide_set(sz_str s) {
    static const char *const words[][2] = {{"合", "计"}, {"总", "计"}, {"小", "计"}, {"共", "计"}, {"总", "数"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t a = strlen(words[i][0]), b = strlen(words[i][1]);
        if (s.n <= a + b || memcmp(s.p, words[i][0], a) != 0) continue;
        sz_str rest = sz_csv_trim((sz_str){s.p + a, s.n - a});
        if (rest.n < s.n - a && begins(rest, words[i][1], true)) return true;
    }
    return false;
}

static bool says(sz_str s) {
    static const char *const counts[] = {"合计", "总计",     "共计",   "小计",   "总数",    "总人数",
                                         "人数", "学生人数", "学生数", "记录数", "总记录数"};
    static const char *const words[] = {"制表",   "制表人",   "制表日期", "填表人",   "填报人",
                                        "审核人", "负责人",   "打印人",   "打印时间", "打印日期",
                                        "导出人", "导出时间", "导出日期", "统计时间", "备注",
                                        "说明",   "注",       "TOTAL",    "Total",    "Grand Total"};
    if (is_count(s) || ends(s) || is_wide_set(s) || sz_str_is(s, "计数")) return true;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        if (begins(s, counts[k], true)) return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (begins(s, words[k], false)) return true;
    return false;
}

/* All of that is Chinese in its first letter or its last one, or begins with T or G: hardly any id is looked at
 * further. */
static bool may_be_said(sz_str s) {
    uint8_t first = (uint8_t)s.p[0], last = (uint8_t)s.p[s.n - 1];
    return (first | last) >= 0x80 || first == 'T' || first == 'G' || last == ':';
}

static bool is_said(sz_str s) {
    assert(may_be_said(s) || !says(s));
    return may_be_said(s) && says(s);
}

/* 制表日期,20260301: a day, though it could be an id. */
static bool is_date(const struct csv_reader *r, sz_str s) {
    struct when w;
    return sz_when_parse(&r->l->c->zone, s, &w);
}

/* Does the row say whom or what it is about? Then it is one, whatever a name or a class is called: nobody may be lost.
 * 合计,30 and 制表日期,20260301 under 姓名,学号 are of the report all the same. */
static bool has_its_id(const struct csv_reader *r, uint32_t n_filled) {
    for (uint32_t c = 0; c < r->table->n_columns; c++) {
        uint32_t i = r->cell_of[c];
        if (!r->table->columns[c].is_needed || i >= r->row.n) continue;
        sz_str cell = r->row.cells[i];
        bool is_of_word = n_filled == 2 && (is_number_of(cell) || is_date(r, cell));
        if (cell.n && !is_said(cell) && !is_of_word) return true;
    }
    return false;
}

/* 文学院 under 文学院: what the rows above have in common. 二号门 under 一号门 is another gate, whose number is 2. */
static bool stands_above(const struct csv_reader *r, uint32_t i) {
    sz_arena scratch;
    sz_arena_init(&scratch);
    size_t at = r->odd.above;
    sz_csv_row above;
    bool is_unclosed;
    sz_csv_next(&scratch, r->f->text, r->sep, &at, &above, &is_unclosed);
    bool is_same = i < above.n && sz_str_eq(sz_csv_trim(above.cells[i]), r->row.cells[i]);
    sz_arena_fini(&scratch);
    return is_same;
}

/* 文学院,,2 under 学院,姓名,学号, where no row above has so little in it, and two of that school stand there: their
 * number. */
static bool counts_rows(const struct csv_reader *r, uint32_t n_filled, uint32_t first) {
    const struct csv_oddities *o = &r->odd;
    if (n_filled > 2 || o->least < 3 || o->n_since < 2) return false;
    if (n_filled == 2 && !stands_above(r, first)) return false;
    uint32_t n_ids = 0;
    sz_str id = {0};
    for (uint32_t c = 0; c < r->table->n_columns; c++) {
        uint32_t i = r->cell_of[c];
        sz_str cell = i < r->row.n ? r->row.cells[i] : (sz_str){0};
        if (!r->table->columns[c].is_needed || !cell.n) continue;
        id = cell;
        n_ids++;
    }
    int64_t n;
    return n_ids == 1 && sz_str_i64(id, &n) && (n == o->n_since || n == o->n_rows);
}

/* `,,3` under 学号,姓名,性别 where every row above has more in it: nobody's number of something. */
static bool is_bare_number(const struct csv_reader *r, uint32_t n_filled, uint32_t first) {
    bool is_lone = n_filled == 1 && r->odd.n_rows > 0 && r->odd.least > 1 && is_number_of(r->row.cells[first]);
    for (uint32_t c = 0; is_lone && c < r->table->n_columns; c++)
        if (r->table->columns[c].is_needed && r->cell_of[c] == first) return false;
    return is_lone;
}

bool sz_oddities_is_total(struct csv_reader *r) {
    struct csv_oddities *o = &r->odd;
    uint32_t first = r->row.n, n_filled = 0;
    for (uint32_t i = r->row.n; i-- > 0;)
        if (r->row.cells[i].n) first = i, n_filled++;
    bool is_said_first = n_filled && is_said(r->row.cells[first]);
    bool is_total = is_said_first ? !has_its_id(r, n_filled)
                                  : counts_rows(r, n_filled, first) || is_bare_number(r, n_filled, first);
    if (!is_total) {
        o->least = o->n_rows++ && o->least < n_filled ? o->least : n_filled;
        o->n_since++;
        o->above = r->row.off;
        return false;
    }
    o->n_since = 0;
    if (o->n_totals++ == 0) o->first_total = sz_csv_cell_span(r, first);
    return true;
}

/* 2023001.0, as a number that went through a program with empty cells beside it; or digits in full width. */
static bool is_odd_id(sz_str s) {
    if (s.n > 2 && s.p[s.n - 1] == '0' && s.p[s.n - 2] == '.') {
        size_t k = 0;
        while (s.p[k] >= '0' && s.p[k] <= '9') k++;
        return k == s.n - 2;
    }
    for (const char *p = s.p, *end = s.p + s.n; (p = memchr(p, 0xef, (size_t)(end - p))) != NULL; p++)
        if (end - p >= 3 && (uint8_t)p[1] == 0xbc && (uint8_t)p[2] >= 0x90 && (uint8_t)p[2] <= 0x99) return true;
    return false;
}

void sz_oddities_see_id(struct csv_reader *r, uint32_t column, sz_str id) {
    if (is_odd_id(id) && r->odd.n_odd_ids++ == 0) r->odd.first_odd_id = sz_csv_span(r, column);
}

void sz_oddities_see_group(struct csv_reader *r, uint32_t column, sz_str text) {
    struct csv_oddities *o = &r->odd;
    if (text.n == 0) {
        o->n_blank++;
        o->has_begun_blank |= o->n_filled == 0;
        return;
    }
    uint64_t hash = sz_hash(text.p, text.n);
    if (o->n_filled++ == 0) o->first_filled = sz_csv_offset(r, column);
    else o->has_repeated |= hash == o->last;
    o->last = hash;
}

/* Merged, a cell keeps its text in the first row alone: the first row has one, most have none, and no two that follow
 * one another say the same. A column that is hardly filled begins otherwise, or says the same twice. */
static bool looks_merged(const struct csv_oddities *o) {
    enum { FEW = 4 };
    return o->n_filled > 0 && !o->has_begun_blank && !o->has_repeated && o->n_filled + o->n_blank >= FEW &&
           o->n_blank >= 2 * o->n_filled;
}

static void tell_merged(struct csv_reader *r) {
    const struct csv_column *column = &r->table->columns[r->table->groups];
    sz_str zh = sz_headings_first(column);
    sz_diag *g = sz_diags_add(r->l->d, SZ_WARNING, CODE_MERGED_CELLS, sz_text_file_span(r->f, r->odd.first_filled, 0),
                              "`%s` (%.*s) stands in %u of %u rows, as where cells were merged",
                              "`%s`（%.*s）只有 %u 行有值（共 %u 行），像是合并过的单元格", column->name,
                              SZ_FMT_STR(zh), r->odd.n_filled, r->odd.n_filled + r->odd.n_blank);
    sz_diag_hint(
        r->l->d, g,
        "an empty cell is not known, it is not the one above: unmerge the cells and fill all of them, then export",
        "空单元格按“不知道”处理，不会沿用上一行：请取消合并、填满每一格再导出");
}

void sz_oddities_tell(struct csv_reader *r) {
    const struct csv_oddities *o = &r->odd;
    sz_diags *d = r->l->d;
    if (o->n_totals) {
        sz_diag *g =
            sz_diags_add(d, SZ_WARNING, CODE_TOTALS, o->first_total, "lines of totals or of a report: %u, left out",
                         "合计行或报表说明行有 %u 行，没有读入", o->n_totals);
        sz_diag_hint(d, g, "delete them, or export the table instead of the report", "请删除，或导出数据表而不是报表");
    }
    if (o->n_odd_ids) {
        sz_diag *g = sz_diags_add(d, SZ_WARNING, CODE_ODD_ID, o->first_odd_id,
                                  "numbers that end in .0 or have full-width digits: %u, this is the first",
                                  "以 .0 结尾或含全角数字的号码有 %u 个，这是第一个", o->n_odd_ids);
        sz_diag_hint(
            d, g,
            "they are kept as written, so records of 2023001 are not those of 2023001.0: export the column as text",
            "号码按原样保留，2023001 的记录不会算到 2023001.0 名下：请把这一列按文本导出");
    }
    if (r->table->has_groups && looks_merged(o)) tell_merged(r);
}
