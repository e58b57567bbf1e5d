/* SPDX-License-Identifier: Apache-2.0
 *
 * Params: a value, or {value:, by: [{student's field: …, value: …}], label:}. The first row of by: that fits the
 * student wins.
 */
#include "keys.h"

struct param_keys {
    const sz_yaml *value, *by, *label, *was;
};

static const sz_key keys[] = {
    SZ_KEY_NEEDED(struct param_keys, value, "value", SZ_SHAPE_VALUE),
    SZ_KEY(struct param_keys, by, "by", SZ_SHAPE_LIST),
    SZ_KEY(struct param_keys, label, "label", SZ_SHAPE_VALUE),
};
static const sz_key_table table = {"a param", "参数", keys, sizeof keys / sizeof *keys};

static sz_str as_written(struct sz_loading *l, const sz_yaml *node) {
    if (node->kind == SZ_YAML_SCALAR) return sz_rules_copy(l, node->text);
    sz_buf b;
    sz_buf_init(&b);
    sz_buf_put_u8(&b, '[');
    for (size_t i = 0; i < node->n; i++) sz_buf_printf(&b, "%s%.*s", i ? ", " : "", SZ_FMT_STR(node->items[i]->text));
    sz_buf_put_u8(&b, ']');
    sz_str s = sz_rules_copy(l, sz_buf_str(&b));
    sz_buf_fini(&b);
    return s;
}

/* ---- by: ---- */

static int field_of(struct sz_loading *l, const sz_yaml *key) {
    for (int i = 0; i < SZ_N_SFIELDS; i++)
        if (sz_str_is(key->text, sz_sfields[i].name)) return i;
    struct sz_near near = sz_near_to(l, key->text);
    for (int i = 0; i < SZ_N_SFIELDS; i++) sz_near_z(&near, sz_sfields[i].name);
    sz_near_z(&near, "value");
    sz_diag *g = sz_rules_error(l, C_BY_FIELD, key->span, "a student has no `%.*s`", "学生没有 `%.*s` 这一项",
                                SZ_FMT_STR(key->text));
    if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else
        sz_rules_hint_say(g, "for example  year  school  college  major  class",
                          "例如  year  school  college  major  class");
    return -1;
}

static bool condition(struct sz_loading *l, int field, const sz_yaml *node, struct sz_param_cond *c) {
    c->field = (uint16_t)field;
    c->is_num = sz_sfields[field].type == SZ_X_NUM;
    c->text = sz_rules_copy(l, node->text);
    if (!c->is_num || sz_str_double(node->text, &c->num)) return true;
    sz_diag *g = sz_rules_error(l, C_BY_FORM, node->span, "student.%s is a number, `%.*s` is not",
                                "student.%s 是数，`%.*s` 不是", sz_sfields[field].name, SZ_FMT_STR(node->text));
    sz_rules_hint(l, g, "for example  %s: 1", "例如  %s: 1", sz_sfields[field].name);
    return false;
}

/* Conditions of one row, as alternatives: a list under a field is any of its values. alt[i] is the item taken of
 * field i. */
struct row {
    const sz_yaml *value;
    int field[SZ_N_SFIELDS];
    const sz_yaml **items[SZ_N_SFIELDS];
    uint32_t n_items[SZ_N_SFIELDS];
    uint32_t n, n_alternatives;
};

enum { ALTERNATIVES_MAX = 1024 };

static bool read_row(struct sz_loading *l, const sz_yaml *node, struct row *r) {
    bool ok = true;
    r->n_alternatives = 1;
    for (size_t i = 0; i < node->n; i++) {
        const sz_yaml *key = node->keys[i], *item = node->items[i];
        if (sz_str_is(key->text, "value")) {
            r->value = item;
            continue;
        }
        int f = field_of(l, key);
        if (f < 0 || !sz_keys_shape(l, item, SZ_SHAPE_TEXTS, key) || r->n == SZ_N_SFIELDS) {
            ok = false;
            continue;
        }
        r->field[r->n] = f;
        ok &= sz_rules_names(l, item, &r->items[r->n], &r->n_items[r->n]) && r->n_items[r->n] > 0;
        r->n_alternatives *= r->n_items[r->n] ? r->n_items[r->n] : 1;
        r->n++;
        if (r->n_alternatives > ALTERNATIVES_MAX) return false;
    }
    if (r->value && r->n) return ok;
    if (ok && !sz_rules_is_partial(l, node)) {
        sz_diag *g = sz_rules_error(l, C_BY_FORM, node->span,
                                    "a row of by: says for whom, and a value:", "by: 的一行要写适用对象和 value:");
        sz_rules_hint_say(g, "for example  {school: 医学院, value: 480 yuan}",
                          "例如  {school: 医学院, value: 480 yuan}");
    }
    return false;
}

static bool add_alternative(struct sz_loading *l, const struct row *r, uint32_t which, sz_param_case *c) {
    c->conds = SZ_NEWN(l->a, struct sz_param_cond, r->n);
    for (uint32_t i = 0; i < r->n; i++) {
        if (!condition(l, r->field[i], r->items[i][which % r->n_items[i]], &c->conds[i])) return false;
        which /= r->n_items[i];
    }
    c->n_conds = r->n;
    return true;
}

