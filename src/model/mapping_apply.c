/* SPDX-License-Identifier: Apache-2.0
 *
 * mapping_apply: a row as a record, in the order and with the reasons of JSON records.
 */
#include "mapping.h"
#include "number.h"

/* ---- time ---- */

static bool bad_time(sz_taking *t, const sz_recipe *r, const char *what) {
    sz_record_dead(t->out, t->a, SZ_BAD_TIME, r->name.p, "%s %s", r->name.p, what);
    return false;
}

/* The first format that gives a time of this age: milliseconds are seconds, too, but of the year 58,000. */
static bool by_formats(const sz_mapping *m, const sz_recipe *r, sz_str text, sz_civil *c, int64_t *ms) {
    bool is_any = false;
    for (uint32_t i = 0; i < r->n_formats; i++) {
        sz_civil civil;
        int64_t at;
        if (!sz_time_pattern_match(&r->formats[i], text, &civil) ||
            !sz_civil_instant(&civil, m->zone, civil.has_hour ? r->offset_s : SZ_NO_OFFSET, &at))
            continue; /* a day alone is the campus's */
        if (is_any && !sz_moment_is_sane(at)) continue;
        is_any = true;
        *c = civil;
        *ms = at;
        if (sz_moment_is_sane(at)) return true;
    }
    return is_any;
}

static int two_digits(const char *p) { return (p[0] - '0') * 10 + (p[1] - '0'); }

/* Without formats a time is RFC 3339, or the same without offset or seconds, or a day. */
static bool by_standard(const sz_mapping *m, const sz_recipe *r, sz_str text, sz_civil *c, int64_t *ms) {
    bool is_day;
    *c = (sz_civil){0};
    if (!sz_time_parse(m->zone, text, ms, &is_day)) return false;
    c->has_hour = !is_day;
    if (is_day) return true;
    c->has_second = text.n > 16 && text.p[16] == ':';
    c->hour = two_digits(text.p + 11);
    c->minute = two_digits(text.p + 14);
    c->second = c->has_second ? two_digits(text.p + 17) : 0;
    c->ms = (int)(*ms % SZ_SECOND_MS);
    bool is_local = true;
    for (size_t i = 11; is_local && i < text.n; i++) is_local = !strchr("Zz+-", text.p[i]);
    c->has_offset = !is_local;
    if (is_local && r->offset_s != SZ_NO_OFFSET) *ms += (sz_zone_offset_s(m->zone, *ms) - r->offset_s) * SZ_SECOND_MS;
    return true;
}

/* Zeros that a spreadsheet took from the front of the last column (80500 for 08:05:00): how many characters it would
 * have with them; 0: that is not what is wrong. */
static size_t width_with_zeros(sz_taking *t, const sz_recipe *r, sz_str text) {
    enum { MOST = 5 };
    size_t n = 0;
    while (n < text.n && text.p[text.n - n - 1] >= '0' && text.p[text.n - n - 1] <= '9') n++;
    if (r->n_columns < 2 || r->pad || n == 0) return 0;
    char *longer = sz_arena_alloc(t->a, text.n + MOST + 1);
    memcpy(longer, text.p, text.n - n);
    for (size_t zeros = 1; zeros <= MOST; zeros++) {
        sz_civil c;
        int64_t ms;
        memset(longer + text.n - n, '0', zeros);
        memcpy(longer + text.n - n + zeros, text.p + text.n - n, n);
        bool fits = by_formats(t->m, r, (sz_str){longer, text.n + zeros}, &c, &ms);
        if (fits && sz_moment_is_sane(ms)) return n + zeros;
    }
    return 0;
}

static bool would_be_time(sz_taking *t, const char *before, sz_str text) {
    sz_str whole = sz_str_of(sz_arena_printf(t->a, "%s%.*s", before, SZ_FMT_STR(text)));
    return sz_time_format_for(t->m->likely, t->m->zone, whole) != NULL;
}

