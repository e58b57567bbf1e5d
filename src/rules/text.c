/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts for counselors (semantics 36): values with their units, and messages.
 */
#include <sanzao/rules.h>

#include <math.h>

/* ---- numbers ---- */

/* At most two decimals, none for whole numbers, no zeros at the end. */
static void put_number(sz_buf *out, double v) {
    size_t from = out->n;
    sz_buf_printf(out, "%.2f", v);
    while (out->n > from && out->p[out->n - 1] == '0') out->n--;
    if (out->n > from && out->p[out->n - 1] == '.') out->n--;
    if (out->n - from == 2 && memcmp(out->p + from, "-0", 2) == 0) {
        out->n = from;
        sz_buf_put_u8(out, '0');
    }
}

static void put_money(sz_buf *out, double v, sz_lang lang) {
    if (lang == SZ_ZH) sz_buf_printf(out, "%.2f 元", v);
    else sz_buf_printf(out, "%s¥%.2f", v < 0 ? "-" : "", fabs(v));
}

static void put_with_unit(sz_buf *out, double v, uint8_t unit, sz_lang lang) {
    if (unit == SZ_UNIT_YUAN) {
        put_money(out, v, lang);
        return;
    }
    put_number(out, unit == SZ_UNIT_SHARE ? v * 100 : v);
    if (unit == SZ_UNIT_SHARE) sz_buf_put_u8(out, '%');
    if (unit == SZ_UNIT_CLASS_HOURS)
        sz_buf_put_z(out, lang == SZ_ZH ? " 学时" : v == 1 ? " class hour" : " class hours");
}

/* ---- time ---- */

static const struct {
    int64_t ms;
    const char *zh, *en;
} parts[] = {
    {SZ_DAY_MS, "天", "d"},
    {SZ_HOUR_MS, "小时", "h"},
    {SZ_MINUTE_MS, "分钟", "min"},
    {SZ_SECOND_MS, "秒", "s"},
};
enum { N_PARTS = sizeof parts / sizeof *parts };

/* The largest unit that fits and the one below it, rounded down; a second one of zero is left out. */
static void put_duration(sz_buf *out, double v, sz_lang lang) {
    int64_t ms = v > 0 ? (v < 9e15 ? (int64_t)v : INT64_C(9000000000000000)) : 0;
    uint32_t i = 0;
    while (i + 1 < N_PARTS && ms < parts[i].ms) i++;
    sz_buf_printf(out, "%lld %s", (long long)(ms / parts[i].ms), lang == SZ_ZH ? parts[i].zh : parts[i].en);
    if (i + 1 == N_PARTS) return;
    int64_t rest = ms % parts[i].ms / parts[i + 1].ms;
    if (rest) sz_buf_printf(out, " %lld %s", (long long)rest, lang == SZ_ZH ? parts[i + 1].zh : parts[i + 1].en);
}

/* z NULL: UTC; of a record that lost its time of day the day alone */
static void put_time(sz_buf *out, const sz_xval *v, sz_lang lang, const sz_zone *z) {
    static const sz_zone utc = {.name = "UTC"};
    if (!z) z = &utc;
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t t = (int64_t)v->num;
    int32_t at = sz_zone_ms_of_day(z, t);
    int y, m, d;
    sz_day_to_ymd(sz_zone_day(z, t), &y, &m, &d);
    int hour = (int)(at / SZ_HOUR_MS), minute = (int)(at % SZ_HOUR_MS / SZ_MINUTE_MS);
    if (lang == SZ_ZH) sz_buf_printf(out, "%d月%d日", m, d);
    else sz_buf_printf(out, "%d %s", d, months[m >= 1 && m <= 12 ? m - 1 : 0]);
    if (!v->b) sz_buf_printf(out, " %02d:%02d", hour, minute);
}

/* ---- values ---- */

