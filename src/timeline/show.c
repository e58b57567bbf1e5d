/* SPDX-License-Identifier: Apache-2.0
 *
 * A student's record for people: what the log holds, what every feature says, which episodes were told.
 */
#include "internal.h"

static void put_time(sz_buf *out, const sz_tlctx *c, const char *name, int64_t t) {
    char text[40];
    sz_buf_put_u8(out, '"');
    sz_buf_put_z(out, name);
    sz_buf_put_z(out, "\":");
    if (t == SZ_TIME_NONE || t == SZ_TIME_MAX) {
        sz_buf_put_z(out, "null");
        return;
    }
    sz_time_format(c->zone, t, text);
    sz_json_str(out, sz_str_of(text));
}

static void put_log(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c) {
    sz_buf_put_z(out, "\"log\":[");
    for (uint32_t off = 0; off < tl->log.n; off += sz_entry_len(tl->log.p + off)) {
        sz_event e;
        if (!sz_entry_get(tl->log.p + off, mask_bytes(c), c->dict, c->types, &e)) continue;
        sz_buf_put_z(out, off ? ",{" : "{");
        put_time(out, c, "time", e.time_ms);
        sz_buf_put_z(out, ",\"type\":");
        sz_json_str(out, c->types->v[e.type].name);
        sz_buf_put_z(out, ",\"source\":");
        sz_json_str(out, e.source);
        sz_buf_put_z(out, ",\"id\":");
        sz_json_str(out, e.id);
        sz_buf_put_z(out, ",\"fits\":[");
        bool any = false;
        for (uint32_t m = 0; m < c->bundle->fs.n_matchers; m++) {
            if (!(sz_entry_mask(tl->log.p + off)[m >> 3] >> (m & 7) & 1)) continue;
            if (any) sz_buf_put_u8(out, ',');
            sz_json_str(out, c->bundle->fs.matchers[m].name);
            any = true;
        }
        sz_buf_put_z(out, "]}");
    }
    sz_buf_put_u8(out, ']');
}

/* A feature's value, or that of one of its fields or parts, under its name and as texts print it. */
static void put_value(sz_buf *out, sz_eval *ev, const sz_tlctx *c, sz_lang lang, uint32_t slot, const sz_part *part) {
    const sz_feature *f = &c->bundle->fs.features[SZ_SLOT_INDEX(slot)];
    const sz_loader l = sz_eval_loader(ev);
    sz_xval v;
    sz_buf text;
    l.load(l.ctx, slot, &v);
    sz_buf_init(&text);
    sz_buf_put_str(&text, f->name);
    if (part) sz_buf_printf(&text, ".%s", part->name);
    if (out->p[out->n - 1] != '{') sz_buf_put_u8(out, ',');
    sz_json_str(out, sz_buf_str(&text));
    sz_buf_put_u8(out, ':');
    text.n = 0;
    sz_text_value(&text, &v, part && part->unit < SZ_N_UNITS ? part->unit : f->unit, lang, c->zone);
    sz_json_str(out, sz_buf_str(&text));
    sz_buf_fini(&text);
}

/* first and last are shown by the time of their record, what has parts (a baseline is nothing else) by each of them. */
static void put_feature(sz_buf *out, sz_eval *ev, const sz_tlctx *c, sz_lang lang, uint32_t index) {
    const sz_operator_row *row = &sz_operators[c->bundle->fs.features[index].op];
    if (row->type != SZ_X_RECORD) put_value(out, ev, c, lang, SZ_SLOT(SZ_SPACE_FEATURE, 0, index), NULL);
    else if (row->n_parts == 0)
        put_value(out, ev, c, lang, SZ_SLOT(SZ_SPACE_FEATURE, 1u + SZ_EF_TIME, index), NULL);
    for (uint32_t k = 0; k < row->n_parts; k++)
        put_value(out, ev, c, lang, SZ_SLOT(SZ_SPACE_FEATURE, 1u + k, index), &row->parts[k]);
}

static void put_features(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_lang lang) {
    run x;
    run_init(&x, (sz_timeline *)(uintptr_t)tl, (sz_tlctx *)(uintptr_t)c, NULL);
    int64_t t = tl->head_key == INT64_MIN ? c->begin_ms : key_time(tl->head_key);
    sz_buf_put_z(out, "\"features\":{");
    if (t != SZ_TIME_MAX) {
        sz_eval_at(&x.ev, t);
        for (uint32_t i = 0; i < c->bundle->fs.n_features; i++)
            if (!c->bundle->fs.features[i].is_idle) put_feature(out, &x.ev, c, lang, i);
    }
    sz_buf_put_u8(out, '}');
}

static void put_episodes(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c) {
    sz_buf_put_z(out, "\"episodes\":[");
    for (uint32_t i = 0; i < tl->n_episodes; i++) {
        const sz_episode *e = &tl->episodes[i];
        static const char *const kinds[] = {"firing", "stepped", "resolved"};
        sz_buf_put_z(out, i ? ",{\"rule\":" : "{\"rule\":");
        sz_json_str(out, c->bundle->rules[e->rule].id);
        sz_buf_printf(out, ",\"alert\":\"%s\",\"seq\":%u,\"state\":\"%s\",", e->id, e->seq,
                      e->is_retracted      ? "retracted"
                      : episode_is_open(e) ? "open"
                                           : "resolved");
        put_time(out, c, "since", e->since_ms);
        sz_buf_put_z(out, ",\"said\":[");
        for (uint32_t k = 0; k < e->n_anns; k++) {
            sz_buf_printf(out, "%s{\"event\":\"%s\",\"level\":\"%s\",", k ? "," : "", kinds[e->anns[k].kind],
                          sz_level_names[e->anns[k].level]);
            put_time(out, c, "at", e->anns[k].at_ms);
            sz_buf_put_u8(out, '}');
        }
        sz_buf_put_z(out, "]}");
    }
    sz_buf_put_u8(out, ']');
}

void sz_timeline_json(sz_buf *out, const sz_timeline *tl, const sz_tlctx *c, sz_lang lang) {
    size_t state, log;
    sz_timeline_memory(tl, c, &state, &log);
    sz_buf_put_z(out, "{\"schema\":1,\"student\":");
    sz_json_str(out, tl->id);
    sz_buf_printf(out, ",\"active\":%s,", tl->is_active ? "true" : "false");
    put_time(out, c, "evaluated_through", tl->head_key == INT64_MIN ? SZ_TIME_NONE : key_time(tl->head_key));
    sz_buf_printf(out, ",\"records\":%u,\"bytes\":{\"state\":%zu,\"log\":%zu},", tl->n_log, state, log);
    put_features(out, tl, c, lang);
    sz_buf_put_u8(out, ',');
    put_episodes(out, tl, c);
    sz_buf_put_u8(out, ',');
    put_log(out, tl, c);
    sz_buf_put_u8(out, '}');
}
