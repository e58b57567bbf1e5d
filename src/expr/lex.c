/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of CEL. A character that is none gets a message that says what was probably meant.
 */
#include "parse.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_name(char c) { return is_name_start(c) || is_digit(c); }

static char at(const sz_parser *p, uint32_t i) { return i < p->text.n ? p->text.p[i] : '\0'; }

sz_str sz_token_text(const sz_parser *p, sz_token t) { return (sz_str){p->text.p + t.off, t.len}; }

/* What Chinese keyboards give in place of the characters of CEL. */
static const struct {
    uint32_t cp;
    const char *ascii;
} lookalikes[] = {
    {0xFF08, "("},  {0xFF09, ")"},  {0xFF0C, ","},  {0x3001, ","},  {0x3002, "."},  {0xFF0E, "."}, {0xFF1A, ":"},
    {0xFF1F, "?"},  {0xFF01, "!"},  {0xFF1D, "=="}, {0xFF1E, ">"},  {0xFF1C, "<"},  {0x300B, ">"}, {0x300A, "<"},
    {0x2265, ">="}, {0x2264, "<="}, {0x2267, ">="}, {0x2266, "<="}, {0x2260, "!="}, {0xFF0B, "+"}, {0xFF0D, "-"},
    {0x2212, "-"},  {0x2013, "-"},  {0x2014, "-"},  {0xFF0A, "*"},  {0x00D7, "*"},  {0xFF0F, "/"}, {0x00F7, "/"},
    {0xFF05, "%"},  {0xFF06, "&&"}, {0xFF5C, "||"}, {0x3010, "["},  {0x3011, "]"},  {0xFF3B, "["}, {0xFF3D, "]"},
    {0xFF5B, "{"},  {0xFF5D, "}"},  {0x201C, "\""}, {0x201D, "\""}, {0xFF02, "\""}, {0x2018, "'"}, {0x2019, "'"},
    {0xFF07, "'"},  {0x300C, "\""}, {0x300D, "\""}, {0xFF3F, "_"},  {0x3000, " "},  {0x00A0, " "},
};

static const char *lookalike(uint32_t cp) {
    for (size_t i = 0; i < sizeof lookalikes / sizeof *lookalikes; i++)
        if (lookalikes[i].cp == cp) return lookalikes[i].ascii;
    return NULL;
}

/* A character outside ASCII where a token should start. */
static void fail_wide(sz_parser *p, uint32_t off) {
    size_t len = 1;
    uint32_t cp = sz_utf8_next(p->text.p + off, p->text.n - off, &len);
    const char *ascii = lookalike(cp);
    if (ascii) {
        sz_parse_fail(p, off, (uint32_t)len, "`%.*s` is a full-width character or one that only looks like an operator",
                      "“%.*s”是全角字符，或者只是样子像运算符", (int)len, p->text.p + off);
        const char *en = *ascii == ' ' ? "write an ordinary space" : sz_arena_printf(p->arena, "write `%s`", ascii);
        const char *zh = *ascii == ' ' ? "请改用普通空格" : sz_arena_printf(p->arena, "请改用半角的 `%s`", ascii);
        sz_parse_hint(p, en, zh);
        return;
    }
    uint32_t end = off;
    while (end < p->text.n) {
        cp = sz_utf8_next(p->text.p + end, p->text.n - end, &len);
        if (cp < 0x80 || lookalike(cp)) break;
        end += (uint32_t)len;
    }
    sz_parse_fail(p, off, end - off, "names are made of ASCII letters, digits and `_`; `%.*s` is not",
                  "名称只能由英文字母、数字和下划线组成，“%.*s”不行", (int)(end - off), p->text.p + off);
    sz_parse_hint(p, "text stands in quotes", "文字要放在引号里");
}

static void fail_char(sz_parser *p, uint32_t off) {
    unsigned char c = (unsigned char)p->text.p[off];
    if (c >= 0x80) {
        fail_wide(p, off);
        return;
    }
    if (c < 0x20 || c == 0x7F) {
        sz_parse_fail(p, off, 1, "a control character (0x%02X) is not part of an expression",
                      "表达式里不能有控制字符（0x%02X）", c);
        return;
    }
    sz_parse_fail(p, off, 1, "`%c` is not part of an expression", "表达式里不能有“%c”", c);
    char next = at(p, off + 1);
    switch (c) {
    case '=':
        if (next == '>') sz_parse_hint(p, "at least is written `>=`", "“大于等于”写作 `>=`");
        else if (next == '<') sz_parse_hint(p, "at most is written `<=`", "“小于等于”写作 `<=`");
        else sz_parse_hint(p, "compare with `==`", "比较相等用 `==`");
        break;
    case '&': sz_parse_hint(p, "`and` is written `&&`", "“并且”写作 `&&`"); break;
    case '|': sz_parse_hint(p, "`or` is written `||`", "“或者”写作 `||`"); break;
    case '#': sz_parse_hint(p, "a comment starts with `//`", "注释以 `//` 开头"); break;
    case ';': sz_parse_hint(p, "join conditions with `&&` or `||`", "用 `&&` 或 `||` 连接条件"); break;
    default: break;
    }
}

