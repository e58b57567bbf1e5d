/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules: one mapping by the key table, then its parts, each in a file of its own; at the end the order of ids.
 */
#include "keys.h"

const char *const sz_level_names[SZ_N_LEVELS] = {"green", "blue", "yellow", "orange", "red"};
const char *const sz_mode_names[3] = {"live", "shadow", "disabled"};

#define KEY(member, name, shape)    SZ_KEY(struct sz_rule_keys, member, name, shape)
#define LATER(member, name, en, zh) SZ_KEY_LATER(struct sz_rule_keys, member, name, en, zh)

static const sz_key keys[] = {
    SZ_KEY_NEEDED(struct sz_rule_keys, id, "id", SZ_SHAPE_TEXT),
    KEY(title, "title", SZ_SHAPE_VALUE),
    KEY(purpose, "purpose", SZ_SHAPE_TEXT),
    KEY(when, "when", SZ_SHAPE_TEXT),
    KEY(value, "value", SZ_SHAPE_TEXT),
    KEY(at_least, "at_least", SZ_SHAPE_MAP),
    KEY(at_most, "at_most", SZ_SHAPE_MAP),
    KEY(level, "level", SZ_SHAPE_TEXT),
    KEY(who, "who", SZ_SHAPE_TEXT),
    KEY(unless, "unless", SZ_SHAPE_TEXTS),
    KEY(for_, "for", SZ_SHAPE_TEXT),
    KEY(check, "check", SZ_SHAPE_TEXT),
    KEY(resolve_when, "resolve_when", SZ_SHAPE_TEXT),
    KEY(again_after, "again_after", SZ_SHAPE_TEXT),
    KEY(mode, "mode", SZ_SHAPE_TEXT),
    KEY(sensitive, "sensitive", SZ_SHAPE_TEXT),
    KEY(detects, "detects", SZ_SHAPE_TEXTS),
    KEY(audience, "audience", SZ_SHAPE_TEXT),
    KEY(refer_to, "refer_to", SZ_SHAPE_TEXT),
    KEY(source, "source", SZ_SHAPE_VALUE),
    KEY(version, "version", SZ_SHAPE_TEXT),
    KEY(message, "message", SZ_SHAPE_VALUE),
    KEY(params, "params", SZ_SHAPE_MAP),
    KEY(labels, "labels", SZ_SHAPE_TEXTS),
    KEY(replaces, "replaces", SZ_SHAPE_TEXT),
    KEY(tests, "tests", SZ_SHAPE_LIST),
    KEY(sequence, "sequence", SZ_SHAPE_LIST),
    KEY(within, "within", SZ_SHAPE_TEXT),
    KEY(points, "points", SZ_SHAPE_LIST),
    KEY(per, "per", SZ_SHAPE_TEXT),
    LATER(marks, "marks", "a rule that marks a feed as down", "标记数据源中断的规则"),
};
static const sz_key_table table = {"a rule", "规则", keys, sizeof keys / sizeof *keys};

/* ---- id, version ---- */

enum { ID_MAX = 64 };

static bool is_id_begin(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

static bool is_id(sz_str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!is_id_begin(c) && (i == 0 || (c != '-' && c != '_' && c != '.'))) return false;
    }
    return s.n > 0 && s.n <= ID_MAX;
}

/* `late return` as an id: late-return; a comma behind it, as in JSON, is not of it, nor is `#` before it. NULL: it
 * holds more than ASCII, or is too long. */
static const char *id_of(struct sz_loading *l, sz_str s) {
    while (s.n && (s.p[s.n - 1] == ',' || s.p[s.n - 1] == ';')) s.n--;
    while (s.n && (uint8_t)s.p[0] < 0x80 && !is_id_begin(s.p[0])) s.p++, s.n--;
    if (!s.n || s.n > ID_MAX) return NULL;
    char *z = sz_arena_alloc(&l->d->arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        if ((uint8_t)s.p[i] >= 0x80) return NULL;
        z[i] = is_id_begin(s.p[i]) || s.p[i] == '_' || s.p[i] == '.' ? s.p[i] : '-';
    }
    z[s.n] = '\0';
    return is_id((sz_str){z, s.n}) ? z : NULL;
}

