/* SPDX-License-Identifier: Apache-2.0
 *
 * shared_hash: is what concerns everyone still the same? A state remembers the hash, not the folder.
 */
#include "curfew.h"

static uint64_t with_text(uint64_t h, sz_str s) { return h * 31 + sz_hash(s.p, s.n); }

static uint64_t with(uint64_t h, int64_t a, int64_t b, int64_t c) {
    int64_t v[] = {a, b, c};
    return h * 31 + sz_hash(v, sizeof v);
}

static uint64_t of_zone(uint64_t h, const sz_zone *z) {
    h = with(h, z->n, z->offset0_s, 0);
    for (uint32_t i = 0; i < z->n; i++) h = with(h, z->from_ms[i], z->offset_s[i], 0);
    return h;
}

static uint64_t of_cut_offs(uint64_t h, const struct cut_offs *c) {
    for (int day = 1; day <= 7; day++) h = with(h, c->cut[day], day, 0);
    return with(h, c->ends, 0, 0);
}

static uint64_t of_curfew(uint64_t h, const struct sz_curfew *c) {
    if (!c) return h;
    h = of_cut_offs(with(h, c->n_by, 1, 0), &c->base);
    for (uint32_t i = 0; i < c->n_by; i++) {
        h = of_cut_offs(with(h, c->by[i].n_ifs, 2, 0), &c->by[i].at);
        for (uint32_t k = 0; k < c->by[i].n_ifs; k++) {
            const struct curfew_if *f = &c->by[i].ifs[k];
            h = with_text(with(h, f->n, 3, 0), sz_str_of(f->field->name));
            for (uint32_t v = 0; v < f->n; v++)
                h = f->numbers ? with(h, f->numbers[v], 4, 0) : with_text(h, f->values[v]);
        }
    }
    return h;
}

static uint64_t of_calendar(uint64_t h, const sz_calendar *k) {
    h = with(h, k->n_terms, k->n_holidays, k->n_vacations);
    for (uint32_t i = 0; i < k->n_terms; i++)
        h = with_text(with(h, k->terms[i].from_day, k->terms[i].to_day, 0), k->terms[i].id);
    for (uint32_t i = 0; i < k->n_holidays; i++) h = with(h, k->holidays[i].from_day, k->holidays[i].to_day, 0);
    for (uint32_t i = 0; i < k->n_vacations; i++)
        h = with(h, k->vacations[i].from_day, k->vacations[i].to_day, k->vacations[i].registration_to);
    h = with(h, k->n_periods, k->n_makeups, 0);
    for (uint32_t i = 0; i < k->n_periods; i++)
        h = with_text(with(h, k->periods[i].from_day, k->periods[i].to_day, 0), k->periods[i].id);
    for (uint32_t i = 0; i < k->n_makeups; i++) h = with(h, k->makeups[i].day, k->makeups[i].as_weekday, 0);
    return of_curfew(h, k->curfew);
}

uint64_t sz_campus_shared_hash(const sz_campus *c) {
    uint64_t h = of_calendar(of_zone(0, &c->zone), &c->calendar);
    for (uint32_t i = 0; i < c->n_feeds; i++) {
        const sz_feed *f = &c->feeds[i];
        h = with_text(with(h, f->began_day, (int64_t)f->types, f->is_batch), f->source);
    }
    for (uint32_t i = 0; i < c->n_places; i++) {
        const sz_place *p = &c->places[i];
        h = with_text(with_text(with_text(h, p->id), p->name), p->kind);
        h = with_text(with_text(h, p->building), p->zone);
    }
    return h;
}
