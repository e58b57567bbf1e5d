/* SPDX-License-Identifier: Apache-2.0
 *
 * store: one Redis, and the connections through which partitions use it. The way of a connection:
 *     CLOSED → FINDING (Sentinel, Cluster: who is it?) → GREETING (login, scripts) → READY
 * Only ACQUIRE opens it. Whatever goes wrong answers all that was asked, and closes it.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_STORE_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_STORE_H

#include "answer.h"
#include "command.h"
#include "link.h"
#include "scripts.h"
#include "slots.h"

typedef enum conn_state { CONN_CLOSED, CONN_FINDING, CONN_GREETING, CONN_READY } conn_state;

/* What the next reply answers. */
typedef enum ask_kind {
    ASK_LOGIN,   /* of whom to ask, or of the server itself: an OK that says no more */
    ASK_MASTER,  /* SENTINEL GET-MASTER-ADDR-BY-NAME */
    ASK_SLOTS,   /* CLUSTER SLOTS */
    ASK_NAME,    /* CLIENT SETNAME: may fail */
    ASK_ROLE,    /* is it the master? */
    ASK_SCRIPT,  /* SCRIPT LOAD */
    ASK_QUEUED,  /* OK and QUEUED of a MULTI */
    ASK_ACQUIRE, /* the script, or a reader's HMGET */
    ASK_COMMIT,
    ASK_MOVE,  /* next.c */
    ASK_LOOK,  /* look.c */
    ASK_PIECE, /* of a load */
    ASK_END    /* of a load: is the name still that? */
} ask_kind;

typedef struct ask {
    ask_kind kind;
    script script; /* ASK_SCRIPT */
    uint32_t tag, n; /* ASK_LOOK: for how many lines */
    uint32_t load; /* which load it belongs to: an older one's is dropped */
    int64_t due_ms;
} ask;
enum { MOST_ASKS = 64 };

typedef struct piece { /* that was asked for */
    sz_chunk_kind kind;
    uint64_t from; /* lists: the first item, and how many */
    uint32_t count;
} piece;
enum { PIECES_AHEAD = 4 };

/* A load, a few pieces (replies) ahead of the worker. */
typedef struct loading {
    uint32_t number;
    sz_name name;
    sz_chunk_kind at; /* what is asked for next */
    bool is_wanted;
    piece ahead[PIECES_AHEAD]; /* a ring: asked for and not here yet */
    uint32_t first_ahead, n_ahead;
    uint64_t lengths[SZ_CHUNK_END]; /* of the lists, as the header has them */
    bool has_lengths;
    uint64_t from;   /* lists: items asked for */
    char cursor[24]; /* hashes: where HSCAN goes on */
    uint32_t count;  /* items to ask for */
    sz_map seen;     /* hashes: HSCAN may give a key twice while the server rearranges its table */
    reply *in_hand;  /* items; NULL: none. No other reply is read meanwhile */
    sz_chunk_kind in_hand_kind;
    size_t next, end; /* of them */
    sz_answer failed; /* how it ended, to be said when the worker asks; failure NULL: it did not */
    const char *failure;
} loading;

typedef struct conn {
    struct conn *next;
    struct sz_store_redis *store;
    sz_msgq *q;
    uint32_t partition;
    bool is_reader, is_next; /* is_next: of a state beside the one that stands */
    uint32_t slot;
    arguments keys; /* all of them */
    sz_str key[N_KEYS];
    redis_link link;
    conn_state state;
    char host[256]; /* of the server it is connected to, or was last */
    uint16_t port;
    uint32_t n_tried; /* FINDING: places asked in vain */
    int64_t due_ms;   /* FINDING, GREETING */
    char sha[N_SCRIPTS][48];
    ask asks[MOST_ASKS]; /* a ring */
    uint32_t first_ask, n_asks;
    bool is_acquiring, is_committing; /* asked for and not answered */
    bool is_acquire_sent;
    bool is_moving, is_move_sent;
    bool is_looking, is_look_sent;
    struct { /* at lines of some ledger */
        sz_buf command;
        uint32_t n, tag;
    } look;
    script move;
    arguments acquire, commit, moved; /* kept until answered, for NOSCRIPT */
    struct {                          /* a reader judges by itself */
        uint32_t fmt, parts;
        uint64_t bundle_ver;
        sz_buf topic;
    } wanted;
    sz_name seen; /* a reader's: the state's own name */
    loading load;
    sz_answer failed;   /* how it was given up the last time; text says why */
    bool is_distrusted; /* its certificate was why */
    char text[640], text_zh[640];
} conn;

