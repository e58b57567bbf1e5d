/* SPDX-License-Identifier: Apache-2.0
 *
 * A Redis state without a Redis: what addresses mean, and what the worker is told of each thing that a server may say.
 */
#include <sanzao/adapters.h>

#include "support/fake_redis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- addresses ---- */

static sz_status open_url(const char *url, sz_diags *d, sz_store_redis **s) {
    *s = NULL;
    return sz_store_redis_new(&(sz_store_redis_options){.url = sz_str_of(url), .group = SZ_STR("campus")}, d, s);
}

static void test_addresses_are_understood(void **state) {
    (void)state;
    static const struct {
        const char *url, *place;
    } rows[] = {
        {"redis://db", "redis://db"},
        {"redis:redis://db:7000/2", "redis://db:7000/2"},
        {"redis://:s%40cret@db", "redis://db"},
        {"redis://ann:secret@[::1]:6380/0", "redis://[::1]:6380/0"},
        {"redis://db/?timeout=2s", "redis://db"},
        {"rediss://ann:secret@db:6379/1?server_name=redis.campus", "rediss://db:6379/1"},
        {"redis+sentinel://:secret@a,b:26380,c/campus/3?sentinel_password=secret",
         "redis+sentinel://a,b:26380,c/campus/3"},
        {"redis-sentinel://a:1,b:2/0#campus", "redis-sentinel://a:1,b:2/campus"},
        {"redis+cluster://ann:secret@a:1,b:2", "redis+cluster://a:1,b:2"},
        {"redis-cluster://a:1,b:2/0", "redis-cluster://a:1,b:2/0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_diags d;
        sz_diags_init(&d);
        sz_store_redis *s;
        assert_int_equal(open_url(rows[i].url, &d, &s), SZ_OK);
        assert_int_equal(d.n, 0);
        sz_str place = sz_store_redis_place(s);
        assert_int_equal(place.n, strlen(rows[i].place));
        assert_memory_equal(place.p, rows[i].place, place.n);
        sz_store_redis_free(s);
        sz_diags_fini(&d);
    }
}

static void test_odd_addresses_are_told_without_their_password(void **state) {
    (void)state;
    static const struct {
        const char *url;
        int code;
        const char *says;
    } rows[] = {
        {"db:6379", SZ_CODE_REDIS_ADDRESS, "not a Redis address"},
        {"http://db", SZ_CODE_REDIS_ADDRESS, "not a Redis address"},
        {"redis://", SZ_CODE_REDIS_ADDRESS, "not a host"},
        {"redis://db:0", SZ_CODE_REDIS_ADDRESS, "`db:0` is not a host"},
        {"redis://db:65536", SZ_CODE_REDIS_ADDRESS, "not a host"},
        {"redis://[::1", SZ_CODE_REDIS_ADDRESS, "not a host"},
        {"redis://a,b", SZ_CODE_REDIS_ADDRESS, "several"},
        {"redis://db/x", SZ_CODE_REDIS_ADDRESS, "number of a Redis database"},
        {"redis+cluster://a,b/1", SZ_CODE_REDIS_ADDRESS, "only database 0"},
        {"redis+sentinel://a,b", SZ_CODE_REDIS_ADDRESS, "master's name"},
        {"redis://ann:sec/ret@db", SZ_CODE_REDIS_ADDRESS, "cannot be taken apart"},
        {"redis://ann:sec?ret@db", SZ_CODE_REDIS_ADDRESS, "cannot be taken apart"},
        {"redis://ann:sec#ret@db", SZ_CODE_REDIS_ADDRESS, "cannot be taken apart"},
        {"redis://ann:sec@ret@db", SZ_CODE_REDIS_ADDRESS, "cannot be taken apart"},
        {"redis://:secret@db?timeuot=5s", SZ_CODE_REDIS_OPTION, "no option `timeuot`"},
        {"redis://db?timeout=soon", SZ_CODE_REDIS_OPTION, "a time such as 5s"},
        {"redis://db?timeout=1h", SZ_CODE_REDIS_OPTION, "at most 10m"},
        {"redis://db?ca=ca.pem", SZ_CODE_REDIS_OPTION, "TLS"},
        {"rediss://db?cert=c.pem", SZ_CODE_REDIS_OPTION, "go together"},
        {"rediss://:secret@db?ca=/no/such/ca.pem", SZ_CODE_REDIS_TLS, "/no/such/ca.pem"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_diags d;
        sz_diags_init(&d);
        sz_store_redis *s;
        assert_int_equal(open_url(rows[i].url, &d, &s), SZ_USAGE);
        assert_null(s);
        assert_true(d.n > 0);
        assert_int_equal(d.v[0].code, rows[i].code);
        if (!strstr(d.v[0].message, rows[i].says)) fail_msg("%s: %s", rows[i].url, d.v[0].message);
        for (size_t k = 0; k < d.n; k++) {
            const char *texts[] = {d.v[k].message, d.v[k].message_zh, d.v[k].hint, d.v[k].hint_zh};
            for (int t = 0; t < 4; t++)
                assert_true(!texts[t] ||
                            (!strstr(texts[t], "ret@") && !strstr(texts[t], "secr") && !strstr(texts[t], "sec@")));
        }
        sz_diags_fini(&d);
    }
}

static void test_near_option_is_suggested(void **state) {
    (void)state;
    sz_diags d;
    sz_diags_init(&d);
    sz_store_redis *s;
    open_url("redis://db?timeuot=5s", &d, &s);
    assert_non_null(strstr(d.v[0].hint, "`timeout`"));
    assert_non_null(strstr(d.v[0].hint_zh, "timeout"));
    sz_diags_fini(&d);
}

static void test_group_names_that_would_change_the_slot_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {"", "a{b}", "a b", "a/b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sz_diags d;
        sz_diags_init(&d);
        sz_store_redis *s = NULL;
        sz_store_redis_options o = {.url = SZ_STR("redis://db"), .group = sz_str_of(names[i])};
        assert_int_equal(sz_store_redis_new(&o, &d, &s), SZ_USAGE);
        assert_int_equal(d.v[0].code, SZ_CODE_REDIS_GROUP);
        sz_diags_fini(&d);
    }
}

/* ---- what a server says ---- */

typedef struct talk { /* a store on a fake server */
    fake_redis *f;
    sz_store_redis *s;
    sz_msgq *q;
    sz_store_port port;
    sz_diags d;
} talk;

static void talk_begin(talk *t, const fake_answer *answers, const char *before, const char *after) {
    char url[128];
    t->f = fake_redis_new(answers);
    snprintf(url, sizeof url, "%s%u%s", before, fake_redis_port(t->f), after);
    sz_diags_init(&t->d);
    assert_int_equal(open_url(url, &t->d, &t->s), SZ_OK);
    t->q = sz_msgq_new();
    t->port = sz_store_redis_port(t->s, 0, t->q);
}

static void talk_end(talk *t) {
    sz_store_redis_free(t->s);
    sz_msgq_free(t->q);
    fake_redis_free(t->f);
    sz_diags_fini(&t->d);
}

static const sz_msg *answer(talk *t, sz_msg_kind kind) {
    const sz_msg *m;
    do m = sz_msgq_pop(t->q);
    while (!m && !sz_msgq_is_idle(t->q));
    assert_non_null(m);
    assert_int_equal(m->kind, kind);
    return m;
}

static const sz_msg *acquire(talk *t) {
    uint8_t token[16] = "0123456789abcde";
    t->port.acquire(t->port.self, token, SZ_STATE_FORMAT, SZ_STR("files"), 1, 7, SZ_STR("test"), true);
    return answer(t, SZ_MSG_ACQUIRED);
}

static const sz_msg *commit(talk *t) {
    sz_name name = {.owner = "0123456789abcde", .seq = 1};
    t->port.commit(t->port.self, &(sz_commit){.parent = name, .journal = SZ_STR("blob"), .bundle_ver = 7});
    const sz_msg *m = answer(t, SZ_MSG_COMMITTED);
    return m;
}

#define NEW   "*3\r\n$3\r\nNEW\r\n$2\r\n17\r\n$6\r\n500000\r\n"
#define DONE  "*3\r\n$2\r\nOK\r\n$2\r\n18\r\n$4\r\n9000\r\n"
#define ALONE "redis://127.0.0.1:", "?timeout=1m" /* a slow server is not a silent one */
#define HASTY "redis://127.0.0.1:", "?timeout=3s"

/* Bytes of Chinese letters, the colons between the parts of a sentence left out. */
static size_t n_chinese(sz_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool is_colon = i + 3 <= s.n && memcmp(s.p + i, "：", 3) == 0;
        if (is_colon) i += 2;
        else n += (uint8_t)s.p[i] >= 0x80;
    }
    return n;
}

