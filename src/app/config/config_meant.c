/* SPDX-License-Identifier: Apache-2.0
 *
 * config_meant: what was meant by a value that an option does not take. For hints alone.
 */
#include "config_meant.h"

#include <stdio.h>

static bool is_word(sz_str s, const char *word) {
    size_t n = strlen(word);
    if (s.n != n) return false;
    for (size_t i = 0; i < n; i++)
        if ((s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] - 'A' + 'a' : s.p[i]) != word[i]) return false;
    return true;
}

static bool is_one_of(sz_str s, const char *const *words) {
    for (; *words; words++)
        if (is_word(s, *words)) return true;
    return false;
}

/* The number before a unit of another form: 3秒, 256MB. */
static bool number_before(sz_str s, const char *unit, int64_t *out) {
    size_t n = strlen(unit);
    return s.n > n && is_word((sz_str){s.p + s.n - n, n}, unit) &&
           sz_str_i64(sz_str_trim((sz_str){s.p, s.n - n}), out) && *out > 0;
}

static bool of_duration(sz_str s, char out[SZ_MEANT]) {
    static const char *const seconds[] = {"秒钟", "秒", "seconds", "second", "sec", "secs"};
    bool is_rough;
    int64_t n;
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        if (number_before(s, seconds[i], &n)) return snprintf(out, SZ_MEANT, "%llds", (long long)n) > 0;
    if (sz_str_i64(s, &n) && n > 0 && n < 100000)
        return snprintf(out, SZ_MEANT, "%llds / %lldm / %lldh / %lldd", (long long)n, (long long)n, (long long)n,
                        (long long)n) < SZ_MEANT;
    return sz_meant_duration(s, out, &is_rough);
}

static bool of_bytes(sz_str s, char out[SZ_MEANT]) {
    static const char *const units[] = {"kb", "k", "mb", "m", "mib", "gb", "g", "gib"};
    int64_t n;
    if (sz_str_i64(s, &n)) return n > 0 && n < 64 << 10 && snprintf(out, SZ_MEANT, "%lldM", (long long)n) > 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (number_before(s, units[i], &n) && (units[i][0] != 'k' || n >= 64))
            return snprintf(out, SZ_MEANT, "%lld%c", (long long)n, units[i][0] - 'a' + 'A') > 0;
    return false;
}

static bool of_count(sz_str s, char out[SZ_MEANT]) {
    double v;
    if ((!sz_meant_number(s, &v) && !sz_str_double(s, &v)) || v < 0 || v > 1e9 || v != (double)(int64_t)v) return false;
    return snprintf(out, SZ_MEANT, "%lld", (long long)v) > 0;
}

static bool of_flag(sz_str s, char out[SZ_MEANT]) {
    static const char *const yes[] = {"yes", "on", "true", "1", "y", "是", "开", NULL};
    static const char *const no[] = {"no", "off", "false", "0", "n", "否", "关", NULL};
    bool is_yes = is_one_of(s, yes);
    if (!is_yes && !is_one_of(s, no)) return false;
    return snprintf(out, SZ_MEANT, "%s", is_yes ? "true" : "false") > 0;
}

static bool of_choice(const char *choices, sz_str s, char out[SZ_MEANT]) {
    static const char *const zh[] = {"cn",   "chinese", "zh-cn",    "zh_cn", "zh_cn.utf-8",
                                     "中文", "汉语",    "简体中文", NULL};
    static const char *const en[] = {"english", "en-us", "en_us", "en_us.utf-8", "英文", "英语", NULL};
    static const char *const admit[] = {"true", "yes", "accept", "allow", "admitted", NULL};
    static const char *const *const lists[] = {zh, en, admit};
    static const char *const meant[] = {"zh", "en", "admit"};
    int least = s.n <= 2 ? 1 : s.n <= 4 ? 2 : 3;
    out[0] = '\0';
    for (const char *p = choices; *p;) {
        size_t n = strcspn(p, "|");
        sz_str choice = {p, n};
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            if (sz_str_is(choice, meant[i]) && is_one_of(s, lists[i]))
                return snprintf(out, SZ_MEANT, "%s", meant[i]) > 0;
        char word[SZ_MEANT];
        snprintf(word, sizeof word, "%.*s", (int)n, p);
        if (is_word(s, word)) return snprintf(out, SZ_MEANT, "%s", word) > 0;
        int d = sz_str_distance(s, choice, least);
        if (d < least) {
            least = d;
            snprintf(out, SZ_MEANT, "%s", word);
        }
        p += n + (p[n] == '|');
    }
    return out[0] != '\0';
}

bool sz_config_meant(const sz_opt_row *r, sz_str s, char out[SZ_MEANT]) {
    s = sz_str_trim(s);
    switch (r->kind) {
    case SZ_OPT_DURATION: return of_duration(s, out);
    case SZ_OPT_BYTES: return of_bytes(s, out);
    case SZ_OPT_COUNT: return of_count(s, out);
    case SZ_OPT_FLAG: return of_flag(s, out);
    case SZ_OPT_CHOICE: return of_choice(r->choices, s, out);
    default: return false;
    }
}