typedef struct pumped { /* connections of one queue */
    struct pumped *next;
    struct sz_store_redis *store;
    sz_msgq *q;
} pumped;

struct sz_store_redis {
    sz_arena arena;
    redis_address address;
    redis_tls tls;
    sz_str group;
    slot_table slots;
    uint32_t first_place; /* FINDING begins with the one that answered last */
    conn *conns;
    pumped *pumps;
    sz_buf scratch;
    bool never_waits;
};

int64_t sz_redis_now_ms(void);

/* store.c. q NULL: for one's own use, pumped by hand */
typedef enum conn_kind { CONN_WORKER, CONN_READER, CONN_NEXT } conn_kind;
conn *sz_conn_new(sz_store_redis *s, uint32_t partition, sz_msgq *q, conn_kind kind);
void sz_conn_free(conn *c);

/* conn.c */
void sz_conn_open(conn *c);
/* Answer everything that was asked with this, and close. Message: the server, what, the words that it said. Own
 * sentences are told in both languages (words.c). */
void sz_conn_fail(conn *c, sz_answer answer, const char *what, sz_str words);
/* Go on as far as it can without waiting. */
void sz_conn_step(conn *c);
bool sz_conn_is_waiting(const conn *c);
void sz_conn_ask(conn *c, ask_kind kind);
void sz_conn_waits_anew(conn *c); /* the next answer has its time from now on: those before it kept it back */
void sz_conn_command(conn *c, ask_kind kind, uint32_t n, const sz_str *words);
void sz_conn_script(conn *c, ask_kind kind, script s, const arguments *a);
void sz_conn_error(conn *c, sz_str error);
sz_str sz_conn_zh(const conn *c, sz_str text);

/* find.c */
void sz_find_begin(conn *c);
void sz_find_next(conn *c, const char *why);
void sz_find_reply(conn *c, ask_kind kind, const reply *r);

/* greet.c */
void sz_greet_begin(conn *c, const char *host, uint16_t port);
void sz_greet_reply(conn *c, const ask *a, const reply *r);

/* acquire.c, commit.c */
void sz_acquire_send(conn *c);
void sz_acquire_reply(conn *c, const reply *r);
void sz_acquire_failed(conn *c, sz_answer answer, sz_str text);
void sz_redis_acquire(void *self, const uint8_t token[16], uint32_t fmt, sz_str topic, uint32_t parts,
                      uint64_t bundle_ver, sz_str worker, bool allow_new);
void sz_redis_commit(void *self, const sz_commit *m);
void sz_commit_reply(conn *c, const reply *r);
void sz_commit_failed(conn *c, sz_answer answer, sz_str text);

/* next.c */
void sz_move_send(conn *c);
void sz_move_reply(conn *c, const reply *r);
void sz_move_failed(conn *c, sz_answer answer, sz_str text);

/* look.c */
void sz_look_send(conn *c);
void sz_look_reply(conn *c, const ask *a, const reply *r);
void sz_look_failed(conn *c, sz_str text);

/* load.c */
void sz_redis_load(void *self, const sz_name *name, bool restart);
void sz_load_reply(conn *c, const ask *a, const reply *r);
void sz_load_failed(conn *c, sz_answer answer, sz_str text);
void sz_load_forget(conn *c);

#endif