static void skip_blank(sz_parser *p) {
    while (p->pos < p->text.n) {
        char c = p->text.p[p->pos];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            p->pos++;
        } else if (c == '/' && at(p, p->pos + 1) == '/') {
            while (p->pos < p->text.n && p->text.p[p->pos] != '\n') p->pos++; /* a \r alone ends no comment */
        } else {
            return;
        }
    }
}

static sz_token_kind lex_number(sz_parser *p, uint32_t off, uint32_t *end) {
    uint32_t i = off;
    sz_token_kind kind = SZ_T_INT;
    if (at(p, i) == '0' && at(p, i + 1) == 'x' &&
        is_hex(at(p, i + 2))) { /* 0X is no beginning of a number in the grammar */
        for (i += 2; is_hex(at(p, i)); i++)
            ;
    } else {
        for (; is_digit(at(p, i)); i++)
            ;
        if (at(p, i) == '.' && is_digit(at(p, i + 1))) {
            kind = SZ_T_DOUBLE;
            for (i++; is_digit(at(p, i)); i++)
                ;
        }
        uint32_t e = i + 1;
        if (at(p, i) == 'e' || at(p, i) == 'E') {
            if (at(p, e) == '+' || at(p, e) == '-') e++;
            if (is_digit(at(p, e))) {
                kind = SZ_T_DOUBLE;
                for (i = e; is_digit(at(p, i)); i++)
                    ;
            }
        }
    }
    if (kind == SZ_T_INT && (at(p, i) == 'u' || at(p, i) == 'U')) {
        kind = SZ_T_UINT;
        i++;
    }
    *end = i;
    if (!is_name_start(at(p, i))) return kind;
    uint32_t tail = i;
    while (is_name(at(p, tail))) tail++;
    sz_parse_fail(p, off, tail - off, "`%.*s` is neither a number nor a name", "“%.*s”既不是数字也不是名称",
                  (int)(tail - off), p->text.p + off);
    sz_parse_hint(p, "values with units (24h, 420 yuan) do not stand inside an expression; give them a name in params",
                  "带单位的值（24h、420 yuan）不能写在表达式里，请在 params 里给它起个名字");
    return SZ_T_END;
}

/* A string or bytes literal whose quote is at q. Only its end is found here; escapes are read by sz_parse_literal. */
static bool lex_string(sz_parser *p, uint32_t q, bool is_raw, uint32_t *end) {
    char quote = p->text.p[q];
    bool is_triple = at(p, q + 1) == quote && at(p, q + 2) == quote;
    uint32_t i = q + (is_triple ? 3 : 1);
    for (; i < p->text.n; i++) {
        char c = p->text.p[i];
        if (c == quote && (!is_triple || (at(p, i + 1) == quote && at(p, i + 2) == quote))) {
            *end = i + (is_triple ? 3 : 1);
            return true;
        }
        if (!is_triple && (c == '\n' || c == '\r')) break;
        if (c == '\\' && !is_raw) {
            char next = at(p, i + 1);
            if (is_triple || (next != '\n' && next != '\r')) i++;
        }
    }
    sz_parse_fail(p, q, is_triple ? 3 : 1, "the text that starts here has no closing %.*s",
                  "从这里开始的文字缺少结尾的 %.*s", is_triple ? 3 : 1, p->text.p + q);
    if (!is_triple && i < p->text.n)
        sz_parse_hint(p, "a text ends on its line; one over several lines stands in \"\"\" \"\"\"",
                      "文字要在本行内结束，跨行的文字用 \"\"\" \"\"\"");
    else
        sz_parse_hint(p, sz_arena_printf(p->arena, "write %.*s at its end too", is_triple ? 3 : 1, p->text.p + q),
                      sz_arena_printf(p->arena, "文字的末尾也要有 %.*s", is_triple ? 3 : 1, p->text.p + q));
    return false;
}

