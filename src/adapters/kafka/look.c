/* SPDX-License-Identifier: Apache-2.0
 *
 * look: what the brokers promise of the topics, against what the protocol needs of them.
 */
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* of two languages; the callers' are checked by sight */
#include <librdkafka/rdkafka.h>
#include <sanzao/kafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- rows ---- */

void sz_look_init(sz_look *l) {
    *l = (sz_look){0};
    sz_arena_init(&l->arena);
}

void sz_look_fini(sz_look *l) {
    sz_arena_fini(&l->arena);
    sz_free(l->v);
}

sz_look_row *sz_look_add(sz_look *l, sz_look_grade grade, const char *en, const char *zh, ...) {
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    l->v = sz_realloc(l->v, (l->n + 1) * sizeof *l->v);
    sz_look_row *r = &l->v[l->n++];
    *r = (sz_look_row){.grade = grade};
    r->what = sz_arena_vprintf(&l->arena, en, ap);
    r->what_zh = sz_arena_vprintf(&l->arena, zh, again);
    va_end(again);
    va_end(ap);
    return r;
}

void sz_look_advise(sz_look *l, sz_look_row *row, const char *en, const char *zh, ...) {
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    row->advice = sz_arena_vprintf(&l->arena, en, ap);
    row->advice_zh = sz_arena_vprintf(&l->arena, zh, again);
    va_end(again);
    va_end(ap);
}

/* ---- a topic as the brokers have it ---- */

typedef struct topic {
    const char *name;
    bool is_there, has_settings;
    int partitions, replicas; /* replicas: fewest of any partition */
    char cleanup[64];
    int64_t retention_ms, retention_bytes, max_bytes, min_insync;
} topic;

static void describe(topic *t, const rd_kafka_metadata_topic_t *m) {
    t->is_there = m->err == RD_KAFKA_RESP_ERR_NO_ERROR && m->partition_cnt > 0;
    t->partitions = m->partition_cnt;
    for (int i = 0; i < m->partition_cnt; i++)
        if (i == 0 || m->partitions[i].replica_cnt < t->replicas) t->replicas = m->partitions[i].replica_cnt;
}

/* What the client told of its connections: why nobody answers. */
enum { FIRST_MS = 500, LATE_MS = 500, MOST_STOOD = 5 };
typedef struct asking {
    sz_kafka_voice voice; /* first: the client's opaque value */
    int err;
    char reason[200];
} asking;

/* Who is not let in is told of that, whatever comes after it. */
static void on_error(rd_kafka_t *rk, int err, const char *reason, void *self) {
    asking *a = self;
    (void)rk;
    if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || a->err == RD_KAFKA_RESP_ERR__AUTHENTICATION) return;
    a->err = err;
    snprintf(a->reason, sizeof a->reason, "%s", reason);
}

