/* SPDX-License-Identifier: Apache-2.0
 *
 * Cards that are corrected (semantics 5): records go to who was their student all along, whatever is cut off in
 * between, and what stands in the end is what stands where the right cards were known from the start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine_rig.h"

enum { STUDENTS = 8, DAYS = 9, CORRECTED = 6 }; /* day of the correction */

static const char students[] = "student\ns0\ns1\ns2\ns3\ns4\ns5\ns6\ns7\n";
static const char rules[] = "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
                            "features:\n"
                            "  meals: {count: meal, over: 3d}\n"
                            "  spent: {sum: meal.amount, over: 7d}\n"
                            "  silence: {absence: seen}\n"
                            "  last: {last: meal}\n"
                            "rules:\n"
                            "  - {id: often, value: meals, at_least: {4: blue, 6: yellow}}\n"
                            "  - {id: dear, when: spent >= 60, level: blue}\n"
                            "  - {id: gone, value: silence, at_least: {30h: yellow, 60h: orange}}\n"
                            "  - {id: big, when: 'event.amount > 11.5', level: green}\n";

static const char before[] = "card,student,from,to\nk0,s0,,\nk1,s1,,\nk2,s2,,\nk3,s3,,\nk4,s4,,\nk5,s5,,\nk6,s6,,\n";
/* k0 and k1 were each other's from the third day on; k2 was s7's all along; nobody held k4 on the fourth and fifth day.
 */
static const char after[] =
    "card,student,from,to\nk0,s0,,2026-03-03\nk0,s1,2026-03-04,\nk1,s1,,2026-03-03\nk1,s0,2026-03-04,\nk2,s7,,\n"
    "k3,s3,,\nk4,s4,,2026-03-04\nk4,s4,2026-03-07,\nk5,s5,,\nk6,s6,,\n";
enum { NOBODYS = 4 }; /* records of k4 on these two days */

static void start(rig_one *b, const char *cards) {
    b->o.cards = cards;
    rig_one_start(b, 99);
}

static rig_one *begin(const char *cards, const sz_options *options) {
    rig_one *b = rig_one_new(&(rig_setup){.rules = rules, .students = students});
    if (options) b->o.o = *options;
    b->o.o.is_live = true;
    start(b, cards);
    return b;
}

static void again(rig_one *b, const char *cards) {
    rig_fini(&b->r);
    start(b, cards);
}

/* Two meals a day by card; s6 is named beside his card; one of s2 is taken back a day later, by card as well. */
static void live(rig_one *b, int from, int to) {
    for (int day = from; day < to; day++) {
        for (int n = 0; n < 2; n++)
            for (int i = 0; i < 7; i++) {
                if ((i == 3 && day > 4) || (i == 5 && day % 3)) continue;
                int64_t t = rig_monday + day * SZ_DAY_MS + (n ? 18 : 11) * SZ_HOUR_MS + i * SZ_MINUTE_MS;
                rig_log_add(&b->log,
                            "{\"id\":\"e%d.%d.%d\",\"type\":\"swipe\",\"card\":\"k%d\",\"time\":%lld,"
                            "\"amount\":\"%d.50\",\"use_count\":%d%s}",
                            day, n, i, i, (long long)t, 5 + (day * 5 + i * 3 + n) % 7, 2 * day + n,
                            i == 6 ? ",\"student\":\"s6\"" : "");
            }
        if (day == 3)
            rig_log_add(&b->log,
                        "{\"id\":\"u\",\"type\":\"swipe\",\"op\":\"reversal\",\"ref\":\"e2.0.2\",\"card\":\"k2\","
                        "\"time\":%lld}",
                        (long long)(rig_monday + day * SZ_DAY_MS + 20 * SZ_HOUR_MS));
        rig_wait(&b->r, 600);
    }
}

/* ---- what stands ---- */

static sz_str member(const char *line, const char *name) {
    char key[32];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(line, key);
    assert_non_null(p);
    p += strlen(key);
    return (sz_str){p, strcspn(p, "\"")};
}

