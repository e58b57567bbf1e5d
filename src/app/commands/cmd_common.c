/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_common.h"

#include <stdio.h>
#include <stdlib.h>

#include "views/findings.h"

/* Help is asked for before options are read. */
static sz_lang lang_of_words(int argc, char **argv) {
    sz_lang lang = sz_lang_of_env();
    for (int i = 0; i < argc; i++) {
        const char *word = strncmp(argv[i], "--lang=", 7) == 0              ? argv[i] + 7
                           : strcmp(argv[i], "--lang") == 0 && i + 1 < argc ? argv[i + 1]
                                                                            : "";
        if (strcmp(word, "zh") == 0) lang = SZ_ZH;
        if (strcmp(word, "en") == 0) lang = SZ_EN;
    }
    return lang;
}

int cmd_begin(sz_config *c, uint16_t command, const char *usage_en, const char *usage_zh, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "-h") != 0) continue;
        sz_lang lang = lang_of_words(argc, argv);
        sz_buf out;
        sz_buf_init(&out);
        sz_buf_printf(&out, "%s\n\n", lang == SZ_ZH ? usage_zh : usage_en);
        sz_config_help(&out, command, lang);
        fwrite(out.p, 1, out.n, stdout);
        sz_buf_fini(&out);
        *c = (sz_config){0};
        sz_diags_init(&c->diags);
        return 0;
    }
    sz_status s = sz_config_read(c, command, argc, argv);
    if (s == SZ_OK || s == SZ_FINDINGS) return -1;
    sz_diags_show(&c->diags, c->lang);
    return sz_exit_of(s);
}

static const char *tmp_dir(const sz_config *c) {
    if (c->text[SZ_O_TMP]) return c->text[SZ_O_TMP];
    const char *env = getenv("TMPDIR");
    return env && *env ? env : NULL;
}

void cmd_kafka(sz_config *c, sz_kafka_options *o) {
    uint32_t n = c->n_list[SZ_O_KAFKA_SET] / 2;
    sz_kafka_setting *v = SZ_NEWN(&c->diags.arena, sz_kafka_setting, n + 1);
    for (uint32_t i = 0; i < n; i++)
        v[i] = (sz_kafka_setting){sz_str_of(c->list[SZ_O_KAFKA_SET][2 * i]),
                                  sz_str_of(c->list[SZ_O_KAFKA_SET][2 * i + 1]), c->at[SZ_O_KAFKA_SET][2 * i]};
    *o = (sz_kafka_options){.brokers = sz_str_of(c->text[SZ_O_KAFKA_BROKERS]),
                            .group = sz_str_of(c->text[SZ_O_GROUP]),
                            .settings = v,
                            .n_settings = n};
}

void cmd_job(sz_config *c, sz_job *job) {
    sz_str *sources = SZ_NEWN(&c->diags.arena, sz_str, c->n_list[SZ_O_SOURCE] + 1);
    for (uint32_t i = 0; i < c->n_list[SZ_O_SOURCE]; i++) sources[i] = sz_str_of(c->list[SZ_O_SOURCE][i]);
    *job = (sz_job){.sources = sources,
                    .n_sources = c->n_list[SZ_O_SOURCE],
                    .sources_at = c->at[SZ_O_SOURCE],
                    .state_at = c->where[SZ_O_STATE],
                    .until_at = c->where[SZ_O_UNTIL],
                    .campus = c->text[SZ_O_CAMPUS],
                    .rules = c->text[SZ_O_RULES],
                    .mapping = c->text[SZ_O_MAPPING],
                    .encoding = sz_str_of(c->text[SZ_O_ENCODING]),
                    .state = sz_str_of(c->text[SZ_O_STATE]),
                    .alerts = sz_str_of(c->text[SZ_O_ALERTS]),
                    .dead = sz_str_of(c->text[SZ_O_DEAD_LETTERS]),
                    .summary = c->text[SZ_O_SUMMARY],
                    .by_source = c->num[SZ_O_BY_SOURCE] != 0,
                    .order = c->num[SZ_O_ORDER] ? SZ_ARRIVAL : SZ_SORTED,
                    .until = c->text[SZ_O_UNTIL],
                    .lateness_ms = c->num[SZ_O_LATENESS],
                    .horizon_ms = c->num[SZ_O_HORIZON],
                    .admit = c->num[SZ_O_UNKNOWN_STUDENTS] == 1,
                    .append = c->num[SZ_O_APPEND] != 0,
                    .accept_gap = c->num[SZ_O_ACCEPT_GAP] != 0,
                    .dry_run = c->num[SZ_O_DRY_RUN] != 0,
                    .plan = c->num[SZ_O_PLAN] != 0,
                    .commit_records = (uint32_t)c->num[SZ_O_COMMIT_RECORDS],
                    .sort_memory = (size_t)c->num[SZ_O_SORT_MEMORY],
                    .tmp_dir = tmp_dir(c),
                    .lang = c->lang,
                    .audiences = c->list[SZ_O_AUDIENCE],
                    .n_audiences = c->n_list[SZ_O_AUDIENCE],
                    .n_workers = (uint32_t)c->num[SZ_O_WORKERS],
                    .partitions = (uint32_t)c->num[SZ_O_PARTITIONS],
                    .settle_ms = c->num[SZ_O_SETTLE],
                    .peers_wait_ms = c->num[SZ_O_PEERS_WAIT],
                    .tick_ms = c->num[SZ_O_TICK],
                    .stats_ms = c->num[SZ_O_STATS],
                    .stop_at_end = c->num[SZ_O_STOP_AT_END] != 0,
                    .new_state = c->num[SZ_O_NEW_STATE] != 0,
                    .fail_fast = c->num[SZ_O_FAIL_FAST] != 0,
                    .log_json = c->num[SZ_O_LOG] == 1};
    cmd_kafka(c, &job->kafka);
    if (sz_job_is_live(job)) job->order = SZ_ARRIVAL;
}

void cmd_findings_json(const sz_diags *d, uint32_t rules, sz_lang lang) {
    sz_buf out;
    sz_buf_init(&out);
    sz_buf_printf(&out, "{\"schema\":1,\"errors\":%zu,\"warnings\":%zu,\"rules\":%u,\"findings\":[", d->n_errors,
                  d->n_warnings, rules);
    for (size_t i = 0; i < d->n; i++) {
        if (i) sz_buf_put_u8(&out, ',');
        sz_diag_json(&out, &d->v[i], lang);
    }
    sz_buf_put_z(&out, "]}\n");
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
}
