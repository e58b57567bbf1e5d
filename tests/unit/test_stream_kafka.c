/* SPDX-License-Identifier: Apache-2.0
 *
 * The stream of one partition, as its worker sees it. No broker is there: what is tested is which call is answered.
 */
#include <dirent.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <sanzao/kafka.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static uint32_t n_left; /* how often a source said that it left the group without a word */
static void say(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)self, (void)severity, (void)zh;
    n_left += strstr(en, "left without a word") != NULL;
}
static void assigned(void *self, int32_t partition, int64_t committed, uint32_t parts) {
    (void)self, (void)partition, (void)committed, (void)parts;
}
static void revoked(void *self, const int32_t *partitions, uint32_t n, bool is_lost) {
    (void)self, (void)partitions, (void)n, (void)is_lost;
}
static bool is_ending(void *self) {
    (void)self;
    return true;
}

static int n_answers(sz_msgq *q) {
    int n = 0;
    for (const sz_msg *m; (m = sz_msgq_pop(q)); n++) {
        assert_int_equal(m->kind, SZ_MSG_SEEKED);
        assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
    }
    return n;
}

/* A partition that was revoked while it sought left its worker one answer short: after the next assignment the worker
 * took the answer for an earlier one, and waited for ever. */
static void test_each_seek_is_answered_once_also_by_a_stream_that_ends(void **state) {
    (void)state;
    sz_diags d;
    sz_diags_init(&d);
    sz_types types;
    sz_zone zone;
    sz_types_init(&types);
    sz_zone_fixed(&zone, 0, "UTC");
    sz_kafka_options o = {.brokers = SZ_STR("127.0.0.1:1"), .group = SZ_STR("g")};
    sz_kafka_voice voice = {NULL, say};
    sz_kafka_members members = {NULL, assigned, revoked, is_ending};
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sz_kafka_source_options so = {.kafka = &o, .topic = "events", .types = &types, .zone = &zone, .wake_fd = fd};
    sz_kafka_source *source;
    assert_int_equal(sz_kafka_source_new(&so, &voice, &members, &d, &source), SZ_OK);
    sz_msgq *q = sz_msgq_new();
    for (int n = 0; n <= 3; n++) {
        sz_stream_kafka *t = sz_kafka_source_open(source, 0, q, true);
        sz_stream_port port = sz_stream_kafka_port(t);
        for (int i = 0; i < n; i++) port.seek(port.self, 40 + i);
        assert_int_equal(n_answers(q), n ? n - 1 : 0); /* those that were overtaken */
        sz_stream_kafka_close(t);
        assert_int_equal(n_answers(q), n ? 1 : 0);
    }
    sz_kafka_source_close(source);
    sz_msgq_free(q);
    sz_zone_fini(&zone);
    sz_types_fini(&types);
    sz_diags_fini(&d);
    close(fd);
}

/* ---- on librdkafka's own mock brokers ---- */

enum { PARTS = 6, RECORDS = 20 };

typedef struct group {
    rd_kafka_t *host;
    rd_kafka_mock_cluster_t *cluster;
    sz_kafka_options o;
    sz_types types;
    sz_zone zone;
    sz_diags diags;
    sz_kafka_source *source;
    sz_msgq *q;
    int wake_fd;
    uint32_t n_assigned, n_revoked, n_revocations;
} group;

static void count_assigned(void *self, int32_t partition, int64_t committed, uint32_t parts) {
    (void)partition, (void)committed, (void)parts;
    ((group *)self)->n_assigned++;
}
static void count_revoked(void *self, const int32_t *partitions, uint32_t n, bool is_lost) {
    (void)partitions, (void)is_lost;
    group *g = self;
    g->n_revoked += n;
    g->n_revocations++;
}
static bool goes_on(void *self) {
    (void)self;
    return false;
}

