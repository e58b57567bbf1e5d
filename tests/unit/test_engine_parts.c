/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables of peers of a topic with several partitions (docs/adr/0041): its workers say what one worker over all of its
 * records says, whatever is cut off, whoever is late; and what is missing makes a group unknown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/draw.h"
#include "support/engine_fleet.h"
#include "support/sanitized.h"

enum { STUDENTS = 36, DAYS = 6, PARTS = FLEET };
/* What is drawn shows in the plain build; sanitizers look at what the same code does to memory, ten times as slowly. */
enum { DRAWS = IS_SANITIZED ? 14 : 40 };

static const char rules[] =
    "features:\n"
    "  among: {peers: {count: swipe, over: 1d}, by: class, min_group: 7}\n"
    "  more: {peers: {sum: swipe.amount, over: 2d}, by: class, min_group: 9}\n"
    "rules:\n"
    "  - {id: top, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: seven, when: more.mean > 6 && more.percentile > 40, level: blue, again_after: 1h, check: daily at 07:00}\n";

static const char rules_by_place[] =
    "features:\n"
    "  among: {peers: {count: swipe, over: 1d}, by: place, min_group: 5}\n"
    "  more: {peers: {sum: swipe.amount, over: 2d}, by: [place, class], min_group: 5}\n"
    "rules:\n"
    "  - {id: top, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
    "  - {id: seven, when: more.mean > 6 && more.percentile > 40, level: blue, again_after: 1h, check: daily at 07:00}\n";

/* s00 … of three classes of twelve, a few of each in each partition. */
static const char *roster(void) {
    static char text[1024];
    int n = snprintf(text, sizeof text, "student,class\n");
    for (int i = 0; i < STUDENTS; i++) n += snprintf(text + n, sizeof text - (size_t)n, "s%02d,c%d\n", i, i % 3);
    return text;
}

static uint32_t home(int student, uint32_t parts) {
    char id[16];
    snprintf(id, sizeof id, "s%02d", student);
    return sz_home(sz_str_of(id), parts);
}

static void add_day(rig_log *l, int day, uint32_t parts, uint32_t partition) {
    draw d = draw_of(100 + (uint64_t)day);
    for (int hour = 6; hour < 22; hour++)
        for (int i = 0; i < STUDENTS; i++) {
            bool is_here = draw_below(&d, 10) == 0;
            uint32_t amount = (uint32_t)draw_below(&d, 9);
            int64_t t = rig_monday + day * SZ_DAY_MS + hour * SZ_HOUR_MS + i * SZ_MINUTE_MS;
            if (is_here && home(i, parts) == partition)
                rig_log_add(
                    l,
                    "{\"id\":\"s%02d.%d.%d\",\"student\":\"s%02d\",\"time\":%lld,\"type\":\"swipe\",\"amount\":%u,"
                    "\"place\":\"p%d\"}",
                    i, day, hour, i, (long long)t, amount, hour % 5 ? i % 3 : 3);
        }
}

/* ---- the workers of a topic, and one over all of it ---- */

static fleet *parts_fleet(const char *text) {
    rig_setup o = {.rules = text, .students = roster(), .o = {.is_live = true}};
    return fleet_begin(&o, rig_monday + (DAYS + 2) * SZ_DAY_MS);
}

static void feed(fleet *f, int from, int to) {
    for (uint32_t p = 0; p < PARTS; p++)
        for (int day = from; day < to; day++) add_day(f->logs[p], day, PARTS, p);
}

/* What one worker says of the first so many days: its lines, in order. */
static void one_worker(const char *text, int days, sz_buf *said, rig_store *store) {
    rig r;
    rig_log log;
    rig_setup o = {.rules = text, .students = roster(), .o = {.is_live = true}};
    rig_store_init(store);
    rig_log_init(&log);
    for (int day = 0; day < days; day++) add_day(&log, day, 1, 0);
    rig_init(&r, store, &log, &o);
    r.wall = rig_monday + (DAYS + 2) * SZ_DAY_MS;
    rig_assign(&r, -1);
    rig_wait(&r, 20000);
    sz_buf_put_str(said, sz_buf_str(&r.topic));
    assert_true(rig_topic_count(&r, "\"rule\":\"top\"") > 5 && rig_topic_count(&r, "\"rule\":\"seven\"") > 5);
    rig_fini(&r);
    rig_log_fini(&log);
}

