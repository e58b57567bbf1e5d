/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry of this module's findings: what each code means, in a sentence, with an example. A code is never
 * used again for something else.
 */
#include <sanzao/expr.h>

static const sz_expr_code codes[] = {
    {42, "A name in a condition is not known: no feature, param, field or period is called so",
     "条件里的名称不存在：没有这样的特征、参数、字段或时段", "when: late_night_7d >= 3", "when: late_nights_7d >= 3"},
    {101, "The text is not an expression of CEL", "这段文字不是 CEL 表达式", "when: (n >= 3", "when: n >= 3"},
    {102, "An expression is missing", "缺少表达式", "when: ''", "when: n >= 3"},
    {103, "The expression is of the wrong kind: a condition is true or false, a value is a number or a duration",
     "表达式的种类不对：条件应是真假值，值应是数或时长", "when: n", "when: n >= 60"},
    {104, "Two values of different kinds do not compare", "两种不同的值不能比较", "where: event.amount > \"5\"",
     "where: event.amount > 5"},
    {105, "Two numbers with different units do not compare or add; or a share is compared with 50, which is 5000 %",
     "单位不同的数不能比较或相加；或者百分比同 50 比较，那是 5000 %",
     "when: spend >= missed_hours   # yuan against class-hours", "when: spend >= spend_max"},
    {106,
     "A field with a closed set of values is compared with something outside of it, or && joins two comparisons that "
     "never hold together",
     "字段只有几个固定的值，却同别的值比较；或者 && 连接的两个比较不可能同时成立", "where: event.status == \"abscent\"",
     "where: event.status == \"absent\""},
    {107, "A duration is compared with a plain number: write it as a param with its unit",
     "时长同没有单位的数比较：请写成带单位的参数", "when: silence >= 24",
     "when: silence >= limit   # params: {limit: 24h}"},
    {108, "An operator of arithmetic does not join these kinds of values", "算术运算符不能连接这两种值",
     "when: event.time + 3 > 5", "where: event.hour + 3 > 5"},
    {109, "&&, ||, ! and the condition of ?: need what is true or false", "&&、||、! 和 ?: 的条件都要是真假值",
     "when: n == 1 || 2", "when: n == 1 || n == 2"},
    {110, "No function has this name", "没有叫这个名字的函数", "when: max(a, b) >= 3",
     "when: math.greatest(a, b) >= 3"},
    {111, "A function is given too many, too few or the wrong kind of arguments", "函数的参数个数或种类不对",
     "when: math.abs(a, b) >= 3", "when: math.abs(a - b) >= 3"},
    {112, "A part of CEL that rules do not use: null, maps, messages, bytes, indexes, optional values, macros on lists",
     "规则里不用的 CEL 写法：null、映射、消息、字节串、下标、可选值、列表宏",
     "when: student.tags.exists(t, t == \"x\")", "when: '\"x\" in student.tags'"},
    {113,
     "A value that grows by itself (absence, .age) is compared with something that changes too, and the rule has no "
     "check",
     "会自己增长的值（absence、.age）同会变化的值比较，而规则没有 check", "when: last_door.age > silence",
     "when: last_door.age > limit   # params: {limit: 24h}"},
    {114, "A list is empty, mixed, compared, or used where no list can stand",
     "列表为空、混用、被比较，或用在不能用列表的地方", "where: event.status in (\"present\", \"late\")",
     "where: event.status in [\"present\", \"late\"]"},
    {115, "The text in duration(…) or timestamp(…) is none, or a number is too large",
     "duration(…) 或 timestamp(…) 里的文本不对，或数太大", "when: silence > duration(\"7d\")",
     "when: silence > duration(\"168h\")"},
    {116, "An operator of another language, or a range: n == 3-5 is n == -2",
     "别的语言的运算符，或者范围：n == 3-5 就是 n == -2", "when: a = 1 and b <> 2", "when: a == 1 && b != 2"},
    {117, "A value with a unit does not stand inside an expression", "带单位的值不能写在表达式里",
     "when: spend_habit.ratio < 50%", "when: spend_habit.ratio < 0.5"},
    {118, "A full-width sign, a quote “…” or a name in Chinese inside an expression",
     "表达式里有全角符号、中文引号或中文名称", "when: n ＞＝ 3", "when: n >= 3"},
    {119, "The expression is nested too deep or too long", "表达式嵌套太深或太长", "when: ((((((…", "when: (n >= 3)"},
    {120, "A division by zero is always unknown", "除以零的结果总是未知", "when: n / 0 > 1", "when: n / 7 > 1"},
    {121, "A time of day or a date is not written in its form: HH:MM, YYYY-MM-DD",
     "钟点或日期的写法不对：HH:MM、YYYY-MM-DD", "where: event.clock < \"8:30\"", "where: event.clock < \"08:30\""},
    {122, "A record stands where one of its fields must be named", "这里要写记录的某个字段，而不是整条记录",
     "when: last_door == \"out\"", "when: last_door.direction == \"out\""},
    {123, "The pattern of matches(…) is not one, or uses what rules do not know: flags, names, \\p",
     "matches(…) 的模式有误，或用了规则不支持的写法：标志、命名、\\p", "where: event.card.matches(\"^(c\")",
     "where: event.card.matches(\"^c\")"},
    {124, "A text put together with + can only be compared", "用 + 拼成的文本只能用来比较",
     "value: event.card + event.op", "where: event.card + \"-1\" == first.card"},
    {125, "Comparisons do not chain", "比较不能连着写", "when: 1 < n < 5", "when: 1 < n && n < 5"},
    {126, "A time zone that is neither the campus's, UTC, nor an offset", "时区既不是校园的，也不是 UTC 或时差",
     "where: event.time.getHours(\"Mars\") >= 22", "where: event.time.getHours(\"+08:00\") >= 22"},
    {148, "The bindings of an evaluation (sanzao eval) are not one JSON object of names and values",
     "求值（sanzao eval）的变量绑定不是由名称和值组成的一个 JSON 对象", "sanzao eval 'x + 1' --bindings '[1]'",
     "sanzao eval 'x + 1' --bindings '{\"x\": 1}'"},
    {149, "An expression of pure CEL (sanzao eval) is right, but failed while it ran",
     "纯 CEL 表达式（sanzao eval）写法没错，但求值时出错", "sanzao eval '1 / 0'", "sanzao eval '1 / 2'"},
    {203, "Parts of an instant without a zone are in UTC, not campus time",
     "不带时区时，时刻的各部分是 UTC，不是校园时间", "where: event.time.getHours() >= 22", "where: event.hour >= 22"},
};

const sz_expr_code *sz_expr_codes(uint32_t *n) {
    *n = sizeof codes / sizeof *codes;
    return codes;
}
