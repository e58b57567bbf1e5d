/* SPDX-License-Identifier: Apache-2.0
 *
 * json_event: JSON values to the members of an event. What type of JSON a field may have is decided here, what it may
 * say in fields.c.
 */
#include "json.h"

#include "names.h"
#include "number.h"

static bool has(const sz_json_view *v, sz_row_id row) { return v->found >> row & 1; }

static sz_str text_of(yyjson_val *v) {
    return (sz_str){unsafe_yyjson_get_str(v), unsafe_yyjson_get_len(v)}; /* a string or a number kept as text */
}

static bool wrong_type(sz_record *out, sz_arena *a, const char *field, const char *want) {
    sz_record_dead(out, a, SZ_WRONG_TYPE, field, "%s must be %s", field, want);
    return false;
}

/* A NUL inside of a text would cut it short or join two texts in somebody's hands. */
static bool is_clean(const sz_decoder *d, sz_str s, const char *field, sz_arena *a, sz_record *out) {
    if (!d->has_escapes || s.n == 0 || !memchr(s.p, '\0', s.n)) return true;
    sz_record_dead(out, a, SZ_BAD_VALUE, field, "%s has a NUL character in it", field);
    return false;
}

/* ---- time ---- */

typedef struct fault {
    sz_reason reason;
    const char *detail;
} fault;

/* A date alone is a time only where the precision is `day`. */
static fault read_time(sz_decoder *d, yyjson_val *v, bool is_date_fine, int64_t *ms) {
    bool is_day = false;
    if (yyjson_is_str(v)) {
        if (!sz_json_time(d, text_of(v), ms, &is_day)) return (fault){SZ_BAD_TIME, "is not an RFC 3339 time"};
        if (is_day && !is_date_fine) return (fault){SZ_BAD_TIME, "has no time of day (precision is not day)"};
    } else if (yyjson_is_raw(v)) {
        if (!sz_str_i64(text_of(v), ms)) return (fault){SZ_BAD_TIME, "is not a whole number of milliseconds"};
    } else {
        return (fault){SZ_WRONG_TYPE, "must be a text or a whole number"};
    }
    if (!sz_moment_is_sane(*ms)) return (fault){SZ_BAD_TIME, "is not between the years 1990 and 2200"};
    return (fault){SZ_REASON_NONE, NULL};
}

static bool report(fault f, const char *field, sz_arena *a, sz_record *out) {
    if (f.reason == SZ_REASON_NONE) return true;
    sz_record_dead(out, a, f.reason, field, "%s %s", field, f.detail);
    return false;
}

static const sz_row *const precision_row = &sz_rows[SZ_ROW_PRECISION];

/* Precision and time come before all else, so that a dead letter has its time where there is one. The fault is kept
 * for later. */
static fault read_moment(sz_decoder *d, const sz_json_view *v, sz_record *out) {
    if (!has(v, SZ_ROW_TIME)) return (fault){SZ_MISSING_FIELD, "is missing"};
    int precision = SZ_PREC_SECOND;
    if (has(v, SZ_ROW_PRECISION) && yyjson_is_str(v->vals[SZ_ROW_PRECISION]))
        precision = sz_name_find(precision_row->choices, precision_row->n_choices, text_of(v->vals[SZ_ROW_PRECISION]));
    int64_t ms = 0;
    fault f = read_time(d, v->vals[SZ_ROW_TIME], precision == SZ_PREC_DAY, &ms);
    if (f.reason != SZ_REASON_NONE) return f;
    if (precision > SZ_PREC_SECOND) ms = sz_moment_floor(d->zone, ms, precision);
    out->time_ms = out->event.time_ms = ms;
    return f;
}

/* ---- type ---- */

/* A word without digits can be named in a message: no student's number is one. */
static bool is_word(sz_str s) {
    if (s.n == 0 || s.n > 32) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') && s.p[i] != '_' && s.p[i] != '-' && s.p[i] != '.')
            return false;
    return true;
}

