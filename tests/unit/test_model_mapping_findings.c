/* SPDX-License-Identifier: Apache-2.0
 *
 * Faults of a mapping: every one is found, at its place, in both languages, with the nearest name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/model_fixture.h"

#define OK "type: swipe\nstudent: s\ntime: t\n" /* three lines that are fine */

static void test_every_fault_has_its_place(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *findings;
    } rows[] = {
        {OK, ""},
        {"", "-:0:0 E261"},
        {"- type\n", "m.yaml:1:1 E261"},
        /* what must be there */
        {"student: s\ntime: t\n", "m.yaml:1:1 E263"},
        {"type: swipe\n", "m.yaml:1:1 E263 m.yaml:1:1 E263"},
        {"type: swipe\ncard: s\n", "m.yaml:1:1 E263"},
        {"type: attendance\nstudent: s\ntime: t\n", "m.yaml:1:1 E263"},
        {"type: dorm_access\nstudent: s\ntime: t\n", "m.yaml:1:1 E263"},
        {"type: dorm_access\nstudent: s\ntime: t\nreader: r\n", ""},
        {"type: {column: k}\nstudent: s\ntime: t\n", "m.yaml:1:7 E263"},
        {OK "place: {empty: '-'}\n", "m.yaml:4:8 E263"},
        {"type: swipe\nstudent: s\ntime: {column: t, lost: collected}\n", "m.yaml:1:1 E263"},
        /* what is misspelt is not missing too */
        {"type: swipe\nstudnet: s\ntime: t\n", "m.yaml:2:1 E262"},
        {"type: swipe\nstudent: s\ntiem: t\n", "m.yaml:3:1 E262"},
        {"type: dorm_access\nstudent: s\ntime: t\ndirecton: d\n", "m.yaml:4:1 E262"},
        /* keys */
        {OK "studnet: s\n", "m.yaml:4:1 E262"},
        {OK "wholly different: s\n", "m.yaml:4:1 E262"},
        {OK "place: {colum: p}\n", "m.yaml:4:9 E262"},
        {OK "place: {column: p, whatever: 1}\n", "m.yaml:4:20 E262"},
        {"file: {encodin: gbk}\n" OK, "m.yaml:1:8 E262"},
        {OK "file: {x: 1}\n", "m.yaml:4:8 E262"},
        {OK "student: x\n", "m.yaml:4:1 E11"},
        /* shapes */
        {"file: gbk\n" OK, "m.yaml:1:7 E261"},
        {OK "place: [a, b]\n", "m.yaml:4:8 E261"},
        {OK "place:\n", "m.yaml:4:7 E261"},
        {OK "place: {column: [[a]]}\n", "m.yaml:4:18 E261"},
        {OK "place: {column: ''}\n", "m.yaml:4:17 E261"},
        {OK "place: {columns: []}\n", "m.yaml:4:18 E261"},
        {OK "place: {column: p, table: [a]}\n", "m.yaml:4:27 E261"},
        {OK "place: {column: p, table: {a: [b]}}\n", "m.yaml:4:31 E261"},
        {OK "op: {column: p, table: {'1': refund, else: consume}}\n", "m.yaml:4:38 E261"},
        {OK "place: {column: p, empty: [[x]]}\n", "m.yaml:4:28 E261"},
        {OK "place: {column: p, empty: null}\n", "m.yaml:4:27 E261"},
        {"file: {empty: {a: b}}\n" OK, "m.yaml:1:15 E261"},
        /* settings */
        {"file: {encoding: latin1}\n" OK, "m.yaml:1:18 E264"},
        {"file: {separator: '::'}\n" OK, "m.yaml:1:19 E264"},
        {"file: {separator: '\"'}\n" OK, "m.yaml:1:19 E264"},
        {"file: {separator: comma, header: no}\n" OK, "m.yaml:1:34 E264"},
        {"file: {skip_rows: -1}\n" OK, "m.yaml:1:19 E264"},
        {"file: {skip_rows: many}\n" OK, "m.yaml:1:19 E264"},
        {"file: {short_rows: keep}\n" OK, "m.yaml:1:20 E264"},
        {OK "amount: {column: a, unit: euro}\n", "m.yaml:4:27 E264"},
        {OK "amount: {column: a, negative: buy}\n", "m.yaml:4:31 E264"},
        {OK "amount: {column: a, positive: drop_sign}\n", "m.yaml:4:31 E264"},
        {OK "card: {column: a, pad: 65}\n", "m.yaml:4:24 E264"},
        {OK "card: {column: a, pad: six}\n", "m.yaml:4:24 E264"},
        {"type: swipe\nstudent: s\ntime: {column: t, lost: ['0:00', midnight]}\n", "m.yaml:3:34 E264"},
        {"type: swipe\nstudent: s\ntime: {column: t, offset: Shanghai}\n", "m.yaml:3:27 E264"},
        /* types and values */
        {"type: swip\nstudent: s\ntime: t\n", "m.yaml:1:7 E265"},
        {"type: feed_status\nstudent: s\ntime: t\n", "m.yaml:1:7 E265"},
        {"type: {column: k, table: {'1': swipe, '2': dorm}}\nstudent: s\ntime: t\n", "m.yaml:1:44 E265"},
        {"type: {column: k, table: {'1': swipe}, else: other}\nstudent: s\ntime: t\n", "m.yaml:1:46 E265"},
        {OK "op: {column: o, table: {'1': refnd}}\n", "m.yaml:4:30 E266"},
        {OK "op: {column: o, table: {'1': refund}, else: nothing}\n", "m.yaml:4:45 E266"},
        {OK "op: {constant: buy}\n", "m.yaml:4:16 E266"},
        {OK "precision: hour\n", "m.yaml:4:12 E266"},
        {OK "place: {constant: 'a place with a name that is longer than the sixty-four bytes that it may have'}\n",
         "m.yaml:4:19 E266"},
        {OK "amount: {constant: '1.005'}\n", "m.yaml:4:20 E266"},
        {"type: library\nstudent: s\ntime: t\ndirection: {column: d, table: {I: inn}}\n", "m.yaml:4:35 E266"},
        /* fields of other types */
        {OK "status: x\n", "m.yaml:4:1 E267"},
        {OK "seat: x\n", "m.yaml:4:1 E262"},
        {"type: library\nstudent: s\ntime: t\nseat: x\nfee: {column: f, unit: fen}\n", ""},
        {OK "state: x\n", "m.yaml:4:1 E267"},
        /* what excludes each other */
        {OK "place: {column: a, constant: b}\n", "m.yaml:4:20 E268"},
        {OK "place: {column: a, columns: [b]}\n", "m.yaml:4:20 E268"},
        {OK "amount: {column: a, negative: refund}\nop: o\n", "m.yaml:4:9 E268"},
        {OK "place: {column: a, match: '(?<reader>.*)'}\nreader: r\n", "m.yaml:4:27 E268"},
        {OK "place: {column: a, match: '(?<reader>.*)'}\nref: {column: b, match: '(?<reader>.*)'}\n",
         "m.yaml:5:25 E268"},
        /* keys without use */
        {OK "place: {column: a, unit: fen}\n", "m.yaml:4:20 E269"},
        {OK "amount: {column: a, format: YYYY}\n", "m.yaml:4:21 E269"},
        {OK "amount: {column: a, pad: 6}\n", "m.yaml:4:21 E269"},
        {OK "collected: {column: c, format: 'YYYYMMDDHHmmss', pad: 6}\n", "m.yaml:4:55 E269"},
        {OK "balance: {column: a, negative: refund}\n", "m.yaml:4:10 E269"},
        {OK "place: {constant: a, match: 'b'}\n", "m.yaml:4:29 E269"},
        {OK "collected: {column: c, lost: '0:00'}\n", "m.yaml:4:12 E269"},
        /* patterns */
        {OK "place: {column: a, match: '(['}\n", "m.yaml:4:29 E270"},
        {OK "place: {column: a, match: '飞(?<place>'}\n", "m.yaml:4:37 E270"},
        {OK "place: {column: a, match: \"\\\\p{Nope}\"}\n", "m.yaml:4:36 E270"},
        {OK "place: {column: a, match: '(?<plce>.*)'}\n", "m.yaml:4:27 E271"},
        {OK "place: {column: a, match: '(?<status>.*)'}\n", "m.yaml:4:27 E271"},
        /* formats */
        {"type: swipe\nstudent: s\ntime: {column: t, format: 'YYYY-MM-DD Q'}\n", "m.yaml:3:39 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: ['YYYY-MM-DD', 'H:mm']}\n", "m.yaml:3:43 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: 'YYYY-MM-DD H:mm H'}\n", "m.yaml:3:44 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: 'YYYY-MM-DD [H:mm'}\n", "m.yaml:3:39 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: 'YYYY-MM-DD] H:mm'}\n", "m.yaml:3:38 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: '[YYYY]-[MM]-[DD] [H:mm]'}\n", "m.yaml:3:45 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: 'YYYY-MM-DD h:mm'}\n", "m.yaml:3:28 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: 'YYYY-MM-DD mm'}\n", "m.yaml:3:28 E272"},
        {"type: swipe\nstudent: s\ntime: {column: t, format: \"YYYY-MM-DD 'at H\"}\n", "m.yaml:3:39 E272"},
        /* numbers of columns */
        {"file: {header: false}\ntype: swipe\nstudent: 学号\ntime: 2\n", "m.yaml:3:10 E273"},
        {"file: {header: false}\ntype: swipe\nstudent: 0\ntime: {columns: [1, x]}\n",
         "m.yaml:3:10 E273 m.yaml:4:21 E273"},
        /* several at once */
        {"file: {encoding: x}\ntype: swipes\nstudnet: s\nplace: {column: a, pad: x}\n",
         "m.yaml:1:18 E264 m.yaml:2:1 E263 m.yaml:2:7 E265 m.yaml:3:1 E262 m.yaml:4:25 E264"},
    };
    struct model_fixture x;
    int n_wrong = 0;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = model_fixture_map(&x, rows[i].yaml);
        if (strcmp(got, rows[i].findings) != 0) {
            print_error("%s  expected %s\n  got      %s %s\n", rows[i].yaml, rows[i].findings, got,
                        x.d.n ? x.d.v[0].message : "");
            n_wrong++;
        }
        assert_true((x.mapping != NULL) == (x.d.n_errors == 0));
    }
    model_fixture_fini(&x);
    assert_int_equal(n_wrong, 0);
}

