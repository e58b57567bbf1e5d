/* SPDX-License-Identifier: Apache-2.0
 *
 * Values with units inside an expression (50%, 420 yuan, 24h, 6 class-hours, 3 天) and times of day without quotes.
 */
#include "prog_syntax.h"

bool prog_path_symbol(const scan *s, sz_symbol *out) {
    enum { MOST = 4 };
    sz_str name[MOST], rest = text_of(s, s->path);
    uint32_t n = 0, bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    const sz_resolver *r = s->c->r;
    if (!r || s->path.len == 0) return false;
    for (; rest.n && n < MOST; n++) {
        const char *dot = memchr(rest.p, '.', rest.n);
        name[n] = (sz_str){rest.p, dot ? (size_t)(dot - rest.p) : rest.n};
        rest = dot ? (sz_str){dot + 1, rest.n - name[n].n - 1} : (sz_str){0};
    }
    return r->resolve(r->ctx, name, n, NULL, false, out, &bad, &hint, &hint_zh);
}

/* What the name before the value is, where it is known and is a number or a duration. */
bool prog_side_is(const scan *s, tnode *side) {
    sz_symbol sym = {0};
    if (!prog_path_symbol(s, &sym)) return false;
    *side = (tnode){.type = sym.type, .unit = sym.unit, .low = sym.low, .high = sym.high};
    return sym.type == SZ_X_NUM || sym.type == SZ_X_DURATION;
}

/* `now - last_door.time`: how long ago that was; NULL: it is something else. */
static const char *age_of(const scan *s, sz_str t) {
    static const char *const nows[] = {"now() -", "now()-", "now -", "now-"};
    static const char time[] = ".time";
    enum { N = sizeof time - 1 };
    for (size_t i = 0; i < sizeof nows / sizeof *nows; i++) {
        size_t n = strlen(nows[i]);
        if (t.n <= n + N || memcmp(t.p, nows[i], n) != 0 || memcmp(t.p + t.n - N, time, N) != 0) continue;
        sz_str record = sz_str_trim((sz_str){t.p + n, t.n - n - N});
        return TXT(s->c, "%.*s.age", SZ_FMT_STR(record));
    }
    return NULL;
}

/* `late / all` of `n > 3 && late / all >`: what is reckoned in front of a comparison; x where it is more than that. */
static sz_str reckoned_before(const scan *s) {
    static const char signs[] = " _.+-*/()";
    uint32_t end = s->lone.off, begin, open = 0;
    while (end > 0 && s->t.p[end - 1] == ' ') end--;
    for (begin = end; begin > 0; begin--) {
        char c = s->t.p[begin - 1];
        bool is_word = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!is_word && !strchr(signs, c)) break;
        open += c == ')';
        if (c == '(' && open == 0) break;
        open -= c == '(';
    }
    while (begin < end && s->t.p[begin] == ' ') begin++;
    const char *age = age_of(s, (sz_str){s->t.p + begin, end - begin});
    if (age) return sz_str_of(age);
    return open || begin == end ? SZ_STR("x") : (sz_str){s->t.p + begin, end - begin};
}

/* `spend_habit.ratio < ` in front of the value, for the hint. A name that has no comparison yet gets the one that the
 * value brings (3次以上), else the one given; x stands for a name that is not there. */
static const char *before(const scan *s, const char *op, const char *or_else) {
    tnode side;
    sz_str path = text_of(s, s->path), sign = prog_sign_text(s);
    if (s->path.len && s->sign.len) return TXT(s->c, "%.*s %.*s", SZ_FMT_STR(path), SZ_FMT_STR(sign));
    if (s->path.len && *op) return TXT(s->c, "%.*s %s", SZ_FMT_STR(path), op);
    if (s->lone.len) return TXT(s->c, "%.*s %.*s", SZ_FMT_STR(reckoned_before(s)), SZ_FMT_STR(text_of(s, s->lone)));
    return prog_side_is(s, &side) ? TXT(s->c, "%.*s %s", SZ_FMT_STR(path), or_else) : TXT(s->c, "x %s", or_else);
}

