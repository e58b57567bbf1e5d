/* SPDX-License-Identifier: Apache-2.0
 *
 * Events: what counts. Built in are the types, `seen` and `any`; a declared one is a base and a condition on the
 * record.
 */
#include "keys.h"

struct event_keys {
    const sz_yaml *event, *where, *label;
};

static const sz_key keys[] = {
    SZ_KEY_NEEDED(struct event_keys, event, "event", SZ_SHAPE_TEXT),
    SZ_KEY(struct event_keys, where, "where", SZ_SHAPE_TEXT),
    SZ_KEY(struct event_keys, label, "label", SZ_SHAPE_VALUE),
};
static const sz_key_table table = {"an event", "事件", keys, sizeof keys / sizeof *keys};

/* ---- what is built in ---- */

static void add_built_in(struct sz_loading *l, sz_str name, uint64_t types, bool is_seen, sz_str zh, sz_str en) {
    *SZ_PUSH(&l->tmp, l->event_defs, l->n_event_defs, l->cap_event_defs) =
        (struct sz_event_def){.name = sz_rules_copy(l, name),
                              .label_zh = sz_rules_copy(l, zh),
                              .label_en = sz_rules_copy(l, en),
                              .types = types,
                              .is_seen = is_seen,
                              .matcher = SZ_NONE,
                              .hash = sz_mix(sz_types_hash(l, types), is_seen)};
}

/* A slot has eight bits for the field of a record: 1 + SZ_EF_DECLARED + index. */
enum { DECLARED_MAX = 254 - SZ_EF_DECLARED };

static void add_declared(struct sz_loading *l, uint32_t type, uint32_t at, uint32_t *cap) {
    sz_featureset *fs = &l->b->fs;
    const sz_field *f = &l->types->v[type].fields[at];
    sz_declared *d = NULL;
    for (uint32_t i = 0; i < fs->n_declared; i++)
        if (fs->declared[i].kind == f->kind && sz_str_eq(fs->declared[i].name, f->name)) d = &fs->declared[i];
    if (!d && fs->n_declared == DECLARED_MAX) return;
    if (!d) {
        d = SZ_PUSH(l->a, fs->declared, fs->n_declared, *cap);
        d->name = sz_rules_copy(l, f->name);
        d->kind = (uint8_t)f->kind;
    }
    d->types |= UINT64_C(1) << type;
    d->at[type] = (uint8_t)at;
}

void sz_events_init(struct sz_loading *l) {
    uint64_t all = 0, seen = UINT64_C(1) << SZ_TYPE_SWIPE | UINT64_C(1) << SZ_TYPE_ATTENDANCE |
                             UINT64_C(1) << SZ_TYPE_DORM_ACCESS | UINT64_C(1) << SZ_TYPE_PRESENCE;
    uint32_t cap = 0;
    for (uint32_t t = 0; t < l->types->n; t++) {
        const sz_type *type = &l->types->v[t];
        all |= UINT64_C(1) << t;
        if (t >= SZ_TYPE_FIRST_DECLARED && type->presence) seen |= UINT64_C(1) << t;
        for (uint32_t i = 0; i < type->n_fields; i++) add_declared(l, t, i, &cap);
        add_built_in(l, type->name, UINT64_C(1) << t, false, type->label_zh, type->label_en);
    }
    add_built_in(l, SZ_STR("seen"), seen, true, SZ_STR("本人在校记录"), SZ_STR("records in person"));
    add_built_in(l, SZ_STR("any"), all, false, SZ_STR("任何记录"), SZ_STR("records"));
    if (l->b->fs.n_declared == DECLARED_MAX)
        sz_rules_hint_say(sz_rules_error(l, C_MANY, (sz_span){0}, "types.yaml declares %d different fields or more",
                                         "types.yaml 声明的字段达到 %d 个", DECLARED_MAX),
                          "give alike fields of several types one name", "请让几种类型里相同的字段用同一个名称");
}

