/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run that was stopped could not bring to its end, because the state or the brokers did not answer: the next
 * start has it all, and whoever stopped the run is to know.
 */
#include "left_view.h"

#include "codes.h"

void left_add(sz_left_sum *to, const sz_left *from) {
    to->records += from->records;
    to->alerts += from->alerts;
    to->unseen += from->is_unseen;
}

static sz_diag *add_unseen(sz_diags *d, const sz_left_sum *left, bool has_parts) {
    if (!has_parts)
        return sz_diags_add(d, SZ_WARNING, APP_CODE_LEFT, (sz_span){0},
                            "stopped before the state was loaded: nothing was read",
                            "停止时状态还没有载入：没有读入任何记录");
    return sz_diags_add(d, SZ_WARNING, APP_CODE_LEFT, (sz_span){0},
                        "stopped before the state of %u partitions was loaded: nothing was read of these",
                        "停止时有 %u 个分区的状态还没有载入：这些分区没有读入任何记录", left->unseen);
}

void left_view(sz_diags *d, const sz_left_sum *left, bool has_parts) {
    sz_diag *g = NULL;
    if (left->unseen) g = add_unseen(d, left, has_parts);
    if (left->records || left->alerts)
        g = sz_diags_add(
            d, SZ_WARNING, APP_CODE_LEFT, (sz_span){0},
            "stopped, and the next start goes on with it: records that were read and are not in the state: %llu; "
            "alerts in the state that were not sent: %llu. Nothing is lost",
            "已停止，留给下次启动的：已读而未写入状态的记录 %llu 条；状态里尚未发出的预警 %llu 条。没有丢失",
            (unsigned long long)left->records, (unsigned long long)left->alerts);
    if (!g) return;
    sz_diag_hint(
        d, g,
        "start it again, as it was, once the state and the brokers answer: those records are read again (the "
        "summary of this run has them, and that of the next one too), and those alerts are sent then",
        "等状态存储和消息服务恢复应答后，照原样再启动：这些记录会重新读取（本次和下次的汇总都会计入），这些预警会在那时发出");
}
