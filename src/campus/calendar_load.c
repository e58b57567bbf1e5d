/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar_load: calendar.yaml. Terms and all other spans of days are kept in the order of their first day.
 */
#include "weekday.h"
#include "yaml_table.h"

/* Where items of a list go: the calendar's array and its length; the day by which they are ordered. */
struct list {
    size_t array, n, item_size, first_day;
    const struct yaml_keys *keys;
    /* Complete and check items[n], those before it are good; false after a finding. */
    bool (*check)(struct loader *l, const sz_yaml *node, void *items, uint32_t n);
};

static int by_first_day(const void *a, const void *b, void *ctx) {
    size_t at = *(const size_t *)ctx;
    int32_t x, y;
    memcpy(&x, (const char *)a + at, sizeof x);
    memcpy(&y, (const char *)b + at, sizeof y);
    return (x > y) - (x < y);
}

static bool read_list(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    const struct list *list = arg;
    size_t first_day = list->first_day;
    bool is_good = true;
    if (!sz_ytable_is_list(l, node, "a list is wanted here", "这里应为列表")) return false;
    char *items = sz_arena_alloc(&l->c->arena, (node->n + 1) * list->item_size);
    uint32_t n = 0;
    for (size_t i = 0; i < node->n; i++) {
        void *item = items + n * list->item_size;
        memset(item, 0, list->item_size);
        if (sz_ytable_read(l, node->items[i], list->keys, item) && list->check(l, node->items[i], items, n)) n++;
        else is_good = false;
    }
    sz_sort(items, n, list->item_size, by_first_day, &first_day);
    memcpy((char *)at + list->array, &(void *){items}, sizeof(void *));
    memcpy((char *)at + list->n, &n, sizeof n);
    return is_good;
}

/* ---- terms ---- */

static const struct yaml_key term_keys[] = {
    {"id", true, sz_ytable_text, offsetof(sz_term, id), NULL},
    {"from", true, sz_ytable_day, offsetof(sz_term, from_day), NULL},
    {"to", true, sz_ytable_day, offsetof(sz_term, to_day), NULL},
};
static const struct yaml_keys term_table = {term_keys, 3, "a term, {id, from, to},", "学期 {id, from, to}"};

static bool check_term(struct loader *l, const sz_yaml *node, void *items, uint32_t n) {
    const sz_term *terms = items, *t = &terms[n];
    if (!sz_ytable_days_in_order(l, node, t->from_day, t->to_day)) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (t->from_day <= terms[i].to_day && t->to_day >= terms[i].from_day) {
            sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_TERMS_OVERLAP, sz_yaml_get(node, "from")->span,
                                      "this term overlaps the term `%.*s`", "这个学期与学期 `%.*s` 重叠",
                                      SZ_FMT_STR(terms[i].id));
            sz_diag_hint(l->d, g, "a day belongs to one term: let one end the day before the other begins",
                         "一天只属于一个学期：请让前一个在后一个开始的前一天结束");
            return false;
        }
        if (!sz_str_eq(t->id, terms[i].id)) continue;
        sz_diag_hint(l->d,
                     sz_diags_add(l->d, SZ_ERROR, CODE_TERM_TWICE, sz_yaml_get(node, "id")->span,
                                  "there is a term `%.*s` already", "已经有学期 `%.*s`", SZ_FMT_STR(t->id)),
                     "give this one another id, for example  2026-autumn", "请给这个学期另写 id，例如  2026-autumn");
        return false;
    }
    return true;
}

static const struct list term_list = {offsetof(sz_calendar, terms),
                                      offsetof(sz_calendar, n_terms),
                                      sizeof(sz_term),
                                      offsetof(sz_term, from_day),
                                      &term_table,
                                      check_term};

/* ---- holidays, periods: without `to` they are one day ---- */

static const struct yaml_key holiday_keys[] = {
    {"name", false, sz_ytable_both, offsetof(sz_holiday, name_zh), NULL},
    {"from", true, sz_ytable_day, offsetof(sz_holiday, from_day), NULL},
    {"to", false, sz_ytable_day, offsetof(sz_holiday, to_day), NULL},
};
static const struct yaml_keys holiday_table = {holiday_keys, 3, "a holiday, {name, from, to},",
                                               "假日 {name, from, to}"};
