/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids of records that have none, and when a repeated id is a duplicate or a conflict.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/model_fixture.h"

#define TIME  "\"time\":\"2026-03-02T08:00:00+08:00\""
#define SWIPE "\"type\":\"swipe\"," TIME ",\"student\":\"s1\""

static void test_an_id_is_made_of_what_is_there(void **state) {
    (void)state;
    static const struct {
        const char *json, *id;
    } rows[] = {
        {"{" SWIPE ",\"reader\":\"r1\",\"journal_no\":7,\"card\":\"77\",\"use_count\":5}", "j:r1:7"},
        {"{" SWIPE ",\"reader\":\"r1\",\"journal_no\":0}", "j:r1:0"},
        {"{" SWIPE ",\"reader\":\"r1\",\"journal_no\":\"9223372036854775807\"}", "j:r1:9223372036854775807"},
        {"{" SWIPE ",\"reader\":\"r1\",\"card\":\"77\",\"use_count\":5}", "c:77:5"},
        {"{" SWIPE ",\"journal_no\":7,\"card\":\"77\",\"use_count\":\"05\"}", "c:77:5"},
        {"{" SWIPE ",\"card\":\"77\",\"use_count\":5.0}", "c:77:5"},
        {"{\"id\":\"e1\"," SWIPE ",\"reader\":\"r1\",\"journal_no\":7}", "e1"},
        /* not fields of other types, but they name their records too; what is no number is ignored there */
        {"{\"type\":\"dorm_access\"," TIME ",\"student\":\"s1\",\"reader\":\"d1\",\"journal_no\":7}", "j:d1:7"},
        {"{\"type\":\"presence\"," TIME ",\"card\":\"77\",\"use_count\":5,\"reader\":\"w1\",\"journal_no\":\"x\"}",
         "c:77:5"},
        /* xxh128 of the bytes, as `xxhsum -H2` prints it */
        {"{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"s1\"}",
         "x:0290ade43c09ce354d192d83ecf855f0"},
        {"{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"s1\"} ",
         "x:f38264bf9d9299ff86d05194dfee752a"},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_fixture_json(&x, sz_str_of(rows[i].json));
        assert_int_equal(x.record.kind, SZ_RECORD_EVENT);
        assert_int_equal(x.record.event.id.n, strlen(rows[i].id));
        assert_memory_equal(x.record.event.id.p, rows[i].id, strlen(rows[i].id));
    }
    model_fixture_fini(&x);
}

static uint64_t content(struct model_fixture *x, const char *json) {
    model_fixture_json(x, sz_str_of(json));
    if (x->record.kind != SZ_RECORD_EVENT) fail_msg("%s: %s", json, x->record.dead.detail);
    return x->record.event.content;
}

static void test_the_same_record_written_otherwise_is_a_duplicate(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"{\"id\":\"e1\"," SWIPE ",\"amount\":5}", "{\"amount\":\"5.00\"," SWIPE ",\"id\":\"e1\"}"},
        {"{" SWIPE ",\"amount\":5}", "{" SWIPE ",\"amount\":5.0,\"note\":\"x\",\"course\":\"math\"}"},
        {"{" SWIPE "}", "{" SWIPE ",\"op\":\"consume\",\"precision\":\"second\",\"place\":null,\"reader\":\"\"}"},
        {"{" SWIPE "}", "{\"type\":\"swipe\",\"time\":\"2026-03-02T00:00:00Z\",\"student\":\"s1\"}"},
        {"{" SWIPE "}", "{\"type\":\"swipe\",\"time\":1772409600000,\"student\":\"s1\"}"},
        {"{" SWIPE "}", "{" SWIPE ",\"collected\":\"2026-03-02T08:10:00\"}"},
        {"{" SWIPE ",\"collected\":\"2026-03-02T08:20:00\"}", "{" SWIPE ",\"collected\":\"2026-03-02T08:10:00\"}"},
        {"{\"id\":\"e1\"," SWIPE "}", "{\"id\":\"e2\",\"source\":\"pos\"," SWIPE "}"}, /* ids are compared apart */
        {"{\"type\":\"attendance\",\"status\":\"late\"," TIME ",\"student\":\"s1\"}",
         "{\"type\":\"attendance\",\"status\":\"late\"," TIME ",\"student\":\"s1\",\"hours\":1.0}"},
        {"{\"type\":\"dorm_access\",\"direction\":\"in\"," TIME ",\"student\":\"s1\"}",
         "{\"type\":\"dorm_access\",\"direction\":\"in\"," TIME
         ",\"student\":\"s1\",\"result\":\"granted\",\"journal_no\":4}"},
        {"{\"type\":\"library\"," TIME ",\"student\":\"s1\",\"fee\":1.5,\"minutes\":30}",
         "{\"type\":\"library\",\"minutes\":3e1,\"fee\":\"1.50\"," TIME
         ",\"student\":\"s1\",\"seat\":null,\"amount\":3}"},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (content(&x, pairs[i][0]) != content(&x, pairs[i][1])) fail_msg("%s\n%s", pairs[i][0], pairs[i][1]);
    model_fixture_fini(&x);
}