static void fill(group *g, int n) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];
    rd_kafka_conf_set(conf, "bootstrap.servers", g->o.brokers.p, why, sizeof why);
    rd_kafka_conf_set(conf, "batch.num.messages", "20", why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, "events", NULL);
    char value[] = "{}";
    for (int i = 0; i < n; i++)
        assert_int_equal(rd_kafka_produce(rkt, 0, RD_KAFKA_MSG_F_COPY, value, 2, NULL, 0, NULL), 0);
    assert_int_equal(rd_kafka_flush(rk, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_destroy(rkt);
    rd_kafka_destroy(rk);
}

static void group_join_fetching(group *g, const sz_kafka_setting *at_once) {
    char why[256];
    *g = (group){.q = sz_msgq_new(), .wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    sz_diags_init(&g->diags);
    sz_types_init(&g->types);
    sz_zone_fixed(&g->zone, 0, "UTC");
    g->host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    g->cluster = rd_kafka_mock_cluster_new(g->host, 1);
    assert_int_equal(rd_kafka_mock_topic_create(g->cluster, "events", PARTS, 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    g->o = (sz_kafka_options){.brokers = sz_str_of(rd_kafka_mock_cluster_bootstraps(g->cluster)),
                              .group = SZ_STR("g"),
                              .settings = at_once,
                              .n_settings = 1};
    fill(g, RECORDS);
    sz_kafka_voice voice = {NULL, say};
    sz_kafka_members members = {g, count_assigned, count_revoked, goes_on};
    sz_kafka_source_options so = {
        .kafka = &g->o, .topic = "events", .types = &g->types, .zone = &g->zone, .wake_fd = g->wake_fd};
    assert_int_equal(sz_kafka_source_new(&so, &voice, &members, &g->diags, &g->source), SZ_OK);
    for (int i = 0; i < 3000 && g->n_assigned < PARTS; i++) {
        assert_true(sz_kafka_source_poll(g->source));
        poll(NULL, 0, 10);
    }
    assert_int_equal(g->n_assigned, PARTS);
}

static void group_join(group *g) {
    static const sz_kafka_setting few = {.name = {"max.partition.fetch.bytes", 25}, .value = {"600", 3}};
    group_join_fetching(g, &few);
}

static void group_leave(group *g) {
    sz_kafka_source_close(g->source);
    g->source = NULL;
}

static void group_fini(group *g) {
    rd_kafka_mock_cluster_destroy(g->cluster);
    rd_kafka_destroy(g->host);
    sz_msgq_free(g->q);
    sz_types_fini(&g->types);
    sz_zone_fini(&g->zone);
    sz_diags_fini(&g->diags);
    close(g->wake_fd);
}

/* Given back one after the other, each took the time that its state needed. */
static void test_all_partitions_of_a_revocation_are_given_back_together(void **state) {
    (void)state;
    group g;
    group_join(&g);
    group_leave(&g);
    assert_int_equal(g.n_revoked, PARTS);
    assert_int_equal(g.n_revocations, 1);
    group_fini(&g);
}

/* A broker that did not answer when it was asked for the end was not asked again: a run with --stop-at-end went on for
 * ever. */
static void test_an_end_that_no_broker_told_is_asked_for_again(void **state) {
    (void)state;
    enum { LIST_OFFSETS = 2 }; /* of Kafka's protocol */
    group g;
    group_join(&g);
    rd_kafka_mock_push_request_errors(g.cluster, LIST_OFFSETS, 2, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, false);
    sz_stream_port port = sz_stream_kafka_port(t);
    int64_t now = 0;
    sz_stream_kafka_end_here(t, now);
    port.want(port.self, 256);
    int n = 0;
    bool has_ended = false;
    for (int i = 0; i < 3000 && !has_ended; i++, now += 10) {
        sz_kafka_source_poll(g.source);
        sz_stream_kafka_step(t, now);
        for (const sz_msg *m; (m = sz_msgq_pop(g.q));) {
            n += m->kind == SZ_MSG_INPUT ? (int)m->n : 0;
            has_ended = m->kind == SZ_MSG_INPUT_END;
            if (!has_ended) port.want(port.self, 256);
        }
        poll(NULL, 0, 10);
    }
    assert_true(has_ended);
    assert_int_equal(n, RECORDS);
    sz_stream_kafka_close(t);
    group_leave(&g);
    group_fini(&g);
}

static int64_t told_to_the_group(group *g) {
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", g->o.brokers.p, why, sizeof why);
    rd_kafka_conf_set(conf, "group.id", "g", why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, "events", 0);
    assert_int_equal(rd_kafka_committed(rk, list, 60000), RD_KAFKA_RESP_ERR_NO_ERROR);
    int64_t offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(rk);
    return offset;
}

/* What the group was told while no coordinator took it was never told again where nothing came after it: a state that
 * was lost later passed for one that had never been. */
static void test_what_the_group_did_not_take_is_told_at_the_end(void **state) {
    (void)state;
    enum { OFFSET_COMMIT = 8, SETTLED = 5 }; /* the first: of Kafka's protocol */
    group g;
    group_join(&g);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, true);
    sz_stream_port port = sz_stream_kafka_port(t);
    rd_kafka_mock_push_request_errors(g.cluster, OFFSET_COMMIT, 1, RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE);
    port.settled(port.self, SETTLED);
    sz_kafka_source_commit(g.source, 1000000, false);
    sz_kafka_source_commit(g.source, 1000001, true); /* behind it on the same connection */
    assert_int_equal(told_to_the_group(&g), SETTLED);
    sz_stream_kafka_close(t);
    group_leave(&g);
    group_fini(&g);
}

/* What was told already was told again at the end, and a broker that stood still was waited for without an end. */
static void test_a_broker_that_does_not_answer_keeps_nobody_from_ending(void **state) {
    (void)state;
    static const sz_kafka_setting short_session = {.name = {"session.timeout.ms", 18}, .value = {"6000", 4}};
    group g;
    group_join_fetching(&g, &short_session);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, true);
    sz_stream_port port = sz_stream_kafka_port(t);
    port.settled(port.self, 5);
    rd_kafka_mock_broker_set_down(g.cluster, 1);
    sz_kafka_source_commit(g.source, 1000000, true);
    sz_stream_kafka_close(t);
    group_leave(&g);
    group_fini(&g);
}

/* What a run tells the group as it goes is told by nobody's waiting, and is tried again without an end. */
static void test_what_was_told_on_the_way_keeps_nobody_from_ending(void **state) {
    (void)state;
    enum { TEN_MINUTES = 600000 };
    group g;
    group_join(&g);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, true);
    sz_stream_port port = sz_stream_kafka_port(t);
    port.settled(port.self, 5);
    rd_kafka_mock_broker_set_rtt(g.cluster, 1, TEN_MINUTES); /* as one that is stopped: it takes all and says nothing */
    sz_kafka_source_commit(g.source, 1000000, false);
    n_left = 0;
    sz_stream_kafka_close(t);
    group_leave(&g);
    assert_int_equal(n_left, 1);
    group_fini(&g);
}

/* What one wanted message brings after a seek; the first record's offset. */
static int64_t first_after(group *g, sz_stream_kafka *t, int64_t offset, int64_t *now) {
    sz_stream_port port = sz_stream_kafka_port(t);
    port.seek(port.self, offset);
    for (int i = 0; i < 30000; i++, *now += 1) {
        sz_kafka_source_poll(g->source);
        sz_stream_kafka_step(t, *now);
        for (const sz_msg *m; (m = sz_msgq_pop(g->q));) {
            if (m->kind == SZ_MSG_INPUT) return m->inputs[0].origin.offset;
            assert_int_equal(m->kind, SZ_MSG_SEEKED);
            assert_int_equal(m->answer, SZ_ANS_OK);
            port.want(port.self, 3);
        }
        poll(NULL, 0, 1);
    }
    return -1;
}

/* A fetch that was under way when its place was left: its records lie behind the new place, and taken for what comes
 * next they would skip all between. librdkafka numbers fetches: seek, pause and resume begin a new number before they
 * return, and what comes of an older one is dropped when it is taken out of the queue
 * (rd_kafka_toppar_version_new_barrier, rd_kafka_op_version_outdated in src/rdkafka_partition.c and rdkafka_op.c).
 * Fetches take 3 ms here and bring a few records each, so that one is under way most of the time. */
static void test_a_fetch_that_was_under_way_is_not_what_comes_after_a_seek_back(void **state) {
    (void)state;
    enum { FAR = 2000, SEEKS = 40 };
    group g;
    group_join(&g);
    fill(&g, FAR - RECORDS);
    rd_kafka_mock_broker_set_rtt(g.cluster, -1, 3);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, false);
    int64_t now = 0, place = FAR;
    for (int i = 0; i < SEEKS; i++) {
        place = i % 8 == 0 ? FAR - 60 : place - 1 - i * 7 % 200; /* far ahead, and back from there */
        assert_int_equal(first_after(&g, t, place, &now), place);
        if (i % 3 == 0) poll(NULL, 0, i % 5); /* at another stage of the fetch */
    }
    sz_stream_kafka_close(t);
    group_leave(&g);
    group_fini(&g);
}

