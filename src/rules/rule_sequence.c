/* SPDX-License-Identifier: Apache-2.0
 *
 * A rule of one record after another (semantics 24): steps, each an event and what else must hold of its record, which
 * may look back at earlier steps by their `as:` names; `{not: x}` between them or at the end; and within what time.
 */
#include "keys.h"

enum { WITHIN_MAX_DAYS = 7 };

struct step_keys {
    const sz_yaml *event, *not, *as, *where;
};
static const sz_key keys[] = {
    SZ_KEY(struct step_keys, event, "event", SZ_SHAPE_TEXT),
    SZ_KEY(struct step_keys, not, "not", SZ_SHAPE_TEXT),
    SZ_KEY(struct step_keys, as, "as", SZ_SHAPE_TEXT),
    SZ_KEY(struct step_keys, where, "where", SZ_SHAPE_TEXT),
};
static const sz_key_table table = {"a step", "步骤", keys, sizeof keys / sizeof *keys};

static bool load_event(struct sz_ruling *g, const sz_yaml *node, sz_sequence_step *s) {
    struct sz_loading *l = g->l;
    bool is_failed;
    uint32_t def = sz_event_find(l, node->text, &is_failed);
    if (def == SZ_NONE || is_failed) {
        if (!is_failed) sz_event_unknown(l, node->text, node->span);
        g->failed = true;
        return false;
    }
    s->event = sz_rules_copy(l, node->text);
    s->types = l->event_defs[def].types;
    s->matcher = sz_event_matcher(l, def);
    return true;
}

/* The name of an earlier step, by which a later one sees it. */
static void load_as(struct sz_ruling *g, const struct step_keys *k, sz_sequence_step *s) {
    struct sz_loading *l = g->l;
    if (!k->as) return;
    if (s->is_not) {
        sz_rule_wrong(g, k->as->span, C_SEQUENCE, "what does not come has no name", "没有发生的记录不能取名",
                      "leave  as:  out", "请去掉  as:");
        return;
    }
    static const char *const roots[] = {"event", "place", "student", "calendar"};
    bool is_taken = sz_rules_index(k->as->text, roots, 4) >= 0 || sz_decls_find(&l->features, k->as->text);
    for (uint32_t i = 0; i < g->scope.n_params; i++) is_taken |= sz_str_eq(g->scope.params[i].name, k->as->text);
    for (uint32_t i = 0; i < g->scope.n_steps; i++) is_taken |= sz_str_eq(g->scope.steps[i].as, k->as->text);
    if (is_taken)
        sz_rule_wrong(g, k->as->span, C_SEQUENCE,
                      TXT(l, "`%.*s` means something else already", SZ_FMT_STR(k->as->text)),
                      TXT(l, "`%.*s` 已经有别的含义", SZ_FMT_STR(k->as->text)), "choose another name", "请换一个名称");
    else if (sz_rules_name(l, k->as)) s->as = sz_rules_copy(l, k->as->text);
    else g->failed = true;
}

static bool looks_back(const sz_prog *p) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++)
        if (SZ_SLOT_SPACE(slots[i]) == SZ_SPACE_STEP) return true;
    return false;
}

static void load_where(struct sz_ruling *g, const sz_yaml *node, sz_sequence_step *s) {
    if (!node) return;
    struct sz_scope scope = g->scope;
    scope.kind = SZ_SCOPE_WHERE;
    scope.types = s->types;
    scope.is_step = true;
    s->where = sz_rules_compile(&scope, node, SZ_X_BOOL, false);
    g->scope.params = scope.params; /* params of the set that it names have joined */
    g->scope.n_params = scope.n_params;
    g->scope.cap_params = scope.cap_params;
    if (s->where) s->looks_back = looks_back(s->where);
    else g->failed = true;
}

static void load_step(struct sz_ruling *g, const sz_yaml *node, sz_sequence_step *s) {
    struct step_keys k = {0};
    bool ok = sz_keys_item(g->l, node, "{event: …}") && sz_keys_read(g->l, node, &table, &k);
    if (ok && !k.event == !k.not ) {
        sz_rule_wrong(g, node->span, C_SEQUENCE, "a step is an `event:` that comes or a `not:` that does not",
                      "一步要么写发生的 `event:`，要么写没有发生的 `not:`",
                      "for example  sequence: [{event: late_return}, {not: came}, {event: missed}]",
                      "例如  sequence: [{event: late_return}, {not: came}, {event: missed}]");
        return;
    }
    if (!ok) {
        g->failed = true;
        return;
    }
    s->is_not = k.not != NULL;
    if (!load_event(g, s->is_not ? k.not : k.event, s)) return;
    load_as(g, &k, s);
    load_where(g, k.where, s);
}

