/* SPDX-License-Identifier: Apache-2.0
 *
 * Maps: entries in order of insertion, and an index over their keys when there are more than a few. Like a list, a
 * value sees the first n entries, and an insertion writes behind them when nothing stands there yet.
 */
#include "cel_value.h"

enum { FEW = 8 };

/* Numbers that are equal have one key: 1, 1u and 1.0. False for values that cannot be keys. is_lookup: 1.0 may ask
 * for 1. */
static bool normalize(sz_cel_value *k, bool is_lookup) {
    switch ((sz_cel_kind)k->kind) {
    case SZ_V_BOOL:
    case SZ_V_INT:
    case SZ_V_STRING: return true;
    case SZ_V_UINT:
        if (k->u <= INT64_MAX) *k = sz_cel_int((int64_t)k->u);
        return true;
    case SZ_V_DOUBLE:
        if (!is_lookup) return false;
        if (k->d >= -9223372036854775808.0 && k->d < 9223372036854775808.0 && k->d == (double)(int64_t)k->d)
            *k = sz_cel_int((int64_t)k->d);
        else if (k->d >= 9223372036854775808.0 && k->d < 18446744073709551616.0) *k = sz_cel_uint((uint64_t)k->d);
        else return false;
        return true;
    default: return false;
    }
}

static bool same_key(sz_cel_value a, sz_cel_value normal) {
    normalize(&a, false);
    if (a.kind != normal.kind) return false;
    if (a.kind == SZ_V_STRING) return sz_str_eq(sz_cel_str(a), sz_cel_str(normal));
    return a.kind == SZ_V_BOOL ? a.b == normal.b : a.u == normal.u;
}

static uint64_t hash_key(sz_cel_value normal) {
    if (normal.kind == SZ_V_STRING) return sz_hash(normal.s, normal.n);
    uint64_t x[2] = {normal.kind, normal.kind == SZ_V_BOOL ? normal.b : normal.u};
    return sz_hash(x, sizeof x);
}

/* Number of the entry with this key, UINT32_MAX when there is none. Entries behind the map's n do not count. */
static uint32_t find(sz_cel *c, sz_cel_value map, sz_cel_value key) {
    const sz_cel_map *m = map.map;
    if (!m->slots) {
        sz_cel_charge(c, map.n);
        for (uint32_t i = 0; i < map.n; i++)
            if (same_key(m->v[2 * (size_t)i], key)) return i;
        return UINT32_MAX;
    }
    if (key.kind == SZ_V_STRING) sz_cel_charge_bytes(c, key.n);
    for (uint32_t s = (uint32_t)hash_key(key) & (m->n_slots - 1); m->slots[s] != 0; s = (s + 1) & (m->n_slots - 1)) {
        uint32_t i = m->slots[s] - 1;
        if (i < map.n && same_key(m->v[2 * (size_t)i], key)) return i;
    }
    return UINT32_MAX;
}

static void index_entry(sz_cel_map *m, uint32_t i) {
    sz_cel_value key = m->v[2 * (size_t)i];
    normalize(&key, false);
    uint32_t s = (uint32_t)hash_key(key) & (m->n_slots - 1);
    while (m->slots[s] != 0) s = (s + 1) & (m->n_slots - 1);
    m->slots[s] = i + 1;
}

static sz_cel_map *new_map(sz_cel *c, uint32_t cap) {
    sz_cel_map *m = sz_cel_alloc(c, sizeof *m);
    sz_cel_value *v = sz_cel_alloc(c, (size_t)cap * 2 * sizeof *v);
    if (!m || !v) return NULL;
    *m = (sz_cel_map){.v = v, .cap = cap};
    if (cap > FEW) {
        m->n_slots = 32;
        while (m->n_slots < cap * 2) m->n_slots *= 2;
        m->slots = sz_cel_alloc(c, m->n_slots * sizeof *m->slots);
        if (!m->slots) return NULL;
    }
    return m;
}

/* A map of its own with the same entries, and room for one more. */
static sz_cel_map *copy_map(sz_cel *c, sz_cel_value map) {
    sz_cel_map *m = new_map(c, map.n < 4 ? FEW : map.n * 2);
    if (!m || !sz_cel_charge(c, map.n)) return NULL;
    if (map.n) memcpy(m->v, map.map->v, map.n * 2 * sizeof *m->v);
    m->used = map.n;
    if (m->slots)
        for (uint32_t i = 0; i < map.n; i++) index_entry(m, i);
    return m;
}

sz_cel_value sz_cel_map_empty(sz_cel *c) {
    sz_cel_map *m = new_map(c, 0);
    return m ? (sz_cel_value){.kind = SZ_V_MAP, .map = m} : sz_cel_fatal(c);
}

sz_cel_value sz_cel_map_insert(sz_cel *c, sz_cel_value map, sz_cel_value key, sz_cel_value value) {
    sz_cel_value normal = key;
    if (!normalize(&normal, false))
        return sz_cel_fail(c, "the key of a map is an int, uint, bool or string, not %s",
                           "映射的键只能是 int、uint、bool 或 string，不能是 %s", sz_cel_type_name(key.kind));
    if (find(c, map, normal) != UINT32_MAX)
        return key.kind == SZ_V_STRING && key.n < 100
                   ? sz_cel_fail(c, "the key \"%.*s\" stands twice in the map", "键 \"%.*s\" 在映射中重复", (int)key.n,
                                 key.s)
                   : sz_cel_fail(c, "a key stands twice in the map", "映射中有重复的键");
    sz_cel_map *m = map.map;
    if (m->used != map.n || m->used == m->cap) {
        m = copy_map(c, map);
        if (!m) return sz_cel_fatal(c);
    }
    m->v[2 * (size_t)m->used] = key;
    m->v[2 * (size_t)m->used + 1] = value;
    m->used++;
    if (m->slots) index_entry(m, m->used - 1);
    return (sz_cel_value){.kind = SZ_V_MAP, .n = m->used, .map = m};
}

const sz_cel_value *sz_cel_map_get(sz_cel *c, sz_cel_value map, sz_cel_value key) {
    if (!normalize(&key, true)) return NULL;
    uint32_t i = find(c, map, key);
    return i == UINT32_MAX ? NULL : &map.map->v[2 * (size_t)i + 1];
}
