/* SPDX-License-Identifier: Apache-2.0
 *
 * Windows: `over: 7d | 24h | week | month | term | study`, `to: yesterday | 2d ago`, `day: night` (semantics 8-10).
 */
#include "keys.h"

enum { HOURS_MAX = 48, DAYS_MAX = 3660, AGO_MAX = 3660, FINE_HOURS = 2 };

static const struct {
    const char *name;
    uint8_t kind;
} calendar_windows[] = {
    {"week", SZ_W_WEEK},
    {"month", SZ_W_MONTH},
    {"term", SZ_W_TERM},
    {"study", SZ_W_STUDY},
};

static bool bad_form(struct sz_loading *l, const sz_yaml *over) {
    sz_diag *g = sz_rules_error(l, C_WINDOW_FORM, over->span, "`%.*s` is not a window", "`%.*s` 不是窗口",
                                SZ_FMT_STR(over->text));
    struct sz_near near = sz_near_to(l, over->text);
    for (size_t i = 0; i < sizeof calendar_windows / sizeof *calendar_windows; i++)
        sz_near_z(&near, calendar_windows[i].name);
    if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else if (!sz_duration_hint(l, g, over->text))
        sz_rules_hint_say(g, "write days (7d), hours up to two days (24h, 90m), or  week  month  term  study",
                          "请写天数（7d）、两天以内的小时数（24h、90m），或  week  month  term  study");
    return false;
}

static bool begins(sz_str s, const char *z) { return s.n >= strlen(z) && memcmp(s.p, z, strlen(z)) == 0; }

/* Whole days: 7d, 2w, 7 days. Hours are another thing: `24h` rolls. */
static bool is_days(sz_str s) {
    sz_str word = s;
    while (word.n && ((*word.p >= '0' && *word.p <= '9') || *word.p == ' ')) {
        word.p++;
        word.n--;
    }
    bool has_hours = memchr(s.p, 'h', s.n) || memchr(s.p, 'm', s.n);
    return !has_hours && (begins(word, "d") || begins(word, "w") || begins(word, "天") || begins(word, "周") ||
                          begins(word, "night"));
}

static bool days_window(struct sz_loading *l, const sz_yaml *over, int64_t ms, sz_window *w) {
    w->kind = SZ_W_DAYS;
    w->days = (int32_t)(ms / SZ_DAY_MS);
    if (w->days >= 1 && w->days <= DAYS_MAX) return true;
    sz_rules_hint_say(
        sz_rules_error(l, C_WINDOW_FORM, over->span, "a window has 1 to %d days", "窗口可以是 1 到 %d 天", DAYS_MAX),
        "1d is today; for the whole time at the university write  study", "1d 是今天；整个在校期间请写  study");
    return false;
}

static bool hours_window(struct sz_loading *l, const sz_yaml *over, int64_t ms, sz_window *w) {
    if (ms > HOURS_MAX * SZ_HOUR_MS) {
        sz_diag *g = sz_rules_error(l, C_HOURS_LONG, over->span, "a window of hours has at most %d",
                                    "以小时计的窗口最多 %d 小时", HOURS_MAX);
        int64_t days = (ms + SZ_DAY_MS - 1) / SZ_DAY_MS;
        sz_rules_hint(l, g, "write %lldd", "请写 %lldd", (long long)days);
        return false;
    }
    int64_t pane = ms <= FINE_HOURS * SZ_HOUR_MS ? SZ_MINUTE_MS : 15 * SZ_MINUTE_MS;
    w->kind = SZ_W_HOURS;
    w->pane_ms = (int32_t)pane;
    w->n_panes = (int32_t)(ms / pane);
    if (ms > 0 && ms % pane == 0) return true;
    sz_diag *g =
        sz_rules_error(l, C_PANES, over->span, "windows up to %dh count in minutes, longer ones in quarters of an hour",
                       "%dh 以内的窗口按分钟计，更长的按一刻钟计", FINE_HOURS);
    long long m = (long long)(ms / pane * pane / SZ_MINUTE_MS);
    if (m > 0)
        sz_rules_hint(l, g, "write %lldm or %lldm", "请写 %lldm 或 %lldm", m, m + (long long)(pane / SZ_MINUTE_MS));
    else sz_rules_hint_say(g, "write at least 1m", "至少写 1m");
    return false;
}

static bool length(struct sz_loading *l, const sz_yaml *over, sz_window *w) {
    for (size_t i = 0; i < sizeof calendar_windows / sizeof *calendar_windows; i++)
        if (sz_str_is(over->text, calendar_windows[i].name)) {
            w->kind = calendar_windows[i].kind;
            return true;
        }
    int64_t ms;
    if (!sz_duration_words(over->text, &ms)) return bad_form(l, over);
    return is_days(over->text) ? days_window(l, over, ms, w) : hours_window(l, over, ms, w);
}

