/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tags of a template's text, one after the other: where each begins and ends, what is in it,
 * and whether it is alone on its line. Private to the parser.
 */
#pragma once

#include <glib.h>

#include "tm-mustache.h"

G_BEGIN_DECLS

typedef struct
{
  const char *text;
  gsize n_bytes;
  char open[TM_MUSTACHE_MAX_DELIMITER + 1];
  char close[TM_MUSTACHE_MAX_DELIMITER + 1];
} TmMustacheSource;

/* All positions are offsets into the text. */
typedef struct
{
  char sigil;       /* one of # ^ / > ! = & { or NUL */
  gsize start, end; /* with its delimiters */
  const char *body; /* in the text, without sigil and the white space around it */
  gsize n_body;
  gboolean standalone;        /* nothing but white space beside it, and not an interpolation */
  gsize line_start, line_end; /* where a standalone tag's line begins and the next one begins */
} TmMustacheTag;

/* FALSE without an error: there is no tag at or behind @from. */
gboolean tm_mustache_source_next (const TmMustacheSource *self,
                                  gsize from,
                                  TmMustacheTag *out_tag,
                                  GError **error);

/* For {{=<% %>=}}: from here on, tags are <% %>. */
gboolean tm_mustache_source_set_delimiters (TmMustacheSource *self,
                                            const TmMustacheTag *tag,
                                            GError **error);

/* Sets the error of a template that is wrong at this place. Always FALSE. */
gboolean tm_mustache_source_fail (const TmMustacheSource *self,
                                  gsize at,
                                  const char *message,
                                  GError **error);

G_END_DECLS
