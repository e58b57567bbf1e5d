/* SPDX-License-Identifier: Apache-2.0
 *
 * types_load: types.yaml, the types that a campus declares itself.
 */
#include "codes.h"
#include "fields.h"
#include "names.h"

typedef struct loader {
    sz_types *t;
    sz_diags *d;
} loader;

/* ---- names ---- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

static bool is_identifier(sz_str s) {
    if (s.n == 0 || s.n > 64 || !is_letter(s.p[0])) return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_letter(s.p[i]) && !(s.p[i] >= '0' && s.p[i] <= '9')) return false;
    return true;
}

static bool check_name(loader *l, const sz_yaml *key) {
    if (is_identifier(key->text)) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_NAME, key->span, "`%.*s` cannot be a name",
                              "“%.*s”不能作为名称", SZ_FMT_STR(key->text));
    sz_diag_hint(l->d, g, "use small letters, digits and _, a letter first, at most 64: `library`",
                 "请使用小写字母、数字和下划线，以字母开头，最多 64 个字符，例如 library");
    return false;
}

static void taken(loader *l, const sz_yaml *key, const char *en, const char *zh) {
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_TAKEN, key->span, "the name `%.*s` is taken",
                              "名称“%.*s”已被占用", SZ_FMT_STR(key->text));
    sz_diag_hint(l->d, g, en, zh);
}

/* Fields that every event has, and what expressions add to them. */
static bool is_common(sz_str name) {
    static const char *const derived[] = {"late",    "on_leave", "clock",       "hour",
                                          "weekday", "night",    "specversion", "data"};
    const sz_row *row = sz_row_find(name);
    if (row && row->types & SZ_IN_DECLARED) return true;
    return sz_name_find(derived, sizeof derived / sizeof *derived, name) >= 0;
}

/* ---- fields ---- */

static const char *const kind_names[] = {"text", "", "number", "money", "time"}; /* in the order of sz_field_kind */
enum { N_KINDS = sizeof kind_names / sizeof *kind_names };

static void read_choices(loader *l, const sz_yaml *n, sz_field *f) {
    f->kind = SZ_FIELD_ENUM;
    f->choices = SZ_NEWN(&l->t->arena, sz_str, n->n);
    for (size_t i = 0; i < n->n; i++) {
        const sz_yaml *item = n->items[i];
        if (item->kind != SZ_YAML_SCALAR || item->text.n == 0 || item->text.n > SZ_TEXT_MAX) {
            sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, item->span,
                         "a word of a list must be a text of 1 to 256 bytes",
                         "列表中的每个取值须是 1 至 256 字节的文本");
            continue;
        }
        f->choices[f->n_choices++] = sz_arena_str(&l->t->arena, item->text);
    }
}

static void read_kind(loader *l, const sz_yaml *n, sz_field *f) {
    if (n->kind == SZ_YAML_SEQ && n->n > 0) {
        read_choices(l, n, f);
        return;
    }
    int kind = n->kind == SZ_YAML_SCALAR ? sz_name_find(kind_names, N_KINDS, n->text) : -1;
    if (kind >= 0) {
        f->kind = (sz_field_kind)kind;
        return;
    }
    sz_diag *g =
        sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_KIND, n->span, "this is no kind of field", "这不是字段的种类");
    sz_diag_hint(l->d, g, "write text, number, money, time, or the words that it may have: [in, out]",
                 "可写 text、number、money、time，或列出允许的取值，例如 [in, out]");
}

static void read_fields(loader *l, const sz_yaml *n, sz_type *t) {
    if (n->kind != SZ_YAML_MAP) {
        sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, n->span, "fields must be a map: name and kind",
                     "fields 须是键值表：字段名与种类");
        return;
    }
    if (n->n > SZ_FIELDS_MAX)
        sz_diag_hint(l->d,
                     sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_MANY, n->keys[SZ_FIELDS_MAX]->span,
                                  "a type has at most %d fields of its own", "一个类型最多有 %d 个自定义字段",
                                  SZ_FIELDS_MAX),
                     "leave out the fields that no rule asks for", "请去掉规则用不到的字段");
    t->fields = SZ_NEWN(&l->t->arena, sz_field, SZ_FIELDS_MAX);
    for (size_t i = 0; i < n->n; i++) {
        if (!check_name(l, n->keys[i])) continue;
        if (is_common(n->keys[i]->text)) {
            taken(l, n->keys[i], "every event has it already", "每条记录本来就有这个字段");
            continue;
        }
        sz_field f = {.name = sz_arena_str(&l->t->arena, n->keys[i]->text), .span = n->keys[i]->span};
        read_kind(l, n->items[i], &f);
        if (t->n_fields < SZ_FIELDS_MAX) t->fields[t->n_fields++] = f;
    }
}

/* ---- types ---- */

static void read_presence(loader *l, const sz_yaml *n, sz_type *t) {
    bool ok;
    t->presence = sz_yaml_bool(n, &ok);
    if (ok) return;
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, n->span, "presence must be true or false",
                              "presence 须是 true 或 false");
    sz_diag_hint(l->d, g, "write  presence: true  where such a record says that the person was there",
                 "有这种记录就说明本人在场的，请写  presence: true");
}

