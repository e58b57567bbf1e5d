/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

typedef struct line {
    uint64_t read, used, duplicate, dead, control, dead_by[SZ_N_REASONS];
    int64_t first_ms, last_ms, through_ms;
} line;

struct sz_tally {
    sz_stream_port inner;
    sz_map names; /* input, NUL, source → number of its line */
    line *v;
    uint32_t n, cap, at;
    sz_buf key;
    sz_counters before;
};

sz_tally *sz_tally_new(void) {
    sz_tally *t = sz_alloc(sizeof *t);
    sz_map_init(&t->names);
    sz_buf_init(&t->key);
    t->at = UINT32_MAX;
    return t;
}

void sz_tally_free(sz_tally *t) {
    if (!t) return;
    sz_map_fini(&t->names);
    sz_buf_fini(&t->key);
    sz_free(t->v);
    sz_free(t);
}

static void want_one(void *self, uint32_t max) {
    sz_tally *t = self;
    t->inner.want(t->inner.self, max ? 1 : 0);
}

static bool raw(void *self, const sz_input *in, sz_str *out, sz_msg *why) {
    sz_tally *t = self;
    return t->inner.raw(t->inner.self, in, out, why);
}

sz_stream_port sz_tally_stream(sz_tally *t, const sz_stream_port *inner) {
    t->inner = *inner;
    return (sz_stream_port){.self = t, .want = want_one, .raw = inner->raw ? raw : NULL};
}

static uint32_t line_of(sz_tally *t, const sz_input *in) {
    const sz_record *r = &in->record;
    sz_str source = r->kind == SZ_RECORD_FEED_STATUS ? r->feed.source
                    : r->kind == SZ_RECORD_EVENT     ? r->event.source
                                                     : (sz_str){0};
    sz_buf_clear(&t->key);
    sz_buf_put_str(&t->key, in->origin.source);
    sz_buf_put_u8(&t->key, 0);
    sz_buf_put_str(&t->key, source);
    uint32_t i = sz_map_intern(&t->names, sz_buf_str(&t->key));
    if (i < t->n) return i;
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 16;
        t->v = sz_realloc(t->v, t->cap * sizeof *t->v);
    }
    t->v[t->n++] = (line){.first_ms = SZ_TIME_NONE, .last_ms = SZ_TIME_NONE, .through_ms = SZ_TIME_NONE};
    return i;
}

void sz_tally_before(sz_tally *t, const sz_msg *m, const sz_counters *now) {
    if (m->kind != SZ_MSG_INPUT || m->n != 1) return; /* the stream was asked for one */
    t->at = line_of(t, &m->inputs[0]);
    t->before = *now;
    line *l = &t->v[t->at];
    const sz_record *r = &m->inputs[0].record;
    if (r->kind == SZ_RECORD_FEED_STATUS && r->feed.complete_through_ms > l->through_ms)
        l->through_ms = r->feed.complete_through_ms;
    if (r->kind != SZ_RECORD_EVENT || r->time_ms == SZ_TIME_NONE) return;
    if (l->first_ms == SZ_TIME_NONE || r->time_ms < l->first_ms) l->first_ms = r->time_ms;
    if (r->time_ms > l->last_ms) l->last_ms = r->time_ms;
}

void sz_tally_after(sz_tally *t, const sz_counters *now) {
    if (t->at == UINT32_MAX) return;
    line *l = &t->v[t->at];
    const sz_counters *was = &t->before;
    l->read += now->read - was->read;
    l->used += now->used - was->used;
    l->duplicate += now->duplicate - was->duplicate;
    l->dead += now->dead - was->dead;
    l->control += now->control - was->control;
    for (int i = 0; i < SZ_N_REASONS; i++) l->dead_by[i] += now->dead_by[i] - was->dead_by[i];
    t->before = *now;
}

bool sz_tally_next_unused(const sz_tally *t, uint32_t *at, uint64_t least, const char **input,
                          const uint64_t **dead_by) {
    while (*at < t->n) {
        uint32_t i = (*at)++;
        const line *l = &t->v[i];
        if (l->used || l->duplicate || l->dead < least) continue;
        *input = sz_map_key(&t->names, i).p; /* up to its NUL */
        *dead_by = l->dead_by;
        return true;
    }
    return false;
}

static void put_number(sz_buf *out, const char *name, uint64_t n) {
    sz_buf_printf(out, ",\"%s\":%llu", name, (unsigned long long)n);
}

static void put_time(sz_buf *out, const char *name, int64_t t_ms, const sz_zone *z) {
    char text[40];
    if (t_ms == SZ_TIME_NONE) return;
    sz_time_format(z, t_ms, text);
    sz_buf_printf(out, ",\"%s\":\"%s\"", name, text);
}

/* The only other line of the same input; UINT32_MAX: none, or several. */
static uint32_t sibling(const sz_tally *t, uint32_t i) {
    const char *input = sz_map_key(&t->names, i).p;
    uint32_t found = UINT32_MAX;
    for (uint32_t k = 0; k < t->n; k++) {
        if (k == i || strcmp(sz_map_key(&t->names, k).p, input) != 0) continue;
        if (found != UINT32_MAX) return UINT32_MAX;
        found = k;
    }
    return found;
}

/* What could not be decoded has no source; where its input has one source only, it stands with that. */
static void join_undecoded(sz_tally *t) {
    for (uint32_t i = 0; i < t->n; i++) {
        sz_str key = sz_map_key(&t->names, i);
        uint32_t k = key.n == strlen(key.p) + 1 ? sibling(t, i) : UINT32_MAX;
        if (k == UINT32_MAX) continue;
        line *l = &t->v[i], *to = &t->v[k];
        to->read += l->read;
        to->dead += l->dead;
        for (int r = 0; r < SZ_N_REASONS; r++) to->dead_by[r] += l->dead_by[r];
        *l = (line){0};
    }
}

void sz_tally_put(sz_buf *out, sz_tally *t, const sz_worker *w, const sz_zone *z) {
    join_undecoded(t);
    bool any_line = false;
    sz_buf_put_u8(out, '[');
    for (uint32_t i = 0; i < t->n; i++) {
        const line *l = &t->v[i];
        if (!l->read) continue;
        sz_str key = sz_map_key(&t->names, i);
        size_t cut = strlen(key.p);
        sz_buf_put_z(out, any_line ? ",{\"input\":" : "{\"input\":");
        any_line = true;
        sz_json_str(out, (sz_str){key.p, cut});
        sz_buf_put_z(out, ",\"source\":");
        sz_str source = {key.p + cut + 1, key.n - cut - 1};
        sz_json_str(out, source);
        put_number(out, "read", l->read);
        put_number(out, "used", l->used);
        put_number(out, "duplicate", l->duplicate);
        put_number(out, "dead_letter", l->dead);
        sz_buf_put_z(out, ",\"dead_letter_by\":{");
        bool any = false;
        for (int k = 1; k < SZ_N_REASONS; k++) {
            if (!l->dead_by[k]) continue;
            sz_buf_printf(out, "%s\"%s\":%llu", any ? "," : "", sz_reason_names[k], (unsigned long long)l->dead_by[k]);
            any = true;
        }
        sz_buf_put_u8(out, '}');
        put_number(out, "control", l->control);
        put_time(out, "first", l->first_ms, z);
        put_time(out, "last", l->last_ms, z);
        if (source.n) put_time(out, "watermark", sz_worker_watermark(w, source), z);
        put_time(out, "complete_through", l->through_ms, z);
        sz_buf_put_u8(out, '}');
    }
    sz_buf_put_u8(out, ']');
}
