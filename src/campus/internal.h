/* SPDX-License-Identifier: Apache-2.0
 *
 * internal: what the files of this module share. The campus itself, and the loader that fills it.
 */
#ifndef SZ_CAMPUS_INTERNAL_H
#define SZ_CAMPUS_INTERNAL_H

#include <sanzao/campus.h>

#include "codes.h"
#include "lookup.h"
#include "words.h"

/* One row of cards.csv or readers.csv: a key of a system that holds for a time. Rows stand in the order (key,
 * system, from), so that all rows of one key, of whatever system, are neighbours. */
struct held {
    sz_str key, system;     /* card or reader; system or source, "" for any */
    int64_t from_ms, to_ms; /* [from, to) */
    uint32_t value;         /* student of the card; index into campus.doors of the reader */
    uint32_t off;           /* of the row's key in its file, for findings */
    uint32_t n;             /* of the first row of a key: how many rows the key has */
};

struct held_table {
    struct held *v;
    uint32_t n, cap;
    struct lookup by_key; /* the first row of each key */
};

/* The key of a row of students or cards, to be compared with where the row itself need not be read. */
struct row_key {
    sz_ends ends;
    uint32_t n;
    uint32_t holder; /* the student; of a card that has one row, without a beginning or an end; else SZ_NONE */
};

/* A time in which a student has had cards and has none. */
struct card_gap {
    int64_t from_ms, to_ms; /* [from, to) */
    uint32_t student;
};
/* Finds them, once the cards stand. */
void sz_campus_find_gaps(sz_campus *c);

/* Where a reader hangs. */
struct door {
    sz_str place;
    uint8_t direction; /* sz_direction */
};

/* What queries of leaves read: the interval in force, with the kind as a bit (1 << SZ_N_LEAVE_KINDS: another kind). */
struct leave_use {
    int64_t from_ms, to_ms;
    uint32_t kind;
};

struct sz_campus {
    uint32_t refs; /* beside the first owner */
    sz_arena arena;
    struct words words;
    sz_zone zone; /* arrays in the arena */
    const sz_types *types;
    bool is_empty;
    uint64_t digest;

    sz_student *students;
    uint32_t n_students, cap_students;
    struct lookup by_student;
    struct row_key *student_keys; /* beside students */
    sz_map tags;

    struct held_table cards, readers;
    struct row_key *card_keys; /* beside the cards' rows */
    bool cards_have_times;     /* of some card the row must be read */
    struct card_gap *gaps; /* by student, then time */
    uint32_t n_gaps, cap_gaps;
    struct door *doors;
    uint32_t n_doors, cap_doors;

    sz_place *places;
    uint32_t n_places, cap_places;
    struct lookup by_place;

    sz_leave *leaves;
    struct leave_use *uses; /* beside leaves */
    uint8_t *has_leaves;    /* a bit a student; NULL: nobody has any */
    uint32_t n_leaves, cap_leaves;

    sz_feed *feeds;
    uint32_t n_feeds;
    sz_map by_feed;

    sz_calendar calendar;
};

/* Loading one folder. Findings go to d; texts of files that have findings are kept in d's arena. */
struct loader {
    sz_campus *c;
    sz_diags *d;
    const char *folder;
    sz_encoding enc;                  /* of the tables */
    bool is_roster_whole;             /* students.csv had no error */
    bool knows_students;              /* of every row of students.csv it is known whose it is */
    sz_map left_out;                  /* students whose row has an error */
    bool has_places;                  /* places.csv was there */
    const sz_source *leaves_src;      /* in the campus, for sz_leave.span */
    uint32_t *offs, n_offs, cap_offs; /* while a table is read: where its rows' keys stand */
};

struct text_file;

/* Not in students.csv for all that could be read of it: then a row that names him is a finding of its own. */
bool sz_campus_is_nobody(const struct loader *l, sz_str student);

/* Each reads one file into the campus. */
void sz_campus_load_students(struct loader *l, struct text_file *f);
void sz_campus_load_places(struct loader *l, struct text_file *f);
void sz_campus_load_cards(struct loader *l, struct text_file *f);
void sz_campus_load_readers(struct loader *l, struct text_file *f);
void sz_campus_load_leaves(struct loader *l, struct text_file *f);
void sz_campus_load_calendar(struct loader *l, struct text_file *f);
void sz_campus_load_feeds(struct loader *l, struct text_file *f);

/* `curfew:` of the calendar into c->calendar.curfew. */
bool sz_campus_load_curfew(struct loader *l, const sz_yaml *node, void *at, const void *arg);

/* Order rows, refuse two that hold at once for one key and system, fill the lookup. `en`, `zh`: what a key is. */
void sz_held_finish(struct held_table *t, struct text_file *f, int code, const char *en, const char *zh);
struct held *sz_held_add(struct held_table *t);
void sz_held_free(struct held_table *t);
/* Have keys beside the rows of students and cards, once these stand. */
void sz_campus_note_keys(sz_campus *c);
/* Who holds the card of which `row` is the first one. */
uint32_t sz_campus_holder(const sz_campus *c, uint32_t row, sz_str system, int64_t t_ms);
/* The rows of a key, [*from, *to); false: none. */
bool sz_held_find(const struct held_table *t, sz_str key, uint32_t *from, uint32_t *to);

/* Grow an array of n elements by one: the address of the new one, zeroed. */
void *sz_grown(void *array, uint32_t n, uint32_t *cap, size_t size);
#define GROW(array, n, cap) ((array) = sz_grown((array), (n), &(cap), sizeof *(array)), &(array)[(n)++])

#endif
