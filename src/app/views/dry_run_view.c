/* SPDX-License-Identifier: Apache-2.0 */
#include "dry_run_view.h"

#include "dead_words.h"
#include "words.h"

void sz_dry_init(sz_dry_view *v, const sz_types *types, const sz_zone *zone, sz_lang lang) {
    *v = (sz_dry_view){.types = types, .zone = zone, .lang = lang};
    sz_arena_init(&v->arena);
}

void sz_dry_fini(sz_dry_view *v) { sz_arena_fini(&v->arena); }

/* ---- words ---- */

static const char *word_of(const sz_dry_view *v, const char *name) {
    const char *zh = v->lang == SZ_ZH ? sz_code_zh(sz_str_of(name)) : NULL;
    return zh ? zh : name;
}

/* ---- the cells of an event ---- */

static sz_str keep(sz_dry_view *v, sz_buf *b) {
    sz_str s = sz_arena_str(&v->arena, sz_buf_str(b));
    sz_buf_clear(b);
    return s;
}

/* 2026-03-02 08:00:00 in campus time; without what is not known of it. */
static void put_time(const sz_dry_view *v, sz_buf *b, int64_t t_ms, uint8_t precision) {
    char text[40];
    if (sz_time_format(v->zone, t_ms, text) < 19) return;
    text[10] = ' ';
    if (precision == SZ_PREC_DAY) memcpy(text + 11, "--:--", 6);
    else if (precision == SZ_PREC_MINUTE) text[16] = 0;
    else text[text[19] == '.' ? 23 : 19] = 0;
    sz_buf_put_z(b, text);
}

static void put_fen(sz_buf *b, int64_t fen) {
    sz_buf_printf(b, "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
}

/* A named value behind what there is. */
static void put_named(const sz_dry_view *v, sz_buf *b, const char *en, const char *zh, sz_str value) {
    if (!value.n) return;
    sz_buf_printf(b, "%s%s ", b->n ? "  " : "", v->lang == SZ_ZH ? zh : en);
    sz_buf_put_str(b, value);
}

static void put_declared(sz_dry_view *v, sz_buf *b, const sz_event *e) {
    const sz_type *t = &v->types->v[e->type];
    sz_buf one;
    sz_buf_init(&one);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const sz_value *x = &e->fields[i];
        if (!x->is_set) continue;
        switch (t->fields[i].kind) {
        case SZ_FIELD_NUMBER: sz_json_double(&one, x->num); break;
        case SZ_FIELD_MONEY: put_fen(&one, x->fen); break;
        case SZ_FIELD_TIME: put_time(v, &one, (int64_t)x->num, SZ_PREC_SECOND); break;
        default: sz_buf_put_str(&one, x->text);
        }
        const char *name = sz_arena_str(&v->arena, t->fields[i].name).p;
        put_named(v, b, name, name, sz_buf_str(&one));
        sz_buf_clear(&one);
    }
    sz_buf_fini(&one);
}

static void put_swipe(sz_dry_view *v, sz_buf *b, const sz_event *e) {
    sz_buf_put_z(b, word_of(v, sz_op_names[e->op]));
    if (e->amount_fen != SZ_ABSENT) {
        sz_buf_put_u8(b, ' ');
        put_fen(b, e->amount_fen);
    }
    if (e->balance_fen == SZ_ABSENT) return;
    sz_buf_put_z(b, v->lang == SZ_ZH ? "  余额 " : "  balance ");
    put_fen(b, e->balance_fen);
}

static void put_attendance(sz_dry_view *v, sz_buf *b, const sz_event *e) {
    sz_buf_put_z(b, word_of(v, sz_attend_names[e->status]));
    if (e->has_hours) {
        sz_buf_put_u8(b, ' ');
        sz_json_double(b, (double)e->hours_micro / 1e6);
        sz_buf_put_z(b, v->lang == SZ_ZH ? " 学时" : " h");
    }
    put_named(v, b, "course", "课程", e->course);
    put_named(v, b, "session", "场次", e->session);
}

