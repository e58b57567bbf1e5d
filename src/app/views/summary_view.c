/* SPDX-License-Identifier: Apache-2.0 */
#include "summary_view.h"

#include <stdio.h>

#include "words.h"

enum { N_COLUMNS = 9, TEXT_COLUMNS = 2, LAST_RECORD = 7, COMPLETE = 8, MANY = 100 };

static uint64_t count(yyjson_val *o, const char *key) {
    yyjson_val *v = yyjson_obj_get(o, key);
    return yyjson_is_num(v) ? (uint64_t)yyjson_get_num(v) : 0;
}

static const char *text(yyjson_val *o, const char *key) {
    const char *s = yyjson_get_str(yyjson_obj_get(o, key));
    return s ? s : "";
}

/* 12345 as 12,345. */
static const char *grouped(char out[32], uint64_t n) {
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), k = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) out[k++] = ',';
        out[k++] = digits[i];
    }
    out[k] = 0;
    return out;
}

static void put_count(sz_buf *out, uint64_t n, const char *words) {
    char digits[32];
    sz_buf_printf(out, "%s %s", grouped(digits, n), words);
}

static void put_label(sz_buf *out, const char *label) {
    sz_buf_put_z(out, label);
    for (size_t n = sz_text_width(sz_str_of(label)); n < 12; n++) sz_buf_put_u8(out, ' ');
}

/* `2 bad_time: a time that is none · …` out of a map of counts. */
static void put_reasons(sz_buf *out, yyjson_val *map, sz_word_list list, bool with_name, sz_lang lang) {
    yyjson_val *key;
    yyjson_obj_iter it = yyjson_obj_iter_with(map);
    bool any = false;
    while ((key = yyjson_obj_iter_next(&it))) {
        uint64_t n = (uint64_t)yyjson_get_num(yyjson_obj_iter_get_val(key));
        const char *name = yyjson_get_str(key);
        if (!n) continue;
        sz_buf_put_z(out, any ? " · " : "");
        put_count(out, n, app_word(list, name, lang));
        if (with_name) sz_buf_printf(out, " (%s)", name);
        any = true;
    }
}

/* ---- the table of sources ---- */

typedef struct cells {
    char v[N_COLUMNS][160];
} cells;

static void put_row(sz_buf *out, const cells *row, const size_t *width) {
    for (int c = 0; c < N_COLUMNS; c++) {
        size_t fill = width[c] - sz_text_width(sz_str_of(row->v[c]));
        bool is_left = c < TEXT_COLUMNS || c >= LAST_RECORD;
        if (c) sz_buf_put_z(out, "  ");
        for (size_t i = 0; i < fill && !is_left; i++) sz_buf_put_u8(out, ' ');
        sz_buf_put_z(out, row->v[c]);
        for (size_t i = 0; i < fill && is_left && c < N_COLUMNS - 1; i++) sz_buf_put_u8(out, ' ');
    }
    sz_buf_put_u8(out, '\n');
}

/* `2026-04-08 22:25`; midnight as the end of its day, where a span ends: `2026-04-08 24:00`. Empty for no time. */
static void put_minute(char *out, size_t cap, const char *time, bool is_end) {
    int y, m, d;
    char day[11];
    *out = '\0';
    if (strlen(time) < 16) return;
    bool is_midnight = is_end && strncmp(time + 11, "00:00", 5) == 0 && sscanf(time, "%d-%d-%d", &y, &m, &d) == 3;
    if (is_midnight) sz_day_format(sz_day_from_ymd(y, m, d) - 1, day);
    snprintf(out, cap, "%.10s %.5s", is_midnight ? day : time, is_midnight ? "24:00" : time + 11);
}

/* Does the source vouch for less than the run takes for complete? */
static bool says_less(yyjson_val *s) {
    const char *said = text(s, "complete_through"), *is = text(s, "watermark");
    return *said && *is && strncmp(said, is, 16) < 0;
}

