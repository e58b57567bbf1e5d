/* SPDX-License-Identifier: Apache-2.0
 *
 * Records in the words of another dictionary: a student goes to another partition (engine/regroup.c), and numbers of
 * words mean something only within one.
 */
#include "fstate.h"

enum { BITS = 3, OF_TIMELINE = 16 }; /* byte of an entry with its bits: the timeline keeps one of its own there */

bool sz_entry_move(sz_buf *out, const uint8_t *p, size_t left, uint32_t mask_bytes, const sz_map *from, sz_map *to,
                   const sz_types *types) {
    sz_event e;
    uint32_t n = left >= 2 ? sz_entry_len(p) : 0;
    if (n < 16 || n > left || !sz_entry_get(p, mask_bytes, from, types, &e)) return false;
    size_t at = out->n;
    sz_entry_put(out, &e, sz_entry_mask(p), mask_bytes, to, types);
    out->p[at + BITS] |= p[BITS] & OF_TIMELINE;
    return true;
}

typedef struct moving {
    const sz_featureset *fs;
    const sz_map *from;
    sz_map *to;
    const sz_types *types;
} moving;

static bool move_entry(const moving *m, sz_buf *out, const uint8_t *p, size_t left) {
    return sz_entry_move(out, p, left, (m->fs->n_matchers + 7) / 8, m->from, m->to, m->types);
}

static bool move_last(const moving *m, sz_buf *out, const uint8_t *p, uint32_t n) {
    return n == 0 || (move_entry(m, out, p, n) && sz_entry_len(p) == n);
}

static bool move_first(const moving *m, sz_buf *out, const uint8_t *p, uint32_t n) {
    for (uint32_t k = 0; k < n; k += 4 + sz_entry_len(p + k + 4)) {
        if (n - k < 4) return false;
        sz_buf_put(out, p + k, 4);
        if (!move_entry(m, out, p + k + 4, n - k - 4)) return false;
    }
    return true;
}

static bool move_region(const moving *m, sz_fstate *s, uint32_t i, sz_buf *made) {
    uint8_t kind = m->fs->accs[i].kind;
    if (kind != SZ_ACC_LAST && kind != SZ_ACC_FIRST) return true;
    sz_buf_clear(made);
    if (!(kind == SZ_ACC_LAST ? move_last : move_first)(m, made, region_bytes(s, i), region_len(s, i))) return false;
    uint8_t *p = region_resize(s, i, (uint32_t)made->n);
    if (made->n) memcpy(p, made->p, made->n);
    return true;
}

bool sz_fstate_move(sz_buf *out, const sz_featureset *fs, const void *p, size_t n, const sz_map *from, sz_map *to,
                    const sz_types *types) {
    moving m = {fs, from, to, types};
    sz_fstate s;
    sz_buf made;
    sz_buf_init(&made);
    sz_fstate_init(&s, fs, NULL);
    bool is_fine = sz_fstate_unpack(&s, fs, p, n, SZ_FPACK_FORMAT);
    for (uint32_t i = 0; i < fs->n_accs && is_fine; i++) is_fine = move_region(&m, &s, i, &made);
    if (is_fine) sz_fstate_pack(out, &s, fs, SZ_FPACK_FORMAT);
    sz_fstate_fini(&s);
    sz_buf_fini(&made);
    return is_fine;
}
