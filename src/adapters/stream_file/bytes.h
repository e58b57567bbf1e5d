/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes: what a file holds once it is unpacked. Plain, gzip (several members, zeros after the last) and zstd (several
 * frames) are told apart by their first bytes, not by the name.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_BYTES_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_BYTES_H

#include <sanzao/base.h>

#include "digest.h"
#include "said.h"

typedef enum packing { NOT_KNOWN_YET, PLAIN, GZIP, ZSTD } packing;

typedef struct bytes {
    int fd;
    int wake_fd; /* readable: do not wait for a pipe any longer; 0: there is none */
    int idle_ms; /* wait for a pipe so long at most; 0: for ever */
    bool owns_fd, has_limit;
    packing packing;
    uint64_t pos, limit; /* in the file; nothing beyond the limit is read, a file that ends before it was cut short */
    digest *hash;        /* of the file's bytes as they pass; NULL: not wanted */
    bool only_packed;    /* of a plain file the bytes are its text, and whoever cuts that hashes it */
    uint8_t *in;         /* packed: what was read; plain: what was looked at to find that out */
    size_t in_at, in_end;
    bool is_open; /* inside of a member or frame */
    void *unpacker;
    const char *name;
    bool is_cut_short, is_damaged, was_interrupted; /* which kind of failure; after the last reading can go on */
    bool was_idle;                                  /* interrupted, since nothing came for so long */
    said error;
} bytes;

/* Have what is read from here on in the hash, and `so_far` before that. */
void sz_fs_bytes_hash_from(bytes *b, digest *hash, const void *so_far, size_t n);
/* fd is closed by close if `owns_fd`. limit UINT64_MAX: to the end, wherever that is. */
void sz_fs_bytes_open(bytes *b, const char *name, int fd, bool owns_fd, uint64_t limit, digest *hash);
void sz_fs_bytes_close(bytes *b);
/* Up to `room` bytes, at least one; 0 at the end; -1: b->error. */
ptrdiff_t sz_fs_bytes_read(bytes *b, void *to, size_t room);
/* Before anything was read: go on from that place of the text; false: it is not there (b->error). */
bool sz_fs_bytes_skip(bytes *b, uint64_t n);

/* ---- gzip.c, zstd.c: from b->in; the number of bytes made, 0 when more must be read, -1: b->error ---- */
void sz_fs_gzip_begin(bytes *b);
ptrdiff_t sz_fs_gzip_take(bytes *b, void *to, size_t room);
void sz_fs_gzip_end(bytes *b);
void sz_fs_zstd_begin(bytes *b);
ptrdiff_t sz_fs_zstd_take(bytes *b, void *to, size_t room);
void sz_fs_zstd_end(bytes *b);

#endif
