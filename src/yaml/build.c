/* SPDX-License-Identifier: Apache-2.0
 *
 * build: events become a tree. Children wait in one stack for all open levels and are copied into the arena when
 * their level is closed, so that a tree is whole at any moment that reading may stop.
 */
#include "internal.h"

#define FEW_KEYS ((size_t)16) /* up to here looking through them is faster than a map */

void sz_yaml_build_init(sz_yaml_build *b, sz_arena *a, const sz_source *src, sz_diags *d) {
    memset(b, 0, sizeof *b);
    b->arena = a;
    b->src = src;
    b->diags = d;
    b->n_errors = d->n_errors;
    b->cap_pending = 64;
    b->pending = sz_alloc(b->cap_pending * sizeof *b->pending);
}

void sz_yaml_build_fini(sz_yaml_build *b) {
    for (size_t i = 0; i < b->depth; i++) sz_map_fini(&b->level[i].names);
    sz_free(b->pending);
}

static void push(sz_yaml_build *b, sz_yaml *node) {
    if (b->n_pending == b->cap_pending) {
        b->cap_pending *= 2;
        b->pending = sz_realloc(b->pending, b->cap_pending * sizeof *b->pending);
    }
    b->pending[b->n_pending++] = node;
}

/* The key of the level that has the same text, or NULL. */
static const sz_yaml *find_key(sz_yaml_build *b, sz_yaml_level *l, sz_str text) {
    size_t n = (b->n_pending - l->first) / 2;
    sz_yaml **keys = b->pending + l->first;
    if (n <= FEW_KEYS) {
        for (size_t i = 0; i < n; i++)
            if (sz_str_eq(keys[2 * i]->text, text)) return keys[2 * i];
        return NULL;
    }
    for (size_t i = l->names.n; i < n; i++) sz_map_put(&l->names, keys[2 * i]->text, (uint32_t)i);
    const uint32_t *i = sz_map_get(&l->names, text);
    return i ? keys[2 * (size_t)*i] : NULL;
}

static void say_duplicate(sz_yaml_build *b, const sz_yaml *key, const sz_yaml *first) {
    sz_str name = sz_yaml_clip(key->text);
    uint32_t line, column;
    sz_source_locate(b->src, first->span.off, &line, &column);
    sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_DUPLICATE, key->span, "`%.*s` is already given on line %u",
                              "`%.*s` 在第 %u 行已经写过", SZ_FMT_STR(name), line);
    sz_diag_hint(b->diags, g, "the first is at %s:%u:%u; keep one of them", "第一处在 %s:%u:%u，只保留一处",
                 b->src->name, line, column);
}

static void say_bad_key(sz_yaml_build *b, const sz_yaml *key) {
    if (key->kind == SZ_YAML_SEQ || key->kind == SZ_YAML_MAP) {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING, key->span,
                                  "a key must be a text, not a { … } or [ … ]", "键必须是文字，不能是 { … } 或 [ … ]");
        sz_diag_hint(b->diags, g, "a text that starts with { or [ needs quotes", "以 { 或 [ 开头的文字要加引号");
        return;
    }
    sz_yaml_say_no_name(b, key->span.off);
}

/* Indentation that only looks like one: the full-width blank, or the one that does not break. */
static bool starts_with_odd_blank(sz_str s) {
    return (s.n >= 3 && memcmp(s.p, "\xe3\x80\x80", 3) == 0) || (s.n >= 2 && memcmp(s.p, "\xc2\xa0", 2) == 0);
}

/* Whether the key can be used; if not a finding says why. */
static bool check_key(sz_yaml_build *b, sz_yaml_level *l, const sz_yaml *key) {
    if (key->kind == SZ_YAML_SEQ || key->kind == SZ_YAML_MAP || (key->style == SZ_YAML_PLAIN && key->text.n == 0)) {
        if (key->kind != SZ_YAML_NULL || key->text.n == 0) say_bad_key(b, key);
        return false;
    }
    if (key->style == SZ_YAML_PLAIN && starts_with_odd_blank(key->text)) {
        sz_diag *g =
            sz_diags_add(b->diags, SZ_ERROR, YAML_TAB, sz_yaml_span(b->src, key->span.off, key->span.off + 1),
                         "a full-width or fixed space stands before this key", "这个键前面是全角空格或不间断空格");
        sz_diag_hint(b->diags, g, "replace it by ordinary spaces", "请换成半角空格");
        return false;
    }
    const sz_yaml *first = find_key(b, l, key->text);
    if (first) say_duplicate(b, key, first);
    return !first;
}

