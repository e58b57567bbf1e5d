/* SPDX-License-Identifier: Apache-2.0
 *
 * Records in JSON: each field, each reason why a record is a dead letter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "support/model_fixture.h"

struct row {
    const char *json, *shown;
};

/* Written as a record again it is the same event, its id and content too. */
static void comes_back(struct model_fixture *x, const char *shown) {
    sz_buf again;
    uint64_t content = x->record.event.content;
    sz_str id = sz_arena_str(&x->texts, x->record.event.id);
    sz_buf_init(&again);
    sz_event_write_json(&again, &x->record.event, &x->types, &x->zone);
    const char *got = model_fixture_json(x, sz_buf_str(&again));
    if (strcmp(got, shown) != 0) fail_msg("%.*s\n  expected %s\n  got      %s", (int)again.n, again.p, shown, got);
    assert_true(content == x->record.event.content);
    assert_true(sz_str_eq(id, x->record.event.id));
    sz_buf_fini(&again);
}

static void check_rows(const struct row *rows, size_t n) {
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < n; i++) {
        const char *got = model_fixture_json(&x, sz_str_of(rows[i].json));
        if (strcmp(got, rows[i].shown) != 0)
            fail_msg("%s\n  expected %s\n  got      %s (%s)", rows[i].json, rows[i].shown, got, x.record.dead.detail);
        if (x.record.kind == SZ_RECORD_EVENT) comes_back(&x, rows[i].shown);
    }
    model_fixture_fini(&x);
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

#define TIME  "\"time\":\"2026-03-02T08:00:00+08:00\""
#define SWIPE "\"type\":\"swipe\"," TIME ",\"student\":\"s1\""
#define CLASS "\"type\":\"attendance\"," TIME ",\"student\":\"s1\",\"status\":\"late\""
#define DOOR  "\"type\":\"dorm_access\"," TIME ",\"student\":\"s1\""
#define AT    "2026-03-02T08:00:00+08:00"

static void test_every_field_is_read(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"{\"id\":\"e1\"," SWIPE "}", "swipe " AT " id=e1 student=s1"},
        {"{" SWIPE "}", "swipe " AT " id=x:… student=s1"},
        {"{\"id\":\"e1\",\"source\":\"pos\",\"card\":\"77\",\"card_system\":\"cs\",\"place\":\"东区食堂\",\"reader\":\"r1\",\"ref\":\"e0\"," SWIPE
         ",\"op\":\"refund\",\"amount\":5,\"balance\":\"12.5\",\"journal_no\":3,\"use_count\":\"9\",\"collected\":\"2026-03-02T08:01:00Z\"}",
         "swipe " AT
         " id=e1 source=pos collected=2026-03-02T16:01:00+08:00 student=s1 card=77 card_system=cs place=东区食堂 reader=r1 "
         "ref=e0 op=refund amount=5.00 balance=12.50 journal_no=3 use_count=9"},
        {"{\"id\":\"e1\"," CLASS ",\"course\":\"高等数学\",\"session\":\"3\",\"hours\":1.5}",
         "attendance " AT " id=e1 student=s1 course=高等数学 session=3 status=late hours=1500000"},
        {"{\"id\":\"e1\"," DOOR ",\"direction\":\"in\",\"result\":\"denied\"}",
         "dorm_access " AT " id=e1 student=s1 direction=in result=denied"},
        {"{\"id\":\"e1\"," DOOR ",\"reader\":\"d1\"}", "dorm_access " AT " id=e1 student=s1 reader=d1"},
        {"{\"id\":\"e1\",\"type\":\"presence\"," TIME ",\"student\":\"s1\",\"means\":\"network\"}",
         "presence " AT " id=e1 student=s1 means=network"},
        {"{\"id\":\"e1\",\"type\":\"library\"," TIME
         ",\"student\":\"s1\",\"direction\":\"out\",\"seat\":\"A7\",\"minutes\":12.5,\"fee\":\"0.07\","
         "\"until\":1772409600000}",
         "library " AT " id=e1 student=s1 direction=out seat=A7 minutes=12.5 fee=0.07 until=" AT},
        {"{\"type\":\"feed_status\"," TIME
         ",\"source\":\"pos\",\"state\":\"complete\",\"complete_through\":\"2026-03-01T23:59:59\"}",
         "feed_status " AT " source=pos through=2026-03-01T23:59:59+08:00 state=complete"},
        {"{\"type\":\"feed_status\"," TIME ",\"state\":\"down\",\"reader\":\"r1\",\"building\":\"B1\"}",
         "feed_status " AT " source=default state=down reader=r1 building=B1"},
        {"{\"type\":\"feed_status\"," TIME "}", "feed_status " AT " source=default"},
    };
    CHECK(rows);
}

