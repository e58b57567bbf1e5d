/* SPDX-License-Identifier: Apache-2.0
 *
 * engine: the worker. A state machine over ports (protocol.md §4 of the founding papers; docs/architecture.md): sz_worker_step takes one
 * message, does bounded work and never blocks. Each port call is answered by exactly one later message; adapters only enqueue, so a
 * real run is one thread a worker over the same step, and a simulation is the same code in one thread with a seed.
 *
 * Two rules carry everything: every commit names its parent (owner token, seq), and an alert leaves only with the state that caused
 * it. Nothing a run says depends on where commits fall.
 *
 * Ownership: what a message or a call points to is borrowed until the call returns, unless it says otherwise.
 * Threads: one worker, one thread. No clock, random, file, socket or environment in here: they come in through ports.
 */
#ifndef SANZAO_ENGINE_H
#define SANZAO_ENGINE_H

#include <sanzao/base.h>
#include <sanzao/base_pages.h>
#include <sanzao/campus.h>
#include <sanzao/features.h>
#include <sanzao/model.h>
#include <sanzao/rules.h>
#include <sanzao/timeline.h>

/* ---- names, header, commit ---------------------------------------------------------------------------------------------- */

/* Names exactly one state of one partition. */
typedef struct sz_name {
    uint8_t owner[16]; /* random token of the acquisition */
    uint64_t seq;
} sz_name;

/* What the store keeps of a partition beside its lists. `body` is the engine's (versioned inside): clocks, offsets, counters, feeds. */
typedef struct sz_header {
    uint32_t fmt;          /* SZ_STATE_FORMAT of the writer */
    sz_str topic;          /* "files" for file runs */
    uint32_t parts;
    uint64_t bundle_ver;
    sz_name name;
    uint64_t epoch;        /* acquisitions so far; seq less these is the number of commits */
    sz_str worker;         /* who holds it; for people */
    sz_str body;
} sz_header;
/* 1: nothing of when something is due, no hashes; 2: all in the form of one rule set, ids of records as they are; 3: blobs have their
 * entries as they came; 5: nothing of the modes in which episodes were told. All are read. */
enum { SZ_STATE_FORMAT = 6 };

typedef struct sz_put { sz_str key, value; } sz_put; /* snapshot of a student; a ledger line */

/* One commit: all or nothing, under the name it was made for. Lists are appended in order. */
typedef struct sz_commit {
    sz_name parent;                  /* refused unless the store's (owner, seq) is this; after it seq is parent.seq + 1 */
    const sz_str *outbox;            /* alerts, final bytes, one JSON line each without line end */
    uint32_t n_outbox;
    const sz_put *snapshots;
    uint32_t n_snapshots;
    sz_str journal;                  /* blob; n 0: none */
    const sz_str *dict;              /* new words of the dictionary, in order */
    uint32_t n_dict;
    const sz_put *ledger;
    uint32_t n_ledger;
    sz_str body;                     /* new header body */
    const sz_put *fields;            /* the body's chief numbers once more, by name, for people: offset, n_read …; a store may leave them out */
    uint32_t n_fields;
    uint64_t bundle_ver;
    sz_str topic;                    /* n 0: as it was. Else the state belongs to this input from here on (state repartition) */
    uint32_t trim_outbox, trim_journal; /* drop so many from the front of each list */
    uint32_t has_outbox, has_journal, has_dict; /* how long the parent's lists are: what lies beyond, of a commit that broke off midway, is cut
                                                 * off before anything is appended, where the store has not done so at ACQUIRE */
} sz_commit;

typedef enum sz_answer {
    SZ_ANS_OK, SZ_ANS_NEW,            /* NEW: acquired, there was nothing (allow_new) */
    SZ_ANS_MISSING,                   /* nothing there and !allow_new */
    SZ_ANS_MISMATCH,                  /* other topic or parts */
    SZ_ANS_NEWER,                     /* newer format or bundle */
    SZ_ANS_REFUSED,                   /* not the named parent */
    SZ_ANS_UNKNOWN,                   /* may or may not have happened: ACQUIRE again, never resend */
    SZ_ANS_FAILED                     /* cannot work: disk full, read-only …; text says what */
} sz_answer;

