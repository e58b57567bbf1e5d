/* SPDX-License-Identifier: Apache-2.0
 *
 * time_pattern: how a vendor writes times, `YYYY/M/D H:mm[:ss]`, compiled once and matched a row at a time.
 *
 * YYYY YY year; M D H h m s one or two digits (right before another number as many as let the rest fit); MM DD HH hh
 * mm ss two; MMM the month's English name; S… a fraction of any length; A AM, PM, 上午, 下午 and the like (with h); Z
 * an offset
 * (+08:00, +0800, +08, Z); E the weekday, which is passed over; yyyy, yy, d and dd as in other programs. A blank
 * stands for one or more. [ ] may be left out. Other letters stand only in quotes, except T. The words epoch_s and
 * epoch_ms are whole numbers, excel is a spreadsheet's day. 24:00 is the next midnight.
 */
#ifndef SANZAO_SRC_MODEL_TIME_PATTERN_H
#define SANZAO_SRC_MODEL_TIME_PATTERN_H

#include <sanzao/base.h>

typedef struct sz_time_op {
    uint8_t kind;
    char c; /* a letter that stands for itself */
} sz_time_op;

typedef struct sz_time_pattern {
    sz_time_op *ops;
    uint32_t n;
} sz_time_pattern;

/* What a text said. */
typedef struct sz_civil {
    int year, month, day, hour, minute, second, ms;
    bool has_hour, has_second, has_offset, is_epoch;
    int32_t offset_s;
    int64_t epoch_ms;
} sz_civil;

typedef struct sz_pattern_error {
    size_t off, len; /* bytes of the pattern */
    const char *en, *zh;
} sz_pattern_error;

enum { SZ_PATTERN_FORMS = 8 }; /* one pattern with [ ] is up to so many without */

/* Compile into out[0..*n), forms with the most parts first. False: *error says why and where. */
bool sz_time_pattern_compile(sz_arena *a, sz_str text, sz_time_pattern out[SZ_PATTERN_FORMS], uint32_t *n,
                             sz_pattern_error *error);

/* The formats that vendors use, compiled when one is asked for first; they live as long as the arena. */
typedef struct sz_time_likely sz_time_likely;
sz_time_likely *sz_time_likely_new(sz_arena *a);

/* A format that this text fits, of those that vendors use, for whoever has to write one; NULL: none, or several that
 * disagree (4/5/2026). */
const char *sz_time_format_for(sz_time_likely *l, const sz_zone *z, sz_str text);

/* Match all of text. Numbers are not checked against the calendar. */
bool sz_time_pattern_match(const sz_time_pattern *p, sz_str text, sz_civil *out);

/* To an instant; without an offset in the text by `offset_s` (SZ_NO_OFFSET: campus time). False: there is no such
 * day or time. */
#define SZ_NO_OFFSET INT32_MIN
bool sz_civil_instant(const sz_civil *c, const sz_zone *z, int32_t offset_s, int64_t *ms);

#endif
