/* SPDX-License-Identifier: Apache-2.0 */
#include "roster.h"

#include "codes.h"

enum { LEAST = 5, SHARE = 5 /* a fifth */, MAY = 5 };

bool sz_roster_is_odd(uint64_t n, uint64_t of) { return n >= LEAST && n * SHARE >= of; }

bool sz_roster_tell_gone(const sz_gone *gone, sz_diags *d) {
    if (!sz_roster_is_odd(gone->n, gone->of)) return false;
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_ROSTER, (sz_span){0},
        "%1$u of %2$u students who had records in the last two weeks are not in students.csv any more: is the list "
        "cut short, or another campus's?",
        "最近两周有记录的 %2$u 名学生中，有 %1$u 名已不在 students.csv 里：名单是否导出不全，或是别的校区的？", gone->n,
        gone->of);
    sz_diag_hint(
        d, g,
        "nothing is told of them, and their records become dead letters (unknown_student), until their rows "
        "are back; who has left keeps his row, with a `status`",
        "在他们的行补回之前，不会对他们预警，他们的记录成为死信（unknown_student）；已离校的学生请保留其行，用“状态”注明");
    return true;
}

/* ---- one list in the other's place ---- */

/* Who is watched, and will not have left by then; where nothing says how long the studies are, the shortest. */
static bool is_to_stay(const sz_student *s, int year, int month) {
    enum { SHORTEST = 3 };
    int leaves = s->entry_year + (s->years ? s->years : SHORTEST);
    return s->status == SZ_ACTIVE && (!s->entry_year || leaves > year || (leaves == year && month < MAY));
}

static void refuse(uint64_t n, uint64_t of, sz_diags *d) {
    sz_diag *g = sz_diags_add(
        d, SZ_ERROR, APP_CODE_ROSTER, (sz_span){0},
        "%1$llu of %2$llu students of the list in force are not in the new students.csv: it is taken for one that was "
        "cut short, or another campus's",
        "现用名单的 %2$llu 名学生中，有 %1$llu 名不在新的 students.csv 里：看来名单导出不全，或是别的校区的",
        (unsigned long long)n, (unsigned long long)of);
    sz_diag_hint(
        d, g,
        "export it again, beside the old one, then rename it and send HUP; if it is right, stop the run and start it "
        "again: a start takes the list that is there",
        "请重新导出（先写成另一个文件，再改名替换），然后再发 HUP；如果名单确实如此，请停止后重新运行：启动时按现有名单");
}

sz_status sz_roster_replaces(const sz_campus *in_force, const sz_campus *next, int64_t now_ms, sz_diags *d) {
    int y, m, day;
    uint64_t n = 0, of = 0;
    if (sz_campus_is_empty(next)) return SZ_OK; /* warned of as such */
    sz_day_to_ymd(sz_zone_day(sz_campus_zone(in_force), now_ms), &y, &m, &day);
    for (uint32_t i = 0; i < sz_campus_n_students(in_force); i++) {
        const sz_student *s = sz_campus_student(in_force, i);
        if (!is_to_stay(s, y, m)) continue;
        of++;
        n += sz_campus_find_student(next, s->id) == SZ_NONE;
    }
    if (n < LEAST || 2 * n <= of) return SZ_OK;
    refuse(n, of, d);
    return SZ_FINDINGS;
}

/* ---- records of nobody ---- */

void sz_roster_hint_student(sz_diags *d, sz_diag *g) {
    sz_diag_hint(
        d, g,
        "are students written in students.csv as in the records? Zeros in front (pad), `.0` behind "
        "(match), or is it their cards that the records have (card): docs/mapping.md",
        "students.csv 与记录里的学号写法是否一致？前面的零用 pad，末尾的 .0 用 match；若记录里其实是卡号，写成 "
        "card，见 docs/mapping.md");
}