/* The number for the place of the value: alone, or with the comparison that is not there yet. */
static const char *in_place(const scan *s, const sz_meant *v, const char *number) {
    tnode side;
    bool is_compared = s->sign.len || !s->path.len || (!*v->op && !prog_side_is(s, &side));
    return is_compared ? number : TXT(s->c, " %s %s", before(s, v->op, v->measure == SZ_M_SHARE ? "<" : ">="), number);
}

static bool fits(enum sz_measure m, const tnode *side) {
    bool is_plain = side->type == SZ_X_NUM && side->unit == SZ_UNIT_NONE;
    switch (m) {
    case SZ_M_SHARE: return is_plain || side->unit == SZ_UNIT_SHARE;
    case SZ_M_TIME: return side->type == SZ_X_DURATION;
    case SZ_M_DAYS: return is_plain || side->type == SZ_X_DURATION || side->unit == SZ_UNIT_DAYS;
    case SZ_M_YUAN: return is_plain || side->unit == SZ_UNIT_YUAN;
    case SZ_M_CLASS_HOURS: return is_plain || side->unit == SZ_UNIT_CLASS_HOURS;
    default: return side->type == SZ_X_NUM && side->unit != SZ_UNIT_SHARE;
    }
}

/* `spend < 3 d`: a value of another kind than what it is compared with. */
static void hint_misfit(scan *s, sz_diag *g, const tnode *side, const char *left) {
    sz_str name = text_of(s, s->path);
    const char *like = prog_like_unit(side), *en = prog_type_words(side, SZ_EN), *zh = prog_type_words(side, SZ_ZH);
    g->hint = TXT(s->c, "`%.*s` is %s, so name such a value:  params: {limit: %s}  and  %s limit", SZ_FMT_STR(name), en,
                  like, left);
    g->hint_zh = TXT(s->c, "`%.*s` 是%s，请给这样的值起名：params: {limit: %s}，再写  %s limit", SZ_FMT_STR(name), zh,
                     like, left);
}

/* 60% of m, 60% * m: where the word that multiplies ends; 0: none does. */
static uint32_t of_another(const scan *s, uint32_t end, const sz_meant *v) {
    piece next = prog_piece(s, end);
    bool is_of = v->measure == SZ_M_SHARE && (is_word(s, next, "of") || is_sign(s, next, "*"));
    return is_of ? end_of(next) : 0;
}

static void hint_share(scan *s, sz_diag *g, const sz_meant *v) {
    double d = 0;
    sz_buf b;
    sz_buf_init(&b);
    if (sz_str_double(sz_str_of(v->number), &d)) sz_json_double(&b, d / 100);
    sz_str share = sz_buf_str(&b);
    prog_hint(s->c, g, "write %s, or name it:  params: {drop: %s}  and  %s drop",
              "请写 %s，或起个名字：params: {drop: %s}，再写  %s drop",
              in_place(s, v, TXT(s->c, "%.*s", SZ_FMT_STR(share))), v->text, before(s, v->op, "<"));
    sz_buf_fini(&b);
}

/* `n 3次以上` has no comparison yet. */
static void hint_number(scan *s, sz_diag *g, const sz_meant *v, sz_str whole) {
    const char *number = in_place(s, v, v->number);
    bool is_alone = number == v->number;
    if (sz_str_is(text_of(s, s->path), "student.year") && strlen(v->number) == strlen("2023")) { /* 2023级 */
        sz_str sign = s->sign.len ? prog_sign_text(s) : SZ_STR("==");
        prog_hint(s->c, g, "write  student.entry_year %.*s %s", "请写  student.entry_year %.*s %s", SZ_FMT_STR(sign),
                  v->number);
        return;
    }
    if (prog_per_begins(whole) < whole.n) {
        prog_hint(s->c, g,
                  is_alone ? "write %s alone; over how long, the feature says:  over: 7d"
                           : "write %s; over how long, the feature says:  over: 7d",
                  is_alone ? "只写 %s；按多长时间算，由特征的  over: 7d  决定"
                           : "请写 %s；按多长时间算，由特征的  over: 7d  决定",
                  number);
        return;
    }
    prog_hint(s->c, g, is_alone ? "write %s alone" : "write %s", is_alone ? "只写 %s" : "请写 %s", number);
}