static void fill_row(cells *row, yyjson_val *s) {
    const char *input = text(s, "input");
    static const char *const keys[] = {"read", "used", "duplicate", "dead_letter", "control"};
    if (strncmp(input, "file:", 5) == 0) input += 5;
    size_t n = strlen(input);
    snprintf(row->v[0], sizeof row->v[0], "%s%s", n > 60 ? "…" : "", n > 60 ? input + n - 60 : input);
    snprintf(row->v[1], sizeof row->v[1], "%.64s", *text(s, "source") ? text(s, "source") : "-");
    for (int i = 0; i < 5; i++) grouped(row->v[TEXT_COLUMNS + i], count(s, keys[i]));
    put_minute(row->v[LAST_RECORD], sizeof row->v[LAST_RECORD], text(s, "last"), false);
    put_minute(row->v[COMPLETE], sizeof row->v[COMPLETE], text(s, "watermark"), true);
    if (says_less(s)) strcat(row->v[COMPLETE], " *");
}

/* Below the table: how far a source itself vouches, where the run was told more. */
static void put_said(sz_buf *out, yyjson_val *list, sz_lang lang) {
    yyjson_val *s;
    char said[160];
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    while ((s = yyjson_arr_iter_next(&it))) {
        if (!says_less(s)) continue;
        put_minute(said, sizeof said, text(s, "complete_through"), true);
        sz_buf_printf(out,
                      lang == SZ_ZH ? "* 以本次运行为准；%s 自己声明完整到 %s\n"
                                    : "* as this run takes it; %s itself says that it is complete up to %s\n",
                      text(s, "source"), said);
    }
}

static void put_sources(sz_buf *out, yyjson_val *list, sz_lang lang) {
    static const char *const heads[2][N_COLUMNS] = {
        {"input", "source", "read", "used", "duplicate", "dead", "control", "last record", "complete through"},
        {"输入", "数据源", "读入", "使用", "重复", "死信", "控制", "最后一条", "完整到"}};
    size_t n = yyjson_arr_size(list), width[N_COLUMNS] = {0}, r = 1;
    cells *rows = sz_alloc((n + 1) * sizeof *rows);
    for (int c = 0; c < N_COLUMNS; c++) snprintf(rows[0].v[c], sizeof rows[0].v[c], "%s", heads[lang == SZ_ZH][c]);
    yyjson_val *s;
    yyjson_arr_iter it = yyjson_arr_iter_with(list);
    for (; (s = yyjson_arr_iter_next(&it)); r++) fill_row(&rows[r], s);
    for (size_t i = 0; i <= n; i++)
        for (int c = 0; c < N_COLUMNS; c++) {
            size_t w = sz_text_width(sz_str_of(rows[i].v[c]));
            if (w > width[c]) width[c] = w;
        }
    for (size_t i = 0; i <= n; i++) put_row(out, &rows[i], width);
    put_said(out, list, lang);
    sz_buf_put_u8(out, '\n');
    sz_free(rows);
}

/* ---- the rest ---- */

/* Records that had been used before, since cards.csv was corrected. */
static void put_moved(sz_buf *out, yyjson_val *moved, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    yyjson_val *dead = yyjson_obj_get(moved, "dead_letter_by");
    if (!moved) return;
    put_label(out, zh ? "改归" : "moved");
    put_count(out, count(moved, "records"),
              zh ? "条以前的记录因 cards.csv 更正改归其他学生" : "went to another student, as cards.csv was corrected");
    if (yyjson_obj_size(dead)) {
        sz_buf_put_z(out, zh ? "；成为死信：" : "; dead-lettered: ");
        put_reasons(out, dead, SZ_WORDS_DEAD, true, lang);
    }
    sz_buf_put_u8(out, '\n');
}

