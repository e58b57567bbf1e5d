/* SPDX-License-Identifier: Apache-2.0
 *
 * `tests:` of a rule: what happens to one student, and what the rule is to say of it (semantics 38). `sanzao test` runs
 * them; `sanzao check` looks whether they can be run, and a run, which needs none of them, does not.
 */
#include "keys.h"
#include "rule_test.h"

struct test_keys {
    const sz_yaml *name, *student, *leaves, *down, *params, *peers, *events, *expect, *start, *until;
};
static const sz_key keys[] = {
    SZ_KEY_NEEDED(struct test_keys, name, "name", SZ_SHAPE_TEXT),
    SZ_KEY(struct test_keys, student, "student", SZ_SHAPE_MAP),
    SZ_KEY(struct test_keys, leaves, "leaves", SZ_SHAPE_TEXTS),
    SZ_KEY(struct test_keys, down, "down", SZ_SHAPE_TEXTS),
    SZ_KEY(struct test_keys, params, "params", SZ_SHAPE_MAP),
    SZ_KEY(struct test_keys, peers, "peers", SZ_SHAPE_MAP),
    SZ_KEY_NEEDED(struct test_keys, events, "events", SZ_SHAPE_TEXTS),
    SZ_KEY_NEEDED(struct test_keys, expect, "expect", SZ_SHAPE_LIST),
    SZ_KEY(struct test_keys, start, "start", SZ_SHAPE_TEXT),
    SZ_KEY(struct test_keys, until, "until", SZ_SHAPE_TEXT),
};
static const sz_key_table table = {"a test", "测试", keys, sizeof keys / sizeof *keys};

struct student_keys {
    const sz_yaml *column[14];
};
#define COLUMN(i, name) SZ_KEY(struct student_keys, column[i], name, SZ_SHAPE_TEXT)
static const sz_key student_keys[] = {
    COLUMN(0, "year"),   COLUMN(1, "school"),     COLUMN(2, "college"), COLUMN(3, "major"), COLUMN(4, "class"),
    COLUMN(5, "gender"), COLUMN(6, "entry_year"), COLUMN(7, "years"),   COLUMN(8, "dorm"),  COLUMN(9, "building"),
    COLUMN(10, "tags"),  COLUMN(11, "residence"), COLUMN(12, "status"), COLUMN(13, "name"),
};
static const sz_key_table student_table = {"a student", "学生", student_keys,
                                           sizeof student_keys / sizeof *student_keys};

/* ---- words and days ---- */

static size_t skip_spaces(const struct sz_test_words *w) {
    size_t i = w->at;
    while (i < w->node->text.n && w->node->text.p[i] == ' ') i++;
    return i;
}

sz_str sz_test_peek(struct sz_test_words *w) {
    size_t from = skip_spaces(w), to = from;
    while (to < w->node->text.n && w->node->text.p[to] != ' ') to++;
    return (sz_str){w->node->text.p + from, to - from};
}

sz_str sz_test_next(struct sz_test_words *w) {
    w->word = sz_test_peek(w);
    w->word_at = skip_spaces(w);
    w->at = w->word_at + w->word.n;
    return w->word;
}

sz_span sz_test_span(const struct sz_test_words *w) { return sz_yaml_value_span(w->node, w->word_at, w->word.n); }

void sz_test_wrong(struct sz_testing *x, const struct sz_test_words *w, int code, const char *en, const char *zh,
                   const char *hint, const char *hint_zh) {
    struct sz_loading *l = x->g->l;
    x->failed = true;
    sz_str word = w->word;
    sz_diag *d = sz_rules_say(l, SZ_ERROR, code, sz_test_span(w),
                              word.n ? TXT(l, "`%.*s` %s", SZ_FMT_STR(word), en) : "something is missing here",
                              word.n ? TXT(l, "`%.*s` %s", SZ_FMT_STR(word), zh) : "这里缺少内容");
    sz_rules_hint_say(d, hint, hint_zh);
}

void sz_test_name_day(struct sz_testing *x, int32_t day) {
    if (day < x->t->first_day) x->t->first_day = day;
    if (day > x->last_day) x->last_day = day;
}

