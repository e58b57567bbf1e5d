/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate: what it writes is what a run reads. One term of 400 students, all of its 140 days.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/simulate_fixture.h"

static struct sim_run x;

static int set_up(void **state) {
    (void)state;
    sim_run(&x, 400, "2026-02-23", 140, 11, false, true);
    sim_run_read(&x);
    return x.status != SZ_OK;
}

static int tear_down(void **state) {
    (void)state;
    sim_run_fini(&x);
    return 0;
}

static void test_campus_loads_without_a_finding(void **state) {
    (void)state;
    assert_int_equal(x.d.n, 0);
    assert_non_null(x.campus);
    assert_int_equal(sz_campus_n_students(x.campus), 400);
    assert_int_equal(sz_campus_n_feeds(x.campus), 5);
    assert_true(sz_campus_n_leaves(x.campus) > 100);
    uint32_t late = 0;
    for (uint32_t i = 0; i < sz_campus_n_leaves(x.campus); i++) {
        const sz_leave *l = sz_campus_leave(x.campus, i);
        assert_true(l->recorded_ms != SZ_TIME_NONE);
        assert_true(l->recorded_ms < l->from_ms + 14 * SZ_DAY_MS); /* within the default horizon */
        late += l->recorded_ms > l->from_ms + SZ_DAY_MS;
    }
    assert_true(late > 20);
}

static void test_every_line_is_accepted_and_counted(void **state) {
    (void)state;
    const sz_sim_counts *c = &x.counts;
    assert_int_equal(x.n_lines, c->lines);
    assert_int_equal(c->lines, c->swipes + c->attendance + c->doors + c->presence + c->status);
    assert_int_equal(x.n_dead, 0);
    assert_int_equal(x.n_conflicts, 0);
    assert_int_equal(x.n_repeats, c->repeats);
    assert_int_equal(x.n_strangers, c->strangers);
    assert_true(c->repeats > 0 && c->repeats < c->lines / 50);
    assert_true(c->strangers > 0 && c->strangers < c->lines / 500);
    assert_true(x.n_unknown_places > 0 && x.n_unknown_places < c->lines / 100);
    assert_true(c->lost > 0);
}

static void test_what_is_undone_came_before(void **state) {
    (void)state;
    uint64_t undone = 0, excused = 0;
    for (size_t i = 0; i < x.n_lines; i++) {
        undone += x.lines[i].is_undo && x.lines[i].type == SZ_TYPE_SWIPE;
        excused += x.lines[i].is_undo && x.lines[i].type == SZ_TYPE_ATTENDANCE;
    }
    assert_true(undone > 200);
    assert_true(excused > 20);
    assert_int_equal(x.n_lost_refs, 0);
}

static void test_arrival_never_goes_back_and_lateness_is_bounded(void **state) {
    (void)state;
    uint64_t late = 0, most = 0;
    assert_int_equal(x.n_backwards, 0);
    for (size_t i = 0; i < x.n_lines; i++) {
        const struct sim_line *l = &x.lines[i];
        int64_t wait = l->arrival_ms - l->time_ms;
        if (wait < 0) fail_msg("line %zu arrives before its time", i + 1);
        if (l->collected_ms != SZ_TIME_NONE)
            assert_true(l->collected_ms >= l->time_ms && l->collected_ms <= l->arrival_ms);
        late += wait > 10 * SZ_MINUTE_MS && l->type != SZ_TYPE_ATTENDANCE;
        if ((uint64_t)wait > most) most = (uint64_t)wait;
    }
    /* Well under the default lateness of 240 h, so that nothing is too late. */
    assert_true(most < 168 * SZ_HOUR_MS);
    assert_true(most > 48 * SZ_HOUR_MS);
    assert_true(late > x.n_lines / 200 && late < x.n_lines / 20);
}

