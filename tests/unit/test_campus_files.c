/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of a campus folder: encodings, headings, shapes of rows. Every finding with its place.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "support/campus_fixture.h"

struct row {
    const char *what, *file, *text, *findings;
};

static void check_rows(const struct row *rows, size_t n, const char *students) {
    for (size_t i = 0; i < n; i++) {
        struct campus_fixture x;
        bool is_students = strcmp(rows[i].file, "students.csv") == 0;
        struct campus_text files[3] = {
            {rows[i].file, rows[i].text}, {is_students ? NULL : "students.csv", students}, {NULL, NULL}};
        campus_fixture_load(&x, files);
        if (strcmp(campus_fixture_findings(&x), rows[i].findings) != 0)
            fail_msg("%s:\n  expected %s\n  got      %s", rows[i].what, rows[i].findings, campus_fixture_findings(&x));
        assert_int_equal(x.status, x.d.n_errors ? SZ_FINDINGS : SZ_OK);
        for (size_t k = 0; k < x.d.n; k++) {
            assert_non_null(x.d.v[k].message_zh);
            assert_true((x.d.v[k].hint == NULL) == (x.d.v[k].hint_zh == NULL));
        }
        campus_fixture_fini(&x);
    }
}

static void test_headings_are_found_or_refused(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"empty file", "students.csv", "", "students.csv:1:1 E304"},
        {"blank lines only", "students.csv", "\n\n", "students.csv:1:1 E304"},
        {"headings only", "students.csv", "student,name\n", "students.csv:1:1 W319"},
        {"no heading at all", "students.csv", "2023001,甲\n", "students.csv:1:1 E305"},
        {"another heading", "students.csv", "编号,姓名\n1,甲\n", "students.csv:1:1 E305"},
        {"two needed ones missing", "cards.csv", "a,b\n1,2\n", "cards.csv:1:1 E305 cards.csv:1:1 E305"},
        {"one column twice", "students.csv", "学号,姓名,student\n1,甲,2\n", "students.csv:1:7 E306"},
        {"unknown headings are ignored", "students.csv", "学号,辅导员,血型\n1,乙,A\n", ""},
        {"a near one asks", "students.csv", "学号,录取学院\n1,医学院\n", "students.csv:1:4 W307"},
        {"as registrars' systems write them", "students.csv", "XH,XM,所在学院,ZYMC,行政班级,入学时间\n1,甲,医学院,m,c,x\n", "students.csv:2:13 E313"},
        {"beside the usual one", "students.csv", "学号,学工号,学院,所在学院\n1,x,医学院,y\n", ""},
        {"as card systems write them", "cards.csv", "学工号,一卡通号,失效日期\ns1,1,x\n", "cards.csv:2:6 E313"},
        {"not where the column is there", "students.csv", "学号,学院,学院代码\n1,医学院,3\n", ""},
        {"a near English one", "students.csv", "student,entry_yaer\n1,2023\n", "students.csv:1:9 W307"},
        {"case, blanks, dashes, stars", "students.csv", "*Student *, Entry-Year ,enrolled on\n1,2023,2023-09-01\n", ""},
        {"one that counts beside none better", "cards.csv", "卡号,学号,失效日期\n1,s1,x\n", "cards.csv:2:6 E313"},
        {"the better one", "cards.csv", "失效日期,卡号,学号,停用日期,生效日期,启用\nx,1,s1,2026-03-05,x,2026-03-01\n", ""},
        {"two of them", "cards.csv", "卡号,学号,失效日期,截止\n1,s1,,\n", "cards.csv:1:12 E306"},
        {"two that are as good", "cards.csv", "卡号,学号,停用,停用日期\n1,s1,,\n", "cards.csv:1:10 E306"},
        {"quoted headings", "students.csv", "\"学号\",\"姓名\"\n\"1\",\"甲\"\n", ""},
        {"tabs", "students.csv", "学号\t姓名\n1\t甲\n", ""},
        {"semicolons", "students.csv", "学号;姓名\n1;甲\n", ""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, "student\ns1\n");
}