bool sz_test_day(sz_str s, int32_t *day) {
    int64_t n;
    if (s.n < 2 || s.p[0] != 'd' || !sz_str_i64((sz_str){s.p + 1, s.n - 1}, &n)) return false;
    if (n < -TEST_DAYS_MAX || n > TEST_DAYS_MAX) return false;
    *day = (int32_t)n - 1;
    return true;
}

static bool one_span(sz_str s, int32_t *from, int32_t *to) {
    for (size_t i = 1; i + 1 < s.n; i++)
        if (s.p[i] == '.' && s.p[i + 1] == '.')
            return sz_test_day((sz_str){s.p, i}, from) && sz_test_day((sz_str){s.p + i + 2, s.n - i - 2}, to) &&
                   *from <= *to;
    if (!sz_test_day(s, from)) return false;
    *to = *from;
    return true;
}

/* `1,3`, `day1`, `d1..5`, `周一,周三`, `d1,` of `d1, d3`: the same as the language has it; NULL: something else. */
static const char *days_meant(struct sz_loading *l, sz_str s) {
    const char *all = "", *joint = "";
    for (size_t from = 0; from < s.n;) {
        size_t to = from;
        while (to < s.n && s.p[to] != ',' && s.p[to] != '.') to++;
        sz_str one = {s.p + from, to - from};
        int64_t n = 0;
        int weekday = 0;
        if (one.n > 3 && memcmp(one.p, "day", 3) == 0) one = (sz_str){one.p + 3, one.n - 3};
        else if (one.n > 1 && (one.p[0] == 'd' || one.p[0] == 'D')) one = (sz_str){one.p + 1, one.n - 1};
        bool is_day = sz_str_i64(one, &n) || sz_meant_weekday(one, &weekday);
        if (!is_day || n > TEST_DAYS_MAX) return NULL;
        all = TXT(l, "%s%sd%d", all, joint, weekday ? weekday : (int)n);
        bool is_span = to + 1 < s.n && s.p[to] == '.' && s.p[to + 1] == '.';
        if (to < s.n && s.p[to] == '.' && !is_span) return NULL;
        joint = is_span ? ".." : ",";
        from = to + (is_span ? 2 : 1);
    }
    return *all && !sz_str_is(s, all) ? all : NULL;
}

/* `d1-d3`, `2026-03-23`: what to write for it. */
static void day_meant(struct sz_loading *l, sz_str s, const char **en, const char **zh) {
    char date[SZ_MEANT];
    int32_t a, b;
    if (sz_meant_date(s, date)) {
        *en = TXT(l, "days are counted: with  start: %s  beside events: it is d1", date);
        *zh = TXT(l, "日期是数出来的：在 events: 旁边写 start: %s，它就是 d1", date);
        return;
    }
    const char *days = days_meant(l, s);
    if (s.n && s.p[s.n - 1] == ',') { /* d1, d3 */
        *en = "days stand without blanks between:  d1,d3";
        *zh = "日期之间不留空格：d1,d3";
        return;
    }
    if (days) {
        *en = TXT(l, "write  %s", days);
        *zh = TXT(l, "请写 %s", days);
        return;
    }
    for (size_t i = 2; i + 1 < s.n; i++) {
        const sz_str from = {s.p, i}, to = {s.p + i + 1, s.n - i - 1};
        if ((s.p[i] != '-' && s.p[i] != '~') || !sz_test_day(from, &a) || !sz_test_day(to, &b)) continue;
        *en = TXT(l, "write  %.*s..%.*s", SZ_FMT_STR(from), SZ_FMT_STR(to));
        *zh = TXT(l, "请写 %.*s..%.*s", SZ_FMT_STR(from), SZ_FMT_STR(to));
        return;
    }
}

