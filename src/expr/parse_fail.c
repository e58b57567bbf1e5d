/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parser says when it fails: what is missing where, and what those who know another language probably meant.
 */
#include "parse.h"

#include <stdarg.h>

static void fail_text(sz_parser *p, uint32_t off, uint32_t len, const char *en, const char *zh) {
    if (p->failed) return;
    p->failed = true;
    p->cur = (sz_token){SZ_T_END, off, 0};
    *p->err = (sz_expr_error){.off = off, .len = len, .code = SZ_CODE_SYNTAX, .message = en, .message_zh = zh};
}

void *sz_parse_fail(sz_parser *p, uint32_t off, uint32_t len, const char *en, const char *zh, ...) {
    va_list ap;
    va_start(ap, zh);
    const char *message = sz_arena_vprintf(p->arena, en, ap);
    va_end(ap);
    va_start(ap, zh);
    fail_text(p, off, len, message, sz_arena_vprintf(p->arena, zh, ap));
    va_end(ap);
    return NULL;
}

void *sz_parse_hint(sz_parser *p, const char *en, const char *zh) {
    if (p->failed && !p->err->hint) {
        p->err->hint = en;
        p->err->hint_zh = zh;
    }
    return NULL;
}

/* Names of other languages' operators, where CEL expects something else. */
static const struct {
    const char *word, *en, *zh;
} words[] = {
    {"and", "`and` is written `&&`", "“并且”写作 `&&`"},
    {"AND", "`and` is written `&&`", "“并且”写作 `&&`"},
    {"or", "`or` is written `||`", "“或者”写作 `||`"},
    {"OR", "`or` is written `||`", "“或者”写作 `||`"},
    {"not", "`not` is written `!`", "“不”写作 `!`"},
    {"NOT", "`not` is written `!`", "“不”写作 `!`"},
    {"is", "compare with `==`", "比较相等用 `==`"},
    {"if", "choose with `condition ? a : b`", "条件选择写作 `条件 ? a : b`"},
    {"None", "nothing is written `null`", "空值写作 `null`"},
    {"True", "write `true`", "请写 `true`"},
    {"False", "write `false`", "请写 `false`"},
    {"TRUE", "write `true`", "请写 `true`"},
    {"FALSE", "write `false`", "请写 `false`"},
};

void sz_parse_hint_word(sz_parser *p, sz_str word) {
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(word, words[i].word)) sz_parse_hint(p, words[i].en, words[i].zh);
}

void *sz_parse_unexpected(sz_parser *p, const char *what, const char *what_zh) {
    if (p->failed) return NULL;
    sz_token t = p->cur, prev = p->prev;
    if (t.kind == SZ_T_END) {
        fail_text(p, prev.off + prev.len, 0,
                  sz_arena_printf(p->arena, "the expression ends too early: %s is missing", what),
                  sz_arena_printf(p->arena, "表达式还没写完：缺少%s", what_zh));
    } else {
        sz_str s = sz_token_text(p, t);
        const char *dots = s.n > 40 ? "..." : "";
        while (s.n > 40 || !sz_utf8_valid(s.p, s.n)) s.n--;
        fail_text(p, t.off, t.len,
                  sz_arena_printf(p->arena, "`%.*s%s` cannot stand here: %s is missing", SZ_FMT_STR(s), dots, what),
                  sz_arena_printf(p->arena, "这里不能是“%.*s%s”：缺少%s", SZ_FMT_STR(s), dots, what_zh));
        if (t.kind == SZ_T_IDENT) sz_parse_hint_word(p, s);
    }
    if (prev.kind == SZ_T_IDENT) sz_parse_hint_word(p, sz_token_text(p, prev));
    if (prev.kind == SZ_T_LT && t.kind == SZ_T_GT) sz_parse_hint(p, "not equal is written `!=`", "“不等于”写作 `!=`");
    if (prev.kind == SZ_T_PERCENT)
        sz_parse_hint(p, "`%` is the remainder of a division; write 50% as 0.5", "`%` 是求余数；50% 请写成 0.5");
    sz_parse_hint_missing(p, prev, t, what);
    return NULL;
}

bool sz_parse_expect(sz_parser *p, sz_token_kind kind, sz_token open) {
    static const char *const names[SZ_N_TOKENS] = {
        [SZ_T_RPAREN] = "`)`", [SZ_T_RBRACKET] = "`]`", [SZ_T_RBRACE] = "`}`", [SZ_T_COLON] = "`:`"};
    if (p->failed) return false;
    if (p->cur.kind == kind) {
        sz_parse_next(p);
        return !p->failed;
    }
    if (p->cur.kind == SZ_T_END && open.len > 0) {
        sz_parse_fail(p, open.off, open.len, "this `%.*s` is never closed: %s is missing",
                      "这个“%.*s”没有配对：缺少 %s", (int)open.len, p->text.p + open.off, names[kind]);
        sz_parse_hint_close(p, names[kind]);
        return false;
    }
    sz_parse_unexpected(p, names[kind], names[kind]);
    return false;
}
