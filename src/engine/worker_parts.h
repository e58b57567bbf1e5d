/* SPDX-License-Identifier: Apache-2.0
 *
 * What a worker is made of: its clocks, its students, what is on its way out, the record in hand. Each part is one
 * file's, or a few files'; worker.h has the worker itself and what these files do.
 */
#ifndef SZ_WORKER_PARTS_H
#define SZ_WORKER_PARTS_H

#include <sanzao/base_mutant.h>
#include <sanzao/engine.h>

#include "mates.h"
#include "parts.h"
#include "peers.h"

/* ---- sources and clocks (clocks.c) ---- */
typedef struct stream_clock {
    uint32_t feed;        /* index of the declared feed; SZ_NONE: all undeclared ones together */
    bool has_say;         /* a record or feed_status came */
    int64_t watermark_ms; /* no record before it is promised; SZ_TIME_NONE */
    int64_t high_ms;      /* highest time seen */
    int64_t heard_ms;     /* monotonic: when its last record came; SZ_TIME_NONE: not since the start */
} stream_clock;

typedef struct feed_note { /* one feed_status with a state */
    uint32_t source;       /* number in feed_names */
    int64_t t_ms;
    uint8_t state;
} feed_note;

enum { KNOWN_BITS = 4 };
typedef struct clocks {
    stream_clock *sources; /* one a declared feed, then the undeclared */
    uint32_t n_sources;
    int64_t file_ms;                      /* sorted files: the time of the record in hand */
    int64_t wmax_ms;                      /* highest watermark */
    int64_t begin_ms;                     /* timers and checks begin; SZ_TIME_MAX */
    int64_t limit_ms;                     /* records later than this are future_time */
    uint64_t class_feeds[SZ_CLASSES_MAX]; /* bits of sources that a class of rules waits for */
    int64_t class_ms[SZ_CLASSES_MAX];
    uint32_t n_classes;
    bool are_there;   /* each stands where the sources say, and no source has said anything since */
    uint32_t changes; /* counts what may lower a class's lowest source, as a first word of one does; from 1 */
    struct lowest {
        uint32_t changes; /* as of when it was found; 0: never */
        uint32_t source;  /* SZ_NONE: none has a say */
        int64_t low_ms;
    } lowest[SZ_CLASSES_MAX]; /* of each class its lowest source: until that moves on, no other one's record matters */
    struct known_source {     /* names of up to 16 characters that were looked up; n 0: none was */
        sz_ends ends;
        uint32_t n, source;
    } known[1 << KNOWN_BITS];
} clocks;

/* ---- students (students.c) ---- */
enum { SZ_CROWDS = 6 };
typedef struct crowd { /* students who wait for the same instant (queue.c) */
    int64_t key;
    uint64_t *bits;    /* by student */
    uint32_t n, first; /* no word before `first` has one */
} crowd;

typedef struct queue { /* students by their next item, one a class (queue.c) */
    int64_t least;     /* key of whoever is first; INT64_MAX: nobody */
    struct queue_item {
        int64_t key;
        uint32_t student;
    } * v;           /* a heap: who is in no crowd */
    uint32_t *place; /* of each student; SZ_NONE: nothing is due of him */
    uint32_t n;
    uint32_t last; /* crowd that somebody went to last */
    crowd crowds[SZ_CROWDS];
} queue;

/* Students as they were read, whom nothing has touched since (asleep.c). */
typedef struct kept_entry { /* of the journal: a story, or events side by side; each has his one before it */
    const char *p;
    uint32_t n : 31, is_story : 1;
    uint32_t before; /* its number + 1; 0: none */
} kept_entry;

typedef struct kept_student {
    uint32_t last; /* his newest entry, + 1 */
    uint32_t seen; /* the last blob that he stood in */
} kept_student;

typedef struct asleep {
    sz_arena bytes; /* the journal's blobs and the records, as they were read */
    kept_entry *entries;
    uint32_t n_entries, cap_entries;
    kept_student *of;  /* by student */
    sz_str *records;   /* by student: what his snapshot holds; empty: there is none */
    uint32_t *of_word; /* students by their word, + 1 */
    uint32_t cap_words, n_words;
    uint32_t *order, cap_order;
    uint32_t n;                       /* who sleeps */
    int64_t class_ms[SZ_CLASSES_MAX]; /* clocks as of the load: they are settled as of then, whenever they wake */
    int64_t wmax_ms;
    bool has_clocks, may_sleep; /* the load has ended; nothing has changed that what is due depends on */
} asleep;

typedef struct students {
    sz_pool *pool;         /* of all blocks of theirs */
    size_t timeline_bytes; /* of each block that is a timeline */
    sz_map ids;            /* id → number */
    sz_timeline **v;       /* NULL: asleep; student_awake() */
    uint32_t n, cap;
    asleep asleep;
    int32_t *said; /* of each class of each: when something is due, as the store knows it (dues.c) */
    uint8_t *due_flags;
    uint32_t *due_noted, n_due_noted, cap_due_noted;
    uint32_t *of_campus; /* number of each student of the campus; SZ_NONE */
    uint32_t n_of_campus;
    queue queues[SZ_CLASSES_MAX];
} students;

