/* SPDX-License-Identifier: Apache-2.0
 *
 * campus_fixture: see campus_fixture.h.
 */
#include "campus_fixture.h"

#include <stdio.h>
#include <stdlib.h>

static void begin(struct campus_fixture *x) {
    memset(x, 0, sizeof *x);
    sz_types_init(&x->types);
    sz_diags_init(&x->d);
    sz_buf_init(&x->findings);
    sz_zone_fixed(&x->zone, 8 * 3600, "Asia/Shanghai");
}

static void load(struct campus_fixture *x, const sz_campus_file *files, size_t n, const char *folder, sz_encoding enc) {
    x->status = sz_campus_load(files, n, folder, enc, &x->zone, &x->types, &x->d, &x->c);
    sz_diags_sort(&x->d);
    for (size_t i = 0; i < x->d.n; i++) {
        const sz_diag *g = &x->d.v[i];
        uint32_t line = 0, col = 0;
        if (g->span.src) sz_source_locate(g->span.src, g->span.off, &line, &col);
        sz_buf_printf(&x->findings, "%s%s:%u:%u %c%d", i ? " " : "", g->span.src ? g->span.src->name : "-", line, col,
                      g->severity == SZ_ERROR ? 'E' : 'W', g->code);
    }
    sz_buf_put_u8(&x->findings, 0);
}

void campus_fixture_load(struct campus_fixture *x, const struct campus_text *files) {
    sz_campus_file v[8];
    size_t n = 0;
    begin(x);
    for (; files[n].name; n++) {
        if (n == 8) abort();
        v[n] = (sz_campus_file){files[n].name, files[n].text, strlen(files[n].text)};
    }
    load(x, v, n, NULL, SZ_ENC_AUTO);
}

void campus_fixture_load_bytes(struct campus_fixture *x, const char *name, const void *p, size_t n, const char *folder,
                               sz_encoding enc) {
    sz_campus_file file = {name, p, n};
    begin(x);
    load(x, &file, name ? 1 : 0, folder, enc);
}

void campus_fixture_fini(struct campus_fixture *x) {
    sz_campus_free(x->c);
    sz_types_fini(&x->types);
    sz_diags_fini(&x->d);
    sz_buf_fini(&x->findings);
    sz_zone_fini(&x->zone);
}

const char *campus_fixture_findings(const struct campus_fixture *x) { return (const char *)x->findings.p; }

int64_t fixture_ms(const char *time) {
    sz_zone zone;
    int64_t ms;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    if (!sz_time_parse(&zone, sz_str_of(time), &ms, NULL)) {
        fprintf(stderr, "not a time: %s\n", time);
        abort();
    }
    return ms;
}

int32_t fixture_day(const char *day) {
    sz_zone zone;
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    return sz_zone_day(&zone, fixture_ms(day));
}

uint32_t fixture_student(const struct campus_fixture *x, const char *id) {
    return sz_campus_find_student(x->c, sz_str_of(id));
}
