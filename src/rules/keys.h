/* SPDX-License-Identifier: Apache-2.0
 *
 * keys: a YAML mapping read by a const table. A row names the key, the shape that must stand under it, whether it
 * must be there, and where its node goes; what the language will have later is a row too, with what it is. Unknown
 * keys, wrong shapes and missing keys are findings; unknown keys with the nearest one.
 */
#ifndef SZ_RULES_KEYS_H
#define SZ_RULES_KEYS_H

#include "load.h"

typedef enum sz_shape {
    SZ_SHAPE_TEXT,
    SZ_SHAPE_MAP,
    SZ_SHAPE_LIST,
    SZ_SHAPE_TEXTS, /* a list, or one text */
    SZ_SHAPE_VALUE, /* a text, list or mapping; not nothing */
    SZ_SHAPE_OPEN,  /* also nothing */
    SZ_SHAPE_ANY    /* also nothing, and not worth naming among the keys */
} sz_shape;

typedef struct sz_key {
    const char *name;
    uint8_t shape;
    bool required;
    size_t offset;     /* of a `const sz_yaml *` in the struct that is filled */
    const char *later; /* NULL: there now; else English words for what will be there later, and */
    const char *later_zh;
} sz_key;

#define SZ_KEY(type, member, name, shape) \
    { name, shape, false, offsetof(type, member), NULL, NULL }
#define SZ_KEY_NEEDED(type, member, name, shape) \
    { name, shape, true, offsetof(type, member), NULL, NULL }
#define SZ_KEY_LATER(type, member, name, en, zh) \
    { name, SZ_SHAPE_ANY, false, offsetof(type, member), en, zh }

typedef struct sz_key_table {
    const char *en, *zh; /* what the mapping is: "a rule", 规则 */
    const sz_key *keys;
    size_t n;
} sz_key_table;

/* Fill the members for the keys that are there; those with a finding stay NULL. False: there were findings. */
bool sz_keys_read(struct sz_loading *l, const sz_yaml *map, const sz_key_table *t, void *out);
/* Is it that shape? Else a finding. name: the key, NULL none. */
bool sz_keys_shape(struct sz_loading *l, const sz_yaml *node, uint8_t shape, const sz_yaml *key);
/* A mapping as an item of a list, or at the top: else a finding that shows the example. */
bool sz_keys_item(struct sz_loading *l, const sz_yaml *node, const char *example);
/* `x` is known but comes later. */
void sz_keys_later(struct sz_loading *l, sz_span at, sz_str name, const char *en, const char *zh);

/* ---- key_meant.c ---- */
bool sz_keys_are(const sz_key_table *t, const char *a, const char *b); /* does the table have both keys? */
/* Hint for a key that is not there; false: nothing is known of it. */
bool sz_key_hint_meant(struct sz_loading *l, sz_diag *g, const sz_key_table *t, const sz_yaml *map, const sz_yaml *key);
bool sz_key_is_type(const struct sz_loading *l, const sz_key_table *t, sz_str name); /* {swipe: condition} */
bool sz_key_is_condition(const sz_key_table *t, sz_str name);                        /* {n >= 3: 3} */
/* Is it a key of a rule at the top of a file without `rules:`, and not the first of them? */
bool sz_key_is_told(const sz_key_table *t, const sz_yaml *map, size_t at);
/* `n:` with nothing, and keys of what would stand under it in its own column up to *next: told. */
bool sz_keys_outdented(struct sz_loading *l, const sz_yaml *map, size_t at, const char *section, size_t *next);
/* The text that a list or mapping was meant for; NULL: something else. */
const char *sz_keys_text_meant(struct sz_loading *l, const sz_yaml *node, sz_str key);

#endif
