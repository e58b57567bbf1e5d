/* SPDX-License-Identifier: Apache-2.0 */
/* baseline: a student against his own habit (semantics 21). The samples are the values of an inner feature on single
 * closed days; what is usual is the median of a day's bin, how much it varies the median absolute deviation. 1.4826
 * makes that of normal samples their standard deviation (Rousseeuw and Croux, Alternatives to the Median Absolute
 * Deviation, JASA 1993). */
#include <math.h>

#include "ops.h"

enum { SAMPLES_MAX = SZ_AGAINST_MAX + SZ_RECENT_MAX, BINS = 8, BIN_MIN = 4 };

typedef struct sample {
    double value;
    int8_t bin;
} sample;

static int by_size(const void *a, const void *b, void *ctx) {
    double x, y;
    (void)ctx;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Median; of an even number the mean of the middle two. Sorts v. */
static double median(double *v, uint32_t n) {
    sz_sort(v, n, sizeof *v, by_size, NULL);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static int8_t bin_of(const sz_feature *f, const sz_calendar *k, int32_t day) {
    switch (f->bins) {
    case SZ_BINS_WEEKDAY: return (int8_t)sz_day_weekday(day);
    case SZ_BINS_NONE: return 0;
    default: return sz_calendar_is_class_day(k, day);
    }
}

/* Values of the days from..to back from the last closed one that count as samples. */
static uint32_t collect(sz_eval *ev, const sz_feature *f, int32_t from, int32_t to, sample *out) {
    const sz_feature *inner = &ev->fs->features[f->inner];
    const sz_calendar *k = sz_campus_calendar(ev->facts->campus);
    int32_t day = ev->day, night = ev->night;
    uint32_t n = 0;
    for (int32_t back = from; back <= to; back++) {
        int32_t d = (f->window.is_night ? night : day) - back;
        if (sz_calendar_is_holiday(k, d) || sz_calendar_is_vacation(k, d)) continue;
        ev->day = day - back; /* the inner feature as of that day */
        ev->night = night - back;
        sz_xval v = x_unknown(SZ_X_NUM);
        if (day_is_observable(ev, f->types, f->window.is_night, d)) v = sz_feature_value(ev, f->inner);
        if (v.know == SZ_KNOWN && inner->type == SZ_X_NUM) out[n++] = (sample){.value = v.num, .bin = bin_of(f, k, d)};
    }
    ev->day = day;
    ev->night = night;
    return n;
}

static double usual_of(const sample *v, uint32_t n, int8_t bin, double of_all) {
    double of_bin[SAMPLES_MAX];
    uint32_t k = 0;
    for (uint32_t i = 0; i < n; i++)
        if (v[i].bin == bin) of_bin[k++] = v[i].value;
    return k < BIN_MIN ? of_all : median(of_bin, k);
}

static double spread_of(const sample *v, uint32_t n, const double *usual, double of_all) {
    double off[SAMPLES_MAX];
    for (uint32_t i = 0; i < n; i++) off[i] = fabs(v[i].value - usual[v[i].bin]);
    double s = 1.4826 * median(off, n);
    if (s < 0.1 * fabs(of_all)) s = 0.1 * fabs(of_all);
    return s < 1 ? 1 : s;
}

void op_baseline_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v) {
    *v = x_unknown(SZ_X_NUM);
    sample recent[SZ_RECENT_MAX], against[SZ_AGAINST_MAX];
    uint32_t n_recent = collect(ev, f, 1, f->recent, recent);
    if (n_recent == 0 || (int32_t)n_recent * 2 < f->recent) return;
    uint32_t n = collect(ev, f, f->recent + 1, f->recent + f->against, against);
    if (n == 0 || (int32_t)n * 2 < f->against) return;
    double all[SAMPLES_MAX], usual[BINS];
    for (uint32_t i = 0; i < n; i++) all[i] = against[i].value;
    double of_all = median(all, n);
    for (int8_t b = 0; b < BINS; b++) usual[b] = usual_of(against, n, b, of_all);
    double now = 0, expected = 0;
    for (uint32_t i = 0; i < n_recent; i++) {
        now += recent[i].value;
        expected += usual[recent[i].bin];
    }
    now /= n_recent;
    expected /= n_recent;
    v->know = SZ_KNOWN;
    switch (part) {
    case SZ_BASELINE_NOW: v->num = now; return;
    case SZ_BASELINE_USUAL: v->num = expected; return;
    case SZ_BASELINE_RATIO:
        if (expected == 0) v->know = SZ_UNKNOWN;
        else v->num = now / expected;
        return;
    default: v->num = (now - expected) / (spread_of(against, n, usual, of_all) / sqrt(n_recent)); return;
    }
}

/* By itself it is no number: one of its parts must be named. */
sz_xval op_baseline(sz_eval *ev, const sz_feature *f) {
    (void)ev;
    (void)f;
    return x_unknown(SZ_X_RECORD);
}
