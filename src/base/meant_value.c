/* SPDX-License-Identifier: Apache-2.0
 *
 * meant_value: a number with its unit, and what people add to it: `24小时以上`, `百分之五十`, `¥420`, `3 or more`,
 * `420 yaun`. Only for hints; nothing is read by it.
 */
#include <sanzao/base.h>

#include <math.h>
#include <stdio.h>

struct bound {
    const char *words, *op;
};

/* The longest of those with one beginning first. */
static const struct bound before[] = {{">=", ">="},
                                      {"≥", ">="},
                                      {"<=", "<="},
                                      {"≤", "<="},
                                      {">", ">"},
                                      {"<", "<"},
                                      {"不少于", ">="},
                                      {"不低于", ">="},
                                      {"至少", ">="},
                                      {"不超过", "<="},
                                      {"不高于", "<="},
                                      {"不多于", "<="},
                                      {"不大于", "<="},
                                      {"不小于", ">="},
                                      {"大于等于", ">="},
                                      {"大于或等于", ">="},
                                      {"小于等于", "<="},
                                      {"小于或等于", "<="},
                                      {"至多", "<="},
                                      {"最多", "<="},
                                      {"最少", ">="},
                                      {"超过", ">"},
                                      {"大于", ">"},
                                      {"高于", ">"},
                                      {"多于", ">"},
                                      {"小于", "<"},
                                      {"低于", "<"},
                                      {"少于", "<"},
                                      {"不到", "<"},
                                      {"不足", "<"},
                                      {"达到", ">="},
                                      {"满", ">="},
                                      {"大约", ""},
                                      {"约", ""},
                                      {"at least", ">="},
                                      {"at most", "<="},
                                      {"more than", ">"},
                                      {"less than", "<"},
                                      {"fewer than", "<"},
                                      {"no more than", "<="},
                                      {"no less than", ">="},
                                      {"over", ">"},
                                      {"above", ">"},
                                      {"under", "<"},
                                      {"below", "<"},
                                      {"up to", "<="},
                                      {"about", ""}};
static const struct bound behind[] = {{"及以上", ">="},    {"及其以上", ">="},  {"或以上", ">="},   {"以上", ">="},
                                      {"及以下", "<="},    {"或以下", "<="},    {"以下", "<="},     {"以内", "<="},
                                      {"之内", "<="},      {"或更多", ">="},    {"或更少", "<="},   {"左右", ""},
                                      {"之间", ""},        {"+", ">="},         {"or more", ">="},  {"and more", ">="},
                                      {"or above", ">="},  {"and above", ">="}, {"or over", ">="},  {"and over", ">="},
                                      {"or longer", ">="}, {"or less", "<="},   {"or fewer", "<="}, {"or below", "<="},
                                      {"and below", "<="}, {"or under", "<="}};

