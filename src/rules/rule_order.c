/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules among each other: ids once, `replaces:` takes another away, and the order by id.
 */
#include "keys.h"

static const sz_yaml *replaces_of(const struct sz_decl *d) {
    const sz_yaml *n = sz_yaml_get(d->node, "replaces");
    return n && n->kind == SZ_YAML_SCALAR ? n : NULL;
}

static void unknown_rule(struct sz_loading *l, const sz_yaml *node, sz_str own) {
    bool is_own = sz_str_eq(node->text, own); /* in its own name it may replace a rule of another file */
    sz_diag *g = is_own ? sz_rules_error(l, C_REPLACES, node->span, "there is no other rule `%.*s`",
                                         "没有另一条名为 `%.*s` 的规则", SZ_FMT_STR(own))
                        : sz_rules_error(l, C_REPLACES, node->span, "no rule is named `%.*s`", "没有名为 `%.*s` 的规则",
                                         SZ_FMT_STR(node->text));
    struct sz_near near = sz_near_to(l, node->text);
    for (uint32_t i = 0; i < l->rules.n && !is_own; i++)
        sz_near_try(&near, l->rules.v[i].name, "rule", "规则", l->rules.v[i].key->span);
    if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else sz_rules_hint_say(g, "a new rule needs no  replaces:", "新规则不需要  replaces:");
}

static void twice(struct sz_loading *l, int code, sz_span at, sz_str id, const struct sz_decl *first) {
    sz_diag *g = code == C_ID_TWICE ? sz_rules_error(l, code, at, "the rule `%.*s` is there already",
                                                     "规则 `%.*s` 已经存在", SZ_FMT_STR(id))
                                    : sz_rules_error(l, code, at, "the rule `%.*s` is replaced already",
                                                     "规则 `%.*s` 已经被替换", SZ_FMT_STR(id));
    sz_rules_hint(l, g, "the first one is at %s; to put another in its place write  replaces: %.*s",
                  "第一处在 %s；要整体替换，请写  replaces: %.*s", sz_rules_place(l, first->key->span),
                  SZ_FMT_STR(code == C_ID_TWICE ? id : first->name));
}

/* Which rules give way to another: their own id again with replaces:, or named by replaces:. */
static void mark_replaced(struct sz_loading *l, bool *gone) {
    sz_map by;
    sz_map_init(&by);
    for (uint32_t i = 0; i < l->rules.n; i++) {
        const sz_yaml *node = replaces_of(&l->rules.v[i]);
        if (!node) continue;
        bool found = false;
        for (uint32_t k = 0; k < l->rules.n; k++) {
            const sz_yaml *other = replaces_of(&l->rules.v[k]);
            bool is_same = other && sz_str_eq(other->text, node->text);
            if (k == i || is_same || !sz_str_eq(l->rules.v[k].name, node->text)) continue;
            gone[k] = found = true;
        }
        if (!found) unknown_rule(l, node, l->rules.v[i].name);
        const uint32_t *first = sz_map_get(&by, node->text);
        if (first) twice(l, C_REPLACES, node->span, node->text, &l->rules.v[*first]);
        else sz_map_put(&by, node->text, i);
    }
    sz_map_fini(&by);
}

static void check_ids(struct sz_loading *l, const bool *gone) {
    sz_map ids;
    sz_map_init(&ids);
    for (uint32_t i = 0; i < l->rules.n; i++) {
        if (gone[i] || l->rules.v[i].name.n == 0) continue;
        const struct sz_decl *d = &l->rules.v[i];
        const uint32_t *first = sz_map_get(&ids, d->name);
        if (first) twice(l, C_ID_TWICE, d->key->span, d->name, &l->rules.v[*first]);
        else sz_map_put(&ids, d->name, i);
    }
    sz_map_fini(&ids);
}

static int by_id(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return sz_str_cmp(((const sz_rule *)a)->id, ((const sz_rule *)b)->id);
}

void sz_rules_replace(struct sz_loading *l) {
    l->is_replaced = SZ_NEWN(&l->tmp, bool, l->rules.n + 1);
    mark_replaced(l, l->is_replaced);
    check_ids(l, l->is_replaced);
}

void sz_rules_order(struct sz_loading *l) {
    const bool *gone = l->is_replaced;
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->rules.n; i++) {
        const struct sz_adjust *a = gone[i] ? sz_adjust_find(l, l->rules.v[i].name) : NULL;
        bool is_by_same = false;
        for (uint32_t k = 0; a && k < l->rules.n; k++)
            is_by_same |= !gone[k] && sz_str_eq(l->rules.v[k].name, l->rules.v[i].name);
        if (a && !is_by_same)
            sz_rules_hint_say(
                sz_rules_warn(l, C_ADJUST_REPLACED, a->key->span,
                              "`%.*s` is replaced by another rule, so this changes nothing",
                              "`%.*s` 已被另一条规则替换，这里的调整不起作用", SZ_FMT_STR(l->rules.v[i].name)),
                "adjust the rule that replaces it, or take this out", "请改为调整替换它的规则，或去掉这一段");
        if (!gone[i] && l->rules.v[i].index != SZ_NONE) l->b->rules[n++] = l->b->rules[l->rules.v[i].index];
    }
    l->b->n_rules = n;
    sz_sort(l->b->rules, n, sizeof *l->b->rules, by_id, NULL);
}
