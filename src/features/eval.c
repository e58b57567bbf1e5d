/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading names at an instant: slots of events, students, calendar, features and params; matchers.
 */
#include <math.h>

#include "clock.h"
#include "ops.h"

typedef sz_xval (*op_fn)(sz_eval *ev, const sz_feature *f);

static const op_fn op_table[SZ_N_OPERATORS] = {
    [SZ_OP_COUNT] = op_count,   [SZ_OP_SUM] = op_sum,           [SZ_OP_AVG] = op_avg,
    [SZ_OP_MIN] = op_min,       [SZ_OP_MAX] = op_max,           [SZ_OP_DAYS] = op_days,
    [SZ_OP_FIRST] = op_first,   [SZ_OP_DISTINCT] = op_distinct, [SZ_OP_LAST] = op_last,
    [SZ_OP_STREAK] = op_streak, [SZ_OP_SESSIONS] = op_sessions, [SZ_OP_ABSENCE] = op_absence,
    [SZ_OP_VALUE] = op_value,   [SZ_OP_BASELINE] = op_baseline, [SZ_OP_REGULARITY] = op_regularity,
    [SZ_OP_PEERS] = op_peers,
};

typedef void (*part_fn)(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v);
static const part_fn part_table[SZ_N_OPERATORS] = {
    [SZ_OP_BASELINE] = op_baseline_part,
    [SZ_OP_REGULARITY] = op_regularity_part,
    [SZ_OP_PEERS] = op_peers_part,
};

void sz_eval_at(sz_eval *ev, int64_t t_ms) {
    ev->t_ms = t_ms;
    if (ev->days) {
        ev->day = sz_zone_day_as(ev->zone, &ev->days[0], t_ms);
        ev->night = sz_zone_night_as(ev->zone, &ev->days[1], t_ms);
        return;
    }
    ev->day = sz_zone_day(ev->zone, t_ms);
    ev->night = sz_zone_night(ev->zone, t_ms);
}

sz_xval sz_feature_value(sz_eval *ev, uint32_t feature) {
    const sz_feature *f = &ev->fs->features[feature];
    if (f->is_idle) return (sz_xval){.type = f->type, .know = SZ_UNKNOWN};
    return op_table[f->op](ev, f);
}

double sz_feature_reached(sz_eval *ev, uint32_t feature) {
    const sz_feature *f = &ev->fs->features[feature];
    switch (f->op) { /* how much of the window was observable does not matter */
    case SZ_OP_COUNT: return (double)rows_total(ev, f).n;
    case SZ_OP_DAYS: return (double)rows_total(ev, f).units;
    case SZ_OP_SUM: return rows_sum(ev, f);
    case SZ_OP_SESSIONS: return sessions_number(ev, f);
    case SZ_OP_ABSENCE: return absence_most(ev, f);
    default: {
        sz_xval v = op_table[f->op](ev, f);
        return v.know == SZ_UNKNOWN ? NAN : v.num;
    }
    }
}

static void set_text(sz_xval *v, sz_str s) {
    v->type = SZ_X_STR;
    v->know = s.n ? SZ_KNOWN : SZ_UNKNOWN;
    v->str = s;
}

static void set_num(sz_xval *v, double d, bool has) {
    v->type = SZ_X_NUM;
    v->know = has ? SZ_KNOWN : SZ_UNKNOWN;
    v->num = d;
}

static void set_bool(sz_xval *v, bool b) {
    v->type = SZ_X_BOOL;
    v->know = SZ_KNOWN;
    v->b = b;
}

static void set_date(sz_eval *ev, sz_xval *v, int32_t day) {
    char *text = ev->texts[ev->next_text++ & 7];
    sz_day_format(day, text);
    set_text(v, (sz_str){text, 10});
}

/* Was the student on leave when it happened, as far as the school knows by now? A record that lost its time of day is
 * asked for noon: a leave of more than half of a day counts as the day. */
