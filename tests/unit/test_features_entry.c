/* SPDX-License-Identifier: Apache-2.0
 *
 * The id of a packed record: in half bytes where it is digits behind a few letters, 16 bytes for a hash, else as it is;
 * records that hold it as it is, as format 2 did, are read. A condition can compare the id of the last record whatever
 * its form is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/timeline_fixture.h"

static const char rules[] = "events:\n"
                            "  buy: {event: swipe}\n"
                            "features:\n"
                            "  l: {last: buy}\n"
                            "  n: {count: buy, over: 7d}\n"
                            "rules:\n"
                            "  - {id: r, level: blue, when: n > 99 && l.amount > 99}\n";

static const int64_t monday = INT64_C(1772380800000); /* 2026-03-02T00:00+08:00 */
enum { MASK_BYTES = 1 };
static const uint8_t mask[MASK_BYTES];

static int setup(void **state) {
    timeline_fixture *f = sz_alloc(sizeof *f);
    *state = f;
    return timeline_fixture_init(f, rules) ? 0 : -1;
}

static int teardown(void **state) {
    timeline_fixture_fini(*state);
    sz_free(*state);
    return 0;
}

static void put(timeline_fixture *f, sz_buf *out, const char *id) {
    sz_event e = timeline_fixture_swipe(id, monday, 500);
    sz_buf_clear(out);
    sz_entry_put(out, &e, mask, MASK_BYTES, &f->dict, &f->types);
    assert_int_equal(sz_entry_len(out->p), out->n);
}

static void comes_back(timeline_fixture *f, const sz_buf *entry, const char *id) {
    sz_event e;
    assert_true(sz_entry_get(entry->p, MASK_BYTES, &f->dict, &f->types, &e));
    assert_int_equal(e.id.n, strlen(id));
    assert_memory_equal(e.id.p, id, e.id.n);
    assert_int_equal(e.time_ms, monday);
    assert_int_equal(e.amount_fen, 500);
}

/* Bytes that an id takes, its length among them; its number of characters and one if it stands as it is. */
static const struct {
    const char *id;
    size_t bytes;
} ids[] = {
    {"p299999", 5},
    {"P33521195-882", 8},
    {"2026-03-02:08/15.1;7<", 12},
    {"1", 2},
    {"a", 2},
    {"abc", 4},
    {"abc1", 5},
    {"abc12345678901234567890123456789", 20},    /* 32 characters: its length takes two bytes */
    {"1234567890123456789012345678901234", 19},  /* 34: as many as an event has room for */
    {"12345678901234567890123456789012345", 36}, /* 35 */
    {"abcd1", 6},                                /* four letters in front */
    {"p12a", 5},                                 /* and one behind */
    {"\xe5\x8d\xa1"
     "7",
     5}, /* a Chinese character in front is three bytes */
    {"x:00112233445566778899aabbccddeeff", 16},
    {"x:00112233445566778899aabbccddeefg", 35},
    {"550e8400-e29b-41d4-a716-446655440000", 37},
};

static void test_ids_come_back_from_fewer_bytes(void **state) {
    timeline_fixture *f = *state;
    sz_buf a = {0}, bare = {0};
    put(f, &bare, "b"); /* two bytes of it */
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        put(f, &a, ids[i].id);
        assert_int_equal(a.n - (bare.n - 2), ids[i].bytes);
        comes_back(f, &a, ids[i].id);
    }
    sz_buf_fini(&a);
    sz_buf_fini(&bare);
}

/* As the whole does, whatever stands in front of them. */
static void test_codes_place_and_reader_alone_are_those_of_the_whole(void **state) {
    timeline_fixture *f = *state;
    for (unsigned i = 0; i < 64; i++) {
        sz_buf a = {0};
        sz_event e = timeline_fixture_swipe("e1", monday, i & 1 ? 500 : SZ_ABSENT), whole, part;
        e.balance_fen = i & 2 ? 123456 : SZ_ABSENT;
        e.source = sz_str_of(i & 4 ? "pos" : "");
        e.place = sz_str_of(i & 8 ? "canteen-1" : "");
        e.card = sz_str_of(i & 16 ? "77" : "");
        e.reader = sz_str_of(i & 32 ? "r1" : "");
        e.op = i % 3 ? SZ_SWIPE_REFUND : SZ_SWIPE_TOPUP;
        e.precision = i % 2 ? SZ_PREC_DAY : SZ_PREC_SECOND;
        sz_entry_put(&a, &e, mask, MASK_BYTES, &f->dict, &f->types);
        assert_true(sz_entry_get(a.p, MASK_BYTES, &f->dict, &f->types, &whole));
        assert_true(sz_entry_get_place(a.p, MASK_BYTES, &f->dict, &part));
        assert_int_equal(part.time_ms, whole.time_ms);
        assert_memory_equal(&part.type, &whole.type, 6); /* the codes, side by side */
        assert_true(sz_str_eq(part.place, whole.place) && sz_str_eq(part.reader, whole.reader));
        assert_int_equal(part.place.n, e.place.n);
        uint32_t word = sz_entry_place_word(a.p, MASK_BYTES);
        assert_true(word == SZ_NONE ? !whole.place.n : sz_str_eq(sz_map_key(&f->dict, word), whole.place));
        assert_int_equal(part.reader.n, e.reader.n);
        sz_buf_fini(&a);
    }
}

