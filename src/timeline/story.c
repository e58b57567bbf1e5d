/* SPDX-License-Identifier: Apache-2.0
 *
 * The story: episodes with what was announced of them, in order of opening. Where a rule stands follows from its latest
 * episode, so going back in time is forgetting announcements. Pending `for` is kept as changes for the same reason.
 */
#include "internal.h"

static void ann_fini(sz_ann *a) {
    sz_free((void *)(uintptr_t)a->why.p);
    sz_free((void *)(uintptr_t)a->body.p);
}

void episode_fini(sz_episode *e) {
    for (uint32_t i = 0; i < e->n_anns; i++) ann_fini(&e->anns[i]);
    sz_free(e->anns);
    e->anns = NULL;
    e->n_anns = 0;
}

void story_remove(sz_timeline *tl, uint32_t i) {
    memmove(&tl->episodes[i], &tl->episodes[i + 1], (tl->n_episodes - i - 1) * sizeof *tl->episodes);
    tl->n_episodes--;
    tl->story_changed = true;
}

sz_episode *story_last(sz_timeline *tl, uint32_t rule) {
    for (uint32_t i = tl->n_episodes; i-- > 0;)
        if (tl->episodes[i].rule == rule && !tl->episodes[i].is_retracted) return &tl->episodes[i];
    return NULL;
}

sz_episode *story_open(sz_timeline *tl, uint32_t rule, int64_t since_ms) {
    if (tl->n_episodes == tl->cap_episodes) {
        tl->cap_episodes = tl->cap_episodes ? 2 * tl->cap_episodes : 2;
        tl->episodes = sz_realloc(tl->episodes, tl->cap_episodes * sizeof *tl->episodes);
    }
    tl->story_changed = true;
    sz_episode *e = &tl->episodes[tl->n_episodes++];
    *e = (sz_episode){.rule = rule, .since_ms = since_ms, .origin = SZ_NONE};
    return e;
}

void story_say(sz_episode *e, sz_ann ann) {
    e->anns = sz_realloc(e->anns, (e->n_anns + 1) * sizeof *e->anns);
    e->anns[e->n_anns++] = ann;
}

int64_t pend_since(const sz_timeline *tl, uint32_t rule) {
    for (uint32_t i = tl->n_pends; i-- > 0;)
        if (tl->pends[i].rule == rule) return tl->pends[i].since_ms;
    return SZ_TIME_NONE;
}

void pend_set(sz_timeline *tl, uint32_t rule, int64_t at_ms, int64_t since_ms) {
    if (pend_since(tl, rule) == since_ms) return;
    if (tl->n_pends == tl->cap_pends) {
        tl->cap_pends = tl->cap_pends ? 2 * tl->cap_pends : 4;
        tl->pends = sz_realloc(tl->pends, tl->cap_pends * sizeof *tl->pends);
    }
    tl->story_changed = true;
    tl->pends[tl->n_pends++] = (sz_pend){.rule = rule, .at_ms = at_ms, .since_ms = since_ms};
}

bool is_blocked(const sz_timeline *tl, uint32_t rule) {
    for (uint32_t i = 0; i < tl->n_blocked; i++)
        if (tl->blocked[i] == rule) return true;
    return false;
}

void blocked_set(sz_timeline *tl, uint32_t rule, bool on) {
    uint32_t i = 0;
    while (i < tl->n_blocked && tl->blocked[i] != rule) i++;
    if (on == (i < tl->n_blocked)) return;
    if (!on) {
        tl->blocked[i] = tl->blocked[--tl->n_blocked];
        if (tl->free_key < tl->head_key) tl->free_key = tl->head_key;
        return;
    }
    enum { FEW = 4 };
    uint32_t n = tl->n_blocked;
    bool is_full = n == 0 || (n >= FEW && (n & (n - 1)) == 0); /* there is room for a power of two */
    if (is_full) tl->blocked = sz_realloc(tl->blocked, (n ? 2 * n : FEW) * sizeof *tl->blocked);
    tl->blocked[tl->n_blocked++] = (uint16_t)rule;
}

/* What was said, before it is forgotten. */
static void remember(run *x) {
    sz_timeline *tl = x->tl;
    x->n_old = tl->n_episodes;
    x->old = SZ_NEWN(x->c->arena, sz_episode, tl->n_episodes + 1);
    for (uint32_t i = 0; i < tl->n_episodes; i++) {
        x->old[i] = tl->episodes[i];
        uint32_t n = tl->episodes[i].n_anns;
        x->old[i].anns = SZ_NEWN(x->c->arena, sz_ann, n + 1);
        for (uint32_t k = 0; k < n; k++) {
            sz_ann a = tl->episodes[i].anns[k];
            a.why = sz_arena_str(x->c->arena, a.why);
            a.body = sz_arena_str(x->c->arena, a.body);
            x->old[i].anns[k] = a;
        }
        tl->episodes[i].origin = i;
    }
}

void story_truncate(run *x, int64_t t_ms) {
    sz_timeline *tl = x->tl;
    if (tl->n_episodes || tl->n_pends) tl->story_changed = true;
    if (!x->old) remember(x);
    for (uint32_t i = 0; i < tl->n_episodes;) {
        sz_episode *e = &tl->episodes[i];
        if (e->is_retracted) {
            i++;
            continue;
        }
        int64_t from = t_ms; /* what another version of the rule said before its time stands */
        if (x->c->rule_from_ms && x->c->rule_from_ms[e->rule] > from) from = x->c->rule_from_ms[e->rule];
        while (e->n_anns && e->anns[e->n_anns - 1].at_ms >= from) ann_fini(&e->anns[--e->n_anns]);
        if (e->n_anns) {
            if (e->n_told > e->n_anns) e->n_told = e->n_anns;
            i++;
        } else {
            episode_fini(e);
            story_remove(tl, i);
        }
    }
    while (tl->n_pends && tl->pends[tl->n_pends - 1].at_ms >= t_ms) tl->n_pends--;
}

/* Episodes that ended before anything that a replay can reach, and whose again_after is over, are of no more use. */
void story_forget(run *x) {
    sz_timeline *tl = x->tl;
    if (x->old) return; /* it is being compared with */
    int64_t limit = kept_since(x->c);
    for (uint32_t i = 0; i < tl->n_episodes;) {
        sz_episode *e = &tl->episodes[i];
        const sz_rule *r = &x->c->bundle->rules[e->rule];
        int64_t end = e->n_anns ? e->anns[e->n_anns - 1].at_ms : e->since_ms;
        bool is_over = e->is_retracted || r->is_instant || !episode_is_open(e);
        if (is_over && end + r->again_after_ms < limit && end < limit && e->told_at_ms < limit) {
            episode_fini(e);
            story_remove(tl, i);
        } else {
            i++;
        }
    }
    for (uint32_t i = 0; i < tl->n_pends;) { /* a change is needed until a later one of its rule is old too */
        bool has_later = false;
        for (uint32_t k = i + 1; k < tl->n_pends && !has_later; k++)
            has_later = tl->pends[k].rule == tl->pends[i].rule && tl->pends[k].at_ms < limit;
        if (!has_later) {
            i++;
            continue;
        }
        memmove(&tl->pends[i], &tl->pends[i + 1], (tl->n_pends - i - 1) * sizeof *tl->pends);
        tl->n_pends--;
    }
}
