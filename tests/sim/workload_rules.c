/* SPDX-License-Identifier: Apache-2.0
 *
 * workload_rules: rules drawn out of a table of patterns. Windows are short, so that timers, steps, resolutions and
 * repeats all come in one run.
 */
#include "workload_rules.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct units {
    char window[24], shorter[24], steps[3][24], pause[24];
} units;

/* Windows above two hours come in quarters of an hour, 48 hours at most (semantics 9). */
static void put_window(char out[24], int64_t ms) {
    int64_t minutes = ms / SZ_MINUTE_MS;
    if (minutes < 2) minutes = 2;
    if (minutes > 48 * 60) minutes = 48 * 60;
    if (minutes > 120) minutes -= minutes % 15;
    snprintf(out, 24, "%" PRId64 "m", minutes);
}

static void put_duration(char out[24], int64_t ms) {
    int64_t seconds = ms / 1000;
    snprintf(out, 24, "%" PRId64 "s", seconds < 1 ? 1 : seconds);
}

static void absence(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    static const char *const of[] = {"seen", "swipe", "dorm_access", "bought"};
    const char *what = of[rng_below(r, 4)];
    bool rare = rng_chance(r, 0.1), more = rng_chance(r, 0.7);
    sz_buf_printf(out, "  - {id: silent-%d, purpose: student-safety, title: {zh: 久无记录, en: Silence}, value: f%d, ",
                  k, k);
    sz_buf_printf(out, "at_least: {%s: yellow", version % 2 ? u->shorter : u->steps[0]);
    if (more) sz_buf_printf(out, ", %s: orange, %s: red", u->steps[1], u->steps[2]);
    sz_buf_printf(out, "}%s}\n", rare ? ", unless: [rarely_seen]" : "");
    sz_buf_printf(out, "features: {f%d: {absence: %s}}\n", k, what);
}

static void counting(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    static const char *const ops[] = {"count: bought", "count: seen", "count: dorm_access", "distinct: bought.place",
                                      "count: missed"};
    const char *op = ops[rng_below(r, 5)];
    int low = (int)rng_between(r, 1, 3) + (version % 2 ? 1 : 0);
    bool held = rng_chance(r, 0.2), again = rng_chance(r, 0.5);
    sz_buf_printf(out, "  - {id: many-%d, title: {zh: 次数, en: Many}, value: f%d, at_least: {%d: blue, %d: yellow}", k,
                  k, low, low + 2);
    if (held) sz_buf_printf(out, ", for: %s", u->pause);
    if (again) sz_buf_printf(out, ", again_after: %s", u->pause);
    sz_buf_put_z(out, ", message: {zh: '{value} 次', en: '{value} times'}}\n");
    sz_buf_printf(out, "features: {f%d: {%s, over: %s}}\n", k, op, u->window);
}

static void spending(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    bool below = rng_chance(r, 0.4);
    int least = (int)rng_between(r, 8, 30) + (version % 2 ? 5 : 0);
    sz_buf_printf(out,
                  "  - {id: spent-%d, title: {zh: 消费, en: Spent}, purpose: financial-aid, level: orange, when: f%d "
                  "%s most, params: {most: %d yuan}, again_after: %s}\n",
                  k, k, below ? "<" : ">=", least, u->pause);
    sz_buf_printf(out, "features: {f%d: {sum: bought.amount, over: %s}}\n", k, u->window);
}

static void instant(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    bool counts = rng_chance(r, 0.5);
    sz_buf_printf(out,
                  "  - {id: now-%d, title: {zh: 出门, en: Out}, level: blue, when: 'event.type == \"dorm_access\" && "
                  "event.direction == \"%s\"%s', again_after: %s}\n",
                  k, version % 2 ? "in" : "out", counts ? " && n_now >= 2" : "", u->pause);
    sz_buf_printf(out, "features: {n_now: {count: dorm_access, over: %s}}\n", u->window);
}

static void checked(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    static const char *const at[] = {"daily at 07:00", "daily at 12:00", "daily at 08:05", "daily at 23:30"};
    (void)u;
    sz_buf_printf(out,
                  "  - {id: checked-%d, title: {zh: 每日, en: Daily}, level: yellow, when: f%d <= %d, check: %s, "
                  "again_after: 1d}\n",
                  k, k, (int)rng_between(r, 0, 2) + (int)(version % 2), at[rng_below(r, 4)]);
    sz_buf_printf(out, "features: {f%d: {days: seen, over: 2d}}\n", k);
}

static void aged(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    (void)r;
    sz_buf_printf(out,
                  "  - {id: aged-%d, title: {zh: 未归, en: Not back}, level: orange, when: 'last_door.direction == "
                  "\"out\" && last_door.age >= long', params: {long: %s}}\n",
                  k, version % 2 ? u->shorter : u->steps[0]);
    sz_buf_put_z(out, "features: {last_door: {last: dorm_access}}\n");
}