/* What stands in a row with a fault is somebody; the others are looked for all the same. */
static void test_a_faulty_row_hides_only_its_student(void **state) {
    (void)state;
    static const struct {
        const char *roster, *findings;
    } rows[] = {
        {"student,name\ns1,\n,y\n", "cards.csv:3:3 W334 students.csv:3:1 E311"},
        {"student,name\ns1,\ns9,y,z\n", "students.csv:3:6 E309"},
        {"student,name\ns1,\ns8,y,z\n", "cards.csv:3:3 W334 students.csv:3:6 E309"},
        {"student,entry_year\ns1,\ns9,x\n", "students.csv:3:4 E314"},
        {"student,name\ns1,\ns8,\"y\n", "students.csv:3:4 E308"}, /* whoever stands behind it */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row card = {rows[i].roster, "cards.csv", "card,student\n1,s1\n2,s9\n", rows[i].findings};
        check_rows(&card, 1, rows[i].roster);
    }
}

static void test_what_reports_and_spreadsheets_leave_is_told(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"totals", "students.csv", "学号,姓名\n1,甲\n合计,1人\n", "students.csv:3:1 W323"},
        {"totals in any column", "students.csv", "学号,姓名\n1,甲\n,总计：1\n共 1 人\n", "students.csv:3:2 W323"},
        {"totals with more cells", "students.csv", "学号\n1\n合计,1,2\n", "students.csv:3:1 W323"},
        {"a footer", "places.csv", "地点,类别\nc1,食堂\n制表人：乙,\n", "places.csv:3:1 W323"},
        {"totals alone", "students.csv", "学号,姓名\nTotal,0\n", "students.csv:1:1 W319 students.csv:2:1 W323"},
        {"names that begin so", "places.csv",
         "地点,名称\nc1,合计楼\n总计院,总计院\n共青楼,共青楼\n共3号楼,x\nTotally,x\n总数1号楼,x\nTotal1,x\n", ""},
        {"whoever has a number is there", "students.csv",
         "班级,姓名,学号,宿舍\n合计 1 班,甲,1,\n小计,乙,2,\n共1人,丙,3,\n,合计,4,1-1\n合计,,,\n",
         "students.csv:6:1 W323"},
        {"the number of all behind its word", "students.csv", "姓名,学号\n甲,1\n合计,1\n", "students.csv:3:1 W323"},
        {"the number of each school's behind its name, and of all", "students.csv",
         "学院,姓名,学号\n文,甲,11\n文,乙,12\n文,,2\n理,丙,13\n理,丁,14\n理,戊,15\n理,,3\n,,5\n",
         "students.csv:4:1 W323"},
        {"a school and its word", "students.csv", "学院,姓名,学号\n文,甲,11\n文学院小计,,7\n理 合计：,,8\n总人数,,9\n",
         "students.csv:3:1 W323"},
        {"a place's own number and name", "places.csv",
         "地点,名称,类别\n0,零号门,校门\n1,一号门,校门\n2,二号门,\n3,三号门,校门\n", ""},
        {"a reader's, beside places", "readers.csv", "读头,备注,方向\n8,东,进\n9,西,进\n2,北,\n", ""},
        {"a school and its count", "students.csv", "学院,姓名,学号\n文,甲,11\n文,乙,12\n文 计数,,2\n总计数,,2\n",
         "students.csv:4:1 W323"},
        {"a number that is nobody's", "students.csv", "学号,姓名,性别\n1,甲,男\n2,乙,女\n,,3\n",
         "students.csv:4:3 W323"},
        {"the words of a report's foot", "students.csv", "学号,姓名\n1,甲\n2,乙\n人数：3,\n填表人：丙,\n注：含休学,\n",
         "students.csv:4:1 W323"},
        {"a word set wide", "students.csv",
         "学院,姓名,学号\n文,甲,11\n合 计,,1\n合　计：,,1\n小   计,,1\n合 计 人,乙,2\n合计 计,,3\n",
         "students.csv:3:1 W323"},
        {"a word set wide where the number stands", "students.csv",
         "学号,姓名\n11,甲\n合　计,\n总 计 1 人,\n计数,1\nGrand Total,1\n", "students.csv:3:1 W323"},
        {"a note and its number", "students.csv", "学号,姓名\n1001,甲\n备注,1002\n", "students.csv:3:1 W323"},
        {"a note and its number the other way round", "students.csv", "姓名,学号\n甲,1001\n备注,1002\n",
         "students.csv:3:1 W323"},
        {"a number behind a word that counts nothing is somebody's", "students.csv", "学号,姓名\n注1001,甲\n说明2,乙\n",
         ""},
        {"another number is somebody's", "students.csv", "学院,姓名,学号\n文,甲,11\n文,乙,12\n文,,3\n文,,2\n", ""},
        {"where others have as little, too", "students.csv", "学院,学号\n文,3\n文,4\n文,2\n", ""},
        {"a year of leaving is none of entry", "students.csv", "学号,入学年份\n1,2023级\n2,2023届\n",
         "students.csv:3:3 E314"},
        {"merged", "students.csv", "学号,学院\n1,甲\n2,\n3,\n4,乙\n5,\n6,\n", "students.csv:2:3 W324"},
        {"one group", "students.csv", "学号,学院\n1,甲\n2,\n3,\n4,\n", "students.csv:2:3 W324"},
        {"hardly filled", "students.csv", "学号,学院\n1,甲\n2,\n3,\n4,甲\n5,\n6,\n", ""},
        {"hardly filled, from the second on", "students.csv", "学号,学院\n1,\n2,甲\n3,\n4,乙\n5,\n6,\n", ""},
        {"mostly filled", "students.csv", "学号,学院\n1,甲\n2,乙\n3,\n4,\n", ""},
        {"a number with .0", "students.csv", "学号\n2023001.0\n2023002\n2023003.0\n", "students.csv:2:1 W325"},
        {"full-width digits", "cards.csv", "卡号,学号\nｃ１,s1\n", "cards.csv:2:1 W325"},
        {"other numbers", "students.csv", "学号\nB1.0\n1.5\n1.00\nA（1）\n", ""},
    };
    check_rows(rows, sizeof rows / sizeof *rows, "student\ns1\n");
}

