/* SPDX-License-Identifier: Apache-2.0
 *
 * Names: their form, what they may not be, the nearest one, choices out of a closed list.
 */
#include "load.h"

/* ---- the nearest name ---- */

/* In characters: of two Chinese ones both would be changed, and nothing of the name is left. */
static int limit_of(sz_str s) {
    size_t n = 0, len;
    for (size_t i = 0; i < s.n; i += len, n++) sz_utf8_next(s.p + i, s.n - i, &len);
    return n <= 2 ? 0 : n <= 4 ? 1 : n <= 8 ? 2 : 3;
}

enum { NEAR_FINDINGS = 500 };

struct sz_near sz_near_to(const struct sz_loading *l, sz_str want) {
    bool is_late = l->d->n_errors + l->d->n_warnings > NEAR_FINDINGS;
    return (struct sz_near){.want = want, .best = is_late ? 0 : limit_of(want) + 1};
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_same_but_case(sz_str a, sz_str b) {
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

void sz_near_try(struct sz_near *n, sz_str name, const char *en, const char *zh, sz_span at) {
    if (name.n == 0 || n->best == 0) return;
    if (sz_chinese_means(n->want, name)) {
        *n = (struct sz_near){.want = n->want, .found = name, .en = en, .zh = zh, .at = at};
        return;
    }
    if (n->want.n == name.n && is_same_but_case(n->want, name)) {
        *n = (struct sz_near){.want = n->want, .found = name, .en = en, .zh = zh, .at = at, .best = 1};
        return;
    }
    bool is_prefix = n->want.n >= 3 && name.n > n->want.n && memcmp(name.p, n->want.p, n->want.n) == 0;
    int d = is_prefix ? 1 : sz_str_distance(n->want, name, n->best);
    if (d >= n->best) return;
    n->best = d;
    n->found = name;
    n->en = en;
    n->zh = zh;
    n->at = at;
}

/* Does one of the two texts stand in the other? Of one sign alone that says nothing. */
static bool holds(sz_str a, sz_str b) {
    enum { TWO_CHINESE = 6 };
    sz_str in = a.n < b.n ? a : b, of = a.n < b.n ? b : a;
    return in.n >= TWO_CHINESE && sz_str_has(of, in);
}

void sz_near_label(struct sz_near *n, const struct sz_decl *d, const char *en, const char *zh) {
    const sz_yaml *label = d->node && d->node->kind == SZ_YAML_MAP ? sz_yaml_get(d->node, "label") : NULL;
    const sz_yaml *text = label && label->kind == SZ_YAML_MAP ? sz_yaml_get(label, "zh") : NULL;
    if (!text || text->kind != SZ_YAML_SCALAR || n->best == 0 || n->is_label) return;
    bool is_same = sz_str_eq(text->text, n->want);
    if (!is_same && (n->found.n || !holds(text->text, n->want))) return;
    *n = (struct sz_near){.want = n->want,
                          .found = d->name,
                          .en = en,
                          .zh = zh,
                          .at = d->key->span,
                          .best = n->best,
                          .is_label = is_same};
}

void sz_near_z(struct sz_near *n, const char *name) { sz_near_try(n, sz_str_of(name), NULL, NULL, (sz_span){0}); }

bool sz_near_any(const struct sz_near *n) { return n->found.n > 0; }

bool sz_near_words(struct sz_loading *l, const struct sz_near *n, const char **en, const char **zh) {
    if (!sz_near_any(n)) return false;
    sz_arena *a = &l->d->arena;
    const char *place = sz_rules_place(l, n->at);
    const char *comma = *place ? ", " : "", *comma_zh = *place ? "，" : "";
    if (n->en) {
        *en = sz_arena_printf(a, "did you mean `%.*s`?  (%s%s%s)", SZ_FMT_STR(n->found), n->en, comma, place);
        *zh = sz_arena_printf(a, "是不是 `%.*s`？（%s%s%s）", SZ_FMT_STR(n->found), n->zh, comma_zh, place);
    } else {
        *en = sz_arena_printf(a, "did you mean `%.*s`?", SZ_FMT_STR(n->found));
        *zh = sz_arena_printf(a, "是不是 `%.*s`？", SZ_FMT_STR(n->found));
    }
    return true;
}

void sz_near_hint(struct sz_loading *l, sz_diag *g, const struct sz_near *n) {
    const char *en, *zh;
    if (sz_near_words(l, n, &en, &zh)) sz_rules_hint_say(g, en, zh);
}

bool sz_near_key(const sz_yaml *map, const char *name) {
    for (size_t i = 0; i < map->n; i++) {
        sz_str key = map->keys[i]->text;
        if (sz_str_is(key, "<<")) return true; /* was to bring it */
        struct sz_near near = {.want = key, .best = limit_of(key) + 1};
        sz_near_z(&near, name);
        if (sz_near_any(&near)) return true;
    }
    return false;
}

/* ---- form ---- */

static const char *const reserved[] = {
    /* what conditions and messages read */
    "event",
    "place",
    "student",
    "calendar",
    "value",
    "step",
    "reasons",
    "seen",
    "any",
    "alert",
    "math",
    /* CEL's own */
    "true",
    "false",
    "null",
    "in",
    "has",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
};

static bool is_name(sz_str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return s.n > 0;
}

static bool has_wide(sz_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80) return true;
    return false;
}

/* `late-night 7d` as a name: late_night_7d. */
static const char *as_name(struct sz_loading *l, sz_str s) {
    char *z = sz_arena_printf(&l->d->arena, "%s%.*s", s.n && s.p[0] >= '0' && s.p[0] <= '9' ? "n" : "", SZ_FMT_STR(s));
    for (char *p = z; *p; p++) {
        char one[2] = {*p, 0};
        if (!is_name((sz_str){one, 1}) && (*p < '0' || *p > '9')) *p = '_';
    }
    return z;
}

bool sz_rules_name(struct sz_loading *l, const sz_yaml *key) {
    sz_str s = key->text;
    if (!is_name(s)) {
        sz_diag *g = sz_rules_error(l, C_NAME_FORM, key->span, "a name has letters a-z, digits and _",
                                    "名称只能用字母 a-z、数字和 _");
        if (has_wide(s))
            sz_rules_hint(l, g, "CEL knows only such names; say it in Chinese with  label: {zh: %.*s, en: …}",
                          "CEL 只认这样的名称；中文写在  label: {zh: %.*s, en: …}", SZ_FMT_STR(s));
        else if (memchr(s.p, '=', s.n)) {
            sz_str name = sz_str_trim((sz_str){s.p, (size_t)((const char *)memchr(s.p, '=', s.n) - s.p)});
            sz_rules_hint(l, g, "write  %.*s: …  with a colon and a space", "写成  %.*s: …，用半角冒号加空格",
                          SZ_FMT_STR(name));
        } else if (s.n) sz_rules_hint(l, g, "write  %s", "请写  %s", as_name(l, s));
        return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (sz_str_is(s, reserved[i])) {
            sz_diag *g = sz_rules_error(l, C_TAKEN, key->span, "`%.*s` is a name of the language itself",
                                        "`%.*s` 是语言自带的名称", SZ_FMT_STR(s));
            sz_rules_hint(l, g, "choose another, for example  my_%.*s", "请换一个名称，例如  my_%.*s", SZ_FMT_STR(s));
            return false;
        }
    return true;
}

/* ---- choices ---- */

int sz_rules_index(sz_str s, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (sz_str_is(s, names[i])) return (int)i;
    return -1;
}

int sz_rules_choice_of(struct sz_loading *l, const sz_yaml *node, const char *const *names, size_t n,
                       const struct sz_choice_words *w) {
    int i = node->kind == SZ_YAML_SCALAR ? sz_rules_index(node->text, names, n) : -1;
    if (i >= 0) return i;
    sz_str s = node->kind == SZ_YAML_SCALAR ? node->text : (sz_str){0};
    sz_diag *g = sz_rules_say(l, SZ_ERROR, C_CHOICE, node->span, TXT(l, "`%.*s` is not %s", SZ_FMT_STR(s), w->en),
                              TXT(l, "`%.*s` 不是%s", SZ_FMT_STR(s), w->zh));
    struct sz_near near = sz_near_to(l, s);
    sz_buf all;
    sz_buf_init(&all);
    for (size_t k = 0; k < n; k++) {
        sz_near_z(&near, names[k]);
        sz_buf_printf(&all, "%s%s", k ? " " : "", names[k]);
    }
    if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else if (w->hint) sz_rules_hint_say(g, w->hint, w->hint_zh);
    else sz_rules_hint(l, g, "one of  %.*s", "可以是  %.*s", (int)all.n, (const char *)all.p);
    sz_buf_fini(&all);
    return -1;
}

int sz_rules_choice(struct sz_loading *l, const sz_yaml *node, const char *const *names, size_t n, const char *en,
                    const char *zh) {
    return sz_rules_choice_of(l, node, names, n, &(struct sz_choice_words){.en = en, .zh = zh});
}

/* ---- declarations ---- */

void sz_decls_init(struct sz_decls *d) { sz_map_init(&d->by_name); }

void sz_decls_fini(struct sz_decls *d) { sz_map_fini(&d->by_name); }

struct sz_decl *sz_decls_find(struct sz_decls *d, sz_str name) {
    const uint32_t *i = sz_map_get(&d->by_name, name);
    return i ? &d->v[*i] : NULL;
}

void sz_decls_add(struct sz_loading *l, struct sz_decls *d, sz_str name, const sz_yaml *key, const sz_yaml *node) {
    if (!sz_map_get(&d->by_name, name)) sz_map_put(&d->by_name, name, d->n);
    *SZ_PUSH(&l->tmp, d->v, d->n, d->cap) = (struct sz_decl){.name = name, .key = key, .node = node, .index = SZ_NONE};
}
