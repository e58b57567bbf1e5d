/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages: text with {x}, {x|one|many}, {x|otherwise}, {value}, {step}, {reasons}; {{ and }} are braces. Both
 * languages, or none.
 */
#include "keys.h"

struct languages {
    const sz_yaml *zh, *en;
};

static const sz_key keys[] = {
    SZ_KEY(struct languages, zh, "zh", SZ_SHAPE_TEXT),
    SZ_KEY(struct languages, en, "en", SZ_SHAPE_TEXT),
};
static const sz_key_table table = {"a message", "消息", keys, 2};

/* What is being read: one language of one rule's message. */
struct reading {
    struct sz_ruling *g;
    const sz_yaml *node;
    sz_message *out;
    uint32_t cap;
    bool is_label; /* of a point: a part of {reasons}, which knows no step */
    sz_buf text;   /* since the last place */
};

/* A place in braces: offsets into the text. */
struct place {
    size_t from, to;
    sz_str name, one, many, otherwise;
};

static sz_span span_of(const struct reading *r, const struct place *p) {
    return sz_yaml_value_span(r->node, p->from, p->to - p->from);
}

static sz_piece *add(struct reading *r, sz_piece_kind kind) {
    sz_piece *p = SZ_PUSH(r->g->l->a, r->out->pieces, r->out->n, r->cap);
    *p = (sz_piece){.kind = (uint8_t)kind};
    return p;
}

static void flush(struct reading *r) {
    if (r->text.n == 0) return;
    add(r, SZ_PIECE_TEXT)->text = sz_rules_copy(r->g->l, sz_buf_str(&r->text));
    sz_buf_clear(&r->text);
}

static void one_form(struct reading *r, const struct place *p) {
    r->g->failed = true;
    sz_str one = p->one.n ? p->one : p->otherwise.n ? p->otherwise : SZ_STR("night"), many = p->many;
    if (!many.n && one.n > 3 && one.p[one.n - 1] == 's' && one.p[one.n - 2] != 's') many = one, one.n--; /* nights */
    const char *behind = many.n || (uint8_t)one.p[0] >= 0x80 ? "" : "s"; /* night, nights: the usual one */
    sz_rules_hint(r->g->l,
                  sz_rules_error(r->g->l, C_PLURAL, span_of(r, p), "a plural has two forms", "复数要写两种形式"),
                  "write  {%.*s|%.*s|%.*s%s}", "请写  {%.*s|%.*s|%.*s%s}", SZ_FMT_STR(p->name), SZ_FMT_STR(one),
                  SZ_FMT_STR(many.n ? many : one), behind);
}

/* ---- names ---- */

static void bad_name(struct reading *r, const struct place *p, const char *hint, const char *hint_zh) {
    struct sz_loading *l = r->g->l;
    r->g->failed = true;
    sz_rules_hint_say(sz_rules_error(l, C_MESSAGE_NAME, span_of(r, p),
                                     r->is_label ? "the label names `%.*s`, which is not known there"
                                                 : "the message names `%.*s`, which this rule does not know",
                                     r->is_label ? "积分项的名称里没有 `%.*s`" : "消息里的 `%.*s` 在这条规则里没有",
                                     SZ_FMT_STR(p->name)),
                      hint, hint_zh);
}

/* {姓名}, {name} */
static bool is_whose(sz_str s) {
    static const char *const words[] = {"姓名", "学生", "学生姓名", "学号", "name", "student_name", "student_id"};
    return sz_rules_index(s, words, sizeof words / sizeof *words) >= 0;
}

/* {次数}: what the rule's condition names is meant; NULL: nothing that can be told. */
static const char *looked_at(struct sz_ruling *g) {
    enum { MOST = 3 };
    struct sz_loading *l = g->l;
    const char *all = "";
    uint32_t n = 0;
    for (uint32_t i = 0; g->k.when && i < l->features.n; i++) {
        sz_str name = l->features.v[i].name;
        if (!sz_text_names(g->k.when->text, name) || n++ >= MOST) continue;
        all = TXT(l, "%s%s{%.*s}", all, *all ? "  " : "", SZ_FMT_STR(name));
    }
    return *all ? all : NULL;
}