static void test_another_content_is_a_conflict(void **state) {
    (void)state;
    static const char *const records[] = {
        "{" SWIPE "}",
        "{" SWIPE ",\"amount\":5}",
        "{" SWIPE ",\"balance\":5}",
        "{" SWIPE ",\"amount\":5.01}",
        "{" SWIPE ",\"amount\":0}",
        "{" SWIPE ",\"journal_no\":5}",
        "{" SWIPE ",\"use_count\":5}",
        "{" SWIPE ",\"op\":\"refund\"}",
        "{" SWIPE ",\"op\":\"topup\"}",
        "{" SWIPE ",\"place\":\"c1\"}",
        "{" SWIPE ",\"reader\":\"c1\"}",
        "{" SWIPE ",\"card\":\"c1\"}",
        "{" SWIPE ",\"card_system\":\"c1\"}",
        "{" SWIPE ",\"ref\":\"c1\"}",
        "{" SWIPE ",\"precision\":\"minute\"}",
        "{" SWIPE ",\"time\":\"x\",\"place\":\"c1c1\"}",
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-02T08:00:01+08:00\"}",
        "{\"type\":\"swipe\",\"student\":\"s2\"," TIME "}",
        "{\"type\":\"swipe\",\"card\":\"s1\"," TIME "}",
        "{\"type\":\"presence\",\"student\":\"s1\"," TIME "}",
        "{\"type\":\"presence\",\"student\":\"s1\",\"means\":\"sso\"," TIME "}",
        "{\"type\":\"attendance\",\"student\":\"s1\",\"status\":\"present\"," TIME "}",
        "{\"type\":\"attendance\",\"student\":\"s1\",\"status\":\"late\"," TIME "}",
        "{\"type\":\"attendance\",\"student\":\"s1\",\"status\":\"late\",\"hours\":2," TIME "}",
        "{\"type\":\"attendance\",\"student\":\"s1\",\"status\":\"late\",\"course\":\"m\"," TIME "}",
        "{\"type\":\"attendance\",\"student\":\"s1\",\"status\":\"late\",\"session\":\"m\"," TIME "}",
        "{\"type\":\"dorm_access\",\"student\":\"s1\",\"direction\":\"in\"," TIME "}",
        "{\"type\":\"dorm_access\",\"student\":\"s1\",\"direction\":\"out\"," TIME "}",
        "{\"type\":\"dorm_access\",\"student\":\"s1\",\"direction\":\"in\",\"result\":\"denied\"," TIME "}",
        "{\"type\":\"library\",\"student\":\"s1\"," TIME "}",
        "{\"type\":\"shower\",\"student\":\"s1\"," TIME "}",
        "{\"type\":\"library\",\"student\":\"s1\",\"seat\":\"in\"," TIME "}",
        "{\"type\":\"library\",\"student\":\"s1\",\"direction\":\"in\"," TIME "}",
        "{\"type\":\"library\",\"student\":\"s1\",\"minutes\":0," TIME "}",
        "{\"type\":\"library\",\"student\":\"s1\",\"fee\":0," TIME "}",
    };
    enum { N = sizeof records / sizeof *records };
    struct model_fixture x;
    uint64_t contents[N];
    model_fixture_init(&x);
    for (size_t i = 0; i < N; i++) {
        contents[i] = content(&x, records[i]);
        for (size_t k = 0; k < i; k++)
            if (contents[k] == contents[i]) fail_msg("%s\n%s", records[k], records[i]);
    }
    model_fixture_fini(&x);
}

