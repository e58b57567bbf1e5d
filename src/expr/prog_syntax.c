/* SPDX-License-Identifier: Apache-2.0
 *
 * What analysts write that is no CEL, found in a text that did not parse: 50%, 420 yuan, 24h, 22:30, =, and, ＞＝, “…”, x in (a, b).
 * The text is read once, token by token; every pattern here is a syntax error wherever it stands, so all are told at once.
 */
#include "prog.h"

typedef enum lexeme { L_START, L_WORD, L_NUMBER, L_STRING, L_SIGN, L_WIDE, L_END } lexeme;

typedef struct piece {
    lexeme kind;
    uint32_t off, len;
} piece;

typedef struct scan {
    checker *c;
    sz_str t;
    piece prev, cur;
    uint32_t n_choices; /* open ?: */
    piece path, sign;   /* the last name with its points, and the comparison after it */
} scan;

static char at(const scan *s, uint32_t i) { return i < s->t.n ? s->t.p[i] : '\0'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_wide(char c) { return ((uint8_t)c & 0x80) != 0; }
static sz_str text_of(const scan *s, piece p) { return (sz_str){s->t.p + p.off, p.len}; }
static bool is_sign(const scan *s, piece p, const char *z) { return p.kind == L_SIGN && sz_str_is(text_of(s, p), z); }
static bool is_word(const scan *s, piece p, const char *z) { return p.kind == L_WORD && sz_str_is(text_of(s, p), z); }
static uint32_t end_of(piece p) { return p.off + p.len; }

static uint32_t string_end(const scan *s, uint32_t q) {
    char quote = at(s, q);
    bool triple = at(s, q + 1) == quote && at(s, q + 2) == quote;
    uint32_t i = q + (triple ? 3 : 1);
    for (; i < s->t.n; i++) {
        if (at(s, i) == '\\') i++;
        else if (at(s, i) == quote && (!triple || (at(s, i + 1) == quote && at(s, i + 2) == quote)))
            return i + (triple ? 3 : 1);
    }
    return (uint32_t)s->t.n;
}

static uint32_t number_end(const scan *s, uint32_t i) {
    while (is_digit(at(s, i)) || (at(s, i) == '.' && is_digit(at(s, i + 1)))) i++;
    return i;
}

static uint32_t sign_end(const scan *s, uint32_t i) {
    static const char *const signs[] = {"===", "!==", "<=>", "==", "!=", "<=", ">=",
                                        "&&",  "||",  "=>",  "=<", "<>", ":=", "**"};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        size_t n = strlen(signs[k]);
        if (s->t.n - i >= n && memcmp(s->t.p + i, signs[k], n) == 0) return i + (uint32_t)n;
    }
    return i + 1;
}

