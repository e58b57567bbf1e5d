/* SPDX-License-Identifier: Apache-2.0
 *
 * A small file that is written whole at the end: it is what it was, or all new, never a half.
 */
#ifndef SZ_APP_OUTFILE_H
#define SZ_APP_OUTFILE_H

#include <sanzao/base.h>

/* Can it be written? Nothing is changed. SZ_IO with a finding. */
sz_status sz_out_look(const char *path, sz_diags *d);
/* Written beside and renamed; what is no regular file is written as it is. SZ_IO with a finding. */
sz_status sz_out_write(const char *path, const void *p, size_t n, sz_diags *d);

#endif