static void test_every_error_has_its_answer(void **state) {
    (void)state;
    static const struct {
        const char *error;
        sz_answer answer;
    } rows[] = {
        {"-LOADING Redis is loading the dataset in memory\r\n", SZ_ANS_UNKNOWN},
        {"-READONLY You can't write against a read only replica.\r\n", SZ_ANS_UNKNOWN},
        {"-OOM allow-oom flag is not set on the script\r\n", SZ_ANS_UNKNOWN},
        {"-MISCONF Redis is configured to save RDB snapshots\r\n", SZ_ANS_UNKNOWN},
        {"-NOREPLICAS Not enough good replicas to write.\r\n", SZ_ANS_UNKNOWN},
        {"-CLUSTERDOWN Hash slot not served\r\n", SZ_ANS_UNKNOWN},
        {"-TRYAGAIN Multiple keys request during rehashing of slot\r\n", SZ_ANS_UNKNOWN},
        {"-BUSY Redis is busy running a script.\r\n", SZ_ANS_UNKNOWN},
        {"-MASTERDOWN Link with MASTER is down\r\n", SZ_ANS_UNKNOWN},
        {"-MOVED 3999 127.0.0.1:1\r\n", SZ_ANS_UNKNOWN},
        {"-ASK 3999 127.0.0.1:1\r\n", SZ_ANS_UNKNOWN},
        {"-NOPERM this user has no permissions\r\n", SZ_ANS_FAILED},
        {"-NOAUTH Authentication required.\r\n", SZ_ANS_FAILED},
        {"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", SZ_ANS_FAILED},
        {"-ERR something that nobody knows\r\n", SZ_ANS_FAILED},
        {"-LOADINGS no such word\r\n", SZ_ANS_FAILED},
        {"?what is this\r\n", SZ_ANS_UNKNOWN}, /* no RESP at all */
        {"+OK\r\n", SZ_ANS_UNKNOWN},           /* not what the script answers */
        {FAKE_HANG_UP, SZ_ANS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        talk t;
        talk_begin(&t, (fake_answer[]){{"EVALSHA", NEW}, {"EVALSHA", rows[i].error}, {NULL, NULL}}, ALONE);
        assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
        const sz_msg *m = commit(&t);
        if (m->answer != rows[i].answer) fail_msg("%s gives %d: %.*s", rows[i].error, m->answer, SZ_FMT_STR(m->text));
        assert_true(m->text.n > 0 && n_chinese(m->text) == 0);
        if (n_chinese(m->text_zh) < 9) fail_msg("not in Chinese: %.*s", SZ_FMT_STR(m->text_zh));
        assert_int_equal(fake_redis_count(t.f, "EVALSHA"), 2); /* it was not sent again */
        assert_int_equal(fake_redis_count(t.f, "EVAL"), 0);
        talk_end(&t);
    }
}

static void test_answers_carry_the_servers_clock(void **state) {
    (void)state;
    talk t;
    talk_begin(&t, (fake_answer[]){{"EVALSHA", NEW}, {"EVALSHA", DONE}, {NULL, NULL}}, ALONE);
    assert_int_equal(acquire(&t)->store_ms, 17500);
    const sz_msg *m = commit(&t);
    assert_int_equal(m->answer, SZ_ANS_OK);
    assert_int_equal(m->store_ms, 18009);
    talk_end(&t);
}

static void test_a_forgotten_script_is_sent_as_text(void **state) {
    (void)state;
    talk t;
    talk_begin(
        &t,
        (fake_answer[]){{"EVALSHA", "-NOSCRIPT No matching script.\r\n"}, {"EVAL", NEW}, {"EVAL", DONE}, {NULL, NULL}},
        ALONE);
    assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
    assert_int_equal(commit(&t)->answer, SZ_ANS_OK);
    assert_int_equal(fake_redis_count(t.f, "EVALSHA"), 2);
    assert_int_equal(fake_redis_count(t.f, "EVAL"), 2);
    talk_end(&t);
}

static void test_no_answer_in_time_is_unknown_and_not_sent_again(void **state) {
    (void)state;
    talk t;
    talk_begin(&t, (fake_answer[]){{"EVALSHA", NEW}, {"EVALSHA", FAKE_SILENCE}, {"EVALSHA", NEW}, {NULL, NULL}}, HASTY);
    assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
    assert_int_equal(commit(&t)->answer, SZ_ANS_UNKNOWN);
    assert_int_equal(commit(&t)->answer, SZ_ANS_UNKNOWN); /* without a connection nothing is sent */
    assert_int_equal(fake_redis_count(t.f, "EVALSHA"), 2);
    assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW); /* on another connection */
    assert_int_equal(fake_redis_count(t.f, "EVALSHA"), 3);
    talk_end(&t);
}

