/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulation: real engine, one thread, twins with faults, a seed that says everything. See README.md here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mutant.h"
#include "run.h"

typedef struct args {
    uint64_t from, to, mask;
    int seconds;
    const char *seeds_file;
    bool traces, is_verbose, expects_failure;
} args;

static const char usage[] =
    "usage: simulation [--seeds A-B] [--seconds N [--from A]] [--file FILE] [--mask HEX] [--trace] [--verbose]\n"
    "                  [--mutant NAME] [--mutants]\n"
    "  --seeds A-B    runs these (default 1-500); --file FILE: those in the file, SEED or SEED/MASK a line\n"
    "  --seconds N    fresh ones for so long, from a seed that the clock gives or --from\n"
    "  --mask HEX     only these faults may exist; --trace prints every step of each run\n"
    "  --mutant NAME  with a wrong engine or twin: exit 0 once a seed has failed, 1 if none of 5,000 does\n"
    "  --mutants      their names\n";

static uint64_t n_run, n_steps, n_inputs, n_commits, n_loads, n_alerts, n_losses, n_exits, n_snapshots, n_twice,
    n_struck[N_FAULTS];

/* One seed, and one in a hundred twice. False: it failed, and all is said. */
static bool run_one(uint64_t seed, const args *a) {
    outcome o = run_seed(seed, a->mask, a->traces ? RUN_ALL_STEPS : RUN_QUIET);
    n_run++;
    n_steps += o.n_steps, n_inputs += o.n_inputs, n_commits += o.n_commits, n_loads += o.n_loads;
    n_alerts += o.n_alerts, n_losses += o.n_losses, n_exits += o.n_exits;
    n_snapshots += o.n_snapshots;
    for (int f = 0; f < N_FAULTS; f++) n_struck[f] += o.n_by_fault[f];
    if (a->is_verbose)
        printf(
            "seed %llu: %llu steps, %llu inputs, %llu commits, %llu loads, %llu alerts, %llu losses, %llu exits, %.1f s\n",
            (unsigned long long)seed, (unsigned long long)o.n_steps, (unsigned long long)o.n_inputs,
            (unsigned long long)o.n_commits, (unsigned long long)o.n_loads, (unsigned long long)o.n_alerts,
            (unsigned long long)o.n_losses, (unsigned long long)o.n_exits, (double)o.rested_ms / 1000);
    if (!o.is_failed && seed % 100 == 0) {
        n_twice++;
        if (run_seed(seed, a->mask, RUN_QUIET).hash == o.hash) return true;
        printf("seed %llu runs differently a second time\n", (unsigned long long)seed);
        return false;
    }
    if (!o.is_failed) return true;
    if (a->expects_failure) {
        printf("seed %llu: %s\n", (unsigned long long)seed, o.failure);
        return false;
    }
    printf("FAILED seed %llu: %s\n", (unsigned long long)seed, o.failure);
    uint64_t mask = run_shrink(seed, a->mask);
    printf("faults needed (--mask %llx): ", (unsigned long long)mask);
    run_print_faults(stdout, seed, mask);
    o = run_seed(seed, mask, a->traces ? RUN_QUIET : RUN_LAST_STEPS);
    printf("FAILED seed %llu: %s\n", (unsigned long long)seed, o.failure);
    return false;
}

static double seconds_since(const struct timespec *t0) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - t0->tv_sec) + (double)(t.tv_nsec - t0->tv_nsec) / 1e9;
}

static bool choose_mutant(const char *name) {
#ifdef SZ_MUTANTS
    bool has_engines = true;
#else
    bool has_engines = false;
#endif
    for (int m = 1; m < SZ_N_MUTANTS; m++)
        if (!strcmp(name, mutant_rows[m].name) && (has_engines || !mutant_rows[m].is_engine)) sz_mutant = m;
    return sz_mutant != SZ_MUTANT_NONE;
}

