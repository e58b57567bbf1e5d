/* SPDX-License-Identifier: Apache-2.0
 *
 * base_recall: the numbers of texts that were asked for last. A stream of records names the same few sources, places
 * and readers over and over; this answers without hashing them and without touching the large table that knows them
 * all.
 *
 * Only texts of 1 to 16 bytes are kept: their ends and length say all of them. What it gives was noted before for
 * exactly these bytes, so it must not outlive the table that the numbers come from. Threads: one.
 */
#ifndef SANZAO_BASE_RECALL_H
#define SANZAO_BASE_RECALL_H

#include <sanzao/base.h>

/* A large university has a few thousand places, readers and courses; only slots of what comes are touched. */
enum { SZ_RECALL_BITS = 12, SZ_RECALL_SLOTS = 1 << SZ_RECALL_BITS };

typedef struct sz_recall_slot {
    uint64_t a, b; /* first and last bytes; both in a where that has room for them */
    uint32_t n;    /* length; 0: empty */
    uint32_t val;
} sz_recall_slot;

/* All zero: nothing is noted. */
typedef struct sz_recall {
    sz_recall_slot slots[SZ_RECALL_SLOTS];
} sz_recall;

/* The slot for a text: true if it holds its number. Else, unless *at is NULL (the text is not kept), the caller sets
 * val. */
static inline bool sz_recall_find(sz_recall *r, sz_str s, sz_recall_slot **at) {
    uint64_t a = 0, b = 0;
    *at = NULL;
    if (s.n - 1 >= 16) return false;
    if (s.n >= 8) {
        memcpy(&a, s.p, 8);
        memcpy(&b, s.p + s.n - 8, 8);
    } else if (s.n >= 4) {
        uint32_t x, y;
        memcpy(&x, s.p, 4);
        memcpy(&y, s.p + s.n - 4, 4);
        a = (uint64_t)y << 32 | x;
    } else if (s.n >= 2) {
        uint16_t x, y;
        memcpy(&x, s.p, 2);
        memcpy(&y, s.p + s.n - 2, 2);
        a = (uint64_t)y << 32 | x;
    } else {
        a = (uint8_t)s.p[0];
    }
    uint64_t h = (a ^ b << 7 ^ s.n) * UINT64_C(0x9e3779b97f4a7c15);
    sz_recall_slot *k = *at = &r->slots[h >> (64 - SZ_RECALL_BITS)];
    if (((k->a ^ a) | (k->b ^ b) | (k->n ^ s.n)) == 0) return true;
    k->a = a;
    k->b = b;
    k->n = (uint32_t)s.n;
    return false;
}

/* Number of a word of the dictionary, which is added if it is new. r may be NULL. */
static inline uint32_t sz_recall_intern(sz_recall *r, sz_map *dict, sz_str s) {
    sz_recall_slot *at = NULL;
    if (r && sz_recall_find(r, s, &at)) return at->val;
    uint32_t word = sz_map_intern(dict, s);
    if (at) at->val = word;
    return word;
}

#endif
