/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#define FIRST_ROOM ((size_t)256 << 10)
/* Behind `room` the decoder may read on (SZ_READ_BEHIND). */
#define MOST_ROOM ((size_t)SZ_RECORD_MAX + ((size_t)64 << 10))

void sz_fs_lines_open(lines *l, bytes *from, char separator, digest *witness) {
    *l = (lines){
        .from = from, .separator = separator, .line = 1, .wide = SZ_ENC_UTF8, .witness = witness, .last_line = 1};
    l->room = FIRST_ROOM;
    l->buf = sz_realloc(NULL, l->room + SZ_READ_BEHIND);
    sz_buf_init(&l->packed);
    sz_arena_init(&l->scratch);
}

void sz_fs_lines_close(lines *l) {
    sz_free(l->buf);
    l->buf = NULL;
    sz_conv_free(l->conv);
    sz_buf_fini(&l->packed);
    sz_arena_fini(&l->scratch);
}

/* ---- reading ---- */

/* UTF-16 at hand to UTF-8 at the buffer's end, whole characters; -1: it is none. */
static ptrdiff_t narrow(lines *l, size_t room, bool is_last) {
    size_t n = l->packed.n & ~(size_t)1, bad = 0;
    if (n > room / 2) n = room / 2 & ~(size_t)1; /* a unit makes at most three bytes, a pair four */
    if (n >= 2 && !(is_last && n == l->packed.n)) {
        uint8_t high = l->packed.p[l->wide == SZ_ENC_UTF16LE ? n - 1 : n - 2];
        if (high >= 0xd8 && high < 0xdc) n -= 2; /* half of a pair waits for the other */
    }
    sz_buf out;
    sz_buf_init(&out);
    bool is_fine = sz_conv_to_utf8(l->conv, l->packed.p, n, &out, &bad) && !(is_last && n + 1 == l->packed.n);
    if (is_fine && out.n) memcpy(l->buf + l->end, out.p, out.n);
    ptrdiff_t made = is_fine ? (ptrdiff_t)out.n : -1;
    sz_buf_fini(&out);
    memmove(l->packed.p, l->packed.p + n, l->packed.n - n);
    l->packed.n -= n;
    return made;
}

static ptrdiff_t read_wide(lines *l, size_t room) {
    for (;;) {
        sz_buf_reserve(&l->packed, FIRST_ROOM);
        ptrdiff_t n = l->packed.n >= FIRST_ROOM
                          ? 1
                          : sz_fs_bytes_read(l->from, l->packed.p + l->packed.n, l->packed.cap - l->packed.n);
        if (n < 0) return -1;
        if (l->packed.n < FIRST_ROOM) l->packed.n += (size_t)n;
        ptrdiff_t made = narrow(l, room, n == 0);
        if (made < 0 && n == 0 && l->packed.n == 1)
            sz_fs_say(&l->from->error,
                      "ends in the middle of a UTF-16 character: it was cut off or is still being written; fetch it "
                      "again and run again",
                      "在一个 UTF-16 字符中间结束：文件被截断，或还没有写完；请重新取得后再运行");
        else if (made < 0)
            sz_fs_say(&l->from->error, "is not UTF-16 all through, as its beginning is", "开头是 UTF-16，后面却不是");
        if (made != 0 || n == 0) return made;
    }
}

uint64_t sz_fs_lines_witness(lines *l) {
    if (l->witnessed < l->at) {
        if (l->witness) sz_fs_digest_add(l->witness, l->buf + l->witnessed, l->at - l->witnessed);
        l->witnessed = l->at;
    }
    return l->offset + (l->witnessed - l->at);
}

/* Text behind what there is. */
static ptrdiff_t read_text(lines *l) {
    size_t room = l->room - l->end;
    ptrdiff_t n = l->conv ? read_wide(l, room) : sz_fs_bytes_read(l->from, l->buf + l->end, room);
    if (n > 0 && l->ends_in_cr) sz_csv_cr_to_lf(l->buf + l->end, (size_t)n);
    return n;
}

/* Forget what was given. */
static void to_front(lines *l) {
    size_t from = l->at;
    if (from == 0) return;
    sz_fs_lines_witness(l);
    memmove(l->buf, l->buf + from, l->end - from);
    l->end -= from;
    l->seen -= l->seen > from ? from : l->seen;
    l->witnessed -= from;
    l->at = 0;
}

/* More text behind what there is. */
static got refill(lines *l) {
    to_front(l);
    if (l->end + FIRST_ROOM / 4 > l->room && l->room < MOST_ROOM) {
        l->room = l->room * 2 < MOST_ROOM ? l->room * 2 : MOST_ROOM;
        l->buf = sz_realloc(l->buf, l->room + SZ_READ_BEHIND);
    }
    ptrdiff_t n = read_text(l);
    if (n < 0) return l->from->was_interrupted ? GOT_AGAIN : GOT_FAIL;
    if (n == 0) l->is_end = true;
    l->end += (size_t)n;
    memset(l->buf + l->end, 0, SZ_READ_BEHIND); /* what the decoder may find there (model.h) */
    return GOT_PIECE;
}

