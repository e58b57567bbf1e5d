/* SPDX-License-Identifier: Apache-2.0
 *
 * What to write where the parser stumbles: as the expression would read, where it is short enough to be shown.
 */
#include "parse.h"

enum { SHOWN = 72 };

#define HINT(p, en, zh, ...) \
    sz_parse_hint((p), sz_arena_printf((p)->arena, en, __VA_ARGS__), sz_arena_printf((p)->arena, zh, __VA_ARGS__))

static bool is_logic(sz_token_kind k) { return k == SZ_T_AND || k == SZ_T_OR; }
static bool is_compare(sz_token_kind k) { return k >= SZ_T_LT && k <= SZ_T_IN; }
static bool is_operator(sz_token_kind k) { return k >= SZ_T_LT && k <= SZ_T_PERCENT; }
static bool is_close(sz_token_kind k) { return k == SZ_T_RPAREN || k == SZ_T_RBRACKET || k == SZ_T_RBRACE; }

/* What is written up to the end of a token. */
static sz_str up_to(const sz_parser *p, sz_token t) { return sz_str_trim((sz_str){p->text.p, t.off + t.len}); }

static sz_str from(const sz_parser *p, sz_token t) {
    return sz_str_trim((sz_str){p->text.p + t.off, p->text.n - t.off});
}

/* Does the last part of a chain compare already? Then what follows is another condition. */
static bool compares(sz_str s) {
    for (size_t i = s.n; i > 0; i--) {
        char c = s.p[i - 1];
        if (c == '&' || c == '|') return false;
        if (c == '<' || c == '>' || c == '=') return true;
    }
    return false;
}

void sz_parse_hint_close(sz_parser *p, const char *end) {
    sz_str s = sz_str_trim(p->text);
    if (s.n <= SHOWN)
        HINT(p, "close it where it ends, for example  %.*s%c", "在它结束的地方补上，例如  %.*s%c", SZ_FMT_STR(s),
             end[1]);
    else HINT(p, "write %s where it ends", "请在它结束的地方写上 %s", end);
}

/* The text ends where something is missing. */
static void hint_end(sz_parser *p, sz_token prev, const char *what) {
    sz_str op = sz_token_text(p, prev), s = up_to(p, prev);
    if (prev.len == 0) return; /* there is nothing yet */
    if (what[0] == '`') HINT(p, "a choice has two values:  %.*s : 0", "条件选择要有两个值：%.*s : 0", SZ_FMT_STR(s));
    else if (is_logic(prev.kind))
        HINT(p, "leave out the last %.*s, or write another condition after it",
             "去掉最后的 %.*s，或在它后面再写一个条件", SZ_FMT_STR(op));
    else if (is_operator(prev.kind) && s.n <= SHOWN)
        HINT(p, "write a number or a name after it, for example  %.*s 3", "请在它后面写上数或名称，例如  %.*s 3",
             SZ_FMT_STR(s));
    else if (prev.kind == SZ_T_DOT)
        sz_parse_hint(p, "write a field after the point, or leave the point out", "请在点后面写字段，或去掉这个点");
    else sz_parse_hint(p, "write what comes next, or leave the last sign out", "请把后面的内容写完，或去掉最后的符号");
}