static void test_null_unknown_and_repeated_keys(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"{\"id\":null,\"amount\":null," SWIPE ",\"source\":null}", "swipe " AT " id=x:… student=s1"},
        {"{\"id\":\"e1\"," SWIPE ",\"note\":{\"a\":[1,2]},\"constructor\":true}", "swipe " AT " id=e1 student=s1"},
        {"{\"id\":\"e1\"," SWIPE ",\"status\":7,\"direction\":\"up\",\"hours\":-1,\"means\":[]}",
         "swipe " AT " id=e1 student=s1"},
        {"{\"id\":\"e1\",\"id\":\"e2\"," SWIPE ",\"amount\":1,\"amount\":{}}",
         "swipe " AT " id=e1 student=s1 amount=1.00"},
        {"{\"id\":null,\"id\":\"e2\"," SWIPE "}", "swipe " AT " id=e2 student=s1"},
        {"{\"id\":\"e1\",\"student\":\"\",\"card\":\"77\",\"type\":\"swipe\"," TIME "}", "swipe " AT " id=e1 card=77"},
        {"{\"id\":\"\"," SWIPE "}", "swipe " AT " id=x:… student=s1"},
        {"{\"i\\u0064\":\"e\\u0031\"," SWIPE "}", "swipe " AT " id=e1 student=s1"},
        {"  {\"id\" : \"e1\" ,\t" SWIPE " } \r\n", "swipe " AT " id=e1 student=s1"},
        {"\xef\xbb\xbf{\"id\":\"e1\"," SWIPE "}", "swipe " AT " id=e1 student=s1"},
        {"{\"id\":\"e1\",\"seat\":\"A7\"," SWIPE ",\"a_key_of_more_than_sixteen_bytes\":1,\"\":2}",
         "swipe " AT " id=e1 student=s1"},
    };
    CHECK(rows);
}

static void test_amounts_are_exact(void **state) {
    (void)state;
    static const struct row amounts[] = {
        {"0", "0.00"},
        {"0.07", "0.07"},
        {"0.1", "0.10"},
        {"1.10", "1.10"},
        {"\"19.99\"", "19.99"},
        {"\"007.5\"", "7.50"},
        {"4.35", "4.35"},
        {"1.15", "1.15"},
        {"8192.29", "8192.29"},
        {"10000000000", "10000000000.00"},
        {"9999999999.99", "9999999999.99"},
        {"10000000000.01", NULL},
        {"99999999999999999999", NULL},
        {"-1", NULL},
        {"-0", NULL},
        {"\"-1.00\"", NULL},
        {"1.234", NULL},
        {"1.230", NULL},
        {"1e2", NULL},
        {"1E-2", NULL},
        {"\"1e2\"", NULL},
        {"\"\"", NULL},
        {"\" 1\"", NULL},
        {"\"1.\"", NULL},
        {"\".5\"", NULL},
        {"\"+1\"", NULL},
        {"\"1,000\"", NULL},
        {"\"NaN\"", NULL},
        {"\"五\"", NULL},
        {"\"0x10\"", NULL},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        char json[300], expected[300];
        for (int k = 0; k < 2; k++) {
            const char *field = k ? "balance" : "amount";
            snprintf(json, sizeof json, "{\"id\":\"e1\",%s,\"%s\":%s}", SWIPE, field, amounts[i].json);
            if (amounts[i].shown)
                snprintf(expected, sizeof expected, "swipe %s id=e1 student=s1 %s=%s", AT, field, amounts[i].shown);
            else snprintf(expected, sizeof expected, "bad_value %s", field);
            assert_string_equal(model_fixture_json(&x, sz_str_of(json)), expected);
        }
    }
    model_fixture_fini(&x);
}

