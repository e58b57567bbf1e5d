/* SPDX-License-Identifier: Apache-2.0
 *
 * Campus and rules from disk. The pure modules get texts; this is where files are opened.
 */
#include <stdio.h>
#include <string.h>

#include "codes.h"
#include "host/files.h"
#include "job.h"

static const char *const campus_suffixes[] = {".csv", ".yaml", ".yml", NULL};
static const char *const rule_suffixes[] = {".yaml", ".yml", ".YAML", ".YML", NULL};

/* The worse of two: what cannot be read before what is wrong. */
static sz_status both(sz_status a, sz_status b) {
    if (b == SZ_OK) return a;
    return a == SZ_OK || b == SZ_IO ? b : a;
}

/* A zone's file by name. Asia/Shanghai needs none: it has been +08:00 without change since 1991 (tzdata). */
static bool zone_find(sz_str name, sz_zone *out) {
    sz_zone_fixed(out, 8 * 3600, "Asia/Shanghai");
    if (sz_str_is(name, "Asia/Shanghai")) return true;
    char path[256], text[64];
    snprintf(text, sizeof text, "%.*s", SZ_FMT_STR(name));
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", text);
    sz_diags ignored; /* which file it would be is nothing to the reader */
    sz_files f = {0};
    sz_zone found;
    sz_diags_init(&ignored);
    bool is_there = text[0] != '/' && !strstr(text, "..") && sz_file_read(path, text, &ignored, &f) == SZ_OK &&
                    sz_zone_parse(&found, text, f.v[0].p, f.v[0].n) == SZ_OK;
    if (is_there) *out = found;
    sz_files_fini(&f);
    sz_diags_fini(&ignored);
    return is_there;
}

/* Where the calendar names its zone: the name is borrowed from the file's own bytes. */
static sz_span zone_span(const sz_campus_file *files, uint32_t n, const char *folder, sz_str name, sz_diags *d) {
    for (uint32_t i = 0; i < n; i++) {
        const char *p = files[i].p;
        if (!files[i].n || name.p < p || name.p >= p + files[i].n) continue;
        const char *shown = sz_arena_printf(&d->arena, "%s/%s", folder, files[i].name);
        return (sz_span){sz_source_new(&d->arena, shown, p, files[i].n), (uint32_t)(name.p - p), (uint32_t)name.n};
    }
    return (sz_span){0};
}

/* On a name that is none the rest is read as in Asia/Shanghai, so that all that is wrong is told at once. */
static sz_status zone_load(const sz_campus_file *files, uint32_t n, const char *folder, sz_diags *d, sz_zone *out) {
    sz_str name = sz_campus_zone_name(files, n);
    if (zone_find(name, out)) return SZ_OK;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_ZONE, zone_span(files, n, folder, name, d),
                              "no time zone is called %.*s here", "这里没有名为 %.*s 的时区", SZ_FMT_STR(name));
    sz_diag_hint(d, g, "write it as the tz database does: Asia/Shanghai, Asia/Urumqi",
                 "请按 tz 数据库的写法：Asia/Shanghai、Asia/Urumqi");
    return SZ_FINDINGS;
}

static void hash_files(const sz_files *f, uint64_t *h) {
    for (uint32_t i = 0; i < f->n; i++)
        *h = (*h * 31 + sz_hash(f->v[i].name, strlen(f->v[i].name))) * 31 + sz_hash(f->v[i].p, f->v[i].n);
}

static sz_campus_file *campus_files(const sz_files *f) {
    sz_campus_file *v = sz_alloc((f->n + 1) * sizeof *v);
    for (uint32_t i = 0; i < f->n; i++) {
        const char *slash = strrchr(f->v[i].name, '/');
        v[i] = (sz_campus_file){.name = slash ? slash + 1 : f->v[i].name, .p = f->v[i].p, .n = f->v[i].n};
    }
    return v;
}

/* For campuses of tests. */
static void keep_calendar(const sz_campus_file *files, uint32_t n, sz_inputs *in) {
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(files[i].name, "calendar.yaml") != 0 || !files[i].n) continue;
        char *p = sz_alloc(files[i].n);
        memcpy(p, files[i].p, files[i].n);
        in->calendar = (sz_str){p, files[i].n};
    }
}

static sz_status types_load(const sz_campus_file *files, uint32_t n, const char *folder, sz_arena *a, sz_diags *d,
                            sz_inputs *in) {
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(files[i].name, "types.yaml") != 0) continue;
        in->of_types = sz_hash(files[i].p, files[i].n);
        in->meaning = in->meaning * 31 + in->of_types;
        const char *name = sz_arena_printf(a, "%s/types.yaml", folder);
        sz_yaml *root;
        size_t first = d->n;
        sz_status s = sz_yaml_parse(a, sz_source_new(a, name, files[i].p, files[i].n), d, &root);
        return sz_yaml_is_whole(root, d, first) ? both(s, sz_types_load(in->types, root, d)) : s;
    }
    return SZ_OK;
}

static sz_status campus_load(const sz_job *job, const sz_files *f, sz_diags *d, sz_inputs *in) {
    sz_encoding enc = job->encoding.n ? sz_encoding_named(job->encoding) : SZ_ENC_AUTO;
    if (enc == SZ_ENC_BAD) {
        sz_diag *g =
            sz_diags_add(d, SZ_ERROR, APP_CODE_ENCODING, (sz_span){0}, "--encoding: no encoding is called `%.*s` here",
                         "--encoding：没有名为 `%.*s` 的编码", SZ_FMT_STR(job->encoding));
        sz_diag_hint(d, g, "utf-8, gbk, gb18030, utf-16; left out, it is found out",
                     "可以是 utf-8、gbk、gb18030、utf-16；不写则自动判断");
        return SZ_USAGE;
    }
    sz_campus_file *files = campus_files(f);
    hash_files(f, &in->bytes);
    keep_calendar(files, f->n, in);
    const char *folder = job->campus ? job->campus : "";
    sz_status s = zone_load(files, f->n, folder, d, &in->zone);
    s = both(s, types_load(files, f->n, folder, &d->arena, d, in));
    s = both(s, sz_campus_load(files, f->n, folder, enc, &in->zone, in->types, d, &in->campus));
    sz_free(files);
    return s;
}

