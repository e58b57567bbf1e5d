/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include "codes.h"

int sz_exit_of(sz_status s) {
    switch (s) {
    case SZ_OK: return 0;
    case SZ_FINDINGS: return 1;
    case SZ_USAGE: return 2;
    case SZ_INTERRUPTED: return 130;
    default: return 4;
    }
}

bool sz_topic_of(sz_str name, sz_str *topic) {
    if (name.n <= 6 || memcmp(name.p, "kafka:", 6) != 0) return false;
    *topic = (sz_str){name.p + 6, name.n - 6};
    return true;
}

bool sz_job_is_live(const sz_job *job) {
    sz_str topic;
    return job->n_sources && sz_topic_of(job->sources[0], &topic);
}

bool sz_job_until(const sz_job *job, const sz_zone *z, int64_t *until_ms) {
    bool is_day;
    if (!sz_time_parse(z, sz_str_of(job->until), until_ms, &is_day)) return false;
    if (is_day) *until_ms = sz_zone_midnight(z, sz_zone_day(z, *until_ms) + 1) - 1;
    return true;
}

sz_status sz_job_bad_until(const sz_job *job, sz_diags *d) {
    char meant[SZ_MEANT];
    sz_diag *g = sz_diags_add(d, SZ_ERROR, APP_CODE_UNTIL, job->until_at,
                              "--until takes a time such as 2026-03-08T20:00 or a day, not `%s`",
                              "--until 是时间（如 2026-03-08T20:00）或日期，不能是 `%s`", job->until);
    if (sz_meant_date(sz_str_of(job->until), meant)) sz_diag_hint(d, g, "write %s", "请写 %s", meant);
    else if (sz_meant_instant(sz_str_of(job->until), meant)) /* campus time, whose offset is not to be written */
        sz_diag_hint(d, g, "write %.16s", "请写 %.16s", meant);
    else
        sz_diag_hint(d, g, "write the year, month and day in digits; a day alone means its end",
                     "请用数字写出年、月、日；只写日期表示到那天结束");
    return SZ_USAGE;
}

sz_str sz_job_topic(const sz_job *job) {
    static const char prefix[] = "kafka:";
    const sz_str named[] = {job->n_sources ? job->sources[0] : (sz_str){0}, job->alerts, job->dead};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].n >= sizeof prefix - 1 && memcmp(named[i].p, prefix, sizeof prefix - 1) == 0) return named[i];
    return (sz_str){0};
}

static sz_status need_brokers(const sz_job *job, sz_diags *d) {
    if (job->kafka.brokers.n) return SZ_OK;
    sz_str topic = sz_job_topic(job);
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_BROKERS, (sz_span){0},
                              "`%.*s` names a topic, but no brokers are given to find it at",
                              "`%.*s` 是一个主题，但没有给出 broker 地址", SZ_FMT_STR(topic));
    sz_diag_hint(d, g, "--kafka-brokers HOST:PORT (kafka.brokers in the config file)",
                 "--kafka-brokers 主机:端口（配置文件里是 kafka.brokers）");
    return SZ_USAGE;
}

sz_status sz_job_check_kafka(const sz_job *job, sz_diags *d) {
    sz_status s = need_brokers(job, d), settings = sz_kafka_check(&job->kafka, d);
    return s == SZ_OK ? settings : s;
}
