/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jobs that share one transaction; see tm-ingest-group.h. */
#include "tm-ingest-group.h"

#include "tm-uuid.h"

TmIngestGroup *
tm_ingest_group_new (void)
{
  TmIngestGroup *self = g_new0 (TmIngestGroup, 1);

  self->jobs = g_ptr_array_new ();
  self->rows = g_array_new (FALSE, FALSE, sizeof (TmIngestRow));
  self->quarantine = g_array_new (FALSE, FALSE, sizeof (TmQuarantineRow));
  self->deltas = g_array_new (FALSE, FALSE, sizeof (TmIngestDelta));

  return self;
}

void
tm_ingest_group_free (TmIngestGroup *self)
{
  g_ptr_array_unref (self->jobs);
  g_array_unref (self->rows);
  g_array_unref (self->quarantine);
  g_array_unref (self->deltas);
  g_free (self);
}

static void
clear_rows (TmIngestGroup *self)
{
  g_array_set_size (self->rows, 0);
  g_array_set_size (self->quarantine, 0);
  g_array_set_size (self->deltas, 0);
}

void
tm_ingest_group_clear (TmIngestGroup *self)
{
  clear_rows (self);
  g_ptr_array_set_size (self->jobs, 0);
  self->n_records = 0;
  self->n_bytes = 0;
}

void
tm_ingest_group_add (TmIngestGroup *self, TmIngestJob *job)
{
  g_ptr_array_add (self->jobs, job);
  self->n_records += job->batch->n_received;
  self->n_bytes += job->n_bytes;
}

/* Records of a batch share one system mostly: its words are looked at once. */
static void
want_records (TmBatch *batch, TmDictionary *dictionary)
{
  TmSystem *last_system = NULL;

  for (guint i = 0; i < batch->records->len; i++)
    {
      TmRecord *record = g_ptr_array_index (batch->records, i);
      TmSystem *system = tm_record_get_system (record);

      tm_dictionary_want_word (dictionary, TM_WORD_CLASS,
                               tm_record_get_text (record, TM_FIELD_CLASSIFICATION));
      tm_dictionary_want_word (dictionary, TM_WORD_APP, tm_record_get_text (record, TM_FIELD_APP));
      if (system != last_system)
        tm_dictionary_want_system (dictionary, system);
      last_system = system;
    }
}

void
tm_ingest_group_want (TmIngestGroup *self, TmDictionary *dictionary)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (self->jobs, i);
      TmBatch *batch = job->batch;

      tm_dictionary_want_machine (dictionary, job->machine_id);
      want_records (batch, dictionary);
      for (guint k = 0; k < batch->ledger->len; k++)
        {
          const TmLoss *loss = g_ptr_array_index (batch->ledger, k);

          tm_dictionary_want_word (dictionary, TM_WORD_CLASS, loss->classification);
        }
    }
}

static void
add_quarantined (TmIngestGroup *self, const TmIngestRow *row)
{
  TmBatch *batch = row->job->batch;
  TmQuarantineRow quarantined = { .row = *row, .claimed_usec = row->created_usec };

  quarantined.redate =
      tm_redate (batch, g_ptr_array_index (batch->records, row->position), row->job->received_usec,
                 row->job->sent_usec, &quarantined.row.created_usec);
  g_array_append_val (self->quarantine, quarantined);
}

static void
build_job (TmIngestGroup *self, TmIngestJob *job, TmDictionary *dictionary)
{
  gint32 words[TM_N_WORDS] = { 0 };
  TmSystem *last_system = NULL;

  job->machine_pk = tm_dictionary_lookup_machine (dictionary, job->machine_id);
  for (guint i = 0; i < job->batch->records->len; i++)
    {
      TmRecord *record = g_ptr_array_index (job->batch->records, i);
      TmSystem *system = tm_record_get_system (record);
      TmIngestRow row;

      if (system != last_system)
        tm_dictionary_lookup_system (dictionary, system, words);
      last_system = system;
      words[TM_WORD_CLASS] = tm_dictionary_lookup_word (
          dictionary, TM_WORD_CLASS, tm_record_get_text (record, TM_FIELD_CLASSIFICATION));
      words[TM_WORD_APP] = tm_dictionary_lookup_word (dictionary, TM_WORD_APP,
                                                      tm_record_get_text (record, TM_FIELD_APP));
      tm_ingest_row_init (&row, job, i, words);
      job->outcomes[i] = TM_OUTCOME_ACCEPTED;
      if (tm_redate_is_in_window (tm_uuid7_get_time_msec (row.record_id) * 1000,
                                  job->received_usec))
        g_array_append_val (self->rows, row);
      else
        add_quarantined (self, &row);
    }
}

