/* SPDX-License-Identifier: Apache-2.0
 *
 * busy: another program has the file. Sanzao's own programs keep each other out by PATH.lock; whatever else opens an
 * SQLite file (a backup, a viewer, a script) locks it as SQLite does, by locks of POSIX on bytes behind its first
 * gibibyte, which name their process.
 */
#include "store.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_LOCK = 0x40000000, N_LOCKS = 512 }; /* SQLite's file format: pending, reserved, shared */

/* The name under which it runs; left as it is where the system does not say. */
static void name_of(long pid, char *out, size_t size) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t n = read(fd, out, size - 1);
    close(fd);
    if (n <= 0) return;
    out[n] = '\0';
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127) *p = p[1] ? '?' : '\0';
}

holder sz_sqlite_holder(sz_store_sqlite *s) {
    holder h = {"", ""};
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = FIRST_LOCK, .l_len = N_LOCKS};
    int fd = s->db ? sz_sqlite_fd(s->db) : -1;
    if (fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK || lock.l_pid <= 0) return h;
    char name[24] = "?";
    long pid = (long)lock.l_pid;
    name_of(pid, name, sizeof name);
    snprintf(h.en, sizeof h.en, "process %ld (%s)", pid, name);
    snprintf(h.zh, sizeof h.zh, "进程 %ld（%s）", pid, name);
    return h;
}

bool sz_sqlite_wait_on(sz_store_sqlite *s, const holder *who) {
    const struct timespec look = {.tv_nsec = SZ_SQLITE_LOOK_MS * 1000000L};
    if (!s->wait.go_on || s->waited_ms >= SZ_SQLITE_WAIT_MS) return false;
    if (!s->wait.go_on(s->wait.self, s->path, who->en, who->zh, s->waited_ms)) return false;
    nanosleep(&look, NULL);
    s->waited_ms += SZ_SQLITE_LOOK_MS;
    return true;
}

/* SQLite calls it where a lock is not to be had; n: how often for this one. */
static int on_busy(void *self, int n) {
    sz_store_sqlite *s = self;
    if (n == 0) s->waited_ms = 0;
    holder who = sz_sqlite_holder(s);
    return sz_sqlite_wait_on(s, &who);
}

void sz_sqlite_be_patient(sz_store_sqlite *s) {
    if (s->db && s->wait.go_on) sqlite3_busy_handler(s->db, on_busy, s);
}

void sz_store_sqlite_wait(sz_store_sqlite *s, sz_sqlite_wait wait) {
    s->wait = wait;
    sz_sqlite_be_patient(s);
}
