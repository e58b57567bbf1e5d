/* SPDX-License-Identifier: Apache-2.0
 *
 * Names beside what did not parse: `late_night_7d >= 3 && spend.ratio < 50%` has two slips, and the second hides the
 * first from the checker. Only a name that is nearly a known one is told here: of others the broken text may be why.
 */
#include "prog_syntax.h"

enum { PARTS = 4 };

typedef struct names {
    sz_str v[PARTS];
    piece at[PARTS];
    uint32_t n;
} names;

/* a.b.c from cur on, without a function's name at its end; cur is then its last piece. */
static names read_names(scan *s) {
    names p = {0};
    for (;;) {
        p.at[p.n] = s->cur;
        p.v[p.n++] = text_of(s, s->cur);
        piece dot = prog_piece(s, end_of(s->cur)), next = prog_piece(s, end_of(dot));
        if (is_sign(s, dot, "(")) p.n--;
        if (!is_sign(s, dot, ".") || next.kind != L_WORD || p.n == PARTS) return p;
        s->cur = next;
    }
}

static bool is_told(const checker *c, piece p) {
    sz_span at = c->o->locate(c->o->locate_ctx, p.off, p.len);
    for (size_t i = 0; i < c->d->n; i++) {
        const sz_span *was = &c->d->v[i].span;
        if (was->src == at.src && was->off < at.off + at.len && at.off < was->off + was->len) return true;
    }
    return false;
}

static bool is_reserved(sz_str word) {
    static const char *const words[] = {"in", "true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sz_str_is(word, words[i])) return true;
    return false;
}

static void look_at_names(checker *c, const names *p) {
    static const char near[] = "did you mean";
    sz_symbol sym = {0};
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    if (p->n == 0 || c->r->resolve(c->r->ctx, p->v, p->n, NULL, false, &sym, &bad, &hint, &hint_zh)) return;
    if (bad >= p->n || !hint || strncmp(hint, near, sizeof near - 1) != 0 || is_told(c, p->at[bad])) return;
    sz_str base = bad ? prog_slice(c, p->at[0].off, end_of(p->at[bad - 1]) - p->at[0].off) : (sz_str){0};
    prog_set_hint(prog_tell_unknown(c, base, p->v[bad], p->at[bad].off), hint, hint_zh);
}

void prog_names_beside(checker *c) {
    enum { LONGEST = 16 << 10, MOST = 64 }; /* as for the signs: more was written by no person */
    scan s = {.c = c, .t = c->text};
    if (!c->o->locate || c->text.n > LONGEST) return;
    for (s.cur = prog_piece(&s, 0); s.cur.kind != L_END && c->n_errors < MOST; s.cur = prog_piece(&s, end_of(s.cur))) {
        bool is_unit = s.prev.kind == L_NUMBER; /* 3 days */
        if (s.cur.kind == L_WORD && is_told(c, s.cur) && sz_str_is(text_of(&s, s.cur), "unless"))
            return; /* what follows is exempted, no part of the condition */
        if (s.cur.kind == L_WORD && !is_reserved(text_of(&s, s.cur))) {
            names p = read_names(&s);
            if (!is_unit) look_at_names(c, &p);
        }
        s.prev = s.cur;
    }
}