static void load_on_leave(sz_eval *ev, const sz_event *e, sz_xval *v) {
    int64_t t = e->time_ms;
    if (e->precision == SZ_PREC_DAY) t = sz_zone_noon(ev->zone, sz_zone_day(ev->zone, t));
    set_bool(v, sz_campus_on_leave(ev->facts->campus, ev->student, ev->facts->known, SZ_ON_LEAVE_KINDS, t));
}

/* What needs a time of day is unknown at day precision (semantics 1). */
static void load_clock(sz_eval *ev, const sz_event *e, uint32_t field, sz_xval *v) {
    bool has = e->precision != SZ_PREC_DAY;
    int32_t ms = sz_zone_ms_of_day(ev->zone, e->time_ms);
    switch (field) {
    case SZ_EF_CLOCK: set_text(v, clock_text(ms)); break;
    case SZ_EF_HOUR: set_num(v, ms / 3600000, true); break;
    case SZ_EF_NIGHT: set_date(ev, v, sz_zone_night(ev->zone, e->time_ms)); break;
    case SZ_EF_WEEKDAY:
        set_num(v, sz_day_weekday(sz_zone_day(ev->zone, e->time_ms)), true);
        return; /* a day has a weekday */
    default: /* late: an entry into a dorm; who went out did not come late, and of an unknown direction it is not known
              */
        set_bool(v, false);
        has = has && e->type == SZ_TYPE_DORM_ACCESS && e->direction != SZ_DIR_UNKNOWN;
        if (has && e->direction == SZ_DIR_IN)
            v->b = sz_campus_is_late(ev->facts->campus, ev->student, ev->facts->known, e->time_ms);
        break;
    }
    if (!has) v->know = SZ_UNKNOWN;
}

sz_str place_text(const sz_campus *c, const sz_event *e, uint32_t field) {
    const sz_str none = {0}, unknown = SZ_STR("unknown");
    /* a reader that nobody knows stands somewhere, and of no kind that is known */
    if (!e->place.n) return field == SZ_EF_PLACE_KIND && e->reader.n ? unknown : none;
    uint32_t i = c ? sz_campus_find_place(c, e->place) : SZ_NONE;
    if (i == SZ_NONE) return field == SZ_EF_PLACE_KIND ? unknown : none;
    const sz_place *p = sz_campus_place(c, i);
    switch (field) {
    case SZ_EF_PLACE_NAME: return p->name.n ? p->name : p->id;
    case SZ_EF_PLACE_KIND: return p->kind.n ? p->kind : unknown;
    case SZ_EF_PLACE_BUILDING: return p->building;
    default: return p->zone;
    }
}

static void load_declared(sz_eval *ev, const sz_event *e, uint32_t field, sz_xval *v) {
    const sz_declared *d = &ev->fs->declared[field - SZ_EF_DECLARED];
    const sz_value *x = d->types >> e->type & 1 ? &e->fields[d->at[e->type]] : NULL;
    bool has = x && x->is_set;
    if (d->kind <= SZ_FIELD_ENUM) set_text(v, has ? x->text : (sz_str){0});
    else {
        set_num(v, has ? x->num : 0, has);
        if (d->kind == SZ_FIELD_TIME) v->type = SZ_X_TIME;
    }
}

/* Code texts of built-in types. */
static void load_code(const sz_event *e, uint32_t field, sz_xval *v) {
    const char *z = "";
    switch (field) {
    case SZ_EF_OP: z = e->type == SZ_TYPE_SWIPE ? sz_op_names[e->op] : ""; break;
    case SZ_EF_STATUS: z = e->type == SZ_TYPE_ATTENDANCE ? sz_attend_names[e->status] : ""; break;
    case SZ_EF_DIRECTION: z = e->direction ? sz_direction_names[e->direction] : ""; break;
    case SZ_EF_RESULT: z = e->type == SZ_TYPE_DORM_ACCESS ? sz_result_names[e->result] : ""; break;
    default: z = sz_precision_names[e->precision]; break;
    }
    set_text(v, sz_str_of(z));
}

static void set_time(sz_xval *v, int64_t t) {
    v->type = SZ_X_TIME;
    v->know = t == SZ_TIME_NONE ? SZ_UNKNOWN : SZ_KNOWN;
    v->num = (double)t;
}

