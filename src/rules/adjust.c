/* SPDX-License-Identifier: Apache-2.0
 *
 * Adjustments: what a campus changes of a rule without touching it. `because` is required; `was` keeps watch over the
 * pack.
 */
#include "keys.h"

#define KEY(member, shape) SZ_KEY(struct sz_adjust, member, #member, shape)

static const sz_key keys[] = {
    KEY(because, SZ_SHAPE_TEXT),  KEY(params, SZ_SHAPE_MAP),    KEY(unless, SZ_SHAPE_TEXTS),
    KEY(mode, SZ_SHAPE_TEXT),     KEY(level, SZ_SHAPE_TEXT),    KEY(again_after, SZ_SHAPE_TEXT),
    KEY(audience, SZ_SHAPE_TEXT), KEY(refer_to, SZ_SHAPE_TEXT),
};
static const sz_key_table table = {"an adjust", "adjust", keys, sizeof keys / sizeof *keys};

/* What a rule has and an adjust does not change. */
static const char *const whole[] = {"id",       "when",      "value",        "at_least", "at_most", "who",
                                    "check",    "for",       "resolve_when", "title",    "message", "points",
                                    "sequence", "within",    "tests",        "labels",   "source",  "version",
                                    "purpose",  "sensitive", "detects",      "replaces"};

static void refuse_whole(struct sz_loading *l, const struct sz_decl *d, const sz_yaml *key) {
    sz_diag *g = sz_rules_error(l, C_KEY, key->span, "an adjust does not change `%.*s`", "adjust 不能改 `%.*s`",
                                SZ_FMT_STR(key->text));
    sz_rules_hint(l, g, "put another rule in its place:  replaces: %.*s", "请用另一条规则整体替换：replaces: %.*s",
                  SZ_FMT_STR(d->name));
}

/* `r: {few: 5}`: the name of a param stands where the keys do. */
static void refuse_param(struct sz_loading *l, const sz_yaml *key) {
    sz_diag *g = sz_rules_error(l, C_KEY, key->span, "an adjust has no key `%.*s`", "adjust 没有 `%.*s` 这个键",
                                SZ_FMT_STR(key->text));
    sz_rules_hint(l, g, "it is a param of the rule: write  params: {%.*s: …}",
                  "它是规则的参数：请写  params: {%.*s: …}", SZ_FMT_STR(key->text));
}

/* A copy of the mapping without some keys; each of those is handed to `left_out`. */
static const sz_yaml *without(struct sz_loading *l, const sz_yaml *map, const char *const *names, size_t n_names,
                              void (*left_out)(void *ctx, const sz_yaml *key, const sz_yaml *node), void *ctx) {
    sz_yaml *copy = SZ_NEW(&l->tmp, sz_yaml);
    *copy = *map;
    if (map->kind != SZ_YAML_MAP) return copy;
    copy->keys = SZ_NEWN(&l->tmp, sz_yaml *, map->n + 1);
    copy->items = SZ_NEWN(&l->tmp, sz_yaml *, map->n + 1);
    copy->n = 0;
    for (size_t i = 0; i < map->n; i++) {
        if (sz_rules_index(map->keys[i]->text, names, n_names) >= 0) {
            left_out(ctx, map->keys[i], map->items[i]);
            continue;
        }
        copy->keys[copy->n] = map->keys[i];
        copy->items[copy->n++] = map->items[i];
    }
    return copy;
}

struct refusing {
    struct sz_loading *l;
    const struct sz_decl *d;
};

static void refuse_key(void *ctx, const sz_yaml *key, const sz_yaml *node) {
    const struct refusing *r = ctx;
    (void)node;
    if (sz_rules_index(key->text, whole, sizeof whole / sizeof *whole) >= 0) refuse_whole(r->l, r->d, key);
    else refuse_param(r->l, key);
}

/* The mapping without what an adjust has no key for, and with a finding for each such key. */
static const sz_yaml *adjustable(struct sz_loading *l, const struct sz_decl *d) {
    struct refusing r = {l, d};
    const sz_yaml *map = without(l, d->node, whole, sizeof whole / sizeof *whole, refuse_key, &r);
    const struct sz_decl *rule = sz_decls_find(&l->rules, d->name);
    const sz_yaml *params = rule && rule->node->kind == SZ_YAML_MAP ? sz_yaml_get(rule->node, "params") : NULL;
    if (!params || params->kind != SZ_YAML_MAP) return map;
    const char **names = SZ_NEWN(&l->tmp, const char *, params->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < params->n; i++) {
        sz_str name = params->keys[i]->text;
        bool is_key = false;
        for (size_t k = 0; k < table.n && !is_key; k++) is_key = sz_str_is(name, keys[k].name);
        if (!is_key) names[n++] = TXT(l, "%.*s", SZ_FMT_STR(name));
    }
    return without(l, map, names, n, refuse_key, &r);
}

