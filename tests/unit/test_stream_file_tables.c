/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables through a mapping, as a stream: encodings, headers, quoted cells, growth.
 */
#include <sanzao/adapters.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <iconv.h>

static char dir[64];
static sz_types types;
static sz_zone zone;
static sz_arena arena;
static sz_diags diags;
static sz_put lines[64];
static uint32_t n_lines, n_batches, n_taken;
static uint64_t n_empty_rows, n_headings_again; /* of the last run */

/* ---- a state that commits everything at once ---- */

static uint64_t taken(void *self) {
    (void)self;
    return n_taken;
}

static uint32_t ledger(void *self, const sz_put **out) {
    (void)self;
    *out = lines;
    return n_lines;
}

static void note(void *self, sz_str key, sz_str value) {
    (void)self;
    uint32_t k = 0;
    while (k < n_lines && !sz_str_eq(lines[k].key, key)) k++;
    if (k == n_lines) n_lines++;
    lines[k] = (sz_put){sz_arena_str(&arena, key), sz_arena_str(&arena, value)};
}

static void new_batch(void *self) {
    (void)self;
    n_batches++;
}

/* ---- running ---- */

static const char *name_of(const char *name) { return sz_arena_printf(&arena, "file:%s/%s", dir, name); }

static void put_bytes(const char *name, const void *p, size_t n) {
    int fd = open(name_of(name) + 5, O_CREAT | O_TRUNC | O_WRONLY, 0644);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

static void put_text(const char *name, const char *text) { put_bytes(name, text, strlen(text)); }

static void put_encoded(const char *name, const char *encoding, const char *text) {
    iconv_t cd = iconv_open(encoding, "UTF-8");
    assert_true(cd != (iconv_t)-1);
    size_t n = strlen(text), room = n * 4 + 16, left = room;
    char *out = sz_alloc(room), *to = out, *from = (char *)(uintptr_t)text;
    assert_int_equal(iconv(cd, &from, &n, &to, &left), 0);
    put_bytes(name, out, room - left);
    iconv_close(cd);
    sz_free(out);
}

/* Reads the sources (a NULL ends them); what came, one line a record, or the first finding. */
static const char *read_all(const char *mapping, sz_order order, sz_status *status, const char *first, ...) {
    sz_str sources[16];
    sz_stream_file_options o = {.types = &types, .zone = &zone, .order = order, .stdin_fd = -1, .sources = sources};
    va_list ap;
    va_start(ap, first);
    for (const char *s = first; s; s = va_arg(ap, const char *)) sources[o.n_sources++] = sz_str_of(name_of(s));
    va_end(ap);
    sz_diags_fini(&diags);
    sz_diags_init(&diags);
    sz_yaml *root = NULL;
    assert_int_equal(sz_yaml_parse(&arena, sz_source_new(&arena, "map.yaml", mapping, strlen(mapping)), &diags, &root),
                     SZ_OK);
    assert_int_equal(sz_mapping_load(root, &types, &zone, &diags, &o.mapping), SZ_OK);
    sz_msgq *q = sz_msgq_new();
    sz_progress p = {NULL, taken, ledger, note, new_batch, NULL, NULL, NULL};
    sz_stream_file *s = NULL;
    sz_buf out;
    sz_buf_init(&out);
    *status = sz_stream_file_new(&o, q, &diags, &s);
    sz_stream_port port = {.self = NULL};
    if (s) {
        sz_stream_file_attach(s, &p);
        port = sz_stream_file_port(s);
    }
    for (bool is_over = !s; !is_over;) {
        port.want(port.self, 7);
        const sz_msg *m;
        while ((m = sz_msgq_pop(q)) == NULL) assert_false(sz_msgq_is_idle(q));
        is_over = m->kind == SZ_MSG_INPUT_END;
        if (is_over && m->answer != SZ_ANS_OK) *status = sz_stream_file_failure(s);
        for (uint32_t i = 0; i < m->n; i++) {
            const sz_input *in = &m->inputs[i];
            char at[40] = "-";
            if (in->record.time_ms != SZ_TIME_NONE) sz_time_format(&zone, in->record.time_ms, at);
            if (in->record.kind == SZ_RECORD_DEAD)
                sz_buf_printf(&out, "%d:%s\n", (int)in->origin.line, sz_reason_names[in->record.dead.reason]);
            else
                sz_buf_printf(&out, "%d:%.5s %.*s %.*s\n", (int)in->origin.line, at + 11,
                              SZ_FMT_STR(in->record.event.student), SZ_FMT_STR(in->record.event.place));
        }
    }
    if (*status != SZ_OK && diags.n) sz_buf_printf(&out, "%s", diags.v[0].message);
    sz_buf_put_u8(&out, 0);
    const char *text = sz_arena_str(&arena, (sz_str){(const char *)out.p, out.n}).p;
    sz_buf_fini(&out);
    n_headings_again = s ? sz_stream_file_headings_again(s) : 0;
    n_empty_rows = s ? sz_stream_file_empty_rows(s) : 0;
    sz_stream_file_free(s);
    sz_msgq_free(q);
    sz_mapping_free(o.mapping);
    return text;
}

#define MAPPING "type: presence\nsource: door\nstudent: 学号\ntime: 时间\nplace: 地点\n"

static void assert_read(const char *mapping, const char *name, const char *want) {
    for (int order = 0; order < 2; order++) {
        sz_status status;
        n_lines = 0;
        const char *got = read_all(mapping, (sz_order)order, &status, name, NULL);
        if (status != SZ_OK || strcmp(got, want) != 0) fail_msg("%s: %d\n%s\nwanted\n%s", name, status, got, want);
    }
}

/* ---- tests ---- */

#define TABLE                                                       \
    "学号,时间,地点\r\n"                                      \
    "2023001,2026-03-02 08:00:00,飞凤轩\r\n"                     \
    "\r\n"                                                          \
    "2023002,2026-03-02 08:01:00,第六教学楼\r\n"               \
    "2023003,2026-03-02 08:02:00,\"飞凤轩, \"\"东门\"\"\"\r\n" \
    "2023004,2026-03-02 08:03:00,𠮷"
#define ROWS \
    "2:08:00 2023001 飞凤轩\n4:08:01 2023002 第六教学楼\n5:08:02 2023003 飞凤轩, \"东门\"\n6:08:03 2023004 𠮷\n"

static void test_encodings_are_found_out(void **state) {
    (void)state;
    put_text("utf8.csv", TABLE);
    put_text("bom.csv", "\xef\xbb\xbf" TABLE);
    put_encoded("gb.csv", "GB18030", TABLE);
    put_encoded("le.csv", "UTF-16LE", "\xef\xbb\xbf" TABLE);
    put_encoded("be.csv", "UTF-16BE", "\xef\xbb\xbf" TABLE);
    static const char *const names[] = {"utf8.csv", "bom.csv", "gb.csv", "le.csv", "be.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) assert_read(MAPPING, names[i], ROWS);
}

static void test_utf16_longer_than_any_buffer(void **state) {
    (void)state;
    sz_buf text, want;
    sz_buf_init(&text);
    sz_buf_init(&want);
    sz_buf_put_z(&text, "\xef\xbb\xbf学号,时间,地点\n");
    for (int i = 0; i < 40000; i++) {
        sz_buf_printf(&text, "s%d,2026-03-02 08:00:%02d,%s轩\n", i, i * 60 / 40000, i % 3 ? "飞" : "𠮷");
        sz_buf_printf(&want, "%d:08:00 s%d %s轩\n", i + 2, i, i % 3 ? "飞" : "𠮷");
    }
    sz_buf_put_u8(&text, 0);
    sz_buf_put_u8(&want, 0);
    put_encoded("wide.csv", "UTF-16LE", (const char *)text.p);
    sz_status status;
    n_lines = 0;
    assert_string_equal(read_all(MAPPING, SZ_ARRIVAL, &status, "wide.csv", NULL), (const char *)want.p);
    sz_buf_fini(&text);
    sz_buf_fini(&want);
}

static void test_line_ends_of_old_macs(void **state) {
    (void)state;
    put_text("mac.csv", "学号,时间,地点\r\"s1\",2026-03-02 08:00:00,飞凤轩\r\rs2,2026-03-02 08:01:00,东门");
    assert_read(MAPPING, "mac.csv", "2:08:00 s1 飞凤轩\n4:08:01 s2 东门\n");
    put_text("mixed.csv", "学号,时间,地点\ns1,2026-03-02 08:00:00,飞\r轩\n"); /* a letter, where lines end in LF */
    assert_read(MAPPING, "mixed.csv", "2:08:00 s1 飞\r轩\n");
    sz_buf text, want;
    sz_buf_init(&text);
    sz_buf_init(&want);
    sz_buf_put_z(&text, "学号,时间,地点\r");
    for (int i = 0; i < 40000; i++) {
        sz_buf_printf(&text, "s%d,2026-03-02 08:00:%02d,d\r", i, i * 60 / 40000);
        sz_buf_printf(&want, "%d:08:00 s%d d\n", i + 2, i);
    }
    sz_buf_put_u8(&text, 0);
    sz_buf_put_u8(&want, 0);
    put_text("long.csv", (const char *)text.p);
    sz_status status;
    n_lines = 0;
    assert_string_equal(read_all(MAPPING, SZ_ARRIVAL, &status, "long.csv", NULL), (const char *)want.p);
    sz_buf_fini(&text);
    sz_buf_fini(&want);
}

static void test_encoding_shows_late_in_the_file(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "who,when,where\n");
    for (int i = 0; i < 9000; i++) sz_buf_printf(&text, "s%d,2026-03-02 08:00:00,dorm\n", i);
    sz_buf_put_z(&text, "last,2026-03-02 09:00:00,飞凤轩\n");
    sz_buf_put_u8(&text, 0);
    put_encoded("late.csv", "GBK", (const char *)text.p);
    sz_status status;
    n_lines = 0;
    const char *got = read_all("type: presence\nsource: door\nstudent: who\ntime: when\nplace: where\n", SZ_SORTED,
                               &status, "late.csv", NULL);
    assert_string_equal(got + strlen(got) - strlen("9002:09:00 last 飞凤轩\n"), "9002:09:00 last 飞凤轩\n");
    sz_buf_fini(&text);
}

static void test_bytes_of_no_encoding(void **state) {
    (void)state;
    sz_status status;
    put_bytes("bad.csv", "\xd1\xa7\xba\xc5,\xca\xb1\xbc\xe4,\xb5\xd8\xb5\xe3\ns1,2026-03-02 08:00:00,\xff\xff\n",
              15 + 26);
    n_lines = 0;
    const char *got = read_all(MAPPING, SZ_SORTED, &status, "bad.csv", NULL);
    assert_int_equal(status, SZ_IO);
    assert_int_equal(diags.v[0].code, SZ_CODE_ENCODING);
    assert_non_null(strstr(got, "neither UTF-8 nor GB18030"));
    assert_read("file: {encoding: gbk}\n" MAPPING, "bad.csv", "2:bad_utf8\n"); /* said to be GBK: that row only */
    put_bytes("bad.csv", "who,when,where\xff\ns1,2026-03-02 08:00:00,d1\n", 16 + 26);
    got = read_all("file: {encoding: utf-8}\n" MAPPING, SZ_SORTED, &status, "bad.csv", NULL);
    assert_int_equal(status, SZ_IO);
    assert_non_null(strstr(got, "its header is not in the encoding"));
    assert_non_null(strstr(diags.v[0].hint, "damaged bytes of a header")); /* without `encoding` none would fit */
}

static void test_every_file_has_its_own_header(void **state) {
    (void)state;
    put_text("one.csv", "地点,学号,时间\nd1,s1,2026-03-02 08:00:00\n");
    put_text("two.csv", "备注,时间,学号,地点\n-,2026-03-02 07:00:00,s2,d2\n");
    put_text("three.csv", "");
    sz_status status;
    n_lines = 0;
    assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "one.csv", "two.csv", "three.csv", NULL),
                        "2:07:00 s2 d2\n2:08:00 s1 d1\n");
    n_lines = 0;
    assert_string_equal(read_all(MAPPING, SZ_ARRIVAL, &status, "one.csv", "two.csv", NULL),
                        "2:08:00 s1 d1\n2:07:00 s2 d2\n");
}

