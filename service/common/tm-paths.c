/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths of contract; see tm-paths.h. */
#include "tm-paths.h"

#include <stdlib.h>

/* secure_getenv(): in a program that gained privileges the variable means nothing. */
char *
tm_path (const char *absolute)
{
  const char *root = secure_getenv ("TELEMETRICS_ROOT");

  g_return_val_if_fail (g_path_is_absolute (absolute), NULL);

  if (root == NULL || *root == '\0')
    return g_strdup (absolute);

  return g_build_filename (root, absolute, NULL);
}
