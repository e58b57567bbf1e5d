/* SPDX-License-Identifier: Apache-2.0
 *
 * A small world of names for tests of conditions: a resolver over one table, and a loader over an array of values.
 */
#ifndef TESTS_TOY_NAMES_H
#define TESTS_TOY_NAMES_H

#include <sanzao/expr.h>

enum { TOY_MOST = 64 };

typedef struct toy_name {
    const char *path;     /* last_door.time; calendar.in(exams) */
    uint8_t type, unit;
    bool grows, is_param, is_const;
    double num;           /* of a constant number or duration */
    uint8_t form;
} toy_name;

extern const toy_name toy_names[];
extern const uint32_t toy_n_names;
extern const sz_list toy_kinds; /* value of the constant list `kinds` */

/* Values by slot, which is the index of the name; load counts. */
typedef struct toy_values {
    sz_xval v[TOY_MOST];
    uint32_t n_loads;
} toy_values;

sz_resolver toy_resolver(void);
sz_loader toy_loader(toy_values *v);
uint32_t toy_slot(const char *path); /* UINT32_MAX: no such name */
sz_xval toy_num(double d);
sz_xval toy_at_least(double d);
sz_xval toy_bool(bool b);
sz_xval toy_str(const char *s);
sz_xval toy_duration(double ms);
sz_xval toy_time(double ms);
sz_xval toy_unknown(void);
sz_xval toy_error(void);
/* All names unknown. */
void toy_clear(toy_values *v);
void toy_set(toy_values *v, const char *path, sz_xval x);

/* A fixture: what compiles goes into toy_arena, and the names have the values of toy_world, unknown at first. */
extern sz_arena toy_arena;
extern toy_values toy_world;
int toy_setup(void **unused);
int toy_teardown(void **unused);

/* Compile with the toy's names; d may hold findings afterwards. */
const sz_prog *toy_compile(sz_arena *a, const char *text, sz_xtype want, bool grow_ok, sz_diags *d);

#endif
