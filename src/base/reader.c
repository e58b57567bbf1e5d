/* SPDX-License-Identifier: Apache-2.0
 *
 * reader: the slow half of reading varints; all else is inline.
 */
#include <sanzao/base.h>

uint64_t sz_read_varint_long(sz_reader *r) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (r->p >= r->end || r->bad) break;
        uint8_t b = *r->p++;
        if (shift == 63 && b > 1) break; /* more than 64 bits */
        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) return v;
    }
    r->bad = true;
    r->p = r->end;
    return 0;
}
