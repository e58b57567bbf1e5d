/* SPDX-License-Identifier: Apache-2.0
 *
 * The states of the new number. Made beside those that stand, so that until the last of them is complete nothing has
 * happened; then each takes its place in one step, the highest partition first: as long as partition 0 is in its old
 * place no engine begins.
 */
#include <yyjson.h>

#include "host/env.h"
#include "host/log.h"
#include "move.h"
#include "state/state_next.h"

typedef struct next_part { /* of the new number */
    sz_regroup *g;
    sz_msgq *q;
    sz_state state;
    sz_name name;
} next_part;

static bool student_of(void *self, sz_str alert, sz_buf *student) {
    (void)self;
    yyjson_doc *doc = yyjson_read(alert.p, alert.n, 0);
    yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(doc), "student");
    if (v) sz_buf_put(student, yyjson_get_str(v), yyjson_get_len(v));
    yyjson_doc_free(doc);
    return v != NULL;
}

static sz_status begin(move *m, uint32_t i, sz_state *next, sz_msgq *q, sz_name *name) {
    uint8_t token[16];
    sz_env.random(sz_env.self, token, sizeof token);
    next->port.acquire(next->port.self, token, SZ_STATE_FORMAT, m->topic, m->to, 0, sz_str_of(m->worker), true);
    const sz_msg *answer = sz_state_answer(q);
    if (!answer || answer->answer != SZ_ANS_NEW) return move_cannot(m, i, answer);
    memcpy(name->owner, token, sizeof token);
    name->seq = answer->header->name.seq + 1;
    return SZ_OK;
}

static sz_status commit(move *m, uint32_t i, next_part *x, const sz_commit *c) {
    if (move_is_ending(NULL)) return SZ_INTERRUPTED;
    x->state.port.commit(x->state.port.self, c);
    const sz_msg *answer = sz_state_answer(x->q);
    if (!answer || answer->answer != SZ_ANS_OK) return move_cannot(m, i, answer);
    x->name.seq++;
    return SZ_OK;
}

/* What belongs there of the state at hand. */
static sz_status fill(move *m, uint32_t i, next_part *x, uint32_t old) {
    sz_commit c;
    sz_regroup_from(x->g, m->v[old].worker, old);
    sz_status s;
    while ((s = sz_regroup_next(x->g, &x->name, &c)) == SZ_OK && (s = commit(m, i, x, &c)) == SZ_OK) {}
    if (s == SZ_CORRUPT)
        return move_cannot(m, i,
                           &(sz_msg){.text = SZ_STR("a student's record is damaged, or in two partitions at once"),
                                     .text_zh = SZ_STR("有学生的记录已损坏，或同时在两个分区里")});
    return s == SZ_NOT_FOUND ? SZ_OK : s;
}

static sz_status next_open(move *m, uint32_t i, next_part *x) {
    sz_regroup_options o = {
        .parts = m->to, .partition = i, .bundle = m->in.bundle, .campus = m->in.campus, .student_of = student_of};
    x->g = sz_regroup_new(&o);
    x->q = sz_msgq_new();
    sz_status s = state_next_open(m->job, i, x->q, &m->diags, &x->state);
    return s == SZ_OK ? begin(m, i, &x->state, x->q, &x->name) : s;
}

static sz_status next_end(move *m, uint32_t i, next_part *x) {
    sz_commit c;
    sz_regroup_end(x->g, &x->name, &c);
    m->n_students += sz_regroup_students(x->g);
    m->n_alerts += sz_regroup_alerts(x->g);
    return commit(m, i, x, &c);
}

static void next_close(move *m, next_part *x) {
    state_next_close(m->job, &x->state);
    sz_regroup_free(x->g);
    if (x->q) sz_msgq_free(x->q);
}

/* ---- one old state after the other ---- */

static sz_status look_at(move *m, uint32_t i, sz_common_time *level) {
    sz_status s = move_load(m, i);
    if (s == SZ_OK) s = move_rest(m, i);
    if (s == SZ_OK) sz_common_time_add(level, m->v[i].worker);
    move_unload(m, i);
    return s == SZ_OK && move_is_ending(NULL) ? SZ_INTERRUPTED : s;
}

/* What loading it has found: cards that were corrected. */
static void tell_notices(const move *m, uint32_t i) {
    sz_severity severity;
    for (sz_str en, zh; sz_worker_notice(m->v[i].worker, &severity, &en, &zh);) {
        sz_str text = m->job->lang == SZ_ZH ? zh : en;
        sz_log(severity, "worker", "partition %1$u: %2$.*3$s", "分区 %1$u：%2$.*3$s", i, text.p, (int)text.n);
    }
}

static sz_status write_out(move *m, uint32_t i, const sz_common_time *level, move_sink *dead, next_part *next) {
    sz_status s = move_load(m, i);
    if (s == SZ_OK) s = move_rest(m, i);
    if (s == SZ_OK) tell_notices(m, i);
    if (s == SZ_OK) s = move_dead(m, dead, i);
    if (s == SZ_OK) sz_worker_level(m->v[i].worker, level);
    for (uint32_t k = 0; k < m->to && s == SZ_OK; k++) s = fill(m, k, &next[k], i);
    move_unload(m, i);
    return s;
}

sz_status move_make(move *m) {
    next_part *next = sz_alloc((m->to + 1) * sizeof *next);
    sz_common_time *level = sz_common_time_new();
    move_sink dead;
    sz_status s = move_dead_open(m, &dead);
    for (uint32_t i = 0; i < m->from && s == SZ_OK; i++) s = look_at(m, i, level);
    for (uint32_t i = 0; i < m->to && s == SZ_OK; i++) s = next_open(m, i, &next[i]);
    for (uint32_t i = 0; i < m->from && s == SZ_OK; i++) s = write_out(m, i, level, &dead, next);
    for (uint32_t i = 0; i < m->to && s == SZ_OK; i++) s = next_end(m, i, &next[i]);
    for (uint32_t i = 0; i < m->to; i++) next_close(m, &next[i]);
    move_dead_close(&dead);
    sz_common_time_free(level);
    sz_free(next);
    return s == SZ_OK ? move_rename(m, 0, m->ready) : s;
}

static sz_status put_one(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    sz_status s = p->q ? SZ_OK : move_look(m, i);
    if (s != SZ_OK && s != SZ_NOT_FOUND) return s;
    bool is_done = sz_str_eq(p->topic, m->topic) && p->parts == m->to; /* before the command was cut off */
    s = is_done ? SZ_OK : state_next_take(m->job, i, m->topic, m->to, &p->state, &m->diags);
    sz_state_close(&p->state);
    return s;
}

sz_status move_put(move *m) {
    sz_status s = SZ_OK;
    for (uint32_t i = m->to; i-- > 0 && s == SZ_OK;) s = put_one(m, i);
    return s;
}
