/* SPDX-License-Identifier: Apache-2.0
 *
 * Values with three degrees of knowledge: comparison with "at least" (semantics 13), arithmetic that passes
 * unknown on (14), functions.
 *
 * Choices where the semantics are silent: a result that is not finite (1/0, 0/0, overflow) is an error; a NaN that
 * comes from outside is one too; % is C's fmod, which on whole numbers is CEL's; `in` and all arithmetic and
 * functions on "at least n" are unknown.
 */
#include "prog.h"

#include <math.h>

sz_xval prog_unknown(uint8_t type, bool is_error) {
    return (sz_xval){.type = type, .know = SZ_UNKNOWN, .is_error = is_error};
}

static bool is_error(const sz_xval *v) { return v->know == SZ_UNKNOWN && v->is_error; }

static bool is_nan(const sz_xval *v) {
    return (v->type == SZ_X_NUM || v->type == SZ_X_TIME || v->type == SZ_X_DURATION) && v->know != SZ_UNKNOWN &&
           isnan(v->num);
}

static sz_xval known_bool(bool b) { return (sz_xval){.type = SZ_X_BOOL, .b = b}; }

static bool holds(uint8_t op, int order) {
    switch (op) {
    case '<': return order < 0;
    case 'l': return order <= 0;
    case '>': return order > 0;
    case 'g': return order >= 0;
    case '=': return order == 0;
    default: return order != 0;
    }
}

/* Anything from n upwards, against k. */
static sz_xval at_least(uint8_t op, double n, double k) {
    bool decided = op == 'g' || op == '<' ? n >= k : n > k;
    if (!decided) return prog_unknown(SZ_X_BOOL, false);
    return known_bool(op == 'g' || op == '>' || op == '!');
}

static sz_xval compare_known(uint8_t op, const sz_xval *a, const sz_xval *b) {
    switch (a->type) {
    case SZ_X_NUM:
    case SZ_X_TIME:
    case SZ_X_DURATION: return known_bool(holds(op, (a->num > b->num) - (a->num < b->num)));
    case SZ_X_STR:
        if (op == '=' || op == '!') return known_bool(sz_str_eq(a->str, b->str) == (op == '='));
        return known_bool(holds(op, sz_str_cmp(a->str, b->str)));
    case SZ_X_BOOL: return known_bool(holds(op, (int)a->b - (int)b->b));
    default: return prog_unknown(SZ_X_BOOL, true);
    }
}

sz_xval sz_xval_compare(uint8_t op, const sz_xval *a, const sz_xval *b) {
    if (a->type != b->type || is_nan(a) || is_nan(b)) return prog_unknown(SZ_X_BOOL, true);
    if (a->know == SZ_KNOWN && b->know == SZ_KNOWN) return compare_known(op, a, b);
    if (a->know == SZ_UNKNOWN || b->know == SZ_UNKNOWN) return prog_unknown(SZ_X_BOOL, is_error(a) || is_error(b));
    if (a->know == SZ_AT_LEAST && b->know == SZ_AT_LEAST) return prog_unknown(SZ_X_BOOL, false);
    if (a->know == SZ_AT_LEAST) return at_least(op, a->num, b->num);
    return at_least(prog_turned(op), b->num, a->num);
}

sz_xval prog_in(const sz_xval *a, const sz_xval *list) {
    if (is_nan(a)) return prog_unknown(SZ_X_BOOL, true);
    if (a->know != SZ_KNOWN || list->know != SZ_KNOWN) return prog_unknown(SZ_X_BOOL, is_error(a) || is_error(list));
    const sz_list *l = list->list;
    bool found = false;
    for (uint32_t i = 0; l && i < l->n && !found; i++)
        found = l->strs ? a->type == SZ_X_STR && sz_str_eq(a->str, l->strs[i])
                        : a->type == SZ_X_NUM && a->num == l->nums[i];
    return known_bool(found);
}

/* *a becomes unknown if it or b is not known; true if so. */
static bool pass_on(uint8_t type, sz_xval *a, const sz_xval *b) {
    if (a->know == SZ_KNOWN && (!b || b->know == SZ_KNOWN)) return false;
    *a = prog_unknown(type, is_error(a) || (b && is_error(b)));
    return true;
}

static void finish(uint8_t type, sz_xval *a, double v) {
    *a = isfinite(v) ? (sz_xval){.type = type, .num = v} : prog_unknown(type, true);
}