/* 3 days and 0.5天 as a duration. */
static const char *as_duration(const scan *s, const sz_meant *v) {
    char text[SZ_MEANT];
    bool is_rough;
    const char *days = TXT(s->c, "%sd", v->number);
    return strchr(v->number, '.') && sz_meant_duration(sz_str_of(days), text, &is_rough) ? TXT(s->c, "%s", text) : days;
}

static void tell_part(scan *s, uint32_t off, uint32_t end, const sz_meant *v) {
    sz_str whole = {s->t.p + off, end - off};
    double d = 0;
    sz_buf b;
    sz_buf_init(&b);
    if (sz_str_double(sz_str_of(v->number), &d)) sz_json_double(&b, d / 100);
    sz_str part = sz_buf_str(&b);
    prog_hint(s->c,
              prog_error(s->c, C_VALUE_UNIT, off, end - off, "`%.*s` is not an expression", "`%.*s` 不是表达式",
                         SZ_FMT_STR(whole)),
              "write %.*s *", "请写 %.*s *", SZ_FMT_STR(part));
    sz_buf_fini(&b);
}

/* `spend >= 3-5元`: what stands before the value, back to the name. */
typedef struct bounds {
    sz_str name, low;
} bounds;

static uint32_t back_over(sz_str t, uint32_t i, const char *signs) {
    while (i > 0 && strchr(signs, t.p[i - 1])) i--;
    return i;
}

static bool range_before(sz_str t, uint32_t off, bounds *out) {
    static const char digits[] = "0123456789.", word[] = "abcdefghijklmnopqrstuvwxyz_.0123456789";
    uint32_t sign = back_over(t, off, " ");
    if (sign == 0 || t.p[sign - 1] != '-') return false;
    uint32_t end = back_over(t, sign - 1, " "), begin = back_over(t, end, digits);
    uint32_t compared = back_over(t, begin, " "), left = back_over(t, compared, "<>=!");
    if (begin == end || left == compared) return false;
    uint32_t name_end = back_over(t, left, " "), name = back_over(t, name_end, word);
    *out = (bounds){{t.p + name, name_end - name}, {t.p + begin, end - begin}};
    return name < name_end;
}

/* A name with its points. Nothing is reckoned with it and it is no function: else it has no length. */
static piece name_at(const scan *s, uint32_t i) {
    static const char *const signs[] = {"(", "+", "-", "*", "/", "%"};
    piece name = prog_piece(s, i), next = prog_piece(s, end_of(name));
    if (name.kind != L_WORD) return (piece){0};
    while (is_sign(s, next, ".")) {
        piece field = prog_piece(s, end_of(next));
        if (field.kind != L_WORD) return (piece){0};
        name.len = end_of(field) - name.off;
        next = prog_piece(s, end_of(name));
    }
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (is_sign(s, next, signs[k])) return (piece){0};
    return name;
}

/* `24h <= silence`: the comparison with a name that follows the value, the other way round; NULL: none does. */
static const char *turned_after(const scan *s, uint32_t end, piece *sign, piece *name) {
    static const char *const turned[][2] = {{"<=", ">="}, {">=", "<="}, {"<", ">"},
                                            {">", "<"},   {"==", "=="}, {"!=", "!="}};
    *sign = prog_piece(s, end);
    *name = name_at(s, end_of(*sign));
    if (s->path.len || s->lone.len || !name->len) return NULL;
    for (size_t i = 0; i < sizeof turned / sizeof *turned; i++)
        if (is_sign(s, *sign, turned[i][0])) return turned[i][1];
    return NULL;
}

