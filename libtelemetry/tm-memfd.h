/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A payload that is too long for a message travels as a memfd that nobody can change any more: the
 * receiver maps it without copying, and what it checked stays what it stores.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns a descriptor sealed against growing, shrinking, writing and unsealing, or -1. Fails with
 * G_FILE_ERROR. */
int tm_memfd_new_sealed (const char *bytes, gsize n_bytes, GError **error);

G_END_DECLS
