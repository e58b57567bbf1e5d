/* SPDX-License-Identifier: Apache-2.0
 *
 * Blobs of the journal: a commit has its entries student by student; those of states before, in the order in which they
 * came, say the same. What is damaged is noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/engine_rig.h"
#include "support/older_blobs.h"

enum { RECORDS = 40, HALF = RECORDS / 2 };

static const rig_setup setup = {.students = "student\ns1\ns2\ns3\n",
                                .seed = 1,
                                .rules = "features: {silence: {absence: seen}}\n"
                                         "rules:\n"
                                         "  - {id: gone, value: silence, at_least: {60m: yellow, 90m: orange}}\n"};

typedef struct bench {
    rig_store *store;
    rig_log *log;
    rig a;
} bench;

static void begin(bench *b) {
    b->store = sz_alloc(sizeof *b->store);
    b->log = sz_alloc(sizeof *b->log);
    rig_store_init(b->store);
    rig_log_init(b->log);
    rig_init(&b->a, b->store, b->log, &setup);
    rig_assign(&b->a, -1);
}

static void end(bench *b) {
    rig_fini(&b->a);
    rig_log_fini(b->log);
    rig_store_fini(b->store);
    sz_free(b->log);
    sz_free(b->store);
}

static void again(bench *b) {
    rig_setup o = setup;
    o.seed = 2;
    rig_fini(&b->a);
    rig_init(&b->a, b->store, b->log, &o);
    rig_assign(&b->a, -1);
}

/* Of three students in turn, the third seldom. */
static void records(bench *b, int from, int to) {
    for (int i = from; i < to; i++) {
        rig_log_swipe(b->log, i % 10 == 9 ? "s3" : i % 3 ? "s1" : "s2", 8 + i * 0.2);
        if (i % 5 == 4) rig_wait(&b->a, 1000);
    }
    rig_wait(&b->a, 1000);
}

static void said(const rig_store *s, sz_buf *out) {
    sz_buf_clear(out);
    for (uint32_t i = 0; i < s->n; i++)
        for (uint32_t k = 0; s->nodes[i].is_commit && k < s->nodes[i].c.n_outbox; k++)
            sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(s->nodes[i].c.outbox[k]));
    sz_buf_put_u8(out, 0);
}

static uint32_t make_older(rig_store *s, bool with_hash) {
    uint32_t n_grouped = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        sz_str *blob = &s->nodes[i].c.journal;
        if (s->nodes[i].is_commit && blob->n) *blob = older_blob(&s->arena, *blob, with_hash, &n_grouped);
    }
    return n_grouped;
}

static void test_older_blobs_say_the_same(void **state) {
    (void)state;
    sz_buf straight, loaded;
    sz_buf_init(&straight);
    sz_buf_init(&loaded);
    for (int way = 0; way < 4; way++) { /* no load, of what there is, of version 1, of what was before it */
        bench b;
        begin(&b);
        records(&b, 0, HALF);
        if (way > 1) assert_true(make_older(b.store, way == 2) > 3);
        if (way > 0) {
            again(&b);
            assert_int_equal(rig_operation(&b.a).loads, 1);
        }
        records(&b, HALF, RECORDS);
        assert_int_equal(rig_counts(&b.a)->used, RECORDS);
        assert_int_equal(rig_counts(&b.a)->duplicate, 0);
        said(b.store, way ? &loaded : &straight);
        if (way) assert_string_equal((const char *)loaded.p, (const char *)straight.p);
        else assert_non_null(strstr((const char *)straight.p, "\"orange\""));
        end(&b);
    }
    sz_buf_fini(&straight);
    sz_buf_fini(&loaded);
}

/* Any byte of the last blob another one: it is held, and not read on. */
static void test_a_changed_byte_is_noticed(void **state) {
    (void)state;
    bench b;
    begin(&b);
    records(&b, 0, HALF);
    sz_arena a;
    sz_arena_init(&a);
    sz_str *blob = NULL;
    for (uint32_t i = 0; i < b.store->n; i++)
        if (b.store->nodes[i].is_commit && b.store->nodes[i].c.journal.n) blob = &b.store->nodes[i].c.journal;
    assert_non_null(blob);
    sz_str whole = *blob;
    uint32_t n_nodes = b.store->n;
    for (size_t at = 0; at < whole.n; at++) {
        sz_str changed = sz_arena_str(&a, whole);
        ((char *)(uintptr_t)changed.p)[at] ^= 0x21;
        *blob = changed;
        again(&b);
        assert_int_equal(rig_state(&b.a), SZ_WK_HELD);
        b.store->n = n_nodes; /* without the acquisition */
    }
    *blob = whole;
    again(&b);
    assert_int_equal(rig_state(&b.a), SZ_WK_RUNNING);
    sz_arena_fini(&a);
    end(&b);
}

/* How many entries of that kind the blobs from the n-th node on have. */
static uint32_t entries_of(rig_store *s, uint32_t n, uint8_t kind) {
    uint32_t found = 0, n_grouped = 0;
    for (uint32_t i = n; i < s->n; i++) {
        sz_str blob = s->nodes[i].c.journal;
        if (!s->nodes[i].is_commit || !blob.n) continue;
        blob = older_blob(&s->arena, blob, true, &n_grouped);
        sz_reader r = sz_reader_of(blob.p + 2, blob.n - 2);
        sz_read_varint(&r);
        for (sz_read_u64(&r); r.p < r.end; sz_read_lstr(&r)) {
            found += sz_read_u8(&r) == kind;
            sz_read_varint(&r);
        }
    }
    return found;
}

/* What was frozen for a commit that did not happen: records at the end of logs and before it, a story, when something is
 * due. All of it leaves with the next, with what has come meanwhile. */
static void test_what_did_not_happen_leaves_with_the_next(void **state) {
    enum { EVENT = 1, STORY = 2, DUES = 4 };
    (void)state;
    bench b;
    begin(&b);
    records(&b, 0, 4);
    uint32_t before = b.store->n, used = (uint32_t)rig_counts(&b.a)->used;
    assert_int_equal(used, 4);
    assert_int_equal(entries_of(b.store, 0, EVENT), used);
    b.a.fate = RIG_NOT_DONE;
    rig_log_swipe(b.log, "s2", 8.1); /* late: another of his stands behind it */
    rig_log_swipe(b.log, "s1", 9.7); /* who has been silent for more than an hour */
    rig_log_swipe(b.log, "s3", 9.8);
    while (b.a.n_commits == 0 || b.a.n_acquires < 2) rig_wait(&b.a, 100);
    assert_int_equal(entries_of(b.store, before, EVENT), 0);
    rig_log_swipe(b.log, "s3", 9.9);
    b.a.fate = RIG_STANDS;
    rig_wait(&b.a, 20000);
    assert_int_equal(rig_operation(&b.a).loads, 0); /* memory was kept */
    assert_int_equal(rig_counts(&b.a)->used, used + 4);
    assert_int_equal(entries_of(b.store, before, EVENT), 4);
    assert_true(entries_of(b.store, before, STORY) > 0);
    assert_true(entries_of(b.store, before, DUES) > 0);
    again(&b);
    assert_int_equal(rig_operation(&b.a).loads, 1);
    assert_int_equal(rig_counts(&b.a)->used, used + 4);
    end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_older_blobs_say_the_same),
        cmocka_unit_test(test_a_changed_byte_is_noticed),
        cmocka_unit_test(test_what_did_not_happen_leaves_with_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
