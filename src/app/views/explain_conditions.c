/* SPDX-License-Identifier: Apache-2.0 */
#include "explain_parts.h"
#include "explain_view.h"
#include "words.h"

/* `2026-04-08 18:00` of a time. */
void explain_time(const page *p, const char *t) {
    sz_buf_printf(p->out, "%.10s", t);
    if (strlen(t) >= 16) sz_buf_printf(p->out, " %.5s", t + 11);
}

static const char *mark_of(yyjson_val *held) { return yyjson_is_bool(held) ? yyjson_get_bool(held) ? "✓" : "✗" : "?"; }

/* Out of its tree a clause says itself that it stands below a `!`: it is met, and that keeps the whole from holding. */
static void put_clause(const page *p, yyjson_val *v, bool negated) {
    sz_buf_printf(p->out, "%s %s", mark_of(of(v, "held")), text_of(v, "clause"));
    if (negated) sz_buf_put_z(p->out, in(p, " (must not be met)", "（应不满足）"));
    if (*text_of(v, "shown")) sz_buf_printf(p->out, "  %s", text_of(v, "shown"));
    if (*text_of(v, "limit")) sz_buf_printf(p->out, in(p, " (limit %s)", "（界限 %s）"), text_of(v, "limit"));
    if (*text_of(v, "label")) sz_buf_printf(p->out, "  %s", text_of(v, "label"));
    if (is_true(v, "decides")) sz_buf_put_z(p->out, "  ←");
    sz_buf_put_u8(p->out, '\n');
}

static const struct joint {
    const char *name, *en, *zh;
} joints[] = {{"all", "all of", "全部满足"},
              {"any", "any of", "满足其一"},
              {"not", "not", "不满足"},
              {"choice", "the second if the first is met, else the third", "第一项满足取第二项，否则取第三项"}};

/* A choice between two numbers is neither met nor not. */
static bool chooses_number(yyjson_val *kids) {
    size_t i, n;
    yyjson_val *kid;
    yyjson_arr_foreach(kids, i, n, kid) if (*text_of(kid, "value_of") || chooses_number(of(kid, "choice"))) return true;
    return false;
}

static bool has_deciding(yyjson_val *v) {
    size_t i, n;
    yyjson_val *kid;
    if (is_true(v, "decides")) return true;
    for (size_t k = 0; k < sizeof joints / sizeof *joints; k++)
        yyjson_arr_foreach(of(v, joints[k].name), i, n, kid) if (has_deciding(kid)) return true;
    return false;
}

static uint32_t n_clauses(yyjson_val *v) {
    size_t i, n;
    yyjson_val *kid;
    uint32_t sum = *text_of(v, "clause") != 0;
    for (size_t k = 0; k < sizeof joints / sizeof *joints; k++)
        yyjson_arr_foreach(of(v, joints[k].name), i, n, kid) sum += n_clauses(kid);
    return sum;
}

/* A long condition that does not hold is shown by what keeps it from that; what is beside it is only counted. */
static bool is_folded(const page *p, yyjson_val *tree) {
    enum { LONG = 16 };
    return !p->all && has_deciding(tree) && n_clauses(tree) > LONG;
}

static void put_node(const page *p, yyjson_val *v, int depth, bool folded);

static void put_left(const page *p, int depth, const char *mark, uint32_t n) {
    indent(p, depth);
    sz_buf_printf(p->out, in(p, "%s%s… %u more\n", "%s%s… 另有 %u 项\n"), mark, *mark ? " " : "", n);
}

/* Of a choice each part keeps its place, and whether it is met is said: which is the second, and why it counts. */
static void put_kids(const page *p, yyjson_val *kids, int depth, bool folded, bool is_choice) {
    size_t i, n;
    yyjson_val *kid;
    uint32_t n_left = 0;
    yyjson_arr_foreach(kids, i, n, kid) {
        bool is_shown = !folded || has_deciding(kid) || *text_of(kid, "value_of");
        if (is_shown) put_node(p, kid, depth, folded);
        else if (is_choice) put_left(p, depth, mark_of(of(kid, "held")), n_clauses(kid));
        else n_left += n_clauses(kid);
    }
    if (n_left) put_left(p, depth, "", n_left);
}

static void put_node(const page *p, yyjson_val *v, int depth, bool folded) {
    indent(p, depth);
    if (*text_of(v, "clause")) {
        put_clause(p, v, false);
        return;
    }
    if (*text_of(v, "value_of")) {
        sz_buf_printf(p->out, "= %s\n", text_of(v, "value_of"));
        return;
    }
    for (size_t k = 0; k < sizeof joints / sizeof *joints; k++) {
        yyjson_val *kids = of(v, joints[k].name);
        if (!kids) continue;
        sz_buf_printf(p->out, "%s %s%s\n", chooses_number(kids) ? "·" : mark_of(of(v, "held")),
                      in(p, joints[k].en, joints[k].zh), in(p, ":", "："));
        put_kids(p, kids, depth + 1, folded, strcmp(joints[k].name, "choice") == 0);
    }
}

static void put_steps(const page *p, yyjson_val *condition) {
    size_t i, n;
    yyjson_val *s;
    indent(p, 2);
    sz_buf_printf(p->out, "%s %s\n", in(p, "value", "数值"), text_of(condition, "shown"));
    yyjson_arr_foreach(of(condition, "steps"), i, n, s) {
        indent(p, 3);
        sz_buf_printf(p->out, "%s %s %s  %s\n", mark_of(of(s, "held")),
                      is_true(condition, "at_most") ? in(p, "at most", "至多") : in(p, "at least", "至少"),
                      text_of(s, "limit"), app_word(SZ_WORDS_LEVELS, text_of(s, "level"), p->lang));
    }
}

