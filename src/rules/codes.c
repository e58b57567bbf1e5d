/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry of finding codes: the tables of the modules below, each of which owns its range.
 */
#include "codes.h"

/* expr has a table of its own form. */
static bool expr_code(int code, sz_code *out) {
    uint32_t n;
    const sz_expr_code *v = sz_expr_codes(&n);
    for (uint32_t i = 0; i < n; i++) {
        if (v[i].code != code) continue;
        *out = (sz_code){.code = code, .en = v[i].en, .zh = v[i].zh, .example = v[i].example, .better = v[i].better};
        return true;
    }
    return false;
}

bool sz_code_find(int code, sz_code *out) {
    static const sz_code_doc *(*const tables[])(size_t * n) = {sz_yaml_codes, sz_rules_codes, sz_model_codes,
                                                               sz_campus_codes};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t n;
        const sz_code_doc *v = tables[t](&n);
        for (size_t i = 0; i < n; i++) {
            if (v[i].code != code) continue;
            *out = (sz_code){code, v[i].meaning, v[i].meaning_zh, v[i].example, v[i].better};
            return true;
        }
    }
    return expr_code(code, out);
}

bool sz_code_next(int after, sz_code *out) {
    for (int code = after < 0 ? 1 : after + 1; code <= SZ_CODE_MAX; code++)
        if (sz_code_find(code, out)) return true;
    return false;
}
