/* SPDX-License-Identifier: Apache-2.0
 *
 * truth: what happened, and what only looks like it. An incident that shows in several ways has a row for each, so that
 * a rule which finds one of them is right.
 */
#include "files.h"

const char *const sz_sim_incidents[] = {
    "lost_contact", "late_returns",   "out_overnight", "missed_classes", "hardship", "spend_drop",
    "irregular",    "diligence_drop", "crisis",        "not_arrived",    NULL};
static const char *incident_name(enum incident kind) { return sz_sim_incidents[kind - 1]; }

const char *const sz_sim_confounders[] = {
    "phone_payer",           "off_campus",   "frugal",    "weekend_home", "club_permit", "card_replaced",
    "internship_unrecorded", "trip",         "lent_card", "pays_for_two", "is_treated",  "turns_to_phone",
    "leave_recorded_late",   "sick_in_dorm", NULL};

struct rows {
    struct file_writer *f;
    struct line_writer *l;
    uint32_t who, n;
    int64_t first_ms, last_ms; /* of the simulation */
};

/* Ends cut to the days that were simulated; strength < 0: the column is not there. */
static void row(struct rows *x, const char *kind, int64_t from_ms, int64_t to_ms, int32_t strength) {
    sz_buf *out = &x->f->buf;
    if (from_ms < x->first_ms) from_ms = x->first_ms;
    if (to_ms > x->last_ms) to_ms = x->last_ms;
    if (to_ms < from_ms) return;
    sz_sim_put_student(x->l, x->who, out);
    sz_buf_printf(out, ",%s,", kind);
    sz_sim_put_time(x->l, from_ms, out);
    sz_buf_put_u8(out, ',');
    sz_sim_put_time(x->l, to_ms, out);
    if (strength >= 0) sz_buf_printf(out, ",%d.%02d", strength / 100, strength % 100);
    sz_buf_put_u8(out, '\n');
    x->n++;
    sz_sim_file_row(x->f);
}

/* ---- incidents --------------------------------------------------------------------------------------------------- */

static void incident_rows(struct rows *x, const struct person *p) {
    int64_t from = x->first_ms + p->incident_from * SZ_MINUTE_MS,
            to = x->first_ms + p->incident_to * SZ_MINUTE_MS + 59 * SZ_SECOND_MS;
    row(x, incident_name((enum incident)p->incident), from, to, p->strength);
    if (p->incident == LOST_CONTACT && p->year <= 3 && p->strength >= 60)
        row(x, incident_name(MISSED_CLASSES), from, to, p->strength);
    if (p->incident == NOT_ARRIVED && p->year <= 3) row(x, incident_name(MISSED_CLASSES), from, to, p->strength);
    if (p->incident == DILIGENCE_DROP) row(x, incident_name(MISSED_CLASSES), from, to, p->strength / 2);
    if (p->incident != CRISIS) return;
    /* As mood.c has it: late and eating less, then in bed, then, where it is bad, nothing for two days. */
    int32_t begin = p->incident_from / 1440, length = p->incident_to / 1440 - begin + 1;
    int64_t turn = from + (length * 45 + 99) / 100 * SZ_DAY_MS;
    row(x, incident_name(LATE_RETURNS), from, turn - SZ_SECOND_MS, p->strength);
    row(x, incident_name(SPEND_DROP), from, to, p->strength);
    row(x, incident_name(MISSED_CLASSES), turn, to, p->strength);
    if (p->strength >= 50) row(x, incident_name(LOST_CONTACT), to - 2 * SZ_DAY_MS + SZ_SECOND_MS, to, p->strength);
}

/* ---- confounders ------------------------------------------------------------------------------------------------- */

static void span_row(struct rows *x, const struct person *p, const struct span *s) {
    static const char *const names[] = {[SPAN_SICK_IN_DORM] = "sick_in_dorm",
                                        [SPAN_INTERNSHIP_UNRECORDED] = "internship_unrecorded",
                                        [SPAN_TRIP] = "trip",
                                        [SPAN_LENT_CARD] = "lent_card",
                                        [SPAN_PAYS_FOR_TWO] = "pays_for_two",
                                        [SPAN_IS_TREATED] = "is_treated",
                                        [SPAN_PAYS_BY_PHONE] = "turns_to_phone"};
    int64_t from = x->first_ms + s->from * SZ_DAY_MS, to = x->first_ms + (s->to + 1) * SZ_DAY_MS - SZ_SECOND_MS;
    (void)p;
    if (names[s->kind]) row(x, names[s->kind], from, to, -1);
    if (s->kind <= SPAN_LAST_RECORDED && s->recorded > 0) row(x, "leave_recorded_late", from, to, -1);
}

static void confounder_rows(struct rows *x, const struct person *p) {
    int64_t from = x->first_ms, to = x->last_ms;
    if (p->habit == PHONE_PAYER) row(x, "phone_payer", from, to, -1);
    if (p->habit == OFF_CAMPUS) row(x, "off_campus", from, to, -1);
    if (p->habit == FRUGAL && p->incident != HARDSHIP) row(x, "frugal", from, to, -1);
    if (p->home_every) row(x, "weekend_home", from, to, -1);
    if (p->club) row(x, "club_permit", from, to, -1);
    if (p->card_lost >= 0)
        row(x, "card_replaced", from + p->card_lost * SZ_MINUTE_MS, from + p->card_new * SZ_MINUTE_MS, -1);
    for (uint32_t i = 0; i < p->n_spans; i++) span_row(x, p, &p->spans[i]);
}

void sz_sim_truth_write(struct file_writer *f, struct line_writer *l, sz_sim_counts *counts) {
    int64_t first = sz_sim_midnight(l->all->term->from);
    struct rows x = {
        .f = f, .l = l, .first_ms = first, .last_ms = first + (int64_t)l->all->days * SZ_DAY_MS - SZ_SECOND_MS};
    sz_sim_file_next(f, "truth.csv");
    sz_buf_put_z(&f->buf, "student,incident,from,to,strength\n");
    for (x.who = 0; x.who < l->all->n; x.who++)
        if (l->all->v[x.who].incident) incident_rows(&x, &l->all->v[x.who]);
    counts->incidents = x.n;
    x.n = 0;
    sz_sim_file_next(f, "confounders.csv");
    sz_buf_put_z(&f->buf, "student,confounder,from,to\n");
    for (x.who = 0; x.who < l->all->n; x.who++) confounder_rows(&x, &l->all->v[x.who]);
    counts->confounders = x.n;
}
