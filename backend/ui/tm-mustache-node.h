/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a template is once it is parsed: a flat list of nodes. A section knows the index behind its
 * last node, so skipping it is one assignment and the list needs no tree. Private to the parser
 * (tm-mustache-parser.c) and the renderer (tm-mustache.c).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_MUSTACHE_NODE_TEXT,     /* bytes that are copied */
  TM_MUSTACHE_NODE_LINE,     /* a line of the template begins: indentation of a partial goes here */
  TM_MUSTACHE_NODE_ESCAPED,  /* {{name}} */
  TM_MUSTACHE_NODE_RAW,      /* {{{name}}}, {{&name}} */
  TM_MUSTACHE_NODE_SECTION,  /* {{#name}} */
  TM_MUSTACHE_NODE_INVERTED, /* {{^name}} */
  TM_MUSTACHE_NODE_PARTIAL,  /* {{>name}} */
} TmMustacheNodeKind;

typedef struct
{
  TmMustacheNodeKind kind;
  /* TEXT: the bytes, not terminated. PARTIAL: its name. Else: the keys of a dotted name, each
   * terminated; one empty key is the implicit iterator. All belong to the parser's @strings. */
  const char *text;
  gsize n_bytes;      /* of @text, without the last NUL */
  guint n_keys;       /* of a dotted name */
  guint end;          /* SECTION, INVERTED: index behind the last node inside */
  const char *indent; /* PARTIAL alone on its line: the white space before it, else NULL */
} TmMustacheNode;

/* Appends to @nodes (of TmMustacheNode) and keeps their texts in @strings. */
gboolean tm_mustache_parse (
    const char *text, gsize n_bytes, GArray *nodes, GStringChunk *strings, GError **error);

G_END_DECLS
