/* SPDX-License-Identifier: Apache-2.0
 *
 * What a name in a condition means: the sz_resolver of sz_prog_compile. One function a first name, in a table; then
 * the rule's params, features, and global params.
 */
#include "load.h"

/* A path being resolved. */
struct path {
    struct sz_scope *s;
    const sz_str *v;
    uint32_t n;
    const sz_str *arg;
    sz_symbol *out;
    uint32_t *bad_at;
    const char **hint, **hint_zh;
};

static bool no(const struct path *p, uint32_t at, const char *en, const char *zh) {
    *p->bad_at = at;
    if (en) {
        *p->hint = en;
        *p->hint_zh = zh;
    }
    return false;
}

/* A name with a finding of its own: fits everywhere, so that nothing is said twice. */
static bool failed(const struct path *p) {
    p->s->has_failed = true;
    *p->out = (sz_symbol){.type = SZ_X_ANY, .is_param = true};
    return true;
}

/* ---- event.*, place.* ---- */

/* `event.time.hour`: it is a field of the record too. */
static bool part_of_time(struct sz_loading *l, const sz_str *names, uint32_t n, uint32_t used, const char *prefix,
                         const char **en, const char **zh) {
    static const char *const parts[] = {"hour", "weekday", "clock"};
    if (n != 2 || used != 1 || !sz_str_is(names[0], "time") || sz_rules_index(names[1], parts, 3) < 0) return false;
    *en = TXT(l, "write  %s%.*s", prefix, SZ_FMT_STR(names[1]));
    *zh = TXT(l, "请写  %s%.*s", prefix, SZ_FMT_STR(names[1]));
    return true;
}

static bool record_field(const struct path *p, const sz_str *names, uint32_t n, uint32_t skip, uint64_t types,
                         bool has_age, const char *prefix, struct sz_field_ref *f) {
    struct sz_loading *l = p->s->l;
    uint32_t used;
    const char *en = NULL, *zh = NULL;
    if (!sz_field_find(l, names, n, types, has_age, f, &used)) {
        sz_field_near(l, names, n, types, has_age, prefix, &en, &zh);
        return no(p, skip + used, en, zh);
    }
    if (used < n && p->arg) return no(p, skip + used, NULL, NULL); /* a function: the checker knows them */
    if (used < n && part_of_time(l, names, n, used, prefix, &en, &zh)) return no(p, skip + used, en, zh);
    if (used < n)
        return no(p, skip + used, TXT(l, "a field of a record has no parts of its own"), "记录的字段没有下级字段");
    *p->out = (sz_symbol){.type = f->type,
                          .unit = f->unit,
                          .choices = f->choices,
                          .n_choices = f->n_choices,
                          .is_open = f->is_open,
                          .is_roster = f->is_roster,
                          .form = f->form,
                          .is_growing = f->field == SZ_EF_AGE};
    if (f->field == SZ_EF_WEEKDAY) p->out->low = 1, p->out->high = 7;
    if (f->field == SZ_EF_HOUR) p->out->high = 23;
    return true;
}

static bool of_event(const struct path *p) {
    struct sz_scope *s = p->s;
    if (s->no_event) return no(p, 0, s->no_event, s->no_event_zh);
    bool is_place = sz_str_is(p->v[0], "place");
    uint32_t skip = is_place ? 0 : 1;
    if (p->n == skip) {
        *p->out = (sz_symbol){.type = SZ_X_RECORD, .slot = SZ_SLOT(SZ_SPACE_EVENT, 0, SZ_EF_ID)};
        return true;
    }
    struct sz_field_ref f;
    if (!record_field(p, p->v + skip, p->n - skip, skip, s->types, false, is_place ? "" : "event.", &f)) return false;
    p->out->slot = SZ_SLOT(SZ_SPACE_EVENT, 0, f.field);
    return true;
}

/* ---- student.*, calendar.* ---- */

static bool near_field(const struct path *p, const sz_field_info *fields, uint32_t n, const char *prefix,
                       const char *zh_name) {
    struct sz_near near = sz_near_to(p->s->l, p->v[1]);
    const char *all = "", *en = NULL, *zh = NULL;
    for (uint32_t i = 0; i < n; i++) {
        sz_near_z(&near, fields[i].name);
        all = TXT(p->s->l, "%s  %s", all, fields[i].name);
    }
    if (sz_near_any(&near)) near.found = sz_str_of(TXT(p->s->l, "%s.%.*s", prefix, SZ_FMT_STR(near.found)));
    if (!sz_near_words(p->s->l, &near, &en, &zh)) {
        en = TXT(p->s->l, "a %s has%s", prefix, all);
        zh = TXT(p->s->l, "%s有%s", zh_name, all);
    }
    return no(p, 1, en, zh);
}