static void test_headers_that_do_not_fit_are_told_before_anything_is_read(void **state) {
    (void)state;
    put_text("one.csv", "地点,学号,时间\nd1,s1,2026-03-02 08:00:00\n");
    put_text("no1.csv", "地点,学好,时间\nd1,s1,2026-03-02 08:00:00\n");
    put_text("no2.csv", "地点,学号,时 间\nd1,s1,2026-03-02 08:00:00\n");
    sz_status status;
    n_lines = n_batches = 0;
    read_all(MAPPING, SZ_SORTED, &status, "one.csv", "no1.csv", "no2.csv", NULL);
    assert_int_equal(status, SZ_FINDINGS);
    assert_int_equal(diags.n_errors, 2); /* of both files */
    assert_int_equal(n_lines, 0);
    assert_int_equal(n_batches, 0);
}

static void test_quoted_cells_and_rows_above_the_header(void **state) {
    (void)state;
    put_text("quoted.csv", "刷卡明细,,\n\"制表:\n教务处\",,\n学号,时间,地点\n"
                           "s1,2026-03-02 08:00:00,\"一号\n楼\"\n"
                           "s2,2026-03-02 08:01:00,\"never closed\n"
                           "s3,2026-03-02 08:02:00,d3\n"
                           "s4,2026-03-02 08:03:00,a \"quoted\" word\n"
                           "s5,2026-03-02 08:04:00,\"last\nwithout\nend\"");
    /* The open quote is closed by the next one that begins a cell's end; its rows are one dead letter, and no row is
     * lost. */
    for (int order = 0; order < 2; order++) {
        sz_status status;
        n_lines = 0;
        const char *got = read_all("file: {skip_rows: 2}\n" MAPPING, (sz_order)order, &status, "quoted.csv", NULL);
        assert_int_equal(status, SZ_OK);
        assert_non_null(strstr(got, "5:08:00 s1 一号\n楼\n"));
    }
    /* Empty rows above the header are counted as a spreadsheet counts them; those that are not, are passed. */
    put_text("above.csv", "刷卡明细\n\n  \n\n学号,时间,地点\ns1,2026-03-02 08:01:00,d1\n\ns2,2026-03-02 08:02:00,d2\n");
    for (int rows = 1; rows <= 4; rows++) {
        char mapping[400];
        snprintf(mapping, sizeof mapping, "file: {skip_rows: %d}\n" MAPPING, rows);
        assert_read(mapping, "above.csv", "6:08:01 s1 d1\n8:08:02 s2 d2\n");
    }
    put_text("bare.csv", "t\n\ns1,2026-03-02 08:01:00,d1\ns2,2026-03-02 08:02:00,d2\n");
    assert_read(
        "file: {skip_rows: 2, header: false}\ntype: presence\nsource: w\nstudent: 1\nplace: 3\ntime: {column: 2, format: 'YYYY-MM-DD HH:mm:ss'}\n",
        "bare.csv", "3:08:01 s1 d1\n4:08:02 s2 d2\n");
    put_text(
        "open.csv",
        "学号,时间,地点\ns1,2026-03-02 08:01:00,\"never closed\ns2,2026-03-02 08:02:00,d2\ns3,2026-03-02 08:03:00,d3\n");
    assert_read(MAPPING, "open.csv", "2:bad_value\n3:08:02 s2 d2\n4:08:03 s3 d3\n");
}

