/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: what a rule set becomes. Windows, identity, shapes, steps, exemptions, adjustments, versions.
 */
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COUNT(v) (sizeof(v) / sizeof *(v))
#define BIT(t)   (UINT64_C(1) << (t))

static int set_up(void **state) {
    struct rules_fixture *x = sz_alloc(sizeof *x);
    rules_fixture_init(x);
    *state = x;
    return 0;
}

static int tear_down(void **state) {
    rules_fixture_fini(*state);
    sz_free(*state);
    return 0;
}

static const sz_feature *feature(const struct rules_fixture *x, const char *name) {
    for (uint32_t i = 0; i < x->b->fs.n_features; i++)
        if (sz_str_is(x->b->fs.features[i].name, name)) return &x->b->fs.features[i];
    return NULL;
}

/* ---- features ---- */

static void test_windows_are_days_panes_or_of_the_calendar(void **state) {
    static const struct {
        const char *text;
        sz_window w;
    } rows[] = {
        {"over: 7d", {.kind = SZ_W_DAYS, .days = 7}},
        {"over: 7 days", {.kind = SZ_W_DAYS, .days = 7}},
        {"over: 2w", {.kind = SZ_W_DAYS, .days = 14}},
        {"over: 1d", {.kind = SZ_W_DAYS, .days = 1}},
        {"over: 30d, to: yesterday", {.kind = SZ_W_DAYS, .days = 30, .ago = 1}},
        {"over: 30d, to: 1d ago", {.kind = SZ_W_DAYS, .days = 30, .ago = 1}},
        {"over: 30d, to: today", {.kind = SZ_W_DAYS, .days = 30}},
        {"over: 28d, to: 29d ago", {.kind = SZ_W_DAYS, .days = 28, .ago = 29}},
        {"over: 7d, day: night", {.kind = SZ_W_DAYS, .days = 7, .is_night = true}},
        {"over: term, day: night", {.kind = SZ_W_TERM, .is_night = true}},
        {"over: week", {.kind = SZ_W_WEEK}},
        {"over: month", {.kind = SZ_W_MONTH}},
        {"over: study", {.kind = SZ_W_STUDY}},
        {"over: 24h", {.kind = SZ_W_HOURS, .pane_ms = 900000, .n_panes = 96}},
        {"over: 48h", {.kind = SZ_W_HOURS, .pane_ms = 900000, .n_panes = 192}},
        {"over: 2h", {.kind = SZ_W_HOURS, .pane_ms = 60000, .n_panes = 120}},
        {"over: 1h30m", {.kind = SZ_W_HOURS, .pane_ms = 60000, .n_panes = 90}},
        {"over: 90m", {.kind = SZ_W_HOURS, .pane_ms = 60000, .n_panes = 90}},
        {"over: 135m", {.kind = SZ_W_HOURS, .pane_ms = 900000, .n_panes = 9}},
        {"over: 24 hours", {.kind = SZ_W_HOURS, .pane_ms = 900000, .n_panes = 96}},
    };
    struct rules_fixture *x = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[200];
        snprintf(text, sizeof text, "features: {n: {count: swipe, %s}}", rows[i].text);
        rules_fixture_fine(x, text);
        const sz_window *w = &feature(x, "n")->window, *want = &rows[i].w;
        if (w->kind != want->kind || w->days != want->days || w->ago != want->ago || w->pane_ms != want->pane_ms ||
            w->n_panes != want->n_panes || w->is_night != want->is_night)
            fail_msg("%s", rows[i].text);
    }
}

