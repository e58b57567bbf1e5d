/* SPDX-License-Identifier: Apache-2.0
 *
 * Another number of partitions (engine/level.c, regroup.c): 2 partitions are read half-way and cut off, their states
 * are put anew over 5, and the rest is read from 5 logs. What stands at the end is what stands after one worker has
 * read all of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/draw.h"
#include "support/engine_rig.h"

enum { OLD = 2, NEW = 5, STUDENTS = 23, DAYS = 40, MOST_FACTS = 4096 };

static const char rules[] =
    "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
    "features:\n"
    "  meals: {count: meal, over: 7d}\n"
    "  kinds: {distinct: meal.place, over: 7d}\n"
    "  silence: {absence: seen}\n"
    "  newest: {last: meal}\n"
    "  oldest: {first: meal, over: 30d}\n"
    "rules:\n"
    "  - {id: busy, when: meals >= 9, level: green}\n"
    "  - {id: gone, value: silence, at_least: {24h: yellow, 48h: orange, 72h: red}}\n"
    "  - {id: here, check: daily at 20:00, when: 'newest.place == \"canteen-3\" && kinds >= 2', level: blue}\n"
    "  - {id: there, check: daily at 21:00, when: 'oldest.place == \"canteen-1\"', level: blue, again_after: 2d}\n";
static const char feeds[] = "pos: {delivery: stream, allowance: 10m}\ndoor: {delivery: stream, allowance: 1m}\n";

static char students[1024];
static rig_setup setup_of(uint32_t parts, uint32_t partition) {
    return (rig_setup){.rules = rules,
                       .students = students,
                       .feeds = feeds,
                       .o = {.is_live = true, .parts = parts, .partition = partition, .settle_ms = 3000},
                       .seed = (uint8_t)(17 * parts + partition)};
}

static const char *id_of(int i) {
    static char id[16];
    snprintf(id, sizeof id, "s%03d", i);
    return id;
}

/* ---- what stands: the event with the highest seq of each alert ---- */

typedef struct fact {
    char alert[40], text[300];
    long seq;
    bool stands;
} fact;
typedef struct facts {
    fact v[MOST_FACTS];
    int n;
} facts;

static void copy_value(const char *line, const char *key, char *to, size_t room) {
    const char *p = strstr(line, key);
    size_t n = 0;
    assert_non_null(p);
    for (p += strlen(key); *p != ',' && *p != '}' && n + 1 < room; p++) to[n++] = *p;
    to[n] = 0;
}

static void take_line(facts *f, const char *line) {
    static const char *const keys[] = {
        "\"rule\":", "\"student\":", "\"since\":", "\"level\":", "\"state\":", "\"at\":"};
    char alert[40], seq[16], value[64], text[300] = "";
    copy_value(line, "\"alert\":", alert, sizeof alert);
    copy_value(line, "\"seq\":", seq, sizeof seq);
    for (int i = 0; i < 6; i++) {
        copy_value(line, keys[i], value, sizeof value);
        strncat(text, value, sizeof text - strlen(text) - 2);
        strcat(text, " ");
    }
    int k = 0;
    while (k < f->n && strcmp(f->v[k].alert, alert) != 0) k++;
    if (k == f->n) {
        assert_true(f->n < MOST_FACTS);
        memcpy(f->v[f->n++].alert, alert, sizeof alert);
    }
    if (atol(seq) < f->v[k].seq) return;
    f->v[k].seq = atol(seq);
    f->v[k].stands = !strstr(text, "\"retracted\"");
    memcpy(f->v[k].text, text, sizeof text);
}

static void take_topic(facts *f, const sz_buf *topic) {
    char line[1 << 14];
    for (size_t i = 0, from = 0; i < topic->n; i++) {
        if (topic->p[i] != '\n') continue;
        size_t n = i - from;
        assert_true(n < sizeof line);
        memcpy(line, topic->p + from, n);
        line[n] = 0;
        take_line(f, line);
        from = i + 1;
    }
}

static int by_text(const void *a, const void *b) { return strcmp(((const fact *)a)->text, ((const fact *)b)->text); }

static void keep_standing(facts *f) {
    int n = 0;
    for (int i = 0; i < f->n; i++)
        if (f->v[i].stands) f->v[n++] = f->v[i];
    f->n = n;
    qsort(f->v, (size_t)n, sizeof *f->v, by_text);
}

/* ---- the stream ---- */

typedef struct happening {
    int student;
    char json[220];
} happening;
typedef struct stream {
    happening v[RIG_MOST];
    int n;
} stream;