/* By a card or by name: put again it says the same; an entry of before says neither, and counts as named. */
static void test_it_says_whether_its_student_was_found_by_a_card(void **state) {
    timeline_fixture *f = *state;
    static const struct {
        const char *student, *card;
        bool is_by_card;
    } rows[] = {{"", "77", true}, {"s1", "77", false}, {"s1", "", false}, {"", "", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_buf a = {0}, b = {0}, moved = {0};
        sz_event e = timeline_fixture_swipe("e1", monday, 500), back;
        e.student = sz_str_of(rows[i].student);
        e.card = sz_str_of(rows[i].card);
        e.direction = SZ_DIR_UNKNOWN;
        e.result = SZ_RESULT_DENIED;
        sz_entry_put(&a, &e, mask, MASK_BYTES, &f->dict, &f->types);
        assert_int_equal(sz_entry_is_by_card(a.p, MASK_BYTES), rows[i].is_by_card);
        assert_true(sz_entry_get(a.p, MASK_BYTES, &f->dict, &f->types, &back));
        assert_int_equal(back.is_named, !rows[i].is_by_card);
        assert_true(back.direction == SZ_DIR_UNKNOWN && back.result == SZ_RESULT_DENIED && back.student.n == 0);
        sz_entry_put(&b, &back, mask, MASK_BYTES, &f->dict, &f->types);
        assert_true(sz_str_eq(sz_buf_str(&a), sz_buf_str(&b)));
        assert_true(sz_entry_move(&moved, a.p, a.n, MASK_BYTES, &f->dict, &f->dict, &f->types));
        assert_true(sz_str_eq(sz_buf_str(&a), sz_buf_str(&moved)));
        a.p[SZ_ENTRY_HEAD + MASK_BYTES] &= 0x3f; /* as it was before */
        assert_true(sz_entry_get(a.p, MASK_BYTES, &f->dict, &f->types, &back));
        assert_true(back.is_named);
        sz_buf_fini(&a);
        sz_buf_fini(&b);
        sz_buf_fini(&moved);
    }
}

/* Every id of up to three characters out of digits, what stands between them, letters and others. */
static void test_all_short_ids_come_back(void **state) {
    timeline_fixture *f = *state;
    static const char from[] = "09-,.:</=aZ_~";
    enum { N = sizeof from - 1 };
    sz_buf a = {0};
    for (unsigned i = 0; i < N * N * N * N; i++) {
        char id[5] = {from[i % N], from[i / N % N], from[i / (N * N) % N], from[i / (N * N * N)], 0};
        put(f, &a, id);
        comes_back(f, &a, id);
    }
    sz_buf_fini(&a);
}

/* A number of one byte, of two and of three, with a source in front and without. */
static void test_a_place_is_found_by_its_number_however_long_that_is(void **state) {
    timeline_fixture *f = *state;
    for (unsigned i = 0; i < 17000; i++) {
        char name[16];
        sz_buf a = {0};
        sz_event e = timeline_fixture_swipe("e1", monday, 500);
        snprintf(name, sizeof name, "p%u", i);
        e.place = sz_str_of(name);
        if (i & 1) e.source = sz_str_of("");
        sz_entry_put(&a, &e, mask, MASK_BYTES, &f->dict, &f->types);
        uint32_t word = sz_entry_place_word(a.p, MASK_BYTES);
        assert_true(word != SZ_NONE && sz_str_eq(sz_map_key(&f->dict, word), e.place));
        sz_buf_fini(&a);
    }
}

/* Of every length that an event has room for, with letters in front, and one that is no half byte at each place. */
static void test_ids_of_all_lengths_come_back(void **state) {
    timeline_fixture *f = *state;
    static const char digits[] = "0123456789-./:;<98765432101357924680";
    sz_buf a = {0}, bare = {0};
    put(f, &bare, "b"); /* two bytes of it */
    for (size_t n = 1; n <= 34; n++)
        for (size_t head = 0; head <= 3 && head <= n; head++)
            for (size_t odd = head; odd <= n; odd++) {
                char id[40] = "xyz";
                memcpy(id + head, digits + n % 2, n - head);
                id[n] = 0;
                if (odd < n) id[odd] = (char)(odd % 2 ? '=' : ',');
                put(f, &a, id);
                comes_back(f, &a, id);
                size_t letters = odd < n && odd == head ? head + 1 : head, behind = n - letters;
                bool is_packed = letters <= 3 && (odd == n || letters > head);
                size_t packed = (n >= 32 ? 2u : 1u) + letters + (behind + 1) / 2, plain = 1 + n;
                assert_int_equal(a.n - (bare.n - 2), is_packed ? packed : plain);
            }
    sz_buf_fini(&a);
    sz_buf_fini(&bare);
}

/* "abcd1" stands as it is; so "p2345" in its place is a record of format 2. */
static sz_buf of_format_2(timeline_fixture *f) {
    sz_buf a = {0};
    put(f, &a, "abcd1");
    memcpy(a.p + a.n - 5, "p2345", 5);
    return a;
}

static void test_id_of_format_2_is_read_and_moved(void **state) {
    timeline_fixture *f = *state;
    enum { BITS = 3, OF_TIMELINE = 16 };
    sz_map other;
    sz_map_init(&other);
    sz_buf a = of_format_2(f), moved = {0}, now = {0};
    comes_back(f, &a, "p2345");
    a.p[BITS] |= OF_TIMELINE;
    assert_true(sz_entry_move(&moved, a.p, a.n, MASK_BYTES, &f->dict, &other, &f->types));
    assert_int_equal(moved.p[BITS] & OF_TIMELINE, OF_TIMELINE);
    sz_event e;
    assert_true(sz_entry_get(moved.p, MASK_BYTES, &other, &f->types, &e));
    assert_true(sz_str_eq(e.id, SZ_STR("p2345")));
    put(f, &now, "p2345");
    assert_true(moved.n <= now.n && moved.n < a.n);
    sz_buf_fini(&a);
    sz_buf_fini(&moved);
    sz_buf_fini(&now);
    sz_map_fini(&other);
}

static void test_damaged_ids_are_refused(void **state) {
    timeline_fixture *f = *state;
    sz_buf a = {0};
    put(f, &a, "p299999");
    uint8_t *length = a.p + a.n - 5;
    sz_event e;
    for (unsigned v = 0; v < 128; v++) {
        *length = (uint8_t)v;
        unsigned n = v >> 2, head = v & 3;
        bool fits = head <= n && 1 + head + (n - head + 1) / 2 <= 5;
        assert_int_equal(sz_entry_get(a.p, MASK_BYTES, &f->dict, &f->types, &e), fits);
    }
    sz_buf_fini(&a);
}

/* As a condition sees it, two at once. */
static void test_id_of_last_record_is_known(void **state) {
    timeline_fixture *f = *state;
    static const char *const forms[] = {"p299999", "abcd1", "x:00112233445566778899aabbccddeeff"};
    sz_fstate s;
    sz_fstate_init(&s, &f->bundle->fs, NULL);
    sz_buf a = {0};
    uint8_t all[MASK_BYTES] = {0xff};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        sz_event e = timeline_fixture_swipe(forms[i], monday, 500);
        put(f, &a, forms[i]);
        sz_fstate_add(&s, &f->bundle->fs, &f->zone, NULL, &e, all, (sz_entry){a.p, (uint32_t)a.n});
        sz_eval ev = {.fs = &f->bundle->fs,
                      .facts = &f->facts,
                      .types = &f->types,
                      .zone = &f->zone,
                      .dict = &f->dict,
                      .student = SZ_NONE,
                      .student_id = SZ_STR("s1"),
                      .state = &s};
        sz_eval_at(&ev, monday);
        sz_loader l = sz_eval_loader(&ev);
        uint32_t last = 0;
        while (f->bundle->fs.features[last].op != SZ_OP_LAST) last++;
        sz_xval one = {0}, two = {0};
        l.load(l.ctx, SZ_SLOT(SZ_SPACE_FEATURE, SZ_EF_ID + 1, last), &one);
        l.load(l.ctx, SZ_SLOT(SZ_SPACE_FEATURE, SZ_EF_ID + 1, last), &two);
        assert_int_equal(one.know, SZ_KNOWN);
        assert_true(sz_str_eq(one.str, sz_str_of(forms[i])));
        assert_true(sz_str_eq(two.str, one.str));
    }
    sz_buf_fini(&a);
    sz_fstate_fini(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_codes_place_and_reader_alone_are_those_of_the_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_place_is_found_by_its_number_however_long_that_is, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_come_back_from_fewer_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_it_says_whether_its_student_was_found_by_a_card, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_short_ids_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ids_of_all_lengths_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_id_of_format_2_is_read_and_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_ids_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_id_of_last_record_is_known, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