struct taken {
    const sz_yaml *key, *node;
};

static void take_node(void *ctx, const sz_yaml *key, const sz_yaml *node) {
    *(struct taken *)ctx = (struct taken){key, node};
}

static void need_reason(struct sz_loading *l, const struct sz_decl *d, const struct sz_adjust *a) {
    bool is_empty = a->because && sz_str_trim(a->because->text).n == 0;
    if (!is_empty && (sz_near_key(d->node, "because") || sz_rules_is_partial(l, d->node))) return;
    sz_diag *g = sz_rules_error(l, C_BECAUSE, is_empty ? a->because->span : d->key->span, "an adjust says why",
                                "adjust 必须写明原因");
    sz_rules_hint_say(g, "add  because: …  ; it is shown in explain and audited",
                      "请加  because: …；它会显示在 explain 里并留存备查");
}

void sz_adjusts_load(struct sz_loading *l) {
    l->adjust_of = SZ_NEWN(&l->tmp, struct sz_adjust *, l->adjusts.n + 1);
    for (uint32_t i = 0; i < l->adjusts.n; i++) {
        const struct sz_decl *d = &l->adjusts.v[i], *first = sz_decls_find(&l->adjusts, d->name);
        struct sz_adjust *a = SZ_NEW(&l->tmp, struct sz_adjust);
        l->adjust_of[i] = a;
        bool is_map = d->node->kind == SZ_YAML_NULL ? sz_keys_shape(l, d->node, SZ_SHAPE_MAP, d->key)
                                                    : sz_keys_item(l, d->node, "{because: …, mode: shadow}");
        if (is_map) sz_keys_read(l, adjustable(l, d), &table, a);
        a->key = d->key;
        a->node = d->node;
        if (d->node->kind == SZ_YAML_MAP) need_reason(l, d, a);
        if (first == d) continue;
        sz_diag *g = sz_rules_error(l, C_ADJUST_TWICE, d->key->span, "`%.*s` is adjusted already", "`%.*s` 已经调整过",
                                    SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "join it with the one at %s", "请与 %s 处合并", sz_rules_place(l, first->key->span));
    }
}

/* What it was to change may have been forgotten. Of a sensitive rule the reason alone switches it on. */
void sz_adjust_look_idle(struct sz_loading *l, const struct sz_adjust *a) {
    if (a->node->kind != SZ_YAML_MAP || a->node->n != 1 || !a->because || sz_rules_is_partial(l, a->node)) return;
    sz_diag *g = sz_rules_say(l, SZ_WARNING, C_ADJUST_IDLE, a->key->span, "this adjust changes nothing",
                              "这里的 adjust 什么也没有改");
    sz_rules_hint(l, g, "say what is to be other, for example  %.*s: {because: …, mode: shadow},  or take it out",
                  "请写明要改什么，例如  %.*s: {because: …, mode: shadow}，或删掉它", SZ_FMT_STR(a->key->text));
}

const struct sz_adjust *sz_adjust_find(struct sz_loading *l, sz_str rule) {
    const uint32_t *i = sz_map_get(&l->adjusts.by_name, rule);
    return i ? l->adjust_of[*i] : NULL;
}

/* Is a rule's `id:` misspelt, so that none bears the name? That was said. */
static bool is_under_other_key(const struct sz_loading *l, sz_str name) {
    for (uint32_t i = 0; i < l->rules.n; i++) {
        const sz_yaml *map = l->rules.v[i].node;
        if (map->kind != SZ_YAML_MAP || sz_yaml_get(map, "id")) continue;
        for (size_t k = 0; k < map->n; k++)
            if (map->items[k]->kind == SZ_YAML_SCALAR && sz_str_eq(map->items[k]->text, name)) return true;
    }
    return false;
}

