/* SPDX-License-Identifier: Apache-2.0
 *
 * A state as a store gives it back, with some of its bytes changed: the header's body, packed students, blobs of the
 * journal, words, alerts. Whatever they say, the worker refuses the state with a sentence, or reads it, goes on with
 * records and ticks, shows every student, and the state that it then has written can be read again.
 *
 * The state is a real one, made at the start; the input is a list of edits to it, so that it stays of use when the
 * format changes. Each: what is edited, which item of it, where, how many bytes go, how many come, those bytes.
 */
#include <stdlib.h>

#include "support/engine_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds) {
    if (!holds) abort();
}

static const char rules[] =
    "events:\n"
    "  meal: {event: swipe, where: 'event.op == \"consume\"'}\n"
    "  home: {event: dorm_access, where: 'event.direction == \"in\"'}\n"
    "  missed: {event: attendance, where: 'event.status == \"absent\"'}\n"
    "features:\n"
    "  meals: {count: meal, over: 7d}\n"
    "  sittings: {sessions: meal, gap: 90m, over: 7d}\n"
    "  spent: {sum: meal.amount, over: 7d}\n"
    "  habit: {baseline: {sum: meal.amount, over: 1d}, recent: 2d, against: 7d}\n"
    "  door: {last: dorm_access}\n"
    "  silence: {absence: seen}\n"
    "  places: {distinct: meal.place, over: 7d}\n"
    "rules:\n"
    "  - {id: busy, when: meals >= 3 && sittings >= 1, level: green}\n"
    "  - {id: rich, value: spent, at_least: {20 yuan: blue, 40 yuan: yellow}}\n"
    "  - {id: gone, value: silence, at_least: {24h: yellow, 48h: orange, 72h: red}}\n"
    "  - {id: out, when: 'door.direction == \"out\" && door.age >= long', level: blue, params: {long: 20m}}\n"
    "  - {id: sliding, points: [{add: 3, when: places >= 2}, {add: 2, when: habit.ratio < 0.6}], at_least: {2: blue, 5: yellow}}\n"
    "  - {id: late-then-missed, sequence: [{event: home, as: night}, {event: missed}], within: 14h, level: yellow}\n";

static const rig_setup setup = {
    .rules = rules,
    .students = "student\ns1\ns2\ns3\n",
    .feeds = "pos: {delivery: stream, allowance: 2h, types: [swipe]}\n",
    .leaves = "student,from,to,kind,recorded\ns2,2026-03-04,2026-03-05,sick,2026-03-03\n",
    .o = {.admit = true, .is_live = true, .journal_bytes = 6000, .commit_records = 12, .accept_gap = true}};

/* ---- the state ---- */

static void add(rig_log *l, const char *type, const char *student, double hour, const char *more) {
    rig_log_add(l, "{\"source\":\"pos\",\"type\":\"%s\",\"student\":\"%s\",\"time\":%lld,%s}", type, student,
                (long long)(rig_monday + (int64_t)(hour * (double)SZ_HOUR_MS)), more);
}

static void a_day(rig_log *l, double hour) {
    static const char *const students[] = {"s1", "s2", "s4"};
    for (int i = 0; i < 3; i++) {
        add(l, "swipe", students[i], hour + 0.1 * i, "\"place\":\"canteen-1\",\"amount\":\"8.50\",\"op\":\"consume\"");
        add(l, "swipe", students[i], hour + 4, "\"place\":\"canteen-2\",\"amount\":\"12\",\"op\":\"consume\"");
        add(l, "dorm_access", students[i], hour + 14 + i, "\"direction\":\"in\"");
        add(l, "attendance", students[i], hour + 24, "\"status\":\"absent\"");
    }
    add(l, "dorm_access", "s1", hour + 1, "\"direction\":\"out\"");
    static const char *const states[] = {"down", "open"};
    for (int i = 0; i < 2; i++)
        rig_log_add(l, "{\"type\":\"feed_status\",\"source\":\"pos\",\"time\":%lld,\"state\":\"%s\"}",
                    (long long)(rig_monday + (int64_t)((hour + 2 + i) * (double)SZ_HOUR_MS)), states[i]);
}