/* A declared type may declare a field of a built-in's name (direction): by name, then. */
static bool is_declared_twin(const sz_eval *ev, const sz_event *e, uint32_t field, uint32_t *twin) {
    if (e->type < SZ_TYPE_FIRST_DECLARED || !sz_efields[field].name) return false;
    for (uint32_t i = 0; i < ev->fs->n_declared; i++)
        if (sz_str_is(ev->fs->declared[i].name, sz_efields[field].name) && ev->fs->declared[i].types >> e->type & 1) {
            *twin = SZ_EF_DECLARED + i;
            return true;
        }
    return false;
}

/* A record of day precision was there at some time of its day: its age counts from the day's end, as absence does. */
static int64_t age_base(const sz_eval *ev, const sz_event *e) {
    if (e->precision != SZ_PREC_DAY) return e->time_ms;
    return sz_zone_midnight(ev->zone, sz_zone_day(ev->zone, e->time_ms) + 1);
}

static void load_field(sz_eval *ev, const sz_event *e, uint32_t field, sz_xval *v) {
    uint32_t twin;
    if (field >= SZ_EF_DECLARED) {
        load_declared(ev, e, field, v);
        return;
    }
    switch (field) {
    case SZ_EF_ID: set_text(v, e->id); break;
    case SZ_EF_SOURCE: set_text(v, e->source); break;
    case SZ_EF_TYPE: set_text(v, ev->types->v[e->type].name); break;
    case SZ_EF_TIME:
        set_time(v, e->time_ms);
        v->b = e->precision == SZ_PREC_DAY;
        break;
    case SZ_EF_COLLECTED: set_time(v, e->collected_ms); break;
    case SZ_EF_STUDENT: set_text(v, ev->student_id); break;
    case SZ_EF_CARD: set_text(v, e->card); break;
    case SZ_EF_READER: set_text(v, e->reader); break;
    case SZ_EF_REF: set_text(v, e->ref); break;
    case SZ_EF_AMOUNT: set_num(v, (double)e->amount_fen / 100.0, e->amount_fen >= 0); break;
    case SZ_EF_BALANCE: set_num(v, (double)e->balance_fen / 100.0, e->balance_fen >= 0); break;
    case SZ_EF_JOURNAL_NO: set_num(v, (double)e->journal_no, e->journal_no >= 0); break;
    case SZ_EF_USE_COUNT: set_num(v, (double)e->use_count, e->use_count >= 0); break;
    case SZ_EF_COURSE: set_text(v, e->course); break;
    case SZ_EF_SESSION: set_text(v, e->session); break;
    case SZ_EF_MEANS: set_text(v, e->means); break;
    case SZ_EF_HOURS: set_num(v, (double)e->hours_micro / 1e6, e->type == SZ_TYPE_ATTENDANCE); break;
    case SZ_EF_LATE:
    case SZ_EF_CLOCK:
    case SZ_EF_HOUR:
    case SZ_EF_WEEKDAY:
    case SZ_EF_NIGHT: load_clock(ev, e, field, v); break;
    case SZ_EF_PLACE_ID: set_text(v, e->place); break;
    case SZ_EF_PLACE_NAME:
    case SZ_EF_PLACE_KIND:
    case SZ_EF_PLACE_BUILDING:
    case SZ_EF_PLACE_ZONE: set_text(v, place_text(ev->facts->campus, e, field)); break;
    case SZ_EF_ON_LEAVE: load_on_leave(ev, e, v); break;
    case SZ_EF_AGE:
        set_num(v, ev->t_ms > age_base(ev, e) ? (double)(ev->t_ms - age_base(ev, e)) : 0, true);
        v->type = SZ_X_DURATION;
        break;
    default: load_code(e, field, v); break;
    }
    if (v->know == SZ_UNKNOWN && is_declared_twin(ev, e, field, &twin)) load_declared(ev, e, twin, v);
}

