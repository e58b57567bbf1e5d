/* SPDX-License-Identifier: Apache-2.0
 *
 * map_words: what people write for the words of the mapping language.
 */
#include "map_words.h"
#include "names.h"

/* What is written for a word. One table for all lists: a word counts only where the list at hand has it. */
static const struct word {
    const char *word, *said; /* separated by blanks */
} words_said[] = {
    {"time", "timestamp datetime date_time date when 时间 日期 交易时间 刷卡时间"},
    {"type", "kind category 类型"},
    {"source", "feed system 来源 数据源 系统"},
    {"id", "serial key 编号 主键"},
    {"student", "stu sid student_no user person 学生 学号 学工号 学生学号"},
    {"card", "card_no cardno card_number 卡号 卡"},
    {"place", "location address site merchant building 地点 位置 商户"},
    {"reader", "device terminal machine 读头 设备 终端 终端号"},
    {"amount", "money sum price fee cost 金额 交易额 交易金额 消费金额"},
    {"balance", "余额"},
    {"op", "operation action 操作"},
    {"journal_no", "流水号 journal"},
    {"direction", "进出 方向 in_out inout"},
    {"result", "access 结果"},
    {"course", "subject lesson 课程"},
    {"session", "节次 period"},
    {"status", "state 状态 出勤"},
    {"hours", "学时"},
    {"file", "文件"},
    {"separator", "delimiter delim sep 分隔符"},
    {"encoding", "charset codepage 编码"},
    {"skip_rows", "skip skip_lines start_row 跳过"},
    {"short_rows", "ragged fill_short missing_cells 缺格 补齐"},
    {"fill", "true empty pad 补 补齐"},
    {"header", "headers has_header heading 表头"},
    {"empty", "null nulls na 空值"},
    {"column", "col field from name header heading 列 列名 字段"},
    {"columns", "cols"},
    {"table", "map mapping values codes translate dict 对照 对照表 代码表"},
    {"else", "default otherwise other 其他 默认"},
    {"match", "regex regexp pattern 正则"},
    {"offset", "timezone time_zone tz zone 时区"},
    {"format", "格式 time_format date_format"},
    {"constant", "value fixed const 常量 固定"},
    {"remove", "strip replace 去掉"},
    {"pad", "zfill width length 补零"},
    {"unit", "scale divide factor multiply currency 单位"},
    {"join", "separator sep glue"},
    {"drop_sign", "true abs absolute drop 取绝对值"},
    {"fen", "分 cent cents"},
    {"yuan", "元 rmb cny 人民币 ¥ ￥"},
    {"comma", "， 逗号 csv"},
    {"tab", "\\t 制表符 tsv"},
    {"semicolon", "； 分号"},
    {"pipe", "|| 竖线 bar"},
    {"gbk", "国标"},
    {"utf-16", "unicode"},
    {"true", "yes on 1 是 有"},
    {"false", "no off 0 none 否 无 没有"},
    {"hex", "hexadecimal 16 十六进制 16进制"},
    {"swipe", "消费 刷卡 pos payment purchase consume transaction"},
    {"attendance", "考勤 上课 class attend lesson"},
    {"dorm_access", "门禁 宿舍 door dorm gate access"},
    {"presence", "上网 网络 network seen"},
    {"consume", "消费 支付 pay payment purchase buy"},
    {"topup", "充值 圈存 recharge deposit charge"},
    {"refund", "退款 退费 return"},
    {"reversal", "冲正 撤销 reverse cancel"},
    {"present", "正常 出勤 到课 已到 normal attended ok"},
    {"late", "迟到"},
    {"early_leave", "早退"},
    {"absent", "旷课 缺勤 缺课 未到 missed missing"},
    {"excused", "请假 病假 事假 公假 leave sick"},
    {"unknown", "未知"},
    {"in", "进 进门 入 enter entry"},
    {"out", "出 出门 exit leave"},
    {"granted", "允许 通过 成功 true yes ok pass allowed success"},
    {"denied", "拒绝 失败 false no refused fail failed"},
    {"second", "秒 sec"},
    {"minute", "分 分钟 min"},
    {"day", "天 日 日期 date"},
    {"leave_out", "ignore skip omit none null 忽略 跳过"},
    {"dead_letter", "drop reject error 死信"},
};

static bool is_same(sz_str word, sz_str text) {
    if (word.n != text.n) return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i] >= 'A' && text.p[i] <= 'Z' ? (char)(text.p[i] - 'A' + 'a') : text.p[i];
        if (c != word.p[i]) return false;
    }
    return true;
}

static bool is_among(const char *list, sz_str text) {
    while (*list) {
        size_t n = strcspn(list, " ");
        if (is_same((sz_str){list, n}, text)) return true;
        list += n + (list[n] == ' ');
    }
    return false;
}

sz_str sz_map_meant(const char *const *words, unsigned n, sz_str text) {
    sz_nearest near = sz_nearest_to(text);
    for (unsigned i = 0; i < n; i++)
        if (words[i][0] && is_same(sz_str_of(words[i]), text)) return sz_str_of(words[i]);
    for (size_t i = 0; i < sizeof words_said / sizeof *words_said; i++)
        if (is_among(words_said[i].said, text) && sz_name_find(words, n, sz_str_of(words_said[i].word)) >= 0)
            return sz_str_of(words_said[i].word);
    for (unsigned i = 0; i < n; i++) sz_nearest_try(&near, sz_str_of(words[i]));
    return near.best;
}

