/* SPDX-License-Identifier: Apache-2.0
 *
 * matches(): CEL means RE2 (no back references, no look-around, linear time); PCRE2 stands in for it. A pattern first
 * passes a check that lets through only what both read alike, and rewrites what has another name there (\s, \v), so
 * that a pattern is refused rather than read differently. Limits on PCRE2's steps keep the time bounded where
 * backtracking would not end.
 */
#include "cel_text.h"

#include <pcre2.h>

enum { MAX_PATTERN = 1000, MAX_REPEAT = 1000, MAX_GROUPS = 100 };

/* ---- the check --------------------------------------------------------------------------------------------------- */

typedef struct scan {
    sz_str s;
    size_t i;
    sz_buf *out;
    uint32_t depth;
    const char *en, *zh;
    size_t at; /* what is wrong, and where */
} scan;

static bool refuse(scan *x, size_t at, const char *en, const char *zh) {
    if (!x->en) {
        x->en = en;
        x->zh = zh;
        x->at = at;
    }
    return false;
}

/* Keep what was read since `from` as it is. */
static bool keep(scan *x, size_t from) {
    sz_buf_put(x->out, x->s.p + from, x->i - from);
    return true;
}

static char peek(const scan *x, size_t ahead) { return x->i + ahead < x->s.n ? x->s.p[x->i + ahead] : '\0'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* \p{Name} or \pN: the letter of a category, or a name that PCRE2 checks. */
static bool skip_property(scan *x) {
    x->i++;
    if (peek(x, 0) != '{') {
        if (!is_letter(peek(x, 0))) return refuse(x, x->i, "\\p wants a class of characters", "\\p 后面要写字符类别");
        x->i++;
        return true;
    }
    size_t open = x->i;
    for (x->i++; is_letter(peek(x, 0)) || peek(x, 0) == '_' || peek(x, 0) == '^'; x->i++)
        ;
    if (peek(x, 0) != '}') return refuse(x, open, "\\p{...} is not complete", "\\p{...} 不完整");
    x->i++;
    return true;
}

static bool skip_hex(scan *x) {
    size_t start = x->i;
    x->i++;
    if (peek(x, 0) == '{') {
        for (x->i++; is_digit(peek(x, 0)) || (is_letter(peek(x, 0)) && (peek(x, 0) | 0x20) <= 'f'); x->i++)
            ;
        if (peek(x, 0) != '}') return refuse(x, start, "\\x{...} is not complete", "\\x{...} 不完整");
        x->i++;
        return true;
    }
    for (int k = 0; k < 2; k++, x->i++)
        if (!is_digit(peek(x, 0)) && !(is_letter(peek(x, 0)) && (peek(x, 0) | 0x20) <= 'f'))
            return refuse(x, start, "\\x wants two digits", "\\x 后面要写两位十六进制数");
    return true;
}

/* Escapes that RE2 reads otherwise: \s has no vertical tab there, and \v is one. NULL: none of these. */
static const char *rewritten(char c, bool in_class) {
    switch (c) {
    case 's': return in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]";
    case 'S': return in_class ? "" : "[^\\t\\n\\f\\r ]";
    case 'v': return "\\x0B";
    default: return NULL;
    }
}

/* After a backslash. */
static bool skip_escape(scan *x, bool in_class) {
    size_t start = x->i++;
    char c = peek(x, 0);
    if (x->i >= x->s.n) return refuse(x, start, "the pattern ends with a backslash", "模式以反斜杠结尾");
    if (c == 'p' || c == 'P') return skip_property(x) && keep(x, start);
    if (c == 'x') return skip_hex(x) && keep(x, start);
    if (is_digit(c))
        return refuse(x, start, "back references and octal characters are not supported", "不支持反向引用和八进制字符");
    static const char both[] = "dDwWafnrt", outside[] = "AbBz";
    const char *other = rewritten(c, in_class);
    if (other && *other) {
        x->i++;
        sz_buf_put_z(x->out, other);
        return true;
    }
    if (other || (is_letter(c) && !strchr(both, c) && (in_class || !strchr(outside, c))))
        return refuse(x, start, "this escape is not one of RE2, or PCRE2 reads it differently",
                      "这个转义不属于 RE2，或者 PCRE2 的含义不同");
    size_t len = 1;
    sz_utf8_next(x->s.p + x->i, x->s.n - x->i, &len);
    x->i += len;
    return keep(x, start);
}