static void test_features_of_one_meaning_are_one(void **state) {
    struct rules_fixture *x = *state;
    const sz_rule_file files[] = {
        {"b.yaml", "features: {n: {count: swipe, over: 7d, label: {zh: 刷卡, en: x}}}", 72},
        {"a.yaml",
         "params: {limit: 5 yuan}\n"
         "events:\n"
         "  bought: {event: swipe, where: event.amount  >  limit}\n"
         "  dear: {event: swipe, where: event.amount > 5}\n"
         "  thing: {event: swipe}\n"
         "features:\n"
         "  n: {over: 7d, count: swipe}\n"
         "  m: {count: thing, over: 7 days}\n"
         "  a: {count: bought, over: 1w}\n"
         "  b: {count: dear, over: 7d, to: today}\n"
         "  c: {value: n + a}\n"
         "  d: {value: 'm + b'}\n"
         "  night: {count: swipe, over: 7d, day: night}\n"
         "  plain: {absence: seen}\n"
         "  paused: {absence: seen, pause: [holiday, sick]}\n"
         "  weekend: {absence: seen, pause: weekend}\n",
         0},
    };
    sz_rule_file two[] = {files[0], files[1]};
    two[0].n = strlen(two[0].p);
    two[1].n = strlen(two[1].p);
    rules_fixture_load_files(x, two, 2);
    assert_int_equal(x->d.n, 0);
    /* n = m, a = b, c = d, plain = paused */
    assert_int_equal(x->b->fs.n_features, 6);
    assert_null(feature(x, "m"));
    assert_null(feature(x, "paused"));
    assert_int_equal(feature(x, "weekend")->pauses, SZ_PAUSE_WEEKEND);
    assert_int_equal(feature(x, "c")->types, BIT(SZ_TYPE_SWIPE));
}

static void test_one_name_with_two_meanings_is_refused(void **state) {
    struct rules_fixture *x = *state;
    static const char *const texts[][2] = {
        {"features: {n: {count: swipe, over: 7d}}", "features: {n: {count: swipe, over: 8d}}"},
        {"params: {p: 420 yuan}", "params: {p: 420}"},
        {"events: {e: {event: swipe}}", "events: {e: {event: seen}}"},
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        const sz_rule_file same[] = {{"a.yaml", texts[i][0], strlen(texts[i][0])},
                                     {"b.yaml", texts[i][0], strlen(texts[i][0])}};
        rules_fixture_load_files(x, same, 2);
        assert_int_equal(x->d.n, 0);
        const sz_rule_file other[] = {{"a.yaml", texts[i][0], strlen(texts[i][0])},
                                      {"b.yaml", texts[i][1], strlen(texts[i][1])}};
        rules_fixture_load_files(x, other, 2);
        assert_int_equal(x->d.n, 1);
        assert_int_equal(x->d.v[0].code, 30);
        assert_string_equal(x->d.v[0].span.src->name, "b.yaml");
        assert_string_equal(x->d.v[0].hint, "give it another name, or leave it out; the first one is at a.yaml:1");
    }
}

static void test_fields_and_units_of_features(void **state) {
    static const struct {
        const char *text;
        uint8_t type, unit;
    } rows[] = {
        {"{sum: swipe.amount, over: 7d}", SZ_X_NUM, SZ_UNIT_YUAN},
        {"{avg: attendance.hours, over: 7d}", SZ_X_NUM, SZ_UNIT_CLASS_HOURS},
        {"{sum: library.fee, over: 7d}", SZ_X_NUM, SZ_UNIT_YUAN},
        {"{max: library.minutes, over: 7d}", SZ_X_NUM, SZ_UNIT_NONE},
        {"{distinct: swipe.place, over: 7d}", SZ_X_NUM, SZ_UNIT_COUNT},
        {"{distinct: library.seat, over: 7d}", SZ_X_NUM, SZ_UNIT_COUNT},
        {"{days: seen, over: 7d}", SZ_X_NUM, SZ_UNIT_DAYS},
        {"{absence: seen}", SZ_X_DURATION, SZ_UNIT_NONE},
        {"{last: library}", SZ_X_RECORD, SZ_UNIT_NONE},
        {"{value: 'student.year * 2', unit: points}", SZ_X_NUM, SZ_UNIT_POINTS},
    };
    struct rules_fixture *x = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[200];
        snprintf(text, sizeof text, "features: {n: %s}", rows[i].text);
        rules_fixture_fine(x, text);
        if (feature(x, "n")->type != rows[i].type || feature(x, "n")->unit != rows[i].unit) fail_msg("%s", text);
    }
}

