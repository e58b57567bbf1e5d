/* SPDX-License-Identifier: Apache-2.0 */
#include "workload_campus.h"

#include <inttypes.h>

enum { FILES = 5 };

/* ---- what it is first ---- */

static sz_str time_text(const campus_plan *p, int64_t t_ms) {
    char text[40];
    sz_time_format(&p->l->zone, t_ms - t_ms % 1000, text);
    return sz_arena_str(&p->l->arena, sz_str_of(text));
}

/* known_ms: SZ_TIME_NONE: from the beginning. */
static sz_str leave_row(campus_plan *p, uint32_t i, int64_t from, int64_t to, int64_t known_ms) {
    sz_str known = known_ms == SZ_TIME_NONE ? SZ_STR("") : time_text(p, known_ms);
    sz_str from_text = time_text(p, from), to_text = time_text(p, to - to % 1000 + 1000);
    return sz_str_of(sz_arena_printf(&p->l->arena, "%.*s,%.*s,%.*s,sick,%.*s\n", SZ_FMT_STR(p->l->students[i]),
                                     SZ_FMT_STR(from_text), SZ_FMT_STR(to_text), SZ_FMT_STR(known)));
}

/* Mostly one and the same, so that a partition has enough of it. */
static uint32_t draw_class(campus_plan *p) {
    return rng_chance(&p->classes, 0.8) ? 1 : (uint32_t)rng_below(&p->classes, 3);
}

static void draw_people(campus_plan *p, rng *r) {
    for (uint32_t i = 0; i < p->l->n_students; i++) {
        person *x = &p->people[i];
        x->is_medical = i % 2;
        x->is_suspended = rng_chance(r, 0.05);
        x->is_enrolled = rng_chance(r, 0.5);
        x->has_card = rng_chance(r, 0.5);
        x->klass = draw_class(p);
        if (!rng_chance(r, 0.1)) continue;
        int64_t from = p->t0_ms + rng_between(r, 0, p->range_ms);
        int64_t to = from + rng_between(r, 1, 1 + p->range_ms / 2), known = SZ_TIME_NONE;
        if (rng_chance(r, 0.7)) known = from + rng_between(r, -p->range_ms / 8, p->range_ms / 2);
        x->leave = leave_row(p, i, from, to, known);
    }
}

static void write_feeds(campus_plan *p, rng *r) {
    sz_buf feeds;
    char day[11];
    sz_buf_init(&feeds);
    sz_day_format(sz_zone_day(&p->l->zone, p->t0_ms), day);
    int64_t allowance = p->has_feeds ? p->range_ms / 1000 / rng_between(r, 20, 200) + 1 : 0;
    if (p->l->exchanges) allowance = 1; /* so that now one, now the other is past 04:00 first */
    if (p->has_feeds)
        sz_buf_printf(&feeds,
                      "pos: {delivery: stream, allowance: %" PRId64 "s, idle: 1m, types: [swipe], began: %s}\n"
                      "door: {delivery: stream, types: [dorm_access]}\n",
                      allowance, day);
    if (p->has_batch) sz_buf_put_z(&feeds, "class: {delivery: batch, types: [attendance]}\n");
    p->feeds = sz_arena_str(&p->l->arena, sz_buf_str(&feeds));
    sz_buf_fini(&feeds);
}

/* ---- what becomes of it ---- */

static bool is_elsewhere(const workload *l, uint32_t i, uint32_t holder) {
    return holder == SZ_NONE || sz_home(l->students[holder], l->parts) != sz_home(l->students[i], l->parts);
}

/* What has gone out of a partition does not come back by itself: such a card stays where it was found to be. */
static void correct_card(campus_plan *p, uint32_t i) {
    holding *h = &p->cards[i];
    if (is_elsewhere(p->l, i, h->holder)) return;
    bool is_nobodys = rng_chance(&p->r, 0.15);
    h->holder = is_nobodys ? SZ_NONE : (uint32_t)rng_below(&p->r, p->l->n_students);
    h->from_ms = rng_chance(&p->r, 0.4) ? INT64_MIN : p->t0_ms + rng_between(&p->r, 0, p->range_ms);
    h->from_ms -= h->from_ms == INT64_MIN ? 0 : h->from_ms % 1000;
}

static void change_person(campus_plan *p, uint32_t i) {
    person *x = &p->people[i];
    switch (rng_below(&p->r, 5)) {
    case 0: x->is_enrolled = !x->is_enrolled; return;
    case 1: x->is_suspended = !x->is_suspended; return;
    case 2: x->is_medical = !x->is_medical; return;
    default: break;
    }
    int64_t from = p->t0_ms + rng_between(&p->r, 0, p->range_ms), known = SZ_TIME_NONE;
    int64_t to = from + rng_between(&p->r, 1, 1 + p->range_ms / 2);
    if (rng_chance(&p->r, 0.5)) known = from + rng_between(&p->r, -p->range_ms / 8, p->range_ms / 2);
    x->leave = x->leave.n && rng_chance(&p->r, 0.5) ? (sz_str){0} : leave_row(p, i, from, to, known);
}

