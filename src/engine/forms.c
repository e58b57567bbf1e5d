/* SPDX-License-Identifier: Apache-2.0
 *
 * Forms: what the store holds of a student stands in the form of the rule set under which it was written, and a commit
 * is of one rule set. So the header lists the rule sets that may still occur, each with the last commit of its own; the
 * seq of a snapshot or a blob says which one it is (docs/adr/0025). What is read in an older form is carried into ours
 * when it is unpacked, through all between. Snapshots in ours are written a few a commit; then the list is empty again.
 */
#include "worker.h"

enum { MOST = 10000 }; /* more is damage */

/* What seq was written in; NULL: ours. */
const form *form_of(const sz_worker *w, uint64_t seq) {
    for (uint32_t k = 0; k < w->n_forms; k++)
        if (seq <= w->forms[k].until) return &w->forms[k];
    return NULL;
}

const form *form_of_entry(const sz_worker *w, uint32_t entry) {
    for (uint32_t k = 0; k < w->n_forms; k++)
        if (entry < w->forms[k].n_entries) return &w->forms[k];
    return NULL;
}

void forms_note_blob(sz_worker *w, uint64_t seq) {
    for (uint32_t k = 0; k < w->n_forms; k++)
        if (seq <= w->forms[k].until) w->forms[k].n_entries = w->students.asleep.n_entries;
}

bool is_in_our_form(const sz_worker *w, uint32_t i) {
    return !w->n_forms || (i < w->cap_snaps && w->snaps[i].seq > w->forms[w->n_forms - 1].until);
}

/* ---- in the header ---- */

void forms_put(sz_buf *out, const sz_worker *w, const outgoing *o) {
    uint32_t n = o->ends_forms ? 0 : w->n_forms;
    sz_buf_put_varint(out, n);
    for (uint32_t k = 0; k < n; k++) {
        sz_buf_put_varint(out, w->forms[k].until);
        sz_buf_put_u8(out, w->forms[k].old.version);
        sz_buf_put_lstr(out, w->forms[k].bytes);
    }
}

static form *form_add(sz_worker *w, uint64_t until, sz_str bytes) {
    form *more = SZ_NEWN(&w->world, form, w->n_forms + 1);
    if (w->n_forms) memcpy(more, w->forms, w->n_forms * sizeof *more);
    w->forms = more;
    form *f = &w->forms[w->n_forms++];
    *f = (form){.until = until, .bytes = sz_arena_str(&w->world, bytes)};
    return f;
}

bool forms_get(sz_worker *w, sz_reader *r) {
    uint64_t n = sz_read_varint(r);
    for (uint64_t k = 0; k < n && n < MOST && !r->bad; k++) {
        uint64_t until = sz_read_varint(r);
        uint8_t version = sz_read_u8(r);
        form *f = form_add(w, until, sz_read_lstr(r));
        sz_reader body = sz_reader_of(f->bytes.p, f->bytes.n);
        if (!meaning_get(&f->old, &body, version, &w->world)) return false;
    }
    return !r->bad && n < MOST;
}

/* All that the store holds is of the rule set that wrote its header, or older. */
void forms_add(sz_worker *w, const meaning *old, sz_str bytes) {
    form *f = form_add(w, w->name.seq, bytes);
    f->old = *old;
    w->at_form = 0;
}

/* ---- carried through all between ---- */

static uint32_t acc_in(const meaning *m, uint64_t hash) {
    for (uint32_t i = 0; i < m->n_accs; i++)
        if (m->accs[i].hash == hash) return i;
    return SZ_NONE;
}

static bool has_matcher(const meaning *m, uint64_t hash) {
    for (uint32_t i = 0; i < m->n_matchers; i++)
        if (m->matchers[i] == hash) return true;
    return false;
}

/* Number in that form of each accumulator of ours that has been kept ever since. */
static uint32_t *accs_of(sz_worker *w, uint32_t at) {
    const sz_featureset *fs = &w->bundle->fs;
    uint32_t *of = SZ_NEWN(&w->world, uint32_t, fs->n_accs + 1);
    for (uint32_t i = 0; i < fs->n_accs; i++) {
        of[i] = acc_in(&w->forms[at].old, fs->accs[i].hash);
        for (uint32_t k = at + 1; k < w->n_forms; k++)
            if (acc_in(&w->forms[k].old, fs->accs[i].hash) == SZ_NONE) of[i] = SZ_NONE;
    }
    return of;
}

/* Number of ours of each matcher of that form that there has been ever since. */
static uint32_t *matchers_to(sz_worker *w, uint32_t at) {
    const sz_featureset *fs = &w->bundle->fs;
    const meaning *old = &w->forms[at].old;
    uint32_t *to = SZ_NEWN(&w->world, uint32_t, old->n_matchers + 1);
    for (uint32_t m = 0; m < old->n_matchers; m++) {
        to[m] = SZ_NONE;
        for (uint32_t i = 0; i < fs->n_matchers && to[m] == SZ_NONE; i++)
            if (fs->matchers[i].hash == old->matchers[m]) to[m] = i;
        for (uint32_t k = at + 1; k < w->n_forms; k++)
            if (!has_matcher(&w->forms[k].old, old->matchers[m])) to[m] = SZ_NONE;
    }
    return to;
}

