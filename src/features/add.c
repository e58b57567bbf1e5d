/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking a record in: for every accumulator whose matcher it fits, a row is made or raised. Records come in order, so
 * the row is the last one or a new one at the end; rows that no window can reach any more fall off at the front.
 */
#include "add.h"

/* Of the time of a record. What needs a time of day is not there where it was lost (semantics 1). */
static bool number_of_time(const sz_zone *z, const sz_event *e, uint16_t field, double *d) {
    if (field == SZ_EF_WEEKDAY) {
        *d = sz_day_weekday(sz_zone_day(z, e->time_ms));
        return true;
    }
    *d = sz_zone_ms_of_day(z, e->time_ms) / (int32_t)SZ_HOUR_MS;
    return e->precision != SZ_PREC_DAY;
}

bool field_number(const sz_featureset *fs, const sz_zone *z, const sz_event *e, uint16_t field, int64_t *exact,
                  double *d) {
    int64_t v;
    switch (field) {
    case SZ_EF_HOUR:
    case SZ_EF_WEEKDAY: return number_of_time(z, e, field, d);
    case SZ_EF_AMOUNT: v = e->amount_fen; break;
    case SZ_EF_BALANCE: v = e->balance_fen; break;
    case SZ_EF_JOURNAL_NO: v = e->journal_no; break;
    case SZ_EF_USE_COUNT: v = e->use_count; break;
    case SZ_EF_HOURS: v = e->type == SZ_TYPE_ATTENDANCE ? e->hours_micro : SZ_ABSENT; break;
    default: {
        if (field < SZ_EF_DECLARED) return false;
        const sz_declared *k = &fs->declared[field - SZ_EF_DECLARED];
        if (!(k->types >> e->type & 1)) return false;
        const sz_value *x = &e->fields[k->at[e->type]];
        if (!x->is_set) return false;
        *exact = x->fen;
        *d = x->num;
        return true;
    }
    }
    if (v < 0) return false;
    *exact = v;
    *d = (double)v / field_scale(fs, field);
    return true;
}

static sz_str field_text(const sz_featureset *fs, const sz_event *e, uint16_t field) {
    switch (field) {
    case SZ_EF_ID: return e->id;
    case SZ_EF_SOURCE: return e->source;
    case SZ_EF_PLACE_ID: return e->place;
    case SZ_EF_CARD: return e->card;
    case SZ_EF_READER: return e->reader;
    case SZ_EF_REF: return e->ref;
    case SZ_EF_COURSE: return e->course;
    case SZ_EF_SESSION: return e->session;
    case SZ_EF_MEANS: return e->means;
    case SZ_EF_STATUS: return e->type == SZ_TYPE_ATTENDANCE ? sz_str_of(sz_attend_names[e->status]) : (sz_str){0};
    case SZ_EF_OP: return e->type == SZ_TYPE_SWIPE ? sz_str_of(sz_op_names[e->op]) : (sz_str){0};
    case SZ_EF_RESULT: return e->type == SZ_TYPE_DORM_ACCESS ? sz_str_of(sz_result_names[e->result]) : (sz_str){0};
    case SZ_EF_PRECISION: return sz_str_of(sz_precision_names[e->precision]);
    case SZ_EF_DIRECTION: return e->direction ? sz_str_of(sz_direction_names[e->direction]) : (sz_str){0};
    default:
        if (field < SZ_EF_DECLARED) return (sz_str){0};
        const sz_declared *k = &fs->declared[field - SZ_EF_DECLARED];
        if (!(k->types >> e->type & 1) || !e->fields[k->at[e->type]].is_set) return (sz_str){0};
        return e->fields[k->at[e->type]].text;
    }
}

/* Of which type, when it was and when it was collected: numbers in the record, and none in rules. */
static bool hash_of_origin(const sz_event *e, uint16_t field, uint64_t *hash) {
    int64_t v = field == SZ_EF_TYPE ? e->type : field == SZ_EF_TIME ? e->time_ms : e->collected_ms;
    *hash = sz_hash(&v, sizeof v);
    return v != SZ_TIME_NONE;
}

