/* SPDX-License-Identifier: Apache-2.0
 *
 * store: what is made of the options, the ports, and the pump that lets their connections go on.
 */
#include "store.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>

enum { MOST_GROUP = 200, WAIT_MS = 1, MOST_POLLED = 64 };

int64_t sz_redis_now_ms(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Braces would change the slot, blanks the look of the keys. */
static bool is_group(sz_str g) {
    if (g.n == 0 || g.n > MOST_GROUP) return false;
    for (size_t i = 0; i < g.n; i++) {
        char c = g.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == 0 || !strchr("._-:", c))) return false;
    }
    return true;
}

sz_status sz_store_redis_new(const sz_store_redis_options *o, sz_diags *d, sz_store_redis **out) {
    sz_store_redis *s = sz_alloc(sizeof *s);
    sz_arena_init(&s->arena);
    sz_buf_init(&s->scratch);
    sz_status status = sz_redis_address_parse(&s->address, o, d, &s->arena) ? SZ_OK : SZ_USAGE;
    if (!is_group(o->group)) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_REDIS_GROUP, (sz_span){0},
                                  "`%.*s` cannot be the name of a group in Redis' keys",
                                  "“%.*s”不能作为 Redis 键里的组名", SZ_FMT_STR(o->group));
        sz_diag_hint(d, g, "letters, digits, . _ - and :, at most %d", "只能用字母、数字、. _ - :，最多 %d 个",
                     MOST_GROUP);
        status = SZ_USAGE;
    }
    if (status == SZ_OK && s->address.is_tls) status = sz_tls_init(&s->tls, &s->address, d);
    s->group = sz_arena_str(&s->arena, o->group);
    s->never_waits = o->never_waits;
    if (status == SZ_OK) *out = s;
    else sz_store_redis_free(s);
    return status;
}

void sz_conn_free(conn *c) {
    conn **at = &c->store->conns;
    while (*at != c) at = &(*at)->next;
    *at = c->next;
    sz_link_fini(&c->link);
    sz_buf_fini(&c->keys.bytes);
    sz_buf_fini(&c->acquire.bytes);
    sz_buf_fini(&c->commit.bytes);
    sz_buf_fini(&c->moved.bytes);
    sz_buf_fini(&c->wanted.topic);
    sz_buf_fini(&c->look.command);
    sz_map_fini(&c->load.seen);
    sz_free(c);
}

void sz_store_redis_free(sz_store_redis *s) {
    if (!s) return;
    while (s->conns) sz_conn_free(s->conns);
    while (s->pumps) {
        pumped *p = s->pumps;
        s->pumps = p->next;
        sz_free(p);
    }
    if (s->tls.ctx) sz_tls_fini(&s->tls);
    sz_slots_fini(&s->slots);
    sz_buf_fini(&s->scratch);
    sz_arena_fini(&s->arena);
    sz_free(s);
}

sz_str sz_store_redis_place(const sz_store_redis *s) { return s->address.place; }

/* ---- the pump ---- */

static uint32_t polled(const sz_store_redis *s, const sz_msgq *q, struct pollfd *fds, uint32_t most) {
    uint32_t n = 0;
    for (const conn *c = s->conns; c && n < most; c = c->next)
        if ((!q || c->q == q) && sz_conn_is_waiting(c) && sz_link_fd(&c->link) >= 0)
            fds[n++] = (struct pollfd){.fd = sz_link_fd(&c->link), .events = sz_link_events(&c->link)};
    return n;
}

uint32_t sz_store_redis_polled(const sz_store_redis *s, struct pollfd *fds, uint32_t most) {
    return polled(s, NULL, fds, most);
}

/* With nothing else to do it waits for a reply rather than turning in a circle. */
static void wait_a_little(const pumped *p) {
    struct pollfd fds[MOST_POLLED];
    if (p->store->never_waits || !sz_msgq_is_empty(p->q)) return;
    uint32_t n = polled(p->store, p->q, fds, MOST_POLLED);
    if (n) poll(fds, n, WAIT_MS);
}

static bool pump(void *self) {
    pumped *p = self;
    bool is_busy = false;
    wait_a_little(p);
    for (conn *c = p->store->conns; c; c = c->next) {
        if (c->q != p->q || !sz_conn_is_waiting(c)) continue;
        is_busy = true;
        sz_conn_step(c);
    }
    return is_busy;
}

static void have_pumped(sz_store_redis *s, sz_msgq *q) {
    for (const pumped *p = s->pumps; p; p = p->next)
        if (p->q == q) return;
    pumped *p = sz_alloc(sizeof *p);
    *p = (pumped){.next = s->pumps, .store = s, .q = q};
    s->pumps = p;
    sz_msgq_add_pump(q, pump, p);
}

/* ---- ports ---- */

static void put_keys(conn *c, const char *tag, const char *before, sz_str *key) {
    static const char names[] = "hsjowl"; /* state_key's order */
    for (int i = 0; i < N_KEYS; i++) {
        sz_str k = sz_str_of(sz_arena_printf(&c->store->arena, "sz:{%s}:%s%c", tag, before, names[i]));
        sz_args_str(&c->keys, k);
        if (key) key[i] = k;
    }
}

conn *sz_conn_new(sz_store_redis *s, uint32_t partition, sz_msgq *q, conn_kind kind) {
    conn *c = sz_alloc(sizeof *c);
    c->next = s->conns;
    c->store = s;
    c->q = q;
    c->partition = partition;
    c->is_reader = kind == CONN_READER;
    c->is_next = kind == CONN_NEXT;
    sz_map_init(&c->load.seen);
    sz_link_init(&c->link, s->address.is_tls ? &s->tls : NULL);
    const char *tag = sz_arena_printf(&s->arena, "%.*s.%u", SZ_FMT_STR(s->group), partition);
    c->slot = sz_slot_of(sz_str_of(tag));
    put_keys(c, tag, c->is_next ? "next:" : "", c->key);
    if (c->is_next) put_keys(c, tag, "", NULL);
    s->conns = c;
    if (q) have_pumped(s, q);
    return c;
}

sz_store_port sz_store_redis_port(sz_store_redis *s, uint32_t partition, sz_msgq *q) {
    return (sz_store_port){sz_conn_new(s, partition, q, CONN_WORKER), sz_redis_acquire, sz_redis_load, sz_redis_commit};
}

sz_store_port sz_store_redis_reader(sz_store_redis *s, uint32_t partition, sz_msgq *q) {
    return (sz_store_port){sz_conn_new(s, partition, q, CONN_READER), sz_redis_acquire, sz_redis_load, sz_redis_commit};
}