/* As a spreadsheet leaves them behind the last row that was filled, and between sheets that were put together. */
static void test_rows_of_empty_cells_are_passed_and_counted(void **state) {
    (void)state;
    static const struct {
        const char *separator, *text;
        uint64_t n;
    } rows[] = {
        {"comma",
         ",,\r\n学号,时间,地点\r\ns1,2026-03-02 08:01:00,d1\r\n,,\r\n \t, ,\r\n\"\",\"\",\"\"\r\n,,,,,\r\n\r\n,\"\",",
         6},
        {"tab", "\t\t\n学号\t时间\t地点\ns1\t2026-03-02 08:01:00\td1\n\t\t\n \t\t\n\"\"\t\t\n \n\t\t", 5},
        {"semicolon", ";;\n学号;时间;地点\ns1;2026-03-02 08:01:00;d1\n;;\n", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char mapping[400];
        snprintf(mapping, sizeof mapping, "file: {separator: %s}\n" MAPPING, rows[i].separator);
        put_text("empty.csv", rows[i].text);
        assert_read(mapping, "empty.csv", "3:08:01 s1 d1\n");
        assert_int_equal(n_empty_rows, rows[i].n);
    }
    put_text("empty.csv", "学号,时间,地点\ns1,2026-03-02 08:01:00,d1\n,,x\n,\"\"\"\",\n,0,\n-,,\n,,\"\n,");
    sz_status status;
    n_lines = 0;
    assert_string_equal(read_all(MAPPING, SZ_ARRIVAL, &status, "empty.csv", NULL),
                        "2:08:01 s1 d1\n3:missing_field\n4:bad_time\n5:bad_time\n6:missing_field\n7:bad_value\n");
    assert_int_equal(n_empty_rows, 1);
}

/* As reports have them on each page, and files that were put together with their byte order marks. */
static void test_headings_once_more_are_passed_and_counted(void **state) {
    (void)state;
    put_text(
        "pages.csv",
        "明细,,\n学号,时间,地点\r\n学号,时间,地点x\ns1,2026-03-02 08:01:00,d1\r\n学号,时间,地点\r\ns2,2026-03-02 08:02:00,d2\n"
        "\xef\xbb\xbf学号,时间,地点\ns3,2026-03-02 08:03:00,d3\n学号,时间,地点");
    assert_read("file: {skip_rows: 1}\n" MAPPING, "pages.csv",
                "3:bad_time\n4:08:01 s1 d1\n6:08:02 s2 d2\n8:08:03 s3 d3\n");
    assert_int_equal(n_headings_again, 3);
    put_encoded("wide.csv", "UTF-16", "学号,时间,地点\ns1,2026-03-02 08:01:00,d1\n学号,时间,地点\n");
    assert_read(MAPPING, "wide.csv", "2:08:01 s1 d1\n");
    assert_int_equal(n_headings_again, 1);
    put_text("bare.csv", "s1,2026-03-02 08:01:00,d1\ns1,2026-03-02 08:01:00,d1\n"); /* no headings, no row of them */
    assert_read("file: {header: false}\ntype: presence\nsource: w\nstudent: 1\nplace: 3\ntime: 2\n", "bare.csv",
                "1:08:01 s1 d1\n2:08:01 s1 d1\n");
    assert_int_equal(n_headings_again, 0);
}

/* The next night begins behind the headings, and knows them all the same; what was cut off is read when it is whole. */
static void test_headings_once_more_in_what_has_come_since(void **state) {
    (void)state;
    sz_status status;
    n_lines = 0;
    put_text("grows.csv", "学号,时间,地点\ns1,2026-03-02 08:01:00,d1\n学号,时间,地点");
    assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "grows.csv", NULL), "2:08:01 s1 d1\n");
    assert_int_equal(n_headings_again, 1);
    put_text("grows.csv",
             "学号,时间,地点\ns1,2026-03-02 08:01:00,d1\n学号,时间,地点x,2026-03-02 08:02:00,d2\n学号,时间,地点\n");
    assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "grows.csv", NULL), "3:bad_value\n");
    assert_int_equal(n_headings_again, 1);
}

