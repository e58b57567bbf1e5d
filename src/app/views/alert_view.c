/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_view.h"

#include "excuses.h"
#include "words.h"

static const char *const levels[] = {"green", "blue", "yellow", "orange", "red"};
static const char *const colors[] = {"\033[32m", "\033[34m", "\033[33m", "\033[38;5;208m", "\033[31m"};

int alert_level_rank(const char *name) {
    for (int i = 0; i < 5; i++)
        if (name && strcmp(levels[i], name) == 0) return i;
    return -1;
}

static void put_exemptions(sz_buf *out, yyjson_val *event, sz_lang lang) {
    yyjson_val *list = yyjson_obj_get(event, "exemptions");
    if (!yyjson_arr_size(list)) return;
    sz_buf_put_z(out, "     ");
    excuses_view(out, list, lang);
    sz_buf_put_u8(out, '\n');
}

static void put_place(sz_buf *out, const sz_campus *c, const char *id) {
    uint32_t i = c && *id ? sz_campus_find_place(c, sz_str_of(id)) : SZ_NONE;
    sz_str name = i == SZ_NONE ? (sz_str){NULL, 0} : sz_campus_place(c, i)->name;
    if (*id) sz_buf_put_u8(out, ' ');
    app_put_safe(out, name.n ? name : sz_str_of(id));
}

/* A class on the list may have been missed, a door passed out: the first that the record has a word for. */
static const char *record_word(yyjson_val *record, sz_lang lang) {
    static const char *const fields[] = {"result", "status", "direction", "op"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *done = alert_text(record, fields[i]), *word = app_word(SZ_WORDS_DONE, done, lang);
        if (*done && word != done) return word;
    }
    return app_word(SZ_WORDS_TYPES, alert_text(record, "type"), lang);
}

static void put_evidence(sz_buf *out, yyjson_val *event, const sz_campus *campus, sz_lang lang) {
    yyjson_val *list = yyjson_obj_get(event, "evidence"), *x;
    size_t n = yyjson_arr_size(list), i = 0;
    if (!n) return;
    sz_buf_put_z(out, lang == SZ_ZH ? "     最近记录：" : "     last records: ");
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    for (bool first = true; (x = yyjson_arr_iter_next(&it)); i++) {
        if (i + 3 < n) continue;
        const char *t = alert_text(x, "time");
        bool has_clock = strlen(t) > 16 && strcmp(alert_text(x, "precision"), "day") != 0;
        sz_buf_printf(out, "%s%.5s%s%.5s %s", first ? "" : " · ", strlen(t) > 16 ? t + 5 : t, has_clock ? " " : "",
                      has_clock ? t + 11 : "", record_word(x, lang));
        put_place(out, campus, alert_text(x, "place"));
        first = false;
    }
    sz_buf_put_u8(out, '\n');
}

/* `sick 2026-03-16`, `record pos e3`: the first word is a reason, the rest says which one. A record's id tells people
 * nothing. */
static void put_why(sz_buf *out, const char *why, sz_lang lang, bool all) {
    char first[32];
    size_t n = strcspn(why, " ");
    if (n >= sizeof first) {
        sz_buf_put_z(out, why);
        return;
    }
    memcpy(first, why, n);
    first[n] = 0;
    sz_buf_put_z(out, app_word(SZ_WORDS_REASONS, first, lang));
    bool is_record = strcmp(first, "record") == 0 && why[n];
    size_t more = is_record && !all ? 1 + strcspn(why + n + 1, " ") : strlen(why + n);
    sz_buf_put(out, why + n, more);
}

bool alert_is_once(yyjson_val *event) {
    return yyjson_is_true(yyjson_obj_get(event, "instant")) && strcmp(alert_text(event, "state"), "open") == 0;
}

/* `2024001812 张三 计科2401 东2-314`: what of it the campus has. */
static void put_who(sz_buf *out, const sz_campus *c, const char *id) {
    sz_buf_put_z(out, id);
    uint32_t i = c ? sz_campus_find_student(c, sz_str_of(id)) : SZ_NONE;
    if (i == SZ_NONE) return;
    const sz_student *s = sz_campus_student(c, i);
    const sz_str more[] = {s->name, s->klass.n ? s->klass : s->school, s->dorm.n ? s->dorm : s->building};
    for (size_t k = 0; k < sizeof more / sizeof *more; k++) {
        if (!more[k].n) continue;
        sz_buf_put_u8(out, ' ');
        app_put_safe(out, more[k]);
    }
}

