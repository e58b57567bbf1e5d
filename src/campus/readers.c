/* SPDX-License-Identifier: Apache-2.0
 *
 * readers: readers.csv, and where a reader hung at a time.
 */
#include "csv_table.h"

struct reader_row {
    sz_str source, reader, place;
    int32_t direction;
    struct when from, to;
};

/* Places as in sz_direction; the empty one is not written. */
static const struct csv_choice directions[] = {
    [SZ_DIR_NONE] = {"", NULL},
    [SZ_DIR_IN] = {"in", "进 进门 入 入口 进入 进口"},
    [SZ_DIR_OUT] = {"out", "出 出门 出口 外出 离开"},
    [SZ_DIR_UNKNOWN] = {"unknown", "未知 双向 进出 不区分"},
};
static const struct csv_choices direction_choices = {directions, sizeof directions / sizeof *directions, "direction",
                                                     "方向"};

enum { READER, SOURCE, PLACE, DIRECTION, FROM, TO };
#define AT(member) offsetof(struct reader_row, member)
static const struct csv_column columns[] = {
    [READER] = {"reader", "读头 读头号 读卡器 | 终端号 终端编号 设备号 设备编号", true, sz_cell_id, AT(reader), NULL},
    [SOURCE] = {"source", "系统 来源", false, sz_cell_id, AT(source), NULL},
    [PLACE] = {"place", "地点 地点编号", false, sz_cell_id, AT(place), NULL},
    [DIRECTION] = {"direction", "方向 进出", false, sz_cell_choice, AT(direction), &direction_choices},
    [FROM] = {"from", SZ_BEGINS_ZH, false, sz_cell_when, AT(from), NULL},
    [TO] = {"to", SZ_ENDS_ZH, false, sz_cell_when, AT(to), NULL},
};

static void add_reader(struct csv_reader *r, void *item) {
    struct reader_row *row = item;
    struct loader *l = r->l;
    sz_campus *c = l->c;
    int64_t from, to;
    if (!sz_csv_interval(r, &row->from, &row->to, TO, &from, &to)) return;
    if (row->place.n && l->has_places && sz_campus_find_place(c, row->place) == SZ_NONE) {
        sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_READER_NOWHERE, sz_csv_span(r, PLACE),
                                  "places.csv does not have this place", "places.csv 中没有这个地点");
        sz_diag_hint(l->d, g, "it is used with the kind `unknown`, which no rule about canteens or dorms sees",
                     "它仍会使用，但类别为 unknown，关于食堂或宿舍的规则看不到它");
    }
    struct held *h = sz_held_add(&c->readers);
    h->key = sz_words_packed(&c->words, row->reader);
    h->system = sz_words_shared(&c->words, row->source);
    h->from_ms = from;
    h->to_ms = to;
    h->off = sz_csv_offset(r, READER);
    h->value = c->n_doors;
    *GROW(c->doors, c->n_doors, c->cap_doors) =
        (struct door){sz_words_shared(&c->words, row->place), (uint8_t)row->direction};
}

void sz_campus_load_readers(struct loader *l, struct text_file *f) {
    static const struct csv_table table = {
        columns, sizeof columns / sizeof *columns, sizeof(struct reader_row), NULL, add_reader, NULL, false, 0};
    sz_csv_table_read(l, f, &table);
    sz_held_finish(&l->c->readers, f, CODE_READER_OVERLAPS, "reader", "个读头");
}

/* The row of the source, else one without source; reader numbers of other sources say nothing. */
bool sz_campus_resolve_reader(const sz_campus *c, sz_str source, sz_str reader, int64_t t_ms, sz_str *place,
                              uint8_t *dir) {
    uint32_t from, to;
    const struct door *of_any = NULL, *own = NULL;
    if (sz_held_find(&c->readers, reader, &from, &to)) {
        for (uint32_t i = from; i < to; i++) {
            const struct held *h = &c->readers.v[i];
            if (t_ms < h->from_ms || t_ms >= h->to_ms) continue;
            if (h->system.n == 0) of_any = &c->doors[h->value];
            if (sz_str_eq(h->system, source)) own = &c->doors[h->value];
        }
    }
    const struct door *door = own ? own : of_any;
    *place = door ? door->place : (sz_str){"", 0};
    *dir = door ? door->direction : SZ_DIR_NONE;
    return door != NULL;
}

uint32_t sz_campus_n_readers(const sz_campus *c) { return c->readers.n; }