static void test_hours_are_exact_to_a_millionth(void **state) {
    (void)state;
    static const struct {
        const char *json;
        long long micro;
    } hours[] = {
        {"0", 0},
        {"-0", 0},
        {"1", 1000000},
        {"1.0", 1000000},
        {"0.1", 100000},
        {"0.333333", 333333},
        {"0.3333333", 333333},
        {"0.6666666666666666666", 666667},
        {"0.0000005", 1},
        {"0.00000049999999999999999999", 0},
        {"15e-1", 1500000},
        {"1E0", 1000000},
        {"1000000", 1000000000000},
        {"1e-400", 0},
        {"0e999999999999", 0},
        {"2.50e+0", 2500000},
        {"123456.789012", 123456789012},
        {"1000000.000001", -1},
        {"1e99", -1},
        {"-0.5", -1},
        {"1e9999999999", -1},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof hours / sizeof *hours; i++) {
        char json[300], expected[300];
        snprintf(json, sizeof json, "{\"id\":\"e1\",%s,\"hours\":%s}", CLASS, hours[i].json);
        if (hours[i].micro >= 0)
            snprintf(expected, sizeof expected, "attendance %s id=e1 student=s1 status=late hours=%lld", AT,
                     hours[i].micro);
        else snprintf(expected, sizeof expected, "bad_value hours");
        assert_string_equal(model_fixture_json(&x, sz_str_of(json)), expected);
    }
    model_fixture_fini(&x);
}

