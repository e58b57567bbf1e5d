/* SPDX-License-Identifier: Apache-2.0
 *
 * curfew_load: `curfew: {sun-thu: '23:00', fri-sat: '23:30', ends: '05:00', by: [{year: 1, sun-thu: '22:30'}]}`.
 * Evenings may be single days or any range of days; a single day wins over a range; `none` is an evening without cut-
 * off. An entry of `by:` has fields of the student beside evenings; the first that fits counts, and evenings that it
 * does not name are the base's.
 */
#include "curfew.h"
#include "weekday.h"
#include "yaml_table.h"

#define NOON_MS ((int32_t)(12 * SZ_HOUR_MS))
#define DAY_MS  ((int32_t)SZ_DAY_MS)

static const char base_names[] = "sun-thu, fri-sat, ends, by";
static const char by_names[] =
    "sun-thu, fri-sat, ends, year, entry_year, years, gender, college, school, major, class, dorm, "
    "building, residence, status, tags";

/* `23:00`, `7:30`, `24:00` to milliseconds after noon. */
static bool parse_clock(sz_str s, int32_t *after_noon) {
    const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
    int64_t h, m;
    if (!colon) return false;
    sz_str hours = {s.p, (size_t)(colon - s.p)}, minutes = {colon + 1, s.n - hours.n - 1};
    if (hours.n > 2 || minutes.n != 2 || !sz_str_i64(hours, &h) || !sz_str_i64(minutes, &m)) return false;
    if (h < 0 || m < 0 || m > 59 || h > 24 || (h == 24 && m)) return false;
    *after_noon = ((int32_t)(h * 60 + m) * 60000 + NOON_MS) % DAY_MS;
    return true;
}

static bool read_clock(struct loader *l, const sz_yaml *node, int32_t *after_noon) {
    if (!sz_ytable_is_text(l, node, "a time of day is wanted here", "这里应为时刻")) return false;
    if (parse_clock(sz_str_trim(node->text), after_noon)) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_CLOCK, node->span, "not a time of day", "不是时刻");
    sz_diag_hint(l->d, g, "write '23:00'; after midnight '00:30'", "请写 '23:00'；过了零点写 '00:30'");
    return false;
}

/* One curfew mapping while it is read: how many days the key that gave an evening had, and where `ends` stands. */
struct reading {
    struct cut_offs *at;
    int width[8];
    const sz_yaml *where[8], *ends;
};

static int n_bits(unsigned days) {
    int n = 0;
    for (; days; days &= days - 1) n++;
    return n;
}

static bool read_evenings(struct loader *l, struct reading *r, const sz_yaml *key, const sz_yaml *value,
                          unsigned days) {
    int32_t cut = CUT_NONE;
    int width = n_bits(days);
    bool is_none = value->kind == SZ_YAML_SCALAR && sz_str_is(value->text, "none");
    if (!is_none && !read_clock(l, value, &cut)) return false;
    for (int day = 1; day <= 7; day++) {
        if (!(days & 1u << day)) continue;
        bool is_range = width > 1, was_range = r->width[day] > 1;
        if (r->width[day] && is_range == was_range) {
            sz_diag *g = sz_finding_add(
                l->d, SZ_ERROR, CODE_EVENING_TWICE, key->span,
                sz_arena_printf(&l->d->arena, "the evening of %s has a cut-off already", sz_weekday_names[day]),
                sz_arena_printf(&l->d->arena, "%s晚已经有门禁时间", sz_weekday_names_zh[day]));
            sz_diag_hint(l->d, g,
                         "let the ranges of days not overlap; a single day may stand beside a range and wins over it",
                         "日期范围不要重叠；单独一天可以与范围并列，以单独一天为准");
            return false;
        }
        if (r->width[day] && is_range) continue; /* the single day stood first */
        r->width[day] = width;
        r->where[day] = value;
        r->at->cut[day] = cut;
    }
    return true;
}

/* Evenings and `ends`; *is_other for another key. */
static bool read_key(struct loader *l, struct reading *r, const sz_yaml *key, const sz_yaml *value, bool *is_other) {
    unsigned days = sz_weekdays_parse(key->text);
    *is_other = false;
    if (days) return read_evenings(l, r, key, value, days);
    if (sz_str_is(key->text, "ends")) {
        r->ends = value;
        if (!read_clock(l, value, &r->at->ends)) return false;
        if (r->at->ends == 0) r->at->ends = DAY_MS; /* noon, at which the night ends anyway */
        return true;
    }
    *is_other = true;
    return true;
}

