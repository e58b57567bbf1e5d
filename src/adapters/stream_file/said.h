/* SPDX-License-Identifier: Apache-2.0
 *
 * said: why something failed, in both languages, written down where it is known.
 */
#ifndef SANZAO_SRC_ADAPTERS_STREAM_FILE_SAID_H
#define SANZAO_SRC_ADAPTERS_STREAM_FILE_SAID_H

#include <sanzao/engine.h>
#include <stdarg.h>

typedef struct said {
    char en[SZ_SAID], zh[SZ_SAID];
} said;

/* Both formats take the same arguments. */
void sz_fs_say(said *to, const char *en, const char *zh, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void sz_fs_say_v(said *to, const char *en, const char *zh, va_list ap)
    __attribute__((format(printf, 2, 0), format(printf, 3, 0)));
/* The same, and behind it what the system says of the error (errno). */
void sz_fs_say_os(said *to, int error, const char *en, const char *zh, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* Behind what was said. */
void sz_fs_say_more(said *to, const char *en, const char *zh);

#endif