static int by_text(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return sz_str_cmp(*(const sz_str *)a, *(const sz_str *)b);
}

/* Of each alert its last line, in an order of its own: those that are not taken back, but for those of a rule. */
static void standing_without(const rig_one *b, const char *but, sz_buf *out) {
    sz_arena a;
    sz_map last;
    sz_buf row;
    sz_arena_init(&a);
    sz_map_init(&last);
    sz_buf_init(&row);
    sz_str *rows = SZ_NEWN(&a, sz_str, RIG_MOST);
    for (uint32_t i = 0; i < b->store.n; i++)
        for (uint32_t k = 0; b->store.nodes[i].is_commit && k < b->store.nodes[i].c.n_outbox; k++) {
            const char *line = sz_arena_str(&a, b->store.nodes[i].c.outbox[k]).p;
            static const char *const names[] = {"rule", "student", "since", "state", "level", "at"};
            sz_buf_clear(&row);
            for (size_t n = 0; n < sizeof names / sizeof *names; n++)
                sz_buf_printf(&row, "%.*s ", SZ_FMT_STR(member(line, names[n])));
            uint32_t at = sz_map_intern(&last, member(line, "alert"));
            bool is_back = sz_str_is(member(line, "state"), "retracted") || sz_str_is(member(line, "rule"), but);
            rows[at] = is_back ? (sz_str){"", 0} : sz_arena_str(&a, sz_buf_str(&row));
        }
    sz_sort(rows, last.n, sizeof *rows, by_text, NULL);
    for (uint32_t i = 0; i < last.n; i++)
        if (rows[i].n) sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(rows[i]));
    sz_buf_put_u8(out, 0);
    sz_buf_fini(&row);
    sz_map_fini(&last);
    sz_arena_fini(&a);
}

static void standing(const rig_one *b, sz_buf *out) { standing_without(b, "", out); }

/* A student's records and features, of everybody; not how often he was spoken of. */
static void holdings(rig_one *b, sz_buf *out) {
    sz_buf one;
    sz_buf_init(&one);
    for (int i = 0; i < STUDENTS; i++) {
        char id[] = {'s', (char)('0' + i), 0};
        sz_buf_clear(&one);
        assert_int_equal(sz_worker_show(b->r.w, sz_str_of(id), &one), SZ_OK);
        sz_buf_put_u8(&one, 0);
        const char *text = (const char *)one.p, *features = strstr(text, "\"features\""),
                   *episodes = strstr(text, "\"episodes\""), *log = strstr(text, "\"log\":[");
        sz_buf_printf(out, "%s %.*s %s\n", id, (int)(episodes - features), features, log);
    }
    sz_buf_put_u8(out, 0);
    sz_buf_fini(&one);
}

/* Loaded once more, so that both are of one instant: what features say goes by that. */
static void same_in_the_end(rig_one *have, rig_one *want) {
    sz_buf text[4];
    again(have, after);
    again(want, after);
    assert_int_equal(rig_operation(&have->r).moved, 0);
    for (int i = 0; i < 4; i++) sz_buf_init(&text[i]);
    standing(have, &text[0]);
    standing(want, &text[1]);
    assert_string_equal((const char *)text[0].p, (const char *)text[1].p);
    assert_non_null(strstr((const char *)text[0].p, "often s7 ")); /* who had no record at all before */
    holdings(have, &text[2]);
    holdings(want, &text[3]);
    assert_string_equal((const char *)text[2].p, (const char *)text[3].p);
    for (int i = 0; i < 4; i++) sz_buf_fini(&text[i]);
}

static uint32_t count(const sz_buf *text, const char *part) {
    uint32_t n = 0;
    sz_buf whole;
    sz_buf_init(&whole);
    sz_buf_put_str(&whole, sz_buf_str(text));
    sz_buf_put_u8(&whole, 0);
    for (const char *p = (const char *)whole.p; (p = strstr(p, part)); p++) n++;
    sz_buf_fini(&whole);
    return n;
}

