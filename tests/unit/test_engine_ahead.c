/* SPDX-License-Identifier: Apache-2.0
 *
 * Who has records behind a table of peers when it is made (semantics 22): whom it changes is judged anew from there on,
 * and nobody else has to be. The class's roll comes half a day late; what stands in the end is what stands where it
 * comes in order.
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
#include "support/engine_rig.h"

enum { STUDENTS = 12 };

static const char feeds[] = "pos: {types: [swipe]}\nroll: {types: [attendance, swipe]}\n";
#define FEATURES                                                            \
    "features:\n"                                                           \
    "  among: {peers: {count: swipe, over: 1d}, by: class, min_group: 5}\n" \
    "  today: {count: swipe, over: 1d}\n"                                   \
    "rules:\n"

static const char *roster(void) {
    static char text[512];
    int n = snprintf(text, sizeof text, "student,class\n");
    for (int i = 0; i < STUDENTS; i++) n += snprintf(text + n, sizeof text - (size_t)n, "s%02d,a\n", i);
    return text;
}

typedef struct bench {
    rig_store store;
    rig_log log;
    rig r;
} bench;

static bench *begin(void) {
    bench *b = sz_alloc(sizeof *b);
    rig_store_init(&b->store);
    rig_log_init(&b->log);
    return b;
}

static void run(bench *b, const char *rules) {
    rig_setup o = {.rules = rules, .students = roster(), .feeds = feeds, .o = {.is_live = true}};
    rig_init(&b->r, &b->store, &b->log, &o);
    b->r.wall = rig_monday + 12 * SZ_DAY_MS;
    b->r.most_inputs = 1;
    rig_assign(&b->r, -1);
    rig_wait(&b->r, 20000);
}

static void end(bench *b) {
    rig_fini(&b->r);
    rig_log_fini(&b->log);
    rig_store_fini(&b->store);
    sz_free(b);
}

static int64_t at(int day, double hour) { return rig_monday + day * SZ_DAY_MS + (int64_t)(hour * SZ_HOUR_MS); }

static void swipe(bench *b, int student, int64_t t) {
    rig_log_add(&b->log,
                "{\"id\":\"%d.%lld\",\"student\":\"s%02d\",\"time\":%lld,\"type\":\"swipe\",\"source\":\"pos\","
                "\"amount\":5}",
                student, (long long)t, student, (long long)t);
}

static void roll(bench *b, int64_t t) {
    rig_log_add(&b->log,
                "{\"id\":\"r%lld\",\"type\":\"feed_status\",\"source\":\"roll\",\"time\":%lld,\"state\":\"open\"}",
                (long long)t, (long long)t);
}

/* Lines of the topic that hold all three. */
static uint32_t count(const bench *b, const char *event, const char *rule, const char *more) {
    char want[3][96];
    uint32_t n = 0;
    snprintf(want[0], sizeof want[0], "\"event\":\"%s\"", event);
    snprintf(want[1], sizeof want[1], "\"rule\":\"%s\"", rule);
    snprintf(want[2], sizeof want[2], "%s", more);
    char *text = sz_alloc(b->r.topic.n + 1), *line = text;
    if (b->r.topic.n) memcpy(text, b->r.topic.p, b->r.topic.n);
    text[b->r.topic.n] = 0;
    for (char *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = 0;
        n += strstr(line, want[0]) && strstr(line, want[1]) && strstr(line, want[2]);
    }
    sz_free(text);
    return n;
}

/* Five of the class have three swipes on Monday, s00 among them, the others none. On Tuesday s00 has some before the
 * roll has come as far as 04:00. */
static bench *tuesday(const char *rules, bool is_late) {
    bench *b = begin();
    roll(b, at(0, 0));
    for (int hour = 10; hour < 13; hour++)
        for (int i = 0; i < 5; i++) swipe(b, i, at(0, hour + i / 60.0));
    swipe(b, 11, at(0, 19.9));
    roll(b, at(0, 20));
    static const double hours[] = {5, 6, 6.5, 13, 14};
    for (size_t k = 0; k < sizeof hours / sizeof *hours; k++) {
        if (hours[k] == 13) roll(b, at(1, 12.5));
        else if (!is_late) roll(b, at(1, hours[k] - 0.1));
        swipe(b, 0, at(1, hours[k]));
        swipe(b, 11, at(1, hours[k] + 0.01));
    }
    roll(b, at(1, 23));
    swipe(b, 11, at(1, 23.1));
    run(b, rules);
    return b;
}