typedef enum sz_chunk_kind { SZ_CHUNK_DICT, SZ_CHUNK_SNAPSHOTS, SZ_CHUNK_JOURNAL, SZ_CHUNK_OUTBOX, SZ_CHUNK_LEDGER, SZ_CHUNK_END } sz_chunk_kind;

/* ---- input ------------------------------------------------------------------------------------------------------------------ */

typedef struct sz_input {
    sz_str raw;             /* the record's bytes as they came; p NULL and n not 0: ask the stream (sz_stream_port.raw) */
    sz_origin origin;
    uint8_t repeat;         /* sorted files: 0; of an earlier line's identity (first line read stays), which it 1 repeats, 2 differs from and
                             * comes before in time, 3 differs from and comes after: the log says whether that one was used */
    bool is_lone;           /* sorted files: no other record of the batch has its source and id, whoever it is of; false: not known */
    sz_record record;       /* last: what is mostly read of it lies at its beginning, beside the others */
} sz_input;

/* ---- messages ------------------------------------------------------------------------------------------------------------------ */

typedef enum sz_msg_kind {
    SZ_MSG_ASSIGNED,   /* begin: acquire the partition. offset: what the group has committed, -1 none */
    SZ_MSG_REVOKED,    /* finish the record and commit; is_lost: the assignment is gone, commit nothing. Then PARKED */
    SZ_MSG_ACQUIRED,   /* answer, header (before: its name is the previous one) */
    SZ_MSG_CHUNK,      /* of a load: chunk kind, puts or strs */
    SZ_MSG_SEEKED,     /* answer; the next want begins at the offset asked for. FAILED: it is not there (text, offset: the lowest there is).
                        * Unasked, to an input that is wanted: the log was cut (FAILED), or was away and may be another one (UNKNOWN) */
    SZ_MSG_INPUT,      /* inputs, at most 256; none: a wait was cut short. offset: of the record after them, where the stream knows that it
                        * is further than their last says (a log's markers take offsets too); else 0 */
    SZ_MSG_INPUT_END,  /* the batch has ended; of a log: it was to be read up to here, and the worker drains and stops */
    SZ_MSG_COMMITTED,  /* answer */
    SZ_MSG_DELIVERED,  /* n alerts more of the submission `tag` are acknowledged; sink_pos: bytes of the file that are acknowledged.
                        * UNKNOWN: they may be there or not (START, and they go out again); FAILED: the sink cannot work */
    SZ_MSG_DEAD_DONE,  /* dead letters submitted so far under `tag` are safe; sink_pos and answers like that */
    SZ_MSG_TICK,       /* live only: wall_ms is the host's clock; offset: the partition's end, asked of the broker just before */
    SZ_MSG_LOOKED,     /* puts: what was asked of another partition's ledger under `tag`, one a key in that order, no value: it is not
                        * there; UNKNOWN: it could not be asked */
    SZ_MSG_TOLD,       /* another partition has told something since it was looked at: who waits for it looks now. It may be left out */
    SZ_MSG_BUNDLE,     /* a new bundle and campus: switched to at the next commit boundary, in a commit of its own; a later one
                        * replaces one that still waits. A worker that is draining keeps what it has */
    SZ_MSG_GO_ON,      /* the worker asked for it: more work of its own is left */
    SZ_MSG_STOP        /* drain: commit, wait for the sinks, end */
} sz_msg_kind;

/* Bytes of a sentence for people with a path in it, which may be the longest there is, and why, with NUL. */
enum { SZ_SAID = 4096 + 512 };

typedef struct sz_msg {
    sz_msg_kind kind;
    sz_answer answer;
    const sz_header *header;
    sz_chunk_kind chunk;
    const sz_put *puts;    /* snapshots, ledger */
    const sz_str *strs;    /* dict, journal, outbox */
    uint32_t n;
    sz_arena *bytes;       /* chunk: what the texts of puts and strs lie in, and little else; whoever keeps them takes it (it is empty then).
                            * NULL: they have to be copied */
    const sz_input *inputs;
    uint64_t n_delivered;
    uint64_t sink_pos;
    uint32_t tag;          /* of the submission that this answers */
    int64_t offset;        /* assigned, seeked, tick, input */
    int64_t wall_ms;       /* tick */
    int64_t store_ms;      /* acquired, committed: the store's own clock when it answered; 0: it has none */
    bool is_lost;          /* revoked */
    sz_bundle *bundle;     /* taken */
    sz_campus *campus;     /* taken */
    sz_str text, text_zh;  /* of a failure, for people; without text_zh, text stands in both languages */
} sz_msg;

