/* SPDX-License-Identifier: Apache-2.0
 *
 * timeline: one student in order. Records, timers and checks are taken by (time, kind, source, id) whatever the order of arrival;
 * what is late rolls the student back and is replayed (semantics 1-5, 33).
 *
 *   tail    accumulators before the kept log
 *   log     packed records in order: the replay, the duplicate check, the evidence
 *   mark    accumulators at a midnight, so that a late record need not start at the tail; only of students to whom that has happened
 *           within a week
 *   head    accumulators after everything that was evaluated
 *   story   episodes with their announcements: what stands, and, told to the world, what was said
 *
 * Accumulators hold records only and no rule's state; where a rule stands follows from the story. So a roll-back to instant P is:
 * accumulators of the nearest checkpoint, records before P taken in, announcements from P on forgotten, and everything from P on
 * evaluated anew. Record, leave, feed, reload, late timer: one path. What then differs from what was said is told as `updated`,
 * `retracted` or by the ordinary announcements that follow (semantics 33).
 *
 * Ownership: a timeline owns all of this but its id, which outlives it; bundle, facts, dictionary and the pool that its blocks are from
 * are borrowed through the context. Threads: one.
 */
#ifndef SANZAO_TIMELINE_H
#define SANZAO_TIMELINE_H

#include <sanzao/base.h>
#include <sanzao/campus.h>
#include <sanzao/features.h>
#include <sanzao/rules.h>

enum { SZ_CLASSES_MAX = 8, SZ_EVIDENCE_MAX = 10 };

typedef enum sz_ann_kind { SZ_ANN_FIRING, SZ_ANN_STEPPED, SZ_ANN_RESOLVED } sz_ann_kind;

/* One announcement of an episode. */
typedef struct sz_ann {
    uint8_t kind, level, step; /* level: highest reached so far; step: index as written in the rule */
    uint8_t order;             /* item that it was said at: 0 record, 1 timer, 2 check */
    int64_t at_ms;
    uint64_t hash;             /* of the content */
    sz_str why;                /* resolved: exemption, who, corrected …; owned */
    sz_str body;               /* JSON members from "message" to "evidence"; owned */
    uint32_t message_n;        /* bytes of body that are the message: a resolution repeats it */
} sz_ann;

enum { SZ_TOLD_LIVE = 1, SZ_TOLD_SHADOW = 2 };
typedef struct sz_episode {
    uint32_t rule;             /* index in the bundle */
    uint32_t seq;              /* of the last event told; 0: nothing told yet */
    char id[27];               /* base32 of 128 bits, NUL */
    bool is_retracted;
    uint8_t told_in;           /* SZ_TOLD_*: in which modes events of it were told; 0: not known, of a state of format 5 or before */
    uint32_t origin;           /* during a roll-back: its place in the story before; SZ_NONE: new */
    int64_t since_ms;
    int64_t told_at_ms;        /* `at` of the last event told */
    sz_ann *anns;
    uint32_t n_anns, n_told;   /* announcements told as they stand (a prefix, at rest all) */
} sz_episode;

/* `for:` pending since, told to nobody: kept as changes so that a roll-back finds them. */
typedef struct sz_pend {
    uint32_t rule;
    int64_t at_ms, since_ms;   /* from at_ms on pending since since_ms; SZ_TIME_NONE: not pending */
} sz_pend;

/* A card's number in the dictionary: looking it up costs more than all else of a record. */
typedef struct sz_card_word {
    char text[15];
    uint8_t n;                 /* 0: none */
    uint32_t word;
} sz_card_word;

/* The head as it was at two midnights, of who is taken back now and then: a record that comes late behind the first of them begins there, and
 * one that comes late before it at the other. */
typedef struct sz_marks { sz_buf newest, older; } sz_marks; /* a unit of the pool */
_Static_assert(sizeof(sz_marks) <= SZ_POOL_UNIT, "it has room for both");

/* Of the places of a week at least, and at most: as much as is left of the last unit of the pool. */
enum { SZ_WEEK_LEAST = 48, SZ_TIMELINE_ROOM = SZ_WEEK_LEAST + SZ_POOL_UNIT - 1 };

