/* SPDX-License-Identifier: Apache-2.0
 *
 * A mapping, a line `%%`, and a file: the mapping loads or has findings, and every row of the file is a record or a dead letter.
 * Without `%%` the input is a file for a mapping that uses every key.
 */
#include <stdlib.h>

#include "support/model_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char every_key[] =
    "file: {empty: ['NULL']}\n"
    "type: {column: k, table: {A: attendance, D: dorm_access, L: library}, else: swipe}\n"
    "id: {columns: [s, t], join: '-'}\n"
    "student: {column: s, pad: 4, prefix: '20', remove: '#'}\n"
    "time: {column: t, format: ['YYYY/M/D[ H:mm[:ss]]', 'YYYY-MM-DD HH:mm:ss[.S][Z]', 'D/M/YY h:mm A', epoch_ms], lost: ['0:00', collected]}\n"
    "collected: {column: c, offset: '+00:00'}\n"
    "place: {column: p, match: '^(?<place>.+?)(?:\\[(?<direction>.+)\\])?$', else: leave_out}\n"
    "direction: {table: {进门: in, 出门: out}, else: unknown}\n"
    "amount: {column: a, unit: fen, negative: refund, positive: consume}\n"
    "balance: {column: a, negative: leave_out}\n"
    "status: {column: p, table: {late: late}, else: present}\n"
    "hours: a\nuse_count: a\nminutes: a\nfee: {column: a, negative: drop_sign}\nuntil: t\n";

static void require(bool condition) {
    if (!condition) abort();
}

static void read_row(struct model_fixture *x, sz_str raw) {
    sz_mapping_decode(x->mapping, raw, &x->arena, &x->record);
    const sz_record *r = &x->record;
    if (r->kind == SZ_RECORD_EVENT) {
        require(r->event.id.n > 0 && r->event.id.n <= 128 && r->event.time_ms != SZ_TIME_NONE);
        require(r->event.student.n > 0 || r->event.card.n > 0);
    } else {
        require(r->kind == SZ_RECORD_DEAD && r->dead.reason > SZ_REASON_NONE && r->dead.reason < SZ_N_REASONS &&
                r->dead.detail[0]);
    }
}

static void read_file(struct model_fixture *x, sz_str text) {
    sz_encoding enc = sz_encoding_find(text.p, text.n);
    char sep = sz_mapping_separator(x->mapping);
    sz_buf utf8;
    size_t bad, n_cut = 0;
    sz_buf_init(&utf8);
    if (enc == SZ_ENC_BAD || !sz_to_utf8(enc, text.p, text.n, &utf8, &bad)) goto out;
    const sz_source *src = sz_source_new(&x->arena, "file.csv", utf8.p, utf8.n);
    sz_csv_row row;
    size_t pos = 0, n_rows = 0;
    bool is_open;
    if (sz_csv_next(&x->arena, (sz_str){src->p, src->n}, sep, &pos, &row, &is_open) != SZ_OK) goto out;
    if (sz_mapping_has_header(x->mapping) && sz_mapping_bind(x->mapping, &row, src, &x->d) != SZ_OK) goto out;
    require(sz_mapping_use_encoding(x->mapping, SZ_ENC_UTF8));
    while (sz_csv_next(&x->arena, (sz_str){src->p, src->n}, sep, &pos, &row, &is_open) == SZ_OK) n_rows++;
    for (size_t at = 0, len; at < src->n; at += len, n_cut++) { /* cutting and reading agree on where records end */
        len = sz_csv_record_len((sz_str){src->p + at, src->n - at}, sep, true);
        require(len > 0 && len <= src->n - at);
        read_row(x, (sz_str){src->p + at, len});
    }
    require(n_cut >= n_rows);
out:
    sz_buf_fini(&utf8);
}

/* With the mapping of every key, which is loaded once. */
static int with_every_key(sz_str file) {
    static struct model_fixture x;
    if (!x.mapping) {
        model_fixture_init(&x);
        model_fixture_map(&x, every_key);
        require(x.mapping && x.d.n == 0);
    }
    read_file(&x, file);
    sz_arena_reset(&x.arena);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct model_fixture x;
    const char *text = (const char *)data, *cut = NULL;
    for (size_t i = 0; !cut && i + 4 <= size; i++)
        if (memcmp(text + i, "\n%%\n", 4) == 0) cut = text + i;
    if (!cut) return with_every_key((sz_str){text, size});
    if (!x.decoder) model_fixture_init(&x);
    sz_str yaml = sz_arena_str(&x.arena, (sz_str){text, (size_t)(cut - text) + 1});
    model_fixture_map(&x, yaml.p);
    require((x.mapping != NULL) == (x.d.n_errors == 0));
    if (x.mapping) read_file(&x, (sz_str){cut + 4, size - (size_t)(cut + 4 - text)});
    sz_mapping_free(x.mapping); /* its YAML goes with the arena */
    x.mapping = NULL;
    sz_arena_reset(&x.arena);
    sz_arena_reset(&x.texts);
    return 0;
}
