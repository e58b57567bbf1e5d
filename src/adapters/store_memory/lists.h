/* SPDX-License-Identifier: Apache-2.0
 *
 * lists: what the store keeps: texts in order, dropped from the front; keyed values in the order of their first
 * coming.
 */
#ifndef SANZAO_SRC_ADAPTERS_STORE_MEMORY_LISTS_H
#define SANZAO_SRC_ADAPTERS_STORE_MEMORY_LISTS_H

#include <sanzao/base.h>

typedef struct list {
    sz_str *v; /* owned; v[first] is the oldest */
    size_t first, end, room;
} list;

void sz_list_fini(list *l);
void sz_list_add(list *l, sz_str s);
/* Drop n from the front; all, where there are fewer. */
void sz_list_trim(list *l, size_t n);

typedef struct table {
    sz_map index;   /* key to place */
    sz_str *values; /* owned */
    size_t n, room;
} table;

void sz_table_fini(table *t);
void sz_table_put(table *t, sz_str key, sz_str value);

sz_str sz_owned(sz_str s);

#endif