static void test_rows_have_the_shape_of_the_headings(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"CRLF, last line without end", "students.csv", "学号,姓名\r\n1,甲\r\n2,乙", ""},
        {"line ends of old Macs", "students.csv", "student,name\r1,x\r2,y\r2,z\r", "students.csv:4:1 E330"},
        {"a comma too many", "students.csv", "学号,宿舍,姓名\n1,东1,302,甲\n2,东1,乙\n", "students.csv:2:10 E309"},
        {"empty cells too many are fine", "students.csv", "学号,姓名\n1,甲,,\n", ""},
        {"too few", "students.csv", "学号,姓名,性别\n1,甲\n2,乙,女\n3\n", "students.csv:2:4 W310"},
        {"blank rows of a spreadsheet", "students.csv", "学号,姓名\n1,甲\n,\n , \n", ""},
        {"needed cell empty", "students.csv", "姓名,学号\n甲,\n乙,2\n", "students.csv:2:3 E311"},
        {"needed cell lacking", "students.csv", "姓名,学号\n甲\n乙,2\n", "students.csv:2:2 W310 students.csv:2:2 E311"},
        {"quote never closed", "students.csv", "学号,姓名\n1,\"甲\n2,乙\n", "students.csv:2:3 E308"},
        {"quote never closed in the headings", "students.csv", "\"学号,姓名\n1,甲\n", "students.csv:1:1 E308"},
        {"quotes and line ends inside", "students.csv", "学号,姓名\n1,\"甲 \"\"小\"\"\n甲\"\n2,乙\n2,丙\n",
         "students.csv:5:1 E330"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, NULL);
}

