/* SPDX-License-Identifier: Apache-2.0
 *
 * runs: sorted stretches of records in a temporary file, merged by a heap of their first records. No two records are
 * equal in the order, so it does not matter how the runs are grouped. With more runs than fair buffers fit into the
 * budget, groups of them are merged into longer ones first.
 */
#include "sorter.h"

#include <unistd.h>

enum { WRITE_ROOM = 2 * PACKED_MOST, LEAST_READ = 16 << 10, MOST_READ = 1 << 20, LEAST_FAN = 4, MOST_FAN = 512 };

static bool write_out(sorter *s, int fd, uint64_t at, const void *p, size_t n) {
    return sz_fs_tmp_write(fd, at, p, n, s->tmp_dir, &s->error);
}

static run *add_run(sorter *s) {
    if (s->n_runs == s->runs_room) {
        s->runs_room = s->runs_room ? s->runs_room * 2 : 16;
        s->runs = sz_realloc(s->runs, sizeof *s->runs * s->runs_room);
    }
    s->runs[s->n_runs] = (run){.at = s->written, .end = s->written};
    return &s->runs[s->n_runs++];
}

/* ---- writing ---- */

typedef struct writer {
    sorter *s;
    int fd;
    uint64_t at;
    uint8_t *buf;
    size_t n;
} writer;

static bool flush(writer *w) {
    bool is_fine = w->n == 0 || write_out(w->s, w->fd, w->at, w->buf, w->n);
    w->at += w->n;
    w->n = 0;
    return is_fine;
}

static bool put(writer *w, const packed *p) {
    uint32_t size = sz_fs_packed_size(p);
    if (w->n + size > WRITE_ROOM && !flush(w)) return false;
    memcpy(w->buf + w->n, p, size);
    w->n += size;
    return true;
}

bool sz_fs_runs_spill(sorter *s) {
    if (s->fd < 0) s->fd = sz_fs_tmp_open(s->tmp_dir, &s->error);
    if (s->fd < 0) return false;
    run *r = add_run(s);
    writer w = {.s = s, .fd = s->fd, .at = s->written, .buf = sz_realloc(NULL, WRITE_ROOM)};
    bool is_fine = true;
    for (size_t i = 0; i < s->n && is_fine; i++) is_fine = put(&w, sz_fs_sorter_piece(s, s->places[i]));
    is_fine = is_fine && flush(&w);
    sz_free(w.buf);
    s->written = r->end = w.at;
    return is_fine;
}

/* ---- reading ---- */

static const packed *first(const run *r) { return (const packed *)(const void *)(r->buf + r->from); }

static bool has_whole(const run *r) {
    return r->to - r->from >= sizeof(packed) && r->to - r->from >= sz_fs_packed_size(first(r));
}

/* Have a whole record at the front of the buffer; false with an empty buffer at the run's end, or s->error. */
static bool refill(sorter *s, run *r) {
    memmove(r->buf, r->buf + r->from, r->to - r->from);
    r->to -= r->from;
    r->from = 0;
    for (;;) {
        size_t n = r->room - r->to;
        if (n > r->end - r->at) n = (size_t)(r->end - r->at);
        if (!sz_fs_tmp_read(s->fd, r->at, r->buf + r->to, n, &s->error)) return false;
        r->at += n;
        r->to += n;
        if (r->to == 0) return false;
        if (has_whole(r)) return true;
        r->room = sz_fs_packed_size(first(r)); /* one larger than the buffer */
        r->buf = sz_realloc(r->buf, r->room);
    }
}

static bool open_run(sorter *s, run *r, size_t room) {
    uint64_t n = r->end - r->at;
    r->room = n < room ? (size_t)n : room;
    r->buf = sz_realloc(NULL, r->room);
    return refill(s, r);
}

/* ---- heap ---- */

static bool is_before(const sorter *s, uint32_t a, uint32_t b) {
    return sz_fs_packed_cmp(first(&s->runs[a]), first(&s->runs[b])) < 0;
}

