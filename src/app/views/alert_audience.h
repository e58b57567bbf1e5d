/* SPDX-License-Identifier: Apache-2.0
 *
 * For whom alerts are: a file has those of all, and what is for the funding centre is not for every counselor to read.
 */
#ifndef SZ_APP_ALERT_AUDIENCE_H
#define SZ_APP_ALERT_AUDIENCE_H

#include <sanzao/base.h>
#include <yyjson.h>

/* Who an event is for, by the name that rules give it. */
const char *alert_audience(yyjson_val *event);
/* Is it for one of these? Of no names: for all. */
bool alert_is_for(const char *audience, const char *const *names, uint32_t n);
/* A name that is a slip would be an empty list, as if all were well: an error. One that nobody of the events has may be
 * a school's own, of which there is nothing today: a warning. */
void alert_audience_check(sz_diags *d, const char *name, sz_span at, yyjson_val *const *events, uint32_t n);
/* Append how many are for whom, a line; nothing where all are for one. */
void alert_audience_counts(sz_buf *out, yyjson_val *const *events, uint32_t n, sz_lang lang);
/* Append the line that says for whom alone a list is. */
void alert_audience_only(sz_buf *out, const char *const *names, uint32_t n, sz_lang lang);

#endif
