/* SPDX-License-Identifier: Apache-2.0 */
#include "toy_names.h"

const toy_name toy_names[] = {
    {"event.amount", SZ_X_NUM, SZ_UNIT_YUAN, 0, 0, 0, 0, 0},
    {"event.op", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"event.status", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"event.kind", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"event.card", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"event.time", SZ_X_TIME, 0, 0, 0, 0, 0, 0},
    {"event.clock", SZ_X_STR, 0, 0, 0, 0, 0, SZ_FORM_CLOCK},
    {"event.night", SZ_X_STR, 0, 0, 0, 0, 0, SZ_FORM_DATE},
    {"event.late", SZ_X_BOOL, 0, 0, 0, 0, 0, 0},
    {"event.hour", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"place.kind", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"first.card", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"student.year", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"student.school", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"student.tags", SZ_X_LIST_STR, 0, 0, 0, 0, 0, 0},
    {"calendar.holiday", SZ_X_BOOL, 0, 0, 0, 0, 0, 0},
    {"calendar.in(exams)", SZ_X_BOOL, 0, 0, 0, 0, 0, 0},
    {"calendar.days_to(exams)", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"last_door", SZ_X_RECORD, 0, 0, 0, 0, 0, 0},
    {"last_door.time", SZ_X_TIME, 0, 0, 0, 0, 0, 0},
    {"last_door.age", SZ_X_DURATION, 0, 1, 0, 0, 0, 0},
    {"last_door.direction", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"last_door.place.name", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"silence", SZ_X_DURATION, 0, 1, 0, 0, 0, 0},
    {"n", SZ_X_NUM, SZ_UNIT_COUNT, 0, 0, 0, 0, 0},
    {"m", SZ_X_NUM, SZ_UNIT_COUNT, 0, 0, 0, 0, 0},
    {"nights", SZ_X_NUM, SZ_UNIT_DAYS, 0, 0, 0, 0, 0},
    {"spend", SZ_X_NUM, SZ_UNIT_YUAN, 0, 0, 0, 0, 0},
    {"missed_hours", SZ_X_NUM, SZ_UNIT_CLASS_HOURS, 0, 0, 0, 0, 0},
    {"spend_habit.ratio", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"fall", SZ_X_NUM, SZ_UNIT_SHARE, 0, 0, 0, 0, 0},
    {"late_nights_7d", SZ_X_NUM, SZ_UNIT_DAYS, 0, 0, 0, 0, 0},
    {"few", SZ_X_NUM, 0, 0, 1, 0, 0, 0},
    {"wait", SZ_X_DURATION, 0, 0, 1, 0, 0, 0},
    {"limit", SZ_X_DURATION, 0, 0, 1, 1, 86400000, 0},
    {"spend_max", SZ_X_NUM, SZ_UNIT_YUAN, 0, 1, 1, 420, 0},
    {"drop", SZ_X_NUM, SZ_UNIT_SHARE, 0, 1, 1, 0.5, 0},
    {"kinds", SZ_X_LIST_STR, 0, 0, 1, 1, 0, 0},
    {"watched", SZ_X_LIST_STR, 0, 0, 1, 0, 0, 0},
    {"levels", SZ_X_LIST_NUM, 0, 0, 1, 0, 0, 0},
    {"a", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"b", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"c", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"p", SZ_X_BOOL, 0, 0, 0, 0, 0, 0},
    {"q", SZ_X_BOOL, 0, 0, 0, 0, 0, 0},
    {"r", SZ_X_BOOL, 0, 0, 0, 0, 0, 0},
    {"s", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"t", SZ_X_STR, 0, 0, 0, 0, 0, 0},
    {"du", SZ_X_DURATION, 0, 0, 0, 0, 0, 0},
    {"dv", SZ_X_DURATION, 0, 0, 0, 0, 0, 0},
    {"tx", SZ_X_TIME, 0, 0, 0, 0, 0, 0},
    {"ty", SZ_X_TIME, 0, 0, 0, 0, 0, 0},
    {"alike.percentile", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"event.weekday", SZ_X_NUM, 0, 0, 0, 0, 0, 0},
    {"broken", SZ_X_ANY, 0, 0, 0, 0, 0, 0},
};
const uint32_t toy_n_names = sizeof toy_names / sizeof *toy_names;

static const sz_str ops[] = {{"consume", 7}, {"refund", 6}, {"reversal", 8}, {"topup", 5}};
static const sz_str statuses[] = {{"present", 7}, {"late", 4}, {"early_leave", 11}, {"absent", 6}, {"excused", 7}, {"unknown", 7}};
static const sz_str directions[] = {{"in", 2}, {"out", 3}};
static const sz_str kind_texts[] = {{"job-fair", 8}, {"interview", 9}};
const sz_list toy_kinds = {.strs = kind_texts, .n = 2};

static void choices_of(const char *path, sz_symbol *out) {
    if (strcmp(path, "event.op") == 0) out->choices = ops, out->n_choices = 4;
    if (strcmp(path, "event.status") == 0) out->choices = statuses, out->n_choices = 6;
    if (strcmp(path, "last_door.direction") == 0) out->choices = directions, out->n_choices = 2;
}

