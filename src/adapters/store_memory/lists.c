/* SPDX-License-Identifier: Apache-2.0 */
#include "lists.h"

sz_str sz_owned(sz_str s) {
    char *p = sz_realloc(NULL, s.n);
    if (s.n) memcpy(p, s.p, s.n);
    return (sz_str){p, s.n};
}

static void drop(sz_str s) { sz_free((void *)(uintptr_t)s.p); /* owned: the const is the reader's */ }

void sz_list_fini(list *l) {
    for (size_t i = l->first; i < l->end; i++) drop(l->v[i]);
    sz_free(l->v);
    *l = (list){NULL, 0, 0, 0};
}

void sz_list_add(list *l, sz_str s) {
    if (l->end == l->room && l->first > l->room / 2) { /* what was trimmed makes room */
        memmove(l->v, l->v + l->first, sizeof *l->v * (l->end - l->first));
        l->end -= l->first;
        l->first = 0;
    }
    if (l->end == l->room) {
        l->room = l->room ? l->room * 2 : 16;
        l->v = sz_realloc(l->v, sizeof *l->v * l->room);
    }
    l->v[l->end++] = sz_owned(s);
}

void sz_list_trim(list *l, size_t n) {
    for (; n && l->first < l->end; n--) drop(l->v[l->first++]);
}

void sz_table_fini(table *t) {
    for (size_t i = 0; i < t->n; i++) drop(t->values[i]);
    sz_free(t->values);
    sz_map_fini(&t->index);
    *t = (table){.n = 0};
}

void sz_table_put(table *t, sz_str key, sz_str value) {
    const uint32_t *at = sz_map_get(&t->index, key);
    if (at) {
        drop(t->values[*at]);
        t->values[*at] = sz_owned(value);
        return;
    }
    if (t->n == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->values = sz_realloc(t->values, sizeof *t->values * t->room);
    }
    sz_map_put(&t->index, key, (uint32_t)t->n);
    t->values[t->n++] = sz_owned(value);
}
