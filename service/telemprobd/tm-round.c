/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of a round; see tm-round.h. Each step ends in a call of the next or of end(). */
#include "tm-round.h"

#include "tm-outbox.h"
#include "tm-retry.h"

struct _TmRound
{
  GObject parent_instance;

  const TmDeliveryParts *parts; /* (unowned) */
  TmPace *pace;                 /* (unowned) */

  GTask *task;                  /* (owned) (nullable): while it runs */
  TmAttempt *attempt;           /* (owned) */
  TmTransmission *transmission; /* (owned) (nullable): the batch it is at */
  TmTransferOutcome *outcome;   /* (owned) (nullable): of that batch */
  TmRoundEnd end_after_note;    /* for a step that ends the round after it was written down */
  gint64 delay_usec;
  gboolean forced; /* somebody asked for it: our own waits do not count */
  gboolean stopped;
  gboolean noticed;
  guint noticed_severity;
};

G_DEFINE_FINAL_TYPE (TmRound, tm_round, G_TYPE_OBJECT)

static void
tm_round_finalize (GObject *object)
{
  TmRound *self = TM_ROUND (object);

  g_clear_pointer (&self->transmission, tm_transmission_free);
  g_clear_pointer (&self->outcome, tm_transfer_outcome_free);
  g_clear_pointer (&self->attempt, tm_attempt_free);

  G_OBJECT_CLASS (tm_round_parent_class)->finalize (object);
}

static void
tm_round_class_init (TmRoundClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_round_finalize;
}

static void
tm_round_init (TmRound *self)
{
  self->attempt = tm_attempt_new ();
}

TmRound *
tm_round_new (const TmDeliveryParts *parts, TmPace *pace, gboolean forced)
{
  TmRound *self = g_object_new (TM_TYPE_ROUND, NULL);

  self->parts = parts;
  self->pace = pace;
  self->forced = forced;
  return self;
}

static void
end (TmRound *self, TmRoundEnd how)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_task_return_int (task, how);
}

static void
end_later (TmRound *self, gint64 delay_usec)
{
  self->delay_usec = MAX (delay_usec, 0);
  end (self, TM_ROUND_LATER);
}

/* The store does not work: it may again in a while. */
static void
end_broken (TmRound *self, const GError *error)
{
  tm_attempt_set_end (self->attempt, TM_TRANSFER_RETRY, error->message);
  end_later (self, tm_retry_delay_usec (1, TM_RETRY_BASE_SECONDS, self->parts->random ()));
}

static gboolean
end_if_stopped (TmRound *self)
{
  if (!self->stopped)
    return FALSE;

  tm_attempt_set_end (self->attempt, TM_TRANSFER_CANCELLED, "telemetry was switched off");
  end (self, TM_ROUND_STOPPED);
  return TRUE;
}

static void prepare (TmRound *self);

/* Written down, and on to the next batch. */
static void
on_noted_go_on (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRound) self = TM_ROUND (user_data);
  g_autoptr (GError) error = NULL;
  gboolean ok = tm_outbox_note_finish (TM_COMMITTER (object), result, &error);

  if (end_if_stopped (self))
    return;
  if (ok)
    prepare (self);
  else
    end_broken (self, error);
}

/* Written down, and that was it. What could not be written is found again after a restart, only
 * earlier than it should. */
static void
on_noted_end (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRound) self = TM_ROUND (user_data);
  g_autoptr (GError) error = NULL;

  if (!tm_outbox_note_finish (TM_COMMITTER (object), result, &error))
    g_message ("the state of delivery is not written down: %s", error->message);
  if (!end_if_stopped (self))
    end (self, self->end_after_note);
}

/* Results of records that the batch does not have are not counted. */
static guint
count_answered (const TmTransmission *transmission, GPtrArray *results)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_answered = 0;

  for (guint i = 0; i < transmission->record_ids->len; i++)
    g_hash_table_add (ids, g_ptr_array_index (transmission->record_ids, i));
  for (guint i = 0; i < results->len; i++)
    {
      const TmResult *result = g_ptr_array_index (results, i);

      n_answered += g_hash_table_remove (ids, result->record_id);
    }

  return n_answered;
}

static void
settle (TmRound *self, GPtrArray *results)
{
  TmPace *pace = self->pace;

  self->attempt->n_records += count_answered (self->transmission, results);
  pace->held = FALSE;
  pace->server_waits = FALSE;
  pace->not_before_usec = 0;
  pace->last_success_usec = tm_clock_get_realtime_usec (self->parts->clock);
  tm_outbox_settle_async (self->parts->committer, self->transmission->batch_id, results,
                          self->outcome->url, pace->last_success_usec, on_noted_go_on,
                          g_object_ref (self));
}