static void tell_value(scan *s, uint32_t off, uint32_t end, const sz_meant *v) {
    uint32_t of = of_another(s, end, v);
    if (of) {
        tell_part(s, off, of, v);
        return;
    }
    sz_str whole = {s->t.p + off, end - off};
    sz_diag *g = prog_error(s->c, C_VALUE_UNIT, off, end - off, "`%.*s` is not an expression", "`%.*s` 不是表达式",
                            SZ_FMT_STR(whole));
    tnode side = {0};
    sz_meant yuan;
    bool is_known = prog_side_is(s, &side), is_time = v->measure == SZ_M_TIME;
    if (is_known && side.unit == SZ_UNIT_YUAN && sz_meant_fen(whole, v, &yuan)) v = &yuan;
    const char *text = v->text, *left = before(s, v->op, v->measure == SZ_M_SHARE ? "<" : ">="),
               *number = in_place(s, v, v->number);
    if (v->measure == SZ_M_DAYS && !(is_known && side.type == SZ_X_NUM)) { /* of a duration, until we know better */
        text = as_duration(s, v);
        is_time = true;
    }
    bounds r;
    if (!s->path.len && v->measure != SZ_M_SHARE && !is_time && range_before(s->t, off, &r))
        prog_hint(s->c, g, "a range is two comparisons: write  %.*s >= %.*s && %.*s <= %s",
                  "范围要写成两个比较：%.*s >= %.*s && %.*s <= %s", SZ_FMT_STR(r.name), SZ_FMT_STR(r.low),
                  SZ_FMT_STR(r.name), v->number);
    else if (is_known && !fits(v->measure, &side)) hint_misfit(s, g, &side, left);
    else if (v->measure == SZ_M_SHARE && is_known && prog_is_of_hundred(&side))
        prog_hint(s->c, g, "a percentile is 0 to 100: write %s", "百分位是 0 到 100：请写 %s", number);
    else if (v->measure == SZ_M_SHARE) hint_share(s, g, v);
    else if (v->measure == SZ_M_NUMBER || v->measure == SZ_M_COUNT || v->measure == SZ_M_POINTS)
        hint_number(s, g, v, whole);
    else if (is_time)
        prog_hint(s->c, g, "name it:  params: {limit: %s}  and  %s limit",
                  "请起个名字：params: {limit: %s}，再写  %s limit", text, left);
    else if (prog_per_begins(whole) < whole.n) /* 4元/天 */
        prog_hint(
            s->c, g,
            "write %s, or name it:  params: {limit: %s}  and  %s limit; over how long, the feature says by  over:",
            "请写 %s，或起个名字：params: {limit: %s}，再写  %s limit；按多长时间算，由特征的  over:  决定", number,
            text, left);
    else
        prog_hint(s->c, g,
                  number == v->number ? "write %s alone, or name it:  params: {limit: %s}  and  %s limit"
                                      : "write %s, or name it:  params: {limit: %s}  and  %s limit",
                  number == v->number ? "只写 %s，或起个名字：params: {limit: %s}，再写  %s limit"
                                      : "请写 %s，或起个名字：params: {limit: %s}，再写  %s limit",
                  number, text, left);
}

void prog_tell_value(scan *s, uint32_t off, uint32_t end, const sz_meant *v) {
    piece path = s->path, sign = s->sign, after, name;
    const char *told = s->told, *turned = turned_after(s, end, &after, &name);
    if (turned) {
        s->path = name;
        s->sign = after;
        s->told = turned;
    }
    tell_value(s, off, end, v);
    s->path = path;
    s->sign = sign;
    s->told = told;
}

/* After `50 %`: nothing that could be divided by follows. */
static bool ends_operand(const scan *s, piece p) {
    static const char *const signs[] = {")", "]",  ",", "?",  ":", "&&", "||", "&", "|", "==", "!=",
                                        "<", "<=", ">", ">=", "=", "+",  "*",  "/", "%", "}",  ";"};
    if (p.kind == L_END || is_word(s, p, "and") || is_word(s, p, "or") || is_word(s, p, "in") || is_word(s, p, "of") ||
        is_word(s, p, "AND") || is_word(s, p, "OR"))
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (is_sign(s, p, signs[i])) return true;
    return false;
}

/* ---- where a value ends ------------------------------------------------------------------------------------- */

/* `小时且`, `次以上并且`: where the word that joins begins; the end: there is none. */
static uint32_t joint_in(const scan *s, piece run) {
    static const char *const joints[] = {"且", "并", "而", "或", "和", "与", "同时", "以及"};
    sz_str t = text_of(s, run);
    for (uint32_t i = 1; i < t.n; i++)
        for (size_t k = 0; k < sizeof joints / sizeof *joints; k++) {
            size_t n = strlen(joints[k]);
            if (t.n - i >= n && memcmp(t.p + i, joints[k], n) == 0) return run.off + i;
        }
    return end_of(run);
}

