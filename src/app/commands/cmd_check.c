/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao check: rules, campus, mapping and config, every finding at once; and sanzao explain: what a code means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd_common.h"
#include "commands.h"
#include "host/env.h"
#include "job/groups.h"
#include "state/states.h"

/* The last line: how much was wrong, in how much, and what became of it. */
static void put_counts(sz_buf *out, const sz_diags *d, const sz_job *job, const sz_inputs *in, int code) {
    bool zh = job->lang == SZ_ZH;
    const sz_rule_counts *n = &in->counts;
    if (zh) sz_buf_printf(out, "%zu 个错误，%zu 个警告", d->n_errors, d->n_warnings);
    else
        sz_buf_printf(out, "%zu error%s, %zu warning%s", d->n_errors, sz_plural(d->n_errors), d->n_warnings,
                      sz_plural(d->n_warnings));
    if (!job->rules && !d->n_errors)
        sz_buf_put_z(out, zh ? " · 这里没有规则文件夹，没有检查规则" : " · no folder of rules here, none checked");
    if (!job->rules || (d->n_errors && !n->files)) n = NULL; /* nothing was read */
    if (n && zh) sz_buf_printf(out, " · %u 个文件，%u 条规则，%u 个特征", n->files, n->rules, n->features);
    else if (n)
        sz_buf_printf(out, " · %u file%s, %u rule%s, %u feature%s", n->files, sz_plural(n->files), n->rules,
                      sz_plural(n->rules), n->features, sz_plural(n->features));
    if (d->n_errors)
        sz_buf_put_z(out,
                     zh ? " · 没有载入任何内容，正在运行的继续运行" : " · nothing loaded, what runs keeps running");
    if (code) sz_buf_printf(out, zh ? " · 退出码 %d" : " · exit %d", code);
    sz_buf_put_u8(out, '\n');
}

static void print_text(const sz_diags *d, const sz_job *job, const sz_inputs *in, int code) {
    bool color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < d->n; i++) sz_diag_print(&out, &d->v[i], job->lang, color);
    put_counts(&out, d, job, in, code);
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
}

/* What an option of the config file takes, where its table cannot say. Only what stands in the file: the rest is for
 * the command that uses it. */
static void check_option(sz_config *c, const sz_job *job, int option, sz_status (*check)(const sz_job *, sz_diags *)) {
    if (c->where[option].src) check(job, &c->diags);
}

static sz_status check_until(const sz_job *job, sz_diags *d) {
    sz_zone z;
    int64_t until_ms;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai"); /* any will do for the form */
    return sz_job_until(job, &z, &until_ms) ? SZ_OK : sz_job_bad_until(job, d);
}

static int status(const sz_config *c, sz_status inputs, sz_status mapping) {
    if (inputs == SZ_IO || mapping == SZ_IO) return 4;
    if (inputs == SZ_USAGE) return 2;
    if (inputs != SZ_OK || c->diags.n_errors) return 1;
    return c->diags.n_warnings && c->num[SZ_O_STRICT] ? 3 : 0;
}

static int check(sz_config *c) {
    sz_job job;
    sz_inputs in;
    sz_mapping *mapping = NULL;
    sz_diags *d = &c->diags;
    cmd_job(c, &job);
    job.with_tests = true;
    if (c->n_rest == 1) job.rules = c->rest[0];
    else if (!c->given[SZ_O_RULES] && (job.campus || job.mapping) && access(job.rules, F_OK) != 0) job.rules = NULL;
    check_option(c, &job, SZ_O_STATE, sz_state_check);
    check_option(c, &job, SZ_O_UNTIL, check_until);
    sz_status s = sz_inputs_load(&job, d, &in);
    sz_status m = s == SZ_USAGE ? SZ_OK : sz_mapping_file_load(job.mapping, &in, d, &mapping);
    sz_mapping_free(mapping);
    if (s == SZ_OK) sz_groups_check(&in, sz_wall_ms(), d);
    sz_diags_sort(d);
    int code = status(c, s, m);
    if (c->num[SZ_O_JSON]) cmd_findings_json(d, in.bundle ? in.bundle->n_rules : 0, c->lang);
    else print_text(d, &job, &in, code);
    sz_inputs_fini(&in);
    return code;
}

int cmd_check(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(&c, SZ_FOR_CHECK, "usage: sanzao check [RULES] [--campus DIR] [--strict] [--json]",
                         "用法：sanzao check [规则文件夹] [--campus 文件夹] [--strict] [--json]", argc, argv);
    if (code < 0 && c.n_rest > 1) {
        fputs(c.lang == SZ_ZH ? "用法：sanzao check [规则文件夹]，一次检查一个文件夹\n"
                              : "usage: sanzao check [RULES], one folder of rules at a time\n",
              stderr);
        code = 2;
    }
    if (code < 0) code = check(&c);
    sz_config_fini(&c);
    return code;
}
