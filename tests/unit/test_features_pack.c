/* SPDX-License-Identifier: Apache-2.0
 *
 * Accumulators at rest: what was put to rest comes back, from the older form too, and damaged bytes are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "support/timeline_fixture.h"

static const char rules[] =
    "events:\n"
    "  buy: {event: swipe, where: event.op == \"consume\"}\n"
    "features:\n"
    "  n: {count: buy, over: 30d}\n"
    "  spent: {sum: buy.amount, over: 30d}\n"
    "  most: {max: buy.amount, over: 30d}\n"
    "  meals: {sessions: buy, gap: 90m, over: 30d}\n"
    "  hours: {count: buy, over: 24h}\n"
    "  kinds: {distinct: buy.place, over: 7d}\n"
    "  latest: {last: buy}\n"
    "rules:\n"
    "  - {id: r, when: n >= 1000 && spent >= 1000 && most >= 1000 && meals >= 1000 && hours >= 1000 && kinds >= 1000 && "
    "latest.amount >= 1000, level: blue}\n";

enum { DAYS = 200, A_DAY = 3 };                       /* so many that a region's length takes more than one byte */
static const int64_t monday = INT64_C(1772380800000); /* 2026-03-02T00:00+08:00 */

static void fill(timeline_fixture *f, sz_timeline *tl) {
    sz_timeline_init(tl, &f->ctx, SZ_STR("s1"), SZ_NONE);
    for (int i = 0; i < DAYS * A_DAY; i++) {
        char id[16];
        snprintf(id, sizeof id, "e%d", i);
        sz_event e = timeline_fixture_swipe(id, monday + i / A_DAY * SZ_DAY_MS + i % A_DAY * 3 * SZ_HOUR_MS,
                                            100 + i * 37 % 5000);
        sz_timeline_insert(tl, &f->ctx, &e);
    }
    sz_timeline_advance(tl, &f->ctx, NULL);
    sz_timeline_catch_up(tl, &f->ctx);
}

static sz_buf packed(const timeline_fixture *f, const sz_fstate *s, int format) {
    sz_buf out;
    sz_buf_init(&out);
    sz_fstate_pack(&out, s, &f->bundle->fs, format);
    return out;
}

static void test_state_comes_back_from_either_form(void **state) {
    (void)state;
    timeline_fixture f;
    sz_timeline tl;
    assert_true(timeline_fixture_init(&f, rules));
    fill(&f, &tl);
    sz_buf now = packed(&f, &tl.head, 2), before = packed(&f, &tl.head, 1);
    assert_true(now.n < before.n);
    for (int format = 1; format <= 2; format++) {
        const sz_buf *from = format == 1 ? &before : &now;
        sz_fstate s = {0};
        assert_true(sz_fstate_unpack(&s, &f.bundle->fs, from->p, from->n, format));
        sz_buf again = packed(&f, &s, 1);
        assert_int_equal(again.n, before.n);
        assert_memory_equal(again.p, before.p, before.n);
        sz_buf_fini(&again);
        sz_fstate_fini(&s);
    }
    sz_buf_fini(&now);
    sz_buf_fini(&before);
    sz_timeline_fini(&tl);
    timeline_fixture_fini(&f);
}

static void test_bytes_that_are_cut_off_are_refused(void **state) {
    (void)state;
    timeline_fixture f;
    sz_timeline tl;
    assert_true(timeline_fixture_init(&f, rules));
    fill(&f, &tl);
    sz_buf now = packed(&f, &tl.head, 2);
    sz_fstate s = {0};
    for (size_t n = 0; n < now.n; n++) assert_false(sz_fstate_unpack(&s, &f.bundle->fs, now.p, n, 2));
    sz_fstate_fini(&s);
    sz_buf_fini(&now);
    sz_timeline_fini(&tl);
    timeline_fixture_fini(&f);
}

/* In format 1 regions stand as they are: varint regions | zigzag first day | each region: lstr. Found by
 * tests/fuzz/fuzz_record.c: a session that ended at the beginning of time was subtracted from. */
static void test_regions_that_no_record_could_have_made_are_not_sound(void **state) {
    (void)state;
    timeline_fixture f;
    sz_timeline tl;
    assert_true(timeline_fixture_init(&f, rules));
    fill(&f, &tl);
    sz_buf whole = packed(&f, &tl.head, 1), broken = {0};
    const sz_featureset *fs = &f.bundle->fs;
    uint32_t n_tried = 0;
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        sz_buf_clear(&broken);
        sz_buf_put(&broken, whole.p, whole.n);
        sz_reader r = sz_reader_of(broken.p, broken.n);
        sz_read_varint(&r);
        sz_read_zigzag(&r);
        sz_str region = {0};
        for (uint32_t k = 0; k <= i; k++) region = sz_read_lstr(&r);
        assert_true(!r.bad && region.n >= 8);
        for (int is_broken = 0; is_broken < 2; is_broken++) {
            if (is_broken) memset((char *)(uintptr_t)region.p, 0x7f, region.n < 16 ? region.n : 16);
            sz_fstate s = {0};
            assert_true(sz_fstate_unpack(&s, fs, broken.p, broken.n, 1));
            assert_int_equal(sz_fstate_is_sound(&s, fs, f.ctx.dict, f.ctx.types), !is_broken);
            sz_fstate_fini(&s);
        }
        n_tried++;
    }
    assert_true(n_tried >= 6);
    sz_buf_fini(&whole);
    sz_buf_fini(&broken);
    sz_timeline_fini(&tl);
    timeline_fixture_fini(&f);
}

/* A stored record of format 1: accumulators in full in front of log and story. */
static void test_record_of_format_1_is_read(void **state) {
    (void)state;
    timeline_fixture f;
    sz_timeline tl, blank, again;
    assert_true(timeline_fixture_init(&f, rules));
    fill(&f, &tl);
    sz_timeline_init(&blank, &f.ctx, SZ_STR("s1"), SZ_NONE);
    sz_timeline_init(&again, &f.ctx, SZ_STR("s1"), SZ_NONE);
    sz_buf tail = packed(&f, &tl.head, 1), want = packed(&f, &tl.head, 2), record;
    sz_buf_init(&record);
    sz_buf_put_u8(&record, 1);
    sz_buf_put_zigzag(&record, monday);
    sz_buf_put_lstr(&record, sz_buf_str(&tail));
    sz_buf_put_lstr(&record, (sz_str){"", 0});
    sz_timeline_pack_story(&record, &blank, &f.ctx);
    assert_int_equal(sz_timeline_unpack(&again, &f.ctx, record.p, record.n), SZ_OK);
    assert_int_equal(again.tail.n, want.n);
    assert_memory_equal(again.tail.p, want.p, want.n);
    record.p[0] = SZ_RECORD_FORMAT + 1;
    assert_int_equal(sz_timeline_unpack(&again, &f.ctx, record.p, record.n), SZ_REFUSED);
    sz_buf_fini(&tail);
    sz_buf_fini(&want);
    sz_buf_fini(&record);
    sz_timeline_fini(&tl);
    sz_timeline_fini(&blank);
    sz_timeline_fini(&again);
    timeline_fixture_fini(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_comes_back_from_either_form),
        cmocka_unit_test(test_bytes_that_are_cut_off_are_refused),
        cmocka_unit_test(test_regions_that_no_record_could_have_made_are_not_sound),
        cmocka_unit_test(test_record_of_format_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
