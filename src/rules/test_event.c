/* SPDX-License-Identifier: Apache-2.0
 *
 * An event of a test: `DAYS [WEEKDAYS] [TIMES] TYPE WORDS… [SERIES]`, such as `d1..d5 08:00,14:00 attendance absent 2`,
 * `d2 12:05 swipe canteen 6.9`, `d-30 12:00 swipe canteen 9 2x28 _ 0x2`. Without times the time of day was lost.
 */
#include "rule_test.h"

enum { TIMES_MAX = 24, SPREAD_MS = 2 * 3600 * 1000 };

static const char *const place_kinds[] = {"canteen", "shop", "dorm", "classroom", "library", "lab",
                                          "gate",    "bath", "bus",  "gym",       "clinic",  "other"};
enum { N_PLACE_KINDS = sizeof place_kinds / sizeof *place_kinds };

/* Words that say a field by themselves. */
typedef struct word_list {
    uint8_t type;
    const char *field;
    const char *const *words;
    size_t n;
} word_list;
static const word_list word_lists[] = {
    {SZ_TYPE_SWIPE, "op", sz_op_names, 4},
    {SZ_TYPE_ATTENDANCE, "status", sz_attend_names, 6},
    {SZ_TYPE_DORM_ACCESS, "direction", sz_direction_names + 1, 3},
    {SZ_TYPE_DORM_ACCESS, "result", sz_result_names, 2},
};

/* Fields that a line may give as key=value, beside those of declared types. */
static const char *const text_fields[] = {"id",        "source", "card",   "place",     "reader",
                                          "ref",       "op",     "course", "status",    "session",
                                          "direction", "result", "means",  "precision", "card_system"};
static const char *const number_fields[] = {"amount", "balance", "hours", "use_count", "journal_no"};
enum { N_TEXTS = sizeof text_fields / sizeof *text_fields, N_NUMBERS = sizeof number_fields / sizeof *number_fields };

typedef struct line {
    sz_test_event e;
    uint32_t cap_fields;
    int32_t *from, *to;
    uint32_t n_spans, cap_from, cap_to;
    int32_t times[TIMES_MAX];
    uint32_t n_times;
    uint8_t weekdays; /* 0: all */
    int32_t next;     /* day of the series' next item */
    bool has_series;
} line;

static bool add_span(struct sz_testing *x, void *ctx, int32_t from, int32_t to) {
    line *n = ctx;
    uint32_t count = n->n_spans;
    *SZ_PUSH(&x->g->l->tmp, n->from, count, n->cap_from) = from;
    *SZ_PUSH(&x->g->l->tmp, n->to, n->n_spans, n->cap_to) = to;
    return true;
}

static void add_field(struct sz_testing *x, line *n, const char *key, sz_str value) {
    struct sz_loading *l = x->g->l;
    *SZ_PUSH(l->a, n->e.fields, n->e.n_fields, n->cap_fields) =
        (sz_test_pair){sz_rules_copy(l, sz_str_of(key)), sz_rules_copy(l, value)};
}

static bool is_number(sz_str s) {
    double d;
    return s.n && s.p[0] >= '0' && s.p[0] <= '9' && sz_str_double(s, &d);
}

/* ---- days, weekdays, times, type ---- */

static bool times_of(line *n, sz_str s) {
    n->n_times = 0;
    for (size_t from = 0; from <= s.n;) {
        size_t to = from;
        while (to < s.n && s.p[to] != ',') to++;
        if (n->n_times == TIMES_MAX || !sz_clock_parse((sz_str){s.p + from, to - from}, &n->times[n->n_times++]))
            return false;
        from = to + 1;
    }
    return true;
}

static uint8_t weekdays_of(sz_str s) {
    uint8_t bits = 0;
    for (size_t from = 0; from <= s.n;) {
        size_t to = from;
        while (to < s.n && s.p[to] != ',') to++;
        uint8_t some = to > from ? sz_check_weekdays((sz_str){s.p + from, to - from}) : 0;
        if (!some) return 0;
        bits |= some;
        from = to + 1;
    }
    return bits;
}

