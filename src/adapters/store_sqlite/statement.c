/* SPDX-License-Identifier: Apache-2.0
 *
 * statement: SQL that is prepared once, and SQLite's failures as sentences.
 */
#include "store.h"

#include <stdio.h>

#define FOUR(x) x "," x "," x "," x

static const char *const sql[N_QUERIES] = {
    [Q_BEGIN] = "BEGIN IMMEDIATE",
    [Q_BEGIN_TO_READ] = "BEGIN",
    [Q_COMMIT] = "COMMIT",
    [Q_ROLLBACK] = "ROLLBACK",
    [Q_HEADER] = "SELECT fmt, topic, parts, bundle_ver, owner, seq, epoch, worker, body FROM header",
    [Q_HEADER_NEW] = "INSERT INTO header(id, fmt, topic, parts, bundle_ver, owner, seq, epoch, worker, body) "
                     "VALUES(1, 0, ?1, ?2, ?3, x'', 0, 0, x'', x'')",
    [Q_HEADER_OWN] = "UPDATE header SET owner = ?1, seq = seq + 1, epoch = epoch + 1, fmt = ?2, worker = ?3",
    [Q_HEADER_STEP] = "UPDATE header SET seq = seq + 1, body = ?3, bundle_ver = ?4, "
                      "topic = coalesce(?5, topic) WHERE owner = ?1 AND seq = ?2",
    [Q_HEADER_NAME] = "SELECT 1 FROM header WHERE owner = ?1 AND seq = ?2",
    [Q_PUT_DICT] = "INSERT INTO dict(word) VALUES(?1)",
    [Q_PUT_DICT_MANY] = "INSERT INTO dict(word) VALUES" FOUR(FOUR(FOUR("(?)"))), /* WORDS_AT_ONCE */
    [Q_PUT_SNAPSHOT] = "INSERT INTO snapshots(student, record) VALUES(?1, ?2) "
                       "ON CONFLICT(student) DO UPDATE SET record = excluded.record",
    [Q_PUT_JOURNAL] = "INSERT INTO journal(entries) VALUES(?1)",
    [Q_PUT_OUTBOX] = "INSERT INTO outbox(line) VALUES(?1)",
    [Q_PUT_LEDGER] =
        "INSERT INTO ledger(input, line) VALUES(?1, ?2) ON CONFLICT(input) DO UPDATE SET line = excluded.line",
    [Q_TRIM_JOURNAL] = "DELETE FROM journal WHERE i IN (SELECT i FROM journal ORDER BY i LIMIT ?1)",
    [Q_TRIM_OUTBOX] = "DELETE FROM outbox WHERE i IN (SELECT i FROM outbox ORDER BY i LIMIT ?1)",
    [Q_GET_DICT] = "SELECT i, word FROM dict WHERE i > ?1 ORDER BY i",
    [Q_GET_SNAPSHOTS] = "SELECT i, student, record FROM snapshots WHERE i > ?1 ORDER BY i",
    [Q_GET_JOURNAL] = "SELECT i, CASE WHEN length(entries) < 65536 THEN entries END, length(entries) >= 65536 "
                      "FROM journal WHERE i > ?1 ORDER BY i", /* whether it is large: then not the blob itself */
    [Q_GET_OUTBOX] = "SELECT i, line FROM outbox WHERE i > ?1 ORDER BY i",
    [Q_GET_LEDGER] = "SELECT i, input, line FROM ledger WHERE i > ?1 ORDER BY i",
};

typedef struct advice {
    int code; /* primary, or extended */
    const char *en, *zh;
} advice;