static void test_times_and_precision(void **state) {
    (void)state;
    static const struct {
        const char *json, *shown; /* members of the record; time and precision, or the reason */
    } times[] = {
        {"\"time\":\"2026-03-02T08:00:00Z\"", "2026-03-02T16:00:00+08:00"},
        {"\"time\":\"2026-03-02T08:00:00\"", AT},
        /* a day that was read before takes the short way */
        {TIME, AT},
        {"\"time\":\"2026-03-02T23:59:59+08:00\"", "2026-03-02T23:59:59+08:00"},
        {"\"time\":\"2026-03-02T00:00:00-02:30\"", "2026-03-02T10:30:00+08:00"},
        {"\"time\":\"2026-03-02T08:59:60+08:00\"", "2026-03-02T09:00:00+08:00"},
        {"\"time\":\"2026-03-02T08:00:00.12345Z\"", "2026-03-02T16:00:00.123+08:00"},
        {"\"time\":\"2026-03-02 08:00:00+08:00\"", AT},
        {"\"time\":\"2026-03-02t08:00:00+08:00\"", AT},
        {"\"time\":\"2026-03-02T24:00:00+08:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08:60:00+08:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08:00:60+08:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08:00:00+24:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08:00:00+08:60\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08:00:00 08:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08.00.00+08:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T0a:00:00+08:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T08:00:00+08-00\"", "bad_time time"},
        {"\"time\":\"2026-02-30T08:00:00+08:00\"", "bad_time time"},
        {TIME, AT},
        {"\"time\":\"2026-03-02 08:00\"", AT},
        {"\"time\":\"2026-03-02T08:00:00.250+08:00\"", "2026-03-02T08:00:00.250+08:00"},
        {"\"time\":1772409600000", AT},
        {"\"time\":1772409600123", "2026-03-02T08:00:00.123+08:00"},
        {"\"time\":\"2026-03-02T08:00:59\",\"precision\":\"second\"", "2026-03-02T08:00:59+08:00"},
        {"\"time\":\"2026-03-02T08:00:59\",\"precision\":\"minute\"", AT " minute"},
        {"\"precision\":\"day\",\"time\":\"2026-03-02T23:59:59\"", "2026-03-02T00:00:00+08:00 day"},
        {"\"time\":\"2026-03-02T23:59:59Z\",\"precision\":\"day\"", "2026-03-03T00:00:00+08:00 day"},
        {"\"time\":\"2026-03-02\",\"precision\":\"day\"", "2026-03-02T00:00:00+08:00 day"},
        {"\"time\":\"1990-01-02T00:00:00\"", "1990-01-02T00:00:00+08:00"},
        {"\"time\":\"2200-12-31T23:59:59\"", "2200-12-31T23:59:59+08:00"},
        {"\"time\":\"2026-03-02\"", "bad_time time"},
        {"\"time\":\"2026-02-30T08:00:00\"", "bad_time time"},
        {"\"time\":\"2026-03-02T24:00:00\"", "bad_time time"},
        {"\"time\":\"yesterday\"", "bad_time time"},
        {"\"time\":\"\"", "bad_time time"},
        {"\"time\":\"1772409600000\"", "bad_time time"},
        {"\"time\":1772409600.5", "bad_time time"},
        {"\"time\":1.7e12", "bad_time time"},
        {"\"time\":1772409600", "bad_time time"},
        {"\"time\":99999999999999999999", "bad_time time"},
        {"\"time\":-1", "bad_time time"},
        {"\"time\":\"1989-12-31T00:00:00\"", "bad_time time"},
        {"\"time\":\"2201-01-02T00:00:00\"", "bad_time time"},
        {"\"time\":true", "wrong_type time"},
        {"\"time\":[]", "wrong_type time"},
        {"\"time\":null", "missing_field time"},
        {"\"no_time\":1", "missing_field time"},
        {TIME ",\"precision\":\"hour\"", "bad_value precision"},
        {TIME ",\"precision\":1", "wrong_type precision"},
        {TIME ",\"collected\":\"soon\"", "bad_time collected"},
        {TIME ",\"collected\":\"2026-03-02\"", "bad_time collected"},
        {TIME ",\"collected\":false", "wrong_type collected"},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char json[300], expected[300];
        snprintf(json, sizeof json, "{\"id\":\"e1\",\"type\":\"swipe\",\"student\":\"s1\",%s}", times[i].json);
        if (times[i].shown[0] < 'a') snprintf(expected, sizeof expected, "swipe %s id=e1 student=s1", times[i].shown);
        else snprintf(expected, sizeof expected, "%s", times[i].shown);
        const char *got = model_fixture_json(&x, sz_str_of(json));
        if (strcmp(got, expected) != 0) fail_msg("%s\n  expected %s\n  got      %s", json, expected, got);
    }
    model_fixture_fini(&x);
}

