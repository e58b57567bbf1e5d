/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored records: whatever the bytes are, unpacking tells or succeeds, and what was unpacked can be settled, shown and packed.
 */
#include "support/timeline_fixture.h"

static const char rules[] = "events: {meal: {event: swipe, where: 'event.op == \"consume\"'}}\n"
                            "features: {n: {count: meal, over: 7d}, l: {last: meal}, s: {sessions: meal, gap: 90m, over: 7d}}\n"
                            "rules: [{id: r, when: n >= 3, level: blue}]\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static timeline_fixture f;
    if (!f.bundle) {
        if (!timeline_fixture_init(&f, rules)) return 0;
        sz_map_intern(&f.dict, SZ_STR("pos"));
        sz_map_intern(&f.dict, SZ_STR("canteen-1"));
    }
    sz_timeline tl;
    sz_timeline_init(&tl, &f.ctx, SZ_STR("s1"), SZ_NONE);
    if (sz_timeline_unpack(&tl, &f.ctx, data, size) == SZ_OK) {
        sz_timeline_settle(&tl, &f.ctx);
        sz_buf out;
        sz_buf_init(&out);
        sz_timeline_json(&out, &tl, &f.ctx, SZ_EN);
        sz_timeline_pack(&out, &tl, &f.ctx);
        sz_buf_fini(&out);
    }
    sz_timeline_fini(&tl);
    sz_arena_reset(&f.arena);
    return 0;
}