static void change(campus_plan *p) {
    char day[11];
    for (uint32_t i = 0; i < p->l->n_students; i++) {
        if (rng_chance(&p->r, 0.2)) correct_card(p, i);
        if (rng_chance(&p->r, 0.1)) change_person(p, i);
        if (rng_chance(&p->classes, 0.05)) p->people[i].klass = draw_class(p);
    }
    if (!rng_chance(&p->r, 0.3)) return;
    sz_day_format(sz_zone_day(&p->l->zone, p->t0_ms + rng_between(&p->r, 0, p->range_ms)), day);
    p->holiday = p->holiday.n ? (sz_str){0} : sz_arena_str(&p->l->arena, sz_str_of(day));
}

static void note_cards(campus_plan *p) {
    for (uint32_t i = 0; i < p->l->n_students; i++)
        if (is_elsewhere(p->l, i, p->cards[i].holder)) p->l->card_leaves[i] = true;
}

/* ---- as files ---- */

static void write_person(const campus_plan *p, uint32_t i, sz_buf *students, sz_buf *cards, sz_buf *leaves) {
    const person *x = &p->people[i];
    sz_str id = p->l->students[i];
    char day[11];
    sz_day_format(sz_zone_day(&p->l->zone, p->t0_ms), day);
    static const char *const classes[] = {"", "k1", "k2"};
    sz_buf_printf(students, "%.*s,%s,%s,%s,%s\n", SZ_FMT_STR(id), x->is_medical ? "医学院" : "理学院",
                  x->is_enrolled ? day : "", x->is_suspended ? "suspended" : "active", classes[x->klass]);
    if (x->has_card) sz_buf_printf(cards, "pos,c%u,%.*s,,\n", i, SZ_FMT_STR(id));
    sz_buf_put_str(leaves, x->leave);
}

static void write_card(const campus_plan *p, uint32_t i, sz_buf *cards) {
    const holding *h = &p->cards[i];
    sz_str own = p->l->students[i], end = h->from_ms == INT64_MIN ? SZ_STR("") : time_text(p, h->from_ms);
    bool is_his_first = h->from_ms != INT64_MIN && h->holder != i;
    if (is_his_first) sz_buf_printf(cards, ",k%u,%.*s,,%.*s\n", i, SZ_FMT_STR(own), SZ_FMT_STR(end));
    if (h->holder == SZ_NONE) { /* the row stays, and gets its end */
        if (!is_his_first) sz_buf_printf(cards, ",k%u,%.*s,,2020-01-01\n", i, SZ_FMT_STR(own));
        return;
    }
    sz_str from = is_his_first ? end : SZ_STR("");
    sz_buf_printf(cards, ",k%u,%.*s,%.*s,\n", i, SZ_FMT_STR(p->l->students[h->holder]), SZ_FMT_STR(from));
}

static void load(campus_plan *p, uint32_t version) {
    workload *l = p->l;
    sz_buf text[FILES];
    for (int i = 0; i < FILES; i++) sz_buf_init(&text[i]);
    sz_buf_put_z(&text[0], "student,school,enrolled_on,status,class\n");
    sz_buf_put_z(&text[1], "system,card,student,from,to\n");
    sz_buf_put_z(&text[2], "student,from,to,kind,recorded\n");
    for (uint32_t i = 0; i < l->n_students; i++) {
        write_person(p, i, &text[0], &text[1], &text[2]);
        if (p->changes) write_card(p, i, &text[1]);
    }
    sz_buf_put_str(&text[3], p->feeds);
    if (p->holiday.n)
        sz_buf_printf(&text[4], "holidays: [{name: {zh: 节, en: Day off}, from: %.*s, to: %.*s}]\n",
                      SZ_FMT_STR(p->holiday), SZ_FMT_STR(p->holiday));
    static const char *const names[] = {"students.csv", "cards.csv", "leaves.csv", "feeds.yaml", "calendar.yaml"};
    sz_campus_file files[FILES];
    size_t n = 0;
    for (size_t i = 0; i < FILES; i++)
        if (i < 3 || text[i].n) files[n++] = (sz_campus_file){names[i], text[i].p, text[i].n};
    if (sz_campus_load(files, n, "campus", SZ_ENC_UTF8, &l->zone, &l->types, &l->diags, &l->campuses[version]) != SZ_OK)
        workload_give_up(l, "campus files", sz_buf_str(&text[1]));
    for (int i = 0; i < FILES; i++) sz_buf_fini(&text[i]);
}

void campus_make(campus_plan *p, rng *r, uint64_t seed, bool changes) {
    workload *l = p->l;
    p->changes = changes;
    p->r = rng_of(seed, 4);
    p->classes = rng_of(seed, 6);
    p->people = SZ_NEWN(&l->arena, person, l->n_students);
    p->cards = SZ_NEWN(&l->arena, holding, l->n_students);
    memset(p->people, 0, l->n_students * sizeof *p->people);
    l->card_leaves = SZ_NEWN(&l->arena, bool, l->n_students);
    memset(l->card_leaves, 0, l->n_students * sizeof *l->card_leaves);
    for (uint32_t i = 0; i < l->n_students; i++) p->cards[i] = (holding){.holder = i, .from_ms = INT64_MIN};
    draw_people(p, r);
    write_feeds(p, r);
    l->n_campuses = changes ? (uint32_t)rng_between(&p->r, 2, MOST_CAMPUSES) : 1;
    for (uint32_t v = 0; v < l->n_campuses; v++) {
        if (v) change(p);
        note_cards(p);
        load(p, v);
    }
}
