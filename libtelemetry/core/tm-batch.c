/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The batch itself; its two directions are tm-batch-encode.c and tm-batch-decode.c; see tm-batch.h.
 */
#include "tm-batch.h"

TmLoss *
tm_loss_new (const char *reason, const char *classification, guint64 count)
{
  TmLoss *self = g_new0 (TmLoss, 1);

  self->reason = g_strdup (reason);
  self->classification = g_strdup (classification);
  self->count = count;
  return self;
}

void
tm_loss_free (TmLoss *self)
{
  g_free (self->reason);
  g_free (self->classification);
  g_free (self);
}

static void
reject_free (gpointer data)
{
  TmReject *self = data;

  g_free (self->record_id);
  g_free (self->reason);
  g_bytes_unref (self->text);
  g_free (self);
}

TmBatch *
tm_batch_new (const char *batch_id, const char *machine_id, const char *client, TmSystem *system)
{
  TmBatch *self = g_new0 (TmBatch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->batch_id = g_strdup (batch_id);
  self->machine_id = g_strdup (machine_id);
  self->client = g_strdup (client);
  self->system = tm_system_ref (system);
  self->records = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_record_unref);
  self->ledger = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_loss_free);
  self->rejects = g_ptr_array_new_with_free_func (reject_free);
  return self;
}

TmBatch *
tm_batch_ref (TmBatch *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_batch_unref (TmBatch *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->batch_id);
  g_free (self->machine_id);
  g_free (self->client);
  tm_system_unref (self->system);
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->ledger);
  g_ptr_array_unref (self->rejects);
  g_free (self);
}

void
tm_batch_add_record (TmBatch *self, TmRecord *record)
{
  g_ptr_array_add (self->records, tm_record_ref (record));
  self->n_received++;
}

void
tm_batch_add_loss (TmBatch *self, const char *reason, const char *classification, guint64 count)
{
  g_ptr_array_add (self->ledger, tm_loss_new (reason, classification, count));
}
