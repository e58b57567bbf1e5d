/* SPDX-License-Identifier: Apache-2.0
 *
 * reply: RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/ : a letter, a line, and behind $ so many
 * bytes, behind * so many replies. A text that does not fit into what is left of a block gets a block of its own size;
 * what came of it already moves there, and the rest is read to its place.
 */
#include "reply.h"

enum { BLOCK = 64 << 10, SLACK = 256, LONGEST_LINE = 64 << 10, MOST_ITEMS = 1 << 20, MOST_KEPT = 1 << 20 };
static const size_t longest_text = (size_t)512 << 20; /* the server's own limit */

void sz_replies_init(replies *r) {
    *r = (replies){.block = NULL};
    sz_arena_init(&r->trees);
    sz_arena_init(&r->bytes);
}

void sz_replies_fini(replies *r) {
    sz_arena_fini(&r->trees);
    sz_arena_fini(&r->bytes);
}

static void forget_tree(replies *r) {
    r->root = NULL;
    r->depth = 0;
    r->is_whole = false;
}

void sz_replies_reset(replies *r) {
    sz_arena_reset(&r->trees);
    sz_arena_reset(&r->bytes);
    r->block = NULL;
    r->cap = r->n = r->at = r->kept = r->long_text = 0;
    r->error = NULL;
    forget_tree(r);
}

/* ---- blocks ---- */

/* A new block in a; what was read and is not part of a reply yet moves there. */
static void new_block(replies *r, sz_arena *a, size_t least) {
    size_t rest = r->n - r->at, cap = least > BLOCK ? least : BLOCK;
    uint8_t *block = sz_arena_raw(a, cap);
    if (rest) memcpy(block, r->block + r->at, rest);
    r->block = block;
    r->kept += cap;
    r->cap = cap;
    r->n = rest;
    r->at = 0;
}

uint8_t *sz_replies_room(replies *r, size_t *n) {
    size_t most = SIZE_MAX;
    if (r->long_text) {
        if (r->cap - r->at < r->long_text) new_block(r, &r->bytes, r->long_text + SLACK);
        /* behind a long text little is read at once: it would have to move when this one is taken */
        if (r->long_text > BLOCK) most = r->at + r->long_text + SLACK - r->n;
    } else if (r->cap - r->n < SLACK) {
        new_block(r, &r->bytes, 2 * (r->n - r->at));
    }
    *n = r->cap - r->n < most ? r->cap - r->n : most;
    return r->block + r->n;
}

void sz_replies_came(replies *r, size_t n) { r->n += n; }

void sz_replies_take(replies *r, sz_arena *trees, sz_arena *bytes) {
    *trees = r->trees;
    *bytes = r->bytes;
    sz_arena_init(&r->trees);
    sz_arena_init(&r->bytes);
    r->kept = 0;
    if (r->n > r->at) new_block(r, &r->bytes, 2 * (r->n - r->at));
    else r->block = NULL, r->cap = r->n = r->at = 0;
    forget_tree(r);
}

/* Nothing of the replies before is needed any more. */
static void begin_reply(replies *r) {
    forget_tree(r);
    if (r->at == r->n) {
        sz_replies_reset(r);
    } else if (r->kept > MOST_KEPT) {
        sz_arena trees, bytes;
        sz_replies_take(r, &trees, &bytes);
        sz_arena_fini(&trees);
        sz_arena_fini(&bytes);
    }
}

/* ---- trees ---- */

static bool fail(replies *r, const char *why) {
    r->error = why;
    return false;
}

/* Where the reply that begins belongs. */
static reply *place(replies *r) {
    if (!r->depth) return r->root = SZ_NEW(&r->trees, reply);
    return &r->open[r->depth - 1].list->items[r->open[r->depth - 1].next++];
}

/* Lists that have all their items are no longer open. */
static void close_full(replies *r) {
    while (r->depth && r->open[r->depth - 1].next == r->open[r->depth - 1].list->n) r->depth--;
}

