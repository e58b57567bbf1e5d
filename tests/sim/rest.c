/* SPDX-License-Identifier: Apache-2.0
 *
 * rest: the faults are off; what must hold when everything has come to an end.
 */
#include <stdio.h>

#include "host.h"
#include "invariants.h"
#include "sink_twin.h"
#include "store_state.h"

bool is_at_rest(const world *w) {
    for (uint32_t p = 0; p < w->s.parts; p++) {
        const node *top = state_top(&w->store.parts[p]);
        int32_t owner = w->group.owner[p];
        if (owner < 0 || w->stream.visible[p] != w->load->log[p].n) return false;
        const seat *s = &w->hosts[owner].seats[p];
        if (!s->w || s->where != SZ_WK_RUNNING || s->pos != (int64_t)w->stream.visible[p]) return false;
        if (top->outbox.end != top->outbox.first || top->g.offset != s->pos) return false;
        if (s->bundle + 1 != w->load->n_bundles || top->g.bundle != s->bundle) return false;
        if (s->campus + 1 != w->load->n_campuses || top->g.campus != s->campus) return false;
        if (w->s.is_live && !s->is_told) return false;
    }
    return true;
}

/* ---- what was said, and what is on the topic ---- */

static int64_t seq_of(const said_line *x) {
    int64_t n = 0;
    sz_str_i64(alert_member(x->bytes, "seq"), &n);
    return n;
}

/* alert → index of the line with its highest seq */
static void fold(const world *w, sz_map *m) {
    sz_map_init(m);
    for (uint32_t i = 0; i < w->sink.n; i++) {
        const said_line *x = &w->sink.v[i];
        if (!x->is_out) continue;
        sz_str alert = alert_member(x->bytes, "alert");
        const uint32_t *have = sz_map_get(m, alert);
        if (!have || seq_of(&w->sink.v[*have]) < seq_of(x)) sz_map_put(m, alert, i);
    }
}

/* One student's episodes as `state show` prints them. Counts those that the topic has too. */
static void compare_shown(world *w, const sz_map *m, sz_str shown, uint32_t *n) {
    size_t at = 0;
    static const char head[] = ",\"alert\":\"";
    for (; at + sizeof head < shown.n; at++) {
        if (memcmp(shown.p + at, head, sizeof head - 1) != 0) continue;
        sz_str rest = {shown.p + at, shown.n - at};
        sz_str alert = alert_member(rest, "alert"), seq = alert_member(rest, "seq"),
               state = alert_member(rest, "state");
        if (sz_str_is(seq, "0")) continue; /* nothing was told of it */
        const uint32_t *have = sz_map_get(m, alert);
        if (!have) {
            fail(w, "at rest: the state has said %.*s, and the topic does not have it", SZ_FMT_STR(alert));
            return;
        }
        const said_line *x = &w->sink.v[*have];
        if (!sz_str_eq(alert_member(x->bytes, "seq"), seq) || !sz_str_eq(alert_member(x->bytes, "state"), state))
            fail(w, "at rest: the state has said %.*s with seq %.*s, %.*s, and the topic has %.*s", SZ_FMT_STR(alert),
                 SZ_FMT_STR(seq), SZ_FMT_STR(state), SZ_FMT_STR(x->bytes));
        ++*n;
    }
}

void invariant_said(world *w) {
    sz_map m;
    fold(w, &m);
    uint32_t n = 0;
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t p = 0; p < w->s.parts && !w->is_failed; p++) {
        sz_worker *k = w->hosts[w->group.owner[p]].seats[p].w;
        for (uint32_t i = 0; i < w->load->n_students; i++) {
            if (sz_home(w->load->students[i], w->s.parts) != p) continue;
            sz_buf_clear(&out);
            if (sz_worker_show(k, w->load->students[i], &out) == SZ_OK) compare_shown(w, &m, sz_buf_str(&out), &n);
        }
    }
    if (n != m.n && w->load->n_bundles == 1)
        fail(w, "at rest: the topic has %u alerts, the states have said %u", m.n, n);
    sz_buf_fini(&out);
    sz_map_fini(&m);
}

/* ---- counts ---- */

static void compare_counts(world *w) {
    for (uint32_t p = 0; p < w->s.parts; p++) {
        const node *top = state_top(&w->store.parts[p]);
        if (top->g.n.read != w->load->log[p].n)
            fail(w, "at rest: partition %u has %u records, and %llu were read", p, w->load->log[p].n,
                 (unsigned long long)top->g.n.read);
    }
}