uint64_t sz_types_hash(const struct sz_loading *l, uint64_t types) {
    uint64_t sum = 0; /* a sum, so that the order of types does not matter */
    for (uint32_t t = 0; t < l->types->n; t++)
        if (types & UINT64_C(1) << t) sum += sz_mix_str(3, l->types->v[t].name);
    return sz_mix(3, sum);
}

static uint32_t find_built_in(const struct sz_loading *l, sz_str name) {
    for (uint32_t i = 0; i < l->types->n + 2; i++)
        if (sz_str_eq(l->event_defs[i].name, name)) return i;
    return SZ_NONE;
}

/* ---- declared ones ---- */

/* `meal or swipe`, `meal + swipe`: two events. */
static bool is_several(sz_str name) {
    static const char *const joints[] = {" or ", " and ", " + ", "或", "和", "、"};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (sz_str_has(name, sz_str_of(joints[i]))) return true;
    return false;
}

void sz_event_unknown(struct sz_loading *l, sz_str name, sz_span at) {
    if (sz_str_is(name, "alert")) {
        sz_keys_later(l, at, name, "what earlier alerts of the student say", "学生之前的预警");
        return;
    }
    sz_diag *g = sz_rules_error(l, C_EVENT, at, "no event is named `%.*s`", "没有名为 `%.*s` 的事件", SZ_FMT_STR(name));
    struct sz_near near = sz_near_to(l, name);
    for (uint32_t i = 0; i < l->types->n + 2; i++)
        sz_near_try(&near, l->event_defs[i].name, "built in", "自带", (sz_span){0});
    for (uint32_t i = 0; i < l->events.n; i++)
        sz_near_try(&near, l->events.v[i].name, "event", "事件", l->events.v[i].key->span);
    for (uint32_t i = 0; i < l->events.n; i++) sz_near_label(&near, &l->events.v[i], "event", "事件");
    bool is_feature = sz_decls_find(&l->features, name) != NULL;
    if (sz_near_any(&near) && !is_feature) sz_near_hint(l, g, &near);
    else if (is_feature)
        sz_rules_hint(l, g, "`%.*s` is a feature; here stands what it counts", "`%.*s` 是特征；这里要写它数的事件",
                      SZ_FMT_STR(name));
    else if (is_several(name))
        sz_rules_hint_say(g, "count each in a feature of its own, n_1 and n_2, and add them:  {value: n_1 + n_2}",
                          "请各写一个特征分别计数（如 n_1、n_2），再相加：{value: n_1 + n_2}");
    else if (memchr(name.p, ' ', name.n))
        sz_rules_hint_say(g, "a condition makes an event of its own:  events: {mine: {event: swipe, where: …}}",
                          "带条件的要先声明成事件：events: {mine: {event: swipe, where: …}}");
    else if (!sz_event_meant(l, g, name))
        sz_rules_hint(l, g, "declare it under  events:  or use one that is built in: %s, seen, any",
                      "请在  events:  下声明，或用自带的：%s, seen, any", sz_types_words(l, UINT64_MAX));
}

static void look_at_slots(const sz_prog *p, bool *needs_clock) {
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (SZ_SLOT_SPACE(slots[i]) != SZ_SPACE_EVENT) continue;
        uint32_t f = SZ_SLOT_INDEX(slots[i]);
        *needs_clock |= f == SZ_EF_LATE || f == SZ_EF_CLOCK || f == SZ_EF_HOUR || f == SZ_EF_NIGHT;
    }
}

/* `named` are the types that the condition leaves, `own` those of the event. */
static void tell_no_type(struct sz_loading *l, const sz_yaml *where, uint64_t named, uint64_t own) {
    const char *left = sz_types_words(l, named);
    sz_diag *g =
        *left ? sz_rules_error(l, C_NO_TYPE, where->span, "no record can fit: event.type says %s",
                               "没有记录会符合：event.type 要求是 %s", left)
              : sz_rules_error(l, C_NO_TYPE, where->span, "no record can fit: no event.type is all that is asked",
                               "没有记录会符合：没有哪种 event.type 符合全部要求");
    sz_rules_hint(l, g, "the event itself is of %s", "而事件本身是 %s", sz_types_words(l, own));
}

