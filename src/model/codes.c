/* SPDX-License-Identifier: Apache-2.0
 *
 * codes: what SZ251 to SZ299 mean. A code is never given another meaning.
 */
#include "codes.h"

#include <sanzao/model.h>

static const sz_code_doc codes[] = {
    /* ---- types.yaml ---- */
    {SZ_CODE_TYPES_SHAPE, "Something in types.yaml is written in another form than it must have",
     "types.yaml 中某处的写法不对", "library: {presence: maybe}", "library: {presence: true}"},
    {SZ_CODE_TYPES_NAME, "The name of a type or field is not one: small letters, digits and _, a letter first",
     "类型名或字段名不合规：小写字母、数字和下划线，以字母开头", "Library-Gate: {presence: true}",
     "library_gate: {presence: true}"},
    {SZ_CODE_TYPES_KEY, "A type has the keys presence, label and fields and no other",
     "类型只有 presence、label、fields 三个键", "library: {presense: true}", "library: {presence: true}"},
    {SZ_CODE_TYPES_KIND, "A field is text, number, money, time or a list of words",
     "字段的种类须是 text、number、money、time 或取值列表", "library: {fields: {seat: string}}",
     "library: {fields: {seat: text}}"},
    {SZ_CODE_TYPES_TAKEN, "A type or field has a name that is taken", "类型名或字段名已被占用",
     "swipe: {presence: true}", "bike_rent: {presence: true}"},
    {SZ_CODE_TYPES_MANY, "Too many types (60) or fields of one type (16)",
     "类型（最多 60 个）或字段（每个类型最多 16 个）过多", "a type with 17 fields", NULL},

    /* ---- mappings ---- */
    {SZ_CODE_MAP_SHAPE, "Something in a mapping is written in another form than it must have", "映射中某处的写法不对",
     "student: [学号]", "student: 学号"},
    {SZ_CODE_MAP_KEY, "A mapping, or a field of it, has a key that does not exist", "映射或其字段中有不存在的键",
     "studnet: 学号", "student: 学号"},
    {SZ_CODE_MAP_MISSING, "A mapping lacks something without which no row can be a record", "映射缺少必需的内容",
     "type: swipe\nstudent: 学号", "type: swipe\nstudent: 学号\ntime: 交易时间"},
    {SZ_CODE_MAP_SETTING, "A setting has a value that it cannot have", "设置的取值不对", "file: {encoding: latin1}",
     "file: {encoding: gbk}"},
    {SZ_CODE_MAP_TYPE, "A mapping names a type that nobody declared", "映射用了没有声明的类型", "type: swipes",
     "type: swipe"},
    {SZ_CODE_MAP_CHOICE, "A constant, the meaning of a code, or an else is nothing that its field takes",
     "常量、代码的含义或 else 不是该字段允许的取值", "result: {column: Access, table: {'1': grant}}",
     "result: {column: Access, table: {'1': granted}}"},
    {SZ_CODE_MAP_FOREIGN, "A mapping gives a field that the types of its rows do not have",
     "映射给出了其类型没有的字段", "type: swipe\nstatus: 状态", "type: attendance\nstatus: 状态"},
    {SZ_CODE_MAP_EXCLUDES, "Two things that exclude each other stand together", "写了互相排斥的内容",
     "student: {column: 学号, constant: x}", "student: {column: 学号}"},
    {SZ_CODE_MAP_NO_USE, "A key stands with a field that has no use for it", "该字段用不到这个键",
     "student: {column: 学号, unit: fen}", "amount: {column: 金额, unit: fen}"},
    {SZ_CODE_MAP_PATTERN, "match is no regular expression", "match 不是正则表达式",
     "place: {column: 地点, match: '(['}", "place: {column: 地点, match: '^([^\\[]*)'}"},
    {SZ_CODE_MAP_GROUP, "A named group of a match is no field of the types of the rows",
     "match 的命名分组不是这些类型的字段", "place: {column: 地点, match: '(?<plaze>.*)'}",
     "place: {column: 地点, match: '(?<place>.*)'}"},
    {SZ_CODE_MAP_FORMAT, "A time format cannot be read", "时间格式有误", "time: {column: 时间, format: 'YYYY-MM-DD Q'}",
     "time: {column: 时间, format: 'YYYY-MM-DD H:mm'}"},
    {SZ_CODE_MAP_COLUMN_NUMBER, "Without a header row columns are numbers, from 1", "没有表头时，列须写列号，从 1 开始",
     "file: {header: false}\nstudent: 学号", "file: {header: false}\nstudent: 2"},
    {SZ_CODE_MAP_NO_COLUMN, "The file has no column of the name that the mapping uses", "文件中没有映射用到的列",
     "student: 学号   # the header row has 学工号", "student: 学工号"},
    {SZ_CODE_MAP_TWO_COLUMNS, "Two columns of the file have the name that the mapping uses",
     "文件中有两列同名，而映射用到了它", "学号,时间,时间", "学号,时间,采集时间"},
    {SZ_CODE_MAP_WORD_IS_COLUMN, "A source is taken as it is written, and the file has a column of that name",
     "数据源按所写的文字取用，而文件中有同名的列", "source: 系统   # the header row has 系统",
     "source: {column: 系统}"},
};

const sz_code_doc *sz_model_codes(size_t *n) {
    *n = sizeof codes / sizeof *codes;
    return codes;
}