static void test_every_fault_of_a_feed_occurs(void **state) {
    (void)state;
    uint64_t no_time = 0, minutes = 0, denied = 0, no_direction = 0, down = 0, open = 0, complete = 0, topups = 0,
             refunds = 0, reversals = 0;
    for (size_t i = 0; i < x.n_lines; i++) {
        const struct sim_line *l = &x.lines[i];
        down += l->state == SZ_FEED_DOWN;
        open += l->state == SZ_FEED_OPEN;
        complete += l->state == SZ_FEED_COMPLETE;
        if (l->kind != SZ_RECORD_EVENT) continue;
        bool is_door = l->type == SZ_TYPE_DORM_ACCESS;
        no_time += l->precision == SZ_PREC_DAY;
        minutes += l->precision == SZ_PREC_MINUTE;
        denied += is_door && l->result == SZ_RESULT_DENIED;
        no_direction += is_door && l->direction == SZ_DIR_UNKNOWN;
        topups += l->type == SZ_TYPE_SWIPE && l->op == SZ_SWIPE_TOPUP;
        refunds += l->type == SZ_TYPE_SWIPE && l->op == SZ_SWIPE_REFUND;
        reversals += l->type == SZ_TYPE_SWIPE && l->op == SZ_SWIPE_REVERSAL;
    }
    assert_true(no_time > 500 && minutes > 5000 && denied > 500 && no_direction > 100);
    assert_true(down >= 9 && open == down && complete >= 278);
    assert_true(topups > 1000 && refunds > 30 && reversals > 100);
}

/* Holidays have no classes, made-up days have; nobody sits in class while the term has not begun or is examined. */
static void test_classes_follow_the_calendar(void **state) {
    (void)state;
    const sz_calendar *k = sz_campus_calendar(x.campus);
    uint64_t made_up = 0;
    for (size_t i = 0; i < x.n_lines; i++) {
        const struct sim_line *l = &x.lines[i];
        if (l->kind != SZ_RECORD_EVENT || l->type != SZ_TYPE_ATTENDANCE || l->is_undo) continue;
        int32_t day = sz_zone_day(&x.zone, l->time_ms);
        assert_true(sz_calendar_is_class_day(k, day));
        assert_false(sz_calendar_in(k, SZ_STR("exams"), day));
        made_up += sz_day_weekday(day) > 5;
    }
    assert_true(made_up > 500); /* 28 February and 9 May */
}

struct truth {
    size_t n, by_kind[16];
    int64_t first_ms, last_ms;
};

static void check_row(void *ctx, uint32_t student, sz_str kind, int64_t from_ms, int64_t to_ms) {
    struct truth *t = ctx;
    assert_true(student != SZ_NONE);
    assert_true(from_ms >= t->first_ms && to_ms <= t->last_ms && from_ms < to_ms);
    for (size_t i = 0; sz_sim_incidents[i]; i++)
        if (sz_str_is(kind, sz_sim_incidents[i])) {
            t->by_kind[i]++;
            t->n++;
            return;
        }
    fail_msg("%.*s is no incident", SZ_FMT_STR(kind));
}

static void test_every_incident_lies_in_the_term(void **state) {
    (void)state;
    int64_t first = sz_zone_midnight(&x.zone, x.options.from_day);
    struct truth t = {.first_ms = first, .last_ms = first + 140 * SZ_DAY_MS - 1};
    assert_int_equal(sim_run_rows(&x, "truth.csv", check_row, &t), x.counts.incidents);
    for (size_t i = 0; sz_sim_incidents[i]; i++)
        if (t.by_kind[i] == 0) fail_msg("no %s", sz_sim_incidents[i]);
    assert_true(t.n >= 15 && t.n < 60); /* a few per cent of the students */
}

static void count_row(void *ctx, uint32_t student, sz_str kind, int64_t from_ms, int64_t to_ms) {
    size_t *n = ctx;
    assert_true(student != SZ_NONE && from_ms <= to_ms);
    for (size_t i = 0; sz_sim_confounders[i]; i++) n[i] += sz_str_is(kind, sz_sim_confounders[i]);
}

