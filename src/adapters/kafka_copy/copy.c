/* SPDX-License-Identifier: Apache-2.0
 *
 * copy: the record that came first of all heads, by the time that Kafka keeps of it, goes next, so that what was late
 * in the topic is as late in the copy and no more.
 */
#include "copy.h"

#include <stdio.h>

#include "turn.h"

enum { FLUSH_MS = 100 }; /* at once: the turn is looked at in between */

/* A feed_status that was met. */
typedef struct status {
    uint32_t n;            /* partitions that have shown it */
    rd_kafka_message_t *m; /* the first; NULL once it was passed on */
} status;

typedef struct copying {
    sz_kafka_voice voice; /* first: the producer's opaque value */
    const sz_kafka_copy_options *o;
    lanes from, to;
    turn turn;
    there there;
    rd_kafka_t *producer;
    sz_decoder *decoder;
    sz_arena arena;
    sz_kafka_copied *n;
    sz_map shown; /* feed_status values, numbered */
    status *statuses;
    uint32_t room;
    char why[256]; /* of a delivery that failed */
} copying;

/* ---- sending ---- */

static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *self) {
    copying *c = self;
    (void)rk;
    if (m->err && !c->why[0]) snprintf(c->why, sizeof c->why, "%s: %s", c->o->to, rd_kafka_err2str(m->err));
}

static rd_kafka_headers_t *headers_of(const copying *c, const rd_kafka_message_t *m) {
    rd_kafka_headers_t *own = NULL, *h;
    char from[MOST_FROM];
    if (c->o->reason || rd_kafka_message_headers(m, &own)) h = rd_kafka_headers_new(1);
    else h = rd_kafka_headers_copy(own);
    int n = snprintf(from, sizeof from, "%s/%d/%lld", c->o->from, m->partition, (long long)m->offset);
    rd_kafka_header_add(h, FROM_HEADER, -1, from, n);
    if (c->there.id[0]) rd_kafka_header_add(h, FROM_ID_HEADER, -1, c->there.id, -1);
    return h;
}

static void send_to(copying *c, const rd_kafka_message_t *m, uint32_t partition, sz_str key) {
    rd_kafka_timestamp_type_t type;
    int64_t ms = rd_kafka_message_timestamp(m, &type);
    rd_kafka_headers_t *h = headers_of(c, m);
    rd_kafka_vu_t v[] = {{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = c->o->to},
                         {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)partition},
                         {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {m->payload, m->len}},
                         {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)key.p, key.n}},
                         {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
                         {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = h},
                         {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = ms}};
    size_t n = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 6 : 7;
    for (;;) {
        rd_kafka_error_t *e = rd_kafka_produceva(c->producer, v, n);
        if (!e) break;
        bool is_full = rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
        if (!is_full) {
            snprintf(c->why, sizeof c->why, "%s: %s", c->o->to, rd_kafka_error_string(e));
            rd_kafka_headers_destroy(h);
        }
        rd_kafka_error_destroy(e);
        if (!is_full) return;
        rd_kafka_poll(c->producer, 100);
    }
}

/* ---- where to ---- */

static void copy_event(copying *c, const rd_kafka_message_t *m, const sz_input *in) {
    sz_str student = {m->key, m->key ? m->key_len : 0};
    bool has = in->record.kind == SZ_RECORD_EVENT && c->o->student_of(c->o->self, &in->record.event, &student);
    uint32_t to = has ? sz_home(student, c->to.n) : (uint32_t)m->partition % c->to.n;
    if (sz_kc_has(&c->there, m, to)) {
        c->n->already++;
        return;
    }
    c->n->without_student += !has;
    c->n->copied++;
    send_to(c, m, to, student);
}

static bool has_header(const rd_kafka_message_t *m, const char *name, const char *value) {
    rd_kafka_headers_t *h = NULL;
    const void *v = NULL;
    size_t n = 0;
    if (rd_kafka_message_headers(m, &h) || rd_kafka_header_get_last(h, name, &v, &n)) return false;
    return !value || (v && sz_str_is((sz_str){v, n}, value));
}