/* Whose story the rules of now change: to be said (ended.c). */
typedef struct owed_student {
    struct ended *first;      /* what of his is over */
    const char *campus;       /* what of the campus has changed for him; NULL: nothing has */
    bool is_owed, has_leaves; /* has_leaves: some that his state does not know */
} owed_student;
typedef struct owed {
    owed_student *of; /* by student */
    uint32_t cap, n;  /* n: who is owed */
    bool has_campus;
    uint32_t *order, n_order, at; /* by id; who comes before `at` was told */
} owed;

/* ---- outgoing ---- */
typedef struct lines { /* growing list of byte strings (lines.c) */
    sz_buf bytes;
    uint32_t *ends;
    uint32_t n, cap;
} lines;

/* Since the last commit, beside the records that are the last ones of their logs: entries side by side as they came,
 * and whose each is (journal.c). */
typedef struct journal_item {
    uint32_t student;
    uint32_t n : 31, is_story : 1;
} journal_item;
typedef struct journal {
    sz_buf bytes;
    journal_item *items;
    uint32_t n, cap;
    sz_buf others;  /* of nobody in particular */
    size_t unsaved; /* bytes in logs (sz_timeline.unsaved) */
} journal;

typedef struct strays {            /* records that are another's since cards were corrected (cards.c) */
    lines records;                 /* packed, out of their logs */
    uint32_t *who, n_who, cap_who; /* who has lost or gained some; some of them twice */
    int64_t since_ms;              /* time of the earliest */
    bool *is_over;                 /* by the first of a class, in the campus: it was gone over (mates.c) */
    uint64_t moved, dead_by[SZ_N_REASONS];
} strays;

typedef struct blob { /* one commit's journal as the store has it: whom it concerns */
    uint32_t *students;
    uint32_t n;
    uint64_t bytes, seq;
} blob;

typedef struct snap { /* a student's last snapshot: commit and size; seq 0: none */
    uint64_t seq;
    uint32_t bytes;
} snap;

/* The last lines of alerts, if they were said by records of one instant (instant.c). */
typedef struct instant {
    int64_t t_ms;
    uint32_t from, n; /* which they are; n is 0: there are none */
    sz_buf students;  /* whose each is */
    struct of_line {
        uint32_t end, rule; /* of its student's id among them */
    } * of;
    uint32_t cap;
} instant;

typedef struct snap_undo { /* what it was before, should the commit not stand */
    uint32_t student;
    bool was_stale;
    snap before;
} snap_undo;

/* One commit, frozen. What is worked on while its answer is out gathers in the worker's own lists; if it turns out
 * not to have happened, it is put in front of them again (commit.c). */
typedef struct outgoing {
    bool is_made;
    bool is_sent;      /* false: its dead letters come first */
    bool is_dead_safe; /* they were acknowledged */
    lines alerts, dead, ledger, tables;
    sz_buf blob, body; /* blob: the journal as it is sent */
    uint32_t *touched, n_touched, cap_touched;
    snap_undo *snaps;
    uint32_t n_snaps;
    sz_commit c; /* lists in the arena */
    sz_arena arena;
    bool has_blob, says_meaning, ends_forms;
    uint32_t form_at; /* w->at_form before it */
    uint32_t dict_to, trim_outbox, trim_blobs, new_snapshots;
    uint64_t records, bundle_ver;
    int64_t sent_ms, position;
} outgoing;

typedef struct settling { /* commits that stand, waiting to be confirmed by a later one (settle.c) */
    uint32_t upto;        /* alerts of the outbox up to here are theirs */
    int64_t ok_ms, position;
    bool has_alerts;
} settling;
enum { RECORDS_A_STEP = 256 }; /* of one message of input */

/* Where the use of one record stands, that may take several steps: at an hour at which something is due for all. */
typedef enum use_stage { USE_NOT, USE_BEGIN, USE_TIME, USE_INSERT, USE_AFTER } use_stage;
typedef struct use {
    uint8_t stage;
    int64_t since_ms;         /* USE_BEGIN: from where on it concerns everybody */
    uint32_t student, source; /* student SZ_NONE: new, with that id */
    sz_str id;
    uint32_t mates_of; /* USE_BEGIN: whose class it concerns, in the campus; SZ_NONE: everybody */
    uint32_t but;      /* whose the record is, if it is late: his turn is when it is there; SZ_NONE: nobody */
} use;

/* What a roster says of how many: who is active, by the year in which his studies end, and who is not. */
enum { ROSTER_YEARS = 64 };
typedef struct roster_list {
    uint64_t digest; /* of who stands in it, at home here */
    uint32_t resting, leaving[ROSTER_YEARS];
} roster_list;

/* Who was there lately and is gone from the roster (roster.c). */
typedef struct roster_use {
    roster_list was, now;       /* as the state has it; of the campus at hand */
    bool is_known, is_counting; /* was: there is one; a load that counts is under way */
    uint32_t n_lately, n_gone;  /* counted so far: who has a record of late, and who of them is gone */
    uint32_t let_go;            /* of these, who may have left by rights */
    sz_gone gone;
    int64_t counted_ms;
    uint64_t stored_hash; /* of the line that the store has, or is to have */
} roster_use;

/* Of sorted files: between these times a record moves nothing but itself, unless somebody is due (stretch.c). */
typedef struct stretch {
    int64_t from_ms, to_ms; /* of the record that was used last; the first time that is beyond it */
} stretch;

/* The message of input in hand; the stream keeps it until it is asked again. */
typedef struct hand {
    bool is_on, is_end;
    const sz_input *in;
    uint32_t n, at;
    int64_t offset;
    const sz_input *last; /* of those that were used */
} hand;

#endif
