/* SPDX-License-Identifier: Apache-2.0
 *
 * config_meant: what was meant by a value that an option does not take: `10天`, `256MB`, `yes`, `中文`.
 */
#ifndef SANZAO_SRC_APP_CONFIG_CONFIG_MEANT_H
#define SANZAO_SRC_APP_CONFIG_CONFIG_MEANT_H

#include "config.h"

/* The value that should stand there. False: nothing is known. */
bool sz_config_meant(const sz_opt_row *r, sz_str s, char out[SZ_MEANT]);

#endif
