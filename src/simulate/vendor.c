/* SPDX-License-Identifier: Apache-2.0
 *
 * vendor: the door log as a vendor's program exports it. A file for each day on which records came in, in GBK, rows in
 * the order of the cards and not of time, minutes only, place and direction in one cell, a lost time of day as 0:00,
 * and the rows of a file that came again once more: data3.csv (see person.c) has all of these. Headings like those of
 * the real one, in Chinese.
 */
#include "vendor.h"

/* The characters of headings and of doors' names; GBK bytes. A converter would be the only thing in here that is not
 * arithmetic. */
static const struct {
    char utf8[4];
    uint16_t gbk;
} table[] = {
    // clang-format off
    {"一", 0xd2bb}, {"七", 0xc6df}, {"三", 0xc8fd}, {"东", 0xb6ab}, {"九", 0xbec5}, {"书", 0xcae9}, {"二", 0xb6fe},
    {"五", 0xcee5}, {"允", 0xd4ca}, {"八", 0xb0cb}, {"六", 0xc1f9}, {"出", 0xb3f6}, {"北", 0xb1b1}, {"十", 0xcaae},
    {"南", 0xc4cf}, {"卡", 0xbfa8}, {"号", 0xbac5}, {"四", 0xcbc4}, {"图", 0xcdbc}, {"地", 0xb5d8}, {"头", 0xcdb7},
    {"学", 0xd1a7}, {"实", 0xcab5}, {"序", 0xd0f2}, {"教", 0xbdcc}, {"时", 0xcab1}, {"明", 0xc3f7}, {"有", 0xd3d0},
    {"权", 0xc8a8}, {"果", 0xb9fb}, {"楼", 0xc2a5}, {"止", 0xd6b9}, {"水", 0xcbae}, {"没", 0xc3bb}, {"流", 0xc1f7},
    {"点", 0xb5e3}, {"禁", 0xbdfb}, {"第", 0xb5da}, {"结", 0xbde1}, {"舍", 0xc9e1}, {"西", 0xcef7}, {"许", 0xd0ed},
    {"说", 0xcbb5}, {"读", 0xb6c1}, {"过", 0xb9fd}, {"进", 0xbdf8}, {"通", 0xcda8}, {"门", 0xc3c5}, {"间", 0xbce4},
    {"限", 0xcfde}, {"馆", 0xb9dd}, {"验", 0xd1e9},
    // clang-format on
};

static void put_gbk(sz_buf *out, const char *z) {
    while (*z) {
        size_t n = (unsigned char)*z < 0x80 ? 1 : 3, i = 0;
        if (n == 1) {
            sz_buf_put_u8(out, (uint8_t)*z++);
            continue;
        }
        while (i < sizeof table / sizeof *table && memcmp(table[i].utf8, z, 3) != 0) i++;
        uint16_t code = i < sizeof table / sizeof *table ? table[i].gbk : '?';
        if (code > 0xff) sz_buf_put_u8(out, (uint8_t)(code >> 8));
        sz_buf_put_u8(out, (uint8_t)code);
        z += n;
    }
}

static void row(struct line_writer *l, const struct event *e, uint64_t number, sz_buf *out) {
    static const char *const directions[] = {"[进门],", "[出门],", "[进出],"};
    const struct reader *r = &l->w->readers[e->reader];
    int64_t local_s = e->time_ms / SZ_SECOND_MS + CAMPUS_OFFSET_S;
    int year, month, day, minute = (int)(local_s % 86400 / 60);
    sz_day_to_ymd((int32_t)(local_s / 86400), &year, &month, &day);
    if (e->flags & FLAG_NO_TIME) minute = 0;
    sz_buf_printf(out, "%llu,", (unsigned long long)number);
    sz_sim_put_door_card(e, out);
    sz_buf_printf(out, ",%d/%d/%d %d:%02d,", year, month, day, minute / 60, minute % 60);
    put_gbk(out, l->w->places[e->place].name);
    put_gbk(out, directions[r->direction]);
    sz_buf_printf(out, "%s,%u,", r->id, e->number);
    put_gbk(out, e->flags & FLAG_DENIED ? "0,禁止通过-没有权限" : "1,允许通过");
    sz_buf_put(out, "\r\n", 2);
}

void sz_sim_vendor_day(struct file_writer *f, struct line_writer *l, const struct queue *q, int32_t day,
                       uint64_t *n_rows) {
    memcpy(f->own_name, "vendor/door-0000-00-00.csv", sizeof f->own_name);
    sz_day_format(day, f->own_name + 12);
    f->own_name[22] = '.'; /* where the day's NUL was written */
    sz_sim_file_next(f, f->own_name);
    put_gbk(&f->buf, "序号,门禁卡号,时间,地点,读头,流水号,结果,说明\r\n");
    for (size_t i = 0; i < q->n_today; i++) {
        if (!sz_sim_vendor_has(l->w, &q->today[i])) continue;
        row(l, &q->today[i], ++*n_rows, &f->buf);
        sz_sim_file_row(f);
    }
    sz_sim_file_next(f, "");
}

void sz_sim_vendor_mapping(struct file_writer *f, const struct world *w) {
    sz_buf *out = &f->buf;
    sz_sim_file_next(f, "vendor.yaml"); /* beside the folder, which may then be named as a whole */
    sz_buf_put_z(out, "# The door log as the vendor exports it: GBK, minutes, place and direction in one cell.\n"
                      "file: {encoding: gbk}\n\n"
                      "source: gate\n"
                      "type: dorm_access\n"
                      "id: {columns: [读头, 流水号]} # a file that was sent twice counts once\n"
                      "card: 门禁卡号\n"
                      "time:\n  column: 时间\n  format: YYYY/M/D H:mm\n"
                      "  lost: '0:00' # the time of day was lost: it is not a midnight entry\n"
                      "reader: 读头\n"
                      "direction: {table: {进门: in, 出门: out, 进出: unknown}}\n"
                      "result: {column: 结果, table: {'1': granted, '0': denied}}\n"
                      "place:\n  column: 地点\n  match: '^(?<place>.+)\\[(?<direction>.+)\\]$'\n  table:\n");
    for (uint32_t i = 0; i < w->n_places; i++) {
        const struct place *p = &w->places[i];
        if (p->n_readers && w->readers[p->reader0].source == SOURCE_GATE)
            sz_buf_printf(out, "    %s: %s\n", p->name, p->id);
    }
    sz_sim_file_next(f, "");
}