/* ---- ahead ---- */

static int64_t id_of(const sz_input *in) {
    const sz_event *e = &in->record.event;
    assert_int_equal(in->record.kind, SZ_RECORD_EVENT);
    int64_t n = 0;
    for (size_t i = 1; i < e->id.n; i++) n = 10 * n + e->id.p[i] - '0';
    return n;
}

/* Many at once, so that a fetch brings more than a batch of ours. */
static void fill_numbered(group *g, int n) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256], value[8192];
    rd_kafka_conf_set(conf, "bootstrap.servers", g->o.brokers.p, why, sizeof why);
    rd_kafka_conf_set(conf, "batch.num.messages", "500", why, sizeof why);
    rd_kafka_conf_set(conf, "linger.ms", "1000", why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, "events", NULL);
    for (int i = 0; i < n; i++) {
        int size = snprintf(value, sizeof value,
                            "{\"id\":\"n%d\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s%d\",\"amount\":1,"
                            "\"time\":\"2026-03-02T08:00:00Z\"%s%*s}",
                            RECORDS + i, i % 7, i % 11 ? "" : ",\"note\":\"\\u0041\"", i % 501 ? 0 : 5000, "");
        assert_int_equal(rd_kafka_produce(rkt, 0, RD_KAFKA_MSG_F_COPY, value, (size_t)size, NULL, 0, NULL), 0);
    }
    assert_int_equal(rd_kafka_flush(rk, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_destroy(rkt);
    rd_kafka_destroy(rk);
}

/* From there on: is each the one that comes next, and does it stay as it is until it was looked at? */
static void read_on(group *g, sz_stream_kafka *t, int64_t from, int64_t to) {
    sz_stream_port port = sz_stream_kafka_port(t);
    int64_t next = from;
    port.seek(port.self, from);
    for (int64_t now = 0; next < to && now < 30000; now++) {
        sz_kafka_source_poll(g->source);
        bool did = sz_stream_kafka_step(t, now);
        for (const sz_msg *m; (m = sz_msgq_pop(g->q));) {
            for (uint32_t i = 0; m->kind == SZ_MSG_INPUT && i < m->n; i++, next++) {
                assert_int_equal(m->inputs[i].origin.offset, next);
                assert_int_equal(id_of(&m->inputs[i]), next);
            }
            port.want(port.self, 1 + (uint32_t)(next * 7 % 100)); /* also parts of a batch, and more than there is */
        }
        if (!did) poll(NULL, 0, 1);
    }
    assert_true(next >= to);
}

/* Threads of that name in this process; give_way: those of them that do. */
static int n_threads_that(const char *name, bool give_way) {
    int n = 0;
    char path[300], is[32];
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *e; (e = readdir(tasks));) {
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", e->d_name);
        FILE *f = fopen(path, "r");
        bool is_one = f && fgets(is, sizeof is, f) && strncmp(is, name, strlen(name)) == 0;
        n += is_one && (!give_way || sched_getscheduler((pid_t)atoi(e->d_name)) == SCHED_BATCH);
        if (f) fclose(f);
    }
    closedir(tasks);
    return n;
}