static void load_id(struct sz_ruling *g) {
    struct sz_loading *l = g->l;
    g->r->id = sz_rules_copy(l, g->decl->name);
    bool is_misspelt = g->k.id && g->k.id->text.n && !g->decl->name.n; /* its key */
    if (is_id(g->decl->name) || !g->k.id || is_misspelt) return;       /* that there is none was said */
    g->failed = true;
    sz_diag *d =
        sz_rules_error(l, C_ID, g->k.id->span,
                       "a rule's id begins with a letter or a digit and goes on with those, -, _ or ., at most %d",
                       "规则的 id 以英文字母或数字开头，后面可用字母、数字、-、_ 和 .，最多 %d 个", ID_MAX);
    const char *meant = id_of(l, g->decl->name);
    if (meant) sz_rules_hint(l, d, "write  %s", "请写  %s", meant);
    else if (g->decl->name.n > ID_MAX && sz_str_is_ascii(g->decl->name))
        sz_rules_hint_say(d, "write a shorter one", "请写短一些");
    else
        sz_rules_hint_say(d, "the Chinese name stands in  title: {zh: …, en: …}",
                          "中文名称写在  title: {zh: …, en: …}");
}

enum { VERSION_MAX = 16 };

static void load_version(struct sz_ruling *g) {
    g->r->version = SZ_STR("1");
    if (!g->k.version) return;
    sz_str s = g->k.version->text;
    bool ok = s.n > 0 && s.n <= VERSION_MAX;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        ok &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    }
    g->r->version = sz_rules_copy(g->l, s);
    if (ok) return;
    g->failed = true;
    sz_diag *d =
        sz_rules_error(g->l, C_VERSION, g->k.version->span, "a version has letters, digits and points, at most %d",
                       "版本只能用字母、数字和点，最多 %d 个", VERSION_MAX);
    sz_rules_hint_say(d, "for example  version: 4", "例如  version: 4");
}

/* ---- texts ---- */

static sz_str text_of(struct sz_loading *l, const sz_yaml *node) {
    return node ? sz_rules_copy(l, node->text) : (sz_str){0};
}

static void load_texts(struct sz_ruling *g) {
    struct sz_loading *l = g->l;
    sz_rule *r = g->r;
    if (!sz_rules_both(l, g->k.title, &r->title_zh, &r->title_en)) g->failed = true;
    if (!r->title_zh.n) r->title_zh = r->id;
    if (!r->title_en.n) r->title_en = r->id;
    r->purpose = text_of(l, g->k.purpose);
    r->audience = g->k.audience ? text_of(l, g->k.audience) : SZ_STR("counselor");
    r->refer_to = text_of(l, g->k.refer_to);
    sz_office_warn(l, g->k.audience);
    sz_office_warn(l, g->k.refer_to);
    if (g->k.source && g->k.source->kind == SZ_YAML_SCALAR) r->source = text_of(l, g->k.source); /* a citation */
    else if (!sz_rules_both(l, g->k.source, &r->source, &r->source_en)) g->failed = true;
    const sz_yaml **items;
    if (!sz_rules_names(l, g->k.detects, &items, &r->n_detects)) g->failed = true;
    r->detects = SZ_NEWN(l->a, sz_str, r->n_detects + 1);
    for (uint32_t i = 0; i < r->n_detects; i++) r->detects[i] = sz_rules_copy(l, items[i]->text);
}

/* ---- mode: sensitive rules wait for an adjust that gives the reason ---- */

static void load_mode(struct sz_ruling *g) {
    struct sz_loading *l = g->l;
    const struct sz_adjust *a = g->adjust;
    int mode = SZ_LIVE;
    bool is_sensitive = false;
    if (g->k.mode) mode = sz_rules_choice(l, g->k.mode, sz_mode_names, 3, "a mode", "模式");
    if (g->k.sensitive && !sz_rules_flag(l, g->k.sensitive, &is_sensitive)) g->failed = true;
    g->r->is_sensitive = is_sensitive;
    if (is_sensitive && !(a && a->because)) mode = SZ_DISABLED;
    if (a && !is_sensitive && !g->test_params) sz_adjust_look_idle(l, a);
    if (a && a->mode) mode = sz_rules_choice(l, a->mode, sz_mode_names, 3, "a mode", "模式");
    if (mode < 0) g->failed = true;
    g->r->mode = (uint8_t)(mode < 0 ? SZ_DISABLED : mode);
    if (!a) return;
    g->r->because = text_of(l, a->because);
    sz_office_warn(l, a->audience);
    sz_office_warn(l, a->refer_to);
    if (a->audience) g->r->audience = text_of(l, a->audience);
    if (a->refer_to) g->r->refer_to = text_of(l, a->refer_to);
}

/* ---- params ---- */

