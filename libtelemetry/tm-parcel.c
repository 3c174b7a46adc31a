/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-parcel.h. */
#include "tm-parcel.h"

#include "telemetry-error.h"
#include "tm-dbus.h"
#include "tm-field.h"
#include "tm-memfd.h"

#include <string.h>
#include <unistd.h>

/* What a record needs besides its payload: header, padding, short options. An estimate. */
#define RECORD_OVERHEAD_BYTES 160

static gboolean
check_options (GVariant *options, GError **error)
{
  if (options == NULL || g_variant_is_of_type (options, G_VARIANT_TYPE_VARDICT))
    return TRUE;

  g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
               "options: must be of type a{sv}, is %s", g_variant_get_type_string (options));
  return FALSE;
}

static GVariant *
options_or_empty (GVariant *options)
{
  return options != NULL ? options : g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
}

static gboolean
check_record (const char *classification, guint32 severity, const char *payload, GError **error)
{
  const TmField *field = tm_field_get (TM_FIELD_CLASSIFICATION);
  if (!tm_field_check_text (field, classification, strlen (classification), error))
    return FALSE;
  if (!tm_field_check_number (tm_field_get (TM_FIELD_SEVERITY), severity, error))
    return FALSE;
  return tm_field_check_text (tm_field_get (TM_FIELD_PAYLOAD), payload, strlen (payload), error);
}

static TmParcel *
parcel_new (TmParcelKind kind, GVariant *body, int fd, gsize n_bytes, guint n_records)
{
  TmParcel *self = g_new0 (TmParcel, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->body = g_variant_ref_sink (body);
  self->fd = fd;
  self->n_bytes = n_bytes;
  self->n_records = n_records;
  return self;
}

TmParcel *
tm_parcel_new (const char *classification,
               guint32 severity,
               const char *payload,
               GVariant *options,
               GError **error)
{
  g_autoptr (GVariant) sunk = options == NULL ? NULL : g_variant_ref_sink (options);
  if (!check_record (classification, severity, payload, error) || !check_options (sunk, error))
    return NULL;

  gsize n_bytes = strlen (payload);
  GVariant *body;
  if (n_bytes <= TM_PAYLOAD_INLINE_MAX_BYTES)
    {
      body =
          g_variant_new ("(sus@a{sv})", classification, severity, payload, options_or_empty (sunk));
      return parcel_new (TM_PARCEL_RECORD, body, -1, n_bytes + RECORD_OVERHEAD_BYTES, 1);
    }

  int fd = tm_memfd_new_sealed (payload, n_bytes, error);
  if (fd < 0)
    return NULL;
  body = g_variant_new ("(suh@a{sv})", classification, severity, 0, options_or_empty (sunk));
  return parcel_new (TM_PARCEL_LARGE, body, fd, n_bytes + RECORD_OVERHEAD_BYTES, 1);
}

TmParcel *
tm_parcel_new_batch (GVariant *records, GVariant *options, GError **error)
{
  g_autoptr (GVariant) sunk_records = g_variant_ref_sink (records);
  g_autoptr (GVariant) sunk = options == NULL ? NULL : g_variant_ref_sink (options);
  if (!g_variant_is_of_type (sunk_records, G_VARIANT_TYPE ("a(susa{sv})")))
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "records: must be of type a(susa{sv}), is %s",
                   g_variant_get_type_string (sunk_records));
      return NULL;
    }
  if (!check_options (sunk, error))
    return NULL;

  gsize n_bytes = g_variant_get_size (sunk_records);
  guint n_records = g_variant_n_children (sunk_records);
  GVariant *body = g_variant_new ("(@a(susa{sv})@a{sv})", sunk_records, options_or_empty (sunk));
  return parcel_new (TM_PARCEL_BATCH, body, -1, n_bytes, n_records);
}

TmParcel *
tm_parcel_ref (TmParcel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tm_parcel_unref (TmParcel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->task);
  g_clear_pointer (&self->watch, g_source_unref);
  g_variant_unref (self->body);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  TmParcel *self = user_data;
  g_autoptr (GTask) task = g_atomic_pointer_exchange (&self->task, NULL);

  if (task != NULL)
    g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

void
tm_parcel_set_task (TmParcel *self, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  g_assert (self->task == NULL);
  self->task = g_object_ref (task);
  if (cancellable == NULL)
    return;

  /* A source and not the signal: it runs in the caller's context, where no lock of ours is held. */
  self->watch = g_cancellable_source_new (cancellable);
  g_source_set_static_name (self->watch, "telemetry: cancelled");
  g_source_set_callback (self->watch, G_SOURCE_FUNC (on_cancelled), tm_parcel_ref (self),
                         (GDestroyNotify) tm_parcel_unref);
  g_source_attach (self->watch, g_task_get_context (task));
}

void
tm_parcel_answer (TmParcel *self, GVariant *answer, const GError *error)
{
  g_autoptr (GTask) task = g_atomic_pointer_exchange (&self->task, NULL);

  if (self->watch != NULL)
    g_source_destroy (self->watch);
  if (task == NULL)
    return;
  if (answer != NULL)
    g_task_return_pointer (task, g_variant_ref (answer), (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, g_error_copy (error));
}

static GDBusMessage *
new_call (const char *method, GVariant *body)
{
  GDBusMessage *message =
      g_dbus_message_new_method_call (TM_BUS_NAME, TM_BUS_PATH, TM_BUS_RECORDER_INTERFACE, method);

  g_dbus_message_set_body (message, body);
  return message;
}

GDBusMessage *
tm_parcel_to_message (TmParcel *self)
{
  static const char *const methods[] = {
    [TM_PARCEL_RECORD] = "Submit",
    [TM_PARCEL_LARGE] = "SubmitFd",
    [TM_PARCEL_BATCH] = "SubmitBatch",
  };

  return new_call (methods[self->kind], self->body);
}

GDBusMessage *
tm_parcels_to_message (GPtrArray *parcels)
{
  TmParcel *first = g_ptr_array_index (parcels, 0);
  if (parcels->len == 1)
    return tm_parcel_to_message (first);

  GVariantBuilder records;
  g_variant_builder_init (&records, G_VARIANT_TYPE ("a(susa{sv})"));
  for (guint i = 0; i < parcels->len; i++)
    {
      TmParcel *parcel = g_ptr_array_index (parcels, i);
      g_assert (parcel->kind == TM_PARCEL_RECORD);
      g_variant_builder_add_value (&records, parcel->body);
    }
  return new_call ("SubmitBatch",
                   g_variant_new ("(a(susa{sv})@a{sv})", &records, options_or_empty (NULL)));
}
