/* SPDX-License-Identifier: Apache-2.0
 *
 * `params:` of a test: the rule as it would be under an adjust with these params. It is compiled anew, for steps,
 * timers and clauses know a constant param by its value.
 */
#include "rule_test.h"

/* What a rule's second reading finds was said by the first one; but for what the test's own values bring. */
static void refuse(struct sz_testing *x, const sz_yaml *map, const sz_diags *found) {
    struct sz_loading *l = x->g->l;
    const sz_diag *first = NULL;
    for (size_t i = 0; i < found->n && !first; i++)
        if (found->v[i].severity == SZ_ERROR) first = &found->v[i];
    x->failed = true;
    if (!first) return;
    const char *zh = first->message_zh ? first->message_zh : first->message;
    sz_diag *d = sz_rules_say(l, SZ_ERROR, C_TEST_PARAMS, map->span,
                              TXT(l, "with these params the rule does not hold together: %s", first->message),
                              TXT(l, "用这些参数，规则不成立：%s", zh));
    sz_rules_hint(l, d, "it is about %s", "问题在 %s", sz_rules_place(l, first->span));
}

/* Names, values and units, against the params that the rule itself has. */
static bool check(struct sz_testing *x, const sz_yaml *map) {
    struct sz_ruling g = *x->g;
    uint32_t n_own = g.k.params ? (uint32_t)g.k.params->n : 0; /* those that are global follow */
    g.scope.params = SZ_NEWN(&g.l->tmp, sz_param, n_own + 1);
    g.scope.n_params = n_own;
    if (n_own) memcpy(g.scope.params, x->g->scope.params, n_own * sizeof *g.scope.params);
    g.failed = false;
    sz_adjust_params_in_test(&g, map);
    return !g.failed;
}

void sz_test_params_load(struct sz_testing *x, const sz_yaml *map) {
    struct sz_loading *l = x->g->l;
    if (!check(x, map) || x->g->failed) x->failed = true;
    if (x->failed) return;
    sz_diags *said = l->d, again;
    sz_diags_init(&again);
    l->d = &again;
    x->t->with_params = sz_rule_with_params(l, x->g->decl, map);
    l->d = said;
    if (!x->t->with_params) refuse(x, map, &again);
    sz_diags_fini(&again);
}
