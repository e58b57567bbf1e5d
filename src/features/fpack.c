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

/* What a row has behind its sum: least and greatest, or a sum that is not exact. */
typedef struct row_form {
    uint32_t head, size, raw;
    bool is_exact;
} row_form;

static row_form form_of(const sz_featureset *fs, const sz_acc *a) {
    row_form f = {.head = head_of_rows(a), .size = a->row_size, .is_exact = a->has_sum && field_is_exact(fs, a->field)};
    f.raw = f.size - (uint32_t)sizeof(day_row) - (f.is_exact ? (uint32_t)sizeof(int64_t) : 0);
    return f;
}

enum { VARINT_MOST = 10 };

static inline uint8_t *put_varint(uint8_t *p, uint64_t v) {
    for (; v >= 0x80; v >>= 7) *p++ = (uint8_t)(v | 0x80);
    *p++ = (uint8_t)v;
    return p;
}

static inline uint64_t zigzag(int64_t v) { return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0); }

/* Room for the longest that they can be is asked for once. */
static void put_rows(sz_buf *out, const sz_featureset *fs, const sz_acc *a, const uint8_t *p, uint32_t n) {
    row_form f = form_of(fs, a);
    int64_t before = 0;
    if (!n) return;
    sz_buf_reserve(out, f.head + (size_t)(n - f.head) / f.size * (3 * VARINT_MOST + f.raw));
    uint8_t *to = out->p + out->n;
    memcpy(to, p, f.head);
    to += f.head;
    for (uint32_t k = f.head; k < n; k += f.size) {
        const uint8_t *row = p + k, *rest = row + sizeof(day_row);
        day_row r;
        memcpy(&r, row, sizeof r);
        to = put_varint(to, zigzag(r.at - before));
        to = put_varint(to, r.n);
        before = r.at;
        if (f.is_exact) {
            int64_t sum;
            memcpy(&sum, rest, sizeof sum);
            to = put_varint(to, zigzag(sum));
            rest += sizeof sum;
        }
        if (f.raw) memcpy(to, rest, f.raw);
        to += f.raw;
    }
    out->n = (size_t)(to - out->p);
}

/* Numbers that end in eight bytes: those without their upper bit. */
static inline uint32_t ends_in(uint64_t eight) {
    const uint64_t each = UINT64_C(0x0101010101010101);
    return (uint32_t)(((~eight >> 7 & each) * each) >> 56);
}

static uint32_t count_rows(const row_form *f, uint32_t numbers, sz_str b) {
    uint32_t n = 0;
    for (sz_reader r = sz_reader_of(b.p, b.n); r.p < r.end; n++) {
        for (uint32_t i = 0; i < numbers; i++) sz_read_varint(&r);
        sz_read_take(&r, f->raw);
    }
    return n;
}

/* Bytes that the rows take unpacked, if they are not damaged: a row is two numbers or three, and what follows them. */
static uint32_t rows_size(const row_form *f, sz_str b) {
    if (b.n <= f->head) return (uint32_t)b.n;
    uint32_t n = (uint32_t)b.n - f->head, numbers = f->is_exact ? 3 : 2, ends = 0;
    const char *p = b.p + f->head;
    if (f->raw) return f->head + count_rows(f, numbers, (sz_str){p, n}) * f->size;
    uint64_t eight;
    for (; n >= sizeof eight; n -= (uint32_t)sizeof eight, p += sizeof eight) {
        memcpy(&eight, p, sizeof eight);
        ends += ends_in(eight);
    }
    eight = ~UINT64_C(0);
    memcpy(&eight, p, n);
    return f->head + (ends + ends_in(eight)) / numbers * f->size;
}