static void put_status(stream *s, const char *source, int64_t t, const char *state) {
    happening *h = &s->v[s->n];
    h->student = -1;
    snprintf(h->json, sizeof h->json,
             "{\"id\":\"f%d\",\"type\":\"feed_status\",\"source\":\"%s\",\"time\":%lld,\"state\":\"%s\"}", s->n, source,
             (long long)t, state);
    s->n++;
}

/* Students eat or do not, for days; the feed of doors is down for a while, and every partition hears of it, as of the
 * end. */
static void make_stream(stream *s, draw *d) {
    s->n = 0;
    for (int day = 0; day < DAYS; day++) {
        for (int i = 0; i < STUDENTS; i++) {
            if (draw_below(d, 3) == 0) continue;
            int64_t t = rig_monday + day * SZ_DAY_MS + (6 + (int64_t)draw_below(d, 14)) * SZ_HOUR_MS + i * 1000;
            bool is_meal = draw_below(d, 4) != 0;
            happening *h = &s->v[s->n];
            h->student = i;
            snprintf(h->json, sizeof h->json,
                     "{\"id\":\"e%d\",\"type\":\"%s\",\"source\":\"%s\",\"student\":\"%s\",\"time\":%lld%s%d\"}", s->n,
                     is_meal ? "swipe" : "presence", is_meal ? "pos" : "door", id_of(i), (long long)t,
                     is_meal ? ",\"amount\":\"8.50\",\"place\":\"canteen-" : ",\"means\":\"gate-",
                     1 + (int)draw_below(d, 4));
            s->n++;
        }
        if (day % 9 != 8) continue;
        put_status(s, "door", rig_monday + day * SZ_DAY_MS + 21 * SZ_HOUR_MS, "down");
        put_status(s, "door", rig_monday + day * SZ_DAY_MS + 22 * SZ_HOUR_MS, "open");
    }
    put_status(s, "pos", rig_monday + DAYS * SZ_DAY_MS, "open");
    put_status(s, "door", rig_monday + DAYS * SZ_DAY_MS, "open");
}

static bool one_hears; /* of the two: what a feed says of itself stands in the first log alone */

static void put(rig_log *logs, uint32_t parts, const happening *h) {
    for (uint32_t p = 0; p < parts; p++) {
        bool is_here =
            h->student < 0 ? !(one_hears && parts == OLD && p) : sz_home(sz_str_of(id_of(h->student)), parts) == p;
        if (is_here) rig_log_add(&logs[p], "%s", h->json);
    }
}

/* ---- running ---- */

static void begin(rig *r, rig_store *s, rig_log *l, const rig_setup *o) {
    rig_init(r, s, l, o);
    r->wall = rig_monday + (DAYS + 1) * SZ_DAY_MS;
}

static void read_all(rig *r) {
    rig_assign(r, -1);
    rig_wait(r, 20000);
    assert_int_equal(rig_state(r), SZ_WK_RUNNING);
}

/* As `state repartition` does it: a stream that cannot seek, stepped until it is loaded and no further. */
static void load_cold(rig *r, rig_store *s, rig_log *nothing, rig_setup o) {
    o.is_files = true;
    begin(r, s, nothing, &o);
    rig_tell(r, &(sz_msg){.kind = SZ_MSG_ASSIGNED, .offset = -1});
    for (const sz_msg *m; sz_worker_where(r->w) != SZ_WK_RUNNING && (m = sz_msgq_pop(r->q));) rig_tell(r, m);
    assert_int_equal(sz_worker_where(r->w), SZ_WK_RUNNING);
}

static bool student_of(void *self, sz_str alert, sz_buf *student) {
    (void)self;
    char line[1 << 14], value[64];
    snprintf(line, sizeof line, "%.*s", SZ_FMT_STR(alert));
    copy_value(line, "\"student\":\"", value, sizeof value);
    sz_buf_put(student, value, strlen(value) - 1);
    return true;
}

/* What stands in the logs behind the states, as far as it concerns the one at hand. */
static void hand_over_rest(rig *cold, uint32_t own, const int64_t *begin, rig_log *logs) {
    for (uint32_t p = 0; p < OLD; p++) {
        for (uint32_t k = 0; k < logs[p].n; k++) {
            if (logs[p].v[k].offset < begin[p]) continue;
            sz_arena a;
            sz_arena_init(&a);
            sz_input in = {.raw = logs[p].v[k].raw,
                           .origin = {.source = SZ_STR("kafka:t"), .offset = logs[p].v[k].offset}};
            sz_decode_json(cold->decoder, in.raw, &a, &in.record);
            bool is_event = in.record.kind == SZ_RECORD_EVENT;
            if ((is_event ? sz_home(in.record.event.student, OLD) : p) == own) sz_worker_take_over(cold->w, &in);
            if (p == own) sz_worker_pass_by(cold->w, &in);
            assert_int_equal(sz_worker_letters(cold->w).n, 0);
            sz_arena_fini(&a);
        }
    }
}

