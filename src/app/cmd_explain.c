/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao explain SZ042: what a finding's code means, from the registry.
 */
#include <stdio.h>

#include "cmd_common.h"
#include "codes.h"
#include "commands.h"

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
        out,
        "# What findings mean\n\nGenerated from the registry of codes (`sanzao explain --docs`): do not edit. A "
        "code means one thing for ever.\n"
        "`sanzao explain SZ042` prints one. 代码的含义永不改变；`sanzao explain SZ042` 显示一条。\n");
    sz_code c;
    for (int after = -1; app_code_next(after, &c); after = c.code) {
        sz_buf_printf(out, "\n## SZ%03d\n%s\n\n%s\n", c.code, c.en, c.zh);
        if (c.example) sz_buf_put_z(out, "\n"), put_fenced(out, c.example);
        if (c.better) sz_buf_put_z(out, "\nbetter:\n"), put_fenced(out, c.better);
    }
}

int cmd_explain(int argc, char **argv) {
    sz_buf out;
    sz_buf_init(&out);
    int code = 2;
    sz_lang lang = sz_lang_of_env();
    const char *word = argc == 1 ? argv[0] : "";
    if (argc == 3 && strcmp(argv[1], "--lang") == 0) word = argv[0], lang = strcmp(argv[2], "zh") == 0 ? SZ_ZH : SZ_EN;
    int64_t n = 0;
    sz_code c;
    bool is_code =
        (word[0] == 'S' || word[0] == 's') && (word[1] == 'Z' || word[1] == 'z') && sz_str_i64(sz_str_of(word + 2), &n);
    if (strcmp(word, "--docs") == 0) {
        put_docs(&out);
        code = 0;
    } else if (!is_code) {
        fputs(lang == SZ_ZH ? "用法：sanzao explain SZ042 [--lang zh|en]\n"
                            : "usage: sanzao explain SZ042 [--lang zh|en]\n",
              stderr);
    } else if (!app_code_find((int)n, &c)) {
        fprintf(stderr, lang == SZ_ZH ? "sanzao：没有代码 %s\n" : "sanzao: there is no code %s\n", word);
        code = 1;
    } else {
        put_code(&out, &c, lang);
        code = 0;
    }
    if (out.n) fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    return code;
}
