/* SPDX-License-Identifier: Apache-2.0
 *
 * base_inline: bodies of base.h's hot functions. Nothing here is for callers beyond what base.h declares.
 */
#ifndef SANZAO_BASE_INLINE_H
#define SANZAO_BASE_INLINE_H

#include <sanzao/base.h>

/* Ids and words are short: both ends of up to 16 bytes, without a call. */
static inline bool sz_bytes_eq(const char *a, const char *b, size_t n) {
    uint64_t x[2], y[2];
    uint32_t u[2], v[2];
    if (n > 16) return memcmp(a, b, n) == 0;
    if (n >= 8) {
        memcpy(&x[0], a, 8);
        memcpy(&x[1], a + n - 8, 8);
        memcpy(&y[0], b, 8);
        memcpy(&y[1], b + n - 8, 8);
        return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
    }
    if (n >= 4) {
        memcpy(&u[0], a, 4);
        memcpy(&u[1], a + n - 4, 4);
        memcpy(&v[0], b, 4);
        memcpy(&v[1], b + n - 4, 4);
        return ((u[0] ^ v[0]) | (u[1] ^ v[1])) == 0;
    }
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

/* As memcpy, of a few bytes: both ends of them, without a call up to 64. */
static inline void sz_bytes_copy(void *to, const void *from, size_t n) {
    uint8_t *p = to;
    const uint8_t *q = from;
    typedef struct {
        uint8_t b[16];
    } whole;
    whole v[4];
    if (n > 64) {
        memcpy(p, q, n);
    } else if (n >= 32) {
        memcpy(&v[0], q, 16);
        memcpy(&v[1], q + 16, 16);
        memcpy(&v[2], q + n - 32, 16);
        memcpy(&v[3], q + n - 16, 16);
        memcpy(p, &v[0], 16);
        memcpy(p + 16, &v[1], 16);
        memcpy(p + n - 32, &v[2], 16);
        memcpy(p + n - 16, &v[3], 16);
    } else if (n >= 16) {
        memcpy(&v[0], q, 16);
        memcpy(&v[1], q + n - 16, 16);
        memcpy(p, &v[0], 16);
        memcpy(p + n - 16, &v[1], 16);
    } else if (n >= 8) {
        uint64_t a, b;
        memcpy(&a, q, 8);
        memcpy(&b, q + n - 8, 8);
        memcpy(p, &a, 8);
        memcpy(p + n - 8, &b, 8);
    } else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, q, 4);
        memcpy(&b, q + n - 4, 4);
        memcpy(p, &a, 4);
        memcpy(p + n - 4, &b, 4);
    } else if (n >= 1) {
        uint8_t a = q[0], b = q[n / 2], c = q[n - 1];
        p[0] = a;
        p[n / 2] = b;
        p[n - 1] = c;
    }
}

static inline bool sz_str_eq(sz_str a, sz_str b) { return a.n == b.n && sz_bytes_eq(a.p, b.p, a.n); }

/* Most differ in their first byte. */
bool sz_str_is_all(sz_str a, const char *z);
static inline bool sz_str_is(sz_str a, const char *z) {
    return (a.n == 0 || !z || a.p[0] == *z) && sz_str_is_all(a, z);
}

/* ---- hash ---- */

__extension__ typedef unsigned __int128 sz_u128;

/* Both ends of a text of up to 16 bytes: with its length they are the text. */
typedef struct sz_ends {
    uint64_t a, b;
} sz_ends;
static inline sz_ends sz_ends_of(const void *text, size_t n) {
    const uint8_t *p = (const uint8_t *)text;
    sz_ends e = {0, 0};
    if (n >= 8) {
        memcpy(&e.a, p, 8);
        memcpy(&e.b, p + n - 8, 8);
    } else if (n >= 4) {
        uint32_t x, y;
        memcpy(&x, p, 4);
        memcpy(&y, p + n - 4, 4);
        e.a = x;
        e.b = y;
    } else if (n > 0) {
        e.a = (uint64_t)p[0] << 16 | (uint64_t)p[n >> 1] << 8 | p[n - 1];
    }
    return e;
}

