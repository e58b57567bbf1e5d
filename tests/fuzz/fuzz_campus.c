/* SPDX-License-Identifier: Apache-2.0
 *
 * A campus folder of three files: the roster, the file that the first byte names, in the encoding that the second names.
 */
#include <sanzao/campus.h>

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char roster[] = "学号,学院,入学年份,标签\ns1,医学院,2025,a;b\ns2,理学院,2024,\n";

static void ignore(void *ctx, sz_str student, int64_t since_ms) {
    (void)student, (void)since_ms;
    ++*(size_t *)ctx;
}

/* Ask what the engine asks; a difference to itself is none. */
static void ask(const sz_campus *c) {
    size_t n_changes = 0;
    sz_str place;
    uint8_t direction;
    int64_t t = INT64_C(1772463600000);
    for (uint32_t i = 0; i < sz_campus_n_students(c) && i < 100; i++) {
        const sz_student *s = sz_campus_student(c, i);
        if (sz_campus_find_student(c, s->id) != i) abort();
        sz_campus_is_late(c, i, NULL, t + i * SZ_HOUR_MS);
        sz_campus_on_leave(c, i, NULL, SZ_ON_LEAVE_KINDS, t);
        sz_student_study_share(s, 20000);
    }
    for (uint32_t i = 0; i < sz_campus_n_leaves(c); i++) {
        int64_t from, to;
        sz_leave_span(c, sz_campus_leave(c, i), &from, &to);
        if (from >= to) abort();
    }
    sz_campus_resolve_card(c, SZ_STR("pos"), SZ_STR("77"), t);
    sz_campus_resolve_reader(c, SZ_STR("gate"), SZ_STR("g1"), t, &place, &direction);
    for (int32_t day = 20500; day < 20600; day += 7) {
        sz_calendar_week(sz_campus_calendar(c), day);
        sz_calendar_is_class_day(sz_campus_calendar(c), day);
        sz_calendar_days_to(sz_campus_calendar(c), SZ_STR("exams"), day);
    }
    sz_campus_diff(c, c, ignore, &n_changes);
    if (n_changes) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static const char *const names[] = {"cards.csv",     "readers.csv", "places.csv",  "leaves.csv",
                                        "calendar.yaml", "feeds.yaml",  "students.csv"};
    static const sz_encoding encodings[] = {SZ_ENC_AUTO, SZ_ENC_UTF8, SZ_ENC_GB18030, SZ_ENC_UTF16LE};
    if (n < 2) return 0;
    sz_campus_file files[2] = {{names[data[0] % 7], data + 2, n - 2}, {"students.csv", roster, sizeof roster - 1}};
    sz_types types;
    sz_diags d;
    sz_zone zone;
    sz_campus *c;
    sz_buf out;
    sz_types_init(&types);
    sz_diags_init(&d);
    sz_buf_init(&out);
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    sz_campus_zone_name(files, 2);
    sz_campus_load(files, data[0] % 7 == 6 ? 1 : 2, "campus", encodings[data[1] % 4], &zone, &types, &d, &c);
    for (size_t i = 0; i < d.n && i < 50; i++) sz_diag_print(&out, &d.v[i], i % 2 ? SZ_ZH : SZ_EN, false);
    ask(c);
    sz_campus_free(c);
    sz_buf_fini(&out);
    sz_diags_fini(&d);
    sz_types_fini(&types);
    return 0;
}
