/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts, the doors, and the states between start and end; see tm-service.h.
 *
 * The bus may start a second process, for a call to a name that was just given back, or for two
 * names at once. It must neither see half of what the first one still writes, nor fail, or the bus
 * would give up on the calls for which it had started it. So a lock comes before everything else:
 * who does not get it waits until the first one has ended, or until the names surely have their
 * owner.
 */
#include "tm-service.h"

#include "tm-active-file.h"
#include "tm-authority-polkit.h"
#include "tm-consent-object.h"
#include "tm-courier-bus.h"
#include "tm-delivery-object.h"
#include "tm-door.h"
#include "tm-health-object.h"
#include "tm-identity-object.h"
#include "tm-keep.h"
#include "tm-paths.h"
#include "tm-recorder.h"
#include "tm-records-object.h"

#include <fcntl.h>
#include <sys/file.h>

#define LOCK_NAME "lock"
#define LOCK_INTERVAL_MSEC 50
#define LOCK_MAX_TRIES 100

typedef enum
{
  STATE_STARTING, /* connecting, exporting, owning */
  STATE_RUNNING,  /* both names are ours */
  STATE_LEAVING,  /* the names are being released, what was accepted is being answered */
  STATE_STOPPED,  /* nothing left to do */
} State;

struct _TmService
{
  GObject parent_instance;

  State state;
  gboolean must_quit; /* leaving is for good */
  int exit_status;
  gint64 started_usec; /* monotonic */
  guint idle_timer;
  int lock_fd; /* -1 before we have it; ends with the process */
  guint n_lock_tries;
  guint n_resets; /* of the store, that the identity has been renewed for */

  TmKeep *keep; /* owned, as all that follows; NULL before the start */

  TmDoor *recorder_door;
  TmDoor *manager_door;
  TmPeers *peers;
  TmPermits *permits;
  TmDelivery *delivery;
  TmRecordsObject *records;
  TmHealthObject *health;
};

enum
{
  SIGNAL_STOPPED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TmService, tm_service, G_TYPE_OBJECT)

static void leave (TmService *self);
static void watch_idle (TmService *self);

static void
stop (TmService *self)
{
  if (self->state == STATE_STOPPED)
    return;

  self->state = STATE_STOPPED;
  g_signal_emit (self, signals[SIGNAL_STOPPED], 0);
}

/* Takes error. */
static void
fail (TmService *self, GError *error)
{
  g_warning ("%s", error->message);
  g_error_free (error);
  self->exit_status = EXIT_FAILURE;
  stop (self);
}

static gboolean
write_lines (const char *absolute, char **lines, GError **error)
{
  g_autofree char *path = tm_path (absolute);

  return tm_active_file_write (path, (const char *const *) lines, error);
}

/* What systemd starts must find itself active, and what has ended must not be started again. */
static gboolean
write_active (char **active, GError **error)
{
  const char *const *categories = (const char *const *) active;
  g_autofree char *marks = tm_path (TM_PATH_ACTIVE_D);
  g_autoptr (GError) marks_error = NULL;

  /* Whatever becomes of the marks: the file is what programs look at. */
  tm_active_marks_remove_others (marks, categories, &marks_error);
  if (!write_lines (TM_PATH_ACTIVE, active, error))
    return FALSE;
  if (marks_error == NULL)
    return tm_active_marks_add (marks, categories, error);

  g_propagate_error (error, g_steal_pointer (&marks_error));

  return FALSE;
}

/* Since when comes first: who finds a category active must find its time. */
static void
write_active_file (TmService *self)
{
  g_auto (GStrv) active = tm_standing_get_active (self->keep->standing);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) since = NULL;
  TmConsent *consent = tm_standing_get_consent (self->keep->standing);
  g_autoptr (GError) since_error = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; active[i] != NULL; i++)
    {
      g_autofree char *line = g_strdup_printf ("%s %" G_GINT64_FORMAT, active[i],
                                               tm_consent_get_since (consent, active[i]));

      g_strv_builder_add (builder, line);
    }
  since = g_strv_builder_end (builder);

  if (!write_lines (TM_PATH_SINCE, since, &since_error))
    g_warning ("%s", since_error->message);
  if (!write_active (active, &error))
    g_warning ("%s", error->message);
  if (self->health != NULL)
    tm_health_object_set_active_problem (self->health, error != NULL ? error->message : NULL);
}

