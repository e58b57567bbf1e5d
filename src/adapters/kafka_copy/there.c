/* SPDX-License-Identifier: Apache-2.0 */
#include "copy.h"

#include <stdio.h>
#include <stdlib.h>

/* Was it copied from a topic that had the same name before? Copies that older versions made do not say. */
static bool is_of_before(const there *t, const rd_kafka_message_t *m) {
    rd_kafka_headers_t *h = NULL;
    const void *v = NULL;
    size_t n = 0;
    if (!t->id[0] || rd_kafka_message_headers(m, &h) || rd_kafka_header_get_last(h, FROM_ID_HEADER, &v, &n))
        return false;
    return v && !sz_str_is((sz_str){v, n}, t->id);
}

/* PARTITION/OFFSET of its header; false: it is not of a copy, or of a copy of another topic. */
static bool origin_of(const rd_kafka_message_t *m, const char *topic, long *partition, long long *offset) {
    rd_kafka_headers_t *h = NULL;
    const void *v = NULL;
    size_t n = 0;
    char text[MOST_FROM];
    if (rd_kafka_message_headers(m, &h) || rd_kafka_header_get_last(h, FROM_HEADER, &v, &n)) return false;
    if (!v || n >= sizeof text) return false;
    memcpy(text, v, n);
    text[n] = '\0';
    char *slash = strrchr(text, '/');
    if (!slash) return false;
    *offset = strtoll(slash + 1, NULL, 10);
    *slash = '\0';
    char *before = strrchr(text, '/');
    if (!before) return false;
    *before = '\0';
    *partition = strtol(before + 1, NULL, 10);
    return strcmp(text, topic) == 0;
}

bool sz_kc_has_control(there *t, uint32_t partition, sz_str value) {
    char number[16];
    sz_buf key;
    sz_buf_init(&key);
    snprintf(number, sizeof number, "%u ", partition);
    sz_buf_put_z(&key, number);
    sz_buf_put_str(&key, value);
    bool is_new = sz_map_put(&t->controls, sz_buf_str(&key), 1);
    sz_buf_fini(&key);
    return !is_new;
}

static sz_str letter_key(char *to, size_t room, long partition, long long offset) {
    return (sz_str){to, (size_t)snprintf(to, room, "%ld/%lld", partition, offset)};
}

bool sz_kc_has(const there *t, const rd_kafka_message_t *m, uint32_t partition) {
    char key[48];
    if (t->of_letters)
        return sz_map_get(&t->letters, letter_key(key, sizeof key, m->partition, (long long)m->offset)) != NULL;
    return m->offset <= t->last[(size_t)m->partition * t->n_to + partition];
}

static void note(there *t, uint32_t partition, const rd_kafka_message_t *m, const char *topic, sz_decoder *d,
                 sz_arena *a) {
    long from = -1;
    long long offset = -1;
    sz_input in;
    if (!origin_of(m, topic, &from, &offset)) return;
    if (is_of_before(t, m)) {
        t->n_of_before++;
        return;
    }
    if (from < 0 || from >= (long)t->n_from) return;
    if (t->of_letters) {
        char key[48];
        sz_map_put(&t->letters, letter_key(key, sizeof key, from, offset), 1);
        return;
    }
    sz_kafka_decode(d, NULL, m, a, &in);
    if (in.record.kind == SZ_RECORD_FEED_STATUS) {
        sz_kc_has_control(t, partition, (sz_str){m->payload, m->len});
        return;
    }
    int64_t *last = &t->last[(size_t)from * t->n_to + partition];
    if (offset > *last) *last = offset;
}

sz_status sz_kc_there(there *t, lanes *to, const lanes *from, sz_decoder *d) {
    sz_arena a;
    sz_arena_init(&a);
    t->n_from = from->n;
    t->n_to = to->n;
    sz_map_init(&t->controls);
    sz_map_init(&t->letters);
    t->last = sz_alloc((size_t)from->n * to->n * sizeof *t->last);
    for (size_t i = 0; i < (size_t)from->n * to->n; i++) t->last[i] = -1;
    bool is_fine = true;
    for (uint32_t i = 0; i < to->n && is_fine;) {
        is_fine = sz_kc_fill(to);
        rd_kafka_message_t *m = is_fine ? sz_kc_take(&to->v[i]) : NULL;
        if (m) note(t, i, m, from->topic, d, &a);
        if (m) rd_kafka_message_destroy(m);
        sz_arena_reset(&a);
        i += is_fine && sz_kc_is_over(&to->v[i]);
    }
    sz_arena_fini(&a);
    return is_fine ? SZ_OK : SZ_IO;
}

void sz_kc_there_fini(there *t) {
    sz_free(t->last);
    sz_map_fini(&t->controls);
    sz_map_fini(&t->letters);
}
