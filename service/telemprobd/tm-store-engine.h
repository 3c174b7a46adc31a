/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The store from inside: for the tm-store-*.c files only. They say what happens to records; how
 * SQLite is asked is behind these calls, in tm-store.c alone.
 */
#pragma once

#include "tm-store-sql.h"
#include "tm-store.h"
#include "tm-system.h"

G_BEGIN_DECLS

/* A value (tm_store_set_value()) that is there from a deletion until the database is rewritten. */
#define TM_STORE_VALUE_COMPACT "compact"

/* Why the rows of a prepared statement end. */
typedef enum
{
  TM_STEP_ROW,
  TM_STEP_DONE,
  TM_STEP_FAILED, /* error is set */
} TmStep;

typedef struct _TmStatement TmStatement;

/* The statement, without parameters; it belongs to the store. What is bound must live until the
 * statement is done. Parameters count from 1, columns from 0. */
TmStatement *tm_store_prepare (TmStore *self, TmSql id);
void tm_statement_bind_number (TmStatement *self, int parameter, gint64 number);
void tm_statement_bind_text (TmStatement *self, int parameter, const char *text); /* nullable */
void tm_statement_bind_text_n (TmStatement *self, int parameter, const char *text, gsize n_bytes);
void tm_statement_bind_bytes (TmStatement *self, int parameter, gconstpointer data, gsize n_bytes);
TmStep tm_statement_step (TmStatement *self, GError **error);
/* For a statement whose rows do not matter. out_changed: (nullable): whether it changed something
 */
gboolean tm_statement_run (TmStatement *self, gboolean *out_changed, GError **error);
/* Leaves the remaining rows. */
void tm_statement_reset (TmStatement *self);
gint64 tm_statement_get_number (TmStatement *self, int column);
const char *tm_statement_get_text (TmStatement *self, int column); /* NULL if it is NULL */
gconstpointer tm_statement_get_bytes (TmStatement *self, int column, gsize *out_n_bytes);
gboolean tm_statement_is_null (TmStatement *self, int column);

/* What is remembered of the database, so that it need not be asked for each record; forgotten as a
 * whole when a transaction is rolled back, and read again when it is needed. */
typedef struct
{
  gboolean has_usage;
  gint64 n_bytes;        /* sum of the costs of all records */
  GHashTable *uid_bytes; /* (owned) uid -> gint64 * */
  gint64 boot_pk;        /* 0: not known */
  gint64 boot_offset_usec;
  gint64 epoch_pk; /* 0: not known */
  gint64 next_sequence;
  char *machine_id; /* (owned) of that epoch */
  gint64 system_pk; /* 0: not known */
  TmSystem *system; /* (owned) */
} TmStoreMemory;

TmStoreMemory *tm_store_get_memory (TmStore *self);
void tm_store_forget_memory (TmStore *self);
const TmStoreOptions *tm_store_get_options (TmStore *self);
TmClock *tm_store_get_clock (TmStore *self);

/* Rewrites the database without what was deleted and empties the log. Not in a transaction. */
gboolean tm_store_compact (TmStore *self, GError **error);
/* Removes the database's files and opens a fresh one. */
gboolean tm_store_recreate (TmStore *self, GError **error);

G_END_DECLS