/* What stands elsewhere: the day in another column, which the mapping does not name, the year in none. */
static const char *lacks(sz_taking *t, sz_str text) {
    if (would_be_time(t, "2026/1/1 ", text))
        return "is a time of day alone (take its day along: `columns: [DAY, TIME]`)";
    if (would_be_time(t, "2024-", text) || would_be_time(t, "2024/", text) || would_be_time(t, "2024年", text))
        return "has no year (put it before: `prefix: '2026-'`, and a format)";
    return NULL;
}

static bool fits_no_format(sz_taking *t, const sz_recipe *r, sz_str text) {
    size_t width = width_with_zeros(t, r, text);
    const char *format = width ? NULL : sz_time_format_for(t->m->likely, t->m->zone, text);
    if (!width && !format) {
        const char *what = lacks(t, text);
        return bad_time(t, r, what ? what : "fits none of the formats");
    }
    if (format) {
        sz_record_dead(t->out, t->a, SZ_BAD_TIME, r->name.p, "%s fits none of the formats, but would fit %s", r->name.p,
                       format);
        return false;
    }
    sz_record_dead(t->out, t->a, SZ_BAD_TIME, r->name.p,
                   "%s fits none of the formats, but would with zeros in front of its last column (pad: %zu)",
                   r->name.p, width);
    return false;
}

static bool is_no_standard_time(sz_taking *t, const sz_recipe *r, sz_str text) {
    const char *format = sz_time_format_for(t->m->likely, t->m->zone, text);
    if (!format) {
        const char *what = lacks(t, text);
        return bad_time(t, r, what ? what : "is not an RFC 3339 time (give its format)");
    }
    sz_record_dead(t->out, t->a, SZ_BAD_TIME, r->name.p, "%s is not an RFC 3339 time (give its format: '%s')",
                   r->name.p, format);
    return false;
}

/* Seconds that are read as milliseconds fit the format, and nothing else would tell. */
static bool is_of_another_age(sz_taking *t, const sz_recipe *r, sz_str text) {
    const char *format = r->n_formats ? sz_time_format_for(t->m->likely, t->m->zone, text) : NULL;
    if (!format) return bad_time(t, r, "is not between the years 1990 and 2200");
    sz_record_dead(t->out, t->a, SZ_BAD_TIME, r->name.p, "%s is not between the years 1990 and 2200, but would fit %s",
                   r->name.p, format);
    return false;
}

/* By the recipe's formats, of which it may have none. */
static bool read_time(const sz_mapping *m, const sz_recipe *r, sz_str text, sz_civil *c, int64_t *ms) {
    return r->n_formats ? by_formats(m, r, text, c, ms) : by_standard(m, r, text, c, ms);
}

/* The instant of a time recipe. False: dead, or nothing there (*has false). */
static bool take_time(sz_taking *t, uint32_t i, sz_civil *c, int64_t *ms, bool *has) {
    const sz_mapping *m = t->m;
    const sz_recipe *r = &m->recipes[i];
    sz_str text;
    sz_taken taken = sz_recipe_take(t, i, &text);
    *has = taken == SZ_TAKEN_TEXT;
    if (!*has) return taken == SZ_TAKEN_NOTHING;
    bool is_fine = read_time(m, r, text, c, ms);
    if (!is_fine && sz_narrow(t->a, &text)) is_fine = read_time(m, r, text, c, ms);
    if (!is_fine) return r->n_formats ? fits_no_format(t, r, text) : is_no_standard_time(t, r, text);
    if (!sz_moment_is_sane(*ms)) return is_of_another_age(t, r, text);
    return true;
}