static void
set_duplicate (const TmIngestRow *row)
{
  row->job->outcomes[row->position] = TM_OUTCOME_DUPLICATE;
}

/* rows: sorted; TmQuarantineRow begins with its TmIngestRow, so one function does for both. */
static void
drop_repeated (GArray *rows, gsize row_size)
{
  guint n_kept = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      char *row = rows->data + i * row_size;
      char *last = n_kept > 0 ? rows->data + (n_kept - 1) * row_size : NULL;

      if (last != NULL && tm_ingest_row_compare (last, row) == 0)
        {
          set_duplicate ((const TmIngestRow *) row);
          continue;
        }
      if (i != n_kept)
        memcpy (rows->data + n_kept * row_size, row, row_size);
      n_kept++;
    }
  g_array_set_size (rows, n_kept);
}

void
tm_ingest_group_build (TmIngestGroup *self, TmDictionary *dictionary)
{
  clear_rows (self);
  for (guint i = 0; i < self->jobs->len; i++)
    {
      TmIngestJob *job = g_ptr_array_index (self->jobs, i);

      if (!job->is_known)
        build_job (self, job, dictionary);
    }

  g_array_sort (self->rows, tm_ingest_row_compare);
  drop_repeated (self->rows, sizeof (TmIngestRow));
  g_array_sort (self->quarantine, tm_ingest_row_compare);
  drop_repeated (self->quarantine, sizeof (TmQuarantineRow));
}

static void
keep_new (GArray *rows, gsize row_size, GHashTable *ids)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const TmIngestRow *row = (const TmIngestRow *) (rows->data + i * row_size);
      char text[TM_UUID_TEXT_SIZE];

      tm_uuid_format (row->record_id, text);
      if (!g_hash_table_contains (ids, text))
        set_duplicate (row);
    }
}

void
tm_ingest_group_keep_new (TmIngestGroup *self, GHashTable *ids)
{
  keep_new (self->rows, sizeof (TmIngestRow), ids);
}

void
tm_ingest_group_keep_new_quarantine (TmIngestGroup *self, GHashTable *ids)
{
  keep_new (self->quarantine, sizeof (TmQuarantineRow), ids);
}

static gboolean
is_new (const TmIngestRow *row)
{
  return row->job->outcomes[row->position] == TM_OUTCOME_ACCEPTED;
}

/* Rows of one batch lie together mostly, and have few combinations: searched from the end. */
static void
count_row (TmIngestGroup *self, const TmIngestRow *row)
{
  TmIngestDelta delta = { .job = row->job,
                          .day = tm_ingest_row_get_day (row),
                          .class_pk = row->words[TM_WORD_CLASS],
                          .build_pk = row->words[TM_WORD_BUILD],
                          .severity = row->severity,
                          .n = 1 };

  for (guint i = self->deltas->len; i > 0; i--)
    {
      TmIngestDelta *known = &g_array_index (self->deltas, TmIngestDelta, i - 1);

      if (known->job == delta.job && known->day == delta.day && known->class_pk == delta.class_pk &&
          known->build_pk == delta.build_pk && known->severity == delta.severity)
        {
          known->n++;
          return;
        }
    }

  g_array_append_val (self->deltas, delta);
}

void
tm_ingest_group_count (TmIngestGroup *self)
{
  g_array_set_size (self->deltas, 0);
  self->n_quarantined = 0;
  for (guint i = 0; i < self->jobs->len; i++)
    ((TmIngestJob *) g_ptr_array_index (self->jobs, i))->n_new = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      const TmIngestRow *row = &g_array_index (self->rows, TmIngestRow, i);

      if (!is_new (row))
        continue;
      row->job->n_new++;
      count_row (self, row);
    }
  for (guint i = 0; i < self->quarantine->len; i++)
    {
      const TmIngestRow *row = &g_array_index (self->quarantine, TmQuarantineRow, i).row;

      if (!is_new (row))
        continue;
      row->job->n_new++;
      self->n_quarantined++;
    }
}
