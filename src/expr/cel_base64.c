/* SPDX-License-Identifier: Apache-2.0
 *
 * The encoders extension: base64.encode and base64.decode.
 */
#include "cel_value.h"

static sz_cel_value encode(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    if (!sz_cel_charge_bytes(c, a[0].n)) return sz_cel_fatal(c);
    sz_buf b;
    sz_buf_init(&b);
    sz_base64_put(&b, sz_cel_str(a[0]));
    sz_cel_value v = sz_cel_copy(c, SZ_V_STRING, sz_buf_str(&b));
    sz_buf_fini(&b);
    return v;
}

static sz_cel_value not_base64(sz_cel *c) { return sz_cel_fail(c, "the text is not base64", "文字不是 base64 编码"); }

static sz_cel_value decode(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    size_t len = 0;
    char *p = sz_cel_alloc(c, s.n / 4 * 3 + 2);
    if (!p || !sz_cel_charge_bytes(c, s.n * 4)) return sz_cel_fatal(c);
    if (!sz_base64_get(s, p, &len)) return not_base64(c);
    return sz_cel_bytes((sz_str){p, len});
}

const sz_cel_overload sz_cel_base64_table[] = {
    {"base64", "encode", false, "y", encode},
    {"base64", "decode", false, "s", decode},
    {0},
};
