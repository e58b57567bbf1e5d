/* SPDX-License-Identifier: Apache-2.0
 *
 * What a dead letter's detail says, in Chinese. The detail itself is English wherever a program may read it (contract);
 * on the screen it is in the language of the run.
 */
#ifndef SZ_APP_DEAD_WORDS_H
#define SZ_APP_DEAD_WORDS_H

#include <sanzao/base.h>

/* In the arena; the detail as it is where it is not known, and in English. */
const char *app_dead_detail(sz_arena *a, const char *detail, sz_lang lang);

#endif
