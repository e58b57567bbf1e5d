/* SPDX-License-Identifier: Apache-2.0
 *
 * words: the texts of a campus. What repeats (colleges, majors, classes) is kept once; what does not (ids, names) is
 * packed end to end without gaps. Texts live as long as the campus.
 */
#ifndef SZ_CAMPUS_WORDS_H
#define SZ_CAMPUS_WORDS_H

#include <sanzao/base.h>

struct words {
    sz_map map;
    sz_str last; /* of the map: lists are mostly in the order of classes, or of systems */
    sz_arena arena;
    char *at; /* free bytes of the last chunk of packed texts */
    size_t left;
};

void sz_words_init(struct words *w);
void sz_words_fini(struct words *w);
/* The one copy of a text that repeats. */
sz_str sz_words_shared(struct words *w, sz_str s);
/* A copy of a text of its own. */
sz_str sz_words_packed(struct words *w, sz_str s);

#endif
