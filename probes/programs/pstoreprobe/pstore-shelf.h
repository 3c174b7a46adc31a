/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A directory in which dumps of the kernel lie: /sys/fs/pstore itself, or where systemd-pstore puts
 * them, a directory for each event and more below. Symbolic links are not followed, a file is read
 * up to TM_PSTORE_MAX_BYTES, and no more than fits into PSTORE_SHELF_MAX_BYTES.
 */
#pragma once

#include "tm-pstore.h"

G_BEGIN_DECLS

#define PSTORE_SHELF_MAX_FILES 1000
#define PSTORE_SHELF_MAX_BYTES (16 * 1024 * 1024)

typedef struct
{
  char *event;        /* the directory it lies in; "" for the shelf itself, or if it needs none */
  char *identity;     /* changes when the file is another one of the same name */
  TmPstorePart *part; /* (nullable): NULL: known, or too large */
} PstoreFile;

void pstore_file_free (PstoreFile *self);

/* known: (element-type utf8): identities of files that are not read. (transfer full)
 * (element-type PstoreFile): all that is there; nothing if there is no such directory. */
GPtrArray *pstore_shelf_read (const char *directory, GHashTable *known);

/* Nothing is read: as if all was known. */
GPtrArray *pstore_shelf_list (const char *directory);

/* A file of the shelf itself. */
gboolean pstore_shelf_remove (const char *directory, const char *name, GError **error);

G_END_DECLS