static rig_one *right_from_the_start(const sz_options *options) {
    rig_one *b = begin(after, options);
    live(b, 0, DAYS);
    assert_int_equal(rig_counts(&b->r)->dead_by[SZ_UNKNOWN_CARD], NOBODYS);
    return b;
}

/* ---- the tests ---- */

static void compare(const sz_options *options, bool is_live) {
    rig_one *want = right_from_the_start(options), *b = begin(before, options);
    live(b, 0, CORRECTED);
    assert_int_equal(rig_counts(&b->r)->dead, 0);
    if (is_live) {
        b->o.cards = after;
        rig_reload_as(&b->r, &b->o);
    } else {
        again(b, after);
    }
    sz_operation op = rig_operation(&b->r);
    assert_true(op.moved > 10);
    assert_int_equal(op.moved_dead_by[SZ_UNKNOWN_CARD], NOBODYS);
    rig_wait(&b->r, 10000);
    assert_int_equal(count(&b->r.letters, "\"reason\":\"unknown_card\""), NOBODYS);
    live(b, CORRECTED, DAYS);
    same_in_the_end(b, want);
    const sz_counters *n = rig_counts(&b->r); /* they are of the state */
    assert_int_equal(n->read, n->used + n->duplicate + n->dead + n->control);
    assert_int_equal(n->undo_unmatched, rig_counts(&want->r)->undo_unmatched);
    rig_one_end(b);
    rig_one_end(want);
}

static void test_a_start_under_corrected_cards_gives_each_his_own(void **state) {
    (void)state;
    compare(NULL, false);
}

static void test_cards_that_are_read_again_in_a_run_give_each_his_own(void **state) {
    (void)state;
    compare(NULL, true);
}

static void test_it_makes_no_difference_in_how_many_steps_it_is_done(void **state) {
    (void)state;
    for (int is_live = 0; is_live < 2; is_live++) {
        compare(&(sz_options){.tick_students = 1}, is_live);
        compare(&(sz_options){.tick_students = 3, .journal_bytes = 1}, is_live);
    }
}

/* Each commit after the correction, lost with what it held: the next worker does all of it anew. */
static void test_a_correction_cut_off_at_any_commit_is_made_again(void **state) {
    (void)state;
    rig_one *want = right_from_the_start(NULL);
    uint32_t n_after = 1;
    for (uint32_t left = 0; left < n_after; left++) {
        rig_one *b = begin(before, NULL);
        live(b, 0, CORRECTED);
        uint32_t n = b->store.n;
        again(b, after);
        rig_wait(&b->r, 10000);
        n_after = b->store.n - n;
        assert_true(n_after > 1);
        rig_fini(&b->r);
        rig_store_cut(&b->store, n + left);
        start(b, after);
        live(b, CORRECTED, DAYS);
        same_in_the_end(b, want);
        rig_one_end(b);
    }
    rig_one_end(want);
}

static void test_a_correction_whose_answer_is_lost_is_made_once(void **state) {
    (void)state;
    static const rig_fate fates[] = {RIG_REPLY_LOST, RIG_NOT_DONE};
    rig_one *want = right_from_the_start(NULL);
    for (int i = 0; i < 2; i++) {
        rig_one *b = begin(before, NULL);
        live(b, 0, CORRECTED);
        b->o.cards = after;
        b->r.fate = fates[i];
        rig_reload_as(&b->r, &b->o);
        b->r.fate = RIG_STANDS;
        live(b, CORRECTED, DAYS);
        same_in_the_end(b, want);
        rig_one_end(b);
    }
    rig_one_end(want);
}

/* Other rules come with other cards: what a rule that is gone had said stands (semantics 5), and the other rules see
 * the records where they belong, whatever is cut off. */