/* Whatever one of its histories said is on the topic. */
static void compare_outbox(world *w) {
    for (uint32_t i = 0; i < w->sink.n; i++) {
        const said_line *x = &w->sink.v[i];
        if (x->n_said && !x->is_out) fail(w, "at rest: an alert was never published: %.*s", SZ_FMT_STR(x->bytes));
    }
}

/* ---- against the undisturbed run ---- */

/* What both runs say of the student and rule of a line, a line each. */
static sz_str both(world *w, const world *ref, const said_line *x) {
    sz_str student = alert_member(x->bytes, "student"), rule = alert_member(x->bytes, "rule");
    sz_buf out;
    sz_buf_init(&out);
    for (int side = 0; side < 2; side++) {
        const sink *k = side ? &ref->sink : &w->sink;
        sz_buf_put_z(&out, side ? "\n  undisturbed:" : "\n  here:");
        for (uint32_t i = 0; i < k->n; i++) {
            sz_str b = k->v[i].bytes;
            if (!k->v[i].is_out || !sz_str_eq(alert_member(b, "student"), student)) continue;
            if (!sz_str_eq(alert_member(b, "rule"), rule)) continue;
            sz_buf_printf(&out, "\n    %.*s %.*s %.*s since %.*s at %.*s", SZ_FMT_STR(k->v[i].key),
                          SZ_FMT_STR(alert_member(b, "event")), SZ_FMT_STR(alert_member(b, "level")),
                          SZ_FMT_STR(alert_member(b, "since")), SZ_FMT_STR(alert_member(b, "at")));
        }
    }
    sz_str text = keep(w, sz_buf_str(&out));
    sz_buf_fini(&out);
    return text;
}

static void compare_lines(world *w, const world *ref) {
    for (int side = 0; side < 2; side++) {
        const world *a = side ? ref : w, *b = side ? w : ref;
        for (uint32_t i = 0; i < a->sink.n && !w->is_failed; i++) {
            const said_line *x = &a->sink.v[i];
            const uint32_t *have = sz_map_get(&b->sink.lines, x->bytes);
            if (!x->is_out || (have && b->sink.v[*have].is_out)) continue;
            fail(w, "at rest: only %s says %.*s%.*s", side ? "the undisturbed run" : "this run", SZ_FMT_STR(x->bytes),
                 SZ_FMT_STR(both(w, ref, x)));
        }
    }
}

/* What stands of an alert, without what depends on when it was looked at: its id, its seq, whether it was corrected. */
static sz_str standing(world *w, const said_line *x) {
    sz_str b = x->bytes;
    return keep_printf(w, "%.*s %.*s %.*s %.*s since %.*s at %.*s %.*s", SZ_FMT_STR(alert_member(b, "student")),
                       SZ_FMT_STR(alert_member(b, "rule")), SZ_FMT_STR(alert_member(b, "level")),
                       SZ_FMT_STR(alert_member(b, "state")), SZ_FMT_STR(alert_member(b, "since")),
                       SZ_FMT_STR(alert_member(b, "at")), SZ_FMT_STR(alert_member(b, "step")));
}

static void collect(world *w, const world *of, sz_map *out) {
    sz_map m;
    fold(of, &m);
    sz_map_init(out);
    for (uint32_t i = 0; i < of->sink.n; i++) {
        const said_line *x = &of->sink.v[i];
        const uint32_t *top = sz_map_get(&m, alert_member(x->bytes, "alert"));
        if (!top || *top != i || sz_str_is(alert_member(x->bytes, "state"), "retracted")) continue;
        sz_map_put(out, standing(w, x), i);
    }
    sz_map_fini(&m);
}

/* All of the same student and rule, as the texts begin with them. */
static sz_str beside(world *w, const sz_map *m, sz_str text) {
    size_t n = 0;
    for (int blanks = 0; n < text.n && blanks < 2; n++) blanks += text.p[n] == ' ';
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t i = 0; i < m->n; i++) {
        sz_str k = sz_map_key(m, i);
        if (k.n > n && memcmp(k.p, text.p, n) == 0) sz_buf_printf(&out, "\n    %.*s", SZ_FMT_STR(k));
    }
    sz_str s = keep(w, sz_buf_str(&out));
    sz_buf_fini(&out);
    return s;
}

