/* SPDX-License-Identifier: Apache-2.0
 *
 * recipe_take: the text of one field out of a row: cells, joined, cleaned, matched, looked up, padded.
 */
#include "mapping.h"

static bool is_in(const sz_str *list, uint32_t n, sz_str s) {
    for (uint32_t i = 0; i < n; i++)
        if (sz_str_eq(list[i], s)) return true;
    return false;
}

static sz_str without(sz_arena *a, const sz_recipe *r, sz_str s) {
    char *out = sz_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t len = 0;
        for (uint32_t k = 0; k < r->n_removes && len == 0; k++)
            if (r->removes[k].n <= s.n - i && memcmp(r->removes[k].p, s.p + i, r->removes[k].n) == 0)
                len = r->removes[k].n;
        if (len) i += len;
        else out[n++] = s.p[i++];
    }
    return sz_str_trim((sz_str){out, n});
}

/* A cell as text; empty where it says that it is. */
static sz_str cell(sz_taking *t, const sz_recipe *r, const sz_map_column *c) {
    if (c->at >= t->row->n) return (sz_str){NULL, 0};
    sz_str s = sz_csv_trim(t->row->cells[c->at]);
    if (r->n_removes && s.n) s = without(t->a, r, s);
    if (is_in(t->m->empties, t->m->n_empties, s) || is_in(r->empties, r->n_empties, s)) return (sz_str){NULL, 0};
    return s;
}

static sz_str with_zeros(sz_taking *t, sz_str s, size_t zeros, sz_str prefix) {
    char *p = sz_arena_alloc(t->a, prefix.n + zeros + s.n + 1);
    if (prefix.n) memcpy(p, prefix.p, prefix.n);
    memset(p + prefix.n, '0', zeros);
    memcpy(p + prefix.n + zeros, s.p, s.n);
    return (sz_str){p, prefix.n + zeros + s.n};
}

/* Of a time its last column is padded, which has the time of day; of others the whole text. */
static bool pads_last(const sz_recipe *r) { return r->pad && r->fits & SZ_FITS_TIME; }

static sz_str cells(sz_taking *t, const sz_recipe *r) {
    if (r->n_columns == 1) return cell(t, r, &r->columns[0]);
    sz_str *parts = SZ_NEWN(t->a, sz_str, r->n_columns);
    size_t n = 0;
    bool is_empty = true;
    for (uint32_t i = 0; i < r->n_columns; i++) {
        parts[i] = cell(t, r, &r->columns[i]);
        is_empty = is_empty && parts[i].n == 0;
        if (i + 1 == r->n_columns && parts[i].n && parts[i].n < r->pad && pads_last(r))
            parts[i] = with_zeros(t, parts[i], r->pad - parts[i].n, (sz_str){NULL, 0});
        n += parts[i].n + r->join.n;
    }
    if (is_empty) return (sz_str){NULL, 0};
    char *text = sz_arena_alloc(t->a, n + 1), *p = text;
    for (uint32_t i = 0; i < r->n_columns; i++) {
        if (i && r->join.n) memcpy(p, r->join.p, r->join.n);
        p += i ? r->join.n : 0;
        if (parts[i].n) memcpy(p, parts[i].p, parts[i].n);
        p += parts[i].n;
    }
    return sz_str_trim((sz_str){text, (size_t)(p - text)});
}

static const char *column_name(sz_taking *t, const sz_recipe *r) {
    if (r->from == SZ_FROM_GROUP) return column_name(t, &t->m->recipes[r->donor]);
    return r->n_columns ? sz_arena_str(t->a, r->columns[0].name).p : "";
}

static sz_taken dead(sz_taking *t, const sz_recipe *r, const char *what) {
    sz_record_dead(t->out, t->a, SZ_BAD_VALUE, r->name.p, "%s: column %s %s", r->name.p, column_name(t, r), what);
    return SZ_TAKEN_DEAD;
}

static sz_taken answer(sz_taking *t, const sz_recipe *r, const sz_answer *a, const char *what, sz_str *text) {
    if (a->kind == SZ_ANSWER_DEAD) return dead(t, r, what);
    if (a->kind == SZ_ANSWER_LEAVE_OUT) return SZ_TAKEN_NOTHING;
    *text = a->text;
    return SZ_TAKEN_TEXT;
}

/* Try the pattern and hand what its groups found to the fields named so. */
static bool match(sz_taking *t, uint32_t i, sz_str text) {
    const sz_mapping *m = t->m;
    bool is_found = sz_pattern_match(m->recipes[i].pattern, text);
    for (uint32_t k = 0; k < m->n && is_found; k++) {
        const sz_recipe *other = &m->recipes[k];
        if (k == i || (other->from == SZ_FROM_GROUP && other->donor == i))
            t->captured[k] = sz_csv_trim(sz_pattern_take(m->recipes[i].pattern, text, other->group));
    }
    t->is_matched[i] = true;
    return is_found;
}

/* The donor's text, so that its pattern is tried once. Its own `else` is not a fault of this field. */
static sz_str donated(sz_taking *t, uint32_t i) {
    uint32_t donor = t->m->recipes[i].donor;
    if (!t->is_matched[donor]) {
        sz_str text = cells(t, &t->m->recipes[donor]);
        t->is_matched[donor] = true;
        if (text.n) match(t, donor, text);
    }
    return t->captured[i];
}

static const sz_answer *look_up(const sz_recipe *r, sz_str text) {
    for (uint32_t i = 0; i < r->n_codes; i++)
        if (sz_str_eq(r->codes[i], text)) return &r->answers[i];
    return NULL;
}

static sz_str padded(sz_taking *t, const sz_recipe *r, sz_str s) {
    size_t zeros = r->pad > s.n && !pads_last(r) ? r->pad - s.n : 0;
    return zeros == 0 && r->prefix.n == 0 ? s : with_zeros(t, s, zeros, r->prefix);
}

sz_taken sz_recipe_take(sz_taking *t, uint32_t i, sz_str *text) {
    const sz_recipe *r = &t->m->recipes[i];
    if (r->from == SZ_FROM_CONSTANT) {
        *text = r->constant;
        return SZ_TAKEN_TEXT;
    }
    sz_str s = r->from == SZ_FROM_GROUP ? donated(t, i) : cells(t, r);
    if (r->pattern && s.n) {
        if (!match(t, i, s)) return answer(t, r, &r->otherwise, "does not fit the pattern", text);
        s = t->captured[i];
    }
    if (r->has_table) {
        const sz_answer *a = look_up(r, s);
        if (a) return answer(t, r, a, "has a code that is a dead letter", text);
        if (s.n) return answer(t, r, &r->otherwise, "has a code that the table does not know", text);
    }
    if (s.n == 0) return SZ_TAKEN_NOTHING;
    if (r->number && !sz_card_number(r->number, s, t->a, &s)) return dead(t, r, "has no card number of this form");
    *text = padded(t, r, s);
    return SZ_TAKEN_TEXT;
}
