/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of a worker.
 */
#ifndef SZ_WORKER_H
#define SZ_WORKER_H

#include "worker_parts.h"

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
    int64_t heard_from_ms, heard_to_ms; /* in between somebody has been seen in the term already; a day at most */
    bool asks_heard;                    /* some rule does */
    uint64_t fitted;                    /* matchers that some record of a log may fit (sz_tlctx) */
    int64_t silent_ms;                  /* after it no rule was answered that nobody has; SZ_TIME_MAX: not known */
    mates_use mates;
    peers_use peers;
    parts_use parts;
    sz_mates *unasked_mates; /* where no rule asks for them: who is of which class; NULL: not looked up */
    uint32_t *class_rules[SZ_CLASSES_MAX];
    uint8_t *rule_class;
    bool *rule_quiet;
    uint8_t *rule_look; /* looks.c */
    uint64_t *fit_rules, *instant_rules, *idle_rules;
    uint32_t *class_looks[SZ_CLASSES_MAX];
    uint32_t *silence;
    sz_guards *guards;
    uint64_t *rule_misses;
    sz_value_memo *values;
    sz_recall *words;
    int64_t *rule_least_ms;
    sz_check_rounds rounds[SZ_CLASSES_MAX];
    bool *rule_waits;
    sz_counters n;
    uint64_t taken;
    sz_campus_fetch fetches[RECORDS_A_STEP];
    uint32_t holders[RECORDS_A_STEP];         /* of the message in hand: whose each record is, in the campus */
    const sz_timeline *ahead[RECORDS_A_STEP]; /* and his timeline, if he had one before; it does not move */
    /* outgoing: since the last commit was frozen */
    lines alerts, dead;
    instant instant;
    lines ledger; /* key, value, key, value … to note */
    lines tables; /* the same of tables of peers, which belong to the clocks of their commit */
    journal journal;
    uint32_t *touched, n_touched, cap_touched; /* students in this journal */
    uint32_t *touched_as;                      /* of each student: his place among them, + 1; 0: he is not */
    uint32_t *word_of;                         /* of a student's id, + 1; 0: not looked up yet */
    uint32_t cap_touched_as;                   /* of both */
    uint64_t since_commit;                     /* input records */
    int64_t dirty_ms;                          /* monotonic: when the first of them came; SZ_TIME_MAX: none did */
    outgoing sent;
    /* as the store has it */
    uint32_t dict_committed;
    sz_put *known_ledger;
    uint32_t n_known_ledger;
    sz_arena ledger_arena;
    uint64_t alerts_pos, dead_pos; /* as the sinks acknowledged */
    blob *blobs;
    uint32_t n_blobs, cap_blobs;
    uint64_t journal_bytes, snapshot_bytes;
    snap *snaps; /* by student */
    uint32_t cap_snaps, n_snapshots;
    int64_t committed_position;
    lines outbox;                             /* committed, not acknowledged and trimmed */
    uint32_t n_acked, n_submitted, n_settled; /* of its front; each at most the next */
    bool is_torn; /* the store holds more: of a commit that broke off, to be cut off by the next one */
    settling *settlings;
    uint32_t n_settlings, cap_settlings;
    /* place in the log (witness.c) */
    int64_t position; /* next offset; -1: not known yet */
    int64_t wit_offset;
    uint64_t wit_hash;
    /* time that is moved by ticks (tick.c) */
    int64_t tick_ms;  /* highest tick taken */
    int64_t fired_ms; /* what a tick made due has fired up to here; SZ_TIME_MAX: all of it */
    uint32_t *firing, n_firing, cap_firing, at_firing;
    /* protocol */
    sz_worker_state state;
    sz_name name;        /* of the state that memory is, without what is in `sent` and after */
    uint64_t n_commits;  /* that led to it */
    uint8_t token[16];   /* of the ACQUIRE under way */
    uint64_t bundle_ver; /* number of ours among the rule sets that this state has seen; commits carry it */
    bool is_log;         /* the stream can seek */
    bool has_memory;     /* it was loaded as a whole */
    bool is_blank;       /* nothing was put into it since it was made */
    bool store_busy;     /* a call is not answered yet */
    bool start_wanted;   /* START once it is */
    bool wanted;         /* input was asked for and is not here yet */
    bool must_seek;      /* input was dropped: read on from the place again */
    bool is_stopping, is_parking, is_first_start;
    bool was_unseen;       /* it was stopped before it had its state */
    bool is_at_end;        /* it stops since the log was read up to where it was to be read, and nobody said so */
    bool has_missed;       /* records of the log, since it read last: the state was asked for again because of it */
    uint64_t stop_at_read; /* STOP came: this many records read at the latest; 0: it did not */
    bool ended, ended_applied, is_new;
    bool is_quiet;   /* files: the stream had nothing to give last */
    bool batch_open; /* records of a batch were taken and its end was not reached */
    bool knows_ver;
    uint32_t n_seeks, n_backoffs;
    uint32_t tag;                  /* of submissions since the last start */
    int64_t now_ms;                /* monotonic, of this step */
    int64_t running_ms;            /* monotonic: since when it reads */
    int64_t wait_ms;               /* BACKOFF, parking, PARKED: until then */
    int64_t idle_ms;               /* when the last commit stood, or the start */
    int64_t told_ms;               /* when the stream was last told what is settled */
    int64_t group_offset;          /* what the group has committed, as far as is known */
    int64_t store_ms, store_at_ms; /* the store's clock, and the monotonic one then */
    int64_t settled_position;
    int64_t refused_ms[2]; /* the last refusals for another worker */
    bool was_refused;
    sz_operation op;
    lines notices;
    uint32_t n_notices_told;
    sz_status failure;
    char failure_text[2][SZ_SAID]; /* of each language */
    uint64_t stored_seq;           /* commit that wrote the header's body; and how long the lists were after it */
    uint32_t stored_outbox, stored_blobs, stored_dict, stored_snapshots;
    bool has_lengths; /* older headers do not say */
    uint64_t facts_hash, stored_facts_hash, stored_bundle_hash, stored_dues_hash;
    uint64_t cards_hash, stored_cards_hash;
    uint64_t campus_id, stored_campus_id; /* of all of it (sz_campus_identity) */
    strays strays;
    roster_use roster;
    sz_map strangers; /* numbers of students who are not in the roster, some of them (strangers.c) */
    /* another rule set than the state's (reload.c) */
    int64_t *acc_from_ms, *rule_from_ms;
    struct form *forms; /* in which the store may hold students: of older rule sets, oldest first (forms.c) */
    uint32_t n_forms;
    uint32_t at_form;      /* who comes before is in our form */
    owed owed;             /* what the switch to these rules ended, and is not said yet */
    bool is_other_meaning; /* the store's header is of another rule set; the next commit says ours */
    sz_state_plan plan;
    sz_arena world;         /* of these; begun anew at a switch */
    sz_bundle *next_bundle; /* to be switched to at the next commit boundary (switch.c); NULL: none */
    sz_campus *next_campus;
    struct switching *switching; /* NULL: none is under way */
    uint32_t at_waking;
    sz_msg held; /* what the stream gave during it, to be taken after it; it keeps the inputs until it is asked again */
    bool is_held;
    uint32_t n_switched;
    int64_t switched_ms;
    bool was_switched; /* while no memory was worked on; it is counted once one is, under the others */
    hand hand;
    use use;
    stretch stretch;
    bool is_next_step; /* a message in hand may go on: nothing was done for it in this one */
    bool may_cut;      /* what is done now may break off and go on with the next step */
    bool is_firing;    /* time_advance() broke off while that which is due fired */
    uint32_t at_facts, step_students;
    uint8_t load_phase; /* load.c; 0: none */
    uint32_t load_at;
};