_Static_assert(offsetof(sz_holiday, name_en) == offsetof(sz_holiday, name_zh) + offsetof(struct both, en),
               "yaml_both writes both");

static bool has_key(const sz_yaml *node, const char *key) {
    const sz_yaml *value = sz_yaml_get(node, key);
    return value && value->kind != SZ_YAML_NULL;
}

static bool check_holiday(struct loader *l, const sz_yaml *node, void *items, uint32_t n) {
    sz_holiday *h = (sz_holiday *)items + n;
    if (!has_key(node, "to")) h->to_day = h->from_day;
    return sz_ytable_days_in_order(l, node, h->from_day, h->to_day);
}

static const struct list holiday_list = {offsetof(sz_calendar, holidays),
                                         offsetof(sz_calendar, n_holidays),
                                         sizeof(sz_holiday),
                                         offsetof(sz_holiday, from_day),
                                         &holiday_table,
                                         check_holiday};

static const struct yaml_key period_keys[] = {
    {"id", true, sz_ytable_text, offsetof(sz_period, id), NULL},
    {"from", true, sz_ytable_day, offsetof(sz_period, from_day), NULL},
    {"to", false, sz_ytable_day, offsetof(sz_period, to_day), NULL},
};
static const struct yaml_keys period_table = {period_keys, 3, "a period, {id, from, to},", "时段 {id, from, to}"};

static bool check_period(struct loader *l, const sz_yaml *node, void *items, uint32_t n) {
    sz_period *p = (sz_period *)items + n;
    if (!has_key(node, "to")) p->to_day = p->from_day;
    return sz_ytable_days_in_order(l, node, p->from_day, p->to_day);
}

static const struct list period_list = {offsetof(sz_calendar, periods),
                                        offsetof(sz_calendar, n_periods),
                                        sizeof(sz_period),
                                        offsetof(sz_period, from_day),
                                        &period_table,
                                        check_period};

/* ---- vacations ---- */

static bool set_vacation_name(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    struct both b = {{"", 0}, {"", 0}};
    if (!sz_ytable_both(l, node, &b, arg)) return false;
    *(sz_str *)at = b.zh;
    return true;
}

static const struct yaml_key vacation_keys[] = {
    {"name", false, set_vacation_name, offsetof(sz_vacation, name), NULL},
    {"from", true, sz_ytable_day, offsetof(sz_vacation, from_day), NULL},
    {"to", true, sz_ytable_day, offsetof(sz_vacation, to_day), NULL},
    {"registration_to", false, sz_ytable_day, offsetof(sz_vacation, registration_to), NULL},
};
static const struct yaml_keys vacation_table = {vacation_keys, 4, "a vacation, {name, from, to, registration_to},",
                                                "寒暑假 {name, from, to, registration_to}"};

static bool check_vacation(struct loader *l, const sz_yaml *node, void *items, uint32_t n) {
    sz_vacation *v = (sz_vacation *)items + n;
    if (!sz_ytable_days_in_order(l, node, v->from_day, v->to_day)) return false;
    if (!has_key(node, "registration_to")) {
        v->registration_to = SZ_DAY_NONE;
        return true;
    }
    if (v->registration_to >= v->to_day) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_REGISTRATION, sz_yaml_get(node, "registration_to")->span,
                              "registration is over before the vacation is", "报到在假期结束之前就结束了");
    sz_diag_hint(l->d, g, "it is the last day on which students come back, usually the day before classes",
                 "应为返校报到的最后一天，通常是上课前一天");
    return false;
}

static const struct list vacation_list = {offsetof(sz_calendar, vacations),
                                          offsetof(sz_calendar, n_vacations),
                                          sizeof(sz_vacation),
                                          offsetof(sz_vacation, from_day),
                                          &vacation_table,
                                          check_vacation};

/* ---- make-up days ---- */

static bool set_weekday(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    (void)arg;
    if (!sz_ytable_is_text(l, node, "a weekday is wanted here", "这里应为星期几")) return false;
    int day = sz_weekday_parse(sz_str_trim(node->text));
    if (day) {
        *(uint8_t *)at = (uint8_t)day;
        return true;
    }
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_WEEKDAY, node->span, "not a weekday", "不是星期几");
    sz_diag_hint(l->d, g, "write monday or 周一: the day whose classes are made up",
                 "请写 monday 或 周一：补的是哪一天的课");
    return false;
}