static void test_cells_are_read_or_refused_at_their_place(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"status", "students.csv", "学号,姓名,状态\n1,甲,activ\n2,乙,在读\n3,丙,\n", "students.csv:2:5 E312"},
        {"status as registers write it", "students.csv",
         "学号,状态\n1,在校生\n2,注册学籍\n3,毕业生\n4,肄业\n5,保留入学资格\n6,交换生\n", ""},
        {"residence as registers write it", "students.csv", "学号,住宿\n1,住宿\n2,校内\n3,走读生\n", ""},
        {"residence", "students.csv", "学号,住宿\n1,校外\n2, hotel\n", "students.csv:3:4 E312"},
        {"entry year", "students.csv", "学号,入学年份\n1,2023级\n2,2023.0\n3,23\n4,二〇二三\n",
         "students.csv:4:3 E314 students.csv:5:3 E314"},
        {"years", "students.csv", "学号,学制\n1,4\n2,4年\n3,0\n4,4.5\n5,四年\n6,五年制\n7,年\n8,四年级\n",
         "students.csv:4:3 E314 students.csv:5:3 E314 students.csv:8:3 E314 students.csv:9:3 E314"},
        {"enrolled on", "students.csv",
         "学号,入学日期\n1,2023/9/1\n2,2023年9月1日\n3,20230901\n4,2023-02-29\n5,45170\n",
         "students.csv:5:3 E313 students.csv:6:3 E313"},
        {"all findings of one row", "students.csv", "学号,状态,学制,入学日期\n1,x,y,z\n",
         "students.csv:2:3 E312 students.csv:2:5 E314 students.csv:2:7 E313"},
        {"rounded by a spreadsheet", "students.csv", "学号\n2.02300E+09\n", "students.csv:2:1 E316"},
        {"an id too long", "students.csv",
         "姓名,学号\n甲,12345678901234567890123456789012345678901234567890123456789012345\n", "students.csv:2:3 E315"},
        {"a line end inside an id", "students.csv", "学号,姓名\n\"1\n2\",甲\n", "students.csv:2:1 E315"},
        {"a student twice", "students.csv", "学号\n1\n2\n 1\n1\n", "students.csv:4:2 E330 students.csv:5:1 E330"},
        {"text of a spreadsheet", "students.csv", "学号\n=\"007\"\n007\t\n'007\n",
         "students.csv:3:1 E330 students.csv:4:1 E330"},
        {"a place twice", "places.csv", "地点,类别\nc1,食堂\nc1,超市\n", "places.csv:3:1 E331"},
        {"a kind of place nearly known", "places.csv", "place,kind\nc1,canten\nc2,sauna\n", "places.csv:2:4 W337"},
        {"one as an input method slips", "places.csv", "地点,类别\nc1,食唐\nc2,校外\nc3,饭堂\n", "places.csv:2:4 W337"},
        {"one with more said", "places.csv", "地点,类别\nc1,学生食堂\nc2,书店\n", "places.csv:2:4 W337"},
        {"card that ends before, by other headings", "cards.csv", "卡号,学号,起,止\n77,s1,2026-03-05,2026-03-02\n",
         "cards.csv:2:18 E317"},
        {"reader that ends before, by other headings", "readers.csv",
         "读头,起始日期,截止日期\n77,2026-03-05,2026-03-02\n", "readers.csv:2:15 E317"},
        {"leave that ends before, by other headings", "leaves.csv", "学号,起,止,发起人\ns1,2026-03-05,2026-03-02,x\n",
         "leaves.csv:2:15 E317"},
        {"a card's interval", "cards.csv",
         "卡号,学号,启用,停用\n77,s1,2026-03-05,2026-03-02\n78,s1,2026-03-05,2026-03-05\n", "cards.csv:2:18 E317"},
        {"a card's times", "cards.csv", "card,student,from,to\n77,s1,2026-03-05T25:00:00+08:00,never\n",
         "cards.csv:2:7 E313 cards.csv:2:33 E313"},
        {"no length", "cards.csv", "card,student,from,to\n77,s1,2026-03-05 08:00,2026-03-05 08:00\n",
         "cards.csv:2:24 W318"},
        {"a card of nobody", "cards.csv", "card,student\n77,s9\n78,s1\n", "cards.csv:2:4 W334"},
        {"a card of two", "cards.csv",
         "system,card,student,from,to\npos,77,s1,,2026-03-03\npos,77,s2,2026-03-03,\ngate,77,s2,,\npos,77,s3,2026-03-04,\n",
         "cards.csv:3:5 E332 cards.csv:5:5 E332"},
        {"the same row twice", "cards.csv", "card,student\n77,s1\n77,s1\n", "cards.csv:3:1 E332"},
        {"one after the other", "cards.csv", "card,student,from,to\n77,s2,2026-03-04,\n77,s1,,2026-03-03\n", ""},
        {"a long one over two short ones", "cards.csv",
         "card,student,from,to\n7,s1,,\n7,s2,2026-01-01,2026-01-02\n7,s3,2026-02-01,2026-02-02\n",
         "cards.csv:3:1 E332 cards.csv:4:1 E332"},
        {"reader direction", "readers.csv", "读头,方向\ng1,进\ng2,up\n", "readers.csv:3:4 E312"},
        {"reader direction as systems write it", "readers.csv", "读头,方向\ng1,进入\ng2,离开\n", ""},
        {"kinds of place that end like one in use", "places.csv", "地点,类别\nc1,学生食堂\nd1,学生公寓\nx1,邮局\n",
         "places.csv:2:4 W337 places.csv:3:4 W337"},
        {"reader twice", "readers.csv", "reader,source,from,to\ng1,gate,,2026-03-03\ng1,door,,\ng1,gate,2026-03-03,\n",
         "readers.csv:4:1 E333"},
        {"leave of nobody", "leaves.csv", "学号,开始\ns1,2026-03-02\ns9,2026-03-02\n", "leaves.csv:3:1 W335"},
        {"leave without beginning", "leaves.csv", "学号,开始,结束\ns1,,2026-03-02\n", "leaves.csv:2:4 E311"},
        {"leave that ends before", "leaves.csv", "学号,开始,结束\ns1,2026-03-05,2026-03-02\n", "leaves.csv:2:15 E317"},
        {"leave that ends on the day before", "leaves.csv", "学号,开始,结束\ns1,2026-03-05,2026-03-04\n",
         "leaves.csv:2:15 E317"},
        {"leave of one day", "leaves.csv", "学号,开始,结束\ns1,2026-03-05,2026-03-05\n", ""},
        {"kind of leave", "leaves.csv", "学号,开始,类型\ns1,2026-03-05,病假\ns1,2026-03-06,sik\ns1,2026-03-07,婚假\n",
         "leaves.csv:3:15 W338 leaves.csv:4:15 W338"},
        {"recorded", "leaves.csv", "学号,开始,登记\ns1,2026-03-05,2026-03-06\ns1,2026-03-05,soon\n",
         "leaves.csv:3:15 E313"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, "student\ns1\ns2\ns3\n");
}

