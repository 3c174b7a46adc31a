/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the store for those who ask; see tm-records-list.h. */
#include "tm-records-list.h"

#include "telemetry-error.h"
#include "tm-batch.h"
#include "tm-submission.h"

/* What Read hands out at once; held in memory meanwhile. */
#define TEXT_MAX_BYTES ((gsize) 32 * 1024 * 1024)

void
tm_records_page_free (TmRecordsPage *self)
{
  tm_record_query_clear (&self->query);
  g_clear_pointer (&self->records, g_ptr_array_unref);
  g_free (self);
}

/* Moves what the scope covers from one page of the store to the result. */
static void
take_covered (TmRecordsPage *self, GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      TmKeptRecord *kept = g_ptr_array_index (found, i);

      if (!tm_record_scope_covers (self->scope, self->caller_uid, kept->uid))
        continue;
      g_ptr_array_add (self->records, kept);
      found->pdata[i] = NULL;
    }
}

static void
free_kept (TmKeptRecord *kept)
{
  if (kept != NULL)
    tm_kept_record_free (kept);
}

/* The store filters by one uid; the scope of the system covers several, so pages are read until
 * there is something on ours. The store is bounded, and so is this. */
gboolean
tm_records_page_read (TmStore *store, gpointer data, GError **error)
{
  TmRecordsPage *self = data;
  TmRecordFilter filter = self->query.filter;

  filter.has_uid = self->scope == TM_RECORD_SCOPE_OWN;
  filter.uid = self->caller_uid;
  self->records = g_ptr_array_new_with_free_func ((GDestroyNotify) free_kept);
  self->next = self->cursor;
  do
    {
      g_autoptr (GPtrArray) found = tm_store_list (
          store, &filter, self->next, self->limit - self->records->len, &self->next, error);

      if (found == NULL)
        return FALSE;
      g_ptr_array_set_free_func (found, (GDestroyNotify) free_kept);
      take_covered (self, found);
    }
  while (self->next != 0 && self->records->len < self->limit);

  return TRUE;
}

static void
add_text (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (dict, key, "s", text);
}

static GVariant *
kept_to_variant (TmKeptRecord *kept)
{
  g_autoptr (GVariant) record = g_variant_ref_sink (tm_record_to_variant (kept->record, FALSE));
  GVariantDict dict;

  g_variant_dict_init (&dict, record);
  add_text (&dict, "category", kept->category);
  add_text (&dict, "state", tm_record_state_to_text (kept->state));
  add_text (&dict, "reason", kept->reason);
  g_variant_dict_insert (&dict, "payload_size", "t",
                         (guint64) tm_record_get_n_bytes (kept->record, TM_FIELD_PAYLOAD));
  if (kept->settled_usec != 0)
    g_variant_dict_insert (&dict, "settled_at", "x", kept->settled_usec);

  return g_variant_dict_end (&dict);
}

GVariant *
tm_records_page_to_variant (TmRecordsPage *self)
{
  GVariantBuilder records = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < self->records->len; i++)
    g_variant_builder_add_value (&records, kept_to_variant (g_ptr_array_index (self->records, i)));

  return g_variant_new ("(aa{sv}t)", &records, self->next);
}

void
tm_records_text_free (TmRecordsText *self)
{
  g_strfreev (self->record_ids);
  g_clear_pointer (&self->lines, g_bytes_unref);
  g_free (self);
}

static TmKeptRecord *
find_record (TmStore *store, const char *record_id, GError **error)
{
  const TmRecordFilter filter = { .record_id = record_id };
  guint64 next;
  g_autoptr (GPtrArray) found = tm_store_list (store, &filter, 0, 1, &next, error);

  if (found == NULL)
    return NULL;
  if (found->len == 0)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_NOT_FOUND, "there is no record “%s”",
                   record_id);
      return NULL;
    }

  g_ptr_array_set_free_func (found, NULL);

  return g_ptr_array_index (found, 0);
}

static gboolean
append_record (TmRecordsText *self, GString *lines, TmKeptRecord *kept, GError **error)
{
  g_autoptr (JsonNode) node = tm_record_to_json (kept->record, NULL);
  gsize n_bytes;
  g_autofree char *text = tm_json_to_text (node, &n_bytes);

  self->scope = MAX (self->scope, tm_record_scope_for (self->caller_uid, kept->uid));
  if (lines->len + n_bytes + 1 > TEXT_MAX_BYTES)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   "“record_ids” stand for more than %" G_GSIZE_FORMAT
                   " bytes; ask for fewer at once",
                   TEXT_MAX_BYTES);
      return FALSE;
    }

  g_string_append_len (lines, text, (gssize) n_bytes);
  g_string_append_c (lines, '\n');

  return TRUE;
}

gboolean
tm_records_text_read (TmStore *store, gpointer data, GError **error)
{
  TmRecordsText *self = data;
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; self->record_ids[i] != NULL; i++)
    {
      g_autoptr (TmKeptRecord) kept = find_record (store, self->record_ids[i], error);

      if (kept == NULL || !append_record (self, lines, kept, error))
        return FALSE;
    }

  self->lines = g_string_free_to_bytes (g_steal_pointer (&lines));

  return TRUE;
}