/* First what is asked for seldom, two lines of the cache, then what every record touches. Whoever takes room for one takes as much as its
 * classes need (sz_timeline_bytes): it is never copied or cleared as a whole. */
typedef struct sz_timeline {
    sz_marks *marks;           /* the head as it was at mark_ms and older_ms; NULL: there were none */
    sz_buf tail;               /* at rest, empty: a state without records */
    uint64_t roster_hash;      /* of what the roster says of the student; the engine compares it at load */
    uint64_t undo_names;       /* a bit of the fingerprint of each id that undo records name: not among them, not undone */
    sz_episode *episodes;
    sz_pend *pends;
    uint16_t *blocked;         /* rules whose condition is true and which are kept from opening: each day may let them */
    uint64_t *leaves;          /* hashes of the leaves that were known */
    uint32_t cap_episodes, cap_pends;
    uint32_t n_leaves;
    uint32_t mark_off;         /* records from there on are not in the newest mark */
    int64_t older_ms;          /* SZ_TIME_NONE: there is no older mark */
    int64_t tail_ms;
    int64_t free_key;          /* since after this item nothing was kept from opening, of classes of which that is known */
    uint32_t older_off;
    sz_str id;                 /* student; borrowed */
    uint32_t student;          /* in the campus; SZ_NONE */
    bool is_active;
    bool is_dirty;             /* changed since the last snapshot */
    bool masks_changed;        /* a fact changed what logged records fit: what a journal holds of them is stale */
    bool due_changed;          /* what is due, since the engine looked */
    bool story_changed;        /* episodes, `for` or known leaves, since the last commit */
    uint8_t blocked_unknown;   /* a bit a class: after a roll-back any of its rules may be, until all of them were looked at */
    uint8_t named_by;          /* by the records of the batch of files in hand: 1 student, 2 card, 4 another card */
    uint8_t stuck;             /* a bit a class: what is due of it, which its clock has not reached, could do something (ahead.c) */
    sz_card_word card;         /* the card used last */
    sz_fstate head;
    sz_buf log;                /* and at the end of its room, the first one last, 16 bits of each record's identity */
    uint32_t n_log, last_off, head_off;
    uint32_t added_off;        /* records before it are in the head; those up to head_off, usual ones all of them (pass.c), are not yet */
    uint32_t n_undos;          /* undo records in the log */
    uint32_t n_before;         /* records of the log, first ones, among which all are that were there before the batch of files in hand */
    uint32_t unsaved;          /* bytes of the log, last ones, whole records that no commit has taken from there; the engine's (journal.c) */
    uint32_t n_episodes, n_pends, n_blocked;
    uint64_t below;            /* guards that are known not to be reached (timeline/touch.c): not stored, 0 where nothing is known */
    int64_t head_key;          /* of the last item evaluated: 4t record, 4t + 1 timer, 4t + 2 check */
    int64_t asked_key;         /* of the last timer, check or roll-back among them: rules have been asked as of then */
    int64_t redo_ms;           /* evaluate anew from here; SZ_TIME_MAX: nothing to redo */
    int64_t missed_ms;         /* nothing behind it was found by asking a table of peers that was not there: not stored, SZ_TIME_MAX where
                                * that is not known */
    int64_t passed_ms;         /* midnight that was passed last; SZ_TIME_NONE */
    int64_t mark_ms;           /* SZ_TIME_NONE: no mark */
    int64_t back_ms;           /* highest watermark when the student was last taken back; SZ_TIME_NONE */
    sz_card_word other_card;   /* the one used before it: tills and doors often know one card by two numbers */
    int32_t below_half;        /* day and night, as a sum, for which guards of windows that ended earlier are below */
    struct {
        int64_t due;           /* lower bound of the next item */
        int64_t timer;         /* the next timer, checks aside */
    } keys[SZ_CLASSES_MAX];    /* of each class of rules there is; last, for there is no room of the others */
    uint8_t room[SZ_TIMELINE_ROOM]; /* and behind those there are, the places of a week (timeline/usual.c), where they are asked for */
} sz_timeline;
enum { SZ_TIMELINE_HOT = offsetof(sz_timeline, id) };
_Static_assert(SZ_TIMELINE_HOT % SZ_POOL_UNIT == 0, "what records touch begins a line");

