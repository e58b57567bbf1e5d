/* SPDX-License-Identifier: Apache-2.0
 *
 * Exemptions (semantics 28): whom a rule is about, and what keeps it still. feed_down, feed_silent, class_silent,
 * no_card, rarely_seen, and any exemption that is unknown only keep it from opening and stepping; every other one
 * resolves.
 */
#include <sanzao/rules.h>

static bool has_tag(const sz_eval *ev, sz_str tag) {
    if (!ev->info) return false;
    for (uint32_t i = 0; i < ev->info->n_tags; i++)
        if (sz_str_eq(ev->info->tags[i], tag)) return true;
    return false;
}

static bool on_leave(const sz_eval *ev, uint32_t kinds) {
    if (!ev->use_leaves) return false;
    return sz_campus_on_leave(ev->facts->campus, ev->student, ev->facts->known, kinds, ev->t_ms);
}

/* A name that nothing built in has: a tag, or a kind of leave of the school's own. */
static bool is_named(const sz_eval *ev, sz_str name) {
    if (has_tag(ev, name)) return true;
    return ev->use_leaves && sz_campus_on_own_leave(ev->facts->campus, ev->student, ev->facts->known, name, ev->t_ms);
}

/* At the rule's own checks only: in between nobody of the class need have been looked at when somebody is seen. */
static bool is_class_silent(const sz_eval *ev, const sz_rule *r) {
    sz_mates *m = ev->facts->mates;
    if (!m || !sz_mates_are_silent(m, ev->student, ev->day, ev->t_ms)) return false;
    return sz_check_next(&r->check, sz_campus_calendar(ev->facts->campus), ev->zone, ev->t_ms - 1) == ev->t_ms;
}

sz_truth sz_exemption_value(sz_eval *ev, const sz_rule *r, const sz_exemption *x) {
    const sz_calendar *k = sz_campus_calendar(ev->facts->campus);
    bool is_unknown = false, b = false;
    switch (x->kind) {
    case SZ_EX_ON_LEAVE: b = on_leave(ev, SZ_ON_LEAVE_KINDS); break;
    case SZ_EX_LEAVE_KIND: b = on_leave(ev, x->leave_kinds); break;
    case SZ_EX_VACATION: b = sz_calendar_is_vacation(k, ev->day); break;
    case SZ_EX_HOLIDAY: b = sz_calendar_is_holiday(k, ev->day); break;
    case SZ_EX_WEEKEND: b = sz_is_weekend(k, ev->day); break;
    case SZ_EX_FEED_DOWN: b = sz_facts_is_down(ev->facts, r->down_types, ev->t_ms); break;
    case SZ_EX_FEED_SILENT: b = sz_facts_says_silent(ev->facts, ev->day, ev->t_ms); break;
    case SZ_EX_CLASS_SILENT: b = is_class_silent(ev, r); break;
    case SZ_EX_NO_CARD: b = sz_campus_is_between_cards(ev->facts->campus, ev->student, ev->t_ms); break;
    case SZ_EX_RARELY_SEEN: b = sz_rarely_seen(ev, &is_unknown); break;
    case SZ_EX_TAG: b = is_named(ev, x->name); break;
    }
    return is_unknown ? SZ_UNSURE : b ? SZ_TRUE : SZ_FALSE;
}

static bool only_holds(uint8_t kind) {
    return kind == SZ_EX_FEED_DOWN || kind == SZ_EX_FEED_SILENT || kind == SZ_EX_CLASS_SILENT ||
           kind == SZ_EX_NO_CARD || kind == SZ_EX_RARELY_SEEN;
}

sz_exempt sz_rule_exempt(sz_eval *ev, const sz_rule *r) {
    sz_exempt out = {0};
    if (r->who) {
        sz_rule_scope(ev, r);
        sz_truth who = sz_rule_truth(ev, r->who);
        if (who == SZ_FALSE) out.why = SZ_STR("who");
        if (who == SZ_UNSURE) out.holds = true;
    }
    for (uint32_t i = 0; i < r->n_unless && !out.why.n; i++) {
        const sz_exemption *x = &r->unless[i];
        sz_truth t = sz_exemption_value(ev, r, x);
        if (t == SZ_FALSE) continue;
        if (t == SZ_UNSURE || only_holds(x->kind)) out.holds = true;
        else out.why = x->name;
    }
    return out;
}
