/* SPDX-License-Identifier: Apache-2.0
 *
 * entry: how a packed record is laid out (little endian); entry_put.c writes it, entry.c reads it.
 *
 *   u16 length of the whole | u8 type | u8 bits 0-1 precision, 2 has_hours, 3 id is x: and 32 hex digits (16 bytes
 * stored), 4 of the timeline, 5 id in half bytes | u48 time (ms since 1970) | u32 content | mask_bytes of matcher bits
 * u8 codes: swipe op, attendance status, direction << 3, result << 5, as the type has them, found by its card << 6
 * varint: which of the fields below are there | the fields, in the order of field_bits
 * id: lstr, or 16 bytes, or in half bytes: varint length << 2 | bytes of the head, the head, then half a byte each, the
 * lower one first. Ids of real feeds are a letter and a number, or numbers with something between them.
 */
#ifndef SZ_ENTRY_H
#define SZ_ENTRY_H

#include <sanzao/features.h>

enum { HEAD = SZ_ENTRY_HEAD, HOURS_BIT = 4, HEX_BIT = 8, HALVES_BIT = 32, BY_CARD = 6 };
enum field_bits {
    F_SOURCE = 1 << 0,
    F_PLACE = 1 << 1,
    F_AMOUNT = 1 << 2,
    F_BALANCE = 1 << 3,
    F_CARD = 1 << 4,
    F_READER = 1 << 5,
    F_HOURS = 1 << 6,
    F_COURSE = 1 << 7,
    F_SESSION = 1 << 8,
    F_USE_COUNT = 1 << 9,
    F_JOURNAL = 1 << 10,
    F_REF = 1 << 11,
    F_MEANS = 1 << 12,
    F_COLLECTED = 1 << 13,
    F_SYSTEM = 1 << 14,
    F_DECLARED = 1 << 15
};

/* Sixteen characters that follow each other in ASCII, `-./0123456789:;<`, are told apart by their lower halves. */
enum { HALF_FIRST = '-', HALF_LAST = HALF_FIRST + 15 };
enum { HEAD_MOST = 3, HALVES_MOST = sizeof((sz_event *)0)->id_hex }; /* characters; read back, the text stands there */

#endif
