/* SPDX-License-Identifier: Apache-2.0
 *
 * Who cannot be judged and why, a row a student, for whoever mends rosters, cards and feeds: a table that spreadsheets
 * open, or JSON.
 */
#ifndef SZ_APP_NOT_JUDGED_VIEW_H
#define SZ_APP_NOT_JUDGED_VIEW_H

#include <sanzao/engine.h>

typedef struct not_judged_row {
    sz_str student, status, klass, building;
    sz_presence presence;
    uint32_t n_cards;
    bool has_cards;
    sz_why_not why;
} not_judged_row;

typedef struct not_judged_list {
    sz_arena texts;
    not_judged_row *v;
    uint32_t n, cap;
} not_judged_list;

void not_judged_init(not_judged_list *x);
void not_judged_fini(not_judged_list *x);
void not_judged_add(not_judged_list *x, const sz_not_judged *who);
/* Puts the rows in the order of reasons, then of students. The table is CSV, with the mark by which spreadsheets
 * know UTF-8: in English too, for classes and buildings may be in Chinese. */
void not_judged_table(sz_buf *out, not_judged_list *x, const sz_zone *z, sz_lang lang);
void not_judged_json(sz_buf *out, not_judged_list *x, const sz_zone *z);

#endif