static int read_args(int argc, char **argv, args *a) {
    *a = (args){.from = 1, .to = 500, .mask = UINT64_MAX};
    bool has_from = false;
    for (int i = 1; i < argc; i++) {
        const char *k = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(k, "--trace")) a->traces = true;
        else if (!strcmp(k, "--verbose")) a->is_verbose = true;
        else if (!strcmp(k, "--seconds")) a->seconds = atoi(v), i++;
        else if (!strcmp(k, "--from")) a->from = strtoull(v, NULL, 10), has_from = true, i++;
        else if (!strcmp(k, "--file")) a->seeds_file = v, i++;
        else if (!strcmp(k, "--mask")) a->mask = strtoull(v, NULL, 16), i++;
        else if (!strcmp(k, "--seeds")) {
            char *end;
            a->from = a->to = strtoull(v, &end, 10);
            if (*end == '-') a->to = strtoull(end + 1, NULL, 10);
            i++;
        } else if (!strcmp(k, "--mutant")) {
            if (!choose_mutant(v)) return fprintf(stderr, "no mutant %s in this build\n", v), 2;
            a->expects_failure = true;
            a->to = 5000;
            i++;
        } else if (!strcmp(k, "--mutants")) {
            for (int m = 1; m < SZ_N_MUTANTS; m++) puts(mutant_rows[m].name);
            exit(0);
        } else return fputs(usage, stderr), 2;
    }
    if (a->seconds && !has_from) a->from = (uint64_t)time(NULL) * 100000;
    if (a->seconds) a->to = UINT64_MAX;
    return 0;
}

/* How often each fault has struck, those of the records aside: they are in the log. */
static void print_faults(void) {
    for (int f = 0; f < N_FAULTS; f++)
        if (f < F_LATE || f > F_CONFLICT)
            printf("%s %llu%s", fault_rows[f].name, (unsigned long long)n_struck[f], f + 1 < N_FAULTS ? ", " : "\n");
}

static bool run_file(const args *a, bool *is_fine) {
    FILE *f = fopen(a->seeds_file, "r");
    if (!f) return fprintf(stderr, "%s: cannot be read\n", a->seeds_file), false;
    char line[200];
    while (fgets(line, sizeof line, f)) {
        char *end;
        uint64_t seed = strtoull(line, &end, 10);
        args own = *a;
        if (end != line && *end == '/') own.mask &= strtoull(end + 1, NULL, 16);
        if (end != line && !run_one(seed, &own)) *is_fine = false;
    }
    fclose(f);
    return true;
}

int main(int argc, char **argv) {
    args a;
    int rc = read_args(argc, argv, &a);
    if (rc) return rc;
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct timespec t0;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    bool is_fine = true;
    if (a.seconds) printf("fresh seeds from %llu\n", (unsigned long long)a.from);
    if (a.seeds_file) {
        if (!run_file(&a, &is_fine)) return 4;
    } else {
        for (uint64_t seed = a.from; seed <= a.to && is_fine; seed++) {
            is_fine = run_one(seed, &a);
            if (a.seconds && seconds_since(&t0) > a.seconds) break;
        }
    }
    double s = seconds_since(&t0);
    if (a.is_verbose) print_faults();
    if (a.expects_failure) {
        printf("%s: %s after %llu seeds, %.1f s\n", mutant_rows[sz_mutant].name, is_fine ? "NOT CAUGHT" : "caught",
               (unsigned long long)n_run, s);
        return is_fine ? 1 : 0;
    }
    printf("%llu seeds in %.1f s, %.0f a minute; %llu twice; %llu steps, %llu inputs, %llu commits, %llu loads, %llu "
           "alerts, %llu losses, %llu exits, %llu snapshots\n",
           (unsigned long long)n_run, s, (double)n_run / s * 60, (unsigned long long)n_twice,
           (unsigned long long)n_steps, (unsigned long long)n_inputs, (unsigned long long)n_commits,
           (unsigned long long)n_loads, (unsigned long long)n_alerts, (unsigned long long)n_losses,
           (unsigned long long)n_exits, (unsigned long long)n_snapshots);
    return is_fine ? 0 : 1;
}