/* What whoever slipped is told to write, in both languages. */
static void test_slips_are_told_what_to_write(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *en, *zh;
    } rows[] = {
        /* keys of the mapping */
        {"type: swipe\nstudent: s\nTIME: t\n", "did you mean `time`?", "是否想写“time”？"},
        {"type: swipe\nstudent: s\ntimestamp: t\n", "did you mean `time`?", "是否想写“time”？"},
        {OK "OP: o\n", "did you mean `op`?", "是否想写“op”？"},
        {OK "location: p\n", "did you mean `place`?", "是否想写“place”？"},
        {OK "来源: pos\n", "names of fields are English:  source: pos", "字段名用英文写：source: pos"},
        {OK "金额: 金额\n", "the field stands left, the heading right:  amount: 金额",
         "左边写字段名，右边写表头：amount: 金额"},
        {"kind: swipe\nstudent: s\ntime: t\n", "did you mean `type`?", "是否想写“type”？"},
        {OK "encoding: gbk\n", "it belongs into `file`:  file: {encoding: gbk}",
         "它应写在 file 里：file: {encoding: gbk}"},
        {OK "header: false\n", "it belongs into `file`:  file: {header: false}",
         "它应写在 file 里：file: {header: false}"},
        {"type: swipe\nfields: {student: s, time: t}\n",
         "the fields stand at the beginning of their lines, without `fields:` around them",
         "字段直接顶格写，外面不要“fields:”这一层"},
        {OK "direction: d\n", "it is a field of dorm_access: see docs/events.md",
         "它是 dorm_access 的字段，见 docs/events.md"},
        /* keys below them */
        {"file: {charset: gbk}\n" OK, "did you mean `encoding`?", "是否想写“encoding”？"},
        {OK "place: {列: p}\n", "did you mean `column`?", "是否想写“column”？"},
        {OK "op: {column: o, map: {a: refund}}\n", "did you mean `table`?", "是否想写“table”？"},
        {OK "place: {column: p, regex: '(.)'}\n", "did you mean `match`?", "是否想写“match”？"},
        {OK "collected: {column: c, 时区: '+00:00'}\n", "did you mean `offset`?", "是否想写“offset”？"},
        {OK "op: {消费: consume, 充值: topup}\n", "op: {column: ..., table: {消费: consume}}",
         "op: {column: ..., table: {消费: consume}}"},
        {OK "id: [a, b]\n", "several columns:  id: {columns: [a, b]}", "多列写成 id: {columns: [a, b]}"},
        /* settings */
        {"file: {encoding: gkb}\n" OK, "did you mean `gbk`?", "是否想写“gbk”？"},
        {"file: {separator: ，}\n" OK, "did you mean `comma`?", "是否想写“comma”？"},
        {"file: {header: 无}\n" OK, "did you mean `false`?", "是否想写“false”？"},
        {"file: {skip_rows: 两行}\n" OK, "write 2", "请写 2"},
        {"file: {short_rows: 补齐}\n" OK, "did you mean `fill`?", "是否想写“fill”？"},
        {"short_rows: fill\n" OK, "it belongs into `file`:  file: {short_rows: fill}",
         "它应写在 file 里：file: {short_rows: fill}"},
        {OK "collected: {column: c, format: 'M-D H:mm'}\n",
         "a year that stands nowhere in the table is put before it:  prefix: '2026-', format: 'YYYY-M-D H:mm'",
         "表里没有年份时，在前面补上：prefix: '2026-', format: 'YYYY-M-D H:mm'"},
        {OK "amount: {column: a, unit: 分}\n", "did you mean `fen`?", "是否想写“fen”？"},
        {OK "amount: {column: a, negative: 退款}\n", "did you mean `refund`?", "是否想写“refund”？"},
        {OK "amount: {column: a, negative: abs}\nop: o\n", "did you mean `drop_sign`?", "是否想写“drop_sign”？"},
        {OK "card: {column: a, pad: 10位}\n", "write 10", "请写 10"},
        {OK "card: {column: a, number: 十六进制}\n", "did you mean `hex`?", "是否想写“hex”？"},
        {OK "collected: {column: c, offset: 8}\n", "write '+08:00'", "请写 '+08:00'"},
        {OK "collected: {column: c, offset: Asia/Shanghai}\n", "leave `offset:` out: times without one are campus time",
         "不写 offset:，默认就是校园时间"},
        /* values */
        {"type: 门禁\nstudent: s\ntime: t\ndirection: d\n", "did you mean `dorm_access`?", "是否想写“dorm_access”？"},
        {OK "op: {column: o, table: {'1': recharge}}\n", "did you mean `topup`?", "是否想写“topup”？"},
        {OK "op: {column: o, table: {'1': 消费}}\n", "did you mean `consume`?", "是否想写“consume”？"},
        {OK "op: {column: o, table: {'1': refund}, else: ignore}\n",
         "`leave_out`: the row is used without this field; `dead_letter`: the row is set aside",
         "leave_out：该行照用，只是没有这个字段；dead_letter：该行成为死信"},
        {OK "precision: 分钟\n", "did you mean `minute`?", "是否想写“minute”？"},
        {OK "amount: {constant: 5元}\n", "amount must be an amount in yuan, not negative, with at most two decimals",
         "须是以元为单位的金额，不为负，至多两位小数"},
        {OK "op: {column: o, table: {}}\n", "for example {'1': granted, '0': denied}",
         "例如 {'1': granted, '0': denied}"},
        {OK "amount: {column: a, else: 0}\n", "an empty cell is a field left out: no `else` is needed",
         "空单元格本来就等于没有这个字段，不需要 else"},
        /* formats and patterns */
        {OK "collected: {column: c, format: '%Y-%m-%d %H:%M:%S'}\n", "write `YYYY-M-D H:mm:ss`",
         "请写 YYYY-M-D H:mm:ss"},
        {OK "collected: {column: c, format: 'yyyy-MM-dd hh:mm:ss'}\n", "write `yyyy-MM-dd HH:mm:ss`",
         "请写 yyyy-MM-dd HH:mm:ss"},
        {OK "collected: {column: c, format: 'YYYY-MM-DD HH24:MI:SS'}\n", "write `YYYY-MM-DD HH:mm:ss`",
         "请写 YYYY-MM-DD HH:mm:ss"},
        {OK "collected: {column: c, format: Excel}\n", "write `excel`", "请写 excel"},
        {OK "collected: {column: c, format: unix}\n",
         "write `epoch_s` (seconds, 10 digits) or `epoch_ms` (milliseconds, 13 digits)",
         "写 epoch_s（秒，10 位）或 epoch_ms（毫秒，13 位）"},
        {OK "place: {column: a, match: '*食堂'}\n", "any text is written `.*`", "任意文字写成 .*"},
        {OK "place: {column: a, match: '（?<place>.+）'}\n", "write  (?<place>…)  with half-width ( and )",
         "请写成半角括号：(?<place>…)"},
        {OK "place: {column: a, match: ''}\n", "leave `match:` out for the whole cell", "要整个单元格就不写 match:"},
    };
    struct model_fixture x;
    int n_wrong = 0;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        model_fixture_map(&x, rows[i].yaml);
        const char *en = x.d.n && x.d.v[0].hint ? x.d.v[0].hint : "",
                   *zh = x.d.n && x.d.v[0].hint ? x.d.v[0].hint_zh : "";
        if (x.d.n == 1 && strcmp(en, rows[i].en) == 0 && strcmp(zh, rows[i].zh) == 0) continue;
        print_error("%s  %d findings, expected one: %s | %s\n  got %s | %s\n", rows[i].yaml, (int)x.d.n, rows[i].en,
                    rows[i].zh, en, zh);
        n_wrong++;
    }
    assert_string_equal(model_fixture_map(&x, OK "op: {column: o, table: {}, else: topup}\n"), "");
    model_fixture_fini(&x);
    assert_int_equal(n_wrong, 0);
}

