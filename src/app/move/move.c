/* SPDX-License-Identifier: Apache-2.0
 *
 * The command: where it stands, what is to be done, in this order.
 */
#include "move.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "codes.h"
#include "host/log.h"
#include "views/findings.h"

enum { ASK_MS = 10000 };

static volatile sig_atomic_t stop_asked;

static void on_signal(int sig) { stop_asked = sig; }

bool move_is_ending(void *self) {
    (void)self;
    return stop_asked != 0;
}

sz_status move_cannot(move *m, uint32_t i, const sz_msg *answer) {
    sz_str en = answer && answer->text.n ? answer->text : SZ_STR("the store does not answer");
    sz_str zh = answer && answer->text_zh.n ? answer->text_zh : en;
    bool is_refused = answer && answer->answer == SZ_ANS_REFUSED;
    sz_diag *g =
        sz_diags_add(&m->diags, SZ_ERROR, APP_CODE_STATE, (sz_span){0}, "partition %u: %.*s", NULL, i, SZ_FMT_STR(en));
    g->message_zh = sz_arena_printf(&m->diags.arena, "分区 %u：%.*s", i, SZ_FMT_STR(zh));
    if (is_refused)
        sz_diag_hint(&m->diags, g, "stop the other process, and run the command again",
                     "请停掉另一个进程，然后再运行一次这个命令");
    return is_refused ? SZ_REFUSED : SZ_IO;
}