/* The first that fits; the last one always does. */
static const advice advices[] = {
    {SQLITE_FULL, "the disk is full: make room and run again; what was committed before stands",
     "磁盘已满：请腾出空间后再次运行；之前提交的内容仍然有效"},
    {SQLITE_IOERR_WRITE,
     "writing fails: make room (a quota or a limit on file sizes counts too) or look after the disk, and run again; "
     "what was committed before stands",
     "写入失败：请腾出空间（配额或文件大小限制也算）或检查磁盘，再次运行；之前提交的内容仍然有效"},
    {SQLITE_IOERR, "the disk fails: look after it and run again; what was committed before stands",
     "磁盘出错：请检查磁盘后再次运行；之前提交的内容仍然有效"},
    {SQLITE_READONLY_ROLLBACK,
     "a run that was killed left a commit half written, and taking that back means writing to the file, its journal "
     "and their folder: run again, or show it, as who may write there",
     "被杀掉的运行留下了写到一半的提交，撤回它需要写这个文件、它的日志和文件夹："
     "请由可以写的用户再次运行或查看"},
    {SQLITE_READONLY, "the file cannot be written: see to its permissions and its file system",
     "文件不可写：请检查它的权限和所在的文件系统"},
    {SQLITE_CORRUPT, "the file is damaged: restore it from a backup, or begin with a new state",
     "文件已损坏：请从备份恢复，或者用新的状态开始"},
    {SQLITE_ERROR, "the file is not as sanzao made it: restore it from a backup, or begin with a new state",
     "文件不是 sanzao 写成的样子：请从备份恢复，或者用新的状态开始"},
    {SQLITE_NOTADB, "the file is not a state of sanzao", "这个文件不是 sanzao 的状态"},
    {SQLITE_CANTOPEN, "the file cannot be opened: see that its folder is there and that this user may write both",
     "文件打不开：请确认它的文件夹存在，并且当前用户对文件夹和文件都有写权限"},
    {-1, "SQLite cannot go on", "SQLite 无法继续"},
};

/* Who has it, and for how long he was waited for. */
static void explain_busy(sz_store_sqlite *s) {
    holder who = sz_sqlite_holder(s);
    int seconds = (int)(s->waited_ms / 1000);
    char en[32] = "", zh[32] = "";
    if (seconds) snprintf(en, sizeof en, ", for %d s by now", seconds);
    if (seconds) snprintf(zh, sizeof zh, "，已 %d 秒", seconds);
    snprintf(s->text, sizeof s->text, "%s: another program%s%s%shas the file locked%s (%s)", s->path,
             who.en[0] ? ", " : " ", who.en, who.en[0] ? ", " : "", en, sqlite3_errmsg(s->db));
    snprintf(s->text_zh, sizeof s->text_zh, "%s：另一个程序%s%s锁住了这个文件%s（%s）", s->path, who.zh[0] ? "，" : "",
             who.zh[0] ? who.zh : "", zh, sqlite3_errmsg(s->db));
}

void sz_sqlite_explain(sz_store_sqlite *s) { sz_sqlite_explain_as(s, sqlite3_extended_errcode(s->db)); }

void sz_sqlite_explain_as(sz_store_sqlite *s, int extended) {
    if ((extended & 0xff) == SQLITE_BUSY) {
        explain_busy(s);
        return;
    }
    int os = sqlite3_system_errno(s->db);
    const advice *a = advices;
    while (a->code >= 0 && a->code != extended && a->code != (extended & 0xff)) a++;
    const char *colon = os ? "; " : "", *why = os ? strerror(os) : "", *said = sqlite3_errmsg(s->db);
    snprintf(s->text, sizeof s->text, "%s: %s (%s%s%s)", s->path, a->en, said, colon, why);
    if (os) why = sz_os_zh(os);
    snprintf(s->text_zh, sizeof s->text_zh, "%s：%s（%s%s%s）", s->path, a->zh, said, colon, why);
}

sqlite3_stmt *sz_sqlite_query(sz_store_sqlite *s, query which) {
    sqlite3_stmt **st = &s->q[which];
    if (*st) return *st;
    if (sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL) == SQLITE_OK) return *st;
    sz_sqlite_explain(s);
    return NULL;
}

void sz_sqlite_bind(sqlite3_stmt *st, int at, sz_str s) {
    sqlite3_bind_blob64(st, at, s.n ? s.p : "", s.n, SQLITE_STATIC);
}

sz_str sz_sqlite_column(sqlite3_stmt *st, int at) {
    const void *p = sqlite3_column_blob(st, at);
    int n = sqlite3_column_bytes(st, at);
    return p ? (sz_str){p, (size_t)n} : (sz_str){"", 0};
}

int sz_sqlite_step(sz_store_sqlite *s, sqlite3_stmt *st) {
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) return 1;
    if (rc == SQLITE_DONE) return 0;
    sz_sqlite_explain(s);
    return -1;
}

bool sz_sqlite_run(sz_store_sqlite *s, sqlite3_stmt *st) {
    bool is_fine = st && sz_sqlite_step(s, st) >= 0;
    if (st) sqlite3_reset(st);
    return is_fine;
}

void sz_sqlite_finalize(sz_store_sqlite *s) {
    for (int i = 0; i < N_QUERIES; i++) sqlite3_finalize(s->q[i]);
    memset(s->q, 0, sizeof s->q);
}
