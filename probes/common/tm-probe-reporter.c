/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tm-probe-reporter.h. */
#include "tm-probe-reporter.h"

#include <glib/gi18n.h>
#include <string.h>

#include "tm-probe-boot.h"
#include "tm-probe-drops.h"
#include "tm-probe-quota.h"

#define GROUP_SOURCE "source"

struct _TmProbeReporter
{
  TmProbe *probe;                  /* (unowned) */
  const TmProbeReporterInfo *info; /* (unowned) */
  char *limits;
  TmProbeQuota *quota;
  GKeyFile *state;
  char *saved;   /* (nullable): the state as it was saved last */
  char *source;  /* (nullable): the name of the source */
  char *boot_id; /* of the lines that are read */
  gboolean has_failed;
  gboolean has_complained; /* that it cannot be saved */
};

void
tm_probe_reporter_free (TmProbeReporter *self)
{
  g_clear_pointer (&self->quota, tm_probe_quota_free);
  g_clear_pointer (&self->state, g_key_file_unref);
  g_free (self->limits);
  g_free (self->saved);
  g_free (self->source);
  g_free (self->boot_id);
  g_free (self);
}

TmProbeReporter *
tm_probe_reporter_new (TmProbe *probe,
                       const TmProbeReporterInfo *info,
                       const char *limits,
                       GError **error)
{
  g_autoptr (TmProbeReporter) self = g_new0 (TmProbeReporter, 1);

  self->probe = probe;
  self->info = info;
  self->state = g_key_file_new ();
  self->boot_id = tm_probe_boot_read_id (probe);
  self->limits = g_strdup (limits);
  self->quota = tm_probe_quota_new (limits, error);
  return self->quota != NULL ? g_steal_pointer (&self) : NULL;
}

guint
tm_probe_reporter_get_sample (TmProbeReporter *self)
{
  return tm_probe_quota_get_sample (self->quota);
}

GKeyFile *
tm_probe_reporter_get_state (TmProbeReporter *self)
{
  return self->state;
}

gboolean
tm_probe_reporter_has_failed (TmProbeReporter *self)
{
  return self->has_failed;
}

static gboolean
is_limited (TmProbeReporter *self)
{
  return tm_probe_get_input (self->probe) == NULL && !tm_probe_is_dry_run (self->probe);
}

static gboolean
hand_over (TmProbeReporter *self, const TmProbeRecord *record)
{
  g_autoptr (GError) error = NULL;

  if (tm_probe_hand_over (self->probe, record, &error))
    return TRUE;

  self->has_failed = !tm_probe_is_final (error);
  if (!self->has_failed)
    tm_probe_drop (self->probe, "refused", 1);
  g_printerr (_ ("%s: the report was not taken: %s\n"), g_get_prgname (), error->message);
  return FALSE;
}

/* What is not wanted is counted: seen before for a record of its own, all else for the heartbeat.
 */
gboolean
tm_probe_reporter_wants (TmProbeReporter *self, const char *exact, guint weight)
{
  TmProbeVerdict verdict;

  if (!is_limited (self))
    return TRUE;

  verdict = tm_probe_quota_judge (self->quota, exact, weight, g_get_real_time ());
  if (verdict == TM_PROBE_VERDICT_NOT_IN_SAMPLE)
    tm_probe_drop (self->probe, "sampled", 1);
  if (verdict == TM_PROBE_VERDICT_OVER_LIMIT)
    tm_probe_drop (self->probe, "quota", 1);
  return verdict == TM_PROBE_VERDICT_REPORT;
}

gboolean
tm_probe_reporter_report (TmProbeReporter *self, const TmProbeReport *report)
{
  g_autofree char *classification = g_strconcat (self->info->classification, report->kind, NULL);
  g_autofree char *key = g_strdup_printf ("%s-%s", self->boot_id, report->exact);
  TmProbeRecord record = {
    .classification = classification,
    .severity = report->severity,
    .payload = report->payload,
    .created_at_usec = report->created_at_usec,
    .dedup_key = key,
    .system = tm_probe_boot_get_system (self->state, self->boot_id, report->kernel_version),
  };

  if (report->weight > 1)
    json_object_set_int_member (json_node_get_object (report->payload), "weight", report->weight);
  if (!hand_over (self, &record))
    return FALSE;

  if (is_limited (self))
    tm_probe_quota_note_report (self->quota, report->exact, report->kind, report->title,
                                report->group, g_get_real_time ());
  return TRUE;
}

