/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one file that speaks to SQLite: opening, the schema, statements, transactions, the log. What
 * a record is and what happens to it is in the tm-store-*.c files, which use tm-store-engine.h.
 *
 * Opening never ends in a loop or a refusal because of what the file contains: a database that
 * SQLite calls damaged, that fails quick_check, or whose schema is not one of ours (a newer
 * version, too) is moved aside once, and the fresh one that takes its place is empty. Everything
 * else (no room, no right, no descriptor) is an error that goes away by itself, and touches no
 * file.
 *
 * locking_mode=EXCLUSIVE: nobody else reads while we run, so that emptying the log cannot be kept
 * from happening by a forgotten reader. NOMUTEX: one thread at a time, as tm-store.h says.
 */
#include "tm-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "telemetry-error.h"
#include "tm-store-engine.h"

/* After a checkpoint the log's file is cut to this; it is written over from the start. */
#define LOG_FILE_MAX_BYTES "4194304"
#define DAMAGED_SUFFIX ".damaged"
/* SQLite's name for no file. */
#define NO_PATH ":memory:"

struct _TmStatement
{
  TmStore *store;      /* (unowned) */
  sqlite3_stmt *query; /* (owned) (nullable): made when it is first used */
};

struct _TmStore
{
  TmStoreOptions options; /* its strings are owned */
  TmClock *clock;         /* (owned) */
  sqlite3 *database;      /* (owned) (nullable): only while it is being opened */
  TmStatement statements[TM_N_SQL];
  TmStoreMemory memory;
  guint depth;             /* of nested transactions */
  gboolean must_roll_back; /* an inner one failed */
  guint n_log_pages;       /* since the last checkpoint */
  gboolean was_reset;
  gboolean is_damaged; /* SQLite said so */
};

static void
note_code (TmStore *self, int code)
{
  if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
    self->is_damaged = TRUE;
}

static gboolean
fail (TmStore *self, int code, const char *what, GError **error)
{
  note_code (self, code);
  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot %s \"%s\": %s", what,
               self->options.path,
               self->database != NULL ? sqlite3_errmsg (self->database) : sqlite3_errstr (code));
  return FALSE;
}

static gboolean
execute (TmStore *self, const char *sql, const char *what, GError **error)
{
  int code = sqlite3_exec (self->database, sql, NULL, NULL, NULL);

  return code == SQLITE_OK ? TRUE : fail (self, code, what, error);
}

TmStatement *
tm_store_prepare (TmStore *self, TmSql id)
{
  TmStatement *statement = &self->statements[id];

  statement->store = self;
  if (statement->query != NULL)
    {
      sqlite3_reset (statement->query);
      sqlite3_clear_bindings (statement->query);
    }
  else
    {
      g_autofree char *text = tm_sql_get_text (id);
      int code = sqlite3_prepare_v3 (self->database, text, -1, SQLITE_PREPARE_PERSISTENT,
                                     &statement->query, NULL);

      /* Stepping it fails later, and says so. */
      note_code (self, code);
    }

  return statement;
}

void
tm_statement_bind_number (TmStatement *self, int parameter, gint64 number)
{
  sqlite3_bind_int64 (self->query, parameter, number);
}

void
tm_statement_bind_text (TmStatement *self, int parameter, const char *text)
{
  sqlite3_bind_text (self->query, parameter, text, -1, SQLITE_STATIC);
}

void
tm_statement_bind_text_n (TmStatement *self, int parameter, const char *text, gsize n_bytes)
{
  sqlite3_bind_text64 (self->query, parameter, text, n_bytes, SQLITE_STATIC, SQLITE_UTF8);
}

void
tm_statement_bind_bytes (TmStatement *self, int parameter, gconstpointer data, gsize n_bytes)
{
  sqlite3_bind_blob64 (self->query, parameter, data, n_bytes, SQLITE_STATIC);
}

TmStep
tm_statement_step (TmStatement *self, GError **error)
{
  int code =
      self->query != NULL ? sqlite3_step (self->query) : sqlite3_errcode (self->store->database);

  if (code == SQLITE_ROW)
    return TM_STEP_ROW;

  if (code != SQLITE_DONE)
    fail (self->store, code, "use", error);
  sqlite3_reset (self->query);

  return code == SQLITE_DONE ? TM_STEP_DONE : TM_STEP_FAILED;
}

