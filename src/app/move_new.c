/* SPDX-License-Identifier: Apache-2.0
 *
 * The states of the new number. Made beside those that stand, so that until the last of them is complete nothing has
 * happened; then each takes its place in one step, the highest partition first: as long as partition 0 is in its old
 * place no engine begins.
 */
#include <yyjson.h>

#include "env.h"
#include "move.h"
#include "state_next.h"

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

static sz_status commit_all(move *m, uint32_t i, sz_regroup *g, sz_state *next, sz_msgq *q) {
    sz_name name = {.seq = 0};
    sz_commit c;
    sz_status s = begin(m, i, next, q, &name);
    while (s == SZ_OK && (s = sz_regroup_next(g, &name, &c)) == SZ_OK) {
        if (move_is_ending(NULL)) return SZ_INTERRUPTED;
        next->port.commit(next->port.self, &c);
        const sz_msg *answer = sz_state_answer(q);
        if (!answer || answer->answer != SZ_ANS_OK) return move_cannot(m, i, answer);
        name.seq++;
    }
    if (s == SZ_CORRUPT)
        return move_cannot(m, i,
                           &(sz_msg){.text = SZ_STR("a student's record is damaged, or in two partitions at once"),
                                     .text_zh = SZ_STR("有学生的记录已损坏，或同时在两个分区里")});
    return s == SZ_NOT_FOUND ? SZ_OK : s;
}

static sz_status make_one(move *m, uint32_t i, sz_worker *const *workers) {
    sz_inputs in;
    sz_diags quiet;
    sz_diags_init(&quiet);
    sz_status s = sz_inputs_parse(m->job, &m->texts, &quiet, &in);
    sz_diags_fini(&quiet);
    if (s != SZ_OK) return s;
    sz_regroup_options o = {.from = workers,
                            .n = m->from,
                            .parts = m->to,
                            .partition = i,
                            .bundle = in.bundle,
                            .campus = in.campus,
                            .student_of = student_of};
    in.campus = NULL; /* taken */
    sz_regroup *g = sz_regroup_new(&o);
    sz_msgq *q = sz_msgq_new();
    sz_state next = {0};
    if (!g) s = SZ_CORRUPT;
    if (s == SZ_OK) s = state_next_open(m->job, i, q, &m->diags, &next);
    if (s == SZ_OK) s = commit_all(m, i, g, &next, q);
    if (g) {
        m->n_students += sz_regroup_students(g);
        m->n_alerts += sz_regroup_alerts(g);
    }
    state_next_close(m->job, &next);
    sz_regroup_free(g);
    sz_msgq_free(q);
    sz_inputs_fini(&in);
    return s;
}

sz_status move_make(move *m) {
    sz_worker **workers = move_workers(m);
    sz_worker_level(workers, m->from);
    sz_status s = SZ_OK;
    for (uint32_t i = 0; i < m->to && s == SZ_OK; i++) s = make_one(m, i, workers);
    sz_free(workers);
    return s == SZ_OK ? move_rename(m, 0, m->ready) : s;
}

static sz_status put_one(move *m, uint32_t i) {
    move_part *p = &m->v[i];
    sz_status s = p->q ? SZ_OK : move_look(m, i);
    if (s != SZ_OK && s != SZ_NOT_FOUND) return s;
    bool is_done = sz_str_eq(p->topic, m->topic) && p->parts == m->to; /* before the command was cut off */
    s = is_done ? SZ_OK : state_next_take(m->job, i, m->topic, m->to, &p->state, &m->diags);
    sz_worker_free(p->worker);
    p->worker = NULL;
    sz_state_close(&p->state);
    return s;
}

sz_status move_put(move *m) {
    sz_status s = SZ_OK;
    for (uint32_t i = m->to; i-- > 0 && s == SZ_OK;) s = put_one(m, i);
    return s;
}