/* The same bytes later. */
static void
postpone (TmRound *self, gint64 delay_usec, const char *hold)
{
  TmPace *pace = self->pace;
  TmClock *clock = self->parts->clock;
  gint64 asked_usec = (gint64) self->outcome->retry_after_seconds * G_USEC_PER_SEC;
  gint64 now_usec = tm_clock_get_realtime_usec (clock);

  pace->held = hold != NULL;
  pace->server_waits = TRUE;
  pace->not_before_usec = tm_clock_get_boottime_usec (clock) + asked_usec;
  self->delay_usec = delay_usec;
  self->end_after_note = TM_ROUND_LATER;
  tm_outbox_postpone_async (self->parts->committer, self->transmission->batch_id,
                            self->transmission->attempt, now_usec + delay_usec,
                            now_usec + asked_usec, hold, on_noted_end, g_object_ref (self));
}

static void
retry (TmRound *self)
{
  postpone (self,
            tm_retry_delay_usec (self->transmission->attempt, self->outcome->retry_after_seconds,
                                 self->parts->random ()),
            NULL);
}

static void
hold (TmRound *self)
{
  postpone (self, tm_hold_delay_usec (self->outcome->retry_after_seconds, self->parts->random ()),
            self->outcome->message);
}

/* The records wait again, for another batch. */
static void
abandon (TmRound *self, GAsyncReadyCallback callback)
{
  tm_outbox_abandon_async (self->parts->committer, self->transmission->batch_id, callback,
                           g_object_ref (self));
}

/* The one record that no batch is small enough for is the server's to refuse: it has. */
static void
reject_only_record (TmRound *self)
{
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) tm_result_free);
  const char *record_id = g_ptr_array_index (self->transmission->record_ids, 0);

  g_ptr_array_add (results,
                   tm_result_new (record_id, TM_OUTCOME_REJECTED, "too large for the server"));
  settle (self, results);
}

static void
split (TmRound *self)
{
  guint n_records = self->transmission->record_ids->len;
  gboolean has_ledger = self->transmission->losses->len > 0;

  if (n_records == 0)
    {
      retry (self);
      return;
    }
  if (n_records == 1 && !has_ledger)
    {
      reject_only_record (self);
      return;
    }

  self->pace->without_ledger = n_records == 1;
  self->pace->max_records = MAX (tm_retry_halve (n_records), 1);
  abandon (self, on_noted_go_on);
}

/* A 200 that speaks of none of our records would be asked for again and again without a pause. */
static void
settle_or_retry (TmRound *self)
{
  if (self->transmission->record_ids->len == 0 ||
      count_answered (self->transmission, self->outcome->results) > 0)
    {
      settle (self, self->outcome->results);
      return;
    }

  tm_attempt_set_end (self->attempt, TM_TRANSFER_RETRY, "the server answered for no record");
  retry (self);
}

static void
go_on_urgently (TmRound *self)
{
  gboolean was_urgent = self->pace->urgent_only;

  self->pace->urgent_only = TRUE;
  self->end_after_note = TM_ROUND_NEXT;
  abandon (self, was_urgent ? on_noted_end : on_noted_go_on);
}

/* There is nowhere to send it. As long as a batch is on its way, its records do not expire. */
static void
give_back (TmRound *self)
{
  self->end_after_note = TM_ROUND_NEXT;
  abandon (self, on_noted_end);
}

/* What follows from the outcome. */
static void
act (TmRound *self)
{
  switch (self->outcome->result)
    {
    case TM_TRANSFER_SETTLED:
      settle_or_retry (self);
      break;
    case TM_TRANSFER_SPLIT:
      split (self);
      break;
    case TM_TRANSFER_HOLD:
      hold (self);
      break;
    case TM_TRANSFER_OFFLINE:
      end (self, TM_ROUND_OFFLINE);
      break;
    case TM_TRANSFER_METERED:
      go_on_urgently (self);
      break;
    case TM_TRANSFER_UNCONFIGURED:
      give_back (self);
      break;
    case TM_TRANSFER_RETRY:
    case TM_TRANSFER_CANCELLED:
    default:
      retry (self);
      break;
    }
}

static void
on_carried (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRound) self = TM_ROUND (user_data);
  g_autoptr (GError) error = NULL;

  self->outcome = tm_courier_deliver_finish (TM_COURIER (object), result, &error);
  if (end_if_stopped (self))
    return;

  /* Nobody could be asked, or nobody answered: the same as a server that did not. */
  if (self->outcome == NULL)
    self->outcome = tm_transfer_outcome_new (TM_TRANSFER_RETRY, error->message);
  tm_attempt_add (self->attempt, self->outcome);
  act (self);
}

