/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings of the loader, and where spans and texts live.
 */
#include "load.h"

void *sz_rules_grow(sz_arena *a, const void *old, uint32_t n, uint32_t *cap, size_t size) {
    *cap = *cap ? *cap * 2 : 8;
    void *v = sz_arena_alloc(a, *cap * size);
    if (n) memcpy(v, old, n * size);
    return v;
}

sz_diag *sz_rules_say(struct sz_loading *l, sz_severity sev, int code, sz_span at, const char *en, const char *zh) {
    sz_diag *g = sz_diags_add(l->d, sev, code, at, "%s", NULL, en);
    g->message_zh = zh;
    return g;
}

void sz_rules_hint_say(sz_diag *g, const char *en, const char *zh) {
    if (!g) return;
    g->hint = en;
    g->hint_zh = zh;
}

sz_diag *sz_rules_error(struct sz_loading *l, int code, sz_span at, const char *en, const char *zh, ...) {
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    en = sz_arena_vprintf(&l->d->arena, en, ap);
    zh = sz_arena_vprintf(&l->d->arena, zh, again);
    va_end(again);
    va_end(ap);
    return sz_rules_say(l, SZ_ERROR, code, at, en, zh);
}

sz_diag *sz_rules_warn(struct sz_loading *l, int code, sz_span at, const char *en, const char *zh, ...) {
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    en = sz_arena_vprintf(&l->d->arena, en, ap);
    zh = sz_arena_vprintf(&l->d->arena, zh, again);
    va_end(again);
    va_end(ap);
    return sz_rules_say(l, SZ_WARNING, code, at, en, zh);
}

/* The last thing in a text that could not be read to its end, and what it stands in. */
static bool is_last_read(const sz_yaml *root, const sz_yaml *node) {
    const sz_yaml *at = root;
    while (at != node) {
        if ((at->kind != SZ_YAML_MAP && at->kind != SZ_YAML_SEQ) || at->n == 0) return false;
        at = at->items[at->n - 1];
    }
    return true;
}

bool sz_rules_is_partial(const struct sz_loading *l, const sz_yaml *node) {
    for (uint32_t i = 0; i < l->n_files; i++) {
        const struct sz_rules_file *f = &l->files[i];
        if (f->shown == node->span.src)
            return f->is_partial && f->root && f->root->is_cut && is_last_read(f->root, node);
    }
    return false;
}

sz_span sz_rules_keep(const struct sz_loading *l, sz_span at) {
    for (uint32_t i = 0; i < l->n_files; i++)
        if (l->files[i].shown == at.src) {
            at.src = l->files[i].kept;
            return at;
        }
    return (sz_span){0};
}

sz_str sz_rules_copy(struct sz_loading *l, sz_str s) { return sz_arena_str(l->a, s); }

const char *sz_rules_place(struct sz_loading *l, sz_span at) {
    if (!at.src) return "";
    uint32_t line, col;
    sz_source_locate(at.src, at.off, &line, &col);
    return sz_arena_printf(&l->d->arena, "%s:%u", at.src->name, line);
}

sz_span sz_rules_key(const sz_yaml *map, const char *key) {
    for (size_t i = 0; i < map->n; i++)
        if (sz_str_is(map->keys[i]->text, key)) return map->keys[i]->span;
    return map->span;
}
