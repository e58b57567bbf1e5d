/* SPDX-License-Identifier: Apache-2.0
 *
 * diag_fixture: an arena, findings and room for how they are printed; a cmocka set up and tear down.
 */
#ifndef SANZAO_TESTS_SUPPORT_DIAG_FIXTURE_H
#define SANZAO_TESTS_SUPPORT_DIAG_FIXTURE_H

#include <sanzao/base.h>

typedef struct diag_fixture {
    sz_arena arena;
    sz_diags diags;
    sz_buf out;
} diag_fixture;

int diag_set_up(void **state); /* *state is a diag_fixture then */
int diag_tear_down(void **state);

#endif
