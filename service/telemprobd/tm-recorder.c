/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Recorder object. A call's way: is anything agreed to at all -> who is it (known at once for
 * everybody but a connection's first call) -> the arguments -> intake -> the commit -> the reply.
 */
#include "tm-recorder.h"

#include "telemetry-error.h"
#include "tm-refusals.h"
#include "tm-sealed.h"

#include <string.h>
#include <unistd.h>

struct _TmRecorder
{
  TmDBusRecorderSkeleton parent_instance;

  TmPeers *peers;       /* owned */
  TmStanding *standing; /* owned */
  TmIntake *intake;     /* owned */
  TmRefusals *refusals; /* owned */
  guint64 n_refused[TELEMETRY_N_ERRORS];
};

static void recorder_iface_init (TmDBusRecorderIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmRecorder,
                               tm_recorder,
                               TM_TYPE_DBUS_RECORDER_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_RECORDER, recorder_iface_init))

/* What follows once it is known who calls. Takes the invocation. */
typedef void (*CallFunc) (TmRecorder *self, TmPeer *peer, GDBusMethodInvocation *invocation);

typedef struct
{
  TmRecorder *recorder;              /* owned */
  GDBusMethodInvocation *invocation; /* owned until it is answered */
  CallFunc func;
} Call;

static void
call_free (Call *self)
{
  g_object_unref (self->recorder);
  g_clear_object (&self->invocation);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
count_refused (TmRecorder *self, const GError *error)
{
  if (error->domain == TELEMETRY_ERROR)
    self->n_refused[error->code]++;
}

/* Takes invocation, leaves error alone. */
static void
refuse (TmRecorder *self, GDBusMethodInvocation *invocation, const GError *error)
{
  count_refused (self, error);
  g_dbus_method_invocation_return_gerror (invocation, error);
}

/* The same for a caller who is known, and who may be asking too often. */
static void
refuse_peer (TmRecorder *self, TmPeer *peer, GDBusMethodInvocation *invocation, const GError *error)
{
  count_refused (self, error);
  tm_refusals_send (self->refusals, peer, invocation, error);
}

static void
on_peer_known (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TmPeer) peer = tm_peers_lookup_finish (TM_PEERS (source), result, &error);

  if (peer != NULL)
    call->func (call->recorder, peer, g_steal_pointer (&call->invocation));
  else
    refuse (call->recorder, g_steal_pointer (&call->invocation), error);
}

static gboolean
start_call (TmRecorder *self, GDBusMethodInvocation *invocation, CallFunc func)
{
  const char *sender = g_dbus_method_invocation_get_sender (invocation);
  TmPeer *peer = tm_peers_peek (self->peers, sender);

  if (peer != NULL)
    {
      func (self, peer, invocation);
      return TRUE;
    }

  Call *call = g_new0 (Call, 1);

  call->recorder = g_object_ref (self);
  call->invocation = invocation;
  call->func = func;
  tm_peers_lookup_async (self->peers, sender, on_peer_known, call);

  return TRUE;
}

/* While nothing is agreed to, nobody is asked for and nothing is looked at. */
static gboolean
start_submit (TmRecorder *self, GDBusMethodInvocation *invocation, CallFunc func)
{
  g_autoptr (GError) error = NULL;

  if (tm_standing_is_enabled (self->standing))
    return start_call (self, invocation, func);

  g_set_error (&error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED, "telemetry is off");
  refuse (self, invocation, error);

  return TRUE;
}

static Call *
call_new (TmRecorder *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->recorder = g_object_ref (self);
  call->invocation = invocation;

  return call;
}

static void
on_single_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = tm_intake_keep_finish (TM_INTAKE (source), result, &error);

  if (drafts == NULL)
    {
      refuse (call->recorder, g_steal_pointer (&call->invocation), error);
      return;
    }

  const TmDraft *draft = g_ptr_array_index (drafts, 0);

  g_dbus_method_invocation_return_value (g_steal_pointer (&call->invocation),
                                         g_variant_new ("(s)", draft->record_id));
}

/* Takes invocation; empties submission. */
static void
keep_single (TmRecorder *self,
             TmPeer *peer,
             GDBusMethodInvocation *invocation,
             TmSubmission *submission)
{
  g_autoptr (GError) error = NULL;
  TmDraft *draft = tm_intake_admit (self->intake, peer, submission, &error);

  if (draft == NULL)
    {
      refuse_peer (self, peer, invocation, error);
      return;
    }

  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);

  g_ptr_array_add (drafts, draft);
  tm_intake_keep_async (self->intake, drafts, on_single_kept, call_new (self, invocation));
}

static void
submit (TmRecorder *self, TmPeer *peer, GDBusMethodInvocation *invocation)
{
  g_auto (TmSubmission) submission = { 0 };
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GError) error = NULL;
  const char *classification, *payload;
  guint32 severity;

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(&su&s@a{sv})",
                 &classification, &severity, &payload, &options);
  if (tm_submission_init (&submission, classification, severity, payload, strlen (payload),
                          TM_PAYLOAD_INLINE_MAX_BYTES, options, &error))
    keep_single (self, peer, invocation, &submission);
  else
    refuse_peer (self, peer, invocation, error);
}

