/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor of bench/live: a member of a consumer group that reads a topic to its end in batches and only counts, with
 * the settings that the engine's consumer has. usage: count_topic BOOTSTRAP TOPIC PARTITIONS
 * Prints records, bytes, and the seconds from the first record to the last one.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCH = 256 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    char why[512];
    static const char *const settings[][2] = {
        {"group.id", "floor"},
        {"enable.auto.commit", "false"},
        {"auto.offset.reset", "earliest"},
        {"enable.partition.eof", "true"},
        {"fetch.queue.backoff.ms", "20"},
        {"queued.max.messages.kbytes", "16384"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why, sizeof why);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why) != RD_KAFKA_CONF_OK) {
            fprintf(stderr, "%s\n", why);
            return 2;
        }
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!rk) return 4;
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, argv[2], RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(rk, topics);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
    unsigned long long n = 0, bytes = 0;
    int ends = 0, partitions = atoi(argv[3]);
    double first = 0, last = 0;
    while (ends < partitions) {
        rd_kafka_message_t *batch[BATCH];
        ssize_t got = rd_kafka_consume_batch_queue(queue, 100, batch, BATCH);
        unsigned long long before = n;
        for (ssize_t i = 0; i < got; i++) {
            if (batch[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ends++;
            if (!batch[i]->err) {
                if (!n++) first = now();
                bytes += batch[i]->len;
            }
            rd_kafka_message_destroy(batch[i]);
        }
        if (n > before) last = now();
    }
    printf("%llu %llu %.6f\n", n, bytes, last - first);
    rd_kafka_queue_destroy(queue);
    rd_kafka_topic_partition_list_destroy(topics);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    return 0;
}
