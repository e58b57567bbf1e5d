/* SPDX-License-Identifier: Apache-2.0
 *
 * member: one thread's part of a live run. It is one member of the consumer group, with a worker of its own for each
 * partition that it has, a campus and rules of their own for each worker; nothing is shared between threads but what
 * struct live holds under its mutex.
 *
 *   live        starts, looks at the servers, waits for signals, sums up
 *   member      the loop: group, queues, clock, waiting
 *   partition   a worker with its state, stream and sinks: opening, stepping, giving back
 */
#ifndef SZ_APP_MEMBER_H
#define SZ_APP_MEMBER_H

#include <pthread.h>
#include <stdatomic.h>

#include "board.h"
#include "fresh_pages.h"
#include "job/roster.h"
#include "near.h"
#include "state/states.h"
#include "views/left_view.h"

/* What a member counts, for stats: sums over its partitions. */
typedef struct live_counts {
    uint64_t read, used, duplicate, dead, control, dead_by[SZ_N_REASONS];
    uint64_t alerts[SZ_N_ALERT_EVENTS];
    uint64_t commits, refused, rolled_back, settled, gap;
    uint64_t part_waits, parts_missing; /* 04:00s at which other partitions were waited for; parts that did not come */
    int64_t part_wait_ms;
    uint64_t moved, moved_dead; /* since cards were corrected: to another student; dead letters */
    int64_t settle_sum_ms, settle_max_ms;
    int64_t lag;
    int64_t oldest_ms; /* time of the record given last, of the partition that is furthest behind; SZ_TIME_MAX */
    uint64_t outbox;
    uint32_t partitions, held, backing_off;
    uint32_t list;    /* the newest roster that a partition has: its texts' number, + 1 */
    sz_nobody nobody; /* since it is in force here */
} live_counts;

/* What a partition's worker says of a list (live_roster.c). */
typedef struct live_roster {
    uint32_t list; /* its texts' number, + 1; 0: nothing is said yet */
    sz_gone gone;
    sz_writings writings;
    bool is_last; /* these are of the partition's end */
} live_roster;

struct member;

/* Shared by all members. */
typedef struct live {
    const sz_job *job;
    const char *zone; /* name; with the types what the run reads by */
    uint64_t of_types;
    const char *topic;                       /* of events */
    sz_str alerts_topic, dead_topic;         /* empty: not on Kafka */
    sz_shared_file *alerts_file, *dead_file; /* NULL: not in files */
    bool is_volatile, is_live;
    atomic_bool is_stopping;
    atomic_bool is_failing; /* some member has failed: all end */
    atomic_bool may_end;    /* of a run to the topic's end: nothing of it is left, or it is not this process's */
    fresh_pages *pages;     /* of all workers */
    board *board;           /* of their parts of tables, where the store cannot be asked */
    near *near;             /* and where it can */
    /* under the mutex */
    pthread_mutex_t mutex;
    sz_arena arena;
    sz_texts texts; /* rules and campus in force, as files; live_texts */
    uint32_t texts_number;
    uint64_t bytes;
    sz_texts *old_texts;
    uint32_t n_old_texts;
    sz_status status;  /* of the first failure */
    sz_str *summaries; /* a partition: its worker's last one */
    uint32_t n_summaries;
    uint32_t n_held;  /* partitions that a run to the end of its topic did not bring there: a person has to say how */
    live_roster *rosters; /* a partition */
    sz_left_sum left;     /* of partitions whose workers were stopped */
    bool *has_ended;      /* a partition: it has come to its end here, or is held */
    uint64_t bundle_ver;  /* of the rule sets that some state has seen */
    uint32_t state_parts; /* for how many partitions a state of the topic was made; 0: none was seen */
    bool known_state;     /* some partition's state was there before this run */
    struct member **members;
    uint32_t n_members;
    int n_finished; /* of them, that would end now */
    /* the main thread's */
    uint32_t gone_told, nobody_told, writing_told; /* the list of which it was said */
    uint32_t n_noted;                /* partitions that have the newest one */
    int64_t noted_ms;
} live;