/* A letter that says how long its record was holds the beginning of it only. */
static void copy_letter(copying *c, const rd_kafka_message_t *m, const sz_input *in) {
    sz_str student;
    if (sz_kc_has(&c->there, m, 0)) {
        c->n->already++;
    } else if (has_header(m, "reason", c->o->reason) && !has_header(m, "value.length", NULL) &&
               in->record.kind == SZ_RECORD_EVENT && c->o->student_of(c->o->self, &in->record.event, &student)) {
        c->n->copied++;
        send_to(c, m, sz_home(student, c->to.n), student);
    } else {
        c->n->left++;
    }
}

static void pass_on(copying *c, status *x) {
    sz_str value = {x->m->payload, x->m->len};
    for (uint32_t i = 0; i < c->to.n; i++)
        if (!sz_kc_has_control(&c->there, i, value)) send_to(c, x->m, i, (sz_str){0});
    rd_kafka_message_destroy(x->m);
    x->m = NULL;
}

/* A feed_status stands behind what it speaks of in each partition. In the copy it may only stand where that is true of
 * all of them: once the last partition has shown it, or, where one partition alone had it, at the end. Takes m. */
static void copy_control(copying *c, rd_kafka_message_t *m) {
    uint32_t i = sz_map_intern(&c->shown, (sz_str){m->payload, m->len});
    c->n->control++;
    if (i >= c->room) {
        uint32_t room = c->room ? 2 * c->room : 64;
        c->statuses = sz_realloc(c->statuses, room * sizeof *c->statuses);
        memset(c->statuses + c->room, 0, (room - c->room) * sizeof *c->statuses);
        c->room = room;
    }
    status *x = &c->statuses[i];
    if (x->n++ == 0) x->m = m;
    else rd_kafka_message_destroy(m);
    if (x->n == c->from.n && x->m) pass_on(c, x);
}

static void pass_on_rest(copying *c) {
    for (uint32_t i = 0; i < c->shown.n; i++)
        if (c->statuses[i].m) pass_on(c, &c->statuses[i]);
}

static void copy_one(copying *c, rd_kafka_message_t *m) {
    sz_input in;
    sz_arena_reset(&c->arena);
    sz_kafka_decode(c->decoder, c->o->mapping, m, &c->arena, &in);
    c->n->read++;
    if (c->o->reason) {
        copy_letter(c, m, &in);
        rd_kafka_message_destroy(m);
    } else if (in.record.kind == SZ_RECORD_FEED_STATUS) {
        copy_control(c, m);
    } else {
        copy_event(c, m, &in);
        rd_kafka_message_destroy(m);
    }
    rd_kafka_poll(c->producer, 0);
}

static sz_status copy_all(copying *c) {
    while (sz_kc_fill(&c->from)) {
        lane *x = sz_kc_earliest(&c->from);
        if (!x) {
            pass_on_rest(c);
            return SZ_OK;
        }
        copy_one(c, sz_kc_take(x));
        if (c->why[0]) return SZ_IO;
    }
    return c->from.why[0] ? SZ_IO : SZ_INTERRUPTED;
}

/* ---- life ---- */

static bool is_ending(void *self) {
    copying *c = self;
    return !sz_kc_turn_is_mine(&c->turn) || c->o->is_ending(c->o->self);
}

/* What stands in the copy is looked at once nobody else writes there. */
static sz_status take_turn(copying *c, sz_diags *d) {
    sz_status s = sz_kc_turn_wait(&c->turn, c->o->kafka, &c->voice, c->o->to, c->o->is_ending, c->o->self);
    if (s != SZ_REFUSED) return s;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_TURN, (sz_span){0}, "another run writes into %s",
                              "另一个进程正在写入 %s", c->o->to);
    sz_diag_hint(d, g, "wait until it has ended, and run again: what is there already is not copied twice",
                 "请等它结束后再运行：已经复制的不会再复制");
    return s;
}

/* Another run may have the turn by now, so that nothing more may be sent. */
static sz_status lose_turn(const copying *c, sz_diags *d) {
    sz_diag *g =
        sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_TURN, (sz_span){0},
                     "this run may not write into %s any more: Kafka has not heard of it for too long, or gave the "
                     "turn to one that began before it",
                     "本进程不能再写入 %s：Kafka 太久没有收到它的消息，或已轮到更早开始的进程", c->o->to);
    sz_diag_hint(d, g, "run again: what is there already is not copied twice", "请再次运行：已经复制的不会再复制");
    return SZ_REFUSED;
}