/* The position in the message is the caller's word, and GLib takes it as a programmer's. */
static GBytes *
read_payload (GDBusMethodInvocation *invocation, gint32 handle, GError **error)
{
  GUnixFDList *fds =
      g_dbus_message_get_unix_fd_list (g_dbus_method_invocation_get_message (invocation));

  if (fds == NULL || handle < 0 || handle >= g_unix_fd_list_get_length (fds))
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                   "there is no file descriptor %d in the message", handle);
      return NULL;
    }

  int fd = g_unix_fd_list_get (fds, handle, error);

  if (fd < 0)
    return NULL;

  GBytes *bytes = tm_sealed_read (fd, TM_PAYLOAD_MAX_BYTES, error);

  close (fd);

  return bytes;
}

static void
submit_fd (TmRecorder *self, TmPeer *peer, GDBusMethodInvocation *invocation)
{
  g_auto (TmSubmission) submission = { 0 };
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const char *classification;
  guint32 severity;
  gint32 handle;

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(&suh@a{sv})",
                 &classification, &severity, &handle, &options);
  bytes = read_payload (invocation, handle, &error);
  if (bytes != NULL &&
      tm_submission_init (&submission, classification, severity, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes), TM_PAYLOAD_MAX_BYTES, options, &error))
    keep_single (self, peer, invocation, &submission);
  else
    refuse_peer (self, peer, invocation, error);
}

/* The results of a batch: who was refused is known before the commit, the others after it. */
typedef struct
{
  Call *call; /* owned */
  guint n_records;
  const char **errors; /* owned, n_records: bus name of an error, or NULL */
} Batch;

static void
batch_free (Batch *self)
{
  call_free (self->call);
  g_free (self->errors);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* drafts: those that were kept, in their order, or NULL for none. Answers the call. */
static void
batch_answer (Batch *self, GPtrArray *drafts)
{
  g_auto (GVariantBuilder) results = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(ss)"));
  guint n_kept = 0;

  for (guint i = 0; i < self->n_records; i++)
    {
      const TmDraft *draft = self->errors[i] == NULL ? g_ptr_array_index (drafts, n_kept++) : NULL;

      g_variant_builder_add (&results, "(ss)", draft != NULL ? draft->record_id : "",
                             draft != NULL ? "" : self->errors[i]);
    }

  g_dbus_method_invocation_return_value (g_steal_pointer (&self->call->invocation),
                                         g_variant_new ("(a(ss))", &results));
}

static void
on_batch_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Batch) batch = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) drafts = tm_intake_keep_finish (TM_INTAKE (source), result, &error);

  for (guint i = 0; drafts == NULL && i < batch->n_records; i++)
    if (batch->errors[i] == NULL)
      {
        count_refused (batch->call->recorder, error);
        batch->errors[i] = telemetry_error_get_bus_name (error->domain == TELEMETRY_ERROR
                                                             ? (TelemetryError) error->code
                                                             : TELEMETRY_ERROR_STORAGE);
      }

  batch_answer (batch, drafts);
}

static TmDraft *
admit_element (TmRecorder *self, TmPeer *peer, GVariant *records, gsize index, GError **error)
{
  g_auto (TmSubmission) submission = { 0 };
  g_autoptr (GVariant) record = g_variant_get_child_value (records, index);
  g_autoptr (GVariant) options = NULL;
  const char *classification, *payload;
  guint32 severity;

  g_variant_get (record, "(&su&s@a{sv})", &classification, &severity, &payload, &options);
  if (!tm_submission_init (&submission, classification, severity, payload, strlen (payload),
                           TM_PAYLOAD_INLINE_MAX_BYTES, options, error))
    return NULL;

  return tm_intake_admit (self->intake, peer, &submission, error);
}

static gboolean
check_batch (GVariant *records, GVariant *options, GError **error)
{
  if (g_variant_n_children (options) > 0)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "“options” of a batch must be empty");
      return FALSE;
    }
  if (g_variant_n_children (records) > TM_BATCH_BUS_MAX)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_TOO_LARGE,
                   "“records” has %" G_GSIZE_FORMAT " elements, at most %d are accepted",
                   g_variant_n_children (records), TM_BATCH_BUS_MAX);
      return FALSE;
    }

  return TRUE;
}

