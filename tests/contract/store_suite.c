/* SPDX-License-Identifier: Apache-2.0 */
#include "store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const store_rig *rig;

/* ---- the hand ---- */

store_hand store_hand_of(const store_rig *r, void *store) {
    store_hand h = {.q = sz_msgq_new()};
    h.port = r->port(store, h.q);
    return h;
}

void store_hand_free(store_hand *h) {
    sz_msgq_free(h->q);
    h->q = NULL;
}

/* A store of another process answers when it has: the pump waits for it. */
const sz_msg *store_answer(store_hand *h) {
    const sz_msg *m;
    do m = sz_msgq_pop(h->q);
    while (!m && !sz_msgq_is_idle(h->q));
    return m;
}

static const sz_msg *one_answer(store_hand *h, sz_msg_kind kind) {
    const sz_msg *m = store_answer(h);
    assert_non_null(m);
    assert_int_equal(m->kind, kind);
    return m;
}

static const sz_msg *acquire_as(store_hand *h, uint8_t owner, uint32_t fmt, const char *topic, uint32_t parts,
                                uint64_t bundle, bool allow_new) {
    uint8_t token[16];
    memset(token, owner, sizeof token);
    h->port.acquire(h->port.self, token, fmt, sz_str_of(topic), parts, bundle, SZ_STR("test"), allow_new);
    const sz_msg *m = one_answer(h, SZ_MSG_ACQUIRED);
    if (m->answer == SZ_ANS_OK || m->answer == SZ_ANS_NEW) {
        assert_non_null(m->header);
        memcpy(h->name.owner, token, sizeof token);
        h->name.seq = m->header->name.seq + 1;
    }
    return m;
}

const sz_msg *store_acquire(store_hand *h, uint8_t owner, bool allow_new) {
    return acquire_as(h, owner, SZ_STATE_FORMAT, "files", 1, 7, allow_new);
}

sz_answer store_commit(store_hand *h, sz_commit *c) {
    c->parent = h->name;
    if (!c->bundle_ver) c->bundle_ver = 7;
    h->port.commit(h->port.self, c);
    const sz_msg *m = one_answer(h, SZ_MSG_COMMITTED);
    assert_null(sz_msgq_pop(h->q)); /* exactly one answer */
    if (m->answer == SZ_ANS_OK) h->name.seq++;
    return m->answer;
}

static const sz_msg *next_chunk(store_hand *h, bool restart) {
    h->port.load(h->port.self, &h->name, restart);
    return one_answer(h, SZ_MSG_CHUNK);
}

/* ---- a dump: lines, those of keyed kinds sorted ---- */

typedef struct dumped {
    sz_arena arena;
    sz_str *lines;
    size_t n, room;
} dumped;

static void dump_line(dumped *d, const char *kind, const sz_msg *m, uint32_t i) {
    const char *text = m->puts ? sz_arena_printf(&d->arena, "%s %.*s=", kind, SZ_FMT_STR(m->puts[i].key))
                               : sz_arena_printf(&d->arena, "%s ", kind);
    sz_str value = m->puts ? m->puts[i].value : m->strs[i];
    size_t n = strlen(text);
    char *line = sz_arena_alloc(&d->arena, n + value.n);
    memcpy(line, text, n);
    if (value.n) memcpy(line + n, value.p, value.n);
    if (d->n == d->room) d->lines = sz_realloc(d->lines, (d->room = d->room ? 2 * d->room : 64) * sizeof *d->lines);
    d->lines[d->n++] = (sz_str){line, n + value.n};
}

static int by_text(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return sz_str_cmp(*(const sz_str *)a, *(const sz_str *)b);
}

