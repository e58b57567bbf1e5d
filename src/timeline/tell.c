/* SPDX-License-Identifier: Apache-2.0
 *
 * From what should stand to what is said (semantics 33). Announcements that follow those told are told as they are. An
 * episode whose told announcements are no longer a beginning of its present ones is `updated` once, with what stands
 * now. One that is gone is `retracted`, unless a new one of its rule overlaps it: then that one takes its id and goes
 * on as `updated`.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "internal.h"

const char *const sz_alert_event_names[SZ_N_ALERT_EVENTS] = {"firing", "stepped", "updated", "resolved", "retracted"};

/* Fixed at opening: rule, student, since, and the record that opened it or "deadline"; again: 0, or its number among
 * those that were opened by the same and whose id has moved on with an episode that late truth shifted. */
static void name_episode(run *x, sz_episode *e, sz_str opener, uint32_t again) {
    static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
    sz_buf *b = &x->c->scratch2;
    char since[40];
    sz_time_format(x->c->zone, e->since_ms, since);
    sz_buf_clear(b);
    sz_buf_put_str(b, x->c->bundle->rules[e->rule].id);
    sz_buf_put_u8(b, 0);
    sz_buf_put_str(b, x->tl->id);
    sz_buf_put_u8(b, 0);
    sz_buf_put_z(b, since);
    sz_buf_put_u8(b, 0);
    sz_buf_put_str(b, opener);
    if (again) sz_buf_put_u32(b, again);
    XXH128_hash_t h = XXH3_128bits(b->p, b->n);
    for (int i = 0; i < 26; i++) {
        int bit = 5 * i;
        uint64_t v = bit < 64 ? h.low64 >> bit : h.high64 >> (bit - 64);
        if (bit > 59 && bit < 64) v |= h.high64 << (64 - bit);
        e->id[i] = base32[v & 31];
    }
    e->id[26] = 0;
}

void episode_name(run *x, sz_episode *e, sz_str opener) { name_episode(x, e, opener, 0); }

static bool id_is_taken(const run *x, const sz_episode *e) {
    for (uint32_t i = 0; i < x->tl->n_episodes; i++) {
        const sz_episode *o = &x->tl->episodes[i];
        if (o != e && o->seq && memcmp(o->id, e->id, sizeof e->id) == 0) return true;
    }
    for (uint32_t i = 0; i < x->n_old; i++)
        if (x->old[i].seq && memcmp(x->old[i].id, e->id, sizeof e->id) == 0) return true;
    return false;
}

/* One id never names two episodes: an id that lives on elsewhere is not given again. */
static void ensure_id(run *x, sz_episode *e) {
    char first[27];
    memcpy(first, e->id, sizeof first);
    for (uint32_t again = 1; id_is_taken(x, e); again++) name_episode(x, e, sz_str_of(first), again);
}

static const char *state_of(const sz_ann *upto, bool retracted) {
    return retracted ? "retracted" : upto->kind == SZ_ANN_RESOLVED ? "resolved" : "open";
}

static void put_pair(sz_buf *out, const char *name, sz_str v) {
    if (!v.n) return;
    sz_buf_put_z(out, ",\"");
    sz_buf_put_z(out, name);
    sz_buf_put_z(out, "\":");
    sz_json_str(out, v);
}

static void put_both(sz_buf *out, const char *name, sz_str zh, sz_str en) {
    sz_buf_put_z(out, ",\"");
    sz_buf_put_z(out, name);
    sz_buf_put_z(out, "\":{\"zh\":");
    sz_json_str(out, zh);
    sz_buf_put_z(out, ",\"en\":");
    sz_json_str(out, en);
    sz_buf_put_u8(out, '}');
}

static void put_rule(sz_buf *out, const sz_rule *r) {
    put_both(out, "title", r->title_zh.n ? r->title_zh : r->id, r->title_en.n ? r->title_en : r->id);
    put_pair(out, "purpose", r->purpose);
    put_pair(out, "audience", r->audience.n ? r->audience : SZ_STR("counselor"));
    put_pair(out, "refer_to", r->refer_to);
    if (r->source_en.n) put_both(out, "source", r->source, r->source_en);
    else put_pair(out, "source", r->source);
    put_pair(out, "because", r->because);
}

