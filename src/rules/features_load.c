/* SPDX-License-Identifier: Apache-2.0
 *
 * Features: an operator over an event and a window, or an expression over other features; by the table sz_operators. What has
 * the same meaning is one feature, whatever its names (semantics 35).
 */
#include "keys.h"

struct feature_keys {
    const sz_yaml *op[SZ_N_OPERATORS];
    const sz_yaml *over, *to, *day, *gap, *on_days, *pause, *label, *unit;
    const sz_yaml *later;
};

#define OP(i, name) SZ_KEY(struct feature_keys, op[i], name, SZ_SHAPE_TEXT)
#define LATER(name, en, zh) SZ_KEY_LATER(struct feature_keys, later, name, en, zh)

static const sz_key keys[] = {
    OP(SZ_OP_COUNT, "count"), OP(SZ_OP_SUM, "sum"), OP(SZ_OP_AVG, "avg"), OP(SZ_OP_MIN, "min"), OP(SZ_OP_MAX, "max"),
    OP(SZ_OP_DAYS, "days"), OP(SZ_OP_DISTINCT, "distinct"), OP(SZ_OP_FIRST, "first"), OP(SZ_OP_LAST, "last"),
    OP(SZ_OP_STREAK, "streak"), OP(SZ_OP_SESSIONS, "sessions"), OP(SZ_OP_ABSENCE, "absence"), OP(SZ_OP_VALUE, "value"),
    SZ_KEY(struct feature_keys, over, "over", SZ_SHAPE_TEXT),
    SZ_KEY(struct feature_keys, to, "to", SZ_SHAPE_TEXT),
    SZ_KEY(struct feature_keys, day, "day", SZ_SHAPE_TEXT),
    SZ_KEY(struct feature_keys, gap, "gap", SZ_SHAPE_TEXT),
    SZ_KEY(struct feature_keys, on_days, "on_days", SZ_SHAPE_TEXT),
    SZ_KEY(struct feature_keys, pause, "pause", SZ_SHAPE_TEXTS),
    SZ_KEY(struct feature_keys, label, "label", SZ_SHAPE_MAP),
    SZ_KEY(struct feature_keys, unit, "unit", SZ_SHAPE_TEXT),
    LATER("per", "a feature of a reader", "按读头计算的特征"),
};
static const sz_key_table table = {"a feature", "特征", keys, sizeof keys / sizeof *keys};

