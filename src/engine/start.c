/* SPDX-License-Identifier: Apache-2.0
 *
 * START (protocol 2.4): the one path for assignment, restart, rollback, refusal and unknown outcome. A fresh token
 * takes the partition; the name that was there before says whether memory is that state still, with or without the
 * commit whose answer never came. If it is not, memory goes and the state is loaded, each chunk under the name.
 */
#include "worker.h"

enum { BACKOFF_MIN_MS = 100, BACKOFF_MAX_MS = 10000, REFUSED_MS = 400, QUARREL_MS = 60000 };
enum { WORDS_AT_ONCE = 1 << 20 }; /* a header may be damaged */

static void acquire(sz_worker *w, uint64_t bundle_ver) {
    w->ports.env.random(w->ports.env.self, w->token, sizeof w->token);
    w->state = SZ_WK_ACQUIRING;
    w->store_busy = true;
    bool allow_new = w->o.allow_new && (w->group_offset < 0 || w->o.new_state);
    w->ports.store.acquire(w->ports.store.self, w->token, SZ_STATE_FORMAT, w->o.topic, w->o.parts, bundle_ver,
                           w->o.worker, allow_new);
}

/* Of files the rules at hand are the newest, and so are those of a process that has seen no state yet. */
static uint64_t ver_to_show(const sz_worker *w) {
    if (!w->is_log) return INT64_MAX;
    if (w->knows_ver) return w->bundle_ver;
    return w->o.bundle_ver ? w->o.bundle_ver : INT64_MAX;
}

void start(sz_worker *w) {
    w->state = SZ_WK_BACKOFF;
    w->wait_ms = SZ_TIME_MAX;
    w->start_wanted = w->store_busy;
    if (w->store_busy) return;
    read_on(w);
    if (w->sent.is_made && !w->sent.is_sent) commit_undone(w); /* its dead letters go under the new tag */
    w->tag++;
    w->op.starts++;
    acquire(w, ver_to_show(w));
}

/* From half of so long to the whole of it. */
static void wait_before_start(sz_worker *w, int64_t most_ms) {
    uint64_t draw = 0;
    w->ports.env.random(w->ports.env.self, &draw, sizeof draw);
    w->state = SZ_WK_BACKOFF;
    w->wait_ms = w->now_ms + most_ms / 2 + (int64_t)(draw % (uint64_t)(most_ms / 2 + 1));
}

/* Longer after each refusal under one assignment: whoever lost the partition hears of it meanwhile, and does not come
 * back. */
void start_soon(sz_worker *w) {
    int n = (w->refused_ms[0] != SZ_TIME_NONE) + (w->refused_ms[1] != SZ_TIME_NONE);
    wait_before_start(w, (int64_t)REFUSED_MS << 2 * n);
}

void start_later(sz_worker *w, const sz_msg *m) {
    int64_t most = BACKOFF_MIN_MS << (w->n_backoffs < 7 ? w->n_backoffs : 7);
    w->n_backoffs++;
    wait_before_start(w, most < BACKOFF_MAX_MS ? most : BACKOFF_MAX_MS);
    if (w->n_backoffs == 1 || w->n_backoffs % 10 == 0)
        worker_notice_told(w, SZ_WARNING, "no answer that says what happened, trying again",
                           "没有说明结果的应答，正在重试", m);
}

/* ---- ACQUIRED ---- */

static bool is_name(const sz_name *a, const sz_name *b) {
    return a->seq == b->seq && memcmp(a->owner, b->owner, sizeof a->owner) == 0;
}

/* Step 4: is memory what the store held under that name? */
static bool memory_stands(sz_worker *w, const sz_name *before) {
    if (!w->has_memory) return false;
    if (is_name(before, &w->name)) {
        commit_undone(w);
        return true;
    }
    sz_name next = w->name;
    next.seq++;
    if (!w->sent.is_made || !w->sent.is_sent || !is_name(before, &next)) return false;
    commit_stands(w);
    return true;
}

/* What is not an acquisition is a commit. */
static uint64_t n_commits(const sz_header *h) { return h->name.seq > h->epoch ? h->name.seq - h->epoch : 0; }

