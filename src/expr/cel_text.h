/* SPDX-License-Identifier: Apache-2.0
 *
 * Private: what the files of string functions share.
 */
#ifndef SZ_EXPR_CEL_TEXT_H
#define SZ_EXPR_CEL_TEXT_H

#include "cel_value.h"

/* True if the pattern (RE2 syntax) matches some part of s; an error for what RE2 or we do not take. */
sz_cel_value sz_cel_matches(sz_cel *c, sz_str s, sz_str pattern);
/* Free the pattern that is kept. */
void sz_cel_regex_fini(sz_cel *c);
/* Rewrite a pattern of RE2 for PCRE2 into out. NULL; or what is not part of the syntax that both read alike, with its
 * place. */
const char *sz_cel_regex_check(sz_str pattern, sz_buf *out, size_t *off, const char **zh);

/* Byte offset of part in s from `from` on; s.n when it is nowhere (from when part is empty). */
size_t sz_cel_find(sz_cel *c, sz_str s, sz_str part, size_t from);

#endif
