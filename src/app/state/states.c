/* SPDX-License-Identifier: Apache-2.0 */
#include "states.h"

#include <unistd.h>

#include "codes.h"
#include "host/log.h"
#include "host/signals.h"
#include "state_files.h"

enum { TOLD_MS = 1000 }; /* a lock that lasts longer is told of */

typedef struct state_kind {
    const char *prefix; /* the whole name where it does not end in a colon */
    sz_status (*open)(const sz_job *job, sz_str name, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out);
    void (*close)(void *store);
    /* To read only, where the student is; what it belongs to is put into o. NULL: opened as for a run. */
    sz_status (*find)(const sz_job *job, sz_str student, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out,
                      sz_options *o);
    uint32_t (*polled)(const void *store, struct pollfd *fds, uint32_t most); /* NULL: it answers at once */
    bool is_volatile, is_exclusive, is_remote;
} state_kind;

/* Logins never reach people: of an address with one, what stands around it. */
sz_str sz_state_name(const sz_job *job, sz_arena *a) {
    const char *all = sz_arena_str(a, job->state).p, *slashes = strstr(all, "://"), *at = strrchr(all, '@');
    if (!slashes || !at || at < slashes) return sz_str_of(all);
    return sz_str_of(sz_arena_printf(a, "%.*s%s", (int)(slashes + 3 - all), all, at + 1));
}

static sz_store_redis *redis_new(const sz_job *job, bool never_waits, sz_diags *d) {
    sz_store_redis_options o = {.url = job->state, .group = job->kafka.group, .never_waits = never_waits};
    sz_store_redis *s = NULL;
    return sz_store_redis_new(&o, d, &s) == SZ_OK ? s : NULL;
}

sz_store_redis *states_redis(const sz_job *job, sz_diags *d) { return redis_new(job, false, d); }

static sz_status memory_open(const sz_job *job, sz_str name, int32_t partition, sz_msgq *q, sz_diags *d,
                             sz_state *out) {
    (void)job, (void)name, (void)partition, (void)d;
    sz_store_memory *s = sz_store_memory_new(false);
    out->store = s;
    out->port = sz_store_memory_port(s, q);
    out->is_new = true;
    return SZ_OK;
}

static void memory_close(void *store) { sz_store_memory_free(store); }

/* Not where nothing is to be waited for, nor once the run is to stop. Short ones are not worth a word. */
static bool sqlite_waits(void *self, const char *path, const char *who, const char *who_zh, int64_t waited_ms) {
    const sz_job *job = self;
    if (job->fail_fast || sz_signals_stop()) return false;
    if (waited_ms == TOLD_MS)
        sz_log(SZ_WARNING, "state_locked", "%1$s is locked by %2$s; waiting for it, %4$d s at most",
               "%1$s 被 %3$s 锁住；最多等待 %4$d 秒", path, who[0] ? who : "another program",
               who[0] ? who_zh : "另一个程序", SZ_SQLITE_WAIT_MS / 1000);
    return true;
}

/* Of a topic's partitions those that are open go on meanwhile: the next try is made later. */
static sz_status sqlite_open(const sz_job *job, sz_str name, int32_t partition, sz_msgq *q, sz_diags *d,
                             sz_state *out) {
    sz_sqlite_wait wait = {(void *)(uintptr_t)job, sqlite_waits};
    const char *path = partition == SZ_FILES ? sz_arena_str(&d->arena, name).p
                                             : sz_arena_printf(&d->arena, "%.*s.%d", SZ_FMT_STR(name), partition);
    sz_store_sqlite *s;
    sz_status rc =
        partition == SZ_FILES ? sz_store_sqlite_open_waiting(path, wait, d, &s) : sz_store_sqlite_open(path, d, &s);
    if (rc != SZ_OK) return rc;
    sz_store_sqlite_wait(s, wait);
    out->store = s;
    out->port = sz_store_sqlite_port(s, q);
    out->is_new = sz_store_sqlite_is_new(s);
    return SZ_OK;
}

/* A topic's state says itself which topic's it is, and of how many. One that says nothing is judged when it is loaded.
 */
static void belongs_to(const sz_store_port *port, sz_msgq *q, sz_diags *d, uint32_t partition, sz_options *o) {
    const uint8_t nobody[16] = {0};
    port->acquire(port->self, nobody, SZ_STATE_FORMAT, (sz_str){0}, 0, INT64_MAX, (sz_str){0}, false);
    const sz_msg *m = sz_state_answer(q);
    if (!m || !m->header) return;
    o->topic = sz_arena_str(&d->arena, m->header->topic);
    o->parts = m->header->parts;
    o->partition = partition;
}