static void test_every_reason_of_a_dead_letter(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "bad_json"},
        {"   ", "bad_json"},
        {"{", "bad_json"},
        {"{\"id\":\"e1\"," SWIPE, "bad_json"},
        {"{\"id\":\"e1\"," SWIPE "} {}", "bad_json"},
        {"{'id':'e1'}", "bad_json"},
        {"{\"id\":\"e1\"," SWIPE ",}", "bad_json"},
        {"{\"id\":\"e1\"," SWIPE ",\"amount\":05}", "bad_json"},
        {"{\"id\":\"e1\"," SWIPE ",\"amount\":NaN}", "bad_json"},
        {"{\"id\":\"e1\tx\"," SWIPE "}", "bad_json"},
        {"{\"id\":\"\\ud800\"," SWIPE "}", "bad_json"},
        {"[]", "bad_json"},
        {"\"text\"", "bad_json"},
        {"null", "bad_json"},
        {"17", "bad_json"},
        {"1,2026/3/2 8:00,s1", "bad_json"},
        {"{\"id\":\"e1\xff\"," SWIPE "}", "bad_utf8"},
        {"{\"id\":\"e1\",\"place\":\"\xb6\xab\xc7\xf8\"," SWIPE "}", "bad_utf8"}, /* GBK */
        {"{\"note\":\"\xc0\xaf\"," SWIPE "}", "bad_utf8"},                        /* overlong */
        {"{\"note\":\"\xed\xa0\x80\"," SWIPE "}", "bad_utf8"},                    /* a surrogate */
        {"{\"note\":\"\xe4\xb8\"," SWIPE "}", "bad_utf8"},                        /* cut off */
        {"\xff\xfe{", "bad_utf8"},
        {"{" TIME ",\"student\":\"s1\"}", "missing_field type"},
        {"{\"type\":\"\"," TIME ",\"student\":\"s1\"}", "missing_field type"},
        {"{\"type\":\"swipe\"," TIME "}", "missing_field student"},
        {"{\"type\":\"swipe\"," TIME ",\"student\":\"\",\"card\":\"\"}", "missing_field student"},
        {"{\"type\":\"swipe\"," TIME ",\"student\":null,\"card\":null}", "missing_field student"},
        {"{\"type\":\"attendance\"," TIME ",\"student\":\"s1\"}", "missing_field status"},
        {"{" DOOR "}", "missing_field direction"},
        {"{" DOOR ",\"direction\":null,\"reader\":\"\"}", "missing_field direction"},
        {"{\"type\":\"feed_status\",\"source\":\"pos\"}", "missing_field time"},
        {"{\"type\":1," TIME ",\"student\":\"s1\"}", "wrong_type type"},
        {"{\"id\":17," SWIPE "}", "wrong_type id"},
        {"{\"type\":\"swipe\"," TIME ",\"student\":2023001234}", "wrong_type student"},
        {"{" SWIPE ",\"card\":[\"77\"]}", "wrong_type card"},
        {"{" SWIPE ",\"place\":7}", "wrong_type place"},
        {"{" SWIPE ",\"amount\":{\"yuan\":5}}", "wrong_type amount"},
        {"{" SWIPE ",\"amount\":true}", "wrong_type amount"},
        {"{" SWIPE ",\"op\":1}", "wrong_type op"},
        {"{" SWIPE ",\"use_count\":false}", "wrong_type use_count"},
        {"{" CLASS ",\"hours\":\"2\"}", "wrong_type hours"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"minutes\":\"5\"}", "wrong_type minutes"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"seat\":5}", "wrong_type seat"},
        {"{\"type\":\"feed_status\"," TIME ",\"source\":{}}", "wrong_type source"},
        {"{" SWIPE ",\"op\":\"buy\"}", "bad_value op"},
        {"{" SWIPE ",\"op\":\"\"}", "bad_value op"},
        {"{" SWIPE ",\"op\":\"Consume\"}", "bad_value op"},
        {"{\"type\":\"attendance\"," TIME ",\"student\":\"s1\",\"status\":\"迟到\"}", "bad_value status"},
        {"{" DOOR ",\"direction\":\"entry\"}", "bad_value direction"},
        {"{" DOOR ",\"direction\":\"in\",\"result\":\"ok\"}", "bad_value result"},
        {"{" SWIPE ",\"journal_no\":-1}", "bad_value journal_no"},
        {"{" SWIPE ",\"journal_no\":1.5}", "bad_value journal_no"},
        {"{" SWIPE ",\"journal_no\":9223372036854775808}", "bad_value journal_no"},
        {"{" SWIPE ",\"journal_no\":\"9223372036854775809\"}", "bad_value journal_no"},
        {"{" SWIPE ",\"use_count\":99999999999999999999}", "bad_value use_count"},
        {"{" SWIPE ",\"use_count\":\"5.0\"}", "bad_value use_count"},
        {"{" SWIPE ",\"use_count\":99999999999999999999}", "bad_value use_count"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"direction\":\"unknown\"}", "bad_value direction"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"fee\":1.005}", "bad_value fee"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"minutes\":1e999}", "bad_value minutes"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"until\":\"2026-13-01T00:00:00\"}", "bad_time until"},
        {"{\"type\":\"feed_status\"," TIME ",\"state\":\"closed\"}", "bad_value state"},
        {"{\"type\":\"feed_status\"," TIME ",\"complete_through\":\"x\"}", "bad_time complete_through"},
        {"{" SWIPE ",\"place\":\"a\\u0000b\"}", "bad_value place"},
        {"{\"id\":\"e\\u0000\"," SWIPE "}", "bad_value id"},
        {"{\"type\":\"sauna\"," TIME ",\"student\":\"s1\"}", "unknown_type type"},
        {"{\"type\":\"Swipe\"," TIME ",\"student\":\"s1\"}", "unknown_type type"},
        {"{\"type\":\"swipe \"," TIME ",\"student\":\"s1\"}", "unknown_type type"},
    };
    CHECK(rows);
}

