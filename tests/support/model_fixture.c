/* SPDX-License-Identifier: Apache-2.0
 *
 * model_fixture: see model_fixture.h.
 */
#include "model_fixture.h"

#include <stdio.h>
#include <stdlib.h>

static const char library[] = "library: {presence: true, label: {zh: 图书馆, en: Library}, "
                              "fields: {direction: [in, out], seat: text, minutes: number, fee: money, until: time}}\n"
                              "shower: {fields: {litres: number}}\n";

static sz_yaml *yaml(struct model_fixture *x, const char *name, const char *text) {
    sz_yaml *root = NULL;
    sz_yaml_parse(&x->texts, sz_source_new(&x->texts, name, text, strlen(text)), &x->d, &root);
    return root;
}

void model_fixture_init(struct model_fixture *x) {
    memset(x, 0, sizeof *x);
    sz_types_init(&x->types);
    sz_zone_fixed(&x->zone, 8 * 3600, "Asia/Shanghai");
    sz_arena_init(&x->arena);
    sz_arena_init(&x->texts);
    sz_diags_init(&x->d);
    sz_buf_init(&x->out);
    if (sz_types_load(&x->types, yaml(x, "t.yaml", library), &x->d) != SZ_OK) abort();
    x->decoder = sz_decoder_new(&x->types, &x->zone);
}

void model_fixture_fini(struct model_fixture *x) {
    sz_mapping_free(x->mapping);
    sz_decoder_free(x->decoder);
    sz_types_fini(&x->types);
    sz_zone_fini(&x->zone);
    sz_arena_fini(&x->arena);
    sz_arena_fini(&x->texts);
    sz_diags_fini(&x->d);
    sz_buf_fini(&x->out);
}

/* ---- showing ---- */

static void put_time(struct model_fixture *x, const char *name, int64_t ms) {
    char text[40];
    if (ms == SZ_TIME_NONE) return;
    sz_time_format(&x->zone, ms, text);
    sz_buf_printf(&x->out, " %s%s", name, text);
}

static void put_text(struct model_fixture *x, const char *name, sz_str s) {
    if (s.n) sz_buf_printf(&x->out, " %s=%.*s", name, SZ_FMT_STR(s));
}

static void put_number(struct model_fixture *x, const char *name, int64_t v, int64_t none) {
    if (v != none) sz_buf_printf(&x->out, " %s=%lld", name, (long long)v);
}

static void put_fen(struct model_fixture *x, const char *name, int64_t v) {
    if (v != SZ_ABSENT) sz_buf_printf(&x->out, " %s=%lld.%02lld", name, (long long)(v / 100), (long long)(v % 100));
}

static void put_declared(struct model_fixture *x, const sz_type *t, const sz_event *e) {
    for (uint32_t i = 0; i < t->n_fields; i++) {
        const sz_value *v = &e->fields[i];
        const char *name = t->fields[i].name.p;
        if (!v->is_set) continue;
        if (t->fields[i].kind == SZ_FIELD_MONEY) put_fen(x, name, v->fen);
        else if (t->fields[i].kind == SZ_FIELD_NUMBER) sz_buf_printf(&x->out, " %s=%g", name, v->num);
        else if (t->fields[i].kind == SZ_FIELD_TIME)
            put_time(x, sz_arena_printf(&x->arena, "%s=", name), (int64_t)v->num);
        else put_text(x, name, v->text);
    }
}

static void put_event(struct model_fixture *x, const sz_event *e) {
    const sz_type *t = &x->types.v[e->type];
    sz_buf_printf(&x->out, "%.*s", SZ_FMT_STR(t->name));
    put_time(x, "", e->time_ms);
    if (e->precision) sz_buf_put_z(&x->out, e->precision == SZ_PREC_DAY ? " day" : " minute");
    put_text(x, "id", e->id.n > 1 && e->id.p[0] == 'x' && e->id.p[1] == ':' ? SZ_STR("x:…") : e->id);
    if (!sz_str_is(e->source, "default")) put_text(x, "source", e->source);
    put_time(x, "collected=", e->collected_ms);
    put_text(x, "student", e->student);
    put_text(x, "card", e->card);
    put_text(x, "card_system", e->card_system);
    put_text(x, "place", e->place);
    put_text(x, "reader", e->reader);
    put_text(x, "ref", e->ref);
    if (e->type == SZ_TYPE_SWIPE && e->op) put_text(x, "op", sz_str_of(sz_op_names[e->op]));
    put_fen(x, "amount", e->amount_fen);
    put_fen(x, "balance", e->balance_fen);
    put_number(x, "journal_no", e->journal_no, SZ_ABSENT);
    put_number(x, "use_count", e->use_count, SZ_ABSENT);
    put_text(x, "course", e->course);
    put_text(x, "session", e->session);
    if (e->type == SZ_TYPE_ATTENDANCE) put_text(x, "status", sz_str_of(sz_attend_names[e->status]));
    if (e->has_hours || e->hours_micro != 1000000) put_number(x, "hours", e->hours_micro, SZ_ABSENT);
    put_text(x, "direction", sz_str_of(sz_direction_names[e->direction]));
    if (e->type == SZ_TYPE_DORM_ACCESS && e->result) put_text(x, "result", sz_str_of(sz_result_names[e->result]));
    put_text(x, "means", e->means);
    if (e->type >= SZ_TYPE_FIRST_DECLARED) put_declared(x, t, e);
}

