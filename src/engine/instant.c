/* SPDX-License-Identifier: Apache-2.0
 *
 * instant: what the records of one instant of sorted files say leaves student by student, whatever the ids of the
 * records (semantics 1). Each is evaluated and written by itself; when the instant is over, its lines are put in order.
 * Until then no commit is due, so that none cuts it; but for one that ends the run (STOP waits for the instant's end,
 * for 2,048 records at most), or where alerts wait for a sink.
 */
#include "worker.h"

typedef struct line_key {
    sz_str student;
    uint32_t rule, line;
} line_key;

void instant_fini(instant *in) {
    sz_buf_fini(&in->students);
    sz_free(in->of);
    *in = (instant){0};
}

static line_key key_of(const instant *in, uint32_t i) {
    uint32_t from = i ? in->of[i - 1].end : 0;
    sz_str student = {(const char *)in->students.p + from, in->of[i].end - from};
    return (line_key){student, in->of[i].rule, in->from + i};
}

static int by_student(const void *pa, const void *pb, void *ctx) {
    const line_key *a = pa, *b = pb;
    (void)ctx;
    int c = sz_str_cmp(a->student, b->student);
    if (c) return c;
    if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line); /* of one rule as it was said */
}

static void put_in_order(lines *l, line_key *keys, uint32_t n, uint32_t from) {
    sz_sort(keys, n, sizeof *keys, by_student, NULL);
    lines ordered = {0};
    for (uint32_t i = 0; i < n; i++) lines_add(&ordered, lines_at(l, keys[i].line));
    lines_cut(l, from);
    for (uint32_t i = 0; i < n; i++) lines_add(l, lines_at(&ordered, i));
    lines_fini(&ordered);
}

void instant_close(sz_worker *w) {
    instant *in = &w->instant;
    if (in->n > 1) {
        line_key *keys = sz_alloc(in->n * sizeof *keys);
        bool is_in_order = true;
        for (uint32_t i = 0; i < in->n; i++) {
            keys[i] = key_of(in, i);
            if (i && by_student(&keys[i - 1], &keys[i], NULL) > 0) is_in_order = false;
        }
        if (!is_in_order) put_in_order(&w->alerts, keys, in->n, in->from);
        sz_free(keys);
    }
    in->n = 0;
    sz_buf_clear(&in->students);
}

void instant_note(sz_worker *w, const sz_alert *a) {
    instant *in = &w->instant;
    if (w->o.order != SZ_SORTED) return;
    bool is_record = a->order == 0;
    if (in->n && (!is_record || a->t_ms != in->t_ms)) instant_close(w);
    if (!is_record) return;
    if (!in->n) {
        in->t_ms = a->t_ms;
        in->from = w->alerts.n;
    }
    if (in->n == in->cap) {
        in->cap = in->cap ? 2 * in->cap : 64;
        in->of = sz_realloc(in->of, in->cap * sizeof *in->of);
    }
    sz_buf_put_str(&in->students, a->student);
    in->of[in->n++] = (struct of_line){(uint32_t)in->students.n, a->rule};
}

bool instant_is_open(const sz_worker *w) {
    if (!w->instant.n || w->clocks.file_ms != w->instant.t_ms) return false;
    return !w->ended && !ended_is_owed(w) && !outbox_is_full(w);
}
