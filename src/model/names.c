/* SPDX-License-Identifier: Apache-2.0
 *
 * names: the closed lists of words.
 */
#include "names.h"

const char *const sz_op_names[4] = {"consume", "refund", "reversal", "topup"};
const char *const sz_attend_names[6] = {"present", "late", "early_leave", "absent", "excused", "unknown"};
const char *const sz_direction_names[4] = {"", "in", "out", "unknown"};
const char *const sz_result_names[2] = {"granted", "denied"};
const char *const sz_precision_names[3] = {"second", "minute", "day"};
const char *const sz_feed_state_names[4] = {"", "open", "complete", "down"};

const char *const sz_reason_names[SZ_N_REASONS] = {
    [SZ_REASON_NONE] = "",
    [SZ_BAD_JSON] = "bad_json",
    [SZ_BAD_UTF8] = "bad_utf8",
    [SZ_TOO_LARGE] = "too_large",
    [SZ_TOO_DEEP] = "too_deep",
    [SZ_MISSING_FIELD] = "missing_field",
    [SZ_WRONG_TYPE] = "wrong_type",
    [SZ_BAD_VALUE] = "bad_value",
    [SZ_BAD_TIME] = "bad_time",
    [SZ_UNKNOWN_TYPE] = "unknown_type",
    [SZ_UNKNOWN_STUDENT] = "unknown_student",
    [SZ_UNKNOWN_CARD] = "unknown_card",
    [SZ_CONFLICTING_DUPLICATE] = "conflicting_duplicate",
    [SZ_TOO_LATE] = "too_late",
    [SZ_FUTURE_TIME] = "future_time",
    [SZ_MISROUTED] = "misrouted",
};

static bool is_name(const char *name, sz_str text) { /* short words: faster than strlen and memcmp */
    size_t i = 0;
    while (i < text.n && name[i] && name[i] == text.p[i]) i++;
    return i == text.n && !name[i];
}

int sz_name_find(const char *const *names, unsigned n, sz_str text) {
    if (text.n == 0) return -1;
    for (unsigned i = 0; i < n; i++)
        if (is_name(names[i], text)) return (int)i;
    return -1;
}

sz_str sz_name_list(sz_arena *a, const char *const *names, unsigned n) {
    const char *list = "";
    for (unsigned i = 0; i < n; i++)
        if (names[i][0]) list = sz_arena_printf(a, "%s%s%s", list, *list ? ", " : "", names[i]);
    return sz_str_of(list);
}

/* In characters, so that of a short Chinese word something is kept. */
sz_nearest sz_nearest_to(sz_str word) {
    size_t n = 0, len;
    for (size_t i = 0; i < word.n; i += len, n++) sz_utf8_next(word.p + i, word.n - i, &len);
    return (sz_nearest){word, {NULL, 0}, (int)(n < 2 ? 1 : n < 5 ? 2 : n / 3 + 1)};
}

void sz_nearest_try(sz_nearest *near, sz_str candidate) {
    if (candidate.n == 0 || candidate.n > 256 || near->word.n > 256) return;
    int d = sz_str_distance(near->word, candidate, near->distance);
    if (d >= near->distance) return;
    near->distance = d;
    near->best = candidate;
}