/* Into n bytes, as many as rows_size said. False: they are damaged. */
static bool get_rows(const row_form *f, sz_str b, uint8_t *to, uint32_t n) {
    int64_t at = 0;
    uint32_t k = f->head;
    sz_reader r = sz_reader_of(b.p, b.n);
    if (!b.n) return true;
    sz_str h = sz_read_bytes(&r, f->head);
    if (r.bad) return false;
    if (f->head) memcpy(to, h.p, f->head);
    while (r.p < r.end) {
        uint8_t *row = to + k, *rest = row + sizeof(day_row);
        if (k + f->size > n) return false;
        int64_t step = sz_read_zigzag(&r);
        uint64_t count = sz_read_varint(&r);
        if (step < INT32_MIN || step > UINT32_MAX || count > UINT32_MAX) return false;
        at += step;
        if (at < INT32_MIN || at > INT32_MAX) return false;
        day_row d = {.at = (int32_t)at, .n = (uint32_t)count};
        memcpy(row, &d, sizeof d);
        if (f->is_exact) {
            int64_t sum = sz_read_zigzag(&r);
            memcpy(rest, &sum, sizeof sum);
            rest += sizeof sum;
        }
        if (f->raw) {
            sz_str raw = sz_read_bytes(&r, f->raw);
            if (raw.n) memcpy(rest, raw.p, raw.n);
        }
        if (r.bad) return false;
        k += f->size;
    }
    return k == n;
}

/* ---- regions ---- */

bool region_fits(const sz_featureset *fs, uint32_t i, size_t n) {
    if (i == fs->n_accs) return n % findable_size(fs) == 0;
    const sz_acc *a = &fs->accs[i];
    uint32_t head = head_of_rows(a);
    return n == 0 || (n >= head && (n - head) % a->row_size == 0);
}

static bool is_packed(const sz_featureset *fs, uint32_t i, int format) {
    return format > 1 && i < fs->n_accs && is_rows(&fs->accs[i]);
}

bool region_read(sz_fstate *s, const sz_featureset *fs, uint32_t i, sz_str b, int format) {
    if (!is_packed(fs, i, format)) {
        if (!region_fits(fs, i, b.n)) return false;
        if (b.n) memcpy(region_resize(s, i, (uint32_t)b.n), b.p, b.n);
        return true;
    }
    row_form f = form_of(fs, &fs->accs[i]);
    uint32_t n = rows_size(&f, b);
    return get_rows(&f, b, region_resize(s, i, n), n);
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

/* How long each region will be, and with that where it lies. */
static bool lay_as(sz_fstate *s, const sz_featureset *fs, sz_reader r, int format, uint32_t *n) {
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        sz_str b = sz_read_lstr(&r);
        if (r.bad) return false;
        bool is_rows = is_packed(fs, i, format);
        if (!is_rows && !region_fits(fs, i, b.n)) return false;
        row_form f = is_rows ? form_of(fs, &fs->accs[i]) : (row_form){0};
        n[i] = is_rows ? rows_size(&f, b) : (uint32_t)b.n;
    }
    return regions_lay(s, n);
}

static bool lay(sz_fstate *s, const sz_featureset *fs, sz_reader r, int format) {
    enum { USUAL = 256 };
    uint32_t usual[USUAL], *n = fs->n_accs < USUAL ? usual : sz_alloc((fs->n_accs + 1) * sizeof *n);
    bool is_fine = lay_as(s, fs, r, format, n);
    if (n != usual) sz_free(n);
    return is_fine;
}

/* In two passes, so that each region is written where it stays. */
bool sz_fstate_unpack(sz_fstate *s, const sz_featureset *fs, const void *p, size_t n, int format) {
    sz_reader r = sz_reader_of(p, n);
    sz_fstate_reset(s, fs);
    if (n > UINT32_MAX / 16 || sz_read_varint(&r) != fs->n_accs + 1) return false;
    head_of(s)->first_day = (int32_t)sz_read_zigzag(&r);
    if (r.bad || !lay(s, fs, r, format)) return false;
    for (uint32_t i = 0; i <= fs->n_accs; i++) {
        sz_str b = sz_read_lstr(&r);
        uint8_t *to = region_bytes(s, i);
        if (is_packed(fs, i, format)) {
            row_form f = form_of(fs, &fs->accs[i]);
            if (!get_rows(&f, b, to, region_len(s, i))) return false;
        } else if (b.n) {
            memcpy(to, b.p, b.n);
        }
    }
    return true;
}
