/* SPDX-License-Identifier: Apache-2.0
 */
#include "keys.h"

static const char *const kind_words[][2] = {
    [SZ_YAML_NULL] = {"nothing", "空的"},
    [SZ_YAML_SCALAR] = {"a text", "一个文本"},
    [SZ_YAML_SEQ] = {"a list", "一个列表"},
    [SZ_YAML_MAP] = {"a mapping", "一个映射"},
};
static const char *const shape_words[][2] = {
    [SZ_SHAPE_TEXT] = {"a text", "文本"},     [SZ_SHAPE_MAP] = {"a mapping", "映射"},
    [SZ_SHAPE_LIST] = {"a list", "列表"},     [SZ_SHAPE_TEXTS] = {"a text or a list", "文本或列表"},
    [SZ_SHAPE_VALUE] = {"a value", "一个值"}, [SZ_SHAPE_OPEN] = {"a value", "一个值"},
    [SZ_SHAPE_ANY] = {"a value", "一个值"},
};

static bool fits(const sz_yaml *node, uint8_t shape) {
    switch (shape) {
    case SZ_SHAPE_TEXT: return node->kind == SZ_YAML_SCALAR;
    case SZ_SHAPE_MAP: return node->kind == SZ_YAML_MAP;
    case SZ_SHAPE_LIST: return node->kind == SZ_YAML_SEQ;
    case SZ_SHAPE_TEXTS: return node->kind == SZ_YAML_SEQ || node->kind == SZ_YAML_SCALAR;
    case SZ_SHAPE_VALUE: return node->kind != SZ_YAML_NULL;
    default: return true;
    }
}

/* `title:` with nothing, and zh: and en: in its own column: they belong under it. */
static bool is_language(sz_str key) { return sz_str_is(key, "zh") || sz_str_is(key, "en"); }

static const sz_yaml *outdented(const sz_yaml *map, const sz_key_table *t) {
    for (size_t i = 0; i + 1 < map->n; i++) {
        if (map->items[i]->kind != SZ_YAML_NULL || !is_language(map->keys[i + 1]->text)) continue;
        for (size_t k = 0; k < t->n; k++)
            if (t->keys[k].shape == SZ_SHAPE_VALUE && sz_str_is(map->keys[i]->text, t->keys[k].name))
                return map->keys[i];
    }
    return NULL;
}

static void say_outdented(struct sz_loading *l, const sz_yaml *key) {
    sz_diag *g = sz_rules_error(l, C_EMPTY, key->span, "nothing stands under `%.*s:`: zh and en stand beside it",
                                "`%.*s:` 下面什么也没有：zh 和 en 同它并列了", SZ_FMT_STR(key->text));
    sz_rules_hint(l, g, "put two more blanks before  zh:  and  en:  than before  %.*s:",
                  "zh: 和 en: 要比  %.*s:  多缩进两个空格", SZ_FMT_STR(key->text));
}

static void nothing(struct sz_loading *l, const sz_yaml *node, uint8_t shape, const sz_yaml *key) {
    if (sz_rules_is_partial(l, node)) return;
    const char *name = key ? TXT(l, "%.*s:", SZ_FMT_STR(key->text)) : "-";
    sz_diag *g = sz_rules_error(l, C_EMPTY, key ? key->span : node->span, "nothing stands after `%s`",
                                "`%s` 后面什么也没有", name);
    static const char *const needed[] = {"because", "event", "when", "id", "name", "add", "expect", "value"};
    if (key && sz_rules_index(key->text, needed, sizeof needed / sizeof *needed) >= 0) {
        sz_rules_hint_say(g, TXT(l, "%s is expected", shape_words[shape][0]),
                          TXT(l, "这里要写%s", shape_words[shape][1]));
        return;
    }
    sz_rules_hint_say(g, TXT(l, "%s is expected; or leave `%s` out", shape_words[shape][0], name),
                      TXT(l, "这里要写%s；不需要就去掉 `%s`", shape_words[shape][1], name));
}

