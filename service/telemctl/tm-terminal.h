/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How telemctl's output looks: colour on a terminal only, columns that fit any language, times. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TM_STYLE_PLAIN,
  TM_STYLE_BOLD,
  TM_STYLE_DIM,
  TM_STYLE_GOOD,
  TM_STYLE_BAD,
} TmStyle;

/* Text in a style, if standard output is a terminal that shows it (NO_COLOR, TERM=dumb). */
void tm_terminal_print (TmStyle style, const char *text);
/* Text in a column of so many characters, a space behind it; longer text pushes what follows. */
void tm_terminal_print_column (TmStyle style, const char *text, guint n_characters);
/* "Label   text", the text in the style. */
void tm_terminal_print_field (const char *label, TmStyle style, const char *text);

/* Local time, "2026-11-22 13:05:09"; usec: since 1970. */
char *tm_terminal_format_time (gint64 usec);

const char *tm_terminal_severity_name (guint severity);

G_END_DECLS
