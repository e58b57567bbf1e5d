/* SPDX-License-Identifier: Apache-2.0
 *
 * Are there as many in a group of the roster as a comparison needs (peers, min_group)?
 */
#include "groups.h"

#include "codes.h"

typedef struct sizes {
    uint32_t n_groups, reach, largest; /* groups; those with min_group, the largest */
} sizes;

static uint32_t n_active(const sz_campus *c) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < sz_campus_n_students(c); i++) n += sz_campus_student(c, i)->status == SZ_ACTIVE;
    return n;
}

/* Groups of active students, as a table of that day has them. */
static sizes sizes_of(const sz_inputs *in, const sz_feature *f, int32_t day) {
    sizes s = {0};
    sz_map by;
    uint32_t n = sz_campus_n_students(in->campus), *of = sz_alloc((n + 1) * sizeof *of);
    sz_map_init(&by);
    for (uint32_t i = 0; i < n; i++) {
        const sz_student *info = sz_campus_student(in->campus, i);
        if (info->status != SZ_ACTIVE) continue;
        uint64_t key = sz_peers_group_of(info, f->by, day);
        if (!key) continue;
        uint32_t k = sz_map_intern(&by, (sz_str){(const char *)&key, sizeof key});
        if (k == s.n_groups) of[s.n_groups++] = 0;
        of[k]++;
    }
    for (uint32_t k = 0; k < s.n_groups; k++) {
        if (of[k] > s.largest) s.largest = of[k];
        s.reach += of[k] >= f->min_group;
    }
    sz_map_fini(&by);
    sz_free(of);
    return s;
}

/* `class`, `school, year`. */
static const char *by_of(sz_diags *d, const sz_feature *f) {
    const char *all = "";
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++)
        if (f->by >> i & 1) all = sz_arena_printf(&d->arena, "%s%s%s", all, *all ? ", " : "", sz_sfields[i].name);
    return all;
}

static void tell_none(sz_diags *d, const sz_feature *f, const sizes *s) {
    const char *by = by_of(d, f);
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_NO_GROUP, f->span,
        "`%.*s` compares by %s with min_group %u, and no group of the roster has so many: the largest of %u has %u",
        "`%.*s` 按 %s 比较，min_group 为 %u，而名单里没有一组有这么多人：%u 组中最大的一组 %u 人", SZ_FMT_STR(f->name),
        by, f->min_group, s->n_groups, s->largest);
    if (s->largest >= SZ_PEERS_LEAST)
        sz_diag_hint(
            d, g,
            sz_arena_printf(&d->arena,
                            "until then it is always unknown: write  min_group: %u  or less, or compare by "
                            "something larger",
                            s->largest),
            sz_arena_printf(&d->arena, "这样它总是未知：请写  min_group: %u  或更小，或按更大的范围比较", s->largest));
    else
        sz_diag_hint(d, g, "until then it is always unknown: compare by something larger, such as  by: building",
                     "这样它总是未知：请按更大的范围比较，例如  by: building");
}

void sz_groups_check(const sz_inputs *in, int64_t now_ms, sz_diags *d) {
    enum { GROUPS = 3 }; /* who has not the students for three groups tries rules out, and need not hear it */
    if (!in->bundle || !in->campus || !sz_campus_n_students(in->campus)) return;
    int32_t day = sz_zone_day(&in->zone, now_ms);
    uint32_t n = n_active(in->campus);
    for (uint32_t i = 0; i < in->bundle->fs.n_features; i++) {
        const sz_feature *f = &in->bundle->fs.features[i];
        if (f->op != SZ_OP_PEERS || f->is_idle || f->by & SZ_PEERS_BY_PLACE)
            continue; /* places are not in the roster */
        sizes all = sizes_of(in, f, day);
        if (!all.reach && n / GROUPS >= f->min_group) tell_none(d, f, &all);
    }
}
