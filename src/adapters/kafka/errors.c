/* SPDX-License-Identifier: Apache-2.0
 *
 * errors: librdkafka says in English what went wrong. Those that whoever runs it meets are in Chinese here too; the
 * details of a connection (which address, after how long) stay librdkafka's.
 */
#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>

static const struct {
    int err;
    const char *zh;
} known[] = {
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "所有 broker 都连不上"},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, "身份验证失败：请检查用户名、密码和 sasl.mechanisms"},
    {RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, "太久没有取记录，消费组收回了分区"},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, "消息发送超时"},
    {RD_KAFKA_RESP_ERR__RESOLVE, "主机名无法解析"},
    {RD_KAFKA_RESP_ERR__SSL, "TLS 握手失败：请检查证书和 security.protocol"},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, "超时"},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, "排队超时"},
    {RD_KAFKA_RESP_ERR__TRANSPORT, "连接断开或建立不了"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, "没有这个分区"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, "没有这个主题"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "没有集群的权限"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "没有消费组的权限"},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "消息大于主题允许的长度（max.message.bytes）"},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, "同步的副本少于 min.insync.replicas"},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, "身份验证失败：请检查用户名、密码和 sasl.mechanisms"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "没有主题的权限"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "没有这个主题或分区"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, "broker 不支持这个 sasl.mechanisms"},
};

const char *sz_kafka_error(int err, sz_lang lang) {
    for (size_t i = 0; lang == SZ_ZH && i < sizeof known / sizeof *known; i++)
        if (known[i].err == err) return known[i].zh;
    return rd_kafka_err2str((rd_kafka_resp_err_t)err);
}