static void put_head(sz_buf *out, yyjson_val *event, const alert_view_options *o) {
    int rank = alert_level_rank(alert_text(event, "level"));
    const char *on = o->color && rank >= 0 ? colors[rank] : "", *off = o->color && rank >= 0 ? "\033[0m" : "";
    sz_lang lang = o->lang;
    bool as_event = o->as_event;
    bool zh = lang == SZ_ZH, is_open = strcmp(alert_text(event, "state"), "open") == 0;
    sz_buf_printf(out, "%s● %s%s  ", on, app_word(SZ_WORDS_LEVELS, alert_text(event, "level"), lang), off);
    put_who(out, o->campus, alert_text(event, "student"));
    sz_buf_printf(out, "  %s  ", alert_both(event, "title", lang));
    const char *kind = as_event ? alert_text(event, "event") : o->change;
    if (kind) sz_buf_printf(out, "[%s] ", app_word(SZ_WORDS_EVENTS, kind, lang));
    alert_put_time(out, as_event ? alert_text(event, "at") : alert_text(event, "since"));
    if (!as_event && !is_open) {
        sz_buf_put_z(out, zh ? " 至 " : " to ");
        alert_put_time(out, alert_text(event, "at"));
    }
    sz_buf_printf(out, "  %s",
                  app_word(SZ_WORDS_STATES, alert_is_once(event) ? "once" : alert_text(event, "state"), lang));
    /* Its words are those of the latest announcement: `the last 14 days` end there, not today. */
    if (!as_event && is_open && strcmp(alert_text(event, "at"), alert_text(event, "since")) > 0) {
        sz_buf_put_z(out, zh ? "，以下截至 " : ", as of ");
        alert_put_time(out, alert_text(event, "at"));
    }
    if (*alert_text(event, "why")) {
        sz_buf_put_z(out, zh ? "（" : " (");
        put_why(out, alert_text(event, "why"), lang, o->all_reasons);
        sz_buf_put_z(out, zh ? "）" : ")");
    }
    if (strcmp(alert_text(event, "mode"), "shadow") == 0) sz_buf_put_z(out, zh ? "  试运行" : "  shadow");
    /* Said of a time that is over, so that nobody rings up for it. */
    sz_buf_printf(out, "\n   %s%s\n", is_open ? "" : zh ? "当时：" : "Then: ", alert_both(event, "message", lang));
}

/* The rule's own words may have the sign too, and mean what they say. */
static bool message_has_least(yyjson_val *event, yyjson_val *told, sz_lang lang) {
    if (yyjson_is_true(yyjson_obj_get(event, "message_at_least"))) return true;
    if (yyjson_is_true(yyjson_obj_get(told, "message_at_least"))) return true;
    bool is_known = true; /* as older versions wrote it */
    yyjson_val *r;
    yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(told, "reasons"));
    while ((r = yyjson_arr_iter_next(&it))) is_known &= !yyjson_get_bool(yyjson_obj_get(r, "at_least"));
    return !is_known && strstr(alert_both(event, "message", lang), "≥ ");
}

/* To whom one may turn, and who alone may read it: a line. */
static void put_offices(sz_buf *out, yyjson_val *event, sz_lang lang) {
    const char *to = alert_text(event, "refer_to"), *audience = alert_text(event, "audience");
    bool zh = lang == SZ_ZH, is_only = *audience && strcmp(audience, "counselor") != 0;
    if (!*to && !is_only) return;
    sz_buf_put_z(out, "     ");
    if (*to) sz_buf_printf(out, zh ? "可转介：%s" : "refer to: %s", app_word(SZ_WORDS_PLACES, to, lang));
    if (*to && is_only) sz_buf_put_z(out, " · ");
    if (is_only) sz_buf_printf(out, zh ? "仅供：%s" : "only for: %s", app_word(SZ_WORDS_PLACES, audience, lang));
    sz_buf_put_u8(out, '\n');
}

bool alert_view(sz_buf *out, yyjson_val *event, yyjson_val *told, const alert_view_options *o) {
    sz_lang lang = o->lang;
    if (!told) told = event;
    put_head(out, event, o);
    bool has_least = alert_reasons(out, told, lang, o->all_reasons);
    put_exemptions(out, told, lang);
    put_evidence(out, told, o->campus, lang);
    put_offices(out, event, lang);
    const char *source = o->is_of_many ? "" : alert_source(event, lang);
    if (*source) sz_buf_printf(out, lang == SZ_ZH ? "     依据：%s\n" : "     threshold from: %s\n", source);
    return has_least || message_has_least(event, told, lang);
}
