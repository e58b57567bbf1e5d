/* SPDX-License-Identifier: Apache-2.0
 *
 * noise: findings that only follow from a mistake in a file's YAML, or from a name that cannot be one, are taken back,
 * so that a mistake is told once, where it was made.
 */
#include "load.h"

/* Codes of yaml (sz_yaml_codes) that matter here. */
enum {
    Y_BLANK = 3,
    Y_NO_SPACE = 4,
    Y_OPEN_QUOTE = 5,
    Y_OPEN_BRACKET = 6,
    Y_BRACE_IN_TEXT = 8,
    Y_INDENT = 10,
    Y_DUPLICATE = 11,
    Y_ALIAS = 12,
    Y_LAST = 18
};
/* Of expr: a name in a condition that nobody declares. */
enum { X_NAME = 42 };
/* Of expr: a name in Chinese; the first code of conditions. */
enum { X_WIDE = 118, X_FIRST = 100 };

struct place {
    const sz_source *src;
    uint32_t line;
};

/* A finding of yaml, and what it spoils. */
struct spoilt {
    const sz_diag *g;
    struct place at;
    uint32_t from, to; /* lines of the rule that it joins to another; from 0: it does not */
};

static struct place place_of(const sz_diag *g) {
    uint32_t line = 0, column;
    if (g->span.src) sz_source_locate(g->span.src, g->span.off, &line, &column);
    return (struct place){g->span.src, line};
}

static sz_str text_of(const sz_diag *g) { return (sz_str){g->span.src->p + g->span.off, g->span.len}; }

static size_t indent_of(sz_str line) {
    size_t n = 0;
    while (n < line.n && line.p[n] == ' ') n++;
    return n;
}

static bool is_item(sz_str line, size_t indent) {
    return indent + 1 < line.n && line.p[indent] == '-' && line.p[indent + 1] == ' ';
}

/* A second `id:` in a rule: the dash before it is missing, and two rules were read as one, from its own dash to the
 * next. */
static void find_joined(struct spoilt *s) {
    const sz_source *src = s->at.src;
    uint32_t from = s->at.line;
    size_t column = indent_of(sz_source_line(src, from)), dash = 0;
    bool is_found = false;
    while (from > 1 && !is_found) {
        sz_str line = sz_source_line(src, --from);
        dash = indent_of(line);
        is_found = is_item(line, dash) && dash < column;
    }
    if (!is_found) return;
    uint32_t to = s->at.line;
    while (to < src->n_lines) {
        sz_str line = sz_source_line(src, to + 1);
        if (line.n > indent_of(line) && indent_of(line) <= dash) break;
        to++;
    }
    s->from = from;
    s->to = to;
}

/* A key behind a blank that is none of YAML's has left its rule, which now seems to lack it. */
static bool has_left(const struct spoilt *s, const sz_diag *g, struct place at) {
    bool is_lack = g->code == C_LEVEL || g->code == C_STEPS || g->code == C_MISSING || g->code == C_RULE_SHAPE;
    if (s->g->code != Y_BLANK || !is_lack || at.line >= s->at.line) return false;
    for (uint32_t line = at.line + 1; line < s->at.line; line++) {
        sz_str text = sz_source_line(at.src, line);
        if (is_item(text, indent_of(text))) return false; /* another's */
    }
    return true;
}

static bool is_spoilt_by(const struct spoilt *s, const sz_diag *g, struct place at) {
    if (s->g == g || s->at.src != at.src) return false;
    if (has_left(s, g, at)) return true;
    if (s->from) return at.line >= s->from && at.line <= s->to;
    if (g->code <= Y_LAST || s->g->code == Y_DUPLICATE) return false;
    uint32_t last, column; /* a text that runs on into the line where YAML stumbles */
    sz_source_locate(at.src, g->span.off + (g->span.len ? g->span.len - 1 : 0), &last, &column);
    if (at.line <= s->at.line && last >= s->at.line) return true;
    bool swallows = s->g->code == Y_OPEN_QUOTE || s->g->code == Y_OPEN_BRACKET;
    return swallows && at.line > s->at.line;
}

/* `-id: x`, `silence:` under nothing: the line below does not fit because this one is wrong. `{a：{b: 1}}`: the second
 * brace stands in a text because the colon before it is none. `when: *n > 3`: what follows an alias is none of YAML's.
 */