/* Which asks for the table where it is not there, and opens by that it is unknown. */
static void an_episode_that_the_table_ends_is_taken_back(void **state) {
    (void)state;
    static const char rules[] =
        FEATURES "  - {id: alone, when: today >= 1 && (!has(among.mean) || among.mean > 100), level: blue}\n";
    bench *late = tuesday(rules, true), *one = tuesday(rules, false);
    assert_int_equal(count(late, "firing", "alone", "\"at\":\"2026-03-03T05:00:00+08:00\""), 1);
    assert_int_equal(count(late, "retracted", "alone", "\"since\":\"2026-03-03T05:00:00+08:00\""), 1);
    assert_int_equal(count(one, "firing", "alone", "\"at\":\"2026-03-03T"), 0);
    end(late);
    end(one);
}

/* Open since the table of the day before, and over by this one. */
static void an_episode_that_is_open_ends_at_the_table(void **state) {
    (void)state;
    static const char rules[] = FEATURES "  - {id: much, when: among.mean > 1, level: blue}\n";
    for (int is_late = 0; is_late < 2; is_late++) {
        bench *b = begin();
        roll(b, at(0, 0));
        for (int hour = 10; hour < 13; hour++)
            for (int i = 0; i < 10; i++) swipe(b, i, at(0, hour + i / 60.0));
        roll(b, at(1, 20)); /* it is much, of Monday */
        swipe(b, 3, at(1, 21));
        if (!is_late) roll(b, at(2, 4.9));
        swipe(b, 3, at(2, 5));
        swipe(b, 3, at(2, 12));
        roll(b, at(2, 12));
        swipe(b, 3, at(2, 13));
        run(b, rules);
        assert_int_equal(count(b, "firing", "much", "\"at\":\"2026-03-03T04:00:00+08:00\""), STUDENTS);
        assert_int_equal(count(b, "resolved", "much", "\"at\":\"2026-03-04T04:00:00+08:00\""), STUDENTS);
        assert_int_equal(count(b, "updated", "much", ""), 0);
        end(b);
    }
}

/* It would have opened, or have begun to wait, at a record at which the table was asked for. */
static void what_begins_at_a_record_before_the_table_is_found(void **state) {
    (void)state;
    static const char rules[] =
        FEATURES "  - {id: opens, when: today >= 2 && among.percentile >= 60, level: blue}\n"
                 "  - {id: pends, when: today >= 1 && among.percentile >= 60, for: 2h, level: blue}\n"
                 "  - {id: never, when: today >= 1 && among.percentile < 60, for: 2h, level: blue}\n";
    for (int is_late = 0; is_late < 2; is_late++) {
        bench *b = tuesday(rules, is_late);
        assert_int_equal(count(b, "firing", "opens", "\"at\":\"2026-03-03T06:00:00+08:00\""), 1);
        assert_int_equal(count(b, "firing", "pends", "\"at\":\"2026-03-03T07:00:00+08:00\""), 1);
        assert_int_equal(count(b, "firing", "opens", "s00"), 1);
        assert_int_equal(count(b, "firing", "pends", "s00"), 1);
        assert_int_equal(count(b, "firing", "never", "\"since\":\"2026-03-03T0"), 0);
        assert_int_equal(count(b, "updated", "", ""), 0);
        end(b);
    }
}

/* A check between the table's time and where he is already. It is gone past where nothing comes of it, which is not
 * known without the table. */
static void a_check_between_is_asked_with_the_table(void **state) {
    (void)state;
    static const char top[] =
        FEATURES "  - {id: top, check: daily at 05:30, when: among.percentile >= 60, level: blue}\n";
    static const char low[] = FEATURES "  - {id: low, check: daily at 05:30, when: today >= 1 && (!has(among.mean) || "
                                       "among.mean > 100), level: blue}\n";
    for (int is_late = 0; is_late < 2; is_late++) {
        bench *b = tuesday(top, is_late);
        assert_int_equal(count(b, "firing", "top", "\"at\":\"2026-03-03T05:30:00+08:00\""), 5);
        assert_int_equal(count(b, "firing", "top", "\"student\":\"s00\""), 1);
        end(b);
        b = tuesday(low, is_late);
        assert_int_equal(count(b, "firing", "low", ""), 0);
        end(b);
    }
}

/* Some come and some do not, and the roll whenever it likes: what stands is the same. */
#define ALONE \
    "  - {id: alone, when: today >= 1 && (!has(among.mean) || among.mean > 2), level: blue, again_after: 1h}\n"
#define OPENS "  - {id: opens, when: today >= 2 && among.percentile >= 70, level: blue, again_after: 1h}\n"
#define PENDS "  - {id: pends, when: among.percentile >= 60, for: 3h, level: blue, again_after: 1h}\n"
#define TOP   "  - {id: top, check: 'daily at 05:30,12:00', when: among.percentile >= 80, level: blue, again_after: 1h}\n"
#define LOW \
    "  - {id: low, check: daily at 03:00, when: '!has(among.mean) || among.mean < 1', level: blue, again_after: 1h}\n"
