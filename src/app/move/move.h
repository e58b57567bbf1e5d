/* SPDX-License-Identifier: Apache-2.0
 *
 * move: `sanzao state repartition`, the states of a topic for another number of its partitions (docs/adr/0024).
 *
 *   move        the command: where it stands, what is to be done, in this order
 *   move_old    the states as they are: found, kept from everybody else, loaded
 *   move_rest   what the topic holds behind them, read by the old number
 *   move_dead   the dead letters of that
 *   move_new    the states of the new number: made beside, then put in their places
 *
 * One old state is in memory at a time. First each is loaded to find how far all have come; then each once more, to be
 * brought there and written, its students each into the new state where he belongs.
 *
 * How far it has come stands in the name that the states give their topic, which Kafka would not allow:
 *   TOPIC              as an engine leaves them (in the old number, or, done, in the new one)
 *   TOPIC/N            kept from engines; states for N partitions are being made
 *   TOPIC/N/ready      of partition 0: all of them are made, and take their places, partition 0 last
 */
#ifndef SZ_APP_MOVE_H
#define SZ_APP_MOVE_H

#include "state/states.h"

typedef struct move_part { /* a partition of the old number, or only its place */
    sz_msgq *q;
    sz_state state;
    sz_worker *worker; /* while it is in memory */
    sz_name name;
    sz_str topic, body; /* of the header, in the arena; topic n 0: there is no state */
    uint32_t parts;
    uint64_t bundle_ver;
    int64_t begin, end; /* of what stands in its log behind the state; end -1: not known yet */
    bool is_kept;       /* its topic is named as being on its way */
} move_part;

typedef struct move {
    const sz_job *job;
    sz_diags diags;
    sz_texts texts;
    sz_inputs in; /* rules and campus, which all workers share */
    sz_mapping *mapping;
    sz_str topic;      /* of Kafka */
    uint32_t from, to; /* partitions */
    sz_str way, ready; /* TOPIC/N, TOPIC/N/ready */
    move_part *v;      /* the greater of from and to, at least 1 */
    uint32_t n;
    bool is_ready; /* found so */
    char worker[96];
    uint32_t n_looks; /* at what the topic holds behind the states */
    uint64_t n_rest;  /* how much that was, at the first */
    uint64_t n_read, n_students, n_alerts;
} move;

/* move.c */
/* Put the states of a topic over the number of partitions that it has now. Exit status of the contract. */
int sz_move_run(const sz_job *job);
bool move_is_ending(void *self);
/* What a store answered instead of what was needed. */
sz_status move_cannot(move *m, uint32_t partition, const sz_msg *answer);

/* move_old.c */
/* Have room for n partitions. */
void move_reserve(move *m, uint32_t n);
/* Open a partition's state and read its header: SZ_OK, SZ_NOT_FOUND where there is none. */
sz_status move_look(move *m, uint32_t partition);
/* Name its topic otherwise, under the name under which it is held. */
sz_status move_rename(move *m, uint32_t partition, sz_str topic);
/* Take it, and keep engines from it. */
sz_status move_keep(move *m, uint32_t partition);
/* As it was before; nothing more can be done if that fails. */
void move_give_back(move *m, uint32_t partition);
/* Where its log is to be read on. */
sz_status move_place(move *m, uint32_t partition);
sz_status move_load(move *m, uint32_t partition);
void move_unload(move *m, uint32_t partition);
void move_fini(move *m);

/* move_rest.c */
/* Let the state of that partition, which is loaded, use what belongs to its students, wherever it lies. */
sz_status move_rest(move *m, uint32_t partition);
void move_say_no_rest(void);

/* move_dead.c */
typedef struct move_sink {
    sz_msgq *q;
    sz_shared_file *file;
    sz_sink_shared *shared;
    sz_kafka_producer *producer;
    sz_sink_kafka *kafka;
    sz_sink_port port;
} move_sink;
sz_status move_dead_open(move *m, move_sink *s);
void move_dead_close(move_sink *s);
/* Those of the partition's worker; they are safe then. */
sz_status move_dead(move *m, move_sink *s, uint32_t partition);

/* move_new.c */
sz_status move_make(move *m);
sz_status move_put(move *m);

#endif
