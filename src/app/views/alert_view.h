/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert event (JSON) for people: what, who, since when, why, what was looked at, what may explain it.
 */
#ifndef SZ_APP_ALERT_VIEW_H
#define SZ_APP_ALERT_VIEW_H

#include <sanzao/campus.h>
#include <yyjson.h>

typedef struct alert_view_options {
    sz_lang lang;
    bool color;
    const char *change; /* what has become of it since the time that was asked for, an event's kind; NULL: not asked */
    bool as_event;      /* with its kind (firing, stepped …), for a stream as it came; else as what stands */
    bool all_reasons;   /* what has no name for people, too */
    bool is_of_many;    /* where limits come from is said once for each rule, by alert_sources */
    const sz_campus *campus; /* who a student is, and what a place is called; NULL: ids alone */
} alert_view_options;
/* Append the text of one event. told: the last event of its alert while that was open, whose reasons are those of the
 * alert; NULL: the event's own are shown. True: a number is `≥`, at least. */
bool alert_view(sz_buf *out, yyjson_val *event, yyjson_val *told, const alert_view_options *o);
/* alert_reasons.c: a line each; true: a number is `≥`. */
bool alert_reasons(sz_buf *out, yyjson_val *event, sz_lang lang, bool all);
/* alert_crowds.c: what many of a building or a class are told of at once, a line each; nothing where there is none. */
void alert_crowds(sz_buf *out, yyjson_val *const *events, uint32_t n, const sz_campus *campus, sz_lang lang);
/* alert_sources.c: where the limits of these come from, a line a rule; nothing where none says it. */
void alert_sources(sz_buf *out, yyjson_val *const *events, uint32_t n, sz_lang lang);
/* 2026-03-03T08:00:00+08:00 as `2026-03-03 08:00`. */
void alert_put_time(sz_buf *out, const char *t);
/* A member's text, "" where there is none; the same of a text in both languages. */
static inline const char *alert_text(yyjson_val *o, const char *key) {
    const char *s = yyjson_get_str(yyjson_obj_get(o, key));
    return s ? s : "";
}
static inline const char *alert_both(yyjson_val *o, const char *key, sz_lang lang) {
    return alert_text(yyjson_obj_get(o, key), lang == SZ_ZH ? "zh" : "en");
}
/* Where its limits come from, "" where it does not say so. */
static inline const char *alert_source(yyjson_val *event, sz_lang lang) {
    return *alert_text(event, "source") ? alert_text(event, "source") : alert_both(event, "source", lang);
}
/* Of an instant rule or a sequence, and not taken back: it was told, and that is all; nobody announces an end. */
bool alert_is_once(yyjson_val *event);
/* Rank of a level by name, red highest; -1 unknown. */
int alert_level_rank(const char *name);

#endif
