/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor of a start from Redis: HGETALL of every hash and LRANGE of every list of a state, one after the other, and
 * nothing is done with them. usage: redis_read HOST PORT PREFIX        keys are PREFIX and a letter: h, s, j, o, w, l
 * Prints the items, their bytes, wall and CPU seconds.
 */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    static const struct {
        char letter;
        const char *ask, *whole;
    } all[] = {{'h', "HGETALL", ""},     {'w', "LRANGE", " 0 -1"}, {'s', "HGETALL", ""},
               {'j', "LRANGE", " 0 -1"}, {'o', "LRANGE", " 0 -1"}, {'l', "HGETALL", ""}};
    char ask[300];
    if (argc != 4) return 2;
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    redisContext *c = redisConnect(argv[1], atoi(argv[2]));
    size_t items = 0, bytes = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        snprintf(ask, sizeof ask, "%s %s%c%s", all[k].ask, argv[3], all[k].letter, all[k].whole);
        redisReply *r = redisCommand(c, ask);
        if (!r || r->type == REDIS_REPLY_ERROR) {
            fprintf(stderr, "%s\n", r ? r->str : c->errstr);
            return 4;
        }
        for (size_t i = 0; i < r->elements; i++) items++, bytes += r->element[i]->len;
        freeReplyObject(r);
    }
    redisFree(c);
    printf("%zu %zu %.6f %.6f\n", items, bytes, now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}
