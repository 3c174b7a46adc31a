/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See crash-report.h. */
#include "crash-report.h"

#include <string.h>

#include "crash-analyser.h"
#include "crash-payload.h"
#include "tm-crash-signature.h"

#define CLASS "org.telemetrics/crash/"
#define SEVERITY_CRASH 3
#define SEVERITY_COUNTED 2

static gboolean
is_foreign (const CrashCase *crash, const char *exe)
{
  return crash->is_foreign || (exe != NULL && tm_origin_from_path (exe) == TM_ORIGIN_OTHER);
}

/* One whole record a day of each place. */
static char *
get_dedup_key (const TmBacktrace *backtrace, const CrashCase *crash)
{
  g_autofree char *exact = tm_crash_get_exact_hash (backtrace);
  gint64 usec = crash->time_usec != 0 ? crash->time_usec : g_get_real_time ();

  return g_strdup_printf ("crash-%s-%" G_GINT64_FORMAT, exact, usec / G_USEC_PER_SEC / 86400);
}

static gboolean
hand_over (TmProbe *probe, const CrashCase *crash, TmProbeRecord *record, GError **error)
{
  g_autoptr (JsonNode) payload = record->payload;

  record->created_at_usec = crash->time_usec;
  return tm_probe_hand_over (probe, record, error);
}

static gboolean
report_third_party (TmProbe *probe, const CrashCase *crash, GError **error)
{
  TmProbeRecord record = { .classification = CLASS "third-party", .severity = SEVERITY_COUNTED };

  record.payload = crash_payload_new_third_party ();
  return hand_over (probe, crash, &record, error);
}

static gboolean
report_undecodable (TmProbe *probe, const CrashCase *crash, const char *reason, GError **error)
{
  TmProbeRecord record = { .classification = CLASS "undecodable", .severity = SEVERITY_CRASH };

  record.payload = crash_payload_new_undecodable (reason);
  return hand_over (probe, crash, &record, error);
}

gboolean
crash_report (TmProbe *probe, TmCrashRules *rules, const CrashCase *crash, GError **error)
{
  g_autoptr (TmBacktrace) backtrace = NULL;
  g_autoptr (GError) read_error = NULL;
  g_autofree char *key = NULL;
  TmProbeRecord record = { .classification = CLASS "process", .severity = SEVERITY_CRASH };

  /* Not even looked at. */
  if (is_foreign (crash, crash->exe))
    return report_third_party (probe, crash, error);
  if (crash->core_fd < 0)
    return report_undecodable (probe, crash, "there is no core", error);

  backtrace = crash_analyser_read (crash->core_fd, crash->exe_fd, &read_error);
  if (backtrace == NULL)
    return report_undecodable (probe, crash, read_error->message, error);
  if (is_foreign (crash, backtrace->exe))
    return report_third_party (probe, crash, error);
  if (backtrace->exe == NULL)
    return report_undecodable (probe, crash, "the core does not name its program", error);

  key = get_dedup_key (backtrace, crash);
  record.dedup_key = key;
  record.payload = crash_payload_new (backtrace, rules);
  return hand_over (probe, crash, &record, error);
}
