/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor: parse every line of a file with yyjson and a pool allocator, and do nothing with it. Prints the lines and the CPU seconds
 * of the parsing alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yyjson.h>

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!f || fseek(f, 0, SEEK_END) != 0) return 4;
    long n = ftell(f);
    rewind(f);
    char *text = malloc((size_t)n + 1);
    if (!text || fread(text, 1, (size_t)n, f) != (size_t)n) return 4;
    static char pool[1 << 20];
    long lines = 0;
    double from = cpu();
    for (char *p = text, *end = text + n; p < end;) {
        char *e = memchr(p, '\n', (size_t)(end - p));
        if (!e) e = end;
        yyjson_alc alc;
        yyjson_alc_pool_init(&alc, pool, sizeof pool);
        lines += yyjson_read_opts(p, (size_t)(e - p), 0, &alc, NULL) != NULL;
        p = e + 1;
    }
    printf("%ld %.6f\n", lines, cpu() - from);
    return 0;
}
