/* SPDX-License-Identifier: Apache-2.0
 *
 * parse: libyaml's events, the only place that sees <yaml.h>. Depth is counted on them, so that of deeply nested
 * brackets libyaml has scanned no more than its look-ahead (1024 characters, the longest key) when reading stops.
 */
#include "internal.h"

#include <yaml.h>

#define MOST_ERRORS 1000 /* of one text; who has as many wants another file */

typedef struct parse {
    yaml_parser_t parser;
    sz_yaml_places places;
    sz_yaml_build build;
    bool has_document, is_done;
} parse;

static sz_span span_of(const parse *p, const yaml_event_t *e) {
    uint32_t from = sz_yaml_place(&p->places, e->start_mark.index), to = sz_yaml_place(&p->places, e->end_mark.index);
    return sz_yaml_span(p->places.src, from, to);
}

/* Say that `&name` or `!tag` at the start of the node is refused, and move the node's span behind it. */
static void refuse_property(parse *p, sz_span *span) {
    const sz_source *s = p->places.src;
    size_t from = span->off, to = from, end = from + span->len;
    bool is_tag = s->p[from] == '!';
    while (to < end && !strchr(" \t\r\n,}]", s->p[to])) to++;
    sz_span at = sz_yaml_span(s, from, to);
    sz_str text = sz_yaml_clip((sz_str){s->p + from, to - from});
    sz_diag *g =
        is_tag ? sz_diags_add(p->build.diags, SZ_ERROR, YAML_TAG, at, "`%.*s` is a YAML tag; tags are not used here",
                              "`%.*s` 是 YAML 标签，这里不用标签", SZ_FMT_STR(text))
               : sz_diags_add(p->build.diags, SZ_ERROR, YAML_ALIAS, at,
                              "`%.*s` is a YAML anchor; anchors are not used here", "`%.*s` 是 YAML 锚点，这里不用锚点",
                              SZ_FMT_STR(text));
    size_t next = sz_yaml_skip_blanks(s, to);
    bool is_before_value = is_tag ? sz_yaml_has(s, from, "!!") : next >= s->n || strchr("{[\r\n", s->p[next]) != NULL;
    if (is_before_value) sz_diag_hint(p->build.diags, g, "take it out", "请去掉它");
    else if (!is_tag && to > from + 1)
        sz_diag_hint(p->build.diags, g, "take  %.*s  out; a text that begins with & stands in quotes",
                     "请去掉  %.*s；以 & 开头的文字要加引号", SZ_FMT_STR(text));
    else sz_yaml_say_quotes(&p->build, g, from);
    while (to < end && strchr(" \t\r\n", s->p[to])) to++;
    *span = sz_yaml_span(s, to, end);
}

static sz_yaml *new_node(parse *p, const yaml_event_t *e, sz_yaml_kind kind, bool has_anchor, bool has_tag) {
    sz_yaml *node = SZ_NEW(p->build.arena, sz_yaml);
    node->kind = kind;
    node->span = span_of(p, e);
    for (int i = has_anchor + has_tag; i > 0 && node->span.len; i--) refuse_property(p, &node->span);
    return node;
}

static sz_yaml_style style_of(yaml_scalar_style_t style) {
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return SZ_YAML_SINGLE;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return SZ_YAML_DOUBLE;
    case YAML_LITERAL_SCALAR_STYLE: return SZ_YAML_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE: return SZ_YAML_FOLDED;
    default: return SZ_YAML_PLAIN;
    }
}

/* libyaml's indentation at a block scalar is the column of the block that it stands in. */
static uint32_t parent_column(const parse *p) {
    const sz_yaml_build *b = &p->build;
    if (b->depth == 0) return UINT32_MAX;
    return sz_yaml_column_of(b->src, b->level[b->depth - 1].node->span.off) - 1;
}

