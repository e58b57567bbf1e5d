/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_view.h"

typedef struct word {
    const char *json, *en, *zh;
} word;

static const word fates[SZ_N_FATES] = {
    [SZ_CARRIED] = {"carried", "carried  ", "沿用  "},
    [SZ_FRESH] = {"fresh", "fresh    ", "新建  "},
    [SZ_DROPPED] = {"dropped", "dropped  ", "丢弃  "},
};
static const word changes[SZ_N_RULE_CHANGES] = {
    [SZ_RULE_NEW] = {"new", "new", "新增"},
    [SZ_RULE_CHANGED] = {"changed", "changed", "改动"},
    [SZ_RULE_REMOVED] = {"removed", "removed", "去掉"},
    [SZ_RULE_SWITCHED_OFF] = {"switched_off", "switched off", "停用"},
};

static void put_day(sz_buf *out, const sz_zone *z, int64_t t_ms) {
    char day[11];
    sz_day_format(sz_zone_day(z, t_ms), day);
    sz_buf_put_z(out, day);
}

/* ---- text ---- */

static void put_known(sz_buf *out, const sz_plan_feature *f, const sz_zone *z, sz_lang lang) {
    if (f->fate != SZ_FRESH) return;
    if (f->known_from_ms == SZ_TIME_NONE) return; /* nothing was read yet, so nothing is missing */
    sz_buf_put_z(out, lang == SZ_ZH ? "（自 " : " (known from ");
    put_day(out, z, f->known_from_ms);
    sz_buf_put_z(out, lang == SZ_ZH ? " 起有数据）" : ")");
}

static void put_features(sz_buf *out, const sz_state_plan *plan, sz_fate fate, const sz_zone *z, sz_lang lang) {
    if (!plan->count[fate]) return;
    uint32_t named = 0;
    sz_buf_printf(out, "  %s", lang == SZ_ZH ? fates[fate].zh : fates[fate].en);
    for (uint32_t i = 0; i < plan->n_features; i++) {
        const sz_plan_feature *f = &plan->features[i];
        if (f->fate != fate) continue;
        if (named++) sz_buf_put_z(out, lang == SZ_ZH ? "、" : ", ");
        sz_buf_put_str(out, f->name);
        put_known(out, f, z, lang);
    }
    if (!named) sz_buf_printf(out, lang == SZ_ZH ? "%u 项" : "%u", plan->count[fate]);
    sz_buf_put_u8(out, '\n');
}

static void put_rules(sz_buf *out, const sz_state_plan *plan, sz_lang lang) {
    const char *before = lang == SZ_ZH ? "  规则  " : "  rules    ";
    for (int change = 0; change < SZ_N_RULE_CHANGES; change++) {
        uint32_t named = 0;
        for (uint32_t i = 0; i < plan->n_rules; i++) {
            if (plan->rules[i].change != change) continue;
            if (named++) sz_buf_put_z(out, lang == SZ_ZH ? "、" : ", ");
            else sz_buf_printf(out, "%s%s ", before, lang == SZ_ZH ? changes[change].zh : changes[change].en);
            sz_buf_put_str(out, plan->rules[i].id);
            before = " · ";
        }
    }
    if (plan->n_rules) sz_buf_put_u8(out, '\n');
}

static void put_since(sz_buf *out, const sz_state_plan *plan, const sz_zone *z, sz_lang lang) {
    if (plan->from_ms == SZ_TIME_NONE) {
        sz_buf_put_z(out, lang == SZ_ZH ? "规则已变化：\n" : "the rules are others than the state's:\n");
        return;
    }
    char t[40];
    sz_time_format(z, plan->from_ms, t);
    sz_buf_printf(out,
                  lang == SZ_ZH ? "规则已变化：自 %s 起按新规则判断\n"
                                : "the rules are others than the state's: they hold from %s on\n",
                  t);
}

/* Features that only stand in another order are moved within the state, and nothing means anything else (35). */
static bool means_other(const sz_state_plan *plan) {
    return plan->is_other && (plan->n_rules || plan->count[SZ_FRESH] || plan->count[SZ_DROPPED]);
}

void plan_text(sz_buf *out, const sz_state_plan *plan, const sz_zone *z, sz_lang lang) {
    if (!means_other(plan)) {
        sz_buf_put_z(out, lang == SZ_ZH ? "规则与状态中的一致：特征数据全部沿用\n"
                                        : "the rules are the state's: all features keep theirs\n");
        return;
    }
    put_since(out, plan, z, lang);
    for (int fate = 0; fate < SZ_N_FATES; fate++) put_features(out, plan, (sz_fate)fate, z, lang);
    put_rules(out, plan, lang);
}

/* ---- JSON ---- */

static void json_features(sz_buf *out, const sz_state_plan *plan, const sz_zone *z) {
    sz_buf_put_z(out, ",\"features\":[");
    for (uint32_t i = 0; i < plan->n_features; i++) {
        const sz_plan_feature *f = &plan->features[i];
        sz_buf_put_z(out, i ? ",{\"name\":" : "{\"name\":");
        sz_json_str(out, f->name);
        sz_buf_printf(out, ",\"fate\":\"%s\"", fates[f->fate].json);
        if (f->fate == SZ_FRESH && f->known_from_ms != SZ_TIME_NONE) {
            sz_buf_put_z(out, ",\"known_from\":\"");
            put_day(out, z, f->known_from_ms);
            sz_buf_put_u8(out, '"');
        }
        sz_buf_put_u8(out, '}');
    }
    sz_buf_put_u8(out, ']');
}

void plan_json(sz_buf *out, const sz_state_plan *plan, const sz_zone *z) {
    sz_buf_printf(out, "{\"schema\":1,\"changes\":%s", plan->is_other ? "true" : "false");
    if (plan->is_other && plan->from_ms != SZ_TIME_NONE) {
        char t[40];
        sz_time_format(z, plan->from_ms, t);
        sz_buf_printf(out, ",\"from\":\"%s\"", t);
    }
    for (int fate = 0; fate < SZ_N_FATES && plan->is_other; fate++)
        sz_buf_printf(out, ",\"%s\":%u", fates[fate].json, plan->count[fate]);
    if (plan->is_other) json_features(out, plan, z);
    if (plan->is_other) sz_buf_put_z(out, ",\"rules\":[");
    for (uint32_t i = 0; i < plan->n_rules; i++) {
        sz_buf_put_z(out, i ? ",{\"id\":" : "{\"id\":");
        sz_json_str(out, plan->rules[i].id);
        sz_buf_printf(out, ",\"change\":\"%s\"}", changes[plan->rules[i].change].json);
    }
    sz_buf_put_z(out, plan->is_other ? "]}\n" : "}\n");
}
