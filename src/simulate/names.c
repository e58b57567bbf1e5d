/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

const struct school sz_sim_schools[N_SCHOOLS] = {
    {"医学院", "MED", {"临床医学", "护理学", "药学"}, 58, true},
    {"机械工程学院", "ME", {"机械工程", "车辆工程", "工业设计"}, 22, true},
    {"经济与金融学院", "ECO", {"金融学", "国际经济与贸易", "会计学"}, 62, false},
    {"计算机学院", "CS", {"计算机科学与技术", "软件工程", "人工智能"}, 26, true},
    {"外国语学院", "FL", {"英语", "日语", "法语"}, 78, false},
    {"理学院", "SCI", {"数学与应用数学", "应用物理学", "应用化学"}, 42, true},
    {"电气工程学院", "EE", {"电气工程及其自动化", "自动化", "测控技术与仪器"}, 24, true},
    {"人文社会科学学院", "HSS", {"汉语言文学", "哲学", "社会学"}, 70, false},
    {"材料科学与工程学院", "MSE", {"材料科学与工程", "材料成型及控制工程", "高分子材料与工程"}, 32, true},
    {"管理学院", "MGT", {"工商管理", "信息管理与信息系统", "市场营销"}, 56, false},
};

const char *const sz_sim_colleges[N_COLLEGES] = {"知行书院", "明德书院", "格致书院", "至善书院", "弘毅书院",
                                                 "文治书院", "启德书院", "笃学书院", "求真书院"};

static const char *const family_names[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周",   "吴",  "徐",
                                           "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗",   "梁",  "宋",
                                           "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "欧阳", "上官"};
static const char *const men[] = {"伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "明",   "超",   "刚",   "平",
                                  "辉", "鹏", "宇", "浩", "凯", "博", "俊", "晨", "子轩", "浩然", "一鸣", "志远"};
static const char *const women[] = {"芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "慧",   "婷",   "雪",   "琳",
                                    "欣", "怡", "悦", "佳", "雨", "晴", "梦", "瑶", "思琪", "雨桐", "若兰", "诗涵"};
#define N_OF(a) ((uint32_t)(sizeof(a) / sizeof *(a)))

void sz_sim_name(char *out, size_t n, const char *before, uint32_t number, const char *after) {
    char digits[12];
    size_t at = 0, k = sizeof digits;
    do {
        digits[--k] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    for (const char *p = before; *p && at + 1 < n; p++) out[at++] = *p;
    for (; k < sizeof digits && at + 1 < n; k++) out[at++] = digits[k];
    for (const char *p = after; *p && at + 1 < n; p++) out[at++] = *p;
    out[at] = 0;
}

void sz_sim_name_zh(char *out, size_t n, const char *before, uint32_t number, const char *after) {
    static const char *const said[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"};
    size_t at = 0;
    if (number >= N_OF(said)) {
        sz_sim_name(out, n, before, number, after);
        return;
    }
    const char *const parts[] = {before, said[number], after};
    for (int k = 0; k < 3; k++)
        for (const char *p = parts[k]; *p && at + 1 < n; p++) out[at++] = *p;
    out[at] = 0;
}

void sz_sim_person_name(sz_rng *r, bool is_woman, sz_buf *out) {
    uint32_t family = sz_rng_below(r, N_OF(family_names));
    uint32_t given = sz_rng_below(r, is_woman ? N_OF(women) : N_OF(men));
    sz_buf_put_z(out, family_names[family]);
    sz_buf_put_z(out, is_woman ? women[given] : men[given]);
}
