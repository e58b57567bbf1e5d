/* SPDX-License-Identifier: Apache-2.0
 *
 * lines: a growing list of byte strings in one buffer.
 */
#include "worker.h"

void lines_add(lines *l, sz_str s) {
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 64;
        l->ends = sz_realloc(l->ends, l->cap * sizeof *l->ends);
    }
    sz_buf_put_str(&l->bytes, s);
    l->ends[l->n++] = (uint32_t)l->bytes.n;
}

sz_str lines_at(const lines *l, uint32_t i) {
    uint32_t from = i ? l->ends[i - 1] : 0;
    return (sz_str){(const char *)l->bytes.p + from, l->ends[i] - from};
}

sz_str *lines_strs(const lines *l, uint32_t from, sz_arena *a) {
    sz_str *v = SZ_NEWN(a, sz_str, l->n - from + 1);
    for (uint32_t i = from; i < l->n; i++) v[i - from] = lines_at(l, i);
    return v;
}

void lines_clear(lines *l) {
    sz_buf_clear(&l->bytes);
    l->n = 0;
}

void lines_cut(lines *l, uint32_t n) {
    l->bytes.n = n ? l->ends[n - 1] : 0;
    l->n = n;
}

void lines_fini(lines *l) {
    sz_buf_fini(&l->bytes);
    sz_free(l->ends);
    *l = (lines){0};
}

void lines_drop_front(lines *l, uint32_t n) {
    if (n >= l->n) {
        lines_clear(l);
        return;
    }
    uint32_t cut = n ? l->ends[n - 1] : 0;
    if (!cut) return;
    memmove(l->bytes.p, l->bytes.p + cut, l->bytes.n - cut);
    l->bytes.n -= cut;
    for (uint32_t i = n; i < l->n; i++) l->ends[i - n] = l->ends[i] - cut;
    l->n -= n;
}

void lines_swap(lines *a, lines *b) {
    lines t = *a;
    *a = *b;
    *b = t;
}

void lines_move(lines *to, lines *from) {
    for (uint32_t i = 0; i < to->n; i++) lines_add(from, lines_at(to, i));
    lines_clear(to);
    lines_swap(to, from);
}