/* A line's text, without its end; at moves behind it. False: it is not all there. */
static bool line(replies *r, sz_str *out) {
    const uint8_t *p = r->block + r->at, *end = memchr(p, '\n', r->n - r->at);
    if (!end && r->n - r->at > LONGEST_LINE) return fail(r, "a line without an end");
    if (!end) return false;
    if (end == p || end[-1] != '\r') return fail(r, "a line does not end in CR LF");
    *out = (sz_str){(const char *)p, (size_t)(end - 1 - p)};
    r->at += (size_t)(end + 1 - p);
    return true;
}

static bool put_list(replies *r, int64_t n) {
    if (n > MOST_ITEMS) return fail(r, "a list is too long");
    reply *list = place(r);
    if (n < 0) return true;
    list->kind = REPLY_LIST;
    list->items = SZ_NEWN(&r->trees, reply, (size_t)n + 1);
    list->n = (size_t)n;
    if (r->depth == REPLY_DEPTH) return fail(r, "lists are too deep");
    r->open[r->depth].list = list;
    r->open[r->depth++].next = 0;
    return true;
}

/* A text's line was read. False: its bytes are not all there; it is begun with again. */
static bool put_text(replies *r, int64_t n, size_t begin) {
    if (n < 0) {
        place(r);
        return true;
    }
    if ((uint64_t)n > longest_text) return fail(r, "a text is too long");
    if (r->n - r->at < (size_t)n + 2) {
        r->long_text = r->at - begin + (size_t)n + 2;
        r->at = begin;
        return false;
    }
    const char *p = (const char *)r->block + r->at;
    if (p[n] != '\r' || p[n + 1] != '\n') return fail(r, "a text does not end in CR LF");
    reply *text = place(r);
    text->kind = REPLY_TEXT;
    text->text = (sz_str){p, (size_t)n};
    r->at += (size_t)n + 2;
    return true;
}

static bool put_line(replies *r, char letter, sz_str words) {
    reply *one = place(r);
    one->kind = letter == '+' ? REPLY_STATUS : letter == '-' ? REPLY_ERROR : REPLY_NUMBER;
    one->text = words;
    return one->kind != REPLY_NUMBER || sz_str_i64(words, &one->number) || fail(r, "a number is none");
}

/* One more node. False: its bytes are not all there, or make no sense. */
static bool one_more(replies *r) {
    size_t begin = r->at;
    int64_t n = 0;
    sz_str words;
    if (r->n - r->at < r->long_text || r->at == r->n) return false;
    r->long_text = 0;
    char letter = (char)r->block[r->at];
    if (!strchr("+-:$*", letter) || !letter) return fail(r, "an unknown kind of reply");
    if (!line(r, &words)) return false;
    words = (sz_str){words.p + 1, words.n - 1};
    if (letter != '$' && letter != '*') return put_line(r, letter, words);
    if (!sz_str_i64(words, &n) || n < -1) return fail(r, "a length is none");
    return letter == '$' ? put_text(r, n, begin) : put_list(r, n);
}

reply *sz_replies_next(replies *r) {
    if (r->is_whole) begin_reply(r);
    while (!r->error && one_more(r)) {
        close_full(r);
        if (r->depth) continue;
        r->is_whole = true;
        return r->root;
    }
    return NULL;
}

const reply *sz_reply_at(const reply *r, size_t i) {
    static const reply nil = {.kind = REPLY_NIL};
    return r->kind == REPLY_LIST && i < r->n ? &r->items[i] : &nil;
}

bool sz_reply_is_status(const reply *r, const char *z) { return r->kind == REPLY_STATUS && sz_str_is(r->text, z); }

uint64_t sz_reply_u64(const reply *r) {
    if (r->kind == REPLY_NUMBER) return (uint64_t)r->number;
    int64_t v = 0;
    return r->kind == REPLY_TEXT && sz_str_i64(r->text, &v) ? (uint64_t)v : 0;
}
