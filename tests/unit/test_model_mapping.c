/* SPDX-License-Identifier: Apache-2.0
 *
 * Rows through a mapping: every key of docs/mapping.md on rows as vendors write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/model_fixture.h"

#include <stdio.h>

struct row {
    const char *row, *shown;
};

/* A mapping and a header row (NULL: none), and what becomes of rows. */
static void check(const char *mapping, const char *header, const struct row *rows, size_t n) {
    struct model_fixture x;
    model_fixture_init(&x);
    const char *findings = model_fixture_map(&x, mapping);
    if (*findings) fail_msg("%s\n%s: %s", mapping, findings, x.d.v[0].message);
    if (header && *(findings = model_fixture_bind(&x, header)))
        fail_msg("%s\n%s: %s", mapping, findings, x.d.v[0].message);
    for (size_t i = 0; i < n; i++) {
        const char *got = model_fixture_row(&x, rows[i].row);
        if (strcmp(got, rows[i].shown) != 0)
            fail_msg("%s%s\n  expected %s\n  got      %s (%s)", mapping, rows[i].row, rows[i].shown, got,
                     x.record.dead.detail);
    }
    model_fixture_fini(&x);
}
#define CHECK(mapping, header, ...)                                  \
    do {                                                             \
        const struct row rows_[] = {__VA_ARGS__};                    \
        check(mapping, header, rows_, sizeof rows_ / sizeof *rows_); \
    } while (0)

#define AT "2026-03-02T08:05:00+08:00"

static void test_columns_constants_and_defaults(void **state) {
    (void)state;
    CHECK("type: swipe\nsource: pos\nid: 流水号\nstudent: 学号\ntime: 时间\nplace: {constant: c1}\n",
          "流水号,学号,时间,姓名\n",
          {"1,s1,2026-03-02T08:05:00,甲", "swipe " AT " id=1 source=pos student=s1 place=c1"},
          {"1,s1,2026-03-02 08:05,甲\r\n", "swipe " AT " minute id=1 source=pos student=s1 place=c1"},
          {"1,\"s1\",\"2026-03-02T00:05:00Z\",甲\n", "swipe " AT " id=1 source=pos student=s1 place=c1"},
          {"\xef\xbb\xbf"
           "1, s1\t,2026-03-02T08:05:00,",
           "swipe " AT " id=1 source=pos student=s1 place=c1"},
          {"1,\xe3\x80\x80s1\xe3\x80\x80,2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=s1 place=c1"},
          {"1,\xc2\xa0s1\xc2\xa0,2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=s1 place=c1"},
          {"1,' s1,2026-03-02T08:05:00\xe2\x80\x8b,", "swipe " AT " id=1 source=pos student=s1 place=c1"},
          {"1,=\"0012\",2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=0012 place=c1"},
          {"1,\"=\"\"0012\"\"\",2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=0012 place=c1"},
          {"1,'0012,2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=0012 place=c1"},
          {"1,'a'b,2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student='a'b place=c1"},
          {"1,2.02E+09,2026-03-02T08:05:00,", "bad_value student"}, /* whoever that was */
          {"2.02300e+11,s1,2026-03-02T08:05:00,", "bad_value id"},
          {"1,2.023001E9,2026-03-02T08:05:00,", "bad_value student"}, /* as Java writes it */
          {"1,2.E9a,2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=2.E9a place=c1"},
          {"1,2E9,2026-03-02T08:05:00,", "swipe " AT " id=1 source=pos student=2E9 place=c1"},
          {",s1,2026-03-02T08:05:00,", "swipe " AT " id=x:… source=pos student=s1 place=c1"},
          {"1,,2026-03-02T08:05:00,甲", "missing_field student"}, {"1,s1,,甲", "missing_field time"},
          {"1,s1,2026-02-30T08:05:00,甲", "bad_time time"}, {"1,s1,1970-01-01T00:00:00,甲", "bad_time time"});
}

static void test_headings_and_cells_have_no_blanks_of_any_kind_around_them(void **state) {
    (void)state;
    CHECK("type: presence\nstudent: 学号\ntime: 时间\nplace: {column: 地点, match: '(.*)楼'}\n",
          "\xef\xbb\xbf\xe3\x80\x80学号 ,\xc2\xa0时间\xc2\xa0,\" 地点\xe3\x80\x80\"\n",
          {"s1\xc2\xa0\xe3\x80\x80,\xc2\xa0" AT ",一\xc2\xa0楼", "presence " AT " id=x:… student=s1 place=一"},
          {"\xc2\xa0," AT ",一楼", "missing_field student"});
}

static void test_a_row_must_have_its_cells(void **state) {
    (void)state;
    CHECK("type: presence\nstudent: a\ntime: b\n", "a,b,c\n",
          {"s1,2026-03-02T08:05:00,x", "presence " AT " id=x:… student=s1"},
          {"s1,2026-03-02T08:05:00,x,,", "presence " AT " id=x:… student=s1"}, {"s1,2026-03-02T08:05:00", "bad_value"},
          {"s1,2026-03-02T08:05:00,x,y", "bad_value"}, {"s1", "bad_value"}, {"", "bad_value"}, {"\n", "bad_value"},
          {",,", "missing_field time"}, /* a reader of files passes such a row; a topic's record is accounted for */
          {"s1,2026-03-02T08:05:00,x\ns2,2026-03-02T08:05:00,y", "bad_value"},
          {"s1,\"2026-03-02T08:05:00,x", "bad_value"},
          {"s1,2026-03-02T08:05:00,\"x\ny\"", "presence " AT " id=x:… student=s1"},
          {"s1,2026-03-02T08:05:00,\xff", "bad_utf8"});
    CHECK("type: presence\nstudent: a\ntime: b\n", "a,b,,\n",
          {"s1,2026-03-02T08:05:00,,", "presence " AT " id=x:… student=s1"},
          {"s1,2026-03-02T08:05:00", "presence " AT " id=x:… student=s1"});
}

static void test_columns_by_number(void **state) {
    (void)state;
    CHECK(
        "file: {header: false, separator: tab}\ntype: presence\nstudent: 3\ntime: {column: 1, format: YYYYMMDDHHmmss}\n",
        NULL, {"20260302080500\tx\ts1", "presence " AT " id=x:… student=s1"},
        {"20260302080500\tx\ts1\tmore\tcells", "presence " AT " id=x:… student=s1"},
        {"20260302080500\tx", "bad_value"});
}

