/* SPDX-License-Identifier: Apache-2.0
 *
 * pool: held against a byte a unit. Under AddressSanitizer, and where no range of addresses is given, each block is one
 * of the process' allocator; what is asked of places is asked only where there are spans.
 */
#include <sanzao/base_pool.h>

#include "support/draw.h"
#include "support/sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { UNIT = SZ_POOL_UNIT, SPAN = 64 << 10, UNITS = SPAN / UNIT, SPANS_MOST = 600, BLOCKS = 3000, STEPS = 30000 };

typedef struct block {
    uint8_t *p;
    size_t cap;
    uint8_t fill;
} block;

typedef struct model {
    sz_pool *pool;
    const uint8_t *base; /* of the first span; NULL: there are none */
    uint8_t *used;       /* a byte a unit */
    size_t bytes, blocks;
} model;

static size_t rounded(size_t n) { return (n + UNIT - 1) / UNIT * UNIT; }

static model model_of(sz_pool *pool) {
    size_t cap;
    uint8_t *first = sz_pool_take(pool, 1, 1, &cap);
    bool has_spans = sz_pool_in_use(pool).spans > 0;
    sz_pool_give(pool, first, cap);
    return (model){.pool = pool, .base = has_spans ? first : NULL, .used = sz_alloc((size_t)SPANS_MOST * UNITS)};
}

static bool is_in_span(const model *m, const block *b) {
    return m->base && b->p >= m->base && b->p < m->base + (size_t)SPANS_MOST * SPAN;
}

static size_t unit_of(const model *m, const uint8_t *p) { return (size_t)(p - m->base) / UNIT; }

/* How many units are free from there on, in its span. */
static size_t run_at(const model *m, size_t at) {
    size_t n = 0, left = UNITS - at % UNITS;
    while (n < left && !m->used[at + n]) n++;
    return n;
}

static size_t longest_run(const model *m, size_t spans) {
    size_t most = 0;
    for (size_t at = 0, n; at < spans * UNITS; at += n ? n : 1) {
        n = run_at(m, at);
        if (n > most) most = n;
    }
    return most;
}

static void mark(model *m, const block *b, size_t from, bool on) {
    if (!is_in_span(m, b)) return;
    for (size_t k = from / UNIT; k < b->cap / UNIT; k++) {
        assert_int_equal(m->used[unit_of(m, b->p) + k], !on);
        m->used[unit_of(m, b->p) + k] = on;
    }
}

/* All of it was written, and nobody else has. */
static void check_fill(const block *b, size_t n) {
    for (size_t k = 0; k < n; k++) assert_int_equal(b->p[k], b->fill);
}

static void check_size(const model *m, const block *b, size_t n, size_t most) {
    assert_true(b->cap % UNIT == 0 && b->cap >= n && b->cap <= rounded(most));
    assert_int_equal((uintptr_t)b->p % 16, 0);
    if (is_in_span(m, b) && b->cap < rounded(most)) { /* it ends where its room does */
        size_t end = unit_of(m, b->p) + b->cap / UNIT;
        assert_true(end % UNITS == 0 || m->used[end] || b->cap >= SPAN / 2);
    }
}

static block take(model *m, size_t n, size_t most, uint8_t fill) {
    block b = {.fill = fill};
    size_t spans = sz_pool_in_use(m->pool).spans, longest = m->base ? longest_run(m, spans) : 0;
    b.p = sz_pool_take(m->pool, n, most, &b.cap);
    mark(m, &b, 0, true);
    check_size(m, &b, n, most);
    /* Up to 32 units a run is found wherever there is one; from there on lists hold runs that differ. */
    if (m->base && n <= (size_t)32 * UNIT && longest >= rounded(n) / UNIT)
        assert_int_equal(sz_pool_in_use(m->pool).spans, spans);
    memset(b.p, fill, b.cap);
    m->blocks++;
    m->bytes += b.cap;
    return b;
}

static void give(model *m, block *b) {
    check_fill(b, b->cap);
    mark(m, b, 0, false);
    m->blocks--;
    m->bytes -= b->cap;
    sz_pool_give(m->pool, b->p, b->cap);
}

static void extend(model *m, block *b, size_t more, size_t most) {
    size_t was = b->cap, n = was + more;
    bool fits = false;
    if (is_in_span(m, b) && n <= SPAN / 2) {
        size_t end = unit_of(m, b->p) + was / UNIT;
        fits = end % UNITS != 0 && run_at(m, end) >= rounded(n) / UNIT - was / UNIT;
    }
    assert_int_equal(sz_pool_extend(m->pool, b->p, &b->cap, n, n + most), fits);
    if (!fits) {
        assert_int_equal(b->cap, was);
        return;
    }
    mark(m, b, was, true);
    check_size(m, b, n, n + most);
    check_fill(b, was);
    memset(b->p, b->fill, b->cap);
    m->bytes += b->cap - was;
}

