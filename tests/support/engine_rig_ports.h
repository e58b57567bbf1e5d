/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of engine_rig only.
 */
#ifndef ENGINE_RIG_PORTS_H
#define ENGINE_RIG_PORTS_H

#include "engine_rig.h"

sz_ports rig_ports(rig *r, const rig_setup *o);
void rig_serve(rig *r);                   /* what is wanted and there */
void rig_acknowledge(rig *r, uint64_t n); /* of what was submitted under the newest tag */
sz_commit rig_commit_copy(sz_arena *a, const sz_commit *c);

#endif