/* ---- ports ---------------------------------------------------------------------------------------------------------------------- */

/* State. Each call is answered by one later message (acquired, chunk, committed). Contract suite: tests/contract/store_suite.c. */
typedef struct sz_store_port {
    void *self;
    /* Take the partition under a fresh token: header or NEW, MISSING, MISMATCH, NEWER. */
    void (*acquire)(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts, uint64_t bundle_ver, sz_str worker, bool allow_new);
    /* Next chunk of the named state: dict, snapshots (500 at most), journal, outbox, ledger, then END; each under the name, else REFUSED.
     * restart: from the beginning. */
    void (*load)(void *self, const sz_name *name, bool restart);
    /* One in flight. */
    void (*commit)(void *self, const sz_commit *c);
} sz_store_port;

/* Input. want is answered by one input (at most max records; none where the stream has kept silent for a while) or input_end message. A worker whose stream has `seek` reads a log: its
 * place in it is part of the state (semantics and protocol of a partition); without it, files, whose place the ledger keeps. */
typedef struct sz_stream_port {
    void *self;
    void (*want)(void *self, uint32_t max);
    /* Streams with offsets only, NULL for files. The wanted input is called off; the next want begins at this offset
     * (-1: the lowest there is). Answered by seeked, once each: with SZ_ANS_UNKNOWN where another seek overtakes it or the
     * stream ends. What stands in the queue before that answer is stale. A stream whose place has gone from the log says so
     * by a seeked that nobody asked for, with SZ_ANS_FAILED. */
    void (*seek)(void *self, int64_t offset);
    /* All before this offset is settled: may be told to the group, for its lag only. No answer. NULL for files. */
    void (*settled)(void *self, int64_t offset);
    /* The bytes of an input of the last message that came without them, until the next call. False: they are not to be had any more,
     * which ends the stream, and the texts of `why` say so. NULL where all inputs have theirs. */
    bool (*raw)(void *self, const sz_input *in, sz_str *out, sz_msg *why);
} sz_stream_port;

/* Output of alerts (settled, in order) and dead letters. Answers carry the tag of the last call of their kind; delivered counts the
 * contiguous prefix. The worker takes a new tag at each start and lets answers to older ones fall. */
typedef struct sz_sink_port {
    void *self;
    void (*submit)(void *self, uint32_t tag, const sz_str *lines, uint32_t n);  /* answered by delivered */
    void (*dead)(void *self, uint32_t tag, const sz_str *lines, uint32_t n);    /* answered by dead_done; lines have their line ends */
} sz_sink_port;

/* What the partitions of a topic tell each other, each by lines of its own ledger: parts of tables of peers (docs/adr/0041). look NULL: each
 * goes by its own students. */
#define SZ_PARTS_AT "parts/at" /* the line that says where a partition stands */
typedef struct sz_parts_port {
    void *self;
    /* These lines of another partition's ledger, as commits that stand have them; it is not acquired, and need not be there. One in flight;
     * answered by looked, under the tag. */
    void (*look)(void *self, uint32_t tag, uint32_t partition, const sz_str *keys, uint32_t n);
    /* A line of ours that others may ask for: it stands, or was loaded; SZ_PARTS_AT with every commit. NULL where the
     * store can be asked. */
    void (*told)(void *self, sz_str key, sz_str value);
    /* What was told is not known to stand any more: memory goes, and a load tells all anew. NULL: nobody asks. */
    void (*forgot)(void *self);
} sz_parts_port;

typedef struct sz_env_port {
    void *self;
    int64_t (*wall_ms)(void *self);
    int64_t (*mono_ms)(void *self);
    void (*random)(void *self, void *p, size_t n);
} sz_env_port;

typedef struct sz_ports { sz_store_port store; sz_stream_port stream; sz_sink_port sink; sz_env_port env; sz_parts_port parts; } sz_ports;

/* ---- worker ------------------------------------------------------------------------------------------------------------------------ */

typedef enum sz_order { SZ_SORTED, SZ_ARRIVAL } sz_order;

