/* SPDX-License-Identifier: Apache-2.0
 *
 * Timestamps and durations: arithmetic within their ranges, and their parts in UTC or in a zone.
 */
#include "cel_value.h"

enum { NANOS = 1000000000 };

/* Years 1 to 9999, as seconds since 1970. */
static const int64_t first_second = INT64_C(-62135596800), last_second = INT64_C(253402300799);

bool sz_cel_timestamp_make(int64_t seconds, int64_t nanos, sz_cel_value *out) {
    int64_t carry = nanos / NANOS, rest = nanos % NANOS;
    if (rest < 0) {
        rest += NANOS;
        carry--;
    }
    if (__builtin_add_overflow(seconds, carry, &seconds) || seconds < first_second || seconds > last_second)
        return false;
    *out = (sz_cel_value){.kind = SZ_V_TIMESTAMP, .i = seconds, .n = (uint32_t)rest};
    return true;
}

/* ---- arithmetic -------------------------------------------------------------------------------------------------- */

static sz_cel_value out_of_range(sz_cel *c) {
    return sz_cel_fail(c, "the result is out of the range of times", "结果超出时间的范围");
}

static sz_cel_value difference(sz_cel *c, sz_cel_value a, sz_cel_value b) {
    int64_t ns;
    if (__builtin_mul_overflow(a.i - b.i, (int64_t)NANOS, &ns) ||
        __builtin_add_overflow(ns, (int64_t)a.n - (int64_t)b.n, &ns))
        return out_of_range(c);
    return sz_cel_duration(ns);
}

static sz_cel_value shift(sz_cel *c, sz_cel_value t, int64_t ns, bool is_back) {
    sz_cel_value v;
    int64_t seconds = ns / NANOS, nanos = ns % NANOS;
    if (is_back) {
        seconds = -seconds;
        nanos = -nanos;
    }
    return sz_cel_timestamp_make(t.i + seconds, t.n + nanos, &v) ? v : out_of_range(c);
}

sz_cel_value sz_cel_time_arithmetic(sz_cel *c, sz_expr_op op, sz_cel_value a, sz_cel_value b) {
    bool is_add = op == SZ_OP_ADD, a_time = a.kind == SZ_V_TIMESTAMP, b_time = b.kind == SZ_V_TIMESTAMP;
    int64_t ns;
    if ((!is_add && op != SZ_OP_SUBTRACT) || (is_add && a_time && b_time) || (!is_add && !a_time && b_time))
        return sz_cel_no_overload(c, (sz_cel_value[]){a, b}, 2);
    if (a_time && b_time) return difference(c, a, b);
    if (a_time) return shift(c, a, b.i, !is_add);
    if (b_time) return shift(c, b, a.i, false);
    bool is_over = is_add ? __builtin_add_overflow(a.i, b.i, &ns) : __builtin_sub_overflow(a.i, b.i, &ns);
    return is_over ? out_of_range(c) : sz_cel_duration(ns);
}

/* ---- zones ------------------------------------------------------------------------------------------------------- */

static bool two_digits(const char *p, int32_t *out) {
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') return false;
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return true;
}

/* `+08:00`, `-02:30`, `02:00` */
static bool fixed_offset(sz_str s, int32_t *offset_s) {
    bool is_negative = s.n > 0 && s.p[0] == '-';
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) s = (sz_str){s.p + 1, s.n - 1};
    int32_t h, m;
    if (s.n != 5 || s.p[2] != ':' || !two_digits(s.p, &h) || !two_digits(s.p + 3, &m) || h > 23 || m > 59) return false;
    *offset_s = (is_negative ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

int64_t sz_cel_zone_known_until(const sz_zone *z, const void *tzif, size_t n) {
    const char *p = tzif;
    while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\0')) n--;
    size_t start = n;
    while (start > 0 && p[start - 1] != '\n') start--;
    bool has_rule = n > start && memchr(p + start, ',', n - start) != NULL; /* EST5EDT,M3.2.0,M11.1.0 */
    return !has_rule ? SZ_TIME_MAX : z->n > 0 ? z->from_ms[z->n - 1] : SZ_TIME_NONE;
}

/* What loaders may be asked for: Area/City, without .. or what ends a path early. */
static bool is_zone_name(sz_str s) {
    if (s.n == 0 || s.n > 60 || s.p[0] == '/') return false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        bool is_letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z'), is_digit = ch >= '0' && ch <= '9';
        if (!is_letter && !is_digit && ch != '/' && ch != '_' && ch != '-' && ch != '+') return false;
    }
    return true;
}

