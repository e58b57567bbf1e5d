/* SPDX-License-Identifier: Apache-2.0
 *
 * The log of a long run: one line each on standard error, as text or as JSON. Any thread may write. No student's id or
 * name goes in here; who writes a line sees to that.
 */
#ifndef SZ_APP_LOG_H
#define SZ_APP_LOG_H

#include <sanzao/kafka.h>

void sz_log_begin(bool is_json, sz_lang lang);
/* what: the line's name for programs ("stats", "held"); formats like printf, the same arguments for both languages. */
void sz_log(sz_severity severity, const char *what, const char *en, const char *zh, ...);
/* fields: members of a JSON object without braces, or empty: shown in both forms. */
void sz_log_fields(sz_severity severity, const char *what, sz_str en, sz_str zh, sz_str fields);
/* fields for programs, the texts for people. */
void sz_log_told(sz_severity severity, const char *what, sz_str en, sz_str zh, sz_str fields);
/* Adapters' voice: lines named kafka. */
sz_kafka_voice sz_log_voice(void);

#endif
