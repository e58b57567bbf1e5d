/* SPDX-License-Identifier: Apache-2.0
 *
 * sanzao alerts FILE|-: alert events for people, folded into what stands or as they came.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alert_shelf.h"
#include "cmd_common.h"
#include "codes.h"
#include "commands.h"
#include "host/files.h"
#include "run/run.h"
#include "views/alert_audience.h"
#include "views/alert_view.h"
#include "views/findings.h"
#include "views/words.h"

static void make_safe_text(char *p, size_t n) {
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t c = sz_utf8_next(p + i, n - i, &len);
        if (sz_utf8_is_unsafe(c)) memset(p + i, c == '\n' || c == '\r' || c == '\t' ? ' ' : '.', len);
    }
}

/* Ids and places are whatever the readers sent; a terminal gets no control characters of theirs. A document's values
 * stand one behind the other. */
static yyjson_doc *made_safe(yyjson_doc *doc) {
    yyjson_val *v = yyjson_doc_get_root(doc);
    for (size_t i = 0; v && i < yyjson_doc_get_val_count(doc); i++)
        if (yyjson_is_str(&v[i])) make_safe_text((char *)(uintptr_t)yyjson_get_str(&v[i]), yyjson_get_len(&v[i]));
    return doc;
}

/* Lines that are no alert events. */
typedef struct bad_lines {
    uint32_t n;
    uint64_t first;
} bad_lines;

/* They are counted, not hidden. */
static bad_lines read_lines(const sz_file *f, shelf *s, bool fold, bool as_json) {
    bad_lines bad = {0, 0};
    uint64_t line = 0;
    bool has_mark = f->n >= 3 && memcmp(f->p, "\xef\xbb\xbf", 3) == 0;
    for (size_t at = has_mark ? 3 : 0; at < f->n;) {
        const char *p = (const char *)f->p + at, *end = memchr(p, '\n', f->n - at);
        size_t n = end ? (size_t)(end - p) : f->n - at;
        at += n + 1;
        line++;
        if (sz_str_trim((sz_str){p, n}).n == 0) continue;
        yyjson_doc *doc = yyjson_read(p, n, 0);
        if (!as_json) made_safe(doc);
        yyjson_val *root = yyjson_doc_get_root(doc);
        yyjson_val *named = yyjson_obj_get(root, "alert");
        sz_str alert = {yyjson_get_str(named), yyjson_get_len(named)};
        if (!alert.p || !yyjson_get_str(yyjson_obj_get(root, "student"))) {
            yyjson_doc_free(doc);
            if (bad.n++ == 0) bad.first = line;
            continue;
        }
        shelf_event e = {.doc = doc, .seq = yyjson_get_sint(yyjson_obj_get(root, "seq")), .told_seq = -1};
        e.line = s->since.line;
        e.born = e.seq == 1 ? e.line : SZ_NONE;
        alert_since_see(&s->since, root);
        if (fold && event_is_open(&e)) e.told = made_safe(yyjson_read(p, n, 0)), e.told_seq = e.seq;
        shelf_put(s, e, alert, fold);
    }
    return bad;
}

static void print_counts(sz_buf *out, bool zh, uint32_t open, uint32_t once, uint32_t resolved, uint32_t taken_back) {
    uint32_t n = open + once + resolved;
    const char *stand = n == 1 ? "stands" : "stand";
    if (zh) sz_buf_printf(out, "共 %u 条有效（未解除 %u，已解除 %u", n, open, resolved);
    else sz_buf_printf(out, "%u %s (%u open, %u resolved", n, stand, open, resolved);
    if (once) sz_buf_printf(out, zh ? "，单次 %u" : ", %u once", once);
    sz_buf_printf(out, zh ? "），另有 %u 条已撤回。\n" : "); %u taken back.\n", taken_back);
}

