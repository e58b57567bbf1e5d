/* SPDX-License-Identifier: Apache-2.0
 *
 * check_hint: what was meant by a check in words: `friday`, `every day at 7`, `每天早上8点`, `第8周周一 9点`.
 */
#include "load.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_in_words(sz_str text, const char *word) {
    size_t n = strlen(word), same = 0;
    for (size_t i = 0; i + n <= text.n && same < n; i++)
        for (same = 0; same < n && lower(text.p[i + same]) == word[same];) same++;
    return same == n;
}

/* What was meant by `friday`, `every day at 7`, `每天`; NULL: nothing, or more than one could know. */
static const char *meant_days(sz_str text) {
    static const struct {
        const char *word, *days;
    } words[] = {
        {"周末", "sat,sun"},
        {"weekend", "sat,sun"},
        {"上课日", "class days"},
        {"教学日", "class days"},
        {"school day", "class days"},
        {"class day", "class days"},
        {"every day", "daily"},
        {"everyday", "daily"},
        {"每天", "daily"},
        {"每日", "daily"},
        {"daily", "daily"},
        {"workday", "mon-fri"},
        {"weekday", "mon-fri"},
        {"工作日", "mon-fri"},
        {"mon", "mon"},
        {"tue", "tue"},
        {"wed", "wed"},
        {"thu", "thu"},
        {"fri", "fri"},
        {"sat", "sat"},
        {"sun", "sun"},
        {"周一", "mon"},
        {"周二", "tue"},
        {"周三", "wed"},
        {"周四", "thu"},
        {"周五", "fri"},
        {"周六", "sat"},
        {"周日", "sun"},
        {"星期一", "mon"},
        {"星期二", "tue"},
        {"星期三", "wed"},
        {"星期四", "thu"},
        {"星期五", "fri"},
        {"星期六", "sat"},
        {"星期日", "sun"},
        {"every morning", "daily"},
        {"每早", "daily"},
        {"每晚", "daily"},
    };
    static const char *const spans[] = {"周一到周五", "周一至周五", "星期一到星期五", "星期一至星期五"};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (is_in_words(text, spans[i])) return "mon-fri";
    if (text.n == 0 || is_in_words(text, "week ") || is_in_words(text, "month") || is_in_words(text, "每月"))
        return NULL;
    const char *found = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is_in_words(text, words[i].word)) continue;
        if (found && strcmp(found, words[i].days) != 0) return NULL;
        found = words[i].days;
    }
    return found;
}

/* The time of day that the text ends with, however it is written: 7, 7am, 早上8点半; NULL: none. */
static const char *meant_clock(struct sz_loading *l, sz_str text) {
    char clock[SZ_MEANT];
    size_t len;
    for (size_t i = 0; i < text.n; i += len) {
        sz_str rest = {text.p + i, text.n - i};
        sz_utf8_next(rest.p, rest.n, &len);
        bool is_inside = i > 0 && rest.p[0] >= '0' && rest.p[0] <= '9' && text.p[i - 1] >= '0' && text.p[i - 1] <= '9';
        if (!is_inside && sz_meant_clock(rest, clock)) return TXT(l, "%s", clock);
    }
    return NULL;
}

/* All times of day that stand in it, whatever joins them: `07:00 and 19:00`, 早上7点和晚上7点. NULL: fewer than two. */
static const char *meant_clocks(struct sz_loading *l, sz_str text) {
    static const char *const joints[] = {" and ", "和", "、", "及", "与", ",", "，", "&", "/"};
    const char *all = NULL, *one;
    uint32_t n = 0;
    for (size_t from = 0; from <= text.n;) {
        size_t to = from, skip = 1;
        for (bool is_end = false; to < text.n && !is_end; to += !is_end)
            for (size_t i = 0; i < sizeof joints / sizeof *joints && !is_end; i++) {
                size_t len = strlen(joints[i]);
                is_end = to + len <= text.n && memcmp(text.p + to, joints[i], len) == 0;
                if (is_end) skip = len;
            }
        one = meant_clock(l, (sz_str){text.p + from, to - from});
        if (one) all = n++ ? TXT(l, "%s,%s", all, one) : one;
        from = to + skip;
    }
    return n > 1 ? all : NULL;
}

/* 第8周: of the term; 0: none. */
static int meant_week(sz_str text) {
    enum { WEEKS_MOST = 60 };
    double n = 0;
    for (size_t i = 0; i + 3 < text.n; i++) {
        if (memcmp(text.p + i, "第", 3) != 0) continue;
        for (size_t to = i + 3; to + 3 <= text.n; to++)
            if (memcmp(text.p + to, "周", 3) == 0 && sz_meant_number((sz_str){text.p + i + 3, to - i - 3}, &n))
                return n <= WEEKS_MOST ? (int)n : 0;
    }
    return 0;
}

bool sz_check_bad(struct sz_loading *l, const sz_yaml *node, sz_span at) {
    enum { LONGEST = 120 }; /* nobody says it in more */
    sz_str text = {node->text.p, node->text.n <= LONGEST ? node->text.n : 0};
    sz_diag *g = sz_rules_error(l, C_CHECK, at, "this does not say when to check", "这里没有说明什么时候检查");
    const char *days = meant_days(text), *clock = meant_clock(l, text);
    char only[SZ_MEANT];
    const char *several = meant_clocks(l, text);
    int week = meant_week(text);
    if (several) clock = several;
    if (!days && sz_meant_clock(text, only)) days = "daily";
    if (days && week > 0) days = TXT(l, "week %d of term %s", week, days);
    if (days && clock) {
        g->span = node->span;
        sz_rules_hint(l, g, "write  %s at %s", "请写  %s at %s", days, clock);
    } else if (days) {
        sz_rules_hint(l, g, "days and a time of day, for example  %s at 07:00", "要写日子和时刻，例如  %s at 07:00",
                      days);
    } else {
        sz_rules_hint_say(
            g, "write  daily at 07:00,  mon,thu at 07:00,18:00,  class days at 07:00  or  week 8 of term mon at 09:00",
            "请写  daily at 07:00、mon,thu at 07:00,18:00、class days at 07:00  或  week 8 of term mon at 09:00");
    }
    return false;
}

bool sz_check_bad_time(struct sz_loading *l, sz_str time, sz_span at) {
    sz_diag *g = sz_rules_error(l, C_CHECK, at, "this is no time of day", "这不是一天中的时刻");
    char meant[SZ_MEANT];
    if (sz_meant_clock(time, meant)) sz_rules_hint(l, g, "write  %s", "请写  %s", meant);
    else if (sz_meant_next_clock(time, meant))
        sz_rules_hint(l, g, "write  %s: it is of the day that has begun then", "请写  %s：零点以后算新的一天", meant);
    else sz_rules_hint_say(g, "write it from 00:00 to 24:00, for example  07:00", "请写 00:00 到 24:00，例如  07:00");
    return false;
}