typedef struct partition {
    struct member *m;
    int32_t id;
    uint32_t parts;
    int64_t committed; /* of the group, when it was assigned */
    bool is_assigned;
    bool is_ended; /* stopped, and nothing more is to be done */
    bool was_told_to_stop, has_started, is_hold_told, is_busy_told;
    uint32_t parts_before;
    int64_t retry_ms; /* to open again; SZ_TIME_MAX: it is open */
    int64_t tick_ms;  /* next look at the clock */
    int64_t left_ms;  /* when it was given back */
    char name[96];    /* host, process, thread: for people who read the header */
    sz_msgq *q;
    sz_inputs in;
    uint32_t texts_number; /* of the texts that `in` or the newest reload was read from */
    sz_inputs *reloads;    /* types and zones that a campus of the worker may use */
    uint32_t n_reloads, n_switched;
    sz_state state;
    board_seat seat;
    near_seat near;
    sz_parts_port others; /* partitions: to look at what they have */
    sz_stream_kafka *stream;
    sz_sink_shared *shared;
    sz_sink_kafka *kafka;
    sz_sink_port alerts, dead; /* what the worker's sink port goes to */
    sz_worker *worker;
    sz_progress progress;
    sz_operation past; /* of its workers before this one */
    uint32_t list;   /* of the live_roster that its worker has said */
    sz_nobody since; /* what it had counted then */
    bool has_looked; /* live_roster_look, of that list */
    bool was_new;
    uint64_t bundle_ver_told;
} partition;

typedef struct member {
    live *run;
    uint32_t index;
    pthread_t thread;
    bool has_thread;
    int wake_fd;
    sz_diags diags;
    sz_inputs in; /* types and zone for decoding */
    sz_mapping *mapping;
    sz_kafka_options kafka; /* the run's, with this member's number */
    sz_kafka_source *source;
    sz_kafka_producer *producer; /* NULL: nothing goes to Kafka */
    partition **v;
    uint32_t n, room;
    sz_status status;
    atomic_bool is_over;
    bool is_finished; /* counted in run->n_finished */
    int64_t rest_ms;  /* until when what others have is waited for; 0: not yet */
    int64_t counted_ms;
    int64_t ask_others_ms; /* a store that did not answer whether there is a first state is not asked before then */
    uint32_t n_asked;      /* how often it did not, in a row */
    live_counts counts;    /* under run->mutex */
} member;

/* member.c */
member *member_new(live *run, uint32_t index); /* can be woken; nothing runs yet */
sz_status member_start(member *m);
void member_wake(member *m);
void member_join(member *m); /* waits for the thread and frees all */
void member_fail(member *m, sz_status s);

/* partition.c */
partition *partition_new(member *m, int32_t id);
void partition_free(partition *p);
void partition_assigned(partition *p, int64_t committed, uint32_t parts);
/* Give them back, all at once: at most 5 s, however many. */
void partitions_revoked(partition **v, uint32_t n, bool is_lost);
void partition_stop(partition *p);
/* Work on what is there; true if there was anything. */
bool partition_step(partition *p, int64_t now_ms);
/* When it wants to be stepped at the latest. */
int64_t partition_wake_ms(const partition *p);
/* The sockets at which its state's answers are awaited, as sz_state_polled; *is_waiting: there is such an answer. */
uint32_t partition_polled(const partition *p, struct pollfd *fds, uint32_t most, bool *is_waiting);
bool partition_is_held(const partition *p); /* by a member that has it */
bool partition_is_over(const partition *p);

/* partition_open.c */
/* Make what is not there yet. False: not now, p->retry_ms says when, or the member fails. */
bool partition_open(partition *p, int64_t now_ms);

/* partition_tell.c */
void partition_tell_held(partition *p); /* once */
void partition_tell_failed(partition *p);
void partition_tell_notices(partition *p);
void partition_tell_switched(partition *p);

/* partition_counts.c */
void partition_count(const partition *p, live_counts *to);
void partition_keep_counts(partition *p); /* of its worker, before that is freed */

#endif
