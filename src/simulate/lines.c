/* SPDX-License-Identifier: Apache-2.0
 *
 * lines: one function a type. Old terminals name a card and a reader and leave the rest to readers.csv and cards.csv;
 * new ones name student and place. Records without `id` get one from reader and journal, card and use count, or their
 * bytes (contract).
 */
#include "lines.h"

#define PUT(out, text) sz_buf_put((out), (text), sizeof(text) - 1)

static void put_z(sz_buf *out, const char *z) { sz_buf_put(out, z, strlen(z)); }

void sz_sim_lines_init(struct line_writer *l, const struct world *w, const struct people *all) {
    int year, month, day;
    sz_day_to_ymd(all->term->from, &year, &month, &day);
    *l = (struct line_writer){.w = w, .all = all, .academic_year = month >= 8 ? year : year - 1, .day = SZ_DAY_NONE};
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

void sz_sim_put_student(const struct line_writer *l, uint32_t who, sz_buf *out) {
    sz_buf_put_dec(out, (int64_t)(l->academic_year - l->all->v[who].year + 1) * 1000000 + who + 1);
}

void sz_sim_put_card(enum source system, uint32_t who, uint32_t which, sz_buf *out) {
    enum { BITS = (1 << 22) - 1 };
    uint32_t base = system == SOURCE_GATE ? 50000000 : 30000000;
    uint32_t x =
        (who * 2 + which + (system == SOURCE_GATE ? 77777u : 0)) & BITS; /* each step is one-to-one on 22 bits */
    x = x * 2654435761u & BITS;
    x ^= x >> 11;
    x = x * 2246822519u & BITS;
    sz_buf_put_dec(out, base + x);
}

static void put_2(char *p, int32_t n) {
    p[0] = (char)('0' + n / 10);
    p[1] = (char)('0' + n % 10);
}

void sz_sim_put_time(struct line_writer *l, int64_t t_ms, sz_buf *out) {
    int64_t local_s = t_ms / SZ_SECOND_MS + CAMPUS_OFFSET_S;
    int32_t day = (int32_t)(local_s / 86400), s = (int32_t)(local_s % 86400);
    if (day != l->day) {
        sz_day_format(day, l->day_text);
        l->day = day;
    }
    char text[] = "0000-00-00T00:00:00+08:00";
    memcpy(text, l->day_text, 10);
    put_2(text + 11, s / 3600);
    put_2(text + 14, s / 60 % 60);
    put_2(text + 17, s % 60);
    sz_buf_put(out, text, 25);
}

static void put_yuan(sz_buf *out, int32_t fen) {
    sz_buf_put_dec(out, fen / 100);
    char text[3] = ".";
    put_2(text + 1, fen % 100);
    sz_buf_put(out, text, 3);
}

/* ---- parts of records -------------------------------------------------------------------------------------------- */

static void put_when(struct line_writer *l, const struct event *e, sz_buf *out) {
    PUT(out, "\"time\":\"");
    sz_sim_put_time(l, e->time_ms, out);
    PUT(out, "\"");
    if (e->flags & FLAG_NO_TIME) PUT(out, ",\"precision\":\"day\"");
    else if (e->reader != NONE && l->w->readers[e->reader].is_minute) PUT(out, ",\"precision\":\"minute\"");
}

static void put_student(struct line_writer *l, const struct event *e, sz_buf *out) {
    PUT(out, ",\"student\":\"");
    sz_sim_put_student(l, e->who, out);
    PUT(out, "\"");
}

static void put_card_number(const struct event *e, enum source system, sz_buf *out) {
    if (e->what == WHAT_STRANGER) sz_buf_put_dec(out, (system == SOURCE_GATE ? 80000000 : 90000000) + (int64_t)e->who);
    else sz_sim_put_card(system, e->who, e->card, out);
}

void sz_sim_put_door_card(const struct event *e, sz_buf *out) { put_card_number(e, SOURCE_GATE, out); }

static void put_card(const struct event *e, enum source system, sz_buf *out) {
    PUT(out, ",\"card\":\"");
    put_card_number(e, system, out);
    PUT(out, "\"");
}

static void put_place(struct line_writer *l, const struct event *e, sz_buf *out) {
    PUT(out, ",\"place\":\"");
    put_z(out, l->w->places[e->place].id);
    PUT(out, "\"");
}

static void put_reader(struct line_writer *l, const struct event *e, sz_buf *out) {
    PUT(out, ",\"reader\":\"");
    put_z(out, l->w->readers[e->reader].id);
    PUT(out, "\"");
}

static void put_number(sz_buf *out, const char *name, uint32_t n) {
    put_z(out, name);
    sz_buf_put_dec(out, n);
}

static void end(struct line_writer *l, const struct event *e, sz_buf *out) {
    if (e->flags & FLAG_COLLECTED) {
        PUT(out, ",\"collected\":\"");
        sz_sim_put_time(l, e->arrival_ms, out);
        PUT(out, "\"");
    }
    PUT(out, "}\n");
}

/* ---- types ------------------------------------------------------------------------------------------------------- */

static void put_pos_id(const struct event *e, bool is_full, uint32_t use, sz_buf *out) {
    put_z(out, is_full ? "P" : "c:");
    sz_sim_put_card(SOURCE_POS, e->who, e->card, out);
    put_z(out, is_full ? "-" : ":");
    sz_buf_put_dec(out, use);
}

static void swipe(struct line_writer *l, const struct event *e, sz_buf *out) {
    static const char *const ops[] = {"consume", "refund", "reversal", "topup"};
    bool is_full = e->reader == NONE || l->w->readers[e->reader].is_full;
    PUT(out, "{");
    if (is_full) {
        PUT(out, "\"id\":\"");
        put_pos_id(e, true, e->number, out);
        PUT(out, "\",");
    }
    PUT(out, "\"source\":\"pos\",\"type\":\"swipe\",");
    put_when(l, e, out);
    if (is_full) put_student(l, e, out);
    put_card(e, SOURCE_POS, out);
    if (is_full && e->place != NONE) put_place(l, e, out);
    if (e->reader != NONE) put_reader(l, e, out);
    if (is_full || e->detail != OP_CONSUME) {
        PUT(out, ",\"op\":\"");
        put_z(out, ops[e->detail]);
        PUT(out, "\"");
    }
    put_z(out, is_full ? ",\"amount\":\"" : ",\"amount\":");
    put_yuan(out, e->amount);
    put_z(out, is_full ? "\",\"balance\":\"" : ",\"balance\":");
    put_yuan(out, e->balance);
    put_number(out, is_full ? "\",\"use_count\":" : ",\"use_count\":", e->number);
    if (e->detail == OP_REFUND || e->detail == OP_REVERSAL) {
        PUT(out, ",\"ref\":\"");
        put_pos_id(e, is_full, e->ref, out);
        PUT(out, "\"");
    }
    end(l, e, out);
}

static void door(struct line_writer *l, const struct event *e, sz_buf *out) {
    static const char *const directions[] = {"in", "out", "unknown"};
    const struct reader *r = &l->w->readers[e->reader];
    PUT(out, "{\"source\":\"gate\",\"type\":\"dorm_access\",");
    put_when(l, e, out);
    if (r->is_full) {
        put_student(l, e, out);
        put_place(l, e, out);
    } else {
        put_card(e, SOURCE_GATE, out);
    }
    put_reader(l, e, out);
    if (r->is_full) {
        PUT(out, ",\"direction\":\"");
        put_z(out, directions[r->direction]);
        PUT(out, "\"");
    }
    if (e->flags & FLAG_DENIED) PUT(out, ",\"result\":\"denied\"");
    else if (r->is_full) PUT(out, ",\"result\":\"granted\"");
    put_number(out, ",\"journal_no\":", e->number);
    end(l, e, out);
}

/* `2026-03-02-1`: day of the class and which lesson of the day. */
static void put_session(const struct line_writer *l, const struct event *e, sz_buf *out) {
    char day[11];
    sz_day_format(l->all->term->from + (int32_t)e->number, day);
    put_z(out, day);
    PUT(out, "-");
    sz_buf_put_dec(out, e->slot + 1);
}

static void put_class_id(struct line_writer *l, const struct event *e, const char *letter, sz_buf *out) {
    put_z(out, letter);
    put_session(l, e, out);
    PUT(out, "-");
    sz_sim_put_student(l, e->who, out);
}

static void attendance(struct line_writer *l, const struct event *e, sz_buf *out) {
    static const char *const marks[] = {"present", "late", "early_leave", "absent", "excused"};
    const struct person *p = &l->all->v[e->who];
    bool is_undo = e->flags & FLAG_UNDO;
    PUT(out, "{\"id\":\"");
    put_class_id(l, e, is_undo ? "e" : "k", out);
    PUT(out, "\",\"source\":\"class\",\"type\":\"attendance\",");
    put_when(l, e, out);
    put_student(l, e, out);
    put_place(l, e, out);
    PUT(out, ",\"course\":\"");
    put_z(out, sz_sim_schools[p->school].code);
    put_number(out, "-", p->year);
    put_number(out, "-", e->ref + 1);
    PUT(out, "\",\"session\":\"");
    put_session(l, e, out);
    PUT(out, "\",\"status\":\"");
    put_z(out, marks[e->detail]);
    PUT(out, "\",\"hours\":2");
    if (is_undo) {
        PUT(out, ",\"ref\":\"");
        put_class_id(l, e, "k", out);
        PUT(out, "\"");
    }
    end(l, e, out);
}

static void stranger(struct line_writer *l, const struct event *e, sz_buf *out) {
    bool at_till = l->w->readers[e->reader].source == SOURCE_POS;
    put_z(out, at_till ? "{\"source\":\"pos\",\"type\":\"swipe\"," : "{\"source\":\"gate\",\"type\":\"dorm_access\",");
    put_when(l, e, out);
    put_card(e, at_till ? SOURCE_POS : SOURCE_GATE, out);
    put_reader(l, e, out);
    if (at_till) {
        PUT(out, ",\"amount\":");
        put_yuan(out, e->amount);
    } else {
        put_number(out, ",\"journal_no\":", e->number);
    }
    end(l, e, out);
}

static void status(struct line_writer *l, const struct event *e, sz_buf *out) {
    static const char *const states[] = {"open", "complete", "down"};
    PUT(out, "{\"type\":\"feed_status\",\"source\":\"");
    put_z(out, sz_sim_source_names[e->who]);
    PUT(out, "\",");
    put_when(l, e, out);
    if (e->detail == STATE_COMPLETE) {
        PUT(out, ",\"complete_through\":\"");
        sz_sim_put_time(l, e->time_ms, out);
        PUT(out, "\"");
    }
    PUT(out, ",\"state\":\"");
    put_z(out, states[e->detail]);
    PUT(out, "\"}\n");
}

void sz_sim_line(struct line_writer *l, const struct event *e, sz_buf *out) {
    switch (e->what) {
    case WHAT_SWIPE: swipe(l, e, out); return;
    case WHAT_ATTENDANCE: attendance(l, e, out); return;
    case WHAT_DOOR: door(l, e, out); return;
    case WHAT_STRANGER: stranger(l, e, out); return;
    case WHAT_STATUS: status(l, e, out); return;
    case WHAT_NET:
        PUT(out, "{\"source\":\"net\",\"type\":\"presence\",");
        put_when(l, e, out);
        put_student(l, e, out);
        put_place(l, e, out);
        PUT(out, ",\"means\":\"network\"");
        break;
    default:
        PUT(out, "{\"source\":\"library\",\"type\":\"presence\",");
        put_when(l, e, out);
        put_card(e, SOURCE_POS, out);
        PUT(out, ",\"card_system\":\"pos\"");
        put_reader(l, e, out);
        PUT(out, ",\"means\":\"library\"");
        break;
    }
    end(l, e, out);
}
