/* SPDX-License-Identifier: Apache-2.0
 *
 * Operators in English words: and, is not, greater than.
 */
#include "prog_syntax.h"

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_same(sz_str s, const char *word, size_t n) {
    if (s.n != n) return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[i]) != word[i]) return false;
    return true;
}

/* Where the phrase, whose words a blank parts, ends, if it begins at cur; 0: it does not. */
static uint32_t phrase_end(const scan *s, const char *phrase) {
    piece p = s->cur;
    for (const char *word = phrase;;) {
        size_t n = strcspn(word, " ");
        if (p.kind != L_WORD || !is_same(text_of(s, p), word, n)) return 0;
        if (word[n] == '\0') return end_of(p);
        word += n + 1;
        p = prog_piece(s, end_of(p));
    }
}

/* The longest one counts: each stands before its own beginning. */
static const struct {
    const char *words, *write;
} phrases[] = {{"is greater than or equal to", ">="},
               {"is less than or equal to", "<="},
               {"greater than or equal to", ">="},
               {"less than or equal to", "<="},
               {"is greater than", ">"},
               {"is more than", ">"},
               {"is less than", "<"},
               {"is at least", ">="},
               {"is at most", "<="},
               {"is not equal to", "!="},
               {"not equal to", "!="},
               {"is equal to", "=="},
               {"is above", ">"},
               {"is below", "<"},
               {"is not", "!="},
               {"greater than", ">"},
               {"more than", ">"},
               {"less than", "<"},
               {"fewer than", "<"},
               {"no more than", "<="},
               {"no less than", ">="},
               {"at least", ">="},
               {"at most", "<="},
               {"equal to", "=="},
               {"equals", "=="},
               {"above", ">"},
               {"below", "<"},
               {"over", ">"},
               {"under", "<"},
               {"and", "&&"},
               {"but", "&&"},
               {"then", "&&"},
               {"or", "||"},
               {"is", "=="},
               {"mod", "%"},
               {"eq", "=="},
               {"ne", "!="},
               {"gt", ">"},
               {"ge", ">="},
               {"gte", ">="},
               {"lt", "<"},
               {"le", "<="},
               {"lte", "<="}};

/* `school contains "医"` as the call that it is; a list is looked into with `in`. NULL: what stands before is neither.
 */
static const char *looked_into(const scan *s, const char *method, sz_str text, bool is_not) {
    sz_symbol sym = {0};
    sz_str name = s->path.len ? text_of(s, s->path) : SZ_STR("x");
    bool is_known = prog_path_symbol(s, &sym), is_list = is_known && sym.type == SZ_X_LIST_STR;
    if (is_list && strcmp(method, "contains") == 0)
        return TXT(s->c, is_not ? "!(%.*s in %.*s)" : "%.*s in %.*s", SZ_FMT_STR(text), SZ_FMT_STR(name));
    if (is_known && sym.type != SZ_X_STR && sym.type != SZ_X_ANY) return NULL;
    return TXT(s->c, "%s%.*s.%s(%.*s)", is_not ? "!" : "", SZ_FMT_STR(name), method, SZ_FMT_STR(text));
}

static void tell_looking(scan *s, piece word, const char *method, sz_str text, bool is_not) {
    const char *call = looked_into(s, method, text, is_not);
    if (call) {
        prog_tell_spelling(s, word, call);
        return;
    }
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, word.off, word.len, "`%.*s` is not an operator here",
                         "这里没有运算符 `%.*s`", SZ_FMT_STR(text_of(s, word))),
              "%s looks into texts; `%.*s` is none", "%s 只用于文本；`%.*s` 不是文本", method,
              SZ_FMT_STR(text_of(s, s->path)));
}

void prog_tell_method(scan *s, piece word, const char *method) {
    piece text = prog_piece(s, end_of(word));
    sz_str sought = text_of(s, text);
    if (text.kind == L_WIDE) sought = sz_str_of(TXT(s->c, "\"%.*s\"", SZ_FMT_STR(sought)));
    else if (text.kind != L_STRING) sought = SZ_STR("\"…\"");
    tell_looking(s, word, method, sought, false);
}

