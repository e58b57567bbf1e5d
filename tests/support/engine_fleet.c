/* SPDX-License-Identifier: Apache-2.0 */
#include "engine_fleet.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void fleet_up(fleet *f, uint32_t p) {
    rig_setup o = f->o;
    o.topic = f->stores;
    o.near = f->near;
    o.o.parts = FLEET;
    o.o.partition = p;
    o.seed = f->seed += 40;
    rig_init(&f->r[p], f->stores[p], f->logs[p], &o);
    f->r[p].wall = f->wall;
    f->r[p].most_inputs = 7;
    f->is_up[p] = true;
    rig_assign(&f->r[p], -1);
}

void fleet_down(fleet *f, uint32_t p) {
    sz_buf_put_str(&f->said, sz_buf_str(&f->r[p].topic));
    rig_fini(&f->r[p]);
    f->is_up[p] = false;
}

fleet *fleet_begin(const rig_setup *o, int64_t wall_ms) {
    fleet *f = sz_alloc(sizeof *f);
    memset(f, 0, sizeof *f);
    f->o = *o;
    f->wall = wall_ms;
    sz_buf_init(&f->said);
    for (uint32_t p = 0; p < FLEET; p++) {
        f->stores[p] = sz_alloc(sizeof *f->stores[p]);
        f->logs[p] = sz_alloc(sizeof *f->logs[p]);
        rig_store_init(f->stores[p]);
        rig_log_init(f->logs[p]);
    }
    return f;
}

void fleet_end(fleet *f) {
    for (uint32_t p = 0; p < FLEET; p++) {
        if (f->is_up[p]) rig_fini(&f->r[p]);
        rig_log_fini(f->logs[p]);
        rig_store_fini(f->stores[p]);
        sz_free(f->logs[p]);
        sz_free(f->stores[p]);
    }
    near_free(f->near);
    sz_buf_fini(&f->said);
    sz_free(f);
}

void fleet_go(fleet *f, int64_t ms) {
    for (int64_t at = 0; at < ms; at += 25)
        for (uint32_t p = 0; p < FLEET; p++)
            if (f->is_up[p]) rig_wait(&f->r[p], 25);
}

/* Killed, back, without answers of its store or of the others' ones, parked. */
void fleet_disturb(fleet *f, draw *d) {
    static const rig_fate fates[] = {RIG_STANDS, RIG_STANDS, RIG_REPLY_LOST, RIG_NOT_DONE};
    uint32_t p = (uint32_t)draw_below(d, FLEET);
    if (!f->is_up[p]) {
        fleet_up(f, p);
        return;
    }
    rig *r = &f->r[p];
    switch (draw_below(d, 4)) {
    case 0: fleet_down(f, p); return;
    case 1: r->fate = fates[draw_below(d, 4)]; return;
    case 2: r->is_deaf = draw_below(d, 2); return;
    case 3:
        rig_tell(r, &(sz_msg){.kind = SZ_MSG_REVOKED, .is_lost = draw_below(d, 2)});
        fleet_go(f, 25);
        rig_assign(r, -1);
        return;
    }
}

void fleet_calm(fleet *f) {
    for (uint32_t p = 0; p < FLEET; p++) {
        if (!f->is_up[p]) fleet_up(f, p);
        f->r[p].fate = RIG_STANDS;
        f->r[p].is_deaf = false;
    }
}

static int by_text(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return sz_str_cmp(*(const sz_str *)a, *(const sz_str *)b);
}

sz_str *fleet_lines(sz_arena *a, sz_str text, uint32_t *n) {
    sz_str *v = SZ_NEWN(a, sz_str, text.n + 1);
    *n = 0;
    for (size_t from = 0, i = 0; i < text.n; i++) {
        if (text.p[i] != '\n') continue;
        v[(*n)++] = (sz_str){text.p + from, i - from};
        from = i + 1;
    }
    sz_sort(v, *n, sizeof *v, by_text, NULL);
    return v;
}

void fleet_said(const fleet *f, sz_buf *out) {
    sz_buf_put_str(out, sz_buf_str(&f->said));
    for (uint32_t p = 0; p < FLEET; p++)
        if (f->is_up[p]) sz_buf_put_str(out, sz_buf_str(&f->r[p].topic));
}

bool fleet_has_notice(rig *r, const char *text) {
    sz_severity severity;
    sz_str en, zh;
    bool has = false;
    while (sz_worker_notice(r->w, &severity, &en, &zh)) {
        sz_arena a;
        sz_arena_init(&a);
        has |= strstr(sz_arena_str(&a, en).p, text) != NULL && zh.n > 0;
        sz_arena_fini(&a);
    }
    return has;
}
