/* SPDX-License-Identifier: Apache-2.0
 *
 * command: requests as the server reads them (RESP): a count, then each argument with its length.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_REDIS_COMMAND_H
#define SANZAO_SRC_ADAPTERS_STORE_REDIS_COMMAND_H

#include <sanzao/base.h>

typedef struct arguments {
    sz_buf bytes;
    uint32_t n;
} arguments;

void sz_args_clear(arguments *a);
void sz_args_str(arguments *a, sz_str s);
void sz_args_z(arguments *a, const char *z);
void sz_args_u64(arguments *a, uint64_t v);
void sz_args_owner(arguments *a, const uint8_t token[16]); /* 32 hex digits */
/* The line before n arguments. */
void sz_command_head(sz_buf *out, uint32_t n);
/* A whole command of texts, to the end of out. */
void sz_command(sz_buf *out, uint32_t n, const sz_str *words);

#endif
