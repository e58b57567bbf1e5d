/* SPDX-License-Identifier: Apache-2.0
 *
 * check: what the servers promise, before any worker begins (protocol: traps 8, 24, 31). Every master is asked; in a
 * Cluster a row stands for all of them when they say the same. Waiting is fine here.
 */
#include "store.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAIT_MS = 20, MOST_NODES = 64, MOST_LAG_MARGIN_MS = 2000, MIN_MAJOR = 7 };

/* ---- facts of one server ---- */

typedef struct facts {
    char host[256];
    uint16_t port;
    bool has_config; /* CONFIG GET is allowed */
    char version[32], policy[32], appendonly[16], appendfsync[16], min_replicas[16], max_lag[16], maxmemory[24],
        role[16], replicas[16];
} facts;

typedef struct wanted_fact {
    const char *name; /* of INFO or CONFIG GET */
    size_t at, room;
} wanted_fact;
#define FACT(name, field) \
    { name, offsetof(facts, field), sizeof((facts *)0)->field }
static const wanted_fact of_info[] = {
    FACT("redis_version", version),     FACT("maxmemory_policy", policy),
    FACT("aof_enabled", appendonly),    FACT("role", role),
    FACT("connected_slaves", replicas), FACT("maxmemory", maxmemory),
};
static const wanted_fact of_config[] = {
    FACT("maxmemory-policy", policy),      FACT("appendonly", appendonly),
    FACT("appendfsync", appendfsync),      FACT("min-replicas-to-write", min_replicas),
    FACT("min-replicas-max-lag", max_lag), FACT("maxmemory", maxmemory),
};
#define COUNT(v) (sizeof(v) / sizeof *(v))

static void note(facts *f, const wanted_fact *v, size_t n, sz_str name, sz_str value) {
    for (size_t i = 0; i < n; i++) {
        if (!sz_str_is(name, v[i].name)) continue;
        char *to = (char *)f + v[i].at;
        size_t k = value.n < v[i].room ? value.n : v[i].room - 1;
        memcpy(to, value.p, k);
        to[k] = 0;
    }
}

static void read_info(facts *f, sz_str text) {
    while (text.n) {
        const char *end = memchr(text.p, '\n', text.n);
        sz_str line = {text.p, end ? (size_t)(end - text.p) : text.n};
        text = (sz_str){line.p + line.n + (end ? 1 : 0), text.n - line.n - (end ? 1 : 0)};
        const char *colon = memchr(line.p, ':', line.n);
        if (!colon) continue;
        sz_str value = {colon + 1, line.n - (size_t)(colon - line.p) - 1};
        note(f, of_info, COUNT(of_info), (sz_str){line.p, (size_t)(colon - line.p)}, sz_str_trim(value));
    }
    if (strcmp(f->appendonly, "1") == 0) memcpy(f->appendonly, "yes", 4);
    if (strcmp(f->appendonly, "0") == 0) memcpy(f->appendonly, "no", 3);
}

static void read_config(facts *f, const reply *r) {
    f->has_config = r->kind == REPLY_LIST;
    for (size_t i = 0; i + 1 < r->n && f->has_config; i += 2)
        note(f, of_config, COUNT(of_config), sz_reply_at(r, i)->text, sz_reply_at(r, i + 1)->text);
}

/* ---- asking ---- */

static sz_status complain(const sz_store_redis *s, sz_diags *d, const conn *c) {
    if (c->text[0]) {
        int code = c->is_distrusted ? SZ_CODE_REDIS_TLS : SZ_CODE_REDIS_NO_ANSWER;
        sz_diag *g = sz_diags_add(d, SZ_ERROR, code, (sz_span){0}, "Redis does not answer: %s", NULL, c->text);
        g->message_zh = sz_arena_printf(&d->arena, "Redis 没有回答：%s", c->text_zh);
    } else
        sz_diags_add(d, SZ_ERROR, SZ_CODE_REDIS_NO_ANSWER, (sz_span){0}, "Redis does not answer in time: %.*s",
                     "Redis 没有及时回答：%.*s", SZ_FMT_STR(s->address.place));
    return c->failed == SZ_ANS_FAILED ? SZ_REFUSED : SZ_IO; /* a password does not mend itself */
}

/* Until the connection is ready, or a reply is there. */
static const reply *wait_reply(conn *c, int64_t end_ms, bool is_greeting) {
    for (;;) {
        if (is_greeting) {
            sz_conn_step(c);
            if (c->state == CONN_READY || c->state == CONN_CLOSED) return NULL;
        } else {
            if (!sz_link_step(&c->link)) return NULL;
            const reply *r = sz_link_reply(&c->link);
            if (r) return r;
        }
        if (sz_redis_now_ms() > end_ms || sz_link_fd(&c->link) < 0) return NULL;
        struct pollfd p = {.fd = sz_link_fd(&c->link), .events = sz_link_events(&c->link)};
        poll(&p, 1, WAIT_MS);
    }
}