void store_dump(store_hand *h, sz_buf *out) {
    static const char *const kinds[] = {"dict", "snapshot", "journal", "outbox", "ledger"};
    static const bool is_keyed[SZ_CHUNK_END] = {[SZ_CHUNK_SNAPSHOTS] = true, [SZ_CHUNK_LEDGER] = true};
    const sz_msg *m = next_chunk(h, true);
    dumped d = {.n = 0};
    sz_arena_init(&d.arena);
    size_t first = 0;
    for (sz_chunk_kind last = SZ_CHUNK_DICT; m->chunk != SZ_CHUNK_END; m = next_chunk(h, false)) {
        assert_int_equal(m->answer, SZ_ANS_OK);
        assert_true(m->chunk >= last);
        assert_true(m->n >= 1 && m->n <= 500);
        if (m->chunk != last) first = d.n;
        last = m->chunk;
        assert_true(is_keyed[last] == (m->puts != NULL));
        for (uint32_t i = 0; i < m->n; i++) dump_line(&d, kinds[last], m, i);
        if (is_keyed[last]) sz_sort(d.lines + first, d.n - first, sizeof *d.lines, by_text, NULL);
    }
    assert_int_equal(m->answer, SZ_ANS_OK);
    for (size_t i = 0; i < d.n; i++) {
        sz_buf_put_str(out, d.lines[i]);
        sz_buf_put_u8(out, '\n');
    }
    sz_free(d.lines);
    sz_arena_fini(&d.arena);
}

static void assert_dump(store_hand *h, const char *want) {
    sz_buf b;
    sz_buf_init(&b);
    store_dump(h, &b);
    sz_buf_put_u8(&b, 0);
    assert_string_equal((const char *)b.p, want);
    sz_buf_fini(&b);
}

/* ---- set up ---- */

static void *store;
static store_hand a, b; /* two workers on one state */

static int set_up(void **state) {
    (void)state;
    store = rig->make();
    a = store_hand_of(rig, store);
    b = store_hand_of(rig, store);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    store_hand_free(&a);
    store_hand_free(&b);
    rig->free(store);
    return 0;
}

static bool reopen(void) {
    if (!rig->reopen) return false;
    store_hand_free(&a);
    store_hand_free(&b);
    store = rig->reopen(store);
    a = store_hand_of(rig, store);
    b = store_hand_of(rig, store);
    return true;
}

static sz_str words[] = {{"pos", 3}, {"door", 4}, {"\0\n\xff", 3}};
static sz_str alerts[] = {{"{\"alert\":1}", 11}, {"{\"alert\":2}", 11}, {"{\"alert\":3}", 11}};
static sz_put records[] = {{{"s1", 2}, {"one", 3}}, {{"s2", 2}, {"two", 3}}};

/* ---- acquire ---- */

static void test_acquire_of_nothing_is_missing_unless_new_is_allowed(void **state) {
    (void)state;
    assert_int_equal(store_acquire(&a, 'a', false)->answer, SZ_ANS_MISSING);
    assert_int_equal(store_acquire(&a, 'a', false)->answer, SZ_ANS_MISSING); /* asking made nothing */
    const sz_msg *m = store_acquire(&a, 'a', true);
    assert_int_equal(m->answer, SZ_ANS_NEW);
    assert_int_equal(m->header->name.seq, 0);
    assert_int_equal(store_acquire(&b, 'b', true)->answer, SZ_ANS_OK);
}

static void test_acquire_gives_the_header_as_it_was(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    assert_int_equal(store_commit(&a, &(sz_commit){.body = SZ_STR("the\0body"), .bundle_ver = 9}), SZ_ANS_OK);
    const sz_msg *m = acquire_as(&b, 'b', SZ_STATE_FORMAT, "files", 1, 9, false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->header->name.seq, 2);
    assert_memory_equal(m->header->name.owner, "aaaaaaaaaaaaaaaa", 16);
    assert_int_equal(m->header->fmt, SZ_STATE_FORMAT);
    assert_int_equal(m->header->parts, 1);
    assert_int_equal(m->header->bundle_ver, 9);
    assert_int_equal(m->header->epoch, 1);
    assert_true(sz_str_is(m->header->topic, "files"));
    assert_true(sz_str_is(m->header->worker, "test"));
    assert_true(sz_str_eq(m->header->body, SZ_STR("the\0body")));
    m = acquire_as(&a, 'c', SZ_STATE_FORMAT, "files", 1, 9, false);
    assert_int_equal(m->header->name.seq, 3);
    assert_int_equal(m->header->epoch, 2);
    assert_memory_equal(m->header->name.owner, "bbbbbbbbbbbbbbbb", 16);
}