static void test_a_refused_login_is_told_without_it(void **state) {
    (void)state;
    talk t;
    talk_begin(&t, (fake_answer[]){{"AUTH", "-WRONGPASS invalid username-password pair\r\n"}, {NULL, NULL}},
               "redis://ann:secret@127.0.0.1:", "?timeout=1m");
    const sz_msg *m = acquire(&t);
    assert_int_equal(m->answer, SZ_ANS_FAILED);
    assert_null(strstr(m->text.p, "secret"));
    talk_end(&t);
    talk_begin(&t,
               (fake_answer[]){{"AUTH", "-ERR unknown command 'AUTH', with args beginning with: 'ann' 'secret'\r\n"},
                               {NULL, NULL}},
               "redis://ann:secret@127.0.0.1:", "?timeout=1m");
    m = acquire(&t);
    assert_int_equal(m->answer, SZ_ANS_FAILED);
    assert_non_null(strstr(m->text.p, "unknown command"));
    assert_null(strstr(m->text.p, "secret"));
    talk_end(&t);
}

static void test_nobody_there_is_unknown(void **state) {
    (void)state;
    talk t;
    talk_begin(&t, (fake_answer[]){{NULL, NULL}}, ALONE);
    fake_redis_free(t.f); /* the port is nobody's now */
    const sz_msg *m = acquire(&t);
    assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
    assert_non_null(strstr(m->text.p, "cannot be reached: Connection refused"));
    assert_non_null(strstr(m->text_zh.p, "连不上服务器：连接被拒绝"));
    sz_parts_port others = sz_store_redis_parts(t.s, 4, t.q);
    for (uint32_t tag = 1; tag < 3; tag++) {
        others.look(others.self, tag, 1, &SZ_STR("parts/at"), 1);
        while (!(m = sz_msgq_pop(t.q))) {}
        assert_int_equal(m->kind, SZ_MSG_LOOKED);
        assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
        assert_int_equal(m->tag, tag);
    }
    t.f = fake_redis_new((fake_answer[]){{NULL, NULL}});
    talk_end(&t);
}