static bool offset_of(sz_cel *c, sz_cel_value t, sz_cel_value name, int32_t *offset_s, sz_cel_value *err) {
    sz_str s = sz_cel_str(name);
    *offset_s = 0;
    if (sz_str_is(s, "UTC") || fixed_offset(s, offset_s)) return true;
    int n = s.n > 64 ? 64 : (int)s.n;
    int64_t t_ms = t.i * 1000 + t.n / 1000000, until_ms = SZ_TIME_MAX;
    bool is_asked = is_zone_name(s) && c->zones && c->zones->load;
    const sz_zone *z = is_asked ? c->zones->load(c->zones->ctx, s, &until_ms) : NULL;
    if (!z) *err = sz_cel_fail(c, "there is no time zone \"%.*s\"", "没有时区 \"%.*s\"", n, s.p);
    else if (t_ms >= until_ms)
        *err = sz_cel_fail(c, "the clock changes of \"%.*s\" are not known for so late a time",
                           "不清楚 \"%.*s\" 在这么晚的时间的时钟调整", n, s.p);
    else *offset_s = sz_zone_offset_s(z, t_ms);
    return err->kind != SZ_V_ERROR;
}

/* ---- parts of a timestamp ---------------------------------------------------------------------------------------- */

typedef struct civil {
    int32_t day;    /* days since 1970-01-01 */
    int32_t second; /* of the day */
    int year, month, date;
} civil;

/* Local time of a[0] in the zone a[1], or in UTC. */
static bool to_civil(sz_cel *c, const sz_cel_value *a, uint32_t n, civil *out, sz_cel_value *err) {
    int32_t offset = 0;
    *err = sz_cel_null();
    if (n > 1 && !offset_of(c, a[0], a[1], &offset, err)) return false;
    int64_t local = a[0].i + offset, day = local / 86400, second = local % 86400;
    if (second < 0) {
        second += 86400;
        day--;
    }
    out->day = (int32_t)day;
    out->second = (int32_t)second;
    sz_day_to_ymd(out->day, &out->year, &out->month, &out->date);
    return true;
}

#define PART(name, expression)                                               \
    static sz_cel_value name(sz_cel *c, const sz_cel_value *a, uint32_t n) { \
        civil t;                                                             \
        sz_cel_value err;                                                    \
        return to_civil(c, a, n, &t, &err) ? sz_cel_int(expression) : err;   \
    }
PART(full_year, t.year)
PART(month, t.month - 1)
PART(date, t.date)
PART(day_of_month, t.date - 1)
PART(day_of_week, sz_day_weekday(t.day) % 7)
PART(day_of_year, t.day - sz_day_from_ymd(t.year, 1, 1))
PART(hours, t.second / 3600)
PART(minutes, t.second / 60 % 60)
PART(seconds, t.second % 60)
PART(milliseconds, a[0].n / 1000000)
#undef PART

/* ---- parts of a duration ----------------------------------------------------------------------------------------- */

static sz_cel_value all_hours(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int(a[0].i / NANOS / 3600);
}

static sz_cel_value all_minutes(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int(a[0].i / NANOS / 60);
}

static sz_cel_value all_seconds(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int(a[0].i / NANOS);
}

/* Of the second, as cel-spec has it. */
static sz_cel_value rest_milliseconds(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)c, (void)n;
    return sz_cel_int(a[0].i % NANOS / 1000000);
}

#define PARTS(name, function) \
    {NULL, name, true, "t", function}, { NULL, name, true, "ts", function }
const sz_cel_overload sz_cel_time_table[] = {
    PARTS("getFullYear", full_year),
    PARTS("getMonth", month),
    PARTS("getDate", date),
    PARTS("getDayOfMonth", day_of_month),
    PARTS("getDayOfWeek", day_of_week),
    PARTS("getDayOfYear", day_of_year),
    PARTS("getHours", hours),
    PARTS("getMinutes", minutes),
    PARTS("getSeconds", seconds),
    PARTS("getMilliseconds", milliseconds),
    {NULL, "getHours", true, "r", all_hours},
    {NULL, "getMinutes", true, "r", all_minutes},
    {NULL, "getSeconds", true, "r", all_seconds},
    {NULL, "getMilliseconds", true, "r", rest_milliseconds},
    {0},
};
#undef PARTS
