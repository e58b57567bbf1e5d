/* SPDX-License-Identifier: Apache-2.0
 *
 * meant: what people write for a number, a day, a time of day or a length of time where the language has a form of its
 * own: `三天`, `three days`, `下午3点半`, `2026/3/1`, `周六`. Only for hints; nothing is read by it.
 */
#include <sanzao/base.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct word {
    const char *text;
    double value;
};
#define WORDS(t) (t), sizeof(t) / sizeof *(t)

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

static bool starts(sz_str s, const char *word) {
    size_t n = strlen(word);
    if (s.n < n) return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[i]) != word[i]) return false;
    return !is_letter(word[n - 1]) || s.n == n || !is_letter(s.p[n]); /* no part of a longer English word */
}

static void skip(sz_str *s, size_t n) {
    s->p += n;
    s->n -= n;
    *s = sz_str_trim(*s);
}

/* Cut the longest word that the text begins with off it. */
static bool take(sz_str *s, const struct word *words, size_t n, double *out) {
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(words[i].text);
        if (len <= best || !starts(*s, words[i].text)) continue;
        best = len;
        *out = words[i].value;
    }
    skip(s, best);
    return best > 0;
}

static bool take_text(sz_str *s, const char *text) {
    double any;
    const struct word one = {text, 0};
    return take(s, &one, 1, &any);
}

/* ---- numbers ---- */

static const struct word chinese_digits[] = {{"零", 0}, {"〇", 0}, {"一", 1}, {"二", 2}, {"两", 2},
                                             {"三", 3}, {"四", 4}, {"五", 5}, {"六", 6}, {"七", 7},
                                             {"八", 8}, {"九", 9}, {"日", 7}};
static const struct word english_numbers[] = {
    {"half a", 0.5}, {"half an", 0.5}, {"half", 0.5}, {"a", 1},       {"an", 1},      {"one", 1},
    {"two", 2},      {"three", 3},     {"four", 4},   {"five", 5},    {"six", 6},     {"seven", 7},
    {"eight", 8},    {"nine", 9},      {"ten", 10},   {"eleven", 11}, {"twelve", 12}, {"fourteen", 14},
    {"fifteen", 15}, {"twenty", 20},   {"thirty", 30}};
enum { N_DIGITS = sizeof chinese_digits / sizeof *chinese_digits - 1 }; /* 日 is one in 周日 only */

/* 12, １２, and with a point 1.5 too. */
static bool take_figures(sz_str *s, bool with_point, double *out) {
    char text[24];
    size_t n = 0, i = 0, len;
    for (; i < s->n && n + 1 < sizeof text; i += len) {
        uint32_t c = sz_utf8_next(s->p + i, s->n - i, &len);
        if (c >= 0xff10 && c <= 0xff19) c = c - 0xff10 + '0';
        bool is_point = with_point && c == '.' && n > 0;
        if (!is_point && (c < '0' || c > '9')) break;
        text[n++] = (char)c;
    }
    if (n == 0 || !sz_str_double((sz_str){text, n}, out)) return false;
    skip(s, i);
    return true;
}

/* 三, 十, 十二, 三十, 二十五, 一百 */
static bool take_chinese(sz_str *s, double *out) {
    double digit = 0, sum = 0;
    bool any = false;
    for (;;) {
        if (take(s, chinese_digits, N_DIGITS, &digit)) any = true;
        else if (take_text(s, "十")) sum += (any && digit > 0 ? digit : 1) * 10, digit = 0, any = true;
        else if (any && take_text(s, "百")) sum += digit * 100, digit = 0;
        else break;
    }
    *out = sum + digit;
    return any;
}

static bool take_number(sz_str *s, double *out) {
    if (take_figures(s, true, out) || take_chinese(s, out)) return true;
    if (take_text(s, "半")) {
        *out = 0.5;
        return true;
    }
    return take(s, WORDS(english_numbers), out);
}

bool sz_meant_number(sz_str s, double *out) {
    s = sz_str_trim(s);
    return take_number(&s, out) && s.n == 0;
}

bool sz_meant_weekday(sz_str s, int *out) {
    static const struct word english[] = {{"monday", 1},    {"mon", 1}, {"tuesday", 2},  {"tue", 2},
                                          {"wednesday", 3}, {"wed", 3}, {"thursday", 4}, {"thu", 4},
                                          {"friday", 5},    {"fri", 5}, {"saturday", 6}, {"sat", 6},
                                          {"sunday", 7},    {"sun", 7}, {"周天", 7},     {"星期天", 7}};
    static const char *const prefixes[] = {"周", "星期", "礼拜", "每周"};
    double v = 0;
    s = sz_str_trim(s);
    bool is_found = take(&s, WORDS(english), &v);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes && !is_found; i++) {
        sz_str rest = s;
        if (!take_text(&rest, prefixes[i]) || !take(&rest, chinese_digits, N_DIGITS + 1, &v)) continue;
        is_found = v >= 1 && v <= 7;
        s = rest;
    }
    *out = (int)v;
    return is_found && s.n == 0;
}

