/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose a unit is: what the maker of the system shipped may be named, all else is private. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* root: (nullable): of the system. manager: "system", or "user" for what each user has.
 * (transfer full) (nullable): the name of the unit without its instance, if it may be said. */
char *tm_unit_file_get_public_name (const char *root, const char *manager, const char *name);

G_END_DECLS