static JsonNode *
tally_to_payload (TmProbeReporter *self, const TmProbeTally *tally)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonObject *signature = json_object_new ();
  gboolean is_over = tally->exact[0] == '\0';

  json_object_set_int_member (signature, "version", self->info->signature_version);
  json_object_set_string_member (signature, "title",
                                 is_over ? self->info->over_title : tally->title);
  json_object_set_string_member (signature, "hash", tally->group);
  json_object_set_string_member (signature, "exact", tally->exact);
  json_object_set_array_member (signature, "alternatives", json_array_new ());
  json_object_set_object_member (object, "signature", signature);
  json_object_set_string_member (object, "kind", is_over ? self->info->over_kind : tally->kind);
  /* How often it was seen again, beside all that was told before. */
  json_object_set_int_member (object, "count", (gint64) MIN (tally->n_untold, G_MAXINT64));
  json_node_take_object (node, object);
  return node;
}

static void
tell_counts (TmProbeReporter *self, gboolean all)
{
  gint64 now_usec = g_get_real_time ();
  const TmProbeTally *tally;

  while (!self->has_failed &&
         (tally = tm_probe_quota_find_due (self->quota, now_usec, all)) != NULL)
    {
      const char *boot_id = tm_probe_quota_get_boot (self->quota);
      gboolean is_over = tally->exact[0] == '\0';
      g_autofree char *classification = g_strconcat (
          self->info->classification, is_over ? self->info->over_kind : tally->kind, NULL);
      g_autofree char *key =
          g_strdup_printf ("%s-%s-%" G_GINT64_FORMAT, boot_id, tally->exact, tally->told_usec);
      g_autoptr (JsonNode) payload = tally_to_payload (self, tally);
      TmProbeRecord record = {
        .classification = classification,
        .severity = 2,
        .payload = payload,
        .dedup_key = key,
        .system = tm_probe_boot_get_system (self->state, boot_id, NULL),
      };

      hand_over (self, &record);
      if (!self->has_failed)
        tm_probe_quota_note_told (self->quota, tally, now_usec);
    }
}

void
tm_probe_reporter_tell_counts (TmProbeReporter *self)
{
  tell_counts (self, TRUE);
}

/* What is still to be counted of the boot before is told first. */
void
tm_probe_reporter_set_boot (const char *boot_id, gpointer user_data)
{
  TmProbeReporter *self = user_data;

  if (self->has_failed)
    return;
  if (strcmp (tm_probe_quota_get_boot (self->quota), boot_id) != 0)
    tell_counts (self, TRUE);
  if (self->has_failed)
    return;

  tm_probe_quota_set_boot (self->quota, boot_id);
  g_free (self->boot_id);
  self->boot_id = g_strdup (boot_id);
}

char *
tm_probe_reporter_begin (TmProbeReporter *self, const char *source, const char *state)
{
  g_free (self->source);
  self->source = g_strdup (source);
  g_clear_pointer (&self->saved, g_free);
  g_clear_pointer (&self->state, g_key_file_unref);
  self->state = g_key_file_new ();
  tm_probe_quota_free (self->quota);
  self->quota = tm_probe_quota_new (self->limits, NULL);
  if (state != NULL &&
      g_key_file_load_from_data (self->state, state, strlen (state), G_KEY_FILE_NONE, NULL))
    tm_probe_quota_load (self->quota, self->state);
  tm_probe_boot_note (self->state, self->probe);

  return g_key_file_get_string (self->state, GROUP_SOURCE, source, NULL);
}

char *
tm_probe_reporter_get_boot_before (TmProbeReporter *self)
{
  return tm_probe_boot_get_before (self->state);
}

/* Counts that were forgotten must not stay. */
static void
remove_counts (GKeyFile *state)
{
  g_auto (GStrv) groups = g_key_file_get_groups (state, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    if (g_str_has_prefix (groups[i], "tally "))
      g_key_file_remove_group (state, groups[i], NULL);
}

gboolean
tm_probe_reporter_pause (const char *place, gpointer user_data)
{
  TmProbeReporter *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  tell_counts (self, FALSE);
  if (self->has_failed)
    return FALSE;

  g_key_file_set_string (self->state, GROUP_SOURCE, self->source, place);
  remove_counts (self->state);
  tm_probe_quota_save (self->quota, self->state);
  text = g_key_file_to_data (self->state, NULL, NULL);
  if (g_strcmp0 (text, self->saved) == 0)
    return TRUE;

  /* Not for each entry: what it says is one, too. */
  if (tm_probe_save_state (self->probe, text, &error))
    self->has_complained = FALSE;
  else if (!self->has_complained)
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      self->has_complained = TRUE;
    }
  g_free (self->saved);
  self->saved = g_steal_pointer (&text);
  return TRUE;
}
