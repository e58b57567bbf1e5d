/* SPDX-License-Identifier: Apache-2.0 */
#include "turn.h"

#include <stdio.h>
#include <time.h>

#include "ask.h"

/* Longer than a session: who was killed has gone by then. Of several that wait, all but one give up first; and that one
 * waits for longer than a session more, since one that ends while the group is being put in order is only missed. */
enum { SESSION_MS = 6000, GIVE_UP_MS = 15000, FIRST_GIVES_UP_MS = 25000, LOOK_MS = 500, SAY_MS = 1500 };

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What is given out is taken by nobody: being in the group is all that is wanted of it. */
static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t e, rd_kafka_topic_partition_list_t *parts, void *self) {
    turn *t = self;
    (void)parts;
    if (e == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) t->is_in = true;
    else if (rd_kafka_assignment_lost(rk)) t->is_lost = true;
    rd_kafka_assign(rk, NULL);
}

/* Settings that are right for the run's group would be wrong here: with one group.instance.id a second run would put
 * the first one out. */
static rd_kafka_t *join(turn *t, const sz_kafka_options *o) {
    const struct {
        const char *name, *value;
    } own[] = {{"group.id", t->group},
               {"group.instance.id", NULL},
               {"group.protocol", "classic"},
               {"partition.assignment.strategy", "range"},
               {"session.timeout.ms", "6000"},
               {"heartbeat.interval.ms", "1000"},
               {"max.poll.interval.ms", "3600000"}};
    _Static_assert(SESSION_MS == 6000, "as it is set");
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

static void read_member(const turn *t, char to[256]) {
    char *id = rd_kafka_memberid(t->rk);
    snprintf(to, 256, "%s", id ? id : "");
    if (id) rd_kafka_mem_free(t->rk, id);
}

static void say_waiting(turn *t, const char *topic) {
    char en[512], zh[512];
    snprintf(en, sizeof en, "another run writes into %s, or was killed a moment ago: waiting", topic);
    snprintf(zh, sizeof zh, "另一个进程正在写入 %s，或刚刚被终止：等待中", topic);
    t->voice.say(t->voice.self, SZ_NOTE, en, zh);
}

sz_status sz_kc_turn_wait(turn *t, const sz_kafka_options *o, const sz_kafka_voice *voice, const char *topic,
                          bool (*is_ending)(void *self), void *self) {
    t->voice = *voice;
    snprintf(t->group, sizeof t->group, "sanzao.repartition.%s", topic);
    if (!join(t, o) || !subscribe(t, topic)) return SZ_IO;
    bool is_said = false;
    members m = {0};
    for (int64_t begin = now_ms(), passed = 0; passed < (m.is_first ? FIRST_GIVES_UP_MS : GIVE_UP_MS);
         passed = now_ms() - begin) {
        if (is_ending(self)) return SZ_INTERRUPTED;
        if (!poll_member(t, 50)) return SZ_IO;
        if ((!t->is_in && is_said) || now_ms() - t->looked_ms < LOOK_MS) continue;
        read_member(t, t->member);
        bool knows = sz_kc_members(t->rk, t->group, t->member, &m, t->why, sizeof t->why);
        t->looked_ms = now_ms();
        if (!knows) continue; /* a broker that has just started knows nothing of groups yet */
        t->why[0] = '\0';
        if (t->is_in && m.has_own && m.n == 1) return SZ_OK;
        if (is_said || passed < SAY_MS || m.n - m.has_own == 0) continue;
        say_waiting(t, topic);
        is_said = true;
    }
    if (m.n > m.has_own && !t->why[0]) return SZ_REFUSED;
    if (!t->why[0]) snprintf(t->why, sizeof t->why, "%s: the group's coordinator does not answer", t->group);
    return SZ_IO;
}

bool sz_kc_turn_is_mine(turn *t) {
    char member[256];
    if (t->is_lost) return false;
    if (!poll_member(t, 0)) t->is_lost = true;
    if (now_ms() - t->looked_ms < LOOK_MS) return !t->is_lost;
    t->looked_ms = now_ms();
    read_member(t, member);
    if (strcmp(member, t->member) != 0) t->is_lost = true;
    return !t->is_lost;
}

void sz_kc_turn_end(turn *t) {
    if (!t->rk) return;
    rd_kafka_consumer_close(t->rk);
    rd_kafka_destroy(t->rk);
}
