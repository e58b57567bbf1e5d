/* SPDX-License-Identifier: Apache-2.0
 *
 * oddities: what a report or a spreadsheet leaves in a table that is well formed all the same: lines of totals, merged
 * cells, numbers that are not quite those of the system. Each would be taken for something else without a word.
 */
#ifndef SZ_CAMPUS_ODDITIES_H
#define SZ_CAMPUS_ODDITIES_H

#include <sanzao/base.h>

struct csv_reader;

struct csv_oddities {
    uint32_t n_totals, n_odd_ids; /* rows, ids */
    uint32_t n_rows, n_since;     /* rows that are none of totals, in all and since the last that is */
    uint32_t least;               /* filled cells of the row that has fewest */
    size_t above;                 /* byte offset of the last row that is none of totals */
    sz_span first_total, first_odd_id;
    /* Of the column that groups the rows (`groups` of the table). */
    uint32_t n_filled, n_blank, first_filled; /* first_filled: byte offset */
    uint64_t last;                            /* hash of the last text */
    bool has_repeated, has_begun_blank;
};

/* True for a line of totals, which is no row (合计, 共 30 人, 制表人：…). */
bool sz_oddities_is_total(struct csv_reader *r);
void sz_oddities_see_id(struct csv_reader *r, uint32_t column, sz_str id);
/* A cell of a column that groups; empty or not. */
void sz_oddities_see_group(struct csv_reader *r, uint32_t column, sz_str text);
/* What was seen, once the file has ended. */
void sz_oddities_tell(struct csv_reader *r);

#endif