/* As few commits as there are blobs, the lists in the last of them. */
static void flatten(const rig_store *from, rig_store *to, sz_arena *a) {
    rig_lists l = rig_store_lists(from, a);
    const rig_node *last = &from->nodes[from->n - 1];
    demand(last->is_commit && l.n_journal > 1 && l.n_snapshots > 1 && l.n_outbox > 1);
    rig_store_begin(to, 1);
    for (uint32_t i = 0; i < l.n_journal; i++) {
        sz_commit c = {.journal = l.journal[i], .has_journal = i};
        if (i + 1 == l.n_journal) {
            c = last->c;
            c.dict = l.dict, c.n_dict = l.n_dict;
            c.outbox = l.outbox, c.n_outbox = l.n_outbox;
            c.snapshots = l.snapshots, c.n_snapshots = l.n_snapshots;
            c.journal = l.journal[i];
            c.has_journal = i, c.has_dict = c.has_outbox = c.trim_outbox = c.trim_journal = 0;
        }
        rig_store_commit(to, &c);
    }
    to->nodes[to->n - 1].name = last->name;
}

static void make_state(rig_store *out, rig_log *log) {
    static rig_store store;
    sz_arena a;
    rig r;
    rig_setup o = setup;
    rig_store_init(&store);
    rig_log_init(log);
    sz_arena_init(&a);
    rig_init(&r, &store, log, &o);
    r.store_clock = rig_monday + 20 * SZ_DAY_MS; /* no record of ours is of the future */
    rig_assign(&r, -1);
    for (int day = 0; day < 3; day++) {
        r.acks = day == 0; /* some alerts stay in the outbox */
        r.wall = rig_monday + (day + 2) * SZ_DAY_MS;
        a_day(log, 24 * day + 8);
        rig_wait(&r, 2000);
        rig_tick(&r);
        rig_wait(&r, 2000);
    }
    for (int i = 0; i < 2; i++) { /* the newest blobs stand beside the snapshots */
        add(log, "swipe", "s1", 78 + 3 * i, "\"amount\":\"3\"");
        add(log, "dorm_access", "s4", 79 + 3 * i, "\"direction\":\"out\"");
        rig_wait(&r, 600);
    }
    rig_store_init(out);
    flatten(&store, out, &a);
    rig_fini(&r);
    rig_store_fini(&store);
    sz_arena_fini(&a);
}

/* ---- edits ---- */

/* Journal and snapshots: 0 | version | seq | hash of the rest | the rest. Hash it anew, or nothing but the hash is ever
 * tried. */
static void seal(char *p, size_t n) {
    size_t i = 2;
    if (n < 3 || p[0]) return;
    while (i < n && p[i] & 0x80) i++;
    if (++i + 8 > n) return;
    sz_reader whole = sz_reader_of(p + i + 8, n - i - 8);
    uint64_t h = sz_hash(whole.p, n - i - 8);
    for (int k = 0; k < 8; k++) p[i + (size_t)k] = (char)(uint8_t)(h >> 8 * k);
}

static sz_str edited(sz_arena *a, sz_str s, sz_reader *r) {
    uint32_t at = sz_read_u8(r);
    at |= (uint32_t)sz_read_u8(r) << 8;
    size_t n_out = sz_read_u8(r), n_in = sz_read_u8(r);
    if (at > s.n) at = s.n ? at % (uint32_t)s.n : 0;
    if (n_out == 255 || n_out > s.n - at) n_out = s.n - at;
    if (n_in > (size_t)(r->end - r->p)) n_in = (size_t)(r->end - r->p);
    sz_str in = sz_read_bytes(r, n_in);
    char *p = sz_arena_alloc(a, s.n - n_out + n_in + 1);
    memcpy(p, s.p, at);
    if (n_in) memcpy(p + at, in.p, n_in);
    memcpy(p + at + n_in, s.p + at + n_out, s.n - at - n_out);
    return (sz_str){p, s.n - n_out + n_in};
}

enum { BODY, JOURNAL, SNAPSHOT, STUDENT, WORD, ALERT, N_PARTS, UNSEALED = 0x80 };

