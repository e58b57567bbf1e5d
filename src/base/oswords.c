/* SPDX-License-Identifier: Apache-2.0
 *
 * oswords: what the system says when something cannot be opened, read or written (strerror(3)), and what the readers of
 * inputs say of bytes, inside a Chinese sentence. A text that is not here stays as it is.
 */
#include <sanzao/base.h>

static const char *const words[][2] = {
    {"No such file or directory", "没有这个文件或文件夹"},
    {"Permission denied", "没有权限"},
    {"No space left on device", "磁盘已满"},
    {"Disk quota exceeded", "磁盘配额已用完"},
    {"Is a directory", "这是文件夹"},
    {"Not a directory", "路径中有一段不是文件夹"},
    {"Read-only file system", "文件系统是只读的"},
    {"Input/output error", "读写出错，磁盘可能有问题"},
    {"File too large", "文件太大"},
    {"File name too long", "文件名太长"},
    {"Too many open files", "打开的文件太多"},
    {"Operation not permitted", "不允许这样做"},
    {"Device or resource busy", "设备正被占用"},
    {"Broken pipe", "管道已断开"},
    {"it is a folder", "这是文件夹"},
    {"cannot be read: ", "不能读取："},
    {"ends in the middle of its gzip archive", "gzip 压缩包不完整"},
    {"ends in the middle of its zstd archive", "zstd 压缩包不完整"},
    {"is not a gzip archive, as its name says", "不是 gzip 压缩包，与文件名不符"},
    {"is not a zstd archive, as its name says", "不是 zstd 压缩包，与文件名不符"},
    {"is shorter than it was", "比原来短了"},
    {"it was cut short", "被截短了"},
    {"is damaged: ", "已损坏："},
    {"cannot make a temporary file for sorting in ", "不能建立排序用的临时文件，文件夹 "},
    {"cannot write the temporary file for sorting in ", "不能写入排序用的临时文件，文件夹 "},
};

const char *sz_os_zh(int error) {
    const char *text = strerror(error);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i][0]) == 0) return words[i][1];
    return text;
}

/* Where a sentence of ours puts a reason: behind one of these, or at its beginning. A path or a name in it may hold any
 * of the words. */
static const char *const before[] = {": ", "：", "（", "(", ", ", "，", "; ", "；"};
static const char *const behind[] = {": ", ")", "）", ", ", "，", "; ", "；", ". ", "。", "（", " ("};

static bool begins_reason(const char *text, const char *at) {
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if ((size_t)(at - text) >= n && memcmp(at - n, before[i], n) == 0) return true;
    }
    return false;
}

static bool ends_reason(const char *end) {
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        if (strncmp(end, behind[i], strlen(behind[i])) == 0) return true;
    return !*end || strcmp(end, ".") == 0;
}

static bool is_reason(const char *text, const char *at, const char *word) {
    size_t n = strlen(word);
    bool goes_on = word[n - 1] == ' '; /* what it is about comes behind it */
    if (at == text) return goes_on || !at[n];
    return begins_reason(text, at) && (goes_on || ends_reason(at + n));
}

static const char *find(const char *text, const char *from, const char *word) {
    const char *at = strstr(from, word);
    while (at && !is_reason(text, at, word)) at = strstr(at + 1, word);
    return at;
}

void sz_put_os_zh(sz_buf *out, const char *text) {
    const char *from = text;
    while (*from) {
        const char *first = NULL;
        size_t which = 0;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const char *at = find(text, from, words[i][0]);
            if (at && (!first || at < first)) first = at, which = i;
        }
        if (!first) break;
        sz_buf_put(out, from, (size_t)(first - from));
        sz_buf_put_z(out, words[which][1]);
        from = first + strlen(words[which][0]);
    }
    sz_buf_put_z(out, from);
}