/* [:alpha:] in a class. */
static bool skip_posix(scan *x) {
    static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph",
                                        "lower", "print", "punct", "space", "upper", "word",  "xdigit"};
    size_t start = x->i;
    x->i += 2;
    if (peek(x, 0) == '^') x->i++;
    size_t name = x->i;
    while (is_letter(peek(x, 0))) x->i++;
    sz_str s = {x->s.p + name, x->i - name};
    if (peek(x, 0) != ':' || peek(x, 1) != ']') return refuse(x, start, "[:name:] is not complete", "[:名称:] 不完整");
    x->i += 2;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (sz_str_is(s, names[k])) return keep(x, start);
    return refuse(x, start, "there is no such class [:name:]", "没有这样的字符类 [:名称:]");
}

static bool skip_class(scan *x) {
    size_t start = x->i++;
    if (peek(x, 0) == '^') x->i++;
    if (peek(x, 0) == ']') x->i++; /* the first one stands for itself */
    keep(x, start);
    while (x->i < x->s.n && peek(x, 0) != ']') {
        size_t at = x->i;
        char c = peek(x, 0), next = peek(x, 1);
        if (c == '[' && (next == '.' || next == '='))
            return refuse(x, at, "[. and [= are not supported in a class", "字符类中不支持 [. 和 [=");
        if (c == '\\') {
            if (!skip_escape(x, true)) return false;
        } else if (c == '[' && next == ':') {
            if (!skip_posix(x)) return false;
        } else {
            x->i++;
            keep(x, at);
        }
    }
    if (x->i >= x->s.n) return refuse(x, start, "[ has no closing ]", "[ 缺少对应的 ]");
    x->i++;
    sz_buf_put_u8(x->out, ']');
    return true;
}

/* `(`, `(?:`, `(?i)`, `(?i:`, `(?P<name>` */
static bool skip_open(scan *x) {
    size_t start = x->i++;
    if (peek(x, 0) == '*') return refuse(x, start, "(*...) is not supported", "不支持 (*...)");
    if (peek(x, 0) == '?') {
        x->i++;
        if (peek(x, 0) == 'P' && peek(x, 1) == '<') x->i++;
        if (peek(x, 0) == '<' && peek(x, 1) != '=' && peek(x, 1) != '!') {
            for (x->i++; is_letter(peek(x, 0)) || is_digit(peek(x, 0)) || peek(x, 0) == '_'; x->i++)
                ;
            if (peek(x, 0) != '>') return refuse(x, start, "the name of a group is not complete", "分组名称不完整");
            x->i++;
        } else {
            while (peek(x, 0) == 'i' || peek(x, 0) == 'm' || peek(x, 0) == 's' || peek(x, 0) == 'U' ||
                   peek(x, 0) == '-')
                x->i++;
            if (peek(x, 0) == ')') { /* flags for the rest of the group */
                x->i++;
                return true;
            }
            if (peek(x, 0) != ':')
                return refuse(x, start, "look-around, atomic groups, conditions and recursion are not part of RE2",
                              "RE2 不支持环视、原子组、条件和递归");
            x->i++;
        }
    }
    if (++x->depth > MAX_GROUPS) return refuse(x, start, "too many groups within groups", "分组嵌套太深");
    return true;
}

/* {n}, {n,}, {n,m}; any other { is a character of its own for RE2. */
static bool skip_braces(scan *x, bool *is_repeat) {
    size_t start = x->i, k = x->i + 1;
    uint32_t bound[2] = {0, 0};
    int n = 0;
    size_t digits = 0;
    *is_repeat = false;
    for (; k < x->s.n; k++) {
        char c = x->s.p[k];
        if (is_digit(c)) {
            digits++;
            bound[n] = bound[n] > MAX_REPEAT ? bound[n] : bound[n] * 10 + (uint32_t)(c - '0');
        } else if (c == ',' && n == 0 && digits > 0) {
            n = 1;
        } else {
            break;
        }
    }
    if (k >= x->s.n || x->s.p[k] != '}' || digits == 0)
        return refuse(x, start, "{ starts no repetition here; write \\{ for the character",
                      "这里的 { 不是重复次数；要匹配花括号请写 \\{");
    if (bound[0] > MAX_REPEAT || bound[1] > MAX_REPEAT)
        return refuse(x, start, "a repetition counts at most to 1000", "重复次数最多 1000");
    x->i = k + 1;
    *is_repeat = true;
    return true;
}

/* After a repetition, `?` makes it lazy; `+` would make it possessive in PCRE2, and another repetition is an error to
 * RE2. */
static bool after_repeat(scan *x) {
    if (peek(x, 0) == '?') x->i++;
    char c = peek(x, 0);
    if (x->i < x->s.n && (c == '*' || c == '+' || c == '?'))
        return refuse(x, x->i, "a repetition is repeated", "重复符号后面又是重复符号");
    if (c == '{') {
        bool is_repeat;
        size_t at = x->i;
        if (!skip_braces(x, &is_repeat)) return false;
        if (is_repeat) return refuse(x, at, "a repetition is repeated", "重复符号后面又是重复符号");
    }
    return true;
}

