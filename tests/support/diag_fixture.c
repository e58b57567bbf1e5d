/* SPDX-License-Identifier: Apache-2.0 */
#include "diag_fixture.h"

int diag_set_up(void **state) {
    diag_fixture *f = sz_alloc(sizeof *f);
    sz_arena_init(&f->arena);
    sz_diags_init(&f->diags);
    sz_buf_init(&f->out);
    *state = f;
    return 0;
}

int diag_tear_down(void **state) {
    diag_fixture *f = *state;
    sz_buf_fini(&f->out);
    sz_diags_fini(&f->diags);
    sz_arena_fini(&f->arena);
    sz_free(f);
    return 0;
}
