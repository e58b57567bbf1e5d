/* SPDX-License-Identifier: Apache-2.0 */
#include <yyjson.h>

#include "rule_test.h"
#include "test_campus.h"

enum { MOST_RECORDS = 5, MOST_FEATURES = 6 };

typedef struct told {
    sz_buf *out;
    const sz_zone *zone;
    int32_t d1;
    sz_lang lang;
    const sz_featureset *fs;
    bool *is_asked; /* by feature: its value is compared */
    bool *is_event; /* by matcher: such a feature reads it */
} told;

static void ask(const told *x, const sz_prog *p, bool as_operand) {
    uint32_t n = 0;
    const uint32_t *slots = p ? sz_prog_slots(p, &n) : NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (SZ_SLOT_SPACE(slots[i]) != SZ_SPACE_FEATURE) continue;
        const sz_feature *f = &x->fs->features[SZ_SLOT_INDEX(slots[i])];
        if (!as_operand) x->is_asked[SZ_SLOT_INDEX(slots[i])] = true;
        if (f->matcher != SZ_NONE) x->is_event[f->matcher] = true;
        if (!as_operand) ask(x, f->value, true);
    }
}

/* What the rule compares, not what it also looks at (who, texts); of a sequence its events. */
static void ask_rule(const told *x, const sz_rule *r) {
    ask(x, r->value ? r->value : r->when, false);
    for (uint32_t i = 0; i < r->n_points; i++) ask(x, r->points[i].when, false);
    for (uint32_t i = 0; i < r->n_sequence; i++) x->is_event[r->sequence[i].matcher] = true;
}

/* Is it the name of something asked? */
static bool is_feature(const told *x, sz_str name) {
    for (uint32_t i = 0; i < x->fs->n_features; i++)
        if (x->is_asked[i] && sz_str_eq(x->fs->features[i].name, name)) return true;
    return false;
}

static bool is_event(const told *x, sz_str name) {
    for (uint32_t i = 0; i < x->fs->n_matchers; i++)
        if (x->is_event[i] && sz_str_eq(x->fs->matchers[i].name, name)) return true;
    return false;
}

static sz_str str_of(yyjson_val *v) {
    const char *s = yyjson_get_str(v);
    return sz_str_of(s ? s : "");
}

static void put_space(const told *x) { sz_buf_put_z(x->out, x->lang == SZ_ZH ? "            " : "                "); }

/* A time of the record as the test counts: `d5 23:20`, with_weekday `d5 Fri 23:20`. */
static void put_time(const told *x, yyjson_val *v, bool with_weekday) {
    static const char *const days[2][8] = {{"", "Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "},
                                           {"", "周一 ", "周二 ", "周三 ", "周四 ", "周五 ", "周六 ", "周日 "}};
    int64_t t;
    if (!yyjson_is_str(v) || !sz_time_parse(x->zone, str_of(v), &t, NULL)) return;
    int32_t day = sz_zone_day(x->zone, t), ms = sz_zone_ms_of_day(x->zone, t);
    sz_buf_printf(x->out, "d%d %s", day - x->d1 + 1, with_weekday ? days[x->lang == SZ_ZH][sz_day_weekday(day)] : "");
    if (ms == SZ_DAY_MS - 1) sz_buf_put_z(x->out, "24:00  ");
    else sz_buf_printf(x->out, "%02d:%02d  ", ms / 3600000, ms / 60000 % 60);
}

static void put_features(const told *x, yyjson_val *features) {
    size_t i, n, shown = 0;
    yyjson_val *name, *value;
    yyjson_obj_foreach(features, i, n, name, value) {
        if (!is_feature(x, str_of(name)) || shown > MOST_FEATURES) continue;
        if (shown++ == MOST_FEATURES) sz_buf_put_z(x->out, " …");
        else
            sz_buf_printf(x->out, "%s%.*s = %.*s", shown > 1 ? " · " : "", SZ_FMT_STR(str_of(name)),
                          SZ_FMT_STR(str_of(value)));
    }
}

/* Its type, and the events of the rules that it fits. */
static void put_record(const told *x, yyjson_val *record) {
    size_t i, n;
    yyjson_val *fit;
    sz_str type = str_of(yyjson_obj_get(record, "type"));
    put_space(x);
    put_time(x, yyjson_obj_get(record, "time"), true);
    sz_buf_put_str(x->out, type);
    const char *before = "  ";
    yyjson_arr_foreach(yyjson_obj_get(record, "fits"), i, n, fit) {
        if (sz_str_eq(str_of(fit), type) || !is_event(x, str_of(fit))) continue;
        sz_buf_printf(x->out, "%s%.*s", before, SZ_FMT_STR(str_of(fit)));
        before = ", ";
    }
    sz_buf_put_u8(x->out, '\n');
}

static void put(const told *x, yyjson_val *root) {
    yyjson_val *log = yyjson_obj_get(root, "log");
    size_t n = yyjson_arr_size(log);
    sz_buf_put_z(x->out, x->lang == SZ_ZH ? "      因为  " : "      because   ");
    put_time(x, yyjson_obj_get(root, "evaluated_through"), false);
    put_features(x, yyjson_obj_get(root, "features"));
    sz_buf_put_u8(x->out, '\n');
    for (size_t i = n > MOST_RECORDS ? n - MOST_RECORDS : 0; i < n; i++) put_record(x, yyjson_arr_get(log, i));
}

void sz_test_because(sz_buf *out, const sz_inputs *in, const sz_rule *r, const sz_rule_test *t, const sz_test_expect *e,
                     sz_lang lang) {
    told x = {.out = out, .zone = &in->zone, .lang = lang, .fs = &in->bundle->fs};
    x.d1 = sz_test_first_day(in->calendar.n ? sz_campus_calendar(in->campus) : NULL, t);
    x.is_asked = sz_alloc(x.fs->n_features + 1);
    x.is_event = sz_alloc(x.fs->n_matchers + 1);
    ask_rule(&x, r);
    sz_buf json;
    sz_buf_init(&json);
    sz_rule_test_show(in, t, e->day, e->ms, lang, &json);
    yyjson_doc *doc = json.n ? yyjson_read((const char *)json.p, json.n, 0) : NULL;
    if (doc) put(&x, yyjson_doc_get_root(doc));
    yyjson_doc_free(doc);
    sz_buf_fini(&json);
    sz_free(x.is_asked);
    sz_free(x.is_event);
}
