/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a submission to a draft, and to the disk; see tm-intake.h. */
#include "tm-intake.h"

#include "telemetry-error.h"
#include "tm-store-ledger.h"
#include "tm-uuid.h"

#include <string.h>

struct _TmIntake
{
  GObject parent_instance;

  TmSystem *system; /* owned */
  char *boot_id;    /* owned */
  guint32 service_uid;
  TmClock *clock;         /* owned */
  TmStanding *standing;   /* owned */
  TmLimits *limits;       /* owned */
  TmCommitter *committer; /* owned */
  TmUuidGenerator uuids;
};

enum
{
  SIGNAL_KEPT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TmIntake, tm_intake, G_TYPE_OBJECT)

static void
count_refused (TmIntake *self, const char *classification, const GError *error)
{
  const char *reason = g_error_matches (error, TELEMETRY_ERROR, TELEMETRY_ERROR_QUOTA_EXCEEDED)
                           ? TM_LOSS_QUOTA
                           : TM_LOSS_RATE_LIMITED;

  tm_committer_count_loss (self->committer,
                           tm_identity_get_machine_id (tm_standing_get_identity (self->standing)),
                           reason, classification);
}

static gboolean
set_text (TmRecordBuilder *builder, TmFieldId id, const char *text, GError **error)
{
  return tm_record_builder_set_text (builder, id, text, strlen (text), error);
}

/* The clock pair: created_at by the wall clock and boottime_us for the same moment. An event of an
 * earlier boot has neither boot nor boot time that we could know. */
static gboolean
set_clocks (TmIntake *self, TmRecordBuilder *builder, GError **error)
{
  gint64 now_usec, boottime_usec, created_usec;

  tm_clock_get_both_usec (self->clock, &now_usec, &boottime_usec);
  created_usec = tm_record_builder_has (builder, TM_FIELD_CREATED_AT)
                     ? (gint64) tm_record_builder_get_number (builder, TM_FIELD_CREATED_AT)
                     : now_usec;
  if (created_usec > now_usec)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_INVALID_FIELDS,
                   "“created-at” is in the future: %" G_GINT64_FORMAT ", at most %" G_GINT64_FORMAT
                   " (now) is accepted",
                   created_usec, now_usec);
      return FALSE;
    }
  if (!tm_record_builder_set_number (builder, TM_FIELD_CREATED_AT, (guint64) created_usec, error))
    return FALSE;

  boottime_usec -= now_usec - created_usec;
  if (boottime_usec < 0)
    return TRUE;

  return tm_record_builder_set_number (builder, TM_FIELD_BOOTTIME_US, (guint64) boottime_usec,
                                       error) &&
         set_text (builder, TM_FIELD_BOOT_ID, self->boot_id, error);
}

static gboolean
set_ids (TmIntake *self, TmRecordBuilder *builder, GError **error)
{
  char record_id[TM_UUID_TEXT_SIZE], event_id[33];

  tm_uuid7_generate (&self->uuids, tm_clock_get_realtime_usec (self->clock), record_id);
  if (!set_text (builder, TM_FIELD_RECORD_ID, record_id, error))
    return FALSE;
  if (tm_record_builder_has (builder, TM_FIELD_EVENT_ID))
    return TRUE;

  tm_random_hex32 (event_id);

  return set_text (builder, TM_FIELD_EVENT_ID, event_id, error);
}

static gboolean
set_sender (TmRecordBuilder *builder, TmPeer *peer, GError **error)
{
  const char *origin = peer->uid < TM_FIRST_USER_UID ? "system" : "user";

  return set_text (builder, TM_FIELD_ORIGIN, origin, error) &&
         (peer->app == NULL || set_text (builder, TM_FIELD_APP, peer->app, error));
}

static void
set_system (TmIntake *self, TmPeer *peer, TmSubmission *submission)
{
  gboolean may_tell = peer->uid == 0 || peer->uid == self->service_uid;

  if (submission->system == NULL || !may_tell)
    {
      tm_record_builder_set_system (&submission->builder, self->system);
      return;
    }

  g_autoptr (TmSystem) told = tm_system_overlay (self->system, submission->system);

  tm_record_builder_set_system (&submission->builder, told);
}

