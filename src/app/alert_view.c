/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_view.h"

#include <sanzao/rules.h>
#include <stdio.h>

typedef struct word { const char *name, *en, *zh; } word;

static const word levels[] = {{"green", "GREEN", "绿"}, {"blue", "BLUE", "蓝"}, {"yellow", "YELLOW", "黄"}, {"orange", "ORANGE", "橙"}, {"red", "RED", "红"}};
static const char *const colors[] = {"\033[32m", "\033[34m", "\033[33m", "\033[38;5;208m", "\033[31m"};
static const word states[] = {{"open", "open", "未解除"}, {"resolved", "resolved", "已解除"}, {"retracted", "taken back", "已撤回"}};
static const word events[] = {{"firing", "new", "新预警"},        {"stepped", "stepped up", "升级"},        {"updated", "corrected", "更正"},
                              {"resolved", "resolved", "解除"},   {"retracted", "taken back", "撤回"}};
static const word names[] = {
    {"on_leave", "on leave", "请假"},        {"vacation", "vacation", "放假"},          {"feed_down", "reader or feed down", "读卡设备故障"},
    {"holiday", "holiday", "节假日"},        {"weekend", "weekend", "周末"},            {"rarely_seen", "rarely seen anyway", "平时就很少刷卡"},
    {"late_permit", "late permit", "晚归批准"}, {"overnight_permit", "overnight permit", "外宿批准"}, {"who", "no longer concerned", "不再适用"},
    {"corrected", "record corrected", "记录已更正"}, {"rule_removed", "rule removed", "规则已取消"},
    {"counselor", "counselor", "辅导员"},    {"funding-centre", "funding centre", "资助中心"},
    {"counselling-centre", "counselling centre", "心理中心"}, {"dorm-manager", "dorm manager", "宿管"}, {"tutoring", "tutoring", "学业辅导"}};

#define SAY(table, name, lang) say(table, sizeof(table) / sizeof *(table), name, lang)
static const char *say(const word *t, size_t n, const char *name, sz_lang lang) {
    for (size_t i = 0; i < n && name; i++)
        if (strcmp(t[i].name, name) == 0) return lang == SZ_ZH ? t[i].zh : t[i].en;
    return name ? name : "";
}

int alert_level_rank(const char *name) {
    for (int i = 0; i < 5; i++)
        if (name && strcmp(levels[i].name, name) == 0) return i;
    return -1;
}

static const char *text(yyjson_val *o, const char *key) {
    const char *s = yyjson_get_str(yyjson_obj_get(o, key));
    return s ? s : "";
}

static const char *both(yyjson_val *o, const char *key, sz_lang lang) {
    return text(yyjson_obj_get(o, key), lang == SZ_ZH ? "zh" : "en");
}

/* 2026-03-03T08:00:00+08:00 as `03-03 08:00`, with the year where it is asked for. */
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

static void put_reasons(sz_buf *out, yyjson_val *event, sz_lang lang) {
    yyjson_val *r;
    yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(event, "reasons"));
    while ((r = yyjson_arr_iter_next(&it))) {
        yyjson_val *held = yyjson_obj_get(r, "held");
        const char *mark = yyjson_is_null(held) ? "?" : yyjson_get_bool(held) ? "✓" : "✗";
        sz_buf_printf(out, "     %s %s  ", mark, text(r, "clause"));
        const char *unit = text(r, "unit");
        put_number(out, yyjson_obj_get(r, "value"), unit, yyjson_get_bool(yyjson_obj_get(r, "at_least")), lang);
        if (yyjson_obj_get(r, "threshold")) {
            sz_buf_put_z(out, lang == SZ_ZH ? "（界限 " : " (limit ");
            put_number(out, yyjson_obj_get(r, "threshold"), unit, false, lang);
            sz_buf_put_z(out, lang == SZ_ZH ? "）" : ")");
        }
        if (*text(r, "from")) sz_buf_printf(out, "  %.10s … %.10s", text(r, "from"), text(r, "to"));
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
        const char *is = yyjson_is_null(v) ? (lang == SZ_ZH ? "不明" : "unknown") : yyjson_get_bool(v) ? (lang == SZ_ZH ? "是" : "yes") : (lang == SZ_ZH ? "否" : "no");
        sz_buf_printf(out, "%s%s %s", first ? "" : " · ", SAY(names, text(x, "name"), lang), is);
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
        sz_buf_printf(out, "%s%.5s %.5s %s%s%s", first ? "" : " · ", strlen(t) > 16 ? t + 5 : t, strlen(t) > 16 ? t + 11 : "", text(x, "type"),
                      *text(x, "place") ? " " : "", text(x, "place"));
        first = false;
    }
    sz_buf_put_u8(out, '\n');
}

void alert_view(sz_buf *out, yyjson_val *event, sz_lang lang, bool color, bool as_event) {
    int rank = alert_level_rank(text(event, "level"));
    const char *on = color && rank >= 0 ? colors[rank] : "", *off = color && rank >= 0 ? "\033[0m" : "";
    bool zh = lang == SZ_ZH, shadow = strcmp(text(event, "mode"), "shadow") == 0;
    sz_buf_printf(out, "%s● %s%s  %s  %s  ", on, SAY(levels, text(event, "level"), lang), off, text(event, "student"), both(event, "title", lang));
    if (as_event) sz_buf_printf(out, "[%s] ", SAY(events, text(event, "event"), lang));
    put_time(out, as_event ? text(event, "at") : text(event, "since"));
    sz_buf_printf(out, "  %s", SAY(states, text(event, "state"), lang));
    if (*text(event, "why")) sz_buf_printf(out, zh ? "（%s）" : " (%s)", SAY(names, text(event, "why"), lang));
    if (shadow) sz_buf_put_z(out, zh ? "  试运行" : "  shadow");
    sz_buf_printf(out, "\n   %s\n", both(event, "message", lang));
    put_reasons(out, event, lang);
    put_exemptions(out, event, lang);
    put_evidence(out, event, lang);
    const char *to = text(event, "refer_to"), *audience = text(event, "audience");
    if (*to) sz_buf_printf(out, zh ? "     可转介：%s\n" : "     refer to: %s\n", SAY(names, to, lang));
    if (*audience && strcmp(audience, "counselor") != 0) sz_buf_printf(out, zh ? "     仅供：%s\n" : "     only for: %s\n", SAY(names, audience, lang));
}
