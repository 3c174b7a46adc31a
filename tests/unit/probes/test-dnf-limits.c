/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proves how much SQLite may do for the history of dnf, at both sides of each limit: steps, memory,
 * the length of a value, and the time that it waits for a dnf that is writing. SQLite itself counts
 * the steps, and nobody waits: it is told that the time has passed.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "update-history.h"

#define MIB (1024 * 1024)

typedef struct
{
  char *directory;
  char *file;
  TmUpdateRules *rules;
  TmUpdateError error; /* of the last transaction that was read */
  guint n_found;
} Fixture;

/* Of all statements, since the database was opened. */
static gint64 n_steps;
static gint64 slept_usec;

static int
count_steps (unsigned type, gpointer user_data, gpointer statement, gpointer usec)
{
  n_steps += sqlite3_stmt_status (statement, SQLITE_STMTSTATUS_VM_STEP, TRUE);
  return 0;
}

static int
count_from_now (sqlite3 *database, char **out_error, const struct sqlite3_api_routines *api)
{
  n_steps = 0;
  return sqlite3_trace_v2 (database, SQLITE_TRACE_PROFILE, count_steps, NULL);
}

static int
sleep_not (sqlite3_vfs *vfs, int usec)
{
  slept_usec += usec;
  return usec;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("tm-dnf-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->directory, "history.sqlite", NULL);
  fixture->rules = tm_update_rules_new ("[build]\npackages=base-files\n", NULL);
  slept_usec = 0;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->file);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  tm_update_rules_free (fixture->rules);
  g_free (fixture->directory);
  g_free (fixture->file);
}

/* A database of dnf 4 in which this was done. (transfer full) */
static sqlite3 *
write_database (Fixture *fixture, const char *sql)
{
  sqlite3 *database;

  g_unlink (fixture->file);
  g_assert_cmpint (sqlite3_open (fixture->file, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  return database;
}

static void
take (TmUpdate *update, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->error = update->error;
  fixture->n_found++;
  tm_update_free (update);
}

static gboolean
read_database (Fixture *fixture)
{
  fixture->n_found = 0;
  return update_dnf_read (fixture->file, fixture->rules, take, fixture, NULL);
}

/* A transaction that SQLite finds behind n rows. */
static gboolean
read_behind (Fixture *fixture, gint64 n)
{
  g_autofree char *sql = g_strdup_printf (
      "CREATE VIEW trans AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
      " LIMIT %" G_GINT64_FORMAT ") SELECT max (i) AS id, 1000 AS dt_begin, 1001 AS dt_end,"
      " 2 AS state FROM n",
      n);

  sqlite3_close (write_database (fixture, sql));
  return read_database (fixture);
}

/* It is stopped when it has done 100000 steps for the 201st time. */
static void
test_steps (Fixture *fixture, gconstpointer data)
{
  const gint64 n_last = 201 * 100000 - 1;
  gint64 n_of_thousand, n_each, n_rows;

  g_assert_true (read_behind (fixture, 1000));
  n_of_thousand = n_steps;
  g_assert_true (read_behind (fixture, 2000));
  n_each = (n_steps - n_of_thousand) / 1000;
  n_rows = 1000 + (n_last - n_of_thousand) / n_each;

  g_assert_true (read_behind (fixture, n_rows));
  g_assert_cmpuint (fixture->n_found, ==, 1);
  g_assert_cmpint (n_steps, <=, n_last);
  g_assert_cmpint (n_steps + n_each, >, n_last);
  g_assert_false (read_behind (fixture, n_rows + 1));
  g_assert_cmpuint (fixture->n_found, ==, 0);
}

/* It has 32 MiB for everything. */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  gpointer rest;

  g_assert_true (read_behind (fixture, 1));
  g_assert_cmpint (sqlite3_hard_heap_limit64 (-1), ==, 32 * MIB);
  rest = sqlite3_malloc64 (32 * MIB - sqlite3_memory_used () - 1024);
  g_assert_nonnull (rest);
  sqlite3_free (rest);
  g_assert_null (sqlite3_malloc64 (32 * MIB - sqlite3_memory_used ()));
}

/* What a transaction said has at most 1 MiB. */
static void
test_value (Fixture *fixture, gconstpointer data)
{
  for (guint more = 0; more <= 1; more++)
    {
      g_autofree char *sql =
          g_strdup_printf ("CREATE TABLE trans (id INTEGER PRIMARY KEY, dt_begin, dt_end, state);"
                           "CREATE TABLE console_output (id INTEGER PRIMARY KEY, trans_id, line);"
                           "INSERT INTO trans VALUES (1, 1000, 1001, 2);"
                           "INSERT INTO console_output VALUES (1, 1, printf ('%%-*s', %u, 'No "
                           "space left on device'))",
                           1 * MIB + more);

      sqlite3_close (write_database (fixture, sql));
      g_assert_true (read_database (fixture));
      g_assert_cmpint (fixture->error, ==,
                       more == 0 ? TM_UPDATE_ERROR_DISK_FULL : TM_UPDATE_ERROR_PACKAGE);
    }
}

/* Where dnf goes on writing it gives up after a second. */
static void
test_busy (Fixture *fixture, gconstpointer data)
{
  sqlite3 *writer = write_database (
      fixture, "CREATE TABLE trans (id INTEGER PRIMARY KEY, dt_begin, dt_end, state);"
               "INSERT INTO trans VALUES (1, 1000, 1001, 2); BEGIN EXCLUSIVE");

  g_assert_false (read_database (fixture));
  g_assert_cmpint (slept_usec, ==, 1000 * 1000);
  sqlite3_close (writer);
  g_assert_true (read_database (fixture));
  g_assert_cmpint (slept_usec, ==, 1000 * 1000);
}

#define ADD(name, test) g_test_add ("/dnf-limits/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  sqlite3_vfs vfs = *sqlite3_vfs_find (NULL);

  g_test_init (&argc, &argv, NULL);
  vfs.zName = "timeless";
  vfs.xSleep = sleep_not;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, TRUE), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_auto_extension ((void (*) (void)) count_from_now), ==, SQLITE_OK);

  ADD ("steps", test_steps);
  ADD ("memory", test_memory);
  ADD ("value", test_value);
  ADD ("busy", test_busy);

  return g_test_run ();
}
