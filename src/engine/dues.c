/* SPDX-License-Identifier: Apache-2.0
 *
 * When something is due for each student, as the store knows it: so that a load need look into nobody to whom nothing
 * happens (asleep.c). In whole minutes, a class of rules each; an answer may be too early, never too late. A commit
 * says what has changed; an earlier answer stands while it is not far off, since a record moves most deadlines by an
 * hour or two and the answer of yesterday would do.
 */
#include "worker.h"

/* Of what `due` means. Another one, and what older states say of it counts for nothing. */
enum { DUES_VERSION = 1 };
enum { IS_NOTED = 1, IS_STORED = 2 };

static int32_t minute_of(int64_t t_ms) {
    int64_t m = t_ms >= 0 ? t_ms / SZ_MINUTE_MS : -((SZ_MINUTE_MS - 1 - t_ms) / SZ_MINUTE_MS);
    return m <= DUE_UNSAID ? DUE_UNSAID + 1 : m >= DUE_NEVER ? DUE_NEVER : (int32_t)m;
}

static int64_t key_ms(int64_t key) { return key >= 0 ? key / 4 : -((3 - key) / 4); }

static int32_t due_now(const sz_worker *w, uint32_t i, uint32_t k) {
    const sz_timeline *tl = w->students.v[i];
    if (!tl) return w->students.said[i * w->clocks.n_classes + k];
    return tl->keys[k].due == INT64_MAX ? DUE_NEVER : minute_of(key_ms(tl->keys[k].due));
}

static int32_t base_of(const sz_worker *w, uint32_t k) {
    int64_t at = w->clocks.class_ms[k];
    return at == SZ_TIME_NONE ? 0 : minute_of(at);
}

void dues_grow(sz_worker *w, uint32_t from) {
    students *s = &w->students;
    uint32_t classes = w->clocks.n_classes;
    if (w->o.is_volatile) return;
    s->said = sz_realloc(s->said, ((size_t)s->cap * classes + 1) * sizeof *s->said);
    for (size_t i = (size_t)from * classes; i < (size_t)s->cap * classes; i++) s->said[i] = DUE_UNSAID;
    s->due_flags = sz_realloc(s->due_flags, s->cap);
    memset(s->due_flags + from, 0, s->cap - from);
}

void dues_note(sz_worker *w, uint32_t i) {
    students *s = &w->students;
    if (w->o.is_volatile || s->due_flags[i] & IS_NOTED || !(s->due_flags[i] & IS_STORED)) return;
    s->due_flags[i] |= IS_NOTED;
    if (s->n_due_noted == s->cap_due_noted) {
        s->cap_due_noted = s->cap_due_noted ? 2 * s->cap_due_noted : 256;
        s->due_noted = sz_realloc(s->due_noted, s->cap_due_noted * sizeof *s->due_noted);
    }
    s->due_noted[s->n_due_noted++] = i;
}

void dues_stored(sz_worker *w, uint32_t i) {
    if (!w->o.is_volatile) w->students.due_flags[i] |= IS_STORED;
}

void dues_unsay(sz_worker *w, uint32_t i) {
    if (!w->students.v[i]) return; /* of who sleeps the store knows what it knew */
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) w->students.said[i * w->clocks.n_classes + k] = DUE_UNSAID;
    dues_note(w, i);
}

bool dues_are_stored(const sz_worker *w, uint32_t i) {
    return !w->o.is_volatile && w->students.due_flags[i] & IS_STORED;
}

/* ---- what a commit says ---- */

/* What was said still holds, and is not about to be over. */
static bool still_serves(int32_t said, int32_t now, int32_t base) {
    if (said == now) return true;
    if (said == DUE_UNSAID || said > now || said < base || now == DUE_NEVER) return false;
    return (int64_t)said - base >= ((int64_t)now - base) / 4 * 3;
}

static bool is_news(const sz_worker *w, uint32_t i) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++)
        if (!still_serves(w->students.said[i * w->clocks.n_classes + k], due_now(w, i, k), base_of(w, k))) return true;
    return false;
}

/* 0: never; else minutes from the class's clock on, + 1. */
static void put_due(sz_buf *out, int32_t due, int32_t base) {
    sz_buf_put_varint(out, due == DUE_NEVER ? 0 : due < base ? 1 : (uint64_t)((int64_t)due - base) + 1);
}

