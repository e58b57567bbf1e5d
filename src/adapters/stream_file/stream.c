/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: the port. Work is done in pieces when the queue is empty and the worker wants input, one batch after the
 * other.
 */
#include "stream.h"

#include <stdarg.h>
#include <stdlib.h>

enum { DEFAULT_MEMORY = 256 << 20 };

/* ---- failures ---- */

/* With what stands in s->text. */
static bool fail_as_said(sz_stream_file *s, sz_status status, int code) {
    s->failed = status;
    sz_diag *g = sz_diags_add(s->d, SZ_ERROR, code, (sz_span){0}, "%s", NULL, s->text.en);
    g->message_zh = sz_arena_str(&s->d->arena, sz_str_of(s->text.zh)).p;
    return false;
}

bool sz_fs_fail(sz_stream_file *s, sz_status status, int code, const char *en, const char *zh, ...) {
    va_list ap;
    va_start(ap, zh);
    sz_fs_say_v(&s->text, en, zh, ap);
    va_end(ap);
    return fail_as_said(s, status, code);
}

bool sz_fs_hint(sz_stream_file *s, const char *en, const char *zh) {
    s->d->v[s->d->n - 1].hint = en;
    s->d->v[s->d->n - 1].hint_zh = zh;
    return false;
}

bool sz_fs_fail_opening(sz_stream_file *s, const input *in, int error) {
    sz_fs_say_os(&s->text, error, "%s cannot be read", "%s 不能读取", in->name);
    fail_as_said(s, SZ_IO, SZ_CODE_UNREADABLE);
    return sz_fs_hint(s, "see to the path and to who may read it", "请检查路径和读取权限");
}

bool sz_fs_fail_sorting(sz_stream_file *s, const said *why) {
    s->text = *why;
    fail_as_said(s, SZ_IO, SZ_CODE_NO_ROOM_TO_SORT);
    return sz_fs_hint(s, "sorting needs as much room as the inputs have", "排序需要的空间和全部输入一样大");
}

bool sz_fs_fail_reading(sz_stream_file *s, const input *in, const bytes *b) {
    int code = b->is_cut_short ? SZ_CODE_CUT_SHORT : b->is_damaged ? SZ_CODE_BAD_ARCHIVE : SZ_CODE_UNREADABLE;
    sz_fs_say(&s->text, "%s ", "%s：", in->name);
    sz_fs_say_more(&s->text, b->error.en, b->error.zh);
    fail_as_said(s, SZ_IO, code);
    if (b->is_cut_short || b->is_damaged)
        sz_fs_hint(s, "fetch the file again and run again", "请重新获取这个文件，再次运行");
    return false;
}

bool sz_fs_differs(sz_stream_file *s, const char *name, const char *en, const char *zh) {
    sz_fs_say(&s->text, "%s: ", "%s：", name);
    sz_fs_say_more(&s->text, en, zh);
    s->forgets = s->o.accept_gap;
    s->failed = s->o.accept_gap ? SZ_OK : SZ_IO;
    sz_diag *g = sz_diags_add(s->d, s->forgets ? SZ_WARNING : SZ_ERROR, SZ_CODE_BATCH_DIFFERS, (sz_span){0}, "%s", NULL,
                              s->text.en);
    g->message_zh = sz_arena_str(&s->d->arena, sz_str_of(s->text.zh)).p;
    if (!s->forgets)
        sz_diag_hint(s->d, g, "give the same inputs again, or read everything anew with --accept-gap",
                     "请再次给出同样的输入，或者用 --accept-gap 全部重新读取");
    return false;
}

/* ---- what goes to the worker ---- */

void sz_fs_give(sz_stream_file *s, uint32_t n) {
    s->wanted = 0;
    s->is_unsettled = n > 0;
    sz_msgq_push(s->q, &(sz_msg){.kind = SZ_MSG_INPUT, .inputs = s->given, .n = n});
}

static void give_end(sz_stream_file *s) {
    sz_msg m = {.kind = SZ_MSG_INPUT_END};
    if (s->failed != SZ_OK) {
        m.answer = SZ_ANS_FAILED;
        m.text = sz_str_of(s->text.en);
        m.text_zh = sz_str_of(s->text.zh);
    }
    s->is_over = true;
    s->wanted = 0;
    sz_msgq_push(s->q, &m);
}

void sz_fs_note(sz_stream_file *s, const input *in) {
    sz_buf line;
    sz_buf_init(&line);
    sz_fs_entry_write(&line, &in->now);
    s->progress.note(s->progress.self, sz_str_of(in->name), sz_buf_str(&line));
    sz_buf_fini(&line);
}

void sz_fs_note_done(sz_stream_file *s, const batch *b) {
    for (uint32_t i = 0; i < b->n; i++) {
        input *in = b->v[i];
        entry *e = &in->now;
        e->state = ENTRY_DONE;
        e->meaning = e->index = e->from = e->from_line = e->seen = 0;
        e->order = SZ_SORTED;
        e->witness[0] = '\0';
        e->is_at_end = e->passes_headings = false;
        in->is_done = true;
        sz_fs_note(s, in);
    }
}

/* ---- batches ---- */

static void end_batch(sz_stream_file *s) {
    sz_fs_sorted_free(s->sorted);
    sz_fs_arrival_free(s->arrival);
    s->sorted = NULL;
    s->arrival = NULL;
}

