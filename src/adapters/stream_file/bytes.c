/* SPDX-License-Identifier: Apache-2.0 */
#include "bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define IN_ROOM ((size_t)128 << 10)

/* A pipe may keep silent for as long as it likes. False, and EINTR: somebody wants to be heard meanwhile. */
static bool wait_for_bytes(bytes *b) {
    if (b->has_limit || b->wake_fd <= 0) return true;
    struct pollfd fds[] = {{.fd = b->fd, .events = POLLIN}, {.fd = b->wake_fd, .events = POLLIN}};
    int n = poll(fds, 2, b->idle_ms > 0 ? b->idle_ms : -1);
    if (n < 0) return errno != EINTR;
    if (n > 0 && !(fds[1].revents & POLLIN)) return true;
    b->was_idle = n == 0;
    errno = EINTR;
    return false;
}

/* Bytes of the file as they are, hashed; 0 at its end or limit, -1: b->error. */
static ptrdiff_t read_raw(bytes *b, void *to, size_t room) {
    if (b->has_limit && room > b->limit - b->pos) room = (size_t)(b->limit - b->pos);
    if (room == 0) return 0;
    ssize_t n;
    do n = wait_for_bytes(b) ? read(b->fd, to, room) : -1;
    while (n < 0 && errno == EINTR && b->has_limit);
    if (n < 0) {
        b->was_interrupted = errno == EINTR; /* a person gets tired of waiting for a pipe */
        sz_fs_say_os(&b->error, errno, "cannot be read", "不能读取");
        return -1;
    }
    if (n == 0 && b->has_limit) {
        sz_fs_say(&b->error, "was cut short while it was read (%llu bytes, there were %llu)",
                  "在读取期间变短了（现有 %llu 字节，原有 %llu 字节）", (unsigned long long)b->pos,
                  (unsigned long long)b->limit);
        b->is_cut_short = true;
        return -1;
    }
    if (b->hash && !b->only_packed) sz_fs_digest_add(b->hash, to, (size_t)n);
    b->pos += (uint64_t)n;
    return n;
}

static packing packing_of(const uint8_t *p, size_t n) {
    if (n >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8) return GZIP;
    if (n >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd) return ZSTD;
    if (n >= 4 && (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18)
        return ZSTD; /* skippable frame */
    return PLAIN;
}

static bool is_named(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

void sz_fs_bytes_open(bytes *b, const char *name, int fd, bool owns_fd, uint64_t limit, digest *hash) {
    *b = (bytes){
        .fd = fd, .owns_fd = owns_fd, .limit = limit, .has_limit = limit != UINT64_MAX, .hash = hash, .name = name};
    b->in = sz_realloc(NULL, IN_ROOM);
    b->packing = NOT_KNOWN_YET;
    if (b->has_limit) posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
}

/* Find out by the first bytes how the file is packed. */
static bool look(bytes *b) {
    while (b->in_end < 4) { /* a pipe may give single bytes */
        ptrdiff_t n = read_raw(b, b->in + b->in_end, IN_ROOM - b->in_end);
        if (n < 0) return false;
        if (n == 0) break;
        b->in_end += (size_t)n;
    }
    packing p = packing_of(b->in, b->in_end);
    bool is_gz = is_named(b->name, ".gz");
    if (p == PLAIN && b->in_end && (is_gz || is_named(b->name, ".zst"))) {
        b->is_damaged = true;
        sz_fs_say(&b->error, "is not a %s archive, as its name says", "不是 %s 压缩包，与文件名不符",
                  is_gz ? "gzip" : "zstd");
        return false;
    }
    b->packing = p;
    if (b->hash && b->only_packed && p != PLAIN) sz_fs_bytes_hash_from(b, b->hash, b->in, b->in_end);
    if (p == GZIP) sz_fs_gzip_begin(b);
    if (p == ZSTD) sz_fs_zstd_begin(b);
    return true;
}

void sz_fs_bytes_hash_from(bytes *b, digest *hash, const void *so_far, size_t n) {
    b->hash = hash;
    b->only_packed = false;
    sz_fs_digest_add(hash, so_far, n);
}

void sz_fs_bytes_close(bytes *b) {
    if (b->packing == GZIP) sz_fs_gzip_end(b);
    if (b->packing == ZSTD) sz_fs_zstd_end(b);
    sz_free(b->in);
    b->in = NULL;
    if (b->owns_fd && b->fd >= 0) close(b->fd);
    b->fd = -1;
    b->packing = PLAIN;
}

static ptrdiff_t unpack(bytes *b, void *to, size_t room) {
    for (;;) {
        ptrdiff_t made = b->packing == GZIP ? sz_fs_gzip_take(b, to, room) : sz_fs_zstd_take(b, to, room);
        if (made) return made;
        ptrdiff_t n = read_raw(b, b->in, IN_ROOM);
        if (n < 0) return -1;
        b->in_at = 0;
        b->in_end = (size_t)n;
        if (n > 0) continue;
        if (!b->is_open) return 0;
        b->is_cut_short = true;
        sz_fs_say(&b->error, "ends in the middle of its %s archive", "%s 压缩包不完整，在中途结束",
                  b->packing == GZIP ? "gzip" : "zstd");
        return -1;
    }
}

ptrdiff_t sz_fs_bytes_read(bytes *b, void *to, size_t room) {
    b->was_interrupted = b->was_idle = false;
    if (b->packing == NOT_KNOWN_YET && !look(b)) return -1;
    if (b->packing != PLAIN) return unpack(b, to, room);
    size_t n = b->in_end - b->in_at;
    if (n == 0) return read_raw(b, to, room);
    if (n > room) n = room;
    memcpy(to, b->in + b->in_at, n);
    b->in_at += n;
    return (ptrdiff_t)n;
}

bool sz_fs_bytes_skip(bytes *b, uint64_t n) {
    if (b->packing == NOT_KNOWN_YET && !look(b)) return false;
    if (b->packing == PLAIN && b->has_limit && !b->hash && n >= b->in_end && n <= b->limit) { /* nothing was read yet */
        b->in_at = b->in_end = 0;
        b->pos = n;
        if (lseek(b->fd, (off_t)n, SEEK_SET) >= 0) return true;
    }
    uint8_t *waste = sz_realloc(NULL, IN_ROOM);
    bool is_fine = true;
    while (n && is_fine) {
        ptrdiff_t got = sz_fs_bytes_read(b, waste, n < IN_ROOM ? (size_t)n : IN_ROOM);
        if (got == 0) sz_fs_say(&b->error, "is shorter than it was", "比原来短了");
        is_fine = got > 0;
        if (is_fine) n -= (uint64_t)got;
    }
    sz_free(waste);
    return is_fine;
}
