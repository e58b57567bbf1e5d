/* SPDX-License-Identifier: Apache-2.0
 *
 * What a run read, where each record went, who could be judged and who not and why. Numbers only: no student is named.
 */
#include "judged.h"
#include "whom.h"

static void judge(sz_worker *w, const sz_timeline *tl, int64_t t, sz_judged *out, whom *rules) {
    sz_eval ev = judged_eval(w, tl, t);
    switch (judged_why(w, tl, t, &ev, NULL)) {
    case SZ_IS_INACTIVE: out->inactive++; break;
    case SZ_IS_UNKNOWN: out->unknown++; break;
    case SZ_IS_ON_LEAVE: out->on_leave++; break;
    case SZ_IS_RARELY_SEEN: out->rarely_seen++; break;
    default:
        out->judged++;
        if (rules) whom_add(w, rules, &ev);
    }
}

/* Bytes that the students take, without and in their logs, and how many records the logs hold: as if all were awake. */
typedef struct memory {
    uint64_t state, log, records;
} memory;

static void look_at_all(sz_worker *w, sz_judged *judged, memory *m, whom *rules) {
    int64_t t = clock_lowest(w);
    *judged = (sz_judged){0};
    *m = (memory){0};
    for (uint32_t i = 0; i < w->students.n; i++) {
        sz_timeline made = {0};
        student_fetch(w, i, false);
        const sz_timeline *tl = student_look(w, i, &made, true);
        size_t state, log;
        judge(w, tl, t, judged, rules);
        if (rules && rules->any_missing && t != SZ_TIME_NONE) {
            sz_eval ev = judged_eval(w, tl, t);
            whom_look(w, rules, &ev, tl);
        }
        sz_timeline_memory(tl, &w->tc, &state, &log);
        m->state += state;
        m->log += log;
        m->records += tl->n_log;
        if (tl != &made) continue;
        sz_timeline_fini(&made);
        if (!w->tc.n_alerts) sz_arena_reset(&w->step);
    }
}

void sz_worker_judged(sz_worker *w, sz_judged *out) {
    memory ignored;
    look_at_all(w, out, &ignored, NULL);
}

static void put_count(sz_buf *out, const char *name, uint64_t n) {
    sz_buf_put_z(out, ",\"");
    sz_buf_put_z(out, name);
    sz_buf_put_z(out, "\":");
    sz_json_double(out, (double)n);
}

static void put_reasons(sz_buf *out, const uint64_t n[SZ_N_REASONS]) {
    bool any = false;
    sz_buf_put_u8(out, '{');
    for (int i = 1; i < SZ_N_REASONS; i++) {
        if (!n[i]) continue;
        sz_buf_printf(out, "%s\"%s\":%llu", any ? "," : "", sz_reason_names[i], (unsigned long long)n[i]);
        any = true;
    }
    sz_buf_put_u8(out, '}');
}

static void put_memory(const memory *m, sz_buf *out) {
    sz_buf_printf(out, ",\"memory\":{\"state_bytes\":%llu,\"log_bytes\":%llu,\"log_records\":%llu}",
                  (unsigned long long)m->state, (unsigned long long)m->log, (unsigned long long)m->records);
}

/* Of this process, whatever batch the records were of. */
static void put_moved(const sz_operation *op, sz_buf *out) {
    uint64_t n = op->moved;
    for (int i = 0; i < SZ_N_REASONS; i++) n += op->moved_dead_by[i];
    if (!n) return;
    sz_buf_printf(out, ",\"moved\":{\"records\":%llu,\"dead_letter_by\":", (unsigned long long)op->moved);
    put_reasons(out, op->moved_dead_by);
    sz_buf_put_u8(out, '}');
}

void sz_worker_summary(sz_worker *w, sz_buf *out) {
    const sz_counters *n = &w->n;
    sz_judged j;
    memory m;
    whom rules;
    whom_init(w, &rules);
    look_at_all(w, &j, &m, &rules);
    whom_close(w, &rules);
    sz_buf_put_z(out, "{\"schema\":1");
    put_count(out, "read", n->read);
    put_count(out, "used", n->used);
    put_count(out, "duplicate", n->duplicate);
    put_count(out, "dead_letter", n->dead);
    sz_buf_put_z(out, ",\"dead_letter_by\":");
    put_reasons(out, n->dead_by);
    put_count(out, "control", n->control);
    put_count(out, "late", n->late);
    put_count(out, "students", w->students.n);
    sz_buf_put_z(out, ",\"alerts\":{");
    for (int i = 0; i < SZ_N_ALERT_EVENTS; i++)
        sz_buf_printf(out, "%s\"%s\":%llu", i ? "," : "", sz_alert_event_names[i], (unsigned long long)n->alerts[i]);
    sz_buf_put_u8(out, '}');
    put_count(out, "standing", (uint64_t)n->standing);
    put_count(out, "judged", j.judged);
    sz_buf_printf(out, ",\"not_judged\":{\"rarely_seen\":%u,\"unknown\":%u,\"on_leave\":%u,\"inactive\":%u}",
                  j.rarely_seen, j.unknown, j.on_leave, j.inactive);
    sz_gone gone;
    sz_worker_gone(w, &gone);
    if (gone.n) put_count(out, "gone_from_roster", gone.n);
    whom_put(w, &rules, out);
    whom_fini(&rules);
    put_count(out, "kept_days", (uint64_t)(w->o.horizon_ms / SZ_DAY_MS));
    put_count(out, "undo_unmatched", (uint64_t)n->undo_unmatched);
    put_count(out, "unknown_places", n->unknown_places);
    put_count(out, "unknown_readers", n->unknown_readers);
    put_moved(&w->op, out);
    put_memory(&m, out);
    int64_t clock = clock_lowest(w);
    if (clock == SZ_TIME_NONE) {
        sz_buf_put_z(out, ",\"clock\":null}");
        return;
    }
    char text[40];
    sz_time_format(w->tc.zone, clock, text);
    sz_buf_printf(out, ",\"clock\":\"%s\"}", text);
}

sz_status sz_worker_show_in(sz_worker *w, sz_str student, sz_lang lang, sz_buf *out) {
    uint32_t i = student_get(w, student, false);
    if (i == SZ_NONE) return SZ_NOT_FOUND;
    sz_timeline_json(out, student_awake(w, i), &w->tc, lang);
    return SZ_OK;
}

sz_status sz_worker_show(sz_worker *w, sz_str student, sz_buf *out) {
    return sz_worker_show_in(w, student, SZ_EN, out);
}
