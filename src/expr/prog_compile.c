/* SPDX-License-Identifier: Apache-2.0
 *
 * sz_prog_compile: parse, check, fold, emit; and what a program says of itself.
 */
#include "prog.h"

/* They are in the parser's memory, which goes before the findings do. */
static const char *kept(checker *c, const char *text) { return text ? TXT(c, "%s", text) : NULL; }

void prog_report_parse(checker *c, const sz_expr_error *err) {
    sz_diag *g = prog_report(c, SZ_ERROR, err->code ? (prog_code)err->code : C_SYNTAX, err->off, err->len,
                             kept(c, err->message), kept(c, err->message_zh));
    if (err->hint) prog_set_hint(g, kept(c, err->hint), kept(c, err->hint_zh));
    else
        prog_set_hint(g, "a condition reads, for example,  n >= 3 && student.year == 1",
                      "条件的写法例如  n >= 3 && student.year == 1");
}

static bool fits_wanted(const checker *c, const tnode *n) {
    switch (c->o->want) {
    case SZ_X_ANY: return true;
    case SZ_X_NUM: return n->type == SZ_X_NUM || n->type == SZ_X_DURATION;
    default: return n->type == (uint8_t)c->o->want;
    }
}

static void check_result(checker *c, const tnode *n) {
    if (prog_is_bad(n)) return;
    sz_str s = prog_slice(c, n->off, n->len);
    if (!fits_wanted(c, n)) {
        bool is_condition = c->o->want == SZ_X_BOOL;
        const char *want = is_condition ? "a condition is true or false"
                                        : TXT(c, "the value must be %s", prog_type_name((uint8_t)c->o->want, SZ_EN));
        const char *want_zh =
            is_condition ? "条件应是真假值" : TXT(c, "这里的值应是%s", prog_type_name((uint8_t)c->o->want, SZ_ZH));
        sz_diag *g = prog_report(c, SZ_ERROR, C_RESULT, n->off, n->len,
                                 TXT(c, "%s; `%.*s` is %s", want, SZ_FMT_STR(s), prog_type_words(n, SZ_EN)),
                                 TXT(c, "%s；`%.*s` 是%s", want_zh, SZ_FMT_STR(s), prog_type_words(n, SZ_ZH)));
        if (is_condition && n->type == SZ_X_NUM && n->kind == T_CONST)
            prog_hint(c, g, "write what is compared with it too, for example  n >= %.*s",
                      "还要写同它比较的是什么，例如  n >= %.*s", SZ_FMT_STR(s));
        else if (is_condition && n->type == SZ_X_NUM)
            prog_hint(c, g, "compare it, for example  %.*s >= 3", "请写成比较，例如  %.*s >= 3", SZ_FMT_STR(s));
        else if (is_condition && n->type == SZ_X_DURATION)
            prog_hint(c, g, "compare it with a param:  params: {limit: 24h}  and  %.*s >= limit",
                      "请同参数比较：params: {limit: 24h}，再写  %.*s >= limit", SZ_FMT_STR(s));
        else if (is_condition && n->type == SZ_X_STR)
            prog_hint(c, g, "compare it, for example  %.*s == \"…\"", "请写成比较，例如  %.*s == \"…\"", SZ_FMT_STR(s));
        else if (c->o->want == SZ_X_NUM && n->type == SZ_X_BOOL)
            prog_hint(c, g, "for 1 or 0 write  (%.*s ? 1 : 0)", "要 1 或 0 请写  (%.*s ? 1 : 0)", SZ_FMT_STR(s));
    } else if (n->is_made) {
        prog_set_hint(prog_error(c, C_TEXT_RESULT, n->off, n->len, "a text put together with + can only be compared",
                                 "用 + 拼成的文本只能用来比较"),
                      "compare it, for example  a + \"-1\" == b;  what is shown stands in  message:",
                      "请用它来比较，例如  a + \"-1\" == b；要显示的内容写在  message:");
    }
}

