/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao state show STUDENT: one record, decoded. sanzao state repartition: room move.
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
    "       sanzao state repartition --state sqlite:FILE|redis:URL --group NAME --campus DIR --rules DIR "
    "--kafka-brokers HOST:PORT\n\n"
    "repartition: the topic's number of partitions has been raised and no engine runs: put every student's\n"
    "state where the new number has him. Rules, campus, lateness and horizon as in the run. It may be run\n"
    "again at any time.";
static const char usage_zh[] =
    "用法：sanzao state show 学号 --state sqlite:文件|redis:地址 [--campus 文件夹] [--rules 文件夹]\n"
    "      sanzao state repartition --state sqlite:文件|redis:地址 --group 名称 --campus 文件夹 --rules 文件夹 "
    "--kafka-brokers 主机:端口\n\n"
    "repartition：主题的分区数已增加，引擎都已停下：把每名学生的状态放到新分区数对应的位置。\n"
    "规则、校园数据、lateness、horizon 与运行时相同。可以随时再次运行。";

int cmd_state(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(&c, SZ_FOR_STATE, usage_en, usage_zh, argc, argv);
    if (code < 0) {
        sz_job job;
        cmd_job(&c, &job);
        bool is_repartition = c.n_rest == 1 && strcmp(c.rest[0], "repartition") == 0;
        bool is_show = c.n_rest == 2 && strcmp(c.rest[0], "show") == 0;
        if (is_repartition && !sz_str_is(job.state, "memory")) code = sz_move_run(&job);
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
