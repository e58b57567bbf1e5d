/* SPDX-License-Identifier: Apache-2.0
 *
 * A catalog of what decoding and engine say of dead letters: a star stands for what differs, and each comes back in the
 * same order. The first entry that fits counts. tests/system/test_dead_words.py holds it against the sources.
 */
#include "dead_words.h"

typedef struct entry {
    const char *en, *zh;
} entry;

static const entry sentences[] = {
    {"the record is empty", "记录是空的"},
    {"the record is not an object", "记录不是对象"},
    {"a list of records: one a line is read (jq -c '.[]' makes them)",
     "这是一个列表；应当一行一条记录（用 jq -c '.[]' 转换）"},
    {"no record, but it holds a list of them: one a line is read (jq -c '*[]' makes them)",
     "这不是一条记录，但其中有记录的列表；应当一行一条记录（用 jq -c '*[]' 转换）"},
    {"a CloudEvent without data", "CloudEvent 没有 data"},
    {"data of a CloudEvent must be an object", "CloudEvent 的 data 必须是对象"},
    {"data_base64 of a CloudEvent must be a text", "CloudEvent 的 data_base64 必须是文本"},
    {"data_base64 of a CloudEvent is not base64", "CloudEvent 的 data_base64 不是 base64"},
    {"byte * is not UTF-8", "第 * 字节不是 UTF-8"},
    {"byte *: *", "第 * 字节：*"},
    {"nested deeper than *", "嵌套超过 * 层"},
    {"* bytes, at most * are read", "有 * 字节，最多读取 *"},
    {"this type is not declared", "这个类型没有声明"},
    {"type * is not declared", "类型 * 没有声明"},
    {"*: column * does not fit the pattern", "*：列 * 不符合模式"},
    {"*: column * has a code that is a dead letter", "*：列 * 的代码规定为死信"},
    {"*: column * has a code that the table does not know", "*：列 * 的代码不在对照表里"},
    {"* is missing", "缺少 *"},
    {"* has a NUL character in it", "* 里有 NUL 字符"},
    {"* is longer than * bytes", "* 超过 * 字节"},
    {"* is not an RFC 3339 time (give its format: '*')", "* 不是 RFC 3339 时间（请给出它的格式：'*'）"},
    {"* is not an RFC 3339 time (give its format)", "* 不是 RFC 3339 时间（请给出它的格式）"},
    {"* is not an RFC 3339 time", "* 不是 RFC 3339 时间"},
    {"* has no time of day (precision is not day)", "* 没有时刻（precision 不是 day）"},
    {"* is not a whole number of milliseconds", "* 不是整数毫秒"},
    {"* is not between the years 1990 and 2200, but would fit *", "* 不在 1990 至 2200 年之间，但符合 *"},
    {"* is a time of day alone (take its day along: `columns: [DAY, TIME]`)",
     "* 只有时刻没有日期（请把日期列也写上：`columns: [日期列, 时间列]`）"},
    {"* has no year (put it before: `prefix: '2026-'`, and a format)",
     "* 没有年份（请用 prefix: '2026-' 补在前面，并写明格式）"},
    {"* is not between the years 1990 and 2200", "* 不在 1990 至 2200 年之间"},
    {"* fits none of the formats, but would with zeros in front of its last column (pad: *)",
     "* 不符合任何一种格式，但最后一列前面补零就符合（pad: *）"},
    {"* fits none of the formats, but would fit *", "* 不符合任何一种格式，但符合 *"},
    {"* fits none of the formats", "* 不符合任何一种格式"},
    {"* is negative (say what that means: `negative:`)", "* 是负数（请用 `negative:` 说明含义）"},
    {"* is not a whole number of fen (what is no part of it goes into `remove:`)",
     "* 不是整数分（不属于数字的部分写进 `remove:`）"},
    {"* is not a whole number of fen", "* 不是整数分"},
    {"* was made a number by a program: its last digits may be lost (export it as text)",
     "* 被导出程序改成了科学计数法，末尾数字可能已丢失（请按文本导出）"},
    {"* is not an amount in yuan (what is no part of it goes into `remove:`)",
     "* 不是以元为单位的金额（不属于数字的部分写进 `remove:`）"},
    {"* is not an amount in yuan", "* 不是以元为单位的金额"},
    {"* must be one of: *", "* 必须是其中之一：*"},
    {"* must be *", "* 必须是*"},
    {"neither student nor card is given (take merged cells apart and fill them)",
     "学号和卡号都没有（合并的单元格须先拆开并填满）"},
    {"neither student nor card is given", "学号和卡号都没有"},
    {"attendance needs a status", "attendance 需要 status"},
    {"dorm_access needs a direction, or a reader that gives it", "dorm_access 需要 direction，或能给出方向的读头"},
    {"the row has 1 cell, * are expected (are empty ones left out? `short_rows: fill`)",
     "这一行有 1 格，应有 * 格（行末的空格子被省去了吗？`short_rows: fill`）"},
    {"the row has * cells, * are expected (are empty ones left out? `short_rows: fill`)",
     "这一行有 * 格，应有 * 格（行末的空格子被省去了吗？`short_rows: fill`）"},
    {"the row has * cells, * are expected (a text with the separator in it stands in quotes)",
     "这一行有 * 格，应有 * 格（文字里含有分隔符时须加引号）"},
    {"the row has * cells, * are expected", "这一行有 * 格，应有 * 格"},
    {"the row is not in the encoding of its file (byte *)", "这一行不是文件的编码（第 * 字节）"},
    {"the row has a NUL byte in it", "这一行里有 NUL 字节"},
    {"the row is empty", "这一行是空的"},
    {"a quote is not closed in this row", "这一行的引号没有关闭"},
    {"these are several rows", "这里是好几行"},
    {"neither the record nor its reader has a direction", "记录和它的读头都没有方向"},
    {"not in students.csv", "不在 students.csv 里"},
    {"no student held this card at that time", "当时没有学生持有这张卡"},
    {"no student held this card at that time, as the cards are now", "按现在的卡片名单，当时没有学生持有这张卡"},
    {"as the cards are now, of a student of another partition", "按现在的卡片名单，属于其他分区的学生"},
    {"not the partition of this student: *",
     "不是这名学生的分区：请以学号为键，分区器用 murmur2；`sanzao repartition` 可以复制主题"},
    {"later than the run's limit, or than its own collection", "晚于这次运行的上限，或晚于它自己的采集时间"},
    {"older than lateness or horizon allow", "早于 lateness 或 horizon 所允许的"},
    {"another record has this id and another content", "另一条记录编号相同而内容不同"},
};

