/* SPDX-License-Identifier: Apache-2.0
 *
 * feeds: feeds.yaml, `SOURCE: {delivery: stream|batch, allowance: 10m, idle: 2m, began: 2026-02-23, types: [swipe]}`.
 */
#include "csv_table.h"
#include "yaml_table.h"

static bool set_delivery(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    (void)arg;
    if (!sz_ytable_is_text(l, node, "stream or batch is wanted here", "这里应为 stream 或 batch")) return false;
    bool is_batch = sz_str_is(node->text, "batch");
    *(bool *)at = is_batch;
    if (is_batch || sz_str_is(node->text, "stream")) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_CHOICE, node->span, "`%.*s` is no kind of delivery",
                              "`%.*s` 不是送达方式", SZ_FMT_STR(node->text));
    sz_diag_hint(l->d, g,
                 "stream: records come as they happen; batch: they come as files, complete up to a time that is told",
                 "stream：随发生随到；batch：按文件送达，并说明完整到何时");
    return false;
}

static const char *type_names(struct loader *l) {
    const sz_types *t = l->c->types;
    const char *text = "";
    for (uint32_t i = 0; i < t->n; i++)
        text = sz_arena_printf(&l->d->arena, "%s%s%.*s", text, text[0] ? ", " : "", SZ_FMT_STR(t->v[i].name));
    return text;
}

static bool add_type(struct loader *l, const sz_yaml *node, uint64_t *types) {
    if (!sz_ytable_is_text(l, node, "the name of a type is wanted here", "这里应为类型名称")) return false;
    int i = sz_types_find(l->c->types, node->text);
    if (i >= 0) {
        *types |= UINT64_C(1) << i;
        return true;
    }
    const char *names = type_names(l);
    sz_str near = sz_name_near(names, node->text);
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_TYPE, node->span, "there is no type `%.*s`", "没有类型 `%.*s`",
                              SZ_FMT_STR(node->text));
    if (near.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是不是 `%.*s`？", SZ_FMT_STR(near));
    else
        sz_diag_hint(l->d, g, "there are: %s; further ones are declared in types.yaml",
                     "可用的有：%s；其他类型在 types.yaml 中声明", names);
    return false;
}

static bool set_types(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    uint64_t types = 0;
    bool is_good = true;
    (void)arg;
    if (node->kind == SZ_YAML_SCALAR) {
        is_good = add_type(l, node, &types);
    } else {
        if (!sz_ytable_is_list(l, node, "a list of types is wanted here", "这里应为类型列表")) return false;
        for (size_t i = 0; i < node->n; i++) is_good &= add_type(l, node->items[i], &types);
    }
    if (types) *(uint64_t *)at = types;
    return is_good;
}

static const struct yaml_key feed_keys[] = {
    {"delivery", false, set_delivery, offsetof(sz_feed, is_batch), NULL},
    {"allowance", false, sz_ytable_duration, offsetof(sz_feed, allowance_ms), NULL},
    {"idle", false, sz_ytable_duration, offsetof(sz_feed, idle_ms), NULL},
    {"began", false, sz_ytable_day, offsetof(sz_feed, began_day), NULL},
    {"types", false, set_types, offsetof(sz_feed, types), NULL},
};
static const struct yaml_keys feed_table = {feed_keys, sizeof feed_keys / sizeof *feed_keys,
                                            "a mapping like  {delivery: stream, types: [swipe]},",
                                            "映射，例如  {delivery: stream, types: [swipe]}"};

void sz_campus_load_feeds(struct loader *l, struct text_file *f) {
    sz_campus *c = l->c;
    const sz_yaml *root = sz_ytable_open(l, f);
    if (!root) return;
    if (root->kind != SZ_YAML_MAP) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_SHAPE, root->span, "a mapping of sources is wanted here",
                                  "这里应为数据源的映射");
        sz_diag_hint(l->d, g, "write  pos: {delivery: stream, types: [swipe]}",
                     "请写成  pos: {delivery: stream, types: [swipe]}");
        return;
    }
    c->feeds = SZ_NEWN(&c->arena, sz_feed, root->n + 1);
    for (size_t i = 0; i < root->n; i++) {
        sz_str source = sz_str_trim(root->keys[i]->text);
        sz_feed *feed = &c->feeds[c->n_feeds];
        *feed = (sz_feed){.idle_ms = 2 * SZ_MINUTE_MS, .began_day = SZ_DAY_NONE, .types = UINT64_MAX};
        if (source.n == 0 || source.n > CSV_ID_MAX) {
            sz_diags_add(l->d, SZ_ERROR, CODE_BAD_ID, root->keys[i]->span, "a source has a name of at most %d bytes",
                         "数据源名称不能为空，且不超过 %d 个字节", (int)CSV_ID_MAX);
            continue;
        }
        if (root->items[i]->kind != SZ_YAML_NULL && !sz_ytable_read(l, root->items[i], &feed_table, feed)) continue;
        feed->source = sz_arena_str(&c->arena, source);
        sz_map_put(&c->by_feed, source, c->n_feeds++);
    }
}

uint32_t sz_campus_n_feeds(const sz_campus *c) { return c->n_feeds; }

const sz_feed *sz_campus_feed(const sz_campus *c, uint32_t i) { return &c->feeds[i]; }

uint32_t sz_campus_find_feed(const sz_campus *c, sz_str source) {
    const uint32_t *i = sz_map_get(&c->by_feed, source);
    return i ? *i : SZ_NONE;
}