static const struct {
    const char *word;
    enum sz_measure measure;
    const char *form; /* how it is written behind the number; NULL: alone */
} units[] = {{"yuan", SZ_M_YUAN, " yuan"},
             {"元", SZ_M_YUAN, " yuan"},
             {"块", SZ_M_YUAN, " yuan"},
             {"元钱", SZ_M_YUAN, " yuan"},
             {"块钱", SZ_M_YUAN, " yuan"},
             {"人民币", SZ_M_YUAN, " yuan"},
             {"元人民币", SZ_M_YUAN, " yuan"},
             {"￥", SZ_M_YUAN, " yuan"},
             {"¥", SZ_M_YUAN, " yuan"},
             {"kuai", SZ_M_YUAN, " yuan"},
             {"rmb", SZ_M_YUAN, " yuan"},
             {"cny", SZ_M_YUAN, " yuan"},
             {"class-hours", SZ_M_CLASS_HOURS, " class-hours"},
             {"class-hour", SZ_M_CLASS_HOURS, " class-hours"},
             {"class hours", SZ_M_CLASS_HOURS, " class-hours"},
             {"class hour", SZ_M_CLASS_HOURS, " class-hours"},
             {"class_hours", SZ_M_CLASS_HOURS, " class-hours"},
             {"class_hour", SZ_M_CLASS_HOURS, " class-hours"},
             {"classhours", SZ_M_CLASS_HOURS, " class-hours"},
             {"class", SZ_M_CLASS_HOURS, " class-hours"},
             {"classes", SZ_M_CLASS_HOURS, " class-hours"},
             {"学时", SZ_M_CLASS_HOURS, " class-hours"},
             {"个学时", SZ_M_CLASS_HOURS, " class-hours"},
             {"课时", SZ_M_CLASS_HOURS, " class-hours"},
             {"个课时", SZ_M_CLASS_HOURS, " class-hours"},
             {"节", SZ_M_CLASS_HOURS, " class-hours"},
             {"节课", SZ_M_CLASS_HOURS, " class-hours"},
             {"%", SZ_M_SHARE, "%"},
             {"％", SZ_M_SHARE, "%"},
             {"percent", SZ_M_SHARE, "%"},
             {"per cent", SZ_M_SHARE, "%"},
             {"percentage", SZ_M_SHARE, "%"},
             {"pct", SZ_M_SHARE, "%"},
             {"次", SZ_M_COUNT, NULL},
             {"回", SZ_M_COUNT, NULL},
             {"顿", SZ_M_COUNT, NULL},
             {"餐", SZ_M_COUNT, NULL},
             {"人", SZ_M_COUNT, NULL},
             {"个", SZ_M_COUNT, NULL},
             {"个人", SZ_M_COUNT, NULL},
             {"门", SZ_M_COUNT, NULL},
             {"年级", SZ_M_COUNT, NULL},
             {"级", SZ_M_COUNT, NULL},
             {"级学生", SZ_M_COUNT, NULL},
             {"届", SZ_M_COUNT, NULL},
             {"年", SZ_M_COUNT, NULL},
             {"times", SZ_M_COUNT, NULL},
             {"time", SZ_M_COUNT, NULL},
             {"meals", SZ_M_COUNT, NULL},
             {"分", SZ_M_POINTS, " points"},
             {"points", SZ_M_POINTS, " points"},
             {"point", SZ_M_POINTS, " points"},
             {"天", SZ_M_DAYS, " days"},
             {"日", SZ_M_DAYS, " days"},
             {"晚", SZ_M_DAYS, " days"},
             {"晚上", SZ_M_DAYS, " days"},
             {"个晚上", SZ_M_DAYS, " days"},
             {"夜", SZ_M_DAYS, " days"},
             {"d", SZ_M_DAYS, " days"},
             {"day", SZ_M_DAYS, " days"},
             {"days", SZ_M_DAYS, " days"},
             {"night", SZ_M_DAYS, " days"},
             {"nights", SZ_M_DAYS, " days"},
             {"h", SZ_M_TIME, "h"},
             {"hr", SZ_M_TIME, "h"},
             {"hrs", SZ_M_TIME, "h"},
             {"小时", SZ_M_TIME, "h"},
             {"个小时", SZ_M_TIME, "h"},
             {"钟头", SZ_M_TIME, "h"},
             {"个钟头", SZ_M_TIME, "h"},
             {"时", SZ_M_TIME, "h"},
             {"hour", SZ_M_TIME, "h"},
             {"hours", SZ_M_TIME, "h"},
             {"m", SZ_M_TIME, "m"},
             {"min", SZ_M_TIME, "m"},
             {"mins", SZ_M_TIME, "m"},
             {"minute", SZ_M_TIME, "m"},
             {"minutes", SZ_M_TIME, "m"},
             {"分钟", SZ_M_TIME, "m"},
             {"w", SZ_M_TIME, "w"},
             {"weeks", SZ_M_TIME, "w"},
             {"week", SZ_M_TIME, "w"},
             {"周", SZ_M_TIME, "w"},
             {"个星期", SZ_M_TIME, "w"},
             {"星期", SZ_M_TIME, "w"},
             {"s", SZ_M_TIME, "s"},
             {"sec", SZ_M_TIME, "s"},
             {"second", SZ_M_TIME, "s"},
             {"seconds", SZ_M_TIME, "s"},
             {"秒", SZ_M_TIME, "s"},
             {"秒钟", SZ_M_TIME, "s"}};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

static bool is_figure(char c) { return c >= '0' && c <= '9'; }

