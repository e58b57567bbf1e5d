/* SPDX-License-Identifier: Apache-2.0
 *
 * What programs give: three values and "at least" (semantics 13, 14), errors, time, clauses, slots and the hash of the meaning.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "support/toy_names.h"

static const sz_prog *compile_opts(const char *text, sz_compile_opts o) {
    sz_diags d;
    sz_resolver r = toy_resolver();
    sz_diags_init(&d);
    const sz_prog *p = sz_prog_compile(&toy_arena, sz_str_of(text), &r, &o, &d);
    if (!p) fail_msg("%s: %s", text, d.n ? d.v[0].message : "nothing said");
    sz_diags_fini(&d);
    return p;
}

static const sz_prog *compile(const char *text) { return compile_opts(text, (sz_compile_opts){.want = SZ_X_ANY, .grow_ok = true}); }

static sz_xval run(const char *text) {
    sz_loader l = toy_loader(&toy_world);
    return sz_prog_run(compile(text), &l);
}

/* T true, F false, ? unknown, E unknown by an error. */
static char outcome(sz_xval v) {
    assert_int_equal(v.type, SZ_X_BOOL);
    return v.know == SZ_UNKNOWN ? v.is_error ? 'E' : '?' : v.b ? 'T' : 'F';
}

static sz_xval input(char c) { return c == 'T' ? toy_bool(true) : c == 'F' ? toy_bool(false) : c == 'E' ? toy_error() : toy_unknown(); }

/* ---- comparison ------------------------------------------------------------------------------------------------------------ */

static void test_at_least_n_compares_as_semantics_13_says(void **unused) {
    static const struct { uint8_t op; double n, k; char want; } rows[] = {
        {'g', 3, 3, 'T'}, {'g', 4, 3, 'T'}, {'g', 2, 3, '?'}, {'>', 3, 3, '?'}, {'>', 4, 3, 'T'}, {'>', 2, 3, '?'},
        {'<', 3, 3, 'F'}, {'<', 4, 3, 'F'}, {'<', 2, 3, '?'}, {'l', 3, 3, '?'}, {'l', 4, 3, 'F'}, {'l', 2, 3, '?'},
        {'=', 3, 3, '?'}, {'=', 4, 3, 'F'}, {'=', 2, 3, '?'}, {'!', 3, 3, '?'}, {'!', 4, 3, 'T'}, {'!', 2, 3, '?'}};
    static const char mirrored[] = {['g'] = 'l', ['>'] = '<', ['<'] = '>', ['l'] = 'g', ['='] = '=', ['!'] = '!'};
    static const char *const words[] = {['g'] = ">=", ['>'] = ">", ['<'] = "<", ['l'] = "<=", ['='] = "==", ['!'] = "!="};
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sz_xval n = toy_at_least(rows[i].n), k = toy_num(rows[i].k);
        uint8_t op = rows[i].op, other = (uint8_t)mirrored[op];
        assert_int_equal(outcome(sz_xval_compare(op, &n, &k)), rows[i].want);
        assert_int_equal(outcome(sz_xval_compare(other, &k, &n)), rows[i].want);
        toy_set(&toy_world, "n", n);
        toy_set(&toy_world, "m", k);
        const char *forms[] = {
            sz_arena_printf(&toy_arena, "n %s %g", words[op], rows[i].k), sz_arena_printf(&toy_arena, "%g %s n", rows[i].k, words[other]),
            sz_arena_printf(&toy_arena, "n %s m", words[op]),             sz_arena_printf(&toy_arena, "m %s n", words[other]),
            sz_arena_printf(&toy_arena, "n %s m + 0", words[op]),         sz_arena_printf(&toy_arena, "!!(n %s %g)", words[op], rows[i].k),
            sz_arena_printf(&toy_arena, "false || n %s %g", words[op], rows[i].k)};
        for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
            if (outcome(run(forms[f])) != rows[i].want) fail_msg("%s, n at least %g, m %g", forms[f], rows[i].n, rows[i].k);
    }
}

