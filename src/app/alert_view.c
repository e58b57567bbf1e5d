/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_view.h"

#include <sanzao/rules.h>

#include "words.h"

static const char *const levels[] = {"green", "blue", "yellow", "orange", "red"};
static const char *const colors[] = {"\033[32m", "\033[34m", "\033[33m", "\033[38;5;208m", "\033[31m"};

int alert_level_rank(const char *name) {
    for (int i = 0; i < 5; i++)
        if (name && strcmp(levels[i], name) == 0) return i;
    return -1;
}

static const char *text(yyjson_val *o, const char *key) {
    const char *s = yyjson_get_str(yyjson_obj_get(o, key));
    return s ? s : "";
}

static const char *both(yyjson_val *o, const char *key, sz_lang lang) {
    return text(yyjson_obj_get(o, key), lang == SZ_ZH ? "zh" : "en");
}

/* 2026-03-03T08:00:00+08:00 as `2026-03-03 08:00`. */
static void put_time(sz_buf *out, const char *t) {
    size_t n = strlen(t);
    if (n < 16) {
        sz_buf_put_z(out, t);
        return;
    }
    sz_buf_put(out, t, 10);
    sz_buf_put_u8(out, ' ');
    sz_buf_put(out, t + 11, 5);
}

static void put_number(sz_buf *out, yyjson_val *v, const char *unit, bool at_least, sz_lang lang) {
    if (!v || yyjson_is_null(v)) {
        sz_buf_put_z(out, lang == SZ_ZH ? "无数据" : "no data");
        return;
    }
    if (yyjson_is_str(v)) {
        put_time(out, yyjson_get_str(v));
        return;
    }
    if (yyjson_is_bool(v)) {
        sz_buf_put_z(out, yyjson_get_bool(v) ? (lang == SZ_ZH ? "是" : "yes") : (lang == SZ_ZH ? "否" : "no"));
        return;
    }
    sz_xval x = {.type = SZ_X_NUM, .know = at_least ? SZ_AT_LEAST : SZ_KNOWN, .num = yyjson_get_num(v)};
    uint8_t u = SZ_UNIT_NONE;
    if (strcmp(unit, "s") == 0) x.type = SZ_X_DURATION, x.num *= 1000;
    else if (strcmp(unit, "yuan") == 0) u = SZ_UNIT_YUAN;
    else if (strcmp(unit, "class-hours") == 0) u = SZ_UNIT_CLASS_HOURS;
    else if (strcmp(unit, "share") == 0) u = SZ_UNIT_SHARE;
    sz_text_value(out, &x, u, lang, NULL);
}

/* `seen == 0`, `event.op == "topup"`: held, it says its value itself. */
static bool says_value(yyjson_val *r) {
    yyjson_val *value = yyjson_obj_get(r, "value"), *threshold = yyjson_obj_get(r, "threshold");
    return threshold && strstr(text(r, "clause"), " == ") && yyjson_equals(value, threshold);
}

/* `2026-03-03 … 2026-03-26`; one day once. */
static void put_days(sz_buf *out, yyjson_val *r) {
    const char *from = text(r, "from"), *to = text(r, "to");
    if (!*from) return;
    sz_buf_printf(out, "  %.10s", from);
    if (strncmp(from, to, 10) != 0) sz_buf_printf(out, " … %.10s", to);
}

static void put_threshold(sz_buf *out, yyjson_val *v, const char *unit, sz_lang lang) {
    sz_buf_put_z(out, lang == SZ_ZH ? "（界限 " : " (limit ");
    yyjson_val *item;
    yyjson_arr_iter it = yyjson_arr_iter_with(v);
    for (bool first = true; (item = yyjson_arr_iter_next(&it)); first = false) {
        if (!first) sz_buf_put_z(out, lang == SZ_ZH ? "、" : ", ");
        put_number(out, item, unit, false, lang);
    }
    if (!yyjson_is_arr(v)) put_number(out, v, unit, false, lang);
    sz_buf_put_z(out, lang == SZ_ZH ? "）" : ")");
}

static void put_reasons(sz_buf *out, yyjson_val *event, sz_lang lang) {
    yyjson_val *r;
    yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(event, "reasons"));
    while ((r = yyjson_arr_iter_next(&it))) {
        yyjson_val *held = yyjson_obj_get(r, "held");
        bool is_negated =
            yyjson_get_bool(yyjson_obj_get(r, "negated")); /* `!(n < 2)`: it speaks for the alert where it is false */
        const char *mark = yyjson_is_null(held) ? "?" : yyjson_get_bool(held) != is_negated ? "✓" : "✗";
        sz_buf_printf(out, is_negated ? "     %s !(%s)" : "     %s %s", mark, text(r, "clause"));
        yyjson_val *points = yyjson_obj_get(r, "points");
        if (points) sz_buf_printf(out, lang == SZ_ZH ? "（%+g 分）" : " (%+g)", yyjson_get_num(points));
        if (!yyjson_obj_get(r, "value") || says_value(r)) {
            put_days(out, r);
            sz_buf_put_u8(out, '\n');
            continue;
        }
        sz_buf_put_z(out, "  ");
        const char *unit = text(r, "unit");
        put_number(out, yyjson_obj_get(r, "value"), unit, yyjson_get_bool(yyjson_obj_get(r, "at_least")), lang);
        if (yyjson_obj_get(r, "threshold")) put_threshold(out, yyjson_obj_get(r, "threshold"), unit, lang);
        put_days(out, r);
        sz_buf_put_u8(out, '\n');
    }
}

