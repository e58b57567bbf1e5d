/* SPDX-License-Identifier: Apache-2.0
 *
 * reader: one input as records. What must be known before the first record (encoding, header) is found out in steps
 * that can be interrupted, for a pipe may keep silent as long as it likes.
 */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SAMPLE   ((size_t)64 << 10)
#define YOUNG_NS INT64_C(2000000000) /* a file may change again within the same tick of its clock */

static bool is_ascii(const uint8_t *p, size_t n) {
    size_t i = 0;
    for (uint64_t v; i + 8 <= n; i += 8) {
        memcpy(&v, p + i, 8);
        if (v & UINT64_C(0x8080808080808080)) return false;
    }
    for (; i < n; i++)
        if (p[i] & 0x80) return false;
    return true;
}

/* ---- open ---- */

void sz_fs_reader_close(reader *r) {
    if (r->is_open) {
        sz_fs_lines_close(&r->lines);
        sz_fs_bytes_close(&r->bytes);
    }
    if (r->hash) sz_fs_digest_free(r->hash);
    sz_buf_fini(&r->head);
    *r = (reader){.in = NULL};
}

static bool open_at(sz_stream_file *s, reader *r, uint64_t from, digest *witness) {
    input *in = r->in;
    int fd = in->path ? open(in->path, O_RDONLY | O_CLOEXEC) : s->o.stdin_fd;
    if (fd < 0 && errno == EINTR) { /* a pipe that nobody writes to yet, and a signal */
        sz_fs_reader_close(r);
        return true;
    }
    if (fd < 0) return sz_fs_fail_opening(s, in, errno);
    sz_fs_bytes_open(&r->bytes, in->name, fd, in->path != NULL, in->limit, r->hash);
    r->bytes.wake_fd = s->o.wake_fd;
    r->bytes.only_packed = witness != NULL;
    sz_fs_lines_open(&r->lines, &r->bytes, in->is_csv ? sz_mapping_separator(s->o.mapping) : '\0', witness);
    r->is_open = true;
    if (from == 0) return true;
    r->lines.offset = r->lines.last_offset = from;
    r->lines.line = r->lines.last_line = in->now.from_line + 1;
    return sz_fs_bytes_skip(&r->bytes, from) || sz_fs_fail_reading(s, in, &r->bytes);
}

bool sz_fs_reader_open(sz_stream_file *s, reader *r, input *in, digest *witness) {
    *r = (reader){.in = in};
    if (in->now.from && sz_fs_reader_check(s, in) != SZ_OK)
        return false; /* header and encoding stand at the beginning */
    bool wants_digest = s->o.order == SZ_SORTED ? !s->o.is_volatile : !in->is_pipe;
    if (!in->has_digest && wants_digest) r->hash = sz_fs_digest_new();
    return open_at(s, r, in->is_rewritten ? 0 : in->now.from, witness); /* places are counted in the text */
}

/* ---- what kind of text ---- */

static bool use_encoding(sz_stream_file *s, const reader *r, sz_encoding enc) {
    if (sz_mapping_use_encoding(s->o.mapping, enc)) return true;
    sz_fs_fail(s, SZ_IO, SZ_CODE_ENCODING, "%s is in an encoding that this system cannot read",
               "%s 的编码在本系统上不能读取", r->in->name);
    return sz_fs_hint(s, "install the package libc-gconv-modules-extra", "请安装软件包 libc-gconv-modules-extra");
}

/* What Excel and Word save: a zip archive, or before that a compound file; and what else comes under the name of one.
 */
