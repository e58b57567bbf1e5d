/* SPDX-License-Identifier: Apache-2.0
 *
 * alloc, arena, buf, reader, map, sort.
 */
#include <sanzao/base.h>

#include "support/draw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void test_alloc_is_zeroed_and_never_null(void **state) {
    (void)state;
    uint8_t *p = sz_alloc(1000);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(p[i], 0);
    sz_free(p);
    p = sz_alloc(0);
    assert_non_null(p);
    p = sz_realloc(p, 10);
    assert_non_null(p);
    sz_free(p);
    sz_free(NULL);
}

static void test_arena_gives_zeroed_aligned_memory_that_stays(void **state) {
    sz_arena a;
    draw d = draw_of(3);
    uint8_t *kept[3000];
    size_t sizes[3000];
    (void)state;
    sz_arena_init(&a);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 3000; i++) {
            sizes[i] = draw_below(&d, 50) == 0 ? draw_below(&d, 20000) : draw_below(&d, 100);
            kept[i] = sz_arena_alloc(&a, sizes[i]);
            assert_true((uintptr_t)kept[i] % 16 == 0);
            for (size_t k = 0; k < sizes[i]; k++) assert_int_equal(kept[i][k], 0);
            memset(kept[i], (int)(i & 0xff), sizes[i]);
        }
        for (size_t i = 0; i < 3000; i++)
            for (size_t k = 0; k < sizes[i]; k++) assert_int_equal(kept[i][k], i & 0xff);
        sz_arena_reset(&a);
    }
    sz_arena_fini(&a);
    assert_null(a.head);
}

static void test_arena_reset_keeps_a_block_but_not_a_huge_one(void **state) {
    sz_arena a;
    (void)state;
    sz_arena_init(&a);
    sz_arena_reset(&a);
    sz_arena_alloc(&a, 100);
    const void *block = a.head;
    sz_arena_reset(&a);
    assert_ptr_equal(a.head, block);
    sz_arena_alloc(&a, 8 << 20);
    sz_arena_reset(&a);
    assert_null(a.head);
    sz_arena_fini(&a);
}

static void test_arena_texts_end_with_nul(void **state) {
    sz_arena a;
    (void)state;
    sz_arena_init(&a);
    sz_str s = sz_arena_str(&a, SZ_STR("晚归"));
    assert_string_equal(s.p, "晚归");
    assert_int_equal(s.n, 6);
    assert_string_equal(sz_arena_str(&a, sz_str_of(NULL)).p, "");
    assert_string_equal(sz_arena_printf(&a, "%d %s", 7, "x"), "7 x");
    char *wide = sz_arena_printf(&a, "%5000d", 1); /* more than the first guess */
    assert_int_equal(strlen(wide), 5000);
    sz_arena_fini(&a);
}

static void test_buf_grows_and_keeps_its_memory(void **state) {
    sz_buf b;
    (void)state;
    sz_buf_init(&b);
    assert_int_equal(sz_buf_str(&b).n, 0);
    sz_buf_put(&b, NULL, 0);
    sz_buf_put_z(&b, "a");
    sz_buf_put_z(&b, NULL);
    sz_buf_put_str(&b, SZ_STR("bc"));
    sz_buf_put_dec(&b, INT64_MIN);
    sz_buf_put_dec(&b, 0);
    assert_true(sz_str_is(sz_buf_str(&b), "abc-92233720368547758080"));
    size_t cap = b.cap;
    sz_buf_clear(&b);
    assert_int_equal(b.n, 0);
    assert_int_equal(b.cap, cap);
    sz_buf_printf(&b, "%s", "x");
    sz_buf_printf(&b, "%3000d", 7);
    assert_int_equal(b.n, 3001);
    assert_int_equal(b.p[3000], '7');
    sz_buf_fini(&b);
}