/* ---- lines, in any order ---- */

static uint32_t once(sz_str *v, uint32_t n) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!kept || !sz_str_eq(v[kept - 1], v[i])) v[kept++] = v[i];
    return kept;
}

/* may_repeat: what went out and was not known to have done so goes out again. */
static void same_lines(fleet *f, sz_str want, bool may_repeat) {
    sz_arena a;
    sz_buf got;
    uint32_t n, m;
    sz_arena_init(&a);
    sz_buf_init(&got);
    fleet_said(f, &got);
    sz_str *v = fleet_lines(&a, sz_buf_str(&got), &n), *u = fleet_lines(&a, want, &m);
    if (may_repeat) n = once(v, n);
    for (uint32_t i = 0; i < n && i < m; i++)
        if (!sz_str_eq(v[i], u[i])) fail_msg("got\n%.*s\nwant\n%.*s", SZ_FMT_STR(v[i]), SZ_FMT_STR(u[i]));
    assert_int_equal(n, m);
    sz_buf_fini(&got);
    sz_arena_fini(&a);
}

/* ---- tables ---- */

static sz_peers *tables_of(const rig_store *s, const char *kind) {
    sz_peers *out = sz_peers_new();
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(s, &a);
    for (uint32_t i = 0; i < l.n_ledger; i++) {
        sz_peer_table t;
        unsigned long long feature;
        char key[64];
        snprintf(key, sizeof key, "%.*s", SZ_FMT_STR(l.ledger[i].key));
        bool is_it = strncmp(key, kind, strlen(kind)) == 0 && sscanf(key + strlen(kind), "/%16llx/", &feature) == 1;
        if (!is_it || !l.ledger[i].value.n) continue;
        assert_true(sz_peer_table_get(&t, l.ledger[i].value));
        assert_int_equal(t.is_whole, strcmp(kind, "peers") == 0 && s->parts > 1);
        sz_peers_take(out, feature, &t);
    }
    sz_arena_fini(&a);
    return out;
}

static void put_tables(sz_buf *out, sz_peers *p) {
    uint64_t feature;
    const sz_peer_table *t;
    for (uint32_t at = 0; (t = sz_peers_next(p, &at, &feature));) {
        sz_peer_table what = *t;
        what.is_whole = false;
        sz_buf_put_u64(out, feature);
        sz_peer_table_put(out, &what);
    }
    sz_peers_free(p);
}

/* Each partition has the tables that one worker made. */
static void same_tables(const fleet *f, const rig_store *one) {
    sz_buf want;
    sz_buf_init(&want);
    put_tables(&want, tables_of(one, "peers"));
    assert_true(want.n > 100);
    for (uint32_t p = 0; p < PARTS; p++) {
        sz_buf got;
        sz_buf_init(&got);
        put_tables(&got, tables_of(f->stores[p], "peers"));
        assert_true(sz_str_eq(sz_buf_str(&got), sz_buf_str(&want)));
        sz_buf_fini(&got);
    }
    sz_buf_fini(&want);
}

/* What a partition has told the others of its process is what its ledger has for them: so many lines. */
static uint32_t told_is_what_stands(const fleet *f, uint32_t partition) {
    const told_lines *told = &f->r[partition].seat.told;
    uint32_t n = 0;
    sz_arena a;
    sz_arena_init(&a);
    rig_lists l = rig_store_lists(f->stores[partition], &a);
    for (uint32_t i = 0; i < l.n_ledger; i++) {
        if (l.ledger[i].key.n < 6 || memcmp(l.ledger[i].key.p, "parts/", 6) != 0) continue;
        const uint32_t *at = sz_map_get(&told->keys, l.ledger[i].key);
        assert_non_null(at);
        assert_true(sz_str_eq(told->values[*at], l.ledger[i].value));
        n++;
    }
    sz_arena_fini(&a);
    assert_int_equal(n, told->keys.n);
    assert_true(f->r[partition].seat.is_open);
    return n;
}

typedef struct alone { /* what one worker says */
    sz_buf said;
    rig_store *store;
} alone;

