/* SPDX-License-Identifier: Apache-2.0
 *
 * plan: which inputs are taken now (protocol 2.1). What the ledger calls done and has not changed is passed over,
 * what has grown is read on from its end, what has changed is read whole. A batch that was cut off comes first and
 * must be what it was, for the records taken of it are only counted.
 */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what the ledger says ---- */

static input *input_of(sz_stream_file *s, sz_str name) {
    const uint32_t *at = sz_map_get(&s->inputs.names, name);
    return at ? &s->inputs.v[*at] : NULL;
}

static bool is_ours(sz_str key) { return (key.n > 5 && memcmp(key.p, "file:", 5) == 0) || sz_str_is(key, "stdin"); }

/* An input of an unfinished batch that this run does not have. */
static bool miss(sz_stream_file *s, sz_str name) {
    sz_fs_differs(
        s, sz_arena_str(&s->d->arena, name).p,
        "the run before was stopped in the middle of a batch with this input, which is not among the sources now",
        "上次运行在一批输入的中途停止，其中有它，而这次的来源里没有它");
    if (!s->forgets) return false;
    sz_buf line;
    sz_buf_init(&line);
    sz_fs_entry_write(&line, &(entry){.state = ENTRY_LEFT});
    s->progress.note(s->progress.self, name, sz_buf_str(&line));
    sz_buf_fini(&line);
    return true;
}

static bool read_ledger(sz_stream_file *s) {
    const sz_put *kept;
    uint32_t n = s->progress.ledger(s->progress.self, &kept);
    for (uint32_t i = 0; i < n; i++) {
        input *in = is_ours(kept[i].key) ? input_of(s, kept[i].key) : NULL;
        if (!in) continue;
        if (!sz_fs_entry_read(kept[i].value, &in->known))
            return sz_fs_fail(s, SZ_IO, SZ_CODE_LEDGER, "what the state says about %s cannot be read",
                              "状态里关于 %s 的记录无法读取", in->name);
    }
    if (s->progress.taken(s->progress.self) == 0)
        return true; /* nothing depends on a batch of which nothing was taken */
    for (uint32_t i = 0; i < n; i++) {
        entry e;
        if (!is_ours(kept[i].key) || input_of(s, kept[i].key)) continue;
        if (sz_fs_entry_read(kept[i].value, &e) && e.state == ENTRY_OPEN && !miss(s, kept[i].key)) return false;
    }
    return true;
}

/* ---- an input that no unfinished batch holds ---- */

/* Bytes from..to of the file, added to d. */
static bool digest_of(sz_stream_file *s, input *in, uint64_t from, uint64_t to, digest *d) {
    enum { PIECE = 1 << 18 };
    uint8_t *p = sz_realloc(NULL, PIECE);
    int fd = open(in->path, O_RDONLY | O_CLOEXEC);
    bytes b = {.fd = fd};
    ssize_t n = fd < 0 ? -1 : 1;
    while (from < to && n > 0) {
        n = pread(fd, p, to - from < PIECE ? (size_t)(to - from) : PIECE, (off_t)from);
        if (n < 0 && errno == EINTR) {
            n = 1;
        } else if (n > 0) {
            sz_fs_digest_add(d, p, (size_t)n);
            from += (uint64_t)n;
        }
    }
    bool is_fine = n > 0;
    if (n < 0) sz_fs_say_os(&b.error, errno, "cannot be read", "不能读取");
    else if (n == 0) b.is_cut_short = true, sz_fs_say(&b.error, "was cut short while it was read", "在读取期间变短了");
    if (fd >= 0) close(fd);
    sz_free(p);
    return is_fine || sz_fs_fail_reading(s, in, &b);
}

/* Where to read on in a file that has grown. A last line without its end is read again with what has come behind it,
 * unless only its end has come. */
static void read_on(input *in) {
    const entry *k = &in->known;
    entry *e = &in->now;
    e->from = k->text;
    e->from_line = k->lines;
    if (k->tail == 0 || k->text + k->tail != k->size)
        return; /* packed or UTF-16: the place in the text says nothing here */
    int fd = open(in->path, O_RDONLY | O_CLOEXEC);
    char next[2] = "";
    ssize_t n = fd < 0 ? 0 : pread(fd, next, sizeof next, (off_t)k->size);
    if (fd >= 0) close(fd);
    if (n > 0 && (next[0] == '\n' || (n > 1 && next[0] == '\r' && next[1] == '\n'))) {
        e->from = k->size + (next[0] == '\n' ? 1 : 2);
        e->from_line = k->lines + 1;
    }
}

static void read_whole(input *in, uint64_t size) {
    in->limit = size;
    in->has_digest = false;
    in->now = (entry){.state = ENTRY_OPEN, .passes_headings = in->is_csv};
}

/* Done before: is it still what it was? */
static bool look_again(sz_stream_file *s, input *in, const struct stat *st) {
    const entry *k = &in->known;
    uint64_t size = (uint64_t)st->st_size;
    int64_t mtime = sz_fs_settled_mtime(st);
    in->is_done = size == k->size && mtime && mtime == k->mtime_ns;
    if (in->is_done) return true;
    char text[DIGEST_TEXT] = "";
    digest *d = sz_fs_digest_new();
    bool is_fine = true;
    if (size >= k->size) {
        is_fine = digest_of(s, in, 0, k->size, d);
        sz_fs_digest_text(d, text);
    }
    if (is_fine && strcmp(text, k->digest) != 0) {
        sz_diags_add(s->d, SZ_NOTE, SZ_CODE_BATCH_DIFFERS, (sz_span){0},
                     "%s has changed since it was read: it is read whole again", "%s 在读过之后有改动：重新完整读取",
                     in->name);
        read_whole(in, size);
    } else if (is_fine && size == k->size) {
        in->is_done = true;
        in->now = *k;
        in->now.mtime_ns = mtime; /* next time its clock is enough */
        if (mtime) sz_fs_note(s, in);
    } else if (is_fine) {
        read_whole(in, size);
        read_on(in);
        is_fine = digest_of(s, in, k->size, size, d);
        sz_fs_digest_text(d, in->now.digest);
        in->has_digest = true;
    }
    sz_fs_digest_free(d);
    return is_fine;
}

