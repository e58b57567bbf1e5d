/* SPDX-License-Identifier: Apache-2.0
 *
 * json_keys: an object's keys to rows of the table of fields, by a small hash. The depth of a text.
 */
#include "json.h"

static uint64_t word(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

static sz_key key_of(const sz_decoder *d, const char *p, size_t n) {
    return (sz_key){word(p) & d->masks[n].lo, word(p + 8) & d->masks[n].hi};
}

/* ---- words ---- */

static void add_word(sz_decoder *d, unsigned row, unsigned code, sz_str text) {
    char bytes[SZ_KEY_MAX] = {0};
    if (text.n == 0 || text.n >= SZ_KEY_MAX) return;
    memcpy(bytes, text.p, text.n);
    sz_key k = key_of(d, bytes, text.n);
    unsigned h = sz_word_slot(row, k);
    while (d->words[h].is_set) h = (h + 1) % SZ_WORD_SLOTS;
    d->words[h] = (sz_json_word_slot){k, row, code, true};
}

static void words_init(sz_decoder *d) {
    for (unsigned i = 0; i < SZ_N_ROWS; i++)
        for (unsigned k = 0; i != SZ_ROW_STATE && k < sz_rows[i].n_choices; k++)
            add_word(d, i, k, sz_str_of(sz_rows[i].choices[k]));
    for (unsigned k = 0; k < SZ_TYPE_FIRST_DECLARED; k++) add_word(d, SZ_ROW_TYPE, k, d->types->v[k].name);
}

/* ---- keys ---- */

void sz_json_keys_init(sz_decoder *d) {
    memset(d->slots, 0, sizeof d->slots);
    for (size_t n = 0; n <= SZ_KEY_MAX; n++) {
        char bytes[SZ_KEY_MAX] = {0};
        memset(bytes, 0xff, n);
        d->masks[n] = (sz_key){word(bytes), word(bytes + 8)};
    }
    for (unsigned i = 0; i < SZ_N_JSON_ROWS; i++) {
        char name[SZ_KEY_MAX] = {0};
        memcpy(name, sz_rows[i].name, sz_rows[i].len);
        d->names[i] = key_of(d, name, sz_rows[i].len);
        unsigned h = sz_key_slot(d->names[i]);
        while (d->slots[h]) h = (h + 1) % SZ_KEY_SLOTS;
        d->slots[h] = (uint8_t)(i + 1);
        for (unsigned bit = 0; bit <= SZ_FEED_BIT; bit++)
            if (sz_rows[i].types >> bit & 1 && i != SZ_ROW_TYPE && i != SZ_ROW_TIME)
                d->rows_of[bit] |= UINT32_C(1) << i;
        if (sz_rows[i].kind == SZ_ROW_IS_TEXT) d->text_rows |= UINT32_C(1) << i;
    }
    words_init(d);
    sz_json_learn_init(d);
    sz_json_shapes_init(d);
}

int sz_json_row(const sz_decoder *d, const char *p, size_t n) {
    if (n == 0 || n > SZ_KEY_MAX) return -1;
    sz_key k = key_of(d, p, n);
    for (unsigned h = sz_key_slot(k); d->slots[h]; h = (h + 1) % SZ_KEY_SLOTS) {
        int row = d->slots[h] - 1;
        const sz_key *name = &d->names[row];
        if (name->lo == k.lo && name->hi == k.hi) return sz_rows[row].len == n ? row : -1; /* not zeros behind it */
    }
    return -1;
}

void sz_json_look(const sz_decoder *d, yyjson_val *obj, sz_json_view *view) {
    view->found = 0;
    view->obj = obj;
    size_t i, n;
    yyjson_val *key, *val;
    yyjson_obj_foreach(obj, i, n, key, val) {
        int row = sz_json_row(d, unsafe_yyjson_get_str(key), unsafe_yyjson_get_len(key));
        if (row < 0 || view->found >> row & 1 || yyjson_is_null(val)) continue;
        view->found |= UINT32_C(1) << row;
        view->vals[row] = val;
    }
}

bool sz_json_is_deeper(sz_str text, int limit) {
    int depth = 0;
    const char *p = text.p, *end = text.p + text.n;
    for (; p < end; p++) {
        if (*p == '"') {
            for (p++; p < end && *p != '"'; p++)
                if (*p == '\\') p++;
        } else if (*p == '{' || *p == '[') {
            if (++depth > limit) return true;
        } else if (*p == '}' || *p == ']') {
            depth--;
        }
    }
    return false;
}
