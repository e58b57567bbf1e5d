/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao test: the tests that stand in the rules (semantics 38).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd_common.h"
#include "commands.h"
#include "ruletest/rule_test.h"
#include "views/findings.h"

typedef struct tally {
    const sz_inputs *in;
    uint32_t passed, failed, rules, tested;
    sz_buf text; /* of the failures */
    sz_buf seen; /* of the clauses that were seen only one way */
    sz_lang lang;
    bool as_json;
} tally;

static void put_when(sz_buf *out, int32_t day, int32_t ms) {
    if (ms == SZ_DAY_MS - 1) sz_buf_printf(out, "d%d 24:00", day + 1);
    else sz_buf_printf(out, "d%d %02d:%02d", day + 1, ms / 3600000, ms / 60000 % 60);
}

static void put_event(sz_buf *out, uint8_t what, uint8_t level, sz_str why) {
    sz_str word = what == SZ_TEST_RESOLVES ? why : sz_str_of(sz_level_names[level]);
    sz_buf_printf(out, "%s%s%.*s", sz_test_whats[what], word.n ? " " : "", SZ_FMT_STR(word));
}

static void put_place(sz_buf *out, sz_span at) {
    uint32_t line = 0, col = 0;
    if (at.src) sz_source_locate(at.src, at.off, &line, &col);
    sz_buf_printf(out, "%s:%u", at.src ? at.src->name : "", line);
}

/* ---- text ---- */

static void put_label(sz_buf *out, bool is_expected, sz_lang lang) {
    static const char *const labels[2][2] = {{"      got       ", "      expected  "},
                                             {"      实际  ", "      期望  "}};
    sz_buf_put_z(out, labels[lang == SZ_ZH][is_expected]);
}

static bool is_inside(sz_str s, size_t at) { return at < s.n && ((uint8_t)s.p[at] & 0xC0) == 0x80; }

/* Under what was said: from where it leaves the other to where the two meet again. */
static void put_carets(sz_buf *out, sz_str want, sz_str got, sz_lang lang) {
    size_t from = 0, behind = 0, most = want.n < got.n ? want.n : got.n;
    while (from < most && want.p[from] == got.p[from]) from++;
    while (from && is_inside(got, from)) from--;
    while (behind < most - from && want.p[want.n - 1 - behind] == got.p[got.n - 1 - behind]) behind++;
    while (behind && is_inside(got, got.n - behind)) behind--;
    size_t cells = sz_text_width((sz_str){got.p + from, got.n - behind - from});
    sz_buf_printf(out, "%*s", (int)(sz_text_width((sz_str){got.p, from}) + (lang == SZ_ZH ? 12 : 16)), "");
    for (size_t i = 0; i < cells || i == 0; i++) sz_buf_put_u8(out, '^');
    sz_buf_put_u8(out, '\n');
}

static void put_texts(sz_buf *out, const sz_test_expect *e, const sz_test_said *s, sz_lang lang) {
    const struct { sz_str want, got; } texts[] = {{e->zh, s->zh}, {e->en, s->en}};
    for (size_t i = 0; i < 2; i++) {
        if (!texts[i].want.n || sz_str_eq(texts[i].want, texts[i].got)) continue;
        put_label(out, true, lang);
        sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(texts[i].want));
        put_label(out, false, lang);
        sz_buf_printf(out, "%.*s\n", SZ_FMT_STR(texts[i].got));
        put_carets(out, texts[i].want, texts[i].got, lang);
    }
}

static void put_unmet(sz_buf *out, const sz_test_expect *e, sz_lang lang) {
    put_label(out, true, lang);
    put_when(out, e->day, e->ms);
    sz_buf_put_z(out, "  ");
    put_event(out, e->what, e->level, e->why);
    sz_buf_put_u8(out, '\n');
}

static void put_nothing(sz_buf *out, const sz_rule_test *t, sz_lang lang) {
    put_label(out, false, lang);
    sz_buf_put_z(out, lang == SZ_ZH ? "直到 " : "nothing until ");
    put_when(out, t->until_day, t->until_ms);
    sz_buf_put_z(out, lang == SZ_ZH ? " 什么也没有\n" : "\n");
}