static void test_readers_places_are_looked_up_where_there_are_places(void **state) {
    (void)state;
    struct campus_fixture x;
    const char *students = "student\ns1\n", *readers = "reader,place\ng1,c1\ng2,c9\n";
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", students}, {"readers.csv", readers}, {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "");
    campus_fixture_fini(&x);
    campus_fixture_load(&x, (struct campus_text[]){{"readers.csv", readers},
                                                   {"places.csv", "place,kind\nc1,canteen\n"},
                                                   {"students.csv", students},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "readers.csv:3:4 W336");
    campus_fixture_fini(&x);
}

/* 学号,姓名,状态\n2023001,张三,在读\n2023002,李四,x\n in GBK */
static const char gbk[] =
    "\xd1\xa7\xba\xc5,\xd0\xd5\xc3\xfb,\xd7\xb4\xcc\xac\n2023001,\xd5\xc5\xc8\xfd,\xd4\xda\xb6\xc1\n"
    "2023002,\xc0\xee\xcb\xc4,x\n";

static void test_gbk_is_found_out_and_columns_count_characters(void **state) {
    (void)state;
    static const sz_encoding given[] = {SZ_ENC_AUTO, SZ_ENC_GB18030};
    for (size_t i = 0; i < 2; i++) {
        struct campus_fixture x;
        campus_fixture_load_bytes(&x, "students.csv", gbk, sizeof gbk - 1, "data/campus/", given[i]);
        assert_string_equal(campus_fixture_findings(&x), "data/campus/students.csv:3:12 E312");
        assert_int_equal(x.status, SZ_FINDINGS);
        assert_int_equal(sz_campus_n_students(x.c), 1); /* what could be read */
        assert_true(sz_str_is(sz_campus_student(x.c, 0)->name, "张三"));
        campus_fixture_fini(&x);
    }
}

static void test_marks_win_over_the_given_encoding(void **state) {
    (void)state;
    static const char utf8[] = "\xef\xbb\xbf学号,姓名,状态\n1,甲,x\n";
    static const char utf16[] = "\xff\xfe\x66\x5b\xf7\x53\n\0"
                                "1\0\n\0"
                                "1\0\n"; /* 学号 1 1 */
    struct campus_fixture x;
    campus_fixture_load_bytes(&x, "students.csv", utf8, sizeof utf8 - 1, NULL, SZ_ENC_GB18030);
    assert_string_equal(campus_fixture_findings(&x), "students.csv:2:5 E312");
    campus_fixture_fini(&x);
    campus_fixture_load_bytes(&x, "students.csv", utf16, sizeof utf16, NULL, SZ_ENC_AUTO);
    assert_string_equal(campus_fixture_findings(&x), "students.csv:3:1 E330");
    campus_fixture_fini(&x);
}

static void test_bytes_that_are_no_text_are_named(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        sz_encoding enc;
        const char *findings;
    } rows[] = {
        {"学号,姓名\n1,甲\n2,\xff\xff\n", 26, SZ_ENC_AUTO, "students.csv:3:3 E301"},
        {"学号,姓名\n1,甲\n2,\xe4\xb9", 24, SZ_ENC_AUTO, "students.csv:3:3 E301"}, /* cut off in a character */
        {"学号,姓名\n1,甲\n2,乙\n", 26, SZ_ENC_UTF16LE, NULL},
        {"\xd1\xa7\xba\xc5\n1\n", 7, SZ_ENC_UTF8, "students.csv:1:2 E301"},
        {"student\n1\n2\0\n", 13, SZ_ENC_AUTO, "students.csv:3:2 E302"},
        {"PK\3\4\0\0\0\0\0\0 student", 18, SZ_ENC_AUTO, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct campus_fixture x;
        campus_fixture_load_bytes(&x, "students.csv", rows[i].bytes, rows[i].n, NULL, rows[i].enc);
        assert_int_equal(x.status, SZ_FINDINGS);
        assert_true(x.d.n_errors > 0);
        if (rows[i].findings) assert_string_equal(campus_fixture_findings(&x), rows[i].findings);
        campus_fixture_fini(&x);
    }
}

static void test_a_folder_needs_the_roster(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load_bytes(&x, NULL, NULL, 0, NULL, SZ_ENC_AUTO);
    assert_string_equal(campus_fixture_findings(&x), "");
    assert_int_equal(x.status, SZ_OK);
    assert_true(sz_campus_is_empty(x.c));
    campus_fixture_fini(&x);

    campus_fixture_load_bytes(&x, "notes.txt", "x", 1, "home", SZ_ENC_AUTO);
    assert_string_equal(campus_fixture_findings(&x), "home:1:1 E321");
    campus_fixture_fini(&x);

    campus_fixture_load_bytes(&x, "calendar.yaml", "", 0, "home", SZ_ENC_AUTO);
    assert_string_equal(campus_fixture_findings(&x), "home:1:1 W320");
    assert_true(sz_campus_is_empty(x.c));
    campus_fixture_fini(&x);

    campus_fixture_load_bytes(&x, "student.csv", "x", 1, "home", SZ_ENC_AUTO);
    assert_string_equal(campus_fixture_findings(&x), "home:1:1 E321 home:1:1 W322");
    campus_fixture_fini(&x);
}

static void test_a_roster_with_errors_makes_nobody_a_stranger(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", "student,years\ns1,x\n"},
                                                   {"cards.csv", "card,student\n77,s1\n"},
                                                   {"leaves.csv", "student,from\ns1,2026-03-02\n"},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "students.csv:2:4 E314");
    campus_fixture_fini(&x);
}

