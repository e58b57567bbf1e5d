/* SPDX-License-Identifier: Apache-2.0
 *
 * Patterns: from text to a tree, from the tree to states (Thompson 1968), built from the end backwards.
 */
#include "prog_pattern.h"

#include <string.h>

typedef enum node_kind { N_EMPTY, N_SET, N_CAT, N_ALT, N_REPEAT, N_ASSERT } node_kind;

typedef struct node {
    node_kind kind;
    uint8_t assert;            /* N_ASSERT: state_kind */
    set chars;                 /* N_SET */
    uint32_t min, max;         /* N_REPEAT; UINT32_MAX: no end */
    struct node *first, *next; /* N_CAT, N_ALT: the last part first; N_REPEAT: one */
} node;

typedef struct parser {
    sz_arena *a, *tmp;
    sz_str t;
    size_t i;
    uint32_t depth;
    pattern_error *err;
} parser;

static const range digits[] = {{'0', '9'}}, words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const range spaces[] = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}; /* RE2's \s: no \v */
static const range newline[] = {{'\n', '\n'}};

static char at(const parser *p, size_t ahead) { return p->i + ahead < p->t.n ? p->t.p[p->i + ahead] : '\0'; }
static bool is_end(const parser *p) { return p->i >= p->t.n; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_sign(char c) { return c > ' ' && c < 0x7f && !is_digit(c) && ((c | 0x20) < 'a' || (c | 0x20) > 'z'); }

static void *refuse(parser *p, size_t off, const char *en, const char *zh) {
    if (!p->err->en) *p->err = (pattern_error){off, en, zh};
    return NULL;
}

static node *new_node(parser *p, node_kind kind) {
    node *n = SZ_NEW(p->tmp, node);
    n->kind = kind;
    return n;
}

/* ---- characters --------------------------------------------------------------------------------------------- */

/* \d and the like; false: c is none of them. */
static bool known_set(char c, set *out) {
    switch (c) {
    case 'd':
    case 'D': *out = (set){digits, 1, c == 'D'}; return true;
    case 'w':
    case 'W': *out = (set){words, 4, c == 'W'}; return true;
    case 's':
    case 'S': *out = (set){spaces, 3, c == 'S'}; return true;
    default: return false;
    }
}

static int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* \x41, \x{4e00}: after the x. */
static bool read_hex(parser *p, size_t start, uint32_t *out) {
    uint32_t v = 0, n = 0;
    bool braced = at(p, 0) == '{';
    if (braced) p->i++;
    for (; hex_digit(at(p, 0)) >= 0 && n < (braced ? 6 : 2); n++, p->i++) v = v * 16 + (uint32_t)hex_digit(at(p, 0));
    bool good = braced ? n > 0 && at(p, 0) == '}' : n == 2;
    if (braced) p->i++;
    if (!good || v > 0x10ffff) {
        refuse(p, start, "\\x is followed by two hex digits, or by some in braces",
               "\\x 后面是两位十六进制数，或花括号里的十六进制数");
        return false;
    }
    *out = v;
    return true;
}

/* A character after a backslash, which is consumed. */
static bool read_escape(parser *p, uint32_t *out) {
    static const char letters[] = "tnrfva", values[] = "\t\n\r\f\v\a";
    size_t start = p->i - 1;
    char c = at(p, 0);
    const char *known = c ? strchr(letters, c) : NULL;
    p->i++;
    if (known) {
        *out = (uint32_t)values[known - letters];
        return true;
    }
    if (c == 'x') return read_hex(p, start, out);
    if (is_sign(c)) {
        *out = (uint32_t)c;
        return true;
    }
    refuse(p, start, "rules do not know this escape", "规则里没有这个转义");
    return false;
}

static bool read_char(parser *p, uint32_t *out) {
    if (at(p, 0) == '\\') {
        p->i++;
        return read_escape(p, out);
    }
    size_t len = 1;
    *out = sz_utf8_next(p->t.p + p->i, p->t.n - p->i, &len);
    p->i += len;
    return true;
}

static set one(parser *p, uint32_t c) {
    range *r = SZ_NEW(p->a, range);
    *r = (range){c, c};
    return (set){r, 1, false};
}

/* ---- [...] -------------------------------------------------------------------------------------------------- */

typedef struct ranges {
    range *v;
    uint32_t n, cap;
} ranges;

static void add(parser *p, ranges *r, uint32_t lo, uint32_t hi) {
    if (lo > hi) return;
    if (r->n == r->cap) {
        range *more = SZ_NEWN(p->a, range, r->cap * 2 + 8);
        if (r->n) memcpy(more, r->v, r->n * sizeof *more);
        r->v = more;
        r->cap = r->cap * 2 + 8;
    }
    r->v[r->n++] = (range){lo, hi};
}

/* \d, or \D as what is between: the known sets are ascending. */
static void add_set(parser *p, ranges *r, set s) {
    uint32_t from = 0;
    for (uint32_t k = 0; k < s.n; k++) {
        if (!s.negated) add(p, r, s.v[k].lo, s.v[k].hi);
        else if (s.v[k].lo > 0) add(p, r, from, s.v[k].lo - 1);
        from = s.v[k].hi + 1;
    }
    if (s.negated) add(p, r, from, 0x10ffff);
}

static bool read_range(parser *p, ranges *r) {
    size_t start = p->i;
    uint32_t lo, hi;
    set s;
    if (at(p, 0) == '[' && at(p, 1) == ':') {
        refuse(p, start, "patterns in rules have no [:classes:]; write for example a-z",
               "规则里的模式没有 [:类别:]，请写 a-z 这样");
        return false;
    }
    if (at(p, 0) == '\\' && known_set(at(p, 1), &s)) {
        p->i += 2;
        add_set(p, r, s);
        return true;
    }
    if (!read_char(p, &lo)) return false;
    hi = lo;
    if (at(p, 0) == '-' && at(p, 1) != ']' && p->i + 1 < p->t.n) {
        p->i++;
        if (!read_char(p, &hi)) return false;
    }
    if (hi < lo) {
        refuse(p, start, "this range runs backwards", "这个范围前后颠倒了");
        return false;
    }
    add(p, r, lo, hi);
    return true;
}

static node *parse_class(parser *p) {
    size_t open = p->i++;
    ranges r = {0};
    bool negated = at(p, 0) == '^';
    if (negated) p->i++;
    for (bool is_first = true; is_end(p) || at(p, 0) != ']' || is_first; is_first = false) {
        if (is_end(p)) return refuse(p, open, "this [ is never closed", "这个 [ 没有配对");
        if (!read_range(p, &r)) return NULL;
    }
    p->i++;
    node *n = new_node(p, N_SET);
    n->chars = (set){r.v, r.n, negated};
    return n;
}

/* ---- the grammar -------------------------------------------------------------------------------------------- */

static node *parse_alternatives(parser *p);

static node *parse_group(parser *p) {
    size_t open = p->i++;
    if (at(p, 0) == '?') {
        if (at(p, 1) != ':')
            return refuse(p, open, "rules know no flags, names or look-around", "规则里没有标志、命名和环视");
        p->i += 2;
    }
    if (++p->depth > PATTERN_DEPTH) return refuse(p, open, "the pattern is nested too deep", "模式嵌套太深");
    node *n = parse_alternatives(p);
    p->depth--;
    if (!n) return NULL;
    if (at(p, 0) != ')' || is_end(p)) return refuse(p, open, "this ( is never closed", "这个 ( 没有配对");
    p->i++;
    return n;
}

static node *one_node(parser *p, uint32_t c) {
    node *n = new_node(p, N_SET);
    n->chars = one(p, c);
    return n;
}

static node *assertion(parser *p, state_kind kind, size_t len) {
    node *n = new_node(p, N_ASSERT);
    n->assert = (uint8_t)kind;
    p->i += len;
    return n;
}

static node *parse_backslash(parser *p) {
    char c = at(p, 1);
    node *n = new_node(p, N_SET);
    uint32_t v;
    switch (c) {
    case 'b': return assertion(p, S_WORD, 2);
    case 'B': return assertion(p, S_NOT_WORD, 2);
    case 'A': return assertion(p, S_BEGIN, 2);
    case 'z': return assertion(p, S_END, 2);
    default: break;
    }
    if (known_set(c, &n->chars)) {
        p->i += 2;
        return n;
    }
    return read_char(p, &v) ? one_node(p, v) : NULL;
}

/* {2}, {2,}, {2,5}: its length and bounds; 0: a brace that stands for itself. */
static size_t read_bounds(const parser *p, uint32_t *min, uint32_t *max) {
    size_t i = 1;
    uint32_t v[2] = {0, 0};
    int k = 0;
    if (!is_digit(at(p, 1))) return 0;
    for (;; i++) {
        char c = at(p, i);
        if (is_digit(c) && v[k] <= PATTERN_REPEAT) v[k] = v[k] * 10 + (uint32_t)(c - '0');
        else if (c == ',' && k == 0) k = 1;
        else if (!is_digit(c)) break;
    }
    if (at(p, i) != '}') return 0;
    *min = v[0];
    *max = k == 0 ? v[0] : at(p, i - 1) == ',' ? UINT32_MAX : v[1];
    return i + 1;
}

static node *parse_atom(parser *p) {
    node *n;
    uint32_t c;
    switch (at(p, 0)) {
    case '(': return parse_group(p);
    case '[': return parse_class(p);
    case '^': return assertion(p, S_BEGIN, 1);
    case '$': return assertion(p, S_END, 1);
    case '\\': return parse_backslash(p);
    case '*':
    case '+':
    case '?': return refuse(p, p->i, "nothing stands before it to repeat", "前面没有可重复的内容");
    case '{':
        if (read_bounds(p, &c, &c))
            return refuse(p, p->i, "nothing stands before it to repeat", "前面没有可重复的内容");
        return read_char(p, &c) ? one_node(p, c) : NULL;
    case '.':
        p->i++;
        n = new_node(p, N_SET);
        n->chars = (set){newline, 1, true};
        return n;
    default: return read_char(p, &c) ? one_node(p, c) : NULL;
    }
}

static node *parse_repeat(parser *p, node *n) {
    size_t start = p->i;
    uint32_t min = 0, max = UINT32_MAX;
    size_t len = 1;
    switch (at(p, 0)) {
    case '*': break;
    case '+': min = 1; break;
    case '?': max = 1; break;
    case '{':
        len = read_bounds(p, &min, &max);
        if (len == 0) return n;
        break;
    default: return n;
    }
    p->i += len;
    if (at(p, 0) == '?') p->i++; /* lazy: matches the same texts */
    if (min > PATTERN_REPEAT || (max != UINT32_MAX && (max > PATTERN_REPEAT || max < min)))
        return refuse(p, start, "these bounds are not sensible", "重复次数不合理");
    uint32_t a, b;
    if (at(p, 0) == '*' || at(p, 0) == '+' || at(p, 0) == '?' || (at(p, 0) == '{' && read_bounds(p, &a, &b)))
        return refuse(p, p->i, "one repetition follows another", "重复符号不能连用");
    node *r = new_node(p, N_REPEAT);
    r->min = min;
    r->max = max;
    r->first = n;
    return r;
}

static void push(node *list, node *n) {
    n->next = list->first;
    list->first = n;
}

static node *parse_sequence(parser *p) {
    node *cat = new_node(p, N_CAT);
    while (!is_end(p) && at(p, 0) != '|' && at(p, 0) != ')') {
        node *n = parse_atom(p);
        if (n) n = parse_repeat(p, n);
        if (!n) return NULL;
        push(cat, n);
    }
    return cat;
}

static node *parse_alternatives(parser *p) {
    node *alt = new_node(p, N_ALT);
    for (;;) {
        node *n = parse_sequence(p);
        if (!n) return NULL;
        push(alt, n);
        if (is_end(p) || at(p, 0) != '|') return alt;
        p->i++;
    }
}

/* ---- states ------------------------------------------------------------------------------------------------- */

typedef struct builder {
    state *v;
    uint32_t n, work; /* work: also what adds no state is counted */
} builder;

static uint16_t new_state(builder *b, state s) {
    if (b->n == PATTERN_STATES) return 0; /* told at the end */
    b->v[b->n] = s;
    return (uint16_t)b->n++;
}

static uint16_t split(builder *b, uint16_t out, uint16_t out2) {
    return new_state(b, (state){.kind = S_SPLIT, .out = out, .out2 = out2});
}

/* States that match n and go on to next; the first of them. */
static uint16_t build(builder *b, const node *n, uint16_t next) {
    uint16_t start = next, loop;
    if (++b->work > 64 * PATTERN_STATES) b->n = PATTERN_STATES;
    if (b->n == PATTERN_STATES) return 0;
    switch (n->kind) {
    case N_EMPTY: return next;
    case N_SET: return new_state(b, (state){.kind = S_SET, .out = next, .chars = n->chars});
    case N_ASSERT: return new_state(b, (state){.kind = n->assert, .out = next});
    case N_CAT:
        for (const node *k = n->first; k; k = k->next) start = build(b, k, start);
        return start;
    case N_ALT:
        start = build(b, n->first, next);
        for (const node *k = n->first->next; k; k = k->next) start = split(b, build(b, k, next), start);
        return start;
    case N_REPEAT:
        if (n->max == UINT32_MAX) {
            start = loop = split(b, 0, next);
            uint16_t body = build(b, n->first, loop);
            b->v[loop].out = body;
        } else {
            for (uint32_t k = n->min; k < n->max && b->n < PATTERN_STATES; k++)
                start = split(b, build(b, n->first, start), next);
        }
        for (uint32_t k = 0; k < n->min && b->n < PATTERN_STATES; k++) start = build(b, n->first, start);
        return start;
    }
    return next;
}

const pattern *prog_pattern(sz_arena *a, sz_arena *tmp, sz_str text, pattern_error *err) {
    parser p = {.a = a, .tmp = tmp, .t = text, .err = err};
    *err = (pattern_error){0};
    const node *root = parse_alternatives(&p);
    if (!root) return NULL;
    if (!is_end(&p)) return refuse(&p, p.i, "this ) closes nothing", "这个 ) 没有配对");
    builder b = {.v = SZ_NEWN(tmp, state, PATTERN_STATES)};
    uint16_t match = new_state(&b, (state){.kind = S_MATCH});
    uint16_t start = build(&b, root, match);
    if (b.n == PATTERN_STATES) return refuse(&p, 0, "the pattern is too large", "模式太大");
    state *states = SZ_NEWN(a, state, b.n);
    memcpy(states, b.v, b.n * sizeof *states);
    pattern *out = SZ_NEW(a, pattern);
    *out = (pattern){states, b.n, start};
    return out;
}