static void test_acquire_refuses_another_topic_or_number_of_partitions(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    assert_int_equal(acquire_as(&b, 'b', SZ_STATE_FORMAT, "campus.events", 1, 7, true)->answer, SZ_ANS_MISMATCH);
    assert_int_equal(acquire_as(&b, 'b', SZ_STATE_FORMAT, "files", 4, 7, true)->answer, SZ_ANS_MISMATCH);
    assert_int_equal(store_commit(&a, &(sz_commit){.n_outbox = 0}), SZ_ANS_OK); /* a still holds it */
}

static void test_acquire_refuses_a_newer_format_and_a_newer_bundle(void **state) {
    (void)state;
    acquire_as(&a, 'a', SZ_STATE_FORMAT + 1, "files", 1, 7, true);
    const sz_msg *m = store_acquire(&b, 'b', true);
    assert_int_equal(m->answer, SZ_ANS_NEWER);
    assert_true(m->text.n > 0);
    m = acquire_as(&b, 'b', SZ_STATE_FORMAT + 1, "files", 1, 6, true);
    assert_int_equal(m->answer, SZ_ANS_NEWER);
    assert_int_equal(store_commit(&a, &(sz_commit){.n_outbox = 0}), SZ_ANS_OK);
    assert_int_equal(acquire_as(&b, 'b', SZ_STATE_FORMAT + 1, "files", 1, 8, true)->answer, SZ_ANS_OK);
}

/* ---- commit ---- */

static void test_commit_is_refused_under_another_name(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    sz_commit c = {.outbox = alerts, .n_outbox = 1};
    store_hand stale = a;
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    assert_int_equal(store_commit(&stale, &c), SZ_ANS_REFUSED); /* the owner's, but an older seq: a resend */
    store_acquire(&b, 'b', true);
    assert_int_equal(store_commit(&a, &c), SZ_ANS_REFUSED); /* another owner */
    a.name.seq = b.name.seq;
    assert_int_equal(store_commit(&a, &c), SZ_ANS_REFUSED); /* the seq of the other */
    assert_dump(&b, "outbox {\"alert\":1}\n");
}

static void test_commit_keeps_every_part_in_order(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    sz_put ledger[] = {{{"file:b", 6}, {"open", 4}}, {{"file:a", 6}, {"", 0}}};
    sz_commit c = {.outbox = alerts,
                   .n_outbox = 2,
                   .snapshots = records,
                   .n_snapshots = 2,
                   .journal = SZ_STR("j1"),
                   .dict = words,
                   .n_dict = 2,
                   .ledger = ledger,
                   .n_ledger = 2};
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    sz_put again[] = {{{"s2", 2}, {"TWO!", 4}}, {{"s0", 2}, {"zero", 4}}};
    sz_put done[] = {{{"file:b", 6}, {"done", 4}}};
    c = (sz_commit){.outbox = alerts + 2,
                    .n_outbox = 1,
                    .snapshots = again,
                    .n_snapshots = 2,
                    .journal = SZ_STR("j2"),
                    .dict = words + 2,
                    .n_dict = 1,
                    .ledger = done,
                    .n_ledger = 1};
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    sz_buf want, got;
    sz_buf_init(&want);
    sz_buf_init(&got);
    sz_buf_put_str(&want,
                   SZ_STR("dict pos\ndict door\ndict \0\n\xff\nsnapshot s0=zero\nsnapshot s1=one\nsnapshot s2=TWO!\n"
                          "journal j1\njournal j2\noutbox {\"alert\":1}\noutbox {\"alert\":2}\noutbox {\"alert\":3}\n"
                          "ledger file:a=\nledger file:b=done\n"));
    for (int round = 0; round < 2; round++) {
        sz_buf_clear(&got);
        store_dump(&a, &got);
        assert_int_equal(got.n, want.n);
        assert_memory_equal(got.p, want.p, want.n);
        if (!reopen()) break;
        store_acquire(&a, 'b', false);
    }
    sz_buf_fini(&want);
    sz_buf_fini(&got);
}

