/* SPDX-License-Identifier: Apache-2.0
 *
 * dead: what cannot be used, why, and its line in the dead-letter file.
 */
#include <sanzao/model.h>

#include <stdarg.h>

/* At most n bytes of z, whole characters. */
static size_t cut(const char *z, size_t n) {
    size_t len = strlen(z);
    if (len <= n) return len;
    while (n && ((uint8_t)z[n] & 0xc0) == 0x80) n--;
    return n;
}

void sz_record_dead(sz_record *r, sz_arena *a, sz_reason reason, const char *field, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    const char *detail = sz_arena_vprintf(a, fmt, ap);
    va_end(ap);
    r->kind = SZ_RECORD_DEAD;
    r->dead.reason = reason;
    r->dead.field = field;
    size_t n = cut(detail, sizeof r->dead.detail - 1);
    memcpy(r->dead.detail, detail, n);
    r->dead.detail[n] = '\0';
}

static void put_origin(sz_buf *out, const sz_origin *o) {
    sz_buf_put_z(out, "{\"source\":");
    sz_json_str(out, o->source);
    if (o->partition >= 0) {
        sz_buf_put_z(out, ",\"partition\":");
        sz_buf_put_dec(out, o->partition);
    }
    sz_buf_put_z(out, ",\"offset\":");
    sz_buf_put_dec(out, o->offset);
    if (o->line > 0) {
        sz_buf_put_z(out, ",\"line\":");
        sz_buf_put_dec(out, o->line);
    }
    sz_buf_put_u8(out, '}');
}

void sz_dead_write(sz_buf *out, const sz_zone *z, const sz_dead *dead, int64_t at_ms, const sz_origin *origin,
                   sz_str raw) {
    sz_buf_put_z(out, "{\"reason\":");
    sz_json_str(out, sz_str_of(sz_reason_names[dead->reason]));
    if (dead->field) {
        sz_buf_put_z(out, ",\"field\":");
        sz_json_str(out, sz_str_of(dead->field));
    }
    sz_buf_put_z(out, ",\"detail\":");
    sz_json_str(out, sz_str_of(dead->detail));
    sz_buf_put_z(out, ",\"at\":");
    if (at_ms == SZ_TIME_NONE) {
        sz_buf_put_z(out, "null");
    } else {
        char text[40];
        sz_json_str(out, (sz_str){text, sz_time_format(z, at_ms, text)});
    }
    sz_buf_put_z(out, ",\"origin\":");
    put_origin(out, origin);
    sz_buf_put_z(out, ",\"raw_base64\":\"");
    sz_base64_put(out, raw);
    sz_buf_put_z(out, "\"}\n");
}
