/* SPDX-License-Identifier: Apache-2.0
 *
 * settings: what librdkafka's properties are is librdkafka's to say; its own table of properties is read once from
 * rd_kafka_conf_properties_show. Only what the protocol fixes stands here, with the reason.
 */
#include <sanzao/kafka.h>

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct fixed {
    const char *name, *value; /* NULL: set from elsewhere, or not at all */
    int role;                 /* of the value */
    const char *en, *zh;      /* why */
} fixed;

#define BY_OPTION "it is set by --kafka-brokers (kafka.brokers)", "由 --kafka-brokers（kafka.brokers）设置"
#define BY_GROUP  "it is set by --group (kafka.group)", "由 --group（kafka.group）设置"
#define IN_STATE \
    "offsets are kept in the state, and Kafka is told what is settled", "偏移量保存在状态里，已落定的才告诉 Kafka"
#define NO_JUMP                                                                    \
    "an offset that is not there must stop the partition, never move it silently", \
        "偏移量不存在时必须停下该分区，决不能悄悄跳过"
#define ORDERED                                                                   \
    "alerts leave in order, each once, and acknowledged by all replicas in sync", \
        "预警按顺序发出，各一次，并由所有同步副本确认"
#define AT_HOME                                                                  \
    "a student's records and alerts must be where Kafka's own clients put them", \
        "一名学生的记录和预警必须放在 Kafka 自带客户端所放的分区"
#define NO_REDIS "transactions cannot include the state; the outbox takes their place", "事务不能包含状态；由发件箱代替"

static const fixed fixed_settings[] = {
    {"bootstrap.servers", NULL, 0, BY_OPTION},
    {"metadata.broker.list", NULL, 0, BY_OPTION},
    {"group.id", NULL, 0, BY_GROUP},
    {"enable.auto.commit", "false", SZ_KAFKA_CONSUMER, IN_STATE},
    {"enable.auto.offset.store", "false", SZ_KAFKA_CONSUMER, IN_STATE},
    {"auto.commit.interval.ms", NULL, 0, IN_STATE},
    {"auto.commit.enable", NULL, 0, IN_STATE},
    {"offset.store.method", NULL, 0, IN_STATE},
    {"auto.offset.reset", "error", SZ_KAFKA_CONSUMER, NO_JUMP},
    {"enable.partition.eof", "true", SZ_KAFKA_CONSUMER, "the clock goes on only where a partition was read to its end",
     "只有读到分区末尾，时钟才会前进"},
    {"enable.idempotence", "true", SZ_KAFKA_PRODUCER, ORDERED},
    {"acks", "all", SZ_KAFKA_PRODUCER, ORDERED},
    {"request.required.acks", NULL, 0, ORDERED},
    {"partitioner", "murmur2_random", SZ_KAFKA_PRODUCER, AT_HOME},
    {"transactional.id", NULL, 0, NO_REDIS},
};
enum { N_FIXED = sizeof fixed_settings / sizeof *fixed_settings };

/* Ours where nobody says otherwise. */
static const fixed usual_settings[] = {
    {"fetch.queue.backoff.ms", "5", SZ_KAFKA_CONSUMER, NULL, NULL}, /* librdkafka's second is felt when catching up */
    /* One fetch at a time is under way to a broker. While a partition's queue is full it is of the others alone, and if
     * these are at their end it is answered after that long: by then the full queue is empty, and its worker waits. */
    {"fetch.wait.max.ms", "20", SZ_KAFKA_CONSUMER, NULL, NULL},
    /* a partition; more is out of the caches again before it is used, and all of it fresh memory */
    {"queued.max.messages.kbytes", "4096", SZ_KAFKA_CONSUMER, NULL, NULL},
    {"message.timeout.ms", "0", SZ_KAFKA_PRODUCER, NULL, NULL}, /* alerts wait for their broker */
    {"linger.ms", "5", SZ_KAFKA_PRODUCER, NULL, NULL},
    {"message.max.bytes", "4000000", SZ_KAFKA_PRODUCER, NULL, NULL}, /* dead letters of 1 MiB and more */
    {"reconnect.backoff.max.ms", "2000", SZ_KAFKA_CONSUMER, NULL, NULL},
    /* What a broker that stands still is given before others are asked, who lead by then; librdkafka's minute is spent
     * once for reading and once for telling. */
    {"socket.timeout.ms", "15000", SZ_KAFKA_CONSUMER, NULL, NULL},
    {"socket.timeout.ms", "15000", SZ_KAFKA_PRODUCER, NULL, NULL},
    /* Who joins waits for the coordinator's answer for max.poll.interval.ms, five minutes, and one that stands still or
     * is cut off gives none. That the group has another by then learns who asks: librdkafka does every ten minutes. */
    {"coordinator.query.interval.ms", "10000", SZ_KAFKA_CONSUMER, NULL, NULL},
    {"reconnect.backoff.max.ms", "2000", SZ_KAFKA_PRODUCER, NULL, NULL},
};
enum { N_USUAL = sizeof usual_settings / sizeof *usual_settings };

