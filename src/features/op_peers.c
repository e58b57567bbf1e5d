/* SPDX-License-Identifier: Apache-2.0 */
/* peers: a student's day among those of his group (semantics 22). */
#include "ops.h"

void op_peers_part(sz_eval *ev, const sz_feature *f, uint32_t part, sz_xval *v) {
    (void)ev;
    (void)f;
    (void)part;
    *v = x_unknown(SZ_X_NUM);
}

/* By itself it is no number: one of its parts must be named. */
sz_xval op_peers(sz_eval *ev, const sz_feature *f) {
    (void)ev;
    (void)f;
    return x_unknown(SZ_X_RECORD);
}