static void put_exemptions(sz_buf *out, yyjson_val *event, sz_lang lang) {
    yyjson_val *list = yyjson_obj_get(event, "exemptions"), *x;
    if (!yyjson_arr_size(list)) return;
    sz_buf_put_z(out, lang == SZ_ZH ? "     已核对：" : "     looked at: ");
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    for (bool first = true; (x = yyjson_arr_iter_next(&it)); first = false) {
        yyjson_val *v = yyjson_obj_get(x, "value");
        const char *is = yyjson_is_null(v)    ? (lang == SZ_ZH ? "不明" : "unknown")
                         : yyjson_get_bool(v) ? (lang == SZ_ZH ? "是" : "yes")
                                              : (lang == SZ_ZH ? "否" : "no");
        sz_buf_printf(out, "%s%s %s", first ? "" : " · ", app_word(SZ_WORDS_REASONS, text(x, "name"), lang), is);
    }
    sz_buf_put_u8(out, '\n');
}

static void put_evidence(sz_buf *out, yyjson_val *event, sz_lang lang) {
    yyjson_val *list = yyjson_obj_get(event, "evidence"), *x;
    size_t n = yyjson_arr_size(list), i = 0;
    if (!n) return;
    sz_buf_put_z(out, lang == SZ_ZH ? "     最近记录：" : "     last records: ");
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    for (bool first = true; (x = yyjson_arr_iter_next(&it)); i++) {
        if (i + 3 < n) continue;
        const char *t = text(x, "time");
        sz_buf_printf(out, "%s%.5s %.5s %s%s%s", first ? "" : " · ", strlen(t) > 16 ? t + 5 : t,
                      strlen(t) > 16 ? t + 11 : "", app_word(SZ_WORDS_TYPES, text(x, "type"), lang),
                      *text(x, "place") ? " " : "", text(x, "place"));
        first = false;
    }
    sz_buf_put_u8(out, '\n');
}

/* `sick 2026-03-16`, `record pos e3`: the first word is a reason, the rest says which one. */
static void put_why(sz_buf *out, const char *why, sz_lang lang) {
    char first[32];
    size_t n = strcspn(why, " ");
    if (n >= sizeof first) {
        sz_buf_put_z(out, why);
        return;
    }
    memcpy(first, why, n);
    first[n] = 0;
    sz_buf_put_z(out, app_word(SZ_WORDS_REASONS, first, lang));
    sz_buf_put_z(out, why + n);
}

bool alert_is_once(yyjson_val *event) {
    return yyjson_is_true(yyjson_obj_get(event, "instant")) && strcmp(text(event, "state"), "open") == 0;
}

static void put_head(sz_buf *out, yyjson_val *event, sz_lang lang, bool color, bool as_event) {
    int rank = alert_level_rank(text(event, "level"));
    const char *on = color && rank >= 0 ? colors[rank] : "", *off = color && rank >= 0 ? "\033[0m" : "";
    bool zh = lang == SZ_ZH, is_open = strcmp(text(event, "state"), "open") == 0;
    sz_buf_printf(out, "%s● %s%s  %s  %s  ", on, app_word(SZ_WORDS_LEVELS, text(event, "level"), lang), off,
                  text(event, "student"), both(event, "title", lang));
    if (as_event) sz_buf_printf(out, "[%s] ", app_word(SZ_WORDS_EVENTS, text(event, "event"), lang));
    put_time(out, as_event ? text(event, "at") : text(event, "since"));
    if (!as_event && !is_open) {
        sz_buf_put_z(out, zh ? " 至 " : " to ");
        put_time(out, text(event, "at"));
    }
    sz_buf_printf(out, "  %s", app_word(SZ_WORDS_STATES, alert_is_once(event) ? "once" : text(event, "state"), lang));
    if (*text(event, "why")) {
        sz_buf_put_z(out, zh ? "（" : " (");
        put_why(out, text(event, "why"), lang);
        sz_buf_put_z(out, zh ? "）" : ")");
    }
    if (strcmp(text(event, "mode"), "shadow") == 0) sz_buf_put_z(out, zh ? "  试运行" : "  shadow");
    sz_buf_printf(out, "\n   %s\n", both(event, "message", lang));
}

void alert_view(sz_buf *out, yyjson_val *event, yyjson_val *told, sz_lang lang, bool color, bool as_event) {
    bool zh = lang == SZ_ZH;
    if (!told) told = event;
    put_head(out, event, lang, color, as_event);
    put_reasons(out, told, lang);
    put_exemptions(out, told, lang);
    put_evidence(out, told, lang);
    const char *to = text(event, "refer_to"), *audience = text(event, "audience"),
               *source = *text(event, "source") ? text(event, "source") : both(event, "source", lang);
    if (*to) sz_buf_printf(out, zh ? "     可转介：%s\n" : "     refer to: %s\n", app_word(SZ_WORDS_PLACES, to, lang));
    if (*audience && strcmp(audience, "counselor") != 0)
        sz_buf_printf(out, zh ? "     仅供：%s\n" : "     only for: %s\n", app_word(SZ_WORDS_PLACES, audience, lang));
    if (*source) sz_buf_printf(out, zh ? "     依据：%s\n" : "     threshold from: %s\n", source);
}