typedef struct sz_options {
    sz_order order;
    int64_t lateness_ms, horizon_ms; /* defaults 240 h, 14 d */
    int64_t until_ms;                /* SZ_TIME_NONE: not given */
    int64_t wall_ms;                 /* when the run began; the state keeps it so that a resume decides the same */
    bool is_one_student;             /* of a test: feed_silent is never true */
    const sz_onlooker *onlooker;     /* of a test; NULL: none. Borrowed */
    const sz_test_other *others;     /* of a test: what its student's peers have; n_others. Borrowed */
    uint32_t n_others;
    bool admit;                      /* unknown students become students */
    bool is_live;
    bool allow_new;
    bool new_state;                  /* begin a new state even if the group has read this partition before */
    bool accept_gap;                 /* go on although records of the log are missing: they are counted (counters.gap) */
    uint64_t bundle_ver;             /* of the rule sets that were seen, the number of this one, where it is known from another partition
                                      * (sz_worker_bundle_ver); 0: it is taken for the newest */
    bool is_volatile;                /* memory state: no journal is written */
    int64_t settle_ms;
    int64_t peers_wait_ms;           /* for another partition that stands still, before tables of peers go on without it; 0: 10 min, or five
                                      * more than the longest `idle` of a feed */
    uint32_t commit_records;         /* commit after so many records at the latest */
    uint64_t journal_bytes;          /* snapshots begin where the journal is longer than this and than a quarter of them; 0: 32 MiB */
    uint32_t tick_students;          /* what concerns all (a tick, a load, other rules) is cut into steps, or commits, of so many; 0: 500 */
    sz_str topic, worker;
    uint32_t parts, partition;
    sz_pages *pages;                 /* large pages that others have done with, for its students; NULL: none. Borrowed */
    uint32_t parts_before;           /* for how many partitions the topic's first state was made, where that is known: with another number
                                      * no state is begun, either (allow_new is then to be false) */
} sz_options;

typedef struct sz_counters {
    uint64_t read, used, duplicate, dead, control, late, dead_by[SZ_N_REASONS];
    uint64_t alerts[SZ_N_ALERT_EVENTS];
    int64_t standing, undo_unmatched;
    uint64_t unknown_places, unknown_readers;
    uint64_t gap; /* records of the log that were not there any more, accepted; at least */
} sz_counters;

/* How the protocol fares, since the worker was made: for --stats and metrics. No student in it. */
typedef struct sz_operation {
    uint64_t starts, loads;          /* STARTs; those that had to load the state */
    uint64_t commits, empty_commits, commit_bytes;
    uint64_t most_commit_bytes;      /* of one of them */
    uint64_t refused;                /* commits and chunks that named a parent which was not there */
    uint64_t rolled_back;            /* STARTs that found an older state than the worker's own: the store has lost commits */
    uint64_t unknown;                /* store calls whose outcome stayed unknown */
    uint64_t deep_losses;            /* the group had read further than the state: the store lost more than `settle` */
    uint64_t ticks, stale_inputs, torn_commits;
    uint64_t submitted, delivered;   /* alerts, repeats included */
    uint32_t outbox;                 /* committed, not acknowledged and trimmed yet */
    uint64_t outbox_bytes;
    uint64_t settled;                /* alerts that settled, and how long that took after their commit's answer */
    int64_t settle_sum_ms, settle_max_ms;
    uint32_t asleep;                 /* students of whom nothing was looked into since the load */
    /* records that went to another student because cards were corrected, and dead letters that came of it (not in sz_counters: they were used
     * when they were read) */
    uint64_t moved, moved_dead_by[SZ_N_REASONS];
    uint64_t part_waits, parts_missing; /* tables of peers: 04:00s at which other partitions were asked; parts of theirs that did not come */
    int64_t part_wait_ms;            /* how long those took */
    uint32_t most_students;          /* that one step has looked at: bounded, whatever concerns all of them */
    int64_t position, end;           /* next offset to be read, end of the partition at the last tick; -1: not known */
} sz_operation;

typedef enum sz_worker_state {
    SZ_WK_IDLE,
    SZ_WK_BACKOFF,   /* the store did not answer: ACQUIRE again when it is time (sz_worker_wake_ms) */
    SZ_WK_ACQUIRING,
    SZ_WK_LOADING,
    SZ_WK_SEEKING,   /* to the witness, which is read again and compared */
    SZ_WK_RUNNING,
    SZ_WK_DRAINING,
    SZ_WK_PARKED,    /* revoked: memory kept, nothing done; ASSIGNED starts it again */
    SZ_WK_HELD,      /* cannot go on without a person (gap, other partition count, newer bundle …): sz_worker_failure says what to do */
    SZ_WK_STOPPED,
    SZ_WK_FAILED
} sz_worker_state;