static sz_diag *other_shape(struct sz_loading *l, const sz_yaml *node, uint8_t shape) {
    return sz_rules_say(l, SZ_ERROR, C_SHAPE, node->span,
                        TXT(l, "%s is expected here, this is %s", shape_words[shape][0], kind_words[node->kind][0]),
                        TXT(l, "这里要写%s，而这是%s", shape_words[shape][1], kind_words[node->kind][1]));
}

/* The mapping before the text was meant with the text in it: `sequence: [swipe, …]`. NULL: nothing is left open. */
static const char *item_meant(struct sz_loading *l, const sz_yaml *node, const char *example) {
    const char *open = strstr(example, "…");
    bool is_one = open && !strchr(example, ',') && node->kind == SZ_YAML_SCALAR && node->text.n <= 64;
    if (!is_one) return NULL;
    return TXT(l, "%.*s%.*s%s", (int)(open - example), example, SZ_FMT_STR(node->text), open + strlen("…"));
}

bool sz_keys_item(struct sz_loading *l, const sz_yaml *node, const char *example) {
    if (fits(node, SZ_SHAPE_MAP) || node->kind == SZ_YAML_NULL) return sz_keys_shape(l, node, SZ_SHAPE_MAP, NULL);
    const char *meant = item_meant(l, node, example);
    if (meant) example = meant;
    sz_rules_hint(l, other_shape(l, node, SZ_SHAPE_MAP), "write it as  %s", "请写成  %s", example);
    return false;
}

