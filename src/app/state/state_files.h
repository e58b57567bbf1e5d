/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a topic's state: FILE.0, FILE.1, …, one a partition.
 */
#ifndef SZ_APP_STATE_FILES_H
#define SZ_APP_STATE_FILES_H

#include "job/job.h"

typedef struct sz_state_files {
    int32_t first; /* the least partition that has a file */
    uint32_t n;    /* one more than the highest that has one; 0: none has, or there is a FILE of a run over files */
} sz_state_files;

/* What is there of the state that --state names. A partition's file between two others may be missing. */
sz_state_files sz_state_files_of(const sz_job *job);

#endif