static void test_joined_columns_and_ids(void **state) {
    (void)state;
    CHECK(
        "type: presence\nstudent: s\nid: {columns: [s, d, t]}\ntime: {columns: [d, t], format: 'YYYY-M-D H:mm'}\nmeans: {columns: [m, n], join: '/'}\n",
        "s,d,t,m,n\n", {"s1,2026-3-2,8:05,a,b", "presence " AT " minute id=s1:2026-3-2:8:05 student=s1 means=a/b"},
        {"s1,2026-3-2,8:05,,", "presence " AT " minute id=s1:2026-3-2:8:05 student=s1"},
        {"s1,2026-3-2,8:05,a,", "presence " AT " minute id=s1:2026-3-2:8:05 student=s1 means=a/"},
        {"s1,2026-3-2,,,", "bad_time time"}, {"s1,,,,", "missing_field time"});
    CHECK("type: swipe\nstudent: s\nreader: r\ntime: t\njournal_no: j\n", "s,r,t,j\n",
          {"s1,r1,2026-03-02T08:05:00,17", "swipe " AT " id=j:r1:17 student=s1 reader=r1 journal_no=17"},
          {"s1,r1,2026-03-02T08:05:00,17.0", "swipe " AT " id=j:r1:17 student=s1 reader=r1 journal_no=17"},
          {"s1,r1,2026-03-02T08:05:00,-1", "bad_value journal_no"});
}

static void test_time_formats(void **state) {
    (void)state;
#define M(format) "type: presence\nstudent: s\ntime: {column: t, format: " format "}\n"
#define ID        " id=x:… student=s1"
    CHECK(M("'YYYY/M/D H:mm[:ss]'"), "s,t\n", {"s1,2026/3/2 8:05", "presence " AT " minute" ID},
          {"s1,2026/03/02 08:05:00", "presence " AT ID}, {"s1,2026/3/2  8:05", "presence " AT " minute" ID},
          {"s1,2026/3/2 8:5", "bad_time time"}, {"s1,2026/3/2", "bad_time time"}, {"s1,26/3/2 8:05", "bad_time time"},
          {"s1,2026/3/2 8:05:00 x", "bad_time time"}, {"s1,2026/3/2 24:05", "bad_time time"},
          {"s1,2026/2/29 8:05", "bad_time time"}, {"s1,2026/13/2 8:05", "bad_time time"});
    CHECK(M("['YYYY-MM-DD HH:mm:ss', 'YYYY年M月D日H时m分', YYYYMMDD]"), "s,t\n",
          {"s1,2026-03-02 08:05:00", "presence " AT ID}, {"s1,2026年3月2日8时5分", "presence " AT " minute" ID},
          {"s1,20260302", "presence 2026-03-02T00:00:00+08:00 day" ID}, {"s1,2026-3-2 08:05:00", "bad_time time"});
    CHECK(M("'yyyy-MM-dd HH:mm:ss[.S]'"), "s,t\n", {"s1,2026-03-02 08:05:00", "presence " AT ID},
          {"s1,2026-03-02 08:05:00.2", "presence 2026-03-02T08:05:00.200+08:00" ID},
          {"s1,2026-03-02 08:05:00.123456", "presence 2026-03-02T08:05:00.123+08:00" ID});
    CHECK(M("'D/M/YY h:mm A'"), "s,t\n", {"s1,2/3/26 8:05 AM", "presence " AT " minute" ID},
          {"s1,2/3/26 12:05 PM", "presence 2026-03-02T12:05:00+08:00 minute" ID},
          {"s1,2/3/26 12:05 上午", "presence 2026-03-02T00:05:00+08:00 minute" ID},
          {"s1,2/3/26 8:05 下午", "presence 2026-03-02T20:05:00+08:00 minute" ID}, {"s1,2/3/26 8:05", "bad_time time"});
    CHECK(M("'YYYY/M/D A h:mm'"), "s,t\n", /* as moment.js and spreadsheets in Chinese write halves of a day */
          {"s1,2026/3/2 早上 8:05", "presence " AT " minute" ID},
          {"s1,2026/3/2 凌晨 12:05", "presence 2026-03-02T00:05:00+08:00 minute" ID},
          {"s1,2026/3/2 中午 11:59", "presence 2026-03-02T11:59:00+08:00 minute" ID},
          {"s1,2026/3/2 中午 12:05", "presence 2026-03-02T12:05:00+08:00 minute" ID},
          {"s1,2026/3/2 中午 1:05", "presence 2026-03-02T13:05:00+08:00 minute" ID},
          {"s1,2026/3/2 傍晚 6:05", "presence 2026-03-02T18:05:00+08:00 minute" ID},
          {"s1,2026/3/2 晚上 11:05", "presence 2026-03-02T23:05:00+08:00 minute" ID},
          {"s1,2026/3/2 晚上 12:05", "bad_time time"}, {"s1,2026/3/2 中午 9:05", "bad_time time"});
    CHECK(M("'YYYY-MM-DDTHH:mm:ssZ'"), "s,t\n", {"s1,2026-03-02T00:05:00Z", "presence " AT ID},
          {"s1,2026-03-02T09:05:00+0900", "presence " AT ID}, {"s1,2026-03-01T22:05:00-02:00", "presence " AT ID},
          {"s1,2026-03-02T00:05:00", "bad_time time"});
    CHECK(M("\"YYYY-MM-DD 'at' HH:mm\""), "s,t\n", {"s1,2026-03-02 at 08:05", "presence " AT " minute" ID});
    CHECK(M("'YYYY/M/D[ H:mm[:ss]]'"), "s,t\n", {"s1,2026/3/2 8:05:00", "presence " AT ID},
          {"s1,2026/3/2 8:05", "presence " AT " minute" ID},
          {"s1,2026/3/2", "presence 2026-03-02T00:00:00+08:00 day" ID}, {"s1,2026/3/2:00", "bad_time time"});
    CHECK(M("epoch_ms"), "s,t\n", {"s1,1772409900000", "presence " AT ID}, {"s1,1772409900", "bad_time time"},
          {"s1,soon", "bad_time time"}, {"s1,1772409900000.9", "presence " AT ID});
    CHECK(M("epoch_s"), "s,t\n", {"s1,1772409900", "presence " AT ID}, {"s1,9223372036854775807", "bad_time time"},
          {"s1,1772409900.25", "presence 2026-03-02T08:05:00.250+08:00" ID}, {"s1,1772409900.0", "presence " AT ID},
          {"s1,1772409900.", "bad_time time"}, {"s1,1772409900.2.5", "bad_time time"},
          {"s1,1772409900.25s", "bad_time time"}, {"s1,.25", "bad_time time"});
    CHECK(M("excel"), "s,t\n", {"s1,46083.3368055556", "presence " AT ID},
          {"s1,46083", "presence 2026-03-02T00:00:00+08:00 day" ID},
          {"s1,46083.0", "presence 2026-03-02T00:00:00+08:00" ID},
          {"s1,46083.9999999", "presence 2026-03-03T00:00:00+08:00" ID}, {"s1,0.5", "bad_time time"},
          {"s1,46083,5", "bad_value"}, {"s1,2958466", "bad_time time"}, {"s1,nan", "bad_time time"});
    CHECK("type: presence\nstudent: s\ntime: {columns: [d, t], format: excel}\n", "s,d,t\n",
          {"s1,46083,0.3368055556", "presence " AT ID}, {"s1,46083.0,0.3368055556", "presence " AT ID},
          {"s1,46083,8:05:00", "presence " AT ID}, {"s1,46083,08:05", "presence " AT " minute" ID},
          {"s1,46083,24:00", "presence 2026-03-03T00:00:00+08:00 minute" ID},
          {"s1,46083,", "presence 2026-03-02T00:00:00+08:00 day" ID}, {"s1,46083.5,0.25", "bad_time time"},
          {"s1,46083,1.5", "bad_time time"}, {"s1,46083,24:01", "bad_time time"}, {"s1,46083,8:5", "bad_time time"},
          {"s1,46083,8:60", "bad_time time"}, {"s1,46083,noon", "bad_time time"}, {"s1,,0.5", "bad_time time"});
    CHECK(M("[excel, 'YYYY/M/D H:mm']"), "s,t\n", {"s1,46083.3368055556", "presence " AT ID},
          {"s1,2026/3/2 8:05", "presence " AT " minute" ID});
    CHECK(M("[epoch_s, epoch_ms]"), "s,t\n", {"s1,1772409900", "presence " AT ID},
          {"s1,1772409900000", "presence " AT ID}, {"s1,1", "bad_time time"});
    CHECK(M("'YYYYMMDD Hmmss'"), "s,t\n", {"s1,20260302 080500", "presence " AT ID},
          {"s1,20260302 80500", "presence " AT ID}, {"s1,20260302 120500", "presence 2026-03-02T12:05:00+08:00" ID},
          {"s1,20260302 8050", "bad_time time"}, {"s1,20260302 0080500", "bad_time time"});
    CHECK(M("'YYYY/M/D Hmm[A]'"), "s,t\n", {"s1,2026/3/2 805", "presence " AT " minute" ID},
          {"s1,2026/3/2 0805", "presence " AT " minute" ID}, {"s1,2026/3/2 805AM", "presence " AT " minute" ID},
          {"s1,2026/3/2 805PM", "presence 2026-03-02T20:05:00+08:00 minute" ID}, {"s1,2026/3/2 85", "bad_time time"});
#undef M
    CHECK(
        "type: presence\nstudent: s\ntime: {column: t, format: ['YYYY-MM-DD HH:mm:ss', 'YYYY-MM-DD'], offset: '+00:00'}\n",
        "s,t\n", {"s1,2026-03-02 00:05:00", "presence " AT ID});
    /* A day alone is the campus's day, also where times are written far to the east. */
    CHECK(
        "type: presence\nstudent: s\ntime: {column: t, format: ['YYYY-MM-DD HH:mm:ss', 'YYYY-MM-DD'], offset: '+12:00'}\n",
        "s,t\n", {"s1,2026-03-02 12:05:00", "presence " AT ID},
        {"s1,2026-03-02", "presence 2026-03-02T00:00:00+08:00 day" ID});
    CHECK("type: presence\nstudent: s\ntime: {column: t, offset: '+12:00'}\n", "s,t\n",
          {"s1,2026-03-02", "presence 2026-03-02T00:00:00+08:00 day" ID});
    CHECK("type: presence\nstudent: s\ntime: {column: t, offset: '+00:00'}\n", "s,t\n",
          {"s1,2026-03-02 00:05:00", "presence " AT ID}, {"s1,2026-03-02T08:05:00+08:00", "presence " AT ID},
          {"s1,2026-03-02T00:05Z", "presence " AT " minute" ID}, {"s1,2026-03-02T00:05:00.000", "presence " AT ID});
}