/* `lost` is as the vendor writes it, whatever `offset` says; of what names an instant by itself it is campus time. */
static bool is_lost(const sz_mapping *m, const sz_recipe *r, const sz_civil *c, int64_t ms, int64_t collected_ms) {
    int32_t of_day = c->is_epoch || c->has_offset
                         ? sz_zone_ms_of_day(m->zone, ms)
                         : ((c->hour * 60 + c->minute) * 60 + c->second) * (int32_t)SZ_SECOND_MS + c->ms;
    for (uint32_t i = 0; i < r->n_lost; i++)
        if (r->lost[i] == of_day) return true;
    return r->is_lost_at_collected && ms == collected_ms;
}

static bool read_precision(sz_taking *t, const sz_civil *c) {
    sz_event *e = &t->out->event;
    e->precision = (uint8_t)(!c->has_hour ? SZ_PREC_DAY : !c->has_second ? SZ_PREC_MINUTE : SZ_PREC_SECOND);
    if (t->m->precision < 0) return true;
    sz_str text;
    uint8_t by_format = e->precision;
    sz_taken taken = sz_recipe_take(t, (uint32_t)t->m->precision, &text);
    if (taken == SZ_TAKEN_TEXT && !sz_row_set(&sz_rows[SZ_ROW_PRECISION], t->out, t->a, text, true)) return false;
    if (e->precision < by_format) e->precision = by_format; /* no finer than what is written */
    return taken != SZ_TAKEN_DEAD;
}

static bool read_moment(sz_taking *t) {
    const sz_mapping *m = t->m;
    sz_event *e = &t->out->event;
    sz_civil c, unused;
    int64_t ms;
    bool has;
    if (!take_time(t, (uint32_t)m->time, &c, &ms, &has)) return false;
    if (!has) {
        sz_record_dead(t->out, t->a, SZ_MISSING_FIELD, "time", "time is missing");
        return false;
    }
    t->out->time_ms = e->time_ms = ms;
    if (m->collected >= 0) {
        int64_t collected_ms;
        bool has_collected;
        if (!take_time(t, (uint32_t)m->collected, &unused, &collected_ms, &has_collected)) return false;
        if (has_collected) e->collected_ms = collected_ms;
    }
    if (!read_precision(t, &c)) return false;
    if (is_lost(m, &m->recipes[m->time], &c, ms, e->collected_ms)) e->precision = SZ_PREC_DAY;
    t->out->time_ms = e->time_ms = sz_moment_floor(m->zone, ms, e->precision);
    return true;
}

/* ---- money ---- */

/* Takes a sign off; false: there is none. */
static bool take_minus(sz_str *s) {
    static const char *const signs[] = {"-", "\xe2\x88\x92", "\xef\xbc\x8d"}; /* also U+2212 and the wide one */
    for (unsigned i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if (s->n <= n || memcmp(s->p, signs[i], n) != 0) continue;
        *s = sz_str_trim((sz_str){s->p + n, s->n - n});
        return true;
    }
    return false;
}

/* (5.50) and 5.50-, as ledgers write what is below zero. */
static bool take_ledger_minus(sz_str *s) {
    static const char *const pairs[][2] = {{"(", ")"}, {"（", "）"}, {"", "-"}};
    for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t a = strlen(pairs[i][0]), b = strlen(pairs[i][1]);
        if (s->n <= a + b || memcmp(s->p, pairs[i][0], a) != 0 || memcmp(s->p + s->n - b, pairs[i][1], b) != 0)
            continue;
        *s = sz_str_trim((sz_str){s->p + a, s->n - a - b});
        return true;
    }
    return false;
}

/* Digits with something about them that is none of a number's: 1,234.50, ¥5, 5元. */
static bool has_more_than_a_number(sz_str s) {
    bool has_digit = false, has_more = false;
    for (size_t i = 0; i < s.n; i++) {
        has_digit |= s.p[i] >= '0' && s.p[i] <= '9';
        has_more |= !strchr("0123456789.+-eE", s.p[i]);
    }
    return has_digit && has_more;
}