static int n_threads(const char *name) { return n_threads_that(name, false); }

/* Threads that bring records do not take the core from the one that uses them. */
static void test_threads_that_bring_records_give_way(void **state) {
    (void)state;
    group g;
    if (sched_getscheduler(0) != SCHED_OTHER) skip(); /* all inherit what the tests are run with */
    group_join(&g);
    assert_int_equal(sched_getscheduler(0), SCHED_OTHER);
    assert_true(n_threads_that("rdk:", true) >= 2);                /* the main one and a broker's */
    assert_true(n_threads("rdk:") > n_threads_that("rdk:", true)); /* those of others are as they were */
    group_leave(&g);
    group_fini(&g);
}

/* What another thread decoded ahead is what would have come, in its order; after a seek none of it is left. */
static void test_what_is_decoded_ahead_is_what_comes_next(void **state) {
    (void)state;
    enum { FAR = 3000 };
    static const sz_kafka_setting many = {.name = {"max.partition.fetch.bytes", 25}, .value = {"100000", 6}};
    group g;
    group_join_fetching(&g, &many);
    fill_numbered(&g, FAR);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, false);
    assert_int_equal(n_threads("ahead"), 0);
    read_on(&g, t, RECORDS, RECORDS + FAR);
    for (int i = 0; n_threads("ahead") == 0 && i < 3000; i++) poll(NULL, 0, 10); /* it says its name when it begins */
    assert_int_equal(n_threads("ahead"), 1);
    if (sched_getscheduler(0) == SCHED_OTHER) assert_int_equal(n_threads_that("ahead", true), 1);
    for (int i = 0; i < 3; i++) { /* from somewhere, for a while, with more of it ahead when that ends */
        int64_t from = RECORDS + i * 977 % (FAR - 900);
        read_on(&g, t, from, from + 300 + 90 * i);
    }
    sz_stream_kafka_close(t); /* while it is at it */
    group_leave(&g);
    group_fini(&g);
}

