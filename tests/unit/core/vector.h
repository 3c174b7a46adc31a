/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which case of a table a test is at. */
#pragma once

#include <glib.h>

/* TAP is UTF-8; what the tests feed in need not be. */
static inline void
say_vector (guint number, const char *text)
{
  g_autofree char *shown = g_utf8_make_valid (text, -1);

  g_test_message ("%u: %s", number, shown);
}