static void test_times_as_databases_and_hands_write_them(void **state) {
    (void)state;
#define M(format) "type: presence\nstudent: s\ntime: {column: t, format: " format "}\n"
    CHECK(M("'YYYY-MM-DD HH:mm:ssZ'"), "s,t\n", {"s1,2026-03-02 08:05:00+08", "presence " AT ID},
          {"s1,2026-03-01 22:05:00-02", "presence " AT ID}, {"s1,2026-03-02 08:05:00+08:", "bad_time time"},
          {"s1,2026-03-02 08:05:00+8", "bad_time time"}, {"s1,2026-03-02 08:05:00+080", "bad_time time"});
    CHECK(M("'D-MMM-YY h.mm.ss.S A'"), "s,t\n", {"s1,02-MAR-26 08.05.00.000000 AM", "presence " AT ID},
          {"s1,02-Sep-26 08.05.00.000000 AM", "presence 2026-09-02T08:05:00+08:00" ID},
          {"s1,02-XYZ-26 08.05.00.000000 AM", "bad_time time"}, {"s1,02-MA-26 08.05.00.000000 AM", "bad_time time"});
    CHECK(M("'MMM D YYYY h:mmA'"), "s,t\n", {"s1,Mar  2 2026  8:05AM", "presence " AT " minute" ID},
          {"s1,March 2 2026 8:05AM", "presence " AT " minute" ID},
          {"s1,May 2 2026 8:05PM", "presence 2026-05-02T20:05:00+08:00 minute" ID},
          {"s1,Marchy 2 2026 8:05AM", "bad_time time"});
    CHECK(M("'YYYY/M/D H:mm'"), "s,t\n", {"s1,2026/3/2 24:00", "presence 2026-03-03T00:00:00+08:00 minute" ID},
          {"s1,2026/2/28 24:00", "presence 2026-03-01T00:00:00+08:00 minute" ID},
          {"s1,2026/3/2 24:01", "bad_time time"}, {"s1,2026/3/2　8：05", "presence " AT " minute" ID},
          {"s1,２０２６/３/２ ８:０５", "presence " AT " minute" ID}, {"s1,２０２６/３/２", "bad_time time"});
    CHECK(M("'YYYY/M/D H：mm'"), "s,t\n", {"s1,2026/3/2 8：05", "presence " AT " minute" ID});
#undef M
}

