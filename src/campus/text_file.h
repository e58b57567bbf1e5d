/* SPDX-License-Identifier: Apache-2.0
 *
 * text_file: one file of the folder as UTF-8 text, and the places of findings in it.
 */
#ifndef SZ_CAMPUS_TEXT_FILE_H
#define SZ_CAMPUS_TEXT_FILE_H

#include <sanzao/campus.h>

#include "codes.h"

struct text_file {
    sz_diags *d;
    sz_arena arena;   /* of the reading: path, scratch */
    const char *path; /* as shown */
    bool is_of_people;
    sz_str text;      /* UTF-8, no BOM */
    sz_buf converted;
    const sz_source *src; /* made in d's arena at the first finding */
};

/* Convert the file; false, with a finding, when it is no text. */
bool sz_text_file_open(struct text_file *f, const sz_campus_file *file, const char *folder, sz_encoding enc,
                       sz_diags *d);
void sz_text_file_close(struct text_file *f);
/* The text as a source for findings, made when it is first needed. */
const sz_source *sz_text_file_source(struct text_file *f);
sz_span sz_text_file_span(struct text_file *f, size_t off, size_t len);

/* A finding, and a hint, whose two languages do not take the same arguments: ready texts, which are copied. */
sz_diag *sz_finding_add(sz_diags *d, sz_severity sev, int code, sz_span at, const char *en, const char *zh);
void sz_finding_hint(sz_diags *d, sz_diag *g, const char *en, const char *zh);

#endif
