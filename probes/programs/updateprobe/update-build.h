/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): the build of the system below root, which may be NULL. */
char *update_build_read (const char *root);

G_END_DECLS