static void sift(sorter *s, uint32_t i) {
    for (uint32_t child; (child = 2 * i + 1) < s->n_heap; i = child) {
        if (child + 1 < s->n_heap && is_before(s, s->heap[child + 1], s->heap[child])) child++;
        if (!is_before(s, s->heap[child], s->heap[i])) return;
        uint32_t t = s->heap[i];
        s->heap[i] = s->heap[child];
        s->heap[child] = t;
    }
}

static bool open_runs(sorter *s, uint32_t from, uint32_t to, size_t room) {
    s->heap = sz_realloc(s->heap, sizeof *s->heap * (to - from));
    s->n_heap = 0;
    s->is_stale = false;
    for (uint32_t i = from; i < to; i++) {
        if (!open_run(s, &s->runs[i], room)) return false;
        s->heap[s->n_heap++] = i;
    }
    for (uint32_t i = s->n_heap / 2; i-- > 0;) sift(s, i);
    return true;
}

/* The run whose record was given last moves on. */
static bool settle(sorter *s, bool may_refill, got *g) {
    run *r = &s->runs[s->heap[0]];
    bool is_over = r->to == r->from && r->at == r->end;
    if (!is_over && !has_whole(r)) {
        *g = GOT_WAIT;
        if (!may_refill) return false;
        *g = GOT_FAIL;
        if (!refill(s, r)) return false;
    }
    if (is_over) s->heap[0] = s->heap[--s->n_heap]; /* its buffer stays: what was given borrows from it */
    sift(s, 0);
    s->is_stale = false;
    return true;
}

const packed *sz_fs_runs_next(sorter *s, bool may_refill, got *g) {
    if (s->is_stale && !settle(s, may_refill, g)) return NULL;
    *g = GOT_END;
    if (s->n_heap == 0) return NULL;
    *g = GOT_PIECE;
    run *r = &s->runs[s->heap[0]];
    const packed *p = first(r);
    r->from += sz_fs_packed_size(p);
    s->is_stale = true;
    return p;
}

/* ---- many runs ---- */

static size_t room_of(const sorter *s, uint32_t n) {
    size_t room = s->budget / (n + 1) & ~(size_t)4095;
    return room < LEAST_READ ? LEAST_READ : room > MOST_READ ? MOST_READ : room;
}

static bool merge_group(sorter *s, uint32_t from, uint32_t to, writer *w) {
    got g = GOT_PIECE;
    bool is_fine = open_runs(s, from, to, room_of(s, to - from));
    for (const packed *p; is_fine && (p = sz_fs_runs_next(s, true, &g)) != NULL;) is_fine = put(w, p);
    for (uint32_t i = from; i < to; i++) {
        sz_free(s->runs[i].buf);
        s->runs[i].buf = NULL;
    }
    return is_fine && g == GOT_END && flush(w);
}

/* All runs in groups of `fan`, into a new file. */
static bool shorten(sorter *s, uint32_t fan) {
    int fd = sz_fs_tmp_open(s->tmp_dir, &s->error);
    if (fd < 0) return false;
    writer w = {.s = s, .fd = fd, .buf = sz_realloc(NULL, WRITE_ROOM)};
    uint32_t n = 0;
    bool is_fine = true;
    for (uint32_t i = 0; i < s->n_runs && is_fine; i += fan) {
        uint64_t at = w.at;
        is_fine = merge_group(s, i, s->n_runs - i < fan ? s->n_runs : i + fan, &w);
        if (is_fine) s->runs[n++] = (run){.at = at, .end = w.at};
    }
    sz_free(w.buf);
    if (!is_fine) {
        close(fd);
        return false;
    }
    close(s->fd);
    s->fd = fd;
    s->n_runs = n;
    return true;
}

bool sz_fs_runs_begin(sorter *s) {
    size_t fair = s->budget / (4 * LEAST_READ);
    uint32_t fan = fair < LEAST_FAN ? LEAST_FAN : fair > MOST_FAN ? MOST_FAN : (uint32_t)fair;
    while (s->n_runs > fan)
        if (!shorten(s, fan)) return false;
    return open_runs(s, 0, s->n_runs, room_of(s, s->n_runs));
}

void sz_fs_runs_fini(sorter *s) {
    for (uint32_t i = 0; i < s->n_runs; i++) sz_free(s->runs[i].buf);
    sz_free(s->runs);
    sz_free(s->heap);
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
}