/* ---- rules between ---- */

static const old_rule *rule_in(const meaning *m, sz_str rule) {
    for (uint32_t i = 0; i < m->n_rules; i++)
        if (sz_str_eq(m->rules[i].id, rule)) return &m->rules[i];
    return NULL;
}

/* Where a rule ended, though it may be there again: the first form after it in which it was gone (*r: NULL) or switched
 * off. False: nowhere. */
static bool ended_between(const form *f, sz_str rule, const old_rule **r) {
    const form *end = f->worker->forms + f->worker->n_forms;
    for (const form *g = f + 1; g < end; g++) {
        *r = rule_in(&g->old, rule);
        if (!*r || (*r)->mode == SZ_DISABLED) return true;
    }
    return false;
}

static uint32_t least_steps(void *ctx, sz_str rule) {
    const form *f = ctx, *end = f->worker->forms + f->worker->n_forms;
    const old_rule *r;
    uint32_t least = UINT32_MAX;
    if (ended_between(f, rule, &r)) return 0;
    for (const form *g = f + 1; g < end; g++)
        if ((r = rule_in(&g->old, rule)) && r->n_steps && r->n_steps < least) least = r->n_steps;
    return least;
}

sz_str form_rule(const form *f, sz_str rule) {
    const old_rule *r = rule_in(&f->old, rule);
    return r ? r->id : sz_arena_str(&f->worker->world, rule);
}

/* The rule as it told what it has open: the last one that it was from this form on, before it went. */
static const old_rule *told_by(const form *f, sz_str rule) {
    const form *end = f->worker->forms + f->worker->n_forms;
    const old_rule *last = NULL;
    for (const form *g = f; g < end; g++) {
        const old_rule *r = rule_in(&g->old, rule);
        if (!r || r->mode == SZ_DISABLED) break;
        last = r;
    }
    return last;
}

/* The same of whoever is read in ours: of the newest rule set that did tell it. */
uint8_t forms_told_mode(const sz_worker *w, sz_str rule) {
    for (uint32_t k = w->n_forms; k-- > 0;) {
        const old_rule *r = rule_in(&w->forms[k].old, rule);
        if (r && r->mode != SZ_DISABLED) return r->mode;
    }
    return SZ_LIVE;
}

/* States of before do not say it: as of a rule that names no version. */
static sz_str version_of(const form *f, const old_rule *r) {
    if (r->version.n) return r->version;
    return sz_str_of(sz_arena_printf(&f->worker->world, "1-%08x", (unsigned)(r->hash >> 32)));
}

off_rule form_switched_off(const form *f, sz_str rule) {
    const old_rule *r = told_by(f, rule);
    off_rule off = {.number = SZ_NONE, .told = SZ_LIVE};
    if (r) {
        off.told = r->mode;
        off.by = version_of(f, r);
    }
    const sz_bundle *b = f->worker->bundle;
    if (!ended_between(f, rule, &r) || !r) return off;
    for (uint32_t i = 0; i < b->n_rules && off.number == SZ_NONE; i++)
        if (sz_str_eq(b->rules[i].id, rule)) off = (off_rule){i, r->version, off.told, off.by};
    return off;
}

void forms_link(sz_worker *w, void (*gone)(void *ctx, sz_timeline *tl, sz_str rule, sz_episode *e)) {
    for (uint32_t k = 0; k < w->n_forms; k++) {
        form *f = &w->forms[k];
        f->worker = w;
        f->silent = (sz_carry){.least_steps = least_steps,
                               .ctx = f,
                               .map = {.n_accs = f->old.n_accs,
                                       .acc_of = accs_of(w, k),
                                       .mask_bytes = f->old.mask_bytes,
                                       .n_matchers = f->old.n_matchers,
                                       .matcher_to = matchers_to(w, k),
                                       .from_ms = w->acc_from_ms,
                                       .zone = sz_campus_zone(w->campus)}};
        f->aloud = f->silent;
        f->aloud.gone = gone;
    }
}

/* ---- written anew ---- */

uint32_t forms_rewrite(sz_worker *w, outgoing *o, sz_put *puts, uint32_t most, uint64_t seq) {
    uint32_t n = 0;
    size_t bytes = 0;
    if (!w->n_forms || ended_is_owed(w)) return 0; /* who is owed is known by his older form */
    for (; w->at_form < w->students.n && n < most && bytes < FORMS_BYTES_A_COMMIT; w->at_form++) {
        if (is_in_our_form(w, w->at_form) || !dues_are_stored(w, w->at_form)) continue;
        puts[n] = snapshot_of(w, o, w->at_form, seq);
        bytes += puts[n++].value.n;
    }
    o->ends_forms = w->at_form == w->students.n;
    uint64_t until = w->forms[w->n_forms - 1].until;
    while (o->ends_forms && o->trim_blobs < w->n_blobs && w->blobs[o->trim_blobs].seq <= until) o->trim_blobs++;
    return n;
}

void forms_end(sz_worker *w) {
    w->n_forms = 0;
    w->forms = NULL;
}
