/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The history of dnf, a database: of dnf 4 below /var/lib/dnf, of dnf 5 below /usr/lib/sysimage. A
 * row of "trans" for each transaction, of "trans_item" for each package in it. The one file of the
 * probes that speaks to SQLite; it only reads, and what the file contains cannot make it work or
 * remember without end.
 *
 * A transaction that has no end, and behind which another one begins, was interrupted.
 *
 * Not dnf.rpm.log, which dnf 4 writes as well: a dnf that was killed has left nothing there that
 * says so, another dnf that starts meanwhile cuts a transaction in two, and so does its rotation.
 */
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <sqlite3.h>

#include "update-history.h"

/* Of so many no one is missed by who is told of each change. */
#define MAX_TRANSACTIONS 200
/* Steps of SQLite's machine, all in all: 200 transactions of 1000 packages need a quarter. */
#define STEPS_AT_ONCE 100000
#define MAX_STEPS_TIMES 200
/* A text, or a whole row. */
#define MAX_VALUE_BYTES (1024 * 1024)
/* Of what a transaction said. */
#define MAX_LINES 100
/* While dnf is just writing. */
#define BUSY_MSEC 1000
/* Of SQLite. */
#define MAX_MEMORY_BYTES (32 * 1024 * 1024)

typedef struct
{
  sqlite3 *database;
  const TmUpdateRules *rules;
  guint n_steps;
} Reader;

/* Of dnf 5, and of dnf 4: an unknown state is one that is not over. */
static const char *const select_transactions[] = {
  "SELECT t.id, t.dt_begin, t.dt_end, s.name FROM"
  " (SELECT * FROM trans ORDER BY id DESC LIMIT ?1) t"
  " LEFT JOIN trans_state s ON s.id = t.state_id ORDER BY t.id",
  "SELECT id, dt_begin, dt_end, CASE state WHEN 0 THEN 'Started' WHEN 1 THEN 'Ok' ELSE 'Error' END"
  " FROM (SELECT * FROM trans ORDER BY id DESC LIMIT ?1) ORDER BY id",
  NULL,
};

/* Of dnf 5, of it with another name for names, and of dnf 4. */
static const char *const select_packages[] = {
  "SELECT a.name, n.name, r.version || '-' || r.release FROM trans_item i"
  " JOIN trans_item_action a ON a.id = i.action_id JOIN rpm r ON r.item_id = i.item_id"
  " JOIN pkg_name n ON n.id = r.name_id WHERE i.trans_id = ?1",
  "SELECT a.name, n.name, r.version || '-' || r.release FROM trans_item i"
  " JOIN trans_item_action a ON a.id = i.action_id JOIN rpm r ON r.item_id = i.item_id"
  " JOIN pkg_names n ON n.id = r.name_id WHERE i.trans_id = ?1",
  "SELECT CASE i.action WHEN 1 THEN 'Install' WHEN 2 THEN 'Downgrade' WHEN 5 THEN 'Obsoleted'"
  " WHEN 6 THEN 'Upgrade' WHEN 8 THEN 'Remove' WHEN 9 THEN 'Reinstall'"
  " WHEN 3 THEN 'Replaced' WHEN 7 THEN 'Replaced' WHEN 10 THEN 'Replaced' END,"
  " r.name, r.version || '-' || r.release"
  " FROM trans_item i JOIN rpm r ON r.item_id = i.item_id WHERE i.trans_id = ?1",
  NULL,
};

static const char *const select_output[] = {
  "SELECT line FROM console_output WHERE trans_id = ?1"
  " ORDER BY id LIMIT " G_STRINGIFY (MAX_LINES),
  NULL,
};

