/* SPDX-License-Identifier: Apache-2.0 */
#include "zones.h"

#include <stdio.h>

#include "files.h"

static void read_zone(struct sz_zone_entry *e) {
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", e->name);
    sz_diags d;
    sz_diags_init(&d);
    sz_files f = {0};
    if (!strstr(e->name, "..") && e->name[0] && e->name[0] != '/' && sz_file_read(path, e->name, &d, &f) == SZ_OK &&
        sz_zone_parse(&e->zone, e->name, f.v[0].p, f.v[0].n) == SZ_OK) {
        e->is_there = true;
        e->known_until_ms = sz_cel_zone_known_until(&e->zone, f.v[0].p, f.v[0].n);
    }
    sz_files_fini(&f);
    sz_diags_fini(&d);
}

static const sz_zone *load(void *ctx, sz_str name, int64_t *known_until_ms) {
    sz_zones *z = ctx;
    for (uint32_t i = 0; i < z->n; i++) {
        if (!sz_str_is(name, z->v[i].name)) continue;
        *known_until_ms = z->v[i].known_until_ms;
        return z->v[i].is_there ? &z->v[i].zone : NULL;
    }
    if (name.n >= sizeof z->v->name || z->n >= 64) return NULL;
    if (!z->v) z->v = sz_alloc(64 * sizeof *z->v); /* zones stay where they are */
    struct sz_zone_entry *e = &z->v[z->n++];
    memcpy(e->name, name.p, name.n);
    read_zone(e);
    *known_until_ms = e->known_until_ms;
    return e->is_there ? &e->zone : NULL;
}

sz_zone_loader sz_zones_loader(sz_zones *z) { return (sz_zone_loader){.ctx = z, .load = load}; }

void sz_zones_fini(sz_zones *z) {
    for (uint32_t i = 0; i < z->n; i++)
        if (z->v[i].is_there) sz_zone_fini(&z->v[i].zone);
    sz_free(z->v);
    *z = (sz_zones){0};
}
