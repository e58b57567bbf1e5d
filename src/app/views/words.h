/* SPDX-License-Identifier: Apache-2.0
 *
 * Words for people: names that the program uses, in the reader's language. A name that nobody translated stays as it
 * is.
 */
#ifndef SZ_APP_WORDS_H
#define SZ_APP_WORDS_H

#include <sanzao/base.h>

typedef enum sz_word_list {
    SZ_WORDS_LEVELS,
    SZ_WORDS_STATES,
    SZ_WORDS_EVENTS,
    SZ_WORDS_REASONS /* why, exemptions */,
    SZ_WORDS_PLACES /* audiences, referrals */,
    SZ_WORDS_TYPES,
    SZ_WORDS_DONE,
    SZ_WORDS_DEAD,
    SZ_N_WORD_LISTS
} sz_word_list;

/* The name in the language; the name itself where the list has none, "" for NULL. */
const char *app_word(sz_word_list list, const char *name, sz_lang lang);
/* Text of others for a terminal: what could move its cursor is a dot. */
void app_put_safe(sz_buf *out, sz_str s);

#endif
