/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: store_hand URL GROUP PARTITION [reader]
 *
 * One worker's grip on a Redis state, led by lines on stdin, for tests that pull plugs around it. A line in, a line
 * out: acquire LETTER [new]     token: the letter 16 times. ANSWER name=LETTER/SEQ store_ms=N text: the name that was
 *                              there before
 *     commit NUMBER [BYTES]    ANSWER name=LETTER/SEQ …: the name from now on. Journal N (padded to BYTES), alert N,
 *                              snapshot of student N modulo 10, word N, field n_read N
 *     send NUMBER [BYTES]      the same without waiting; prints `sent`
 *     wait                     … for its answer
 *     dump                     the state under the name: `OK` journal first-last/count, alerts …, snapshots, words
 *     load                     its first chunk only: `OK` and how many items
 *     check SETTLE_MS          rows: LEVEL WHAT: message, then a line with a full stop
 */
#include <sanzao/adapters.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct hand {
    sz_store_redis *store;
    sz_msgq *q;
    sz_store_port port;
    sz_name name;
} hand;

static const char *const answers[] = {"OK", "NEW", "MISSING", "MISMATCH", "NEWER", "REFUSED", "UNKNOWN", "FAILED"};

static const sz_msg *next(hand *h) {
    const sz_msg *m;
    do m = sz_msgq_pop(h->q);
    while (!m && !sz_msgq_is_idle(h->q));
    return m;
}

static void tell(const sz_msg *m, const sz_name *name) {
    printf("%s name=%c/%llu store_ms=%lld %.*s\n", answers[m->answer], name && name->owner[0] ? name->owner[0] : '-',
           name ? (unsigned long long)name->seq : 0, (long long)m->store_ms, SZ_FMT_STR(m->text));
}

static void take(hand *h, const char *letter, const char *allow_new) {
    uint8_t token[16];
    memset(token, letter[0], sizeof token);
    h->port.acquire(h->port.self, token, SZ_STATE_FORMAT, SZ_STR("campus.events"), 4, 7, SZ_STR("hand"),
                    strcmp(allow_new, "new") == 0);
    const sz_msg *m = next(h);
    if (m->answer == SZ_ANS_OK || m->answer == SZ_ANS_NEW) {
        memcpy(h->name.owner, token, sizeof token);
        h->name.seq = m->header->name.seq + 1;
    }
    tell(m, m->header ? &m->header->name : NULL);
}

static void send_commit(hand *h, const char *number, size_t bytes) {
    sz_arena a;
    sz_arena_init(&a);
    char *blob = sz_arena_printf(&a, "%s", number);
    size_t n = strlen(blob);
    if (bytes > n) {
        char *padded = sz_arena_alloc(&a, bytes);
        memset(padded, '.', bytes);
        memcpy(padded, blob, n);
        padded[n] = ' ';
        blob = padded;
        n = bytes;
    }
    sz_str text = sz_str_of(number);
    sz_put student = {sz_str_of(sz_arena_printf(&a, "s%d", atoi(number) % 10)), text};
    sz_put field = {SZ_STR("n_read"), text};
    sz_commit c = {.parent = h->name,
                   .outbox = &text,
                   .n_outbox = 1,
                   .snapshots = &student,
                   .n_snapshots = 1,
                   .journal = {blob, n},
                   .dict = &text,
                   .n_dict = 1,
                   .body = text,
                   .fields = &field,
                   .n_fields = 1,
                   .bundle_ver = 7};
    h->port.commit(h->port.self, &c);
    sz_arena_fini(&a);
}

static void await_commit(hand *h) {
    const sz_msg *m = next(h);
    if (m->answer == SZ_ANS_OK) h->name.seq++;
    tell(m, &h->name);
}

/* Numbers of a list in order: FIRST-LAST/COUNT. */
typedef struct span {
    long first, last, n, n_odd; /* odd: not one more than the one before */
} span;