bool sz_test_days(struct sz_testing *x, struct sz_test_words *w,
                  bool (*each)(struct sz_testing *x, void *ctx, int32_t from, int32_t to), void *ctx) {
    sz_str s = sz_test_next(w);
    for (size_t from = 0; from <= s.n;) {
        size_t to = from;
        while (to < s.n && s.p[to] != ',') to++;
        int32_t a, b;
        if (!one_span((sz_str){s.p + from, to - from}, &a, &b)) {
            const char *en = "write  d2, or d1..d5, or d1,d3: d1 is the Monday of term week 5, at most 400 days away";
            const char *zh = "请写 d2、d1..d5 或 d1,d3：d1 是学期第 5 周的周一，前后最多 400 天";
            day_meant(x->g->l, s, &en, &zh);
            sz_test_wrong(x, w, C_TEST_WHEN, "does not say a day", "没有写明哪一天", en, zh);
            return false;
        }
        sz_test_name_day(x, a);
        sz_test_name_day(x, b);
        if (!each(x, ctx, a, b)) return false;
        from = to + 1;
    }
    return true;
}

/* ---- one test ---- */

/* Columns that have a list of values, as docs/campus.md has them. */
static const char *const residences[] = {"dorm", "off_campus", "home"};
static const char *const statuses[] = {"active", "suspended", "graduated", "withdrawn", "exchange"};
enum { COLUMN_RESIDENCE = 11, COLUMN_STATUS = 12 };

static void check_column(struct sz_testing *x, size_t i, const sz_yaml *node) {
    struct sz_loading *l = x->g->l;
    if (i == COLUMN_RESIDENCE && sz_rules_choice(l, node, residences, 3, "a residence", "住宿情况") < 0)
        x->failed = true;
    if (i == COLUMN_STATUS && sz_rules_choice(l, node, statuses, 5, "a status", "学籍状态") < 0) x->failed = true;
}

static void load_student(struct sz_testing *x, const sz_yaml *map) {
    struct sz_loading *l = x->g->l;
    struct student_keys k = {0};
    if (!map) return;
    if (!sz_keys_read(l, map, &student_table, &k)) x->failed = true;
    for (size_t i = 0; i < student_table.n; i++) {
        if (!k.column[i]) continue;
        check_column(x, i, k.column[i]);
        int64_t n;
        bool is_number = i == 0 || i == 6 || i == 7;
        if (is_number && !sz_str_i64(k.column[i]->text, &n)) {
            struct sz_test_words w = {.node = k.column[i]};
            sz_test_next(&w);
            sz_test_wrong(x, &w, C_TEST_EVENT, "is not a whole number", "不是整数", "for example  year: 1",
                          "例如  year: 1");
        }
        *SZ_PUSH(l->a, x->t->student, x->t->n_student, x->cap_student) =
            (sz_test_pair){sz_str_of(student_keys[i].name), sz_rules_copy(l, k.column[i]->text)};
    }
}

static bool add_leave(struct sz_testing *x, void *ctx, int32_t from, int32_t to) {
    sz_str *kind = ctx;
    *SZ_PUSH(x->g->l->a, x->t->leaves, x->t->n_leaves, x->cap_leaves) = (sz_test_leave){from, to, *kind};
    return true;
}

static void load_leave(struct sz_testing *x, const sz_yaml *node) {
    static const char *const kinds[] = {"leave", "sick", "internship", "exchange", "late_permit", "overnight_permit"};
    struct sz_test_words w = {.node = node}, ahead = w;
    sz_test_next(&ahead);
    sz_str kind = sz_test_next(&ahead);
    if (sz_rules_index(kind, kinds, 6) < 0) {
        struct sz_loading *l = x->g->l;
        int is = sz_leave_kind_of(kind); /* 事假, 病假 */
        const char *meant = sz_leave_kinds[is < 0 ? SZ_LEAVE_LEAVE : is];
        sz_test_wrong(
            x, &ahead, C_TEST_EVENT, "is not a kind of leave", "不是请假的类型",
            TXT(l, "write  d2..d3 %s: leave, sick, internship, exchange, late_permit, overnight_permit", meant),
            TXT(l, "请写 d2..d3 %s：可用 leave、sick、internship、exchange、late_permit、overnight_permit", meant));
        return;
    }
    kind = sz_rules_copy(x->g->l, kind);
    if (sz_test_next(&ahead).n) {
        sz_test_wrong(x, &ahead, C_TEST_EVENT, "is one word too many", "是多余的词",
                      "a leave is its days and its kind:  d2..d3 sick", "请假只写日期和类型，例如  d2..d3 sick");
        return;
    }
    sz_test_days(x, &w, add_leave, &kind);
}

