/* SPDX-License-Identifier: Apache-2.0
 *
 * json_write: an event as a record again, for whoever no longer has its bytes. Reading it gives the event back, its id
 * among that; what the contract does not know of was never kept.
 */
#include "names.h"

static void put_name(sz_buf *out, const char *name) {
    sz_buf_put_u8(out, ',');
    sz_json_str(out, sz_str_of(name));
    sz_buf_put_u8(out, ':');
}

static void put_text(sz_buf *out, const char *name, sz_str s) {
    if (!s.n) return;
    put_name(out, name);
    sz_json_str(out, s);
}

static void put_word(sz_buf *out, const char *name, const char *word) { put_text(out, name, sz_str_of(word)); }

static void put_count(sz_buf *out, const char *name, int64_t v) {
    if (v == SZ_ABSENT) return;
    put_name(out, name);
    sz_buf_put_dec(out, v);
}

static void put_time(sz_buf *out, const char *name, const sz_zone *z, int64_t ms) {
    char text[40];
    put_name(out, name);
    sz_json_str(out, (sz_str){text, sz_time_format(z, ms, text)});
}

/* v of the unit's n-th parts, in decimals as long as needed: no double stands between. */
static void put_decimal(sz_buf *out, const char *name, int64_t v, int decimals) {
    uint64_t one = 1, u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (int i = 0; i < decimals; i++) one *= 10;
    put_name(out, name);
    if (v < 0) sz_buf_put_u8(out, '-');
    sz_buf_printf(out, "%llu", (unsigned long long)(u / one));
    if (u % one) sz_buf_put_u8(out, '.');
    for (uint64_t rest = u % one; rest; rest = rest % one) {
        one /= 10;
        sz_buf_put_u8(out, (uint8_t)('0' + rest / one));
    }
}

static void put_swipe(sz_buf *out, const sz_event *e) {
    put_word(out, "op", sz_op_names[e->op]);
    if (e->amount_fen != SZ_ABSENT) put_decimal(out, "amount", e->amount_fen, 2);
    if (e->balance_fen != SZ_ABSENT) put_decimal(out, "balance", e->balance_fen, 2);
}

static void put_attendance(sz_buf *out, const sz_event *e) {
    put_text(out, "course", e->course);
    put_text(out, "session", e->session);
    put_word(out, "status", sz_attend_names[e->status]);
    if (e->has_hours) put_decimal(out, "hours", e->hours_micro, 6);
}

static void put_access(sz_buf *out, const sz_event *e) {
    put_word(out, "direction", sz_direction_names[e->direction]);
    put_word(out, "result", sz_result_names[e->result]);
}

static void put_presence(sz_buf *out, const sz_event *e) { put_text(out, "means", e->means); }

static void put_declared(sz_buf *out, const sz_event *e, const sz_type *t, const sz_zone *z) {
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const sz_value *v = &e->fields[i];
        if (!v->is_set) continue;
        switch (t->fields[i].kind) {
        case SZ_FIELD_TEXT:
        case SZ_FIELD_ENUM: put_text(out, t->fields[i].name.p, v->text); break;
        case SZ_FIELD_MONEY: put_decimal(out, t->fields[i].name.p, v->fen, 2); break;
        case SZ_FIELD_TIME: put_time(out, t->fields[i].name.p, z, (int64_t)v->num); break;
        case SZ_FIELD_NUMBER:
            put_name(out, t->fields[i].name.p);
            sz_json_double(out, v->num);
            break;
        }
    }
}

void sz_event_write_json(sz_buf *out, const sz_event *e, const sz_types *types, const sz_zone *z) {
    static void (*const fields[SZ_TYPE_FIRST_DECLARED])(sz_buf *,
                                                        const sz_event *) = {[SZ_TYPE_SWIPE] = put_swipe,
                                                                             [SZ_TYPE_ATTENDANCE] = put_attendance,
                                                                             [SZ_TYPE_DORM_ACCESS] = put_access,
                                                                             [SZ_TYPE_PRESENCE] = put_presence};
    sz_buf_put_z(out, "{\"id\":");
    sz_json_str(out, e->id);
    put_text(out, "source", e->source);
    put_text(out, "type", types->v[e->type].name);
    put_time(out, "time", z, e->time_ms);
    if (e->precision != SZ_PREC_SECOND) put_word(out, "precision", sz_precision_names[e->precision]);
    if (e->collected_ms != SZ_TIME_NONE) put_time(out, "collected", z, e->collected_ms);
    put_text(out, "student", e->student);
    put_text(out, "card", e->card);
    put_text(out, "card_system", e->card_system);
    put_text(out, "place", e->place);
    put_text(out, "reader", e->reader);
    put_text(out, "ref", e->ref);
    put_count(out, "journal_no", e->journal_no);
    put_count(out, "use_count", e->use_count);
    if (e->type < SZ_TYPE_FIRST_DECLARED) fields[e->type](out, e);
    else put_declared(out, e, &types->v[e->type], z);
    sz_buf_put_u8(out, '}');
}
