/* SPDX-License-Identifier: Apache-2.0
 *
 * headings: where a table that does not fit its mapping has its headings: further down below a title, or half in one
 * row and half in the next, as merged cells of two rows are exported.
 */
#include "stream.h"

enum { ROWS = 24 }; /* that are looked at, down from the first */

typedef struct rows {
    sz_arena a;
    sz_csv_row v[ROWS];
    uint32_t above[ROWS]; /* rows above it, empty ones counted, as skip_rows counts them */
    uint32_t n, n_passed;
    uint32_t header; /* the row that the mapping takes for the headings */
} rows;

static void pass_empty_lines(rows *x, sz_str text, size_t *pos) {
    for (; *pos < text.n && (text.p[*pos] == '\n' || text.p[*pos] == '\r'); (*pos)++)
        x->n_passed += text.p[*pos] == '\n';
}

static void add(rows *x, const sz_stream_file *s, sz_str text, uint32_t most) {
    bool is_open = false;
    size_t pos = 0;
    for (;;) {
        pass_empty_lines(x, text, &pos);
        if (x->n == most || pos == text.n) break;
        if (sz_csv_next(&x->a, text, sz_mapping_separator(s->o.mapping), &pos, &x->v[x->n], &is_open) != SZ_OK) break;
        x->above[x->n++] = x->n_passed++;
    }
}

/* What stands below the header, as far as it has been read. */
static void add_below(rows *x, const sz_stream_file *s, const reader *r, sz_buf *text) {
    const lines *l = &r->lines;
    size_t bad = 0, n = l->end - l->at;
    while (n && l->buf[l->at + n - 1] != '\n') n--; /* whole lines */
    if (sz_to_utf8(r->enc, (const char *)l->buf + l->at, n, text, &bad)) add(x, s, sz_buf_str(text), ROWS);
}

/* Below the header, in one row. */
static bool hint_of_row(const rows *x, sz_diags *d, size_t first, const sz_mapping *m) {
    for (uint32_t i = x->header + 1; i < x->n; i++) {
        if (!sz_mapping_has_headings(m, &x->v[i])) continue;
        uint32_t below = x->above[i] - x->above[x->header];
        for (size_t k = first; k < d->n; k++)
            sz_diag_hint(d, &d->v[k],
                         below == 1 ? "the headings stand %u row further down; write  file: {skip_rows: %u}"
                                    : "the headings stand %u rows further down; write  file: {skip_rows: %u}",
                         "表头在下面第 %u 行；请写 file: {skip_rows: %u}", below, x->above[i]);
        return true;
    }
    return false;
}

/* Half of them in a row and half in the next: no row has all, so they are counted. */
static void hint_of_two(const rows *x, sz_diags *d, size_t first, const sz_mapping *m) {
    sz_buf numbers;
    sz_buf_init(&numbers);
    for (uint32_t i = 0; i + 1 < x->n; i++) {
        sz_buf_clear(&numbers);
        if (!sz_mapping_has_headings_in_two(m, &x->v[i], &x->v[i + 1], &numbers)) continue;
        for (size_t k = first; k < d->n; k++)
            sz_diag_hint(d, &d->v[k],
                         "the headings stand in two rows, so count the columns:  file: {header: false, skip_rows: %u}  "
                         "and numbers for names: %.*s",
                         "表头分在两行里，请改用列号：file: {header: false, skip_rows: %u}，列名换成序号：%.*s",
                         x->above[i + 1] + 1, SZ_FMT_STR(sz_buf_str(&numbers)));
        break;
    }
    sz_buf_fini(&numbers);
}

void sz_fs_look_for_headings(const sz_stream_file *s, const reader *r, sz_str above, const sz_csv_row *header,
                             sz_diags *d, size_t first) {
    const sz_mapping *m = s->o.mapping;
    rows x = {.n = 0};
    sz_buf text;
    sz_buf_init(&text);
    sz_arena_init(&x.a);
    add(&x, s, above, ROWS / 2);
    x.header = x.n;
    x.n_passed = sz_mapping_skip_rows(m) + r->n_unskipped;
    x.above[x.n] = x.n_passed++;
    x.v[x.n++] = *header;
    add_below(&x, s, r, &text);
    if (!hint_of_row(&x, d, first, m)) hint_of_two(&x, d, first, m);
    sz_arena_fini(&x.a);
    sz_buf_fini(&text);
}
