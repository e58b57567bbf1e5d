/* SPDX-License-Identifier: Apache-2.0
 *
 * decode: a record's value is one JSON object, or one row of CSV with a mapping. In CloudEvents' binary mode (the
 * headers ce_specversion, ce_id …: CloudEvents 1.0, Kafka protocol binding 3.2) the attributes are headers and the
 * value is the data; such a record is put into the structured form first, so that one decoder judges both, and a dead
 * letter holds all that was there. A value that has all that an envelope could give is read as it is: librdkafka
 * allocates a buffer for each record whose headers are asked for, also where there are none, and that was a tenth of
 * the instructions of a live run.
 */
#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

/* The last of that name says it. */
static bool has_header(const sz_kafka_header *h, size_t n, const char *name) {
    while (n-- > 0)
        if (strcmp(h[n].name, name) == 0) return h[n].value.p != NULL;
    return false;
}

/* All ce_ headers as attributes, then the data: as JSON where it is an object, else as bytes. */
static sz_str structured(const sz_kafka_header *h, size_t n, sz_str value, bool is_json, sz_arena *a) {
    sz_buf out;
    sz_buf_init(&out);
    sz_buf_put_u8(&out, '{');
    for (size_t i = 0; i < n; i++) {
        if (strncmp(h[i].name, "ce_", 3) != 0) continue;
        sz_json_str(&out, sz_str_of(h[i].name + 3));
        sz_buf_put_u8(&out, ':');
        sz_json_str(&out, h[i].value);
        sz_buf_put_u8(&out, ',');
    }
    if (is_json) { /* a mark of UTF-8 is let pass in front of a record, not within one */
        if (value.n >= 3 && memcmp(value.p, "\xef\xbb\xbf", 3) == 0) value = (sz_str){value.p + 3, value.n - 3};
        sz_buf_put_z(&out, "\"data\":");
        sz_buf_put_str(&out, value);
    } else {
        sz_buf_put_z(&out, "\"data_base64\":\"");
        sz_base64_put(&out, value);
        sz_buf_put_u8(&out, '"');
    }
    sz_buf_put_u8(&out, '}');
    sz_str text = sz_arena_str(a, sz_buf_str(&out));
    sz_buf_fini(&out);
    return text;
}

static bool is_unreadable(const sz_record *r) {
    return r->kind == SZ_RECORD_DEAD && (r->dead.reason == SZ_BAD_JSON || r->dead.reason == SZ_BAD_UTF8 ||
                                         r->dead.reason == SZ_TOO_LARGE || r->dead.reason == SZ_TOO_DEEP);
}

/* Without an id, and without a number of its reader or card that stands for one (model/identity.c). */
static bool is_made(sz_str id) { return !id.n || (id.n > 2 && id.p[0] == 'x' && id.p[1] == ':'); }

/* An envelope gives id, source, time and type where they are absent inside (json_decode.c). Without a time or a type it
 * would be no event; a source that is not said is this one. */
static bool is_complete(const sz_record *r) {
    if (r->kind != SZ_RECORD_EVENT) return false;
    return !is_made(r->event.id) && r->event.source.n && !sz_str_is(r->event.source, "default");
}

/* in: the value alone was decoded. Is it an object at all, and if not, where not? */
static void with_headers(sz_decoder *d, const sz_kafka_header *h, size_t n, sz_arena *a, sz_input *in) {
    if (!has_header(h, n, "ce_specversion")) return;
    bool is_json = !is_unreadable(&in->record);
    in->raw = structured(h, n, in->raw, is_json, a);
    if (is_json) sz_decode_json(d, in->raw, a, &in->record);
}

static bool decode_value(sz_decoder *d, sz_str value, sz_arena *a, sz_input *in) {
    in->raw = value;
    sz_decode_json(d, value, a, &in->record);
    return is_complete(&in->record);
}

void sz_kafka_decode_json(sz_decoder *d, sz_str value, const sz_kafka_header *h, size_t n, sz_arena *a, sz_input *in) {
    if (!decode_value(d, value, a, in)) with_headers(d, h, n, a, in);
}

static size_t headers_of(const rd_kafka_message_t *m, sz_arena *a, sz_kafka_header **out) {
    rd_kafka_headers_t *h = NULL;
    if (rd_kafka_message_headers(m, &h) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
    size_t n = rd_kafka_header_cnt(h), size;
    const void *v;
    *out = SZ_NEWN(a, sz_kafka_header, n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_header_get_all(h, i, &(*out)[i].name, &v, &size);
        (*out)[i].value = (sz_str){v, v ? size : 0};
    }
    return n;
}

bool sz_kafka_decode_value(sz_decoder *d, const sz_mapping *mapping, sz_str value, sz_arena *a, sz_input *in) {
    if (!mapping) return decode_value(d, value, a, in);
    in->raw = value;
    sz_mapping_decode(mapping, value, a, &in->record);
    return true;
}

static bool has_headers(const rd_kafka_message_t *m) {
    rd_kafka_headers_t *h = NULL;
    return rd_kafka_message_headers(m, &h) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool sz_kafka_decode_slim(sz_decoder *d, const rd_kafka_message_t *m, sz_str value, sz_slim *out, size_t *size) {
    if (!sz_decode_json_slim_value(d, value, out, size)) return false;
    sz_str source = sz_slim_text(out, SZ_TEXT_SOURCE);
    bool is_whole = !is_made(sz_slim_text(out, SZ_TEXT_ID)) && source.n && !sz_str_is(source, "default");
    return is_whole || !has_headers(m);
}

void sz_kafka_decode_headers(sz_decoder *d, const rd_kafka_message_t *m, sz_arena *a, sz_input *in) {
    sz_kafka_header *headers = NULL;
    size_t n = headers_of(m, a, &headers);
    with_headers(d, headers, n, a, in);
}

void sz_kafka_decode(sz_decoder *d, const sz_mapping *mapping, const rd_kafka_message_t *m, sz_arena *a, sz_input *in) {
    sz_str value = {m->payload, m->payload ? m->len : 0};
    if (!sz_kafka_decode_value(d, mapping, value, a, in)) sz_kafka_decode_headers(d, m, a, in);
}
