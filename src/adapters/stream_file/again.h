/* SPDX-License-Identifier: Apache-2.0
 *
 * again: lines of files that were read, read once more. Few are ever asked for, so nobody keeps all of them
 * (docs/adr/0028): only the files stay open, so that one which is moved or deleted meanwhile is the same one still.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_AGAIN_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_AGAIN_H

#include <sanzao/base.h>

enum { AGAIN_OPEN = 64 }; /* files at most; of further ones each is opened by its path when it is asked for */

typedef struct again {
    int *fds; /* of each input; -1: it is not open */
    uint32_t n, n_open;
    int other; /* the last one that was opened by its path; -1: none */
    uint32_t other_of;
    sz_buf line;
} again;

void sz_fs_again_init(again *a, uint32_t n_inputs);
void sz_fs_again_fini(again *a);
/* The input was read to its end from there; fd stays the caller's. */
void sz_fs_again_keep(again *a, uint32_t input, int fd);
/* n bytes of the input from `offset` on, SZ_READ_BEHIND zeros behind them, until the next call. False: errno, or 0
 * where the file is shorter. */
bool sz_fs_again_read(again *a, uint32_t input, const char *path, uint64_t offset, size_t n, sz_str *out);

#endif
