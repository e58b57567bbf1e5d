/* SPDX-License-Identifier: Apache-2.0 */
#include "turn.h"

#include <stdio.h>
#include <time.h>

#include "ask.h"

/* A coordinator that moves, or stands still under load, answers again within some seconds, and the turn is kept by
 * then. To wait takes longer than a session: who was killed has gone. */
enum { SESSION_MS = 10000, GIVE_UP_MS = 25000, SAY_MS = 1500, FLUSH_MS = 60000, POLL_MS = 50, STOOD_MS = 1000 };
_Static_assert(GIVE_UP_MS > 2 * SESSION_MS, "one that was killed is not mistaken for one that goes on");

static bool has_first(const rd_kafka_topic_partition_list_t *parts) {
    for (int i = 0; i < parts->cnt; i++)
        if (parts->elems[i].partition == 0) return true;
    return false;
}

/* Another run may write by now: what the client has not sent yet stays with it. Who has not begun has lost nothing, and
 * waits for the turn as another member. */
static void lose(turn *t) {
    if (!t->has_begun) {
        t->was_mine = false;
        return;
    }
    if (t->writer) rd_kafka_purge(t->writer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    t->is_lost = true;
}

/* Kafka gives a partition to the next one once this has answered: what was sent is there by then, or never will be. */
static void hand_back(turn *t) {
    if (t->writer && rd_kafka_flush(t->writer, FLUSH_MS)) lose(t);
    t->is_mine = false;
}

/* Whom Kafka dropped while others joined is another member when it comes back, and others may have had the turn. */
static bool is_same_member(turn *t) {
    char *id = rd_kafka_memberid(t->rk);
    if (!t->was_mine) snprintf(t->member, sizeof t->member, "%s", id ? id : "");
    bool is_same = id && strcmp(id, t->member) == 0;
    if (id) rd_kafka_mem_free(t->rk, id);
    return is_same;
}

/* What is given out is not read. The answer to a partition that was given is a list, if an empty one: librdkafka takes
 * none for no answer, and then joins no further order of the group. */
static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t e, rd_kafka_topic_partition_list_t *parts, void *self) {
    turn *t = self;
    if (e != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        bool is_dropped = rd_kafka_assignment_lost(rk);
        if (is_dropped && t->was_mine) lose(t);
        else if (!is_dropped && t->is_mine) hand_back(t);
        t->is_in = t->is_mine = false;
        rd_kafka_assign(rk, NULL);
        return;
    }
    t->is_in = true;
    t->is_mine = has_first(parts) && is_same_member(t);
    if (t->was_mine && !t->is_mine) {
        lose(t);
        t->is_mine = !t->has_begun && has_first(parts) && is_same_member(t);
    }
    t->was_mine = t->was_mine || t->is_mine;
    rd_kafka_topic_partition_list_t *none = rd_kafka_topic_partition_list_new(0);
    rd_kafka_assign(rk, none);
    rd_kafka_topic_partition_list_destroy(none);
}

/* Settings that are right for the run's group would be wrong here: with one group.instance.id a second run would put
 * the first one out. The range assignor orders members by id, which begins with the client's, and gives partition 0 to
 * the first (KIP-394, and RangeAssignor of Kafka's clients). */
static rd_kafka_t *join(turn *t, const sz_kafka_options *o) {
    char client[64];
    struct timespec began;
    clock_gettime(CLOCK_REALTIME, &began);
    snprintf(client, sizeof client, "sanzao.repartition.%010llx.%09ld", (unsigned long long)began.tv_sec,
             began.tv_nsec);
    const struct {
        const char *name, *value;
    } own[] = {{"group.id", t->group},
               {"group.instance.id", NULL},
               {"client.id", client},
               {"client.rack", NULL}, /* by racks a later one might come first */
               {"group.protocol", "classic"},
               {"partition.assignment.strategy", "range"},
               {"session.timeout.ms", "10000"},
               {"heartbeat.interval.ms", "1000"},
               {"max.poll.interval.ms", "3600000"}};
    _Static_assert(SESSION_MS == 10000, "as it is set");
    rd_kafka_conf_t *conf = sz_kafka_conf(o, SZ_KAFKA_CONSUMER, &t->voice);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        rd_kafka_conf_set(conf, own[i].name, own[i].value, t->why, sizeof t->why);
    t->why[0] = '\0';
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    t->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, t->why, sizeof t->why);
    if (t->rk) rd_kafka_poll_set_consumer(t->rk);
    else rd_kafka_conf_destroy(conf);
    return t->rk;
}

