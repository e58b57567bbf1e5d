/* SPDX-License-Identifier: Apache-2.0
 *
 * What comparisons with others (peers) kept from being told, a line a group: counts, and nobody's name.
 */
#ifndef SZ_APP_UNTOLD_VIEW_H
#define SZ_APP_UNTOLD_VIEW_H

#include <sanzao/engine.h>

/* Puts list->v in the order in which it is read. */
void untold_view(sz_buf *out, sz_untold_list *list, const sz_bundle *b, const sz_zone *z, sz_lang lang);

#endif
