/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_rig: a worker whose ports are turned by hand. A log is a list of records, a store a history of commits that
 * can be cut back, a topic what was submitted. Answers wait in a queue; the test says what becomes of each commit,
 * which kind of answer is held back, and what time it is.
 */
#ifndef ENGINE_RIG_H
#define ENGINE_RIG_H

#include "../../src/app/live/near.h"
#include <sanzao/adapters.h>
#include <sanzao/engine.h>

enum { RIG_MOST = 4096, RIG_KINDS = SZ_MSG_STOP + 1 };

/* ---- store: a history, its state is what folding it gives ---- */

typedef struct rig_node {
    sz_name name;
    bool is_commit;
    sz_str worker;
    sz_commit c; /* own copy */
} rig_node;

typedef struct rig_store {
    sz_arena arena;
    rig_node nodes[RIG_MOST];
    uint32_t n;
    uint64_t bundle_ver;
    uint32_t parts;     /* that it was made for */
    bool breaks_midway; /* the next commit leaves its outbox and journal, and not its header */
    rig_node torn[8];
    uint32_t n_torn; /* each stands after as many nodes as torn_after says */
    uint32_t torn_after[8];
} rig_store;
void rig_store_init(rig_store *s);
void rig_store_fini(rig_store *s);
void rig_store_cut(rig_store *s, uint32_t n); /* back to the first n nodes: the store has lost the others */
/* Acquired for so many partitions by nobody's worker; the name is what a commit is then made under. Only for a store
 * that holds nothing. */
sz_name rig_store_begin(rig_store *s, uint32_t parts);
void rig_store_commit(rig_store *s, const sz_commit *c); /* made by hand, under the right name */
/* The lists as a load would give them; texts are the store's. */
typedef struct rig_lists {
    sz_str *dict, *journal, *outbox;
    sz_put *snapshots, *ledger;
    uint32_t n_dict, n_journal, n_outbox, n_snapshots, n_ledger;
} rig_lists;
rig_lists rig_store_lists(const rig_store *s, sz_arena *a);
/* The same, one line an item. */
void rig_store_dump(const rig_store *s, sz_buf *out);

/* ---- log ---- */