static bool is_same(const char *p, const char *word, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (lower(p[i]) != word[i]) return false;
    return true;
}

static sz_str left_of(sz_str s, size_t n) { return sz_str_trim((sz_str){s.p, s.n - n}); }
static sz_str right_of(sz_str s, size_t n) { return sz_str_trim((sz_str){s.p + n, s.n - n}); }

/* Not a piece of a longer English word. */
static bool begins(sz_str s, const char *word) {
    size_t n = strlen(word);
    return s.n > n && is_same(s.p, word, n) && !(is_letter(word[n - 1]) && is_letter(s.p[n]));
}
static bool ends(sz_str s, const char *word) {
    size_t n = strlen(word);
    return s.n > n && is_same(s.p + s.n - n, word, n) && !(is_letter(word[0]) && is_letter(s.p[s.n - n - 1]));
}

static void cut_bounds(sz_str *s, sz_meant *out) {
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (!begins(*s, before[i].words)) continue;
        out->op = before[i].op;
        *s = right_of(*s, strlen(before[i].words));
        break;
    }
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        if (!ends(*s, behind[i].words)) continue;
        out->op = behind[i].op;
        *s = left_of(*s, strlen(behind[i].words));
        break;
    }
}

static bool say(sz_meant *out, enum sz_measure measure, const char *number, const char *form) {
    out->measure = measure;
    enum { SHOWN = 18 }; /* of a number that anybody writes; with its unit it has room */
    snprintf(out->number, sizeof out->number, "%.*s", SHOWN, number);
    bool is_one = measure == SZ_M_DAYS && strcmp(number, "1") == 0;
    snprintf(out->text, sizeof out->text, "%.*s%s", SHOWN, number, is_one ? " day" : form ? form : "");
    return true;
}

/* 1,000, 0.5万 and 两千 */
static bool figures(sz_str s, double *out) {
    static const struct {
        const char *word;
        double times;
    } words[] = {{"万", 1e4}, {"千", 1e3}, {"百", 1e2}};
    char plain[SZ_MEANT];
    size_t n = 0;
    double times = 1;
    for (size_t i = 0; i < sizeof words / sizeof *words && times == 1; i++) {
        if (!ends(s, words[i].word)) continue;
        times = words[i].times;
        s = left_of(s, strlen(words[i].word));
    }
    for (size_t i = 0; i < s.n && n + 1 < sizeof plain; i++) {
        bool parts = s.p[i] == ',' && i > 0 && i + 3 < s.n && is_figure(s.p[i + 1]) && is_figure(s.p[i + 2]) &&
                     is_figure(s.p[i + 3]);
        if (!parts) plain[n++] = s.p[i];
    }
    bool is_plain = n > 0 && is_figure(plain[0]) && sz_str_double((sz_str){plain, n}, out);
    if (!is_plain && (times == 1 || !sz_meant_number(s, out))) return false;
    *out *= times;
    return true;
}

/* As it was written where that is in figures: 420.50 is not 420.5 to whoever wrote it. */
static bool number_of(sz_str s, char out[SZ_MEANT]) {
    double n;
    s = sz_str_trim(s);
    if ((!figures(s, &n) && !sz_meant_number(s, &n)) || n > 1e9) return false;
    bool is_plain = s.n < SZ_MEANT / 2;
    for (size_t i = 0; i < s.n; i++) is_plain &= is_figure(s.p[i]) || s.p[i] == '.';
    if (is_plain) snprintf(out, SZ_MEANT, "%.*s", SZ_FMT_STR(s));
    else snprintf(out, SZ_MEANT, "%.10g", n);
    return true;
}

/* 三分之一: how many hundredths. */
static bool fraction(sz_str s, sz_meant *out) {
    static const char by[] = "分之";
    char number[SZ_MEANT];
    double parts, n;
    for (size_t i = 1; i + sizeof by - 1 < s.n; i++) {
        if (memcmp(s.p + i, by, sizeof by - 1) != 0) continue;
        bool is_share =
            sz_meant_number((sz_str){s.p, i}, &parts) && sz_meant_number(right_of(s, i + sizeof by - 1), &n);
        if (!is_share || !(n > 0 && n < parts)) return false;
        snprintf(number, sizeof number, "%.4g", 100 * n / parts);
        return say(out, SZ_M_SHARE, number, "%");
    }
    return false;
}

