/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of YAML to values: durations, numbers with units, lists, two languages.
 */
#include "keys.h"

/* ---- units ---- */

static const struct {
    const char *name;
    uint8_t unit;
} units[] = {
    {"yuan", SZ_UNIT_YUAN},
    {"元", SZ_UNIT_YUAN},
    {"class-hours", SZ_UNIT_CLASS_HOURS},
    {"class-hour", SZ_UNIT_CLASS_HOURS},
    {"学时", SZ_UNIT_CLASS_HOURS},
    {"%", SZ_UNIT_SHARE},
    {"times", SZ_UNIT_COUNT},
    {"次", SZ_UNIT_COUNT},
    {"days", SZ_UNIT_DAYS},
    {"day", SZ_UNIT_DAYS},
    {"nights", SZ_UNIT_DAYS},
    {"night", SZ_UNIT_DAYS},
    {"天", SZ_UNIT_DAYS},
    {"晚", SZ_UNIT_DAYS},
    {"points", SZ_UNIT_POINTS},
    {"分", SZ_UNIT_POINTS},
};
static const struct {
    const char *name;
    int64_t ms;
} spans[] = {
    {"seconds", SZ_SECOND_MS}, {"second", SZ_SECOND_MS}, {"minutes", SZ_MINUTE_MS}, {"minute", SZ_MINUTE_MS},
    {"min", SZ_MINUTE_MS},     {"hours", SZ_HOUR_MS},    {"hour", SZ_HOUR_MS},      {"weeks", 7 * SZ_DAY_MS},
    {"week", 7 * SZ_DAY_MS},   {"分钟", SZ_MINUTE_MS},   {"小时", SZ_HOUR_MS},      {"周", 7 * SZ_DAY_MS},
};
static const struct {
    const char *name;
    int64_t ms;
} day_spans[] = {
    {"days", SZ_DAY_MS},
    {"day", SZ_DAY_MS},
    {"nights", SZ_DAY_MS},
    {"天", SZ_DAY_MS},
};

bool sz_unit_parse(sz_str s, uint8_t *unit) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (sz_str_is(s, units[i].name)) {
            *unit = units[i].unit;
            return true;
        }
    return false;
}

const char *sz_unit_words(uint8_t type, uint8_t unit, sz_lang lang) {
    static const char *const words[SZ_N_UNITS][2] = {
        [SZ_UNIT_NONE] = {"a number", "数"},
        [SZ_UNIT_YUAN] = {"an amount in yuan", "金额（元）"},
        [SZ_UNIT_CLASS_HOURS] = {"a number of class-hours", "学时数"},
        [SZ_UNIT_SHARE] = {"a share in percent", "百分比"},
        [SZ_UNIT_COUNT] = {"a number of times", "次数"},
        [SZ_UNIT_DAYS] = {"a number of days", "天数"},
        [SZ_UNIT_POINTS] = {"a number of points", "分数"},
    };
    if (type == SZ_X_STR) return lang == SZ_ZH ? "文字" : "a text";
    if (type == SZ_X_DURATION) return lang == SZ_ZH ? "时长" : "a duration";
    return words[unit < SZ_N_UNITS ? unit : SZ_UNIT_NONE][lang];
}

