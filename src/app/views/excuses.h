/* SPDX-License-Identifier: Apache-2.0
 *
 * What would explain it and was asked about (exemptions): each ruled out, true, or not known.
 */
#ifndef SZ_APP_EXCUSES_H
#define SZ_APP_EXCUSES_H

#include <sanzao/base.h>
#include <yyjson.h>

/* Append `ruled out: on leave · holiday; not known: …`, without a line's end; nothing for an empty list. */
void excuses_view(sz_buf *out, yyjson_val *list, sz_lang lang);

#endif