/* It is silent at most of its checks, early in the morning, and now and then it is not. */
static void while_class_is_here(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    static const char *const at[] = {"daily at 00:20,02:00,07:00", "daily at 01:30,04:00,23:30",
                                     "daily at 03:10,12:00"};
    (void)u;
    sz_buf_printf(out,
                  "  - {id: mates-%d, title: {zh: 独缺, en: Alone}, level: yellow, when: f%d <= %d, check: '%s', "
                  "again_after: 2h, unless: [class_silent]}\n",
                  k, k, (int)rng_between(r, 2, 9) + (int)(version % 2), at[rng_below(r, 3)]);
    sz_buf_printf(out, "features: {f%d: {count: seen, over: 1d}}\n", k);
}

/* About 04:00, with a check and without; the table of a day is of what the partition's log has brought by then. */
static void among(sz_buf *out, rng *r, const units *u, int k, uint32_t version) {
    static const char *const of[] = {"count: seen",        "count: seen",       "count: bought",
                                     "sum: bought.amount", "days: dorm_access", "count: missed"};
    static const char *const at[] = {"", ", check: 'daily at 04:00'", ", check: 'daily at 03:59,04:00,07:00,12:00'"};
    uint64_t form = rng_below(r, 3), check = rng_below(r, 3);
    int limit = (int)rng_between(r, 2, 8) * 10 + (version % 2 ? 15 : 0);
    sz_buf_printf(out, "  - {id: among-%d, title: {zh: 同伴, en: Among}, level: yellow, when: '", k);
    if (form == 0) sz_buf_printf(out, "p%d.percentile <= %d", k, limit);
    else if (form == 1) sz_buf_printf(out, "p%d.percentile >= %d", k, limit);
    else sz_buf_printf(out, "!has(p%d.median) || p%d.percentile > %d", k, k, limit);
    sz_buf_printf(out, "'%s, again_after: %s, unless: none}\n", at[check], u->pause);
    sz_buf_printf(out, "features: {p%d: {peers: {%s, over: %s}, by: %s, min_group: 5}}\n", k, of[rng_below(r, 6)],
                  rng_chance(r, 0.8) ? "1d" : "2d", rng_chance(r, 0.7) ? "class" : "[school]");
}

typedef void pattern(sz_buf *out, rng *r, const units *u, int k, uint32_t version);
static pattern *const patterns[] = {absence, counting, spending, instant, checked, aged, counting, absence};

/* Patterns write a rule, then its feature; the two kinds of line are gathered under their keys. */
static void add_rule(sz_buf *rules, sz_buf *features, pattern *p, rng *r, const units *u, int k, uint32_t version) {
    static const char head[] = "features: {";
    sz_buf one;
    sz_buf_init(&one);
    p(&one, r, u, k, version);
    const char *text = (const char *)one.p, *line = memchr(text, '\n', one.n);
    size_t at = (size_t)(line - text) + 1;
    sz_buf_put(rules, text, at);
    sz_buf_printf(features, "  %.*s\n", (int)(one.n - at - (sizeof head - 1) - 2), text + at + sizeof head - 1);
    sz_buf_fini(&one);
}

void rules_write(sz_buf *out, rng r, int64_t unit_ms, uint32_t version, int n_peers) {
    rng more = r;
    units u;
    put_window(u.window, unit_ms * rng_between(&r, 1, 4));
    put_duration(u.pause, unit_ms / 2 * rng_between(&r, 1, 6));
    put_duration(u.shorter, unit_ms / 3 + 1000);
    for (int i = 0; i < 3; i++) put_duration(u.steps[i], unit_ms * (i + 1) / 2 + 2000 * (i + 1));
    sz_buf rules, features;
    sz_buf_init(&rules);
    sz_buf_init(&features);
    int n = (int)rng_between(&r, 3, 6);
    bool taken[sizeof patterns / sizeof *patterns] = {false};
    for (int k = 0; k < n; k++) {
        size_t p = k == 0 ? 0 : (size_t)rng_below(&r, sizeof patterns / sizeof *patterns);
        if (taken[p] && (patterns[p] == instant || patterns[p] == aged)) continue;
        taken[p] = true;
        add_rule(&rules, &features, patterns[p], &r, &u, k + 1, version);
    }
    add_rule(&rules, &features, while_class_is_here, &more, &u, n + 1, version);
    for (int k = 0; k < n_peers; k++) add_rule(&rules, &features, among, &more, &u, n + 2 + k, version);
    sz_buf_put_z(out, "events:\n"
                      "  bought: {event: swipe, where: event.op == \"consume\"}\n"
                      "  missed: {event: attendance, where: event.status == \"absent\"}\n"
                      "features:\n");
    sz_buf_put(out, features.p, features.n);
    sz_buf_put_z(out, "rules:\n");
    sz_buf_put(out, rules.p, rules.n);
    sz_buf_fini(&rules);
    sz_buf_fini(&features);
}
