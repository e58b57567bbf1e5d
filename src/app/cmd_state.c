/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao state show STUDENT: one record, decoded.
 */
#include <stdio.h>
#include <string.h>

#include "cmd_common.h"
#include "commands.h"

int cmd_state(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(
        &c, SZ_FOR_STATE, "usage: sanzao state show STUDENT --state sqlite:FILE|redis:URL [--campus DIR] [--rules DIR]",
        "用法：sanzao state show 学号 --state sqlite:文件|redis:地址 [--campus 文件夹] [--rules 文件夹]", argc, argv);
    if (code < 0) {
        sz_job job;
        cmd_job(&c, &job);
        bool is_show = c.n_rest == 2 && strcmp(c.rest[0], "show") == 0;
        if (is_show && !sz_str_is(job.state, "memory")) code = sz_job_show(&job, sz_str_of(c.rest[1]));
        else {
            fputs(c.lang == SZ_ZH ? "用法：sanzao state show 学号 --state sqlite:文件|redis:地址\n"
                                  : "usage: sanzao state show STUDENT --state sqlite:FILE|redis:URL\n",
                  stderr);
            code = 2;
        }
    }
    sz_config_fini(&c);
    return code;
}
