/* SPDX-License-Identifier: Apache-2.0
 *
 * What a Chinese keyboard gives: full-width signs, “quotes”, 且 and 或, names that are not ASCII.
 */
#include "prog_syntax.h"

static const char *ascii_of(uint32_t cp) {
    static const struct {
        uint32_t cp;
        const char *ascii;
    } signs[] = {{0x2265, ">="}, {0x2267, ">="}, {0x2264, "<="}, {0x2266, "<="}, {0x2260, "!="}, {0x00D7, "*"},
                 {0x00F7, "/"},  {0x2212, "-"},  {0x2013, "-"},  {0x2014, "-"},  {0x3001, ","},  {0x3002, "."},
                 {0x3010, "["},  {0x3011, "]"},  {0x3008, "<"},  {0x3009, ">"},  {0x300A, "<"},  {0x300B, ">"},
                 {0x3000, " "},  {0x00A0, " "},  {0x2227, "&&"}, {0x2228, "||"}, {0x00AC, "!"},  {0x2208, "in"},
                 {0xFF06, "&&"}, {0xFF5C, "||"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].cp == cp) return signs[i].ascii;
    return NULL;
}

static bool is_quote(uint32_t cp) {
    return cp == 0x201C || cp == 0x201D || cp == 0x2018 || cp == 0x2019 || cp == 0xFF02 || cp == 0xFF07 ||
           cp == 0x300C || cp == 0x300D;
}

static bool is_form(uint32_t cp) { return cp >= 0xFF01 && cp <= 0xFF5E; }

static uint32_t tell_unseen(scan *s, uint32_t off, uint32_t cp, size_t len) {
    prog_hint(s->c,
              prog_error(s->c, C_WIDE, off, (uint32_t)len, "a sign that is not seen stands here, U+%04X",
                         "这里有一个看不见的字符 U+%04X", (unsigned)cp),
              "delete it; it comes with copied text", "请删去；它通常是复制文字时带来的");
    return off + (uint32_t)len;
}

/* A text in “…”: from the first quote to the one that closes it. */
static uint32_t tell_quotes(scan *s, uint32_t off) {
    size_t len = 0;
    sz_utf8_next(s->t.p + off, s->t.n - off, &len);
    uint32_t from = off + (uint32_t)len, i = from;
    while (i < s->t.n) {
        if (is_quote(sz_utf8_next(s->t.p + i, s->t.n - i, &len)) || at(s, i) == '"') break;
        i += (uint32_t)len;
    }
    uint32_t end = i < s->t.n ? i + (uint32_t)len : i;
    sz_str inner = {s->t.p + from, i - from};
    double number;
    tnode side;
    bool is_all = s->prev.kind == L_START && prog_piece(s, end).kind == L_END;
    bool is_number = s->sign.len && prog_side_is(s, &side) && sz_str_double(inner, &number);
    scan of = *s;
    of.t = inner;
    bool is_name = !is_number && prog_is_name(&of, prog_piece(&of, 0)) && end_of(prog_piece(&of, 0)) == inner.n;
    if (is_number || is_name || is_all) {
        prog_hint(s->c,
                  prog_error(s->c, C_WIDE, off, end - off, "no quotes stand here, and these are full-width ones",
                             "这里不加引号，何况这是全角引号"),
                  "write  %.*s", "请写  %.*s", SZ_FMT_STR(inner));
        return end;
    }
    prog_hint(s->c, prog_error(s->c, C_WIDE, off, end - off, "these are not the quotes of CEL", "这不是 CEL 的引号"),
              "write \"%.*s\"", "请用半角引号 \"%.*s\"", SZ_FMT_STR(inner));
    return end;
}

static bool is_not(sz_str word) { return sz_str_is(word, "非") || sz_str_is(word, "不") || sz_str_is(word, "没有"); }

