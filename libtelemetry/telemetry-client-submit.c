/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of TelemetryClient that return what became of the record. */
#include "tm-active.h"
#include "tm-call.h"
#include "tm-client-private.h"

static gboolean
check_active (GError **error)
{
  if (tm_active_check ())
    return TRUE;

  g_set_error_literal (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
                       "telemetry is off on this machine");
  return FALSE;
}

static GVariant *
call_parcel (TelemetryClient *self, TmParcel *parcel, GCancellable *cancellable, GError **error)
{
  TmOutbox *outbox = tm_client_get_outbox (self);
  gint64 deadline_usec =
      g_get_monotonic_time () + tm_outbox_get_timeout_msec (outbox) * G_TIME_SPAN_MILLISECOND;

  return tm_call (tm_outbox_get_slot (outbox), parcel, deadline_usec, cancellable, error);
}

/**
 * telemetry_client_submit:
 * @self: a client
 * @classification: what the record is about: `domain/probe/rest`, each part 1 to 40 of
 *   `A-Za-z0-9._:+-`
 * @severity: a #TelemetrySeverity, 1 to 4
 * @payload: UTF-8 text of at most 1 MiB; JSON is a good choice
 * @options: (nullable): more about the record, of type `a{sv}`; a floating reference is consumed
 * @cancellable: (nullable): a #GCancellable, or %NULL
 * @error: return location for a #GError
 *
 * Records something and waits until it is on the disk.
 *
 * The options are `payload-format-version` (`u`), `event-id` (`s`, 32 lower-case hex digits; groups
 * the records of one event), `created-at` (`x`, microseconds since 1970 UTC, if it happened
 * earlier), `dedup-key` (`s`; the same key with the same classification within 7 days is the same
 * record).
 *
 * A payload of more than 32 KiB is passed as a sealed memory file.
 *
 * Fails with an error of #TelemetryError, among them %TELEMETRY_ERROR_DISABLED when nobody has
 * agreed, which is the normal state of a machine; and with errors of GIO, among them
 * %G_IO_ERROR_TIMED_OUT after [property@Client:timeout]. When the wait ends early the record may be
 * on the disk or not.
 *
 * Returns: (transfer full): the id of the record
 *
 * Since: 0.1
 */
char *
telemetry_client_submit (TelemetryClient *self,
                         const char *classification,
                         guint severity,
                         const char *payload,
                         GVariant *options,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (TELEMETRY_IS_CLIENT (self), NULL);
  g_return_val_if_fail (classification != NULL, NULL);
  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_autoptr (GVariant) sunk = options == NULL ? NULL : g_variant_ref_sink (options);
  if (!check_active (error))
    return NULL;
  g_autoptr (TmParcel) parcel = tm_parcel_new (classification, severity, payload, sunk, error);
  if (parcel == NULL)
    return NULL;

  g_autoptr (GVariant) id = call_parcel (self, parcel, cancellable, error);
  return id == NULL ? NULL : g_variant_dup_string (id, NULL);
}

