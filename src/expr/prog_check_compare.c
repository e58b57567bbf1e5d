/* SPDX-License-Identifier: Apache-2.0
 *
 * The checker, continued: comparisons and `in`.
 */
#include "prog.h"

static const struct {
    const char *name, *sign;
    uint8_t op;
} ops[] = {{"_<_", "<", '<'},   {"_<=_", "<=", 'l'}, {"_>_", ">", '>'},
           {"_>=_", ">=", 'g'}, {"_==_", "==", '='}, {"_!=_", "!=", '!'}};

uint8_t prog_compare_op(const sz_expr *e) {
    if (e->kind != SZ_E_CALL || e->is_method) return 0;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (sz_str_is(e->text, ops[i].name)) return ops[i].op;
    return 0;
}

const char *prog_op_text(uint8_t op) {
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (ops[i].op == op) return ops[i].sign;
    return "";
}

uint8_t prog_turned(uint8_t op) {
    switch (op) {
    case '<': return '>';
    case 'l': return 'g';
    case '>': return '<';
    case 'g': return 'l';
    default: return op;
    }
}

/* The sides with the name first, as the findings below look at them: `8 <= nights` is `nights >= 8`. */
typedef struct sides {
    const tnode *name, *value;
    const sz_expr *written; /* the value */
    uint8_t op;
} sides;

static sides name_first(const sz_expr *e, uint8_t op, const tnode *a, const tnode *b) {
    if (a->kind == T_CONST && b->kind != T_CONST) return (sides){b, a, e->args[0], prog_turned(op)};
    return (sides){a, b, e->args[1], op};
}

/* ---- what does not compare ---------------------------------------------------------------------------------- */

/* Where the caret stands: on the literal if one side is one. */
static void place(const tnode *a, const tnode *b, const sz_expr *e, uint32_t *off, uint32_t *len) {
    const tnode *n = b->kind == T_CONST ? b : a->kind == T_CONST ? a : NULL;
    *off = n ? n->off : e->off;
    *len = n ? n->len : e->len;
}

static void refuse(checker *c, const sz_expr *e, const tnode *a, const tnode *b, prog_code code) {
    uint32_t off, len;
    place(a, b, e, &off, &len);
    sz_str sa = prog_slice(c, a->off, a->len), sb = prog_slice(c, b->off, b->len);
    sz_diag *g = prog_report(c, SZ_ERROR, code, off, len,
                             TXT(c, "`%.*s` is %s, `%.*s` is %s: they do not compare", SZ_FMT_STR(sa),
                                 prog_type_words(a, SZ_EN), SZ_FMT_STR(sb), prog_type_words(b, SZ_EN)),
                             TXT(c, "`%.*s` 是%s，`%.*s` 是%s，两者不能比较", SZ_FMT_STR(sa), prog_type_words(a, SZ_ZH),
                                 SZ_FMT_STR(sb), prog_type_words(b, SZ_ZH)));
    sides s = name_first(e, prog_compare_op(e), a, b);
    prog_hint_pair(c, g, s.name, s.value, prog_op_text(s.op));
}

/* `direction == out`: of a name that nobody declared, beside a text that can be just that. */
static void hint_quotes(checker *c, const tnode *text, const sz_expr *name) {
    if (text->kind != T_SYM || text->type != SZ_X_STR || name->kind != SZ_E_IDENT || c->d->n == 0) return;
    sz_diag *g = &c->d->v[c->d->n - 1];
    for (uint32_t i = 0; i < text->n_choices && g->code == C_NAME; i++)
        if (sz_str_eq(text->choices[i], name->text))
            prog_hint(c, g, "text stands in quotes:  \"%.*s\"", "文本要加引号：\"%.*s\"", SZ_FMT_STR(name->text));
}

/* `silence >= d7`: a length of time the wrong way round, and without a name. */
static void hint_reversed(checker *c, const tnode *time, const sz_expr *name, const char *op) {
    sz_str s = name->text;
    sz_diag *g = c->d->n ? &c->d->v[c->d->n - 1] : NULL;
    if (time->type != SZ_X_DURATION || name->kind != SZ_E_IDENT || s.n < 2 || !g || g->code != C_NAME) return;
    if (!strchr("dhmwDHMW", s.p[0])) return;
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return;
    prog_hint(c, g, "name it with its unit:  params: {limit: %.*s%c}  and  %.*s %s limit",
              "带单位起个名字：params: {limit: %.*s%c}，再写  %.*s %s limit", (int)s.n - 1, s.p + 1, s.p[0] | 0x20,
              SZ_FMT_STR(prog_slice(c, time->off, time->len)), op);
}

