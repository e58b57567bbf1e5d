/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include "feeds.h"
#include "names.h"

enum { PIECE = 1 << 16 };

static void hand_on(struct file_writer *f) {
    if (f->buf.n && f->status == SZ_OK) f->status = f->sink->put(f->sink->self, f->name, sz_buf_str(&f->buf));
    sz_buf_clear(&f->buf);
}

void sz_sim_file_row(struct file_writer *f) {
    if (f->buf.n < PIECE) return;
    hand_on(f);
    f->has_more = true;
}

void sz_sim_file_next(struct file_writer *f, const char *name) {
    hand_on(f);
    f->has_more = false;
    f->name = name;
}

/* ---- students ---------------------------------------------------------------------------------------------------- */

static void student_row(struct line_writer *l, uint32_t who, sz_buf *out) {
    const struct person *p = &l->all->v[who];
    const struct school *s = &sz_sim_schools[p->school];
    struct unit u;
    sz_rng r = sz_rng_of(l->all->seed, STREAM_PERSON, who, 1);
    sz_sim_world_unit(l->w, p->unit, &u);
    uint32_t again = p->unit / (4 * N_SCHOOLS); /* further units of the same school and year: their classes count on */
    const char *major = s->majors[(p->klass + again) % 3];
    int entry = l->academic_year - p->year + 1;
    sz_sim_put_student(l, who, out);
    sz_buf_put_u8(out, ',');
    sz_sim_person_name(&r, p->is_woman, out);
    sz_buf_printf(out, ",%s,%s,%s,%s,", p->is_woman ? "女" : "男", sz_sim_colleges[u.college], s->name, major);
    sz_buf_printf(out, "%s%02d%02u,%d,4,", major, entry % 100, again * u.n_classes + p->klass + 1u, entry);
    if (p->lives_in) {
        const struct place *dorm = &l->w->places[p->dorm];
        uint32_t room = (who / 8) % 120; /* eight in a row, half of them women */
        sz_buf_printf(out, "%s-%u,%s,dorm,", dorm->building, 100 * (room / 20 + 1) + room % 20 + 1, dorm->building);
    } else {
        sz_buf_put_z(out, ",,off_campus,");
    }
    bool is_aided = sz_rng_chance(&r, p->habit == FRUGAL ? 4000 : p->incident == HARDSHIP ? 2000 : 800);
    sz_buf_printf(out, "%s,%s,%d-09-01,f%03u\n", p->habit == EXCHANGE ? "exchange" : "active", is_aided ? "aided" : "",
                  entry, p->unit + 1u);
}

/* ---- cards, readers, places -------------------------------------------------------------------------------------- */

static int64_t minute_ms(const struct line_writer *l, int32_t minute) {
    return sz_sim_midnight(l->all->term->from) + minute * SZ_MINUTE_MS;
}

static void card_rows(struct line_writer *l, uint32_t who, sz_buf *out) {
    static const enum source systems[] = {SOURCE_POS, SOURCE_GATE};
    const struct person *p = &l->all->v[who];
    for (int k = 0; k < 2; k++) {
        for (uint32_t which = 0; which < (p->card_lost < 0 ? 1u : 2u); which++) {
            sz_buf_printf(out, "%s,", sz_sim_source_names[systems[k]]);
            sz_sim_put_card(systems[k], who, which, out);
            sz_buf_put_u8(out, ',');
            sz_sim_put_student(l, who, out);
            sz_buf_put_u8(out, ',');
            if (which) sz_sim_put_time(l, minute_ms(l, p->card_new), out);
            sz_buf_put_u8(out, ',');
            if (!which && p->card_lost >= 0) sz_sim_put_time(l, minute_ms(l, p->card_lost), out);
            sz_buf_put_u8(out, '\n');
        }
    }
}

static void reader_rows(struct line_writer *l, struct file_writer *f) {
    static const char *const directions[] = {"in", "out", "unknown"};
    const struct world *w = l->w;
    for (uint32_t i = 0; i < w->n_readers; i++) {
        const struct reader *r = &w->readers[i];
        if (r->is_unlisted) continue;
        char day[11] = "";
        const char *source = sz_sim_source_names[r->source],
                   *direction = r->source == SOURCE_POS ? "" : directions[r->direction];
        if (r->later_place != NONE)
            sz_day_format(l->all->term->from + r->later_day - 1, day); /* `to` is a day, and included */
        sz_buf_printf(&f->buf, "%s,%s,%s,%s,,%s\n", source, r->id, w->places[r->place].id, direction, day);
        if (r->later_place != NONE) {
            sz_day_format(l->all->term->from + r->later_day, day);
            sz_buf_printf(&f->buf, "%s,%s,%s,%s,%s,\n", source, r->id, w->places[r->later_place].id, direction, day);
        }
        sz_sim_file_row(f);
    }
}

