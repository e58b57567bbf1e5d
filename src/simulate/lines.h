/* SPDX-License-Identifier: Apache-2.0
 *
 * lines: records as JSON lines, and the numbers and names that stand in them and in the campus folder alike.
 */
#ifndef SZ_SIMULATE_LINES_H
#define SZ_SIMULATE_LINES_H

#include "day.h"

struct line_writer {
    const struct world *w;
    const struct people *all;
    int32_t academic_year; /* in which the term lies: that of its 1 September */
    int32_t day;           /* whose text is in day_text */
    char day_text[11];
};
void sz_sim_lines_init(struct line_writer *l, const struct world *w, const struct people *all);
/* With its line end. */
void sz_sim_line(struct line_writer *l, const struct event *e, sz_buf *out);

void sz_sim_put_student(const struct line_writer *l, uint32_t who, sz_buf *out);
/* A card's number in the system of that source (pos or gate): which is 0 for the first, 1 for the one after it. */
void sz_sim_put_card(enum source system, uint32_t who, uint32_t which, sz_buf *out);
/* The card that a door record names. */
void sz_sim_put_door_card(const struct event *e, sz_buf *out);
void sz_sim_put_time(struct line_writer *l, int64_t t_ms, sz_buf *out);

#endif