static void
carry (TmRound *self)
{
  const TmParcel parcel = {
    .batch_id = self->transmission->batch_id,
    .body = self->transmission->body,
    .attempt = ++self->transmission->attempt,
    .urgent = self->transmission->urgent,
    .timeout_seconds =
        (guint) tm_config_get_number (self->parts->config, TM_CONFIG_DELIVERY_TIMEOUT),
  };

  tm_courier_deliver_async (self->parts->courier, &parcel, on_carried, g_object_ref (self));
}

/* The first round after a restart waits for as long as we had meant to wait before it: a restart is
 * no reason to hurry. Returns what is left of that. */
static gint64
recall_wait (TmRound *self)
{
  TmPace *pace = self->pace;
  TmClock *clock = self->parts->clock;
  const TmTransmission *transmission = self->transmission;
  gint64 now_usec = tm_clock_get_realtime_usec (clock);
  gint64 own_usec = tm_retry_remaining_usec (transmission->next_attempt_usec, now_usec);

  pace->fresh = FALSE;
  pace->not_before_usec = tm_clock_get_boottime_usec (clock) +
                          tm_retry_remaining_usec (transmission->not_before_usec, now_usec);
  pace->held = own_usec > 0 && transmission->hold != NULL;
  pace->server_waits = own_usec > 0;
  return own_usec;
}

/* How long the batch still has to wait; 0 or less: not at all. */
static gint64
get_remaining_usec (TmRound *self)
{
  gint64 own_usec = self->pace->fresh ? recall_wait (self) : 0;
  gint64 asked_usec = self->pace->not_before_usec - tm_clock_get_boottime_usec (self->parts->clock);

  return self->forced ? asked_usec : MAX (own_usec, asked_usec);
}

static void
end_empty (TmRound *self)
{
  if (!self->pace->urgent_only)
    {
      end (self, TM_ROUND_EMPTY);
      return;
    }

  tm_attempt_set_end (self->attempt, TM_TRANSFER_METERED, "the network is metered");
  end (self, TM_ROUND_NEXT);
}

static void
on_prepared (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmRound) self = TM_ROUND (user_data);
  g_autoptr (GError) error = NULL;

  self->transmission =
      tm_outbox_next_finish (TM_COMMITTER (object), result, &self->pace->last_success_usec, &error);
  if (end_if_stopped (self))
    return;
  if (error != NULL)
    {
      end_broken (self, error);
      return;
    }
  if (self->transmission == NULL)
    {
      end_empty (self);
      return;
    }

  gint64 remaining_usec = get_remaining_usec (self);
  if (remaining_usec <= 0)
    {
      carry (self);
      return;
    }

  tm_attempt_set_end (self->attempt, TM_TRANSFER_RETRY, "it is not yet time for another attempt");
  end_later (self, remaining_usec);
}

static void
prepare (TmRound *self)
{
  const TmConfigKey max_bytes_key = TM_CONFIG_DELIVERY_BATCH_MAX_BYTES;
  const TmOutboxWish wish = {
    .system = self->parts->system,
    .min_severity = self->pace->urgent_only ? TM_SEVERITY_HIGH : TM_SEVERITY_LOW,
    .max_records = self->pace->max_records,
    .max_bytes = (gsize) tm_config_get_number (self->parts->config, max_bytes_key),
    .without_ledger = self->pace->without_ledger,
  };

  g_clear_pointer (&self->transmission, tm_transmission_free);
  g_clear_pointer (&self->outcome, tm_transfer_outcome_free);
  self->noticed = FALSE;
  self->noticed_severity = 0;
  tm_outbox_next_async (self->parts->committer, &wish, on_prepared, g_object_ref (self));
}

void
tm_round_run_async (TmRound *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_name (self->task, "tm_round_run");
  prepare (self);
}

TmRoundEnd
tm_round_run_finish (TmRound *self, GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), TM_ROUND_STOPPED);

  return (TmRoundEnd) g_task_propagate_int (G_TASK (result), NULL);
}

void
tm_round_give_up (TmRound *self, TmTransferResult result, const char *why)
{
  tm_attempt_set_end (self->attempt, result, why);
}

void
tm_round_stop (TmRound *self)
{
  self->stopped = TRUE;
}

void
tm_round_notice (TmRound *self, guint severity)
{
  self->noticed = TRUE;
  self->noticed_severity = MAX (self->noticed_severity, severity);
}

const TmAttempt *
tm_round_get_attempt (TmRound *self)
{
  return self->attempt;
}

gint64
tm_round_get_delay_usec (TmRound *self)
{
  return self->delay_usec;
}

gboolean
tm_round_get_noticed (TmRound *self, guint *out_severity)
{
  *out_severity = self->noticed_severity;
  return self->noticed;
}