/* Fen of an amount by unit and sign. False: dead, or left out (*has false). */
static bool take_fen(sz_taking *t, const sz_recipe *r, sz_str text, int64_t *fen, bool *has) {
    bool is_negative = take_minus(&text) || take_ledger_minus(&text);
    *has = false;
    if (!is_negative && text.n > 1 && text.p[0] == '+') text = (sz_str){text.p + 1, text.n - 1};
    bool is_number = r->is_fen ? sz_count_parse(text, true, fen) && *fen <= SZ_FEN_MAX : sz_fen_parse(text, true, fen);
    is_negative = is_negative && is_number && *fen != 0;
    if (!is_number || (is_negative && r->negative == SZ_NEGATIVE_REFUSED)) {
        bool has_more = has_more_than_a_number(text);
        sz_record_dead(t->out, t->a, SZ_BAD_VALUE, r->name.p,
                       is_number ? "%s is negative (say what that means: `negative:`)"
                       : r->is_fen && has_more
                           ? "%s is not a whole number of fen (what is no part of it goes into `remove:`)"
                       : r->is_fen ? "%s is not a whole number of fen"
                       : has_more  ? "%s is not an amount in yuan (what is no part of it goes into `remove:`)"
                                   : "%s is not an amount in yuan",
                       r->name.p);
        return false;
    }
    if (is_negative && r->negative == SZ_NEGATIVE_LEAVE_OUT) return true;
    if (is_negative && r->negative == SZ_NEGATIVE_OP) t->out->event.op = r->negative_op;
    if (!is_negative && *fen != 0 && r->has_positive_op) t->out->event.op = r->positive_op;
    *has = true;
    return true;
}

static bool set_money(sz_taking *t, const sz_recipe *r, uint8_t target, sz_str text) {
    int64_t fen;
    bool has;
    if (!take_fen(t, r, text, &fen, &has)) return false;
    if (!has) return true;
    if (target == SZ_TARGET_BUILT_IN) {
        memcpy((char *)t->out + r->row->offset, &fen, sizeof fen);
    } else {
        t->out->event.fields[target] = (sz_value){.is_set = true, .fen = fen, .num = (double)fen / 100};
    }
    return true;
}

/* ---- fields ---- */

static bool set_time(sz_taking *t, uint32_t i, uint8_t target) {
    sz_civil c;
    int64_t ms;
    bool has;
    if (!take_time(t, i, &c, &ms, &has)) return false;
    if (has && target != SZ_TARGET_BUILT_IN)
        t->out->event.fields[target] = (sz_value){.is_set = true, .num = (double)ms};
    return true;
}

/* Do texts of this field tell one from another, so that a rounded one would be somebody else's? */
static bool is_name(const sz_row *row) {
    return row == &sz_rows[SZ_ROW_ID] || row == &sz_rows[SZ_ROW_STUDENT] || row == &sz_rows[SZ_ROW_CARD] ||
           row == &sz_rows[SZ_ROW_READER] || row == &sz_rows[SZ_ROW_REF];
}

/* Of numbers full-width digits are what they mean; names stay as they are written. */
static bool is_numeric(const sz_field *f, const sz_row *row) {
    if (f) return f->kind == SZ_FIELD_MONEY || f->kind == SZ_FIELD_NUMBER;
    return row->kind == SZ_ROW_IS_FEN || row->kind == SZ_ROW_IS_COUNT || row->kind == SZ_ROW_IS_HOURS;
}

