/* SPDX-License-Identifier: Apache-2.0
 *
 * vendor: the door log as a vendor's program exports it, and the mapping that reads it.
 */
#ifndef SZ_SIMULATE_VENDOR_H
#define SZ_SIMULATE_VENDOR_H

#include "feeds.h"
#include "files.h"

/* Is this one of the records that stand in the vendor's files? */
static inline bool sz_sim_vendor_has(const struct world *w, const struct event *e) {
    return e->reader != NONE && w->readers[e->reader].source == SOURCE_GATE;
}
/* vendor/door-DAY.csv of what has arrived; journal numbers are set. n_rows counts on from file to file. */
void sz_sim_vendor_day(struct file_writer *f, struct line_writer *l, const struct queue *q, int32_t day,
                       uint64_t *n_rows);
/* vendor.yaml */
void sz_sim_vendor_mapping(struct file_writer *f, const struct world *w);

#endif