static void put_feed(struct model_fixture *x, const sz_feed_status *f) {
    static const char *const states[] = {"", "open", "complete", "down"};
    sz_buf_put_z(&x->out, "feed_status");
    put_time(x, "", f->time_ms);
    put_text(x, "source", f->source);
    put_time(x, "through=", f->complete_through_ms);
    put_text(x, "state", sz_str_of(states[f->state]));
    put_text(x, "reader", f->reader);
    put_text(x, "building", f->building);
}

const char *model_fixture_show(struct model_fixture *x) {
    const sz_record *r = &x->record;
    sz_buf_clear(&x->out);
    if (r->kind == SZ_RECORD_EVENT) put_event(x, &r->event);
    else if (r->kind == SZ_RECORD_FEED_STATUS) put_feed(x, &r->feed);
    else
        sz_buf_printf(&x->out, "%s%s%s", sz_reason_names[r->dead.reason], r->dead.field ? " " : "",
                      r->dead.field ? r->dead.field : "");
    sz_buf_put_u8(&x->out, 0);
    return (const char *)x->out.p;
}

const char *model_fixture_json(struct model_fixture *x, sz_str raw) {
    sz_decode_json(x->decoder, raw, &x->arena, &x->record);
    return model_fixture_show(x);
}

/* ---- YAML ---- */

static const char *findings(struct model_fixture *x) {
    sz_buf_clear(&x->out);
    sz_diags_sort(&x->d);
    for (size_t i = 0; i < x->d.n; i++) {
        const sz_diag *g = &x->d.v[i];
        uint32_t line = 0, col = 0;
        if (g->span.src) sz_source_locate(g->span.src, g->span.off, &line, &col);
        sz_buf_printf(&x->out, "%s%s:%u:%u %c%d", i ? " " : "", g->span.src ? g->span.src->name : "-", line, col,
                      g->severity == SZ_ERROR ? 'E' : 'W', g->code);
        if (!g->message_zh || (g->hint == NULL) != (g->hint_zh == NULL)) sz_buf_put_z(&x->out, " WITHOUT CHINESE");
    }
    sz_buf_put_u8(&x->out, 0);
    return (const char *)x->out.p;
}

static void forget(struct model_fixture *x) {
    sz_diags_fini(&x->d);
    sz_diags_init(&x->d);
}

const char *model_fixture_map(struct model_fixture *x, const char *text) {
    forget(x);
    sz_mapping_free(x->mapping);
    x->mapping = NULL;
    sz_yaml *root = yaml(x, "m.yaml", text);
    if (x->d.n_errors == 0) sz_mapping_load(root, &x->types, &x->zone, &x->d, &x->mapping);
    return findings(x);
}

const char *model_fixture_bind(struct model_fixture *x, const char *header) {
    sz_csv_row row;
    size_t pos = 0;
    bool bad;
    forget(x);
    sz_str text = sz_str_of(header);
    const sz_source *src = sz_source_new(&x->texts, "h.csv", text.p, text.n);
    if (sz_csv_next(&x->texts, (sz_str){src->p, src->n}, sz_mapping_separator(x->mapping), &pos, &row, &bad) != SZ_OK)
        abort();
    sz_mapping_bind(x->mapping, &row, src, &x->d);
    return findings(x);
}

const char *model_fixture_row(struct model_fixture *x, const char *row) {
    sz_mapping_decode(x->mapping, sz_str_of(row), &x->arena, &x->record);
    return model_fixture_show(x);
}

const char *model_fixture_types(struct model_fixture *x, const char *text) {
    forget(x);
    sz_types_fini(&x->types);
    sz_types_init(&x->types);
    sz_yaml *root = yaml(x, "t.yaml", text);
    if (x->d.n_errors == 0) sz_types_load(&x->types, root, &x->d);
    return findings(x);
}

/* ---- files ---- */

const char *fixture_shared(char out[512], const char *path) {
    const char *shared = getenv("SZ_SHARED");
    snprintf(out, 512, "%s/%s", shared ? shared : "../shared", path);
    return out;
}

char *fixture_read(const char *path, size_t *n) {
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    char *p = NULL;
    size_t cap = 1 << 16;
    for (*n = 0;;) {
        p = sz_realloc(p, cap);
        size_t got = fread(p + *n, 1, cap - *n, f);
        *n += got;
        if (*n < cap) break;
        cap *= 2;
    }
    fclose(f);
    return p;
}