int sz_test_type(struct sz_testing *x, struct sz_test_words *w) {
    struct sz_loading *l = x->g->l;
    sz_str name = sz_test_next(w);
    int type = sz_types_find(l->types, name);
    if (type >= 0) return type;
    char clock[SZ_MEANT];
    bool is_meant = sz_meant_clock(name, clock);
    if (!is_meant && name.n && sz_meant_next_clock(name, clock)) {
        sz_test_wrong(x, w, C_TEST_WHEN, "is not a time of day", "不是一天里的时刻",
                      TXT(l, "hours begin anew at midnight: write  %s  and the next day before it", clock),
                      TXT(l, "零点以后从 00:00 重新数：请写 %s，日期写后一天", clock));
        return -1;
    }
    if (name.n && (is_meant || memchr(name.p, ':', name.n))) {
        sz_test_wrong(x, w, C_TEST_WHEN, "is not a time of day", "不是一天里的时刻",
                      is_meant ? TXT(l, "write  %s", clock) : "write  08:00, or  08:00,14:00 for several",
                      is_meant ? TXT(l, "请写  %s", clock) : "请写 08:00；几个时刻写 08:00,14:00");
        return -1;
    }
    struct sz_near near = sz_near_to(l, name);
    for (uint32_t i = 0; i < l->types->n; i++)
        sz_near_try(&near, l->types->v[i].name, "type of record", "记录类型", (sz_span){0});
    const char *en = "write  d2 08:00 attendance absent: day, time, type, and what is to be said of it";
    const char *zh = "请写 d2 08:00 attendance absent：日期、时刻、类型，再写其他内容";
    if (sz_near_any(&near)) sz_near_words(l, &near, &en, &zh);
    else if (sz_decls_find(&l->events, name)) {
        en = "it is an event of the rules: a test has records, and the rules make events of them, such as  "
             "d2 23:50 dorm_access in";
        zh = "它是规则里的事件：测试里写的是记录，事件由规则从记录得出，例如 d2 23:50 dorm_access in";
    }
    sz_test_wrong(x, w, C_TEST_EVENT, "is not a type of record", "不是记录类型", en, zh);
    return -1;
}

/* ---- words after the type ---- */

static const sz_field *declared(const struct sz_loading *l, uint32_t type, sz_str name) {
    const sz_type *t = &l->types->v[type];
    for (uint32_t i = 0; i < t->n_fields; i++)
        if (sz_str_eq(t->fields[i].name, name)) return &t->fields[i];
    return NULL;
}

static void refuse_word(struct sz_testing *x, struct sz_test_words *w, const line *n) {
    struct sz_loading *l = x->g->l;
    sz_str word = w->word;
    const char *is = memchr(word.p, '=', word.n);
    struct sz_near near = sz_near_to(l, is ? (sz_str){word.p, (size_t)(is - word.p)} : word);
    for (size_t k = 0; !is && k < sizeof word_lists / sizeof *word_lists; k++)
        for (size_t i = 0; word_lists[k].type == n->e.type && i < word_lists[k].n; i++)
            sz_near_z(&near, word_lists[k].words[i]);
    for (size_t i = 0; !is && i < N_PLACE_KINDS; i++) sz_near_z(&near, place_kinds[i]);
    for (size_t i = 0; !is && i < N_PLACE_KINDS; i++) /* 食堂 */
        if (sz_code_means(sz_str_of(place_kinds[i]), word)) near.found = sz_str_of(place_kinds[i]);
    char clock[SZ_MEANT];
    bool is_clock = !is && memchr(word.p, ':', word.n) && sz_meant_clock(word, clock);
    for (size_t k = 0; !is && k < sizeof word_lists / sizeof *word_lists; k++) /* 进, 缺勤 */
        for (size_t i = 0; word_lists[k].type == n->e.type && i < word_lists[k].n; i++)
            if (sz_code_means(sz_str_of(word_lists[k].words[i]), word)) near.found = sz_str_of(word_lists[k].words[i]);
    for (size_t i = 0; is && i < N_TEXTS; i++) sz_near_z(&near, text_fields[i]);
    for (size_t i = 0; is && i < N_NUMBERS; i++) sz_near_z(&near, number_fields[i]);
    if (is && near.best == 0) near = sz_near_to(l, (sz_str){0}); /* the name is right: it is the value */
    const char *en = "a field is written  name=value, and a place by its kind: canteen, dorm, library …";
    const char *zh = "字段写成 名称=值，地点写它的类别：canteen、dorm、library……";
    size_t figures = 0;
    while (figures < word.n && ((word.p[figures] >= '0' && word.p[figures] <= '9') || word.p[figures] == '.'))
        figures++;
    if (is_clock) { /* dorm_access 23:50 in */
        en = TXT(l, "the time stands before the type:  d1 %s %.*s", clock, SZ_FMT_STR(l->types->v[n->e.type].name));
        zh = TXT(l, "时刻写在类型前面：d1 %s %.*s", clock, SZ_FMT_STR(l->types->v[n->e.type].name));
    } else if (sz_near_any(&near)) {
        sz_near_words(l, &near, &en, &zh);
    } else if (!is && figures > 0) { /* 5元 */
        en = TXT(l, "write  %.*s  without a unit", (int)figures, word.p);
        zh = TXT(l, "请写  %.*s，不加单位", (int)figures, word.p);
    }
    sz_test_wrong(x, w, C_TEST_EVENT, "says nothing about a record of this type", "对这种记录没有意义", en, zh);
}