static void test_headings_that_a_file_does_not_have(void **state) {
    (void)state;
    static const struct {
        const char *header, *findings, *hint;
    } rows[] = {
        {"流水号,学号,时间\n", "", NULL},
        {"\xef\xbb\xbf流水号, 学号 ,时间,\n", "", NULL},
        {"\xef\xbb\xbf\"流水号\",\"学号\",\"时间\"\n", "", NULL},
        {"流水号,\"学\n号\",\" 时\r\n 间\"\n", "", NULL},
        {"流水号,学 号,时间\n", "m.yaml:2:10 E274", "did you mean `学 号`?"},
        {"流水号,学工号,时间\n", "m.yaml:2:10 E274", "did you mean `学工号`?"},
        {"流水号,b,c\n", "m.yaml:2:10 E274 m.yaml:3:16 E274",
         "the header row has: `流水号` `b` `c`; a value that is the same in every row is written {constant: ...}"},
        {"流水号,学号,刷卡通行时间\n", "m.yaml:3:16 E274", "did you mean `刷卡通行时间`?"},
        {"流水号,学号,刷卡开始时间,刷卡结束时间\n", "m.yaml:3:16 E274",
         "the header row has: `流水号` `学号` `刷卡开始时间` `刷卡结束时间`; a value that is the same in every row is written {constant: ...}"},
        {"a,b,c\n", "m.yaml:2:10 E274", /* a file of something else is told once */
         "the header row has: `a` `b` `c`; if this is another table, take the file out of the sources"},
        {"流水号\t学号\t时间\n", "m.yaml:2:10 E274", "the header row is one cell; is this `file: {separator: tab}`?"},
        {"流水号,学号,时间,时间\n", "h.csv:1:11 E275", NULL},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(
            model_fixture_map(
                &x, "type: presence\nstudent: 学号\ntime: {column: 时间, format: YYYY/M/D}\nid: {columns: [流水号]}\n"),
            "");
        const char *got = model_fixture_bind(&x, rows[i].header);
        if (strcmp(got, rows[i].findings) != 0)
            fail_msg("%s  expected %s\n  got      %s", rows[i].header, rows[i].findings, got);
        if (rows[i].hint) assert_string_equal(x.d.v[0].hint, rows[i].hint);
    }
    model_fixture_fini(&x);
}

