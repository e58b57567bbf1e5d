/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_test.h"

#include <yyjson.h>

#include "test_campus.h"

/* A worker with ports that hold everything in memory. */
typedef struct rig {
    const sz_inputs *in;
    const sz_rule_test *t;
    sz_test_result *out;
    int32_t d1;
    sz_msgq *q;
    sz_store_memory *store;
    sz_input *inputs;
    uint32_t n, at;
    sz_test_seen *seen; /* NULL: nobody asks */
    sz_buf *shown;      /* the student's record at the end goes there; NULL: nowhere */
    sz_lang lang;
} rig;

/* ---- ports ---- */

static void want(void *self, uint32_t max) {
    rig *x = self;
    uint32_t n = x->n - x->at < max ? x->n - x->at : max;
    sz_msg m = {.kind = n ? SZ_MSG_INPUT : SZ_MSG_INPUT_END, .inputs = x->inputs + x->at, .n = n};
    x->at += n;
    sz_msgq_push(x->q, &m);
}

static const char *const event_names[SZ_N_TEST_WHATS] = {"firing", "stepped", "resolved"};

static int index_of(const char *s, const char *const *names, int n) {
    for (int i = 0; s && i < n; i++)
        if (strcmp(s, names[i]) == 0) return i;
    return -1;
}

static sz_str text_of(rig *x, yyjson_val *v) {
    const char *s = yyjson_get_str(v);
    return s ? sz_arena_str(&x->out->arena, sz_str_of(s)) : (sz_str){0};
}

static void note(rig *x, yyjson_val *root) {
    int what = index_of(yyjson_get_str(yyjson_obj_get(root, "event")), event_names, SZ_N_TEST_WHATS);
    int level = index_of(yyjson_get_str(yyjson_obj_get(root, "level")), sz_level_names, SZ_N_LEVELS);
    int64_t t;
    if (what < 0 || level < 0 || !sz_time_parse(&x->in->zone, text_of(x, yyjson_obj_get(root, "at")), &t, NULL)) return;
    sz_test_result *o = x->out;
    if (o->n_said == o->cap_said) {
        o->cap_said = o->cap_said ? 2 * o->cap_said : 16;
        o->said = sz_realloc(o->said, o->cap_said * sizeof *o->said);
    }
    yyjson_val *message = yyjson_obj_get(root, "message");
    o->said[o->n_said++] = (sz_test_said){.day = sz_zone_day(&x->in->zone, t) - x->d1,
                                          .ms = sz_zone_ms_of_day(&x->in->zone, t),
                                          .what = (uint8_t)what,
                                          .level = (uint8_t)level,
                                          .why = text_of(x, yyjson_obj_get(root, "why")),
                                          .zh = text_of(x, yyjson_obj_get(message, "zh")),
                                          .en = text_of(x, yyjson_obj_get(message, "en"))};
}

static void submit(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    rig *x = self;
    for (uint32_t i = 0; i < n; i++) {
        yyjson_doc *doc = yyjson_read(lines[i].p, lines[i].n, 0);
        note(x, yyjson_doc_get_root(doc));
        yyjson_doc_free(doc);
    }
    sz_msgq_push(x->q, &(sz_msg){.kind = SZ_MSG_DELIVERED, .n_delivered = n, .tag = tag});
}

static void dead(void *self, uint32_t tag, const sz_str *lines, uint32_t n) {
    rig *x = self;
    (void)lines, (void)n;
    sz_msgq_push(x->q, &(sz_msg){.kind = SZ_MSG_DEAD_DONE, .tag = tag});
}

static int64_t no_clock(void *self) {
    (void)self;
    return 0;
}
static void no_chance(void *self, void *p, size_t n) {
    (void)self;
    memset(p, 7, n);
}

/* ---- records ---- */

static int by_place(const void *a, const void *b, void *ctx) {
    const sz_input *x = a, *y = b;
    (void)ctx;
    if (x->record.time_ms != y->record.time_ms) return x->record.time_ms < y->record.time_ms ? -1 : 1;
    bool is_x = x->record.kind == SZ_RECORD_EVENT, is_y = y->record.kind == SZ_RECORD_EVENT;
    return is_x && is_y ? sz_event_cmp(&x->record.event, &y->record.event) : is_x - is_y;
}