static void test_cards_are_corrected_together_with_the_rules(void **state) {
    (void)state;
    static const char others[] = "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
                                 "features:\n"
                                 "  meals: {count: meal, over: 3d}\n"
                                 "  days: {days: meal, over: 7d}\n"
                                 "  silence: {absence: seen}\n"
                                 "rules:\n"
                                 "  - {id: often, value: meals, at_least: {4: blue, 6: yellow}}\n"
                                 "  - {id: gone, value: silence, at_least: {30h: yellow, 60h: orange}}\n"
                                 "  - {id: big, when: 'event.amount > 11.5', level: green}\n";
    const sz_options o = {.tick_students = 3};
    rig_one *want = begin(after, &o);
    live(want, 0, CORRECTED);
    want->o.rules = others;
    rig_reload_as(&want->r, &want->o);
    live(want, CORRECTED, DAYS);
    uint32_t n_after = 1;
    for (uint32_t left = 0; left < n_after; left++) {
        rig_one *b = begin(before, &o);
        live(b, 0, CORRECTED);
        uint32_t n = b->store.n;
        b->o.rules = others;
        b->o.cards = after;
        rig_reload_as(&b->r, &b->o);
        rig_wait(&b->r, 10000);
        n_after = b->store.n - n;
        rig_fini(&b->r);
        rig_store_cut(&b->store, n + left);
        start(b, after);
        live(b, CORRECTED, DAYS);
        again(b, after);
        again(want, after);
        sz_buf text[4];
        for (int i = 0; i < 4; i++) sz_buf_init(&text[i]);
        standing_without(b, "dear", &text[0]);
        standing_without(want, "dear", &text[1]);
        assert_string_equal((const char *)text[0].p, (const char *)text[1].p);
        holdings(b, &text[2]);
        holdings(want, &text[3]);
        assert_string_equal((const char *)text[2].p, (const char *)text[3].p);
        for (int i = 0; i < 4; i++) sz_buf_fini(&text[i]);
        rig_one_end(b);
    }
    assert_true(n_after > 2);
    rig_one_end(want);
}

static void test_cards_are_corrected_back(void **state) {
    (void)state;
    rig_one *b = begin(before, NULL), *want = begin(before, NULL);
    live(want, 0, DAYS);
    live(b, 0, CORRECTED);
    sz_buf have, had;
    sz_buf_init(&have);
    sz_buf_init(&had);
    /* without those that were nobody's for a while: they are dead letters, and stay it */
    static const char others[] =
        "card,student,from,to\nk0,s1,,\nk1,s0,,\nk2,s7,,\nk3,s5,,\nk4,s4,,\nk5,s3,,\nk6,s6,,\n";
    again(b, others);
    assert_true(rig_operation(&b->r).moved > 10);
    rig_wait(&b->r, 10000);
    again(b, before);
    assert_true(rig_operation(&b->r).moved > 10);
    live(b, CORRECTED, DAYS);
    standing(b, &have);
    standing(want, &had);
    assert_string_equal((const char *)have.p, (const char *)had.p);
    sz_buf_clear(&have);
    sz_buf_clear(&had);
    holdings(b, &have);
    holdings(want, &had);
    assert_string_equal((const char *)have.p, (const char *)had.p);
    sz_buf_fini(&have);
    sz_buf_fini(&had);
    rig_one_end(want);
    rig_one_end(b);
}

static void test_who_has_lost_nothing_sleeps_on(void **state) {
    (void)state;
    rig_one *b = begin(before, NULL);
    live(b, 0, CORRECTED);
    again(b, before);
    uint32_t all = rig_operation(&b->r).asleep;
    assert_true(all >= 5);
    again(b, "card,student,from,to\nk0,s0,,\nk1,s7,,\nk2,s2,,\nk3,s3,,\nk4,s4,,\nk5,s5,,\nk6,s6,,\n");
    assert_int_equal(rig_operation(&b->r).moved, 2 * CORRECTED);
    assert_in_range(rig_operation(&b->r).asleep, all - 2, all - 1); /* s1, and s7 */
    rig_wait(&b->r, 10000);
    again(b, "card,student,from,to\nk0,s0,,\nk1,s7,,\nk2,s2,,\nk3,s3,,\nk4,s4,,\nk5,s5,,\nk6,s6,,\nnew,s1,,\n");
    assert_int_equal(rig_operation(&b->r).moved, 0);
    assert_true(rig_operation(&b->r).asleep >= all - 2);
    rig_one_end(b);
}

