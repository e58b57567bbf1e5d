/* SPDX-License-Identifier: Apache-2.0
 *
 * Options: one table gives the command line, the config file's keys, help, config.example.yaml and
 * docs/configuration.md. What the command line says goes before what the config file (--config) says, that before the
 * default.
 */
#ifndef SZ_APP_CONFIG_H
#define SZ_APP_CONFIG_H

#include <sanzao/base.h>

enum {
    SZ_FOR_RUN = 1,
    SZ_FOR_CHECK = 2,
    SZ_FOR_STATE = 4,
    SZ_FOR_ALERTS = 8,
    SZ_FOR_SIMULATE = 16,
    SZ_FOR_EVAL = 32,
    SZ_FOR_SUMMARY = 64,
    SZ_FOR_REPARTITION = 128,
    SZ_FOR_TEST = 256,
    SZ_FOR_EXPLAIN = 512,
    SZ_FOR_ALL = 1024 - 1
};

typedef enum sz_opt_kind {
    SZ_OPT_TEXT,
    SZ_OPT_LIST,
    SZ_OPT_FLAG,
    SZ_OPT_DURATION,
    SZ_OPT_COUNT,
    SZ_OPT_BYTES,
    SZ_OPT_CHOICE,
    SZ_OPT_SETTINGS /* name=value, several times; a map in the config file */
} sz_opt_kind;

typedef enum sz_opt {
    SZ_O_CONFIG,
    SZ_O_SOURCE,
    SZ_O_MAPPING,
    SZ_O_ORDER,
    SZ_O_CAMPUS,
    SZ_O_ENCODING,
    SZ_O_RULES,
    SZ_O_RULE,
    SZ_O_STATE,
    SZ_O_ALERTS,
    SZ_O_DEAD_LETTERS,
    SZ_O_APPEND,
    SZ_O_UNTIL,
    SZ_O_LATENESS,
    SZ_O_HORIZON,
    SZ_O_UNKNOWN_STUDENTS,
    SZ_O_ACCEPT_GAP,
    SZ_O_WORKERS,
    SZ_O_KAFKA_BROKERS,
    SZ_O_GROUP,
    SZ_O_KAFKA_SET,
    SZ_O_SETTLE,
    SZ_O_PEERS_WAIT,
    SZ_O_TICK,
    SZ_O_STOP_AT_END,
    SZ_O_NEW_STATE,
    SZ_O_FAIL_FAST,
    SZ_O_LOG,
    SZ_O_STATS,
    SZ_O_SUMMARY,
    SZ_O_BY_SOURCE,
    SZ_O_COMMIT_RECORDS,
    SZ_O_SORT_MEMORY,
    SZ_O_TMP,
    SZ_O_DRY_RUN,
    SZ_O_PLAN,
    SZ_O_LANG,
    SZ_O_JSON,
    SZ_O_STRICT,
    SZ_O_FOLDED,
    SZ_O_REASONS,
    SZ_O_SINCE,
    SZ_O_AUDIENCE,
    SZ_O_REASON,
    SZ_O_PARTITIONS,
    SZ_O_SUITE,
    SZ_O_BINDINGS,
    SZ_O_STUDENTS,
    SZ_O_FROM,
    SZ_O_DAYS,
    SZ_O_SEED,
    SZ_O_OUT,
    SZ_O_VENDOR,
    SZ_N_OPTS
} sz_opt;

typedef struct sz_opt_row {
    const char *name; /* --name, and the key with _ for - */
    uint8_t kind;
    uint16_t commands;
    const char *value;    /* what stands after it in help; NULL for flags */
    const char *choices;  /* "a|b" */
    const char *standard; /* default as written; NULL none */
    const char *en, *zh;  /* one sentence */
    const char *key;      /* in the config file, `map.key`; NULL: the name with _ for - */
} sz_opt_row;
extern const sz_opt_row sz_opt_rows[SZ_N_OPTS];

typedef struct sz_config {
    const char *text[SZ_N_OPTS];  /* as given or the default; NULL */
    const char **list[SZ_N_OPTS]; /* LIST; SETTINGS: name, value, name, value … */
    sz_span *at[SZ_N_OPTS];       /* of each in list; no source: the command line */
    uint32_t n_list[SZ_N_OPTS];
    int64_t num[SZ_N_OPTS]; /* DURATION in ms, COUNT, BYTES, FLAG 0/1, CHOICE index */
    bool given[SZ_N_OPTS];
    sz_span where[SZ_N_OPTS]; /* in the config file; no src: not from there */
    sz_diags diags;
    sz_lang lang;
    const char **rest; /* words that are no options */
    uint32_t n_rest;
} sz_config;

/* Read argv (from after the command's name) and the config file. Findings are in c->diags: SZ_USAGE; SZ_IO: the
 * config file cannot be read; SZ_FINDINGS, of the command `check` alone: what is wrong is in the config file, which is
 * what it checks. */
sz_status sz_config_read(sz_config *c, uint16_t command, int argc, char **argv);
void sz_config_fini(sz_config *c);
/* Language of the environment (LC_ALL, LC_MESSAGES, LANG). */
sz_lang sz_lang_of_env(void);
void sz_config_help(sz_buf *out, uint16_t command, sz_lang lang);
void sz_config_example(sz_buf *out);
void sz_config_docs(sz_buf *out);

#endif