gboolean
tm_statement_run (TmStatement *self, gboolean *out_changed, GError **error)
{
  gint64 n_before = sqlite3_total_changes64 (self->store->database);
  TmStep step = TM_STEP_ROW;

  while (step == TM_STEP_ROW)
    step = tm_statement_step (self, error);

  if (out_changed != NULL)
    *out_changed = sqlite3_total_changes64 (self->store->database) != n_before;

  return step == TM_STEP_DONE;
}

void
tm_statement_reset (TmStatement *self)
{
  sqlite3_reset (self->query);
}

gint64
tm_statement_get_number (TmStatement *self, int column)
{
  return sqlite3_column_int64 (self->query, column);
}

const char *
tm_statement_get_text (TmStatement *self, int column)
{
  return (const char *) sqlite3_column_text (self->query, column);
}

gconstpointer
tm_statement_get_bytes (TmStatement *self, int column, gsize *out_n_bytes)
{
  gconstpointer data = sqlite3_column_blob (self->query, column);

  *out_n_bytes = sqlite3_column_bytes (self->query, column);
  return data;
}

gboolean
tm_statement_is_null (TmStatement *self, int column)
{
  return sqlite3_column_type (self->query, column) == SQLITE_NULL;
}

void
tm_store_forget_memory (TmStore *self)
{
  g_clear_pointer (&self->memory.uid_bytes, g_hash_table_unref);
  g_clear_pointer (&self->memory.machine_id, g_free);
  g_clear_pointer (&self->memory.system, tm_system_unref);
  self->memory = (TmStoreMemory){ 0 };
}

static void
close_database (TmStore *self)
{
  for (guint i = 0; i < TM_N_SQL; i++)
    g_clear_pointer (&self->statements[i].query, sqlite3_finalize);
  g_clear_pointer (&self->database, sqlite3_close_v2);
  tm_store_forget_memory (self);
  self->depth = 0;
  self->must_roll_back = FALSE;
}

static gboolean
check_database (TmStore *self, GError **error)
{
  sqlite3_stmt *query = NULL;
  int code = sqlite3_prepare_v2 (self->database, "PRAGMA quick_check(1)", -1, &query, NULL);
  gboolean is_sound = FALSE;

  if (code == SQLITE_OK && (code = sqlite3_step (query)) == SQLITE_ROW)
    {
      is_sound = g_strcmp0 ((const char *) sqlite3_column_text (query, 0), "ok") == 0;
      code = is_sound ? SQLITE_OK : SQLITE_CORRUPT;
    }
  sqlite3_finalize (query);

  return is_sound ? TRUE : fail (self, code, "use", error);
}

static int
get_version (TmStore *self)
{
  sqlite3_stmt *query = NULL;
  int version = -1;

  if (sqlite3_prepare_v2 (self->database, "PRAGMA user_version", -1, &query, NULL) == SQLITE_OK &&
      sqlite3_step (query) == SQLITE_ROW)
    version = sqlite3_column_int (query, 0);
  sqlite3_finalize (query);

  return version;
}