/* Of one with so many classes; of a block of its pool, with a week's places or without. */
static inline size_t sz_timeline_end(uint32_t n_classes) { return offsetof(sz_timeline, keys) + n_classes * sizeof ((sz_timeline *)0)->keys[0]; }
static inline size_t sz_timeline_bytes(uint32_t n_classes, bool has_week) {
    return (sz_timeline_end(n_classes) + (has_week ? SZ_WEEK_LEAST : 0) + SZ_POOL_UNIT - 1) / SZ_POOL_UNIT * SZ_POOL_UNIT;
}

/* An alert event on its way out, with its place in the order of semantics 1. */
typedef struct sz_alert {
    int64_t t_ms;
    uint8_t order;             /* 0 record, 1 timer, 2 check */
    uint8_t event;             /* sz_alert_event */
    uint8_t delta;             /* what it does to the number that stands: 0, 1, or 255 for one less */
    uint32_t rule;
    sz_str student;            /* borrowed from the timeline */
    sz_str json;               /* one line without line end, in the context's `said` */
} sz_alert;
typedef enum sz_alert_event { SZ_ALERT_FIRING, SZ_ALERT_STEPPED, SZ_ALERT_UPDATED, SZ_ALERT_RESOLVED, SZ_ALERT_RETRACTED, SZ_N_ALERT_EVENTS } sz_alert_event;
extern const char *const sz_alert_event_names[SZ_N_ALERT_EVENTS];

/* How a state of another rule set is read (semantics 5): accumulators by what they keep, records matched anew. */
typedef struct sz_carry {
    sz_carry_map map;
    /* An episode of a rule that is no more, borrowed; its announcements may be taken. NULL: nobody asks. */
    void (*gone)(void *ctx, sz_timeline *tl, sz_str rule, sz_episode *e);
    /* Fewest steps that a rule had in the rule sets between; 0: it was no more in one of them, though it may be there again. NULL: nobody
     * asks. */
    uint32_t (*least_steps)(void *ctx, sz_str rule);
    void *ctx;
} sz_carry;

/* What can move a rule (worked out in engine/looks.c). */
enum {
    SZ_LOOK_IDLE = 1,   /* idle, it can open elsewhere than at its checks */
    SZ_LOOK_TIMERS = 2, /* idle, a timer can open it; others need a timer only while open, pending or kept from opening */
    SZ_LOOK_OWN = 4,    /* idle, it has deadlines of its own: growing values, `for`, hour windows */
    SZ_LOOK_NIGHTS = 8, /* reads windows that end at noon */
    SZ_LOOK_PANES = 16  /* reads hour windows */
};

/* What a rule needs to open, or its condition to be true: numbers that features must reach, in full or in part. While one of them has
 * not, the rule is not asked. It may need more than this. */
enum { SZ_GUARDS_MAX = 4, SZ_ASKS_MAX = 8 };
typedef struct sz_guard {
    uint32_t feature;
    bool falls;              /* by itself it only falls: until a record comes that the feature counts, it stays below */
    double least;
} sz_guard;
typedef struct sz_clause_guard { /* points that a clause adds at most, and what it needs to add any */
    double add;
    sz_guard v[SZ_GUARDS_MAX];
    uint32_t n;
} sz_clause_guard;
typedef struct sz_guards {
    sz_guard v[SZ_GUARDS_MAX];
    uint32_t n;
    bool any_falls;
    uint32_t n_clauses;      /* of points; 0: not asked */
    sz_clause_guard *clauses;
    double least;            /* points that the lowest step needs */
    uint32_t asks[SZ_ASKS_MAX], n_asks; /* of an instant rule: parts of `when` that look at the record alone; it fires only where all are true */
} sz_guards;
/* A feature's value at the item in hand, found once for all rules that ask. */
typedef struct sz_value_memo { uint64_t stamp; double num; } sz_value_memo;