static bool of_student(const struct path *p) {
    if (p->n < 2)
        return no(p, 0, "name a field of the student, for example  student.year",
                  "请写学生的某一项，例如  student.year");
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++) {
        if (!sz_str_is(p->v[1], sz_sfields[i].name)) continue;
        if (p->n > 2) return no(p, 2, NULL, NULL);
        *p->out = (sz_symbol){
            .type = sz_sfields[i].type, .unit = sz_sfields[i].unit, .slot = SZ_SLOT(SZ_SPACE_STUDENT, 0, i)};
        sz_student_choices(p->s->l, i, p->out);
        return true;
    }
    if (sz_str_is(p->v[1], "on_leave"))
        return no(p, 1, "nobody is told of while on leave, unless: says so; of a record it is asked by event.on_leave",
                  "请假的学生默认不提醒（unless: 里总有 on_leave），不用写；一条记录当时是否请假写 event.on_leave");
    return near_field(p, sz_sfields, SZ_N_SFIELDS, "student", "学生");
}

/* A calendar without periods: in() is false and days_to() unknown, both for ever. The caller warns. */
static bool without_periods(const struct path *p, uint32_t field) {
    p->s->period = *p->arg;
    bool is_in = field == SZ_CF_IN;
    *p->out = (sz_symbol){.type = sz_cfields[field].type, .unit = sz_cfields[field].unit, .is_const = true};
    p->out->value = (sz_xval){.type = sz_cfields[field].type, .know = is_in ? SZ_KNOWN : SZ_UNKNOWN};
    return true;
}

static bool of_period(const struct path *p, uint32_t field) {
    const sz_calendar *k = p->s->l->calendar;
    if (!p->arg)
        return no(p, 1, TXT(p->s->l, "name a period:  calendar.%s(\"exams\")", sz_cfields[field].name),
                  TXT(p->s->l, "请写明时段：calendar.%s(\"exams\")", sz_cfields[field].name));
    if (!k || k->n_periods == 0) return without_periods(p, field);
    struct sz_near near = sz_near_to(p->s->l, *p->arg);
    const char *en = NULL, *zh = NULL, *all = "";
    for (uint32_t i = 0; i < k->n_periods && i < 256; i++) {
        if (sz_str_eq(k->periods[i].id, *p->arg)) {
            *p->out = (sz_symbol){.type = sz_cfields[field].type,
                                  .unit = sz_cfields[field].unit,
                                  .slot = SZ_SLOT(SZ_SPACE_CALENDAR, i, field)};
            return true;
        }
        sz_near_try(&near, k->periods[i].id, NULL, NULL, (sz_span){0});
        all = TXT(p->s->l, "%s  %.*s", all, SZ_FMT_STR(k->periods[i].id));
    }
    if (!sz_near_words(p->s->l, &near, &en, &zh)) {
        en = TXT(p->s->l, "calendar.yaml has the periods%s", all);
        zh = TXT(p->s->l, "calendar.yaml 里的时段有%s", all);
    }
    return no(p, p->n, en, zh);
}

/* The terms that there are, and how many weeks the longest has: of a calendar without terms nothing is known. */
static void term_choices(struct sz_loading *l, sz_symbol *out) {
    const sz_calendar *k = l->calendar;
    sz_str *ids = SZ_NEWN(l->a, sz_str, k->n_terms);
    for (uint32_t i = 0; i < k->n_terms; i++) ids[i] = sz_rules_copy(l, k->terms[i].id);
    out->choices = ids;
    out->n_choices = k->n_terms;
    out->is_open = out->is_roster = true;
}

static double most_weeks(const sz_calendar *k) {
    int32_t most = 0;
    for (uint32_t i = 0; i < k->n_terms; i++) {
        int32_t weeks = sz_calendar_week(k, k->terms[i].to_day);
        if (weeks > most) most = weeks;
    }
    return most;
}

static void held_by_calendar(struct sz_loading *l, uint32_t field, sz_symbol *out) {
    if (!l->calendar || !l->calendar->n_terms) return;
    if (field == SZ_CF_TERM) term_choices(l, out);
    if (field == SZ_CF_WEEK) out->most = most_weeks(l->calendar);
}

