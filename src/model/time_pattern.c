/* SPDX-License-Identifier: Apache-2.0
 *
 * time_pattern: patterns of times to a list of steps. What may be left out is written out: each [ ] doubles the forms.
 */
#include "time_pattern.h"

#include "time_op.h"

/* Tokens, longest first. */
static const struct token {
    const char *text;
    uint8_t kind;
    uint16_t part;
} tokens[] = {
    {"YYYY", OP_YEAR4, PART_YEAR},   {"yyyy", OP_YEAR4, PART_YEAR},      {"YY", OP_YEAR2, PART_YEAR},
    {"yy", OP_YEAR2, PART_YEAR},     {"MMM", OP_MONTH_NAME, PART_MONTH}, {"MM", OP_MONTH2, PART_MONTH},
    {"M", OP_MONTH1, PART_MONTH},    {"DD", OP_DAY2, PART_DAY},          {"dd", OP_DAY2, PART_DAY},
    {"D", OP_DAY1, PART_DAY},        {"d", OP_DAY1, PART_DAY},           {"HH", OP_HOUR2, PART_HOUR},
    {"H", OP_HOUR1, PART_HOUR},      {"hh", OP_HOUR2, PART_HOUR12},      {"h", OP_HOUR1, PART_HOUR12},
    {"mm", OP_MINUTE2, PART_MINUTE}, {"m", OP_MINUTE1, PART_MINUTE},     {"ss", OP_SECOND2, PART_SECOND},
    {"s", OP_SECOND1, PART_SECOND},  {"A", OP_HALF, PART_HALF},          {"a", OP_HALF, PART_HALF},
    {"Z", OP_OFFSET, PART_OFFSET},   {"EEEE", OP_WEEKDAY, PART_WEEKDAY}, {"EEE", OP_WEEKDAY, PART_WEEKDAY},
    {"E", OP_WEEKDAY, PART_WEEKDAY},
};

enum { MOST_GROUPS = 3 }; /* [ ]: SZ_PATTERN_FORMS is two to it */

typedef struct compiler {
    sz_str text;
    unsigned keep; /* bit a [ ]: its content is in this form */
    sz_time_op ops[64];
    uint32_t n;
    unsigned parts; /* seen */
    sz_pattern_error *error;
} compiler;

