/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_since.h"

#include <stdio.h>
#include <string.h>

bool alert_since_begin(alert_since *s, const char *text) {
    sz_zone utc;
    int64_t ms;
    char at[40];
    bool has_offset = strlen(text) > 10 && strpbrk(text + 10, "Zz+-");
    sz_zone_fixed(&utc, 0, "UTC");
    bool is_time = !has_offset && sz_time_parse(&utc, sz_str_of(text), &ms, NULL);
    *s = (alert_since){0};
    if (is_time && sz_time_format(&utc, ms, at)) snprintf(s->from, sizeof s->from, "%.16s", at);
    sz_zone_fini(&utc);
    return s->from[0] != 0;
}

void alert_since_see(alert_since *s, yyjson_val *event) {
    const char *at = yyjson_get_str(yyjson_obj_get(event, "at")),
               *kind = yyjson_get_str(yyjson_obj_get(event, "event"));
    bool is_correction = kind && (strcmp(kind, "updated") == 0 || strcmp(kind, "retracted") == 0);
    uint32_t line = s->line++;
    if (s->is_found || !at || is_correction || strcmp(at, s->top) < 0) return;
    snprintf(s->top, sizeof s->top, "%s", at);
    s->is_found = strncmp(at, s->from, 16) >= 0;
    if (!s->is_found) s->first = line + 1;
}

uint32_t alert_since_first(const alert_since *s) { return s->first; }