static void test_buf_layout_is_little_endian(void **state) {
    static const uint8_t bytes[] = {0xab, 4, 3, 2, 1, 8,    7,    6,    5, 4, 3, 2,   1,  0,
                                    0,    0, 0, 0, 0, 0xf0, 0x3f, 0xac, 2, 3, 2, 'h', 'i'};
    sz_buf b;
    (void)state;
    sz_buf_init(&b);
    sz_buf_put_u8(&b, 0xab);
    sz_buf_put_u32(&b, 0x01020304);
    sz_buf_put_u64(&b, 0x0102030405060708);
    sz_buf_put_double(&b, 1.0);
    sz_buf_put_varint(&b, 300);
    sz_buf_put_zigzag(&b, -2);
    sz_buf_put_lstr(&b, SZ_STR("hi"));
    assert_int_equal(b.n, sizeof bytes);
    assert_memory_equal(b.p, bytes, sizeof bytes);
    sz_buf_fini(&b);
}

static int64_t draw_number(draw *d) { /* all magnitudes alike */
    uint64_t v = draw_u64(d) >> draw_below(d, 64);
    return draw_below(d, 2) ? (int64_t)v : (int64_t)(0 - v);
}

static void test_reader_reads_what_was_put(void **state) {
    draw d = draw_of(5);
    sz_buf b;
    (void)state;
    sz_buf_init(&b);
    for (int k = 0; k < 2000; k++) {
        int64_t v[4];
        double x = (double)draw_number(&d) / 3;
        for (int i = 0; i < 4; i++) v[i] = draw_number(&d);
        sz_buf_clear(&b);
        sz_buf_put_varint(&b, (uint64_t)v[0]);
        sz_buf_put_zigzag(&b, v[1]);
        sz_buf_put_u64(&b, (uint64_t)v[2]);
        sz_buf_put_u32(&b, (uint32_t)v[3]);
        sz_buf_put_double(&b, x);
        sz_buf_put_lstr(&b, SZ_STR("晚归"));
        sz_buf_put_u8(&b, 9);
        sz_reader r = sz_reader_of(b.p, b.n);
        assert_true(sz_read_varint(&r) == (uint64_t)v[0]);
        assert_true(sz_read_zigzag(&r) == v[1]);
        assert_true(sz_read_u64(&r) == (uint64_t)v[2]);
        assert_true(sz_read_u32(&r) == (uint32_t)v[3]);
        double back = sz_read_double(&r);
        assert_memory_equal(&back, &x, sizeof x);
        assert_true(sz_str_is(sz_read_lstr(&r), "晚归"));
        assert_int_equal(sz_read_u8(&r), 9);
        assert_false(r.bad);
        assert_ptr_equal(r.p, r.end);
    }
    sz_buf_fini(&b);
}

static void test_varint_edges_round_trip(void **state) {
    sz_buf b;
    (void)state;
    sz_buf_init(&b);
    for (unsigned bit = 0; bit < 64; bit++) {
        for (uint64_t delta = 0; delta < 3; delta++) {
            uint64_t v = (UINT64_C(1) << bit) + delta - 1;
            sz_buf_clear(&b);
            sz_buf_put_varint(&b, v);
            sz_buf_put_zigzag(&b, (int64_t)v);
            sz_reader r = sz_reader_of(b.p, b.n);
            assert_true(sz_read_varint(&r) == v);
            assert_true(sz_read_zigzag(&r) == (int64_t)v);
            assert_true(!r.bad && r.p == r.end);
        }
    }
    sz_buf_fini(&b);
}

static void test_reader_gives_zero_for_ever_after_a_failure(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
    } rows[] = {
        {"", 0},
        {"\x80", 1},                                          /* a varint that is cut */
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},     /* more than 64 bits */
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11}, /* more than 10 bytes */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_reader r = sz_reader_of(rows[i].bytes, rows[i].n);
        assert_true(sz_read_varint(&r) == 0);
        assert_true(r.bad);
        assert_int_equal(sz_read_u8(&r), 0);
        assert_int_equal(sz_read_u32(&r), 0);
        assert_true(sz_read_zigzag(&r) == 0);
        assert_int_equal(sz_read_lstr(&r).n, 0);
        assert_true(r.bad);
    }
    sz_reader r = sz_reader_of("\x05xy", 3); /* a text longer than what is left */
    assert_int_equal(sz_read_lstr(&r).n, 0);
    assert_true(r.bad);
    r = sz_reader_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z", 11);
    assert_int_equal(sz_read_lstr(&r).n, 0);
    assert_true(r.bad);
    r = sz_reader_of(NULL, 0);
    assert_int_equal(sz_read_bytes(&r, 0).n, 0);
    assert_false(r.bad);
}

