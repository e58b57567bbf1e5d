/* SPDX-License-Identifier: Apache-2.0
 *
 * Counters of a live run, as one line of the log.
 */
#include "host/env.h"
#include "host/log.h"
#include "live_roster.h"
#include "live_stats.h"
#include "views/words.h"

static void add(live_counts *to, const live_counts *c) {
    to->read += c->read;
    to->used += c->used;
    to->duplicate += c->duplicate;
    to->dead += c->dead;
    to->control += c->control;
    for (int i = 0; i < SZ_N_REASONS; i++) to->dead_by[i] += c->dead_by[i];
    for (int i = 0; i < SZ_N_ALERT_EVENTS; i++) to->alerts[i] += c->alerts[i];
    to->commits += c->commits;
    to->refused += c->refused;
    to->rolled_back += c->rolled_back;
    to->gap += c->gap;
    to->moved += c->moved;
    to->part_waits += c->part_waits;
    to->parts_missing += c->parts_missing;
    to->part_wait_ms += c->part_wait_ms;
    to->moved_dead += c->moved_dead;
    to->settled += c->settled;
    to->settle_sum_ms += c->settle_sum_ms;
    if (c->settle_max_ms > to->settle_max_ms) to->settle_max_ms = c->settle_max_ms;
    to->lag += c->lag;
    to->outbox += c->outbox;
    to->partitions += c->partitions;
    to->held += c->held;
    to->backing_off += c->backing_off;
    if (c->oldest_ms < to->oldest_ms) to->oldest_ms = c->oldest_ms;
}

/* For programs, and for people in both languages. */
typedef struct line {
    sz_buf fields, en, zh;
} line;

static void put(line *l, const char *name, const char *zh, int64_t n) {
    sz_buf_printf(&l->fields, "%s\"%s\":%lld", l->fields.n ? "," : "", name, (long long)n);
    sz_buf_printf(&l->en, "%s%s %lld", l->en.n ? ", " : "stats: ", name, (long long)n);
    sz_buf_printf(&l->zh, "%s%s %lld", l->zh.n ? "，" : "计数：", zh, (long long)n);
}

static void put_dead(line *l, const live_counts *c) {
    bool any = false;
    sz_buf_put_z(&l->fields, ",\"dead_letter_by\":{");
    for (int i = 0; i < SZ_N_REASONS; i++) {
        if (!c->dead_by[i]) continue;
        const char *name = sz_reason_names[i];
        unsigned long long n = c->dead_by[i];
        sz_buf_printf(&l->fields, "%s\"%s\":%llu", any ? "," : "", name, n);
        sz_buf_printf(&l->en, "%s%s %llu", any ? ", " : " (", name, n);
        sz_buf_printf(&l->zh, "%s%s %llu", any ? "，" : "（", app_word(SZ_WORDS_DEAD, name, SZ_ZH), n);
        any = true;
    }
    sz_buf_put_u8(&l->fields, '}');
    if (any) sz_buf_put_u8(&l->en, ')'), sz_buf_put_z(&l->zh, "）");
}

void live_stats_log(live *run) {
    live_counts c = {.oldest_ms = SZ_TIME_MAX};
    pthread_mutex_lock(&run->mutex);
    for (uint32_t i = 0; i < run->n_members; i++) add(&c, &run->members[i]->counts);
    pthread_mutex_unlock(&run->mutex);
    int64_t delay = c.oldest_ms == SZ_TIME_MAX ? 0 : sz_wall_ms() - c.oldest_ms;
    line l;
    sz_buf *bufs[] = {&l.fields, &l.en, &l.zh};
    for (int i = 0; i < 3; i++) sz_buf_init(bufs[i]);
    put(&l, "partitions", "分区", c.partitions);
    put(&l, "held", "停住", c.held);
    put(&l, "backing_off", "等待存储", c.backing_off);
    put(&l, "lag", "未读", c.lag);
    put(&l, "delay_ms", "延迟毫秒", delay);
    put(&l, "read", "读取", (int64_t)c.read);
    put(&l, "used", "采用", (int64_t)c.used);
    put(&l, "duplicate", "重复", (int64_t)c.duplicate);
    put(&l, "control", "控制", (int64_t)c.control);
    put(&l, "dead_letter", "死信", (int64_t)c.dead);
    put_dead(&l, &c);
    put(&l, "gone_from_roster", "不在名单", live_roster_gone(run));
    put(&l, "commits", "提交", (int64_t)c.commits);
    put(&l, "refused", "被拒提交", (int64_t)c.refused);
    put(&l, "rolled_back", "存储回退", (int64_t)c.rolled_back);
    put(&l, "gap", "缺失", (int64_t)c.gap);
    put(&l, "moved", "改归他人", (int64_t)c.moved);
    put(&l, "moved_dead_letter", "改归死信", (int64_t)c.moved_dead);
    put(&l, "peers_waits", "同伴等待次数", (int64_t)c.part_waits);
    put(&l, "peers_wait_ms", "同伴等待毫秒", c.part_wait_ms);
    put(&l, "peers_missing", "同伴缺少分区", (int64_t)c.parts_missing);
    put(&l, "outbox", "待发预警", (int64_t)c.outbox);
    put(&l, "settled", "已稳定", (int64_t)c.settled);
    put(&l, "settle_mean_ms", "平均稳定毫秒", c.settled ? c.settle_sum_ms / (int64_t)c.settled : 0);
    put(&l, "settle_max_ms", "最长稳定毫秒", c.settle_max_ms);
    sz_log_told(SZ_NOTE, "stats", sz_buf_str(&l.en), sz_buf_str(&l.zh), sz_buf_str(&l.fields));
    for (int i = 0; i < 3; i++) sz_buf_fini(bufs[i]);
}