/* What was taken of a batch is counted, and to the program that began it repeated headings were records: so they stay
 * to the end of that batch. */
static void test_headings_once_more_of_a_batch_that_an_older_program_began(void **state) {
    (void)state;
    static const char text[] = "学号,时间,地点\ns1,2026-03-02 08:01:00,d1\n学号,时间,地点\ns2,2026-03-02 08:02:00,d2\n";
    sz_status status;
    n_lines = 0;
    put_text("pages.csv", text);
    read_all(MAPPING, SZ_SORTED, &status, "pages.csv", NULL);
    const char *digest = strstr(lines[0].value.p, "xxh128=");
    for (int is_new = 0; is_new < 2; is_new++) {
        const char *line =
            sz_arena_printf(&arena, "open size=%zu %.39s%s", sizeof text - 1, digest, is_new ? " pages=1" : "");
        lines[0].value = sz_str_of(line);
        n_taken = 1; /* of the two or three, the one whose time is not known first */
        assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "pages.csv", NULL),
                            is_new ? "4:08:02 s2 d2\n" : "2:08:01 s1 d1\n4:08:02 s2 d2\n");
        n_taken = 0;
        assert_int_equal(status, SZ_OK);
    }
}

/* Its name says what is between its cells. */
static void test_tsv_is_a_table_of_tabs(void **state) {
    (void)state;
    put_text("a.tsv", "学号\t时间\t地点\ns1\t2026-03-02 08:01:00\td1, left\n");
    assert_read(MAPPING, "a.tsv", "2:08:01 s1 d1, left\n");
    put_text("b.csv", "学号,时间,地点\ns2,2026-03-02 08:02:00,d2\n");
    sz_status status;
    for (int order = 0; order < 2; order++) {
        n_lines = 0;
        assert_string_equal(read_all(MAPPING, order ? SZ_ARRIVAL : SZ_SORTED, &status, "a.tsv", "b.csv", NULL),
                            "2:08:01 s1 d1, left\n2:08:02 s2 d2\n");
    }
}

