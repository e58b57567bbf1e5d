/* SPDX-License-Identifier: Apache-2.0
 *
 * fields: the table, and members set from text.
 */
#include "fields.h"

#include "names.h"
#include "number.h"

#define AT(member) (uint16_t) offsetof(sz_record, member)
#define TEXT(name, types, limit, member) \
    { name, sizeof(name) - 1, SZ_ROW_IS_TEXT, types, 0, 0, limit, AT(member), NULL }
#define CHOICE(name, types, list, n, first, member) \
    { name, sizeof(name) - 1, SZ_ROW_IS_CHOICE, types, n, first, 0, AT(member), list }
#define OTHER(name, kind, types, member) \
    { name, sizeof(name) - 1, kind, types, 0, 0, 0, AT(member), NULL }

const sz_row sz_rows[SZ_N_JSON_ROWS] = {
    [SZ_ROW_TYPE] = OTHER("type", SZ_ROW_IS_TYPE, SZ_IN_ALL, event.type),
    [SZ_ROW_PRECISION] = CHOICE("precision", SZ_IN_EVENTS, sz_precision_names, 3, 0, event.precision),
    [SZ_ROW_TIME] = OTHER("time", SZ_ROW_IS_TIME, SZ_IN_ALL, event.time_ms),
    [SZ_ROW_COLLECTED] = OTHER("collected", SZ_ROW_IS_TIME, SZ_IN_EVENTS, event.collected_ms),
    [SZ_ROW_ID] = TEXT("id", SZ_IN_EVENTS, 128, event.id),
    [SZ_ROW_SOURCE] = TEXT("source", SZ_IN_ALL, 64, event.source),
    [SZ_ROW_STUDENT] = TEXT("student", SZ_IN_EVENTS, 64, event.student),
    [SZ_ROW_CARD] = TEXT("card", SZ_IN_EVENTS, 64, event.card),
    [SZ_ROW_CARD_SYSTEM] = TEXT("card_system", SZ_IN_EVENTS, 64, event.card_system),
    [SZ_ROW_PLACE] = TEXT("place", SZ_IN_EVENTS, 64, event.place),
    [SZ_ROW_READER] = TEXT("reader", SZ_IN_ALL, 64, event.reader),
    [SZ_ROW_REF] = TEXT("ref", SZ_IN_EVENTS, 128, event.ref),
    [SZ_ROW_OP] = CHOICE("op", SZ_IN_SWIPE, sz_op_names, 4, 0, event.op),
    [SZ_ROW_AMOUNT] = OTHER("amount", SZ_ROW_IS_FEN, SZ_IN_SWIPE, event.amount_fen),
    [SZ_ROW_BALANCE] = OTHER("balance", SZ_ROW_IS_FEN, SZ_IN_SWIPE, event.balance_fen),
    [SZ_ROW_JOURNAL_NO] = OTHER("journal_no", SZ_ROW_IS_COUNT, SZ_IN_SWIPE, event.journal_no),
    [SZ_ROW_USE_COUNT] = OTHER("use_count", SZ_ROW_IS_COUNT, SZ_IN_SWIPE, event.use_count),
    [SZ_ROW_COURSE] = TEXT("course", SZ_IN_ATTENDANCE, SZ_TEXT_MAX, event.course),
    [SZ_ROW_SESSION] = TEXT("session", SZ_IN_ATTENDANCE, SZ_TEXT_MAX, event.session),
    [SZ_ROW_STATUS] = CHOICE("status", SZ_IN_ATTENDANCE, sz_attend_names, 6, 0, event.status),
    [SZ_ROW_HOURS] = OTHER("hours", SZ_ROW_IS_HOURS, SZ_IN_ATTENDANCE, event.hours_micro),
    [SZ_ROW_DIRECTION] = CHOICE("direction", SZ_IN_DORM_ACCESS, sz_direction_names, 4, 1, event.direction),
    [SZ_ROW_RESULT] = CHOICE("result", SZ_IN_DORM_ACCESS, sz_result_names, 2, 0, event.result),
    [SZ_ROW_MEANS] = TEXT("means", SZ_IN_PRESENCE, SZ_TEXT_MAX, event.means),
    [SZ_ROW_COMPLETE_THROUGH] = OTHER("complete_through", SZ_ROW_IS_TIME, SZ_IN_FEED_STATUS, feed.complete_through_ms),
    [SZ_ROW_STATE] = CHOICE("state", SZ_IN_FEED_STATUS, sz_feed_state_names, 4, 1, feed.state),
    [SZ_ROW_BUILDING] = TEXT("building", SZ_IN_FEED_STATUS, 64, feed.building),
    [SZ_ROW_SPECVERSION] = OTHER("specversion", SZ_ROW_IS_ENVELOPE, 0, event),
    [SZ_ROW_DATA] = OTHER("data", SZ_ROW_IS_ENVELOPE, 0, event),
};

const sz_row *sz_row_find(sz_str name) {
    for (unsigned i = 0; i < SZ_N_ROWS; i++)
        if (sz_rows[i].len == name.n && memcmp(sz_rows[i].name, name.p, name.n) == 0) return &sz_rows[i];
    return NULL;
}

#define STATUS_NONE 0xff /* attendance without a status, until sz_event_complete */

/* A copy of whole words: a memset of so many bytes becomes `rep stos`, which alone took 25 ns a record. */
enum { BEGUN = offsetof(sz_event, fields) / 8 };
_Static_assert(offsetof(sz_event, fields) % 8 == 0, "declared fields come last");

