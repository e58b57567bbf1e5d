/* SPDX-License-Identifier: Apache-2.0
 *
 * places: from libyaml's character index to our byte offset, by a table of every eighth character.
 */
#include "internal.h"

#define STEP ((size_t)8)

static bool is_tail(char c) { return ((uint8_t)c & 0xc0) == 0x80; }

static bool are_ascii(const char *eight) {
    uint64_t v;
    memcpy(&v, eight, STEP);
    return (v & UINT64_C(0x8080808080808080)) == 0;
}

void sz_yaml_places_init(sz_yaml_places *p, const sz_source *src) {
    *p = (sz_yaml_places){.src = src, .start = src->lines[0]};
    bool is_ascii = true;
    for (size_t i = p->start; i < src->n && is_ascii; i++) is_ascii = (uint8_t)src->p[i] < 0x80;
    if (is_ascii) return;
    p->every = sz_alloc((src->n / STEP + 1) * sizeof *p->every);
    size_t index = 0;
    for (size_t i = p->start; i < src->n;) {
        if (src->n - i >= STEP && are_ascii(src->p + i)) { /* one of each eight is an eighth one */
            p->every[p->n++] = (uint32_t)(i + (0 - index) % STEP);
            index += STEP;
            i += STEP;
            continue;
        }
        if (!is_tail(src->p[i]) && index++ % STEP == 0) p->every[p->n++] = (uint32_t)i;
        i++;
    }
}

void sz_yaml_places_fini(sz_yaml_places *p) {
    sz_free(p->every);
    sz_free(p->gaps);
    p->every = NULL;
    p->gaps = NULL;
}

/* Characters of the source before a byte. */
static size_t index_of(const sz_yaml_places *p, size_t at) {
    if (!p->every) return at - p->start;
    size_t from = 0, n = p->n;
    while (n > 1) { /* the last one that is not behind it */
        size_t half = n / 2;
        if (p->every[from + half] <= at) from += half;
        n -= half;
    }
    size_t index = from * STEP;
    for (size_t i = p->every[from]; i < at; i++) index += !is_tail(p->src->p[i]);
    return index;
}

void sz_yaml_places_pass(sz_yaml_places *p, size_t from, size_t to) {
    size_t before = p->n_gaps ? p->gaps[p->n_gaps - 1].passed : 0, index = index_of(p, from);
    if (p->n_gaps == p->cap_gaps) {
        p->cap_gaps = p->cap_gaps ? 2 * p->cap_gaps : 8;
        p->gaps = sz_realloc(p->gaps, p->cap_gaps * sizeof *p->gaps);
    }
    p->gaps[p->n_gaps++] = (sz_yaml_gap){index - before, before + index_of(p, to) - index};
}

/* Nearly all that is asked for stands behind the last gap. */
static size_t passed_before(const sz_yaml_places *p, size_t index) {
    for (size_t i = p->n_gaps; i-- > 0;)
        if (index >= p->gaps[i].index) return p->gaps[i].passed;
    return 0;
}

uint32_t sz_yaml_place(const sz_yaml_places *p, size_t index) {
    index += passed_before(p, index);
    size_t n = p->src->n, i = p->start + index;
    if (p->every) {
        if (index / STEP >= p->n) return (uint32_t)n;
        i = p->every[index / STEP];
        for (size_t k = index % STEP; k > 0 && i < n; k--)
            for (i++; i < n && is_tail(p->src->p[i]); i++) continue;
    }
    return (uint32_t)(i < n ? i : n);
}