bool sz_map_hint_meant(sz_map_loader *l, sz_diag *g, const char *const *words, unsigned n, sz_str text) {
    sz_str meant = sz_map_meant(words, n, text);
    if (meant.n) sz_diag_hint(l->d, g, "did you mean `%.*s`?", "是否想写“%.*s”？", SZ_FMT_STR(meant));
    return meant.n > 0;
}

void sz_map_hint_number(sz_map_loader *l, sz_diag *g, sz_str text) {
    static const char *const behind[] = {"行", "位", "个", "rows", "digits"};
    double v;
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        size_t n = strlen(behind[i]);
        if (text.n > n && memcmp(text.p + text.n - n, behind[i], n) == 0) text.n -= n;
    }
    if (sz_meant_number(text, &v) && v >= 1 && v <= 64 && v == (int)v)
        sz_diag_hint(l->d, g, "write %d", "请写 %d", (int)v);
}

/* ---- times ---- */

struct said {
    const char *said, *meant;
};

/* Each part of a text that a table has, in the words of ours; the rest as it stands. */
static sz_str translated(sz_arena *a, sz_str text, const struct said *table, size_t n_table) {
    const char *out = "";
    for (size_t i = 0, len; i < text.n; i += len) {
        size_t k = 0;
        for (; k < n_table; k++) {
            len = strlen(table[k].said);
            if (len <= text.n - i && memcmp(text.p + i, table[k].said, len) == 0) break;
        }
        if (k < n_table) {
            out = sz_arena_printf(a, "%s%s", out, table[k].meant);
        } else {
            sz_utf8_next(text.p + i, text.n - i, &len);
            out = sz_arena_printf(a, "%s%.*s", out, (int)len, text.p + i);
        }
    }
    return sz_str_of(out);
}

static bool compiles(sz_arena *a, sz_str text) {
    sz_time_pattern *forms = SZ_NEWN(a, sz_time_pattern, SZ_PATTERN_FORMS);
    sz_pattern_error error = {0};
    uint32_t n;
    return sz_time_pattern_compile(a, text, forms, &n, &error);
}

sz_str sz_map_format_meant(sz_arena *a, sz_str text) {
    static const struct said percent[] = {{"%Y", "YYYY"}, {"%y", "YY"},         {"%m", "M"},       {"%d", "D"},
                                          {"%e", "D"},    {"%H", "H"},          {"%I", "h"},       {"%M", "mm"},
                                          {"%S", "ss"},   {"%f", "S"},          {"%p", "A"},       {"%z", "Z"},
                                          {"%b", "MMM"},  {"%F", "YYYY-MM-DD"}, {"%T", "HH:mm:ss"}};
    static const struct said units[] = {{"年", "YYYY"}, {"月", "M"},  {"日", "D"},
                                        {"时", "H"},    {"分", "mm"}, {"秒", "ss"}};
    static const struct said capitals[] = {{":MM", ":mm"}, {":SS", ":ss"}, {"hh", "HH"}, {"h", "H"},
                                           {"mi", "mm"},   {"MI", "mm"},   {"24", ""},   {"HH24", "HH"}};
    static const struct said words[] = {{"epoch", "epoch_s"},  {"unix", "epoch_s"}, {"timestamp", "epoch_s"},
                                        {"时间戳", "epoch_s"}, {"excel", "excel"},  {"excell", "excel"},
                                        {"xls", "excel"},      {"xlsx", "excel"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_same(sz_str_of(words[i].said), text)) return sz_str_of(words[i].meant);
    if (text.n == 0 || text.n > 64) return (sz_str){NULL, 0};
    sz_str tries[] = {translated(a, text, percent, sizeof percent / sizeof *percent),
                      translated(a, text, units, sizeof units / sizeof *units),
                      translated(a, text, capitals, sizeof capitals / sizeof *capitals)};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        if (!sz_str_eq(tries[i], text) && compiles(a, tries[i])) return tries[i];
    return (sz_str){NULL, 0};
}

/* ---- patterns ---- */

const char *sz_map_pattern_zh(const char *message) {
    static const struct said words[] = {
        {"missing closing parenthesis", "缺少右括号 )"},
        {"unmatched closing parenthesis", "多了一个右括号 )"},
        {"missing terminating ] for character class", "缺少右方括号 ]"},
        {"quantifier does not follow a repeatable item", "* + ? 前面没有可以重复的内容"},
        {"lookbehind assertion is not fixed length", "后顾 (?<=…) 的长度必须固定"},
        {"range out of order in character class", "方括号里的范围首尾颠倒"},
        {"\\ at end of pattern", "末尾多了一个 \\"},
        {"unrecognized character follows \\", "\\ 后面的字母没有含义"},
        {"unrecognized character after (? or (?-", "(? 后面的字符没有含义"},
        {"unrecognized character after (?<", "(?< 后面的字符没有含义"},
        {"subpattern name expected", "(?< 后面须是字段名"},
        {"subpattern name must start with a non-digit", "分组名不能以数字开头"},
        {"syntax error in subpattern name (missing terminator?)", "分组名没有用 > 结束"},
        {"two named subpatterns have the same name (PCRE2_DUPNAMES not set)", "有两个分组同名"},
        {"numbers out of order in {} quantifier", "花括号里的次数前大后小"},
        {"unknown property after \\P or \\p", "\\p 后面的字符类别不存在"},
        {"unknown property name after \\P or \\p", "\\p 后面的字符类别不存在"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(message, words[i].said) == 0) return words[i].meant;
    return message;
}