static void hint_near(struct reading *r, const struct place *p) {
    struct sz_loading *l = r->g->l;
    struct sz_near near = sz_scope_near(&r->g->scope, p->name);
    if (!r->is_label && sz_rule_is_stepped(r->g->r)) {
        sz_near_z(&near, "value");
        sz_near_z(&near, "step");
    }
    if (!r->is_label) sz_near_z(&near, "reasons");
    bool is_wide = p->name.n && (uint8_t)p->name.p[0] >= 0x80;
    bool is_meant = is_wide && !r->is_label && !sz_near_any(&near);
    if (is_meant && sz_rule_is_stepped(r->g->r)) near.found = SZ_STR("value"), near.best = 1;
    const char *meant = is_meant && !sz_near_any(&near) ? looked_at(r->g) : NULL;
    if (is_whose(p->name))
        bad_name(r, p, "an alert shows whose it is: leave it out", "预警本身会显示是哪位学生：请去掉");
    else if (meant) bad_name(r, p, TXT(l, "this rule looks at  %s", meant), TXT(l, "这条规则看的是  %s", meant));
    else if (!sz_near_any(&near) && r->is_label)
        bad_name(r, p, "the label of a point may name features and params", "积分项的名称里可以写特征和参数");
    else if (!sz_near_any(&near))
        bad_name(r, p, "a message may name features, params, {value}, {step} and {reasons}",
                 "消息里可以写特征、参数、{value}、{step} 和 {reasons}");
    else
        bad_name(r, p, TXT(l, "did you mean `{%.*s}`?", SZ_FMT_STR(near.found)),
                 TXT(l, "是不是 `{%.*s}`？", SZ_FMT_STR(near.found)));
}

static bool is_path(sz_str s) {
    bool at_start = true;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.') {
            if (at_start) return false;
            at_start = true;
            continue;
        }
        bool is_letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!at_start && c >= '0' && c <= '9');
        /* letters of other scripts: a name all the same, which nothing bears */
        if (!is_letter && (uint8_t)c < 0x80) return false;
        at_start = false;
    }
    return s.n > 0 && !at_start;
}

enum { PATH_MAX_NAMES = 4 };

static void add_prog(struct reading *r, const struct place *p) {
    struct sz_ruling *g = r->g;
    sz_str path[PATH_MAX_NAMES];
    uint32_t n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= p->name.n && n < PATH_MAX_NAMES; i++)
        if (i == p->name.n || p->name.p[i] == '.') {
            path[n++] = (sz_str){p->name.p + from, i - from};
            from = i + 1;
        }
    sz_symbol sym;
    uint32_t bad_at = 0;
    const char *hint = NULL, *hint_zh = NULL;
    bool is_whole = from > p->name.n;
    if (!is_whole || !sz_rules_resolve(&g->scope, path, n, NULL, false, &sym, &bad_at, &hint, &hint_zh)) {
        bool is_unread = g->failed && g->k.sequence && !g->scope.types; /* of which records is not known: said there */
        if (is_unread && n > 1 && (sz_str_is(path[0], "event") || sz_str_is(path[0], "place"))) return;
        if (bad_at == 0 && n == 1 && !g->scope.no_event) hint_near(r, p);
        else if (bad_at == 0 && n == 1) hint_near(r, p);
        else bad_name(r, p, hint, hint_zh);
        return;
    }
    if (sym.type == SZ_X_ANY) {
        g->failed = true; /* said elsewhere */
        return;
    }
    if (sym.type == SZ_X_RECORD) {
        bad_name(r, p, TXT(g->l, "name a field of it, for example  {%.*s.time}", SZ_FMT_STR(p->name)),
                 TXT(g->l, "请写它的某个字段，例如  {%.*s.time}", SZ_FMT_STR(p->name)));
        return;
    }
    const sz_prog *prog =
        sz_rules_compile_part(&g->scope, r->node, (size_t)(p->name.p - r->node->text.p), p->name.n, SZ_X_ANY, true);
    if (!prog) {
        g->failed = true;
        return;
    }
    bool is_number = sz_prog_type(prog) != SZ_X_STR && sz_prog_type(prog) != SZ_X_TIME;
    if (p->otherwise.n && is_number) {
        one_form(r, p);
        return;
    }
    sz_piece *piece = add(r, SZ_PIECE_PROG);
    piece->prog = prog;
    piece->otherwise = sz_rules_copy(r->g->l, p->otherwise);
    piece->type = sz_prog_type(prog);
    piece->unit = sz_prog_unit(prog);
    piece->one = sz_rules_copy(g->l, p->one);
    piece->many = sz_rules_copy(g->l, p->many);
}

