/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANZAO_SRC_ADAPTERS_MSGQ_COPY_H
#define SANZAO_SRC_ADAPTERS_MSGQ_COPY_H

#include <sanzao/adapters.h>

/* Give m copies in the arena of what it borrows, inputs aside. */
void sz_msg_copy(sz_msg *m, sz_arena *a);

#endif