static const char caveat[] = ",\"caveat\":{\"zh\":\"仅供参考，不能作为对学生作出判断的唯一依据\","
                             "\"en\":\"For orientation; never the sole basis for a judgement of a student\"}";

static void add_alert(run *x, const sz_alert *a) {
    sz_tlctx *c = x->c;
    if (c->n_alerts == c->cap_alerts) {
        c->cap_alerts = c->cap_alerts ? 2 * c->cap_alerts : 64;
        c->alerts = sz_realloc(c->alerts, c->cap_alerts * sizeof *c->alerts);
    }
    c->alerts[c->n_alerts++] = *a;
}

/* Firing and stepping are in the rule's mode. What else becomes of an episode is told to whoever was told of it: live
 * if any event of it was, whatever the rule's mode has become; in the shadow if none was. */
static uint8_t mode_of(const sz_rule *r, sz_episode *e, uint8_t event) {
    uint8_t mode = r->mode;
    bool is_news = event == SZ_ALERT_FIRING || event == SZ_ALERT_STEPPED;
    if (!is_news && e->told_in & SZ_TOLD_LIVE) mode = SZ_LIVE;
    else if (!is_news && e->told_in & SZ_TOLD_SHADOW) mode = SZ_SHADOW;
    e->told_in |= mode == SZ_LIVE ? SZ_TOLD_LIVE : SZ_TOLD_SHADOW;
    return mode;
}

static void say_of(run *x, const sz_rule *r, sz_episode *e, const sz_ann *ann, uint8_t event, sz_str why, int64_t at_ms,
                   int64_t t_ms, uint8_t order, int delta) {
    sz_tlctx *c = x->c;
    sz_buf *out = &c->scratch;
    bool retracted = event == SZ_ALERT_RETRACTED;
    char since[40], at[40];
    sz_time_format(c->zone, e->since_ms, since);
    sz_time_format(c->zone, at_ms, at);
    sz_buf_clear(out);
    sz_buf_printf(out, "{\"schema\":1,\"alert\":\"%s\",\"seq\":%u,\"event\":\"%s\",\"state\":\"%s\",\"rule\":", e->id,
                  ++e->seq, sz_alert_event_names[event], state_of(ann, retracted));
    sz_json_str(out, r->id);
    sz_buf_printf(out, ",\"rule_version\":\"%s\",\"mode\":\"%s\",\"student\":", r->rule_version,
                  sz_mode_names[mode_of(r, e, event)]);
    sz_json_str(out, x->tl->id);
    sz_buf_printf(out, ",\"level\":\"%s\",\"since\":\"%s\",\"at\":\"%s\"", sz_level_names[ann->level], since, at);
    if (r->is_instant) sz_buf_put_z(out, ",\"instant\":true"); /* its state stays `open`: nobody announces its end */
    put_pair(out, "why", why);
    put_rule(out, r);
    sz_buf_put_u8(out, ',');
    sz_buf_put_str(out, ann->body);
    sz_buf_put_z(out, caveat);
    sz_buf_put_u8(out, '}');
    e->told_at_ms = at_ms;
    x->tl->story_changed = true;
    add_alert(x, &(sz_alert){.t_ms = t_ms,
                             .order = order,
                             .event = event,
                             .delta = (uint8_t)delta,
                             .rule = e->rule,
                             .student = x->tl->id,
                             .json = sz_arena_str(&c->said, sz_buf_str(out))});
}

