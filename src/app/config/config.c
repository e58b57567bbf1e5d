/* SPDX-License-Identifier: Apache-2.0
 *
 * Options from the command line and from the config file.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sanzao/yaml.h>

#include "codes.h"
#include "config_meant.h"
#include "host/files.h"

sz_lang sz_lang_of_env(void) {
    const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *v = getenv(names[i]);
        if (v && *v) return strncmp(v, "zh", 2) == 0 ? SZ_ZH : SZ_EN;
    }
    return SZ_EN;
}

static bool is_for(const sz_opt_row *r, uint16_t command) { return (r->commands & command) != 0; }

/* The key of a row is its name with _ for -, or one of its own. */
static bool is_named(const sz_opt_row *r, sz_str s) {
    if (r->key && sz_str_is(s, r->key)) return true;
    if (strlen(r->name) != s.n) return false;
    for (size_t i = 0; i < s.n; i++)
        if (r->name[i] != (s.p[i] == '_' ? '-' : s.p[i])) return false;
    return true;
}

static int find_row(sz_str name, uint16_t command) {
    for (int i = 0; i < SZ_N_OPTS; i++)
        if (is_for(&sz_opt_rows[i], command) && is_named(&sz_opt_rows[i], name)) return i;
    return -1;
}

static const char *nearest(sz_str name, uint16_t command) {
    const char *best = NULL;
    int least = name.n <= 2 ? 1 : name.n <= 4 ? 2 : name.n <= 8 ? 3 : 4; /* so that something of the name is kept */
    for (int i = 0; i < SZ_N_OPTS; i++) {
        const char *names[] = {sz_opt_rows[i].name, sz_opt_rows[i].key};
        for (int k = 0; k < 2 && is_for(&sz_opt_rows[i], command); k++) {
            int d = names[k] ? sz_str_distance(name, sz_str_of(names[k]), least) : least;
            if (d < least) least = d, best = names[k];
        }
    }
    return best;
}

/* Less is a number without its unit: 256 for 256M. */
enum { BYTES_LEAST = 64 << 10 };

static bool parse_bytes(sz_str s, int64_t *out) {
    int64_t unit = 1;
    if (s.n && (s.p[s.n - 1] == 'K' || s.p[s.n - 1] == 'M' || s.p[s.n - 1] == 'G')) {
        unit = s.p[s.n - 1] == 'K' ? 1 << 10 : s.p[s.n - 1] == 'M' ? 1 << 20 : 1 << 30;
        s.n--;
    }
    int64_t n;
    if (!sz_str_i64(s, &n) || n < 0 || n > INT64_C(1) << 40) return false;
    *out = n * unit;
    return *out >= BYTES_LEAST;
}

static int choice_of(const char *choices, sz_str s) {
    int i = 0;
    for (const char *p = choices; *p; i++) {
        const char *end = strchr(p, '|');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        if (n == s.n && memcmp(p, s.p, n) == 0) return i;
        p += n + (end ? 1 : 0);
    }
    return -1;
}

/* As in rules, and milliseconds besides: waits of a machine. */
static bool parse_wait(sz_str s, int64_t *ms) {
    if (s.n > 2 && memcmp(s.p + s.n - 2, "ms", 2) == 0) return sz_str_i64((sz_str){s.p, s.n - 2}, ms) && *ms >= 0;
    return sz_duration_parse(s, ms);
}

static bool parse_value(const sz_opt_row *r, sz_str s, int64_t *num) {
    switch (r->kind) {
    case SZ_OPT_DURATION: return parse_wait(s, num);
    case SZ_OPT_COUNT: return sz_str_i64(s, num) && *num >= 0;
    case SZ_OPT_BYTES: return parse_bytes(s, num);
    case SZ_OPT_CHOICE: {
        int i = choice_of(r->choices, s);
        *num = i;
        return i >= 0;
    }
    case SZ_OPT_FLAG: *num = sz_str_is(s, "true"); return *num || sz_str_is(s, "false");
    default: return true;
    }
}

