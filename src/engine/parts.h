/* SPDX-License-Identifier: Apache-2.0
 *
 * parts.c: tables of peers of a whole topic, put together out of what each of its partitions has. Part of worker.h.
 */
#ifndef SANZAO_SRC_ENGINE_PARTS_H
#define SANZAO_SRC_ENGINE_PARTS_H

#include <sanzao/engine.h>

/* What a partition says of itself with each commit. */
typedef struct part_place {
    int64_t next_ms;  /* 04:00 of the first parts that it has not made; SZ_TIME_NONE: its time has not begun */
    int64_t position; /* in its log */
    int64_t wall_ms;  /* of the commit, by its host's clock */
    uint64_t commits;
    bool is_standing;  /* it waits for others, and uses no record meanwhile */
    bool is_ended;     /* it has read what it was to read, and comes along with the others only */
    uint64_t features; /* hash of what it says of each */
} part_place;

/* And of each feature that compares, as far as our rules have it. */
typedef struct other_feature {
    int64_t next_ms; /* of the first part that it has not made */
    int64_t gate_ms; /* it waits there for others; SZ_TIME_NONE: it does not */
    bool is_there;
} other_feature;

typedef struct other_partition {
    part_place place; /* as it was seen last */
    other_feature *features;
    int64_t moved_ms; /* monotonic: when it was seen to move last */
    int64_t looked_ms; /* when an answer about it came last */
    bool is_given_up; /* it stood still for too long: not waited for again before it moves */
} other_partition;

typedef struct parts_use {
    int64_t gate_ms;        /* a record from later on may take clocks past a 04:00; SZ_TIME_MAX: nobody is asked */
    int64_t from_ms;        /* so may one from before this, with which time begins; SZ_TIME_NONE: the same */
    sz_counters before;     /* the record in hand, which may have to wait */
    uint32_t n_held;        /* features whose clocks wait */
    bool is_standing;       /* no record is used meanwhile */
    other_partition *of;    /* by partition; NULL: none was asked yet */
    bool must_commit;       /* something that others wait for */
    bool is_ending;         /* the log was read up to where it was to be read */
    bool is_asked;          /* an answer is awaited */
    bool has_news;          /* somebody has told something since this round began */
    uint32_t tag, at;       /* of it; and of which partition */
    int64_t look_ms;        /* monotonic: next round, and how long after it the one after that */
    int64_t pace_ms;
    int64_t since_ms, moved_ms; /* monotonic: of the wait; when anybody was seen to move */
    bool is_told;               /* that it takes long */
} parts_use;

/* Is what compares students compared over the partitions? */
bool parts_are_exchanged(const sz_worker *w);
void parts_fini(sz_worker *w);
void parts_set_gate(sz_worker *w);
/* Would the record, which is used otherwise, take clocks past a 04:00? Then that is begun, and the record comes after
 * it. */
static inline bool parts_may_hold(const parts_use *p, int64_t t_ms) { return t_ms > p->gate_ms || t_ms < p->from_ms; }
bool parts_hold(sz_worker *w, const sz_event *e, uint32_t source);
/* Would what sources say by now? Then it is begun. */
bool parts_fire(sz_worker *w);
/* All that is due has fired. True: nothing more is used until parts of others are there. */
bool parts_make_it_stand(sz_worker *w, int64_t wmax);
/* The log is at its end. False: nobody else is to be waited for. */
bool parts_end(sz_worker *w);
/* What was asked for becomes our parts of tables. */
void parts_publish(sz_worker *w);
/* Tables of which all parts are there are made, if it may be now. */
void parts_join(sz_worker *w);
struct compared;
/* Where it goes on, and what of it was made already: waits where it must. */
void parts_seek(sz_worker *w, struct compared *c);
void parts_let_go(sz_worker *w, struct compared *c);
void parts_forget_own(sz_worker *w);
void parts_untell(sz_worker *w); /* memory goes, and what was told with it */
bool parts_may_be_made(const sz_worker *w, const struct compared *c);
sz_str parts_key(const sz_worker *w, sz_arena *a, const struct compared *c, int32_t day);
extern const char parts_place_key[];

/* others.c */
void others_fini(sz_worker *w);
void others_begin(sz_worker *w); /* something else is waited for */
void others_go_on(sz_worker *w); /* look after them, if it is time */
int64_t others_wake_ms(const sz_worker *w);
void on_looked(sz_worker *w, const sz_msg *m);
void on_told(sz_worker *w);

/* With a commit. */
void parts_note_place(sz_worker *w);
struct lines;
void parts_stand(sz_worker *w, const struct lines *tables);
bool parts_load(sz_worker *w, sz_str key, sz_str value); /* a line of the ledger: of ours? */

#endif