static bool is_office_file(const uint8_t *p, size_t n) {
    static const struct {
        const char *start;
        size_t n;
    } known[] = {{"PK\3\4", 4},
                 {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8},
                 {"%PDF-", 5},
                 {"Rar!\x1a\7", 6},
                 {"7z\xbc\xaf\x27\x1c", 6}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (n >= 8 && memcmp(p, known[i].start, known[i].n) == 0) return true;
    return false;
}

static bool sniff(sz_stream_file *s, reader *r) {
    lines *l = &r->lines;
    size_t n = l->end - l->at < SAMPLE ? l->end - l->at : SAMPLE;
    sz_encoding given = r->in->is_csv ? sz_mapping_encoding(s->o.mapping) : SZ_ENC_AUTO;
    sz_encoding enc = given == SZ_ENC_AUTO ? sz_encoding_find(l->buf + l->at, n) : given;
    bool is_wide = enc == SZ_ENC_UTF16LE || enc == SZ_ENC_UTF16BE;
    bool ends_in_cr = !is_wide && r->in->is_csv && sz_csv_ends_in_cr(l->buf + l->at, n);
    if ((is_wide || ends_in_cr) && r->bytes.only_packed && r->hash) /* no longer are the file's bytes its text */
        sz_fs_bytes_hash_from(&r->bytes, r->hash, l->buf + l->at, l->end - l->at);
    if (is_wide) sz_fs_lines_widen(l, enc);
    if (ends_in_cr) sz_fs_lines_end_in_cr(l);
    if (is_wide) enc = SZ_ENC_UTF8;
    if (!r->in->is_csv) return true;
    sz_mapping_use_file(s->o.mapping, r->in->name);
    l->separator = sz_mapping_separator(s->o.mapping);
    if (is_office_file(l->buf + l->at, n)) {
        sz_fs_fail(s, SZ_IO, SZ_CODE_ENCODING,
                   "%s is an Excel, Word, PDF or packed file (zip, rar, 7z), no table of text",
                   "%s 是 Excel、Word、PDF 或压缩文件（zip、rar、7z），不是文本表格", r->in->name);
        return sz_fs_hint(s, "save it as CSV (UTF-8)", "请另存为 CSV（UTF-8）");
    }
    if (enc == SZ_ENC_BAD) {
        sz_fs_fail(s, SZ_IO, SZ_CODE_ENCODING, "%s is neither UTF-8 nor GB18030 nor UTF-16",
                   "%s 不是 UTF-8、GB18030 或 UTF-16", r->in->name);
        return sz_fs_hint(s, "if a few bytes are damaged, give its encoding in the mapping:  file: {encoding: gbk}",
                          "如果只是个别字节损坏，请在映射里写明编码：file: {encoding: gbk}");
    }
    r->enc = enc;
    r->is_ascii = given == SZ_ENC_AUTO && enc == SZ_ENC_UTF8 && !l->conv && is_ascii(l->buf + l->at, n);
    return use_encoding(s, r, enc);
}

/* The first row that is not ASCII tells the encoding of a file that began so. */
static bool decide(sz_stream_file *s, reader *r, const piece *p) {
    const lines *l = &r->lines;
    if (is_ascii((const uint8_t *)p->raw.p, p->raw.n)) return true;
    size_t n = (size_t)((const char *)l->buf + l->end - p->raw.p);
    sz_encoding enc = sz_encoding_find(p->raw.p, n < SAMPLE ? n : SAMPLE);
    if (enc != SZ_ENC_UTF8 && enc != SZ_ENC_GB18030) enc = sz_encoding_find(p->raw.p, p->raw.n);
    r->is_ascii = false;
    return use_encoding(s, r, enc == SZ_ENC_GB18030 ? enc : SZ_ENC_UTF8);
}

/* ---- header ---- */

/* UTF-8 is mostly GBK too, of other characters: what a mapping names wins, but whoever wrote it should know. */
static void warn_of_encoding(const sz_stream_file *s, const reader *r, sz_str head, sz_diags *d) {
    const lines *l = &r->lines;
    size_t n = l->end - l->at < SAMPLE ? l->end - l->at : SAMPLE;
    if (sz_mapping_encoding(s->o.mapping) != SZ_ENC_GB18030) return;
    bool is_utf8 = sz_utf8_valid(head.p, head.n) && sz_encoding_find(l->buf + l->at, n) == SZ_ENC_UTF8;
    if (!is_utf8 || (is_ascii((const uint8_t *)head.p, head.n) && is_ascii(l->buf + l->at, n))) return;
    sz_diag *g = sz_diags_add(d, SZ_WARNING, SZ_CODE_OTHER_ENCODING, (sz_span){0},
                              "%s is UTF-8, but the mapping names GBK: its Chinese is read as other characters",
                              "%s 是 UTF-8，而映射里写的是 GBK：其中的汉字会被读成别的字", r->in->name);
    sz_diag_hint(d, g, "leave `encoding` out of the mapping: it is found out", "请去掉映射里的 encoding，它会自动判断");
}

static bool bind(sz_stream_file *s, reader *r, sz_str raw, size_t header_at, sz_diags *d) {
    sz_buf text;
    sz_buf_init(&text);
    size_t bad = 0, pos = 0;
    bool is_open = false;
    bool is_fine = sz_to_utf8(r->enc, raw.p, header_at, &text, &bad);
    size_t above = pos = text.n;
    is_fine = sz_to_utf8(r->enc, raw.p + header_at, raw.n - header_at, &text, &bad) && is_fine;
    if (!is_fine) {
        sz_fs_fail(s, SZ_IO, SZ_CODE_ENCODING, "%s: its header is not in the encoding of the file",
                   "%s：表头不是映射所写的编码", r->in->name);
        sz_fs_hint(s,
                   "leave `encoding` out of the mapping: it is found out; damaged bytes of a header are to be mended",
                   "请去掉映射里的 encoding，它会自动判断；若是表头有损坏的字节，请先改好");
    }
    const sz_source *src =
        sz_source_new(&d->arena, r->in->path ? r->in->path : r->in->name, text.p ? (const char *)text.p : "", text.n);
    sz_csv_row row;
    sz_arena a;
    sz_arena_init(&a);
    warn_of_encoding(s, r, raw, d);
    size_t before = d->n;
    if (is_fine &&
        sz_csv_next(&a, (sz_str){src->p, src->n}, sz_mapping_separator(s->o.mapping), &pos, &row, &is_open) == SZ_OK &&
        sz_mapping_bind(s->o.mapping, &row, src, d) != SZ_OK) {
        sz_fs_look_for_headings(s, r, (sz_str){src->p, above}, &row, d, before);
        s->failed = SZ_FINDINGS;
        sz_fs_say(&s->text, "the header of %s does not fit the mapping", "%s 的表头与映射不符", r->in->name);
        is_fine = false;
    }
    sz_arena_fini(&a);
    sz_buf_fini(&text);
    return is_fine;
}

static uint64_t count_lines(sz_str s) {
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == '\n';
    return n;
}

/* Pass the rows above the header, empty ones counted, and the header itself; what was passed is kept in r->head until
 * it is whole. */
static got take_header(sz_stream_file *s, reader *r, sz_diags *d) {
    uint32_t above = sz_mapping_skip_rows(s->o.mapping), want = above + (sz_mapping_has_header(s->o.mapping) ? 1 : 0);
    while (r->n_head < want) {
        piece p;
        r->lines.gives_blank = r->n_head < above;
        got g = sz_fs_lines_next(&r->lines, true, &p);
        r->lines.gives_blank = false;
        if (g != GOT_PIECE) return g;
        if (++r->n_head == above + 1) {
            r->header_at = r->head.n;
            r->n_unskipped = (uint32_t)(p.line - 1 - count_lines(sz_buf_str(&r->head)));
        }
        sz_buf_put_str(&r->head, p.raw);
        sz_buf_put_u8(&r->head, '\n');
        if (r->n_head == above + 1 && !bind(s, r, sz_buf_str(&r->head), r->header_at, d)) return GOT_FAIL;
        if (r->n_head <= above) continue;
        sz_buf_clear(&r->in->headings);
        sz_buf_put_str(&r->in->headings, p.raw);
    }
    return GOT_PIECE;
}

static got begin(sz_stream_file *s, reader *r, sz_diags *d) {
    if (!r->is_known) {
        got g = sz_fs_lines_fill(&r->lines, SAMPLE);
        if (g != GOT_PIECE) return g;
        if (!sniff(s, r)) return GOT_FAIL;
        r->is_known = true;
    }
    bool has_header = r->in->is_csv && (r->in->now.from == 0 || r->is_check);
    got g = has_header ? take_header(s, r, d) : GOT_PIECE;
    if (r->in->now.passes_headings) r->lines.headings = sz_buf_str(&r->in->headings);
    piece p;
    while (g == GOT_PIECE && !r->is_check && r->lines.offset < r->in->now.from)
        g = sz_fs_lines_next(&r->lines, true, &p);
    r->has_begun = g == GOT_PIECE;
    return g;
}

static void note_empty(sz_stream_file *s, const reader *r) {
    sz_diags_add(s->d, SZ_NOTE, SZ_CODE_EMPTY, (sz_span){0}, "%s is empty", "%s 是空的", r->in->name);
}

/* Was there nothing in a text that was read from its beginning but a byte order mark, or blank lines? */
static bool holds_nothing(const reader *r) { return r->in->now.from == 0 && !r->lines.has_piece; }

/* An export that went wrong has its headings all the same. */
static void note_no_row(sz_stream_file *s, reader *r) {
    piece p;
    if (!r->in->is_csv || r->in->is_pipe || !sz_mapping_has_header(s->o.mapping) || r->in->now.from > 0) return;
    if (sz_fs_lines_next(&r->lines, true, &p) == GOT_END)
        sz_diags_add(s->d, SZ_NOTE, SZ_CODE_EMPTY, (sz_span){0}, "%s has headings and no row", "%s 只有表头，没有数据",
                     r->in->name);
}

sz_status sz_fs_reader_check(sz_stream_file *s, input *in) {
    reader r = {.in = in, .is_check = true};
    got g = GOT_FAIL;
    bool is_there = open_at(s, &r, 0, NULL);
    if (is_there) g = begin(s, &r, s->d);
    if (is_there && g == GOT_FAIL && s->failed == SZ_OK) sz_fs_fail_reading(s, in, &r.bytes);
    sz_status rc = g == GOT_PIECE || g == GOT_END ? SZ_OK : s->failed;
    in->is_rewritten = is_there && sz_fs_lines_is_rewritten(&r.lines);
    if (g == GOT_PIECE) note_no_row(s, &r);
    if (g == GOT_END && r.bytes.pos > 0 && holds_nothing(&r)) note_empty(s, &r);
    sz_fs_reader_close(&r);
    return rc;
}

/* ---- records ---- */

got sz_fs_reader_next(sz_stream_file *s, reader *r, bool may_refill, piece *out) {
    got g = GOT_PIECE;
    if (!r->has_begun) {
        if (!may_refill) return GOT_WAIT;
        sz_diags unused; /* what there is to say was said by the check */
        sz_diags_init(&unused);
        g = begin(s, r, r->in->is_pipe ? s->d : &unused);
        sz_diags_fini(&unused);
    }
    if (g == GOT_PIECE) g = sz_fs_lines_next(&r->lines, may_refill, out);
    if (g == GOT_PIECE && r->is_ascii && !decide(s, r, out)) return GOT_FAIL;
    if (g == GOT_FAIL && s->failed == SZ_OK) sz_fs_fail_reading(s, r->in, &r->bytes);
    return g;
}

bool sz_fs_reader_take(sz_stream_file *s, reader *r, sz_arena *a, piece *p, sz_record *out) {
    if (!r->has_begun || r->in->is_csv) return false;
    size_t n = sz_decode_json_line(s->decoder, sz_fs_lines_ahead(&r->lines), a, out);
    if (n == 0) return false;
    sz_fs_lines_take(&r->lines, n, p);
    return true;
}

/* Files that were put together, of which one had its columns in another order: whatever stands below would be read out
 * of the wrong ones, and much of it without a word. A row of headings is a dead letter, so only those are looked at. */
static bool refuse_other_order(sz_stream_file *s, const reader *r, const piece *p, sz_arena *a) {
    if (!sz_mapping_is_other_order(s->o.mapping, p->raw, a)) return true;
    sz_fs_fail(s, SZ_IO, SZ_CODE_OTHER_ORDER, "%s:%llu: here the headings stand once more, in another order",
               "%s:%llu：表头在这里又出现一次，但列的顺序不同", r->in->name, (unsigned long long)p->line);
    return sz_fs_hint(s, "give the rows from here on as a file of their own: each file has one order of columns",
                      "请把从这一行起的内容另存为一个文件：一个文件只能有一种列的顺序");
}

bool sz_fs_reader_decode(sz_stream_file *s, const reader *r, const piece *p, sz_arena *a, sz_record *out) {
    if (p->whole) {
        *out = (sz_record){.kind = SZ_RECORD_DEAD, .time_ms = SZ_TIME_NONE, .dead = {.reason = SZ_TOO_LARGE}};
        snprintf(out->dead.detail, sizeof out->dead.detail, "%llu bytes, at most %d are read; the first %d are kept",
                 (unsigned long long)p->whole, SZ_RECORD_MAX, SZ_RECORD_MAX);
    } else if (r->in->is_csv) {
        sz_mapping_decode(s->o.mapping, p->raw, a, out);
        if (out->kind == SZ_RECORD_DEAD) return refuse_other_order(s, r, p, a);
    } else {
        sz_decode_json(s->decoder, p->raw, a, out);
    }
    return true;
}

int64_t sz_fs_mtime(const struct stat *st) { return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec; }

int64_t sz_fs_settled_mtime(const struct stat *st) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return 0;
    int64_t at = sz_fs_mtime(st);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - at > YOUNG_NS ? at : 0;
}

