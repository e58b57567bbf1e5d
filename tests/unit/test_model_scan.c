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

#include "../../src/model/slim.h"
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
    "{\"id\":\"a-rather-long-id-of-a-record-0001\",\"source\":\"一卡通\",\"time\":\"2026-03-02T08:00:59-03:30\",\"precision\":\"minute\","
    "\"type\":\"swipe\",\"card\":\"7\",\"place\":\"第一食堂二楼东\",\"amount\":123456789,\"balance\":\"0.07\",\"journal_no\":\"0012\",\"vendor\":\"甲\",\"v\":1e3}",
    "{\"id\":\"q\",\"source\":\"pos\",\"time\":\"2026-03-02T08:00:60+08:00\",\"type\":\"swipe\",\"card\":\"70000001\",\"place\":\"c1\",\"op\":\"topup\","
    "\"amount\":99999999.99,\"balance\":0,\"use_count\":12345678}",
    "{\"id\":\"q\",\"source\":\"class\",\"time\":\"2026-03-02T08:00:00.12345\",\"type\":\"attendance\",\"student\":\"s1\",\"status\":\"early_leave\","
    "\"hours\":1.5,\"journal_no\":7,\"use_count\":\"x\",\"amount\":3}",
    "{}",
    "{\"a\":1,}",
    "[1]",
};
enum { N_SEEDS = sizeof seeds / sizeof *seeds };

/* As records are read from anywhere, by yyjson alone, and in a buffer that goes on behind them; n and m: as x and z on
 * any processor. */
struct trio {
    struct model_fixture x, y, z, n, m;
    size_t n_lines, n_slim, n_values;
};

static bool is_same(struct model_fixture *x, struct model_fixture *y, sz_str raw) {
    sz_arena_reset(&x->arena);
    sz_arena_reset(&y->arena);
    const char *a = model_fixture_json(x, raw), *b = model_fixture_json(y, raw);
    if (strcmp(a, b) != 0 || x->record.kind != y->record.kind) return false;
    if (x->record.kind == SZ_RECORD_DEAD) return strcmp(x->record.dead.detail, y->record.dead.detail) == 0;
    if (x->record.kind != SZ_RECORD_EVENT) return true;
    return x->record.event.content == y->record.event.content && sz_str_eq(x->record.event.id, y->record.event.id);
}

static bool is_record(struct model_fixture *x, struct model_fixture *y) {
    const char *a = model_fixture_show(x), *b = model_fixture_show(y);
    return x->record.kind == y->record.kind && strcmp(a, b) == 0 &&
           (x->record.kind != SZ_RECORD_EVENT || x->record.event.content == y->record.event.content);
}

/* It is the record, on this processor and on any. */
static void check_expanded(struct trio *t, struct model_fixture *z, const char *piece, size_t size) {
    static const char *(*const ways[])(const sz_slim *, sz_event *) = {sz_slim_expand, sz_slim_expand_anywhere};
    for (int i = 0; i < 2; i++) {
        memset(&z->record.event, 0xa5, offsetof(sz_event, fields));
        z->record.kind = SZ_RECORD_EVENT;
        assert_ptr_equal(ways[i]((const sz_slim *)(const void *)piece, &z->record.event), piece + size);
        assert_int_equal(z->record.event.content, (uint32_t)t->y.record.event.content);
        z->record.event.content = t->y.record.event.content;
        z->record.time_ms = z->record.event.time_ms;
        if (!is_record(z, &t->y)) fail_msg("way %d: %s", i, model_fixture_show(&t->y));
    }
}