static void read_label(loader *l, const sz_yaml *n, sz_type *t) {
    if (n->kind == SZ_YAML_SCALAR) {
        t->label_zh = t->label_en = sz_arena_str(&l->t->arena, n->text);
        return;
    }
    bool is_fine = n->kind == SZ_YAML_MAP, has_both = is_fine && sz_yaml_get(n, "zh") && sz_yaml_get(n, "en");
    for (size_t i = 0; is_fine && i < n->n; i++) {
        bool is_zh = sz_str_is(n->keys[i]->text, "zh");
        is_fine = n->items[i]->kind == SZ_YAML_SCALAR && (is_zh || sz_str_is(n->keys[i]->text, "en"));
        if (is_fine) *(is_zh ? &t->label_zh : &t->label_en) = sz_arena_str(&l->t->arena, n->items[i]->text);
    }
    if (!is_fine)
        sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, n->span, "label must be a text or {zh: ..., en: ...}",
                     "label 须是文本，或写成 {zh: ..., en: ...}");
    else if (!has_both)
        sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, n->span, "label needs both languages: {zh: ..., en: ...}",
                     "label 中英文都要写：{zh: ..., en: ...}");
}

static const struct type_key {
    const char *name;
    void (*read)(loader *l, const sz_yaml *n, sz_type *t);
} type_keys[] = {{"presence", read_presence}, {"label", read_label}, {"fields", read_fields}};
enum { N_TYPE_KEYS = sizeof type_keys / sizeof *type_keys };

static void read_key(loader *l, const sz_yaml *key, const sz_yaml *n, sz_type *t) {
    sz_nearest near = sz_nearest_to(key->text);
    for (size_t i = 0; i < N_TYPE_KEYS; i++) {
        if (sz_str_is(key->text, type_keys[i].name)) {
            type_keys[i].read(l, n, t);
            return;
        }
        sz_nearest_try(&near, sz_str_of(type_keys[i].name));
    }
    sz_diag *g = sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_KEY, key->span, "a type has no key `%.*s`",
                              "类型没有“%.*s”这个键", SZ_FMT_STR(key->text));
    if (near.best.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(near.best));
    else sz_diag_hint(l->d, g, "a type has presence, label and fields", "类型的键有 presence、label、fields");
}

static void read_type(loader *l, const sz_yaml *key, const sz_yaml *n) {
    static const char *const kept[] = {"feed_status", "any", "seen", "alert"};
    if (!check_name(l, key)) return;
    if (sz_types_find(l->t, key->text) >= 0 || sz_name_find(kept, sizeof kept / sizeof *kept, key->text) >= 0) {
        taken(l, key, "choose another name for this type", "请为该类型另取名称");
        return;
    }
    if (n->kind != SZ_YAML_MAP && n->kind != SZ_YAML_NULL) {
        sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, n->span, "a type must be a map with presence, label, fields",
                     "类型须是含 presence、label、fields 的键值表");
        return;
    }
    sz_type t = {.name = sz_arena_str(&l->t->arena, key->text), .span = key->span};
    t.label_zh = t.label_en = t.name;
    for (size_t i = 0; n->kind == SZ_YAML_MAP && i < n->n; i++) read_key(l, n->keys[i], n->items[i], &t);
    if (l->t->n < SZ_TYPES_MAX) l->t->v[l->t->n++] = t;
    else
        sz_diag_hint(l->d,
                     sz_diags_add(l->d, SZ_ERROR, SZ_CODE_TYPES_MANY, key->span,
                                  "there are at most %d types of one's own", "最多可声明 %d 个类型",
                                  SZ_TYPES_MAX - SZ_TYPE_FIRST_DECLARED),
                     "one type may hold records of several devices: tell them apart by a field or by the source",
                     "一个类型可以包括几种设备的记录，用字段或来源区分");
}

/* `types: {library: {…}}`: a type that is called types has keys of a type. */
static bool is_wrapped(const sz_yaml *root) {
    const sz_yaml *inner = root->n == 1 && sz_str_is(root->keys[0]->text, "types") ? root->items[0] : NULL;
    if (!inner || inner->kind != SZ_YAML_MAP || inner->n == 0) return false;
    for (size_t i = 0; i < inner->n; i++) {
        if (inner->items[i]->kind != SZ_YAML_MAP) return false;
        for (size_t k = 0; k < N_TYPE_KEYS; k++)
            if (sz_str_is(inner->keys[i]->text, type_keys[k].name)) return false;
    }
    return true;
}

sz_status sz_types_load(sz_types *t, const sz_yaml *root, sz_diags *d) {
    size_t before = d->n_errors;
    loader l = {t, d};
    if (!root || root->kind == SZ_YAML_NULL) return SZ_OK;
    if (root->kind != SZ_YAML_MAP)
        sz_diags_add(d, SZ_ERROR, SZ_CODE_TYPES_SHAPE, root->span, "types.yaml must be a map of types",
                     "types.yaml 须是由类型组成的键值表");
    if (root->kind == SZ_YAML_MAP && is_wrapped(root)) {
        sz_diag_hint(d,
                     sz_diags_add(d, SZ_ERROR, SZ_CODE_TYPES_KEY, root->keys[0]->span,
                                  "what the file holds stands below `types:` here", "文件的内容写在了 `types:` 下面"),
                     "leave this line out, and move what is below it to the left",
                     "请去掉这一行，并把下面的内容左移一级");
        return SZ_FINDINGS;
    }
    for (size_t i = 0; root->kind == SZ_YAML_MAP && i < root->n; i++) read_type(&l, root->keys[i], root->items[i]);
    return d->n_errors > before ? SZ_FINDINGS : SZ_OK;
}