/* SQLITE_ERROR in a step means that the tables are not what their version says: damaged. */
static gboolean
apply_step (TmStore *self, int version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT;",
                                          tm_sql_schema_steps[version], version + 1);
  int code = sqlite3_exec (self->database, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;

  fail (self, (code & 0xff) == SQLITE_ERROR ? SQLITE_CORRUPT : code, "upgrade", error);
  sqlite3_exec (self->database, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static gboolean
upgrade_schema (TmStore *self, GError **error)
{
  int newest = g_strv_length ((char **) tm_sql_schema_steps);
  int version = get_version (self);

  if (version < 0 || version > newest)
    return fail (self, SQLITE_CORRUPT, "understand the version of", error);

  for (; version < newest; version++)
    if (!apply_step (self, version, error))
      return FALSE;

  return TRUE;
}

static int
on_log_written (gpointer data, sqlite3 *database, const char *name, int n_pages)
{
  ((TmStore *) data)->n_log_pages = n_pages;
  return SQLITE_OK;
}

/* SQLite would make it readable for whoever the umask allows, and its log like it. Where this
 * fails, SQLite fails too, and says why. */
static void
make_private_file (const char *path)
{
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0)
    fchmod (fd, 0600);
  if (fd >= 0)
    close (fd);
}

static gboolean
has_files (TmStore *self)
{
  return strcmp (self->options.path, NO_PATH) != 0;
}

static gboolean
open_database (TmStore *self, GError **error)
{
  int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code;

  if (has_files (self))
    make_private_file (self->options.path);
  code = sqlite3_open_v2 (self->options.path, &self->database, flags, NULL);
  if (code != SQLITE_OK)
    return fail (self, code, "open", error);

  /* SQLite is content with reading where it may not write. */
  if (sqlite3_db_readonly (self->database, "main") == 1)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE,
                   "cannot open \"%s\": it can only be read", self->options.path);
      return FALSE;
    }

  if (!execute (self,
                "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0;"
                "PRAGMA journal_size_limit=" LOG_FILE_MAX_BYTES ";"
                "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;",
                "open", error))
    return FALSE;

  sqlite3_wal_hook (self->database, on_log_written, self);
  return check_database (self, error) && upgrade_schema (self, error);
}

static gboolean
remove_files (const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *file = g_strconcat (path, suffixes[i], NULL);

      if (g_unlink (file) == 0 || errno == ENOENT)
        continue;
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE, "cannot remove \"%s\": %s",
                   file, g_strerror (errno));
      return FALSE;
    }

  return TRUE;
}

gboolean
tm_store_unlink (const char *path, GError **error)
{
  g_autofree char *aside = g_strconcat (path, DAMAGED_SUFFIX, NULL);

  return remove_files (aside, error) && remove_files (path, error);
}

static gboolean
move_aside (TmStore *self, GError **error)
{
  g_autofree char *aside = g_strconcat (self->options.path, DAMAGED_SUFFIX, NULL);
  g_autofree char *log = g_strconcat (self->options.path, "-wal", NULL);
  g_autofree char *aside_log = g_strconcat (aside, "-wal", NULL);

  remove_files (aside, NULL);
  if (g_rename (self->options.path, aside) != 0)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE,
                   "cannot move the damaged \"%s\" aside: %s", self->options.path,
                   g_strerror (errno));
      return FALSE;
    }
  g_rename (log, aside_log);
  remove_files (self->options.path, NULL);

  self->is_damaged = FALSE;
  self->was_reset = TRUE;
  return TRUE;
}

