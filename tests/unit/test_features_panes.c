/* SPDX-License-Identifier: Apache-2.0
 *
 * Edges of panes at which hour windows change are foreseen, all of them and few others: also of who has a leave, where
 * a feed was silent once, and before who enrols later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "support/timeline_fixture.h"

static const char rules[] = "features:\n"
                            "  n: {count: swipe, over: 90m}\n"
                            "  most: {max: swipe.amount, over: 36h}\n"
                            "  meals: {sessions: swipe, gap: 30m, over: 3h}\n"
                            "  places: {distinct: swipe.place, over: 48h}\n"
                            "  latest: {last: swipe, over: 2h}\n"
                            "  paid: {value: latest.amount}\n"
                            "  oldest: {first: swipe, over: 24h}\n"
                            "  before: {value: oldest.amount}\n"
                            "  once: {count: swipe, over: 1m}\n"
                            "rules:\n"
                            "  - {id: r, level: blue, when: n > 99 && most > 99 && meals > 99 && places > 99 && "
                            "paid > 99 && before > 99 && once > 99}\n";
static const char students[] = "student,enrolled_on\ns1,2026-03-04\n";
static const char leaves[] = "student,from,to,kind\ns1,2026-03-09T10:07:00+08:00,2026-03-10T03:20:00+08:00,leave\n";
static const sz_campus_file files[] = {{"students.csv", students, sizeof students - 1},
                                       {"leaves.csv", leaves, sizeof leaves - 1}};

enum { DAYS = 20, MOST_EDGES = 2000 };
static const int64_t monday = INT64_C(1772380800000); /* 2026-03-02T00:00+08:00 */
static const int64_t hours[] = {60, 61, 100, 130, 131, 170, 192, 205, 260, 261, 262, 300, 301, 340, 400};
enum { N = sizeof hours / sizeof *hours };

static int64_t record_ms(uint32_t i) { return monday + hours[i] * SZ_HOUR_MS + (i * 13 % 60) * SZ_MINUTE_MS; }

static uint32_t feature(const sz_featureset *fs, const char *name) {
    for (uint32_t i = 0; i < fs->n_features; i++)
        if (sz_str_is(fs->features[i].name, name)) return i;
    fail();
    return 0;
}

static void add(timeline_fixture *f, sz_eval *ev, sz_fstate *s, uint32_t i) {
    const sz_featureset *fs = &f->bundle->fs;
    char id[16];
    uint8_t mask[8] = {0};
    sz_buf entry;
    sz_buf_init(&entry);
    sprintf(id, "e%u", i);
    sz_event e = timeline_fixture_swipe(id, record_ms(i), 100 + i * 37 % 900);
    e.place = i % 3 ? SZ_STR("c1") : SZ_STR("c2");
    sz_eval_at(ev, e.time_ms);
    sz_eval_match(ev, &e, mask);
    sz_entry_put(&entry, &e, mask, (fs->n_matchers + 7) / 8, &f->dict, &f->types);
    sz_fstate_add(s, fs, &f->zone, NULL, &e, mask, (sz_entry){entry.p, (uint32_t)entry.n});
    sz_buf_fini(&entry);
}

typedef struct seen {
    int know;
    double num;
} seen;

static seen look(sz_eval *ev, uint32_t value) {
    sz_xval v = sz_feature_value(ev, value);
    return (seen){.know = v.know, .num = v.know == SZ_UNKNOWN ? 0 : v.num};
}

/* All edges in turn; how many of them were foreseen. */
static uint32_t walk(timeline_fixture *f, const char *hour, const char *name) {
    const sz_featureset *fs = &f->bundle->fs;
    uint32_t of = feature(fs, hour), value = feature(fs, name), next = 0, n = 0;
    int64_t pane = fs->features[of].window.pane_ms;
    sz_fstate s;
    sz_fstate_init(&s, fs, NULL);
    sz_eval ev = {.fs = fs,
                  .facts = &f->facts,
                  .types = &f->types,
                  .zone = &f->zone,
                  .dict = &f->dict,
                  .student = 0,
                  .info = sz_campus_student(f->campus, 0),
                  .student_id = SZ_STR("s1"),
                  .state = &s,
                  .use_leaves = true};
    sz_eval_at(&ev, monday);
    int64_t due = sz_panes_next(&ev, &of, 1);
    seen was = look(&ev, value);
    for (int64_t t = monday + pane; t < monday + DAYS * SZ_DAY_MS; t += pane) {
        for (; next < N && record_ms(next) < t; next++) {
            add(f, &ev, &s, next);
            was = look(&ev, value);
            due = sz_panes_next(&ev, &of, 1);
        }
        sz_eval_at(&ev, t);
        seen is = look(&ev, value);
        if (t < due && (is.know != was.know || is.num != was.num))
            fail_msg("%s changes %lld min after the Monday, not foreseen", name, (long long)((t - monday) / 60000));
        was = is;
        if (t < due) continue;
        n++;
        due = sz_panes_next(&ev, &of, 1);
    }
    sz_fstate_fini(&s);
    return n;
}

static void test_all_edges_that_matter_are_foreseen_and_few_others(void **state) {
    static const char *const of[][2] = {{"n", "n"},           {"most", "most"},   {"meals", "meals"},
                                        {"places", "places"}, {"latest", "paid"}, {"oldest", "before"},
                                        {"once", "once"}};
    timeline_fixture f;
    sz_down downs[] = {
        {.from_ms = monday + 250 * SZ_HOUR_MS + 7 * SZ_MINUTE_MS, .to_ms = monday + 252 * SZ_HOUR_MS + 20000},
        {.from_ms = monday + 303 * SZ_HOUR_MS, .to_ms = monday + 327 * SZ_HOUR_MS}};
    (void)state;
    for (int k = 0; k < 2; k++) downs[k].types = UINT64_C(1) << SZ_TYPE_SWIPE, downs[k].source = SZ_STR("pos");
    assert_true(timeline_fixture_init_at(&f, rules, files, 2));
    f.facts.downs = downs;
    f.facts.n_downs = 2;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        uint32_t n = walk(&f, of[i][0], of[i][1]);
        if (n > MOST_EDGES) fail_msg("%s: %u edges", of[i][1], n);
        assert_true(n > 0);
    }
    f.facts.downs = NULL;
    f.facts.n_downs = 0;
    timeline_fixture_fini(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_edges_that_matter_are_foreseen_and_few_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