static void edit(rig_store *s, sz_reader *r) {
    sz_commit *c = &s->nodes[s->n - 1].c;
    uint8_t what = sz_read_u8(r), which = sz_read_u8(r);
    sz_str *item = &c->body;
    switch ((what & ~UNSEALED) % N_PARTS) {
    case JOURNAL: item = &s->nodes[1 + which % (s->n - 1)].c.journal; break;
    case SNAPSHOT: item = &((sz_put *)(uintptr_t)c->snapshots)[which % c->n_snapshots].value; break;
    case STUDENT: item = &((sz_put *)(uintptr_t)c->snapshots)[which % c->n_snapshots].key; break;
    case WORD: item = &((sz_str *)(uintptr_t)c->dict)[which % c->n_dict]; break;
    case ALERT: item = &((sz_str *)(uintptr_t)c->outbox)[which % c->n_outbox]; break;
    default: break;
    }
    *item = edited(&s->arena, *item, r);
    if (!(what & UNSEALED) && (item->n && !item->p[0]) && item != &c->body) seal((char *)(uintptr_t)item->p, item->n);
}

/* A copy whose items may be edited. */
static void copy_state(rig_store *to, const rig_store *from) {
    rig_store_init(to);
    rig_store_begin(to, from->parts);
    for (uint32_t i = 1; i < from->n; i++) {
        rig_store_commit(to, &from->nodes[i].c);
        to->nodes[i].name = from->nodes[i].name;
    }
}

/* ---- what is done with it ---- */

/* It runs, or says why it does not. */
static bool has_loaded(rig *r) {
    sz_str text;
    sz_worker_state s = rig_state(r);
    if (s == SZ_WK_RUNNING) return true;
    if (s == SZ_WK_HELD || s == SZ_WK_FAILED)
        demand(sz_worker_failure(r->w, &text) != SZ_OK && text.n && sz_worker_failure_in(r->w, SZ_ZH).n);
    return false;
}

static void show_all(rig *r) {
    static const char *const students[] = {"s1", "s2", "s3", "s4"};
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < sizeof students / sizeof *students; i++) sz_worker_show(r->w, sz_str_of(students[i]), &out);
    sz_worker_summary(r->w, &out);
    sz_buf_fini(&out);
}

static bool go_on(rig *r, rig_log *log) {
    r->wall = rig_monday + 8 * SZ_DAY_MS;
    for (int i = 1; i <= 4; i++) {
        char student[] = {'s', (char)('0' + i), 0};
        add(log, i % 2 ? "swipe" : "dorm_access", student, 24 * 5 + i,
            i % 2 ? "\"amount\":\"30\"" : "\"direction\":\"in\"");
    }
    rig_wait(r, 2000);
    rig_tick(r);
    rig_wait(r, 2000);
    if (!has_loaded(r)) return false;
    show_all(r);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static rig_store whole, store;
    static rig_log read, log;
    if (!whole.n) make_state(&whole, &read);
    copy_state(&store, &whole);
    sz_reader in = sz_reader_of(data, size);
    for (int i = 0; i < 8 && in.p < in.end; i++) edit(&store, &in);
    rig_log_init(&log);
    memcpy(log.v, read.v, read.n * sizeof *read.v);
    log.n = read.n, log.end = read.end;
    rig r;
    rig_setup o = setup;
    o.seed = 7;
    rig_init(&r, &store, &log, &o);
    r.store_clock = rig_monday + 20 * SZ_DAY_MS; /* no record of ours is of the future */
    rig_assign(&r, -1);
    bool is_fine = has_loaded(&r) && go_on(&r, &log);
    rig_fini(&r);
    if (is_fine) { /* what it wrote reads as well */
        o.seed = 77;
        rig_init(&r, &store, &log, &o);
        r.store_clock = rig_monday + 20 * SZ_DAY_MS;
        rig_assign(&r, -1);
        demand(has_loaded(&r));
        show_all(&r);
        rig_fini(&r);
    }
    rig_log_fini(&log);
    rig_store_fini(&store);
    return 0;
}