static void resize(model *m, block *b, size_t n, size_t most) {
    size_t keep = b->cap < n ? b->cap : n, was = b->cap;
    check_fill(b, was);
    mark(m, b, 0, false);
    b->p = sz_pool_resize(m->pool, b->p, &b->cap, keep, n, most);
    mark(m, b, 0, true);
    check_fill(b, keep);
    assert_true(b->cap >= n);
    memset(b->p, b->fill, b->cap);
    m->bytes += b->cap - was;
}

static void check_use(const model *m) {
    sz_pool_use u = sz_pool_in_use(m->pool);
    size_t empty = 0;
    assert_int_equal(u.blocks, m->blocks);
    assert_int_equal(u.bytes, m->bytes);
    for (size_t i = 0; m->base && i < u.spans; i++) empty += run_at(m, i * UNITS) == UNITS;
    assert_int_equal(u.empty, empty);
}

static size_t draw_size(draw *d) {
    switch (draw_below(d, 40)) {
    case 0: return 1 + draw_below(d, SPAN + 5000); /* some are larger than a span */
    case 1: return 1 + draw_below(d, 60);
    default: return 1 + draw_below(d, 4000);
    }
}

static void test_blocks_are_as_a_model_has_them(void **state) {
    draw d = draw_of(20260326);
    model m = model_of(sz_pool_new(NULL, 0));
    block *blocks = sz_alloc(BLOCKS * sizeof *blocks);
    uint32_t n = 0;
    (void)state;
    for (uint32_t step = 0; step < STEPS; step++) {
        bool grows = step / 6000 % 2 == 0; /* it fills, empties, fills again */
        uint32_t what = (uint32_t)draw_below(&d, 10), k = n ? (uint32_t)draw_below(&d, n) : 0;
        if (n == 0 || (n < BLOCKS && what < (grows ? 5 : 2))) {
            size_t size = draw_size(&d);
            blocks[n++] = take(&m, size, size + draw_below(&d, 500), (uint8_t)draw_u64(&d));
        } else if (what < 7) {
            give(&m, &blocks[k]);
            blocks[k] = blocks[--n];
        } else if (what < 9) {
            extend(&m, &blocks[k], 1 + draw_below(&d, 300), draw_below(&d, 300));
        } else {
            size_t size = draw_size(&d);
            resize(&m, &blocks[k], size, size + draw_below(&d, 500));
        }
        if (step % 1000 == 0) check_use(&m);
    }
    while (n > 0) give(&m, &blocks[--n]);
    check_use(&m);
    sz_pool_use u = sz_pool_in_use(m.pool);
    assert_int_equal(u.empty, u.spans);
    assert_int_equal(u.large, 0);
    sz_pool_free(m.pool);
    sz_free(m.used);
    sz_free(blocks);
}

/* As students do: all grow by little, in an order of their own. What lies idle between them stays a small part. */
static void test_growing_blocks_leave_little_between_them(void **state) {
    enum { OWNERS = 3000, RECORDS = 120, RECORD = 36 };
    typedef struct owner {
        uint8_t *p;
        size_t n, cap;
    } owner;
    draw d = draw_of(5);
    sz_pool *pool = sz_pool_new(NULL, 0);
    owner *o = sz_alloc(OWNERS * sizeof *o);
    size_t worst = 0;
    (void)state;
    for (uint32_t k = 0; k < OWNERS * RECORDS; k++) {
        owner *x = &o[draw_below(&d, OWNERS)];
        if (x->n + RECORD > x->cap)
            x->p = sz_pool_resize(pool, x->p, &x->cap, x->n, x->n + RECORD, x->n + RECORD + x->n / 16 + 192);
        x->n += RECORD;
        sz_pool_use u = sz_pool_in_use(pool);
        size_t share = u.bytes ? (u.spans - u.empty) * SPAN * 100 / u.bytes : 100;
        if (k > OWNERS * 10 && share > worst) worst = share;
    }
    print_message("spans are %zu %% of their blocks at most\n", worst);
    assert_true(worst <= 150);
    sz_pool_free(pool); /* with all of it */
    sz_free(o);
}

#if !IS_SANITIZED
static void test_what_is_free_side_by_side_is_free_as_a_whole(void **state) {
    sz_pool *pool = sz_pool_new(NULL, 0);
    uint8_t *p[16];
    size_t cap;
    (void)state;
    for (uint32_t i = 0; i < 16; i++) p[i] = sz_pool_take(pool, 1024, 1024, &cap);
    if (!sz_pool_in_use(pool).spans) {
        sz_pool_free(pool);
        skip();
    }
    sz_pool_give(pool, p[3], 1024);
    sz_pool_give(pool, p[9], 1024);
    sz_pool_give(pool, p[10], 1024);
    sz_pool_give(pool, p[11], 1024);
    assert_ptr_equal(sz_pool_take(pool, 1000, 1024, &cap), p[3]); /* the shortest run that is long enough */
    assert_ptr_equal(sz_pool_take(pool, 1100, 1500, &cap), p[9]);
    assert_int_equal(cap, 1536);
    uint8_t *rest = sz_pool_take(pool, 1024, 4096, &cap); /* most is more than there is: all of it */
    assert_ptr_equal(rest, p[9] + 1536);
    assert_int_equal(cap, 1536);
    sz_pool_give(pool, p[13], 1024);
    cap = 1024;
    assert_false(sz_pool_extend(pool, p[11 + 1], &cap, 2049, 2049));
    assert_true(sz_pool_extend(pool, p[11 + 1], &cap, 1025, 1700));
    assert_int_equal(cap, 1728);
    sz_pool_free(pool);
}
#endif

