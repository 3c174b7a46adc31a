/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what the kernel says about itself and reports its faults. Follows the journal, or with
 * --kmsg the kernel's own buffer; with --input, reads a file.
 */
#include <glib/gi18n.h>
#include <unistd.h>

#include "klog-reporter.h"
#include "klog-rules.h"
#include "klog-source.h"
#include "tm-probe-boot.h"
#include "tm-probe-drops.h"
#include "tm-probe-journal.h"

typedef struct
{
  TmProbe *probe;
  TmOopsRules *rules;
  TmProbeReporter *reporter;
  gboolean use_kmsg;
} Klogprobe;

static gboolean
may_continue (gpointer user_data)
{
  return tm_probe_may_continue (((Klogprobe *) user_data)->probe);
}

static void
on_boot (const char *boot_id, gpointer user_data)
{
  tm_probe_reporter_set_boot (boot_id, ((Klogprobe *) user_data)->reporter);
}

static void
on_lost (guint64 n_lines, gpointer user_data)
{
  tm_probe_drop (((Klogprobe *) user_data)->probe, "overrun", n_lines);
}

static gboolean
on_pause (const char *place, gpointer user_data)
{
  return tm_probe_reporter_pause (place, ((Klogprobe *) user_data)->reporter);
}

static gboolean
follow (Klogprobe *self, TmOopsReader *reader, GError **error)
{
  g_autofree char *state = tm_probe_load_state (self->probe);
  g_autofree char *place =
      tm_probe_reporter_begin (self->reporter, self->use_kmsg ? "kmsg" : "journal", state);
  g_autofree char *device = tm_probe_get_path (self->probe, "/dev/kmsg");
  g_autofree char *boot_id = tm_probe_boot_read_id (self->probe);
  const KlogFollower follower = {
    .follow = !tm_probe_is_once (self->probe),
    .wake_fd = tm_probe_get_consent_fd (self->probe),
    .go_on = may_continue,
    .on_boot = on_boot,
    .on_lost = on_lost,
    .on_pause = on_pause,
    .user_data = self,
  };
  const KlogKmsg kmsg = {
    .device = device,
    .boot_id = boot_id,
    .place = place,
    .read_record = read,
  };

  if (place == NULL && !self->use_kmsg)
    place = tm_probe_journal_make_place (tm_probe_get_since (self->probe));

  return self->use_kmsg
             ? klog_read_kmsg (&kmsg, &follower, reader, error)
             : klog_read_journal (tm_probe_get_root (self->probe), place, &follower, reader, error);
}

/* Under one agreement; what the reader holds at its end is dropped. */
static gboolean
observe (Klogprobe *self, GError **error)
{
  g_autoptr (TmOopsReader) reader =
      tm_oops_reader_new (self->rules, klog_reporter_take, self->reporter);
  const char *input = tm_probe_get_input (self->probe);

  return input != NULL ? klog_read_file (input, reader, error) : follow (self, reader, error);
}

static gboolean
run (Klogprobe *self, GError **error)
{
  g_autoptr (TmOopsRules) rules = klog_rules_load (self->probe, error);
  g_autoptr (TmProbeReporter) reporter =
      rules != NULL ? klog_reporter_new (self->probe, error) : NULL;

  if (reporter == NULL)
    return FALSE;

  self->rules = rules;
  self->reporter = reporter;
  do
    if (!observe (self, error))
      return FALSE;
  /* One agreement may end and another begin while a report is handed over. */
  while (!tm_probe_is_once (self->probe) && !tm_probe_reporter_has_failed (reporter) &&
         tm_probe_may_observe (self->probe));

  if (!tm_probe_reporter_has_failed (reporter))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", _ ("what was found is kept for later"));
  return FALSE;
}

int
main (int argc, char **argv)
{
  Klogprobe self = { 0 };
  const GOptionEntry options[] = {
    { "kmsg", 'k', 0, G_OPTION_ARG_NONE, &self.use_kmsg,
      N_ ("Follow /dev/kmsg, where there is no journal"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const TmProbeInfo info = {
    .name = "klogprobe",
    .category = "kernel",
    .summary = N_ ("Report faults of the kernel that it writes into its log."),
    .options = options,
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (self.use_kmsg && !tm_probe_check_input (probe, "--kmsg", FALSE))
    return TM_PROBE_EXIT_USAGE;
  if (!tm_probe_may_observe (probe))
    return TM_PROBE_EXIT_OK;

  self.probe = probe;
  if (run (&self, &error))
    return TM_PROBE_EXIT_OK;

  g_printerr (_ ("klogprobe: %s\n"), error->message);
  return TM_PROBE_EXIT_FAILED;
}
