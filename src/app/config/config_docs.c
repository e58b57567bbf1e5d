/* SPDX-License-Identifier: Apache-2.0
 *
 * What comes from the table of options: help, the example, the manual page.
 */
#include "config.h"

static void put_key(sz_buf *out, const sz_opt_row *r) {
    if (r->key) {
        sz_buf_put_z(out, r->key);
        return;
    }
    const char *name = r->name;
    for (; *name; name++) sz_buf_put_u8(out, (uint8_t)(*name == '-' ? '_' : *name));
}

void sz_config_help(sz_buf *out, uint16_t command, sz_lang lang) {
    for (int i = 0; i < SZ_N_OPTS; i++) {
        const sz_opt_row *r = &sz_opt_rows[i];
        if (!(r->commands & command)) continue;
        sz_buf_printf(out, "  --%s%s%s\n        %s", r->name, r->value ? " " : "", r->value ? r->value : "",
                      lang == SZ_ZH ? r->zh : r->en);
        if (r->standard) sz_buf_printf(out, lang == SZ_ZH ? "（默认 %s）" : " (default %s)", r->standard);
        sz_buf_put_u8(out, '\n');
    }
}

static const char *empty_of(const sz_opt_row *r) {
    return r->standard                  ? r->standard
           : r->kind == SZ_OPT_FLAG     ? "false"
           : r->kind == SZ_OPT_LIST     ? "[]"
           : r->kind == SZ_OPT_SETTINGS ? "{}"
                                        : "''";
}

/* Options of one map stand together in the table; what has no default is commented out. */
static void put_example(sz_buf *out, const sz_opt_row *r, sz_str *group) {
    const char *dot = r->key ? strchr(r->key, '.') : NULL;
    sz_str own = {r->key, dot ? (size_t)(dot - r->key) : 0};
    const char *indent = dot ? "  " : "";
    if (own.n && !sz_str_eq(own, *group)) sz_buf_printf(out, "\n%.*s:", SZ_FMT_STR(own));
    *group = own;
    sz_buf_printf(out, "\n%s# %s\n%s# %s\n", indent, r->en, indent, r->zh);
    if (r->value) sz_buf_printf(out, "%s# %s\n", indent, r->value);
    sz_buf_printf(out, "%s%s", indent, r->standard ? "" : "# ");
    if (dot) sz_buf_put_z(out, dot + 1);
    else put_key(out, r);
    sz_buf_printf(out, ": %s\n", empty_of(r));
}

void sz_config_example(sz_buf *out) {
    sz_str group = {0};
    sz_buf_put_z(out, "# Options of sanzao, with their defaults; `sanzao run --config config.yaml` reads this file, "
                      "and the command line goes\n"
                      "# before it. Generated from the table of options: do not edit, copy.\n"
                      "# 本文件由选项表生成，请复制后修改；命令行优先于本文件。\n");
    for (int i = 0; i < SZ_N_OPTS; i++)
        if (i != SZ_O_CONFIG && sz_opt_rows[i].commands & (SZ_FOR_RUN | SZ_FOR_CHECK | SZ_FOR_STATE))
            put_example(out, &sz_opt_rows[i], &group);
}

static const char *const command_names[] = {"run",  "check",   "state",       "alerts", "simulate",
                                            "eval", "summary", "repartition", "test",   "explain"};
enum { N_COMMAND_NAMES = sizeof command_names / sizeof *command_names };

void sz_config_docs(sz_buf *out) {
    sz_buf_put_z(out, "# Options\n\nGenerated from the table of options (`sanzao options --docs`): do not edit. "
                      "Every option of the command line is also a key of\n"
                      "the YAML file given by `--config`, with `_` for `-`; the command line goes before it. "
                      "每个命令行选项也是配置文件的键。\n\n"
                      "| option | key | commands | default | |\n|---|---|---|---|---|\n");
    for (int i = 0; i < SZ_N_OPTS; i++) {
        const sz_opt_row *r = &sz_opt_rows[i];
        sz_buf_printf(out, "| `--%s", r->name);
        if (r->value) sz_buf_put_u8(out, ' ');
        for (const char *p = r->value ? r->value : ""; *p; p++) { /* a bar ends a cell */
            if (*p == '|') sz_buf_put_u8(out, '\\');
            sz_buf_put_u8(out, (uint8_t)*p);
        }
        sz_buf_put_z(out, "` | `");
        put_key(out, r);
        sz_buf_put_z(out, "` | ");
        bool any = false;
        for (int k = 0; k < N_COMMAND_NAMES; k++) {
            if (!(r->commands >> k & 1)) continue;
            sz_buf_printf(out, "%s%s", any ? " " : "", command_names[k]);
            any = true;
        }
        sz_buf_printf(out, " | %s%s%s | %s. %s |\n", r->standard ? "`" : "", r->standard ? r->standard : "",
                      r->standard ? "`" : "", r->en, r->zh);
    }
}