static bool of_calendar(const struct path *p) {
    if (p->n < 2)
        return no(p, 0, "name what is asked, for example  calendar.week", "请写明要问什么，例如  calendar.week");
    for (uint32_t i = 0; i < SZ_N_CFIELDS; i++) {
        if (!sz_str_is(p->v[1], sz_cfields[i].name)) continue;
        if (p->n > 2) return no(p, 2, NULL, NULL);
        if (i == SZ_CF_IN || i == SZ_CF_DAYS_TO) return of_period(p, i);
        if (p->arg)
            return no(p, 1, TXT(p->s->l, "write  calendar.%s  without ( )", sz_cfields[i].name),
                      TXT(p->s->l, "请写  calendar.%s，不带括号", sz_cfields[i].name));
        *p->out = (sz_symbol){
            .type = sz_cfields[i].type, .unit = sz_cfields[i].unit, .slot = SZ_SLOT(SZ_SPACE_CALENDAR, 0, i)};
        held_by_calendar(p->s->l, i, p->out);
        return true;
    }
    if (sz_str_is(p->v[1], "period") || sz_str_is(p->v[1], "periods"))
        return no(p, 1, "whether it is that period is asked with  calendar.in(\"exams\")",
                  "是不是在某个时段，请写  calendar.in(\"exams\")");
    return near_field(p, sz_cfields, SZ_N_CFIELDS, "calendar", "校历");
}

/* ---- params ---- */

static void param_symbol(const sz_param *p, uint32_t at, sz_symbol *out) {
    *out = (sz_symbol){.type = p->type, .unit = p->unit, .is_param = true, .slot = SZ_SLOT(SZ_SPACE_PARAM, 0, at)};
}

static bool no_parts(const struct path *p, const char *what, const char *what_zh) {
    if (p->n == 1 && !p->arg) return true;
    return no(p, p->n == 1 ? 0 : 1, TXT(p->s->l, "`%.*s` is %s: it has no parts", SZ_FMT_STR(p->v[0]), what),
              TXT(p->s->l, "`%.*s` 是%s，没有下级字段", SZ_FMT_STR(p->v[0]), what_zh));
}

static bool own_param(const struct path *p, bool *found) {
    for (uint32_t i = 0; i < p->s->n_params; i++) {
        if (!sz_str_eq(p->s->params[i].name, p->v[0])) continue;
        *found = true;
        if (!no_parts(p, "a param", "参数")) return false;
        param_symbol(&p->s->params[i], i, p->out);
        return true;
    }
    return false;
}

/* In rules, and in a step's `where`, it joins the rule's params; in events and features it must be constant and stands
 * for its value. */
static bool global_param(const struct path *p, const struct sz_decl *d) {
    struct sz_scope *s = p->s;
    if (!no_parts(p, "a param", "参数")) return false;
    const sz_param *g = &s->l->global_params[d->index];
    if (d->state == SZ_DECL_FAILED) { return failed(p); }
    if (s->kind != SZ_SCOPE_RULE && !s->is_step) {
        if (!sz_param_is_const(g)) return failed(p); /* said before by sz_rules_compile_part */
        *p->out = (sz_symbol){.type = g->type, .unit = g->unit, .is_const = true, .value = g->cases[0].value};
        return true;
    }
    if (s->n_params == SZ_PARAMS_MAX) return no(p, 0, "one rule may have so many params only", "一条规则的参数太多");
    *SZ_PUSH(s->l->a, s->params, s->n_params, s->cap_params) = *g;
    param_symbol(g, s->n_params - 1, p->out);
    return true;
}

/* ---- features ---- */

/* `habit.ratio`: one of the numbers that the operator gives by name. */
static bool feature_part(const struct path *p, const sz_feature *f, uint32_t index) {
    const sz_operator_row *row = &sz_operators[f->op];
    struct sz_near near = sz_near_to(p->s->l, p->v[1]);
    const char *en = NULL, *zh = NULL, *all = "";
    for (uint32_t i = 0; i < row->n_parts; i++) {
        if (sz_str_is(p->v[1], row->parts[i].name)) {
            if (p->n > 2) return no(p, 2, NULL, NULL);
            uint8_t unit = row->parts[i].unit < SZ_N_UNITS ? row->parts[i].unit : f->unit;
            *p->out = (sz_symbol){.type = SZ_X_NUM, .unit = unit, .slot = SZ_SLOT(SZ_SPACE_FEATURE, 1u + i, index)};
            if (f->op == SZ_OP_PEERS && i == SZ_PEERS_PERCENTILE) p->out->high = 100;
            return true;
        }
        sz_near_try(&near, sz_str_of(row->parts[i].name), NULL, NULL, (sz_span){0});
        all = TXT(p->s->l, "%s  .%s", all, row->parts[i].name);
    }
    if (!sz_near_words(p->s->l, &near, &en, &zh)) {
        en = TXT(p->s->l, "%s has%s", row->name, all);
        zh = TXT(p->s->l, "%s 有%s", row->name, all);
    }
    return no(p, 1, en, zh);
}