/* "Replaced" are the old ones of packages that count. */
static const TmUpdateAction actions[] = {
  { "Install", G_STRUCT_OFFSET (TmUpdate, n_installed) },
  { "Upgrade", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "Downgrade", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "Reinstall", G_STRUCT_OFFSET (TmUpdate, n_upgraded) },
  { "Remove", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { "Obsoleted", G_STRUCT_OFFSET (TmUpdate, n_removed) },
  { NULL, 0 },
};

static int
stop_endless (gpointer user_data)
{
  Reader *self = user_data;

  return ++self->n_steps > MAX_STEPS_TIMES;
}

static gboolean
set_error (Reader *self, const char *file, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("“%s” cannot be read: %s"), file,
               sqlite3_errmsg (self->database));
  return FALSE;
}

static gboolean
open_database (Reader *self, const char *file, int flags)
{
  sqlite3_hard_heap_limit64 (MAX_MEMORY_BYTES);
  if (sqlite3_open_v2 (file, &self->database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags,
                       NULL) != SQLITE_OK)
    return FALSE;

  sqlite3_db_config (self->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_limit (self->database, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
  sqlite3_busy_timeout (self->database, BUSY_MSEC);
  sqlite3_progress_handler (self->database, STEPS_AT_ONCE, stop_endless, self);
  return TRUE;
}

/* (nullable): of the first of these that there are the tables for; NULL: of none. A database that
 * is busy, or none, is it for each of them. */
static sqlite3_stmt *
prepare (Reader *self, const char *const *sql, gint64 number)
{
  sqlite3_stmt *query = NULL;

  while (*sql != NULL &&
         sqlite3_prepare_v2 (self->database, *sql, -1, &query, NULL) == SQLITE_ERROR)
    sql++;
  if (query != NULL)
    sqlite3_bind_int64 (query, 1, number);
  return query;
}

/* Never NULL; out_slice is the same. */
static const char *
get_text (sqlite3_stmt *query, int column, TmUpdateSlice *out_slice)
{
  const char *text = (const char *) sqlite3_column_text (query, column);

  *out_slice = (TmUpdateSlice){ text != NULL ? text : "", sqlite3_column_bytes (query, column) };
  return out_slice->text;
}

static void
read_package (Reader *self, sqlite3_stmt *query, TmUpdate *update)
{
  TmUpdateSlice action, name, version, rest;
  const char *package = get_text (query, 1, &name);
  gboolean is_replaced = g_str_equal (get_text (query, 0, &action), "Replaced");
  guint *count = tm_update_action_find (actions, update, &action, &rest);
  gboolean is_old = is_replaced || count == &update->n_removed;
  char **build = is_old ? &update->from : &update->to;

  if (count == NULL && !is_replaced)
    return;
  if (count != NULL)
    {
      (*count)++;
      tm_update_rules_note_name (self->rules, package, update);
    }
  if (*build != NULL || !tm_update_rules_is_build (self->rules, package))
    return;

  get_text (query, 2, &version);
  *build = tm_update_slice_to_build (&version);
}

static void
read_packages (Reader *self, gint64 id, TmUpdate *update)
{
  sqlite3_stmt *query = prepare (self, select_packages, id);

  while (query != NULL && sqlite3_step (query) == SQLITE_ROW)
    read_package (self, query, update);
  sqlite3_finalize (query);
}

/* A transaction that dnf began has downloaded and resolved all that it needs: only the disk, or
 * something in a package, is left to fail. What rpm and the scripts of packages said tells which;
 * the names of packages in it, and whatever else a script says, do not. */
static TmUpdateError
classify (Reader *self, gint64 id)
{
  sqlite3_stmt *query = prepare (self, select_output, id);
  TmUpdateError error = TM_UPDATE_ERROR_PACKAGE;
  TmUpdateSlice line;

  while (query != NULL && error == TM_UPDATE_ERROR_PACKAGE && sqlite3_step (query) == SQLITE_ROW)
    {
      get_text (query, 0, &line);
      if (tm_update_error_from_text (line.text, line.n_bytes) == TM_UPDATE_ERROR_DISK_FULL)
        error = TM_UPDATE_ERROR_DISK_FULL;
    }

  sqlite3_finalize (query);
  return error;
}

static TmUpdate *
read_transaction (Reader *self, sqlite3_stmt *query)
{
  TmUpdate *update = tm_update_new ("dnf");
  gint64 id = sqlite3_column_int64 (query, 0);
  gint64 begin = sqlite3_column_int64 (query, 1);
  gint64 end = sqlite3_column_int64 (query, 2);
  g_autofree char *identity = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, id, begin);
  TmUpdateSlice state;

  /* Only what does not change when it ends. */
  tm_update_mix (update, identity, strlen (identity));
  update->begin_usec = CLAMP (begin, 0, G_MAXUINT32) * G_USEC_PER_SEC;
  update->end_usec = CLAMP (end, 0, G_MAXUINT32) * G_USEC_PER_SEC;
  get_text (query, 3, &state);
  if (g_str_equal (state.text, "Started"))
    update->error = TM_UPDATE_ERROR_INTERRUPTED;
  else if (!g_str_equal (state.text, "Ok"))
    update->error = classify (self, id);
  read_packages (self, id, update);
  return update;
}

/* (element-type TmUpdate): oldest first. NULL: they cannot be read now. */
static GPtrArray *
read_transactions (Reader *self)
{
  g_autoptr (GPtrArray) updates = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_update_free);
  sqlite3_stmt *query = prepare (self, select_transactions, MAX_TRANSACTIONS);
  int result = SQLITE_ERROR;

  while (query != NULL && (result = sqlite3_step (query)) == SQLITE_ROW)
    g_ptr_array_add (updates, read_transaction (self, query));

  sqlite3_finalize (query);
  return result == SQLITE_DONE ? g_steal_pointer (&updates) : NULL;
}