/* `n > 3 days_left`: a name that is known is no unit with a slip. */
bool prog_is_name(const scan *s, piece p) {
    sz_symbol sym = {0};
    uint32_t bad = 0;
    const char *hint = NULL, *hint_zh = NULL;
    sz_str name = text_of(s, p);
    const sz_resolver *r = s->c->r;
    return p.kind == L_WORD && r && r->resolve(r->ctx, &name, 1, NULL, false, &sym, &bad, &hint, &hint_zh);
}

/* Where `/周`, `每周` or `a week` begins behind a value; its end: nowhere. */
uint32_t prog_per_begins(sz_str t) {
    static const char *const words[] = {"/", "／", "每", "per ", "a week", "a day", "a month"};
    for (uint32_t i = 1; i < t.n; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            size_t n = strlen(words[k]);
            if (t.n - i >= n && memcmp(t.p + i, words[k], n) == 0) return i;
        }
    return (uint32_t)t.n;
}

/* `3次/周`, `420元/月`, `3 per week`: how long it is counted over, behind the value that ends here. */
static uint32_t per_end(const scan *s, uint32_t end) {
    static const char *const times[] = {"周",   "天",  "日",    "月",   "学期",     "星期", "顿",    "餐", "次", "晚",
                                        "week", "day", "month", "term", "semester", "meal", "night", "wk", "d",  "w"};
    piece sign = prog_piece(s, end), word = sign;
    bool is_per = is_sign(s, sign, "/") || is_word(s, sign, "per") || is_word(s, sign, "a");
    if (is_per) word = prog_piece(s, end_of(sign));
    sz_str t = text_of(s, word);
    static const char *const joined[] = {"每", "／"};
    for (size_t i = 0; !is_per && word.kind == L_WIDE && i < sizeof joined / sizeof *joined; i++) {
        size_t n = strlen(joined[i]);
        if (t.n <= n || memcmp(t.p, joined[i], n) != 0) continue;
        t = (sz_str){t.p + n, t.n - n};
        is_per = true;
    }
    if (t.n > 3 && memcmp(t.p, "每", 3) == 0) t = (sz_str){t.p + 3, t.n - 3};
    for (size_t i = 0; is_per && i < sizeof times / sizeof *times; i++)
        if (sz_str_is(t, times[i]) && !prog_is_name(s, word)) return end_of(word);
    return end;
}

static bool is_over(const scan *s, piece p, piece next) {
    if (p.kind == L_WORD || p.kind == L_WIDE || p.kind == L_NUMBER) return false;
    if (is_sign(s, p, "%")) return !(ends_operand(s, next) || next.kind == L_WIDE);
    if (is_sign(s, p, "+")) return !ends_operand(s, next);
    return !is_sign(s, p, "-") || next.kind != L_WORD || next.off != end_of(p); /* class-hours */
}

uint32_t prog_value_end(const scan *s, uint32_t off, uint32_t from, sz_meant *v) {
    enum { MOST = 6 };
    uint32_t ends[3 * MOST], n = 0;
    piece p = prog_piece(s, from), first = p;
    for (uint32_t i = 0; i < MOST; i++) {
        piece next = prog_piece(s, end_of(p));
        if (is_over(s, p, next)) break;
        if (p.kind == L_WIDE && joint_in(s, p) < end_of(p)) ends[n++] = joint_in(s, p);
        if (p.kind == L_WIDE && prog_per_begins(text_of(s, p)) < p.len)
            ends[n++] = p.off + prog_per_begins(text_of(s, p));
        ends[n++] = end_of(p);
        p = next;
    }
    while (n > 0) {
        uint32_t end = ends[--n];
        if (!sz_meant_value((sz_str){s->t.p + off, end - off}, v)) continue;
        piece next = prog_piece(s, end);
        if (v->is_misspelt && (prog_is_name(s, first) || is_sign(s, next, ".") || is_sign(s, next, "("))) continue;
        return per_end(s, end);
    }
    return off;
}

