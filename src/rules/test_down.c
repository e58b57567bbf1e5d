/* SPDX-License-Identifier: Apache-2.0
 *
 * When the source of a type is down in a test: `d3 swipe`, `d2..d4 dorm_access`, for hours of a day `d11 15:00..18:30
 * dorm_access`, and over midnight `d11 22:00..06:00 dorm_access`.
 */
#include "rule_test.h"

static const char *const form = "write  d3 swipe, or for some hours  d3 15:00..18:30 swipe; 22:00..06:00 ends in the "
                                "morning after";
static const char *const form_zh = "请写 d3 swipe；只是几个小时写 d3 15:00..18:30 swipe；22:00..06:00 到第二天早上为止";

struct hours {
    int32_t from_ms, to_ms; /* of the day; not later than from: of the next one */
    uint32_t type;
};

static bool parse_hours(sz_str s, struct hours *h) {
    for (size_t i = 1; i + 2 < s.n; i++) {
        if (s.p[i] != '.' || s.p[i + 1] != '.') continue;
        sz_str to = {s.p + i + 2, s.n - i - 2};
        if (!sz_clock_parse((sz_str){s.p, i}, &h->from_ms) || h->from_ms == SZ_DAY_MS - 1) return false;
        if (!sz_clock_parse(to, &h->to_ms)) return false;
        if (h->to_ms == SZ_DAY_MS - 1) h->to_ms = (int32_t)SZ_DAY_MS; /* 24:00 */
        return h->from_ms != h->to_ms;
    }
    return false;
}

static bool take_hours(struct sz_testing *x, struct sz_test_words *w, struct hours *h) {
    *h = (struct hours){0, (int32_t)SZ_DAY_MS, 0};
    sz_str word = sz_test_peek(w);
    if (!word.n || word.p[0] < '0' || word.p[0] > '9') return true; /* all day */
    sz_test_next(w);
    if (parse_hours(word, h)) return true;
    sz_test_wrong(x, w, C_TEST_WHEN, "does not say from when to when", "没有写明从几点到几点", form, form_zh);
    return false;
}

void sz_test_down_add(struct sz_testing *x, const sz_test_down *down) {
    *SZ_PUSH(x->g->l->a, x->t->downs, x->t->n_downs, x->cap_downs) = *down;
}

static bool add_down(struct sz_testing *x, void *ctx, int32_t from, int32_t to) {
    const struct hours *h = ctx;
    bool is_whole = h->to_ms == SZ_DAY_MS && !h->from_ms;
    for (int32_t day = from; day <= to; day = is_whole ? to + 1 : day + 1) {
        int32_t last = is_whole ? to : day;
        bool ends_next = h->to_ms <= h->from_ms, is_full = h->to_ms == SZ_DAY_MS;
        sz_test_down_add(
            x, &(sz_test_down){h->type, day, h->from_ms, last + (ends_next || is_full), is_full ? 0 : h->to_ms});
    }
    return true;
}

static bool check_days(struct sz_testing *x, void *ctx, int32_t from, int32_t to) {
    (void)x, (void)ctx, (void)from, (void)to;
    return true;
}

void sz_test_down_load(struct sz_testing *x, const sz_yaml *node) {
    struct sz_test_words w = {.node = node}, days = w;
    struct hours h;
    if (!sz_test_days(x, &w, check_days, NULL) || !take_hours(x, &w, &h)) return;
    if (!sz_test_peek(&w).n) {
        sz_test_next(&w);
        sz_test_wrong(x, &w, C_TEST_EVENT, "", "", form, form_zh);
        return;
    }
    int type = sz_test_type(x, &w);
    if (type < 0) return;
    h.type = (uint32_t)type;
    if (sz_test_next(&w).n) sz_test_wrong(x, &w, C_TEST_EVENT, "is one word too many", "是多余的词", form, form_zh);
    else sz_test_days(x, &days, add_down, &h);
}

/* ---- joined: a source that is down twice at once is down once ---- */

static int64_t begin_of(const sz_test_down *d) { return d->from_day * SZ_DAY_MS + d->from_ms; }
static int64_t end_of(const sz_test_down *d) { return d->to_day * SZ_DAY_MS + d->to_ms; }

static int by_type_and_time(const void *a, const void *b, void *ctx) {
    const sz_test_down *x = a, *y = b;
    (void)ctx;
    if (x->type != y->type) return x->type < y->type ? -1 : 1;
    return begin_of(x) < begin_of(y) ? -1 : begin_of(x) > begin_of(y);
}

void sz_test_downs_join(struct sz_testing *x) {
    sz_test_down *v = x->t->downs;
    uint32_t n = 0;
    if (x->t->n_downs > 1) sz_sort(v, x->t->n_downs, sizeof *v, by_type_and_time, NULL);
    for (uint32_t i = 0; i < x->t->n_downs; i++) {
        sz_test_down *last = n ? &v[n - 1] : NULL;
        if (!last || last->type != v[i].type || end_of(last) < begin_of(&v[i])) {
            v[n++] = v[i];
        } else if (end_of(&v[i]) > end_of(last)) {
            last->to_day = v[i].to_day;
            last->to_ms = v[i].to_ms;
        }
    }
    x->t->n_downs = n;
}