/* A store may write them some at a time. */
static void test_words_of_one_commit_keep_their_order(void **state) {
    (void)state;
    enum { MANY = 200, LATER = 65 };
    store_acquire(&a, 'a', true);
    static char texts[MANY + LATER][8];
    sz_str v[MANY + LATER];
    sz_buf want, got;
    sz_buf_init(&want);
    sz_buf_init(&got);
    for (int i = 0; i < MANY + LATER; i++) {
        v[i] = (sz_str){texts[i], (size_t)snprintf(texts[i], sizeof texts[i], "w%d", (i * 7919) % 1000)};
        sz_buf_printf(&want, "dict %s\n", texts[i]);
    }
    assert_int_equal(store_commit(&a, &(sz_commit){.dict = v, .n_dict = MANY}), SZ_ANS_OK);
    assert_int_equal(store_commit(&a, &(sz_commit){.dict = v + MANY, .n_dict = LATER}), SZ_ANS_OK);
    store_dump(&a, &got);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
    sz_buf_fini(&want);
    sz_buf_fini(&got);
}

static void test_commit_trims_from_the_front(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    for (int i = 0; i < 5; i++) {
        char text[] = {'j', (char)('0' + i), 0};
        sz_commit c = {.journal = sz_str_of(text), .outbox = alerts + i % 3, .n_outbox = 1};
        assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    }
    assert_int_equal(store_commit(&a, &(sz_commit){.journal = SZ_STR("j5"), .trim_journal = 2, .trim_outbox = 3}),
                     SZ_ANS_OK);
    assert_dump(&a, "journal j2\njournal j3\njournal j4\njournal j5\noutbox {\"alert\":1}\noutbox {\"alert\":2}\n");
    assert_int_equal(
        store_commit(&a, &(sz_commit){.outbox = alerts, .n_outbox = 1, .trim_outbox = 3, .trim_journal = 9}),
        SZ_ANS_OK); /* what was just appended goes too */
    assert_dump(&a, "");
    assert_int_equal(store_commit(&a, &(sz_commit){.journal = SZ_STR("j6"), .outbox = alerts, .n_outbox = 1}),
                     SZ_ANS_OK);
    assert_dump(&a, "journal j6\noutbox {\"alert\":1}\n");
}

static void test_commit_with_nothing_in_it_moves_the_name(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    uint64_t seq = a.name.seq;
    assert_int_equal(store_commit(&a, &(sz_commit){.body = SZ_STR("x")}), SZ_ANS_OK);
    assert_int_equal(a.name.seq, seq + 1);
    assert_int_equal(store_acquire(&b, 'b', false)->header->name.seq, seq + 1);
}

