/* SPDX-License-Identifier: Apache-2.0 */
#include "operator_docs.h"

#include <sanzao/features.h>

/* What the table does not say: the rest of an example rule file, and what readers ask about. */
typedef struct notes {
    const char *events, *beside, *rule; /* the example's events, further features, and its rule */
    const char *numbers;                /* of docs/rules/semantics.md */
    const char *en, *zh;
} notes;

#define MEAL   "  meal: {event: swipe, where: event.op == \"consume\" && place.kind == \"canteen\"}\n"
#define MISSED "  missed_class: {event: attendance, where: event.status == \"absent\"}\n"
#define LATE   "  late_return: {event: dorm_access, where: event.direction == \"in\" && event.late}\n"

static const notes all_notes[SZ_N_OPERATORS] = {
    [SZ_OP_COUNT] = {MISSED, NULL, "  - {id: example, when: missed_28d >= 3, level: blue}\n", "8, 9, 13, 18",
                     "Counts records. For meals use sessions: three swipes at one lunch are three records.",
                     "数的是记录条数。数餐次请用 sessions：一顿午饭刷三次卡是三条记录。"},
    [SZ_OP_SUM] =
        {MEAL, NULL,
         "  - {id: example, check: daily at 07:00, when: meal_spend_30d <= spend_max, params: {spend_max: 420 "
         "yuan}, level: blue}\n",
         "8, 13, 15, 18", "Money is added in whole fen and divided once, so `== 420.1` is exact.",
         "金额按整数分累加，最后才换算，所以 `== 420.1` 是精确比较。"},
    [SZ_OP_AVG] =
        {MEAL, NULL,
         "  - {id: example, check: mon at 07:00, when: meal_price > dear, params: {dear: 30 yuan}, level: blue}\n",
         "8, 13, 18", "A mean over few records says little; put a count beside it.",
         "记录很少时平均值没有意义，请同时写一个 count。"},
    [SZ_OP_MIN] =
        {NULL, NULL, "  - {id: example, when: lowest_balance < empty, params: {empty: 5 yuan}, level: blue}\n",
         "8, 13, 18",
         "Unknown while less than 80 % of the window was observable: the lowest may be among what is missing.",
         "窗口可观察部分不足 80 % 时未知：最小值可能正好缺了。"},
    [SZ_OP_MAX] =
        {NULL, NULL, "  - {id: example, when: biggest_purchase >= much, params: {much: 500 yuan}, level: blue}\n",
         "8, 13, 18",
         "Of values that are never negative it is known as *at least* when part of the window was not observable.",
         "取值不会为负的字段，窗口部分不可观察时为“至少”。"},
    [SZ_OP_DAYS] =
        {LATE, NULL, "  - {id: example, value: late_nights_7d, at_least: {3: yellow, 5: orange}}\n", "8, 13, 18",
         "Ten entries in one night are one night. With `day: night` a day runs from noon to noon and bears the date "
         "of its evening.",
         "一夜进出十次也只算一夜。写 day: night 时一天从中午到中午，以当晚的日期命名。"},
    [SZ_OP_DISTINCT] = {MEAL, NULL, "  - {id: example, when: places_7d >= 5, level: green}\n", "8, 13, 18",
                        "Exact up to 1,024 pairs of value and day in the window, above that *at least*.",
                        "窗口内（取值、日期）对不超过 1024 个时精确，更多时为“至少”。"},
    [SZ_OP_FIRST] =
        {NULL, NULL, "  - {id: example, when: has(first_swipe.amount) && first_swipe.amount > 100, level: blue}\n",
         "13, 18", "Gives a record: `first_swipe.time`, `.place.name`, any field, `.age`. Unknown where there is none.",
         "得到一条记录：可用 first_swipe.time、.place.name、各字段、.age。没有时未知。"},
    [SZ_OP_LAST] =
        {NULL, NULL, "  - {id: example, check: daily at 24:00, when: last_door.direction == \"out\", level: yellow}\n",
         "11, 13, 18",
         "Gives a record, like first. `.age` grows by itself: without `check:` compare it with a constant or a "
         "param only.",
         "与 first 一样得到一条记录。.age 会自己增长：没有 check: 时只能与常量或参数比较。"},
    [SZ_OP_STREAK] =
        {MISSED, NULL, "  - {id: example, when: missing_in_a_row >= 3, level: orange}\n", "13, 18",
         "Today counts if matched and breaks nothing until it ends. Days that were not observable, or not of the "
         "kind asked, are stepped over.",
         "今天有就算，没有也要到今天结束才中断。不可观察的日子、不是所要的日子都跳过。"},
    [SZ_OP_SESSIONS] = {MEAL, NULL, "  - {id: example, check: daily at 07:00, when: meals_30d >= 60, level: green}\n",
                        "8, 13, 18",
                        "A run counts on the day of its first record. A record without a time of day is in no run.",
                        "一次就餐算在其第一条记录的那天。没有时刻的记录不算。"},
    [SZ_OP_ABSENCE] =
        {NULL, NULL,
         "  - {id: example, value: silence, at_least: {24h: yellow, 48h: orange, 72h: red}, unless: [rarely_seen]}\n",
         "11, 16, 19",
         "Grows by itself: the crossing is a timer, so nobody has to swipe for the alert to come. `pause: "
         "[weekend]` stops the clock at weekends too.",
         "会自己增长：到点即触发，不需要再有记录。pause: [weekend] 让周末也停表。"},
    [SZ_OP_VALUE] =
        {MEAL, "  meals_30d: {sessions: meal, gap: 90m, over: 30d}\n  swipes_30d: {count: swipe, over: 30d}\n",
         "  - {id: example, check: mon at 07:00, when: meal_share < 0.2, level: blue}\n", "14, 15, 18, 35",
         "An expression in CEL over features and constant params. Units go along: yuan divided by a number are "
         "yuan, by yuan a plain number.",
         "用 CEL 由其他特征和常量参数计算。单位会跟着走：元除以数还是元，元除以元是纯数。"},
    [SZ_OP_BASELINE] =
        {MEAL, NULL,
         "  - {id: example, check: daily at 07:00, when: spend_habit.ratio < fallen && spend_habit.z < -2, params: "
         "{fallen: 50%}, level: blue}\n",
         "8, 12, 21",
         "`.now` is the mean of the last days (`recent`, up to yesterday), `.usual` what the days before them "
         "(`against`) let expect: the median of the same kind of day, class days apart from rest days. `.ratio` is "
         "now by usual, `.z` the distance in what is normal for this student. Days of leave, holiday, vacation or a "
         "dead feed are no samples; with fewer than half of the days all four are unknown.",
         "`.now` 是最近几天（recent，到昨天为止）的平均值，`.usual` 是按之前的日子（against）应有的值：同类日子的中位数，"
         "上课日与休息日分开。`.ratio` 是两者之比，`.z` 是以本人平时波动为单位的偏离。请假、节假日、假期和数据源中断的日子"
         "不作样本；样本不足一半时四个值都未知。"},
    [SZ_OP_PEERS] =
        {LATE, NULL, "  - {id: example, check: daily at 07:00, when: late_by_dorm.percentile >= 95, level: blue}\n",
         "8, 12, 22",
         "At 04:00 each day a table is made of what all active students had on the day before, group by group; it "
         "holds until the next one. `.percentile` says how the student's own day stands in it: 100 · (below + half of "
         "the equal ones, himself among them) by their number, from 0 to 100. `.median` is the middle value of the "
         "group, `.mean` its mean (of `days: …, over: 1d` the share of the group). All are unknown where fewer than "
         "`min_group` were known or fewer than 90 % of the group, and before "
         "the first table. A record that comes late changes the student's own value, and tomorrow's table, not "
         "today's. `alike.percentile < 90 ? hold : tell` keeps still where the whole dorm or class had the same; of "
         "how many it did, `sanzao alerts FILE --campus DIR --rules DIR --state …` says in counts, if the rule goes on "
         "where nothing is known of the others (`!has(alike.percentile) || …`). Of a topic the table is that of all "
         "its partitions, which wait for each other at 04:00. A test in a rule file has one student; what the others "
         "have it says by `peers: {late_by_dorm: {0: 29, 1: 4}}`, without which it is unknown.",
         "每天 04:00 按组汇总所有在读学生前一天的值，形成一张表，用到次日 04:00。`.percentile` 是本人在组内的百分位："
         "100 ×（比他低的人数 + 与他相同人数（含本人）的一半）÷ 人数，0 到 100。`.median` 是本组的中位数，"
         "`.mean` 是平均值（对 days: …, over: 1d 就是本组中有此情况的比例）。"
         "已知人数少于 min_group 或不足本组的 90 %，以及第一张表之前，都未知。"
         "迟到的记录会改变本人的值和第二天的表，不改当天的表。整栋楼或全班都一样时，可以用它不报警；因此有多少人未报，由 "
         "`sanzao alerts 文件 --campus DIR --rules DIR --state …` 按组给出人数（规则须写成不知道他人时照常判断："
         "`!has(alike.percentile) || …`）。"
         "主题的各个分区在 04:00 互相等待，表里是所有分区的学生。规则文件里的测试只有一名学生，其他人的取值写成 "
         "`peers: {late_by_dorm: {0: 29, 1: 4}}`，不写就是未知。"},
    [SZ_OP_REGULARITY] =
        {NULL, NULL, "  - {id: example, check: mon at 07:00, when: rhythm < 0.1, level: blue}\n", "8, 13, 23",
         "Each record stands in one of 48 half hours; the more often runs of them come back, the nearer to 1. Of the "
         "last 600 records at most, unknown under 40. Records without a time of day take no part.",
         "每条记录落在一天 48 个半小时之一；重复出现的片段越多，越接近 1。最多看最近 600 条，不足 40 条时未知。没有时刻的记录"
         "不参与。"},
};

