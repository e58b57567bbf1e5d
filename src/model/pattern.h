/* SPDX-License-Identifier: Apache-2.0
 *
 * pattern: regular expressions over cells. The only file of this module that knows <pcre2.h> is pattern.c.
 */
#ifndef SANZAO_SRC_MODEL_PATTERN_H
#define SANZAO_SRC_MODEL_PATTERN_H

#include <sanzao/base.h>

typedef struct sz_pattern sz_pattern;

/* Compile; NULL with the byte of the error and PCRE2's words for it. With JIT where the machine has it. */
sz_pattern *sz_pattern_new(sz_str text, size_t *bad_off, char message[128]);
void sz_pattern_free(sz_pattern *p);

/* Number of a named group, 0 if there is none. */
uint32_t sz_pattern_group(const sz_pattern *p, const char *name);
uint32_t sz_pattern_n_groups(const sz_pattern *p);
/* Name of the i-th named group (in order of names) and its number; NULL after the last. */
const char *sz_pattern_name(const sz_pattern *p, uint32_t i, uint32_t *group);

/* Look for the pattern in text (UTF-8). False: not there, or it takes more steps than a cell may cost. After true
 * sz_pattern_take gives groups (0: all that matched) until the next match with this pattern: one thread at a time. */
bool sz_pattern_match(const sz_pattern *p, sz_str text);
sz_str sz_pattern_take(const sz_pattern *p, sz_str text, uint32_t group);

#endif
