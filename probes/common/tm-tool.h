/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What begins and ends a program that people run by hand, beside what it does. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit statuses. */
#define TM_TOOL_REFUSED 1
#define TM_TOOL_USAGE 2

/* The person's language, for all that is printed from now on. */
void tm_tool_set_language (void);

/* Both print what went wrong and give the exit status. */
int tm_tool_fail_usage (const char *program, const GError *error);
int tm_tool_fail (const char *program, const GError *error);

/* The file of the option --config-file, NULL if it was not given: telemetry.h says which are taken.
 */
gboolean tm_tool_check_config_file (const char *path, GError **error);

/* After printing: whether all of it is out. Nobody else tells of a full disk. */
gboolean tm_tool_finish_output (GError **error);

G_END_DECLS