/* `1,000`: where it ends; 0: it is none. In a list or a call a comma parts two numbers. */
static uint32_t tell_grouped(scan *s) {
    static const char wide[] = "，";
    uint32_t end = end_of(s->cur);
    const char *plain = TXT(s->c, "%.*s", SZ_FMT_STR(text_of(s, s->cur)));
    for (;;) {
        bool is_wide = s->t.n - end > sizeof wide && memcmp(s->t.p + end, wide, sizeof wide - 1) == 0;
        uint32_t from = end + (is_wide ? (uint32_t)sizeof wide - 1 : 1);
        if (s->n_open > 0 || (!is_wide && at(s, end) != ',') || !is_digit(at(s, from)) || !is_digit(at(s, from + 1)) ||
            !is_digit(at(s, from + 2)) || (is_wide && is_digit(at(s, from + 3))))
            break;
        end = prog_number_end(s, from);
        plain = TXT(s->c, "%s%.*s", plain, (int)(end - from), s->t.p + from);
    }
    if (end == end_of(s->cur)) return 0;
    sz_meant v;
    uint32_t value = prog_value_end(s, s->cur.off, end, &v);
    if (value > s->cur.off) { /* 1,000元 */
        prog_tell_value(s, s->cur.off, value, &v);
        return value;
    }
    sz_str whole = {s->t.p + s->cur.off, end - s->cur.off};
    prog_hint(s->c,
              prog_error(s->c, C_SPELLING, s->cur.off, end - s->cur.off, "`%.*s` is not written so",
                         "这里不能写 `%.*s`", SZ_FMT_STR(whole)),
              "write %s, without commas", "请写 %s，不加逗号", plain);
    return end;
}

/* `n >= 3~5`, `n 3到5次`; `n 3-5` too, but `n > m - 3-5` is a sum. */
static bool joins_bounds(const scan *s, piece p) {
    static const char *const words[] = {"到", "至", "～", "—", "——", "–", "~", "..", "to", "To", "TO"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p.kind != L_STRING && sz_str_is(text_of(s, p), words[i])) return true;
    if (prog_is_unit_and_to(s, p)) return true;
    bool is_bare = s->prev.kind == L_WORD && s->path.len && s->sign.len == 0;
    return is_bare && is_sign(s, p, "-");
}

/* A number in hand: what follows makes it a range, a value with a unit, or a time of day. Returns how far it was dealt
 * with. */
uint32_t prog_look_at_number(scan *s) {
    uint32_t grouped = tell_grouped(s);
    if (grouped) return grouped;
    piece num = s->cur, next = prog_piece(s, end_of(num));
    uint32_t range = joins_bounds(s, next) ? prog_look_at_between(s, num) : end_of(num);
    if (range > end_of(num)) return range;
    sz_meant v;
    uint32_t value = prog_value_end(s, num.off, end_of(num), &v);
    if (value > num.off) {
        prog_tell_value(s, num.off, value, &v);
        return value;
    }
    uint32_t clock_end = is_wide(at(s, end_of(num))) ? prog_tell_clock(s, num.off) : num.off;
    if (clock_end > num.off) return clock_end;
    uint32_t per = per_end(s, end_of(num));
    if (per > end_of(num) && sz_meant_value(text_of(s, num), &v)) { /* 3/周, 3 per week */
        prog_tell_value(s, num.off, per, &v);
        return per;
    }
    if (s->n_choices == 0 && at(s, end_of(num)) == ':' && is_digit(at(s, end_of(num) + 1)) && num.len <= 2) {
        uint32_t end = prog_number_end(s, end_of(num) + 1);
        sz_str clock = {s->t.p + num.off, end - num.off};
        sz_diag *g = prog_error(s->c, C_FORM, num.off, end - num.off, "`%.*s` is not an expression",
                                "`%.*s` 不是表达式", SZ_FMT_STR(clock));
        bool is_compared = s->path.len && s->sign.len;
        tnode side; /* event.hour >= 22:30 */
        sz_str name = is_compared && !prog_side_is(s, &side) ? text_of(s, s->path) : SZ_STR("event.clock");
        sz_str sign = is_compared ? prog_sign_text(s) : SZ_STR(">=");
        const char *zero = num.len == 1 ? "0" : "", *left = TXT(s->c, "%.*s %.*s", SZ_FMT_STR(name), SZ_FMT_STR(sign));
        prog_hint(s->c, g, "a time of day stands in quotes:  %s \"%s%.*s\"", "钟点要加引号：%s \"%s%.*s\"", left, zero,
                  SZ_FMT_STR(clock));
        return end;
    }
    return end_of(num);
}
