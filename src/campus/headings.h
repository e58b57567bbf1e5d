/* SPDX-License-Identifier: Apache-2.0
 *
 * headings: which column of a file is which of the table, by its English or Chinese heading, in any order.
 */
#ifndef SZ_CAMPUS_HEADINGS_H
#define SZ_CAMPUS_HEADINGS_H

#include "csv_table.h"

/* Bind the header row at hand; false, after findings, if a needed column lacks or one is there twice. */
bool sz_headings_bind(struct csv_reader *r);
/* The first of a column's Chinese headings. */
sz_str sz_headings_first(const struct csv_column *column);
/* The headings of the needed columns in both languages, for a hint. */
const char *sz_headings_example(struct csv_reader *r);

#endif