static int32_t get_due(sz_reader *r, int32_t base) {
    uint64_t v = sz_read_varint(r);
    int64_t due = (int64_t)base + (int64_t)v - 1;
    return v == 0 || v > INT32_MAX || due >= DUE_NEVER ? DUE_NEVER : (int32_t)due;
}

static void put_bases(sz_buf *out, const sz_worker *w) {
    sz_buf_put_varint(out, w->clocks.n_classes);
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) sz_buf_put_zigzag(out, base_of(w, k));
}

/* Of how many classes; the numbers of others than ours are of no use, and passed over. */
static uint32_t get_bases(sz_reader *r, int32_t base[SZ_CLASSES_MAX]) {
    uint64_t n = sz_read_varint(r);
    if (n > SZ_CLASSES_MAX) r->bad = true;
    for (uint32_t k = 0; k < n && !r->bad; k++) base[k] = (int32_t)sz_read_zigzag(r);
    return r->bad ? 0 : (uint32_t)n;
}

static void get_dues(sz_reader *r, uint32_t n, const int32_t *base, int32_t *due) {
    for (uint32_t k = 0; k < n; k++) due[k] = get_due(r, base[k]);
}

/* Of an older answer than his snapshot's, or of other classes, nothing is kept. */
static void set_dues(sz_worker *w, uint32_t i, uint32_t n, const int32_t *due, bool is_old) {
    if (n == w->clocks.n_classes && !is_old) memcpy(&w->students.said[(size_t)i * n], due, n * sizeof *due);
}

static void say(sz_buf *out, sz_worker *w, uint32_t i) {
    uint32_t classes = w->clocks.n_classes;
    for (uint32_t k = 0; k < classes; k++) {
        int32_t due = due_now(w, i, k), base = base_of(w, k);
        put_due(out, due, base);
        w->students.said[i * classes + k] = due < base ? base : due;
    }
}

typedef struct news {
    uint32_t word, student;
} news;

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* Dealt out by the lowest digit that is left, as often as the largest word has digits: a commit of many records has
 * news of nearly everybody, whose words are dense. v and spare change places. */
static news *sort_by_word(news *v, news *spare, uint32_t n, uint32_t largest) {
    for (uint32_t shift = 0; shift < 32 && largest >> shift; shift += DIGIT_BITS) {
        uint32_t at[DIGITS] = {0}, before = 0;
        for (uint32_t k = 0; k < n; k++) at[v[k].word >> shift & (DIGITS - 1)]++;
        for (uint32_t d = 0; d < DIGITS; d++) {
            uint32_t here = at[d];
            at[d] = before;
            before += here;
        }
        for (uint32_t k = 0; k < n; k++) spare[at[v[k].word >> shift & (DIGITS - 1)]++] = v[k];
        news *was = v;
        v = spare;
        spare = was;
    }
    return v;
}

bool dues_put(sz_buf *out, sz_worker *w) {
    students *s = &w->students;
    uint32_t n = 0, n_left = 0, before = 0, largest = 0, most = s->n_due_noted + 1;
    news *room = sz_alloc(2 * (size_t)most * sizeof *room), *v = room;
    for (uint32_t k = 0; k < s->n_due_noted; k++) {
        uint32_t i = s->due_noted[k];
        if (!is_in_our_form(w, i)) { /* his next snapshot says it; he does not sleep before */
            s->due_noted[n_left++] = i;
            continue;
        }
        if (!is_news(w, i)) {
            s->due_flags[i] &= (uint8_t)~IS_NOTED;
            continue;
        }
        journal_touch(w, i); /* he is noted still */
        v[n] = (news){journal_word(w, i), i};
        if (v[n].word > largest) largest = v[n].word;
        n++;
    }
    for (uint32_t k = 0; k < n; k++) s->due_flags[v[k].student] &= (uint8_t)~IS_NOTED;
    s->n_due_noted = n_left;
    v = sort_by_word(v, room + most, n, largest);
    put_bases(out, w);
    for (uint32_t k = 0; k < n; k++) {
        sz_buf_put_varint(out, v[k].word - before);
        before = v[k].word;
        say(out, w, v[k].student);
    }
    sz_free(room);
    return n > 0;
}