/* The seq would not do: acquisitions since then may have made up for it, another worker's or our own whose answers were
 * lost. */
static void note_rollback(sz_worker *w, const sz_header *before) {
    uint64_t n = n_commits(before);
    if (n >= w->n_commits) return;
    w->op.rolled_back++;
    worker_notice(w, SZ_WARNING, "the store has lost commits: it is at %llu and was at %llu; reading on from its state",
                  "存储丢失了提交：现在是第 %llu 次，原来是第 %llu 次；从它的状态接着读", (unsigned long long)n,
                  (unsigned long long)w->n_commits);
}

/* Two deployments on one state take it from each other without end (trap 30). */
static bool is_quarrel(sz_worker *w, const sz_header *before) {
    bool was_refused = w->was_refused;
    w->was_refused = false;
    if (!was_refused || !before->worker.n || sz_str_eq(before->worker, w->o.worker)) return false;
    bool is_third = w->refused_ms[0] != SZ_TIME_NONE && w->now_ms - w->refused_ms[0] < QUARREL_MS;
    w->refused_ms[0] = w->refused_ms[1];
    w->refused_ms[1] = w->now_ms;
    if (is_third)
        worker_fail(
            w, SZ_REFUSED,
            "another worker (%.*s) has taken this state three times within a minute while this one has the partition: "
            "two deployments use one state. Give each a state of its own, or stop one",
            "另一个工作者（%.*s）在一分钟内三次接管了这份状态，而分区属于这里：两套部署共用了一份状态。请各用各的，"
            "或停掉一套",
            SZ_FMT_STR(before->worker));
    return is_third;
}

static void resume(sz_worker *w) {
    w->has_memory = true;
    w->idle_ms = w->now_ms;
    w->tc.begin_ms = w->clocks.begin_ms;
    w->tc.wmax_ms = w->clocks.wmax_ms;
    if (w->was_switched) switch_note(w);
    settle_anew(w);
    settle_submit(w);
    if (w->is_stopping) {
        w->state = SZ_WK_DRAINING;
        worker_go_on(w);
    } else if (w->is_log) {
        witness_seek(w);
    } else {
        w->state = SZ_WK_RUNNING;
        if (!w->is_first_start) worker_go_on(w); /* the first time whoever runs it says when */
    }
}

void load_done(sz_worker *w) {
    if (w->state == SZ_WK_LOADING) resume(w);
}

static void begin_new(sz_worker *w) {
    w->is_new = true;
    w->is_blank = false;
    w->bundle_ver = w->o.bundle_ver;
    w->knows_ver = true;
    w->state = SZ_WK_LOADING;
    load_end(w, true);
}

/* A commit, and no trace of it where it was said to be settled (trap 21). */
static void look_for_deep_loss(sz_worker *w) {
    if (!w->is_log || w->group_offset <= (w->position < 0 ? 0 : w->position)) return;
    w->op.deep_losses++;
    worker_notice(
        w, SZ_ERROR,
        "the group has read %.*s, partition %u, up to %lld and the state only up to %lld: the store has lost "
        "more than `settle` covers. It reads on from there; alerts of that stretch may come twice",
        "消费组已把 %.*s 的分区 %u 读到 %lld，而状态只到 %lld：存储丢失的超出了 `settle` 的范围。从那里接着读，"
        "这一段的预警可能重复",
        SZ_FMT_STR(w->o.topic), w->o.partition, (long long)w->group_offset, (long long)w->position);
}

static void load(sz_worker *w, bool restart) {
    w->store_busy = true;
    w->ports.store.load(w->ports.store.self, &w->name, restart);
}

