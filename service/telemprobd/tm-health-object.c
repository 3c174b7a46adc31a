/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Health object.
 *
 *   ok        nothing to complain about
 *   degraded  something is wrong, and records are refused or kept all the same as it says
 *   failed    the decision of the owner cannot be read, so nothing is recorded until it is made
 * anew
 */
#include "tm-health-object.h"

#include "tm-paths.h"
#include "tm-store-epoch.h"
#include "tm-store-ledger.h"

#include <glib/gstdio.h>

struct _TmHealthObject
{
  TmDBusHealthSkeleton parent_instance;

  TmRecorder *recorder;   /* owned */
  TmStanding *standing;   /* owned */
  TmCommitter *committer; /* owned */
  TmClock *clock;         /* owned */
  char **first_problems;  /* owned: of the start */
  char *active_problem;   /* owned, nullable */
  gint64 started_usec;    /* boot-time clock */
  guint n_attempts;       /* to send, since the start, as the two below */
  guint64 n_sent;         /* records that the server has answered for */
  guint64 n_bytes_sent;
};

static void health_iface_init (TmDBusHealthIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TmHealthObject,
                               tm_health_object,
                               TM_TYPE_DBUS_HEALTH_SKELETON,
                               G_IMPLEMENT_INTERFACE (TM_TYPE_DBUS_HEALTH, health_iface_init))

/* What the commit thread finds out. */
typedef struct
{
  char *machine_id;
  TmStoreUsage usage;
  GPtrArray *losses; /* (element-type TmLoss) */
  guint64 store_bytes;
  guint64 n_accepted;
} Findings;

static void
findings_free (Findings *self)
{
  g_free (self->machine_id);
  g_clear_pointer (&self->losses, g_ptr_array_unref);
  g_free (self);
}

static guint64
file_bytes (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (guint64) status.st_size : 0;
}

static gboolean
find_out (TmStore *store, gpointer data, GError **error)
{
  Findings *self = data;
  g_autofree char *path = tm_path (TM_PATH_STORE);
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);

  self->store_bytes = file_bytes (path) + file_bytes (log_path);
  self->losses = tm_store_list_losses (store, self->machine_id, FALSE, error);

  return self->losses != NULL && tm_store_get_usage (store, &self->usage, error) &&
         tm_store_count_accepted (store, self->machine_id, &self->n_accepted, error);
}

static GVariant *
losses_to_variant (GPtrArray *losses)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sst)"));

  for (guint i = 0; i < losses->len; i++)
    {
      const TmLoss *loss = g_ptr_array_index (losses, i);

      g_variant_builder_add (&builder, "(sst)", loss->reason, loss->classification, loss->count);
    }

  return g_variant_builder_end (&builder);
}

static void
add_number (GVariantBuilder *builder, const char *key, guint64 number)
{
  g_variant_builder_add (builder, "{sv}", key, g_variant_new_uint64 (number));
}

static void
add_findings (GVariantBuilder *statistics, const Findings *findings)
{
  g_variant_builder_add (statistics, "{sv}", "pending-records",
                         g_variant_new_uint32 ((guint32) findings->usage.n_pending));
  add_number (statistics, "pending-bytes", findings->usage.n_pending_bytes);
  add_number (statistics, "store-bytes", findings->store_bytes);
  add_number (statistics, "accepted", findings->n_accepted);
  add_number (statistics, "rejected", findings->usage.n_rejected);
  g_variant_builder_add (statistics, "{sv}", "lost", losses_to_variant (findings->losses));
}

/* Takes invocation. findings: NULL if the store could not be asked; the rest is known anyway. */
static void
answer (TmHealthObject *self, GDBusMethodInvocation *invocation, const Findings *findings)
{
  g_auto (GVariantBuilder) statistics = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_auto (TmCommitterStatistics) committed = { 0 };

  if (findings != NULL)
    add_findings (&statistics, findings);

  tm_committer_get_statistics (self->committer, &committed);
  add_number (&statistics, "commits", committed.n_commits);
  g_variant_builder_add (&statistics, "{sv}", "commit-records-max",
                         g_variant_new_uint32 (committed.max_group));
  add_number (&statistics, "sent", self->n_sent);
  g_variant_builder_add (&statistics, "{sv}", "attempts", g_variant_new_uint32 (self->n_attempts));
  add_number (&statistics, "bytes-sent", self->n_bytes_sent);
  add_number (&statistics, "uptime-usec",
              (guint64) (tm_clock_get_boottime_usec (self->clock) - self->started_usec));
  g_variant_builder_add (&statistics, "{sv}", "refused", tm_recorder_get_refused (self->recorder));

  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(a{sv})", &statistics));
}

