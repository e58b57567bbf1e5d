/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of the timeline: one run over one student.
 */
#ifndef SZ_TIMELINE_INTERNAL_H
#define SZ_TIMELINE_INTERNAL_H

#include <sanzao/base_mutant.h>
#include <sanzao/timeline.h>

/* Items by one number, 4t + order: at one instant a record (0) stands before a timer (1), that before a check (2). */
enum { ORDER_RECORD, ORDER_TIMER, ORDER_CHECK };
static inline int64_t key_of(int64_t t, int order) { return 4 * t + order; }
static inline int64_t key_before(int64_t t) { return 4 * t - 1; } /* after everything before t */
static inline int64_t key_time(int64_t key) { return key >> 2; }  /* rounds down, before 1970 too */
static inline int key_order(int64_t key) { return (int)(key & 3); }
#define KEY_NEVER INT64_MAX

typedef struct sequence_match {
    int64_t at_ms;                /* of its end; SZ_TIME_NONE: no match */
    bool is_deadline;             /* ended by silence, not by a record */
    uint32_t at[SZ_SEQUENCE_MAX]; /* offset of each step's record; SZ_NONE: a `not` */
} sequence_match;

enum { LABELS_MOST = 16 };
typedef struct run {
    sz_timeline *tl;
    sz_tlctx *c;
    sz_eval ev;
    const sz_cause *cause;
    bool rematch;    /* facts changed: matcher bits are made anew */
    sz_episode *old; /* the story before a roll-back (shallow, in the step's arena); NULL: none happened */
    uint32_t n_old;
    uint8_t *mask;               /* of the record in hand */
    uint8_t short_mask[32];      /* it, if it is no longer */
    const sz_event *event;       /* the record in hand: the one that just came, or `decoded` */
    uint8_t *undone;             /* matcher bits of what it took out */
    bool is_corrected;           /* it took something out */
    bool is_first;               /* it admits the student, or is his first, and windows over the study begin with it */
    const sequence_match *match; /* of the sequence that is announced; NULL: none */
    uint32_t named[LABELS_MOST], n_named; /* features whose labels an announcement is to say (body.c) */
    bool says_least;                      /* a number of its message is `≥` */
    uint64_t few, few_stamp;              /* few.c: matchers of the records that wait, as of that item */
    sz_event decoded;                     /* last, and not cleared: it is large */
} run;

static inline uint32_t mask_bytes(const sz_tlctx *c) { return (c->bundle->fs.n_matchers + 7) / 8; }

/* Of records that come into a log, and of what their masks are made anew. */
static inline void note_fitted(const sz_tlctx *c, const uint8_t *mask) {
    uint32_t n = mask_bytes(c);
    if (c->fitted && n) *c->fitted |= n <= sizeof *c->fitted ? sz_mask_word(mask, n) : UINT64_MAX;
}

/* Whom the stream admits is a student from his first record on: nothing is said of before (semantics 11). */
static inline bool is_nobody_yet(const sz_timeline *tl) {
    return tl->student == SZ_NONE && sz_fstate_first_day(&tl->head) == SZ_DAY_NONE;
}

static inline void set_due(sz_timeline *tl, uint32_t cls, int64_t key) {
    if (tl->keys[cls].due == key) return;
    tl->keys[cls].due = key;
    tl->due_changed = true;
    tl->stuck &= (uint8_t) ~(1u << cls);
}

/* advance.c */
void run_init(run *x, sz_timeline *tl, sz_tlctx *c, const sz_cause *cause);
typedef struct instant {
    int64_t t_ms;
    uint8_t order;
    bool at_check_time;
} instant;
void judge_at_record(run *x, uint32_t rule, const instant *at);
/* Be at that instant: what was found out for another one is of no use. */
static inline void run_at(run *x, int64_t t_ms) {
    sz_eval_at(&x->ev, t_ms);
    x->c->value_stamp++;
}

/* log.c */
uint32_t log_lower(const sz_timeline *tl, int64_t t_ms); /* offset of the first record at or after t */
/* Offset of the record with this identity, not before from_ms: of several the last one up to to_ms, or else the first
 * one behind it; SZ_NONE: none. */