/* As it is, without taking it over. */
static sz_status sqlite_read(const sz_job *job, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out,
                             sz_options *o) {
    sz_store_sqlite *s;
    const char *path = sz_arena_str(&d->arena, job->state).p + strlen("sqlite:");
    if (partition != SZ_FILES) path = sz_arena_printf(&d->arena, "%s.%d", path, partition);
    if (partition != SZ_FILES && access(path, F_OK) != 0) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_STATE, (sz_span){0}, "the state of partition %d is missing: %s",
                                  "缺少分区 %d 的状态：%s", partition, path);
        sz_diag_hint(d, g, "a topic's state is one file a partition: all of them must be here",
                     "主题的状态每个分区一个文件：要都在这里");
        return SZ_IO;
    }
    sz_status rc = sz_store_sqlite_open_to_read(path, d, &s);
    if (rc != SZ_OK) return rc;
    out->store = s;
    out->port = sz_store_sqlite_port(s, q);
    out->is_new = sz_store_sqlite_is_new(s);
    if (partition != SZ_FILES) belongs_to(&out->port, q, d, (uint32_t)partition, o);
    return SZ_OK;
}

/* Where a topic's states are files: the one that the student is in, as any of them says of how many there are. */
static sz_status sqlite_find(const sz_job *job, sz_str student, int32_t partition, sz_msgq *q, sz_diags *d,
                             sz_state *out, sz_options *o) {
    sz_state_files files = partition == SZ_FILES ? sz_state_files_of(job) : (sz_state_files){0};
    if (!files.n) return sqlite_read(job, partition, q, d, out, o);
    sz_status s = sqlite_read(job, files.first, q, d, out, o);
    int32_t home = student.n && s == SZ_OK && o->parts > 1 ? (int32_t)sz_home(student, o->parts) : files.first;
    if (s != SZ_OK || home == files.first) return s;
    sz_store_sqlite_close(out->store);
    out->store = NULL;
    return sqlite_read(job, home, q, d, out, o);
}

static void sqlite_close(void *store) { sz_store_sqlite_close(store); }

/* A store a worker: a connection of its own, gone with the partition. A topic's partition is not alone on its thread:
 * the member waits for all of them. */
static sz_status redis_open(const sz_job *job, sz_str name, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out) {
    (void)name;
    sz_store_redis *s = redis_new(job, partition != SZ_FILES, d);
    if (!s) return SZ_USAGE;
    out->store = s;
    out->port = sz_store_redis_port(s, partition == SZ_FILES ? 0 : (uint32_t)partition, q);
    return SZ_OK;
}

static void redis_close(void *store) { sz_store_redis_free(store); }

static uint32_t redis_polled(const void *store, struct pollfd *fds, uint32_t most) {
    return sz_store_redis_polled(store, fds, most);
}

/* A place that answers when it does. */
const sz_msg *sz_state_answer(sz_msgq *q) {
    const sz_msg *m;
    do m = sz_msgq_pop(q);
    while (!m && !sz_msgq_is_idle(q));
    return m;
}

/* Of a topic's states, the one that the student is in: how many there are stands in the header of the first. */
static sz_status redis_find(const sz_job *job, sz_str student, int32_t partition, sz_msgq *q, sz_diags *d,
                            sz_state *out, sz_options *o) {
    sz_store_redis *s = states_redis(job, d);
    if (!s) return SZ_USAGE;
    out->store = s;
    out->port = sz_store_redis_reader(s, 0, q);
    const uint8_t nobody[16] = {0};
    out->port.acquire(out->port.self, nobody, SZ_STATE_FORMAT, (sz_str){0}, 0, INT64_MAX, (sz_str){0}, false);
    const sz_msg *m = sz_state_answer(q);
    if (!m || m->answer != SZ_ANS_OK) {
        sz_diags_add(d, SZ_ERROR, APP_CODE_STATE, (sz_span){0}, "the state cannot be read: %.*s", "状态不能读取：%.*s",
                     m ? (int)m->text.n : 0, m ? m->text.p : "");
        return m && m->answer == SZ_ANS_NEWER ? SZ_REFUSED : SZ_IO;
    }
    o->topic = sz_arena_str(&d->arena, m->header->topic);
    o->parts = m->header->parts;
    if (partition != SZ_FILES) o->partition = (uint32_t)partition;
    else o->partition = o->parts && student.n ? sz_home(student, o->parts) : 0;
    if (o->partition) out->port = sz_store_redis_reader(s, o->partition, q);
    return SZ_OK;
}

