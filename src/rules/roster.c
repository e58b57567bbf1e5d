/* SPDX-License-Identifier: Apache-2.0
 *
 * roster: what the students of the campus at hand are: its colleges, schools, classes. A condition that names another
 * one holds of nobody there, and is most likely a slip; with another campus it need not be one.
 */
#include "load.h"

enum { ROSTER_MOST = 4096 }; /* of more, such as the dorm rooms of a large school, nothing is said */

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
    if (!r->is_read) read_roster(l, field, r);
    bool is_bare = field == SZ_SF_TAGS && !r->is_more; /* nobody has a tag, and so not this one */
    if (!r->n && !is_bare) return; /* nobody has any: of a roster without that column nothing is known */
    if (field == SZ_SF_GENDER && r->n == 1) return; /* one house of a campus: what the others are called is not known */
    out->choices = r->v;
    out->n_choices = r->n;
    out->is_open = out->is_roster = true;
}