static void test_map_finds_what_was_put(void **state) {
    sz_map m;
    char key[32];
    (void)state;
    sz_map_init(&m);
    assert_null(sz_map_get(&m, SZ_STR("a")));
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "key%u", i);
        assert_true(sz_map_put(&m, sz_str_of(key), i * 3));
    }
    for (uint32_t i = 0; i < 20000; i++) {
        snprintf(key, sizeof key, "key%u", i);
        const uint32_t *v = sz_map_get(&m, sz_str_of(key));
        assert_non_null(v);
        assert_int_equal(*v, i * 3);
        assert_true(sz_str_is(sz_map_key(&m, i), key));
    }
    assert_null(sz_map_get(&m, SZ_STR("key20000")));
    assert_false(sz_map_put(&m, SZ_STR("key7"), 1));
    assert_int_equal(*sz_map_get(&m, SZ_STR("key7")), 1);
    assert_int_equal(m.n, 20000);
    assert_true(sz_map_put(&m, SZ_STR(""), 5)); /* the empty text is a key too */
    assert_int_equal(*sz_map_get(&m, sz_str_of(NULL)), 5);
    sz_map_fini(&m);
}

static void test_map_put_that_grows_writes_the_new_place(void **state) {
    sz_map m; /* a defect: the value went to the array from before it grew */
    char key[8];
    (void)state;
    sz_map_init(&m);
    for (uint32_t i = 0; i < 9; i++) {
        snprintf(key, sizeof key, "%u", i);
        sz_map_put(&m, sz_str_of(key), i + 1);
        assert_int_equal(*sz_map_get(&m, sz_str_of(key)), i + 1);
    }
    sz_map_fini(&m);
}

static void test_map_intern_numbers_in_order(void **state) {
    sz_map m;
    (void)state;
    sz_map_init(&m);
    assert_int_equal(sz_map_intern(&m, SZ_STR("swipe")), 0);
    assert_int_equal(sz_map_intern(&m, SZ_STR("attendance")), 1);
    assert_int_equal(sz_map_intern(&m, SZ_STR("swipe")), 0);
    assert_int_equal(sz_map_intern(&m, SZ_STR("dorm_access")), 2);
    assert_true(sz_str_is(sz_map_key(&m, 1), "attendance"));
    sz_map_fini(&m);
}

typedef struct item {
    uint32_t key, at;
    uint64_t more[3];
} item;

static int by_key(const void *a, const void *b, void *ctx) {
    uint32_t x = ((const item *)a)->key, y = ((const item *)b)->key;
    ++*(size_t *)ctx;
    return (x > y) - (x < y);
}

static void test_sort_is_stable_and_complete(void **state) {
    draw d = draw_of(13);
    (void)state;
    for (int round = 0; round < 400; round++) {
        size_t n = draw_below(&d, 300), n_compared = 0;
        item v[300];
        bool is_ordered = draw_below(&d, 4) == 0;
        uint64_t n_keys = 1 + draw_below(&d, 40);
        for (size_t i = 0; i < n; i++)
            v[i] = (item){is_ordered ? (uint32_t)i : (uint32_t)draw_below(&d, n_keys), (uint32_t)i, {i, i * 2, i * 3}};
        sz_sort(v, n, sizeof *v, by_key, &n_compared);
        uint64_t sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += v[i].at;
            assert_true(v[i].more[2] == v[i].at * UINT64_C(3));
            if (i == 0) continue;
            assert_true(v[i - 1].key <= v[i].key);
            if (v[i - 1].key == v[i].key) assert_true(v[i - 1].at < v[i].at);
        }
        assert_true(sum == (n ? n * (n - 1) / 2 : 0));
        if (is_ordered) assert_true(n_compared <= 2 * n);
    }
}