/* 且, 大于: an operator in words. */
static bool tell_chinese_word(scan *s, piece run) {
    static const struct {
        const char *word, *write;
    } words[] = {{"且", "&&"},     {"并且", "&&"},     {"而且", "&&"},   {"但", "&&"},     {"和", "&&"},
                 {"与", "&&"},     {"以及", "&&"},     {"同时", "&&"},   {"并", "&&"},     {"或", "||"},
                 {"或者", "||"},   {"不是", "!="},     {"是", "=="},     {"为", "=="},     {"达到", ">="},
                 {"达", ">="},     {"满", ">="},       {"至少为", ">="}, {"等于", "=="},   {"不等于", "!="},
                 {"大于", ">"},    {"小于", "<"},      {"超过", ">"},    {"高于", ">"},    {"多于", ">"},
                 {"晚于", ">"},    {"低于", "<"},      {"少于", "<"},    {"不足", "<"},    {"不到", "<"},
                 {"早于", "<"},    {"至少", ">="},     {"不少于", ">="}, {"不低于", ">="}, {"大于或等于", ">="},
                 {"至多", "<="},   {"不超过", "<="},   {"不高于", "<="}, {"不多于", "<="}, {"小于或等于", "<="},
                 {"则", "&&"},     {"那么", "&&"},     {"就", "&&"},     {"属于", "in"},   {"大于等于", ">="},
                 {"不小于", ">="}, {"小于等于", "<="}, {"不大于", "<="}};
    if (sz_str_is(text_of(s, run), "包含") || sz_str_is(text_of(s, run), "含有")) {
        prog_tell_method(s, run, "contains");
        return true;
    }
    if (is_not(text_of(s, run)) && !prog_is_operand_end(s, s->prev)) {
        prog_tell_not(s, run);
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!sz_str_is(text_of(s, run), words[i].word)) continue;
        prog_tell_spelling(s, run, words[i].write);
        return true;
    }
    return false;
}

/* As CEL has the sign, for it is full-width or another spelling; NULL: it is no sign, but of a word. */
static const char *sign_of(scan *s, uint32_t cp) {
    if (ascii_of(cp)) return ascii_of(cp);
    return is_form(cp) ? TXT(s->c, "%c", (char)(cp - 0xFEE0)) : NULL;
}

static uint32_t tell_blank(scan *s, uint32_t off, uint32_t end) {
    prog_hint(s->c, prog_error(s->c, C_WIDE, off, end - off, "this space is a full-width one", "这里是全角空格"),
              "write an ordinary space", "请改用半角空格");
    return end;
}

static uint32_t tell_signs(scan *s, uint32_t off, uint32_t end, const char *plain) {
    size_t len = 0;
    if (at(s, end) == '=') {
        plain = TXT(s->c, "%s=", plain);
        end++;
    }
    if (strcmp(plain, "#") == 0) { /* what follows is a comment */
        prog_set_hint(prog_error(s->c, C_WIDE, off, end - off, "`＃` is full-width", "`＃` 是全角符号"),
                      "a comment begins with a space and #", "注释以空格加半角 # 开头");
        return (uint32_t)s->t.n;
    }
    bool is_dot = strcmp(plain, ".") == 0 && off > 0 && is_letter(at(s, off - 1)) && is_letter(at(s, end));
    if (!is_dot && s->n_open == 0 && (strcmp(plain, ",") == 0 || strcmp(plain, ";") == 0 || strcmp(plain, ".") == 0)) {
        prog_tell_join(s, off, end);
        return end;
    }
    if (strcmp(plain, "=") == 0) plain = "==";
    prog_note_sign(s, plain);
    for (const char *p = plain; *p; p++) {
        s->n_open += *p == '(' || *p == '[';
        bool is_close = *p == ')' || *p == ']';
        if (is_close && s->n_open == 0) s->joints->is_odd = true;
        else s->n_open -= is_close;
    }
    if (plain[0] == '&' || plain[0] == '|') {
        plain = plain[0] == '&' ? "&&" : "||";
        prog_meet_joint(s, off, end, plain[0] == '|');
    }
    sz_str run = {s->t.p + off, end - off};
    if (strcmp(plain, ":") == 0 && s->n_choices == 0) {
        prog_set_hint(prog_error(s->c, C_WIDE, off, end - off, "a colon has no meaning here", "冒号在这里没有意义"),
                      "leave it out", "请去掉它");
        return end;
    }
    bool is_math = sz_utf8_next(run.p, run.n, &len) < 0x3000; /* ≥ has the width of any sign */
    sz_diag *g = is_math ? prog_error(s->c, C_WIDE, off, end - off, "`%.*s` is no sign of CEL",
                                      "CEL 里没有 `%.*s` 这个符号", SZ_FMT_STR(run))
                         : prog_error(s->c, C_WIDE, off, end - off, "`%.*s` is full-width", "`%.*s` 是全角符号",
                                      SZ_FMT_STR(run));
    prog_hint(s->c, g, "write %s", "请用半角 %s", plain);
    return end;
}