static void bad_value(sz_config *c, const sz_opt_row *r, sz_str s, sz_span at) {
    static const char *const want_en[] = {"a text",         "a list",
                                          "true or false",  "a time such as 90m, 24h or 7d",
                                          "a whole number", "64K or more, such as 64M",
                                          "one of ",        "name=value"};
    static const char *const want_zh[] = {
        "文字",       "列表",   "true 或 false", "时长，如 90m、24h、7d", "整数", "不小于 64K 的大小，如 64M",
        "以下之一：", "名字=值"};
    const char *more = r->kind == SZ_OPT_CHOICE ? r->choices : "";
    const char *space = r->kind == SZ_OPT_FLAG || r->kind == SZ_OPT_SETTINGS ? " " : ""; /* before a Latin word */
    char meant[SZ_MEANT];
    sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_VALUE, at, "--%s takes %s%s, not `%.*s`",
                              "--%s 要的是%s%s，不是 `%.*s`", r->name, want_en[r->kind], more, SZ_FMT_STR(s));
    g->message_zh = sz_arena_printf(&c->diags.arena, "--%s 要的是%s%s%s，不是 `%.*s`", r->name, space, want_zh[r->kind],
                                    more, SZ_FMT_STR(s));
    if (sz_config_meant(r, s, meant)) sz_diag_hint(&c->diags, g, "write %s", "请写 %s", meant);
}

static void list_add(sz_config *c, int i, const char *text, sz_span at) {
    const char **v = SZ_NEWN(&c->diags.arena, const char *, c->n_list[i] + 1);
    sz_span *spans = SZ_NEWN(&c->diags.arena, sz_span, c->n_list[i] + 1);
    if (c->n_list[i]) memcpy(v, c->list[i], c->n_list[i] * sizeof *v);
    if (c->n_list[i]) memcpy(spans, c->at[i], c->n_list[i] * sizeof *spans);
    spans[c->n_list[i]] = at;
    v[c->n_list[i]++] = text;
    c->list[i] = v;
    c->at[i] = spans;
}

static void setting_add(sz_config *c, int i, sz_str name, sz_str value, sz_span name_at, sz_span value_at) {
    list_add(c, i, sz_arena_str(&c->diags.arena, name).p, name_at);
    list_add(c, i, value.n ? sz_arena_str(&c->diags.arena, value).p : "", value_at);
    c->given[i] = true;
}

/* 'sqlite: state.db', as quotes let it pass: no file was meant whose name begins with a blank. */
static sz_str without_gap(sz_config *c, sz_str s) {
    static const char *const prefixes[] = {"file:", "sqlite:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (s.n <= n || memcmp(s.p, prefixes[i], n) != 0 || s.p[n] != ' ') continue;
        sz_str rest = sz_str_trim((sz_str){s.p + n, s.n - n});
        return sz_str_of(sz_arena_printf(&c->diags.arena, "%s%.*s", prefixes[i], SZ_FMT_STR(rest)));
    }
    return s;
}

static void set_value(sz_config *c, int i, sz_str s, sz_span at) {
    const sz_opt_row *r = &sz_opt_rows[i];
    int64_t num = 0;
    if (r->kind == SZ_OPT_SETTINGS) {
        const char *eq = s.n ? memchr(s.p, '=', s.n) : NULL;
        size_t n = eq ? (size_t)(eq - s.p) : 0;
        if (n) setting_add(c, i, (sz_str){s.p, n}, (sz_str){eq + 1, s.n - n - 1}, at, at);
        else bad_value(c, r, s, at);
        return;
    }
    if (!parse_value(r, s, &num)) {
        bad_value(c, r, s, at);
        return;
    }
    s = without_gap(c, s);
    const char *text = sz_arena_str(&c->diags.arena, s).p;
    c->text[i] = text ? text : "";
    c->num[i] = num;
    c->given[i] = true;
    c->where[i] = at;
    if (r->kind == SZ_OPT_LIST) list_add(c, i, c->text[i], at);
}

