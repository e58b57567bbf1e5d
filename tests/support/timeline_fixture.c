/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline_fixture.h"

bool timeline_fixture_init(timeline_fixture *f, const char *rules) {
    return timeline_fixture_init_at(f, rules, NULL, 0);
}

bool timeline_fixture_init_at(timeline_fixture *f, const char *rules, const sz_campus_file *files, size_t n) {
    *f = (timeline_fixture){0};
    sz_diags_init(&f->diags);
    sz_types_init(&f->types);
    sz_zone_fixed(&f->zone, 8 * 3600, "Asia/Shanghai");
    sz_map_init(&f->dict);
    sz_arena_init(&f->arena);
    if (sz_campus_load(files, n, "", SZ_ENC_AUTO, &f->zone, &f->types, &f->diags, &f->campus) != SZ_OK) return false;
    sz_rule_file file = {.name = "rules.yaml", .p = rules, .n = strlen(rules)};
    if (sz_rules_load(&file, 1, f->campus, &f->types, &f->diags, &f->bundle) != SZ_OK) return false;
    sz_facts_init(&f->facts, f->campus);
    f->feature_day = sz_alloc((f->bundle->fs.n_features + 1) * sizeof(int32_t));
    sz_facts_prepare(&f->facts, &f->bundle->fs, &f->zone, f->feature_day);
    f->ctx = (sz_tlctx){.bundle = f->bundle,
                        .types = &f->types,
                        .zone = &f->zone,
                        .facts = &f->facts,
                        .dict = &f->dict,
                        .begin_ms = SZ_TIME_MAX,
                        .wmax_ms = SZ_TIME_NONE,
                        .horizon_ms = 14 * SZ_DAY_MS,
                        .keep_ms = 24 * SZ_DAY_MS,
                        .arena = &f->arena};
    return true;
}

void timeline_fixture_fini(timeline_fixture *f) {
    sz_buf_fini(&f->ctx.scratch);
    sz_buf_fini(&f->ctx.scratch2);
    sz_fstate_fini(&f->ctx.folded);
    sz_free(f->ctx.alerts);
    sz_arena_fini(&f->ctx.said);
    sz_free(f->feature_day);
    if (f->bundle) sz_bundle_unref(f->bundle);
    if (f->campus) sz_campus_free(f->campus);
    sz_arena_fini(&f->arena);
    sz_map_fini(&f->dict);
    sz_zone_fini(&f->zone);
    sz_types_fini(&f->types);
    sz_diags_fini(&f->diags);
}

sz_event timeline_fixture_swipe(const char *id, int64_t t_ms, int64_t fen) {
    return (sz_event){.time_ms = t_ms,
                      .collected_ms = SZ_TIME_NONE,
                      .type = SZ_TYPE_SWIPE,
                      .id = sz_str_of(id),
                      .source = SZ_STR("pos"),
                      .place = SZ_STR("canteen-1"),
                      .amount_fen = fen,
                      .balance_fen = SZ_ABSENT,
                      .journal_no = SZ_ABSENT,
                      .use_count = SZ_ABSENT,
                      .hours_micro = 1000000,
                      .content = (uint64_t)fen};
}
