/* SPDX-License-Identifier: Apache-2.0
 *
 * digest: xxh128 of bytes that come in pieces, as 32 hex digits.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_DIGEST_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_DIGEST_H

#include <stddef.h>

typedef struct digest digest;
enum { DIGEST_TEXT = 33 };

digest *sz_fs_digest_new(void);
void sz_fs_digest_free(digest *d);
void sz_fs_digest_reset(digest *d);
void sz_fs_digest_add(digest *d, const void *p, size_t n);
/* Of what was added so far; more may be added. */
void sz_fs_digest_text(const digest *d, char out[DIGEST_TEXT]);

#endif
