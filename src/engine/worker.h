/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of a worker.
 */
#ifndef SZ_WORKER_H
#define SZ_WORKER_H

#include <sanzao/engine.h>

/* ---- sources and clocks (clocks.c) ---- */
typedef struct stream_clock {
    uint32_t feed;        /* index of the declared feed; SZ_NONE: all undeclared ones together */
    bool has_say;         /* a record or feed_status came */
    int64_t watermark_ms; /* no record before it is promised; SZ_TIME_NONE */
    int64_t high_ms;      /* highest time seen */
} stream_clock;

typedef struct feed_note { /* one feed_status with a state */
    uint32_t source;       /* number in feed_names */
    int64_t t_ms;
    uint8_t state;
} feed_note;

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
} clocks;

/* ---- students (students.c) ---- */
typedef struct heap {  /* students by their next item, one a class */
    uint32_t *v, *pos; /* pos: place of each student, SZ_NONE: not in it */
    uint32_t n;
} heap;

typedef struct students {
    sz_map ids; /* id → number */
    sz_timeline **v;
    uint32_t n, cap;
    heap heaps[SZ_CLASSES_MAX];
} students;

/* ---- outgoing (commit.c) ---- */
typedef struct lines { /* growing list of byte strings */
    sz_buf bytes;
    uint32_t *ends;
    uint32_t n, cap;
} lines;

typedef struct blob { /* one commit's journal as the store has it: whom it concerns */
    uint32_t *students;
    uint32_t n;
    uint64_t bytes, seq;
} blob;

struct sz_worker {
    sz_options o;
    sz_ports ports;
    sz_bundle *bundle;
    sz_campus *campus;
    sz_facts facts;
    int32_t *feature_day; /* facts.feature_day */
    sz_map dict;
    sz_tlctx tc;
    sz_arena step; /* reset after each input record */
    clocks clocks;
    students students;
    uint32_t *pending_leaves; /* leaves that are not known yet, by recorded */
    uint32_t n_pending_leaves, next_leaf;
    sz_map feed_names;
    feed_note *statuses;
    uint32_t n_statuses, cap_statuses;
    uint32_t *class_rules[SZ_CLASSES_MAX], *type_rules[SZ_TYPES_MAX];
    uint8_t *rule_class;
    bool *rule_quiet;
    uint8_t *rule_look; /* looks.c */
    uint64_t *fit_rules, *instant_rules, *idle_rules;
    uint32_t *class_looks[SZ_CLASSES_MAX];
    int64_t *rule_least_ms, *check_memo;
    bool *rule_waits;
    sz_counters n;
    uint64_t taken;
    /* outgoing */
    lines alerts;       /* since the last commit */
    lines outbox;       /* committed, not acknowledged: as the store has them; kept to submit again */
    uint32_t n_acked;   /* of the outbox, to be trimmed with the next commit */
    uint32_t n_trimmed; /* of these, trimmed by the commit in flight */
    lines dead;         /* dead letters since the last commit */
    bool dead_submitted;
    sz_buf journal;
    uint32_t *touched, n_touched, cap_touched; /* students in this journal */
    uint8_t *is_touched;
    uint32_t cap_is_touched;
    uint32_t dict_committed;
    lines ledger; /* key, value, key, value … to note with the next commit */
    sz_put *known_ledger;
    uint32_t n_known_ledger;
    sz_arena ledger_arena;
    uint64_t alerts_pos, dead_pos; /* as the sinks acknowledged */
    blob *blobs;
    uint32_t n_blobs, cap_blobs;
    uint64_t journal_bytes, snapshot_bytes;
    uint64_t *snap_seq; /* a student: commit of its last snapshot */
    uint32_t cap_snap_seq;
    uint32_t trim_blobs;   /* to trim with the commit in flight */
    uint64_t since_commit; /* input records */
    /* protocol */
    sz_worker_state state;
    sz_name name;
    uint8_t token[16];
    uint64_t bundle_ver; /* counts the rule sets that this state has seen */
    bool in_flight, input_ended, stopping, ended_applied, is_new;
    bool batch_open; /* records of a batch were taken and its end was not reached */
    bool loading_done;
    uint32_t in_flight_alerts;
    uint32_t tag; /* of submissions since the last start */
    sz_status failure;
    char failure_text[300];
    uint64_t facts_hash, stored_facts_hash, stored_bundle_hash;
    /* another rule set than the state's (reload.c) */
    int64_t *acc_from_ms, *rule_from_ms;
    sz_carry carry;
    sz_state_plan plan;
    bool rewrite_all; /* the next commit holds everyone's snapshot, and the journal before it goes */
};