static void test_what_was_written_for_a_heading(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *hint, *zh;
    } rows[] = {
        {"type: swipe\nstudent: 2\ntime: 时间\n",
         "column 2 is called `学号`: write that; numbers are for files without headings",
         "第 2 列名为“学号”，请写列名；列号只用于没有表头的文件"},
        {"type: swipe\nstudent: “学号”\ntime: 时间\n", "write 学号 without these marks, or with half-width ones",
         "请去掉引号，直接写 学号；需要引号时用半角的"},
        {"type: swipe\nstudent: 学号\ntime: 时间\nid: 流水号+学号\n", "several columns:  id: {columns: [流水号, 学号]}",
         "多列写成 id: {columns: [流水号, 学号]}"},
        {"type: swipe\nstudent: 学号\ntime: 时间\nop: consume\n", "the same in every row:  op: {constant: consume}",
         "每行都相同的值写成 op: {constant: consume}"},
    };
    struct model_fixture x;
    model_fixture_init(&x);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(model_fixture_map(&x, rows[i].yaml), "");
        model_fixture_bind(&x, "流水号,学号,时间\n");
        assert_int_equal(x.d.n, 1);
        assert_string_equal(x.d.v[0].hint, rows[i].hint);
        assert_string_equal(x.d.v[0].hint_zh, rows[i].zh);
    }
    model_fixture_fini(&x);
}

