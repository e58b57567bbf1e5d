/* SPDX-License-Identifier: Apache-2.0
 *
 * Features: an operator over an event and a window, or an expression over other features; by the table sz_operators.
 * What has the same meaning is one feature, whatever its names (semantics 35).
 */
#include "feature.h"

#define OP(i, name)         SZ_KEY(struct sz_feature_keys, op[i], name, SZ_SHAPE_TEXT)
#define LATER(name, en, zh) SZ_KEY_LATER(struct sz_feature_keys, later, name, en, zh)

static const sz_key keys[] = {
    OP(SZ_OP_COUNT, "count"),
    OP(SZ_OP_SUM, "sum"),
    OP(SZ_OP_AVG, "avg"),
    OP(SZ_OP_MIN, "min"),
    OP(SZ_OP_MAX, "max"),
    OP(SZ_OP_DAYS, "days"),
    OP(SZ_OP_DISTINCT, "distinct"),
    OP(SZ_OP_FIRST, "first"),
    OP(SZ_OP_LAST, "last"),
    OP(SZ_OP_STREAK, "streak"),
    OP(SZ_OP_SESSIONS, "sessions"),
    OP(SZ_OP_ABSENCE, "absence"),
    OP(SZ_OP_VALUE, "value"),
    SZ_KEY(struct sz_feature_keys, op[SZ_OP_BASELINE], "baseline", SZ_SHAPE_MAP),
    OP(SZ_OP_REGULARITY, "regularity"),
    SZ_KEY(struct sz_feature_keys, op[SZ_OP_PEERS], "peers", SZ_SHAPE_VALUE),
    SZ_KEY(struct sz_feature_keys, over, "over", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, to, "to", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, day, "day", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, gap, "gap", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, on_days, "on_days", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, pause, "pause", SZ_SHAPE_TEXTS),
    SZ_KEY(struct sz_feature_keys, label, "label", SZ_SHAPE_VALUE),
    SZ_KEY(struct sz_feature_keys, unit, "unit", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, recent, "recent", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, against, "against", SZ_SHAPE_TEXT),
    SZ_KEY(struct sz_feature_keys, by, "by", SZ_SHAPE_TEXTS),
    SZ_KEY(struct sz_feature_keys, group, "group", SZ_SHAPE_TEXTS),
    SZ_KEY(struct sz_feature_keys, min_group, "min_group", SZ_SHAPE_TEXT),
    LATER("per", "a feature of a reader", "按读头计算的特征"),
};
static const sz_key_table table = {"a feature", "特征", keys, sizeof keys / sizeof *keys};

/* Operators that come later; what stands beside them is not looked at. */
static const struct {
    const char *name, *en, *zh;
} later[] = {
    {"quantile", "this operator", "这个算子"},
    {"stddev", "this operator", "这个算子"},
};

static bool is_later(struct sz_loading *l, const sz_yaml *map) {
    for (size_t i = 0; i < map->n; i++)
        for (size_t k = 0; k < sizeof later / sizeof *later; k++)
            if (sz_str_is(map->keys[i]->text, later[k].name)) {
                sz_keys_later(l, map->keys[i]->span, map->keys[i]->text, later[k].en, later[k].zh);
                return true;
            }
    return false;
}

/* ---- which operator ---- */