typedef struct sz_worker sz_worker;
/* bundle and campus are taken (bundle: a reference). */
sz_worker *sz_worker_new(const sz_options *o, const sz_ports *p, sz_bundle *bundle, sz_campus *campus);
/* Ports may be completed until ASSIGNED. */
void sz_worker_ports(sz_worker *w, const sz_ports *p);
void sz_worker_free(sz_worker *w);
void sz_worker_step(sz_worker *w, const sz_msg *m);
sz_worker_state sz_worker_where(const sz_worker *w);
/* When GO_ON must come at the latest, on the monotonic clock: settle, idle commit, back-off. SZ_TIME_MAX: no time is waited for. */
int64_t sz_worker_wake_ms(const sz_worker *w);
/* Partition of a key: murmur2 as Kafka's default partitioner computes it (librdkafka: murmur2_random), parts >= 1. */
uint32_t sz_home(sz_str key, uint32_t parts);
/* Why it failed: status and a sentence; the same in a language. */
sz_status sz_worker_failure(const sz_worker *w, sz_str *text);
sz_str sz_worker_failure_in(const sz_worker *w, sz_lang lang);
/* Progress that a stream adapter needs at start (valid once RUNNING): records of the open batch that were taken, the ledger. */
uint64_t sz_worker_taken(const sz_worker *w);
uint32_t sz_worker_ledger(const sz_worker *w, const sz_put **lines);
/* The stream says what the ledger should hold once all records so far are committed (copied). */
void sz_worker_note(sz_worker *w, sz_str key, sz_str value);
/* The batch's inputs begin anew: taken is 0 from here. */
void sz_worker_new_batch(sz_worker *w);
/* Was the state left by a run over another campus? */
bool sz_worker_has_other_facts(const sz_worker *w);
/* What is later than this is future_time. */
int64_t sz_worker_limit(const sz_worker *w);
/* Bytes that the sinks had acknowledged, as the state has it. */
void sz_worker_sinks(const sz_worker *w, uint64_t *alerts_pos, uint64_t *dead_pos);
/* The alerts that had left, or were about to, behind those bytes: what else stands there is of another state, or of a later one. In the
 * arena; they borrow from the worker, until its next step. */
uint32_t sz_worker_outbox(const sz_worker *w, sz_arena *a, const sz_str **out);

/* ---- another number of partitions (docs/adr/0024) ----
 * Workers of all partitions of a topic as it was, loaded (RUNNING) one after the other with a stream that cannot seek, hand their students
 * to states of another number. Nothing is asked of their stores: what they hold and say from here on is theirs only in memory. */
/* The offset at which the log of a state is to be read on, out of its header; -1: from its beginning. SZ_CORRUPT. */
sz_status sz_state_place(const sz_options *o, sz_bundle *bundle, sz_campus *campus, sz_str body, int64_t *position);
/* A record that was not read yet. Used by the worker whose student it is; noted by the one in whose log it lies. */
void sz_worker_take_over(sz_worker *w, const sz_input *in);
void sz_worker_pass_by(sz_worker *w, const sz_input *in);
/* Dead letters that came of it, lines with their ends; borrowed until the next call to w. */
sz_str sz_worker_letters(const sz_worker *w);
/* The name under which the worker has its state. */
sz_name sz_worker_name(const sz_worker *w);

/* How far the workers have come: what is known of sources and feeds, and where the furthest stands. Each is added once, when it has used
 * what is to be used; then, in any order, each is brought there: it comes to know what any knows, and what is due fires. Workers live for
 * as long as their own call. */
typedef struct sz_common_time sz_common_time;
sz_common_time *sz_common_time_new(void);
void sz_common_time_free(sz_common_time *l);
void sz_common_time_add(sz_common_time *l, sz_worker *w);
void sz_worker_level(sz_worker *w, const sz_common_time *l);

/* One partition of the new number, as commits to a state that is new: the students of each worker and their alerts that have not left, at
 * most 500 and 1,000 a commit, and last what its header says: clocks, and, where the partition was there before, its place in the log and
 * its counters. Until then the state counts as none. */
