/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao run: the main job.
 */
#include <stdio.h>

#include "cmd_common.h"
#include "commands.h"
#include "live/live.h"
#include "run/run.h"

static int usage(const sz_config *c, const char *en, const char *zh) {
    fprintf(stderr, "sanzao: %s\n", c->lang == SZ_ZH ? zh : en);
    return 2;
}

static bool has_topic(const sz_job *job) {
    sz_str topic;
    for (uint32_t i = 0; i < job->n_sources; i++)
        if (sz_topic_of(job->sources[i], &topic)) return true;
    return false;
}

int cmd_run(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(
        &c, SZ_FOR_RUN,
        "usage: sanzao run --source file:PATH [OPTION…]\n\n"
        "Reads records, keeps every student's picture, evaluates the rules and writes alert events.",
        "用法：sanzao run --source file:路径 [选项…]\n\n读取记录，更新每名学生的画像，按规则计算并输出预警事件。", argc,
        argv);
    if (code < 0) {
        sz_job job;
        cmd_job(&c, &job);
        if (c.n_rest) {
            fprintf(stderr,
                    c.lang == SZ_ZH ? "sanzao：run 只接受选项，不接受 `%s`；"
                                    : "sanzao: run takes options only, not `%s`; ",
                    c.rest[0]);
            fputs(c.lang == SZ_ZH ? "请用 --source file:路径 指定输入\n" : "name the input with --source file:PATH\n",
                  stderr);
            code = 2;
        } else if (job.plan && sz_str_is(job.state, "memory"))
            code = usage(&c, "--plan looks at a state: give --state sqlite:FILE",
                         "--plan 要看一份状态：请给出 --state sqlite:文件");
        else if (job.plan) code = sz_job_plan(&job, c.num[SZ_O_JSON] != 0);
        else if (!job.n_sources)
            code = usage(&c, "no input: give --source file:PATH or --source stdin",
                         "没有输入：请给出 --source file:路径 或 --source stdin");
        else if (has_topic(&job) && (job.n_sources > 1 || (c.given[SZ_O_ORDER] && !c.num[SZ_O_ORDER])))
            code = usage(&c, "a topic is the only source of its run, and read in the order of arrival",
                         "主题只能单独作为一次运行的来源，并按到达顺序读取");
        else if (has_topic(&job) && job.dry_run)
            code = usage(&c, "--dry-run reads files: save some records of the topic into one",
                         "--dry-run 只读文件：请先把主题里的一些记录存成文件");
        else if (!c.num[SZ_O_WORKERS] || c.num[SZ_O_WORKERS] > 256)
            code = usage(&c, "--workers takes a number from 1 to 256", "--workers 要的是 1 到 256 的数");
        else if (!has_topic(&job) && c.num[SZ_O_WORKERS] != 1)
            code = usage(&c, "files and stdin are read by one worker: leave --workers at 1",
                         "读取文件和标准输入只用一个工作者：--workers 请保持 1");
        else if (job.dry_run) code = sz_job_dry_run(&job, c.num[SZ_O_JSON] != 0);
        else code = sz_job_is_live(&job) ? sz_live_run(&job) : sz_files_run(&job);
    }
    sz_config_fini(&c);
    return code;
}