static bool choose_operator(struct sz_making *m) {
    struct sz_loading *l = m->l;
    int first = -1;
    for (int i = 0; i < SZ_N_OPERATORS; i++) {
        if (!m->k.op[i]) continue;
        if (first >= 0) {
            sz_diag *g =
                sz_rules_error(l, C_OPERATOR, m->k.op[i]->span, "a feature has one operator; this one has %s and %s",
                               "一个特征只有一个算子；这里有 %s 和 %s", sz_operators[first].name, sz_operators[i].name);
            sz_rules_hint_say(g, "make two features of it, and a third with  value:  over both",
                              "请拆成两个特征，再用  value:  组合");
            return false;
        }
        first = i;
    }
    if (first >= 0) {
        m->f.op = (uint8_t)first;
        m->row = &sz_operators[first];
        return true;
    }
    if (sz_rules_is_partial(l, m->decl->node) || !m->is_read) return false;
    sz_diag *g = sz_rules_error(l, C_OPERATOR, m->decl->key->span, "the feature `%.*s` does not say what it counts",
                                "特征 `%.*s` 没有写算子", SZ_FMT_STR(m->decl->name));
    const char *all = "";
    for (int i = 0; i < SZ_N_OPERATORS; i++) all = TXT(l, "%s  %s", all, sz_operators[i].name);
    sz_rules_hint(l, g, "name an operator:%s", "请写一个算子：%s", all);
    return false;
}

/* ---- value: an expression over other features ---- */

enum { NESTED_MAX = 32 };

static struct sz_decl *load_one(struct sz_loading *l, uint32_t at);

/* Make the features first that the expression names. */
static bool load_inner(struct sz_making *m, const sz_yaml *node) {
    struct sz_loading *l = m->l;
    struct sz_scan scan;
    if (!sz_rules_scan(l, node->text, &scan)) return true; /* the compiler says why */
    for (uint32_t i = 0; i < scan.n_roots; i++) {
        struct sz_decl *d = sz_decls_find(&l->features, scan.roots[i].name);
        if (!d || d->state == SZ_DECL_DONE || d->state == SZ_DECL_FAILED) continue;
        sz_span at = sz_yaml_value_span(node, scan.roots[i].off, scan.roots[i].name.n);
        if (d->state == SZ_DECL_BUSY) {
            sz_rules_hint(l,
                          sz_rules_error(l, C_FEATURE_CYCLE, at, "`%.*s` is made of itself",
                                         "`%.*s` 是由它自己算出来的", SZ_FMT_STR(d->name)),
                          "it stands at %s", "它在 %s", sz_rules_place(l, d->key->span));
            return false;
        }
        if (l->depth >= NESTED_MAX) {
            sz_rules_hint_say(sz_rules_error(l, C_FEATURE_CYCLE, at, "values are nested more than %d deep",
                                             "value 嵌套超过 %d 层", NESTED_MAX),
                              "write several of them as one expression", "请把其中几个合写成一个表达式");
            return false;
        }
        l->depth++;
        load_one(l, (uint32_t)(d - l->features.v));
        l->depth--;
    }
    return true;
}

static void read_of(struct sz_making *m) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(m->f.value, &n);
    for (uint32_t i = 0; i < n; i++)
        if (SZ_SLOT_SPACE(slots[i]) == SZ_SPACE_FEATURE)
            m->f.types |= m->l->b->fs.features[SZ_SLOT_INDEX(slots[i])].types;
}

static bool load_value(struct sz_making *m, const sz_yaml *node) {
    struct sz_loading *l = m->l;
    if (!load_inner(m, node)) return false;
    struct sz_scope scope = {
        .l = l,
        .kind = SZ_SCOPE_FEATURE,
        .no_event = "a feature has no record in hand; count records with an operator, for example  count: swipe",
        .no_event_zh = "特征手里没有记录；请用算子来数记录，例如  count: swipe"};
    m->f.value = sz_rules_compile(&scope, node, SZ_X_ANY, true);
    if (!m->f.value) return false;
    m->f.type = sz_prog_type(m->f.value);
    m->f.unit = sz_prog_unit(m->f.value);
    m->f.is_ratio = sz_prog_is_ratio(m->f.value);
    m->f.is_growing = sz_prog_grows(m->f.value);
    read_of(m);
    if (m->f.type == SZ_X_NUM || m->f.type == SZ_X_DURATION) return true;
    sz_rules_hint_say(
        sz_rules_error(l, C_VALUE_TYPE, node->span, "a feature is a number or a duration", "特征是数或时长"),
        "a condition stands in a rule's  when:", "条件请写在规则的  when:  里");
    return false;
}

