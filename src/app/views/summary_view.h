/* SPDX-License-Identifier: Apache-2.0
 *
 * A run's summary (JSON) for people: what was read and where each record went, who could be judged and who not and why.
 */
#ifndef SZ_APP_SUMMARY_VIEW_H
#define SZ_APP_SUMMARY_VIEW_H

#include <sanzao/base.h>
#include <yyjson.h>

/* To stderr, for whoever sits at the terminal; the program's line comes last all the same. */
void summary_show(const sz_buf *json, sz_lang lang);
void summary_view(sz_buf *out, yyjson_val *summary, sz_lang lang);

#endif