static bool step(scan *x) {
    size_t start = x->i;
    bool is_repeat, ok = true;
    switch (peek(x, 0)) {
    case '\\': return skip_escape(x, false);
    case '[': return skip_class(x);
    case '(': ok = skip_open(x); break;
    case ')':
        if (x->depth == 0) return refuse(x, x->i, ") has no (", ") 缺少对应的 (");
        x->depth--;
        x->i++;
        break;
    case '*':
    case '+':
    case '?':
        x->i++;
        ok = after_repeat(x);
        break;
    case '{': ok = skip_braces(x, &is_repeat) && after_repeat(x); break;
    default: x->i++; break;
    }
    return ok && keep(x, start);
}

const char *sz_cel_regex_check(sz_str pattern, sz_buf *out, size_t *off, const char **zh) {
    scan x = {.s = pattern, .out = out};
    if (pattern.n > MAX_PATTERN) refuse(&x, 0, "the pattern is too long", "模式太长");
    while (!x.en && x.i < pattern.n) step(&x);
    *off = x.at;
    *zh = x.zh;
    return x.en;
}

/* ---- matching ---------------------------------------------------------------------------------------------------- */

void sz_cel_regex_fini(sz_cel *c) {
    pcre2_code_free(c->pattern);
    c->pattern = NULL;
}

static sz_cel_value fail_pattern(sz_cel *c, const char *en, const char *zh, size_t off) {
    const char *text = sz_arena_printf(c->arena, "%s (byte %zu of the pattern)", en, off);
    sz_cel_value v = sz_cel_fail(c, "%s", "%s", text);
    if (c->fatal) return v;
    sz_cel_error *e = sz_cel_alloc(c, sizeof *e);
    if (!e) return sz_cel_fatal(c);
    *e = *v.error;
    e->message_zh = sz_arena_printf(c->arena, "%s（模式的第 %zu 字节）", zh, off);
    v.error = e;
    return v;
}

/* Compile; NULL: *err is the error. */
static pcre2_code *compile(sz_cel *c, sz_str pattern, sz_cel_value *err) {
    static const uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX |
                                    PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP | PCRE2_NO_AUTO_CAPTURE;
    sz_buf text;
    sz_buf_init(&text);
    pcre2_code *code = NULL;
    size_t off = 0;
    const char *zh, *en = sz_cel_regex_check(pattern, &text, &off, &zh);
    if (en) {
        c->at = c->at->n > 1 ? c->at->args[1] : c->at;
        *err = fail_pattern(c, en, zh, off);
        goto out;
    }
    int number = 0;
    PCRE2_SIZE at = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context) pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    code = pcre2_compile((PCRE2_SPTR)(text.n ? (const char *)text.p : ""), text.n, options, &number, &at, context);
    pcre2_compile_context_free(context);
    if (!code) {
        char message[200] = "";
        pcre2_get_error_message(number, (PCRE2_UCHAR *)message, sizeof message);
        *err = sz_cel_fail(c, "the pattern is wrong: %s", "模式有误：%s", message);
    }
out:
    sz_buf_fini(&text);
    return code;
}

/* The last pattern is kept: in a macro it is the same for every element. */
static pcre2_code *pattern_of(sz_cel *c, sz_str pattern, sz_cel_value *err) {
    if (c->pattern && sz_str_eq(c->pattern_text, pattern)) return c->pattern;
    sz_cel_regex_fini(c);
    if (!sz_cel_charge(c, 100 + pattern.n * 10)) {
        *err = sz_cel_fatal(c);
        return NULL;
    }
    c->pattern = compile(c, pattern, err);
    c->pattern_text = pattern;
    return c->pattern;
}

static int match(pcre2_code *code, sz_str s) {
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    int n = PCRE2_ERROR_NOMEMORY;
    if (data && limits) {
        uint32_t limit = 10000 + (s.n > 10000000 ? 200000000 : (uint32_t)s.n * 20);
        pcre2_set_match_limit(limits, limit);
        pcre2_set_depth_limit(limits, limit);
        n = pcre2_match(code, (PCRE2_SPTR)(s.n ? s.p : ""), s.n, 0, PCRE2_NO_UTF_CHECK, data, limits);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    return n;
}

sz_cel_value sz_cel_matches(sz_cel *c, sz_str s, sz_str pattern) {
    sz_cel_value err = sz_cel_null();
    pcre2_code *code = pattern_of(c, pattern, &err);
    if (!code) return err;
    if (!sz_cel_charge(c, 200 + s.n / 4)) return sz_cel_fatal(c);
    int n = match(code, s);
    if (n < 0 && n != PCRE2_ERROR_NOMATCH)
        return sz_cel_fail(c, "the pattern takes too long on this text", "这个模式在该文字上耗时太长");
    return sz_cel_bool(n >= 0);
}