/* False: there is none. */
static bool begin_batch(sz_stream_file *s) {
    if (!sz_fs_plan(s, &s->batch) || s->batch.n == 0) return false;
    if (s->o.order == SZ_SORTED) s->sorted = sz_fs_sorted_new(s, &s->batch);
    else s->arrival = sz_fs_arrival_new(s, &s->batch);
    return true;
}

/* The unfinished batch was not what it had been: all is read anew, and what was taken of it comes out as duplicates.
 * */
static bool give_up_batch(sz_stream_file *s) {
    if (!s->forgets || !s->batch.is_resumed || s->failed != SZ_OK) return false;
    end_batch(s);
    return true;
}

static bool step(sz_stream_file *s) {
    if (!s->sorted && !s->arrival && !begin_batch(s)) {
        give_end(s);
        return true;
    }
    sz_arena_reset(&s->arena);
    switch (s->sorted ? sz_fs_sorted_step(s->sorted, s->wanted) : sz_fs_arrival_step(s->arrival, s->wanted)) {
    case STAGE_WORKING:
    case STAGE_GAVE: break;
    case STAGE_ENDED:
        end_batch(s);
        sz_fs_note_done(s, &s->batch);
        break;
    case STAGE_FAILED:
        if (give_up_batch(s)) break;
        end_batch(s);
        give_end(s);
        break;
    }
    return true;
}

static bool pump(void *self) {
    sz_stream_file *s = self;
    return s->wanted && !s->is_over ? step(s) : false;
}

static void want(void *self, uint32_t max) {
    sz_stream_file *s = self;
    s->wanted = max < MOST_INPUTS ? max : MOST_INPUTS;
    if (s->is_over) give_end(s);
}

static bool raw(void *self, const sz_input *in, sz_str *out, sz_msg *why) {
    sz_stream_file *s = self;
    if (s->sorted && sz_fs_sorted_line(s->sorted, (uint32_t)(in - s->given), out)) return true;
    why->text = sz_str_of(s->text.en);
    why->text_zh = sz_str_of(s->text.zh);
    return false;
}

sz_stream_port sz_stream_file_port(sz_stream_file *s) {
    sz_msgq_add_pump(s->q, pump, s);
    return (sz_stream_port){.self = s, .want = want, .raw = raw};
}

/* ---- life ---- */

static sz_status check_headers(sz_stream_file *s) {
    sz_status rc = SZ_OK;
    for (uint32_t i = 0; i < s->inputs.n; i++) {
        input *in = &s->inputs.v[i];
        struct stat st;
        if (!in->is_csv || in->is_pipe || stat(in->path, &st) != 0) continue;
        in->limit = (uint64_t)st.st_size;
        sz_status one = sz_fs_reader_check(s, in);
        s->failed = SZ_OK;
        if (rc == SZ_OK) rc = one;
    }
    return rc;
}

sz_status sz_stream_file_new(const sz_stream_file_options *o, sz_msgq *q, sz_diags *d, sz_stream_file **out) {
    sz_stream_file *s = sz_alloc(sizeof *s);
    s->o = *o;
    s->o.sources = NULL;
    if (s->o.memory == 0) s->o.memory = DEFAULT_MEMORY;
    if (s->o.horizon_ms == 0) s->o.horizon_ms = 14 * SZ_DAY_MS;
    const char *dir = o->tmp_dir ? o->tmp_dir : "/tmp";
    s->tmp_dir = memcpy(sz_alloc(strlen(dir) + 1), dir, strlen(dir) + 1);
    s->q = q;
    s->d = d;
    s->decoder = sz_decoder_new(o->types, o->zone);
    sz_decoder_may_read_behind(s->decoder);
    s->given = sz_alloc(sizeof *s->given * MOST_INPUTS);
    sz_arena_init(&s->arena);
    sz_map_init(&s->inputs.names);
    sz_status rc = sz_fs_inputs_find(s, o);
    sz_status rows = s->o.mapping ? check_headers(s) : SZ_OK;
    if (rc == SZ_OK) rc = rows;
    if (rc != SZ_OK) {
        sz_stream_file_free(s);
        s = NULL;
    }
    *out = s;
    return rc;
}

void sz_stream_file_attach(sz_stream_file *s, const sz_progress *p) { s->progress = *p; }

void sz_stream_file_free(sz_stream_file *s) {
    if (!s) return;
    end_batch(s);
    sz_fs_inputs_fini(&s->inputs);
    sz_decoder_free(s->decoder);
    sz_arena_fini(&s->arena);
    sz_free(s->batch.v);
    sz_free(s->given);
    sz_free(s->tmp_dir);
    sz_free(s);
}

sz_status sz_stream_file_failure(const sz_stream_file *s) { return s->failed; }

uint64_t sz_stream_file_empty_rows(const sz_stream_file *s) { return s->n_empty_rows; }

uint64_t sz_stream_file_headings_again(const sz_stream_file *s) { return s->n_headings_again; }

uint32_t sz_stream_file_nothing_new(const sz_stream_file *s) { return s->found_nothing ? s->inputs.n : 0; }

void sz_stream_file_progress(const sz_stream_file *s, uint64_t *done, uint64_t *all) {
    *done = s->read;
    *all = s->all;
}
