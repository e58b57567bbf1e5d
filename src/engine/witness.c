/* SPDX-License-Identifier: Apache-2.0
 *
 * The place in the log (protocol 2.4 step 7, trap 19). The state knows the offset and the hash of the last record that
 * it used: the witness. A start reads that one again before it goes on, so that a topic that was made anew, cut short
 * or has expired is not taken for the one that was read.
 */
#include "worker.h"

static void seek(sz_worker *w, int64_t offset) {
    w->wanted = w->must_seek = w->is_held = false;
    w->n_seeks++;
    w->state = SZ_WK_SEEKING;
    w->ports.stream.seek(w->ports.stream.self, offset);
}

void witness_seek(sz_worker *w) { seek(w, w->wit_offset >= 0 ? w->wit_offset : w->position); }

static void want(sz_worker *w) {
    w->wanted = true;
    w->ports.stream.want(w->ports.stream.self, RECORDS_A_STEP);
}

static void running(sz_worker *w) {
    w->state = SZ_WK_RUNNING;
    w->is_first_start = w->has_missed = false;
    w->running_ms = w->now_ms;
}

static void passed(sz_worker *w) {
    running(w);
    worker_go_on(w);
}

static void hold_gap(sz_worker *w, const char *what, const char *what_zh) {
    sz_arena a;
    sz_arena_init(&a);
    sz_str topic = w->o.topic;
    long long at = (long long)w->position;
    const char *en = sz_arena_printf(
        &a,
        "%.*s, partition %u, offset %lld: %s. Bring the topic back, restore the state from a backup that fits it, or "
        "go on without them with --accept-gap: they will be counted",
        SZ_FMT_STR(topic), w->o.partition, at, what);
    const char *zh = sz_arena_printf(
        &a,
        "%.*s，分区 %u，位置 %lld：%s。请恢复主题，或从与它相符的备份恢复状态，或用 --accept-gap 不要它们继续（会计数）",
        SZ_FMT_STR(topic), w->o.partition, at, what_zh);
    worker_hold_told(w, SZ_IO, "", "", &(sz_msg){.text = sz_str_of(en), .text_zh = sz_str_of(zh)});
    sz_arena_fini(&a);
}

/* Who was paused past his session may be the one who is behind: another went on, and what he had left to read is
 * settled and gone from the log. A miss counts once the state that misses it was asked for again. */
static bool asks_again(sz_worker *w) {
    if (!w->is_log || w->has_missed) return false;
    w->has_missed = true;
    start_soon(w);
    return true;
}

/* Records are missing, or others stand where ours stood. from: where to read on if that is accepted, -1: the lowest. */
static void gap(sz_worker *w, int64_t from, uint64_t n, const char *what, const char *what_zh) {
    if (asks_again(w)) return;
    if (!w->o.accept_gap) {
        hold_gap(w, what, what_zh);
        return;
    }
    long long at = (long long)w->position;
    sz_arena a;
    sz_arena_init(&a);
    const char *en = sz_arena_printf(&a, "%.*s, partition %u, offset %lld", SZ_FMT_STR(w->o.topic), w->o.partition, at);
    const char *zh = sz_arena_printf(&a, "%.*s，分区 %u，位置 %lld", SZ_FMT_STR(w->o.topic), w->o.partition, at);
    sz_msg said = {.text = sz_str_of(sz_arena_printf(&a, "%s; accepted", what)),
                   .text_zh = sz_str_of(sz_arena_printf(&a, "%s；已接受", what_zh))};
    worker_notice_told(w, SZ_WARNING, en, zh, &said);
    sz_arena_fini(&a);
    w->n.gap += n ? n : 1;
    w->wit_offset = -1;
    w->position = from;
    if (w->dirty_ms == SZ_TIME_MAX) w->dirty_ms = w->now_ms;
    seek(w, from);
}

/* The first record that is there stands at `first`, above the witness: it is gone. Was anything between lost? */
static bool is_gap(sz_worker *w, int64_t first) {
    if (w->position < 0 || first <= w->position) return false;
    gap(w, first, (uint64_t)(first - w->position), "the records from here on are not there any more",
        "从这里起的记录已经没有了");
    return true;
}

void witness_seeked(sz_worker *w, const sz_msg *m) {
    if (w->n_seeks && --w->n_seeks) return;                    /* the answer to an earlier one */
    if (w->state == SZ_WK_RUNNING && m->answer != SZ_ANS_OK) { /* cut under it, or it was away: is it the same still? */
        witness_seek(w);
        return;
    }
    if (w->state != SZ_WK_SEEKING) return;
    if (m->answer == SZ_ANS_UNKNOWN) {
        start_later(w, m);
        return;
    }
    if (m->answer == SZ_ANS_OK) {
        if (w->position < 0 && m->offset >= 0) w->position = w->committed_position = m->offset;
        if (w->wit_offset >= 0) want(w);
        else passed(w);
        return;
    }
    int64_t asked = w->wit_offset >= 0 ? w->wit_offset : w->position;
    if (asked < 0) {
        worker_hold_told(w, SZ_IO, "the partition cannot be read", "分区无法读取", m);
        return;
    }
    if (m->offset <= asked) {
        gap(w, -1, 0, "the partition ends before the record that was read last; it was cut short or made anew",
            "分区在上次读到的记录之前就结束了：它被截短或重建过");
        return;
    }
    if (is_gap(w, m->offset)) return;
    w->wit_offset = -1; /* expired, and nothing behind it: there is nothing to compare */
    seek(w, w->position);
}

/* In SEEKING: the first record must be the witness. */
static bool compare(sz_worker *w, const sz_input *in) {
    if (in->origin.offset > w->wit_offset) return !is_gap(w, in->origin.offset);
    if (sz_hash(in->raw.p, in->raw.n) == w->wit_hash) return true;
    gap(w, -1, 0, "another record stands where the one that was read last stood; the topic was made anew",
        "上次读到的位置上是另一条记录：主题被重建过");
    return false;
}

static void skip(const sz_input **p, uint32_t *n, int64_t below) {
    while (*n && (*p)->origin.offset < below) (*p)++, (*n)--;
}

bool witness_pass(sz_worker *w, const sz_input **p, uint32_t *n) {
    w->wanted = false;
    if (w->n_seeks) return false; /* stale */
    if (w->state == SZ_WK_SEEKING) {
        skip(p, n, w->wit_offset);
        if (!*n) {
            want(w);
            return false;
        }
        if (!compare(w, *p)) return false;
        skip(p, n, w->position);
        running(w);
    }
    if (w->state != SZ_WK_RUNNING) return false;
    if (tick_is_firing(w) || switch_is_on(w)) { /* no input before all that is due has fired: it is read again then */
        w->must_seek = true;
        return false;
    }
    uint32_t all = *n;
    skip(p, n, w->position);
    w->op.stale_inputs += all - *n;
    return true;
}

void witness_note(sz_worker *w, const sz_input *last, int64_t next_offset) {
    if (last) {
        w->wit_offset = last->origin.offset;
        w->wit_hash = sz_hash(last->raw.p, last->raw.n);
        if (w->wit_offset + 1 > w->position) w->position = w->wit_offset + 1;
    }
    if (next_offset > w->position) w->position = next_offset;
}