/* A group that was marked, or a reason that was changed, is no update. What began last and has no
 * end may be under way. */
static gboolean
is_transaction (const TmUpdate *update, gboolean is_last)
{
  if (update->error == TM_UPDATE_ERROR_INTERRUPTED)
    return !is_last;

  return update->error != TM_UPDATE_ERROR_NONE ||
         update->n_installed + update->n_upgraded + update->n_removed > 0;
}

/* A database that is written by way of a log of changes, as those of dnf are, SQLite opens only
 * beside this log, or where it may make one. Without it nobody is writing: then the database may be
 * read as one that does not change. NULL: there is one, or it cannot be read. */
static GPtrArray *
read_unchanging (Reader *self, const char *file)
{
  g_autofree char *log = g_strconcat (file, "-wal", NULL);
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *unchanging = g_strconcat (uri, "?immutable=1", NULL);

  if (uri == NULL || g_file_test (log, G_FILE_TEST_EXISTS))
    return NULL;

  sqlite3_close (self->database);
  return open_database (self, unchanging, SQLITE_OPEN_URI) ? read_transactions (self) : NULL;
}

static gboolean
may_not_write (Reader *self)
{
  int code = sqlite3_errcode (self->database);

  return code == SQLITE_READONLY || code == SQLITE_CANTOPEN;
}

/* While they are handed on the database is closed: dnf must not have to wait for that. */
gboolean
update_dnf_read (const char *file,
                 const TmUpdateRules *rules,
                 TmUpdateFunc take,
                 gpointer user_data,
                 GError **error)
{
  Reader self = { .rules = rules };
  g_autoptr (GPtrArray) updates = NULL;

  if (open_database (&self, file, 0))
    updates = read_transactions (&self);
  if (updates == NULL && may_not_write (&self))
    updates = read_unchanging (&self, file);
  if (updates == NULL)
    set_error (&self, file, error);
  sqlite3_close (self.database);
  if (updates == NULL)
    return FALSE;

  while (updates->len > 0)
    {
      gboolean is_last = updates->len == 1;
      TmUpdate *update = g_ptr_array_steal_index (updates, 0);

      if (is_transaction (update, is_last))
        take (update, user_data);
      else
        tm_update_free (update);
    }

  return TRUE;
}