static sz_str what_of(sz_dry_view *v, sz_buf *b, const sz_event *e) {
    switch (e->type) {
    case SZ_TYPE_SWIPE: put_swipe(v, b, e); break;
    case SZ_TYPE_ATTENDANCE: put_attendance(v, b, e); break;
    case SZ_TYPE_DORM_ACCESS:
        sz_buf_put_z(b, e->direction == SZ_DIR_NONE ? "?" : word_of(v, sz_direction_names[e->direction]));
        if (e->result == SZ_RESULT_DENIED) sz_buf_printf(b, "  %s", word_of(v, "denied"));
        break;
    case SZ_TYPE_PRESENCE: sz_buf_put_str(b, e->means); break;
    default: put_declared(v, b, e);
    }
    put_named(v, b, "undoes", "撤销", e->ref);
    if (e->precision == SZ_PREC_DAY) sz_buf_put_z(b, v->lang == SZ_ZH ? "  （时刻已丢失）" : "  (time of day lost)");
    return keep(v, b);
}

static sz_str who_of(sz_dry_view *v, sz_buf *b, const sz_event *e) {
    if (e->student.n) return sz_arena_str(&v->arena, e->student);
    put_named(v, b, "card", "卡", e->card);
    return keep(v, b);
}

static sz_str place_of(sz_dry_view *v, sz_buf *b, const sz_event *e) {
    if (e->place.n) return sz_arena_str(&v->arena, e->place);
    put_named(v, b, "reader", "读头", e->reader);
    return keep(v, b);
}

/* Has it no key but its bytes? */
static bool is_by_bytes(const sz_event *e) { return e->id.n == 34 && memcmp(e->id.p, "x:", 2) == 0; }

/* An id that was made of the record's bytes is not worth its 34 characters. */
static sz_str id_of(sz_dry_view *v, const sz_event *e) {
    if (is_by_bytes(e)) return sz_str_of(sz_arena_printf(&v->arena, "%.10s…", e->id.p));
    return sz_arena_str(&v->arena, e->id);
}

static void put_event(sz_dry_view *v, sz_dry_row *row, sz_buf *b, const sz_event *e) {
    row->cells[SZ_DRY_SOURCE] = sz_arena_str(&v->arena, e->source);
    row->cells[SZ_DRY_TYPE] = sz_arena_str(&v->arena, v->types->v[e->type].name);
    put_time(v, b, e->time_ms, e->precision);
    row->cells[SZ_DRY_TIME] = keep(v, b);
    row->cells[SZ_DRY_WHO] = who_of(v, b, e);
    row->cells[SZ_DRY_PLACE] = place_of(v, b, e);
    row->cells[SZ_DRY_WHAT] = what_of(v, b, e);
    row->cells[SZ_DRY_ID] = id_of(v, e);
}

static const char *state_of(sz_feed_state s) {
    return s == SZ_FEED_OPEN ? "open" : s == SZ_FEED_COMPLETE ? "complete" : s == SZ_FEED_DOWN ? "down" : "";
}

static void put_status(sz_dry_view *v, sz_dry_row *row, sz_buf *b, const sz_feed_status *f) {
    row->cells[SZ_DRY_SOURCE] = sz_arena_str(&v->arena, f->source);
    row->cells[SZ_DRY_TYPE] = SZ_STR("feed_status");
    put_time(v, b, f->time_ms, SZ_PREC_SECOND);
    row->cells[SZ_DRY_TIME] = keep(v, b);
    sz_buf_put_z(b, word_of(v, state_of(f->state)));
    if (f->complete_through_ms != SZ_TIME_NONE) {
        sz_buf_put_z(b, v->lang == SZ_ZH ? "  完整至 " : "  complete through ");
        put_time(v, b, f->complete_through_ms, SZ_PREC_SECOND);
    }
    row->cells[SZ_DRY_WHAT] = keep(v, b);
}

