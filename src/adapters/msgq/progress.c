/* SPDX-License-Identifier: Apache-2.0
 *
 * progress: a worker as what streams and sinks ask.
 */
#include <sanzao/adapters.h>

static uint64_t taken(void *self) { return sz_worker_taken(self); }

static uint32_t ledger(void *self, const sz_put **lines) { return sz_worker_ledger(self, lines); }

static void note(void *self, sz_str key, sz_str value) { sz_worker_note(self, key, value); }

static void new_batch(void *self) { sz_worker_new_batch(self); }

static void sinks(void *self, uint64_t *alerts_pos, uint64_t *dead_pos) { sz_worker_sinks(self, alerts_pos, dead_pos); }

static int64_t limit(void *self) { return sz_worker_limit(self); }

static uint32_t outbox(void *self, sz_arena *a, const sz_str **lines) { return sz_worker_outbox(self, a, lines); }

sz_progress sz_progress_of(sz_worker *w) {
    return (sz_progress){w, taken, ledger, note, new_batch, sinks, limit, outbox};
}