/* Whose row has an error is known all the same, so what the other files say wrong is told with it. */
static void test_a_roster_with_errors_hides_no_other_file(void **state) {
    (void)state;
    struct campus_fixture x;
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", "student,years\ns1,x\ns2,4\ns2,4\n"},
                                                   {"cards.csv", "card,student\n77,s1\n77,s2\n78,s3\n78,s1\n"},
                                                   {"leaves.csv", "student,from\ns1,2026-03-02\ns3,2026-03-02\n"},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "cards.csv:3:1 E332 cards.csv:4:4 W334 leaves.csv:3:1 W335 "
                                                     "students.csv:2:4 E314 students.csv:4:1 E330");
    campus_fixture_fini(&x);
    /* Of a row whose commas have moved any cell may be the number. */
    campus_fixture_load(&x, (struct campus_text[]){{"students.csv", "student,years\ns1,4,4\n"},
                                                   {"cards.csv", "card,student\n77,s1\n77,s1\n78,s3\n"},
                                                   {NULL, NULL}});
    assert_string_equal(campus_fixture_findings(&x), "cards.csv:3:1 E332 cards.csv:4:4 W334 students.csv:2:6 E309");
    campus_fixture_fini(&x);
}

static void test_findings_show_the_line_and_a_hint(void **state) {
    (void)state;
    struct campus_fixture x;
    sz_buf out;
    sz_buf_init(&out);
    campus_fixture_load_bytes(&x, "students.csv", gbk, sizeof gbk - 1, "campus", SZ_ENC_AUTO);
    sz_diag_print(&out, &x.d.v[0], SZ_EN, false);
    sz_diag_print(&out, &x.d.v[0], SZ_ZH, false);
    sz_buf_put_u8(&out, 0);
    assert_string_equal(
        (char *)out.p,
        "campus/students.csv:3:12: error[SZ312]: `x` is no status of a student\n"
        "   3 | 2023002,李四,x\n"
        "     |              ^\n"
        "     = there are: active, suspended, graduated, withdrawn, exchange\n"
        "campus/students.csv:3:12: 错误[SZ312]：`x` 不是学生状态\n"
        "   3 | 2023002,李四,x\n"
        "     |              ^\n"
        "     = 可用的有：active（在读）、suspended（休学）、graduated（毕业）、withdrawn（退学）、exchange（交换）\n");
    sz_buf_fini(&out);
    campus_fixture_fini(&x);
}

