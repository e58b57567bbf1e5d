/* SPDX-License-Identifier: Apache-2.0 */
#include "alert_shelf.h"

#include "views/alert_audience.h"
#include "views/alert_view.h"

static const char *text(const shelf_event *e, const char *key) {
    const char *s = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(e->doc), key));
    return s ? s : "";
}

static void event_free(shelf_event *e) {
    yyjson_doc_free(e->told);
    yyjson_doc_free(e->doc);
}

static void keep_newer(yyjson_doc **doc, int64_t *seq, yyjson_doc *other, int64_t other_seq) {
    bool is_newer = other && other_seq > *seq;
    yyjson_doc_free(is_newer ? *doc : other);
    if (is_newer) *doc = other, *seq = other_seq;
}

void shelf_put(shelf *s, shelf_event e, sz_str alert, bool fold) {
    const uint32_t *at = fold ? sz_map_get(&s->by_alert, alert) : NULL;
    if (at) {
        shelf_event *old = &s->v[*at];
        if (e.seq > old->seq) old->line = e.line;
        if (old->born == SZ_NONE) old->born = e.born;
        keep_newer(&old->doc, &old->seq, e.doc, e.seq);
        keep_newer(&old->told, &old->told_seq, e.told, e.told_seq);
        return;
    }
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->v = sz_realloc(s->v, s->cap * sizeof *s->v);
    }
    if (fold) sz_map_put(&s->by_alert, alert, s->n);
    s->v[s->n++] = e;
}

bool event_is_open(const shelf_event *e) { return strcmp(text(e, "state"), "open") == 0; }
bool event_is_taken_back(const shelf_event *e) { return strcmp(text(e, "state"), "retracted") == 0; }

void shelf_keep_since(shelf *s) {
    uint32_t n = 0, first = alert_since_first(&s->since);
    for (uint32_t i = 0; i < s->n; i++) {
        shelf_event *e = &s->v[i];
        if (e->line >= first) {
            s->v[n++] = *e;
            continue;
        }
        s->n_before += event_is_open(e) && !alert_is_once(yyjson_doc_get_root(e->doc));
        event_free(e);
    }
    s->n = n;
}

void shelf_keep_audience(shelf *s, const char *const *names, uint32_t n_names) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        if (alert_is_for(alert_audience(yyjson_doc_get_root(s->v[i].doc)), names, n_names)) s->v[n++] = s->v[i];
        else event_free(&s->v[i]);
    }
    s->n = n;
}

/* What was told once stays open for ever, for nobody announces its end: in a list of all it stands behind what has to
 * be seen to, before what is over; in a list since a time it is as new as the others. */
static int standing(const shelf_event *e, bool is_part) {
    if (event_is_taken_back(e)) return 0;
    if (!event_is_open(e)) return 1;
    return !is_part && alert_is_once(yyjson_doc_get_root(e->doc)) ? 2 : 3;
}

static int by_urgency(const void *pa, const void *pb, void *ctx) {
    const shelf_event *a = pa, *b = pb;
    const bool *is_part = ctx;
    int oa = standing(a, *is_part), ob = standing(b, *is_part);
    if (oa != ob) return ob - oa;
    int la = alert_level_rank(text(a, "level")), lb = alert_level_rank(text(b, "level"));
    if (la != lb) return lb - la;
    int c = strcmp(text(b, "since"), text(a, "since"));
    if (c) return c;
    c = strcmp(text(a, "student"), text(b, "student"));
    return c ? c : strcmp(text(a, "rule"), text(b, "rule"));
}

bool event_is_new(const shelf_event *e, const shelf *s) {
    return !event_is_taken_back(e) && e->born != SZ_NONE && e->born >= alert_since_first(&s->since);
}

const char *event_change(const shelf_event *e, const shelf *s) {
    return event_is_new(e, s) ? "firing" : text(e, "event");
}

yyjson_val **shelf_roots(const shelf *s, bool with_taken_back, uint32_t *n) {
    yyjson_val **v = sz_alloc((s->n + 1) * sizeof *v);
    *n = 0;
    for (uint32_t i = 0; i < s->n; i++)
        if (with_taken_back || !event_is_taken_back(&s->v[i])) v[(*n)++] = yyjson_doc_get_root(s->v[i].doc);
    return v;
}

void shelf_sort(shelf *s) {
    bool is_part = s->since.from[0] != 0;
    sz_sort(s->v, s->n, sizeof *s->v, by_urgency, &is_part);
}

void shelf_init(shelf *s, const alert_since *since) {
    *s = (shelf){0};
    if (since) s->since = *since;
    sz_map_init(&s->by_alert);
}

void shelf_fini(shelf *s) {
    for (uint32_t i = 0; i < s->n; i++) event_free(&s->v[i]);
    sz_free(s->v);
    sz_map_fini(&s->by_alert);
}
