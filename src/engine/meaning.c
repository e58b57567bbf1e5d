/* SPDX-License-Identifier: Apache-2.0
 *
 * What a header remembers of the rule set that wrote the state: what accumulators keep, which matchers a record's bits
 * stand for, which features and rules there were. Another rule set finds by it what is its own (plan.c, reload.c).
 */
#include "worker.h"

enum { MOST = 100000 }; /* of each list: more is damage */

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
        sz_buf_put_varint(out, b->rules[i].n_steps);
        sz_buf_put_lstr(out, sz_str_of(b->rules[i].rule_version));
    }
    uint32_t n_kept = 0;
    for (uint32_t i = 0; i < b->fs.n_features; i++) n_kept += !b->fs.features[i].is_idle;
    sz_buf_put_varint(out, n_kept);
    for (uint32_t i = 0; i < b->fs.n_features; i++) {
        if (b->fs.features[i].is_idle) continue;
        sz_buf_put_lstr(out, b->fs.features[i].name);
        sz_buf_put_u64(out, b->fs.features[i].hash);
    }
    sz_buf_put_varint(out, b->fs.n_matchers);
    for (uint32_t i = 0; i < b->fs.n_matchers; i++) sz_buf_put_u64(out, b->fs.matchers[i].hash);
}

static uint32_t read_n(sz_reader *r) {
    uint64_t n = sz_read_varint(r);
    if (n > MOST) r->bad = true;
    return r->bad ? 0 : (uint32_t)n;
}

static void read_accs(meaning *m, sz_reader *r, sz_arena *a) {
    m->n_accs = read_n(r);
    m->accs = SZ_NEWN(a, old_acc, m->n_accs + 1);
    for (uint32_t i = 0; i < m->n_accs && !r->bad; i++) {
        m->accs[i].hash = sz_read_u64(r);
        m->accs[i].keep = (int32_t)sz_read_zigzag(r);
        m->accs[i].from_ms = sz_read_zigzag(r);
    }
}

static void read_rules(meaning *m, sz_reader *r, sz_arena *a) {
    m->n_rules = read_n(r);
    m->rules = SZ_NEWN(a, old_rule, m->n_rules + 1);
    for (uint32_t i = 0; i < m->n_rules && !r->bad; i++) {
        m->rules[i].id = sz_arena_str(a, sz_read_lstr(r));
        m->rules[i].hash = sz_read_u64(r);
        m->rules[i].mode = sz_read_u8(r);
        m->rules[i].from_ms = sz_read_zigzag(r);
        m->rules[i].n_steps = UINT32_MAX;
        if (m->version < MEANING_WITH_STEPS) continue;
        m->rules[i].n_steps = (uint32_t)sz_read_varint(r);
        m->rules[i].version = sz_arena_str(a, sz_read_lstr(r));
    }
}

static void read_names(meaning *m, sz_reader *r, sz_arena *a) {
    m->n_features = read_n(r);
    m->features = SZ_NEWN(a, old_feature, m->n_features + 1);
    for (uint32_t i = 0; i < m->n_features && !r->bad; i++) {
        m->features[i].name = sz_arena_str(a, sz_read_lstr(r));
        m->features[i].hash = sz_read_u64(r);
    }
    m->n_matchers = read_n(r);
    m->matchers = SZ_NEWN(a, uint64_t, m->n_matchers + 1);
    for (uint32_t i = 0; i < m->n_matchers && !r->bad; i++) m->matchers[i] = sz_read_u64(r);
}

bool meaning_get(meaning *m, sz_reader *r, uint8_t version, sz_arena *a) {
    if (version > MEANING_NOW) return false;
    *m = (meaning){.mask_bytes = (uint32_t)sz_read_varint(r), .version = version};
    read_accs(m, r, a);
    read_rules(m, r, a);
    if (version >= MEANING_WITH_NAMES && !r->bad) read_names(m, r, a);
    return !r->bad;
}