static void test_commit_that_names_another_topic_keeps_the_state_from_its_workers(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    sz_commit c = {.outbox = alerts, .n_outbox = 2, .body = SZ_STR("body"), .topic = SZ_STR("files/5")};
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    const sz_msg *m = store_acquire(&b, 'b', true);
    assert_int_equal(m->answer, SZ_ANS_MISMATCH);
    assert_true(sz_str_is(m->header->topic, "files/5"));
    m = acquire_as(&b, 'b', SZ_STATE_FORMAT, "files/5", 1, 7, false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_true(sz_str_is(m->header->body, "body"));
    c = (sz_commit){.body = SZ_STR("body"), .topic = SZ_STR("files")};
    assert_int_equal(store_commit(&a, &c), SZ_ANS_REFUSED); /* it is b's */
    assert_int_equal(store_commit(&b, &c), SZ_ANS_OK);
    assert_int_equal(store_commit(&b, &(sz_commit){.body = SZ_STR("on")}), SZ_ANS_OK);
    m = store_acquire(&a, 'c', false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_true(sz_str_is(m->header->topic, "files"));
}

static void test_commit_takes_large_blobs(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    size_t n = 5u << 20;
    char *blob = sz_alloc(n);
    for (size_t i = 0; i < n; i++) blob[i] = (char)(i * 2654435761u >> 13);
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_commit(&a, &(sz_commit){.journal = {blob, n - (size_t)i}}), SZ_ANS_OK);
    for (int i = 0; i < 3; i++) { /* one chunk each: it is over 4 MiB */
        const sz_msg *m = next_chunk(&a, i == 0);
        assert_int_equal(m->chunk, SZ_CHUNK_JOURNAL);
        assert_int_equal(m->n, 1);
        assert_int_equal(m->strs[0].n, n - (size_t)i);
        assert_memory_equal(m->strs[0].p, blob, n - (size_t)i);
    }
    assert_int_equal(next_chunk(&a, false)->chunk, SZ_CHUNK_END);
    sz_free(blob);
}

/* Some stores read what is large in another way than the rest. */
static void test_blobs_of_all_sizes_stand_side_by_side(void **state) {
    static const size_t sizes[] = {1, 70000, 65535, 65536, 2, 65537, 16384, 300000};
    enum { N = sizeof sizes / sizeof *sizes };
    (void)state;
    store_acquire(&a, 'a', true);
    char *blob = sz_alloc(300000);
    for (size_t i = 0; i < 300000; i++) blob[i] = (char)(i * 2654435761u >> 13);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(store_commit(&a, &(sz_commit){.journal = {blob + i % 3, sizes[i] - i % 3 % sizes[i]}}),
                         SZ_ANS_OK);
    uint32_t n = 0;
    for (const sz_msg *m = next_chunk(&a, true); m->chunk != SZ_CHUNK_END; m = next_chunk(&a, false))
        for (uint32_t i = 0; i < m->n; i++, n++) {
            assert_int_equal(m->strs[i].n, sizes[n] - n % 3 % sizes[n]);
            assert_memory_equal(m->strs[i].p, blob + n % 3, m->strs[i].n);
        }
    assert_int_equal(n, N);
    sz_free(blob);
}

/* ---- load ---- */

static void test_load_comes_in_chunks_of_500_and_ends(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    static sz_put many[1234];
    static char keys[1234][8];
    for (int i = 0; i < 1234; i++) {
        int n = 0;
        for (int v = i + 1; v; v /= 10) keys[i][n++] = (char)('0' + v % 10);
        many[i] = (sz_put){{keys[i], (size_t)n}, {"value", 5}};
    }
    assert_int_equal(store_commit(&a, &(sz_commit){.snapshots = many, .n_snapshots = 1234}), SZ_ANS_OK);
    for (int round = 0; round < 2; round++) { /* the second time from the beginning */
        sz_map seen;
        sz_map_init(&seen);
        const sz_msg *m = next_chunk(&a, true);
        uint32_t n_chunks = 0;
        for (; m->chunk != SZ_CHUNK_END; m = next_chunk(&a, false), n_chunks++) {
            assert_int_equal(m->chunk, SZ_CHUNK_SNAPSHOTS);
            assert_true(m->n > 0 && m->n <= 500);
            for (uint32_t k = 0; k < m->n; k++) assert_true(sz_map_put(&seen, m->puts[k].key, 1)); /* each once */
        }
        assert_int_equal(m->answer, SZ_ANS_OK);
        assert_true(n_chunks >= 3);
        assert_int_equal(seen.n, 1234);
        for (int i = 0; i < 1234; i++) assert_non_null(sz_map_get(&seen, many[i].key));
        sz_map_fini(&seen);
        assert_int_equal(next_chunk(&a, false)->chunk, SZ_CHUNK_END);
        assert_int_equal(next_chunk(&a, false)->answer, SZ_ANS_OK);
    }
}

static void test_load_of_an_empty_state_ends_at_once(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    const sz_msg *m = next_chunk(&a, false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->chunk, SZ_CHUNK_END);
}

/* What was read ahead may still come, then the load is refused. */
static void assert_refused(store_hand *h, uint32_t most, bool goes_on) {
    const sz_msg *m = next_chunk(h, !goes_on);
    for (uint32_t n = 0; m->answer == SZ_ANS_OK; m = next_chunk(h, false)) {
        assert_int_not_equal(m->chunk, SZ_CHUNK_END);
        assert_true((n += m->n) < most);
    }
    assert_int_equal(m->answer, SZ_ANS_REFUSED);
}

static void test_load_is_refused_when_the_state_has_moved_on(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    static sz_put many[600];
    static char keys[600][4];
    for (int i = 0; i < 600; i++) {
        memcpy(keys[i], (char[]){(char)('a' + i % 26), (char)('a' + i / 26), 'x'}, 3);
        many[i] = (sz_put){{keys[i], 3}, {"v", 1}};
    }
    assert_int_equal(store_commit(&a, &(sz_commit){.snapshots = many, .n_snapshots = 600}), SZ_ANS_OK);
    assert_true(next_chunk(&a, true)->n > 0);
    store_acquire(&b, 'b', false);
    assert_refused(&a, 600, true); /* a chunk under another name */
    assert_refused(&a, 600, false);
    assert_int_equal(next_chunk(&b, true)->answer, SZ_ANS_OK);
    store_hand stale = b;
    assert_int_equal(store_commit(&b, &(sz_commit){.body = SZ_STR("y")}), SZ_ANS_OK);
    assert_refused(&stale, 600, true); /* the owner's, but an older seq */
    assert_int_equal(next_chunk(&b, true)->answer, SZ_ANS_OK);
}

static void test_load_follows_what_trims_leave(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    for (int i = 0; i < 1100; i++) {
        sz_commit c = {.journal = SZ_STR("blob"), .trim_journal = i >= 600 ? 1 : 0};
        assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
        if (i == 50 && !rig->reopen) continue;
        if (i >= 60 && rig->reopen) break; /* a commit on the disk takes its time */
    }
    uint32_t n = 0;
    for (const sz_msg *m = next_chunk(&a, true); m->chunk != SZ_CHUNK_END; m = next_chunk(&a, false)) n += m->n;
    assert_int_equal(n, rig->reopen ? 61 : 600);
}

/* ---- after the end of the process ---- */

static void test_reopened_state_is_the_last_commit(void **state) {
    (void)state;
    store_acquire(&a, 'a', true);
    sz_commit c = {.outbox = alerts, .n_outbox = 3, .snapshots = records, .n_snapshots = 1, .body = SZ_STR("body")};
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    sz_name last = a.name;
    if (!reopen()) return;
    const sz_msg *m = store_acquire(&a, 'n', false);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->header->name.seq, last.seq);
    assert_memory_equal(m->header->name.owner, last.owner, sizeof last.owner);
    assert_true(sz_str_is(m->header->body, "body"));
    assert_dump(&a, "snapshot s1=one\noutbox {\"alert\":1}\noutbox {\"alert\":2}\noutbox {\"alert\":3}\n");
}

