/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A group in the forms the database takes; see tm-ingest-encode.h. */
#include "tm-ingest-encode.h"

#include <string.h>

#define CODEC_PLAIN 0
#define BATCH_N_FIELDS 13
#define PAYLOAD_N_FIELDS 3

static const TmIngestRow *
row_at (TmIngestGroup *group, guint i)
{
  return &g_array_index (group->rows, TmIngestRow, i);
}

static const TmQuarantineRow *
quarantine_at (TmIngestGroup *group, guint i)
{
  return &g_array_index (group->quarantine, TmQuarantineRow, i);
}

static TmIngestJob *
job_at (TmIngestGroup *group, guint i)
{
  return g_ptr_array_index (group->jobs, i);
}

/* COPY */

static void
begin (GByteArray *wire)
{
  g_byte_array_set_size (wire, 0);
  tm_wire_copy_begin (wire);
}

void
tm_ingest_encode_records_copy (TmIngestGroup *group, GByteArray *wire)
{
  begin (wire);
  for (guint i = 0; i < group->rows->len; i++)
    {
      tm_wire_copy_row (wire, TM_ROW_N_COLUMNS);
      for (guint column = 0; column < TM_ROW_N_COLUMNS; column++)
        tm_ingest_row_append (row_at (group, i), column, wire);
    }
  tm_wire_copy_end (wire);
}

void
tm_ingest_encode_payloads_copy (TmIngestGroup *group, GByteArray *wire)
{
  begin (wire);
  for (guint i = 0; i < group->rows->len; i++)
    {
      const TmIngestRow *row = row_at (group, i);

      tm_wire_copy_row (wire, PAYLOAD_N_FIELDS);
      tm_wire_bytes (wire, row->record_id, sizeof row->record_id);
      tm_wire_int2 (wire, CODEC_PLAIN);
      tm_wire_bytes (wire, row->payload, row->n_payload_bytes);
    }
  tm_wire_copy_end (wire);
}

/* The deltas of a job as one array each of day, class, build, severity and count. */

typedef void (*DeltaFunc) (const TmIngestDelta *delta, GByteArray *wire);

static void
append_delta_day (const TmIngestDelta *delta, GByteArray *wire)
{
  tm_wire_date (wire, delta->day);
}

static void
append_delta_class (const TmIngestDelta *delta, GByteArray *wire)
{
  tm_wire_int4 (wire, delta->class_pk);
}

static void
append_delta_build (const TmIngestDelta *delta, GByteArray *wire)
{
  tm_wire_int4 (wire, delta->build_pk);
}

static void
append_delta_severity (const TmIngestDelta *delta, GByteArray *wire)
{
  tm_wire_int2 (wire, delta->severity);
}

static void
append_delta_n (const TmIngestDelta *delta, GByteArray *wire)
{
  tm_wire_int4 (wire, delta->n);
}

static const struct
{
  TmWireType type;
  DeltaFunc append;
} delta_columns[] = {
  { TM_WIRE_DATE, append_delta_day },   { TM_WIRE_INT4, append_delta_class },
  { TM_WIRE_INT4, append_delta_build }, { TM_WIRE_INT2, append_delta_severity },
  { TM_WIRE_INT4, append_delta_n },
};

static guint
count_deltas (TmIngestGroup *group, TmIngestJob *job)
{
  guint n = 0;

  for (guint i = 0; i < group->deltas->len; i++)
    n += g_array_index (group->deltas, TmIngestDelta, i).job == job;

  return n;
}

static void
append_deltas (TmIngestGroup *group, TmIngestJob *job, DeltaFunc append, GByteArray *wire)
{
  for (guint i = 0; i < group->deltas->len; i++)
    {
      const TmIngestDelta *delta = &g_array_index (group->deltas, TmIngestDelta, i);

      if (delta->job == job)
        append (delta, wire);
    }
}