static void test_a_weekday_is_passed_over_and_a_year_put_before(void **state) {
    (void)state;
#define M(format) "type: presence\nstudent: s\ntime: {column: t, format: " format "}\n"
    CHECK(M("'YYYY-MM-DD E HH:mm'"), "s,t\n", {"s1,2026-03-02 星期一 08:05", "presence " AT " minute" ID},
          {"s1,2026-03-02 周一 08:05", "presence " AT " minute" ID},
          {"s1,2026-03-02 礼拜天 08:05", "presence " AT " minute" ID}, /* the day counts */
          {"s1,2026-03-02 Mon 08:05", "presence " AT " minute" ID},
          {"s1,2026-03-02 MONDAY 08:05", "presence " AT " minute" ID}, {"s1,2026-03-02 星期八 08:05", "bad_time time"},
          {"s1,2026-03-02 Mo 08:05", "bad_time time"}, {"s1,2026-03-02 08:05", "bad_time time"});
    CHECK(M("'YYYY-MM-DD(E) HH:mm'"), "s,t\n", {"s1,2026-03-02(周一) 08:05", "presence " AT " minute" ID},
          {"s1,2026-03-02（周一）　08：05", "presence " AT " minute" ID});
    CHECK(M("'EEE MMM d HH:mm:ss yyyy'"), "s,t\n", {"s1,Mon Mar  2 08:05:00 2026", "presence " AT ID});
    CHECK("type: presence\nstudent: s\ntime: {columns: [d, t], prefix: '2026-', format: 'YYYY-M-D H:mm:ss'}\n",
          "s,d,t\n", {"s1,3-2,8:05:00", "presence " AT ID}, {"s1,2026-3-2,8:05:00", "bad_time time"},
          {"s1,,", "missing_field time"});
#undef M
}

static void test_rows_that_leave_out_empty_cells_at_their_end(void **state) {
    (void)state;
#define TABLE "type: presence\nstudent: s\ntime: t\nplace: p\n"
    CHECK(TABLE, "s,t,p,remark\n", {"s1,2026-03-02 08:05:00,p1", "bad_value"},
          {"s1,2026-03-02 08:05:00,p1,,", "presence " AT ID " place=p1"});
    CHECK("file: {short_rows: fill}\n" TABLE, "s,t,p,remark\n",
          {"s1,2026-03-02 08:05:00,p1", "presence " AT ID " place=p1"}, {"s1,2026-03-02 08:05:00", "presence " AT ID},
          {"s1", "missing_field time"}, {"s1,2026-03-02 08:05:00,p1,a,b", "bad_value"});
#undef TABLE
}

static void test_a_time_that_fits_no_format_is_told_which_it_would(void **state) {
    (void)state;
    static const struct {
        const char *time, *format;
    } rows[] = {{"2026-03-02 08:05", "YYYY-M-D H:mm[:ss[.S]][Z]"},
                {"2026-03-02T08:05:00.000+08:00", "YYYY-M-DTH:mm[:ss[.S]][Z]"},
                {"2026年3月2日8时5分", "YYYY年M月D日[ ]H时m分[s秒]"},
                {"20260302080500", "YYYYMMDDHHmm[ss[S]]"},
                {"2026/3/2 下午 8:05", "YYYY/M/D A h:mm[:ss]"},
                {"1772409900", "epoch_s"},
                {"1772409900000", "epoch_ms"},
                {"1772409900.25", "epoch_s"},
                {"46083.336806", "excel"},
                {"20260302", "YYYYMMDD"},
                {"02-MAR-26 08.05.00.000000 AM", "D-MMM-YY h.mm.ss.S A"},
                {"3/22/2026 8:05", "M/D/YYYY H:mm[:ss]"},
                {"22/3/2026 8:05", "D/M/YYYY H:mm[:ss]"},
                {"2026-03-02 星期一 08:05:00", "YYYY-M-D[ ]E[ ]H:mm[:ss]"},
                {"2026/3/2(周一)8:05", "YYYY/M/D[ ](E)[ ]H:mm[:ss]"},
                {"2026年3月2日 周一 8:05", "YYYY年M月D日[ ]E[ ]H:mm[:ss]"},
                {"Mon Mar  2 08:05:00 2026", "E MMM D H:mm:ss YYYY"},
                {"46083 08:05", "excel"},
                {"03-02 08:05", "a year"},
                {"3月2日 8:05", "a year"},
                {"3/2/2026 8:05", NULL}, /* March or February */
                {"2026-02-30 08:05", NULL},
                {"昨天 8:05", NULL},
                {"8:05", "a day"}, /* which stands in another column */
                {"下午 8:05:07", "a day"},
                {"soon", NULL}};
    struct model_fixture x;
    model_fixture_init(&x);
    assert_string_equal(
        model_fixture_map(&x, "type: presence\nstudent: s\ntime: {column: t, format: \"'at' YYYY/M/D\"}\n"), "");
    assert_string_equal(model_fixture_bind(&x, "s,t\n"), "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char row[96], want[160];
        snprintf(row, sizeof row, "s1,%s", rows[i].time);
        snprintf(want, sizeof want, "time fits none of the formats%s%s", rows[i].format ? ", but would fit " : "",
                 rows[i].format ? rows[i].format : "");
        if (rows[i].format && strcmp(rows[i].format, "a day") == 0)
            snprintf(want, sizeof want, "time is a time of day alone (take its day along: `columns: [DAY, TIME]`)");
        if (rows[i].format && strcmp(rows[i].format, "a year") == 0)
            snprintf(want, sizeof want, "time has no year (put it before: `prefix: '2026-'`, and a format)");
        assert_string_equal(model_fixture_row(&x, row), "bad_time time");
        assert_string_equal(x.record.dead.detail, want);
    }
    model_fixture_fini(&x);
}

