/* SPDX-License-Identifier: Apache-2.0
 *
 * greet: the beginning of a connection, sent at once: login, database, a name for CLIENT LIST, the scripts. Under
 * Sentinel also whether the server is the master at all, since Sentinels may lag.
 */
#include "store.h"

#include <stdio.h>

static void login(conn *c) {
    const redis_login *l = &c->store->address.login;
    if (!l->password.p && !l->user.p) return;
    sz_str words[3] = {SZ_STR("AUTH"), l->user, l->password};
    if (!l->user.p) words[1] = l->password;
    if (!words[2].p) words[2] = SZ_STR("");
    sz_conn_command(c, ASK_LOGIN, l->user.p ? 3 : 2, words);
}

void sz_greet_begin(conn *c, const char *host, uint16_t port) {
    const redis_address *a = &c->store->address;
    char text[64];
    memmove(c->host, host, strlen(host) + 1);
    c->port = port;
    c->state = CONN_GREETING;
    c->due_ms = sz_redis_now_ms() + a->timeout_ms;
    if (!sz_link_open(&c->link, c->host, port)) {
        char why[256];
        snprintf(why, sizeof why, "%s", c->link.text);
        c->store->slots.is_stale = true;
        sz_conn_fail(c, SZ_ANS_UNKNOWN, "the server cannot be reached", sz_str_of(why));
        return;
    }
    login(c);
    if (a->db) {
        snprintf(text, sizeof text, "%u", a->db);
        sz_conn_command(c, ASK_LOGIN, 2, (sz_str[]){SZ_STR("SELECT"), sz_str_of(text)});
    }
    snprintf(text, sizeof text, "sanzao-%u", c->partition);
    sz_conn_command(c, ASK_NAME, 3, (sz_str[]){SZ_STR("CLIENT"), SZ_STR("SETNAME"), sz_str_of(text)});
    if (a->form == FORM_SENTINEL && !c->is_reader) sz_conn_command(c, ASK_ROLE, 1, (sz_str[]){SZ_STR("ROLE")});
    for (int s = 0; s < N_SCRIPTS && !c->is_reader; s++) {
        if (!c->is_next && (s == SCRIPT_CLEAR || s == SCRIPT_TAKE)) continue;
        sz_conn_command(c, ASK_SCRIPT, 3, (sz_str[]){SZ_STR("SCRIPT"), SZ_STR("LOAD"), sz_script_text((script)s)});
        c->asks[(c->first_ask + c->n_asks - 1) % MOST_ASKS].script = (script)s;
    }
}

void sz_greet_reply(conn *c, const ask *a, const reply *r) {
    if (a->kind == ASK_ROLE && !sz_str_is(sz_reply_at(r, 0)->text, "master")) {
        sz_conn_fail(c, SZ_ANS_UNKNOWN, "the server that Sentinel names is not the master (yet)", (sz_str){NULL, 0});
        return;
    }
    if (a->kind == ASK_SCRIPT) {
        size_t n = r->text.n < sizeof c->sha[0] ? r->text.n : sizeof c->sha[0] - 1;
        memcpy(c->sha[a->script], r->text.p, n);
        c->sha[a->script][n] = 0;
    }
    if (c->state != CONN_GREETING || c->n_asks) return;
    c->state = CONN_READY;
    if (c->is_acquiring && !c->is_acquire_sent) sz_acquire_send(c);
    if (c->is_moving && !c->is_move_sent) sz_move_send(c);
    if (c->is_looking && !c->is_look_sent) sz_look_send(c);
}