static void test_events_take_the_conditions_of_their_bases(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(x, "events:\n"
                          "  missed_8am: {event: missed, where: event.clock < \"08:30\"}\n"
                          "  missed: {event: lesson, where: event.status == \"absent\"}\n"
                          "  lesson: {event: any, where: event.type == \"attendance\"}\n"
                          "  either: {event: any, where: event.amount > 5 || event.status == \"absent\"}\n"
                          "  read: {event: seen, where: 'event.type in [\"library\", \"swipe\"]'}\n"
                          "features: {n: {count: missed_8am, over: 7d}, r: {count: read, over: 7d}}");
    const sz_matcher *m = &x->b->fs.matchers[feature(x, "n")->matcher];
    assert_int_equal(m->n_wheres, 3);
    assert_int_equal(m->types, BIT(SZ_TYPE_ATTENDANCE));
    assert_true(m->needs_time_of_day);
    assert_int_equal(feature(x, "r")->types, BIT(SZ_TYPE_SWIPE) | BIT(SZ_TYPE_FIRST_DECLARED));
    assert_true(x->b->fs.matchers[feature(x, "r")->matcher].is_seen);
}

/* ---- rules ---- */

/* A choice asks its condition for both answers: one that is asked twice in each of forty would never end. */
static void test_choices_within_choices_are_read_once(void **state) {
    struct rules_fixture *x = *state;
    enum { DEEP = 40 };
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "events: {e: {event: any, where: '");
    for (int i = 0; i < DEEP; i++) sz_buf_put_u8(&text, '(');
    sz_buf_put_z(&text, "event.type == \"swipe\"");
    for (int i = 0; i < DEEP; i++) sz_buf_put_z(&text, " ? event.type != \"presence\" : event.type == \"attendance\")");
    sz_buf_put_z(&text, "'}}\nfeatures: {n: {count: e, over: 7d}}\nrules: [{id: r, when: n >= 3, level: blue}]");
    sz_buf_put_u8(&text, 0);
    rules_fixture_fine(x, (const char *)text.p);
    assert_int_equal(feature(x, "n")->types, BIT(SZ_TYPE_SWIPE) | BIT(SZ_TYPE_ATTENDANCE));
    sz_buf_fini(&text);
}

static void test_steps_stand_in_the_order_in_which_they_are_reached(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(
        x,
        "features: {n: {count: swipe, over: 7d}, s: {absence: seen}}\n"
        "params: {many: 9}\n"
        "rules:\n"
        "  - {id: up, value: n, at_least: {many: red, 1: blue, few: yellow}, params: {few: 3}}\n"
        "  - {id: down, value: n, at_most: {1: yellow, 3: blue, 0: red}}\n"
        "  - {id: long, value: s, at_least: {3d: red, 24h: yellow, 2 days: orange}}\n"
        "  - {id: by, value: n, at_least: {9: red, few: blue}, params: {few: {value: 3, by: [{year: 1, value: 2}]}}}\n");
    static const struct {
        const char *id, *texts[3];
        double values[3];
    } rows[] = {
        {"up", {"1", "few", "many"}, {1, 3, 9}},
        {"down", {"3", "1", "0"}, {3, 1, 0}},
        {"long", {"24h", "2 days", "3d"}, {86400000, 172800000, 259200000}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const sz_rule *r = rules_fixture_rule(x, rows[i].id);
        assert_int_equal(r->n_steps, 3);
        for (uint32_t k = 0; k < 3; k++) {
            assert_true(sz_str_is(r->steps[k].text, rows[i].texts[k]));
            assert_true(r->steps[k].value == rows[i].values[k]);
            assert_int_equal(r->steps[k].param, SZ_NONE);
        }
    }
    const sz_rule *by = rules_fixture_rule(x, "by");
    assert_true(sz_str_is(by->steps[0].text, "9"));
    assert_int_equal(by->steps[1].param, 0);
    assert_int_equal(by->params[0].n_cases, 2);
    assert_int_equal(by->params[0].cases[0].conds[0].field, SZ_SF_YEAR);
    assert_true(by->params[0].cases[0].conds[0].num == 1);
}

static void test_a_list_under_by_is_any_of_its_values(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(
        x,
        "rules:\n"
        "  - id: r\n"
        "    when: student.year >= p\n"
        "    level: blue\n"
        "    params: {p: {value: 3, by: [{school: [医学院, 理学院], year: [1, 2], value: 2}, {tags: interning, value: 9}]}}\n");
    const sz_param *p = &rules_fixture_rule(x, "r")->params[0];
    assert_int_equal(p->n_cases, 6);
    assert_true(sz_str_is(p->cases[1].conds[0].text, "理学院"));
    assert_true(p->cases[1].conds[1].num == 1);
    assert_true(p->cases[3].value.num == 2);
    assert_int_equal(p->cases[4].conds[0].field, SZ_SF_TAGS);
    assert_int_equal(p->cases[5].n_conds, 0);
}

static void test_exemptions_are_the_default_and_then_as_written(void **state) {
    static const struct {
        const char *unless, *names;
        const char *adjust; /* NULL: none */
    } rows[] = {
        {"", "on_leave vacation feed_down", NULL},
        {", unless: [rarely_seen]", "on_leave vacation feed_down rarely_seen", NULL},
        {", unless: rarely_seen", "on_leave vacation feed_down rarely_seen", NULL},
        {", unless: none", "", NULL},
        {", unless: [none, holiday, on_leave]", "on_leave holiday", NULL},
        {", unless: [vacation, sick, interning, sick]", "on_leave vacation feed_down sick interning", NULL},
        {", unless: [holiday]", "on_leave vacation feed_down holiday weekend", "[weekend]"},
        {", unless: [holiday]", "", "none"}, /* of the rule's own list too nothing is left */
        {", unless: [holiday]", "feed_down weekend", "[weekend, none, feed_down]"},
        {", unless: [none, holiday]", "holiday weekend", "weekend"},
        {", unless: [overnight_permit, weekend]", "on_leave vacation feed_down overnight_permit weekend", NULL},
    };
    struct rules_fixture *x = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[300], names[200] = "";
        int n = snprintf(text, sizeof text, "rules: [{id: r, when: student.year == 1, level: blue%s}]", rows[i].unless);
        if (rows[i].adjust)
            snprintf(text + n, sizeof text - (size_t)n, "\nadjust: {r: {because: x, unless: %s}}", rows[i].adjust);
        rules_fixture_fine(x, text);
        const sz_rule *r = rules_fixture_rule(x, "r");
        for (uint32_t k = 0; k < r->n_unless; k++) {
            if (k) strcat(names, " ");
            strncat(names, r->unless[k].name.p, r->unless[k].name.n);
        }
        assert_string_equal(names, rows[i].names);
    }
    const sz_exemption *permit = &rules_fixture_rule(x, "r")->unless[3];
    assert_int_equal(permit->kind, SZ_EX_LEAVE_KIND);
    assert_int_equal(permit->leave_kinds, 1 << SZ_LEAVE_OVERNIGHT_PERMIT);
}