static void
on_found_out (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  TmHealthObject *self = TM_HEALTH_OBJECT (g_dbus_method_invocation_get_user_data (invocation));

  answer (self, invocation, tm_committer_run_finish (TM_COMMITTER (source), result, NULL));
}

static gboolean
handle_get_statistics (TmDBusHealth *object, GDBusMethodInvocation *invocation)
{
  TmHealthObject *self = TM_HEALTH_OBJECT (object);
  Findings *findings = g_new0 (Findings, 1);

  findings->machine_id =
      g_strdup (tm_identity_get_machine_id (tm_standing_get_identity (self->standing)));
  tm_committer_visit_async (self->committer, find_out, findings, (GDestroyNotify) findings_free,
                            NULL, on_found_out, invocation);

  return TRUE;
}

static void
on_attempt_finished (TmDelivery *delivery, const TmAttempt *attempt, gpointer user_data)
{
  TmHealthObject *self = user_data;

  self->n_attempts++;
  self->n_sent += attempt->n_records;
  self->n_bytes_sent += attempt->n_bytes;
}

static void
add_problem (GStrvBuilder *problems, const char *problem)
{
  if (problem != NULL)
    g_strv_builder_add (problems, problem);
}

static void
update (TmHealthObject *self)
{
  TmDBusHealth *object = TM_DBUS_HEALTH (self);
  const char *consent_problem = tm_consent_get_problem (tm_standing_get_consent (self->standing));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (TmCommitterStatistics) committed = { 0 };

  tm_committer_get_statistics (self->committer, &committed);
  g_strv_builder_addv (builder, (const char **) self->first_problems);
  add_problem (builder, consent_problem);
  add_problem (builder, self->active_problem);
  add_problem (builder, tm_identity_get_problem (tm_standing_get_identity (self->standing)));
  add_problem (builder, committed.problem);
  if (committed.n_resets > 0)
    add_problem (builder, "a damaged store was put aside as store.db.damaged; the records in it "
                          "are lost");

  g_auto (GStrv) problems = g_strv_builder_end (builder);
  const char *status = consent_problem != NULL ? "failed" : problems[0] != NULL ? "degraded" : "ok";

  tm_dbus_health_set_problems (object, (const char *const *) problems);
  tm_dbus_health_set_status (object, status);
}

void
tm_health_object_set_active_problem (TmHealthObject *self, const char *problem)
{
  if (g_strcmp0 (self->active_problem, problem) == 0)
    return;

  g_free (self->active_problem);
  self->active_problem = g_strdup (problem);
  update (self);
}

TmHealthObject *
tm_health_object_new (TmRecorder *recorder,
                      TmStanding *standing,
                      TmCommitter *committer,
                      TmDelivery *delivery,
                      TmClock *clock,
                      const char *const *problems)
{
  TmHealthObject *self = g_object_new (TM_TYPE_HEALTH_OBJECT, NULL);

  self->recorder = g_object_ref (recorder);
  self->standing = g_object_ref (standing);
  self->committer = g_object_ref (committer);
  self->clock = g_object_ref (clock);
  self->first_problems = g_strdupv ((char **) problems);
  self->started_usec = tm_clock_get_boottime_usec (clock);
  tm_dbus_health_set_version (TM_DBUS_HEALTH (self), TM_VERSION);
  g_signal_connect_object (standing, "consent-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (standing, "identity-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (delivery, "attempt-finished", G_CALLBACK (on_attempt_finished), self, 0);
  g_signal_connect_object (committer, "problem-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);

  return self;
}

static void
tm_health_object_finalize (GObject *object)
{
  TmHealthObject *self = TM_HEALTH_OBJECT (object);

  g_clear_object (&self->recorder);
  g_clear_object (&self->standing);
  g_clear_object (&self->committer);
  g_clear_object (&self->clock);
  g_strfreev (self->first_problems);
  g_free (self->active_problem);

  G_OBJECT_CLASS (tm_health_object_parent_class)->finalize (object);
}

static void
health_iface_init (TmDBusHealthIface *iface)
{
  iface->handle_get_statistics = handle_get_statistics;
}

static void
tm_health_object_class_init (TmHealthObjectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tm_health_object_finalize;
}

static void
tm_health_object_init (TmHealthObject *self)
{
}
