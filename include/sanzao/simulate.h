/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate: a campus and its term, drawn by a seed. Students with habits, readers with faults, a school that learns of
 * leaves late, and a few labelled incidents, for demos, benchmarks and tests of rules. No record of a real person is in
 * it.
 *
 * Pure: no clock, file or random source; the same options give the same bytes, with any compiler (integers only). Days
 * are drawn one after the other, records leave in the order in which they would have arrived, so memory grows with the
 * students and not with the days. What is drawn, from which figures, and what it is not good for: docs/simulate.md.
 *
 * Ownership: what the sink gets is borrowed until it returns. Threads: one call, one thread; no shared state.
 */
#ifndef SANZAO_SIMULATE_H
#define SANZAO_SIMULATE_H

#include <sanzao/base.h>

enum { SZ_SIM_STUDENTS_MAX = 1000000, SZ_SIM_DAYS_MAX = 189 };

typedef struct sz_sim_options {
    uint32_t students;   /* 1 .. SZ_SIM_STUDENTS_MAX */
    int32_t from_day;    /* first day of the term (sz_day_from_ymd); 1992 or later: Shanghai had summer time until 1991 */
    uint32_t days;       /* 1 .. SZ_SIM_DAYS_MAX: a term of 20 weeks and the vacation after it */
    uint64_t seed;
    bool with_vendor;    /* the door log not as events but as a vendor exports it: GBK, a file a day, with its mapping */
} sz_sim_options;

/* Where the bytes go. Any status but SZ_OK ends the simulation with it. */
typedef struct sz_sim_sink {
    void *self;
    /* More bytes of a file, named from the output folder on (`campus/students.csv`); a file's bytes come in order,
     * and one file is whole before the next begins, vendor files included. */
    sz_status (*put)(void *self, const char *file, sz_str bytes);
    /* The next line of events.ndjson, with its line end; arrival never goes back. */
    sz_status (*event)(void *self, int64_t arrival_ms, sz_str line);
} sz_sim_sink;

/* What was written. */
typedef struct sz_sim_counts {
    uint64_t lines;                  /* of events.ndjson: all of the next line; with_vendor without the doors */
    uint64_t swipes, attendance, doors, presence, status;
    uint64_t late;                   /* arrived over 10 minutes after their time, the batches of the evening aside */
    uint64_t repeats;                /* the same record once more; counted in its type too */
    uint64_t strangers;              /* cards that the campus folder does not know: staff and visitors */
    uint64_t lost;                   /* happened, but no reader wrote them; not in the file */
    uint64_t waiting_most;           /* records held in memory at once, the most */
    uint32_t incidents, confounders; /* rows of truth.csv and confounders.csv */
} sz_sim_counts;

/* Draw campus, term and records. Files: campus/{students,cards,readers,places,leaves}.csv,
 * campus/{calendar,feeds}.yaml, truth.csv, confounders.csv (what may look like an incident and is none), and
 * with_vendor vendor.yaml and the folder vendor. SZ_USAGE: an option is out of its range. */
sz_status sz_simulate(const sz_sim_options *options, const sz_sim_sink *sink, sz_sim_counts *counts);

/* Incident kinds as truth.csv names them, NULL at the end; the contract's list. */
extern const char *const sz_sim_incidents[];
/* Confounder kinds as confounders.csv names them, NULL at the end. */
extern const char *const sz_sim_confounders[];

#endif
