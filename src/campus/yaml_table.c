/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml_table: see yaml_table.h.
 */
#include "yaml_table.h"

/* `feeds: {pos: {…}}` in feeds.yaml, `calendar: {timezone: …}` in calendar.yaml: what belongs to the top stands below
 * the file's own name. A source may be called feeds; its keys are then those of one. */
static bool is_wrapped(const struct text_file *f, const sz_yaml *root) {
    const sz_yaml *inner = root->kind == SZ_YAML_MAP && root->n == 1 ? root->items[0] : NULL;
    const char *slash = strrchr(f->path, '/'), *name = slash ? slash + 1 : f->path;
    const sz_str stem = {name, strcspn(name, ".")};
    bool is_map = inner && inner->kind == SZ_YAML_MAP && inner->n > 0;
    if (!is_map || !sz_str_eq(root->keys[0]->text, stem)) return false;
    return sz_str_is(stem, "calendar") || inner->items[0]->kind == SZ_YAML_MAP;
}

static void tell_wrapped(struct loader *l, const sz_yaml *key) {
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_KEY, key->span, "what the file holds stands below `%.*s:` here",
                              "文件的内容写在了 `%.*s:` 下面", SZ_FMT_STR(key->text));
    sz_diag_hint(l->d, g, "leave this line out, and move what is below it to the left",
                 "请去掉这一行，并把下面的内容左移一级");
}

const sz_yaml *sz_ytable_open(struct loader *l, struct text_file *f) {
    sz_yaml *root = NULL;
    size_t first = l->d->n;
    sz_yaml_parse(&f->arena, sz_text_file_source(f), l->d, &root);
    if (!sz_yaml_is_whole(root, l->d, first) || root->kind == SZ_YAML_NULL) return NULL;
    if (!is_wrapped(f, root)) return root;
    tell_wrapped(l, root->keys[0]);
    return NULL;
}

static const struct yaml_key *find_key(const struct yaml_keys *keys, sz_str name) {
    for (uint32_t i = 0; i < keys->n; i++)
        if (sz_str_is(name, keys->v[i].name)) return &keys->v[i];
    return NULL;
}

sz_str sz_name_near(const char *names, sz_str s) {
    size_t n_chars = 0, len;
    for (size_t i = 0; i < s.n; i += len, n_chars++) sz_utf8_next(s.p + i, s.n - i, &len);
    int limit = n_chars > 4 ? 2 : n_chars > 2 ? 1 : 0, best = limit + 1; /* something of the word is kept */
    sz_str near = {"", 0};
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, ",");
        int distance = sz_str_distance(s, (sz_str){p, n}, limit);
        if (distance < best) {
            best = distance;
            near = (sz_str){p, n};
        }
        p += n + strspn(p + n, ", ");
    }
    return near;
}

static bool has_name(const char *names, const char *name) {
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, ",");
        if (sz_str_is((sz_str){p, n}, name)) return true;
        p += n + strspn(p + n, ", ");
    }
    return false;
}

void sz_ytable_unknown_key(struct loader *l, const sz_yaml *key, const char *names) {
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_KEY, key->span, "nothing is called `%.*s` here",
                              "这里没有名为 `%.*s` 的项", SZ_FMT_STR(key->text));
    static const struct {
        const char *said, *meant;
    } others[] = {{"until", "to"},
                  {"end", "to"},
                  {"till", "to"},
                  {"start", "from"},
                  {"begin", "from"},
                  {"since", "from"},
                  {"结束", "to"},
                  {"开始", "from"},
                  {"名称", "name"},
                  {"title", "name"},
                  {"day", "date"},
                  {"日期", "date"},
                  {"delay", "allowance"},
                  {"tz", "timezone"},
                  {"时区", "timezone"},
                  {"学期", "terms"},
                  {"节假日", "holidays"},
                  {"假期", "holidays"},
                  {"寒暑假", "vacations"},
                  {"调休", "make_up_days"},
                  {"makeup_days", "make_up_days"},
                  {"门禁", "curfew"},
                  {"考试周", "periods"}};
    sz_str near = sz_name_near(names, key->text);
    for (size_t i = 0; i < sizeof others / sizeof *others && !near.n; i++)
        if (sz_str_is(key->text, others[i].said) && has_name(names, others[i].meant)) near = sz_str_of(others[i].meant);
    if (near.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是不是 `%.*s`？", SZ_FMT_STR(near));
    else sz_diag_hint(l->d, g, "there are: %s", "可用的有：%s", names);
}

static const char *key_list(sz_arena *a, const struct yaml_keys *keys) {
    const char *text = keys->v[0].name;
    for (uint32_t i = 1; i < keys->n; i++) text = sz_arena_printf(a, "%s, %s", text, keys->v[i].name);
    return text;
}

/* A key that is misspelt is told as such, and not once more as missing. */
static bool is_misspelt(const sz_yaml *node, const struct yaml_keys *keys, const char *names, const char *name) {
    for (size_t i = 0; i < node->n; i++)
        if (!find_key(keys, node->keys[i]->text) && sz_str_is(sz_name_near(names, node->keys[i]->text), name))
            return true;
    return false;
}

