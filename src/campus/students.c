/* SPDX-License-Identifier: Apache-2.0
 *
 * students: students.csv. Only the id is needed. Rows are packed (a million of them must fit), texts that repeat are
 * shared.
 */
#include "csv_table.h"

const sz_student sz_student_admitted = {
    .residence = {"dorm", 4}, .status_name = {"active", 6}, .enrolled_day = SZ_DAY_NONE};

struct student_row {
    sz_student s; /* id borrowed */
    int32_t status, residence;
};

static const struct csv_choice statuses[] = {
    [SZ_ACTIVE] = {"active", "在读 在校 在籍 正常 在读生 在校生 在籍生 注册 已注册 注册学籍 有学籍 复学"},
    [SZ_SUSPENDED] = {"suspended", "休学 保留学籍 保留入学资格 已休学"},
    [SZ_GRADUATED] = {"graduated", "毕业 已毕业 毕业生 结业 已结业"},
    [SZ_WITHDRAWN] = {"withdrawn", "退学 已退学 离校 肄业 开除 转出 取消学籍 注销学籍"},
    [SZ_EXCHANGE] = {"exchange", "交换 交流 出国交流 交换生"},
};
static const struct csv_choices status_choices = {statuses, sizeof statuses / sizeof *statuses, "status of a student",
                                                  "学生状态"};

static const struct csv_choice residences[] = {
    {"dorm", "住校 在校住宿 宿舍 住宿 校内 校内住宿 住校生"},
    {"off_campus", "校外 校外住宿 走读 走读生 校外租房"},
    {"home", "在家 家中 居家"},
};
static const struct csv_choices residence_choices = {residences, sizeof residences / sizeof *residences,
                                                     "kind of residence", "住宿类型"};

static const struct csv_range entry_range = {1900, 2200, "级 年", "the year of entry, for example 2023",
                                             "入学年份，例如 2023"};
static const struct csv_range years_range = {1, 12, "年 年制", "the length of the programme in years, for example 4",
                                             "学制（年），例如 4"};

/* The tags between semicolons, each once, in the order of bytes. */
static bool set_tags(const struct csv_cell *cell, void *at, const void *arg) {
    sz_campus *c = cell->r->l->c;
    sz_student *s = at;
    (void)arg;
    uint32_t n_most = 1;
    for (size_t i = 0; i < cell->text.n; i++) n_most += cell->text.p[i] == ';' || (uint8_t)cell->text.p[i] == 0xef;
    sz_str *tags = SZ_NEWN(&c->arena, sz_str, n_most);
    const char *p = cell->text.p, *end = p + cell->text.n;
    while (p <= end) {
        const char *q = p;
        while (q < end && *q != ';' && !(end - q >= 3 && memcmp(q, "；", 3) == 0)) q++;
        sz_str tag = sz_csv_trim((sz_str){p, (size_t)(q - p)});
        p = q + (q < end && *q != ';' ? 3 : 1);
        uint32_t k = 0;
        while (k < s->n_tags && sz_str_cmp(tags[k], tag) < 0) k++;
        if (tag.n == 0 || (k < s->n_tags && sz_str_eq(tags[k], tag))) continue;
        memmove(tags + k + 1, tags + k, (s->n_tags - k) * sizeof *tags);
        tags[k] = sz_words_shared(&c->words, tag);
        s->n_tags++;
        sz_map_put(&c->tags, tag, 1);
    }
    s->tags = s->n_tags ? tags : NULL;
    return true;
}

enum { GROUPS = 4 }; /* school */
#define AT(member) offsetof(struct student_row, s.member)
static const struct csv_column columns[] = {
    {"student", "学号 学生学号 学生编号 | 学工号 xh", true, sz_cell_id, AT(id), NULL},
    {"name", "姓名 学生姓名 | xm", false, sz_cell_packed, AT(name), NULL},
    {"gender", "性别 | xb", false, sz_cell_shared, AT(gender), NULL},
    {"college", "书院 书院名称 | 所在书院 所属书院", false, sz_cell_shared, AT(college), NULL},
    {"school", "学院 学院名称 院系 | 所在学院 所属学院 院系名称 所在院系 所属院系 二级学院 xymc", false, sz_cell_shared,
     AT(school), NULL},
    {"major", "专业 专业名称 | 所在专业 所属专业 zymc", false, sz_cell_shared, AT(major), NULL},
    {"class", "班级 班级名称 行政班 | 所在班级 所属班级 行政班级 行政班名称 bjmc", false, sz_cell_shared, AT(klass),
     NULL},
    {"entry_year", "入学年份 | 入学年", false, sz_cell_number, AT(entry_year), &entry_range},
    {"years", "学制 | xz", false, sz_cell_number, AT(years), &years_range},
    {"dorm", "宿舍 寝室 宿舍号 寝室号 | 所在宿舍 所在寝室", false, sz_cell_packed, AT(dorm), NULL},
    {"building", "楼宇 楼栋 宿舍楼 | 宿舍楼栋 所在楼栋", false, sz_cell_shared, AT(building), NULL},
    {"residence", "住宿 住宿类型", false, sz_cell_choice, offsetof(struct student_row, residence), &residence_choices},
    {"status", "状态 学籍状态 | 学生状态", false, sz_cell_choice, offsetof(struct student_row, status),
     &status_choices},
    {"tags", "标签", false, set_tags, offsetof(struct student_row, s), NULL},
    {"enrolled_on", "入学日期 | 入学时间 rxrq", false, sz_cell_day, AT(enrolled_day), NULL},
};

