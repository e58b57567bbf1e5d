/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder of rule files becomes a bundle: read, sort by kind, load each kind, order, hash.
 */
#include "keys.h"

/* ---- top level ---- */

struct top_keys {
    const sz_yaml *events, *features, *params, *rules, *adjust, *tests;
};

static const sz_key keys[] = {
    SZ_KEY(struct top_keys, events, "events", SZ_SHAPE_OPEN),
    SZ_KEY(struct top_keys, features, "features", SZ_SHAPE_OPEN),
    SZ_KEY(struct top_keys, params, "params", SZ_SHAPE_OPEN),
    SZ_KEY(struct top_keys, rules, "rules", SZ_SHAPE_OPEN),
    SZ_KEY(struct top_keys, adjust, "adjust", SZ_SHAPE_OPEN),
    SZ_KEY_LATER(struct top_keys, tests, "tests", "a file of tests", "测试文件"),
};
static const sz_key_table table = {"a rule file", "规则文件", keys, sizeof keys / sizeof *keys};

static void add_map(struct sz_loading *l, const sz_yaml *map, struct sz_decls *to, const char *key) {
    if (!map || map->kind == SZ_YAML_NULL) return;
    const sz_yaml name = {.kind = SZ_YAML_SCALAR, .text = sz_str_of(key), .span = map->span};
    if (!sz_keys_shape(l, map, SZ_SHAPE_MAP, &name)) return;
    for (size_t i = 0, next; i < map->n; i = next) {
        next = i + 1;
        bool is_told = sz_keys_outdented(l, map, i, key, &next);
        sz_decls_add(l, to, map->keys[i]->text, map->keys[i], map->items[i]);
        if (is_told) to->v[to->n - 1].state = SZ_DECL_FAILED;
    }
}

/* `- id：r`: the signs of a full-width keyboard make a text of it. */
static bool is_wide(const sz_yaml *rule) {
    sz_str s = rule->kind == SZ_YAML_SCALAR ? rule->text : (sz_str){0};
    for (size_t i = 0; i + 3 <= s.n; i++)
        if (memcmp(s.p + i, "：", 3) == 0 || memcmp(s.p + i, "｛", 3) == 0) return true;
    return false;
}

static void add_rules(struct sz_loading *l, const sz_yaml *list) {
    if (!list || list->kind == SZ_YAML_NULL) return;
    const sz_yaml name = {.kind = SZ_YAML_SCALAR, .text = SZ_STR("rules"), .span = list->span};
    if (list->kind == SZ_YAML_MAP) {
        sz_rules_hint_say(sz_rules_error(l, C_SHAPE, list->keys && list->n ? list->keys[0]->span : list->span,
                                         "rules are a list", "rules 是一个列表"),
                          "begin each rule with  - id: …", "每条规则以  - id: …  开头");
        return;
    }
    if (!sz_keys_shape(l, list, SZ_SHAPE_LIST, &name)) return;
    for (size_t i = 0; i < list->n; i++) {
        const sz_yaml *rule = list->items[i], *id = rule->kind == SZ_YAML_MAP ? sz_yaml_get(rule, "id") : NULL;
        if (rule->kind != SZ_YAML_MAP) {
            sz_diag *g = sz_rules_error(l, C_SHAPE, rule->span, "this is not a rule", "这不是一条规则");
            bool is_joined = rule->kind == SZ_YAML_SCALAR && memchr(rule->text.p, ':', rule->text.n);
            if (is_wide(rule))
                sz_rules_hint_say(g, "the colon or brace in it is a full-width one: begin each rule with  - id: …",
                                  "里面的冒号或花括号是全角的：每条规则以半角  - id: …  开头");
            else if (is_joined) /* `- id:r` is a text, and so are the lines below it */
                sz_rules_hint_say(g, "a space is missing after a colon: begin each rule with  - id: …",
                                  "冒号后面缺少空格：每条规则以  - id: …  开头");
            else sz_rules_hint_say(g, "begin each rule with  - id: …", "每条规则以  - id: …  开头");
            continue;
        }
        bool has_id = id && id->kind == SZ_YAML_SCALAR;
        const sz_yaml *key = has_id ? id : rule->n ? rule->keys[0] : rule;
        sz_decls_add(l, &l->rules, has_id ? id->text : (sz_str){0}, key, rule);
    }
}