static piece read_piece(const scan *s, uint32_t i) {
    for (;; i++) {
        char c = at(s, i);
        if (c == '/' && at(s, i + 1) == '/')
            while (i < s->t.n && at(s, i) != '\n') i++;
        else if (i >= s->t.n || (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f')) break;
    }
    if (i >= s->t.n) return (piece){L_END, (uint32_t)s->t.n, 0};
    char c = at(s, i);
    uint32_t end = i + 1;
    if (c == '"' || c == '\'') return (piece){L_STRING, i, string_end(s, i) - i};
    if (is_digit(c)) return (piece){L_NUMBER, i, number_end(s, i) - i};
    if (is_letter(c)) {
        while (is_letter(at(s, end)) || is_digit(at(s, end))) end++;
        if (end - i <= 2 && (at(s, end) == '"' || at(s, end) == '\''))
            return (piece){L_STRING, i, string_end(s, end) - i}; /* r"…" */
        return (piece){L_WORD, i, end - i};
    }
    if (is_wide(c)) {
        while (is_wide(at(s, end))) end++;
        return (piece){L_WIDE, i, end - i};
    }
    return (piece){L_SIGN, i, sign_end(s, i) - i};
}

/* ---- values with units ----------------------------------------------------------------------------------------------- */

typedef enum measure { M_NONE, M_PERCENT, M_YUAN, M_CLASS_HOURS, M_TIME } measure;

static measure measure_of(sz_str w) {
    static const struct {
        const char *word;
        measure m;
    } words[] = {{"yuan", M_YUAN},
                 {"rmb", M_YUAN},
                 {"RMB", M_YUAN},
                 {"CNY", M_YUAN},
                 {"cny", M_YUAN},
                 {"元", M_YUAN},
                 {"块", M_YUAN},
                 {"class", M_CLASS_HOURS},
                 {"class_hours", M_CLASS_HOURS},
                 {"学时", M_CLASS_HOURS},
                 {"课时", M_CLASS_HOURS},
                 {"节", M_CLASS_HOURS},
                 {"percent", M_PERCENT},
                 {"％", M_PERCENT},
                 {"s", M_TIME},
                 {"m", M_TIME},
                 {"min", M_TIME},
                 {"h", M_TIME},
                 {"d", M_TIME},
                 {"w", M_TIME},
                 {"H", M_TIME},
                 {"D", M_TIME},
                 {"hour", M_TIME},
                 {"hours", M_TIME},
                 {"day", M_TIME},
                 {"days", M_TIME},
                 {"week", M_TIME},
                 {"weeks", M_TIME},
                 {"minutes", M_TIME},
                 {"小时", M_TIME},
                 {"天", M_TIME},
                 {"分钟", M_TIME},
                 {"周", M_TIME},
                 {"秒", M_TIME}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(w, words[i].word)) return words[i].m;
    return M_NONE;
}

static const char *time_letter(sz_str w) {
    static const struct {
        const char *first, *letter;
    } units[] = {{"小", "h"}, {"天", "d"}, {"分", "m"}, {"周", "w"}, {"秒", "s"}, {"h", "h"},
                 {"H", "h"},  {"d", "d"},  {"D", "d"},  {"w", "w"},  {"s", "s"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].first);
        if (w.n >= n && memcmp(w.p, units[i].first, n) == 0) return units[i].letter;
    }
    return "m";
}

/* `spend_habit.ratio < ` in front of the value, for the hint; a stand-in if something else is there. */
static const char *before(const scan *s, const char *stand_in) {
    if (s->path.len == 0 || s->sign.len == 0) return stand_in;
    return TXT(s->c, "%.*s %.*s", SZ_FMT_STR(text_of(s, s->path)), SZ_FMT_STR(text_of(s, s->sign)));
}

static void tell_unit(scan *s, piece num, measure m, sz_str unit, uint32_t end) {
    checker *c = s->c;
    sz_str v = text_of(s, num), whole = {s->t.p + num.off, end - num.off};
    sz_diag *g = prog_error(s->c, C_VALUE_UNIT, num.off, end - num.off, "`%.*s` is not an expression",
                            "`%.*s` 不是表达式", SZ_FMT_STR(whole));
    double d = 0;
    if (m == M_PERCENT && sz_str_double(v, &d)) {
        sz_buf b;
        sz_buf_init(&b);
        sz_json_double(&b, d / 100);
        sz_str share = sz_buf_str(&b);
        const char *left = before(s, "x <");
        prog_hint(c, g, "write %.*s, or name it:  params: {drop: %.*s%%}  and  %s drop",
                  "请写 %.*s，或起个名字：params: {drop: %.*s%%}，再写  %s drop", SZ_FMT_STR(share), SZ_FMT_STR(v),
                  left);
        sz_buf_fini(&b);
        return;
    }
    const char *left = before(s, "x >="), *param = TXT(c, "%.*s%s", SZ_FMT_STR(v),
                                                       m == M_TIME   ? time_letter(unit)
                                                       : m == M_YUAN ? " yuan"
                                                                     : " class-hours");
    if (m == M_TIME)
        prog_hint(c, g, "name it:  params: {limit: %s}  and  %s limit",
                  "请起个名字：params: {limit: %s}，再写  %s limit", param, left);
    else
        prog_hint(c, g, "write %.*s alone, or name it:  params: {limit: %s}  and  %s limit",
                  "只写 %.*s，或起个名字：params: {limit: %s}，再写  %s limit", SZ_FMT_STR(v), param, left);
}

/* After `50 %`: nothing that could be divided by follows. */
static bool ends_operand(const scan *s, piece p) {
    static const char *const signs[] = {")", "]",  ",", "?",  ":", "&&", "||", "&", "|", "==", "!=",
                                        "<", "<=", ">", ">=", "=", "+",  "*",  "/", "%", "}",  ";"};
    if (p.kind == L_END || is_word(s, p, "and") || is_word(s, p, "or") || is_word(s, p, "in") ||
        is_word(s, p, "AND") || is_word(s, p, "OR"))
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (is_sign(s, p, signs[i])) return true;
    return false;
}

/* A number in hand: what follows makes it a value with a unit, or a time of day. Returns how far it was dealt with. */
static uint32_t look_at_number(scan *s) {
    piece num = s->cur, next = read_piece(s, end_of(num));
    if (is_sign(s, next, "%") && ends_operand(s, read_piece(s, end_of(next)))) {
        tell_unit(s, num, M_PERCENT, (sz_str){0}, end_of(next));
        return end_of(next);
    }
    measure m = next.kind == L_WORD || next.kind == L_WIDE ? measure_of(text_of(s, next)) : M_NONE;
    if (m != M_NONE) {
        uint32_t end = end_of(next);
        if (is_word(s, next, "class") && at(s, end) == '-') end = end_of(read_piece(s, end + 1)); /* class-hours */
        tell_unit(s, num, m, text_of(s, next), end);
        return end;
    }
    if (s->n_choices == 0 && at(s, end_of(num)) == ':' && is_digit(at(s, end_of(num) + 1)) && num.len <= 2) {
        uint32_t end = number_end(s, end_of(num) + 1);
        sz_str clock = {s->t.p + num.off, end - num.off};
        sz_diag *g = prog_error(s->c, C_FORM, num.off, end - num.off, "`%.*s` is not an expression",
                                "`%.*s` 不是表达式", SZ_FMT_STR(clock));
        const char *zero = num.len == 1 ? "0" : "", *left = before(s, "event.clock >=");
        prog_hint(s->c, g, "a time of day stands in quotes:  %s \"%s%.*s\"", "钟点要加引号：%s \"%s%.*s\"", left,
                  zero, SZ_FMT_STR(clock));
        return end;
    }
    return end_of(num);
}

/* ---- operators of other languages ------------------------------------------------------------------------------------- */

static void tell_spelling(scan *s, piece p, const char *write) {
    sz_str t = text_of(s, p);
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, p.off, p.len, "`%.*s` is not an operator here", "这里没有运算符 `%.*s`",
                         SZ_FMT_STR(t)),
              "write %s", "请写 %s", write);
}

