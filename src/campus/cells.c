/* SPDX-License-Identifier: Apache-2.0
 *
 * cells: one setter for each kind of cell.
 */
#include "csv_table.h"

bool sz_cell_shared(const struct csv_cell *cell, void *at, const void *arg) {
    (void)arg;
    *(sz_str *)at = sz_words_shared(&cell->r->l->c->words, cell->text);
    return true;
}

bool sz_cell_packed(const struct csv_cell *cell, void *at, const void *arg) {
    (void)arg;
    *(sz_str *)at = sz_words_packed(&cell->r->l->c->words, cell->text);
    return true;
}

/* Letters, digits, - and _, as nearly all ids have them: nothing of what follows is wrong with them. */
static bool is_usual_id(sz_str s) {
    static const uint64_t usual[2] = {UINT64_C(0x03ff200000000000), UINT64_C(0x07fffffe87fffffe)}; /* a bit a sign */
    if (s.n > CSV_ID_MAX) return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if (c >= 0x80 || !(usual[c >> 6] >> (c & 63) & 1)) return false;
    }
    return true;
}

bool sz_cell_id(const struct csv_cell *cell, void *at, const void *arg) {
    (void)arg;
    sz_diags *d = cell->r->l->d;
    *(sz_str *)at = cell->text;
    if (is_usual_id(cell->text)) return true;
    if (sz_csv_is_rounded(cell->text)) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, CODE_ROUNDED_ID, sz_csv_span(cell->r, cell->column),
                                  "a spreadsheet or another program has made this a number", "这个号码被电子表格或导出程序改成了科学计数法");
        sz_diag_hint(d, g, "its last digits may be lost: export again from the system itself, with the column as text",
                     "末尾的数字可能已经丢失：请从原系统重新导出，并把这一列设为文本");
        return false;
    }
    if (cell->text.n > CSV_ID_MAX) {
        sz_diags_add(d, SZ_ERROR, CODE_BAD_ID, sz_csv_span(cell->r, cell->column), "longer than %d bytes",
                     "超过 %d 个字节", (int)CSV_ID_MAX);
        return false;
    }
    for (size_t i = 0; i < cell->text.n; i++) {
        if ((uint8_t)cell->text.p[i] >= 0x20 && cell->text.p[i] != 0x7f) continue;
        sz_diag *g = sz_diags_add(d, SZ_ERROR, CODE_BAD_ID, sz_csv_span(cell->r, cell->column),
                                  "a line end or control character inside", "其中有换行或控制字符");
        sz_diag_hint(d, g, "is a quote missing at the end of this cell or of one before it?",
                     "这一格或前面某一格是否少了引号？");
        return false;
    }
    sz_oddities_see_id(cell->r, cell->column, cell->text);
    return true;
}

static bool add_bad_day(const struct csv_cell *cell, bool is_day_only) {
    sz_diags *d = cell->r->l->d;
    sz_span at = sz_csv_span(cell->r, cell->column);
    sz_diag *g = is_day_only ? sz_diags_add(d, SZ_ERROR, CODE_NO_DAY, at, "not a day", "不是日期")
                             : sz_diags_add(d, SZ_ERROR, CODE_NO_DAY, at, "neither a day nor a time", "不是日期或时间");
    int64_t serial;
    if (sz_str_i64(cell->text, &serial) && serial > 20000 && serial < 80000)
        sz_diag_hint(d, g, "this is a spreadsheet's day number: format the column as a date, then export",
                     "这是电子表格的日期序号：请先把这一列设为日期格式再导出");
    else if (sz_when_is_no_day(cell->text))
        sz_diag_hint(d, g, "there is no such day: see to the month and to its number of days",
                     "没有这一天：请核对月份，以及这个月有几天");
    else sz_diag_hint(d, g, "write 2026-03-02%s", "请写成 2026-03-02%s", is_day_only ? "" : " / 2026-03-02 21:30");
    return false;
}

bool sz_cell_when(const struct csv_cell *cell, void *at, const void *arg) {
    (void)arg;
    return sz_when_parse(&cell->r->l->c->zone, cell->text, at) || add_bad_day(cell, false);
}

bool sz_cell_day(const struct csv_cell *cell, void *at, const void *arg) {
    (void)arg;
    struct when w;
    if (!sz_when_parse(&cell->r->l->c->zone, cell->text, &w)) return add_bad_day(cell, true);
    *(int32_t *)at = w.day;
    return true;
}

/* Without what may follow a number: one of the words of `list`, the longest that fits; none of them ends in a digit. */
static sz_str without_suffix(sz_str s, const char *list) {
    size_t longest = 0;
    if ((uint8_t)(s.p[s.n - 1] - '0') <= 9) return s;
    for (const char *p = list; *p; p += strspn(p, " ")) {
        size_t k = strcspn(p, " ");
        if (k > longest && s.n > k && memcmp(s.p + s.n - k, p, k) == 0) longest = k;
        p += k;
    }
    return (sz_str){s.p, s.n - longest};
}