void worker_fail(sz_worker *w, sz_status s, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* clocks.c */
void clocks_init(sz_worker *w);
void clocks_fini(sz_worker *w);
uint32_t source_of(const sz_worker *w, sz_str name);
/* A record of the source came at t, or its feed says complete through. Computes where clocks would go; time_advance
 * moves them. */
void clock_record(sz_worker *w, uint32_t source, int64_t t_ms);
void clock_complete(sz_worker *w, uint32_t source, int64_t through_ms);
void clock_until(sz_worker *w, int64_t until_ms);
int64_t clock_lowest(const sz_worker *w);

/* advance.c */
int64_t class_target(const sz_worker *w, uint32_t k, int64_t wmax);
/* Move all clocks to where the sources stand, firing what is due on the way and letting facts enter at their time. */
void time_advance(sz_worker *w);
void begin_at(sz_worker *w, int64_t t_ms, const sz_cause *cause);
void alerts_flush(sz_worker *w);
void run_student(sz_worker *w, uint32_t i, const sz_cause *cause);
void student_facts(sz_worker *w, uint32_t i, int64_t since_ms, const sz_cause *cause);
void facts_for_all(sz_worker *w, int64_t since_ms, const sz_cause *cause);

/* feeds.c */
void feed_status(sz_worker *w, const sz_feed_status *f);
void downs_rebuild(sz_worker *w);

/* students.c */
void students_init(sz_worker *w);
void students_fini(sz_worker *w);
uint32_t student_get(sz_worker *w, sz_str id, bool create); /* SZ_NONE: not there */
void heap_update(sz_worker *w, uint32_t i);
uint32_t heap_due(const sz_worker *w); /* a student with something due, SZ_NONE */
void roster_load(sz_worker *w);

/* leaves.c */
void leaves_init(sz_worker *w);
uint64_t leaf_hash(const sz_worker *w, uint32_t leaf);
uint64_t roster_hash(const sz_worker *w, uint32_t campus_student);
bool leaf_next_due(const sz_worker *w, int64_t wmax_ms, int64_t *at_ms);
void leaf_enter(sz_worker *w);
void leaves_known_at_load(sz_worker *w);

/* input.c */
void input_record(sz_worker *w, const sz_input *in);
void input_end(sz_worker *w);

/* commit.c */
enum { ENTRY_EVENT = 1, ENTRY_STORY = 2 };
void blob_push(sz_worker *w, uint64_t seq, const uint32_t *students, uint32_t n, uint64_t bytes);
void lines_add(lines *l, sz_str s);
sz_str lines_at(const lines *l, uint32_t i);
void lines_clear(lines *l);
void lines_fini(lines *l);
void lines_drop_front(lines *l, uint32_t n);
void journal_event(sz_worker *w, uint32_t student, sz_str entry);
void journal_touch(sz_worker *w, uint32_t student);
bool commit_is_due(const sz_worker *w);
void commit_start(sz_worker *w);
void commit_done(sz_worker *w);

/* header.c */
void header_put(sz_buf *out, const sz_worker *w);
bool header_get(sz_worker *w, sz_str body);

/* quiet.c */
bool rule_is_quiet(const sz_bundle *b, const sz_rule *r);
int64_t rule_least(const sz_rule *r);

/* looks.c */
void looks_init(sz_worker *w);
void looks_fini(sz_worker *w);

/* reload.c */
void meaning_put(sz_buf *out, const sz_worker *w);
bool meaning_get(sz_worker *w, sz_reader *r);
void rules_ended(sz_worker *w);

/* load.c */
void load_chunk(sz_worker *w, const sz_msg *m);
void load_end(sz_worker *w);

/* worker.c */
void worker_init_tc(sz_worker *w);

#endif
