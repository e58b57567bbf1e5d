/* SPDX-License-Identifier: Apache-2.0
 *
 * Signals of a run: INT and TERM ask it to stop (a second one ends it at once), HUP to read rules and campus again.
 * Whoever waits for a pipe waits for sz_signals_fd too, so that none is missed.
 */
#ifndef SZ_APP_SIGNALS_H
#define SZ_APP_SIGNALS_H

#include <stdbool.h>

/* Take signals from here on; once a process. */
void sz_signals_begin(void);
/* Readable when one came that sz_signals_look has not seen. 0: there is none. */
int sz_signals_fd(void);
/* The fd is quiet from here on. True: HUP came since the last look. */
bool sz_signals_look(void);
/* Stopping was asked for. */
bool sz_signals_stop(void);

#endif
