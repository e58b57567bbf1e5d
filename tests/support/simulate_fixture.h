/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate_fixture: a simulation in memory, its campus loaded and its lines decoded as a run would.
 */
#ifndef SZ_TEST_SIMULATE_FIXTURE_H
#define SZ_TEST_SIMULATE_FIXTURE_H

#include <sanzao/campus.h>
#include <sanzao/simulate.h>

/* What a test needs of a line. */
struct sim_line {
    int64_t arrival_ms, time_ms, collected_ms;
    uint32_t student; /* index in the campus; SZ_NONE: a card that nobody has, or a status */
    int32_t amount_fen;
    uint8_t kind; /* sz_record_kind; SZ_RECORD_DEAD never comes out of a simulation */
    uint8_t type, op, status, direction, result, precision, state;
    bool is_undo, is_repeat;
    uint8_t place; /* first letters of its kind: 'd' dorm, 'c' canteen, 'k' classroom, … 0 unknown */
};

struct sim_file {
    char name[40];
    sz_buf bytes;
};

struct sim_run {
    sz_sim_options options;
    sz_sim_counts counts;
    sz_status status;
    struct sim_file files[256];
    uint32_t n_files;
    uint64_t hash;               /* of all bytes, in the order in which they came */
    uint64_t n_backwards;        /* arrivals before the one before */
    uint32_t puts_until_failure; /* the sink fails after so many calls; 0: never */
    /* After sim_run_read: */
    sz_types types;
    sz_zone zone;
    sz_diags d;
    sz_campus *campus;
    struct sim_line *lines;
    size_t n_lines, cap_lines;
    uint64_t n_dead, n_conflicts, n_repeats, n_strangers, n_unknown_places, n_lost_refs;
    /* of the sink */
    bool keeps;
    sz_buf text; /* events.ndjson */
    int64_t *arrivals;
    size_t n_arrivals, cap_arrivals;
    int64_t last_arrival_ms;
};

/* keeps: the bytes too, not just their hash. */
void sim_run(struct sim_run *x, uint32_t students, const char *from, uint32_t days, uint64_t seed, bool with_vendor,
             bool keeps);
/* Load the campus and decode every line. */
void sim_run_read(struct sim_run *x);
void sim_run_fini(struct sim_run *x);
/* Bytes of a file; empty if it is not there. */
sz_str sim_run_file(const struct sim_run *x, const char *name);
/* Rows of truth.csv or confounders.csv: calls f with the cells student, kind, from, to. Returns their number. */
size_t sim_run_rows(const struct sim_run *x, const char *name,
                    void (*f)(void *ctx, uint32_t student, sz_str kind, int64_t from_ms, int64_t to_ms), void *ctx);

#endif
