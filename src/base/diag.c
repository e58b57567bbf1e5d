/* SPDX-License-Identifier: Apache-2.0
 *
 * diag: the list of findings.
 */
#include <sanzao/base.h>

/* Formats come in two languages, some of them from tables, so that no attribute of the compiler fits. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define MOST_KEPT ((size_t)10000)

void sz_diags_init(sz_diags *d) {
    memset(d, 0, sizeof *d);
    sz_arena_init(&d->arena);
}

void sz_diags_fini(sz_diags *d) {
    sz_free(d->v);
    sz_arena_fini(&d->arena);
    memset(d, 0, sizeof *d);
}

sz_diag *sz_diags_add(sz_diags *d, sz_severity sev, int code, sz_span at, const char *en, const char *zh, ...) {
    d->n_errors += sev == SZ_ERROR;
    d->n_warnings += sev == SZ_WARNING;
    if (d->n == d->cap) { /* room for one more than is kept: callers get a place for what is only counted */
        d->cap = d->cap ? d->cap * 2 : 16;
        d->v = sz_realloc(d->v, d->cap * sizeof *d->v);
    }
    sz_diag *g = &d->v[d->n];
    *g = (sz_diag){.severity = sev, .code = code, .span = at, .message = ""};
    if (d->n == MOST_KEPT) return g;
    d->n++;
    va_list ap;
    va_start(ap, zh);
    g->message = sz_arena_vprintf(&d->arena, en, ap);
    va_end(ap);
    if (zh) {
        va_start(ap, zh);
        g->message_zh = sz_arena_vprintf(&d->arena, zh, ap);
        va_end(ap);
    }
    return g;
}

void sz_diags_place(sz_diags *d, size_t first, sz_span at) {
    for (size_t i = first; at.src && i < d->n; i++)
        if (!d->v[i].span.src) d->v[i].span = at;
}

void sz_diag_hint(sz_diags *d, sz_diag *g, const char *en, const char *zh, ...) {
    if (g == d->v + MOST_KEPT) return;
    va_list ap;
    g->hint = g->hint_zh = NULL;
    if (en) {
        va_start(ap, zh);
        g->hint = sz_arena_vprintf(&d->arena, en, ap);
        va_end(ap);
    }
    if (zh) {
        va_start(ap, zh);
        g->hint_zh = sz_arena_vprintf(&d->arena, zh, ap);
        va_end(ap);
    }
}

static int by_place(const void *pa, const void *pb, void *ctx) {
    const sz_diag *a = pa, *b = pb;
    (void)ctx;
    if (!a->span.src || !b->span.src) return (a->span.src != NULL) - (b->span.src != NULL);
    int c = a->span.src == b->span.src ? 0 : strcmp(a->span.src->name, b->span.src->name);
    if (c) return c;
    if (a->span.off != b->span.off) return a->span.off < b->span.off ? -1 : 1;
    return (a->code > b->code) - (a->code < b->code);
}

void sz_diags_sort(sz_diags *d) { sz_sort(d->v, d->n, sizeof *d->v, by_place, NULL); }
