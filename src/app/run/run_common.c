/* SPDX-License-Identifier: Apache-2.0 */
#include "run_common.h"

#include <stdio.h>
#include <string.h>

#include "host/env.h"

sz_status run_options(const sz_job *job, const sz_zone *z, sz_diags *d, sz_options *o) {
    *o = (sz_options){.order = job->order,
                      .lateness_ms = job->lateness_ms,
                      .horizon_ms = job->horizon_ms,
                      .until_ms = SZ_TIME_NONE,
                      .wall_ms = sz_wall_ms(),
                      .admit = job->admit,
                      .allow_new = true,
                      .commit_records = job->commit_records,
                      .topic = SZ_STR("files"),
                      .worker = SZ_STR("local"),
                      .parts = 1};
    if (!job->until || sz_job_until(job, z, &o->until_ms)) return SZ_OK;
    return sz_job_bad_until(job, d);
}

void run_tell_failure(const sz_job *job, const sz_worker *w) {
    static const char *const prefixes[] = {"file:", "file:", "sqlite:"};
    const sz_str named[] = {job->alerts, job->dead, job->state};
    /* what the worker says of its state does not name it */
    bool is_named =
        memcmp(job->state.p, "sqlite:", job->state.n < 7 ? job->state.n : 7) != 0; /* servers name themselves */
    sz_str text = sz_worker_failure_in(w, job->lang);
    for (int i = 0; i < 3 && text.n; i++) {
        size_t n = strlen(prefixes[i]);
        if (named[i].n > n && memcmp(named[i].p, prefixes[i], n) == 0 && strstr(text.p, named[i].p + n))
            is_named = true;
    }
    if (strstr(text.p, job->lang == SZ_ZH ? "标准输出" : "standard output")) is_named = true;
    const char *before = job->lang == SZ_ZH ? "sanzao：" : "sanzao: ", *colon = job->lang == SZ_ZH ? "：" : ": ";
    if (is_named) fprintf(stderr, "%s%.*s\n", before, SZ_FMT_STR(text));
    else fprintf(stderr, "%s%s%s%.*s\n", before, job->state.p + strlen("sqlite:"), colon, SZ_FMT_STR(text));
}