/* The minute of the day, or the evening: as many values as their texts. */
static bool hash_of_time(const sz_zone *z, const sz_event *e, uint16_t field, uint64_t *hash) {
    int32_t v =
        field == SZ_EF_NIGHT ? sz_zone_night(z, e->time_ms) : sz_zone_ms_of_day(z, e->time_ms) / (int32_t)SZ_MINUTE_MS;
    *hash = sz_hash(&v, sizeof v);
    return e->precision != SZ_PREC_DAY;
}

static bool hash_of_text(sz_str s, uint64_t *hash) {
    if (!s.n) return false;
    *hash = sz_hash(s.p, s.n);
    return true;
}

/* Hash of a field's value for distinct. False: the record lacks it. */
static bool field_hash(const adding *x, uint16_t field, uint64_t *hash) {
    const sz_featureset *fs = x->fs;
    const sz_zone *z = x->z;
    const sz_event *e = x->e;
    int64_t exact;
    double d;
    if (field == SZ_EF_CLOCK || field == SZ_EF_NIGHT) return hash_of_time(z, e, field, hash);
    if (field == SZ_EF_TYPE || field == SZ_EF_TIME || field == SZ_EF_COLLECTED) return hash_of_origin(e, field, hash);
    if (field_number(fs, z, e, field, &exact, &d)) {
        bool is_text = field >= SZ_EF_DECLARED && fs->declared[field - SZ_EF_DECLARED].kind <= SZ_FIELD_ENUM;
        if (!is_text) {
            *hash = field_is_exact(fs, field) ? sz_hash(&exact, sizeof exact) : sz_hash(&d, sizeof d);
            return true;
        }
    }
    return hash_of_text(is_of_place(field) ? place_text(x->c, e, field) : field_text(fs, e, field), hash);
}

static int32_t index_of(const adding *x, const sz_acc *a) {
    if (a->pane_ms) return (int32_t)(x->e->time_ms / a->pane_ms);
    return a->is_night ? x->night : x->day;
}

/* Drop rows of `size` bytes, whose first int32 is their index, below `min`. */
static inline void evict(sz_fstate *s, uint32_t i, uint32_t head, uint32_t size, int32_t min) {
    uint8_t *p = region_bytes(s, i) + head;
    uint32_t n = region_len(s, i) - head, k = 0;
    while (k < n) {
        int32_t at;
        memcpy(&at, p + k, sizeof at);
        if (at >= min) break;
        k += size;
    }
    if (!k) return;
    memmove(p, p + k, n - k);
    region_shorten(s, i, head + n - k);
}

/* The last row, if it is of index `at`. Records come in order, but nights and minutes may share a row. */
static inline uint8_t *row_of(const sz_fstate *s, uint32_t i, uint32_t head, uint32_t size, int32_t at) {
    const region *r = &regions_of(s)[i];
    if (region_is_empty(*r) || region_n(r) < head + size) return NULL;
    uint8_t *last = region_end(s->p, r) - size;
    int32_t have;
    memcpy(&have, last, sizeof have);
    return have == at ? last : NULL;
}

static inline uint8_t *row_new(sz_fstate *s, uint32_t i, uint32_t size, int32_t at) {
    uint32_t n = region_len(s, i);
    uint8_t *p = region_resize(s, i, n + size) + n;
    memset(p, 0, size);
    memcpy(p, &at, sizeof at);
    return p;
}

static void put_sum(const sz_featureset *fs, const sz_acc *a, uint8_t *row, int64_t exact, double d, int sign) {
    if (!a->has_sum) return;
    if (field_is_exact(fs, a->field)) {
        int64_t v;
        memcpy(&v, row + 8, 8);
        v += sign * exact;
        memcpy(row + 8, &v, 8);
    } else {
        double v;
        memcpy(&v, row + 8, 8);
        v += sign * d;
        memcpy(row + 8, &v, 8);
    }
}

static void put_minmax(const sz_acc *a, uint8_t *row, double d, bool is_new) {
    if (!a->has_minmax) return;
    uint8_t *p = row + 8 + (a->has_sum ? 8 : 0);
    double lo, hi;
    memcpy(&lo, p, 8);
    memcpy(&hi, p + 8, 8);
    if (is_new || d < lo) lo = d;
    if (is_new || d > hi) hi = d;
    memcpy(p, &lo, 8);
    memcpy(p + 8, &hi, 8);
}