static TmRecord *
make_record (TmIntake *self, TmPeer *peer, TmSubmission *submission, GError **error)
{
  TmRecordBuilder *builder = &submission->builder;

  if (!set_ids (self, builder, error) || !set_clocks (self, builder, error) ||
      !set_sender (builder, peer, error) ||
      !tm_record_builder_set_number (builder, TM_FIELD_SEQUENCE, 0, error))
    return NULL;
  set_system (self, peer, submission);

  return tm_record_builder_end (builder, error);
}

TmDraft *
tm_intake_admit (TmIntake *self, TmPeer *peer, TmSubmission *submission, GError **error)
{
  const char *classification =
      tm_record_builder_get_text (&submission->builder, TM_FIELD_CLASSIFICATION);
  const TmCategory *category = tm_standing_admit (self->standing, classification);

  if (category == NULL)
    {
      g_set_error (error, TELEMETRY_ERROR, TELEMETRY_ERROR_DISABLED,
                   "nobody has agreed to record “%s”", classification);
      return NULL;
    }

  g_autoptr (TmRecord) record = make_record (self, peer, submission, error);
  g_autoptr (GError) refused = NULL;

  if (record == NULL)
    return NULL;

  TmLimitsVerdict verdict = tm_limits_charge (
      self->limits, peer->uid, tm_record_get_n_bytes (record, TM_FIELD_PAYLOAD), &refused);

  if (verdict == TM_LIMITS_REFUSE)
    {
      count_refused (self, tm_record_get_text (record, TM_FIELD_CLASSIFICATION), refused);
      g_propagate_error (error, g_steal_pointer (&refused));
      return NULL;
    }

  TmDraft *draft =
      tm_draft_new (record, peer->uid, category->id,
                    tm_identity_get_machine_id (tm_standing_get_identity (self->standing)),
                    submission->dedup_key);

  draft->is_quiet = verdict == TM_LIMITS_KEEP_QUIETLY;

  return draft;
}

static guint
highest_severity (GPtrArray *drafts)
{
  guint highest = 0;

  for (guint i = 0; i < drafts->len; i++)
    {
      const TmDraft *draft = g_ptr_array_index (drafts, i);
      guint severity = (guint) tm_record_get_number (draft->record, TM_FIELD_SEVERITY);

      if (!draft->is_quiet && !draft->is_duplicate)
        highest = MAX (highest, severity);
    }

  return highest;
}

static void
on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TmIntake *self = g_task_get_source_object (task);
  GError *error = NULL;
  GPtrArray *drafts = tm_committer_submit_finish (TM_COMMITTER (source), result, &error);

  if (drafts == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  guint severity = highest_severity (drafts);

  g_task_return_pointer (task, drafts, (GDestroyNotify) g_ptr_array_unref);
  g_signal_emit (self, signals[SIGNAL_KEPT], 0, severity);
}

void
tm_intake_keep_async (TmIntake *self,
                      GPtrArray *drafts,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, G_STRFUNC);
  tm_committer_submit_async (self->committer, drafts, NULL, on_committed, task);
}

GPtrArray *
tm_intake_keep_finish (TmIntake *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

TmIntake *
tm_intake_new (const TmIntakeMachine *machine,
               TmClock *clock,
               TmStanding *standing,
               TmLimits *limits,
               TmCommitter *committer)
{
  TmIntake *self = g_object_new (TM_TYPE_INTAKE, NULL);

  self->system = tm_system_ref (machine->system);
  self->boot_id = g_strdup (machine->boot_id);
  self->service_uid = machine->service_uid;
  self->clock = g_object_ref (clock);
  self->standing = g_object_ref (standing);
  self->limits = limits;
  self->committer = g_object_ref (committer);

  return self;
}

static void
tm_intake_finalize (GObject *object)
{
  TmIntake *self = TM_INTAKE (object);

  g_clear_pointer (&self->system, tm_system_unref);
  g_free (self->boot_id);
  g_clear_object (&self->clock);
  g_clear_object (&self->standing);
  g_clear_pointer (&self->limits, tm_limits_free);
  g_clear_object (&self->committer);

  G_OBJECT_CLASS (tm_intake_parent_class)->finalize (object);
}

static void
tm_intake_class_init (TmIntakeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_intake_finalize;

  signals[SIGNAL_KEPT] = g_signal_new ("kept", TM_TYPE_INTAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
tm_intake_init (TmIntake *self)
{
}
