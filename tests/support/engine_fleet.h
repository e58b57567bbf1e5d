/* SPDX-License-Identifier: Apache-2.0
 *
 * engine_fleet: the workers of a topic's partitions, each a rig of its own; they see each other's ledgers.
 */
#ifndef ENGINE_FLEET_H
#define ENGINE_FLEET_H

#include "draw.h"
#include "engine_rig.h"

enum { FLEET = 3 };

typedef struct fleet {
    rig_store *stores[FLEET];
    rig_log *logs[FLEET];
    rig r[FLEET];
    bool is_up[FLEET];
    rig_setup o;
    near *near; /* they are of one process; NULL: each is of its own */
    int64_t wall;
    sz_buf said; /* by those that are gone */
    uint8_t seed;
} fleet;

fleet *fleet_begin(const rig_setup *o, int64_t wall_ms);
void fleet_end(fleet *f);
void fleet_up(fleet *f, uint32_t p);
void fleet_down(fleet *f, uint32_t p); /* killed */
void fleet_go(fleet *f, int64_t ms);
void fleet_disturb(fleet *f, draw *d);
void fleet_calm(fleet *f); /* all are up, and what they ask is answered */
void fleet_said(const fleet *f, sz_buf *out);
sz_str *fleet_lines(sz_arena *a, sz_str text, uint32_t *n); /* in order */
bool fleet_has_notice(rig *r, const char *text);

#endif