static void decode(rig *x, sz_decoder *decoder, const sz_buf *json) {
    sz_input *i = &x->inputs[x->n++];
    i->raw = sz_arena_str(&x->out->arena, sz_buf_str(json));
    sz_decode_json(decoder, i->raw, &x->out->arena, &i->record);
    i->origin = (sz_origin){SZ_STR("test"), -1, x->n, x->n};
    if (i->record.kind != SZ_RECORD_DEAD) return;
    const char *reason = sz_reason_names[i->record.dead.reason];
    x->out->refused = sz_arena_printf(&x->out->arena, "a record cannot be used: %s", reason);
    x->out->refused_zh = sz_arena_printf(&x->out->arena, "有记录不能使用：%s", reason);
}

static void put_status(rig *x, sz_decoder *decoder, uint32_t type, int32_t day, int32_t ms, const char *state) {
    sz_buf json;
    char date[11];
    sz_buf_init(&json);
    sz_day_format(x->d1 + day, date);
    sz_buf_printf(&json, "{\"type\":\"feed_status\",\"source\":\"%.*s\",\"time\":\"%sT%02d:%02d:00\",\"state\":\"%s\"}",
                  SZ_FMT_STR(x->in->types->v[type].name), date, ms / 3600000, ms / 60000 % 60, state);
    decode(x, decoder, &json);
    sz_buf_fini(&json);
}

static void make_inputs(rig *x) {
    const sz_rule_test *t = x->t;
    sz_decoder *decoder = sz_decoder_new(x->in->types, &x->in->zone);
    sz_buf json;
    sz_buf_init(&json);
    x->inputs = sz_alloc((t->n_records + 2 * t->n_downs + 1) * sizeof *x->inputs);
    for (uint32_t i = 0; i < t->n_records; i++) {
        sz_buf_clear(&json);
        sz_test_json(&json, t, x->in->types, i, x->d1);
        decode(x, decoder, &json);
    }
    for (uint32_t i = 0; i < t->n_downs; i++) {
        const sz_test_down *down = &t->downs[i];
        put_status(x, decoder, down->type, down->from_day, down->from_ms, "down");
        put_status(x, decoder, down->type, down->to_day, down->to_ms, "open");
    }
    if (x->n > 1) sz_sort(x->inputs, x->n, sizeof *x->inputs, by_place, NULL);
    sz_buf_fini(&json);
    sz_decoder_free(decoder);
}

/* ---- run ---- */

static void pump(rig *x, sz_worker *w) {
    bool started = false;
    sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_ASSIGNED});
    while (sz_worker_where(w) != SZ_WK_STOPPED && sz_worker_where(w) != SZ_WK_FAILED) {
        if (sz_worker_where(w) == SZ_WK_RUNNING && !started) {
            started = true;
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_GO_ON});
        }
        const sz_msg *m = sz_msgq_pop(x->q);
        if (m) sz_worker_step(w, m);
        else if (sz_worker_wake_ms(w) == INT64_MIN) /* a step does so much and no more: many checks take several */
            sz_worker_step(w, &(sz_msg){.kind = SZ_MSG_GO_ON});
        else if (sz_msgq_is_idle(x->q)) break;
    }
    if (sz_worker_where(w) == SZ_WK_STOPPED || x->out->refused) return;
    x->out->refused = sz_arena_str(&x->out->arena, sz_worker_failure_in(w, SZ_EN)).p;
    x->out->refused_zh = sz_arena_str(&x->out->arena, sz_worker_failure_in(w, SZ_ZH)).p;
}

static void run(rig *x, sz_campus *campus, int64_t until) {
    x->q = sz_msgq_new();
    x->store = sz_store_memory_new(false);
    sz_options o = {.order = SZ_SORTED,
                    .lateness_ms = 10 * SZ_DAY_MS,
                    .horizon_ms = 14 * SZ_DAY_MS,
                    .until_ms = until,
                    .wall_ms = until,
                    .allow_new = true,
                    .is_volatile = true,
                    .is_one_student = true,
                    .others = x->t->others,
                    .n_others = x->t->n_others,
                    .onlooker = x->seen ? &x->seen->onlooker : NULL,
                    .topic = SZ_STR("files"),
                    .worker = SZ_STR("test"),
                    .parts = 1};
    sz_ports ports = {.store = sz_store_memory_port(x->store, x->q),
                      .stream = {.self = x, .want = want},
                      .sink = {x, submit, dead},
                      .env = {.wall_ms = no_clock, .mono_ms = no_clock, .random = no_chance}};
    sz_worker *w = sz_worker_new(&o, &ports, sz_bundle_ref(x->in->bundle), campus);
    pump(x, w);
    if (x->shown) sz_worker_show_in(w, SZ_TEST_STUDENT, x->lang, x->shown);
    sz_worker_free(w);
    sz_store_memory_free(x->store);
    sz_msgq_free(x->q);
}

/* ---- what was expected ---- */

