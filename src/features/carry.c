/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of another rule set: regions go over by what they keep. What holds matcher bits (packed records of first
 * and last, attendance that can still be corrected) is put into the new set's form.
 */
#include "add.h"

enum { ENTRY_HEAD = 14 }; /* of a packed record before its mask: entry.h */

/* A packed record with room for the new set's bits; nobody reads them in an accumulator. 0: it is none. */
static uint32_t entry_carry(sz_buf *out, const sz_featureset *fs, const sz_carry_map *map, const uint8_t *p,
                            size_t left) {
    uint32_t n = left >= 2 ? sz_entry_len(p) : 0, before = ENTRY_HEAD + map->mask_bytes;
    uint32_t now = (fs->n_matchers + 7) / 8;
    if (n < before || n > left) return 0;
    uint32_t len = n - map->mask_bytes + now;
    if (len > UINT16_MAX) return 0;
    sz_buf_put_u8(out, (uint8_t)len);
    sz_buf_put_u8(out, (uint8_t)(len >> 8));
    sz_buf_put(out, p + 2, ENTRY_HEAD - 2);
    for (uint32_t i = 0; i < now; i++) sz_buf_put_u8(out, 0);
    sz_buf_put(out, p + before, n - before);
    return n;
}

static bool last_carry(sz_buf *out, const sz_featureset *fs, const sz_carry_map *map, sz_str b) {
    return b.n == 0 || entry_carry(out, fs, map, (const uint8_t *)b.p, b.n) == b.n;
}

static bool first_carry(sz_buf *out, const sz_featureset *fs, const sz_carry_map *map, sz_str b) {
    for (size_t k = 0; k < b.n;) {
        if (b.n - k < 4) return false;
        sz_buf_put(out, b.p + k, 4);
        uint32_t n = entry_carry(out, fs, map, (const uint8_t *)b.p + k + 4, b.n - k - 4);
        if (!n) return false;
        k += 4 + n;
    }
    return true;
}

/* Bits of the old set as those of the new one. */
static void findable_carry(sz_buf *out, const sz_featureset *fs, const sz_carry_map *map, sz_str b) {
    const size_t fixed = sizeof(findable) - sizeof(uint64_t);
    const size_t size = fixed + (map->n_matchers + 63) / 64 * sizeof(uint64_t);
    if (!map->n_matchers || b.n % size != 0) return;
    for (size_t k = 0; k < b.n; k += size) {
        const uint8_t *mask = (const uint8_t *)b.p + k + fixed;
        sz_buf_put(out, b.p + k, fixed);
        size_t at = out->n;
        for (uint32_t i = 0; i < fs->mask_words; i++) sz_buf_put_u64(out, 0);
        for (uint32_t m = 0; m < map->n_matchers; m++) {
            uint32_t to = map->matcher_to[m];
            if (mask[m >> 3] >> (m & 7) & 1 && to != SZ_NONE) out->p[at + (to >> 3)] |= (uint8_t)(1u << (to & 7));
        }
    }
}

static void put_region(sz_fstate *s, uint32_t i, const sz_buf *b) {
    if (b->n) memcpy(region_resize(s, i, (uint32_t)b->n), b->p, b->n);
}

static bool region_carry(sz_fstate *s, sz_buf *out, const sz_featureset *fs, const sz_carry_map *map, uint32_t i,
                         sz_str b, int format) {
    uint8_t kind = fs->accs[i].kind;
    sz_buf_clear(out);
    if (kind != SZ_ACC_LAST && kind != SZ_ACC_FIRST) return region_read(s, fs, i, b, format);
    if (!(kind == SZ_ACC_LAST ? last_carry : first_carry)(out, fs, map, b)) return false;
    put_region(s, i, out);
    return true;
}

bool sz_fstate_unpack_mapped(sz_fstate *s, const sz_featureset *fs, const sz_carry_map *map, const void *p, size_t n,
                             int format) {
    sz_reader r = sz_reader_of(p, n);
    if (sz_read_varint(&r) != map->n_accs + 1) return false;
    sz_buf made;
    sz_buf_init(&made);
    sz_fstate_reset(s, fs);
    head_of(s)->first_day = (int32_t)sz_read_zigzag(&r);
    for (uint32_t old = 0; old < map->n_accs && !r.bad; old++) {
        sz_str b = sz_read_lstr(&r);
        for (uint32_t i = 0; i < fs->n_accs && !r.bad; i++) {
            if (map->acc_of[i] != old) continue;
            if (!region_carry(s, &made, fs, map, i, b, format)) r.bad = true;
            else if (map->from_ms && map->from_ms[i] != INT64_MIN) forget_before(s, fs, map->zone, i, map->from_ms[i]);
        }
    }
    sz_buf_clear(&made);
    sz_str b = sz_read_lstr(&r);
    if (fs->findable_days) findable_carry(&made, fs, map, b);
    put_region(s, fs->n_accs, &made);
    sz_buf_fini(&made);
    return !r.bad;
}
