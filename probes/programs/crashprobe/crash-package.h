/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which packages files belong to, as dpkg noted when it installed them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Longer files of dpkg's are passed over. */
#define CRASH_PACKAGE_MAX_LIST_BYTES (16 * 1024 * 1024)
#define CRASH_PACKAGE_MAX_STATUS_BYTES (64 * 1024 * 1024)

/* paths: (element-type filename utf8): path to "name version", or NULL, of which some are filled
 * in. Reads once through all lists, whatever is asked for; where there is no dpkg it does nothing.
 * root: (nullable). */
void crash_package_find (const char *root, GHashTable *paths);

G_END_DECLS