static void test_an_epoch_in_another_unit_is_told_so(void **state) {
    (void)state;
    static const struct {
        const char *format, *time, *says;
    } rows[] = {{"epoch_ms", "1772409900", ", but would fit epoch_s"},
                {"epoch_s", "1772409900000", ", but would fit epoch_ms"},
                {"epoch_ms", "20260302080500", ", but would fit YYYYMMDDHHmm[ss[S]]"},
                {"epoch_ms", "177240990000", ""},
                {"YYYY/M/D", "1899/12/30", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct model_fixture x;
        char text[128];
        model_fixture_init(&x);
        snprintf(text, sizeof text, "type: presence\nstudent: s\ntime: {column: t, format: %s}\n", rows[i].format);
        assert_string_equal(model_fixture_map(&x, text), "");
        assert_string_equal(model_fixture_bind(&x, "s,t\n"), "");
        snprintf(text, sizeof text, "s1,%s", rows[i].time);
        assert_string_equal(model_fixture_row(&x, text), "bad_time time");
        snprintf(text, sizeof text, "time is not between the years 1990 and 2200%s", rows[i].says);
        assert_string_equal(x.record.dead.detail, text);
        model_fixture_fini(&x);
    }
}

static void test_numbers_in_full_width(void **state) {
    (void)state;
    CHECK(
        "type: swipe\nstudent: s\ntime: t\nreader: r\namount: {column: a, negative: consume}\njournal_no: j\n",
        "s,t,r,a,j\n",
        {"s1,2026-03-02T08:05:00,r1,５．５０,１７",
         "swipe " AT " id=j:r1:17 student=s1 reader=r1 amount=5.50 journal_no=17"},
        {"s1,2026-03-02T08:05:00,r1,－５,17", "swipe " AT " id=j:r1:17 student=s1 reader=r1 amount=5.00 journal_no=17"},
        {"ｓ１,2026-03-02T08:05:00,r1,5,17",
         "swipe " AT " id=j:r1:17 student=ｓ１ reader=r1 amount=5.00 journal_no=17"},
        {"s1,2026-03-02T08:05:00,r1,５元,17", "bad_value amount"});
}

static void test_an_amount_with_more_about_it_is_told_to_remove_that(void **state) {
    (void)state;
    static const struct {
        const char *amount;
        bool has_hint;
    } rows[] = {{"\"1,234.50\"", true}, {"￥5", true}, {"5元", true}, {"5.005", false}, {"much", false}};
    for (int fen = 0; fen < 2; fen++) {
        struct model_fixture x;
        model_fixture_init(&x);
        assert_string_equal(
            model_fixture_map(&x, fen ? "type: swipe\nstudent: s\ntime: t\namount: {column: a, unit: fen}\n"
                                      : "type: swipe\nstudent: s\ntime: t\namount: a\n"),
            "");
        assert_string_equal(model_fixture_bind(&x, "s,t,a\n"), "");
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            char row[96];
            snprintf(row, sizeof row, "s1,2026-03-02T08:05:00,%s", rows[i].amount);
            assert_string_equal(model_fixture_row(&x, row), "bad_value amount");
            if (!!strstr(x.record.dead.detail, "`remove:`") != rows[i].has_hint)
                fail_msg("%s: %s", rows[i].amount, x.record.dead.detail);
        }
        model_fixture_fini(&x);
    }
}

static void test_lost_times_of_day(void **state) {
    (void)state;
    CHECK("type: presence\nstudent: s\ntime: {column: t, format: 'YYYY/M/D H:mm', lost: '0:00'}\n", "s,t\n",
          {"s1,2026/3/2 0:00", "presence 2026-03-02T00:00:00+08:00 day" ID},
          {"s1,2026/3/2 0:01", "presence 2026-03-02T00:01:00+08:00 minute" ID},
          {"s1,2026/3/2 00:00", "presence 2026-03-02T00:00:00+08:00 day" ID});
    CHECK(
        "type: presence\nstudent: s\ntime: {column: t, format: 'YYYY/M/D H:mm:ss', lost: ['00:00:00', '12:00', collected]}\ncollected: c\n",
        "s,t,c\n", {"s1,2026/3/2 12:00:00,", "presence 2026-03-02T00:00:00+08:00 day" ID},
        {"s1,2026/3/2 0:00:00,", "presence 2026-03-02T00:00:00+08:00 day" ID},
        {"s1,2026/3/2 0:00:01,", "presence 2026-03-02T00:00:01+08:00" ID},
        {"s1,2026/3/2 8:05:00,2026-03-02T08:05:00",
         "presence 2026-03-02T00:00:00+08:00 day id=x:… collected=" AT " student=s1"},
        {"s1,2026/3/2 8:05:01,2026-03-02T08:05:00",
         "presence 2026-03-02T08:05:01+08:00 id=x:… collected=" AT " student=s1"},
        {"s1,2026/3/2 8:05:01,later", "bad_time collected"});
    /* As it is written, whatever zone that is; a text with an offset of its own names an instant. */
    CHECK("type: presence\nstudent: s\ntime: {column: t, format: 'YYYY/M/D H:mm', lost: '0:00', offset: '+00:00'}\n",
          "s,t\n", {"s1,2026/3/2 0:00", "presence 2026-03-02T00:00:00+08:00 day" ID},
          {"s1,2026/3/1 16:00", "presence 2026-03-02T00:00:00+08:00 minute" ID});
    CHECK("type: presence\nstudent: s\ntime: {column: t, lost: '0:00', offset: '+00:00'}\n", "s,t\n",
          {"s1,2026-03-02 00:00:00", "presence 2026-03-02T00:00:00+08:00 day" ID},
          {"s1,2026-03-02 00:00:01", "presence 2026-03-02T08:00:01+08:00" ID},
          {"s1,2026-03-02 00:00:00.001", "presence 2026-03-02T08:00:00.001+08:00" ID},
          {"s1,2026-03-01 16:00", "presence 2026-03-02T00:00:00+08:00 minute" ID},
          {"s1,2026-03-01T16:00:00Z", "presence 2026-03-02T00:00:00+08:00 day" ID},
          {"s1,2026-03-02T00:00:00Z", "presence 2026-03-02T08:00:00+08:00" ID});
}