static bool subscribe(turn *t, const char *topic) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t e = rd_kafka_subscribe(t->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (e) snprintf(t->why, sizeof t->why, "%s: %s", t->group, rd_kafka_err2str(e));
    return !e;
}

/* Let the client do what a member does. False: it may not be one. */
static bool poll_member(turn *t, int timeout_ms) {
    for (rd_kafka_message_t *m; (m = rd_kafka_consumer_poll(t->rk, timeout_ms)) != NULL; timeout_ms = 0) {
        bool is_refused = m->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
        if (is_refused) snprintf(t->why, sizeof t->why, "%s: %s", t->group, rd_kafka_err2str(m->err));
        rd_kafka_message_destroy(m);
        if (is_refused) return false;
    }
    return true;
}

static void say_waiting(turn *t, const char *topic) {
    char en[512], zh[512];
    snprintf(en, sizeof en, "another run writes into %s, or was killed a moment ago: waiting", topic);
    snprintf(zh, sizeof zh, "另一个进程正在写入 %s，或刚刚被终止：等待中", topic);
    t->voice.say(t->voice.self, SZ_NOTE, en, zh);
}

/* Who is in the group has been told that another one has the turn. Who could not join is kept out by one that does not
 * answer, if anybody is there. */
static sz_status give_up(turn *t) {
    size_t n = 0;
    if (t->is_in) return SZ_REFUSED;
    if (sz_kc_members(t->rk, t->group, &n, t->why, sizeof t->why) && n > 1) return SZ_REFUSED;
    if (!t->why[0]) snprintf(t->why, sizeof t->why, "%s: the group's coordinator does not answer", t->group);
    return SZ_IO;
}

sz_status sz_kc_turn_wait(turn *t, const sz_kafka_options *o, const sz_kafka_voice *voice, const char *topic,
                          bool (*is_ending)(void *self), void *self) {
    t->voice = *voice;
    t->is_ending = is_ending;
    t->self = self;
    snprintf(t->group, sizeof t->group, "sanzao.repartition.%s", topic);
    if (!join(t, o) || !subscribe(t, topic)) return SZ_IO;
    bool is_said = false;
    for (int64_t passed = 0, before = sz_kc_now_ms(), now; !t->is_mine; before = now) {
        if (is_ending(self)) return SZ_INTERRUPTED;
        if (!poll_member(t, POLL_MS)) return SZ_IO;
        now = sz_kc_now_ms();
        passed += now - before < STOOD_MS ? now - before : STOOD_MS; /* longer it stood still: not the others' time */
        if (!t->is_mine && passed >= GIVE_UP_MS) return give_up(t);
        if (t->is_mine || is_said || passed < SAY_MS || !t->is_in) continue;
        say_waiting(t, topic);
        is_said = true;
    }
    t->has_begun = true;
    return SZ_OK;
}

/* While others join, nobody has the turn: this one gets it back, since it began before them. */
bool sz_kc_turn_is_mine(turn *t) {
    if (!t->rk) return true;
    if (!t->is_lost && !poll_member(t, 0)) t->is_lost = true;
    while (!t->is_lost && !t->is_mine && !t->is_ending(t->self))
        if (!poll_member(t, POLL_MS)) t->is_lost = true;
    return !t->is_lost;
}

void sz_kc_turn_end(turn *t) {
    if (!t->rk) return;
    rd_kafka_consumer_close(t->rk);
    rd_kafka_destroy(t->rk);
}