static sz_str body_of(const rig_store *s) {
    for (uint32_t i = s->n; i-- > 0;)
        if (s->nodes[i].is_commit) return s->nodes[i].c.body;
    return (sz_str){0};
}

static void find_places(const rig_store *from, sz_bundle *bundle, sz_campus *campus, int64_t *begin) {
    for (uint32_t p = 0; p < OLD; p++) {
        rig_setup o = setup_of(OLD, p);
        o.o.horizon_ms = 14 * SZ_DAY_MS;
        assert_int_equal(sz_state_place(&o.o, bundle, campus, body_of(&from[p]), &begin[p]), SZ_OK);
        assert_true(!body_of(&from[p]).n || begin[p] > 0);
    }
}

/* Loaded, and all that is behind it used. */
static void take_up(rig *cold, rig_store *from, rig_log *nothing, uint32_t p, const int64_t *begin, rig_log *logs) {
    load_cold(cold, &from[p], nothing, setup_of(OLD, p));
    hand_over_rest(cold, p, begin, logs);
}

enum { A_COMMIT = 3 };

static void write_out(sz_regroup *g, sz_worker *w, uint32_t p, rig_store *to, sz_name *name) {
    sz_commit c;
    sz_regroup_from(g, w, p);
    for (sz_status s; (s = sz_regroup_next(g, name, &c)) != SZ_NOT_FOUND; name->seq++) {
        assert_int_equal(s, SZ_OK);
        assert_true(c.n_snapshots <= A_COMMIT && c.n_outbox <= 2 * A_COMMIT && !c.body.n);
        rig_store_commit(to, &c);
    }
}

/* One old state in memory at a time. */
static void regroup(rig_store *from, rig_store *to, rig_log *logs) {
    static rig_store unused;
    rig cold, world;
    rig_log nothing;
    uint32_t n_students = 0, n_alerts = 0, n_before = 0;
    int64_t begin[OLD];
    sz_regroup *g[NEW];
    sz_name name[NEW];
    sz_regroup_options go = {.parts = NEW, .most = A_COMMIT, .student_of = student_of};
    rig_setup o = setup_of(NEW, 0);
    sz_common_time *level = sz_common_time_new();
    rig_log_init(&nothing);
    rig_store_init(&unused);
    rig_init(&world, &unused, &nothing, &o);
    rig_world(&world, &o, &go.bundle, &go.campus);
    find_places(from, go.bundle, go.campus, begin);
    for (uint32_t p = 0; p < OLD; p++) {
        take_up(&cold, from, &nothing, p, begin, logs);
        sz_common_time_add(level, cold.w);
        rig_fini(&cold);
    }
    for (uint32_t q = 0; q < NEW; q++) {
        go.partition = q;
        g[q] = sz_regroup_new(&go);
        name[q] = rig_store_begin(&to[q], NEW);
    }
    for (uint32_t p = 0; p < OLD; p++) {
        sz_operation op;
        take_up(&cold, from, &nothing, p, begin, logs);
        sz_worker_level(cold.w, level);
        sz_worker_operation(cold.w, &op);
        n_before += op.outbox;
        for (uint32_t q = 0; q < NEW; q++) write_out(g[q], cold.w, p, &to[q], &name[q]);
        rig_fini(&cold);
    }
    for (uint32_t q = 0; q < NEW; q++) {
        sz_commit c;
        sz_regroup_end(g[q], &name[q], &c);
        assert_true(c.body.n && !c.n_snapshots && !c.n_outbox);
        rig_store_commit(&to[q], &c);
        n_students += sz_regroup_students(g[q]);
        n_alerts += sz_regroup_alerts(g[q]);
        sz_regroup_free(g[q]);
    }
    assert_int_equal(n_students, STUDENTS);
    assert_int_equal(n_alerts, n_before);
    sz_common_time_free(level);
    sz_bundle_unref(go.bundle);
    sz_campus_free(go.campus);
    rig_fini(&world);
    rig_log_fini(&nothing);
    rig_store_fini(&unused);
}

