/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields of records: which types have which, their choices, and the nearest one to a name that none has.
 */
#include "load.h"

/* Fields with a closed set of values. */
static const struct {
    uint16_t field;
    const char *const *names;
    uint32_t n;
} closed[] = {
    {SZ_EF_OP, sz_op_names, 4},
    {SZ_EF_STATUS, sz_attend_names, 6},
    {SZ_EF_DIRECTION, sz_direction_names + 1, 3},
    {SZ_EF_RESULT, sz_result_names, 2},
    {SZ_EF_PRECISION, sz_precision_names, 3},
};

static bool is_place(uint32_t f) { return f >= SZ_EF_PLACE_ID && f <= SZ_EF_PLACE_ZONE; }

/* Place fields are named place.kind in the table; this is what stands after the last point. */
static const char *short_name(uint32_t f) { return sz_efields[f].name + (is_place(f) ? 6 : 0); }

/* The contract's kinds and those of this campus: a school may have kinds of its own. */
static void known_kinds(struct sz_loading *l, struct sz_field_ref *out) {
    static const char *const kinds[] = {"canteen", "shop", "dorm", "classroom", "library", "lab",    "gate",
                                        "bath",    "bus",  "gym",  "clinic",    "other",   "unknown"};
    enum { N_KINDS = sizeof kinds / sizeof *kinds };
    sz_map seen;
    sz_str *v = NULL;
    uint32_t n = 0, cap = 0, n_places = l->campus ? sz_campus_n_places(l->campus) : 0;
    sz_map_init(&seen);
    for (uint32_t i = 0; i < N_KINDS + n_places; i++) {
        sz_str kind = i < N_KINDS ? sz_str_of(kinds[i]) : sz_campus_place(l->campus, i - N_KINDS)->kind;
        if (sz_map_intern(&seen, kind) == n) *SZ_PUSH(l->a, v, n, cap) = sz_rules_copy(l, kind);
    }
    sz_map_fini(&seen);
    out->choices = v;
    out->n_choices = n;
    out->is_open = true;
    out->is_roster = n_places > 0;
}

static void set_choices(struct sz_loading *l, struct sz_field_ref *out) {
    if (out->field == SZ_EF_PLACE_KIND) known_kinds(l, out);
    if (out->field == SZ_EF_TYPE) {
        sz_str *v = SZ_NEWN(l->a, sz_str, l->types->n);
        for (uint32_t i = 0; i < l->types->n; i++) v[i] = l->types->v[i].name;
        out->choices = v;
        out->n_choices = l->types->n;
    }
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        if (closed[i].field != out->field) continue;
        sz_str *v = SZ_NEWN(l->a, sz_str, closed[i].n);
        for (uint32_t k = 0; k < closed[i].n; k++) v[k] = sz_str_of(closed[i].names[k]);
        out->choices = v;
        out->n_choices = closed[i].n;
    }
}

static void built_in(struct sz_loading *l, uint32_t f, struct sz_field_ref *out) {
    const sz_field_info *info = &sz_efields[f];
    *out = (struct sz_field_ref){.field = (uint16_t)f, .type = info->type, .unit = info->unit, .types = info->types};
    if (f == SZ_EF_CLOCK) out->form = SZ_FORM_CLOCK;
    if (f == SZ_EF_NIGHT) out->form = SZ_FORM_DATE;
    set_choices(l, out);
}

/* ---- declared fields ---- */

static const uint8_t kind_types[] = {
    [SZ_FIELD_TEXT] = SZ_X_STR,  [SZ_FIELD_ENUM] = SZ_X_STR,  [SZ_FIELD_NUMBER] = SZ_X_NUM,
    [SZ_FIELD_MONEY] = SZ_X_NUM, [SZ_FIELD_TIME] = SZ_X_TIME,
};

/* All values that the types declare for an enum. */
static void declared_choices(struct sz_loading *l, const sz_declared *d, uint64_t types, struct sz_field_ref *out) {
    sz_str *v = NULL;
    uint32_t n = 0, cap = 0;
    for (uint32_t t = 0; t < l->types->n; t++) {
        if (!(d->types & types & UINT64_C(1) << t)) continue;
        const sz_field *f = &l->types->v[t].fields[d->at[t]];
        for (uint32_t i = 0; i < f->n_choices; i++) *SZ_PUSH(l->a, v, n, cap) = f->choices[i];
    }
    out->choices = v;
    out->n_choices = n;
}

static bool declared(struct sz_loading *l, sz_str name, uint64_t types, struct sz_field_ref *out) {
    for (uint32_t i = 0; i < l->b->fs.n_declared; i++) {
        const sz_declared *d = &l->b->fs.declared[i];
        if (!(d->types & types) || !sz_str_eq(d->name, name)) continue;
        *out = (struct sz_field_ref){
            .field = (uint16_t)(SZ_EF_DECLARED + i), .type = kind_types[d->kind], .types = d->types};
        out->unit = d->kind == SZ_FIELD_MONEY ? SZ_UNIT_YUAN : SZ_UNIT_NONE;
        if (d->kind == SZ_FIELD_ENUM) declared_choices(l, d, types, out);
        return true;
    }
    return false;
}

/* ---- finding ---- */

static bool place_field(struct sz_loading *l, const sz_str *path, uint32_t n, struct sz_field_ref *out,
                        uint32_t *used) {
    *used = 1;
    if (n == 1) {
        built_in(l, SZ_EF_PLACE_ID, out);
        return true;
    }
    for (uint32_t f = SZ_EF_PLACE_ID; f <= SZ_EF_PLACE_ZONE; f++)
        if (sz_str_is(path[1], short_name(f))) {
            built_in(l, f, out);
            *used = 2;
            return true;
        }
    return false;
}