static bool take_pair(struct sz_testing *x, line *n, sz_str word) {
    struct sz_loading *l = x->g->l;
    const char *is = memchr(word.p, '=', word.n);
    sz_str key = {word.p, (size_t)(is - word.p)}, value = {is + 1, word.n - key.n - 1};
    bool is_known = sz_rules_index(key, text_fields, N_TEXTS) >= 0 ||
                    sz_rules_index(key, number_fields, N_NUMBERS) >= 0 || declared(l, n->e.type, key);
    bool is_nowhere = sz_str_is(key, "place") && sz_rules_index(value, place_kinds, N_PLACE_KINDS) < 0;
    is_known &= !is_nowhere; /* the campus of a test has a place of each kind, and no others */
    if (is_known) add_field(x, n, sz_rules_copy(l, key).p, value);
    return is_known;
}

static bool take_bare(struct sz_testing *x, line *n, sz_str word) {
    for (size_t k = 0; k < sizeof word_lists / sizeof *word_lists; k++) {
        if (word_lists[k].type != n->e.type || sz_rules_index(word, word_lists[k].words, word_lists[k].n) < 0) continue;
        add_field(x, n, word_lists[k].field, word);
        return true;
    }
    if (sz_rules_index(word, place_kinds, N_PLACE_KINDS) >= 0 && n->e.type != SZ_TYPE_PRESENCE) {
        add_field(x, n, "place", word);
        return true;
    }
    if (is_number(word) && (n->e.type == SZ_TYPE_SWIPE || n->e.type == SZ_TYPE_ATTENDANCE)) {
        add_field(x, n, n->e.type == SZ_TYPE_SWIPE ? "amount" : "hours", word);
        return true;
    }
    const sz_type *t = &x->g->l->types->v[n->e.type];
    for (uint32_t i = 0; i < t->n_fields; i++)
        for (uint32_t c = 0; c < t->fields[i].n_choices; c++) {
            if (!sz_str_eq(t->fields[i].choices[c], word)) continue;
            add_field(x, n, t->fields[i].name.p, word);
            return true;
        }
    if (n->e.type != SZ_TYPE_PRESENCE) return false;
    add_field(x, n, "means", word);
    return true;
}

/* ---- records ---- */

static bool add_record(struct sz_testing *x, int32_t day, int32_t ms) {
    struct sz_loading *l = x->g->l;
    if (x->t->n_records >= TEST_RECORDS_MAX) return false;
    *SZ_PUSH(l->a, x->t->records, x->t->n_records, x->cap_records) = (sz_test_record){day, ms, x->t->n_events};
    sz_test_name_day(x, day);
    return true;
}

/* 3x5: five days of three; _ or _x2: days on which the source was down. False: no item of a series. */
static bool take_item(struct sz_testing *x, line *n, sz_str word, bool *fits) {
    const char *times = memchr(word.p, 'x', word.n);
    sz_str what = {word.p, times ? (size_t)(times - word.p) : word.n};
    int64_t a_day = 0, days = 1;
    bool is_down = sz_str_is(what, "_");
    if (!times && !is_down) return false;
    if (!is_down && (!sz_str_i64(what, &a_day) || a_day < 0 || a_day > 12)) return false;
    if (times && (!sz_str_i64((sz_str){times + 1, word.n - what.n - 1}, &days) || days < 1 || days > TEST_DAYS_MAX))
        return false;
    if (!n->has_series) n->next = n->from[0];
    n->has_series = true;
    for (int64_t d = 0; d < days; d++, n->next++) {
        if (is_down) sz_test_down_add(x, &(sz_test_down){n->e.type, n->next, 0, n->next + 1, 0});
        for (int64_t k = 0; k < a_day; k++) {
            int32_t ms = n->n_times ? n->times[0] + (int32_t)k * SPREAD_MS : -1;
            if (ms >= SZ_DAY_MS) ms = (int32_t)SZ_DAY_MS - 1 - (int32_t)(a_day - k);
            *fits &= add_record(x, n->next, ms);
        }
    }
    sz_test_name_day(x, n->next - 1);
    return true;
}

