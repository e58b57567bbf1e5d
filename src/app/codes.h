/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes of findings that the program itself makes: 451-489; and what any code means, whichever module has it.
 */
#ifndef SZ_APP_CODES_H
#define SZ_APP_CODES_H

#include <sanzao/rules.h>

enum {
    APP_CODE_CANNOT_READ = 451,
    APP_CODE_ZONE,
    APP_CODE_STATE,
    APP_CODE_UNTIL,
    APP_CODE_CANNOT_WRITE,
    APP_CODE_SAME_PATH,
    APP_CODE_AFTER_UNTIL,
    APP_CODE_ENCODING,
    APP_CODE_TOPIC_HEADER,
    APP_CODE_RELOAD, /* 460 */
    APP_CODE_OPTION = 461,
    APP_CODE_VALUE,
    APP_CODE_KEY,
    APP_CODE_CONFIG,
    APP_CODE_REPARTITION,
    APP_CODE_BY_SOURCE,
    APP_CODE_EMPTY_ROWS,
    APP_CODE_NOTHING_USED,
    APP_CODE_HEADINGS_AGAIN,
    APP_CODE_SIMULATE = 471,
    APP_CODE_FOLDER_IN_USE,
    APP_CODE_NO_RULES,
    APP_CODE_UNKNOWN,
    APP_CODE_UNKEPT, /* 475 */
    APP_CODE_STATE_BY_OTHERS,
    APP_CODE_NOTHING_NEW,
    APP_CODE_NO_GROUP,
    APP_CODE_AFTER_CLOCK,
    APP_CODE_BEHIND, /* 480 */
    APP_CODE_SAME_ID,
    APP_CODE_TOO_LATE,
    APP_CODE_LEFT,
    APP_CODE_ROSTER,
    APP_CODE_NOBODY, /* 485 */
    APP_CODE_WRITING
};

/* Like sz_code_find and sz_code_next, over all modules, adapters and the program. */
bool app_code_find(int code, sz_code *out);
bool app_code_next(int after, sz_code *out);

#endif