enum { FEATURES_MAX = 0xffff }; /* a slot has 16 bits for it */

/* SZ_NONE: there are too many. */
uint32_t sz_feature_intern(struct sz_loading *l, const sz_feature *f) {
    sz_featureset *fs = &l->b->fs;
    sz_str key = {(const char *)&f->hash, sizeof f->hash};
    const uint32_t *same = sz_map_get(&l->feature_by_hash, key);
    if (same) return *same;
    if (fs->n_features == FEATURES_MAX) {
        if (!l->has_too_many)
            sz_rules_hint_say(sz_rules_error(l, C_MANY, (sz_span){0}, "there are more than %d features",
                                             "特征超过 %d 个", FEATURES_MAX),
                              "take those out that no rule reads", "请去掉没有规则读取的特征");
        l->has_too_many = true;
        return SZ_NONE;
    }
    sz_map_put(&l->feature_by_hash, key, fs->n_features);
    *SZ_PUSH(l->a, fs->features, fs->n_features, l->cap_features) = *f;
    return fs->n_features - 1;
}

/* ---- baseline, peers: over the days of another feature ---- */

static bool fill(struct sz_making *m);

static uint32_t load_compared(struct sz_making *of, struct sz_making *m) {
    sz_span at = m->k.op[m->f.op]->span;
    if (!sz_feature_has_days(of, m->f.op, at) || !fill(m) || !sz_feature_compares(of, &m->f, at, &m->k)) return SZ_NONE;
    m->f.window.ago = 0;
    m->f.hash = sz_feature_identity(m);
    return sz_feature_intern(of->l, &m->f);
}

/* A feature without a name of its own, by the same keys; its index, SZ_NONE with a finding. */
static uint32_t load_nested(struct sz_making *of, const sz_yaml *node) {
    struct sz_loading *l = of->l;
    struct sz_decl d = {.name = of->decl->name, .key = of->decl->key, .node = node};
    struct sz_making m = {.l = l,
                          .decl = &d,
                          .f = {.name = sz_rules_copy(l, sz_str_of(TXT(l, "%.*s.day", SZ_FMT_STR(d.name)))),
                                .matcher = SZ_NONE,
                                .field = UINT16_MAX,
                                .acc = SZ_NONE,
                                .span = of->f.span}};
    if (is_later(l, node)) return SZ_NONE;
    m.is_read = sz_keys_read(l, node, &table, &m.k);
    bool ok = choose_operator(&m) && m.is_read;
    if (of->f.op == SZ_OP_PEERS) return ok ? load_compared(of, &m) : SZ_NONE;
    bool is_sample = ok && m.row->type != SZ_X_RECORD && m.row->type != SZ_X_DURATION && m.f.op != SZ_OP_VALUE &&
                     m.f.op != SZ_OP_STREAK && m.f.op != SZ_OP_REGULARITY;
    if (ok && !is_sample) {
        sz_rules_hint_say(sz_rules_error(l, C_BASELINE, m.k.op[m.f.op]->span,
                                         "a habit is made of numbers of single days, and %s gives none",
                                         "习惯由每天的数值得出，%s 没有这样的数值", m.row->name),
                          "for example  baseline: {sum: meal.amount, over: 1d}",
                          "例如  baseline: {sum: meal.amount, over: 1d}");
        return SZ_NONE;
    }
    if (!ok || !fill(&m)) return SZ_NONE;
    const sz_window *w = &m.f.window;
    if (w->kind != SZ_W_DAYS || w->days != 1 || w->ago) {
        const sz_yaml *at = m.k.to && w->kind == SZ_W_DAYS && w->days == 1 ? m.k.to : m.k.over;
        sz_rules_hint_say(
            sz_rules_error(l, C_BASELINE, at->span, "the sample of a habit is one day", "习惯的样本是一天"),
            "write  over: 1d  without  to:", "请写  over: 1d，不写  to:");
        return SZ_NONE;
    }
    m.f.hash = sz_feature_identity(&m);
    return sz_feature_intern(l, &m.f);
}

