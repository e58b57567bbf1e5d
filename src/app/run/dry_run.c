/* SPDX-License-Identifier: Apache-2.0
 *
 * run --dry-run: the first records as they are read, one line each, and nothing else. No state, no rules, no outputs
 * are touched; students, cards and readers are not looked up.
 */
#include <stdio.h>

#include "run.h"
#include "views/dry_run_view.h"
#include "views/findings.h"

enum { MOST_SHOWN = 20 };

/* Nothing was taken before, and nothing is kept. */
static uint64_t taken(void *self) {
    (void)self;
    return 0;
}
static uint32_t ledger(void *self, const sz_put **lines) {
    (void)self;
    *lines = NULL;
    return 0;
}
static void note(void *self, sz_str key, sz_str value) { (void)self, (void)key, (void)value; }
static void new_batch(void *self) { (void)self; }
static void sinks(void *self, uint64_t *alerts_pos, uint64_t *dead_pos) {
    (void)self;
    *alerts_pos = *dead_pos = 0;
}

/* False: the input has ended, or cannot be read. */
static bool take(const sz_msg *m, sz_dry_view *v, sz_status *s) {
    if (m->kind == SZ_MSG_INPUT_END) {
        if (m->answer == SZ_ANS_FAILED) *s = SZ_IO;
        return false;
    }
    for (uint32_t i = 0; m->kind == SZ_MSG_INPUT && i < m->n && v->n < MOST_SHOWN; i++) sz_dry_add(v, &m->inputs[i]);
    return v->n < MOST_SHOWN;
}

static sz_status read_some(const sz_job *job, const sz_inputs *in, sz_mapping *mapping, sz_diags *d, sz_dry_view *v) {
    sz_stream_file_options o = {.sources = job->sources,
                                .sources_at = job->sources_at,
                                .n_sources = job->n_sources,
                                .order = SZ_ARRIVAL,
                                .types = in->types,
                                .zone = &in->zone,
                                .mapping = mapping,
                                .tmp_dir = job->tmp_dir,
                                .stdin_fd = 0};
    sz_progress none = {.taken = taken, .ledger = ledger, .note = note, .new_batch = new_batch, .sinks = sinks};
    sz_msgq *q = sz_msgq_new();
    sz_stream_file *stream = NULL;
    sz_status s = sz_stream_file_new(&o, q, d, &stream);
    if (s == SZ_OK) {
        sz_stream_file_attach(stream, &none);
        sz_stream_port port = sz_stream_file_port(stream);
        for (bool go_on = true; go_on;) {
            port.want(port.self, MOST_SHOWN - v->n);
            const sz_msg *m = NULL;
            while (!(m = sz_msgq_pop(q)) && !sz_msgq_is_idle(q)) {} /* a pump reads a piece at a time */
            go_on = m && take(m, v, &s);
        }
        if (s != SZ_OK && sz_stream_file_failure(stream) != SZ_OK) s = sz_stream_file_failure(stream);
    }
    sz_stream_file_free(stream);
    sz_msgq_free(q);
    return s;
}

int sz_job_dry_run(const sz_job *job, bool as_json) {
    sz_job what = *job;
    what.rules = NULL;
    sz_diags d;
    sz_diags_init(&d);
    sz_inputs in;
    sz_mapping *mapping = NULL;
    sz_status s = sz_inputs_load(&what, &d, &in);
    if (s == SZ_OK) s = sz_mapping_file_load(job->mapping, &in, &d, &mapping);
    sz_dry_view v;
    sz_dry_init(&v, in.types, &in.zone, job->lang);
    if (s == SZ_OK) s = read_some(job, &in, mapping, &d, &v);
    sz_diags_show(&d, job->lang);
    sz_buf out;
    sz_buf_init(&out);
    if (as_json) sz_dry_json(&out, &v);
    else if (s == SZ_OK || v.n) sz_dry_text(&out, &v);
    if (out.n) fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    sz_dry_fini(&v);
    sz_mapping_free(mapping);
    sz_inputs_fini(&in);
    sz_diags_fini(&d);
    return sz_exit_of(s);
}