static bool judge(sz_stream_file *s, input *in) {
    struct stat st = {.st_size = 0};
    if (in->is_pipe) {
        read_whole(in, UINT64_MAX);
        return true;
    }
    if (stat(in->path, &st) != 0) return sz_fs_fail_opening(s, in, errno);
    in->seen_ns = sz_fs_mtime(&st);
    if (in->known.state == ENTRY_DONE) return look_again(s, in, &st);
    read_whole(in, (uint64_t)st.st_size);
    return true;
}

/* ---- the unfinished batch ---- */

/* It must be read as it was; false: it cannot, and s->failed is set, or, with accept_gap, s->forgets. */
static bool resume(sz_stream_file *s, input *in) {
    struct stat st = {.st_size = 0};
    const entry *k = &in->known;
    const char *en = NULL, *zh = NULL;
    if (k->order != s->o.order)
        en = "the run before was stopped in the middle of it, and read it in another order (--order)",
        zh = "上次运行在它的中途停止，那时的读取顺序（--order）不同";
    else if (k->meaning != (s->o.meaning & INT64_MAX))
        en = "the run before was stopped in the middle of it, and the mapping or the declared types have changed since",
        zh = "上次运行在它的中途停止，之后映射或声明的类型有改动";
    else if (!in->is_pipe && (stat(in->path, &st) != 0 || (k->size && (uint64_t)st.st_size < k->size)))
        en = "the run before was stopped in the middle of it, and it is shorter now",
        zh = "上次运行在它的中途停止，现在它变短了";
    if (en) return sz_fs_differs(s, in->name, en, zh);
    in->seen_ns = sz_fs_mtime(&st);
    bool is_whole = k->order == SZ_SORTED || k->is_at_end; /* then its size was known */
    in->limit = in->is_pipe ? UINT64_MAX : is_whole ? k->size : (uint64_t)st.st_size;
    in->has_digest = false;
    in->now = *k;
    in->now.records = 0;
    if (k->order == SZ_SORTED || k->from == 0 || in->is_pipe) return true;
    digest *d = sz_fs_digest_new(); /* it is read from where an earlier batch ended; the digest is of all of it */
    in->has_digest = digest_of(s, in, 0, in->limit, d);
    sz_fs_digest_text(d, in->now.digest);
    sz_fs_digest_free(d);
    return in->has_digest;
}

static int by_index(const void *a, const void *b, void *ctx) {
    (void)ctx;
    uint64_t x = (*(input *const *)a)->known.index, y = (*(input *const *)b)->known.index;
    return x < y ? -1 : x > y;
}

static bool take_unfinished(sz_stream_file *s, batch *b) {
    for (uint32_t i = 0; i < s->inputs.n && !s->forgets; i++) {
        input *in = &s->inputs.v[i];
        if (in->known.state != ENTRY_OPEN) continue;
        b->v[b->n++] = in;
        if (!resume(s, in) && s->failed != SZ_OK) return false;
    }
    sz_sort(b->v, b->n, sizeof *b->v, by_index, NULL);
    b->is_resumed = true;
    if (b->n == 0 && !s->forgets &&
        !sz_fs_differs(s, s->inputs.n ? s->inputs.v[0].name : "nothing",
                       "the state says that records of a batch were taken, but not that this input is of it",
                       "状态里记有一批输入已读的条数，但没有记它属于那一批") &&
        !s->forgets)
        return false;
    if (s->forgets) *b = (batch){.v = b->v};
    return true;
}

bool sz_fs_plan(sz_stream_file *s, batch *b) {
    bool is_first = !s->has_planned;
    if (!b->v) b->v = sz_alloc(sizeof *b->v * (s->inputs.n + 1));
    b->n = 0;
    b->is_resumed = false;
    if (is_first && !read_ledger(s)) return false;
    s->has_planned = true;
    if (is_first && s->progress.taken(s->progress.self) && !s->forgets && !take_unfinished(s, b)) return false;
    bool may_add = !b->is_resumed || s->o.order == SZ_ARRIVAL;
    for (uint32_t i = 0; i < s->inputs.n && may_add; i++) {
        input *in = &s->inputs.v[i];
        if (in->is_done || (b->is_resumed && in->known.state == ENTRY_OPEN)) continue;
        if (!judge(s, in)) return false;
        if (!in->is_done) b->v[b->n++] = in;
    }
    for (uint32_t i = 0; i < b->n; i++) {
        entry *e = &b->v[i]->now;
        e->state = ENTRY_OPEN;
        e->order = s->o.order;
        e->meaning = s->o.meaning & INT64_MAX;
        e->index = i;
    }
    s->found_nothing = is_first && b->n == 0;
    if (!b->is_resumed && (is_first || b->n)) s->progress.new_batch(s->progress.self);
    s->all = s->read;
    for (uint32_t i = 0; i < b->n; i++) s->all += b->v[i]->is_pipe ? 0 : b->v[i]->limit;
    return true;
}