static bool same_kind(struct sz_loading *l, const sz_param *p, const sz_xval *v, uint8_t unit, const sz_yaml *node,
                      const sz_yaml *first) {
    if (v->type == p->type && unit == p->unit) return true;
    sz_diag *g = sz_rules_say(
        l, SZ_ERROR, C_UNITS_DIFFER, node->span,
        TXT(l, "the values of a param have one unit; the first one is %s", sz_unit_words(p->type, p->unit, SZ_EN)),
        TXT(l, "同一参数的各个值单位要一致；第一个值是%s", sz_unit_words(p->type, p->unit, SZ_ZH)));
    sz_hint_same_unit(l, g, node->text, p->type, p->unit, first->text);
    return false;
}

static bool load_by(struct sz_loading *l, const sz_yaml *by, sz_param *p, const sz_yaml *first, uint32_t *cap) {
    bool ok = true;
    for (size_t i = 0; i < by->n; i++) {
        const sz_yaml *node = by->items[i];
        struct row r = {0};
        sz_xval v;
        uint8_t unit;
        if (!sz_keys_item(l, node, "{school: …, value: …}") || !read_row(l, node, &r) ||
            !sz_rules_value(l, r.value, &v, &unit) || !same_kind(l, p, &v, unit, r.value, first)) {
            ok = false;
            continue;
        }
        uint32_t from = p->n_cases;
        for (uint32_t k = 0; k < r.n_alternatives; k++) {
            sz_param_case *c = SZ_PUSH(l->a, p->cases, p->n_cases, *cap);
            *c = (sz_param_case){.value = v, .text = as_written(l, r.value)};
            ok &= add_alternative(l, &r, k, c);
        }
        for (uint32_t k = 0; k < r.n; k++)
            for (uint32_t j = 0; j < r.n_items[k]; j++) sz_by_warn_value(l, (uint32_t)r.field[k], r.items[k][j]);
        if (ok) sz_by_warn_order(l, p, from, node);
    }
    return ok;
}

bool sz_param_load(struct sz_loading *l, const sz_yaml *key, const sz_yaml *node, sz_param *out) {
    struct param_keys k = {.value = node};
    *out = (sz_param){.name = sz_rules_copy(l, key->text), .type = SZ_X_ANY, .span = sz_rules_keep(l, key->span)};
    bool ok = true;
    if (node->kind == SZ_YAML_MAP) {
        k = (struct param_keys){0};
        ok = sz_keys_read(l, node, &table, &k);
        if (!k.value) return false;
    } else if (!sz_keys_shape(l, node, SZ_SHAPE_VALUE, key)) {
        return false;
    }
    sz_xval v;
    if (!sz_rules_value(l, k.value, &v, &out->unit)) return false;
    out->type = v.type;
    ok &= sz_rules_both(l, k.label, &out->label_zh, &out->label_en);
    uint32_t cap = 0;
    if (k.by) ok &= load_by(l, k.by, out, k.value, &cap);
    *SZ_PUSH(l->a, out->cases, out->n_cases, cap) = (sz_param_case){.value = v, .text = as_written(l, k.value)};
    return ok;
}

/* ---- meaning ---- */

static uint64_t value_hash(uint64_t h, const sz_xval *v) {
    h = sz_mix(h, v->type);
    if (v->type == SZ_X_STR) return sz_mix_str(h, v->str);
    if (v->type == SZ_X_BOOL) return sz_mix(h, v->b);
    if (v->type != SZ_X_LIST_STR && v->type != SZ_X_LIST_NUM) return sz_mix_double(h, v->num);
    for (uint32_t i = 0; i < v->list->n; i++)
        h = v->list->strs ? sz_mix_str(h, v->list->strs[i]) : sz_mix_double(h, v->list->nums[i]);
    return h;
}

uint64_t sz_param_hash(const sz_param *p) {
    uint64_t h = sz_mix(p->type, p->unit);
    for (uint32_t i = 0; i < p->n_cases; i++) {
        const sz_param_case *c = &p->cases[i];
        for (uint32_t k = 0; k < c->n_conds; k++) {
            h = sz_mix_str(h, sz_str_of(sz_sfields[c->conds[k].field].name));
            h = c->conds[k].is_num ? sz_mix_double(h, c->conds[k].num) : sz_mix_str(h, c->conds[k].text);
        }
        h = value_hash(sz_mix(h, c->n_conds), &c->value);
    }
    return h;
}

bool sz_param_is_const(const sz_param *p) { return p->n_cases == 1 && p->cases[0].n_conds == 0; }

/* ---- global params ---- */

static void two_meanings(struct sz_loading *l, const struct sz_decl *d, const struct sz_decl *first) {
    sz_diag *g = sz_rules_error(l, C_TWO_MEANINGS, d->key->span, "`%.*s` has another meaning already",
                                "`%.*s` 已经有另一个含义", SZ_FMT_STR(d->name));
    sz_rules_hint(l, g, "give it another name, or leave it out; the first one is at %s",
                  "请换个名称，或去掉它；第一处在 %s", sz_rules_place(l, first->key->span));
}

void sz_params_load(struct sz_loading *l) {
    for (uint32_t i = 0; i < l->params.n; i++) {
        struct sz_decl *d = &l->params.v[i], *first = sz_decls_find(&l->params, d->name);
        sz_param p;
        bool is_name = sz_rules_name(l, d->key);
        bool ok = sz_param_load(l, d->key, d->node, &p) && is_name;
        d->state = ok ? SZ_DECL_DONE : SZ_DECL_FAILED;
        d->index = l->n_global_params;
        *SZ_PUSH(l->a, l->global_params, l->n_global_params, l->cap_global_params) = p;
        if (first == d || !ok || first->state != SZ_DECL_DONE) continue;
        if (sz_param_hash(&l->global_params[first->index]) != sz_param_hash(&p)) two_meanings(l, d, first);
    }
}