bool sz_json_is_built_in(const sz_decoder *d, const sz_json_view *v) {
    yyjson_val *val = has(v, SZ_ROW_TYPE) ? v->vals[SZ_ROW_TYPE] : NULL;
    return !val || !yyjson_is_str(val) || sz_types_find(d->types, text_of(val)) < SZ_TYPE_FIRST_DECLARED;
}

static bool read_type(const sz_decoder *d, const sz_json_view *v, sz_arena *a, sz_record *out) {
    yyjson_val *val = has(v, SZ_ROW_TYPE) ? v->vals[SZ_ROW_TYPE] : NULL;
    if (val && !yyjson_is_str(val)) return wrong_type(out, a, "type", "a text");
    sz_str name = val ? text_of(val) : (sz_str){NULL, 0};
    if (name.n == 0) {
        sz_record_dead(out, a, SZ_MISSING_FIELD, "type", "type is missing");
        return false;
    }
    int type = sz_types_find(d->types, name);
    if (type >= 0) {
        out->event.type = (uint8_t)type;
    } else if (sz_str_eq(name, SZ_STR("feed_status"))) {
        out->kind = SZ_RECORD_FEED_STATUS;
        out->feed = (sz_feed_status){.time_ms = out->time_ms, .complete_through_ms = SZ_TIME_NONE};
    } else if (is_word(name)) {
        sz_record_dead(out, a, SZ_UNKNOWN_TYPE, "type", "type %.*s is not declared", SZ_FMT_STR(name));
    } else {
        sz_record_dead(out, a, SZ_UNKNOWN_TYPE, "type", "this type is not declared");
    }
    return out->kind != SZ_RECORD_DEAD;
}

/* ---- fields ---- */

static bool set_row(sz_decoder *d, const sz_row *row, yyjson_val *v, sz_arena *a, sz_record *out) {
    bool is_text = yyjson_is_str(v), is_number = yyjson_is_raw(v);
    switch (row->kind) {
    case SZ_ROW_IS_TEXT:
    case SZ_ROW_IS_CHOICE:
        if (!is_text) return wrong_type(out, a, row->name, "a text");
        return is_clean(d, text_of(v), row->name, a, out) && sz_row_set(row, out, a, text_of(v), false);
    case SZ_ROW_IS_FEN:
        if (!is_text && !is_number) return wrong_type(out, a, row->name, "a number or a text");
        return sz_row_set(row, out, a, text_of(v), false);
    case SZ_ROW_IS_COUNT:
        if (!is_text && !is_number) return wrong_type(out, a, row->name, "a whole number");
        return sz_row_set(row, out, a, text_of(v), is_number);
    case SZ_ROW_IS_HOURS:
        if (!is_number) return wrong_type(out, a, row->name, "a number");
        return sz_row_set(row, out, a, text_of(v), false);
    case SZ_ROW_IS_TIME: {
        if (row == &sz_rows[SZ_ROW_TIME]) return true;
        int64_t ms = SZ_TIME_NONE;
        if (!report(read_time(d, v, false, &ms), row->name, a, out)) return false;
        memcpy((char *)out + row->offset, &ms, sizeof ms);
        return true;
    }
    default: return true;
    }
}

static bool set_declared(sz_decoder *d, const sz_field *f, sz_value *value, yyjson_val *v, sz_arena *a,
                         sz_record *out) {
    bool is_text = yyjson_is_str(v), is_number = yyjson_is_raw(v);
    switch (f->kind) {
    case SZ_FIELD_TEXT:
    case SZ_FIELD_ENUM:
        if (!is_text) return wrong_type(out, a, f->name.p, "a text");
        return is_clean(d, text_of(v), f->name.p, a, out) && sz_declared_set(f, value, out, a, text_of(v), false);
    case SZ_FIELD_NUMBER:
        if (!is_number) return wrong_type(out, a, f->name.p, "a number");
        return sz_declared_set(f, value, out, a, text_of(v), false);
    case SZ_FIELD_MONEY:
        if (!is_text && !is_number) return wrong_type(out, a, f->name.p, "a number or a text");
        return sz_declared_set(f, value, out, a, text_of(v), false);
    case SZ_FIELD_TIME: {
        int64_t ms = 0;
        if (!report(read_time(d, v, false, &ms), f->name.p, a, out)) return false;
        value->is_set = true;
        value->num = (double)ms;
        return true;
    }
    }
    return true;
}

