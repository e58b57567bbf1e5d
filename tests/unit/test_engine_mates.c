/* SPDX-License-Identifier: Apache-2.0
 *
 * Who of a class was seen (semantics 28, class_silent): found in the logs again after a reload, as far back as a check
 * may be looked at; and asked for each partition, of the students who belong there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/engine_rig.h"

static const char rules[] =
    "events: {missed: {event: attendance, where: 'event.status == \"absent\"'}}\n"
    "features: {m: {count: missed, over: 1d}}\n"
    "rules: [{id: alone, when: m > 0, level: blue, check: daily at 12:00, again_after: 1h, unless: [class_silent]}]\n";

static rig_one *begin(const char *students, const sz_options *options) {
    rig_one *b = rig_one_new(&(rig_setup){.rules = rules, .students = students, .o = *options});
    b->o.o.is_live = true;
    rig_one_start(b, 99);
    return b;
}

/* So many of one class, and now and then one who is not watched. */
static const char *roster(sz_buf *out, int n, bool is_joined) {
    sz_buf_clear(out);
    sz_buf_put_z(out, "student,class,status\n");
    for (int i = 0; i < n; i++) sz_buf_printf(out, "s%d,k,\n", i);
    if (is_joined) sz_buf_put_z(out, "gone,k,graduated\n");
    sz_buf_put_u8(out, 0);
    return (const char *)out->p;
}

static void add(rig_one *b, const char *student, bool is_absent, int day, int hour) {
    rig_log_add(&b->log, "{\"id\":\"%s.%d.%d\",\"student\":\"%s\",\"time\":%lld,%s}", student, day, hour, student,
                (long long)(rig_monday + day * SZ_DAY_MS + hour * SZ_HOUR_MS),
                is_absent ? "\"type\":\"attendance\",\"status\":\"absent\"" : "\"type\":\"swipe\",\"amount\":5");
}

/* The only sight of a day stands early on it, and the horizon ends later on it. Each time somebody joins or leaves the
 * class, all of it is looked at again that far. On days without one the clock stands late in the morning when
 * midnight is passed and logs are folded. */
static void logs_reach_to_midnight(void **state) {
    enum { DAYS = 60 };
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    rig_one *b = begin(roster(&text, 10, false), &(sz_options){.horizon_ms = 2 * SZ_DAY_MS, .lateness_ms = SZ_HOUR_MS});
    uint32_t told = 0, draw = 1;
    for (int day = 0; day < DAYS; day++) {
        draw = draw * 1664525 + 1013904223;
        if (draw >> 31) add(b, "s1", false, day, 1), told += day + 1 < DAYS;
        add(b, "s7", true, day, 10);
        rig_wait(&b->r, 600);
        rig_reload(&b->r, rules, roster(&text, 10, day % 2 == 0));
        assert_int_equal(rig_topic_count(&b->r, "\"event\":\"retracted\""), 0);
    }
    assert_int_equal(rig_topic_count(&b->r, "\"event\":\"firing\""), told);
    sz_buf_fini(&text);
    rig_one_end(b);
}

static int n_at_home(int n, uint32_t partition) {
    int n_here = 0;
    for (int i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "s%d", i);
        n_here += sz_home(sz_str_of(id), 2) == partition;
    }
    return n_here;
}

/* Nobody of the class is seen. Where nine belong who are watched it is too small to be silent, where ten do it is. */
static uint32_t told_of(int n, uint32_t partition) {
    sz_buf text;
    sz_buf_init(&text);
    rig_one *b = begin(roster(&text, n, true), &(sz_options){.parts = 2, .partition = partition});
    for (int i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "s%d", i);
        if (sz_home(sz_str_of(id), 2) == partition) add(b, id, true, 0, 10), add(b, id, true, 0, 13);
    }
    rig_wait(&b->r, 600);
    assert_int_equal(rig_counts(&b->r)->dead, 0);
    uint32_t told = rig_topic_count(&b->r, "\"event\":\"firing\"");
    sz_buf_fini(&text);
    rig_one_end(b);
    return told;
}

static void a_partition_asks_those_who_belong_there(void **state) {
    (void)state;
    for (uint32_t partition = 0; partition < 2; partition++) {
        int n = 0;
        while (n_at_home(n, partition) < 9) n++;
        assert_int_equal(told_of(n, partition), 9);
        while (n_at_home(n, partition) < 10) n++;
        assert_int_equal(told_of(n, partition), 0);
    }
}

/* What checks there are is known of the rules there are: others came that ask at noon, and what they asked before a
 * reload is looked at again for who was seen before it. */
static void other_rules_ask_at_other_times(void **state) {
    (void)state;
    sz_buf text, evening;
    sz_buf_init(&text);
    sz_buf_init(&evening);
    roster(&text, 10, false);
    text.n--;
    for (int i = 0; i < 10; i++) sz_buf_printf(&text, "t%d,other,\n", i);
    sz_buf_put_u8(&text, 0);
    const char *students = (const char *)text.p, *at = strstr(rules, "12:00");
    sz_buf_printf(&evening, "%.*s20:00%s", (int)(at - rules), rules, at + 5);
    sz_buf_put_u8(&evening, 0);
    rig_one *b = begin(students, &(sz_options){.lateness_ms = SZ_DAY_MS});
    rig_reload(&b->r, (const char *)evening.p, students);
    add(b, "t1", false, 0, 9);
    add(b, "t2", false, 0, 8);
    rig_wait(&b->r, 600);
    rig_reload(&b->r, rules, students);
    add(b, "s7", true, 0, 10);
    add(b, "t1", false, 0, 13);
    rig_wait(&b->r, 600);
    rig_reload(&b->r, rules, students);
    assert_int_equal(rig_topic_count(&b->r, "\"event\":\"firing\""), 0);
    add(b, "s1", false, 0, 11);
    rig_wait(&b->r, 600);
    assert_int_equal(rig_topic_count(&b->r, "\"event\":\"firing\""), 1);
    sz_buf_fini(&evening);
    sz_buf_fini(&text);
    rig_one_end(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(logs_reach_to_midnight),
                                       cmocka_unit_test(other_rules_ask_at_other_times),
                                       cmocka_unit_test(a_partition_asks_those_who_belong_there)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