/* `Since 2026-03-12 00:00: 2 new, 1 resolved. 12 of before are open as they were.` */
static void print_changes(sz_buf *out, const shelf *s, sz_lang lang) {
    static const char *const kinds[] = {"firing", "stepped", "updated", "resolved", "retracted"};
    bool zh = lang == SZ_ZH;
    sz_buf_printf(out, zh ? "%.10s %s 以来：" : "Since %.10s %s: ", s->since.from, s->since.from + 11);
    bool is_first = true;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < s->n; i++) n += strcmp(event_change(&s->v[i], s), kinds[k]) == 0;
        if (!n) continue;
        const char *word = app_word(SZ_WORDS_EVENTS, kinds[k], lang), *between = is_first ? "" : zh ? "，" : ", ";
        if (zh) sz_buf_printf(out, "%s%s %u 条", between, word, n);
        else sz_buf_printf(out, "%s%u %s", between, n, word);
        is_first = false;
    }
    if (is_first) sz_buf_put_z(out, zh ? "没有新预警，也没有变化" : "nothing new, nothing changed");
    sz_buf_put_z(out, zh ? "。" : ".");
    if (s->n_before && zh) sz_buf_printf(out, "此前所报、至今未解除且没有变化的有 %u 条。", s->n_before);
    else if (s->n_before)
        sz_buf_printf(out, " %u of before %s still open, with no change.", s->n_before,
                      s->n_before == 1 ? "is" : "are");
    sz_buf_put_u8(out, '\n');
}

/* Of those that stand. */
static void print_crowds(sz_buf *out, const shelf *s, const sz_campus *campus, sz_lang lang) {
    uint32_t n;
    yyjson_val **v = shelf_roots(s, false, &n);
    alert_crowds(out, v, n, campus, lang);
    sz_free(v);
}

static void print_audience(sz_buf *out, yyjson_val *const *shown, uint32_t n, const sz_config *c) {
    uint32_t n_names = c->n_list[SZ_O_AUDIENCE];
    if (n_names) alert_audience_only(out, c->list[SZ_O_AUDIENCE], n_names, c->lang);
    else alert_audience_counts(out, shown, n, c->lang);
}

/* untold: what comparisons held back, where a state was named. */
static void print_all(shelf *s, const sz_config *c, const sz_campus *campus, bool fold, const sz_buf *untold) {
    bool zh = c->lang == SZ_ZH;
    alert_view_options o = {.lang = c->lang,
                            .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
                            .as_event = !fold,
                            .campus = campus,
                            .all_reasons = c->num[SZ_O_REASONS] != 0};
    uint32_t standing = 0, open = 0, once = 0, taken_back = 0;
    bool has_least = false, is_part = s->since.from[0] != 0;
    uint32_t n_shown;
    yyjson_val **shown = shelf_roots(s, !fold || is_part, &n_shown);
    o.is_of_many = n_shown > 1;
    sz_buf out;
    sz_buf_init(&out);
    for (uint32_t i = 0; i < s->n; i++) {
        bool is_back = event_is_taken_back(&s->v[i]);
        bool is_once = alert_is_once(yyjson_doc_get_root(s->v[i].doc));
        once += is_once;
        open += !is_once && event_is_open(&s->v[i]);
        is_back ? taken_back++ : standing++;
        if (fold && is_back && !is_part) continue;
        /* What is over says so itself. */
        if (fold && is_part)
            o.change = event_is_open(&s->v[i]) || event_is_new(&s->v[i], s) ? event_change(&s->v[i], s) : NULL;
        has_least |=
            alert_view(&out, yyjson_doc_get_root(s->v[i].doc), fold ? yyjson_doc_get_root(s->v[i].told) : NULL, &o);
        sz_buf_put_u8(&out, '\n');
    }
    if (fold && campus) print_crowds(&out, s, campus, c->lang);
    sz_buf_put(&out, untold->p, untold->n);
    if (o.is_of_many) alert_sources(&out, shown, n_shown, c->lang);
    if (fold && is_part) print_changes(&out, s, c->lang);
    else if (fold) print_counts(&out, zh, open, once, standing - open - once, taken_back);
    else sz_buf_printf(&out, zh ? "共 %u 条事件。\n" : "%u event%s.\n", s->n, sz_plural(s->n));
    print_audience(&out, shown, n_shown, c);
    if (has_least)
        sz_buf_put_z(&out,
                     zh ? "“≥”是至少：那段时间的记录不全（尚未开始、请假或数据源中断），实际可能更多。\n"
                        : "\"≥\" is at least: of that time not all was seen (not begun, on leave, a feed down).\n");
    if (s->n)
        sz_buf_put_z(&out, zh ? "预警仅供参考，不能作为对学生作出判断的唯一依据。\n"
                              : "Alerts are for orientation; none is the sole basis for a judgement of a student.\n");
    fwrite(out.p, 1, out.n, stdout);
    sz_buf_fini(&out);
    sz_free(shown);
}