static void test_an_instant_rule_knows_its_records(void **state) {
    static const struct {
        const char *when;
        uint64_t types, event_types;
    } rows[] = {
        {"event.amount >= 100", BIT(SZ_TYPE_SWIPE), BIT(SZ_TYPE_SWIPE)},
        {"!has(event.amount)", BIT(SZ_TYPE_SWIPE), BIT(SZ_TYPE_SWIPE)},
        {"event.type == \"swipe\" && n >= 1", BIT(SZ_TYPE_SWIPE) | BIT(SZ_TYPE_ATTENDANCE), BIT(SZ_TYPE_SWIPE)},
        {"event.direction == \"in\" && event.late", BIT(SZ_TYPE_DORM_ACCESS), BIT(SZ_TYPE_DORM_ACCESS)},
        {"event.direction == \"in\" && event.seat == \"A1\"", BIT(SZ_TYPE_FIRST_DECLARED), BIT(SZ_TYPE_FIRST_DECLARED)},
        {"place.zone == \"west\"", 0x1f, 0x1f},
        {"event.status == \"late\" || event.hours > 2", BIT(SZ_TYPE_ATTENDANCE), BIT(SZ_TYPE_ATTENDANCE)},
        {"event.status == \"late\" || event.amount > 2", BIT(SZ_TYPE_ATTENDANCE) | BIT(SZ_TYPE_SWIPE),
         BIT(SZ_TYPE_ATTENDANCE) | BIT(SZ_TYPE_SWIPE)},
        {"!(event.status == \"late\" && event.amount > 2)", BIT(SZ_TYPE_ATTENDANCE) | BIT(SZ_TYPE_SWIPE),
         BIT(SZ_TYPE_ATTENDANCE) | BIT(SZ_TYPE_SWIPE)},
        {"(event.late ? event.type == \"swipe\" : true) && event.hour > 5", BIT(SZ_TYPE_DORM_ACCESS),
         BIT(SZ_TYPE_DORM_ACCESS)},
        {"event.type == \"swipe\" || event.type == \"presence\"", BIT(SZ_TYPE_SWIPE) | BIT(SZ_TYPE_PRESENCE),
         BIT(SZ_TYPE_SWIPE) | BIT(SZ_TYPE_PRESENCE)},
    };
    struct rules_fixture *x = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "features: {n: {count: attendance, over: 7d}}\nrules:\n  - id: r\n    when: '%s'\n    level: blue\n",
                 rows[i].when);
        rules_fixture_fine(x, text);
        const sz_rule *r = rules_fixture_rule(x, "r");
        assert_true(r->is_instant);
        if (r->types != rows[i].types || r->event_types != rows[i].event_types) fail_msg("%s", rows[i].when);
    }
}

