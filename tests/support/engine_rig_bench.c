/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_rig_bench: what most tests stand on: workers with their store and log, a roster.
 */
#include "engine_rig.h"

rig_bench *rig_bench_new(const rig_setup *a, const rig_setup *b) {
    rig_bench *x = sz_alloc(sizeof *x);
    memset(&x->b, 0, sizeof x->b);
    rig_store_init(&x->store);
    rig_log_init(&x->log);
    rig_init(&x->a, &x->store, &x->log, a);
    if (b) rig_init(&x->b, &x->store, &x->log, b);
    return x;
}

int rig_bench_tear_down(void **state) {
    rig_bench *x = *state;
    rig_fini(&x->a);
    if (x->b.w) rig_fini(&x->b);
    rig_store_fini(&x->store);
    rig_log_fini(&x->log);
    sz_free(x);
    return 0;
}

rig_one *rig_one_new(const rig_setup *o) {
    rig_one *x = sz_alloc(sizeof *x);
    memset(&x->r, 0, sizeof x->r);
    x->o = *o;
    rig_store_init(&x->store);
    rig_log_init(&x->log);
    return x;
}

void rig_one_start(rig_one *x, int wall_day) {
    uint32_t most_inputs = x->r.most_inputs; /* it is of the test, not of the process */
    x->o.seed++;
    rig_init(&x->r, &x->store, &x->log, &x->o);
    x->r.wall = rig_monday + wall_day * SZ_DAY_MS;
    x->r.most_inputs = most_inputs;
    rig_assign(&x->r, -1);
}

void rig_one_end(rig_one *x) {
    rig_fini(&x->r);
    rig_log_fini(&x->log);
    rig_store_fini(&x->store);
    sz_free(x);
}

/* ---- a roster ---- */

void rig_roster_begin(rig_roster *b, const char *rules, int n_students) {
    *b = (rig_roster){.store = sz_alloc(sizeof *b->store), .log = sz_alloc(sizeof *b->log)};
    rig_store_init(b->store);
    rig_log_init(b->log);
    sz_buf_init(&b->students);
    sz_buf_put_z(&b->students, "student\n");
    for (int i = 0; i < n_students; i++) sz_buf_printf(&b->students, "s%02d\n", i);
    sz_buf_put_u8(&b->students, 0);
    b->o = (rig_setup){.rules = rules, .students = (const char *)b->students.p, .seed = 1};
}

void rig_roster_start(rig_roster *b) { rig_init(&b->r, b->store, b->log, &b->o); }

void rig_roster_again(rig_roster *b, const char *rules) {
    rig_fini(&b->r);
    b->o.rules = rules;
    b->o.seed++;
}

void rig_roster_end(rig_roster *b) {
    rig_fini(&b->r);
    rig_log_fini(b->log);
    rig_store_fini(b->store);
    sz_buf_fini(&b->students);
    sz_free(b->log);
    sz_free(b->store);
}