static bool check_order(struct loader *l, const struct reading *r) {
    for (int day = 1; day <= 7; day++) {
        if (r->at->cut[day] == CUT_NONE || r->at->cut[day] < r->at->ends) continue;
        const sz_yaml *at = r->ends ? r->ends : r->where[day];
        if (!at) continue;
        sz_diag *g = sz_finding_add(
            l->d, SZ_ERROR, CODE_CURFEW_ORDER, at->span,
            sz_arena_printf(&l->d->arena, "the curfew ends before the cut-off of %s", sz_weekday_names[day]),
            sz_arena_printf(&l->d->arena, "门禁结束早于%s晚的门禁时间", sz_weekday_names_zh[day]));
        sz_diag_hint(l->d, g, "a night runs from noon to noon: both must lie in it, `ends` after the cut-off",
                     "一夜从正午到次日正午：两者都要在其中，ends 在后");
        return false;
    }
    return true;
}

/* ---- by ---- */

static const struct curfew_field *field_of(sz_str name) {
    for (uint32_t i = 0; i < sz_n_curfew_fields; i++)
        if (sz_str_is(name, sz_curfew_fields[i].name)) return &sz_curfew_fields[i];
    return NULL;
}

static bool read_value(struct loader *l, const sz_yaml *node, struct curfew_if *f) {
    if (!sz_ytable_is_text(l, node, "a value of the student is wanted here", "这里应为学生字段的值")) return false;
    sz_str text = sz_str_trim(node->text);
    if (f->field->kind == FIELD_TEXT || f->field->kind == FIELD_TAGS) {
        f->values[f->n++] = sz_arena_str(&l->c->arena, text);
        return true;
    }
    int64_t v;
    if (sz_str_i64(text, &v) && v >= 1 && v <= 9999) {
        f->numbers[f->n++] = (int32_t)v;
        return true;
    }
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_NUMBER, node->span, "not a whole number from %d to %d",
                              "不是 %d 到 %d 之间的整数", 1, 9999);
    sz_diag_hint(l->d, g, "year: 1 is the first year of study", "year: 1 表示大一");
    return false;
}

/* A value that no student has is mostly a slip; the roster may also come later, so it is a warning. */
static void check_somebody(struct loader *l, const sz_yaml *node, const struct curfew_if *f) {
    struct curfew_if one = *f;
    if (one.numbers) one.numbers += f->n - 1;
    else one.values += f->n - 1;
    one.n = 1;
    struct curfew_by by = {.ifs = &one, .n_ifs = 1};
    if (f->field->kind == FIELD_YEAR || !l->is_roster_whole) return;
    for (uint32_t i = 0; i < l->c->n_students; i++)
        if (sz_curfew_fits(&by, &l->c->students[i], 0)) return;
    sz_diag *g =
        sz_diags_add(l->d, SZ_WARNING, CODE_CURFEW_NOBODY, node->span, "no student has this", "没有学生符合这一项");
    sz_diag_hint(l->d, g, "is it written as in students.csv?", "写法是否与 students.csv 一致？");
}

static bool read_if(struct loader *l, const sz_yaml *key, const sz_yaml *value, struct curfew_by *by) {
    const struct curfew_field *field = field_of(key->text);
    if (!field) {
        sz_ytable_unknown_key(l, key, by_names);
        return false;
    }
    size_t n = value->kind == SZ_YAML_SEQ ? value->n : 1;
    struct curfew_if *f = &by->ifs[by->n_ifs++];
    f->field = field;
    bool is_number = field->kind == FIELD_YEAR || field->kind == FIELD_NUMBER;
    f->numbers = is_number ? SZ_NEWN(&l->c->arena, int32_t, n + 1) : NULL;
    f->values = is_number ? NULL : SZ_NEWN(&l->c->arena, sz_str, n + 1);
    bool is_good = true;
    for (size_t i = 0; i < n; i++) {
        const sz_yaml *one = value->kind == SZ_YAML_SEQ ? value->items[i] : value;
        if (read_value(l, one, f)) check_somebody(l, one, f);
        else is_good = false;
    }
    return is_good;
}