static bool means_number(sz_str path, sz_str word, int *n) {
    bool is_day = path.n >= 7 && memcmp(path.p + path.n - 7, "weekday", 7) == 0;
    return is_day ? sz_meant_weekday(word, n) : sz_str_is(path, "student.year") && sz_meant_year(word, n);
}

/* 周六 beside a weekday, 大一 beside a year, or in the list of what it may be. */
static bool hint_number(scan *s, sz_diag *g, sz_str word) {
    int n = 0;
    sz_str path = text_of(s, s->path);
    if (s->list_of.len && means_number(text_of(s, s->list_of), word, &n)) {
        prog_hint(s->c, g, "write %d in the list", "列表里写 %d", n);
        return true;
    }
    if (!s->sign.len || !means_number(path, word, &n)) return false;
    if (sz_str_is(path,
                  "calendar.weekday")) { /* which there is not: the day on which it is looked at is another thing */
        static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
        const char *day = days[(n + 6) % 7];
        prog_hint(s->c, g, "leave it out: on which day the rule is looked at its check says:  check: %s at 07:00",
                  "请去掉它：规则在星期几检查，由 check 决定：check: %s at 07:00", day);
        return true;
    }
    prog_hint(s->c, g, "write  %.*s %.*s %d", "请写  %.*s %.*s %d", SZ_FMT_STR(path), SZ_FMT_STR(prog_sign_text(s)), n);
    return true;
}

static const char *const fields[][2] = {{"学院", "student.school"},
                                        {"书院", "student.college"},
                                        {"专业", "student.major"},
                                        {"年级", "student.year"},
                                        {"班级", "student.class"},
                                        {"性别", "student.gender"},
                                        {"宿舍", "student.dorm"},
                                        {"住宿", "student.residence"},
                                        {"标签", "student.tags"},
                                        {"学号", "student.id"},
                                        {"入学年份", "student.entry_year"},
                                        {"学制", "student.years"},
                                        {"学籍", "student.status"},
                                        {"状态", "student.status"},
                                        {"金额", "event.amount"},
                                        {"余额", "event.balance"},
                                        {"星期", "event.weekday"},
                                        {"钟点", "event.clock"},
                                        {"小时", "event.hour"},
                                        {"时间", "event.time"},
                                        {"方向", "event.direction"},
                                        {"考勤状态", "event.status"},
                                        {"状态", "event.status"},
                                        {"课程", "event.course"},
                                        {"学时", "event.hours"},
                                        {"卡号", "event.card"},

                                        {"教学周", "calendar.week"},
                                        {"学期", "calendar.term"},
                                        {"周次", "calendar.week"},
                                        {"假期", "calendar.vacation"}};
enum { N_FIELDS = sizeof fields / sizeof *fields };

