/* SPDX-License-Identifier: Apache-2.0
 *
 * board: where the partitions of this process tell each other their parts of tables of peers, if what holds their
 * states cannot be asked by anybody else: memory, SQLite.
 */
#ifndef SZ_APP_BOARD_H
#define SZ_APP_BOARD_H

#include <sanzao/adapters.h>

typedef struct board board;
board *board_new(uint32_t parts);
void board_free(board *b); /* NULL is fine */

/* One partition's place at it; its answers go to q. Any thread, each its own seat. */
typedef struct board_seat {
    board *b;
    uint32_t partition;
    sz_msgq *q;
} board_seat;
sz_parts_port board_port(board_seat *s);

#endif
