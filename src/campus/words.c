/* SPDX-License-Identifier: Apache-2.0
 *
 * words: see words.h.
 */
#include "words.h"

#define CHUNK ((size_t)64 << 10)

void sz_words_init(struct words *w) {
    memset(w, 0, sizeof *w);
    sz_map_init(&w->map);
    sz_arena_init(&w->arena);
}

void sz_words_fini(struct words *w) {
    sz_map_fini(&w->map);
    sz_arena_fini(&w->arena);
    memset(w, 0, sizeof *w);
}

sz_str sz_words_shared(struct words *w, sz_str s) {
    if (s.n == 0) return (sz_str){"", 0};
    if (sz_str_eq(w->last, s)) return w->last;
    return w->last = sz_map_key(&w->map, sz_map_intern(&w->map, s));
}

sz_str sz_words_packed(struct words *w, sz_str s) {
    if (s.n == 0) return (sz_str){"", 0};
    if (s.n > CHUNK / 16) return sz_arena_str(&w->arena, s);
    if (s.n > w->left) {
        w->at = sz_arena_alloc(&w->arena, CHUNK);
        w->left = CHUNK;
    }
    sz_str copy = {memcpy(w->at, s.p, s.n), s.n};
    w->at += s.n;
    w->left -= s.n;
    return copy;
}