/* The field of the record that can be that text; NULL: none is known. */
static const char *field_with(checker *c, sz_str record, sz_str text) {
    static const char *const fields[] = {"direction", "op", "status", "result", "type"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const sz_str path[] = {record, sz_str_of(fields[i])};
        sz_symbol s = {0};
        uint32_t bad_at = 0;
        const char *hint = NULL, *hint_zh = NULL;
        if (!c->r->resolve(c->r->ctx, path, 2, NULL, false, &s, &bad_at, &hint, &hint_zh)) continue;
        for (uint32_t k = 0; k < s.n_choices; k++)
            if (sz_str_eq(s.choices[k], text)) return fields[i];
    }
    return NULL;
}

/* `last_door == "out"`, or without quotes: record is the finding that it is a record and none of its fields. */
static void hint_field(checker *c, const sz_expr *e, uint8_t op, size_t record) {
    bool is_turned = e->args[0]->kind == SZ_E_STRING;
    const sz_expr *name = e->args[is_turned], *other = e->args[!is_turned];
    bool is_name = other->kind == SZ_E_IDENT;
    if (record >= c->d->n || c->d->v[record].code != C_RECORD || name->kind != SZ_E_IDENT) return;
    if (!is_name && other->kind != SZ_E_STRING) return;
    const char *field = field_with(c, name->text, other->text);
    if (!field) return;
    prog_hint(c, &c->d->v[record], "write  %.*s.%s %s \"%.*s\"", "请写  %.*s.%s %s \"%.*s\"", SZ_FMT_STR(name->text),
              field, prog_op_text(is_turned ? prog_turned(op) : op), SZ_FMT_STR(other->text));
    sz_diag *last = &c->d->v[c->d->n - 1];
    if (is_name && last->code == C_NAME)
        prog_hint(c, last, "text stands in quotes:  \"%.*s\"", "文本要加引号：\"%.*s\"", SZ_FMT_STR(other->text));
}

/* `1 < x < 5`: CEL reads (1 < x) < 5. */
static bool refuse_chain(checker *c, const sz_expr *e, const tnode *a, const tnode *b) {
    const sz_expr *inner = e->args[0];
    if (a->type != SZ_X_BOOL || b->type == SZ_X_BOOL || prog_compare_op(inner) == 0) return false;
    sz_str left = prog_slice(c, inner->off, inner->len), mid = prog_slice(c, inner->args[1]->off, inner->args[1]->len);
    sz_str op = prog_slice(c, e->op_off, e->op_len), right = prog_slice(c, b->off, b->len);
    prog_hint(c, prog_error(c, C_CHAIN, e->off, e->len, "comparisons do not chain", "比较不能连着写"),
              "write  %.*s && %.*s %.*s %.*s", "请写  %.*s && %.*s %.*s %.*s", SZ_FMT_STR(left), SZ_FMT_STR(mid),
              SZ_FMT_STR(op), SZ_FMT_STR(right));
    return true;
}

static bool is_list(const tnode *n) { return n->type == SZ_X_LIST_STR || n->type == SZ_X_LIST_NUM; }

static void refuse_list(checker *c, const sz_expr *e, const tnode *a, const tnode *b) {
    const tnode *list = is_list(a) ? a : b, *other = list == a ? b : a;
    sz_str s = prog_slice(c, list->off, list->len), x = prog_slice(c, other->off, other->len);
    sz_diag *g = prog_report(c, SZ_ERROR, C_LIST, e->off, e->len,
                             TXT(c, "`%.*s` is %s: it does not compare", SZ_FMT_STR(s), prog_type_words(list, SZ_EN)),
                             TXT(c, "`%.*s` 是%s，不能比较", SZ_FMT_STR(s), prog_type_words(list, SZ_ZH)));
    bool holds_texts = list->type == SZ_X_LIST_STR, is_text = other->type == SZ_X_STR;
    if (!is_list(other) && holds_texts == is_text) prog_hint_in(c, g, e, "look into it with", x, s);
    else if (!is_list(other))
        prog_hint(c, g, "look into it with a value of its kind:  %s in %.*s", "请用同一种值来查：%s in %.*s",
                  holds_texts ? "\"…\"" : "3", SZ_FMT_STR(s));
}

