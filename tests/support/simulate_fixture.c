/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate_fixture: see simulate_fixture.h.
 */
#include "simulate_fixture.h"

#include <stdio.h>
#include <stdlib.h>

static bool fails_now(struct sim_run *x) { return x->puts_until_failure && --x->puts_until_failure == 0; }

static void add_hash(struct sim_run *x, sz_str s) {
    x->hash = (x->hash ^ sz_hash(s.p, s.n)) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static sz_status put(void *self, const char *name, sz_str bytes) {
    struct sim_run *x = self;
    if (fails_now(x)) return SZ_IO;
    add_hash(x, bytes);
    if (x->n_files == 0 || strcmp(x->files[x->n_files - 1].name, name) != 0) {
        for (uint32_t i = 0; i < x->n_files; i++)
            if (strcmp(x->files[i].name, name) == 0) abort(); /* a file came in two parts */
        if (x->n_files == 256) abort();
        snprintf(x->files[x->n_files++].name, sizeof x->files->name, "%s", name);
    }
    if (x->keeps) sz_buf_put_str(&x->files[x->n_files - 1].bytes, bytes);
    return SZ_OK;
}

static sz_status event(void *self, int64_t arrival_ms, sz_str line) {
    struct sim_run *x = self;
    if (fails_now(x)) return SZ_IO;
    add_hash(x, line);
    x->n_backwards += arrival_ms < x->last_arrival_ms;
    x->last_arrival_ms = arrival_ms;
    if (!x->keeps) return SZ_OK;
    if (x->n_arrivals == x->cap_arrivals) {
        x->cap_arrivals = x->cap_arrivals ? 2 * x->cap_arrivals : 4096;
        x->arrivals = sz_realloc(x->arrivals, x->cap_arrivals * sizeof *x->arrivals);
    }
    x->arrivals[x->n_arrivals++] = arrival_ms;
    sz_buf_put_str(&x->text, line);
    return SZ_OK;
}

static int32_t day_of(const char *text) { return sz_day_from_ymd(atoi(text), atoi(text + 5), atoi(text + 8)); }

static void start(struct sim_run *x) {
    sz_sim_sink sink = {.self = x, .put = put, .event = event};
    x->status = sz_simulate(&x->options, &sink, &x->counts);
}

void sim_run(struct sim_run *x, uint32_t students, const char *from, uint32_t days, uint64_t seed, bool with_vendor,
             bool keeps) {
    uint32_t fails = x->puts_until_failure;
    memset(x, 0, sizeof *x);
    x->options = (sz_sim_options){
        .students = students, .from_day = day_of(from), .days = days, .seed = seed, .with_vendor = with_vendor};
    x->keeps = keeps;
    x->puts_until_failure = fails;
    x->last_arrival_ms = INT64_MIN;
    sz_types_init(&x->types);
    sz_diags_init(&x->d);
    sz_zone_fixed(&x->zone, 8 * 3600, "Asia/Shanghai");
    start(x);
}

void sim_run_fini(struct sim_run *x) {
    for (uint32_t i = 0; i < x->n_files; i++) sz_buf_fini(&x->files[i].bytes);
    sz_buf_fini(&x->text);
    sz_free(x->arrivals);
    sz_free(x->lines);
    if (x->campus) sz_campus_free(x->campus);
    sz_types_fini(&x->types);
    sz_diags_fini(&x->d);
    sz_zone_fini(&x->zone);
    memset(x, 0, sizeof *x);
}

sz_str sim_run_file(const struct sim_run *x, const char *name) {
    for (uint32_t i = 0; i < x->n_files; i++)
        if (strcmp(x->files[i].name, name) == 0) return sz_buf_str(&x->files[i].bytes);
    return (sz_str){"", 0};
}

static void load_campus(struct sim_run *x) {
    sz_campus_file files[16];
    size_t n = 0;
    for (uint32_t i = 0; i < x->n_files; i++)
        if (strncmp(x->files[i].name, "campus/", 7) == 0)
            files[n++] = (sz_campus_file){x->files[i].name + 7, x->files[i].bytes.p, x->files[i].bytes.n};
    sz_campus_load(files, n, "campus", SZ_ENC_AUTO, &x->zone, &x->types, &x->d, &x->campus);
}

/* Kinds of places in one letter; classroom and lab would share theirs with others. */
static uint8_t letter(sz_str kind) {
    if (sz_str_is(kind, "classroom")) return 'k';
    if (sz_str_is(kind, "library")) return 'y';
    return kind.n && !sz_str_is(kind, "unknown") ? (uint8_t)kind.p[0] : 0;
}

struct known {
    sz_map ids;      /* source, id, student */
    sz_buf contents; /* of the first of each */
};

/* True if this record came before; counts one with another content as a conflict. */
static bool is_known(struct sim_run *x, struct known *k, const sz_event *e, uint32_t student) {
    char text[256];
    int n = snprintf(text, sizeof text, "%.*s|%.*s|%u", SZ_FMT_STR(e->source), SZ_FMT_STR(e->id), student);
    sz_str key = {text, (size_t)n};
    const uint32_t *at = sz_map_get(&k->ids, key);
    if (at) {
        uint64_t content;
        memcpy(&content, k->contents.p + *at, sizeof content);
        x->n_conflicts += content != e->content;
        return true;
    }
    sz_map_put(&k->ids, key, (uint32_t)k->contents.n);
    sz_buf_put_u64(&k->contents, e->content);
    return false;
}

static void take_event(struct sim_run *x, struct known *k, const sz_event *e, struct sim_line *l) {
    sz_str place = e->place;
    uint8_t direction = SZ_DIR_NONE;
    l->student = e->student.n ? sz_campus_find_student(x->campus, e->student)
                              : sz_campus_resolve_card(x->campus, e->card_system.n ? e->card_system : e->source,
                                                       e->card, e->time_ms);
    if (e->reader.n) {
        sz_str hung = {"", 0};
        if (!sz_campus_resolve_reader(x->campus, e->source, e->reader, e->time_ms, &hung, &direction))
            x->n_unknown_places++;
        if (!place.n) place = hung;
    }
    uint32_t at = place.n ? sz_campus_find_place(x->campus, place) : SZ_NONE;
    l->place = at == SZ_NONE ? 0 : letter(sz_campus_place(x->campus, at)->kind);
    l->direction = e->direction != SZ_DIR_NONE ? e->direction : direction;
    l->type = e->type;
    l->op = e->op;
    l->status = e->status;
    l->result = e->result;
    l->precision = e->precision;
    l->amount_fen = (int32_t)e->amount_fen;
    l->collected_ms = e->collected_ms;
    l->is_undo = sz_event_is_undo(e);
    if (l->student == SZ_NONE) {
        x->n_strangers++;
        return;
    }
    l->is_repeat = is_known(x, k, e, l->student);
    x->n_repeats += l->is_repeat;
    if (!l->is_undo) return;
    char text[256];
    int n = snprintf(text, sizeof text, "%.*s|%.*s|%u", SZ_FMT_STR(e->source), SZ_FMT_STR(e->ref), l->student);
    x->n_lost_refs += sz_map_get(&k->ids, (sz_str){text, (size_t)n}) == NULL;
}

void sim_run_read(struct sim_run *x) {
    struct known k = {0};
    sz_map_init(&k.ids);
    sz_buf_init(&k.contents);
    load_campus(x);
    sz_decoder *decoder = sz_decoder_new(&x->types, &x->zone);
    sz_arena a;
    sz_arena_init(&a);
    const char *p = (const char *)x->text.p, *end = p + x->text.n;
    x->lines = sz_alloc((x->n_arrivals + 1) * sizeof *x->lines);
    for (; p < end; x->n_lines++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        if (!nl || x->n_lines == x->n_arrivals) abort();
        struct sim_line *l = &x->lines[x->n_lines];
        static sz_record r;
        sz_arena_reset(&a);
        sz_decode_json(decoder, (sz_str){p, (size_t)(nl - p)}, &a, &r);
        *l = (struct sim_line){.arrival_ms = x->arrivals[x->n_lines],
                               .time_ms = r.time_ms,
                               .kind = (uint8_t)r.kind,
                               .student = SZ_NONE,
                               .collected_ms = SZ_TIME_NONE};
        if (r.kind == SZ_RECORD_EVENT) take_event(x, &k, &r.event, l);
        else if (r.kind == SZ_RECORD_FEED_STATUS) l->state = (uint8_t)r.feed.state;
        else x->n_dead++;
        p = nl + 1;
    }
    sz_arena_fini(&a);
    sz_decoder_free(decoder);
    sz_map_fini(&k.ids);
    sz_buf_fini(&k.contents);
}

size_t sim_run_rows(const struct sim_run *x, const char *name,
                    void (*f)(void *ctx, uint32_t student, sz_str kind, int64_t from_ms, int64_t to_ms), void *ctx) {
    sz_str text = sim_run_file(x, name);
    sz_arena a;
    sz_csv_row row;
    size_t pos = 0, n = 0;
    bool is_bad = false;
    sz_arena_init(&a);
    while (sz_csv_next(&a, text, ',', &pos, &row, &is_bad) == SZ_OK) {
        int64_t from, to;
        if (n++ == 0) continue;
        if (row.n < 4 || !sz_time_parse(&x->zone, row.cells[2], &from, NULL) ||
            !sz_time_parse(&x->zone, row.cells[3], &to, NULL))
            abort();
        f(ctx, sz_campus_find_student(x->campus, row.cells[0]), row.cells[1], from, to);
    }
    sz_arena_fini(&a);
    return n ? n - 1 : 0;
}
