/* SPDX-License-Identifier: Apache-2.0
 *
 * campus: what is known of a university beside its events. Students, cards, readers, places, calendar, leaves, feeds.
 *
 * A campus is loaded once and immutable after; a reload makes a new one, and sz_campus_diff says which students are concerned
 * and since when. Lookups are by validity at a time; ends of intervals are normalised to [from, to) in epoch milliseconds at load
 * (days whole and inclusive in the files, times from inclusive to exclusive; an empty end is open).
 *
 * Leaves with a `recorded` time later than the start are known only from then on: callers pass `known`, a bit a leave
 * (sz_campus.leaves index), or NULL for all. Facts without `recorded` are known at load.
 *
 * Ownership: everything lives in the campus. Threads: may be shared once loaded.
 */
#ifndef SANZAO_CAMPUS_H
#define SANZAO_CAMPUS_H

#include <sanzao/base.h>
#include <sanzao/model.h>

#define SZ_NONE UINT32_MAX /* no student, no place, … */

typedef enum sz_student_status { SZ_ACTIVE, SZ_SUSPENDED, SZ_GRADUATED, SZ_WITHDRAWN, SZ_EXCHANGE } sz_student_status;

typedef struct sz_student {
    sz_str id, name, gender, college, school, major, klass, dorm, building, residence; /* residence: dorm off_campus home */
    sz_str status_name;
    sz_student_status status;
    int32_t entry_year, years;    /* 0: not given */
    int32_t enrolled_day;         /* SZ_DAY_NONE: not given */
    sz_str *tags;
    uint32_t n_tags;
    uint32_t leave_from, leave_to; /* its leaves: campus.leaves[leave_from..leave_to), ordered by from */
    uint32_t rank;                 /* place in the order of ids by bytes */
} sz_student;

/* Whom the stream admits: as a row of students.csv that gives his number alone. */
extern const sz_student sz_student_admitted;

typedef struct sz_place {
    sz_str id, name, kind, building, zone; /* kind "unknown" for a place that places.csv does not have */
} sz_place;

typedef struct sz_leave {
    uint32_t student;
    int64_t from_ms, to_ms;       /* [from, to) */
    bool is_days;                 /* given in days */
    sz_str kind;                  /* leave sick internship exchange late_permit overnight_permit, or another */
    uint8_t kind_id;              /* index into sz_leave_kinds; SZ_N_LEAVE_KINDS: another kind */
    int64_t recorded_ms;          /* SZ_TIME_NONE: known at load */
    sz_span span;
} sz_leave;

typedef struct sz_term { sz_str id; int32_t from_day, to_day; } sz_term;          /* inclusive days */
typedef struct sz_holiday { sz_str name_zh, name_en; int32_t from_day, to_day; } sz_holiday;
typedef struct sz_vacation { sz_str name; int32_t from_day, to_day, registration_to; } sz_vacation; /* registration_to NONE */
typedef struct sz_period { sz_str id; int32_t from_day, to_day; } sz_period;

typedef struct sz_feed {
    sz_str source;
    bool is_batch;
    int64_t allowance_ms, idle_ms;
    int32_t began_day;        /* SZ_DAY_NONE */
    uint64_t types;           /* bits of the types it carries; all bits where it lists none */
} sz_feed;

typedef struct sz_campus sz_campus;

/* Load a folder's texts. The app reads the files; this module never touches the disk.
 * files[i] is named students.csv, calendar.yaml …; unknown names are ignored (one that is nearly a known one: a warning), and
 * so is types.yaml, which sz_types_load() has read. NULL/0 files: the empty campus (anyone is admitted); it is an error if a
 * folder is named all the same. folder: as it is shown in findings; NULL or "": file names alone.
 * enc is of the CSV files (SZ_ENC_AUTO: found out for each); YAML files find out their own. The zone is copied (NULL: UTC+8),
 * types must outlive the campus. Findings keep what they show of a file in d; the files' bytes may go after the return.
 * Every defect is a finding with file:line:col; all of them. SZ_FINDINGS when one is an error: *out is then what could be read,
 * so that rules can still be checked against it; it is not meant to be run with, and is to be freed as well. */
typedef struct sz_campus_file { const char *name; const void *p; size_t n; } sz_campus_file;
sz_status sz_campus_load(const sz_campus_file *files, size_t n, const char *folder, sz_encoding enc, const sz_zone *zone,
                         const sz_types *types, sz_diags *d, sz_campus **out);
/* The time zone's name in calendar.yaml (default Asia/Shanghai), so that the app can read its file first. Borrowed from the file. */
sz_str sz_campus_zone_name(const sz_campus_file *files, size_t n);
/* One more owner, of the same thread; each lets go with free. A loaded campus is never changed. */
sz_campus *sz_campus_ref(sz_campus *c);
void sz_campus_free(sz_campus *c);