static void
append_batch (TmIngestGroup *group, TmIngestJob *job, GByteArray *wire)
{
  guint n_deltas = count_deltas (group, job);

  tm_wire_copy_row (wire, BATCH_N_FIELDS);
  tm_wire_bytes (wire, job->batch_id, sizeof job->batch_id);
  tm_wire_bytes (wire, job->digest, sizeof job->digest);
  tm_wire_time (wire, job->received_usec);
  tm_wire_int8 (wire, job->machine_pk);
  tm_wire_int4 (wire, (gint32) job->batch->n_received);
  tm_wire_int4 (wire, (gint32) job->n_new);
  tm_wire_int4 (wire, (gint32) job->batch->rejects->len);
  tm_wire_bool (wire, n_deltas == 0);
  for (guint i = 0; i < G_N_ELEMENTS (delta_columns); i++)
    {
      guint start = tm_wire_array_field_begin (wire, delta_columns[i].type, n_deltas);

      append_deltas (group, job, delta_columns[i].append, wire);
      tm_wire_array_field_end (wire, start);
    }
}

static int
compare_jobs (gconstpointer a, gconstpointer b)
{
  const TmIngestJob *job_a = *(TmIngestJob *const *) a, *job_b = *(TmIngestJob *const *) b;

  return memcmp (job_a->batch_id, job_b->batch_id, sizeof job_a->batch_id);
}

/* In the order of their ids, for the same reason as records. */
void
tm_ingest_encode_batches_copy (TmIngestGroup *group, GByteArray *wire)
{
  g_ptr_array_sort (group->jobs, compare_jobs);
  begin (wire);
  for (guint i = 0; i < group->jobs->len; i++)
    if (!job_at (group, i)->is_known)
      append_batch (group, job_at (group, i), wire);
  tm_wire_copy_end (wire);
}

void
tm_ingest_encode_batch_ids (TmIngestGroup *group, GByteArray *wire)
{
  g_byte_array_set_size (wire, 0);
  tm_wire_array (wire, TM_WIRE_UUID, group->jobs->len);
  for (guint i = 0; i < group->jobs->len; i++)
    tm_wire_bytes (wire, job_at (group, i)->batch_id, sizeof job_at (group, i)->batch_id);
}

/* Statements */

/* wire: (transfer full) */
static void
add_wire (TmQuery *query, GByteArray *wire)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (wire);

  tm_query_add_bytes (query, bytes);
}

static GByteArray *
new_array (TmWireType type, guint n)
{
  GByteArray *wire = g_byte_array_new ();

  tm_wire_array (wire, type, n);

  return wire;
}

/* A column that may have NULL in it: the array's header has a flag for that, byte 4 to 7. */
static void
allow_null (GByteArray *wire)
{
  if (wire->len >= 8)
    wire->data[7] = 1;
}

void
tm_ingest_encode_records_query (TmIngestGroup *group, TmQuery *query)
{
  GByteArray *bodies = new_array (TM_WIRE_BYTEA, group->rows->len);

  for (guint column = 0; column < TM_ROW_N_COLUMNS; column++)
    {
      GByteArray *wire = new_array (tm_ingest_row_get_type (column), group->rows->len);

      allow_null (wire);
      for (guint i = 0; i < group->rows->len; i++)
        tm_ingest_row_append (row_at (group, i), column, wire);
      add_wire (query, wire);
    }
  for (guint i = 0; i < group->rows->len; i++)
    tm_wire_bytes (bodies, row_at (group, i)->payload, row_at (group, i)->n_payload_bytes);
  add_wire (query, bodies);
}

