/* SPDX-License-Identifier: Apache-2.0
 *
 * Accumulators at rest: a state as one run of bytes, as it is stored and as tails are kept.
 *
 *   varint regions | zigzag first day | each region: lstr
 *
 * A region of rows (days, panes, sessions) is written as differences: zigzag of the step from the row before | varint n
 * | the sum, zigzag where it is exact, else 8 bytes | least and greatest, 16 bytes. That is three bytes a day where a
 * row has 8 to 32. All others stand as they are; in format 1 all did.
 */
#include "fstate.h"

static bool is_rows(const sz_acc *a) {
    return a->kind == SZ_ACC_DAYS || a->kind == SZ_ACC_PANES || a->kind == SZ_ACC_SESSIONS;
}

static uint32_t head_of_rows(const sz_acc *a) {
    return a->kind == SZ_ACC_SESSIONS ? (uint32_t)sizeof(session_head) : 0;
}

/* ---- rows ---- */

static void put_rows(sz_buf *out, const sz_featureset *fs, const sz_acc *a, const uint8_t *p, uint32_t n) {
    uint32_t head = head_of_rows(a);
    bool is_exact = a->has_sum && field_is_exact(fs, a->field);
    int64_t before = 0;
    if (!n) return;
    sz_buf_put(out, p, head);
    for (uint32_t k = head; k < n; k += a->row_size) {
        const uint8_t *row = p + k, *rest = row + sizeof(day_row);
        day_row r;
        memcpy(&r, row, sizeof r);
        sz_buf_put_zigzag(out, r.at - before);
        sz_buf_put_varint(out, r.n);
        before = r.at;
        if (is_exact) {
            int64_t sum;
            memcpy(&sum, rest, sizeof sum);
            sz_buf_put_zigzag(out, sum);
            rest += sizeof sum;
        }
        sz_buf_put(out, rest, (size_t)(row + a->row_size - rest));
    }
}

static bool get_rows(sz_fstate *s, const sz_featureset *fs, uint32_t i, sz_str b) {
    const sz_acc *a = &fs->accs[i];
    uint32_t head = head_of_rows(a), n = head;
    bool is_exact = a->has_sum && field_is_exact(fs, a->field);
    int64_t at = 0;
    sz_reader r = sz_reader_of(b.p, b.n);
    if (!b.n) return true;
    sz_str h = sz_read_bytes(&r, head);
    if (r.bad) return false;
    uint32_t most = head + (uint32_t)(b.n - head) / 2 * a->row_size; /* a row has two bytes at least */
    uint8_t *p = region_resize(s, i, most);
    if (head) memcpy(p, h.p, head);
    while (r.p < r.end && !r.bad) {
        uint8_t *row = p + n, *rest = row + sizeof(day_row);
        if (n + a->row_size > most) return false;
        int64_t step = sz_read_zigzag(&r);
        uint64_t count = sz_read_varint(&r);
        if (step < INT32_MIN || step > UINT32_MAX || count > UINT32_MAX) return false;
        at += step;
        if (at < INT32_MIN || at > INT32_MAX) return false;
        day_row d = {.at = (int32_t)at, .n = (uint32_t)count};
        memcpy(row, &d, sizeof d);
        if (is_exact) {
            int64_t sum = sz_read_zigzag(&r);
            memcpy(rest, &sum, sizeof sum);
            rest += sizeof sum;
        }
        sz_str raw = sz_read_bytes(&r, (size_t)(row + a->row_size - rest));
        if (raw.n) memcpy(rest, raw.p, raw.n);
        n += a->row_size;
    }
    region_trim(s, i, n);
    return !r.bad;
}

/* ---- regions ---- */

bool region_fits(const sz_featureset *fs, uint32_t i, size_t n) {
    if (i == fs->n_accs) return n % findable_size(fs) == 0;
    const sz_acc *a = &fs->accs[i];
    uint32_t head = head_of_rows(a);
    return n == 0 || (n >= head && (n - head) % a->row_size == 0);
}

bool region_read(sz_fstate *s, const sz_featureset *fs, uint32_t i, sz_str b, int format) {
    if (format > 1 && i < fs->n_accs && is_rows(&fs->accs[i])) return get_rows(s, fs, i, b);
    if (!region_fits(fs, i, b.n)) return false;
    if (b.n) memcpy(region_resize(s, i, (uint32_t)b.n), b.p, b.n);
    return true;
}

/* Rows with their length in front, which is known once they are written. */
static void put_measured(sz_buf *out, const sz_featureset *fs, const sz_acc *a, const uint8_t *p, uint32_t n) {
    size_t at = out->n, k = 0;
    uint8_t length[10];
    sz_buf_put_u8(out, 0);
    put_rows(out, fs, a, p, n);
    size_t made = out->n - at - 1;
    for (size_t left = made; k == 0 || left; left >>= 7)
        length[k++] = (uint8_t)((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    if (k > 1) {
        sz_buf_put(out, length, k - 1); /* room */
        memmove(out->p + at + k, out->p + at + 1, made);
    }
    memcpy(out->p + at, length, k);
}

void sz_fstate_pack(sz_buf *out, const sz_fstate *s, const sz_featureset *fs, int format) {
    sz_buf_put_varint(out, fs->n_accs + 1);
    sz_buf_put_zigzag(out, head_of(s)->first_day);
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        const uint8_t *p = region_bytes(s, i);
        uint32_t n = region_len(s, i);
        if (format > 1 && i < fs->n_accs && is_rows(&fs->accs[i])) put_measured(out, fs, &fs->accs[i], p, n);
        else sz_buf_put_lstr(out, (sz_str){(const char *)p, n});
    }
}

bool sz_fstate_unpack(sz_fstate *s, const sz_featureset *fs, const void *p, size_t n, int format) {
    sz_reader r = sz_reader_of(p, n);
    sz_fstate_reset(s, fs);
    if (sz_read_varint(&r) != fs->n_accs + 1) return false;
    head_of(s)->first_day = (int32_t)sz_read_zigzag(&r);
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        sz_str b = sz_read_lstr(&r);
        if (r.bad || !region_read(s, fs, i, b, format)) return false;
    }
    return true;
}
