/* SPDX-License-Identifier: Apache-2.0
 *
 * peers.c: the tables of days that students are compared by. Part of worker.h.
 */
#ifndef SANZAO_SRC_ENGINE_PEERS_H
#define SANZAO_SRC_ENGINE_PEERS_H

#include <sanzao/engine.h>

/* A feature that compares. */
typedef struct compared {
    uint32_t feature;
    uint8_t classes;  /* bits of those by whose clocks its tables are made */
    int32_t next_day; /* of its next table, which is made at */
    int64_t next_ms;  /* SZ_TIME_MAX: not known before timers begin */
    uint8_t kind;     /* of groups (peers_use.kinds) */
    bool is_due;      /* of the tables under way */
    sz_peer_table made;
    /* over the partitions of a topic (parts.c) */
    uint8_t own;        /* class of what it compares */
    bool is_stream;     /* no batch is among its sources */
    bool is_held;       /* our part of next_day is made, and those of others are awaited */
    bool is_joined;     /* they are there: its table is to be made */
    bool is_lacking;    /* but some will not come, and who is where is not known of those: it stays empty */
    int32_t part_day;   /* of our next part, which is made at */
    int64_t part_ms;
    sz_peer_table whole; /* of next_day, of those that are there */
    bool *awaits;        /* of each partition */
    uint32_t n_awaited;
    int64_t held_ms;     /* monotonic: since when */
} compared;

/* Students that share these fields are a group. */
typedef struct group_kind {
    uint32_t by;   /* bits of sz_sfield */
    bool is_of_day; /* the year of study goes by it */
    bool any;      /* somebody has one: */
    int32_t day;   /* as of that day; SZ_DAY_NONE: not looked up yet */
    uint64_t *of;  /* of each student of the campus who is active; 0: none */
} group_kind;

typedef struct peers_use {
    sz_peers *tables; /* that were made, and may be asked again */
    sz_peers *own;    /* our parts of those of a topic; NULL: none */
    compared *v;      /* of our rules */
    uint32_t n;
    group_kind *kinds;
    uint32_t n_kinds;
    int64_t next_ms, class_ms[SZ_CLASSES_MAX]; /* the earliest, of all and of each class; SZ_TIME_MAX: none */
    int64_t hold_ms[SZ_CLASSES_MAX];           /* no further goes the clock of the class; SZ_TIME_MAX: it is free */
    /* under way */
    int64_t at_ms;
    sz_peer_ask *asks; /* of the student in hand: one a table under way */
    uint32_t n_asks;
    bool is_on, is_over; /* over: all were asked, and who had been judged without is being judged anew */
    bool is_part;        /* what is under way are parts of tables */
    uint32_t at, n_ahead, cap_ahead, *ahead;
} peers_use;

void peers_plan(sz_worker *w); /* of the rules' classes */
void peers_init(sz_worker *w);
void peers_fini(sz_worker *w);
void peers_forget(sz_worker *w); /* tables, too */
/* Where does each go on? After a load, and when timers begin at another time. */
void peers_seek(sz_worker *w);
void peers_note_earliest(sz_worker *w); /* what is next has changed */
/* How far behind the highest watermark logs must reach for what is compared by place; 0: nothing is. */
int64_t peers_keep_ms(const sz_worker *w);
void peers_plan_weeks(sz_worker *w); /* of which records students keep the places of a week */
void peers_find_groups(const sz_worker *w, group_kind *g, int32_t day);
/* The instant of the earliest tables that are to be made before the clocks go to their targets, and to cap at most;
 * SZ_TIME_MAX: none. */
int64_t peers_due(sz_worker *w, const int64_t *target, int64_t cap);
/* Those of that instant, which all clocks have reached that may go there; or, of a topic, our parts of them, for which
 * their clocks then wait there. So many students at most. False: not all of them. */
bool peers_make(sz_worker *w, const int64_t *target, int64_t at_ms, uint32_t most);
bool peers_feature_of(sz_str key, const char *kind, uint64_t *feature); /* KIND/IDENTITY/SLOT */
uint32_t peers_slot(const sz_worker *w, int32_t day); /* in which line a day's table is */
/* A line of the ledger: of ours? Then it is taken. */
bool peers_load(sz_worker *w, sz_str key, sz_str value);
/* What features that are no more had goes. */
void peers_sweep(sz_worker *w);
/* Of another partition, whose students come here: tables add up. */
void peers_join(sz_worker *w, const sz_worker *from, bool is_first);
void peers_note_all(sz_worker *w);

#endif
