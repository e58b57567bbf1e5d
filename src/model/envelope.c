/* SPDX-License-Identifier: Apache-2.0
 *
 * envelope: CloudEvents, structured. `data` is the record, or `data_base64` its bytes (JSON format 1.0, 3.1.1), as
 * libraries write it that do not look whether the bytes are JSON; the envelope gives what is absent inside.
 */
#include "json.h"

static const sz_row_id outer[] = {SZ_ROW_ID, SZ_ROW_SOURCE, SZ_ROW_TIME, SZ_ROW_TYPE};
enum { N_OUTER = sizeof outer / sizeof *outer };

bool sz_json_is_envelope(const sz_json_view *view) {
    return view->found >> SZ_ROW_SPECVERSION & 1 && yyjson_is_str(view->vals[SZ_ROW_SPECVERSION]);
}

/* Base64 with its padding, in the arena. False: it is none. */
static bool bytes_of(sz_str text, sz_arena *a, sz_str *out) {
    char *p = sz_arena_alloc(a, text.n / 4 * 3 + 2);
    *out = (sz_str){p, 0};
    return text.n % 4 == 0 && sz_base64_get(text, p, &out->n);
}

/* The object that the bytes are, or NULL: out is dead. The document of the envelope is gone then; what is wanted of it
 * is copied first. */
static yyjson_val *of_bytes(sz_decoder *d, yyjson_val *data, sz_json_view *envelope, sz_arena *a, sz_record *out) {
    sz_str text = {yyjson_get_str(data), yyjson_get_len(data)}, bytes;
    if (!yyjson_is_str(data)) {
        sz_record_dead(out, a, SZ_WRONG_TYPE, "data_base64", "data_base64 of a CloudEvent must be a text");
        return NULL;
    }
    if (!bytes_of(text, a, &bytes)) {
        sz_record_dead(out, a, SZ_BAD_VALUE, "data_base64", "data_base64 of a CloudEvent is not base64");
        return NULL;
    }
    yyjson_val *kept = SZ_NEWN(a, yyjson_val, N_OUTER);
    for (unsigned i = 0; i < N_OUTER; i++) {
        if (!(envelope->found >> outer[i] & 1)) continue;
        kept[i] = *envelope->vals[outer[i]];
        envelope->vals[outer[i]] = &kept[i];
    }
    d->has_escapes |= bytes.n && memchr(bytes.p, '\\', bytes.n) != NULL;
    return sz_json_parse(d, bytes, a, out);
}

static yyjson_val *data_of(sz_decoder *d, sz_json_view *envelope, sz_arena *a, sz_record *out) {
    yyjson_val *data = envelope->found >> SZ_ROW_DATA & 1 ? envelope->vals[SZ_ROW_DATA] : NULL;
    if (yyjson_is_obj(data)) return data;
    yyjson_val *bytes = data ? NULL : yyjson_obj_get(envelope->obj, "data_base64");
    if (bytes && !yyjson_is_null(bytes)) return of_bytes(d, bytes, envelope, a, out);
    if (data) sz_record_dead(out, a, SZ_WRONG_TYPE, "data", "data of a CloudEvent must be an object");
    else sz_record_dead(out, a, SZ_MISSING_FIELD, "data", "a CloudEvent without data");
    return NULL;
}

bool sz_json_open_envelope(sz_decoder *d, sz_json_view *view, sz_arena *a, sz_record *out) {
    sz_json_view envelope = *view;
    yyjson_val *data = data_of(d, &envelope, a, out);
    if (!data) return false;
    sz_json_look(d, data, view);
    for (unsigned i = 0; i < N_OUTER; i++) {
        uint32_t bit = UINT32_C(1) << outer[i];
        if (!(view->found & bit) && (envelope.found & bit)) {
            view->found |= bit;
            view->vals[outer[i]] = envelope.vals[outer[i]];
        }
    }
    return true;
}
