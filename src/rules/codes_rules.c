/* SPDX-License-Identifier: Apache-2.0
 *
 * What the findings of rule files mean: SZ020-SZ099, SZ151-SZ199. Each example is a whole file that gives the
 * finding, and `better` one that does not; a test runs both. A code is never given another meaning.
 */
#include "codes.h"
#include "load.h"

#define RULE(rest)  "rules:\n  - {id: r, level: blue, " rest "}"
#define VALUE(rest) "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, value: n, " rest "}"
#define POINTS(rest) \
    "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, points: [" rest "], at_least: {3: blue}}"
#define EVENT(rest)   "events:\n  meal: {" rest "}"
#define FEATURE(rest) "features:\n  n: {" rest "}"
#define PARAM(rest)   "params:\n  p: " rest
#define PACK          "rules:\n  - {id: r, level: blue, when: student.year == p, params: {p: 1}}\n"

static const sz_code_doc codes[] = {
    /* ---- form ---- */
    {C_KEY, "A key that the language does not know stands here", "这里出现了语言不认识的键",
     RULE("when: student.year == 1, titel: x"), RULE("when: student.year == 1")},
    {C_SHAPE, "A list, a mapping or a text is expected here, and it is another of the three",
     "这里应该是列表、映射或文本中的一种，写成了另一种", "rules: {id: r}", RULE("when: student.year == 1")},
    {C_MISSING, "A key that must be there is missing", "缺少必须有的键", EVENT("where: event.amount > 5"),
     EVENT("event: swipe, where: event.amount > 5")},
    {C_LATER, "The language will have this, but this version does not have it yet", "语言以后会有，但这个版本还没有",
     FEATURE("stddev: swipe.amount, over: 7d"), FEATURE("sum: swipe.amount, over: 56d")},
    {C_CHOICE, "The value is none of those that may stand here", "值不在可选范围内",
     RULE("when: student.year == 1, mode: shadwo"), RULE("when: student.year == 1, mode: shadow")},
    {C_LANGUAGES, "A text that a counselor reads must be there in Chinese and in English",
     "辅导员看的文字必须中英文都有", RULE("when: student.year == 1, title: {zh: 新生}"),
     RULE("when: student.year == 1, title: {zh: 新生, en: Freshman}")},
    {C_EMPTY, "Nothing stands after a key", "键后面什么也没有",
     "rules:\n  - id: r\n    level: blue\n    when: student.year == 1\n    check:",
     RULE("when: student.year == 1, check: daily at 07:00")},
    {C_DURATION, "The text is not a duration", "这不是时长", RULE("when: student.year == 1, for: soon"),
     RULE("when: student.year == 1, for: 2h")},
    {C_BOOL, "true or false is expected here", "这里要写 true 或 false",
     RULE("when: student.year == 1, sensitive: yes"), RULE("when: student.year == 1, sensitive: true")},
    {C_TAKEN, "The name is one of the language itself", "这是语言自带的名称",
     "features:\n  student: {count: swipe, over: 7d}", "features:\n  swipes: {count: swipe, over: 7d}"},
    {C_TWO_MEANINGS, "One name has two meanings", "同一个名称有两个含义", NULL, NULL},
    {C_MANY, "There is more of something than one rule set can hold", "数量超过了一个规则集的上限", NULL, NULL},

    /* ---- events ---- */
    {C_EVENT, "No event is named so", "没有这个名称的事件", FEATURE("count: swip, over: 7d"),
     FEATURE("count: swipe, over: 7d")},
    {C_EVENT_CYCLE, "An event is made of itself", "事件是由它自己定义的", "events:\n  a: {event: b}\n  b: {event: a}",
     "events:\n  a: {event: b}\n  b: {event: swipe}"},
    {C_NO_TYPE, "No record can fit: no type of record has all the fields that are named",
     "没有记录会符合：没有哪种记录同时有所写的字段", RULE("when: event.amount > 5 && event.status == \"absent\""),
     RULE("when: event.amount > 5")},

    /* ---- features ---- */
    {C_FIELD, "The records that are counted have no such field", "所数的记录没有这个字段",
     FEATURE("sum: attendance.amount, over: 7d"), FEATURE("sum: swipe.amount, over: 7d")},
    {C_OPERATOR, "A feature has exactly one operator", "一个特征恰好有一个算子", FEATURE("over: 7d"),
     FEATURE("count: swipe, over: 7d")},
    {C_OPERAND, "The operator needs a field of the event, or takes none", "算子需要事件的某个字段，或者不需要字段",
     FEATURE("sum: swipe, over: 7d"), FEATURE("sum: swipe.amount, over: 7d")},
    {C_FIELD_TYPE, "The operator is over numbers, and the field is none", "算子只能用于数，而这个字段不是数",
     FEATURE("avg: swipe.card, over: 7d"), FEATURE("avg: swipe.amount, over: 7d")},
    {C_WINDOW, "The operator needs a window", "算子需要窗口", FEATURE("count: swipe"),
     FEATURE("count: swipe, over: 7d")},
    {C_KEY_FITS, "The key does not go with this operator or this window", "这个键与算子或窗口不相配",
     FEATURE("count: swipe, over: 7d, gap: 90m"), FEATURE("sessions: swipe, over: 7d, gap: 90m")},
    {C_WINDOW_FORM, "The text is not a window", "这不是窗口", FEATURE("count: swipe, over: weeks"),
     FEATURE("count: swipe, over: week")},
    {C_HOURS_LONG, "A window of hours has at most 48; longer ones are counted in days",
     "以小时计的窗口最多 48 小时，更长的按天计", FEATURE("count: swipe, over: 72h"), FEATURE("count: swipe, over: 3d")},
    {C_PANES, "A window up to 2h has whole minutes, a longer one whole quarters of an hour",
     "2h 以内的窗口要是整分钟，更长的要是整刻钟", FEATURE("count: swipe, over: 130m"),
     FEATURE("count: swipe, over: 135m")},
    {C_TO, "`to:` does not say a day", "`to:` 没有写明哪一天", FEATURE("count: swipe, over: 7d, to: tomorrow"),
     FEATURE("count: swipe, over: 7d, to: yesterday")},
    {C_TO_FITS, "Only a window of days can end earlier than today", "只有以天计的窗口才能提前结束",
     FEATURE("count: swipe, over: week, to: yesterday"), FEATURE("count: swipe, over: 7d, to: yesterday")},
    {C_GAP, "sessions needs a gap, longer than nothing and at most a day", "sessions 需要 gap，大于 0，不超过一天",
     FEATURE("sessions: swipe, over: 7d"), FEATURE("sessions: swipe, gap: 90m, over: 7d")},
    {C_PAUSE, "What stands under pause: stops no clock", "pause: 里写的不能让计时暂停",
     FEATURE("absence: seen, pause: weekends"), FEATURE("absence: seen, pause: weekend")},
    {C_FEATURE_CYCLE, "A feature is made of itself, or values are nested too deep", "特征由它自己算出，或嵌套太深",
     "features:\n  a: {value: b + 1}\n  b: {value: a + 1}",
     "features:\n  a: {value: b + 1}\n  b: {count: swipe, over: 7d}"},
    {C_VALUE_TYPE, "A feature is a number or a duration, not true or false or a text",
     "特征是数或时长，不能是真假值或文本", FEATURE("value: student.year == 1"),
     FEATURE("value: 'student.year == 1 ? 1 : 0'")},
    {C_BASELINE, "A habit is made of an operator over single days, and says how far back it looks",
     "习惯由按天计算的算子得出，并要写明看多久", FEATURE("baseline: {count: swipe, over: 7d}, against: 56d"),
     FEATURE("baseline: {count: swipe, over: 1d}, against: 56d")},
    {C_UNIT_KEY, "The text is not a unit, or the feature has another one already", "这不是单位，或者特征已有别的单位",
     FEATURE("count: swipe, over: 7d, unit: yaun"), FEATURE("count: swipe, over: 7d, unit: times")},

    /* ---- params ---- */
    {C_LITERAL, "The value is not a number with a unit", "这不是带单位的数", PARAM("420 yaun"), PARAM("420 yuan")},
    {C_UNITS_DIFFER, "The values of one param have different units", "同一参数的各个值单位不一致",
     PARAM("{value: 420 yuan, by: [{year: 1, value: 3}]}"),
     PARAM("{value: 420 yuan, by: [{year: 1, value: 300 yuan}]}")},
    {C_BY_FIELD, "A row of by: names something that a student does not have", "by: 的一行写了学生没有的项",
     PARAM("{value: 3, by: [{yaer: 1, value: 2}]}"), PARAM("{value: 3, by: [{year: 1, value: 2}]}")},
    {C_BY_FORM, "A row of by: needs for whom and a value", "by: 的一行要写适用对象和值",
     PARAM("{value: 3, by: [{year: 1}]}"), PARAM("{value: 3, by: [{year: 1, value: 2}]}")},
    {C_LIST_MIXED, "A list has texts, or numbers of one unit", "列表里要么全是文本，要么全是同一单位的数",
     PARAM("[a, 1]"), PARAM("[a, b]")},
    {C_SHADOWS, "A name stands for a param and for a feature", "同一个名称既是参数又是特征",
     "params: {n: 1}\nfeatures: {n: {count: swipe, over: 7d}}",
     "params: {few: 1}\nfeatures: {n: {count: swipe, over: 7d}}"},

    /* ---- rules ---- */
    {C_ID, "A rule's id has letters a-z, digits, - and _", "规则的 id 只能用字母 a-z、数字、- 和 _",
     "rules:\n  - {id: 晚归, when: student.year == 1, level: blue}",
     "rules:\n  - {id: late-return, when: student.year == 1, level: blue}"},
    {C_ID_TWICE, "Two rules have one id", "两条规则的 id 相同",
     PACK "  - {id: r, when: student.year == 2, level: blue}",
     PACK "  - {id: r2, when: student.year == 2, level: blue}"},
    {C_RULE_SHAPE, "A rule says when it fires in one way: `when:` with `level:`, or `value:` with steps",
     "规则只能用一种方式写明何时触发：`when:` 配 `level:`，或 `value:` 配档次", "rules:\n  - {id: r, level: blue}",
     RULE("when: student.year == 1")},
    {C_LEVEL, "A `when:` needs a level; with `value:` the levels stand at the steps",
     "`when:` 需要级别；用 `value:` 时级别写在档次上", "rules:\n  - {id: r, when: student.year == 1}",
     RULE("when: student.year == 1")},
    {C_MESSAGE_NAME, "A message names something that the rule does not know", "消息里的名称在规则里没有",
     VALUE("at_least: {3: blue}, message: {zh: '{m} 次', en: '{n} times'}"),
     VALUE("at_least: {3: blue}, message: {zh: '{n} 次', en: '{n} times'}")},
    {C_MESSAGE_FORM, "Braces in a message hold one name; a brace itself is written twice",
     "消息的花括号里只写一个名称；花括号本身要写两个",
     VALUE("at_least: {3: blue}, message: {zh: '{n + 1} 次', en: '{n} times'}"),
     VALUE("at_least: {3: blue}, message: {zh: '{n} 次', en: '{n} times'}")},
    {C_PLURAL, "A plural has two forms", "复数要写两种形式",
     VALUE("at_least: {3: blue}, message: {zh: '{n} 次', en: '{n|times}'}"),
     VALUE("at_least: {3: blue}, message: {zh: '{n} 次', en: '{n|time|times}'}")},
    {C_STEPS, "A rule with `value:` needs steps", "有 `value:` 的规则需要档次",
     "features: {n: {count: swipe, over: 7d}}\nrules:\n  - {id: r, value: n}", VALUE("at_least: {3: blue}")},
    {C_POINTS, "A point adds a number that is not 0, and a rule has at least one point",
     "积分项要加一个不为 0 的数，至少要有一项", POINTS("{add: 0, when: n > 3}"), POINTS("{add: 3, when: n > 3}")},
    {C_STEP_VALUE, "A step does not fit the value: another unit, or a duration beside a number",
     "档次与值不符：单位不同，或把时长和数混在一起", VALUE("at_least: {24h: blue}"), VALUE("at_least: {24: blue}")},
    {C_STEP_TWICE, "Two steps have one value", "两个档次的值相同", VALUE("at_least: {3: blue, 3.0: red}"),
     VALUE("at_least: {3: blue, 4: red}")},
    {C_STEP_PARAM, "A step is neither a value nor the name of a param", "档次既不是数值也不是参数名",
     VALUE("at_least: {few: blue}"), VALUE("at_least: {few: blue}, params: {few: 3}")},
    {C_GROWS, "A value that grows by itself is made of others, so that no timer can foresee it: it needs a check",
     "会自己增长的值由其他值算出，无法预先定时：需要 check",
     "features: {s: {absence: seen}, t: {value: s}}\n" RULE("when: t > limit, params: {limit: 24h}"),
     "features: {s: {absence: seen}, t: {value: s}}\n" RULE(
         "when: t > limit, params: {limit: 24h}, check: daily at 07:00")},
    {C_INSTANT, "A rule that looks at `event` fires at the record: for, check and resolve_when do not go with it",
     "看 `event` 的规则在记录当时触发，不能用 for、check、resolve_when",
     RULE("when: event.amount > 500, check: daily at 07:00"), RULE("when: event.amount > 500")},
    {C_CHECK, "The text does not say when to check", "没有说明什么时候检查",
     RULE("when: student.year == 1, check: every morning"), RULE("when: student.year == 1, check: daily at 07:00")},
    {C_UNLESS, "An exemption has no name", "豁免没有名称", RULE("when: student.year == 1, unless: ['']"),
     RULE("when: student.year == 1, unless: [holiday]")},
    {C_PURPOSE, "The purpose is none of the closed list", "处理目的不在清单里",
     RULE("when: student.year == 1, purpose: student-safty"), RULE("when: student.year == 1, purpose: student-safety")},
    {C_PURPOSE_DATA, "The purpose does not cover what the rule reads", "处理目的不包括规则读取的数据",
     RULE("when: event.amount > 500, purpose: academic-support"),
     RULE("when: event.amount > 500, purpose: financial-aid")},
    {C_REPLACES, "`replaces:` names no rule, or one that is replaced already", "`replaces:` 写的规则不存在，或已被替换",
     RULE("when: student.year == 1, replaces: other"), RULE("when: student.year == 1")},
    {C_VERSION, "A version has letters, digits and points, at most 16", "版本只能用字母、数字和点，最多 16 个",
     RULE("when: student.year == 1, version: 1-2"), RULE("when: student.year == 1, version: 1.2")},

    /* ---- adjust ---- */
    {C_ADJUST_RULE, "An adjust names no rule", "adjust 写的规则不存在", PACK "adjust: {rr: {because: x}}",
     PACK "adjust: {r: {because: x}}"},
    {C_BECAUSE, "An adjust must say why", "adjust 必须写明原因", PACK "adjust: {r: {mode: shadow}}",
     PACK "adjust: {r: {mode: shadow, because: trial}}"},
    {C_ADJUST_PARAM, "An adjust names a param that the rule does not have", "adjust 写了规则没有的参数",
     PACK "adjust: {r: {because: x, params: {q: 2}}}", PACK "adjust: {r: {because: x, params: {p: 2}}}"},
    {C_ADJUST_TWICE, "A rule is adjusted in two places", "一条规则在两处被调整", NULL, NULL},
    {C_ADJUST_LEVEL, "A rule with steps has no single level to adjust", "按档次分级的规则没有单一级别可改",
     VALUE("at_least: {3: blue}") "\nadjust: {r: {because: x, level: red}}",
     VALUE("at_least: {3: blue}") "\nadjust: {r: {because: x, mode: shadow}}"},

    /* ---- warnings ---- */
    {C_WAS, "The pack has changed a value since the adjust was made", "规则包的值在调整之后又变了",
     PACK "adjust: {r: {because: x, params: {p: {value: 3, was: 2}}}}",
     PACK "adjust: {r: {because: x, params: {p: {value: 3, was: 1}}}}"},
    {C_TAG, "`unless:` names a tag that no student bears", "`unless:` 写的标签没有学生带有", NULL, NULL},
    {C_NO_PERIODS, "A period is asked of a calendar that has none", "校历没有时段，却问到了时段", NULL, NULL},
    {C_LEVEL_FALLS, "A step that is reached later has a lower level", "后达到的档次级别反而更低",
     VALUE("at_least: {3: red, 5: blue}"), VALUE("at_least: {3: blue, 5: red}")},
    {C_CHECK_NEVER, "A check in term is asked of a calendar without terms", "校历没有学期，却按学期检查", NULL, NULL},
    {C_ADJUST_REPLACED, "An adjust names a rule that another replaces", "adjust 写的规则已被替换",
     PACK "  - {id: s, level: blue, when: student.year == 2, replaces: r}\nadjust: {r: {because: x}}",
     PACK "  - {id: s, level: blue, when: student.year == 2, replaces: r}\nadjust: {s: {because: x}}"},
};

const sz_code_doc *sz_rules_codes(size_t *n) {
    *n = sizeof codes / sizeof *codes;
    return codes;
}
