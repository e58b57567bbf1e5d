/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao: one table of commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sanzao/base_heap.h>

#include "commands/commands.h"
#include "config/config.h"

typedef struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* NULL: taken for later */
    const char *en, *zh;
} command;

static const command commands[] = {
    {"run", cmd_run, "read records, keep every student's picture, bring the alerts",
     "读取记录，更新每名学生的画像，给出预警"},
    {"alerts", cmd_alerts, "show alert events for people", "把预警事件显示给人看"},
    {"summary", cmd_summary, "show what a run read and where each record went", "把一次运行的统计显示给人看"},
    {"check", cmd_check, "check rules and campus data: every finding at once", "检查规则和校园数据：一次列出所有问题"},
    {"test", cmd_test, "run the tests that stand in the rules", "运行规则里写的测试"},
    {"eval", cmd_eval, "evaluate an expression, or run a suite of them", "计算一个表达式，或运行一组用例"},
    {"state", cmd_state,
     "show STUDENT: what the state knows of one student; repartition: the topic has more partitions now",
     "show 学号：状态里关于一名学生的全部内容；repartition：主题的分区数增加了"},
    {"explain", cmd_explain,
     "SZ042: what a finding's code means; STUDENT --rule ID: why the rule does not tell of this student",
     "SZ042：某个问题代码的含义；学号 --rule ID：规则为什么没有就该学生提醒"},
    {"options", cmd_options, "--example | --docs: the options as a config file or a manual page",
     "--example | --docs：以配置文件或手册形式列出选项"},
    {"simulate", cmd_simulate, "a campus and its term, drawn by a seed, to try rules on",
     "按种子生成一所校园和一个学期的数据，用来试规则"},
    {"repartition", cmd_repartition, "FROM TO: copy a topic of Kafka to one keyed by student",
     "来源主题 目标主题：把 Kafka 主题复制成以学生为键的主题"},
    {"backtest", NULL, "", ""},
    {"diff", NULL, "", ""},
    {"show", NULL, "", ""},
    {"schema", NULL, "", ""},
    {"fmt", NULL, "", ""},
    {"fields", NULL, "", ""},
    {"ingest", NULL, "", ""},
    {"dlq", NULL, "", ""},
    {"top", NULL, "", ""},
    {"console", NULL, "", ""},
    {"up", NULL, "", ""},
    {"init", NULL, "", ""},
    {"doctor", NULL, "", ""},
    {"report", NULL, "", ""},
    {"policy", NULL, "", ""},
    {"readers", NULL, "", ""},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const char *const version = "0.1.0";

/* The language asked for in words that no command has taken, else the environment's. */
static bool is_zh(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        bool is_apart = strcmp(argv[i], "--lang") == 0 && i + 1 < argc;
        const char *lang = is_apart ? argv[i + 1] : strncmp(argv[i], "--lang=", 7) == 0 ? argv[i] + 7 : "";
        if (strcmp(lang, "zh") == 0) return true;
        if (strcmp(lang, "en") == 0) return false;
    }
    return sz_lang_of_env() == SZ_ZH;
}

static void usage(FILE *to, bool zh) {
    fprintf(to, zh ? "用法：sanzao 命令 [选项…]\n\n" : "usage: sanzao COMMAND [OPTION…]\n\n");
    for (int i = 0; i < N_COMMANDS; i++)
        if (commands[i].run) fprintf(to, "  %-11s %s\n", commands[i].name, zh ? commands[i].zh : commands[i].en);
    fprintf(to, zh ? "\n`sanzao 命令 --help` 列出该命令的选项。\n"
                   : "\n`sanzao COMMAND --help` lists a command's options.\n");
}

static const command *find(const char *name) {
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

static void unknown(const char *name, bool zh) {
    const char *near = NULL;
    int least = 3;
    for (int i = 0; i < N_COMMANDS; i++) {
        int d = sz_str_distance(sz_str_of(name), sz_str_of(commands[i].name), 2);
        if (commands[i].run && d < least) least = d, near = commands[i].name;
    }
    if (name[0] == '-') {
        fprintf(stderr,
                zh ? "sanzao：选项写在命令后面：sanzao 命令 %s …；`sanzao --help` 列出全部命令\n"
                   : "sanzao: options stand behind the command: sanzao COMMAND %s …; `sanzao --help` lists commands\n",
                name);
        return;
    }
    fprintf(stderr, zh ? "sanzao：没有命令 `%s`" : "sanzao: there is no command `%s`", name);
    if (near) fprintf(stderr, zh ? "；是不是 `%s`？" : "; did you mean `%s`?", near);
    else fprintf(stderr, zh ? "；`sanzao --help` 列出全部命令" : "; `sanzao --help` lists them");
    fputc('\n', stderr);
}

/* `help run --lang zh`: the words of `run --help --lang zh`. */
static int help(int argc, char **argv) {
    const command *of = argc > 2 && argv[1][0] == 'h' ? find(argv[2]) : NULL;
    char *words[] = {"--help", argc > 3 ? argv[3] : NULL, argc > 4 ? argv[4] : NULL, NULL};
    if (of && of->run) return of->run(argc > 4 ? 3 : argc - 2, words);
    usage(stdout, is_zh(argc, argv));
    return 0;
}

static int run(int argc, char **argv) {
    bool zh = is_zh(argc, argv);
    if (argc < 2) {
        usage(stderr, zh);
        return 2;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) return help(argc, argv);
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("sanzao %s\n", version);
        return 0;
    }
    const command *c = find(name);
    if (!c) {
        unknown(name, zh);
        return 2;
    }
    if (!c->run) {
        fprintf(stderr,
                zh ? "sanzao：`%s` 还没有，名字已为它留好\n"
                   : "sanzao: `%s` is not there yet; its name is taken for it\n",
                name);
        return 2;
    }
    return c->run(argc - 2, argv + 2);
}

/* A file that is opened first must not become standard output: what is closed is opened so that its use fails. */
static void hold_standard_files(void) {
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) < 0)
            return;
}

/* Output that was lost is no success. Who reads through `head` wants no word about it. */
static int finish(int code) {
    bool is_lost = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && !is_lost) return code;
    bool is_asked = errno == 0 && write(STDOUT_FILENO, "\n", 1) < 0; /* what it was is long forgotten: see why */
    bool zh = sz_lang_of_env() == SZ_ZH;
    int e = is_asked || errno ? errno : EIO;
    if (errno != EPIPE)
        fprintf(stderr, zh ? "sanzao：标准输出写不进去：%s\n" : "sanzao: standard output cannot be written: %s\n",
                zh ? sz_os_zh(e) : strerror(e));
    return 4;
}

int main(int argc, char **argv) {
    enum { HEAP = 240 << 20, SMALL = 256 << 10 }; /* few commands hold that much; what those need that read no rules */
    hold_standard_files();
    sz_heap_begin();
    sz_heap_open(HEAP, SMALL);
    struct sigaction ignore = {.sa_handler = SIG_IGN}; /* a reader that went away, a limit of size: write() says it */
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    return finish(run(argc, argv));
}