/* `like "医%"` of databases: % is anything. Where it ends. */
static uint32_t tell_like(scan *s, piece like, bool is_not) {
    piece text = prog_piece(s, end_of(like));
    sz_str t = text_of(s, text), sought = SZ_STR("\"…\"");
    const char *method = "contains";
    uint32_t end = end_of(like);
    if (text.kind == L_STRING && t.n >= 2 && (t.p[0] == '"' || t.p[0] == '\'')) {
        sz_str inner = {t.p + 1, t.n - 2};
        bool before = inner.n && inner.p[0] == '%', behind = inner.n && inner.p[inner.n - 1] == '%';
        if (before) inner = (sz_str){inner.p + 1, inner.n - 1};
        if (behind && inner.n) inner.n--;
        bool is_plain = inner.n && !memchr(inner.p, '%', inner.n) && !memchr(inner.p, '_', inner.n);
        if (is_plain) sought = sz_str_of(TXT(s->c, "%c%.*s%c", t.p[0], SZ_FMT_STR(inner), t.p[0]));
        if (is_plain && before != behind) method = before ? "endsWith" : "startsWith";
        end = end_of(text);
    }
    tell_looking(s, (piece){L_WORD, s->cur.off, end - s->cur.off}, method, sought, is_not);
    return end;
}

static const char *method_of(const scan *s, piece word) {
    static const char *const methods[] = {"contains", "startsWith", "endsWith", "matches"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (is_word(s, word, methods[i])) return methods[i];
    return is_word(s, word, "includes") ? methods[0] : NULL;
}

static bool is_like(const scan *s, piece word) {
    return word.kind == L_WORD && is_same(text_of(s, word), "like", strlen("like"));
}

/* `school not like "医%"`, `tags not contains "x"`. Where it ends; the end of cur: it is none. */
static uint32_t tell_not_within(scan *s, piece word) {
    const char *method = method_of(s, word);
    if (is_like(s, word)) return tell_like(s, word, true);
    if (!method) return end_of(s->cur);
    piece text = prog_piece(s, end_of(word));
    tell_looking(s, (piece){L_WORD, s->cur.off, end_of(word) - s->cur.off}, method,
                 text.kind == L_STRING ? text_of(s, text) : SZ_STR("\"…\""), true);
    return end_of(word);
}

void prog_tell_if(scan *s, piece word) {
    prog_set_hint(prog_error(s->c, C_SPELLING, word.off, word.len, "an expression does not begin with `%.*s`",
                             "表达式不以 `%.*s` 开头", SZ_FMT_STR(text_of(s, word))),
                  "leave it out and write the condition alone; two that must both hold are joined by &&",
                  "请去掉它，只写条件；两个都要满足用 && 连接");
}

/* `n is unknown`, `last.time is not null`. Where it ends; the end of cur: it is none. */
static uint32_t tell_unknown(scan *s) {
    static const char *const words[] = {"unknown", "null", "none", "missing", "empty", "未知", "空"};
    piece word = prog_piece(s, end_of(s->cur));
    bool is_not = is_word(s, word, "not"), is_one = is_word(s, word, "known");
    if (!is_word(s, s->cur, "is") || !s->path.len) return end_of(s->cur);
    if (is_not) word = prog_piece(s, end_of(word));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) is_one |= is_word(s, word, words[i]);
    if (!is_one || prog_is_name(s, word)) return end_of(s->cur);
    bool is_there = is_not != is_word(s, word, "known");
    uint32_t off = s->cur.off, end = end_of(word);
    sz_str name = text_of(s, s->path);
    sz_diag *g = prog_error(s->c, C_SPELLING, off, end - off, "`%.*s` is not an operator here", "这里没有运算符 `%.*s`",
                            SZ_FMT_STR(((sz_str){s->t.p + off, end - off})));
    if (memchr(name.p, '.', name.n))
        prog_hint(s->c, g, "write  %shas(%.*s)", "请写  %shas(%.*s)", is_there ? "" : "!", SZ_FMT_STR(name));
    else
        prog_hint(s->c, g, "leave it out: while `%.*s` is unknown, a rule waits by itself",
                  "请去掉它：`%.*s` 未知时，规则自会等待", SZ_FMT_STR(name));
    return end;
}

