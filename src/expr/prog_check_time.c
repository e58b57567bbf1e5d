/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: duration("…"), timestamp("…"), and the parts of an instant (getHours() and the like).
 */
#include "prog.h"

#include <math.h>

enum { FIELD_WIDTH = 2 };

/* CEL's durations: `1.5h`, `1h30m`, `-90s`, `100ms`; us and ns below a millisecond are cut. */
static bool read_duration(sz_str s, double *out_ms) {
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1}, {"us", 1e-3}, {"ns", 1e-6}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};
    double total = 0;
    size_t i = 0;
    bool is_negative = s.n > 0 && s.p[0] == '-';
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) i++;
    if (i == s.n) return false;
    while (i < s.n) {
        size_t from = i;
        while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.')) i++;
        double v;
        if (!sz_str_double((sz_str){s.p + from, i - from}, &v)) return false;
        size_t k = 0;
        for (; k < sizeof units / sizeof *units; k++) {
            size_t n = strlen(units[k].unit);
            if (s.n - i >= n && memcmp(s.p + i, units[k].unit, n) == 0) {
                i += n;
                break;
            }
        }
        if (k == sizeof units / sizeof *units) return false;
        total += v * units[k].ms;
    }
    *out_ms = trunc(is_negative ? -total : total);
    return fabs(*out_ms) <= 315576000000000.0; /* 10,000 years, as cel-spec */
}

static tnode *refuse_literal(checker *c, const sz_expr *e, const char *what, const char *what_zh, const char *hint,
                             const char *hint_zh) {
    const sz_expr *arg = e->args[0];
    sz_str s = prog_slice(c, arg->off, arg->len);
    prog_set_hint(
        prog_report(c, SZ_ERROR, C_LITERAL, arg->off, arg->len, TXT(c, "%.*s is not %s", SZ_FMT_STR(s), what),
                    TXT(c, (uint8_t)what_zh[0] < 0x80 ? "%.*s 不是 %s" : "%.*s 不是%s", SZ_FMT_STR(s), what_zh)),
        hint, hint_zh);
    return prog_bad(c, e);
}

static tnode *check_duration(checker *c, const sz_expr *e, sz_str s) {
    double ms;
    int64_t whole;
    if (read_duration(s, &ms)) return prog_const(c, e, (sz_xval){.type = SZ_X_DURATION, .num = ms});
    if (sz_duration_parse(s, &whole)) { /* 7d: CEL has no days */
        const char *hours =
            TXT(c, "%lld%c", (long long)(whole % SZ_HOUR_MS ? whole / SZ_MINUTE_MS : whole / SZ_HOUR_MS),
                whole % SZ_HOUR_MS ? 'm' : 'h');
        return refuse_literal(
            c, e, "a duration of CEL, which knows h, m, s, ms", "CEL 的时长，它只有 h、m、s、ms",
            TXT(c, "write duration(\"%s\"), or name it:  params: {limit: %.*s}", hours, SZ_FMT_STR(s)),
            TXT(c, "请写 duration(\"%s\")，或起个名字：params: {limit: %.*s}", hours, SZ_FMT_STR(s)));
    }
    return refuse_literal(c, e, "a duration", "时长", "write for example duration(\"24h\") or duration(\"1h30m\")",
                          "请写成 duration(\"24h\") 或 duration(\"1h30m\") 这样");
}