static bool is_operand_end(const scan *s, piece p) {
    return p.kind == L_WORD || p.kind == L_NUMBER || p.kind == L_STRING || is_sign(s, p, ")") || is_sign(s, p, "]");
}

static void look_at_sign(scan *s) {
    static const struct {
        const char *sign, *write;
    } wrong[] = {{"=", "=="},  {"===", "=="}, {"!==", "!="}, {"=>", ">="}, {"=<", "<="},
                 {"<>", "!="}, {":=", "=="},  {"&", "&&"},   {"|", "||"}};
    bool is_spaced =
        is_sign(s, s->cur, "=") && (is_sign(s, s->prev, "<") || is_sign(s, s->prev, ">") || is_sign(s, s->prev, "!"));
    if (is_spaced) {
        piece both = {L_SIGN, s->prev.off, end_of(s->cur) - s->prev.off};
        tell_spelling(s, both, TXT(s->c, "%.*s= without a space", SZ_FMT_STR(text_of(s, s->prev))));
        return;
    }
    piece name = read_piece(s, end_of(s->cur)), close = read_piece(s, end_of(name));
    if (is_sign(s, s->cur, "{") && name.kind == L_WORD && is_sign(s, close, "}")) {
        sz_str t = text_of(s, name);
        prog_hint(s->c,
                  prog_error(s->c, C_SPELLING, s->cur.off, end_of(close) - s->cur.off,
                             "names stand here without braces", "这里的名称不加花括号"),
                  "write %.*s", "请写 %.*s", SZ_FMT_STR(t));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (is_sign(s, s->cur, wrong[i].sign)) tell_spelling(s, s->cur, wrong[i].write);
    if (is_sign(s, s->cur, "?")) s->n_choices++;
    if (is_sign(s, s->cur, ":") && s->n_choices > 0) s->n_choices--;
}

/* `x in (1, 2)`: true and the end of the parenthesis if there is a comma in it. */
static bool list_in_parens(const scan *s, piece open, uint32_t *end) {
    bool has_comma = false;
    int depth = 0;
    for (piece p = open; p.kind != L_END; p = read_piece(s, end_of(p))) {
        if (is_sign(s, p, "(")) depth++;
        if (is_sign(s, p, ",") && depth == 1) has_comma = true;
        if (is_sign(s, p, ")") && --depth == 0) {
            *end = end_of(p);
            return has_comma;
        }
    }
    return false;
}

static void look_at_in(scan *s) {
    uint32_t end = 0;
    piece open = read_piece(s, end_of(s->cur));
    if (!is_sign(s, open, "(") || !list_in_parens(s, open, &end)) return;
    sz_str inner = {s->t.p + open.off + 1, end - open.off - 2};
    prog_hint(s->c, prog_error(s->c, C_LIST, open.off, end - open.off, "a list stands in brackets", "列表用方括号"),
              "write  in [%.*s]", "请写  in [%.*s]", SZ_FMT_STR(inner));
}

static void look_at_word(scan *s) {
    static const struct {
        const char *word, *write;
    } infix[] = {{"and", "&&"}, {"AND", "&&"}, {"And", "&&"}, {"or", "||"}, {"OR", "||"}, {"Or", "||"},
                 {"is", "=="},  {"IS", "=="},  {"mod", "%"},  {"eq", "=="}, {"ne", "!="}};
    static const char *const methods[] = {"contains", "startsWith", "endsWith"};
    piece next = read_piece(s, end_of(s->cur));
    bool is_infix = is_operand_end(s, s->prev);
    if (is_word(s, s->cur, "in")) look_at_in(s);
    for (size_t i = 0; is_infix && i < sizeof infix / sizeof *infix; i++)
        if (is_word(s, s->cur, infix[i].word)) tell_spelling(s, s->cur, infix[i].write);
    for (size_t i = 0; is_infix && i < sizeof methods / sizeof *methods; i++)
        if (is_word(s, s->cur, methods[i])) tell_spelling(s, s->cur, TXT(s->c, "x.%s(\"…\")", methods[i]));
    if (!is_word(s, s->cur, "not") && !is_word(s, s->cur, "NOT")) return;
    if (is_infix && is_word(s, next, "in")) tell_spelling(s, s->cur, "!(x in […])");
    else if (!is_infix && (next.kind == L_WORD || is_sign(s, next, "!"))) tell_spelling(s, s->cur, "!");
}

/* ---- what a Chinese keyboard gives --------------------------------------------------------------------------------------- */

static const char *ascii_of(uint32_t cp) {
    static const struct {
        uint32_t cp;
        const char *ascii;
    } signs[] = {{0x2265, ">="}, {0x2267, ">="}, {0x2264, "<="}, {0x2266, "<="}, {0x2260, "!="}, {0x00D7, "*"},
                 {0x00F7, "/"},  {0x2212, "-"},  {0x2013, "-"},  {0x2014, "-"},  {0x3001, ","},  {0x3002, "."},
                 {0x3010, "["},  {0x3011, "]"},  {0x300A, "<"},  {0x300B, ">"},  {0x3000, " "},  {0x00A0, " "},
                 {0x2227, "&&"}, {0x2228, "||"}, {0x00AC, "!"},  {0x2208, "in"}, {0xFF06, "&&"}, {0xFF5C, "||"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].cp == cp) return signs[i].ascii;
    return NULL;
}

static bool is_quote(uint32_t cp) {
    return cp == 0x201C || cp == 0x201D || cp == 0x2018 || cp == 0x2019 || cp == 0xFF02 || cp == 0xFF07 ||
           cp == 0x300C || cp == 0x300D;
}

static bool is_form(uint32_t cp) { return cp >= 0xFF01 && cp <= 0xFF5E; }

/* A text in “…”: from the first quote to the one that closes it. */
static uint32_t tell_quotes(scan *s, uint32_t off) {
    size_t len = 0;
    sz_utf8_next(s->t.p + off, s->t.n - off, &len);
    uint32_t from = off + (uint32_t)len, i = from;
    while (i < s->t.n) {
        if (is_quote(sz_utf8_next(s->t.p + i, s->t.n - i, &len)) || at(s, i) == '"') break;
        i += (uint32_t)len;
    }
    uint32_t end = i < s->t.n ? i + (uint32_t)len : i;
    sz_str inner = {s->t.p + from, i - from};
    prog_hint(s->c, prog_error(s->c, C_WIDE, off, end - off, "these are not the quotes of CEL", "这不是 CEL 的引号"),
              "write \"%.*s\"", "请用半角引号 \"%.*s\"", SZ_FMT_STR(inner));
    return end;
}

/* 且, 大于: an operator in words. */
static bool tell_chinese_word(scan *s, piece run) {
    static const struct {
        const char *word, *write;
    } words[] = {{"且", "&&"},
                 {"并且", "&&"},
                 {"而且", "&&"},
                 {"和", "&&"},
                 {"与", "&&"},
                 {"或", "||"},
                 {"或者", "||"},
                 {"非", "!"},
                 {"不是", "!="},
                 {"是", "=="},
                 {"等于", "=="},
                 {"不等于", "!="},
                 {"大于", ">"},
                 {"小于", "<"},
                 {"大于等于", ">="},
                 {"不小于", ">="},
                 {"小于等于", "<="},
                 {"不大于", "<="},
                 {"包含", "x.contains(\"…\")"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!sz_str_is(text_of(s, run), words[i].word)) continue;
        tell_spelling(s, run, words[i].write);
        return true;
    }
    return false;
}

/* A run of full-width signs, or of other characters outside ASCII, from cur.off. */
static uint32_t look_at_wide(scan *s) {
    uint32_t off = s->cur.off, i = off;
    size_t len = 0;
    uint32_t cp = sz_utf8_next(s->t.p + off, s->t.n - off, &len);
    if (is_quote(cp)) return tell_quotes(s, off);
    bool is_signs = is_form(cp) || ascii_of(cp), is_blank = true;
    const char *plain = "";
    while (i < s->t.n && is_wide(at(s, i))) {
        cp = sz_utf8_next(s->t.p + i, s->t.n - i, &len);
        if (is_quote(cp) || (is_form(cp) || ascii_of(cp)) != is_signs) break;
        if (is_signs)
            plain =
                ascii_of(cp) ? TXT(s->c, "%s%s", plain, ascii_of(cp)) : TXT(s->c, "%s%c", plain, (char)(cp - 0xFEE0));
        is_blank = is_blank && ascii_of(cp) && *ascii_of(cp) == ' ';
        i += (uint32_t)len;
    }
    if (is_signs && !is_blank && at(s, i) == '=') {
        plain = TXT(s->c, "%s=", plain);
        i++;
    }
    sz_str run = {s->t.p + off, i - off};
    if (is_signs && is_blank) {
        prog_hint(s->c, prog_error(s->c, C_WIDE, off, i - off, "this space is a full-width one", "这里是全角空格"),
                  "write an ordinary space", "请改用半角空格");
    } else if (is_signs) {
        if (strcmp(plain, "=") == 0) plain = "==";
        if (plain[0] == '&' || plain[0] == '|') plain = plain[0] == '&' ? "&&" : "||";
        prog_hint(s->c,
                  prog_error(s->c, C_WIDE, off, i - off, "`%.*s` is full-width", "`%.*s` 是全角符号",
                             SZ_FMT_STR(run)),
                  "write %s", "请用半角 %s", plain);
    } else if (!tell_chinese_word(s, (piece){L_WIDE, off, i - off})) {
        while (is_letter(at(s, i)) || is_digit(at(s, i))) i++;
        run.n = i - off;
        prog_hint(s->c,
                  prog_error(s->c, C_WIDE, off, i - off, "`%.*s` is not a name: names have letters a-z, digits and _",
                             "`%.*s` 不是名称：名称只有英文字母、数字和 _", SZ_FMT_STR(run)),
                  "text stands in quotes:  \"%.*s\"", "文本要加引号：\"%.*s\"", SZ_FMT_STR(run));
    }
    return i;
}

/* ---- the walk -------------------------------------------------------------------------------------------------------------- */

static void remember(scan *s) {
    bool is_compare = is_sign(s, s->cur, "<") || is_sign(s, s->cur, "<=") || is_sign(s, s->cur, ">") ||
                      is_sign(s, s->cur, ">=") || is_sign(s, s->cur, "==") || is_sign(s, s->cur, "!=");
    if (is_compare && s->path.len) {
        s->sign = s->cur;
    } else if (s->cur.kind == L_WORD && is_sign(s, s->prev, ".") && s->path.len && end_of(s->path) == s->prev.off) {
        s->path.len = end_of(s->cur) - s->path.off;
    } else if (s->cur.kind == L_WORD) {
        s->path = s->cur;
        s->sign = (piece){0};
    } else if (!is_sign(s, s->cur, ".")) {
        s->path = s->sign = (piece){0};
    }
}

bool prog_explain_syntax(checker *c, uint32_t off) {
    scan s = {.c = c, .t = c->text};
    s.cur = read_piece(&s, 0);
    while (s.cur.kind != L_END) {
        uint32_t next = end_of(s.cur);
        if (s.cur.kind == L_NUMBER) next = look_at_number(&s);
        else if (s.cur.kind == L_SIGN) look_at_sign(&s);
        else if (s.cur.kind == L_WORD) look_at_word(&s);
        else if (s.cur.kind == L_WIDE) next = look_at_wide(&s);
        remember(&s);
        s.prev = s.cur;
        if (s.cur.kind == L_WIDE) s.prev.kind = L_WORD; /* an operand, for what follows */
        s.cur = read_piece(&s, next);
    }
    return c->n_errors > 0 && c->first <= off;
}
