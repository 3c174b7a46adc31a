/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One connection to PostgreSQL, for one thread: every call blocks. The only file (tm-database.c)
 * that knows libpq. On a main loop use TmDatabasePool instead.
 *
 * A lost connection is reported once, as TM_DATABASE_ERROR_UNREACHABLE, and is made anew by the
 * next call: whether what was under way has been committed is then unknown, and the caller's
 * statements must be such that they can be repeated.
 */
#pragma once

#include <glib-object.h>

#include "tm-query.h"
#include "tm-rows.h"

G_BEGIN_DECLS

/**
 * TmDatabaseError:
 * @TM_DATABASE_ERROR_UNREACHABLE: no connection; worth another try
 * @TM_DATABASE_ERROR_BUSY: deadlock, serialization failure or a lock that was not to be had; worth
 * another try
 * @TM_DATABASE_ERROR_CONFLICT: a unique key is there already
 * @TM_DATABASE_ERROR_STORAGE: the database is out of disk, memory or connections, or read only;
 * worth another try, but not at once
 * @TM_DATABASE_ERROR_SCHEMA: the tables are not those of this program; worth another try, because
 * somebody may be about to migrate
 * @TM_DATABASE_ERROR_STATEMENT: the statement is wrong or its data is refused: final
 *
 * All are dealt with by the caller of this room; none leaves the server but as "503" or "500".
 */
typedef enum
{
  TM_DATABASE_ERROR_UNREACHABLE,
  TM_DATABASE_ERROR_BUSY,
  TM_DATABASE_ERROR_CONFLICT,
  TM_DATABASE_ERROR_STORAGE,
  TM_DATABASE_ERROR_SCHEMA,
  TM_DATABASE_ERROR_STATEMENT,
} TmDatabaseError;

#define TM_DATABASE_ERROR (tm_database_error_quark ())
GQuark tm_database_error_quark (void);
/* The same again may work: the database is away or busy. */
gboolean tm_database_error_is_temporary (const GError *error);

typedef struct _TmDatabase TmDatabase;

/* conninfo: as libpq reads it; "" leaves everything to the environment (PGHOST, ...). Connects at
 * the first call. */
TmDatabase *tm_database_new (const char *conninfo, const char *application_name);
void tm_database_free (TmDatabase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TmDatabase, tm_database_free)

gboolean tm_database_connect (TmDatabase *self, GError **error);
gboolean tm_database_is_connected (TmDatabase *self);
/* Statements without parameters and without rows; several are one transaction. */
gboolean tm_database_run (TmDatabase *self, const char *sql, GError **error);
/* Statements are prepared once per connection, by their text. */
TmRows *tm_database_query (TmDatabase *self, TmQuery *query, GError **error);
/* data: the whole stream of a "COPY ... FROM STDIN". */
gboolean tm_database_copy_in (
    TmDatabase *self, const char *sql, const guint8 *data, gsize n_bytes, GError **error);
/* Undoes an open transaction, if any; never fails (a connection that can't is closed). */
void tm_database_rollback (TmDatabase *self);

G_END_DECLS
