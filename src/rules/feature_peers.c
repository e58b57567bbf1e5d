/* SPDX-License-Identifier: Apache-2.0
 *
 * peers: what is compared, and among whom (semantics 22).
 */
#include "feature.h"

/* ---- what is compared ---- */

bool sz_feature_has_days(struct sz_making *m, uint8_t op, sz_span at) {
    switch (op) {
    case SZ_OP_COUNT:
    case SZ_OP_SUM:
    case SZ_OP_AVG:
    case SZ_OP_MIN:
    case SZ_OP_MAX:
    case SZ_OP_DAYS:
    case SZ_OP_DISTINCT:
    case SZ_OP_SESSIONS: return true;
    default: break;
    }
    sz_rules_hint_say(sz_rules_error(m->l, C_PEERS, at,
                                     "peers are compared by numbers of whole days, and %s gives none",
                                     "同伴比较用按整天计算的数，%s 没有这样的数", sz_operators[op].name),
                      "for example  peers: {count: swipe, over: 1d}", "例如  peers: {count: swipe, over: 1d}");
    return false;
}

bool sz_feature_compares(struct sz_making *m, const sz_feature *f, sz_span at, const struct sz_feature_keys *k) {
    struct sz_loading *l = m->l;
    const sz_window *w = &f->window;
    if (w->kind == SZ_W_DAYS && w->is_night) {
        sz_diag *g =
            sz_rules_error(l, C_PEERS, k && k->day ? k->day->span : at,
                           "at 04:00, when peers are compared, the night is not over", "04:00 比较时，当夜还没有结束");
        sz_rules_hint_say(g, "leave  day: night  out: days run from midnight to midnight",
                          "请去掉  day: night：按自然日计算");
        return false;
    }
    if (w->kind == SZ_W_DAYS && w->ago <= 1 && w->days <= SZ_PEERS_DAYS_MAX) return true;
    sz_span window = !k ? at : k->to && w->kind == SZ_W_DAYS ? k->to->span : k->over ? k->over->span : at;
    sz_diag *g = sz_rules_error(l, C_PEERS, window, "peers are compared by 1 to %d whole days that end yesterday",
                                "同伴比较用到昨天为止的 1 到 %d 个整天", SZ_PEERS_DAYS_MAX);
    sz_rules_hint_say(g, "write  over: 1d  without  to:", "请写  over: 1d，不写  to:");
    return false;
}

uint32_t sz_feature_to_now(struct sz_loading *l, const struct sz_decl *decl, const sz_feature *f) {
    struct sz_making m = {.l = l, .decl = (struct sz_decl *)decl, .row = &sz_operators[f->op], .f = *f};
    m.f.window.ago = 0;
    m.f.name = sz_rules_copy(l, sz_str_of(TXT(l, "%.*s.day", SZ_FMT_STR(f->name))));
    m.f.hash = sz_feature_identity(&m);
    return sz_feature_intern(l, &m.f);
}

/* ---- among whom ---- */

enum {
    GROUPS = 1 << SZ_SF_COLLEGE | 1 << SZ_SF_SCHOOL | 1 << SZ_SF_MAJOR | 1 << SZ_SF_CLASS | 1 << SZ_SF_ENTRY_YEAR |
             1 << SZ_SF_YEARS | 1 << SZ_SF_YEAR | 1 << SZ_SF_DORM | 1 << SZ_SF_RESIDENCE | 1 << SZ_SF_GENDER |
             1 << SZ_SF_BUILDING
};

/* `student.class`, as conditions have it: by the field alone. */
static sz_str field_meant(sz_str text) {
    static const char root[] = "student.";
    enum { N = sizeof root - 1 };
    return text.n > N && memcmp(text.p, root, N) == 0 ? (sz_str){text.p + N, text.n - N} : text;
}

