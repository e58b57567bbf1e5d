/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of a rule while they are read (semantics 38): lines such as `d2 01:05 dorm_access in`, word by word.
 */
#ifndef SZ_RULES_RULE_TEST_H
#define SZ_RULES_RULE_TEST_H

#include "load.h"

enum { TEST_DAYS_MAX = 400, TEST_RECORDS_MAX = 20000 };

struct sz_testing {
    struct sz_ruling *g;
    sz_rule_test *t;
    uint32_t cap_events, cap_records, cap_downs, cap_leaves, cap_expects, cap_student, cap_others;
    int32_t last_day; /* that it names */
    bool failed;
};

/* A text taken word by word; each word knows its place. */
struct sz_test_words {
    const sz_yaml *node;
    size_t at;
    sz_str word; /* the last one taken; n 0: there was none */
    size_t word_at;
};
sz_str sz_test_peek(struct sz_test_words *w);
sz_str sz_test_next(struct sz_test_words *w);
sz_span sz_test_span(const struct sz_test_words *w); /* of the word taken last; the end of the text if there was none */
void sz_test_wrong(struct sz_testing *x, const struct sz_test_words *w, int code, const char *en, const char *zh,
                   const char *hint, const char *hint_zh);

/* dN: its day from d1 = 0. */
bool sz_test_day(sz_str s, int32_t *day);
/* `d3`, `d1..d5`, `d1,d4..d6`: calls `each` with first and last. False with a finding. */
bool sz_test_days(struct sz_testing *x, struct sz_test_words *w,
                  bool (*each)(struct sz_testing *x, void *ctx, int32_t from, int32_t to), void *ctx);
void sz_test_name_day(struct sz_testing *x, int32_t day);

/* test_event.c, test_expect.c, test_down.c, test_params.c, test_peers.c */
int sz_test_type(struct sz_testing *x, struct sz_test_words *w); /* the next word as a type; below 0 with a finding */
void sz_test_event_load(struct sz_testing *x, const sz_yaml *node);
void sz_test_expect_load(struct sz_testing *x, const sz_yaml *node);
void sz_test_down_load(struct sz_testing *x, const sz_yaml *node);
void sz_test_down_add(struct sz_testing *x, const sz_test_down *down);
void sz_test_downs_join(struct sz_testing *x); /* once all are there */
void sz_test_params_load(struct sz_testing *x, const sz_yaml *map);
void sz_test_peers_load(struct sz_testing *x, const sz_yaml *map);

#endif
