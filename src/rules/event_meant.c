/* SPDX-License-Identifier: Apache-2.0
 *
 * An event that nobody declared, where its name is a value or a field of records: the event that was meant.
 */
#include "load.h"

/* What a value is a value of, and the records that have it. */
static const struct value_of {
    const char *event, *name, *values[8];
} of_values[] = {
    {"swipe", "event.op", {"consume", "refund", "reversal", "topup"}},
    {"attendance", "event.status", {"absent", "late", "present", "excused", "early_leave"}},
    {"dorm_access", "event.direction", {"in", "out"}},
    {"dorm_access", "event.result", {"denied", "granted"}},
    {"seen", "place.kind", {"canteen", "shop", "dorm", "classroom", "library", "lab", "bath", "gate"}},
};
static const char *const of_fields[][2] = {
    {"amount", "swipe.amount"}, {"balance", "swipe.balance"}, {"hours", "attendance.hours"}};

bool sz_event_meant(struct sz_loading *l, sz_diag *g, sz_str name) {
    for (size_t i = 0; i < sizeof of_fields / sizeof *of_fields; i++)
        if (sz_str_is(name, of_fields[i][0])) {
            sz_rules_hint(l, g, "this is a field of an event:  %s", "这是事件的字段：%s", of_fields[i][1]);
            return true;
        }
    for (size_t i = 0; i < sizeof of_values / sizeof *of_values; i++)
        for (size_t k = 0; k < 8 && of_values[i].values[k]; k++)
            if (sz_str_is(name, of_values[i].values[k])) {
                sz_rules_hint(l, g, "declare it:  events: {%.*s: {event: %s, where: %s == \"%.*s\"}}",
                              "请先声明：events: {%.*s: {event: %s, where: %s == \"%.*s\"}}", SZ_FMT_STR(name),
                              of_values[i].event, of_values[i].name, SZ_FMT_STR(name));
                return true;
            }
    if (!sz_str_is(name, "event") && !sz_str_is(name, "place")) return false;
    sz_rules_hint_say(g,
                      "here stands an event; a condition makes one:  events: {mine: {event: dorm_access, where: "
                      "event.late}}",
                      "这里要写事件；条件要先声明成事件：events: {mine: {event: dorm_access, where: event.late}}");
    return true;
}
