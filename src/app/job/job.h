/* SPDX-License-Identifier: Apache-2.0
 *
 * A job: what the command line and the config ask a run to do; nothing is read from elsewhere. And what it reads before
 * it begins: campus and rules from folders, the mapping.
 */
#ifndef SZ_APP_JOB_H
#define SZ_APP_JOB_H

#include <sanzao/adapters.h>
#include <sanzao/engine.h>
#include <sanzao/kafka.h>

#include "host/files.h"

typedef struct sz_job {
    const sz_str *sources; /* file:PATH, stdin; or one kafka:TOPIC */
    uint32_t n_sources;
    const sz_span *sources_at;                    /* where a config file says these; src NULL: it does not */
    sz_span state_at, until_at;                   /* the same */
    const char *campus, *rules, *types, *mapping; /* paths; NULL: none */
    sz_str encoding;                              /* of the campus folder; empty: found out */
    sz_str state;                                 /* memory, sqlite:FILE, redis:URL */
    sz_str alerts, dead;
    const char *summary; /* NULL: none */
    sz_order order;
    const char *until; /* NULL; a time as in records, or a day (its end) */
    int64_t lateness_ms, horizon_ms;
    bool admit, append, accept_gap, dry_run, plan;
    bool by_source;  /* count by input and source too */
    bool with_tests; /* read the tests that stand in rules: check and test do, a run needs none */
    uint32_t commit_records;
    size_t sort_memory;
    const char *tmp_dir;
    sz_lang lang;
    const char *const *audiences; /* of rules that are looked at; none: of all */
    uint32_t n_audiences;
    /* a topic as source, alerts or dead letters */
    sz_kafka_options kafka;
    uint32_t n_workers, partitions;
    int64_t settle_ms, peers_wait_ms, tick_ms, stats_ms; /* tick, stats: 0: never */
    bool stop_at_end, new_state, fail_fast, log_json;
} sz_job;

/* The topic that `kafka:TOPIC` names; false: it is something else. */
bool sz_topic_of(sz_str name, sz_str *topic);
bool sz_job_is_live(const sz_job *job); /* the source is a topic */
/* The first topic that is named, as it was written; n 0: none is. */
sz_str sz_job_topic(const sz_job *job);

/* What --until says; false: it is no time. */
bool sz_job_until(const sz_job *job, const sz_zone *z, int64_t *until_ms);
sz_status sz_job_bad_until(const sz_job *job, sz_diags *d);
/* Brokers and settings of librdkafka, before anything is asked of a server. */
sz_status sz_job_check_kafka(const sz_job *job, sz_diags *d);
int sz_exit_of(sz_status s); /* exit status of the contract */
/* Load campus and rules as a run would: for check and state show. Findings in d. */
typedef struct sz_inputs {
    sz_campus *campus;
    sz_bundle *bundle;
    sz_types *types;
    sz_zone zone;
    sz_rule_counts counts; /* what the rule files declare, whether they compile or not */
    uint64_t meaning;      /* hash of what decides how an input's bytes read: types.yaml, zone, mapping */
    uint64_t of_types;     /* hash of types.yaml */
    sz_str calendar;       /* calendar.yaml as it is; owned; n 0: there is none */
    uint64_t bytes;        /* hash of all files of campus and rules, with their names */
} sz_inputs;
sz_status sz_inputs_load(const sz_job *job, sz_diags *d, sz_inputs *out);
void sz_inputs_fini(sz_inputs *in);
/* The same in two steps, for those who need it several times: a worker has a campus and rules of its own. */
typedef struct sz_texts {
    sz_files campus, rules, mapping;
} sz_texts;
sz_status sz_texts_read(const sz_job *job, sz_diags *d, sz_texts *out);
void sz_texts_fini(sz_texts *t);
sz_status sz_inputs_parse(const sz_job *job, const sz_texts *t, sz_diags *d, sz_inputs *out);
sz_status sz_mapping_parse(const sz_texts *t, sz_inputs *in, sz_diags *d, sz_mapping **out);
/* Read a mapping file; path NULL: there is none. */
sz_status sz_mapping_file_load(const char *path, sz_inputs *in, sz_diags *d, sz_mapping **out);

#endif