static void span_add(span *s, sz_str text) {
    long v = 0;
    for (size_t i = 0; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) v = v * 10 + (text.p[i] - '0');
    if (!s->n) s->first = v;
    else s->n_odd += v != s->last + 1;
    s->last = v;
    s->n++;
}

static void dump(hand *h) {
    span s[SZ_CHUNK_END] = {{0}};
    bool begins = true;
    const sz_msg *m;
    do {
        h->port.load(h->port.self, &h->name, begins);
        begins = false;
        m = next(h);
        for (uint32_t i = 0; m->answer == SZ_ANS_OK && i < m->n; i++)
            span_add(&s[m->chunk], m->strs ? m->strs[i] : m->puts[i].value);
    } while (m->answer == SZ_ANS_OK && m->chunk != SZ_CHUNK_END);
    printf("%s journal=%ld-%ld/%ld/%ld outbox=%ld-%ld/%ld/%ld snapshots=%ld words=%ld %.*s\n", answers[m->answer],
           s[SZ_CHUNK_JOURNAL].first, s[SZ_CHUNK_JOURNAL].last, s[SZ_CHUNK_JOURNAL].n, s[SZ_CHUNK_JOURNAL].n_odd,
           s[SZ_CHUNK_OUTBOX].first, s[SZ_CHUNK_OUTBOX].last, s[SZ_CHUNK_OUTBOX].n, s[SZ_CHUNK_OUTBOX].n_odd,
           s[SZ_CHUNK_SNAPSHOTS].n, s[SZ_CHUNK_DICT].n, SZ_FMT_STR(m->text));
}

static void check(hand *h, int64_t settle_ms) {
    static const char *const levels[] = {"right", "risky", "refused"};
    sz_diags d;
    sz_arena a;
    sz_diags_init(&d);
    sz_arena_init(&a);
    sz_promise *rows;
    uint32_t n;
    sz_status s = sz_store_redis_check(h->store, settle_ms, &d, &a, &rows, &n);
    for (uint32_t i = 0; i < n; i++) printf("%s %s: %s\n", levels[rows[i].level], rows[i].what, rows[i].message);
    for (size_t i = 0; i < d.n; i++) printf("finding SZ%d: %s\n", d.v[i].code, d.v[i].message);
    printf(". %d\n", (int)s);
    sz_arena_fini(&a);
    sz_diags_fini(&d);
}

static void obey(hand *h, const char *verb, const char *one, const char *two) {
    if (strcmp(verb, "acquire") == 0) take(h, one, two);
    if (strcmp(verb, "commit") == 0) send_commit(h, one, (size_t)atol(two)), await_commit(h);
    if (strcmp(verb, "send") == 0) send_commit(h, one, (size_t)atol(two)), puts("sent");
    if (strcmp(verb, "wait") == 0) await_commit(h);
    if (strcmp(verb, "dump") == 0) dump(h);
    if (strcmp(verb, "check") == 0) check(h, atol(one));
    if (strcmp(verb, "load") == 0) {
        h->port.load(h->port.self, &h->name, true);
        const sz_msg *m = next(h);
        printf("%s %u\n", answers[m->answer], m->n);
    }
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    sz_diags d;
    sz_diags_init(&d);
    hand h = {.q = sz_msgq_new()};
    sz_store_redis_options o = {.url = sz_str_of(argv[1]), .group = sz_str_of(argv[2])};
    if (sz_store_redis_new(&o, &d, &h.store) != SZ_OK) {
        fprintf(stderr, "%s\n", d.v[0].message);
        return 2;
    }
    h.port = (argc > 4 ? sz_store_redis_reader : sz_store_redis_port)(h.store, (uint32_t)atoi(argv[3]), h.q);
    char line[256], verb[32], one[64], two[64];
    while (fgets(line, sizeof line, stdin)) {
        verb[0] = one[0] = two[0] = 0;
        if (sscanf(line, "%31s %63s %63s", verb, one, two) > 0) obey(&h, verb, one, two);
    }
    sz_store_redis_free(h.store);
    sz_msgq_free(h.q);
    sz_diags_fini(&d);
    return 0;
}
