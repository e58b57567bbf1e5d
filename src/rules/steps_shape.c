/* SPDX-License-Identifier: Apache-2.0
 *
 * steps_shape: steps that are written the other way round, `at_least: {yellow: 3}`: one finding, with what was meant.
 */
#include "keys.h"

/* The level that a text names, by its own name or another; NULL: none. */
static const char *level_named(const sz_yaml *node) {
    if (node->kind != SZ_YAML_SCALAR) return NULL;
    for (size_t i = 0; i < SZ_N_LEVELS; i++)
        if (sz_str_is(node->text, sz_level_names[i]) || sz_chinese_means(node->text, sz_str_of(sz_level_names[i])))
            return sz_level_names[i];
    return NULL;
}

/* `{step: 3, level: yellow}` */
static const char *one_of_pairs(struct sz_loading *l, const sz_yaml *map) {
    const char *level = NULL;
    const sz_yaml *value = NULL;
    if (map->n != 2) return NULL;
    for (size_t i = 0; i < 2; i++) {
        bool is_level = sz_str_is(map->keys[i]->text, "level") || sz_chinese_means(map->keys[i]->text, SZ_STR("level"));
        if (is_level) level = level_named(map->items[i]);
        else value = map->items[i];
    }
    bool is_step = value && value->kind == SZ_YAML_SCALAR;
    return level && is_step ? TXT(l, "%.*s: %s", SZ_FMT_STR(value->text), level) : NULL;
}

static const char *turned(struct sz_loading *l, const sz_yaml *map) {
    const char *all = "";
    for (size_t i = 0; i < map->n; i++) {
        const char *level = level_named(map->keys[i]);
        if (!level || map->items[i]->kind != SZ_YAML_SCALAR || level_named(map->items[i])) return NULL;
        all = TXT(l, "%s%s%.*s: %s", all, i ? ", " : "", SZ_FMT_STR(map->items[i]->text), level);
    }
    return map->n ? all : NULL;
}

bool sz_rule_steps_turned(struct sz_ruling *g, const sz_yaml *map) {
    struct sz_loading *l = g->l;
    const char *key = g->k.at_least == map ? "at_least" : "at_most", *meant = turned(l, map);
    if (!meant) meant = one_of_pairs(l, map);
    if (!meant) return false;
    sz_rule_wrong(g, map->span, C_STEPS, "in a step the value stands first, its level behind it",
                  "一个档次先写数值，级别写在后面", TXT(l, "write  %s: {%s}", key, meant),
                  TXT(l, "请写  %s: {%s}", key, meant));
    return true;
}

bool sz_rule_step_nested(struct sz_ruling *g, const sz_yaml *key, const sz_yaml *level) {
    const sz_yaml *inner = level->kind == SZ_YAML_MAP && level->n == 1 ? level->items[0] : NULL;
    const char *name = inner ? level_named(inner) : NULL;
    if (!name) return false;
    sz_rule_wrong(g, level->span, C_SHAPE, "the level of a step is one word", "档次的级别只写一个词",
                  TXT(g->l, "write  %.*s: %s", SZ_FMT_STR(key->text), name),
                  TXT(g->l, "请写  %.*s: %s", SZ_FMT_STR(key->text), name));
    return true;
}

/* `at_least: 3` with a `level:` beside it: one step in two halves. The shape of the first half was told; it is to say
 * how the two stand together, and the second is then no mistake of its own. */
bool sz_rule_steps_apart(struct sz_ruling *g, const char *key) {
    const sz_yaml *step = g->decl->node->kind == SZ_YAML_MAP ? sz_yaml_get(g->decl->node, key) : NULL;
    if (!step || step->kind != SZ_YAML_SCALAR || !g->k.level) return false;
    sz_diags *d = g->l->d;
    for (size_t i = d->n; i-- > 0;) {
        sz_diag *said = &d->v[i];
        if (said->code != C_SHAPE || said->span.src != step->span.src || said->span.off != step->span.off) continue;
        sz_rules_hint(g->l, said, "write  %s: {%.*s: %.*s}  and leave  level:  out",
                      "请写  %s: {%.*s: %.*s}，并去掉  level:", key, SZ_FMT_STR(step->text),
                      SZ_FMT_STR(g->k.level->text));
        return true;
    }
    return false;
}