/* What stands under keys whose lists and mappings are not of plain names. */
static const char *example_of(sz_str key) {
    static const char *const examples[][2] = {
        {"at_least", "{3: blue, 5: yellow}"},
        {"at_most", "{2: blue, 0: yellow}"},
        {"sequence", "[{event: a}, {event: b}]"},
        {"points", "[{add: 2, when: …}, {add: 1, when: …}]"},
        {"by", "[{school: …, value: …}]"},
        {"baseline", "{sum: swipe.amount, over: 1d}"},
        {"peers", "{count: swipe, over: 1d}"},
        {"rules", "[{id: …, when: …, level: blue}]"},
        {"message", "{zh: …, en: …}"},
        {"label", "{zh: …, en: …}"},
        {"title", "{zh: …, en: …}"},
        {"events", "{name: {event: swipe}}"},
        {"features", "{n: {count: swipe, over: 7d}}"},
        {"params", "{limit: 3}"},
        {"adjust", "{late-returns: {because: …, mode: shadow}}"},
        {"tests", "[{name: …, events: ['d2 08:00 swipe 5'], expect: ['d2 08:00 fires blue']}]"},
        {"expect", "['d2 08:00 fires blue']"},
        {"student", "{year: 1}"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (sz_str_is(key, examples[i][0])) return examples[i][1];
    return NULL;
}

/* Which students, as a list or mapping: `who: [医学院, 理学院]`, `who: {school: 医学院}`. NULL: something else. */
static const char *who_meant(struct sz_loading *l, const sz_yaml *node) {
    const char *all = "";
    bool is_list = node->kind == SZ_YAML_SEQ;
    for (size_t i = 0; i < node->n; i++) {
        const sz_yaml *item = node->items[i];
        if (item->kind != SZ_YAML_SCALAR) return NULL;
        const char *quote = !is_list && sz_str_is(node->keys[i]->text, "year") ? "" : "\"";
        if (is_list) all = TXT(l, "%s%s\"%.*s\"", all, i ? ", " : "", SZ_FMT_STR(item->text));
        else
            all = TXT(l, "%s%sstudent.%.*s == %s%.*s%s", all, i ? " && " : "", SZ_FMT_STR(node->keys[i]->text), quote,
                      SZ_FMT_STR(item->text), quote);
    }
    return is_list ? TXT(l, "'student.school in [%s]'", all) : TXT(l, "'%s'", all);
}

/* Conditions as a list: `when: [n > 3, s > 5]`. NULL: something else. */
static const char *conditions_meant(struct sz_loading *l, const sz_yaml *node, sz_str key) {
    enum { FEW = 4, LONGEST = 60 };
    bool is_condition = sz_str_is(key, "when") || sz_str_is(key, "where") || sz_str_is(key, "resolve_when");
    if (!is_condition || node->kind != SZ_YAML_SEQ || node->n == 0 || node->n > FEW) return NULL;
    const char *all = "";
    for (size_t i = 0; i < node->n; i++) {
        const sz_yaml *item = node->items[i];
        if (item->kind != SZ_YAML_SCALAR || item->text.n > LONGEST) return NULL;
        bool is_either = memchr(item->text.p, '|', item->text.n) != NULL;
        all = TXT(l, is_either ? "%s%s(%.*s)" : "%s%s%.*s", all, i ? " && " : "", SZ_FMT_STR(item->text));
    }
    return all;
}

/* `count: [meal, swipe]`: types make one event, events of one's own are counted each. False: something else. */
static bool hint_of_events(struct sz_loading *l, sz_diag *g, const sz_yaml *node, sz_str key) {
    static const char *const types[] = {"swipe", "attendance", "dorm_access", "presence"};
    enum { FEW = 4 };
    bool is_count = sz_str_is(key, "count"), is_event = sz_str_is(key, "event"), are_types = true;
    const char *list = "";
    if ((!is_count && !is_event && !sz_str_is(key, "days") && !sz_str_is(key, "absence")) || node->kind != SZ_YAML_SEQ)
        return false;
    if (node->n < 2 || node->n > FEW) return false;
    for (size_t i = 0; i < node->n; i++) {
        const sz_yaml *item = node->items[i];
        if (item->kind != SZ_YAML_SCALAR) return false;
        are_types &= sz_rules_index(item->text, types, sizeof types / sizeof *types) >= 0;
        list = TXT(l, "%s%s\"%.*s\"", list, i ? ", " : "", SZ_FMT_STR(item->text));
    }
    if (are_types && is_event)
        sz_rules_hint(l, g, "write  event: any, where: 'event.type in [%s]'",
                      "请写  event: any, where: 'event.type in [%s]'", list);
    else if (are_types)
        sz_rules_hint(l, g,
                      "one event for all:  events: {both: {event: any, where: 'event.type in [%s]'}}  and  %.*s: both",
                      "合成一个事件：events: {both: {event: any, where: 'event.type in [%s]'}}，再写  %.*s: both", list,
                      SZ_FMT_STR(key));
    else if (is_count)
        sz_rules_hint(l, g, "count each in a feature of its own, n_1 and n_2, and add them:  {value: n_1 + n_2}",
                      "请各写一个特征分别计数（如 n_1、n_2），再相加：{value: n_1 + n_2}");
    else return false;
    return true;
}

bool sz_keys_shape(struct sz_loading *l, const sz_yaml *node, uint8_t shape, const sz_yaml *key) {
    if (fits(node, shape)) return true;
    if (node->kind == SZ_YAML_NULL) {
        nothing(l, node, shape, key);
        return false;
    }
    sz_diag *g = other_shape(l, node, shape);
    const char *example = key && (shape == SZ_SHAPE_MAP || shape == SZ_SHAPE_LIST) ? example_of(key->text) : NULL;
    bool is_who = key && sz_str_is(key->text, "who") && shape == SZ_SHAPE_TEXT && node->n > 0;
    if (is_who) example = who_meant(l, node);
    if (key && shape == SZ_SHAPE_TEXT && !example) example = conditions_meant(l, node, key->text);
    if (key && shape == SZ_SHAPE_TEXT && !example) example = sz_keys_text_meant(l, node, key->text);
    if (key && sz_str_is(key->text, "expect") && (sz_str_is(node->text, "none") || sz_str_is(node->text, "无")))
        example = "[]";
    else if (key && sz_str_is(key->text, "expect") && node->kind == SZ_YAML_SCALAR &&
             memchr(node->text.p, ' ', node->text.n))
        example = TXT(l, "['%.*s']", SZ_FMT_STR(node->text));
    if (example) {
        sz_rules_hint(l, g, "write  %.*s: %s", "请写  %.*s: %s", SZ_FMT_STR(key->text), example);
        return false;
    }
    if (!key) {
        if (shape == SZ_SHAPE_TEXT) sz_rules_hint_say(g, "write one text here", "这里请写一个文本");
        else sz_rules_hint_say(g, "write it as  {name: …}", "请写成  {name: …}");
        return false;
    }
    sz_str name = key->text;
    if (shape == SZ_SHAPE_TEXT && hint_of_events(l, g, node, name)) return false;
    if (node->kind == SZ_YAML_MAP && shape == SZ_SHAPE_TEXT)
        sz_rules_hint(l, g, "a text that begins with { stands in quotes:  %.*s: '{…}'",
                      "以 { 开头的文本要加引号：%.*s: '{…}'", SZ_FMT_STR(name));
    else if (shape == SZ_SHAPE_MAP)
        sz_rules_hint(l, g, "write  %.*s: {name: …}", "请写  %.*s: {name: …}", SZ_FMT_STR(name));
    else if (shape == SZ_SHAPE_LIST || shape == SZ_SHAPE_TEXTS)
        sz_rules_hint(l, g, "write  %.*s: [a, b], or one item a line, each with - before it",
                      "请写  %.*s: [a, b]，或每项一行，前面加 -", SZ_FMT_STR(name));
    else
        sz_rules_hint(l, g, "write  %.*s: …  with one text after it", "请写  %.*s: …，后面是一个文本",
                      SZ_FMT_STR(name));
    return false;
}

void sz_keys_later(struct sz_loading *l, sz_span at, sz_str name, const char *en, const char *zh) {
    sz_diag *g = sz_rules_say(l, SZ_ERROR, C_LATER, at,
                              TXT(l, "`%.*s` is not there yet: %s comes with a later version", SZ_FMT_STR(name), en),
                              TXT(l, "`%.*s` 暂不支持：%s将在以后的版本提供", SZ_FMT_STR(name), zh));
    sz_rules_hint_say(g, "leave it out for now", "请先去掉");
}

static const sz_key *find(const sz_key_table *t, sz_str name) {
    for (size_t i = 0; i < t->n; i++)
        if (sz_str_is(name, t->keys[i].name)) return &t->keys[i];
    return NULL;
}

/* `id=a`: a key and its value, joined by what is no colon. */
static const sz_key *joined_key(const sz_key_table *t, sz_str text) {
    const char *sign = memchr(text.p, '=', text.n);
    return sign ? find(t, sz_str_trim((sz_str){text.p, (size_t)(sign - text.p)})) : NULL;
}

/* `sum(meal.amount)`: an operator as a spreadsheet has it. Says how it is written. */
static bool hint_call(struct sz_loading *l, sz_diag *g, const sz_key_table *t, sz_str text) {
    const char *open = memchr(text.p, '(', text.n);
    const sz_key *row = open ? find(t, sz_str_trim((sz_str){text.p, (size_t)(open - text.p)})) : NULL;
    if (!row || text.p[text.n - 1] != ')') return false;
    sz_str of = {open + 1, (size_t)(text.p + text.n - 1 - (open + 1))};
    sz_rules_hint(l, g, "write  %s: %.*s", "请写  %s: %.*s", row->name, SZ_FMT_STR(of));
    return true;
}

static const char *near_name(const sz_key_table *t, const struct sz_near *near) {
    const sz_key *row = find(t, near->found);
    return row ? row->name : "";
}

/* Returns the row that was meant, or NULL. */
static const sz_key *unknown(struct sz_loading *l, const sz_key_table *t, const sz_yaml *map, const sz_yaml *key) {
    sz_diag *g =
        sz_rules_say(l, SZ_ERROR, C_KEY, key->span, TXT(l, "%s has no key `%.*s`", t->en, SZ_FMT_STR(key->text)),
                     TXT(l, "%s没有 `%.*s` 这个键", t->zh, SZ_FMT_STR(key->text)));
    struct sz_near near = sz_near_to(l, key->text);
    sz_buf all;
    sz_buf_init(&all);
    for (size_t i = 0; i < t->n; i++) {
        sz_near_z(&near, t->keys[i].name);
        if (!t->keys[i].later && t->keys[i].shape != SZ_SHAPE_ANY) sz_buf_printf(&all, " %s", t->keys[i].name);
    }
    const sz_key *joined = joined_key(t, key->text);
    bool is_same = near.found.n == key->text.n && near.best <= 1; /* but for its case */
    bool is_there = sz_near_any(&near) && sz_yaml_get(map, near_name(t, &near)) != NULL;
    if (!is_same && sz_key_hint_meant(l, g, t, map, key)) near.found = (sz_str){0};
    else if (is_there)
        sz_rules_hint(l, g, "did you mean `%.*s`?  It is there already: leave one of the two out",
                      "是不是 `%.*s`？它已经写过了：请去掉其中一个", SZ_FMT_STR(near.found));
    else if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else if (hint_call(l, g, t, key->text)) (void)0;
    else if (joined)
        sz_rules_hint(l, g, "write  %s: …  with a colon and a space", "写成  %s: …，用半角冒号加空格", joined->name);
    else if (sz_str_is(key->text, "<<"))
        sz_rules_hint_say(g, "YAML's merge key is not used here: write the keys out",
                          "这里不用 YAML 的合并键：请把内容写出来");
    else if (key->style == SZ_YAML_PLAIN && memchr(key->text.p, ')', key->text.n)) /* f(a, b) in { … } */
        sz_rules_hint_say(g, "a comma ends a text without quotes: put the whole condition in quotes",
                          "没加引号的文字遇到逗号就结束了：请给整个条件加引号");
    else sz_rules_hint(l, g, "it has %.*s", "可以写 %.*s", (int)all.n, (const char *)all.p);
    sz_buf_fini(&all);
    return sz_near_any(&near) ? find(t, near.found) : NULL;
}

static bool read_one(struct sz_loading *l, const sz_yaml *map, size_t i, const sz_key_table *t, void *out) {
    const sz_yaml *key = map->keys[i], *node = map->items[i];
    const sz_key *row = find(t, key->text);
    const sz_yaml *above = outdented(map, t);
    if (above && (key == above || (!row && is_language(key->text)))) {
        if (key == above) say_outdented(l, key);
        return false;
    }
    bool is_known = row != NULL;
    if (!row && sz_key_is_told(t, map, i)) return false;
    if (!row) row = unknown(l, t, map, key);
    if (!row || (!is_known && (row->later || sz_yaml_get(map, row->name)))) return false;
    const sz_yaml **to = (const sz_yaml **)(void *)((char *)out + row->offset);
    if (!is_known) { /* read as what was meant, so that nothing seems to be missing */
        if (!*to && fits(node, row->shape)) *to = node;
        return false;
    }
    if (row->later) {
        sz_keys_later(l, key->span, key->text, row->later, row->later_zh);
        *to = node;
        return false;
    }
    if (!sz_keys_shape(l, node, row->shape, key)) return false;
    *to = node;
    return true;
}

bool sz_keys_read(struct sz_loading *l, const sz_yaml *map, const sz_key_table *t, void *out) {
    bool ok = true;
    for (size_t i = 0; i < map->n; i++) ok &= read_one(l, map, i, t, out);
    for (size_t i = 0; i < t->n; i++) {
        const sz_key *row = &t->keys[i];
        if (!row->required || sz_yaml_get(map, row->name) || sz_near_key(map, row->name)) continue;
        bool is_joined = false;
        for (size_t k = 0; k < map->n && !is_joined; k++)
            is_joined = joined_key(t, map->keys[k]->text) == row || sz_key_is_type(l, t, map->keys[k]->text) ||
                        sz_key_is_condition(t, map->keys[k]->text);
        if (is_joined) continue;
        sz_span at = {map->span.src, map->span.off, map->span.len ? 1 : 0};
        if (sz_rules_is_partial(l, map)) continue;
        sz_diag *g = sz_rules_say(l, SZ_ERROR, C_MISSING, at, TXT(l, "%s needs  %s:", t->en, row->name),
                                  TXT(l, "%s必须有  %s:", t->zh, row->name));
        sz_rules_hint(l, g, "add  %s: …", "请加  %s: …", row->name);
        ok = false;
    }
    return ok;
}
