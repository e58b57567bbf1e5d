/* SPDX-License-Identifier: Apache-2.0
 *
 * encoding: which one a file has, found out from its first bytes. What campuses send is UTF-8, GBK (read as its
 * superset GB18030) or, out of spreadsheets, UTF-16.
 */
#include <sanzao/model.h>

sz_encoding sz_encoding_named(sz_str name) {
    static const struct {
        const char *name;
        sz_encoding enc;
    } known[] = {{"auto", SZ_ENC_AUTO},       {"utf8", SZ_ENC_UTF8},       {"utf8bom", SZ_ENC_UTF8},
                 {"utf8sig", SZ_ENC_UTF8},    {"gbk", SZ_ENC_GB18030},     {"gb2312", SZ_ENC_GB18030},
                 {"gb18030", SZ_ENC_GB18030}, {"cp936", SZ_ENC_GB18030},   {"utf16", SZ_ENC_UTF16LE},
                 {"utf16le", SZ_ENC_UTF16LE}, {"unicode", SZ_ENC_UTF16LE}, {"utf16be", SZ_ENC_UTF16BE},
                 {"ansi", SZ_ENC_GB18030}};
    char plain[16];
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) { /* UTF-8, utf_8 and utf8 are one */
        char c = name.p[i];
        if (c == '-' || c == '_' || c == ' ') continue;
        if (n == sizeof plain) return SZ_ENC_BAD;
        plain[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sz_str_is((sz_str){plain, n}, known[i].name)) return known[i].enc;
    return SZ_ENC_BAD;
}

/* Length of the GB18030 character at p: 0 if it is none, more than n if it is cut off. */
static size_t gb_len(const uint8_t *p, size_t n) {
    if (p[0] < 0x80) return 1;
    if (p[0] == 0x80 || p[0] == 0xff) return 0;
    if (n < 2) return 2;
    if (p[1] >= 0x40) return p[1] == 0x7f || p[1] == 0xff ? 0 : 2;
    if (p[1] < 0x30 || p[1] > 0x39) return 0;
    if (n < 3) return 4;
    if (p[2] < 0x81 || p[2] == 0xff) return 0;
    if (n < 4) return 4;
    return p[3] >= 0x30 && p[3] <= 0x39 ? 4 : 0;
}

static bool is_gb(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n;) {
        size_t len = gb_len(p + i, n - i);
        if (len == 0) return false;
        i += len;
    }
    return true;
}

/* n without a character that the sample's end cut in two. */
static size_t whole_characters(const uint8_t *p, size_t n) {
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        uint8_t c = p[n - back];
        if ((c & 0xc0) == 0x80) continue;
        size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        return len > back ? n - back : n;
    }
    return n;
}

/* Without a mark UTF-16 shows by its zeros: the high halves of Latin letters, digits and separators. */
static sz_encoding by_zeros(const uint8_t *p, size_t n) {
    size_t zeros[2] = {0, 0};
    if (!memchr(p, 0, n)) return SZ_ENC_AUTO;
    for (size_t i = 0; i < n; i++) zeros[i & 1] += p[i] == 0;
    if (zeros[1] > n / 8 && zeros[0] <= zeros[1] / 8) return SZ_ENC_UTF16LE;
    if (zeros[0] > n / 8 && zeros[1] <= zeros[0] / 8) return SZ_ENC_UTF16BE;
    return SZ_ENC_AUTO;
}

/* A first line of Chinese in UTF-8 does not come about in GBK; what is broken further down is damage then. */
static bool begins_as_utf8(const uint8_t *p, size_t n) {
    const uint8_t *end = memchr(p, '\n', n);
    bool has_wide = false;
    if (!end || !sz_utf8_valid((const char *)p, (size_t)(end - p))) return false;
    for (const uint8_t *c = p; c < end; c++) has_wide |= *c >= 0xe3 && *c < 0xf0;
    return has_wide;
}

bool sz_is_utf32(const void *p, size_t n) {
    return n >= 4 && (memcmp(p, "\xff\xfe\0\0", 4) == 0 || memcmp(p, "\0\0\xfe\xff", 4) == 0);
}

sz_encoding sz_encoding_find(const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) return SZ_ENC_UTF8;
    if (n >= 2 && p[0] == 0xff && p[1] == 0xfe) return SZ_ENC_UTF16LE;
    if (n >= 2 && p[0] == 0xfe && p[1] == 0xff) return SZ_ENC_UTF16BE;
    sz_encoding wide = n ? by_zeros(p, n) : SZ_ENC_AUTO;
    if (wide != SZ_ENC_AUTO) return wide;
    if (n == 0 || sz_utf8_valid((const char *)p, whole_characters(p, n))) return SZ_ENC_UTF8;
    if (begins_as_utf8(p, n)) return SZ_ENC_UTF8;
    return is_gb(p, n) ? SZ_ENC_GB18030 : SZ_ENC_BAD;
}