static tnode *check_timestamp(checker *c, const sz_expr *e, sz_str s) {
    sz_zone east, west; /* the same instant in both zones: the text has its own offset */
    int64_t a = 0, b = 0;
    sz_zone_fixed(&east, 3600, "east");
    sz_zone_fixed(&west, -3600, "west");
    bool is_time = sz_time_parse(&east, s, &a, NULL) && sz_time_parse(&west, s, &b, NULL);
    sz_zone_fini(&east);
    sz_zone_fini(&west);
    if (is_time && a == b) return prog_const(c, e, (sz_xval){.type = SZ_X_TIME, .num = (double)a});
    if (!is_time)
        return refuse_literal(c, e, "an instant", "时刻", "write for example timestamp(\"2026-03-02T08:00:00+08:00\")",
                              "请写成 timestamp(\"2026-03-02T08:00:00+08:00\") 这样");
    const char *full = TXT(c, "%.*s%s+08:00", SZ_FMT_STR(s), s.n == 10 ? "T00:00:00" : "");
    return refuse_literal(c, e, "an instant: it lacks the offset", "时刻：缺少时区",
                          TXT(c, "write timestamp(\"%s\")", full), TXT(c, "请写 timestamp(\"%s\")", full));
}

tnode *prog_check_literal_call(checker *c, const sz_expr *e) {
    const sz_expr *arg = e->args[0];
    bool is_duration = sz_str_is(e->text, "duration");
    if (arg->kind != SZ_E_STRING) {
        sz_str s = prog_slice(c, arg->off, arg->len), name = e->text;
        prog_error(c, C_ARGUMENT, arg->off, arg->len, "`%.*s` takes a text in quotes; `%.*s` is none",
                   "`%.*s` 的参数要是带引号的文本；`%.*s` 不是", SZ_FMT_STR(name), SZ_FMT_STR(s));
        return prog_bad(c, e);
    }
    return is_duration ? check_duration(c, e, arg->text) : check_timestamp(c, e, arg->text);
}

/* ---- parts of an instant ------------------------------------------------------------------------------------ */

/* `+08:00`, `-03:30`, `08:00` in seconds. */
static bool read_offset(sz_str s, int32_t *out_s) {
    int sign = s.n > 0 && s.p[0] == '-' ? -1 : 1;
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) s = (sz_str){s.p + 1, s.n - 1};
    int64_t h, m;
    if (s.n != 2 * FIELD_WIDTH + 1 || s.p[FIELD_WIDTH] != ':' || !sz_str_i64((sz_str){s.p, FIELD_WIDTH}, &h) ||
        !sz_str_i64((sz_str){s.p + FIELD_WIDTH + 1, FIELD_WIDTH}, &m))
        return false;
    if (h < 0 || h > 23 || m < 0 || m > 59) return false;
    *out_s = sign * (int32_t)(h * 3600 + m * 60);
    return true;
}

static const sz_zone *fixed_zone(checker *c, int32_t offset_s, const char *name) {
    sz_zone *z = SZ_NEW(c->a, sz_zone);
    sz_zone_fixed(z, offset_s, name);
    return z;
}

static const sz_zone *named_zone(checker *c, const sz_expr *arg) {
    int32_t offset;
    sz_str s = arg->text;
    if (arg->kind == SZ_E_STRING) {
        if (sz_str_is(s, "UTC") || sz_str_is(s, "Z")) return fixed_zone(c, 0, "UTC");
        if (c->o->zone && sz_str_is(s, c->o->zone->name)) return c->o->zone;
        if (read_offset(s, &offset)) return fixed_zone(c, offset, "fixed");
    }
    sz_str text = prog_slice(c, arg->off, arg->len);
    sz_diag *g = prog_error(c, C_ZONE, arg->off, arg->len, "%.*s is not the campus's zone, UTC, or an offset",
                            "%.*s 不是校园时区、UTC 或时差", SZ_FMT_STR(text));
    if (c->o->zone) prog_hint(c, g, "the campus's is \"%s\"", "校园时区是 \"%s\"", c->o->zone->name);
    else prog_hint(c, g, "write an offset such as \"+08:00\"", "请写时差，例如 \"+08:00\"");
    return NULL;
}

