/* SPDX-License-Identifier: Apache-2.0
 *
 * json_page: the page of an API, saved as a file: `{"code":0,"data":{"list":[…]}}`. It is one object and no record; its
 * records stand in a list in it.
 */
#include "json.h"

/* Objects of a page that are looked into, and how deep. */
enum { PLACES = 32, DEPTH = 4, PATH = 64 };

typedef struct place {
    yyjson_val *object;
    char path[PATH]; /* `.data` */
} place;

/* A key that jq takes as it is, and that is no student: a detail names none. */
static bool is_plain(const char *key, size_t n) {
    uint32_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_digit = key[i] >= '0' && key[i] <= '9', is_letter = (key[i] | 0x20) >= 'a' && (key[i] | 0x20) <= 'z';
        digits = is_digit ? digits + 1 : 0;
        if (digits > 3 || (!is_letter && key[i] != '_' && (!is_digit || i == 0))) return false;
    }
    return n > 0;
}

static int depth_of(const char *path) {
    int n = 0;
    for (; *path; path++) n += *path == '.';
    return n;
}

/* The longest list of objects among the shallowest; its path, "" where there is none. */
static void find_list(yyjson_val *root, char found[PATH]) {
    place v[PLACES] = {{.object = root}};
    size_t n = 1, most = 0;
    int level = 0;
    found[0] = 0;
    for (size_t i = 0; i < n && !(most && depth_of(v[i].path) > level); i++) {
        yyjson_val *key;
        yyjson_obj_iter it = yyjson_obj_iter_with(v[i].object);
        level = depth_of(v[i].path);
        while ((key = yyjson_obj_iter_next(&it))) {
            yyjson_val *value = yyjson_obj_iter_get_val(key);
            const char *name = yyjson_get_str(key);
            char path[PATH];
            size_t before = strlen(v[i].path), len = yyjson_get_len(key);
            if (!is_plain(name, len) || before + 1 + len >= sizeof path) continue;
            memcpy(path, v[i].path, before);
            path[before] = '.';
            memcpy(path + before + 1, name, len + 1);
            bool is_list = yyjson_is_obj(yyjson_arr_get_first(value)), is_map = yyjson_is_obj(value);
            if (is_list && yyjson_arr_size(value) > most) {
                most = yyjson_arr_size(value);
                memcpy(found, path, sizeof path);
            }
            if (!is_map || n == PLACES || level + 1 >= DEPTH) continue;
            v[n].object = value;
            memcpy(v[n++].path, path, sizeof path);
        }
    }
}

/* Who says whose record he is has slipped somewhere else. */
static bool is_record(yyjson_val *root) {
    static const char *const keys[] = {"student", "card", "specversion"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (yyjson_obj_get(root, keys[i])) return true;
    return false;
}

void sz_json_look_inside(sz_decoder *d, sz_str text, sz_arena *a, sz_record *out) {
    bool is_asked = out->kind == SZ_RECORD_DEAD && out->dead.reason == SZ_MISSING_FIELD;
    if (!is_asked || !text.n || !memchr(text.p, '[', text.n)) return;
    sz_record unused;
    char path[PATH];
    sz_record_begin(&unused);
    yyjson_val *root = sz_json_parse(d, text, a, &unused);
    if (!root || is_record(root)) return;
    find_list(root, path);
    if (!path[0]) return;
    sz_record_dead(out, a, SZ_MISSING_FIELD, out->dead.field,
                   "no record, but it holds a list of them: one a line is read (jq -c '%s[]' makes them)", path);
}
