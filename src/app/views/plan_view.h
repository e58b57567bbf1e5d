/* SPDX-License-Identifier: Apache-2.0
 *
 * A state plan for people and for programs: what another rule set does to a state, before it does it.
 */
#ifndef SZ_APP_PLAN_VIEW_H
#define SZ_APP_PLAN_VIEW_H

#include <sanzao/engine.h>

void plan_text(sz_buf *out, const sz_state_plan *plan, const sz_zone *z, sz_lang lang);
/* One JSON object and a line end. */
void plan_json(sz_buf *out, const sz_state_plan *plan, const sz_zone *z);

#endif
