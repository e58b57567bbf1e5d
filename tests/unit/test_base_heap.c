/* SPDX-License-Identifier: Apache-2.0
 *
 * heap: told by what the kernel says of the pages that blocks lie in (VmFlags of /proc/self/smaps: hg).
 */
#include <sanzao/base_heap.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { MIB = 1 << 20, SMALL = 4 * MIB };

/* Is this address in a mapping of large pages? */
static bool is_large(const void *p) {
    char line[512];
    bool is_here = false, is_large = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) is_here = from <= (unsigned long)p && (unsigned long)p < to;
        if (is_here && strncmp(line, "VmFlags:", 8) == 0) is_large = strstr(line, " hg") != NULL;
    }
    fclose(f);
    return is_large;
}

/* No sanitizer's allocator, and a kernel that has them: else it is as if nothing had been asked for. */
static bool has_large_pages(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
    return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return false;
#endif
#endif
    return access("/sys/kernel/mm/transparent_hugepage/enabled", R_OK) == 0;
}

static void test_what_lies_behind_the_small_ones_is_in_large_pages(void **state) {
    enum { N = 100 };
    (void)state;
    void *few = sz_alloc(1000);
    uint8_t *blocks[N];
    for (int i = 0; i < N; i++) blocks[i] = sz_alloc(MIB);
    assert_int_equal(is_large(few), false);
    for (int i = 0; i < 2; i++) assert_int_equal(is_large(blocks[i]), false);
    for (int i = SMALL / MIB + 3; i < N; i++) assert_int_equal(is_large(blocks[i]), has_large_pages());
    for (int i = 0; i < N; i++) sz_free(blocks[i]);
    sz_free(few);
}

static void test_a_freed_block_is_there_for_the_next_one(void **state) {
    (void)state;
    if (!has_large_pages()) return;
    uint8_t *p = sz_realloc(NULL, 20 * MIB);
    p[10 * MIB] = 7;
    sz_free(p);
    uint8_t *again = sz_realloc(NULL, 20 * MIB);
    assert_ptr_equal(again, p);
    assert_int_equal(again[10 * MIB], 7); /* it was not given back to the system meanwhile */
    sz_free(again);
}

static uint8_t mark_of(size_t n) { return (uint8_t)(n % 251 + 1); }

static void test_a_grown_block_keeps_what_it_holds(void **state) {
    (void)state;
    uint8_t *p = NULL;
    for (size_t n = 1; n <= 64 * MIB; n *= 2) { /* beyond the heap too */
        p = sz_realloc(p, n);
        p[n - 1] = mark_of(n);
        for (size_t k = 1; k <= n; k *= 2) assert_int_equal(p[k - 1], mark_of(k));
    }
    sz_free(p);
}

static size_t addresses_used(void) {
    size_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%zu", &pages), 1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Whoever maps memory of his own needs what addresses there are. */
static void test_where_addresses_are_limited_none_are_taken_ahead(void **state) {
    struct rlimit was, few;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    few = was;
    few.rlim_cur = addresses_used() + 300 * MIB;
    assert_int_equal(setrlimit(RLIMIT_AS, &few), 0);
    sz_heap_open(400 * (size_t)MIB, SMALL);
    void *p = mmap(NULL, 256 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
    assert_ptr_not_equal(p, MAP_FAILED);
    munmap(p, 256 * MIB);
}

static int begin(void **state) {
    (void)state;
    sz_heap_begin();
    sz_heap_open(128 * (size_t)MIB, SMALL);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_lies_behind_the_small_ones_is_in_large_pages),
        cmocka_unit_test(test_a_freed_block_is_there_for_the_next_one),
        cmocka_unit_test(test_a_grown_block_keeps_what_it_holds),
        cmocka_unit_test(test_where_addresses_are_limited_none_are_taken_ahead),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