static void test_two_at_least_are_unknown_and_so_is_arithmetic_on_one(void **unused) {
    (void)unused;
    toy_set(&toy_world, "n", toy_at_least(9));
    toy_set(&toy_world, "m", toy_at_least(2));
    static const char *const forms[] = {"n > m", "n == m", "n + 1 > 2", "n * 0 == 0", "-n < 0", "math.greatest(n, 3) >= 3", "math.abs(n) >= 0", "n in [1, 2]"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (outcome(run(forms[i])) != '?') fail_msg("%s", forms[i]);
    sz_xval bare = run("n");
    assert_int_equal(bare.know, SZ_AT_LEAST);
    assert_true(bare.num == 9);
    sz_xval chosen = run("1 < 2 ? n : m");
    assert_int_equal(chosen.know, SZ_AT_LEAST);
}

static void test_values_compare_by_their_kind(void **unused) {
    sz_xval a = toy_str("10"), b = toy_str("9"), t = toy_time(5), d = toy_duration(5), x = toy_num(NAN), one = toy_num(1);
    (void)unused;
    assert_int_equal(outcome(sz_xval_compare('<', &a, &b)), 'T'); /* bytes */
    assert_int_equal(outcome(sz_xval_compare('=', &t, &d)), 'E');
    assert_int_equal(outcome(sz_xval_compare('!', &x, &one)), 'E');
    assert_int_equal(outcome(sz_xval_compare('<', &one, &x)), 'E');
    x = toy_num(INFINITY);
    assert_int_equal(outcome(sz_xval_compare('>', &x, &one)), 'T');
}

/* ---- three values ----------------------------------------------------------------------------------------------------------- */

static char both(char a, char b) { return a == 'F' || b == 'F' ? 'F' : a == 'E' || b == 'E' ? 'E' : a == '?' || b == '?' ? '?' : 'T'; }
static char turn(char a) { return a == 'T' ? 'F' : a == 'F' ? 'T' : a; }
static char either(char a, char b) { return turn(both(turn(a), turn(b))); }
static char choose(char c, char a, char b) { return c == 'T' ? a : c == 'F' ? b : c; }

static void test_and_or_not_choice_absorb_unknown_and_errors(void **unused) {
    static const char in[] = "TF?E";
    (void)unused;
    for (int i = 0; i < 64; i++) {
        char p = in[i & 3], q = in[i >> 2 & 3], r = in[i >> 4];
        toy_set(&toy_world, "p", input(p));
        toy_set(&toy_world, "q", input(q));
        toy_set(&toy_world, "r", input(r));
        const struct { const char *text; char want; } forms[] = {
            {"p && q", both(p, q)}, {"p || q", either(p, q)}, {"!p", turn(p)}, {"p && q && r", both(both(p, q), r)}, {"p || q || r", either(either(p, q), r)},
            {"p && (q || r)", both(p, either(q, r))}, {"(p || q) && r", both(either(p, q), r)}, {"p || q && r", either(p, both(q, r))},
            {"(p && q) || r", either(both(p, q), r)}, {"!(p && q) || r", either(turn(both(p, q)), r)}, {"!(p || !q) && r", both(turn(either(p, turn(q))), r)},
            {"p ? q : r", choose(p, q, r)}, {"q && (p ? q : r)", both(q, choose(p, q, r))}, {"!(p ? q : r) || q", either(turn(choose(p, q, r)), q)},
            {"(p || q ? q && r : !r) && p", both(choose(either(p, q), both(q, r), turn(r)), p)},
            {"(p ? 1 : 2) == (q ? 1 : 2)", p == '?' || p == 'E' || q == '?' || q == 'E' ? (p == 'E' || q == 'E' ? 'E' : '?') : p == q ? 'T' : 'F'},
            {"(p && q) == r", both(p, q) == '?' || both(p, q) == 'E' || r == '?' || r == 'E' ? (both(p, q) == 'E' || r == 'E' ? 'E' : '?') : both(p, q) == r ? 'T' : 'F'}};
        for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
            char got = outcome(run(forms[f].text));
            if (got != forms[f].want) fail_msg("%s with %c %c %c: %c, not %c", forms[f].text, p, q, r, got, forms[f].want);
        }
    }
}

