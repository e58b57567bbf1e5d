/* SPDX-License-Identifier: Apache-2.0 */
#include "test_campus.h"

enum { RUN_UP_DAYS = 120 };

static const char *const places =
    "place,name,kind\n"
    "canteen,食堂,canteen\nshop,超市,shop\ndorm,宿舍,dorm\nclassroom,教室,classroom\n"
    "library,图书馆,library\nlab,实验室,lab\ngate,校门,gate\nbath,浴室,bath\nbus,校车,bus\n"
    "gym,体育馆,gym\nclinic,校医院,clinic\nother,其他,other\n";
static const char *const term = "terms: [{id: term, from: 2026-02-23, to: 2026-07-05}]\n";

/* The Monday of that week of the first term that has it. */
int32_t sz_test_first_day(const sz_calendar *k, const sz_rule_test *t) {
    if (t->start_day != SZ_DAY_NONE) return t->start_day;
    int32_t day = sz_day_from_ymd(2026, 2, 23) + 7 * (t->start_week - 1);
    for (uint32_t i = 0; k && i < k->n_terms; i++) {
        int32_t from = k->terms[i].from_day;
        int32_t monday = from - (sz_day_weekday(from) - 1) + 7 * (t->start_week - 1);
        if (monday <= k->terms[i].to_day) return monday;
    }
    return day;
}

static sz_str pair(const sz_rule_test *t, const char *key) {
    for (uint32_t i = 0; i < t->n_student; i++)
        if (sz_str_is(t->student[i].key, key)) return t->student[i].value;
    return (sz_str){0};
}

static void put_cell(sz_buf *out, sz_str s) {
    sz_buf_put_z(out, ",\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') sz_buf_put_u8(out, '"');
        sz_buf_put_u8(out, (uint8_t)s.p[i]);
    }
    sz_buf_put_u8(out, '"');
}

static void put_students(sz_buf *out, const sz_rule_test *t, int32_t d1) {
    static const char *const columns[] = {"name", "school",   "college", "major",     "class",  "gender",
                                          "dorm", "building", "tags",    "residence", "status", "years"};
    int y, m, d;
    int64_t year = 2;
    char day[11];
    sz_day_to_ymd(d1, &y, &m, &d);
    if (pair(t, "year").n) sz_str_i64(pair(t, "year"), &year);
    int64_t entry = (m >= 9 ? y : y - 1) - year + 1;
    if (pair(t, "entry_year").n) sz_str_i64(pair(t, "entry_year"), &entry);
    sz_day_format(d1 - RUN_UP_DAYS, day);
    sz_buf_put_z(out, "student,entry_year,enrolled_on");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) sz_buf_printf(out, ",%s", columns[i]);
    sz_buf_printf(out, "\ns1,%lld,%s", (long long)entry, day);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) put_cell(out, pair(t, columns[i]));
    sz_buf_put_u8(out, '\n');
}

static void put_leaves(sz_buf *out, const sz_rule_test *t, int32_t d1) {
    char from[11], to[11];
    sz_buf_put_z(out, "student,from,to,kind,recorded\n");
    for (uint32_t i = 0; i < t->n_leaves; i++) {
        sz_day_format(d1 + t->leaves[i].from, from);
        sz_day_format(d1 + t->leaves[i].to, to);
        sz_buf_printf(out, "s1,%s,%s,%.*s,\n", from, to, SZ_FMT_STR(t->leaves[i].kind));
    }
}

/* A source for each type, named by it. */
static void put_feeds(sz_buf *out, const sz_types *types, int32_t d1) {
    char day[11];
    sz_day_format(d1 - RUN_UP_DAYS, day);
    for (uint32_t i = 0; i < types->n; i++)
        sz_buf_printf(out, "%.*s: {types: [%.*s], began: %s}\n", SZ_FMT_STR(types->v[i].name),
                      SZ_FMT_STR(types->v[i].name), day);
}

sz_status sz_test_campus(const sz_inputs *in, const sz_rule_test *t, int32_t d1, sz_diags *d, sz_campus **out) {
    sz_buf students, leaves, feeds;
    sz_buf_init(&students);
    sz_buf_init(&leaves);
    sz_buf_init(&feeds);
    put_students(&students, t, d1);
    put_leaves(&leaves, t, d1);
    put_feeds(&feeds, in->types, d1);
    sz_str calendar = in->calendar.n ? in->calendar : sz_str_of(term);
    const sz_campus_file files[] = {{"calendar.yaml", calendar.p, calendar.n},
                                    {"feeds.yaml", feeds.p, feeds.n},
                                    {"leaves.csv", leaves.p, leaves.n},
                                    {"places.csv", places, strlen(places)},
                                    {"students.csv", students.p, students.n}};
    sz_status s =
        sz_campus_load(files, sizeof files / sizeof *files, "test", SZ_ENC_UTF8, &in->zone, in->types, d, out);
    sz_buf_fini(&students);
    sz_buf_fini(&leaves);
    sz_buf_fini(&feeds);
    return s;
}