static void test_a_record_that_names_its_student_stays_his(void **state) {
    (void)state;
    rig_one *b = begin(before, NULL);
    live(b, 0, 3);
    again(b, "card,student,from,to\nk0,s0,,\nk1,s1,,\nk2,s2,,\nk3,s3,,\nk4,s4,,\nk5,s5,,\nk6,s7,,\n");
    assert_int_equal(rig_operation(&b->r).moved, 0);
    rig_one_end(b);
}

static void test_a_record_that_is_read_again_is_known_where_it_went(void **state) {
    (void)state;
    rig_one *b = begin(before, NULL);
    live(b, 0, CORRECTED);
    uint32_t n = b->log.n;
    again(b, after);
    for (uint32_t i = 0; i < n; i++) rig_log_add(&b->log, "%.*s", SZ_FMT_STR(b->log.v[i].raw));
    rig_wait(&b->r, 1000);
    const sz_counters *c = rig_counts(&b->r);
    assert_int_equal(c->used, n);
    assert_int_equal(c->duplicate, n - NOBODYS);
    assert_int_equal(c->dead_by[SZ_UNKNOWN_CARD], NOBODYS);
    rig_one_end(b);
}

/* The right student has the id already, with the same content or with another. */
static void test_a_record_that_its_student_has_already_is_not_his_twice(void **state) {
    (void)state;
    rig_one *b = begin("card,student,from,to\nk0,s0,,\nk1,s1,,\n", NULL);
    rig_log_add(&b->log,
                "{\"id\":\"a\",\"type\":\"swipe\",\"card\":\"k0\",\"time\":\"2026-03-02T08:00\",\"amount\":1}");
    rig_log_add(&b->log,
                "{\"id\":\"a\",\"type\":\"swipe\",\"card\":\"k1\",\"time\":\"2026-03-02T09:00\",\"amount\":2}");
    rig_wait(&b->r, 1000);
    assert_int_equal(rig_counts(&b->r)->used, 2);
    again(b, "card,student,from,to\nk0,s1,,\nk1,s1,,\n");
    assert_int_equal(rig_operation(&b->r).moved, 0);
    assert_int_equal(rig_operation(&b->r).moved_dead_by[SZ_CONFLICTING_DUPLICATE], 1);
    rig_wait(&b->r, 10000);
    assert_int_equal(count(&b->r.letters, "\"reason\":\"conflicting_duplicate\""), 1);
    rig_one_end(b);
}

/* Cut short, away, or of present cards only: such a file takes nothing from anybody, and the whole one finds all there.
 */
static void test_a_card_that_no_row_names_any_more_is_no_correction(void **state) {
    (void)state;
    static const char *const files[] = {"card,student,from,to\nk0,s0,,\n", "card,student\n", NULL, after};
    rig_one *want = right_from_the_start(NULL), *b = begin(before, NULL);
    live(b, 0, CORRECTED);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        again(b, files[i]);
        assert_int_equal(rig_operation(&b->r).moved > 0, files[i] == after);
        assert_int_equal(rig_operation(&b->r).moved_dead_by[SZ_UNKNOWN_CARD], files[i] == after ? NOBODYS : 0);
        rig_wait(&b->r, 10000);
    }
    b->o.students = NULL; /* nor is the folder's absence one */
    again(b, NULL);
    assert_int_equal(rig_operation(&b->r).moved, 0);
    rig_wait(&b->r, 10000);
    b->o.students = students;
    again(b, after);
    assert_int_equal(rig_operation(&b->r).moved, 0);
    live(b, CORRECTED, DAYS);
    same_in_the_end(b, want);
    rig_one_end(b);
    rig_one_end(want);
}

