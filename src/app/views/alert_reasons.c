/* SPDX-License-Identifier: Apache-2.0
 *
 * What weighed, for people: each number by the name that its rule gives it, and what it had to be. What has no such
 * name is of the rule's own workings (`event.type == "dorm_access"`), and what did not hold did not weigh; these stand
 * where they are asked for, or where there is nothing else.
 */
#include <sanzao/rules.h>

#include "alert_view.h"
#include "words.h"

void alert_put_time(sz_buf *out, const char *t) {
    size_t n = strlen(t);
    if (n < 16) {
        sz_buf_put_z(out, t);
        return;
    }
    sz_buf_put(out, t, 10);
    sz_buf_put_u8(out, ' ');
    sz_buf_put(out, t + 11, 5);
}

/* What is no number says itself: true; else it is one, with its unit. */
static bool put_plain(sz_buf *out, yyjson_val *v, sz_lang lang) {
    if (!v || yyjson_is_null(v)) sz_buf_put_z(out, lang == SZ_ZH ? "无数据" : "no data");
    else if (yyjson_is_str(v)) alert_put_time(out, yyjson_get_str(v));
    else if (yyjson_is_bool(v))
        sz_buf_put_z(out, yyjson_get_bool(v) ? (lang == SZ_ZH ? "是" : "yes") : (lang == SZ_ZH ? "否" : "no"));
    else return false;
    return true;
}

static sz_xval number_of(yyjson_val *v, const char *unit, bool at_least, uint8_t *u) {
    sz_xval x = {.type = SZ_X_NUM, .know = SZ_UNKNOWN};
    if (yyjson_is_num(v)) x.know = at_least ? SZ_AT_LEAST : SZ_KNOWN, x.num = yyjson_get_num(v);
    *u = SZ_UNIT_NONE;
    if (strcmp(unit, "s") == 0) x.type = SZ_X_DURATION, x.num *= 1000;
    else if (strcmp(unit, "yuan") == 0) *u = SZ_UNIT_YUAN;
    else if (strcmp(unit, "class-hours") == 0) *u = SZ_UNIT_CLASS_HOURS;
    else if (strcmp(unit, "share") == 0) *u = SZ_UNIT_SHARE;
    return x;
}

/* Each beside the other, so that no two numbers are told as one. */
static void put_value(sz_buf *out, yyjson_val *r, sz_lang lang) {
    yyjson_val *v = yyjson_obj_get(r, "value");
    uint8_t u;
    sz_buf of_limit;
    if (put_plain(out, v, lang)) return;
    sz_xval x = number_of(v, alert_text(r, "unit"), yyjson_get_bool(yyjson_obj_get(r, "at_least")), &u);
    sz_xval limit = number_of(yyjson_obj_get(r, "threshold"), alert_text(r, "unit"), false, &u);
    sz_buf_init(&of_limit);
    sz_text_pair(out, &of_limit, &x, &limit, u, lang, NULL);
    sz_buf_fini(&of_limit);
}

static void put_limit(sz_buf *out, yyjson_val *r, yyjson_val *v, sz_lang lang) {
    uint8_t u;
    sz_buf of_value;
    if (put_plain(out, v, lang)) return;
    sz_xval x = number_of(yyjson_obj_get(r, "value"), alert_text(r, "unit"), false, &u);
    sz_xval limit = number_of(v, alert_text(r, "unit"), false, &u);
    sz_buf_init(&of_value);
    sz_text_pair(&of_value, out, &x, &limit, u, lang, NULL);
    sz_buf_fini(&of_value);
}

/* `seen == 0`, `event.op == "topup"`: held, it says its value itself. */
static bool says_value(yyjson_val *r) {
    yyjson_val *value = yyjson_obj_get(r, "value"), *threshold = yyjson_obj_get(r, "threshold");
    return threshold && strstr(alert_text(r, "clause"), " == ") && yyjson_equals(value, threshold);
}

/* `2026-03-03 … 2026-03-26`; one day once. */
static void put_days(sz_buf *out, yyjson_val *r) {
    const char *from = alert_text(r, "from"), *to = alert_text(r, "to");
    if (!*from) return;
    sz_buf_printf(out, "  %.10s", from);
    if (strncmp(from, to, 10) != 0) sz_buf_printf(out, " … %.10s", to);
}

/* `!(n < 2)`: it speaks for the alert where it is false. */
static bool is_negated(yyjson_val *r) { return yyjson_get_bool(yyjson_obj_get(r, "negated")); }

