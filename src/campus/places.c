/* SPDX-License-Identifier: Apache-2.0
 *
 * places: places.csv. Kinds are open, but the Chinese words for those in use become the English ones that the packs
 * ask for.
 */
#include "csv_table.h"
#include "headings.h"

struct place_row {
    sz_str id;
    sz_place p;
};

static const struct csv_choice kinds[] = {
    {"canteen", "食堂 餐厅 饭堂"}, {"shop", "商店 超市"},    {"dorm", "宿舍 宿舍楼 公寓"}, {"classroom", "教室 教学楼"},
    {"library", "图书馆"},         {"lab", "实验室 机房"},   {"gate", "校门 大门"},        {"bath", "浴室 澡堂"},
    {"bus", "校车 班车"},          {"gym", "体育馆 健身房"}, {"clinic", "校医院 医务室"},  {"other", "其他 其它"},
};
static const struct csv_choices kind_choices = {kinds, sizeof kinds / sizeof *kinds, NULL, NULL};

/* What an input method gives for them beside the word that was meant: two characters, of which one is another, say
 * nothing by themselves (校门, 校外). */
static const char *const slips[sizeof kinds / sizeof *kinds] = {
    "食唐 食糖 食膛 食常 餐听",
    "商电 商点 超是 超事",
    "宿社 宿设",
    "教师 教是 教事",
    "图书管 图书官",
    "实验是 实验事 试验室 机防",
    "校们 大们",
    "浴是 浴事 澡糖 澡唐",
    "校撤 班撤",
    "体育管 健身防",
    "校医园 医务是",
};

/* 食唐; or a kind with more said: 学生食堂, 教学楼A座. */
static const char *near_kind(sz_str s) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sz_list_has_word(slips[i], s)) return kinds[i].name;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sz_list_has_part_of(kinds[i].zh, s)) return kinds[i].name;
    return sz_csv_choice_near(&kind_choices, s);
}

static bool set_kind(const struct csv_cell *cell, void *at, const void *arg) {
    const struct csv_choices *c = arg;
    struct loader *l = cell->r->l;
    int32_t i = sz_csv_choice_find(c, cell->text);
    *(sz_str *)at = i >= 0 ? sz_str_of(c->v[i].name) : sz_words_shared(&l->c->words, cell->text);
    const char *near = i >= 0 ? NULL : near_kind(cell->text);
    if (!near) return true;
    sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_ODD_PLACE_KIND, sz_csv_span(cell->r, cell->column),
                              "a kind of place of its own", "一个不在常用之列的地点类别");
    sz_diag_hint(l->d, g, "did you mean `%s`? It is kept as written", "是不是 `%s`？现按原样保留", near);
    return true;
}

#define AT(member) offsetof(struct place_row, member)
static const struct csv_column columns[] = {
    {"place", "地点 地点编号 地点代码", true, sz_cell_id, AT(id), NULL},
    {"name", "名称 地点名称", false, sz_cell_shared, AT(p.name), NULL},
    {"kind", "类别 地点类别", false, set_kind, AT(p.kind), &kind_choices},
    {"building", "楼宇 楼栋", false, sz_cell_shared, AT(p.building), NULL},
    {"zone", "区域 校区", false, sz_cell_shared, AT(p.zone), NULL},
};

static sz_str key_of(const void *rows, uint32_t i) { return ((const sz_place *)rows)[i].id; }

static void add_place(struct csv_reader *r, void *item) {
    struct place_row *row = item;
    struct loader *l = r->l;
    sz_campus *c = l->c;
    uint32_t there = sz_lookup_add(&c->by_place, key_of, c->places, row->id, c->n_places);
    if (there != SZ_NONE) {
        uint32_t line, col;
        sz_source_locate(sz_text_file_source(r->f), l->offs[there], &line, &col);
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_PLACE_TWICE, sz_csv_span(r, 0),
                                  "this place is already in line %u", "这个地点在第 %u 行已经有了", line);
        sz_diag_hint(l->d, g, "one row a place; delete one of the two, or give one of them another `place`",
                     "每个地点一行；请删除其中一行，或给其中一行另起编号（地点）");
        return;
    }
    row->p.id = sz_words_packed(&c->words, row->id);
    *GROW(l->offs, l->n_offs, l->cap_offs) = sz_csv_offset(r, 0);
    *GROW(c->places, c->n_places, c->cap_places) = row->p;
}

void sz_campus_load_places(struct loader *l, struct text_file *f) {
    static const struct place_row blank = {{"", 0}, {{"", 0}, {"", 0}, {"unknown", 7}, {"", 0}, {"", 0}}};
    static const struct csv_table table = {
        columns, sizeof columns / sizeof *columns, sizeof blank, &blank, add_place, NULL, false, 0};
    l->n_offs = 0;
    sz_csv_table_read(l, f, &table);
}

uint32_t sz_campus_n_places(const sz_campus *c) { return c->n_places; }

const sz_place *sz_campus_place(const sz_campus *c, uint32_t i) { return &c->places[i]; }

uint32_t sz_campus_find_place(const sz_campus *c, sz_str id) {
    return sz_lookup_get(&c->by_place, key_of, c->places, id);
}
