/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists. A value sees the first n elements of its list; a concatenation writes behind them when nothing stands there
 * yet.
 */
#include "cel_value.h"

static sz_cel_list *new_list(sz_cel *c, uint32_t cap) {
    sz_cel_list *l = sz_cel_alloc(c, sizeof *l);
    sz_cel_value *v = sz_cel_alloc(c, (size_t)cap * sizeof *v);
    if (!l || !v) return NULL;
    *l = (sz_cel_list){v, 0, cap};
    return l;
}

static void put(sz_cel_list *l, const sz_cel_value *v, uint32_t n) {
    if (n) memcpy(l->v + l->used, v, n * sizeof *v);
    l->used += n;
}

sz_cel_value sz_cel_list_of(sz_cel *c, const sz_cel_value *v, uint32_t n) {
    sz_cel_list *l = new_list(c, n);
    if (!l) return sz_cel_fatal(c);
    put(l, v, n);
    return (sz_cel_value){.kind = SZ_V_LIST, .n = n, .list = l};
}

sz_cel_value sz_cel_list_concat(sz_cel *c, sz_cel_value a, sz_cel_value b) {
    if (b.n == 0) return a;
    if (a.n == 0) return b;
    if ((uint64_t)a.n + b.n > SZ_CEL_BYTES / sizeof a) { /* would not fit the budget either */
        sz_cel_alloc(c, SIZE_MAX);
        return sz_cel_fatal(c);
    }
    sz_cel_list *l = a.list;
    uint32_t n = a.n + b.n;
    if (l->used != a.n || l->cap < n) {
        l = new_list(c, n + n / 2 + 4);
        if (!l || !sz_cel_charge(c, a.n)) return sz_cel_fatal(c);
        put(l, a.list->v, a.n);
    }
    if (!sz_cel_charge(c, b.n)) return sz_cel_fatal(c);
    put(l, b.list->v, b.n);
    return (sz_cel_value){.kind = SZ_V_LIST, .n = n, .list = l};
}

/* Whole numbers of any kind are indexes. */
static bool to_index(sz_cel_value v, int64_t *out) {
    switch ((sz_cel_kind)v.kind) {
    case SZ_V_INT: *out = v.i; return true;
    case SZ_V_UINT: *out = v.u > UINT32_MAX ? UINT32_MAX : (int64_t)v.u; return true;
    case SZ_V_DOUBLE:
        if (!(v.d > -1e9 && v.d < 1e9) || v.d != (double)(int64_t)v.d) return false;
        *out = (int64_t)v.d;
        return true;
    default: return false;
    }
}

sz_cel_value sz_cel_list_at(sz_cel *c, sz_cel_value list, sz_cel_value index) {
    int64_t i;
    if (!to_index(index, &i))
        return sz_cel_fail(c, "the place in a list is a whole number, not %s", "列表的位置必须是整数，不能是 %s",
                           sz_cel_type_name(index.kind));
    if (i < 0 || i >= list.n)
        return sz_cel_fail(c, "the list has no place %lld: it has %u, counted from 0",
                           "列表没有第 %lld 位：共 %u 个，从 0 数起", (long long)i, list.n);
    return list.list->v[i];
}
