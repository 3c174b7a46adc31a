/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For whoever writes rules: whether they are understood. Reads the files named, and nothing else.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line on standard output for each file that is well, on standard error for each that is not.
 * Returns the exit status. */
int journal_check_files (const char *const *files);

G_END_DECLS
