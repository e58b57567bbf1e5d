/* SPDX-License-Identifier: Apache-2.0 */
#include "amiss.h"

#include "codes.h"
#include "job/roster.h"
#include "views/words.h"

enum { LEAST = 10, SHARE = 20 };

static void after_until(const sz_job *job, unsigned long long n, sz_diags *d) {
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_AFTER_UNTIL, (sz_span){0},
        n == 1 ? "dead letters (future_time): %1$llu record is later than 24 h after --until %2$s, or than its own "
                 "`collected`"
               : "dead letters (future_time): %1$llu records are later than 24 h after --until %2$s, or than their own "
                 "`collected`",
        "有 %1$llu 条记录比 --until %2$s 晚 24 小时以上，或晚于它自己的 collected，成为死信（future_time）", n,
        job->until);
    sz_diag_hint(d, g, "give a later --until, or leave it out", "请给出更晚的 --until，或者不写");
}

/* The files count as read all the same: nothing but this would tell why nobody is seen any more. */
static void after_clock(int64_t limit_ms, const sz_zone *z, unsigned long long n, sz_diags *d) {
    char clock[40];
    sz_time_format(z, (limit_ms - SZ_DAY_MS) / SZ_SECOND_MS * SZ_SECOND_MS, clock);
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_AFTER_CLOCK, (sz_span){0},
        n == 1 ? "dead letters (future_time): %1$llu record is later than 24 h after this machine's clock (%2$s), or "
                 "than its own `collected`"
               : "dead letters (future_time): %1$llu records are later than 24 h after this machine's clock (%2$s), or "
                 "than their own `collected`",
        "有 %1$llu 条记录比本机时钟（%2$s）晚 24 小时以上，或晚于它自己的 collected，成为死信（future_time）", n,
        clock);
    sz_diag_hint(d, g,
                 "if that clock is wrong, set it and give the same files under another name; else look at the clock "
                 "of what made the records",
                 "如果本机时钟不对，请校准后把同样的文件换一个文件名再给一次；否则请检查产生这些记录的设备的时钟");
}

void run_tell_future(const sz_job *job, const sz_worker *w, const sz_zone *z, sz_diags *d) {
    uint64_t n = sz_worker_counters(w)->dead_by[SZ_FUTURE_TIME];
    if (!n) return;
    if (job->until) after_until(job, n, d);
    else after_clock(sz_worker_limit(w), z, n, d);
}

static void hint_of_id(sz_diags *d, sz_diag *g) {
    sz_diag_hint(
        d, g,
        "does the id begin at 1 again in each file? Then leave `id` out of the mapping, or make it of several "
        "`columns`. Do two systems number their records alike? An id counts within its `source`: give each "
        "system one of its own",
        "编号是否在每个文件里都从 1 开始？那就不写 id，或用 columns 由几列合成。两个系统的记录编号是否相同？id "
        "只在同一个 source 之内唯一：请给每个系统写不同的 source");
}

static void hint_of_late(sz_diags *d, sz_diag *g) {
    sz_diag_hint(
        d, g,
        "the first weeks of several systems, one after the other: begin anew with another --state and --alerts, "
        "and give all these runs --lateness and --horizon as long as the files reach back (40d). So too after "
        "a first run that went wrong. Nightly runs go without",
        "第一次导入几个系统几周的历史、一个接一个地读：请换新的 --state 和 --alerts 重新开始，这几次运行都写上同文件跨度一样长的 "
        "--lateness 和 --horizon（如 40d）；第一次运行出了错也是如此。以后每晚的运行不必写");
}

/* Of records from the future, and where many are too late, a warning of their own says what to do. */
static void hint(sz_diags *d, sz_diag *g, int most, bool is_late_told) {
    if (most == SZ_UNKNOWN_CARD) sz_roster_hint_card(d, g);
    else if (most == SZ_UNKNOWN_STUDENT) sz_roster_hint_student(d, g);
    else if (most == SZ_BAD_JSON)
        sz_diag_hint(
            d, g,
            "each line is to be one JSON object: `jq -c .` makes such lines of objects over several lines, "
            "`jq -c '.[]'` of a list, `jq -c '.data.list[]'` of what an API gave with the list in it",
            "每一行应当是一个 JSON 对象：跨多行的对象用 jq -c . 转成这样的行，列表用 jq -c '.[]'，接口返回的、列表在里面的用 "
            "jq -c '.data.list[]'");
    else if (most == SZ_MISSING_FIELD)
        sz_diag_hint(
            d, g,
            "the dead letters say of each what is missing; mend the mapping or the campus folder. What an API "
            "gave holds its records in a list: `jq -c '.data.list[]'` makes lines of them (the dead letter has "
            "the path)",
            "每条死信都写明了缺什么；请改正映射或校园数据。接口返回的结果里，记录在列表中：用 jq -c '.data.list[]' "
            "转成一行一条（死信里有实际的路径）");
    else if (most == SZ_CONFLICTING_DUPLICATE) hint_of_id(d, g);
    else if (most == SZ_TOO_LATE && !is_late_told) hint_of_late(d, g);
    else if (most != SZ_TOO_LATE && most != SZ_FUTURE_TIME)
        sz_diag_hint(d, g, "the dead letters say of each what is missing; mend the mapping or the campus folder",
                     "每条死信都写明了缺什么；请改正映射或校园数据");
}