/* What is compared may be a feature with a name. */
static uint32_t load_named(struct sz_making *m, const sz_yaml *node) {
    struct sz_loading *l = m->l;
    if (l->depth >= NESTED_MAX) return SZ_NONE; /* each of them but the last is refused: peers of peers */
    l->depth++;
    const struct sz_decl *d = sz_feature_find(l, node->text);
    l->depth--;
    if (!d) {
        sz_diag *g = sz_rules_error(l, C_PEERS, node->span, "there is no feature `%.*s`", "没有特征 `%.*s`",
                                    SZ_FMT_STR(node->text));
        struct sz_near near = sz_near_to(l, node->text);
        for (uint32_t i = 0; i < l->features.n; i++)
            sz_near_try(&near, l->features.v[i].name, "feature", "特征", l->features.v[i].key->span);
        if (sz_near_any(&near)) sz_near_hint(l, g, &near);
        else
            sz_rules_hint_say(g, "for example  peers: {count: swipe, over: 1d}",
                              "例如  peers: {count: swipe, over: 1d}");
        return SZ_NONE;
    }
    if (d->state == SZ_DECL_BUSY) {
        sz_rules_hint_say(sz_rules_error(l, C_FEATURE_CYCLE, node->span, "`%.*s` is made of itself",
                                         "`%.*s` 是由它自己算出来的", SZ_FMT_STR(d->name)),
                          "compare another feature", "请比较另一个特征");
        return SZ_NONE;
    }
    if (d->state != SZ_DECL_DONE) return SZ_NONE; /* its own finding says why */
    sz_feature f = l->b->fs.features[d->index];
    if (!sz_feature_has_days(m, f.op, node->span) || !sz_feature_compares(m, &f, node->span, NULL)) return SZ_NONE;
    return f.window.ago ? sz_feature_to_now(l, d, &f) : d->index;
}

static const sz_yaml *key_of(const sz_yaml *map, const sz_yaml *item) {
    for (size_t i = 0; i < map->n; i++)
        if (map->items[i] == item) return map->keys[i];
    return NULL;
}

static bool load_sampled(struct sz_making *m, const sz_yaml *node) {
    if (node->kind == SZ_YAML_SEQ) return sz_keys_shape(m->l, node, SZ_SHAPE_MAP, key_of(m->decl->node, node));
    uint32_t i = node->kind == SZ_YAML_MAP ? load_nested(m, node) : load_named(m, node);
    if (i == SZ_NONE) return false;
    const sz_feature *inner = &m->l->b->fs.features[i];
    m->f.inner = i;
    m->f.matcher = inner->matcher;
    m->f.field = inner->field;
    m->f.types = inner->types;
    m->f.unit = inner->unit;
    m->f.window =
        (sz_window){.kind = SZ_W_DAYS, .is_night = inner->window.is_night, .days = inner->window.days, .ago = 1};
    return true;
}

/* ---- one feature ---- */

static bool fill(struct sz_making *m) {
    struct sz_loading *l = m->l;
    const sz_operator_row *row = m->row;
    const sz_yaml *operand = m->k.op[m->f.op];
    m->f.type = row->type;
    m->f.unit = row->unit;
    m->f.is_growing = m->f.op == SZ_OP_ABSENCE;
    bool ok = m->f.op == SZ_OP_VALUE ? load_value(m, operand)
              : row->has_inner       ? load_sampled(m, operand)
                                     : sz_feature_operand(m, operand);
    ok &= sz_feature_refuse_keys(m);
    if (!ok) return false;
    if (!m->k.over && row->needs_window && !m->is_read) return false;
    if (row->has_habit) return sz_feature_habit(m) && sz_feature_beside(m);
    if (row->has_group) return sz_feature_group(m) && sz_feature_beside(m);
    ok = sz_window_load(l, m->decl->node, row, m->k.over, m->k.to, m->k.day, &m->f.window);
    return sz_feature_beside(m) && ok;
}

