/* SPDX-License-Identifier: Apache-2.0
 *
 * codes: what SZ001 to SZ019 mean. A code is never given another meaning.
 */
#include "internal.h"

static const sz_code_doc codes[] = {
    {YAML_NOT_TEXT, "The file holds bytes that are not text: not UTF-8, or a control or invisible character",
     "文件里有不是文本的字节：不是 UTF-8，或者是控制字符、不可见字符", NULL, NULL},
    {YAML_UNREADABLE, "YAML cannot be read at this place", "这里不能按 YAML 读下去", NULL, NULL},
    {YAML_TAB, "A tab or a full-width space is used for indentation; YAML indents with spaces only",
     "缩进用了制表符或全角空格；YAML 只能用半角空格缩进", "message:\n\tzh: 晚归", "message:\n  zh: 晚归"},
    {YAML_NO_SPACE,
     "A colon that ends a key, or a - that begins an item, is not followed by a space, or the colon is full-width",
     "键后面的冒号或列表项前的 - 没有跟空格，或者用了全角冒号", "level:orange\nmode: live",
     "level: orange\nmode: live"},
    {YAML_OPEN_QUOTE, "A quoted text is not closed", "引号没有闭合", "title: \"晚归", "title: \"晚归\""},
    {YAML_OPEN_BRACKET, "A { or [ is not closed, or a } or ] closes nothing",
     "{ 或 [ 没有闭合，或者 } ] 没有对应的开头", "params: {few: 3\nlevel: blue", "params: {few: 3}\nlevel: blue"},
    {YAML_GOES_ON, "Something follows a closing quote or bracket, or a comma is missing",
     "引号或括号闭合之后还有内容，或者少了逗号", "zh: {value} 次", "zh: '{value} 次'"},
    {YAML_BRACE_IN_TEXT, "Inside { … } or [ … ] a text without quotes holds a { or [, which starts something new",
     "在 { … } 或 [ … ] 里，没加引号的文字中出现 { 或 [，会被当成新的开头", "message: {zh: 近 30 天 {meals} 次}",
     "message: {zh: '近 30 天 {meals} 次'}"},
    {YAML_COLON_IN_TEXT, "A text without quotes holds a colon and a space, which makes it a key",
     "没加引号的文字里有冒号加空格，会被当成键", "because: note: new prices", "because: 'note: new prices'"},
    {YAML_INDENT, "A line does not start in the column of the lines that it belongs to",
     "这一行的缩进和它所属的各行对不上", "level: blue\n  mode: live", "level: blue\nmode: live"},
    {YAML_DUPLICATE, "A key is given twice in one mapping", "同一处出现了重复的键", "level: blue\nlevel: red",
     "level: red"},
    {YAML_ALIAS, "Anchors (&) and aliases (*) are not used here; a text that starts with one needs quotes",
     "这里不用锚点（&）和别名（*）；以它们开头的文字要加引号", "when: *late", "when: '*late'"},
    {YAML_TAG, "YAML tags (!) are not used here; an expression that starts with ! needs quotes",
     "这里不用 YAML 标签（!）；以 ! 开头的表达式要加引号", "where: !event.late", "where: '!event.late'"},
    {YAML_DOCUMENTS, "A file holds one document; a second --- starts another",
     "一个文件只有一个文档，第二个 --- 会另起一个", "a: 1\n---\nb: 2", "a: 1\nb: 2"},
    {YAML_TOO_DEEP, "Brackets or blocks are nested deeper than 64", "嵌套超过 64 层", NULL, NULL},
    {YAML_BAD_START, "A value starts with a sign that means something else in YAML and needs quotes",
     "值以 YAML 的特殊符号开头，需要加引号", "when: > 3", "when: '> 3'"},
    {YAML_ESCAPE, "A \\ in \"…\" starts an escape that YAML does not know", "\"…\" 里的 \\ 开始了一个不认识的转义",
     "pattern: \"\\d+\"", "pattern: '\\d+'"},
    {YAML_MISSING, "A key, its colon, or an item is missing or is not a plain text",
     "缺少键、冒号或列表项，或者键不是普通文字", "message:\n  late again\n  en: Late",
     "message:\n  zh: late again\n  en: Late"},
    {YAML_NAME, "A name has letters a-z, digits and _", "名称只能用 a-z、数字和 _", "params: {贫困线: 420 hours}",
     "params: {poverty_line: 420 hours}"},
};

const sz_code_doc *sz_yaml_codes(size_t *n) {
    *n = sizeof codes / sizeof *codes;
    return codes;
}