void sz_roster_hint_card(sz_diags *d, sz_diag *g) {
    sz_diag_hint(
        d, g,
        "are card numbers written in cards.csv as in the records? Zeros in front (pad), hexadecimal or "
        "reversed bytes (number): docs/mapping.md",
        "cards.csv 与记录里的卡号写法是否一致？前面的零用 pad，十六进制或字节倒序用 number，见 docs/mapping.md");
}

bool sz_roster_tell_nobody(const sz_nobody *n, uint64_t least, sz_diags *d) {
    uint64_t nobody = n->students + n->cards;
    if (nobody < least || 2 * nobody <= n->records) return false;
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_NOBODY, (sz_span){0},
        "most records are of nobody in the campus folder: of %1$llu, %2$llu name a student who is not in students.csv "
        "(unknown_student) and %3$llu a card that cards.csv does not know (unknown_card)",
        "大多数记录不属于校园数据里的任何人：%1$llu 条中，%2$llu 条的学号不在 students.csv（unknown_student），%3$llu "
        "条的卡号 cards.csv 里没有（unknown_card）",
        (unsigned long long)n->records, (unsigned long long)n->students, (unsigned long long)n->cards);
    if (n->cards > n->students) {
        sz_roster_hint_card(d, g);
        return true;
    }
    sz_diag_hint(
        d, g,
        "is students.csv cut short, or another campus's? Are students written there as in the records: zeros in front "
        "(pad), `.0` behind (match)? Or are these their cards (card): docs/mapping.md",
        "students.csv 是否导出不全，或是别的校区的？学号写法与记录里是否一致（前面的零用 pad，末尾的 .0 用 match）？"
        "还是记录里其实是卡号（card）？见 docs/mapping.md");
    return true;
}

/* ---- numbers that are written otherwise ---- */

static const struct {
    const char *en, *zh, *hint, *hint_zh;
} ways[SZ_N_WRITINGS] = {
    [SZ_ZEROS_IN_FRONT] =
        {"with other zeros in front", "前面的零不同",
         "a spreadsheet takes zeros in front away: export the column as text; where it is the "
         "records that lack them, `pad` puts them back (docs/mapping.md)",
         "电子表格会去掉前面的零：请把这一列按文本导出；若缺零的是记录，用映射的 pad 补（docs/mapping.md）"},
    [SZ_DOT_BEHIND] =
        {"with or without `.0` behind", "末尾的 .0 不同",
         "a number column was exported: make it text; where it is the records that have it, `match` takes "
         "it away (docs/mapping.md)",
         "这一列是按数字导出的：请改为文本；若带 .0 的是记录，用映射的 match 去掉（docs/mapping.md）"},
    [SZ_OTHER_SIGNS] = {
        "with other letters or signs", "字母或符号不同",
        "write them in students.csv as the records do; or let the mapping take the part that is alike "
        "(`match`), or put what lacks in front (`prefix`): docs/mapping.md",
        "请让 students.csv 与记录写法一致；或在映射里用 match 取相同的部分、用 prefix 补上前缀（docs/mapping.md）"}};

bool sz_roster_tell_writings(const sz_writings *n, sz_diags *d) {
    uint32_t most = 0, all = 0;
    for (uint32_t i = 0; i < SZ_N_WRITINGS; i++) {
        all += n->n[i];
        if (n->n[i] > n->n[most]) most = i;
    }
    if (!sz_roster_is_odd(all, n->n_looked)) return false;
    sz_diag *g = sz_diags_add(
        d, SZ_WARNING, APP_CODE_WRITING, (sz_span){0},
        "of %1$u student numbers in records that students.csv does not have, %2$u stand there otherwise written, most "
        "of them %3$s",
        NULL, n->n_looked, all, ways[most].en);
    g->message_zh =
        sz_arena_printf(&d->arena, "记录里不在 students.csv 的 %u 个学号中，有 %u 个其实在，只是写法不同，多为%s",
                        n->n_looked, all, ways[most].zh);
    sz_diag_hint(d, g, ways[most].hint, ways[most].hint_zh);
    return true;
}
