/* SPDX-License-Identifier: Apache-2.0
 *
 * What an announcement says: message, step, value, reasons, exemptions, evidence, as JSON members. All but the evidence
 * is content that later truth is compared with; evidence is only ever added to. And what people call the numbers among
 * the reasons, which is no content: rules may call them anew.
 */
#include "internal.h"

static const char *const unit_names[SZ_N_UNITS] = {"", "yuan", "class-hours", "share", "count", "days", "points"};

static void put_list(sz_buf *out, const sz_xval *v) {
    bool is_text = v->type == SZ_X_LIST_STR;
    sz_buf_put_u8(out, '[');
    for (uint32_t i = 0; i < v->list->n; i++) {
        if (i) sz_buf_put_u8(out, ',');
        if (is_text) sz_json_str(out, v->list->strs[i]);
        else sz_json_double(out, v->list->nums[i]);
    }
    sz_buf_put_u8(out, ']');
}

void xval_put(const sz_zone *zone, sz_buf *out, const sz_xval *v) {
    char text[40];
    if (v->know == SZ_UNKNOWN) {
        sz_buf_put_z(out, "null");
        return;
    }
    switch (v->type) {
    case SZ_X_BOOL: sz_buf_put_z(out, v->b ? "true" : "false"); break;
    case SZ_X_NUM: sz_json_double(out, v->num); break;
    case SZ_X_DURATION: sz_json_double(out, v->num / 1000.0); break;
    case SZ_X_STR: sz_json_str(out, v->str); break;
    case SZ_X_TIME:
        sz_time_format(zone, (int64_t)v->num, text);
        sz_json_str(out, sz_str_of(text));
        break;
    case SZ_X_LIST_STR:
    case SZ_X_LIST_NUM: put_list(out, v); break;
    default: sz_buf_put_z(out, "null"); break;
    }
}

static void put_value(run *x, sz_buf *out, const char *name, const sz_xval *v) {
    sz_buf_put_u8(out, '"');
    sz_buf_put_z(out, name);
    sz_buf_put_z(out, "\":");
    xval_put(x->c->zone, out, v);
    if (v->know == SZ_AT_LEAST) sz_buf_put_z(out, ",\"at_least\":true");
}

static void put_time(run *x, sz_buf *out, const char *name, int64_t t) {
    char text[40];
    sz_time_format(x->c->zone, t, text);
    sz_buf_put_z(out, ",\"");
    sz_buf_put_z(out, name);
    sz_buf_put_z(out, "\":\"");
    sz_buf_put_z(out, text);
    sz_buf_put_u8(out, '"');
}

/* Its label is to be said, once. A part of a number has no name of its own (last.age); what peers have is asked by its
 * parts alone, and people call them by the whole. */
static void name_feature(run *x, uint32_t slot) {
    if (SZ_SLOT_SPACE(slot) != SZ_SPACE_FEATURE) return;
    uint32_t feature = SZ_SLOT_INDEX(slot);
    const sz_feature *f = &x->ev.fs->features[feature];
    if (SZ_SLOT_SUB(slot) && f->op != SZ_OP_PEERS) return;
    if (!f->label_zh.n || !f->label_en.n || x->n_named == LABELS_MOST) return;
    for (uint32_t i = 0; i < x->n_named; i++)
        if (x->named[i] == feature) return;
    x->named[x->n_named++] = feature;
}

static void put_label(sz_buf *out, sz_str name, const sz_feature *f, bool is_first) {
    sz_buf_put_z(out, is_first ? ",\"labels\":{" : ",");
    sz_json_str(out, name);
    sz_buf_put_z(out, ":{\"zh\":");
    sz_json_str(out, f->label_zh);
    sz_buf_put_z(out, ",\"en\":");
    sz_json_str(out, f->label_en);
    sz_buf_put_u8(out, '}');
}

