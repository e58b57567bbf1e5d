/* SPDX-License-Identifier: Apache-2.0
 *
 * time_op: the steps of a compiled time pattern, shared by its compiler and its matcher.
 */
#ifndef SANZAO_SRC_MODEL_TIME_OP_H
#define SANZAO_SRC_MODEL_TIME_OP_H

enum {
    OP_LETTER,
    OP_BLANK,
    OP_YEAR4,
    OP_YEAR2,
    OP_MONTH1,
    OP_MONTH2,
    OP_MONTH_NAME,
    OP_DAY1,
    OP_DAY2,
    OP_HOUR1,
    OP_HOUR2,
    OP_MINUTE1,
    OP_MINUTE2,
    OP_SECOND1,
    OP_SECOND2,
    OP_FRACTION,
    OP_HALF,
    OP_WEEKDAY,
    OP_OFFSET,
    OP_EPOCH_S,
    OP_EPOCH_MS,
    OP_EXCEL
};

enum {
    PART_YEAR = 1,
    PART_MONTH = 2,
    PART_DAY = 4,
    PART_HOUR = 8,
    PART_HOUR12 = 16,
    PART_MINUTE = 32,
    PART_SECOND = 64,
    PART_FRACTION = 128,
    PART_HALF = 256,
    PART_OFFSET = 512,
    PART_WEEKDAY = 1024
};

#endif