/* 学院 == …: a field by its Chinese name. */
static bool hint_field(scan *s, sz_diag *g, sz_str word, uint32_t end) {
    piece next = prog_piece(s, end);
    bool is_left = next.kind == L_SIGN || is_word(s, next, "in");
    for (size_t i = 0; is_left && i < N_FIELDS; i++) {
        if (!sz_str_is(word, fields[i][0])) continue;
        prog_hint(s->c, g, "write %s", "请写 %s", fields[i][1]);
        return true;
    }
    return false;
}

/* 学生.年级: where the owner and its field end, both in Chinese; off: it is something else. */
static uint32_t tell_owned(scan *s, uint32_t off, uint32_t end) {
    static const char *const owners[][2] = {
        {"学生", "student."}, {"校历", "calendar."}, {"记录", "event."}, {"事件", "event."}, {"地点", "place."}};
    uint32_t to = end + 1;
    while (at(s, end) == '.' && is_wide(at(s, to))) to++;
    sz_str owner = {s->t.p + off, end - off}, field = {s->t.p + end + 1, to - end - 1};
    for (size_t k = 0; to > end + 1 && k < sizeof owners / sizeof *owners; k++)
        for (size_t i = 0; sz_str_is(owner, owners[k][0]) && i < N_FIELDS; i++) {
            if (!sz_str_is(field, fields[i][0]) || strncmp(fields[i][1], owners[k][1], strlen(owners[k][1])) != 0)
                continue;
            sz_str whole = {s->t.p + off, to - off};
            prog_hint(s->c,
                      prog_error(s->c, C_WIDE, off, to - off,
                                 "`%.*s` is not a name: names have letters a-z, digits and _",
                                 "`%.*s` 不是名称：名称只有英文字母、数字和 _", SZ_FMT_STR(whole)),
                      "write %s", "请写 %s", fields[i][1]);
            return to;
        }
    return off;
}

/* student.书院, last_door.方向: a field behind the point. */
static void hint_part(scan *s, sz_diag *g, sz_str word) {
    sz_str owner = text_of(s, s->path);
    bool is_record = !sz_str_is(owner, "student") && !sz_str_is(owner, "calendar") && !sz_str_is(owner, "place");
    sz_str of = is_record ? SZ_STR("event") : owner;
    for (size_t i = 0; s->path.len && i < N_FIELDS; i++) {
        const char *name = fields[i][1];
        if (!sz_str_is(word, fields[i][0]) || strncmp(name, of.p, of.n) != 0 || name[of.n] != '.') continue;
        prog_hint(s->c, g, "write %.*s%s", "请写 %.*s%s", SZ_FMT_STR(owner), name + of.n);
        return;
    }
    prog_hint(s->c, g, "fields have English names, for example  student.school  (学院)",
              "字段用英文名，例如  student.school（学院）");
}

/* 晚归次数 >= 3: what is compared is no text, and may be the label of something. */
static bool hint_label(scan *s, sz_diag *g, sz_str word, uint32_t end) {
    piece next = prog_piece(s, end);
    bool is_left = !s->sign.len && next.kind == L_SIGN && !is_sign(s, next, ")") && !is_sign(s, next, ",") &&
                   !is_sign(s, next, "]");
    if (!is_left) return false;
    const char *en = NULL, *zh = NULL;
    sz_symbol sym = {0};
    uint32_t bad = 0;
    const sz_resolver *r = s->c->r;
    if (r) r->resolve(r->ctx, &word, 1, NULL, false, &sym, &bad, &en, &zh);
    if (en && strstr(en, "did you mean")) prog_set_hint(g, en, zh);
    else
        prog_hint(s->c, g, "features and params have English names; in Chinese they are  label: {zh: %.*s, en: …}",
                  "特征和参数用英文名；中文名写在它的  label: {zh: %.*s, en: …}", SZ_FMT_STR(word));
    return true;
}

