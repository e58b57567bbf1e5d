/* SPDX-License-Identifier: Apache-2.0
 *
 * pasted: what a word of the language was found wrong for where nobody sees it: signs without a shape that come with
 * copied text, and a comment that is none of YAML's.
 */
#include "load.h"

enum { FIRST_CODE = 20, LAST_CODE = 99 }; /* those of yaml and of expr say it themselves */

/* A blank that does not break, which looks like any other. */
enum { FIXED_BLANK = 0xa0 };

static bool hint_unseen(struct sz_loading *l, sz_diag *g, sz_str s) {
    size_t len;
    for (size_t i = 0; i < s.n; i += len) {
        uint32_t c = sz_utf8_next(s.p + i, s.n - i, &len);
        if (!sz_utf8_is_unseen(c) && c != FIXED_BLANK) continue;
        if (c == FIXED_BLANK)
            sz_rules_hint(l, g, "a fixed space (U+00A0) stands in it, from copied text: write an ordinary one, or none",
                          "里面有不间断空格（U+00A0），通常是复制文字时带来的：请改成半角空格或删去");
        else
            sz_rules_hint(l, g, "a sign that is not seen stands in it, U+%04X, from copied text: delete it",
                          "里面有看不见的字符 U+%04X，通常是复制文字时带来的：请删去", (unsigned)c);
        return true;
    }
    return false;
}

/* `yellow // 黄色`, `yellow# 黄色`, `yellow ＃ 黄色`: where the comment begins; s.n: nothing looks like one. */
static size_t comment_of(sz_str s) {
    static const char *const signs[] = {" //", "#", "＃"};
    for (size_t i = 1; i < s.n; i++)
        for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
            size_t n = strlen(signs[k]);
            if (i + n <= s.n && memcmp(s.p + i, signs[k], n) == 0) return i;
        }
    return s.n;
}

/* Does a comma or a closing bracket follow on the line? A comment there would swallow it. */
static bool is_in_brackets(const sz_diag *g) {
    const sz_source *src = g->span.src;
    size_t at = (size_t)g->span.off + g->span.len;
    while (at < src->n && src->p[at] == ' ') at++;
    return at < src->n && (src->p[at] == ',' || src->p[at] == '}' || src->p[at] == ']');
}

static void hint_comment(struct sz_loading *l, sz_diag *g, sz_str s) {
    sz_str value = sz_str_trim((sz_str){s.p, comment_of(s)});
    bool is_open = value.n && value.n < s.n && !strchr("{[\"'", value.p[0]);
    if (is_open && is_in_brackets(g))
        sz_rules_hint(l, g, "write  %.*s , and the comment behind the closing bracket, with a blank and # before it",
                      "请写  %.*s，注释写在右括号之后，以空格加半角 # 开头", SZ_FMT_STR(value));
    else if (is_open)
        sz_rules_hint(l, g, "a comment begins with a blank and #:  %.*s  # …", "注释以空格加半角 # 开头：%.*s  # …",
                      SZ_FMT_STR(value));
}

void sz_rules_hint_pasted(struct sz_loading *l, size_t first) {
    enum { LONGEST = 120 };
    for (size_t i = first; i < l->d->n; i++) {
        sz_diag *g = &l->d->v[i];
        bool is_text = g->code == C_LANGUAGES || g->code == C_MESSAGE_NAME || g->code == C_MESSAGE_FORM;
        if (!g->span.src || g->span.len > LONGEST || g->code < FIRST_CODE || g->code > LAST_CODE || is_text) continue;
        sz_str s = {g->span.src->p + g->span.off, g->span.len};
        if (!hint_unseen(l, g, s)) hint_comment(l, g, s);
    }
}