static bool feature_field(const struct path *p, const sz_feature *f, uint32_t index) {
    struct sz_loading *l = p->s->l;
    if (sz_operators[f->op].n_parts) return feature_part(p, f, index);
    if (f->op == SZ_OP_ABSENCE)
        return no(p, 1,
                  TXT(l, "`%.*s` is a duration by itself:  params: {limit: 24h}  and  %.*s >= limit",
                      SZ_FMT_STR(p->v[0]), SZ_FMT_STR(p->v[0])),
                  TXT(l, "`%.*s` 本身就是时长：params: {limit: 24h}，再写  %.*s >= limit", SZ_FMT_STR(p->v[0]),
                      SZ_FMT_STR(p->v[0])));
    if (f->op != SZ_OP_FIRST && f->op != SZ_OP_LAST) {
        const char *en = TXT(l, "`%.*s` is a number (%s); only first and last have fields", SZ_FMT_STR(p->v[0]),
                             sz_operators[f->op].name);
        const char *zh =
            TXT(l, "`%.*s` 是一个数（%s）；只有 first 和 last 有字段", SZ_FMT_STR(p->v[0]), sz_operators[f->op].name);
        return no(p, 1, en, zh);
    }
    struct sz_field_ref r;
    const char *prefix = TXT(l, "%.*s.", SZ_FMT_STR(p->v[0]));
    if (!record_field(p, p->v + 1, p->n - 1, 1, l->b->fs.matchers[f->matcher].types, true, prefix, &r)) return false;
    p->out->slot = SZ_SLOT(SZ_SPACE_FEATURE, 1u + r.field, index);
    return true;
}

static bool of_feature(const struct path *p, const struct sz_decl *d) {
    struct sz_loading *l = p->s->l;
    if (p->s->kind == SZ_SCOPE_WHERE || d->state != SZ_DECL_DONE) { return failed(p); }
    const sz_feature *f = &l->b->fs.features[d->index];
    if (p->arg) return no_parts(p, "a feature", "特征");
    if (p->n > 1) return feature_field(p, f, d->index);
    *p->out = (sz_symbol){.type = f->type,
                          .unit = f->unit,
                          .is_growing = f->is_growing,
                          .is_ratio = f->is_ratio,
                          .most = sz_feature_most(f),
                          .slot = SZ_SLOT(SZ_SPACE_FEATURE, 0, d->index)};
    if (f->op == SZ_OP_BASELINE) p->out->part = "ratio";
    if (f->op == SZ_OP_PEERS) p->out->part = "percentile";
    return true;
}

/* ---- earlier steps of a sequence ---- */

static bool of_step(const struct path *p, bool *found) {
    const struct sz_scope *s = p->s;
    for (uint32_t i = 0; i < s->n_steps; i++) {
        if (!s->steps[i].as.n || !sz_str_eq(s->steps[i].as, p->v[0])) continue;
        *found = true;
        if (p->arg) return no_parts(p, "a step", "步骤");
        if (p->n == 1) {
            *p->out = (sz_symbol){.type = SZ_X_RECORD, .slot = SZ_SLOT(SZ_SPACE_STEP, i, SZ_EF_ID)};
            return true;
        }
        struct sz_field_ref f;
        const char *prefix = TXT(s->l, "%.*s.", SZ_FMT_STR(p->v[0]));
        if (!record_field(p, p->v + 1, p->n - 1, 1, s->steps[i].types, false, prefix, &f)) return false;
        p->out->slot = SZ_SLOT(SZ_SPACE_STEP, i, f.field);
        return true;
    }
    return false;
}

/* ---- all ---- */

static const struct {
    const char *name;
    bool (*resolve)(const struct path *p);
} roots[] = {
    {"event", of_event},
    {"place", of_event},
    {"student", of_student},
    {"calendar", of_calendar},
};
enum { N_ROOTS = sizeof roots / sizeof *roots };