static bool look(conn *c, facts *f) {
    static const char *const commands[][3] = {{"INFO", NULL, NULL}, {"CONFIG", "GET", "*"}};
    int64_t end_ms = sz_redis_now_ms() + c->store->address.timeout_ms;
    for (size_t i = 0; i < COUNT(commands); i++) {
        sz_str words[3];
        uint32_t n = 0;
        while (n < 3 && commands[i][n]) words[n] = sz_str_of(commands[i][n]), n++;
        sz_conn_command(c, ASK_NAME, n, words);
    }
    snprintf(f->host, sizeof f->host, "%s", c->host);
    f->port = c->port;
    for (size_t i = 0; i < COUNT(commands); i++) {
        const reply *r = wait_reply(c, end_ms, false);
        if (!r) return false;
        if (i == 0) read_info(f, r->text);
        else read_config(f, r);
    }
    return true;
}

/* One more server's facts. */
static bool ask_server(conn *c, facts *f) {
    wait_reply(c, sz_redis_now_ms() + 4 * c->store->address.timeout_ms, true);
    return c->state == CONN_READY && look(c, f);
}

static bool is_known(const facts *all, uint32_t n, const slot_range *r) {
    for (uint32_t i = 0; i < n; i++)
        if (all[i].port == r->port && strcmp(all[i].host, r->host) == 0) return true;
    return false;
}

/* The servers that hold the state: one, the master, or every master. */
static sz_status look_at_all(sz_store_redis *s, sz_diags *d, facts *all, uint32_t *n) {
    conn *c = sz_conn_new(s, 0, NULL, CONN_READER);
    sz_conn_open(c);
    bool is_fine = ask_server(c, &all[(*n)++]);
    for (uint32_t i = 0; is_fine && s->address.form == FORM_CLUSTER && i < s->slots.n && *n < MOST_NODES; i++) {
        slot_range r = s->slots.v[i];
        if (is_known(all, *n, &r)) continue;
        c->n_asks = 0;
        sz_greet_begin(c, r.host, r.port);
        is_fine = ask_server(c, &all[(*n)++]);
    }
    sz_status status = is_fine ? SZ_OK : complain(s, d, c);
    sz_conn_free(c);
    return status;
}

/* ---- judging ---- */

typedef struct judging {
    sz_arena *a;
    sz_promise *rows;
    uint32_t n, room;
    const facts *f;
    bool is_one; /* of several servers, or alone? */
    redis_form form;
    int64_t settle_ms;
} judging;

/* What several servers have in common is said once; what is wrong names its server. */
static void add(judging *j, sz_promise_level level, const char *what, const char *en, const char *zh,
                const char *value) {
    const char *at =
        j->is_one || level == SZ_PROMISE_RIGHT ? "" : sz_arena_printf(j->a, " (%s:%u)", j->f->host, j->f->port);
    const char *message = sz_arena_printf(j->a, "%s%s: %s", value, at, en);
    const char *message_zh = sz_arena_printf(j->a, "%s%s：%s", value, at, zh);
    for (uint32_t i = 0; i < j->n; i++)
        if (strcmp(j->rows[i].what, what) == 0 && strcmp(j->rows[i].message, message) == 0) return;
    if (j->n < j->room) j->rows[j->n++] = (sz_promise){level, what, message, message_zh};
}

static void judge_version(judging *j) {
    if (atoi(j->f->version) < MIN_MAJOR)
        add(j, SZ_PROMISE_REFUSED, "redis_version", "too old: scripts that are refused as a whole need Redis 7",
            "版本太旧：整体拒绝脚本需要 Redis 7", j->f->version);
    else add(j, SZ_PROMISE_RIGHT, "redis_version", "7 or newer", "7 或更新", j->f->version);
}

static void judge_role(judging *j) {
    if (strcmp(j->f->role, "master") != 0)
        add(j, SZ_PROMISE_REFUSED, "role", "only a master takes commits: give the master's address, or the Sentinels'",
            "只有主节点接受提交：请给出主节点或 Sentinel 的地址", j->f->role);
    else add(j, SZ_PROMISE_RIGHT, "role", "takes commits", "接受提交", j->f->role);
}

static void judge_eviction(judging *j) {
    if (strcmp(j->f->policy, "noeviction") != 0)
        add(j, SZ_PROMISE_REFUSED, "maxmemory-policy",
            "students would silently vanish when memory is short: set noeviction",
            "内存不足时学生记录会无声消失：请设为 noeviction", j->f->policy);
    else add(j, SZ_PROMISE_RIGHT, "maxmemory-policy", "nothing is evicted", "不会淘汰数据", j->f->policy);
}

