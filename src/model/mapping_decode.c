/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping_decode: the bytes of one row as they stand in the file: to UTF-8, to cells, to a record.
 */
#include "mapping.h"

static sz_str to_utf8(const sz_mapping *m, sz_str raw, sz_arena *a, sz_record *out) {
    size_t bad = 0;
    bool is_fine;
    if (m->conv) {
        sz_buf_clear(m->scratch);
        is_fine = sz_conv_to_utf8(m->conv, raw.p, raw.n, m->scratch, &bad);
        raw = is_fine ? sz_arena_str(a, sz_buf_str(m->scratch)) : raw;
    } else {
        if (raw.n >= 3 && memcmp(raw.p, "\xef\xbb\xbf", 3) == 0) raw = (sz_str){raw.p + 3, raw.n - 3};
        is_fine = sz_utf8_valid(raw.p, raw.n);
    }
    if (is_fine) return raw;
    sz_record_dead(out, a, SZ_BAD_UTF8, NULL, "the row is not in the encoding of its file (byte %zu)", bad + 1);
    return (sz_str){NULL, 0};
}

void sz_mapping_decode(const sz_mapping *m, sz_str raw, sz_arena *a, sz_record *out) {
    sz_record_begin(out);
    if (raw.n > SZ_RECORD_MAX) {
        sz_record_dead(out, a, SZ_TOO_LARGE, NULL, "%zu bytes, at most %d are read", raw.n, SZ_RECORD_MAX);
        return;
    }
    sz_str text = to_utf8(m, raw, a, out);
    if (out->kind == SZ_RECORD_DEAD) return;
    if (text.n && memchr(text.p, '\0', text.n)) {
        sz_record_dead(out, a, SZ_BAD_VALUE, NULL, "the row has a NUL byte in it");
        return;
    }
    sz_csv_row row, second;
    size_t pos = 0;
    bool is_open, unused;
    if (sz_csv_next(a, text, m->separator, &pos, &row, &is_open) != SZ_OK) {
        sz_record_dead(out, a, SZ_BAD_VALUE, NULL, "the row is empty");
        return;
    }
    if (is_open || sz_csv_next(a, text, m->separator, &pos, &second, &unused) == SZ_OK) {
        sz_record_dead(out, a, SZ_BAD_VALUE, NULL,
                       is_open ? "a quote is not closed in this row" : "these are several rows");
        return;
    }
    sz_mapping_apply(m, &row, raw, a, out);
}

bool sz_mapping_is_other_order(const sz_mapping *m, sz_str raw, sz_arena *a) {
    sz_record unused;
    sz_csv_row row;
    size_t pos = 0;
    bool is_open;
    if (!m->has_header || raw.n > SZ_RECORD_MAX) return false;
    sz_record_begin(&unused);
    sz_str text = to_utf8(m, raw, a, &unused);
    if (!text.n || sz_csv_next(a, text, m->separator, &pos, &row, &is_open) != SZ_OK || is_open) return false;
    return sz_mapping_has_headings(m, &row) && !sz_mapping_is_in_order(m, &row);
}
