/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records into the store: dedup-key, sequence, bounds, all in one transaction; see
 * tm-store-records.h.
 *
 * A dedup-key is remembered as 16 bytes of SHA-256 over uid, classification and key: a caller may
 * put into it what it likes, so it is not kept as text.
 */
#include <string.h>

#include "tm-store-epoch.h"
#include "tm-store-records.h"
#include "tm-store-usage.h"

#define DIGEST_BYTES 16

/* The parameters after those of the fields: see TM_SQL_ADD_RECORD. */
enum
{
  PARAMETER_UID = TM_N_FIELDS + 1,
  PARAMETER_CATEGORY,
  PARAMETER_COST,
  PARAMETER_EPOCH,
  PARAMETER_SYSTEM,
  PARAMETER_BOOT,
  PARAMETER_KEPT_BOOTTIME,
};

static void
make_digest (TmDraft *draft, guint8 out_digest[DIGEST_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const char *classification = tm_record_get_text (draft->record, TM_FIELD_CLASSIFICATION);
  guint8 whole[32];
  gsize n_bytes = sizeof whole;

  g_checksum_update (checksum, (const guchar *) &draft->uid, sizeof draft->uid);
  g_checksum_update (checksum, (const guchar *) classification, strlen (classification) + 1);
  g_checksum_update (checksum, (const guchar *) draft->dedup_key, strlen (draft->dedup_key) + 1);
  g_checksum_get_digest (checksum, whole, &n_bytes);
  memcpy (out_digest, whole, DIGEST_BYTES);
}

/* Sets record_id and is_duplicate of a draft whose key is known. */
static gboolean
find_duplicate (TmStore *self, TmDraft *draft, const guint8 *digest, GError **error)
{
  gint64 now_usec = tm_clock_get_realtime_usec (tm_store_get_clock (self));
  TmStatement *statement = tm_store_prepare (self, TM_SQL_GET_DEDUP);
  TmStep step;

  tm_statement_bind_bytes (statement, 1, digest, DIGEST_BYTES);
  tm_statement_bind_number (statement, 2, now_usec - TM_STORE_DEDUP_DAYS * TM_USEC_PER_DAY);
  step = tm_statement_step (statement, error);
  if (step == TM_STEP_ROW)
    {
      g_strlcpy (draft->record_id, tm_statement_get_text (statement, 0), sizeof draft->record_id);
      draft->is_duplicate = TRUE;
    }
  tm_statement_reset (statement);

  return step != TM_STEP_FAILED;
}

static gboolean
remember_key (TmStore *self, TmDraft *draft, const guint8 *digest, GError **error)
{
  TmStatement *statement = tm_store_prepare (self, TM_SQL_ADD_DEDUP);

  tm_statement_bind_bytes (statement, 1, digest, DIGEST_BYTES);
  tm_statement_bind_number (statement, 2, draft->uid);
  tm_statement_bind_text (statement, 3, draft->category);
  tm_statement_bind_text (statement, 4, draft->record_id);
  tm_statement_bind_number (statement, 5, tm_clock_get_realtime_usec (tm_store_get_clock (self)));
  return tm_statement_run (statement, NULL, error);
}

/* Returns the bytes of text. */
static gint64
bind_fields (TmStatement *statement, TmRecord *record, gint64 sequence)
{
  gint64 n_bytes = 0;

  for (guint i = 0; i < TM_N_FIELDS; i++)
    {
      gsize n_field_bytes = tm_record_get_n_bytes (record, i);

      if (i == TM_FIELD_SEQUENCE)
        tm_statement_bind_number (statement, i + 1, sequence);
      else if (!tm_record_has (record, i))
        continue;
      else if (tm_field_type_is_number (tm_field_get (i)->type))
        tm_statement_bind_number (statement, i + 1, tm_record_get_number (record, i));
      else
        tm_statement_bind_text_n (statement, i + 1, tm_record_get_text (record, i), n_field_bytes);
      n_bytes += n_field_bytes;
    }

  return n_bytes;
}

static gboolean
add_record (TmStore *self, TmDraft *draft, GError **error)
{
  TmStoreMemory *memory = tm_store_get_memory (self);
  TmStatement *statement;
  gint64 cost;

  if (!tm_store_select_epoch (self, draft->machine_id, error) ||
      !tm_store_select_system (self, tm_record_get_system (draft->record), error))
    return FALSE;

  statement = tm_store_prepare (self, TM_SQL_ADD_RECORD);
  cost = TM_STORE_RECORD_OVERHEAD_BYTES +
         bind_fields (statement, draft->record, memory->next_sequence);
  tm_statement_bind_number (statement, PARAMETER_UID, draft->uid);
  tm_statement_bind_text (statement, PARAMETER_CATEGORY, draft->category);
  tm_statement_bind_number (statement, PARAMETER_COST, cost);
  tm_statement_bind_number (statement, PARAMETER_EPOCH, memory->epoch_pk);
  tm_statement_bind_number (statement, PARAMETER_SYSTEM, memory->system_pk);
  tm_statement_bind_number (statement, PARAMETER_BOOT, memory->boot_pk);
  tm_statement_bind_number (statement, PARAMETER_KEPT_BOOTTIME,
                            tm_clock_get_boottime_usec (tm_store_get_clock (self)));
  if (!tm_statement_run (statement, NULL, error))
    return FALSE;

  memory->next_sequence++;
  tm_store_charge (self, draft->uid, cost);
  return TRUE;
}

static gboolean
insert_draft (TmStore *self, TmDraft *draft, GError **error)
{
  guint8 digest[DIGEST_BYTES];

  draft->is_duplicate = FALSE;
  g_strlcpy (draft->record_id, tm_record_get_text (draft->record, TM_FIELD_RECORD_ID),
             sizeof draft->record_id);
  if (draft->dedup_key == NULL)
    return add_record (self, draft, error);

  make_digest (draft, digest);
  if (!find_duplicate (self, draft, digest, error))
    return FALSE;
  if (draft->is_duplicate)
    return TRUE;

  return add_record (self, draft, error) && remember_key (self, draft, digest, error);
}

/* Neighbours are mostly of one uid, and asking again costs a look into a table. */
static gboolean
keep_bounds (TmStore *self, GPtrArray *drafts, GError **error)
{
  for (guint i = 0; i < drafts->len; i++)
    {
      TmDraft *draft = drafts->pdata[i];
      TmDraft *next = i + 1 < drafts->len ? drafts->pdata[i + 1] : NULL;

      if (next != NULL && next->uid == draft->uid)
        continue;
      if (!tm_store_keep_bound (self, draft->uid, error))
        return FALSE;
    }

  return tm_store_keep_bound (self, -1, error);
}

static gboolean
insert_all (TmStore *self, GPtrArray *drafts, GError **error)
{
  if (!tm_store_load_usage (self, error) || !tm_store_select_boot (self, error))
    return FALSE;

  for (guint i = 0; i < drafts->len; i++)
    if (!insert_draft (self, drafts->pdata[i], error))
      return FALSE;

  return keep_bounds (self, drafts, error) && tm_store_flush_sequence (self, error);
}

gboolean
tm_store_insert (TmStore *self, GPtrArray *drafts, GError **error)
{
  if (!tm_store_begin (self, error))
    return FALSE;

  if (insert_all (self, drafts, error))
    return tm_store_commit (self, error);

  tm_store_rollback (self);
  return FALSE;
}
