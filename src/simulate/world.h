/* SPDX-License-Identifier: Apache-2.0
 *
 * world: the campus as a thing: who sits in which unit, class and building; places; readers. All of it follows from the
 * number of students by arithmetic, so that a million students need no table of it.
 */
#ifndef SZ_SIMULATE_WORLD_H
#define SZ_SIMULATE_WORLD_H

#include <sanzao/base.h>

#include "random.h"

enum source { SOURCE_POS, SOURCE_GATE, SOURCE_CLASS, SOURCE_NET, SOURCE_LIBRARY, N_SOURCES };
enum place_kind { CANTEEN, SHOP, BATH, DORM, CLASSROOM, LIBRARY, LAB, GATE, GYM, CLINIC, N_PLACE_KINDS };
enum direction { DIRECTION_IN, DIRECTION_OUT, DIRECTION_UNKNOWN, N_DIRECTIONS };
enum { NONE = UINT16_MAX, UNIT_SIZE = 200, CLASS_SIZE = 30, SLOTS = 5, COURSES = 8 };

struct place {
    char id[16], name[32], building[16];
    uint8_t kind, zone;
    uint16_t reader0, n_readers;
    uint16_t guest;     /* NONE, or a reader that is moved here half-way */
    uint16_t unlisted;  /* NONE, or a reader that is seldom used and stands in no list */
    bool has_turnstile; /* nobody passes without a record */
};

struct reader {
    char id[16];
    uint16_t place;
    uint16_t later_place; /* NONE, or where it hangs from later_day on */
    int32_t later_day;    /* index of the day */
    uint8_t source, direction;
    bool is_full;     /* a new terminal: its records name student and place; an old one's only card and reader */
    bool is_minute;   /* a controller that keeps minutes, and whose export loses some times of day */
    bool is_unlisted; /* works, but nobody has entered it in readers.csv */
    /* What changes while the term runs. */
    uint32_t journal;
    int64_t offline_from_ms, offline_to_ms;
};

struct school {
    const char *name, *code;
    const char *majors[3];
    uint8_t women; /* per cent */
    bool has_labs;
};

struct unit {            /* what one counselor has: one school, one year, one college */
    uint32_t begin, end; /* students */
    uint8_t school, year, college;
    uint16_t pair; /* of dorm buildings */
    uint16_t n_classes;
};

struct world {
    uint32_t n_students, n_units, n_pairs, n_colleges;
    struct place *places;
    uint32_t n_places, cap_places;
    struct reader *readers;
    uint32_t n_readers, cap_readers;
    uint16_t first[N_PLACE_KINDS], n_of[N_PLACE_KINDS];
};

extern const char *const sz_sim_source_names[N_SOURCES];
extern const char *const sz_sim_place_kinds[N_PLACE_KINDS];
extern const char *const sz_sim_zones[3];
enum { N_SCHOOLS = 10, N_COLLEGES = 9 };
extern const struct school sz_sim_schools[N_SCHOOLS]; /* names.c */
extern const char *const sz_sim_colleges[N_COLLEGES];

/* days: how long it runs, for the reader that is moved half-way. */
void sz_sim_world_init(struct world *w, uint32_t n, uint32_t days);
void sz_sim_world_fini(struct world *w);
void sz_sim_world_unit(const struct world *w, uint32_t unit, struct unit *out);
uint32_t sz_sim_world_unit_of(const struct world *w, uint32_t student);
/* A reader of the place for that direction (any direction: pass N_DIRECTIONS), on that day. NONE: it has none. */
uint16_t sz_sim_world_reader(const struct world *w, uint16_t place, enum direction direction, int32_t day_index,
                             sz_rng *r);
/* Where a reader hangs on that day. */
uint16_t sz_sim_world_place(const struct world *w, uint16_t reader, int32_t day_index);

#endif