/* `n 在 3 和 5 之间`: where it ends; the end of cur: it is something else. */
static uint32_t look_at_range(scan *s, piece run) {
    static const char *const words[] = {"在", "介于", "位于", "处于"};
    piece cur = s->cur;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!sz_str_is(text_of(s, run), words[i]) || !prog_is_operand_end(s, s->prev)) continue;
        s->cur = run;
        uint32_t end = prog_look_at_between(s, prog_piece(s, end_of(run)));
        s->cur = cur;
        return end;
    }
    return end_of(run);
}

/* 三天以上, 百分之五十, ¥420: a value in words, or behind a sign of money. Where it ends; off: it is none. */
static uint32_t look_at_value(scan *s, uint32_t off) {
    sz_meant v;
    if (s->sign.len == 0 && s->path.len == 0) return off;
    uint32_t value = prog_value_end(s, off, off, &v);
    if (value == off || (v.measure == SZ_M_NUMBER && !*v.op) || (s->sign.len == 0 && !*v.op)) return off;
    prog_tell_value(s, off, value, &v);
    return value;
}

/* What the name before the comparison is; false: it is not known. */
static bool compared(const scan *s, sz_symbol *out) { return s->sign.len && prog_path_symbol(s, out); }

/* 第5周, 第五周: which one it is. Where it ends; off: it is none. */
static uint32_t tell_ordinal(scan *s, uint32_t off) {
    static const char first[] = "第";
    static const char *const counted[] = {"周", "学期", "天", "次", "节", "年"};
    enum { N = sizeof first - 1, LONGEST = 24 };
    sz_symbol sym = {0};
    if (s->t.n - off <= N || memcmp(s->t.p + off, first, N) != 0) return off;
    if (compared(s, &sym) && sym.type != SZ_X_NUM) return off; /* the id of a term is a text */
    for (uint32_t i = off + N + 1; i < s->t.n && i < off + LONGEST; i++)
        for (size_t k = 0; k < sizeof counted / sizeof *counted; k++) {
            size_t n = strlen(counted[k]);
            double number;
            if (s->t.n - i < n || memcmp(s->t.p + i, counted[k], n) != 0 ||
                !sz_meant_number((sz_str){s->t.p + off + N, i - off - N}, &number))
                continue;
            uint32_t end = i + (uint32_t)n;
            sz_str whole = {s->t.p + off, end - off};
            prog_hint(s->c,
                      prog_error(s->c, C_VALUE_UNIT, off, end - off, "`%.*s` is not an expression", "`%.*s` 不是表达式",
                                 SZ_FMT_STR(whole)),
                      "write %g alone", "只写 %g", number);
            return end;
        }
    return off;
}

/* 如果 …, 则 …: a condition is one by itself. */
static bool tell_if(scan *s, uint32_t off, uint32_t end) {
    static const char *const words[] = {"如果", "若", "当", "如", "只要", "凡是"};
    sz_str t = {s->t.p + off, end - off};
    for (size_t i = 0; s->prev.kind == L_START && i < sizeof words / sizeof *words; i++) {
        if (!sz_str_is(t, words[i])) continue;
        prog_tell_if(s, (piece){L_WIDE, off, end - off});
        return true;
    }
    return false;
}

/* event.clock >= 晚上11点, event.hour >= 23点: where it ends; off: it is none. */
uint32_t prog_tell_clock(scan *s, uint32_t off) {
    sz_str path = text_of(s, s->path);
    char clock[SZ_MEANT];
    uint32_t end = off;
    bool is_clock = path.n >= 5 && memcmp(path.p + path.n - 5, "clock", 5) == 0;
    bool is_hour = path.n >= 5 && memcmp(path.p + path.n - 5, ".hour", 5) == 0;
    if (!s->sign.len || !(is_clock || is_hour)) return off;
    while (end < s->t.n && (is_wide(at(s, end)) || is_digit(at(s, end)) || at(s, end) == ':')) end++;
    sz_str text = {s->t.p + off, end - off};
    if (!sz_meant_clock(text, clock) || (is_hour && strcmp(clock + 3, "00") != 0)) return off;
    sz_diag *g =
        prog_error(s->c, C_FORM, off, end - off, "`%.*s` is not an expression", "`%.*s` 不是表达式", SZ_FMT_STR(text));
    if (is_hour) prog_hint(s->c, g, "write %d alone", "只写 %d", (clock[0] - '0') * 10 + clock[1] - '0');
    else
        prog_hint(s->c, g, "a time of day stands in quotes:  %.*s %.*s \"%s\"", "钟点要加引号：%.*s %.*s \"%s\"",
                  SZ_FMT_STR(path), SZ_FMT_STR(prog_sign_text(s)), clock);
    return end;
}