static void check_pair(checker *c, const sz_expr *e, uint8_t op, const tnode *a, const tnode *b) {
    if (refuse_chain(c, e, a, b)) return;
    if (is_list(a) || is_list(b)) {
        refuse_list(c, e, a, b);
    } else if (a->type != b->type) {
        bool is_duration =
            (a->type == SZ_X_DURATION && b->type == SZ_X_NUM) || (b->type == SZ_X_DURATION && a->type == SZ_X_NUM);
        refuse(c, e, a, b, is_duration ? C_DURATION : C_TYPES);
    } else if (a->type == SZ_X_BOOL && op != '=' && op != '!') {
        prog_hint(c, prog_error(c, C_TYPES, e->op_off, e->op_len, "true and false have no order", "真假值没有大小"),
                  "compare with == or !=, or join with && and ||", "请用 == 或 != 比较，或用 &&、|| 连接");
    } else if (!prog_units_compare(a, b)) {
        refuse(c, e, a, b, C_UNITS);
    }
}

/* `event.time.getHours() >= 22`: the words of SZ203 use the 22. */
static void note_hours(checker *c, const sz_expr *e) {
    bool is_turned = e->args[0]->kind == SZ_E_INT;
    const sz_expr *part = e->args[is_turned], *h = e->args[!is_turned];
    c->has_hours_beside = part->kind == SZ_E_CALL && part->is_method && sz_str_is(part->text, "getHours") &&
                          h->kind == SZ_E_INT && h->i >= 0 && h->i < 24;
    c->hours_beside = c->has_hours_beside ? (double)h->i : 0;
}

/* `n == null`: what is not known. A field of a record is asked for by has(), a number of nothing is 0. */
static bool refuse_null(checker *c, const sz_expr *e, uint8_t op) {
    const sz_expr *x = e->args[e->args[0]->kind == SZ_E_NULL];
    if (e->args[0]->kind != SZ_E_NULL && e->args[1]->kind != SZ_E_NULL) return false;
    sz_str name = prog_slice(c, x->off, x->len);
    sz_symbol sym = {0};
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL, *no = op == '=' ? "!" : "";
    if (x->kind == SZ_E_SELECT && x->args[0]->kind == SZ_E_IDENT) {
        const sz_str path[] = {x->args[0]->text, x->text};
        if (!c->r || !c->r->resolve(c->r->ctx, path, 2, NULL, true, &sym, &bad, &hint, &hint_zh)) return false;
    } else if (x->kind != SZ_E_IDENT || !c->r ||
               !c->r->resolve(c->r->ctx, &x->text, 1, NULL, false, &sym, &bad, &hint, &hint_zh)) {
        return false;
    }
    bool is_field = x->kind == SZ_E_SELECT, is_record = sym.type == SZ_X_RECORD;
    sz_diag *g =
        prog_error(c, C_UNSUPPORTED, e->off, e->len, "`null` cannot be used in rules", "规则里不能使用 `null`");
    bool is_all = sz_str_trim(c->text).n == e->len && *no; /* YAML takes a text that begins with ! for a tag */
    const char *quote = is_all ? "'" : "", *time = is_record ? ".time" : "";
    if (is_field || is_record)
        prog_hint(c, g, "write  %s%shas(%.*s%s)%s", "请写  %s%shas(%.*s%s)%s", quote, no, SZ_FMT_STR(name), time,
                  quote);
    else if (sym.type == SZ_X_NUM && op == '=')
        prog_hint(c, g, "where nothing came a count is 0:  %.*s == 0;  while it is unknown, a rule waits by itself",
                  "没有记录时次数是 0：%.*s == 0；未知时规则自会等待", SZ_FMT_STR(name));
    else
        prog_hint(c, g, "leave it out: while `%.*s` is unknown, a rule waits by itself",
                  "请去掉它：`%.*s` 未知时，规则自会等待", SZ_FMT_STR(name));
    return true;
}

