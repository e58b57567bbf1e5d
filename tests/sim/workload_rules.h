/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_WORKLOAD_RULES_H
#define SIM_WORKLOAD_RULES_H

#include <sanzao/base.h>

#include "rand.h"

/* Three to six rules over windows of about unit_ms, as YAML. version: the same rules, with thresholds of another
 * version; 0 the first. n_peers: so many ask how a student stands among others. */
void rules_write(sz_buf *out, rng r, int64_t unit_ms, uint32_t version, int n_peers);

#endif
