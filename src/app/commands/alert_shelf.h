/* SPDX-License-Identifier: Apache-2.0
 *
 * Alert events of a file, as they came or folded: of each alert the newest.
 */
#ifndef SZ_APP_ALERT_SHELF_H
#define SZ_APP_ALERT_SHELF_H

#include "views/alert_since.h"

/* told: the newest event of the alert while it was open, whose reasons are the alert's; NULL: there was none. */
typedef struct shelf_event {
    yyjson_doc *doc, *told;
    int64_t seq, told_seq;
    uint32_t line, born; /* of the newest, and of the alert's first (SZ_NONE: not among these), counted from 0 */
} shelf_event;
typedef struct shelf {
    shelf_event *v;
    uint32_t n, cap;
    sz_map by_alert;
    alert_since since; /* from[0] 0: of all times */
    uint32_t n_before; /* left out as of before then: still open */
} shelf;

void shelf_init(shelf *s, const alert_since *since); /* NULL: of all times */
void shelf_fini(shelf *s);
/* Takes e. */
void shelf_put(shelf *s, shelf_event e, sz_str alert, bool fold);
/* What is for others goes; of no names, nothing does. */
void shelf_keep_audience(shelf *s, const char *const *names, uint32_t n_names);
/* What was told before `since` goes. */
void shelf_keep_since(shelf *s);
/* Open ones first, what was taken back last; then by level, newest first. */
void shelf_sort(shelf *s);
/* All of them, or those that stand; to be freed. */
yyjson_val **shelf_roots(const shelf *s, bool with_taken_back, uint32_t *n);

bool event_is_open(const shelf_event *e);
bool event_is_taken_back(const shelf_event *e);
/* The alert is of after `since`, and stands. */
bool event_is_new(const shelf_event *e, const shelf *s);
/* What has become of an alert since then, as the kind of an event. */
const char *event_change(const shelf_event *e, const shelf *s);

#endif
