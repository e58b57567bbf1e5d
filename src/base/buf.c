/* SPDX-License-Identifier: Apache-2.0
 *
 * buf: growable bytes; the puts of fixed size are inline.
 */
#include <sanzao/base.h>

#include <stdio.h>

void sz_buf_init(sz_buf *b) { *b = (sz_buf){NULL, 0, 0}; }

void sz_buf_fini(sz_buf *b) {
    sz_free(b->p);
    *b = (sz_buf){NULL, 0, 0};
}

void sz_buf_clear(sz_buf *b) { b->n = 0; }

void sz_buf_grow(sz_buf *b, size_t extra) {
    size_t want = b->n > SIZE_MAX - extra ? SIZE_MAX : b->n + extra; /* SIZE_MAX: the allocator ends the process */
    size_t cap = b->cap > SIZE_MAX / 2 ? SIZE_MAX : b->cap * 2;
    if (cap < 64) cap = 64;
    if (cap < want) cap = want;
    b->p = sz_realloc(b->p, cap);
    b->cap = cap;
}

void sz_buf_put_z(sz_buf *b, const char *z) { sz_buf_put_str(b, sz_str_of(z)); }

void sz_buf_put_dec(sz_buf *b, int64_t v) {
    char digits[20];
    size_t i = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--i] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0) digits[--i] = '-';
    sz_buf_put(b, digits + i, sizeof digits - i);
}

void sz_buf_printf(sz_buf *b, const char *fmt, ...) {
    va_list ap;
    sz_buf_reserve(b, 64);
    va_start(ap, fmt);
    int n = vsnprintf((char *)b->p + b->n, b->cap - b->n, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    if ((size_t)n >= b->cap - b->n) {
        sz_buf_reserve(b, (size_t)n + 1);
        va_start(ap, fmt);
        vsnprintf((char *)b->p + b->n, b->cap - b->n, fmt, ap);
        va_end(ap);
    }
    b->n += (size_t)n;
}

sz_str sz_buf_str(const sz_buf *b) { return (sz_str){(const char *)b->p, b->n}; }
