/* SPDX-License-Identifier: Apache-2.0
 *
 * weekday: names of weekdays and of evenings.
 */
#ifndef SZ_CAMPUS_WEEKDAY_H
#define SZ_CAMPUS_WEEKDAY_H

#include <sanzao/base.h>

/* `mon`, `Monday`, `周一`, `星期一`: 1 Monday .. 7 Sunday; 0: none of these. */
int sz_weekday_parse(sz_str s);
/* `fri`, `sun-thu`: a bit a weekday (1 << 1 Monday .. 1 << 7 Sunday), also over the week's end; 0: none of these. */
unsigned sz_weekdays_parse(sz_str s);
extern const char *const sz_weekday_names[8], *const sz_weekday_names_zh[8]; /* [1] is mon, 周一 */

#endif
