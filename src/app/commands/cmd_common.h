/* SPDX-License-Identifier: Apache-2.0
 *
 * What several commands do alike.
 */
#ifndef SZ_APP_CMD_COMMON_H
#define SZ_APP_CMD_COMMON_H

#include "config/config.h"
#include "job/job.h"

/* Read options; prints help or findings. Returns -1 to go on, else the exit status. Of `check` also with findings in
 * the config file, which are in c->diags. */
int cmd_begin(sz_config *c, uint16_t command, const char *usage_en, const char *usage_zh, int argc, char **argv);
/* What options say of a run, a check or a look into a state. Lives as long as c. */
void cmd_job(sz_config *c, sz_job *job);
/* Findings for programs, on standard output; rules: how many were loaded. */
void cmd_findings_json(const sz_diags *d, uint32_t rules, sz_lang lang);
void cmd_kafka(sz_config *c, sz_kafka_options *o);

#endif