/* By the features' names; `value`: what the rule's own value is, where it holds. */
static void put_labels(run *x, sz_buf *out, const sz_rule *r) {
    const sz_feature *v = x->ev.fs->features;
    uint32_t slot, i = 0;
    bool has_own = r->value && sz_prog_chooses_slot(r->value, &slot) && SZ_SLOT_SPACE(slot) == SZ_SPACE_FEATURE &&
                   SZ_SLOT_SUB(slot) == 0 && v[SZ_SLOT_INDEX(slot)].label_zh.n;
    if (has_own) put_label(out, SZ_STR("value"), &v[SZ_SLOT_INDEX(slot)], true);
    for (; i < x->n_named; i++) put_label(out, v[x->named[i]].name, &v[x->named[i]], i == 0 && !has_own);
    if (i || has_own) sz_buf_put_u8(out, '}');
}

static void put_feature(run *x, sz_buf *out, uint32_t slot, uint8_t type, uint8_t unit) {
    if (slot != UINT32_MAX && SZ_SLOT_SPACE(slot) == SZ_SPACE_FEATURE) {
        const sz_feature *f = &x->ev.fs->features[SZ_SLOT_INDEX(slot)];
        sz_buf_put_z(out, ",\"feature\":");
        sz_json_str(out, f->name);
        int64_t from, to;
        sz_feature_window(&x->ev, f, &from, &to);
        if (f->op != SZ_OP_VALUE && from != SZ_TIME_NONE) {
            put_time(x, out, "from", from);
            put_time(x, out, "to", to);
        }
    }
    const char *name = type == SZ_X_DURATION ? "s" : unit < SZ_N_UNITS ? unit_names[unit] : "";
    if (!*name) return;
    sz_buf_put_z(out, ",\"unit\":\"");
    sz_buf_put_z(out, name);
    sz_buf_put_u8(out, '"');
}

static void put_held(sz_buf *out, const sz_xval *held) {
    sz_buf_put_z(out, ",\"held\":");
    sz_buf_put_z(out, held->know != SZ_KNOWN ? "null" : held->b ? "true" : "false");
}

/* A clause, left open for what else there is to say of it. */
static void put_clause(run *x, sz_buf *out, const sz_prog *p, const sz_clause *c, const sz_loader *l) {
    sz_buf_put_z(out, "{\"clause\":");
    sz_json_str(out, c->text);
    sz_xval held = sz_prog_run_at(p, c->whole, l);
    if (c->lhs != UINT32_MAX) {
        sz_xval v = sz_prog_run_at(p, c->lhs, l);
        sz_buf_put_u8(out, ',');
        put_value(x, out, "value", &v);
    }
    if (c->rhs != UINT32_MAX) {
        sz_xval v = sz_prog_run_at(p, c->rhs, l);
        sz_buf_put_u8(out, ',');
        put_value(x, out, "threshold", &v);
    }
    put_held(out, &held);
    if (c->negated) sz_buf_put_z(out, ",\"negated\":true");
    put_feature(x, out, c->lhs_slot, c->lhs_type, c->lhs_unit);
    if (c->lhs_slot != UINT32_MAX) name_feature(x, c->lhs_slot);
}

static void put_added(sz_buf *out, const sz_point *p) {
    sz_buf_put_z(out, ",\"points\":");
    sz_json_double(out, p->add);
    sz_buf_put_u8(out, '}');
}

/* Each point with what it adds; one of several clauses as a whole, then its clauses. The sum's own row came before. */
static void put_points(run *x, sz_buf *out, const sz_rule *r, const sz_loader *l) {
    for (uint32_t k = 0; k < r->n_points; k++) {
        const sz_point *p = &r->points[k];
        uint32_t n;
        const sz_clause *c = sz_prog_clauses(p->when, &n);
        if (n != 1) {
            sz_buf_put_z(out, ",{\"clause\":");
            sz_json_str(out, p->text);
            sz_xval held = sz_prog_run(p->when, l);
            put_held(out, &held);
            put_added(out, p);
        }
        for (uint32_t i = 0; i < n; i++) {
            sz_buf_put_u8(out, ',');
            put_clause(x, out, p->when, &c[i], l);
            if (n == 1) put_added(out, p);
            else sz_buf_put_u8(out, '}');
        }
    }
}