static void place_rows(struct line_writer *l, struct file_writer *f) {
    for (uint32_t i = 0; i < l->w->n_places; i++) {
        const struct place *p = &l->w->places[i];
        sz_buf_printf(&f->buf, "%s,%s,%s,%s,%s\n", p->id, p->name, sz_sim_place_kinds[p->kind], p->building,
                      sz_sim_zones[p->zone]);
        sz_sim_file_row(f);
    }
}

/* ---- leaves ------------------------------------------------------------------------------------------------------ */

static void leave_row(struct line_writer *l, uint32_t who, int32_t from, int32_t to, const char *kind,
                      int64_t recorded_ms, sz_buf *out) {
    char a[11], b[11];
    if (recorded_ms >= sz_sim_midnight(l->all->term->from + (int32_t)l->all->days))
        return; /* the school does not know yet */
    sz_day_format(l->all->term->from + from, a);
    sz_day_format(l->all->term->from + to, b);
    sz_sim_put_student(l, who, out);
    sz_buf_printf(out, ",%s,%s,%s,", a, b, kind);
    sz_sim_put_time(l, recorded_ms, out);
    sz_buf_put_z(out, ",\n");
}

/* Club evenings and weekends at home, for those who ask. One permit in twenty is written down a day or more after. */
static void permit_rows(struct line_writer *l, uint32_t who, sz_buf *out) {
    const struct person *p = &l->all->v[who];
    if (!p->club && !p->registers_weekends) return;
    sz_rng r = sz_rng_of(l->all->seed, STREAM_PERSON, who, 2);
    for (int32_t i = 0; i < (int32_t)l->all->days; i++) {
        struct day d;
        sz_sim_term_day(l->all->term, i, &d);
        bool is_late = sz_rng_chance(&r, 500);
        int64_t recorded = sz_sim_midnight(d.day) + (is_late ? sz_rng_between(&r, 26, 72) : -8) * SZ_HOUR_MS;
        if (p->club >> d.weekday & 1 && !d.is_rest) leave_row(l, who, i, i, "late_permit", recorded, out);
        if (p->registers_weekends && d.weekday == 5 && sz_sim_goes_home(p, &d))
            leave_row(l, who, i, i + 1, "overnight_permit", recorded, out);
    }
}

static void leave_rows(struct line_writer *l, uint32_t who, sz_buf *out) {
    static const char *const kinds[] = {
        [SPAN_LEAVE] = "leave", [SPAN_SICK] = "sick", [SPAN_SICK_IN_DORM] = "sick", [SPAN_INTERNSHIP] = "internship"};
    const struct person *p = &l->all->v[who];
    for (uint32_t i = 0; i < p->n_spans; i++) {
        const struct span *s = &p->spans[i];
        if (s->kind <= SPAN_LAST_RECORDED)
            leave_row(l, who, s->from, s->to, kinds[s->kind], sz_sim_span_recorded(l->all, who, s), out);
    }
    permit_rows(l, who, out);
}

void sz_sim_campus_write(struct file_writer *f, struct line_writer *l) {
    static const struct {
        const char *name, *head;
        void (*row)(struct line_writer *, uint32_t, sz_buf *);
    } tables[] = {
        {"campus/students.csv",
         "student,name,gender,college,school,major,class,entry_year,years,dorm,building,residence,status,tags,"
         "enrolled_on,counselor\n",
         student_row},
        {"campus/cards.csv", "system,card,student,from,to\n", card_rows},
        {"campus/leaves.csv", "student,from,to,kind,recorded,note\n", leave_rows},
    };
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        sz_sim_file_next(f, tables[k].name);
        sz_buf_put_z(&f->buf, tables[k].head);
        size_t head = f->buf.n;
        for (uint32_t who = 0; who < l->all->n && f->status == SZ_OK; who++) {
            tables[k].row(l, who, &f->buf);
            sz_sim_file_row(f);
        }
        if (f->buf.n == head && !f->has_more)
            sz_buf_clear(&f->buf); /* headings without a row are a finding: no such file then */
    }
    sz_sim_file_next(f, "campus/readers.csv");
    sz_buf_put_z(&f->buf, "source,reader,place,direction,from,to\n");
    reader_rows(l, f);
    sz_sim_file_next(f, "campus/places.csv");
    sz_buf_put_z(&f->buf, "place,name,kind,building,zone\n");
    place_rows(l, f);
    sz_sim_file_next(f, "campus/calendar.yaml");
    sz_sim_term_write(l->all->term, &f->buf);
    sz_sim_file_next(f, "campus/feeds.yaml");
    sz_sim_feeds_write(l->all->term, &f->buf);
}
