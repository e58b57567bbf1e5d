/* SPDX-License-Identifier: Apache-2.0
 *
 * zstd: one frame after the other; skippable ones are skipped by the library.
 */
#include "bytes.h"

#include <zstd.h>
#include <zstd_errors.h>

void sz_fs_zstd_begin(bytes *b) {
    b->unpacker = ZSTD_createDStream();
    b->is_open = true;
}

void sz_fs_zstd_end(bytes *b) {
    ZSTD_freeDStream(b->unpacker);
    b->unpacker = NULL;
}

ptrdiff_t sz_fs_zstd_take(bytes *b, void *to, size_t room) {
    ZSTD_outBuffer out = {to, room, 0};
    /* Without input it may still hold what did not fit before; a frame that is complete makes nothing then. */
    do {
        ZSTD_inBuffer in = {b->in, b->in_end, b->in_at};
        if (!b->is_open && in.pos == in.size) return 0;
        size_t rc = ZSTD_decompressStream(b->unpacker, &out, &in);
        b->in_at = in.pos;
        if (ZSTD_isError(rc)) {
            b->is_damaged = true;
            if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
                sz_fs_say(&b->error, "needs more than 128 MB to unpack: pack it without --long",
                          "解压需要 128 MB 以上的内存：打包时请不要用 --long");
            else sz_fs_say(&b->error, "is damaged: %s", "已损坏（%s）", ZSTD_getErrorName(rc));
            return -1;
        }
        b->is_open = rc != 0;
    } while (out.pos == 0 && b->in_at < b->in_end);
    return (ptrdiff_t)out.pos;
}
