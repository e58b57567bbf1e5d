/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator is over: `meal`, `meal.amount`, `meal.place`.
 */
#include "feature.h"

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
        if ((sz_efields[f].types & types) && sz_efields[f].type == SZ_X_NUM && sz_efields[f].types != UINT64_MAX)
            return sz_efields[f].name;
    for (uint32_t i = 0; i < l->b->fs.n_declared; i++) {
        const sz_declared *d = &l->b->fs.declared[i];
        if ((d->types & types) && (d->kind == SZ_FIELD_NUMBER || d->kind == SZ_FIELD_MONEY))
            return TXT(l, "%.*s", SZ_FMT_STR(d->name));
    }
    return "weekday";
}

static bool wants_field(struct sz_making *m, const sz_yaml *node, uint64_t types) {
    struct sz_loading *l = m->l;
    bool is_distinct = m->f.op == SZ_OP_DISTINCT;
    sz_diag *g = sz_rules_error(l, C_OPERAND, node->span, "%s needs a field of `%.*s`", "%s 要写 `%.*s` 的哪个字段",
                                m->row->name, SZ_FMT_STR(node->text));
    sz_rules_hint(l, g, "for example  %s: %.*s.%s", "例如  %s: %.*s.%s", m->row->name, SZ_FMT_STR(node->text),
                  is_distinct ? "place" : numeric_field(l, types));
    return false;
}

static bool check_field_type(struct sz_making *m, const sz_yaml *node, size_t off, const struct sz_field_ref *r) {
    bool fits = m->f.op == SZ_OP_DISTINCT ? r->type != SZ_X_RECORD : r->type == SZ_X_NUM;
    if (fits) return true;
    sz_str field = {node->text.p + off, node->text.n - off};
    sz_diag *g =
        sz_rules_error(m->l, C_FIELD_TYPE, sz_yaml_value_span(node, off, field.n), "%s is over numbers, `%.*s` is none",
                       "%s 只能用于数，`%.*s` 不是数", m->row->name, SZ_FMT_STR(field));
    sz_rules_hint(m->l, g, "to count different values write  distinct: %.*s", "要数不同的取值，请写  distinct: %.*s",
                  SZ_FMT_STR(node->text));
    return false;
}

/* By what records can differ from one another: not by whose they are, nor by whether he was late or on leave, which is
 * asked in `where`. */
static bool tells_apart(uint16_t f) { return f != SZ_EF_LATE && f != SZ_EF_ON_LEAVE && f != SZ_EF_STUDENT; }

static bool check_apart(struct sz_making *m, const sz_yaml *node, size_t off, const struct sz_field_ref *r) {
    if (tells_apart(r->field)) return true;
    sz_str field = {node->text.p + off, node->text.n - off};
    sz_diag *g = sz_rules_error(m->l, C_FIELD_TYPE, sz_yaml_value_span(node, off, field.n), "%s cannot be over `%.*s`",
                                "%s 不能用于 `%.*s`", m->row->name, SZ_FMT_STR(field));
    sz_rules_hint(m->l, g, "give each value that matters an event of its own, with  where:  and count those",
                  "请给要区分的取值各写一个事件（用  where:），再分别计数");
    return false;
}

static bool load_field(struct sz_making *m, const sz_yaml *node, const sz_str *path, uint32_t n, uint64_t types) {
    struct sz_loading *l = m->l;
    size_t off = (size_t)(path[1].p - node->text.p);
    sz_span at = sz_yaml_value_span(node, off, node->text.n - off);
    if (!m->row->may_field) {
        sz_diag *g = sz_rules_error(l, C_OPERAND, at, "%s counts records, not a field of them",
                                    "%s 数的是记录，不是字段", m->row->name);
        sz_rules_hint(l, g, "write  %s: %.*s", "请写  %s: %.*s", m->row->name, SZ_FMT_STR(path[0]));
        return false;
    }
    struct sz_field_ref r;
    uint32_t used;
    if (!sz_field_find(l, path + 1, n - 1, types, false, &r, &used) || used < n - 1) {
        const char *en = NULL, *zh = NULL;
        sz_diag *g = sz_rules_error(l, C_FIELD, at, "`%.*s` has no field `%.*s`", "`%.*s` 没有字段 `%.*s`",
                                    SZ_FMT_STR(path[0]), (int)(node->text.n - off), node->text.p + off);
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
    return check_field_type(m, node, off, &r) && check_apart(m, node, off, &r);
}

bool sz_feature_operand(struct sz_making *m, const sz_yaml *node) {
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
