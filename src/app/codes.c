/* SPDX-License-Identifier: Apache-2.0 */
#include "codes.h"

#include <sanzao/adapters.h>

static const sz_code_doc docs[] = {
    {APP_CODE_CANNOT_READ, "A file or folder of the campus, the rules, the mapping or the config cannot be read",
     "校园数据、规则、映射或配置的文件（夹）不能读取", NULL, NULL},
    {APP_CODE_ZONE, "No time zone of that name is installed", "系统里没有这个名字的时区", "timezone: Asia/Peking",
     "timezone: Asia/Shanghai"},
    {APP_CODE_STATE, "--state takes memory, sqlite:FILE or redis:URL, or what it names cannot be read",
     "--state 可以是 memory、sqlite:文件 或 redis:地址；或者它所指的状态不能读取", "--state state.db",
     "--state sqlite:state.db"},
    {APP_CODE_UNTIL, "--until takes a time or a day", "--until 是时间或日期", "--until tomorrow", "--until 2026-03-08"},
    {APP_CODE_CANNOT_WRITE, "An output file cannot be written", "输出文件不可写", NULL, NULL},
    {APP_CODE_SAME_PATH, "One path is given for two things, or an output would overwrite or become an input",
     "同一路径用作两样东西，或者输出会覆盖输入、被当作输入", "--source file:in --alerts file:in/alerts.ndjson",
     "--source file:in --alerts file:alerts.ndjson"},
    {APP_CODE_AFTER_UNTIL,
     "Records are later than 24 h after --until, or than their own `collected`, so they are dead letters",
     "有记录比 --until 晚 24 小时以上，或晚于它自己的 collected，成为死信", NULL, NULL},
    {APP_CODE_AFTER_CLOCK,
     "Records are later than 24 h after the clock of the machine that reads them, or than their own `collected`, so "
     "they are dead letters: a clock is wrong, this machine's or that of what made the records",
     "有记录比读取它的机器的时钟晚 24 小时以上，或晚于它自己的 collected，成为死信：本机或产生记录的设备时钟不对", NULL,
     NULL},
    {APP_CODE_BEHIND,
     "A source in batches has not said how far it is complete, or not for long, so rules that read it stand behind the "
     "records",
     "成批到达的数据源没有说明已完整到何时，或早已不再说明，读它的规则因此落在记录后面",
     "{\"type\": \"attendance\", \"source\": \"class\", …}",
     "{\"type\": \"feed_status\", \"source\": \"class\", \"time\": \"2026-03-02T22:00:00+08:00\",\n"
     " \"state\": \"complete\", \"complete_through\": \"2026-03-02T22:00:00+08:00\"}"},
    {APP_CODE_ENCODING, "--encoding takes the name of an encoding that can be read here",
     "--encoding 是能读的编码的名字", "--encoding latin9", "--encoding gbk"},
    {APP_CODE_TOPIC_HEADER, "A mapping that needs a header row cannot read the records of a topic",
     "需要标题行的映射不能读取主题里的记录", "header: true", "header: false"},
    {APP_CODE_RELOAD,
     "Types and time zone stay as they were at the run's begin when HUP has rules and campus read again",
     "收到 HUP 重新读取规则和校园数据时，类型和时区保持运行开始时的样子", NULL, NULL},
    {APP_CODE_OPTION, "There is no such option for this command, or its value is missing",
     "这个命令没有这个选项，或者缺少它的值", "--alert file:alerts.ndjson", "--alerts file:alerts.ndjson"},
    {APP_CODE_VALUE, "An option does not take this value", "选项的取值不对", "--lateness 10", "--lateness 10h"},
    {APP_CODE_KEY, "The config file has a key that is no option", "配置文件里有不是选项的键", "latenes: 10h",
     "lateness: 10h"},
    {APP_CODE_CONFIG, "The config file is not a map of options", "配置文件不是由选项组成的映射", "- lateness: 10h",
     "lateness: 10h"},
    {APP_CODE_REPARTITION, "The states of a topic cannot be put over another number of partitions; the reason follows",
     "主题的状态不能按另一个分区数重新分配，后面是原因", NULL, NULL},
    {APP_CODE_BY_SOURCE, "Counts by input and source are of files; a topic's are not kept apart",
     "按输入和数据源分列的统计只适用于文件，不适用于主题", "--source kafka:campus.events --by-source",
     "--source file:events.ndjson --by-source"},
    {APP_CODE_EMPTY_ROWS,
     "Rows of a table have nothing in any cell: they are no records and are passed over, like empty lines",
     "表格中有所有单元格都为空的行：不算记录，像空行一样跳过", NULL, NULL},
    {APP_CODE_HEADINGS_AGAIN,
     "Rows of a table say its headings once more, as a report does on each page: they are no records and are passed "
     "over",
     "表格中有重复的表头行（报表常在每页重复）：不算记录，已跳过", NULL, NULL},
    {APP_CODE_NOTHING_NEW,
     "All inputs of a run were read before over this state, and nothing has come to them: nothing was read",
     "这次的输入以前都已读进这份状态，之后没有增加内容：没有读入任何记录", NULL, NULL},
    {APP_CODE_NOTHING_USED,
     "Not one record of a run (with --by-source: of an input) could be used: all became dead letters, mostly for one "
     "reason, so it is the mapping or the campus folder that is wrong and not the records",
     "一次运行（加 --by-source 时：一个输入）没有一条记录可用，全部成为死信，且多为同一原因：多半是映射或校园数据有误，而不是记录本身",
     NULL, NULL},
    {APP_CODE_SAME_ID,
     "Many records of a run have an id that another record has already, with another content: they are dead letters. A "
     "running number that begins again in each file is no id, and an id counts within its source",
     "一次运行中有许多记录的编号与别的记录相同而内容不同，成为死信：每个文件都重新开始的序号不能当编号；编号只在同一个 source "
     "之内唯一",
     "id: 序号", "id: {columns: [学号, 交易时间, 商户]}"},
    {APP_CODE_TOO_LATE,
     "Many records of a run are older than what is taken any more, so they are dead letters: an earlier run took the "
     "state further than it should have, or files come later than --lateness and --horizon let them",
     "一次运行中有许多记录太旧，已不再收，成为死信：前一次运行让状态走得太远，或文件比 --lateness、--horizon 允许的更晚", NULL,
     NULL},
    {APP_CODE_LEFT,
     "A run was stopped while its state or its brokers did not answer: what it had read and not committed is read "
     "again by the next start, and what waits in the state is sent then",
     "运行停止时状态存储或消息服务没有应答：已读而未提交的记录下次启动时会重新读取，状态里等待的预警也会在那时发出",
     NULL, NULL},
    {APP_CODE_ROSTER,
     "Many students who had records lately are not in students.csv any more: it was cut short, or is another campus's. "
     "While a run goes on, a list that most students of the one in force are missing from is not taken",
     "许多最近有记录的学生已不在 students.csv 里：名单导出不全，或是别的校区的。运行当中重新读取时，若现用名单的大多数学生都不在"
     "新名单里，则不采用新名单",
     NULL, NULL},
    {APP_CODE_NOBODY,
     "Most records of a run are of nobody whom the campus folder knows: students.csv was cut short or is another "
     "campus's, or numbers are written otherwise there than in the records",
     "一次运行的大多数记录不属于校园数据里的任何人：students.csv 导出不全或是别的校区的，或者号码写法与记录里不同",
     NULL, NULL},
    {APP_CODE_WRITING,
     "Students stand in students.csv under numbers that are written otherwise than in the records, which so are of "
     "nobody: zeros in front that a spreadsheet took away, `.0` behind, a letter or a dash",
     "学生在 students.csv 里的学号写法与记录里不同，这些记录因此不属于任何人：被电子表格去掉的前导零、末尾的 .0、字母或横线",
     "学号\n12345", "学号\n0012345"},
    {APP_CODE_SIMULATE, "An option of a simulation is out of its range", "模拟的选项超出范围", "--days 400",
     "--days 140"},
    {APP_CODE_UNKNOWN, "Records name places or readers that the campus folder does not have",
     "有记录的地点或读头不在校园数据里", NULL, NULL},
    {APP_CODE_STATE_BY_OTHERS, "A state is shown with another campus or other rules than those of the run that left it",
     "查看状态时给出的校园数据或规则与留下它的运行不同", "sanzao state show 2023001 --state sqlite:state.db",
     "sanzao state show 2023001 --state sqlite:state.db --campus campus --rules rules"},
    {APP_CODE_UNKEPT, "A run had dead letters and no place to keep them", "运行中有死信，但没有地方保存",
     "sanzao run --source file:events.ndjson",
     "sanzao run --source file:events.ndjson --dead-letters file:dead.ndjson"},
    {APP_CODE_NO_RULES, "The folder of rules has no rule file", "规则文件夹里没有规则文件", NULL, NULL},
    {APP_CODE_NO_GROUP,
     "No group of the roster has as many students as a comparison (peers) needs: its value is unknown for everybody",
     "名单里没有一组达到同伴比较（peers）要求的人数：它对所有学生都未知",
     "features: {late_by_room: {peers: {count: late_return, over: 1d}, by: dorm, min_group: 30}}",
     "features: {late_by_building: {peers: {count: late_return, over: 1d}, by: building, min_group: 30}}"},
    {APP_CODE_FOLDER_IN_USE, "The folder of --out holds files that no simulation wrote",
     "--out 的文件夹里有不是模拟生成的文件", NULL, NULL},
};

static const sz_code_doc *next_of(const sz_code_doc *v, size_t n, int after, const sz_code_doc *best) {
    for (size_t i = 0; i < n; i++)
        if (v[i].code > after && (!best || v[i].code < best->code)) best = &v[i];
    return best;
}

bool app_code_next(int after, sz_code *out) {
    size_t n;
    const sz_code_doc *adapters = sz_adapter_codes(&n);
    const sz_code_doc *own = next_of(adapters, n, after, next_of(docs, sizeof docs / sizeof *docs, after, NULL));
    bool is_there = sz_code_next(after, out);
    if (!own || (is_there && out->code <= own->code)) return is_there;
    *out = (sz_code){
        .code = own->code, .en = own->meaning, .zh = own->meaning_zh, .example = own->example, .better = own->better};
    return true;
}

bool app_code_find(int code, sz_code *out) { return code > 0 && app_code_next(code - 1, out) && out->code == code; }
