/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands in the old partitions behind the states. It was put there by the old number, or, since the number was
 * raised, by the new one; either way it belongs to a student who is in one of the states at hand, which use it here:
 * later nobody could tell any more why it lies where it lies.
 */
#include <stdio.h>

#include "codes.h"
#include "host/log.h"
#include "move.h"

typedef struct rest {
    move *m;
    uint32_t partition; /* whose state is at hand */
} rest;

/* Whose record is it, by the old number; what has no student is left to the partition that it lies in. */
static uint32_t home_of(const rest *r, uint32_t partition, const sz_input *in) {
    const sz_campus *campus = r->m->in.campus;
    const sz_event *e = &in->record.event;
    if (in->record.kind != SZ_RECORD_EVENT) return partition;
    sz_str student = e->student;
    uint32_t holder = SZ_NONE;
    if (!student.n)
        holder = sz_campus_resolve_card(campus, e->card_system.n ? e->card_system : e->source, e->card, e->time_ms);
    if (holder != SZ_NONE) student = sz_campus_student(campus, holder)->id;
    else if (!student.n) student = e->card;
    uint32_t home = sz_home(student, r->m->from);
    bool fits = home == partition || sz_home(student, r->m->to) == partition;
    return fits ? home : partition; /* else it is misrouted by either number, and found to be so */
}

static void take(void *self, uint32_t partition, const sz_input *in) {
    rest *r = self;
    sz_worker *w = r->m->v[r->partition].worker;
    if (home_of(r, partition, in) == r->partition) sz_worker_take_over(w, in);
    if (partition == r->partition) sz_worker_pass_by(w, in);
}

static bool is_ending(void *self) {
    (void)self;
    return move_is_ending(NULL);
}

void move_say_no_rest(void) {
    sz_log(SZ_WARNING, "rest",
           "no brokers are given, so what the topic holds behind the states is not looked at: records that were not "
           "read before the number changed will be set aside as misrouted",
           "没有给出 broker，因此不读取状态之后主题里还有的记录：分区数改变前没有读到的记录会作为 misrouted 放到一边");
}

/* It is read for each state, and once more when the state is written: always the same records. */
static sz_status compare(move *m, uint32_t i, uint64_t n) {
    if (!m->n_looks++) m->n_rest = n;
    if (n == m->n_rest) return SZ_OK;
    return move_cannot(m, i,
                       &(sz_msg){.text = SZ_STR("the topic lost records while they were read; run the command again"),
                                 .text_zh = SZ_STR("读取期间主题丢失了记录；请再运行一次这个命令")});
}

sz_status move_rest(move *m, uint32_t i) {
    if (!m->job->kafka.brokers.n) return SZ_OK;
    rest r = {m, i};
    int64_t *begin = sz_alloc((m->from + 1) * sizeof *begin), *end = sz_alloc((m->from + 1) * sizeof *end);
    for (uint32_t k = 0; k < m->from; k++) begin[k] = m->v[k].begin, end[k] = m->v[k].end;
    sz_kafka_voice voice = sz_log_voice();
    sz_kafka_rest_options o = {.kafka = &m->job->kafka,
                               .topic = sz_arena_str(&m->diags.arena, m->topic).p,
                               .types = m->in.types,
                               .zone = &m->in.zone,
                               .mapping = m->mapping,
                               .begin = begin,
                               .end = end,
                               .n = m->from,
                               .self = &r,
                               .take = take,
                               .is_ending = is_ending};
    uint64_t n = 0;
    sz_status s = sz_kafka_rest(&o, &voice, &m->diags, &n);
    if (s == SZ_OK) s = compare(m, i, n);
    for (uint32_t k = 0; k < m->from; k++) m->v[k].end = end[k];
    m->n_read = n;
    sz_free(begin);
    sz_free(end);
    return s;
}
