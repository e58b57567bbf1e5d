/* SPDX-License-Identifier: Apache-2.0
 *
 * older_blobs: see older_blobs.h. Read by itself, without the engine's own functions.
 */
#include "older_blobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sanzao/features.h>

enum { GROUPED = 2, OF_ENTRIES = 1, EVENT = 1, STORY = 2 };

static void put_entry(sz_buf *out, uint8_t kind, uint64_t word, sz_str body) {
    sz_buf_put_u8(out, kind);
    sz_buf_put_varint(out, word);
    sz_buf_put_lstr(out, body);
}

sz_str older_blob(sz_arena *a, sz_str blob, bool with_hash, uint32_t *n_grouped) {
    sz_buf entries, out;
    sz_buf_init(&entries);
    sz_buf_init(&out);
    sz_reader r = sz_reader_of(blob.p, blob.n);
    assert_int_equal(sz_read_u8(&r), 0);
    assert_int_equal(sz_read_u8(&r), GROUPED);
    uint64_t seq = sz_read_varint(&r);
    sz_read_u64(&r);
    sz_str others = sz_read_lstr(&r), list = sz_read_lstr(&r);
    sz_reader groups = sz_reader_of(list.p, list.n), o = sz_reader_of(others.p, others.n);
    while (groups.p < groups.end) {
        uint64_t word = sz_read_varint(&groups), n = sz_read_varint(&groups);
        uint64_t story = n & 1 ? sz_read_varint(&groups) : 0;
        uint32_t events = 0;
        for (sz_str left = sz_read_bytes(&r, n >> 1); left.n; events++) {
            size_t one = sz_entry_len((const uint8_t *)left.p);
            put_entry(&entries, EVENT, word, (sz_str){left.p, one});
            left = (sz_str){left.p + one, left.n - one};
        }
        *n_grouped += events > 1;
        if (n & 1) put_entry(&entries, STORY, word, sz_read_bytes(&r, story));
    }
    while (o.p < o.end) {
        uint8_t kind = sz_read_u8(&o);
        put_entry(&entries, kind, 0, sz_read_lstr(&o));
    }
    assert_true(r.p == r.end && !r.bad && !o.bad && !groups.bad);
    if (with_hash) {
        sz_buf_put_u8(&out, 0);
        sz_buf_put_u8(&out, OF_ENTRIES);
    }
    sz_buf_put_varint(&out, seq);
    if (with_hash) sz_buf_put_u64(&out, sz_hash(entries.p, entries.n));
    sz_buf_put_str(&out, sz_buf_str(&entries));
    sz_str made = sz_arena_str(a, sz_buf_str(&out));
    sz_buf_fini(&entries);
    sz_buf_fini(&out);
    return made;
}
