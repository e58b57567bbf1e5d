/* SPDX-License-Identifier: Apache-2.0
 *
 * Records as they were read, for people and for programs.
 */
#ifndef SZ_APP_DRY_RUN_VIEW_H
#define SZ_APP_DRY_RUN_VIEW_H

#include <sanzao/engine.h>

enum {
    SZ_DRY_LINE,
    SZ_DRY_SOURCE,
    SZ_DRY_TYPE,
    SZ_DRY_TIME,
    SZ_DRY_WHO,
    SZ_DRY_PLACE,
    SZ_DRY_WHAT,
    SZ_DRY_ID,
    SZ_DRY_N_CELLS
};

typedef struct sz_dry_row {
    sz_str cells[SZ_DRY_N_CELLS];
    sz_str input; /* file:PATH, stdin */
    sz_str json;
    bool is_dead;
} sz_dry_row;

typedef struct sz_dry_view {
    const sz_types *types; /* borrowed, like zone */
    const sz_zone *zone;
    sz_lang lang;
    sz_arena arena;
    sz_dry_row rows[20];
    uint32_t n;
    uint32_t n_events, n_by_bytes, n_amounts, n_hundreds, n_below_one; /* what the advice below the table rests on */
} sz_dry_view;

void sz_dry_init(sz_dry_view *v, const sz_types *types, const sz_zone *zone, sz_lang lang);
void sz_dry_fini(sz_dry_view *v);
/* At most 20; nothing of the input is kept. */
void sz_dry_add(sz_dry_view *v, const sz_input *in);
/* A table for people, one line a record; how many, and that nothing was written. */
void sz_dry_text(sz_buf *out, const sz_dry_view *v);
/* One JSON object a record and line. */
void sz_dry_json(sz_buf *out, const sz_dry_view *v);

#endif