static bool read_by(struct loader *l, const sz_yaml *node, const struct cut_offs *base, struct curfew_by *by) {
    bool is_good = true, is_other;
    if (node->kind != SZ_YAML_MAP) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_SHAPE, node->span, "a mapping is wanted here", "这里应为映射");
        sz_diag_hint(l->d, g, "write  {year: 1, sun-thu: '22:30'}", "请写成  {year: 1, sun-thu: '22:30'}");
        return false;
    }
    by->at = *base;
    by->ifs = SZ_NEWN(&l->c->arena, struct curfew_if, node->n + 1);
    struct reading r = {.at = &by->at};
    for (size_t i = 0; i < node->n; i++) {
        bool is_read = read_key(l, &r, node->keys[i], node->items[i], &is_other);
        if (is_other) is_read = read_if(l, node->keys[i], node->items[i], by);
        is_good &= is_read;
    }
    if (!is_good) return false;
    if (by->n_ifs == node->n || by->n_ifs == 0) {
        sz_diag *g = by->n_ifs ? sz_diags_add(l->d, SZ_ERROR, CODE_HALF_CURFEW, node->span,
                                              "this entry names no evening", "这一项没有写哪些晚上")
                               : sz_diags_add(l->d, SZ_ERROR, CODE_HALF_CURFEW, node->span,
                                              "this entry does not say for whom", "这一项没有写适用于谁");
        sz_diag_hint(l->d, g, "write both:  {year: 1, sun-thu: '22:30'}", "两者都要写：  {year: 1, sun-thu: '22:30'}");
        return false;
    }
    return check_order(l, &r);
}

static bool read_bys(struct loader *l, const sz_yaml *node, struct sz_curfew *cur) {
    if (!sz_ytable_is_list(l, node, "`by` is a list", "`by` 应为列表")) return false;
    bool is_good = true;
    cur->by = SZ_NEWN(&l->c->arena, struct curfew_by, node->n + 1);
    for (size_t i = 0; i < node->n; i++) {
        if (read_by(l, node->items[i], &cur->base, &cur->by[cur->n_by])) cur->n_by++;
        else is_good = false;
    }
    return is_good;
}

/* ---- the whole ---- */

static void fill_missing(struct loader *l, const struct reading *r, const sz_yaml *node) {
    const char *en = "", *zh = "";
    for (int day = 1; day <= 7; day++) {
        if (r->width[day]) continue;
        r->at->cut[day] = (int32_t)(11 * SZ_HOUR_MS);
        en = sz_arena_printf(&l->d->arena, "%s%s%s", en, en[0] ? ", " : "", sz_weekday_names[day]);
        zh = sz_arena_printf(&l->d->arena, "%s%s%s", zh, zh[0] ? "、" : "", sz_weekday_names_zh[day]);
    }
    if (!en[0]) return;
    sz_diag *g = sz_finding_add(l->d, SZ_WARNING, CODE_EVENING_OPEN, node->span,
                                sz_arena_printf(&l->d->arena, "no cut-off for the evenings of %s: 23:00 is taken", en),
                                sz_arena_printf(&l->d->arena, "没有写%s晚的门禁时间：按 23:00", zh));
    sz_diag_hint(l->d, g, "write it; an evening without curfew is  sat: none", "请写明；没有门禁的晚上写  sat: none");
}

bool sz_campus_load_curfew(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    struct sz_curfew *cur = SZ_NEW(&l->c->arena, struct sz_curfew);
    struct reading r = {.at = &cur->base};
    const sz_yaml *by = NULL;
    bool is_good = true, is_other;
    (void)at, (void)arg;
    cur->base.ends = (int32_t)(17 * SZ_HOUR_MS);
    if (node->kind != SZ_YAML_MAP) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_SHAPE, node->span, "a mapping is wanted here", "这里应为映射");
        sz_diag_hint(l->d, g, "write  curfew: {sun-thu: '23:00', fri-sat: '23:30', ends: '05:00'}",
                     "请写成  curfew: {sun-thu: '23:00', fri-sat: '23:30', ends: '05:00'}");
        return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        bool is_read = read_key(l, &r, node->keys[i], node->items[i], &is_other);
        if (is_other && sz_str_is(node->keys[i]->text, "by")) by = node->items[i];
        else if (is_other) sz_ytable_unknown_key(l, node->keys[i], base_names);
        is_good &= is_read && (!is_other || by == node->items[i]);
    }
    if (!is_good) {
        if (by) read_bys(l, by, cur); /* what is wrong there is told too */
        return false;
    }
    fill_missing(l, &r, node);
    if (!check_order(l, &r)) return false;
    if (by && !read_bys(l, by, cur)) return false;
    sz_curfew_finish(cur);
    l->c->calendar.curfew = cur;
    return true;
}