/* The row itself, for whoever looks for what is wrong in it; in GBK where it is no UTF-8. */
static void put_raw(sz_buf *b, sz_str raw) {
    enum { LONGEST = 72 };
    sz_buf text;
    size_t bad;
    sz_buf_init(&text);
    if (!raw.p || !sz_to_utf8(SZ_ENC_AUTO, raw.p, raw.n, &text, &bad)) {
        sz_buf_fini(&text);
        return;
    }
    sz_str s = sz_str_trim(sz_buf_str(&text));
    size_t n = 0, width = 0;
    for (size_t len; n < s.n && width < LONGEST; n += len, width++) sz_utf8_next(s.p + n, s.n - n, &len);
    if (n) sz_buf_printf(b, "  | %.*s%s", (int)n, s.p, n < s.n ? "…" : "");
    sz_buf_fini(&text);
}

static void put_dead(sz_dry_view *v, sz_dry_row *row, sz_buf *b, const sz_dead *dead, sz_str raw) {
    bool zh = v->lang == SZ_ZH;
    row->is_dead = true;
    sz_buf_put_z(b, zh ? "死信 " : "dead letter: ");
    if (zh)
        sz_buf_printf(b, "%s：%s", sz_reason_names[dead->reason],
                      app_word(SZ_WORDS_DEAD, sz_reason_names[dead->reason], v->lang));
    else sz_buf_put_z(b, sz_reason_names[dead->reason]);
    if (dead->field) sz_buf_printf(b, zh ? "，字段 %s" : ", field %s", dead->field);
    if (dead->detail[0]) sz_buf_printf(b, zh ? "（%s）" : ": %s", app_dead_detail(&v->arena, dead->detail, v->lang));
    put_raw(b, raw);
    row->cells[SZ_DRY_WHAT] = keep(v, b);
}

/* ---- JSON ---- */

static void put_pair(sz_buf *out, const char *key, sz_str value) {
    if (!value.n) return;
    sz_buf_printf(out, ",\"%s\":", key);
    sz_json_str(out, value);
}

static void pair_time(const sz_dry_view *v, sz_buf *out, const char *key, int64_t t_ms) {
    char text[40];
    if (t_ms == SZ_TIME_NONE || !sz_time_format(v->zone, t_ms, text)) return;
    sz_buf_printf(out, ",\"%s\":\"%s\"", key, text);
}

static void pair_fen(sz_buf *out, const char *key, int64_t fen) {
    if (fen == SZ_ABSENT) return;
    sz_buf_printf(out, ",\"%s\":\"", key);
    put_fen(out, fen);
    sz_buf_put_u8(out, '"');
}

static void event_json(const sz_dry_view *v, sz_buf *out, const sz_event *e) {
    put_pair(out, "type", v->types->v[e->type].name);
    put_pair(out, "id", e->id);
    put_pair(out, "source", e->source);
    pair_time(v, out, "time", e->time_ms);
    sz_buf_printf(out, ",\"precision\":\"%s\"", sz_precision_names[e->precision]);
    pair_time(v, out, "collected", e->collected_ms);
    put_pair(out, "student", e->student);
    put_pair(out, "card", e->card);
    put_pair(out, "place", e->place);
    put_pair(out, "reader", e->reader);
    put_pair(out, "ref", e->ref);
    put_pair(out, "means", e->means);
    put_pair(out, "course", e->course);
    put_pair(out, "session", e->session);
    if (e->type == SZ_TYPE_SWIPE) put_pair(out, "op", sz_str_of(sz_op_names[e->op]));
    pair_fen(out, "amount", e->amount_fen);
    pair_fen(out, "balance", e->balance_fen);
    if (e->type == SZ_TYPE_ATTENDANCE) {
        put_pair(out, "status", sz_str_of(sz_attend_names[e->status]));
        sz_buf_put_z(out, ",\"hours\":");
        sz_json_double(out, (double)e->hours_micro / 1e6);
    }
    if (e->type == SZ_TYPE_DORM_ACCESS) {
        put_pair(out, "direction", sz_str_of(sz_direction_names[e->direction]));
        put_pair(out, "result", sz_str_of(sz_result_names[e->result]));
    }
}

