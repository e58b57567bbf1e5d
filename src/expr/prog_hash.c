/* SPDX-License-Identifier: Apache-2.0
 *
 * Hash of a program's meaning: the typed tree in prefix order, with constants by value and symbols by what they
 * mean. White space, parentheses that change nothing, the form of literals (24 and 24.0), names of constants and
 * slot numbers do not enter.
 */
#include "prog.h"

typedef struct hasher {
    sz_buf b;
    uint64_t (*meaning)(void *ctx, uint32_t slot);
    void *ctx;
} hasher;

static void put_number(hasher *h, double v) { sz_buf_put_double(&h->b, v == 0 ? 0.0 : v); /* -0 is 0 */ }

static void put_constant(hasher *h, const sz_xval *v) {
    sz_buf_put_u8(&h->b, v->know);
    if (v->know == SZ_UNKNOWN) return;
    switch (v->type) {
    case SZ_X_BOOL: sz_buf_put_u8(&h->b, v->b); break;
    case SZ_X_STR: sz_buf_put_lstr(&h->b, v->str); break;
    case SZ_X_LIST_STR:
    case SZ_X_LIST_NUM:
        sz_buf_put_varint(&h->b, v->list ? v->list->n : 0);
        for (uint32_t i = 0; v->list && i < v->list->n; i++) {
            if (v->type == SZ_X_LIST_STR) sz_buf_put_lstr(&h->b, v->list->strs[i]);
            else put_number(h, v->list->nums[i]);
        }
        break;
    default: put_number(h, v->num); break;
    }
}

static void put_node(hasher *h, const tnode *n) {
    sz_buf_put_u8(&h->b, n->kind);
    sz_buf_put_u8(&h->b, n->type);
    sz_buf_put_u8(&h->b, n->op);
    if (n->kind == T_CONST) put_constant(h, &n->value);
    if (n->kind == T_SYM || n->kind == T_HAS)
        sz_buf_put_u64(&h->b, h->meaning ? h->meaning(h->ctx, n->slot) : n->slot);
    if (n->zone) sz_buf_put_lstr(&h->b, sz_str_of(n->zone->name));
    if (n->zone) sz_buf_put_u32(&h->b, (uint32_t)n->zone->offset0_s);
    sz_buf_put_varint(&h->b, n->n);
    for (uint32_t i = 0; i < n->n; i++) put_node(h, n->kid[i]);
}

uint64_t sz_prog_hash(const sz_prog *p, uint64_t (*slot_meaning)(void *ctx, uint32_t slot), void *ctx) {
    hasher h = {.meaning = slot_meaning, .ctx = ctx};
    sz_buf_init(&h.b);
    put_node(&h, p->root);
    uint64_t v = sz_hash(h.b.p, h.b.n);
    sz_buf_fini(&h.b);
    return v;
}
