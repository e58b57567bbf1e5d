/* SPDX-License-Identifier: Apache-2.0
 *
 * reader: the slow half of reading varints; all else is inline.
 */
#include <sanzao/base.h>

uint64_t sz_read_varint_long(sz_reader *r) {
    if (r->end - r->p >= 3 && r->p[0] >= 0x80) { /* most have two bytes or three; a failed reader stands at its end */
        const uint8_t *p = r->p;
        if (p[1] < 0x80) {
            r->p += 2;
            return (uint64_t)(p[0] & 0x7f) | (uint64_t)p[1] << 7;
        }
        if (p[2] < 0x80) {
            r->p += 3;
            return (uint64_t)(p[0] & 0x7f) | (uint64_t)(p[1] & 0x7f) << 7 | (uint64_t)p[2] << 14;
        }
    }
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