static void test_a_nul_byte_is_bad_json(void **state) {
    (void)state;
    struct model_fixture x;
    model_fixture_init(&x);
    static const char inside[] = "{\"id\":\"e\0001\"," SWIPE "}", behind[] = "{\"id\":\"e1\"," SWIPE "}\0",
                      alone[] = "\0\0\0\0";
    assert_string_equal(model_fixture_json(&x, (sz_str){inside, sizeof inside - 1}), "bad_json");
    assert_string_equal(model_fixture_json(&x, (sz_str){behind, sizeof behind - 1}), "bad_json");
    assert_string_equal(model_fixture_json(&x, (sz_str){alone, sizeof alone - 1}), "bad_json");
    model_fixture_fini(&x);
}

/* {SWIPE, "note": [[[…]]]}: depth with the object itself, shown. */
static const char *nested(struct model_fixture *x, sz_buf *b, unsigned depth, bool is_closed) {
    sz_buf_clear(b);
    sz_buf_put_z(b, "{\"id\":\"e1\"," SWIPE ",\"note\":");
    for (unsigned i = 1; i < depth; i++) sz_buf_put_z(b, i % 2 ? "[" : "{\"[\\\"[\":");
    if (depth % 2) sz_buf_put_z(b, "\"[[[[{{\"");
    for (unsigned i = depth - 1; is_closed && i >= 1; i--) sz_buf_put_z(b, i % 2 ? "]" : "}");
    if (is_closed) sz_buf_put_z(b, "}");
    return model_fixture_json(x, sz_buf_str(b));
}

static void test_depth_ends_at_32(void **state) {
    (void)state;
    struct model_fixture x;
    sz_buf b;
    model_fixture_init(&x);
    sz_buf_init(&b);
    assert_string_equal(nested(&x, &b, 31, true), "swipe " AT " id=e1 student=s1");
    assert_string_equal(nested(&x, &b, 33, true), "too_deep");
    assert_string_equal(nested(&x, &b, 32, true), "swipe " AT " id=e1 student=s1");
    assert_string_equal(nested(&x, &b, 1001, true), "too_deep");
    assert_string_equal(nested(&x, &b, 33, false), "too_deep");
    assert_string_equal(nested(&x, &b, 31, false), "bad_json");
    sz_buf_clear(&b);
    for (int i = 0; i < 1000000; i++) sz_buf_put_u8(&b, '[');
    assert_string_equal(model_fixture_json(&x, sz_buf_str(&b)), "too_deep");
    sz_buf_fini(&b);
    model_fixture_fini(&x);
}

static void test_size_ends_at_one_mib(void **state) {
    (void)state;
    struct model_fixture x;
    sz_buf b;
    model_fixture_init(&x);
    sz_buf_init(&b);
    for (size_t extra = 0; extra < 2; extra++) {
        sz_buf_clear(&b);
        sz_buf_put_z(&b, "{\"id\":\"e1\"," SWIPE ",\"note\":\"");
        while (b.n < SZ_RECORD_MAX - 2 + extra) sz_buf_put_u8(&b, 'x');
        sz_buf_put_z(&b, "\"}");
        assert_string_equal(model_fixture_json(&x, sz_buf_str(&b)),
                            extra ? "too_large" : "swipe " AT " id=e1 student=s1");
    }
    assert_string_equal(model_fixture_json(&x, SZ_STR("{\"id\":\"e2\"," SWIPE "}")), "swipe " AT " id=e2 student=s1");
    sz_buf_fini(&b);
    model_fixture_fini(&x);
}

