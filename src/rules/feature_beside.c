/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys beside the operator: gap, on_days, pause, unit; and those that the operator does not have.
 */
#include "feature.h"

static bool refuse_key(struct sz_making *m, const sz_yaml *node, const char *key, bool may) {
    if (!node || may) return true;
    const sz_yaml *at = node;
    for (size_t i = 0; i < m->decl->node->n; i++)
        if (m->decl->node->items[i] == node) at = m->decl->node->keys[i];
    sz_diag *g = sz_rules_error(m->l, C_KEY_FITS, at->span, "%s has no `%s:`", "%s 没有 `%s:`", m->row->name, key);
    const char *who = "";
    for (int i = 0; i < SZ_N_OPERATORS; i++) {
        const sz_operator_row *r = &sz_operators[i];
        bool has = (sz_str_is(SZ_STR("gap"), key) && r->has_gap) ||
                   (sz_str_is(SZ_STR("on_days"), key) && r->has_on_days) ||
                   (sz_str_is(SZ_STR("pause"), key) && r->has_pause) ||
                   ((sz_str_is(SZ_STR("recent"), key) || sz_str_is(SZ_STR("against"), key)) && r->has_habit) ||
                   (sz_str_is(SZ_STR("by"), key) && (r->has_habit || r->has_group)) ||
                   ((sz_str_is(SZ_STR("group"), key) || sz_str_is(SZ_STR("min_group"), key)) && r->has_group);
        if (has) who = TXT(m->l, "%s  %s", who, r->name);
    }
    if (sz_str_is(SZ_STR("on_days"), key) && (m->row->may_night || m->row->may_hours))
        sz_rules_hint(
            m->l, g, "it belongs to%s;  here say in the event which days count, for example  where: calendar.class_day",
            "它属于%s；这里请在事件里写哪些日子算，例如  where: calendar.class_day", who);
    else if (sz_str_is(SZ_STR("by"), key))
        sz_rules_hint(
            m->l, g,
            "to compare with the others of a group write  {peers: {%s: …, over: 1d}, by: class};  per day or week "
            "the window says",
            "要同一组同学比较，请写  {peers: {%s: …, over: 1d}, by: class}；按天、按周由窗口决定", m->row->name);
    else if (*who) sz_rules_hint(m->l, g, "it belongs to%s", "它属于%s", who);
    else sz_rules_hint_say(g, "leave it out", "请去掉");
    return false;
}

static bool load_gap(struct sz_making *m) {
    struct sz_loading *l = m->l;
    if (!m->row->has_gap) return true;
    if (!m->k.gap) {
        if (!sz_rules_is_partial(l, m->decl->node) && m->is_read)
            sz_rules_hint_say(
                sz_rules_error(l, C_GAP, m->decl->node->span, "sessions needs a gap", "sessions 需要 gap"),
                "add  gap: 90m : records closer than this are one meal, one visit",
                "请加  gap: 90m：间隔更短的记录算作同一餐、同一次");
        return false;
    }
    if (!sz_rules_duration(l, m->k.gap, &m->f.gap_ms)) return false;
    if (m->f.gap_ms > 0 && m->f.gap_ms <= SZ_DAY_MS) return true;
    sz_rules_hint_say(sz_rules_error(l, C_GAP, m->k.gap->span, "a gap is longer than nothing and at most a day",
                                     "gap 要大于 0，不超过一天"),
                      "for example  gap: 90m", "例如  gap: 90m");
    return false;
}

/* `7d`: whole days, 1 to most. */
static bool load_days(struct sz_making *m, const sz_yaml *node, int32_t most, int32_t *out) {
    sz_window w = {0};
    static const sz_operator_row plain = {.name = "baseline", .may_window = true};
    if (!sz_window_load(m->l, m->decl->node, &plain, node, NULL, NULL, &w)) return false;
    *out = w.days;
    if (w.kind == SZ_W_DAYS && w.days <= most) return true;
    sz_diag *g =
        sz_rules_error(m->l, C_BASELINE, node->span, "1 to %d days can stand here", "这里可以写 1 到 %d 天", most);
    sz_rules_hint_say(g, "for example  recent: 7d, against: 56d", "例如  recent: 7d, against: 56d");
    return false;
}

bool sz_feature_habit(struct sz_making *m) {
    static const char *const bins[SZ_N_BINS] = {"class", "weekday", "none"};
    static const struct sz_choice_words words = {
        "a way to tell days apart", "区分日子的方式",
        "class  keeps class days and days off apart, weekday  each day of the week,  none  nothing",
        "class 把上课日与休息日分开，weekday 按星期几分开，none 不分"};
    m->f.recent = 1;
    if (!m->k.against) {
        if (!sz_rules_is_partial(m->l, m->decl->node) && m->is_read)
            sz_rules_hint_say(sz_rules_error(m->l, C_BASELINE, m->decl->node->span,
                                             "baseline needs the days of the habit", "baseline 需要写出平时是哪些天"),
                              "add  against: 56d", "请加  against: 56d");
        return false;
    }
    bool ok = load_days(m, m->k.against, SZ_AGAINST_MAX, &m->f.against);
    if (m->k.recent) ok &= load_days(m, m->k.recent, SZ_RECENT_MAX, &m->f.recent);
    if (m->k.by) {
        if (!sz_keys_shape(m->l, m->k.by, SZ_SHAPE_TEXT, NULL)) return false;
        int i = sz_rules_choice_of(m->l, m->k.by, bins, SZ_N_BINS, &words);
        if (i < 0) return false;
        m->f.bins = (uint8_t)i;
    }
    m->f.window.days = m->f.recent;
    return ok;
}

