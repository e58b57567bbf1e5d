/* SPDX-License-Identifier: Apache-2.0
 *
 * chinese: what an analyst writes in Chinese, or as another program calls it, where the language has a word of its own:
 * keys, operators, levels, fields of a student, exemptions, windows, units; and signs of the full-width keyboard. Only
 * for hints; nothing is read by it.
 */
#include "load.h"

static const char *const words[][2] = {
    {"事件", "events"},
    {"特征", "features"},
    {"指标", "features"},
    {"参数", "params"},
    {"规则", "rules"},
    {"调整", "adjust"},
    {"编号", "id"},
    {"标题", "title"},
    {"名称", "title"},
    {"条件", "when"},
    {"当", "when"},
    {"级别", "level"},
    {"等级", "level"},
    {"消息", "message"},
    {"中文", "zh"},
    {"cn", "zh"},
    {"ch", "zh"},
    {"zh_CN", "zh"},
    {"zh-CN", "zh"},
    {"ZH", "zh"},
    {"英文", "en"},
    {"EN", "en"},
    {"eng", "en"},
    {"文本", "message"},
    {"用途", "purpose"},
    {"目的", "purpose"},
    {"值", "value"},
    {"数值", "value"},
    {"至少", "at_least"},
    {"不少于", "at_least"},
    {"至多", "at_most"},
    {"不超过", "at_most"},
    {"对象", "who"},
    {"范围", "who"},
    {"除非", "unless"},
    {"豁免", "unless"},
    {"检查", "check"},
    {"来源", "source"},
    {"依据", "source"},
    {"版本", "version"},
    {"原因", "because"},
    {"模式", "mode"},
    {"转介", "refer_to"},
    {"受众", "audience"},
    {"窗口", "over"},
    {"标签", "label"},
    {"单位", "unit"},
    {"筛选", "where"},
    {"持续", "for"},
    {"冷却", "again_after"},
    {"步骤", "sequence"},
    {"积分", "points"},
    {"计数", "count"},
    {"次数", "count"},
    {"求和", "sum"},
    {"合计", "sum"},
    {"总和", "sum"},
    {"总额", "sum"},
    {"平均", "avg"},
    {"平均值", "avg"},
    {"最小", "min"},
    {"最小值", "min"},
    {"最大", "max"},
    {"最大值", "max"},
    {"天数", "days"},
    {"去重", "distinct"},
    {"首次", "first"},
    {"最近", "last"},
    {"连续", "streak"},
    {"失联", "absence"},
    {"夜", "night"},
    {"夜晚", "night"},
    {"刷卡", "swipe"},
    {"消费", "swipe"},
    {"考勤", "attendance"},
    {"门禁", "dorm_access"},
    {"块", "yuan"},
    {"块钱", "yuan"},
    {"圆", "yuan"},
    {"RMB", "yuan"},
    {"CNY", "yuan"},
    {"rmb", "yuan"},
    {"人民币", "yuan"},
    {"￥", "yuan"},
    {"¥", "yuan"},
    {"课时", "class-hours"},
    {"绿", "green"},
    {"绿色", "green"},
    {"蓝", "blue"},
    {"蓝色", "blue"},
    {"蓝色预警", "blue"},
    {"黄", "yellow"},
    {"黄色", "yellow"},
    {"黄色预警", "yellow"},
    {"橙", "orange"},
    {"橙色", "orange"},
    {"橙色预警", "orange"},
    {"红", "red"},
    {"红色", "red"},
    {"红色预警", "red"},
    {"学院", "school"},
    {"书院", "college"},
    {"专业", "major"},
    {"班级", "class"},
    {"年级", "year"},
    {"入学年份", "entry_year"},
    {"学制", "years"},
    {"宿舍", "dorm"},
    {"寝室", "dorm"},
    {"楼", "building"},
    {"楼栋", "building"},
    {"宿舍楼", "building"},
    {"寝室楼", "building"},
    {"公寓", "building"},
    {"住宿", "residence"},
    {"按", "by"},
    {"分组", "by"},
    {"同伴", "peers"},
    {"同伴比较", "peers"},
    {"最少人数", "min_group"},
    {"状态", "status"},
    {"性别", "gender"},
    {"请假", "on_leave"},
    {"假期", "vacation"},
    {"放假", "vacation"},
    {"节假日", "holiday"},
    {"周末", "weekend"},
    {"断线", "feed_down"},
    {"很少刷卡", "rarely_seen"},
    {"无人有记录", "feed_silent"},
    {"全班无记录", "class_silent"},
    {"补卡中", "no_card"},
    {"晚归许可", "late_permit"},
    {"外宿许可", "overnight_permit"},
    {"周", "week"},
    {"月", "month"},
    {"学期", "term"},
    {"昨天", "yesterday"},
    {"影子", "shadow"},
    {"停用", "disabled"},
    {"无", "none"},
    {"ID", "id"},
    {"grade", "year"},
    {"faculty", "school"},
    {"department", "school"},
    {"room", "dorm"},
    {"sex", "gender"},
    {"name", "title"},
    {"if", "when"},
    {"condition", "when"},
    {"then", "level"},
    {"severity", "level"},
    {"threshold", "at_least"},
    {"filter", "where"},
    {"window", "over"},
    {"period", "over"},
    {"cooldown", "again_after"},
    {"text", "message"},
    {"金额", "amount"},
    {"余额", "balance"},
    {"时间", "time"},
    {"钟点", "clock"},
    {"星期", "weekday"},
    {"地点", "place"},
    {"方向", "direction"},
    {"课程", "course"},
    {"学时", "hours"},
    {"卡号", "card"},
    {"寒假", "vacation"},
    {"暑假", "vacation"},
    {"寒暑假", "vacation"},
    {"法定节假日", "holiday"},
    {"节日", "holiday"},
    {"双休日", "weekend"},
    {"本周", "week"},
    {"这周", "week"},
    {"本月", "month"},
    {"这个月", "month"},
    {"本学期", "term"},
    {"这学期", "term"},
    {"在校期间", "study"},
    {"入学以来", "study"},
    {"this week", "week"},
    {"this month", "month"},
    {"this term", "term"},
    {"semester", "term"},
    {"试运行", "shadow"},
    {"试用", "shadow"},
    {"测试", "shadow"},
    {"正式", "live"},
    {"启用", "live"},
    {"上线", "live"},
    {"关闭", "disabled"},
    {"关", "disabled"},
    {"off", "disabled"},
    {"false", "disabled"},
    {"开", "live"},
    {"开启", "live"},
    {"打开", "live"},
    {"on", "live"},
    {"true", "live"},
    {"enabled", "live"},
    {"active", "live"},
    {"禁用", "disabled"},
    {"学生安全", "student-safety"},
    {"心理健康", "wellbeing"},
    {"资助", "financial-aid"},
    {"学业", "academic-support"},
    {"学业帮扶", "academic-support"},
    {"宿舍管理", "dorm-management"},
    {"成长", "growth"},
    {"就业", "employment"},
    {"校园安全", "campus-security"},
    {"加分", "add"},
    {"分值", "add"},
    {"score", "add"},
    {"type", "event"},
    {"因为", "because"},
    {"理由", "because"},
    {"reason", "because"},
    {"why", "because"},
    {"enabled", "mode"},
    {"active", "mode"},
    {"事件", "event"},
    {"触发", "fires"},
    {"解除", "resolves"},
    {"期望", "expect"},
    {"预期", "expect"},
    {"测试", "tests"},
    {"then", "event"},
    {"description", "message"},
    {"desc", "message"},
    {"average", "avg"},
    {"mean", "avg"},
    {"total", "sum"},
};