/* 四, as registers write 四年. */
static bool chinese_digit(sz_str s, int64_t *v) {
    static const char *const digits[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九"};
    for (int i = 0; i < 9; i++)
        if (sz_str_is(s, digits[i])) return *v = i + 1, true;
    return false;
}

bool sz_cell_number(const struct csv_cell *cell, void *at, const void *arg) {
    const struct csv_range *range = arg;
    sz_str s = without_suffix(cell->text, range->suffix);
    if (s.n > 2 && s.p[s.n - 2] == '.' && s.p[s.n - 1] == '0') s.n -= 2; /* 4.0, from a spreadsheet */
    int64_t v;
    if ((sz_str_i64(sz_str_trim(s), &v) || chinese_digit(s, &v)) && v >= range->from && v <= range->to) {
        *(int32_t *)at = (int32_t)v;
        return true;
    }
    sz_diag *g = sz_diags_add(cell->r->l->d, SZ_ERROR, CODE_NO_NUMBER, sz_csv_span(cell->r, cell->column),
                              "not a whole number from %d to %d", "不是 %d 到 %d 之间的整数", range->from, range->to);
    static const char leaving[] = "届";
    bool is_leaving =
        range->from >= 1900 && cell->text.n > 3 && memcmp(cell->text.p + cell->text.n - 3, leaving, 3) == 0;
    if (is_leaving)
        sz_finding_hint(cell->r->l->d, g,
                        "届 is the year in which they leave; write the year of entry, for example 2023",
                        "届是毕业年份；请写入学年份，例如 2023");
    else sz_finding_hint(cell->r->l->d, g, range->en, range->zh);
    return false;
}

int32_t sz_csv_choice_find(const struct csv_choices *c, sz_str s) {
    for (int32_t i = 0; i < c->n; i++)
        if (sz_str_is(s, c->v[i].name) || sz_list_has_word(c->v[i].zh, s)) return i;
    return -1;
}

/* 学生食堂, 因病请假: the last word says what it is. */
static bool ends_with_word(sz_str s, const char *list) {
    for (const char *p = list; p && *p;) {
        size_t n = strcspn(p, " ");
        if (n >= 6 && s.n > n && memcmp(s.p + s.n - n, p, n) == 0) return true; /* two characters or more */
        p += n + (p[n] == ' ');
    }
    return false;
}

const char *sz_csv_choice_near(const struct csv_choices *c, sz_str s) {
    for (int32_t i = 0; i < c->n; i++) {
        sz_str name = sz_str_of(c->v[i].name);
        int limit = name.n >= 6 ? 2 : name.n >= 3 ? 1 : 0;
        if (limit && sz_str_distance(s, name, limit) <= limit) return c->v[i].name;
    }
    for (int32_t i = 0; i < c->n; i++)
        if (ends_with_word(s, c->v[i].zh)) return c->v[i].name;
    return NULL;
}

/* `active, suspended`; in Chinese with the first of its words each: `active（在读）、suspended（休学）`. */
static const char *choices_text(sz_arena *a, const struct csv_choices *c, bool is_zh) {
    const char *text = "";
    for (int32_t i = 0; i < c->n; i++) {
        const char *zh = c->v[i].zh ? c->v[i].zh : "", *comma = !*text ? "" : is_zh ? "、" : ", ";
        int n_zh = is_zh ? (int)strcspn(zh, " ,") : 0;
        if (!c->v[i].name[0]) continue;
        text = n_zh ? sz_arena_printf(a, "%s%s%s（%.*s）", text, comma, c->v[i].name, n_zh, zh)
                    : sz_arena_printf(a, "%s%s%s", text, comma, c->v[i].name);
    }
    return text;
}

bool sz_cell_choice(const struct csv_cell *cell, void *at, const void *arg) {
    const struct csv_choices *c = arg;
    struct csv_reader *r = cell->r;
    int32_t i = sz_csv_choice_find(c, cell->text);
    if (i >= 0) {
        *(int32_t *)at = i;
        return true;
    }
    sz_span span = sz_csv_span(r, cell->column);
    const char *near = sz_csv_choice_near(c, cell->text), *all = choices_text(&r->f->arena, c, false),
               *all_zh = choices_text(&r->f->arena, c, true);
    sz_diag *g = sz_finding_add(r->l->d, SZ_ERROR, CODE_NO_CHOICE, span,
                                sz_arena_printf(&r->f->arena, "`%.*s` is no %s", SZ_FMT_STR(cell->text), c->en),
                                sz_arena_printf(&r->f->arena, "`%.*s` 不是%s", SZ_FMT_STR(cell->text), c->zh));
    const char *ask = near ? sz_arena_printf(&r->l->d->arena, "did you mean `%s`? There are: %s", near, all)
                           : sz_arena_printf(&r->l->d->arena, "there are: %s", all);
    const char *ask_zh = near ? sz_arena_printf(&r->l->d->arena, "是不是 `%s`？可用的有：%s", near, all_zh)
                              : sz_arena_printf(&r->l->d->arena, "可用的有：%s", all_zh);
    sz_finding_hint(r->l->d, g, ask, ask_zh);
    return false;
}

bool sz_csv_interval(struct csv_reader *r, const struct when *from, const struct when *to, uint32_t to_column,
                     int64_t *from_ms, int64_t *to_ms) {
    *from_ms = sz_when_from(from);
    *to_ms = sz_when_to(&r->l->c->zone, to);
    if (*from_ms < *to_ms) return true;
    if (*from_ms == *to_ms && !to->is_day) { /* the day before it is over when it begins */
        sz_diag *g =
            sz_diags_add(r->l->d, SZ_WARNING, CODE_NO_LENGTH, sz_csv_span(r, to_column),
                         "it ends when it begins: the row says nothing", "结束与开始是同一时刻：这一行不起作用");
        sz_diag_hint(r->l->d, g, "a time ends just before itself; for whole days write days without a time",
                     "时间不含终点；整天请只写日期，不写时间");
    } else {
        sz_diag *g = sz_diags_add(r->l->d, SZ_ERROR, CODE_ENDS_BEFORE, sz_csv_span(r, to_column),
                                  "it ends before it begins", "结束早于开始");
        sz_diag_hint(r->l->d, g, "are the two columns or day and month swapped?", "是否把两列，或月和日，写反了？");
    }
    return false;
}
