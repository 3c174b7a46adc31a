/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a group of batches in one transaction; see tm-ingest-store.h. */
#include "tm-ingest-store.h"

#include "tm-ingest-encode.h"
#include "tm-schema.h"
#include "tm-uuid.h"

#include <string.h>

#define SQL(name) "/org/telemetrics/server/db/sql/" name

struct _TmIngestStore
{
  TmDatabase *database;
  TmDictionary *dictionary;
  GByteArray *wire; /* scratch, kept so that its memory is */
  gboolean is_checked;
  guint64 n_conflicts;
};

TmIngestStore *
tm_ingest_store_new (const char *conninfo)
{
  TmIngestStore *self = g_new0 (TmIngestStore, 1);

  self->database = tm_database_new (conninfo, "telemetrics-collector");
  self->dictionary = tm_dictionary_new ();
  self->wire = g_byte_array_new ();

  return self;
}

void
tm_ingest_store_free (TmIngestStore *self)
{
  tm_database_free (self->database);
  tm_dictionary_free (self->dictionary);
  g_byte_array_unref (self->wire);
  g_free (self);
}

guint64
tm_ingest_store_get_n_conflicts (TmIngestStore *self)
{
  return self->n_conflicts;
}

/* After each new connection: the database may have been replaced meanwhile. */
static gboolean
make_ready (TmIngestStore *self, GError **error)
{
  if (self->is_checked && tm_database_is_connected (self->database))
    return TRUE;

  self->is_checked = FALSE;
  tm_dictionary_clear (self->dictionary);
  if (!tm_database_connect (self->database, error) || !tm_schema_check (self->database, error))
    return FALSE;
  self->is_checked = TRUE;

  return TRUE;
}

/* Batches */

static void
mark_known (TmIngestGroup *group, const char *batch_id, const char *digest_hex)
{
  for (guint i = 0; i < group->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (group->jobs, i);
      char text[2 * TM_DIGEST_BYTES + 1];

      if (!g_str_equal (job->batch->batch_id, batch_id))
        continue;
      for (guint k = 0; k < TM_DIGEST_BYTES; k++)
        g_snprintf (text + 2 * k, 3, "%02x", job->digest[k]);
      /* The same id with other bytes is a fault of the sender: its records are looked at. */
      job->is_known = g_str_equal (text, digest_hex);
    }
}

static gboolean
find_known (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new ("select batch_id, encode (digest, 'hex') from "
                                            "ingest_batch where batch_id = any ($1::uuid[])");
  g_autoptr (TmRows) rows = NULL;

  tm_ingest_encode_batch_ids (group, self->wire);
  tm_query_add_static (query, self->wire->data, self->wire->len);
  rows = tm_database_query (self->database, query, error);
  if (rows == NULL)
    return FALSE;

  for (guint i = 0; i < tm_rows_get_n_rows (rows); i++)
    mark_known (group, tm_rows_get_text (rows, i, 0), tm_rows_get_text (rows, i, 1));

  return TRUE;
}

static gboolean
insert_batch (TmIngestStore *self, TmIngestGroup *group, TmIngestJob *job, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("ingest-batch.sql"));
  g_autoptr (TmRows) rows = NULL;

  tm_ingest_encode_batch_query (group, job, query);
  rows = tm_database_query (self->database, query, error);

  return rows != NULL;
}

static gboolean
insert_batches (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  for (guint i = 0; i < group->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (group->jobs, i);

      if (!job->is_known && !insert_batch (self, group, job, error))
        return FALSE;
    }

  return TRUE;
}

/* Records */

static gboolean
copy (TmIngestStore *self, const char *sql, GError **error)
{
  return tm_database_copy_in (self->database, sql, self->wire->data, self->wire->len, error);
}

static gboolean
copy_all (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  g_autofree char *sql =
      g_strconcat ("copy record (", tm_ingest_row_columns, ") from stdin (format binary)", NULL);

  tm_ingest_encode_records_copy (group, self->wire);
  if (!copy (self, sql, error))
    return FALSE;

  tm_ingest_encode_payloads_copy (group, self->wire);
  if (!copy (self, "copy record_payload (record_id, codec, body) from stdin (format binary)",
             error))
    return FALSE;

  tm_ingest_group_count (group);
  tm_ingest_encode_batches_copy (group, self->wire);

  return copy (self, TM_INGEST_COPY_BATCHES, error);
}