bool sz_chinese_means(sz_str text, sz_str word) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(text, words[i][0]) && sz_str_is(word, words[i][1])) return true;
    return false;
}

/* The ASCII sign that a full-width one looks like (U+FF01 to U+FF5E, U+3000) or stands for (、), or 0. */
static char narrow(uint32_t c) {
    if (c == 0x3000) return ' ';
    if (c == 0x3001) return ',';
    return c >= 0xff01 && c <= 0xff5e ? (char)(c - 0xff01 + '!') : 0;
}

/* The text in ASCII; NULL: no sign of it is full-width, or something else is not ASCII. */
static const char *narrowed(struct sz_loading *l, sz_str s) {
    char *z = sz_arena_alloc(&l->d->arena, s.n + 1);
    size_t n = 0, len;
    bool any = false;
    for (size_t i = 0; i < s.n; i += len) {
        uint32_t c = sz_utf8_next(s.p + i, s.n - i, &len);
        char ascii = c < 0x80 ? (char)c : narrow(c);
        if (!ascii) return NULL;
        any |= c >= 0x80;
        z[n++] = ascii;
    }
    z[n] = '\0';
    return any ? z : NULL;
}

/* 1,000: what to write for it is said where it is read. */
static bool is_grouped(sz_str s) {
    bool has_comma = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != ',' && (s.p[i] < '0' || s.p[i] > '9')) return false;
        has_comma |= s.p[i] == ',';
    }
    return has_comma;
}

void sz_rules_hint_narrow(struct sz_loading *l, size_t first) {
    enum { LONGEST = 40, FIRST_CODE = 20, LAST_CODE = 99 }; /* those of expr say it themselves */
    for (size_t i = first; i < l->d->n; i++) {
        sz_diag *g = &l->d->v[i];
        if (!g->span.src || g->span.len > LONGEST || g->code < FIRST_CODE || g->code > LAST_CODE ||
            g->code == C_SHAPE) /* it says how to write a list of them */
            continue;
        const char *ascii = narrowed(l, (sz_str){g->span.src->p + g->span.off, g->span.len});
        if (!ascii) continue;
        sz_str plain = sz_str_trim(sz_str_of(ascii)); /* a blank that is none of ASCII's may be all there is */
        while (plain.n > 1 && strchr(",;.", plain.p[plain.n - 1])) plain.n--; /* 黄色， */
        if (plain.p[0] == ',' || is_grouped(plain)) continue;                 /* 1，000 */
        sz_rules_hint(l, g, "there are full-width signs in it; write  %.*s", "里面有全角字符，请改成半角  %.*s",
                      SZ_FMT_STR(plain));
    }
}