tnode *prog_check_compare(checker *c, const sz_expr *e, uint8_t op, uint32_t depth) {
    tnode *n = prog_node(c, T_CMP, SZ_X_BOOL, e, 2);
    n->op = op;
    if ((op == '=' || op == '!') && refuse_null(c, e, op)) {
        n->kid[0] = n->kid[1] = prog_bad(c, e);
        return n;
    }
    note_hours(c, e);
    size_t found = c->d->n;
    n->kid[0] = prog_check(c, e->args[0], depth + 1);
    c->has_hours_beside &= e->args[0]->kind == SZ_E_INT;
    n->kid[1] = prog_check(c, e->args[1], depth + 1);
    c->has_hours_beside = false;
    const tnode *a = n->kid[0], *b = n->kid[1];
    n->has_growing = a->has_growing || b->has_growing;
    n->is_steady = a->is_steady && b->is_steady;
    if (prog_is_bad(b)) {
        hint_quotes(c, a, e->args[1]);
        hint_reversed(c, a, e->args[1], prog_op_text(op));
    } else if (prog_is_bad(a)) {
        hint_quotes(c, b, e->args[0]);
        hint_reversed(c, b, e->args[0], prog_op_text(prog_turned(op)));
    }
    if (prog_is_bad(a) || prog_is_bad(b)) hint_field(c, e, op, found);
    if (prog_is_bad(a) || prog_is_bad(b)) return n;
    uint32_t before = c->n_errors;
    check_pair(c, e, op, a, b);
    if (c->n_errors == before && a->type == SZ_X_STR) {
        prog_check_constants(c, a, b);
        prog_check_constants(c, b, a);
    }
    sides s = name_first(e, op, a, b);
    if (c->n_errors == before && s.name->type == SZ_X_NUM && prog_is_known(s.value)) {
        prog_check_number(c, s.name, s.op, s.value, s.value->value.num);
    }
    if (c->n_errors == before) prog_warn_slip(c, s.name, s.value, s.written);
    return n;
}

/* ---- text beside a symbol with choices or a form ------------------------------------------------------------ */

/* The nearest one, by its letters, or because the text is a Chinese word for it. */
static const char *near_choice(const tnode *symbol, const char *const *names, sz_str s) {
    for (uint32_t i = 0; i < symbol->n_choices; i++)
        if (sz_code_means(symbol->choices[i], s)) return names[i];
    return prog_nearest(s, names, symbol->n_choices);
}

static void refuse_choice(checker *c, const tnode *symbol, const tnode *at, sz_str s) {
    sz_str name = prog_slice(c, symbol->off, symbol->len);
    const char **names = SZ_NEWN(&c->tmp, const char *, symbol->n_choices);
    const char *all = "";
    for (uint32_t i = 0; i < symbol->n_choices; i++) {
        names[i] = TXT(c, "%.*s", SZ_FMT_STR(symbol->choices[i]));
        all = TXT(c, "%s%s%s", all, i ? ", " : "", names[i]);
    }
    const char *near = near_choice(symbol, names, s);
    sz_diag *g = prog_error(c, C_CHOICE, at->off, at->len, "`%.*s` is never \"%.*s\"", "`%.*s` 没有 \"%.*s\" 这个值",
                            SZ_FMT_STR(name), SZ_FMT_STR(s));
    if (near) prog_hint(c, g, "did you mean \"%s\"?  It is one of %s", "是不是 \"%s\"？可取的值：%s", near, all);
    else prog_hint(c, g, "it is one of %s", "可取的值：%s", all);
}

/* What is known, some of it where there is much. */
const char *prog_known_ones(checker *c, const char *const *names, uint32_t n) {
    enum { MOST = 12 };
    const char *all = "";
    for (uint32_t i = 0; i < n && i < MOST; i++) all = TXT(c, "%s%s%s", all, i ? ", " : "", names[i]);
    return n > MOST ? TXT(c, "%s …", all) : all;
}

/* One that holds the text, or is held by it: 知行 of 知行书院, bath in bathroom. */
static const char *holding_choice(const tnode *symbol, const char *const *names, sz_str s) {
    enum { LEAST = 4 }; /* of one Chinese character, or of three letters, it would say nothing */
    for (uint32_t i = 0; i < symbol->n_choices && s.n >= LEAST; i++) {
        sz_str of = symbol->choices[i];
        if (of.n >= LEAST && (sz_str_has(of, s) || sz_str_has(s, of))) return names[i];
    }
    return NULL;
}

/* A value of one's own is fine; one that is nearly a known one, or in Chinese where the known ones are English, is a
 * slip. What the campus would have to have, and has not, is told in any case. */
