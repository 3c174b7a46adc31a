/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The histories that package managers keep in files, rotated ones included, and where in them
 * updateprobe stopped. A place is the digest of a transaction, not an offset: files are rotated,
 * packed and cut while nobody looks.
 */
#pragma once

#include <gio/gio.h>

#include "tm-update-log.h"

G_BEGIN_DECLS

/* What is larger when unpacked, or comes through a pipe, is not read. */
#define UPDATE_FILE_MAX_BYTES (64 * 1024 * 1024)

typedef struct
{
  const char *name; /* of the source, and of its place in the state */
  const char *path;
  gboolean is_database;
  void (*read_text) (const TmUpdateLog *log); /* (nullable): that, or what else has it as text */
} UpdateHistory;

extern const UpdateHistory update_histories[];
#define UPDATE_N_HISTORIES 3

/* Up to where transactions are known. */
typedef struct
{
  char *id;        /* (nullable): of the last one; NULL: there was none */
  gint64 end_usec; /* of the last one; if it is found nowhere any more, later ones are new */
} UpdatePlace;

void update_place_clear (UpdatePlace *self);
void update_place_set (UpdatePlace *self, TmUpdate *update);
gint64 update_get_usec (const TmUpdate *update);

/* TRUE: go on with the next. */
typedef gboolean (*UpdateNewFunc) (TmUpdate *update, gpointer user_data);

/* Where the history ends now. */
void update_history_find_end (const UpdateHistory *self,
                              const char *root,
                              const TmUpdateRules *rules,
                              UpdatePlace *out_place);
/* Everything behind place, oldest first. FALSE: take wanted no more. */
gboolean update_history_read (const UpdateHistory *self,
                              const char *root,
                              const TmUpdateRules *rules,
                              const UpdatePlace *place,
                              UpdateNewFunc take,
                              gpointer user_data);

/* The transactions in a database of dnf 4 or 5, oldest first. FALSE: there is none that can be read
 * now.
 */
gboolean update_dnf_read (const char *file,
                          const TmUpdateRules *rules,
                          TmUpdateFunc take,
                          gpointer user_data,
                          GError **error);

/* A file, unpacked where it ends in .gz; "-" is standard input. */
GBytes *update_read_file (const char *file, GError **error);

G_END_DECLS