/* ---- librdkafka's table ---- */

typedef struct property {
    sz_str name;
    char scope; /* C, P, * */
} property;

typedef struct properties {
    char *text;
    property *v;
    size_t n;
} properties;

static void properties_load(properties *p) {
    size_t n = 0;
    *p = (properties){0};
    FILE *f = open_memstream(&p->text, &n);
    if (!f) return;
    rd_kafka_conf_properties_show(f);
    fclose(f);
    size_t room = 0;
    for (char *line = p->text, *end; line < p->text + n; line = end + 1) {
        end = memchr(line, '\n', (size_t)(p->text + n - line));
        if (!end) break;
        char *bar = memchr(line, '|', (size_t)(end - line));
        if (!bar || bar - line < 4 || bar + 5 > end || line[0] == '-' || strncmp(line, "Property ", 9) == 0) continue;
        if (p->n == room) {
            room = room ? 2 * room : 256;
            p->v = sz_realloc(p->v, room * sizeof *p->v);
        }
        p->v[p->n++] = (property){sz_str_trim((sz_str){line, (size_t)(bar - line)}), bar[3]};
    }
}

static void properties_free(properties *p) {
    free(p->text); /* of open_memstream */
    sz_free(p->v);
}

static const property *property_find(const properties *p, sz_str name) {
    for (size_t i = 0; i < p->n; i++)
        if (sz_str_eq(p->v[i].name, name)) return &p->v[i];
    return NULL;
}

static bool is_of(const property *p, sz_kafka_role role) {
    return p->scope == '*' || (p->scope == 'C' && role == SZ_KAFKA_CONSUMER) ||
           (p->scope == 'P' && role == SZ_KAFKA_PRODUCER);
}

/* ---- check ---- */

static const fixed *fixed_find(sz_str name) {
    for (int i = 0; i < N_FIXED; i++)
        if (sz_str_is(name, fixed_settings[i].name)) return &fixed_settings[i];
    return NULL;
}

static void unknown(const properties *p, const sz_kafka_setting *s, sz_diags *d) {
    const sz_str *near = NULL;
    int least = 6;
    for (size_t i = 0; i < p->n; i++) {
        int k = sz_str_distance(s->name, p->v[i].name, 5);
        if (k < least) least = k, near = &p->v[i].name;
    }
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_SETTING, s->at, "librdkafka has no setting `%.*s`",
                              "librdkafka 没有设置 `%.*s`", SZ_FMT_STR(s->name));
    if (near) sz_diag_hint(d, g, "did you mean `%.*s`?", "是不是 `%.*s`？", SZ_FMT_STR(*near));
}