/* Where the number at the beginning of s ends. */
static size_t number_end(sz_str s) {
    size_t i = 0;
    while (i < s.n && (s.p[i] == '-' || s.p[i] == '+' || s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9'))) i++;
    return i;
}

static bool whole_times(sz_str number, int64_t unit_ms, int64_t *out) {
    int64_t n;
    if (!sz_str_i64(number, &n) || n < 0 || n > INT64_C(4000) * 366 * SZ_DAY_MS / unit_ms) return false;
    *out = n * unit_ms;
    return true;
}

static bool span_words(sz_str number, sz_str word, int64_t *out) {
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (sz_str_is(word, spans[i].name)) return whole_times(number, spans[i].ms, out);
    return false;
}

bool sz_duration_words(sz_str s, int64_t *out_ms) {
    if (sz_duration_parse(s, out_ms)) return true;
    size_t end = number_end(s);
    sz_str number = {s.p, end}, word = sz_str_trim((sz_str){s.p + end, s.n - end});
    if (span_words(number, word, out_ms)) return true;
    for (size_t i = 0; i < sizeof day_spans / sizeof *day_spans; i++)
        if (sz_str_is(word, day_spans[i].name)) return whole_times(number, day_spans[i].ms, out_ms);
    return false;
}

bool sz_literal_parse(sz_str s, uint8_t *type, uint8_t *unit, double *num, size_t *unit_at) {
    *type = SZ_X_NUM;
    *unit = SZ_UNIT_NONE;
    size_t end = number_end(s);
    sz_str number = {s.p, end}, word = sz_str_trim((sz_str){s.p + end, s.n - end});
    *unit_at = word.n ? (size_t)(word.p - s.p) : s.n;
    int64_t ms;
    if (sz_duration_parse(s, &ms) || span_words(number, word, &ms)) {
        *type = SZ_X_DURATION;
        *num = (double)ms;
        return true;
    }
    if (!sz_str_double(number, num)) {
        *unit_at = 0;
        return false;
    }
    if (word.n && !sz_unit_parse(word, unit)) return false;
    if (*unit == SZ_UNIT_SHARE) *num /= 100;
    return true;
}

/* ---- one scalar ---- */

/* 每周, weekly: once in that time. */
static const char *duration_of_pace(sz_str s) {
    static const struct {
        const char *word, *write;
    } paces[] = {{"每天", "1d"},     {"每日", "1d"},   {"daily", "1d"},   {"每周", "7d"},    {"每星期", "7d"},
                 {"每个星期", "7d"}, {"weekly", "7d"}, {"每两周", "14d"}, {"每半月", "14d"}, {"每小时", "1h"},
                 {"hourly", "1h"},   {"每月", "30d"},  {"每个月", "30d"}, {"monthly", "30d"}};
    for (size_t i = 0; i < sizeof paces / sizeof *paces; i++)
        if (sz_str_is(s, paces[i].word)) return paces[i].write;
    return NULL;
}

bool sz_duration_hint(struct sz_loading *l, sz_diag *g, sz_str s) {
    char meant[SZ_MEANT];
    bool is_rough = false;
    double n;
    sz_meant value;
    const char *of_pace = duration_of_pace(s);
    if (of_pace) {
        sz_rules_hint(l, g, "write  %s", "请写  %s", of_pace);
    } else if (sz_meant_duration(s, meant, &is_rough)) {
        if (is_rough)
            sz_rules_hint(l, g, "write  %s : months and years differ in length", "请写  %s：月和年长短不一", meant);
        else sz_rules_hint(l, g, "write  %s", "请写  %s", meant);
    } else if (sz_meant_number(s, &n) && n > 0 && n <= 4000 && n == (double)(int)n) {
        sz_rules_hint(l, g, "write its unit too:  %dd  for days,  %dh  for hours", "还要写单位：天写  %dd，小时写  %dh",
                      (int)n, (int)n);
    } else if (sz_meant_value(s, &value) && (value.measure == SZ_M_TIME || value.measure == SZ_M_DAYS)) {
        sz_rules_hint(l, g, "write  %s%s", "请写  %s%s", value.measure == SZ_M_DAYS ? value.number : value.text,
                      value.measure == SZ_M_DAYS ? "d" : "");
    } else {
        return false;
    }
    return true;
}

bool sz_rules_duration(struct sz_loading *l, const sz_yaml *node, int64_t *out_ms) {
    if (sz_duration_words(node->text, out_ms)) return true;
    sz_diag *g = sz_rules_error(l, C_DURATION, node->span, "`%.*s` is not a duration", "`%.*s` 不是时长",
                                SZ_FMT_STR(node->text));
    if (!sz_duration_hint(l, g, node->text))
        sz_rules_hint_say(g, "write a whole number and a unit, for example  90m  24h  7d  2w",
                          "请写整数加单位，例如  90m  24h  7d  2w");
    return false;
}

/* no, off, 否: what is not meant as true. */
static bool means_no(const sz_yaml *node) {
    static const char *const words[] = {"no",    "No", "NO", "off", "Off", "OFF",  "False",
                                        "FALSE", "0",  "否", "不",  "假",  "不是", "n"};
    return node->kind == SZ_YAML_SCALAR && sz_rules_index(node->text, words, sizeof words / sizeof *words) >= 0;
}

bool sz_rules_flag(struct sz_loading *l, const sz_yaml *node, bool *out) {
    bool ok;
    *out = sz_yaml_bool(node, &ok);
    if (ok) return true;
    sz_diag *g = sz_rules_error(l, C_BOOL, node->span, "true or false is expected here", "这里要写 true 或 false");
    if (node->kind == SZ_YAML_SCALAR && node->style != SZ_YAML_PLAIN)
        sz_rules_hint_say(g, "write it without quotes", "不要加引号");
    else sz_rules_hint(l, g, "write  %s", "请写  %s", means_no(node) ? "false" : "true");
    return false;
}

/* ---- two languages ---- */

struct both {
    const sz_yaml *zh, *en;
};

static const sz_key both_keys[] = {
    SZ_KEY(struct both, zh, "zh", SZ_SHAPE_TEXT),
    SZ_KEY(struct both, en, "en", SZ_SHAPE_TEXT),
};
static const sz_key_table both_table = {"a text in two languages", "双语文本", both_keys, 2};

/* Ideographs and no Latin letter. */
static bool is_chinese(sz_str s) {
    bool has_wide = false, is_in_brace = false;
    size_t len;
    for (size_t i = 0; i < s.n; i += len) {
        uint32_t c = sz_utf8_next(s.p + i, s.n - i, &len);
        is_in_brace = c == '{' || (is_in_brace && c != '}');
        if (is_in_brace) continue; /* a name, not what is read */
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') return false;
        has_wide |= c >= 0x4e00 && c <= 0x9fff;
    }
    return has_wide;
}

/* One text where both languages belong: which of them is it? What begins like YAML's own signs, or holds a place, needs
 * quotes in the braces. */
static void hint_both(struct sz_loading *l, sz_diag *g, const sz_yaml *node) {
    sz_str s = node->text;
    bool is_zh = false, has_signs = false;
    size_t len;
    for (size_t i = 0; i < s.n; i += len) {
        uint32_t c = sz_utf8_next(s.p + i, s.n - i, &len);
        is_zh |= c >= 0x4e00 && c <= 0x9fff;
        has_signs |= c < 0x80 && c && strchr("{}[],:#&*!|>'\"%@`", (int)c);
    }
    const char *q = !has_signs ? "" : memchr(s.p, '\'', s.n) ? "\"" : "'";
    if (is_zh) sz_rules_hint(l, g, "write  {zh: %s%.*s%s, en: …}", "请写  {zh: %s%.*s%s, en: …}", q, SZ_FMT_STR(s), q);
    else sz_rules_hint(l, g, "write  {zh: …, en: %s%.*s%s}", "请写  {zh: …, en: %s%.*s%s}", q, SZ_FMT_STR(s), q);
}

bool sz_rules_both(struct sz_loading *l, const sz_yaml *node, sz_str *zh, sz_str *en) {
    if (!node) return true;
    if (node->kind != SZ_YAML_MAP) {
        sz_diag *g = sz_rules_error(l, C_LANGUAGES, node->span, "both languages are needed here", "这里中英文都要写");
        if (node->kind == SZ_YAML_SCALAR) hint_both(l, g, node);
        else sz_rules_hint_say(g, "write  {zh: …, en: …}, one text for each", "请写  {zh: …, en: …}，各一段文字");
        return false;
    }
    struct both b = {0};
    bool ok = sz_keys_read(l, node, &both_table, &b);
    if (b.zh) *zh = sz_rules_copy(l, b.zh->text);
    if (b.en) *en = sz_rules_copy(l, b.en->text);
    if (b.en && is_chinese(b.en->text))
        sz_rules_hint_say(
            sz_rules_warn(l, C_LANGUAGES, b.en->span, "the English text is in Chinese", "英文文本写的是中文"),
            "say it in English: not every counselor reads Chinese", "请写英文，供不读中文的人看");
    if (!ok || (b.zh && b.en && b.zh->text.n && b.en->text.n)) return ok;
    const sz_yaml *lacking = b.zh && b.zh->text.n ? b.en : b.zh;
    const char *has = b.zh && b.zh->text.n ? "zh" : "en";
    if (sz_rules_is_partial(l, lacking ? lacking : node)) return false;
    sz_span at = lacking ? lacking->span : node->n ? node->keys[0]->span : node->span;
    sz_diag *g = sz_rules_say(l, SZ_ERROR, C_LANGUAGES, at,
                              TXT(l, "the %s text is missing", *has == 'z' ? "English" : "Chinese"),
                              TXT(l, "缺少%s文本", *has == 'z' ? "英文" : "中文"));
    sz_rules_hint_say(
        g, TXT(l, "whatever a counselor reads stands in both languages: add  %s: …", *has == 'z' ? "en" : "zh"),
        TXT(l, "给辅导员看的文字都要双语：请补上  %s: …", *has == 'z' ? "en" : "zh"));
    return false;
}

/* ---- lists ---- */

bool sz_rules_texts(struct sz_loading *l, const sz_yaml *node, const sz_yaml ***items, uint32_t *n) {
    *n = 0;
    *items = NULL;
    if (!node) return true;
    if (node->kind == SZ_YAML_SCALAR) {
        *items = SZ_NEW(&l->tmp, const sz_yaml *);
        (*items)[(*n)++] = node;
        return true;
    }
    bool ok = true;
    *items = SZ_NEWN(&l->tmp, const sz_yaml *, node->n + 1);
    for (size_t i = 0; i < node->n; i++) {
        if (sz_keys_shape(l, node->items[i], SZ_SHAPE_TEXT, NULL)) (*items)[(*n)++] = node->items[i];
        else ok = false;
    }
    return ok;
}

/* Where a comma or semicolon of either width begins in the text, and how long it is; SIZE_MAX: nowhere. */
static size_t comma_in(sz_str s, size_t *len) {
    static const char *const commas[] = {",", "，", "、", "；", ";"};
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; k < sizeof commas / sizeof *commas; k++) {
            *len = strlen(commas[k]);
            if (s.n - i >= *len && memcmp(s.p + i, commas[k], *len) == 0) return i;
        }
    return SIZE_MAX;
}

/* `[holiday，weekend]` is one name for YAML. */
static bool refuse_joined(struct sz_loading *l, const sz_yaml *item) {
    const char *apart = "";
    bool is_semicolon = false;
    sz_str left = item->text;
    for (size_t len, at; (at = comma_in(left, &len)) != SIZE_MAX;
         left = (sz_str){left.p + at + len, left.n - at - len}) {
        apart = TXT(l, "%s%.*s, ", apart, (int)at, left.p);
        is_semicolon |= left.p[at] == ';' || memcmp(left.p + at, "；", len) == 0;
        while (left.n > at + len && left.p[at + len] == ' ') len++;
    }
    if (!*apart) return true;
    sz_diag *g = sz_rules_say(l, SZ_ERROR, C_SHAPE, item->span,
                              TXT(l, "this is one text, with a %s in it", is_semicolon ? "semicolon" : "comma"),
                              TXT(l, "这是一个带%s的文本", is_semicolon ? "分号" : "逗号"));
    sz_rules_hint(l, g, "several stand in a list:  [%s%.*s];  one that has a comma stands in quotes",
                  "多个请写成列表：[%s%.*s]；文本本身有逗号的请加引号", apart, SZ_FMT_STR(left));
    return false;
}

static bool is_wide_comma(sz_str s, size_t at) {
    return s.n - at >= 3 && (memcmp(s.p + at, "，", 3) == 0 || memcmp(s.p + at, "、", 3) == 0);
}

/* `unless: 【holiday】` is a name for YAML too. */
static bool refuse_wide_brackets(struct sz_loading *l, const sz_yaml *item) {
    static const char *const opens[] = {"【", "［", "（", "｛"};
    enum { WIDE = 3 };
    sz_str s = item->text;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++) {
        if (s.n <= 2 * WIDE || memcmp(s.p, opens[i], WIDE) != 0) continue;
        sz_str inner = sz_str_trim((sz_str){s.p + WIDE, s.n - 2 * WIDE});
        const char *names = "";
        for (size_t k = 0, end; k <= inner.n; k = end + WIDE) { /* full-width commas too, then */
            for (end = k; end < inner.n && !is_wide_comma(inner, end);) end++;
            names = TXT(l, "%s%s%.*s", names, k ? ", " : "", (int)(end - k), inner.p + k);
        }
        sz_diag *g =
            sz_rules_error(l, C_SHAPE, item->span, "the brackets here are full-width ones", "这里用了全角括号");
        sz_rules_hint(l, g, "write  [%s]", "请写  [%s]", names);
        return false;
    }
    return true;
}