/* 080500 is a number to a spreadsheet, and 80500 when it is saved. */
static void test_zeros_that_a_spreadsheet_took_from_a_time_of_day(void **state) {
    (void)state;
#define M(more) "type: presence\nstudent: s\ntime: {columns: [d, t], format: ['YYYYMMDD HHmmss', YYYYMMDD]" more "}\n"
    CHECK(M(", pad: 6"), "s,d,t\n", {"s1,20260302,080500", "presence " AT ID}, {"s1,20260302,80500", "presence " AT ID},
          {"s1,20260302,512", "presence 2026-03-02T00:05:12+08:00" ID},
          {"s1,20260302,0", "presence 2026-03-02T00:00:00+08:00" ID},
          {"s1,20260302,", "presence 2026-03-02T00:00:00+08:00 day" ID}, {"s1,20260302,1080500", "bad_time time"});
    static const struct {
        const char *row;
        bool has_hint;
    } rows[] = {{"s1,20260302,80500", true},  {"s1,20260302,512", true}, {"s1,20260302,250000", false},
                {"s1,20260302,96000", false}, {"s1,,80512", false},      {"s1,20260302,8:05", false}};
    struct model_fixture x;
    model_fixture_init(&x);
    assert_string_equal(model_fixture_map(&x, M("")), "");
    assert_string_equal(model_fixture_bind(&x, "s,d,t\n"), "");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(model_fixture_row(&x, rows[i].row), "bad_time time");
        if (!!strstr(x.record.dead.detail, "zeros in front of its last column (pad: 6)") != rows[i].has_hint)
            fail_msg("%s: %s", rows[i].row, x.record.dead.detail);
    }
    model_fixture_fini(&x);
#undef M
}

static void test_precision_is_never_finer_than_written(void **state) {
    (void)state;
    CHECK("type: presence\nstudent: s\ntime: t\nprecision: minute\n", "s,t\n",
          {"s1,2026-03-02T08:05:31", "presence " AT " minute" ID},
          {"s1,2026-03-02", "presence 2026-03-02T00:00:00+08:00 day" ID});
    CHECK("type: presence\nstudent: s\ntime: t\nprecision: {column: p, table: {D: day, M: minute, S: second}}\n",
          "s,t,p\n", {"s1,2026-03-02T08:05:31,D", "presence 2026-03-02T00:00:00+08:00 day" ID},
          {"s1,2026-03-02T08:05:31,M", "presence " AT " minute" ID},
          {"s1,2026-03-02T08:05,S", "presence " AT " minute" ID}, {"s1,2026-03-02T08:05:00,", "presence " AT ID},
          {"s1,2026-03-02T08:05:00,X", "bad_value precision"});
}

static void test_cleaned_and_padded_texts(void **state) {
    (void)state;
    CHECK("file: {empty: ['NULL', '-']}\ntype: swipe\ntime: t\nstudent: {column: s, pad: 6, prefix: '20'}\n"
          "card: {column: c, remove: [' ', '卡'], empty: '0'}\n",
          "t,s,c\n", {"2026-03-02T08:05:00,1003,卡 7 7", "swipe " AT " id=x:… student=20001003 card=77"},
          {"2026-03-02T08:05:00,1234567,0", "swipe " AT " id=x:… student=201234567"},
          {"2026-03-02T08:05:00,NULL,7", "swipe " AT " id=x:… card=7"},
          {"2026-03-02T08:05:00,-,NULL", "missing_field student"},
          {"2026-03-02T08:05:00,10000000000000000000000000000000000000000000000000000000000000000,",
           "bad_value student"});
}

/* The bytes 3C FB 3F FD, as four systems write them; a zero in front is a byte's, and easily lost. */
static void test_card_numbers_of_other_systems(void **state) {
    (void)state;
#define CARD(form)  "type: swipe\ntime: t\ncard: {column: c, number: " form ", pad: 10}\n"
#define SWIPE(card) "swipe " AT " id=x:… card=" card
    CHECK(CARD("hex"), "t,c\n", {"2026-03-02T08:05:00,3CFB3FFD", SWIPE("1023098877")},
          {"2026-03-02T08:05:00,0x3cfb3ffd", SWIPE("1023098877")}, {"2026-03-02T08:05:00,CFB3FFD", SWIPE("0217792509")},
          {"2026-03-02T08:05:00,04A1B2C3D4E5F6", SWIPE("1303689068602870")},
          {"2026-03-02T08:05:00,3CFB3FFG", "bad_value card"}, {"2026-03-02T08:05:00,0x", "bad_value card"},
          {"2026-03-02T08:05:00,0123456789ABCDEF0", "bad_value card"},
          {"2026-03-02T08:05:00,", "missing_field student"});
    CHECK(CARD("hex_reversed"), "t,c\n", {"2026-03-02T08:05:00,FD3FFB3C", SWIPE("1023098877")},
          {"2026-03-02T08:05:00,D3FFB3C", SWIPE("1023098637")},
          {"2026-03-02T08:05:00,F6E5D4C3B2A104", SWIPE("1303689068602870")});
    CHECK(CARD("decimal_reversed"), "t,c\n", {"2026-03-02T08:05:00,4248828732", SWIPE("1023098877")},
          {"2026-03-02T08:05:00,0000000001", SWIPE("0016777216")}, {"2026-03-02T08:05:00,4294967296", "bad_value card"},
          {"2026-03-02T08:05:00,-1", "bad_value card"}, {"2026-03-02T08:05:00,3CFB3FFD", "bad_value card"});
}

