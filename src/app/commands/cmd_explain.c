/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao explain SZ042: what a finding's code means, from the registry. sanzao explain STUDENT --rule ID: why a rule
 * does not tell of a student (engine/explain.c).
 */
#include <stdio.h>

#include "cmd_common.h"
#include "codes.h"
#include "commands.h"
#include "run/run.h"

static const char usage_en[] =
    "usage: sanzao explain SZ042 [--lang zh|en] [--json]\n"
    "       sanzao explain STUDENT --rule ID --state sqlite:FILE|redis:URL --campus DIR --rules DIR\n"
    "                      [--reasons|--json]\n\n"
    "The second: why the rule does not tell of this student, or does, as far as the state has come.";
static const char usage_zh[] =
    "用法：sanzao explain SZ042 [--lang zh|en] [--json]\n"
    "      sanzao explain 学号 --rule ID --state sqlite:文件|redis:地址 --campus 文件夹 --rules 文件夹 [--reasons|--json]\n\n"
    "后一种：到状态所处的时刻为止，这条规则为什么没有（或已经）就该学生提醒。";

static void put_code(sz_buf *out, const sz_code *c, sz_lang lang) {
    sz_buf_printf(out, "SZ%03d  %s\n", c->code, lang == SZ_ZH ? c->zh : c->en);
    if (c->example) sz_buf_printf(out, lang == SZ_ZH ? "\n例如：\n    %s\n" : "\nfor example:\n    %s\n", c->example);
    if (c->better) sz_buf_printf(out, lang == SZ_ZH ? "\n应写成：\n    %s\n" : "\nbetter:\n    %s\n", c->better);
}

/* An example in a fenced block; a tab is shown as a sign, so that the page has none. */
static void put_fenced(sz_buf *out, const char *text) {
    sz_buf_put_z(out, "```\n");
    for (; *text; text++)
        if (*text == '\t') sz_buf_put_z(out, "⇥");
        else sz_buf_put_u8(out, (uint8_t)*text);
    sz_buf_put_z(out, "\n```\n");
}

/* docs/errors.md: every code, both languages. */
static void put_docs(sz_buf *out) {
    sz_buf_put_z(
        out, "# What findings mean\n\nGenerated from the registry of codes (`sanzao explain --docs`): do not edit. A "
             "code means one thing for ever.\n"
             "`sanzao explain SZ042` prints one. 代码的含义永不改变；`sanzao explain SZ042` 显示一条。\n");
    sz_code c;
    for (int after = -1; app_code_next(after, &c); after = c.code) {
        sz_buf_printf(out, "\n## SZ%03d\n%s\n\n%s\n", c.code, c.en, c.zh);
        if (c.example) sz_buf_put_z(out, "\n"), put_fenced(out, c.example);
        if (c.better) sz_buf_put_z(out, "\nbetter:\n"), put_fenced(out, c.better);
    }
}

static void put_json(sz_buf *out, const sz_code *c) {
    sz_buf_printf(out, "{\"schema\":1,\"code\":\"SZ%03d\",\"meaning\":{\"zh\":", c->code);
    sz_json_str(out, sz_str_of(c->zh));
    sz_buf_put_z(out, ",\"en\":");
    sz_json_str(out, sz_str_of(c->en));
    sz_buf_put_u8(out, '}');
    const char *names[] = {"example", "better"}, *texts[] = {c->example, c->better};
    for (int i = 0; i < 2; i++) {
        sz_buf_printf(out, ",\"%s\":", names[i]);
        if (texts[i]) sz_json_str(out, sz_str_of(texts[i]));
        else sz_buf_put_z(out, "null");
    }
    sz_buf_put_z(out, "}\n");
}

static void tell_missing(const sz_config *c, const char *what) {
    fprintf(stderr, c->lang == SZ_ZH ? "sanzao：还要写 %s\n" : "sanzao: %s is missing\n", what);
}

static int explain(const sz_config *c, sz_buf *out) {
    const char *word = c->n_rest == 1 ? c->rest[0] : "";
    bool zh = c->lang == SZ_ZH;
    int64_t n = 0;
    sz_code code;
    if ((word[0] != 'S' && word[0] != 's') || (word[1] != 'Z' && word[1] != 'z') ||
        !sz_str_i64(sz_str_of(word + 2), &n)) {
        if (word[0]) tell_missing(c, "--rule ID");
        fputs(zh ? usage_zh : usage_en, stderr);
        fputc('\n', stderr);
        return 2;
    }
    if (n < 0 || n > 999 || !app_code_find((int)n, &code)) {
        fprintf(stderr, zh ? "sanzao：没有代码 %s\n" : "sanzao: there is no code %s\n", word);
        return 1;
    }
    if (c->num[SZ_O_JSON]) put_json(out, &code);
    else put_code(out, &code, c->lang);
    return 0;
}

static int explain_rule(sz_config *c, sz_buf *out) {
    sz_job job;
    cmd_job(c, &job);
    sz_explain_form form = c->num[SZ_O_JSON]      ? SZ_EXPLAIN_JSON
                           : c->num[SZ_O_REASONS] ? SZ_EXPLAIN_ALL
                                                  : SZ_EXPLAIN_SHORT;
    if (c->n_rest == 1 && !sz_str_is(job.state, "memory"))
        return sz_job_explain(&job, sz_str_of(c->rest[0]), sz_str_of(c->text[SZ_O_RULE]), form, out);
    if (c->n_rest == 0) tell_missing(c, c->lang == SZ_ZH ? "学号" : "STUDENT");
    else if (c->n_rest == 1) tell_missing(c, "--state sqlite:FILE");
    fprintf(stderr, "%s\n", c->lang == SZ_ZH ? usage_zh : usage_en);
    return 2;
}

int cmd_explain(int argc, char **argv) {
    sz_config c;
    sz_buf out;
    sz_buf_init(&out);
    if (argc == 1 && strcmp(argv[0], "--docs") == 0) {
        put_docs(&out);
        fwrite(out.p, 1, out.n, stdout);
        sz_buf_fini(&out);
        return 0;
    }
    int code = cmd_begin(&c, SZ_FOR_EXPLAIN | SZ_FOR_STATE, usage_en, usage_zh, argc, argv);
    if (code < 0) code = c.text[SZ_O_RULE] ? explain_rule(&c, &out) : explain(&c, &out);
    if (out.n) fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    sz_config_fini(&c);
    return code;
}