/* Checks that a class has at one instant: the same for all students, so they are found once. From from_ms on none is earlier. */
typedef struct sz_check_round {
    int64_t from_ms, at_ms;    /* at_ms SZ_TIME_NONE: not found yet; INT64_MAX: there is none */
    uint32_t n;
    uint32_t *rules;           /* ascending */
} sz_check_round;
enum { SZ_CHECK_ROUNDS = 4 };  /* remembered; who is taken back goes over those of some days again */
typedef struct sz_check_rounds { sz_check_round v[SZ_CHECK_ROUNDS]; uint32_t next; } sz_check_rounds;

/* Which rules records touch, by the matchers that they fit (timeline/touch.c). */
typedef struct sz_touch_memo sz_touch_memo;

/* Asked at each record, timer and check of the students, before the rules are judged there, passed over or not; rule: whose check it is,
 * SZ_NONE at records and timers. For tests of rules: nothing is passed over in short while there is one. */
typedef struct sz_onlooker {
    void *self;
    void (*look)(void *self, sz_eval *ev, uint32_t rule);
} sz_onlooker;

/* What a run works with; one a worker. */
typedef struct sz_tlctx {
    const sz_bundle *bundle;
    const sz_types *types;
    const sz_zone *zone;
    sz_facts *facts;
    sz_map *dict;
    sz_pool *pool;                  /* of the students' blocks; NULL: they are from the process' allocator */
    uint32_t n_classes;             /* rules that wait for the same clock */
    const uint32_t *class_rules[SZ_CLASSES_MAX]; /* rules of a class, ascending */
    uint32_t n_class_rules[SZ_CLASSES_MAX];
    const bool *rule_quiet;         /* idle, it can open only at a record or at its own deadlines, not by a day's passing (due.c) */
    bool class_noisy[SZ_CLASSES_MAX]; /* some rule of the class is not quiet, has no check, and nothing guards it */
    bool class_noisy_nights[SZ_CLASSES_MAX]; /* and reads nights */
    const uint32_t *guarded_rules[SZ_CLASSES_MAX]; /* not quiet, but a day's passing does nothing while a guard that only falls is not reached */
    uint32_t n_guarded_rules[SZ_CLASSES_MAX];
    bool class_peers[SZ_CLASSES_MAX];   /* some rule of it compares students: 04:00 may move it */
    const uint8_t *rule_look;       /* sz_look bits of each rule */
    uint32_t rule_words;            /* bits of rules, in 64-bit words */
    const uint64_t *fit_rules;      /* rule_words a matcher: rules that read what a record which fits it changes */
    const uint64_t *instant_rules;  /* rule_words a type: rules that fire at a record of it */
    const uint64_t *idle_rules;     /* rules that a record can open */
    const uint32_t *timer_rules[SZ_CLASSES_MAX], *own_rules[SZ_CLASSES_MAX], *check_rules[SZ_CLASSES_MAX]; /* SZ_LOOK_TIMERS, SZ_LOOK_OWN, with a check */
    uint32_t n_timer_rules[SZ_CLASSES_MAX], n_own_rules[SZ_CLASSES_MAX], n_check_rules[SZ_CLASSES_MAX];
    const int64_t *rule_least_ms;   /* least threshold of what grows in it: no new deadline is sooner after a record */
    sz_check_rounds *rounds;        /* of each class */
    sz_match_memo *matches;
    uint64_t *fitted;               /* matchers that some record of a log may fit, all where there are more than 64; NULL: nobody asks */
    sz_day_memo days[2];            /* of days and of nights */
    sz_add_memo *adds;              /* NULL: nothing is remembered */
    sz_recall *words;               /* of the dictionary; NULL: none are remembered */
    const sz_guards *guards;        /* of each rule */
    const uint64_t *rule_misses;    /* of each rule: its bit in sz_match_misses(), or 0; NULL: none has one */
    sz_touch_memo *touches;
    sz_value_memo *values;          /* of each feature */
    uint64_t value_stamp;           /* counts the items that were judged */
    uint64_t asked_stamp;           /* the last of them at which a number was asked for */
    uint8_t heads_asked;            /* did those whose items were due last ask for numbers? 0 no, to 3 (sz_timeline_prefetch_due) */
    const uint32_t *silence;        /* of each rule: the matcher whose record makes its growing value 0, below every step; SZ_NONE */
    const uint8_t *rule_class;      /* class of each rule */
    const bool *rule_waits;         /* opens and steps only at its clock (reads a batch source) */
    const int64_t *clock_ms;        /* of each class */
    bool may_lag;                   /* may one of them stand behind another, or behind records that come? */
    int64_t begin_ms;               /* timers and checks begin here; SZ_TIME_MAX: not known yet */
    int64_t wmax_ms;                /* highest watermark */
    int64_t horizon_ms, keep_ms;    /* keep: how far behind wmax the log reaches */
    bool has_week;                  /* timelines have room for the places of a week (usual.c) */
    uint32_t week_matcher;          /* of the records whose places they are */
    int64_t week_ms;                /* no week that is kept has records from there on; SZ_TIME_NONE: none is kept */
    const int64_t *rule_from_ms;    /* instant from which each rule is judged; NULL: always */
    const struct sz_carry *carry;   /* while a state of another rule set is loaded; else NULL */
    const sz_onlooker *onlooker;    /* NULL: none */
    /* out */
    sz_arena *arena;                /* of the step */
    sz_alert *alerts;
    uint32_t n_alerts, cap_alerts;
    sz_arena said;                  /* their bytes, which outlive a step: whoever takes the alerts resets it */
    const sz_timeline *fresh_of;    /* the record that was just inserted at the end of this timeline needs no decoding */
    const sz_timeline *late_of;     /* or this, if it went among those that wait to be added */
    uint32_t fresh_off;
    uint64_t fresh_misses;          /* sz_match_misses() of it */
    const sz_event *fresh;
    struct {
        const sz_event *of;         /* the record in hand, before it is inserted; NULL: nothing was found out */
        uint32_t place;             /* sz_match_place of its place */
        uint16_t print;             /* of its identity */
        bool has_print;
    } hint;                         /* what was found out about it on its way here, so that it is not asked again */
    int64_t undo_unmatched;         /* changes are added here */
    sz_buf scratch, scratch2;
    sz_fstate folded;               /* scratch too: a tail that is made, or what a student had at an earlier instant */
} sz_tlctx;

