/* SPDX-License-Identifier: Apache-2.0
 *
 * alloc: memory that is never NULL. This is the one place of the pure modules that may end the process: no caller
 * could do better, and a half-done batch is repeated from what the store knows.
 */
#include <sanzao/base.h>

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void) {
    static const char text[] = "sanzao: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(4);
}

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