/* Each step with the time of its record; a `not` by what did not come. */
static void put_sequence(run *x, sz_buf *out, const sz_rule *r) {
    for (uint32_t i = 0; i < r->n_sequence; i++) {
        const sz_sequence_step *s = &r->sequence[i];
        const sz_event *e = x->ev.steps ? x->ev.steps[i] : NULL;
        sz_buf_put_z(out, i ? ",{\"clause\":" : "{\"clause\":");
        sz_str as = s->as.n ? s->as : s->event;
        const char *text =
            sz_arena_printf(x->c->arena, s->is_not ? "not %.*s" : "%.*s", SZ_FMT_STR(s->is_not ? s->event : as));
        sz_json_str(out, sz_str_of(text));
        if (e) put_time(x, out, "value", e->time_ms);
        sz_buf_put_z(out, ",\"held\":true}");
    }
}

static void put_reasons(run *x, sz_buf *out, const sz_rule *r, const sz_verdict *v, uint8_t step) {
    sz_loader l = sz_rule_scope(&x->ev, r);
    sz_buf_put_z(out, ",\"reasons\":[");
    if (sz_rule_is_stepped(r)) {
        sz_buf_put_z(out, r->value ? "{\"clause\":\"value " : "{\"clause\":\"points ");
        sz_buf_put_z(out, r->at_most ? "<= " : ">= ");
        sz_buf_put_str(out, r->steps[step].text);
        sz_buf_put_z(out, "\",");
        put_value(x, out, "value", &v->value);
        sz_xval at = {.type = v->value.type, .know = SZ_KNOWN, .num = v->at[step]};
        sz_buf_put_u8(out, ',');
        put_value(x, out, "threshold", &at);
        sz_xval held = sz_xval_compare(r->at_most ? 'l' : 'g', &v->value, &at);
        put_held(out, &held);
        uint32_t n = 0;
        const uint32_t *slots = r->value ? sz_prog_slots(r->value, &n) : NULL;
        put_feature(x, out, n == 1 ? slots[0] : UINT32_MAX, r->value_type, r->value_unit);
        sz_buf_put_u8(out, '}');
        put_points(x, out, r, &l);
    } else if (r->n_sequence) {
        put_sequence(x, out, r);
    } else {
        uint32_t n;
        const sz_clause *c = sz_prog_clauses(r->when, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (i) sz_buf_put_u8(out, ',');
            put_clause(x, out, r->when, &c[i], &l);
            sz_buf_put_u8(out, '}');
        }
    }
    sz_buf_put_u8(out, ']');
}

static void put_exemptions(run *x, sz_buf *out, const sz_rule *r) {
    sz_buf_put_z(out, ",\"exemptions\":[");
    for (uint32_t i = 0; i < r->n_unless; i++) {
        sz_truth t = sz_exemption_value(&x->ev, r, &r->unless[i]);
        sz_buf_put_z(out, i ? ",{\"name\":" : "{\"name\":");
        sz_json_str(out, r->unless[i].name);
        sz_buf_put_z(out, t == SZ_UNSURE ? ",\"value\":null}"
                          : t == SZ_TRUE ? ",\"value\":true}"
                                         : ",\"value\":false}");
    }
    sz_buf_put_u8(out, ']');
}

static void put_skipped(sz_buf *out, const sz_rule *r, const sz_verdict *v, uint8_t step, int below) {
    int rank = sz_verdict_rank(v, step);
    sz_buf_put_z(out, ",\"skipped\":[");
    bool any = false;
    for (int i = below + 1; i < rank; i++) {
        if (any) sz_buf_put_u8(out, ',');
        sz_json_str(out, r->steps[v->order[i]].text);
        any = true;
    }
    sz_buf_put_u8(out, ']');
}