/* A Sentinel that knows no such master, and one that names a replica. */
static void test_sentinel_is_asked_and_not_trusted(void **state) {
    (void)state;
    talk t;
    talk_begin(&t, (fake_answer[]){{"SENTINEL", "*-1\r\n"}, {NULL, NULL}},
               "redis+sentinel://127.0.0.1:", "/campus?timeout=1m");
    const sz_msg *m = acquire(&t);
    assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
    assert_non_null(strstr(m->text.p, "no Sentinel tells the master"));
    talk_end(&t);
    fake_redis *replica = fake_redis_new((fake_answer[]){{"ROLE", "*1\r\n$5\r\nslave\r\n"}, {NULL, NULL}});
    char named[96];
    snprintf(named, sizeof named, "*2\r\n$9\r\n127.0.0.1\r\n$5\r\n%u\r\n", fake_redis_port(replica));
    talk_begin(&t, (fake_answer[]){{"SENTINEL", named}, {NULL, NULL}},
               "redis+sentinel://127.0.0.1:", "/campus?timeout=1m");
    m = acquire(&t);
    assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
    assert_non_null(strstr(m->text.p, "not the master"));
    talk_end(&t);
    fake_redis_free(replica);
}

static void test_a_cluster_without_the_slot_is_unknown(void **state) {
    (void)state;
    talk t;
    talk_begin(&t, (fake_answer[]){{"CLUSTER", "*0\r\n"}, {NULL, NULL}}, "redis+cluster://127.0.0.1:", "?timeout=1m");
    const sz_msg *m = acquire(&t);
    assert_int_equal(m->answer, SZ_ANS_UNKNOWN);
    assert_non_null(strstr(m->text.p, "no node has the slot"));
    talk_end(&t);
}

/* The node that was asked says that another one has the slot: the next ACQUIRE goes there by itself. The slot is that
 * of `campus.0`, as CLUSTER KEYSLOT of Redis 7.0 gives it. */