/* In one piece, and moved to another place, it is the record still. */
static void check_slim(struct trio *t, struct model_fixture *z, sz_str text) {
    _Alignas(sz_slim) char room[SZ_SLIM_MOST], moved[SZ_SLIM_MOST];
    memset(room, 0xa5, sizeof room);
    size_t size;
    sz_prints prints;
    size_t took = sz_decode_json_slim(z->decoder, text, (sz_slim *)(void *)room, &size, &prints);
    if (took == 0) return;
    t->n_slim++;
    assert_int_equal(text.p[took], '\n');
    assert_in_range(size, sizeof(sz_slim), sizeof room);
    memcpy(moved, room, size);
    memset(room, 0, sizeof room);
    model_fixture_json(&t->y, (sz_str){text.p, took});
    const sz_event *e = &t->y.record.event;
    check_expanded(t, z, moved, size);
    assert_true(prints.id == sz_text_print(SZ_TEXT_ID, e->id) &&
                prints.source == sz_text_print(SZ_TEXT_SOURCE, e->source));
    assert_true(prints.who ==
                (e->student.n ? sz_text_print(SZ_TEXT_STUDENT, e->student) : sz_text_print(SZ_TEXT_CARD, e->card)));
}

/* A value that is no line, of which all is the record or nothing is taken. */
static void check_value(struct trio *t, struct model_fixture *z, sz_str value) {
    _Alignas(sz_slim) char room[SZ_SLIM_MOST];
    size_t size;
    if (!sz_decode_json_slim_value(z->decoder, value, (sz_slim *)(void *)room, &size)) return;
    t->n_values++;
    model_fixture_json(&t->y, value);
    check_expanded(t, z, room, size);
}

/* What may be read behind the record, whatever it is, makes no difference; a line that is found whole is the record. */
static void check_in_buffer(struct trio *t, struct model_fixture *z, const char *bytes, size_t n) {
    static const char *const behind[] = {"\n{\"id\":\"p2\",\"so", "\"}0123456789.,:\"}", "\n", "\r\n"};
    static size_t turn;
    char buf[600] = {0};
    memcpy(buf, bytes, n);
    const char *more = behind[turn++ % 4];
    size_t all = n + strlen(more);
    memcpy(buf + n, more, all - n);
    model_fixture_json(&t->y, (sz_str){bytes, n});
    sz_decode_json(z->decoder, (sz_str){buf, n}, &z->arena, &z->record);
    if (!is_record(z, &t->y)) fail_msg("before %s: %.*s", more, (int)n, bytes);
    sz_arena_reset(&z->arena);
    check_slim(t, z, (sz_str){buf, all});
    size_t took = sz_decode_json_line(z->decoder, (sz_str){buf, all}, &z->arena, &z->record);
    if (took == 0) return;
    t->n_lines++;
    assert_int_equal(buf[took], '\n');
    model_fixture_json(&t->y, (sz_str){buf, took});
    if (memchr(buf, '\n', took) || !is_record(z, &t->y)) fail_msg("line: %.*s", (int)took, buf);
}

static void check(struct trio *t, const char *bytes, size_t n) {
    char *exact = malloc(n ? n : 1); /* nothing behind the last byte may be read */
    if (n) memcpy(exact, bytes, n);
    if (!is_same(&t->x, &t->y, (sz_str){exact, n})) fail_msg("%.*s", (int)n, bytes);
    if (!is_same(&t->n, &t->y, (sz_str){exact, n})) fail_msg("narrow: %.*s", (int)n, bytes);
    check_value(t, &t->x, (sz_str){exact, n});
    check_value(t, &t->n, (sz_str){exact, n});
    check_in_buffer(t, &t->z, bytes, n);
    check_in_buffer(t, &t->m, bytes, n);
    free(exact);
}

static void begin(struct trio *t) {
    model_fixture_init(&t->x);
    model_fixture_init(&t->y);
    model_fixture_init(&t->z);
    model_fixture_init(&t->n);
    model_fixture_init(&t->m);
    sz_decoder_only_yyjson(t->y.decoder);
    sz_decoder_may_read_behind(t->z.decoder);
    sz_decoder_may_read_behind(t->m.decoder);
    sz_decoder_narrow(t->n.decoder);
    sz_decoder_narrow(t->m.decoder);
    t->n_lines = t->n_slim = t->n_values = 0;
}