static void take_header(sz_worker *w, const sz_header *h) {
    if (!h->body.n) { /* acquired before, and ended before its first commit */
        begin_new(w);
        return;
    }
    w->is_blank = false;
    w->bundle_ver = h->bundle_ver < INT64_MAX ? h->bundle_ver : 0;
    if (!header_get(w, h->body)) {
        worker_hold(w, SZ_CORRUPT, "the header of this state cannot be read; restore the state from a backup",
                    "这份状态的头部无法读取；请从备份恢复状态");
        return;
    }
    if (files_differ(w)) w->bundle_ver++;
    if (w->o.bundle_ver > w->bundle_ver) w->bundle_ver = w->o.bundle_ver;
    w->knows_ver = true;
    w->tc.begin_ms = w->clocks.begin_ms;
    w->tc.wmax_ms = w->clocks.wmax_ms;
    look_for_deep_loss(w);
    w->op.loads++;
    sz_map_reserve(&w->dict, w->stored_dict < WORDS_AT_ONCE ? w->stored_dict : WORDS_AT_ONCE);
    w->state = SZ_WK_LOADING;
    load(w, true);
}

/* The partition is ours. False: memory does not stand, and what is there was not loaded yet. */
static bool adopt(sz_worker *w, const sz_msg *m) {
    const sz_name *before = &m->header->name;
    bool stands = m->answer == SZ_ANS_OK && memory_stands(w, before);
    if (!stands) {
        note_rollback(w, m->header);
        memory_drop(w);
    }
    memcpy(w->name.owner, w->token, sizeof w->token);
    w->name.seq = before->seq + 1;
    w->n_commits = n_commits(m->header);
    return stands;
}

/* Of files: nobody gives back what was read, so the run ends. Which of them it is the refusal does not say. */
void fail_not_as_left(sz_worker *w) {
    worker_fail(w, SZ_REFUSED,
                "the state is not as this run left it: another process has taken it over and goes on with it, or the "
                "store was emptied or went back to an older copy. If no other process is at work, run again with the "
                "same inputs: what the state lacks is read again",
                "状态已不是本次运行留下的样子：或者另一个进程接管了它并在继续，或者存储被清空、退回到了较旧的副本。"
                "如果没有别的进程在运行，请用同样的输入再运行一次：状态里缺少的会重新读取");
}

static void on_ours(sz_worker *w, const sz_msg *m) {
    bool had_memory = w->has_memory;
    bool stands = adopt(w, m);
    if (w->state != SZ_WK_ACQUIRING) return; /* revoked meanwhile */
    w->n_backoffs = 0;
    if (is_quarrel(w, m->header)) return;
    if (!stands && had_memory && !w->is_log) {
        fail_not_as_left(w);
        return;
    }
    if (!stands && switch_if_asked(w)) return; /* what is loaded anyway is loaded under the others */
    if (stands) resume(w);
    else if (m->answer == SZ_ANS_NEW) begin_new(w);
    else take_header(w, m->header);
}

/* `state repartition` names a topic's state TOPIC/PARTITIONS while it makes the new ones (docs/adr/0024). */
static bool is_on_its_way(const sz_worker *w, sz_str topic) {
    sz_str own = w->o.topic;
    return topic.n > own.n + 1 && memcmp(topic.p, own.p, own.n) == 0 && topic.p[own.n] == '/';
}

static void hold_other_number(sz_worker *w, uint32_t parts) {
    worker_hold(
        w, SZ_IO,
        "the number of partitions of %.*s is %u, and its state was made for %u: students would change partitions. Go "
        "back to that number, or stop all workers and run `sanzao state repartition`",
        "%.*s 有 %u 个分区，而它的状态是按 %u 个分区建立的：学生会换分区。请改回原来的数目，或停掉所有工作者后运行 "
        "`sanzao state repartition`",
        SZ_FMT_STR(w->o.topic), w->o.parts, parts);
}

static void on_missing(sz_worker *w) {
    if (w->o.parts_before && w->o.parts_before != w->o.parts) {
        hold_other_number(w, w->o.parts_before);
        return;
    }
    if (w->group_offset < 0) {
        worker_fail(w, SZ_IO, "there is no state yet", "还没有这份状态");
        return;
    }
    worker_fail(
        w, SZ_IO,
        "the group has read %.*s, partition %u, up to offset %lld, but the store holds no state of it: it is empty "
        "or the wrong one. Point to the right store or restore it, or begin anew with --new-state",
        "消费组已把 %.*s 的分区 %u 读到位置 %lld，但存储里没有它的状态：存储是空的，或者不是这一个。请指向正确的存储或恢复它，"
        "或者用 --new-state 重新开始",
        SZ_FMT_STR(w->o.topic), w->o.partition, (long long)w->group_offset);
}