/* What readers bring that were offline for an hour: blocks of late elements, far behind where they belong. */
static void test_sort_asks_little_where_little_is_out_of_place(void **state) {
    enum { N = 1 << 16, EVERY = 1 << 12, LATE = 40, BACK = 3000 };
    size_t n_compared = 0, at = 0;
    item *v = sz_alloc(N * sizeof *v);
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        bool is_late = i >= EVERY && i % EVERY < LATE;
        v[i] = (item){.key = is_late ? 2 * (i - BACK) + 1 : 2 * i, .at = i};
    }
    sz_sort(v, N, sizeof *v, by_key, &n_compared);
    for (uint32_t i = 1; i < N; i++) assert_true(v[i - 1].key < v[i].key);
    for (uint32_t i = 0; i < N; i++) at += v[i].at;
    assert_true(at == (size_t)N * (N - 1) / 2);
    assert_true(n_compared < 2 * N); /* merging all of each pair of runs asks for three times as many */
    sz_free(v);
}

static int by_byte(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

static int by_u64(const void *a, const void *b, void *ctx) {
    uint64_t x, y;
    (void)ctx;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static int by_word(const void *a, const void *b, void *ctx) {
    uint32_t x, y;
    (void)ctx;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* Elements of 4 to 40 bytes, the first four of them the key and all others made of it. */
static void test_sort_moves_the_whole_element(void **state) {
    enum { N = 300, SIZE = 40 };
    draw d = draw_of(19);
    (void)state;
    for (size_t size = 4; size <= SIZE; size += 4) {
        uint32_t v[N * SIZE / 4];
        for (size_t i = 0, words = size / 4; i < N; i++) {
            v[i * words] = (uint32_t)draw_u64(&d);
            for (size_t k = 1; k < words; k++) v[i * words + k] = v[i * words] + (uint32_t)k;
        }
        sz_sort(v, N, size, by_word, NULL);
        for (size_t i = 0, words = size / 4; i < N; i++) {
            if (i) assert_true(v[(i - 1) * words] <= v[i * words]);
            for (size_t k = 1; k < words; k++) assert_int_equal(v[i * words + k], v[i * words] + (uint32_t)k);
        }
    }
}

static void test_sort_takes_elements_of_any_size(void **state) {
    draw d = draw_of(17);
    uint8_t bytes[1000];
    uint64_t words[1000];
    (void)state;
    for (size_t i = 0; i < 1000; i++) bytes[i] = (uint8_t)draw_u64(&d), words[i] = draw_u64(&d);
    sz_sort(bytes, 1000, 1, by_byte, NULL);
    sz_sort(words, 1000, sizeof *words, by_u64, NULL);
    for (size_t i = 1; i < 1000; i++) assert_true(bytes[i - 1] <= bytes[i] && words[i - 1] <= words[i]);
    sz_sort(NULL, 0, 8, by_u64, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc_is_zeroed_and_never_null),
        cmocka_unit_test(test_arena_gives_zeroed_aligned_memory_that_stays),
        cmocka_unit_test(test_arena_reset_keeps_a_block_but_not_a_huge_one),
        cmocka_unit_test(test_arena_texts_end_with_nul),
        cmocka_unit_test(test_buf_grows_and_keeps_its_memory),
        cmocka_unit_test(test_buf_layout_is_little_endian),
        cmocka_unit_test(test_reader_reads_what_was_put),
        cmocka_unit_test(test_varint_edges_round_trip),
        cmocka_unit_test(test_reader_gives_zero_for_ever_after_a_failure),
        cmocka_unit_test(test_map_finds_what_was_put),
        cmocka_unit_test(test_map_put_that_grows_writes_the_new_place),
        cmocka_unit_test(test_map_intern_numbers_in_order),
        cmocka_unit_test(test_sort_is_stable_and_complete),
        cmocka_unit_test(test_sort_asks_little_where_little_is_out_of_place),
        cmocka_unit_test(test_sort_moves_the_whole_element),
        cmocka_unit_test(test_sort_takes_elements_of_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
