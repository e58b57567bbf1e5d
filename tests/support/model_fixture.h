/* SPDX-License-Identifier: Apache-2.0
 *
 * model_fixture: records out of JSON and rows, shown as one line, for tests. The zone is UTC+8; one type is declared:
 * library {presence: true, fields: {direction: [in, out], seat: text, minutes: number, fee: money, until: time}}.
 */
#ifndef SZ_TEST_MODEL_FIXTURE_H
#define SZ_TEST_MODEL_FIXTURE_H

#include <sanzao/model.h>

struct model_fixture {
    sz_types types;
    sz_zone zone;
    sz_arena arena; /* of records */
    sz_arena texts; /* of YAML */
    sz_diags d;
    sz_decoder *decoder;
    sz_mapping *mapping;
    sz_record record; /* the latest */
    sz_buf out;
};

void model_fixture_init(struct model_fixture *x);
void model_fixture_fini(struct model_fixture *x);

/* `swipe 2026-03-02T08:00:00+08:00 id=e1 student=s1 amount=5.00` with every member that is not a default (a made id is `x:…`);
 * `feed_status …`; or of a dead letter `missing_field student`. Borrowed until the next call. */
const char *model_fixture_json(struct model_fixture *x, sz_str raw);
const char *model_fixture_show(struct model_fixture *x);

/* Load a mapping; findings as `m.yaml:3:1 E262`, blanks between them, in the order of places. */
const char *model_fixture_map(struct model_fixture *x, const char *yaml);
/* Bind the mapping to a header row; findings as above, those in the header at `h.csv`. */
const char *model_fixture_bind(struct model_fixture *x, const char *header);
/* A row of UTF-8 as a record, shown. */
const char *model_fixture_row(struct model_fixture *x, const char *row);
/* Load types; findings as `t.yaml:1:1 E251`. */
const char *model_fixture_types(struct model_fixture *x, const char *yaml);

/* Whole file into memory (free it), NULL if it is not there. shared_path: under $SZ_SHARED or ../shared. */
char *fixture_read(const char *path, size_t *n);
const char *fixture_shared(char out[512], const char *path);

#endif
