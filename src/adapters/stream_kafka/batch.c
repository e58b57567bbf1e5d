/* SPDX-License-Identifier: Apache-2.0
 *
 * batch: what came out of a partition's queue at once, decoded. A usual record lies in it as a slim event, side by side
 * in the order in which they are used: 130 bytes, where librdkafka's message and an event take a thousand in many
 * places. So another core may have made it, and librdkafka's messages go while they are in the caches of whoever made
 * it. Its bytes lie apart: they stay in that core's caches, for hardly ever anybody asks for them.
 */
#include "stream.h"

enum { COPIED_MOST = 4096 };

void sz_sk_batch_drop(batch *b) {
    for (uint32_t i = 0; b->n_held && i < b->n; i++) {
        rare *r = b->items[i].rare;
        if (!r || !r->m) continue;
        rd_kafka_message_destroy(r->m);
        b->n_held--;
    }
    b->n = b->at = 0;
    sz_buf_clear(&b->pieces);
    sz_buf_clear(&b->values);
    sz_arena_reset(&b->arena);
}

void sz_sk_batch_free(batch *b) {
    if (!b) return;
    sz_sk_batch_drop(b);
    sz_buf_fini(&b->pieces);
    sz_buf_fini(&b->values);
    sz_arena_fini(&b->arena);
    sz_free(b);
}

/* ---- putting in ---- */

static sz_str value_of(const batch *b, const item *x) { return (sz_str){(const char *)b->values.p + x->at, x->n}; }

static size_t aligned(size_t n) { return (n + _Alignof(sz_slim) - 1) / _Alignof(sz_slim) * _Alignof(sz_slim); }

/* False: it is not as most are. */
static bool put_usual(maker *by, batch *b, item *x, const rd_kafka_message_t *m, sz_str value) {
    sz_slim *made = (sz_slim *)(void *)by->piece;
    size_t n;
    if (!sz_kafka_decode_slim(by->decoder, m, value, made, &n)) return false;
    x->at = (uint32_t)b->values.n;
    x->n = (uint32_t)value.n;
    sz_buf_put_str(&b->values, value);
    x->piece = (uint32_t)b->pieces.n;
    sz_buf_put(&b->pieces, made, aligned(n));
    return true;
}

static void hold(batch *b, rare *r, rd_kafka_message_t *m) {
    r->m = m;
    b->n_held++;
}

/* A large value stays where it is. */
static void put_rare(const sz_kafka_source *s, sz_decoder *d, batch *b, item *x, rd_kafka_message_t *m, sz_str value) {
    rare *r = x->rare = SZ_NEW(&b->arena, rare);
    if (m->err || value.n > COPIED_MOST) hold(b, r, m);
    else value = sz_arena_str(&b->arena, value);
    if (m->err) return;
    if (!sz_kafka_decode_value(d, s->o.mapping, value, &b->arena, &r->in))
        sz_kafka_decode_headers(d, m, &b->arena, &r->in);
    if (!r->m) rd_kafka_message_destroy(m);
}

static void put(const sz_kafka_source *s, maker *by, batch *b, rd_kafka_message_t *m) {
    item *x = &b->items[b->n++];
    sz_str value = {m->payload, m->payload && !m->err ? m->len : 0};
    rd_kafka_timestamp_type_t type;
    x->time_ms = rd_kafka_message_timestamp(m, &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) x->time_ms = SZ_TIME_NONE;
    x->offset = m->offset;
    x->rare = NULL;
    bool may_be_usual = !m->err && !s->o.mapping && value.n && value.n <= COPIED_MOST;
    if (may_be_usual && put_usual(by, b, x, m, value)) rd_kafka_message_destroy(m);
    else put_rare(s, by->decoder, b, x, m, value);
}

void sz_sk_batch_fill(batch *b, const sz_kafka_source *s, maker *by, rd_kafka_queue_t *q) {
    rd_kafka_message_t *came[MOST_INPUTS];
    sz_sk_batch_drop(b);
    ssize_t n = rd_kafka_consume_batch_queue(q, 0, came, MOST_INPUTS);
    for (ssize_t i = 0; i < n; i++) put(s, by, b, came[i]);
}

/* ---- taking out ---- */

/* Declared fields, of which most events have none, are most of an input. */
static void copy_rare(const sz_input *from, sz_input *to) {
    bool is_built_in = from->record.kind == SZ_RECORD_EVENT && from->record.event.type < SZ_TYPE_FIRST_DECLARED;
    memcpy(to, from, is_built_in ? offsetof(sz_input, record.event.fields) : sizeof *to);
}

enum { FETCHED_AHEAD = 512 }; /* bytes of pieces, of three or four */

void sz_sk_batch_give(const batch *b, const item *x, sz_input *in) {
    if (x->rare) {
        copy_rare(&x->rare->in, in);
        return;
    }
    const sz_slim *piece = (const sz_slim *)(const void *)(b->pieces.p + x->piece);
    for (size_t at = 0; at < 192; at += 64) /* another core wrote it */
        __builtin_prefetch((const char *)piece + FETCHED_AHEAD + at);
    in->raw = value_of(b, x);
    in->record.kind = SZ_RECORD_EVENT;
    in->record.time_ms = piece->time_ms;
    sz_slim_expand(piece, &in->record.event);
}
