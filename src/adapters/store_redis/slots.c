/* SPDX-License-Identifier: Apache-2.0 */
#include "slots.h"

void sz_slots_fini(slot_table *t) {
    sz_free(t->v);
    *t = (slot_table){.n = 0};
}

uint32_t sz_slot_of(sz_str tag) {
    uint32_t crc = 0;
    for (size_t i = 0; i < tag.n; i++) {
        crc ^= (uint32_t)(uint8_t)tag.p[i] << 8;
        for (int bit = 0; bit < 8; bit++) crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
    }
    return crc & 16383;
}

static void add(slot_table *t, uint32_t first, uint32_t last, sz_str host, uint16_t port) {
    if (host.n >= sizeof t->v->host) return;
    if (t->n == t->room) {
        t->room = t->room ? t->room * 2 : 16;
        t->v = sz_realloc(t->v, sizeof *t->v * t->room);
    }
    slot_range *s = &t->v[t->n++];
    *s = (slot_range){.first = first, .last = last, .port = port};
    memcpy(s->host, host.p, host.n);
}

bool sz_slots_read(slot_table *t, const reply *r, const char *asked) {
    if (r->kind != REPLY_LIST) return false;
    t->n = 0;
    t->is_stale = false;
    for (size_t i = 0; i < r->n; i++) {
        const reply *range = sz_reply_at(r, i), *node = sz_reply_at(range, 2); /* the master comes first */
        sz_str host = sz_reply_at(node, 0)->text;
        uint64_t port = sz_reply_u64(sz_reply_at(node, 1));
        if (host.n == 0) host = sz_str_of(asked);
        if (port == 0 || port > 65535) return false;
        add(t, (uint32_t)sz_reply_u64(sz_reply_at(range, 0)), (uint32_t)sz_reply_u64(sz_reply_at(range, 1)), host,
            (uint16_t)port);
    }
    return true;
}

void sz_slots_move(slot_table *t, uint32_t slot, sz_str host, uint16_t port) {
    for (uint32_t i = 0; i < t->n;) {
        if (t->v[i].first == slot && t->v[i].last == slot) t->v[i] = t->v[--t->n];
        else i++;
    }
    add(t, slot, slot, host, port);
}

/* The newest word on a slot stands last. */
const slot_range *sz_slots_find(const slot_table *t, uint32_t slot) {
    for (uint32_t i = t->n; i > 0; i--)
        if (t->v[i - 1].first <= slot && slot <= t->v[i - 1].last) return &t->v[i - 1];
    return NULL;
}
