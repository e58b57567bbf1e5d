/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts for counselors (semantics 36): values with their units, and messages.
 */
#include <sanzao/rules.h>

#include <math.h>

/* ---- numbers ---- */

enum { DECIMALS = 2, DECIMALS_MOST = 6 };

/* At most so many decimals, none for whole numbers, no zeros at the end. */
static void put_number(sz_buf *out, double v, int decimals) {
    size_t from = out->n;
    sz_buf_printf(out, "%.*f", decimals, v);
    while (out->n > from && out->p[out->n - 1] == '0') out->n--;
    if (out->n > from && out->p[out->n - 1] == '.') out->n--;
    if (out->n - from == 2 && memcmp(out->p + from, "-0", 2) == 0) {
        out->n = from;
        sz_buf_put_u8(out, '0');
    }
}

static void put_money(sz_buf *out, double v, sz_lang lang, int decimals) {
    if (lang == SZ_ZH) sz_buf_printf(out, "%.*f 元", decimals, v);
    else sz_buf_printf(out, "%s¥%.*f", v < 0 ? "-" : "", decimals, fabs(v));
}

/* Nobody reads more of `37.5%`; but little is not nothing, and nearly all is not all. */
static int decimals_of(double v, uint8_t unit) {
    double percent = fabs(v * 100);
    bool is_near_end = percent < 1 || (percent >= 99.95 && percent < 100.05);
    return unit == SZ_UNIT_SHARE && !is_near_end ? 1 : DECIMALS;
}

static void put_with_unit(sz_buf *out, double v, uint8_t unit, sz_lang lang, int decimals) {
    if (unit == SZ_UNIT_YUAN) {
        put_money(out, v, lang, decimals);
        return;
    }
    put_number(out, unit == SZ_UNIT_SHARE ? v * 100 : v, decimals);
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
        else put_number(out, v->nums[i], DECIMALS);
    }
}

#define LEAST "≥ "

/* decimals: of a number. */
static void put_value(sz_buf *out, const sz_xval *v, uint8_t unit, sz_lang lang, const sz_zone *z, int decimals) {
    if (v->know == SZ_UNKNOWN) {
        sz_buf_put_z(out, lang == SZ_ZH ? "无数据" : "no data");
        return;
    }
    if (v->know == SZ_AT_LEAST) sz_buf_put_z(out, LEAST);
    switch (v->type) {
    case SZ_X_BOOL: sz_buf_put_z(out, lang == SZ_ZH ? (v->b ? "是" : "否") : v->b ? "yes" : "no"); break;
    case SZ_X_NUM: put_with_unit(out, v->num, unit, lang, decimals); break;
    case SZ_X_STR: sz_buf_put_str(out, v->str); break;
    case SZ_X_TIME: put_time(out, v, lang, z); break;
    case SZ_X_DURATION: put_duration(out, v->num, lang); break;
    case SZ_X_LIST_STR:
    case SZ_X_LIST_NUM: put_list(out, v->list, lang); break;
    default: sz_buf_put_z(out, lang == SZ_ZH ? "无数据" : "no data");
    }
}

void sz_text_value(sz_buf *out, const sz_xval *v, uint8_t unit, sz_lang lang, const sz_zone *z) {
    put_value(out, v, unit, lang, z, decimals_of(v->num, unit));
}

/* What has two decimals at most is as somebody wrote it; anything else is calculated. */
static int decimals_of_limit(double v, uint8_t unit) {
    double written = v * 10000;
    return fabs(written - round(written)) < 1e-6 ? DECIMALS : decimals_of(v, unit);
}

void sz_text_limit(sz_buf *out, const sz_xval *v, uint8_t unit, sz_lang lang, const sz_zone *z) {
    put_value(out, v, unit, lang, z, decimals_of_limit(v->num, unit));
}

static double rounded(double v, uint8_t unit, int decimals) {
    double scale = pow(10, decimals), said = unit == SZ_UNIT_SHARE ? v * 100 : v;
    return round(said * scale) / scale;
}

/* With so many decimals, or their own where those are more: are they told as two numbers, and the greater as greater?
 */
static bool is_order_told(double v, double limit, uint8_t unit, int decimals) {
    int a = decimals_of(v, unit), b = decimals_of_limit(limit, unit);
    double mine = rounded(v, unit, a > decimals ? a : decimals),
           of_limit = rounded(limit, unit, b > decimals ? b : decimals);
    return v < limit ? mine < of_limit : mine > of_limit;
}

void sz_text_pair(sz_buf *of_value, sz_buf *of_limit, const sz_xval *v, const sz_xval *limit, uint8_t unit,
                  sz_lang lang, const sz_zone *z) {
    bool is_other = v->type == SZ_X_NUM && limit->type == SZ_X_NUM && v->know != SZ_UNKNOWN &&
                    limit->know != SZ_UNKNOWN && v->num != limit->num;
    int a = decimals_of(v->num, unit), b = decimals_of_limit(limit->num, unit), least = 0;
    while (is_other && least <= DECIMALS_MOST && !is_order_told(v->num, limit->num, unit, least)) least++;
    if (least > DECIMALS_MOST) least = 0; /* no more than a fault of the last digit */
    put_value(of_value, v, unit, lang, z, a > least ? a : least);
    put_value(of_limit, limit, unit, lang, z, b > least ? b : least);
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

/* As somebody wrote it. */
static bool is_param(const sz_prog *p) {
    uint32_t slot;
    return sz_prog_is_slot(p, &slot) && SZ_SLOT_SPACE(slot) == SZ_SPACE_PARAM;
}

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
    bool is_limit = p->kind == SZ_PIECE_STEP || (p->kind == SZ_PIECE_PROG && is_param(p->prog));
    if (p->otherwise.n && v.know == SZ_UNKNOWN) sz_buf_put_str(out, p->otherwise);
    else if (p->many.n) put_plural(out, &v, p, lang, a->zone);
    else if (is_limit) sz_text_limit(out, &v, p->unit, lang, a->zone);
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
