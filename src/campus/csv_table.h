/* SPDX-License-Identifier: Apache-2.0
 *
 * csv_table: a CSV file by a const table of its columns. One line a column: English and Chinese headings, whether it
 * must be there, and the setter that reads its cells. Every cell that cannot be read is a finding at the cell; its row
 * is left out.
 */
#ifndef SZ_CAMPUS_CSV_TABLE_H
#define SZ_CAMPUS_CSV_TABLE_H

#include "internal.h"
#include "oddities.h"
#include "text_file.h"
#include "when.h"

enum { CSV_COLUMNS_MAX = 16, CSV_ID_MAX = 64 };

struct csv_reader;

struct csv_cell {
    struct csv_reader *r;
    uint32_t column; /* index into the table */
    sz_str text;     /* trimmed, not empty */
};

/* Read the cell into `at` in the row; false after a finding. */
typedef bool csv_setter(const struct csv_cell *cell, void *at, const void *arg);

struct csv_column {
    const char *name, *zh; /* zh: headings, blanks between them */
    bool is_needed;        /* the column must be there, and its cells may not be empty */
    csv_setter *set;       /* NULL: known, not read */
    size_t at;             /* offset in the row */
    const void *arg;       /* for the setter */
};

struct csv_table {
    const struct csv_column *columns;
    uint32_t n_columns;
    size_t row_size;
    const void *blank; /* a row before its cells are read; NULL: zeros */
    /* A whole row; cells' texts are borrowed until the return. */
    void (*add)(struct csv_reader *r, void *row);
    /* What could be read of a row that is left out for a cell of it; NULL: rows whose cells nobody knows. May be NULL.
     */
    void (*left_out)(struct csv_reader *r, const void *row);
    bool has_groups; /* `groups` is the column by which a report groups its rows */
    uint32_t groups;
};

struct csv_reader {
    struct loader *l;
    struct text_file *f;
    const struct csv_table *table;
    uint32_t cell_of[CSV_COLUMNS_MAX]; /* position in the file's rows; UINT32_MAX: not in the file */
    uint32_t n_headings;
    char sep;
    sz_csv_row row; /* its cells trimmed, once the headings are read */
    uint32_t n_rows;
    size_t first_short; /* offset of the first row with fewer cells than headings */
    uint32_t n_short;
    bool is_wide;       /* the row in hand has text beyond the last heading: any of its cells may be any column's */
    struct csv_oddities odd;
    uint32_t last; /* for add(): row of the last one added, UINT32_MAX at first */
};

void sz_csv_table_read(struct loader *l, struct text_file *f, const struct csv_table *table);
/* Place of a column's cell in the row at hand; of an empty or lacking one, where it would begin. */
sz_span sz_csv_span(struct csv_reader *r, uint32_t column);
/* The same of the i-th cell of the file's row. */
sz_span sz_csv_cell_span(struct csv_reader *r, uint32_t i);
/* Byte offset of a column's cell; makes no source. */
uint32_t sz_csv_offset(const struct csv_reader *r, uint32_t column);

/* ---- setters ---- */
bool sz_cell_shared(const struct csv_cell *cell, void *at, const void *arg); /* sz_str that repeats */
bool sz_cell_packed(const struct csv_cell *cell, void *at, const void *arg); /* sz_str of its own */
bool sz_cell_id(const struct csv_cell *cell, void *at, const void *arg); /* sz_str, borrowed: an id, at most 64 bytes */
bool sz_cell_when(const struct csv_cell *cell, void *at, const void *arg); /* struct when */
bool sz_cell_day(const struct csv_cell *cell, void *at, const void *arg);  /* int32_t day */

struct csv_range {
    int32_t from, to;
    const char *suffix; /* words of which one may follow the number, blanks between them */
    const char *en, *zh;
};
bool sz_cell_number(const struct csv_cell *cell, void *at, const void *arg); /* int32_t; arg: struct csv_range */

struct csv_choice {
    const char *name, *zh;
}; /* zh: words that mean the same, blanks between them */
struct csv_choices {
    const struct csv_choice *v;
    int32_t n;
    const char *en, *zh; /* what it is */
};
bool sz_cell_choice(const struct csv_cell *cell, void *at,
                    const void *arg); /* int32_t index; arg: struct csv_choices */
/* Index of the choice named or meant by s, or -1. */
int32_t sz_csv_choice_find(const struct csv_choices *c, sz_str s);
/* The choice that s may have been meant to be, or NULL. */
const char *sz_csv_choice_near(const struct csv_choices *c, sz_str s);

/* [from, to) of a row's two cells; false, after a finding, if it ends before it begins or has no length. */
bool sz_csv_interval(struct csv_reader *r, const struct when *from, const struct when *to, uint32_t to_column,
                     int64_t *from_ms, int64_t *to_ms);

/* True if `word` is one of the words of `list` (blanks between them). */
bool sz_list_has_word(const char *list, sz_str word);
/* True if one of a list's words of two Chinese characters or more stands somewhere in s. */
bool sz_list_has_part_of(const char *list, sz_str s);

/* Headings of the columns between which something holds. Those behind the bar count in a file that has none before it:
 * 失效日期 may stand beside 停用日期. */
#define SZ_BEGINS_ZH \
    "启用 启用日期 启用时间 开始 | 开始日期 开始时间 起始 起始日期 起始时间 起 生效日期 生效时间"
#define SZ_ENDS_ZH \
    "停用 停用日期 停用时间 结束 | 结束日期 结束时间 截止 截止日期 截止时间 止 失效日期 失效时间"

#endif