/* ---- another partition's ledger ---- */

static sz_str looked_at(store_hand *h, const sz_parts_port *p, uint32_t partition, const char *key) {
    static uint32_t tag = 7;
    sz_str keys[] = {sz_str_of(key), SZ_STR("never written")};
    p->look(p->self, ++tag, partition, keys, 2);
    const sz_msg *m = one_answer(h, SZ_MSG_LOOKED);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->tag, tag);
    assert_int_equal(m->n, 2);
    assert_int_equal(m->puts[1].value.n, 0);
    return m->puts[0].value;
}

/* As the last commit left it; that takes nothing from its owner, and who is not there has nothing. */
static void test_lines_of_a_ledger_are_seen_by_others(void **state) {
    (void)state;
    sz_put lines[] = {{SZ_STR("parts/a"), SZ_STR("one\0\r\n")}, {SZ_STR("parts/b"), SZ_STR("other")}};
    sz_put again[] = {{SZ_STR("parts/a"), SZ_STR("two")}};
    sz_commit c = {.ledger = lines, .n_ledger = 2}, next = {.ledger = again, .n_ledger = 1};
    sz_parts_port port = rig->others(store, b.q);
    assert_int_equal(looked_at(&b, &port, rig->partition, "parts/a").n, 0);
    store_acquire(&a, 'a', true);
    assert_int_equal(store_commit(&a, &c), SZ_ANS_OK);
    assert_true(sz_str_eq(looked_at(&b, &port, rig->partition, "parts/a"), lines[0].value));
    assert_int_equal(looked_at(&b, &port, rig->partition + 1, "parts/a").n, 0);
    assert_int_equal(store_commit(&a, &next), SZ_ANS_OK);
    assert_true(sz_str_is(looked_at(&b, &port, rig->partition, "parts/a"), "two"));
    assert_true(sz_str_is(looked_at(&b, &port, rig->partition, "parts/b"), "other"));
}