static void add_row(const adding *x, uint32_t i, const sz_acc *a) {
    int64_t exact = 0;
    double d = 0;
    if (a->field != UINT16_MAX && !field_number(x->fs, x->z, x->e, a->field, &exact, &d)) return;
    int32_t at = index_of(x, a);
    uint8_t *row = row_of(x->s, i, 0, a->row_size, at);
    bool is_new = !row;
    if (is_new) row = row_new(x->s, i, a->row_size, at);
    ((day_row *)(void *)row)->n++;
    if (a->field != UINT16_MAX) {
        put_sum(x->fs, a, row, exact, d, 1);
        put_minmax(a, row, d, is_new);
    }
    if (is_new && a->keep != INT32_MAX) evict(x->s, i, 0, a->row_size, at - a->keep);
}

static void add_distinct(const adding *x, uint32_t i, const sz_acc *a) {
    uint64_t v;
    if (!field_hash(x, a->field, &v)) return;
    int32_t at = index_of(x, a);
    distinct_row *r = (distinct_row *)(void *)region_bytes(x->s, i);
    uint32_t n = region_len(x->s, i) / (uint32_t)sizeof *r;
    for (uint32_t k = n; k-- > 0 && r[k].at == at;)
        if (r[k].value == v) {
            r[k].n++;
            return;
        }
    if (a->keep != INT32_MAX && n && r[0].at < at - a->keep) {
        uint32_t k = 0;
        while (k < n && r[k].at < at - a->keep) k++;
        memmove(r, r + k, (n - k) * sizeof *r);
        n -= k;
    }
    r = (distinct_row *)(void *)region_resize(x->s, i, (n + 1) * (uint32_t)sizeof *r);
    r[n] = (distinct_row){.value = v, .at = at, .n = 1};
}

static void add_session(const adding *x, uint32_t i, const sz_acc *a) {
    const sz_event *e = x->e;
    if (e->precision == SZ_PREC_DAY) return;
    if (region_len(x->s, i) == 0) {
        session_head h = {.last_ms = SZ_TIME_NONE};
        memcpy(region_resize(x->s, i, sizeof h), &h, sizeof h);
    }
    session_head *h = (session_head *)(void *)region_bytes(x->s, i);
    bool joins = h->last_ms != SZ_TIME_NONE && e->time_ms - h->last_ms < a->gap_ms;
    h->last_ms = e->time_ms;
    if (joins) return;
    int32_t at = index_of(x, a);
    uint8_t *row = row_of(x->s, i, sizeof *h, a->row_size, at);
    bool is_new = !row;
    if (is_new) row = row_new(x->s, i, a->row_size, at);
    ((day_row *)(void *)row)->n++;
    if (is_new && a->keep != INT32_MAX) evict(x->s, i, sizeof *h, a->row_size, at - a->keep);
}

static void add_time(const adding *x, uint32_t i, const sz_acc *a) {
    if (x->e->precision == SZ_PREC_DAY) return;
    int32_t at = index_of(x, a);
    half_row *r = (half_row *)(void *)region_bytes(x->s, i);
    uint32_t n = region_len(x->s, i) / (uint32_t)sizeof *r, drop = n >= HALVES_MAX ? n - HALVES_MAX + 1 : 0;
    while (a->keep != INT32_MAX && drop < n && r[drop].at < at - a->keep) drop++;
    if (drop) {
        memmove(r, r + drop, (n - drop) * sizeof *r);
        n -= drop;
    }
    r = (half_row *)(void *)region_resize(x->s, i, (n + 1) * (uint32_t)sizeof *r);
    r[n] = (half_row){.at = at, .half = sz_zone_ms_of_day(x->z, x->e->time_ms) / (30 * SZ_MINUTE_MS)};
}

static void add_last(const adding *x, uint32_t i) { memcpy(region_fit(x->s, i, x->entry.n), x->entry.p, x->entry.n); }