static void test_settings_of_the_file(void **state) {
    (void)state;
    struct model_fixture x;
    model_fixture_init(&x);
    model_fixture_map(&x, OK);
    assert_int_equal(sz_mapping_separator(x.mapping), ',');
    assert_int_equal(sz_mapping_encoding(x.mapping), SZ_ENC_AUTO);
    assert_true(sz_mapping_has_header(x.mapping));
    assert_int_equal(sz_mapping_skip_rows(x.mapping), 0);
    model_fixture_map(
        &x,
        "file: {separator: tab, encoding: UTF-16, skip_rows: 3, header: false}\ntype: swipe\nstudent: 1\ntime: 2\n");
    assert_int_equal(sz_mapping_separator(x.mapping), '\t');
    assert_int_equal(sz_mapping_encoding(x.mapping), SZ_ENC_UTF16LE);
    assert_false(sz_mapping_has_header(x.mapping));
    assert_int_equal(sz_mapping_skip_rows(x.mapping), 3);
    static const char *const names[] = {"a.csv",       "a.tsv",    "a.tsv.gz", "a.tsv.zst",
                                        "DOOR.TSV.gz", "DOOR.TSV", "tsv",      "a.tsv.csv"};
    model_fixture_map(&x, OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sz_mapping_use_file(x.mapping, names[i]);
        assert_int_equal(sz_mapping_separator(x.mapping), i >= 1 && i <= 5 ? '\t' : ',');
    }
    model_fixture_map(&x, "file: {separator: comma}\n" OK);
    sz_mapping_use_file(x.mapping, "a.tsv");
    assert_int_equal(sz_mapping_separator(x.mapping), ',');
    static const char *const separators[][2] = {{"comma", ","}, {"';'", ";"},  {"semicolon", ";"},
                                                {"'|'", "|"},   {"pipe", "|"}, {"\"\\t\"", "\t"}};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        char yaml[100] = "file: {separator: ";
        strcat(strcat(yaml, separators[i][0]), "}\n" OK);
        assert_string_equal(model_fixture_map(&x, yaml), "");
        assert_int_equal(sz_mapping_separator(x.mapping), separators[i][1][0]);
    }
    model_fixture_fini(&x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fault_has_its_place),
        cmocka_unit_test(test_slips_are_told_what_to_write),
        cmocka_unit_test(test_what_was_written_for_a_heading),
        cmocka_unit_test(test_headings_that_a_file_does_not_have),
        cmocka_unit_test(test_settings_of_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