static void judge_persistence(judging *j) {
    const facts *f = j->f;
    if (strcmp(f->appendonly, "yes") != 0) {
        add(j, SZ_PROMISE_RISKY, "appendonly",
            "a restart goes back to the last snapshot, farther than settle reaches; what was told since is told "
            "again: set yes",
            "重启会退回到上一个快照，超出 settle 的范围，其后的预警会再次发出：请设为 yes",
            f->appendonly[0] ? f->appendonly : "?");
        return;
    }
    add(j, SZ_PROMISE_RIGHT, "appendonly", "commits are written to the disk", "提交会写入磁盘", f->appendonly);
    if (strcmp(f->appendfsync, "always") == 0)
        add(j, SZ_PROMISE_RIGHT, "appendfsync", "a power cut loses nothing", "断电不丢失数据", f->appendfsync);
    else if (strcmp(f->appendfsync, "everysec") == 0 && j->settle_ms >= MOST_LAG_MARGIN_MS)
        add(j, SZ_PROMISE_RIGHT, "appendfsync", "a power cut loses up to two seconds, which settle covers",
            "断电最多丢失两秒，settle 可以覆盖", f->appendfsync);
    else if (strcmp(f->appendfsync, "everysec") == 0)
        add(j, SZ_PROMISE_RISKY, "appendfsync",
            "a power cut loses up to two seconds, more than settle covers: make settle 2s or more",
            "断电最多丢失两秒，settle 覆盖不了：请把 settle 设为 2s 以上", f->appendfsync);
    else
        add(j, SZ_PROMISE_RISKY, "appendfsync", "how much a power cut loses is not known: set everysec or always",
            "断电会丢失多少无法知道：请设为 everysec 或 always", f->appendfsync[0] ? f->appendfsync : "?");
}

/* A master that is cut off from its replicas must stop taking commits before settle is over. */
static void judge_replicas(judging *j) {
    const facts *f = j->f;
    int64_t least = atoll(f->min_replicas), lag_ms = atoll(f->max_lag) * 1000;
    if (atoi(f->replicas) == 0 && j->form == FORM_SINGLE) return;
    if (atoi(f->replicas) == 0) {
        add(j, SZ_PROMISE_RISKY, "connected_slaves", "no replica is there to take over", "没有副本可以接替", "0");
        return;
    }
    const char *value = sz_arena_printf(j->a, "%s, max-lag %s s", f->min_replicas[0] ? f->min_replicas : "?",
                                        f->max_lag[0] ? f->max_lag : "?");
    if (!f->has_config)
        add(j, SZ_PROMISE_RISKY, "min-replicas-to-write",
            "cannot be read; it must be 1 or more, with a max-lag of settle less 2 s",
            "无法读取；应不小于 1，且 max-lag 不大于 settle 减 2 秒", value);
    else if (least < 1 || lag_ms <= 0)
        add(j, SZ_PROMISE_REFUSED, "min-replicas-to-write",
            "an isolated old master would go on taking commits that a failover loses: set 1 or more",
            "孤立的旧主节点会继续接受提交，切换后丢失：请设为 1 以上", value);
    else if (j->settle_ms < lag_ms + MOST_LAG_MARGIN_MS)
        add(j, SZ_PROMISE_REFUSED, "min-replicas-to-write",
            "alerts would leave before a lagging failover is ruled out: settle must be max-lag and 2 s more, so lower "
            "min-replicas-max-lag or raise settle",
            "预警会在排除滞后切换之前发出：settle 应不小于 max-lag 加 2 秒，请调小 min-replicas-max-lag 或调大 settle",
            value);
    else
        add(j, SZ_PROMISE_RIGHT, "min-replicas-to-write", "an isolated master stops before settle is over",
            "孤立的主节点在 settle 结束前停止写入", value);
}

static void (*const judges[])(judging *) = {judge_version, judge_role, judge_eviction, judge_persistence,
                                            judge_replicas};

sz_status sz_store_redis_check(sz_store_redis *s, int64_t settle_ms, sz_diags *d, sz_arena *a, sz_promise **rows,
                               uint32_t *n) {
    facts *all = sz_alloc(sizeof *all * MOST_NODES);
    uint32_t n_all = 0, room = MOST_NODES * 2 * COUNT(judges);
    sz_status status = look_at_all(s, d, all, &n_all);
    judging j = {.a = a, .rows = SZ_NEWN(a, sz_promise, room), .room = room, .is_one = n_all == 1};
    j.form = s->address.form;
    j.settle_ms = settle_ms;
    for (size_t k = 0; status == SZ_OK && k < COUNT(judges); k++)
        for (uint32_t i = 0; i < n_all; i++) {
            j.f = &all[i];
            judges[k](&j);
        }
    *rows = j.rows;
    *n = j.n;
    for (uint32_t i = 0; i < j.n && status == SZ_OK; i++)
        if (j.rows[i].level == SZ_PROMISE_REFUSED) status = SZ_REFUSED;
    sz_free(all);
    return status;
}
