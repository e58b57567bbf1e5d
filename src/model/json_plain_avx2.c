/* SPDX-License-Identifier: Apache-2.0
 *
 * json_plain_avx2: the plain record, on processors that compare 32 bytes at once and have shifts and masks that need no
 * fixed register: 465 instructions instead of 550. This file alone is compiled for these (CMakeLists.txt), and is asked
 * only where the processor says that it is one.
 */
#include "json.h"

#if defined __AVX2__ && defined __BMI__ && defined __BMI2__

static sz_json_plain_fn plain_avx2;

sz_json_plain_fn *sz_json_plain_best(void) {
    __builtin_cpu_init();
    bool has_all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    return has_all ? plain_avx2 : sz_json_plain;
}

#define SZ_JSON_PLAIN plain_avx2
#include "json_plain.h"

#else

sz_json_plain_fn *sz_json_plain_best(void) { return sz_json_plain; }

#endif