/* ---- any order of calls ---- */

/* A list of texts with nothing clever in it stands for the state; several hundred random commits by two owners. */
static void test_random_commits_equal_a_plain_list(void **state) {
    (void)state;
    uint64_t seed = 12345;
    char journal[256][8];
    uint32_t n = 0, first = 0;
    store_acquire(&a, 'a', true);
    store_hand *owner = &a, *other = &b;
    for (int round = 0; round < (rig->reopen ? 60 : 200); round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t r = (uint32_t)(seed >> 33);
        if (r % 10 == 0) {
            store_hand *was = owner;
            owner = other;
            other = was;
            store_acquire(owner, (uint8_t)round, false);
        }
        char text[8] = {'j', (char)('a' + r % 26), (char)('a' + r / 26 % 26), 0};
        uint32_t trim = r / 700 % 3;
        sz_commit c = {.journal = sz_str_of(text), .trim_journal = trim};
        if (r % 7 == 0) assert_int_equal(store_commit(other, &c), SZ_ANS_REFUSED);
        assert_int_equal(store_commit(owner, &c), SZ_ANS_OK);
        memcpy(journal[n++], text, sizeof text);
        first = first + trim > n ? n : first + trim;
    }
    sz_buf want, got;
    sz_buf_init(&want);
    sz_buf_init(&got);
    for (uint32_t i = first; i < n; i++) sz_buf_printf(&want, "journal %s\n", journal[i]);
    store_dump(owner, &got);
    assert_int_equal(got.n, want.n);
    if (want.n) assert_memory_equal(got.p, want.p, want.n);
    sz_buf_fini(&want);
    sz_buf_fini(&got);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int store_suite_run(const store_rig *r) {
    rig = r;
    const struct CMUnitTest tests[] = {
        TEST(test_acquire_of_nothing_is_missing_unless_new_is_allowed),
        TEST(test_acquire_gives_the_header_as_it_was),
        TEST(test_acquire_refuses_another_topic_or_number_of_partitions),
        TEST(test_acquire_refuses_a_newer_format_and_a_newer_bundle),
        TEST(test_commit_is_refused_under_another_name),
        TEST(test_commit_keeps_every_part_in_order),
        TEST(test_words_of_one_commit_keep_their_order),
        TEST(test_commit_trims_from_the_front),
        TEST(test_commit_with_nothing_in_it_moves_the_name),
        TEST(test_commit_that_names_another_topic_keeps_the_state_from_its_workers),
        TEST(test_commit_takes_large_blobs),
        TEST(test_blobs_of_all_sizes_stand_side_by_side),
        TEST(test_load_comes_in_chunks_of_500_and_ends),
        TEST(test_load_of_an_empty_state_ends_at_once),
        TEST(test_load_is_refused_when_the_state_has_moved_on),
        TEST(test_load_follows_what_trims_leave),
        TEST(test_reopened_state_is_the_last_commit),
        TEST(test_random_commits_equal_a_plain_list),
    };
    const struct CMUnitTest with_others[] = {TEST(test_lines_of_a_ledger_are_seen_by_others)};
    int failed = cmocka_run_group_tests_name(r->name, tests, NULL, NULL);
    return r->others ? failed + cmocka_run_group_tests_name(r->name, with_others, NULL, NULL) : failed;
}
