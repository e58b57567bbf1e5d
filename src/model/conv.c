/* SPDX-License-Identifier: Apache-2.0
 *
 * conv: text of an encoding to UTF-8. GB18030 goes through the C library's iconv, UTF-16 through the few lines below.
 */
#include <sanzao/model.h>

#include <errno.h>
#include <iconv.h>

struct sz_conv {
    sz_encoding enc;
    iconv_t cd; /* GB18030 only */
};

sz_conv *sz_conv_new(sz_encoding enc) {
    iconv_t cd = (iconv_t)-1;
    if (enc == SZ_ENC_AUTO || enc == SZ_ENC_BAD) return NULL;
    if (enc == SZ_ENC_GB18030) {
        cd = iconv_open("UTF-8", "GB18030");
        if (cd == (iconv_t)-1) return NULL;
    }
    sz_conv *c = sz_alloc(sizeof *c);
    c->enc = enc;
    c->cd = cd;
    return c;
}

void sz_conv_free(sz_conv *c) {
    if (!c) return;
    if (c->enc == SZ_ENC_GB18030) iconv_close(c->cd);
    sz_free(c);
}

static bool from_utf8(const char *p, size_t n, sz_buf *out, size_t *bad_off) {
    bool is_fine = sz_utf8_valid(p, n);
    size_t len = 1, good = 0;
    while (!is_fine && good < n) {
        if (sz_utf8_next(p + good, n - good, &len) == 0xfffd && len == 1) break;
        good += len;
    }
    sz_buf_put(out, p, is_fine ? n : good);
    *bad_off = good;
    return is_fine;
}

static bool from_gb18030(iconv_t cd, const char *p, size_t n, sz_buf *out, size_t *bad_off) {
    size_t ascii = 0;
    while (ascii < n && (uint8_t)p[ascii] < 0x80) ascii++;
    sz_buf_put(out, p, ascii);
    char *in = (char *)(uintptr_t)(p + ascii); /* iconv does not write there */
    size_t left = n - ascii;
    if (left) iconv(cd, NULL, NULL, NULL, NULL);
    while (left) {
        sz_buf_reserve(out, left * 2 + 16);
        char *to = (char *)out->p + out->n;
        size_t room = out->cap - out->n;
        size_t rc = iconv(cd, &in, &left, &to, &room);
        out->n = (size_t)((uint8_t *)to - out->p);
        if (rc == (size_t)-1 && errno != E2BIG) {
            *bad_off = n - left;
            return false;
        }
    }
    return true;
}

static void put_utf8(sz_buf *out, uint32_t c) {
    if (c < 0x80) {
        sz_buf_put_u8(out, (uint8_t)c);
        return;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
    sz_buf_put_u8(out, (uint8_t)(lead[more] | c >> 6 * more));
    while (more--) sz_buf_put_u8(out, (uint8_t)(0x80 | (c >> 6 * more & 63)));
}

static bool from_utf16(const uint8_t *p, size_t n, bool is_big, sz_buf *out, size_t *bad_off) {
    unsigned hi = is_big ? 0 : 1, lo = 1 - hi;
    for (size_t i = 0; i < n; i += 2) {
        *bad_off = i;
        if (n - i < 2) return false;
        uint32_t c = (uint32_t)p[i + hi] << 8 | p[i + lo];
        if (c >= 0xd800 && c < 0xe000) {
            if (c >= 0xdc00 || n - i < 4) return false;
            uint32_t d = (uint32_t)p[i + 2 + hi] << 8 | p[i + 2 + lo];
            if (d < 0xdc00 || d >= 0xe000) return false;
            c = 0x10000 + ((c - 0xd800) << 10) + (d - 0xdc00);
            i += 2;
        }
        put_utf8(out, c);
    }
    return true;
}

bool sz_conv_to_utf8(sz_conv *c, const void *bytes, size_t n, sz_buf *out, size_t *bad_off) {
    const char *p = bytes;
    const char *mark = c->enc == SZ_ENC_UTF8 ? "\xef\xbb\xbf" : c->enc == SZ_ENC_UTF16LE ? "\xff\xfe" : "\xfe\xff";
    size_t skip = c->enc == SZ_ENC_UTF8 ? 3 : 2;
    if (c->enc == SZ_ENC_GB18030 || n < skip || memcmp(p, mark, skip) != 0) skip = 0;
    bool is_fine;
    *bad_off = 0;
    if (n == skip) is_fine = true;
    else if (c->enc == SZ_ENC_UTF8) is_fine = from_utf8(p + skip, n - skip, out, bad_off);
    else if (c->enc == SZ_ENC_GB18030) is_fine = from_gb18030(c->cd, p, n, out, bad_off);
    else is_fine = from_utf16((const uint8_t *)p + skip, n - skip, c->enc == SZ_ENC_UTF16BE, out, bad_off);
    if (!is_fine) *bad_off += skip;
    return is_fine;
}

bool sz_to_utf8(sz_encoding enc, const void *p, size_t n, sz_buf *out, size_t *bad_off) {
    sz_conv *c = sz_conv_new(enc == SZ_ENC_AUTO ? sz_encoding_find(p, n) : enc);
    if (!c) { /* no such encoding here: nothing beyond ASCII can be read */
        const uint8_t *q = p;
        for (*bad_off = 0; *bad_off < n && q[*bad_off] < 0x80;) ++*bad_off;
        return false;
    }
    bool is_fine = sz_conv_to_utf8(c, p, n, out, bad_off);
    sz_conv_free(c);
    return is_fine;
}