static void test_money(void **state) {
    (void)state;
#define M(amount) "type: swipe\nstudent: s\ntime: t\namount: {column: a" amount "}\n"
#define S(rest)   "swipe " AT " id=x:… student=s1" rest
    CHECK(M(""), "s,t,a\n", {"s1,2026-03-02T08:05:00,12.5", S(" amount=12.50")},
          {"s1,2026-03-02T08:05:00,12.5000", S(" amount=12.50")}, {"s1,2026-03-02T08:05:00,+12", S(" amount=12.00")},
          {"s1,2026-03-02T08:05:00,0.07", S(" amount=0.07")}, {"s1,2026-03-02T08:05:00,", S("")},
          {"s1,2026-03-02T08:05:00,-0.00", S(" amount=0.00")}, {"s1,2026-03-02T08:05:00,-1", "bad_value amount"},
          {"s1,2026-03-02T08:05:00,12.505", "bad_value amount"}, {"s1,2026-03-02T08:05:00,-", "bad_value amount"},
          {"s1,2026-03-02T08:05:00,1e2", "bad_value amount"},
          {"s1,2026-03-02T08:05:00,.5", S(" amount=0.50")}, /* as Oracle prints it */
          {"s1,2026-03-02T08:05:00,.", "bad_value amount"}, {"s1,2026-03-02T08:05:00,.505", "bad_value amount"},
          {"s1,2026-03-02T08:05:00,..5", "bad_value amount"});
    CHECK(M(", unit: fen"), "s,t,a\n", {"s1,2026-03-02T08:05:00,1250", S(" amount=12.50")},
          {"s1,2026-03-02T08:05:00,1250.00", S(" amount=12.50")}, {"s1,2026-03-02T08:05:00,12.5", "bad_value amount"},
          {"s1,2026-03-02T08:05:00,1000000000001", "bad_value amount"});
    CHECK(M(", negative: consume, positive: topup"), "s,t,a\n", {"s1,2026-03-02T08:05:00,-12.5", S(" amount=12.50")},
          {"s1,2026-03-02T08:05:00,\xe2\x88\x92"
           "12.5",
           S(" amount=12.50")},
          {"s1,2026-03-02T08:05:00,100", S(" op=topup amount=100.00")},
          {"s1,2026-03-02T08:05:00,0", S(" amount=0.00")});
    CHECK(M(", negative: refund"), "s,t,a\n", {"s1,2026-03-02T08:05:00,(12.50)", S(" op=refund amount=12.50")},
          {"s1,2026-03-02T08:05:00,12.50-", S(" op=refund amount=12.50")},
          {"s1,2026-03-02T08:05:00,-.50", S(" op=refund amount=0.50")},
          {"s1,2026-03-02T08:05:00,（12.5 ）", S(" op=refund amount=12.50")},
          {"s1,2026-03-02T08:05:00,(12.50", "bad_value amount"}, {"s1,2026-03-02T08:05:00,()", "bad_value amount"},
          {"s1,2026-03-02T08:05:00,-(1)", "bad_value amount"});
    CHECK(M(", negative: refund"), "s,t,a\n", {"s1,2026-03-02T08:05:00,-12.5", S(" op=refund amount=12.50")},
          {"s1,2026-03-02T08:05:00,12.5", S(" amount=12.50")});
    CHECK(M(", negative: drop_sign, remove: [',', '¥', '元']"), "s,t,a\n",
          {"s1,2026-03-02T08:05:00,\"¥-1,250.5元\"", S(" amount=1250.50")});
    CHECK("type: swipe\nstudent: s\ntime: t\nbalance: {column: a, negative: leave_out}\n", "s,t,a\n",
          {"s1,2026-03-02T08:05:00,-3", S("")}, {"s1,2026-03-02T08:05:00,3", S(" balance=3.00")});
#undef M
}

static void test_code_tables(void **state) {
    (void)state;
#define M(rest)                                                                                                                \
    "type: attendance\nstudent: s\ntime: t\nstatus: {column: a, table: {'0': absent, '1': present, L: late, '': unknown}" rest \
    "}\n"
#define A(status) "attendance " AT " id=x:… student=s1 status=" status
    CHECK(M(""), "s,t,a\n", {"s1,2026-03-02T08:05:00,1", A("present")}, {"s1,2026-03-02T08:05:00, L ", A("late")},
          {"s1,2026-03-02T08:05:00,", A("unknown")}, {"s1,2026-03-02T08:05:00,l", "bad_value status"},
          {"s1,2026-03-02T08:05:00,01", "bad_value status"});
    CHECK(M(", else: excused"), "s,t,a\n", {"s1,2026-03-02T08:05:00,9", A("excused")});
    CHECK(M(", else: leave_out"), "s,t,a\n", {"s1,2026-03-02T08:05:00,9", "missing_field status"});
    CHECK(M(", else: dead_letter"), "s,t,a\n", {"s1,2026-03-02T08:05:00,9", "bad_value status"});
#undef M
    CHECK(
        "type: {column: k, table: {POS: swipe, 门禁: dorm_access, LIB: library, X: dead_letter}}\nstudent: s\ntime: t\namount: a\n"
        "direction: {column: d, table: {I: in, O: out}}\nminutes: m\nfee: {column: a, unit: fen}\nuntil: {column: u, format: 'YYYY/M/D'}\n",
        "k,s,t,a,d,m,u\n", {"POS,s1,2026-03-02T08:05:00,5,bad,bad,bad", "swipe " AT " id=x:… student=s1 amount=5.00"},
        {"门禁,s1,2026-03-02T08:05:00,,I,,", "dorm_access " AT " id=x:… student=s1 direction=in"},
        {"LIB,s1,2026-03-02T08:05:00,150,O,7.5,2026/3/9",
         "library " AT " id=x:… student=s1 direction=out minutes=7.5 fee=1.50 until=2026-03-09T00:00:00+08:00"},
        {"LIB,s1,2026-03-02T08:05:00,,,x,", "bad_value minutes"}, {"LIB,s1,2026-03-02T08:05:00,,,,x", "bad_time until"},
        {"X,s1,2026-03-02T08:05:00,,,,", "unknown_type type"}, {"NEW,s1,2026-03-02T08:05:00,,,,", "unknown_type type"},
        {",s1,2026-03-02T08:05:00,,,,", "missing_field type"});
    CHECK("type: {column: k, table: {POS: swipe}, else: presence}\nstudent: s\ntime: t\n", "k,s,t\n",
          {"?,s1,2026-03-02T08:05:00", "presence " AT " id=x:… student=s1"});
}

static void test_patterns_give_several_fields(void **state) {
    (void)state;
#define D(place, direction) "dorm_access " AT " id=x:… student=s1 place=" place " direction=" direction
    CHECK("type: dorm_access\nstudent: s\ntime: t\nplace: {column: a, match: '^(?<place>.+)\\[(?<direction>.+)\\]$'}\n"
          "direction: {table: {进门: in, 出门: out}, else: unknown}\n",
          "s,t,a\n", {"s1,2026-03-02T08:05:00,飞凤轩[进门]", D("飞凤轩", "in")},
          {"s1,2026-03-02T08:05:00,\"飞凤轩,东[出门]\"", D("飞凤轩,东", "out")},
          {"s1,2026-03-02T08:05:00,飞凤轩[路过]", D("飞凤轩", "unknown")},
          {"s1,2026-03-02T08:05:00,飞凤轩", "bad_value place"}, {"s1,2026-03-02T08:05:00,", "missing_field direction"});
    /* a group alone is enough for a field; the other way round too */
    CHECK(
        "type: dorm_access\nstudent: s\ntime: t\ndirection: {column: a, match: '^(?<place>\\w+)-(?<direction>in|out)'}\n",
        "s,t,a\n", {"s1,2026-03-02T08:05:00,D1-in-3", D("D1", "in")},
        {"s1,2026-03-02T08:05:00,D1", "bad_value direction"});
    /* one group without a name, no group at all, else */
    CHECK(
        "type: presence\nstudent: {column: s, match: '^U(\\d+)$', else: leave_out}\ncard: c\ntime: t\nmeans: {column: m, match: '^[a-z]+', else: other}\n",
        "s,t,c,m\n", {"U12,2026-03-02T08:05:00,77,wifi3", "presence " AT " id=x:… student=12 card=77 means=wifi"},
        {"12,2026-03-02T08:05:00,77,9", "presence " AT " id=x:… card=77 means=other"});
}

