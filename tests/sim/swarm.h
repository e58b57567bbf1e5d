/* SPDX-License-Identifier: Apache-2.0
 *
 * swarm: which faults a seed has and how often they strike. Not all faults in every run: each seed leaves out most of
 * them, so that one fault cannot hide behind another (Groce et al., Swarm Testing, ISSTA 2012).
 */
#ifndef SIM_SWARM_H
#define SIM_SWARM_H

#include <stdbool.h>
#include <stdint.h>

typedef enum fault {
    /* store */
    F_LOSS,
    F_DOWN,
    F_SLOW,
    F_REQUEST_LATE,
    F_REQUEST_LOST,
    F_REPLY_LOST,
    F_OOM,
    F_READONLY,
    F_ERROR,
    F_STORE_SKEW,
    /* stream */
    F_STALE_FETCH,
    F_THROTTLE,
    F_LOW_MARK,
    F_AWAY,
    F_REBALANCE,
    F_COOPERATIVE,
    F_REVOKE_LATE,
    F_REVOKE_NEVER,
    /* records */
    F_LATE,
    F_DUPLICATE,
    F_REVERSED,
    F_POISON,
    F_MISROUTED,
    F_FUTURE,
    F_CONFLICT,
    /* sink */
    F_SINK_SLOW,
    F_ACK_LOST,
    F_AFTER_DEATH,
    /* hosts */
    F_KILL,
    F_PAUSE,
    F_SKEW,
    F_JUMP,
    F_RELOAD,
    F_STOP,
    F_CAMPUS, /* came later than the others, and is drawn for itself: the seeds of before stay what they were */
    N_FAULTS
} fault;

typedef enum fault_form {
    FORM_CHANCE, /* rate: probability at each occasion */
    FORM_EVERY   /* rate: mean milliseconds between two */
} fault_form;

typedef struct fault_row {
    const char *name;
    fault_form form;
    double odds;      /* that a seed has it */
    double low, high; /* of the rate, drawn evenly over the orders of magnitude */
} fault_row;
extern const fault_row fault_rows[N_FAULTS];

typedef struct swarm {
    bool exists[N_FAULTS];
    double rate[N_FAULTS];
    /* not faults */
    bool is_live;    /* ticks of the wall clock */
    bool is_cluster; /* partitions are lost one by one */
    uint32_t parts, hosts;
    int64_t latency_ms, settle_ms, loss_ms; /* loss_ms: what a loss may take, shorter than settle */
    uint32_t chunk_items, commit_records, tick_students;
    uint64_t journal_bytes;
    int64_t span_ms; /* while faults strike and records are produced */
} swarm;

/* mask: bits of the faults that may exist; all ones: as drawn. */
swarm swarm_of(uint64_t seed, uint64_t mask);

#endif