static bool is_same_text(const sz_test_expect *e, const sz_test_said *s) {
    return (!e->zh.n || sz_str_eq(e->zh, s->zh)) && (!e->en.n || sz_str_eq(e->en, s->en));
}

static bool fits(const sz_test_expect *e, const sz_test_said *s) {
    if (s->is_expected || e->day != s->day || e->ms / 60000 != s->ms / 60000 || e->what != s->what) return false;
    return e->what == SZ_TEST_RESOLVES ? !e->why.n || sz_str_eq(e->why, s->why) : e->level == s->level;
}

static void compare(const sz_rule_test *t, sz_test_result *o) {
    o->is_passed = !o->refused;
    o->was_met = SZ_NEWN(&o->arena, bool, t->n_expects + 1);
    o->instead = SZ_NEWN(&o->arena, const sz_test_said *, t->n_expects + 1);
    for (uint32_t i = 0; i < t->n_expects; i++) {
        for (uint32_t k = 0; k < o->n_said && !o->was_met[i]; k++) {
            if (!fits(&t->expects[i], &o->said[k])) continue;
            o->said[k].is_expected = o->was_met[i] = true;
            if (!is_same_text(&t->expects[i], &o->said[k])) o->instead[i] = &o->said[k];
        }
        if (!o->was_met[i] || o->instead[i]) o->is_passed = false;
    }
    for (uint32_t k = 0; k < o->n_said; k++) {
        sz_test_said *s = &o->said[k];
        bool is_run_up = s->day < t->first_day; /* before anything that the test names */
        if (s->what == SZ_TEST_RESOLVES || is_run_up) s->is_expected = true;
        if (!s->is_expected) o->is_passed = false;
    }
}

/* What lies behind `until` does not come. */
static void cut(rig *x, int64_t until) {
    while (x->n && x->inputs[x->n - 1].record.time_ms > until) x->n--;
}

/* With its own params it is another rule that runs. */
static sz_rule *swap(const sz_inputs *in, const sz_rule_test *t, sz_rule *was) {
    for (uint32_t i = 0; t->with_params && i < in->bundle->n_rules; i++) {
        sz_rule *r = &in->bundle->rules[i];
        if (!sz_str_eq(r->id, t->with_params->id)) continue;
        *was = *r;
        *r = *t->with_params;
        r->mode = was->mode;
        return r;
    }
    return NULL;
}

static void run_to(const rig *as, int32_t day, int32_t ms) {
    rig x = *as;
    const sz_inputs *in = x.in;
    const sz_rule_test *t = x.t;
    sz_test_result *out = x.out;
    sz_diags d;
    sz_campus *campus = NULL;
    *out = (sz_test_result){0};
    sz_arena_init(&out->arena);
    sz_diags_init(&d);
    x.d1 = sz_test_first_day(in->calendar.n ? sz_campus_calendar(in->campus) : NULL, t);
    if (sz_test_campus(in, t, x.d1, &d, &campus) != SZ_OK && d.n) {
        out->refused = sz_arena_str(&out->arena, sz_str_of(d.v[0].message)).p;
        out->refused_zh =
            sz_arena_str(&out->arena, sz_str_of(d.v[0].message_zh ? d.v[0].message_zh : d.v[0].message)).p;
        sz_campus_free(campus);
    } else {
        int64_t until = sz_zone_at(&in->zone, x.d1 + day, ms);
        make_inputs(&x);
        if (x.seen) x.seen->from_ms = sz_zone_at(&in->zone, x.d1 + t->first_day, 0);
        if (x.shown) cut(&x, until);
        sz_rule was, *swapped = swap(in, t, &was);
        if (out->refused) sz_campus_free(campus);
        else run(&x, campus, until);
        if (swapped) *swapped = was;
    }
    sz_free(x.inputs);
    sz_diags_fini(&d);
    compare(t, out);
}

void sz_rule_test_run(const sz_inputs *in, const sz_rule_test *t, sz_test_seen *seen, sz_test_result *out) {
    run_to(&(rig){.in = in, .t = t, .out = out, .seen = seen}, t->until_day, t->until_ms);
}

void sz_rule_test_show(const sz_inputs *in, const sz_rule_test *t, int32_t day, int32_t ms, sz_lang lang, sz_buf *out) {
    sz_test_result o;
    run_to(&(rig){.in = in, .t = t, .out = &o, .shown = out, .lang = lang}, day, ms);
    sz_test_result_fini(&o);
}

void sz_test_result_fini(sz_test_result *r) {
    sz_free(r->said);
    sz_arena_fini(&r->arena);
}
