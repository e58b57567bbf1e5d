/* SPDX-License-Identifier: Apache-2.0
 *
 * What comparisons with others kept from being told, of all partitions of a state: students are in one each, so counts
 * add up.
 */
#include "look.h"
#include "run.h"
#include "state/state_files.h"
#include "views/untold_view.h"

typedef struct all {
    sz_untold_list list;
    sz_arena texts;
} all;

static bool is_alike(const sz_untold *a, const sz_untold *b) {
    return a->rule == b->rule && a->by == b->by && a->monday == b->monday && sz_str_eq(a->group, b->group);
}

static void add(sz_untold_list *to, const sz_untold_list *from) {
    to->v = sz_realloc(to->v, (to->n + from->n + 1) * sizeof *to->v);
    if (from->from_ms < to->from_ms || !to->n_rules) to->from_ms = from->from_ms;
    to->n_rules = from->n_rules;
    for (uint32_t k = 0; k < from->n; k++) {
        uint32_t i = 0;
        while (i < to->n && !is_alike(&to->v[i], &from->v[k])) i++;
        if (i == to->n) to->v[to->n++] = from->v[k];
        else to->v[i].n += from->v[k].n;
    }
}

/* What is for others goes. */
static void keep_audience(sz_untold_list *list, const sz_job *job, const sz_bundle *b) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->n; i++) {
        bool is_for = job->n_audiences == 0;
        for (uint32_t k = 0; k < job->n_audiences; k++)
            is_for |= sz_str_is(b->rules[list->v[i].rule].audience, job->audiences[k]);
        if (is_for) list->v[n++] = list->v[i];
    }
    list->n = n;
}

/* Into what is known: one partition. parts: how many there are, as it says itself. */
static int ask(const sz_job *job, int32_t partition, bool is_last, all *x, uint32_t *parts, sz_buf *out) {
    look l = {0};
    sz_status s = look_begin(job, (sz_str){0}, partition, &l);
    if (s == SZ_OK) s = look_until(job, &l, SZ_WK_RUNNING);
    if (s == SZ_OK) s = look_need_campus(job, &l);
    if (s == SZ_OK) {
        sz_untold_list one;
        sz_worker_untold(l.worker, &x->texts, &one);
        add(&x->list, &one);
        sz_free(one.v);
        if (l.parts > *parts) *parts = l.parts;
        if (partition <= 0) look_tell_others(job, &l);
        if (is_last || (uint32_t)(partition + 1) >= *parts) {
            keep_audience(&x->list, job, l.in.bundle);
            untold_view(out, &x->list, l.in.bundle, &l.in.zone, job->lang);
        }
    }
    return look_end(job, &l, s);
}

int sz_job_untold(const sz_job *job, sz_buf *out) {
    all x = {0};
    sz_arena_init(&x.texts);
    uint32_t parts =
        sz_state_files_of(job).n; /* at least: one that is missing among them is an error, not fewer students */
    int32_t first = parts || sz_state_is_remote(job) ? 0 : SZ_FILES;
    int code = ask(job, first, first == SZ_FILES, &x, &parts, out);
    for (uint32_t i = 1; first == 0 && i < parts && code == 0; i++)
        code = ask(job, (int32_t)i, i + 1 == parts, &x, &parts, out);
    sz_free(x.list.v);
    sz_arena_fini(&x.texts);
    return code;
}