static const char *type_words(const sz_operator_row *r, bool zh) {
    switch (r->type) {
    case SZ_X_RECORD:
        if (r->n_parts == 4) return zh ? "四个数，见上" : "four numbers, see above";
        if (r->n_parts) return zh ? "三个数，见上" : "three numbers, see above";
        return zh ? "一条记录" : "a record";
    case SZ_X_DURATION: return zh ? "时长" : "a duration";
    case SZ_X_ANY:
        return r->needs_field ? (zh ? "与该字段相同" : "that of the field")
                              : (zh ? "由表达式决定" : "that of the expression");
    default: return r->unit == SZ_UNIT_DAYS ? (zh ? "天数（或夜数）" : "days (or nights)") : (zh ? "次数" : "a count");
    }
}

static void put_key(sz_buf *out, const char *key, const char *need, const char *what) {
    sz_buf_printf(out, "| `%s` | %s | %s |\n", key, need, what);
}

static void put_keys(sz_buf *out, const sz_operator_row *r) {
    sz_buf_put_z(out, "\n## Keys 键\n\n| key | | meaning |\n|---|---|---|\n");
    bool is_value = strcmp(r->name, "value") == 0;
    if (r->has_inner)
        put_key(
            out, r->name, "needed",
            r->has_habit
                ? "a feature over one day: `{sum: meal.amount, over: 1d}` · 以一天为窗口的特征"
                : "a feature over whole days, or its name: `{count: late_return, over: 1d}` · 以整天为窗口的特征或其名称");
    else
        put_key(out, r->name, "needed",
                is_value         ? "an expression over other features · 由其他特征组成的表达式"
                : r->needs_field ? "an event and a field: `meal.amount` · 事件和字段"
                                 : "an event: a type, `seen`, `any`, or one of `events:` · 事件");
    if (r->may_window)
        put_key(out, "over", r->needs_window ? "needed" : "may be",
                r->ends_now ? "`7d`, `24h`, `90m`, `week`, `month`, `study`: older ones are none · 窗口，更早的不算"
                : r->may_hours ? "`7d`, `24h`, `90m`, `week`, `month`, `term`, `study` · 窗口"
                               : "`7d`, `week`, `month`, `term`, `study` (no hours) · 窗口（不能写小时）");
    if (r->may_window && !r->ends_now)
        put_key(out, "to", "may be", "`yesterday`, `3d ago`: where a window of days ends · 以天计的窗口到哪天为止");
    if (r->may_night) put_key(out, "day", "may be", "`night`: from noon to noon · 按夜计");
    if (r->has_gap) put_key(out, "gap", "needed", "`90m`: records closer than this are one · 间隔更短的算一次");
    if (r->has_on_days) put_key(out, "on_days", "may be", "`class`: only class days count · 只计上课日");
    if (r->has_pause)
        put_key(
            out, "pause", "may be",
            "`[weekend]`, a kind of permit: what stops the clock besides leave, holiday, vacation · 还有什么让计时暂停");
    if (r->has_habit) {
        put_key(out, "against", "needed", "`56d`: the days of the habit, which end where `recent` begins · 平时的日子");
        put_key(out, "recent", "may be",
                "`7d`, left out `1d`: the days looked at, up to yesterday · 要看的日子，到昨天");
        put_key(out, "by", "may be",
                "`class` (left out: this), `weekday`, `none`: which days are alike · 哪些日子算同类");
    }
    if (r->has_group) {
        put_key(
            out, "by", "needed",
            "`class`, `major`, `school`, `college`, `year`, `entry_year`, `years`, `dorm`, `building`, `residence`, "
            "`gender`, `place` (where most of the compared records of the last seven days were), or several: "
            "`[school, year]`; `student.class` and the key `group` are understood too · 按什么分组；`place` "
            "是近 7 天所比较的记录最多的地点");
        put_key(out, "min_group", "may be",
                "`30` (left out: this): so many known values at least, 5 or more · 组内至少多少人");
    }
    put_key(out, "label", "may be", "`{zh: …, en: …}` · 显示名称");
    if (is_value) put_key(out, "unit", "may be", "`yuan`, `class-hours`, `%`, `days`, `points` · 单位");
}