/* Leaving */

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmService) self = user_data;

  tm_door_drain_finish (TM_DOOR (source), result, NULL);
  if (TM_DOOR (source) == self->manager_door)
    stop (self);
  else
    tm_door_drain_async (self->manager_door, on_drained, g_object_ref (self));
}

/* Runs after everything else in the main loop: the answers to what the committer has carried out.
 */
static gboolean
on_settled (gpointer user_data)
{
  TmService *self = user_data;

  tm_door_drain_async (self->recorder_door, on_drained, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

static void
settle (TmService *self)
{
  tm_committer_stop (self->keep->committer);
  g_idle_add_full (G_PRIORITY_LOW, on_settled, g_object_ref (self), g_object_unref);
}

static void
on_retaken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmService) self = user_data;
  g_autoptr (GError) error = NULL;

  /* Another process has begun to serve: what is accepted here would be decided in two places. */
  if (!tm_door_own_finish (TM_DOOR (source), result, &error))
    {
      stop (self);
      return;
    }
  if (TM_DOOR (source) == self->manager_door)
    {
      tm_door_own_async (self->recorder_door, on_retaken, g_object_ref (self));
      return;
    }

  self->state = STATE_RUNNING;
  if (self->must_quit)
    leave (self);
  else
    watch_idle (self);
}

static gboolean
is_needed (TmService *self)
{
  return tm_standing_is_enabled (self->keep->standing) ||
         tm_door_get_n_calls (self->recorder_door) > 0 ||
         tm_door_get_n_calls (self->manager_door) > 0;
}

static void
on_released (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmService) self = user_data;

  tm_door_release_finish (TM_DOOR (source), result, NULL);
  if (TM_DOOR (source) == self->recorder_door)
    tm_door_release_async (self->manager_door, on_released, g_object_ref (self));
  else if (!self->must_quit && is_needed (self))
    tm_door_own_async (self->manager_door, on_retaken, g_object_ref (self));
  else
    settle (self);
}

static void
leave (TmService *self)
{
  self->state = STATE_LEAVING;
  g_clear_handle_id (&self->idle_timer, g_source_remove);
  tm_door_release_async (self->recorder_door, on_released, g_object_ref (self));
}

static gint64
last_call_usec (TmService *self)
{
  return MAX (self->started_usec, MAX (tm_door_get_last_call_usec (self->recorder_door),
                                       tm_door_get_last_call_usec (self->manager_door)));
}

static gboolean
on_idle_timer (gpointer user_data)
{
  TmService *self = user_data;

  self->idle_timer = 0;
  watch_idle (self);

  return G_SOURCE_REMOVE;
}

/* One timer, and only while telemetry is off. */
static void
watch_idle (TmService *self)
{
  g_clear_handle_id (&self->idle_timer, g_source_remove);
  if (self->state != STATE_RUNNING || tm_standing_is_enabled (self->keep->standing))
    return;

  gint64 idle_usec = g_get_monotonic_time () - last_call_usec (self);
  gint64 left_usec = TM_SERVICE_IDLE_SECONDS * G_USEC_PER_SEC - idle_usec;

  if (left_usec <= 0 && !is_needed (self))
    {
      leave (self);
      return;
    }

  /* A call that is still open, a dialog perhaps, is looked at again later. */
  guint wait_msec =
      (guint) ((left_usec > 0 ? left_usec : TM_SERVICE_IDLE_SECONDS * G_USEC_PER_SEC) / 1000) + 1;

  self->idle_timer = g_timeout_add (wait_msec, on_idle_timer, self);
}

/* Starting */

/* Nothing is sent before what may not be kept is gone. */
static void
on_cleaned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmService) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!tm_cleaner_start_finish (TM_CLEANER (source), result, &error))
    g_warning ("removing what may not be kept failed: %s", error->message);
  else if (tm_standing_is_enabled (self->keep->standing))
    tm_delivery_start (self->delivery);
}