/* What a clause compares by, as a reader of numbers says it; what is negated says the contrary. */
static const struct comparison {
    const char *sign, *words[2], *contrary[2]; /* by language */
} comparisons[] = {
    {" >= ", {[SZ_ZH] = "至少 ", [SZ_EN] = "at least "}, {[SZ_ZH] = "低于 ", [SZ_EN] = "under "}},
    {" <= ", {[SZ_ZH] = "至多 ", [SZ_EN] = "at most "}, {[SZ_ZH] = "超过 ", [SZ_EN] = "over "}},
    {" > ", {[SZ_ZH] = "超过 ", [SZ_EN] = "over "}, {[SZ_ZH] = "至多 ", [SZ_EN] = "at most "}},
    {" < ", {[SZ_ZH] = "低于 ", [SZ_EN] = "under "}, {[SZ_ZH] = "至少 ", [SZ_EN] = "at least "}},
    {" == ", {[SZ_ZH] = "等于 ", [SZ_EN] = "exactly "}, {[SZ_ZH] = "不是 ", [SZ_EN] = "other than "}},
    {" != ", {[SZ_ZH] = "不是 ", [SZ_EN] = "other than "}, {[SZ_ZH] = "等于 ", [SZ_EN] = "exactly "}},
    {" in ", {[SZ_ZH] = "其中之一：", [SZ_EN] = "one of "}, {[SZ_ZH] = "不是其中之一：", [SZ_EN] = "none of "}},
};
static const char *const limit[2] = {[SZ_ZH] = "界限 ", [SZ_EN] = "limit "};

static const char *comparison_of(yyjson_val *r, sz_lang lang) {
    const char *clause = alert_text(r, "clause"), *first = NULL, *found = limit[lang];
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
        const struct comparison *c = &comparisons[i];
        const char *at = strstr(clause, c->sign);
        if (!at || (first && at > first)) continue;
        first = at;
        found = is_negated(r) ? c->contrary[lang] : c->words[lang];
    }
    return found;
}

static void put_threshold(sz_buf *out, yyjson_val *r, const char *how, sz_lang lang) {
    yyjson_val *v = yyjson_obj_get(r, "threshold");
    sz_buf_put_z(out, lang == SZ_ZH ? "（" : " (");
    sz_buf_put_z(out, how);
    yyjson_val *item;
    yyjson_arr_iter it = yyjson_arr_iter_with(v);
    for (bool first = true; (item = yyjson_arr_iter_next(&it)); first = false) {
        if (!first) sz_buf_put_z(out, lang == SZ_ZH ? "、" : ", ");
        put_limit(out, r, item, lang);
    }
    if (!yyjson_is_arr(v)) put_limit(out, r, v, lang);
    sz_buf_put_z(out, lang == SZ_ZH ? "）" : ")");
}

/* The name of the number that the clause is about; NULL: it has none. A step's is that of the rule's own value, or the
 * name of the feature that this is, or what people call the whole of it. */
static const char *label_of(yyjson_val *event, yyjson_val *r, sz_lang lang) {
    static const struct whole {
        const char *name, *begin, *words[2];
    } wholes[] = {{"value", "value ", {[SZ_ZH] = "本规则的数值", [SZ_EN] = "the rule's number"}},
                  {"points", "points ", {[SZ_ZH] = "合计分值", [SZ_EN] = "points in all"}}};
    const char *name = alert_text(r, "feature"), *word = NULL;
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        if (strncmp(alert_text(r, "clause"), wholes[i].begin, strlen(wholes[i].begin)) != 0) continue;
        word = *name ? name : wholes[i].words[lang];
        name = wholes[i].name;
    }
    yyjson_val *label = yyjson_obj_get(yyjson_obj_get(event, "labels"), name);
    if (!yyjson_obj_get(r, "value")) return NULL;
    return label ? alert_text(label, lang == SZ_ZH ? "zh" : "en") : word;
}

/* Which number of those that others have (peers) the clause is about; NULL: it is about none. */
static const struct part {
    const char *name, *words[2]; /* by language, behind the label */
} parts[] = {
    {".percentile", {[SZ_ZH] = "，百分位", [SZ_EN] = ", percentile"}},
    {".median", {[SZ_ZH] = "，中位数", [SZ_EN] = ", median"}},
    {".mean", {[SZ_ZH] = "，平均", [SZ_EN] = ", mean"}},
};

static const struct part *part_of(yyjson_val *r) {
    const char *name = alert_text(r, "feature"), *at = *name ? strstr(alert_text(r, "clause"), name) : NULL;
    for (size_t i = 0; at && i < sizeof parts / sizeof *parts; i++)
        if (strncmp(at + strlen(name), parts[i].name, strlen(parts[i].name)) == 0) return &parts[i];
    return NULL;
}

/* `has(of_building.mean)` asks whether there are others to compare with. */
static bool asks_for_peers(yyjson_val *r) { return strncmp(alert_text(r, "clause"), "has(", 4) == 0 && part_of(r); }

static void put_peers(sz_buf *out, yyjson_val *r, sz_lang lang) {
    static const char *const there[2][2] = {[SZ_ZH] = {"：有可比的他人", "：没有可比的他人"},
                                            [SZ_EN] = {": others to compare with", ": nobody to compare with"}};
    sz_buf_put_z(out, there[lang][is_negated(r)]);
    bool is_so = yyjson_get_bool(yyjson_obj_get(r, "value")) != is_negated(r);
    sz_buf_put_z(out, lang == SZ_ZH ? (is_so ? "  是" : "  否") : is_so ? "  yes" : "  no");
}

