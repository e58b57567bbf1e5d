/* SPDX-License-Identifier: Apache-2.0
 *
 * tree: asking a tree.
 */
#include "internal.h"

bool sz_yaml_is_whole(const sz_yaml *root, const sz_diags *d, size_t first) {
    for (size_t i = first; i < d->n; i++)
        if (d->v[i].severity == SZ_ERROR && d->v[i].code != YAML_DUPLICATE) return false;
    return root && !root->is_cut;
}

sz_yaml *sz_yaml_get(const sz_yaml *map, const char *key) {
    if (!map || map->kind != SZ_YAML_MAP) return NULL;
    sz_str wanted = sz_str_of(key);
    for (size_t i = 0; i < map->n; i++)
        if (sz_str_eq(map->keys[i]->text, wanted)) return map->items[i];
    return NULL;
}

bool sz_yaml_bool(const sz_yaml *n, bool *ok) {
    bool is_plain = n && n->kind == SZ_YAML_SCALAR && n->style == SZ_YAML_PLAIN;
    bool is_true = is_plain && sz_str_is(n->text, "true");
    *ok = is_true || (is_plain && sz_str_is(n->text, "false"));
    return is_true;
}