static bool load_on_days(struct sz_making *m) {
    static const char *const kinds[] = {"class"};
    if (!m->k.on_days) return true;
    m->f.on_class_days = true;
    return sz_rules_choice(m->l, m->k.on_days, kinds, 1, "a kind of days", "日子的种类") >= 0;
}

static const struct {
    const char *name;
    uint32_t pauses;
} pause_names[] = {
    {"weekend", SZ_PAUSE_WEEKEND},
    {"holiday", SZ_PAUSE_HOLIDAY},
    {"vacation", SZ_PAUSE_VACATION},
};

static bool add_pause(struct sz_making *m, const sz_yaml *item) {
    struct sz_near near = sz_near_to(m->l, item->text);
    for (size_t i = 0; i < sizeof pause_names / sizeof *pause_names; i++) {
        sz_near_z(&near, pause_names[i].name);
        if (!sz_str_is(item->text, pause_names[i].name)) continue;
        m->f.pauses |= pause_names[i].pauses;
        return true;
    }
    for (uint32_t i = 0; i < SZ_N_LEAVE_KINDS; i++) {
        sz_near_z(&near, sz_leave_kinds[i]);
        if (!sz_str_is(item->text, sz_leave_kinds[i])) continue;
        m->f.pause_leaves |= 1u << i;
        return true;
    }
    sz_diag *g = sz_rules_error(m->l, C_PAUSE, item->span, "`%.*s` stops no clock", "`%.*s` 不能让计时暂停",
                                SZ_FMT_STR(item->text));
    if (sz_near_any(&near)) sz_near_hint(m->l, g, &near);
    else
        sz_rules_hint_say(g, "weekend, or a kind of permit; leave, holiday and vacation always stop it",
                          "可写 weekend 或某种许可；请假、节假日、假期本来就会暂停");
    return false;
}

static bool load_pause(struct sz_making *m) {
    const sz_yaml **items;
    uint32_t n;
    bool ok = sz_rules_names(m->l, m->k.pause, &items, &n);
    if (!ok) n = 0;
    for (uint32_t i = 0; i < n; i++) ok &= add_pause(m, items[i]);
    /* these always pause: naming them changes nothing, so it must not change the identity either */
    m->f.pauses &= SZ_PAUSE_WEEKEND;
    m->f.pause_leaves &= ~(uint32_t)SZ_ON_LEAVE_KINDS;
    return ok;
}

static bool load_unit(struct sz_making *m) {
    const sz_yaml *node = m->k.unit;
    uint8_t unit = SZ_UNIT_NONE;
    if (!node) return true;
    if (!sz_unit_parse(node->text, &unit)) {
        sz_diag *g = sz_rules_error(m->l, C_UNIT_KEY, node->span, "`%.*s` is not a unit", "`%.*s` 不是单位",
                                    SZ_FMT_STR(node->text));
        struct sz_near near = sz_near_to(m->l, node->text);
        static const char *const units[] = {"yuan", "class-hours", "%", "times", "days", "points"};
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) sz_near_z(&near, units[i]);
        if (sz_near_any(&near)) sz_near_hint(m->l, g, &near);
        else
            sz_rules_hint_say(g, "units are  yuan  class-hours  %  times  days  points",
                              "单位有  yuan  class-hours  %  times  days  points");
        return false;
    }
    if (m->f.type == SZ_X_NUM && (m->f.unit == SZ_UNIT_NONE || m->f.unit == unit || m->f.op == SZ_OP_VALUE)) {
        m->f.unit = unit;
        m->f.is_ratio = false;
        return true;
    }
    sz_rules_hint_say(sz_rules_error(m->l, C_UNIT_KEY, node->span, "what %s gives here has a unit already",
                                     "这里 %s 的结果已有单位", m->row->name),
                      "leave  unit:  out; it is for values and declared numbers",
                      "请去掉  unit:；它只用于 value 和自行声明的数");
    return false;
}

bool sz_feature_refuse_keys(struct sz_making *m) {
    const sz_operator_row *row = m->row;
    bool ok = refuse_key(m, m->k.over, "over", row->may_window);
    ok &= refuse_key(m, m->k.to, "to", row->may_window && !row->ends_now);
    ok &= refuse_key(m, m->k.day, "day", row->may_night && (!row->ends_now || m->k.over));
    ok &= refuse_key(m, m->k.gap, "gap", row->has_gap);
    ok &= refuse_key(m, m->k.on_days, "on_days", row->has_on_days);
    ok &= refuse_key(m, m->k.pause, "pause", row->has_pause);
    ok &= refuse_key(m, m->k.recent, "recent", row->has_habit);
    ok &= refuse_key(m, m->k.against, "against", row->has_habit);
    ok &= refuse_key(m, m->k.by, "by", row->has_habit || row->has_group);
    ok &= refuse_key(m, m->k.group, "group", row->has_group);
    ok &= refuse_key(m, m->k.min_group, "min_group", row->has_group);
    return ok;
}

bool sz_feature_beside(struct sz_making *m) {
    bool ok = load_gap(m);
    ok &= load_on_days(m);
    ok &= load_pause(m);
    return load_unit(m) && ok;
}
