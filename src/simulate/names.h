/* SPDX-License-Identifier: Apache-2.0
 *
 * names: words of a made-up campus and its people.
 */
#ifndef SZ_SIMULATE_NAMES_H
#define SZ_SIMULATE_NAMES_H

#include "random.h"
#include "world.h"

/* before, number, after, NUL-terminated; cut at whole bytes of n - 1 (callers leave room). */
void sz_sim_name(char *out, size_t n, const char *before, uint32_t number, const char *after);
/* The same with the number as it is said: 第一食堂; above twelve in digits. */
void sz_sim_name_zh(char *out, size_t n, const char *before, uint32_t number, const char *after);
/* Somebody who does not exist. */
void sz_sim_person_name(sz_rng *r, bool is_woman, sz_buf *out);

#endif