static bool fail(compiler *c, size_t off, size_t len, const char *en, const char *zh) {
    *c->error = (sz_pattern_error){off, len, en, zh};
    return false;
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool add(compiler *c, size_t off, uint8_t kind, char letter) {
    if (kind == OP_BLANK && c->n && c->ops[c->n - 1].kind == OP_BLANK) return true;
    if (c->n == sizeof c->ops / sizeof *c->ops) return fail(c, off, 1, "the format is too long", "时间格式过长");
    c->ops[c->n++] = (sz_time_op){kind, letter};
    return true;
}

static bool add_part(compiler *c, size_t off, size_t len, uint8_t kind, unsigned part) {
    if (c->parts & part)
        return fail(c, off, len, "this part of the time is in the format twice", "时间的这一部分在格式中出现了两次");
    c->parts |= part;
    return add(c, off, kind, 0);
}

/* One token or letter at i; returns the bytes that it takes, 0 on an error. */
static size_t one(compiler *c, size_t i) {
    sz_str t = c->text;
    if (t.p[i] == 'S') {
        size_t len = 1;
        while (i + len < t.n && t.p[i + len] == 'S') len++;
        return add_part(c, i, len, OP_FRACTION, PART_FRACTION) ? len : 0;
    }
    for (size_t k = 0; k < sizeof tokens / sizeof *tokens; k++) {
        size_t len = strlen(tokens[k].text);
        if (t.n - i >= len && memcmp(t.p + i, tokens[k].text, len) == 0)
            return add_part(c, i, len, tokens[k].kind, tokens[k].part) ? len : 0;
    }
    if (t.p[i] == ' ') return add(c, i, OP_BLANK, ' ') ? 1 : 0;
    if (is_letter(t.p[i]) && t.p[i] != 'T') {
        fail(c, i, 1, "this letter means nothing in a time format", "时间格式中没有这个字母");
        return 0;
    }
    return add(c, i, OP_LETTER, t.p[i]) ? 1 : 0;
}

static size_t quoted(compiler *c, size_t i, bool is_left_out) {
    size_t end = i + 1;
    while (end < c->text.n && c->text.p[end] != '\'') end++;
    if (end == c->text.n) {
        fail(c, i, 1, "this quote is not closed", "引号没有闭合");
        return 0;
    }
    for (size_t k = i + 1; k < end && !is_left_out; k++)
        if (!add(c, k, OP_LETTER, c->text.p[k])) return 0;
    return end + 1 - i;
}

/* [ ] may stand inside of one another; what is in one that this form leaves out is left out too. */
static bool walk(compiler *c) {
    unsigned n_groups = 0, depth = 0, left_out = 0; /* left_out: open [ ] that are not in this form */
    struct {
        size_t at;
        bool is_out;
    } open[MOST_GROUPS];
    for (size_t i = 0; i < c->text.n;) {
        char ch = c->text.p[i];
        size_t len = 1;
        if (ch == '[') {
            if (n_groups == MOST_GROUPS) return fail(c, i, 1, "at most three [ ] are possible", "最多可有三个 [ ]");
            open[depth].at = i;
            open[depth].is_out = !(c->keep >> n_groups++ & 1);
            left_out += open[depth++].is_out;
        } else if (ch == ']') {
            if (depth == 0) return fail(c, i, 1, "there is no [ before this ]", "这个 ] 之前没有 [");
            left_out -= open[--depth].is_out;
        } else if (ch == '\'') {
            len = quoted(c, i, left_out > 0);
        } else if (left_out == 0) {
            len = one(c, i);
        }
        if (len == 0) return false;
        i += len;
    }
    if (depth) return fail(c, open[depth - 1].at, 1, "this [ is not closed", "这个 [ 没有闭合");
    return true;
}

static bool check(compiler *c, bool is_full) {
    unsigned p = c->parts, date = PART_YEAR | PART_MONTH | PART_DAY;
    size_t n = c->text.n;
    if ((p & date) != date)
        return fail(c, 0, n, "a time needs year, month and day: YYYY, M, D", "时间须有年、月、日：YYYY、M、D");
    if ((p & PART_HOUR) && (p & PART_HOUR12)) return fail(c, 0, n, "H and h exclude each other", "H 与 h 不能同时使用");
    bool has_hour = p & (PART_HOUR | PART_HOUR12);
    if (is_full && (p & PART_HOUR12) && !(p & PART_HALF))
        return fail(c, 0, n, "h needs A (AM, PM); 24 hours are H", "h 需要 A（上午、下午）；24 小时制用 H");
    if ((p & (PART_MINUTE | PART_SECOND | PART_HALF)) && !has_hour)
        return fail(c, 0, n, "minutes and seconds need an hour: H", "有分、秒就须有小时：H");
    if ((p & PART_SECOND) && !(p & PART_MINUTE)) return fail(c, 0, n, "seconds need minutes: mm", "有秒就须有分：mm");
    if ((p & PART_FRACTION) && !(p & PART_SECOND))
        return fail(c, 0, n, "a fraction needs seconds: ss", "有小数就须有秒：ss");
    return true;
}

static unsigned n_groups(sz_str text) {
    unsigned n = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'') is_quoted = !is_quoted;
        n += text.p[i] == '[' && !is_quoted;
    }
    return n;
}

bool sz_time_pattern_compile(sz_arena *a, sz_str text, sz_time_pattern out[SZ_PATTERN_FORMS], uint32_t *n,
                             sz_pattern_error *error) {
    compiler c = {.text = text, .error = error};
    *n = 0;
    static const struct {
        const char *name;
        uint8_t op;
    } numbers[] = {{"epoch_s", OP_EPOCH_S}, {"epoch_ms", OP_EPOCH_MS}, {"excel", OP_EXCEL}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!sz_str_is(text, numbers[i].name)) continue;
        out[0].ops = SZ_NEW(a, sz_time_op);
        *out[0].ops = (sz_time_op){numbers[i].op, 0};
        out[0].n = 1;
        *n = 1;
        return true;
    }
    unsigned groups = n_groups(text);
    if (groups > MOST_GROUPS) groups = MOST_GROUPS; /* walk says where the fourth is */
    for (unsigned mask = 1u << groups; mask-- > 0;) {
        bool is_full = mask == (1u << groups) - 1;
        c.keep = mask;
        c.n = 0;
        c.parts = 0;
        if (!walk(&c)) return false;
        if (!check(&c, is_full)) { /* a form that lacks what it needs is not one, unless it is the whole */
            if (is_full) return false;
            continue;
        }
        sz_time_pattern *p = &out[(*n)++];
        p->n = c.n;
        p->ops = SZ_NEWN(a, sz_time_op, c.n);
        memcpy(p->ops, c.ops, c.n * sizeof *c.ops);
    }
    return true;
}
