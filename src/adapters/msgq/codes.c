/* SPDX-License-Identifier: Apache-2.0
 *
 * codes: what SZ401 to SZ449 mean. A code is never given another meaning.
 */
#include <sanzao/adapters.h>

static const sz_code_doc codes[] = {
    {SZ_CODE_NO_FILE, "A source names a file or folder that is not there", "来源指向的文件或文件夹不存在",
     "--source file:/data/evnets", "--source file:/data/events"},
    {SZ_CODE_NOT_A_FILE,
     "Something that a source names is neither a file nor a pipe, or is a folder inside of a folder",
     "来源指向的既不是文件也不是管道，或者是文件夹里的文件夹", NULL, NULL},
    {SZ_CODE_UNREADABLE, "A file cannot be read; the system's reason follows", "文件不能读取，后面是系统给出的原因",
     NULL, NULL},
    {SZ_CODE_CUT_SHORT,
     "A file ends in the middle of its archive, or became shorter while it was read; nothing of a sorted batch was "
     "used",
     "文件在压缩包的中途结束，或在读取时变短；按时间排序的一批没有使用任何一条", "events.ndjson.gz", NULL},
    {SZ_CODE_BAD_ARCHIVE, "A .gz or .zst file is damaged, or is no such archive",
     ".gz 或 .zst 文件已损坏，或者根本不是这种压缩包", NULL, NULL},
    {SZ_CODE_EMPTY, "A file is empty or a folder has no files; the run goes on",
     "文件是空的，或文件夹里没有文件；运行继续", NULL, NULL},
    {SZ_CODE_NEEDS_MAPPING, "A .csv or .tsv file is read by a mapping, and none was given",
     ".csv 或 .tsv 文件要用映射读取，而没有给出映射", "--source file:doors.csv",
     "--source file:doors.csv --mapping doors.yaml"},
    {SZ_CODE_ENCODING, "The encoding of a table could not be found out, or this system cannot read it",
     "无法判断表格的编码，或本系统不能读取这种编码", "encoding: auto", "encoding: gbk"},
    {SZ_CODE_ODD_SOURCE, "A source is neither file:PATH nor stdin", "来源不是 file:路径 也不是 stdin",
     "--source /data/events", "--source file:/data/events"},
    {SZ_CODE_GIVEN_TWICE, "A file is among the sources twice; it is read once", "同一个文件在来源里出现两次，只读一次",
     NULL, NULL},
    {SZ_CODE_BATCH_DIFFERS,
     "An input is not what it was when the state read it; an unfinished batch must be read again as it was",
     "输入同状态读它时不一样了；没有读完的一批必须按原样再读", NULL, NULL},
    {SZ_CODE_LEDGER, "What the state keeps about an input cannot be read: the state is damaged or of a newer program",
     "状态里关于某个输入的记录无法读取：状态已损坏，或由更新的程序写成", NULL, NULL},
    {SZ_CODE_NO_ROOM_TO_SORT, "The temporary file for sorting cannot be made, written or read",
     "排序用的临时文件不能建立、写入或读取", NULL, NULL},
    {SZ_CODE_STATE_CANNOT_OPEN, "The file of the state cannot be opened or made", "状态文件不能打开或建立", NULL, NULL},
    {SZ_CODE_STATE_IN_USE, "Another process has the state; two may not share it",
     "状态正被另一个进程使用；两个进程不能共用", NULL, NULL},
    {SZ_CODE_STATE_NOT_OURS, "The file that was given as state is something else; it is left as it is",
     "作为状态给出的文件是别的东西；不会改动它", NULL, NULL},
    {SZ_CODE_STATE_DAMAGED, "The file of the state is damaged: restore it from a backup, or begin with a new state",
     "状态文件已损坏：请从备份恢复，或用新的状态开始", NULL, NULL},
    {SZ_CODE_STATE_NEWER, "The state was written by a newer program, whose form this one does not know",
     "状态由更新的程序写成，本程序不认识它的格式", NULL, NULL},
    {SZ_CODE_STATE_READ_ONLY, "The file of the state cannot be written", "状态文件不可写", NULL, NULL},
    {SZ_CODE_SINK_CANNOT_OPEN, "A file for alerts or dead letters cannot be opened or made",
     "存放预警或死信的文件不能打开或建立", NULL, NULL},
    {SZ_CODE_SINK_NOT_EMPTY, "A file for alerts or dead letters holds what this state did not write",
     "存放预警或死信的文件里有不是由这份状态写出的内容", "--alerts file:old.ndjson",
     "--alerts file:old.ndjson --append"},
    {SZ_CODE_SINK_SHORTER,
     "A file for alerts or dead letters is shorter than what was written to it, as after a rotation; it is continued",
     "存放预警或死信的文件比写入过的内容短（例如被轮转）；从末尾接着写", NULL, NULL},
    {SZ_CODE_SINK_ODD, "A place for alerts or dead letters is not one of the known forms, or is given for both",
     "存放预警或死信的地方写法不对，或两者给了同一个", "--alerts /data/alerts", "--alerts file:/data/alerts.ndjson"},
};

const sz_code_doc *sz_adapter_codes(size_t *n) {
    *n = sizeof codes / sizeof *codes;
    return codes;
}