enum { WHERES_MAX = 64 };

static bool add_where(struct sz_loading *l, struct sz_event_def *e, const sz_yaml *where) {
    struct sz_scan scan;
    uint64_t before = e->types;
    if (sz_rules_scan(l, where->text, &scan)) e->types &= scan.types_named;
    struct sz_scope scope = {.l = l, .kind = SZ_SCOPE_WHERE, .types = e->types};
    if (e->types == 0) {
        tell_no_type(l, where, scan.types_named, before);
        return false;
    }
    if (e->n_wheres == WHERES_MAX) {
        sz_rules_hint_say(sz_rules_error(l, C_MANY, where->span, "more than %d conditions stand on each other here",
                                         "这里叠加的条件超过 %d 个", WHERES_MAX),
                          "join some of them with &&", "请用 && 合并其中一些");
        return false;
    }
    const sz_prog *p = sz_rules_compile(&scope, where, SZ_X_BOOL, false);
    if (!p) return false;
    const sz_prog **all = SZ_NEWN(l->a, const sz_prog *, e->n_wheres + 1);
    if (e->n_wheres) memcpy(all, e->wheres, e->n_wheres * sizeof *all);
    all[e->n_wheres++] = p;
    e->wheres = all;
    struct sz_meaning m = {.l = l};
    e->hash = sz_mix(e->hash, sz_prog_hash(p, sz_slot_meaning, &m));
    look_at_slots(p, &e->needs_time_of_day);
    return true;
}

/* Make d of its base, which is there. */
static bool make(struct sz_loading *l, struct sz_decl *d, const struct event_keys *k, uint32_t base) {
    struct sz_event_def e = l->event_defs[base];
    e.name = sz_rules_copy(l, d->name);
    e.span = sz_rules_keep(l, d->key->span);
    e.matcher = SZ_NONE;
    bool ok = true;
    if (k->label) ok = sz_rules_both(l, k->label, &e.label_zh, &e.label_en);
    if (k->where) ok &= add_where(l, &e, k->where);
    d->index = l->n_event_defs;
    *SZ_PUSH(&l->tmp, l->event_defs, l->n_event_defs, l->cap_event_defs) = e;
    return ok;
}

static void check_own_name(struct sz_loading *l, const struct sz_decl *d, bool *ok) {
    if (find_built_in(l, d->name) != SZ_NONE) {
        sz_diag *g = sz_rules_error(l, C_TAKEN, d->key->span, "`%.*s` is built in already", "`%.*s` 是自带的名称",
                                    SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "choose another, for example  my_%.*s", "请换一个名称，例如  my_%.*s", SZ_FMT_STR(d->name));
        *ok = false;
    } else {
        *ok &= sz_rules_name(l, d->key);
    }
}

/* One event of a chain of bases. */
struct link {
    uint32_t decl;
    struct event_keys k;
    bool ok;
};

/* Read what stands under the name; *base is the built-in or finished one on which it stands, *next the declared one
 * to be * made first. Both SZ_NONE: it has none, which was said. */
static void read_link(struct sz_loading *l, struct link *link, uint32_t *base, uint32_t *next) {
    struct sz_decl *d = &l->events.v[link->decl];
    *base = *next = SZ_NONE;
    link->ok = true;
    check_own_name(l, d, &link->ok);
    d->state = SZ_DECL_BUSY;
    bool is_map = d->node->kind == SZ_YAML_NULL ? sz_keys_shape(l, d->node, SZ_SHAPE_MAP, d->key)
                                                : sz_keys_item(l, d->node, "{event: …}");
    link->ok &= is_map && sz_keys_read(l, d->node, &table, &link->k);
    if (!link->k.event) return;
    sz_str name = link->k.event->text;
    *base = find_built_in(l, name);
    if (*base != SZ_NONE) return;
    const struct sz_decl *b = sz_decls_find(&l->events, name);
    if (!b) sz_event_unknown(l, name, link->k.event->span);
    else if (b->state == SZ_DECL_BUSY)
        sz_rules_hint_say(sz_rules_error(l, C_EVENT_CYCLE, link->k.event->span, "`%.*s` is made of itself",
                                         "`%.*s` 是由它自己定义的", SZ_FMT_STR(name)),
                          "one of them must stand on a type of record, for example  event: swipe",
                          "其中一个必须以记录类型为基础，例如  event: swipe");
    else if (b->state == SZ_DECL_NEW) *next = (uint32_t)(b - l->events.v);
    else *base = b->index; /* SZ_NONE where it failed */
}