static void test_texts_have_limits_in_bytes(void **state) {
    (void)state;
    static const struct {
        const char *members, *field;
        size_t limit;
    } rows[] = {
        {SWIPE, "id", 128},
        {SWIPE, "source", 64},
        {SWIPE, "card", 64},
        {SWIPE, "card_system", 64},
        {SWIPE, "place", 64},
        {SWIPE, "reader", 64},
        {SWIPE, "ref", 128},
        {"\"type\":\"swipe\"," TIME, "student", 64},
        {CLASS, "course", 256},
        {CLASS, "session", 256},
        {"\"type\":\"presence\"," TIME ",\"student\":\"s1\"", "means", 256},
        {"\"type\":\"library\"," TIME ",\"student\":\"s1\"", "seat", 256},
        {"\"type\":\"feed_status\"," TIME, "building", 64},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t extra = 0; extra < 2; extra++) {
            char text[300], json[700], expected[40];
            memset(text, 'a', sizeof text);
            text[rows[i].limit + extra] = '\0';
            snprintf(json, sizeof json, "{%s,\"%s\":\"%s\"}", rows[i].members, rows[i].field, text);
            snprintf(expected, sizeof expected, "bad_value %s", rows[i].field);
            const char *got = model_fixture_json(&x, sz_str_of(json));
            if ((strcmp(got, expected) == 0) != (extra == 1))
                fail_msg("%s of %zu bytes: %s", rows[i].field, rows[i].limit + extra, got);
        }
    model_fixture_fini(&x);
}

static void test_cloud_events(void **state) {
    (void)state;
#define ENVELOPE \
    "\"specversion\":\"1.0\",\"id\":\"c1\",\"source\":\"/pos\",\"type\":\"swipe\",\"time\":\"2026-03-02T00:00:00Z\""
    static const struct row rows[] = {
        {"{" ENVELOPE ",\"data\":{\"student\":\"s1\",\"amount\":5}}",
         "swipe " AT " id=c1 source=/pos student=s1 amount=5.00"},
        {"{\"data\":{\"student\":\"s1\"}," ENVELOPE "}", "swipe " AT " id=c1 source=/pos student=s1"},
        {"{" ENVELOPE
         ",\"data\":{\"id\":\"e1\",\"source\":\"pos\",\"type\":\"presence\",\"time\":\"2026-03-02T09:00:00\",\"student\":\"s1\"}}",
         "presence 2026-03-02T09:00:00+08:00 id=e1 source=pos student=s1"},
        {"{" ENVELOPE ",\"data\":{\"id\":null,\"student\":\"s1\"}}", "swipe " AT " id=c1 source=/pos student=s1"},
        {"{" ENVELOPE ",\"student\":\"s1\",\"data\":{}}", "missing_field student"},
        {"{" ENVELOPE ",\"student\":\"s1\"}", "missing_field data"},
        {"{" ENVELOPE ",\"data\":null}", "missing_field data"},
        {"{" ENVELOPE ",\"data\":\"e30=\"}", "wrong_type data"},
        {"{" ENVELOPE ",\"data\":[]}", "wrong_type data"},
        {"{" ENVELOPE ",\"data_base64\":\"eyJzdHVkZW50IjoiczEiLCJhbW91bnQiOjV9\"}",
         "swipe " AT " id=c1 source=/pos student=s1 amount=5.00"},
        {"{" ENVELOPE ",\"data_base64\":\"eyJzdHVkZW50IjoiczEifQ==\"}", "swipe " AT " id=c1 source=/pos student=s1"},
        {"{" ENVELOPE ",\"data_base64\":\"eyJzdHVkZW50Ijoic1x1MDAzMSIsImlkIjoiZTEifQ==\"}",
         "swipe " AT " id=e1 source=/pos student=s1"},
        {"{" ENVELOPE ",\"data_base64\":\"bm90IGpzb24=\"}", "bad_json"},
        {"{" ENVELOPE ",\"data_base64\":\"WzFd\"}", "bad_json"},
        {"{" ENVELOPE ",\"data_base64\":\"e30=\"}", "missing_field student"},
        {"{" ENVELOPE ",\"data_base64\":\"\"}", "bad_json"},
        {"{" ENVELOPE ",\"data_base64\":null}", "missing_field data"},
        {"{" ENVELOPE ",\"data_base64\":7}", "wrong_type data_base64"},
        {"{" ENVELOPE ",\"data_base64\":\"e30\"}", "bad_value data_base64"},
        {"{" ENVELOPE ",\"data_base64\":\"e3%=\"}", "bad_value data_base64"},
        {"{" ENVELOPE ",\"data_base64\":\"%\",\"data\":{\"student\":\"s1\"}}",
         "swipe " AT " id=c1 source=/pos student=s1"},
        {"{\"specversion\":\"1.0\",\"type\":\"cn.edu.swipe\",\"data\":{" TIME ",\"student\":\"s1\"}}",
         "unknown_type type"},
        {"{\"specversion\":null,\"data\":{},\"id\":\"e1\"," SWIPE "}", "swipe " AT " id=e1 student=s1"},
        {"{\"data\":{\"id\":\"e9\"},\"id\":\"e1\"," SWIPE "}", "swipe " AT " id=e1 student=s1"},
    };
    CHECK(rows);
}

