/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports faults of the hardware that the kernel hears of while it runs: machine checks, errors of
 * memory and of PCI Express, and heat. With --input, reads a recording.
 */
#include <glib/gi18n.h>

#include "mce-input.h"
#include "mce-reporter.h"
#include "mce-watch.h"

static void
take (TmFault *fault, gpointer user_data)
{
  mce_reporter_take (user_data, fault);
}

static gboolean
read_input (TmProbe *probe, GError **error)
{
  g_autoptr (MceReporter) reporter = mce_reporter_new (probe);
  guint64 n_lost;

  if (!mce_input_read (tm_probe_get_input (probe), take, reporter, &n_lost, error))
    return FALSE;

  mce_reporter_take_lost (reporter, n_lost);
  if (mce_reporter_pause (reporter))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("a record was not taken"));
  return FALSE;
}

/* One agreement may end and another begin while a fault is handed over. */
static gboolean
follow (TmProbe *probe, GError **error)
{
  MceWatchResult result;

  do
    result = mce_watch (probe, error);
  while (result == MCE_WATCH_NO_MORE && tm_probe_may_observe (probe));

  return result != MCE_WATCH_FAILED;
}

int
main (int argc, char **argv)
{
  const TmProbeInfo info = {
    .name = "mceprobe",
    .category = "hardware",
    .summary = N_ ("Report faults of the hardware that the kernel hears of while it runs."),
  };
  g_autoptr (TmProbe) probe = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  probe = tm_probe_new (&info, argc, argv, &status);
  if (probe == NULL)
    return status;
  if (!tm_probe_may_observe (probe))
    {
      mce_watch_tidy (probe);
      return TM_PROBE_EXIT_OK;
    }
  if (tm_probe_get_input (probe) != NULL ? read_input (probe, &error) : follow (probe, &error))
    return TM_PROBE_EXIT_OK;

  g_printerr (_ ("mceprobe: %s\n"), error->message);
  return TM_PROBE_EXIT_FAILED;
}
