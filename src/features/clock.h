/* SPDX-License-Identifier: Apache-2.0
 *
 * Texts of the minutes of a day.
 */
#ifndef SZ_CLOCK_H
#define SZ_CLOCK_H

#include <sanzao/base.h>

sz_str clock_text(int32_t ms_of_day); /* 0 .. 86,399,999; borrowed, for ever */

#endif