uint32_t log_find(const sz_timeline *tl, const sz_tlctx *c, sz_str source, sz_str id, int64_t from_ms, int64_t to_ms);
/* Where e belongs: after everything that is not greater by (time, source, id). */
uint32_t log_place(const sz_timeline *tl, const sz_tlctx *c, const sz_event *e, uint32_t *index);
uint16_t identity_print(sz_str id);
/* Fingerprints stand at the log's end, the first one last. */
static inline uint16_t *log_prints_end(const sz_timeline *tl) { return (uint16_t *)(void *)(tl->log.p + tl->log.cap); }
static inline uint16_t log_print(const sz_timeline *tl, uint32_t i) { return *(log_prints_end(tl) - 1 - i); }
void log_grow(sz_timeline *tl, size_t n);
/* Room for so many records of n bytes in all. */
static inline void log_room(sz_timeline *tl, size_t n, uint32_t records) {
    size_t need = tl->log.n + n + (tl->n_log + records) * sizeof(uint16_t);
    if (need > tl->log.cap) log_grow(tl, need);
}
/* Records came into it, or left it, by another way than insert. */
void log_forget_ids(const sz_timeline *tl, const sz_tlctx *c);
void log_put_print(sz_timeline *tl, uint32_t i, uint16_t print); /* as the i-th; counts the record */
/* Undo records name others by their ids: which fingerprints may be among those in the log. */
static inline uint64_t undo_bit(uint16_t print) { return UINT64_C(1) << (print & 63); }
static inline bool undo_may_name(const sz_timeline *tl, uint16_t print) { return tl->undo_names & undo_bit(print); }
void log_note_undo(sz_timeline *tl, const sz_event *e);           /* it is one, and was put into the log */
void log_drop_front(sz_timeline *tl, uint32_t n);                 /* n bytes, whole records */
void log_take_out(sz_timeline *tl, uint32_t off, uint32_t index); /* the record at off, the index-th */
bool entry_is_unmatched(const uint8_t *p);
void entry_set_unmatched(uint8_t *p, bool on);

/* state.c */
/* Usual records wait until somebody asks what the head says; who does calls this first. */
void state_add_waiting(sz_timeline *tl, sz_tlctx *c);
static inline void state_catch_up(sz_timeline *tl, sz_tlctx *c) {
    if (tl->added_off != tl->head_off) state_add_waiting(tl, c);
}
#ifndef NDEBUG
/* What waits is added for a question that only asserts ask; put back, it goes on waiting, as it does without them. */
typedef struct aside {
    sz_fstate head;
    uint32_t added_off;
} aside;
aside state_set_aside(sz_timeline *tl, sz_tlctx *c);
void state_put_back(sz_timeline *tl, aside *a);
#endif
static inline void state_fetch(const sz_timeline *tl) {
    uintptr_t head = (uintptr_t)tl->head.p;                        /* a number: nothing may be added to a NULL */
    for (uint32_t at = 0; at < tl->head.n && at < 2048; at += 256) /* four lines at once, one too many does no harm */
        for (uint32_t line = 0; line < 256; line += 64) __builtin_prefetch((const void *)(head + at + line), 1);
}
/* Take the record at off into the head; sets x->event, x->mask, x->is_corrected. */
void state_apply(run *x, uint32_t off);
/* Put to rest as the tail: packed and without slack. */
void state_rest(sz_tlctx *c, sz_timeline *tl, const sz_fstate *from);
/* Accumulators as of before the records at or after offset `end`, from the tail. */
void state_rebuild(run *x, sz_fstate *out, uint32_t end);
/* Accumulators as of before the records at or after t, from the mark if it stands before; one of t's midnight is left.
 */
void state_as_of(run *x, sz_fstate *out, int64_t t_ms);
void state_rollback(run *x, int64_t t_ms); /* head := everything before t; the story too */
/* Records from here on are in every student's log, whenever it was folded last: what depends on it repeats byte for
 * byte. */
int64_t kept_since(const sz_tlctx *c);
void state_pass_midnight(run *x, int64_t next_ms); /* mark and tail, before an item at next_ms */
/* The same where it means no more than to know it was passed. False: nothing was done, for there is more to do. */
bool state_pass_quietly(sz_timeline *tl, const sz_tlctx *c, int64_t next_ms);

/* Marks behind that time are none any more, for a record came before them; the older one is taken instead where it may.
 */
