/* SPDX-License-Identifier: Apache-2.0
 *
 * json_plain: the plain record, on any processor.
 */
#define SZ_JSON_PLAIN sz_json_plain
#define SZ_JSON_SLIM  sz_json_slim
#include "json_plain.h"
