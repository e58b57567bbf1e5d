/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <sanzao/rules.h>

typedef struct word {
    const char *name, *en, *zh;
} word;

static const word levels[] = {{"green", "GREEN", "绿"},   {"blue", "BLUE", "蓝"}, {"yellow", "YELLOW", "黄"},
                              {"orange", "ORANGE", "橙"}, {"red", "RED", "红"},   {0}};
static const word states[] = {{"open", "open", "未解除"},
                              {"resolved", "resolved", "已解除"},
                              {"retracted", "taken back", "已撤回"},
                              {"once", "once", "单次"},
                              {0}};
static const word events[] = {{"firing", "new", "新预警"},         {"stepped", "stepped up", "升级"},
                              {"updated", "corrected", "更正"},    {"resolved", "resolved", "解除"},
                              {"retracted", "taken back", "撤回"}, {0}};
static const word reasons[] = {{"on_leave", "on leave", "请假"},
                               {"vacation", "holiday or vacation", "放假"},
                               {"feed_down", "data source down", "数据源中断"},
                               {"holiday", "holiday", "节假日"},
                               {"weekend", "weekend", "周末"},
                               {"rarely_seen", "rarely seen anyway", "平时就很少刷卡"},
                               {"never_seen", "never seen", "从未有过本人记录"},
                               {"feed_silent", "nobody seen yet this term", "本学期还没有任何人的记录"},
                               {"class_silent", "nobody of the class seen that day", "当天全班都没有记录"},
                               {"no_card", "between two cards", "旧卡已停、新卡未启用"},
                               {"late_permit", "late permit", "晚归批准"},
                               {"overnight_permit", "overnight permit", "外宿批准"},
                               {"who", "the rule no longer applies", "规则不再适用"},
                               {"corrected", "record corrected", "记录已更正"},
                               {"rule_removed", "rule removed", "规则已取消"},
                               {"campus", "campus data changed", "校园数据有变"},
                               {"roster", "roster changed", "名册有变"},
                               {"feed_status", "what the data source said of itself", "数据源状态的记录"},
                               {"peers", "compared with others", "与同伴比较"},
                               {"card", "card holder corrected", "卡片持有人有更正"},
                               {"record", "a late record", "迟到的记录"},
                               {"leave", "leave", "请假"},
                               {"sick", "sick leave", "病假"},
                               {"internship", "internship", "实习"},
                               {"exchange", "exchange", "交换"},
                               {"unknown", "not seen for long enough yet", "观察时间还不够"},
                               {"inactive", "not at the university", "不在校"},
                               {0}};
static const word types[] = {{"swipe", "purchase", "消费"},
                             {"attendance", "attendance", "考勤"},
                             {"dorm_access", "door", "门禁"},
                             {"presence", "presence", "在校痕迹"},
                             {0}};
/* What was done, of a record whose alert says it. */
static const word done[] = {{"present", "class attended", "上课"},
                            {"late", "late for class", "上课迟到"},
                            {"early_leave", "left class early", "早退"},
                            {"absent", "class missed", "缺课"},
                            {"excused", "excused from class", "请假缺课"},
                            {"in", "door in", "进门"},
                            {"out", "door out", "出门"},
                            {"denied", "door refused", "刷卡被拒"},
                            {"refund", "refund", "退款"},
                            {"reversal", "purchase reversed", "冲正"},
                            {"topup", "top-up", "充值"},
                            {0}};
static const word dead[] = {{"bad_json", "not JSON", "不是 JSON"},
                            {"bad_utf8", "not in the encoding of its file", "与文件编码不符"},
                            {"too_large", "too large", "太长"},
                            {"too_deep", "nested too deep", "嵌套过深"},
                            {"missing_field", "a field is missing", "缺少字段"},
                            {"wrong_type", "a value of another type", "类型不对"},
                            {"bad_value", "a value that is none", "取值不对"},
                            {"bad_time", "a time that is none", "时间不对"},
                            {"unknown_type", "unknown type", "类型未声明"},
                            {"unknown_student", "student not in the roster", "学号不在名册"},
                            {"unknown_card", "nobody held this card then", "当时无人持有该卡"},
                            {"conflicting_duplicate", "same id, other content", "编号相同而内容不同"},
                            {"too_late", "too late", "来得太迟"},
                            {"future_time", "from the future", "时间在未来"},
                            {"misrouted", "wrong partition", "分区不对"},
                            {0}};

static const word *const lists[SZ_N_WORD_LISTS] = {levels, states, events, reasons, NULL, types, done, dead};

const char *app_word(sz_word_list list, const char *name, sz_lang lang) {
    if (!name) return "";
    if (list == SZ_WORDS_PLACES) {
        const char *office = sz_office_words(sz_str_of(name), lang);
        return office ? office : name;
    }
    for (const word *w = lists[list]; w->name; w++)
        if (strcmp(w->name, name) == 0) return lang == SZ_ZH ? w->zh : w->en;
    return name;
}

void app_put_safe(sz_buf *out, sz_str s) {
    for (size_t i = 0, len; i < s.n; i += len) {
        if (sz_utf8_is_unsafe(sz_utf8_next(s.p + i, s.n - i, &len))) sz_buf_put_u8(out, '.');
        else sz_buf_put(out, s.p + i, len);
    }
}