void marks_forget(sz_timeline *tl, int64_t t_ms);
void marks_drop(sz_timeline *tl);                        /* with their room */
void marks_wake(const sz_timeline *tl, sz_fstate *head); /* it becomes what the newest one is */
/* One of the state, which stands at that midnight and at that place of the log. */
void marks_leave(run *x, sz_fstate *at, int64_t midnight_ms, uint32_t off);
/* n bytes in a block that is hardly larger. */
void block_keep(sz_buf *to, const void *p, size_t n, sz_pool *pool);

/* Offsets of the originals that undo records before `end` take out, in the step's memory. */
uint32_t state_undone(run *x, uint32_t end, uint32_t **out);
bool state_may_be_undone(const sz_timeline *tl,
                         uint32_t from); /* false: no record at from or behind it is one of them */
/* Clear all bits but those of matchers over `seen`: the person was there. True if something was cleared. */
bool state_keep_seen(const sz_featureset *fs, uint8_t *mask);

/* sequence.c */
/* Does a match end at the record in hand, or with is_timer at this instant by silence? */
bool sequence_at(run *x, const sz_rule *r, bool is_timer, sequence_match *match);
/* When silence may next end one, after that time; SZ_TIME_MAX. */
int64_t sequence_due(run *x, const sz_rule *r, int64_t after_ms);
/* The open try that has come the furthest, of several the latest. */
typedef struct sequence_try {
    uint32_t n_open, next;      /* next: the step that is waited for; n_sequence: only that nothing comes any more */
    int64_t first_ms, until_ms; /* n_open 0: neither */
} sequence_try;
void sequence_tries(run *x, const sz_rule *r, sequence_try *out);

/* usual.c: where most of the records that are compared stand, of the week before a table's day (peers by place); 0:
 * there is no such place. What undo records before the offset `end` take out is in none. */
uint64_t usual_place(run *x, const sz_feature *f, int32_t day, uint32_t end);
uint64_t usual_place_now(void *x, const sz_feature *f, int32_t day); /* by what has come */

/* The places of the records that fit the context's week_matcher, of the seven days before a table's, undone ones among
 * them, and where that day begins in the log: the next table asks for no more than the records of one day. It stands
 * behind the timeline's classes; a record that comes before its day, or leaves the log, makes it unknown. Not stored.
 */
enum { WEEK_HEAD = 15, WEEK_PLACES_MAX = SZ_TIMELINE_ROOM - WEEK_HEAD };
typedef struct __attribute__((may_alias)) week {
    int32_t day; /* the table's; SZ_DAY_NONE: nothing is known */
    uint32_t off;
    uint8_t n[SZ_PEERS_PLACE_DAYS]; /* places of each day, by its number */
    uint8_t place[WEEK_PLACES_MAX]; /* as many as there is room for, the first day's first: numbers of place_words */
} week;
_Static_assert(offsetof(week, place) == WEEK_HEAD && offsetof(sz_timeline, keys) % _Alignof(week) == 0, "as it stands");
static inline week *week_of(const sz_timeline *tl, const sz_tlctx *c) {
    return (week *)((uintptr_t)tl + sz_timeline_end(c->n_classes));
}
static inline void week_forget(sz_timeline *tl, const sz_tlctx *c) {
    if (c->has_week) week_of(tl, c)->day = SZ_DAY_NONE;
}
/* So many bytes left the log's front. */
static inline void week_drop_front(sz_timeline *tl, const sz_tlctx *c, uint32_t n) {
    if (!c->has_week) return;
    week *w = week_of(tl, c);
    if (w->off < n) w->day = SZ_DAY_NONE;
    else w->off -= n;
}

/* story.c */
sz_episode *story_last(sz_timeline *tl, uint32_t rule); /* latest episode that stands; NULL */
static inline bool episode_is_open(const sz_episode *e) {
    return e->n_anns && e->anns[e->n_anns - 1].kind != SZ_ANN_RESOLVED;
}
sz_episode *story_open(sz_timeline *tl, uint32_t rule, int64_t since_ms);
void story_say(sz_episode *e, sz_ann ann); /* takes why and body */
void story_truncate(run *x, int64_t t_ms);
void episode_fini(sz_episode *e);
void story_remove(sz_timeline *tl, uint32_t i);
bool is_blocked(const sz_timeline *tl, uint32_t rule);
void blocked_set(sz_timeline *tl, uint32_t rule, bool on);
int64_t pend_since(const sz_timeline *tl, uint32_t rule); /* SZ_TIME_NONE: not pending */
void pend_set(sz_timeline *tl, uint32_t rule, int64_t at_ms, int64_t since_ms);
void story_forget(run *x); /* what nothing can reach any more */

