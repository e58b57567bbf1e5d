/* SPDX-License-Identifier: Apache-2.0
 *
 * arena: blocks that double in size up to 1 MiB; what does not fit in the current block gets a new one.
 */
#include <sanzao/base.h>

#include <stdio.h>

#define FIRST_BLOCK   ((size_t)4096)
#define LARGEST_BLOCK ((size_t)1 << 20) /* one larger request still gets a block of its own size */

typedef struct sz_arena_block {
    struct sz_arena_block *next; /* older */
    size_t cap;                  /* bytes after this header */
} block;

_Static_assert(sizeof(block) % 16 == 0, "what follows the header is aligned to 16");

void sz_arena_init(sz_arena *a) { *a = (sz_arena){NULL, 0}; }

static void free_blocks(block *b) {
    while (b) {
        block *next = b->next;
        sz_free(b);
        b = next;
    }
}

void sz_arena_reset(sz_arena *a) {
    if (!a->head) return;
    a->used = 0;
    free_blocks(a->head->next);
    a->head->next = NULL;
    if (a->head->cap > LARGEST_BLOCK) { /* one huge batch does not pin its memory for ever */
        sz_free(a->head);
        a->head = NULL;
    }
}

void sz_arena_fini(sz_arena *a) {
    free_blocks(a->head);
    *a = (sz_arena){NULL, 0};
}

/* Behind the block that a is filling. */
void sz_arena_take(sz_arena *a, sz_arena *from) {
    block *last = from->head;
    if (!a->head) *a = *from;
    else if (last) {
        while (last->next) last = last->next;
        last->next = a->head->next;
        a->head->next = from->head;
    }
    sz_arena_init(from);
}

static void add_block(sz_arena *a, size_t n) {
    size_t cap = FIRST_BLOCK;
    if (a->head) cap = a->head->cap >= LARGEST_BLOCK / 2 ? LARGEST_BLOCK : a->head->cap * 2;
    if (cap < n) cap = n;
    block *b = sz_realloc(NULL, cap > SIZE_MAX - sizeof *b ? SIZE_MAX : sizeof *b + cap);
    b->next = a->head;
    b->cap = cap;
    a->head = b;
    a->used = 0;
}

/* Not zeroed: for bytes that are written at once. */
static void *take(sz_arena *a, size_t n) {
    size_t rounded = n > SIZE_MAX - 15 ? SIZE_MAX & ~(size_t)15 : (n + 15) & ~(size_t)15;
    if (!a->head || a->head->cap - a->used < rounded) add_block(a, rounded);
    char *p = (char *)(a->head + 1) + a->used;
    a->used += rounded;
    return p;
}

void *sz_arena_alloc(sz_arena *a, size_t n) { return memset(take(a, n ? n : 1), 0, n); }

void *sz_arena_raw(sz_arena *a, size_t n) { return take(a, n ? n : 1); }

sz_str sz_arena_str(sz_arena *a, sz_str s) {
    char *p = take(a, s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return (sz_str){p, s.n};
}

char *sz_arena_vprintf(sz_arena *a, const char *fmt, va_list ap) {
    va_list again;
    va_copy(again, ap);
    char small[256];
    int n = vsnprintf(small, sizeof small, fmt, ap);
    if (n < 0) n = 0, small[0] = '\0'; /* an argument that cannot be encoded: an empty text, not a crash */
    char *p = take(a, (size_t)n + 1);
    if ((size_t)n < sizeof small) memcpy(p, small, (size_t)n + 1);
    else vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

char *sz_arena_printf(sz_arena *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *p = sz_arena_vprintf(a, fmt, ap);
    va_end(ap);
    return p;
}