/* A value is over, and something follows that no operator joins to it. */
static void hint_operator(sz_parser *p, sz_token prev, sz_token t) {
    sz_str a = up_to(p, prev), b = from(p, t);
    if (t.kind == SZ_T_IDENT && compares(a)) p->err->resume = t.off;
    if (is_close(t.kind))
        HINT(p, "nothing before it opens this %.*s: leave it out", "前面没有与这个 %.*s 配对的括号：请去掉它",
             SZ_FMT_STR(sz_token_text(p, t)));
    else if (t.kind == SZ_T_COMMA)
        sz_parse_hint(p, "write && where both must hold, || where one is enough",
                      "两个都要满足请写 &&，满足一个即可请写 ||");
    else if (t.kind == SZ_T_LBRACE) sz_parse_hint(p, "names stand here without braces", "这里的名称不加花括号");
    else if (t.kind == SZ_T_DOUBLE && p->text.p[t.off] == '.')
        sz_parse_hint(p, "a field begins with a letter", "字段名以字母开头");
    else if (t.kind == SZ_T_NOT) sz_parse_hint(p, "not equal is written !=", "“不等于”写作 !=");
    else if (b.n > 4 && memcmp(b.p, "for ", 4) == 0)
        sz_parse_hint(p, "how long it must hold is a line of its own in the rule:  for: 2h",
                      "要持续多久，在规则里单独写一行：for: 2h");
    else if (b.n > 7 && memcmp(b.p, "unless ", 7) == 0)
        sz_parse_hint(p, "when not to tell is a line of its own in the rule:  unless: [holiday]",
                      "什么时候不提醒，在规则里单独写一行：unless: [holiday]");
    else if (compares(a) && a.n + b.n <= SHOWN)
        HINT(p, "two conditions are joined:  %.*s && %.*s", "两个条件要连起来：%.*s && %.*s", SZ_FMT_STR(a),
             SZ_FMT_STR(b));
    else if (compares(a)) sz_parse_hint(p, "write && or || between two conditions", "两个条件之间请写 && 或 ||");
    else
        sz_parse_hint(p, "write a comparison between the two:  ==  !=  <  <=  >  >=",
                      "请在两者之间写比较符号：==  !=  <  <=  >  >=");
}

/* An operator stands where a value must. */
static void hint_value(sz_parser *p, sz_token prev, sz_token t) {
    sz_str op = sz_token_text(p, t), before = sz_token_text(p, prev);
    bool is_first = prev.len == 0;
    if (is_logic(t.kind) && (is_first || is_logic(prev.kind) || prev.kind == SZ_T_LPAREN))
        HINT(p, "leave out this %.*s, or write a condition before it", "去掉这个 %.*s，或在它前面写一个条件",
             SZ_FMT_STR(op));
    else if (is_compare(t.kind) && (is_first || is_logic(prev.kind) || prev.kind == SZ_T_LPAREN))
        HINT(p, "say before it what is compared, for example  n %.*s", "请在它前面写明比较什么，例如  n %.*s",
             SZ_FMT_STR(from(p, t)));
    else if (is_operator(prev.kind))
        HINT(p, "write a number or a name between %.*s and %.*s", "请在 %.*s 和 %.*s 之间写上数或名称",
             SZ_FMT_STR(before), SZ_FMT_STR(op));
    else if (t.kind == SZ_T_QUOTED) sz_parse_hint(p, "a name stands without back quotes", "名称不加反引号");
    else HINT(p, "write a number or a name before %.*s", "请在 %.*s 前面写上数或名称", SZ_FMT_STR(op));
}

/* Another sign is due first: the end of a list, the colon of a choice. */
static void hint_sign(sz_parser *p, sz_token t, char sign) {
    if (sign == ':' || is_close(t.kind)) HINT(p, "write  %c  before it", "请在它前面写  %c", sign);
    else HINT(p, "write a comma or  %c  before it", "请在它前面写逗号或  %c", sign);
}

void sz_parse_hint_missing(sz_parser *p, sz_token prev, sz_token t, const char *what) {
    bool is_value = strcmp(what, "a value") == 0;
    bool is_nested = what[0] == '`' && t.kind == SZ_T_QUESTION;
    if (is_nested || strcmp(what, "an argument") == 0) return; /* the caller says it */
    if (!p->failed || p->err->hint) return;
    if (t.kind == SZ_T_END) hint_end(p, prev, what);
    else if (strcmp(what, "a name") == 0)
        sz_parse_hint(p, "write a field after the point, or leave the point out", "请在点后面写字段，或去掉这个点");
    else if (is_value) hint_value(p, prev, t);
    else if (what[0] == '`' && (what[1] != ')' || is_close(t.kind))) hint_sign(p, t, what[1]);
    else hint_operator(p, prev, t);
}
