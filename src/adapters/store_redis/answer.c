/* SPDX-License-Identifier: Apache-2.0
 *
 * answer: the first word of an error is Redis' name for it. What passes by itself, or when a server is mended, is
 * UNKNOWN: the worker waits and acquires again. Everything else needs somebody: FAILED.
 */
#include "answer.h"

typedef struct row {
    const char *word;
    verdict v;
} row;

static const row rows[] = {
    {"NOSCRIPT", {ERROR_NOSCRIPT, SZ_ANS_UNKNOWN, "the server does not know the script yet"}},
    {"MOVED", {ERROR_MOVED, SZ_ANS_UNKNOWN, "the slot lives on another node of the Cluster"}},
    {"ASK", {ERROR_ASK, SZ_ANS_UNKNOWN, "the slot is being moved to another node of the Cluster"}},
    {"TRYAGAIN", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the slot is being moved to another node of the Cluster"}},
    {"CLUSTERDOWN", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the Cluster does not serve this slot at present"}},
    {"LOADING", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the server is still reading its data"}},
    {"BUSY", {ERROR_OTHER, SZ_ANS_UNKNOWN, "a script keeps the server busy"}},
    {"READONLY", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the server is a replica, which only the master may write"}},
    {"MASTERDOWN", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the server is a replica that has lost its master"}},
    {"OOM", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the server is out of memory: raise maxmemory or free some"}},
    {"MISCONF", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the server cannot write to its disk and takes no writes until it can"}},
    {"NOREPLICAS", {ERROR_OTHER, SZ_ANS_UNKNOWN, "the master has too few replicas in reach (min-replicas-to-write)"}},
    {"ERR max number of clients",
     {ERROR_OTHER, SZ_ANS_UNKNOWN, "the server has too many connections: raise maxclients"}},
    {"NOAUTH", {ERROR_OTHER, SZ_ANS_FAILED, "the server asks for a password, and the address has none"}},
    {"WRONGPASS", {ERROR_OTHER, SZ_ANS_FAILED, "the server does not take this user and password"}},
    {"ERR AUTH", {ERROR_OTHER, SZ_ANS_FAILED, "the server has no password, but the address has one"}},
    {"NOPERM",
     {ERROR_OTHER, SZ_ANS_FAILED,
      "the user lacks a right: it needs +@hash +@list +@scripting +@transaction +time +ping ~sz:*"}},
    {"WRONGTYPE", {ERROR_OTHER, SZ_ANS_FAILED, "a key of the state holds something else: the state is damaged"}},
    {"ERR DB index", {ERROR_OTHER, SZ_ANS_FAILED, "the server has no database of this number"}},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static bool begins(sz_str s, const char *z) { return s.n >= strlen(z) && memcmp(s.p, z, strlen(z)) == 0; }

verdict sz_redis_verdict(sz_str error) {
    for (int i = 0; i < N_ROWS; i++) {
        size_t n = strlen(rows[i].word);
        if (begins(error, rows[i].word) && (error.n == n || error.p[n] == ' ')) return rows[i].v;
    }
    return (verdict){ERROR_OTHER, SZ_ANS_FAILED, "the server refused a command"};
}

sz_str sz_redis_error_words(sz_str error) {
    static const char repeat[] = ", with args";
    for (size_t i = 0; i + sizeof repeat - 1 <= error.n; i++)
        if (memcmp(error.p + i, repeat, sizeof repeat - 1) == 0) error.n = i;
    if (error.n > 160) error.n = 160;
    return error;
}

bool sz_redis_moved(sz_str error, uint32_t *slot, sz_str *host, uint16_t *port) {
    size_t a = 0, b, colon;
    while (a < error.n && error.p[a] != ' ') a++;
    for (b = a + 1; b < error.n && error.p[b] != ' ';) b++;
    for (colon = error.n; colon > b && error.p[colon - 1] != ':';) colon--;
    int64_t s, p;
    if (b >= error.n || colon <= b + 1 || !sz_str_i64((sz_str){error.p + a + 1, b - a - 1}, &s) ||
        !sz_str_i64((sz_str){error.p + colon, error.n - colon}, &p))
        return false;
    if (s < 0 || s > 16383 || p < 1 || p > 65535) return false;
    *slot = (uint32_t)s;
    *host = (sz_str){error.p + b + 1, colon - b - 2};
    *port = (uint16_t)p;
    return true;
}
