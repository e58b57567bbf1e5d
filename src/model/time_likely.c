/* SPDX-License-Identifier: Apache-2.0
 *
 * time_likely: which format a time fits, for whoever has to write one. It is only ever said, never used; but where a
 * mapping is wrong it is said of each row, so the formats are compiled once, at the first of them.
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
    "YYYY-M-D[ ]E[ ]H:mm[:ss]",
    "YYYY/M/D[ ]E[ ]H:mm[:ss]",
    "YYYY年M月D日[ ]E[ ]H:mm[:ss]",
    "YYYY-M-D[ ](E)[ ]H:mm[:ss]",
    "YYYY/M/D[ ](E)[ ]H:mm[:ss]",
    "E MMM D H:mm:ss YYYY",
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

enum { N_FORMATS = sizeof formats / sizeof *formats, N_EITHER = sizeof either / sizeof *either };

typedef struct compiled {
    sz_time_pattern forms[SZ_PATTERN_FORMS];
    uint32_t n;
} compiled;

struct sz_time_likely {
    sz_arena *a;
    bool is_compiled;
    compiled formats[N_FORMATS], either[N_EITHER][2];
};

static void compile(sz_arena *a, const char *format, compiled *out) {
    sz_pattern_error error;
    if (!sz_time_pattern_compile(a, sz_str_of(format), out->forms, &out->n, &error)) out->n = 0;
}

sz_time_likely *sz_time_likely_new(sz_arena *a) {
    sz_time_likely *l = SZ_NEW(a, sz_time_likely);
    l->a = a;
    return l;
}

static void compile_all(sz_time_likely *l) {
    if (l->is_compiled) return;
    for (size_t i = 0; i < N_FORMATS; i++) compile(l->a, formats[i], &l->formats[i]);
    for (size_t i = 0; i < N_EITHER; i++)
        for (size_t k = 0; k < 2; k++) compile(l->a, either[i][k], &l->either[i][k]);
    l->is_compiled = true;
}

static bool fits(const compiled *format, const sz_zone *z, sz_str text) {
    for (uint32_t i = 0; i < format->n; i++) {
        sz_civil c;
        int64_t ms;
        if (sz_time_pattern_match(&format->forms[i], text, &c) && sz_civil_instant(&c, z, SZ_NO_OFFSET, &ms) &&
            sz_moment_is_sane(ms))
            return true;
    }
    return false;
}

const char *sz_time_format_for(sz_time_likely *l, const sz_zone *z, sz_str text) {
    if (text.n < 5 || text.n > 48) return NULL;
    compile_all(l);
    for (size_t i = 0; i < N_FORMATS; i++)
        if (fits(&l->formats[i], z, text)) return formats[i];
    for (size_t i = 0; i < N_EITHER; i++) {
        bool is_first = fits(&l->either[i][0], z, text), is_second = fits(&l->either[i][1], z, text);
        if (is_first != is_second) return either[i][is_second];
    }
    return NULL;
}