void prog_arith(uint8_t op, uint8_t type, sz_xval *a, const sz_xval *b) {
    if (pass_on(type, a, b)) return;
    switch (op) {
    case '+': finish(type, a, a->num + b->num); break;
    case '-': finish(type, a, a->num - b->num); break;
    case '*': finish(type, a, a->num * b->num); break;
    case '/': finish(type, a, a->num / b->num); break;
    default: finish(type, a, fmod(a->num, b->num)); break;
    }
}

void prog_concat(sz_xval *a, const sz_xval *b, scratch *s) {
    if (pass_on(SZ_X_STR, a, b)) return;
    size_t n = a->str.n + b->str.n;
    if (n > sizeof s->p - s->n) {
        *a = prog_unknown(SZ_X_STR, true);
        return;
    }
    char *p = s->p + s->n;
    if (a->str.n) memcpy(p, a->str.p, a->str.n);
    if (b->str.n) memcpy(p + a->str.n, b->str.p, b->str.n);
    a->str = (sz_str){p, n};
    s->n += (uint32_t)n;
}

static double size_of(const sz_xval *a) {
    if (a->type != SZ_X_STR) return a->list ? (double)a->list->n : 0;
    size_t n = 0;
    for (size_t i = 0; i < a->str.n; i++) n += ((uint8_t)a->str.p[i] & 0xC0) != 0x80; /* characters, as CEL counts */
    return (double)n;
}

/* ---- parts of time ------------------------------------------------------------------------------------------ */

static double part_of_duration(uint8_t f, double ms) {
    switch (f) {
    case F_HOURS: return trunc(ms / 3600000);
    case F_MINUTES: return trunc(ms / 60000);
    case F_SECONDS: return trunc(ms / 1000);
    default: return fmod(ms, 1000);
    }
}

static double part_of_day(uint8_t f, int32_t day) {
    int y, m, d;
    sz_day_to_ymd(day, &y, &m, &d);
    switch (f) {
    case F_YEAR: return y;
    case F_MONTH: return m - 1;
    case F_DATE: return d;
    case F_DAY_OF_MONTH: return d - 1;
    case F_DAY_OF_WEEK: return sz_day_weekday(day) % 7; /* 0 Sunday, as CEL */
    default: return day - sz_day_from_ymd(y, 1, 1);
    }
}

static double part_of_time(uint8_t f, const sz_zone *z, double ms) {
    const double most = 9.0e15; /* beyond this an instant has no civil date */
    if (!(fabs(ms) < most)) return NAN;
    int64_t t = (int64_t)ms;
    if (f < F_HOURS) return part_of_day(f, sz_zone_day(z, t));
    int32_t in_day = sz_zone_ms_of_day(z, t);
    switch (f) {
    case F_HOURS: return in_day / 3600000;
    case F_MINUTES: return in_day / 60000 % 60;
    case F_SECONDS: return in_day / 1000 % 60;
    default: return in_day % 1000;
    }
}

void prog_call1(uint8_t f, const sz_zone *z, sz_xval *a) {
    if (pass_on(SZ_X_NUM, a, NULL)) return;
    switch (f) {
    case F_SIZE: finish(SZ_X_NUM, a, size_of(a)); break;
    case F_LEAST:
    case F_GREATEST: break; /* of one */
    case F_ABS: finish(SZ_X_NUM, a, fabs(a->num)); break;
    case F_CEIL: finish(SZ_X_NUM, a, ceil(a->num)); break;
    case F_FLOOR: finish(SZ_X_NUM, a, floor(a->num)); break;
    case F_ROUND: finish(SZ_X_NUM, a, round(a->num)); break; /* half away from zero, as CEL's math.round */
    default:
        finish(SZ_X_NUM, a, a->type == SZ_X_DURATION ? part_of_duration(f, a->num) : part_of_time(f, z, a->num));
        break;
    }
}

void prog_call2(uint8_t f, sz_xval *a, const sz_xval *b) {
    bool is_bool = f <= F_ENDS;
    if (pass_on(is_bool ? SZ_X_BOOL : SZ_X_NUM, a, b)) return;
    sz_str s = a->str, t = b->str;
    switch (f) {
    case F_CONTAINS: *a = known_bool(sz_str_has(s, t)); break;
    case F_STARTS: *a = known_bool(s.n >= t.n && sz_str_eq((sz_str){s.p, t.n}, t)); break;
    case F_ENDS: *a = known_bool(t.n == 0 || (s.n >= t.n && sz_str_eq((sz_str){s.p + (s.n - t.n), t.n}, t))); break;
    case F_LEAST: finish(SZ_X_NUM, a, b->num < a->num ? b->num : a->num); break;
    default: finish(SZ_X_NUM, a, b->num > a->num ? b->num : a->num); break;
    }
}
