/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a rule does not tell of a student, for people.
 */
#ifndef SZ_APP_EXPLAIN_VIEW_H
#define SZ_APP_EXPLAIN_VIEW_H

#include <sanzao/base.h>

/* json: of sz_worker_explain(), in that language. all: conditions that decide nothing, too, of a long one. */
void explain_view(sz_buf *out, sz_str json, sz_lang lang, bool all);

#endif