static void take_scalar(parse *p, const yaml_event_t *e) {
    const unsigned char *tag = e->data.scalar.tag, *anchor = e->data.scalar.anchor;
    sz_yaml *node = new_node(p, e, SZ_YAML_SCALAR, anchor != NULL, tag != NULL);
    node->style = style_of(e->data.scalar.style);
    node->text = sz_arena_str(p->build.arena, (sz_str){(const char *)e->data.scalar.value, e->data.scalar.length});
    sz_yaml_check_escapes(node, p->build.arena, p->build.diags);
    if (node->style == SZ_YAML_PLAIN &&
        (node->text.n == 0 || sz_str_is(node->text, "~") || sz_str_is(node->text, "null")))
        node->kind = SZ_YAML_NULL;
    if (node->style == SZ_YAML_LITERAL || node->style == SZ_YAML_FOLDED)
        node->indent = sz_yaml_block_indent(p->places.src, node->span.off, parent_column(p));
    sz_yaml_build_add(&p->build, node);
}

static void take_alias(parse *p, const yaml_event_t *e) {
    sz_yaml *node = new_node(p, e, SZ_YAML_NULL, false, false);
    sz_str text = sz_yaml_clip((sz_str){p->places.src->p + node->span.off, node->span.len});
    sz_diag *g = sz_diags_add(p->build.diags, SZ_ERROR, YAML_ALIAS, node->span,
                              "`%.*s` is a YAML alias; aliases are not used here", "`%.*s` 是 YAML 别名，这里不用别名",
                              SZ_FMT_STR(text));
    sz_diag_hint(p->build.diags, g, "write the value out; a text that starts with * needs quotes",
                 "请把内容写出来；以 * 开头的文字要加引号");
    sz_yaml_build_add(&p->build, node);
}

static void take_document(parse *p, const yaml_event_t *e) {
    if (!p->has_document) {
        p->has_document = true;
        return;
    }
    p->is_done = true;
    sz_yaml_say_second_document(&p->build, span_of(p, e));
}

static void take(parse *p, const yaml_event_t *e) {
    sz_yaml *node;
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT: take_document(p, e); break;
    case YAML_SCALAR_EVENT: take_scalar(p, e); break;
    case YAML_ALIAS_EVENT: take_alias(p, e); break;
    case YAML_SEQUENCE_START_EVENT:
        node = new_node(p, e, SZ_YAML_SEQ, e->data.sequence_start.anchor != NULL, e->data.sequence_start.tag != NULL);
        p->is_done = !sz_yaml_build_open(&p->build, node, e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
        break;
    case YAML_MAPPING_START_EVENT:
        node = new_node(p, e, SZ_YAML_MAP, e->data.mapping_start.anchor != NULL, e->data.mapping_start.tag != NULL);
        p->is_done = !sz_yaml_build_open(&p->build, node, e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: sz_yaml_build_close(&p->build, sz_yaml_place(&p->places, e->end_mark.index)); break;
    case YAML_STREAM_END_EVENT: p->is_done = true; break;
    default: break;
    }
}

static void explain(parse *p) {
    const yaml_parser_t *y = &p->parser;
    sz_yaml_problem problem = {
        .what = y->problem ? y->problem : "out of memory",
        .context = y->context ? y->context : "",
        .at = sz_yaml_place(&p->places, y->problem_mark.index),
        .context_at = sz_yaml_place(&p->places, y->context_mark.index),
    };
    sz_yaml_explain(&p->build, &problem);
    p->is_done = true;
}

sz_status sz_yaml_parse(sz_arena *a, const sz_source *src, sz_diags *d, sz_yaml **root) {
    size_t n_errors = d->n_errors;
    *root = NULL;
    if (!sz_yaml_check_text(src, d)) return SZ_FINDINGS;
    parse p = {.has_document = false};
    sz_yaml_places_init(&p.places, src);
    sz_yaml_build_init(&p.build, a, src, d);
    if (!yaml_parser_initialize(&p.parser)) p.is_done = (explain(&p), true);
    yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.parser, (const unsigned char *)src->p + p.places.start, src->n - p.places.start);
    while (!p.is_done) {
        yaml_event_t e;
        if (!yaml_parser_parse(&p.parser, &e)) {
            explain(&p);
            break;
        }
        take(&p, &e);
        yaml_event_delete(&e);
        if (d->n_errors - n_errors >= MOST_ERRORS) p.is_done = true;
    }
    sz_yaml_build_cut(&p.build);
    *root = p.build.root;
    yaml_parser_delete(&p.parser);
    sz_yaml_build_fini(&p.build);
    sz_yaml_places_fini(&p.places);
    return d->n_errors > n_errors ? SZ_FINDINGS : SZ_OK;
}
