/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that say what is agreed to. A probe asks tm_probe_may_observe(). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): of a file of the service, "": of the directory that has them. */
char *tm_probe_get_agreement_path (const char *name);

/* Whether a category is agreed to now. */
gboolean tm_probe_is_agreed (const char *category);

/* NULL: nobody can tell. Also of a category that is not active any more. (transfer full) */
char *tm_probe_read_noted_since (const char *category);
/* NULL: not active, or nobody can tell since when. (transfer full) */
char *tm_probe_read_since (const char *category);

G_END_DECLS
