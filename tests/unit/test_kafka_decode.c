/* SPDX-License-Identifier: Apache-2.0
 *
 * A record of Kafka as an event: what headers make of a value.
 */
#include <sanzao/kafka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/model_fixture.h"

#define EVENT "{\"student\":\"s1\",\"amount\":5}"

static const char *read_with(struct model_fixture *x, const sz_kafka_header *h, size_t n, const char *value,
                             sz_input *in) {
    sz_kafka_decode_json(x->decoder, sz_str_of(value), h, n, &x->arena, in);
    x->record = in->record;
    return model_fixture_show(x);
}

static void test_the_value_reads_as_the_data_of_an_event_in_one_text(void **state) {
    static const char *const values[] = {EVENT, "\xef\xbb\xbf" EVENT,
                                         " " EVENT "\n"}; /* the second: tests/fuzz/fuzz_kafka.c */
    const sz_kafka_header h[] = {
        {"ce_specversion", SZ_STR("1.0")}, {"ce_id", SZ_STR("e1")},      {"content-type", SZ_STR("application/json")},
        {"ce_source", SZ_STR("/pos")},     {"ce_type", SZ_STR("swipe")}, {"ce_time", SZ_STR("2026-03-02T00:00:00Z")}};
    struct model_fixture x;
    static sz_input in;
    (void)state;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_string_equal(read_with(&x, h, sizeof h / sizeof *h, values[i], &in),
                            "swipe 2026-03-02T08:00:00+08:00 id=e1 source=/pos student=s1 amount=5.00");
    model_fixture_fini(&x);
}

/* Whatever the headers say, what the value says is not given by them: then it is read as it is. */
static void test_a_value_that_lacks_nothing_is_read_as_it_is(void **state) {
    static const struct {
        const char *value, *shown;
        bool is_as_it_is;
    } rows[] = {
#define REST "\"student\":\"s1\"}"
        {"{\"id\":\"e2\",\"source\":\"gate\",\"type\":\"presence\",\"time\":\"2026-03-02T09:00:00+08:00\"," REST,
         "presence 2026-03-02T09:00:00+08:00 id=e2 source=gate student=s1", true},
        {"{\"source\":\"gate\",\"type\":\"presence\",\"time\":\"2026-03-02T09:00:00+08:00\"," REST,
         "presence 2026-03-02T09:00:00+08:00 id=e1 source=gate student=s1", false},
        {"{\"id\":\"e2\",\"type\":\"presence\",\"time\":\"2026-03-02T09:00:00+08:00\"," REST,
         "presence 2026-03-02T09:00:00+08:00 id=e2 source=/pos student=s1", false},
        {"{\"id\":\"e2\",\"source\":\"gate\",\"time\":\"2026-03-02T09:00:00+08:00\"," REST,
         "swipe 2026-03-02T09:00:00+08:00 id=e2 source=gate student=s1", false},
        {"{\"id\":\"e2\",\"source\":\"gate\",\"type\":\"presence\"," REST,
         "presence 2026-03-02T08:00:00+08:00 id=e2 source=gate student=s1", false},
    };
    const sz_kafka_header h[] = {{"ce_specversion", SZ_STR("1.0")},
                                 {"ce_id", SZ_STR("e1")},
                                 {"ce_source", SZ_STR("/pos")},
                                 {"ce_type", SZ_STR("swipe")},
                                 {"ce_time", SZ_STR("2026-03-02T00:00:00Z")}};
    struct model_fixture x;
    static sz_input in;
    (void)state;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(read_with(&x, h, sizeof h / sizeof *h, rows[i].value, &in), rows[i].shown);
        assert_int_equal(in.raw.p == rows[i].value, rows[i].is_as_it_is);
    }
    model_fixture_fini(&x);
}

static void test_without_a_version_the_headers_say_nothing(void **state) {
    const sz_kafka_header none[] = {{"ce_id", SZ_STR("e1")}, {"ce_specversion", {NULL, 0}}};
    static const char whole[] =
        "{\"id\":\"e2\",\"type\":\"swipe\",\"student\":\"s1\",\"time\":\"2026-03-02T08:00:00+08:00\"}";
    struct model_fixture x;
    static sz_input in;
    (void)state;
    model_fixture_init(&x);
    assert_string_equal(read_with(&x, none, 2, whole, &in), "swipe 2026-03-02T08:00:00+08:00 id=e2 student=s1");
    assert_ptr_equal(in.raw.p, whole);
    model_fixture_fini(&x);
}

static void test_what_is_no_object_is_kept_with_what_was_said_of_it(void **state) {
    const sz_kafka_header h[] = {{"ce_specversion", SZ_STR("1.0")}, {"ce_id", SZ_STR("e1")}};
    struct model_fixture x;
    static sz_input in;
    (void)state;
    model_fixture_init(&x);
    assert_string_equal(read_with(&x, h, 2, "s1;5", &in), "bad_json");
    assert_true(sz_str_is(in.raw, "{\"specversion\":\"1.0\",\"id\":\"e1\",\"data_base64\":\"czE7NQ==\"}"));
    model_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_value_reads_as_the_data_of_an_event_in_one_text),
        cmocka_unit_test(test_a_value_that_lacks_nothing_is_read_as_it_is),
        cmocka_unit_test(test_without_a_version_the_headers_say_nothing),
        cmocka_unit_test(test_what_is_no_object_is_kept_with_what_was_said_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