/* Operators that come later; what stands beside them is not looked at. */
static const struct { const char *name, *en, *zh; } later[] = {
    {"quantile", "this operator", "这个算子"}, {"stddev", "this operator", "这个算子"}, {"regularity", "this operator", "这个算子"},
    {"baseline", "comparison with the student's own habit", "与本人习惯的比较"},
    {"peers", "comparison with other students", "与其他学生的比较"},
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

/* A feature being made. */
struct making {
    struct sz_loading *l;
    struct sz_decl *decl;
    struct feature_keys k;
    const sz_operator_row *row;
    sz_feature f;
    bool is_read; /* all its keys, so that what is missing is not one that was misspelt */
};

/* ---- which operator ---- */

static bool choose_operator(struct making *m) {
    struct sz_loading *l = m->l;
    int first = -1;
    for (int i = 0; i < SZ_N_OPERATORS; i++) {
        if (!m->k.op[i]) continue;
        if (first >= 0) {
            sz_diag *g = sz_rules_error(l, C_OPERATOR, m->k.op[i]->span, "a feature has one operator; this one has %s and %s",
                                        "一个特征只有一个算子；这里有 %s 和 %s", sz_operators[first].name, sz_operators[i].name);
            sz_rules_hint_say(g, "make two features of it, and a third with  value:  over both", "请拆成两个特征，再用  value:  组合");
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
    sz_diag *g = sz_rules_error(l, C_OPERATOR, m->decl->key->span, "the feature `%.*s` does not say what it counts", "特征 `%.*s` 没有写算子",
                                SZ_FMT_STR(m->decl->name));
    const char *all = "";
    for (int i = 0; i < SZ_N_OPERATORS; i++) all = TXT(l, "%s  %s", all, sz_operators[i].name);
    sz_rules_hint(l, g, "name an operator:%s", "请写一个算子：%s", all);
    return false;
}

/* ---- event and field: `meal`, `meal.amount`, `meal.place.kind` ---- */

enum { PATH_MAX_NAMES = 4 };

static uint32_t split(sz_str s, sz_str path[PATH_MAX_NAMES]) {
    uint32_t n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= s.n && n < PATH_MAX_NAMES; i++)
        if (i == s.n || (s.p[i] == '.' && n + 1 < PATH_MAX_NAMES)) {
            path[n++] = (sz_str){s.p + from, i - from};
            from = i + 1;
        }
    return n;
}

static const char *numeric_field(struct sz_loading *l, uint64_t types) {
    for (uint32_t f = 0; f < SZ_EF_DECLARED; f++)
        if ((sz_efields[f].types & types) && sz_efields[f].type == SZ_X_NUM && sz_efields[f].types != UINT64_MAX) return sz_efields[f].name;
    for (uint32_t i = 0; i < l->b->fs.n_declared; i++) {
        const sz_declared *d = &l->b->fs.declared[i];
        if ((d->types & types) && (d->kind == SZ_FIELD_NUMBER || d->kind == SZ_FIELD_MONEY)) return TXT(l, "%.*s", SZ_FMT_STR(d->name));
    }
    return "weekday";
}

static bool wants_field(struct making *m, const sz_yaml *node, uint64_t types) {
    struct sz_loading *l = m->l;
    bool is_distinct = m->f.op == SZ_OP_DISTINCT;
    sz_diag *g = sz_rules_error(l, C_OPERAND, node->span, "%s needs a field of `%.*s`", "%s 要写 `%.*s` 的哪个字段", m->row->name, SZ_FMT_STR(node->text));
    sz_rules_hint(l, g, "for example  %s: %.*s.%s", "例如  %s: %.*s.%s", m->row->name, SZ_FMT_STR(node->text),
                  is_distinct ? "place" : numeric_field(l, types));
    return false;
}

static bool check_field_type(struct making *m, const sz_yaml *node, size_t off, const struct sz_field_ref *r) {
    bool fits = m->f.op == SZ_OP_DISTINCT ? r->type != SZ_X_RECORD : r->type == SZ_X_NUM;
    if (fits) return true;
    sz_str field = {node->text.p + off, node->text.n - off};
    sz_diag *g = sz_rules_error(m->l, C_FIELD_TYPE, sz_yaml_value_span(node, off, field.n), "%s is over numbers, `%.*s` is none", "%s 只能用于数，`%.*s` 不是数",
                                m->row->name, SZ_FMT_STR(field));
    sz_rules_hint(m->l, g, "to count different values write  distinct: %.*s", "要数不同的取值，请写  distinct: %.*s", SZ_FMT_STR(node->text));
    return false;
}

static bool load_field(struct making *m, const sz_yaml *node, const sz_str *path, uint32_t n, uint64_t types) {
    struct sz_loading *l = m->l;
    size_t off = (size_t)(path[1].p - node->text.p);
    sz_span at = sz_yaml_value_span(node, off, node->text.n - off);
    if (!m->row->may_field) {
        sz_diag *g = sz_rules_error(l, C_OPERAND, at, "%s counts records, not a field of them", "%s 数的是记录，不是字段", m->row->name);
        sz_rules_hint(l, g, "write  %s: %.*s", "请写  %s: %.*s", m->row->name, SZ_FMT_STR(path[0]));
        return false;
    }
    struct sz_field_ref r;
    uint32_t used;
    if (!sz_field_find(l, path + 1, n - 1, types, false, &r, &used) || used < n - 1) {
        const char *en = NULL, *zh = NULL;
        sz_diag *g = sz_rules_error(l, C_FIELD, at, "`%.*s` has no field `%.*s`", "`%.*s` 没有字段 `%.*s`", SZ_FMT_STR(path[0]),
                                    (int)(node->text.n - off), node->text.p + off);
        if (used) en = "a field of a record has no parts of its own", zh = "记录的字段没有下级字段";
        if (!used || sz_str_is(path[1], "place"))
            sz_field_near(l, path + 1, n - 1, types, false, TXT(l, "%.*s.", SZ_FMT_STR(path[0])), &en, &zh);
        sz_rules_hint_say(g, en, zh);
        return false;
    }
    m->f.field = r.field;
    if (m->row->type == SZ_X_ANY) {
        m->f.type = r.type;
        m->f.unit = r.unit;
    }
    return check_field_type(m, node, off, &r);
}

static bool load_operand(struct making *m, const sz_yaml *node) {
    struct sz_loading *l = m->l;
    sz_str path[PATH_MAX_NAMES];
    uint32_t n = split(node->text, path);
    bool is_failed;
    uint32_t def = sz_event_find(l, path[0], &is_failed);
    if (def == SZ_NONE || is_failed) {
        if (!is_failed) sz_event_unknown(l, path[0], sz_yaml_value_span(node, 0, path[0].n));
        return false;
    }
    uint64_t types = l->event_defs[def].types;
    m->f.types = types;
    if (n == 1 && m->row->needs_field) return wants_field(m, node, types);
    if (n > 1 && !load_field(m, node, path, n, types)) return false;
    m->f.matcher = sz_event_matcher(l, def);
    return true;
}

/* ---- keys beside the operator ---- */

static bool refuse_key(struct making *m, const sz_yaml *node, const char *key, bool may) {
    if (!node || may) return true;
    const sz_yaml *at = node;
    for (size_t i = 0; i < m->decl->node->n; i++)
        if (m->decl->node->items[i] == node) at = m->decl->node->keys[i];
    sz_diag *g = sz_rules_error(m->l, C_KEY_FITS, at->span, "%s has no `%s:`", "%s 没有 `%s:`", m->row->name, key);
    const char *who = "";
    for (int i = 0; i < SZ_N_OPERATORS; i++) {
        const sz_operator_row *r = &sz_operators[i];
        bool has = (sz_str_is(SZ_STR("gap"), key) && r->has_gap) || (sz_str_is(SZ_STR("on_days"), key) && r->has_on_days) ||
                   (sz_str_is(SZ_STR("pause"), key) && r->has_pause);
        if (has) who = TXT(m->l, "%s  %s", who, r->name);
    }
    if (*who) sz_rules_hint(m->l, g, "it belongs to%s", "它属于%s", who);
    else sz_rules_hint_say(g, "leave it out", "请去掉");
    return false;
}

static bool load_gap(struct making *m) {
    struct sz_loading *l = m->l;
    if (!m->row->has_gap) return true;
    if (!m->k.gap) {
        if (!sz_rules_is_partial(l, m->decl->node) && m->is_read)
            sz_rules_hint_say(sz_rules_error(l, C_GAP, m->decl->node->span, "sessions needs a gap", "sessions 需要 gap"),
                              "add  gap: 90m : records closer than this are one meal, one visit", "请加  gap: 90m：间隔更短的记录算作同一餐、同一次");
        return false;
    }
    if (!sz_rules_duration(l, m->k.gap, &m->f.gap_ms)) return false;
    if (m->f.gap_ms > 0 && m->f.gap_ms <= SZ_DAY_MS) return true;
    sz_rules_hint_say(sz_rules_error(l, C_GAP, m->k.gap->span, "a gap is longer than nothing and at most a day", "gap 要大于 0，不超过一天"),
                      "for example  gap: 90m", "例如  gap: 90m");
    return false;
}

static bool load_on_days(struct making *m) {
    static const char *const kinds[] = {"class"};
    if (!m->k.on_days) return true;
    m->f.on_class_days = true;
    return sz_rules_choice(m->l, m->k.on_days, kinds, 1, "a kind of days", "日子的种类") >= 0;
}

static const struct { const char *name; uint32_t pauses; } pause_names[] = {
    {"weekend", SZ_PAUSE_WEEKEND}, {"holiday", SZ_PAUSE_HOLIDAY}, {"vacation", SZ_PAUSE_VACATION},
};

static bool add_pause(struct making *m, const sz_yaml *item) {
    struct sz_near near = sz_near_to(item->text);
    for (size_t i = 0; i < sizeof pause_names / sizeof *pause_names; i++) {
        sz_near_z(&near, pause_names[i].name);
        if (!sz_str_is(item->text, pause_names[i].name)) continue;
        m->f.pauses |= pause_names[i].pauses;
        return true;
    }
    for (uint32_t i = 0; i < SZ_N_LEAVE_KINDS; i++) {
        sz_near_z(&near, sz_leave_kinds[i]);
        if (!sz_str_is(item->text, sz_leave_kinds[i])) continue;
        m->f.pause_leaves |= 1u << i;
        return true;
    }
    sz_diag *g = sz_rules_error(m->l, C_PAUSE, item->span, "`%.*s` stops no clock", "`%.*s` 不能让计时暂停", SZ_FMT_STR(item->text));
    if (sz_near_any(&near)) sz_near_hint(m->l, g, &near);
    else sz_rules_hint_say(g, "weekend, or a kind of permit; leave, holiday and vacation always stop it", "可写 weekend 或某种许可；请假、节假日、假期本来就会暂停");
    return false;
}

static bool load_pause(struct making *m) {
    const sz_yaml **items;
    uint32_t n;
    bool ok = sz_rules_texts(m->l, m->k.pause, &items, &n);
    for (uint32_t i = 0; i < n; i++) ok &= add_pause(m, items[i]);
    /* these always pause: naming them changes nothing, so it must not change the identity either */
    m->f.pauses &= SZ_PAUSE_WEEKEND;
    m->f.pause_leaves &= ~(uint32_t)SZ_ON_LEAVE_KINDS;
    return ok;
}

static bool load_unit(struct making *m) {
    const sz_yaml *node = m->k.unit;
    uint8_t unit = SZ_UNIT_NONE;
    if (!node) return true;
    if (!sz_unit_parse(node->text, &unit)) {
        sz_diag *g = sz_rules_error(m->l, C_UNIT_KEY, node->span, "`%.*s` is not a unit", "`%.*s` 不是单位", SZ_FMT_STR(node->text));
        sz_rules_hint_say(g, "units are  yuan  class-hours  %  times  days  points", "单位有  yuan  class-hours  %  times  days  points");
        return false;
    }
    if (m->f.type == SZ_X_NUM && (m->f.unit == SZ_UNIT_NONE || m->f.unit == unit || m->f.op == SZ_OP_VALUE)) {
        m->f.unit = unit;
        return true;
    }
    sz_rules_hint_say(sz_rules_error(m->l, C_UNIT_KEY, node->span, "what %s gives here has a unit already", "这里 %s 的结果已有单位", m->row->name),
                      "leave  unit:  out; it is for values and declared numbers", "请去掉  unit:；它只用于 value 和自行声明的数");
    return false;
}

/* ---- value: an expression over other features ---- */

enum { NESTED_MAX = 32 };

static struct sz_decl *load_one(struct sz_loading *l, uint32_t at);

/* Make the features first that the expression names. */
static bool load_inner(struct making *m, const sz_yaml *node) {
    struct sz_loading *l = m->l;
    struct sz_scan scan;
    if (!sz_rules_scan(l, node->text, &scan)) return true; /* the compiler says why */
    for (uint32_t i = 0; i < scan.n_roots; i++) {
        struct sz_decl *d = sz_decls_find(&l->features, scan.roots[i].name);
        if (!d || d->state == SZ_DECL_DONE || d->state == SZ_DECL_FAILED) continue;
        sz_span at = sz_yaml_value_span(node, scan.roots[i].off, scan.roots[i].name.n);
        if (d->state == SZ_DECL_BUSY) {
            sz_rules_hint(l, sz_rules_error(l, C_FEATURE_CYCLE, at, "`%.*s` is made of itself", "`%.*s` 是由它自己算出来的", SZ_FMT_STR(d->name)),
                          "it stands at %s", "它在 %s", sz_rules_place(l, d->key->span));
            return false;
        }
        if (l->depth >= NESTED_MAX) {
            sz_rules_hint_say(sz_rules_error(l, C_FEATURE_CYCLE, at, "values are nested more than %d deep", "value 嵌套超过 %d 层", NESTED_MAX),
                              "write several of them as one expression", "请把其中几个合写成一个表达式");
            return false;
        }
        l->depth++;
        load_one(l, (uint32_t)(d - l->features.v));
        l->depth--;
    }
    return true;
}

static void read_of(struct making *m) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(m->f.value, &n);
    for (uint32_t i = 0; i < n; i++)
        if (SZ_SLOT_SPACE(slots[i]) == SZ_SPACE_FEATURE) m->f.types |= m->l->b->fs.features[SZ_SLOT_INDEX(slots[i])].types;
}

static bool load_value(struct making *m, const sz_yaml *node) {
    struct sz_loading *l = m->l;
    if (!load_inner(m, node)) return false;
    struct sz_scope scope = {.l = l, .kind = SZ_SCOPE_FEATURE,
                             .no_event = "a feature has no record in hand; count records with an operator, for example  count: swipe",
                             .no_event_zh = "特征手里没有记录；请用算子来数记录，例如  count: swipe"};
    m->f.value = sz_rules_compile(&scope, node, SZ_X_ANY, true);
    if (!m->f.value) return false;
    m->f.type = sz_prog_type(m->f.value);
    m->f.unit = sz_prog_unit(m->f.value);
    m->f.is_growing = sz_prog_grows(m->f.value);
    read_of(m);
    if (m->f.type == SZ_X_NUM || m->f.type == SZ_X_DURATION) return true;
    sz_rules_hint_say(sz_rules_error(l, C_VALUE_TYPE, node->span, "a feature is a number or a duration", "特征是数或时长"),
                      "a condition stands in a rule's  when:", "条件请写在规则的  when:  里");
    return false;
}

/* ---- identity ---- */

uint64_t sz_slot_meaning(void *ctx, uint32_t slot) {
    const struct sz_meaning *m = ctx;
    uint32_t sub = SZ_SLOT_SUB(slot), index = SZ_SLOT_INDEX(slot);
    switch (SZ_SLOT_SPACE(slot)) {
    case SZ_SPACE_EVENT: return sz_field_meaning(m->l, index);
    case SZ_SPACE_STUDENT: return sz_mix_str(4, sz_str_of(sz_sfields[index].name));
    case SZ_SPACE_CALENDAR: {
        uint64_t h = sz_mix_str(5, sz_str_of(sz_cfields[index].name));
        bool has_period = index == SZ_CF_IN || index == SZ_CF_DAYS_TO;
        return has_period ? sz_mix_str(h, m->l->calendar->periods[sub].id) : h;
    }
    case SZ_SPACE_FEATURE: {
        uint64_t h = sz_mix(6, m->l->b->fs.features[index].hash);
        return sub ? sz_mix(h, sz_field_meaning(m->l, sub - 1)) : h;
    }
    case SZ_SPACE_PARAM: return index < m->n_params ? sz_mix(7, sz_param_hash(&m->params[index])) : 7;
    default: return 0;
    }
}

static uint64_t identity(const struct making *m) {
    const sz_feature *f = &m->f;
    const sz_window *w = &f->window;
    uint64_t h = sz_mix_str(8, sz_str_of(m->row->name));
    if (f->matcher != SZ_NONE) h = sz_mix(h, m->l->b->fs.matchers[f->matcher].hash);
    if (f->field != UINT16_MAX) h = sz_mix(h, sz_field_meaning(m->l, f->field));
    h = sz_mix(h, (uint64_t)w->kind << 1 | w->is_night);
    h = sz_mix(h, (uint64_t)(uint32_t)w->days << 32 | (uint32_t)w->ago);
    h = sz_mix(h, (uint64_t)(uint32_t)w->pane_ms << 32 | (uint32_t)w->n_panes);
    h = sz_mix(h, (uint64_t)f->gap_ms);
    h = sz_mix(h, (uint64_t)f->pause_leaves << 32 | f->pauses << 1 | f->on_class_days);
    h = sz_mix(h, f->unit);
    struct sz_meaning meaning = {.l = m->l};
    return f->value ? sz_mix(h, sz_prog_hash(f->value, sz_slot_meaning, &meaning)) : h;
}

enum { FEATURES_MAX = 0xffff }; /* a slot has 16 bits for it */

/* Its index; the one of equal meaning that is there already, if any. SZ_NONE: there are too many. */
static uint32_t intern(struct sz_loading *l, const sz_feature *f) {
    sz_featureset *fs = &l->b->fs;
    sz_str key = {(const char *)&f->hash, sizeof f->hash};
    const uint32_t *same = sz_map_get(&l->feature_by_hash, key);
    if (same) return *same;
    if (fs->n_features == FEATURES_MAX) {
        if (!l->has_too_many)
            sz_rules_hint_say(sz_rules_error(l, C_MANY, (sz_span){0}, "there are more than %d features", "特征超过 %d 个", FEATURES_MAX),
                              "take those out that no rule reads", "请去掉没有规则读取的特征");
        l->has_too_many = true;
        return SZ_NONE;
    }
    sz_map_put(&l->feature_by_hash, key, fs->n_features);
    *SZ_PUSH(l->a, fs->features, fs->n_features, l->cap_features) = *f;
    return fs->n_features - 1;
}

/* ---- one feature ---- */

static bool fill(struct making *m) {
    struct sz_loading *l = m->l;
    const sz_operator_row *row = m->row;
    const sz_yaml *operand = m->k.op[m->f.op];
    m->f.type = row->type;
    m->f.unit = row->unit;
    m->f.is_growing = m->f.op == SZ_OP_ABSENCE;
    bool ok = m->f.op == SZ_OP_VALUE ? load_value(m, operand) : load_operand(m, operand);
    ok &= refuse_key(m, m->k.over, "over", row->may_window) & refuse_key(m, m->k.to, "to", row->may_window) &
          refuse_key(m, m->k.day, "day", row->may_night) & refuse_key(m, m->k.gap, "gap", row->has_gap) &
          refuse_key(m, m->k.on_days, "on_days", row->has_on_days) & refuse_key(m, m->k.pause, "pause", row->has_pause);
    if (!ok) return false;
    if (!m->k.over && row->needs_window && !m->is_read) return false;
    ok = sz_window_load(l, m->decl->node, row, m->k.over, m->k.to, m->k.day, &m->f.window);
    ok &= load_gap(m) & load_on_days(m) & load_pause(m) & load_unit(m);
    return ok;
}

static struct sz_decl *load_one(struct sz_loading *l, uint32_t at) {
    struct sz_decl *d = &l->features.v[at];
    d->state = SZ_DECL_BUSY;
    struct making m = {.l = l, .decl = d,
                       .f = {.name = sz_rules_copy(l, d->name), .matcher = SZ_NONE, .field = UINT16_MAX, .acc = SZ_NONE,
                             .span = sz_rules_keep(l, d->key->span)}};
    bool ok = sz_rules_name(l, d->key);
    if (ok && sz_decls_find(&l->params, d->name)) {
        sz_diag *g = sz_rules_error(l, C_SHADOWS, d->key->span, "`%.*s` is the name of a param too", "`%.*s` 也是一个参数的名称", SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "the param is at %s", "参数在 %s", sz_rules_place(l, sz_decls_find(&l->params, d->name)->key->span));
        ok = false;
    }
    ok &= sz_keys_shape(l, d->node, SZ_SHAPE_MAP, d->key);
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
    m.f.hash = identity(&m);
    d->index = intern(l, &m.f);
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
        if (d == first || d->state != SZ_DECL_DONE || first->state != SZ_DECL_DONE || d->index == first->index) continue;
        sz_diag *g = sz_rules_error(l, C_TWO_MEANINGS, d->key->span, "`%.*s` has another meaning already", "`%.*s` 已经有另一个含义",
                                    SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "the first one is at %s", "第一处在 %s", sz_rules_place(l, first->key->span));
    }
}