static bool read_declared(sz_decoder *d, yyjson_val *obj, sz_arena *a, sz_record *out) {
    const sz_type *type = &d->types->v[out->event.type];
    memset(out->event.fields, 0, sizeof out->event.fields);
    for (uint32_t f = 0; f < type->n_fields; f++) {
        const sz_field *field = &type->fields[f];
        size_t i, n;
        yyjson_val *key, *val;
        yyjson_obj_foreach(obj, i, n, key, val) {
            if (yyjson_is_null(val) || !sz_str_eq(text_of(key), field->name)) continue;
            if (!set_declared(d, field, &out->event.fields[f], val, a, out)) return false;
            break;
        }
    }
    return true;
}

/* Journal numbers and use counts are fields of swipes, but they name any record that has them; what is no number is
 * let be. */
static void read_numbers(const sz_json_view *v, sz_record *out) {
    for (unsigned row = SZ_ROW_JOURNAL_NO; row <= SZ_ROW_USE_COUNT; row++) {
        int64_t n;
        if (!has(v, row) || (!yyjson_is_str(v->vals[row]) && !yyjson_is_raw(v->vals[row]))) continue;
        if (!sz_count_parse(text_of(v->vals[row]), yyjson_is_raw(v->vals[row]), &n)) continue;
        memcpy((char *)out + sz_rows[row].offset, &n, sizeof n);
    }
}

/* The usual texts: not empty, within their limits. False: one is not, and every row is to be judged in order. */
static bool set_plain_texts(const sz_json_view *v, uint32_t rows, sz_record *out) {
    for (uint32_t left = rows; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        sz_str text = text_of(v->vals[i]);
        if (!yyjson_is_str(v->vals[i]) || text.n - 1 >= sz_rows[i].limit) return false;
        memcpy((char *)out + sz_rows[i].offset, &text, sizeof text);
    }
    return true;
}

static bool read_rows(sz_decoder *d, const sz_json_view *v, uint32_t rows, sz_arena *a, sz_record *out) {
    uint32_t left = v->found & rows;
    if (!d->has_escapes && set_plain_texts(v, left & d->text_rows, out)) left &= ~d->text_rows;
    for (; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);
        if (!set_row(d, &sz_rows[i], v->vals[i], a, out)) return false;
    }
    return true;
}

static void finish_feed(sz_record *out) {
    out->feed.source = out->event.source;
    out->feed.reader = out->event.reader;
}

void sz_json_event(sz_decoder *d, const sz_json_view *v, sz_str raw, sz_arena *a, sz_record *out) {
    fault moment = read_moment(d, v, out);
    if (!read_type(d, v, a, out)) return;
    bool is_feed = out->kind == SZ_RECORD_FEED_STATUS;
    if (!report(moment, "time", a, out)) return;
    bool is_declared = out->event.type >= SZ_TYPE_FIRST_DECLARED;
    unsigned kind = is_declared ? SZ_TYPE_FIRST_DECLARED : out->event.type;
    if (is_feed) kind = SZ_FEED_BIT;
    if (!read_rows(d, v, d->rows_of[kind], a, out)) return;
    if (is_feed) {
        finish_feed(out);
        return;
    }
    if (is_declared && !read_declared(d, v->obj, a, out)) return;
    if (out->event.type != SZ_TYPE_SWIPE) read_numbers(v, out);
    if (!sz_event_complete(out, a)) return;
    sz_event_finish(&out->event, raw, out->event.id.n > 0, a);
}
