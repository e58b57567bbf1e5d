/* SPDX-License-Identifier: Apache-2.0
 *
 * str: borrowed text.
 */
#include <sanzao/base.h>

sz_str sz_str_of(const char *z) { return z ? (sz_str){z, strlen(z)} : (sz_str){NULL, 0}; }

/* Most differ in their first byte. */
bool sz_str_is(sz_str a, const char *z) { return (a.n == 0 || !z || a.p[0] == *z) && sz_str_eq(a, sz_str_of(z)); }

int sz_str_cmp(sz_str a, sz_str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c) return c < 0 ? -1 : 1;
    return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

sz_str sz_str_trim(sz_str s) {
    while (s.n && is_space(s.p[0])) s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1])) s.n--;
    return s;
}