static void
on_owned (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmService) self = user_data;
  GError *error = NULL;

  if (!tm_door_own_finish (TM_DOOR (source), result, &error))
    {
      fail (self, error);
      return;
    }
  if (TM_DOOR (source) == self->manager_door)
    {
      tm_door_own_async (self->recorder_door, on_owned, g_object_ref (self));
      return;
    }

  self->state = STATE_RUNNING;
  tm_rotation_check (self->keep->rotation);
  if (self->must_quit)
    leave (self);
  else
    watch_idle (self);
}

static void
on_kept (TmIntake *intake, guint severity, gpointer user_data)
{
  TmService *self = user_data;

  tm_delivery_notice (self->delivery, severity);
  tm_cleaner_notice (self->keep->cleaner);
  tm_records_object_touch (self->records);
}

/* The sequence starts again in a fresh store, so the machine must be another one. */
static void
on_problem_changed (TmCommitter *committer, gpointer user_data)
{
  TmService *self = user_data;
  g_auto (TmCommitterStatistics) statistics = { 0 };

  tm_committer_get_statistics (committer, &statistics);
  if (statistics.n_resets == self->n_resets)
    return;

  self->n_resets = statistics.n_resets;
  tm_rotation_renew_async (self->keep->rotation, NULL, NULL);
}

static TmDelivery *
make_delivery (TmService *self, GDBusConnection *connection)
{
  g_autoptr (TmCourier) courier = tm_courier_bus_new (connection);
  const TmDeliveryParts parts = { .clock = self->keep->clock,
                                  .committer = self->keep->committer,
                                  .courier = courier,
                                  .config = self->keep->config,
                                  .system = self->keep->system,
                                  .random = g_random_double };

  return tm_delivery_new (&parts);
}

static TmConsentObject *
make_consent_object (TmService *self)
{
  const TmConsentParts parts = { .clock = self->keep->clock,
                                 .standing = self->keep->standing,
                                 .committer = self->keep->committer,
                                 .rotation = self->keep->rotation,
                                 .delivery = self->delivery };

  return tm_consent_object_new (self->permits, self->keep->config, self->keep->categories, &parts);
}

/* Takes skeleton. */
static gboolean
export_made (TmDoor *door, gpointer skeleton, GError **error)
{
  g_autoptr (GDBusInterfaceSkeleton) owned = skeleton;

  return tm_door_export (door, owned, error);
}

/* The bus is asked about peers on the manager's connection: on the other one the answer would stand
 * behind everything that a flood of records has brought. */
static gboolean
export_objects (TmService *self, GError **error)
{
  GDBusConnection *connection = tm_door_get_connection (self->manager_door);
  g_autoptr (TmAuthority) authority = tm_authority_polkit_new (connection);
  g_auto (GStrv) problems = tm_keep_list_problems (self->keep);
  const char *server = tm_config_get_text (self->keep->config, TM_CONFIG_SERVER);
  g_autoptr (TmRecorder) recorder = NULL;

  self->peers = tm_peers_new (connection);
  self->permits = tm_permits_new (self->peers, authority);
  self->delivery = make_delivery (self, connection);
  self->records = tm_records_object_new (self->permits, self->keep->committer, self->keep->clock);
  recorder =
      tm_recorder_new (self->peers, self->keep->standing, self->keep->intake, self->keep->clock);
  self->health =
      tm_health_object_new (recorder, self->keep->standing, self->keep->committer, self->delivery,
                            self->keep->clock, (const char *const *) problems);

  return tm_door_export (self->recorder_door, G_DBUS_INTERFACE_SKELETON (recorder), error) &&
         tm_door_export (self->manager_door, G_DBUS_INTERFACE_SKELETON (self->records), error) &&
         export_made (self->manager_door, make_consent_object (self), error) &&
         export_made (self->manager_door,
                      tm_delivery_object_new (self->delivery, self->permits, server), error) &&
         export_made (
             self->manager_door,
             tm_identity_object_new (self->permits, self->keep->standing, self->keep->rotation),
             error) &&
         tm_door_export (self->manager_door, G_DBUS_INTERFACE_SKELETON (self->health), error);
}

