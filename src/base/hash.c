/* SPDX-License-Identifier: Apache-2.0
 *
 * hash: xxh64 for other modules. Values are stored (feature ids, partitions): they never change.
 */
#include "hash.h"

uint64_t sz_hash(const void *p, size_t n) { return hash_bytes(p, n); }
