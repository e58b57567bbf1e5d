/* SPDX-License-Identifier: Apache-2.0
 *
 * What analysts write that is no CEL, found in a text that did not parse: 50%, 420 yuan, 24h, 22:30, =, and, ＞＝,
 * “…”, x in (a, b). The text is read once, token by token; every pattern here is a syntax error wherever it
 * stands, so all are told at once.
 */
#include "prog_syntax.h"

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

uint32_t prog_number_end(const scan *s, uint32_t i) {
    while (is_digit(at(s, i)) || (at(s, i) == '.' && is_digit(at(s, i + 1)))) i++;
    return i;
}

static uint32_t sign_end(const scan *s, uint32_t i) {
    static const char *const signs[] = {
        "===", "!==", "<=>", "=!", "><", "=~", "==", "!=", "<=", ">=", "&&", "||", "=>", "=<", "<>", ":=", "**", ".."};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        size_t n = strlen(signs[k]);
        if (s->t.n - i >= n && memcmp(s->t.p + i, signs[k], n) == 0) return i + (uint32_t)n;
    }
    return i + 1;
}

piece prog_piece(const scan *s, uint32_t i) {
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
    if (is_digit(c)) return (piece){L_NUMBER, i, prog_number_end(s, i) - i};
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

/* ---- operators of other languages --------------------------------------------------------------------------- */

static bool is_comparison(sz_str t) {
    static const char *const signs[] = {"<", "<=", ">", ">=", "==", "!="};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (sz_str_is(t, signs[i])) return true;
    return false;
}

void prog_note_sign(scan *s, const char *write) {
    if (!is_comparison(sz_str_of(write))) return;
    s->told = write;
    s->was_told = true;
}

void prog_note_joint(joint_list *all, joint j) {
    uint32_t i = all->n;
    if (i == sizeof all->v / sizeof *all->v) {
        all->is_odd = true;
        return;
    }
    for (; i > 0 && all->v[i - 1].off > j.off; i--) all->v[i] = all->v[i - 1];
    all->v[i] = j;
    all->n++;
}

void prog_meet_joint(scan *s, uint32_t off, uint32_t end, bool is_or) {
    s->is_joint = true;
    if (s->n_open == 0) prog_note_joint(s->joints, (joint){off, end, is_or});
}

static bool joins(const char *sign) { return strcmp(sign, "&&") == 0 || strcmp(sign, "||") == 0; }

void prog_tell_spelling(scan *s, piece p, const char *write) {
    sz_str t = text_of(s, p);
    prog_note_sign(s, write);
    if (joins(write)) prog_meet_joint(s, p.off, end_of(p), *write == '|');
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, p.off, p.len, "`%.*s` is not an operator here", "这里没有运算符 `%.*s`",
                         SZ_FMT_STR(t)),
              "write %s", "请写 %s", write);
}

bool prog_is_operand_end(const scan *s, piece p) {
    return p.kind == L_WORD || p.kind == L_NUMBER || p.kind == L_STRING || is_sign(s, p, ")") || is_sign(s, p, "]");
}

void prog_tell_join(scan *s, uint32_t off, uint32_t end) {
    sz_str sign = {s->t.p + off, end - off};
    prog_meet_joint(s, off, end, false);
    if (prog_piece(s, end).kind == L_END)
        prog_set_hint(prog_error(s->c, C_SPELLING, off, end - off, "an expression does not end with `%.*s`",
                                 "表达式末尾不写 `%.*s`", SZ_FMT_STR(sign)),
                      "leave it out", "请去掉它");
    else
        prog_set_hint(prog_error(s->c, C_SPELLING, off, end - off, "`%.*s` joins no conditions", "`%.*s` 不能连接条件",
                                 SZ_FMT_STR(sign)),
                      "write && where both must hold, || where one is enough",
                      "两个都要满足请写 &&，满足一个即可请写 ||");
}

