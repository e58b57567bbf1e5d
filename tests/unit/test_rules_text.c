/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: what a counselor reads (semantics 36).
 */
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))
#define MIN      SZ_MINUTE_MS
#define HOUR     SZ_HOUR_MS
#define DAY      SZ_DAY_MS

static void check(const sz_xval *v, uint8_t unit, const char *zh, const char *en) {
    sz_zone z;
    sz_buf out;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai");
    for (int lang = SZ_EN; lang <= SZ_ZH; lang++) {
        sz_buf_init(&out);
        sz_text_value(&out, v, unit, (sz_lang)lang, &z);
        sz_buf_put_u8(&out, 0);
        assert_string_equal((const char *)out.p, lang == SZ_ZH ? zh : en);
        sz_buf_fini(&out);
    }
    sz_zone_fini(&z);
}

static void test_values_have_their_units_in_both_languages(void **state) {
    static const struct {
        uint8_t type, unit, know;
        double num;
        const char *zh, *en;
    } rows[] = {
        {SZ_X_NUM, SZ_UNIT_YUAN, SZ_KNOWN, 412.5, "412.50 元", "¥412.50"},
        {SZ_X_NUM, SZ_UNIT_YUAN, SZ_KNOWN, 0, "0.00 元", "¥0.00"},
        {SZ_X_NUM, SZ_UNIT_YUAN, SZ_KNOWN, -3.5, "-3.50 元", "-¥3.50"},
        {SZ_X_NUM, SZ_UNIT_YUAN, SZ_AT_LEAST, 412.5, "≥ 412.50 元", "≥ ¥412.50"},
        {SZ_X_NUM, SZ_UNIT_YUAN, SZ_UNKNOWN, 412.5, "无数据", "no data"},
        {SZ_X_NUM, SZ_UNIT_COUNT, SZ_KNOWN, 60, "60", "60"},
        {SZ_X_NUM, SZ_UNIT_COUNT, SZ_AT_LEAST, 3, "≥ 3", "≥ 3"},
        {SZ_X_NUM, SZ_UNIT_DAYS, SZ_KNOWN, 3, "3", "3"},
        {SZ_X_NUM, SZ_UNIT_NONE, SZ_KNOWN, 1.5, "1.5", "1.5"},
        {SZ_X_NUM, SZ_UNIT_NONE, SZ_KNOWN, 1.0 / 3, "0.33", "0.33"},
        {SZ_X_NUM, SZ_UNIT_NONE, SZ_KNOWN, 2.999, "3", "3"},
        {SZ_X_NUM, SZ_UNIT_NONE, SZ_KNOWN, 100, "100", "100"},
        {SZ_X_NUM, SZ_UNIT_NONE, SZ_KNOWN, -0.001, "0", "0"},
        {SZ_X_NUM, SZ_UNIT_NONE, SZ_KNOWN, 0, "0", "0"},
        {SZ_X_NUM, SZ_UNIT_CLASS_HOURS, SZ_KNOWN, 9, "9 学时", "9 class hours"},
        {SZ_X_NUM, SZ_UNIT_CLASS_HOURS, SZ_KNOWN, 1, "1 学时", "1 class hour"},
        {SZ_X_NUM, SZ_UNIT_CLASS_HOURS, SZ_AT_LEAST, 7, "≥ 7 学时", "≥ 7 class hours"},
        {SZ_X_NUM, SZ_UNIT_CLASS_HOURS, SZ_KNOWN, 4.5, "4.5 学时", "4.5 class hours"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 0.5, "50%", "50%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 0.125, "12.5%", "12.5%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 1.0 / 3, "33.3%", "33.3%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, -2.0 / 3, "-66.7%", "-66.7%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 0.0004, "0.04%", "0.04%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 0.9996, "99.96%", "99.96%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 1, "100%", "100%"},
        {SZ_X_NUM, SZ_UNIT_SHARE, SZ_KNOWN, 1.0625, "106.2%", "106.2%"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 2 * DAY + 3 * HOUR + 59 * MIN, "2 天 3 小时", "2 d 3 h"},
        {SZ_X_DURATION, 0, SZ_KNOWN, DAY, "1 天", "1 d"},
        {SZ_X_DURATION, 0, SZ_KNOWN, DAY + 59 * MIN, "1 天", "1 d"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 23 * HOUR + 59 * MIN, "23 小时 59 分钟", "23 h 59 min"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 90 * MIN, "1 小时 30 分钟", "1 h 30 min"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 2 * HOUR, "2 小时", "2 h"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 61999, "1 分钟 1 秒", "1 min 1 s"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 59999, "59 秒", "59 s"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 0, "0 秒", "0 s"},
        {SZ_X_DURATION, 0, SZ_KNOWN, 400 * DAY + HOUR, "400 天 1 小时", "400 d 1 h"},
        {SZ_X_TIME, 0, SZ_KNOWN, 1772496000000, "3月3日 08:00", "3 Mar 08:00"},
        {SZ_X_TIME, 0, SZ_UNKNOWN, 0, "无数据", "no data"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_xval v = {.type = rows[i].type, .know = rows[i].know, .num = rows[i].num};
        check(&v, rows[i].unit, rows[i].zh, rows[i].en);
    }
}

static void test_a_value_is_not_told_as_the_limit_that_it_is_not(void **state) {
    static const struct {
        uint8_t unit;
        double value, limit;
        const char *of_value, *of_limit;
    } rows[] = {
        {SZ_UNIT_SHARE, 1.0 / 3, 0.15, "33.3%", "15%"},
        {SZ_UNIT_SHARE, 1.0 / 3, 0.1225, "33.3%", "12.25%"},
        {SZ_UNIT_SHARE, 1.0 / 3, 2.0 / 7, "33.3%", "28.6%"},
        {SZ_UNIT_SHARE, 0.1496, 0.15, "14.96%", "15%"},
        {SZ_UNIT_SHARE, 0.149996, 0.15, "14.9996%", "15%"},
        {SZ_UNIT_SHARE, 0.28573, 2.0 / 7, "28.573%", "28.571%"},
        {SZ_UNIT_SHARE, 0.66662, 0.6667, "66.66%", "66.67%"},
        {SZ_UNIT_SHARE, 0.1 + 0.2, 0.3, "30%", "30%"},
        {SZ_UNIT_SHARE, 0.15, 0.15, "15%", "15%"},
        {SZ_UNIT_NONE, 2.999, 3, "2.999", "3"},
        {SZ_UNIT_CLASS_HOURS, 7.9999, 8, "7.9999 class hours", "8 class hours"},
        {SZ_UNIT_YUAN, 9.996, 10, "¥9.996", "¥10.000"},
        {SZ_UNIT_YUAN, 9.9, 10, "¥9.90", "¥10.00"},
        {SZ_UNIT_YUAN, 10 + 1e-12, 10, "¥10.00", "¥10.00"},
    };
    sz_buf a, b;
    (void)state;
    sz_buf_init(&a);
    sz_buf_init(&b);
    for (size_t i = 0; i < COUNT(rows); i++) {
        sz_xval value = {.type = SZ_X_NUM, .know = SZ_KNOWN, .num = rows[i].value}, limit = value;
        limit.num = rows[i].limit;
        sz_buf_clear(&a);
        sz_buf_clear(&b);
        sz_text_pair(&a, &b, &value, &limit, rows[i].unit, SZ_EN, NULL);
        sz_buf_put_u8(&a, 0);
        sz_buf_put_u8(&b, 0);
        assert_string_equal((const char *)a.p, rows[i].of_value);
        assert_string_equal((const char *)b.p, rows[i].of_limit);
    }
    sz_buf_fini(&b);
    sz_buf_fini(&a);
}

static void test_texts_flags_and_lists(void **state) {
    const sz_str words[] = {SZ_STR("东区"), SZ_STR("西区")};
    const double numbers[] = {1, 2.5};
    const sz_list of_words = {.strs = words, .n = 2}, of_numbers = {.nums = numbers, .n = 2};
    (void)state;
    check(&(sz_xval){.type = SZ_X_STR, .str = SZ_STR("东区食堂")}, 0, "东区食堂", "东区食堂");
    check(&(sz_xval){.type = SZ_X_BOOL, .b = true}, 0, "是", "yes");
    check(&(sz_xval){.type = SZ_X_BOOL}, 0, "否", "no");
    check(&(sz_xval){.type = SZ_X_LIST_STR, .list = &of_words}, 0, "东区、西区", "东区, 西区");
    check(&(sz_xval){.type = SZ_X_LIST_NUM, .list = &of_numbers}, 0, "1、2.5", "1, 2.5");
}

/* Every slot has the value that ctx points to. */
static void load(void *ctx, uint32_t slot, sz_xval *out) {
    const sz_xval *v = ctx;
    (void)slot;
    out->know = v->know;
    out->num = v->num;
}

static void check_message(const sz_rule *r, sz_xval value, sz_xval step, sz_xval other, const char *zh,
                          const char *en) {
    sz_zone z;
    sz_buf out;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai");
    sz_loader loader = {&other, load};
    sz_text_args args = {.loader = &loader, .value = &value, .step = &step, .reasons = SZ_STR("A; B"), .zone = &z};
    for (int lang = SZ_EN; lang <= SZ_ZH; lang++) {
        sz_buf_init(&out);
        sz_text_message(&out, r, (sz_lang)lang, &args);
        sz_buf_put_u8(&out, 0);
        assert_string_equal((const char *)out.p, lang == SZ_ZH ? zh : en);
        sz_buf_fini(&out);
    }
    sz_zone_fini(&z);
}

static void test_messages_take_values_steps_plurals_and_braces(void **state) {
    struct rules_fixture x;
    (void)state;
    rules_fixture_init(&x);
    rules_fixture_fine(&x, "events: {missed: {event: attendance, where: event.status == \"absent\"}}\n"
                           "features: {hours: {sum: missed.hours, over: term}, n: {count: swipe, over: 7d}}\n"
                           "rules:\n"
                           "  - id: r\n"
                           "    value: hours\n"
                           "    at_least: {4: blue, 8: yellow}\n"
                           "    message:\n"
                           "      zh: '{{本学期}} 旷课 {value}，达到 {step}，另 { n } 次：{reasons}'\n"
                           "      en: '{value|hour|hours} missed, step {step}, {n|swipe|swipes} }: {reasons}'\n"
                           "  - {id: t, title: {zh: 标题, en: Title}, when: n >= 3, level: blue}\n");
    const sz_rule *r = rules_fixture_rule(&x, "r");
    sz_xval nine = {.type = SZ_X_NUM, .num = 9}, eight = {.type = SZ_X_NUM, .num = 8},
            one = {.type = SZ_X_NUM, .num = 1};
    sz_xval most = {.type = SZ_X_NUM, .know = SZ_AT_LEAST, .num = 1}, none = {.type = SZ_X_NUM, .know = SZ_UNKNOWN};
    check_message(r, nine, eight, one, "{本学期} 旷课 9 学时，达到 8 学时，另 1 次：A; B",
                  "9 hours missed, step 8 class hours, 1 swipe }: A; B");
    check_message(r, one, eight, most, "{本学期} 旷课 1 学时，达到 8 学时，另 ≥ 1 次：A; B",
                  "1 hour missed, step 8 class hours, ≥ 1 swipes }: A; B");
    sz_xval any = {.type = SZ_X_NUM, .know = SZ_AT_LEAST, .num = 0};
    check_message(r, one, eight, any, "{本学期} 旷课 1 学时，达到 8 学时，另 ≥ 0 次：A; B",
                  "1 hour missed, step 8 class hours, ≥ 0 swipes }: A; B");
    check_message(r, one, eight, none, "{本学期} 旷课 1 学时，达到 8 学时，另 无数据 次：A; B",
                  "1 hour missed, step 8 class hours, no data }: A; B");
    check_message(rules_fixture_rule(&x, "t"), nine, eight, one, "标题", "Title");
    rules_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_have_their_units_in_both_languages),
        cmocka_unit_test(test_a_value_is_not_told_as_the_limit_that_it_is_not),
        cmocka_unit_test(test_texts_flags_and_lists),
        cmocka_unit_test(test_messages_take_values_steps_plurals_and_braces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