static bool names_reasons(const sz_message *m) {
    for (uint32_t i = 0; i < m->n; i++)
        if (m->pieces[i].kind == SZ_PIECE_REASONS) return true;
    return false;
}

/* Ready text, where the message asks for it; in the step's memory. */
static sz_str reasons_of(run *x, const sz_rule *r, const sz_verdict *v, const sz_loader *l, sz_lang lang) {
    if (!names_reasons(lang == SZ_ZH ? &r->message_zh : &r->message_en)) return (sz_str){0};
    sz_buf out;
    sz_buf_init(&out);
    reasons_put(x, &out, r, v, l, lang);
    sz_str s = sz_arena_str(x->c->arena, sz_buf_str(&out));
    sz_buf_fini(&out);
    return s;
}

static void put_message(run *x, sz_buf *out, const sz_rule *r, const sz_verdict *v, uint8_t step) {
    sz_loader l = sz_rule_scope(&x->ev, r);
    sz_xval at = {.type = r->value_type, .know = SZ_KNOWN, .num = v->at[step]};
    sz_text_args args = {
        .loader = &l, .value = &v->value, .step = &at, .zone = x->c->zone, .says_least = &x->says_least};
    sz_buf *text = &x->c->scratch2;
    args.reasons = reasons_of(x, r, v, &l, SZ_ZH);
    sz_buf_clear(text);
    sz_text_message(text, r, SZ_ZH, &args);
    sz_buf_put_z(out, "\"message\":{\"zh\":");
    sz_json_str(out, sz_buf_str(text));
    args.reasons = reasons_of(x, r, v, &l, SZ_EN);
    sz_buf_clear(text);
    sz_text_message(text, r, SZ_EN, &args);
    sz_buf_put_z(out, ",\"en\":");
    sz_json_str(out, sz_buf_str(text));
    sz_buf_put_u8(out, '}');
}

/* ---- evidence ---- */

/* Is the record at p, as its bits say, one that the rule's features count at this instant? */
static bool is_counted(run *x, const sz_rule *r, const uint8_t *p) {
    const uint8_t *mask = sz_entry_mask(p);
    int64_t t = sz_entry_time(p);
    for (uint32_t i = 0; i < r->n_features; i++) {
        const sz_feature *f = &x->ev.fs->features[r->features[i]];
        if (f->op == SZ_OP_VALUE || !(mask[f->matcher >> 3] >> (f->matcher & 7) & 1)) continue;
        int64_t from, to;
        sz_feature_window(&x->ev, f, &from, &to);
        if (from == SZ_TIME_NONE || (t >= from && t <= to)) return true;
    }
    return false;
}

/* What was done: a class on the list may have been missed, and a door passed out. */
static void put_done(sz_buf *out, const sz_event *e) {
    if (e->type == SZ_TYPE_ATTENDANCE) sz_buf_printf(out, ",\"status\":\"%s\"", sz_attend_names[e->status]);
    if (e->type == SZ_TYPE_SWIPE && e->op != SZ_SWIPE_CONSUME) sz_buf_printf(out, ",\"op\":\"%s\"", sz_op_names[e->op]);
    if (e->type != SZ_TYPE_DORM_ACCESS) return;
    if (e->direction) sz_buf_printf(out, ",\"direction\":\"%s\"", sz_direction_names[e->direction]);
    if (e->result == SZ_RESULT_DENIED) sz_buf_put_z(out, ",\"result\":\"denied\"");
}

static void put_record(run *x, sz_buf *out, const sz_event *e) {
    sz_buf_put_z(out, "{\"id\":");
    sz_json_str(out, e->id);
    sz_buf_put_z(out, ",\"source\":");
    sz_json_str(out, e->source);
    sz_buf_put_z(out, ",\"type\":");
    sz_json_str(out, x->c->types->v[e->type].name);
    put_time(x, out, "time", e->time_ms);
    if (e->precision == SZ_PREC_DAY) sz_buf_put_z(out, ",\"precision\":\"day\"");
    if (e->place.n) {
        sz_buf_put_z(out, ",\"place\":");
        sz_json_str(out, e->place);
    }
    put_done(out, e);
    sz_buf_put_u8(out, '}');
}