static const char *const rule_sets[] = {FEATURES ALONE OPENS PENDS TOP LOW,
                                        FEATURES ALONE,
                                        FEATURES OPENS,
                                        FEATURES PENDS,
                                        FEATURES TOP,
                                        FEATURES OPENS LOW};
enum { RULE_SETS = sizeof rule_sets / sizeof *rule_sets };

static int by_text(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static long seq_of(const char *line) {
    static const char key[] = "\"seq\":";
    return strtol(strstr(line, key) + sizeof key - 1, NULL, 10);
}

/* Rule, student, state and since when, of the last line of each alert that was not retracted; sorted. */
static void put_standing(sz_buf *out, const bench *b) {
    enum { MOST = 2000, ID = 36 };
    static const char *const keys[] = {"\"rule\":", "\"student\":", "\"state\":", "\"since\":"};
    static char texts[MOST][200], *v[MOST];
    const char *last[MOST], *line = (const char *)b->r.topic.p, *end = line + b->r.topic.n;
    uint32_t n = 0;
    sz_map ids;
    sz_map_init(&ids);
    for (; line < end; line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1) {
        uint32_t i = sz_map_intern(&ids, (sz_str){strstr(line, "\"alert\":"), ID});
        assert_true(i < MOST);
        if (i < n && seq_of(line) < seq_of(last[i])) continue; /* lines of one step are in the order of time */
        last[i] = line;
        if (i >= n) n = i + 1;
    }
    sz_map_fini(&ids);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = 0;
        bool is_out = strncmp(strstr(last[i], "\"event\":"), "\"event\":\"retracted", 18) == 0;
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const char *p = strstr(last[i], keys[k]);
            at += (size_t)snprintf(texts[i] + at, sizeof texts[i] - at, "%.*s ", (int)strcspn(p, ",}"), p);
        }
        v[i] = texts[i];
        if (is_out) texts[i][0] = 0;
    }
    sz_sort(v, n, sizeof *v, by_text, NULL);
    for (uint32_t i = 0; i < n; i++)
        if (v[i][0]) sz_buf_printf(out, "%s\n", v[i]);
}

static bench *drawn(uint64_t seed, bool is_late) {
    enum { DAYS = 7 };
    bench *b = begin();
    draw d = draw_of(seed), lag = draw_of(seed + 1000);
    int64_t rolled = at(0, 0), next = at(0, 1);
    roll(b, rolled);
    for (int half = 0; half < DAYS * 48; half++) {
        int64_t t = at(0, half / 2.0);
        if (!is_late) roll(b, t - 1);
        else if (t >= next && t - 1 > rolled) {
            int64_t back = (int64_t)draw_below(&lag, 20) * SZ_HOUR_MS;
            if (t - 1 - back > rolled) roll(b, rolled = t - 1 - back);
            next = t + (int64_t)draw_below(&lag, 16) * SZ_HOUR_MS;
        }
        for (int i = 0; i < STUDENTS; i++)
            if (draw_below(&d, 26) == 0) swipe(b, i, t + i * SZ_MINUTE_MS);
    }
    roll(b, at(DAYS, 0));
    swipe(b, 11, at(DAYS, 1));
    roll(b, at(DAYS, 1));
    run(b, rule_sets[seed % RULE_SETS]);
    return b;
}

static void whenever_the_roll_comes_the_same_stands(void **state) {
    (void)state;
    size_t n = 0;
    for (uint64_t seed = 1; seed <= 3 * RULE_SETS; seed++) {
        bench *late = drawn(seed, true), *one = drawn(seed, false);
        sz_buf got, want;
        sz_buf_init(&got);
        sz_buf_init(&want);
        put_standing(&got, late);
        put_standing(&want, one);
        n += want.n;
        if (!sz_str_eq(sz_buf_str(&got), sz_buf_str(&want))) print_error("seed %d\n", (int)seed);
        assert_int_equal(got.n, want.n);
        assert_memory_equal(got.p, want.p, want.n);
        sz_buf_fini(&got);
        sz_buf_fini(&want);
        end(late);
        end(one);
    }
    assert_true(n > 20000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_episode_that_the_table_ends_is_taken_back),
        cmocka_unit_test(an_episode_that_is_open_ends_at_the_table),
        cmocka_unit_test(what_begins_at_a_record_before_the_table_is_found),
        cmocka_unit_test(a_check_between_is_asked_with_the_table),
        cmocka_unit_test(whenever_the_roll_comes_the_same_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
