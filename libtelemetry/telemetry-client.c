/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public face of the library. It checks the arguments and the switch, and hands over: a
 * blocking call to a wire of its own, everything else to the outbox and its thread.
 */
#include "telemetry-client.h"

#include "tm-active.h"
#include "tm-answer.h"
#include "tm-client-private.h"

#include <unistd.h>

/* A program at its end gives its last records this long, in milliseconds. */
#define DISPOSE_MSEC 2000
#define DEFAULT_TIMEOUT_MSEC 10000
#define DEFAULT_MAX_RECORDS 4096
#define DEFAULT_MAX_BYTES (8 * 1024 * 1024)

/**
 * TelemetryClient:
 *
 * Reports what happened in a program to the telemetry service of the machine.
 *
 * Telemetry is off until the owner of the machine turns it on. While it is off, and where no
 * telemetry service is installed, a client costs next to nothing: no connection, no thread, no
 * start of the service; one system call for each record that is not sent. So a program needs no
 * switch of its own.
 *
 * There are two ways to report. [method@Client.record] returns at once and never fails loudly; it
 * is the right one nearly always. [method@Client.submit] returns when the record is on the disk,
 * with its id.
 *
 * A client can be used from any thread. It has a thread of its own only while there is something to
 * send. Its signals are blocked there.
 *
 * After `fork()` without `exec()` the child can go on using the client: it starts with an empty
 * queue and a connection of its own, and what was waiting in the parent is sent by the parent. The
 * fork itself must not happen while another thread is inside a call of this library in the very
 * same client's constructor or destructor.
 *
 * Since: 0.1
 */
struct _TelemetryClient
{
  GObject parent;

  gpointer outbox; /* (owned): a TmOutbox; replaced atomically after fork() */
  guint timeout_msec;
  guint max_queued_records;
  guint64 max_queued_bytes;
};

G_DEFINE_FINAL_TYPE (TelemetryClient, telemetry_client, G_TYPE_OBJECT)

typedef enum
{
  PROP_TIMEOUT = 1,
  PROP_MAX_QUEUED_RECORDS,
  PROP_MAX_QUEUED_BYTES,
} TelemetryClientProperty;

static GParamSpec *properties[PROP_MAX_QUEUED_BYTES + 1];

static TmOutbox *
new_outbox (TelemetryClient *self)
{
  return tm_outbox_new (self->max_queued_records, self->max_queued_bytes, self->timeout_msec);
}

/* In a child made by fork() the old outbox is left behind as it is: its lock may be held by a
 * thread that does not exist here, and its connection is the parent's. */
TmOutbox *
tm_client_get_outbox (TelemetryClient *self)
{
  TmOutbox *outbox = g_atomic_pointer_get (&self->outbox);
  if (tm_outbox_get_pid (outbox) == getpid ())
    return outbox;

  TmOutbox *fresh = new_outbox (self);
  if (g_atomic_pointer_compare_and_exchange (&self->outbox, outbox, fresh))
    return fresh;
  tm_outbox_unref (fresh);
  return g_atomic_pointer_get (&self->outbox);
}

static void
telemetry_client_constructed (GObject *object)
{
  TelemetryClient *self = TELEMETRY_CLIENT (object);

  G_OBJECT_CLASS (telemetry_client_parent_class)->constructed (object);
  self->outbox = new_outbox (self);
}

static void
telemetry_client_dispose (GObject *object)
{
  TelemetryClient *self = TELEMETRY_CLIENT (object);

  if (self->outbox != NULL)
    {
      TmOutbox *outbox = tm_client_get_outbox (self);
      self->outbox = NULL;
      tm_outbox_close (outbox, g_get_monotonic_time () + DISPOSE_MSEC * G_TIME_SPAN_MILLISECOND);
      tm_outbox_unref (outbox);
    }
  G_OBJECT_CLASS (telemetry_client_parent_class)->dispose (object);
}

static void
telemetry_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  TelemetryClient *self = TELEMETRY_CLIENT (object);

  switch ((TelemetryClientProperty) id)
    {
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->timeout_msec);
      break;
    case PROP_MAX_QUEUED_RECORDS:
      g_value_set_uint (value, self->max_queued_records);
      break;
    case PROP_MAX_QUEUED_BYTES:
      g_value_set_uint64 (value, self->max_queued_bytes);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
telemetry_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  TelemetryClient *self = TELEMETRY_CLIENT (object);

  switch ((TelemetryClientProperty) id)
    {
    case PROP_TIMEOUT:
      self->timeout_msec = g_value_get_uint (value);
      break;
    case PROP_MAX_QUEUED_RECORDS:
      self->max_queued_records = g_value_get_uint (value);
      break;
    case PROP_MAX_QUEUED_BYTES:
      self->max_queued_bytes = g_value_get_uint64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
}