struct sz_near sz_scope_near(struct sz_scope *s, sz_str name) {
    struct sz_loading *l = s->l;
    struct sz_near near = sz_near_to(l, name);
    for (uint32_t i = 0; i < s->n_params; i++)
        sz_near_try(&near, s->params[i].name, "param of this rule", "本规则的参数", (sz_span){0});
    for (uint32_t i = 0; s->kind != SZ_SCOPE_WHERE && i < l->features.n; i++)
        sz_near_try(&near, l->features.v[i].name, "feature", "特征", l->features.v[i].key->span);
    for (uint32_t i = 0; i < l->params.n; i++)
        sz_near_try(&near, l->params.v[i].name, "param", "参数", l->params.v[i].key->span);
    for (uint32_t i = 0; s->kind != SZ_SCOPE_WHERE && i < l->features.n; i++)
        sz_near_label(&near, &l->features.v[i], "feature", "特征");
    for (uint32_t i = 0; i < l->params.n; i++) sz_near_label(&near, &l->params.v[i], "param", "参数");
    for (uint32_t i = 0; i < s->n_steps; i++)
        if (s->steps[i].as.n) sz_near_try(&near, s->steps[i].as, "step", "步骤", (sz_span){0});
    for (uint32_t i = 0; i < N_ROOTS; i++) sz_near_z(&near, roots[i].name);
    return near;
}

/* A field said without its owner: `direction` for event.direction, `year` for student.year. */
static bool hint_owner(const struct path *p) {
    struct sz_loading *l = p->s->l;
    const char *owner = NULL;
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++)
        if (sz_str_is(p->v[0], sz_sfields[i].name)) owner = "student";
    for (uint32_t i = 0; i < SZ_N_CFIELDS; i++)
        if (sz_str_is(p->v[0], sz_cfields[i].name)) owner = "calendar";
    struct sz_field_ref f;
    uint32_t used;
    if (!p->s->no_event && sz_field_find(l, &p->v[0], 1, p->s->types, false, &f, &used)) owner = "event";
    const sz_str of_place[] = {SZ_STR("place"), p->v[0]};
    if (!owner && !p->s->no_event && sz_field_find(l, of_place, 2, p->s->types, false, &f, &used)) owner = "place";
    if (!owner) return false;
    *p->hint = TXT(l, "did you mean `%s.%.*s`?", owner, SZ_FMT_STR(p->v[0]));
    *p->hint_zh = TXT(l, "是不是 `%s.%.*s`？", owner, SZ_FMT_STR(p->v[0]));
    return true;
}

/* `few` of `too-few`, where somebody has declared such a name: what is wrong with it was said there. */
static bool is_part_of(sz_str declared, sz_str name) {
    bool is_there = false;
    if (!declared.n || !memchr(declared.p, '-', declared.n)) return false;
    for (size_t from = 0; from < declared.n && !is_there;) {
        const char *dash = memchr(declared.p + from, '-', declared.n - from);
        size_t to = dash ? (size_t)(dash - declared.p) : declared.n;
        is_there = sz_str_eq((sz_str){declared.p + from, to - from}, name);
        from = to + 1;
    }
    return is_there;
}

static bool is_of_dashed(const struct sz_scope *s, sz_str name) {
    for (uint32_t i = 0; i < s->n_params; i++)
        if (is_part_of(s->params[i].name, name)) return true;
    for (uint32_t i = 0; i < s->l->params.n; i++)
        if (is_part_of(s->l->params.v[i].name, name)) return true;
    for (uint32_t i = 0; i < s->l->features.n; i++)
        if (is_part_of(s->l->features.v[i].name, name)) return true;
    return false;
}

/* `absence > limit`: an operator where the feature that has it should stand. */
static bool hint_operator(const struct path *p) {
    struct sz_loading *l = p->s->l;
    const struct sz_decl *only = NULL;
    uint32_t op = 0, n = 0;
    while (op < SZ_N_OPERATORS && !sz_str_is(p->v[0], sz_operators[op].name)) op++;
    if (op == SZ_N_OPERATORS) return false;
    for (uint32_t i = 0; i < l->features.n; i++)
        if (sz_yaml_get(l->features.v[i].node, sz_operators[op].name)) only = &l->features.v[i], n++;
    if (n == 1) {
        const char *place = sz_rules_place(l, only->key->span);
        *p->hint = TXT(l, "did you mean `%.*s`?  (feature, %s)", SZ_FMT_STR(only->name), place);
        *p->hint_zh = TXT(l, "是不是 `%.*s`？（特征，%s）", SZ_FMT_STR(only->name), place);
        return true;
    }
    const char *name = sz_operators[op].name, *example = sz_operators[op].example;
    *p->hint = TXT(l, "`%s` is what a feature does: give it a name, for example  %s", name, example);
    *p->hint_zh = TXT(l, "`%s` 是特征的算法：请先声明一个特征，例如  %s", name, example);
    return true;
}

