/* SPDX-License-Identifier: Apache-2.0
 *
 * Signs as a web page writes them: &gt;= for >=, &quot;absent&quot; for "absent".
 */
#include "prog_syntax.h"

/* The sign that stands at i in a web page's spelling, and its length; NULL: none does. */
static const char *entity_at(const scan *s, uint32_t i, uint32_t *len) {
    static const char *const entities[][2] = {{"&gt;", ">"},   {"&lt;", "<"},  {"&amp;", "&"},  {"&quot;", "\""},
                                              {"&apos;", "'"}, {"&#39;", "'"}, {"&#34;", "\""}, {"&nbsp;", " "},
                                              {"&ge;", ">="},  {"&le;", "<="}, {"&ne;", "!="},  {"&times;", "*"},
                                              {"&minus;", "-"}};
    for (size_t k = 0; k < sizeof entities / sizeof *entities; k++) {
        size_t n = strlen(entities[k][0]);
        if (s->t.n - i < n || memcmp(s->t.p + i, entities[k][0], n) != 0) continue;
        *len = (uint32_t)n;
        return entities[k][1];
    }
    return NULL;
}

/* Where the quoted text ends that begins at cur: behind its closing quote, else at the end of the opening one. */
static uint32_t quoted_end(const scan *s, const char *quote, uint32_t open) {
    uint32_t len;
    for (uint32_t i = open; i < s->t.n; i++) {
        const char *sign = entity_at(s, i, &len);
        if (sign && *sign == *quote) return i + len;
    }
    return open;
}

uint32_t prog_look_at_entity(scan *s) {
    uint32_t from = s->cur.off, end = from, len = 0, n;
    const char *first = entity_at(s, from, &len), *sign, *plain = "";
    if (!first) return end_of(s->cur);
    uint32_t to = *first == '"' || *first == '\'' ? quoted_end(s, first, from + len) : (uint32_t)s->t.n;
    bool is_text = to < s->t.n || *first == '"' || *first == '\'';
    while (end < to) { /* a text to its closing quote, a sign with those that go on with it */
        sign = entity_at(s, end, &n);
        if (!sign && !is_text && at(s, end) != '=') break;
        if (!sign) n = 1;
        plain = sign ? TXT(s->c, "%s%s", plain, sign) : TXT(s->c, "%s%c", plain, at(s, end));
        end += n;
    }
    sz_str run = {s->t.p + from, end - from};
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, from, end - from, "`%.*s` is how a web page writes it",
                         "`%.*s` 是网页里的写法", SZ_FMT_STR(run)),
              "write %s", "请写 %s", plain);
    return end;
}