bool sz_rules_names(struct sz_loading *l, const sz_yaml *node, const sz_yaml ***items, uint32_t *n) {
    bool ok = sz_rules_texts(l, node, items, n);
    for (uint32_t i = 0; i < *n; i++)
        if ((*items)[i]->style == SZ_YAML_PLAIN)
            ok &= refuse_wide_brackets(l, (*items)[i]) && refuse_joined(l, (*items)[i]);
    return ok;
}

/* ---- values of params ---- */

static bool starts_number(sz_str s) {
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+' || s.p[0] == '.') ? 1 : 0;
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* 08:30 and 2026-03-02 are texts that begin with a digit. */
static bool is_clock_or_date(sz_str s) {
    if (s.n == 5 && s.p[2] == ':') return true;
    return s.n == 10 && s.p[4] == '-' && s.p[7] == '-';
}

/* 元/天, 次每周. */
static bool is_per(sz_str word, size_t at) {
    static const char each[] = "每";
    return word.p[at] == '/' || (word.n - at >= sizeof each - 1 && memcmp(word.p + at, each, sizeof each - 1) == 0);
}

/* `3-5`: how long the first number is; 0: it is no range. */
static size_t range_begins(sz_str s) {
    size_t n = 0, k;
    while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '.')) n++;
    if (n == 0 || n == s.n || s.p[n] != '-') return 0;
    for (k = n + 1; k < s.n && ((s.p[k] >= '0' && s.p[k] <= '9') || s.p[k] == '.');) k++;
    return k == s.n && k > n + 1 ? n : 0;
}

