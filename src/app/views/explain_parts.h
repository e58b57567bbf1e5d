/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of explain_view share: reading the JSON, writing lines; and the conditions of a look.
 */
#ifndef SZ_APP_EXPLAIN_PARTS_H
#define SZ_APP_EXPLAIN_PARTS_H

#include <sanzao/base.h>
#include <yyjson.h>

typedef struct page {
    sz_buf *out;
    sz_lang lang;
    bool all; /* of a long condition, what decides nothing, too */
} page;

static inline const char *in(const page *p, const char *en, const char *zh)
    __attribute__((format_arg(2), format_arg(3)));
static inline const char *in(const page *p, const char *en, const char *zh) { return p->lang == SZ_ZH ? zh : en; }

static inline yyjson_val *of(yyjson_val *v, const char *name) { return yyjson_obj_get(v, name); }
static inline bool is_true(yyjson_val *v, const char *name) { return yyjson_get_bool(of(v, name)); }
static inline int number(yyjson_val *v, const char *name) { return yyjson_get_int(of(v, name)); }
static inline const char *text_of(yyjson_val *v, const char *name) {
    const char *s = yyjson_get_str(of(v, name));
    return s ? s : "";
}

static inline void indent(const page *p, int depth) { sz_buf_printf(p->out, "%*s", 3 * depth, ""); }
void explain_time(const page *p, const char *t); /* `2026-04-08 18:00` of a time */

/* who, the condition, resolve_when, each with what is in it (of a long one what decides), and what the arrows mean. */
void explain_conditions(const page *p, yyjson_val *look);
/* Only those that keep the rule from telling. */
void explain_deciding(const page *p, yyjson_val *look);

#endif
