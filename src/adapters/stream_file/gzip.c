/* SPDX-License-Identifier: Apache-2.0
 *
 * gzip: one member after the other. Zeros after the last are padding (tapes, some tools); anything else there is
 * damage.
 */
#include "bytes.h"

#include <zlib.h>

void sz_fs_gzip_begin(bytes *b) {
    z_stream *z = sz_alloc(sizeof *z);
    if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK) z->next_out = NULL; /* out of memory: the first inflate says so */
    b->unpacker = z;
    b->is_open = true;
}

void sz_fs_gzip_end(bytes *b) {
    if (b->unpacker) inflateEnd(b->unpacker);
    sz_free(b->unpacker);
    b->unpacker = NULL;
}

/* Between members: true if another one begins. */
static bool begins_again(bytes *b) {
    while (b->in_at < b->in_end && b->in[b->in_at] == 0) b->in_at++;
    if (b->in_at == b->in_end) return false;
    inflateReset(b->unpacker);
    b->is_open = true;
    return true;
}

ptrdiff_t sz_fs_gzip_take(bytes *b, void *to, size_t room) {
    z_stream *z = b->unpacker;
    for (;;) {
        if (!b->is_open && !begins_again(b)) return 0;
        /* Also without input: what did not fit into the caller's room before comes now. */
        z->next_in = b->in + b->in_at;
        z->avail_in = (uInt)(b->in_end - b->in_at);
        z->next_out = to;
        z->avail_out = (uInt)(room < (1u << 30) ? room : 1u << 30);
        uInt before = z->avail_out;
        int rc = inflate(z, Z_NO_FLUSH);
        b->in_at = b->in_end - z->avail_in;
        if (rc == Z_STREAM_END) b->is_open = false;
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
            b->is_damaged = true;
            sz_fs_say(&b->error, "is damaged: %s", "已损坏（%s）", z->msg ? z->msg : "gzip cannot unpack it");
            return -1;
        }
        if (before != z->avail_out) return (ptrdiff_t)(before - z->avail_out);
        if (b->in_at == b->in_end && b->is_open) return 0;
    }
}