/* Why a run happens: the record or fact that later truth came from; its words are put together only when they are said. */
typedef struct sz_cause {
    int64_t t_ms;
    sz_str what, which;        /* `record`, with source and id; or a fact: `leave`, `2026-03-03` */
    sz_str source;
} sz_cause;

sz_touch_memo *sz_touch_memo_new(const sz_tlctx *c); /* after all that is of rules and classes is set */
void sz_touch_memo_free(sz_touch_memo *m);

void sz_timeline_init(sz_timeline *tl, const sz_tlctx *c, sz_str id, uint32_t student);
void sz_timeline_fini(sz_timeline *tl);
void sz_timeline_drop(sz_timeline *tl); /* the same where its pool goes as a whole: what is not of it */

typedef enum sz_insert { SZ_INSERTED, SZ_INSERT_DUPLICATE, SZ_INSERT_CONFLICT } sz_insert;
/* Put a record that is not there yet into the log (matched against the rules at its own time); its packed form is in c->scratch.
 * True: it is earlier than what was evaluated. */
bool sz_timeline_insert(sz_timeline *tl, sz_tlctx *c, const sz_event *e);
/* Whether the record that was just inserted stands among the unsaved ones, or beside them; then it is one of them. */
static inline bool sz_timeline_unsave(sz_timeline *tl, const sz_tlctx *c) {
    bool is_among = tl->log.n - c->fresh_off <= tl->unsaved + c->scratch.n;
    if (is_among) tl->unsaved += (uint32_t)c->scratch.n;
    return is_among;
}
/* The unsaved ones, side by side; borrowed. */
static inline sz_str sz_timeline_unsaved(const sz_timeline *tl) {
    if (!tl->unsaved) return (sz_str){0}; /* there may be no log */
    return (sz_str){(const char *)tl->log.p + tl->log.n - tl->unsaved, tl->unsaved};
}
/* A record that was found to be another's (semantics 5): its packed form, out of the log; the form is in the context's arena and the
 * student, if that was evaluated, is to be taken back to where it stood, or to what it concerned, by sz_timeline_advance(). */