static void load_params(struct sz_ruling *g) {
    struct sz_loading *l = g->l;
    struct sz_scope *s = &g->scope;
    const sz_yaml *map = g->k.params;
    size_t n = map ? map->n : 0;
    if (n > SZ_PARAMS_MAX) {
        g->failed = true;
        n = SZ_PARAMS_MAX;
        sz_rules_hint_say(sz_rules_error(l, C_MANY, map->keys[n]->span, "a rule has at most %d params",
                                         "一条规则最多 %d 个参数", SZ_PARAMS_MAX),
                          "make several rules of it", "请拆成几条规则");
    }
    for (size_t i = 0; i < n; i++) {
        const sz_yaml *key = map->keys[i];
        sz_param p = {0};
        bool ok = sz_rules_name(l, key);
        const struct sz_decl *f = sz_decls_find(&l->features, key->text);
        if (ok && f) {
            sz_diag *d = sz_rules_error(l, C_SHADOWS, key->span, "`%.*s` is the name of a feature too",
                                        "`%.*s` 也是一个特征的名称", SZ_FMT_STR(key->text));
            sz_rules_hint(l, d, "give the param another name, for example  %.*s_min;  the feature is at %s",
                          "请给参数换个名称，例如  %.*s_min；特征在 %s", SZ_FMT_STR(key->text),
                          sz_rules_place(l, f->key->span));
            ok = false;
        }
        bool is_cut = !ok && map->items[i]->kind == SZ_YAML_NULL; /* {few = 3} */
        ok &= !is_cut && sz_param_load(l, key, map->items[i], &p);
        if (sz_rules_is_partial(l, map->items[i])) { /* a text that was to be a mapping, cut off in it */
            p.type = SZ_X_ANY;
            ok = false;
        }
        if (!ok) g->failed = true;
        *SZ_PUSH(l->a, s->params, s->n_params, s->cap_params) = p;
    }
    if (g->adjust) sz_adjust_params(g);
    if (g->test_params) sz_adjust_params_in_test(g, g->test_params);
}

static void load_per(struct sz_ruling *g) {
    if (!g->k.per || sz_str_is(g->k.per->text, "student")) return;
    g->failed = true;
    if (sz_str_is(g->k.per->text, "reader"))
        sz_keys_later(g->l, g->k.per->span, g->k.per->text, "a rule about readers", "针对读头的规则");
    else sz_rules_choice(g->l, g->k.per, (const char *const[]){"student"}, 1, "what a rule can be about", "规则的对象");
}

/* ---- one rule ---- */

/* All of it but its tests. */
static void load_rule(struct sz_ruling *g) {
    struct sz_loading *l = g->l;
    const struct sz_decl *d = g->decl;
    size_t errors = l->d->n_errors;
    g->scope = (struct sz_scope){.l = l, .kind = SZ_SCOPE_RULE, .types = UINT64_MAX};
    *g->r = (sz_rule){.span = sz_rules_keep(l, d->key->span)};
    g->failed = !sz_keys_read(l, d->node, &table, &g->k);
    g->scope.lacks_params = !g->k.params && d->node->kind == SZ_YAML_MAP && sz_yaml_get(d->node, "params");
    g->adjust = l->is_replaced[d - l->rules.v] ? NULL : sz_adjust_find(l, d->name); /* of a name's own, the new one's */
    load_id(g);
    load_version(g);
    load_texts(g);
    load_mode(g);
    load_params(g);
    load_per(g);
    if (g->k.within && !g->k.sequence && !sz_near_key(d->node, "sequence")) {
        sz_rule_refuse(g, g->k.within, "within", C_RULE_SHAPE, "`within:` goes with `sequence:`",
                       "`within:` 配 `sequence:`");
    }
    sz_rule_who(g);
    sz_rule_shape(g);
    sz_rule_warn_ending(g);
    sz_rule_unless(g);
    sz_rule_message(g);
    g->r->params = g->scope.params;
    g->r->n_params = g->scope.n_params;
    if (!g->failed) sz_rule_meaning(g);
    if (!g->failed) sz_rule_purpose(g);
    g->failed |= l->d->n_errors != errors;
}

static void load_one(struct sz_loading *l, struct sz_decl *d) {
    struct sz_ruling g = {.l = l, .decl = d, .r = SZ_PUSH(l->a, l->b->rules, l->b->n_rules, l->cap_rules)};
    d->index = l->b->n_rules - 1;
    load_rule(&g);
    if (l->with_tests) sz_rule_tests(&g);
    d->state = g.failed ? SZ_DECL_FAILED : SZ_DECL_DONE;
}

const sz_rule *sz_rule_with_params(struct sz_loading *l, const struct sz_decl *d, const sz_yaml *map) {
    struct sz_ruling g = {.l = l, .decl = d, .test_params = map, .r = SZ_NEW(l->a, sz_rule)};
    load_rule(&g);
    return g.failed ? NULL : g.r;
}

void sz_rules_compile_all(struct sz_loading *l) {
    for (uint32_t i = 0; i < l->rules.n; i++) load_one(l, &l->rules.v[i]);
}