/* campus NULL: it is faulty, and the rules are checked without what it would say. */
static sz_status rules_load(const sz_job *job, const sz_files *f, const sz_campus *campus, sz_diags *d, sz_inputs *in) {
    sz_rule_file *files = sz_alloc((f->n + 1) * sizeof *files);
    hash_files(f, &in->bytes);
    for (uint32_t i = 0; i < f->n; i++) files[i] = (sz_rule_file){.name = f->v[i].name, .p = f->v[i].p, .n = f->v[i].n};
    sz_status s = sz_rules_load_counted(files, f->n, campus, in->types, job->with_tests, d, &in->bundle, &in->counts);
    sz_free(files);
    return s;
}

sz_status sz_texts_read(const sz_job *job, sz_diags *d, sz_texts *out) {
    *out = (sz_texts){0};
    sz_status s = SZ_OK;
    if (job->campus) s = sz_folder_read(job->campus, job->campus, campus_suffixes, false, d, &out->campus);
    if (s == SZ_OK && job->rules) s = sz_folder_read(job->rules, job->rules, rule_suffixes, true, d, &out->rules);
    if (s == SZ_OK && job->mapping) s = sz_file_read(job->mapping, job->mapping, d, &out->mapping);
    return s;
}

void sz_texts_fini(sz_texts *t) {
    sz_files_fini(&t->campus);
    sz_files_fini(&t->rules);
    sz_files_fini(&t->mapping);
}

sz_status sz_inputs_parse(const sz_job *job, const sz_texts *t, sz_diags *d, sz_inputs *in) {
    *in = (sz_inputs){.types = sz_alloc(sizeof(sz_types))};
    sz_types_init(in->types);
    sz_status s = campus_load(job, &t->campus, d, in);
    return both(s, rules_load(job, &t->rules, s == SZ_OK ? in->campus : NULL, d, in));
}

sz_status sz_mapping_parse(const sz_texts *t, sz_inputs *in, sz_diags *d, sz_mapping **out) {
    if (!t->mapping.n) return SZ_OK;
    const sz_file *f = &t->mapping.v[0];
    const sz_source *src = sz_source_new(&d->arena, f->name, f->p, f->n);
    sz_yaml empty = {.kind = SZ_YAML_NULL, .span = {src, 0, 0}}, *root = NULL;
    in->meaning = in->meaning * 31 + sz_hash(f->p, f->n);
    size_t first = d->n;
    sz_status s = sz_yaml_parse(&d->arena, src, d, &root);
    if (s == SZ_OK && !root) root = &empty;
    if (!sz_yaml_is_whole(root, d, first)) return s;
    return both(s, sz_mapping_load(root, in->types, &in->zone, d, out));
}

static void no_rules(const char *folder, sz_diags *d) {
    sz_diag *g = sz_diags_add(d, SZ_WARNING, APP_CODE_NO_RULES, (sz_span){0}, "%s has no rule file",
                              "%s 里没有规则文件", folder);
    sz_diag_hint(d, g, "rule files end in .yaml or .yml; is it the right folder?",
                 "规则文件以 .yaml 或 .yml 结尾；是不是写错了文件夹？");
}

/* Campus first, then the rules, each with all its findings, whatever is wrong with the other. */
sz_status sz_inputs_load(const sz_job *job, sz_diags *d, sz_inputs *in) {
    *in = (sz_inputs){.types = sz_alloc(sizeof(sz_types))};
    sz_types_init(in->types);
    sz_zone_fixed(&in->zone, 8 * 3600, "Asia/Shanghai");
    sz_files f = {0};
    sz_status s = SZ_OK, r = SZ_OK;
    if (job->campus) s = sz_folder_read(job->campus, job->campus, campus_suffixes, false, d, &f);
    if (s == SZ_OK) s = campus_load(job, &f, d, in);
    sz_files_fini(&f);
    if (s == SZ_USAGE) return s;
    if (job->rules) r = sz_folder_read(job->rules, job->rules, rule_suffixes, true, d, &f);
    if (r == SZ_OK && job->rules && !f.n) no_rules(job->rules, d);
    if (r == SZ_OK) r = rules_load(job, &f, s == SZ_OK ? in->campus : NULL, d, in);
    sz_files_fini(&f);
    return both(s, r);
}

sz_status sz_mapping_file_load(const char *path, sz_inputs *in, sz_diags *d, sz_mapping **out) {
    if (!path) return SZ_OK;
    sz_texts t = {0};
    sz_status s = sz_file_read(path, path, d, &t.mapping);
    if (s == SZ_OK) s = sz_mapping_parse(&t, in, d, out);
    sz_texts_fini(&t);
    return s;
}

void sz_inputs_fini(sz_inputs *in) {
    if (in->bundle) sz_bundle_unref(in->bundle);
    if (in->campus) sz_campus_free(in->campus);
    sz_free((void *)(uintptr_t)in->calendar.p);
    in->calendar = (sz_str){0};
    if (!in->types) return; /* nothing was loaded */
    sz_types_fini(in->types);
    sz_free(in->types);
    sz_zone_fini(&in->zone);
}
