/* SPDX-License-Identifier: Apache-2.0
 *
 * Where in a file of alert events begins what was told since a time. An event has event time alone (`at`), and what
 * comes late (a leave that is written down today) has the time of long ago. But a file has its lines in the order in
 * which they were told, and nothing is told before its time: so what stands behind a line of T or later was told since
 * T. What directly precedes the first such line and was late itself may have been told on either side of T; it counts,
 * for a correction that is shown twice harms nobody, and one that is not shown lets somebody ring up in vain.
 */
#ifndef SZ_APP_ALERT_SINCE_H
#define SZ_APP_ALERT_SINCE_H

#include <sanzao/base.h>
#include <yyjson.h>

typedef struct alert_since {
    char from[17]; /* 2026-03-12T00:00, in the clock of the alerts */
    char top[26];  /* the latest `at` so far; "" none */
    uint32_t line; /* of the next event, from 0 */
    uint32_t first;
    bool is_found;
} alert_since;

/* `2026-03-12`, or with a time (T or space), without an offset. False: it is none. */
bool alert_since_begin(alert_since *s, const char *text);
/* The next event of the file. */
void alert_since_see(alert_since *s, yyjson_val *event);
/* After the last: events from this one on, counted from 0, were told since then. */
uint32_t alert_since_first(const alert_since *s);

#endif
