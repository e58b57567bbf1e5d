/* SPDX-License-Identifier: Apache-2.0
 *
 * What --state names, opened for one worker: memory, an SQLite file (one a partition of a topic: FILE.0, FILE.1, …),
 * Redis.
 */
#ifndef SZ_APP_STATES_H
#define SZ_APP_STATES_H

#include "job/job.h"

typedef struct sz_state {
    const struct state_kind *kind; /* NULL: not open */
    void *store;
    sz_store_port port;
    bool is_volatile;  /* gone with the process */
    bool is_new;       /* known to hold nothing */
    bool is_exclusive; /* nobody else can open it while it is open: to be closed when the partition goes */
    int64_t settle_ms; /* how long a commit must stand */
} sz_state;

enum { SZ_FILES = -1 }; /* instead of a partition */
sz_status sz_state_open(const sz_job *job, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out);
/* To look at a student: the partition that he is in, or that one (SZ_FILES: his), to read only where the store can.
 * What the state belongs to is put into o (topic, parts, partition). */
sz_status sz_state_find(const sz_job *job, sz_str student, int32_t partition, sz_msgq *q, sz_diags *d, sz_state *out,
                        sz_options *o);
void sz_state_close(sz_state *s);
/* To look at what the states of the topic's other partitions hold; look NULL: nobody else can ask them. */
sz_parts_port sz_state_looks(const sz_state *s, uint32_t parts, sz_msgq *q);
/* Where its answers are awaited, as sz_store_redis_polled; a store that was opened for a partition never waits by
 * itself. */
struct pollfd;
uint32_t sz_state_polled(const sz_state *s, struct pollfd *fds, uint32_t most);
/* What --state says, for people: without a login. NUL-terminated, in a. */
sz_str sz_state_name(const sz_job *job, sz_arena *a);
/* Only the name: SZ_USAGE with a finding. */
sz_status sz_state_check(const sz_job *job, sz_diags *d);
/* Rows of what a server promises of the state; none where there is no server. SZ_IO with a finding: no answer. */
sz_status sz_state_look(const sz_job *job, sz_diags *d, sz_look *look);
/* True if what the store holds outlives the process. */
bool sz_state_is_volatile(const sz_job *job);
bool sz_state_is_remote(const sz_job *job); /* it is a server's */
/* For how many partitions the topic's first state was made; 0: there is none, or one of another topic. SZ_IO: no answer
 * now, also where another worker has it open. */
sz_status sz_state_parts(const sz_job *job, sz_str topic, uint32_t *parts);
/* A store on the server that --state names; NULL with findings. */
sz_store_redis *states_redis(const sz_job *job, sz_diags *d);
/* The answer to what was asked of a store, waited for. Valid until the queue is asked again; NULL: none will come. */
const sz_msg *sz_state_answer(sz_msgq *q);

#endif