static bool add_bit(struct sz_making *m, const sz_yaml *item, uint32_t bit) {
    if (m->f.by & bit) {
        sz_rules_hint_say(sz_rules_error(m->l, C_PEERS, item->span, "`%.*s` stands here twice", "`%.*s` 写了两次",
                                         SZ_FMT_STR(item->text)),
                          "write it once", "写一次即可");
        return false;
    }
    m->f.by |= bit;
    return true;
}

static bool add_field(struct sz_making *m, const sz_yaml *item) {
    struct sz_loading *l = m->l;
    sz_str text = field_meant(item->text);
    if (sz_str_is(item->text, "place")) return add_bit(m, item, SZ_PEERS_BY_PLACE); /* of what is compared */
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++) {
        if (!((uint32_t)GROUPS >> i & 1) || !sz_str_is(text, sz_sfields[i].name)) continue;
        return add_bit(m, item, 1u << i);
    }
    struct sz_near near = sz_near_to(l, text);
    const char *all = "";
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++) {
        if (!((uint32_t)GROUPS >> i & 1)) continue;
        sz_near_z(&near, sz_sfields[i].name);
        all = TXT(l, "%s  %s", all, sz_sfields[i].name);
    }
    sz_diag *g = sz_rules_error(l, C_PEERS, item->span, "`%.*s` makes no groups of students",
                                "`%.*s` 不能用来给学生分组", SZ_FMT_STR(item->text));
    sz_near_z(&near, "place");
    all = TXT(l, "%s  place", all);
    if (sz_near_any(&near)) sz_near_hint(l, g, &near);
    else sz_rules_hint(l, g, "groups are made by%s", "可以按这些分组：%s", all);
    return false;
}

/* `group:` is another word for `by:`. */
static bool take_group(struct sz_making *m) {
    if (!m->k.group) return true;
    if (m->k.by) {
        sz_rules_hint_say(sz_rules_error(m->l, C_PEERS, m->k.group->span, "`by:` says already who is compared",
                                         "`by:` 已经写明和谁比"),
                          "leave one of them out: by: and group: are the same", "去掉其中一个：by: 和 group: 是一回事");
        return false;
    }
    m->k.by = m->k.group;
    return true;
}

static bool load_by(struct sz_making *m) {
    const sz_yaml **items;
    uint32_t n;
    if (!take_group(m)) return false;
    if (!m->k.by) {
        if (!sz_rules_is_partial(m->l, m->decl->node) && m->is_read)
            sz_rules_hint_say(sz_rules_error(m->l, C_PEERS, m->decl->node->span,
                                             "peers needs to know who is compared with whom", "peers 要写明和谁比"),
                              "add  by: class  (or building, major, [school, year])",
                              "请加  by: class（或 building、major、[school, year]）");
        return false;
    }
    if (!sz_rules_names(m->l, m->k.by, &items, &n)) return false;
    bool ok = n > 0;
    if (!n)
        sz_rules_hint_say(
            sz_rules_error(m->l, C_PEERS, m->k.by->span, "no field of the student stands here", "这里没有写学生的项"),
            "for example  by: class", "例如  by: class");
    for (uint32_t i = 0; i < n; i++) ok &= add_field(m, items[i]);
    return ok;
}

static bool load_min_group(struct sz_making *m) {
    enum { MOST = 100000 };
    int64_t n;
    m->f.min_group = SZ_PEERS_USUAL;
    if (!m->k.min_group) return true;
    if (sz_str_i64(m->k.min_group->text, &n) && n >= SZ_PEERS_LEAST && n <= MOST) {
        m->f.min_group = (uint32_t)n;
        return true;
    }
    sz_diag *g = sz_rules_error(m->l, C_PEERS, m->k.min_group->span, "a group has %d students at least, a whole number",
                                "一组至少 %d 名学生，写整数", SZ_PEERS_LEAST);
    sz_rules_hint(m->l, g, "for example  min_group: %d", "例如  min_group: %d", SZ_PEERS_USUAL);
    return false;
}

bool sz_feature_group(struct sz_making *m) {
    bool ok = load_by(m);
    return load_min_group(m) && ok;
}
