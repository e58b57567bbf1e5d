/* SPDX-License-Identifier: Apache-2.0
 *
 * text: what libyaml would refuse with a bare byte count is found here first: bytes that are not UTF-8, control
 * characters. An escape in "…" may not make control characters either: a name with a NUL in it is none.
 */
#include "internal.h"

/* YAML 1.1, 5.1, as libyaml's reader has it, without U+0085, U+2028 and U+2029: they end a line in YAML 1.1 only. */
static bool is_allowed(uint32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c <= 0x2027) ||
           (c >= 0x202a && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd && c != 0xfeff) || c >= 0x10000;
}

static bool looks_like_gbk(const sz_source *src, size_t off) {
    const uint8_t *p = (const uint8_t *)src->p;
    return off + 1 < src->n && p[off] >= 0x81 && p[off] <= 0xfe && p[off + 1] >= 0x40 && p[off + 1] != 0x7f;
}

static void say_not_utf8(const sz_source *src, size_t off, sz_diags *d) {
    uint8_t byte = (uint8_t)src->p[off];
    sz_span at = sz_yaml_span(src, off, off + 1);
    sz_diag *g = sz_diags_add(d, SZ_ERROR, YAML_NOT_TEXT, at, "the byte 0x%02X here is not UTF-8",
                              "这里的字节 0x%02X 不是 UTF-8", byte);
    bool is_utf16 =
        off == 0 && src->n > 1 && (byte == 0xff || byte == 0xfe) && (uint8_t)src->p[1] + byte == 0xff + 0xfe;
    bool is_utf32 = is_utf16 && src->n > 3 && byte == 0xff && !src->p[2] && !src->p[3];
    if (is_utf32) sz_diag_hint(d, g, "this is a UTF-32 file; save it as UTF-8", "这是 UTF-32 文件，请另存为 UTF-8");
    else if (is_utf16)
        sz_diag_hint(d, g, "this is a UTF-16 file; save it as UTF-8", "这是 UTF-16 文件，请另存为 UTF-8");
    else if (looks_like_gbk(src, off))
        sz_diag_hint(d, g, "it may be GBK; open the file as GBK and save it as UTF-8",
                     "可能是 GBK 编码；请用 GBK 打开后另存为 UTF-8");
    else sz_diag_hint(d, g, "save the file as UTF-8", "请把文件另存为 UTF-8");
}

static void say_control(sz_diags *d, sz_span at, uint32_t c) {
    sz_diag *g = sz_diags_add(d, SZ_ERROR, YAML_NOT_TEXT, at, "a control or invisible character (U+%04X) stands here",
                              "这里有控制字符或不可见字符（U+%04X）", c);
    if (at.src->n > 4 && memcmp(at.src->p, "PK\3\4", 4) == 0)
        sz_diag_hint(d, g, "this is a Word, Excel or zip file; save it as plain text in UTF-8",
                     "这是 Word、Excel 或压缩文件；请另存为 UTF-8 纯文本");
    else sz_diag_hint(d, g, "delete it; it often comes along when text is pasted", "请删除；粘贴文字时常会带进来");
}

void sz_yaml_check_escapes(sz_yaml *node, sz_arena *a, sz_diags *d) {
    char *clean = NULL;
    size_t len;
    if (node->style != SZ_YAML_DOUBLE) return;
    for (size_t i = 0; i < node->text.n; i += len) {
        uint32_t c = sz_utf8_next(node->text.p + i, node->text.n - i, &len);
        if (c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0x7f)) continue;
        say_control(d, sz_yaml_value_span(node, i, len), c);
        if (!clean) {
            clean = sz_arena_alloc(a, node->text.n + 1);
            memcpy(clean, node->text.p, node->text.n + 1);
            node->text.p = clean;
        }
        memset(clean + i, '?', len);
    }
}

/* Eight letters of ASCII: none has its upper bit, nor is one less than a blank or 0x7f. */
static bool are_visible(const char *p) {
    const uint64_t each = UINT64_C(0x0101010101010101), upper = each << 7;
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return !((v | (v - each * ' ') | (v + each)) & upper);
}

bool sz_yaml_check_text(const sz_source *src, sz_diags *d) {
    size_t len;
    for (size_t i = src->lines[0]; i < src->n; i += len) {
        while (i + 8 <= src->n && are_visible(src->p + i)) i += 8;
        if (i == src->n) break;
        uint8_t byte = (uint8_t)src->p[i];
        len = 1;
        if (byte >= 0x20 && byte < 0x7f) continue;
        uint32_t c = sz_utf8_next(src->p + i, src->n - i, &len);
        if (c == 0xfffd && len == 1) {
            say_not_utf8(src, i, d);
            return false;
        }
        if (is_allowed(c)) continue;
        say_control(d, sz_yaml_span(src, i, i + len), c);
        return false;
    }
    return true;
}