static void declared_json(const sz_dry_view *v, sz_buf *out, const sz_event *e) {
    const sz_type *t = &v->types->v[e->type];
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const sz_value *x = &e->fields[i];
        if (!x->is_set) continue;
        sz_buf_put_u8(out, ',');
        sz_json_str(out, t->fields[i].name);
        sz_buf_put_u8(out, ':');
        char text[40];
        if (t->fields[i].kind == SZ_FIELD_NUMBER) sz_json_double(out, x->num);
        else if (t->fields[i].kind == SZ_FIELD_MONEY) sz_json_double(out, (double)x->fen / 100);
        else if (t->fields[i].kind == SZ_FIELD_TIME && sz_time_format(v->zone, (int64_t)x->num, text))
            sz_json_str(out, sz_str_of(text));
        else sz_json_str(out, x->text);
    }
}

static sz_str json_of(sz_dry_view *v, sz_buf *b, const sz_input *in) {
    const sz_record *r = &in->record;
    sz_buf_printf(b, "{\"schema\":1,\"line\":%lld", (long long)in->origin.line);
    put_pair(b, "input", in->origin.source);
    if (r->kind == SZ_RECORD_EVENT) {
        event_json(v, b, &r->event);
        declared_json(v, b, &r->event);
    } else if (r->kind == SZ_RECORD_FEED_STATUS) {
        put_pair(b, "type", SZ_STR("feed_status"));
        put_pair(b, "source", r->feed.source);
        pair_time(v, b, "time", r->feed.time_ms);
        put_pair(b, "state", sz_str_of(state_of(r->feed.state)));
        pair_time(v, b, "complete_through", r->feed.complete_through_ms);
    } else {
        put_pair(b, "dead_letter", sz_str_of(sz_reason_names[r->dead.reason]));
        put_pair(b, "field", sz_str_of(r->dead.field));
        put_pair(b, "detail", sz_str_of(r->dead.detail));
    }
    sz_buf_put_z(b, "}\n");
    return keep(v, b);
}

static void weigh(sz_dry_view *v, const sz_event *e) {
    v->n_events++;
    v->n_by_bytes += is_by_bytes(e);
    if (e->type != SZ_TYPE_SWIPE || e->amount_fen == SZ_ABSENT || e->amount_fen == 0) return;
    v->n_amounts++;
    v->n_hundreds += e->amount_fen >= 10000 && e->amount_fen % 100 == 0;
    v->n_below_one += e->amount_fen < 100;
}

void sz_dry_add(sz_dry_view *v, const sz_input *in) {
    if (v->n == sizeof v->rows / sizeof *v->rows) return;
    sz_dry_row *row = &v->rows[v->n++];
    sz_buf b;
    sz_buf_init(&b);
    row->input = sz_arena_str(&v->arena, in->origin.source);
    row->cells[SZ_DRY_LINE] = sz_str_of(sz_arena_printf(&v->arena, "%lld", (long long)in->origin.line));
    switch (in->record.kind) {
    case SZ_RECORD_EVENT:
        put_event(v, row, &b, &in->record.event);
        weigh(v, &in->record.event);
        break;
    case SZ_RECORD_FEED_STATUS: put_status(v, row, &b, &in->record.feed); break;
    case SZ_RECORD_DEAD: put_dead(v, row, &b, &in->record.dead, in->raw); break;
    }
    row->json = json_of(v, &b, in);
    sz_buf_fini(&b);
}

void sz_dry_json(sz_buf *out, const sz_dry_view *v) {
    for (uint32_t i = 0; i < v->n; i++) sz_buf_put_str(out, v->rows[i].json);
}

/* ---- the table ---- */

static const char *const heads[][2] = {{"line", "行"},      {"source", "来源"}, {"type", "类型"}, {"time", "时间"},
                                       {"student", "学生"}, {"place", "地点"},  {"what", "内容"}, {"id", "编号"}};

static void put_cell(sz_buf *out, sz_str s, size_t width, bool is_right) {
    size_t n = sz_text_width(s);
    for (size_t i = n; is_right && i < width; i++) sz_buf_put_u8(out, ' ');
    app_put_safe(out, s);
    for (size_t i = n; !is_right && i < width; i++) sz_buf_put_u8(out, ' ');
}

static void end_line(sz_buf *out) {
    while (out->n && out->p[out->n - 1] == ' ') out->n--;
    sz_buf_put_u8(out, '\n');
}