sz_str sz_timeline_take_out(sz_timeline *tl, sz_tlctx *c, uint32_t off);
/* Is there anything to be evaluated that is not due by a clock: records, or what is to be gone over again? */
bool sz_timeline_waits(const sz_timeline *tl);
/* What every record, timer and check touches of the timeline itself, into the cache. */
static inline void sz_timeline_prefetch_self(const sz_timeline *tl, const sz_tlctx *c) {
    size_t end = sz_timeline_end(c->n_classes);
    for (size_t at = SZ_TIMELINE_HOT; at < end; at += 64) __builtin_prefetch((const char *)tl + at, 1);
}
/* What the student's next record, of that time and type, will probably touch, into the cache (the timeline itself is there); is_lone: as
 * below. And what a timer or check will. */
void sz_timeline_prefetch(const sz_timeline *tl, const sz_tlctx *c, int64_t t_ms, uint8_t type, bool is_lone);
void sz_timeline_prefetch_all(const sz_timeline *tl);
/* The same where those who are looked at for the same reason have shown whether numbers are asked for. */
void sz_timeline_prefetch_due(const sz_timeline *tl, const sz_tlctx *c);
/* Is there a record of that identity within the horizon: duplicate, conflict, or neither (SZ_INSERTED). With is_lone no other record of the
 * batch in hand has it: the reader of sorted files knows. */
sz_insert sz_timeline_find(const sz_timeline *tl, sz_tlctx *c, const sz_event *e, bool is_lone);
/* Note how the record, which is to be found or inserted next, says whose it is. True: the batch in hand names the student in several ways,
 * so that is_lone says nothing. */
bool sz_timeline_name(sz_timeline *tl, const sz_event *e);
static inline bool sz_timeline_is_mixed(const sz_timeline *tl) { return (tl->named_by & (tl->named_by - 1)) != 0; }
/* The batch of files in hand is over: its records are as those of before. */
static inline void sz_timeline_batch_ended(sz_timeline *tl) {
    tl->n_before = tl->n_log;
    tl->named_by = 0;
}
/* What was passed comes into the head (sz_timeline_pass leaves it out until somebody asks). */
void sz_timeline_catch_up(sz_timeline *tl, sz_tlctx *c);
/* What of it is not there yet: records of the log, borrowed. */
static inline sz_str sz_timeline_waiting(const sz_timeline *tl) {
    if (tl->added_off == tl->head_off) return (sz_str){0}; /* there may be no log */
    return (sz_str){(const char *)tl->log.p + tl->added_off, tl->head_off - tl->added_off};
}
/* Evaluate what is due: records in the log that were not, timers and checks before their clocks; tell what changed. */
void sz_timeline_advance(sz_timeline *tl, sz_tlctx *c, const sz_cause *cause);
/* The same of the record that was just inserted (its packed form is in c->scratch still), where that is all that is left to do and moves no
 * rule. False: it was not done. */
bool sz_timeline_pass(sz_timeline *tl, sz_tlctx *c);
/* Facts changed from `since` on: the student is rolled back there, as far as the horizon reaches, and evaluated anew. */
void sz_timeline_facts(sz_timeline *tl, sz_tlctx *c, int64_t since_ms, const sz_cause *cause);
/* For tables of peers (semantics 22), made at that instant, of that day: what he had on the day before as far as records up to there say. Of
 * those without a group nothing is found out; of those by place it is the group of the roster, and becomes that at his place. */