static bool is_of_match(const sequence_match *m, uint32_t off) {
    for (uint32_t i = 0; i < SZ_SEQUENCE_MAX; i++)
        if (m->at[i] == off) return true;
    return false;
}

/* The latest records that weighed, oldest first. Bounded by times, not by what the log happens to hold: a repeat is the
 * same. */
static void put_evidence(run *x, sz_buf *out, const sz_rule *r) {
    sz_timeline *tl = x->tl;
    uint32_t ring[SZ_EVIDENCE_MAX], n = 0;
    int64_t oldest = x->ev.t_ms - x->c->horizon_ms, kept = kept_since(x->c);
    if (kept > oldest) oldest = kept;
    for (uint32_t off = 0; off < tl->head_off; off += sz_entry_len(tl->log.p + off)) {
        const uint8_t *p = tl->log.p + off;
        if (sz_entry_time(p) < oldest || sz_entry_time(p) > x->ev.t_ms) continue;
        if (x->match) {
            if (is_of_match(x->match, off)) ring[n++ % SZ_EVIDENCE_MAX] = off;
            continue;
        }
        bool is_in_hand = r->is_instant && x->ev.event && off + sz_entry_len(p) == tl->head_off;
        if (is_in_hand || is_counted(x, r, p)) ring[n++ % SZ_EVIDENCE_MAX] = off;
    }
    sz_buf_put_z(out, ",\"evidence\":[");
    uint32_t from = n > SZ_EVIDENCE_MAX ? n - SZ_EVIDENCE_MAX : 0;
    for (uint32_t i = from; i < n; i++) {
        sz_event e;
        if (!sz_entry_get(tl->log.p + ring[i % SZ_EVIDENCE_MAX], mask_bytes(x->c), x->c->dict, x->c->types, &e))
            continue;
        if (i > from) sz_buf_put_u8(out, ',');
        put_record(x, out, &e);
    }
    sz_buf_put_u8(out, ']');
}

static sz_str own(const sz_buf *b) {
    char *p = sz_alloc(b->n + 1);
    memcpy(p, b->p, b->n);
    return (sz_str){p, b->n};
}

void body_make(run *x, const sz_rule *r, const sz_verdict *v, const sz_episode *e, uint8_t step, int below,
               sz_ann *ann) {
    sz_buf *out = &x->c->scratch;
    sz_buf_clear(out);
    bool is_end = ann->kind == SZ_ANN_RESOLVED;
    x->says_least = false;
    if (is_end && e->n_anns) { /* what it was about is said again */
        const sz_ann *last = &e->anns[e->n_anns - 1];
        sz_buf_put(out, last->body.p, last->message_n);
    } else {
        put_message(x, out, r, v, step);
    }
    ann->message_n = (uint32_t)out->n;
    if (sz_rule_is_stepped(r)) {
        sz_buf_put_z(out, ",\"step\":");
        sz_json_str(out, r->steps[step].text);
        sz_buf_put_u8(out, ',');
        put_value(x, out, "value", &v->value);
        if (r->value_type == SZ_X_DURATION) sz_buf_put_z(out, ",\"unit\":\"s\"");
        else if (*unit_names[r->value_unit]) sz_buf_printf(out, ",\"unit\":\"%s\"", unit_names[r->value_unit]);
    }
    x->n_named = 0;
    if (is_end) sz_buf_put_z(out, ",\"skipped\":[]");
    else put_skipped(out, r, v, step, below);
    put_reasons(x, out, r, v, step);
    put_exemptions(x, out, r);
    ann->hash = sz_hash(out->p, out->n) ^ sz_hash(ann->why.p, ann->why.n);
    put_evidence(x, out, r);
    put_labels(x, out, r);
    if (x->says_least) sz_buf_put_z(out, ",\"message_at_least\":true");
    ann->body = own(out);
}
