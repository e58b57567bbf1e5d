/* SPDX-License-Identifier: Apache-2.0
 *
 * world: everything of one run. Virtual time, the queue of what happens next, the faults that this seed has, and the
 * twins of store, stream, sink and hosts. One thread; nothing in here outlives the run but what its caller takes.
 *
 * Memory: all that the twins keep lies in the world's arena and goes with it.
 * Times: `now` is monotonic virtual time in ms from 0; the true wall clock is wall0_ms + now, a host's is off by its
 * skew, the store's by the store's.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <sanzao/engine.h>

#include "mutant.h"
#include "rand.h"
#include "swarm.h"
#include "workload.h"

enum { MOST_PARTS = 4, MOST_HOSTS = 3, TRACE_STEPS = 200 };

typedef struct world world;

/* ---- what happens next (world.c) ---- */

typedef struct event {
    int64_t at_ms;
    uint64_t tie; /* in order of their making among equals */
    void (*run)(world *w, const struct event *e);
    void *p;
    int64_t a, b;
} event;

/* ---- store (store_twin.c, store_state.c) ---- */

typedef struct window { /* of a list whose items stay where they are: dropped from the front, added at the end */
    uint32_t first, end;
} window;

typedef struct strs {
    sz_str *v;
    uint32_t cap;
} strs;

typedef struct table {
    sz_map index;
    sz_str *values; /* p NULL: not there */
    uint32_t cap;
} table;

typedef struct undo { /* of one put */
    table *of;
    uint32_t at;
    sz_str before;
    struct undo *next;
} undo;

/* What the sender's memory was when it made a commit: what a load of it must give back. Kept beside the store, never
 * read by the engine. */
typedef struct ghost {
    int64_t clock_ms, offset;
    sz_counters n;
    uint32_t n_students, bundle, campus;
    sz_str shown; /* all students as shown; n 0: not taken */
} ghost;

typedef enum node_kind {
    NODE_EMPTY,
    NODE_ACQUIRE,
    NODE_COMMIT,
    NODE_TORN
} node_kind; /* TORN: a commit that broke off */

typedef struct node {                /* one state in a partition's history, which is a stack: a loss pops */
    uint64_t uid, parent_uid, order; /* order: over all partitions */
    node_kind kind;
    int64_t at_ms;
    sz_header h;
    window dict, journal, outbox;
    undo *undos;
    uint32_t *said, n_said; /* lines that were first said in it */
    ghost g;
    uint64_t n_commits; /* in this history */
} node;

typedef struct partition_state {
    node *v;
    uint32_t n, cap;
    strs dict, journal, outbox;
    table snapshots, ledger;
} partition_state;

typedef struct store {
    partition_state parts[MOST_PARTS];
    uint64_t next_uid, next_order;
    uint64_t counter[MOST_PARTS]; /* of the mutant whose token is counted */
    int64_t down_until_ms, refuse_until_ms, readonly_until_ms;
    int64_t skew_ms, most_skew_ms;
    uint32_t n_losses;
} store;

/* ---- stream (stream_twin.c) ---- */

typedef struct stream {
    uint32_t visible[MOST_PARTS]; /* records that were produced so far */
    uint32_t low[MOST_PARTS];
    int64_t group_offset[MOST_PARTS]; /* -1 */
    int64_t away_until_ms;
} stream;

/* ---- sink (sink_twin.c) ---- */

typedef struct said_line { /* one alert, by its bytes */
    sz_str bytes, key;     /* key: alert and seq */
    uint32_t n_said;       /* times in the surviving history of its partition */
    uint32_t part;
    bool is_out; /* on the topic */
} said_line;

typedef struct sink {
    sz_map lines; /* bytes → index of v */
    said_line *v;
    uint32_t n, cap;
    sz_map keys; /* alert and seq of what is on the topic → index of v */
    sz_map dead; /* key of a dead letter → index of dead_bytes */
    strs dead_bytes;
    uint32_t n_topic;
} sink;

/* ---- hosts (host.c) ---- */

