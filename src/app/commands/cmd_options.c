/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao options: what is generated from the program's tables; tools/generate writes the files of the project with it,
 * and a test checks that they are current.
 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "config/config.h"
#include "operator_docs.h"

static bool put(sz_buf *out, int argc, char **argv) {
    const char *what = argc ? argv[0] : "";
    if (argc == 2 && strcmp(what, "--operator") == 0) return operator_page(out, argv[1]);
    if (argc != 1) return false;
    if (strcmp(what, "--example") == 0) sz_config_example(out);
    else if (strcmp(what, "--docs") == 0) sz_config_docs(out);
    else if (strcmp(what, "--operators") == 0) operator_index(out);
    else if (strcmp(what, "--operator-names") == 0) operator_names(out);
    else return false;
    return true;
}

int cmd_options(int argc, char **argv) {
    static const char usage[] =
        "usage: sanzao options --example | --docs | --operators | --operator NAME | --operator-names\n";
    sz_buf out;
    sz_buf_init(&out);
    bool is_help = argc == 1 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0);
    bool ok = is_help || put(&out, argc, argv);
    if (is_help) fputs(usage, stdout);
    else if (ok) fwrite(out.p, 1, out.n, stdout);
    else fputs(usage, stderr);
    sz_buf_fini(&out);
    return ok ? 0 : 2;
}