/* What a writer had written so far of a row whose first cells are empty. */
static void test_row_that_began_with_empty_cells_is_read_again_when_it_is_whole(void **state) {
    (void)state;
    static const char *const mapping = "type: presence\nsource: door\nstudent: 学号\ntime: 时间\nplace: 地点\n";
    sz_status status;
    n_lines = 0;
    put_text("half.csv", "地点,备注,学号,时间\nd1,,s1,2026-03-02 08:00:00\n,,");
    assert_string_equal(read_all(mapping, SZ_SORTED, &status, "half.csv", NULL), "2:08:00 s1 d1\n");
    put_text("half.csv", "地点,备注,学号,时间\nd1,,s1,2026-03-02 08:00:00\n,,s2,2026-03-02 08:01:00\n");
    assert_string_equal(read_all(mapping, SZ_SORTED, &status, "half.csv", NULL), "3:08:01 s2 \n");
}

static void test_rows_longer_than_the_limit(void **state) {
    (void)state;
    sz_buf text;
    sz_buf_init(&text);
    sz_buf_put_z(&text, "学号,时间,地点\ns1,2026-03-02 08:00:00,\"");
    for (int i = 0; i < 30000; i++) sz_buf_put_z(&text, "a line inside of a cell that goes on and on without an end\n");
    sz_buf_put_z(&text, "\"\ns2,2026-03-02 08:01:00,d2\ns3,2026-03-02 08:02:00,");
    for (int i = 0; i < 2 << 20; i++) sz_buf_put_u8(&text, 'x');
    sz_buf_put_z(&text, "\ns4,2026-03-02 08:03:00,d4\n");
    put_bytes("huge.csv", text.p, text.n);
    sz_buf_fini(&text);
    sz_status status;
    n_lines = 0;
    const char *got = read_all(MAPPING, SZ_ARRIVAL, &status, "huge.csv", NULL);
    assert_int_equal(status, SZ_OK);
    assert_non_null(strstr(got, "\n30003:08:01 s2 d2\n30004:too_large\n30005:08:03 s4 d4\n"));
}