static void
on_closed (TmDoor *door, gpointer user_data)
{
  TmService *self = user_data;

  if (self->state != STATE_STOPPED)
    fail (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "the system bus has gone away"));
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TmService) self = user_data;
  GError *error = NULL;

  if (!tm_door_connect_finish (TM_DOOR (source), result, &error))
    {
      fail (self, error);
      return;
    }
  if (TM_DOOR (source) == self->manager_door)
    {
      tm_door_connect_async (self->recorder_door, on_connected, g_object_ref (self));
      return;
    }

  g_signal_connect_object (self->manager_door, "closed", G_CALLBACK (on_closed), self, 0);
  g_signal_connect_object (self->recorder_door, "closed", G_CALLBACK (on_closed), self, 0);
  if (!export_objects (self, &error))
    {
      fail (self, error);
      return;
    }

  /* Before the first call: the file says what every answer says, and what a crash has left undone
   * is in nobody's answer. */
  write_active_file (self);
  tm_cleaner_start_async (self->keep->cleaner, on_cleaned, g_object_ref (self));
  tm_door_own_async (self->manager_door, on_owned, g_object_ref (self));
}

static void
connect_keep (TmService *self)
{
  TmStanding *standing = self->keep->standing;

  g_signal_connect_object (standing, "consent-changed", G_CALLBACK (write_active_file), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (standing, "refusal-changed", G_CALLBACK (write_active_file), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (standing, "category-expired", G_CALLBACK (write_active_file), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (standing, "consent-changed", G_CALLBACK (watch_idle), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->keep->intake, "kept", G_CALLBACK (on_kept), self, 0);
  g_signal_connect_object (self->keep->committer, "problem-changed",
                           G_CALLBACK (on_problem_changed), self, 0);
}

/* Without a place for the lock there is none: better than no service. */
static gboolean
try_lock (TmService *self)
{
  g_autofree char *path = tm_path (TM_PATH_RUN_DIR "/" LOCK_NAME);

  if (self->lock_fd < 0)
    self->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  return self->lock_fd < 0 || flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0;
}

static gboolean
start_locked (gpointer user_data)
{
  TmService *self = user_data;

  if (self->must_quit || self->n_lock_tries++ >= LOCK_MAX_TRIES)
    {
      stop (self);
      return G_SOURCE_REMOVE;
    }
  if (!try_lock (self))
    return G_SOURCE_CONTINUE;

  self->started_usec = g_get_monotonic_time ();
  self->keep = tm_keep_open ();
  connect_keep (self);
  tm_door_connect_async (self->manager_door, on_connected, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

void
tm_service_start (TmService *self)
{
  if (start_locked (self) == G_SOURCE_CONTINUE)
    g_timeout_add_full (G_PRIORITY_DEFAULT, LOCK_INTERVAL_MSEC, start_locked, g_object_ref (self),
                        g_object_unref);
}

void
tm_service_quit (TmService *self)
{
  self->must_quit = TRUE;
  if (self->state == STATE_RUNNING)
    leave (self);
}

int
tm_service_get_exit_status (TmService *self)
{
  return self->exit_status;
}

TmService *
tm_service_new (void)
{
  return g_object_new (TM_TYPE_SERVICE, NULL);
}

static void
tm_service_dispose (GObject *object)
{
  TmService *self = TM_SERVICE (object);

  g_clear_handle_id (&self->idle_timer, g_source_remove);
  g_clear_object (&self->recorder_door);
  g_clear_object (&self->manager_door);
  g_clear_object (&self->records);
  g_clear_object (&self->health);
  g_clear_object (&self->delivery);
  g_clear_object (&self->permits);
  g_clear_object (&self->peers);
  g_clear_pointer (&self->keep, tm_keep_close);

  G_OBJECT_CLASS (tm_service_parent_class)->dispose (object);
}

static void
tm_service_class_init (TmServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tm_service_dispose;

  signals[SIGNAL_STOPPED] = g_signal_new ("stopped", TM_TYPE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
tm_service_init (TmService *self)
{
  self->lock_fd = -1;
  self->manager_door = tm_door_new (TM_MANAGER_BUS_NAME, TM_MANAGER_BUS_PATH);
  self->recorder_door = tm_door_new (TM_BUS_NAME, TM_BUS_PATH);
}
