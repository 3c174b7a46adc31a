/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states between the rounds; see tm-delivery.h. */
#include "tm-delivery.h"

#include "telemetry-error.h"
#include "tm-retry.h"

/* After the start of the service: not at the same moment as everything else that starts, but soon,
 * for a machine that is on for minutes only. */
#define START_DELAY_MAX_SECONDS 60

struct _TmDelivery
{
  GObject parent_instance;

  TmDeliveryParts parts; /* owned, each */
  TmPace pace;

  TmDeliveryState state;
  guint timer_id;           /* only in WAITING, and for a round that has nowhere to send to */
  gint64 next_attempt_usec; /* wall clock, for people */
  TmRound *round;           /* (owned) (nullable): only in SENDING */
  GCancellable *online;     /* (owned) (nullable): only in OFFLINE */

  gboolean suspended;
  gboolean cancelling;   /* the courier was told to stop */
  GError *cancel_error;  /* (owned) (nullable) */
  GPtrArray *suspenders; /* (element-type GTask): wait for OFF */
};

G_DEFINE_FINAL_TYPE (TmDelivery, tm_delivery, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_ATTEMPT_FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
tm_delivery_dispose (GObject *object)
{
  TmDelivery *self = TM_DELIVERY (object);

  if (self->parts.clock != NULL)
    tm_clock_clear_timer (self->parts.clock, &self->timer_id);
  if (self->online != NULL)
    g_cancellable_cancel (self->online);
  g_clear_object (&self->online);
  g_clear_object (&self->round);
  g_clear_pointer (&self->suspenders, g_ptr_array_unref);
  g_clear_error (&self->cancel_error);
  g_clear_pointer (&self->parts.system, tm_system_unref);
  g_clear_pointer (&self->parts.config, tm_config_unref);
  g_clear_object (&self->parts.courier);
  g_clear_object (&self->parts.committer);
  g_clear_object (&self->parts.clock);

  G_OBJECT_CLASS (tm_delivery_parent_class)->dispose (object);
}

static void
tm_delivery_class_init (TmDeliveryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_delivery_dispose;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TM_TYPE_DELIVERY, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ATTEMPT_FINISHED] =
      g_signal_new ("attempt-finished", TM_TYPE_DELIVERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
tm_delivery_init (TmDelivery *self)
{
  self->suspended = TRUE;
  self->suspenders = g_ptr_array_new_with_free_func (g_object_unref);
}

static guint
get_max_records (TmDelivery *self)
{
  return (guint) tm_config_get_number (self->parts.config, TM_CONFIG_DELIVERY_BATCH_MAX_RECORDS);
}

TmDelivery *
tm_delivery_new (const TmDeliveryParts *parts)
{
  TmDelivery *self = g_object_new (TM_TYPE_DELIVERY, NULL);

  self->parts = *parts;
  g_object_ref (parts->clock);
  g_object_ref (parts->committer);
  g_object_ref (parts->courier);
  tm_config_ref (parts->config);
  tm_system_ref (parts->system);
  self->pace.max_records = get_max_records (self);
  return self;
}

static gboolean
has_server (TmDelivery *self)
{
  TmConfig *config = self->parts.config;

  return *tm_config_get_text (config, TM_CONFIG_SERVER) != '\0' &&
         tm_config_get_boolean (config, TM_CONFIG_RECORD_SERVER_DELIVERY_ENABLED);
}

/* The one place where the state changes. */
static void
set_state (TmDelivery *self, TmDeliveryState state)
{
  if (state != TM_DELIVERY_WAITING)
    {
      tm_clock_clear_timer (self->parts.clock, &self->timer_id);
      self->next_attempt_usec = 0;
    }
  if (state != TM_DELIVERY_OFFLINE && self->online != NULL)
    g_cancellable_cancel (self->online);
  if (state != TM_DELIVERY_OFFLINE)
    g_clear_object (&self->online);
  if (state != TM_DELIVERY_SENDING)
    g_clear_object (&self->round);

  self->state = state;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void begin_round (TmDelivery *self, gboolean forced);

static gboolean
on_timer (gpointer user_data)
{
  TmDelivery *self = TM_DELIVERY (user_data);

  /* What may have changed since the last round is tried anew. */
  self->timer_id = 0;
  self->pace.urgent_only = FALSE;
  self->pace.without_ledger = FALSE;
  self->pace.max_records = MIN (self->pace.max_records * 2, get_max_records (self));
  begin_round (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
wait_for (TmDelivery *self, gint64 delay_usec)
{
  TmClock *clock = self->parts.clock;

  tm_clock_clear_timer (clock, &self->timer_id);
  self->timer_id = tm_clock_add_timer (clock, tm_clock_get_boottime_usec (clock) + delay_usec,
                                       on_timer, self, NULL);
  self->next_attempt_usec = tm_clock_get_realtime_usec (clock) + delay_usec;
  set_state (self, TM_DELIVERY_WAITING);
}

static void
wait_for_next_round (TmDelivery *self)
{
  TmConfig *config = self->parts.config;

  wait_for (self, tm_round_delay_usec (
                      (guint64) tm_config_get_number (config, TM_CONFIG_DELIVERY_INTERVAL),
                      (guint64) tm_config_get_number (config, TM_CONFIG_DELIVERY_JITTER),
                      self->parts.random ()));
}

static void
on_online (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmDelivery) self = TM_DELIVERY (user_data);
  g_autoptr (GError) error = NULL;
  gboolean online = tm_courier_wait_online_finish (TM_COURIER (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      self->state != TM_DELIVERY_OFFLINE)
    return;

  if (online)
    begin_round (self, FALSE);
  else
    wait_for_next_round (self);
}

static void
wait_for_network (TmDelivery *self)
{
  self->online = g_cancellable_new ();
  set_state (self, TM_DELIVERY_OFFLINE);
  tm_courier_wait_online_async (self->parts.courier, self->online, on_online, g_object_ref (self));
}

/* Everybody who waits for OFF; also when the courier can't be told to stop, for nobody can wait for
 * that. */
static void
answer_suspenders (TmDelivery *self)
{
  g_autoptr (GPtrArray) tasks = NULL;

  if (self->cancelling || (self->state != TM_DELIVERY_OFF && self->cancel_error == NULL))
    return;

  tasks = g_steal_pointer (&self->suspenders);
  self->suspenders = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++)
    if (self->cancel_error != NULL)
      g_task_return_error (g_ptr_array_index (tasks, i), g_error_copy (self->cancel_error));
    else
      g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
  g_clear_error (&self->cancel_error);
}

/* Start was called while a round that had been told to stop was still at it. */
static void
start_again (TmDelivery *self)
{
  self->suspended = TRUE;
  tm_delivery_start (self);
}

/* From SENDING to what follows. */
static void
follow_round (TmDelivery *self, TmRound *round, TmRoundEnd how)
{
  guint severity;

  switch (how)
    {
    case TM_ROUND_LATER:
      wait_for (self, tm_round_get_delay_usec (round));
      break;
    case TM_ROUND_NEXT:
      wait_for_next_round (self);
      break;
    case TM_ROUND_OFFLINE:
      wait_for_network (self);
      break;
    case TM_ROUND_STOPPED:
      set_state (self, TM_DELIVERY_OFF);
      if (!self->suspended)
        start_again (self);
      break;
    case TM_ROUND_EMPTY:
    default:
      set_state (self, TM_DELIVERY_IDLE);
      if (tm_round_get_noticed (round, &severity))
        tm_delivery_notice (self, severity);
      break;
    }
}

static void
report_attempt (TmDelivery *self, const TmAttempt *attempt)
{
  if (attempt->result != TM_TRANSFER_SETTLED)
    g_message ("delivery: %s: %s", tm_transfer_result_to_text (attempt->result), attempt->message);
  g_signal_emit (self, signals[SIGNAL_ATTEMPT_FINISHED], 0, attempt);
}

static void
on_round_ended (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmDelivery) self = TM_DELIVERY (user_data);
  g_autoptr (TmRound) round = g_object_ref (TM_ROUND (object));
  TmRoundEnd how = tm_round_run_finish (round, result);

  follow_round (self, round, self->suspended ? TM_ROUND_STOPPED : how);
  report_attempt (self, tm_round_get_attempt (round));
  answer_suspenders (self);
}

static void
begin_round (TmDelivery *self, gboolean forced)
{
  set_state (self, TM_DELIVERY_SENDING);
  self->round = tm_round_new (&self->parts, &self->pace, forced);
  tm_round_run_async (self->round, on_round_ended, g_object_ref (self));
}

/* Nothing happens by chance where the configuration has no jitter: then it is the longest time. */
static gint64
get_start_delay_usec (TmDelivery *self)
{
  TmConfig *config = self->parts.config;
  gint64 interval = tm_config_get_number (config, TM_CONFIG_DELIVERY_INTERVAL);
  gboolean by_chance = tm_config_get_number (config, TM_CONFIG_DELIVERY_JITTER) > 0;

  return tm_round_delay_usec (0, MIN ((guint64) interval, START_DELAY_MAX_SECONDS),
                              by_chance ? self->parts.random () : 1);
}

void
tm_delivery_start (TmDelivery *self)
{
  if (!self->suspended)
    return;

  self->suspended = FALSE;
  self->pace = (TmPace){ .fresh = TRUE, .max_records = get_max_records (self) };
  if (self->state != TM_DELIVERY_OFF)
    return;

  if (has_server (self))
    wait_for (self, get_start_delay_usec (self));
  else
    set_state (self, TM_DELIVERY_IDLE);
}

void
tm_delivery_notice (TmDelivery *self, guint severity)
{
  gboolean urgent = severity >= TM_SEVERITY_HIGH;

  if (self->suspended || !has_server (self))
    return;

  switch (self->state)
    {
    case TM_DELIVERY_IDLE:
      if (urgent)
        begin_round (self, FALSE);
      else
        wait_for_next_round (self);
      break;
    case TM_DELIVERY_WAITING:
      if (urgent && !self->pace.server_waits)
        begin_round (self, FALSE);
      break;
    case TM_DELIVERY_SENDING:
      if (self->round != NULL)
        tm_round_notice (self->round, severity);
      break;
    case TM_DELIVERY_OFF:
    case TM_DELIVERY_OFFLINE:
    default:
      break;
    }
}

static gboolean
on_nowhere_to_send (gpointer user_data)
{
  TmDelivery *self = TM_DELIVERY (user_data);
  g_autoptr (TmRound) round = g_object_ref (self->round);

  self->timer_id = 0;
  set_state (self, TM_DELIVERY_IDLE);
  report_attempt (self, tm_round_get_attempt (round));
  return G_SOURCE_REMOVE;
}

/* An attempt that is over before it began still ends after its id was given to the caller. */
static void
begin_round_to_nowhere (TmDelivery *self)
{
  TmClock *clock = self->parts.clock;

  set_state (self, TM_DELIVERY_SENDING);
  self->round = tm_round_new (&self->parts, &self->pace, TRUE);
  tm_round_give_up (self->round, TM_TRANSFER_UNCONFIGURED,
                    "no server is configured, or record_server_delivery_enabled is false");
  self->timer_id = tm_clock_add_timer (clock, tm_clock_get_boottime_usec (clock),
                                       on_nowhere_to_send, self, NULL);
}

static gboolean
refuse (GError **error, TelemetryError code, const char *message)
{
  g_set_error_literal (error, TELEMETRY_ERROR, (gint) code, message);
  return FALSE;
}

gboolean
tm_delivery_upload_now (TmDelivery *self, char **out_attempt_id, GError **error)
{
  if (self->suspended || self->state == TM_DELIVERY_OFF)
    return refuse (error, TELEMETRY_ERROR_DISABLED, "telemetry is off");
  if (self->state == TM_DELIVERY_OFFLINE)
    return refuse (error, TELEMETRY_ERROR_OFFLINE, "there is no network");
  if (self->state == TM_DELIVERY_SENDING)
    return refuse (error, TELEMETRY_ERROR_BUSY, "an upload is running");

  self->pace.urgent_only = FALSE;
  if (has_server (self))
    begin_round (self, TRUE);
  else
    begin_round_to_nowhere (self);
  *out_attempt_id = g_strdup (tm_round_get_attempt (self->round)->attempt_id);
  return TRUE;
}

static void
on_courier_cancelled (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmDelivery) self = TM_DELIVERY (user_data);

  self->cancelling = FALSE;
  g_clear_error (&self->cancel_error);
  tm_courier_cancel_finish (TM_COURIER (object), result, &self->cancel_error);
  answer_suspenders (self);
}

void
tm_delivery_suspend_async (TmDelivery *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_name (task, "tm_delivery_suspend");
  g_ptr_array_add (self->suspenders, task);
  self->suspended = TRUE;
  if (self->state == TM_DELIVERY_SENDING && self->timer_id == 0)
    tm_round_stop (self->round);
  else
    set_state (self, TM_DELIVERY_OFF);
  if (self->cancelling)
    return;

  /* Also when nothing is on its way: a process of ours before this one may have begun something. */
  self->cancelling = TRUE;
  tm_courier_cancel_async (self->parts.courier, on_courier_cancelled, g_object_ref (self));
}

gboolean
tm_delivery_suspend_finish (TmDelivery *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

TmDeliveryState
tm_delivery_get_state (TmDelivery *self)
{
  return self->state;
}

const TmPace *
tm_delivery_get_pace (TmDelivery *self)
{
  return &self->pace;
}

gint64
tm_delivery_get_next_attempt_usec (TmDelivery *self)
{
  return self->next_attempt_usec;
}
