/* SPDX-License-Identifier: Apache-2.0 */
#include "live_reread.h"

#include "codes.h"
#include "host/env.h"
#include "host/log.h"
#include "job/groups.h"
#include "live_roster.h"
#include "views/findings.h"

sz_texts live_texts(live *run, uint32_t *number) {
    pthread_mutex_lock(&run->mutex);
    sz_texts t = run->texts;
    *number = run->texts_number;
    pthread_mutex_unlock(&run->mutex);
    return t;
}

/* Records are decoded by the types and the zone that the run began with. */
static sz_status same_reading(const live *run, const sz_inputs *in, sz_diags *d) {
    bool same_zone = strcmp(run->zone, in->zone.name) == 0;
    if (run->of_types == in->of_types && same_zone) return SZ_OK;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_RELOAD, (sz_span){0}, "%s cannot change while a run goes on",
                              "%s 不能在运行当中改变", same_zone ? "types.yaml" : "timezone");
    sz_diag_hint(d, g, "stop the run and start it again: it goes on where it was", "请停止后重新运行，会接着原处继续");
    return SZ_FINDINGS;
}

/* The old texts stay: a partition may be reading them. */
static void put_in_force(live *run, const sz_texts *t, uint64_t bytes) {
    pthread_mutex_lock(&run->mutex);
    run->old_texts = sz_realloc(run->old_texts, (run->n_old_texts + 1) * sizeof *run->old_texts);
    run->old_texts[run->n_old_texts++] = run->texts;
    run->texts = *t;
    run->texts_number++;
    run->bytes = bytes;
    for (uint32_t i = 0; i < run->n_members; i++) member_wake(run->members[i]);
    pthread_mutex_unlock(&run->mutex);
}

void live_reread(live *run) {
    sz_diags d;
    sz_texts t;
    sz_inputs in = {0};
    sz_diags_init(&d);
    sz_log(SZ_NOTE, "reload", "HUP: reading rules and campus again", "收到 HUP，重新读取规则和校园数据");
    sz_status s = sz_texts_read(run->job, &d, &t);
    if (s == SZ_OK) s = sz_inputs_parse(run->job, &t, &d, &in);
    if (s == SZ_OK) s = same_reading(run, &in, &d);
    if (s == SZ_OK && in.bytes != run->bytes) s = live_roster_replaces(run, in.campus, &d);
    if (s == SZ_OK) sz_groups_check(&in, sz_wall_ms(), &d);
    sz_diags_show(&d, run->job->lang);
    if (s == SZ_OK && in.bytes != run->bytes) {
        put_in_force(run, &t, in.bytes);
    } else {
        if (s == SZ_OK) sz_log(SZ_NOTE, "reload", "no file has changed", "文件没有变化");
        else
            sz_log(SZ_ERROR, "reload", "nothing is changed: what runs keeps running",
                   "没有改变：仍按原来的规则和数据运行");
        sz_texts_fini(&t);
    }
    sz_inputs_fini(&in);
    sz_diags_fini(&d);
}