static void warn_choice(checker *c, const tnode *symbol, const tnode *at, sz_str s) {
    const char **names = SZ_NEWN(&c->tmp, const char *, symbol->n_choices);
    bool is_ascii = true;
    for (uint32_t i = 0; i < symbol->n_choices; i++) names[i] = TXT(c, "%.*s", SZ_FMT_STR(symbol->choices[i]));
    for (size_t i = 0; i < s.n; i++) is_ascii &= (uint8_t)s.p[i] < 0x80;
    const char *near = near_choice(symbol, names, s);
    if (!near && symbol->is_roster) near = holding_choice(symbol, names, s);
    if (!near && is_ascii && !symbol->is_roster) return;
    sz_str name = prog_slice(c, symbol->off, symbol->len);
    sz_diag *g = prog_report(c, SZ_WARNING, C_CHOICE, at->off, at->len,
                             TXT(c, "`%.*s` is not known to be \"%.*s\"%s", SZ_FMT_STR(name), SZ_FMT_STR(s),
                                 symbol->is_roster ? ": nothing on this campus is" : ""),
                             TXT(c, "`%.*s` 已知的值里没有 \"%.*s\"%s", SZ_FMT_STR(name), SZ_FMT_STR(s),
                                 symbol->is_roster ? "：本校数据里一个也没有" : ""));
    if (near) prog_hint(c, g, "did you mean \"%s\"?", "是不是 \"%s\"？", near);
    else {
        const char *all = prog_known_ones(c, names, symbol->n_choices);
        prog_hint(c, g, "known are %s", "已知的有：%s", all);
    }
}

/* `"poor" in student.tags`, of a campus where nobody bears it. */
static void warn_member(checker *c, const tnode *symbol, const tnode *at, sz_str s) {
    if (symbol->kind != T_SYM || !symbol->is_roster) return;
    const char **names = SZ_NEWN(&c->tmp, const char *, symbol->n_choices);
    for (uint32_t i = 0; i < symbol->n_choices; i++) {
        if (sz_str_eq(symbol->choices[i], s)) return;
        names[i] = TXT(c, "%.*s", SZ_FMT_STR(symbol->choices[i]));
    }
    sz_str name = prog_slice(c, symbol->off, symbol->len);
    sz_diag *g = prog_warning(c, C_CHOICE, at->off, at->len, "`%.*s` of nobody on this campus has \"%.*s\"",
                              "本校没有人的 `%.*s` 里有 \"%.*s\"", SZ_FMT_STR(name), SZ_FMT_STR(s));
    const char *near = near_choice(symbol, names, s);
    if (!near) near = holding_choice(symbol, names, s);
    if (near) prog_hint(c, g, "did you mean \"%s\"?", "是不是 \"%s\"？", near);
    else if (symbol->n_choices) {
        const char *all = prog_known_ones(c, names, symbol->n_choices);
        prog_hint(c, g, "known are %s", "已知的有：%s", all);
    } else {
        prog_set_hint(g, "the students of this campus have none at all (students.csv)",
                      "本校的学生名单（students.csv）里这一项全是空的");
    }
}

static void refuse_form(checker *c, const tnode *symbol, const tnode *at, sz_str s) {
    sz_str name = prog_slice(c, symbol->off, symbol->len);
    bool is_clock = symbol->form == SZ_FORM_CLOCK;
    sz_diag *g = prog_error(c, C_FORM, at->off, at->len, "`%.*s` is text of the form %s; \"%.*s\" is not",
                            "`%.*s` 的形式是 %s；\"%.*s\" 不是", SZ_FMT_STR(name), is_clock ? "HH:MM" : "YYYY-MM-DD",
                            SZ_FMT_STR(s));
    char meant[SZ_MEANT];
    if (is_clock ? sz_meant_clock(s, meant) : sz_meant_date(s, meant))
        prog_hint(c, g, "write \"%s\"", "请写 \"%s\"", meant);
    else if (is_clock && sz_meant_next_clock(s, meant))
        prog_hint(c, g,
                  "after midnight hours begin anew: write \"%s\", with an end such as  event.clock < \"05:00\";  with "
                  "day: night it counts to the evening before",
                  "零点以后从 00:00 重新数：请写 \"%s\"，并写明到几点，例如  event.clock < \"05:00\"；用 day: night "
                  "时算作前一晚",
                  meant);
    else
        prog_set_hint(g, is_clock ? "write it like \"08:30\"" : "write it like \"2026-03-02\"",
                      is_clock ? "请写成 \"08:30\" 这样" : "请写成 \"2026-03-02\" 这样");
}