static const char *zone_hint(checker *c, const sz_expr *e, int part, sz_lang lang) {
    sz_str of = prog_slice(c, e->args[0]->off, e->args[0]->len);
    bool is_event = sz_str_is(of, "event.time"), is_zh = lang == SZ_ZH;
    if (is_event && part == F_HOURS) {
        const char *at = c->has_hours_beside ? TXT(c, "%02d:00", (int)c->hours_beside) : "22:00";
        return is_zh ? TXT(c, "请用 event.hour 或 event.clock >= \"%s\"（校园时间）", at)
                     : TXT(c, "use event.hour or event.clock >= \"%s\" (campus time)", at);
    }
    if (is_event && part == F_DAY_OF_WEEK)
        return is_zh ? "请用 event.weekday（1 星期一 … 7 星期日，校园时间）"
                     : "use event.weekday (1 Monday … 7 Sunday, campus time)";
    const char *zone = c->o->zone && c->o->zone->name[0] ? c->o->zone->name : "+08:00";
    return is_zh ? TXT(c, "请写 %.*s.%.*s(\"%s\")", SZ_FMT_STR(of), SZ_FMT_STR(e->text), zone)
                 : TXT(c, "write %.*s.%.*s(\"%s\")", SZ_FMT_STR(of), SZ_FMT_STR(e->text), zone);
}

static void warn_utc(checker *c, const sz_expr *e, int part) {
    enum { DEFAULT_OFFSET_S = 8 * 3600 };
    const int64_t some_time_ms = INT64_C(1772323200000); /* 2026 */
    int32_t offset = c->o->zone ? sz_zone_offset_s(c->o->zone, some_time_ms) : DEFAULT_OFFSET_S;
    if (offset == 0 || part == F_SECONDS || part == F_MILLIS || (part == F_MINUTES && offset % 3600 == 0)) return;
    int here = c->has_hours_beside ? (int)c->hours_beside : 22;
    int minutes = ((here * 60 - offset / 60) % 1440 + 1440) % 1440;
    const char *there = TXT(c, "%02d:%02d", minutes / 60, minutes % 60);
    sz_str name = e->text;
    sz_diag *g = prog_warning(c, C_UTC_HOURS, e->op_off, e->len - (e->op_off - e->off),
                              "%.*s() without a zone is UTC; %02d:00 here is %s there",
                              "%.*s() 不带时区就是 UTC；这里的 %02d:00 在那里是 %s", SZ_FMT_STR(name), here, there);
    prog_set_hint(g, zone_hint(c, e, part, SZ_EN), zone_hint(c, e, part, SZ_ZH));
}

tnode *prog_check_time_part(checker *c, const sz_expr *e, tnode *of, int part, uint32_t depth) {
    (void)depth;
    bool is_duration = of->type == SZ_X_DURATION;
    if (e->n > 2 || (is_duration && (e->n == 2 || part < F_HOURS))) {
        sz_str name = e->text;
        prog_report(c, SZ_ERROR, C_ARGUMENT, e->op_off, e->op_len,
                    is_duration
                        ? TXT(c, "a duration has only getHours(), getMinutes(), getSeconds(), getMilliseconds()")
                        : TXT(c, "`%.*s` takes at most a zone", SZ_FMT_STR(name)),
                    is_duration ? TXT(c, "时长只有 getHours()、getMinutes()、getSeconds()、getMilliseconds()")
                                : TXT(c, "`%.*s` 最多带一个时区参数", SZ_FMT_STR(name)));
        return prog_bad(c, e);
    }
    tnode *n = prog_node(c, T_CALL, SZ_X_NUM, e, 1);
    n->op = (uint8_t)part;
    n->kid[0] = of;
    n->has_growing = of->has_growing;
    n->is_steady = of->is_steady;
    if (!is_duration) {
        if (e->n == 1) warn_utc(c, e, part);
        n->zone = e->n == 1 ? fixed_zone(c, 0, "UTC") : named_zone(c, e->args[1]);
        if (!n->zone) return prog_bad(c, e);
    }
    return prog_fold(c, n);
}