static void
submit_batch (TmRecorder *self, TmPeer *peer, GDBusMethodInvocation *invocation)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_draft_free);
  g_autoptr (GVariant) records = NULL, options = NULL;
  g_autoptr (GError) refused = NULL;

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(@a(susa{sv})@a{sv})",
                 &records, &options);
  if (!check_batch (records, options, &refused))
    {
      refuse_peer (self, peer, invocation, refused);
      return;
    }

  g_autoptr (Batch) batch = g_new0 (Batch, 1);

  batch->call = call_new (self, invocation);
  batch->n_records = (guint) g_variant_n_children (records);
  batch->errors = g_new0 (const char *, batch->n_records);
  for (guint i = 0; i < batch->n_records; i++)
    {
      g_autoptr (GError) error = NULL;
      TmDraft *draft = admit_element (self, peer, records, i, &error);

      if (draft != NULL)
        {
          g_ptr_array_add (drafts, draft);
          continue;
        }
      count_refused (self, error);
      batch->errors[i] = telemetry_error_get_bus_name ((TelemetryError) error->code);
    }

  if (drafts->len > 0)
    tm_intake_keep_async (self->intake, drafts, on_batch_kept, g_steal_pointer (&batch));
  else
    batch_answer (batch, NULL);
}

/* The decisions of single users are a later version's; for now all users have the system's. */
static void
get_effective (TmRecorder *self, TmPeer *peer, GDBusMethodInvocation *invocation)
{
  g_auto (GStrv) active = tm_standing_get_active (self->standing);

  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(^as)", active));
}

static gboolean
handle_submit (TmDBusRecorder *object,
               GDBusMethodInvocation *invocation,
               const char *classification,
               guint severity,
               const char *payload,
               GVariant *options)
{
  return start_submit (TM_RECORDER (object), invocation, submit);
}

static gboolean
handle_submit_batch (TmDBusRecorder *object,
                     GDBusMethodInvocation *invocation,
                     GVariant *records,
                     GVariant *options)
{
  /* A batch is answered record by record, also while nothing is agreed to. */
  return start_call (TM_RECORDER (object), invocation, submit_batch);
}

static gboolean
handle_submit_fd (TmDBusRecorder *object,
                  GDBusMethodInvocation *invocation,
                  GUnixFDList *fds,
                  const char *classification,
                  guint severity,
                  GVariant *payload,
                  GVariant *options)
{
  return start_submit (TM_RECORDER (object), invocation, submit_fd);
}

static gboolean
handle_get_effective (TmDBusRecorder *object, GDBusMethodInvocation *invocation)
{
  return start_call (TM_RECORDER (object), invocation, get_effective);
}

static void
on_consent_changed (TmStanding *standing, gpointer user_data)
{
  TmDBusRecorder *object = user_data;
  g_auto (GStrv) active = tm_standing_get_active (standing);

  tm_dbus_recorder_set_enabled (object, tm_standing_is_enabled (standing));
  tm_dbus_recorder_set_active_categories (object, (const char *const *) active);
}

GVariant *
tm_recorder_get_refused (TmRecorder *self)
{
  GVariantBuilder refused = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{st}"));

  for (guint i = 0; i < TELEMETRY_N_ERRORS; i++)
    if (self->n_refused[i] > 0)
      g_variant_builder_add (&refused, "{st}", telemetry_error_get_bus_name (i),
                             self->n_refused[i]);

  return g_variant_builder_end (&refused);
}

TmRecorder *
tm_recorder_new (TmPeers *peers, TmStanding *standing, TmIntake *intake, TmClock *clock)
{
  TmRecorder *self = g_object_new (TM_TYPE_RECORDER, NULL);

  self->peers = g_object_ref (peers);
  self->standing = g_object_ref (standing);
  self->intake = g_object_ref (intake);
  self->refusals = tm_refusals_new (peers, clock);
  g_signal_connect_object (standing, "consent-changed", G_CALLBACK (on_consent_changed), self, 0);
  g_signal_connect_object (standing, "category-expired", G_CALLBACK (on_consent_changed), self, 0);
  on_consent_changed (standing, self);

  return self;
}

static void
tm_recorder_finalize (GObject *object)
{
  TmRecorder *self = TM_RECORDER (object);

  g_clear_object (&self->peers);
  g_clear_object (&self->standing);
  g_clear_object (&self->intake);
  g_clear_object (&self->refusals);

  G_OBJECT_CLASS (tm_recorder_parent_class)->finalize (object);
}

static void
recorder_iface_init (TmDBusRecorderIface *iface)
{
  iface->handle_submit = handle_submit;
  iface->handle_submit_batch = handle_submit_batch;
  iface->handle_submit_fd = handle_submit_fd;
  iface->handle_get_effective = handle_get_effective;
}

static void
tm_recorder_class_init (TmRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_recorder_finalize;
}

static void
tm_recorder_init (TmRecorder *self)
{
  TmDBusRecorder *object = TM_DBUS_RECORDER (self);

  tm_dbus_recorder_set_max_inline_size (object, TM_PAYLOAD_INLINE_MAX_BYTES);
  tm_dbus_recorder_set_max_payload_size (object, TM_PAYLOAD_MAX_BYTES);
  tm_dbus_recorder_set_max_batch (object, TM_BATCH_BUS_MAX);
  tm_dbus_recorder_set_version (object, TM_VERSION);
}