static void test_the_order_of_events(void **state) {
    (void)state;
    struct model_fixture x;
    model_fixture_init(&x);
    static const char *const records[] = {
        /* in order: time, source, id, bytes compared */
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":1772409599999,\"source\":\"z\",\"id\":\"z\"}",
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":1772409600000,\"source\":\"a\",\"id\":\"2\"}",
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":1772409600000,\"source\":\"b\",\"id\":\"1\"}",
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":1772409600000,\"source\":\"b\",\"id\":\"10\"}",
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":1772409600000,\"source\":\"b\",\"id\":\"2\"}",
        "{\"type\":\"swipe\",\"student\":\"s1\",\"time\":1772409600000,\"source\":\"b\",\"id\":\"é\"}",
    };
    enum { N = sizeof records / sizeof *records };
    sz_event events[N];
    for (size_t i = 0; i < N; i++) {
        model_fixture_json(&x, sz_str_of(records[i]));
        events[i] = x.record.event;
        for (size_t k = 0; k <= i; k++) {
            assert_int_equal(sz_event_cmp(&events[k], &events[i]), k < i ? -1 : 0);
            assert_int_equal(sz_event_cmp(&events[i], &events[k]), k < i ? 1 : 0);
        }
    }
    model_fixture_fini(&x);
}

static void test_what_is_seen_and_what_undoes(void **state) {
    (void)state;
    static const struct {
        const char *json;
        bool is_seen, is_undo;
    } rows[] = {
        {"{" SWIPE "}", true, false},
        {"{" SWIPE ",\"ref\":\"e0\"}", true, false},
        {"{" SWIPE ",\"op\":\"refund\"}", false, false},
        {"{" SWIPE ",\"op\":\"refund\",\"ref\":\"e0\"}", false, true},
        {"{" SWIPE ",\"op\":\"reversal\",\"ref\":\"e0\"}", false, true},
        {"{" SWIPE ",\"op\":\"topup\",\"ref\":\"e0\"}", false, false},
        {"{\"type\":\"attendance\",\"status\":\"present\",\"student\":\"s1\"," TIME "}", true, false},
        {"{\"type\":\"attendance\",\"status\":\"late\",\"student\":\"s1\"," TIME "}", true, false},
        {"{\"type\":\"attendance\",\"status\":\"early_leave\",\"student\":\"s1\"," TIME "}", true, false},
        {"{\"type\":\"attendance\",\"status\":\"absent\",\"ref\":\"e0\",\"student\":\"s1\"," TIME "}", false, false},
        {"{\"type\":\"attendance\",\"status\":\"excused\",\"student\":\"s1\"," TIME "}", false, false},
        {"{\"type\":\"attendance\",\"status\":\"excused\",\"ref\":\"e0\",\"student\":\"s1\"," TIME "}", false, true},
        {"{\"type\":\"attendance\",\"status\":\"unknown\",\"student\":\"s1\"," TIME "}", false, false},
        {"{\"type\":\"dorm_access\",\"direction\":\"out\",\"student\":\"s1\"," TIME "}", true, false},
        {"{\"type\":\"dorm_access\",\"direction\":\"in\",\"result\":\"denied\",\"student\":\"s1\"," TIME "}", false,
         false},
        {"{\"type\":\"presence\",\"student\":\"s1\"," TIME "}", true, false},
        {"{\"type\":\"library\",\"student\":\"s1\",\"ref\":\"e0\"," TIME "}", true, false},
        {"{\"type\":\"shower\",\"student\":\"s1\"," TIME "}", false, false},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_fixture_json(&x, sz_str_of(rows[i].json));
        if (sz_event_is_seen(&x.types, &x.record.event) != rows[i].is_seen) fail_msg("seen: %s", rows[i].json);
        if (sz_event_is_undo(&x.record.event) != rows[i].is_undo) fail_msg("undo: %s", rows[i].json);
    }
    model_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_id_is_made_of_what_is_there),
        cmocka_unit_test(test_the_same_record_written_otherwise_is_a_duplicate),
        cmocka_unit_test(test_another_content_is_a_conflict),
        cmocka_unit_test(test_the_order_of_events),
        cmocka_unit_test(test_what_is_seen_and_what_undoes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
