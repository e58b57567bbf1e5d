/* SPDX-License-Identifier: Apache-2.0 */
#include "sink_twin.h"

#include <stdio.h>

#include "host.h"
#include "invariants.h"
#include "stream_twin.h"

typedef struct submission {
    seat *from;
    uint64_t gen;
    uint32_t tag, n, next, part;
    sz_str *lines;
    bool is_dead, survives, is_done; /* survives: its sender's death */
    struct submission *after;
} submission;

/* ---- lines ---- */

sz_str alert_member(sz_str line, const char *name) {
    char key[40];
    size_t n = (size_t)snprintf(key, sizeof key, "\"%s\":", name);
    for (size_t i = 0; i + n < line.n; i++) {
        if (line.p[i] != '"' || memcmp(line.p + i, key, n) != 0) continue;
        const char *p = line.p + i + n, *end = line.p + line.n, *q = p + 1;
        if (*p == '"') {
            while (q < end && *q != '"') q++;
            return (sz_str){p + 1, (size_t)(q - p - 1)};
        }
        while (q < end && *q != ',' && *q != '}') q++;
        return (sz_str){p, (size_t)(q - p)};
    }
    return (sz_str){0};
}

said_line *sink_line(world *w, sz_str bytes, uint32_t part) {
    sink *k = &w->sink;
    const uint32_t *have = sz_map_get(&k->lines, bytes);
    if (have) return &k->v[*have];
    if (k->n == k->cap) k->v = sz_realloc(k->v, (k->cap = k->cap ? 2 * k->cap : 256) * sizeof *k->v);
    said_line *x = &k->v[k->n];
    sz_str alert = alert_member(bytes, "alert"), seq = alert_member(bytes, "seq");
    *x = (said_line){
        .bytes = keep(w, bytes), .key = keep_printf(w, "%.*s %.*s", SZ_FMT_STR(alert), SZ_FMT_STR(seq)), .part = part};
    sz_map_put(&k->lines, bytes, k->n++);
    return x;
}

static void publish(world *w, uint32_t part, sz_str bytes) {
    sink *k = &w->sink;
    said_line *x = sink_line(w, bytes, part);
    if (w->trace)
        note(w, "topic: %.*s %.*s %.*s", SZ_FMT_STR(x->key), SZ_FMT_STR(alert_member(bytes, "event")),
             SZ_FMT_STR(alert_member(bytes, "rule")));
    invariant_published(w, x);
    if (!x->is_out) k->n_topic++;
    x->is_out = true;
    if (!sz_map_get(&k->keys, x->key)) sz_map_put(&k->keys, x->key, (uint32_t)(x - k->v));
    mix(w, sz_hash(bytes.p, bytes.n));
}

static bool has_reason(sz_str letter, const char *reason) { return sz_str_is(alert_member(letter, "reason"), reason); }

/* Whose card it is says which partition a record belongs to and which records share an id: one that is read once more
 * under another campus may be set aside for the other of these. */
static bool follows_cards(sz_str letter) {
    return has_reason(letter, "misrouted") || has_reason(letter, "conflicting_duplicate") ||
           has_reason(letter, "unknown_card");
}

/* A letter in two parts, without the instant at which it was set aside (`null` before there is any). */
static void without_at(sz_str letter, sz_str part[2]) {
    static const char from[] = "\"at\":", to[] = ",\"origin\":";
    size_t a = 0, b = 0;
    while (a + strlen(from) < letter.n && memcmp(letter.p + a, from, strlen(from))) a++;
    for (b = a; b + strlen(to) < letter.n && memcmp(letter.p + b, to, strlen(to));) b++;
    part[0] = (sz_str){letter.p, a};
    part[1] = (sz_str){letter.p + b, letter.n - b};
}

/* What was of the future when it was read is not when it is read again, by the wall. What has no time of its own was
 * set aside at the highest watermark, and a record moves it or not as the cards are. */
static bool is_same_letter(const world *w, sz_str a, sz_str b) {
    bool is_by_wall = w->s.is_live && (has_reason(a, "future_time") || has_reason(b, "future_time"));
    bool is_by_cards = w->load->n_campuses > 1 && follows_cards(a) && follows_cards(b);
    if (is_by_wall || is_by_cards) return sz_str_eq(alert_member(a, "raw_base64"), alert_member(b, "raw_base64"));
    if (w->load->n_campuses == 1) return sz_str_eq(a, b);
    sz_str of_a[2], of_b[2];
    without_at(a, of_a);
    without_at(b, of_b);
    return sz_str_eq(of_a[0], of_b[0]) && sz_str_eq(of_a[1], of_b[1]);
}