static void load_start(struct sz_testing *x, const sz_yaml *node) {
    sz_zone utc;
    int64_t t;
    bool is_day = false;
    x->t->start_day = SZ_DAY_NONE;
    x->t->start_week = 5;
    if (!node) return;
    int64_t week;
    bool says_week = node->text.n > 5 && memcmp(node->text.p, "week ", 5) == 0;
    if (says_week && sz_str_i64((sz_str){node->text.p + 5, node->text.n - 5}, &week) && week > 0 && week < 60) {
        x->t->start_week = (int32_t)week;
        return;
    }
    sz_zone_fixed(&utc, 0, "UTC");
    if (sz_time_parse(&utc, node->text, &t, &is_day) && is_day) {
        x->t->start_day = (int32_t)(t / SZ_DAY_MS);
        return;
    }
    struct sz_test_words w = {.node = node};
    sz_test_next(&w);
    sz_test_wrong(x, &w, C_TEST_WHEN, "is not a date", "不是日期", "write  start: week 1  (of term), or the date of d1",
                  "请写 start: week 1（学期第几周），或 d1 的日期");
}

static void load_until(struct sz_testing *x, const sz_yaml *node) {
    x->t->until_day = x->last_day;
    x->t->until_ms = (int32_t)SZ_DAY_MS - 1;
    if (!node) return;
    struct sz_test_words w = {.node = node};
    bool ok = sz_test_day(sz_test_next(&w), &x->t->until_day);
    if (ok && sz_test_peek(&w).n) ok = sz_clock_parse(sz_test_next(&w), &x->t->until_ms);
    if (ok && !sz_test_next(&w).n) return;
    sz_test_wrong(x, &w, C_TEST_WHEN, "is not a day and a time", "不是日期和时刻",
                  "write  until: d9, or  until: d9 20:00", "请写 until: d9 或 until: d9 20:00");
}

/* What would be a dead letter tests nothing. */
static void try_records(struct sz_testing *x) {
    struct sz_loading *l = x->g->l;
    static const sz_zone utc = {0};
    if (!l->decoder) l->decoder = sz_decoder_new(l->types, l->zone ? l->zone : &utc);
    uint32_t last = SZ_NONE;
    sz_buf json;
    sz_buf_init(&json);
    for (uint32_t i = 0; i < x->t->n_records; i++) {
        if (x->t->records[i].event == last) continue;
        last = x->t->records[i].event;
        sz_buf_clear(&json);
        sz_test_json(&json, x->t, l->types, i, 20000);
        sz_record r;
        sz_decode_json(l->decoder, sz_buf_str(&json), &l->tmp, &r);
        if (r.kind != SZ_RECORD_DEAD) continue;
        x->failed = true;
        const char *reason = sz_reason_names[r.dead.reason];
        sz_diag *d =
            sz_rules_error(l, C_TEST_EVENT, x->t->events[last].span, "such a record would be a dead letter: %s (%s)",
                           "这样的记录会成为死信：%s（%s）", reason, r.dead.field ? r.dead.field : "");
        if (r.dead.field && strcmp(r.dead.field, "direction") == 0)
            sz_rules_hint_say(d, "say which way, granted or denied:  d1 22:00 dorm_access in denied",
                              "放行或被拒都要写方向，例如  d1 22:00 dorm_access in denied");
        else if (r.dead.field && strcmp(r.dead.field, "status") == 0)
            sz_rules_hint_say(d, "say what was noted, for example  d1 08:00 attendance absent",
                              "请写出勤情况，例如  d1 08:00 attendance absent");
        else
            sz_rules_hint_say(d, "docs/events.md has what a record of each type needs",
                              "每种记录需要什么，见 docs/events.md");
    }
    sz_buf_fini(&json);
}

static void keep_spans(struct sz_testing *x) {
    for (uint32_t i = 0; i < x->t->n_events; i++) x->t->events[i].span = sz_rules_keep(x->g->l, x->t->events[i].span);
    for (uint32_t i = 0; i < x->t->n_expects; i++)
        x->t->expects[i].span = sz_rules_keep(x->g->l, x->t->expects[i].span);
}

