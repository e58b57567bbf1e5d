/* SPDX-License-Identifier: Apache-2.0
 *
 * partition_tell: what a partition's worker says, in the log.
 */
#include "host/log.h"
#include "live_roster.h"

void partition_tell_held(partition *p) {
    if (p->is_hold_told) return;
    p->is_hold_told = true;
    sz_str text = sz_worker_failure_in(p->worker, p->m->run->job->lang);
    sz_log(SZ_ERROR, "held", "partition %1$d is held: %2$.*3$s", "分区 %1$d 停住：%2$.*3$s", p->id, text.p,
           (int)text.n);
}

void partition_tell_notices(partition *p) {
    sz_severity severity;
    for (sz_str en, zh; sz_worker_notice(p->worker, &severity, &en, &zh);) {
        sz_str text = p->m->run->job->lang == SZ_ZH ? zh : en;
        sz_log(severity, "worker", "partition %1$d: %2$.*3$s", "分区 %1$d：%2$.*3$s", p->id, text.p, (int)text.n);
    }
}

void partition_tell_failed(partition *p) {
    sz_str text;
    sz_status s = sz_worker_failure(p->worker, &text);
    text = sz_worker_failure_in(p->worker, p->m->run->job->lang);
    sz_log(SZ_ERROR, "failed", "partition %1$d: %2$.*3$s", "分区 %1$d：%2$.*3$s", p->id, text.p, (int)text.n);
    member_fail(p->m, s);
}

void partition_tell_switched(partition *p) {
    int64_t at;
    char t[40] = "-";
    uint32_t n = sz_worker_switched(p->worker, &at);
    if (n == p->n_switched) return;
    p->n_switched = n;
    live_roster_note(p);
    if (at != SZ_TIME_NONE) sz_time_format(&p->in.zone, at, t);
    sz_log(SZ_NOTE, "reloaded", "partition %1$d: the new rules and campus hold from %2$s on",
           "分区 %1$d：新的规则和校园数据自 %2$s 起生效", p->id, t);
}