void
tm_ingest_encode_quarantine_query (TmIngestGroup *group, TmQuery *query)
{
  guint n = group->quarantine->len;
  GByteArray *claimed = new_array (TM_WIRE_TIMESTAMPTZ, n);
  GByteArray *redated = new_array (TM_WIRE_TEXT, n);
  GByteArray *bodies = new_array (TM_WIRE_BYTEA, n);

  for (guint column = 0; column < TM_ROW_N_COLUMNS; column++)
    {
      GByteArray *wire = new_array (tm_ingest_row_get_type (column), n);

      allow_null (wire);
      for (guint i = 0; i < n; i++)
        tm_ingest_row_append (&quarantine_at (group, i)->row, column, wire);
      add_wire (query, wire);
    }
  for (guint i = 0; i < n; i++)
    {
      const TmQuarantineRow *quarantined = quarantine_at (group, i);
      const char *redate = tm_redate_to_text (quarantined->redate);

      tm_wire_time (claimed, quarantined->claimed_usec);
      tm_wire_bytes (redated, redate, strlen (redate));
      tm_wire_bytes (bodies, quarantined->row.payload, quarantined->row.n_payload_bytes);
    }
  add_wire (query, bodies);
  add_wire (query, claimed);
  add_wire (query, redated);
}

static void
add_time (TmQuery *query, gint64 usec)
{
  tm_query_add_number (query, usec);
}

void
tm_ingest_encode_batch_query (TmIngestGroup *group, TmIngestJob *job, TmQuery *query)
{
  guint n_deltas = count_deltas (group, job);

  tm_query_add_binary (query, job->batch_id, sizeof job->batch_id);
  tm_query_add_binary (query, job->digest, sizeof job->digest);
  add_time (query, job->received_usec);
  tm_query_add_number (query, job->machine_pk);
  tm_query_add_number (query, job->batch->n_received);
  tm_query_add_number (query, job->n_new);
  tm_query_add_number (query, job->batch->rejects->len);
  for (guint i = 0; i < G_N_ELEMENTS (delta_columns); i++)
    {
      GByteArray *wire = new_array (delta_columns[i].type, n_deltas);

      append_deltas (group, job, delta_columns[i].append, wire);
      add_wire (query, wire);
    }
}

void
tm_ingest_encode_dead_query (TmIngestJob *job, TmReject *reject, TmQuery *query)
{
  add_time (query, job->received_usec);
  tm_query_add_binary (query, job->machine_id, sizeof job->machine_id);
  tm_query_add_binary (query, job->batch_id, sizeof job->batch_id);
  tm_query_add_number (query, reject->index);
  tm_query_add_text (query, reject->record_id);
  tm_query_add_text (query, reject->reason);
  tm_query_add_bytes (query, reject->text);
}

gboolean
tm_ingest_encode_losses_query (TmIngestGroup *group, TmDictionary *dictionary, TmQuery *query)
{
  guint n = 0;
  GByteArray *machines, *classes, *reasons, *counts;

  for (guint i = 0; i < group->jobs->len; i++)
    n += job_at (group, i)->batch->ledger->len;
  if (n == 0)
    return FALSE;

  machines = new_array (TM_WIRE_INT8, n);
  classes = new_array (TM_WIRE_INT4, n);
  reasons = new_array (TM_WIRE_TEXT, n);
  counts = new_array (TM_WIRE_INT8, n);
  for (guint i = 0; i < group->jobs->len; i++)
    for (guint k = 0; k < job_at (group, i)->batch->ledger->len; k++)
      {
        TmIngestJob *job = job_at (group, i);
        const TmLoss *loss = g_ptr_array_index (job->batch->ledger, k);

        tm_wire_int8 (machines, tm_dictionary_lookup_machine (dictionary, job->machine_id));
        tm_wire_int4 (classes,
                      tm_dictionary_lookup_word (dictionary, TM_WORD_CLASS, loss->classification));
        tm_wire_bytes (reasons, loss->reason, strlen (loss->reason));
        tm_wire_int8 (counts, (gint64) MIN (loss->count, G_MAXINT64));
      }
  add_wire (query, machines);
  add_wire (query, classes);
  add_wire (query, reasons);
  add_wire (query, counts);

  return TRUE;
}