got sz_fs_lines_witness_to(lines *l, uint64_t offset) {
    while (sz_fs_lines_witness(l) < offset) {
        uint64_t ahead = offset - l->offset;
        size_t to = ahead < l->end - l->at ? l->at + (size_t)ahead : l->end;
        if (l->witness) sz_fs_digest_add(l->witness, l->buf + l->witnessed, to - l->witnessed);
        l->witnessed = to;
        if (l->offset + (to - l->at) == offset) break;
        if (l->is_end) return GOT_END;
        got g = refill(l);
        if (g != GOT_PIECE) return g;
    }
    return GOT_PIECE;
}

got sz_fs_lines_fill(lines *l, size_t n) {
    while (!l->is_end && l->end - l->at < n) {
        got g = refill(l);
        if (g != GOT_PIECE) return g;
        if (!l->from->has_limit) break; /* who writes into a pipe may take his time */
    }
    return GOT_PIECE;
}

void sz_fs_lines_widen(lines *l, sz_encoding wide) {
    l->wide = wide;
    l->conv = sz_conv_new(wide);
    sz_buf_put(&l->packed, l->buf + l->at, l->end - l->at);
    l->end = l->seen = l->witnessed = l->at;
    l->is_end = false; /* what was read is read again, out of `packed` */
}

void sz_fs_lines_end_in_cr(lines *l) {
    l->ends_in_cr = true;
    l->seen = l->at;
    sz_csv_cr_to_lf(l->buf + l->at, l->end - l->at);
}

/* ---- cutting ---- */

/* Go n bytes on; `n_lines` line ends are among them. */
static void pass(lines *l, size_t n, uint64_t n_lines) {
    l->at += n;
    l->seen = l->at;
    l->offset += n;
    l->line += n_lines;
}

static bool is_blank(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r') return false;
    return true;
}

/* A row in which no cell holds anything: spreadsheets leave such rows behind the last one that was filled. */
static bool is_empty_row(const uint8_t *p, size_t n, uint8_t separator) {
    bool is_begin = true; /* of a cell */
    for (size_t i = 0; i < n; i++) {
        bool is_end = p[i] == separator;
        if (is_begin && p[i] == '"' && i + 1 < n && p[i + 1] == '"') i++;
        else if (!is_end && !is_blank(p + i, 1)) return false;
        is_begin = is_end;
    }
    return true;
}

/* buf[at, at + SZ_RECORD_MAX) stays while the rest of the line goes by behind it. */
static got cut_long(lines *l, piece *out) {
    size_t behind = l->at + SZ_RECORD_MAX;
    l->last_offset = l->offset;
    l->last_line = l->line;
    l->ends_in_line = false;
    l->has_piece = true;
    *out = (piece){{(const char *)l->buf + l->at, SZ_RECORD_MAX}, l->offset, l->line, SZ_RECORD_MAX};
    pass(l, SZ_RECORD_MAX, 0);
    for (;;) {
        const uint8_t *nl = memchr(l->buf + l->at, '\n', l->end - l->at);
        size_t n = nl ? (size_t)(nl - (l->buf + l->at)) : l->end - l->at;
        out->whole += n;
        pass(l, n, 0);
        if (nl) {
            pass(l, 1, 1);
            return GOT_PIECE;
        }
        if (l->is_end) break;
        sz_fs_lines_witness(l);
        l->at = l->end = l->seen = l->witnessed = behind;
        ptrdiff_t got_n = read_text(l);
        if (got_n < 0 && l->from->was_interrupted) continue;
        if (got_n < 0) return GOT_FAIL;
        l->end += (size_t)got_n;
        memset(l->buf + l->end, 0, SZ_READ_BEHIND);
        l->is_end = got_n == 0;
    }
    l->ends_in_line = true;
    return GOT_PIECE;
}

static uint64_t count_lines(const uint8_t *p, size_t n) {
    uint64_t count = 0;
    for (const uint8_t *end = p + n; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) count++;
    return count;
}

/* Length, line end included, of the row that begins at buf[at] and whose first line ends at `nl`; 0: more must be
 * read. */
