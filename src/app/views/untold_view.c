/* SPDX-License-Identifier: Apache-2.0 */
#include "untold_view.h"

#include "words.h"

/* Fewer than that of a group are told together: one line of it says little, and is nearly a name. */
enum { AT_LEAST = 5 };

/* Of the fields that make groups. */
static const char *const words[SZ_N_SFIELDS][2] = {
    [SZ_SF_COLLEGE] = {"college", "书院"},
    [SZ_SF_SCHOOL] = {"school", "学院"},
    [SZ_SF_MAJOR] = {"major", "专业"},
    [SZ_SF_CLASS] = {"class", "班级"},
    [SZ_SF_ENTRY_YEAR] = {"entry year", "入学年"},
    [SZ_SF_YEARS] = {"years of study", "学制"},
    [SZ_SF_YEAR] = {"year", "年级"},
    [SZ_SF_DORM] = {"dorm", "宿舍"},
    [SZ_SF_RESIDENCE] = {"residence", "住宿类型"},
    [SZ_SF_GENDER] = {"gender", "性别"},
    [SZ_SF_BUILDING] = {"building", "楼宇"},
};

static void put_kind(sz_buf *out, uint32_t by, sz_lang lang) {
    bool any = false;
    for (uint32_t i = 0; i < SZ_N_SFIELDS; i++) {
        if (!(by >> i & 1)) continue;
        sz_buf_printf(out, "%s%s", any ? lang == SZ_ZH ? "、" : ", " : "", words[i][lang == SZ_ZH]);
        any = true;
    }
}

/* The largest first; else the latest week, and by rule and group. */
static int by_size(const void *pa, const void *pb, void *ctx) {
    const sz_untold *a = pa, *b = pb;
    (void)ctx;
    if (a->n != b->n) return a->n < b->n ? 1 : -1;
    if (a->monday != b->monday) return a->monday < b->monday ? 1 : -1;
    if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
    if (a->by != b->by) return a->by < b->by ? -1 : 1;
    return sz_str_cmp(a->group, b->group);
}

static void put_line(sz_buf *out, const sz_untold *u, const sz_rule *r, sz_lang lang) {
    char monday[11];
    sz_day_format(u->monday, monday);
    sz_str title = lang == SZ_ZH ? r->title_zh : r->title_en;
    if (lang == SZ_ZH) sz_buf_put_z(out, "   ");
    else sz_buf_printf(out, "   %u of %u of ", u->n, u->of);
    put_kind(out, u->by, lang);
    sz_buf_put_u8(out, ' ');
    app_put_safe(out, u->group);
    if (lang == SZ_ZH)
        sz_buf_printf(out, "：%u 人中有 %u 人，%.*s，%s 起的一周\n", u->of, u->n, SZ_FMT_STR(title), monday);
    else sz_buf_printf(out, ": %.*s, week of %s\n", SZ_FMT_STR(title), monday);
}

static void put_heading(sz_buf *out, const char *day, bool any, sz_lang lang) {
    if (!any)
        sz_buf_printf(out,
                      lang == SZ_ZH ? "%s 起，没有学生因与他人比较而未报。\n"
                                    : "Since %s no comparison with others kept a student from being told of.\n",
                      day);
    else
        sz_buf_printf(out,
                      lang == SZ_ZH
                          ? "%s 起，因与同一处的他人相似而未报（逐人未报，不等于没有事）：请先查这一处发生了什么。\n"
                          : "Not told since %s, because so many others of the place had the same: none of them is an "
                            "alert, so look at the place.\n",
                      day);
}

void untold_view(sz_buf *out, sz_untold_list *list, const sz_bundle *b, const sz_zone *z, sz_lang lang) {
    char day[11];
    uint32_t shown = 0, few = 0;
    if (!list->n_rules) return;
    sz_day_format(sz_zone_day(z, list->from_ms), day);
    sz_sort(list->v, list->n, sizeof *list->v, by_size, NULL);
    put_heading(out, day, list->n > 0, lang);
    while (shown < list->n && list->v[shown].n >= AT_LEAST) {
        put_line(out, &list->v[shown], &b->rules[list->v[shown].rule], lang);
        shown++;
    }
    for (uint32_t i = shown; i < list->n; i++) few += list->v[i].n;
    if (few)
        sz_buf_printf(out,
                      lang == SZ_ZH ? "   %s %u 人次，同一处、同一周不到 %d 人\n"
                                    : "   %s%u, of whom fewer than %d are of one group and week\n",
                      lang == SZ_ZH ? shown ? "另有" : "共"
                      : shown       ? "and "
                                    : "",
                      few, AT_LEAST);
    sz_buf_put_u8(out, '\n');
}
