/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of worker.h about a state that meets another rule set (semantics 5, docs/adr/0025): what it remembers of the
 * one that wrote it, the forms that its students still stand in, what rules that are gone had open, and the switch
 * itself. Included there, behind what it speaks of.
 */
#ifndef SANZAO_SRC_ENGINE_RULE_SETS_H
#define SANZAO_SRC_ENGINE_RULE_SETS_H

/* meaning.c: what a state remembers of the rule set that wrote it */
typedef struct old_acc {
    uint64_t hash;
    int32_t keep;
    int64_t from_ms;
} old_acc;
typedef struct old_rule {
    sz_str id;
    uint64_t hash;
    uint8_t mode;
    int64_t from_ms;
    uint32_t n_steps; /* UINT32_MAX: it does not say */
    sz_str version;   /* of the rule; empty: the same */
} old_rule;
typedef struct old_feature {
    sz_str name;
    uint64_t hash;
} old_feature;
enum { MEANING_WITH_NAMES = 1 /* of features, and matchers */, MEANING_WITH_STEPS, MEANING_NOW = MEANING_WITH_STEPS };
typedef struct meaning {
    uint32_t mask_bytes;
    old_acc *accs;
    old_rule *rules;
    old_feature *features;
    uint64_t *matchers; /* hashes */
    uint32_t n_accs, n_rules, n_features, n_matchers;
    uint8_t version;
} meaning;
void meaning_put(sz_buf *out, const sz_worker *w);
/* Texts are copied into the arena. */
bool meaning_get(meaning *m, sz_reader *r, uint8_t version, sz_arena *a);

/* forms.c */
enum { FORMS_BYTES_A_COMMIT = 4 << 20 };
typedef struct form {
    uint64_t until; /* the last commit in it */
    meaning old;
    sz_str bytes; /* old, as it is stored */
    sz_worker *worker;
    sz_carry aloud;     /* into ours; an episode whose rule is gone is told */
    sz_carry silent;    /* it was told already, or stands elsewhere */
    uint32_t n_entries; /* of the journal as it was read, the first so many are in it or in an older one */
} form;
const form *form_of(const sz_worker *w, uint64_t seq); /* NULL: ours */
const form *form_of_entry(const sz_worker *w, uint32_t entry);
sz_str form_rule(const form *f, sz_str rule); /* the same text, as long as the form is there */
/* Of one that has ended: as it was switched off in a rule set between. Not there: it was gone, or is so now. */
typedef struct off_rule {
    uint32_t number; /* among ours; SZ_NONE: not there */
    sz_str version;  /* of then; empty: as now */
    uint8_t told;    /* the mode (an sz_mode) in which its episode was told */
    sz_str by;       /* the version by which it was told, if it is gone */
} off_rule;
off_rule form_switched_off(const form *f, sz_str rule);
uint8_t forms_told_mode(const sz_worker *w, sz_str rule); /* what it has open, of whoever is read in ours */
void forms_note_blob(sz_worker *w, uint64_t seq);         /* it was read */
bool is_in_our_form(const sz_worker *w, uint32_t i);
void forms_put(sz_buf *out, const sz_worker *w, const outgoing *o);
bool forms_get(sz_worker *w, sz_reader *r);
void forms_add(sz_worker *w, const meaning *old, sz_str bytes);
/* Once acc_from_ms is known. */
void forms_link(sz_worker *w, void (*gone)(void *ctx, sz_timeline *tl, sz_str rule, sz_episode *e));
/* Snapshots of this commit, `most` at most, of students in older forms; o says whether they are the last. */
uint32_t forms_rewrite(sz_worker *w, outgoing *o, sz_put *puts, uint32_t most, uint64_t seq);
void forms_end(sz_worker *w);

/* ended.c */
/* The episode, whose announcements are taken, is over: its rule is gone (the text of `rule` stays) or was switched off.
 * Told when it is his turn. */
void ended_add(sz_worker *w, uint32_t i, sz_str rule, off_rule off, sz_episode *e);
void ended_owe(sz_worker *w, uint32_t i); /* his story is to be said, with what of his is over */
/* His facts have changed from the beginning: `campus`, `roster` (static). */
void ended_owe_campus(sz_worker *w, uint32_t i, const char *what);
void ended_owe_leaves(sz_worker *w, uint32_t i); /* he has some that his state does not know */
void ended_order(sz_worker *w);                  /* all that are owed are known */
bool ended_is_owed(const sz_worker *w);  /* somebody is: nothing else is done before */
bool campus_is_owed(const sz_worker *w); /* and because the campus is another one */
/* Into the commit at hand: of who stands in it already, and of others until there are `most` in it. */
void ended_tell(sz_worker *w, uint32_t most);
void ended_fini(sz_worker *w);

/* plan.c */
/* For each accumulator of b: its number in the state (SZ_NONE: fresh), and from when on it knows (INT64_MIN: as ever).
 */
void accs_carry(const sz_worker *w, const meaning *old, const sz_bundle *b, uint32_t *map, int64_t *from_ms);
void plan_make(const sz_worker *w, const meaning *old, const sz_bundle *b, sz_arena *a, sz_state_plan *out);

/* reload.c */
void meaning_meet(sz_worker *w, const meaning *old, sz_str bytes);
void rules_ended(sz_worker *w, uint32_t i); /* of rules that are switched off now */

/* switch.c */
void switch_ask(sz_worker *w, sz_bundle *bundle, sz_campus *campus);
/* A step towards it: what was taken is committed, then the switch is made. */
void switch_go_on(sz_worker *w);
/* The state has gone on under newer rules: those that wait are taken now. False: none wait. */
bool switch_if_asked(sz_worker *w);
void switch_forget(sz_worker *w);
void switch_note(sz_worker *w); /* the others hold */
bool switch_is_on(const sz_worker *w); /* or what it ended is still to be said */
bool switch_may_go_on(const sz_worker *w);
void switch_finish(sz_worker *w); /* at once: what comes cannot wait */
void switch_drop(sz_worker *w);

#endif
