/* SPDX-License-Identifier: Apache-2.0
 *
 * number_meant: numbers as spreadsheets and people write them, where a param has a value: ￥420, 1,000 yuan,
 * 0.5万元, >= 3, 三天.
 */
#include "load.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Cut a sign of money or a comparison off the front. */
static bool cut(sz_str *s, const char *const *words, size_t n_words) {
    for (size_t i = 0; i < n_words; i++) {
        size_t n = strlen(words[i]);
        if (s->n <= n || memcmp(s->p, words[i], n) != 0) continue;
        *s = sz_str_trim((sz_str){s->p + n, s->n - n});
        return true;
    }
    return false;
}

/* The text without the commas that part its thousands; how many there were. */
static size_t without_commas(sz_str s, char out[SZ_MEANT]) {
    size_t n = 0, commas = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool is_comma = s.p[i] == ',' && i > 0 && is_digit(s.p[i - 1]) && i + 3 < s.n && is_digit(s.p[i + 1]) &&
                        is_digit(s.p[i + 2]) && is_digit(s.p[i + 3]);
        commas += is_comma;
        if (!is_comma) out[n++] = s.p[i];
    }
    out[n] = '\0';
    return commas;
}

/* 0.5万元 as 5000元, in place. */
static bool without_wan(struct sz_loading *l, char out[SZ_MEANT]) {
    static const struct {
        const char *word;
        double times;
    } words[] = {{"万", 1e4}, {"千", 1e3}, {"百", 1e2}};
    enum { MOST = 1000000000 };
    size_t end = strspn(out, "0123456789."), n;
    double number;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *word = words[i].word;
        if (strncmp(out + end, word, n = strlen(word)) != 0 || !sz_str_double((sz_str){out, end}, &number)) continue;
        number *= words[i].times;
        sz_str plain = sz_str_of(TXT(l, "%.10g%s", number, out + end + n));
        if (number > MOST || plain.n >= SZ_MEANT) return false;
        memcpy(out, plain.p, plain.n + 1);
        return true;
    }
    return false;
}

/* In figures, with signs that do not belong to it. */
static bool figures(struct sz_loading *l, sz_str s, char out[SZ_MEANT]) {
    static const char *const money[] = {"￥", "¥", "$", "RMB"};
    static const char *const signs[] = {"≥", "≤", ">=", "<=", ">", "<", "=", "约", "至少", "不少于", "不超过"};
    enum { UNIT = sizeof " yuan" };
    uint8_t type, unit;
    double n;
    size_t at;
    bool is_signed = cut(&s, signs, sizeof signs / sizeof *signs),
         is_money = cut(&s, money, sizeof money / sizeof *money);
    if (s.n == 0 || !is_digit(s.p[0]) || s.n + UNIT > SZ_MEANT) return false;
    bool is_odd = without_commas(s, out) > 0 || is_signed || is_money;
    is_odd = without_wan(l, out) || is_odd;
    if (!is_odd || !sz_literal_parse(sz_str_of(out), &type, &unit, &n, &at)) return false;
    if (is_money && unit == SZ_UNIT_NONE && type == SZ_X_NUM) memcpy(out + strlen(out), " yuan", UNIT);
    return true;
}

/* In Chinese words, which without quotes nobody means as a text. */
static bool in_words(struct sz_loading *l, const sz_yaml *node, char out[SZ_MEANT]) {
    double n;
    bool is_rough;
    if (node->style != SZ_YAML_PLAIN || node->text.n == 0 || (uint8_t)node->text.p[0] < 0x80) return false;
    if (sz_meant_number(node->text, &n)) {
        sz_str text = sz_str_of(TXT(l, "%g", n)); /* far shorter than SZ_MEANT */
        memcpy(out, text.p, text.n + 1);
        return true;
    }
    if (sz_meant_duration(node->text, out, &is_rough)) return true;
    sz_meant value; /* 五成, 三次, 百分之五十; 一节 may be a name */
    if (!sz_meant_value(node->text, &value) || value.measure == SZ_M_CLASS_HOURS) return false;
    memcpy(out, value.text, sizeof value.text);
    return true;
}

bool sz_number_refuse(struct sz_loading *l, const sz_yaml *node) {
    char meant[SZ_MEANT];
    if (!figures(l, sz_str_trim(node->text), meant) && !in_words(l, node, meant)) return false;
    sz_diag *g =
        sz_rules_error(l, C_LITERAL, node->span, "`%.*s` is not a number", "`%.*s` 不是数", SZ_FMT_STR(node->text));
    sz_rules_hint(l, g, "write  %s", "请写  %s", meant);
    return true;
}

void sz_hint_same_unit(struct sz_loading *l, sz_diag *g, sz_str text, uint8_t type, uint8_t unit, sz_str like) {
    static const char *const forms[SZ_N_UNITS] = {[SZ_UNIT_NONE] = "",         [SZ_UNIT_YUAN] = " yuan",
                                                  [SZ_UNIT_SHARE] = "%",       [SZ_UNIT_CLASS_HOURS] = " class-hours",
                                                  [SZ_UNIT_COUNT] = "",        [SZ_UNIT_DAYS] = " days",
                                                  [SZ_UNIT_POINTS] = " points"};
    uint8_t its_type, its_unit;
    double n;
    size_t at;
    bool is_number = sz_literal_parse(text, &its_type, &its_unit, &n, &at) && its_type == SZ_X_NUM;
    sz_meant value, yuan;
    double first;
    bool is_share = is_number && its_unit == SZ_UNIT_SHARE;
    bool is_fraction =
        is_share ? sz_str_double(like, &first) && first <= 1 : is_number && unit == SZ_UNIT_SHARE && n <= 1;
    if (is_share != is_fraction) n *= 100; /* 50% beside 60 is 50, beside 0.6 it is 0.5; 0.6 beside 50% is 60% */
    if (unit == SZ_UNIT_YUAN && sz_meant_value(text, &value) && sz_meant_fen(text, &value, &yuan)) {
        sz_rules_hint(l, g, "write  %s", "请写  %s", yuan.text);
        return;
    }
    bool is_alike = is_share ? unit == SZ_UNIT_NONE : is_number && (its_unit == SZ_UNIT_NONE || unit == SZ_UNIT_NONE);
    if (!is_alike || type != SZ_X_NUM || unit >= SZ_N_UNITS) {
        sz_rules_hint(l, g, "write it with the same unit, like  %.*s", "请写同样的单位，例如  %.*s", SZ_FMT_STR(like));
        return;
    }
    sz_rules_hint(l, g, "write  %.10g%s", "请写  %.10g%s", n, forms[unit]);
}
