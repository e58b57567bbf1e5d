/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known of feeds: when a type began and when it was down (semantics 12, 19). Intervals are few and ordered by
 * begin; several sources may be down at once, overlaps count once.
 */
#include <sanzao/features.h>

void sz_facts_init(sz_facts *f, const sz_campus *c) {
    *f = (sz_facts){.campus = c, .known_ms = INT64_MIN};
    int32_t term = sz_calendar_first_term_day(sz_campus_calendar(c));
    for (uint32_t t = 0; t < SZ_TYPES_MAX; t++) {
        int32_t began = SZ_DAY_NONE;
        bool is_declared = false, is_always = false;
        for (uint32_t i = 0; i < sz_campus_n_feeds(c); i++) {
            const sz_feed *feed = sz_campus_feed(c, i);
            if (!(feed->types >> t & 1)) continue;
            int32_t d = feed->began_day != SZ_DAY_NONE ? feed->began_day : term;
            if (d == SZ_DAY_NONE) is_always = true;
            else if (!is_declared || began == SZ_DAY_NONE || d < began) began = d;
            is_declared = true;
        }
        if (!is_declared) began = term;
        f->began_day[t] = is_always ? SZ_DAY_NONE : began;
    }
}

int32_t sz_facts_began(const sz_facts *f, uint64_t types) {
    int32_t began = INT32_MAX;
    for (uint32_t t = 0; types; t++, types >>= 1) {
        if (!(types & 1)) continue;
        if (f->began_day[t] == SZ_DAY_NONE) return SZ_DAY_NONE;
        if (f->began_day[t] < began) began = f->began_day[t];
    }
    return began == INT32_MAX ? SZ_DAY_NONE : began;
}

bool sz_facts_is_down(const sz_facts *f, uint64_t types, int64_t t_ms) {
    for (uint32_t i = 0; i < f->n_downs && f->downs[i].from_ms <= t_ms; i++)
        if (f->downs[i].types & types && t_ms < f->downs[i].to_ms) return true;
    return false;
}

bool sz_facts_is_silent(const sz_facts *f, int32_t day, int64_t t_ms) {
    if (f->is_one_student) return false;
    const sz_term *term = sz_calendar_last_term(sz_campus_calendar(f->campus), day);
    int32_t from = term ? term->from_day : INT32_MIN;
    for (uint32_t i = 0; i < f->n_heard && f->heard[i].t_ms <= t_ms; i++)
        if (f->heard[i].day >= from) return false;
    return true;
}

bool sz_facts_says_silent(const sz_facts *f, int32_t day, int64_t t_ms) {
    bool is_silent = sz_facts_is_silent(f, day, t_ms);
    if (is_silent && f->silent_ms && *f->silent_ms < t_ms) *f->silent_ms = t_ms;
    return is_silent;
}

int64_t sz_facts_down_ms(const sz_facts *f, uint64_t types, int64_t from_ms, int64_t to_ms) {
    int64_t sum = 0, done = from_ms; /* everything before done is counted */
    for (uint32_t i = 0; i < f->n_downs && f->downs[i].from_ms < to_ms; i++) {
        const sz_down *d = &f->downs[i];
        if (!(d->types & types)) continue;
        int64_t a = d->from_ms > done ? d->from_ms : done;
        int64_t b = d->to_ms < to_ms ? d->to_ms : to_ms;
        if (b <= a) continue;
        sum += b - a;
        done = b;
    }
    return sum;
}

int64_t sz_facts_up_after(const sz_facts *f, uint64_t types, int64_t from_ms, int64_t need_ms) {
    int64_t at = from_ms, left = need_ms;
    for (uint32_t i = 0; i < f->n_downs; i++) {
        const sz_down *d = &f->downs[i];
        if (!(d->types & types) || d->to_ms <= at) continue;
        if (d->from_ms > at) {
            if (d->from_ms - at >= left) return at + left;
            left -= d->from_ms - at;
        }
        if (d->to_ms == SZ_TIME_MAX) return SZ_TIME_MAX;
        at = d->to_ms;
    }
    return at + left;
}

int64_t sz_facts_next_edge(const sz_facts *f, uint64_t types, int64_t t_ms) {
    int64_t next = SZ_TIME_MAX;
    for (uint32_t i = 0; i < f->n_downs; i++) {
        const sz_down *d = &f->downs[i];
        if (!(d->types & types)) continue;
        if (d->from_ms > t_ms && d->from_ms < next) next = d->from_ms;
        if (d->to_ms > t_ms && d->to_ms < next) next = d->to_ms;
    }
    return next;
}

void sz_facts_forget_dark(sz_facts *f, const sz_featureset *fs) {
    for (uint32_t i = 0; f->dark && i < SZ_DARK_RANGES * fs->n_features; i++) f->dark[i] = (sz_dark){.to = -1};
}

void sz_facts_prepare(sz_facts *f, const sz_featureset *fs, const sz_zone *z, int32_t *feature_day) {
    for (uint32_t i = 0; i < fs->n_features; i++) {
        const sz_feature *x = &fs->features[i];
        int32_t day = sz_facts_began(f, x->types);
        if (f->acc_from_ms && x->acc != SZ_NONE && f->acc_from_ms[x->acc] != INT64_MIN) {
            int32_t from = sz_zone_day(z, f->acc_from_ms[x->acc] - 1) + 1;
            if (from > day) day = from;
        }
        feature_day[i] = day;
    }
    f->known_ms = INT64_MIN;
    for (uint32_t i = 0; f->acc_from_ms && i < fs->n_accs; i++) /* a night begins within the day */
        if (f->acc_from_ms[i] != INT64_MIN && f->acc_from_ms[i] + SZ_DAY_MS > f->known_ms)
            f->known_ms = f->acc_from_ms[i] + SZ_DAY_MS;
    f->feature_day = feature_day;
    sz_facts_forget_dark(f, fs);
}