uint32_t prog_tell_then(scan *s, piece then) {
    static const char *const levels[] = {"green", "blue", "yellow", "orange", "red"};
    piece level = prog_piece(s, end_of(then)), last = prog_piece(s, end_of(level));
    for (size_t i = 0; last.kind == L_END && i < sizeof levels / sizeof *levels; i++) {
        if (!is_same(text_of(s, level), levels[i], strlen(levels[i]))) continue;
        prog_hint(s->c,
                  prog_error(s->c, C_SPELLING, then.off, end_of(level) - then.off, "a condition does not say the level",
                             "条件里不写级别"),
                  "leave it out here; it is a line of its own in the rule:  level: %s",
                  "请从这里去掉，在规则里单独写一行：level: %s", levels[i]);
        return end_of(level);
    }
    return end_of(then);
}

/* `n > 3 in the last 7 days`: over how long, behind a condition. Where it ends; the end of cur: it is none. */
static uint32_t tell_period(scan *s) {
    static const char *const words[] = {"in", "within", "during", "over", "the", "last", "past"};
    sz_meant v;
    piece p = s->cur;
    if (s->prev.kind != L_NUMBER || !s->has_compared) return end_of(s->cur);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_same(text_of(s, p), words[i], strlen(words[i]))) p = prog_piece(s, end_of(p));
    if (p.off == s->cur.off || p.kind != L_NUMBER) return end_of(s->cur);
    uint32_t end = prog_value_end(s, p.off, end_of(p), &v);
    if (end == p.off || (v.measure != SZ_M_TIME && v.measure != SZ_M_DAYS)) return end_of(s->cur);
    sz_str number = sz_str_of(v.number);
    bool is_day = v.measure == SZ_M_DAYS;
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, s->cur.off, end - s->cur.off, "a condition does not say over how long",
                         "条件里不写多长时间"),
              "leave it out here; over how long is counted the feature says:  over: %.*s%s",
              "请从这里去掉；按多长时间算由特征决定：over: %.*s%s", is_day ? (int)number.n : (int)strlen(v.text),
              is_day ? v.number : v.text, is_day ? "d" : "");
    return end;
}

/* `n > 3 for 2h`, `n > 3 unless holiday`: what follows is no condition; the parser says where it belongs. */
static bool is_of_rule(const scan *s) { return is_word(s, s->cur, "for") || is_word(s, s->cur, "unless"); }

static uint32_t look_at_infix(scan *s) {
    uint32_t of_period = tell_period(s);
    if (of_period > end_of(s->cur)) return of_period;
    if (is_of_rule(s)) return (uint32_t)s->t.n;

    const char *method = method_of(s, s->cur);
    uint32_t of_unknown = tell_unknown(s), of_level;
    if (is_same(text_of(s, s->cur), "then", 4) && (of_level = prog_tell_then(s, s->cur)) > end_of(s->cur))
        return of_level;
    if (of_unknown > end_of(s->cur)) return of_unknown;
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        uint32_t end = phrase_end(s, phrases[i].words);
        if (!end) continue;
        prog_tell_spelling(s, (piece){L_WORD, s->cur.off, end - s->cur.off}, phrases[i].write);
        return end;
    }
    if (method) prog_tell_method(s, s->cur, method);
    if (is_like(s, s->cur)) return tell_like(s, s->cur, false);
    if (is_same(text_of(s, s->cur), "between", strlen("between")))
        return prog_look_at_between(s, prog_piece(s, end_of(s->cur)));
    return end_of(s->cur);
}

/* `n >= at least 3`, `n < no more than 3`: the comparison is there already. Where it ends; the end of cur: it is none.
 */
static uint32_t look_at_bound(scan *s) {
    sz_meant v;
    if (!s->sign.len || prog_is_name(s, s->cur)) return end_of(s->cur);
    uint32_t value = prog_value_end(s, s->cur.off, s->cur.off, &v);
    if (value <= end_of(s->cur)) return end_of(s->cur);
    prog_tell_value(s, s->cur.off, value, &v);
    return value;
}