static void add_own(struct reading *r, const struct place *p, sz_piece_kind kind) {
    const sz_rule *rule = r->g->r;
    if (p->otherwise.n) {
        one_form(r, p);
        return;
    }
    if (kind != SZ_PIECE_REASONS && r->g->k.when) {
        bad_name(r, p, "only a rule with `value:` or `points:` has a value and steps",
                 "只有带 `value:` 或 `points:` 的规则才有值和档次");
        return;
    }
    sz_piece *piece = add(r, kind);
    piece->type = rule->value_type;
    piece->unit = rule->value_unit;
    piece->one = sz_rules_copy(r->g->l, p->one);
    piece->many = sz_rules_copy(r->g->l, p->many);
}

static bool is_plain_path(sz_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80) return false;
    return is_path(s);
}

/* Does the rule know the name? Then nobody means it to be printed as it stands. */
static bool is_known(struct reading *r, sz_str name) {
    sz_symbol sym;
    uint32_t bad_at = 0;
    const char *hint = NULL, *hint_zh = NULL;
    if (!is_plain_path(name) || memchr(name.p, '.', name.n)) return false;
    if (sz_str_is(name, "value") || sz_str_is(name, "step")) return sz_rule_is_stepped(r->g->r);
    bool is_name = sz_rules_resolve(&r->g->scope, &name, 1, NULL, false, &sym, &bad_at, &hint, &hint_zh);
    return is_name && sym.type < SZ_X_RECORD;
}

static void add_place(struct reading *r, const struct place *p) {
    static const struct {
        const char *name;
        sz_piece_kind kind;
    } own[] = {
        {"value", SZ_PIECE_VALUE},
        {"step", SZ_PIECE_STEP},
        {"reasons", SZ_PIECE_REASONS},
    };
    flush(r);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (sz_str_is(p->name, own[i].name)) {
            if (r->is_label)
                bad_name(r, p, "it belongs into the rule's message; the label of a point may name features and params",
                         "它要写在规则的 message 里；积分项的名称里可以写特征和参数");
            else add_own(r, p, own[i].kind);
            return;
        }
    if (is_path(p->name)) {
        add_prog(r, p);
        return;
    }
    r->g->failed = true;
    sz_diag *g =
        sz_rules_error(r->g->l, C_MESSAGE_FORM, span_of(r, p), "only a name may stand in { }", "{ } 里只能写名称");
    size_t n = 0;
    while (n < p->name.n && !strchr(":,%", p->name.p[n])) n++;
    sz_str name = sz_str_trim((sz_str){p->name.p, n});
    if (n < p->name.n && is_known(r, name)) { /* {n:.2f}, {n,number}, {n%}: a format of another program's */
        sz_rules_hint(r->g->l, g, "write  {%.*s} : it is printed with its unit", "请写  {%.*s}：打印时会带上单位",
                      SZ_FMT_STR(name));
        return;
    }
    sz_rules_hint_say(g, "give the expression a name as a feature:  x: {value: …}; a brace itself is written {{",
                      "请把表达式写成特征：x: {value: …}；要打出花括号请写 {{");
}

/* ---- braces ---- */

/* Split at | : x, x|otherwise, or x|one|many. */
static bool split(struct reading *r, struct place *p, sz_str inner) {
    sz_str part[3] = {{0}};
    uint32_t n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= inner.n; i++)
        if (i == inner.n || inner.p[i] == '|') {
            if (n < 3) part[n] = sz_str_trim((sz_str){inner.p + from, i - from});
            n++;
            from = i + 1;
        }
    p->name = part[0];
    p->one = part[1];
    p->many = part[2];
    if (n == 2 && part[1].n) { /* whether it is a text that may have it, its name tells */
        p->otherwise = part[1];
        p->one = (sz_str){0};
        return true;
    }
    if (n == 1 || (n == 3 && part[1].n && part[2].n)) return true;
    one_form(r, p);
    return false;
}

static void unclosed(struct reading *r, size_t at) {
    r->g->failed = true;
    sz_rules_hint_say(sz_rules_error(r->g->l, C_MESSAGE_FORM, sz_yaml_value_span(r->node, at, 1),
                                     "this { is not closed", "这个 { 没有闭合"),
                      "close it with }, or write {{ for a brace itself", "请用 } 闭合；要打出花括号请写 {{");
}