void student_field(const sz_student *s, uint32_t field, int32_t day, sz_xval *v) {
    switch (field) {
    case SZ_SF_COLLEGE: set_text(v, s->college); break;
    case SZ_SF_SCHOOL: set_text(v, s->school); break;
    case SZ_SF_MAJOR: set_text(v, s->major); break;
    case SZ_SF_CLASS: set_text(v, s->klass); break;
    case SZ_SF_ENTRY_YEAR: set_num(v, s->entry_year, s->entry_year != 0); break;
    case SZ_SF_YEARS: set_num(v, s->years, s->years != 0); break;
    case SZ_SF_YEAR: {
        int32_t y = sz_student_year(s, day);
        set_num(v, y, y > 0);
        break;
    }
    case SZ_SF_DORM: set_text(v, s->dorm); break;
    case SZ_SF_RESIDENCE: set_text(v, s->residence); break;
    case SZ_SF_STATUS: set_text(v, s->status_name); break;
    case SZ_SF_GENDER: set_text(v, s->gender); break;
    case SZ_SF_BUILDING: set_text(v, s->building); break;
    default: { /* the share of his studies that has passed */
        double d = sz_student_study_share(s, day);
        set_num(v, d, !isnan(d));
        break;
    }
    }
}

static void load_student(sz_eval *ev, uint32_t field, sz_xval *v) {
    const sz_student *s = ev->info ? ev->info : &sz_student_admitted;
    switch (field) {
    case SZ_SF_ID: set_text(v, ev->student_id); break;
    case SZ_SF_TAGS:
        ev->tags = (sz_list){.strs = s->tags, .n = s->n_tags};
        *v = (sz_xval){.type = SZ_X_LIST_STR, .know = SZ_KNOWN, .list = &ev->tags};
        break;
    default: student_field(s, field, ev->day, v); break;
    }
}

static void load_calendar(sz_eval *ev, uint32_t field, uint32_t period, sz_xval *v) {
    const sz_calendar *k = sz_campus_calendar(ev->facts->campus);
    switch (field) {
    case SZ_CF_TERM: {
        const sz_term *t = sz_calendar_term(k, ev->day);
        set_text(v, t ? t->id : (sz_str){0});
        break;
    }
    case SZ_CF_WEEK: {
        int32_t w = sz_calendar_week(k, ev->day);
        set_num(v, w, w > 0);
        break;
    }
    case SZ_CF_HOLIDAY: set_bool(v, sz_calendar_is_holiday(k, ev->day)); break;
    case SZ_CF_VACATION: set_bool(v, sz_calendar_is_vacation(k, ev->day)); break;
    case SZ_CF_CLASS_DAY: set_bool(v, sz_calendar_is_class_day(k, ev->day)); break;
    case SZ_CF_HOLIDAY_EVE: set_bool(v, sz_calendar_is_holiday_eve(k, ev->day)); break;
    case SZ_CF_CLASS_DAYS_LEFT: set_num(v, sz_calendar_class_days_left(k, ev->day), true); break;
    case SZ_CF_IN: set_bool(v, period < k->n_periods && sz_calendar_in(k, k->periods[period].id, ev->day)); break;
    default: {
        int32_t d = period < k->n_periods ? sz_calendar_days_to(k, k->periods[period].id, ev->day) : INT32_MAX;
        set_num(v, d, d != INT32_MAX);
        break;
    }
    }
}

/* What the student lacks is not what the row asks for; of several tags one is. */
static bool cond_fits(const struct sz_param_cond *c, const sz_xval *v) {
    if (v->know != SZ_KNOWN) return false;
    if (v->type == SZ_X_NUM) return c->is_num && v->num == c->num;
    if (v->type == SZ_X_STR) return sz_str_eq(v->str, c->text);
    for (uint32_t i = 0; i < v->list->n; i++)
        if (sz_str_eq(v->list->strs[i], c->text)) return true;
    return false;
}

/* True if every condition of a `by:` row fits the student as of t. */
static bool case_fits(sz_eval *ev, const sz_param_case *c) {
    for (uint32_t i = 0; i < c->n_conds; i++) {
        sz_xval v = {0};
        load_student(ev, c->conds[i].field, &v);
        if (!cond_fits(&c->conds[i], &v)) return false;
    }
    return true;
}