typedef struct rig_record {
    int64_t offset;
    sz_str raw;
} rig_record;
typedef struct rig_log {
    sz_arena arena;
    rig_record v[RIG_MOST];
    uint32_t n;
    int64_t low, end;
} rig_log;
void rig_log_init(rig_log *l);
void rig_log_fini(rig_log *l);
void rig_log_add(rig_log *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A swipe of a student at an hour of 2026-03-02 (UTC+8), id e<offset>. */
void rig_log_swipe(rig_log *l, const char *student, double hour);
void rig_log_expire(rig_log *l, int64_t low); /* what is before is gone */
extern const int64_t rig_monday;              /* 2026-03-02T00:00+08:00 */

/* ---- the worker and its hand ---- */

typedef enum rig_fate { RIG_STANDS, RIG_REPLY_LOST, RIG_NOT_DONE, RIG_FAILS } rig_fate;

typedef struct rig {
    rig_store *store;
    rig_log *log;
    sz_worker *w;
    sz_msgq *q;
    sz_decoder *decoder;
    sz_types types;
    sz_zone zone;
    sz_arena arena;
    int64_t mono, wall;    /* the host's clocks */
    int64_t store_clock;   /* 0: the store has none */
    uint8_t seed;          /* of its tokens */
    rig_fate fate;         /* of commits, until changed */
    bool is_deaf;          /* no answer from other partitions' stores */
    rig_fate acquire_fate; /* RIG_NOT_DONE: UNKNOWN */
    bool holds[RIG_KINDS]; /* answers of that kind wait in `held` */
    sz_msgq *held;
    bool acks;            /* the sink acknowledges at once */
    uint64_t unacked;     /* submitted under the newest tag */
    uint32_t most_inputs; /* of one message; 0: as many as are wanted */
    bool gives_twice;     /* what a message has stands in it a second time */
    bool stops_when_cut;  /* rig_run() leaves off where a step has had its share */
    /* what it did */
    sz_buf topic; /* lines submitted, in order */
    sz_buf letters;
    uint32_t n_submitted, n_acquires, n_loads, n_commits, n_seeks, n_wants, n_letters;
    int64_t sought, told;
    uint32_t tag;
    sz_buf order; /* one letter a call: A L C S W P(ublish) D(ead) T(old) */
    /* stream */
    rig_store *const *all; /* of the topic's partitions */
    near_seat seat;        /* where they are near */
    int64_t next;
    uint32_t wanted;
    sz_input *inputs;
} rig;

typedef struct rig_setup {
    const char *rules;    /* NULL: rig_rules */
    const char *students; /* CSV; NULL: no campus */
    const char *feeds;    /* YAML; NULL: none */
    const char *leaves;   /* CSV; NULL: none */
    const char *cards;    /* the same */
    sz_options o;         /* what is 0 is filled */
    uint8_t seed;
    rig_store *const *topic; /* of each partition: they tell each other parts of tables; NULL: they do not */
    near *near;              /* of one process, as far as they run; NULL: each by itself */
    bool is_files;           /* no seek */
    bool is_sorted;          /* and in the order of time */
} rig_setup;
extern const char rig_rules[]; /* busy: three meals in a week, green; gone: 24, 48, 72 h of absence */

void rig_init(rig *r, rig_store *s, rig_log *l, const rig_setup *o);
void rig_fini(rig *r);
void rig_world(rig *r, const rig_setup *o, sz_bundle **bundle, sz_campus **campus); /* the rules and campus once more */
void rig_tell(rig *r, const sz_msg *m);                                             /* one step, and nothing else */
void rig_assign(rig *r, int64_t group_offset);                                      /* ASSIGNED, then rig_run */
void rig_run(rig *r); /* all answers but those held back, until none is left; GO_ON when it is time */
void rig_reload_as(rig *r, const rig_setup *o);                   /* BUNDLE; run */
void rig_reload(rig *r, const char *rules, const char *students); /* the same, of nothing else */
void rig_release(rig *r);                                         /* nothing is held back any more; run */
void rig_wait(rig *r, int64_t ms);                                /* time passes, GO_ONs at their times; run */
void rig_tick(rig *r); /* TICK with the host's clock and the log's end; run */
sz_worker_state rig_state(const rig *r);
const sz_counters *rig_counts(const rig *r);
sz_operation rig_operation(const rig *r);
/* How many lines of the topic hold the text. */
uint32_t rig_topic_count(const rig *r, const char *text);

/* ---- what most tests stand on: a store, a log, and the worker a; b beside it or after it, where a test has one ----
 */

typedef struct rig_bench {
    rig_store store;
    rig_log log;
    rig a, b;
} rig_bench;
rig_bench *rig_bench_new(const rig_setup *a, const rig_setup *b); /* b may be NULL */
int rig_bench_tear_down(void **state);                            /* *state is a rig_bench */
/* A worker alone, in one piece with its store and log; it may be ended and started again under what `o` says by then.
 */
typedef struct rig_one {
    rig_store store;
    rig_log log;
    rig r;
    rig_setup o;
} rig_one;
rig_one *rig_one_new(const rig_setup *o);       /* nothing is begun */
void rig_one_start(rig_one *one, int wall_day); /* another seed, the host's clock so many days after rig_monday; run */
void rig_one_end(rig_one *one);

void rig_log_three_meals(rig_log *l, const char *student, double hour);

/* One worker over a roster s00, s01 …, whom tests start again under other rules. Begun, `o` may still be changed; then
 * rig_roster_start(). */
typedef struct rig_roster {
    rig_store *store;
    rig_log *log;
    sz_buf students;
    rig_setup o;
    rig r;
} rig_roster;

void rig_roster_begin(rig_roster *b, const char *rules, int n_students);
void rig_roster_start(rig_roster *b);
void rig_roster_again(rig_roster *b, const char *rules); /* another process; rig_roster_start() follows */
void rig_roster_end(rig_roster *b);

#endif