static size_t row_length(lines *l, const uint8_t *nl, size_t *content) {
    const uint8_t *p = l->buf + l->at;
    size_t first = (size_t)(nl - p), n = l->end - l->at;
    *content = first;
    if (!memchr(p, '"', first)) return first + (nl < l->buf + l->end ? 1 : 0);
    size_t limit = n < SZ_RECORD_MAX ? n : SZ_RECORD_MAX;
    size_t len = sz_csv_record_len((sz_str){(const char *)p, limit}, l->separator, false);
    if (len) {
        *content = len - 1;
        return len;
    }
    if (!l->is_end && n < SZ_RECORD_MAX) return 0;
    sz_csv_row row;
    size_t pos = 0;
    bool is_open = true;
    sz_arena_reset(&l->scratch);
    sz_csv_next(&l->scratch, (sz_str){(const char *)p, limit}, l->separator, &pos, &row, &is_open);
    if (!is_open && limit == n) { /* the last row, without a line end */
        *content = n;
        return n;
    }
    return first +
           (nl < l->buf + l->end ? 1 : 0); /* a quote that is never closed takes one line, not the rest of the file */
}

/* The record that begins at buf[at]; its first line ends at `nl`, which may be the text's end. */
static got cut(lines *l, const uint8_t *nl, bool may_refill, piece *out) {
    const uint8_t *p = l->buf + l->at;
    size_t content = (size_t)(nl - p), len = content + (nl < l->buf + l->end ? 1 : 0);
    if (l->separator) len = row_length(l, nl, &content);
    if (len == 0 && !may_refill) return GOT_WAIT;
    if (len == 0) return refill(l) == GOT_PIECE ? GOT_WAIT : l->from->was_interrupted ? GOT_AGAIN : GOT_FAIL;
    *out = (piece){{(const char *)p, content}, l->offset, l->line, 0};
    if (content && p[content - 1] == '\r') out->raw.n--;
    l->ends_in_line = len == content;
    l->has_piece = true;
    l->last_offset = l->offset;
    l->last_line = l->line;
    bool is_one = p + content == nl;
    pass(l, len, is_one ? len - content : count_lines(p, len));
    return GOT_PIECE;
}

static bool is_bom(const lines *l) {
    return l->offset == 0 && l->end - l->at >= 3 && memcmp(l->buf + l->at, "\xef\xbb\xbf", 3) == 0;
}

/* Does the line at buf[at] hold nothing? Almost every one is told by its first byte. */
static bool holds_nothing(lines *l, size_t first) {
    const uint8_t *p = l->buf + l->at;
    if (first == 0 || (*p <= ' ' && is_blank(p, first))) return true;
    if (!l->separator || (*p > ' ' && *p != '"' && *p != (uint8_t)l->separator)) return false;
    return is_empty_row(p, first, (uint8_t)l->separator);
}

/* A report has its headings on each page, and files that were put together have those of each. */
static bool says_headings(const lines *l, size_t first) {
    const uint8_t *p = l->buf + l->at;
    size_t mark = first >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    size_t n = first - mark - (first > mark && p[first - 1] == '\r');
    return l->headings.n && n == l->headings.n && memcmp(p + mark, l->headings.p, n) == 0;
}

/* Go past a line that is no record; a row of empty cells without a line end may yet become one, and so may headings. */
static void pass_line(lines *l, size_t first, bool has_end, bool is_headings) {
    const uint8_t *p = l->buf + l->at;
    bool is_row = first && l->separator && (memchr(p, l->separator, first) || memchr(p, '"', first));
    l->n_empty_rows += is_row && !is_headings && !l->gives_blank;
    l->n_headings_again += is_headings;
    if (is_row || is_headings) {
        l->ends_in_line = !has_end;
        l->last_offset = l->offset;
        l->last_line = l->line;
    }
    pass(l, first + has_end, has_end);
}

got sz_fs_lines_next(lines *l, bool may_refill, piece *out) {
    for (;;) {
        if (is_bom(l)) pass(l, 3, 0);
        const uint8_t *from = l->buf + (l->seen > l->at ? l->seen : l->at), *end = l->buf + l->end;
        const uint8_t *nl = from < end ? memchr(from, '\n', (size_t)(end - from)) : NULL;
        if (!nl) l->seen = l->end;
        if (!nl && l->is_end && l->at == l->end) return GOT_END;
        if ((nl ? (size_t)(nl - l->buf) : l->end) - l->at > SZ_RECORD_MAX) {
            if (l->at && !may_refill) return GOT_WAIT;
            to_front(l);
            return cut_long(l, out);
        }
        if (!nl && !l->is_end) {
            if (!may_refill) return GOT_WAIT;
            got g = refill(l);
            if (g != GOT_PIECE) return g;
            continue;
        }
        if (!nl) nl = end;
        size_t first = (size_t)(nl - (l->buf + l->at));
        bool is_headings = says_headings(l, first);
        if (is_headings || holds_nothing(l, first)) {
            *out = (piece){{(const char *)l->buf + l->at, 0}, l->offset, l->line, 0};
            pass_line(l, first, nl < end, is_headings);
            if (l->gives_blank) return GOT_PIECE;
            continue;
        }
        got g = cut(l, nl, may_refill, out);
        if (g == GOT_WAIT && may_refill) continue;
        return g;
    }
}