static void
telemetry_client_class_init (TelemetryClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = telemetry_client_constructed;
  object_class->dispose = telemetry_client_dispose;
  object_class->get_property = telemetry_client_get_property;
  object_class->set_property = telemetry_client_set_property;

  /**
   * TelemetryClient:timeout:
   *
   * How long the service may take for an answer, in milliseconds. The first call may have to start
   * the service.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] =
      g_param_spec_uint ("timeout", NULL, NULL, 1, G_MAXINT, DEFAULT_TIMEOUT_MSEC, flags);

  /**
   * TelemetryClient:max-queued-records:
   *
   * How many records may wait to be sent. When the queue is full, further records are refused and
   * counted.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_QUEUED_RECORDS] = g_param_spec_uint (
      "max-queued-records", NULL, NULL, 1, G_MAXUINT / 2, DEFAULT_MAX_RECORDS, flags);

  /**
   * TelemetryClient:max-queued-bytes:
   *
   * How many bytes the records that wait to be sent may need, about.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_QUEUED_BYTES] = g_param_spec_uint64 ("max-queued-bytes", NULL, NULL, 1,
                                                           G_MAXSIZE / 2, DEFAULT_MAX_BYTES, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
telemetry_client_init (TelemetryClient *self)
{
}

/**
 * telemetry_client_new:
 *
 * Makes a client. That does nothing else: no connection, no file, no thread.
 *
 * Its last reference may wait for up to 2 seconds for records that are still on their way.
 *
 * Returns: (transfer full): a new client
 *
 * Since: 0.1
 */
TelemetryClient *
telemetry_client_new (void)
{
  return g_object_new (TELEMETRY_TYPE_CLIENT, NULL);
}

/**
 * telemetry_client_is_active:
 * @self: a client
 *
 * Whether anything at all is recorded on this machine now. Where producing a record is expensive,
 * look here first. It costs one system call and nobody is asked; the answer can change at any time.
 *
 * That it is active does not mean that a certain record will be accepted: the owner of the machine
 * decides for each category.
 *
 * Returns: %TRUE if telemetry is on for at least one category
 *
 * Since: 0.1
 */
gboolean
telemetry_client_is_active (TelemetryClient *self)
{
  g_return_val_if_fail (TELEMETRY_IS_CLIENT (self), FALSE);

  return tm_active_check ();
}

static gboolean
count_off (TmOutbox *outbox, GVariant *options)
{
  if (options != NULL)
    g_variant_unref (g_variant_ref_sink (options));
  tm_counts_add (tm_outbox_get_counts (outbox), TELEMETRY_COUNTER_OFF, 1);
  return FALSE;
}

/**
 * telemetry_client_record:
 * @self: a client
 * @classification: what the record is about: `domain/probe/rest`, each part 1 to 40 of
 *   `A-Za-z0-9._:+-`
 * @severity: a #TelemetrySeverity, 1 to 4
 * @payload: UTF-8 text of at most 1 MiB; JSON is a good choice
 * @options: (nullable): more about the record, of type `a{sv}`; see [method@Client.submit]
 *
 * Reports something and forgets it: fire and forget. Returns at once and in all circumstances; use
 * it freely, also where time matters. Several records that are reported soon after each other
 * travel together.
 *
 * Records that could not be sent are counted, see [method@Client.get_count]; they are not sent
 * again later. A record is sent at most once.
 *
 * At the end of the program, call [method@Client.flush] or let go of the client, or what was not
 * sent by then is lost.
 *
 * Returns: %TRUE if the record is on its way. Programs need not look at it: %FALSE is normal where
 *   telemetry is off.
 *
 * Since: 0.1
 */
gboolean
telemetry_client_record (TelemetryClient *self,
                         const char *classification,
                         guint severity,
                         const char *payload,
                         GVariant *options)
{
  g_return_val_if_fail (TELEMETRY_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (classification != NULL, FALSE);
  g_return_val_if_fail (payload != NULL, FALSE);

  TmOutbox *outbox = tm_client_get_outbox (self);
  if (!tm_active_check ())
    return count_off (outbox, options);

  g_autoptr (GError) error = NULL;
  g_autoptr (TmParcel) parcel = tm_parcel_new (classification, severity, payload, options, &error);
  if (parcel == NULL)
    {
      g_debug ("a record of “%s” was not sent: %s", classification, error->message);
      tm_counts_add (tm_outbox_get_counts (outbox), tm_answer_to_counter (error), 1);
      return FALSE;
    }

  if (tm_outbox_put (outbox, parcel))
    return TRUE;
  tm_counts_add (tm_outbox_get_counts (outbox), TELEMETRY_COUNTER_FULL, 1);
  return FALSE;
}

/**
 * telemetry_client_flush:
 * @self: a client
 * @timeout_msec: how long to wait, in milliseconds
 * @error: return location for a #GError
 *
 * Waits until everything that was handed over before has been answered, and joins the client's
 * thread. How it was answered is in the counters, see [method@Client.get_count].
 *
 * Fails with %G_IO_ERROR_TIMED_OUT; what is still on its way stays on its way.
 *
 * Returns: %TRUE if nothing is on its way any more
 *
 * Since: 0.1
 */
gboolean
telemetry_client_flush (TelemetryClient *self, guint timeout_msec, GError **error)
{
  g_return_val_if_fail (TELEMETRY_IS_CLIENT (self), FALSE);

  gint64 deadline_usec = g_get_monotonic_time () + timeout_msec * G_TIME_SPAN_MILLISECOND;
  if (tm_outbox_flush (tm_client_get_outbox (self), deadline_usec))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
               "not all records were answered within %u ms", timeout_msec);
  return FALSE;
}

/**
 * telemetry_client_get_count:
 * @self: a client
 * @counter: which
 *
 * How many records met a certain end since the client was made, or since the `fork()` in a child
 * process. Counted are the records of [method@Client.record] and of the asynchronous calls;
 * blocking calls return what happened instead.
 *
 * Returns: a number of records
 *
 * Since: 0.1
 */
guint64
telemetry_client_get_count (TelemetryClient *self, TelemetryCounter counter)
{
  g_return_val_if_fail (TELEMETRY_IS_CLIENT (self), 0);
  g_return_val_if_fail ((guint) counter < TM_N_COUNTERS, 0);

  return tm_counts_get (tm_outbox_get_counts (tm_client_get_outbox (self)), counter);
}