static void put_points(const page *p, yyjson_val *points) {
    size_t i, n;
    yyjson_val *v;
    yyjson_arr_foreach(points, i, n, v) {
        indent(p, 2);
        sz_buf_printf(p->out, "%s %+g\n", mark_of(of(v, "held")), yyjson_get_num(of(v, "add")));
        put_node(p, of(v, "tree"), 3, is_folded(p, of(v, "tree")));
    }
}

static void put_sequence(const page *p, yyjson_val *condition) {
    size_t i, n;
    yyjson_val *s;
    yyjson_arr_foreach(of(condition, "sequence"), i, n, s) {
        const char *not = text_of(s, "not"), *last = text_of(s, "last");
        indent(p, 2);
        sz_buf_printf(p->out, "%s %s%s%s", is_true(s, "done") ? "✓" : "·", *not ? in(p, "not ", "不能有 ") : "",
                      *not ? not : text_of(s, "event"), in(p, "  last ", "  最近一次 "));
        if (*last) explain_time(p, last);
        else sz_buf_put_z(p->out, in(p, "none is kept", "没有保留的记录"));
        sz_buf_put_u8(p->out, '\n');
    }
    indent(p, 2);
    if (!number(condition, "tries")) {
        sz_buf_put_z(p->out, in(p, "none has begun\n", "还没有开始的\n"));
        return;
    }
    sz_buf_printf(p->out, in(p, "%d begun, the furthest ", "已开始 %d 个，走得最远的从 "), number(condition, "tries"));
    explain_time(p, text_of(condition, "began"));
    sz_buf_put_z(p->out, in(p, ", until ", " 开始，到 "));
    explain_time(p, text_of(condition, "until"));
    sz_buf_put_z(p->out, in(p, "\n", " 为止\n"));
}

static void put_legend(const page *p, yyjson_val *look) {
    yyjson_val *condition = of(look, "condition"), *point;
    size_t i, n;
    bool any = has_deciding(of(look, "who")) || has_deciding(of(condition, "tree"));
    bool folded = is_folded(p, of(look, "who")) || is_folded(p, of(condition, "tree"));
    yyjson_arr_foreach(of(condition, "points"), i, n, point) {
        any |= has_deciding(of(point, "tree"));
        folded |= is_folded(p, of(point, "tree"));
    }
    if (!any) return;
    indent(p, 1);
    sz_buf_printf(p->out, "%s\n", in(p, "(← keeps it from being met)", "（← 表示因为它而不满足）"));
    if (!folded) return;
    indent(p, 1);
    sz_buf_printf(
        p->out, "%s\n",
        in(p, "(… decides nothing here; --reasons lists all)", "（… 在这里不起决定作用；--reasons 列出全部）"));
}

static void put_tree(const page *p, const char *en, const char *zh, yyjson_val *tree) {
    if (!tree) return;
    indent(p, 1);
    sz_buf_printf(p->out, "%s\n", in(p, en, zh));
    put_node(p, tree, 2, is_folded(p, tree));
}

static void put_condition(const page *p, yyjson_val *condition) {
    indent(p, 1);
    sz_buf_printf(p->out, "%s\n", in(p, "condition", "条件"));
    if (of(condition, "sequence")) put_sequence(p, condition);
    if (of(condition, "steps")) put_steps(p, condition);
    if (of(condition, "points")) put_points(p, of(condition, "points"));
    if (of(condition, "tree")) put_node(p, of(condition, "tree"), 2, is_folded(p, of(condition, "tree")));
}

/* A line that stands since `from` already is taken back: what is asked twice in a condition is told once. */
static void once_only(sz_buf *out, size_t from, size_t line) {
    size_t n = out->n - line;
    for (size_t at = from; at + n <= line; at++)
        if (memcmp(out->p + at, out->p + line, n) == 0 && (at == from || out->p[at - 1] == '\n')) {
            out->n = line;
            return;
        }
}

/* Only the conditions that decide, wherever they stand. `from`: where their lines begin. */
static void put_deciding(const page *p, yyjson_val *v, bool negated, size_t from) {
    size_t i, n;
    yyjson_val *kid;
    if (is_true(v, "decides")) {
        size_t line = p->out->n;
        indent(p, 1);
        put_clause(p, v, negated);
        once_only(p->out, from, line);
    }
    for (size_t k = 0; k < sizeof joints / sizeof *joints; k++)
        yyjson_arr_foreach(of(v, joints[k].name), i, n, kid)
            put_deciding(p, kid, negated != !strcmp(joints[k].name, "not"), from);
}

void explain_deciding(const page *p, yyjson_val *look) {
    size_t i, n;
    yyjson_val *condition = of(look, "condition"), *point;
    size_t from = p->out->n;
    put_deciding(p, of(look, "who"), false, from);
    if (of(condition, "steps")) {
        indent(p, 1);
        sz_buf_printf(p->out, "%s %s\n", in(p, "value", "数值"), text_of(condition, "shown"));
    }
    put_deciding(p, of(condition, "tree"), false, from);
    yyjson_arr_foreach(of(condition, "points"), i, n, point) put_deciding(p, of(point, "tree"), false, from);
}

void explain_conditions(const page *p, yyjson_val *look) {
    put_tree(p, "about whom (who)", "对象（who）", of(look, "who"));
    put_condition(p, of(look, "condition"));
    put_legend(p, look);
    put_tree(p, "ends when (resolve_when)", "解除条件（resolve_when）", of(look, "resolve_when"));
}
