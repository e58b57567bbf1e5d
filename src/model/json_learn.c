/* SPDX-License-Identifier: Apache-2.0
 *
 * json_learn: in what order keys come. Feeds write their keys in one order, so behind the value of a key mostly comes
 * what came behind it the last times: `,"time":"` is then one comparison. Of each row the latest such texts are kept.
 * This is for what json_scan.c sees: records that json_plain.c leaves to it.
 */
#include "json.h"

void sz_json_learn_init(sz_decoder *d) { memset(d->next, 0, sizeof d->next); }

static bool is_same(const sz_json_next *a, const sz_json_next *b) {
    return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

/* As the first; what is not in it yet drives out the last one. */
void sz_json_learn(sz_decoder *d, unsigned after, const sz_json_step *now) {
    size_t n = (size_t)(now->value - now->from);
    if (n > SZ_JSON_NEXT_MAX) return;
    sz_json_next x = {.n = (uint8_t)n, .row = (uint8_t)now->row, .is_text = now->is_text}, *v = d->next[after];
    memcpy(x.text, now->from, n);
    unsigned i = 0;
    while (i + 1 < SZ_JSON_WAYS && !is_same(&v[i], &x)) i++;
    memmove(&v[1], &v[0], i * sizeof *v);
    v[0] = x;
}