bool sz_meant_year(sz_str s, int *out) {
    static const struct word years[] = {{"大一", 1},     {"大二", 2},      {"大三", 3},       {"大四", 4},
                                        {"大五", 5},     {"一年级", 1},    {"二年级", 2},     {"三年级", 3},
                                        {"四年级", 4},   {"新生", 1},      {"freshmen", 1},   {"freshman", 1},
                                        {"freshers", 1}, {"sophomore", 2}, {"sophomores", 2}, {"junior", 3},
                                        {"juniors", 3},  {"senior", 4},    {"seniors", 4}};
    double v = 0;
    s = sz_str_trim(s);
    bool is_found = take(&s, WORDS(years), &v);
    if (is_found) take_text(&s, "学生"), take_text(&s, "新生");
    *out = (int)v;
    return is_found && s.n == 0;
}

/* ---- times ---- */

enum half { HALF_NONE, HALF_MORNING, HALF_AFTERNOON };
static const struct word halves[] = {{"凌晨", HALF_MORNING},   {"早上", HALF_MORNING},   {"早晨", HALF_MORNING},
                                     {"早", HALF_MORNING},     {"上午", HALF_MORNING},   {"中午", HALF_AFTERNOON},
                                     {"下午", HALF_AFTERNOON}, {"傍晚", HALF_AFTERNOON}, {"晚上", HALF_AFTERNOON},
                                     {"晚", HALF_AFTERNOON},   {"夜里", HALF_AFTERNOON}, {"am", HALF_MORNING},
                                     {"a.m.", HALF_MORNING},   {"pm", HALF_AFTERNOON},   {"p.m.", HALF_AFTERNOON}};

static double minutes_of(sz_str *s) {
    double m = 0;
    if (take_text(s, "半")) return 30;
    if (take_text(s, "一刻")) return 15;
    if (take_text(s, "三刻")) return 45;
    if (take_figures(s, false, &m) || take_chinese(s, &m)) take_text(s, "分");
    return m;
}

bool sz_meant_clock(sz_str s, char out[SZ_MEANT]) {
    static const struct word marks[] = {{":", 0}, {"：", 0}, {"点钟", 0}, {"点整", 0}, {"点", 0}, {"时", 0}, {".", 0}};
    double h = 0, m = 0, half = HALF_NONE, any;
    s = sz_str_trim(s);
    bool is_early = take(&s, WORDS(halves), &half);
    if (!take_figures(&s, false, &h) && !take_chinese(&s, &h)) return false;
    if (take(&s, WORDS(marks), &any)) m = minutes_of(&s);
    if (!is_early) take(&s, WORDS(halves), &half);
    if (half == HALF_AFTERNOON && h < 12) h += 12;
    if (s.n || h > 24 || m > 59 || (h >= 24 && m > 0)) return false;
    snprintf(out, SZ_MEANT, "%02d:%02d", (int)h, (int)m);
    return true;
}

bool sz_meant_next_clock(sz_str s, char out[SZ_MEANT]) {
    static const struct word marks[] = {{":", 0}, {"：", 0}, {"点", 0}, {"时", 0}};
    double h = 0, m = 0, any;
    s = sz_str_trim(s);
    if (!take_figures(&s, false, &h) || !take(&s, WORDS(marks), &any)) return false;
    m = minutes_of(&s);
    if (s.n || h < 24 || h >= 30 || m > 59 || h + m == 24) return false;
    snprintf(out, SZ_MEANT, "%02d:%02d", (int)h - 24, (int)m);
    return true;
}

/* 2026/3/1, 2026年3月1日, 2026.3.1, 20260301 */
static bool take_date(sz_str *s, char out[SZ_MEANT]) {
    static const struct word marks[] = {{"-", 0}, {"/", 0}, {"年", 0}, {"月", 0}, {".", 0}, {"—", 0}};
    double y, m, d, any;
    sz_str rest = *s;
    if (!take_figures(&rest, false, &y)) return false;
    if (y >= 19000101) {
        d = fmod(y, 100);
        m = fmod(floor(y / 100), 100);
        y = floor(y / 10000);
    } else {
        if (!take(&rest, WORDS(marks), &any) || !take_figures(&rest, false, &m) || !take(&rest, WORDS(marks), &any) ||
            !take_figures(&rest, false, &d))
            return false;
        if (!take_text(&rest, "日")) take_text(&rest, "号");
    }
    if (y < 1900 || y > 2999 || !sz_ymd_valid((int)y, (int)fmin(m, 99), (int)fmin(d, 99))) return false;
    snprintf(out, SZ_MEANT, "%04d-%02d-%02d", (int)y, (int)m, (int)d);
    *s = rest;
    return true;
}

bool sz_meant_date(sz_str s, char out[SZ_MEANT]) {
    s = sz_str_trim(s);
    return take_date(&s, out) && s.n == 0;
}