/* The id of the rule whose title that is, in either language; {NULL, 0}: of none. */
static sz_str titled(const struct sz_loading *l, sz_str text) {
    for (uint32_t i = 0; i < l->rules.n; i++) {
        const sz_yaml *map = l->rules.v[i].node;
        const sz_yaml *title = map->kind == SZ_YAML_MAP ? sz_yaml_get(map, "title") : NULL;
        for (size_t k = 0; title && title->kind == SZ_YAML_MAP && k < title->n; k++)
            if (title->items[k]->kind == SZ_YAML_SCALAR && sz_str_eq(title->items[k]->text, text))
                return l->rules.v[i].name;
    }
    return (sz_str){NULL, 0};
}

void sz_adjusts_finish(struct sz_loading *l) {
    for (uint32_t i = 0; i < l->adjusts.n; i++) {
        const struct sz_decl *d = &l->adjusts.v[i];
        if (sz_decls_find(&l->rules, d->name) || is_under_other_key(l, d->name)) continue;
        sz_diag *g = sz_rules_error(l, C_ADJUST_RULE, d->key->span, "no rule is named `%.*s`", "没有名为 `%.*s` 的规则",
                                    SZ_FMT_STR(d->name));
        struct sz_near near = sz_near_to(l, d->name);
        for (uint32_t k = 0; k < l->rules.n; k++)
            sz_near_try(&near, l->rules.v[k].name, "rule", "规则", l->rules.v[k].key->span);
        sz_str id = titled(l, d->name);
        if (id.n)
            sz_rules_hint(l, g, "that is the rule's title; write its id:  %.*s", "这是规则的标题；请写它的 id：%.*s",
                          SZ_FMT_STR(id));
        else if (sz_near_any(&near)) sz_near_hint(l, g, &near);
        else {
            enum { FEW = 20 };
            const char *all = "";
            for (uint32_t k = 0; k < l->rules.n && k < FEW; k++)
                if (l->rules.v[k].name.n) all = TXT(l, "%s  %.*s", all, SZ_FMT_STR(l->rules.v[k].name));
            if (*all)
                sz_rules_hint(l, g, "an adjust is named for the rule's id; there are%s%s",
                              "adjust 以规则的 id 为名；现有%s%s", all, l->rules.n > FEW ? " …" : "");
            else sz_rules_hint_say(g, "an adjust is named for the rule's id", "adjust 以规则的 id 为名");
        }
    }
}

/* ---- params ---- */

static sz_param *find(struct sz_scope *s, sz_str name) {
    for (uint32_t i = 0; i < s->n_params; i++)
        if (sz_str_eq(s->params[i].name, name)) return &s->params[i];
    return NULL;
}

/* A global one stands for all rules that name it, and in features for its value. */
static void hint_global(struct sz_ruling *g, sz_diag *d, const struct sz_decl *global) {
    sz_rules_hint(g->l, d, "it is one for all rules, at %s; only a param of the rule itself can be set here",
                  "它是所有规则共用的参数，在 %s；这里只能设规则自己的参数", sz_rules_place(g->l, global->key->span));
}

static void unknown_param(struct sz_ruling *g, const sz_yaml *key) {
    struct sz_loading *l = g->l;
    g->failed = true;
    sz_diag *d = sz_rules_error(l, C_ADJUST_PARAM, key->span, "the rule `%.*s` has no param `%.*s`",
                                "规则 `%.*s` 没有参数 `%.*s`", SZ_FMT_STR(g->decl->name), SZ_FMT_STR(key->text));
    struct sz_near near = sz_near_to(l, key->text);
    for (uint32_t i = 0; i < g->scope.n_params; i++)
        sz_near_try(&near, g->scope.params[i].name, "param of the rule", "规则的参数", (sz_span){0});
    const struct sz_decl *global = sz_decls_find(&l->params, key->text);
    if (global) hint_global(g, d, global);
    else if (sz_near_any(&near)) sz_near_hint(l, d, &near);
    else if (g->k.params)
        sz_rules_hint(l, d, "its params stand at %s", "它的参数在 %s", sz_rules_place(l, g->k.params->span));
    else
        sz_rules_hint(l, d, "it has none of its own: leave this out, or give it one at %s",
                      "它没有自己的参数：请去掉这一项，或在 %s 给它加上", sz_rules_place(l, g->decl->key->span));
}