static void say_why(const asking *a, rd_kafka_resp_err_t e, sz_kafka_why *why) {
    bool knows = a->err != 0;
    int err = knows ? a->err : (int)e;
    snprintf(why->en, sizeof why->en, "%s%s%s", sz_kafka_error(err, SZ_EN), knows ? ": " : "", a->reason);
    snprintf(why->zh, sizeof why->zh, "%s%s%s%s", sz_kafka_error(err, SZ_ZH), knows ? "（" : "", a->reason,
             knows ? "）" : "");
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All topics: none is made by asking. Whoever is not let in need not wait for an answer. While this process stands
 * still, or all of the machine, the clock goes on: a step that took much longer than it was to take is none of the
 * brokers'. */
static rd_kafka_resp_err_t ask_topics(rd_kafka_t *rk, const asking *a, int timeout_ms,
                                      const struct rd_kafka_metadata **meta) {
    rd_kafka_resp_err_t e = RD_KAFKA_RESP_ERR__TIMED_OUT;
    int n_stood = 0;
    for (int step = FIRST_MS; timeout_ms > 0 && a->err != RD_KAFKA_RESP_ERR__AUTHENTICATION; step *= 2) {
        if (step > timeout_ms || 2 * step > timeout_ms - step) step = timeout_ms;
        int64_t due_ms = now_ms() + step;
        e = rd_kafka_metadata(rk, 1, NULL, meta, step);
        if (!e) return e;
        if (now_ms() < due_ms + LATE_MS || n_stood++ >= MOST_STOOD) timeout_ms -= step;
        while (rd_kafka_poll(rk, 0)) {}
        if (e != RD_KAFKA_RESP_ERR__TIMED_OUT && e != RD_KAFKA_RESP_ERR__TRANSPORT) return e;
    }
    return e;
}

static bool find_topics(rd_kafka_t *rk, topic *v, int n, int timeout_ms, const asking *a, sz_kafka_why *why) {
    const struct rd_kafka_metadata *meta = NULL;
    rd_kafka_resp_err_t e = ask_topics(rk, a, timeout_ms, &meta);
    if (e) {
        say_why(a, e, why);
        return false;
    }
    for (int i = 0; i < meta->topic_cnt; i++)
        for (int k = 0; k < n; k++)
            if (strcmp(meta->topics[i].topic, v[k].name) == 0) describe(&v[k], &meta->topics[i]);
    rd_kafka_metadata_destroy(meta);
    return true;
}

static void read_setting(topic *t, const char *name, const char *value) {
    const struct {
        const char *name;
        int64_t *to;
    } numbers[] = {{"retention.ms", &t->retention_ms},
                   {"retention.bytes", &t->retention_bytes},
                   {"max.message.bytes", &t->max_bytes},
                   {"min.insync.replicas", &t->min_insync}};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, numbers[i].name) == 0) sz_str_i64(sz_str_of(value), numbers[i].to);
    if (strcmp(name, "cleanup.policy") == 0) snprintf(t->cleanup, sizeof t->cleanup, "%s", value);
}

static void read_settings(topic *v, int n, rd_kafka_event_t *event) {
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(event);
    size_t n_found = 0, n_entries = 0;
    const rd_kafka_ConfigResource_t **found = rd_kafka_DescribeConfigs_result_resources(result, &n_found);
    for (size_t i = 0; i < n_found; i++) {
        if (rd_kafka_ConfigResource_error(found[i])) continue;
        for (int k = 0; k < n; k++) {
            if (strcmp(rd_kafka_ConfigResource_name(found[i]), v[k].name) != 0) continue;
            const rd_kafka_ConfigEntry_t **e = rd_kafka_ConfigResource_configs(found[i], &n_entries);
            v[k].has_settings = n_entries > 0;
            for (size_t j = 0; j < n_entries; j++)
                if (rd_kafka_ConfigEntry_value(e[j]))
                    read_setting(&v[k], rd_kafka_ConfigEntry_name(e[j]), rd_kafka_ConfigEntry_value(e[j]));
        }
    }
}

/* In steps: while this process stands still one of them passes, and not the time that the brokers have. */
static rd_kafka_event_t *await(rd_kafka_queue_t *q, int timeout_ms) {
    rd_kafka_event_t *event = NULL;
    for (; !event && timeout_ms > 0; timeout_ms -= FIRST_MS) event = rd_kafka_queue_poll(q, FIRST_MS);
    return event;
}

/* What may not be asked stays unknown (has_settings). No answer yet is no refusal: a topic that must not be used would
 * pass for one whose settings nobody may see. */