static void put_records(sz_buf *out, yyjson_val *s, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    put_label(out, zh ? "记录" : "records");
    put_count(out, count(s, "read"), zh ? "条读入 = " : "read = ");
    put_count(out, count(s, "used"), zh ? "使用 + " : "used + ");
    put_count(out, count(s, "duplicate"), zh ? "重复 + " : "duplicate + ");
    put_count(out, count(s, "dead_letter"), zh ? "死信 + " : "dead-lettered + ");
    put_count(out, count(s, "control"), zh ? "控制" : "control");
    if (count(s, "late")) {
        sz_buf_put_z(out, zh ? "；其中 " : "; ");
        put_count(out, count(s, "late"), zh ? "条迟到，已按时间顺序重算" : "came late and were put in order");
    }
    sz_buf_put_u8(out, '\n');
    if (count(s, "dead_letter")) {
        put_label(out, zh ? "死信" : "dead");
        put_reasons(out, yyjson_obj_get(s, "dead_letter_by"), SZ_WORDS_DEAD, true, lang);
        sz_buf_put_u8(out, '\n');
    }
    put_moved(out, yyjson_obj_get(s, "moved"), lang);
    uint64_t unmatched = count(s, "undo_unmatched"), places = count(s, "unknown_places"),
             readers = count(s, "unknown_readers");
    if (!unmatched && !places && !readers) return;
    put_label(out, zh ? "注意" : "note");
    const char *const words[] = {zh ? "条撤销找不到原记录" : "undos without their original",
                                 zh ? "条记录的地点不在 places.csv" : "records at places that places.csv lacks",
                                 zh ? "条记录的读头不在 readers.csv" : "records of readers that readers.csv lacks"};
    const uint64_t numbers[] = {unmatched, places, readers};
    bool any = false;
    for (int i = 0; i < 3; i++) {
        if (!numbers[i]) continue;
        sz_buf_put_z(out, any ? " · " : "");
        put_count(out, numbers[i], words[i]);
        any = true;
    }
    sz_buf_put_u8(out, '\n');
}

/* Of those who can be judged a rule may be about some only, whatever the others do. */
static void put_about(sz_buf *out, yyjson_val *s, sz_lang lang) {
    bool zh = lang == SZ_ZH, any = false;
    uint64_t judged = count(s, "judged");
    yyjson_val *key;
    yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_obj_get(s, "rules"));
    while ((key = yyjson_obj_iter_next(&it))) {
        uint64_t n = count(yyjson_obj_iter_get_val(key), "about");
        char digits[32];
        if (n >= judged) continue;
        if (!any) put_label(out, "");
        sz_buf_put_z(out, any ? " · " : zh ? "其中按学籍和校历，规则所针对的：" : "of these, by roster and calendar, ");
        if (n) sz_buf_printf(out, zh ? "%s %s 人" : "%s is about %s", yyjson_get_str(key), grouped(digits, n));
        else sz_buf_printf(out, zh ? "%s 目前没有人" : "%s is about none", yyjson_get_str(key));
        any = true;
    }
    if (any) sz_buf_put_u8(out, '\n');
}

/* Rules that cannot open, as nobody has a record of what they need. Of few students it may just be so. */
static void put_without(sz_buf *out, yyjson_val *s, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    yyjson_val *key, *of;
    yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_obj_get(s, "rules"));
    while (count(s, "judged") >= MANY && (key = yyjson_obj_iter_next(&it))) {
        yyjson_val *without = yyjson_obj_get(yyjson_obj_iter_get_val(key), "without");
        yyjson_arr_iter each = yyjson_arr_iter_with(without);
        if (!yyjson_arr_size(without)) continue;
        put_label(out, zh ? "规则" : "rules");
        sz_buf_printf(out,
                      zh ? "%s 目前无从预警：最近 %llu 天内没有任何人的"
                         : "%s has nothing to go by: in the last %llu days nobody has a record of ",
                      yyjson_get_str(key), (unsigned long long)count(s, "kept_days"));
        bool any = false;
        while ((of = yyjson_arr_iter_next(&each))) {
            sz_buf_put_z(out, !any ? "" : zh ? "、" : " or ");
            sz_buf_printf(out, zh ? "“%s”" : "\"%s\"", text(of, zh ? "zh" : "en"));
            any = true;
        }
        sz_buf_put_z(out, zh ? "记录\n" : "\n");
    }
}

