/* SPDX-License-Identifier: Apache-2.0
 *
 * What an analyst is told: code, place and hint of each finding, in both languages; and that what is right is let
 * through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/toy_names.h"

typedef struct row {
    const char *text;
    int code;
    const char *at;   /* what the caret marks, as written; the first place where it stands, or `nth` */
    const char *hint; /* part of it; NULL: none is asked for */
    sz_xtype want;
    bool grow_ok;
    int nth;
} row;

static const row rows[] = {
    /* lists */
    {"watched == 3", 114, "watched == 3", "\"…\" in watched", 0, 0, 0},
    {"n in watched", 104, "n in watched", "for example  n in [1, 2]", 0, 0, 0},
    {"s in levels", 104, "s in levels", "for example  s in [\"…\"]", 0, 0, 0},
    /* names */
    {"late_night_7d >= 3", 42, "late_night_7d", "did you mean `late_nights_7d`?", 0, 0, 0},
    {"n > 1 && last_door.plcae == \"x\"", 42, "plcae", NULL, 0, 0, 0},
    {"calendar.in(\"exam\")", 42, "\"exam\"", NULL, 0, 0, 0},
    {"calendar.on(\"exams\")", 42, "on", NULL, 0, 0, 0},
    {"calendar.in(exams)", 111, "exams", "calendar.in(\"exams\")", 0, 0, 0},
    {"calendar.in(exam)", 111, "exam", "calendar.in(\"exam\")", 0, 0, 0},
    {"last_door.direction == out", 42, "out", "quotes:  \"out\"", 0, 0, 0},
    {"p == True", 42, "True", "write true", 0, 0, 0},
    {"last_door == \"out\"", 122, "last_door", "write  last_door.direction == \"out\"", 0, 0, 0},
    {"last_door == \"nowhere\"", 122, "last_door", "last_door.time", 0, 0, 0},
    /* syntax, and what is no CEL */
    {"", 102, "", NULL, 0, 0, 0},
    {"  \n", 102, "  \n", NULL, 0, 0, 0},
    {"(n >= 3", 101, "(", "for example  (n >= 3)", 0, 0, 0},
    {"n in [1, 2", 101, "[", "for example  n in [1, 2]", 0, 0, 0},
    {"n >=", 101, "", "for example  n >= 3", 0, 0, 0},
    {"n > 3 &&", 101, "", "leave out the last &&", 0, 0, 0},
    {"n > 3 && && m > 3", 101, "&&", "leave out this &&", 0, 0, 1},
    {"|| n > 3", 101, "||", "leave out this ||", 0, 0, 0},
    {"> 3", 101, ">", "for example  n > 3", 0, 0, 0},
    {"n > 3 && < 5", 101, "<", "for example  n < 5", 0, 0, 0},
    {"n > > 3", 101, ">", "between > and >", 0, 0, 1},
    {"n > 3)", 101, ")", "leave it out", 0, 0, 0},
    {"n > 3 spend > 4", 101, "spend", "n > 3 && spend > 4", 0, 0, 0},
    {"n 3", 101, "3", "write a comparison between the two", 0, 0, 0},
    {"n > 3 ? 1", 101, "", "n > 3 ? 1 : 0", 0, 0, 0},
    {"s == \"abc", 101, "\"", "write \" at its end too", 0, 0, 0},
    {"n ! 3", 101, "!", "!=", 0, 0, 0},
    {"n >= 3 @ 2", 101, "@", "n >= 3 && student.year == 1", 0, 0, 0},
    {"event. == 3", 101, "==", "write a field after the point", 0, 0, 0},
    /* what joins no conditions */
    {"n > 3，m > 4", 116, "，", "write && where both must hold", 0, 0, 0},
    {"n > 3、m > 4", 116, "、", "write && where both must hold", 0, 0, 0},
    {"n > 3；m > 4", 116, "；", "write && where both must hold", 0, 0, 0},
    {"n > 3, m > 4", 116, ",", "write && where both must hold", 0, 0, 0},
    {"n > 3。", 116, "。", "leave it out", 0, 0, 0},
    {"n > 3;", 116, ";", "leave it out", 0, 0, 0},
    {"n in [1，2]", 118, "，", "write ,", 0, 0, 0},
    {"s in \"a\", \"b\"", 114, "\"a\", \"b\"", "in [\"a\", \"b\"]", 0, 0, 0},
    /* as spreadsheets have it */
    {"=n > 3", 116, "=", "leave it out", 0, 0, 0},
    {"n &gt;= 3", 116, "&gt;=", "write >=", 0, 0, 0},
    {"n &lt; 3", 116, "&lt;", "write <", 0, 0, 0},
    {"student.school == &quot;x&quot;", 116, "&quot;x&quot;", "write \"x\"", 0, 0, 0},
    {"spend > 1,000", 116, "1,000", "write 1000, without commas", 0, 0, 0},
    {"spend > 1,000,000", 116, "1,000,000", "write 1000000, without commas", 0, 0, 0},
    {"学院 == \"医学院\"", 118, "学院", "write student.school", 0, 0, 0},
    /* operators in words */
    {"n between 3 and 5", 116, "between 3 and 5", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 在 3 和 5 之间", 116, "在 3 和 5 之间", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 介于3到5", 116, "介于3到5", "n >= 3 && n <= 5", 0, 0, 0},
    {"n in 3..5", 116, "in 3..5", "n >= 3 && n <= 5", 0, 0, 0},
    {"event.clock between 11:00 and 13:00", 116, "between 11:00 and 13:00",
     "event.clock >= \"11:00\" && event.clock <= \"13:00\"", 0, 0, 0},
    {"event.clock 在 9:30 到 13:00 之间", 116, "在 9:30 到 13:00 之间",
     "event.clock >= \"09:30\" && event.clock <= \"13:00\"", 0, 0, 0},
    {"event.clock between 22:00 and 6:00", 116, "between 22:00 and 6:00",
     "event.clock >= \"22:00\" || event.clock <= \"06:00\"", 0, 0, 0},
    {"student.year in [大一]", 118, "大一", "write 1 in the list", 0, 0, 0},
    {"event.weekday in [周六]", 118, "周六", "write 6 in the list", 0, 0, 0},
    {"n is not 3", 116, "is not", "write !=", 0, 0, 0},
    {"n is greater than or equal to 3", 116, "is greater than or equal to", "write >=", 0, 0, 0},
    {"n At Least 3", 116, "At Least", "write >=", 0, 0, 0},
    {"n 超过 3", 116, "超过", "write >", 0, 0, 0},
    {"n 不低于 3", 116, "不低于", "write >=", 0, 0, 0},
    {"n gte 3", 116, "gte", "write >=", 0, 0, 0},
    /* has() of what is no field, among others */
    {"has(n) && n > 3", 111, "n", "leave it out", 0, 0, 0},
    {"has(last_door) && n > 3", 111, "last_door", "has(last_door.time)", 0, 0, 0},
    {"has(n > 3)", 111, "n > 3", "has(last_door.time)", 0, 0, 0},
    {"has()", 111, "has", "has(last_door.time)", 0, 0, 0},
    {"has(nobody)", 42, "nobody", NULL, 0, 0, 0},
    /* numbers and times as people write them */
    {"student.year == \"大一\"", 104, "\"大一\"", "student.year == 1", 0, 0, 0},
    {"student.year == 大三", 118, "大三", "student.year == 3", 0, 0, 0},
    {"event.time > \"2026/3/1\"", 104, "\"2026/3/1\"", "timestamp(\"2026-03-01T00:00:00+08:00\")", 0, 0, 0},
    {"event.time > 2026-03-01", 104, "2026-03-01", "timestamp(\"2026-03-01T00:00:00+08:00\")", 0, 0, 0},
    {"event.time > \"晚上10点半\"", 104, "\"晚上10点半\"", "event.clock > \"22:30\"", 0, 0, 0},
    {"event.clock > 22", 104, "22", "event.clock > \"22:00\"", 0, 0, 0},
    {"n > 三", 118, "三", "is written  3", 0, 0, 0},
    {"p ＃说明", 118, "＃", "a space and #", 0, 0, 0},
    {"event。clock > \"22:00\"", 118, "。", "write .", 0, 0, 0},
    {"event.clock > \"22\"", 121, "\"22\"", "write \"22:00\"", 0, 0, 0},
    {"event.night == \"2026年3月2日\"", 121, "\"2026年3月2日\"", "write \"2026-03-02\"", 0, 0, 0},
    {"n in [\"6\", \"7\"]", 104, "n in [\"6\", \"7\"]", "n in [6, 7]", 0, 0, 0},
    /* units: both, and what to write */
    {"spend < silence", 107, "spend < silence", "params: {limit: 24h, limit_2: 420 yuan}", 0, 0, 0},
    {"spend < 3 d", 117, "3 d", "`spend` is an amount in yuan, so name such a value:  params: {limit: 420 yuan}", 0, 0,
     0},
    {"silence > 420 yuan", 117, "420 yuan", "`silence` is a duration, so name such a value:  params: {limit: 24h}", 0,
     0, 0},
    {"spend_habit.ratio < 50% && student.school == \"医学院\"", 117, "50%",
     "write 0.5, or name it:  params: {drop: 50%}  and  spend_habit.ratio < drop", 0, 0, 0},
    {"spend_habit.ratio < 12.5 %", 117, "12.5 %", "write 0.125", 0, 0, 0},
    {"spend >= 420 yuan", 117, "420 yuan", "params: {limit: 420 yuan}  and  spend >= limit", 0, 0, 0},
    {"spend >= 420元", 117, "420元", "params: {limit: 420 yuan}", 0, 0, 0},
    {"silence >= 24h", 117, "24h", "params: {limit: 24h}  and  silence >= limit", 0, 0, 0},
    {"24h <= silence", 117, "24h", "params: {limit: 24h}  and  silence >= limit", 0, 0, 0},
    {"p && 3 天 > silence", 117, "3 天", "params: {limit: 3d}  and  silence < limit", 0, 0, 0},
    {"420 yuan <= spend", 117, "420 yuan", "{limit: 420 yuan}  and  spend >= limit", 0, 0, 0},
    {"24h <= silence && spend < 50%", 117, "24h", "params: {limit: 24h}  and  silence >= limit", 0, 0, 0},
    {"3 d < spend", 117, "3 d", "`spend` is an amount in yuan, so name such a value", 0, 0, 0},
    {"24h <= last_door.age", 117, "24h", "params: {limit: 24h}  and  last_door.age >= limit", 0, 0, 0},
    {"24h <= silence - wait", 117, "24h", "params: {limit: 24h}  and  x >= limit", 0, 0, 0},
    {"24h <= f(silence)", 117, "24h", "params: {limit: 24h}  and  x >= limit", 0, 0, 0},
    {"silence >= 3 天 && p", 117, "3 天", "{limit: 3d}", 0, 0, 0},
    {"missed_hours >= 6 class-hours", 117, "6 class-hours", "{limit: 6 class-hours}", 0, 0, 0},
    /* units as people write them, a bound around them, and what joins the next condition */
    {"late_nights_7d >= 3 yuann", 117, "3 yuann", "is a number of days, so name such a value", 0, 0, 0},
    {"spend < 420 yaun", 117, "420 yaun", "params: {limit: 420 yuan}  and  spend < limit", 0, 0, 0},
    {"spend < 420 Yuan", 117, "420 Yuan", "{limit: 420 yuan}", 0, 0, 0},
    {"spend < ¥420", 117, "¥420", "{limit: 420 yuan}", 0, 0, 0},
    {"spend < $420", 117, "$420", "{limit: 420 yuan}", 0, 0, 0},
    {"spend < 420 块钱", 117, "420 块钱", "{limit: 420 yuan}", 0, 0, 0},
    {"spend < 1,000元", 117, "1,000元", "{limit: 1000 yuan}", 0, 0, 0},
    {"spend < 0.5万元", 117, "0.5万元", "{limit: 5000 yuan}", 0, 0, 0},
    {"spend / n < 7 yuan", 117, "7 yuan", "write 7 alone", 0, 0, 0},
    {"silence >= 24小时以上", 117, "24小时以上", "{limit: 24h}  and  silence >= limit", 0, 0, 0},
    {"silence >= 24hrs", 117, "24hrs", "{limit: 24h}", 0, 0, 0},
    {"silence >= 24 Hours", 117, "24 Hours", "{limit: 24h}", 0, 0, 0},
    {"silence >= 24 hous", 117, "24 hous", "{limit: 24h}", 0, 0, 0},
    {"silence >= 1h30m", 117, "1h30m", "{limit: 90m}", 0, 0, 0},
    {"silence > 一天半", 117, "一天半", "{limit: 36h}", 0, 0, 0},
    {"silence > 1 month", 117, "1 month", "{limit: 30d}", 0, 0, 0},
    {"fall < 50%以上", 117, "50%以上", "write 0.5, or name it", 0, 0, 0},
    {"fall < 百分之五十", 117, "百分之五十", "write 0.5, or name it", 0, 0, 0},
    {"fall < 五成", 117, "五成", "write 0.5, or name it", 0, 0, 0},
    {"fall < 50 per cent", 117, "50 per cent", "write 0.5, or name it", 0, 0, 0},
    {"spend < 60% of m", 117, "60% of", "write 0.6 *", 0, 0, 0},
    {"n >= 3次以上", 117, "3次以上", "write 3 alone", 0, 0, 0},
    {"n >= 3次/周", 117, "3次/周", "write 3 alone; over how long, the feature says", 0, 0, 0},
    {"n >= 3 次 / 周 && p", 117, "3 次 / 周", "write 3 alone", 0, 0, 0},
    {"n >= 3次每周", 117, "3次每周", "write 3 alone", 0, 0, 0},
    {"n >= 3 times per week", 117, "3 times per week", "write 3 alone", 0, 0, 0},
    {"spend < 420元/月", 117, "420元/月",
     "write 420, or name it:  params: {limit: 420 yuan}  and  spend < limit; over how long, the feature says", 0, 0, 0},
    {"spend < 42000分", 117, "42000分", "write 420 alone, or name it:  params: {limit: 420 yuan}", 0, 0, 0},
    {"n >= 42000分", 117, "42000分", "write 42000 alone", 0, 0, 0},
    {"spend < 4，200", 116, "4，200", "write 4200, without commas", 0, 0, 0},
    {"calendar.week >= 第5周", 117, "第5周", "write 5 alone", 0, 0, 0},
    {"calendar.week >= 第五周 && p", 117, "第五周", "write 5 alone", 0, 0, 0},
    {"student.entry_year == 2023级", 117, "2023级", "write 2023 alone", 0, 0, 0},
    {"student.entry_year == 2023年", 117, "2023年", "write 2023 alone", 0, 0, 0},
    {"n / 7 > 50%", 117, "50%", "n / 7 > drop", 0, 0, 0},
    {"late_nights_7d >= duration(\"24h\")", 107, "duration(\"24h\")", "{limit: 3 days}  and  late_nights_7d >= limit",
     0, 0, 0},
    /* as other languages have conditions */
    {"p && not n >= 3 && q", 116, "not", "write !(n >= 3)", 0, 0, 0},
    {"not p and n 3", 116, "not", "write !", 0, 0, 0},
    {"not n in [1, 2] && q", 116, "not", "write !(n in [1, 2])", 0, 0, 0},
    {"not calendar.in(\"exams\") == p", 116, "not", "write !(calendar.in(\"exams\") == p)", 0, 0, 0},
    {"not n > 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1", 116, "not", "write !(…)", 0, 0, 0},
    {"s not like \"a%\"", 116, "not like \"a%\"", "write !s.startsWith(\"a\")", 0, 0, 0},
    {"s like '\"a%'", 116, "like '\"a%'", "write s.startsWith('\"a')", 0, 0, 0},
    {"s like \"a_b\"", 116, "like \"a_b\"", "write s.contains(\"…\")", 0, 0, 0},
    {"n like \"3%\"", 116, "like \"3%\"", "startsWith looks into texts; `n` is none", 0, 0, 0},
    {"student.tags contains \"x\"", 116, "contains", "write \"x\" in student.tags", 0, 0, 0},
    {"student.tags not contains \"x\"", 116, "not contains", "write !(\"x\" in student.tags)", 0, 0, 0},
    {"n >= 3 per week", 117, "3 per week", "write 3 alone; over how long", 0, 0, 0},
    {"n >= 3/周", 117, "3/周", "write 3 alone; over how long", 0, 0, 0},
    {"n >= 3每周", 117, "3每周", "write 3 alone; over how long", 0, 0, 0},
    {"event.hour >= 23点", 121, "23点", "write 23 alone", 0, 0, 0},
    {"event.clock >= 23点", 121, "23点", "event.clock >= \"23:00\"", 0, 0, 0},
    {"student.school == 第二周", 118, "第二周", "text stands in quotes:  \"第二周\"", 0, 0, 0},
    {"student.year == 2023级", 117, "2023级", "write  student.entry_year == 2023", 0, 0, 0},
    {"spend >= \"n\"", 104, "\"n\"", "compare it with a number", 0, 0, 0},
    {"3", 103, "3", "for example  n >= 3", 0, 0, 0},
    {"n / 0.01 > drop", 105, "drop", NULL, 0, 0, 0},
    {"alike.percentile >= drop", 105, "drop", "drop: 90", 0, 0, 0},
    {"alike.percentile >= 90%", 117, "90%", "a percentile is 0 to 100: write 90", 0, 0, 0},
    {"alike.percentile 90%以上", 117, "90%以上", "a percentile is 0 to 100: write  alike.percentile >= 90", 0, 0, 0},
    {"alike.percentile > 100", 106, "100", "a percentile is 0 to 100", 0, 0, 0},
    {"n >= 3 && 2", 109, "2", "n >= 2", 0, 0, 0},
    {"p && 7", 109, "7", "for example  n >= 7", 0, 0, 0},
    {"late nights 7d >= 3", 42, "late nights 7d", "did you mean `late_nights_7d`?", 0, 0, 0},
    {"count(n, 7d) >= 3", 110, "count", "{n_7d: {count: n, over: 7d}}  and  n_7d >= 3", 0, 0, 0},
    {"sum(meal.amount, 7d) >= 3", 110, "sum", "{sum: meal.amount, over: 7d}", 0, 0, 0},
    {"sum(meal, 7d) >= 3", 110, "sum", "{sum: meal.…, over: 7d}", 0, 0, 0},
    {"days(meal.amount, 7d) >= 3", 110, "days", "{days: meal, over: 7d}", 0, 0, 0},
    {"sessions(meal, 7d) >= 3", 110, "sessions", "{sessions: meal, gap: 90m, over: 7d}", 0, 0, 0},
    {"absence(seen, 24h) >= 3", 110, "absence", "{absence: seen}}  and  params: {limit: 24h}", 0, 0, 0},
    {"$n >= 3", 116, "$", "write n", 0, 0, 0},
    {"s =~ \"a\"", 116, "=~", "write s.matches(\"a\")", 0, 0, 0},
    {"event.clock >= 晚上11点 && p", 121, "晚上11点", "event.clock >= \"23:00\"", 0, 0, 0},
    {"event.late == 是", 118, "是", "write  event.late == true", 0, 0, 0},
    {"\"late_nights_7d\" >= few", 104, "\"late_nights_7d\"", "without quotes:  late_nights_7d", 0, 0, 0},
    {"if n > 3", 116, "if", "leave it out", 0, 0, 0},
    {"p ? n > 3 : s like \"a%\"", 116, "like \"a%\"", "write s.startsWith(\"a\")", 0, 0, 0},
    {"s like \"%a%\"", 116, "like \"%a%\"", "write s.contains(\"a\")", 0, 0, 0},
    {"s 包含 \"a\"", 116, "包含", "write s.contains(\"a\")", 0, 0, 0},
    {"如果 n > 3", 116, "如果", "leave it out", 0, 0, 0},
    {"late-nights-7d >= 3", 42, "late-nights-7d", "did you mean `late_nights_7d`?", 0, 0, 0},
    /* Chinese names */
    {"student.书院 == \"x\"", 118, "书院", "write student.college", 0, 0, 0},
    {"last_door.方向 == \"out\"", 118, "方向", "write last_door.direction", 0, 0, 0},
    {"晚归次数 >= 3", 118, "晚归次数", "label: {zh: 晚归次数, en: …}", 0, 0, 0},
    {"s == 晚归次数", 118, "晚归次数", "text stands in quotes:  \"晚归次数\"", 0, 0, 0},
    /* what cannot repeat the comparison before it */
    {"student.school == \"x\" && m", 109, "m", "for example  m >= 3", 0, 0, 0},
    {"n 3次以上", 117, "3次以上", "write  n >= 3", 0, 0, 0},
    {"n 超过三次", 117, "超过三次", "write  n > 3", 0, 0, 0},
    {"n >= 3 or more", 117, "3 or more", "write 3 alone", 0, 0, 0},
    /* what does not compile when it is followed is no hint */
    {"n < 50%", 117, "50%", "is a count, so name such a value", 0, 0, 0},
    {"silence < 百分之五十", 117, "百分之五十", "is a duration, so name such a value", 0, 0, 0},
    {"silence < 3次", 117, "3次", "params: {limit: 24h}  and  silence < limit", 0, 0, 0},
    {"fall >= 3千", 117, "3千", "is a share in percent, so name such a value", 0, 0, 0},
    {"silence 超过一天半", 117, "超过一天半", "{limit: 36h}  and  silence > limit", 0, 0, 0},
    {"fall 不到一半", 117, "不到一半", "write  fall < 0.5, or name it:  params: {drop: 50%}  and  fall < drop", 0, 0,
     0},
    {"fall < 三分之一", 117, "三分之一", "params: {drop: 33.33%}", 0, 0, 0},
    {"spend 超过四百元", 117, "超过四百元", "write  spend > 400, or name it", 0, 0, 0},
    {"spend 420元", 117, "420元", "write  spend >= 420, or name it:  params: {limit: 420 yuan}  and  spend >= limit", 0,
     0, 0},
    {"spend < 两千元", 117, "两千元", "params: {limit: 2000 yuan}", 0, 0, 0},
    {"n 3次", 117, "3次", "write  n >= 3", 0, 0, 0},
    {"silence >= 0.5天", 117, "0.5天", "{limit: 12h}", 0, 0, 0},
    {"event.hour >= 22:30", 121, "22:30", "event.clock >= \"22:30\"", 0, 0, 0},
    {"n >= at least 3", 117, "at least 3", "write 3 alone", 0, 0, 0},
    {"n < no more than 3", 117, "no more than 3", "write 3 alone", 0, 0, 0},
    {"n >= over 3", 117, "over 3", "write 3 alone", 0, 0, 0},
    {"n >= 至少 3 次", 117, "至少 3 次", "write 3 alone", 0, 0, 0},
    {"spend < RMB 420", 117, "RMB 420", "params: {limit: 420 yuan}", 0, 0, 0},
    {"n >= ３次", 117, "３次", "write 3 alone", 0, 0, 0},
    {"n >= '3次'", 104, "'3次'", "write  n >= 3", 0, 0, 0},
    {"n > 3 m", 117, "3 m", NULL, 0, 0, 0},
    {"n > 3 nights_left", 101, "nights_left", "n > 3 && nights_left", 0, 0, 0},
    /* ranges */
    {"n >= 3~5", 116, "3~5", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 3-5", 116, "3-5", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 3到5次", 116, "3到5次", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 3次到5次", 116, "3次到5次", "n >= 3 && n <= 5", 0, 0, 0},
    {"silence 3天到5天", 116, "3天到5天", "{least: 3d, most: 5d}  and  silence >= least && silence <= most", 0, 0, 0},
    {"silence >= 3~5", 116, "3~5", "{least: 3h, most: 5h}", 0, 0, 0},
    {"n in 3~5", 116, "in 3~5", "n >= 3 && n <= 5", 0, 0, 0},
    {"n in 3-5", 114, "3-5", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 在3和5次之间", 116, "在3和5次之间", "n >= 3 && n <= 5", 0, 0, 0},
    {"n 达到 3", 116, "达到", "write >=", 0, 0, 0},
    {"AND(p, q)", 110, "AND", "a && b", 0, 0, 0},
    {"event.clock >= 22:30", 121, "22:30", "event.clock >= \"22:30\"", 0, 0, 0},
    {"event.clock < 8:30 && p", 121, "8:30", "event.clock < \"08:30\"", 0, 0, 0},
    {"n = 3", 116, "=", "write ==", 0, 0, 0},
    {"n => 3", 116, "=>", "write >=", 0, 0, 0},
    {"n =< 3", 116, "=<", "write <=", 0, 0, 0},
    {"n <> 3", 116, "<>", "write !=", 0, 0, 0},
    {"n > = 3", 116, "> =", "without a space", 0, 0, 0},
    {"p & q", 116, "&", "write &&", 0, 0, 0},
    {"p | q", 116, "|", "write ||", 0, 0, 0},
    {"p and q", 116, "and", "write &&", 0, 0, 0},
    {"p OR q", 116, "OR", "write ||", 0, 0, 0},
    {"not p", 116, "not", "write !", 0, 0, 0},
    {"p 且 q", 116, "且", "write &&", 0, 0, 0},
    {"event.kind not in [\"a\"]", 116, "not", "!(x in", 0, 0, 0},
    {"event.card contains \"x\"", 116, "contains", "event.card.contains(\"x\")", 0, 0, 0},
    {"{n} > 3", 116, "{n}", "write n", 0, 0, 0},
    {"event.kind in (\"a\", \"b\")", 114, "(\"a\", \"b\")", "in [\"a\", \"b\"]", 0, 0, 0},
    {"n ＞＝ 3", 118, "＞＝", "write >=", 0, 0, 0},
    {"n ≥ 3", 118, "≥", "write >=", 0, 0, 0},
    {"n\xe2\x80\x8b > 3", 118, "\xe2\x80\x8b", "delete it", 0, 0, 0},
    {"p ＆＆ q", 118, "＆＆", "write &&", 0, 0, 0},
    {"n　> 3", 118, "　", "ordinary space", 0, 0, 0},
    {"student.school == “医学院”", 118, "“医学院”", "write \"医学院\"", 0, 0, 0},
    {"student.school == 医学院", 118, "医学院", "quotes:  \"医学院\"", 0, 0, 0},
    /* types */
    {"event.amount > \"5\"", 104, "\"5\"", "without quotes:  5", 0, 0, 0},
    {"student.school == 5", 104, "5", "\"5\"", 0, 0, 0},
    {"event.late == 1", 104, "1", "event.late  or  !event.late", 0, 0, 0},
    {"event.late > true", 104, ">", NULL, 0, 0, 0},
    {"event.time < limit", 104, "limit", ".age", 0, 0, 0},
    {"event.time >= \"22:00\"", 104, "\"22:00\"", "event.clock", 0, 0, 0},
    {"event.time >= \"2026-03-01\"", 104, "\"2026-03-01\"", "timestamp(\"2026-03-01T00:00:00+08:00\")", 0, 0, 0},
    {"p ? 1 : \"x\"", 104, "?", NULL, SZ_X_NUM, 0, 0},
    {"\"x\" in levels", 104, "\"x\" in levels", NULL, 0, 0, 0},
    {"1 < n < 5", 125, "1 < n < 5", "1 < n && n < 5", 0, 0, 0},
    {"silence >= 24", 107, "24", "params: {limit: 24h}  and  silence >= limit", 0, 0, 0},
    {"a >= limit", 107, "limit", NULL, 0, 0, 0},
    {"event.time + 3 > event.time", 108, "+", "duration(\"24h\")", 0, 0, 0},
    {"limit * 2 > wait", 108, "*", "only add and subtract", 0, 0, 0},
    {"\"a\" + 5 == \"a5\"", 108, "+", NULL, 0, 0, 0},
    {"-event.card == \"x\"", 108, "-", NULL, 0, 0, 0},
    {"p + q > 1", 108, "+", "(x ? 1 : 0)", 0, 0, 0},
    {"n == 1 || 2", 109, "2", "n == 1 || n == 2  or  n in [1, 2]", 0, 0, 0},
    {"n > 1 && 5", 109, "5", "n > 1 && n > 5", 0, 0, 0},
    {"!n == 1", 109, "n", "!(n == …)", 0, 0, 0},
    {"n ? p : q", 109, "n", "n >= 3", 0, 0, 0},
    {"n", 103, "n", "n >= 3", 0, 0, 0},
    {"silence", 103, "silence", "params: {limit: 24h}", 0, 1, 0},
    {"event.op", 103, "event.op", "== \"…\"", 0, 0, 0},
    {"n > 3", 103, "n > 3", "(n > 3 ? 1 : 0)", SZ_X_NUM, 0, 0},
    {"event.card + \"x\"", 124, "event.card + \"x\"", NULL, SZ_X_STR, 0, 0},
    /* units */
    {"spend >= missed_hours", 105, "spend >= missed_hours", NULL, 0, 0, 0},
    {"n >= spend_max", 105, "spend_max", "for example  spend_max: 3", 0, 0, 0},
    {"spend + n > 5", 105, "+", NULL, 0, 0, 0},
    {"math.least(n, spend) > 5", 105, "spend", NULL, 0, 0, 0},
    {"p ? n : spend", 104, "?", NULL, SZ_X_NUM, 0, 0},
    /* choices and forms */
    {"event.status == \"abscent\"", 106, "\"abscent\"", "did you mean \"absent\"?", 0, 0, 0},
    {"\"in side\" == last_door.direction", 106, "\"in side\"", "one of in, out", 0, 0, 0},
    {"event.status == \"缺勤\"", 106, "\"缺勤\"", "did you mean \"absent\"?", 0, 0, 0},
    {"event.status == \"旷课\"", 106, "\"旷课\"", "did you mean \"absent\"?", 0, 0, 0},
    {"event.op in [\"充值\"]", 106, "\"充值\"", "did you mean \"topup\"?", 0, 0, 0},
    {"event.op == \"缺勤\"", 106, "\"缺勤\"", "it is one of", 0, 0, 0},
    {"event.status in [\"present\", \"lat\"]", 106, "\"lat\"", "did you mean \"late\"?", 0, 0, 0},
    {"event.status in kinds", 106, "kinds", NULL, 0, 0, 0},
    {"event.clock < \"8:30\"", 121, "\"8:30\"", "write \"08:30\"", 0, 0, 0},
    {"event.clock < \"25:00\"", 121, "\"25:00\"", NULL, 0, 0, 0},
    {"event.night == \"2026-3-2\"", 121, "\"2026-3-2\"", "2026-03-02", 0, 0, 0},
    /* lists */
    {"student.tags == \"x\"", 114, "student.tags == \"x\"", "\"x\" in student.tags", 0, 0, 0},
    {"student.tags.contains(\"x\")", 114, "contains", "\"x\" in student.tags", 0, 0, 0},
    {"event.kind in \"abc\"", 114, "\"abc\"", "event.kind == \"abc\"", 0, 0, 0},
    {"n in 5", 114, "5", NULL, 0, 0, 0},
    {"n in []", 114, "[]", NULL, 0, 0, 0},
    {"n in [1, \"a\"]", 114, "\"a\"", NULL, 0, 0, 0},
    {"n in [1, m]", 114, "m", "x == m || x in", 0, 0, 0},
    /* functions and literals */
    {"max(n, m) >= 3", 110, "max", "math.greatest", 0, 0, 0},
    {"math.lest(n, m) >= 3", 110, "lest", "math.least", 0, 0, 0},
    {"not (p)", 110, "not", "!(…)", 0, 0, 0},
    {"event.card.lower() == \"x\"", 110, "lower", NULL, 0, 0, 0},
    {"double(n) > 3", 110, "double", "leave it out", 0, 0, 0},
    {"math.abs(a, b) >= 3", 111, "abs", NULL, 0, 0, 0},
    {"math.abs(s) >= 3", 111, "s", NULL, 0, 0, 1},
    {"n.contains(\"x\")", 111, "n", NULL, 0, 0, 0},
    {"size(n) > 3", 111, "n", NULL, 0, 0, 0},
    {"duration(s) > limit", 111, "s", NULL, 0, 0, 0},
    {"silence > duration(\"7d\")", 115, "\"7d\"", "duration(\"168h\"), or name it:  params: {limit: 7d}", 0, 0, 0},
    {"silence > duration(\"soon\")", 115, "\"soon\"", "duration(\"24h\")", 0, 0, 0},
    {"event.time > timestamp(\"2026-03-02\")", 115, "\"2026-03-02\"", "2026-03-02T00:00:00+08:00", 0, 0, 0},
    {"event.time.getHours(\"Mars\") >= 22", 126, "\"Mars\"", "+08:00", 0, 0, 0},
    {"event.kind.matches(\"^(a\")", 123, "(a", NULL, 0, 0, 0},
    {"event.kind.matches(event.card)", 123, "event.card", NULL, 0, 0, 0},
    /* parts of CEL that rules do not use */
    {"event.op == null", 112, "event.op == null", "has(event.op)", 0, 0, 0},
    {"student.tags.exists(t, t == \"x\")", 112, "exists", "x in list", 0, 0, 0},
    {"a[0] > 1", 112, "[0]", NULL, 0, 0, 0},
    {"{\"a\": 1} == n", 112, "{\"a\": 1}", NULL, 0, 0, 0},
    {"b\"x\" == s", 112, "b\"x\"", NULL, 0, 0, 0},
    {"event.?amount > 1", 112, "amount", NULL, 0, 0, 0},
    /* growing values */
    {"last_door.age > silence", 113, "last_door.age", "give it a check", 0, 0, 0},
    {"silence + limit > limit", 113, "silence", "give it a check", 0, 0, 0},
    {"(p ? silence : limit) > limit", 113, "silence", NULL, 0, 0, 0},
    {"(silence > limit) == p", 113, "silence", NULL, 0, 0, 0},
    {"silence", 113, "silence", NULL, SZ_X_NUM, 0, 0},
};

static const char *find_nth(const char *text, const char *at, int nth) {
    const char *p = strstr(text, at);
    for (; p && nth > 0; nth--) p = strstr(p + 1, at);
    return p;
}

static void check_row(const row *w) {
    sz_arena a;
    sz_diags d;
    sz_arena_init(&a);
    sz_diags_init(&d);
    const sz_prog *p = toy_compile(&a, w->text, w->want, w->grow_ok, &d);
    if (p || d.n == 0) fail_msg("nothing was found in: %s", w->text);
    sz_diags_sort(&d);
    const sz_diag *g = &d.v[0];
    const char *at = w->nth ? find_nth(w->text, w->at, 1) : find_nth(w->text, w->at, 0);
    assert_non_null(at);
    if (w->at[0] == '\0') at = w->text + strlen(w->text);
    if (g->code != w->code) fail_msg("%s: SZ%03d %s", w->text, g->code, g->message);
    assert_int_equal(g->severity, SZ_ERROR);
    if (g->span.off != (uint32_t)(at - w->text) || g->span.len != strlen(w->at))
        fail_msg("%s: marks %u+%u `%.*s`", w->text, g->span.off, g->span.len, (int)g->span.len, w->text + g->span.off);
    if (w->hint && (!g->hint || !strstr(g->hint, w->hint)))
        fail_msg("%s: hint: %s", w->text, g->hint ? g->hint : "none");
    for (size_t i = 0; i < d.n; i++) {
        assert_non_null(d.v[i].message_zh);
        assert_true(strlen(d.v[i].message) > 0 && strlen(d.v[i].message_zh) > 0);
        assert_true((d.v[i].hint != NULL) == (d.v[i].hint_zh != NULL));
    }
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

static void test_findings_have_code_place_and_hint(void **unused) {
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check_row(&rows[i]);
}

/* Each word of a text that does not parse is looked at, some way ahead: what no person wrote costs no square of it. */
static void test_a_long_text_costs_no_more_than_its_length(void **unused) {
    static const char *const words[] = {"a ",           "not ",           "a-",       "$a ",
                                        "n >= 第五周 ", "s like \"a%\" ", "count(a ", "in ( "};
    (void)unused;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (size_t length = 12 << 10; length <= 768 << 10; length *= 64) {
            sz_arena a;
            sz_diags d;
            sz_buf text;
            sz_arena_init(&a);
            sz_diags_init(&d);
            sz_buf_init(&text);
            while (text.n < length) sz_buf_put_z(&text, words[i]);
            sz_buf_put_u8(&text, '\0');
            assert_null(toy_compile(&a, (const char *)text.p, SZ_X_BOOL, false, &d));
            assert_in_range(d.n, 1, 100);
            sz_buf_fini(&text);
            sz_diags_fini(&d);
            sz_arena_fini(&a);
        }
}

static void test_all_findings_are_told_at_once(void **unused) {
    static const struct {
        const char *text;
        int codes[4];
    } many[] = {{"late_night_7d >= 3 && event.amount > \"5\" && event.status == \"abscent\"", {42, 104, 106, 0}},
                {"n = 3 and m <> 2", {116, 116, 116, 0}},
                {"event.clock >= \"9:00\" && event.clock < \"10:00\"", {121, 0}},
                {"n ＞＝ 3 && spend < 50% || silence >= 24h", {118, 117, 117, 0}},
                {"silence≥24小时且p", {118, 117, 116, 0}},
                {"p and (n > ", {116, 0}},
                {"has(n) && nobody > 3 && has(m)", {111, 42, 111, 0}},
                {"last_door.age > silence", {113, 113, 0}},
                {"nobody + nothing > 3 && nobody == 1", {42, 42, 42, 0}}};
    (void)unused;
    for (size_t i = 0; i < sizeof many / sizeof *many; i++) {
        sz_arena a;
        sz_diags d;
        sz_arena_init(&a);
        sz_diags_init(&d);
        assert_null(toy_compile(&a, many[i].text, SZ_X_BOOL, false, &d));
        sz_diags_sort(&d);
        for (size_t k = 0; k < 4 && many[i].codes[k]; k++) {
            if (k >= d.n || d.v[k].code != many[i].codes[k]) fail_msg("%s: finding %zu", many[i].text, k);
            if (many[i].codes[k + 1] == 0) assert_int_equal(d.n, k + 1);
        }
        sz_diags_fini(&d);
        sz_arena_fini(&a);
    }
}

static void test_what_is_right_compiles(void **unused) {
    static const struct {
        const char *text;
        sz_xtype want;
        bool grow_ok;
    } right[] = {
        {"event.op == \"consume\" && place.kind == \"canteen\"", SZ_X_BOOL, false},
        {"event.status in [\"present\", \"late\"]", SZ_X_BOOL, false},
        {"event.kind in kinds && event.kind in watched", SZ_X_BOOL, false},
        {"\"x\" in student.tags", SZ_X_BOOL, false},
        {"event.clock < \"08:30\" || event.clock == \"24:00\"", SZ_X_BOOL, false},
        {"event.card == first.card && place.kind != \"dorm\"", SZ_X_BOOL, false},
        {"calendar.days_to(\"exams\") <= 21 && calendar.in(\"exams\")", SZ_X_BOOL, false},
        {"n / 2 == 1.5", SZ_X_BOOL, false},
        {"n > 5 - 3 && n > m - 3 && fall < 1.5", SZ_X_BOOL, false},
        {"n < m * drop", SZ_X_BOOL, false},
        {"n < 100 * spend_habit.ratio * drop", SZ_X_BOOL, false},
        {"n / (n + m) >= drop", SZ_X_BOOL, false},
        {"n < nights * 3 && spend / nights > 15 && spend / n < spend_max", SZ_X_BOOL, false},
        {"silence >= limit", SZ_X_BOOL, false},
        {"!(silence < limit) && (n >= 1 || n == 0)", SZ_X_BOOL, false},
        {"p ? silence > wait - limit : duration(\"24h\") < silence", SZ_X_BOOL, false},
        {"silence > limit ? 1 : 0", SZ_X_NUM, false},
        {"last_door.age > silence", SZ_X_BOOL, true},
        {"silence", SZ_X_NUM, true},
        {"last_door.direction == \"out\" && last_door.time <= event.time", SZ_X_BOOL, false},
        {"event.time - last_door.time > limit", SZ_X_BOOL, false},
        {"event.time > timestamp(\"2026-03-02T00:00:00+08:00\") + limit", SZ_X_BOOL, false},
        {"(event.op == \"consume\" ? true : event.amount > 5) && (event.amount > 5 ? true : true)", SZ_X_BOOL, false},
        {"!has(event.amount)", SZ_X_BOOL, false},
        {"math.least(n, m, 5) >= math.abs(-3)", SZ_X_BOOL, false},
        {"event.time.getHours(\"+08:00\") >= 22 && (event.time - last_door.time).getHours() > 3", SZ_X_BOOL, false},
        {"size(event.card) == 10 && event.card.startsWith(\"20\") && student.tags.size() > 1", SZ_X_BOOL, false},
        {"event.card + \"-\" + event.kind == \"a-b\"", SZ_X_BOOL, false},
        {"event.card.matches(\"^(24|25)[0-9]+$\")", SZ_X_BOOL, false},
        {"true", SZ_X_BOOL, false},
        {"// what for\n n >= 3 // three", SZ_X_BOOL, false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        sz_arena a;
        sz_diags d;
        sz_arena_init(&a);
        sz_diags_init(&d);
        const sz_prog *p = toy_compile(&a, right[i].text, right[i].want, right[i].grow_ok, &d);
        if (!p || d.n > 0) fail_msg("%s: %s", right[i].text, d.n ? d.v[0].message : "nothing said");
        sz_diags_fini(&d);
        sz_arena_fini(&a);
    }
}

static void test_a_name_that_was_told_elsewhere_is_not_told_again(void **unused) {
    static const char *const texts[] = {"broken", "broken > 3 && n > 1", "silence > broken",
                                        "size(broken) + broken * 2 in levels"};
    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        sz_arena a;
        sz_diags d;
        sz_arena_init(&a);
        sz_diags_init(&d);
        assert_null(toy_compile(&a, texts[i], SZ_X_BOOL, false, &d));
        if (d.n) fail_msg("%s: %s", texts[i], d.v[0].message);
        sz_diags_fini(&d);
        sz_arena_fini(&a);
    }
}

static void check_warning(const char *text, int code, const char *message, const char *hint) {
    sz_arena a;
    sz_diags d;
    sz_arena_init(&a);
    sz_diags_init(&d);
    assert_non_null(toy_compile(&a, text, SZ_X_BOOL, false, &d));
    assert_int_equal(d.n, 1);
    assert_int_equal(d.v[0].severity, SZ_WARNING);
    assert_int_equal(d.v[0].code, code);
    assert_string_equal(d.v[0].message, message);
    if (hint) assert_string_equal(d.v[0].hint, hint);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

static void test_bare_getHours_is_a_warning(void **unused) {
    (void)unused;
    check_warning("event.time.getHours() >= 22", 203, "getHours() without a zone is UTC; 22:00 here is 14:00 there",
                  "use event.hour or event.clock >= \"22:00\" (campus time)");
    check_warning("event.time.getHours() < 6", 203, "getHours() without a zone is UTC; 06:00 here is 22:00 there",
                  "use event.hour or event.clock >= \"06:00\" (campus time)");
    check_warning("last_door.time.getDayOfWeek() == 0", 203,
                  "getDayOfWeek() without a zone is UTC; 22:00 here is 14:00 there",
                  "write last_door.time.getDayOfWeek(\"+08:00\")");
}

static void test_what_is_never_so_is_a_warning(void **unused) {
    (void)unused;
    check_warning("n / 0 > 1", 120, "a division by zero is always unknown", NULL);
    check_warning("n > 5 && n < 3", 106, "this never holds together with `n > 5`",
                  "where one of them is enough write  n > 5 || n < 3");
    check_warning("n > 3 && p && n <= 3", 106, "this never holds together with `n > 3`",
                  "where one of them is enough write  n > 3 || n <= 3");
    check_warning("student.school == \"a\" && student.school == \"b\"", 106,
                  "this never holds together with `student.school == \"a\"`",
                  "where one of them is enough write  student.school == \"a\" || student.school == \"b\"");
    check_warning("n == 3-5", 116, "`3-5` is -2 here", "from 3 to 5 is written  n >= 3 && n <= 5");
    check_warning("fall < 50", 105, "`50` beside a share is 5000 %",
                  "50 % is 0.5 in a condition; a param is written  50%,  or, if 50 times are meant,  5000%");
    check_warning("alike.percentile > 0.9", 105, "beside a percentile `0.9` is 0.9 of 100",
                  "a percentile is 0 to 100: write 90");
    check_warning("n % 0 > 1", 120, "a division by zero is always unknown", NULL);
}

/* What both ways of writing a comparison have in common: severity, code, what is marked, the hint. */
static const char *told_of(sz_arena *a, const char *text) {
    const char *all = "";
    sz_diags d;
    sz_diags_init(&d);
    toy_compile(a, text, SZ_X_BOOL, false, &d);
    for (size_t i = 0; i < d.n; i++) {
        const sz_diag *g = &d.v[i];
        bool is_whole = g->span.len == strlen(text);
        all = sz_arena_printf(a, "%s%d SZ%03d `%.*s` %s | %s\n", all, g->severity, g->code,
                              is_whole ? 0 : (int)g->span.len, text + g->span.off, g->hint ? g->hint : "",
                              g->hint_zh ? g->hint_zh : "");
    }
    sz_diags_fini(&d);
    return all;
}

static void test_a_comparison_is_told_the_same_from_either_side(void **unused) {
    static const char *const pairs[][2] = {
        /* a number beyond what the name can be */
        {"event.hour >= 24", "24 <= event.hour"},
        {"event.hour < 0", "0 > event.hour"},
        {"event.weekday == 0", "0 == event.weekday"},
        {"event.weekday > 7", "7 < event.weekday"},
        {"event.weekday <= 0", "0 >= event.weekday"},
        {"late_nights_7d > 7", "7 < late_nights_7d"},
        {"late_nights_7d >= 8", "8 <= late_nights_7d"},
        {"late_nights_7d == 8", "8 == late_nights_7d"},
        {"late_nights_7d != 8", "8 != late_nights_7d"},
        {"late_nights_7d < 8", "8 > late_nights_7d"},
        {"late_nights_7d <= 7", "7 >= late_nights_7d"},
        /* slips */
        {"n == 3-5", "3-5 == n"},
        {"n < 3-5", "3-5 > n"},
        {"fall < 50", "50 > fall"},
        {"alike.percentile > 0.9", "0.9 < alike.percentile"},
        {"event.time.getHours() >= 6", "6 <= event.time.getHours()"},
        /* what does not compare: the hint has the name first, so its sign is turned */
        {"silence >= 24", "24 <= silence"},
        {"n < duration(\"24h\")", "duration(\"24h\") > n"},
        {"event.clock > 22", "22 < event.clock"},
        {"event.time > \"22:00\"", "\"22:00\" < event.time"},
        {"n > \"5\"", "\"5\" < n"},
        {"event.hour < \"06:00\"", "\"06:00\" > event.hour"},
        {"last_door == \"out\"", "\"out\" == last_door"},
        /* texts */
        {"event.status == \"abscent\"", "\"abscent\" == event.status"},
        {"event.clock < \"8:30\"", "\"8:30\" > event.clock"},
        {"last_door.direction == out", "out == last_door.direction"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        sz_arena a;
        sz_arena_init(&a);
        const char *one = told_of(&a, pairs[i][0]), *other = told_of(&a, pairs[i][1]);
        if (!one[0] || strcmp(one, other) != 0) fail_msg("%s\n%s%s\n%s", pairs[i][0], one, pairs[i][1], other);
        sz_arena_fini(&a);
    }
    check_warning("5 < n && 3 > n", 106, "this never holds together with `5 < n`",
                  "where one of them is enough write  5 < n || 3 > n");
    check_warning("n > 3 && p && 3 >= n", 106, "this never holds together with `n > 3`",
                  "where one of them is enough write  n > 3 || 3 >= n");
}

static void test_depth_and_length_are_bounded(void **unused) {
    sz_arena a;
    sz_diags d;
    sz_buf b;
    (void)unused;
    sz_arena_init(&a);
    sz_buf_init(&b);
    for (int form = 0; form < 5; form++) {
        static const char *const before[] = {"(", "!", "1 + ", "p ? p : ", "math.abs("}, *const after[] = {")", "", "",
                                                                                                           "", ")"};
        sz_buf_clear(&b);
        for (int i = 0; i < 500; i++) sz_buf_put_z(&b, before[form]);
        sz_buf_put_z(&b, form == 2 || form == 4 ? "1" : "p");
        for (int i = 0; i < 500; i++) sz_buf_put_z(&b, after[form]);
        sz_buf_put_u8(&b, 0);
        sz_diags_init(&d);
        assert_null(toy_compile(&a, (const char *)b.p, SZ_X_ANY, true, &d));
        assert_int_equal(d.n, 1);
        assert_true(d.v[0].code == 119 || d.v[0].code == 101);
        sz_diags_fini(&d);
    }
    for (int form = 0; form < 2; form++) { /* chains of && and || are not deep */
        sz_buf_clear(&b);
        sz_buf_put_z(&b, "n > 0");
        for (int i = 0; i < 500; i++) sz_buf_printf(&b, "%s n > %d", form ? " ||" : " &&", i);
        sz_buf_put_u8(&b, 0);
        sz_diags_init(&d);
        const sz_prog *p = toy_compile(&a, (const char *)b.p, SZ_X_BOOL, true, &d);
        assert_non_null(p);
        uint32_t n;
        sz_prog_clauses(p, &n);
        assert_int_equal(n, 501);
        sz_diags_fini(&d);
    }
    sz_buf_fini(&b);
    sz_arena_fini(&a);
}

/* What stands behind `when: `, without a comment, in quotes or not. */
static const char *expression_of(sz_arena *a, const char *line) {
    sz_str s = sz_str_of(strchr(line, ' ') + 1);
    const char *comment = strstr(s.p, "   #");
    if (comment) s.n = (size_t)(comment - s.p);
    if (s.n > 1 && s.p[0] == '\'') s = (sz_str){s.p + 1, s.n - 2};
    return sz_arena_printf(a, "%.*s", SZ_FMT_STR(s));
}

static bool gives(sz_arena *a, const char *text, sz_diags *d) {
    sz_xtype want = strncmp(text, "value: ", strlen("value: ")) == 0 ? SZ_X_ANY : SZ_X_BOOL;
    sz_diags_fini(d);
    sz_diags_init(d);
    return toy_compile(a, expression_of(a, text), want, false, d) != NULL;
}

static void test_examples_give_their_code_and_better_ones_nothing(void **unused) {
    sz_arena a;
    sz_diags d;
    uint32_t n, tried = 0;
    const sz_expr_code *c = sz_expr_codes(&n);
    (void)unused;
    sz_arena_init(&a);
    sz_diags_init(&d);
    for (uint32_t i = 0; i < n; i++) {
        if (!c[i].better) fail_msg("SZ%03d shows nothing better", c[i].code);
        bool is_shown = strstr(c[i].example, "…") || strncmp(c[i].example, "sanzao", strlen("sanzao")) == 0;
        if (is_shown) continue;
        tried++;
        gives(&a, c[i].example, &d);
        bool found = false;
        for (size_t k = 0; k < d.n; k++) found |= d.v[k].code == c[i].code;
        if (!found) fail_msg("the example of SZ%03d: %s", c[i].code, c[i].example);
        if (!gives(&a, c[i].better, &d) || d.n)
            fail_msg("what is better than SZ%03d: %s", c[i].code, d.n ? d.v[0].message : c[i].better);
    }
    assert_true(tried > 25);
    sz_diags_fini(&d);
    sz_arena_fini(&a);
}

static void test_codes_are_documented_and_ascending(void **unused) {
    uint32_t n;
    const sz_expr_code *c = sz_expr_codes(&n);
    (void)unused;
    for (uint32_t i = 0; i < n; i++) {
        assert_true(i == 0 || c[i].code > c[i - 1].code);
        assert_true(c[i].en && c[i].zh && c[i].example);
    }
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        bool found = false;
        for (uint32_t i = 0; i < n; i++) found |= c[i].code == rows[k].code;
        assert_true(found);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings_have_code_place_and_hint),
        cmocka_unit_test(test_a_long_text_costs_no_more_than_its_length),
        cmocka_unit_test(test_all_findings_are_told_at_once),
        cmocka_unit_test(test_what_is_right_compiles),
        cmocka_unit_test(test_bare_getHours_is_a_warning),
        cmocka_unit_test(test_a_name_that_was_told_elsewhere_is_not_told_again),
        cmocka_unit_test(test_what_is_never_so_is_a_warning),
        cmocka_unit_test(test_a_comparison_is_told_the_same_from_either_side),
        cmocka_unit_test(test_depth_and_length_are_bounded),
        cmocka_unit_test(test_codes_are_documented_and_ascending),
        cmocka_unit_test(test_examples_give_their_code_and_better_ones_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
