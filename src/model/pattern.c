/* SPDX-License-Identifier: Apache-2.0
 *
 * pattern: PCRE2 with a limit on steps, so that no cell can hang a run.
 */
#include "pattern.h"

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#define MOST_STEPS 100000u

struct sz_pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    uint32_t n_groups, n_names, name_size;
    PCRE2_SPTR names;
};

static const char *as_text(PCRE2_SPTR p) { return (const char *)p; }

sz_pattern *sz_pattern_new(sz_str text, size_t *bad_off, char message[128]) {
    int error;
    PCRE2_SIZE at = 0;
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)(text.n ? text.p : ""), text.n, options, &error, &at, NULL);
    if (!code) {
        *bad_off = at;
        if (pcre2_get_error_message(error, (PCRE2_UCHAR *)message, 128) < 0) memcpy(message, "not a pattern", 14);
        return NULL;
    }
    sz_pattern *p = sz_alloc(sizeof *p);
    p->code = code;
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without JIT it is interpreted */
    p->match = pcre2_match_data_create_from_pattern(code, NULL);
    p->context = pcre2_match_context_create(NULL);
    if (p->context) pcre2_set_match_limit(p->context, MOST_STEPS);
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &p->n_groups);
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &p->n_names);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &p->name_size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &p->names);
    return p;
}

void sz_pattern_free(sz_pattern *p) {
    if (!p) return;
    pcre2_match_context_free(p->context);
    pcre2_match_data_free(p->match);
    pcre2_code_free(p->code);
    sz_free(p);
}

uint32_t sz_pattern_n_groups(const sz_pattern *p) { return p->n_groups; }

const char *sz_pattern_name(const sz_pattern *p, uint32_t i, uint32_t *group) {
    if (i >= p->n_names) return NULL;
    PCRE2_SPTR entry = p->names + (size_t)i * p->name_size;
    *group = (uint32_t)entry[0] << 8 | entry[1];
    return as_text(entry + 2);
}

uint32_t sz_pattern_group(const sz_pattern *p, const char *name) {
    uint32_t group;
    for (uint32_t i = 0; i < p->n_names; i++)
        if (strcmp(sz_pattern_name(p, i, &group), name) == 0) return group;
    return 0;
}

bool sz_pattern_match(const sz_pattern *p, sz_str text) {
    if (!p->match) return false;
    return pcre2_match(p->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0, p->match, p->context) > 0;
}

sz_str sz_pattern_take(const sz_pattern *p, sz_str text, uint32_t group) {
    PCRE2_SIZE *v = pcre2_get_ovector_pointer(p->match);
    if (group > p->n_groups || v[2 * group] == PCRE2_UNSET || v[2 * group + 1] < v[2 * group]) return (sz_str){NULL, 0};
    return (sz_str){text.p + v[2 * group], v[2 * group + 1] - v[2 * group]};
}