static bool is_free(const scan *s, const char *name) {
    scan of = *s;
    of.t = sz_str_of(name);
    return !prog_is_name(&of, (piece){L_WORD, 0, (uint32_t)strlen(name)});
}

/* `count(meal, 7d)`: an operator as a function of another program. Where it ends; the end of cur: it is none. */
static uint32_t tell_operator(scan *s) {
    enum { EVENT, FIELD, SESSION, SINCE };
    static const struct {
        const char *name;
        int over;
    } operators[] = {{"count", EVENT}, {"days", EVENT},     {"streak", EVENT},     {"sum", FIELD},
                     {"avg", FIELD},   {"distinct", FIELD}, {"sessions", SESSION}, {"absence", SINCE}};
    piece open = prog_piece(s, end_of(s->cur)), of = prog_piece(s, end_of(open));
    if (!is_sign(s, open, "(") || of.kind != L_WORD) return end_of(s->cur);
    size_t i = 0, n = sizeof operators / sizeof *operators;
    while (i < n && !is_word(s, s->cur, operators[i].name)) i++;
    if (i == n) return end_of(s->cur);
    uint32_t field = end_of(of), end;
    while (at(s, field) == '.' || is_letter(at(s, field)) || is_digit(at(s, field))) field++;
    for (end = field; end < s->t.n && at(s, end) != ')';) end++;
    if (end < s->t.n) end++;
    const char *name = is_free(s, "n") ? "n" : "n_7d", *op = operators[i].name, *how;
    sz_str event = text_of(s, of), whole = {s->t.p + of.off, field - of.off};
    switch (operators[i].over) {
    case FIELD: how = TXT(s->c, "%s: %.*s%s, over: 7d", op, SZ_FMT_STR(whole), whole.n == event.n ? ".…" : ""); break;
    case SESSION: how = TXT(s->c, "%s: %.*s, gap: 90m, over: 7d", op, SZ_FMT_STR(event)); break;
    case SINCE: how = TXT(s->c, "%s: %.*s", op, SZ_FMT_STR(event)); break;
    default: how = TXT(s->c, "%s: %.*s, over: 7d", op, SZ_FMT_STR(event));
    }
    sz_diag *g =
        prog_error(s->c, C_FUNCTION, s->cur.off, s->cur.len, "rules have no function `%s`", "规则里没有函数 `%s`", op);
    if (operators[i].over == SINCE)
        prog_hint(s->c, g, "it is a feature:  features: {%s: {%s}}  and  params: {limit: 24h}  and  %s >= limit",
                  "它是特征：features: {%s: {%s}}，加上  params: {limit: 24h}，再写  %s >= limit", name, how, name);
    else
        prog_hint(s->c, g, "it is a feature:  features: {%s: {%s}}  and  %s >= 3",
                  "它是特征：features: {%s: {%s}}，再写  %s >= 3", name, how, name);
    return end;
}

/* `meals-30d`, `meals 30d`: a name with - or a blank for _. Where it ends; the end of cur: it is none. */
static uint32_t tell_dashed(scan *s) {
    enum { LONGEST = 64 }; /* names are shorter; and each word is looked at */
    char name[LONGEST + 1];
    uint32_t end = end_of(s->cur), begin = s->cur.off;
    while (end - begin <= LONGEST && (at(s, end) == '-' || at(s, end) == ' ') &&
           (is_letter(at(s, end + 1)) || is_digit(at(s, end + 1))))
        for (end++; end - begin <= LONGEST && (is_letter(at(s, end)) || is_digit(at(s, end)));) end++;
    if (end == end_of(s->cur) || end - begin > LONGEST) return end_of(s->cur);
    for (uint32_t i = 0; i < end - begin; i++) {
        char c = at(s, begin + i);
        name[i] = c == '-' || c == ' ' ? '_' : c;
    }
    name[end - begin] = '\0';
    if (prog_is_name(s, s->cur) || is_free(s, name)) return end_of(s->cur);
    sz_str whole = {s->t.p + begin, end - begin};
    prog_hint(s->c,
              prog_error(s->c, C_NAME, begin, end - begin, "nothing is named `%.*s`", "没有名为 `%.*s` 的特征或参数",
                         SZ_FMT_STR(whole)),
              "did you mean `%s`?", "是不是 `%s`？", name);
    return end;
}