/* The files would be given once more, and most of their records be too late for it. */
static void hint_of_state(sz_diags *d, sz_diag *g) {
    const char *en = "then begin with a new state: this one has gone on to --until, and takes nothing that is older "
                     "than --lateness before it";
    const char *zh = "改正后请用新的状态重新开始：这份状态已走到 --until，比它早 --lateness 以上的记录不会再收";
    const char *first = g->hint, *first_zh = g->hint_zh; /* a new hint takes both away */
    sz_diag_hint(d, g, first ? "%s; %s" : "%s%s", NULL, first ? first : "", en);
    g->hint_zh = sz_arena_printf(&d->arena, first_zh ? "%s；%s" : "%s%s", first_zh ? first_zh : "", zh);
}

typedef struct so_far {
    bool is_new, is_late_told; /* a state that began with this run and has gone on to --until; SZ482 is told */
} so_far;

/* `input` NULL: of all. */
static void nothing_used(so_far is, sz_diags *d, const char *input, const uint64_t dead_by[]) {
    uint64_t n = 0;
    int most = 0;
    for (int i = 0; i < SZ_N_REASONS; i++) {
        n += dead_by[i];
        if (dead_by[i] > dead_by[most]) most = i;
    }
    const char *of = input ? input : "", *name = sz_reason_names[most];
    unsigned long long all = n, of_it = dead_by[most];
    const char *en = "the only record could not be used: it is", *zh = "唯一的一条记录不可用：";
    if (n > 1) {
        en = sz_arena_printf(&d->arena, "not one of %llu records could be used: %llu of them", all, of_it);
        zh = sz_arena_printf(&d->arena, "%llu 条记录没有一条可用：其中 %llu 条 ", all, of_it);
    }
    sz_diag *g = sz_diags_add(d, SZ_WARNING, APP_CODE_NOTHING_USED, (sz_span){0}, "%s%s%s %s (%s)", NULL, of,
                              input ? ": " : "", en, name, app_word(SZ_WORDS_DEAD, name, SZ_EN));
    g->message_zh = sz_arena_printf(&d->arena, "%s%s%s%s（%s）", of, input ? "：" : "", zh, name,
                                    app_word(SZ_WORDS_DEAD, name, SZ_ZH));
    hint(d, g, most, is.is_late_told);
    if (is.is_new && most != SZ_FUTURE_TIME && most != SZ_TOO_LATE) hint_of_state(d, g);
}

/* Some files' numbers may be new by chance, so not one input needs to be without a record that could be used. */
static void same_ids(sz_diags *d, uint64_t n) {
    sz_diag *g = sz_diags_add(d, SZ_WARNING, APP_CODE_SAME_ID, (sz_span){0},
                              "dead letters (conflicting_duplicate): %llu records have an id that another record has "
                              "already, with another content",
                              "死信（conflicting_duplicate）：有 %llu 条记录的编号与别的记录相同，内容却不同",
                              (unsigned long long)n);
    hint_of_id(d, g);
}

static void too_late(sz_diags *d, uint64_t n) {
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_TOO_LATE, (sz_span){0},
        "dead letters (too_late): %llu records are older than what is taken any more, by --lateness or --horizon",
        "死信（too_late）：有 %llu 条记录太旧，按 --lateness 或 --horizon 已不再收", (unsigned long long)n);
    hint_of_late(d, g);
}

/* Of the records of an input, none of which was used. A few may be chance; where there are more, it is the mapping or
 * the campus. What is no record at all is never chance: a page of an API is one line. */
static bool is_amiss(const uint64_t dead_by[]) {
    uint64_t n = 0;
    for (int i = 0; i < SZ_N_REASONS; i++) n += dead_by[i];
    return n >= LEAST || (n && n == dead_by[SZ_MISSING_FIELD] + dead_by[SZ_BAD_JSON]);
}

void run_tell_unused(const sz_job *job, bool is_new, const sz_worker *w, const sz_tally *t, sz_diags *d) {
    const sz_counters *n = sz_worker_counters(w);
    uint64_t conflicting = n->dead_by[SZ_CONFLICTING_DUPLICATE], late = n->dead_by[SZ_TOO_LATE];
    so_far is = {.is_new = is_new && job->until, .is_late_told = late >= LEAST && late > n->used / SHARE};
    size_t before = d->n;
    const char *input;
    const uint64_t *dead_by;
    for (uint32_t at = 0; t && sz_tally_next_unused(t, &at, 1, &input, &dead_by);)
        if (is_amiss(dead_by)) nothing_used(is, d, input, dead_by);
    if (!t && !n->used && !n->duplicate && is_amiss(n->dead_by)) nothing_used(is, d, NULL, n->dead_by);
    const sz_nobody nobody = {n->used + n->dead, n->dead_by[SZ_UNKNOWN_STUDENT], n->dead_by[SZ_UNKNOWN_CARD]};
    if (d->n == before) sz_roster_tell_nobody(&nobody, LEAST, d);
    if (d->n == before && conflicting >= LEAST && conflicting > n->used / SHARE) same_ids(d, conflicting);
    if (is.is_late_told) too_late(d, late);
    sz_writings writings;
    sz_worker_written_otherwise(w, &writings);
    sz_roster_tell_writings(&writings, d);
}