typedef struct sz_peer_ask {
    uint32_t feature, table;  /* table: which one it is for, a number of the caller's */
    uint32_t same;            /* which of them compares the same first: what is found out for that one holds for it, too */
    uint64_t group;           /* 0: none */
    bool is_found;            /* the rest is set */
    bool is_asked, is_known;  /* asked: he counts in his group; known: he had */
    double value;
} sz_peer_ask;
void sz_timeline_peers(const sz_timeline *tl, sz_tlctx *c, int64_t at_ms, int32_t day, sz_peer_ask *v, uint32_t n);
/* Has he a record at t or behind it? */
bool sz_timeline_has_since(const sz_timeline *tl, int64_t t_ms);
/* Tables of that instant have been made, and clocks are past it. Was something evaluated there or behind it that they may change: asked for
 * while they were not there, or due by now? And evaluate all from there on anew. */
bool sz_timeline_needs_table(const sz_timeline *tl, const sz_tlctx *c, int64_t at_ms);
void sz_timeline_table(sz_timeline *tl, sz_tlctx *c, int64_t at_ms, const sz_cause *cause);
/* The class whose next item is due before its clock, if any: its key, else INT64_MAX. */
int64_t sz_timeline_due(const sz_timeline *tl, const sz_tlctx *c);

/* Stored form (versioned; see record.c). A record back from a journal: put_back, and the story as a whole. */
enum { SZ_RECORD_FORMAT = 3 }; /* 1: accumulators' rows in full; 2: ids of records as they are */
void sz_timeline_pack(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c);
void sz_timeline_pack_story(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c);
/* The same in the words of another dictionary: for another partition. False: the record is damaged. */
bool sz_timeline_pack_for(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_map *to);
/* SZ_CORRUPT: damaged; SZ_REFUSED: of a newer format. */
sz_status sz_timeline_unpack(sz_timeline *tl, const sz_tlctx *c, const void *p, size_t n);
/* The part of a record that sz_timeline_unpack_story() reads; borrowed. Empty: it is damaged. */
sz_str sz_timeline_story(sz_str record);
/* The same of its records, side by side; p NULL: it is damaged. */
sz_str sz_timeline_stored_log(sz_str record);
/* Is it of a format that can be read? It is not looked at any further. */
sz_status sz_timeline_look(const void *p, size_t n);
sz_status sz_timeline_unpack_story(sz_timeline *tl, const sz_tlctx *c, const void *p, size_t n);
sz_status sz_timeline_put_back(sz_timeline *tl, const sz_tlctx *c, sz_str entry);
void sz_timeline_know_leaf(sz_timeline *tl, uint64_t hash);
bool sz_timeline_knows_leaf(const sz_timeline *tl, uint64_t hash);
/* After unpacking, before it is settled: what its records fit is asked again, by the facts as they are now. */
void sz_timeline_match_anew(sz_timeline *tl, sz_tlctx *c);
/* The episode's rule is gone or switched off: what is open resolves at that time, why: rule_removed. r: as it told it, mode and
 * rule_version among that; of one that is gone nothing else but its id. */
void sz_timeline_rule_ended(sz_timeline *tl, sz_tlctx *c, const sz_rule *r, sz_episode *e, int64_t at_ms);
void sz_timeline_drop_episode(sz_timeline *tl, uint32_t i);
/* After unpacking, and after records were put back by hand: the head is made from tail and log. */
void sz_timeline_settle(sz_timeline *tl, sz_tlctx *c);
/* For people and tests: bytes held without and in the log. */
void sz_timeline_memory(const sz_timeline *tl, const sz_tlctx *c, size_t *state, size_t *log);
/* What a rule says of the student at ev's instant, as members of a JSON object (docs/explain.md): each condition with its value and
 * whether it holds, and what keeps the rule from telling. None of the rule's features is idle. is_check: it is the rule's own check;
 * texts for people in that language. Returns the first of what holds it, in the arena; n 0: nothing does. */
sz_str sz_timeline_explain(sz_arena *a, sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_eval *ev, uint32_t rule, bool is_check, sz_lang lang);
/* The same at a time that is not before what was evaluated. */
void sz_timeline_explain_at(sz_arena *a, sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, uint32_t rule, int64_t t_ms, sz_lang lang);
/* Decoded, as JSON (sanzao state show). */
void sz_timeline_json(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_lang lang);

#endif
