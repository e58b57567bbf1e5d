/* SPDX-License-Identifier: Apache-2.0
 *
 * leaves: leaves.csv. Kept by student, so that whoever has none costs a comparison.
 */
#include "csv_table.h"

const char *const sz_leave_kinds[SZ_N_LEAVE_KINDS] = {
    [SZ_LEAVE_LEAVE] = "leave",
    [SZ_LEAVE_SICK] = "sick",
    [SZ_LEAVE_INTERNSHIP] = "internship",
    [SZ_LEAVE_EXCHANGE] = "exchange",
    [SZ_LEAVE_LATE_PERMIT] = "late_permit",
    [SZ_LEAVE_OVERNIGHT_PERMIT] = "overnight_permit",
};

static const struct csv_choice known_kinds[SZ_N_LEAVE_KINDS] = {
    [SZ_LEAVE_LEAVE] = {"leave", "请假 事假"},
    [SZ_LEAVE_SICK] = {"sick", "病假"},
    [SZ_LEAVE_INTERNSHIP] = {"internship", "实习"},
    [SZ_LEAVE_EXCHANGE] = {"exchange", "交换 交流"},
    [SZ_LEAVE_LATE_PERMIT] = {"late_permit", "晚归 晚归许可"},
    [SZ_LEAVE_OVERNIGHT_PERMIT] = {"overnight_permit", "外宿 外宿许可 不归宿"},
};
static const struct csv_choices kind_choices = {known_kinds, SZ_N_LEAVE_KINDS, NULL, NULL};

int sz_leave_kind_of(sz_str word) { return (int)sz_csv_choice_find(&kind_choices, word); }

struct leave_row {
    sz_str student, kind;
    int32_t kind_id;
    struct when from, to, recorded;
};

/* Another kind is one of the school's own: only a rule that names it sees it. */
static bool set_kind(const struct csv_cell *cell, void *at, const void *arg) {
    struct leave_row *row = at;
    struct loader *l = cell->r->l;
    (void)arg;
    row->kind_id = sz_csv_choice_find(&kind_choices, cell->text);
    if (row->kind_id >= 0) {
        row->kind = sz_str_of(known_kinds[row->kind_id].name);
        return true;
    }
    row->kind_id = SZ_N_LEAVE_KINDS;
    row->kind = sz_words_shared(&l->c->words, cell->text);
    sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_ODD_LEAVE_KIND, sz_csv_span(cell->r, cell->column),
                              "a kind of leave that exempts from nothing by itself", "这种请假类型本身不豁免任何规则");
    const char *near = sz_csv_choice_near(&kind_choices, cell->text);
    if (near) sz_diag_hint(l->d, g, "did you mean `%s`?", "是不是 `%s`？", near);
    else
        sz_diag_hint(
            l->d, g,
            "only a rule that says  unless: [%.*s]  looks at it; if every rule should, write leave; known are leave, "
            "sick, internship, exchange, late_permit, overnight_permit",
            "只有写明  unless: [%.*s]  的规则才会用到它；要对所有规则有效就写“请假”；已知的有 leave, sick, "
            "internship, exchange, late_permit, overnight_permit",
            SZ_FMT_STR(cell->text));
    return true;
}

enum { STUDENT, FROM, TO, KIND, RECORDED, NOTE };
#define AT(member) offsetof(struct leave_row, member)
static const struct csv_column columns[] = {
    [STUDENT] = {"student", "学号 学生学号 学生编号 | 学工号 xh", true, sz_cell_id, AT(student), NULL},
    [FROM] = {"from", "开始 开始日期 开始时间 | 起始 起始日期 起始时间 起", true, sz_cell_when, AT(from), NULL},
    [TO] = {"to", "结束 结束日期 结束时间 | 截止 截止日期 截止时间 止", false, sz_cell_when, AT(to), NULL},
    [KIND] = {"kind", "类型 请假类型 | 请假类别 假别", false, set_kind, 0, NULL},
    [RECORDED] = {"recorded", "登记 登记时间 审批时间", false, sz_cell_when, AT(recorded), NULL},
    [NOTE] = {"note", "备注 事由 | 请假事由 请假原因", false, NULL, 0, NULL},
};

static void add_leave(struct csv_reader *r, void *item) {
    struct leave_row *row = item;
    struct loader *l = r->l;
    sz_campus *c = l->c;
    sz_leave leave = {.is_days = row->from.is_day && (!row->to.is_set || row->to.is_day)};
    if (!sz_csv_interval(r, &row->from, &row->to, TO, &leave.from_ms, &leave.to_ms)) return;
    leave.student = sz_campus_find_student(c, row->student);
    if (leave.student == SZ_NONE) {
        if (!sz_campus_is_nobody(l, row->student)) return;
        sz_diag *g = sz_diags_add(l->d, SZ_WARNING, CODE_LEAVE_OF_NOBODY, sz_csv_span(r, STUDENT),
                                  "students.csv does not have this student", "students.csv 中没有这个学生");
        sz_diag_hint(l->d, g, "the leave is left out; is the student list older than the leaves?",
                     "这条请假不起作用；学生名单是否比请假名单旧？");
        return;
    }
    leave.kind = row->kind;
    leave.kind_id = (uint8_t)row->kind_id;
    leave.recorded_ms = row->recorded.is_set ? row->recorded.ms : SZ_TIME_NONE;
    leave.span = (sz_span){l->leaves_src, (uint32_t)r->row.off, (uint32_t)r->row.len};
    *GROW(c->leaves, c->n_leaves, c->cap_leaves) = leave;
}