/* Length of the prefix r, b, br (any case) when a quote follows; UINT32_MAX when there is no string here. */
static uint32_t string_prefix(const sz_parser *p, uint32_t off, bool *is_bytes, bool *is_raw) {
    uint32_t i = off;
    *is_bytes = at(p, i) == 'b' || at(p, i) == 'B';
    if (*is_bytes) i++;
    *is_raw = at(p, i) == 'r' || at(p, i) == 'R';
    if (*is_raw) i++;
    return at(p, i) == '"' || at(p, i) == '\'' ? i - off : UINT32_MAX;
}

static bool lex_quoted(sz_parser *p, uint32_t off, uint32_t *end) {
    uint32_t i = off + 1;
    while (is_name(at(p, i)) || at(p, i) == '.' || at(p, i) == '-' || at(p, i) == '/' || at(p, i) == ' ') i++;
    if (at(p, i) == '`' && i > off + 1) {
        *end = i + 1;
        return true;
    }
    if (i >= p->text.n)
        sz_parse_fail(p, off, 1, "the name that starts here has no closing `", "从这里开始的名称缺少结尾的 `");
    else
        sz_parse_fail(p, i, 1, "a name in back quotes is made of letters, digits, `_`, `.`, `-`, `/` and spaces",
                      "反引号里的名称只能由字母、数字、“_”“.”“-”“/”和空格组成");
    return false;
}

static const struct {
    char text[3];
    uint8_t kind;
} operators[] = {
    /* two characters before one */
    {"||", SZ_T_OR},      {"&&", SZ_T_AND},     {"<=", SZ_T_LE},      {">=", SZ_T_GE},     {"==", SZ_T_EQ},
    {"!=", SZ_T_NE},      {"<", SZ_T_LT},       {">", SZ_T_GT},       {"!", SZ_T_NOT},     {".", SZ_T_DOT},
    {",", SZ_T_COMMA},    {":", SZ_T_COLON},    {"?", SZ_T_QUESTION}, {"(", SZ_T_LPAREN},  {")", SZ_T_RPAREN},
    {"[", SZ_T_LBRACKET}, {"]", SZ_T_RBRACKET}, {"{", SZ_T_LBRACE},   {"}", SZ_T_RBRACE},  {"+", SZ_T_PLUS},
    {"-", SZ_T_MINUS},    {"*", SZ_T_STAR},     {"/", SZ_T_SLASH},    {"%", SZ_T_PERCENT},
};

static sz_token_kind lex_name(sz_parser *p, uint32_t off, uint32_t *end) {
    uint32_t i = off;
    while (is_name(at(p, i))) i++;
    *end = i;
    sz_str s = {p->text.p + off, i - off};
    if (sz_str_is(s, "in")) return SZ_T_IN;
    if (sz_str_is(s, "true")) return SZ_T_TRUE;
    if (sz_str_is(s, "false")) return SZ_T_FALSE;
    return sz_str_is(s, "null") ? SZ_T_NULL : SZ_T_IDENT;
}

static sz_token_kind lex_token(sz_parser *p, uint32_t off, uint32_t *end) {
    char c = p->text.p[off];
    if (is_digit(c) || (c == '.' && is_digit(at(p, off + 1)))) return lex_number(p, off, end);
    bool is_bytes, is_raw;
    uint32_t prefix = string_prefix(p, off, &is_bytes, &is_raw);
    if (prefix != UINT32_MAX)
        return !lex_string(p, off + prefix, is_raw, end) ? SZ_T_END : is_bytes ? SZ_T_BYTES : SZ_T_STRING;
    if (is_name_start(c)) return lex_name(p, off, end);
    if (c == '`') return lex_quoted(p, off, end) ? SZ_T_QUOTED : SZ_T_END;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const char *t = operators[i].text;
        if (c == t[0] && (t[1] == '\0' || at(p, off + 1) == t[1])) {
            *end = off + (t[1] ? 2 : 1);
            return (sz_token_kind)operators[i].kind;
        }
    }
    fail_char(p, off);
    return SZ_T_END;
}

void sz_parse_next(sz_parser *p) {
    p->prev = p->cur;
    if (!p->failed) skip_blank(p);
    uint32_t off = p->pos, end = p->pos;
    sz_token_kind kind = SZ_T_END;
    if (!p->failed && off < p->text.n) kind = lex_token(p, off, &end);
    if (p->failed) kind = SZ_T_END;
    p->cur = (sz_token){kind, off, kind == SZ_T_END ? 0 : end - off};
    p->pos = end;
}
