/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_view.h"

#include "explain_parts.h"
#include "excuses.h"
#include "words.h"

/* ---- what holds it ---- */

static const struct holding {
    const char *name, *en, *zh;
} holdings[] = {
    {"who", "the rule is not about this student (who)", "规则不针对该学生（who）"},
    {"who_unknown", "whether the rule is about this student is not known (who)", "规则是否针对该学生，不知道（who）"},
    {"condition", "the condition does not hold", "条件不成立"},
    {"unknown", "whether the condition holds is not known", "条件是否成立，不知道"},
    {"peers", "others of the group have the same (peers)", "同组的其他人也是这样（peers）"},
    {"sequence", "no sequence has come to its end", "先后次序还没有走完"},
    {"resolve_when", "what ends an alert is the case (resolve_when)", "解除条件成立（resolve_when）"},
    {"for", "the condition has not held for long enough (for)", "条件持续的时间还不够（for）"},
    {"again_after", "it was told of just before (again_after)", "刚提醒过（again_after）"},
    {"source", "a source in batches has not come so far", "按批到达的数据源还没有到这个时刻"},
    {"check", "it tells at its checks only (check)", "只在检查时提醒（check）"},
    {"open", "an alert is open", "预警未解除"},
    {"", "nothing held it", "没有什么拦住它"},
};

static void put_holding(const page *p, const char *what) {
    if (strncmp(what, "unless:", 7) == 0) {
        sz_buf_printf(p->out, "%s%s", in(p, "exempt: ", "豁免："), app_word(SZ_WORDS_REASONS, what + 7, p->lang));
        return;
    }
    for (size_t i = 0; i < sizeof holdings / sizeof *holdings; i++)
        if (strcmp(holdings[i].name, what) == 0) {
            sz_buf_put_z(p->out, in(p, holdings[i].en, holdings[i].zh));
            return;
        }
    sz_buf_put_z(p->out, what);
}

static void put_held_by(const page *p, yyjson_val *look) {
    size_t i, n;
    yyjson_val *what, *all = of(look, "held_by");
    if (is_true(look, "open")) {
        sz_buf_put_z(p->out, in(p, "an alert is open since ", "预警未解除，自 "));
        explain_time(p, text_of(look, "since"));
    }
    if (!yyjson_arr_size(all) && !is_true(look, "open"))
        sz_buf_put_z(p->out, in(p, "nothing holds it", "没有什么拦住它"));
    yyjson_arr_foreach(all, i, n, what) {
        if (i || is_true(look, "open")) sz_buf_put_z(p->out, in(p, " · ", "；"));
        put_holding(p, yyjson_get_str(what));
    }
    sz_buf_put_u8(p->out, '\n');
}

/* ---- what is not known ---- */

static void put_part(const page *p, int n, const char *en, const char *zh) {
    if (n) sz_buf_printf(p->out, "%s%d %s", in(p, "; ", "；"), n, in(p, en, zh));
}

static void put_window(const page *p, yyjson_val *w) {
    const char *unit = text_of(w, "of");
    const char *zh = strcmp(unit, "days") == 0 ? "天" : strcmp(unit, "nights") == 0 ? "夜" : "格";
    sz_buf_printf(p->out, in(p, "%d of %d %s of its window could be seen", "看得到 %d，窗口共 %d %s"),
                  number(w, "seen"), number(w, "total"), in(p, unit, zh));
    put_part(p, number(w, "before"), "before the records begin", "在记录开始之前");
    put_part(p, number(w, "away"), "on leave or not enrolled yet", "请假或尚未入学");
    put_part(p, number(w, "down"), "with the source down", "数据源中断");
}

static void put_group(const page *p, yyjson_val *g) {
    if (!is_true(g, "has_group") && is_true(g, "by_place"))
        sz_buf_put_z(p->out,
                     in(p, "the student was mostly at no one place, or the roster does not say of which group he is",
                        "该学生没有最常去的一个地点，或名册没有写明属于哪一组"));
    else if (!is_true(g, "has_group"))
        sz_buf_put_z(p->out,
                     in(p, "the roster does not say of which group the student is", "名册没有写明该学生属于哪一组"));
    else if (!is_true(g, "table")) sz_buf_put_z(p->out, in(p, "no table has been made yet", "还没有汇总表"));
    else
        sz_buf_printf(p->out,
                      in(p, "of the group %d of %d are known (%d needed, and nine in ten)",
                         "同组已知 %d 人，共 %d 人（至少要 %d 人，且不少于九成）"),
                      number(g, "known"), number(g, "asked"), number(g, "needed"));
}