/* A record of day precision was there at some time of its day: absence counts from the day's end. */
static void add_until(const adding *x, uint32_t i) {
    int64_t end = x->e->time_ms, have = INT64_MIN;
    if (x->e->precision == SZ_PREC_DAY) end = sz_zone_midnight(x->z, sz_zone_day(x->z, end) + 1);
    if (region_len(x->s, i)) memcpy(&have, region_bytes(x->s, i), sizeof have);
    if (end > have) memcpy(region_fit(x->s, i, sizeof end), &end, sizeof end);
}

/* The first record of each day (pane) that a window can reach; a window without a past (term) keeps the first of each
 * day too. */
static void add_first(const adding *x, uint32_t i, const sz_acc *a) {
    int32_t at = index_of(x, a), have = INT32_MIN;
    uint32_t n = region_len(x->s, i), k = 0, drop = 0;
    uint8_t *p = region_bytes(x->s, i);
    while (k < n) {
        memcpy(&have, p + k, sizeof have);
        if (a->keep != INT32_MAX && have < at - a->keep) drop = k + 4 + sz_entry_len(p + k + 4);
        k += 4 + sz_entry_len(p + k + 4);
    }
    if (n && have == at) return;
    if (drop) {
        memmove(p, p + drop, n - drop);
        n -= drop;
        region_shorten(x->s, i, n);
    }
    p = region_resize(x->s, i, n + 4 + x->entry.n) + n;
    memcpy(p, &at, 4);
    memcpy(p + 4, x->entry.p, x->entry.n);
}

static uint64_t findable_id(sz_str source, sz_str id) {
    uint64_t h[2] = {sz_hash(source.p, source.n), sz_hash(id.p, id.n)};
    return sz_hash(h, sizeof h);
}

static bool fits(const uint8_t *mask, uint32_t m) { return mask[m >> 3] >> (m & 7) & 1; }

bool is_counted(const sz_featureset *fs, const uint8_t *mask) {
    for (uint32_t i = 0; i < fs->n_accs; i++)
        if (fs->accs[i].is_correctable && fits(mask, fs->accs[i].matcher)) return true;
    for (uint32_t i = 0; i < fs->n_idle_accs; i++)
        if (fits(mask, fs->idle_accs[i].matcher)) return true;
    return false;
}

void add_findable(sz_fstate *s, const sz_featureset *fs, const sz_event *e, const uint8_t *mask) {
    uint32_t size = findable_size(fs), i = fs->n_accs, n = region_len(s, i), drop = 0;
    uint8_t *p = region_bytes(s, i);
    int64_t oldest = fs->findable_days == INT32_MAX ? INT64_MIN : e->time_ms - (fs->findable_days + 1) * SZ_DAY_MS;
    while (drop < n) {
        const findable *f = (const findable *)(const void *)(p + drop);
        if (f->time_ms >= oldest && (n - drop) / size < FINDABLE_MAX) break;
        drop += size;
    }
    if (drop) {
        memmove(p, p + drop, n - drop);
        n -= drop;
        region_shorten(s, i, n);
    }
    findable *f = (findable *)(void *)(region_fit(s, i, n + size) + n); /* nothing stands behind it that would move */
    memset(f, 0, size);
    f->id = findable_id(e->source, e->id);
    f->time_ms = e->time_ms;
    f->hours = e->hours_micro | (e->precision == SZ_PREC_DAY ? FINDABLE_OF_DAY : 0);
    memcpy(f->mask, mask, (fs->n_matchers + 7) / 8);
}

void add_to(const adding *x, uint32_t i) {
    const sz_acc *a = &x->fs->accs[i];
    if (a->is_night && x->e->precision == SZ_PREC_DAY) return; /* in which night is unknown (semantics 1) */
    switch (a->kind) {
    case SZ_ACC_DAYS:
    case SZ_ACC_PANES: add_row(x, i, a); break;
    case SZ_ACC_LAST: add_last(x, i); break;
    case SZ_ACC_FIRST: add_first(x, i, a); break;
    case SZ_ACC_DISTINCT: add_distinct(x, i, a); break;
    case SZ_ACC_SESSIONS: add_session(x, i, a); break;
    case SZ_ACC_TIMES: add_time(x, i, a); break;
    case SZ_ACC_UNTIL: add_until(x, i); break;
    }
}

