/* SPDX-License-Identifier: Apache-2.0
 *
 * json_plain_avx2: the plain record, on processors that compare 32 bytes at once and have shifts and masks that need no
 * fixed register: 465 instructions instead of 550. This file alone is compiled for these (CMakeLists.txt), and is asked
 * only where the processor says that it is one.
 */
#include "json.h"

#if defined __AVX2__ && defined __BMI__ && defined __BMI2__

static sz_json_plain_fn plain_avx2;
static sz_json_slim_fn slim_avx2;

void sz_json_plain_best(sz_decoder *d) {
    __builtin_cpu_init();
    bool has_all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    d->plain = has_all ? plain_avx2 : sz_json_plain;
    d->slim = has_all ? slim_avx2 : sz_json_slim;
}

#define SZ_JSON_PLAIN plain_avx2
#define SZ_JSON_SLIM  slim_avx2
#include "json_plain.h"

#else

void sz_json_plain_best(sz_decoder *d) {
    d->plain = sz_json_plain;
    d->slim = sz_json_slim;
}

#endif