static const struct why {
    const char *op, *en, *zh;
} whys[] = {
    {"first", "no such record is kept", "没有保留这样的记录"},
    {"last", "no such record is kept", "没有保留这样的记录"},
    {"avg", "no record to take it from", "没有可算的记录"},
    {"min", "no record to take it from", "没有可算的记录"},
    {"max", "no record to take it from", "没有可算的记录"},
    {"baseline", "under half of the days could be seen", "看得到的日子不足一半"},
    {"regularity", "under 40 records, or the window is dark", "不足 40 条记录，或窗口大半看不到"},
    {"absence", "nothing to count from", "没有可以起算的时刻"},
    {"value", "what it is made of is not known", "由未知的数算出"},
};

static void put_unknown(const page *p, yyjson_val *all) {
    size_t i, n;
    yyjson_val *v;
    if (!yyjson_arr_size(all)) return;
    indent(p, 1);
    sz_buf_printf(p->out, "%s\n",
                  in(p, "not known, or not in full (unknown is not zero)", "未知或只知道至少（未知不等于零）"));
    yyjson_arr_foreach(all, i, n, v) {
        const char *label = text_of(v, "label");
        indent(p, 2);
        sz_buf_printf(p->out, "? %s", text_of(v, "feature"));
        if (*label) sz_buf_printf(p->out, in(p, " (%s)", "（%s）"), label);
        if (of(v, "at_least")) sz_buf_printf(p->out, "  %s", text_of(v, "shown"));
        sz_buf_put_z(p->out, in(p, ": ", "："));
        yyjson_val *w = of(v, "window");
        bool is_dark = w && number(w, "seen") * 5 < number(w, "total") * 4;
        const char *said = "";
        for (size_t k = 0; k < sizeof whys / sizeof *whys && !is_dark; k++)
            if (strcmp(whys[k].op, text_of(v, "operator")) == 0) said = in(p, whys[k].en, whys[k].zh);
        if (of(v, "group")) put_group(p, of(v, "group"));
        else if (*said) sz_buf_put_z(p->out, said);
        else if (w) put_window(p, w);
        else sz_buf_put_z(p->out, in(p, "its window has not begun", "窗口还没有开始"));
        sz_buf_put_u8(p->out, '\n');
    }
}

/* ---- one instant ---- */

static void put_exemptions(const page *p, yyjson_val *all) {
    indent(p, 1);
    if (yyjson_arr_size(all)) excuses_view(p->out, all, p->lang);
    else sz_buf_put_z(p->out, in(p, "ruled out: nothing was asked", "已排除：没有要核对的"));
    sz_buf_put_u8(p->out, '\n');
}

static void put_when(const page *p, yyjson_val *look, const char *name, const char *en, const char *zh) {
    if (!*text_of(look, name)) return;
    indent(p, 1);
    sz_buf_put_z(p->out, in(p, en, zh));
    explain_time(p, text_of(look, name));
    sz_buf_put_u8(p->out, '\n');
}

static void put_look(const page *p, yyjson_val *look) {
    explain_conditions(p, look);
    put_exemptions(p, of(look, "exemptions"));
    put_unknown(p, of(look, "unknown"));
    put_when(p, look, "true_since", "true since ", "条件成立自 ");
    put_when(p, look, "quiet_until", "not told again before ", "在此之前不再提醒：");
    put_when(p, look, "complete_through", "its sources are complete up to ", "它的数据源完整到 ");
    put_when(p, look, "next_check", "next check ", "下次检查 ");
}

/* An earlier instant, in short: what kept the rule still there. */
static void put_short(const page *p, yyjson_val *look, yyjson_val *now) {
    yyjson_val *unknown = of(look, "unknown");
    explain_deciding(p, look);
    if (!yyjson_arr_size(unknown) || !yyjson_equals(unknown, of(now, "unknown"))) {
        put_unknown(p, unknown);
        return;
    }
    indent(p, 1);
    sz_buf_put_z(p->out, in(p, "not known: the same as now\n", "未知的与现在相同\n"));
}

/* ---- all ---- */

static void put_head(const page *p, yyjson_val *v) {
    sz_buf_printf(p->out, "%s  %s  %s\n", text_of(v, "rule"), text_of(v, "title"), text_of(v, "student"));
    indent(p, 1);
    sz_buf_put_z(p->out, in(p, "as of ", "截至 "));
    explain_time(p, text_of(v, "as_of"));
    sz_buf_printf(p->out, in(p, " · for: %s", " · 给：%s"), app_word(SZ_WORDS_PLACES, text_of(v, "audience"), p->lang));
    if (*text_of(v, "purpose")) sz_buf_printf(p->out, in(p, " · purpose: %s", " · 目的：%s"), text_of(v, "purpose"));
    sz_buf_printf(p->out, " · %s", text_of(v, "mode"));
    if (*text_of(v, "check")) sz_buf_printf(p->out, " · %s", text_of(v, "check"));
    sz_buf_put_u8(p->out, '\n');
}