/* event.op == 消费 and event.late == 是: the value that the language has for it. */
static bool tell_code(scan *s, uint32_t off, uint32_t end) {
    static const char *const flags[][2] = {{"是", "true"}, {"真", "true"}, {"否", "false"}, {"假", "false"}};
    sz_str word = {s->t.p + off, end - off}, path = text_of(s, s->path), sign = prog_sign_text(s);
    sz_symbol sym = {0};
    const char *meant = NULL;
    if (!compared(s, &sym)) return false;
    for (size_t i = 0; sym.type == SZ_X_BOOL && i < sizeof flags / sizeof *flags; i++)
        if (sz_str_is(word, flags[i][0])) meant = flags[i][1];
    for (uint32_t i = 0; i < sym.n_choices; i++)
        if (sz_code_means(sym.choices[i], word)) meant = TXT(s->c, "\"%.*s\"", SZ_FMT_STR(sym.choices[i]));
    if (!meant) return false;
    prog_hint(s->c,
              prog_error(s->c, C_WIDE, off, end - off, "`%.*s` is not a name: names have letters a-z, digits and _",
                         "`%.*s` 不是名称：名称只有英文字母、数字和 _", SZ_FMT_STR(word)),
              "write  %.*s %.*s %s", "请写  %.*s %.*s %s", SZ_FMT_STR(path), SZ_FMT_STR(sign), meant);
    return true;
}

/* school == 医学院 or 法学院: the second is compared with what the first is. */
static bool hint_repeat(scan *s, sz_diag *g, sz_str word, uint32_t end) {
    scan of = *s;
    sz_symbol sym = {0};
    piece next = prog_piece(s, end);
    of.path = s->last_path;
    bool is_alone = s->path.len == 0 && s->last_path.len && next.kind != L_SIGN && next.kind != L_NUMBER;
    bool is_last = next.kind == L_END || is_sign(s, next, "&&") || is_sign(s, next, "||");
    if (!(is_alone || (s->path.len == 0 && s->last_path.len && is_last))) return false;
    if (!prog_path_symbol(&of, &sym) || sym.type != SZ_X_STR) return false;
    prog_hint(s->c, g, "write  %.*s %.*s \"%.*s\"", "请写  %.*s %.*s \"%.*s\"", SZ_FMT_STR(text_of(s, s->last_path)),
              SZ_FMT_STR(s->last_sign), SZ_FMT_STR(word));
    return true;
}

/* 并且不, 而且没有: where what joins ends; end: it is something else. */
static uint32_t joint_before_not(const scan *s, uint32_t off, uint32_t end) {
    static const char *const joints[] = {"且", "并且", "而且", "或", "或者", "但"};
    sz_str t = {s->t.p + off, end - off};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        size_t n = strlen(joints[i]);
        if (t.n > n && memcmp(t.p, joints[i], n) == 0 && is_not((sz_str){t.p + n, t.n - n})) return off + (uint32_t)n;
    }
    return end;
}

