/* SPDX-License-Identifier: Apache-2.0
 *
 * sink: two files (alerts, dead letters), each with what has been handed over and not been written yet.
 *
 * Whose file is it? The state's ledger has a line for each (`sink:alerts`, `sink:dead`) with the target's name and
 * the length at which it was taken up; a file that stands there is cut to what the state acknowledged. Lines reach a
 * file before the first commit makes that ledger line durable, so after a crash in that gap a file may be ours
 * without proof. Such a file is not cut but compared: a run repeats its bytes, so what is written must be what stands
 * there, and anything else is somebody else's.
 */
#ifndef SANZAO_SRC_ADAPTERS_SINK_FILE_SINK_H
#define SANZAO_SRC_ADAPTERS_SINK_FILE_SINK_H

#include <sanzao/adapters.h>

typedef enum target_kind { TO_NOWHERE, TO_FILE, TO_STDOUT } target_kind;

typedef struct call { /* of the port, to be answered */
    uint32_t tag;
    uint32_t n_lines;
    size_t end; /* of its bytes in `pending` */
} call;

typedef struct target {
    target_kind kind;
    const char *key; /* in the ledger */
    char *path;
    int fd;           /* -1: not open */
    bool is_regular;  /* can be cut and has a length; else a pipe or a device */
    bool is_compared; /* see above */
    uint64_t length;  /* of what is ours */
    sz_buf pending;
    call *calls;
    uint32_t n_calls, room;
} target;

struct sz_sink_file {
    bool append, is_new, is_volatile, is_started;
    sz_progress progress;
    sz_msgq *q;
    sz_diags *d;
    target alerts, dead;
    sz_status failed;
    char text[SZ_SAID], text_zh[SZ_SAID]; /* of the failure */
};

/* ---- target.c: before the state is touched ---- */

/* Read `file:PATH` and look at the file. */
sz_status sz_target_find(sz_sink_file *s, target *t, sz_str name);
void sz_target_fini(target *t);

/* ---- start.c: once the state is known ---- */

sz_status sz_target_start(sz_sink_file *s, target *t, uint64_t acknowledged);
/* Tell the ledger that this file is ours, from this length on. */
void sz_target_claim(sz_sink_file *s, const target *t, uint64_t base);

/* ---- write.c ---- */

/* Write what is pending and force it to the disk; false: s->text says why not, and the file is as it was. */
bool sz_target_write(sz_sink_file *s, target *t);

#endif
