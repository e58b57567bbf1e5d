/* SPDX-License-Identifier: Apache-2.0
 *
 * Real logs through the mappings that are shown in docs/mapping.md. Read from $SZ_SHARED/data or ../shared/data, which is not
 * part of the project; a test says so and is skipped where it is absent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/model_fixture.h"

struct totals {
    long n_rows, n_events, n_duplicates, n_conflicts, n_lost, n_late, n_shared_ids;
    uint32_t n_late_cards;
};

/* What a row adds; keys (source, id, student) and ids tell duplicates and shared ids. */
struct reading {
    struct model_fixture x;
    struct totals t;
    sz_map keys, ids, late_cards;
    sz_buf contents; /* of the first record of each key */
};

static bool is_late_return(const struct model_fixture *x, const sz_event *e) {
    int32_t hour = sz_zone_ms_of_day(&x->zone, e->time_ms) / (int32_t)SZ_HOUR_MS;
    bool is_dorm = sz_str_is(e->place, "飞凤轩") || sz_str_is(e->place, "青鸾苑");
    return e->type == SZ_TYPE_DORM_ACCESS && e->precision != SZ_PREC_DAY && is_dorm && e->direction == SZ_DIR_IN &&
           e->result == SZ_RESULT_GRANTED && (hour >= 23 || hour < 5);
}

static void take(struct reading *r, const sz_event *e) {
    sz_buf b;
    sz_buf_init(&b);
    sz_buf_put_lstr(&b, e->source);
    sz_buf_put_lstr(&b, e->id);
    sz_buf_put_lstr(&b, e->student);
    uint32_t before = r->keys.n, at = sz_map_intern(&r->keys, sz_buf_str(&b));
    sz_buf_fini(&b);
    r->t.n_events++;
    r->t.n_lost += e->precision == SZ_PREC_DAY;
    if (r->keys.n == before) {
        uint64_t first;
        memcpy(&first, r->contents.p + at * sizeof first, sizeof first);
        if (first == e->content) r->t.n_duplicates++;
        else r->t.n_conflicts++;
        return;
    }
    sz_buf_put(&r->contents, &e->content, sizeof e->content);
    before = r->ids.n;
    sz_map_intern(&r->ids, e->id);
    r->t.n_shared_ids += r->ids.n == before;
    if (is_late_return(&r->x, e)) {
        r->t.n_late++;
        sz_map_intern(&r->late_cards, e->student);
    }
}

static void read_rows(struct reading *r, sz_str text, sz_encoding enc) {
    sz_mapping *m = r->x.mapping;
    sz_buf header;
    size_t bad, at = sz_csv_record_len(text, sz_mapping_separator(m), true);
    sz_buf_init(&header);
    assert_true(sz_to_utf8(enc, text.p, at, &header, &bad));
    sz_buf_put_u8(&header, 0);
    assert_string_equal(model_fixture_bind(&r->x, (char *)header.p), "");
    sz_buf_fini(&header);
    assert_true(sz_mapping_use_encoding(m, enc));
    while (at < text.n) {
        size_t len = sz_csv_record_len((sz_str){text.p + at, text.n - at}, sz_mapping_separator(m), true);
        sz_arena_reset(&r->x.arena);
        sz_mapping_decode(m, (sz_str){text.p + at, len}, &r->x.arena, &r->x.record);
        if (r->x.record.kind != SZ_RECORD_EVENT) fail_msg("row %ld: %s", r->t.n_rows + 1, r->x.record.dead.detail);
        r->t.n_rows++;
        take(r, &r->x.record.event);
        at += len;
    }
}