static int in_order(const void *pa, const void *pb, void *ctx) {
    const sz_leave *a = pa, *b = pb;
    (void)ctx;
    if (a->student != b->student) return a->student < b->student ? -1 : 1;
    return (a->from_ms > b->from_ms) - (a->from_ms < b->from_ms);
}

/* A permit given in days covers the nights of those evenings, noon to noon. */
static void set_use(const sz_zone *z, const sz_leave *l, struct leave_use *u) {
    *u = (struct leave_use){l->from_ms, l->to_ms, 1u << l->kind_id};
    if (!l->is_days || !(u->kind & (1u << SZ_LEAVE_LATE_PERMIT | 1u << SZ_LEAVE_OVERNIGHT_PERMIT))) return;
    u->from_ms = sz_zone_noon(z, sz_zone_day(z, l->from_ms));
    if (l->to_ms != SZ_TIME_MAX) u->to_ms = sz_zone_noon(z, sz_zone_day(z, l->to_ms));
}

void sz_campus_load_leaves(struct loader *l, struct text_file *f) {
    static const struct leave_row blank = {.kind = {"leave", 5}, .kind_id = SZ_LEAVE_LEAVE};
    static const struct csv_table table = {
        columns, sizeof columns / sizeof *columns, sizeof blank, &blank, add_leave, NULL, false, 0};
    sz_campus *c = l->c;
    l->leaves_src = sz_source_of_people(&c->arena, f->path, f->text.p, f->text.n); /* leaves say where they stand */
    sz_csv_table_read(l, f, &table);
    sz_sort(c->leaves, c->n_leaves, sizeof *c->leaves, in_order, NULL);
    c->uses = sz_alloc(c->n_leaves * sizeof *c->uses);
    c->has_leaves = sz_alloc(c->n_students / 8 + 1);
    for (uint32_t i = 0; i < c->n_leaves; i++) {
        set_use(&c->zone, &c->leaves[i], &c->uses[i]);
        sz_student *s = &c->students[c->leaves[i].student];
        if (s->leave_from == s->leave_to) s->leave_from = i;
        s->leave_to = i + 1;
        c->has_leaves[c->leaves[i].student >> 3] |= (uint8_t)(1u << (c->leaves[i].student & 7));
    }
}

bool sz_campus_has_leaves(const sz_campus *c, uint32_t student) {
    return c->has_leaves && c->has_leaves[student >> 3] >> (student & 7) & 1;
}

uint32_t sz_campus_n_leaves(const sz_campus *c) { return c->n_leaves; }

const sz_leave *sz_campus_leave(const sz_campus *c, uint32_t i) { return &c->leaves[i]; }

void sz_leave_span(const sz_campus *c, const sz_leave *l, int64_t *from_ms, int64_t *to_ms) {
    struct leave_use u;
    set_use(&c->zone, l, &u);
    *from_ms = u.from_ms;
    *to_ms = u.to_ms;
}

/* Is the student on one of these leaves, of the kind where one is named? */
static bool is_on(const sz_campus *c, uint32_t student, const uint8_t *known, uint32_t kinds, const sz_str *own,
                  int64_t t_ms) {
    if (student >= c->n_students) return false;
    const sz_student *s = &c->students[student];
    for (uint32_t i = s->leave_from; i < s->leave_to; i++) {
        const struct leave_use *u = &c->uses[i];
        if (!(u->kind & kinds) || t_ms < u->from_ms || t_ms >= u->to_ms) continue;
        if (own && !sz_str_eq(c->leaves[i].kind, *own)) continue;
        if (!known || known[i >> 3] >> (i & 7) & 1) return true;
    }
    return false;
}

bool sz_campus_on_leave(const sz_campus *c, uint32_t student, const uint8_t *known, uint32_t kinds, int64_t t_ms) {
    return is_on(c, student, known, kinds, NULL, t_ms);
}

bool sz_campus_on_own_leave(const sz_campus *c, uint32_t student, const uint8_t *known, sz_str kind, int64_t t_ms) {
    return is_on(c, student, known, 1u << SZ_N_LEAVE_KINDS, &kind, t_ms);
}

bool sz_campus_has_own_kind(const sz_campus *c, sz_str kind) {
    for (uint32_t i = 0; i < c->n_leaves; i++)
        if (c->leaves[i].kind_id == SZ_N_LEAVE_KINDS && sz_str_eq(c->leaves[i].kind, kind)) return true;
    return false;
}