/* What a star may stand for, itself without one. */
static const entry parts[] = {
    {"a text", "文本"},
    {"a number", "数"},
    {"a number or a text", "数或文本"},
    {"a text or a whole number", "文本或整数"},
    {"a whole number", "整数"},
    {"a whole number, not negative", "不为负的整数"},
    {"a number of class hours, not negative", "不为负的学时数"},
    {"an amount in yuan, not negative, with at most two decimals", "以元为单位的金额，不为负，最多两位小数"},
    {"a text of at most 256 bytes", "最多 256 字节的文本"},
    {"one of the words that its type declares", "它的类型所声明的词之一"},
    /* of yyjson */
    {"invalid escaped character in string", "文本里的转义字符无效"},
    {"invalid escaped sequence in string", "文本里的转义序列无效"},
    {"invalid high surrogate in string", "文本里的高位代理项无效"},
    {"invalid literal, expected a valid literal such as 'false'", "无效的字面量，此处应为 false"},
    {"invalid literal, expected a valid literal such as 'null'", "无效的字面量，此处应为 null"},
    {"invalid literal, expected a valid literal such as 'true'", "无效的字面量，此处应为 true"},
    {"invalid low surrogate in string", "文本里的低位代理项无效"},
    {"nan or inf number is not allowed", "不允许 nan 或 inf"},
    {"no digit after decimal point", "小数点后没有数字"},
    {"no digit after exponent sign", "指数符号后没有数字"},
    {"no digit after minus sign", "负号后没有数字"},
    {"no low surrogate in string", "文本里缺少低位代理项"},
    {"number is infinity when parsed as double", "数太大"},
    {"number with leading zero is not allowed", "数不能以 0 开头"},
    {"trailing comma is not allowed", "末尾不能有逗号"},
    {"unclosed string", "文本没有结束"},
    {"unexpected character, expected a colon after object key", "意外的字符，键之后应为冒号"},
    {"unexpected character, expected a comma or a closing brace", "意外的字符，应为逗号或右花括号"},
    {"unexpected character, expected a comma or a closing bracket", "意外的字符，应为逗号或右方括号"},
    {"unexpected character, expected a string for object key", "意外的字符，键应为文本"},
    {"unexpected character, expected a valid root value", "意外的字符，此处应为一个值"},
    {"unexpected content after document", "记录之后还有内容"},
    {"unexpected control character in string", "文本里有控制字符"},
    {"unexpected end of data", "数据意外结束"},
};

enum { STARS = 3 };

/* Does the text fit? What stands for each star is noted. */
static bool fits(const char *pattern, const char *text, sz_str stars[STARS]) {
    uint32_t n = 0;
    for (; *pattern; pattern++) {
        if (*pattern != '*') {
            if (*text++ != *pattern) return false;
            continue;
        }
        size_t len = strcspn(pattern + 1, "*");
        const char *end = text + strlen(text);
        if (len && pattern[1 + len]) { /* up to what stands between this star and the next */
            for (end = text; *end && strncmp(end, pattern + 1, len) != 0;) end++;
        } else if (len) {
            if ((size_t)(end - text) < len) return false;
            end -= len;
        }
        stars[n++] = (sz_str){text, (size_t)(end - text)};
        text = end;
    }
    return *text == '\0';
}

static sz_str part_of(sz_str s) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (sz_str_is(s, parts[i].en)) return sz_str_of(parts[i].zh);
    return s;
}

const char *app_dead_detail(sz_arena *a, const char *detail, sz_lang lang) {
    sz_str stars[STARS];
    if (lang != SZ_ZH) return detail;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        if (!fits(sentences[i].en, detail, stars)) continue;
        sz_buf out;
        sz_buf_init(&out);
        uint32_t n = 0;
        for (const char *p = sentences[i].zh; *p; p++) {
            if (*p == '*') sz_buf_put_str(&out, part_of(stars[n++]));
            else sz_buf_put_u8(&out, (uint8_t)*p);
        }
        sz_str said = sz_arena_str(a, sz_buf_str(&out));
        sz_buf_fini(&out);
        return said.p;
    }
    return detail;
}
