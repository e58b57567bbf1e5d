/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao repartition FROM TO: a topic keyed by card, or by another partitioner, copied to one keyed by student; or,
 * with --reason, dead letters put back where their students are at home.
 */
#include <signal.h>
#include <stdio.h>

#include "cmd_common.h"
#include "commands.h"
#include "host/log.h"
#include "views/findings.h"

static volatile sig_atomic_t stop_asked;

static void on_signal(int sig) { stop_asked = sig; }

static bool is_ending(void *self) {
    (void)self;
    return stop_asked != 0;
}

/* As the engine finds it (engine/input.c); without a campus a card is its own student. */
static bool student_of(void *self, const sz_event *e, sz_str *student) {
    const sz_campus *campus = self;
    *student = e->student;
    if (e->student.n) return true;
    uint32_t holder =
        sz_campus_resolve_card(campus, e->card_system.n ? e->card_system : e->source, e->card, e->time_ms);
    if (holder == SZ_NONE) {
        *student = e->card;
        return sz_campus_is_empty(campus);
    }
    *student = sz_campus_student(campus, holder)->id;
    return true;
}

static const char *name_of(sz_config *c, const char *word) {
    sz_str topic;
    return sz_topic_of(sz_str_of(word), &topic) ? sz_arena_str(&c->diags.arena, topic).p : word;
}

static void show(const sz_kafka_copied *n) {
    const struct {
        const char *name;
        uint64_t n;
    } counts[] = {{"read", n->read},       {"copied", n->copied},
                  {"already", n->already}, {"without_student", n->without_student},
                  {"control", n->control}, {"left", n->left}};
    printf("{\"schema\":1");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        printf(",\"%s\":%llu", counts[i].name, (unsigned long long)counts[i].n);
    puts("}");
}

static int copy(sz_config *c) {
    sz_job job;
    cmd_job(c, &job);
    job.rules = NULL;
    sz_inputs in = {0};
    sz_mapping *mapping = NULL;
    sz_status s = sz_job_check_kafka(&job, &c->diags);
    if (s == SZ_OK) s = sz_inputs_load(&job, &c->diags, &in);
    if (s == SZ_OK) s = sz_mapping_file_load(job.mapping, &in, &c->diags, &mapping);
    sz_kafka_copy_options o = {.kafka = &job.kafka,
                               .from = name_of(c, c->rest[0]),
                               .to = name_of(c, c->rest[1]),
                               .reason = c->text[SZ_O_REASON],
                               .types = in.types,
                               .zone = &in.zone,
                               .mapping = mapping,
                               .self = in.campus,
                               .student_of = student_of,
                               .is_ending = is_ending};
    sz_kafka_voice voice = sz_log_voice();
    sz_kafka_copied n = {0};
    sz_log_begin(job.log_json, job.lang);
    if (s == SZ_OK) s = sz_kafka_copy(&o, &voice, &c->diags, &n);
    sz_diags_show(&c->diags, c->lang);
    if (s == SZ_OK || s == SZ_INTERRUPTED) show(&n);
    sz_mapping_free(mapping);
    sz_inputs_fini(&in);
    return sz_exit_of(s);
}

int cmd_repartition(int argc, char **argv) {
    sz_config c;
    int code =
        cmd_begin(&c, SZ_FOR_REPARTITION,
                  "usage: sanzao repartition FROM TO --kafka-brokers HOST:PORT [--campus DIR]\n"
                  "       sanzao repartition DEAD EVENTS --reason misrouted …\n\n"
                  "Copies a topic to one keyed by student; run again, it goes on where the copy ends. With --reason "
                  "it puts dead\nletters of that reason back, each to its student's partition and each once.",
                  "用法：sanzao repartition 来源主题 目标主题 --kafka-brokers 主机:端口 [--campus 文件夹]\n"
                  "      sanzao repartition 死信主题 事件主题 --reason misrouted …\n\n"
                  "把一个主题复制成以学生为键的主题；再次运行会从副本的末尾接着复制。加上 --reason，则把该原因的死信\n"
                  "放回其学生所在的分区，每条只放一次。",
                  argc, argv);
    if (code < 0) {
        struct sigaction sa = {.sa_handler = on_signal};
        sigaction(SIGINT, &sa, NULL);
        sigaction(SIGTERM, &sa, NULL);
        bool is_fine = c.n_rest == 2 && strcmp(name_of(&c, c.rest[0]), name_of(&c, c.rest[1])) != 0;
        if (!is_fine)
            fputs(c.lang == SZ_ZH ? "sanzao：请给出两个不同的主题：sanzao repartition 来源主题 目标主题\n"
                                  : "sanzao: give two topics: sanzao repartition FROM TO\n",
                  stderr);
        code = is_fine ? copy(&c) : 2;
    }
    sz_config_fini(&c);
    return code;
}
