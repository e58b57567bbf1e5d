/* SPDX-License-Identifier: Apache-2.0
 *
 * older_blobs: a commit's journal in the forms that it had before (state formats 1 to 3).
 */
#ifndef SANZAO_TESTS_SUPPORT_OLDER_BLOBS_H
#define SANZAO_TESTS_SUPPORT_OLDER_BLOBS_H

#include <sanzao/base.h>

/* The blob's entries in a blob of version 1, or, without a hash, of what was before it; an event each. n_grouped counts
 * the students of whom it had several events. */
sz_str older_blob(sz_arena *a, sz_str blob, bool with_hash, uint32_t *n_grouped);

#endif