static void put_failure(tally *y, const sz_rule *r, const sz_rule_test *t, const sz_test_result *o) {
    sz_buf *out = &y->text;
    bool zh = y->lang == SZ_ZH, any = false;
    const sz_test_expect *unmet = NULL; /* the first one */
    sz_buf_printf(out, zh ? "失败  %.*s › %.*s  " : "FAIL  %.*s › %.*s  ", SZ_FMT_STR(r->id), SZ_FMT_STR(t->name));
    put_place(out, t->span);
    sz_buf_put_u8(out, '\n');
    if (o->refused) {
        sz_buf_printf(out, "      %s\n", zh ? o->refused_zh : o->refused);
        return;
    }
    for (uint32_t i = 0; i < t->n_expects; i++) {
        if (!o->was_met[i]) {
            put_unmet(out, &t->expects[i], y->lang);
            if (!unmet) unmet = &t->expects[i];
        } else if (o->instead[i]) put_texts(out, &t->expects[i], o->instead[i], y->lang);
    }
    for (uint32_t k = 0; k < o->n_said; k++) {
        const sz_test_said *s = &o->said[k];
        if (s->is_expected && !(unmet && s->what == SZ_TEST_RESOLVES && s->day >= t->first_day)) continue;
        put_label(out, false, y->lang);
        put_when(out, s->day, s->ms);
        sz_buf_put_z(out, "  ");
        put_event(out, s->what, s->level, s->why);
        sz_buf_put_u8(out, '\n');
        any = true;
    }
    if (unmet && !any) put_nothing(out, t, y->lang);
    if (unmet) sz_test_because(out, y->in, r, t, unmet, y->lang);
}

/* ---- JSON ---- */

static void json_line(sz_buf *out, bool is_first, int32_t day, int32_t ms, uint8_t what, uint8_t level, sz_str why) {
    sz_buf text;
    sz_buf_init(&text);
    put_when(&text, day, ms);
    sz_buf_put_u8(&text, ' ');
    put_event(&text, what, level, why);
    if (!is_first) sz_buf_put_u8(out, ',');
    sz_json_str(out, sz_buf_str(&text));
    sz_buf_fini(&text);
}

static void json_failure(tally *y, const sz_rule *r, const sz_rule_test *t, const sz_test_result *o) {
    sz_buf *out = &y->text;
    uint32_t line = 0, col = 0, n = 0;
    if (t->span.src) sz_source_locate(t->span.src, t->span.off, &line, &col);
    sz_buf_put_z(out, out->n ? ",{\"rule\":" : "{\"rule\":");
    sz_json_str(out, r->id);
    sz_buf_put_z(out, ",\"test\":");
    sz_json_str(out, t->name);
    sz_buf_put_z(out, ",\"file\":");
    sz_json_str(out, sz_str_of(t->span.src ? t->span.src->name : ""));
    sz_buf_printf(out, ",\"line\":%u,\"expected\":[", line);
    for (uint32_t i = 0; i < t->n_expects; i++)
        if (!o->was_met[i] || o->instead[i])
            json_line(out, n++ == 0, t->expects[i].day, t->expects[i].ms, t->expects[i].what, t->expects[i].level,
                      t->expects[i].why);
    sz_buf_put_z(out, "],\"got\":[");
    n = 0;
    for (uint32_t k = 0; k < o->n_said; k++)
        if (o->said[k].day >= t->first_day)
            json_line(out, n++ == 0, o->said[k].day, o->said[k].ms, o->said[k].what, o->said[k].level, o->said[k].why);
    sz_buf_put_z(out, "]}");
}

/* ---- clauses ---- */

static const struct {
    const char *json, *en, *zh;
} nevers[] = {
    [SZ_NEVER_TRUE] = {"true", "never true", "从未为真"},
    [SZ_NEVER_FALSE] = {"false", "never false", "从未为假"},
    [SZ_NEVER_KNOWN] = {"known", "never known", "从未有值"},
};

/* One below the other, the first behind what the list is. */
static void put_clause(tally *y, const sz_rule *r, sz_str clause, sz_test_never never) {
    static const char *const heads[2] = {"clauses seen only one way:  ", "只见过一种结果的条件："};
    sz_str head = sz_str_of(heads[y->lang == SZ_ZH]);
    if (y->seen.n) sz_buf_printf(&y->seen, "%*s", (int)sz_text_width(head), "");
    else sz_buf_put_str(&y->seen, head);
    sz_buf_printf(&y->seen, "%.*s  %.*s  %s   ", SZ_FMT_STR(r->id), SZ_FMT_STR(clause),
                  y->lang == SZ_ZH ? nevers[never].zh : nevers[never].en);
    put_place(&y->seen, r->span);
    sz_buf_put_u8(&y->seen, '\n');
}