static void test_slips_are_told_what_to_write(void **state) {
    (void)state;
    static const struct {
        const char *file, *text, *en, *zh;
    } rows[] = {
        {"students.csv", "学号,入学年份\n1,2023届\n",
         "届 is the year in which they leave; write the year of entry, for example 2023",
         "届是毕业年份；请写入学年份，例如 2023"},
        {"places.csv", "地点,类别\nc1,学生食堂\n", "did you mean `canteen`? It is kept as written",
         "是不是 `canteen`？现按原样保留"},
        {"calendar.yaml", "holidays:\n  - {name: 五一, from: 2026-05-01, until: 2026-05-05}\n", "did you mean `to`?",
         "是不是 `to`？"},
        {"calendar.yaml", "makeup_days: []\n", "did you mean `make_up_days`?", "是不是 `make_up_days`？"},
        {"calendar.yaml", "节假日: []\n", "did you mean `holidays`?", "是不是 `holidays`？"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct campus_fixture x;
        bool is_roster = strcmp(rows[i].file, "students.csv") == 0;
        campus_fixture_load(&x, (struct campus_text[]){{rows[i].file, rows[i].text},
                                                       {is_roster ? NULL : "students.csv", "student\n1\n"},
                                                       {NULL, NULL}});
        assert_true(x.d.n > 0);
        assert_string_equal(x.d.v[0].hint, rows[i].en);
        assert_string_equal(x.d.v[0].hint_zh, rows[i].zh);
        campus_fixture_fini(&x);
    }
}

static void test_ten_thousand_findings_are_kept_and_all_are_counted(void **state) {
    (void)state;
    struct campus_fixture x;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "student,status\n");
    for (int i = 0; i < 12000; i++) sz_buf_printf(&text, "%d,nobody\n", i);
    campus_fixture_load_bytes(&x, "students.csv", text.p, text.n, NULL, SZ_ENC_AUTO);
    assert_int_equal(x.d.n, 10000);
    assert_int_equal(x.d.n_errors, 12000);
    sz_buf_fini(&text);
    campus_fixture_fini(&x);
}

