/* SPDX-License-Identifier: Apache-2.0
 *
 * feature: one feature while it is made of its mapping. features_load.c chooses the operator and does values; the
 * other files read what stands beside it, each its part.
 */
#ifndef SZ_RULES_FEATURE_H
#define SZ_RULES_FEATURE_H

#include "keys.h"

struct sz_feature_keys {
    const sz_yaml *op[SZ_N_OPERATORS];
    const sz_yaml *over, *to, *day, *gap, *on_days, *pause, *label, *unit;
    const sz_yaml *recent, *against, *by, *group, *min_group; /* group: by, as peers may say */
    const sz_yaml *later;
};

/* A feature being made. */
struct sz_making {
    struct sz_loading *l;
    struct sz_decl *decl;
    struct sz_feature_keys k;
    const sz_operator_row *row;
    sz_feature f;
    bool is_read; /* all its keys, so that what is missing is not one that was misspelt */
};

/* `meal`, `meal.amount`, `meal.place.kind`: the event and its field. Each of these is false with a finding. */
bool sz_feature_operand(struct sz_making *m, const sz_yaml *node);
/* Keys that the operator does not have. */
bool sz_feature_refuse_keys(struct sz_making *m);
/* recent, against, by of a baseline; its inner feature is made already. */
bool sz_feature_habit(struct sz_making *m);
/* Of peers: does the operator give numbers of days? Does the feature? at: where it is written; k: its keys; NULL: it
 * is named. */
bool sz_feature_has_days(struct sz_making *m, uint8_t op, sz_span at);
bool sz_feature_compares(struct sz_making *m, const sz_feature *inner, sz_span at, const struct sz_feature_keys *k);
/* The same up to now where it ends yesterday: a table of yesterday (semantics 22) has what it had at that day's end. */
uint32_t sz_feature_to_now(struct sz_loading *l, const struct sz_decl *decl, const sz_feature *f);
/* Its index; that of an equal one where there is one. */
uint32_t sz_feature_intern(struct sz_loading *l, const sz_feature *f);
/* by, min_group of peers. */
bool sz_feature_group(struct sz_making *m);
/* gap, on_days, pause, unit. */
bool sz_feature_beside(struct sz_making *m);
/* Its hash (semantics 35). */
uint64_t sz_feature_identity(const struct sz_making *m);

#endif