/* True: its number is `≥`. */
static bool put_reason(sz_buf *out, yyjson_val *r, const char *label, bool with_clause, sz_lang lang) {
    yyjson_val *held = yyjson_obj_get(r, "held"), *points = yyjson_obj_get(r, "points");
    bool is_not = is_negated(r);
    const char *mark = yyjson_is_null(held) ? "?" : yyjson_get_bool(held) != is_not ? "✓" : "✗";
    sz_buf_printf(out, is_not && !label ? "     %s !(%s)" : "     %s %s", mark,
                  label ? label : alert_text(r, "clause"));
    bool is_asked = label && asks_for_peers(r);
    if (is_asked) put_peers(out, r, lang);
    else if (label && part_of(r)) sz_buf_put_z(out, part_of(r)->words[lang]);
    if (points) sz_buf_printf(out, lang == SZ_ZH ? "（%+g 分）" : " (%+g)", yyjson_get_num(points));
    bool is_number = !is_asked && yyjson_obj_get(r, "value") && (label || !says_value(r));
    bool is_least = yyjson_get_bool(yyjson_obj_get(r, "at_least"));
    if (is_number) {
        sz_buf_put_z(out, "  ");
        put_value(out, r, lang);
        if (yyjson_obj_get(r, "threshold")) put_threshold(out, r, label ? comparison_of(r, lang) : limit[lang], lang);
    }
    put_days(out, r);
    if (with_clause) sz_buf_printf(out, "  · %s", alert_text(r, "clause"));
    sz_buf_put_u8(out, '\n');
    return is_number && is_least && yyjson_is_num(yyjson_obj_get(r, "value"));
}

/* True where it speaks for the alert: held, or negated and not held. Whether there is anybody to compare with says
 * nothing of the student. */
static bool speaks_for_it(yyjson_val *r) {
    yyjson_val *held = yyjson_obj_get(r, "held");
    return !asks_for_peers(r) && yyjson_is_bool(held) && yyjson_get_bool(held) != is_negated(r);
}

/* An earlier one that is shown has this number: the rule asks it of several limits. */
static bool is_said(yyjson_val *list, yyjson_val *event, yyjson_val *r, const char *label, sz_lang lang) {
    yyjson_val *other;
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    while ((other = yyjson_arr_iter_next(&it)) && other != r) {
        const char *its = label_of(event, other, lang);
        bool is_same = its && strcmp(its, label) == 0 && speaks_for_it(other) && part_of(other) == part_of(r);
        if (is_same && yyjson_equals(yyjson_obj_get(other, "value"), yyjson_obj_get(r, "value"))) return true;
    }
    return false;
}

/* Another one asks of this number, too: its name alone does not say which is which. */
static bool has_twin(yyjson_val *list, yyjson_val *event, yyjson_val *r, const char *label, sz_lang lang) {
    yyjson_val *other;
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    while ((other = yyjson_arr_iter_next(&it))) {
        const char *its = other == r ? NULL : label_of(event, other, lang);
        if (its && strcmp(its, label) == 0 && part_of(other) == part_of(r)) return true;
    }
    return false;
}

/* The same clause stands before it: a rule may ask it in two places. */
static bool is_again(yyjson_val *list, yyjson_val *r) {
    yyjson_val *other;
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    while ((other = yyjson_arr_iter_next(&it)) && other != r)
        if (yyjson_equals(other, r)) return true;
    return false;
}

static bool is_of_sum(yyjson_val *r) { return strncmp(alert_text(r, "clause"), "points ", 7) == 0; }

/* One comparison that brings points: part of the sum, by whatever name. */
static bool is_summand(yyjson_val *r) {
    return yyjson_obj_get(r, "points") && yyjson_obj_get(r, "value") && speaks_for_it(r);
}

/* Named numbers that speak for the alert, each once, the first MOST of them: a counselor has ten seconds, and the
 * guards of a rule stand behind what it is about. Where it names no number (points in all say nothing alone), all. */
bool alert_reasons(sz_buf *out, yyjson_val *event, sz_lang lang, bool all) {
    enum { MOST = 6 };
    yyjson_val *list = yyjson_obj_get(event, "reasons"), *r;
    uint32_t n_named = 0, n_shown = 0, n_left = 0;
    bool has_least = false;
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    while ((r = yyjson_arr_iter_next(&it))) n_named += label_of(event, r, lang) && speaks_for_it(r) && !is_of_sum(r);
    it = yyjson_arr_iter_with(list);
    while ((r = yyjson_arr_iter_next(&it))) {
        const char *label = label_of(event, r, lang);
        bool is_named = label && speaks_for_it(r) && !is_said(list, event, r, label, lang);
        if (all && is_again(list, r)) continue;
        if (all || !n_named || ((is_named || is_summand(r)) && n_shown < MOST)) {
            has_least |= put_reason(out, r, label, all && label && has_twin(list, event, r, label, lang), lang);
            n_shown++;
        } else {
            n_left++;
        }
    }
    if (n_left && lang == SZ_ZH) sz_buf_printf(out, "     另有 %u 项判断条件（--reasons 列出全部）\n", n_left);
    else if (n_left)
        sz_buf_printf(out, "     and %u more condition%s of the rule (--reasons lists all)\n", n_left,
                      n_left > 1 ? "s" : "");
    return has_least;
}
