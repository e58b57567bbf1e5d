/* SPDX-License-Identifier: Apache-2.0
 *
 * A manual page an operator, out of the language's table (sz_operators) and an example that runs.
 */
#ifndef SZ_APP_OPERATOR_DOCS_H
#define SZ_APP_OPERATOR_DOCS_H

#include <sanzao/base.h>

/* Names of all operators, one a line. */
void operator_names(sz_buf *out);
/* The page of one; false: there is none of that name. */
bool operator_page(sz_buf *out, const char *name);
/* The list of all pages. */
void operator_index(sz_buf *out);

#endif
