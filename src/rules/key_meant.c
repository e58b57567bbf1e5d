/* SPDX-License-Identifier: Apache-2.0
 *
 * key_meant: what was meant by a key that a mapping does not have, where it is no misspelt one: a key of another
 * mapping, a condition, what a comma cut off, lines that stand beside their key and not under it.
 */
#include "keys.h"

static const char *const of_rule[] = {"id",      "title",    "when",  "value", "level",  "at_least",
                                      "at_most", "message",  "check", "who",   "unless", "purpose",
                                      "source",  "audience", "mode",  "tests", "points", "for"};
static const char *const of_feature[] = {"count", "sum",    "avg",      "days",    "distinct", "first",
                                         "last",  "streak", "sessions", "absence", "baseline", "regularity",
                                         "peers", "over",   "to",       "day",     "gap",      "label",
                                         "value", "unit",   "min",      "max",     "by"};
static const char *const of_event[] = {"event", "where", "label"};
#define IS_OF(name, list) (sz_rules_index((name), (list), sizeof(list) / sizeof *(list)) >= 0)

bool sz_keys_are(const sz_key_table *t, const char *a, const char *b) {
    bool has_a = false, has_b = false;
    for (size_t i = 0; i < t->n; i++) {
        has_a |= strcmp(t->keys[i].name, a) == 0;
        has_b |= strcmp(t->keys[i].name, b) == 0;
    }
    return has_a && has_b;
}

static const sz_yaml *value_of(const sz_yaml *map, const sz_yaml *key) {
    for (size_t i = 0; i < map->n; i++)
        if (map->keys[i] == key) return map->items[i];
    return NULL;
}

/* `{en: late, please call}`: nothing but the end of an entry follows the key. */
static bool is_cut_off(const sz_yaml *map, const sz_yaml *key) {
    const sz_yaml *value = value_of(map, key);
    const sz_source *src = key->span.src;
    if (!value || value->kind != SZ_YAML_NULL || map->keys[0] == key || !src) return false;
    size_t at = (size_t)key->span.off + key->span.len;
    while (at < src->n && src->p[at] == ' ') at++;
    return at < src->n && (src->p[at] == ',' || src->p[at] == '}');
}

static bool is_condition(sz_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (strchr("<>=", s.p[i])) return true;
    return false;
}

/* Keys of a rule at the top of a file. */
static void hint_top(struct sz_loading *l, sz_diag *g, const sz_yaml *map, sz_str name) {
    if (sz_yaml_get(map, "rules"))
        sz_rules_hint(l, g, "it is a key of a rule: begin  %.*s:  in the column of the rule's other keys",
                      "它是规则的键：请让  %.*s:  和规则的其他键从同一列开始", SZ_FMT_STR(name));
    else
        sz_rules_hint_say(g,
                          "begin with a line  rules:  and under it  - id: …  with the rule's keys in the column of id",
                          "请先写一行  rules:，下面写  - id: …，规则的其他键和 id 对齐");
}

bool sz_key_is_told(const sz_key_table *t, const sz_yaml *map, size_t at) {
    if (!sz_keys_are(t, "rules", "adjust") || sz_yaml_get(map, "rules") || !IS_OF(map->keys[at]->text, of_rule))
        return false;
    for (size_t i = 0; i < at; i++)
        if (IS_OF(map->keys[i]->text, of_rule)) return true;
    return false;
}

static void hint_first(struct sz_loading *l, sz_diag *g, const sz_yaml *map, const sz_yaml *key) {
    const sz_yaml *value = value_of(map, key);
    const char *text = value && value->kind == SZ_YAML_SCALAR ? TXT(l, "%.*s", SZ_FMT_STR(value->text)) : "…";
    sz_rules_hint(l, g, "write  event: %.*s, where: %s", "请写  event: %.*s, where: %s", SZ_FMT_STR(key->text), text);
}

bool sz_key_is_type(const struct sz_loading *l, const sz_key_table *t, sz_str name) {
    return t->n <= 4 && sz_keys_are(t, "event", "where") && l->types && sz_types_find(l->types, name) >= 0;
}

bool sz_key_is_condition(const sz_key_table *t, sz_str name) {
    return sz_keys_are(t, "add", "when") && is_condition(name);
}

