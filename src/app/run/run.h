/* SPDX-License-Identifier: Apache-2.0
 *
 * A run over files, and what is done with its files and its state beside it. Each returns the exit status of the
 * contract; findings and notes go to stderr.
 */
#ifndef SZ_APP_RUN_H
#define SZ_APP_RUN_H

#include "job/job.h"

int sz_files_run(const sz_job *job);
/* Show the first 20 records as they are read, and do nothing else. */
int sz_job_dry_run(const sz_job *job, bool as_json);
/* Say what these rules would do to the state, and do nothing else. */
int sz_job_plan(const sz_job *job, bool as_json);
/* Print one student's record of a state as JSON. The state is only read. */
int sz_job_show(const sz_job *job, sz_str student);

/* For people, of a long condition what keeps it from holding; for people, all of it; for programs. */
typedef enum sz_explain_form { SZ_EXPLAIN_SHORT, SZ_EXPLAIN_ALL, SZ_EXPLAIN_JSON } sz_explain_form;
/* Append why a rule does not tell of a student of the state, or does. The state is only read. Returns the exit status;
 * nothing is appended if that is not 0. */
int sz_job_explain(const sz_job *job, sz_str student, sz_str rule, sz_explain_form form, sz_buf *out);

/* Append who of the state cannot be judged and why, as a table or as JSON. The state is only read. Returns the exit
 * status; nothing is appended if that is not 0. */
int sz_job_not_judged(const sz_job *job, bool as_json, sz_buf *out);

/* Append what comparisons with others kept from being told, of what the state keeps, for people; the state is only
 * read. Returns the exit status; nothing is appended if that is not 0. */
int sz_job_untold(const sz_job *job, sz_buf *out);

#endif
