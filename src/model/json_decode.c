/* SPDX-License-Identifier: Apache-2.0
 *
 * json_decode: the bytes of a record to an object, and why they are none.
 *
 * The record is parsed in a copy in the batch's arena, so that texts stay where they are until the batch ends.
 * Numbers are kept as text: 0.07 is seven fen. Neither yyjson nor this file recurses.
 */
#include "json.h"

#include "names.h"

#define SCAN_BEFORE ((size_t)4096) /* longer records are scanned for depth before they are parsed */

sz_decoder *sz_decoder_new(const sz_types *types, const sz_zone *zone) {
    sz_decoder *d = sz_alloc(sizeof *d);
    d->types = types;
    d->zone = zone;
    sz_json_plain_best(d);
    memset(d->quotes, '"', sizeof d->quotes);
    memset(d->slashes, '\\', sizeof d->slashes);
    memset(d->blanks, 0x100 - ' ', sizeof d->blanks);
    d->moment.day[0] = UINT64_MAX; /* no text that is UTF-8 begins so */
    sz_json_pool_init(&d->pool);
    sz_json_keys_init(d);
    return d;
}

void sz_decoder_only_yyjson(sz_decoder *d) { d->only_yyjson = true; }

void sz_decoder_narrow(sz_decoder *d) {
    d->plain = sz_json_plain;
    d->slim = sz_json_slim;
}

void sz_decoder_may_read_behind(sz_decoder *d) { d->may_read_behind = true; }

void sz_decoder_free(sz_decoder *d) {
    if (!d) return;
    sz_json_pool_fini(&d->pool);
    sz_free(d);
}

static void too_deep(sz_arena *a, sz_record *out) {
    sz_record_dead(out, a, SZ_TOO_DEEP, NULL, "nested deeper than %d", SZ_DEPTH_MAX);
}

/* The first byte that is not UTF-8. */
static size_t bad_byte(sz_str s) {
    size_t from = 0, to = s.n; /* s[0, from) is valid; s[0, to] is not, but for a character that is cut off */
    while (from < to) {
        size_t len;
        uint32_t c = sz_utf8_next(s.p + from, s.n - from, &len);
        if (c == 0xfffd && len == 1) break;
        from += len;
    }
    return from;
}

static void explain(sz_str text, const yyjson_read_err *err, sz_arena *a, sz_record *out) {
    if (sz_json_is_deeper(text, SZ_DEPTH_MAX)) too_deep(a, out);
    else if (!sz_utf8_valid(text.p, text.n))
        sz_record_dead(out, a, SZ_BAD_UTF8, NULL, "byte %zu is not UTF-8", bad_byte(text) + 1);
    else if (text.n == 0) sz_record_dead(out, a, SZ_BAD_JSON, NULL, "the record is empty");
    else sz_record_dead(out, a, SZ_BAD_JSON, NULL, "byte %zu: %s", err->pos + 1, err->msg);
}

yyjson_val *sz_json_parse(sz_decoder *d, sz_str text, sz_arena *a, sz_record *out) {
    if (text.n > SCAN_BEFORE && sz_json_is_deeper(text, SZ_DEPTH_MAX)) {
        too_deep(a, out);
        return NULL;
    }
    char *copy = sz_arena_alloc(a, text.n + SZ_KEY_MAX); /* yyjson asks for 4 bytes of them */
    if (text.n) memcpy(copy, text.p, text.n);
    sz_json_pool_ready(&d->pool, text.n);
    yyjson_read_err err;
    yyjson_doc *doc =
        yyjson_read_opts(copy, text.n, YYJSON_READ_INSITU | YYJSON_READ_NUMBER_AS_RAW, &d->pool.alc, &err);
    if (!doc) {
        explain(text, &err, a, out);
        return NULL;
    }
    if (yyjson_doc_get_val_count(doc) > SZ_DEPTH_MAX && sz_json_is_deeper(text, SZ_DEPTH_MAX)) {
        too_deep(a, out);
        return NULL;
    }
    yyjson_val *root = yyjson_doc_get_root(doc);
    if (!yyjson_is_obj(root)) {
        if (yyjson_is_obj(yyjson_arr_get_first(root)))
            sz_record_dead(out, a, SZ_BAD_JSON, NULL, "a list of records: one a line is read (jq -c '.[]' makes them)");
        else sz_record_dead(out, a, SZ_BAD_JSON, NULL, "the record is not an object");
        return NULL;
    }
    return root;
}