static sz_status find_from(copying *c) {
    sz_status s = sz_kc_find(&c->from, c->o->kafka, &c->voice, c->o->from);
    if (s != SZ_OK) return s;
    bool is_fine = sz_kc_topic_id(c->from.rk, c->o->from, c->there.id, c->why, sizeof c->why);
    return is_fine ? SZ_OK : SZ_IO;
}

/* What was copied of an earlier topic of this name says nothing of this one. */
static void tell_of_before(copying *c) {
    char en[512], zh[512];
    unsigned long long n = c->there.n_of_before;
    if (!n) return;
    snprintf(en, sizeof en, "%s was made anew since a copy: %llu records in %s are of the one before", c->o->from, n,
             c->o->to);
    snprintf(zh, sizeof zh, "%s 在上次复制后重建过：%s 中有 %llu 条记录来自重建前的主题", c->o->from, c->o->to, n);
    c->voice.say(c->voice.self, SZ_NOTE, en, zh);
}

static sz_status make_producer(copying *c) {
    rd_kafka_conf_t *conf = sz_kafka_conf(c->o->kafka, SZ_KAFKA_PRODUCER, &c->voice);
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    c->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, c->why, sizeof c->why);
    c->turn.writer = c->producer;
    if (c->producer) return SZ_OK;
    rd_kafka_conf_destroy(conf);
    return SZ_IO;
}

static sz_status finish(copying *c, sz_status s) {
    while (s != SZ_IO && rd_kafka_outq_len(c->producer) > 0 && !c->why[0] && sz_kc_turn_is_mine(&c->turn))
        rd_kafka_flush(c->producer, FLUSH_MS);
    if (c->why[0]) return SZ_IO;
    return s == SZ_OK && rd_kafka_outq_len(c->producer) > 0 ? SZ_INTERRUPTED : s;
}

sz_status sz_kafka_copy(const sz_kafka_copy_options *o, sz_kafka_voice *voice, sz_diags *d, sz_kafka_copied *n) {
    copying c = {.voice = *voice, .o = o, .n = n};
    *n = (sz_kafka_copied){0};
    c.from.is_ending = c.to.is_ending = is_ending;
    c.from.self = c.to.self = &c;
    c.decoder = sz_decoder_new(o->types, o->zone);
    sz_arena_init(&c.arena);
    sz_map_init(&c.shown);
    c.there.of_letters = o->reason != NULL;
    sz_status s = find_from(&c);
    if (s == SZ_OK) s = sz_kc_find(&c.to, o->kafka, &c.voice, o->to);
    if (s == SZ_OK) s = take_turn(&c, d);
    if (s == SZ_OK) s = sz_kc_open(&c.from);
    if (s == SZ_OK) s = sz_kc_open(&c.to);
    if (s == SZ_OK) s = sz_kc_there(&c.there, &c.to, &c.from, c.decoder);
    if (s == SZ_OK) tell_of_before(&c);
    if (s == SZ_OK) s = make_producer(&c);
    if (s == SZ_OK) s = finish(&c, copy_all(&c));
    const char *why = c.why[0] ? c.why : c.from.why[0] ? c.from.why : c.to.why[0] ? c.to.why : c.turn.why;
    if (c.turn.is_lost && s != SZ_OK) s = lose_turn(&c, d);
    if (s == SZ_IO && !why[0]) s = SZ_INTERRUPTED;
    if (s == SZ_IO)
        sz_diag_hint(d,
                     sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_CLIENT, (sz_span){0}, "the copy cannot go on: %s",
                                  "复制不能继续：%s", why),
                     "see to the brokers and to --kafka-set (kafka.rdkafka), then run it again",
                     "请检查 broker 和 --kafka-set（kafka.rdkafka）的设置，再运行一次");
    sz_kc_turn_end(&c.turn);
    if (c.producer) rd_kafka_destroy(c.producer);
    for (uint32_t i = 0; i < c.shown.n; i++)
        if (c.statuses[i].m) rd_kafka_message_destroy(c.statuses[i].m);
    sz_free(c.statuses);
    sz_map_fini(&c.shown);
    sz_kc_close(&c.from);
    sz_kc_close(&c.to);
    sz_kc_there_fini(&c.there);
    sz_arena_fini(&c.arena);
    sz_decoder_free(c.decoder);
    return s;
}
