/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: what only rules read that are switched off is not kept (semantics 34).
 */
#include "support/rules_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char text[] = "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
                           "features:\n"
                           "  on: {count: meal, over: 7d}\n"
                           "  off: {sum: meal.amount, over: 7d}\n"
                           "  both: {days: meal, over: 14d}\n"
                           "  deep: {value: inside + 1}\n"
                           "  inside: {distinct: meal.place, over: 3d}\n"
                           "  told: {last: swipe}\n"
                           "  unread: {max: meal.amount, over: 7d}\n"
                           "  long: {count: meal, over: 60d}\n"
                           "rules:\n"
                           "  - {id: live, when: on >= 3 && both >= 2, level: blue,\n"
                           "     message: {zh: '{told.time}', en: '{told.time}'}}\n"
                           "  - {id: quiet, mode: disabled, level: blue,\n"
                           "     when: off >= 3 && both >= 2 && deep >= 2 && long >= 9 && has(told.time)}\n";

static const sz_feature *feature(const sz_bundle *b, const char *name) {
    for (uint32_t i = 0; i < b->fs.n_features; i++)
        if (sz_str_eq(b->fs.features[i].name, sz_str_of(name))) return &b->fs.features[i];
    fail_msg("there is no feature %s", name);
    return NULL;
}

static void assert_idle(const sz_bundle *b, const char *name, bool is_idle) {
    const sz_feature *f = feature(b, name);
    if (f->is_idle != is_idle) fail_msg("%s: %s", name, f->is_idle ? "idle" : "kept");
    if (f->op != SZ_OP_VALUE) assert_int_equal(f->acc == SZ_NONE, is_idle);
}

static void test_what_only_a_rule_reads_that_is_off_is_not_kept(void **state) {
    (void)state;
    struct rules_fixture x;
    rules_fixture_init(&x);
    const sz_bundle *b = rules_fixture_fine(&x, text);
    static const char *const kept[] = {"on", "both", "told", "unread"}, *const idle[] = {"off", "deep", "inside",
                                                                                         "long"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) assert_idle(b, kept[i], false);
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++) assert_idle(b, idle[i], true);
    /* `long` counts what `on` counts, and does not make it look back any longer */
    assert_int_equal(b->fs.accs[feature(b, "on")->acc].keep, 14); /* as `both` does */
    rules_fixture_fini(&x);
}

static void test_a_rule_that_is_tested_alone_has_what_it_reads(void **state) {
    (void)state;
    struct rules_fixture x;
    rules_fixture_init(&x);
    rules_fixture_fine(&x, text);
    uint32_t quiet = (uint32_t)(rules_fixture_rule(&x, "quiet") - x.b->rules);
    sz_bundle_only(x.b, quiet, &x.types);
    static const char *const kept[] = {"off", "both", "deep", "inside", "long", "told", "unread"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) assert_idle(x.b, kept[i], false);
    assert_idle(x.b, "on", true);
    rules_fixture_fini(&x);
}

static void test_switching_it_on_is_another_rule_set(void **state) {
    (void)state;
    struct rules_fixture x;
    rules_fixture_init(&x);
    uint64_t off = rules_fixture_fine(&x, text)->hash;
    sz_buf on;
    sz_buf_init(&on);
    sz_buf_put_z(&on, text);
    sz_buf_put_z(&on, "adjust: {quiet: {mode: live, because: tried in shadow}}\n");
    sz_buf_put_u8(&on, 0);
    const sz_bundle *b = rules_fixture_fine(&x, (char *)on.p);
    assert_idle(b, "off", false);
    assert_true(b->hash != off);
    sz_buf_fini(&on);
    rules_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_only_a_rule_reads_that_is_off_is_not_kept),
        cmocka_unit_test(test_a_rule_that_is_tested_alone_has_what_it_reads),
        cmocka_unit_test(test_switching_it_on_is_another_rule_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