static void put_because(const page *p, yyjson_val *v) {
    if (!*text_of(v, "because")) return;
    indent(p, 1);
    sz_buf_put_z(p->out, in(p, "this campus has changed the rule: ", "本校改过这条规则："));
    app_put_safe(p->out, sz_str_of(text_of(v, "because")));
    sz_buf_put_u8(p->out, '\n');
}

/* What keeps the rule from being asked at all. True: something does. */
static bool put_off(const page *p, yyjson_val *v) {
    bool is_off = strcmp(text_of(v, "mode"), "disabled") == 0, any = is_off;
    const char *from = text_of(v, "judged_from");
    if (is_off) {
        indent(p, 1);
        sz_buf_put_z(p->out, is_true(v, "sensitive")
                                 ? in(p, "The rule is off: it is sensitive, and no adjust turns it on.\n",
                                      "规则已停用：它标为敏感，没有 adjust 启用它。\n")
                                 : in(p, "The rule is off (mode: disabled).\n", "规则已停用（mode: disabled）。\n"));
    }
    if (!is_true(v, "active")) {
        any = true;
        indent(p, 1);
        sz_buf_printf(p->out,
                      in(p, "Rules are about active students only; this one is: %s.\n",
                         "规则只看在读学生；该学生的状态是：%s。\n"),
                      text_of(v, "status"));
    }
    if (*from && strcmp(from, text_of(v, "as_of")) > 0) {
        any = true;
        indent(p, 1);
        sz_buf_put_z(p->out, in(p, "This version of the rule is judged from ", "这一版规则从此时起判断："));
        explain_time(p, from);
        sz_buf_put_u8(p->out, '\n');
    }
    if (!is_true(v, "kept")) {
        indent(p, 1);
        sz_buf_put_z(p->out,
                     in(p, "What only rules that are off read is not kept of anybody: no values, which is not zero.\n",
                        "只有停用的规则才用到的数，不保留：没有数值，不等于零。\n"));
    }
    return any;
}

static void put_counts(const page *p, yyjson_val *v) {
    size_t i, n;
    yyjson_val *h;
    if (!number(v, "looks")) return;
    sz_buf_put_z(p->out, in(p, "Since ", "自 "));
    explain_time(p, text_of(v, "looked_from"));
    sz_buf_printf(p->out, in(p, " looked at %d %s\n", " 起看过 %d 次\n"), number(v, "looks"),
                  number(v, "looks") == 1 ? "time" : "times");
    yyjson_arr_foreach(of(v, "held"), i, n, h) {
        indent(p, 1);
        sz_buf_printf(p->out, "%d × ", number(h, "n"));
        put_holding(p, text_of(h, "by"));
        sz_buf_put_z(p->out, in(p, ", last ", "，最近 "));
        explain_time(p, text_of(h, "last"));
        sz_buf_put_u8(p->out, '\n');
    }
}

void explain_view(sz_buf *out, sz_str json, sz_lang lang, bool all) {
    const page p = {out, lang, all};
    yyjson_doc *doc = yyjson_read(json.p, json.n, 0);
    yyjson_val *v = yyjson_doc_get_root(doc), *now = of(v, "now"), *last = of(v, "last_look");
    put_head(&p, v);
    put_because(&p, v);
    bool is_off = put_off(&p, v);
    if (now) {
        sz_buf_put_z(out, in(&p, "Now: ", "现在："));
        if (is_off) sz_buf_put_z(out, in(&p, "not asked\n", "不作判断\n"));
        else put_held_by(&p, now);
        put_look(&p, now);
    }
    if (last && (*text_of(v, "check") || is_true(v, "instant"))) {
        sz_buf_put_z(out, is_true(v, "instant") ? in(&p, "At its last record ", "最近一条相关记录 ")
                                                : in(&p, "At its last check ", "最近一次检查 "));
        explain_time(&p, text_of(last, "at"));
        sz_buf_put_z(out, in(&p, ": ", "："));
        put_held_by(&p, last);
        put_short(&p, last, now);
    }
    put_counts(&p, v);
    yyjson_doc_free(doc);
}
