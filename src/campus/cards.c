/* SPDX-License-Identifier: Apache-2.0
 *
 * cards: cards.csv, and who held a card at a time.
 */
#include "csv_table.h"

struct card_row {
    sz_str system, card, student;
    struct when from, to;
};

enum { CARD, STUDENT, SYSTEM, FROM, TO };
#define AT(member) offsetof(struct card_row, member)
static const struct csv_column columns[] = {
    [CARD] = {"card", "卡号 卡片号 | 校园卡号 一卡通号 一卡通卡号", true, sz_cell_id, AT(card), NULL},
    [STUDENT] = {"student", "学号 学生学号 学生编号 | 学工号 xh", true, sz_cell_id, AT(student), NULL},
    [SYSTEM] = {"system", "系统", false, sz_cell_id, AT(system), NULL},
    [FROM] = {"from", SZ_BEGINS_ZH, false, sz_cell_when, AT(from), NULL},
    [TO] = {"to", SZ_ENDS_ZH, false, sz_cell_when, AT(to), NULL},
};

static void add_card(struct csv_reader *r, void *item) {
    struct card_row *row = item;
    struct loader *l = r->l;
    int64_t from, to;
    if (!sz_csv_interval(r, &row->from, &row->to, TO, &from, &to)) return;
    uint32_t student = sz_campus_find_student(l->c, row->student);
    if (student == SZ_NONE && sz_campus_is_nobody(l, row->student)) {
        sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_CARD_OF_NOBODY, sz_csv_span(r, STUDENT),
                                  "students.csv does not have this student", "students.csv 中没有这个学生");
        sz_diag_hint(
            l->d, g,
            "the card is left out, its records will be unknown_card; is the student list older than the cards?",
            "这张卡不起作用，它的记录会成为 unknown_card；学生名单是否比卡片名单旧？");
        return;
    }
    if (student == SZ_NONE && !sz_map_get(&l->left_out, row->student)) return;
    struct held *h = sz_held_add(&l->c->cards);
    h->key = sz_words_packed(&l->c->words, row->card);
    h->system = sz_words_shared(&l->c->words, row->system);
    h->from_ms = from;
    h->to_ms = to;
    h->value = student;
    h->off = sz_csv_offset(r, CARD);
}

void sz_campus_load_cards(struct loader *l, struct text_file *f) {
    static const struct csv_table table = {
        columns, sizeof columns / sizeof *columns, sizeof(struct card_row), NULL, add_card, NULL, false, 0};
    sz_csv_table_read(l, f, &table);
    sz_held_finish(&l->c->cards, f, CODE_CARD_OVERLAPS, "card", "张卡");
    sz_campus_find_gaps(l->c);
}

/* The own system's row first; a row without system is of all systems. A card that its own system knows, but not at
 * this time, is nobody's: another system's card of the same number may be another student's. So are two systems
 * that disagree, where the own one does not know the number at all. */
static uint32_t holder_of_rows(const sz_campus *c, uint32_t from, uint32_t to, sz_str system, int64_t t_ms) {
    uint32_t of_any = SZ_NONE, of_others = SZ_NONE;
    bool is_own = false, is_torn = false;
    for (uint32_t i = from; i < to; i++) {
        const struct held *h = &c->cards.v[i];
        bool is_of_system = sz_str_eq(h->system, system);
        is_own |= is_of_system && system.n > 0;
        if (t_ms < h->from_ms || t_ms >= h->to_ms) continue;
        if (is_of_system && system.n > 0) return h->value;
        if (h->system.n == 0) {
            of_any = h->value;
        } else {
            is_torn |= of_others != SZ_NONE && of_others != h->value;
            of_others = h->value;
        }
    }
    if (of_any != SZ_NONE) return of_any;
    return is_own || is_torn ? SZ_NONE : of_others;
}

uint32_t sz_campus_holder(const sz_campus *c, uint32_t row, sz_str system, int64_t t_ms) {
    const struct held *h = &c->cards.v[row];
    if (h->n > 1) return holder_of_rows(c, row, row + h->n, system, t_ms);
    return t_ms < h->from_ms || t_ms >= h->to_ms ? SZ_NONE : h->value; /* whichever system it is of */
}

uint32_t sz_campus_resolve_card(const sz_campus *c, sz_str system, sz_str card, int64_t t_ms) {
    uint32_t from, to;
    return sz_held_find(&c->cards, card, &from, &to) ? sz_campus_holder(c, from, system, t_ms) : SZ_NONE;
}

/* Rows stand in an order of their own, whatever that of the file is; a row whose student has an error is nobody's. */
uint64_t sz_campus_cards_hash(const sz_campus *c) {
    uint64_t hash = 2 * (uint64_t)c->cards.n + c->is_empty;
    for (uint32_t i = 0; i < c->cards.n; i++) {
        const struct held *h = &c->cards.v[i];
        sz_str student = h->value == SZ_NONE ? (sz_str){"", 0} : c->students[h->value].id;
        uint64_t row[] = {sz_hash(h->key.p, h->key.n), sz_hash(h->system.p, h->system.n), (uint64_t)h->from_ms,
                          (uint64_t)h->to_ms, sz_hash(student.p, student.n)};
        hash = hash * 31 + sz_hash(row, sizeof row);
    }
    return hash;
}

bool sz_campus_count_cards(const sz_campus *c, int64_t t_ms, uint32_t *counts) {
    for (uint32_t i = 0; i < c->cards.n; i++) {
        const struct held *h = &c->cards.v[i];
        if (h->value != SZ_NONE && h->from_ms <= t_ms && t_ms < h->to_ms) counts[h->value]++;
    }
    return c->cards.n > 0;
}

bool sz_campus_has_card(const sz_campus *c, sz_str card) {
    uint32_t from, to;
    return sz_held_find(&c->cards, card, &from, &to);
}

uint32_t sz_campus_resolve_card_span(const sz_campus *c, sz_str system, sz_str card, int64_t t_ms, int64_t *from_ms,
                                     int64_t *to_ms) {
    uint32_t from = 0, to = 0;
    *from_ms = INT64_MIN;
    *to_ms = INT64_MAX;
    sz_held_find(&c->cards, card, &from, &to);
    for (uint32_t i = from; i < to; i++) {
        const int64_t ends[] = {c->cards.v[i].from_ms, c->cards.v[i].to_ms};
        for (int k = 0; k < 2; k++) {
            if (ends[k] <= t_ms && ends[k] > *from_ms) *from_ms = ends[k];
            if (ends[k] > t_ms && ends[k] < *to_ms) *to_ms = ends[k];
        }
    }
    return sz_campus_resolve_card(c, system, card, t_ms);
}