static void put_list(sz_buf *out, const sz_list *v, sz_lang lang) {
    for (uint32_t i = 0; v && i < v->n; i++) {
        if (i) sz_buf_put_z(out, lang == SZ_ZH ? "、" : ", ");
        if (v->strs) sz_buf_put_str(out, v->strs[i]);
        else put_number(out, v->nums[i]);
    }
}

#define LEAST "≥ "

void sz_text_value(sz_buf *out, const sz_xval *v, uint8_t unit, sz_lang lang, const sz_zone *z) {
    if (v->know == SZ_UNKNOWN) {
        sz_buf_put_z(out, lang == SZ_ZH ? "无数据" : "no data");
        return;
    }
    if (v->know == SZ_AT_LEAST) sz_buf_put_z(out, LEAST);
    switch (v->type) {
    case SZ_X_BOOL: sz_buf_put_z(out, lang == SZ_ZH ? (v->b ? "是" : "否") : v->b ? "yes" : "no"); break;
    case SZ_X_NUM: put_with_unit(out, v->num, unit, lang); break;
    case SZ_X_STR: sz_buf_put_str(out, v->str); break;
    case SZ_X_TIME: put_time(out, v, lang, z); break;
    case SZ_X_DURATION: put_duration(out, v->num, lang); break;
    case SZ_X_LIST_STR:
    case SZ_X_LIST_NUM: put_list(out, v->list, lang); break;
    default: sz_buf_put_z(out, lang == SZ_ZH ? "无数据" : "no data");
    }
}

/* `3 nights`: the word stands in place of the unit. */
static void put_plural(sz_buf *out, const sz_xval *v, const sz_piece *p, sz_lang lang, const sz_zone *z) {
    bool is_number = v->type == SZ_X_NUM && v->know != SZ_UNKNOWN;
    uint8_t unit = p->unit == SZ_UNIT_CLASS_HOURS ? (uint8_t)SZ_UNIT_NONE : p->unit;
    sz_text_value(out, v, unit, lang, z);
    if (!is_number) return;
    sz_buf_put_u8(out, ' ');
    sz_buf_put_str(out, v->know == SZ_KNOWN && v->num == 1 ? p->one : p->many);
}

/* As sz_text_value writes it. */
static bool has_least(sz_str s) { return sz_str_has(s, SZ_STR(LEAST)); }

static void put_piece(sz_buf *out, const sz_piece *p, sz_lang lang, const sz_text_args *a) {
    sz_xval v = {.type = p->type, .know = SZ_UNKNOWN};
    switch (p->kind) {
    case SZ_PIECE_TEXT: sz_buf_put_str(out, p->text); return;
    case SZ_PIECE_REASONS:
        sz_buf_put_str(out, a->reasons);
        if (a->says_least && has_least(a->reasons)) *a->says_least = true;
        return;
    case SZ_PIECE_VALUE:
        if (a->value) v = *a->value;
        break;
    case SZ_PIECE_STEP:
        if (a->step) v = *a->step;
        break;
    case SZ_PIECE_PROG:
        if (a->loader) v = sz_prog_run(p->prog, a->loader);
        break;
    default: return;
    }
    if (a->says_least && v.know == SZ_AT_LEAST) *a->says_least = true;
    if (p->otherwise.n && v.know == SZ_UNKNOWN) sz_buf_put_str(out, p->otherwise);
    else if (p->many.n) put_plural(out, &v, p, lang, a->zone);
    else sz_text_value(out, &v, p->unit, lang, a->zone);
}

void sz_text_pieces(sz_buf *out, const sz_message *m, sz_lang lang, const sz_text_args *args) {
    for (uint32_t i = 0; i < m->n; i++) put_piece(out, &m->pieces[i], lang, args);
}

void sz_text_message(sz_buf *out, const sz_rule *r, sz_lang lang, const sz_text_args *args) {
    const sz_message *m = lang == SZ_ZH ? &r->message_zh : &r->message_en;
    if (m->n == 0) sz_buf_put_str(out, lang == SZ_ZH ? r->title_zh : r->title_en);
    sz_text_pieces(out, m, lang, args);
}
