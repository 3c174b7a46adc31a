/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports what the firmware kept of errors of the hardware that the previous boot did not survive:
 * the boot error region of ACPI. Some firmware shows the same region for many boots, so its hash is
 * kept and the same region is reported once.
 */
#include <glib/gi18n.h>
#include <stdio.h>
#include <time.h>

#include "bert-source.h"
#include "tm-cper-parse.h"
#include "tm-cper-report.h"
#include "tm-probe-drops.h"

typedef struct
{
  TmProbe *probe;
  BertRegion region;
  char *hash;
  char *event_id; /* all that one region holds is of one event */
  gboolean shows_all;
} Bertprobe;

static void
show (const TmCperEvent *event)
{
  g_autoptr (JsonNode) node = tm_cper_report_to_json (event);
  g_autofree char *text = json_to_string (node, TRUE);

  /* Not g_print(), which would change what the locale cannot show. */
  fputs (text, stdout);
  fputc ('\n', stdout);
}

static gboolean
report (Bertprobe *self, const TmCperEvent *event, GError **error)
{
  g_autoptr (JsonNode) payload = tm_cper_report_to_payload (event);
  g_autofree char *key = g_strdup_printf ("%s-%u", self->hash, event->index);
  g_autoptr (GError) local_error = NULL;
  TmProbeRecord record = {
    .classification = TM_CPER_CLASSIFICATION,
    .severity = tm_cper_report_get_severity (event),
    .payload = payload,
    .dedup_key = key,
    .event_id = self->event_id,
  };

  if (self->region.is_text)
    json_object_set_string_member (json_node_get_object (payload), "source", "kernel-log");
  if (tm_probe_hand_over (self->probe, &record, &local_error))
    return TRUE;
  /* What is wrong in the record itself stays wrong: the others do not wait for it. */
  if (tm_probe_is_final (local_error) && tm_probe_get_input (self->probe) == NULL)
    {
      tm_probe_drop (self->probe, "refused", 1);
      return TRUE;
    }

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The region tells of the time before this boot. Where the agreement began within this boot it is
 * not covered: it is noted as known and not reported. When another tree was started nobody can
 * tell. */
static gboolean
is_older_than_agreement (Bertprobe *self)
{
  struct timespec uptime;
  gint64 started_usec = g_get_real_time ();

  if (tm_probe_get_input (self->probe) != NULL || tm_probe_get_root (self->probe) != NULL)
    return FALSE;
  if (clock_gettime (CLOCK_BOOTTIME, &uptime) != 0)
    return FALSE;

  started_usec -= uptime.tv_sec * G_USEC_PER_SEC + uptime.tv_nsec / 1000;
  return tm_probe_get_since (self->probe) > started_usec;
}

static gboolean
report_events (Bertprobe *self, GPtrArray *events, GError **error)
{
  for (guint i = 0; i < events->len; i++)
    {
      TmCperEvent *event = g_ptr_array_index (events, i);

      event->n_events += self->region.n_unprinted;
      if (self->shows_all)
        show (event);
      else if (!report (self, event, error))
        return FALSE;
    }

  return TRUE;
}

/* The hash is kept only after every record was taken: until then the next start tries again, and
 * the service knows by their keys those that it has. */
static gboolean
report_region (Bertprobe *self, GError **error)
{
  g_autoptr (GPtrArray) events = tm_cper_parse (self->region.bytes, error);
  g_autofree char *known = tm_probe_load_state (self->probe);

  if (events == NULL)
    {
      const char *input = tm_probe_get_input (self->probe);

      g_prefix_error (error, "“%s”: ", input != NULL ? input : "BERT");
      return FALSE;
    }
  if (events->len == 0 || g_strcmp0 (known, self->hash) == 0)
    return TRUE;

  if (known != NULL || !is_older_than_agreement (self))
    if (!report_events (self, events, error))
      return FALSE;

  return self->shows_all || tm_probe_save_state (self->probe, self->hash, error);
}

static char *
make_event_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

  return g_strjoinv ("", parts);
}

static gboolean
observe (Bertprobe *self, GError **error)
{
  g_autofree char *event_id = make_event_id ();
  g_autofree char *hash = NULL;

  if (!bert_source_read (self->probe, &self->region, error))
    return FALSE;
  if (self->region.bytes == NULL)
    return TRUE;

  self->event_id = event_id;
  self->hash = hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->region.bytes);
  return report_region (self, error);
}

int
main (int argc, char **argv)
{
  gboolean shows_all = FALSE;
  const GOptionEntry options[] = {
    { "decode", 0, 0, G_OPTION_ARG_NONE, &shows_all,
      N_ ("Print all that the file says, also what never leaves; hand over nothing"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "bertprobe",
    .category = "hardware",
    .summary = N_ ("Report errors of the hardware that the firmware kept from the previous boot."),
    .options = options,
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  Bertprobe self = { 0 };
  gboolean is_done;
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (shows_all && !tm_probe_check_input (probe, "--decode", TRUE))
    return TM_PROBE_EXIT_USAGE;
  if (!shows_all && !tm_probe_may_observe (probe))
    return TM_PROBE_EXIT_OK;

  self.probe = probe;
  self.shows_all = shows_all;
  is_done = observe (&self, &error);
  if (!is_done)
    g_printerr (_ ("bertprobe: %s\n"), error->message);

  bert_region_clear (&self.region);
  return is_done ? TM_PROBE_EXIT_OK : TM_PROBE_EXIT_FAILED;
}
