/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the elements of one array that is a member of the top-level object, without parsing them,
 * so that each can be parsed, and fail, on its own; and one member of an object that is no JSON
 * inside. Looks at quotes and brackets only; what stands
 * between them is the parser's business. No recursion and no stack: any depth is harmless.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gsize start; /* first byte of the element */
  gsize end;   /* behind its last byte */
} TmJsonSpan;

/* out_rest: the document with that array emptied. out_elements: (element-type TmJsonSpan), bounded
 * by max_elements. Fails with TELEMETRY_ERROR_INVALID_FIELDS where brackets or quotes do not match,
 * the key is missing or stands twice, and with TOO_LARGE where there are more elements. */
gboolean tm_json_split (const char *text,
                        gsize n_bytes,
                        const char *key,
                        guint max_elements,
                        GString **out_rest,
                        GArray **out_elements,
                        GError **error);

/* Where the value of a key of the top-level object stands, space behind it included. What follows
 * the first place at which brackets and quotes make no sense is not looked at. FALSE if the key
 * does not stand before it, or stands there twice. */
gboolean tm_json_find (const char *text, gsize n_bytes, const char *key, TmJsonSpan *out_value);

G_END_DECLS
