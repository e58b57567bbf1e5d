/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings for people, on standard error, where they may end in a log.
 */
#ifndef SZ_APP_FINDINGS_H
#define SZ_APP_FINDINGS_H

#include <sanzao/base.h>

/* Print them, sorted; returns the number of errors. */
size_t sz_diags_show(sz_diags *d, sz_lang lang);

#endif