static GHashTable *
run_returning (TmIngestStore *self, TmQuery *query, GError **error)
{
  g_autoptr (TmRows) rows = tm_database_query (self->database, query, error);
  GHashTable *ids;

  if (rows == NULL)
    return NULL;

  ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < tm_rows_get_n_rows (rows); i++)
    g_hash_table_add (ids, g_strdup (tm_rows_get_text (rows, i, 0)));

  return ids;
}

static gboolean
insert_records (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("ingest-insert.sql"));
  g_autoptr (GHashTable) ids = NULL;

  if (group->rows->len == 0)
    return TRUE;

  tm_ingest_encode_records_query (group, query);
  ids = run_returning (self, query, error);
  if (ids == NULL)
    return FALSE;

  tm_ingest_group_keep_new (group, ids);

  return TRUE;
}

static gboolean
insert_quarantine (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("ingest-quarantine.sql"));
  g_autoptr (GHashTable) ids = NULL;

  if (group->quarantine->len == 0)
    return TRUE;

  tm_ingest_encode_quarantine_query (group, query);
  ids = run_returning (self, query, error);
  if (ids == NULL)
    return FALSE;

  tm_ingest_group_keep_new_quarantine (group, ids);

  return TRUE;
}

static gboolean
insert_all (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  if (!insert_records (self, group, error))
    return FALSE;

  tm_ingest_group_count (group);

  return insert_batches (self, group, error);
}

/* What comes with records */

static gboolean
insert_dead (TmIngestStore *self, TmIngestJob *job, GError **error)
{
  if (job->is_known)
    return TRUE;

  for (guint i = 0; i < job->batch->rejects->len; i++)
    {
      g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("ingest-dead.sql"));
      g_autoptr (TmRows) rows = NULL;

      tm_ingest_encode_dead_query (job, g_ptr_array_index (job->batch->rejects, i), query);
      rows = tm_database_query (self->database, query, error);
      if (rows == NULL)
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_losses (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  g_autoptr (TmQuery) query = tm_query_new_from_resource (SQL ("ingest-loss.sql"));
  g_autoptr (TmRows) rows = NULL;

  if (!tm_ingest_encode_losses_query (group, self->dictionary, query))
    return TRUE;

  rows = tm_database_query (self->database, query, error);

  return rows != NULL;
}

static gboolean
write_rest (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  for (guint i = 0; i < group->jobs->len; i++)
    if (!insert_dead (self, g_ptr_array_index (group->jobs, i), error))
      return FALSE;

  return write_losses (self, group, error);
}

static gboolean
write_transaction (TmIngestStore *self, TmIngestGroup *group, gboolean with_copy, GError **error)
{
  tm_ingest_group_build (group, self->dictionary);
  if (!tm_database_run (self->database, "begin", error))
    return FALSE;

  if (!insert_quarantine (self, group, error))
    return FALSE;
  if (!(with_copy ? copy_all (self, group, error) : insert_all (self, group, error)))
    return FALSE;

  return write_rest (self, group, error) && tm_database_run (self->database, "commit", error);
}

/* A day without a partition: the maker has been kept from its work for days, or this is its first.
 */
static gboolean
is_missing_partition (const GError *error)
{
  return g_error_matches (error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_STATEMENT) &&
         strstr (error->message, "23514") != NULL;
}

gboolean
tm_ingest_store_write (TmIngestStore *self, TmIngestGroup *group, GError **error)
{
  gboolean with_copy = group->n_records >= TM_INGEST_COPY_MIN_RECORDS;
  g_autoptr (GError) first_error = NULL;

  tm_dictionary_trim (self->dictionary);
  if (!make_ready (self, error))
    return FALSE;

  tm_ingest_group_want (group, self->dictionary);
  if (!tm_dictionary_resolve (self->dictionary, self->database, error) ||
      !find_known (self, group, error))
    return FALSE;

  if (write_transaction (self, group, with_copy, &first_error))
    return TRUE;

  tm_database_rollback (self->database);
  if (g_error_matches (first_error, TM_DATABASE_ERROR, TM_DATABASE_ERROR_CONFLICT))
    self->n_conflicts++;
  else if (!is_missing_partition (first_error) ||
           !tm_schema_make_partitions (self->database, g_get_real_time (), NULL))
    {
      g_propagate_error (error, g_steal_pointer (&first_error));
      return FALSE;
    }

  /* Who conflicted has committed, perhaps the same batch. */
  if (find_known (self, group, error) && write_transaction (self, group, FALSE, error))
    return TRUE;

  tm_database_rollback (self->database);

  return FALSE;
}