bool sz_key_hint_meant(struct sz_loading *l, sz_diag *g, const sz_key_table *t, const sz_yaml *map,
                       const sz_yaml *key) {
    sz_str name = key->text;
    const sz_yaml *value = value_of(map, key);
    bool is_feature = sz_keys_are(t, "count", "over");
    if (memchr(name.p, ')', name.n)) return false; /* f(a, b) */
    if (is_cut_off(map, key)) {
        sz_rules_hint_say(g,
                          "the comma before it ends the text: put the text in quotes; two conditions are joined by &&",
                          "前面的逗号把文字断开了：请给整段文字加引号；两个条件用 && 连接");
    } else if (sz_keys_are(t, "mode", "audience") && sz_str_is(name, "disabled")) {
        sz_rules_hint_say(g, "write  mode: disabled,  or leave it out", "请写  mode: disabled，或去掉它");
    } else if (sz_keys_are(t, "rules", "adjust") && IS_OF(name, of_rule)) {
        hint_top(l, g, map, name);
    } else if (is_feature && (sz_str_is(name, "where") || sz_str_is(name, "when") || sz_str_is(name, "filter"))) {
        sz_rules_hint_say(g, "a condition makes an event of its own:  events: {mine: {event: swipe, where: …}}",
                          "带条件的要先声明成事件：events: {mine: {event: swipe, where: …}}");
    } else if (is_feature && sz_str_is(name, "event") && value && value->kind == SZ_YAML_SCALAR) {
        sz_rules_hint(l, g, "say what is to be known of it, for example  count: %.*s",
                      "请写要算什么，例如  count: %.*s", SZ_FMT_STR(value->text));
    } else if (sz_keys_are(t, "event", "where") && sz_str_is(name, "when")) {
        sz_rules_hint_say(g, "did you mean `where`?", "是不是 `where`？");
    } else if (sz_key_is_type(l, t, name)) {
        hint_first(l, g, map, key);
    } else if (sz_key_is_condition(t, name)) {
        bool is_number = value && value->kind == SZ_YAML_SCALAR;
        sz_rules_hint(l, g, "write  add: %.*s, when: %.*s", "请写  add: %.*s, when: %.*s",
                      is_number ? (int)value->text.n : 1, is_number ? value->text.p : "3", SZ_FMT_STR(name));
    } else if (sz_keys_are(t, "when", "audience") && IS_OF(name, of_feature) && !sz_str_is(name, "label")) {
        sz_rules_hint_say(g,
                          "it is a key of a feature:  features: {n: {count: swipe, over: 7d}}  and here  when: n >= 3",
                          "它是特征的键：features: {n: {count: swipe, over: 7d}}，这里写  when: n >= 3");
    } else {
        return false;
    }
    return true;
}

/* ---- lines beside their key ---- */

bool sz_keys_outdented(struct sz_loading *l, const sz_yaml *map, size_t at, const char *section, size_t *next) {
    bool is_feature = strcmp(section, "features") == 0, is_event = strcmp(section, "events") == 0;
    size_t i = at + 1;
    if (map->items[at]->kind != SZ_YAML_NULL) return false;
    while (
        i < map->n && map->items[i]->kind != SZ_YAML_NULL &&
        ((is_feature && IS_OF(map->keys[i]->text, of_feature)) || (is_event && IS_OF(map->keys[i]->text, of_event))) &&
        (map->items[i]->kind == SZ_YAML_SCALAR || sz_str_is(map->keys[i]->text, "label")))
        i++;
    if (i == at + 1) return false;
    sz_str name = map->keys[at]->text, first = map->keys[at + 1]->text;
    sz_diag *g = sz_rules_error(l, C_EMPTY, map->keys[at]->span,
                                "nothing stands under `%.*s:`: the lines below begin in its column",
                                "`%.*s:` 下面什么也没有：下面几行同它并列了", SZ_FMT_STR(name));
    sz_rules_hint(l, g, "put two more blanks before  %.*s:  and the lines below it than before  %.*s:",
                  "%.*s:  和它下面的几行要比  %.*s:  多缩进两个空格", SZ_FMT_STR(first), SZ_FMT_STR(name));
    *next = i;
    return true;
}

/* ---- a mapping or a list where a text stands ---- */

static const sz_yaml *only(const sz_yaml *node) {
    if (node->n != 1) return NULL;
    if (node->kind == SZ_YAML_SEQ) return node->items[0];
    return node->items[0]->kind == SZ_YAML_NULL ? node->keys[0] : NULL;
}

/* `level: [blue]`, `level: {blue}`, `because: {zh: …}`, `when: {all: […]}`; NULL: something else. */
const char *sz_keys_text_meant(struct sz_loading *l, const sz_yaml *node, sz_str key) {
    enum { LONGEST = 80 };
    const sz_yaml *one = only(node);
    if (one && one->kind == SZ_YAML_SCALAR && one->text.n <= LONGEST) return TXT(l, "%.*s", SZ_FMT_STR(one->text));
    if (node->kind != SZ_YAML_MAP) return NULL;
    const sz_yaml *zh = sz_yaml_get(node, "zh");
    if (zh && zh->kind == SZ_YAML_SCALAR && zh->text.n <= LONGEST) return TXT(l, "%.*s", SZ_FMT_STR(zh->text));
    static const char *const joins[][2] = {{"all", " && "}, {"and", " && "}, {"any", " || "}, {"or", " || "}};
    for (size_t i = 0; i < sizeof joins / sizeof *joins && node->n == 1; i++) {
        const sz_yaml *list = sz_yaml_get(node, joins[i][0]);
        const char *all = list && list->kind == SZ_YAML_SEQ && list->n ? "" : NULL;
        for (size_t k = 0; all && k < list->n; k++)
            all = list->items[k]->kind == SZ_YAML_SCALAR && list->items[k]->text.n <= LONGEST
                      ? TXT(l, "%s%s%.*s", all, k ? joins[i][1] : "", SZ_FMT_STR(list->items[k]->text))
                      : NULL;
        if (all && (sz_str_is(key, "when") || sz_str_is(key, "where") || sz_str_is(key, "resolve_when"))) return all;
    }
    return NULL;
}