const sz_zone *sz_campus_zone(const sz_campus *c);
const sz_types *sz_campus_types(const sz_campus *c);
/* Of the bytes of all files but cards and readers, which only say whose a record is: the same one, and every student's facts are. */
uint64_t sz_campus_digest(const sz_campus *c);
/* Of what concerns everyone: time zone, calendar, curfew, places, feeds but for their patience. Students' own facts are not in it. */
uint64_t sz_campus_shared_hash(const sz_campus *c);
/* Of both, and of the cards as they are held: is it the same campus? A worker whose campus is another one than that of a state says so. */
uint64_t sz_campus_identity(const sz_campus *c, uint64_t cards_hash); /* sz_campus_cards_hash, which goes over all cards */
bool sz_campus_is_empty(const sz_campus *c);                     /* no students.csv: admit anyone */
uint32_t sz_campus_n_students(const sz_campus *c);
const sz_student *sz_campus_student(const sz_campus *c, uint32_t i);
/* Has he any leaves? From a bit a student, so that nothing cold is read of whom has none. */
bool sz_campus_has_leaves(const sz_campus *c, uint32_t student);
uint32_t sz_campus_find_student(const sz_campus *c, sz_str id);  /* index or SZ_NONE */
uint32_t sz_campus_n_leaves(const sz_campus *c);
const sz_leave *sz_campus_leave(const sz_campus *c, uint32_t i);
uint32_t sz_campus_n_places(const sz_campus *c);
uint32_t sz_campus_n_readers(const sz_campus *c); /* rows of readers.csv */
const sz_place *sz_campus_place(const sz_campus *c, uint32_t i);
uint32_t sz_campus_find_place(const sz_campus *c, sz_str id);
uint32_t sz_campus_n_feeds(const sz_campus *c);
const sz_feed *sz_campus_feed(const sz_campus *c, uint32_t i);
uint32_t sz_campus_find_feed(const sz_campus *c, sz_str source);
bool sz_campus_has_tag(const sz_campus *c, sz_str tag);          /* some student bears it */

/* Holder of a card at t: (system, card) first, then the card without system, then under any other. SZ_NONE: unknown at t, also
 * where the system has that card at other times only, or does not have it and other systems disagree about its holder. */
uint32_t sz_campus_resolve_card(const sz_campus *c, sz_str system, sz_str card, int64_t t_ms);
/* How many cards of cards.csv each student holds at t, one number a student, which the caller has set to 0. False: there are no cards. */
bool sz_campus_count_cards(const sz_campus *c, int64_t t_ms, uint32_t *counts);
/* Does any row name the card, of whatever system and time? */
bool sz_campus_has_card(const sz_campus *c, sz_str card);
/* Between two cards: the student's cards in cards.csv are over at t, the last for less than seven days, and the next one has not begun.
 * No reader knows him until then, but somebody whose card stays closed must not be forgotten for good. False of whom cards.csv does not have. */
bool sz_campus_is_between_cards(const sz_campus *c, uint32_t student, int64_t t_ms);
/* The same as sz_campus_resolve_card, and the time around t, [from, to), in which the answer is the same. */
uint32_t sz_campus_resolve_card_span(const sz_campus *c, sz_str system, sz_str card, int64_t t_ms, int64_t *from_ms, int64_t *to_ms);
/* Of who holds which card when, and whether there is a roster: the same one, and every card resolves to the same student at every time. */
uint64_t sz_campus_cards_hash(const sz_campus *c);
/* Whose records n events are: two rounds over all of them, each of which fetches what the next one and then the look-up read of cold
 * memory, so that none of them waits for it, one after the other. */
typedef struct sz_campus_fetch {
    const sz_event *of;
    sz_ends ends; /* of the key */
    uint32_t hash, row;
    bool is_card;
} sz_campus_fetch;
void sz_campus_fetch_begin(const sz_campus *c, sz_campus_fetch *f, uint32_t n); /* `of` is set */
void sz_campus_fetch_rows(const sz_campus *c, sz_campus_fetch *f, uint32_t n);
/* `row` is then whose the record is by its student, else by its card, as sz_campus_find_student and sz_campus_resolve_card would say. */
void sz_campus_fetched(const sz_campus *c, sz_campus_fetch *f, uint32_t n);
/* Place and direction of a reader at t, of its source or without source; false: unknown reader. *place may be "" and *dir
 * SZ_DIR_NONE. */
bool sz_campus_resolve_reader(const sz_campus *c, sz_str source, sz_str reader, int64_t t_ms, sz_str *place, uint8_t *dir);

