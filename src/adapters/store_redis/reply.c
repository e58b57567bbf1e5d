/* SPDX-License-Identifier: Apache-2.0
 *
 * reply: hiredis parses, its objects are ours: the items of a list lie side by side and texts in one arena, so that a
 * chunk of 500 students is a few allocations and is let go at once.
 */
#include "reply.h"

/* Where this object belongs: the next item of the list that is being read, or a tree's root. */
static reply *place(const redisReadTask *t, reply_kind kind) {
    reply *r;
    if (t->parent) {
        reply *list = t->parent->obj;
        r = &list->items[t->idx];
    } else {
        r = SZ_NEW((sz_arena *)t->privdata, reply);
    }
    r->kind = kind;
    return r;
}

static void *make_text(const redisReadTask *t, char *p, size_t n) {
    reply *r = place(t, t->type == REDIS_REPLY_ERROR    ? REPLY_ERROR
                        : t->type == REDIS_REPLY_STATUS ? REPLY_STATUS
                                                        : REPLY_TEXT);
    r->text = sz_arena_str(t->privdata, (sz_str){p, n});
    return r;
}

static void *make_list(const redisReadTask *t, size_t n) {
    reply *r = place(t, REPLY_LIST);
    r->items = SZ_NEWN((sz_arena *)t->privdata, reply, n + 1);
    r->n = n;
    return r;
}

static void *make_number(const redisReadTask *t, long long v) {
    reply *r = place(t, REPLY_NUMBER);
    r->number = v;
    return r;
}

static void *make_double(const redisReadTask *t, double v, char *p, size_t n) {
    (void)v;
    return make_text(t, p, n);
}

static void *make_bool(const redisReadTask *t, int v) { return make_number(t, v); }

static void *make_nil(const redisReadTask *t) { return place(t, REPLY_NIL); }

static void let_go(void *r) { (void)r; /* the arena's */ }

redisReader *sz_reply_reader(sz_arena *a) {
    static redisReplyObjectFunctions makers = {
        .createString = make_text,
        .createArray = make_list,
        .createInteger = make_number,
        .createDouble = make_double,
        .createNil = make_nil,
        .createBool = make_bool,
        .freeObject = let_go,
    };
    redisReader *r = redisReaderCreateWithFunctions(&makers);
    r->privdata = a;
    r->maxbuf = 0; /* keep the buffer: the next chunk is as large */
    return r;
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
