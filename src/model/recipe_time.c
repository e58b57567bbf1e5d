/* SPDX-License-Identifier: Apache-2.0
 *
 * recipe_time: the keys of a field that is a time: format, lost, offset.
 */
#include "codes.h"
#include "map_words.h"
#include "names.h"

/* A day and a month, and a year nowhere: it is that of the file. */
static bool lacks_year_alone(sz_arena *a, sz_str text) {
    sz_time_pattern forms[SZ_PATTERN_FORMS];
    sz_pattern_error error;
    uint32_t n;
    return sz_time_pattern_compile(a, sz_str_of(sz_arena_printf(a, "YYYY-%.*s", SZ_FMT_STR(text))), forms, &n, &error);
}

static bool hint_of_format(sz_map_loader *l, sz_diag *g, sz_str text) {
    sz_str meant = sz_map_format_meant(l->a, text);
    if (sz_str_is(text, "iso") || sz_str_is(text, "ISO") || sz_str_is(text, "iso8601") || sz_str_is(text, "ISO8601") ||
        sz_str_is(text, "auto"))
        sz_diag_hint(l->d, g, "leave `format:` out: 2026-03-02 08:00:00 and RFC 3339 are read without one",
                     "不写 format: 即可：2026-03-02 08:00:00 和 RFC 3339 不用格式就能读");
    else if (sz_str_is(meant, "epoch_s"))
        sz_diag_hint(l->d, g, "write `epoch_s` (seconds, 10 digits) or `epoch_ms` (milliseconds, 13 digits)",
                     "写 epoch_s（秒，10 位）或 epoch_ms（毫秒，13 位）");
    else if (meant.n) sz_diag_hint(l->d, g, "write `%.*s`", "请写 %.*s", SZ_FMT_STR(meant));
    else if (lacks_year_alone(l->a, text))
        sz_diag_hint(l->d, g,
                     "a year that stands nowhere in the table is put before it:  prefix: '2026-', format: 'YYYY-%.*s'",
                     "表里没有年份时，在前面补上：prefix: '2026-', format: 'YYYY-%.*s'", SZ_FMT_STR(text));
    else return false;
    return true;
}

void sz_recipe_read_format(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    bool is_list = n->kind == SZ_YAML_SEQ;
    size_t all = is_list ? n->n : 1;
    r->formats = SZ_NEWN(l->a, sz_time_pattern, all * SZ_PATTERN_FORMS);
    r->n_formats = 0;
    for (size_t i = 0; i < all; i++) {
        const sz_yaml *item = is_list ? n->items[i] : n;
        sz_str text = sz_recipe_text(l, item, "format must be a time format or a list of them: 'YYYY/M/D H:mm'",
                                     "format 须是时间格式或其列表：'YYYY/M/D H:mm'");
        sz_pattern_error error = {0};
        uint32_t forms;
        if (item->kind != SZ_YAML_SCALAR) continue;
        if (sz_time_pattern_compile(l->a, text, r->formats + r->n_formats, &forms, &error)) {
            r->n_formats += forms;
            continue;
        }
        sz_diag *g =
            sz_map_fault(l, SZ_CODE_MAP_FORMAT, sz_yaml_value_span(item, error.off, error.len), error.en, error.zh);
        if (hint_of_format(l, g, text)) continue;
        sz_diag_hint(
            l->d, g,
            "YYYY year, M month, D day, H hour, mm minutes, ss seconds; [:ss] may be missing; other letters in quotes",
            "YYYY 年、M 月、D 日、H 时、mm 分、ss 秒；[:ss] 可省略；其他字母加引号");
    }
}

void sz_recipe_read_lost(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    static const char en[] = "lost must be times of day, '0:00', or the word collected";
    static const char zh[] = "lost 须是一天中的时刻（'0:00'）或 collected";
    uint32_t count;
    sz_str *v = sz_recipe_texts(l, n, &count, en, zh);
    r->lost = SZ_NEWN(l->a, int32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        if (sz_str_is(v[i], "collected")) {
            r->is_lost_at_collected = true;
            continue;
        }
        sz_str full = sz_str_of(
            sz_arena_printf(l->a, "2000-01-01 %s%.*s", v[i].n > 1 && v[i].p[1] == ':' ? "0" : "", SZ_FMT_STR(v[i])));
        sz_zone utc;
        int64_t ms;
        sz_zone_fixed(&utc, 0, "UTC");
        if (sz_time_parse(&utc, full, &ms, NULL)) r->lost[r->n_lost++] = sz_zone_ms_of_day(&utc, ms);
        else sz_map_fault(l, SZ_CODE_MAP_SETTING, n->kind == SZ_YAML_SEQ ? n->items[i]->span : n->span, en, zh);
        sz_zone_fini(&utc);
    }
}

static void hint_of_offset(sz_map_loader *l, sz_diag *g, sz_str text) {
    static const char *const utc[] = {"UTC", "utc", "GMT", "gmt", "0", "世界时"};
    static const char *const local[] = {"Asia/Shanghai", "PRC",      "CST",  "Beijing",
                                        "beijing",       "北京时间", "北京", "local"};
    int64_t hours;
    sz_str digits = text.n && text.p[0] == '+' ? (sz_str){text.p + 1, text.n - 1} : text;
    if (sz_name_find(utc, sizeof utc / sizeof *utc, text) >= 0)
        sz_diag_hint(l->d, g, "write '+00:00'", "请写 '+00:00'");
    else if (sz_name_find(local, sizeof local / sizeof *local, text) >= 0)
        sz_diag_hint(l->d, g, "leave `offset:` out: times without one are campus time",
                     "不写 offset:，默认就是校园时间");
    else if (sz_str_i64(digits, &hours) && hours >= -14 && hours <= 14)
        sz_diag_hint(l->d, g, "write '%s%02d:00'", "请写 '%s%02d:00'", hours < 0 ? "-" : "+",
                     (int)(hours < 0 ? -hours : hours));
}

void sz_recipe_read_offset(sz_map_loader *l, sz_recipe *r, const sz_yaml *n) {
    sz_zone utc;
    int64_t ms;
    sz_zone_fixed(&utc, 0, "UTC");
    sz_str text = sz_recipe_text(l, n, "offset must be a text: '+00:00'", "offset 须是文本：'+00:00'");
    sz_str full = sz_str_of(sz_arena_printf(l->a, "2000-01-01T00:00:00%.*s", SZ_FMT_STR(text)));
    if (text.n > 0 && sz_time_parse(&utc, full, &ms, NULL))
        r->offset_s = (int32_t)((INT64_C(946684800000) - ms) / 1000);
    else if (n->kind == SZ_YAML_SCALAR)
        hint_of_offset(l,
                       sz_map_fault(l, SZ_CODE_MAP_SETTING, n->span, "offset must be as in '+00:00' or '+08:00'",
                                    "offset 的写法如 '+00:00'、'+08:00'"),
                       text);
    sz_zone_fini(&utc);
}