static bool has_cause(const sz_diags *d, size_t first, const sz_diag *g, struct place at) {
    if (g->code == Y_ALIAS || g->code == Y_DUPLICATE) return false;
    for (size_t i = first; i < d->n; i++) {
        const sz_diag *other = &d->v[i];
        struct place p = place_of(other);
        if (p.src != at.src) continue;
        bool is_above = (other->code == C_SHAPE || other->code == C_KEY) && p.line + 1 == at.line;
        bool is_before = p.line == at.line && other->span.off < g->span.off;
        if (g->code == Y_INDENT && is_above) return true;
        if (g->code == Y_BRACE_IN_TEXT && is_before && other->code == Y_NO_SPACE) return true;
        if (is_before && other->code == Y_ALIAS) return true;
    }
    return false;
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The name that a finding says nobody declares; n 0: it says something else. */
static sz_str missing_name(const sz_diag *g) {
    bool is_name = g->code == C_EVENT || g->code == C_MESSAGE_NAME || g->code == C_STEP_PARAM ||
                   g->code == C_ADJUST_RULE || g->code == X_NAME;
    if (!is_name) return (sz_str){0};
    sz_str s = text_of(g);
    while (s.n && s.p[0] == '{') s.p++, s.n--;
    size_t n = 0;
    while (n < s.n && is_word(s.p[n])) n++;
    return (sz_str){s.p, n};
}

/* Does the text declare the name: as a key, or as an id? */
static bool declares_in(sz_str s, sz_str name) {
    for (size_t i = 0; i + name.n <= s.n; i++) {
        if (memcmp(s.p + i, name.p, name.n) != 0 || (i > 0 && is_word(s.p[i - 1]))) continue;
        size_t end = i + name.n;
        bool is_id = i >= 4 && memcmp(s.p + i - 4, "id: ", 4) == 0;
        if (end < s.n && s.p[end] == ':') return true;
        if (is_id && (end == s.n || !is_word(s.p[end]))) return true;
    }
    return false;
}

/* Does the file, from there on? */
static bool declares(const sz_source *src, size_t from, sz_str name) {
    return declares_in((sz_str){src->p + from, src->n - from}, name);
}

/* Where the section (`features:`) begins in which a line stands: of what is cut short nothing may have been read. */
static size_t section_of(const sz_source *src, uint32_t line) {
    while (line > 1) {
        sz_str s = sz_source_line(src, line);
        if (s.n && strchr(" #\t-", s.p[0]) == NULL) break;
        line--;
    }
    return src->lines[line - 1];
}

/* Is it declared where a file could not be read any more, or in a section that stands twice? */
static bool is_unread(const struct spoilt *v, size_t n, sz_str name) {
    for (size_t i = 0; i < n && name.n; i++) {
        const sz_source *src = v[i].at.src;
        uint32_t line, column;
        sz_source_locate(src, v[i].g->span.off, &line, &column);
        bool is_read = v[i].g->code == Y_DUPLICATE && column > 1 && !sz_str_is(text_of(v[i].g), "params");
        if (!is_read && declares(src, section_of(src, line), name)) return true;
    }
    return false;
}

/* Is it declared in what has another shape than it should: `features:` as a list? */
static bool is_misshapen(const sz_diags *d, size_t first, sz_str name) {
    for (size_t i = first; i < d->n && name.n; i++)
        if (d->v[i].code == C_SHAPE && d->v[i].span.src && declares_in(text_of(&d->v[i]), name)) return true;
    return false;
}

/* Is it about a name in Chinese that was refused where it is declared? */
static bool is_refused(const sz_diags *d, size_t first, const sz_diag *g) {
    if (g->code != X_WIDE && g->code != C_MESSAGE_NAME && g->code != C_EVENT) return false;
    sz_str name = text_of(g);
    while (name.n && name.p[0] == '{') name.p++, name.n--;
    for (size_t n = 0; n < name.n; n++)
        if (name.p[n] == '|' || name.p[n] == '}') name.n = n;
    for (size_t i = first; i < d->n && name.n && (uint8_t)name.p[0] >= 0x80; i++)
        if (d->v[i].code == C_NAME_FORM && d->v[i].span.src && sz_str_eq(text_of(&d->v[i]), name)) return true;
    return false;
}

/* Does the finding stand on a use of the name: `swipe-7d > 3`, of which a condition reads a difference? */
static bool is_use_of(const sz_diag *g, sz_str name) {
    const sz_source *src = g->span.src;
    size_t last = (size_t)g->span.off + g->span.len, from = g->span.off > name.n ? g->span.off - name.n : 0;
    for (size_t i = from; i < last && i + name.n <= src->n; i++) {
        size_t end = i + name.n;
        if (end <= g->span.off || memcmp(src->p + i, name.p, name.n) != 0) continue;
        if ((i == 0 || !is_word(src->p[i - 1])) && (end == src->n || !is_word(src->p[end]))) return true;
    }
    return false;
}

/* Is it about a use of a name that was refused where it is declared, as no name or as one of the language's own? */
static bool uses_refused(const sz_diags *d, size_t first, const sz_diag *g) {
    for (size_t i = first; i < d->n && g->code >= X_FIRST; i++) {
        const sz_diag *other = &d->v[i];
        bool is_name = other->code == C_NAME_FORM || other->code == C_TAKEN;
        if (is_name && other->span.src && other->span.len && is_use_of(g, text_of(other))) return true;
    }
    return false;
}

static const sz_diag *at_line(const sz_diags *d, size_t first, const sz_source *src, uint32_t line, int code) {
    for (size_t i = first; i < d->n; i++)
        if (d->v[i].code == code && place_of(&d->v[i]).src == src && place_of(&d->v[i]).line == line) return &d->v[i];
    return NULL;
}

/* `params:` with nothing, and the params in its own column below: they belong under it, and are no keys of the rule's.
 */
static void find_outdented(struct sz_loading *l, size_t first, bool *drops) {
    sz_diags *d = l->d;
    for (size_t i = first; i < d->n; i++) {
        struct place at = place_of(&d->v[i]);
        if (d->v[i].code != C_EMPTY || !at.src) continue;
        size_t indent = indent_of(sz_source_line(at.src, at.line));
        const sz_diag *key;
        uint32_t n = 0;
        while (at.line + n < at.src->n_lines && indent_of(sz_source_line(at.src, at.line + n + 1)) == indent &&
               (key = at_line(d, first, at.src, at.line + n + 1, C_KEY)) != NULL && key->hint &&
               strncmp(key->hint, "it has", 6) == 0) {
            drops[key - d->v] = true;
            n++;
        }
        if (n)
            sz_rules_hint_say(&d->v[i], "the lines below belong under it: put two more blanks before each",
                              "下面几行属于它：每行前面再加两个空格");
    }
}

void sz_rules_quieten(struct sz_loading *l, size_t first) {
    sz_diags *d = l->d;
    struct spoilt *v = SZ_NEWN(&l->tmp, struct spoilt, d->n + 1);
    bool *drops = SZ_NEWN(&l->tmp, bool, d->n + 1);
    size_t n = 0, kept = first;
    for (size_t i = first; i < d->n; i++) {
        if (d->v[i].code > Y_LAST || !d->v[i].span.src) continue;
        drops[i] = has_cause(d, first, &d->v[i], place_of(&d->v[i]));
        if (drops[i]) continue; /* and it spoils nothing: what it follows from stays */
        v[n] = (struct spoilt){.g = &d->v[i], .at = place_of(&d->v[i])};
        bool is_joined = d->v[i].code == Y_DUPLICATE && sz_str_is(text_of(&d->v[i]), "id");
        if (is_joined) find_joined(&v[n]);
        if (v[n].from)
            sz_rules_hint_say(&d->v[i], "a rule of its own begins with a dash:  - id: …",
                              "另一条规则要以短横开头：- id: …");
        n++;
    }
    for (size_t i = first; i < d->n; i++) {
        const sz_diag *g = &d->v[i];
        struct place at = place_of(g);
        if (!at.src) continue;
        for (size_t k = 0; k < n && !drops[i]; k++) drops[i] = is_spoilt_by(&v[k], g, at);
        drops[i] = drops[i] || is_unread(v, n, missing_name(g)) || is_misshapen(d, first, missing_name(g)) ||
                   is_refused(d, first, g) || uses_refused(d, first, g);
    }
    find_outdented(l, first, drops);
    for (size_t i = first; i < d->n; i++) {
        if (!drops[i]) d->v[kept++] = d->v[i];
        else if (d->v[i].severity == SZ_ERROR) d->n_errors--;
        else if (d->v[i].severity == SZ_WARNING) d->n_warnings--;
    }
    d->n = kept;
}
