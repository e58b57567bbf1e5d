/* SPDX-License-Identifier: Apache-2.0
 *
 * The floor of a start: read every row of a SQLite state, and do nothing with it. Prints the rows, their bytes and the CPU seconds.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int read_all(sqlite3 *db, const char *sql, long *rows, long *bytes) {
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) return 4;
    while (sqlite3_step(s) == SQLITE_ROW) {
        ++*rows;
        for (int i = 0; i < sqlite3_column_count(s); i++) {
            if (sqlite3_column_type(s, i) != SQLITE_BLOB) continue;
            const unsigned char *p = sqlite3_column_blob(s, i);
            int n = sqlite3_column_bytes(s, i);
            for (int k = 0; k < n; k += 64) *bytes += p[k] & 0; /* every cache line was here */
            *bytes += n;
        }
    }
    return sqlite3_finalize(s) == SQLITE_OK ? 0 : 4;
}

int main(int argc, char **argv) {
    sqlite3 *db;
    long rows = 0, bytes = 0;
    double from = cpu();
    if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) return 4;
    static const char *const all[] = {"SELECT word FROM dict ORDER BY i", "SELECT student, record FROM snapshots ORDER BY i",
                                      "SELECT entries FROM journal ORDER BY i", "SELECT line FROM outbox ORDER BY i"};
    for (int i = 0; i < 4; i++)
        if (read_all(db, all[i], &rows, &bytes)) return 4;
    sqlite3_close(db);
    printf("%ld %ld %.6f\n", rows, bytes, cpu() - from);
    return 0;
}
