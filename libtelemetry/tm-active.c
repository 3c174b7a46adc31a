/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-active.h. */
#include "tm-active.h"

#include <stdlib.h>
#include <sys/stat.h>

#define ACTIVE_PATH "/run/telemetrics/active"

gboolean
tm_active_check (void)
{
  struct stat status;
  /* Not for set-uid programs: their caller must not be able to move the switch. */
  const char *root = secure_getenv ("TELEMETRICS_ROOT");
  g_autofree char *moved = root == NULL ? NULL : g_strconcat (root, ACTIVE_PATH, NULL);

  return stat (moved == NULL ? ACTIVE_PATH : moved, &status) == 0 && S_ISREG (status.st_mode) &&
         status.st_size > 0;
}
