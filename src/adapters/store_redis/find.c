/* SPDX-License-Identifier: Apache-2.0
 *
 * find: who is the master, who has the slot. Places are asked one after the other, beginning with the one that
 * answered last; each has little time, for the others are still there.
 */
#include "store.h"

#include <stdio.h>

enum { MOST_WAIT_MS = 2000 };

/* The places of the address, then what a Cluster told of itself. */
static bool place(const sz_store_redis *s, uint32_t i, const char **host, uint16_t *port) {
    const redis_address *a = &s->address;
    if (i < a->n_hosts) {
        *host = a->hosts[i].name;
        *port = a->hosts[i].port;
        return true;
    }
    i -= a->n_hosts;
    if (i >= s->slots.n) return false;
    *host = s->slots.v[i].host;
    *port = s->slots.v[i].port;
    return true;
}

static void ask_place(conn *c) {
    const redis_address *a = &c->store->address;
    const redis_login *l = a->form == FORM_SENTINEL ? &a->sentinel_login : &a->login;
    if (l->password.p) {
        sz_str words[3] = {SZ_STR("AUTH"), l->user, l->password};
        if (!l->user.p) words[1] = l->password;
        sz_conn_command(c, ASK_LOGIN, l->user.p ? 3 : 2, words);
    }
    if (a->form == FORM_SENTINEL)
        sz_conn_command(c, ASK_MASTER, 3,
                        (sz_str[]){SZ_STR("SENTINEL"), SZ_STR("GET-MASTER-ADDR-BY-NAME"), sz_str_of(a->master)});
    else sz_conn_command(c, ASK_SLOTS, 2, (sz_str[]){SZ_STR("CLUSTER"), SZ_STR("SLOTS")});
}

static void go_there(conn *c, sz_str host, uint64_t port) {
    char name[sizeof c->host];
    if (host.n == 0 || host.n >= sizeof name || port == 0 || port > 65535) {
        sz_find_next(c, "it names no server");
        return;
    }
    memcpy(name, host.p, host.n);
    name[host.n] = 0;
    c->n_asks = 0;
    sz_greet_begin(c, name, (uint16_t)port);
}

static void try_place(conn *c, const char *why) {
    sz_store_redis *s = c->store;
    const char *host = NULL;
    uint16_t port = 0;
    while (place(s, c->n_tried, &host, &port)) {
        uint32_t at = c->n_tried < s->address.n_hosts ? (s->first_place + c->n_tried) % s->address.n_hosts : c->n_tried;
        place(s, at, &host, &port);
        c->state = CONN_FINDING;
        c->n_asks = 0;
        snprintf(c->host, sizeof c->host, "%s", host);
        c->port = port;
        int64_t wait = s->address.timeout_ms < MOST_WAIT_MS ? s->address.timeout_ms : MOST_WAIT_MS;
        c->due_ms = sz_redis_now_ms() + wait;
        if (sz_link_open(&c->link, host, port)) {
            ask_place(c);
            return;
        }
        why = c->link.text;
        c->n_tried++;
    }
    sz_conn_fail(c, SZ_ANS_UNKNOWN,
                 s->address.form == FORM_SENTINEL ? "no Sentinel tells the master"
                                                  : "no node tells the Cluster's slots",
                 sz_str_of(why));
}

void sz_find_begin(conn *c) {
    slot_table *t = &c->store->slots;
    const slot_range *r = c->store->address.form == FORM_CLUSTER && !t->is_stale ? sz_slots_find(t, c->slot) : NULL;
    if (r) {
        go_there(c, sz_str_of(r->host), r->port);
        return;
    }
    c->n_tried = 0;
    try_place(c, NULL);
}

void sz_find_next(conn *c, const char *why) {
    char text[256];
    snprintf(text, sizeof text, "%s", why ? why : "");
    sz_link_close(&c->link);
    c->n_tried++;
    try_place(c, text);
}

static void found_slots(conn *c, const reply *r) {
    slot_table *t = &c->store->slots;
    if (!sz_slots_read(t, r, c->host)) {
        sz_find_next(c, "it is no node of a Cluster");
        return;
    }
    const slot_range *s = sz_slots_find(t, c->slot);
    if (s) go_there(c, sz_str_of(s->host), s->port);
    else sz_find_next(c, "no node has the slot");
}

void sz_find_reply(conn *c, ask_kind kind, const reply *r) {
    if (r->kind == REPLY_ERROR) {
        verdict v = sz_redis_verdict(r->text);
        if (kind == ASK_LOGIN && v.answer == SZ_ANS_FAILED) {
            sz_conn_error(c, r->text);
            return;
        }
        char words[200];
        snprintf(words, sizeof words, "%.*s", SZ_FMT_STR(sz_redis_error_words(r->text)));
        sz_find_next(c, words);
        return;
    }
    if (kind == ASK_LOGIN) return;
    uint32_t n = c->store->address.n_hosts;
    if (c->n_tried < n) c->store->first_place = (c->store->first_place + c->n_tried) % n;
    if (kind == ASK_SLOTS) found_slots(c, r);
    else if (r->kind == REPLY_LIST) go_there(c, sz_reply_at(r, 0)->text, sz_reply_u64(sz_reply_at(r, 1)));
    else sz_find_next(c, "it watches no master of this name");
}