static sz_status refuse(move *m, sz_status s, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
static sz_status refuse(move *m, sz_status s, const char *en, const char *zh, ...) {
    va_list ap, again;
    va_start(ap, zh);
    va_copy(again, ap);
    sz_arena *a = &m->diags.arena;
    sz_diag *g =
        sz_diags_add(&m->diags, SZ_ERROR, APP_CODE_REPARTITION, (sz_span){0}, "%s", NULL, sz_arena_vprintf(a, en, ap));
    g->message_zh = sz_arena_vprintf(a, zh, again);
    sz_diag_hint(&m->diags, g, "put that right and run it again: docs/kafka.md",
                 "请改正后再运行一次，见 docs/kafka.md");
    va_end(again);
    va_end(ap);
    return s;
}

/* ---- where it stands ---- */

static sz_status inputs(move *m) {
    const sz_job *job = m->job;
    sz_status s = sz_state_check(job, &m->diags);
    if (s == SZ_OK && job->kafka.brokers.n) s = sz_kafka_check(&job->kafka, &m->diags);
    if (s == SZ_OK) s = sz_texts_read(job, &m->diags, &m->texts);
    if (s == SZ_OK) s = sz_inputs_parse(job, &m->texts, &m->diags, &m->in);
    if (s == SZ_OK) s = sz_mapping_parse(&m->texts, &m->in, &m->diags, &m->mapping);
    return s;
}

/* TOPIC, TOPIC/N, TOPIC/N/ready. */
static bool read_topic(move *m, sz_str name, uint32_t *on_way) {
    sz_str slash = name;
    while (slash.n && slash.p[0] != '/') slash.p++, slash.n--;
    m->topic = (sz_str){name.p, name.n - slash.n};
    *on_way = 0;
    if (!slash.n) return true;
    unsigned n;
    char rest[8] = "";
    int fields = sscanf(sz_arena_str(&m->diags.arena, slash).p, "/%u/%7s", &n, rest);
    m->is_ready = fields == 2 && strcmp(rest, "ready") == 0;
    *on_way = n;
    return fields == 1 || m->is_ready;
}

static sz_status first_state(move *m, uint32_t *on_way) {
    move_reserve(m, 1);
    sz_status s = move_look(m, 0);
    sz_str name = sz_state_name(m->job, &m->diags.arena), source;
    if (s == SZ_NOT_FOUND)
        return refuse(m, SZ_IO, "%.*s holds no state of partition 0 of group %.*s",
                      "%.*s 里没有消费组 %.*s 的分区 0 的状态", SZ_FMT_STR(name), SZ_FMT_STR(m->job->kafka.group));
    if (s != SZ_OK) return s;
    if (!read_topic(m, m->v[0].topic, on_way) || sz_str_is(m->topic, "files"))
        return refuse(m, SZ_REFUSED, "%.*s is the state of a run over files, which has no partitions",
                      "%.*s 是文件运行的状态，没有分区", SZ_FMT_STR(name));
    if (m->job->n_sources && sz_topic_of(m->job->sources[0], &source) && !sz_str_eq(source, m->topic))
        return refuse(m, SZ_REFUSED, "the state is that of the topic %.*s, not of %.*s",
                      "状态属于主题 %.*s，不属于 %.*s", SZ_FMT_STR(m->topic), SZ_FMT_STR(source));
    m->from = m->v[0].parts;
    return SZ_OK;
}

static void say_nothing(void *self, sz_severity severity, const char *en, const char *zh) {
    (void)self, (void)severity, (void)en, (void)zh;
}

/* The topic's number now. */
static sz_status count_partitions(move *m) {
    const sz_job *job = m->job;
    uint32_t asked = 0;
    m->to = job->partitions;
    if (!job->kafka.brokers.n && !m->to)
        return refuse(m, SZ_USAGE,
                      "the topic's number of partitions is not known: give --kafka-brokers, or --partitions",
                      "不知道主题的分区数：请给出 --kafka-brokers 或 --partitions");
    if (!job->kafka.brokers.n) return SZ_OK;
    sz_look look;
    sz_kafka_why why = {.en = ""};
    sz_kafka_voice quiet = {NULL, say_nothing};
    sz_kafka_topics t = {.events = m->topic, .horizon_ms = job->horizon_ms};
    sz_look_init(&look);
    sz_status s = sz_kafka_look(&job->kafka, &t, &quiet, ASK_MS, &look, &asked, &why);
    sz_look_fini(&look);
    if (s != SZ_OK)
        return refuse(m, s, "no answer of Kafka: %s", "Kafka 没有应答：%s", job->lang == SZ_ZH ? why.zh : why.en);
    if (!asked) return refuse(m, SZ_IO, "topic %.*s is not there", "没有主题 %.*s", SZ_FMT_STR(m->topic));
    if (m->to && m->to != asked)
        return refuse(m, SZ_REFUSED, "the number of partitions of %.*s is %u, not %u", "%.*s 有 %u 个分区，不是 %u 个",
                      SZ_FMT_STR(m->topic), asked, m->to);
    m->to = asked;
    return SZ_OK;
}

/* ---- what is to be done ---- */

/* Partitions that are to come have no state yet. */
static sz_status look_at_others(move *m) {
    for (uint32_t i = 1; i < m->to; i++) {
        sz_status s = move_look(m, i);
        bool is_there = s == SZ_OK, is_old = i < m->from;
        if (s != SZ_OK && s != SZ_NOT_FOUND) return s;
        if (is_old && !is_there)
            return refuse(m, SZ_IO, "partition %u has no state, though the topic had %u partitions: restore it",
                          "分区 %u 没有状态，而主题原有 %u 个分区：请恢复它", i, m->from);
        if (is_old && m->v[i].parts != m->from)
            return refuse(m, SZ_REFUSED, "partition %u has a state for %u partitions, and partition 0 one for %u",
                          "分区 %u 的状态对应 %u 个分区，而分区 0 的对应 %u 个", i, m->v[i].parts, m->from);
        if (!is_old && is_there)
            return refuse(
                m, SZ_REFUSED,
                "partition %u has a state already, made when no one knew of its students: remove it (redis: "
                "keys sz:{%.*s.%u}:*, sqlite: the file), then run this again",
                "分区 %u 已有一份状态，建立时还没有它的学生的记录：请删除它（redis：键 sz:{%.*s.%u}:*；sqlite："
                "该文件），然后再运行一次",
                i, SZ_FMT_STR(m->job->kafka.group), i);
    }
    return SZ_OK;
}

static sz_status make(move *m) {
    sz_status s = look_at_others(m);
    for (uint32_t i = 0; i < m->from && s == SZ_OK; i++) s = move_keep(m, i);
    for (uint32_t i = 0; i < m->from && s == SZ_OK; i++) s = move_place(m, i);
    if (s == SZ_OK && !m->job->kafka.brokers.n) move_say_no_rest();
    if (s == SZ_OK) s = move_make(m);
    if (s == SZ_OK || s == SZ_REFUSED) return s; /* refused: they are somebody else's */
    for (uint32_t i = m->from; i-- > 0;) move_give_back(m, i);
    return s;
}

static sz_status go(move *m) {
    uint32_t on_way = 0;
    sz_status s = inputs(m);
    if (s == SZ_OK) s = first_state(m, &on_way);
    if (s == SZ_OK) s = count_partitions(m);
    if (s != SZ_OK || (!on_way && m->from == m->to)) return s;
    if (m->is_ready && on_way != m->to)
        return refuse(
            m, SZ_REFUSED,
            "the states for %u partitions are made and only have to take their places: run this with --partitions "
            "%u and without brokers first",
            "%u 个分区的状态已建好，只需放到位：请先用 --partitions %u 且不给 broker 运行一次", on_way, on_way);
    if (!m->is_ready && m->to < m->from)
        return refuse(
            m, SZ_REFUSED,
            "the number of partitions of %.*s is %u and its state was made for %u: a topic with fewer is another "
            "topic, whose offsets mean something else. Begin with a new state (another --group)",
            "%.*s 有 %u 个分区，而状态对应 %u 个：分区变少的主题是另一个主题，位置的含义不同。请用新的状态（另一个 "
            "--group）开始",
            SZ_FMT_STR(m->topic), m->to, m->from);
    move_reserve(m, m->to > m->from ? m->to : m->from);
    m->way = sz_str_of(sz_arena_printf(&m->diags.arena, "%.*s/%u", SZ_FMT_STR(m->topic), m->to));
    m->ready = sz_str_of(sz_arena_printf(&m->diags.arena, "%.*s/%u/ready", SZ_FMT_STR(m->topic), m->to));
    if (!m->is_ready) s = make(m);
    return s == SZ_OK ? move_put(m) : s;
}

int sz_move_run(const sz_job *job) {
    move m = {.job = job};
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    sz_diags_init(&m.diags);
    sz_log_begin(job->log_json, job->lang);
    char host[48] = "?";
    gethostname(host, sizeof host - 1);
    snprintf(m.worker, sizeof m.worker, "repartition:%s:%ld", host, (long)getpid());
    sz_status s = go(&m);
    sz_diags_show(&m.diags, job->lang);
    if (s == SZ_OK)
        printf("{\"schema\":1,\"from\":%u,\"to\":%u,\"students\":%llu,\"alerts\":%llu,\"read\":%llu}\n", m.from, m.to,
               (unsigned long long)m.n_students, (unsigned long long)m.n_alerts, (unsigned long long)m.n_read);
    move_fini(&m);
    return sz_exit_of(s);
}