static void test_an_empty_span_serves_any_size(void **state) {
    enum { SMALL = 3 * UNITS };
    sz_pool *pool = sz_pool_new(NULL, 0);
    uint8_t **p = sz_alloc(SMALL * sizeof *p);
    size_t cap;
    (void)state;
    for (uint32_t i = 0; i < SMALL; i++) p[i] = sz_pool_take(pool, 1, 1, &cap);
    size_t spans = sz_pool_in_use(pool).spans;
    for (uint32_t i = 0; i < SMALL; i++) sz_pool_give(pool, p[i], UNIT);
    assert_int_equal(sz_pool_in_use(pool).empty, spans);
    for (uint32_t i = 0; i < spans * 2; i++) sz_pool_take(pool, SPAN / 2, SPAN / 2, &cap);
    assert_int_equal(sz_pool_in_use(pool).spans, spans);
    assert_int_equal(sz_pool_in_use(pool).empty, 0);
    sz_pool_free(pool);
    sz_free(p);
}

static void test_without_a_pool_it_is_the_process_allocator(void **state) {
    size_t cap = 0;
    (void)state;
    uint8_t *p = sz_pool_resize(NULL, NULL, &cap, 0, 10, 100);
    assert_int_equal(cap, 128);
    memset(p, 7, cap);
    assert_false(sz_pool_extend(NULL, p, &cap, 129, 200));
    p = sz_pool_resize(NULL, p, &cap, 10, 1000, 1000);
    assert_int_equal(cap, 1024);
    for (uint32_t i = 0; i < 10; i++) assert_int_equal(p[i], 7);
    sz_pool_give(NULL, p, cap);
    sz_pool_give(NULL, NULL, 0);
    sz_pool_free(NULL);
}

/* However many addresses there are left: a third of them, and the range is no smaller than it must be. */
static void test_a_range_leaves_addresses_to_the_rest(void **state) {
    enum { MIB = 1 << 20 };
    struct rlimit was, few;
    size_t pages = 0;
    (void)state;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%zu", &pages), 1);
    fclose(f);
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    for (size_t left = 300; left < 6000; left += left / 8) {
        few = was;
        few.rlim_cur = pages * (size_t)sysconf(_SC_PAGESIZE) + left * MIB;
        assert_int_equal(setrlimit(RLIMIT_AS, &few), 0);
        sz_pool *pool = sz_pool_new(NULL, 0);
        void *p = mmap(NULL, left * MIB / 3, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
        assert_ptr_not_equal(p, MAP_FAILED);
        munmap(p, left * MIB / 3);
        sz_pool_free(pool);
    }
}

/* No addresses are to be had: blocks come one by one, and nothing else changes. */
static void test_a_refused_range_is_done_without(void **state) {
    struct rlimit was, none;
    uint8_t *p[20];
    size_t cap[20];
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    none = was;
    none.rlim_cur = 1 << 20; /* what is mapped already is more: every new mapping is refused */
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    sz_pool *pool = sz_pool_new(NULL, 0);
    assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
    for (uint32_t i = 0; i < 20; i++) {
        p[i] = sz_pool_take(pool, 1000 * (i + 1), 1100 * (i + 1), &cap[i]);
        memset(p[i], (int)i, cap[i]);
    }
    assert_int_equal(sz_pool_in_use(pool).spans, 0);
    assert_int_equal(sz_pool_in_use(pool).large, 20);
    for (uint32_t i = 0; i < 20; i += 2) {
        p[i] = sz_pool_resize(pool, p[i], &cap[i], 1000, 30000, 30000);
        for (uint32_t k = 0; k < 1000; k++) assert_int_equal(p[i][k], i);
    }
    for (uint32_t i = 0; i < 10; i++) sz_pool_give(pool, p[i], cap[i]);
    assert_int_equal(sz_pool_in_use(pool).large, 10);
    sz_pool_free(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_as_a_model_has_them),
        cmocka_unit_test(test_growing_blocks_leave_little_between_them),
#if !IS_SANITIZED
        cmocka_unit_test(test_what_is_free_side_by_side_is_free_as_a_whole),
#endif
        cmocka_unit_test(test_an_empty_span_serves_any_size),
        cmocka_unit_test(test_without_a_pool_it_is_the_process_allocator),
        cmocka_unit_test(test_a_range_leaves_addresses_to_the_rest),
        cmocka_unit_test(test_a_refused_range_is_done_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
