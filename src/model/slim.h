/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANZAO_SRC_MODEL_SLIM_H
#define SANZAO_SRC_MODEL_SLIM_H

#include <sanzao/model.h>

/* sz_slim_expand as any processor does it. */
const char *sz_slim_expand_anywhere(const sz_slim *s, sz_event *out);

#endif