static rd_kafka_resp_err_t ask_settings(rd_kafka_t *rk, topic *v, int n, int timeout_ms) {
    rd_kafka_ConfigResource_t *asked[3];
    size_t n_asked = 0;
    for (int k = 0; k < n; k++)
        if (v[k].is_there) asked[n_asked++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, v[k].name);
    if (!n_asked) return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_queue_t *q = rd_kafka_queue_new(rk);
    rd_kafka_DescribeConfigs(rk, asked, n_asked, NULL, q);
    rd_kafka_event_t *event = await(q, timeout_ms);
    rd_kafka_resp_err_t e = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (!e) read_settings(v, n, event);
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(q);
    rd_kafka_ConfigResource_destroy_array(asked, n_asked);
    bool is_late = e == RD_KAFKA_RESP_ERR__TIMED_OUT || e == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
                   e == RD_KAFKA_RESP_ERR__TRANSPORT;
    return is_late ? e : RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* ---- judging ---- */

static bool is_compacted(const topic *t) { return strstr(t->cleanup, "compact") != NULL; }

static bool judge_presence(sz_look *l, const topic *t) {
    if (t->is_there) return true;
    sz_look_row *r = sz_look_add(l, SZ_LOOK_REFUSED, "topic %s is not there", "没有主题 %s", t->name);
    r->may_pass = true;
    sz_look_advise(l, r, "create it: kafka-topics.sh --create --topic %s --partitions 12 --replication-factor 3",
                   "请建立它：kafka-topics.sh --create --topic %s --partitions 12 --replication-factor 3", t->name);
    return false;
}

static void judge_unknown(sz_look *l, const topic *t) {
    sz_look_row *r = sz_look_add(l, SZ_LOOK_RISKY, "topic %s: its settings may not be read, so they were not checked",
                                 "主题 %s：没有权限读取它的设置，因此没有检查", t->name);
    sz_look_advise(l, r, "allow DescribeConfigs on it, or check cleanup.policy and retention.ms by hand",
                   "请授予 DescribeConfigs 权限，或人工检查 cleanup.policy 与 retention.ms");
}

static void judge_replicas(sz_look *l, const topic *t, bool is_written) {
    sz_look_row *r;
    if (t->replicas < 2) {
        r = sz_look_add(l, SZ_LOOK_RISKY, "topic %s: %d replica: a broken disk loses records",
                        "主题 %s：%d 个副本：磁盘损坏会丢失记录", t->name, t->replicas);
        sz_look_advise(l, r, "3 replicas and min.insync.replicas=2", "建议 3 个副本并设 min.insync.replicas=2");
        return;
    }
    if (is_written && t->has_settings && t->min_insync < 2) {
        r = sz_look_add(l, SZ_LOOK_RISKY,
                        "topic %s: min.insync.replicas=%lld: what one broker acknowledged alone can be lost",
                        "主题 %s：min.insync.replicas=%lld：只有一个 broker 确认过的记录可能丢失", t->name,
                        (long long)t->min_insync);
        sz_look_advise(l, r, "kafka-configs.sh --alter --topic %s --add-config min.insync.replicas=2",
                       "kafka-configs.sh --alter --topic %s --add-config min.insync.replicas=2", t->name);
        return;
    }
    sz_look_add(l, SZ_LOOK_RIGHT, t->replicas == 1 ? "topic %s: %d replica" : "topic %s: %d replicas",
                "主题 %s：%d 个副本", t->name, t->replicas);
}

static void judge_events(sz_look *l, const topic *t, int64_t horizon_ms) {
    sz_look_row *r;
    sz_look_add(l, SZ_LOOK_RIGHT, t->partitions == 1 ? "topic %s: %d partition" : "topic %s: %d partitions",
                "主题 %s：%d 个分区", t->name, t->partitions);
    judge_replicas(l, t, false);
    if (!t->has_settings) {
        judge_unknown(l, t);
        return;
    }
    if (is_compacted(t)) {
        r = sz_look_add(l, SZ_LOOK_REFUSED,
                        "topic %s: cleanup.policy=%s: of each student only the last record would stay",
                        "主题 %s：cleanup.policy=%s：每名学生只会留下最后一条记录", t->name, t->cleanup);
        sz_look_advise(l, r, "kafka-configs.sh --alter --topic %s --add-config cleanup.policy=delete",
                       "kafka-configs.sh --alter --topic %s --add-config cleanup.policy=delete", t->name);
        return;
    }
    double days = (double)t->retention_ms / (double)SZ_DAY_MS, horizon = (double)horizon_ms / (double)SZ_DAY_MS;
    if (t->retention_ms >= 0 && t->retention_ms < horizon_ms) {
        r = sz_look_add(l, SZ_LOOK_RISKY,
                        "topic %s: kept for %.1f days, the horizon is %.1f: a lost state cannot be read again in full",
                        "主题 %s：保留 %.1f 天，而回算范围是 %.1f 天：状态丢失后不能完整重读", t->name, days, horizon);
        sz_look_advise(l, r, "raise retention.ms to %lld at least, or lower --horizon",
                       "请把 retention.ms 提高到至少 %lld，或缩短 --horizon", (long long)horizon_ms);
    } else if (t->retention_bytes >= 0) {
        sz_look_add(l, SZ_LOOK_RISKY, "topic %s: retention.bytes=%lld may drop records before their time",
                    "主题 %s：retention.bytes=%lld 可能提前删除记录", t->name, (long long)t->retention_bytes);
    } else {
        sz_look_add(l, SZ_LOOK_RIGHT, "topic %s: kept longer than the horizon of %.1f days",
                    "主题 %s：保留时间不短于 %.1f 天的回算范围", t->name, horizon);
    }
}

static void judge_alerts(sz_look *l, const topic *t) {
    judge_replicas(l, t, true);
    if (!t->has_settings) {
        judge_unknown(l, t);
    } else if (is_compacted(t)) {
        sz_look_row *r = sz_look_add(l, SZ_LOOK_REFUSED,
                                     "topic %s: cleanup.policy=%s: of each student's alerts only the last would stay",
                                     "主题 %s：cleanup.policy=%s：每名学生的预警只会留下最后一条", t->name, t->cleanup);
        sz_look_advise(l, r, "kafka-configs.sh --alter --topic %s --add-config cleanup.policy=delete",
                       "kafka-configs.sh --alter --topic %s --add-config cleanup.policy=delete", t->name);
    } else {
        sz_look_add(l, SZ_LOOK_RIGHT, "topic %s: cleanup.policy=%s", "主题 %s：cleanup.policy=%s", t->name, t->cleanup);
    }
}

static void judge_dead(sz_look *l, const topic *t) {
    judge_replicas(l, t, true);
    if (!t->has_settings) {
        judge_unknown(l, t);
    } else if (t->max_bytes < SZ_RECORD_MAX + (64 << 10)) {
        sz_look_row *r = sz_look_add(
            l, SZ_LOOK_RISKY,
            "topic %s: max.message.bytes=%lld: longer dead letters are cut, with a header that "
            "says so",
            "主题 %s：max.message.bytes=%lld：更长的死信会被截断，并在消息头里注明", t->name, (long long)t->max_bytes);
        sz_look_advise(l, r, "kafka-configs.sh --alter --topic %s --add-config max.message.bytes=2097152",
                       "kafka-configs.sh --alter --topic %s --add-config max.message.bytes=2097152", t->name);
    } else {
        sz_look_add(l, SZ_LOOK_RIGHT, "topic %s: takes records of 1 MiB", "主题 %s：可容纳 1 MiB 的记录", t->name);
    }
}

/* ---- all of it ---- */

static topic topic_of(sz_arena *a, sz_str name) {
    return (topic){.name = name.n ? sz_arena_str(a, name).p : "", .retention_ms = -1, .retention_bytes = -1};
}

sz_status sz_kafka_look(const sz_kafka_options *o, const sz_kafka_topics *t, sz_kafka_voice *voice, int timeout_ms,
                        sz_look *look, uint32_t *parts, sz_kafka_why *why) {
    *parts = 0;
    asking a = {.voice = *voice};
    rd_kafka_conf_t *conf = sz_kafka_conf(o, SZ_KAFKA_CONSUMER, &a.voice);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why->en, sizeof why->en);
    if (!rk) {
        snprintf(why->zh, sizeof why->zh, "%s", why->en);
        rd_kafka_conf_destroy(conf);
        return SZ_USAGE;
    }
    topic v[] = {topic_of(&look->arena, t->events), topic_of(&look->arena, t->alerts), topic_of(&look->arena, t->dead)};
    sz_status s = find_topics(rk, v, 3, timeout_ms, &a, why) ? SZ_OK : SZ_IO;
    rd_kafka_resp_err_t e = s == SZ_OK ? ask_settings(rk, v, 3, timeout_ms) : RD_KAFKA_RESP_ERR_NO_ERROR;
    if (e) {
        say_why(&a, e, why);
        s = SZ_IO;
    }
    if (s == SZ_OK) {
        if (t->events.n && judge_presence(look, &v[0])) judge_events(look, &v[0], t->horizon_ms);
        if (t->alerts.n && judge_presence(look, &v[1])) judge_alerts(look, &v[1]);
        if (t->dead.n && judge_presence(look, &v[2])) judge_dead(look, &v[2]);
        *parts = v[0].is_there ? (uint32_t)v[0].partitions : 0;
    }
    rd_kafka_destroy(rk);
    return s;
}
