/* SPDX-License-Identifier: Apache-2.0
 *
 * load: the files of a campus folder, in the order in which they need each other.
 */
#include "internal.h"

#include "text_file.h"

static const struct reader_of {
    const char *name;
    void (*load)(struct loader *l, struct text_file *f);
    bool is_table; /* CSV: in the given encoding; YAML finds out its own */
} readers[] = {
    {"students.csv", sz_campus_load_students, true}, {"places.csv", sz_campus_load_places, true},
    {"cards.csv", sz_campus_load_cards, true},       {"readers.csv", sz_campus_load_readers, true},
    {"leaves.csv", sz_campus_load_leaves, true},     {"calendar.yaml", sz_campus_load_calendar, false},
    {"feeds.yaml", sz_campus_load_feeds, false},     {"types.yaml", NULL, false}, /* sz_types_load() */
};
enum { N_READERS = sizeof readers / sizeof *readers };

static const sz_campus_file *file_named(const sz_campus_file *files, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(files[i].name, name) == 0) return &files[i];
    return NULL;
}

void *sz_grown(void *array, uint32_t n, uint32_t *cap, size_t size) {
    if (n == *cap) {
        *cap = *cap ? *cap + (*cap < 1u << 16 ? *cap : *cap / 2) : 8;
        array = sz_realloc(array, *cap * size);
    }
    memset((char *)array + n * size, 0, size);
    return array;
}

/* ---- the campus itself ---- */

static void copy_zone(sz_campus *c, const sz_zone *zone) {
    if (!zone) {
        sz_zone_fixed(&c->zone, 8 * 3600, "Asia/Shanghai");
        return;
    }
    c->zone = *zone;
    c->zone.from_ms = SZ_NEWN(&c->arena, int64_t, zone->n + 1);
    c->zone.offset_s = SZ_NEWN(&c->arena, int32_t, zone->n + 1);
    if (!zone->n) return;
    memcpy(c->zone.from_ms, zone->from_ms, zone->n * sizeof *zone->from_ms);
    memcpy(c->zone.offset_s, zone->offset_s, zone->n * sizeof *zone->offset_s);
}

static sz_campus *campus_new(const sz_zone *zone, const sz_types *types) {
    sz_campus *c = sz_alloc(sizeof *c);
    sz_arena_init(&c->arena);
    sz_words_init(&c->words);
    sz_map_init(&c->tags);
    sz_map_init(&c->by_feed);
    copy_zone(c, zone);
    c->types = types;
    return c;
}

sz_campus *sz_campus_ref(sz_campus *c) {
    c->refs++;
    return c;
}

void sz_campus_free(sz_campus *c) {
    if (!c || c->refs--) return;
    sz_held_free(&c->cards);
    sz_held_free(&c->readers);
    sz_lookup_free(&c->by_student);
    sz_lookup_free(&c->by_place);
    sz_free(c->gaps);
    sz_free(c->students);
    sz_free(c->student_keys);
    sz_free(c->card_keys);
    sz_free(c->doors);
    sz_free(c->places);
    sz_free(c->leaves);
    sz_free(c->uses);
    sz_free(c->has_leaves);
    sz_map_fini(&c->tags);
    sz_map_fini(&c->by_feed);
    sz_words_fini(&c->words);
    sz_arena_fini(&c->arena);
    sz_free(c);
}

const sz_zone *sz_campus_zone(const sz_campus *c) { return &c->zone; }

const sz_types *sz_campus_types(const sz_campus *c) { return c->types; }

uint64_t sz_campus_digest(const sz_campus *c) { return c->digest; }

uint64_t sz_campus_identity(const sz_campus *c, uint64_t cards_hash) {
    uint64_t both[] = {c->digest, cards_hash};
    return sz_hash(both, sizeof both);
}

bool sz_campus_is_empty(const sz_campus *c) { return c->is_empty; }

/* ---- files ---- */

/* A finding about the folder stands at no line of a file; its name is the folder's. */
static sz_span folder_span(struct loader *l) { return (sz_span){sz_source_new(&l->d->arena, l->folder, "", 0), 0, 0}; }

/* student.csv for students.csv: a file that is there under a name that nobody reads. */
static void check_names(struct loader *l, const sz_campus_file *files, size_t n) {
    for (size_t i = 0; i < n; i++) {
        sz_str name = sz_str_of(files[i].name);
        for (size_t k = 0; k < N_READERS; k++) {
            if (file_named(files, n, readers[k].name) || sz_str_distance(name, sz_str_of(readers[k].name), 2) > 2)
                continue;
            sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_ODD_FILE, folder_span(l), "nothing reads the file %s",
                                      "没有用到文件 %s", files[i].name);
            sz_diag_hint(l->d, g, "did you mean %s?", "是不是 %s？", readers[k].name);
            break;
        }
    }
}

