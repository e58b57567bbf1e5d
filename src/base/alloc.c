/* SPDX-License-Identifier: Apache-2.0
 *
 * alloc: memory that is never NULL. This is the one place of the pure modules that may end the process: no caller
 * could do better, and a half-done batch is repeated from what the store knows.
 */
#include <sanzao/base.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text) {
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

_Noreturn void sz_give_up(const char *en, const char *zh) {
    const char *const parts[] = {"sanzao: ", en, "\n", "sanzao：", zh, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) say(parts[i]);
    _exit(4);
}

static _Noreturn void out_of_memory(void) { sz_give_up("out of memory", "内存不足"); }

void *sz_alloc(size_t n) {
    void *p = calloc(1, n ? n : 1);
    if (!p) out_of_memory();
    return p;
}

void *sz_realloc(void *p, size_t n) {
    void *q = n <= PTRDIFF_MAX ? realloc(p, n ? n : 1) : NULL; /* no object is larger; gcc asks for it */
    if (!q) out_of_memory();
    return q;
}

void sz_free(void *p) { free(p); }