static void test_a_dead_letter_keeps_its_time(void **state) {
    (void)state;
    static const struct {
        const char *json;
        bool has_time;
    } rows[] = {
        {"{" SWIPE ",\"place\":7}", true},       {"{" TIME "}", true},
        {"{\"type\":\"sauna\"," TIME "}", true}, {"{\"type\":\"swipe\",\"time\":\"x\"}", false},
        {"{\"type\":\"swipe\"}", false},         {"{", false},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_fixture_json(&x, sz_str_of(rows[i].json));
        assert_int_equal(x.record.kind, SZ_RECORD_DEAD);
        assert_true(x.record.time_ms == (rows[i].has_time ? INT64_C(1772409600000) : SZ_TIME_NONE));
    }
    model_fixture_fini(&x);
}

static void test_details_name_no_student(void **state) {
    (void)state;
    static const char *const records[] = {
        "{\"type\":\"2023001234\"," TIME ",\"student\":\"2023001234\"}",
        "{\"type\":\"swipe\"," TIME ",\"student\":\"2023001234\",\"op\":\"2023001234\"}",
        "{\"type\":\"swipe\"," TIME ",\"student\":\"2023001234\",\"amount\":\"2023001234x\"}",
        "{\"type\":\"swipe\",\"time\":\"2023001234\",\"student\":\"2023001234\"}",
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        model_fixture_json(&x, sz_str_of(records[i]));
        assert_int_equal(x.record.kind, SZ_RECORD_DEAD);
        assert_null(strstr(x.record.dead.detail, "2023001234"));
        assert_true(x.record.dead.detail[0] != '\0');
    }
    model_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_is_read),
        cmocka_unit_test(test_null_unknown_and_repeated_keys),
        cmocka_unit_test(test_amounts_are_exact),
        cmocka_unit_test(test_hours_are_exact_to_a_millionth),
        cmocka_unit_test(test_times_and_precision),
        cmocka_unit_test(test_every_reason_of_a_dead_letter),
        cmocka_unit_test(test_a_nul_byte_is_bad_json),
        cmocka_unit_test(test_depth_ends_at_32),
        cmocka_unit_test(test_size_ends_at_one_mib),
        cmocka_unit_test(test_texts_have_limits_in_bytes),
        cmocka_unit_test(test_cloud_events),
        cmocka_unit_test(test_a_dead_letter_keeps_its_time),
        cmocka_unit_test(test_details_name_no_student),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