/* 昨天, 三天前, 3 days before; NULL: nothing that is known. */
static const char *meant_ago(struct sz_loading *l, sz_str s) {
    static const char *const ends[] = {"之前", "以前", "前", " ago", " before", " earlier"};
    static const struct {
        const char *word, *to;
    } words[] = {{"昨天", "yesterday"},
                 {"昨日", "yesterday"},
                 {"前天", "2d ago"},
                 {"今天", "today"},
                 {"Yesterday", "yesterday"}};
    char meant[SZ_MEANT];
    bool is_rough;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(s, words[i].word)) return words[i].to;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (s.n <= n || memcmp(s.p + s.n - n, ends[i], n) != 0) continue;
        if (sz_meant_duration((sz_str){s.p, s.n - n}, meant, &is_rough) && strchr(meant, 'd'))
            return TXT(l, "%s ago", meant);
    }
    return NULL;
}

/* today, yesterday, 3d ago */
static bool ago(struct sz_loading *l, const sz_yaml *to, int32_t *out) {
    sz_str s = to->text;
    int64_t ms = 0;
    bool ok = sz_str_is(s, "today") || sz_str_is(s, "yesterday");
    *out = sz_str_is(s, "yesterday");
    if (!ok && s.n > 4 && memcmp(s.p + s.n - 4, " ago", 4) == 0) {
        sz_str days = sz_str_trim((sz_str){s.p, s.n - 4});
        ok = is_days(days) && sz_duration_words(days, &ms) && ms <= AGO_MAX * SZ_DAY_MS;
        *out = (int32_t)(ms / SZ_DAY_MS);
    }
    if (ok) return true;
    sz_diag *g = sz_rules_error(l, C_TO, to->span, "`%.*s` does not say where a window ends",
                                "`%.*s` 没有说明窗口到哪一天为止", SZ_FMT_STR(s));
    const char *meant = meant_ago(l, s);
    if (meant) sz_rules_hint(l, g, "write  to: %s", "请写  to: %s", meant);
    else sz_rules_hint_say(g, "write  to: yesterday  or  to: 2d ago", "请写  to: yesterday  或  to: 2d ago");
    return false;
}

static bool load_to(struct sz_loading *l, const sz_yaml *to, sz_window *w) {
    if (w->kind == SZ_W_DAYS) return ago(l, to, &w->ago);
    sz_rules_hint_say(sz_rules_error(l, C_TO_FITS, to->span, "only a window of days can end earlier than today",
                                     "只有以天计的窗口才能提前结束"),
                      "write  over: 7d  with it, or leave  to:  out", "请配合  over: 7d，或去掉  to:");
    return false;
}

static bool load_day(struct sz_loading *l, const sz_yaml *day, sz_window *w) {
    static const char *const days[] = {"day", "night"};
    int i = sz_rules_choice(l, day, days, 2, "a kind of day", "日的划分方式");
    w->is_night = i == 1;
    if (i < 0) return false;
    if (i == 0 || w->kind != SZ_W_HOURS) return true;
    sz_rules_hint_say(
        sz_rules_error(l, C_KEY_FITS, day->span, "a window of hours has no nights", "以小时计的窗口没有夜"),
        "write  over: 1d  for the night that is now", "本夜请写  over: 1d");
    return false;
}

bool sz_window_load(struct sz_loading *l, const sz_yaml *feature, const sz_operator_row *row, const sz_yaml *over,
                    const sz_yaml *to, const sz_yaml *day, sz_window *w) {
    *w = (sz_window){0};
    if (!over && row->needs_window) {
        if (!sz_rules_is_partial(l, feature)) {
            sz_diag *g = sz_rules_error(l, C_WINDOW, feature->span, "%s needs a window", "%s 需要窗口", row->name);
            sz_rules_hint_say(g, "add  over: 7d  (or 24h, week, month, term, study)",
                              "请加  over: 7d（或 24h、week、month、term、study）");
        }
        return false;
    }
    if (over && !length(l, over, w)) return false;
    if (w->kind == SZ_W_HOURS && !row->may_hours) {
        sz_diag *g = sz_rules_error(l, C_KEY_FITS, over->span, "%s looks at whole days", "%s 按整天计算", row->name);
        sz_rules_hint_say(g, "write  over: 1d  (today) or more days", "请写  over: 1d（今天）或更多天");
        return false;
    }
    if (w->kind == SZ_W_TERM && row->ends_now) { /* between terms it would be what the ended one had */
        sz_diag *g = sz_rules_error(l, C_KEY_FITS, over->span, "%s keeps no record of a term that has ended",
                                    "%s 不保留已结束学期的记录", row->name);
        sz_rules_hint_say(g, "write days, or leave  over:  out and look at .time",
                          "请写天数，或去掉  over:，改看 .time");
        return false;
    }
    bool ok = true;
    if (to) ok = load_to(l, to, w);
    if (day) ok &= load_day(l, day, w);
    return ok;
}