static alone alone_over(const char *text, int days) {
    alone x = {.store = sz_alloc(sizeof *x.store)};
    sz_buf_init(&x.said);
    one_worker(text, days, &x.said, x.store);
    return x;
}

static void alone_fini(alone *x) {
    sz_buf_fini(&x->said);
    rig_store_fini(x->store);
    sz_free(x->store);
}

/* ---- tests ---- */

static void all_partitions_say_what_one_worker_says(void **state) {
    (void)state;
    alone want = alone_over(rules, DAYS);
    for (int is_near = 0; is_near < 2; is_near++) {
        fleet *f = parts_fleet(rules);
        if (is_near) f->near = near_new(PARTS);
        feed(f, 0, DAYS);
        for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
        fleet_go(f, 20000);
        same_lines(f, sz_buf_str(&want.said), false);
        same_tables(f, want.store);
        for (uint32_t p = 0; p < PARTS; p++) {
            sz_operation op = rig_operation(&f->r[p]);
            assert_int_equal(op.part_waits, DAYS);
            assert_int_equal(op.parts_missing, 0);
            assert_true(op.part_wait_ms > 0 && op.part_wait_ms < 120000);
            assert_false(fleet_has_notice(&f->r[p], "peers"));
        }
        for (uint32_t p = 0; is_near && p < PARTS; p++) assert_true(told_is_what_stands(f, p) > DAYS);
        fleet_end(f);
    }
    alone_fini(&want);
}

static void places_are_those_of_all_partitions(void **state) {
    (void)state;
    alone want = alone_over(rules_by_place, DAYS);
    fleet *f = parts_fleet(rules_by_place);
    feed(f, 0, DAYS);
    for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
    fleet_go(f, 20000);
    same_lines(f, sz_buf_str(&want.said), false);
    same_tables(f, want.store);
    fleet_end(f);
    alone_fini(&want);
}

/* Of one process they hear of a part with its commit; without that each would be at one of its next looks, 250 ms apart
 * by then. The first ones wait for nothing else: each has the last one's part with the step that follows. */
static void who_is_near_is_not_looked_for_in_vain(void **state) {
    (void)state;
    for (int is_near = 0; is_near < 2; is_near++) {
        fleet *f = parts_fleet(rules);
        if (is_near) f->near = near_new(PARTS);
        feed(f, 0, 1);
        for (uint32_t p = 0; p < 2; p++) fleet_up(f, p);
        fleet_go(f, 10000);
        for (uint32_t p = 0; p < 2; p++) assert_int_equal(rig_counts(&f->r[p])->read, 0);
        fleet_up(f, 2);
        for (int ms = 0; ms < 30000 && rig_operation(&f->r[2]).part_waits == 0; ms++) rig_wait(&f->r[2], 1);
        for (int ms = 0; ms < 100; ms++) rig_wait(&f->r[2], 1);
        for (uint32_t p = 0; p < 2; p++) {
            rig_run(&f->r[p]);
            assert_int_equal(rig_counts(&f->r[p])->read > 0, is_near);
        }
        fleet_end(f);
    }
}

/* The state of one is cut off under its worker, which others have built on: what it told goes with its memory, and what
 * is left or made anew is told. */
static void what_was_lost_is_not_told_any_more(void **state) {
    (void)state;
    alone want = alone_over(rules, DAYS);
    for (uint32_t cut = 7; cut < 11; cut++) {
        fleet *f = parts_fleet(rules);
        rig *r = &f->r[1];
        f->near = near_new(PARTS);
        feed(f, 0, DAYS);
        for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
        fleet_go(f, 20000);
        uint32_t n = told_is_what_stands(f, 1);
        rig_store_cut(f->stores[1], f->stores[1]->n - cut);
        r->holds[SZ_MSG_SEEKED] = true;
        rig_wait(r, 6000); /* the next commit is refused */
        assert_int_equal(rig_state(r), SZ_WK_SEEKING);
        assert_true(told_is_what_stands(f, 1) < n);
        rig_release(r);
        fleet_go(f, 20000);
        same_tables(f, want.store);
        assert_int_equal(told_is_what_stands(f, 1), n);
        fleet_end(f);
    }
    alone_fini(&want);
}

