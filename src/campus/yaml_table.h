/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml_table: a mapping by a const table of its keys, as csv_table does for columns.
 */
#ifndef SZ_CAMPUS_YAML_TABLE_H
#define SZ_CAMPUS_YAML_TABLE_H

#include "internal.h"
#include "text_file.h"
#include "when.h"

/* Read the value of a key into `at`; false after a finding. */
typedef bool yaml_setter(struct loader *l, const sz_yaml *node, void *at, const void *arg);

struct yaml_key {
    const char *name;
    bool is_needed;
    yaml_setter *set;
    size_t at;
    const void *arg;
};

struct yaml_keys {
    const struct yaml_key *v;
    uint32_t n;
    const char *en, *zh; /* what the mapping is: "a term" */
};

/* Read the file; NULL: empty or, after findings, unreadable. */
const sz_yaml *sz_ytable_open(struct loader *l, struct text_file *f);
/* Read a mapping into an item; false, after findings, if anything was wrong. */
bool sz_ytable_read(struct loader *l, const sz_yaml *node, const struct yaml_keys *keys, void *item);
/* The finding for a key that is none of `names` (", " between them), with the nearest. */
void sz_ytable_unknown_key(struct loader *l, const sz_yaml *key, const char *names);
/* The name nearest to s, or an empty text. */
sz_str sz_name_near(const char *names, sz_str s);
/* False, after a finding, if the node is neither a list nor empty. */
bool sz_ytable_is_list(struct loader *l, const sz_yaml *node, const char *en, const char *zh);
/* False, after a finding, if the node is no plain text. */
bool sz_ytable_is_text(struct loader *l, const sz_yaml *node, const char *en, const char *zh);

/* ---- setters ---- */
bool sz_ytable_text(struct loader *l, const sz_yaml *node, void *at, const void *arg);     /* sz_str */
bool sz_ytable_day(struct loader *l, const sz_yaml *node, void *at, const void *arg);      /* int32_t */
bool sz_ytable_duration(struct loader *l, const sz_yaml *node, void *at, const void *arg); /* int64_t ms */
/* `{zh, en}` or a plain text for both. */
struct both {
    sz_str zh, en;
};
bool sz_ytable_both(struct loader *l, const sz_yaml *node, void *at, const void *arg);

/* False, after a finding at the `to` of the mapping, if it lies before from. */
bool sz_ytable_days_in_order(struct loader *l, const sz_yaml *map, int32_t from, int32_t to);

#endif