/* Write one event: the episode as it stands after announcement `ann`. */
static void say(run *x, sz_episode *e, const sz_ann *ann, uint8_t event, sz_str why, int64_t at_ms, int64_t t_ms,
                uint8_t order, int delta) {
    say_of(x, &x->c->bundle->rules[e->rule], e, ann, event, why, at_ms, t_ms, order, delta);
}
static const uint8_t event_of[] = {
    [SZ_ANN_FIRING] = SZ_ALERT_FIRING, [SZ_ANN_STEPPED] = SZ_ALERT_STEPPED, [SZ_ANN_RESOLVED] = SZ_ALERT_RESOLVED};

/* Announcements from n_told on, as they are. */
static void tell_rest(run *x, sz_episode *e) {
    if (!e->seq && e->n_told < e->n_anns) ensure_id(x, e);
    for (; e->n_told < e->n_anns; e->n_told++) {
        const sz_ann *a = &e->anns[e->n_told];
        say(x, e, a, event_of[a->kind], a->why, a->at_ms, a->at_ms, a->order, a->kind == SZ_ANN_FIRING ? 1 : 0);
    }
}

static sz_str cause_text(const run *x) {
    const sz_cause *c = x->cause;
    if (!c) return (sz_str){0};
    const char *gap = c->source.n ? " " : "", *gap2 = c->which.n ? " " : "";
    return sz_str_of(sz_arena_printf(x->c->arena, "%.*s%s%.*s%s%.*s", SZ_FMT_STR(c->what), gap, SZ_FMT_STR(c->source),
                                     gap2, SZ_FMT_STR(c->which)));
}

static void tell_update(run *x, sz_episode *e, bool returns) {
    const sz_ann *last = &e->anns[e->n_anns - 1];
    sz_str why = last->why.n ? last->why : cause_text(x);
    int64_t t = x->cause ? x->cause->t_ms : last->at_ms;
    e->n_told = e->n_anns;
    say(x, e, last, SZ_ALERT_UPDATED, why, last->at_ms, t, ORDER_RECORD, returns ? 1 : 0);
}

/* When an episode that was told ended: [since, end). */
static int64_t end_of(const run *x, const sz_episode *e) {
    const sz_rule *r = &x->c->bundle->rules[e->rule];
    if (e->is_retracted) /* as far as it was told */
        return (e->n_anns ? e->anns[e->n_anns - 1].at_ms : e->since_ms) + 1;
    if (r->is_instant) return e->since_ms + (r->again_after_ms ? r->again_after_ms : 1);
    if (episode_is_open(e) || !e->n_anns) return SZ_TIME_MAX;
    int64_t end = e->anns[e->n_anns - 1].at_ms;
    return end > e->since_ms ? end : e->since_ms + 1;
}

static bool overlap(const run *x, const sz_episode *a, const sz_episode *b) {
    return a->rule == b->rule && a->since_ms < end_of(x, b) && b->since_ms < end_of(x, a);
}

static bool is_beginning(const sz_episode *told, const sz_episode *now) {
    if (told->since_ms != now->since_ms || told->n_told > now->n_anns) return false;
    for (uint32_t i = 0; i < told->n_told; i++) {
        const sz_ann *a = &told->anns[i], *b = &now->anns[i];
        if (a->kind != b->kind || a->level != b->level || a->step != b->step || a->at_ms != b->at_ms ||
            a->hash != b->hash)
            return false;
    }
    return true;
}

static void follow(run *x, sz_episode *e, const sz_episode *told) {
    if (is_beginning(told, e)) {
        e->n_told = told->n_told;
        tell_rest(x, e);
    } else {
        tell_update(x, e, false);
    }
}

/* The told episode, gone or retracted, that a new one takes over: same beginning first, else the earliest that
 * overlaps. */
static uint32_t predecessor(const run *x, const sz_episode *e, const bool *taken) {
    uint32_t found = SZ_NONE;
    for (uint32_t i = 0; i < x->n_old; i++) {
        if (taken[i] || x->old[i].seq == 0 || !overlap(x, e, &x->old[i])) continue;
        if (x->old[i].since_ms == e->since_ms) return i;
        if (found == SZ_NONE || x->old[i].since_ms < x->old[found].since_ms) found = i;
    }
    return found;
}

