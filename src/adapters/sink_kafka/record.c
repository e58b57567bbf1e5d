/* SPDX-License-Identifier: Apache-2.0
 *
 * record: lines as Kafka records. An alert's value is its line, its key the student, so that one student's alerts stay
 * in order. Of a dead letter the bytes as they came are the value, the rest are headers; its key is
 * topic/partition/offset (or the file and its offset), the same for each repeat (protocol: dead letters).
 */
#include <yyjson.h>

#include "sink.h"

void sz_kk_alert(item *x, sz_str line) {
    sz_buf_put_str(&x->value, line);
    yyjson_doc *doc = yyjson_read(line.p, line.n, 0);
    yyjson_val *student = yyjson_obj_get(yyjson_doc_get_root(doc), "student");
    if (student) sz_buf_put(&x->key, yyjson_get_str(student), yyjson_get_len(student));
    yyjson_doc_free(doc);
}

/* Of our own lines, so it is base64. */
static void put_bytes(sz_buf *out, yyjson_val *base64) {
    sz_str text = {yyjson_get_str(base64), yyjson_get_len(base64)};
    size_t n = 0;
    sz_buf_reserve(out, text.n / 4 * 3 + 2);
    if (sz_base64_get(text, (char *)out->p + out->n, &n)) out->n += n;
}

static void put_header(item *x, const char *prefix, const char *name, yyjson_val *v) {
    char full[64];
    sz_buf text;
    if (yyjson_is_null(v)) return;
    sz_buf_init(&text);
    sz_buf_printf(&text, "%s%s", prefix, name);
    size_t n = text.n < sizeof full ? text.n : sizeof full - 1;
    memcpy(full, text.p, n);
    full[n] = '\0';
    sz_buf_clear(&text);
    if (yyjson_is_int(v)) sz_buf_put_dec(&text, yyjson_get_sint(v));
    else if (yyjson_is_str(v)) sz_buf_put(&text, yyjson_get_str(v), yyjson_get_len(v));
    rd_kafka_header_add(x->headers, full, (ssize_t)n, text.p ? (void *)text.p : "", (ssize_t)text.n);
    sz_buf_fini(&text);
}

static void put_key(item *x, yyjson_val *origin) {
    sz_str source = sz_str_of(yyjson_get_str(yyjson_obj_get(origin, "source")));
    if (source.n > 6 && memcmp(source.p, "kafka:", 6) == 0) source = (sz_str){source.p + 6, source.n - 6};
    sz_buf_put_str(&x->key, source);
    static const char *const numbers[] = {"partition", "offset"};
    for (int i = 0; i < 2; i++) {
        yyjson_val *v = yyjson_obj_get(origin, numbers[i]);
        if (!v) continue;
        sz_buf_put_u8(&x->key, '/');
        sz_buf_put_dec(&x->key, yyjson_get_sint(v));
    }
}

void sz_kk_dead(item *x, sz_str line) {
    yyjson_doc *doc = yyjson_read(line.p, line.n, 0);
    yyjson_val *root = yyjson_doc_get_root(doc), *origin = yyjson_obj_get(root, "origin"), *key, *val;
    size_t i, n;
    x->headers = rd_kafka_headers_new(8);
    yyjson_obj_foreach(root, i, n, key, val) {
        const char *name = yyjson_get_str(key);
        if (strcmp(name, "raw_base64") == 0) put_bytes(&x->value, val);
        else if (val != origin) put_header(x, "", name, val);
    }
    yyjson_obj_foreach(origin, i, n, key, val) put_header(x, "origin.", yyjson_get_str(key), val);
    if (origin) put_key(x, origin);
    yyjson_doc_free(doc);
}

void sz_kk_cut(item *x, size_t n) {
    sz_buf length;
    sz_buf_init(&length);
    sz_buf_put_dec(&length, (int64_t)x->value.n);
    rd_kafka_resp_err_t missing;
    const void *there;
    size_t size;
    missing = rd_kafka_header_get_last(x->headers, "value.length", &there, &size);
    if (missing) rd_kafka_header_add(x->headers, "value.length", -1, length.p, (ssize_t)length.n);
    sz_buf_fini(&length);
    x->value.n = n;
}
