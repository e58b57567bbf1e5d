/* SPDX-License-Identifier: Apache-2.0
 *
 * Types and units in words, which units go together, and the forms of text that have one.
 */
#include "prog.h"

static const char *const type_names[SZ_X_ANY + 1][2] = {
    [SZ_X_BOOL] = {"true or false", "真假值"},
    [SZ_X_NUM] = {"a number", "数"},
    [SZ_X_STR] = {"text", "文本"},
    [SZ_X_TIME] = {"an instant", "时刻"},
    [SZ_X_DURATION] = {"a duration", "时长"},
    [SZ_X_LIST_STR] = {"a list of texts", "文本列表"},
    [SZ_X_LIST_NUM] = {"a list of numbers", "数字列表"},
    [SZ_X_RECORD] = {"a record", "记录"},
    [SZ_X_ANY] = {"something", "某个值"},
};

static const char *const unit_names[SZ_N_UNITS][2] = {
    [SZ_UNIT_NONE] = {"a number", "数"},
    [SZ_UNIT_YUAN] = {"an amount in yuan", "金额（元）"},
    [SZ_UNIT_CLASS_HOURS] = {"a number of class-hours", "学时数"},
    [SZ_UNIT_SHARE] = {"a share in percent", "百分比"},
    [SZ_UNIT_COUNT] = {"a count", "次数"},
    [SZ_UNIT_DAYS] = {"a number of days", "天数"},
    [SZ_UNIT_POINTS] = {"a number of points", "分数"},
};

const char *prog_type_name(uint8_t type, sz_lang lang) { return type_names[type <= SZ_X_ANY ? type : SZ_X_ANY][lang]; }

const char *prog_type_words(const tnode *n, sz_lang lang) {
    return n->type == SZ_X_NUM && n->unit < SZ_N_UNITS ? unit_names[n->unit][lang] : prog_type_name(n->type, lang);
}

bool prog_is_tally(uint8_t unit) { return unit == SZ_UNIT_COUNT || unit == SZ_UNIT_DAYS; }

/* What * and / make of two units: a share of something has its unit, a rate that of what is counted (yuan a day:
 * yuan). */
static uint8_t unit_product(char op, uint8_t a, uint8_t b) {
    if (b == SZ_UNIT_SHARE) return a;
    if (op == '*') {
        if (a == SZ_UNIT_SHARE || a == SZ_UNIT_NONE) return b;
        return b == SZ_UNIT_NONE || prog_is_tally(b) ? a : prog_is_tally(a) ? b : SZ_UNIT_NONE;
    }
    return a != b && (b == SZ_UNIT_NONE || prog_is_tally(b)) ? a : SZ_UNIT_NONE;
}

bool prog_unit_join(char op, uint8_t a, uint8_t b, uint8_t *out) {
    *out = SZ_UNIT_NONE;
    if (op == '*' || op == '/') {
        *out = unit_product(op, a, b);
        return true;
    }
    if (a == b || b == SZ_UNIT_NONE) *out = a;
    else if (a == SZ_UNIT_NONE) *out = b;
    else if (prog_is_tally(a) && prog_is_tally(b)) *out = SZ_UNIT_COUNT;
    else return false;
    return true;
}

/* A percentile: 90 % of it would be 0.9 of a hundred. */
bool prog_is_of_hundred(const tnode *n) { return n->type == SZ_X_NUM && n->low == 0 && n->high == 100; }

bool prog_units_compare(const tnode *a, const tnode *b) {
    uint8_t unit;
    if (prog_is_of_hundred(a) && b->unit == SZ_UNIT_SHARE) return false;
    if (prog_is_of_hundred(b) && a->unit == SZ_UNIT_SHARE) return false;
    return prog_unit_join('=', a->unit, b->unit, &unit) || (a->is_ratio && b->unit == SZ_UNIT_SHARE) ||
           (b->is_ratio && a->unit == SZ_UNIT_SHARE);
}

static bool digits_at(sz_str s, const char *form) {
    if (s.n != strlen(form)) return false;
    for (size_t i = 0; i < s.n; i++)
        if (form[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != form[i]) return false;
    return true;
}

static int two_digits(const char *p) { return (p[0] - '0') * 10 + p[1] - '0'; }

bool prog_form_fits(uint8_t form, sz_str s) {
    switch (form) {
    case SZ_FORM_CLOCK:
        return digits_at(s, "00:00") && two_digits(s.p) <= 24 &&
               two_digits(s.p + 3) <= (s.p[0] == '2' && s.p[1] == '4' ? 0 : 59);
    case SZ_FORM_DATE:
        return digits_at(s, "0000-00-00") &&
               sz_ymd_valid(two_digits(s.p) * 100 + two_digits(s.p + 2), two_digits(s.p + 5), two_digits(s.p + 8));
    default: return true;
    }
}

/* How many letters may differ. A Chinese sign is a word: of two or three, another one is another name (工学院, 医学院).
 */
static int slips_in(sz_str name) {
    size_t n = 0, len;
    for (size_t i = 0; i < name.n; i += len, n++) sz_utf8_next(name.p + i, name.n - i, &len);
    if (n < name.n) return n < 4 ? 0 : n < 8 ? 1 : 2;
    return n < 2 ? 0 : n <= 4 ? 1 : n <= 8 ? 2 : 3;
}

const char *prog_nearest(sz_str name, const char *const *names, size_t n) {
    const char *best = NULL;
    int limit = slips_in(name);
    for (size_t i = 0; i < n; i++) {
        int d = sz_str_distance(name, sz_str_of(names[i]), limit);
        if (d <= limit && (!best || d < limit)) {
            best = names[i];
            limit = d;
        }
    }
    return best;
}
