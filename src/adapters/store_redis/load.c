/* SPDX-License-Identifier: Apache-2.0
 *
 * load: a state in pieces, each read in one MULTI or script with owner and seq, and refused under another name
 * (protocol 2.1, trap 5). While the worker digests one piece the server makes the next. Lists come by a script that
 * ends a piece at 500 items or 4 MiB; hashes by HSCAN, whose items may come twice or be more than 500, so that keys
 * are remembered and pieces are cut into chunks. The end asks for the name once more: what was read ahead may have
 * been overtaken.
 */
#include "store.h"

#include <stdio.h>

enum { MOST_ITEMS = 500, MOST_BYTES = 4 << 20, LEAST_COUNT = 8 };
static const char overtaken[] = "another worker has taken this state over";

typedef struct source {
    state_key key;
    bool has_keys; /* a hash */
} source;
static const source sources[SZ_CHUNK_END] = {
    [SZ_CHUNK_DICT] = {KEY_WORDS, false},      [SZ_CHUNK_SNAPSHOTS] = {KEY_SNAPSHOTS, true},
    [SZ_CHUNK_JOURNAL] = {KEY_JOURNAL, false}, [SZ_CHUNK_OUTBOX] = {KEY_OUTBOX, false},
    [SZ_CHUNK_LEDGER] = {KEY_LEDGER, true},
};

static void begin_kind(loading *l, sz_chunk_kind kind) {
    l->at = kind;
    l->from = 0;
    memcpy(l->cursor, "0", 2);
    l->count = MOST_ITEMS;
    if (l->seen.n) {
        sz_map_fini(&l->seen);
        sz_map_init(&l->seen);
    }
}

/* Answers on their way to an older load find another number. */
static void begin(loading *l) {
    l->number++;
    l->is_asked = false;
    l->piece = NULL;
    begin_kind(l, SZ_CHUNK_DICT);
}

void sz_load_forget(conn *c) { begin(&c->load); }

/* ---- asking ---- */

static void ask_list(conn *c, const source *s) {
    arguments *a = &c->load.list;
    sz_args_clear(a);
    sz_args_owner(a, c->load.name.owner);
    sz_args_u64(a, c->load.name.seq);
    sz_args_u64(a, (uint64_t)s->key + 1);
    sz_args_u64(a, c->load.from);
    sz_args_u64(a, MOST_ITEMS);
    sz_args_u64(a, MOST_BYTES);
    sz_conn_script(c, ASK_PIECE, SCRIPT_LIST, a);
}

static void ask_name(conn *c, ask_kind kind) {
    sz_conn_command(c, kind, 4, (sz_str[]){SZ_STR("HMGET"), c->key[KEY_HEADER], SZ_STR("owner"), SZ_STR("seq")});
}

static void ask_hash(conn *c, const source *s) {
    char count[16];
    snprintf(count, sizeof count, "%u", c->load.count);
    sz_conn_command(c, ASK_QUEUED, 1, (sz_str[]){SZ_STR("MULTI")});
    ask_name(c, ASK_QUEUED);
    sz_conn_command(
        c, ASK_QUEUED, 5,
        (sz_str[]){SZ_STR("HSCAN"), c->key[s->key], sz_str_of(c->load.cursor), SZ_STR("COUNT"), sz_str_of(count)});
    sz_conn_command(c, ASK_PIECE, 1, (sz_str[]){SZ_STR("EXEC")});
}

static void ask_next(conn *c) {
    loading *l = &c->load;
    l->is_asked = true;
    if (l->at == SZ_CHUNK_END) ask_name(c, ASK_END);
    else if (sources[l->at].has_keys) ask_hash(c, &sources[l->at]);
    else ask_list(c, &sources[l->at]);
}

/* ---- giving ---- */

static void answer(conn *c, sz_msg *m) {
    c->load.is_wanted = false;
    m->kind = SZ_MSG_CHUNK;
    m->text_zh = sz_conn_zh(c, m->text);
    sz_msgq_push(c->q, m);
}

void sz_load_failed(conn *c, sz_answer how, sz_str text) {
    answer(c, &(sz_msg){.answer = how, .chunk = SZ_CHUNK_END, .text = text});
}

/* One chunk of the piece in hand; it has items. */
static void give(conn *c) {
    loading *l = &c->load;
    sz_put puts[MOST_ITEMS];
    sz_str strs[MOST_ITEMS];
    sz_msg m = {.answer = SZ_ANS_OK, .chunk = l->piece_kind};
    size_t bytes = 0;
    while (l->next < l->end && m.n < MOST_ITEMS && bytes < MOST_BYTES) {
        const reply *one = &l->piece[l->next++];
        bytes += one->text.n;
        if (sources[l->piece_kind].has_keys) {
            puts[m.n] = (sz_put){one->text, l->piece[l->next++].text};
            bytes += puts[m.n].value.n;
        } else {
            strs[m.n] = one->text;
        }
        m.n++;
    }
    if (sources[l->piece_kind].has_keys) m.puts = puts;
    else m.strs = strs;
    answer(c, &m);
    if (l->next == l->end) l->piece = NULL;
}

