/* SPDX-License-Identifier: Apache-2.0
 *
 * copy: a message that stands on its own. A chunk has hundreds of short texts, so they are laid into one piece of
 * memory.
 */
#include "copy.h"

static sz_str place(char **at, sz_str s) {
    if (s.n == 0) return (sz_str){"", 0};
    memcpy(*at, s.p, s.n);
    sz_str out = {*at, s.n};
    *at += s.n;
    return out;
}

static const sz_str *copy_strs(const sz_str *strs, uint32_t n, sz_arena *a) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < n; i++) bytes += strs[i].n;
    sz_str *out = SZ_NEWN(a, sz_str, n);
    char *at = sz_arena_raw(a, bytes);
    for (uint32_t i = 0; i < n; i++) out[i] = place(&at, strs[i]);
    return out;
}

static const sz_put *copy_puts(const sz_put *puts, uint32_t n, sz_arena *a) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < n; i++) bytes += puts[i].key.n + puts[i].value.n;
    sz_put *out = SZ_NEWN(a, sz_put, n);
    char *at = sz_arena_raw(a, bytes);
    for (uint32_t i = 0; i < n; i++) {
        out[i].key = place(&at, puts[i].key);
        out[i].value = place(&at, puts[i].value);
    }
    return out;
}

void sz_msg_copy(sz_msg *m, sz_arena *a) {
    if (m->header) {
        sz_header *h = SZ_NEW(a, sz_header);
        *h = *m->header;
        h->topic = sz_arena_str(a, h->topic);
        h->worker = sz_arena_str(a, h->worker);
        h->body = sz_arena_str(a, h->body);
        m->header = h;
    }
    if (m->strs) m->strs = copy_strs(m->strs, m->n, a);
    if (m->puts) m->puts = copy_puts(m->puts, m->n, a);
    if (m->text.n) m->text = sz_arena_str(a, m->text);
    if (m->text_zh.n) m->text_zh = sz_arena_str(a, m->text_zh);
}
