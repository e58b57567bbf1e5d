/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_redis: a server on a loopback port that greets like Redis and answers scripts as a test says: what no real
 * server can be brought to say at will. One thread, one connection at a time.
 */
#ifndef SANZAO_TESTS_SUPPORT_FAKE_REDIS_H
#define SANZAO_TESTS_SUPPORT_FAKE_REDIS_H

#include <stdint.h>

#define FAKE_SILENCE ""  /* no answer */
#define FAKE_HANG_UP "!" /* the connection is closed */

typedef struct fake_redis fake_redis;
/* answers: to each command whose first word is `word`, in order; the last one stays. A word NULL ends the list. What
 * else comes gets an OK, SCRIPT LOAD a digest. */
typedef struct fake_answer {
    const char *word, *answer; /* RESP: -LOADING …\r\n */
} fake_answer;
fake_redis *fake_redis_new(const fake_answer *answers);
uint16_t fake_redis_port(const fake_redis *f);
/* Commands so far whose first word is this exactly. */
unsigned fake_redis_count(const fake_redis *f, const char *word);
void fake_redis_free(fake_redis *f);

#endif
