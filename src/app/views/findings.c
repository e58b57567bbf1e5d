/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "codes.h"

/* A finding in a table of students as a log may have it: its place and what the code means, and nothing that the file
 * says. */
static sz_diag for_log(const sz_diag *g) {
    sz_diag bare = {.severity = g->severity, .code = g->code, .span = g->span, .message = "", .hides_line = true};
    sz_code code;
    if (app_code_find(g->code, &code)) bare.message = code.en, bare.message_zh = code.zh;
    return bare;
}

size_t sz_diags_show(sz_diags *d, sz_lang lang) {
    bool color = isatty(STDERR_FILENO) && !getenv("NO_COLOR"), hides = false;
    sz_diags_sort(d);
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < d->n; i++) {
        bool is_of_people = d->v[i].span.src && d->v[i].span.src->is_of_people;
        sz_diag bare;
        if (is_of_people) bare = for_log(&d->v[i]);
        sz_diag_print(&out, is_of_people ? &bare : &d->v[i], lang, color);
        hides |= is_of_people;
    }
    if (hides)
        sz_buf_put_z(&out, lang == SZ_ZH
                               ? "     = 学生数据的内容不写进日志：用 sanzao check --campus 文件夹 查看这些行和改法\n"
                               : "     = what stands in tables of students is kept out of logs: `sanzao check "
                                 "--campus DIR` shows the lines and what to do\n");
    if (out.n) fwrite(out.p, 1, out.n, stderr);
    sz_buf_fini(&out);
    return d->n_errors;
}