/* The others wait for one that comes up later, or is fed later, and use nothing meanwhile; the log says so once. */
static void the_last_one_is_waited_for(void **state) {
    (void)state;
    alone want = alone_over(rules, DAYS);
    for (uint32_t last = 0; last < PARTS; last++) {
        fleet *f = parts_fleet(rules);
        feed(f, 0, DAYS);
        for (uint32_t p = 0; p < PARTS; p++)
            if (p != last) fleet_up(f, p);
        fleet_go(f, 60000);
        for (uint32_t p = 0; p < PARTS; p++) {
            if (p == last) continue;
            assert_int_equal(rig_counts(&f->r[p])->read, 0); /* its first record lies behind the first 04:00 */
            assert_true(fleet_has_notice(&f->r[p], "waits for the parts"));
        }
        fleet_go(f, 30000);
        for (uint32_t p = 0; p < PARTS; p++) assert_false(p != last && fleet_has_notice(&f->r[p], ""));
        fleet_up(f, last);
        fleet_go(f, 20000);
        same_lines(f, sz_buf_str(&want.said), false);
        same_tables(f, want.store);
        fleet_end(f);
    }
    alone_fini(&want);
}

/* Whatever happens to each of them now and then, at the end all is said that one worker says, and no more. */
static void disturbed_they_say_the_same(void **state) {
    (void)state;
    alone want = alone_over(rules, DAYS);
    for (uint64_t seed = 1; seed <= DRAWS; seed++) {
        draw d = draw_of(seed);
        fleet *f = parts_fleet(rules);
        if (seed % 2) f->near = near_new(PARTS);
        f->o.o.tick_students = 1 + (uint32_t)draw_below(&d, 20);
        f->o.o.peers_wait_ms = SZ_HOUR_MS;
        feed(f, 0, DAYS);
        for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
        for (int i = 0; i < 40; i++) {
            fleet_go(f, 25 + 25 * (int64_t)draw_below(&d, 30));
            fleet_disturb(f, &d);
        }
        fleet_calm(f);
        fleet_go(f, 90000);
        same_lines(f, sz_buf_str(&want.said), true);
        same_tables(f, want.store);
        for (uint32_t p = 0; f->near && p < PARTS; p++) assert_true(told_is_what_stands(f, p) > DAYS);
        fleet_end(f);
    }
    alone_fini(&want);
}

/* The store of one loses commits that others have built on: it makes the same part again, and they keep theirs. */
static void a_part_that_was_lost_is_made_again(void **state) {
    (void)state;
    alone want = alone_over(rules, DAYS);
    for (uint32_t eighths = 1; eighths < 8; eighths++) {
        fleet *f = parts_fleet(rules);
        feed(f, 0, DAYS);
        for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
        fleet_go(f, 20000);
        fleet_down(f, 1);
        assert_true(f->stores[1]->n >= 8);
        rig_store_cut(f->stores[1], f->stores[1]->n * eighths / 8);
        fleet_up(f, 1);
        fleet_go(f, 20000);
        same_tables(f, want.store);
        fleet_end(f);
    }
    alone_fini(&want);
}

/* Who does not come is not waited for beyond the limit, once; his students count as unknown. Back, he is waited for. */
static void beyond_the_limit_groups_are_unknown(void **state) {
    (void)state;
    fleet *f = parts_fleet(rules);
    f->o.o.peers_wait_ms = 5000;
    feed(f, 0, DAYS);
    fleet_up(f, 0);
    fleet_up(f, 1);
    fleet_go(f, 4900);
    assert_int_equal(rig_counts(&f->r[0])->read, 0);
    fleet_go(f, 10000);
    assert_int_equal(rig_counts(&f->r[0])->read, f->logs[0]->n); /* and all at once: it does not move */
    assert_true(fleet_has_notice(&f->r[0], "go on without partition 2"));
    assert_int_equal(rig_operation(&f->r[0]).parts_missing, DAYS);
    sz_buf said;
    sz_buf_init(&said);
    fleet_said(f, &said);
    assert_int_equal(said.n, 0);
    sz_buf_fini(&said);
    fleet_up(f, 2); /* far behind: those of the others are still there */
    fleet_go(f, 20000);
    assert_int_equal(rig_operation(&f->r[2]).parts_missing, 0);
    assert_true(rig_topic_count(&f->r[2], "\"rule\":\"top\"") > 0);
    feed(f, DAYS, DAYS + 2);
    fleet_go(f, 20000);
    assert_int_equal(rig_operation(&f->r[0]).parts_missing, DAYS);
    assert_true(rig_topic_count(&f->r[0], "\"rule\":\"top\"") > 0);
    fleet_end(f);
}