static void check_was(struct sz_ruling *g, const sz_param *pack, const sz_yaml *was) {
    struct sz_loading *l = g->l;
    sz_xval v;
    uint8_t unit;
    if (!sz_rules_value(l, was, &v, &unit)) {
        g->failed = true;
        return;
    }
    const sz_param_case *now = &pack->cases[pack->n_cases - 1];
    sz_param one = {.type = v.type, .unit = unit, .cases = &(sz_param_case){.value = v}, .n_cases = 1};
    sz_param two = {
        .type = pack->type, .unit = pack->unit, .cases = &(sz_param_case){.value = now->value}, .n_cases = 1};
    if (sz_param_hash(&one) == sz_param_hash(&two)) return;
    const char *text = was->kind == SZ_YAML_SCALAR ? TXT(l, "%.*s", SZ_FMT_STR(was->text)) : "…";
    sz_diag *d = sz_rules_say(l, SZ_WARNING, C_WAS, was->span,
                              TXT(l, "the pack now says %.*s (%.*s %.*s); this change was made against %s",
                                  SZ_FMT_STR(now->text), SZ_FMT_STR(g->r->id), SZ_FMT_STR(g->r->version), text),
                              TXT(l, "规则包现在是 %.*s（%.*s %.*s）；这里的调整是针对 %s 做的", SZ_FMT_STR(now->text),
                                  SZ_FMT_STR(g->r->id), SZ_FMT_STR(g->r->version), text));
    sz_rules_hint(l, d, "look at  %s  and set  was: %.*s", "请看  %s，并写  was: %.*s", sz_rules_place(l, pack->span),
                  SZ_FMT_STR(now->text));
}

/* It has another unit than the pack's, or is a text beside a number. */
static void say_other(struct sz_loading *l, const sz_yaml *value, const sz_param *pack, const sz_param *now,
                      bool in_test) {
    bool is_kind = (now->type == SZ_X_STR) != (pack->type == SZ_X_STR);
    sz_str like = pack->cases[pack->n_cases - 1].text;
    const char *en = is_kind ? TXT(l, "%s here", sz_unit_words(pack->type, pack->unit, SZ_EN)) : "another unit";
    const char *zh = is_kind ? TXT(l, "的是%s", sz_unit_words(pack->type, pack->unit, SZ_ZH)) : "的是另一种单位";
    sz_diag *d = sz_rules_say(l, SZ_ERROR, C_UNITS_DIFFER, value->span,
                              TXT(l, "the %s has %s: %.*s", in_test ? "rule" : "pack", en, SZ_FMT_STR(like)),
                              TXT(l, "%s用%s：%.*s", in_test ? "规则" : "规则包", zh, SZ_FMT_STR(like)));
    if (is_kind) sz_rules_hint(l, d, "write a value like  %.*s", "请写这样的值，例如  %.*s", SZ_FMT_STR(like));
    else sz_hint_same_unit(l, d, value->text, pack->type, pack->unit, like);
}

static void adjust_one(struct sz_ruling *g, const sz_yaml *key, const sz_yaml *node, bool in_test) {
    struct sz_loading *l = g->l;
    sz_param *pack = find(&g->scope, key->text);
    struct taken was = {NULL, NULL};
    if (!pack) {
        unknown_param(g, key);
        return;
    }
    if (pack->n_cases == 0) return; /* has a finding */
    sz_param p;
    static const char *const was_key[] = {"was"};
    if (!in_test) node = without(l, node, was_key, 1, take_node, &was);
    if (!sz_param_load(l, key, node, &p)) {
        g->failed = true;
        return;
    }
    if (was.node && !sz_keys_shape(l, was.node, SZ_SHAPE_VALUE, was.key)) g->failed = true;
    else if (was.node) check_was(g, pack, was.node);
    if (p.type != pack->type || p.unit != pack->unit) {
        g->failed = true;
        const sz_yaml *value = node->kind == SZ_YAML_MAP ? sz_yaml_get(node, "value") : node;
        say_other(l, value ? value : node, pack, &p, in_test);
        return;
    }
    if (!p.label_zh.n) {
        p.label_zh = pack->label_zh;
        p.label_en = pack->label_en;
    }
    *pack = p;
}

void sz_adjust_params(struct sz_ruling *g) {
    const sz_yaml *map = g->adjust->params;
    for (size_t i = 0; map && i < map->n; i++) adjust_one(g, map->keys[i], map->items[i], false);
}

void sz_adjust_params_in_test(struct sz_ruling *g, const sz_yaml *map) {
    for (size_t i = 0; i < map->n; i++) adjust_one(g, map->keys[i], map->items[i], true);
}
