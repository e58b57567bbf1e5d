/* SPDX-License-Identifier: Apache-2.0
 *
 * A state that is only looked at: a worker that has read it, and nothing else.
 */
#ifndef SZ_APP_LOOK_H
#define SZ_APP_LOOK_H

#include "job/job.h"
#include "state/states.h"

typedef struct look {
    sz_inputs in;
    sz_diags diags;
    sz_msgq *q;
    sz_state state;
    sz_worker *worker;
    uint32_t parts; /* of the topic whose states they are; 0: of files, or not known */
    bool is_listed; /* the student that was asked for, in students.csv */
} look;

/* Of the partition that the student is in, or of that one (SZ_FILES: none). look_end in any case. */
sz_status look_begin(const sz_job *job, sz_str student, int32_t partition, look *l);
/* Step until the worker is in that state, or fails. */
sz_status look_until(const sz_job *job, look *l, sz_worker_state where);
/* SZ_USAGE, and said: the last run had a campus, and none is given. Nobody would be enrolled, on leave, or of a class
 * or a building. */
sz_status look_need_campus(const sz_job *job, const look *l);
/* What is shown is what the next run with these would begin with. */
void look_tell_others(const sz_job *job, look *l);
/* Shows what was found on the way. Returns the exit status. */
int look_end(const sz_job *job, look *l, sz_status s);

#endif
