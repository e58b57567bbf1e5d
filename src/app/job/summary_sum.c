/* SPDX-License-Identifier: Apache-2.0
 *
 * A partition's worker writes its summary as a file run does; a run over several adds them up, whatever counters there
 * are. What is no count (schema, clock) is named here.
 */
#include "summary_sum.h"

#include <stdlib.h>
#include <yyjson.h>

static void add_object(yyjson_mut_doc *doc, yyjson_mut_val *to, yyjson_val *from);

/* All workers have one campus and so one offset: times compare as text. null: nothing was read. */
static yyjson_mut_val *lower(yyjson_mut_doc *doc, yyjson_mut_val *a, yyjson_val *b) {
    if (!yyjson_is_str(b)) return NULL;
    if (yyjson_mut_is_str(a) && strcmp(yyjson_mut_get_str(a), yyjson_get_str(b)) <= 0) return NULL;
    return yyjson_val_mut_copy(doc, b);
}

static yyjson_mut_val *sum(yyjson_mut_doc *doc, const char *name, yyjson_mut_val *a, yyjson_val *b) {
    if (strcmp(name, "schema") == 0) return NULL;
    if (strcmp(name, "clock") == 0) return lower(doc, a, b);
    if (yyjson_mut_is_obj(a) && yyjson_is_obj(b)) add_object(doc, a, b);
    if (!yyjson_mut_is_int(a) || !yyjson_is_int(b)) return NULL;
    return yyjson_mut_sint(doc, yyjson_mut_get_sint(a) + yyjson_get_sint(b));
}

static void add_object(yyjson_mut_doc *doc, yyjson_mut_val *to, yyjson_val *from) {
    size_t i, n;
    yyjson_val *key, *val;
    yyjson_obj_foreach(from, i, n, key, val) {
        const char *name = yyjson_get_str(key);
        yyjson_mut_val *there = yyjson_mut_obj_get(to, name);
        yyjson_mut_val *now = there ? sum(doc, name, there, val) : yyjson_val_mut_copy(doc, val);
        if (there && now) yyjson_mut_obj_replace(to, yyjson_mut_strcpy(doc, name), now);
        else if (now) yyjson_mut_obj_add(to, yyjson_mut_strcpy(doc, name), now);
    }
}

void summary_sum(sz_buf *out, const sz_str *summaries, uint32_t n) {
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(doc);
    yyjson_mut_doc_set_root(doc, root);
    for (uint32_t i = 0; i < n; i++) {
        yyjson_doc *one = yyjson_read(summaries[i].p, summaries[i].n, 0);
        if (one) add_object(doc, root, yyjson_doc_get_root(one));
        yyjson_doc_free(one);
    }
    size_t len = 0;
    char *text = yyjson_mut_write(doc, 0, &len);
    if (text) sz_buf_put(out, text, len);
    free(text);
    yyjson_mut_doc_free(doc);
}

void summary_unfinished(sz_buf *out) {
    out->n--; /* the closing brace */
    sz_buf_put_z(out, ",\"unfinished\":true}");
}