/* worker.c */
/* Stop for good, with a sentence in both languages, of the same arguments. The first one stays. */
void worker_fail(sz_worker *w, sz_status s, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* The same, and after the sentence (which may be empty) what a message says. */
void worker_fail_told(sz_worker *w, sz_status s, const char *en, const char *zh, const sz_msg *m);
/* A person is needed: HELD where a log is read, the end where it is files. */
void worker_hold(sz_worker *w, sz_status s, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
void worker_hold_told(sz_worker *w, sz_status s, const char *en, const char *zh, const sz_msg *m);
void worker_hold_damaged(sz_worker *w, const char *what, const char *what_zh);
/* For the log, in both languages, of the same arguments. */
void worker_notice(sz_worker *w, sz_severity severity, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* The same, and after the sentence what a message says. */
void worker_notice_told(sz_worker *w, sz_severity severity, const char *en, const char *zh, const sz_msg *m);
void worker_go_on(sz_worker *w);
/* All that follows from bundle and campus: facts, clocks, classes of rules, leaves; no students yet. */
void world_init(sz_worker *w);
void world_fini(sz_worker *w);

/* memory.c */
void memory_init(sz_worker *w);
void memory_fini(sz_worker *w);
void memory_drop(sz_worker *w); /* as it was when the worker was made */

/* start.c */
void start(sz_worker *w);
void load_done(sz_worker *w);
void start_soon(sz_worker *w);
void fail_not_as_left(sz_worker *w);             /* of files: another has it, or the store went back */
void start_later(sz_worker *w, const sz_msg *m); /* the store does not answer: BACKOFF */
void on_acquired(sz_worker *w, const sz_msg *m);
void on_chunk(sz_worker *w, const sz_msg *m);

/* hand.c */
void on_input(sz_worker *w, const sz_msg *m);
void on_input_end(sz_worker *w, const sz_msg *m);
void hand_go_on(sz_worker *w);
void hand_finish(sz_worker *w); /* at once: what comes cannot wait */

/* stretch.c */
void stretch_begin(sz_worker *w); /* from the record on that was used last, if it can be said */
void stretch_end(sz_worker *w);
static inline bool stretch_has(const stretch *s, int64_t t_ms) { return t_ms >= s->from_ms && t_ms < s->to_ms; }
/* Clocks to a record within it. False: somebody is due by then, and they stand where they were. */
bool stretch_go(sz_worker *w, uint32_t source, int64_t t_ms);
bool take_held(sz_worker *w); /* what came during a switch; false: nothing did */

/* witness.c */
void witness_seek(sz_worker *w);
void witness_seeked(sz_worker *w, const sz_msg *m);
/* Inputs of a log that are next: n is shortened and p moved on; false: none, or not yet. */
bool witness_pass(sz_worker *w, const sz_input **p, uint32_t *n);
void witness_note(sz_worker *w, const sz_input *last, int64_t next_offset);

/* settle.c */
void settle_anew(sz_worker *w);
void settle_by(sz_worker *w, int64_t sent_ms); /* a commit sent then stands */
void settle_add(sz_worker *w, const outgoing *o);
void settle_submit(sz_worker *w);
void settle_trim(sz_worker *w, uint32_t n);
void settle_tell(sz_worker *w, bool now);
int64_t settle_due_ms(const sz_worker *w); /* when a commit is to confirm the oldest; SZ_TIME_MAX */
bool outbox_is_full(const sz_worker *w);
void on_delivered(sz_worker *w, const sz_msg *m);

/* tick.c */
int64_t store_now_ms(const sz_worker *w); /* SZ_TIME_NONE: it has no clock */
void limit_set(sz_worker *w);
void on_tick(sz_worker *w, const sz_msg *m);
/* What sources say by now is due from the lowest clock on, in pieces, between which there may be commits. */
void tick_begin(sz_worker *w);
bool tick_is_firing(const sz_worker *w);
bool tick_may_fire(const sz_worker *w); /* now: what it says has room */
void tick_fire(sz_worker *w);           /* a bounded piece */

/* pace.c */
bool commit_is_large(const sz_worker *w);
bool commit_is_due(const sz_worker *w);
int64_t commit_due_ms(const sz_worker *w);
bool is_dirty(const sz_worker *w);

/* park.c */
void on_revoked(sz_worker *w, const sz_msg *m);
void on_stop(sz_worker *w);
void stop_at_end(sz_worker *w); /* of what was to be read of a log */
void read_on(sz_worker *w);     /* it is not at that end any more */
bool leaves_the_rest(const sz_worker *w);
void stop_if_asked(sz_worker *w); /* and waited for the end of an instant */
void park(sz_worker *w);
void drain(sz_worker *w);

/* clocks.c */
void clocks_init(sz_worker *w);
void clocks_fini(sz_worker *w);
uint32_t source_of(const sz_worker *w, sz_str name);
uint32_t source_as(sz_worker *w, sz_str name);   /* the same from memory */
uint8_t class_for(sz_worker *w, uint64_t types); /* of what reads these */
/* A record of the source came at t, or its feed says complete through. Computes where clocks would go; time_advance
 * moves them. */
void clock_record(sz_worker *w, uint32_t source, int64_t t_ms);
void clock_complete(sz_worker *w, uint32_t source, int64_t through_ms);
void clock_until(sz_worker *w, int64_t until_ms);
void clock_class_until(sz_worker *w, uint32_t k, int64_t until_ms); /* what the class waits for */
bool class_has_batch(const sz_worker *w, uint32_t k);
int64_t clock_lowest(const sz_worker *w);

/* advance.c */
int64_t class_target(sz_worker *w, uint32_t k, int64_t wmax);
int64_t class_says(sz_worker *w, uint32_t k, int64_t wmax); /* the same, where no other partition is waited for */
int64_t wmax_target(const sz_worker *w);
/* Move all clocks to where the sources stand, firing what is due on the way and letting facts enter at their time. */
/* False: the step has had its share; the same call goes on. */
bool time_advance(sz_worker *w);
bool time_passes(
    sz_worker *w); /* the same where it means to set clocks of sorted files; false: it is not known to be so */
/* The clock of each class to that time at least. */
void clocks_reach(sz_worker *w, int64_t *target);
void begin_at(sz_worker *w, int64_t t_ms, const sz_cause *cause);
void alerts_flush(sz_worker *w);
/* A line of alerts that is about to be added; the instant is over, or its order decides nothing any more; may more
 * come? */
void instant_note(sz_worker *w, const sz_alert *a);
void instant_close(sz_worker *w);
bool instant_is_open(const sz_worker *w);
void instant_fini(instant *in);
void run_student(sz_worker *w, uint32_t i, const sz_cause *cause);
void student_facts(sz_worker *w, uint32_t i, int64_t since_ms, const sz_cause *cause);
void student_table(sz_worker *w, uint32_t i, int64_t at_ms, const sz_cause *cause);
bool facts_for_all(sz_worker *w, int64_t since_ms, uint32_t but, const sz_cause *cause); /* false: the same */
bool step_is_full(const sz_worker *w);
void step_count(sz_worker *w); /* a student was looked at */

/* feeds.c */
bool feed_status(sz_worker *w, const sz_feed_status *f); /* false: as input_record */
bool downs_rebuild(sz_worker *w);                        /* true: the silences of feeds are others than before */
bool status_note(sz_worker *w, sz_str source, int64_t t_ms, uint8_t state);

/* heard.c */
void heard_init(sz_worker *w);
void heard_fini(sz_worker *w);
void heard_rebuild(sz_worker *w); /* from the statuses */
/* A record that is used; since when that may be news to rules, SZ_TIME_MAX: it is not. */
int64_t heard_note(sz_worker *w, const sz_event *e);

/* students.c */
void students_init(sz_worker *w);
void students_fini(sz_worker *w);
void students_free(students *s);
sz_timeline *timeline_new(students *s); /* not initialised */
void timeline_free(students *s, sz_timeline *tl);
const sz_timeline *student_of_campus(const sz_worker *w, uint32_t in_campus); /* NULL: not there, or asleep */
uint32_t student_get(sz_worker *w, sz_str id, bool create);                   /* SZ_NONE: not there */
uint32_t student_read(sz_worker *w, sz_str id); /* of the store: asleep, if he was not there */
sz_str student_id(const sz_worker *w, uint32_t i);
bool is_home(const sz_worker *w, sz_str id);
void roster_add(sz_worker *w, uint32_t in_campus);         /* if he is at home here and not there yet */
void roster_fetch(const sz_worker *w, uint32_t in_campus); /* his place among those that are there, into the cache */

/* queue.c */
void queue_grow(queue *q, uint32_t from, uint32_t to); /* for so many students, whole words of bits */
void queue_fini(queue *q);
void queue_put(sz_worker *w, uint32_t k, uint32_t i, int64_t key);
void queue_update(sz_worker *w, uint32_t i);
uint32_t queue_due(sz_worker *w); /* a student with something due, SZ_NONE */
/* Earliest instant at which something is due in a class before its target; SZ_TIME_MAX. */
int64_t queue_next(const sz_worker *w, const int64_t *target);
/* All who have something due, by id, into w->firing. */
void queue_gather(sz_worker *w);

/* asleep.c */
void asleep_init(asleep *a);
void asleep_fini(asleep *a);
void asleep_grow(asleep *a, uint32_t from, uint32_t to);
/* A story, or events side by side, of bytes that are kept. */
void asleep_keep_entries(sz_worker *w, uint32_t i, sz_str body, bool is_story);
sz_str asleep_keep(sz_worker *w, sz_str bytes); /* a copy that lives as long as anybody sleeps */
void asleep_words(sz_worker *w);
/* Number of the student with that id, + 1; 0: not known yet. word < dict.n */
static inline uint32_t *asleep_word(sz_worker *w, uint32_t word) {
    if (word >= w->students.asleep.cap_words) asleep_words(w);
    return &w->students.asleep.of_word[word];
}
void asleep_set_clocks(sz_worker *w);
sz_timeline *student_wake(sz_worker *w, uint32_t i);
void student_settle(sz_worker *w, sz_timeline *tl); /* who was put together: his head is made, as of the load */
static inline sz_timeline *student_awake(sz_worker *w, uint32_t i) {
    return w->students.v[i] ? w->students.v[i] : student_wake(w, i);
}
/* A look that wakes nobody: him, or `made` put together from what was read (to be finished with sz_timeline_fini; with
 * its head where that is asked). */
const sz_timeline *student_look(sz_worker *w, uint32_t i, sz_timeline *made, bool with_head);
/* What a timer or check will touch of him, into the cache: his timeline; and, once that is there, what it points to;
 * is_due: it may be known of those before him that nothing of his accumulators is. */
void student_fetch_self(const sz_worker *w, uint32_t i);
void student_fetch_rest(const sz_worker *w, uint32_t i, bool is_due);
/* While he is looked at, of those who come after him in the order of their numbers. */
static inline void student_fetch(const sz_worker *w, uint32_t i, bool is_due) {
    student_fetch_self(w, i + 6);
    student_fetch_rest(w, i + 2, is_due);
}

/* dues.c */
enum { DUE_UNSAID = INT32_MIN, DUE_NEVER = INT32_MAX };
void dues_grow(sz_worker *w, uint32_t from);
void dues_note(sz_worker *w, uint32_t i);
void dues_stored(sz_worker *w, uint32_t i); /* the store has something of him, or will with the next commit */
void dues_unsay(sz_worker *w, uint32_t i);
bool dues_are_stored(const sz_worker *w, uint32_t i);
bool dues_put(sz_buf *body, sz_worker *w); /* what the store is to know; false: nothing new */
/* False: not whole. Whom it names, to be freed. */
bool dues_get(sz_worker *w, sz_str body, uint64_t seq, uint32_t **who, uint32_t *n_who);
void dues_put_one(sz_buf *out, sz_worker *w, uint32_t i); /* of a snapshot: it is said with it */
bool dues_get_one(sz_worker *w, sz_reader *r, uint32_t i, uint64_t seq);
bool dues_allow_sleep(const sz_worker *w, uint32_t i);
int64_t dues_key(const sz_worker *w, uint32_t i, uint32_t k);
/* Of all that what is due depends on, beside records, clocks and what feeds said. */
uint64_t dues_hash(const sz_worker *w);

/* strangers.c */
void strangers_note(sz_worker *w, sz_str id);

/* roster.c */
bool roster_load(sz_worker *w, sz_str key, sz_str value); /* a line of the ledger: of ours? Then it is taken */
void roster_begin(sz_worker *w);                          /* a load is to end */
void roster_count_row(sz_worker *w, uint32_t in_campus);
void roster_count_student(sz_worker *w, const sz_timeline *tl);
void roster_end(sz_worker *w);

/* leaves.c */
void leaves_init(sz_worker *w);
void leaves_first_look(sz_worker *w, sz_timeline *tl); /* of whom the state knows nothing yet */
uint64_t leaf_hash(const sz_worker *w, uint32_t leaf);
uint64_t roster_hash(sz_worker *w, uint32_t campus_student);
bool leaf_next_due(const sz_worker *w, int64_t wmax_ms, int64_t *at_ms);
void leaf_enter(sz_worker *w);
void leaves_remember(sz_worker *w, const sz_timeline *tl);
void leaves_match_anew(sz_worker *w, sz_timeline *tl); /* of whom a record is of another form */
void leaves_at_load(sz_worker *w, uint32_t i);
void leaves_tell(sz_worker *w, uint32_t i); /* those known enter that his state does not know */

/* input.c */
/* Find out whose each record of a message is: w->holders, w->ahead. */
void input_look_ahead(sz_worker *w, const sz_input *in, uint32_t n);
/* False: the step has had its share (w->use says where it stands); the same call goes on. */
bool input_record(sz_worker *w, const sz_input *in, uint32_t holder);
bool input_end(sz_worker *w);

/* A dead letter of it, counted nowhere. False: its bytes are gone, and so is this run. */
bool input_letter(sz_worker *w, const sz_input *in, const sz_dead *dead);

/* cards.c: steps of a load or a switch, each over so many */
bool cards_differ(const sz_worker *w); /* from those that the state was left with */
/* Is what the store has of who sleeps still his? */
bool cards_leave_asleep(const sz_worker *w, uint32_t i);
uint32_t cards_take_out(sz_worker *w, uint32_t i);
uint32_t cards_put_in(sz_worker *w, uint32_t at);
uint32_t cards_go_over(sz_worker *w, uint32_t at);
uint32_t cards_say(sz_worker *w, uint32_t at);
sz_cause cards_cause(const sz_worker *w);
void strays_fini(strays *s);

/* journal.c */
enum { ENTRY_EVENT = 1, ENTRY_STORY = 2, ENTRY_TICK = 3, ENTRY_DUES = 4 };
void journal_fini(journal *j);
void journal_clear(journal *j);
bool journal_is_empty(const journal *j);
size_t journal_size(const sz_worker *w);     /* about as large as its blob */
void blob_push(sz_worker *w, const blob *b); /* its students are taken */
void blobs_drop(sz_worker *w, uint32_t n);
void journal_event(sz_worker *w, uint32_t student); /* the record that was just inserted into his log */
void journal_tick(sz_worker *w, int64_t t_ms);
void journal_touch(sz_worker *w, uint32_t student);
uint32_t journal_word(sz_worker *w, uint32_t student); /* of his id in the dictionary; he was touched before */
void journal_stories(sz_worker *w);
void journal_dues(sz_worker *w);
/* The worker's journal as the blob of commit seq; then it is empty. Whom it is of are those touched. */
void blob_put(sz_buf *out, sz_worker *w, uint64_t seq, sz_arena *scratch);
/* What the blob of a commit that did not happen holds is in the journal again, before what has come since. */
void blob_take_back(sz_worker *w, sz_str bytes, const uint32_t *touched);
/* What a blob says, student by student. False: not whole. All points into bytes. */
typedef struct blob_reader {
    uint64_t seq;
    bool is_grouped;   /* else entries, each with its student, as older blobs have them */
    sz_reader entries; /* of nobody in particular; or all */
    sz_reader groups, bodies;
} blob_reader;
typedef struct blob_group { /* of a student: events side by side, and his story */
    uint64_t word;
    sz_str events, story;
    bool has_story;
} blob_group;
bool blob_get(sz_str bytes, blob_reader *out);
bool blob_next(blob_reader *r, blob_group *out); /* false: the last one was given; or r->groups.bad */

/* snapshots.c */
void snaps_reserve(sz_worker *w);
/* Those of this commit, into o: of students whose journal is stale or old, or who are in an older form. */
void snapshots_take(sz_worker *w, outgoing *o, uint64_t seq);
uint32_t students_a_commit(const sz_worker *w); /* most that are said anew after a switch of rules */
/* Of what is read; what is due is noted. False: it is not whole. The record points into bytes. */
bool snapshot_get(sz_worker *w, sz_str bytes, uint32_t i, uint64_t *seq, sz_str *record);
sz_put snapshot_of(sz_worker *w, outgoing *o, uint32_t i, uint64_t seq);
void snapshots_undo(sz_worker *w, outgoing *o);

/* lines.c */
void lines_add(lines *l, sz_str s);
sz_str lines_at(const lines *l, uint32_t i);
sz_str *lines_strs(const lines *l, uint32_t from, sz_arena *a);
void lines_clear(lines *l);
void lines_fini(lines *l);
void lines_drop_front(lines *l, uint32_t n);
void lines_cut(lines *l, uint32_t n); /* to its first n */
void lines_swap(lines *a, lines *b);
void lines_move(lines *to, lines *from); /* to's go behind from's: from .. to, and from is empty */

/* commit.c */
void commit_start(sz_worker *w);
void commit_send(sz_worker *w); /* its dead letters are safe */
void commit_stands(sz_worker *w);
void commit_undone(sz_worker *w); /* it did not happen: what it held leaves with the next */
void outgoing_fini(outgoing *o);
void make_fields(const sz_worker *w, outgoing *o); /* the chief numbers once more, by name, for people */

/* header.c */
/* As the commit leaves the state. */
void header_put(sz_buf *out, const sz_worker *w, const outgoing *o);
void header_set_dead_pos(sz_buf *body, uint64_t pos);
bool header_get(sz_worker *w, sz_str body);
/* The rule set that wrote it; false: it does not say. */
/* Is the state of our rule set and campus, as far as its header says? */
bool header_is_ours(const sz_worker *w, sz_str body);
/* Since the state's last commit rules or campus have become others: its number grows. */
bool files_differ(const sz_worker *w);

/* quiet.c */
bool rule_is_quiet(const sz_bundle *b, const sz_rule *r);
int64_t rule_least(const sz_rule *r);
bool feature_only_falls(const sz_featureset *fs, const sz_feature *f);
bool step_value(const sz_rule *r, const sz_step *s, double *out);

/* guards.c */
sz_guards guards_of(const sz_bundle *b, const sz_rule *r);

/* looks.c */
void looks_init(sz_worker *w);
void looks_fini(sz_worker *w);

#include "rule_sets.h" /* meaning.c, forms.c, ended.c, plan.c, reload.c, switch.c */

/* load.c */
bool record_is_read(sz_worker *w, sz_status s); /* else the worker holds */
void load_chunk(sz_worker *w, const sz_msg *m);
/* All chunks are there, or there were none: the rest goes in steps, each over so many students, load_go_on() until
 * load_is_ending() is over; then load_done(). */
void load_end(sz_worker *w, bool is_new);
void load_clocks(sz_worker *w); /* as of which everyone is settled */
void load_go_on(sz_worker *w);
bool load_is_ending(const sz_worker *w);
uint32_t students_a_step(const sz_worker *w);

#endif