typedef struct sz_regroup sz_regroup;
typedef struct sz_regroup_options {
    uint32_t parts, partition; /* of the new number */
    uint32_t most;             /* students a commit; 0: 500. And twice as many alerts */
    sz_bundle *bundle;         /* those of the workers; references are taken */
    sz_campus *campus;
    void *self;
    bool (*student_of)(void *self, sz_str alert, sz_buf *student); /* of an alert's line */
} sz_regroup_options;
sz_regroup *sz_regroup_new(const sz_regroup_options *o);
void sz_regroup_free(sz_regroup *g);
/* From now on out of this worker, which was levelled and had that partition. */
void sz_regroup_from(sz_regroup *g, sz_worker *w, uint32_t partition);
/* The next commit, to be made under that name; c borrows until the next call. SZ_NOT_FOUND: there are no more of the worker. SZ_CORRUPT: a
 * record is damaged, a student is in two partitions, or an alert names none. */
sz_status sz_regroup_next(sz_regroup *g, const sz_name *parent, sz_commit *c);
/* The last one. */
void sz_regroup_end(sz_regroup *g, const sz_name *parent, sz_commit *c);
uint32_t sz_regroup_students(const sz_regroup *g);
uint32_t sz_regroup_alerts(const sz_regroup *g); /* that have not left */

/* What another rule set does to a state (semantics 5), known before anything is changed. */
typedef enum sz_fate { SZ_CARRIED, SZ_FRESH, SZ_DROPPED, SZ_N_FATES } sz_fate;
typedef struct sz_plan_feature {
    sz_str name;
    uint8_t fate;
    int64_t known_from_ms; /* fresh: nothing is known before it; SZ_TIME_NONE: the state holds no record yet */
} sz_plan_feature;
typedef enum sz_rule_change { SZ_RULE_NEW, SZ_RULE_CHANGED, SZ_RULE_REMOVED, SZ_RULE_SWITCHED_OFF, SZ_N_RULE_CHANGES } sz_rule_change;
typedef struct sz_plan_rule { sz_str id; uint8_t change; } sz_plan_rule;
typedef struct sz_state_plan {
    bool is_other;            /* false: the same rule set, and nothing else below is filled */
    int64_t from_ms;          /* R: judged by the new rules from here on; SZ_TIME_NONE: the state holds no record yet */
    uint32_t count[SZ_N_FATES];
    sz_plan_feature *features; /* by fate, then by name. Of a state of an older version dropped features have no names: counted only */
    uint32_t n_features;
    sz_plan_rule *rules;      /* that are not as they were, by id */
    uint32_t n_rules;
} sz_state_plan;
/* The plan of the rule set that the worker has: filled once the state's header was read, before its load has ended. */
const sz_state_plan *sz_worker_plan(const sz_worker *w);
/* What the worker's state would make of other rules; texts and lists live in the arena, names borrow from the bundle. */
void sz_worker_plan_for(const sz_worker *w, const sz_bundle *b, sz_arena *a, sz_state_plan *out);
/* How often the worker has switched to a bundle that came by a message, and the instant R of the last time. */
uint32_t sz_worker_switched(const sz_worker *w, int64_t *at_ms);

const sz_counters *sz_worker_counters(const sz_worker *w);
/* The watermark of a source (semantics 2, 6): no record of it from before this instant is waited for any more. SZ_TIME_NONE: it has
 * none yet. */
int64_t sz_worker_watermark(const sz_worker *w, sz_str source);
void sz_worker_operation(const sz_worker *w, sz_operation *out);
/* What a worker that has stopped leaves to the next start, which has all of it: records that are in no commit of which is known that it
 * stands, and alerts that are in the state and have not been acknowledged. */
typedef struct sz_left {
    bool is_unseen; /* it was stopped before it had the state: what waits in there is not known, and the rest is 0 */
    uint64_t records;
    uint32_t alerts;
} sz_left;
void sz_worker_left(const sz_worker *w, sz_left *out);
/* What the log should tell about (the store does not answer, a roll-back, a deep loss …): the next sentence, oldest first; false: none is
 * left. text is valid until the next step. */
