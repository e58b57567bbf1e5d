/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: redis_store URL [STUDENTS [BYTES [ROUNDS]]]
 *
 * A state in Redis against bare Redis, in one run and in turn: loading STUDENTS snapshots of BYTES bytes through the
 * store's port (chunks under the name, each copied into the queue as the worker gets it) against HGETALL of the same
 * hash through hiredis; then what a commit of 256 records costs. Prints the least of the rounds, and ratios.
 */
#include <sanzao/adapters.h>

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { COMMITS = 2000, RECORDS = 256, ENTRY = 60 };

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

typedef struct hand {
    sz_msgq *q;
    sz_store_port port;
    sz_name name;
} hand;

static const sz_msg *next(hand *h) {
    const sz_msg *m;
    do m = sz_msgq_pop(h->q);
    while (!m && !sz_msgq_is_idle(h->q));
    if (!m || m->answer > SZ_ANS_NEW) {
        fprintf(stderr, "%.*s\n", m ? (int)m->text.n : 0, m ? m->text.p : "");
        exit(4);
    }
    return m;
}

static void commit(hand *h, sz_commit *c) {
    c->parent = h->name;
    c->bundle_ver = 7;
    h->port.commit(h->port.self, c);
    next(h);
    h->name.seq++;
}

static void fill(hand *h, unsigned students, unsigned bytes) {
    char *text = malloc(bytes);
    char keys[500][24];
    sz_put puts[500];
    for (unsigned i = 0; i < bytes; i++) text[i] = (char)(rand() >> 7);
    for (unsigned at = 0; at < students;) {
        unsigned n = 0;
        for (; n < 500 && at < students; n++, at++) {
            puts[n].key = (sz_str){keys[n], (size_t)snprintf(keys[n], sizeof keys[n], "20230%07u", at)};
            puts[n].value = (sz_str){text, bytes};
        }
        commit(h, &(sz_commit){.snapshots = puts, .n_snapshots = n, .body = SZ_STR("body")});
    }
    free(text);
}

static double load(hand *h, unsigned *n, size_t *bytes) {
    double t = now_us();
    bool begins = true;
    const sz_msg *m;
    *n = 0;
    *bytes = 0;
    do {
        h->port.load(h->port.self, &h->name, begins);
        begins = false;
        m = next(h);
        for (uint32_t i = 0; m->chunk == SZ_CHUNK_SNAPSHOTS && i < m->n; i++)
            ++*n, *bytes += m->puts[i].key.n + m->puts[i].value.n;
    } while (m->chunk != SZ_CHUNK_END);
    return now_us() - t;
}

static double hgetall(redisContext *c, const char *key, unsigned *n, size_t *bytes) {
    double t = now_us();
    redisReply *r = redisCommand(c, "HGETALL %s", key);
    *n = r ? (unsigned)(r->elements / 2) : 0;
    *bytes = 0;
    for (size_t i = 0; r && i < r->elements; i++) *bytes += r->element[i]->len;
    freeReplyObject(r);
    return now_us() - t;
}

static void measure_commits(hand *h, redisContext *c) {
    static char blob[RECORDS * ENTRY];
    sz_str alert = SZ_STR("{\"alert\":\"abcdefghijklmnopqrstuvwxyz\",\"seq\":1,\"rule\":\"late-returns\"}");
    sz_put fields[9];
    for (int i = 0; i < 9; i++)
        fields[i] = (sz_put){(sz_str){"n_a\0n_b\0n_c\0n_d\0n_e\0n_f\0n_g\0n_h\0n_i" + 4 * i, 3}, SZ_STR("1234567")};
    sz_commit m = {.journal = {blob, sizeof blob},
                   .body = {blob, 400},
                   .fields = fields,
                   .n_fields = 9,
                   .outbox = &alert,
                   .n_outbox = 1};
    freeReplyObject(redisCommand(c, "CONFIG RESETSTAT"));
    double least = 1e18, all = now_us();
    for (int i = 0; i < COMMITS; i++) {
        double t = now_us();
        m.trim_outbox = i ? 1 : 0;
        commit(h, &m);
        t = now_us() - t;
        if (t < least) least = t;
    }
    all = (now_us() - all) / COMMITS;
    redisReply *r = redisCommand(c, "INFO commandstats");
    unsigned long calls = 0;
    for (char *at = r->str; (at = strstr(at, "calls=")); at++) calls += strtoul(at + 6, NULL, 10);
    char *script = strstr(r->str, "cmdstat_evalsha:");
    printf(
        "commit of %d records (%zu bytes, an alert): %.1f us mean, %.1f us least, %.2f us a record; %.2f commands of the "
        "server each, 1 request\n",
        RECORDS, sizeof blob, all, least, all / RECORDS, (double)(calls - 1) / COMMITS);
    if (script) printf("in the server: %.*s\n", (int)strcspn(script, "\r\n"), script);
    freeReplyObject(r);
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    unsigned students = argc > 2 ? (unsigned)atoi(argv[2]) : 50000, bytes = argc > 3 ? (unsigned)atoi(argv[3]) : 1024;
    int rounds = argc > 4 ? atoi(argv[4]) : 9;
    char group[64], key[96], host[64];
    unsigned port;
    if (sscanf(argv[1], "redis://%63[^:]:%u", host, &port) != 2) return 2;
    snprintf(group, sizeof group, "bench-%ld", (long)getpid());
    snprintf(key, sizeof key, "sz:{%s.0}:s", group);
    sz_diags d;
    sz_diags_init(&d);
    sz_store_redis *s;
    sz_store_redis_options o = {.url = sz_str_of(argv[1]), .group = sz_str_of(group)};
    if (sz_store_redis_new(&o, &d, &s) != SZ_OK) return 2;
    hand h = {.q = sz_msgq_new()};
    h.port = sz_store_redis_port(s, 0, h.q);
    redisContext *c = redisConnect(host, (int)port);
    h.port.acquire(h.port.self, h.name.owner, SZ_STATE_FORMAT, SZ_STR("bench"), 1, 7, SZ_STR("bench"), true);
    next(&h);
    h.name.seq = 1;
    fill(&h, students, bytes);
    double least_load = 1e18, least_all = 1e18;
    unsigned n_load = 0, n_all = 0;
    size_t b_load = 0, b_all = 0;
    for (int i = 0; i < rounds; i++) {
        double a = hgetall(c, key, &n_all, &b_all), l = load(&h, &n_load, &b_load);
        if (a < least_all) least_all = a;
        if (l < least_load) least_load = l;
    }
    if (n_load != n_all || b_load != b_all) return 1;
    printf("%u students, %zu bytes: load %.1f ms, HGETALL %.1f ms: %.2f x\n", n_load, b_load, least_load / 1e3,
           least_all / 1e3, least_load / least_all);
    measure_commits(&h, c);
    freeReplyObject(redisCommand(c, "DEL sz:{%s.0}:h sz:{%s.0}:s sz:{%s.0}:j sz:{%s.0}:o", group, group, group, group));
    redisFree(c);
    sz_store_redis_free(s);
    sz_msgq_free(h.q);
    sz_diags_fini(&d);
    return 0;
}