static void put_row(sz_buf *out, const sz_str *cells, const size_t *widths, bool is_dead) {
    for (int c = 0; c < SZ_DRY_N_CELLS; c++) {
        if (!widths[c] || (is_dead && c != SZ_DRY_LINE && c != SZ_DRY_WHAT)) continue;
        put_cell(out, cells[c], is_dead && c == SZ_DRY_WHAT ? 0 : widths[c], c == SZ_DRY_LINE);
        sz_buf_put_z(out, "  ");
    }
    end_line(out);
}

static void measure(const sz_dry_view *v, const sz_str *names, size_t widths[SZ_DRY_N_CELLS]) {
    for (int c = 0; c < SZ_DRY_N_CELLS; c++) {
        widths[c] = 0;
        for (uint32_t i = 0; i < v->n; i++) {
            if (v->rows[i].is_dead && c != SZ_DRY_LINE) continue;
            size_t n = sz_text_width(v->rows[i].cells[c]);
            if (n > widths[c]) widths[c] = n;
        }
        size_t head = sz_text_width(names[c]);
        if (widths[c] && widths[c] < head) widths[c] = head; /* a column of nothing is left out */
    }
    widths[SZ_DRY_WHAT] += widths[SZ_DRY_WHAT] == 0;
}

/* Every row may be read without a fault, and yet not as it was meant. */
static void put_advice(sz_buf *out, const sz_dry_view *v) {
    enum { FEW = 5 };
    bool zh = v->lang == SZ_ZH;
    if (v->n_amounts >= FEW && v->n_hundreds == v->n_amounts)
        sz_buf_put_z(out, zh ? "每笔金额都是 100 元以上的整数：这一列的单位是不是分？是则写 unit: fen。\n"
                             : "Every amount is a whole number of 100 yuan or more: if its column is in fen, write "
                               "`unit: fen`.\n");
    if (v->n_amounts >= FEW && v->n_below_one == v->n_amounts)
        sz_buf_put_z(out, zh ? "每笔金额都不到 1 元：这一列的单位若是元，请去掉 unit: fen。\n"
                             : "Every amount is below 1 yuan: if its column is in yuan, leave `unit: fen` out.\n");
    if (v->n_events > 1 && v->n_by_bytes == v->n_events)
        sz_buf_put_z(
            out,
            zh ? "这些记录没有自己的编号：同一条再次导出时只要有一个字节不同（如列的顺序、5 与 5.00），就会算两次。"
                 "若各次导出会重叠，请写 id:。\n"
               : "No record has an id of its own: one that is exported again with one byte changed (the "
                 "order of columns, 5.00 for 5) counts twice. Where exports overlap, give `id:`.\n");
}

void sz_dry_text(sz_buf *out, const sz_dry_view *v) {
    bool zh = v->lang == SZ_ZH;
    sz_str names[SZ_DRY_N_CELLS];
    size_t widths[SZ_DRY_N_CELLS];
    for (int c = 0; c < SZ_DRY_N_CELLS; c++) names[c] = sz_str_of(heads[c][zh]);
    measure(v, names, widths);
    uint32_t n_dead = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        const sz_dry_row *row = &v->rows[i];
        bool is_new = i == 0 || !sz_str_eq(row->input, v->rows[i - 1].input);
        if (is_new) {
            put_cell(out, row->input, 0, false);
            end_line(out);
        }
        if (i == 0) put_row(out, names, widths, false);
        put_row(out, row->cells, widths, row->is_dead);
        n_dead += row->is_dead;
    }
    put_advice(out, v);
    if (zh)
        sz_buf_printf(out, "前 %u 条记录读成这样，其中死信 %u 条；没有查对学生、卡片和读头，没有写任何文件。\n", v->n,
                      n_dead);
    else
        sz_buf_printf(
            out,
            "%u record%s as read, %u dead letter%s among them; students, cards and readers were not looked up, "
            "nothing was written.\n",
            v->n, v->n == 1 ? "" : "s", n_dead, n_dead == 1 ? "" : "s");
}