typedef struct seat { /* a host's worker of one partition, with the clients that it has of the twins */
    world *world;
    uint32_t host, part;
    uint64_t gen; /* changes when the worker is another one */
    sz_worker *w;
    sz_worker_state where;
    bool is_revoking, is_stopping, assign_next;
    int64_t wake_at_ms, parked_ms;
    uint64_t round, assigned_round; /* of the group, at the revocation and at the assignment */
    int64_t quiet_since_ms;         /* of its last input, or since it runs */
    bool is_told;                   /* a tick came when it had been quiet for longer than any stream's `idle` */
    bool is_all_there;              /* every chunk of a load, whose end may take several steps */
    /* of the store */
    uint64_t call; /* waited for; 0: none */
    sz_chunk_kind load_at;
    uint32_t load_done;
    uint64_t mem_uid, acquired_uid, flight_uid, flight_call;
    bool is_loading, is_pure, has_frozen;
    ghost loaded, frozen; /* frozen: of a commit whose dead letters go first */
    bool is_fresh;        /* loaded, and nothing came since */
    uint32_t bundle, campus;
    uint32_t bundle_before, campus_before; /* of before it was last told others, which it goes over to when it can */
    /* of the stream */
    uint32_t want;
    uint64_t fetch; /* of the fetch that is on its way; others are off */
    bool is_fetching, has_sought, is_stale;
    uint32_t n_seeks;  /* not answered yet */
    int64_t sought_ms; /* the last of them will be then: answers come in order */
    int64_t pos;
    /* of the sink */
    void *last_sent[2]; /* alerts, dead letters: they arrive in order */
    /* invariants */
    int64_t clock_ms;
    uint64_t n_read;
} seat;

typedef struct backlog {
    event e;
    struct backlog *next;
} backlog;

typedef struct host {
    bool is_up, is_draining;
    uint64_t life; /* changes when it dies */
    int64_t paused_until_ms, mono0_ms, skew_ms;
    backlog *waiting, **waiting_end;
    uint32_t bundle, campus; /* which of the workload's */
    rng random;
    seat seats[MOST_PARTS];
} host;

/* ---- the group (group.c) ---- */

typedef struct group {
    int32_t owner[MOST_PARTS], next[MOST_PARTS]; /* host; -1 nobody; next: to whom it goes once it is given up */
    uint64_t round[MOST_PARTS];
} group;

/* ---- world ---- */

typedef struct trace_step {
    int64_t at_ms;
    char text[140];
} trace_step;

struct world {
    const workload *load;
    swarm s;
    uint64_t seed;
    bool is_reference; /* the undisturbed run */
    bool is_quiet;     /* faults are off for good */
    bool is_over;
    sz_arena arena;
    event *heap;
    uint32_t n_heap, cap_heap;
    int64_t now, wall0_ms, frozen_wall_ms; /* frozen: at rest the wall stands still; 0: it goes */
    uint64_t tie, n_steps, next_call;
    rng latency, faults[N_FAULTS];
    store store;
    stream stream;
    sink sink;
    group group;
    host hosts[MOST_HOSTS];
    /* outcome */
    uint64_t hash;
    bool is_failed;
    char failure[4000];
    trace_step *trace; /* NULL: none is kept */
    bool prints_trace;
    uint64_t n_trace;
    uint64_t n_by_fault[N_FAULTS];
    uint64_t n_commits, n_loads, n_inputs, n_exits, n_late_stops, n_snapshots;
};

void world_open(world *w, const workload *load, const swarm *s, uint64_t seed, bool is_reference);
void world_close(world *w);
void at(world *w, int64_t at_ms, void (*run)(world *w, const event *e), void *p, int64_t a, int64_t b);
/* The next event. False: none is left. */
bool world_next(world *w);
/* The first failure stays. */
void fail(world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void note(world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Into the run's hash. */
void mix(world *w, uint64_t x);
sz_str keep(world *w, sz_str s);
sz_str keep_printf(world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Does this fault happen here and now? Never once the faults are off. */
bool strikes(world *w, fault f);
bool exists(const world *w, fault f);
rng *rng_for(world *w, fault f);
/* A network's delay. */
int64_t delay(world *w);
int64_t wall_of(const world *w);

#endif