/* Both ends multiplied and folded (the construction of wyhash, https://github.com/wangyi-fudan/wyhash). */
static inline uint64_t sz_hash_ends(sz_ends e, size_t n) {
    sz_u128 m = (sz_u128)(e.a ^ UINT64_C(0xa0761d6478bd642f) ^ n) * (e.b ^ UINT64_C(0xe7037ed1a0b428db));
    uint64_t h = (uint64_t)m ^ (uint64_t)(m >> 64);
    return h ^ h >> 29;
}

static inline uint64_t sz_hash_key(const void *key, size_t n) {
    return n > 16 ? sz_hash(key, n) : sz_hash_ends(sz_ends_of(key, n), n);
}

/* ---- buffer ---- */

static inline void sz_buf_reserve(sz_buf *b, size_t extra) {
    if (b->cap - b->n < extra) sz_buf_grow(b, extra);
}

static inline void sz_buf_put(sz_buf *b, const void *p, size_t n) {
    if (n == 0) return;
    sz_buf_reserve(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

static inline void sz_buf_put_str(sz_buf *b, sz_str s) { sz_buf_put(b, s.p, s.n); }

static inline void sz_buf_put_u8(sz_buf *b, uint8_t v) {
    sz_buf_reserve(b, 1);
    b->p[b->n++] = v;
}

static inline void sz_buf_put_u32(sz_buf *b, uint32_t v) {
    uint8_t x[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    sz_buf_put(b, x, sizeof x);
}

static inline void sz_buf_put_u64(sz_buf *b, uint64_t v) {
    uint8_t x[8] = {(uint8_t)v,         (uint8_t)(v >> 8),  (uint8_t)(v >> 16), (uint8_t)(v >> 24),
                    (uint8_t)(v >> 32), (uint8_t)(v >> 40), (uint8_t)(v >> 48), (uint8_t)(v >> 56)};
    sz_buf_put(b, x, sizeof x);
}

static inline void sz_buf_put_double(sz_buf *b, double v) {
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    sz_buf_put_u64(b, u);
}

static inline void sz_buf_put_varint(sz_buf *b, uint64_t v) {
    sz_buf_reserve(b, 10);
    uint8_t *p = b->p + b->n;
    while (v >= 0x80) {
        *p++ = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    *p++ = (uint8_t)v;
    b->n = (size_t)(p - b->p);
}

static inline void sz_buf_put_zigzag(sz_buf *b, int64_t v) {
    sz_buf_put_varint(b, ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0));
}

static inline void sz_buf_put_lstr(sz_buf *b, sz_str s) {
    sz_buf_put_varint(b, s.n);
    sz_buf_put(b, s.p, s.n);
}

/* ---- reader ---- */

static inline sz_reader sz_reader_of(const void *p, size_t n) {
    const uint8_t *q = p;
    return (sz_reader){q, n ? q + n : q, false};
}

/* The next n bytes, or NULL; a failed reader is left at its end, so that every later read of a byte fails too. */
static inline const uint8_t *sz_read_take(sz_reader *r, size_t n) {
    if ((size_t)(r->end - r->p) < n || r->bad) {
        r->bad = true;
        r->p = r->end;
        return NULL;
    }
    const uint8_t *p = r->p;
    if (n) r->p += n; /* it may be NULL, where there is nothing to read */
    return p;
}

static inline uint8_t sz_read_u8(sz_reader *r) {
    const uint8_t *p = sz_read_take(r, 1);
    return p ? *p : 0;
}

static inline uint32_t sz_read_u32(sz_reader *r) {
    const uint8_t *p = sz_read_take(r, 4);
    if (!p) return 0;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t sz_read_u64(sz_reader *r) {
    const uint8_t *p = sz_read_take(r, 8);
    if (!p) return 0;
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline double sz_read_double(sz_reader *r) {
    uint64_t u = sz_read_u64(r);
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

static inline uint64_t sz_read_varint(sz_reader *r) {
    if (r->p < r->end && *r->p < 0x80) return *r->p++; /* a failed reader stands at its end */
    return sz_read_varint_long(r);
}

static inline int64_t sz_read_zigzag(sz_reader *r) {
    uint64_t u = sz_read_varint(r);
    return (int64_t)(u >> 1) ^ -(int64_t)(u & 1);
}

static inline sz_str sz_read_bytes(sz_reader *r, size_t n) {
    const uint8_t *p = sz_read_take(r, n);
    return p ? (sz_str){(const char *)p, n} : (sz_str){NULL, 0};
}

static inline sz_str sz_read_lstr(sz_reader *r) {
    uint64_t n = sz_read_varint(r);
    return sz_read_bytes(r, n > SIZE_MAX ? SIZE_MAX : (size_t)n);
}

/* ---- zone ---- */

static inline int32_t sz_zone_offset_s(const sz_zone *z, int64_t t_ms) {
    if (z->n == 0) return z->offset0_s;
    if (t_ms >= z->from_ms[z->n - 1]) return z->offset_s[z->n - 1];
    return sz_zone_offset_search(z, t_ms);
}

/* Local milliseconds counted from day -2^31, so that one unsigned division is a floor; times outside of the days that
 * an int32 holds come out above SZ_ZONE_SPAN. */
#define SZ_ZONE_BIAS (UINT64_C(0x80000000) * (uint64_t)SZ_DAY_MS)
#define SZ_ZONE_SPAN (2 * SZ_ZONE_BIAS)
static inline uint64_t sz_zone_biased(const sz_zone *z, int64_t t_ms) {
    return (uint64_t)t_ms + (uint64_t)(sz_zone_offset_s(z, t_ms) * SZ_SECOND_MS) + SZ_ZONE_BIAS;
}

int64_t sz_zone_midnight_slow(const sz_zone *z, int32_t day); /* zones with transitions; not for callers */
static inline int64_t sz_zone_midnight(const sz_zone *z, int32_t day) {
    if (z->n == 0) return day * SZ_DAY_MS - z->offset0_s * SZ_SECOND_MS;
    return sz_zone_midnight_slow(z, day);
}

int64_t sz_zone_noon_slow(const sz_zone *z, int32_t day);
static inline int64_t sz_zone_noon(const sz_zone *z, int32_t day) {
    if (z->n == 0) return day * SZ_DAY_MS + 12 * SZ_HOUR_MS - z->offset0_s * SZ_SECOND_MS;
    return sz_zone_noon_slow(z, day);
}

static inline int32_t sz_zone_day(const sz_zone *z, int64_t t_ms) {
    uint64_t u = sz_zone_biased(z, t_ms);
    if (u >= SZ_ZONE_SPAN) return t_ms < 0 ? SZ_DAY_NONE : INT32_MAX;
    return (int32_t)((int64_t)(u / (uint64_t)SZ_DAY_MS) - INT64_C(0x80000000));
}

/* Noon is 12:00 of the clock, also on a day that is an hour short. */
static inline int32_t sz_zone_night(const sz_zone *z, int64_t t_ms) {
    uint64_t u = sz_zone_biased(z, t_ms);
    if (u >= SZ_ZONE_SPAN || u < (uint64_t)SZ_DAY_MS) return t_ms < 0 ? SZ_DAY_NONE : INT32_MAX;
    return (int32_t)((int64_t)((u - (uint64_t)(SZ_DAY_MS / 2)) / (uint64_t)SZ_DAY_MS) - INT64_C(0x80000000));
}

static inline int32_t sz_zone_day_as(const sz_zone *z, sz_day_memo *m, int64_t t_ms) {
    return t_ms >= m->from_ms && t_ms < m->to_ms ? m->day : sz_zone_day_anew(z, m, t_ms);
}

static inline int32_t sz_zone_night_as(const sz_zone *z, sz_day_memo *m, int64_t t_ms) {
    return t_ms >= m->from_ms && t_ms < m->to_ms ? m->day : sz_zone_night_anew(z, m, t_ms);
}

static inline int32_t sz_zone_ms_of_day(const sz_zone *z, int64_t t_ms) {
    uint64_t u = sz_zone_biased(z, t_ms);
    if (u >= SZ_ZONE_SPAN) return 0;
    return (int32_t)(u % (uint64_t)SZ_DAY_MS);
}

#endif