static void load_within(struct sz_ruling *g) {
    if (!g->k.within) {
        if (!sz_rules_is_partial(g->l, g->decl->node) && !sz_near_key(g->decl->node, "within"))
            sz_rule_wrong(g, sz_rules_key(g->decl->node, "sequence"), C_SEQUENCE,
                          "a sequence needs a time within which it happens", "sequence 要写明在多长时间内发生",
                          "add  within: 14h", "请加  within: 14h");
        return;
    }
    if (!sz_keys_shape(g->l, g->k.within, SZ_SHAPE_TEXT, NULL) ||
        !sz_rules_duration(g->l, g->k.within, &g->r->within_ms)) {
        g->failed = true;
        return;
    }
    if (g->r->within_ms > 0 && g->r->within_ms <= WITHIN_MAX_DAYS * SZ_DAY_MS) return;
    bool is_long = g->r->within_ms > 0;
    sz_rule_wrong(g, g->k.within->span, C_SEQUENCE,
                  TXT(g->l, "`within:` is longer than nothing and at most %dd", WITHIN_MAX_DAYS),
                  TXT(g->l, "`within:` 要大于 0，不超过 %dd", WITHIN_MAX_DAYS),
                  is_long ? TXT(g->l, "write  within: %dd;  what lasts longer is counted by features", WITHIN_MAX_DAYS)
                          : "for example  within: 14h",
                  is_long ? TXT(g->l, "请写  within: %dd；更长的时间请用特征来数", WITHIN_MAX_DAYS)
                          : "例如  within: 14h");
}

static void refuse_beside(struct sz_ruling *g) {
    static const struct {
        const char *key;
        size_t at;
    } never[] = {
        {"when", offsetof(struct sz_rule_keys, when)},
        {"value", offsetof(struct sz_rule_keys, value)},
        {"points", offsetof(struct sz_rule_keys, points)},
        {"at_least", offsetof(struct sz_rule_keys, at_least)},
        {"at_most", offsetof(struct sz_rule_keys, at_most)},
        {"for", offsetof(struct sz_rule_keys, for_)},
        {"check", offsetof(struct sz_rule_keys, check)},
        {"resolve_when", offsetof(struct sz_rule_keys, resolve_when)},
    };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        const sz_yaml *node;
        memcpy(&node, (const char *)&g->k + never[i].at, sizeof node);
        sz_rule_refuse(g, node, never[i].key, C_RULE_SHAPE,
                       TXT(g->l, "a sequence fires at its match: `%s:` does not go with it", never[i].key),
                       TXT(g->l, "sequence 在匹配时触发，不能用 `%s:`", never[i].key));
    }
}

void sz_rule_sequence(struct sz_ruling *g) {
    sz_rule *r = g->r;
    const sz_yaml *list = g->k.sequence;
    refuse_beside(g);
    load_within(g);
    if (list->n < 2 || list->n > SZ_SEQUENCE_MAX) {
        sz_rule_wrong(g, list->span, C_SEQUENCE, TXT(g->l, "a sequence has 2 to %d steps", SZ_SEQUENCE_MAX),
                      TXT(g->l, "sequence 有 2 到 %d 步", SZ_SEQUENCE_MAX),
                      "for example  sequence: [{event: late_return}, {event: missed}]",
                      "例如  sequence: [{event: late_return}, {event: missed}]");
        return;
    }
    r->is_instant = true;
    r->sequence = SZ_NEWN(g->l->a, sz_sequence_step, list->n);
    g->scope.steps = r->sequence;
    g->scope.types = 0;
    for (size_t i = 0; i < list->n; i++) {
        load_step(g, list->items[i], &r->sequence[i]);
        g->scope.n_steps = (uint32_t)i + 1;
        r->event_types |= r->sequence[i].types;
        if (r->sequence[i].is_not) r->down_types |= r->sequence[i].types;
        else g->scope.types = r->sequence[i].types; /* {event.…} in the message: the last one */
    }
    r->n_sequence = (uint32_t)list->n;
    if (r->sequence[0].is_not)
        sz_rule_wrong(g, list->items[0]->span, C_SEQUENCE, "a sequence begins with a record that comes",
                      "sequence 的第一步必须是发生的记录", "write an  event:  first", "请先写  event:");
    r->steps = SZ_NEW(g->l->a, sz_step);
    r->n_steps = 1;
    r->steps[0] = (sz_step){.param = SZ_NONE};
    sz_rule_level(g, "sequence");
}
