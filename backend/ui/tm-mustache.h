/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Mustache templates over JSON. A page is the answer of the API put through such a template: what
 * cannot be said in a template that has no logic is said in the JSON, where a program sees it too.
 *
 * All of the specification's required modules: interpolation (escaped by default, {{{raw}}} and
 * {{&raw}}), dotted names, the implicit iterator, sections, inverted sections, comments, partials
 * with indentation, changed delimiters, and the white space rule for tags that stand alone on a
 * line. Not there, because nothing here needs them: lambdas, inheritance, dynamic names.
 *
 * False are: a missing name, null, false, 0, "", and the empty list. An object or a list that is
 * interpolated gives nothing.
 *
 * A compiled template never changes and can be used by several threads at once.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* How many sections may be open at one place of a template. Pages need five. */
#define TM_MUSTACHE_MAX_SECTIONS 32
/* How many partials may stand inside each other: what ends a partial that includes itself. */
#define TM_MUSTACHE_MAX_PARTIALS 16
/* How many nodes one rendering may visit. A page of 500 records needs 30 000. */
#define TM_MUSTACHE_MAX_STEPS 1000000
/* How long a delimiter may be, in bytes. */
#define TM_MUSTACHE_MAX_DELIMITER 8

#define TM_MUSTACHE_ERROR (tm_mustache_error_quark ())
GQuark tm_mustache_error_quark (void);

typedef enum
{
  TM_MUSTACHE_ERROR_SYNTAX,  /* the template is at fault; the message says in which line */
  TM_MUSTACHE_ERROR_TOO_BIG, /* a limit above, or the one of the output, was reached */
} TmMustacheError;

typedef struct _TmMustache TmMustache;

/* The partial of this name, borrowed, or NULL: then nothing stands in its place. */
typedef const TmMustache *(*TmMustacheLookup) (const char *name, gpointer user_data);

/* text is copied. */
TmMustache *tm_mustache_new (const char *text, gsize n_bytes, GError **error);
TmMustache *tm_mustache_ref (TmMustache *self);
void tm_mustache_unref (TmMustache *self);

/* Appends the page to @out. On an error, what was written so far stays there. */
gboolean tm_mustache_render (const TmMustache *self,
                             JsonNode *data,
                             TmMustacheLookup lookup,
                             gpointer user_data,
                             gsize max_bytes,
                             GString *out,
                             GError **error);

/* Appends @text as HTML text or as an attribute's value in quotes. */
void tm_mustache_append_escaped (GString *out, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmMustache, tm_mustache_unref)

G_END_DECLS
