/* SPDX-License-Identifier: Apache-2.0
 *
 * places: from libyaml's character index to our byte offset, by a table of every eighth character.
 */
#include "internal.h"

#define STEP ((size_t)8)

static bool is_tail(char c) { return ((uint8_t)c & 0xc0) == 0x80; }

void sz_yaml_places_init(sz_yaml_places *p, const sz_source *src) {
    *p = (sz_yaml_places){.src = src, .start = src->lines[0]};
    bool is_ascii = true;
    for (size_t i = p->start; i < src->n && is_ascii; i++) is_ascii = (uint8_t)src->p[i] < 0x80;
    if (is_ascii) return;
    p->every = sz_alloc((src->n / STEP + 1) * sizeof *p->every);
    size_t index = 0;
    for (size_t i = p->start; i < src->n; i++) {
        if (is_tail(src->p[i])) continue;
        if (index++ % STEP == 0) p->every[p->n++] = (uint32_t)i;
    }
}

void sz_yaml_places_fini(sz_yaml_places *p) {
    sz_free(p->every);
    p->every = NULL;
}

uint32_t sz_yaml_place(const sz_yaml_places *p, size_t index) {
    size_t n = p->src->n, i = p->start + index;
    if (p->every) {
        if (index / STEP >= p->n) return (uint32_t)n;
        i = p->every[index / STEP];
        for (size_t k = index % STEP; k > 0 && i < n; k--)
            for (i++; i < n && is_tail(p->src->p[i]); i++) continue;
    }
    return (uint32_t)(i < n ? i : n);
}