/* n_first records are in the 2 logs when the number changes, n_read of them were read. */
static void run_case(uint64_t seed, int percent_first, int percent_read, bool settles) {
    static stream s;
    static facts want, got;
    static rig_store one, old[OLD], now[NEW];
    static rig_log all, logs[NEW];
    draw d = draw_of(seed);
    make_stream(&s, &d);
    want.n = got.n = 0;
    memset(want.v, 0, sizeof want.v);
    memset(got.v, 0, sizeof got.v);
    rig r;

    rig_store_init(&one);
    rig_log_init(&all);
    for (int i = 0; i < s.n; i++) put(&all, 1, &s.v[i]);
    rig_setup o = setup_of(1, 0);
    begin(&r, &one, &all, &o);
    read_all(&r);
    take_topic(&want, &r.topic);
    uint64_t used = rig_counts(&r)->used, n_control = rig_counts(&r)->control;
    rig_fini(&r);

    int n_first = s.n * percent_first / 100, n_read = n_first * percent_read / 100;
    for (uint32_t p = 0; p < NEW; p++) rig_log_init(&logs[p]), rig_store_init(&now[p]);
    for (uint32_t p = 0; p < OLD; p++) rig_store_init(&old[p]);
    for (int i = 0; i < n_read; i++) put(logs, OLD, &s.v[i]);
    for (uint32_t p = 0; p < OLD; p++) {
        o = setup_of(OLD, p);
        begin(&r, &old[p], &logs[p], &o);
        rig_assign(&r, -1);
        rig_wait(&r, settles ? 20000 : 600); /* cut off: what was said last has not left */
        take_topic(&got, &r.topic);
        rig_fini(&r);
    }
    for (int i = n_read; i < n_first; i++) put(logs, OLD, &s.v[i]);
    regroup(old, now, logs);
    for (int i = n_first; i < s.n; i++) put(logs, NEW, &s.v[i]);
    uint64_t used_now = 0, control_now = 0, letters = 0;
    for (uint32_t q = 0; q < NEW; q++) {
        o = setup_of(NEW, q);
        begin(&r, &now[q], &logs[q], &o);
        read_all(&r);
        take_topic(&got, &r.topic);
        used_now += rig_counts(&r)->used;
        control_now += rig_counts(&r)->control;
        letters += rig_counts(&r)->dead;
        assert_int_equal(rig_operation(&r).outbox, 0);
        rig_fini(&r);
    }
    keep_standing(&want);
    keep_standing(&got);
    for (int i = 0; i < want.n && i < got.n; i++) assert_string_equal(got.v[i].text, want.v[i].text);
    assert_int_equal(got.n, want.n);
    assert_true(want.n > 40);
    assert_int_equal(used_now, used);
    assert_int_equal(letters, 0);
    assert_true(one_hears || control_now >= n_control);

    rig_store_fini(&one);
    rig_log_fini(&all);
    for (uint32_t p = 0; p < NEW; p++) rig_log_fini(&logs[p]), rig_store_fini(&now[p]);
    for (uint32_t p = 0; p < OLD; p++) rig_store_fini(&old[p]);
}

static void test_alerts_of_a_regrouped_state_equal_the_undisturbed_ones(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) run_case(seed, 50, 100, true);
}

static void test_alerts_that_have_not_left_travel(void **state) {
    (void)state;
    for (uint64_t seed = 11; seed <= 16; seed++) run_case(seed, 30 + (int)seed * 3, 100, false);
}

static void test_records_that_were_not_read_are_handed_to_their_students(void **state) {
    (void)state;
    for (uint64_t seed = 21; seed <= 26; seed++) run_case(seed, 60, (int)(seed - 20) * 14, seed % 2);
}

static void test_nothing_read_yet_and_all_read(void **state) {
    (void)state;
    run_case(31, 100, 100, true);
    run_case(32, 2, 100, false);
}

static void test_what_one_partition_has_heard_of_a_feed_all_know(void **state) {
    (void)state;
    one_hears = true;
    for (uint64_t seed = 41; seed <= 44; seed++) run_case(seed, 38, 100, true); /* within the horizon */
    one_hears = false;
}

int main(void) {
    for (int i = 0; i <= STUDENTS; i++) {
        strcat(students, i ? id_of(i - 1) : "student");
        strcat(students, "\n");
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alerts_of_a_regrouped_state_equal_the_undisturbed_ones),
        cmocka_unit_test(test_alerts_that_have_not_left_travel),
        cmocka_unit_test(test_records_that_were_not_read_are_handed_to_their_students),
        cmocka_unit_test(test_nothing_read_yet_and_all_read),
        cmocka_unit_test(test_what_one_partition_has_heard_of_a_feed_all_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
