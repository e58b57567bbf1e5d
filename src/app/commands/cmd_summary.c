/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao summary FILE|-: what a run read and where each record went, for people.
 */
#include <stdio.h>

#include "cmd_common.h"
#include "commands.h"
#include "host/files.h"
#include "views/findings.h"
#include "views/summary_view.h"

static int show(sz_config *c) {
    const char *path = c->rest[0];
    sz_files f = {0};
    if (sz_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, path, &c->diags, &f) != SZ_OK) {
        sz_diags_show(&c->diags, c->lang);
        return 4;
    }
    yyjson_doc *doc = yyjson_read((const char *)f.v[0].p, f.v[0].n, 0);
    yyjson_val *root = yyjson_doc_get_root(doc);
    int code = 0;
    if (!yyjson_obj_get(root, "read") || !yyjson_obj_get(root, "used")) {
        fprintf(stderr,
                c->lang == SZ_ZH ? "sanzao：%s 不是一次运行的统计（run --summary 文件）\n"
                                 : "sanzao: %s is not a run's summary (run --summary FILE)\n",
                path);
        code = 1;
    } else if (c->num[SZ_O_JSON]) {
        fwrite(f.v[0].p, 1, f.v[0].n, stdout);
    } else {
        sz_buf out;
        sz_buf_init(&out);
        summary_view(&out, root, c->lang);
        fwrite(out.p, 1, out.n, stdout);
        sz_buf_fini(&out);
    }
    yyjson_doc_free(doc);
    sz_files_fini(&f);
    return code;
}

int cmd_summary(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(&c, SZ_FOR_SUMMARY, "usage: sanzao summary FILE|- [--lang zh|en] [--json]",
                         "用法：sanzao summary 文件|- [--lang zh|en] [--json]", argc, argv);
    if (code < 0) {
        if (c.n_rest == 1) code = show(&c);
        else {
            fputs(c.lang == SZ_ZH ? "用法：sanzao summary 文件|-\n" : "usage: sanzao summary FILE|-\n", stderr);
            code = 2;
        }
    }
    sz_config_fini(&c);
    return code;
}
