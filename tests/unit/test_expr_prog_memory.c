/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions over scalars run without an allocation: told by the process' own malloc, calloc and realloc, which count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/sanitized.h"
#include "support/toy_names.h"

#if IS_SANITIZED
int main(void) { return 0; }
#else
static size_t n_allocations;

#ifdef __GLIBC__
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n) {
    n_allocations++;
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size) {
    n_allocations++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n) {
    n_allocations++;
    return __libc_realloc(p, n);
}
#endif

static void test_scalars_run_without_an_allocation(void **unused) {
    static const char *const texts[] = {
        "n >= few && m < 9",
        "!(silence < limit) || event.late && event.hour >= 22",
        "n + m * 2 - 7 / n",
        "n > m ? n : m",
        "event.kind == \"dorm\" || event.kind in kinds",
        "has(event.amount) && event.amount > 3",
        "event.card.startsWith(\"30\") && event.card.size() == 8",
        "event.card.matches(\"^3[0-9]+$\")",
        "math.greatest(n, m) >= 3 && math.ceil(n / 2) == 2",
        "limit <= last_door.age",
    };
    sz_arena arena;
    toy_values values;
    (void)unused;
#ifndef __GLIBC__
    skip();
#endif
    sz_arena_init(&arena);
    toy_clear(&values);
    toy_set(&values, "n", toy_num(4));
    toy_set(&values, "m", toy_at_least(3));
    toy_set(&values, "silence", toy_duration(5000));
    toy_set(&values, "event.kind", toy_str("dorm"));
    toy_set(&values, "event.card", toy_str("30870650"));
    toy_set(&values, "event.amount", toy_num(4.5));
    toy_set(&values, "event.hour", toy_num(23));
    sz_loader l = toy_loader(&values);
    free(calloc(1, 7));
    assert_int_equal(n_allocations > 0, true); /* or nothing is counted */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sz_diags d;
        sz_diags_init(&d);
        const sz_prog *p = toy_compile(&arena, texts[i], SZ_X_ANY, true, &d);
        if (!p) fail_msg("%s: %s", texts[i], d.n ? d.v[0].message : "nothing said");
        sz_diags_fini(&d);
        sz_prog_run(p, &l); /* a pattern may get its scratch at the first run */
        size_t before = n_allocations;
        for (int k = 0; k < 1000; k++) sz_prog_run(p, &l);
        if (n_allocations != before) fail_msg("%s: %zu allocations", texts[i], n_allocations - before);
    }
    sz_arena_fini(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scalars_run_without_an_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
