/* SPDX-License-Identifier: Apache-2.0
 *
 * The string extension: charAt indexOf lastIndexOf substring split join replace lowerAscii upperAscii trim reverse
 * quote. Places count characters, not bytes.
 */
#include "cel_text.h"

/* ---- places ------------------------------------------------------------------------------------------------------ */

static bool is_start(char c) { return ((unsigned char)c & 0xC0) != 0x80; }

static int64_t count(sz_cel *c, sz_str s) {
    sz_cel_charge_bytes(c, s.n);
    int64_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += is_start(s.p[i]);
    return n;
}

/* Byte offset of character `at` (at most as many as there are); false when it is out of the text. */
static bool offset_of(sz_cel *c, sz_str s, int64_t at, size_t *out) {
    sz_cel_charge_bytes(c, s.n);
    if (at < 0) return false;
    size_t i = 0;
    for (; i < s.n; i++)
        if (is_start(s.p[i]) && at-- == 0) break;
    *out = i;
    return i < s.n || at == 0;
}

static sz_cel_value out_of_text(sz_cel *c, int64_t at) {
    return sz_cel_fail(c, "the text has no place %lld", "文字里没有第 %lld 位", (long long)at);
}

static sz_cel_value char_at(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    size_t i, len = 0;
    if (!offset_of(c, s, a[1].i, &i)) return out_of_text(c, a[1].i);
    if (i < s.n) sz_utf8_next(s.p + i, s.n - i, &len);
    return sz_cel_string((sz_str){s.p + i, len});
}

static sz_cel_value index_of(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    sz_str s = sz_cel_str(a[0]), part = sz_cel_str(a[1]);
    size_t from = 0;
    if (n > 2 && !offset_of(c, s, a[2].i, &from)) return out_of_text(c, a[2].i);
    if (part.n == 0) return sz_cel_int(n > 2 ? a[2].i : 0);
    size_t at = sz_cel_find(c, s, part, from);
    return sz_cel_int(at < s.n ? count(c, (sz_str){s.p, at}) : -1);
}

static sz_cel_value last_index_of(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    sz_str s = sz_cel_str(a[0]), part = sz_cel_str(a[1]);
    size_t last = s.n;
    if (n > 2 && !offset_of(c, s, a[2].i, &last)) return out_of_text(c, a[2].i);
    if (part.n == 0) return sz_cel_int(n > 2 ? a[2].i : count(c, s));
    if (part.n > s.n) return sz_cel_int(-1);
    if (last > s.n - part.n) last = s.n - part.n;
    for (size_t i = last + 1; i-- > 0;) {
        if (s.p[i] != part.p[0]) continue;
        if (!sz_cel_charge_bytes(c, part.n)) return sz_cel_fatal(c);
        if (memcmp(s.p + i, part.p, part.n) == 0) return sz_cel_int(count(c, (sz_str){s.p, i}));
    }
    sz_cel_charge_bytes(c, last);
    return sz_cel_int(-1);
}

static sz_cel_value substring(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    sz_str s = sz_cel_str(a[0]);
    size_t from, to = s.n;
    if (!offset_of(c, s, a[1].i, &from)) return out_of_text(c, a[1].i);
    if (n > 2 && !offset_of(c, s, a[2].i, &to)) return out_of_text(c, a[2].i);
    if (from > to) return sz_cel_fail(c, "the part of the text ends before it starts", "截取的结束位置在开始位置之前");
    return sz_cel_string((sz_str){s.p + from, to - from});
}

/* ---- making texts ------------------------------------------------------------------------------------------------ */

/* Text that grows within the budget of memory. */
typedef struct out {
    sz_cel *c;
    char *p;
    size_t n, cap;
} out;

static bool put(out *o, const char *p, size_t n) {
    if (o->n + n > o->cap) {
        size_t cap = (o->n + n) * 2 + 16;
        char *more = sz_cel_alloc(o->c, cap);
        if (!more) return false;
        if (o->n) memcpy(more, o->p, o->n);
        o->p = more;
        o->cap = cap;
    }
    if (n) memcpy(o->p + o->n, p, n);
    o->n += n;
    return sz_cel_charge_bytes(o->c, n);
}

static sz_cel_value done(const out *o) {
    if (o->c->fatal) return sz_cel_fatal(o->c);
    return sz_cel_string(o->n > 0 ? (sz_str){o->p, o->n} : SZ_STR(""));
}

static sz_cel_value join(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    out o = {.c = c};
    for (uint32_t i = 0; i < a[0].n; i++) {
        sz_cel_value v = a[0].list->v[i];
        if (v.kind != SZ_V_STRING)
            return sz_cel_fail(c, "join() wants a list of strings, not %s", "join() 只能连接字符串，不能是 %s",
                               sz_cel_type_name(v.kind));
        if (i > 0 && n > 1 && !put(&o, a[1].s, a[1].n)) break;
        if (!put(&o, v.s, v.n)) break;
    }
    return done(&o);
}