/* pass.c */
/* The next record of the log, gone past without more ado. False: it has to be judged. */
bool pass_again(run *x);

/* ahead.c */
/* May a class that lags have something due before that key? Then ahead_pass() is to be asked. */
static inline bool lags_behind(const sz_timeline *tl, const sz_tlctx *c, int64_t before_key) {
    bool any = false;
    if (!c->may_lag) return false;
    for (uint32_t k = 0; k < c->n_classes; k++) any |= tl->keys[k].due < before_key && tl->keys[k].due >= tl->head_key;
    return any;
}
/* What classes that lag have before that key, the next item's, is passed, as far as nothing comes of it. With quietly
 * it may not do more at a midnight than to know it was passed: false, it would have had to. */
bool ahead_pass(run *x, int64_t before_key, bool quietly);
/* The idle rule neither opens nor pends at that check, or timer. */
bool stays_idle(run *x, uint32_t rule, bool is_check);
#ifndef NDEBUG
/* What was passed before that key, and its clock has got there by now, is worked out once more; what was from a key on
 * is forgotten. */
void ahead_ask_again(run *x, int64_t before_key);
void ahead_forget(const run *x, int64_t from_key);
#endif

/* judge.c */
/* True: the rule is plainly idle, and no more is due of it than what time alone brings. */
bool judge_rule(run *x, uint32_t rule, const instant *at);

/* guards.c */
/* Has everything been reached that the idle rule needs to open? */
bool guards_reached(run *x, uint32_t rule);
/* May the instant rule fire at that record, as far as the record alone says? True where it says nothing. */
bool is_fit_to_fire(run *x, uint32_t rule, const sz_event *e);
/* Everything that it would not lose by itself? Else no day's passing opens it, until a record comes. */
bool guards_may_stay(run *x, uint32_t rule);

/* touch.c */
/* The rules to be judged at the record in hand, rule_words of bits; good until the next call. */
const uint64_t *touched_rules(run *x);
/* Will what ended earlier probably be asked at a record of that type, for it was not today? */
bool touch_may_ask(const sz_timeline *tl, const sz_tlctx *c, uint8_t type, int64_t t_ms);
/* Is it certain that no rule moves at such a record? Only where nothing is open, pending or kept from opening. */
bool touches_nothing(sz_timeline *tl, sz_tlctx *c, const sz_event *e, const uint8_t *mask);
/* Is it known of a record of the log, without a number being asked? */
bool entry_touches_nothing(sz_timeline *tl, const sz_tlctx *c, const uint8_t *p);
/* All that the record in hand can open, and nothing is known to be below. */
void touched_asking_all(run *x, uint64_t *made);

/* due.c */
/* No timer of the class is sooner. Where that is not known, all that is due is found anew once something is. */
static inline int64_t next_timer(const sz_timeline *tl, uint32_t cls) {
    return tl->keys[cls].timer == INT64_MIN ? tl->keys[cls].due : tl->keys[cls].timer;
}
int64_t due_next(run *x, uint32_t cls, int64_t after_key);
/* What is the next after that time to move a rule of the class that nobody's record moves: a day's passing (midnight,
 * noon), an edge of a leave or a feed. KEY_NEVER if none of them can do anything. */
int64_t due_facts(run *x, uint32_t cls, int64_t after_ms);
/* After a check that changed nothing: timers stand as they were. */
int64_t due_after_check(run *x, uint32_t cls, int64_t after_key);
/* Earliest deadline that the rule itself has after that time. */
int64_t due_of_rule(run *x, uint32_t rule, int64_t after_ms);
/* Who of the class is checked at that instant, a check of one of its rules. */
const sz_check_round *due_round(const sz_tlctx *c, uint32_t cls, int64_t t_ms);

/* body.c: null where it is unknown; a duration in seconds */
void xval_put(const sz_zone *zone, sz_buf *out, const sz_xval *v);

/* reasons.c: what weighed, for a message */
void reasons_put(run *x, sz_buf *out, const sz_rule *r, const sz_verdict *v, const sz_loader *l, sz_lang lang);

/* body.c */
void body_make(run *x, const sz_rule *r, const sz_verdict *v, const sz_episode *e, uint8_t step, int below_rank,
               sz_ann *ann);

/* tell.c */
void tell(run *x);
void episode_name(run *x, sz_episode *e, sz_str opener);

#endif
