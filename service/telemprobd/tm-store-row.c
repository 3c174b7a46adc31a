/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows to records; see tm-store-row.h. */
#include "tm-store-row.h"

static gboolean
read_field (TmRecordBuilder *builder, TmStatement *statement, TmFieldId id, GError **error)
{
  const char *text;
  gsize n_bytes;

  if (tm_statement_is_null (statement, TM_ROW_FIELDS + id))
    return TRUE;

  if (tm_field_type_is_number (tm_field_get (id)->type))
    return tm_record_builder_set_number (
        builder, id, tm_statement_get_number (statement, TM_ROW_FIELDS + id), error);

  text = tm_statement_get_bytes (statement, TM_ROW_FIELDS + id, &n_bytes);
  return tm_record_builder_set_text (builder, id, text != NULL ? text : "", n_bytes, error);
}

static TmSystem *
read_system (TmStatement *statement, GError **error)
{
  const char *values[TM_N_SYSTEM_FIELDS];

  for (guint i = 0; i < TM_N_SYSTEM_FIELDS; i++)
    values[i] = tm_statement_get_text (statement, TM_ROW_SYSTEM + i);

  return tm_system_new (values, error);
}

TmRecord *
tm_row_read_record (TmStatement *statement, GError **error)
{
  g_auto (TmRecordBuilder) builder = { NULL };
  g_autoptr (TmSystem) system = read_system (statement, error);

  if (system == NULL)
    return NULL;

  tm_record_builder_init (&builder);
  tm_record_builder_set_system (&builder, system);
  for (guint i = 0; i < TM_N_FIELDS; i++)
    if (!read_field (&builder, statement, i, error))
      return NULL;

  return tm_record_builder_end (&builder, error);
}

TmKeptRecord *
tm_row_read_kept (TmStatement *statement, GError **error)
{
  g_autoptr (TmRecord) record = tm_row_read_record (statement, error);
  TmKeptRecord *kept;
  gint64 state;

  if (record == NULL)
    return NULL;

  state = tm_statement_get_number (statement, TM_ROW_STATE);
  kept = g_new0 (TmKeptRecord, 1);
  kept->cursor = tm_statement_get_number (statement, TM_ROW_CURSOR);
  kept->record = g_steal_pointer (&record);
  kept->uid = tm_statement_get_number (statement, TM_ROW_UID);
  kept->category = g_strdup (tm_statement_get_text (statement, TM_ROW_CATEGORY));
  kept->state = state == TM_RECORD_STATE_ON_ITS_WAY ? TM_RECORD_STATE_PENDING : state;
  kept->reason = g_strdup (tm_statement_get_text (statement, TM_ROW_REASON));
  kept->settled_usec = tm_statement_get_number (statement, TM_ROW_SETTLED);

  return kept;
}

/* A parameter that is not bound is NULL: it selects all. */
void
tm_row_bind_filter (TmStatement *statement, const TmRecordFilter *filter, guint64 cursor)
{
  tm_statement_bind_number (statement, 1, cursor);
  if (filter->has_uid)
    tm_statement_bind_number (statement, 2, filter->uid);
  if (filter->state != 0)
    tm_statement_bind_number (statement, 3, filter->state);
  if (filter->min_severity != 0)
    tm_statement_bind_number (statement, 4, filter->min_severity);
  if (filter->category != NULL)
    tm_statement_bind_text (statement, 5, filter->category);
  if (filter->event_id != NULL)
    tm_statement_bind_text (statement, 6, filter->event_id);
  if (filter->since_usec != 0)
    tm_statement_bind_number (statement, 7, filter->since_usec);
  if (filter->until_usec != 0)
    tm_statement_bind_number (statement, 8, filter->until_usec);
}
