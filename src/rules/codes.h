/* SPDX-License-Identifier: Apache-2.0
 *
 * codes: what this module's findings mean; codes.c puts the tables of all modules together.
 */
#ifndef SZ_RULES_CODES_H
#define SZ_RULES_CODES_H

#include <sanzao/rules.h>

const sz_code_doc *sz_rules_codes(size_t *n);

#endif
