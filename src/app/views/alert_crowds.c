/* SPDX-License-Identifier: Apache-2.0
 *
 * What many students of one building, or one class, are told of by one rule in one week: a reader with a wrong clock, a
 * list that calls everybody absent, an excursion. No record of one student shows it, and whoever reads alerts one by
 * one calls them all before he sees what they share.
 */
#include <stdio.h>
#include <string.h>

#include "alert_view.h"
#include "words.h"

enum { AT_LEAST = 5, ONE_IN = 20 }; /* of the students of the group */

typedef struct crowd {
    bool is_class;
    uint32_t n, of; /* different students; active ones of the group */
    int32_t monday;
    sz_str group;
    yyjson_val *event; /* one of them */
} crowd;

typedef struct crowds {
    const sz_campus *campus;
    sz_map by_key, members;
    sz_buf key;
    crowd *v;
    uint32_t n, cap;
} crowds;

static sz_str group_of(const sz_student *s, bool is_class) { return is_class ? s->klass : s->building; }

static uint32_t size_of(const sz_campus *campus, const crowd *c) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < sz_campus_n_students(campus); i++) {
        const sz_student *s = sz_campus_student(campus, i);
        n += s->status == SZ_ACTIVE && sz_str_eq(group_of(s, c->is_class), c->group);
    }
    return n;
}

static bool week_of(yyjson_val *event, int32_t *monday) {
    int y, m, d;
    if (sscanf(alert_text(event, "since"), "%4d-%2d-%2d", &y, &m, &d) != 3) return false;
    int32_t day = sz_day_from_ymd(y, m, d);
    *monday = day - (sz_day_weekday(day) - 1);
    return true;
}

static crowd *crowd_of(crowds *x, const crowd *like) {
    sz_buf_clear(&x->key);
    sz_buf_printf(&x->key, "%d %d %s ", like->is_class, like->monday, alert_text(like->event, "rule"));
    sz_buf_put_str(&x->key, like->group);
    uint32_t i = sz_map_intern(&x->by_key, sz_buf_str(&x->key));
    if (i < x->n) return &x->v[i];
    if (x->n == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 64;
        x->v = sz_realloc(x->v, x->cap * sizeof *x->v);
    }
    x->v[x->n] = *like;
    return &x->v[x->n++];
}

/* The key of the crowd is still in hand. */
static bool is_new_member(crowds *x, sz_str student) {
    sz_buf_put_u8(&x->key, 0);
    sz_buf_put_str(&x->key, student);
    return sz_map_put(&x->members, sz_buf_str(&x->key), 0);
}

/* Who has left since is not asked after any more, nor is he one of the group; and good news needs no asking. */
static void note(crowds *x, yyjson_val *event) {
    crowd like = {.event = event};
    uint32_t i = sz_campus_find_student(x->campus, sz_str_of(alert_text(event, "student")));
    if (i == SZ_NONE || !week_of(event, &like.monday) || strcmp(alert_text(event, "level"), "green") == 0) return;
    const sz_student *s = sz_campus_student(x->campus, i);
    if (s->status != SZ_ACTIVE) return;
    for (int k = 0; k < 2; k++) {
        like.is_class = k;
        like.group = group_of(s, k);
        if (!like.group.n) continue;
        crowd *c = crowd_of(x, &like);
        c->n += is_new_member(x, s->id);
    }
}

/* The largest first; else the latest week, and by name. */
static int by_size(const void *pa, const void *pb, void *ctx) {
    const crowd *a = pa, *b = pb;
    (void)ctx;
    if (a->n != b->n) return a->n < b->n ? 1 : -1;
    if (a->monday != b->monday) return a->monday < b->monday ? 1 : -1;
    int c = strcmp(alert_text(a->event, "rule"), alert_text(b->event, "rule"));
    return c ? c : sz_str_cmp(a->group, b->group);
}

static void put_line(sz_buf *out, const crowd *c, sz_lang lang) {
    char monday[11];
    sz_day_format(c->monday, monday);
    bool zh = lang == SZ_ZH;
    const char *kind = c->is_class ? (zh ? "班级" : "class") : zh ? "楼宇" : "building";
    if (zh) sz_buf_printf(out, "   %s ", kind);
    else sz_buf_printf(out, "   %u of %u of %s ", c->n, c->of, kind);
    app_put_safe(out, c->group);
    const char *title = alert_both(c->event, "title", lang);
    if (zh) sz_buf_printf(out, "：%u 人中有 %u 人，%s，%s 起的一周\n", c->of, c->n, title, monday);
    else sz_buf_printf(out, ": %s, week of %s\n", title, monday);
}

void alert_crowds(sz_buf *out, yyjson_val *const *events, uint32_t n, const sz_campus *campus, sz_lang lang) {
    crowds x = {.campus = campus};
    sz_map_init(&x.by_key);
    sz_map_init(&x.members);
    sz_buf_init(&x.key);
    for (uint32_t i = 0; i < n; i++) note(&x, events[i]);
    sz_sort(x.v, x.n, sizeof *x.v, by_size, NULL);
    bool any = false;
    for (uint32_t i = 0; i < x.n && x.v[i].n >= AT_LEAST; i++) {
        x.v[i].of = size_of(campus, &x.v[i]);
        if ((uint64_t)x.v[i].n * ONE_IN < x.v[i].of) continue;
        if (!any)
            sz_buf_put_z(out, lang == SZ_ZH
                                  ? "同一周、同一处有多人：请先查共同原因（读头、点名名单、集体外出），再联系个人。\n"
                                  : "Many at once in one place: look for what they share (a reader, a list, an "
                                    "excursion) before anybody is asked.\n");
        any = true;
        put_line(out, &x.v[i], lang);
    }
    if (any) sz_buf_put_u8(out, '\n');
    sz_free(x.v);
    sz_buf_fini(&x.key);
    sz_map_fini(&x.members);
    sz_map_fini(&x.by_key);
}