static void bury(world *w, sz_str bytes) {
    sink *k = &w->sink;
    sz_str part = alert_member(bytes, "partition"), offset = alert_member(bytes, "offset");
    bool is_of_state = sz_str_is(alert_member(bytes, "source"), "state");
    sz_str key = keep_printf(w, "%s%.*s/%.*s", is_of_state ? "state/" : "", SZ_FMT_STR(part), SZ_FMT_STR(offset));
    const uint32_t *have = sz_map_get(&k->dead, key);
    if (have) {
        if (!is_same_letter(w, k->dead_bytes.v[*have], bytes))
            fail(w, "dead letter %.*s has two contents\n  %.*s  %.*s", SZ_FMT_STR(key),
                 SZ_FMT_STR(k->dead_bytes.v[*have]), SZ_FMT_STR(bytes));
        return;
    }
    uint32_t i = k->dead.n;
    sz_map_put(&k->dead, key, i);
    strs *d = &k->dead_bytes;
    if (i == d->cap) d->v = sz_realloc(d->v, (d->cap = d->cap ? 2 * d->cap : 64) * sizeof *d->v);
    d->v[i] = keep(w, bytes);
}

/* ---- on the way ---- */

static void told(world *w, seat *s, mail *m) { seat_step_msg(w, s, &m->msg); }

static void arrive(world *w, const event *e) {
    submission *b = e->p;
    if (broker_is_away(w)) {
        at(w, w->stream.away_until_ms + delay(w), arrive, b, e->a, 0);
        return;
    }
    if (b->from->gen != b->gen && !b->survives) return;
    uint32_t n = 1 + (w->is_reference ? b->n : (uint32_t)rng_below(&w->latency, b->n));
    if (n > b->n - b->next) n = b->n - b->next;
    for (uint32_t i = 0; i < n; i++) {
        if (b->is_dead) bury(w, b->lines[b->next + i]);
        else publish(w, b->part, b->lines[b->next + i]);
    }
    int64_t later = w->now + delay(w);
    if (strikes(w, F_ACK_LOST)) { /* a new producer sends them once more */
        at(w, later + rng_around(rng_for(w, F_ACK_LOST), 500), arrive, b, 0, 0);
        return;
    }
    b->next += n;
    sz_msg m = {.kind = SZ_MSG_DELIVERED, .answer = SZ_ANS_OK, .n_delivered = n, .tag = b->tag};
    if (b->is_dead) m.kind = SZ_MSG_DEAD_DONE;
    bool is_last = b->next == b->n;
    if (b->from->gen == b->gen && (!b->is_dead || is_last)) mail_at(w, later, b->from, told, &(mail){.msg = m});
    b->is_done = is_last;
    if (!is_last) at(w, later, arrive, b, 0, 0);
    else if (b->after) at(w, later, arrive, b->after, 0, 0);
}

static void take(seat *s, uint32_t tag, const sz_str *lines, uint32_t n, bool is_dead) {
    world *w = s->world;
    submission *b = SZ_NEW(&w->arena, submission);
    *b = (submission){.from = s,
                      .gen = s->gen,
                      .tag = tag,
                      .n = n,
                      .part = s->part,
                      .is_dead = is_dead,
                      .lines = SZ_NEWN(&w->arena, sz_str, n),
                      .survives = strikes(w, F_AFTER_DEATH)};
    for (uint32_t i = 0; i < n; i++) b->lines[i] = keep(w, lines[i]);
    if (!n) fail(w, "partition %u: an empty submission", s->part);
    submission *last = s->last_sent[is_dead];
    s->last_sent[is_dead] = b;
    if (last && !last->is_done && last->gen == b->gen) {
        last->after = b;
        return;
    }
    int64_t to = w->now + delay(w);
    if (strikes(w, F_SINK_SLOW)) to += rng_around(rng_for(w, F_SINK_SLOW), 1000);
    at(w, to, arrive, b, 0, 0);
}

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    seat *s = self;
    invariant_submitted(s->world, s, lines, n);
    take(s, tag, lines, n, false);
}

/* The commit that counts them was made just now, and leaves when they are safe. */
static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    seat *s = self;
    invariant_freeze(s->world, s, &s->frozen);
    s->has_frozen = true;
    take(s, tag, lines, n, true);
}

sz_sink_port sink_port(seat *s) { return (sz_sink_port){s, submit, dead}; }

void sink_start(world *w) {
    sz_map_init(&w->sink.lines);
    sz_map_init(&w->sink.keys);
    sz_map_init(&w->sink.dead);
}

void sink_fini(world *w) {
    sz_map_fini(&w->sink.lines);
    sz_map_fini(&w->sink.keys);
    sz_map_fini(&w->sink.dead);
    sz_free(w->sink.v);
    sz_free(w->sink.dead_bytes.v);
}
