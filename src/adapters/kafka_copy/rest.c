/* SPDX-License-Identifier: Apache-2.0
 *
 * rest: what stands in partitions from given offsets on, read without a group.
 */
#include "copy.h"

static sz_status read_all(lanes *l, const sz_kafka_rest_options *o, sz_decoder *decoder, uint64_t *n) {
    sz_arena a;
    sz_buf source;
    sz_arena_init(&a);
    sz_buf_init(&source);
    sz_buf_printf(&source, "kafka:%s", o->topic);
    lane *x = NULL;
    bool is_fine;
    while ((is_fine = sz_kc_fill(l)) && (x = sz_kc_earliest(l))) {
        sz_input in = {.origin = {.source = sz_buf_str(&source)}};
        rd_kafka_message_t *m = sz_kc_take(x);
        sz_arena_reset(&a);
        in.origin.partition = m->partition;
        in.origin.offset = m->offset;
        sz_kafka_decode(decoder, o->mapping, m, &a, &in);
        o->take(o->self, (uint32_t)m->partition, &in);
        rd_kafka_message_destroy(m);
        ++*n;
    }
    sz_buf_fini(&source);
    sz_arena_fini(&a);
    return is_fine ? SZ_OK : l->why[0] ? SZ_IO : SZ_INTERRUPTED;
}

sz_status sz_kafka_rest(const sz_kafka_rest_options *o, sz_kafka_voice *voice, sz_diags *d, uint64_t *n) {
    lanes l = {.begin = o->begin, .n_begin = o->n, .until = o->end, .is_ending = o->is_ending, .self = o->self};
    sz_decoder *decoder = sz_decoder_new(o->types, o->zone);
    *n = 0;
    sz_status s = sz_kc_find(&l, o->kafka, voice, o->topic);
    if (s == SZ_OK) s = sz_kc_open(&l);
    if (s == SZ_OK) s = read_all(&l, o, decoder, n);
    if (s == SZ_IO)
        sz_diag_hint(d,
                     sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_CLIENT, (sz_span){0}, "the topic cannot be read: %s",
                                  "主题不能读取：%s", l.why),
                     "see to the brokers and to --kafka-set (kafka.rdkafka)",
                     "请检查 broker 和 --kafka-set（kafka.rdkafka）的设置");
    sz_kc_close(&l);
    sz_decoder_free(decoder);
    return s;
}
