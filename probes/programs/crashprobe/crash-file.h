/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files in which systemd-coredump keeps cores. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A descriptor to read from; -1: it is not there, not a plain file, or not directly below
 * /var/lib/systemd/coredump. root: (nullable). */
int crash_file_open (const char *root, const char *file);

G_END_DECLS