/* One request is on its way until everything was asked for; the end is asked for when the worker has come to it. */
static void go_on(conn *c) {
    loading *l = &c->load;
    if (c->state != CONN_READY) return;
    if (!l->is_asked && (l->at != SZ_CHUNK_END || (l->is_wanted && !l->piece))) ask_next(c);
    if (l->is_wanted && l->piece) give(c);
}

static bool is_same(const sz_name *a, const sz_name *b) {
    return a->seq == b->seq && memcmp(a->owner, b->owner, sizeof a->owner) == 0;
}

void sz_redis_load(void *self, const sz_name *name, bool restart) {
    conn *c = self;
    loading *l = &c->load;
    if (c->is_reader) name = &c->seen;
    l->is_wanted = true;
    if (c->state != CONN_READY) {
        sz_load_failed(c, SZ_ANS_UNKNOWN, c->text[0] ? sz_str_of(c->text) : SZ_STR("there is no connection to Redis"));
        return;
    }
    if (restart || !is_same(name, &l->name)) begin(l);
    l->name = *name;
    go_on(c);
    sz_conn_step(c);
}

/* ---- replies ---- */

static bool is_name(const reply *r, const sz_name *name) {
    static const char digits[] = "0123456789abcdef";
    sz_str owner = sz_reply_at(r, 0)->text;
    if (owner.n != 32 || sz_reply_u64(sz_reply_at(r, 1)) != name->seq) return false;
    for (size_t i = 0; i < 32; i++)
        if (owner.p[i] != digits[i % 2 ? name->owner[i / 2] & 15 : name->owner[i / 2] >> 4]) return false;
    return true;
}

/* The load is over; the next one begins anew. */
static void end_with(conn *c, sz_answer how, const char *text) {
    begin(&c->load);
    if (c->load.is_wanted) sz_load_failed(c, how, sz_str_of(text));
}

static void hold(loading *l, reply *items, size_t n) {
    l->piece = n ? items : NULL;
    l->piece_kind = l->at;
    l->next = 0;
    l->end = n;
}

/* False: the load has ended. */
static bool take_list(conn *c, const reply *r) {
    loading *l = &c->load;
    sz_str word = sz_reply_at(r, 0)->text;
    if (!sz_str_is(word, "OK")) {
        bool is_damaged = sz_str_is(word, "DAMAGED");
        end_with(c, is_damaged ? SZ_ANS_FAILED : SZ_ANS_REFUSED,
                 is_damaged ? "the state is damaged: a list is shorter than its header says" : overtaken);
        return false;
    }
    l->from += r->n - 1;
    hold(l, r->items + 1, r->n - 1);
    if (r->n == 1) begin_kind(l, l->at + 1);
    return true;
}

/* Items whose key was not there before, moved together. */
static size_t keep_new(sz_map *seen, reply *items, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (!sz_map_put(seen, items[i].text, 1)) continue;
        items[kept] = items[i];
        items[kept + 1] = items[i + 1];
        kept += 2;
    }
    return kept;
}

/* As many the next time as made 4 MiB this time. */
static uint32_t count_after(const reply *items, size_t n) {
    size_t bytes = 1;
    for (size_t i = 0; i < n; i++) bytes += items[i].text.n;
    size_t fit = n / 2 * (size_t)MOST_BYTES / bytes;
    return n == 0 || fit > MOST_ITEMS ? MOST_ITEMS : fit < LEAST_COUNT ? LEAST_COUNT : (uint32_t)fit;
}

static bool take_hash(conn *c, const reply *r) {
    loading *l = &c->load;
    const reply *scan = sz_reply_at(r, 1), *items = sz_reply_at(scan, 1);
    sz_str cursor = sz_reply_at(scan, 0)->text;
    if (!is_name(sz_reply_at(r, 0), &l->name)) {
        end_with(c, SZ_ANS_REFUSED, overtaken);
        return false;
    }
    if (items->kind != REPLY_LIST || cursor.n == 0 || cursor.n >= sizeof l->cursor) {
        const reply *error = r->kind == REPLY_LIST && scan->kind == REPLY_ERROR ? scan : NULL;
        sz_conn_error(c, error ? error->text : SZ_STR("ERR no reply to HSCAN"));
        return false;
    }
    hold(l, items->items, keep_new(&l->seen, items->items, items->n));
    l->count = count_after(items->items, items->n);
    memcpy(l->cursor, cursor.p, cursor.n);
    l->cursor[cursor.n] = 0;
    if (sz_str_is(cursor, "0")) begin_kind(l, l->at + 1);
    return true;
}

static void take_end(conn *c, const reply *r) {
    if (!is_name(r, &c->load.name)) {
        end_with(c, SZ_ANS_REFUSED, overtaken);
        return;
    }
    answer(c, &(sz_msg){.answer = SZ_ANS_OK, .chunk = SZ_CHUNK_END});
}

void sz_load_reply(conn *c, const ask *a, const reply *r) {
    loading *l = &c->load;
    if (a->load != l->number) return;
    l->is_asked = false;
    if (a->kind == ASK_END) take_end(c, r);
    else if (sources[l->at].has_keys ? take_hash(c, r) : take_list(c, r)) go_on(c);
}
