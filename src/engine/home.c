/* SPDX-License-Identifier: Apache-2.0
 *
 * home: the partition of a key. MurmurHash2 (Austin Appleby, public domain) in the 32-bit form and with the seed that
 * Apache Kafka's default partitioner uses (org.apache.kafka.common.utils.Utils.murmur2, toPositive), so that a topic
 * filled by a Java producer, or by librdkafka with partitioner=murmur2_random, has each student where the engine
 * looks for him.
 */
#include <sanzao/engine.h>

static uint32_t murmur2(const uint8_t *p, uint32_t n) {
    const uint32_t m = 0x5bd1e995;
    uint32_t h = 0x9747b28cu ^ n;
    for (; n >= 4; p += 4, n -= 4) {
        uint32_t k = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        k *= m;
        k ^= k >> 24;
        h = (h * m) ^ (k * m);
    }
    if (n > 2) h ^= (uint32_t)p[2] << 16;
    if (n > 1) h ^= (uint32_t)p[1] << 8;
    if (n > 0) h = (h ^ p[0]) * m;
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

uint32_t sz_home(sz_str key, uint32_t parts) {
    return (murmur2((const uint8_t *)key.p, (uint32_t)key.n) & 0x7fffffff) % parts;
}
