/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Record and builder: one array of values in the order of the field table; see tm-record.h. */
#include "tm-record.h"

#include <string.h>

#include "telemetry-error.h"

typedef struct
{
  gboolean is_set;
  guint64 number; /* of a number; of a text, its bytes without NUL */
  char *text;     /* (nullable) (owned) */
} Value;

struct _TmRecord
{
  gatomicrefcount ref_count;
  Value values[TM_N_FIELDS];
  TmSystem *system; /* (owned): NULL only while being built */
};

TmRecord *
tm_record_ref (TmRecord *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_record_unref (TmRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < TM_N_FIELDS; i++)
    g_free (self->values[i].text);
  g_clear_pointer (&self->system, tm_system_unref);
  g_free (self);
}

const char *
tm_record_get_text (TmRecord *self, TmFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_FIELDS, NULL);

  return self->values[id].text;
}

gsize
tm_record_get_n_bytes (TmRecord *self, TmFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_FIELDS, 0);

  return self->values[id].text != NULL ? self->values[id].number : 0;
}

gboolean
tm_record_has (TmRecord *self, TmFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_FIELDS, FALSE);

  return self->values[id].is_set;
}

guint64
tm_record_get_number (TmRecord *self, TmFieldId id)
{
  g_return_val_if_fail ((guint) id < TM_N_FIELDS, 0);
  g_return_val_if_fail (tm_field_type_is_number (tm_field_get (id)->type), 0);

  return self->values[id].number;
}

TmSystem *
tm_record_get_system (TmRecord *self)
{
  return self->system;
}

void
tm_record_builder_init (TmRecordBuilder *self)
{
  self->record = g_new0 (TmRecord, 1);
  g_atomic_ref_count_init (&self->record->ref_count);
}

void
tm_record_builder_clear (TmRecordBuilder *self)
{
  g_clear_pointer (&self->record, tm_record_unref);
}

gboolean
tm_record_builder_set_text (
    TmRecordBuilder *self, TmFieldId id, const char *text, gsize n_bytes, GError **error)
{
  Value *value;

  g_return_val_if_fail (self->record != NULL && (guint) id < TM_N_FIELDS, FALSE);

  if (!tm_field_check_text (tm_field_get (id), text, n_bytes, error))
    return FALSE;

  value = &self->record->values[id];
  g_free (value->text);
  value->text = g_strndup (text, n_bytes);
  value->number = n_bytes;
  value->is_set = TRUE;
  return TRUE;
}

gboolean
tm_record_builder_set_number (TmRecordBuilder *self, TmFieldId id, guint64 number, GError **error)
{
  g_return_val_if_fail (self->record != NULL && (guint) id < TM_N_FIELDS, FALSE);

  if (!tm_field_check_number (tm_field_get (id), number, error))
    return FALSE;

  self->record->values[id].number = number;
  self->record->values[id].is_set = TRUE;
  return TRUE;
}

void
tm_record_builder_set_system (TmRecordBuilder *self, TmSystem *system)
{
  g_return_if_fail (self->record != NULL);

  tm_system_ref (system);
  g_clear_pointer (&self->record->system, tm_system_unref);
  self->record->system = system;
}

gboolean
tm_record_builder_has (TmRecordBuilder *self, TmFieldId id)
{
  return tm_record_has (self->record, id);
}

const char *
tm_record_builder_get_text (TmRecordBuilder *self, TmFieldId id)
{
  return tm_record_get_text (self->record, id);
}

guint64
tm_record_builder_get_number (TmRecordBuilder *self, TmFieldId id)
{
  return tm_record_get_number (self->record, id);
}

static gboolean
has_required_fields (TmRecord *record, GError **error)
{
  for (guint i = 0; i < TM_N_FIELDS; i++)
    if (tm_field_get (i)->required && !record->values[i].is_set)
      {
        g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                     "%s is missing, accepted is %s", tm_field_get (i)->name,
                     tm_field_get (i)->accepts);
        return FALSE;
      }

  return TRUE;
}

TmRecord *
tm_record_builder_end (TmRecordBuilder *self, GError **error)
{
  g_autoptr (TmRecord) record = g_steal_pointer (&self->record);

  g_return_val_if_fail (record != NULL, NULL);

  if (!has_required_fields (record, error))
    return NULL;

  if (record->system == NULL)
    record->system = tm_system_new ((const char *[TM_N_SYSTEM_FIELDS]){ NULL }, NULL);

  return g_steal_pointer (&record);
}
