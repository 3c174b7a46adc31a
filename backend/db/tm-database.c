/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection to PostgreSQL, the only file that knows libpq; see tm-database.h. */
#include "tm-database.h"

#include <libpq-fe.h>
#include <string.h>

/* The formatter would take the name for a subtraction; the macro makes a string of it. */
/* clang-format off */
G_DEFINE_QUARK (tm-database-error-quark, tm_database_error)
/* clang-format on */

/* A connection that is not there by then is as good as none: the caller answers "try later". */
#define CONNECT_TIMEOUT_SECONDS "5"
/* One CopyData message; libpq holds one of them in memory. */
#define COPY_CHUNK_BYTES (256 * 1024)

/* Acknowledged means on disk, whatever the cluster's default is. Times cross as UTC. A search is
 * planned for what it looks for: a plan for anybody's parameters looks into every day. Compiling a
 * plan over a hundred partitions takes seconds where running it takes milliseconds. */
static const char settings[] = "set synchronous_commit = on; set timezone = 'UTC'; "
                               "set datestyle = 'ISO'; set client_min_messages = warning; "
                               "set plan_cache_mode = force_custom_plan; set jit = off";

struct _TmDatabase
{
  char *conninfo;
  char *application_name;
  PGconn *connection;   /* (nullable) */
  GHashTable *prepared; /* (element-type utf8 utf8): statement to name */
  guint n_prepared;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

TmDatabase *
tm_database_new (const char *conninfo, const char *application_name)
{
  TmDatabase *self = g_new0 (TmDatabase, 1);

  self->conninfo = g_strdup (conninfo);
  self->application_name = g_strdup (application_name);
  self->prepared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

static void
close_connection (TmDatabase *self)
{
  g_clear_pointer (&self->connection, PQfinish);
  g_hash_table_remove_all (self->prepared);
  self->n_prepared = 0;
}

void
tm_database_free (TmDatabase *self)
{
  close_connection (self);
  g_hash_table_unref (self->prepared);
  g_free (self->conninfo);
  g_free (self->application_name);
  g_free (self);
}

gboolean
tm_database_error_is_temporary (const GError *error)
{
  return error->domain == TM_DATABASE_ERROR &&
         (error->code == TM_DATABASE_ERROR_UNREACHABLE || error->code == TM_DATABASE_ERROR_BUSY ||
          error->code == TM_DATABASE_ERROR_STORAGE || error->code == TM_DATABASE_ERROR_SCHEMA);
}

/* Classes and codes of the SQL standard and of PostgreSQL; the first prefix that fits decides. */
static const struct
{
  const char *prefix;
  TmDatabaseError code;
} sql_states[] = {
  { "08", TM_DATABASE_ERROR_UNREACHABLE },    /* connection exception */
  { "57P", TM_DATABASE_ERROR_UNREACHABLE },   /* shutting down, starting up */
  { "40", TM_DATABASE_ERROR_BUSY },           /* deadlock, serialization failure */
  { "55P03", TM_DATABASE_ERROR_BUSY },        /* lock not available */
  { "57014", TM_DATABASE_ERROR_BUSY },        /* timeout */
  { "0A000", TM_DATABASE_ERROR_UNREACHABLE }, /* a plan made before a migration: start afresh */
  { "42P01", TM_DATABASE_ERROR_SCHEMA },      /* no such table: not migrated */
  { "42703", TM_DATABASE_ERROR_SCHEMA },      /* no such column */
  { "23505", TM_DATABASE_ERROR_CONFLICT },    /* unique violation */
  { "53", TM_DATABASE_ERROR_STORAGE },        /* disk, memory, connections */
  { "58", TM_DATABASE_ERROR_STORAGE },        /* I/O error */
  { "XX", TM_DATABASE_ERROR_STORAGE },        /* internal error, damaged data */
  { "25006", TM_DATABASE_ERROR_STORAGE },     /* read only: a standby, or a full disk */
};

static TmDatabaseError
classify (TmDatabase *self, const char *sql_state)
{
  if (PQstatus (self->connection) != CONNECTION_OK)
    return TM_DATABASE_ERROR_UNREACHABLE;

  for (guint i = 0; sql_state != NULL && i < G_N_ELEMENTS (sql_states); i++)
    if (g_str_has_prefix (sql_state, sql_states[i].prefix))
      return sql_states[i].code;

  return TM_DATABASE_ERROR_STATEMENT;
}

/* result: (nullable). Always FALSE. */
static gboolean
fail (TmDatabase *self, const PGresult *result, GError **error)
{
  const char *sql_state = result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  const char *primary =
      result != NULL ? PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
  TmDatabaseError code = classify (self, sql_state);
  g_autofree char *message =
      g_strdup (primary != NULL ? primary : PQerrorMessage (self->connection));

  g_set_error (error, TM_DATABASE_ERROR, code, "%s%s%s", g_strstrip (message),
               sql_state != NULL ? ", SQLSTATE " : "", sql_state != NULL ? sql_state : "");
  if (code == TM_DATABASE_ERROR_UNREACHABLE)
    close_connection (self);

  return FALSE;
}

/* A notice is for people at a terminal; errors come back as results. */
static void
ignore_notice (void *user_data, const PGresult *result)
{
}

gboolean
tm_database_connect (TmDatabase *self, GError **error)
{
  const char *const keywords[] = { "connect_timeout", "fallback_application_name",
                                   "client_encoding", "dbname", NULL };
  const char *const values[] = { CONNECT_TIMEOUT_SECONDS, self->application_name, "UTF8",
                                 self->conninfo, NULL };
  g_autoptr (PGresult) result = NULL;

  if (self->connection != NULL && PQstatus (self->connection) == CONNECTION_OK)
    return TRUE;

  close_connection (self);
  self->connection = PQconnectdbParams (keywords, values, 1);
  if (PQstatus (self->connection) != CONNECTION_OK)
    {
      fail (self, NULL, error);
      g_prefix_error (error, "cannot reach the database: ");
      return FALSE;
    }

  PQsetNoticeReceiver (self->connection, ignore_notice, NULL);
  result = PQexec (self->connection, settings);
  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    return fail (self, result, error);

  return TRUE;
}

gboolean
tm_database_is_connected (TmDatabase *self)
{
  return self->connection != NULL && PQstatus (self->connection) == CONNECTION_OK;
}

gboolean
tm_database_run (TmDatabase *self, const char *sql, GError **error)
{
  g_autoptr (PGresult) result = NULL;
  ExecStatusType status;

  if (!tm_database_connect (self, error))
    return FALSE;

  result = PQexec (self->connection, sql);
  status = PQresultStatus (result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
    return fail (self, result, error);

  return TRUE;
}

static const char *
prepare (TmDatabase *self, const char *sql, GError **error)
{
  const char *known = g_hash_table_lookup (self->prepared, sql);
  g_autoptr (PGresult) result = NULL;
  g_autofree char *name = NULL;

  if (known != NULL)
    return known;

  name = g_strdup_printf ("s%u", self->n_prepared++);
  result = PQprepare (self->connection, name, sql, 0, NULL);
  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    return fail (self, result, error), NULL;

  known = name;
  g_hash_table_insert (self->prepared, g_strdup (sql), g_steal_pointer (&name));

  return known;
}

/* Object ids of PostgreSQL's built-in types; fixed in its catalogue. */
static TmColumn
kind_of (Oid type)
{
  switch (type)
    {
    case 16:
      return TM_COLUMN_BOOLEAN;
    case 20:
    case 21:
    case 23:
      return TM_COLUMN_INTEGER;
    case 700:
    case 701:
    case 1700:
      return TM_COLUMN_REAL;
    case 114:
    case 3802:
      return TM_COLUMN_JSON;
    default:
      return TM_COLUMN_TEXT;
    }
}

static TmRows *
rows_from_result (const PGresult *result)
{
  int n_rows = PQntuples (result);
  int n_columns = PQnfields (result);
  TmRows *rows = tm_rows_new ((guint) n_rows, (guint) n_columns);

  for (int i = 0; i < n_columns; i++)
    tm_rows_set_column (rows, (guint) i, PQfname (result, i), kind_of (PQftype (result, i)));

  for (int row = 0; row < n_rows; row++)
    for (int i = 0; i < n_columns; i++)
      if (!PQgetisnull (result, row, i))
        tm_rows_set_text (rows, (guint) row, (guint) i, PQgetvalue (result, row, i),
                          (gsize) PQgetlength (result, row, i));

  return rows;
}

TmRows *
tm_database_query (TmDatabase *self, TmQuery *query, GError **error)
{
  g_autoptr (PGresult) result = NULL;
  const char *name;
  ExecStatusType status;

  if (!tm_database_connect (self, error))
    return NULL;

  name = prepare (self, tm_query_get_sql (query), error);
  if (name == NULL)
    return NULL;

  result = PQexecPrepared (self->connection, name, (int) tm_query_get_n_parameters (query),
                           tm_query_get_values (query), tm_query_get_lengths (query),
                           tm_query_get_formats (query), 0);
  status = PQresultStatus (result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    return fail (self, result, error), NULL;

  return rows_from_result (result);
}

static gboolean
send_copy (TmDatabase *self, const guint8 *data, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      gsize n = MIN (n_bytes, COPY_CHUNK_BYTES);

      if (PQputCopyData (self->connection, (const char *) data, (int) n) != 1)
        return FALSE;
      data += n;
      n_bytes -= n;
    }

  return PQputCopyEnd (self->connection, NULL) == 1;
}

gboolean
tm_database_copy_in (
    TmDatabase *self, const char *sql, const guint8 *data, gsize n_bytes, GError **error)
{
  g_autoptr (PGresult) start = NULL;
  g_autoptr (PGresult) end = NULL;
  PGresult *extra;

  if (!tm_database_connect (self, error))
    return FALSE;

  start = PQexec (self->connection, sql);
  if (PQresultStatus (start) != PGRES_COPY_IN)
    return fail (self, start, error);
  if (!send_copy (self, data, n_bytes))
    return fail (self, NULL, error);

  end = PQgetResult (self->connection);
  while ((extra = PQgetResult (self->connection)) != NULL)
    PQclear (extra);
  if (PQresultStatus (end) != PGRES_COMMAND_OK)
    return fail (self, end, error);

  return TRUE;
}

void
tm_database_rollback (TmDatabase *self)
{
  g_autoptr (PGresult) result = NULL;

  if (self->connection == NULL || PQtransactionStatus (self->connection) == PQTRANS_IDLE)
    return;

  result = PQexec (self->connection, "rollback");
  if (PQresultStatus (result) != PGRES_COMMAND_OK)
    close_connection (self);
}
