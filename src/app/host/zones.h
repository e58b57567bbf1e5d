/* SPDX-License-Identifier: Apache-2.0
 *
 * Time zones by name, out of the system's tzdata.
 */
#ifndef SZ_APP_ZONES_H
#define SZ_APP_ZONES_H

#include <sanzao/expr.h>

typedef struct sz_zones {
    struct sz_zone_entry {
        char name[64];
        sz_zone zone;
        int64_t known_until_ms;
        bool is_there;
    } * v;
    uint32_t n;
} sz_zones;
sz_zone_loader sz_zones_loader(sz_zones *z);
void sz_zones_fini(sz_zones *z);

#endif