/* `--source --lang zh`: the value is missing, not called so. */
static bool is_option(const char *word, uint16_t command) {
    return strncmp(word, "--", 2) == 0 && find_row((sz_str){word + 2, strcspn(word + 2, "=")}, command) >= 0;
}

static void read_words(sz_config *c, uint16_t command, int argc, char **argv) {
    bool only_rest = false;
    for (int k = 0; k < argc; k++) {
        const char *word = argv[k];
        if (only_rest || word[0] != '-' || word[1] != '-') {
            c->rest[c->n_rest++] = word;
            continue;
        }
        if (!word[2]) {
            only_rest = true;
            continue;
        }
        const char *eq = strchr(word, '=');
        sz_str name = {word + 2, eq ? (size_t)(eq - word - 2) : strlen(word + 2)};
        int i = find_row(name, command);
        if (i < 0) {
            sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_OPTION, (sz_span){0},
                                      "there is no option --%.*s here", "这里没有选项 --%.*s", SZ_FMT_STR(name));
            const char *near = nearest(name, command);
            if (near) sz_diag_hint(&c->diags, g, "did you mean --%s?", "是不是 --%s？", near);
            continue;
        }
        if (sz_opt_rows[i].kind == SZ_OPT_FLAG) {
            set_value(c, i, eq ? sz_str_of(eq + 1) : SZ_STR("true"), (sz_span){0});
        } else if (eq || (k + 1 < argc && !is_option(argv[k + 1], command))) {
            set_value(c, i, sz_str_of(eq ? eq + 1 : argv[++k]), (sz_span){0});
        } else {
            sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_OPTION, (sz_span){0}, "--%s wants a value",
                                      "--%s 需要一个值", sz_opt_rows[i].name);
            sz_diag_hint(&c->diags, g, "write  --%s %s", "请写  --%s %s", sz_opt_rows[i].name, sz_opt_rows[i].value);
        }
    }
}

static void read_node(sz_config *c, int i, const sz_yaml *v) {
    if (v->kind == SZ_YAML_SEQ && sz_opt_rows[i].kind == SZ_OPT_LIST) {
        for (size_t k = 0; k < v->n; k++) set_value(c, i, v->items[k]->text, v->items[k]->span);
    } else if (v->kind == SZ_YAML_MAP && sz_opt_rows[i].kind == SZ_OPT_SETTINGS) {
        for (size_t k = 0; k < v->n; k++)
            if (v->items[k]->kind == SZ_YAML_SCALAR)
                setting_add(c, i, v->keys[k]->text, v->items[k]->text, v->keys[k]->span, v->items[k]->span);
            else bad_value(c, &sz_opt_rows[i], SZ_STR("…"), v->items[k]->span);
    } else if (v->kind == SZ_YAML_SCALAR) {
        set_value(c, i, v->text, v->span);
    } else if (v->kind != SZ_YAML_NULL) {
        bad_value(c, &sz_opt_rows[i], SZ_STR("…"), v->span);
    }
}

/* Is some option's key in a map of this name? */
static bool is_group(sz_str name) {
    for (int i = 0; i < SZ_N_OPTS; i++) {
        const char *key = sz_opt_rows[i].key;
        if (key && strncmp(key, name.p, name.n) == 0 && key[name.n] == '.') return true;
    }
    return false;
}

static void unknown_key(sz_config *c, const sz_yaml *key, sz_str name) {
    sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_KEY, key->span, "there is no option `%.*s`",
                              "没有选项 `%.*s`", SZ_FMT_STR(name));
    const char *near = nearest(name, 0xff);
    if (near) sz_diag_hint(&c->diags, g, "did you mean `%s`?", "是不是 `%s`？", near);
    else
        sz_diag_hint(&c->diags, g, "`sanzao options --example` has all of them, each with what it does",
                     "`sanzao options --example` 列出全部选项及其说明");
}

/* A config file in a config file. */
static void no_config(sz_config *c, const sz_yaml *key) {
    sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_KEY, key->span, "a config file cannot name another one",
                              "配置文件里不能再写配置文件");
    sz_diag_hint(&c->diags, g, "write its options here, or give that file on the command line: --config FILE",
                 "请把那里的选项写在这里，或在命令行用 --config 给出那个文件");
}