static const char *part_known(const sz_operator_row *r) {
    if (r->at_least) return "*at least* n · “至少” n";
    if (r->has_pause) return "not looked at: time while the feed was down is taken out · 不看：数据源中断的时间已扣除";
    if (strcmp(r->name, "value") == 0) return "follows from its parts · 由组成部分决定";
    return r->needs_window ? "unknown · 未知" : "not looked at · 不看";
}

static const char *over_none(const sz_operator_row *r) {
    if (r->has_pause)
        return "counted from `enrolled_on`, or the day the type began; unknown without either · 从入学日期或该类型开始之日算起，都没有则未知";
    bool is_zero = r->at_least && strcmp(r->name, "max") != 0;
    return is_zero ? "0" : "unknown · 未知";
}

static void put_page(sz_buf *out, const sz_operator_row *r, const notes *n) {
    sz_buf_printf(
        out,
        "# %s\n\nGenerated from the table of operators (`sanzao options --operator %s`): do not edit. 由算子表生成，请勿修改。\n\n",
        r->name, r->name);
    sz_buf_printf(out, "%s.\n\n%s。\n\n", r->sentence_en, r->sentence_zh);
    sz_buf_put_z(out, "```yaml\n");
    if (n->events) sz_buf_printf(out, "events:\n%s", n->events);
    sz_buf_printf(out, "features:\n%s  %s\nrules:\n%s```\n\n", n->beside ? n->beside : "", r->example, n->rule);
    sz_buf_printf(out, "%s\n\n%s\n", n->en, n->zh);
    put_keys(out, r);
    sz_buf_printf(out, "\n## Value 取值\n\n| | |\n|---|---|\n| gives · 得到 | %s · %s |\n", type_words(r, false),
                  type_words(r, true));
    if (strcmp(r->name, "value") != 0) sz_buf_printf(out, "| over no records · 没有记录时 | %s |\n", over_none(r));
    sz_buf_printf(out, "| less than 80 %% of the window observable · 窗口可观察部分不足 80 %% | %s |\n", part_known(r));
    sz_buf_printf(out, "| numbers in [semantics](../semantics.md) · 语义编号 | %s |\n", n->numbers);
}