enum brace { STRAY, WIDE, OTHER, DOLLAR };

/* ｛meals_30d｝ and meals_30d} are texts like any other, but nobody means them so. */
static void warn_brace(struct reading *r, size_t at, size_t n, sz_str name, enum brace what) {
    static const char *const en[] = {"this } closes nothing: it is printed as it stands",
                                     "these braces are full-width: the name is printed as it stands",
                                     "the name is printed as it stands, not its value",
                                     "the $ is printed too, as it stands"};
    static const char *const zh[] = {"这个 } 没有对应的开头：会原样打出来", "这里的花括号是全角的：名称会原样打出来",
                                     "这里会原样打出名称，而不是它的值", "$ 会原样打出来"};
    if (!is_plain_path(name)) return;
    sz_span where = sz_yaml_value_span(r->node, at, n);
    sz_diag *g = sz_rules_say(r->g->l, SZ_WARNING, C_MESSAGE_FORM, where, en[what], zh[what]);
    sz_rules_hint(r->g->l, g, "write  {%.*s}", "请写  {%.*s}", SZ_FMT_STR(name));
}

/* ｛n｝, 【n】, {{n}}, %(n)s, ${n}, [n], %n%: a name as another program would take it. */
static void warn_other_braces(struct reading *r) {
    static const struct {
        const char *open, *close;
        enum brace what;
    } pairs[] = {{"｛", "｝", WIDE},  {"【", "】", OTHER}, {"{{", "}}", OTHER}, {"%(", ")s", OTHER},
                 {"%(", ")d", OTHER}, {"${", "}", DOLLAR}, {"[", "]", OTHER},   {"<", ">", OTHER},
                 {"%", "%", OTHER},   {"#", "#", OTHER},   {"《", "》", OTHER}};
    sz_str s = r->node->text;
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        const sz_str open = sz_str_of(pairs[k].open), close = sz_str_of(pairs[k].close);
        for (size_t i = 0; i < s.n && (i = sz_str_find(s, i, open)) != SIZE_MAX; i++) {
            size_t end = sz_str_find(s, i + open.n, close);
            if (end == SIZE_MAX) break;
            sz_str name = {s.p + i + open.n, end - i - open.n};
            bool is_meant = pairs[k].what == WIDE || is_known(r, name);
            if (is_meant) warn_brace(r, i, end + close.n - i, name, pairs[k].what);
            i = end;
        }
    }
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does a name that ends here stand in what another program would take for braces, which says so itself? */
static bool is_in_other_braces(sz_str s, size_t at) {
    static const char *const open[] = {"{", "[", "<", "%", "#", "%(", "$", "《", "【", "｛"};
    for (size_t k = 0; k < sizeof open / sizeof *open; k++) {
        size_t n = strlen(open[k]);
        if (at >= n && memcmp(s.p + at - n, open[k], n) == 0) return true;
    }
    return false;
}

/* Is it a piece of an address or of a file's name: ?missed_7d=3, missed_7d.csv, /missed_7d, a_b@c? */
static bool is_in_address(sz_str s, size_t from, size_t to) {
    char before = from ? s.p[from - 1] : '\0', after = to < s.n ? s.p[to] : '\0';
    bool is_suffix = after == '.' && to + 1 < s.n && is_name_char(s.p[to + 1]);
    return is_suffix || (before && strchr("?&/@.-", before)) || (after && strchr("=/@-", after));
}

/* 缺课missed_7d次: a name without any braces. Only one that no word of the text can be, for it has a _. */
static void warn_bare_names(struct reading *r) {
    sz_str s = r->node->text;
    bool is_inside = false;
    for (size_t i = 0, to; i < s.n; i = to) {
        to = i + 1;
        if (s.p[i] == '{' || s.p[i] == '}') is_inside = s.p[i] == '{';
        if (!is_name_char(s.p[i])) continue;
        while (to < s.n && is_name_char(s.p[to])) to++;
        sz_str name = {s.p + i, to - i};
        bool is_other = is_inside || is_in_other_braces(s, i) || is_in_address(s, i, to);
        if (!is_other && memchr(name.p, '_', name.n) && is_known(r, name)) warn_brace(r, i, name.n, name, OTHER);
    }
}

static void warn_stray_brace(struct reading *r, size_t at) {
    const char *p = r->node->text.p;
    size_t from = at;
    while (from > 0 && ((uint8_t)p[from - 1] < 0x80 && is_path((sz_str){p + from - 1, at - from + 1}))) from--;
    warn_brace(r, at, 1, (sz_str){p + from, at - from}, STRAY);
}

