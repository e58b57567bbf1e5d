/* SPDX-License-Identifier: Apache-2.0
 *
 * Who of a state cannot be judged and why, of all its partitions: students are in one each.
 */
#include "look.h"
#include "run.h"
#include "state/state_files.h"
#include "views/not_judged_view.h"

static void add(void *list, const sz_not_judged *who) { not_judged_add(list, who); }

/* One partition; parts: how many there are, as it says itself. */
static int ask(const sz_job *job, int32_t partition, bool as_json, not_judged_list *list, uint32_t *parts,
               sz_buf *out) {
    look l = {0};
    sz_status s = look_begin(job, (sz_str){0}, partition, &l);
    if (s == SZ_OK) s = look_until(job, &l, SZ_WK_RUNNING);
    if (s == SZ_OK) s = look_need_campus(job, &l);
    if (s == SZ_OK) {
        sz_worker_not_judged(l.worker, add, list);
        if (l.parts > *parts) *parts = l.parts;
        if (partition <= 0) look_tell_others(job, &l);
        bool is_last = partition == SZ_FILES || (uint32_t)(partition + 1) >= *parts;
        if (is_last && as_json) not_judged_json(out, list, &l.in.zone);
        else if (is_last) not_judged_table(out, list, &l.in.zone, job->lang);
    }
    return look_end(job, &l, s);
}

int sz_job_not_judged(const sz_job *job, bool as_json, sz_buf *out) {
    not_judged_list list;
    not_judged_init(&list);
    uint32_t parts = sz_state_files_of(job).n; /* one that is missing among them is an error, not fewer students */
    int32_t first = parts || sz_state_is_remote(job) ? 0 : SZ_FILES;
    int code = ask(job, first, as_json, &list, &parts, out);
    for (uint32_t i = 1; first == 0 && i < parts && code == 0; i++)
        code = ask(job, (int32_t)i, as_json, &list, &parts, out);
    not_judged_fini(&list);
    return code;
}