/* `course == "体育*"`: there is no sign for any text. */
static bool warn_star(checker *c, const tnode *symbol, const tnode *at, sz_str s) {
    bool is_front = s.n > 1 && (s.p[0] == '*' || s.p[0] == '%');
    bool is_end = s.n > 1 && (s.p[s.n - 1] == '*' || s.p[s.n - 1] == '%');
    if (!is_front && !is_end) return false;
    sz_str plain = {s.p + is_front, s.n - is_front - is_end};
    const char *method = !is_front ? "startsWith" : is_end ? "contains" : "endsWith";
    prog_hint(c,
              prog_warning(c, C_CHOICE, at->off, at->len, "a %c in a text stands for itself, not for anything",
                           "文本里的 %c 就是这个字符，不是通配符", is_front ? s.p[0] : s.p[s.n - 1]),
              "write  %.*s.%s(\"%.*s\")", "请写  %.*s.%s(\"%.*s\")",
              SZ_FMT_STR(prog_slice(c, symbol->off, symbol->len)), method, SZ_FMT_STR(plain));
    return true;
}

static void check_text(checker *c, const tnode *symbol, const tnode *at, sz_str s) {
    if (!prog_form_fits(symbol->form, s)) {
        refuse_form(c, symbol, at, s);
        return;
    }
    if (warn_star(c, symbol, at, s)) return;
    if (!symbol->choices) return;
    for (uint32_t i = 0; i < symbol->n_choices; i++)
        if (sz_str_eq(symbol->choices[i], s)) return;
    if (symbol->is_open) warn_choice(c, symbol, at, s);
    else refuse_choice(c, symbol, at, s);
}

void prog_check_constants(checker *c, const tnode *side, const tnode *other) {
    if (side->kind != T_SYM || !prog_is_known(other)) return;
    if (other->type == SZ_X_STR) check_text(c, side, other, other->value.str);
    if (other->type == SZ_X_LIST_STR)
        for (uint32_t i = 0; i < other->value.list->n; i++) check_text(c, side, other, other->value.list->strs[i]);
}

/* ---- in ----------------------------------------------------------------------------------------------------- */

/* The same list as the other side would have it: numbers without their quotes, texts with them. */
static void hint_elements(checker *c, sz_diag *g, const tnode *a, const tnode *b) {
    const char *all = "", *like = a->type == SZ_X_STR ? "[\"…\"]" : "[1, 2]";
    if (a->type == SZ_X_STR || a->type == SZ_X_NUM)
        prog_hint(c, g, "look into a list of the same kind, for example  %.*s in %s",
                  "请在同一种值的列表里查，例如  %.*s in %s", SZ_FMT_STR(prog_slice(c, a->off, a->len)), like);
    if (b->kind != T_CONST) return;
    for (uint32_t i = 0; i < b->value.list->n; i++) {
        const char *comma = i ? ", " : "", *item = NULL;
        if (a->type == SZ_X_NUM && b->value.list->strs) item = prog_number_meant(c, a, b->value.list->strs[i]);
        else if (a->type == SZ_X_STR && b->value.list->nums) item = TXT(c, "\"%g\"", b->value.list->nums[i]);
        if (!item) return;
        all = TXT(c, "%s%s%s", all, comma, item);
    }
    prog_hint(c, g, "write  %.*s in [%s]", "请写  %.*s in [%s]", SZ_FMT_STR(prog_slice(c, a->off, a->len)), all);
}

static bool is_figures(sz_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789, ", s.p[i])) return false;
    return s.n > 0;
}

/* `week in [1-4]` is [-3]. */
static void warn_range(checker *c, const tnode *a, const sz_expr *list, const sz_expr *item) {
    if (!prog_is_range(item) || list->n != 1) return;
    prog_hint_range(c,
                    prog_warning(c, C_SPELLING, item->off, item->len, "`%.*s` is %lld here", "这里的 `%.*s` 等于 %lld",
                                 SZ_FMT_STR(prog_slice(c, item->off, item->len)),
                                 (long long)(item->args[0]->i - item->args[1]->i)),
                    prog_slice(c, a->off, a->len), item);
}