/* Follow the bases down to one that is there, then make all of them, innermost first. No recursion: chains may be
 * long. */
static void resolve(struct sz_loading *l, uint32_t at) {
    struct link *chain = NULL;
    uint32_t n = 0, cap = 0, base = SZ_NONE;
    for (uint32_t next = at; next != SZ_NONE;) {
        struct link *link = SZ_PUSH(&l->tmp, chain, n, cap);
        *link = (struct link){.decl = next};
        read_link(l, link, &base, &next);
    }
    while (n-- > 0) {
        struct sz_decl *d = &l->events.v[chain[n].decl];
        bool ok = base != SZ_NONE && make(l, d, &chain[n].k, base) && chain[n].ok;
        d->state = ok ? SZ_DECL_DONE : SZ_DECL_FAILED;
        if (base != SZ_NONE) base = d->index;
    }
}

uint32_t sz_event_find(struct sz_loading *l, sz_str name, bool *is_failed) {
    *is_failed = false;
    uint32_t i = find_built_in(l, name);
    if (i != SZ_NONE) return i;
    struct sz_decl *d = sz_decls_find(&l->events, name);
    if (!d) return SZ_NONE;
    if (d->state == SZ_DECL_NEW) resolve(l, (uint32_t)(d - l->events.v));
    *is_failed = d->state != SZ_DECL_DONE;
    return d->index;
}

void sz_events_load(struct sz_loading *l) {
    for (uint32_t i = 0; i < l->events.n; i++)
        if (l->events.v[i].state == SZ_DECL_NEW) resolve(l, i);
    for (uint32_t i = 0; i < l->events.n; i++) {
        const struct sz_decl *d = &l->events.v[i], *first = sz_decls_find(&l->events, d->name);
        if (d == first || d->state != SZ_DECL_DONE || first->state != SZ_DECL_DONE) continue;
        if (l->event_defs[d->index].hash == l->event_defs[first->index].hash) continue;
        sz_diag *g = sz_rules_error(l, C_TWO_MEANINGS, d->key->span, "`%.*s` has another meaning already",
                                    "`%.*s` 已经有另一个含义", SZ_FMT_STR(d->name));
        sz_rules_hint(l, g, "give it another name, or leave it out; the first one is at %s",
                      "请换个名称，或去掉它；第一处在 %s", sz_rules_place(l, first->key->span));
    }
}

uint32_t sz_event_matcher(struct sz_loading *l, uint32_t def) {
    struct sz_event_def *e = &l->event_defs[def];
    if (e->matcher != SZ_NONE) return e->matcher;
    sz_featureset *fs = &l->b->fs;
    sz_str key = {(const char *)&e->hash, sizeof e->hash};
    const uint32_t *same = sz_map_get(&l->matcher_by_hash, key);
    if (same) return e->matcher = *same;
    e->matcher = fs->n_matchers;
    sz_map_put(&l->matcher_by_hash, key, e->matcher);
    bool is_plain_seen = e->is_seen && e->n_wheres == 0;
    *SZ_PUSH(l->a, fs->matchers, fs->n_matchers, l->cap_matchers) =
        (sz_matcher){.name = is_plain_seen ? SZ_STR("seen") : e->name,
                     .label_zh = e->label_zh,
                     .label_en = e->label_en,
                     .types = e->types,
                     .is_seen = e->is_seen,
                     .wheres = e->wheres,
                     .n_wheres = e->n_wheres,
                     .hash = e->hash,
                     .needs_time_of_day = e->needs_time_of_day,
                     .span = e->span};
    return e->matcher;
}
