/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao state show STUDENT: one record, decoded. sanzao state not-judged: of whom nothing can be said, and why. sanzao
 * state repartition: room move.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd_common.h"
#include "commands.h"
#include "move/move.h"
#include "run/run.h"

static const char usage_en[] =
    "usage: sanzao state show STUDENT --state sqlite:FILE|redis:URL [--campus DIR] [--rules DIR]\n"
    "       sanzao state not-judged --state sqlite:FILE|redis:URL --campus DIR --rules DIR [--json]\n"
    "       sanzao state repartition --state sqlite:FILE|redis:URL --group NAME --campus DIR --rules DIR "
    "--kafka-brokers HOST:PORT\n\n"
    "not-judged: the students whom a run's summary counts as not judged, a row each with the reason, as CSV.\n"
    "repartition: the topic's number of partitions has been raised and no engine runs: put every student's\n"
    "state where the new number has him. Rules, campus, lateness and horizon as in the run. It may be run\n"
    "again at any time.";
static const char usage_zh[] =
    "用法：sanzao state show 学号 --state sqlite:文件|redis:地址 [--campus 文件夹] [--rules 文件夹]\n"
    "      sanzao state not-judged --state sqlite:文件|redis:地址 --campus 文件夹 --rules 文件夹 [--json]\n"
    "      sanzao state repartition --state sqlite:文件|redis:地址 --group 名称 --campus 文件夹 --rules 文件夹 "
    "--kafka-brokers 主机:端口\n\n"
    "not-judged：运行统计中“不能判断”的学生名单，每人一行并写明原因（CSV，可用电子表格打开）。\n"
    "repartition：主题的分区数已增加，引擎都已停下：把每名学生的状态放到新分区数对应的位置。\n"
    "规则、校园数据、lateness、horizon 与运行时相同。可以随时再次运行。";

static int not_judged(const sz_config *c, const sz_job *job) {
    sz_buf out;
    sz_buf_init(&out);
    int code = sz_job_not_judged(job, c->num[SZ_O_JSON], &out);
    if (out.n) fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    return code;
}

int cmd_state(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(&c, SZ_FOR_STATE, usage_en, usage_zh, argc, argv);
    if (code < 0) {
        sz_job job;
        cmd_job(&c, &job);
        bool is_repartition = c.n_rest == 1 && strcmp(c.rest[0], "repartition") == 0;
        bool is_show = c.n_rest == 2 && strcmp(c.rest[0], "show") == 0;
        bool is_not_judged = c.n_rest == 1 && strcmp(c.rest[0], "not-judged") == 0;
        if (is_not_judged && !sz_str_is(job.state, "memory")) code = not_judged(&c, &job);
        else if (is_repartition && !sz_str_is(job.state, "memory")) code = sz_move_run(&job);
        else if (is_show && !sz_str_is(job.state, "memory")) {
            /* the log says something by itself, where nobody named rules and none are here */
            if (!c.given[SZ_O_RULES] && access(job.rules, F_OK)) job.rules = NULL;
            code = sz_job_show(&job, sz_str_of(c.rest[1]));
        } else {
            fputs(c.lang == SZ_ZH ? usage_zh : usage_en, stderr);
            fputc('\n', stderr);
            code = 2;
        }
    }
    sz_config_fini(&c);
    return code;
}