/* ---- the first state of a topic ---- */

static bool is_of_topic(sz_str name, sz_str topic) {
    if (name.n < topic.n || memcmp(name.p, topic.p, topic.n) != 0) return false;
    return name.n == topic.n || name.p[topic.n] == '/'; /* on its way to another number (move.h) */
}

static sz_status look_at_first(const sz_store_port *port, sz_msgq *q, sz_str topic, uint32_t *parts) {
    const uint8_t nobody[16] = {0};
    port->acquire(port->self, nobody, SZ_STATE_FORMAT, (sz_str){0}, 0, INT64_MAX, (sz_str){0}, false);
    const sz_msg *m = sz_state_answer(q);
    if (m && m->answer == SZ_ANS_MISSING) return SZ_OK;
    if (!m || !m->header) return SZ_IO;
    if (is_of_topic(m->header->topic, topic)) *parts = m->header->parts;
    return SZ_OK;
}

static sz_status redis_parts(const sz_job *job, sz_str topic, sz_msgq *q, sz_diags *d, uint32_t *parts) {
    sz_store_redis *s = states_redis(job, d);
    if (!s) return SZ_USAGE;
    sz_store_port port = sz_store_redis_reader(s, 0, q);
    sz_status rc = look_at_first(&port, q, topic, parts);
    sz_store_redis_free(s);
    return rc;
}

static sz_status sqlite_parts(const sz_job *job, sz_str topic, sz_msgq *q, sz_diags *d, uint32_t *parts) {
    sz_store_sqlite *s;
    const char *path = sz_arena_printf(&d->arena, "%s.0", sz_arena_str(&d->arena, job->state).p + strlen("sqlite:"));
    if (sz_store_sqlite_open_to_read(path, d, &s) != SZ_OK) return SZ_IO;
    sz_store_port port = sz_store_sqlite_port(s, q);
    sz_status rc = look_at_first(&port, q, topic, parts);
    sz_store_sqlite_close(s);
    return rc;
}

sz_status sz_state_parts(const sz_job *job, sz_str topic, uint32_t *parts) {
    *parts = 0;
    if (sz_state_is_volatile(job)) return SZ_OK;
    sz_diags d;
    sz_diags_init(&d);
    sz_msgq *q = sz_msgq_new();
    sz_status s = (sz_state_is_remote(job) ? redis_parts : sqlite_parts)(job, topic, q, &d, parts);
    sz_msgq_free(q);
    sz_diags_fini(&d);
    return s;
}

static const state_kind kinds[] = {
    {"memory", memory_open, memory_close, .is_volatile = true},
    {"sqlite:", sqlite_open, sqlite_close, sqlite_find, .is_exclusive = true},
    {"redis:", redis_open, redis_close, redis_find, redis_polled, .is_remote = true},
    {"rediss:", redis_open, redis_close, redis_find, redis_polled, .is_remote = true},
    {"redis+", redis_open, redis_close, redis_find, redis_polled, .is_remote = true},
    {"rediss+", redis_open, redis_close, redis_find, redis_polled, .is_remote = true},
    {"redis-", redis_open, redis_close, redis_find, redis_polled, .is_remote = true},
    {"rediss-", redis_open, redis_close, redis_find, redis_polled, .is_remote = true},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static const state_kind *kind_of(sz_str state, sz_str *name) {
    for (int i = 0; i < N_KINDS; i++) {
        size_t n = strlen(kinds[i].prefix);
        bool has_name = strchr(":+-", kinds[i].prefix[n - 1]) != NULL;
        if (has_name ? state.n <= n : state.n != n) continue;
        if (memcmp(state.p, kinds[i].prefix, n) != 0) continue;
        *name = (sz_str){state.p + n, state.n - n};
        return &kinds[i];
    }
    return NULL;
}

/* state.db, file:state.db, sqlite: a file was meant. */
static void hint_of_file(sz_diags *d, sz_diag *g, sz_str given) {
    static const char *const heads[] = {"file:", "sqlite3:", "sqlite://", "SQLite:", "sqlite："};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t n = strlen(heads[i]);
        if (given.n > n && memcmp(given.p, heads[i], n) == 0) given = (sz_str){given.p + n, given.n - n};
    }
    bool has_scheme = given.n && memchr(given.p, ':', given.n);
    if (has_scheme || sz_str_trim(given).n == 0) return;
    if (sz_str_distance(given, SZ_STR("memory"), 2) < 2 || sz_str_is(given, "MEMORY") || sz_str_is(given, "Memory")) {
        sz_diag_hint(d, g, "write memory", "请写 memory");
        return;
    }
    bool is_word = sz_str_is(given, "sqlite") || sz_str_is(given, "file");
    sz_diag_hint(d, g, "a file that keeps the state:  sqlite:%.*s", "用一个文件保存状态：sqlite:%.*s",
                 SZ_FMT_STR((is_word ? SZ_STR("state.db") : given)));
}