/* A state of newer rules or a newer campus (trap 14). Another partition's count of them may lag: what says so is what
 * they are. */
static void on_newer(sz_worker *w, const sz_msg *m) {
    const sz_header *h = m->header;
    bool is_same = h && (!h->body.n || header_is_ours(w, h->body));
    if (h && h->fmt <= SZ_STATE_FORMAT && is_same) {
        acquire(w, h->bundle_ver);
        return;
    }
    if (switch_if_asked(w)) return;
    if (h && h->fmt <= SZ_STATE_FORMAT)
        worker_hold(
            w, SZ_REFUSED,
            "this state has gone on under newer rules or a newer campus folder (number %llu, here %llu): give this "
            "worker the same files and have them read again",
            "这份状态已在更新的规则或校园数据下继续（编号 %llu，这里是 %llu）：请给这个工作者同样的文件，并让它重新读取",
            (unsigned long long)h->bundle_ver, (unsigned long long)ver_to_show(w));
    else worker_hold_told(w, SZ_REFUSED, "this state cannot be read by this version", "这个版本不能读这份状态", m);
}

static void on_mismatch(sz_worker *w, const sz_msg *m) {
    if (w->is_log && m->header && is_on_its_way(w, m->header->topic)) {
        worker_hold(
            w, SZ_IO,
            "the state of %.*s is being put over another number of partitions: stop all workers, and let `sanzao "
            "state repartition` come to its end (run it again where it was cut off)",
            "%.*s 的状态正在按另一个分区数重新分配：请停掉所有工作者，让 `sanzao state repartition` 执行完"
            "（若被中断，请再运行一次）",
            SZ_FMT_STR(w->o.topic));
        return;
    }
    if (w->is_log && m->header && sz_str_eq(m->header->topic, w->o.topic)) hold_other_number(w, m->header->parts);
    else worker_hold_told(w, SZ_IO, "this state cannot go on here", "这份状态不能在这里继续", m);
}

void on_acquired(sz_worker *w, const sz_msg *m) {
    w->store_busy = false;
    bool is_ours = (m->answer == SZ_ANS_OK || m->answer == SZ_ANS_NEW) && m->header;
    if (is_ours) on_ours(w, m);
    if (w->start_wanted) {
        start(w);
        return;
    }
    if (is_ours || w->state != SZ_WK_ACQUIRING) return;
    switch (m->answer) {
    case SZ_ANS_MISSING: on_missing(w); return;
    case SZ_ANS_MISMATCH: on_mismatch(w, m); return;
    case SZ_ANS_NEWER: on_newer(w, m); return;
    case SZ_ANS_UNKNOWN:
        w->op.unknown++;
        start_later(w, m);
        return;
    default: worker_fail_told(w, SZ_IO, "the state cannot be used", "状态无法使用", m); return;
    }
}

/* ---- CHUNK ---- */

void on_chunk(sz_worker *w, const sz_msg *m) {
    w->store_busy = false;
    if (w->start_wanted) {
        start(w);
        return;
    }
    if (w->state != SZ_WK_LOADING) return;
    switch (m->answer) {
    case SZ_ANS_OK: break;
    case SZ_ANS_REFUSED: /* under another name: somebody has acquired it, or the store was rolled back */
        if (!w->is_log) {
            worker_fail_told(w, SZ_IO, "the state changed while it was read", "读取时状态发生了变化", m);
            return;
        }
        w->op.refused++;
        w->was_refused = true;
        start(w);
        return;
    case SZ_ANS_UNKNOWN:
        w->op.unknown++;
        start_later(w, m);
        return;
    default: worker_fail_told(w, SZ_IO, "the state cannot be read", "状态无法读取", m); return;
    }
    load_chunk(w, m);
    if (w->state != SZ_WK_LOADING) return;
    if (m->chunk != SZ_CHUNK_END) {
        load(w, false);
        return;
    }
    load_end(w, false);
}