static void put_people(sz_buf *out, yyjson_val *s, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    yyjson_val *not_judged = yyjson_obj_get(s, "not_judged"), *v;
    uint64_t others = 0;
    yyjson_obj_iter it = yyjson_obj_iter_with(not_judged);
    while ((v = yyjson_obj_iter_next(&it))) others += (uint64_t)yyjson_get_num(yyjson_obj_iter_get_val(v));
    put_label(out, zh ? "学生" : "students");
    put_count(out, count(s, "students"), zh ? "人：" : "in all: ");
    put_count(out, count(s, "judged"), zh ? "人可以判断" : "can be judged");
    if (others) {
        sz_buf_put_z(out, zh ? "；不能判断：" : "; not: ");
        put_reasons(out, not_judged, SZ_WORDS_REASONS, false, lang);
    }
    sz_buf_put_u8(out, '\n');
    if (others) {
        put_label(out, "");
        sz_buf_put_z(out, zh ? "不能判断的是谁：sanzao state not-judged\n" : "who they are: sanzao state not-judged\n");
    }
    if (count(s, "gone_from_roster")) {
        put_label(out, "");
        put_count(out, count(s, "gone_from_roster"),
                  zh ? "人最近两周有记录，却已不在 students.csv 里\n"
                     : "had records in the last two weeks and are not in students.csv any more\n");
    }
    put_about(out, s, lang);
    put_without(out, s, lang);
    if (!others || count(s, "judged") || count(not_judged, "rarely_seen") != others) return;
    put_label(out, "");
    sz_buf_put_z(
        out,
        zh ? "如果数据源的记录晚于学期开始，请在 feeds.yaml 写明它从哪天开始（began）：否则之前的日子都算没有出现\n"
           : "where the feeds began later than the term, say so in feeds.yaml (began): else nobody was "
             "seen on the days before\n");
}

static void put_alerts(sz_buf *out, yyjson_val *s, sz_lang lang) {
    bool zh = lang == SZ_ZH;
    put_label(out, zh ? "预警" : "alerts");
    put_count(out, count(s, "standing"), zh ? "条有效；本次：" : "stand; this run: ");
    size_t before = out->n;
    put_reasons(out, yyjson_obj_get(s, "alerts"), SZ_WORDS_EVENTS, false, lang);
    if (out->n == before) sz_buf_put_z(out, zh ? "没有新的" : "nothing new");
    sz_buf_put_u8(out, '\n');
    const char *clock = text(s, "clock");
    if (strlen(clock) < 16) return;
    put_label(out, zh ? "时钟" : "clock");
    sz_buf_printf(out,
                  zh ? "%.10s %.5s（到此为止的检查与时限都已执行）\n"
                     : "%.10s %.5s (deadlines and checks before it have fired)\n",
                  clock, clock + 11);
}

void summary_view(sz_buf *out, yyjson_val *s, sz_lang lang) {
    if (yyjson_is_true(yyjson_obj_get(s, "unfinished")))
        sz_buf_put_z(out, lang == SZ_ZH ? "这次运行中途失败；以下是到那时为止的情况\n\n"
                                        : "the run failed midway; this is how far it had come\n\n");
    if (yyjson_arr_size(yyjson_obj_get(s, "sources"))) put_sources(out, yyjson_obj_get(s, "sources"), lang);
    put_records(out, s, lang);
    put_people(out, s, lang);
    put_alerts(out, s, lang);
}

void summary_show(const sz_buf *json, sz_lang lang) {
    yyjson_doc *doc = yyjson_read((const char *)json->p, json->n, 0);
    sz_buf text;
    sz_buf_init(&text);
    summary_view(&text, yyjson_doc_get_root(doc), lang);
    fwrite(text.p, 1, text.n, stderr);
    sz_buf_fini(&text);
    yyjson_doc_free(doc);
}
