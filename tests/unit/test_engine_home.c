/* SPDX-License-Identifier: Apache-2.0
 *
 * A key's partition is the one that Kafka's clients compute: murmur2 of known keys, from Apache Kafka's own test
 * (clients, UtilsTest.testMurmur2).
 */
#include <sanzao/engine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_key_lives_where_kafka_puts_it(void **state) {
    (void)state;
    static const struct {
        const char *key;
        int32_t murmur2;
    } rows[] = {{"21", -973932308},
                {"foobar", -790332482},
                {"a-little-bit-long-string", -985981536},
                {"a-little-bit-longer-string", -1486304829},
                {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
                {"abc", 479470107}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t positive = (uint32_t)rows[i].murmur2 & 0x7fffffff;
        assert_int_equal(sz_home(sz_str_of(rows[i].key), 0x7fffffff), positive % 0x7fffffff);
        assert_int_equal(sz_home(sz_str_of(rows[i].key), 12), positive % 12);
        assert_int_equal(sz_home(sz_str_of(rows[i].key), 1), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_key_lives_where_kafka_puts_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