static sz_status check(const sz_job *job, sz_diags *d) {
    sz_str name;
    const state_kind *k = kind_of(job->state, &name);
    if (k && k->open == redis_open) {
        sz_store_redis *s = states_redis(job, d);
        sz_store_redis_free(s);
        return s ? SZ_OK : SZ_USAGE;
    }
    if (k) return SZ_OK;
    sz_str given = sz_state_name(job, &d->arena);
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_STATE, (sz_span){0},
                              "--state takes memory, sqlite:FILE or redis:URL, not %.*s",
                              "--state 可以是 memory、sqlite:FILE 或 redis:URL，不能是 %.*s", SZ_FMT_STR(given));
    hint_of_file(d, g, given);
    return SZ_USAGE;
}

sz_status sz_state_check(const sz_job *job, sz_diags *d) {
    size_t before = d->n;
    sz_status s = check(job, d);
    sz_diags_place(d, before, job->state_at);
    return s;
}

sz_status sz_state_look(const sz_job *job, sz_diags *d, sz_look *look) {
    sz_str name;
    const state_kind *k = kind_of(job->state, &name);
    if (!k || k->open != redis_open) return SZ_OK;
    sz_store_redis *store = states_redis(job, d);
    if (!store) return SZ_USAGE;
    sz_promise *rows = NULL;
    uint32_t n = 0;
    sz_status s = sz_store_redis_check(store, job->settle_ms, d, &look->arena, &rows, &n);
    for (uint32_t i = 0; i < n; i++)
        sz_look_add(look, (sz_look_grade)rows[i].level, "%s: %s", "%s：%s", rows[i].what, rows[i].message)->what_zh =
            sz_arena_printf(&look->arena, "%s：%s", rows[i].what, rows[i].message_zh);
    sz_store_redis_free(store);
    return s == SZ_REFUSED && n ? SZ_OK : s;
}

bool sz_state_is_volatile(const sz_job *job) {
    sz_str name;
    const state_kind *k = kind_of(job->state, &name);
    return k && k->is_volatile;
}

bool sz_state_is_remote(const sz_job *job) {
    sz_str name;
    const state_kind *k = kind_of(job->state, &name);
    return k && k->is_remote;
}

static const state_kind *checked_kind(const sz_job *job, sz_diags *d, sz_str *name, sz_state *out) {
    *out = (sz_state){0};
    if (sz_state_check(job, d) != SZ_OK) return NULL;
    const state_kind *k = kind_of(job->state, name);
    out->is_volatile = k->is_volatile;
    out->is_exclusive = k->is_exclusive;
    out->settle_ms = k->is_remote ? job->settle_ms : 0;
    return k;
}

sz_status sz_state_open(const sz_job *job, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out) {
    sz_str name;
    size_t before = d->n;
    const state_kind *k = checked_kind(job, d, &name, out);
    if (!k) return SZ_USAGE;
    sz_status s = k->open(job, name, partition, q, d, out);
    sz_diags_place(d, before, job->state_at);
    if (s == SZ_OK) out->kind = k;
    return s;
}

sz_status sz_state_find(const sz_job *job, sz_str student, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out,
                        sz_options *o) {
    sz_str name;
    const state_kind *k = checked_kind(job, d, &name, out);
    if (!k) return SZ_USAGE;
    sz_status s = k->find ? k->find(job, student, partition, q, d, out, o) : k->open(job, name, SZ_FILES, q, d, out);
    if (out->store) out->kind = k;
    return s;
}

sz_parts_port sz_state_looks(const sz_state *s, uint32_t parts, sz_msgq *q) {
    if (s->kind && s->kind->is_remote) return sz_store_redis_parts(s->store, parts, q);
    return (sz_parts_port){0};
}

void sz_state_close(sz_state *s) {
    if (s->kind) s->kind->close(s->store);
    s->kind = NULL;
}

uint32_t sz_state_polled(const sz_state *s, struct pollfd *fds, uint32_t most) {
    return s->kind && s->kind->polled ? s->kind->polled(s->store, fds, most) : 0;
}