bool sz_field_find(struct sz_loading *l, const sz_str *path, uint32_t n, uint64_t types, bool has_age,
                   struct sz_field_ref *out, uint32_t *used) {
    *used = 0;
    if (n == 0) return false;
    if (sz_str_is(path[0], "place")) return place_field(l, path, n, out, used);
    for (uint32_t f = 0; f < SZ_EF_DECLARED; f++) {
        if (is_place(f) || !sz_str_is(path[0], sz_efields[f].name) || !(sz_efields[f].types & types)) continue;
        if (f == SZ_EF_AGE && !has_age) continue;
        built_in(l, f, out);
        *used = 1;
        return true;
    }
    *used = declared(l, path[0], types, out);
    return *used;
}

uint64_t sz_field_types(const struct sz_loading *l, sz_str name) {
    uint64_t types = sz_str_is(name, "place") ? UINT64_MAX : 0;
    for (uint32_t f = 0; f < SZ_EF_DECLARED; f++)
        if (f != SZ_EF_AGE && !is_place(f) && sz_str_is(name, sz_efields[f].name)) types |= sz_efields[f].types;
    for (uint32_t i = 0; i < l->b->fs.n_declared; i++)
        if (sz_str_eq(l->b->fs.declared[i].name, name)) types |= l->b->fs.declared[i].types;
    return types;
}

const char *sz_types_words(struct sz_loading *l, uint64_t types) {
    const char *s = "";
    for (uint32_t t = 0; t < l->types->n; t++)
        if (types & UINT64_C(1) << t) s = TXT(l, "%s%s%.*s", s, *s ? ", " : "", SZ_FMT_STR(l->types->v[t].name));
    return s;
}

static void near_place(struct sz_loading *l, sz_str name, const char *prefix, const char **en, const char **zh) {
    struct sz_near near = sz_near_to(l, name);
    for (uint32_t f = SZ_EF_PLACE_ID; f <= SZ_EF_PLACE_ZONE; f++) sz_near_z(&near, short_name(f));
    if (sz_near_any(&near)) {
        near.found = sz_str_of(TXT(l, "%splace.%.*s", prefix, SZ_FMT_STR(near.found)));
        sz_near_words(l, &near, en, zh);
        return;
    }
    *en = TXT(l, "a place has  id  name  kind  building  zone");
    *zh = TXT(l, "地点有  id  name  kind  building  zone");
}

/* What these types have beside what every record has. */
static void list_fields(struct sz_loading *l, uint64_t types, const char **en, const char **zh) {
    const char *all = "";
    for (uint32_t f = 0; f < SZ_EF_DECLARED; f++)
        if (sz_efields[f].types != UINT64_MAX && (sz_efields[f].types & types))
            all = TXT(l, "%s  %s", all, sz_efields[f].name);
    for (uint32_t i = 0; i < l->b->fs.n_declared; i++)
        if (l->b->fs.declared[i].types & types) all = TXT(l, "%s  %.*s", all, SZ_FMT_STR(l->b->fs.declared[i].name));
    *en = TXT(l, "its fields are%s  time  clock  hour  weekday  night  place  source", all);
    *zh = TXT(l, "它的字段有%s  time  clock  hour  weekday  night  place  source", all);
}

void sz_field_near(struct sz_loading *l, const sz_str *path, uint32_t n, uint64_t types, bool has_age,
                   const char *prefix, const char **en, const char **zh) {
    if (n > 1 && sz_str_is(path[0], "place")) {
        near_place(l, path[1], prefix, en, zh);
        return;
    }
    uint64_t others = sz_field_types(l, path[0]);
    if (others) {
        const char *has = sz_types_words(l, others), *is = sz_types_words(l, types);
        *en = TXT(l, "%s has it; the record here is %s", has, is);
        *zh = TXT(l, "有这一项的是 %s；这里的记录是 %s", has, is);
        return;
    }
    struct sz_near near = sz_near_to(l, path[0]);
    for (uint32_t f = 0; f < SZ_EF_DECLARED; f++)
        if (!is_place(f) && (sz_efields[f].types & types) && (f != SZ_EF_AGE || has_age))
            sz_near_z(&near, sz_efields[f].name);
    for (uint32_t i = 0; i < l->b->fs.n_declared; i++)
        if (l->b->fs.declared[i].types & types) sz_near_try(&near, l->b->fs.declared[i].name, NULL, NULL, (sz_span){0});
    sz_near_z(&near, "place");
    if (sz_near_any(&near)) {
        near.found = sz_str_of(TXT(l, "%s%.*s", prefix, SZ_FMT_STR(near.found)));
        sz_near_words(l, &near, en, zh);
        return;
    }
    const sz_str of_place[] = {SZ_STR("place"), path[0]};
    struct sz_field_ref f;
    uint32_t used;
    if (place_field(l, of_place, 2, &f, &used)) { /* kind, building, zone are asked of the place */
        const char *owner = strcmp(prefix, "event.") == 0 ? "" : prefix;
        *en = TXT(l, "did you mean `%splace.%.*s`?", owner, SZ_FMT_STR(path[0]));
        *zh = TXT(l, "是不是 `%splace.%.*s`？", owner, SZ_FMT_STR(path[0]));
        return;
    }
    list_fields(l, types, en, zh);
}

uint64_t sz_field_meaning(const struct sz_loading *l, uint32_t field) {
    if (field < SZ_EF_DECLARED) return sz_mix_str(1, sz_str_of(sz_efields[field].name));
    const sz_declared *d = &l->b->fs.declared[field - SZ_EF_DECLARED];
    return sz_mix(sz_mix_str(2, d->name), d->kind);
}
