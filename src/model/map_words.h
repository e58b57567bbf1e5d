/* SPDX-License-Identifier: Apache-2.0
 *
 * map_words: the word of the mapping language that somebody meant who wrote another one. For hints alone; nothing is
 * read by it.
 */
#ifndef SANZAO_SRC_MODEL_MAP_WORDS_H
#define SANZAO_SRC_MODEL_MAP_WORDS_H

#include "mapping.h"

/* The word of a closed list that a text stands for: the same in capitals, another word for it (`分`, `recharge`), or
 * the nearest one. Empty: none. */
sz_str sz_map_meant(const char *const *words, unsigned n, sz_str text);

/* Beneath a finding: the word that was meant. False: none was, and nothing is said. */
bool sz_map_hint_meant(sz_map_loader *l, sz_diag *g, const char *const *words, unsigned n, sz_str text);

/* Beneath a finding: the number that was meant (`10位`, `ten`), if one was. */
void sz_map_hint_number(sz_map_loader *l, sz_diag *g, sz_str text);

/* The format of times that was meant by one of another program (`%Y-%m-%d`, `yyyy-MM-dd hh:mm`); empty: none. */
sz_str sz_map_format_meant(sz_arena *a, sz_str text);

/* What PCRE2 says of a pattern, in Chinese; what is not known as it stands. */
const char *sz_map_pattern_zh(const char *message);

#endif