static void print_json(const shelf *s) {
    for (uint32_t i = 0; i < s->n; i++) {
        char *line = yyjson_write(s->v[i].doc, 0, NULL);
        if (line) puts(line);
        free(line);
    }
}

static void print_bad(const bad_lines *bad, sz_lang lang) {
    bool is_one = bad->n == 1;
    if (lang == SZ_ZH)
        fprintf(stderr, "sanzao：有 %u 行不是预警事件，第一处在第 %llu 行\n", bad->n, (unsigned long long)bad->first);
    else
        fprintf(stderr, "sanzao: %u line%s no alert event%s, the first is line %llu\n", bad->n,
                is_one ? " is" : "s are", is_one ? "" : "s", (unsigned long long)bad->first);
}

static bool check_audience(sz_config *c, const shelf *s) {
    uint32_t n;
    yyjson_val **v = shelf_roots(s, true, &n);
    for (uint32_t i = 0; i < c->n_list[SZ_O_AUDIENCE]; i++)
        alert_audience_check(&c->diags, c->list[SZ_O_AUDIENCE][i], c->at[SZ_O_AUDIENCE][i], v, n);
    sz_free(v);
    if (c->diags.n) sz_diags_show(&c->diags, c->lang);
    return c->diags.n_errors == 0;
}

/* Read, and not yet told what is wrong with it. */
static void print(shelf *s, const sz_config *c, const sz_campus *campus, const sz_buf *untold) {
    bool fold = !c->num[SZ_O_FOLDED], is_part = s->since.from[0] != 0;
    shelf_keep_audience(s, c->list[SZ_O_AUDIENCE], c->n_list[SZ_O_AUDIENCE]);
    if (is_part) shelf_keep_since(s);
    if (fold) shelf_sort(s);
    if (c->num[SZ_O_JSON]) print_json(s);
    else print_all(s, c, campus, fold, untold);
}

static int show(sz_config *c, const sz_campus *campus, const alert_since *since, const sz_buf *untold) {
    const char *path = c->rest[0];
    sz_files f = {0};
    if (sz_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, path, &c->diags, &f) != SZ_OK) {
        sz_diags_show(&c->diags, c->lang);
        return 4;
    }
    bool fold = !c->num[SZ_O_FOLDED];
    shelf s;
    shelf_init(&s, since);
    bad_lines bad = read_lines(&f.v[0], &s, fold, c->num[SZ_O_JSON] != 0);
    bool is_fine = check_audience(c, &s);
    if (is_fine) print(&s, c, campus, untold);
    if (bad.n) print_bad(&bad, c->lang);
    shelf_fini(&s);
    sz_files_fini(&f);
    return !is_fine ? 2 : bad.n ? 1 : 0;
}

/* Names stand in the campus folder alone; without one, or for programs, alerts are shown by their ids. */
static int show_with_names(sz_config *c, sz_job job, const alert_since *since, const sz_buf *untold) {
    if (!c->text[SZ_O_CAMPUS] || c->num[SZ_O_JSON]) return show(c, NULL, since, untold);
    job.rules = NULL;
    sz_inputs in = {0};
    sz_status s = sz_inputs_load(&job, &c->diags, &in);
    int code = sz_exit_of(s);
    if (s == SZ_OK) code = show(c, in.campus, since, untold);
    else sz_diags_show(&c->diags, c->lang);
    sz_inputs_fini(&in);
    return code;
}