static void test_a_conditional_with_an_unknown_condition_is_unknown(void **unused) {
    const char *text = "(event.op == \"consume\" ? true : event.amount > 5) && (event.amount > 5 ? true : true)";
    (void)unused;
    toy_set(&toy_world, "event.op", toy_str("consume"));
    assert_int_equal(outcome(run(text)), '?');
    toy_set(&toy_world, "event.amount", toy_num(1));
    assert_int_equal(outcome(run(text)), 'T');
}

static void test_has_tests_what_is_absent(void **unused) {
    (void)unused;
    assert_int_equal(outcome(run("has(event.amount)")), 'F');
    assert_int_equal(outcome(run("!has(event.amount)")), 'T');
    assert_int_equal(outcome(run("event.amount > 5")), '?');
    toy_set(&toy_world, "event.amount", toy_num(7));
    assert_int_equal(outcome(run("has(event.amount) && event.amount > 5")), 'T');
    assert_int_equal(outcome(run("has(event.late) || event.late")), '?');
    toy_set(&toy_world, "event.late", toy_bool(false));
    assert_int_equal(outcome(run("has(event.late)")), 'T');
}

static void test_errors_are_unknown_and_say_so(void **unused) {
    (void)unused;
    toy_set(&toy_world, "a", toy_num(1));
    toy_set(&toy_world, "b", toy_num(0));
    toy_set(&toy_world, "c", toy_num(1e308));
    static const struct { const char *text; char want; } rows[] = {
        {"a / b > 1", 'E'}, {"b / b == 1", 'E'}, {"a % b == 0", 'E'}, {"c * 10 > 1", 'E'}, {"1 / 0 > 1", 'E'}, {"1 / 0 > 1 || a >= 1", 'T'}, {"a / b > 1 && b == 1", 'F'},
        {"a / b > 1 && event.amount > 1", 'E'}, {"!(a / b > 1)", 'E'}, {"a / b > 1 ? true : true", 'E'}, {"(a / b > 1) == p", 'E'}, {"math.least(a / b, 1) == 1", 'E'},
        {"a > 0", 'T'}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (outcome(run(rows[i].text)) != rows[i].want) fail_msg("%s", rows[i].text);
    toy_set(&toy_world, "a", toy_num(NAN));
    static const char *const nans[] = {"a > 0", "a != 0", "a == a", "a + 1 > 0", "a in [1]", "0 < a", "a != b", "!(a <= 0)"};
    for (size_t i = 0; i < sizeof nans / sizeof *nans; i++)
        if (outcome(run(nans[i])) != 'E') fail_msg("%s of NaN", nans[i]);
    assert_true(run("a").is_error);
}

static void test_what_is_decided_reads_no_further(void **unused) {
    (void)unused;
    toy_set(&toy_world, "a", toy_num(1));
    toy_set(&toy_world, "b", toy_num(1));
    toy_world.n_loads = 0;
    assert_int_equal(outcome(run("a > 5 && b > 0 && c > 0")), 'F');
    assert_int_equal(toy_world.n_loads, 1);
    assert_int_equal(outcome(run("a > 0 || b > 0 || c > 0")), 'T');
    assert_int_equal(toy_world.n_loads, 2);
    assert_int_equal(outcome(run("a > 0 ? b > 0 : c > 0")), 'T');
    assert_int_equal(toy_world.n_loads, 4);
}

/* ---- numbers, text, time ------------------------------------------------------------------------------------------------------ */

static void test_numbers_texts_and_lists(void **unused) {
    (void)unused;
    toy_set(&toy_world, "n", toy_num(3));
    toy_set(&toy_world, "s", toy_str("彭康书院"));
    toy_set(&toy_world, "t", toy_str("a-b"));
    toy_set(&toy_world, "event.card", toy_str("a"));
    toy_set(&toy_world, "event.kind", toy_str("b"));
    static const char *const right[] = {
        "n / 2 == 1.5", "n % 2 == 1", "-7 % 3 == -1", "5.5 % 2 == 1.5", "n == 3u && 3.0 == n", "-n == -3", "n in [1, 2, 3]", "!(n in [1, 2])", "7 - 2 - 1 == 4",
        "size(s) == 4 && s.size() == 4", "s.contains(\"康书\") && s.startsWith(\"彭\") && s.endsWith(\"书院\") && !s.contains(\"x\") && s.contains(\"\")",
        "event.card + \"-\" + event.kind == t", "\"a\" + \"-\" + \"b\" == t", "t < \"b\" && \"a\" <= t", "t in [\"x\", \"a-b\"]", "math.least(n, 5, 2) == 2",
        "math.greatest(n, 5, 2) == 5", "math.abs(-n) == 3", "math.ceil(n / 2) == 2", "math.floor(n / 2) == 1", "math.round(n / 2) == 2", "math.round(-2.5) == -3", "1 + 2 * 3 == 7"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (outcome(run(right[i])) != 'T') fail_msg("%s", right[i]);
    assert_true(run("420.1 == 42010 / 100.0").b); /* money is divided once */
}

static void test_made_text_that_is_too_long_is_an_error(void **unused) {
    char big[400];
    (void)unused;
    memset(big, 'x', sizeof big);
    sz_xval v = {.type = SZ_X_STR, .str = {big, sizeof big}};
    toy_set(&toy_world, "s", v);
    toy_set(&toy_world, "t", toy_str("x"));
    assert_int_equal(outcome(run("s + s == t")), 'F');
    assert_int_equal(outcome(run("s + s + s == t")), 'E');
}

static void test_time_and_its_parts(void **unused) {
    sz_zone z;
    (void)unused;
    sz_zone_fixed(&z, 8 * 3600, "Asia/Shanghai");
    toy_set(&toy_world, "event.time", toy_time(1772409600000.0)); /* 2026-03-02T00:00:00Z, a Monday: 08:00 on the campus */
    toy_set(&toy_world, "last_door.time", toy_time(1772409600000.0 - 90061001));
    static const char *const right[] = {
        "event.time == timestamp(\"2026-03-02T08:00:00+08:00\")", "event.time.getHours(\"Asia/Shanghai\") == 8", "event.time.getHours(\"+08:00\") == 8",
        "event.time.getHours(\"-01:30\") == 22", "event.time.getHours(\"UTC\") == 0", "event.time.getHours() == 0", "event.time.getMinutes(\"-01:30\") == 30",
        "event.time.getFullYear(\"UTC\") == 2026", "event.time.getMonth(\"UTC\") == 2", "event.time.getDate(\"UTC\") == 2", "event.time.getDayOfMonth(\"UTC\") == 1",
        "event.time.getDayOfWeek(\"UTC\") == 1", "event.time.getDayOfYear(\"UTC\") == 60", "event.time - last_door.time == duration(\"25h1m1.001s\")",
        "(event.time - last_door.time).getHours() == 25", "(event.time - last_door.time).getMinutes() == 1501", "(event.time - last_door.time).getSeconds() == 90061",
        "(event.time - last_door.time).getMilliseconds() == 1", "last_door.time.getMilliseconds(\"UTC\") == 999", "last_door.time + duration(\"90061001ms\") == event.time",
        "event.time - duration(\"24h\") > last_door.time", "limit == duration(\"24h\")", "duration(\"-1.5h\") == duration(\"-90m\")"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        sz_loader l = toy_loader(&toy_world);
        sz_xval v = sz_prog_run(compile_opts(right[i], (sz_compile_opts){.want = SZ_X_BOOL, .zone = &z}), &l);
        if (outcome(v) != 'T') fail_msg("%s", right[i]);
    }
    sz_zone_fini(&z);
}

/* ---- clauses --------------------------------------------------------------------------------------------------------------------- */

static void test_clauses_are_what_stands_under_logic(void **unused) {
    static const struct { const char *text; char op; bool negated; uint32_t branch; bool lhs_grows, rhs_grows; const char *lhs, *rhs; } want[] = {
        {"n >= few", 'g', false, 0, false, false, "n", "few"},
        {"silence < limit", '<', true, 1, true, false, "silence", NULL},
        {"event.late", 'b', false, 2, false, false, "event.late", NULL},
        {"event.kind in kinds", 'i', true, 2, false, false, "event.kind", NULL},
        {"limit <= last_door.age", 'l', false, 0, false, true, NULL, "last_door.age"},
        {"has(event.amount)", 'b', false, 0, false, false, "event.amount", NULL},
        {"(n > 1) == p", '=', false, 0, false, false, NULL, "p"}};
    const sz_prog *p = compile("n >= few && (!(silence < limit) || event.late && !(event.kind in kinds)) && (limit <= last_door.age ? has(event.amount) : (n > 1) == p)");
    uint32_t n;
    const sz_clause *c = sz_prog_clauses(p, &n);
    (void)unused;
    assert_int_equal(n, sizeof want / sizeof *want);
    for (uint32_t i = 0; i < n; i++) {
        if (!sz_str_is(c[i].text, want[i].text)) fail_msg("%.*s", SZ_FMT_STR(c[i].text));
        assert_int_equal(c[i].op, want[i].op);
        assert_int_equal(c[i].negated, want[i].negated);
        assert_int_equal(c[i].branch, want[i].branch);
        assert_int_equal(c[i].lhs_grows, want[i].lhs_grows);
        assert_int_equal(c[i].rhs_grows, want[i].rhs_grows);
        assert_int_equal(c[i].lhs_slot, want[i].lhs ? toy_slot(want[i].lhs) : UINT32_MAX);
        assert_int_equal(c[i].rhs_slot, want[i].rhs ? toy_slot(want[i].rhs) : UINT32_MAX);
    }
    assert_true(sz_prog_grows(p));
    sz_loader l = toy_loader(&toy_world);
    toy_set(&toy_world, "silence", toy_duration(1000));
    toy_set(&toy_world, "n", toy_num(4));
    assert_true(sz_prog_run_at(p, c[0].lhs, &l).num == 4);
    assert_true(sz_prog_run_at(p, c[1].lhs, &l).num == 1000);
    assert_true(sz_prog_run_at(p, c[1].rhs, &l).num == 86400000);
    assert_int_equal(sz_prog_run_at(p, c[1].rhs, &l).type, SZ_X_DURATION);
    assert_int_equal(outcome(sz_prog_run_at(p, c[1].whole, &l)), 'T'); /* itself: ! is not in it */
    assert_int_equal(outcome(sz_prog_run_at(p, c[2].whole, &l)), '?');
    assert_int_equal(sz_prog_run_at(p, c[3].rhs, &l).list->n, 2);
    assert_true(sz_prog_run_at(p, UINT32_MAX, &l).is_error);
}

static void test_a_value_has_the_clauses_of_its_conditions(void **unused) {
    uint32_t n;
    const sz_prog *p = compile("silence > limit ? n : m");
    const sz_clause *c = sz_prog_clauses(p, &n);
    (void)unused;
    assert_int_equal(n, 1);
    assert_true(c[0].lhs_grows);
    assert_int_equal(sz_prog_type(p), SZ_X_NUM);
    assert_int_equal(sz_prog_unit(p), SZ_UNIT_COUNT);
    sz_prog_clauses(compile("n + m"), &n);
    assert_int_equal(n, 0);
    sz_prog_clauses(compile("event.card + \"x\" == event.kind"), &n);
    assert_int_equal(n, 1);
}

static bool is_of_event(void *ctx, uint32_t slot) {
    (void)ctx;
    return slot < toy_n_names && strncmp(toy_names[slot].path, "event.", 6) == 0;
}

/* Joined by && alone, about the record alone, numbers first: neither an alternative, a negation nor a choice. */
static void test_what_a_record_must_be(void **unused) {
    static const char *const want[] = {"event.hour >= 2", "event.kind in kinds", "has(event.amount)"};
    const sz_prog *p = compile("n >= few && event.kind in kinds && (event.late || n > 1) && (event.hour >= 2 && has(event.amount))"
                               " && !event.late && (p ? event.late : event.late) && event.hour < n");
    uint32_t entries[8], n, n_clauses;
    const sz_clause *c = sz_prog_clauses(p, &n_clauses);
    (void)unused;
    n = sz_prog_musts(p, is_of_event, NULL, entries, 8);
    assert_int_equal(n, sizeof want / sizeof *want);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = 0;
        while (at < n_clauses && c[at].whole != entries[i]) at++;
        assert_int_not_equal(at, n_clauses);
        if (!sz_str_is(c[at].text, want[i])) fail_msg("%.*s", SZ_FMT_STR(c[at].text));
    }
    assert_int_equal(sz_prog_musts(p, is_of_event, NULL, entries, 1), 1);
    assert_int_equal(sz_prog_musts(compile("event.late"), is_of_event, NULL, entries, 8), 1);
    assert_int_equal(sz_prog_musts(compile("event.late || event.late"), is_of_event, NULL, entries, 8), 0);
}

static void test_slots_are_listed_once_ascending(void **unused) {
    uint32_t n;
    const uint32_t *s = sz_prog_slots(compile("m > n && n > 3 && has(event.amount) && limit > wait && m < 9"), &n);
    (void)unused;
    assert_int_equal(n, 4);
    assert_int_equal(s[0], toy_slot("event.amount"));
    assert_int_equal(s[1], toy_slot("n"));
    assert_int_equal(s[2], toy_slot("m"));
    assert_int_equal(s[3], toy_slot("wait"));
    sz_prog_slots(compile("true"), &n);
    assert_int_equal(n, 0);
}

/* ---- hash ------------------------------------------------------------------------------------------------------------------------ */

static uint64_t meaning(void *ctx, uint32_t slot) {
    (void)ctx;
    return sz_hash(toy_names[slot].path, strlen(toy_names[slot].path));
}

static uint64_t hash(const char *text) { return sz_prog_hash(compile(text), meaning, NULL); }

static void test_hash_is_of_the_meaning(void **unused) {
    static const char *const same[][2] = {
        {"n>=24", "n  >=  24.0 // a day"}, {"n >= 24", "(n) >= (24u)"}, {"n > 1 && m > 2 && p", "(n > 1 && m > 2) && p"}, {"n > 1 && (m > 2 && p)", "n > 1 && m > 2 && p"},
        {"silence >= limit", "silence >= duration(\"24h\")"}, {"spend > spend_max", "spend > 420"}, {"s == \"x\"", "s == 'x'"}, {"n > 2 * 3", "n > 6"}, {"n == 0", "n == -0.0"}};
    static const char *const other[][2] = {
        {"n >= 24", "m >= 24"}, {"n >= 24", "n > 24"}, {"n >= 24", "n >= 25"}, {"n > 1 && p", "n > 1 || p"}, {"n > 1", "!(n > 1)"}, {"s == \"x\"", "s == \"y\""}, {"s in [\"a\"]", "s in [\"b\"]"},
        {"has(event.late)", "event.late"}, {"n - m > 0", "m - n > 0"}, {"p ? q : r", "p ? r : q"}, {"math.least(n, m) > 1", "math.greatest(n, m) > 1"},
        {"event.time.getHours(\"UTC\") > 1", "event.time.getHours(\"+08:00\") > 1"}, {"s.startsWith(t)", "s.endsWith(t)"}, {"s in [\"ab\", \"c\"]", "s in [\"a\", \"bc\"]"}};
    (void)unused;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (hash(same[i][0]) != hash(same[i][1])) fail_msg("%s and %s", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (hash(other[i][0]) == hash(other[i][1])) fail_msg("%s and %s", other[i][0], other[i][1]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, toy_setup, toy_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_at_least_n_compares_as_semantics_13_says),
        T(test_two_at_least_are_unknown_and_so_is_arithmetic_on_one),
        T(test_values_compare_by_their_kind),
        T(test_and_or_not_choice_absorb_unknown_and_errors),
        T(test_a_conditional_with_an_unknown_condition_is_unknown),
        T(test_has_tests_what_is_absent),
        T(test_errors_are_unknown_and_say_so),
        T(test_what_is_decided_reads_no_further),
        T(test_numbers_texts_and_lists),
        T(test_made_text_that_is_too_long_is_an_error),
        T(test_time_and_its_parts),
        T(test_clauses_are_what_stands_under_logic),
        T(test_a_value_has_the_clauses_of_its_conditions),
        T(test_what_a_record_must_be),
        T(test_slots_are_listed_once_ascending),
        T(test_hash_is_of_the_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
