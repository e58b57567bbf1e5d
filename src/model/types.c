/* SPDX-License-Identifier: Apache-2.0
 *
 * types: the four that are built in, and finding one by name.
 */
#include <sanzao/model.h>

void sz_types_init(sz_types *t) {
    memset(t, 0, sizeof *t);
    sz_arena_init(&t->arena);
    t->v[SZ_TYPE_SWIPE] = (sz_type){
        .name = SZ_STR("swipe"), .label_zh = SZ_STR("刷卡"), .label_en = SZ_STR("card swipe"), .presence = true};
    t->v[SZ_TYPE_ATTENDANCE] = (sz_type){.name = SZ_STR("attendance"),
                                         .label_zh = SZ_STR("课堂考勤"),
                                         .label_en = SZ_STR("class attendance"),
                                         .presence = true};
    t->v[SZ_TYPE_DORM_ACCESS] = (sz_type){.name = SZ_STR("dorm_access"),
                                          .label_zh = SZ_STR("宿舍门禁"),
                                          .label_en = SZ_STR("dorm access"),
                                          .presence = true};
    t->v[SZ_TYPE_PRESENCE] = (sz_type){.name = SZ_STR("presence"),
                                       .label_zh = SZ_STR("在校痕迹"),
                                       .label_en = SZ_STR("presence on campus"),
                                       .presence = true};
    t->n = SZ_TYPE_FIRST_DECLARED;
}

void sz_types_fini(sz_types *t) {
    sz_arena_fini(&t->arena);
    memset(t, 0, sizeof *t);
}

int sz_types_find(const sz_types *t, sz_str name) {
    if (name.n == 0) return -1;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->v[i].name.n == name.n && memcmp(t->v[i].name.p, name.p, name.n) == 0) return (int)i;
    return -1;
}