static void compare_standing(world *w, const world *ref) {
    sz_map mine, theirs;
    collect(w, w, &mine);
    collect(w, ref, &theirs);
    for (int side = 0; side < 2; side++) {
        const sz_map *a = side ? &theirs : &mine, *b = side ? &mine : &theirs;
        for (uint32_t i = 0; i < a->n && !w->is_failed; i++) {
            sz_str k = sz_map_key(a, i);
            if (sz_map_get(b, k)) continue;
            fail(w, "at rest: this stands only %s: %.*s\n  here:%.*s\n  undisturbed:%.*s",
                 side ? "in the undisturbed run" : "here", SZ_FMT_STR(k), SZ_FMT_STR(beside(w, &mine, k)),
                 SZ_FMT_STR(beside(w, &theirs, k)));
        }
    }
    sz_map_fini(&mine);
    sz_map_fini(&theirs);
}

static void compare_dead(world *w, const world *ref) {
    for (uint32_t i = 0; i < ref->sink.dead.n; i++)
        if (!sz_map_get(&w->sink.dead, sz_map_key(&ref->sink.dead, i)))
            fail(w, "at rest: no dead letter for %.*s", SZ_FMT_STR(sz_map_key(&ref->sink.dead, i)));
    for (uint32_t i = 0; i < w->sink.dead.n; i++)
        if (!sz_map_get(&ref->sink.dead, sz_map_key(&w->sink.dead, i)))
            fail(w, "at rest: a dead letter that the undisturbed run does not have: %.*s",
                 SZ_FMT_STR(w->sink.dead_bytes.v[i]));
}

/* ---- dead letters, where the campus changes ---- */

static sz_str decoded(world *w, sz_str base64) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    sz_buf out;
    sz_buf_init(&out);
    uint32_t bits = 0, n_bits = 0;
    for (size_t i = 0; i < base64.n && base64.p[i] != '='; i++) {
        const char *at = strchr(digits, base64.p[i]);
        bits = bits << 6 | (uint32_t)(at ? at - digits : 0);
        if ((n_bits += 6) < 8) continue;
        n_bits -= 8;
        sz_buf_put_u8(&out, (uint8_t)(bits >> n_bits));
    }
    sz_str text = keep(w, sz_buf_str(&out));
    sz_buf_fini(&out);
    return text;
}

/* Which records are set aside: by their ids, where they have one of ours. Whether as misrouted when it was read, or out
 * of the state once its card was corrected, and which of two with one id came first, depends on when that was. */
static void collect_dead(world *w, const world *of, sz_map *out) {
    sz_map_init(out);
    for (uint32_t i = 0; i < of->sink.dead.n; i++) {
        sz_str id = alert_member(decoded(w, alert_member(of->sink.dead_bytes.v[i], "raw_base64")), "id");
        sz_map_put(out, id.n && id.p[0] == 'e' ? id : sz_map_key(&of->sink.dead, i), i);
    }
}

static void compare_dead_records(world *w, const world *ref) {
    sz_map mine, theirs;
    collect_dead(w, w, &mine);
    collect_dead(w, ref, &theirs);
    for (int side = 0; side < 2; side++) {
        const sz_map *a = side ? &theirs : &mine, *b = side ? &mine : &theirs;
        const world *of = side ? ref : w;
        for (uint32_t i = 0; i < a->n && !w->is_failed; i++)
            if (!sz_map_get(b, sz_map_key(a, i)))
                fail(w, "at rest: only %s sets aside %.*s: %.*s", side ? "the undisturbed run" : "this run",
                     SZ_FMT_STR(sz_map_key(a, i)), SZ_FMT_STR(of->sink.dead_bytes.v[*sz_map_get(a, sz_map_key(a, i))]));
    }
    sz_map_fini(&mine);
    sz_map_fini(&theirs);
}

void invariant_at_rest(world *w, const world *ref) {
    compare_counts(w);
    compare_outbox(w);
    invariant_said(w);
    if (w->load->n_campuses > 1) compare_dead_records(w, ref);
    else compare_dead(w, ref);
    if (w->load->n_bundles > 1) return; /* when which rules held depends on the run */
    if (w->s.is_live || w->load->n_campuses > 1 || w->load->reads_on)
        compare_standing(w, ref); /* what was told meanwhile depends on it */
    else compare_lines(w, ref);
}