/* The state of a config file is the run's: it is looked at where the command line names it, for that takes a while.
 * What it says are sentences below the list of what stands, of which the other two forms have none. */
static bool asks_state(const sz_config *c) {
    if (!c->given[SZ_O_STATE] || c->where[SZ_O_STATE].src) return false;
    const char *by = c->num[SZ_O_JSON] ? "--json" : c->num[SZ_O_FOLDED] ? "--events" : NULL;
    if (by)
        fprintf(stderr,
                c->lang == SZ_ZH ? "sanzao：给出 %s 时不看 --state：因与他人比较而未报的人数只列在预警清单之后\n"
                                 : "sanzao: --state is not looked at with %s: how many a comparison held back is said "
                                   "below the list of alerts only\n",
                by);
    return !by;
}

/* A day is its beginning, for this is the morning's list; alerts have the campus' clock, so an offset says nothing. */
static bool read_since(sz_config *c, alert_since *since) {
    const char *value = c->text[SZ_O_SINCE];
    if (!value || alert_since_begin(since, value)) return true;
    sz_diag *g = sz_diags_add(&c->diags, SZ_ERROR, APP_CODE_VALUE, c->where[SZ_O_SINCE],
                              "--since takes a day such as 2026-03-12, or a time of it, 2026-03-12T08:00, not `%s`",
                              "--since 要的是日期（如 2026-03-12）或时间（如 2026-03-12T08:00），不能是 `%s`", value);
    char meant[SZ_MEANT];
    if (sz_meant_date(sz_str_of(value), meant)) sz_diag_hint(&c->diags, g, "write %s", "请写 %s", meant);
    else if (sz_meant_instant(sz_str_of(value), meant)) sz_diag_hint(&c->diags, g, "write %.16s", "请写 %.16s", meant);
    sz_diags_show(&c->diags, c->lang);
    return false;
}

static int show_all(sz_config *c) {
    sz_job job;
    sz_buf untold;
    alert_since since;
    int code = 0;
    if (!read_since(c, &since)) return 2;
    cmd_job(c, &job);
    sz_buf_init(&untold);
    if (asks_state(c)) code = sz_job_untold(&job, &untold);
    if (code == 0) code = show_with_names(c, job, c->text[SZ_O_SINCE] ? &since : NULL, &untold);
    sz_buf_fini(&untold);
    return code;
}

int cmd_alerts(int argc, char **argv) {
    sz_config c;
    int code = cmd_begin(
        &c, SZ_FOR_ALERTS,
        "usage: sanzao alerts FILE|- [--campus DIR] [--audience WHO] [--since DAY] [--lang zh|en] [--events] "
        "[--reasons] [--json]\n"
        "       sanzao alerts FILE|- --campus DIR --rules DIR --state sqlite:FILE|redis:URL\n\n"
        "With --state: also how many of each class or building a rule would have told of, had it not compared them\n"
        "with the others (peers). The state is only read.",
        "用法：sanzao alerts 文件|- [--campus DIR] [--audience 部门] [--since 日期] [--lang zh|en] [--events] "
        "[--reasons] [--json]\n"
        "      sanzao alerts 文件|- --campus DIR --rules DIR --state sqlite:文件|redis:地址\n\n"
        "给出 --state 时，另说明每个班级、楼宇有多少人因规则与他人比较（peers）而未报。状态只读取，不改动。",
        argc, argv);
    if (code < 0) {
        if (c.n_rest == 1) code = show_all(&c);
        else {
            fputs(c.lang == SZ_ZH ? "用法：sanzao alerts 文件|-\n" : "usage: sanzao alerts FILE|-\n", stderr);
            code = 2;
        }
    }
    sz_config_fini(&c);
    return code;
}
