/* SPDX-License-Identifier: Apache-2.0
 *
 * Shapes of a rule (semantics 27): when + level, value + at_least | at_most, points + at_least
 * (rule_points.c), sequence + within + level (rule_sequence.c).
 */
#include "keys.h"

void sz_rule_wrong(struct sz_ruling *g, sz_span at, int code, const char *en, const char *zh, const char *hint,
                   const char *hint_zh) {
    g->failed = true;
    sz_rules_hint_say(sz_rules_say(g->l, SZ_ERROR, code, at, en, zh), hint, hint_zh);
}

void sz_rule_refuse(struct sz_ruling *g, const sz_yaml *node, const char *key, int code, const char *en,
                    const char *zh) {
    if (node)
        sz_rule_wrong(g, sz_rules_key(g->decl->node, key), code, en, zh, TXT(g->l, "leave  %s:  out", key),
                      TXT(g->l, "请去掉  %s:", key));
}

/* ---- growing values ---- */

bool sz_rule_refuses_growing(struct sz_ruling *g, const sz_prog *p, const sz_yaml *node) {
    if (!p || g->k.check || g->r->is_instant) return false;
    uint32_t n;
    const uint32_t *slots = sz_prog_slots(p, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (SZ_SLOT_SPACE(slots[i]) != SZ_SPACE_FEATURE) continue;
        const sz_feature *f = &g->l->b->fs.features[SZ_SLOT_INDEX(slots[i])];
        if (f->op != SZ_OP_VALUE || !f->is_growing) continue;
        sz_rule_wrong(g, node->span, C_GROWS,
                      TXT(g->l, "`%.*s` grows by itself and is made of other features", SZ_FMT_STR(f->name)),
                      TXT(g->l, "`%.*s` 会自己增长，又是由其他特征算出的", SZ_FMT_STR(f->name)),
                      "give it a check, for example  check: daily at 07:00",
                      "请给它一个 check，例如  check: daily at 07:00");
        return true;
    }
    return false;
}

/* ---- level ---- */

static uint8_t level_of(struct sz_ruling *g, const sz_yaml *node) {
    /* high and 高 are many colours; the numbered ones are those of public emergencies, where the first is the gravest
     */
    static const struct sz_choice_words words = {
        "a level", "级别", "levels are colours, from good news to the gravest:  green < blue < yellow < orange < red",
        "级别用颜色写，由轻到重：green（好消息）< blue（四级）< yellow（三级）< orange（二级）< red（一级）"};
    int i = sz_rules_choice_of(g->l, node, sz_level_names, SZ_N_LEVELS, &words);
    if (i < 0) g->failed = true;
    return (uint8_t)(i < 0 ? 0 : i);
}

void sz_rule_level(struct sz_ruling *g, const char *shape) {
    if (g->k.level) {
        g->r->steps[0].level = level_of(g, g->k.level);
    } else if (!sz_rules_is_partial(g->l, g->decl->node)) {
        if (!sz_near_key(g->decl->node, "level"))
            sz_rule_wrong(g, sz_rules_key(g->decl->node, shape), C_LEVEL,
                          TXT(g->l, "a rule with `%s:` needs a `level:`", shape),
                          TXT(g->l, "有 `%s:` 的规则必须写 `level:`", shape),
                          "add  level: blue  (green, blue, yellow, orange, red)",
                          "请加  level: blue（green、blue、yellow、orange、red）");
    }
    if (!g->adjust || !g->adjust->level) return;
    g->r->steps[0].level = level_of(g, g->adjust->level);
}

/* ---- when ---- */

