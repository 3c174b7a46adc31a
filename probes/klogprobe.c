/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what the kernel says about itself and reports its faults. Follows the journal; with
 * --input, reads a file. A report of which the same frames were reported in this boot already is
 * not sent again: the service knows it by its dedup key.
 */
#include <glib/gi18n.h>

#include "klog-source.h"
#include "tm-oops-reader.h"
#include "tm-oops-record.h"
#include "tm-probe.h"

#define RESOURCES "/org/telemetrics/klogprobe/"
#define EXACT_FRAMES 16

typedef struct
{
  TmProbe *probe;
  char *boot_id;
  char *place;         /* (nullable): where a restart goes on */
  gboolean has_failed; /* a record was not taken; the cursor stays in front of it */
} Klogprobe;

static void
hand_over (TmOops *oops, gpointer user_data)
{
  Klogprobe *self = user_data;
  g_autoptr (TmOops) owned = oops;
  g_autoptr (GError) error = NULL;
  g_autofree char *classification = tm_oops_get_classification (owned);
  g_autofree char *exact = tm_oops_get_hash (owned, EXACT_FRAMES);
  g_autofree char *key = g_strdup_printf ("%s-%s", self->boot_id, exact);
  g_autoptr (JsonNode) payload = tm_oops_to_payload (owned);
  TmProbeRecord record = {
    .classification = classification,
    .severity = tm_oops_get_severity (owned),
    .payload = payload,
    .dedup_key = key,
  };

  if (tm_probe_hand_over (self->probe, &record, &error))
    return;

  self->has_failed = TRUE;
  g_printerr (_ ("klogprobe: the report was not taken: %s\n"), error->message);
}

/* A file in /etc takes the place of the one that came with the program. */
static char *
load_list (TmProbe *probe, const char *name, GError **error)
{
  g_autofree char *absolute = g_strconcat ("/etc/telemetrics/probes/", name, NULL);
  g_autofree char *file = tm_probe_get_path (probe, absolute);
  g_autofree char *resource = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (g_file_get_contents (file, &text, NULL, NULL))
    return text;

  bytes = g_resources_lookup_data (resource, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  return bytes == NULL ? NULL
                       : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static TmOopsRules *
load_rules (TmProbe *probe, GError **error)
{
  g_autofree char *reports = load_list (probe, "kernel-reports.list", error);
  g_autofree char *frames = NULL;

  if (reports == NULL)
    return NULL;
  frames = load_list (probe, "kernel-frames.list", error);
  if (frames == NULL)
    return NULL;

  return tm_oops_rules_new (reports, frames, error);
}

static char *
read_boot_id (void)
{
  char *text = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return g_strdup ("unknown");

  return g_strstrip (text);
}

static void
keep_place (const char *place, gpointer user_data)
{
  Klogprobe *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->has_failed || g_strcmp0 (place, self->place) == 0)
    return;

  g_free (self->place);
  self->place = g_strdup (place);
  if (!tm_probe_save_state (self->probe, place, &error))
    g_printerr (_ ("klogprobe: %s\n"), error->message);
}

static gboolean
may_continue (gpointer user_data)
{
  Klogprobe *self = user_data;

  return tm_probe_may_continue (self->probe);
}

/* Under one agreement; what the reader holds at its end is dropped. */
static gboolean
observe (Klogprobe *self, TmOopsRules *rules, GError **error)
{
  const char *input = tm_probe_get_input (self->probe);
  g_autoptr (TmOopsReader) reader = tm_oops_reader_new (rules, hand_over, self);
  g_autofree char *place = NULL;
  const KlogFollower follower = {
    .follow = !tm_probe_is_once (self->probe),
    .wake_fd = tm_probe_get_consent_fd (self->probe),
    .go_on = may_continue,
    .on_place = keep_place,
    .user_data = self,
  };

  if (input != NULL)
    return klog_read_file (input, reader, error);

  place = tm_probe_load_state (self->probe);
  g_free (self->place);
  self->place = g_strdup (place);
  return klog_read_journal (tm_probe_get_root (self->probe), place, &follower, reader, error);
}

static gboolean
run (Klogprobe *self, GError **error)
{
  g_autoptr (TmOopsRules) rules = load_rules (self->probe, error);

  if (rules == NULL)
    return FALSE;

  /* An agreement may end and another begin while a report is handed over. */
  while (tm_probe_may_observe (self->probe))
    if (!observe (self, rules, error))
      return FALSE;
    else if (tm_probe_is_once (self->probe))
      break;

  return TRUE;
}

int
main (int argc, char **argv)
{
  const TmProbeInfo info = {
    .name = "klogprobe",
    .category = "kernel",
    .summary = N_ ("Report faults of the kernel that it writes into its log."),
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  Klogprobe self = { 0 };
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (!tm_probe_may_observe (probe))
    return TM_PROBE_EXIT_OK;

  self.probe = probe;
  self.boot_id = read_boot_id ();
  if (!run (&self, &error))
    {
      g_printerr (_ ("klogprobe: %s\n"), error->message);
      self.has_failed = TRUE;
    }

  g_free (self.boot_id);
  g_free (self.place);
  return self.has_failed ? TM_PROBE_EXIT_FAILED : TM_PROBE_EXIT_OK;
}