static void look_at_sign(scan *s) {
    static const struct {
        const char *sign, *write;
    } wrong[] = {{"=", "=="},  {"===", "=="}, {"!==", "!="}, {"=>", ">="}, {"=<", "<="}, {"<>", "!="},
                 {":=", "=="}, {"&", "&&"},   {"|", "||"},   {"=!", "!="}, {"><", "!="}};
    bool is_spaced =
        is_sign(s, s->cur, "=") && (is_sign(s, s->prev, "<") || is_sign(s, s->prev, ">") || is_sign(s, s->prev, "!"));
    if (is_spaced) {
        piece both = {L_SIGN, s->prev.off, end_of(s->cur) - s->prev.off};
        sz_str sign = text_of(s, s->prev);
        prog_note_sign(s, TXT(s->c, "%.*s=", SZ_FMT_STR(sign)));
        prog_hint(s->c,
                  prog_error(s->c, C_SPELLING, both.off, both.len, "`%.*s` is not an operator here",
                             "这里没有运算符 `%.*s`", SZ_FMT_STR(text_of(s, both))),
                  "write %.*s= without a space", "请写 %.*s=，中间不留空格", SZ_FMT_STR(sign));
        return;
    }
    if (is_sign(s, s->cur, "=") && (is_comparison(text_of(s, s->prev)) || is_sign(s, s->prev, "="))) { /* >= = */
        prog_set_hint(prog_error(s->c, C_SPELLING, s->cur.off, s->cur.len, "this = is one too many", "这个 = 是多余的"),
                      "leave it out", "请去掉它");
        return;
    }
    if (s->prev.kind == L_START &&
        (is_sign(s, s->cur, "=") || is_sign(s, s->cur, "=="))) { /* as a spreadsheet has it */
        prog_set_hint(prog_error(s->c, C_SPELLING, s->cur.off, s->cur.len,
                                 "an expression does not begin with =", "表达式不以 = 开头"),
                      "leave it out", "请去掉它");
        return;
    }
    piece name = prog_piece(s, end_of(s->cur)), close = prog_piece(s, end_of(name));
    if (is_sign(s, s->cur, "{") && name.kind == L_WORD && is_sign(s, close, "}")) {
        sz_str t = text_of(s, name);
        prog_hint(s->c,
                  prog_error(s->c, C_SPELLING, s->cur.off, end_of(close) - s->cur.off,
                             "names stand here without braces", "这里的名称不加花括号"),
                  "write %.*s", "请写 %.*s", SZ_FMT_STR(t));
    }
    if (is_sign(s, s->cur, "=~")) prog_tell_method(s, s->cur, "matches");
    if (s->is_after_joint && (is_sign(s, s->cur, "&") || is_sign(s, s->cur, "|"))) { /* &&& */
        prog_set_hint(prog_error(s->c, C_SPELLING, s->cur.off, s->cur.len, "this sign is one too many", "多了一个符号"),
                      "leave it out", "请去掉它");
        s->is_joint = true;
        return;
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (is_sign(s, s->cur, wrong[i].sign)) prog_tell_spelling(s, s->cur, wrong[i].write);
    bool is_open = is_sign(s, s->cur, "(") || is_sign(s, s->cur, "[") || is_sign(s, s->cur, "{");
    bool is_close = is_sign(s, s->cur, ")") || is_sign(s, s->cur, "]") || is_sign(s, s->cur, "}");
    if (is_open) s->n_open++;
    if (is_close && s->n_open == 0) s->joints->is_odd = true;
    else if (is_close) s->n_open--;
    if (is_sign(s, s->cur, "&&") || is_sign(s, s->cur, "||"))
        prog_meet_joint(s, s->cur.off, end_of(s->cur), is_sign(s, s->cur, "||"));
    if (s->n_open == 0 && (is_sign(s, s->cur, ",") || is_sign(s, s->cur, ";")))
        prog_tell_join(s, s->cur.off, end_of(s->cur));
    if (is_sign(s, s->cur, "?")) s->n_choices++, s->joints->is_odd = true;
    if (is_sign(s, s->cur, ":") && s->n_choices > 0) s->n_choices--;
}

/* $420, $meals */
static uint32_t look_at_dollar(scan *s) {
    sz_meant v;
    piece name = prog_piece(s, end_of(s->cur));
    if (name.kind == L_WORD && name.off == end_of(s->cur)) {
        prog_hint(
            s->c,
            prog_error(s->c, C_SPELLING, s->cur.off, s->cur.len, "names stand here without a $", "这里的名称不加 $"),
            "write %.*s", "请写 %.*s", SZ_FMT_STR(text_of(s, name)));
        return end_of(s->cur);
    }
    uint32_t end = prog_value_end(s, s->cur.off, end_of(s->cur), &v);
    if (end == s->cur.off) return end_of(s->cur);
    prog_tell_value(s, s->cur.off, end, &v);
    return end;
}

/* A comment of another language: `n > 3#注释`, `n > 3 -- 注释`. Where it ends, which is all that is left; end of cur:
 * it is none. */
static uint32_t look_at_comment(scan *s) {
    uint32_t off = s->cur.off;
    piece next = prog_piece(s, end_of(s->cur));
    if (at(s, off) == '#') {
        bool is_apart = off > 0 && at(s, off - 1) == ' '; /* YAML would have taken it for its own, if not for a | */
        prog_set_hint(prog_error(s->c, C_SYNTAX, off, 1, "`#` is not part of an expression", "表达式里不能有“#”"),
                      is_apart ? "a comment starts with `//`" : "a comment begins with a space and #",
                      is_apart ? "注释以 `//` 开头" : "注释以空格加 # 开头");
        return (uint32_t)s->t.n;
    }
    bool is_dash = is_sign(s, s->cur, "-") && at(s, off + 1) == '-',
         is_star = is_sign(s, s->cur, "/") && at(s, off + 1) == '*';
    if (is_dash) next = prog_piece(s, off + 2);
    if (!prog_is_operand_end(s, s->prev) || !(is_star || (is_dash && next.kind == L_WIDE))) return end_of(s->cur);
    sz_str sign = {s->t.p + off, 2};
    prog_set_hint(prog_error(s->c, C_SPELLING, off, 2, "a comment does not begin with %.*s", "注释不以 %.*s 开头",
                             SZ_FMT_STR(sign)),
                  "a comment begins with a space and #", "注释以空格加 # 开头");
    return (uint32_t)s->t.n;
}

/* ---- the walk ----------------------------------------------------------------------------------------------- */

/* `spend / meals < 7 yuan`: what is compared is no name. */
static bool is_reckoned(const scan *s) {
    static const char *const signs[] = {"+", "-", "*", "/", "%"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (is_sign(s, s->prev, signs[i])) return true;
    return false;
}

/* What a comparison stands between, for the values behind it. */
static void remember(scan *s) {
    bool was_told = s->was_told;
    s->was_told = false;
    s->has_compared |= is_comparison(text_of(s, s->cur)) || s->sign.len;
    if (s->sign.len) {
        s->last_path = s->path;
        s->last_sign = prog_sign_text(s);
    }
    if (is_word(s, s->cur, "in") || sz_str_is(text_of(s, s->cur), "属于")) s->list_of = s->path;
    if (is_sign(s, s->cur, "]")) s->list_of = (piece){0};
    s->lone = !s->path.len && is_comparison(text_of(s, s->cur)) ? s->cur : (piece){0};
    if ((was_told || is_comparison(text_of(s, s->cur))) && s->path.len) {
        s->sign = s->cur;
        if (!was_told) s->told = NULL;
    } else if (s->cur.kind == L_WORD && is_sign(s, s->prev, ".") && s->path.len && end_of(s->path) == s->prev.off) {
        s->path.len = end_of(s->cur) - s->path.off;
    } else if (s->cur.kind == L_WORD && is_sign(s, s->prev, ".")) {
        s->path = s->sign = (piece){0}; /* of what is reckoned with */
    } else if (s->cur.kind == L_WORD) {
        s->path = is_reckoned(s) ? (piece){0} : s->cur;
        s->sign = (piece){0};
    } else if (!is_sign(s, s->cur, ".")) {
        s->path = s->sign = (piece){0};
    }
}

bool prog_explain_syntax(checker *c, uint32_t off, joint_list *out) {
    enum { LONGEST = 16 << 10, MOST = 64 }; /* more was written by no person; each look goes some way ahead */
    scan s = {.c = c, .t = c->text, .joints = out};
    out->is_odd = c->text.n > LONGEST;
    if (c->text.n > LONGEST) return false;
    s.cur = prog_piece(&s, 0);
    while (s.cur.kind != L_END && c->n_errors < MOST) {
        uint32_t comment, next = end_of(s.cur), entity = is_sign(&s, s.cur, "&") ? prog_look_at_entity(&s) : next;
        s.is_joint = false;
        if (entity > next) next = entity, out->is_odd = true;
        else if (s.cur.kind == L_NUMBER) next = prog_look_at_number(&s);
        else if (is_sign(&s, s.cur, "$")) next = look_at_dollar(&s);
        else if (s.cur.kind == L_SIGN && (comment = look_at_comment(&s)) > next) next = comment;
        else if (s.cur.kind == L_SIGN) look_at_sign(&s);
        else if (s.cur.kind == L_WORD) next = prog_look_at_word(&s);
        else if (s.cur.kind == L_WIDE) next = prog_look_at_wide(&s);
        remember(&s);
        s.prev = s.cur;
        if (s.cur.kind == L_WIDE) s.prev.kind = L_WORD; /* an operand, for what follows */
        if (s.is_joint) s.prev.kind = L_SIGN;
        s.is_after_joint = s.is_joint;
        if (s.is_joint) s.has_compared = false;
        s.cur = prog_piece(&s, next);
    }
    out->is_odd |= s.n_open > 0 || s.cur.kind != L_END;
    return c->n_errors > 0 && c->first <= off;
}