static void load_param(sz_eval *ev, uint32_t index, sz_xval *v) {
    *v = (sz_xval){.know = SZ_UNKNOWN};
    if (index >= ev->n_params) return;
    const sz_param *p = &ev->params[index];
    for (uint32_t i = 0; i < p->n_cases; i++) {
        if (!case_fits(ev, &p->cases[i])) continue;
        *v = p->cases[i].value;
        return;
    }
}

static void load_record_field(sz_eval *ev, const sz_feature *f, uint32_t field, sz_xval *v) {
    sz_event e;
    if (op_record(ev, f, &e)) {
        load_field(ev, &e, field, v);
        if (v->type == SZ_X_STR && v->str.p == e.id_hex) { /* it would not outlive this call */
            char *text = ev->texts[ev->next_text++ & 7];
            memcpy(text, e.id_hex, sizeof e.id_hex);
            v->str.p = text;
        }
        return;
    }
    *v = (sz_xval){.know = SZ_UNKNOWN};
    v->type = field < SZ_EF_DECLARED ? sz_efields[field].type : SZ_X_STR;
    if (field == SZ_EF_AGE) v->type = SZ_X_DURATION;
}

static void load(void *ctx, uint32_t slot, sz_xval *v) {
    sz_eval *ev = ctx;
    uint32_t index = SZ_SLOT_INDEX(slot), sub = SZ_SLOT_SUB(slot);
    v->is_error = false;
    switch (SZ_SLOT_SPACE(slot)) {
    case SZ_SPACE_EVENT:
        if (ev->event) load_field(ev, ev->event, index, v);
        else *v = (sz_xval){.type = index < SZ_EF_DECLARED ? sz_efields[index].type : SZ_X_STR, .know = SZ_UNKNOWN};
        break;
    case SZ_SPACE_STUDENT: load_student(ev, index, v); break;
    case SZ_SPACE_CALENDAR: load_calendar(ev, index, sub, v); break;
    case SZ_SPACE_FEATURE:
        if (sub && part_table[ev->fs->features[index].op])
            part_table[ev->fs->features[index].op](ev, &ev->fs->features[index], sub - 1, v);
        else if (sub) load_record_field(ev, &ev->fs->features[index], sub - 1, v);
        else *v = sz_feature_value(ev, index);
        break;
    case SZ_SPACE_STEP:
        if (ev->steps && ev->steps[sub]) load_field(ev, ev->steps[sub], index, v);
        else *v = (sz_xval){.type = index < SZ_EF_DECLARED ? sz_efields[index].type : SZ_X_STR, .know = SZ_UNKNOWN};
        break;
    case SZ_SPACE_PARAM: load_param(ev, index, v); break;
    default: *v = (sz_xval){.know = SZ_UNKNOWN}; break;
    }
}

sz_loader sz_eval_loader(sz_eval *ev) { return (sz_loader){.ctx = ev, .load = load}; }

bool sz_growing_base(sz_eval *ev, uint32_t slot, int64_t *base_ms) {
    const sz_feature *f = &ev->fs->features[SZ_SLOT_INDEX(slot)];
    if (SZ_SLOT_SUB(slot)) { /* .age of first and last */
        sz_event e;
        if (!op_record(ev, f, &e)) return false;
        *base_ms = age_base(ev, &e);
        return true;
    }
    bool inside;
    return f->op == SZ_OP_ABSENCE && absence_base(ev, f, base_ms, &inside) && !inside;
}

int64_t sz_growing_at(const sz_eval *ev, uint32_t slot, int64_t base_ms, double ms) {
    const sz_feature *f = &ev->fs->features[SZ_SLOT_INDEX(slot)];
    int64_t need = (int64_t)ceil(ms);
    if (SZ_SLOT_SUB(slot) || !ev->facts->n_downs) return base_ms + need;
    return sz_facts_up_after(ev->facts, f->types, base_ms, need);
}

int64_t sz_growing_reaches(sz_eval *ev, uint32_t slot, double ms) {
    int64_t base;
    return sz_growing_base(ev, slot, &base) ? sz_growing_at(ev, slot, base, ms) : SZ_TIME_MAX;
}