static void read_file(struct sz_loading *l, const sz_rule_file *in, struct sz_rules_file *f) {
    f->shown = sz_source_new(&l->d->arena, in->name, in->p, in->n);
    f->kept = sz_source_new(l->a, in->name, in->p, in->n);
    sz_yaml *root = NULL;
    f->is_partial = sz_yaml_parse(&l->tmp, f->shown, l->d, &root) != SZ_OK;
    f->root = root;
}

static void sort_file(struct sz_loading *l, const struct sz_rules_file *f) {
    struct top_keys k = {0};
    if (!f->root || f->root->kind == SZ_YAML_NULL) return;
    if (f->root->kind == SZ_YAML_SEQ) {
        sz_rules_hint_say(sz_rules_error(l, C_SHAPE, f->root->span, "a rule file is a mapping, this is a list",
                                         "规则文件是映射，而这是一个列表"),
                          "begin with a line  rules:  and put the list under it",
                          "请在最前面加一行  rules:，把列表放在它下面");
        return;
    }
    if (!sz_keys_item(l, f->root, "features: {…}, rules: […]")) return;
    sz_keys_read(l, f->root, &table, &k);
    add_map(l, k.events, &l->events, "events");
    add_map(l, k.features, &l->features, "features");
    add_map(l, k.params, &l->params, "params");
    add_map(l, k.adjust, &l->adjusts, "adjust");
    add_rules(l, k.rules);
}

/* ---- the whole ---- */

static int by_name(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return strcmp(((const sz_rule_file *)a)->name, ((const sz_rule_file *)b)->name);
}

static const sz_zone *copy_zone(sz_arena *a, const sz_zone *from) {
    sz_zone *z = SZ_NEW(a, sz_zone);
    *z = *from;
    if (!from->n) return z;
    z->from_ms = SZ_NEWN(a, int64_t, from->n);
    z->offset_s = SZ_NEWN(a, int32_t, from->n);
    memcpy(z->from_ms, from->from_ms, from->n * sizeof *z->from_ms);
    memcpy(z->offset_s, from->offset_s, from->n * sizeof *z->offset_s);
    return z;
}

static void init(struct sz_loading *l, sz_bundle *b, const sz_campus *campus, const sz_types *types, sz_diags *d) {
    *l = (struct sz_loading){.b = b, .a = &b->arena, .d = d, .types = types, .campus = campus};
    sz_arena_init(&b->arena);
    sz_arena_init(&l->tmp);
    b->refs = 1;
    if (campus) {
        l->calendar = sz_campus_calendar(campus);
        l->zone = copy_zone(l->a, sz_campus_zone(campus));
    }
    struct sz_decls *const all[] = {&l->events, &l->features, &l->params, &l->rules, &l->adjusts};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) sz_decls_init(all[i]);
    sz_map_init(&l->feature_by_hash);
    sz_map_init(&l->matcher_by_hash);
}

static void fini(struct sz_loading *l) {
    struct sz_decls *const all[] = {&l->events, &l->features, &l->params, &l->rules, &l->adjusts};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) sz_decls_fini(all[i]);
    sz_map_fini(&l->feature_by_hash);
    sz_map_fini(&l->matcher_by_hash);
    sz_decoder_free(l->decoder);
    sz_arena_fini(&l->tmp);
}

