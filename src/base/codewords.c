/* SPDX-License-Identifier: Apache-2.0
 *
 * codewords: the Chinese words for the codes that a record may hold, the usual one first. Records and rules have the
 * codes; the words are for people, and for the hint to whoever writes one into a rule.
 */
#include <sanzao/base.h>

enum { MOST_WORDS = 4 };
static const struct code_words {
    const char *code, *zh[MOST_WORDS];
} words[] = {{"consume", {"消费", "刷卡"}},
             {"refund", {"退款", "退费"}},
             {"reversal", {"冲正", "撤销"}},
             {"topup", {"充值", "圈存"}},
             {"present", {"出勤", "到课", "正常"}},
             {"late", {"迟到"}},
             {"early_leave", {"早退"}},
             {"absent", {"缺勤", "旷课", "缺课", "未到"}},
             {"excused", {"准假", "请假"}},
             {"unknown", {"未知", "不明"}},
             {"in", {"进", "进入", "入"}},
             {"out", {"出", "外出"}},
             {"granted", {"放行", "通过"}},
             {"denied", {"拒绝", "拒入"}},
             {"open", {"开始"}},
             {"complete", {"完整"}},
             {"down", {"中断"}}};

const char *sz_code_zh(sz_str code) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(code, words[i].code)) return words[i].zh[0];
    return NULL;
}

/* Kinds of places, types of records and what a student is, for the hint only: an alert has the place's own name. */
static const struct code_words places[] = {{"canteen", {"食堂", "餐厅", "饭堂"}},
                                           {"shop", {"超市", "商店", "小卖部"}},
                                           {"dorm", {"宿舍", "寝室", "公寓"}},
                                           {"classroom", {"教室", "教学楼"}},
                                           {"library", {"图书馆"}},
                                           {"lab", {"实验室", "机房"}},
                                           {"gate", {"校门", "大门"}},
                                           {"bath", {"浴室", "澡堂"}},
                                           {"bus", {"校车", "班车"}},
                                           {"gym", {"体育馆", "健身房"}},
                                           {"clinic", {"校医院", "医务室"}},
                                           {"off_campus", {"校外", "走读"}},
                                           {"home", {"在家", "家里"}},
                                           {"swipe", {"刷卡", "消费"}},
                                           {"attendance", {"考勤", "上课"}},
                                           {"dorm_access", {"门禁", "宿舍门禁"}},
                                           {"active", {"在读", "在校", "正常"}},
                                           {"suspended", {"休学"}},
                                           {"graduated", {"毕业", "已毕业"}},
                                           {"withdrawn", {"退学"}},
                                           {"exchange", {"交换", "交流"}},
                                           {"other", {"其他"}}};

bool sz_code_means(sz_str code, sz_str zh) {
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (size_t k = 0; sz_str_is(code, places[i].code) && k < MOST_WORDS && places[i].zh[k]; k++)
            if (sz_str_is(zh, places[i].zh[k])) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!sz_str_is(code, words[i].code)) continue;
        for (size_t k = 0; k < MOST_WORDS && words[i].zh[k]; k++)
            if (sz_str_is(zh, words[i].zh[k])) return true;
    }
    return false;
}
