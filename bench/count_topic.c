/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor of bench/live: a member of a consumer group that reads a topic to its end in batches and only counts, with
 * the settings that the engine's consumer has; and, where asked for, writes so many records of so many bytes meanwhile,
 * with the engine's producer's settings, and waits for them.
 * usage: count_topic BOOTSTRAP TOPIC PARTITIONS [OUT RECORDS BYTES INPUTS]
 *   RECORDS are spread over INPUTS, the number of records that the topic holds.
 * Prints records, bytes, the wall seconds from the first record to the last one (and, writing, to the last
 * acknowledgement), and the process' CPU seconds within them.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 256 };

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *bootstrap, const char *const settings[][2], size_t n) {
    char why[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof why);
    for (size_t i = 0; i < n; i++)
        if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof why) != RD_KAFKA_CONF_OK) {
            fprintf(stderr, "%s\n", why);
            exit(2);
        }
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);
    if (!rk) exit(4);
    return rk;
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 8) return 2;
    static const char *const reading[][2] = {
        {"group.id", "floor"},
        {"enable.auto.commit", "false"},
        {"auto.offset.reset", "earliest"},
        {"enable.partition.eof", "true"},
        {"fetch.queue.backoff.ms", "5"},
        {"fetch.wait.max.ms", "20"},
        {"queued.max.messages.kbytes", "4096"},
    };
    static const char *const writing[][2] = {{"enable.idempotence", "true"}, {"acks", "all"}, {"linger.ms", "5"}};
    rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, argv[1], reading, sizeof reading / sizeof *reading), *out = NULL;
    unsigned long long to_write = 0, inputs = 1, written = 0;
    size_t size = 0;
    char *value = NULL;
    if (argc == 8) {
        out = client(RD_KAFKA_PRODUCER, argv[1], writing, sizeof writing / sizeof *writing);
        to_write = strtoull(argv[5], NULL, 10);
        size = (size_t)strtoull(argv[6], NULL, 10);
        inputs = strtoull(argv[7], NULL, 10);
        value = malloc(size + 1);
        memset(value, 'x', size);
    }
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, argv[2], RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(rk, topics);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
    unsigned long long n = 0, bytes = 0;
    int ends = 0, partitions = atoi(argv[3]);
    double first = 0, last = 0, cpu_first = 0, cpu_last = 0;
    while (ends < partitions) {
        rd_kafka_message_t *batch[BATCH];
        ssize_t got = rd_kafka_consume_batch_queue(queue, 100, batch, BATCH);
        unsigned long long before = n;
        for (ssize_t i = 0; i < got; i++) {
            if (batch[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ends++;
            if (!batch[i]->err) {
                if (!n++) first = seconds(CLOCK_MONOTONIC), cpu_first = seconds(CLOCK_PROCESS_CPUTIME_ID);
                bytes += batch[i]->len;
            }
            rd_kafka_message_destroy(batch[i]);
        }
        while (out && written < to_write && written * inputs <= n * to_write) {
            if (rd_kafka_producev(out, RD_KAFKA_V_TOPIC(argv[4]), RD_KAFKA_V_VALUE(value, size),
                                  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END))
                break; /* its queue is full */
            written++;
        }
        if (out) rd_kafka_poll(out, 0);
        if (n > before) last = seconds(CLOCK_MONOTONIC), cpu_last = seconds(CLOCK_PROCESS_CPUTIME_ID);
    }
    if (out) {
        rd_kafka_flush(out, 60000);
        last = seconds(CLOCK_MONOTONIC), cpu_last = seconds(CLOCK_PROCESS_CPUTIME_ID);
        rd_kafka_destroy(out);
    }
    printf("%llu %llu %.6f %.6f\n", n, bytes, last - first, cpu_last - cpu_first);
    rd_kafka_queue_destroy(queue);
    rd_kafka_topic_partition_list_destroy(topics);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    free(value);
    return 0;
}
