/* SPDX-License-Identifier: Apache-2.0
 *
 * json: what is written by hand; reading is model's.
 */
#include <sanzao/base.h>

/* Characters of one byte that must not stand in a JSON string as they are; also all that need decoding. */
static inline bool is_plain(uint8_t c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

static void put_escaped(sz_buf *out, uint8_t c) {
    static const char hex[] = "0123456789abcdef";
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *at = c ? strchr(from, c) : NULL;
    sz_buf_put_u8(out, '\\');
    if (at) {
        sz_buf_put_u8(out, (uint8_t)to[at - from]);
    } else {
        sz_buf_put_z(out, "u00");
        sz_buf_put_u8(out, (uint8_t)hex[c >> 4]);
        sz_buf_put_u8(out, (uint8_t)hex[c & 15]);
    }
}

void sz_json_str(sz_buf *out, sz_str s) {
    sz_buf_put_u8(out, '"');
    for (size_t i = 0; i < s.n;) {
        size_t from = i, len;
        while (i < s.n && is_plain((uint8_t)s.p[i])) i++;
        sz_buf_put(out, s.p + from, i - from);
        if (i == s.n) break;
        uint8_t c = (uint8_t)s.p[i];
        if (c < 0x80) {
            put_escaped(out, c);
            i++;
            continue;
        }
        bool is_bad = sz_utf8_next(s.p + i, s.n - i, &len) == 0xfffd && len == 1;
        if (is_bad) sz_buf_put_z(out, "\xef\xbf\xbd");
        else sz_buf_put(out, s.p + i, len);
        i += len;
    }
    sz_buf_put_u8(out, '"');
}

static void put_text_or_null(sz_buf *out, const char *z) {
    if (z) sz_json_str(out, sz_str_of(z));
    else sz_buf_put_z(out, "null");
}

void sz_diag_json(sz_buf *out, const sz_diag *g, sz_lang lang) {
    static const char *const words[3] = {"note", "warning", "error"};
    bool is_zh = lang == SZ_ZH;
    sz_buf_put_z(out, "{\"file\":");
    put_text_or_null(out, g->span.src ? g->span.src->name : NULL);
    if (g->span.src) {
        uint32_t line, col;
        sz_source_locate(g->span.src, g->span.off, &line, &col);
        sz_buf_printf(out, ",\"line\":%u,\"column\":%u", line, col);
    } else {
        sz_buf_put_z(out, ",\"line\":null,\"column\":null");
    }
    sz_buf_printf(out, ",\"severity\":\"%s\",\"code\":", words[g->severity]);
    if (g->code) sz_buf_printf(out, "\"SZ%03d\"", g->code);
    else sz_buf_put_z(out, "null");
    sz_buf_put_z(out, ",\"message\":");
    put_text_or_null(out, is_zh && g->message_zh ? g->message_zh : g->message);
    sz_buf_put_z(out, ",\"hint\":");
    put_text_or_null(out, is_zh && g->hint_zh ? g->hint_zh : g->hint);
    sz_buf_put_u8(out, '}');
}