/* ---- calendar (days are local) ---- */
typedef struct sz_calendar {
    sz_term *terms;          /* ordered by from; do not overlap */
    uint32_t n_terms;
    sz_holiday *holidays;
    uint32_t n_holidays;
    sz_vacation *vacations;
    uint32_t n_vacations;
    sz_period *periods;
    uint32_t n_periods;
    struct sz_makeup { int32_t day; uint8_t as_weekday; } *makeups;
    uint32_t n_makeups;
    struct sz_curfew *curfew; /* opaque; NULL: 23:00 to 05:00 every night */
} sz_calendar;
const sz_calendar *sz_campus_calendar(const sz_campus *c);
const sz_term *sz_calendar_term(const sz_calendar *k, int32_t day);        /* the term of the day, NULL between terms */
const sz_term *sz_calendar_last_term(const sz_calendar *k, int32_t day);   /* the term of the day or the last one ended; NULL before the first */
int32_t sz_calendar_week(const sz_calendar *k, int32_t day);               /* 1 = Monday week of the term's first day; 0 unknown */
bool sz_calendar_is_holiday(const sz_calendar *k, int32_t day);
bool sz_calendar_is_vacation(const sz_calendar *k, int32_t day);
bool sz_calendar_is_class_day(const sz_calendar *k, int32_t day);          /* in term, Mon-Fri or made up, no holiday (nor vacation) */
enum { SZ_EVE_DAYS = 3 };                                                  /* so far ahead looks holiday_eve: over a weekend */
uint32_t sz_calendar_class_days_left(const sz_calendar *k, int32_t day);   /* before the next holiday, vacation or end of the term, that day included */
bool sz_calendar_is_holiday_eve(const sz_calendar *k, int32_t day);        /* the last class day before a holiday, a vacation or the end of the term, a weekend in between or not */
bool sz_calendar_in(const sz_calendar *k, sz_str period, int32_t day);
int32_t sz_calendar_days_to(const sz_calendar *k, sz_str period, int32_t day); /* to the next beginning, 0 on it and within; INT32_MAX none */
bool sz_calendar_has_period(const sz_calendar *k, sz_str period);
int32_t sz_calendar_first_term_day(const sz_calendar *k);                  /* SZ_DAY_NONE without terms */
/* Academic year's number of the student on that day: 1 from 1 September of entry_year; 0 unknown, or before it. */
int32_t sz_student_year(const sz_student *s, int32_t day);
/* Share of the study time that has passed at that day, 0..1 (enrolled or 1 September of entry_year, `years` long); NAN unknown. */
double sz_student_study_share(const sz_student *s, int32_t day);

/* event.late (semantics, contract): an entry at t by the student is after that evening's cut-off and before `ends`, without a
 * late_permit or overnight_permit at t (one given in days covers the nights of those evenings). */
bool sz_campus_is_late(const sz_campus *c, uint32_t student, const uint8_t *known, int64_t t_ms);

/* Leave of one of the kinds in `kinds` (bit: index into sz_leave_kinds) in force at t. Permits given in days cover noon to noon. */
enum { SZ_LEAVE_LEAVE, SZ_LEAVE_SICK, SZ_LEAVE_INTERNSHIP, SZ_LEAVE_EXCHANGE, SZ_LEAVE_LATE_PERMIT, SZ_LEAVE_OVERNIGHT_PERMIT, SZ_N_LEAVE_KINDS };
extern const char *const sz_leave_kinds[SZ_N_LEAVE_KINDS];
/* The kind that a word of leaves.csv means (sick, 病假): index into sz_leave_kinds, or -1. */
int sz_leave_kind_of(sz_str word);
enum { SZ_ON_LEAVE_KINDS = 1 << SZ_LEAVE_LEAVE | 1 << SZ_LEAVE_SICK | 1 << SZ_LEAVE_INTERNSHIP | 1 << SZ_LEAVE_EXCHANGE };
bool sz_campus_on_leave(const sz_campus *c, uint32_t student, const uint8_t *known, uint32_t kinds, int64_t t_ms);
/* The same of a kind of the school's own, by its name; and does any row of leaves.csv have that kind? */
bool sz_campus_on_own_leave(const sz_campus *c, uint32_t student, const uint8_t *known, sz_str kind, int64_t t_ms);
bool sz_campus_has_own_kind(const sz_campus *c, sz_str kind);
/* Interval in which a leave is in force for its purpose: as given, or noon to noon for a permit given in days. */
void sz_leave_span(const sz_campus *c, const sz_leave *l, int64_t *from_ms, int64_t *to_ms);

/* What changed between two campuses: one entry a student concerned, with the time from which its past may differ; INT64_MIN:
 * from the beginning (a roster row has no date). Calls add for each, in the order of ids by bytes. First, if at all, comes an
 * empty student, which is everyone; only students with an earlier time follow it then. */
void sz_campus_diff(const sz_campus *old, const sz_campus *now, void (*add)(void *ctx, sz_str student, int64_t since_ms), void *ctx);

/* Finding codes of this module, 301-399, in order. Mapping and types: 251-299. */
const sz_code_doc *sz_campus_codes(size_t *n);

#endif
