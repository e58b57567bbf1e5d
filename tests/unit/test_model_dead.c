/* SPDX-License-Identifier: Apache-2.0
 *
 * The line of a dead letter, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/model_fixture.h"

static void test_the_line_is_as_in_the_contract(void **state) {
    (void)state;
    const struct {
        sz_dead dead;
        int64_t at_ms;
        sz_origin origin;
        const char *raw, *line;
    } rows[] = {
        {{SZ_BAD_JSON, NULL, "byte 2: unexpected end"},
         SZ_TIME_NONE,
         {SZ_STR("file:/data/a.ndjson"), -1, 1234, 17},
         "{",
         "{\"reason\":\"bad_json\",\"detail\":\"byte 2: unexpected end\",\"at\":null,"
         "\"origin\":{\"source\":\"file:/data/a.ndjson\",\"offset\":1234,\"line\":17},\"raw_base64\":\"ew==\"}\n"},
        {{SZ_MISSING_FIELD, "student", "neither student nor card is given"},
         INT64_C(1772409600000),
         {SZ_STR("kafka:campus.events"), 0, 99, 0},
         "ab",
         "{\"reason\":\"missing_field\",\"field\":\"student\",\"detail\":\"neither student nor card is given\","
         "\"at\":\"2026-03-02T08:00:00+08:00\",\"origin\":{\"source\":\"kafka:campus.events\",\"partition\":0,\"offset\":99},"
         "\"raw_base64\":\"YWI=\"}\n"},
        {{SZ_BAD_TIME, "time", "say \"when\""},
         INT64_C(1772409600250),
         {SZ_STR("stdin"), -1, 0, 1},
         "abc\xff",
         "{\"reason\":\"bad_time\",\"field\":\"time\",\"detail\":\"say \\\"when\\\"\",\"at\":\"2026-03-02T08:00:00.250+08:00\","
         "\"origin\":{\"source\":\"stdin\",\"offset\":0,\"line\":1},\"raw_base64\":\"YWJj/w==\"}\n"},
        {{SZ_TOO_LARGE, NULL, ""},
         SZ_TIME_NONE,
         {SZ_STR("file:数据.csv"), 3, -1, 0},
         "",
         "{\"reason\":\"too_large\",\"detail\":\"\",\"at\":null,\"origin\":{\"source\":\"file:数据.csv\",\"partition\":3,\"offset\":-1},"
         "\"raw_base64\":\"\"}\n"},
    };
    sz_zone zone;
    sz_buf out;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    sz_buf_init(&out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_buf_clear(&out);
        sz_dead_write(&out, &zone, &rows[i].dead, rows[i].at_ms, &rows[i].origin, sz_str_of(rows[i].raw));
        sz_buf_put_u8(&out, 0);
        assert_string_equal((char *)out.p, rows[i].line);
    }
    sz_buf_fini(&out);
    sz_zone_fini(&zone);
}

static void test_every_reason_has_its_name(void **state) {
    (void)state;
    static const char *const names[] = {"",
                                        "bad_json",
                                        "bad_utf8",
                                        "too_large",
                                        "too_deep",
                                        "missing_field",
                                        "wrong_type",
                                        "bad_value",
                                        "bad_time",
                                        "unknown_type",
                                        "unknown_student",
                                        "unknown_card",
                                        "conflicting_duplicate",
                                        "too_late",
                                        "future_time",
                                        "misrouted"};
    assert_int_equal(sizeof names / sizeof *names, SZ_N_REASONS);
    for (int i = 0; i < SZ_N_REASONS; i++) assert_string_equal(sz_reason_names[i], names[i]);
}

static void test_raw_bytes_come_back(void **state) {
    (void)state;
    sz_zone zone;
    sz_buf out;
    sz_dead dead = {SZ_BAD_UTF8, NULL, ""};
    sz_origin origin = {SZ_STR("stdin"), -1, 0, 0};
    sz_zone_fixed(&zone, 0, "UTC");
    sz_buf_init(&out);
    for (size_t n = 0; n <= 256; n++) {
        char raw[256];
        for (size_t i = 0; i < n; i++) raw[i] = (char)(i * 37 + n);
        sz_buf_clear(&out);
        sz_dead_write(&out, &zone, &dead, SZ_TIME_NONE, &origin, (sz_str){raw, n});
        sz_buf_put_u8(&out, 0);
        const char *p = strstr((char *)out.p, "\"raw_base64\":\"") + 14;
        size_t got = 0;
        for (; *p != '"'; p += 4) {
            static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            uint32_t v = 0;
            size_t bytes = p[2] == '=' ? 1 : p[3] == '=' ? 2 : 3;
            for (size_t k = 0; k < 4; k++) v = v << 6 | (p[k] == '=' ? 0 : (uint32_t)(strchr(digits, p[k]) - digits));
            for (size_t k = 0; k < bytes; k++, got++) assert_int_equal((uint8_t)raw[got], v >> (16 - 8 * k) & 255);
        }
        assert_int_equal(got, n);
    }
    sz_buf_fini(&out);
    sz_zone_fini(&zone);
}

static void test_a_long_detail_is_cut_at_a_character(void **state) {
    (void)state;
    sz_arena a;
    static sz_record r;
    sz_arena_init(&a);
    for (int pad = 0; pad < 4; pad++) {
        sz_buf text;
        sz_buf_init(&text);
        for (int i = 0; i < pad; i++) sz_buf_put_u8(&text, '.');
        for (int i = 0; i < 100; i++) sz_buf_put_z(&text, "列");
        sz_buf_put_u8(&text, 0);
        sz_record_dead(&r, &a, SZ_BAD_VALUE, "place", "%s", (char *)text.p);
        size_t n = strlen(r.dead.detail);
        assert_true(n > 155 && n < sizeof r.dead.detail);
        assert_true(sz_utf8_valid(r.dead.detail, n));
        assert_int_equal(r.kind, SZ_RECORD_DEAD);
        sz_buf_fini(&text);
    }
    sz_arena_fini(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_line_is_as_in_the_contract),
        cmocka_unit_test(test_every_reason_has_its_name),
        cmocka_unit_test(test_raw_bytes_come_back),
        cmocka_unit_test(test_a_long_detail_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
