/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao options: what is generated from the table of options; CI checks that the files in the project are current.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "config.h"

int cmd_options(int argc, char **argv) {
    sz_buf out;
    sz_buf_init(&out);
    if (argc == 1 && strcmp(argv[0], "--example") == 0) sz_config_example(&out);
    else if (argc == 1 && strcmp(argv[0], "--docs") == 0) sz_config_docs(&out);
    else {
        fputs("usage: sanzao options --example | --docs\n", stderr);
        return 2;
    }
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    return 0;
}
