/* SPDX-License-Identifier: Apache-2.0
 *
 * time_likely: which format a time fits, for whoever has to write one. It is only ever said, never used.
 */
#include "fields.h"
#include "time_pattern.h"

/* As vendors, databases and spreadsheets write them. Those of one line say the same of one text; the first counts. */
static const char *const formats[] = {
    "YYYY-M-D H:mm[:ss[.S]][Z]",
    "YYYY-M-DTH:mm[:ss[.S]][Z]",
    "YYYY/M/D H:mm[:ss[.S]]",
    "YYYY.M.D H:mm[:ss]",
    "YYYY年M月D日 H:mm[:ss]",
    "YYYY年M月D日[ ]H时m分[s秒]",
    "YYYY-M-D A h:mm[:ss]",
    "YYYY/M/D A h:mm[:ss]",
    "YYYY-M-D Ah:mm[:ss]",
    "YYYY/M/D Ah:mm[:ss]",
    "YYYY-M-D h:mm[:ss] A",
    "YYYY/M/D h:mm[:ss] A",
    "YYYYMMDDHHmm[ss[S]]",
    "YYYYMMDD HHmm[ss]",
    "YYYYMMDD H:mm[:ss]",
    "YYYY-M-D",
    "YYYY/M/D",
    "YYYY.M.D",
    "YYYY年M月D日",
    "YYYYMMDD",
    "epoch_s",
    "epoch_ms",
    "excel",
    "D-MMM-YY",
    "D-MMM-YY h.mm.ss.S A",
    "D-MMM-YYYY H:mm[:ss]",
    "MMM D YYYY h:mmA",
    "D MMM YYYY H:mm[:ss]",
};

/* Month or day first: only a day above the twelfth tells. */
static const char *const either[][2] = {
    {"M/D/YYYY H:mm[:ss]", "D/M/YYYY H:mm[:ss]"},
    {"M/D/YYYY h:mm[:ss] A", "D/M/YYYY h:mm[:ss] A"},
    {"M-D-YYYY H:mm[:ss]", "D-M-YYYY H:mm[:ss]"},
    {"M/D/YYYY", "D/M/YYYY"},
};

static bool fits(sz_arena *a, const sz_zone *z, sz_str text, const char *format) {
    sz_time_pattern forms[SZ_PATTERN_FORMS];
    sz_pattern_error error;
    uint32_t n;
    if (!sz_time_pattern_compile(a, sz_str_of(format), forms, &n, &error)) return false;
    for (uint32_t i = 0; i < n; i++) {
        sz_civil c;
        int64_t ms;
        if (sz_time_pattern_match(&forms[i], text, &c) && sz_civil_instant(&c, z, SZ_NO_OFFSET, &ms) &&
            sz_moment_is_sane(ms))
            return true;
    }
    return false;
}

const char *sz_time_format_for(sz_arena *a, const sz_zone *z, sz_str text) {
    if (text.n < 5 || text.n > 48) return NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (fits(a, z, text, formats[i])) return formats[i];
    for (size_t i = 0; i < sizeof either / sizeof *either; i++) {
        bool is_first = fits(a, z, text, either[i][0]), is_second = fits(a, z, text, either[i][1]);
        if (is_first != is_second) return either[i][is_second];
    }
    return NULL;
}