/* ---- what is given ---- */

enum { KINDS = 6, LONG_VALUE = 6000 };
static char long_value[LONG_VALUE + 1];
static const char *const values[KINDS] = {
    "{\"id\":\"a\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s1\",\"amount\":1,\"time\":\"2026-03-02T08:00:00Z\"}",
    long_value,
    "{\"student\":\"s2\",\"amount\":2}", /* its headers say the rest */
    "nonsense",
    NULL,
    "{\"id\":\"b\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s3\",\"amount\":3,\"time\":\"2026-03-02T09:00:00Z\"}"};
static const struct {
    const char *id, *student; /* NULL: it is none */
} wanted[KINDS] = {{"a", "s1"}, {"long", "s4"}, {"h", "s2"}, {NULL, NULL}, {NULL, NULL}, {"b", "s3"}};

static void fill_kinds(group *g) {
    static const char *const headers[][2] = {{"ce_specversion", "1.0"},
                                             {"ce_id", "h"},
                                             {"ce_source", "gate"},
                                             {"ce_type", "swipe"},
                                             {"ce_time", "2026-03-02T08:30:00Z"}};
    int n = snprintf(long_value, sizeof long_value,
                     "{\"id\":\"long\",\"source\":\"pos\",\"type\":\"swipe\",\"student\":\"s4\",\"amount\":1,"
                     "\"time\":\"2026-03-02T08:10:00Z\",\"note\":\"");
    memset(long_value + n, 'x', (size_t)(LONG_VALUE - n));
    memcpy(long_value + LONG_VALUE - 2, "\"}", 3);
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", g->o.brokers.p, why, sizeof why);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    for (int k = 0; k < KINDS; k++) {
        rd_kafka_headers_t *h = rd_kafka_headers_new(8);
        for (size_t i = 0; k == 2 && i < sizeof headers / sizeof *headers; i++)
            rd_kafka_header_add(h, headers[i][0], -1, headers[i][1], -1);
        size_t size = values[k] ? strlen(values[k]) : 0;
        rd_kafka_vu_t v[] = {{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = "events"},
                             {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = 0},
                             {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)values[k], size}},
                             {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
                             {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = h}};
        assert_null(rd_kafka_produceva(rk, v, sizeof v / sizeof *v));
    }
    assert_int_equal(rd_kafka_flush(rk, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(rk);
}

static bool holds(sz_str s, const char *z) { return memmem(s.p, s.n, z, strlen(z)) != NULL; }

static void check_kind(const sz_input *in, int k) {
    if (k == 2) assert_true(holds(in->raw, "\"ce_") || holds(in->raw, "\"specversion\":\"1.0\""));
    else assert_int_equal(in->raw.n, values[k] ? strlen(values[k]) : 0);
    if (k != 2 && in->raw.n) assert_memory_equal(in->raw.p, values[k], in->raw.n);
    assert_int_equal(in->record.kind, wanted[k].id ? SZ_RECORD_EVENT : SZ_RECORD_DEAD);
    if (!wanted[k].id) return;
    assert_true(sz_str_is(in->record.event.id, wanted[k].id));
    assert_true(sz_str_is(in->record.event.student, wanted[k].student));
}

/* Small values are copied and their messages freed at once, others borrow from theirs: both stay as they are until the
 * next want, whatever comes meanwhile. */
static void test_what_is_given_stays_until_the_next_want(void **state) {
    (void)state;
    group g;
    group_join(&g);
    fill_kinds(&g);
    sz_stream_kafka *t = sz_kafka_source_open(g.source, 0, g.q, false);
    sz_stream_port port = sz_stream_kafka_port(t);
    port.seek(port.self, RECORDS);
    int seen = 0;
    for (int64_t now = 0; seen < KINDS && now < 30000; now++) {
        sz_kafka_source_poll(g.source);
        sz_stream_kafka_step(t, now);
        const sz_msg *m = sz_msgq_pop(g.q);
        if (m && m->kind == SZ_MSG_INPUT && m->n) {
            const sz_input *in = m->inputs;
            uint32_t n = m->n;
            for (int again = 0; again < 20; again++) { /* nothing is wanted, so nothing may come */
                sz_kafka_source_poll(g.source);
                sz_stream_kafka_step(t, now);
                assert_null(sz_msgq_pop(g.q));
            }
            for (uint32_t i = 0; i < n; i++) {
                assert_int_equal(in[i].origin.offset, RECORDS + seen);
                check_kind(&in[i], seen++);
            }
        }
        if (m) port.want(port.self, 256);
        else poll(NULL, 0, 1);
    }
    assert_int_equal(seen, KINDS);
    sz_stream_kafka_close(t);
    group_leave(&g);
    group_fini(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_seek_is_answered_once_also_by_a_stream_that_ends),
        cmocka_unit_test(test_all_partitions_of_a_revocation_are_given_back_together),
        cmocka_unit_test(test_an_end_that_no_broker_told_is_asked_for_again),
        cmocka_unit_test(test_what_the_group_did_not_take_is_told_at_the_end),
        cmocka_unit_test(test_a_broker_that_does_not_answer_keeps_nobody_from_ending),
        cmocka_unit_test(test_what_was_told_on_the_way_keeps_nobody_from_ending),
        cmocka_unit_test(test_a_fetch_that_was_under_way_is_not_what_comes_after_a_seek_back),
        cmocka_unit_test(test_threads_that_bring_records_give_way),
        cmocka_unit_test(test_what_is_decoded_ahead_is_what_comes_next),
        cmocka_unit_test(test_what_is_given_stays_until_the_next_want)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