static sz_cel_value replace(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    sz_str s = sz_cel_str(a[0]), old = sz_cel_str(a[1]);
    int64_t limit = n > 3 ? a[3].i : -1;
    if (limit == 0) return a[0];
    out o = {.c = c};
    size_t i = 0;
    while (limit != 0) {
        size_t at = sz_cel_find(c, s, old, i), len = 0;
        if (at >= s.n && (old.n > 0 || at > s.n)) break;
        if (!put(&o, s.p + i, at - i) || !put(&o, a[2].s, a[2].n)) return done(&o);
        i = at + old.n;
        if (limit > 0) limit--;
        if (old.n > 0) continue;
        if (i >= s.n) return done(&o); /* nothing is replaced before every character and at the end */
        sz_utf8_next(s.p + i, s.n - i, &len);
        if (!put(&o, s.p + i, len)) return done(&o);
        i += len;
    }
    put(&o, s.p + i, s.n - i);
    return done(&o);
}

static sz_cel_value split(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    sz_str s = sz_cel_str(a[0]), sep = sz_cel_str(a[1]);
    int64_t limit = n > 2 ? a[2].i : -1;
    sz_cel_value list = sz_cel_list_of(c, NULL, 0);
    if (limit == 0) return list;
    for (size_t i = 0; list.kind == SZ_V_LIST;) {
        size_t end = s.n, next = s.n, len = 0;
        if (limit != 1 && sep.n > 0) {
            end = sz_cel_find(c, s, sep, i);
            next = end < s.n ? end + sep.n : s.n;
        } else if (limit != 1 && i < s.n) {
            sz_utf8_next(s.p + i, s.n - i, &len);
            end = next = i + len;
        }
        if (sep.n == 0 && i >= s.n) break; /* into characters: no empty last one */
        sz_cel_value part = sz_cel_string((sz_str){s.p + i, end - i});
        sz_cel_value one = sz_cel_list_of(c, &part, 1);
        list = one.kind == SZ_V_LIST ? sz_cel_list_concat(c, list, one) : one;
        if (end == s.n) break;
        i = next;
        if (limit > 0) limit--;
    }
    return list;
}

static sz_cel_value change_case(sz_cel *c, sz_cel_value v, char from) {
    sz_cel_value r = sz_cel_copy(c, SZ_V_STRING, sz_cel_str(v));
    if (r.kind != SZ_V_STRING || !sz_cel_charge_bytes(c, v.n)) return r;
    char *p = (char *)r.s;
    for (uint32_t i = 0; i < r.n; i++)
        if (p[i] >= from && p[i] < from + 26) p[i] ^= 0x20;
    return r;
}

static sz_cel_value lower_ascii(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return change_case(c, a[0], 'A');
}

static sz_cel_value upper_ascii(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    return change_case(c, a[0], 'a');
}

/* White space of Unicode, without the zero-width ones. */
static bool is_space(uint32_t cp) {
    return (cp >= 0x09 && cp <= 0x0D) || cp == 0x20 || cp == 0x85 || cp == 0xA0 || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F ||
           cp == 0x3000;
}

static sz_cel_value trim(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    if (!sz_cel_charge_bytes(c, s.n)) return sz_cel_fatal(c);
    size_t len;
    while (s.n > 0 && is_space(sz_utf8_next(s.p, s.n, &len))) {
        s.p += len;
        s.n -= len;
    }
    while (s.n > 0) {
        size_t i = s.n - 1;
        while (i > 0 && !is_start(s.p[i])) i--;
        if (!is_space(sz_utf8_next(s.p + i, s.n - i, &len))) break;
        s.n = i;
    }
    return sz_cel_string(s);
}

static sz_cel_value reverse(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    sz_str s = sz_cel_str(a[0]);
    char *p = sz_cel_alloc(c, s.n + 1);
    if (!p || !sz_cel_charge_bytes(c, s.n)) return sz_cel_fatal(c);
    size_t len;
    for (size_t i = 0; i < s.n; i += len) {
        sz_utf8_next(s.p + i, s.n - i, &len);
        memcpy(p + (s.n - i - len), s.p + i, len);
    }
    return sz_cel_string((sz_str){p, s.n});
}

static sz_cel_value quote(sz_cel *c, const sz_cel_value *a, uint32_t n) {
    (void)n;
    static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
    out o = {.c = c};
    put(&o, "\"", 1);
    for (uint32_t i = 0; i < a[0].n && !c->fatal; i++) {
        const char *at = a[0].s[i] ? strchr(from, a[0].s[i]) : NULL;
        if (at) {
            char escape[2] = {'\\', to[at - from]};
            put(&o, escape, 2);
        } else {
            put(&o, a[0].s + i, 1);
        }
    }
    put(&o, "\"", 1);
    return done(&o);
}

const sz_cel_overload sz_cel_text_table[] = {
    {NULL, "charAt", true, "si", char_at},
    {NULL, "indexOf", true, "ss", index_of},
    {NULL, "indexOf", true, "ssi", index_of},
    {NULL, "lastIndexOf", true, "ss", last_index_of},
    {NULL, "lastIndexOf", true, "ssi", last_index_of},
    {NULL, "substring", true, "si", substring},
    {NULL, "substring", true, "sii", substring},
    {NULL, "join", true, "l", join},
    {NULL, "join", true, "ls", join},
    {NULL, "split", true, "ss", split},
    {NULL, "split", true, "ssi", split},
    {NULL, "replace", true, "sss", replace},
    {NULL, "replace", true, "sssi", replace},
    {NULL, "lowerAscii", true, "s", lower_ascii},
    {NULL, "upperAscii", true, "s", upper_ascii},
    {NULL, "trim", true, "s", trim},
    {NULL, "reverse", true, "s", reverse},
    {"strings", "quote", false, "s", quote},
    {0},
};
