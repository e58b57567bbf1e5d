/* SPDX-License-Identifier: Apache-2.0
 *
 * Students' numbers in records that students.csv does not have, some of the first: is there somebody whose number is
 * the same but for how it is written? A spreadsheet takes the zeros in front away or puts `.0` behind, a system has a
 * letter in front or a dash within. Kept in memory alone, and only counted.
 */
#include "worker.h"

enum { LOOKED_AT = 256, LEAST_SIGNS = 3 };

void strangers_note(sz_worker *w, sz_str id) {
    if (w->strangers.n < LOOKED_AT) sz_map_intern(&w->strangers, id);
}

static sz_str without_dot(sz_str s) {
    if (s.n > 2 && s.p[s.n - 1] == '0' && s.p[s.n - 2] == '.') s.n -= 2;
    return s;
}

static sz_str without_zeros(sz_str s) {
    while (s.n > 1 && *s.p == '0') s.p++, s.n--;
    return s;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* What ids have in common that differ in writing only. Too few signs for that: empty. */
static sz_str bare(sz_buf *out, sz_str id) {
    sz_buf_clear(out);
    id = without_dot(id);
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool is_in_front = is_letter(c) && !out->n;
        if (is_digit(c) || (is_letter(c) && !is_in_front)) sz_buf_put_u8(out, (uint8_t)(is_digit(c) ? c : c & ~0x20));
    }
    sz_str s = without_zeros(sz_buf_str(out));
    return s.n < LEAST_SIGNS ? (sz_str){0} : s;
}

static sz_writing how(sz_str a, sz_str b) {
    if (sz_str_eq(without_zeros(a), without_zeros(b))) return SZ_ZEROS_IN_FRONT;
    if (sz_str_eq(without_zeros(without_dot(a)), without_zeros(without_dot(b)))) return SZ_DOT_BEHIND;
    return SZ_OTHER_SIGNS;
}

/* Of whom there are records under the number that the roster has, that number is right. */
static bool has_records(const sz_worker *w, uint32_t in_campus) {
    const sz_timeline *tl = student_of_campus(w, in_campus);
    return tl && tl->n_log;
}

void sz_worker_written_otherwise(const sz_worker *w, sz_writings *out) {
    sz_map by; /* of numbers that are looked for: which, + 1; 0: found */
    sz_buf text;
    *out = (sz_writings){.n_looked = w->strangers.n};
    if (!w->strangers.n) return;
    sz_map_init(&by);
    sz_buf_init(&text);
    for (uint32_t i = 0; i < w->strangers.n; i++) {
        sz_str s = bare(&text, sz_map_key(&w->strangers, i));
        if (s.n) sz_map_put(&by, s, i + 1);
    }
    for (uint32_t i = 0; i < w->students.n_of_campus; i++) {
        sz_str id = sz_campus_student(w->campus, i)->id, s = bare(&text, id);
        const uint32_t *at = s.n ? sz_map_get(&by, s) : NULL;
        if (!at || !*at || has_records(w, i)) continue;
        out->n[how(sz_map_key(&w->strangers, *at - 1), id)]++;
        sz_map_put(&by, s, 0);
    }
    sz_buf_fini(&text);
    sz_map_fini(&by);
}