static void test_a_rule_knows_what_it_reads(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(x, "features:\n"
                          "  inner: {count: attendance, over: 7d}\n"
                          "  outer: {value: inner * 2}\n"
                          "  told: {last: dorm_access}\n"
                          "  silence: {absence: seen}\n"
                          "  other: {count: swipe, over: 7d}\n"
                          "rules:\n"
                          "  - id: r\n"
                          "    who: other >= 1\n"
                          "    when: outer >= 4\n"
                          "    level: blue\n"
                          "    message: {zh: '{told.time}', en: '{told.time}'}\n"
                          "  - {id: s, value: silence, at_least: {24h: yellow}}\n");
    const sz_rule *r = rules_fixture_rule(x, "r"), *s = rules_fixture_rule(x, "s");
    assert_int_equal(r->types, BIT(SZ_TYPE_ATTENDANCE) | BIT(SZ_TYPE_SWIPE)); /* the message has no say */
    assert_int_equal(r->n_features, 3);
    for (uint32_t i = 1; i < r->n_features; i++) assert_true(r->features[i - 1] < r->features[i]);
    assert_false(r->has_growing);
    assert_true(s->has_growing);
    assert_int_equal(s->again_after_ms, SZ_DAY_MS);
    assert_int_equal(x->b->n_rules, 2);
    assert_true(sz_str_is(x->b->rules[0].id, "r"));
}

/* ---- modes, adjust, replaces ---- */

#define HARDSHIP                                                                            \
    "rules:\n"                                                                              \
    "  - id: hardship\n"                                                                    \
    "    sensitive: true\n"                                                                 \
    "    version: 4\n"                                                                      \
    "    when: student.year >= few\n"                                                       \
    "    params: {few: {value: 3, label: {zh: 少, en: few}, by: [{year: 1, value: 2}]}}\n" \
    "    level: blue\n"

static void test_a_sensitive_rule_waits_for_a_reason(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(x, HARDSHIP);
    assert_int_equal(rules_fixture_rule(x, "hardship")->mode, SZ_DISABLED);
    rules_fixture_fine(x, HARDSHIP "adjust: {hardship: {because: 学工部批准}}");
    assert_int_equal(rules_fixture_rule(x, "hardship")->mode, SZ_LIVE);
    assert_true(sz_str_is(rules_fixture_rule(x, "hardship")->because, "学工部批准"));
    rules_fixture_fine(x, HARDSHIP "adjust: {hardship: {because: x, mode: shadow}}");
    assert_int_equal(rules_fixture_rule(x, "hardship")->mode, SZ_SHADOW);
}

static void test_an_adjust_changes_params_and_adds_exemptions(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(x, HARDSHIP "adjust:\n"
                                   "  hardship:\n"
                                   "    because: prices\n"
                                   "    params: {few: {value: 5, was: 3, by: [{school: 医学院, value: 6}]}}\n"
                                   "    unless: [self_catering]\n"
                                   "    level: yellow\n"
                                   "    again_after: 30d\n");
    const sz_rule *r = rules_fixture_rule(x, "hardship");
    assert_int_equal(r->params[0].n_cases, 2);
    assert_true(r->params[0].cases[0].value.num == 6);
    assert_true(r->params[0].cases[1].value.num == 5);
    assert_true(sz_str_is(r->params[0].label_zh, "少"));
    assert_int_equal(r->n_unless, 4);
    assert_int_equal(r->unless[3].kind, SZ_EX_TAG);
    assert_int_equal(r->steps[0].level, SZ_YELLOW);
    assert_int_equal(r->again_after_ms, 30 * SZ_DAY_MS);
}