/* d1 is a Monday, unless the test says its date. */
static bool is_on(const struct sz_testing *x, const line *n, int32_t day) {
    int32_t monday = 4, d1 = x->t->start_day == SZ_DAY_NONE ? monday : x->t->start_day;
    return !n->weekdays || n->weekdays >> (sz_day_weekday(d1 + day) - 1) & 1;
}

static bool add_records(struct sz_testing *x, const line *n) {
    bool fits = true;
    for (uint32_t s = 0; s < n->n_spans; s++)
        for (int32_t day = n->from[s]; day <= n->to[s]; day++) {
            if (!is_on(x, n, day)) continue;
            for (uint32_t i = 0; i < n->n_times; i++) fits &= add_record(x, day, n->times[i]);
            if (!n->n_times) fits &= add_record(x, day, -1);
        }
    return fits;
}

void sz_test_event_load(struct sz_testing *x, const sz_yaml *node) {
    struct sz_loading *l = x->g->l;
    struct sz_test_words w = {.node = node};
    line n = {.e.span = node->span};
    if (!sz_test_days(x, &w, add_span, &n)) return;
    n.weekdays = weekdays_of(sz_test_peek(&w));
    if (n.weekdays) sz_test_next(&w);
    if (times_of(&n, sz_test_peek(&w))) sz_test_next(&w);
    else n.n_times = 0;
    int type = sz_test_type(x, &w);
    if (type < 0) return;
    n.e.type = (uint32_t)type;
    bool ok = true, fits = true;
    while (ok && sz_test_next(&w).n) {
        bool is_item = n.n_spans == 1 && n.from[0] == n.to[0] && take_item(x, &n, w.word, &fits);
        if (is_item) continue;
        ok = memchr(w.word.p, '=', w.word.n) ? take_pair(x, &n, w.word) : take_bare(x, &n, w.word);
        if (!ok) refuse_word(x, &w, &n);
    }
    if (ok && !n.has_series) fits &= add_records(x, &n);
    if (!fits)
        sz_test_wrong(x, &w, C_TEST_EVENT, "is one record too many: a test has at most 20,000",
                      "使记录太多：一个测试最多 20,000 条", NULL, NULL);
    *SZ_PUSH(l->a, x->t->events, x->t->n_events, x->cap_events) = n.e;
}

/* ---- as a line of input ---- */

/* Whole texts one behind the other: a load has hundreds of these lines, and printf took most of what they cost. */
static void put_clock(sz_buf *out, int32_t ms) {
    char clock[] = "T00:00:00";
    const int32_t parts[] = {ms / 3600000, ms / 60000 % 60, ms / 1000 % 60};
    for (int i = 0; i < 3; i++) {
        clock[3 * i + 1] = (char)('0' + parts[i] / 10);
        clock[3 * i + 2] = (char)('0' + parts[i] % 10);
    }
    sz_buf_put_z(out, clock);
}

static void put_member(sz_buf *out, sz_str key, sz_str value) {
    bool is_text = sz_rules_index(key, text_fields, N_TEXTS) >= 0 || !is_number(value);
    sz_buf_put_z(out, ",\"");
    sz_buf_put_str(out, key);
    sz_buf_put_z(out, "\":");
    if (is_text) sz_json_str(out, value);
    else sz_buf_put_str(out, value);
}

void sz_test_json(sz_buf *out, const sz_rule_test *t, const sz_types *types, uint32_t i, int32_t d1) {
    const sz_test_record *r = &t->records[i];
    const sz_test_event *e = &t->events[r->event];
    char day[11];
    sz_day_format(d1 + r->day, day);
    sz_buf_put_z(out, "{\"student\":\"s1\",\"type\":\"");
    sz_buf_put_str(out, types->v[e->type].name);
    sz_buf_put_z(out, "\",\"time\":\"");
    sz_buf_put_z(out, day);
    if (r->ms >= 0) put_clock(out, r->ms);
    sz_buf_put_z(out, r->ms >= 0 ? "\"" : "\",\"precision\":\"day\"");
    bool has_id = false, has_source = false;
    for (uint32_t k = 0; k < e->n_fields; k++) {
        const sz_test_pair *p = &e->fields[k];
        has_id |= sz_str_is(p->key, "id");
        has_source |= sz_str_is(p->key, "source");
        put_member(out, p->key, p->value);
    }
    if (!has_source) {
        sz_buf_put_z(out, ",\"source\":\"");
        sz_buf_put_str(out, types->v[e->type].name);
        sz_buf_put_u8(out, '"');
    }
    if (!has_id) sz_buf_printf(out, ",\"id\":\"t%06u\"", i);
    sz_buf_put_u8(out, '}');
}
