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

/* Of what tables of students have wrong in the same way a nightly log gets the first few, and how many there are. */
enum { FIRST = 5, KINDS = 64 };
typedef struct kind {
    const sz_source *src;
    int code;
    size_t n;
} kind;

/* Is it one of the first of its kind? */
static bool is_first(kind *kinds, size_t *n, const sz_diag *g) {
    size_t k = 0;
    while (k < *n && (kinds[k].src != g->span.src || kinds[k].code != g->code)) k++;
    if (k == KINDS) return true;
    if (k == *n) kinds[(*n)++] = (kind){g->span.src, g->code, 0};
    return kinds[k].n++ < FIRST;
}

static void tell_more(sz_buf *out, const kind *kinds, size_t n, sz_lang lang) {
    for (size_t k = 0; k < n; k++)
        if (kinds[k].n > FIRST)
            sz_buf_printf(out,
                          lang == SZ_ZH ? "     = %s：还有 %zu 处 SZ%03d\n" : "     = %s: and %zu more of SZ%03d\n",
                          kinds[k].src->name, kinds[k].n - FIRST, kinds[k].code);
}

size_t sz_diags_show(sz_diags *d, sz_lang lang) {
    bool color = isatty(STDERR_FILENO) && !getenv("NO_COLOR"), hides = false;
    sz_diags_sort(d);
    sz_buf out;
    sz_buf_init(&out);
    kind kinds[KINDS];
    size_t n_kinds = 0;
    for (size_t i = 0; i < d->n; i++) {
        bool is_of_people = d->v[i].span.src && d->v[i].span.src->is_of_people;
        sz_diag bare;
        hides |= is_of_people;
        if (is_of_people && !is_first(kinds, &n_kinds, &d->v[i])) continue;
        if (is_of_people) bare = for_log(&d->v[i]);
        sz_diag_print(&out, is_of_people ? &bare : &d->v[i], lang, color);
    }
    tell_more(&out, kinds, n_kinds, lang);
    if (hides)
        sz_buf_put_z(&out, lang == SZ_ZH
                               ? "     = 学生数据的内容不写进日志：用 sanzao check --campus 文件夹 查看这些行和改法\n"
                               : "     = what stands in tables of students is kept out of logs: `sanzao check "
                                 "--campus DIR` shows the lines and what to do\n");
    if (out.n) fwrite(out.p, 1, out.n, stderr);
    sz_buf_fini(&out);
    return d->n_errors;
}
