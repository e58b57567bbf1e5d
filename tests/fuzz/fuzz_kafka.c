/* SPDX-License-Identifier: Apache-2.0
 *
 * A record of Kafka: headers and a value. Input: a byte, how many headers; of each its name, a NUL, a byte, so many
 * bytes; the rest is the value. A CloudEvent in binary mode is put into one text: of an object that text is an object,
 * and reads as what was said of it.
 */
#include <sanzao/kafka.h>
#include <stdlib.h>

#include "support/model_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds) {
    if (!holds) abort();
}

enum { MOST = 8 };

static size_t take_headers(sz_reader *r, sz_arena *a, sz_kafka_header h[MOST]) {
    size_t n = sz_read_u8(r) % (MOST + 1), i = 0;
    for (; i < n && r->p < r->end; i++) {
        const uint8_t *nul = memchr(r->p, 0, (size_t)(r->end - r->p));
        sz_str name = sz_read_bytes(r, nul ? (size_t)(nul - r->p) : (size_t)(r->end - r->p));
        h[i].name = name.n ? sz_arena_str(a, name).p : "";
        sz_read_u8(r); /* the NUL */
        size_t len = sz_read_u8(r), left = (size_t)(r->end - r->p);
        h[i].value = len == 255 ? (sz_str){0} : sz_read_bytes(r, len < left ? len : left);
    }
    return i;
}

static bool is_unreadable(const sz_record *r) {
    return r->kind == SZ_RECORD_DEAD && (r->dead.reason == SZ_BAD_JSON || r->dead.reason == SZ_BAD_UTF8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct model_fixture x, alone;
    static sz_input in;
    if (!x.decoder) model_fixture_init(&x), model_fixture_init(&alone);
    sz_arena_reset(&x.arena);
    sz_kafka_header h[MOST] = {0};
    sz_reader r = sz_reader_of(data, size);
    size_t n = take_headers(&r, &x.arena, h);
    sz_str value = {(const char *)r.p, (size_t)(r.end - r.p)};
    sz_kafka_decode_json(x.decoder, value, h, n, &x.arena, &in);
    x.record = in.record;
    const sz_record *made = &in.record;
    if (made->kind == SZ_RECORD_DEAD) {
        sz_origin origin = {SZ_STR("kafka:t"), 0, 1, 0};
        demand(made->dead.reason > SZ_REASON_NONE && made->dead.reason < SZ_N_REASONS && made->dead.detail[0]);
        sz_buf_clear(&x.out);
        sz_dead_write(&x.out, &x.zone, &made->dead, made->time_ms, &origin, in.raw);
    }
    sz_decode_json(alone.decoder, value, &alone.arena, &alone.record);
    if (in.raw.p == value.p || is_unreadable(&alone.record) ||
        (alone.record.kind == SZ_RECORD_DEAD && alone.record.dead.reason < SZ_MISSING_FIELD)) {
        sz_arena_reset(&alone.arena);
        return 0;
    }
    demand(!is_unreadable(made));
    const char *said = model_fixture_show(&x);
    demand(strcmp(model_fixture_json(&alone, in.raw), said) == 0);
    sz_arena_reset(&alone.arena);
    return 0;
}
