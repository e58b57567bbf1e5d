/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao eval: pure CEL. A suite of conformance cases, or one expression with bindings.
 */
#include <stdio.h>

#include "cmd_common.h"
#include "commands.h"
#include "host/files.h"
#include "host/zones.h"
#include "views/findings.h"

static int run_suite(sz_config *c) {
    sz_files f = {0};
    if (sz_file_read(c->text[SZ_O_SUITE], c->text[SZ_O_SUITE], &c->diags, &f) != SZ_OK) {
        sz_diags_show(&c->diags, c->lang);
        return 4;
    }
    uint32_t passed = 0, total = 0;
    sz_buf failures;
    sz_buf_init(&failures);
    bool json = c->num[SZ_O_JSON] != 0;
    sz_zones zones = {0};
    sz_zone_loader loader = sz_zones_loader(&zones);
    sz_status s =
        sz_cel_run_suite(&loader, (sz_str){(const char *)f.v[0].p, f.v[0].n}, &passed, &total, json ? &failures : NULL);
    if (s != SZ_OK) {
        fprintf(stderr,
                c->lang == SZ_ZH ? "sanzao：%s 不是一组用例：应为 JSON 列表\n"
                                 : "sanzao: %s is not a suite: a JSON list of cases is expected\n",
                c->text[SZ_O_SUITE]);
    } else if (json) {
        printf("{\"schema\":1,\"passed\":%u,\"total\":%u,\"failures\":[", passed, total);
        for (size_t i = 0; i < failures.n; i++)
            putchar(failures.p[i] == '\n' ? (i + 1 < failures.n ? ',' : ' ') : failures.p[i]);
        puts("]}");
    } else {
        printf("%u/%u\n", passed, total);
    }
    sz_zones_fini(&zones);
    sz_buf_fini(&failures);
    sz_files_fini(&f);
    return s != SZ_OK ? 1 : passed == total ? 0 : 1;
}

static void show_error(sz_config *c, const sz_expr_error *err) {
    sz_span at = {0};
    if (err->len || err->off)
        at = (sz_span){.src = sz_source_new(&c->diags.arena, "expression", c->rest[0], strlen(c->rest[0])),
                       .off = err->off,
                       .len = err->len};
    sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, err->code, at, "%s", "%s", err->message);
    if (err->message_zh) g->message_zh = err->message_zh;
    g->hint = err->hint;
    g->hint_zh = err->hint_zh;
    if (!c->num[SZ_O_JSON]) {
        sz_diags_show(&c->diags, c->lang);
        return;
    }
    sz_buf out;
    sz_buf_init(&out);
    sz_buf_put_z(&out, "{\"schema\":1,\"error\":");
    sz_diag_json(&out, g, c->lang);
    sz_buf_put_z(&out, "}\n");
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
}

/* A typed value is an object with one key. */
static void show_value(const sz_config *c, sz_str value) {
    if (c->num[SZ_O_JSON] && value.n > 1 && value.p[0] == '{')
        printf("{\"schema\":1,%.*s\n", SZ_FMT_STR(((sz_str){value.p + 1, value.n - 1})));
    else printf("%.*s\n", SZ_FMT_STR(value));
}

int cmd_eval(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(
        &c, SZ_FOR_EVAL, "usage: sanzao eval EXPR [--bindings JSON]\n       sanzao eval --suite FILE.json [--json]",
        "用法：sanzao eval 表达式 [--bindings JSON]\n      sanzao eval --suite 文件.json [--json]", argc, argv);
    if (code < 0 && c.text[SZ_O_SUITE]) {
        code = run_suite(&c);
    } else if (code < 0 && c.n_rest == 1) {
        sz_buf out;
        sz_buf_init(&out);
        const char *bindings = c.text[SZ_O_BINDINGS];
        sz_zones zones = {0};
        sz_zone_loader loader = sz_zones_loader(&zones);
        sz_cel_env env = {.with_macros = true, .typed = c.num[SZ_O_JSON] != 0, .zones = &loader};
        sz_expr_error err = {0};
        bool ok =
            sz_cel_eval(&env, sz_str_of(c.rest[0]), sz_str_of(bindings ? bindings : "{}"), &c.diags.arena, &out, &err);
        if (ok) show_value(&c, sz_buf_str(&out));
        else show_error(&c, &err);
        sz_zones_fini(&zones);
        sz_buf_fini(&out);
        code = ok ? 0 : err.code == SZ_CODE_BINDINGS ? 2 : 1;
    } else if (code < 0) {
        fputs(c.lang == SZ_ZH ? "用法：sanzao eval 表达式 [--bindings JSON] | --suite 文件.json\n"
                              : "usage: sanzao eval EXPR [--bindings JSON] | --suite FILE.json\n",
              stderr);
        code = 2;
    }
    sz_config_fini(&c);
    return code;
}
