/* SPDX-License-Identifier: Apache-2.0
 *
 * feed: what stands below a key that nobody asks for is not given to libyaml. That it is this key, and a key at all,
 * libyaml has said: it gets the text up to the end of the key's line and, since it looks four characters ahead, two
 * blanks of the next line, and gives the key before it asks for more. Where it ends is said by the indentation alone:
 * in a block, YAML lets nothing of a value stand less deep than its key.
 */
#include "internal.h"

enum { AHEAD = 2 }; /* no key of an item stands further to the left */

static bool are_blanks(const sz_source *s, size_t at) {
    return s->n - at >= AHEAD && memcmp(s->p + at, "  ", AHEAD) == 0;
}

sz_str sz_yaml_feed_next(sz_yaml_feed *f, size_t most) {
    const sz_source *s = f->src;
    size_t from = f->at, left = s->n - from, n = left < most ? left : most;
    bool is_behind_key = f->is_behind_key;
    f->is_behind_key = false;
    size_t found = sz_str_find((sz_str){s->p + from, left < n + f->key.n ? left : n + f->key.n}, 0, f->key);
    if (is_behind_key && n >= AHEAD && are_blanks(s, from)) {
        n = AHEAD;
    } else if (found != SIZE_MAX) {
        size_t start = sz_yaml_line_start(s, from + found), end = sz_yaml_next_line(s, from + found);
        f->is_behind_key = end - from <= n;
        if (f->is_behind_key) n = end - from;
        else if (start > from) n = start - from;
    }
    f->at += n;
    return (sz_str){s->p + from, n};
}

static bool is_asked_for(const sz_yaml_feed *f, const sz_yaml_build *b, const sz_yaml *node) {
    const sz_yaml_level *l = b->level;
    return b->depth == 3 && l[2].key == node && !l[2].drops && !l[2].is_flow && sz_str_eq(node->text, f->key) &&
           node->style == SZ_YAML_PLAIN && l[1].node->kind == SZ_YAML_SEQ && l[0].key &&
           sz_str_eq(l[0].key->text, f->list);
}

/* Before it blanks and dashes, behind it a colon and perhaps a comment. */
static bool is_alone(const sz_source *s, size_t start, const sz_yaml *key) {
    size_t at = key->span.off + key->span.len, end = sz_yaml_line_end(s, at);
    for (size_t i = start; i < key->span.off; i++)
        if (s->p[i] != ' ' && s->p[i] != '-') return false;
    at = sz_yaml_skip_blanks(s, at);
    if (at == end || s->p[at] != ':') return false;
    size_t rest = sz_yaml_skip_blanks(s, at + 1);
    return rest == end || (rest > at + 1 && s->p[rest] == '#');
}

/* Does the line that begins there belong to the value of a key in that column (from 0)? Its list may be as deep as it.
 */
static bool is_below(const sz_source *s, size_t line, size_t column) {
    size_t at = line;
    while (at < s->n && s->p[at] == ' ') at++;
    if (at == s->n || strchr("\r\n#", s->p[at]) || at - line > column) return true;
    return at - line == column && s->p[at] == '-' && (at + 1 == s->n || strchr(" \t\r\n", s->p[at + 1]));
}

bool sz_yaml_feed_pass(sz_yaml_feed *f, const sz_yaml_build *b, const sz_yaml *node) {
    const sz_source *s = f->src;
    if (!is_asked_for(f, b, node)) return false;
    size_t start = sz_yaml_line_start(s, node->span.off), next = sz_yaml_next_line(s, node->span.off), to = next;
    bool is_last = f->at == next || (f->at == next + AHEAD && are_blanks(s, next));
    if (!is_last || !is_alone(s, start, node)) return false;
    while (to < s->n && is_below(s, to, node->span.off - start)) to = sz_yaml_next_line(s, to);
    if (to == next) return false;
    f->at = strchr("\r\n", s->p[to - 1]) ? to - 1 : to; /* the blanks that it has are a line of their own */
    return true;
}