static void json_clause(tally *y, const sz_rule *r, sz_str clause, sz_test_never never) {
    sz_buf *out = &y->seen;
    sz_buf_put_z(out, out->n ? ",{\"rule\":" : "{\"rule\":");
    sz_json_str(out, r->id);
    sz_buf_put_z(out, ",\"clause\":");
    sz_json_str(out, clause);
    sz_buf_printf(out, ",\"never\":\"%s\"}", nevers[never].json);
}

static void put_clauses(tally *y, const sz_rule *r, const sz_test_seen *seen) {
    uint32_t at = 0;
    sz_str clause;
    sz_test_never never;
    while (sz_test_seen_next(seen, &at, &clause, &never)) (y->as_json ? json_clause : put_clause)(y, r, clause, never);
}

/* ---- all ---- */

static void run_rule(tally *y, uint32_t number) {
    const sz_rule *r = &y->in->bundle->rules[number];
    sz_test_seen seen;
    sz_test_seen_init(&seen, r, number);
    y->rules++;
    y->tested += r->n_tests > 0;
    for (uint32_t i = 0; i < r->n_tests; i++) {
        sz_test_result o;
        sz_rule_test_run(y->in, &r->tests[i], &seen, &o);
        if (o.is_passed) y->passed++;
        else {
            y->failed++;
            (y->as_json ? json_failure : put_failure)(y, r, &r->tests[i], &o);
        }
        sz_test_result_fini(&o);
    }
    if (r->n_tests) put_clauses(y, r, &seen);
    sz_test_seen_fini(&seen);
}

static void print(const tally *y) {
    sz_buf out;
    sz_buf_init(&out);
    if (y->as_json)
        sz_buf_printf(&out,
                      "{\"schema\":1,\"passed\":%u,\"failed\":%u,\"rules\":%u,\"rules_with_tests\":%u,\"failures\":[",
                      y->passed, y->failed, y->rules, y->tested);
    sz_buf_put_str(&out, sz_buf_str(&y->text));
    if (y->as_json) {
        sz_buf_put_z(&out, "],\"seen_one_way\":[");
        sz_buf_put_str(&out, sz_buf_str(&y->seen));
        sz_buf_put_z(&out, "]}\n");
    } else {
        sz_buf_printf(&out,
                      y->lang == SZ_ZH ? "%u 个失败，%u 个通过 · 有测试的规则 %u 条，共 %u 条\n"
                                       : "%u failed, %u passed · %u of %u rules have a test\n",
                      y->failed, y->passed, y->tested, y->rules);
        sz_buf_put_str(&out, sz_buf_str(&y->seen));
    }
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
}

int sz_job_test(const sz_job *job, bool as_json) {
    sz_diags d;
    sz_inputs in;
    tally y = {.in = &in, .lang = job->lang, .as_json = as_json};
    sz_diags_init(&d);
    sz_status s = sz_inputs_load(job, &d, &in);
    if (d.n_errors || s != SZ_OK) {
        if (as_json && s != SZ_OK) cmd_findings_json(&d, 0, job->lang);
        else sz_diags_show(&d, job->lang);
    }
    if (s == SZ_OK) {
        sz_buf_init(&y.text);
        sz_buf_init(&y.seen);
        for (uint32_t i = 0; i < in.bundle->n_rules; i++) {
            sz_bundle_only(in.bundle, i, in.types);
            run_rule(&y, i);
        }
        print(&y);
        sz_buf_fini(&y.text);
        sz_buf_fini(&y.seen);
        if (y.failed) s = SZ_FINDINGS;
    }
    sz_inputs_fini(&in);
    sz_diags_fini(&d);
    return sz_exit_of(s);
}

int cmd_test(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(
        &c, SZ_FOR_TEST, "usage: sanzao test [RULES] [--campus DIR] [--json]\n\nRuns the `tests:` of each rule.",
        "用法：sanzao test [规则文件夹] [--campus 文件夹] [--json]\n\n运行每条规则里的 `tests:`。", argc, argv);
    if (code < 0) {
        sz_job job;
        cmd_job(&c, &job);
        job.with_tests = true;
        if (c.n_rest == 1) job.rules = c.rest[0];
        if (c.n_rest <= 1) code = sz_job_test(&job, c.num[SZ_O_JSON] != 0);
        else {
            fputs(c.lang == SZ_ZH ? "用法：sanzao test [规则文件夹]，一次一个文件夹\n"
                                  : "usage: sanzao test [RULES], one folder of rules at a time\n",
                  stderr);
            code = 2;
        }
    }
    sz_config_fini(&c);
    return code;
}
