/* SPDX-License-Identifier: Apache-2.0
 *
 * A config file of any bytes, read as each command reads it: it is taken, or there are findings in both languages whose
 * places lie in the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/app/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds) {
    if (!holds) abort();
}

static void look_at(const sz_diags *d, size_t size) {
    sz_buf out;
    sz_buf_init(&out);
    for (size_t i = 0; i < d->n && i < 50; i++) {
        const sz_diag *g = &d->v[i];
        demand(g->message[0] && g->message_zh && g->message_zh[0] && !g->hint == !g->hint_zh);
        if (g->span.src) demand((size_t)g->span.off + g->span.len <= size);
        sz_diag_print(&out, g, i % 2 ? SZ_ZH : SZ_EN, false);
        sz_diag_json(&out, g, SZ_ZH);
    }
    sz_buf_fini(&out);
}

static void read_as(uint16_t command, const char *path, size_t size) {
    char config[] = "--config";
    char *argv[] = {config, (char *)(uintptr_t)path};
    sz_config c;
    sz_status s = sz_config_read(&c, command, 2, argv);
    demand((s == SZ_OK) == (c.diags.n_errors == 0) && s != SZ_IO);
    for (int i = 0; i < SZ_N_OPTS; i++) {
        demand(!c.given[i] || c.text[i] || sz_opt_rows[i].kind == SZ_OPT_SETTINGS);
        for (uint32_t k = 0; k < c.n_list[i]; k++) demand(c.list[i][k] != NULL);
    }
    look_at(&c.diags, size);
    sz_config_fini(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint16_t commands[] = {SZ_FOR_RUN, SZ_FOR_CHECK, SZ_FOR_SIMULATE, SZ_FOR_REPARTITION};
    char path[64];
    int fd = memfd_create("config", MFD_CLOEXEC);
    demand(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) read_as(commands[i], path, size);
    close(fd);
    return 0;
}