/* Does what `not` stands before end at p? */
static bool ends_operand_of_not(const scan *s, piece p) {
    static const char *const ends[] = {"&&", "||", ")", "]", "}", ",", "?", ":"};
    if (p.kind == L_END || is_same(text_of(s, p), "and", 3) || is_same(text_of(s, p), "or", 2)) return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (is_sign(s, p, ends[i])) return true;
    return false;
}

/* `not n >= 3`, `not n in [1, 2]`: ! binds tighter than what compares, which needs parentheses. */
void prog_tell_not(scan *s, piece word) {
    enum { LONGEST = 60 };
    piece first = prog_piece(s, end_of(word));
    bool is_compared = false;
    uint32_t depth = 0;
    piece p = first, last = first;
    for (; p.off - first.off <= LONGEST && (depth ? p.kind != L_END : !ends_operand_of_not(s, p));
         p = prog_piece(s, end_of(p))) {
        bool is_open = is_sign(s, p, "(") || is_sign(s, p, "[") || is_sign(s, p, "{");
        if (is_sign(s, p, ")") || is_sign(s, p, "]") || is_sign(s, p, "}")) depth--;
        bool is_sign_of_it = p.kind == L_SIGN && strchr("<>=!", s->t.p[p.off]);
        bool is_word_of_it = p.kind == L_WORD && prog_is_operand_end(s, last);
        is_compared |= depth == 0 && p.off > first.off && (is_sign_of_it || is_word_of_it || p.kind == L_WIDE);
        depth += is_open;
        last = p;
    }
    sz_str of = {s->t.p + first.off, end_of(last) - first.off};
    const char *whole = p.off - first.off > LONGEST ? "!(…)" : TXT(s->c, "!(%.*s)", SZ_FMT_STR(of));
    prog_tell_spelling(s, word, is_compared ? whole : "!");
}

uint32_t prog_look_at_word(scan *s) {
    piece next = prog_piece(s, end_of(s->cur));
    bool is_infix = prog_is_operand_end(s, s->prev), is_not = is_same(text_of(s, s->cur), "not", strlen("not"));
    if (is_word(s, s->cur, "in")) {
        uint32_t period = tell_period(s);
        return period > end_of(s->cur) ? period : prog_look_at_in(s);
    }
    if (s->is_after_joint && (is_same(text_of(s, s->cur), "and", 3) || is_same(text_of(s, s->cur), "or", 2))) {
        prog_set_hint(prog_error(s->c, C_SPELLING, s->cur.off, s->cur.len, "`%.*s` is there twice", "`%.*s` 写了两次",
                                 SZ_FMT_STR(text_of(s, s->cur))),
                      "leave one of them out", "请去掉一个");
        s->is_joint = true;
        return end_of(s->cur);
    }
    if (s->prev.kind == L_START && is_same(text_of(s, s->cur), "if", strlen("if"))) {
        prog_tell_if(s, s->cur);
        return end_of(s->cur);
    }
    uint32_t dashed = tell_dashed(s), call, within;
    if (dashed > end_of(s->cur)) return dashed;
    if ((call = tell_operator(s)) > end_of(s->cur)) return call;
    if (is_not && is_infix && (within = tell_not_within(s, next)) > end_of(s->cur)) return within;
    if (is_not && is_infix && is_word(s, next, "in")) prog_tell_spelling(s, s->cur, "!(x in […])");
    else if (is_not && !is_infix && (next.kind == L_WORD || is_sign(s, next, "!"))) prog_tell_not(s, s->cur);
    else if (is_infix) return look_at_infix(s);
    else return look_at_bound(s);
    return end_of(s->cur);
}