static void test_tables_and_json_lines_side_by_side(void **state) {
    (void)state;
    put_text("mixed.csv", "学号,时间,地点\ns1,2026-03-02 08:00:00,d1\n");
    put_text("mixed.ndjson",
             "{\"type\":\"presence\",\"student\":\"s2\",\"time\":\"2026-03-02T07:00:00+08:00\",\"place\":\"d2\"}\n");
    sz_status status;
    n_lines = 0;
    assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "mixed.csv", "mixed.ndjson", NULL),
                        "1:07:00 s2 d2\n2:08:00 s1 d1\n");
}

static void test_grown_table_is_read_on_under_its_header(void **state) {
    (void)state;
    static const char *const encodings[] = {"UTF-8", "GB18030", "UTF-16LE"};
    for (int i = 0; i < 3; i++) {
        sz_status status;
        n_lines = 0;
        put_encoded("grown.csv", encodings[i], "学号,时间,地点\ns1,2026-03-02 08:00:00,飞凤轩\n");
        if (i == 2)
            put_encoded("grown.csv", encodings[i], "\xef\xbb\xbf学号,时间,地点\ns1,2026-03-02 08:00:00,飞凤轩\n");
        assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "grown.csv", NULL), "2:08:00 s1 飞凤轩\n");
        put_encoded("grown.csv", encodings[i],
                    i == 2 ? "\xef\xbb\xbf学号,时间,地点\ns1,2026-03-02 08:00:00,飞凤轩\ns2,2026-03-02 08:01:00,东门\n"
                           : "学号,时间,地点\ns1,2026-03-02 08:00:00,飞凤轩\ns2,2026-03-02 08:01:00,东门\n");
        assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "grown.csv", NULL), "3:08:01 s2 东门\n");
        assert_string_equal(read_all(MAPPING, SZ_SORTED, &status, "grown.csv", NULL), "");
    }
}