/* No type has all the fields that are named: say which two do not go together. */
static void no_type(struct sz_ruling *g, const struct sz_scan *scan) {
    struct sz_loading *l = g->l;
    uint64_t types = scan->types_named;
    sz_str first = {0};
    for (uint32_t i = 0; i < scan->n_fields; i++) {
        sz_str field = scan->fields[i];
        uint64_t has = sz_field_types(l, field);
        if (types & has) {
            if (has != UINT64_MAX) first = field;
            types &= has;
            continue;
        }
        const char *a = first.n ? TXT(l, "`%.*s`", SZ_FMT_STR(first)) : "event.type";
        const char *of_a = sz_types_words(l, types), *of_b = sz_types_words(l, has);
        sz_rule_wrong(g, g->k.when->span, C_NO_TYPE,
                      TXT(l, "no record can fit: %s and `%.*s` are of different types", a, SZ_FMT_STR(field)),
                      TXT(l, "没有记录会符合：%s 和 `%.*s` 不属于同一类型", a, SZ_FMT_STR(field)),
                      TXT(l, "%s says %s, `%.*s` is of %s", a, of_a, SZ_FMT_STR(field), of_b),
                      TXT(l, "%s 要求是 %s，`%.*s` 属于 %s", a, of_a, SZ_FMT_STR(field), of_b));
        return;
    }
    sz_rule_wrong(g, g->k.when->span, C_NO_TYPE, "no record can fit: event.type says two things",
                  "没有记录会符合：event.type 的要求互相矛盾", "join alternatives with ||", "多种情况请用 || 连接");
}

/* A `when` that names event fires at each record that fits (semantics 32). */
static void load_instant(struct sz_ruling *g, const struct sz_scan *scan) {
    g->r->is_instant = true;
    uint64_t all = 0;
    for (uint32_t t = 0; t < g->l->types->n; t++) all |= UINT64_C(1) << t;
    g->scope.types = scan->types & all;
    if (g->scope.types == 0) no_type(g, scan);
    static const struct {
        const char *key;
        size_t at;
    } never[] = {
        {"for", offsetof(struct sz_rule_keys, for_)},
        {"check", offsetof(struct sz_rule_keys, check)},
        {"resolve_when", offsetof(struct sz_rule_keys, resolve_when)},
    };
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        const sz_yaml *node;
        memcpy(&node, (const char *)&g->k + never[i].at, sizeof node);
        if (!node) continue;
        sz_rule_wrong(g, sz_rules_key(g->decl->node, never[i].key), C_INSTANT,
                      TXT(g->l, "a rule that looks at `event` fires at the record itself: `%s:` does not go with it",
                          never[i].key),
                      TXT(g->l, "看 `event` 的规则在记录当时触发，不能用 `%s:`", never[i].key),
                      "count the records with a feature instead, or leave the key out",
                      "请改用特征来数记录，或去掉这个键");
    }
}