/* Two records, of which the second stands right behind the comma: [d1 swipe 5,d2 swipe 5]. */
static bool are_records(sz_str one, sz_str next) {
    bool has_day = next.n > 1 && next.p[0] == 'd' && (next.p[1] == '-' || (next.p[1] >= '0' && next.p[1] <= '9'));
    return has_day && memchr(next.p, ' ', next.n) && memchr(one.p, ' ', one.n);
}

/* `[d1,d3 08:00 swipe 5]`: without quotes each comma begins another item. How many items are one text so: 1 or more. */
static uint32_t n_joined(const sz_yaml *const *items, uint32_t n) {
    uint32_t k = 1;
    for (; k < n; k++) {
        size_t end = (size_t)items[k - 1]->span.off + items[k - 1]->span.len;
        bool is_plain = items[k - 1]->style == SZ_YAML_PLAIN && items[k]->style == SZ_YAML_PLAIN;
        if (!is_plain || items[k]->span.src->p[end] != ',' || items[k]->span.off != end + 1) break;
        if (are_records(items[k - 1]->text, items[k]->text)) break;
    }
    return k;
}

/* The first of n items; how many it takes. */
static uint32_t load_event(struct sz_testing *x, const sz_yaml *const *items, uint32_t n) {
    uint32_t k = n_joined(items, n);
    if (k == 1) {
        sz_test_event_load(x, items[0]);
        return 1;
    }
    sz_span all = items[0]->span;
    all.len = items[k - 1]->span.off + items[k - 1]->span.len - all.off;
    x->failed = true;
    sz_diag *g = sz_rules_error(x->g->l, C_TEST_EVENT, all, "in a list the comma divides: these are %u records",
                                "列表里逗号是分隔符：这成了 %u 条记录", k);
    sz_rules_hint(x->g->l, g, "put it in quotes:  '%.*s'", "请加引号：'%.*s'", (int)all.len, all.src->p + all.off);
    return k;
}

static bool load_test(struct sz_ruling *g, const sz_yaml *node, sz_rule_test *t) {
    struct sz_loading *l = g->l;
    struct test_keys k = {0};
    struct sz_testing x = {.g = g, .t = t, .last_day = INT32_MIN};
    *t = (sz_rule_test){.first_day = INT32_MAX};
    if (!sz_keys_item(l, node, "{name: …, events: ['d2 08:00 swipe 5'], expect: ['d2 08:00 fires blue']}"))
        return false;
    x.failed = !sz_keys_read(l, node, &table, &k);
    if (k.name) t->name = sz_rules_copy(l, k.name->text);
    t->span = sz_rules_keep(l, k.name ? k.name->span : node->span);
    load_student(&x, k.student);
    load_start(&x, k.start);
    const sz_yaml **items;
    uint32_t n;
    if (!sz_rules_texts(l, k.leaves, &items, &n)) x.failed = true, n = 0;
    for (uint32_t i = 0; i < n; i++) load_leave(&x, items[i]);
    if (!sz_rules_texts(l, k.down, &items, &n)) x.failed = true, n = 0;
    for (uint32_t i = 0; i < n; i++) sz_test_down_load(&x, items[i]);
    if (!sz_rules_texts(l, k.events, &items, &n)) x.failed = true, n = 0;
    for (uint32_t i = 0; i < n;) i += load_event(&x, items + i, n - i);
    for (size_t i = 0; k.expect && i < k.expect->n; i++) sz_test_expect_load(&x, k.expect->items[i]);
    if (x.last_day == INT32_MIN) sz_test_name_day(&x, 0);
    load_until(&x, k.until);
    sz_test_downs_join(&x);
    if (k.params) sz_test_params_load(&x, k.params);
    sz_test_peers_load(&x, k.peers);
    if (!x.failed) try_records(&x);
    keep_spans(&x);
    return !x.failed;
}

void sz_rule_tests(struct sz_ruling *g) {
    const sz_yaml *list = g->k.tests;
    if (!list) return;
    g->r->tests = SZ_NEWN(g->l->a, sz_rule_test, list->n + 1);
    g->r->n_tests = (uint32_t)list->n;
    for (size_t i = 0; i < list->n; i++)
        if (!load_test(g, list->items[i], &g->r->tests[i])) g->failed = true;
}