/* Of the layout too (order of matchers and features), so that equal hashes mean interchangeable states. */
static uint64_t bundle_hash(const sz_bundle *b) {
    uint64_t h = 11;
    for (uint32_t i = 0; i < b->fs.n_matchers; i++) h = sz_mix(h, b->fs.matchers[i].hash);
    for (uint32_t i = 0; i < b->fs.n_features; i++) h = sz_mix(h, b->fs.features[i].hash);
    for (uint32_t i = 0; i < b->n_rules; i++) h = sz_mix(sz_mix_str(h, b->rules[i].id), b->rules[i].hash);
    for (uint32_t i = 0; i < b->fs.n_accs; i++) h = sz_mix(h, b->fs.accs[i].hash);
    return h;
}

static void load(struct sz_loading *l, const sz_rule_file *files, size_t n) {
    size_t first = l->d->n;
    sz_rule_file *sorted = SZ_NEWN(&l->tmp, sz_rule_file, n + 1);
    if (n) memcpy(sorted, files, n * sizeof *sorted);
    sz_sort(sorted, n, sizeof *sorted, by_name, NULL);
    l->files = SZ_NEWN(&l->tmp, struct sz_rules_file, n + 1);
    l->n_files = (uint32_t)n;
    for (size_t i = 0; i < n; i++) read_file(l, &sorted[i], &l->files[i]);
    for (size_t i = 0; i < n; i++) sort_file(l, &l->files[i]);
    sz_events_init(l);
    sz_params_load(l);
    sz_events_load(l);
    sz_features_load(l);
    sz_adjusts_load(l);
    sz_rules_replace(l);
    sz_rules_compile_all(l);
    sz_adjusts_finish(l);
    sz_rules_order(l);
    sz_rules_hint_narrow(l, first);
    sz_rules_hint_pasted(l, first);
    sz_rules_quieten(l, first);
}

static sz_rule_counts counts_of(struct sz_loading *l) {
    sz_rule_counts n = {l->n_files, l->b->n_rules, 0};
    for (uint32_t i = 0; i < l->features.n; i++)
        n.features += sz_decls_find(&l->features, l->features.v[i].name) == &l->features.v[i];
    return n;
}

sz_status sz_rules_load(const sz_rule_file *files, size_t n, const sz_campus *campus, const sz_types *types,
                        sz_diags *d, sz_bundle **out) {
    return sz_rules_load_counted(files, n, campus, types, true, d, out, NULL);
}

sz_status sz_rules_load_counted(const sz_rule_file *files, size_t n, const sz_campus *campus, const sz_types *types,
                                bool with_tests, sz_diags *d, sz_bundle **out, sz_rule_counts *counts) {
    struct sz_loading l;
    sz_types built_in;
    if (!types && campus) types = sz_campus_types(campus);
    if (!types) sz_types_init(&built_in);
    sz_bundle *b = sz_alloc(sizeof *b);
    size_t errors = d->n_errors;
    init(&l, b, campus, types ? types : &built_in, d);
    l.with_tests = with_tests;
    load(&l, files, n);
    if (counts) {
        *counts = counts_of(&l);
        sz_rules_note_unused(&l);
    }
    bool ok = d->n_errors == errors;
    for (uint32_t i = 0; i < l.n_files; i++) ok &= !l.files[i].is_partial;
    if (ok) {
        sz_bundle_plan(b, l.types);
        b->hash = bundle_hash(b);
    }
    fini(&l);
    if (!types) sz_types_fini(&built_in);
    sz_diags_sort(d);
    *out = ok ? b : NULL;
    if (!ok) sz_bundle_unref(b);
    return ok ? SZ_OK : SZ_FINDINGS;
}

void sz_bundle_only(sz_bundle *b, uint32_t rule, const sz_types *types) {
    for (uint32_t i = 0; i < b->n_rules; i++) b->rules[i].mode = i == rule ? SZ_LIVE : SZ_DISABLED;
    sz_bundle_plan(b, types);
}

sz_bundle *sz_bundle_ref(sz_bundle *b) {
    __atomic_add_fetch(&b->refs, 1, __ATOMIC_RELAXED);
    return b;
}

void sz_bundle_unref(sz_bundle *b) {
    if (!b || __atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) > 0) return;
    sz_arena_fini(&b->arena);
    sz_free(b);
}
