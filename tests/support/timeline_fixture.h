/* SPDX-License-Identifier: Apache-2.0
 *
 * A rule set, an empty campus and a context in which timelines can be made by hand.
 */
#ifndef TIMELINE_FIXTURE_H
#define TIMELINE_FIXTURE_H

#include <sanzao/timeline.h>

typedef struct timeline_fixture {
    sz_diags diags;
    sz_types types;
    sz_zone zone;
    sz_campus *campus;
    sz_bundle *bundle;
    sz_facts facts;
    sz_map dict;
    sz_arena arena;
    int32_t *feature_day;
    sz_tlctx ctx;
} timeline_fixture;

/* False: the rules do not load (findings in diags). No rule is evaluated: the context has no classes. */
bool timeline_fixture_init(timeline_fixture *f, const char *rules);
/* The same on a campus of these files. */
bool timeline_fixture_init_at(timeline_fixture *f, const char *rules, const sz_campus_file *files, size_t n);
void timeline_fixture_fini(timeline_fixture *f);
/* A swipe of `fen` at t; id must live as long as the call. */
sz_event timeline_fixture_swipe(const char *id, int64_t t_ms, int64_t fen);

#endif