void sz_fstate_add(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_campus *c, const sz_event *e,
                   const uint8_t *mask, sz_entry entry) {
    sz_day_memo days[2] = {0};
    adding x = adding_of(s, fs, z, c, days, e, entry);
    for (uint32_t w = 0; w < fs->acc_words; w++) {
        uint64_t accs = 0;
        for (uint32_t byte = 0; byte < (fs->n_matchers + 7) / 8; byte++)
            for (uint32_t left = mask[byte]; left; left &= left - 1)
                accs |= fs->matcher_accs[(8 * byte + (uint32_t)__builtin_ctz(left)) * fs->acc_words + w];
        for (; accs; accs &= accs - 1) add_to(&x, 64 * w + (uint32_t)__builtin_ctzll(accs));
    }
    if (e->type == SZ_TYPE_ATTENDANCE && fs->findable_days && is_counted(fs, mask)) add_findable(s, fs, e, mask);
}

sz_event findable_event(const findable *f) {
    return (sz_event){.type = SZ_TYPE_ATTENDANCE,
                      .time_ms = f->time_ms,
                      .collected_ms = SZ_TIME_NONE,
                      .hours_micro = f->hours & ~FINDABLE_OF_DAY,
                      .precision = f->hours & FINDABLE_OF_DAY ? SZ_PREC_DAY : SZ_PREC_SECOND};
}

/* Take one attendance record out of a row. An empty row stays: it counts as no day. */
static void correct_row(sz_fstate *s, const sz_featureset *fs, uint32_t i, const sz_zone *z, const findable *f) {
    const sz_acc *a = &fs->accs[i];
    const sz_event e = findable_event(f);
    int64_t exact = 0;
    double d = 0;
    if (a->is_night && e.precision == SZ_PREC_DAY) return;                                /* as in add_to */
    if (a->field != UINT16_MAX && !field_number(fs, z, &e, a->field, &exact, &d)) return; /* it took no part */
    int32_t at = acc_index(a, z, f->time_ms);
    uint8_t *p = region_bytes(s, i);
    for (uint32_t k = 0, n = region_len(s, i); k < n; k += a->row_size) {
        day_row *r = (day_row *)(void *)(p + k);
        if (r->at != at || !r->n) continue;
        r->n--;
        put_sum(fs, a, p + k, exact, d, -1);
        return;
    }
}

/* Whether the window of the accumulator, at e, reaches back to the record. */
static bool reaches(const sz_acc *a, const sz_zone *z, const sz_event *e, const findable *f) {
    return a->keep == INT32_MAX || acc_index(a, z, f->time_ms) > acc_index(a, z, e->time_ms) - a->keep;
}

bool sz_fstate_correct(sz_fstate *s, const sz_featureset *fs, const sz_zone *z, const sz_event *e, uint8_t *mask) {
    uint64_t want = findable_id(e->source, e->ref);
    uint32_t size = findable_size(fs), reg = fs->n_accs;
    for (uint32_t k = 0, n = region_len(s, reg); k < n; k += size) {
        uint8_t *p = region_bytes(s, reg) + k;
        const findable *f = (const findable *)(const void *)p;
        if (f->id != want) continue;
        bool is_found = false;
        for (uint32_t i = 0; i < fs->n_accs; i++) {
            const sz_acc *a = &fs->accs[i];
            if (!a->is_correctable || !fits((const uint8_t *)f->mask, a->matcher) || !reaches(a, z, e, f)) continue;
            correct_row(s, fs, i, z, f);
            is_found = true;
        }
        for (uint32_t i = 0; i < fs->n_idle_accs && !is_found; i++)
            is_found = fits((const uint8_t *)f->mask, fs->idle_accs[i].matcher) && reaches(&fs->idle_accs[i], z, e, f);
        if (!is_found) return false;
        if (mask) memcpy(mask, f->mask, (fs->n_matchers + 7) / 8);
        memmove(p, p + size, n - k - size);
        region_shorten(s, reg, n - size);
        return true;
    }
    return false;
}