/* `price: spend / meals` is an expression; another text is taken for what is counted. */
static const char *example_of(struct sz_loading *l, const sz_yaml *node) {
    static const char *const signs[] = {" + ", " - ", " * ", " / "};
    sz_str s = node->kind == SZ_YAML_SCALAR ? node->text : (sz_str){0};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (s.n <= 64 && sz_str_has(s, sz_str_of(signs[i]))) return TXT(l, "{value: %.*s}", SZ_FMT_STR(s));
    return "{count: swipe, over: 7d}";
}

static struct sz_decl *load_one(struct sz_loading *l, uint32_t at) {
    struct sz_decl *d = &l->features.v[at];
    d->state = SZ_DECL_BUSY;
    struct sz_making m = {.l = l,
                          .decl = d,
                          .f = {.name = sz_rules_copy(l, d->name),
                                .matcher = SZ_NONE,
                                .field = UINT16_MAX,
                                .acc = SZ_NONE,
                                .span = sz_rules_keep(l, d->key->span)}};
    bool ok = sz_rules_name(l, d->key);
    if (ok && sz_decls_find(&l->params, d->name)) {
        sz_diag *g = sz_rules_error(l, C_SHADOWS, d->key->span, "`%.*s` is the name of a param too",
                                    "`%.*s` 也是一个参数的名称", SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "the param is at %s", "参数在 %s",
                      sz_rules_place(l, sz_decls_find(&l->params, d->name)->key->span));
        ok = false;
    }
    ok &= d->node->kind == SZ_YAML_NULL ? sz_keys_shape(l, d->node, SZ_SHAPE_MAP, d->key)
                                        : sz_keys_item(l, d->node, example_of(l, d->node));
    if (d->node->kind == SZ_YAML_MAP && is_later(l, d->node)) {
        ok = false;
    } else if (d->node->kind == SZ_YAML_MAP) {
        m.is_read = sz_keys_read(l, d->node, &table, &m.k);
        ok &= m.is_read;
        ok &= sz_rules_both(l, m.k.label, &m.f.label_zh, &m.f.label_en);
        ok &= choose_operator(&m) && fill(&m);
    }
    d = &l->features.v[at];
    d->state = SZ_DECL_FAILED;
    if (!ok) return d;
    m.f.hash = sz_feature_identity(&m);
    d->index = sz_feature_intern(l, &m.f);
    if (d->index != SZ_NONE) d->state = SZ_DECL_DONE;
    return d;
}

const struct sz_decl *sz_feature_find(struct sz_loading *l, sz_str name) {
    struct sz_decl *d = sz_decls_find(&l->features, name);
    if (!d) return NULL;
    return d->state == SZ_DECL_NEW ? load_one(l, (uint32_t)(d - l->features.v)) : d;
}

void sz_features_load(struct sz_loading *l) {
    for (uint32_t i = 0; i < l->features.n; i++)
        if (l->features.v[i].state == SZ_DECL_NEW) load_one(l, i);
    for (uint32_t i = 0; i < l->features.n; i++) {
        const struct sz_decl *d = &l->features.v[i], *first = sz_decls_find(&l->features, d->name);
        if (d == first || d->state != SZ_DECL_DONE || first->state != SZ_DECL_DONE || d->index == first->index)
            continue;
        sz_diag *g = sz_rules_error(l, C_TWO_MEANINGS, d->key->span, "`%.*s` has another meaning already",
                                    "`%.*s` 已经有另一个含义", SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "give it another name, or leave it out; the first one is at %s",
                      "请换个名称，或去掉它；第一处在 %s", sz_rules_place(l, first->key->span));
    }
}
