/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml: a text becomes a located tree. The only module that knows <yaml.h>.
 *
 * YAML reads the same under 1.1 and 1.2 here: every scalar stays text with its style; what it means is the reader's business
 * (rules and campus tables call sz_yaml_bool etc.). Aliases, anchors, tags, duplicate keys, several documents, and nesting
 * deeper than 64 are refused with a location. Marks of libyaml count characters; spans here are bytes of the source, and
 * inside block and quoted scalars sz_yaml_value_span() finds a place by our own walk over the source.
 *
 * Ownership: the tree lives in the arena passed to sz_yaml_parse. Threads: none shared.
 */
#ifndef SANZAO_YAML_H
#define SANZAO_YAML_H

#include <sanzao/base.h>

typedef enum sz_yaml_kind { SZ_YAML_NULL, SZ_YAML_SCALAR, SZ_YAML_SEQ, SZ_YAML_MAP } sz_yaml_kind;
typedef enum sz_yaml_style { SZ_YAML_PLAIN, SZ_YAML_SINGLE, SZ_YAML_DOUBLE, SZ_YAML_LITERAL, SZ_YAML_FOLDED } sz_yaml_style;

/* A node. NULL kind: nothing after the colon, `~` or `null` in plain style. */
typedef struct sz_yaml {
    sz_yaml_kind kind;
    sz_yaml_style style;
    sz_span span;              /* the node in the source, quotes included */
    sz_str text;               /* scalar: its value (UTF-8) */
    struct sz_yaml **items;    /* seq: n items; map: n values */
    struct sz_yaml **keys;     /* map: n scalar keys, in order of writing */
    size_t n;
    bool is_cut;               /* seq, map: reading stopped inside; what is missing here is no mistake of its own */
    uint32_t indent;           /* literal, folded: columns before its lines (for sz_yaml_value_span) */
} sz_yaml;

/* Parse one document. On errors SZ_FINDINGS, findings in d, and *root is what was read up to there (may be NULL).
 * An empty file gives SZ_OK and *root NULL. The text must be UTF-8 (a BOM is skipped); what is not is a finding with its
 * place. Reading goes on after duplicate keys (the first one stays in the tree), aliases (NULL nodes), anchors and tags
 * (ignored), and stops at what is not YAML or after 1,000 errors; collections that are open then have is_cut. */
sz_status sz_yaml_parse(sz_arena *a, const sz_source *src, sz_diags *d, sz_yaml **root);

/* Was all of it read, with nothing wrong but keys that are there twice? Its findings in d are those from `first` on. */
bool sz_yaml_is_whole(const sz_yaml *root, const sz_diags *d, size_t first);

/* Value of a key, or NULL. */
sz_yaml *sz_yaml_get(const sz_yaml *map, const char *key);
/* Span in the source of bytes [off, off+len) of a scalar's value: right inside quoted and block scalars, escapes included.
 * Beyond the value's end it is the place where the value ends; for other nodes it is the node's span. */
sz_span sz_yaml_value_span(const sz_yaml *scalar, size_t off, size_t len);

/* true/false only (plain). Anything else false with *ok = false; yes/no/on/off are not booleans here. */
bool sz_yaml_bool(const sz_yaml *n, bool *ok);

/* Finding codes of this module, 1-19, in order (see docs/errors.md, which is made of them). */
const sz_code_doc *sz_yaml_codes(size_t *n);

#endif
