/* SPDX-License-Identifier: Apache-2.0
 *
 * The states as they are. Taking one under a fresh token refuses the commits of an engine that still runs; naming its
 * topic otherwise keeps every engine from taking it back (MISMATCH, hold).
 */
#include <stdio.h>

#include "codes.h"
#include "host/env.h"
#include "host/log.h"
#include "move.h"

void move_reserve(move *m, uint32_t n) {
    if (n <= m->n) return;
    m->v = sz_realloc(m->v, n * sizeof *m->v);
    memset(m->v + m->n, 0, (n - m->n) * sizeof *m->v);
    m->n = n;
}

static sz_status open_part(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    if (p->q) return SZ_OK;
    p->q = sz_msgq_new();
    return sz_state_open(m->job, (int32_t)i, p->q, &m->diags, &p->state);
}

static const sz_msg *acquire(const move *m, move_part *p, sz_str topic, uint32_t parts) {
    uint8_t token[16];
    sz_env.random(sz_env.self, token, sizeof token);
    p->state.port.acquire(p->state.port.self, token, SZ_STATE_FORMAT, topic, parts, INT64_MAX, sz_str_of(m->worker),
                          false);
    const sz_msg *answer = sz_state_answer(p->q);
    if (answer && answer->answer == SZ_ANS_OK) {
        memcpy(p->name.owner, token, sizeof token);
        p->name.seq = answer->header->name.seq + 1;
    }
    return answer;
}

static void take_header(move *m, move_part *p, const sz_header *h) {
    sz_arena *a = &m->diags.arena;
    p->topic = sz_arena_str(a, h->topic);
    p->body = sz_arena_str(a, h->body);
    p->parts = h->parts;
    p->bundle_ver = h->bundle_ver;
}

/* No state is for 0 partitions, and to be told so changes nothing. */
sz_status move_look(move *m, uint32_t i) {
    sz_status s = open_part(m, i);
    if (s != SZ_OK) return s;
    const sz_msg *answer = acquire(m, &m->v[i], SZ_STR("?"), 0);
    if (answer && answer->answer == SZ_ANS_MISSING) return SZ_NOT_FOUND;
    if (!answer || answer->answer != SZ_ANS_MISMATCH || !answer->header) return move_cannot(m, i, answer);
    take_header(m, &m->v[i], answer->header);
    return SZ_OK;
}

sz_status move_rename(move *m, uint32_t i, sz_str topic) {
    move_part *p = &m->v[i];
    sz_commit c = {.parent = p->name, .body = p->body, .bundle_ver = p->bundle_ver, .topic = topic};
    p->state.port.commit(p->state.port.self, &c);
    const sz_msg *answer = sz_state_answer(p->q);
    if (!answer || answer->answer != SZ_ANS_OK) return move_cannot(m, i, answer);
    p->name.seq++;
    p->topic = topic;
    return SZ_OK;
}

sz_status move_keep(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    const sz_msg *answer = acquire(m, p, p->topic, p->parts);
    if (!answer || answer->answer != SZ_ANS_OK) return move_cannot(m, i, answer);
    take_header(m, p, answer->header); /* an engine may have gone on since it was looked at */
    p->is_kept = true;
    return sz_str_eq(p->topic, m->way) ? SZ_OK : move_rename(m, i, m->way);
}

void move_give_back(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    if (!p->is_kept) return;
    const sz_msg *answer = acquire(m, p, m->way, p->parts);
    if (answer && answer->answer == SZ_ANS_OK) move_rename(m, i, m->topic);
}

/* ---- loading ---- */

static void want_nothing(void *self, uint32_t max) { (void)self, (void)max; }

static sz_options options_of(const move *m, uint32_t i) {
    const sz_job *job = m->job;
    return (sz_options){.order = SZ_ARRIVAL,
                        .lateness_ms = job->lateness_ms,
                        .horizon_ms = job->horizon_ms,
                        .until_ms = SZ_TIME_NONE,
                        .wall_ms = sz_wall_ms(),
                        .admit = job->admit,
                        .is_live = true,
                        .topic = m->way,
                        .worker = sz_str_of(m->worker),
                        .parts = m->v[i].parts,
                        .partition = i};
}

/* Until it runs; what the store does not answer now, a second attempt of the command asks again. */
static void step_until_loaded(move_part *p) {
    sz_worker_step(p->worker, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    for (bool is_over = false; sz_worker_where(p->worker) < SZ_WK_RUNNING && !is_over;) {
        const sz_msg *answer = sz_msgq_pop(p->q);
        if (answer) sz_worker_step(p->worker, answer);
        else if (sz_worker_wake_ms(p->worker) == INT64_MIN) /* the end of a load goes in steps */
            sz_worker_step(p->worker, &(sz_msg){.kind = SZ_MSG_GO_ON});
        else is_over = sz_msgq_is_idle(p->q);
    }
}

static sz_status is_loaded(move *m, uint32_t i) {
    sz_worker *w = m->v[i].worker;
    if (sz_worker_where(w) == SZ_WK_RUNNING) return SZ_OK;
    sz_str none = SZ_STR("the store does not answer"), en = none, zh = SZ_STR("存储没有应答");
    sz_status s = sz_worker_failure(w, &en);
    if (s == SZ_OK) en = none;
    else zh = sz_worker_failure_in(w, SZ_ZH);
    return move_cannot(m, i, &(sz_msg){.text = en, .text_zh = zh});
}

sz_status move_place(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    sz_options o = options_of(m, i);
    p->end = -1;
    if (sz_state_place(&o, m->in.bundle, m->in.campus, p->body, &p->begin) == SZ_OK) return SZ_OK;
    return move_cannot(
        m, i,
        &(sz_msg){.text = SZ_STR("the header of this state cannot be read"), .text_zh = SZ_STR("状态的头部无法读取")});
}

sz_status move_load(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    sz_options o = options_of(m, i);
    sz_ports ports = {.store = p->state.port, .stream = {.want = want_nothing}, .env = sz_env};
    uint64_t seq = p->name.seq;
    p->worker = sz_worker_new(&o, &ports, sz_bundle_ref(m->in.bundle), sz_campus_ref(m->in.campus));
    step_until_loaded(p);
    p->name = sz_worker_name(p->worker);
    sz_status s = is_loaded(m, i);
    if (s != SZ_OK || p->name.seq == seq + 1) return s;
    return move_cannot(m,
                       i, /* since it was kept somebody had it in between: a second command, which makes states, too */
                       &(sz_msg){.answer = SZ_ANS_REFUSED,
                                 .text = SZ_STR("another process has taken this state over"),
                                 .text_zh = SZ_STR("另一个进程接管了这份状态")});
}

void move_unload(move *m, uint32_t i) {
    sz_worker_free(m->v[i].worker);
    m->v[i].worker = NULL;
}

void move_fini(move *m) {
    for (uint32_t i = 0; i < m->n; i++) {
        move_part *p = &m->v[i];
        sz_worker_free(p->worker);
        sz_state_close(&p->state);
        if (p->q) sz_msgq_free(p->q);
    }
    sz_free(m->v);
    sz_mapping_free(m->mapping);
    sz_inputs_fini(&m->in);
    sz_texts_fini(&m->texts);
    sz_diags_fini(&m->diags);
}
