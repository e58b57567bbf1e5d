/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert event (JSON) for people: what, who, since when, why, what was looked at, what may explain it.
 */
#ifndef SZ_APP_ALERT_VIEW_H
#define SZ_APP_ALERT_VIEW_H

#include <sanzao/base.h>
#include <yyjson.h>

/* Append the text of one event. told: the last event of its alert while that was open, whose reasons are those of the
 * alert; NULL: the event's own are shown. as_event: with its kind (firing, stepped …), for a stream as it came; else as
 * what stands. */
void alert_view(sz_buf *out, yyjson_val *event, yyjson_val *told, sz_lang lang, bool color, bool as_event);
/* Of an instant rule or a sequence, and not taken back: it was told, and that is all; nobody announces an end. */
bool alert_is_once(yyjson_val *event);
/* Rank of a level by name, red highest; -1 unknown. */
int alert_level_rank(const char *name);

#endif