static void test_replaces_puts_a_rule_in_the_place_of_another(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(x, HARDSHIP "  - {id: ours, when: student.year == 1, level: red, replaces: hardship}\n");
    assert_int_equal(x->b->n_rules, 1);
    assert_true(sz_str_is(x->b->rules[0].id, "ours"));
    rules_fixture_fine(x, HARDSHIP "  - {id: hardship, when: student.year == 1, level: red, replaces: hardship}\n");
    assert_int_equal(x->b->n_rules, 1);
    assert_int_equal(x->b->rules[0].steps[0].level, SZ_RED);
}

/* ---- versions ---- */

static void test_a_version_is_of_the_meaning(void **state) {
    static const struct {
        const char *text;
        bool is_same;
    } rows[] = {
        {"# a comment\nfeatures: {n: {over: 7d, count: swipe}, other: {count: attendance, over: 7d}}\nrules:\n"
         "  - {level: blue, id: r, source: 'NJUST, 2016', when: n>=few, params: {few: 3}}",
         true},
        {"features: {m: {count: swipe, over: 7d}}\nrules: [{id: r, when: m >= few, params: {few: 3}, level: blue}]",
         true},
        {"features: {n: {count: swipe, over: 8d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: blue}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 4}, level: blue}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n > few, params: {few: 3}, level: blue}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: red}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: blue, unless: [holiday]}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: blue, title: {zh: 甲, en: a}}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: blue, mode: shadow}]",
         false},
        {"features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: blue, check: daily at 07:00}]",
         false},
    };
    struct rules_fixture *x = *state;
    rules_fixture_fine(
        x, "features: {n: {count: swipe, over: 7d}}\nrules: [{id: r, when: n >= few, params: {few: 3}, level: blue}]");
    uint64_t hash = rules_fixture_rule(x, "r")->hash, whole = x->b->hash;
    for (size_t i = 0; i < COUNT(rows); i++) {
        rules_fixture_fine(x, rows[i].text);
        if ((rules_fixture_rule(x, "r")->hash == hash) != rows[i].is_same) fail_msg("%s", rows[i].text);
        if (!rows[i].is_same) assert_true(x->b->hash != whole);
    }
    rules_fixture_fine(x, HARDSHIP);
    const sz_rule *r = rules_fixture_rule(x, "hardship");
    char version[32];
    snprintf(version, sizeof version, "4-%08x", (unsigned)(r->hash >> 32));
    assert_string_equal(r->rule_version, version);
}

static void test_what_is_left_out_has_a_default(void **state) {
    struct rules_fixture *x = *state;
    rules_fixture_fine(x, "rules: [{id: r, when: student.year == 1, level: green}]");
    const sz_rule *r = rules_fixture_rule(x, "r");
    assert_true(sz_str_is(r->title_zh, "r"));
    assert_true(sz_str_is(r->audience, "counselor"));
    assert_true(sz_str_is(r->version, "1"));
    assert_int_equal(r->mode, SZ_LIVE);
    assert_int_equal(r->check.kind, SZ_CHECK_NONE);
    assert_int_equal(r->n_features, 0);
    assert_int_equal(r->types, 0);
    assert_int_equal(r->message_en.n, 0);
    assert_int_equal(r->span.off, strlen("rules: [{id: "));
    assert_string_equal(r->span.src->name, "rules.yaml");
}

static void test_without_campus_and_types_the_built_in_ones_are_there(void **state) {
    struct rules_fixture *x = *state;
    static const char text[] =
        "features: {n: {count: swipe, over: 7d}}\n"
        "rules: [{id: r, when: n >= 3, level: blue, unless: [anything], check: class days at 07:00}]";
    sz_rule_file file = {"r.yaml", text, sizeof text - 1};
    sz_bundle *b;
    assert_int_equal(sz_rules_load(&file, 1, NULL, NULL, &x->d, &b), SZ_OK);
    assert_int_equal(x->d.n, 0);
    sz_bundle *again = sz_bundle_ref(b);
    sz_bundle_unref(again);
    sz_bundle_unref(b);
    assert_int_equal(sz_rules_load(NULL, 0, NULL, NULL, &x->d, &b), SZ_OK);
    assert_int_equal(b->n_rules, 0);
    sz_bundle_unref(b);
}