static void take_over(sz_episode *e, const sz_episode *told) {
    memcpy(e->id, told->id, sizeof e->id);
    e->seq = told->seq;
    e->told_in = told->told_in;
}

/* The retracted entry with this id has returned: it is dropped once all is told. */
static void drop_retracted(sz_timeline *tl, const char *id) {
    for (uint32_t i = 0; i < tl->n_episodes; i++)
        if (tl->episodes[i].is_retracted && memcmp(tl->episodes[i].id, id, sizeof tl->episodes[i].id) == 0)
            tl->episodes[i].rule = SZ_NONE;
}

static void sweep(sz_timeline *tl) {
    for (uint32_t i = tl->n_episodes; i-- > 0;) {
        if (tl->episodes[i].rule != SZ_NONE) continue;
        episode_fini(&tl->episodes[i]);
        story_remove(tl, i);
    }
}

/* A told episode without a counterpart: retracted. What was told of it is kept, should it return. */
static void retract(run *x, const sz_episode *told) {
    sz_timeline *tl = x->tl;
    sz_episode *e = story_open(tl, told->rule, told->since_ms);
    take_over(e, told);
    for (uint32_t i = 0; i < told->n_told; i++) {
        sz_ann a = told->anns[i];
        a.why = a.body = (sz_str){0};
        a.message_n = 0;
        story_say(e, a);
    }
    e->n_told = told->n_told;
    e->is_retracted = true;
    const sz_ann last = told->anns[told->n_told - 1];
    int64_t t = x->cause ? x->cause->t_ms : last.at_ms;
    say(x, e, &last, SZ_ALERT_RETRACTED, cause_text(x), t, t, ORDER_RECORD, -1);
}

static void tell_difference(run *x) {
    sz_timeline *tl = x->tl;
    bool *taken = sz_arena_alloc(x->c->arena, x->n_old + 1);
    uint32_t n = tl->n_episodes;
    for (uint32_t i = 0; i < n; i++)
        if (!tl->episodes[i].is_retracted && tl->episodes[i].origin != SZ_NONE) taken[tl->episodes[i].origin] = true;
    for (uint32_t i = 0; i < tl->n_episodes; i++) {
        sz_episode *e = &tl->episodes[i];
        if (e->is_retracted) continue;
        if (e->origin != SZ_NONE) {
            follow(x, e, &x->old[e->origin]);
            continue;
        }
        uint32_t k = predecessor(x, e, taken);
        if (k == SZ_NONE) {
            tell_rest(x, e);
            continue;
        }
        taken[k] = true;
        take_over(e, &x->old[k]);
        if (!x->old[k].is_retracted) {
            follow(x, e, &x->old[k]);
            continue;
        }
        tell_update(x, e, true);
        drop_retracted(tl, e->id);
    }
    sweep(tl);
    for (uint32_t i = 0; i < x->n_old; i++)
        if (!taken[i] && !x->old[i].is_retracted && x->old[i].n_told) retract(x, &x->old[i]);
}

void tell(run *x) {
    sz_timeline *tl = x->tl;
    if (x->old && !SZ_IS_MUTANT(SZ_MUTANT_SAID_BACK)) tell_difference(x);
    for (uint32_t i = 0; i < tl->n_episodes; i++)
        if (!tl->episodes[i].is_retracted) tell_rest(x, &tl->episodes[i]);
}

void sz_timeline_rule_ended(sz_timeline *tl, sz_tlctx *c, const sz_rule *r, sz_episode *e, int64_t at_ms) {
    if (e->is_retracted || r->is_instant || !e->n_anns || !episode_is_open(e)) return;
    run x = {.tl = tl, .c = c};
    sz_ann end = e->anns[e->n_anns - 1];
    end.kind = SZ_ANN_RESOLVED;
    say_of(&x, r, e, &end, SZ_ALERT_RESOLVED, SZ_STR("rule_removed"), at_ms, at_ms, ORDER_RECORD, 0);
}