static void test_a_moved_slot_is_followed_at_the_next_acquire(void **state) {
    (void)state;
    fake_redis *other = fake_redis_new((fake_answer[]){{"EVALSHA", NEW}, {NULL, NULL}});
    char moved[64], slots[160];
    snprintf(moved, sizeof moved, "-MOVED 11961 127.0.0.1:%u\r\n", fake_redis_port(other));
    fake_redis *first = fake_redis_new((fake_answer[]){{"EVALSHA", moved}, {NULL, NULL}});
    snprintf(slots, sizeof slots, "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:%u\r\n",
             fake_redis_port(first));
    talk t;
    talk_begin(&t, (fake_answer[]){{"CLUSTER", slots}, {NULL, NULL}}, "redis+cluster://127.0.0.1:", "?timeout=1m");
    assert_int_equal(acquire(&t)->answer, SZ_ANS_UNKNOWN);
    assert_int_equal(fake_redis_count(first, "EVALSHA"), 1);
    assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
    assert_int_equal(fake_redis_count(first, "EVALSHA"), 1);
    assert_int_equal(fake_redis_count(other, "EVALSHA"), 1);
    talk_end(&t);
    fake_redis_free(first);
    fake_redis_free(other);
}

/* ---- a load ---- */

#define OWNER        "$32\r\n30313233343536373839616263646500\r\n"
#define HEADER(w, j) "*5\r\n" OWNER "$1\r\n1\r\n$1\r\n" w "\r\n$1\r\n" j "\r\n$1\r\n0\r\n"
#define NO_HASH      "*2\r\n" HEADER("2", "2") "*2\r\n$1\r\n0\r\n*0\r\n"
#define WORDS        "*2\r\n" HEADER("2", "2") "*2\r\n$1\r\na\r\n$0\r\n\r\n"
#define SNAPSHOTS    "*2\r\n" HEADER("2", "2") "*2\r\n$1\r\n0\r\n*4\r\n$2\r\ns1\r\n$3\r\none\r\n$2\r\ns1\r\n$3\r\none\r\n"

/* Chunks of a load, each as `kind:text,text` and a blank; the last one's answer. The name is acquire()'s. */
static sz_answer load(talk *t, sz_buf *out) {
    sz_name name = {.owner = "0123456789abcde", .seq = 1};
    sz_buf_clear(out);
    for (bool begins = true;; begins = false) {
        t->port.load(t->port.self, &name, begins);
        const sz_msg *m = answer(t, SZ_MSG_CHUNK);
        if (m->answer != SZ_ANS_OK || m->chunk == SZ_CHUNK_END) {
            sz_buf_put_u8(out, 0);
            return m->answer;
        }
        sz_buf_printf(out, "%d:", m->chunk);
        for (uint32_t i = 0; i < m->n; i++) {
            sz_str text = m->strs ? m->strs[i] : m->puts[i].value;
            sz_buf_printf(out, "%.*s%s", (int)(text.n < 40 ? text.n : 40), text.p, i + 1 < m->n ? "," : " ");
        }
    }
}

/* A text that is longer than any block comes whole, and what is beyond the header's length is not given. */
static void test_a_load_comes_in_pieces(void **state) {
    (void)state;
    enum { LONG = 300 * 1000 };
    sz_buf one, got;
    talk t;
    sz_buf_init(&one);
    sz_buf_init(&got);
    sz_buf_put_z(&one, "*2\r\n" HEADER("2", "2") "*1\r\n$300000\r\n");
    for (int i = 0; i < LONG; i++) sz_buf_put_u8(&one, (uint8_t)('a' + i % 23));
    sz_buf_put(&one, "\r\n\0", 3);
    static const char two[] = "*2\r\n" HEADER("2", "2") "*2\r\n$6\r\nsecond\r\n$6\r\nbeyond\r\n";
    talk_begin(&t,
               (fake_answer[]){{"EVALSHA", NEW},
                               {"EXEC", WORDS},
                               {"EXEC", SNAPSHOTS},
                               {"EXEC", (const char *)one.p},
                               {"EXEC", two},
                               {"EXEC", NO_HASH},
                               {"HMGET", HEADER("2", "2")},
                               {NULL, NULL}},
               ALONE);
    assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
    assert_int_equal(load(&t, &got), SZ_ANS_OK);
    assert_string_equal((const char *)got.p, "0:a, 1:one 2:abcdefghijklmnopqrstuvwabcdefghijklmnopq 2:second ");
    assert_int_equal(fake_redis_count(t.f, "EXEC"), 5); /* there is no outbox */
    talk_end(&t);
    sz_buf_fini(&one);
    sz_buf_fini(&got);
}

