/* SPDX-License-Identifier: Apache-2.0
 *
 * The string functions of the standard: contains startsWith endsWith matches.
 */
#include "cel_text.h"

/* Place of b in a from byte `from` on; a.n when it is nowhere. The budget pays for the bytes passed. */
size_t sz_cel_find(sz_cel *c, sz_str a, sz_str b, size_t from) {
    size_t at = a.n;
    if (b.n == 0) return from;
    for (size_t i = from; i + b.n <= a.n;) {
        const char *p = memchr(a.p + i, b.p[0], a.n - b.n - i + 1);
        if (!p) break;
        i = (size_t)(p - a.p);
        if (memcmp(p, b.p, b.n) == 0) {
            at = i;
            break;
        }
        i++;
        if (!sz_cel_charge_bytes(c, b.n > 64 ? b.n : 0)) break;
    }
    sz_cel_charge_bytes(c, (at < a.n ? at : a.n) - from);
    return at;
}

static sz_cel_value contains(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]), part = sz_cel_str(a[1]);
    bool found = part.n == 0 || sz_cel_find(c, s, part, 0) < s.n;
    return sz_cel_bool(found);
}

static sz_cel_value starts_with(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!sz_cel_charge_bytes(c, a[1].n)) return sz_cel_fatal(c);
    return sz_cel_bool(a[0].n >= a[1].n && sz_str_eq((sz_str){a[0].s, a[1].n}, sz_cel_str(a[1])));
}

static sz_cel_value ends_with(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!sz_cel_charge_bytes(c, a[1].n)) return sz_cel_fatal(c);
    return sz_cel_bool(a[0].n >= a[1].n && sz_str_eq((sz_str){a[0].s + (a[0].n - a[1].n), a[1].n}, sz_cel_str(a[1])));
}

static sz_cel_value matches(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return sz_cel_matches(c, sz_cel_str(a[0]), sz_cel_str(a[1]));
}

const sz_cel_overload sz_cel_string_table[] = {
    {NULL, "contains", true, "ss", contains},  {NULL, "startsWith", true, "ss", starts_with},
    {NULL, "endsWith", true, "ss", ends_with}, {NULL, "matches", true, "ss", matches},
    {NULL, "matches", false, "ss", matches},   {0},
};