/* 百分之五十, 五成, 一半 */
static bool share(sz_str s, sz_meant *out) {
    char number[SZ_MEANT];
    double n;
    if (begins(s, "百分之") && number_of(right_of(s, strlen("百分之")), number))
        return say(out, SZ_M_SHARE, number, "%");
    if (fraction(s, out)) return true;
    if (sz_str_is(s, "一半") || sz_str_is(s, "半数")) return say(out, SZ_M_SHARE, "50", "%");
    bool is_half = ends(s, "成半");
    if (!is_half && !ends(s, "成")) return false;
    if (!sz_meant_number(left_of(s, strlen(is_half ? "成半" : "成")), &n) || n > 10) return false;
    snprintf(number, sizeof number, "%.10g", n * 10 + (is_half ? 5 : 0));
    return say(out, SZ_M_SHARE, number, "%");
}

/* ¥420, $420, RMB 420 */
static bool money(sz_str s, sz_meant *out) {
    static const char *const signs[] = {"￥", "¥", "$", "rmb", "cny", "人民币"};
    char number[SZ_MEANT];
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (begins(s, signs[i]) && number_of(right_of(s, strlen(signs[i])), number))
            return say(out, SZ_M_YUAN, number, " yuan");
    return false;
}

static bool known_unit(sz_str s, sz_meant *out) {
    char number[SZ_MEANT];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!ends(s, units[i].word) || !number_of(left_of(s, strlen(units[i].word)), number)) continue;
        bool is_whole = !strchr(number, '.');
        if (strcmp(units[i].word, "年") == 0 && (!is_whole || strlen(number) != strlen("2026")))
            continue;                                             /* a length of time */
        if (units[i].measure == SZ_M_TIME && !is_whole) continue; /* 1.5h is 90m */
        return say(out, units[i].measure, number, units[i].form);
    }
    return false;
}

static bool duration(sz_str s, sz_meant *out) {
    char text[SZ_MEANT];
    bool is_rough;
    if (!sz_meant_duration(s, text, &is_rough)) return false;
    return say(out, SZ_M_TIME, text, NULL);
}

/* 420 yaun: one slip in a word of letters. */
static bool misspelt(sz_str s, sz_meant *out) {
    char word[16], number[SZ_MEANT];
    enum { SHORTEST = 3, LONGEST = sizeof word - 1 };
    size_t n = 0;
    while (n < s.n && (is_letter(s.p[s.n - n - 1]) || s.p[s.n - n - 1] == '-' || s.p[s.n - n - 1] == '_')) n++;
    if (n < SHORTEST || n > LONGEST || !number_of(left_of(s, n), number)) return false;
    for (size_t i = 0; i < n; i++) word[i] = lower(s.p[s.n - n + i]);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const char *unit = units[i].word;
        if (!is_letter(unit[0]) || strlen(unit) <= SHORTEST) continue;
        if (sz_str_distance((sz_str){word, n}, sz_str_of(unit), 1) > 1) continue;
        return say(out, units[i].measure, number, units[i].form);
    }
    return false;
}

bool sz_meant_value(sz_str s, sz_meant *out) {
    char number[SZ_MEANT];
    *out = (sz_meant){.op = ""};
    s = sz_str_trim(s);
    cut_bounds(&s, out);
    if (number_of(s, number)) return say(out, SZ_M_NUMBER, number, NULL);
    if (money(s, out) || share(s, out) || known_unit(s, out) || duration(s, out)) return true;
    return out->is_misspelt = misspelt(s, out);
}

bool sz_meant_fen(sz_str s, const sz_meant *v, sz_meant *out) {
    char number[SZ_MEANT];
    double n;
    s = sz_str_trim(s);
    if (v->measure != SZ_M_POINTS || !ends(s, "分") || !sz_str_double(sz_str_of(v->number), &n)) return false;
    *out = (sz_meant){.op = v->op};
    snprintf(number, sizeof number, "%.10g", n / 100);
    return say(out, SZ_M_YUAN, number, " yuan");
}
