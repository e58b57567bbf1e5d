/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine's clocks and random numbers, as the engine's port and for the loops around it.
 */
#ifndef SZ_APP_ENV_H
#define SZ_APP_ENV_H

#include <sanzao/engine.h>

extern const sz_env_port sz_env;
int64_t sz_wall_ms(void);
int64_t sz_mono_ms(void);

#endif