static tnode *check_whole(checker *c) {
    if (sz_str_trim(c->text).n == 0) {
        prog_set_hint(prog_error(c, C_EMPTY, 0, (uint32_t)c->text.n, "an expression is missing", "缺少表达式"),
                      c->o->want == SZ_X_BOOL ? "write what is asked, for example  n >= 3"
                                              : "write what is computed, for example  n + 1",
                      c->o->want == SZ_X_BOOL ? "请写要问的条件，例如  n >= 3" : "请写要算的式子，例如  n + 1");
        return NULL;
    }
    sz_expr_error err = {0};
    const sz_expr *e = sz_expr_parse(&c->tmp, c->text, SZ_MACROS_RULES, &err);
    if (!e) {
        joint_list all = {0};
        if (!prog_explain_syntax(c, err.off, &all)) prog_report_parse(c, &err);
        if (err.resume) prog_note_joint(&all, (joint){err.resume, err.resume, false});
        prog_conditions_beside(c, &all);
        prog_names_beside(c);
        return NULL;
    }
    tnode *root = prog_check(c, e, 0);
    check_result(c, root);
    if (c->n_errors == 0 && !c->has_failed) prog_check_growth(c, root);
    return root;
}

static int by_number(const void *pa, const void *pb, void *ctx) {
    uint32_t a, b;
    memcpy(&a, pa, sizeof a);
    memcpy(&b, pb, sizeof b);
    (void)ctx;
    return (a > b) - (a < b);
}

static uint32_t count_slots(const tnode *n) {
    uint32_t total = n->kind == T_SYM || n->kind == T_HAS;
    for (uint32_t i = 0; i < n->n; i++) total += count_slots(n->kid[i]);
    return total;
}

static void list_slots(sz_prog *p, const tnode *n) {
    if (n->kind == T_SYM || n->kind == T_HAS) p->slots[p->n_slots++] = n->slot;
    for (uint32_t i = 0; i < n->n; i++) list_slots(p, n->kid[i]);
}

static void gather_slots(sz_arena *a, sz_prog *p) {
    p->slots = SZ_NEWN(a, uint32_t, count_slots(p->root) + 1);
    list_slots(p, p->root);
    sz_sort(p->slots, p->n_slots, sizeof *p->slots, by_number, NULL);
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_slots; i++)
        if (n == 0 || p->slots[n - 1] != p->slots[i]) p->slots[n++] = p->slots[i];
    p->n_slots = n;
}

const sz_prog *sz_prog_compile(sz_arena *a, sz_str text, const sz_resolver *r, const sz_compile_opts *o, sz_diags *d) {
    checker c = {.first = UINT32_MAX, .a = a, .text = sz_arena_str(a, text), .r = r, .o = o, .d = d};
    sz_arena_init(&c.tmp);
    tnode *root = check_whole(&c);
    sz_prog *p = NULL;
    if (root && c.n_errors == 0 && !c.has_failed) {
        p = SZ_NEW(a, sz_prog);
        *p = (sz_prog){.root = root,
                       .text = c.text,
                       .type = root->type,
                       .unit = root->unit,
                       .grows = root->has_growing,
                       .is_ratio = root->is_ratio,
                       .is_of_hundred = prog_is_of_hundred(root)};
        gather_slots(a, p);
        if (!prog_emit(a, p)) {
            prog_error(&c, C_DEEP, 0, (uint32_t)c.text.n, "the expression needs too many values at once",
                       "表达式同时需要的值太多");
            p = NULL;
        }
    }
    sz_arena_fini(&c.tmp);
    return p;
}

uint8_t sz_prog_type(const sz_prog *p) { return p->type; }
uint8_t sz_prog_unit(const sz_prog *p) { return p->unit; }
bool sz_prog_is_ratio(const sz_prog *p) { return p->is_ratio; }

bool sz_prog_is_of_hundred(const sz_prog *p) { return p->is_of_hundred; }
bool sz_prog_grows(const sz_prog *p) { return p->grows; }

const sz_clause *sz_prog_clauses(const sz_prog *p, uint32_t *n) {
    *n = p->n_clauses;
    return p->clauses;
}

const uint32_t *sz_prog_slots(const sz_prog *p, uint32_t *n) {
    *n = p->n_slots;
    return p->slots;
}
