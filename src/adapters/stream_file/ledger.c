/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger: `done size=123 xxh=… text=123 …`, words that a person can read. A word that is not known is passed over;
 * numbers that are 0 and texts that are empty are left out.
 */
#include "stream.h"

typedef enum kind { NUMBER, SIGNED, FLAG, TEXT } kind;

typedef struct word {
    const char *name;
    uint16_t offset;
    uint8_t kind;
} word;

static const word words[] = {
    {"meaning", offsetof(entry, meaning), NUMBER}, {"index", offsetof(entry, index), NUMBER},
    {"from", offsetof(entry, from), NUMBER},       {"from_line", offsetof(entry, from_line), NUMBER},
    {"size", offsetof(entry, size), NUMBER},       {"xxh128", offsetof(entry, digest), TEXT},
    {"text", offsetof(entry, text), NUMBER},       {"lines", offsetof(entry, lines), NUMBER},
    {"tail", offsetof(entry, tail), NUMBER},       {"records", offsetof(entry, records), NUMBER},
    {"seen", offsetof(entry, seen), NUMBER},       {"witness", offsetof(entry, witness), TEXT},
    {"at_end", offsetof(entry, is_at_end), FLAG},  {"pages", offsetof(entry, passes_headings), FLAG},
    {"mtime", offsetof(entry, mtime_ns), SIGNED},
};
enum { N_WORDS = sizeof words / sizeof *words };

static const char *const states[] = {"", "open", "done", "left"};

/* The text up to the next space, which is passed. */
static sz_str take_word(sz_str *rest) {
    const char *space = rest->n ? memchr(rest->p, ' ', rest->n) : NULL;
    size_t n = space ? (size_t)(space - rest->p) : rest->n;
    sz_str out = {rest->p, n};
    if (space) n++;
    *rest = (sz_str){rest->p + n, rest->n - n};
    return out;
}

static bool set(entry *e, const word *w, sz_str value) {
    char *to = (char *)e + w->offset;
    int64_t n;
    if (w->kind == TEXT) {
        if (value.n != DIGEST_TEXT - 1) return false;
        memcpy(to, value.p, value.n);
        return true;
    }
    if (!sz_str_i64(value, &n) || (n < 0 && w->kind != SIGNED)) return false;
    if (w->kind == FLAG) *to = n != 0;
    else memcpy(to, &n, sizeof n); /* 64 bits, signed or not */
    return true;
}

bool sz_fs_entry_read(sz_str line, entry *e) {
    *e = (entry){.order = SZ_SORTED};
    sz_str state = take_word(&line);
    for (int i = ENTRY_OPEN; i <= ENTRY_LEFT; i++)
        if (sz_str_is(state, states[i])) e->state = (entry_state)i;
    if (e->state == ENTRY_NONE) return false;
    while (line.n) {
        sz_str w = take_word(&line);
        const char *eq = w.n ? memchr(w.p, '=', w.n) : NULL;
        if (!eq) {
            if (sz_str_is(w, "arrival")) e->order = SZ_ARRIVAL;
            continue;
        }
        sz_str name = {w.p, (size_t)(eq - w.p)}, value = {eq + 1, w.n - (size_t)(eq + 1 - w.p)};
        for (int i = 0; i < N_WORDS; i++)
            if (sz_str_is(name, words[i].name) && !set(e, &words[i], value)) return false;
    }
    return true;
}

void sz_fs_entry_write(sz_buf *out, const entry *e) {
    sz_buf_put_z(out, states[e->state]);
    if (e->order == SZ_ARRIVAL) sz_buf_put_z(out, " arrival");
    for (int i = 0; i < N_WORDS; i++) {
        const char *at = (const char *)e + words[i].offset;
        int64_t n = 0;
        if (words[i].kind == FLAG) n = *(const bool *)at;
        else if (words[i].kind != TEXT) memcpy(&n, at, sizeof n);
        if (words[i].kind == TEXT ? *at == '\0' : n == 0) continue;
        sz_buf_put_u8(out, ' ');
        sz_buf_put_z(out, words[i].name);
        sz_buf_put_u8(out, '=');
        if (words[i].kind == TEXT) sz_buf_put_z(out, at);
        else sz_buf_put_dec(out, n);
    }
}