static int begin(void **state) {
    (void)state;
    sz_types_init(&types);
    sz_zone_fixed(&zone, 8 * 3600, "Asia/Shanghai");
    snprintf(dir, sizeof dir, "/tmp/sz-tables-XXXXXX");
    return mkdtemp(dir) ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    sz_types_fini(&types);
    sz_diags_fini(&diags);
    sz_arena_fini(&arena);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings_are_found_out),
        cmocka_unit_test(test_utf16_longer_than_any_buffer),
        cmocka_unit_test(test_line_ends_of_old_macs),
        cmocka_unit_test(test_encoding_shows_late_in_the_file),
        cmocka_unit_test(test_bytes_of_no_encoding),
        cmocka_unit_test(test_every_file_has_its_own_header),
        cmocka_unit_test(test_headers_that_do_not_fit_are_told_before_anything_is_read),
        cmocka_unit_test(test_quoted_cells_and_rows_above_the_header),
        cmocka_unit_test(test_rows_of_empty_cells_are_passed_and_counted),
        cmocka_unit_test(test_headings_once_more_are_passed_and_counted),
        cmocka_unit_test(test_headings_once_more_in_what_has_come_since),
        cmocka_unit_test(test_headings_once_more_of_a_batch_that_an_older_program_began),
        cmocka_unit_test(test_tsv_is_a_table_of_tabs),
        cmocka_unit_test(test_row_that_began_with_empty_cells_is_read_again_when_it_is_whole),
        cmocka_unit_test(test_rows_longer_than_the_limit),
        cmocka_unit_test(test_tables_and_json_lines_side_by_side),
        cmocka_unit_test(test_grown_table_is_read_on_under_its_header),
    };
    return cmocka_run_group_tests_name("stream_file, tables", tests, begin, end);
}