static void test_every_code_is_explained_once_and_in_order(void **state) {
    (void)state;
    size_t n;
    const sz_code_doc *codes = sz_campus_codes(&n);
    assert_true(n > 40);
    for (size_t i = 0; i < n; i++) {
        assert_in_range(codes[i].code, 301, 399);
        if (i) assert_true(codes[i].code > codes[i - 1].code);
        assert_true(codes[i].meaning && codes[i].meaning_zh && codes[i].example);
        assert_true(codes[i].meaning[strlen(codes[i].meaning) - 1] != '.');
    }
}

static void test_a_file_of_more_than_4_gb_is_refused(void **state) {
    (void)state;
    enum { CODE_TOO_LARGE = 303 };
    const size_t n = ((size_t)1 << 32) + 1;
    void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0); /* one page of zeros */
    if (p == MAP_FAILED) skip();
    const sz_campus_file file = {"students.csv", p, n};
    sz_campus *campus = NULL;
    sz_zone zone;
    sz_types types;
    sz_diags d;
    sz_diags_init(&d);
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    sz_types_init(&types);
    assert_int_equal(sz_campus_load(&file, 1, "campus", SZ_ENC_AUTO, &zone, &types, &d, &campus), SZ_FINDINGS);
    assert_int_equal(d.v[0].code, CODE_TOO_LARGE);
    assert_true(d.v[0].hint && d.v[0].hint_zh);
    sz_campus_free(campus);
    sz_types_fini(&types);
    sz_diags_fini(&d);
    munmap(p, n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headings_are_found_or_refused),
        cmocka_unit_test(test_a_faulty_row_hides_only_its_student),
        cmocka_unit_test(test_what_reports_and_spreadsheets_leave_is_told),
        cmocka_unit_test(test_rows_have_the_shape_of_the_headings),
        cmocka_unit_test(test_cells_are_read_or_refused_at_their_place),
        cmocka_unit_test(test_readers_places_are_looked_up_where_there_are_places),
        cmocka_unit_test(test_gbk_is_found_out_and_columns_count_characters),
        cmocka_unit_test(test_marks_win_over_the_given_encoding),
        cmocka_unit_test(test_bytes_that_are_no_text_are_named),
        cmocka_unit_test(test_a_folder_needs_the_roster),
        cmocka_unit_test(test_a_roster_with_errors_makes_nobody_a_stranger),
        cmocka_unit_test(test_a_roster_with_errors_hides_no_other_file),
        cmocka_unit_test(test_findings_show_the_line_and_a_hint),
        cmocka_unit_test(test_slips_are_told_what_to_write),
        cmocka_unit_test(test_ten_thousand_findings_are_kept_and_all_are_counted),
        cmocka_unit_test(test_a_file_of_more_than_4_gb_is_refused),
        cmocka_unit_test(test_every_code_is_explained_once_and_in_order),
    };
    return cmocka_run_group_tests_name("campus_files", tests, NULL, NULL);
}