/* What was deleted and not rewritten, because the machine stopped in between. */
static gboolean
finish_compaction (TmStore *self, GError **error)
{
  g_autofree char *value = NULL;
  g_autoptr (GError) local_error = NULL;

  value = tm_store_get_value (self, TM_STORE_VALUE_COMPACT, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  return value == NULL || tm_store_compact (self, error);
}

static TmStore *
store_new (const TmStoreOptions *options, const char *path, TmClock *clock)
{
  TmStore *self = g_new0 (TmStore, 1);

  self->options = *options;
  self->options.path = g_strdup (path);
  self->options.boot_id = g_strdup (options->boot_id);
  self->clock = g_object_ref (clock);

  return self;
}

TmStore *
tm_store_open_nothing (const TmStoreOptions *options, TmClock *clock, GError **error)
{
  g_autoptr (TmStore) self = store_new (options, NO_PATH, clock);

  return open_database (self, error) ? g_steal_pointer (&self) : NULL;
}

TmStore *
tm_store_open (const TmStoreOptions *options, TmClock *clock, GError **error)
{
  g_autoptr (TmStore) self = store_new (options, options->path, clock);
  g_autofree char *directory = g_path_get_dirname (options->path);
  g_autoptr (GError) damage = NULL;

  g_mkdir_with_parents (directory, 0700);
  if (!open_database (self, &damage))
    {
      if (!self->is_damaged)
        {
          g_propagate_error (error, g_steal_pointer (&damage));
          return NULL;
        }
      close_database (self);
      if (!move_aside (self, error) || !open_database (self, error))
        return NULL;
    }

  if (!finish_compaction (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
tm_store_close (TmStore *self)
{
  close_database (self);
  g_object_unref (self->clock);
  g_free ((char *) self->options.path);
  g_free ((char *) self->options.boot_id);
  g_free (self);
}

gboolean
tm_store_was_reset (TmStore *self)
{
  return self->was_reset;
}

TmStoreMemory *
tm_store_get_memory (TmStore *self)
{
  return &self->memory;
}

const TmStoreOptions *
tm_store_get_options (TmStore *self)
{
  return &self->options;
}

TmClock *
tm_store_get_clock (TmStore *self)
{
  return self->clock;
}

gboolean
tm_store_begin (TmStore *self, GError **error)
{
  if (self->depth == 0 && !tm_statement_run (tm_store_prepare (self, TM_SQL_BEGIN), NULL, error))
    return FALSE;

  self->depth++;
  return TRUE;
}

/* SQLite may have rolled back by itself: after SQLITE_FULL, for example. */
static void
end_transaction (TmStore *self)
{
  if (!sqlite3_get_autocommit (self->database))
    tm_statement_run (tm_store_prepare (self, TM_SQL_ROLLBACK), NULL, NULL);
  self->must_roll_back = FALSE;
  tm_store_forget_memory (self);
}

void
tm_store_rollback (TmStore *self)
{
  g_return_if_fail (self->depth > 0);

  self->must_roll_back = TRUE;
  if (--self->depth == 0)
    end_transaction (self);
}

gboolean
tm_store_commit (TmStore *self, GError **error)
{
  g_return_val_if_fail (self->depth > 0, FALSE);

  if (--self->depth > 0)
    return TRUE;

  if (self->must_roll_back)
    {
      end_transaction (self);
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_STORAGE,
                   "cannot change \"%s\": a part of the change failed", self->options.path);
      return FALSE;
    }

  if (tm_statement_run (tm_store_prepare (self, TM_SQL_COMMIT), NULL, error))
    return TRUE;

  end_transaction (self);
  return FALSE;
}

gboolean
tm_store_checkpoint (TmStore *self, GError **error)
{
  int code =
      sqlite3_wal_checkpoint_v2 (self->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

  if (code != SQLITE_OK)
    return fail (self, code, "write the log of", error);

  self->n_log_pages = 0;
  return TRUE;
}

guint
tm_store_get_n_log_pages (TmStore *self)
{
  return self->n_log_pages;
}

gboolean
tm_store_set_value (TmStore *self, const char *name, const char *value, GError **error)
{
  TmStatement *statement =
      tm_store_prepare (self, value != NULL ? TM_SQL_SET_VALUE : TM_SQL_UNSET_VALUE);

  tm_statement_bind_text (statement, 1, name);
  if (value != NULL)
    tm_statement_bind_text (statement, 2, value);

  return tm_statement_run (statement, NULL, error);
}

char *
tm_store_get_value (TmStore *self, const char *name, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_GET_VALUE);
  g_autofree char *value = NULL;

  tm_statement_bind_text (statement, 1, name);
  if (tm_statement_step (statement, error) == TM_STEP_ROW)
    value = g_strdup (tm_statement_get_text (statement, 0));
  tm_statement_reset (statement);

  return g_steal_pointer (&value);
}

gboolean
tm_store_compact (TmStore *self, GError **error)
{
  g_autofree char *aside = g_strconcat (self->options.path, DAMAGED_SUFFIX, NULL);
  int code;

  g_return_val_if_fail (self->depth == 0, FALSE);

  if ((has_files (self) && !remove_files (aside, error)) ||
      !tm_statement_run (tm_store_prepare (self, TM_SQL_VACUUM), NULL, error) ||
      !tm_store_set_value (self, TM_STORE_VALUE_COMPACT, NULL, error))
    return FALSE;

  code = sqlite3_wal_checkpoint_v2 (self->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return code == SQLITE_OK ? TRUE : fail (self, code, "empty the log of", error);
}

gboolean
tm_store_recreate (TmStore *self, GError **error)
{
  close_database (self);
  return (!has_files (self) || tm_store_unlink (self->options.path, error)) &&
         open_database (self, error);
}
