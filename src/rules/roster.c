/* SPDX-License-Identifier: Apache-2.0
 *
 * roster: what the students of the campus at hand are: its colleges, schools, classes, years. A condition that names
 * another one holds of nobody there, and is most likely a slip; with another campus it need not be one.
 */
#include "load.h"

enum { ROSTER_MOST = 4096 }; /* of more, such as the dorm rooms of a large school, nothing is said */
enum { NUMBERS_MOST = 64 };  /* different years: more are no years */

static sz_str text_of(const sz_student *s, uint32_t field) {
    switch (field) {
    case SZ_SF_COLLEGE: return s->college;
    case SZ_SF_SCHOOL: return s->school;
    case SZ_SF_MAJOR: return s->major;
    case SZ_SF_CLASS: return s->klass;
    case SZ_SF_DORM: return s->dorm;
    case SZ_SF_BUILDING: return s->building;
    case SZ_SF_GENDER: return s->gender;
    default: return (sz_str){0};
    }
}

static void read_roster(struct sz_loading *l, uint32_t field, struct sz_roster *r) {
    sz_map seen;
    uint32_t cap = 0;
    r->is_read = true;
    sz_map_init(&seen);
    for (uint32_t i = 0; i < sz_campus_n_students(l->campus) && !r->is_more; i++) {
        const sz_student *s = sz_campus_student(l->campus, i);
        sz_str one = text_of(s, field);
        const sz_str *texts = field == SZ_SF_TAGS ? s->tags : &one;
        for (uint32_t k = 0, n = field == SZ_SF_TAGS ? s->n_tags : 1; k < n && !r->is_more; k++) {
            if (!texts[k].n || sz_map_intern(&seen, texts[k]) < r->n) continue;
            r->is_more = r->n == ROSTER_MOST;
            if (!r->is_more) *SZ_PUSH(&l->tmp, r->v, r->n, cap) = texts[k];
        }
    }
    if (r->is_more) r->n = 0;
    sz_map_fini(&seen);
}

static void add_number(struct sz_loading *l, struct sz_roster *r, double v, uint32_t *cap) {
    uint32_t at = r->n;
    while (at > 0 && r->nums[at - 1] > v) at--;
    if (v <= 0 || (at > 0 && r->nums[at - 1] == v)) return;
    if (r->n == NUMBERS_MOST) r->is_more = true;
    if (r->is_more) return;
    *SZ_PUSH(l->a, r->nums, r->n, *cap) = v;
    memmove(&r->nums[at + 1], &r->nums[at], (r->n - 1 - at) * sizeof *r->nums);
    r->nums[at] = v;
}

/* The years of study in which somebody is, from the first term's first day to the last one's end. Of those who came in
 * the same year one is asked: a year of study follows from that alone. */
static void add_years(struct sz_loading *l, const sz_student *s, struct sz_roster *r, uint32_t *cap) {
    const sz_calendar *k = l->calendar;
    for (uint32_t i = 0; i < k->n_terms; i++)
        for (int32_t y = sz_student_year(s, k->terms[i].from_day); y <= sz_student_year(s, k->terms[i].to_day); y++)
            add_number(l, r, y, cap);
}

static void read_numbers(struct sz_loading *l, uint32_t field, struct sz_roster *r) {
    uint32_t cap = 0, entry_cap = 0;
    struct sz_roster entries = {0};
    r->is_read = true;
    for (uint32_t i = 0; i < sz_campus_n_students(l->campus) && !r->is_more; i++) {
        const sz_student *s = sz_campus_student(l->campus, i);
        uint32_t n = entries.n;
        if (field == SZ_SF_YEAR) add_number(l, &entries, s->entry_year, &entry_cap);
        if (field == SZ_SF_YEAR && entries.n == n && !entries.is_more) continue;
        if (field == SZ_SF_YEAR) add_years(l, s, r, &cap);
        else add_number(l, r, field == SZ_SF_YEARS ? s->years : s->entry_year, &cap);
    }
    if (r->is_more) r->n = 0;
}

static bool is_number(const struct sz_loading *l, uint32_t field) {
    bool has_terms = l->calendar && l->calendar->n_terms;
    return field == SZ_SF_ENTRY_YEAR || field == SZ_SF_YEARS || (field == SZ_SF_YEAR && has_terms);
}

static const sz_str *texts(struct sz_loading *l, const char *const *names, uint32_t n) {
    sz_str *v = SZ_NEWN(l->a, sz_str, n);
    for (uint32_t i = 0; i < n; i++) v[i] = sz_str_of(names[i]);
    return v;
}

static const char *const status_names[] = {"active", "suspended", "graduated", "withdrawn", "exchange"};
static const char *const residence_names[] = {"dorm", "off_campus", "home"};

void sz_student_choices(struct sz_loading *l, uint32_t field, sz_symbol *out) {
    if (field == SZ_SF_STATUS) out->choices = texts(l, status_names, out->n_choices = 5);
    if (field == SZ_SF_RESIDENCE) out->choices = texts(l, residence_names, out->n_choices = 3);
    if (!l->campus || sz_campus_is_empty(l->campus)) return;
    struct sz_roster *r = &l->roster[field];
    if (is_number(l, field)) {
        if (!r->is_read) read_numbers(l, field, r);
        out->held = r->nums;
        out->n_held = r->n;
        return;
    }
    if (!r->is_read) read_roster(l, field, r);
    bool is_bare = field == SZ_SF_TAGS && !r->is_more; /* nobody has a tag, and so not this one */
    if (!r->n && !is_bare) return; /* nobody has any: of a roster without that column nothing is known */
    if (field == SZ_SF_GENDER && r->n == 1) return; /* one house of a campus: what the others are called is not known */
    out->choices = r->v;
    out->n_choices = r->n;
    out->is_open = out->is_roster = true;
}