void sz_record_begin(sz_record *r) {
    static const sz_event blank = {.time_ms = SZ_TIME_NONE,
                                   .collected_ms = SZ_TIME_NONE,
                                   .status = STATUS_NONE,
                                   .source = {"default", 7},
                                   .amount_fen = SZ_ABSENT,
                                   .balance_fen = SZ_ABSENT,
                                   .journal_no = SZ_ABSENT,
                                   .use_count = SZ_ABSENT,
                                   .hours_micro = INT64_C(1000000)};
    for (size_t i = 0; i < BEGUN; i++) {
        uint64_t word;
        memcpy(&word, (const char *)&blank + 8 * i, 8);
        memcpy((char *)&r->event + 8 * i, &word, 8);
    }
    r->kind = SZ_RECORD_EVENT;
    r->time_ms = SZ_TIME_NONE;
}

static bool set_text(const sz_row *row, sz_record *r, sz_arena *a, sz_str text) {
    if (text.n > row->limit) {
        sz_record_dead(r, a, SZ_BAD_VALUE, row->name, "%s is longer than %d bytes", row->name, row->limit);
        return false;
    }
    if (text.n) memcpy((char *)r + row->offset, &text, sizeof text);
    return true;
}

static bool set_choice(const sz_row *row, sz_record *r, sz_arena *a, sz_str text) {
    int i = sz_name_find(row->choices, row->n_choices, text);
    if (i < 0) {
        sz_str list = sz_name_list(a, row->choices, row->n_choices);
        sz_record_dead(r, a, SZ_BAD_VALUE, row->name, "%s must be one of: %.*s", row->name, SZ_FMT_STR(list));
        return false;
    }
    if (row == &sz_rows[SZ_ROW_STATE]) r->feed.state = (sz_feed_state)i;
    else *((uint8_t *)r + row->offset) = (uint8_t)i;
    return true;
}

static bool set_number(const sz_row *row, sz_record *r, sz_arena *a, sz_str text, bool zeros_are_fine) {
    int64_t v;
    const char *want;
    bool is_fine;
    if (row->kind == SZ_ROW_IS_FEN) {
        is_fine = sz_fen_parse(text, zeros_are_fine, &v);
        want = "an amount in yuan, not negative, with at most two decimals";
    } else if (row->kind == SZ_ROW_IS_COUNT) {
        is_fine = sz_count_parse(text, zeros_are_fine, &v);
        want = "a whole number, not negative";
    } else {
        is_fine = sz_micro_parse(text, &v);
        want = "a number of class hours, not negative";
        if (is_fine) r->event.has_hours = true;
    }
    if (!is_fine) {
        sz_record_dead(r, a, SZ_BAD_VALUE, row->name, "%s must be %s", row->name, want);
        return false;
    }
    memcpy((char *)r + row->offset, &v, sizeof v);
    return true;
}

bool sz_row_set(const sz_row *row, sz_record *r, sz_arena *a, sz_str text, bool zeros_are_fine) {
    switch (row->kind) {
    case SZ_ROW_IS_TEXT: return set_text(row, r, a, text);
    case SZ_ROW_IS_CHOICE: return set_choice(row, r, a, text);
    default: return set_number(row, r, a, text, zeros_are_fine);
    }
}

static bool is_choice(const sz_field *f, sz_value *v, sz_str text) {
    for (uint32_t i = 0; i < f->n_choices; i++)
        if (sz_str_eq(f->choices[i], text)) {
            v->text = f->choices[i];
            return true;
        }
    return false;
}

bool sz_declared_set(const sz_field *f, sz_value *v, sz_record *r, sz_arena *a, sz_str text, bool is_lenient) {
    const char *want = "";
    bool is_fine = true;
    switch (f->kind) {
    case SZ_FIELD_TEXT:
        is_fine = text.n <= SZ_TEXT_MAX;
        want = "a text of at most 256 bytes";
        v->text = text;
        break;
    case SZ_FIELD_ENUM:
        is_fine = is_choice(f, v, text);
        want = "one of the words that its type declares";
        break;
    case SZ_FIELD_NUMBER:
        is_fine = sz_str_double(text, &v->num);
        want = "a number";
        break;
    case SZ_FIELD_MONEY:
        is_fine = sz_fen_parse(text, is_lenient, &v->fen);
        want = "an amount in yuan, not negative, with at most two decimals";
        v->num = (double)v->fen / 100;
        break;
    case SZ_FIELD_TIME: break;
    }
    if (!is_fine) {
        sz_record_dead(r, a, SZ_BAD_VALUE, f->name.p, "%s must be %s", f->name.p, want);
        return false;
    }
    v->is_set = f->kind != SZ_FIELD_TEXT || text.n > 0;
    return true;
}

int64_t sz_moment_floor(const sz_zone *z, int64_t ms, int precision) {
    if (precision == SZ_PREC_SECOND) return ms;
    if (precision == SZ_PREC_DAY) return sz_zone_midnight(z, sz_zone_day(z, ms));
    return ms - sz_zone_ms_of_day(z, ms) % SZ_MINUTE_MS;
}

bool sz_event_complete(sz_record *r, sz_arena *a) {
    sz_event *e = &r->event;
    const char *field = NULL, *detail = NULL;
    if (e->student.n == 0 && e->card.n == 0) field = "student", detail = "neither student nor card is given";
    else if (e->type == SZ_TYPE_ATTENDANCE && e->status == STATUS_NONE)
        field = "status", detail = "attendance needs a status";
    else if (e->type == SZ_TYPE_DORM_ACCESS && e->direction == SZ_DIR_NONE && e->reader.n == 0)
        field = "direction", detail = "dorm_access needs a direction, or a reader that gives it";
    if (e->status == STATUS_NONE) e->status = 0;
    if (field) sz_record_dead(r, a, SZ_MISSING_FIELD, field, "%s", detail);
    return !field;
}