void operator_names(sz_buf *out) {
    for (int i = 0; i < SZ_N_OPERATORS; i++) sz_buf_printf(out, "%s\n", sz_operators[i].name);
}

bool operator_page(sz_buf *out, const char *name) {
    for (int i = 0; i < SZ_N_OPERATORS; i++) {
        if (strcmp(sz_operators[i].name, name) != 0 || !all_notes[i].rule) continue;
        put_page(out, &sz_operators[i], &all_notes[i]);
        return true;
    }
    return false;
}

void operator_index(sz_buf *out) {
    sz_buf_put_z(
        out,
        "# Operators 算子\n\nGenerated from the table of operators (`sanzao options --operators`): do not edit. A "
        "feature is one operator over an event and a\n"
        "window, or `value` over other features. 一个特征是一个算子作用于某类事件和某个窗口；`value` 由其他特征算出。\n\n"
        "| operator | | example |\n|---|---|---|\n");
    for (int i = 0; i < SZ_N_OPERATORS; i++) {
        const sz_operator_row *r = &sz_operators[i];
        sz_buf_printf(out, "| [%s](%s.md) | %s. %s。 | `%s` |\n", r->name, r->name, r->sentence_en, r->sentence_zh,
                      r->example);
    }
    sz_buf_put_z(out, "\nNot there yet, and an error until then: `quantile` `stddev`, and `per: reader`.\n"
                      "以后才有，现在写会报错：`quantile` `stddev` 以及 `per: reader`。\n");
}
