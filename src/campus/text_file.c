/* SPDX-License-Identifier: Apache-2.0
 *
 * text_file: encodings. What comes out of a card system is GBK as often as UTF-8, and Excel writes UTF-16 as "Unicode
 * text".
 */
#include "text_file.h"

#define LARGEST ((size_t)UINT32_MAX - 16) /* places are 32 bits */

static const char *path_of(sz_arena *a, const char *folder, const char *name) {
    size_t n = folder ? strlen(folder) : 0;
    while (n > 1 && folder[n - 1] == '/') n--;
    if (n == 0) return sz_arena_str(a, sz_str_of(name)).p;
    return sz_arena_printf(a, "%.*s%s%s", (int)n, folder, folder[n - 1] == '/' ? "" : "/", name);
}

static bool has_bom(const uint8_t *p, size_t n) {
    return (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf) ||
           (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)));
}

const sz_source *sz_text_file_source(struct text_file *f) {
    if (!f->src)
        f->src = (f->is_of_people ? sz_source_of_people : sz_source_new)(&f->d->arena, f->path, f->text.p, f->text.n);
    return f->src;
}

sz_span sz_text_file_span(struct text_file *f, size_t off, size_t len) {
    return (sz_span){sz_text_file_source(f), (uint32_t)off, (uint32_t)len};
}

static sz_span file_span(struct text_file *f) {
    f->text = (sz_str){"", 0};
    return sz_text_file_span(f, 0, 0);
}

/* The finding for bytes that are not text. Up to them the file reads in that encoding, which gives line and column. */
static void add_bad_bytes(struct text_file *f, const sz_campus_file *file, sz_encoding enc, bool is_given) {
    size_t bad = 0, ignored;
    if (enc == SZ_ENC_BAD || enc == SZ_ENC_AUTO) { /* take the encoding that reads further */
        size_t as_gbk = 0;
        enc = SZ_ENC_UTF8;
        sz_to_utf8(SZ_ENC_UTF8, file->p, file->n, &f->converted, &bad);
        sz_buf_clear(&f->converted);
        if (!sz_to_utf8(SZ_ENC_GB18030, file->p, file->n, &f->converted, &as_gbk) && as_gbk > bad) {
            enc = SZ_ENC_GB18030;
            bad = as_gbk;
        }
    } else {
        sz_to_utf8(enc, file->p, file->n, &f->converted, &bad);
    }
    sz_buf_clear(&f->converted);
    sz_to_utf8(enc, file->p, bad, &f->converted, &ignored);
    size_t off = f->converted.n;
    sz_buf_put_z(&f->converted, "\xef\xbf\xbd");
    f->text = sz_buf_str(&f->converted);
    const char *name = enc == SZ_ENC_UTF8 ? "UTF-8" : enc == SZ_ENC_GB18030 ? "GB18030" : "UTF-16";
    sz_diag *g;
    if (is_given) {
        g = sz_diags_add(f->d, SZ_ERROR, CODE_NOT_TEXT, sz_text_file_span(f, off, 3), "these bytes are not %s",
                         "这里的字节不是 %s 编码", name);
        sz_diag_hint(f->d, g, "leave --encoding out: it is found out for each file; or was the file cut off?",
                     "请不写 --encoding，每个文件会自动判断；或者文件在复制时被截断了？");
        return;
    } else
        g = sz_diags_add(f->d, SZ_ERROR, CODE_NOT_TEXT, sz_text_file_span(f, off, 3),
                         "from here on the file is neither UTF-8 nor GBK", "从这里起，文件既不是 UTF-8 也不是 GBK");
    sz_diag_hint(f->d, g,
                 "was the file cut off while it was copied? Export it again, as UTF-8 or GBK, or name its --encoding",
                 "文件是否在复制时被截断？请重新导出为 UTF-8 或 GBK，或用 --encoding 指明编码");
}

static bool convert(struct text_file *f, const sz_campus_file *file, sz_encoding given) {
    bool is_given = given != SZ_ENC_AUTO && !has_bom(file->p, file->n);
    sz_encoding enc = is_given ? given : sz_encoding_find(file->p, file->n);
    size_t bad;
    if (enc == SZ_ENC_BAD || !sz_to_utf8(enc, file->p, file->n, &f->converted, &bad)) {
        add_bad_bytes(f, file, enc, is_given);
        return false;
    }
    if (sz_csv_ends_in_cr(f->converted.p, f->converted.n)) sz_csv_cr_to_lf(f->converted.p, f->converted.n);
    f->text = sz_buf_str(&f->converted);
    const char *nul = f->text.n ? memchr(f->text.p, 0, f->text.n) : NULL;
    if (!nul) return true;
    sz_diag *g = sz_diags_add(f->d, SZ_ERROR, CODE_NUL_BYTE, sz_text_file_span(f, (size_t)(nul - f->text.p), 1),
                              "the file has NUL bytes", "文件中有 NUL 字节");
    if (sz_is_utf32(file->p, file->n))
        sz_diag_hint(f->d, g, "this is UTF-32: save it as \"CSV UTF-8\"", "这是 UTF-32 编码：请另存为 “CSV UTF-8”");
    else
        sz_diag_hint(f->d, g, "it may be UTF-16 without a mark, or an Excel workbook: save it as \"CSV UTF-8\"",
                     "可能是没有标记的 UTF-16，或是 Excel 工作簿：请另存为 “CSV UTF-8”");
    return false;
}

static bool names_students(const char *name) {
    static const char *const files[] = {"students.csv", "cards.csv", "leaves.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i], name) == 0) return true;
    return false;
}

bool sz_text_file_open(struct text_file *f, const sz_campus_file *file, const char *folder, sz_encoding enc,
                       sz_diags *d) {
    *f = (struct text_file){.d = d, .is_of_people = names_students(file->name)};
    sz_arena_init(&f->arena);
    sz_buf_init(&f->converted);
    f->path = path_of(&f->arena, folder, file->name);
    if (file->n > LARGEST) {
        sz_diag_hint(
            d, sz_diags_add(d, SZ_ERROR, CODE_TOO_LARGE, file_span(f), "the file is larger than 4 GB", "文件大于 4 GB"),
            "is it the table that its name says? A roster has a few megabytes", "是不是放错了文件？名单通常只有几兆");
        return false;
    }
    if (file->n == 0) { /* an empty file is an empty text; what that means is the reader's business */
        f->text = (sz_str){"", 0};
        return true;
    }
    return convert(f, file, enc);
}

void sz_text_file_close(struct text_file *f) {
    sz_buf_fini(&f->converted);
    sz_arena_fini(&f->arena);
}

sz_diag *sz_finding_add(sz_diags *d, sz_severity sev, int code, sz_span at, const char *en, const char *zh) {
    sz_diag *g = sz_diags_add(d, sev, code, at, "%s", NULL, en);
    g->message_zh = sz_arena_str(&d->arena, sz_str_of(zh)).p;
    return g;
}

void sz_finding_hint(sz_diags *d, sz_diag *g, const char *en, const char *zh) {
    sz_diag_hint(d, g, "%s", NULL, en);
    g->hint_zh = sz_arena_str(&d->arena, sz_str_of(zh)).p;
}
