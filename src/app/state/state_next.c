/* SPDX-License-Identifier: Apache-2.0 */
#include "state_next.h"

#include "codes.h"

static const char *file_of(const sz_job *job, uint32_t partition, sz_arena *a) {
    const size_t n = strlen("sqlite:");
    return sz_arena_printf(a, "%.*s.%u.next", (int)(job->state.n - n), job->state.p + n, partition);
}

static sz_status cannot(sz_diags *d, uint32_t partition, const sz_msg *m) {
    sz_str en = m ? m->text : SZ_STR("no answer"), zh = m && m->text_zh.n ? m->text_zh : en;
    sz_diag *g =
        sz_diags_add(d, SZ_ERROR, APP_CODE_STATE, (sz_span){0}, "partition %u: %.*s", NULL, partition, SZ_FMT_STR(en));
    g->message_zh = sz_arena_printf(&d->arena, "分区 %u：%.*s", partition, SZ_FMT_STR(zh));
    return SZ_IO;
}

/* ---- Redis ---- */

static sz_status redis_answer(sz_msgq *q, uint32_t partition, sz_diags *d) {
    const sz_msg *m = sz_state_answer(q);
    return m && m->answer == SZ_ANS_OK ? SZ_OK : cannot(d, partition, m);
}

static sz_status redis_open(const sz_job *job, uint32_t partition, sz_msgq *q, sz_diags *d, sz_state *out) {
    sz_store_redis *s = states_redis(job, d);
    if (!s) return SZ_USAGE;
    out->store = s;
    out->port = sz_store_redis_next(s, partition, q);
    sz_store_redis_clear(&out->port);
    return redis_answer(q, partition, d);
}

static sz_status redis_take(const sz_job *job, uint32_t partition, sz_str topic, uint32_t parts, sz_diags *d) {
    sz_store_redis *s = states_redis(job, d);
    if (!s) return SZ_USAGE;
    sz_msgq *q = sz_msgq_new();
    sz_store_port next = sz_store_redis_next(s, partition, q);
    sz_store_redis_take(&next, topic, parts);
    sz_status rc = redis_answer(q, partition, d);
    sz_store_redis_free(s);
    sz_msgq_free(q);
    return rc;
}

/* ---- SQLite ---- */

static sz_status file_open(const sz_job *job, uint32_t partition, sz_msgq *q, sz_diags *d, sz_state *out) {
    const char *path = file_of(job, partition, &d->arena);
    sz_store_sqlite *s = NULL;
    sz_store_sqlite_remove(path); /* what is not to be removed is found by opening it */
    sz_status rc = sz_store_sqlite_open(path, d, &s);
    if (rc != SZ_OK) return rc;
    out->store = s;
    out->port = sz_store_sqlite_port(s, q);
    return SZ_OK;
}

static sz_status file_take(const sz_job *job, uint32_t partition, sz_state *stands, sz_diags *d) {
    const char *path = file_of(job, partition, &d->arena);
    sz_status rc = sz_store_sqlite_replace(stands->store, path, d);
    if (rc == SZ_OK) sz_store_sqlite_remove(path); /* the lock beside it */
    return rc;
}

/* ---- either ---- */

sz_status state_next_open(const sz_job *job, uint32_t partition, sz_msgq *q, sz_diags *d, sz_state *out) {
    *out = (sz_state){0};
    return (sz_state_is_remote(job) ? redis_open : file_open)(job, partition, q, d, out);
}

sz_status state_next_take(const sz_job *job, uint32_t partition, sz_str topic, uint32_t parts, sz_state *stands,
                          sz_diags *d) {
    return sz_state_is_remote(job) ? redis_take(job, partition, topic, parts, d) : file_take(job, partition, stands, d);
}

void state_next_close(const sz_job *job, sz_state *next) {
    if (!next->store) return;
    if (sz_state_is_remote(job)) sz_store_redis_free(next->store);
    else sz_store_sqlite_close(next->store);
    next->store = NULL;
}