/* Names of the path that the table's row agrees with, counted; the whole row must be used up for a match. */
static uint32_t agree(const char *row, const sz_str *path, uint32_t n, const sz_str *arg, bool *whole) {
    uint32_t i = 0;
    const char *at = row;
    *whole = false;
    for (; i < n; i++) {
        size_t k = strcspn(at, ".(");
        if (k != path[i].n || memcmp(at, path[i].p, k) != 0) return i;
        at += k;
        if (*at == '.') at++;
        else if (*at == '\0' || *at == '(') { i++; break; }
    }
    if (i < n) return i;
    if (*at == '\0') *whole = !arg;
    else if (*at == '(' && arg) *whole = strlen(at) == arg->n + 2 && memcmp(at + 1, arg->p, arg->n) == 0;
    return i;
}

static bool resolve(void *ctx, const sz_str *path, uint32_t n, const sz_str *arg, bool has, sz_symbol *out, uint32_t *bad_at, const char **hint, const char **hint_zh) {
    uint32_t best = 0;
    (void)ctx;
    (void)has;
    for (uint32_t k = 0; k < toy_n_names; k++) {
        const toy_name *t = &toy_names[k];
        bool whole;
        uint32_t i = agree(t->path, path, n, arg, &whole);
        if (i > best) best = i;
        if (!whole) continue;
        *out = (sz_symbol){.type = t->type, .unit = t->unit, .is_growing = t->grows, .is_const = t->is_const, .is_param = t->is_param, .slot = k, .form = t->form};
        out->value = (sz_xval){.type = t->type, .num = t->num};
        if (t->is_const && t->type == SZ_X_LIST_STR) out->value.list = &toy_kinds;
        choices_of(t->path, out);
        if (strcmp(t->path, "alike.percentile") == 0) out->high = 100;
        if (strcmp(t->path, "event.hour") == 0) out->high = 23;
        if (strcmp(t->path, "event.weekday") == 0) out->low = 1, out->high = 7;
        if (strcmp(t->path, "late_nights_7d") == 0) out->most = 7;
        return true;
    }
    *bad_at = best;
    if (best == 0 && sz_str_is(path[0], "late_night_7d")) {
        *hint = "did you mean `late_nights_7d`?  (feature, rules/safety/late.yaml:14)";
        *hint_zh = "是不是 `late_nights_7d`？（特征，rules/safety/late.yaml:14）";
    }
    return false;
}

static void load(void *ctx, uint32_t slot, sz_xval *out) {
    toy_values *v = ctx;
    v->n_loads++;
    *out = v->v[slot];
}

sz_resolver toy_resolver(void) { return (sz_resolver){NULL, resolve}; }
sz_loader toy_loader(toy_values *v) { return (sz_loader){v, load}; }

uint32_t toy_slot(const char *path) {
    for (uint32_t k = 0; k < toy_n_names; k++)
        if (strcmp(toy_names[k].path, path) == 0) return k;
    return UINT32_MAX;
}

sz_xval toy_num(double d) { return (sz_xval){.type = SZ_X_NUM, .num = d}; }
sz_xval toy_at_least(double d) { return (sz_xval){.type = SZ_X_NUM, .know = SZ_AT_LEAST, .num = d}; }
sz_xval toy_bool(bool b) { return (sz_xval){.type = SZ_X_BOOL, .b = b}; }
sz_xval toy_str(const char *s) { return (sz_xval){.type = SZ_X_STR, .str = sz_str_of(s)}; }
sz_xval toy_duration(double ms) { return (sz_xval){.type = SZ_X_DURATION, .num = ms}; }
sz_xval toy_time(double ms) { return (sz_xval){.type = SZ_X_TIME, .num = ms}; }
sz_xval toy_unknown(void) { return (sz_xval){.know = SZ_UNKNOWN}; }
sz_xval toy_error(void) { return (sz_xval){.know = SZ_UNKNOWN, .is_error = true}; }

void toy_clear(toy_values *v) {
    memset(v, 0, sizeof *v);
    for (uint32_t k = 0; k < TOY_MOST; k++) v->v[k] = toy_unknown();
}

void toy_set(toy_values *v, const char *path, sz_xval x) {
    uint32_t slot = toy_slot(path);
    if (slot < TOY_MOST) v->v[slot] = x;
}

typedef struct place {
    const sz_source *src;
} place;

static sz_span locate(void *ctx, uint32_t off, uint32_t len) {
    const place *p = ctx;
    return (sz_span){p->src, off, len};
}

const sz_prog *toy_compile(sz_arena *a, const char *text, sz_xtype want, bool grow_ok, sz_diags *d) {
    place p = {sz_source_new(a, "rules/x.yaml", text, strlen(text))};
    sz_resolver r = toy_resolver();
    sz_compile_opts o = {.want = want, .grow_ok = grow_ok, .locate = locate, .locate_ctx = &p};
    return sz_prog_compile(a, sz_str_of(text), &r, &o, d);
}

/* ---- the fixture ---- */

sz_arena toy_arena;
toy_values toy_world;

int toy_setup(void **unused) {
    (void)unused;
    sz_arena_init(&toy_arena);
    toy_clear(&toy_world);
    return 0;
}

int toy_teardown(void **unused) {
    (void)unused;
    sz_arena_fini(&toy_arena);
    return 0;
}