static bool is_letter(char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_'; }

/* Only values: `true`, `1 == 2`. A name may be constant as well, as with a campus that lacks what it asks about, and
 * that says nothing of the rule. */
static bool names_nothing(sz_str s) {
    for (size_t i = 0, end; i < s.n; i = end) {
        end = i + 1;
        if (!is_letter(s.p[i])) continue;
        while (end < s.n && is_letter(s.p[end])) end++;
        sz_str word = {s.p + i, end - i};
        if (!sz_str_is(word, "true") && !sz_str_is(word, "false")) return false;
    }
    return true;
}

static void warn_constant(struct sz_ruling *g) {
    uint32_t n = 0;
    sz_prog_slots(g->r->when, &n);
    if (n > 0 || !names_nothing(g->k.when->text)) return;
    sz_xval v = sz_prog_run(g->r->when, &(sz_loader){0});
    if (v.know != SZ_KNOWN) return;
    sz_diag *d = v.b ? sz_rules_warn(g->l, C_ALWAYS, g->k.when->span, "this is always true, whoever the student is",
                                     "这个条件总是成立，与学生无关")
                     : sz_rules_warn(g->l, C_ALWAYS, g->k.when->span, "this is never true, so the rule never fires",
                                     "这个条件从不成立，规则永远不会触发");
    if (v.b)
        sz_rules_hint_say(d, "write what is to be seen of a student, for example  n >= 3",
                          "请写要看学生的什么，例如  n >= 3");
    else sz_rules_hint_say(d, "a rule is switched off with  mode: disabled", "停用规则请写  mode: disabled");
}

static void load_when(struct sz_ruling *g) {
    sz_rule *r = g->r;
    struct sz_scan scan;
    if (sz_rules_scan(g->l, g->k.when->text, &scan) && scan.names_event) load_instant(g, &scan);
    sz_rule_refuse(g, g->k.at_least, "at_least", C_RULE_SHAPE, "steps go with `value:`, a `when:` has one `level:`",
                   "档次配 `value:`，`when:` 只有一个 `level:`");
    sz_rule_refuse(g, g->k.at_most, "at_most", C_RULE_SHAPE, "steps go with `value:`, a `when:` has one `level:`",
                   "档次配 `value:`，`when:` 只有一个 `level:`");
    if (g->scope.types != 0) r->when = sz_rules_compile(&g->scope, g->k.when, SZ_X_BOOL, g->k.check || r->is_instant);
    if (!r->when) g->failed = true;
    else warn_constant(g);
    sz_rule_refuses_growing(g, r->when, g->k.when);
    r->event_types = r->is_instant ? g->scope.types : 0;
    r->steps = SZ_NEW(g->l->a, sz_step);
    r->n_steps = 1;
    r->steps[0] = (sz_step){.param = SZ_NONE};
    sz_rule_level(g, "when");
}

/* ---- value and steps ---- */

static bool is_tally(uint8_t u) { return u == SZ_UNIT_COUNT || u == SZ_UNIT_DAYS; }

static bool is_of_hundred(const sz_rule *r) { return r->value && sz_prog_is_of_hundred(r->value); }

/* A step of a value that is so many of so many may be a share: then the value is one, and prints as one. */
static bool fits(sz_rule *r, uint8_t type, uint8_t unit) {
    if (type != r->value_type) return false;
    if (unit == SZ_UNIT_SHARE && is_of_hundred(r)) return false;
    if (unit == SZ_UNIT_SHARE && r->value && sz_prog_is_ratio(r->value)) r->value_unit = SZ_UNIT_SHARE;
    return unit == SZ_UNIT_NONE || r->value_unit == SZ_UNIT_NONE || unit == r->value_unit ||
           (is_tally(unit) && is_tally(r->value_unit));
}

static void misfit(struct sz_ruling *g, const sz_yaml *key, uint8_t type) {
    static const char *const like_unit[SZ_N_UNITS] = {
        [SZ_UNIT_NONE] = "3",  [SZ_UNIT_YUAN] = "420 yuan", [SZ_UNIT_CLASS_HOURS] = "8", [SZ_UNIT_SHARE] = "50%",
        [SZ_UNIT_COUNT] = "3", [SZ_UNIT_DAYS] = "3",        [SZ_UNIT_POINTS] = "3",
    };
    const sz_rule *r = g->r;
    double plain;
    bool is_plain = type == SZ_X_NUM && sz_str_double(key->text, &plain);
    const char *like = is_of_hundred(r)                 ? "90"
                       : r->value_type != SZ_X_DURATION ? like_unit[r->value_unit]
                       : is_plain                       ? TXT(g->l, "%.*sh", SZ_FMT_STR(key->text))
                                                        : "24h";
    sz_rule_wrong(g, key->span, C_STEP_VALUE,
                  TXT(g->l, "the step `%.*s` does not fit the value, which is %s", SZ_FMT_STR(key->text),
                      sz_unit_words(r->value_type, r->value_unit, SZ_EN)),
                  TXT(g->l, "档次 `%.*s` 与该值不符，该值是%s", SZ_FMT_STR(key->text),
                      sz_unit_words(r->value_type, r->value_unit, SZ_ZH)),
                  TXT(g->l, "write it like  %s", like), TXT(g->l, "请写成  %s 这样", like));
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The first number in what was written for a step and is no name, with its unit where nothing else is behind it; n 0:
 * none. */
static sz_str begin_of(sz_str s) {
    sz_str all = s;
    while (s.n && !is_digit(s.p[0])) s.p++, s.n--;
    if (s.n && s.n < all.n && s.p[-1] == '-') s.p--, s.n++; /* of ≤-3 */
    uint8_t type, unit;
    double number;
    size_t unit_at, n = 1;
    if (sz_literal_parse(s, &type, &unit, &number, &unit_at)) return s;
    for (size_t i = 0; i < all.n; i++)
        if ((all.p[i] | 0x20) >= 'a' && (all.p[i] | 0x20) <= 'z') return (sz_str){0};
    while (n < s.n && (is_digit(s.p[n]) || s.p[n] == '.')) n++;
    n += n < s.n && s.p[n] == '%'; /* without it 50 would be a step of 5000 % */
    return (sz_str){s.p, n < s.n ? n : s.n};
}

static bool step_param(struct sz_ruling *g, const sz_yaml *key, sz_step *s) {
    sz_symbol sym;
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    bool ok = sz_rules_resolve(&g->scope, &key->text, 1, NULL, false, &sym, &bad, &hint, &hint_zh);
    if (ok && sym.type == SZ_X_ANY) {
        g->failed = true; /* said elsewhere */
        return false;
    }
    if (!ok || !sym.is_param) {
        sz_meant value;
        sz_diag *d = sz_rules_error(g->l, C_STEP_PARAM, key->span, "the step `%.*s` is neither a value nor a param",
                                    "档次 `%.*s` 既不是数值也不是参数", SZ_FMT_STR(key->text));
        if (ok)
            sz_rules_hint_say(d, "a feature cannot be a step; name a number in  params:",
                              "特征不能作档次；请在  params:  里给数起名");
        else if (sz_meant_value(key->text, &value) && value.measure != SZ_M_NUMBER) /* 五成, ¥420 */
            sz_rules_hint(g->l, d, "write  %s : a step begins there", "请写  %s：从这里起就是这一档", value.text);
        else if (begin_of(key->text).n) /* >=3, 3-5, 3次以上 */
            sz_rules_hint(g->l, d, "write  %.*s : a step begins there", "请写  %.*s：从这里起就是这一档",
                          SZ_FMT_STR(begin_of(key->text)));
        else if (strncmp(hint ? hint : "", "did", 3) == 0) sz_rules_hint_say(d, hint, hint_zh);
        else sz_rules_hint_say(d, "write a value, or declare it in  params:", "请写数值，或在  params:  里声明它");
        g->failed = true;
        return false;
    }
    if (!fits(g->r, sym.type, sym.unit)) {
        misfit(g, key, sym.type);
        return false;
    }
    s->param = SZ_SLOT_INDEX(sym.slot);
    const sz_param *p = &g->scope.params[s->param];
    if (sz_param_is_const(p)) { /* known now: then timers and order are too */
        s->value = p->cases[0].value.num;
        s->param = SZ_NONE;
    }
    return true;
}

/* 50 beside a share is 5000 %. */
static void warn_share(struct sz_ruling *g, const sz_yaml *key, uint8_t unit, double v) {
    enum { TENFOLD = 10 };
    if (g->r->value_unit != SZ_UNIT_SHARE || unit != SZ_UNIT_NONE || v < TENFOLD) return;
    sz_diag *d = sz_rules_warn(g->l, C_STEP_VALUE, key->span, "the step `%.*s` of a share is %g %%",
                               "该值是百分比，档次 `%.*s` 就是 %g %%", SZ_FMT_STR(key->text), v * 100);
    sz_rules_hint(g->l, d, "write  %g%%  or, if %g times are meant,  %g%%", "请写  %g%%；若是指 %g 倍，请写  %g%%", v,
                  v, v * 100);
}

static bool load_step(struct sz_ruling *g, const sz_yaml *key, const sz_yaml *level, sz_step *s) {
    *s = (sz_step){.text = sz_rules_copy(g->l, key->text), .param = SZ_NONE};
    if (sz_rule_step_nested(g, key, level)) return false;
    if (!sz_keys_shape(g->l, level, SZ_SHAPE_TEXT, key)) {
        g->failed = true;
        return false;
    }
    s->level = level_of(g, level);
    uint8_t type, unit;
    size_t unit_at;
    int64_t ms;
    if (g->r->value_type == SZ_X_DURATION && sz_duration_words(key->text, &ms)) { /* `3 days` too */
        s->value = (double)ms;
        return true;
    }
    if (!sz_literal_parse(key->text, &type, &unit, &s->value, &unit_at)) {
        if (unit_at == 0) return step_param(g, key, s);
        sz_literal_refuse(g->l, key, unit_at);
        g->failed = true;
        return false;
    }
    if (fits(g->r, type, unit)) {
        warn_share(g, key, unit, s->value);
        return true;
    }
    misfit(g, key, type);
    return false;
}

/* Of steps whose value is none: their levels are told with it. */
static void check_levels(struct sz_ruling *g, const sz_yaml *map) {
    bool is_turned = sz_rule_steps_turned(g, map);
    for (size_t i = 0; i < map->n && !is_turned; i++)
        if (!sz_rule_step_nested(g, map->keys[i], map->items[i]) &&
            sz_keys_shape(g->l, map->items[i], SZ_SHAPE_TEXT, map->keys[i]))
            level_of(g, map->items[i]);
}

struct placed {
    sz_step step;
    const sz_yaml *key;
};

static int upwards(const void *a, const void *b, void *ctx) {
    const struct placed *x = a, *y = b;
    int sign = *(const bool *)ctx ? -1 : 1;
    return x->step.value < y->step.value ? -sign : x->step.value > y->step.value ? sign : 0;
}

static void check_order(struct sz_ruling *g, const struct placed *v, uint32_t n) {
    for (uint32_t i = 1; i < n; i++) {
        sz_str a = v[i - 1].step.text, b = v[i].step.text;
        if (v[i - 1].step.value == v[i].step.value) {
            const sz_yaml *later = v[i].key->span.off > v[i - 1].key->span.off ? v[i].key : v[i - 1].key;
            g->failed = true;
            sz_rules_hint_say(sz_rules_error(g->l, C_STEP_TWICE, later->span,
                                             "two steps have one value: `%.*s` and `%.*s`",
                                             "两个档次的值相同：`%.*s` 和 `%.*s`", SZ_FMT_STR(a), SZ_FMT_STR(b)),
                              "take one of them out", "请去掉其中一个");
        } else if (v[i].step.level < v[i - 1].step.level) {
            sz_diag *d = sz_rules_warn(g->l, C_LEVEL_FALLS, v[i].key->span,
                                       "the step `%.*s` is reached after `%.*s` but has a lower level",
                                       "档次 `%.*s` 比 `%.*s` 后达到，级别却更低", SZ_FMT_STR(b), SZ_FMT_STR(a));
            sz_rules_hint_say(
                d, "levels never step down: give this step a higher level than the one before, or leave it out",
                "级别只升不降：请给这一档写比前一档更高的级别，或去掉它");
        }
    }
}

void sz_rule_steps(struct sz_ruling *g, const sz_yaml *map) {
    sz_rule *r = g->r;
    struct placed *v = SZ_NEWN(&g->l->tmp, struct placed, map->n + 1);
    uint32_t n = 0;
    bool is_constant = true;
    size_t errors = g->l->d->n_errors;
    bool is_turned = sz_rule_steps_turned(g, map);
    for (size_t i = 0; i < map->n && !is_turned; i++) {
        if (!load_step(g, map->keys[i], map->items[i], &v[n].step)) continue;
        sz_rule_warn_step(g, map->keys[i], &v[n].step);
        is_constant &= v[n].step.param == SZ_NONE;
        v[n++].key = map->keys[i];
    }
    if (map->n == 0)
        sz_rule_wrong(g, map->span, C_STEPS, "no step stands here", "这里没有写档次",
                      "for example  at_least: {3: yellow, 5: orange}", "例如  at_least: {3: yellow, 5: orange}");
    if (is_constant && g->l->d->n_errors == errors) {
        sz_sort(v, n, sizeof *v, upwards, &r->at_most);
        check_order(g, v, n);
    }
    r->steps = SZ_NEWN(g->l->a, sz_step, n + 1);
    r->n_steps = n;
    for (uint32_t i = 0; i < n; i++) r->steps[i] = v[i].step;
}

static const char value_no_event[] = "only `when:` may look at the record in hand";
static const char value_no_event_zh[] = "只有 `when:` 可以看当前这条记录";

static void load_value(struct sz_ruling *g) {
    sz_rule *r = g->r;
    struct sz_scan scan;
    bool is_read = sz_rules_scan(g->l, g->k.value->text, &scan);
    g->scope.no_event = value_no_event;
    g->scope.no_event_zh = value_no_event_zh;
    if (!sz_rule_steps_apart(g, "at_least") && !sz_rule_steps_apart(g, "at_most"))
        sz_rule_refuse(g, g->k.level, "level", C_LEVEL, "with `value:` the levels stand at the steps",
                       "用 `value:` 时级别写在档次上");
    r->value = sz_rules_compile(&g->scope, g->k.value, SZ_X_NUM, true);
    if (r->value) {
        r->value_type = sz_prog_type(r->value);
        r->value_unit = sz_prog_unit(r->value);
        bool refused = sz_rule_refuses_growing(g, r->value, g->k.value);
        if (!refused && sz_prog_grows(r->value) && !g->k.check && is_read && !scan.is_bare)
            sz_rule_wrong(g, g->k.value->span, C_GROWS,
                          "this value grows by itself: without a check only one feature may stand here",
                          "这个值会自己增长：没有 check 时这里只能写一个特征",
                          "give it a check, for example  check: daily at 07:00",
                          "请给它一个 check，例如  check: daily at 07:00");
    } else {
        g->failed = true;
    }
    const sz_yaml *steps = g->k.at_least ? g->k.at_least : g->k.at_most;
    r->at_most = steps && steps == g->k.at_most;
    if (g->k.at_least && g->k.at_most)
        sz_rule_refuse(g, g->k.at_most, "at_most", C_RULE_SHAPE, "a rule has `at_least:` or `at_most:`, not both",
                       "一条规则只能有 `at_least:` 或 `at_most:` 之一");
    if (steps && r->value) {
        sz_rule_steps(g, steps);
    } else if (steps) {
        check_levels(g, steps);
    } else if (!steps && !sz_rules_is_partial(g->l, g->decl->node) && !sz_near_key(g->decl->node, "at_least") &&
               !sz_near_key(g->decl->node, "at_most")) {
        sz_rule_wrong(g, sz_rules_key(g->decl->node, "value"), C_STEPS, "a rule with `value:` needs steps",
                      "有 `value:` 的规则必须写档次", "add  at_least: {3: yellow, 5: orange}  or  at_most:",
                      "请加  at_least: {3: yellow, 5: orange}  或  at_most:");
    }
    if (g->adjust && g->adjust->level)
        sz_rule_wrong(g, g->adjust->level->span, C_ADJUST_LEVEL,
                      "this rule has steps, each with its level; an adjust cannot change them",
                      "这条规则按档次分级，不能用 adjust 改级别",
                      "put another rule in its place with  replaces:", "请用  replaces:  整体替换");
}

void sz_rule_shape(struct sz_ruling *g) {
    if (g->k.sequence) {
        sz_rule_sequence(g);
    } else if (g->k.points) {
        sz_rule_points(g);
    } else if (g->k.when && g->k.value) {
        sz_rule_wrong(g, sz_rules_key(g->decl->node, "value"), C_RULE_SHAPE, "a rule has `when:` or `value:`, not both",
                      "一条规则只能有 `when:` 或 `value:` 之一",
                      "make two rules of it, or count where the condition holds:  value: n < 2 ? m : 0",
                      "请拆成两条规则，或只在条件成立时计数：value: n < 2 ? m : 0");
    } else if (g->k.when) {
        load_when(g);
    } else if (g->k.value) {
        load_value(g);
    } else {
        g->failed = true;
        bool is_said = sz_near_key(g->decl->node, "when") || sz_near_key(g->decl->node, "value") ||
                       sz_near_key(g->decl->node, "points") || sz_near_key(g->decl->node, "sequence");
        if (!is_said && !sz_rules_is_partial(g->l, g->decl->node))
            sz_rule_wrong(g, g->decl->key->span, C_RULE_SHAPE, "this rule does not say when it fires",
                          "这条规则没有写什么时候触发", "write  when: …  with  level:, or  value: …  with  at_least:",
                          "请写  when: …  配  level:，或  value: …  配  at_least:");
    }
}