static void test_a_pattern_cannot_hang_a_run(void **state) {
    (void)state;
    CHECK(
        "type: presence\nstudent: s\ntime: t\nmeans: {column: m, match: '^(a+)+$'}\n", "s,t,m\n",
        {"s1,2026-03-02T08:05:00,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
         "bad_value means"});
}

static void test_gbk_rows_are_named_by_their_own_bytes(void **state) {
    (void)state;
    struct model_fixture x;
    model_fixture_init(&x);
    assert_string_equal(
        model_fixture_map(&x, "file: {encoding: gbk}\ntype: presence\nstudent: 学号\ntime: 时间\nplace: 地点\n"), "");
    assert_int_equal(sz_mapping_encoding(x.mapping), SZ_ENC_GB18030);
    assert_int_equal(sz_mapping_separator(x.mapping), ',');
    assert_true(sz_mapping_has_header(x.mapping));
    assert_string_equal(model_fixture_bind(&x, "学号,时间,地点\n"), "");
    assert_true(sz_mapping_use_encoding(x.mapping, SZ_ENC_GB18030));
    assert_string_equal(model_fixture_row(&x, "s1,2026-03-02T08:05:00,\xb7\xc9\xb7\xef\xd0\xf9\n"),
                        "presence " AT " id=x:… student=s1 place=飞凤轩");
    char id[40];
    memcpy(id, x.record.event.id.p, 34);
    assert_string_equal(model_fixture_row(&x, "s1,2026-03-02T08:05:00,\xb7\xc9\xb7\xef\xd0\n"), "bad_utf8");
    assert_true(sz_mapping_use_encoding(x.mapping, SZ_ENC_UTF8));
    assert_string_equal(model_fixture_row(&x, "s1,2026-03-02T08:05:00,飞凤轩\n"),
                        "presence " AT " id=x:… student=s1 place=飞凤轩");
    assert_memory_not_equal(id, x.record.event.id.p, 34);
    assert_false(sz_mapping_use_encoding(x.mapping, SZ_ENC_BAD));
    model_fixture_fini(&x);
}

static void test_nul_bytes_and_huge_rows(void **state) {
    (void)state;
    struct model_fixture x;
    sz_buf b;
    model_fixture_init(&x);
    sz_buf_init(&b);
    model_fixture_map(&x, "type: presence\nstudent: s\ntime: t\n");
    model_fixture_bind(&x, "s,t\n");
    static const char nul[] = "s\0001,2026-03-02T08:05:00";
    sz_mapping_decode(x.mapping, (sz_str){nul, sizeof nul - 1}, &x.arena, &x.record);
    assert_string_equal(model_fixture_show(&x), "bad_value");
    while (b.n <= SZ_RECORD_MAX) sz_buf_put_z(&b, "s1,2026-03-02T08:05:00,");
    sz_mapping_decode(x.mapping, sz_buf_str(&b), &x.arena, &x.record);
    assert_string_equal(model_fixture_show(&x), "too_large");
    sz_buf_fini(&b);
    model_fixture_fini(&x);
}

static void test_a_dead_row_keeps_its_time_and_names_no_student(void **state) {
    (void)state;
    struct model_fixture x;
    model_fixture_init(&x);
    model_fixture_map(&x, "type: swipe\nstudent: s\ntime: t\namount: a\n");
    model_fixture_bind(&x, "s,t,a\n");
    assert_string_equal(model_fixture_row(&x, "2023001234,2026-03-02T08:05:00,2023001234x"), "bad_value amount");
    assert_true(x.record.time_ms == INT64_C(1772409900000));
    assert_null(strstr(x.record.dead.detail, "2023001234"));
    assert_string_equal(model_fixture_row(&x, "2023001234,x,1"), "bad_time time");
    assert_true(x.record.time_ms == SZ_TIME_NONE);
    model_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_constants_and_defaults),
        cmocka_unit_test(test_headings_and_cells_have_no_blanks_of_any_kind_around_them),
        cmocka_unit_test(test_a_row_must_have_its_cells),
        cmocka_unit_test(test_columns_by_number),
        cmocka_unit_test(test_joined_columns_and_ids),
        cmocka_unit_test(test_time_formats),
        cmocka_unit_test(test_times_as_databases_and_hands_write_them),
        cmocka_unit_test(test_a_weekday_is_passed_over_and_a_year_put_before),
        cmocka_unit_test(test_rows_that_leave_out_empty_cells_at_their_end),
        cmocka_unit_test(test_a_time_that_fits_no_format_is_told_which_it_would),
        cmocka_unit_test(test_an_epoch_in_another_unit_is_told_so),
        cmocka_unit_test(test_numbers_in_full_width),
        cmocka_unit_test(test_an_amount_with_more_about_it_is_told_to_remove_that),
        cmocka_unit_test(test_lost_times_of_day),
        cmocka_unit_test(test_zeros_that_a_spreadsheet_took_from_a_time_of_day),
        cmocka_unit_test(test_precision_is_never_finer_than_written),
        cmocka_unit_test(test_cleaned_and_padded_texts),
        cmocka_unit_test(test_card_numbers_of_other_systems),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_code_tables),
        cmocka_unit_test(test_patterns_give_several_fields),
        cmocka_unit_test(test_a_pattern_cannot_hang_a_run),
        cmocka_unit_test(test_gbk_rows_are_named_by_their_own_bytes),
        cmocka_unit_test(test_nul_bytes_and_huge_rows),
        cmocka_unit_test(test_a_dead_row_keeps_its_time_and_names_no_student),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
