/* SPDX-License-Identifier: Apache-2.0 */
#include "not_judged_view.h"

#include "words.h"

void not_judged_init(not_judged_list *x) {
    *x = (not_judged_list){0};
    sz_arena_init(&x->texts);
}

void not_judged_fini(not_judged_list *x) {
    sz_free(x->v);
    sz_arena_fini(&x->texts);
}

void not_judged_add(not_judged_list *x, const sz_not_judged *who) {
    if (x->n == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 64;
        x->v = sz_realloc(x->v, x->cap * sizeof *x->v);
    }
    const sz_student *s = who->info;
    x->v[x->n++] = (not_judged_row){.student = sz_arena_str(&x->texts, who->student),
                                    .status = s ? sz_arena_str(&x->texts, s->status_name) : (sz_str){0},
                                    .klass = s ? sz_arena_str(&x->texts, s->klass) : (sz_str){0},
                                    .building = s ? sz_arena_str(&x->texts, s->building) : (sz_str){0},
                                    .presence = who->presence,
                                    .n_cards = who->n_cards,
                                    .has_cards = who->has_cards && s,
                                    .why = who->why};
}

static int in_order(const void *pa, const void *pb, void *ctx) {
    const not_judged_row *a = pa, *b = pb;
    (void)ctx;
    return a->why != b->why ? (int)a->why - (int)b->why : sz_str_cmp(a->student, b->student);
}

static bool is_seen(const not_judged_row *r) { return r->presence.last_ms != SZ_TIME_NONE; }

/* A cell of CSV. What a spreadsheet would take for a formula gets an apostrophe, as such programs write it. */
static void put_cell(sz_buf *out, sz_str s, bool is_first) {
    bool is_formula = s.n && strchr("=+-@\t\r", s.p[0]), has_signs = is_formula;
    for (size_t i = 0; i < s.n; i++) has_signs |= strchr(",\"\r\n", s.p[i]) != NULL;
    if (!is_first) sz_buf_put_u8(out, ',');
    if (!has_signs) {
        sz_buf_put_str(out, s);
        return;
    }
    sz_buf_put_z(out, is_formula ? "\"'" : "\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') sz_buf_put_u8(out, '"');
        sz_buf_put_u8(out, (uint8_t)s.p[i]);
    }
    sz_buf_put_u8(out, '"');
}

static void put_number(sz_buf *out, int64_t n, bool is_known) {
    sz_buf_put_u8(out, ',');
    if (is_known) sz_buf_put_dec(out, n);
}

static sz_str status_word(sz_str status, sz_lang lang) {
    static const char *const words[][2] = {
        {"active", "在读"}, {"suspended", "休学"}, {"graduated", "毕业"}, {"withdrawn", "退学"}, {"exchange", "交换"}};
    for (size_t i = 0; lang == SZ_ZH && i < sizeof words / sizeof *words; i++)
        if (sz_str_is(status, words[i][0])) return sz_str_of(words[i][1]);
    return status;
}

void not_judged_table(sz_buf *out, not_judged_list *x, const sz_zone *z, sz_lang lang) {
    sz_sort(x->v, x->n, sizeof *x->v, in_order, NULL);
    sz_buf_put_z(out, "\xef\xbb\xbf");
    sz_buf_put_z(out, lang == SZ_ZH ? "学号,原因,最近一次,见到天数,应见天数,卡片,状态,班级,楼宇\n"
                                    : "student,reason,last_seen,days_seen,of_days,cards,status,class,building\n");
    for (uint32_t i = 0; i < x->n; i++) {
        const not_judged_row *r = &x->v[i];
        bool is_asked = r->why != SZ_IS_INACTIVE, is_never = r->why == SZ_IS_RARELY_SEEN && !is_seen(r);
        char time[40] = "";
        if (is_seen(r)) sz_time_format(z, r->presence.last_ms, time);
        put_cell(out, r->student, true);
        put_cell(out, sz_str_of(app_word(SZ_WORDS_REASONS, is_never ? "never_seen" : sz_why_not_names[r->why], lang)),
                 false);
        put_cell(out, (sz_str){time, *time ? 10 : 0}, false);
        put_number(out, r->presence.seen, is_asked && is_seen(r));
        put_number(out, r->presence.observable, is_asked && is_seen(r));
        put_number(out, r->n_cards, r->has_cards);
        put_cell(out, status_word(r->status, lang), false);
        put_cell(out, r->klass, false);
        put_cell(out, r->building, false);
        sz_buf_put_u8(out, '\n');
    }
}

static void put_text(sz_buf *out, const char *name, sz_str s) {
    if (!s.n) return;
    sz_buf_printf(out, ",\"%s\":", name);
    sz_json_str(out, s);
}

void not_judged_json(sz_buf *out, not_judged_list *x, const sz_zone *z) {
    sz_sort(x->v, x->n, sizeof *x->v, in_order, NULL);
    sz_buf_put_z(out, "{\"schema\":1,\"not_judged\":[");
    for (uint32_t i = 0; i < x->n; i++) {
        const not_judged_row *r = &x->v[i];
        char time[40];
        sz_buf_put_z(out, i ? ",{\"student\":" : "{\"student\":");
        sz_json_str(out, r->student);
        sz_buf_printf(out, ",\"reason\":\"%s\"", sz_why_not_names[r->why]);
        if (is_seen(r)) {
            sz_time_format(z, r->presence.last_ms, time);
            sz_buf_printf(out, ",\"last_seen\":\"%s\",\"days_seen\":%d,\"of_days\":%d", time, r->presence.seen,
                          r->presence.observable);
        }
        if (r->has_cards) sz_buf_printf(out, ",\"cards\":%u", r->n_cards);
        put_text(out, "status", r->status);
        put_text(out, "class", r->klass);
        put_text(out, "building", r->building);
        sz_buf_put_u8(out, '}');
    }
    sz_buf_put_z(out, "]}\n");
}