bool sz_ytable_read(struct loader *l, const sz_yaml *node, const struct yaml_keys *keys, void *item) {
    bool is_good = true;
    if (node->kind != SZ_YAML_MAP) {
        sz_diag *g = sz_finding_add(l->d, SZ_ERROR, CODE_SHAPE, node->span,
                                    sz_arena_printf(&l->d->arena, "%s is wanted here", keys->en),
                                    sz_arena_printf(&l->d->arena, "这里应为%s", keys->zh));
        sz_diag_hint(l->d, g, "its keys are: %s", "可写的项：%s", key_list(&l->d->arena, keys));
        return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_key *key = find_key(keys, node->keys[i]->text);
        if (!key) {
            sz_ytable_unknown_key(l, node->keys[i], key_list(&l->d->arena, keys));
            is_good = false;
        } else if (node->items[i]->kind != SZ_YAML_NULL) { /* nothing after the colon: as if it were not there */
            if (!key->set(l, node->items[i], (char *)item + key->at, key->arg)) is_good = false;
        }
    }
    for (uint32_t i = 0; i < keys->n; i++) {
        const sz_yaml *value = keys->v[i].is_needed ? sz_yaml_get(node, keys->v[i].name) : node;
        if (value && value->kind != SZ_YAML_NULL) continue;
        is_good = false;
        if (!value && is_misspelt(node, keys, key_list(&l->d->arena, keys), keys->v[i].name)) continue;
        sz_diag *g =
            sz_diags_add(l->d, SZ_ERROR, CODE_MISSING_KEY, node->span, "`%s` is missing", "缺少 `%s`", keys->v[i].name);
        const char *example = keys->v[i].set == sz_ytable_day ? "2026-07-05" : "2026-spring";
        sz_diag_hint(l->d, g, "add  %s: %s", "请加上  %s: %s", keys->v[i].name, example);
    }
    return is_good;
}

bool sz_ytable_is_list(struct loader *l, const sz_yaml *node, const char *en, const char *zh) {
    if (node->kind == SZ_YAML_SEQ || node->kind == SZ_YAML_NULL) return true;
    sz_diag *g = sz_finding_add(l->d, SZ_ERROR, CODE_SHAPE, node->span, en, zh);
    sz_diag_hint(l->d, g, "each item stands on a line of its own after a dash:  - {…}",
                 "每一项单独一行，以短横线开头：  - {…}");
    return false;
}

bool sz_ytable_is_text(struct loader *l, const sz_yaml *node, const char *en, const char *zh) {
    if (node->kind == SZ_YAML_SCALAR) return true;
    sz_finding_add(l->d, SZ_ERROR, CODE_SHAPE, node->span, en, zh);
    return false;
}

bool sz_ytable_text(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    (void)arg;
    if (!sz_ytable_is_text(l, node, "a text is wanted here", "这里应为文字")) return false;
    *(sz_str *)at = sz_arena_str(&l->c->arena, node->text);
    return true;
}

bool sz_ytable_day(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    struct when w;
    (void)arg;
    if (!sz_ytable_is_text(l, node, "a day is wanted here", "这里应为日期")) return false;
    if (!sz_when_parse(&l->c->zone, sz_str_trim(node->text), &w) || !w.is_day) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_DAY, node->span, "not a day", "不是日期");
        if (sz_when_is_no_day(sz_str_trim(node->text)))
            sz_diag_hint(l->d, g, "there is no such day: see to the month and to its number of days",
                         "没有这一天：请核对月份，以及这个月有几天");
        else
            sz_diag_hint(l->d, g, "write 2026-03-02; the first and the last day both belong to it",
                         "请写成 2026-03-02；首日和末日都算在内");
        return false;
    }
    *(int32_t *)at = w.day;
    return true;
}

bool sz_ytable_duration(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    (void)arg;
    if (!sz_ytable_is_text(l, node, "a duration is wanted here", "这里应为时长")) return false;
    if (sz_duration_parse(sz_str_trim(node->text), at)) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_DURATION, node->span, "not a duration", "不是时长");
    sz_diag_hint(l->d, g, "write a number and a unit: 90s, 10m, 2h, 1d", "请写数字加单位：90s、10m、2h、1d");
    return false;
}

static const struct yaml_key both_keys[] = {
    {"zh", false, sz_ytable_text, offsetof(struct both, zh), NULL},
    {"en", false, sz_ytable_text, offsetof(struct both, en), NULL},
};
static const struct yaml_keys both_table = {both_keys, 2, "a name, or {zh, en},", "名称或 {zh, en}"};

bool sz_ytable_both(struct loader *l, const sz_yaml *node, void *at, const void *arg) {
    struct both *b = at;
    if (node->kind == SZ_YAML_SCALAR) {
        if (!sz_ytable_text(l, node, &b->zh, arg)) return false;
    } else if (!sz_ytable_read(l, node, &both_table, b)) {
        return false;
    }
    if (b->zh.n == 0) b->zh = b->en;
    if (b->en.n == 0) b->en = b->zh;
    return true;
}

bool sz_ytable_days_in_order(struct loader *l, const sz_yaml *map, int32_t from, int32_t to) {
    if (from <= to) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_ENDS_BEFORE, sz_yaml_get(map, "to")->span,
                              "it ends before it begins", "结束早于开始");
    sz_diag_hint(l->d, g, "are the two days, or month and day, swapped?", "是否把两个日期，或月和日，写反了？");
    return false;
}
