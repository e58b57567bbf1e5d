/* SPDX-License-Identifier: Apache-2.0
 *
 * unused: params that nothing names. Often the number that was to be tuned still stands in the condition itself. A
 * note, for nothing is wrong with it.
 */
#include "load.h"

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool sz_text_names(sz_str text, sz_str name) {
    for (size_t i = 0; i + name.n <= text.n && (i = sz_str_find(text, i, name)) != SIZE_MAX; i++) {
        if (i > 0 && is_word(text.p[i - 1])) continue;
        if (i + name.n == text.n || !is_word(text.p[i + name.n])) return true;
    }
    return false;
}

/* Does a text or key below the node name it? What stands under `params:` declares it, and an adjust only sets it. */
static bool is_named(const sz_yaml *node, sz_str name) {
    if (node->kind == SZ_YAML_SCALAR) return sz_text_names(node->text, name);
    for (size_t i = 0; i < node->n; i++) {
        bool is_map = node->kind == SZ_YAML_MAP;
        bool is_declared =
            is_map && (sz_str_is(node->keys[i]->text, "params") || sz_str_is(node->keys[i]->text, "adjust"));
        if (is_declared) continue;
        if (is_map && sz_text_names(node->keys[i]->text, name)) return true;
        if (is_named(node->items[i], name)) return true;
    }
    return false;
}

static void tell(struct sz_loading *l, const sz_yaml *key) {
    sz_str name = key->text;
    sz_diag *g =
        sz_rules_say(l, SZ_NOTE, C_UNUSED, key->span, TXT(l, "nothing names the param `%.*s`", SZ_FMT_STR(name)),
                     TXT(l, "没有地方用到参数 `%.*s`", SZ_FMT_STR(name)));
    sz_rules_hint(l, g, "write it where its value is meant, for example  n >= %.*s,  or take it out",
                  "请在要用这个值的地方写上它，例如  n >= %.*s，或去掉它", SZ_FMT_STR(name));
}

void sz_rules_note_unused(struct sz_loading *l) {
    if (l->d->n_errors) return;
    for (uint32_t i = 0; i < l->rules.n; i++) {
        const sz_yaml *node = l->rules.v[i].node;
        const sz_yaml *params = node->kind == SZ_YAML_MAP ? sz_yaml_get(node, "params") : NULL;
        for (size_t k = 0; params && params->kind == SZ_YAML_MAP && k < params->n; k++)
            if (!is_named(node, params->keys[k]->text)) tell(l, params->keys[k]);
    }
    for (uint32_t i = 0; i < l->params.n; i++) {
        bool is_used = false;
        for (uint32_t f = 0; f < l->n_files && !is_used; f++)
            is_used = l->files[f].root && is_named(l->files[f].root, l->params.v[i].name);
        if (!is_used) tell(l, l->params.v[i].key);
    }
}
