/* SPDX-License-Identifier: Apache-2.0
 *
 * number: the exact numbers of records. Nothing here goes through a double.
 */
#ifndef SANZAO_SRC_MODEL_NUMBER_H
#define SANZAO_SRC_MODEL_NUMBER_H

#include <sanzao/base.h>

#define SZ_FEN_MAX   INT64_C(1000000000000) /* ten billion yuan: above it is no amount of a campus */
#define SZ_MICRO_MAX INT64_C(1000000000000) /* a million hours */

/* Plain decimal yuan, `12`, `12.5`, `12.50`, to fen. False on a sign, an exponent, more than two decimals (with
 * `zeros_are_fine` further zeros are let pass and `.5` is half a yuan, as databases print them) or more than
 * SZ_FEN_MAX. */
bool sz_fen_parse(sz_str s, bool zeros_are_fine, int64_t *fen);

/* Any JSON number >= 0 to millionths, rounded half up. False on anything else or more than SZ_MICRO_MAX. */
bool sz_micro_parse(sz_str s, int64_t *micro);

/* Whole number >= 0, also written `5.0` where `zeros_are_fine`. */
bool sz_count_parse(sz_str s, bool zeros_are_fine, int64_t *count);

/* Full-width digits and signs as typed by hand (５：３０) and the wide blank, as ASCII.
 * False: there are none, *text stays. */
bool sz_narrow(sz_arena *a, sz_str *text);

#endif