/* Nobody declares these: what to write instead is said where the expression is checked. */
static bool is_of_other_languages(sz_str name) {
    static const char *const words[] = {"unknown", "missing", "None", "NULL", "True", "TRUE", "False", "FALSE",
                                        "now",     "today",   "yes",  "Yes",  "YES",  "no",   "No",    "NO"};
    return sz_rules_index(name, words, sizeof words / sizeof *words) >= 0;
}

/* `params.few`, `features.n`: names stand alone; and `swipe > 3`: a type of records is counted by a feature. */
static bool hint_listed(const struct path *p) {
    static const char *const lists[] = {"features", "feature", "params", "param", "rule", "rules", "this"};
    struct sz_loading *l = p->s->l;
    if (p->n == 2 && sz_rules_index(p->v[0], lists, sizeof lists / sizeof *lists) >= 0) {
        *p->hint = TXT(l, "write  %.*s  alone", SZ_FMT_STR(p->v[1]));
        *p->hint_zh = TXT(l, "只写  %.*s", SZ_FMT_STR(p->v[1]));
        return true;
    }
    if (p->n != 1 || p->s->kind == SZ_SCOPE_WHERE || !l->types || sz_types_find(l->types, p->v[0]) < 0) return false;
    *p->hint = TXT(l, "`%.*s` is a type of records: count it with a feature, for example  {count: %.*s, over: 7d}",
                   SZ_FMT_STR(p->v[0]), SZ_FMT_STR(p->v[0]));
    *p->hint_zh = TXT(l, "`%.*s` 是记录类型：请用特征来数它，例如  {count: %.*s, over: 7d}", SZ_FMT_STR(p->v[0]),
                      SZ_FMT_STR(p->v[0]));
    return true;
}

static bool unknown(const struct path *p) {
    struct sz_loading *l = p->s->l;
    if (p->n == 1 && !p->arg && is_of_dashed(p->s, p->v[0])) return failed(p);
    if (p->s->lacks_params && p->n == 1 && !p->arg) return failed(p);
    *p->bad_at = 0;
    struct sz_near near = sz_scope_near(p->s, p->v[0]);
    if ((near.best != 1 || !sz_near_any(&near)) && hint_owner(p)) return false;
    if (sz_near_words(l, &near, p->hint, p->hint_zh)) return false;
    if (hint_listed(p)) return false;
    const struct sz_decl *e = sz_decls_find(&l->events, p->v[0]);
    if (!e && (hint_operator(p) || is_of_other_languages(p->v[0]))) return false;
    if (!e) {
        *p->hint = "declare it under  features:  or  params:";
        *p->hint_zh = "请在  features:  或  params:  里声明它";
        return false;
    }
    *p->hint = TXT(l, "`%.*s` is an event (%s): count it with a feature, for example  {count: %.*s, over: 7d}",
                   SZ_FMT_STR(e->name), sz_rules_place(l, e->key->span), SZ_FMT_STR(e->name));
    *p->hint_zh = TXT(l, "`%.*s` 是事件（%s）：请用特征来数它，例如  {count: %.*s, over: 7d}", SZ_FMT_STR(e->name),
                      sz_rules_place(l, e->key->span), SZ_FMT_STR(e->name));
    return false;
}

bool sz_rules_resolve(void *ctx, const sz_str *v, uint32_t n, const sz_str *arg, bool has, sz_symbol *out,
                      uint32_t *bad_at, const char **hint, const char **hint_zh) {
    struct path p = {ctx, v, n, arg, out, bad_at, hint, hint_zh};
    (void)has;
    if (n == 0) return false;
    for (uint32_t i = 0; i < N_ROOTS; i++)
        if (sz_str_is(v[0], roots[i].name)) return roots[i].resolve(&p);
    bool found = false, ok = of_step(&p, &found) || (!found && own_param(&p, &found));
    if (found) return ok;
    const struct sz_decl *d = sz_feature_find(p.s->l, v[0]);
    if (d) return of_feature(&p, d);
    d = sz_decls_find(&p.s->l->params, v[0]);
    if (d) return global_param(&p, d);
    return unknown(&p);
}