static void end(struct trio *t) {
    model_fixture_fini(&t->x);
    model_fixture_fini(&t->y);
    model_fixture_fini(&t->z);
    model_fixture_fini(&t->n);
    model_fixture_fini(&t->m);
}

static void test_records_read_as_yyjson_reads_them(void **state) {
    (void)state;
    struct trio t;
    begin(&t);
    for (size_t i = 0; i < N_SEEDS; i++)
        for (size_t n = 0; n <= strlen(seeds[i]); n++) check(&t, seeds[i], n); /* cut off anywhere, too */
    end(&t);
}

/* A source is a part of what records are compared with, wherever it stands: also where it is longer than one
 * comparison, where one would end within it, and where others begin like it. */
static void test_sources_of_any_length_lie_anywhere(void **state) {
    (void)state;
    static const int lengths[] = {1, 5, 17, 31, 32, 33, 40, 64};
    for (int pad = 0; pad < 36; pad++) {
        struct trio t;
        begin(&t);
        for (int turn = 0; turn < 3; turn++)
            for (size_t i = 0; i < 2 * sizeof lengths / sizeof *lengths; i++) {
                char text[300], source[65];
                int n = lengths[i / 2];
                memset(source, 'c', sizeof source);
                source[n - 1] = i % 2 ? 'a' : 'b';
                snprintf(
                    text, sizeof text,
                    "{\"id\": \"r1\", \"type\": \"attendance\", \"time\": \"2026-03-02T23:00:00+08:00\", \"student\": "
                    "\"s2\", \"status\": \"late\",%*s\"source\": \"%.*s\"}",
                    pad, "", n, source);
                check(&t, text, strlen(text));
            }
        assert_true(t.n_slim > 0 && t.n_values > 0);
        end(&t);
    }
}

static void test_zeros_behind_a_word_or_a_key_make_another_one(void **state) {
    (void)state;
    static const char word[] =
        "{\"type\":\"attendance\",\"time\":\"2026-03-02T08:00:00+08:00\",\"student\":\"s1\",\"status\":\"late\",\"id\":\"e\"}";
    struct trio t;
    begin(&t);
    for (size_t at = 0; at < sizeof word - 1; at++) { /* after the way is known, a zero at any place */
        char line[sizeof word];
        memcpy(line, word, at);
        line[at] = '\0';
        memcpy(line + at + 1, word + at, sizeof word - 1 - at);
        check(&t, word, sizeof word - 1);
        check(&t, word, sizeof word - 1);
        check(&t, line, sizeof line);
        assert_int_equal(t.x.record.kind, SZ_RECORD_DEAD);
    }
    static const char *const keys[] = {
        "{\"type\":\"presence\",\"time\":0,\"student\\u0000\":\"s1\"}",
        "{\"type\":\"presence\",\"time\\u0000\":0,\"student\":\"s1\"}",
        "{\"type\":\"presence\\u0000\",\"time\":0,\"student\":\"s1\"}",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        check(&t, keys[i], strlen(keys[i]));
        assert_int_equal(t.x.record.kind, SZ_RECORD_DEAD);
    }
    end(&t);
}

static void test_damaged_records_read_as_yyjson_reads_them(void **state) {
    (void)state;
    static const char odd[] = "\0\"\\{}[]:,.-+eE0123456789 \t\n\r\x01\x7f\x80\xc3\xa9\xf0\xffntf";
    struct trio t;
    draw d = {1};
    begin(&t);
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
        check(&t, line, n);
    }
    assert_true(t.n_lines > 100 && t.n_slim > 100 && t.n_values > 100); /* many are plain all the same */
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_read_as_yyjson_reads_them),
        cmocka_unit_test(test_sources_of_any_length_lie_anywhere),
        cmocka_unit_test(test_zeros_behind_a_word_or_a_key_make_another_one),
        cmocka_unit_test(test_damaged_records_read_as_yyjson_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