/* `就餐 #{n} 次` without quotes ends before the #, and no counselor would read the rest. A comment that is meant as one
 * has a space behind its #. */
static void warn_comment(struct reading *r) {
    const sz_source *src = r->node->span.src;
    if (r->node->style != SZ_YAML_PLAIN || !src) return;
    size_t end = r->node->span.off + r->node->span.len, at = end;
    while (at < src->n && src->p[at] == ' ') at++;
    if (at == end || at + 1 >= src->n || src->p[at] != '#' || strchr(" \t\r\n#", src->p[at + 1])) return;
    size_t to = at;
    while (to < src->n && src->p[to] != '\n' && src->p[to] != '\r') to++;
    sz_rules_hint_say(sz_rules_warn(r->g->l, C_MESSAGE_FORM, (sz_span){src, (uint32_t)at, (uint32_t)(to - at)},
                                    "from # on this is a comment: the message ends before it",
                                    "从 # 开始是注释：消息到此为止"),
                      "put the whole text in quotes; a comment that is meant as one has a space behind the #",
                      "请给整段文字加引号；如果确实是注释，请在 # 后面加空格");
}

static void read_text(struct reading *r) {
    sz_str s = r->node->text;
    bool has_double = false; /* then a } may belong to it */
    warn_other_braces(r);
    warn_bare_names(r);
    warn_comment(r);
    for (size_t i = 0; i < s.n; i++) {
        bool is_double = i + 1 < s.n && s.p[i + 1] == s.p[i];
        if (s.p[i] != '{' || is_double) {
            sz_buf_put_u8(&r->text, (uint8_t)s.p[i]);
            has_double |= s.p[i] == '{';
            if (s.p[i] == '}' && !is_double && !has_double) warn_stray_brace(r, i);
            if (is_double && (s.p[i] == '{' || s.p[i] == '}')) i++;
            continue;
        }
        const char *end = memchr(s.p + i, '}', s.n - i);
        if (!end) {
            unclosed(r, i);
            break;
        }
        if (memchr(s.p + i + 1, '{', (size_t)(end - s.p) - i - 1)) { /* the } is another one's */
            unclosed(r, i);
            continue;
        }
        struct place p = {.from = i, .to = (size_t)(end - s.p) + 1};
        if (split(r, &p, (sz_str){s.p + i + 1, p.to - i - 2})) add_place(r, &p);
        i = p.to - 1;
    }
    flush(r);
}

static void read_language(struct sz_ruling *g, const sz_yaml *node, bool is_label, sz_message *out) {
    struct reading r = {.g = g, .node = node, .out = out, .is_label = is_label};
    sz_buf_init(&r.text);
    read_text(&r);
    sz_buf_fini(&r.text);
}

static void read_both(struct sz_ruling *g, const sz_yaml *node, bool is_label, sz_message *out_zh, sz_message *out_en) {
    sz_str zh = {0}, en = {0};
    if (!sz_rules_both(g->l, node, &zh, &en)) g->failed = true;
    if (node->kind != SZ_YAML_MAP) return;
    struct languages both = {0};
    for (size_t i = 0; i < table.n; i++) {
        const sz_yaml *text = sz_yaml_get(node, keys[i].name);
        if (text && text->kind == SZ_YAML_SCALAR) memcpy((char *)&both + keys[i].offset, &text, sizeof text);
    }
    if (both.zh) read_language(g, both.zh, is_label, out_zh);
    if (both.en) read_language(g, both.en, is_label, out_en);
}

void sz_rule_label(struct sz_ruling *g, const sz_yaml *node, sz_message *out_zh, sz_message *out_en) {
    read_both(g, node, true, out_zh, out_en);
}

void sz_rule_message(struct sz_ruling *g) {
    if (!g->k.message) return;
    bool is_known = !g->k.when || g->r->when; /* else nobody knows whether it looks at a record */
    if (!g->r->is_instant && is_known) {
        g->scope.no_event = "only a rule whose `when:` looks at `event` has a record in hand; name one with  last: …";
        g->scope.no_event_zh = "只有 `when:` 里看 `event` 的规则手里才有记录；请用  last: …  给记录起名";
    }
    read_both(g, g->k.message, false, &g->r->message_zh, &g->r->message_en);
}
