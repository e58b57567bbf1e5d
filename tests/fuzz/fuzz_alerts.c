/* SPDX-License-Identifier: Apache-2.0
 *
 * `sanzao alerts` over a file of any bytes: shown folded, as events and as JSON, in both languages. Lines that are no
 * alert events are counted.
 */
#include <sanzao/base.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int cmd_alerts(int argc, char **argv); /* src/app/commands/commands.h */

static void demand(bool holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const ways[][2] = {{"--lang=zh", NULL}, {"--lang=en", "--events"}, {"--lang=en", "--json"}};
    char path[64];
    int fd = memfd_create("alerts", MFD_CLOEXEC), first = -1;
    demand(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char *argv[3] = {path, (char *)(uintptr_t)ways[i][0], (char *)(uintptr_t)ways[i][1]};
        int rc = cmd_alerts(ways[i][1] ? 3 : 2, argv);
        demand(rc == 0 || rc == 1);
        demand(first < 0 || first == rc); /* the same lines are none */
        first = rc;
    }
    close(fd);
    return 0;
}