static sz_str key_of(const void *rows, uint32_t i) { return ((const sz_student *)rows)[i].id; }

static void add_student(struct csv_reader *r, void *item) {
    struct student_row *row = item;
    struct loader *l = r->l;
    sz_campus *c = l->c;
    uint32_t there = sz_lookup_add(&c->by_student, key_of, c->students, row->s.id, c->n_students);
    if (there != SZ_NONE) {
        uint32_t line, col;
        sz_source_locate(sz_text_file_source(r->f), l->offs[there], &line, &col);
        sz_diag *g = sz_diags_add(l->d, SZ_ERROR, CODE_STUDENT_TWICE, sz_csv_span(r, 0),
                                  "this student is already in line %u", "这个学生在第 %u 行已经有了", line);
        sz_diag_hint(l->d, g, "one row a student; keep the one that is right, for example the current class",
                     "每个学生一行；请保留正确的一行，例如现在的班级");
        return;
    }
    sz_student *s = &row->s;
    s->id = sz_words_packed(&c->words, s->id);
    s->status = (sz_student_status)row->status;
    s->status_name = sz_str_of(statuses[row->status].name);
    s->residence = sz_str_of(residences[row->residence].name);
    *GROW(l->offs, l->n_offs, l->cap_offs) = sz_csv_offset(r, 0);
    *GROW(c->students, c->n_students, c->cap_students) = *s;
}

/* Who stands in a row with a fault is somebody; a row without a number hides nobody. */
static void note_left_out(struct csv_reader *r, const void *item) {
    const struct student_row *row = item;
    if (row && row->s.id.n) sz_map_put(&r->l->left_out, row->s.id, 1);
    else if (!row && !r->is_wide) r->l->knows_students = false;
    for (uint32_t i = 0; !row && r->is_wide && i < r->row.n; i++) sz_map_put(&r->l->left_out, r->row.cells[i], 1);
}

bool sz_campus_is_nobody(const struct loader *l, sz_str student) {
    return l->knows_students && !sz_map_get(&l->left_out, student) && sz_campus_find_student(l->c, student) == SZ_NONE;
}

struct ranked {
    sz_str id;
    uint32_t student;
};

static int by_id(const void *a, const void *b, void *ctx) {
    (void)ctx;
    return sz_str_cmp(((const struct ranked *)a)->id, ((const struct ranked *)b)->id);
}

/* Exports are mostly ordered by id already. */
static void rank_students(sz_campus *c) {
    bool is_sorted = true;
    for (uint32_t i = 0; i < c->n_students; i++) {
        c->students[i].rank = i;
        if (i && sz_str_cmp(c->students[i - 1].id, c->students[i].id) > 0) is_sorted = false;
    }
    if (is_sorted) return;
    struct ranked *order = sz_alloc((size_t)c->n_students * sizeof *order);
    for (uint32_t i = 0; i < c->n_students; i++) order[i] = (struct ranked){c->students[i].id, i};
    sz_sort(order, c->n_students, sizeof *order, by_id, NULL);
    for (uint32_t i = 0; i < c->n_students; i++) c->students[order[i].student].rank = i;
    sz_free(order);
}

void sz_campus_load_students(struct loader *l, struct text_file *f) {
    static const sz_str none = {"", 0};
    struct student_row blank = {.s = {.enrolled_day = SZ_DAY_NONE}};
    sz_student *s = &blank.s;
    s->id = s->name = s->gender = s->college = s->school = s->major = s->klass = s->dorm = s->building = none;
    struct csv_table table = {
        columns, sizeof columns / sizeof *columns, sizeof blank, &blank, add_student, note_left_out, true, GROUPS};
    sz_campus *c = l->c;
    size_t n_errors = l->d->n_errors;
    l->n_offs = 0;
    l->knows_students = true;
    sz_csv_table_read(l, f, &table);
    l->is_roster_whole = l->d->n_errors == n_errors;
    if (c->n_students) { /* what doubling took too much */
        c->students = sz_realloc(c->students, (size_t)c->n_students * sizeof *c->students);
        c->cap_students = c->n_students;
    }
    rank_students(c);
}

uint32_t sz_campus_find_student(const sz_campus *c, sz_str id) {
    return sz_lookup_get(&c->by_student, key_of, c->students, id);
}

uint32_t sz_campus_n_students(const sz_campus *c) { return c->n_students; }

const sz_student *sz_campus_student(const sz_campus *c, uint32_t i) { return &c->students[i]; }

bool sz_campus_has_tag(const sz_campus *c, sz_str tag) { return sz_map_get(&c->tags, tag) != NULL; }
