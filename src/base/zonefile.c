/* SPDX-License-Identifier: Apache-2.0
 *
 * zonefile: bytes of a TZif file (RFC 8536). Every count is checked against the bytes that are there; transitions
 * that do not change the offset are left out.
 */
#include <sanzao/base.h>

#define HEADER_SIZE  44
#define OFFSET_LIMIT (26 * 3600)        /* RFC 8536, 3.2: between -25 and 26 hours */
#define SECOND_LIMIT (INT64_C(1) << 52) /* further away is as good as for ever; fits in milliseconds */

typedef struct header {
    uint8_t version;
    uint64_t n_isut, n_isstd, n_leap, n_time, n_type, n_char;
} header;

static uint64_t read_be(sz_reader *r, size_t n) {
    sz_str s = sz_read_bytes(r, n);
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) v = v << 8 | (uint8_t)s.p[i];
    return v;
}

static bool read_header(sz_reader *r, header *h) {
    if (!sz_str_is(sz_read_bytes(r, 4), "TZif")) return false;
    h->version = sz_read_u8(r);
    sz_read_bytes(r, 15);
    h->n_isut = read_be(r, 4);
    h->n_isstd = read_be(r, 4);
    h->n_leap = read_be(r, 4);
    h->n_time = read_be(r, 4);
    h->n_type = read_be(r, 4);
    h->n_char = read_be(r, 4);
    return !r->bad && h->n_type > 0 && h->n_type <= 256;
}

static void skip_block(sz_reader *r, const header *h, size_t time_size) {
    sz_read_bytes(r, h->n_time * time_size + h->n_time + h->n_type * 6 + h->n_char + h->n_leap * (time_size + 4) +
                         h->n_isstd + h->n_isut);
}

static int64_t read_time(sz_reader *r, size_t time_size) {
    uint64_t u = read_be(r, time_size);
    int64_t t = time_size == 8 ? (int64_t)u : (int64_t)(int32_t)(uint32_t)u;
    return t > SECOND_LIMIT ? SECOND_LIMIT : t < -SECOND_LIMIT ? -SECOND_LIMIT : t;
}

static bool read_block(sz_reader *r, const header *h, size_t time_size, sz_zone *z) {
    sz_reader times = sz_reader_of(r->p, (size_t)(r->end - r->p)), indexes = times, types = times;
    sz_read_bytes(&indexes, h->n_time * time_size);
    types = indexes;
    sz_read_bytes(&types, h->n_time);
    int32_t offsets[256];
    for (uint64_t i = 0; i < h->n_type; i++) {
        offsets[i] = (int32_t)(uint32_t)read_be(&types, 4);
        sz_read_bytes(&types, 2); /* is it summer time; its letters */
        if (offsets[i] <= -OFFSET_LIMIT || offsets[i] >= OFFSET_LIMIT) return false;
    }
    if (types.bad) return false; /* so the times and indexes before them are there */

    z->offset0_s = offsets[0];
    z->from_ms = sz_alloc(h->n_time * sizeof *z->from_ms);
    z->offset_s = sz_alloc(h->n_time * sizeof *z->offset_s);
    int32_t now = z->offset0_s;
    int64_t last = INT64_MIN;
    for (uint64_t i = 0; i < h->n_time; i++) {
        int64_t t = read_time(&times, time_size);
        uint8_t type = sz_read_u8(&indexes);
        if (type >= h->n_type || t < last || (t == last && t > -SECOND_LIMIT && t < SECOND_LIMIT)) return false;
        last = t;
        if (offsets[type] == now) continue;
        now = offsets[type];
        z->from_ms[z->n] = t * SZ_SECOND_MS;
        z->offset_s[z->n++] = now;
    }
    return true;
}

sz_status sz_zone_parse(sz_zone *z, const char *name, const void *tzif, size_t n) {
    sz_zone_fixed(z, 0, name);
    sz_reader r = sz_reader_of(tzif, n);
    header h;
    size_t time_size = 4;
    if (!read_header(&r, &h)) goto bad;
    if (h.version >= '2') {
        skip_block(&r, &h, 4);
        time_size = 8;
        if (!read_header(&r, &h)) goto bad;
    }
    if (!read_block(&r, &h, time_size, z)) goto bad;
    return SZ_OK;
bad:
    sz_zone_fini(z);
    return SZ_CORRUPT;
}