/* The usual record needs no document. Declared fields are found by name in one, and envelopes have an object inside. */
static bool quick(sz_decoder *d, sz_str text, sz_str raw, sz_arena *a, sz_record *out) {
    yyjson_val vals[SZ_N_JSON_ROWS];
    sz_json_view view;
    const char *brace;
    bool is_turn = d->until_turn == 0;
    if (is_turn) d->until_turn = SZ_JSON_LEARN_EVERY;
    if (!sz_json_scan(d, text, &view, vals, &brace)) return false;
    if (view.found >> SZ_ROW_SPECVERSION & 1 || !sz_json_is_built_in(d, &view)) return false;
    d->has_escapes = false;
    sz_json_event(d, &view, raw, a, out);
    if (out->kind == SZ_RECORD_EVENT) sz_json_shape_learn(d, text.p, brace, is_turn);
    return true;
}

/* The id of what json_plain.c read in that line of the record, if it was left out. */
static sz_str made_id(sz_decoder *d, const char *line, sz_str raw, const sz_compact *c) {
    if (c->texts[SZ_TEXT_ID]) return (sz_str){NULL, 0};
    return sz_id_made(d->made, sz_compact_text(c, line, SZ_TEXT_READER), c->journal_no,
                      sz_compact_text(c, line, SZ_TEXT_CARD), c->use_count, raw);
}

size_t sz_decode_json_compact(sz_decoder *d, sz_str text, sz_compact *out, sz_str *made) {
    size_t n = d->only_yyjson ? 0 : d->plain(d, text, out);
    if (n == 0 || n >= text.n || text.p[n] != '\n' || n > SZ_RECORD_MAX) return 0;
    *made = made_id(d, text.p, (sz_str){text.p, n}, out);
    return n;
}

size_t sz_decode_json_slim(sz_decoder *d, sz_str text, sz_slim *out, size_t *size, sz_prints *prints) {
    return d->only_yyjson ? 0 : d->slim(d, text, out, size, prints);
}

bool sz_decode_json_slim_value(sz_decoder *d, sz_str value, sz_slim *out, size_t *size) {
    sz_prints prints;
    if (d->only_yyjson || value.n == 0 || value.n >= SZ_JSON_LONGEST) return false;
    memcpy(d->room, value.p, value.n);
    d->room[value.n] = '\n';
    memset(d->room + value.n + 1, 0, SZ_READ_BEHIND - 1);
    bool may_read_behind = d->may_read_behind;
    d->may_read_behind = true; /* it is the copy that is read */
    size_t n = d->slim(d, (sz_str){d->room, value.n + 1}, out, size, &prints);
    d->may_read_behind = may_read_behind;
    return n == value.n;
}

static void expand(const sz_compact *c, const char *line, sz_str made, sz_arena *a, sz_record *out) {
    out->kind = SZ_RECORD_EVENT;
    out->time_ms = c->time_ms;
    sz_compact_expand(c, line, made.n ? sz_arena_str(a, made) : made, &out->event);
}

size_t sz_decode_json_line(sz_decoder *d, sz_str text, sz_arena *a, sz_record *out) {
    sz_compact c;
    sz_str made;
    size_t n = sz_decode_json_compact(d, text, &c, &made);
    if (n) expand(&c, text.p, made, a, out);
    return n;
}

/* text: of raw, without a mark before it. */
static void decode(sz_decoder *d, sz_str text, sz_str raw, sz_arena *a, sz_record *out) {
    if (!d->only_yyjson && quick(d, text, raw, a, out)) return;
    yyjson_val *root = sz_json_parse(d, text, a, out);
    if (!root) return;
    d->has_escapes = text.n && memchr(text.p, '\\', text.n) != NULL;
    sz_json_view view;
    sz_json_look(d, root, &view);
    if (sz_json_is_envelope(&view) && !sz_json_open_envelope(d, &view, a, out)) return;
    sz_json_event(d, &view, raw, a, out);
}

void sz_decode_json(sz_decoder *d, sz_str raw, sz_arena *a, sz_record *out) {
    if (raw.n > SZ_RECORD_MAX) {
        sz_record_begin(out);
        sz_record_dead(out, a, SZ_TOO_LARGE, NULL, "%zu bytes, at most %d are read", raw.n, SZ_RECORD_MAX);
        return;
    }
    sz_str text = raw;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) text = (sz_str){text.p + 3, text.n - 3};
    sz_compact c;
    if (!d->only_yyjson && text.n && d->plain(d, text, &c) == text.n) {
        expand(&c, text.p, made_id(d, text.p, raw, &c), a, out);
        return;
    }
    sz_record_begin(out);
    decode(d, text, raw, a, out);
    sz_json_look_inside(d, text, a, out);
}
