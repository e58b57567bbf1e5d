/* SPDX-License-Identifier: Apache-2.0 */
#include "case_text.h"

#include <string.h>

bool case_starts_with(sz_str line, const char *start) {
    return line.n >= strlen(start) && memcmp(line.p, start, strlen(start)) == 0;
}

sz_str case_next_line(sz_str *rest) {
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    size_t n = end ? (size_t)(end - rest->p) + 1 : rest->n;
    sz_str line = {rest->p, n};
    rest->p += n;
    rest->n -= n;
    return line;
}

sz_str case_lines_until(sz_str *rest, const char *mark) {
    const char *from = rest->p, *end = from;
    while (rest->n && !case_starts_with(*rest, mark)) {
        sz_str line = case_next_line(rest);
        end = line.n == 1 && rest->n && case_starts_with(*rest, "%% ") ? line.p : line.p + line.n;
    }
    return (sz_str){from, (size_t)(end - from)};
}
