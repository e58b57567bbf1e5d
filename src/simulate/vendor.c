/* SPDX-License-Identifier: Apache-2.0
 *
 * vendor: the door log as a vendor's program exports it. A file for each day on which records came in, in GBK, rows in the order of the
 * cards and not of time, minutes only, place and direction in one cell, a lost time of day as 0:00, and the rows of a file that came
 * again once more: data3.csv (see person.c) has all of these. Headings like those of the real one, in Chinese.
 */
#include "vendor.h"

/* The characters of headings and of doors' names; GBK bytes. A converter would be the only thing in here that is not arithmetic. */
static const struct { char utf8[4], gbk[3]; } table[] = {
    {"一", "\xd2" "\xbb"}, {"七", "\xc6" "\xdf"}, {"三", "\xc8" "\xfd"}, {"东", "\xb6" "\xab"}, {"九", "\xbe" "\xc5"}, {"书", "\xca" "\xe9"},
    {"二", "\xb6" "\xfe"}, {"五", "\xce" "\xe5"}, {"允", "\xd4" "\xca"}, {"八", "\xb0" "\xcb"}, {"六", "\xc1" "\xf9"}, {"出", "\xb3" "\xf6"},
    {"北", "\xb1" "\xb1"}, {"十", "\xca" "\xae"}, {"南", "\xc4" "\xcf"}, {"卡", "\xbf" "\xa8"}, {"号", "\xba" "\xc5"}, {"四", "\xcb" "\xc4"},
    {"图", "\xcd" "\xbc"}, {"地", "\xb5" "\xd8"}, {"头", "\xcd" "\xb7"}, {"学", "\xd1" "\xa7"}, {"实", "\xca" "\xb5"}, {"序", "\xd0" "\xf2"},
    {"教", "\xbd" "\xcc"}, {"时", "\xca" "\xb1"}, {"明", "\xc3" "\xf7"}, {"有", "\xd3" "\xd0"}, {"权", "\xc8" "\xa8"}, {"果", "\xb9" "\xfb"},
    {"楼", "\xc2" "\xa5"}, {"止", "\xd6" "\xb9"}, {"水", "\xcb" "\xae"}, {"没", "\xc3" "\xbb"}, {"流", "\xc1" "\xf7"}, {"点", "\xb5" "\xe3"},
    {"禁", "\xbd" "\xfb"}, {"第", "\xb5" "\xda"}, {"结", "\xbd" "\xe1"}, {"舍", "\xc9" "\xe1"}, {"西", "\xce" "\xf7"}, {"许", "\xd0" "\xed"},
    {"说", "\xcb" "\xb5"}, {"读", "\xb6" "\xc1"}, {"过", "\xb9" "\xfd"}, {"进", "\xbd" "\xf8"}, {"通", "\xcd" "\xa8"}, {"门", "\xc3" "\xc5"},
    {"间", "\xbc" "\xe4"}, {"限", "\xcf" "\xde"}, {"馆", "\xb9" "\xdd"}, {"验", "\xd1" "\xe9"},
};

static void put_gbk(sz_buf *out, const char *z) {
    while (*z) {
        size_t n = (unsigned char)*z < 0x80 ? 1 : 3, i = 0;
        if (n == 1) {
            sz_buf_put_u8(out, (uint8_t)*z++);
            continue;
        }
        while (i < sizeof table / sizeof *table && memcmp(table[i].utf8, z, 3) != 0) i++;
        if (i < sizeof table / sizeof *table) sz_buf_put(out, table[i].gbk, 2);
        else sz_buf_put_u8(out, '?');
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

void sz_sim_vendor_day(struct file_writer *f, struct line_writer *l, const struct queue *q, int32_t day, uint64_t *n_rows) {
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
                      "time:\n  column: 时间\n  format: YYYY/M/D H:mm\n  lost: '0:00' # the time of day was lost: it is not a midnight entry\n"
                      "reader: 读头\n"
                      "direction: {table: {进门: in, 出门: out, 进出: unknown}}\n"
                      "result: {column: 结果, table: {'1': granted, '0': denied}}\n"
                      "place:\n  column: 地点\n  match: '^(?<place>.+)\\[(?<direction>.+)\\]$'\n  table:\n");
    for (uint32_t i = 0; i < w->n_places; i++) {
        const struct place *p = &w->places[i];
        if (p->n_readers && w->readers[p->reader0].source == SOURCE_GATE) sz_buf_printf(out, "    %s: %s\n", p->name, p->id);
    }
    sz_sim_file_next(f, "");
}
