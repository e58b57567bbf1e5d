/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes are an event, a feed status or a dead letter with a reason; decoded again they are the same; and the dead
 * letter's line can be written.
 */
#include <stdlib.h>

#include "support/model_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition) abort();
}

static void check_text(sz_str s, size_t limit) {
    require(s.n <= limit && sz_utf8_valid(s.p, s.n));
    require(s.n == 0 || !memchr(s.p, '\0', s.n));
}

static void check_event(const struct model_fixture *x, const sz_event *e) {
    require(e->type < x->types.n && e->time_ms != SZ_TIME_NONE && e->id.n > 0 && e->source.n > 0);
    require(e->student.n > 0 || e->card.n > 0);
    const sz_str texts[] = {e->id, e->ref, e->source, e->student, e->card, e->card_system, e->place, e->reader};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check_text(texts[i], i < 2 ? 128 : 64);
    require(e->amount_fen >= SZ_ABSENT && e->balance_fen >= SZ_ABSENT && e->hours_micro >= 0);
    require(e->type != SZ_TYPE_ATTENDANCE || e->status <= SZ_ATTEND_UNKNOWN);
    require(e->type != SZ_TYPE_DORM_ACCESS || e->direction != SZ_DIR_NONE || e->reader.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct model_fixture x, y; /* y: yyjson alone, with which the scanner in front of it must agree */
    if (!x.decoder) model_fixture_init(&x);
    if (!y.decoder) {
        model_fixture_init(&y);
        sz_decoder_only_yyjson(y.decoder);
    }
    sz_str raw = {(const char *)data, size};
    sz_arena_reset(&x.arena);
    sz_decode_json(x.decoder, raw, &x.arena, &x.record);
    const char *same = model_fixture_json(&y, raw);
    require(strcmp(model_fixture_json(&x, raw), same) == 0);
    size_t n = sz_decode_json_line(x.decoder, raw, &x.arena, &x.record);
    if (n) {
        require(n < size && data[n] == '\n' && !memchr(data, '\n', n));
        same = model_fixture_json(&y, (sz_str){raw.p, n});
        require(strcmp(model_fixture_show(&x), same) == 0);
    }
    _Alignas(sz_slim) static char room[SZ_SLIM_MOST];
    sz_prints prints;
    size_t all;
    n = sz_decode_json_slim(x.decoder, raw, (sz_slim *)(void *)room, &all, &prints);
    if (n) {
        require(n < size && data[n] == '\n' && !memchr(data, '\n', n) && all <= sizeof room);
        x.record.kind = SZ_RECORD_EVENT;
        require(sz_slim_expand((const sz_slim *)(const void *)room, &x.record.event) == room + all);
        x.record.time_ms = x.record.event.time_ms;
        same = model_fixture_json(&y, (sz_str){raw.p, n});
        require(strcmp(model_fixture_show(&x), same) == 0);
        require(x.record.event.content == (uint32_t)y.record.event.content);
    }
    model_fixture_json(&x, raw);
    if (x.record.kind == SZ_RECORD_EVENT) {
        static sz_record again;
        check_event(&x, &x.record.event);
        sz_decode_json(x.decoder, raw, &x.arena, &again);
        require(again.kind == SZ_RECORD_EVENT && again.event.content == x.record.event.content);
        require(sz_event_cmp(&again.event, &x.record.event) == 0);
    } else if (x.record.kind == SZ_RECORD_DEAD) {
        sz_origin origin = {SZ_STR("stdin"), -1, 0, 1};
        require(x.record.dead.reason > SZ_REASON_NONE && x.record.dead.reason < SZ_N_REASONS);
        require(x.record.dead.detail[0] && sz_utf8_valid(x.record.dead.detail, strlen(x.record.dead.detail)));
        sz_buf_clear(&x.out);
        sz_dead_write(&x.out, &x.zone, &x.record.dead, x.record.time_ms, &origin, raw);
    }
    return 0;
}
