/* SPDX-License-Identifier: Apache-2.0
 *
 * files: the campus folder, truth.csv and confounders.csv.
 */
#ifndef SZ_SIMULATE_FILES_H
#define SZ_SIMULATE_FILES_H

#include <sanzao/simulate.h>

#include "lines.h"

/* A file that is written in pieces. */
struct file_writer {
    const sz_sim_sink *sink;
    const char *name;
    sz_buf buf;
    sz_status status;
    bool has_more;     /* bytes of this file were handed on already */
    char own_name[27]; /* room for a name that is made up as it goes */
};
/* Call after each row: hands the bytes on when there are many. */
void sz_sim_file_row(struct file_writer *f);
/* The rest of the bytes, and the next name. */
void sz_sim_file_next(struct file_writer *f, const char *name);

/* All of campus/. */
void sz_sim_campus_write(struct file_writer *f, struct line_writer *l);
/* truth.csv and confounders.csv. */
void sz_sim_truth_write(struct file_writer *f, struct line_writer *l, sz_sim_counts *counts);

#endif