bool sz_worker_notice(sz_worker *w, sz_severity *severity, sz_str *text, sz_str *text_zh);
/* Number of the worker's rule set among those that its state has seen; 0: not known yet. */
uint64_t sz_worker_bundle_ver(const sz_worker *w);
/* Lowest rule clock; SZ_TIME_NONE before any. */
int64_t sz_worker_clock(const sz_worker *w);
/* Up to when records have come, those of control too; SZ_TIME_NONE before any. */
int64_t sz_worker_newest(const sz_worker *w);
uint32_t sz_worker_n_students(const sz_worker *w);
/* Students with a record within two weeks before the state's newest time, as of the last load (or switch): how many of so many stand in
 * the roster no longer, beyond those who may have left by rights (docs/adr/0045). Of this worker's own; n 0: nobody. */
typedef struct sz_gone { uint32_t n, of; } sz_gone;
void sz_worker_gone(const sz_worker *w, sz_gone *out);
/* Of some hundred student numbers in records that the roster does not have (kept in memory, since its campus came): how many stand there
 * otherwise written, of students without records, and in which way. */
typedef enum sz_writing { SZ_ZEROS_IN_FRONT, SZ_DOT_BEHIND, SZ_OTHER_SIGNS, SZ_N_WRITINGS } sz_writing;
typedef struct sz_writings { uint32_t n_looked, n[SZ_N_WRITINGS]; } sz_writings;
void sz_worker_written_otherwise(const sz_worker *w, sz_writings *out);
const sz_campus *sz_worker_campus(const sz_worker *w); /* in force; borrowed */
/* Who could be judged at the clock, and why not: names and counts (rarely_seen, on_leave, inactive …). */
typedef struct sz_judged { uint32_t judged, rarely_seen, unknown, on_leave, inactive; } sz_judged;
void sz_worker_judged(sz_worker *w, sz_judged *out);
/* One of them, and what that goes by; the texts are the worker's. */
typedef enum sz_why_not { SZ_CAN_BE_JUDGED, SZ_IS_RARELY_SEEN, SZ_IS_UNKNOWN, SZ_IS_ON_LEAVE, SZ_IS_INACTIVE, SZ_N_WHY_NOT } sz_why_not;
extern const char *const sz_why_not_names[SZ_N_WHY_NOT]; /* as the summary has them */
typedef struct sz_not_judged {
    sz_str student;
    const sz_student *info;   /* NULL: the roster does not have him */
    sz_why_not why;
    sz_presence presence;     /* not of who is inactive */
    uint32_t n_cards;         /* that he holds in cards.csv at the clock */
    bool has_cards;           /* there are any cards at all */
} sz_not_judged;
/* Each student who could not be judged at the clock. Of a worker that has read a state, or has ended. */
void sz_worker_not_judged(sz_worker *w, void (*tell)(void *self, const sz_not_judged *who), void *self);
/* Students whom a rule would have told of, had it known nothing of the others (peers), and did not in that week: by rule, week and group.
 * Numbers only. */
typedef struct sz_untold {
    uint32_t rule, by;        /* by: bits of the fields that make the group */
    int32_t monday;
    sz_str group;             /* values of those fields, side by side; in the arena */
    uint32_t n, of;           /* different students; active ones of the group in the roster */
} sz_untold;
typedef struct sz_untold_list {
    sz_untold *v;             /* to be freed */
    uint32_t n, n_rules;      /* n_rules: that compare students, and could be asked */
    int64_t from_ms;          /* looked at from here on */
} sz_untold_list;
/* Of a worker that has read a state and reads no records: it has gone over the students and must be freed then. */
void sz_worker_untold(sz_worker *w, sz_arena *texts, sz_untold_list *out);
/* Why a rule does not tell of a student, or does: as JSON (docs/explain.md), texts in that language. Of a worker that has read a state and
 * reads no records; it has gone over the student's records once more and must be freed then. SZ_NOT_FOUND: the state knows no such student. */
sz_status sz_worker_explain(sz_worker *w, sz_str student, uint32_t rule, sz_lang lang, sz_buf *out);
/* One line of the summary's JSON without line end (contract). */
void sz_worker_summary(sz_worker *w, sz_buf *out);
/* For `state show`: the student's record decoded. SZ_NOT_FOUND. */
sz_status sz_worker_show(sz_worker *w, sz_str student, sz_buf *out);
sz_status sz_worker_show_in(sz_worker *w, sz_str student, sz_lang lang, sz_buf *out); /* values in that language */

#endif