/* 东1舍: letters and figures, and what goes on behind them. */
static uint32_t word_end(scan *s, uint32_t end) {
    size_t len = 0;
    while (is_letter(at(s, end)) || is_digit(at(s, end))) {
        while (is_letter(at(s, end)) || is_digit(at(s, end))) end++;
        for (; end < s->t.n && is_wide(at(s, end)); end += (uint32_t)len) {
            uint32_t cp = sz_utf8_next(s->t.p + end, s->t.n - end, &len);
            if (is_quote(cp) || sz_utf8_is_unseen(cp) || sign_of(s, cp)) break;
        }
    }
    return end;
}

static uint32_t tell_word(scan *s, uint32_t off, uint32_t end) {
    uint32_t clock = prog_tell_clock(s, off);
    if (clock > off) return clock;
    if (tell_if(s, off, end) || tell_code(s, off, end)) return end;
    uint32_t owned = tell_owned(s, off, end);
    if (owned > off) return owned;
    uint32_t ordinal = tell_ordinal(s, off);
    if (ordinal > off) return ordinal;
    uint32_t range = look_at_range(s, (piece){L_WIDE, off, end - off});
    if (range > end) return range;
    uint32_t value = s->sign.len ? look_at_value(s, off) : off; /* n >= 至少 3 */
    if (value > off) return value;
    uint32_t joined = joint_before_not(s, off, end);
    if (joined < end) end = joined;
    if (tell_chinese_word(s, (piece){L_WIDE, off, end - off})) return end;
    value = s->sign.len ? off : look_at_value(s, off);
    if (value > off) return value;
    end = word_end(s, end);
    sz_str run = {s->t.p + off, end - off};
    double number;
    sz_diag *g = prog_error(s->c, C_WIDE, off, end - off, "`%.*s` is not a name: names have letters a-z, digits and _",
                            "`%.*s` 不是名称：名称只有英文字母、数字和 _", SZ_FMT_STR(run));
    if (off > 0 && s->t.p[off - 1] == '.') hint_part(s, g, run);
    else if (s->sign.len && sz_meant_number(run, &number))
        prog_hint(s->c, g, "a number is written  %g;  text stands in quotes:  \"%.*s\"",
                  "数字写作  %g；文本要加引号：\"%.*s\"", number, SZ_FMT_STR(run));
    else if (!hint_repeat(s, g, run, end) && !hint_field(s, g, run, end) && !hint_number(s, g, run) &&
             !hint_label(s, g, run, end))
        prog_hint(s->c, g, "text stands in quotes:  \"%.*s\";  features and params have English names",
                  "文本要加引号：\"%.*s\"；特征和参数用英文名", SZ_FMT_STR(run));
    return end;
}

/* A run of full-width signs, or of other characters outside ASCII, from cur.off; where it ends. */
uint32_t prog_look_at_wide(scan *s) {
    uint32_t off = s->cur.off, end = off;
    size_t len = 0;
    uint32_t cp = sz_utf8_next(s->t.p + off, s->t.n - off, &len);
    if (is_quote(cp)) return tell_quotes(s, off);
    if (sz_utf8_is_unseen(cp)) return tell_unseen(s, off, cp, len);
    bool is_figure = cp >= 0xFF10 && cp <= 0xFF19; /* of ３天 */
    uint32_t value = is_figure ? look_at_value(s, off) : off;
    if (value > off) return value;
    bool are_signs = sign_of(s, cp) != NULL, are_blanks = true;
    const char *plain = "";
    for (; end < s->t.n && is_wide(at(s, end)); end += (uint32_t)len) {
        cp = sz_utf8_next(s->t.p + end, s->t.n - end, &len);
        const char *sign = sign_of(s, cp);
        if (is_quote(cp) || (sign != NULL) != are_signs) break;
        if (sign) plain = TXT(s->c, "%s%s", plain, sign);
        are_blanks = are_blanks && sign && *sign == ' ';
    }
    if (!are_signs) return tell_word(s, off, end);
    return are_blanks ? tell_blank(s, off, end) : tell_signs(s, off, end, plain);
}
