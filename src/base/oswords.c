/* SPDX-License-Identifier: Apache-2.0
 *
 * oswords: what the system says when something cannot be opened, read or written (strerror(3)), in Chinese. A text that
 * is not here stays as it is.
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
};

const char *sz_os_zh(int error) {
    const char *text = strerror(error);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i][0]) == 0) return words[i][1];
    return text;
}
