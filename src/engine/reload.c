/* SPDX-License-Identifier: Apache-2.0
 *
 * A state meets another rule set (semantics 5). Accumulators are carried by what they keep; one that is new is filled
 * from the kept log and knows nothing before it. A rule that changed is judged from R on, the highest watermark now;
 * one that is gone or disabled resolves what it had open, why: rule_removed.
 */
#include "worker.h"

void meaning_put(sz_buf *out, const sz_worker *w) {
    const sz_bundle *b = w->bundle;
    sz_buf_put_varint(out, (b->fs.n_matchers + 7) / 8);
    sz_buf_put_varint(out, b->fs.n_accs);
    for (uint32_t i = 0; i < b->fs.n_accs; i++) {
        sz_buf_put_u64(out, b->fs.accs[i].hash);
        sz_buf_put_zigzag(out, b->fs.accs[i].keep);
        sz_buf_put_zigzag(out, w->acc_from_ms ? w->acc_from_ms[i] : INT64_MIN);
    }
    sz_buf_put_varint(out, b->n_rules);
    for (uint32_t i = 0; i < b->n_rules; i++) {
        sz_buf_put_lstr(out, b->rules[i].id);
        sz_buf_put_u64(out, b->rules[i].hash);
        sz_buf_put_u8(out, b->rules[i].mode);
        sz_buf_put_zigzag(out, w->rule_from_ms ? w->rule_from_ms[i] : INT64_MIN);
    }
}

typedef struct old_acc {
    uint64_t hash;
    int32_t keep;
    int64_t from_ms;
} old_acc;

static void map_accs(sz_worker *w, const old_acc *old, uint32_t n_old) {
    const sz_featureset *fs = &w->bundle->fs;
    int64_t kept = w->clocks.wmax_ms == SZ_TIME_NONE ? INT64_MIN : w->clocks.wmax_ms - w->o.horizon_ms;
    const sz_zone *z = sz_campus_zone(w->campus);
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        w->carry.acc_map[i] = SZ_NONE;
        for (uint32_t k = 0; k < n_old && w->carry.acc_map[i] == SZ_NONE; k++)
            if (old[k].hash == fs->accs[i].hash) w->carry.acc_map[i] = k;
        uint32_t k = w->carry.acc_map[i];
        if (k == SZ_NONE) {
            w->plan.fresh++;
            if (kept != INT64_MIN)
                w->plan.known_from_ms = w->acc_from_ms[i] = sz_zone_midnight(z, sz_zone_day(z, kept) + 1);
            continue;
        }
        w->plan.carried++;
        w->acc_from_ms[i] = old[k].from_ms;
        bool reaches_back = old[k].keep >= fs->accs[i].keep;
        int64_t since = kept;
        if (!reaches_back && w->clocks.wmax_ms != SZ_TIME_NONE) { /* rows beyond the old reach are gone */
            int64_t unit = fs->accs[i].pane_ms ? fs->accs[i].pane_ms : SZ_DAY_MS;
            int64_t reach = w->clocks.wmax_ms - old[k].keep * unit;
            if (reach < since) since = reach;
            if (since > w->acc_from_ms[i]) w->acc_from_ms[i] = sz_zone_midnight(z, sz_zone_day(z, since) + 1);
        }
    }
    w->plan.dropped = n_old > w->plan.carried ? n_old - w->plan.carried : 0;
}

static int64_t end_of_rule(const sz_worker *w) {
    return w->clocks.wmax_ms == SZ_TIME_NONE ? w->clocks.begin_ms : w->clocks.wmax_ms;
}

static void rule_gone(void *ctx, sz_timeline *tl, sz_str rule, sz_episode *e) {
    sz_worker *w = ctx;
    sz_timeline_rule_ended(tl, &w->tc, rule, NULL, e, end_of_rule(w));
}

/* After the load: open episodes of rules that are switched off now. */
void rules_ended(sz_worker *w) {
    w->tc.carry = NULL;
    if (!w->plan.is_other) return;
    for (uint32_t i = 0; i < w->students.n; i++) {
        sz_timeline *tl = w->students.v[i];
        for (uint32_t k = tl->n_episodes; k-- > 0;) {
            const sz_rule *r = &w->bundle->rules[tl->episodes[k].rule];
            if (r->mode != SZ_DISABLED) continue;
            sz_timeline_rule_ended(tl, &w->tc, r->id, r, &tl->episodes[k], end_of_rule(w));
            sz_timeline_drop_episode(tl, k);
        }
    }
    alerts_flush(w);
}

bool meaning_get(sz_worker *w, sz_reader *r) {
    const sz_bundle *b = w->bundle;
    bool is_same = w->stored_bundle_hash == b->hash;
    uint32_t mask = (uint32_t)sz_read_varint(r);
    uint64_t n = sz_read_varint(r);
    if (r->bad || n > 100000) return false;
    old_acc *old = SZ_NEWN(&w->ledger_arena, old_acc, n + 1);
    bool any_from = false;
    for (uint64_t i = 0; i < n; i++) {
        old[i] = (old_acc){.hash = sz_read_u64(r), .keep = 0};
        old[i].keep = (int32_t)sz_read_zigzag(r);
        old[i].from_ms = sz_read_zigzag(r);
        any_from |= old[i].from_ms != INT64_MIN;
    }
    w->acc_from_ms = SZ_NEWN(&w->ledger_arena, int64_t, b->fs.n_accs + 1);
    w->rule_from_ms = SZ_NEWN(&w->ledger_arena, int64_t, b->n_rules + 1);
    for (uint32_t i = 0; i <= b->fs.n_accs; i++) w->acc_from_ms[i] = INT64_MIN;
    for (uint32_t i = 0; i <= b->n_rules; i++) w->rule_from_ms[i] = is_same ? INT64_MIN : w->clocks.wmax_ms;
    if (is_same) {
        for (uint64_t i = 0; i < n && i < b->fs.n_accs; i++) w->acc_from_ms[i] = old[i].from_ms;
    } else {
        w->carry = (sz_carry){.n_old_accs = (uint32_t)n,
                              .old_mask_bytes = mask,
                              .acc_map = SZ_NEWN(&w->ledger_arena, uint32_t, b->fs.n_accs + 1)};
        map_accs(w, old, (uint32_t)n);
        w->carry.gone = rule_gone;
        w->carry.ctx = w;
        w->tc.carry = &w->carry;
        w->plan.is_other = true;
        w->rewrite_all = true;
        any_from = true;
    }
    bool any_rule = false;
    uint64_t n_rules = sz_read_varint(r);
    for (uint64_t k = 0; k < n_rules && !r->bad; k++) {
        sz_str id = sz_read_lstr(r);
        uint64_t hash = sz_read_u64(r);
        uint8_t mode = sz_read_u8(r);
        int64_t from = sz_read_zigzag(r);
        for (uint32_t i = 0; i < b->n_rules; i++)
            if (sz_str_eq(b->rules[i].id, id) && b->rules[i].hash == hash &&
                (mode != SZ_DISABLED || b->rules[i].mode == SZ_DISABLED))
                w->rule_from_ms[i] = from;
    }
    for (uint32_t i = 0; i < b->n_rules; i++) any_rule |= w->rule_from_ms[i] != INT64_MIN;
    w->facts.acc_from_ms = any_from ? w->acc_from_ms : NULL;
    sz_facts_prepare(&w->facts, &b->fs, sz_campus_zone(w->campus), w->feature_day);
    w->tc.rule_from_ms = any_rule ? w->rule_from_ms : NULL;
    return !r->bad;
}