static const struct yaml_key makeup_keys[] = {
    {"date", true, sz_ytable_day, offsetof(struct sz_makeup, day), NULL},
    {"as", false, set_weekday, offsetof(struct sz_makeup, as_weekday), NULL},
};
static const struct yaml_keys makeup_table = {makeup_keys, 2, "a make-up day, {date, as},", "调休上课日 {date, as}"};

static bool check_makeup(struct loader *l, const sz_yaml *node, void *items, uint32_t n) {
    struct sz_makeup *days = items, *m = &days[n];
    if (!m->as_weekday) m->as_weekday = (uint8_t)sz_day_weekday(m->day);
    for (uint32_t i = 0; i < n; i++) {
        if (days[i].day != m->day) continue;
        sz_diag_hint(l->d,
                     sz_diags_add(l->d, SZ_ERROR, CODE_MAKE_UP_TWICE, sz_yaml_get(node, "date")->span,
                                  "this day is a make-up day already", "这一天已经是调休上课日"),
                     "keep the entry that is right: on one day the classes of one weekday are made up",
                     "只保留正确的一项：一天只能补一个星期几的课");
        return false;
    }
    return true;
}

static const struct list makeup_list = {offsetof(sz_calendar, makeups),
                                        offsetof(sz_calendar, n_makeups),
                                        sizeof(struct sz_makeup),
                                        offsetof(struct sz_makeup, day),
                                        &makeup_table,
                                        check_makeup};

/* A make-up day that is none because something else wins is a slip in one of the two. */
static void check_makeups(struct loader *l, const sz_yaml *list) {
    const sz_calendar *k = &l->c->calendar;
    for (size_t i = 0; list && i < list->n; i++) {
        int32_t day;
        const sz_yaml *date = list->kind == SZ_YAML_SEQ ? sz_yaml_get(list->items[i], "date") : NULL;
        if (!date || !sz_ytable_day(l, date, &day, NULL) || sz_calendar_is_class_day(k, day)) continue;
        sz_diag *g;
        if (sz_calendar_is_holiday(k, day) || sz_calendar_is_vacation(k, day))
            g = sz_diags_add(l->d, SZ_WARNING, CODE_MAKE_UP_IDLE, date->span,
                             "this make-up day lies in a holiday or vacation, so it is no class day",
                             "这个调休上课日在假期内，因此不算上课日");
        else
            g = sz_diags_add(l->d, SZ_WARNING, CODE_MAKE_UP_IDLE, date->span,
                             "this make-up day lies in no term, so it is no class day",
                             "这个调休上课日不在任何学期内，因此不算上课日");
        sz_diag_hint(l->d, g, "correct the date, or the days around it", "请改正这个日期，或改正假期、学期的起止");
    }
}

/* Read before the zone is known, by sz_campus_zone_name(). */
static bool check_zone(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    (void)at, (void)arg;
    return sz_ytable_is_text(l, node, "the name of a time zone is wanted here", "这里应为时区名称");
}

static const struct yaml_key calendar_keys[] = {
    {"timezone", false, check_zone, 0, NULL},
    {"terms", false, read_list, 0, &term_list},
    {"holidays", false, read_list, 0, &holiday_list},
    {"vacations", false, read_list, 0, &vacation_list},
    {"make_up_days", false, read_list, 0, &makeup_list},
    {"periods", false, read_list, 0, &period_list},
    {"curfew", false, sz_campus_load_curfew, 0, NULL},
};
static const struct yaml_keys calendar_table = {calendar_keys, 7, "a mapping like  terms: [{id, from, to}],",
                                                "映射，例如  terms: [{id, from, to}]"};

void sz_campus_load_calendar(struct loader *l, struct text_file *f) {
    const sz_yaml *root = sz_ytable_open(l, f);
    if (root && sz_ytable_read(l, root, &calendar_table, &l->c->calendar) && l->c->calendar.n_terms)
        check_makeups(l, sz_yaml_get(root, "make_up_days"));
}
