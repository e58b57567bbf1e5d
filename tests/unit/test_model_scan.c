/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in front of yyjson agrees with it: usual records, unusual ones, and all of them with bytes changed at
 * random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "support/draw.h"
#include "support/model_fixture.h"

static const char *const seeds[] = {
    "{\"id\":\"p1\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:00+08:00\",\"type\":\"swipe\",\"card\":\"70000001\",\"place\":"
    "\"c1\",\"op\":\"consume\",\"amount\":12.5,\"balance\":\"100.00\",\"use_count\":7}",
    "{ \"type\" : \"attendance\" , \"time\" : 1772409600000 , \"student\" : \"s1\" , \"course\":\"高等数学\",\"session\":\"1\","
    "\"status\":\"absent\",\"hours\":2e0} ",
    "{\"type\":\"dorm_access\",\"time\":\"2026-03-02T23:59:59.5+08:00\",\"student\":\"s1\",\"reader\":\"r1\",\"direction\":\"in\","
    "\"result\":\"denied\",\"collected\":\"2026-03-02T08:00:00Z\",\"unknown\":null,\"other\":\"x\"}",
    "{\"type\":\"library\",\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"s1\",\"direction\":\"in\",\"minutes\":3.5}",
    "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:00+08:00\",\"state\":\"down\",\"reader\":\"r1\"}",
    "{\"type\":\"presence\",\"time\":\"2026-03-02\",\"precision\":\"day\",\"student\":\"s1\",\"means\":\"network\",\"id\":\"\"}",
    "{\"type\":\"swipe\",\"type\":\"presence\",\"time\":null,\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"\",\"student\":\"s2\"}",
    "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"gate\",\"type\":\"x\",\"data\":{\"type\":\"swipe\",\"time\":0,\"card\":\"1\"}}",
    "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00+08:00\",\"card\":\"\\u0041\\n\",\"ref\":\"a\\\"b\",\"op\":\"refund\"}",
    "{\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00+08:00\",\"card\":\"1\",\"tags\":[1,{\"a\":true}],\"flag\":false}",
    "{\"amount\":-0,\"balance\":0.50,\"journal_no\":00,\"type\":\"swipe\",\"time\":\"2026-03-02T08:00:00+08:00\",\"card\":\"1\"}",
    "{\"u\":1{\"id\":\"p1\",\"type\":\"presence\",\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"s1\"}",
    "{\"u\":1,\"id\":\"p1\",\"v\":\"x\",\"type\":\"presence\",\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"s1\"}",
    "{}",
    "{\"a\":1,}",
    "[1]",
};
enum { N_SEEDS = sizeof seeds / sizeof *seeds };

static bool is_same(struct model_fixture *x, struct model_fixture *y, sz_str raw) {
    sz_arena_reset(&x->arena);
    sz_arena_reset(&y->arena);
    const char *a = model_fixture_json(x, raw), *b = model_fixture_json(y, raw);
    if (strcmp(a, b) != 0 || x->record.kind != y->record.kind) return false;
    if (x->record.kind == SZ_RECORD_DEAD) return strcmp(x->record.dead.detail, y->record.dead.detail) == 0;
    if (x->record.kind != SZ_RECORD_EVENT) return true;
    return x->record.event.content == y->record.event.content && sz_str_eq(x->record.event.id, y->record.event.id);
}

static void check(struct model_fixture *x, struct model_fixture *y, const char *bytes, size_t n) {
    char *exact = malloc(n ? n : 1); /* nothing behind the last byte may be read */
    if (n) memcpy(exact, bytes, n);
    if (!is_same(x, y, (sz_str){exact, n})) fail_msg("%.*s", (int)n, bytes);
    free(exact);
}

static void both(struct model_fixture *x, struct model_fixture *y) {
    model_fixture_init(x);
    model_fixture_init(y);
    sz_decoder_only_yyjson(y->decoder);
}

static void test_records_read_as_yyjson_reads_them(void **state) {
    (void)state;
    struct model_fixture x, y;
    both(&x, &y);
    for (size_t i = 0; i < N_SEEDS; i++)
        for (size_t n = 0; n <= strlen(seeds[i]); n++) check(&x, &y, seeds[i], n); /* cut off anywhere, too */
    model_fixture_fini(&x);
    model_fixture_fini(&y);
}

static void test_damaged_records_read_as_yyjson_reads_them(void **state) {
    (void)state;
    static const char odd[] = "\"\\{}[]:,.-+eE0123456789 \t\n\r\x01\x7f\x80\xc3\xa9\xf0\xffntf";
    struct model_fixture x, y;
    draw d = {1};
    both(&x, &y);
    for (int round = 0; round < 60000; round++) {
        char line[512];
        const char *seed = seeds[draw_u64(&d) % N_SEEDS];
        size_t n = strlen(seed);
        memcpy(line, seed, n);
        for (uint64_t k = draw_u64(&d) % 4 + 1; k > 0 && n; k--) {
            size_t at = draw_u64(&d) % n;
            char c = odd[draw_u64(&d) % (sizeof odd - 1)];
            switch (draw_u64(&d) % 3) {
            case 0: line[at] = c; break;
            case 1: memmove(line + at, line + at + 1, --n - at); break;
            default: memmove(line + at + 1, line + at, n++ - at); line[at] = c;
            }
        }
        check(&x, &y, line, n);
    }
    model_fixture_fini(&x);
    model_fixture_fini(&y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_read_as_yyjson_reads_them),
        cmocka_unit_test(test_damaged_records_read_as_yyjson_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