/* Whose answers are read while what they concern of those before them comes into the cache. */
enum { AHEAD = 32 };
typedef struct told {
    uint32_t word;
    int32_t due[SZ_CLASSES_MAX];
} told;

/* False: not whole. */
static bool tell_ahead(const sz_worker *w, sz_reader *r, uint32_t n, const int32_t *base, uint32_t *word, told *t) {
    uint64_t step = sz_read_varint(r);
    if (r->bad || step >= w->dict.n - *word) return false;
    t->word = *word += (uint32_t)step;
    get_dues(r, n, base, t->due);
    return !r->bad;
}

static void fetch_told(sz_worker *w, const told *t, uint32_t n_told) {
    for (uint32_t k = 0; k < n_told; k++) __builtin_prefetch(asleep_word(w, t[k].word), 1);
    for (uint32_t k = 0; k < n_told; k++) {
        uint32_t i = *asleep_word(w, t[k].word);
        if (!i) continue;
        __builtin_prefetch(&w->students.said[(size_t)(i - 1) * w->clocks.n_classes], 1);
        __builtin_prefetch(&w->students.asleep.of[i - 1], 1);
        __builtin_prefetch(&w->snaps[i - 1]);
    }
}

bool dues_get(sz_worker *w, sz_str body, uint64_t seq, uint32_t **who, uint32_t *n_who) {
    sz_reader r = sz_reader_of(body.p, body.n);
    int32_t base[SZ_CLASSES_MAX];
    uint32_t n = get_bases(&r, base), word = 0;
    bool is_whole = !r.bad, is_other = form_of(w, seq) != NULL;
    told v[AHEAD];
    *n_who = 0;
    *who = sz_alloc((body.n + 1) * sizeof **who); /* a byte each at least */
    while (is_whole && r.p < r.end) {
        uint32_t n_told = 0;
        while (n_told < AHEAD && r.p < r.end && (is_whole = tell_ahead(w, &r, n, base, &word, &v[n_told]))) n_told++;
        fetch_told(w, v, n_told);
        for (uint32_t k = 0; k < n_told; k++) {
            uint32_t *known = asleep_word(w, v[k].word);
            if (!*known) *known = student_read(w, sz_map_key(&w->dict, v[k].word)) + 1;
            uint32_t i = (*who)[(*n_who)++] = *known - 1;
            set_dues(w, i, n, v[k].due, is_other || w->snaps[i].seq >= seq);
        }
    }
    if (is_whole) return true;
    sz_free(*who);
    return false;
}

void dues_put_one(sz_buf *out, sz_worker *w, uint32_t i) {
    put_bases(out, w);
    say(out, w, i);
}

bool dues_get_one(sz_worker *w, sz_reader *r, uint32_t i, uint64_t seq) {
    int32_t base[SZ_CLASSES_MAX];
    int32_t due[SZ_CLASSES_MAX];
    uint32_t n = get_bases(r, base);
    get_dues(r, n, base, due);
    if (!r->bad) set_dues(w, i, n, due, form_of(w, seq) != NULL);
    return !r->bad;
}

/* ---- after a load ---- */

bool dues_allow_sleep(const sz_worker *w, uint32_t i) {
    for (uint32_t k = 0; k < w->clocks.n_classes; k++) {
        int32_t said = w->students.said[i * w->clocks.n_classes + k];
        if (said == DUE_UNSAID || said < base_of(w, k)) return false;
    }
    return true;
}

int64_t dues_key(const sz_worker *w, uint32_t i, uint32_t k) {
    int32_t said = w->students.said[i * w->clocks.n_classes + k];
    if (said == DUE_NEVER) return INT64_MAX;
    int64_t at = said * SZ_MINUTE_MS, clock = w->clocks.class_ms[k];
    return 4 * (at < clock ? clock : at);
}

uint64_t dues_hash(const sz_worker *w) {
    const sz_zone *z = sz_campus_zone(w->campus);
    int64_t v[] = {
        DUES_VERSION, (int64_t)sz_campus_digest(w->campus),     w->o.admit, w->o.horizon_ms, w->o.lateness_ms, z->n,
        z->offset0_s, z->n ? z->from_ms[0] + z->offset_s[0] : 0};
    return sz_hash(v, sizeof v);
}