static void check_folder(struct loader *l, const sz_campus_file *files, size_t n) {
    size_t n_known = 0;
    if (!l->folder || !l->folder[0]) return;
    for (size_t k = 0; k < N_READERS; k++) n_known += file_named(files, n, readers[k].name) != NULL;
    check_names(l, files, n);
    if (n_known == 0) {
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_NO_FILES, folder_span(l), "this folder has no campus file",
                                  "这个文件夹里没有校园数据文件");
        sz_diag_hint(l->d, g, "it needs a students.csv with a column `student`; is it the right folder?",
                     "至少需要 students.csv，其中有学号列；文件夹是否写对？");
    } else if (l->c->is_empty) {
        sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_NO_STUDENTS, folder_span(l),
                                  "there is no students.csv: whoever is seen becomes a student",
                                  "没有 students.csv：凡出现过的人都作为学生");
        sz_diag_hint(l->d, g,
                     "without the roster cards and leaves belong to nobody, and who was never seen is not missed",
                     "没有名单，卡片和请假就没有归属，从未出现的人也不会被发现");
    }
}

static uint64_t digest_of(const sz_campus_file *files, size_t n) {
    uint64_t digest = 0;
    for (size_t k = 0; k < N_READERS; k++) {
        const sz_campus_file *f = file_named(files, n, readers[k].name);
        if (!f || strcmp(f->name, "cards.csv") == 0 || strcmp(f->name, "readers.csv") == 0) continue;
        digest = (digest ^ sz_hash(f->p, f->n)) * UINT64_C(0x9e3779b97f4a7c15) + k;
    }
    return digest;
}

sz_status sz_campus_load(const sz_campus_file *files, size_t n, const char *folder, sz_encoding enc,
                         const sz_zone *zone, const sz_types *types, sz_diags *d, sz_campus **out) {
    sz_campus *c = campus_new(zone, types);
    size_t n_errors = d->n_errors;
    struct loader l = {.c = c, .d = d, .folder = folder, .enc = enc};
    l.has_places = file_named(files, n, "places.csv") != NULL;
    c->is_empty = file_named(files, n, "students.csv") == NULL;
    c->digest = digest_of(files, n) + (uint64_t)enc;
    sz_map_init(&l.left_out);
    check_folder(&l, files, n);
    for (size_t k = 0; k < N_READERS; k++) {
        const sz_campus_file *file = readers[k].load ? file_named(files, n, readers[k].name) : NULL;
        struct text_file f;
        if (!file) continue;
        if (sz_text_file_open(&f, file, folder, readers[k].is_table ? enc : SZ_ENC_AUTO, d)) readers[k].load(&l, &f);
        sz_text_file_close(&f);
    }
    sz_free(l.offs);
    sz_map_fini(&l.left_out);
    sz_campus_note_keys(c);
    *out = c;
    return d->n_errors > n_errors ? SZ_FINDINGS : SZ_OK;
}

/* ---- the zone's name, before the zone is known ---- */

/* Where `name` stands in the file's own bytes. */
static sz_str within(const sz_campus_file *file, sz_str name) {
    size_t at = name.n ? sz_str_find((sz_str){file->p, file->n}, 0, name) : SIZE_MAX;
    return at == SIZE_MAX ? (sz_str){NULL, 0} : (sz_str){(const char *)file->p + at, name.n};
}

sz_str sz_campus_zone_name(const sz_campus_file *files, size_t n) {
    sz_str name = {NULL, 0};
    const sz_campus_file *file = file_named(files, n, "calendar.yaml");
    if (file) {
        sz_diags ignored; /* sz_campus_load() will say it again */
        struct text_file f;
        sz_yaml *root = NULL;
        sz_diags_init(&ignored);
        if (sz_text_file_open(&f, file, NULL, SZ_ENC_AUTO, &ignored) &&
            sz_yaml_parse(&f.arena, sz_text_file_source(&f), &ignored, &root) == SZ_OK && root &&
            root->kind == SZ_YAML_MAP) {
            const sz_yaml *zone = sz_yaml_get(root, "timezone");
            if (zone && zone->kind == SZ_YAML_SCALAR) name = within(file, sz_str_trim(zone->text));
        }
        sz_text_file_close(&f);
        sz_diags_fini(&ignored);
    }
    return name.n ? name : SZ_STR("Asia/Shanghai");
}