/* A notice names nobody, and the letter holds the record: given again where its partition is, it is used there. */
static void test_a_record_of_another_partition_is_misrouted_from_now_on(void **state) {
    (void)state;
    static const char two[] = "student\ns0\ns1\n";
    uint32_t here = sz_home(SZ_STR("s0"), 7), there = sz_home(SZ_STR("s1"), 7);
    assert_int_not_equal(here, there);
    rig_one *b = begin("card,student\nk0,s0\n", &(sz_options){.parts = 7, .partition = here});
    b->o.students = two;
    rig_log_add(&b->log, "{\"id\":\"a\",\"type\":\"dorm_access\",\"card\":\"k0\",\"time\":\"2026-03-02T08:00\","
                         "\"direction\":\"in\",\"place\":\"gate \\\"1\\\"\"}");
    rig_wait(&b->r, 1000);
    assert_int_equal(rig_counts(&b->r)->used, 1);
    again(b, "card,student\nk0,s1\n");
    assert_int_equal(rig_operation(&b->r).moved_dead_by[SZ_MISROUTED], 1);
    sz_severity severity;
    sz_str en, zh;
    bool was_told = false;
    while (sz_worker_notice(b->r.w, &severity, &en, &zh)) {
        const char *text = sz_arena_str(&b->r.arena, en).p;
        was_told |= strstr(text, "1 of another partition's students") != NULL;
        assert_null(strstr(text, "s1"));
    }
    assert_true(was_told);
    rig_wait(&b->r, 10000);
    assert_int_equal(count(&b->r.letters, "\"reason\":\"misrouted\""), 1);
    assert_int_equal(count(&b->r.letters, "\"origin\":{\"source\":\"state\",\"partition\":"), 1);
    rig_one_end(b);
}

/* A defect that the property test found: no batch had said anything, so there was no watermark yet. */
static void test_records_go_where_they_belong_before_there_is_any_watermark(void **state) {
    (void)state;
    rig_one *b = begin("card,student\nk0,s0\n", NULL);
    rig_fini(&b->r);
    b->o.feeds = "pos: {delivery: batch, types: [swipe]}\n";
    start(b, "card,student\nk0,s0\n");
    rig_log_add(&b->log,
                "{\"id\":\"a\",\"type\":\"swipe\",\"source\":\"pos\",\"card\":\"k0\",\"time\":\"2026-03-02T08:00\","
                "\"amount\":12}");
    rig_wait(&b->r, 10000);
    again(b, "card,student\nk0,s1\n");
    assert_int_equal(rig_operation(&b->r).moved, 1);
    rig_wait(&b->r, 10000);
    again(b, "card,student\nk0,s1\n"); /* it was committed */
    assert_int_equal(rig_operation(&b->r).moved, 0);
    sz_buf text;
    sz_buf_init(&text);
    assert_int_equal(sz_worker_show(b->r.w, SZ_STR("s1"), &text), SZ_OK);
    assert_int_equal(count(&text, "\"id\":\"a\""), 1);
    sz_buf_fini(&text);
    rig_one_end(b);
}

/* What is older than the horizon cannot be gone over again: it stays where it is, and so does what was said of it. */
static void test_what_is_older_than_the_horizon_stays(void **state) {
    (void)state;
    sz_options o = {.horizon_ms = 3 * SZ_DAY_MS, .lateness_ms = 2 * SZ_DAY_MS};
    rig_one *b = begin("card,student\nk0,s0\nk1,s1\n", &o);
    for (int day = 0; day < 8; day++)
        for (int i = 0; i < 2; i++)
            rig_log_add(&b->log, "{\"id\":\"d%d\",\"type\":\"swipe\",\"card\":\"k%d\",\"time\":%lld,\"amount\":5}", day,
                        i, (long long)(rig_monday + day * SZ_DAY_MS + 12 * SZ_HOUR_MS));
    rig_wait(&b->r, 1000);
    again(b, "card,student\nk0,s2\nk1,s1\n");
    assert_int_equal(rig_operation(&b->r).moved, 4); /* the last instant and three days before it */
    rig_one_end(b);
}

