/* SPDX-License-Identifier: Apache-2.0
 *
 * HUP in a live run: the main thread reads rules and campus again and looks at them; each partition then takes them up
 * on its own thread, at a commit boundary of its own (SZ_MSG_BUNDLE). What does not compile never replaces what runs.
 */
#ifndef SZ_APP_LIVE_REREAD_H
#define SZ_APP_LIVE_REREAD_H

#include "member.h"

/* Main thread. `first`: what the run began with. */
void live_reread(live *run);
/* A partition's thread: the texts in force, and their number. They live as long as the run. */
sz_texts live_texts(live *run, uint32_t *number);

#endif