/* At which place those are whom nobody has heard of is in no roster: no group by place has all of its own then. */
static void beyond_the_limit_nobody_is_compared_by_place(void **state) {
    (void)state;
    fleet *f = parts_fleet(rules_by_place);
    f->o.o.peers_wait_ms = 5000;
    feed(f, 0, DAYS);
    fleet_up(f, 0);
    fleet_up(f, 1);
    fleet_go(f, 20000);
    assert_int_equal(rig_counts(&f->r[0])->read, f->logs[0]->n);
    sz_buf said;
    sz_buf_init(&said);
    fleet_said(f, &said);
    assert_int_equal(said.n, 0);
    sz_buf_fini(&said);
    fleet_end(f);
}

/* No answer is as good as no part. */
static void a_store_that_does_not_answer_holds_nobody_for_ever(void **state) {
    (void)state;
    fleet *f = parts_fleet(rules);
    f->o.o.peers_wait_ms = 5000;
    feed(f, 0, DAYS);
    for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p), f->r[p].is_deaf = true;
    fleet_go(f, 8000 + DAYS * 1000); /* a half more of whom it saw stand */
    for (uint32_t p = 0; p < PARTS; p++) assert_int_equal(rig_counts(&f->r[p])->read, f->logs[p]->n);
    fleet_end(f);
}

/* A partition that is never fed comes along by ticks, and at the end of what a run is to read by itself. */
static void who_is_never_fed_comes_along(void **state) {
    (void)state;
    for (int is_tick = 0; is_tick < 2; is_tick++) {
        fleet *f = parts_fleet(rules);
        for (uint32_t p = 0; p < 2; p++)
            for (int day = 0; day < DAYS; day++) add_day(f->logs[p], day, PARTS, p);
        rig_log_add(f->logs[2],
                    "{\"id\":\"f\",\"type\":\"feed_status\",\"source\":\"x\",\"time\":%lld,\"state\":\"open\"}",
                    (long long)rig_monday);
        add_day(f->logs[2], 0, PARTS, 2); /* and never again */
        for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
        fleet_go(f, 2000);
        assert_true(rig_counts(&f->r[0])->read < f->logs[0]->n);
        f->r[2].wall = rig_monday + DAYS * SZ_DAY_MS;
        for (int i = 0; is_tick && i < 4; i++) fleet_go(f, 60000), rig_tick(&f->r[2]);
        if (!is_tick)
            for (uint32_t p = 0; p < PARTS; p++) {
                fleet_go(f, 200 * p);
                rig_tell(&f->r[p], &(sz_msg){.kind = SZ_MSG_INPUT_END});
            }
        fleet_go(f, 20000);
        for (uint32_t p = 0; p < 2 && is_tick; p++) assert_int_equal(rig_counts(&f->r[p])->read, f->logs[p]->n);
        for (uint32_t p = 0; p < PARTS; p++) {
            assert_int_equal(rig_operation(&f->r[p]).parts_missing, 0);
            if (!is_tick) assert_int_equal(rig_state(&f->r[p]), SZ_WK_STOPPED);
        }
        fleet_end(f);
    }
}

/* Other rules reach one after the other: those that compare by the new feature wait for nobody whose rules have it not
 * and who is past that 04:00, and nobody waits in a circle. */
static const char other_rules[] = "features:\n"
                                  "  among: {peers: {count: swipe, over: 1d}, by: class, min_group: 7}\n"
                                  "  third: {peers: {count: swipe, over: 3d}, by: class, min_group: 7}\n"
                                  "rules:\n"
                                  "  - {id: top, when: among.percentile >= 90, level: blue, again_after: 1h}\n"
                                  "  - {id: third, when: third.percentile >= 90, level: blue, again_after: 1h}\n";