/* Consumes parcel; without one, error says why. */
static void
put_task (TelemetryClient *self, GTask *task, TmParcel *parcel, GError *error)
{
  if (parcel == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tm_parcel_set_task (parcel, task);
  if (!tm_outbox_put (tm_client_get_outbox (self), parcel))
    {
      g_autoptr (GError) full = g_error_new_literal (TELEMETRY_ERROR, TELEMETRY_ERROR_BUSY,
                                                     "too many records wait to be sent");
      tm_parcel_answer (parcel, NULL, full);
    }
  tm_parcel_unref (parcel);
}

/**
 * telemetry_client_submit_async:
 * @self: a client
 * @classification: as for [method@Client.submit]
 * @severity: as for [method@Client.submit]
 * @payload: as for [method@Client.submit]
 * @options: (nullable): as for [method@Client.submit]
 * @cancellable: (nullable): a #GCancellable, or %NULL
 * @callback: (scope async): called when the record is on the disk or the call has failed
 * @user_data: (closure): for @callback
 *
 * Records something without waiting. Many such calls at once are cheap: they travel together.
 *
 * Cancelling ends the waiting; whether the record is kept is then not known.
 *
 * Since: 0.1
 */
void
telemetry_client_submit_async (TelemetryClient *self,
                               const char *classification,
                               guint severity,
                               const char *payload,
                               GVariant *options,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (TELEMETRY_IS_CLIENT (self));
  g_return_if_fail (classification != NULL);
  g_return_if_fail (payload != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, telemetry_client_submit_async);
  g_autoptr (GVariant) sunk = options == NULL ? NULL : g_variant_ref_sink (options);
  GError *error = NULL;
  TmParcel *parcel = NULL;
  if (check_active (&error))
    parcel = tm_parcel_new (classification, severity, payload, sunk, &error);
  put_task (self, task, parcel, error);
}

/**
 * telemetry_client_submit_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of [method@Client.submit_async]. Fails as [method@Client.submit] does, and with
 * %TELEMETRY_ERROR_BUSY when the queue was full.
 *
 * Returns: (transfer full): the id of the record
 *
 * Since: 0.1
 */
char *
telemetry_client_submit_finish (TelemetryClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, telemetry_client_submit_async), NULL);

  g_autoptr (GVariant) id = g_task_propagate_pointer (G_TASK (result), error);
  return id == NULL ? NULL : g_variant_dup_string (id, NULL);
}

/**
 * telemetry_client_submit_batch:
 * @self: a client
 * @records: records of type `a(susa{sv})`: classification, severity, payload, options; at most
 * 1000, and no payload over 32 KiB; a floating reference is consumed
 * @options: (nullable): options of the batch, of type `a{sv}`; none are known now
 * @cancellable: (nullable): a #GCancellable, or %NULL
 * @error: return location for a #GError
 *
 * Records many things at once and waits until they are on the disk. Each record succeeds or fails
 * on its own.
 *
 * Fails as [method@Client.submit] does.
 *
 * Returns: (transfer full): the results, in the order of the records, of type `a(ss)`: the id and
 * an empty string, or an empty string and the D-Bus name of the error
 *
 * Since: 0.1
 */
GVariant *
telemetry_client_submit_batch (TelemetryClient *self,
                               GVariant *records,
                               GVariant *options,
                               GCancellable *cancellable,
                               GError **error)
{
  g_return_val_if_fail (TELEMETRY_IS_CLIENT (self), NULL);
  g_return_val_if_fail (records != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_autoptr (TmParcel) parcel = tm_parcel_new_batch (records, options, error);
  if (parcel == NULL || !check_active (error))
    return NULL;

  return call_parcel (self, parcel, cancellable, error);
}

/**
 * telemetry_client_submit_batch_async:
 * @self: a client
 * @records: as for [method@Client.submit_batch]
 * @options: (nullable): as for [method@Client.submit_batch]
 * @cancellable: (nullable): a #GCancellable, or %NULL
 * @callback: (scope async): called when the records are on the disk or the call has failed
 * @user_data: (closure): for @callback
 *
 * Records many things at once without waiting.
 *
 * Since: 0.1
 */
void
telemetry_client_submit_batch_async (TelemetryClient *self,
                                     GVariant *records,
                                     GVariant *options,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_return_if_fail (TELEMETRY_IS_CLIENT (self));
  g_return_if_fail (records != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, telemetry_client_submit_batch_async);
  GError *error = NULL;
  g_autoptr (TmParcel) parcel = tm_parcel_new_batch (records, options, &error);
  if (parcel != NULL && !check_active (&error))
    g_clear_pointer (&parcel, tm_parcel_unref);
  put_task (self, task, g_steal_pointer (&parcel), error);
}

/**
 * telemetry_client_submit_batch_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of [method@Client.submit_batch_async].
 *
 * Returns: (transfer full): the results, as [method@Client.submit_batch] gives them
 *
 * Since: 0.1
 */
GVariant *
telemetry_client_submit_batch_finish (TelemetryClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, telemetry_client_submit_batch_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
