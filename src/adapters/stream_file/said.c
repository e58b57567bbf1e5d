/* SPDX-License-Identifier: Apache-2.0 */
#include "said.h"

#include <stdio.h>

void sz_fs_say_v(said *to, const char *en, const char *zh, va_list ap) {
    va_list again;
    va_copy(again, ap);
    vsnprintf(to->en, sizeof to->en, en, ap);
    vsnprintf(to->zh, sizeof to->zh, zh, again);
    va_end(again);
}

static void append(char *to, size_t room, const char *text) {
    size_t n = strlen(to);
    snprintf(to + n, room - n, "%s", text);
}

void sz_fs_say(said *to, const char *en, const char *zh, ...) {
    va_list ap;
    va_start(ap, zh);
    sz_fs_say_v(to, en, zh, ap);
    va_end(ap);
}

void sz_fs_say_more(said *to, const char *en, const char *zh) {
    append(to->en, sizeof to->en, en);
    append(to->zh, sizeof to->zh, zh);
}

void sz_fs_say_os(said *to, int error, const char *en, const char *zh, ...) {
    va_list ap;
    va_start(ap, zh);
    sz_fs_say_v(to, en, zh, ap);
    va_end(ap);
    sz_fs_say_more(to, ": ", "：");
    sz_fs_say_more(to, strerror(error), sz_os_zh(error));
}