/* `1，000`: the figures alone; NULL: it is something else. */
static const char *ungrouped(struct sz_loading *l, sz_str s) {
    static const char comma[] = "，";
    const char *plain = "";
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        bool is_comma = s.n - i > sizeof comma - 1 && memcmp(s.p + i, comma, sizeof comma - 1) == 0;
        if (!is_comma && (s.p[i] < '0' || s.p[i] > '9')) return NULL;
        if (!is_comma) plain = TXT(l, "%s%c", plain, s.p[i]);
        n += is_comma;
        i += is_comma ? sizeof comma - 1 : 1;
    }
    return n && s.n < 40 ? plain : NULL;
}

void sz_literal_refuse(struct sz_loading *l, const sz_yaml *node, size_t unit_at) {
    sz_str s = node->text;
    if (sz_number_refuse(l, node)) return;
    if (unit_at == 0 || unit_at >= s.n) {
        sz_diag *g = sz_rules_error(l, C_LITERAL, node->span, "`%.*s` is not a number", "`%.*s` 不是数", SZ_FMT_STR(s));
        size_t n = range_begins(s);
        if (n)
            sz_rules_hint(l, g, "write one number, for example  %.*s ; a range is two:  n >= least && n <= most",
                          "请写一个数，例如  %.*s；范围要写两个：n >= least && n <= most", (int)n, s.p);
        else sz_rules_hint_say(g, "a text that begins with a digit stands in quotes", "以数字开头的文本要加引号");
        return;
    }
    sz_str word = {s.p + unit_at, s.n - unit_at};
    sz_diag *g = sz_rules_error(l, C_LITERAL, sz_yaml_value_span(node, unit_at, word.n), "`%.*s` is not a unit",
                                "`%.*s` 不是单位", SZ_FMT_STR(word));
    struct sz_near near = sz_near_to(l, word);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) sz_near_z(&near, units[i].name);
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) sz_near_z(&near, spans[i].name);
    sz_meant value;
    const char *begun = NULL; /* 元/月, 次以上 */
    for (size_t i = 0; i < sizeof units / sizeof *units && (uint8_t)word.p[0] >= 0x80; i++)
        if (word.n > strlen(units[i].name) && memcmp(word.p, units[i].name, strlen(units[i].name)) == 0)
            begun = units[i].name;
    const char *plain = ungrouped(l, s);
    if (plain) {
        g->span = node->span;
        sz_rules_hint(l, g, "write  %s", "请写  %s", plain);
    } else if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else if (begun && is_per(word, strlen(begun)))
        sz_rules_hint(l, g, "write  %.*s%s ; over how long, the feature says by  over:",
                      "请写  %.*s%s；按多长时间算，由特征的  over:  决定", (int)unit_at, s.p, begun);
    else if (begun) sz_rules_hint(l, g, "write  %s  alone", "只写  %s", begun);
    else if (sz_meant_value(s, &value)) { /* 24小时以上, 0.5万元: not the unit alone is written otherwise */
        g->span = node->span;
        sz_rules_hint(l, g, "write  %s", "请写  %s", value.text);
    } else
        sz_rules_hint_say(
            g,
            "units are  yuan  class-hours  %  times  days  points, of durations  m  h  d  w; a text stands in quotes",
            "单位有  yuan  class-hours  %  times  days  points，时长用  m  h  d  w；文本请加引号");
}