static void refuse_in(checker *c, const sz_expr *e, const tnode *a, const tnode *b) {
    sz_str sa = prog_slice(c, a->off, a->len), sb = prog_slice(c, b->off, b->len);
    sz_diag *g;
    if (is_list(b)) {
        g = prog_report(c, SZ_ERROR, C_TYPES, e->off, e->len,
                        TXT(c, "`%.*s` is %s, `%.*s` is %s", SZ_FMT_STR(sa), prog_type_words(a, SZ_EN), SZ_FMT_STR(sb),
                            prog_type_words(b, SZ_EN)),
                        TXT(c, "`%.*s` 是%s，`%.*s` 是%s", SZ_FMT_STR(sa), prog_type_words(a, SZ_ZH), SZ_FMT_STR(sb),
                            prog_type_words(b, SZ_ZH)));
        hint_elements(c, g, a, b);
        return;
    }
    g = prog_report(c, SZ_ERROR, C_LIST, b->off, b->len,
                    TXT(c, "`in` looks into a list; `%.*s` is %s", SZ_FMT_STR(sb), prog_type_words(b, SZ_EN)),
                    TXT(c, "`in` 只能查列表；`%.*s` 是%s", SZ_FMT_STR(sb), prog_type_words(b, SZ_ZH)));
    if (b->type == SZ_X_STR && b->kind == T_CONST && a->type == SZ_X_NUM && is_figures(b->value.str))
        prog_hint(c, g, "write  %.*s in [%.*s]", "请写  %.*s in [%.*s]", SZ_FMT_STR(sa), SZ_FMT_STR(b->value.str));
    else if (b->type == SZ_X_STR && b->kind == T_CONST)
        prog_hint(c, g, "write  %.*s == %.*s  or  %.*s in [%.*s]", "请写  %.*s == %.*s  或  %.*s in [%.*s]",
                  SZ_FMT_STR(sa), SZ_FMT_STR(sb), SZ_FMT_STR(sa), SZ_FMT_STR(sb));
    else if (prog_is_range(e->args[1])) prog_hint_range(c, g, sa, e->args[1]);
    else if (b->type == SZ_X_NUM)
        prog_hint(c, g, "write  %.*s == %.*s  or  %.*s in [%.*s]", "请写  %.*s == %.*s  或  %.*s in [%.*s]",
                  SZ_FMT_STR(sa), SZ_FMT_STR(sb), SZ_FMT_STR(sa), SZ_FMT_STR(sb));
    else if (b->type == SZ_X_STR)
        prog_hint(c, g, "for a part of a text write  %.*s.contains(%.*s)", "查文本的一部分请写  %.*s.contains(%.*s)",
                  SZ_FMT_STR(sb), SZ_FMT_STR(sa));
}

/* Carets and names for the elements of a list written here: the element, not the list. */
static void check_elements(checker *c, const sz_expr *list, const tnode *a, const tnode *b) {
    if (list->kind != SZ_E_LIST || a->kind != T_SYM) {
        prog_check_constants(c, a, b);
        return;
    }
    bool may_hold = false; /* weeks 17 to 20, of terms that have 18: a pack is written for others too */
    for (uint32_t i = 0; b->type == SZ_X_LIST_NUM && i < list->n; i++)
        may_hold |= prog_may_be(a, b->value.list->nums[i]);
    for (uint32_t i = 0; i < list->n; i++) {
        tnode at = {.off = list->args[i]->off, .len = list->args[i]->len};
        warn_range(c, a, list, list->args[i]);
        if (b->type == SZ_X_LIST_STR) check_text(c, a, &at, b->value.list->strs[i]);
        else prog_check_number(c, a, may_hold ? 'i' : '=', &at, b->value.list->nums[i]);
    }
}

tnode *prog_check_in(checker *c, const sz_expr *e, uint32_t depth) {
    tnode *n = prog_node(c, T_IN, SZ_X_BOOL, e, 2);
    const tnode *a = n->kid[0] = prog_check(c, e->args[0], depth + 1);
    const tnode *b = n->kid[1] = prog_check(c, e->args[1], depth + 1);
    n->has_growing = a->has_growing || b->has_growing;
    n->is_steady = a->is_steady && b->is_steady;
    if (prog_is_bad(a) || prog_is_bad(b)) return n;
    if ((b->type == SZ_X_LIST_STR && a->type == SZ_X_STR) || (b->type == SZ_X_LIST_NUM && a->type == SZ_X_NUM))
        check_elements(c, e->args[1], a, b);
    else refuse_in(c, e, a, b);
    if (b->type == SZ_X_LIST_STR && a->type == SZ_X_STR && prog_is_known(a)) warn_member(c, b, a, a->value.str);
    return n;
}
