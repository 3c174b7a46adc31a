/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema and its history; see tm-schema.h. */
#include "tm-schema.h"

#include <gio/gio.h>

#define RESOURCE_PREFIX "/org/telemetrics/server/db/sql/"

/* Records older than this are re-dated, see TmIngestPlan; one day more, because days are whole. */
#define DAYS_BACK 36
/* A server that cannot reach its database's maker for a weekend still has partitions. */
#define DAYS_AHEAD 3

/* One line per step; never change a line that has been released. */
static const char *const steps[] = {
  "001-records.sql",
  "002-ingest.sql",
  "003-rollups.sql",
  "004-ui.sql",
};

guint
tm_schema_get_newest (void)
{
  return G_N_ELEMENTS (steps);
}

char *
tm_schema_explain (guint version)
{
  if (version > tm_schema_get_newest ())
    return g_strdup_printf ("the database has schema version %u, this program knows %u: a newer "
                            "telemetrics-server is needed",
                            version, tm_schema_get_newest ());

  return g_strdup_printf ("the database has schema version %u, this program needs %u: run "
                          "“telemetrics-server migrate”",
                          version, tm_schema_get_newest ());
}

static gboolean
query_number (TmDatabase *database, const char *sql, guint *out_number, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new (sql);
  g_autoptr (TmRows) rows = tm_database_query (database, query, error);

  if (rows == NULL)
    return FALSE;

  *out_number = (guint) tm_rows_get_number (rows, 0, 0);

  return TRUE;
}

gboolean
tm_schema_get_version (TmDatabase *database, guint *out_version, GError **error)
{
  guint exists;

  if (!query_number (database, "select (to_regclass ('schema_step') is not null)::int", &exists,
                     error))
    return FALSE;
  if (!exists)
    {
      *out_version = 0;
      return TRUE;
    }

  return query_number (database, "select coalesce (max (version), 0) from schema_step", out_version,
                       error);
}

/* Inside a transaction. */
static gboolean
run_step (TmDatabase *database, guint version, GError **error)
{
  g_autofree char *path = g_strconcat (RESOURCE_PREFIX, steps[version - 1], NULL);
  g_autoptr (GBytes) sql = g_resources_lookup_data (path, 0, error);
  g_autoptr (TmQuery) query = NULL;
  g_autoptr (TmRows) rows = NULL;

  if (sql == NULL || !tm_database_run (database, g_bytes_get_data (sql, NULL), error))
    {
      g_prefix_error (error, "schema step %s: ", steps[version - 1]);
      return FALSE;
    }

  query = tm_query_new ("insert into schema_step (version, name) values ($1::int, $2)");
  tm_query_add_number (query, version);
  tm_query_add_text (query, steps[version - 1]);
  rows = tm_database_query (database, query, error);

  return rows != NULL;
}

/* Takes the next step, if there is one to take, in a transaction of its own. */
static gboolean
take_next_step (TmDatabase *database, guint goal, gboolean *out_taken, GError **error)
{
  guint version;

  *out_taken = FALSE;
  if (!tm_database_run (database,
                        "begin; select pg_advisory_xact_lock (hashtext ('telemetrics schema')); "
                        "create table if not exists schema_step (version int primary key, "
                        "name text not null, taken_at timestamptz not null default now ())",
                        error) ||
      !tm_schema_get_version (database, &version, error))
    return FALSE;

  if (version > tm_schema_get_newest ())
    {
      g_autofree char *message = tm_schema_explain (version);

      g_set_error_literal (error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_STATEMENT, message);
      return FALSE;
    }
  if (version < goal)
    {
      if (!run_step (database, version + 1, error))
        return FALSE;
      *out_taken = TRUE;
    }

  return tm_database_run (database, "commit", error);
}

gboolean
tm_schema_migrate (TmDatabase *database, guint version, guint *out_n_steps, GError **error)
{
  guint goal = version != 0 ? version : tm_schema_get_newest ();
  guint n_steps = 0;
  gboolean taken;

  do
    {
      if (!take_next_step (database, goal, &taken, error))
        {
          tm_database_rollback (database);
          return FALSE;
        }
      n_steps += taken;
    }
  while (taken);

  if (out_n_steps != NULL)
    *out_n_steps = n_steps;

  return TRUE;
}

gboolean
tm_schema_check (TmDatabase *database, GError **error)
{
  g_autofree char *message = NULL;
  guint version;

  if (!tm_schema_get_version (database, &version, error))
    return FALSE;
  if (version == tm_schema_get_newest ())
    return TRUE;

  message = tm_schema_explain (version);
  g_set_error_literal (error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_SCHEMA, message);

  return FALSE;
}

gboolean
tm_schema_make_partitions (TmDatabase *database, gint64 now_usec, GError **error)
{
  g_autoptr (TmQuery) query =
      tm_query_new ("select partitions_make ((to_timestamp ($1::bigint) at time zone 'UTC')::date "
                    "- $2::int, (to_timestamp ($1::bigint) at time zone 'UTC')::date + $3::int)");
  g_autoptr (TmRows) rows = NULL;

  tm_query_add_number (query, now_usec / G_USEC_PER_SEC);
  tm_query_add_number (query, DAYS_BACK);
  tm_query_add_number (query, DAYS_AHEAD);
  rows = tm_database_query (database, query, error);

  return rows != NULL;
}