static void test_every_confounder_occurs(void **state) {
    (void)state;
    size_t n[32] = {0};
    struct sim_run large;
    memset(&large, 0, sizeof large);
    assert_int_equal(sim_run_rows(&x, "confounders.csv", count_row, n), x.counts.confounders);
    memset(n, 0, sizeof n);
    sim_run(&large, 2000, "2026-02-23", 60, 5, false, true);
    sz_buf_clear(&large.text);
    sim_run_read(&large);
    sim_run_rows(&large, "confounders.csv", count_row, n);
    for (size_t i = 0; sz_sim_confounders[i]; i++)
        if (n[i] == 0) fail_msg("no %s", sz_sim_confounders[i]);
    sim_run_fini(&large);
}

/* The vendor's files read through their mapping as the door records that events.ndjson then lacks. */
static void test_vendor_files_read_through_their_mapping(void **state) {
    (void)state;
    struct sim_run v;
    memset(&v, 0, sizeof v);
    sim_run(&v, 300, "2026-03-02", 14, 4, true, true);
    sim_run_read(&v);
    assert_int_equal(v.n_dead + v.n_conflicts, 0);
    assert_int_equal(v.n_lines, v.counts.swipes + v.counts.attendance + v.counts.presence + v.counts.status);
    sz_arena a;
    sz_yaml *root = NULL;
    sz_mapping *m = NULL;
    sz_arena_init(&a);
    sz_str yaml = sim_run_file(&v, "vendor.yaml");
    assert_int_equal(sz_yaml_parse(&a, sz_source_new(&a, "vendor.yaml", yaml.p, yaml.n), &v.d, &root), SZ_OK);
    assert_int_equal(sz_mapping_load(root, &v.types, &v.zone, &v.d, &m), SZ_OK);
    uint64_t rows = 0, lost = 0, late = 0;
    for (uint32_t i = 0; i < v.n_files; i++) {
        if (strncmp(v.files[i].name, "vendor/", 7) != 0) continue;
        sz_str text = sz_buf_str(&v.files[i].bytes);
        size_t n = sz_csv_record_len(text, ',', true);
        sz_buf head;
        sz_buf_init(&head);
        size_t bad_off;
        assert_true(sz_to_utf8(SZ_ENC_GB18030, text.p, n, &head, &bad_off));
        sz_csv_row row;
        size_t pos = 0;
        bool is_bad = false;
        assert_int_equal(sz_csv_next(&a, sz_buf_str(&head), ',', &pos, &row, &is_bad), SZ_OK);
        assert_int_equal(sz_mapping_bind(m, &row, NULL, &v.d), SZ_OK);
        assert_true(sz_mapping_use_encoding(m, SZ_ENC_GB18030));
        for (size_t at = n; at < text.n; at += n, rows++) {
            static sz_record r;
            n = sz_csv_record_len((sz_str){text.p + at, text.n - at}, ',', true);
            sz_mapping_decode(m, (sz_str){text.p + at, n}, &a, &r);
            if (r.kind != SZ_RECORD_EVENT) fail_msg("%s: %s", v.files[i].name, r.dead.detail);
            assert_true(sz_campus_find_place(v.campus, r.event.place) != SZ_NONE);
            assert_true(r.event.direction != SZ_DIR_NONE);
            lost += r.event.precision == SZ_PREC_DAY;
            int32_t hour = sz_zone_ms_of_day(&v.zone, r.event.time_ms) / (int32_t)SZ_HOUR_MS;
            late += r.event.precision != SZ_PREC_DAY && hour < 5;
        }
        sz_buf_fini(&head);
    }
    assert_int_equal(v.d.n, 0);
    assert_int_equal(rows, v.counts.doors);
    assert_true(lost > rows / 200 && late > 10);
    sz_mapping_free(m);
    sz_arena_fini(&a);
    sim_run_fini(&v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_campus_loads_without_a_finding),
        cmocka_unit_test(test_every_line_is_accepted_and_counted),
        cmocka_unit_test(test_what_is_undone_came_before),
        cmocka_unit_test(test_arrival_never_goes_back_and_lateness_is_bounded),
        cmocka_unit_test(test_every_fault_of_a_feed_occurs),
        cmocka_unit_test(test_classes_follow_the_calendar),
        cmocka_unit_test(test_every_incident_lies_in_the_term),
        cmocka_unit_test(test_every_confounder_occurs),
        cmocka_unit_test(test_vendor_files_read_through_their_mapping),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