/* Totals of a log; false (and a line) where it is absent. */
static bool read_log(const char *mapping, const char *log, sz_encoding expected, struct totals *out) {
    char path[512], yaml_path[512] = "tests/data/mappings/";
    size_t n, n_yaml;
    char *text = fixture_read(fixture_shared(path, log), &n);
    if (!text) {
        print_message("%s is absent: skipped\n", path);
        return false;
    }
    char *yaml = fixture_read(strcat(yaml_path, mapping), &n_yaml);
    assert_non_null(yaml);
    yaml = sz_realloc(yaml, n_yaml + 1);
    yaml[n_yaml] = '\0';
    struct reading r;
    memset(&r, 0, sizeof r);
    model_fixture_init(&r.x);
    sz_map_init(&r.keys);
    sz_map_init(&r.ids);
    sz_map_init(&r.late_cards);
    sz_buf_init(&r.contents);
    const char *findings = model_fixture_map(&r.x, yaml);
    if (*findings) fail_msg("%s: %s", mapping, findings);
    sz_encoding enc = sz_encoding_find(text, n < 65536 ? n : 65536);
    assert_int_equal(enc, expected);
    read_rows(&r, (sz_str){text, n}, enc);
    r.t.n_late_cards = r.late_cards.n;
    *out = r.t;
    sz_map_fini(&r.keys);
    sz_map_fini(&r.ids);
    sz_map_fini(&r.late_cards);
    sz_buf_fini(&r.contents);
    model_fixture_fini(&r.x);
    sz_free(yaml);
    sz_free(text);
    return true;
}

static void test_the_door_log_knows_its_lost_times(void **state) {
    (void)state;
    struct totals t;
    if (!read_log("taidi-door.yaml", "data/taidi/data3.csv", SZ_ENC_GB18030, &t)) skip();
    assert_int_equal(t.n_rows, 43156);
    assert_int_equal(t.n_events, 43156);
    assert_int_equal(t.n_duplicates, 0);
    assert_int_equal(t.n_conflicts, 0);
    assert_int_equal(t.n_lost, 4392);
    assert_int_equal(t.n_late, 861);
    assert_int_equal(t.n_late_cards, 317);
}

static void test_the_attendance_log_by_student_time_and_controller(void **state) {
    (void)state;
    struct totals t;
    if (!read_log("eduviz-attendance.yaml", "data/eduviz/3_kaoqin.csv", SZ_ENC_UTF8, &t)) skip();
    assert_int_equal(t.n_events, 23630);
    assert_int_equal(t.n_duplicates, 1186);
    assert_int_equal(t.n_conflicts, 0);
}

static void test_the_attendance_log_by_its_own_ids(void **state) {
    (void)state;
    struct totals t;
    if (!read_log("eduviz-attendance-by-id.yaml", "data/eduviz/3_kaoqin.csv", SZ_ENC_UTF8, &t)) skip();
    assert_int_equal(t.n_events, 23630);
    assert_int_equal(t.n_duplicates, 0);
    assert_int_equal(t.n_conflicts, 0);
    assert_int_equal(t.n_shared_ids, 58);
}

static void test_the_documentation_shows_these_mappings(void **state) {
    (void)state;
    static const char *const paths[] = {"tests/data/mappings/taidi-door.yaml",
                                        "tests/data/mappings/eduviz-attendance.yaml"};
    size_t n_doc, n;
    char *doc = fixture_read("docs/mapping.md", &n_doc);
    assert_non_null(doc);
    for (size_t i = 0; i < 2; i++) {
        char *yaml = fixture_read(paths[i], &n);
        assert_non_null(yaml);
        bool is_shown = false;
        for (size_t at = 0; !is_shown && at + n <= n_doc; at++) is_shown = memcmp(doc + at, yaml, n) == 0;
        if (!is_shown) fail_msg("docs/mapping.md does not show %s as it is", paths[i]);
        sz_free(yaml);
    }
    sz_free(doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_door_log_knows_its_lost_times),
        cmocka_unit_test(test_the_attendance_log_by_student_time_and_controller),
        cmocka_unit_test(test_the_attendance_log_by_its_own_ids),
        cmocka_unit_test(test_the_documentation_shows_these_mappings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