/* 24:00 of a day is 00:00 of the next. */
static void next_day(char date[SZ_MEANT]) {
    int y = (int)strtol(date, NULL, 10), m = (int)strtol(date + 5, NULL, 10), d = (int)strtol(date + 8, NULL, 10);
    sz_day_to_ymd(sz_day_from_ymd(y, m, d) + 1, &y, &m, &d);
    snprintf(date, SZ_MEANT, "%04d-%02d-%02d", y, m, d);
}

bool sz_meant_instant(sz_str s, char out[SZ_MEANT]) {
    char date[SZ_MEANT], clock[SZ_MEANT] = "00:00";
    s = sz_str_trim(s);
    if (!take_date(&s, date)) return false;
    take_text(&s, "t");
    if (s.n == 8 && s.p[2] == ':' && s.p[5] == ':') s.n = 5; /* with seconds */
    if (s.n && !sz_meant_clock(s, clock)) return false;
    if (memcmp(clock, "24", 2) == 0) {
        next_day(date);
        memcpy(clock, "00", 2);
    }
    snprintf(out, SZ_MEANT, "%.10sT%.5s:00+08:00", date, clock);
    return true;
}

bool sz_meant_duration(sz_str s, char out[SZ_MEANT], bool *is_rough) {
    static const struct word units[] = {
        {"秒", SZ_SECOND_MS},       {"秒钟", SZ_SECOND_MS},    {"second", SZ_SECOND_MS},  {"seconds", SZ_SECOND_MS},
        {"分", SZ_MINUTE_MS},       {"分钟", SZ_MINUTE_MS},    {"min", SZ_MINUTE_MS},     {"mins", SZ_MINUTE_MS},
        {"minute", SZ_MINUTE_MS},   {"minutes", SZ_MINUTE_MS}, {"m", SZ_MINUTE_MS},       {"小时", SZ_HOUR_MS},
        {"钟头", SZ_HOUR_MS},       {"时", SZ_HOUR_MS},        {"h", SZ_HOUR_MS},         {"hr", SZ_HOUR_MS},
        {"hrs", SZ_HOUR_MS},        {"hour", SZ_HOUR_MS},      {"hours", SZ_HOUR_MS},     {"天", SZ_DAY_MS},
        {"日", SZ_DAY_MS},          {"晚", SZ_DAY_MS},         {"d", SZ_DAY_MS},          {"day", SZ_DAY_MS},
        {"days", SZ_DAY_MS},        {"night", SZ_DAY_MS},      {"nights", SZ_DAY_MS},     {"周", 7 * SZ_DAY_MS},
        {"星期", 7 * SZ_DAY_MS},    {"礼拜", 7 * SZ_DAY_MS},   {"w", 7 * SZ_DAY_MS},      {"wk", 7 * SZ_DAY_MS},
        {"week", 7 * SZ_DAY_MS},    {"weeks", 7 * SZ_DAY_MS},  {"月", 30 * SZ_DAY_MS},    {"month", 30 * SZ_DAY_MS},
        {"months", 30 * SZ_DAY_MS}, {"年", 365 * SZ_DAY_MS},   {"year", 365 * SZ_DAY_MS}, {"years", 365 * SZ_DAY_MS}};
    static const struct word before[] = {{"最近", 0},     {"近", 0},   {"过去", 0}, {"前", 0},    {"连续", 0},
                                         {"the last", 0}, {"last", 0}, {"past", 0}, {"within", 0}};
    static const char *const behind[] = {"以内", "之内", "内", "以上"};
    double total = 0, n, unit;
    s = sz_str_trim(s);
    take(&s, WORDS(before), &n);
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        size_t len = strlen(behind[i]);
        if (s.n > len && memcmp(s.p + s.n - len, behind[i], len) == 0) s.n -= len;
    }
    *is_rough = false;
    char turned[24]; /* d7 */
    if (s.n > 1 && s.n < sizeof turned && strchr("dhmwDHMW", s.p[0]) && s.p[1] >= '0' && s.p[1] <= '9') {
        snprintf(turned, sizeof turned, "%.*s%c", (int)s.n - 1, s.p + 1, s.p[0]);
        s = (sz_str){turned, s.n};
    }
    while (s.n) {
        if (!take_number(&s, &n)) return false;
        bool has_half = take_text(&s, "个半");
        if (!has_half) take_text(&s, "个");
        if (!take(&s, WORDS(units), &unit)) return false;
        if (has_half || take_text(&s, "半")) n += 0.5;
        *is_rough |= unit >= 30 * SZ_DAY_MS;
        total += n * unit;
    }
    const double day = SZ_DAY_MS, hour = SZ_HOUR_MS, minute = SZ_MINUTE_MS;
    if (total <= 0 || total > 4000 * day || fmod(total, minute) != 0) return false;
    if (*is_rough) total = floor(total / day) * day;
    double by = fmod(total, day) == 0 ? day : fmod(total, hour) == 0 ? hour : minute;
    snprintf(out, SZ_MEANT, "%.0f%c", total / by, by == day ? 'd' : by == hour ? 'h' : 'm');
    return true;
}