static void check_one(const properties *p, const sz_kafka_setting *s, rd_kafka_conf_t *conf, sz_diags *d) {
    const fixed *f = fixed_find(s->name);
    if (f) {
        sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_FIXED, s->at, "`%.*s` cannot be set here",
                                  "`%.*s` 不能在这里设置", SZ_FMT_STR(s->name));
        sz_diag_hint(d, g, f->en, f->zh);
        return;
    }
    if (!property_find(p, s->name)) {
        unknown(p, s, d);
        return;
    }
    char why[256], *name = sz_arena_str(&d->arena, s->name).p ? (char *)sz_arena_str(&d->arena, s->name).p : "";
    const char *value = sz_arena_str(&d->arena, s->value).p;
    if (rd_kafka_conf_set(conf, name, value ? value : "", why, sizeof why) == RD_KAFKA_CONF_OK) return;
    sz_diag *g = sz_diags_add(d, SZ_ERROR, SZ_CODE_KAFKA_VALUE, s->at, "%1$s cannot be `%2$s`: %3$s",
                              "%1$s 不能是 `%2$s`：%3$s", name, value ? value : "", why);
    sz_diag_hint(d, g, "librdkafka's CONFIGURATION.md has the range of each setting; left out, its default holds",
                 "各项的取值范围见 librdkafka 的 CONFIGURATION.md；不写则用默认值");
}

sz_status sz_kafka_check(const sz_kafka_options *o, sz_diags *d) {
    properties p;
    properties_load(&p);
    size_t before = d->n_errors;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (uint32_t i = 0; i < o->n_settings; i++) check_one(&p, &o->settings[i], conf, d);
    rd_kafka_conf_destroy(conf);
    properties_free(&p);
    return d->n_errors > before ? SZ_USAGE : SZ_OK;
}

/* ---- configuration of a client ---- */

static void set(rd_kafka_conf_t *conf, const char *name, sz_str value) {
    char why[256];
    char *text = sz_alloc(value.n + 1);
    if (value.n) memcpy(text, value.p, value.n);
    rd_kafka_conf_set(conf, name, text, why, sizeof why); /* checked before */
    sz_free(text);
}

bool sz_kafka_is_news(sz_kafka_news *n, int err) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (n->err == err && now.tv_sec - n->said_s < 60) return false;
    n->err = err;
    n->said_s = now.tv_sec;
    return true;
}

/* Failed connections are told by the clients' error callbacks, once. librdkafka's levels are syslog's: 3 error, 4
 * warning, up to 7 debug. */
static void on_log(const rd_kafka_t *rk, int level, const char *fac, const char *buf) {
    sz_kafka_voice *voice = rd_kafka_opaque(rk);
    char text[512];
    if (strcmp(fac, "FAIL") == 0) return;
    snprintf(text, sizeof text, "kafka: %s: %s", fac, buf);
    voice->say(voice->self, level <= 3 ? SZ_ERROR : level == 4 ? SZ_WARNING : SZ_NOTE, text, NULL);
}

static void set_own(rd_kafka_conf_t *conf, const sz_kafka_options *o, sz_kafka_role role) {
    char id[64];
    snprintf(id, sizeof id, "sanzao-%u", o->member);
    set(conf, "client.id", sz_str_of(id));
    for (int i = 0; i < N_USUAL; i++)
        if (usual_settings[i].role == (int)role) set(conf, usual_settings[i].name, sz_str_of(usual_settings[i].value));
}

rd_kafka_conf_t *sz_kafka_conf(const sz_kafka_options *o, sz_kafka_role role, sz_kafka_voice *voice) {
    properties p;
    properties_load(&p);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set_own(conf, o, role);
    for (uint32_t i = 0; i < o->n_settings; i++) {
        const sz_kafka_setting *s = &o->settings[i];
        const property *known = property_find(&p, s->name);
        if (!known || !is_of(known, role)) continue;
        char name[128];
        snprintf(name, sizeof name, "%.*s", SZ_FMT_STR(s->name));
        set(conf, name, s->value);
        if (o->member && sz_str_is(s->name, "group.instance.id")) { /* one a member */
            char id[256];
            snprintf(id, sizeof id, "%.*s-%u", SZ_FMT_STR(s->value), o->member);
            set(conf, name, sz_str_of(id));
        }
    }
    properties_free(&p);
    set(conf, "bootstrap.servers", o->brokers);
    if (role == SZ_KAFKA_CONSUMER) set(conf, "group.id", o->group);
    for (int i = 0; i < N_FIXED; i++)
        if (fixed_settings[i].value && fixed_settings[i].role == (int)role)
            set(conf, fixed_settings[i].name, sz_str_of(fixed_settings[i].value));
    rd_kafka_conf_set_opaque(conf, voice);
    rd_kafka_conf_set_log_cb(conf, on_log);
    return conf;
}