static void test_what_is_wrong_with_a_load_is_told(void **state) {
    (void)state;
    static const struct {
        const char *exec, *says;
        sz_answer answer;
    } rows[] = {
        {"*2\r\n" HEADER("3", "0") "*2\r\n$1\r\na\r\n$0\r\n\r\n", "shorter than its header", SZ_ANS_FAILED},
        {"*2\r\n*5\r\n" OWNER "$1\r\n2\r\n$1\r\n2\r\n$1\r\n0\r\n$1\r\n0\r\n*0\r\n", "taken this state over",
         SZ_ANS_REFUSED},
        {"*2\r\n*5\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n*0\r\n", "taken this state over", SZ_ANS_REFUSED},
        {"*2\r\n" HEADER("2", "0") "-WRONGTYPE Operation against a key\r\n", "WRONGTYPE", SZ_ANS_FAILED},
        {"*2\r\n" HEADER("2", "0") ":7\r\n", "LRANGE", SZ_ANS_FAILED},
        {"-EXECABORT Transaction discarded\r\n", "EXECABORT", SZ_ANS_FAILED},
        {"*2\r\n" HEADER("2", "0") "*2\r\n$1\r\nab\r\n", "CR LF", SZ_ANS_UNKNOWN},
        {"*2\r\n" HEADER("2", "0") "*2\r\n$-2\r\n", "length", SZ_ANS_UNKNOWN},
        {"*2\r\n" HEADER("2", "0") "*2000000\r\n", "too long", SZ_ANS_UNKNOWN},
        {"*2\r\n$999999999999\r\n", "too long", SZ_ANS_UNKNOWN},
        {"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "too deep", SZ_ANS_UNKNOWN},
        {"*2\n", "CR LF", SZ_ANS_UNKNOWN},
        {":x\r\n", "number", SZ_ANS_UNKNOWN},
    };
    sz_buf got;
    sz_buf_init(&got);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        talk t;
        talk_begin(&t, (fake_answer[]){{"EVALSHA", NEW}, {"EXEC", rows[i].exec}, {NULL, NULL}}, ALONE);
        assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
        sz_name name = {.owner = "0123456789abcde", .seq = 1};
        t.port.load(t.port.self, &name, true);
        const sz_msg *m = answer(&t, SZ_MSG_CHUNK);
        if (m->answer != rows[i].answer || !strstr(m->text.p, rows[i].says))
            fail_msg("%zu gives %d: %.*s", i, m->answer, SZ_FMT_STR(m->text));
        talk_end(&t);
    }
    sz_buf_fini(&got);
}

/* The second piece is asked for before the worker wants it: what is wrong with it stays known until then. */
static void test_a_load_that_failed_ahead_does_not_begin_anew(void **state) {
    (void)state;
    static const char overtaken[] = "*2\r\n*5\r\n" OWNER "$1\r\n2\r\n$1\r\n2\r\n$1\r\n0\r\n$1\r\n0\r\n*0\r\n";
    sz_buf got;
    talk t;
    sz_buf_init(&got);
    talk_begin(&t, (fake_answer[]){{"EVALSHA", NEW}, {"EXEC", WORDS}, {"EXEC", overtaken}, {NULL, NULL}}, ALONE);
    assert_int_equal(acquire(&t)->answer, SZ_ANS_NEW);
    assert_int_equal(load(&t, &got), SZ_ANS_REFUSED);
    assert_string_equal((const char *)got.p, "0:a, ");
    talk_end(&t);
    sz_buf_fini(&got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_understood),
        cmocka_unit_test(test_odd_addresses_are_told_without_their_password),
        cmocka_unit_test(test_near_option_is_suggested),
        cmocka_unit_test(test_group_names_that_would_change_the_slot_are_refused),
        cmocka_unit_test(test_every_error_has_its_answer),
        cmocka_unit_test(test_answers_carry_the_servers_clock),
        cmocka_unit_test(test_a_forgotten_script_is_sent_as_text),
        cmocka_unit_test(test_no_answer_in_time_is_unknown_and_not_sent_again),
        cmocka_unit_test(test_a_refused_login_is_told_without_it),
        cmocka_unit_test(test_nobody_there_is_unknown),
        cmocka_unit_test(test_sentinel_is_asked_and_not_trusted),
        cmocka_unit_test(test_a_cluster_without_the_slot_is_unknown),
        cmocka_unit_test(test_a_moved_slot_is_followed_at_the_next_acquire),
        cmocka_unit_test(test_a_load_comes_in_pieces),
        cmocka_unit_test(test_what_is_wrong_with_a_load_is_told),
        cmocka_unit_test(test_a_load_that_failed_ahead_does_not_begin_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