static bool set_field(sz_taking *t, uint32_t i, uint8_t target) {
    const sz_mapping *m = t->m;
    const sz_recipe *r = &m->recipes[i];
    const sz_field *f = target == SZ_TARGET_BUILT_IN ? NULL : &m->types->v[t->out->event.type].fields[target];
    if (f ? f->kind == SZ_FIELD_TIME : r->row->kind == SZ_ROW_IS_TIME) return set_time(t, i, target);
    sz_str text;
    sz_taken taken = sz_recipe_take(t, i, &text);
    if (taken != SZ_TAKEN_TEXT) return taken == SZ_TAKEN_NOTHING;
    if (is_numeric(f, r->row)) sz_narrow(t->a, &text);
    if (f ? f->kind == SZ_FIELD_MONEY : r->row->kind == SZ_ROW_IS_FEN) return set_money(t, r, target, text);
    if (!f && is_name(r->row) && sz_csv_is_rounded(text)) {
        sz_record_dead(t->out, t->a, SZ_BAD_VALUE, r->name.p,
                       "%s was made a number by a program: its last digits may be lost (export it as text)", r->name.p);
        return false;
    }
    if (f) return sz_declared_set(f, &t->out->event.fields[target], t->out, t->a, text, true);
    return sz_row_set(r->row, t->out, t->a, text, true);
}

static bool read_type(sz_taking *t) {
    sz_str text = {NULL, 0};
    sz_taken taken = sz_recipe_take(t, (uint32_t)t->m->type, &text);
    if (taken == SZ_TAKEN_DEAD) {
        t->out->dead.reason = SZ_UNKNOWN_TYPE;
        return false;
    }
    int type = sz_types_find(t->m->types, text);
    if (type < 0) {
        sz_record_dead(t->out, t->a, SZ_MISSING_FIELD, "type", "type is missing");
        return false;
    }
    t->out->event.type = (uint8_t)type;
    if (type >= SZ_TYPE_FIRST_DECLARED) memset(t->out->event.fields, 0, sizeof t->out->event.fields);
    return true;
}

/* A row that is cut off would be believed otherwise: its last cell may be half of one. */
static bool has_its_cells(sz_taking *t) {
    const sz_csv_row *row = t->row;
    uint32_t n = row->n, want = t->m->n_cells;
    while (n > want && sz_str_trim(row->cells[n - 1]).n == 0) n--;
    if (n == want || (!t->m->has_header && n > want) || (n < want && t->m->fills_short)) return true;
    if (n < want)
        sz_record_dead(t->out, t->a, SZ_BAD_VALUE, NULL,
                       row->n == 1
                           ? "the row has %u cell, %u are expected (are empty ones left out? `short_rows: fill`)"
                           : "the row has %u cells, %u are expected (are empty ones left out? `short_rows: fill`)",
                       row->n, want);
    else
        sz_record_dead(t->out, t->a, SZ_BAD_VALUE, NULL,
                       "the row has %u cells, %u are expected (a text with the separator in it stands in quotes)",
                       row->n, want);
    return false;
}

static bool read_fields(sz_taking *t) {
    const sz_mapping *m = t->m;
    for (uint32_t i = 0; i < m->n; i++) {
        uint8_t target = sz_target(m, t->out->event.type, i);
        if (target == SZ_TARGET_NONE || (int)i == m->type || (int)i == m->time || (int)i == m->collected ||
            (int)i == m->precision)
            continue;
        if (!set_field(t, i, target)) return false;
    }
    return true;
}

void sz_mapping_apply(const sz_mapping *m, const sz_csv_row *row, sz_str raw, sz_arena *a, sz_record *out) {
    sz_taking t = {m, row, a, out, SZ_NEWN(a, sz_str, m->n), SZ_NEWN(a, bool, m->n)};
    sz_record_begin(out);
    if (raw.n > SZ_RECORD_MAX) {
        sz_record_dead(out, a, SZ_TOO_LARGE, NULL, "%zu bytes, at most %d are read", raw.n, SZ_RECORD_MAX);
        return;
    }
    if (!has_its_cells(&t) || !read_moment(&t) || !read_type(&t) || !read_fields(&t)) return;
    if (!sz_event_complete(out, a)) {
        if (!out->event.student.n && !out->event.card.n)
            sz_record_dead(out, a, SZ_MISSING_FIELD, "student",
                           "neither student nor card is given (take merged cells apart and fill them)");
        return;
    }
    sz_event_finish(&out->event, raw, out->event.id.n > 0, a);
}