/* `campus：c` is a text to YAML. */
static void no_map(sz_config *c, const sz_yaml *root) {
    static const char colon[] = "：";
    enum { N = sizeof colon - 1 };
    sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_CONFIG, root->span, "a config file is a map of options",
                              "配置文件是由选项组成的映射");
    for (size_t i = 0; root->kind == SZ_YAML_SCALAR && i + N <= root->text.n; i++) {
        if (memcmp(root->text.p + i, colon, N) != 0) continue;
        sz_str key = {root->text.p, i};
        sz_diag_hint(&c->diags, g, "the colon is a full-width one: write  %.*s: …  with a colon and a space",
                     "冒号是全角的：请写  %.*s: …，用半角冒号加一个空格", SZ_FMT_STR(key));
        return;
    }
    sz_diag_hint(&c->diags, g, "write `lateness: 240h`, one option a line", "请每行写一个选项，如 `lateness: 240h`");
}

/* One file serves all commands. given: what the command line says goes before it. */
static void read_map(sz_config *c, const sz_yaml *map, const char *group, const bool *given) {
    for (size_t k = 0; k < map->n; k++) {
        sz_str name = map->keys[k]->text;
        if (group) name = sz_str_of(sz_arena_printf(&c->diags.arena, "%s.%.*s", group, SZ_FMT_STR(name)));
        int i = find_row(name, 0xff);
        if (i == SZ_O_CONFIG) {
            no_config(c, map->keys[k]);
        } else if (i >= 0) {
            if (!given[i]) read_node(c, i, map->items[k]);
        } else if (!group && is_group(name) && map->items[k]->kind == SZ_YAML_MAP) {
            read_map(c, map->items[k], sz_arena_str(&c->diags.arena, name).p, given);
        } else if (group || !is_group(name) || map->items[k]->kind != SZ_YAML_NULL) {
            unknown_key(c, map->keys[k], name);
        }
    }
}

/* False: the file cannot be read. */
static bool read_file(sz_config *c, const char *path) {
    sz_files f = {0};
    if (sz_file_read(path, path, &c->diags, &f) != SZ_OK) return false;
    sz_arena *a = &c->diags.arena;
    sz_yaml *root = NULL;
    sz_status s = sz_yaml_parse(a, sz_source_new(a, path, f.v[0].p, f.v[0].n), &c->diags, &root);
    sz_files_fini(&f);
    if (s != SZ_OK || !root || root->kind == SZ_YAML_NULL) return true;
    if (root->kind != SZ_YAML_MAP) {
        no_map(c, root);
        return true;
    }
    bool given[SZ_N_OPTS];
    memcpy(given, c->given, sizeof given);
    read_map(c, root, NULL, given);
    return true;
}

sz_status sz_config_read(sz_config *c, uint16_t command, int argc, char **argv) {
    *c = (sz_config){0};
    sz_diags_init(&c->diags);
    c->rest = SZ_NEWN(&c->diags.arena, const char *, argc + 1);
    read_words(c, command, argc, argv);
    bool are_words_fine = c->diags.n_errors == 0;
    bool is_read = !c->given[SZ_O_CONFIG] || read_file(c, c->text[SZ_O_CONFIG]);
    for (int i = 0; i < SZ_N_OPTS; i++) {
        if (c->given[i] || !sz_opt_rows[i].standard) continue;
        set_value(c, i, sz_str_of(sz_opt_rows[i].standard), (sz_span){0});
        c->given[i] = false;
    }
    c->lang = c->given[SZ_O_LANG] ? (c->num[SZ_O_LANG] == 1 ? SZ_ZH : SZ_EN) : sz_lang_of_env();
    if (!is_read) return SZ_IO;
    if (!c->diags.n_errors) return SZ_OK;
    return command == SZ_FOR_CHECK && are_words_fine ? SZ_FINDINGS : SZ_USAGE;
}

void sz_config_fini(sz_config *c) { sz_diags_fini(&c->diags); }
