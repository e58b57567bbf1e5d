/* SPDX-License-Identifier: Apache-2.0
 *
 * shared: one file that several workers write to. Their lines stand in it mixed, so it cannot be cut to what one state
 * acknowledged. It need not be: an alert leaves only with a state that knows it, so whatever of it stands in the file
 * behind the length that the state acknowledged is what the worker is about to submit again. Such lines are found by
 * their hash and not written twice.
 */
#ifndef SANZAO_SRC_ADAPTERS_SINK_SHARED_SHARED_H
#define SANZAO_SRC_ADAPTERS_SINK_SHARED_SHARED_H

#include <pthread.h>
#include <sanzao/kafka.h>

struct sz_shared_file {
    pthread_mutex_t mutex; /* over all that follows */
    const char *key;
    char *path; /* NULL: standard output */
    int fd;     /* -1: not open yet */
    bool append, is_volatile, is_regular;
    bool held_something;           /* when this run opened it */
    bool is_ours;                  /* some state of this run has written to it before, or it was empty */
    uint64_t length, scanned_from; /* scanned_from: what is behind it has its hashes in `there`; UINT64_MAX none */
    uint64_t *there;               /* hashes of lines, open addressing; 0 empty */
    uint32_t n_there, n_slots;
    char text[SZ_SAID], text_zh[SZ_SAID]; /* of the last failure */
};

typedef struct call {
    uint32_t tag, n_lines;
} call;

typedef struct target {   /* of one worker */
    sz_shared_file *file; /* NULL: nowhere */
    bool is_alerts, is_ready;
    uint64_t acknowledged;
    bool is_known; /* the ledger says that this state writes to it */
    sz_buf pending;
    call *calls;
    uint32_t n_calls, room;
} target;

struct sz_sink_shared {
    sz_msgq *q;
    sz_progress progress;
    bool is_new;
    target alerts, dead;
};

/* file.c, under the mutex */
/* Make ready for a worker whose state acknowledged so many bytes; false: the texts say why not. */
bool sz_ss_ready(sz_shared_file *f, const target *t, bool is_new);
/* Write the lines that do not stand there yet, each with its line end; false: the texts say why not. */
bool sz_ss_write(sz_shared_file *f, const sz_buf *lines, bool is_durable);

#endif