static void test_what_was_read_is_counted_with_mistakes_and_without(void **state) {
    struct rules_fixture *x = *state;
    static const char pack[] = "events: {meal: {event: swipe}}\n"
                               "features: {n: {count: meal, over: 7d}, same: {count: meal, over: 7d}}\n"
                               "rules: [{id: r, when: n >= 3, level: blue}, {id: gone, when: n >= 4, level: blue}]";
    static const char own[] = "features: {n: {count: meal, over: 7d}}\n"
                              "rules: [{id: own, replaces: gone, when: n >= 5, level: blue}]";
    static const char broken[] = "rules: [{id: own, replaces: gone, when: m >= 5, level: blu}]";
    sz_rule_counts n;
    sz_bundle *b;
    for (int is_broken = 0; is_broken < 2; is_broken++) {
        const char *text = is_broken ? broken : own;
        sz_rule_file files[] = {{"pack.yaml", pack, sizeof pack - 1}, {"own.yaml", text, strlen(text)}};
        sz_status s = sz_rules_load_counted(files, 2, NULL, NULL, true, &x->d, &b, &n);
        assert_int_equal(s, is_broken ? SZ_FINDINGS : SZ_OK);
        assert_int_equal(n.files, 2);
        assert_int_equal(n.rules, 2);    /* the third is replaced */
        assert_int_equal(n.features, 2); /* names: what the files say, not how many numbers are kept */
        if (b) sz_bundle_unref(b);
    }
}

static void test_tests_are_read_where_they_are_asked_for(void **state) {
    struct rules_fixture *x = *state;
    static const char *const texts[] = {
        "features: {n: {count: swipe, over: 7d}}\n"
        "rules: [{id: r, params: {few: 3}, when: n >= few, level: blue,\n"
        "  tests: [{name: t, params: {few: 2}, events: [d1..d2 08:00 swipe canteen 5], expect: []}]}]",
        ("features: {n: {count: swipe, over: 7d}}\n"
         "rules: [{id: r, params: {few: 3}, when: n >= few, level: blue, tests: [{name: t, events: [d1 sipe], expect: 5}]}]"),
        "rules: [{id: r, when: 'student.year == 1', level: blue, tests: [{name: t, events: [d1}]}]",
    };
    static const sz_status read[] = {SZ_OK, SZ_FINDINGS, SZ_FINDINGS}, left[] = {SZ_OK, SZ_OK, SZ_FINDINGS};
    uint64_t hash[2] = {1, 2};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int with_tests = 0; with_tests < 2; with_tests++) {
            sz_rule_file file = {"r.yaml", texts[i], strlen(texts[i])};
            sz_bundle *b;
            sz_status s = sz_rules_load_counted(&file, 1, NULL, NULL, with_tests, &x->d, &b, NULL);
            assert_int_equal(s, (with_tests ? read : left)[i]);
            if (!b) continue;
            assert_int_equal(b->rules[0].n_tests, with_tests);
            if (i == 0) hash[with_tests] = b->hash;
            sz_bundle_unref(b);
        }
    assert_int_equal(hash[0], hash[1]); /* they are no part of what a state goes by */
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_read_is_counted_with_mistakes_and_without),
        TEST(test_tests_are_read_where_they_are_asked_for),
        TEST(test_windows_are_days_panes_or_of_the_calendar),
        TEST(test_features_of_one_meaning_are_one),
        TEST(test_one_name_with_two_meanings_is_refused),
        TEST(test_fields_and_units_of_features),
        TEST(test_events_take_the_conditions_of_their_bases),
        TEST(test_choices_within_choices_are_read_once),
        TEST(test_steps_stand_in_the_order_in_which_they_are_reached),
        TEST(test_a_list_under_by_is_any_of_its_values),
        TEST(test_exemptions_are_the_default_and_then_as_written),
        TEST(test_an_instant_rule_knows_its_records),
        TEST(test_a_rule_knows_what_it_reads),
        TEST(test_a_sensitive_rule_waits_for_a_reason),
        TEST(test_an_adjust_changes_params_and_adds_exemptions),
        TEST(test_replaces_puts_a_rule_in_the_place_of_another),
        TEST(test_a_version_is_of_the_meaning),
        TEST(test_what_is_left_out_has_a_default),
        TEST(test_without_campus_and_types_the_built_in_ones_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