void sz_fs_reader_finish(sz_stream_file *s, reader *r) {
    entry *e = &r->in->now;
    const lines *l = &r->lines;
    s->n_empty_rows += l->n_empty_rows;
    s->n_headings_again += l->n_headings_again;
    e->size = r->bytes.has_limit ? r->in->limit : r->bytes.pos;
    bool is_said = !r->in->is_pipe && (r->bytes.pos == 0 || r->in->is_csv); /* when the file was found, or checked */
    if (!is_said && holds_nothing(r)) note_empty(s, r);
    if (r->hash && r->bytes.only_packed && r->bytes.packing == PLAIN) /* its text are its bytes */
        sz_fs_digest_text(l->witness, e->digest);
    else if (r->hash) sz_fs_digest_text(r->hash, e->digest);
    e->text = l->ends_in_line ? l->last_offset : l->offset;
    e->lines = (l->ends_in_line ? l->last_line : l->line) - 1;
    e->tail = l->ends_in_line ? l->offset - l->last_offset : 0;
    struct stat st; /* a clock that has moved on meanwhile is of what was not read */
    bool is_as_seen = !r->in->is_pipe && fstat(r->bytes.fd, &st) == 0 && sz_fs_mtime(&st) == r->in->seen_ns;
    e->mtime_ns = is_as_seen ? sz_fs_settled_mtime(&st) : 0;
}