static void take_key(sz_yaml_build *b, sz_yaml_level *l, sz_yaml *key) {
    l->drops = !check_key(b, l, key);
    if (key->kind == SZ_YAML_NULL && key->text.n) key->kind = SZ_YAML_SCALAR; /* a key that is called null */
    l->key = key;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Do a digit and a comma stand right before, three digits at the place, and no fourth: the thousands of 1,200? */
static bool parts_thousands(const sz_source *s, size_t at) {
    if (at < 2 || at + 3 > s->n || s->p[at - 1] != ',' || !is_digit(s->p[at - 2])) return false;
    for (size_t i = at; i < at + 3; i++)
        if (!is_digit(s->p[i])) return false;
    return at + 3 == s->n || !is_digit(s->p[at + 3]);
}

/* `{few: 1,200 yuan}`: in braces the comma begins a key `200 yuan`. Of 1,200,000 the first comma is told. */
static bool is_parted_number(sz_yaml_build *b, const sz_yaml *key) {
    size_t at = key->span.off, from = at, end = at + key->span.len;
    if (!parts_thousands(b->src, at)) return false;
    for (from = at - 1; from > 0 && is_digit(b->src->p[from - 1]);) from--;
    if (parts_thousands(b->src, from)) return true;
    while (end < b->src->n && parts_thousands(b->src, end + 1))
        for (end += 4; end < b->src->n && !strchr(",}\r\n", b->src->p[end]);) end++;
    char plain[48];
    size_t n = 0;
    for (size_t i = from; i < end && n + 1 < sizeof plain; i++)
        if (b->src->p[i] != ',') plain[n++] = b->src->p[i];
    plain[n] = '\0';
    sz_diag *g =
        sz_diags_add(b->diags, SZ_ERROR, YAML_MISSING, sz_yaml_span(b->src, from, end),
                     "inside { … } the comma divides: these are two entries", "在 { … } 里逗号是分隔符：这成了两项");
    sz_diag_hint(b->diags, g, "write  %s", "请写  %s", plain);
    return true;
}

static void take_value(sz_yaml_build *b, sz_yaml_level *l, sz_yaml *value) {
    sz_yaml *key = l->key;
    l->key = NULL;
    if (l->drops) return;
    if (l->is_flow && value->kind == SZ_YAML_NULL && value->span.len == 0 && key->style == SZ_YAML_PLAIN) {
        if (is_parted_number(b, key)) return;
        size_t colon = sz_yaml_joined_colon(b->src, key->span.off, key->span.off + key->span.len);
        if (colon != SIZE_MAX) { /* {zh:text}: YAML reads a key `zh:text` without a value */
            sz_yaml_say_no_space(b, colon);
            return;
        }
    }
    push(b, key);
    push(b, value);
}

void sz_yaml_build_add(sz_yaml_build *b, sz_yaml *node) {
    b->last = node;
    if (node->span.len) b->written = node;
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    sz_yaml_level *l = &b->level[b->depth - 1];
    if (l->node->kind == SZ_YAML_SEQ) push(b, node);
    else if (l->key) take_value(b, l, node);
    else take_key(b, l, node);
}

bool sz_yaml_build_open(sz_yaml_build *b, sz_yaml *node, bool is_flow) {
    if (b->depth == SZ_YAML_DEPTH) {
        sz_diag *g = sz_diags_add(b->diags, SZ_ERROR, YAML_TOO_DEEP, node->span, "this is nested deeper than %d",
                                  "嵌套超过 %d 层", SZ_YAML_DEPTH);
        sz_diag_hint(b->diags, g, "a closing bracket may be missing before", "前面可能少了右括号");
        return false;
    }
    sz_yaml_level *l = &b->level[b->depth++];
    *l = (sz_yaml_level){.node = node, .first = b->n_pending, .is_flow = is_flow};
    sz_map_init(&l->names);
    return true;
}

static void copy_children(sz_yaml_build *b, const sz_yaml_level *l) {
    sz_yaml *node = l->node;
    sz_yaml **from = b->pending + l->first;
    size_t n = b->n_pending - l->first;
    b->n_pending = l->first;
    if (n == 0) return;
    if (node->kind == SZ_YAML_SEQ) {
        node->n = n;
        node->items = SZ_NEWN(b->arena, sz_yaml *, n);
        memcpy(node->items, from, n * sizeof *from);
        return;
    }
    node->n = n / 2;
    node->keys = SZ_NEWN(b->arena, sz_yaml *, n);
    node->items = node->keys + node->n;
    for (size_t i = 0; i < node->n; i++) {
        node->keys[i] = from[2 * i];
        node->items[i] = from[2 * i + 1];
    }
}

void sz_yaml_build_close(sz_yaml_build *b, uint32_t end) {
    sz_yaml_level *l = &b->level[--b->depth];
    sz_yaml *node = l->node;
    if (!l->is_flow && b->last)
        end = b->last->span.off + b->last->span.len; /* libyaml's mark is where the next token starts */
    if (end > node->span.off) node->span.len = end - node->span.off;
    copy_children(b, l);
    sz_map_fini(&l->names);
    sz_yaml_build_add(b, node);
}

void sz_yaml_build_cut(sz_yaml_build *b) {
    while (b->depth) {
        sz_yaml_level *l = &b->level[b->depth - 1];
        l->node->is_cut = true;
        uint32_t end = b->last ? b->last->span.off + b->last->span.len : 0;
        if (b->depth >= 2) { /* a key that is itself cut is not worth a finding */
            sz_yaml_level *up = &b->level[b->depth - 2];
            if (up->node->kind == SZ_YAML_MAP && !up->key) {
                b->n_pending = l->first;
                sz_map_fini(&l->names);
                b->depth--;
                continue;
            }
        }
        sz_yaml_build_close(b, end);
    }
}