static bool scalar(struct sz_loading *l, const sz_yaml *node, sz_xval *out, uint8_t *unit) {
    *out = (sz_xval){.type = SZ_X_STR, .know = SZ_KNOWN};
    *unit = SZ_UNIT_NONE;
    sz_str s = node->text;
    bool is_flag;
    bool flag = sz_yaml_bool(node, &is_flag);
    if (is_flag) {
        out->type = SZ_X_BOOL;
        out->b = flag;
        return true;
    }
    if (node->style == SZ_YAML_PLAIN && starts_number(s) && !is_clock_or_date(s)) {
        size_t unit_at;
        if (sz_literal_parse(s, &out->type, unit, &out->num, &unit_at)) return true;
        sz_literal_refuse(l, node, unit_at);
        return false;
    }
    if (sz_number_refuse(l, node)) return false;
    out->str = sz_rules_copy(l, s);
    return true;
}

static bool list(struct sz_loading *l, const sz_yaml *node, sz_xval *out, uint8_t *unit) {
    sz_list *v = SZ_NEW(l->a, sz_list);
    sz_str *strs = SZ_NEWN(l->a, sz_str, node->n + 1);
    double *nums = SZ_NEWN(l->a, double, node->n + 1);
    uint8_t type = SZ_X_ANY;
    for (size_t i = 0; i < node->n; i++) {
        const sz_yaml *item = node->items[i];
        sz_xval x;
        uint8_t u;
        if (!sz_keys_shape(l, item, SZ_SHAPE_TEXT, NULL) || !scalar(l, item, &x, &u)) return false;
        if (i == 0) {
            type = x.type;
            *unit = u;
        }
        if (x.type != type || u != *unit || (type != SZ_X_STR && type != SZ_X_NUM)) {
            sz_diag *g = sz_rules_error(l, C_LIST_MIXED, item->span, "a list has texts, or numbers of one unit",
                                        "一个列表里要么全是文本，要么全是同一单位的数");
            if (type == SZ_X_NUM && x.type == SZ_X_NUM)
                sz_rules_hint_say(g, "write the same unit at each number", "每个数请写同样的单位");
            else sz_rules_hint_say(g, "put the numbers in quotes if they are texts", "如果是文本，请给数字加引号");
            return false;
        }
        strs[i] = x.str;
        nums[i] = x.num;
    }
    v->n = (uint32_t)node->n;
    if (type == SZ_X_NUM) v->nums = nums;
    else v->strs = strs;
    *out = (sz_xval){.type = type == SZ_X_NUM ? SZ_X_LIST_NUM : SZ_X_LIST_STR, .know = SZ_KNOWN, .list = v};
    return true;
}

bool sz_rules_value(struct sz_loading *l, const sz_yaml *node, sz_xval *out, uint8_t *unit) {
    *unit = SZ_UNIT_NONE;
    if (node->kind == SZ_YAML_SEQ) return list(l, node, out, unit);
    if (!sz_keys_shape(l, node, SZ_SHAPE_TEXT, NULL)) return false;
    return scalar(l, node, out, unit);
}