/* Both ends of a correction leave in one commit, so it is as large as what moves; but not larger, by a constant part,
 * than the state that holds it. */
static void test_a_correction_that_moves_nearly_every_record_takes_a_constant_part_of_the_state(void **state) {
    (void)state;
    static const char moved_on[] =
        "card,student,from,to\nk0,s1,,\nk1,s2,,\nk2,s3,,\nk3,s4,,\nk4,s5,,\nk5,s7,,\nk6,s6,,\n";
    uint64_t records = 0;
    for (int days = 3; days <= 12; days += 9) {
        rig_one *b = begin(before, NULL);
        live(b, 0, days);
        uint64_t journal = 0, used = rig_counts(&b->r)->used;
        for (uint32_t i = 0; i < b->store.n; i++) journal += b->store.nodes[i].c.journal.n;
        again(b, moved_on);
        rig_wait(&b->r, 10000);
        sz_operation op = rig_operation(&b->r);
        assert_in_range(op.moved, used * 3 / 4, used); /* those of s6 name him */
        assert_in_range(op.most_commit_bytes, journal / 2, 4 * journal);
        assert_true(op.moved > 3 * records);
        records = op.moved;
        rig_one_end(b);
    }
}

/* Where the letter says that the record stood which is nobody's any more. */
static long long place_of_letter(int amount) {
    rig_one *b = begin("card,student,from,to\nk0,s0,,\n", NULL);
    rig_log_add(&b->log,
                "{\"id\":\"a\",\"type\":\"swipe\",\"card\":\"k0\",\"time\":\"2026-03-02T08:00\",\"amount\":%d}",
                amount);
    rig_wait(&b->r, 1000);
    again(b, "card,student,from,to\nk0,s0,2026-03-03,\n");
    rig_wait(&b->r, 10000);
    assert_int_equal(count(&b->r.letters, "\"reason\":\"unknown_card\""), 1);
    sz_buf_put_u8(&b->r.letters, 0);
    const char *at = strstr((const char *)b->r.letters.p, "\"offset\":");
    assert_non_null(at);
    long long offset = strtoll(at + strlen("\"offset\":"), NULL, 10);
    rig_one_end(b);
    return offset;
}

/* A state that was lost had one record of this id, and who reads again under other cards has the other: two letters. */
static void test_letters_of_two_records_with_one_id_do_not_take_each_others_place(void **state) {
    (void)state;
    assert_true(place_of_letter(5) == place_of_letter(5));
    assert_true(place_of_letter(5) != place_of_letter(6));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_start_under_corrected_cards_gives_each_his_own),
        cmocka_unit_test(test_cards_that_are_read_again_in_a_run_give_each_his_own),
        cmocka_unit_test(test_it_makes_no_difference_in_how_many_steps_it_is_done),
        cmocka_unit_test(test_a_correction_cut_off_at_any_commit_is_made_again),
        cmocka_unit_test(test_a_correction_whose_answer_is_lost_is_made_once),
        cmocka_unit_test(test_cards_are_corrected_together_with_the_rules),
        cmocka_unit_test(test_cards_are_corrected_back),
        cmocka_unit_test(test_who_has_lost_nothing_sleeps_on),
        cmocka_unit_test(test_a_record_that_names_its_student_stays_his),
        cmocka_unit_test(test_a_record_that_is_read_again_is_known_where_it_went),
        cmocka_unit_test(test_a_record_that_its_student_has_already_is_not_his_twice),
        cmocka_unit_test(test_a_card_that_no_row_names_any_more_is_no_correction),
        cmocka_unit_test(test_a_record_of_another_partition_is_misrouted_from_now_on),
        cmocka_unit_test(test_records_go_where_they_belong_before_there_is_any_watermark),
        cmocka_unit_test(test_what_is_older_than_the_horizon_stays),
        cmocka_unit_test(test_a_correction_that_moves_nearly_every_record_takes_a_constant_part_of_the_state),
        cmocka_unit_test(test_letters_of_two_records_with_one_id_do_not_take_each_others_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
