/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao run: the main job.
 */
#include <stdio.h>

#include "cmd_common.h"
#include "commands.h"
#include "live/live.h"
#include "run/run.h"

static bool has_topic(const sz_job *job) {
    sz_str topic;
    for (uint32_t i = 0; i < job->n_sources; i++)
        if (sz_topic_of(job->sources[i], &topic)) return true;
    return false;
}

/* What the options say together cannot be done: why, in both languages. */
typedef struct refusal {
    const char *en, *zh;
} refusal;

/* en NULL: it can be done. */
static refusal refuse(const sz_config *c, const sz_job *job) {
    bool is_live = has_topic(job), is_sorted = c->given[SZ_O_ORDER] && !c->num[SZ_O_ORDER];
    if (job->plan && sz_str_is(job->state, "memory"))
        return (refusal){"--plan looks at a state: give --state sqlite:FILE",
                         "--plan 要看一份状态：请给出 --state sqlite:文件"};
    if (job->plan) return (refusal){0};
    if (!job->n_sources)
        return (refusal){"no input: give --source file:PATH or --source stdin",
                         "没有输入：请给出 --source file:路径 或 --source stdin"};
    if (is_live && (job->n_sources > 1 || is_sorted))
        return (refusal){"a topic is the only source of its run, and read in the order of arrival",
                         "主题只能单独作为一次运行的来源，并按到达顺序读取"};
    if (is_live && job->dry_run)
        return (refusal){"--dry-run reads files: save some records of the topic into one",
                         "--dry-run 只读文件：请先把主题里的一些记录存成文件"};
    if (!c->num[SZ_O_WORKERS] || c->num[SZ_O_WORKERS] > 256)
        return (refusal){"--workers takes a number from 1 to 256", "--workers 要的是 1 到 256 的数"};
    if (!is_live && c->num[SZ_O_WORKERS] != 1)
        return (refusal){"files and stdin are read by one worker: leave --workers at 1",
                         "读取文件和标准输入只用一个工作者：--workers 请保持 1"};
    return (refusal){0};
}

static int begin(const sz_config *c, const sz_job *job) {
    bool zh = c->lang == SZ_ZH, as_json = c->num[SZ_O_JSON] != 0;
    if (c->n_rest) {
        fprintf(stderr, zh ? "sanzao：run 只接受选项，不接受 `%s`；" : "sanzao: run takes options only, not `%s`; ",
                c->rest[0]);
        fputs(zh ? "请用 --source file:路径 指定输入\n" : "name the input with --source file:PATH\n", stderr);
        return 2;
    }
    refusal no = refuse(c, job);
    if (no.en) {
        fprintf(stderr, "sanzao: %s\n", zh ? no.zh : no.en);
        return 2;
    }
    if (job->plan) return sz_job_plan(job, as_json);
    if (job->dry_run) return sz_job_dry_run(job, as_json);
    return sz_job_is_live(job) ? sz_live_run(job) : sz_files_run(job);
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
        code = begin(&c, &job);
    }
    sz_config_fini(&c);
    return code;
}