static void a_reload_of_one_after_the_other_stops_nobody(void **state) {
    (void)state;
    fleet *f = parts_fleet(rules);
    feed(f, 0, 3);
    for (uint32_t p = 0; p < PARTS; p++) fleet_up(f, p);
    fleet_go(f, 10000);
    f->o.rules = other_rules;
    for (uint32_t p = 0; p < PARTS; p++) {
        rig_reload_as(&f->r[p], &f->o);
        feed(f, 3 + (int)p, 4 + (int)p);
        fleet_go(f, 10000);
        for (uint32_t q = 0; q < PARTS; q++) assert_int_equal(rig_counts(&f->r[q])->read, f->logs[q]->n);
    }
    feed(f, DAYS, DAYS + 2);
    fleet_go(f, 10000);
    for (uint32_t p = 0; p < PARTS; p++) {
        assert_int_equal(rig_counts(&f->r[p])->read, f->logs[p]->n);
        assert_false(fleet_has_notice(&f->r[p], "go on without"));
    }
    sz_buf said;
    sz_buf_init(&said);
    fleet_said(f, &said);
    sz_buf_put_u8(&said, 0);
    assert_non_null(strstr((const char *)said.p, "\"rule\":\"third\""));
    sz_buf_fini(&said);
    fleet_end(f);
}

/* Other rules reach who waits: their turn comes after the wait. The last one comes up with them: of the Monday he has
 * no part of what went, which the others miss, and theirs of what is new is missed by him. */
static void a_reload_while_it_waits_comes_after(void **state) {
    (void)state;
    fleet *f = parts_fleet(rules);
    feed(f, 0, DAYS);
    fleet_up(f, 0);
    fleet_up(f, 1);
    fleet_go(f, 3000);
    f->o.rules = other_rules;
    for (uint32_t p = 0; p < 2; p++) rig_reload_as(&f->r[p], &f->o);
    fleet_go(f, 3000);
    for (uint32_t p = 0; p < 2; p++) assert_int_equal(rig_counts(&f->r[p])->read, 0);
    fleet_up(f, 2);
    fleet_go(f, 20000);
    for (uint32_t p = 0; p < PARTS; p++) {
        int64_t at;
        assert_int_equal(rig_counts(&f->r[p])->read, f->logs[p]->n);
        assert_int_equal(sz_worker_switched(f->r[p].w, &at), p < 2);
        assert_int_equal(rig_operation(&f->r[p]).parts_missing, p < 2 ? 1 : 2);
    }
    fleet_end(f);
}

/* Taken away and given back while it waits, also to a worker whose memory is still there. */
static void parked_while_it_waits(void **state) {
    (void)state;
    alone want = alone_over(rules, DAYS);
    fleet *f = parts_fleet(rules);
    feed(f, 0, DAYS);
    fleet_up(f, 0);
    fleet_up(f, 1);
    fleet_go(f, 3000);
    for (int i = 0; i < 3; i++) {
        rig_tell(&f->r[0], &(sz_msg){.kind = SZ_MSG_REVOKED});
        fleet_go(f, 1000);
        assert_int_equal(rig_state(&f->r[0]), SZ_WK_PARKED);
        rig_assign(&f->r[0], -1);
        fleet_go(f, 2000);
    }
    fleet_up(f, 2);
    fleet_go(f, 20000);
    same_lines(f, sz_buf_str(&want.said), false);
    same_tables(f, want.store);
    fleet_end(f);
    alone_fini(&want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_partitions_say_what_one_worker_says),
        cmocka_unit_test(places_are_those_of_all_partitions),
        cmocka_unit_test(who_is_near_is_not_looked_for_in_vain),
        cmocka_unit_test(what_was_lost_is_not_told_any_more),
        cmocka_unit_test(the_last_one_is_waited_for),
        cmocka_unit_test(disturbed_they_say_the_same),
        cmocka_unit_test(a_part_that_was_lost_is_made_again),
        cmocka_unit_test(beyond_the_limit_groups_are_unknown),
        cmocka_unit_test(beyond_the_limit_nobody_is_compared_by_place),
        cmocka_unit_test(a_store_that_does_not_answer_holds_nobody_for_ever),
        cmocka_unit_test(who_is_never_fed_comes_along),
        cmocka_unit_test(a_reload_of_one_after_the_other_stops_nobody),
        cmocka_unit_test(a_reload_while_it_waits_comes_after),
        cmocka_unit_test(parked_while_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
